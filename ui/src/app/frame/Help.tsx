// "?": every key there is, from the same list that makes them act.
import { type Action, useAllActions } from "@/app/actions/registry";
import { Dialog } from "@/components/Dialog";
import { Kbd } from "@/components/Kbd";
import styles from "./Help.module.css";

export function Help({ open, onClose }: { open: boolean; onClose: () => void }) {
  const actions = useAllActions().filter((action) => (action.keys?.length ?? 0) > 0);
  const groups = new Map<string, Action[]>();
  for (const action of actions) groups.set(action.group, [...(groups.get(action.group) ?? []), action]);
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title="All keys"
      about="Single letters act while no text field has the focus. Everything else is in the palette."
      width={680}
    >
      <div className={styles.groups}>
        {[...groups].map(([group, entries]) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl>
              {entries.map((action) => (
                <div key={action.id}>
                  <dt>{action.label}</dt>
                  <dd>
                    {action.keys?.map((keys) => (
                      <Kbd key={keys} chord={keys} />
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}

// The public address changed: the endpoints that point at the old one, and one press to change them all at their
// providers. One after the other; a refusal stands beside its row and stops nothing.
import { useState } from "react";
import { useRun } from "@/app/host";
import { Badge } from "@/components/Badge";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import fieldStyles from "@/components/Field.module.css";
import type { Failure, ProviderInfo } from "@/generated/api";
import { asFailure } from "@/lib/failure";
import { counted } from "@/lib/format";
import type { OldAddress } from "./findings";
import { ability, endpointKey, nameOf } from "./operations";
import { pageStyles as styles } from "./Page";

export function MoveDialog({
  old,
  providers,
  onClose,
}: {
  old: readonly OldAddress[];
  providers: readonly ProviderInfo[];
  onClose: () => void;
}) {
  // As it was when the dialog was opened: a row that is done must not vanish from it.
  const [rows] = useState(old);
  const update = useRun("endpoints.update");
  const able = (one: OldAddress) =>
    ability(
      providers.find((provider) => provider.id === one.endpoint.provider),
      "update",
    );
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [outcome, setOutcome] = useState<ReadonlyMap<string, "done" | Failure>>(new Map());
  const [running, setRunning] = useState(false);
  const chosen = rows.filter(
    (one) =>
      able(one).possible && !left.has(endpointKey(one.endpoint)) && outcome.get(endpointKey(one.endpoint)) !== "done",
  );
  const run = async () => {
    setRunning(true);
    for (const one of chosen) {
      const key = endpointKey(one.endpoint);
      let result: "done" | Failure = "done";
      try {
        await update.mutateAsync({
          connection: one.endpoint.connection,
          id: one.endpoint.id,
          url: one.url,
          fields: {},
          ...(one.endpoint.revision === null ? {} : { revision: one.endpoint.revision }),
          dry_run: false,
        });
      } catch (thrown) {
        result = asFailure(thrown);
      }
      setOutcome((before) => new Map(before).set(key, result));
    }
    setRunning(false);
  };
  return (
    <Dialog
      open
      width={640}
      onClose={onClose}
      title="Endpoints that point at another address"
      about="Their path is an inbox here, their host is not the public address of the settings."
      foot={
        <>
          <Button onClick={onClose}>Close</Button>
          <Button
            tone="primary"
            busy={running}
            disabled={chosen.length === 0 ? "None is left to update." : false}
            onClick={run}
          >
            Update {counted(chosen.length, "endpoint")}
          </Button>
        </>
      }
    >
      <ul className={styles["list-plain"]}>
        {rows.map((one) => {
          const key = endpointKey(one.endpoint);
          const can = able(one);
          const end = outcome.get(key);
          return (
            <li key={key} className={styles.card}>
              <label className={styles.pad} style={{ gridTemplateColumns: "auto minmax(0, 1fr)" }}>
                <input
                  type="checkbox"
                  className={fieldStyles.box}
                  checked={can.possible && !left.has(key)}
                  disabled={!can.possible || running || end === "done"}
                  onChange={(event) => {
                    const next = new Set(left);
                    if (event.target.checked) next.delete(key);
                    else next.add(key);
                    setLeft(next);
                  }}
                />
                <span style={{ overflowWrap: "anywhere" }}>
                  <b>{nameOf(one.endpoint)}</b> <span className="muted">{one.endpoint.connection}</span>{" "}
                  {end === "done" ? <Badge tone="ok">updated</Badge> : null}
                  {end && end !== "done" ? <Badge tone="bad">refused</Badge> : null}
                  <span className="mono muted" style={{ display: "block" }}>
                    {one.endpoint.url}
                  </span>
                  <span className="mono" style={{ display: "block" }}>
                    → {one.url}
                  </span>
                  {can.possible ? null : <span className={styles.warn}>{can.why}</span>}
                  {end && end !== "done" ? <span className={styles.bad}>{end.message}</span> : null}
                </span>
              </label>
            </li>
          );
        })}
      </ul>
    </Dialog>
  );
}

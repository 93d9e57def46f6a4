// Someone else changed it meanwhile: both sides, and which shall hold.
import { useEffect, useRef } from "react";
import { Button } from "@/components/Button";
import type { Endpoint, ProviderInfo } from "@/generated/api";
import { sides } from "./conflict";
import type { EndpointDraft } from "./form";
import { pageStyles as styles } from "./Page";

export function ConflictNote({
  draft,
  before,
  current,
  provider,
  title,
  onMine,
  onTheirs,
}: {
  draft: EndpointDraft;
  /** What the form began with. */
  before: Endpoint;
  current: Endpoint;
  provider: ProviderInfo | undefined;
  title: string;
  onMine: () => void;
  onTheirs: () => void;
}) {
  const own = useRef<HTMLElement>(null);
  // It has to be decided before anything else: its buttons are the next ones Tab leads to.
  useEffect(() => own.current?.focus({ preventScroll: true }), []);
  const rows = sides(draft, before, current, provider);
  const mine = rows.some((row) => row.changedHere);
  const onlyTheirs = rows.some((row) => !row.changedHere);
  return (
    <section ref={own} tabIndex={-1} className={`${styles.card} ${styles.asks}`} role="alert">
      <div className={styles.pad}>
        <div>
          <b className={styles.warn}>It was changed at {title} meanwhile.</b> Nothing was sent.{" "}
          {rows.length === 0
            ? "What is in this form is the same as there now."
            : mine
              ? "These are the two sides:"
              : "What you changed is the same there already, but this is another:"}
        </div>
        {rows.length > 0 ? (
          <table className={styles.sides}>
            <thead>
              <tr>
                <th scope="col">
                  <span className="sr">Field</span>
                </th>
                <th scope="col">Here</th>
                <th scope="col">At {title} now</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.field}>
                  <th scope="row">{row.field}</th>
                  <td>{row.changedHere ? row.mine || "–" : <span className="muted">Not changed here</span>}</td>
                  <td>{row.theirs || "–"}</td>
                </tr>
              ))}
            </tbody>
          </table>
        ) : null}
        {mine && onlyTheirs ? (
          <p className="muted">Sending yours changes only what you changed here. The rest stays as it is at {title}.</p>
        ) : null}
        <div className={styles.row}>
          <Button onClick={onTheirs}>Take theirs</Button>
          {mine ? <Button onClick={onMine}>Send mine over theirs</Button> : null}
        </div>
      </div>
    </section>
  );
}

// Someone else changed it meanwhile: both sides, and which shall hold.
import { Button } from "@/components/Button";
import type { Endpoint, ProviderInfo } from "@/generated/api";
import { sides } from "./conflict";
import type { EndpointDraft } from "./form";
import { pageStyles as styles } from "./Page";

export function ConflictNote({
  draft,
  current,
  provider,
  title,
  onMine,
  onTheirs,
}: {
  draft: EndpointDraft;
  current: Endpoint;
  provider: ProviderInfo | undefined;
  title: string;
  onMine: () => void;
  onTheirs: () => void;
}) {
  const rows = sides(draft, current, provider);
  return (
    <section className={styles.card} role="alert">
      <div className={styles.pad}>
        <div>
          <b className={styles.warn}>It was changed at {title} meanwhile.</b> Nothing was sent.{" "}
          {rows.length === 0 ? "What is in this form is the same as there now." : "These are the two sides:"}
        </div>
        {rows.length > 0 ? (
          <table>
            <thead>
              <tr>
                <th scope="col" />
                <th scope="col">Here</th>
                <th scope="col">At {title} now</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.field}>
                  <th scope="row">{row.field}</th>
                  <td style={{ whiteSpace: "normal", overflowWrap: "anywhere" }}>{row.mine || "–"}</td>
                  <td style={{ whiteSpace: "normal", overflowWrap: "anywhere" }}>{row.theirs || "–"}</td>
                </tr>
              ))}
            </tbody>
          </table>
        ) : null}
        <div className={styles.row}>
          <Button onClick={onTheirs}>Take theirs</Button>
          {rows.length > 0 ? <Button onClick={onMine}>Send mine over theirs</Button> : null}
        </div>
      </div>
    </section>
  );
}

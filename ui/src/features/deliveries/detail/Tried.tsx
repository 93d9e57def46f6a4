// What the search for the cause has tried, and the search going on.
import { useId } from "react";
import { Button } from "@/components/Button";
import type { Search } from "@/generated/api";
import { count } from "@/lib/format";
import { searchWords, share } from "./differences";
import styles from "./Signature.module.css";
import type { LiveSearch } from "./useSearch";

export function Tried({ live, found }: { live: LiveSearch; found: boolean }) {
  const { search } = live;
  const id = useId();
  if (search === null) return null;
  const running = search.state === "running";
  const more = search.state === "more" || search.state === "cancelled";
  return (
    <section className={styles.tried} aria-labelledby={id}>
      <div className={styles.triedHead}>
        <div>
          <b id={id}>{running ? "Searching" : "What was tried"}</b>
          <div className="muted">
            {searchWords(search, found)}
            {more && !found ? " Nothing fitted so far." : ""}
          </div>
        </div>
        {running ? (
          <Button busy={live.cancelling} onClick={live.cancel}>
            Cancel
          </Button>
        ) : more ? (
          <Button tone={found ? "plain" : "primary"} busy={live.starting} onClick={live.start}>
            Search on
          </Button>
        ) : null}
      </div>
      {running ? <Progress search={search} label="Search for the cause" /> : null}
      {search.tried_list.length > 0 || search.not_tried.length > 0 ? (
        <details className={styles.list}>
          <summary>What, and how often</summary>
          <dl>
            {search.tried_list.map((one) => (
              <div key={one.what}>
                <dt>{one.what}</dt>
                <dd>{count(one.count)}</dd>
              </div>
            ))}
          </dl>
          {search.not_tried.length > 0 ? (
            <ul>
              {search.not_tried.map((one) => (
                <li key={one}>{one}</li>
              ))}
            </ul>
          ) : null}
        </details>
      ) : null}
      <span className="sr" role="status">
        {running ? "Searching for the cause." : live.starting ? "" : searchWords(search, found)}
      </span>
    </section>
  );
}

function Progress({ search, label }: { search: Search; label: string }) {
  const part = share(search);
  return (
    <div
      className={styles.progress}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.floor(part * 100)}
      aria-valuetext={`${count(search.tried)} of ${count(search.total)}`}
    >
      <i style={{ width: `${part * 100}%` }} />
    </div>
  );
}

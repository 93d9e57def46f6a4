// The headers as they came: order, case and repeats.
import { useState } from "react";
import { Button } from "@/components/Button";
import { CopyButton } from "@/components/Copy";
import { EmptyState } from "@/components/States";
import type { Delivery } from "@/generated/api";
import { counted } from "@/lib/format";
import { plain } from "@/lib/plain";
import styles from "./Detail.module.css";
import { explainHeader, isCredential } from "./headers";

export function Headers({ delivery }: { delivery: Delivery }) {
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  if (delivery.headers.length === 0) {
    return <EmptyState title="No headers">The request was refused before any header could be read.</EmptyState>;
  }
  const all = delivery.headers.map(([name, value]) => `${name}: ${isCredential(name) ? "…" : value}`).join("\n");
  return (
    <div className={styles.body}>
      <div className="card">
        <div className={styles.cardHead}>
          <b>{counted(delivery.headers.length, "header")}, as they came</b>
          <CopyButton text={all} label="Copy all, without credentials" words="Copy all" />
        </div>
        <table className={styles.wrap} aria-label="Headers">
          <thead className="sr">
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Value</th>
              <th scope="col">Copy</th>
            </tr>
          </thead>
          <tbody>
            {delivery.headers.map(([name, value], n) => {
              const hidden = isCredential(name) && !open.has(n);
              const explained = explainHeader(name);
              return (
                // biome-ignore lint/suspicious/noArrayIndexKey: a header may come twice
                <tr key={n}>
                  <td className={styles.value}>{plain(name)}</td>
                  <td>
                    {hidden ? (
                      <>
                        <span className="muted">hidden: a credential </span>
                        <Button small onClick={() => setOpen(new Set([...open, n]))}>
                          Show
                        </Button>
                      </>
                    ) : (
                      <span className={styles.value}>
                        {value ? plain(value) : <span className="muted">(empty)</span>}
                      </span>
                    )}
                    {explained ? <div className={styles.explain}>{explained}</div> : null}
                  </td>
                  <td>{hidden ? null : <CopyButton text={value} label={`Copy ${name}`} />}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </div>
  );
}

// The age of a request on a small bar: the tolerance around the instant of receipt, the request a mark on it.
import { ageOf } from "./age";
import styles from "./Signature.module.css";

export function AgeBar({
  timestamp,
  age,
  tolerance,
}: {
  timestamp: number;
  age: number | null;
  tolerance: number | null;
}) {
  if (age === null) return <>{timestamp}</>;
  const { at, within, words } = ageOf(age, tolerance);
  return (
    <span className={styles.age}>
      <span>
        {timestamp} · {words}
      </span>
      {tolerance === null ? null : (
        <span className={styles.bar} data-within={within} aria-hidden="true" title={words}>
          <i className={styles.allowed} />
          <i className={styles.receipt} />
          <i className={styles.at} style={{ left: `${at * 100}%` }} />
        </span>
      )}
    </span>
  );
}

// The signed text with its parts in colour. Each part also has a name: in the legend, and where the pointer rests.
import type { SignedPart } from "@/generated/api";
import { cx } from "@/lib/cx";
import { bytes } from "@/lib/format";
import { plain } from "@/lib/plain";
import { colourOf, partName, partsOf, shown } from "./parts";
import styles from "./SignedText.module.css";

/** Bytes that `text` shows at least: `\xNN` and short escapes stand for one each. */
function shownBytes(text: string): number {
  return new TextEncoder().encode(text.replace(/\\x[0-9a-f]{2}/gi, "?")).length;
}

/** How many bytes of a part are not shown; 0 when it is whole. */
export function hiddenBytes(part: SignedPart): number {
  return part.size > 256 ? Math.max(0, part.size - shownBytes(part.text)) : 0;
}

export function SignedText({
  parts,
  size,
  title = "Signed text",
}: {
  parts: readonly SignedPart[];
  size: number;
  title?: string;
}) {
  if (parts.length === 0) return null;
  const kinds = [...new Set(parts.map((part) => part.kind))].filter((kind) => kind !== "text");
  return (
    <section className="card" aria-label={title}>
      <div className={styles.head}>
        <b>{title}</b>
        <span className={styles.legend}>
          {kinds.map((kind) => (
            <span key={kind}>
              <span aria-hidden="true" className={styles.swatch} data-part={colourOf(kind)} />
              {partName(kind)}
            </span>
          ))}
        </span>
        <span className="muted">{bytes(size)}</span>
      </div>
      <pre className={styles.text} tabIndex={0} role="group" aria-label={title}>
        {parts.map((part, n) => {
          const hidden = hiddenBytes(part);
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: the parts stand in order
            <span key={n} data-part={colourOf(part.kind)} title={`${partName(part.kind)}, ${bytes(part.size)}`}>
              {plain(part.text)}
              {hidden > 0 ? <span className={styles.more}> … {bytes(hidden)} more, not shown</span> : null}
            </span>
          );
        })}
      </pre>
    </section>
  );
}

/** A template, `{timestamp}.{body}`, with its placeholders in the same colours. */
export function Template({ text, block }: { text: string; block?: boolean }) {
  return (
    <code className={cx(styles.template, block && styles.block)}>
      {partsOf(text).map((part, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts stand in order
        <span key={n} data-part={colourOf(part.kind)}>
          {shown(part)}
        </span>
      ))}
    </code>
  );
}

// What shows a cause: what came beside what was signed, the differing bytes marked by ground, line and word.
import type { Evidence as EvidenceInfo } from "@/generated/api";
import { count } from "@/lib/format";
import { plain } from "@/lib/plain";
import { type Cut, cutBoth, cutSignature, evidenceWords, seenBlanks, sizeWords } from "./differences";
import styles from "./Signature.module.css";

function Side({ cut, what, nothing }: { cut: Cut; what: "came" | "signed"; nothing: string }) {
  return (
    <td className={styles.side}>
      {plain(cut.before)}
      {cut.differs === "" ? (
        <span className={styles.nothing}>
          <span className="sr">{nothing}</span>
          <span aria-hidden="true">∅</span>
        </span>
      ) : (
        <mark className={what === "came" ? styles.came : styles.meant}>{plain(seenBlanks(cut.differs))}</mark>
      )}
      {plain(cut.after)}
    </td>
  );
}

/** The place where a signature leaves the other, marked. */
export function Marked({ text, other }: { text: string; other: string | undefined }) {
  const cut = cutSignature(text, other);
  return (
    <>
      {plain(cut.before)}
      {cut.differs ? <mark className={styles.mark}>{plain(cut.differs)}</mark> : null}
      {plain(cut.after)}
    </>
  );
}

export function Evidence({ evidence }: { evidence: EvidenceInfo }) {
  const { differences } = evidence;
  const words = evidenceWords(evidence.what);
  return (
    <div className={styles.evidence}>
      <div className={styles.evidenceHead}>
        <b>{words.title}</b>
        {differences.length > 0 ? <span className="muted">{sizeWords(evidence)}</span> : null}
      </div>
      {differences.length > 0 ? (
        <table className={styles.diff}>
          <thead>
            <tr>
              <th scope="col">Byte</th>
              <th scope="col">{words.came}</th>
              <th scope="col">{words.signed}</th>
            </tr>
          </thead>
          <tbody>
            {differences.map((one, n) => {
              const cuts = cutBoth(one.received, one.signed);
              return (
                // biome-ignore lint/suspicious/noArrayIndexKey: the places stand in order
                <tr key={n}>
                  <th scope="row">{count(one.offset)}</th>
                  <Side cut={cuts.received} what="came" nothing="nothing" />
                  <Side cut={cuts.signed} what="signed" nothing="nothing" />
                </tr>
              );
            })}
          </tbody>
        </table>
      ) : null}
      {evidence.computed || evidence.received_signature ? (
        <dl className={styles.pair}>
          {evidence.received_signature ? (
            <div>
              <dt>Received</dt>
              <dd>
                <Marked text={evidence.received_signature} other={evidence.computed ?? undefined} />
              </dd>
            </div>
          ) : null}
          {evidence.computed ? (
            <div>
              <dt>Computed</dt>
              <dd>
                <Marked text={evidence.computed} other={evidence.received_signature ?? undefined} />
                {evidence.computed === evidence.received_signature ? <b className={styles.same}>✓ the same</b> : null}
              </dd>
            </div>
          ) : null}
        </dl>
      ) : null}
    </div>
  );
}

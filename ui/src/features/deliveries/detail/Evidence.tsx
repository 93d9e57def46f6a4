// What shows a cause: what came beside what was signed, the differing bytes marked by ground, line and word.
import { useEffect, useState } from "react";
import { usePlatform } from "@/app/host";
import { Button } from "@/components/Button";
import type { Evidence as EvidenceInfo } from "@/generated/api";
import { count } from "@/lib/format";
import { plain } from "@/lib/plain";
import {
  around,
  type Cut,
  cutBoth,
  cutSignature,
  evidenceWords,
  seenBlanks,
  sizeWords,
  visibleBytes,
} from "./differences";
import styles from "./Signature.module.css";

/** What stands on either side of each difference, read from the stored body. */
function useSurroundings(delivery: string, evidence: EvidenceInfo, shown: number): readonly [string, string][] {
  const platform = usePlatform();
  const [texts, setTexts] = useState<readonly [string, string][]>([]);
  useEffect(() => {
    if (evidence.what !== "body") return;
    let stale = false;
    const read = async ([offset, limit]: [number, number]) =>
      limit === 0
        ? ""
        : visibleBytes(await platform.bytes({ of: "delivery", id: delivery, part: "body", offset, limit }));
    Promise.all(
      evidence.differences.slice(0, shown).map(async (_, n): Promise<[string, string]> => {
        const place = around(evidence.differences, n);
        if (place === null) return ["", ""];
        return [await read(place.before), place.after ? await read(place.after) : " …"];
      }),
    ).then(
      (found) => {
        if (!stale) setTexts(found);
      },
      // Without them the differing bytes still stand there.
      () => undefined,
    );
    return () => {
      stale = true;
    };
  }, [platform, delivery, evidence, shown]);
  return texts;
}

/** So many are shown at first. */
const FEW = 5;

function Side({
  cut,
  what,
  nothing,
  around: [left, right] = ["", ""],
}: {
  cut: Cut;
  what: "came" | "signed";
  nothing: string;
  around: readonly [string, string] | undefined;
}) {
  return (
    <td className={styles.side}>
      <span className="muted">{plain(left)}</span>
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
      <span className="muted">{plain(right)}</span>
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

export function Evidence({ delivery, evidence }: { delivery: string; evidence: EvidenceInfo }) {
  const [all, setAll] = useState(false);
  const shown = all ? evidence.differences.length : FEW;
  const differences = evidence.differences.slice(0, shown);
  const surroundings = useSurroundings(delivery, evidence, shown);
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
                  <Side cut={cuts.received} what="came" nothing="nothing" around={surroundings[n]} />
                  <Side cut={cuts.signed} what="signed" nothing="nothing" around={surroundings[n]} />
                </tr>
              );
            })}
          </tbody>
        </table>
      ) : null}
      {evidence.differences.length > FEW ? (
        <div className={styles.moreDiff}>
          <Button small aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? "Show fewer" : `Show all ${count(evidence.differences.length)} places`}
          </Button>
        </div>
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

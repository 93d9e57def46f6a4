// Sent, arrived, accepted, missing, pending, not in the log: the sum of a reconciliation in one line.

import { cx } from "@/lib/cx";
import { count } from "@/lib/format";
import { pageStyles } from "../Page";
import type { Figures } from "./reconcile";

export function FigureLine({ figures, more, title }: { figures: Figures; more: boolean; title: string }) {
  const parts: { value: number; word: string; about: string; tone?: string | undefined }[] = [
    { value: figures.sent, word: "sent", about: `Entries of ${title}'s log.` },
    { value: figures.arrived, word: "arrived", about: "Those that are here, recovered ones among them." },
    { value: figures.accepted, word: "accepted", about: "Those that were answered 2xx." },
    {
      value: figures.missing,
      word: "missing",
      about: "Sent, and not here.",
      tone: figures.missing > 0 ? pageStyles.bad : undefined,
    },
    { value: figures.pending, word: "pending", about: "Yet to be sent, or tried again." },
    { value: figures.notInLog, word: "not in the log", about: "Deliveries of the inbox that the log does not have." },
  ];
  return (
    <>
      {parts.map((part, at) => (
        <span key={part.word} title={part.about}>
          <b className={cx(part.tone)}>
            {count(part.value)}
            {at === 0 && more ? "+" : ""}
          </b>{" "}
          <span className="muted">{part.word}</span>
        </span>
      ))}
    </>
  );
}

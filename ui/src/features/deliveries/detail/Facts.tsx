// How a verdict was reached: scheme, timestamp, what came, what was computed, with which secret.
import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { Button } from "@/components/Button";
import { KeyValues } from "@/components/KeyValues";
import { Template } from "@/features/schemes/SignedText";
import type { SchemeInfo, SignatureReport } from "@/generated/api";
import { bytes, count } from "@/lib/format";
import { AgeBar } from "./AgeBar";
import { Marked } from "./Evidence";

/** A header may hold dozens: a few are shown, the rest on demand. */
const FEW = 4;

function Signatures({
  all,
  others,
  mark,
  what,
}: {
  all: readonly string[];
  others: readonly string[];
  mark: boolean;
  what: string;
}) {
  const [whole, setWhole] = useState(false);
  const shown = whole ? all : all.slice(0, FEW);
  return (
    <>
      {shown.map((one, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: signatures may repeat
        <div key={n}>
          <Marked text={one} other={mark && !others.includes(one) ? (others[n] ?? others[0]) : undefined} />
        </div>
      ))}
      {all.length > FEW ? (
        <Button small aria-expanded={whole} onClick={() => setWhole(!whole)}>
          {whole ? "Show fewer" : `Show all ${count(all.length)} ${what}`}
        </Button>
      ) : null}
    </>
  );
}

export function Facts({ report, scheme }: { report: SignatureReport; scheme: SchemeInfo }) {
  const failed = report.verdict !== "valid";
  const entries: (readonly [string, ReactNode] | null)[] = [
    [
      "Scheme",
      <span key="scheme">
        <Link to="/schemes" search={{ id: scheme.id }}>
          {scheme.id}
        </Link>{" "}
        · {scheme.algorithm}
      </span>,
    ],
    [
      "Signed content",
      <span key="content">
        {scheme.signed_content ? <Template text={scheme.signed_content} /> : "nothing: the secret itself is sent"}
        {report.signed_size > 0 ? ` · ${bytes(report.signed_size)}` : ""}
      </span>,
    ],
    report.timestamp === null
      ? null
      : [
          "Timestamp",
          <AgeBar key="age" timestamp={report.timestamp} age={report.age_s} tolerance={report.tolerance_s} />,
        ],
    [
      "Received",
      report.received.length > 0 ? (
        <Signatures key="received" all={report.received} others={report.computed} mark={failed} what="signatures" />
      ) : (
        <span key="none" className="muted">
          none
        </span>
      ),
    ],
    report.computed.length > 0
      ? [
          "Computed",
          <Signatures key="computed" all={report.computed} others={report.received} mark={failed} what="computed" />,
        ]
      : null,
    [
      "Secret",
      report.secret ?? (
        <span key="unknown" className="muted">
          {report.vault_problem ? "not known: the vault could not be asked" : "none known"}
        </span>
      ),
    ],
  ];
  return (
    <section className="card" aria-label="How the verdict was reached">
      <KeyValues data entries={entries} />
    </section>
  );
}

// How the sender signs. The list is searched by what people call a scheme, too.
import { Combobox } from "@/components/Combobox";
import { pageStyles as styles } from "@/features/endpoints/Page";
import type { SchemeInfo } from "@/generated/api";
import { span } from "@/lib/format";
import { rank } from "@/lib/rank";

/** The ids to propose for what was typed: by id or title, the best first. */
export function proposals(schemes: readonly SchemeInfo[], typed: string): string[] {
  if (typed.trim() === "" || schemes.some((scheme) => scheme.id === typed)) return schemes.map((scheme) => scheme.id);
  return schemes
    .map((scheme) => ({ id: scheme.id, score: rank(`${scheme.id} ${scheme.title}`, typed) }))
    .filter((entry): entry is { id: string; score: number } => entry.score !== null)
    .sort((one, other) => other.score - one.score)
    .map((entry) => entry.id);
}

export function SchemeField({
  value,
  schemes,
  problem,
  onChange,
}: {
  value: string;
  schemes: readonly SchemeInfo[];
  problem: string | undefined;
  onChange: (value: string) => void;
}) {
  const scheme = schemes.find((one) => one.id === value);
  return (
    <div className={styles.section}>
      <Combobox
        label="Scheme"
        optional
        hint={scheme ? undefined : "How the sender signs. Empty: signatures are not checked."}
        problem={problem}
        value={value}
        options={proposals(schemes, value)}
        onChange={onChange}
      />
      {scheme ? (
        <p className="muted">
          {scheme.title}: {scheme.algorithm} over <code>{scheme.signed_content}</code>, in <code>{scheme.header}</code>
          {scheme.tolerance_s === null ? "" : `, at most ${span(scheme.tolerance_s)} old`}.
          {scheme.unconfirmed ? " The provider's documents don't confirm it." : ""}
          {scheme.can_sign ? "" : " It can be verified here, not signed."} {scheme.note}
        </p>
      ) : null}
    </div>
  );
}

// Tries what stands in the editor against a delivery, a moment after the last change. Only the newest answer counts.
import { useEffect, useRef, useState } from "react";
import { usePlatform } from "@/app/host";
import type { Failure, Fault, SchemeForm, SignatureReport } from "@/generated/api";
import { asFailure } from "@/lib/failure";
import type { FormRequest } from "./form";

export const AFTER_MS = 200;

export interface PreviewAnswer {
  /** The file's text, as written or as the form makes it. */
  text: string;
  faults: readonly Fault[];
  /** Absent: the text has a fault, or there is nothing to try it against. */
  report: SignatureReport | null;
}

export interface PreviewQuestion {
  /** Null: the form makes the text. */
  text: string | null;
  form: FormRequest;
  delivery: string | null;
  /** Typed for the trial; empty: those of the delivery's inbox. It is kept nowhere. */
  secret: string;
  config: Record<string, string>;
}

export function usePreview(question: PreviewQuestion): {
  answer: PreviewAnswer | null;
  problem: Failure | null;
  busy: boolean;
} {
  const platform = usePlatform();
  const [state, setState] = useState<{ answer: PreviewAnswer | null; problem: Failure | null }>({
    answer: null,
    problem: null,
  });
  const [busy, setBusy] = useState(true);
  const asked = JSON.stringify(question);
  const latest = useRef(question);
  latest.current = question;
  const first = useRef(true);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `asked` stands for the question
  useEffect(() => {
    let stale = false;
    setBusy(true);
    const timer = setTimeout(
      async () => {
        const { text: written, form, delivery, secret, config } = latest.current;
        first.current = false;
        try {
          const made =
            written === null
              ? await platform.call("schemes.compose", form as SchemeForm)
              : { text: written, faults: [] as Fault[] };
          let { faults } = made;
          let report: SignatureReport | null = null;
          if (faults.length === 0) {
            const found = await platform.call("schemes.preview", {
              text: made.text,
              delivery,
              request_base64: null,
              inbox: null,
              secret: secret === "" ? null : secret,
              config: Object.fromEntries(Object.entries(config).filter(([, value]) => value.trim() !== "")),
            });
            ({ faults, report } = found);
          }
          if (!stale) setState({ answer: { text: made.text, faults, report }, problem: null });
        } catch (thrown) {
          if (!stale) setState((before) => ({ answer: before.answer, problem: asFailure(thrown) }));
        } finally {
          if (!stale) setBusy(false);
        }
      },
      first.current ? 0 : AFTER_MS,
    );
    return () => {
      stale = true;
      clearTimeout(timer);
    };
  }, [asked, platform]);

  return { ...state, busy };
}

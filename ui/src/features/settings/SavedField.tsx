// A field that saves itself: when it is left, or with Enter. What the host refuses stays in the field, with its words.
import { useEffect, useState } from "react";
import { useRun } from "@/app/host";
import { TextField } from "@/components/Field";
import { dropDraft, keepDraft, readDraft } from "@/features/endpoints/drafts";
import type { SettingsPatch } from "@/generated/api";
import { asFailure } from "@/lib/failure";
import styles from "./Settings.module.css";

/** The host changes only what is named. */
export function patchOf(patch: Partial<SettingsPatch>): SettingsPatch {
  return patch as SettingsPatch;
}

export function SavedField({
  id,
  label,
  hint,
  value,
  placeholder,
  check,
  patch,
  onSaved,
}: {
  id: string;
  label: string;
  hint?: React.ReactNode;
  /** As it is saved. */
  value: string;
  placeholder?: string;
  /** What is wrong with it, if anything; nothing is sent then. */
  check?: (text: string) => string | undefined;
  patch: (text: string) => Partial<SettingsPatch>;
  onSaved?: () => void;
}) {
  const run = useRun("settings.update");
  const key = `settings:${id}`;
  const [text, setText] = useState(() => readDraft<string>(key) ?? value);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const [saved, setSaved] = useState(false);
  // Changed elsewhere (the tray, the command line): shown, unless something else is typed.
  useEffect(() => {
    if (readDraft(key) === undefined) setText(value);
  }, [value, key]);
  useEffect(() => {
    if (!saved) return;
    const timer = setTimeout(() => setSaved(false), 2500);
    return () => clearTimeout(timer);
  }, [saved]);

  const type = (next: string) => {
    setText(next);
    setProblem(undefined);
    keepDraft(key, next, value);
  };
  const save = () => {
    if (text.trim() === value) {
      dropDraft(key);
      return;
    }
    const wrong = check?.(text);
    setProblem(wrong);
    if (wrong) return;
    run.mutate(patchOf(patch(text.trim())), {
      onSuccess: () => {
        dropDraft(key);
        setSaved(true);
        onSaved?.();
      },
      onError: (thrown) => setProblem(asFailure(thrown).message),
    });
  };
  return (
    <div className={styles.field}>
      <TextField
        label={label}
        hint={hint}
        problem={problem}
        value={text}
        {...(placeholder ? { placeholder } : {})}
        onChange={type}
        onBlur={save}
        onKeyDown={(event) => {
          if (event.key === "Enter") save();
          if (event.key === "Escape" && text !== value) {
            event.stopPropagation();
            type(value);
          }
        }}
      />
      <div className={styles.saved} role="status">
        {saved ? "✓ Saved" : ""}
      </div>
    </div>
  );
}

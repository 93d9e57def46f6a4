// Copies a text and says so.
import { useEffect, useState } from "react";
import { toastFailure } from "@/app/feedback/toasts";
import { usePlatform } from "@/app/host";
import { Button } from "./Button";
import { Check, Copy } from "./icons";

export function CopyButton({
  text,
  label,
  words,
}: {
  text: string | (() => Promise<string>);
  label: string;
  words?: string;
}) {
  const platform = usePlatform();
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) return;
    const timer = setTimeout(() => setDone(false), 1500);
    return () => clearTimeout(timer);
  }, [done]);
  const copy = async () => {
    try {
      await platform.copyText(typeof text === "string" ? text : await text());
      setDone(true);
    } catch (thrown) {
      toastFailure(thrown);
    }
  };
  return (
    <Button
      small
      tone={words ? "plain" : "ghost"}
      icon={!words}
      {...(words ? {} : { label })}
      title={label}
      onClick={copy}
    >
      {done ? <Check size={13} aria-hidden /> : <Copy size={13} aria-hidden />}
      {words ? (done ? "Copied" : words) : null}
      <span className="sr" aria-live="polite">
        {done ? "Copied" : ""}
      </span>
    </Button>
  );
}

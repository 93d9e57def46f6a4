// "Show once" and "Copy" for a secret in the vault. What was shown leaves the page again by itself.
import { useEffect, useState } from "react";
import { toastFailure } from "@/app/feedback/toasts";
import { usePlatform } from "@/app/host";
import { Button } from "@/components/Button";
import { pageStyles as styles } from "../Page";
import { useSecretCopy } from "./useSecretCopy";

const SHOWN_FOR = 60_000;

export function Reveal({
  id,
  onTaken,
  primary,
}: {
  id: string;
  /** It was shown or copied. */
  onTaken?: () => void;
  primary?: boolean;
}) {
  const platform = usePlatform();
  const copy = useSecretCopy();
  const [value, setValue] = useState<string | null>(null);
  const [shown, setShown] = useState(false);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    if (value === null) return;
    const timer = setTimeout(() => setValue(null), SHOWN_FOR);
    return () => clearTimeout(timer);
  }, [value]);
  const show = async () => {
    setBusy(true);
    try {
      setValue((await platform.call("secrets.reveal", { id })).value);
      setShown(true);
      onTaken?.();
    } catch (thrown) {
      toastFailure(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className={styles.section}>
      <div className={styles.row}>
        {value === null ? (
          <Button
            busy={busy}
            disabled={shown ? "It was shown once; open this again to see it another time." : false}
            onClick={show}
          >
            Show once
          </Button>
        ) : (
          <Button onClick={() => setValue(null)}>Hide</Button>
        )}
        <Button
          tone={primary ? "primary" : "plain"}
          onClick={async () => {
            if (await copy(id)) onTaken?.();
          }}
        >
          Copy
        </Button>
        <span className="muted">The clipboard is cleared after 30 seconds.</span>
      </div>
      <div aria-live="polite">
        {value === null ? null : (
          <pre tabIndex={0} className={styles.code} data-testid="revealed">
            {value}
          </pre>
        )}
      </div>
    </div>
  );
}

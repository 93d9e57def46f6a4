// Asks once before something is written at a provider: the consequence in words, the call on demand, and where a
// working handler would be cut off, its host typed.
import { type ReactNode, useState } from "react";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { TextField } from "@/components/Field";
import { FailureNote } from "@/components/States";
import type { DryRunCall, Failure } from "@/generated/api";
import { ShowCall } from "./Call";

interface AskProps {
  title: string;
  children: ReactNode;
  yes: string;
  danger?: boolean;
  busy: boolean;
  problem?: Failure | null;
  /** What has to be typed first; absent: nothing. */
  typed?: string | undefined;
  /** Asks for the call without making it. */
  call?: (() => Promise<DryRunCall | null>) | undefined;
  onYes: () => void;
  onNo: () => void;
}

export function Ask({ title, children, yes, danger, busy, problem, typed, call, onYes, onNo }: AskProps) {
  const [text, setText] = useState("");
  const free = typed === undefined || text.trim() === typed;
  return (
    <Dialog
      open
      width={500}
      onClose={onNo}
      title={title}
      onSubmit={() => {
        if (free && !busy) onYes();
      }}
      foot={
        <>
          <Button onClick={onNo}>Cancel</Button>
          <Button
            type="submit"
            tone={danger ? "danger-primary" : "primary"}
            busy={busy}
            disabled={free ? false : `Type ${typed} first.`}
          >
            {yes}
          </Button>
        </>
      }
    >
      {problem ? <FailureNote problem={problem} /> : null}
      <div>{children}</div>
      {typed === undefined ? null : (
        <TextField
          label={
            <>
              Type <b className="mono">{typed}</b> to confirm
            </>
          }
          value={text}
          onChange={setText}
        />
      )}
      {call ? <ShowCall ask={call} /> : null}
    </Dialog>
  );
}

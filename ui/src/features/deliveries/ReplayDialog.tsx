// Asks where to send one delivery and how; shows what would happen before it does.
import { useState } from "react";
import { useAnswer } from "@/app/host";
import { useSettings } from "@/app/settings";
import { Button } from "@/components/Button";
import { Combobox } from "@/components/Combobox";
import { Dialog } from "@/components/Dialog";
import { Check, Choice } from "@/components/Field";
import { FailureNote } from "@/components/States";
import type { Failure, ReplayMode, TargetClass } from "@/generated/api";
import { asFailure, fieldProblem } from "@/lib/failure";
import { lastMode, type ReplayOne, single } from "./replay";

const CLASSES: Record<TargetClass, string> = {
  loopback: "this machine",
  private: "a private network",
  public: "the public internet",
};

function looksWhole(target: string): boolean {
  return /^https?:\/\/[^/\s]+/.test(target);
}

function Inside({ delivery, replay }: { delivery: string; replay: ReplayOne }) {
  const settings = useSettings();
  const jobs = useAnswer("replays.list", {}).data ?? [];
  const [target, setTarget] = useState(settings?.last_target ?? "");
  const [mode, setMode] = useState<ReplayMode>(lastMode());
  const [yes, setYes] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Failure | null>(null);
  const plan = useAnswer(
    "replays.plan",
    { selection: { ids: [delivery], query: "" }, options: single(target.trim(), mode), confirmed: false },
    { enabled: looksWhole(target.trim()), keep: true },
  );
  const warnings = plan.data?.warnings ?? [];
  const known = [...new Set([settings?.last_target ?? "", ...jobs.map((job) => job.options.target)])]
    .filter(Boolean)
    .slice(0, 8);
  const send = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await replay.send(delivery, target.trim(), mode, yes || warnings.length === 0);
      replay.close();
    } catch (thrown) {
      setProblem(asFailure(thrown));
    } finally {
      setBusy(false);
    }
  };
  const missing = !looksWhole(target.trim())
    ? "Enter a whole address, with http:// or https://"
    : warnings.length > 0 && !yes
      ? "Confirm the warning first"
      : undefined;
  const shown = problem ?? plan.error;
  return (
    <Dialog
      open
      onClose={replay.close}
      onSubmit={() => {
        if (!missing && !busy) void send();
      }}
      title="Replay this delivery"
      about="The recorded delivery stays as it is."
      foot={
        <>
          <Button onClick={replay.close}>Cancel</Button>
          <Button tone="primary" type="submit" busy={busy} disabled={missing}>
            Send
          </Button>
        </>
      }
    >
      <Combobox
        label="Send to"
        value={target}
        options={known}
        placeholder="http://localhost:3000/hooks"
        problem={fieldProblem(shown, "target")}
        hint={
          plan.data && looksWhole(target)
            ? `${plan.data.host} is on ${CLASSES[plan.data.class]}.`
            : "The delivery's own query is kept, its path is not."
        }
        onChange={setTarget}
      />
      <Choice
        legend="How it is signed"
        value={mode}
        onChange={setMode}
        options={[
          {
            value: "resign",
            label: "Sign again with the time of sending",
            hint: "For receivers that check the timestamp. With the inbox's current secret.",
          },
          { value: "verbatim", label: "As it came", hint: "The same bytes and headers, with the old signature." },
        ]}
      />
      {plan.data && plan.data.unsignable > 0 && mode === "resign" ? (
        <p className="muted">It can't be signed again: there is no secret here that could. Choose “As it came”.</p>
      ) : null}
      {warnings.length > 0 ? (
        <Check label={warnings.join(" ")} hint="Send it all the same." checked={yes} onChange={setYes} />
      ) : null}
      {shown ? <FailureNote problem={shown} /> : null}
    </Dialog>
  );
}

export function ReplayDialog({ replay }: { replay: ReplayOne }) {
  return replay.asking === null ? null : <Inside key={replay.asking} delivery={replay.asking} replay={replay} />;
}

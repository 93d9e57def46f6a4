// "Send test event": to one of the inboxes here, signed as that inbox expects it. Without an inbox, the sample.
import { useState } from "react";
import { toast } from "@/app/feedback/toasts";
import { useAnswer, useRun } from "@/app/host";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { TextArea, TextField } from "@/components/Field";
import { Select } from "@/components/Select";
import { FailureNote } from "@/components/States";
import type { Sent } from "@/generated/api";
import { fieldProblem } from "@/lib/failure";
import { duration } from "@/lib/format";

/** What became of it, in one line. */
export function sentWords(sent: Sent): string {
  const took = sent.duration_us === null ? "" : ` in ${duration(sent.duration_us)}`;
  return sent.status === null ? (sent.error ?? "It was not answered.") : `Answered ${sent.status}${took}.`;
}

export function SendTest({ open, onClose }: { open: boolean; onClose: () => void }) {
  const inboxes = useAnswer("inboxes.list", {}).data ?? [];
  const [chosen, setChosen] = useState("");
  const [event, setEvent] = useState("");
  const [data, setData] = useState("");
  const send = useRun("tools.send");
  const sample = useRun("tools.sample");
  const inbox = inboxes.find((entry) => entry.name === chosen) ?? inboxes[0];
  const problem = send.error ?? sample.error;
  const done = (sent: Sent) => {
    const good = sent.outcome === "succeeded";
    toast({
      id: "sent",
      title: good ? "Test event sent" : "The test event was not accepted",
      detail: sentWords(sent),
      tone: good ? "ok" : "bad",
    });
    onClose();
  };
  const submit = () => {
    if (inbox === undefined) sample.mutate({}, { onSuccess: done });
    else {
      send.mutate(
        {
          to: null,
          inbox: inbox.name,
          scheme: null,
          secret: null,
          event: event.trim() || null,
          data: data.trim() || null,
        },
        { onSuccess: done },
      );
    }
  };
  return (
    <Dialog
      open={open}
      onClose={onClose}
      onSubmit={submit}
      title="Send test event"
      about={
        inbox
          ? "It is signed as the inbox expects it and arrives like any other delivery."
          : "There is no inbox yet: the sample makes one and sends a signed event to it."
      }
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button tone="primary" type="submit" busy={send.isPending || sample.isPending}>
            {inbox ? "Send" : "Send the sample"}
          </Button>
        </>
      }
    >
      {inbox ? (
        <>
          <Select
            label="Inbox"
            value={inbox.name}
            options={inboxes.map((entry) => ({
              value: entry.name,
              label: entry.name,
              hint: entry.scheme ?? "not signed",
            }))}
            onChange={setChosen}
          />
          <TextField
            label="Event type"
            optional
            value={event}
            placeholder="the scheme's first example"
            problem={fieldProblem(problem, "event")}
            onChange={setEvent}
          />
          <TextArea
            label="Body"
            optional
            value={data}
            placeholder="an example of that type"
            problem={fieldProblem(problem, "data")}
            onChange={setData}
          />
        </>
      ) : null}
      {problem ? <FailureNote problem={problem} onRetry={submit} /> : null}
    </Dialog>
  );
}

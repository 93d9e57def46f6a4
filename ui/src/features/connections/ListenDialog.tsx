// Asks where the events of a live stream are kept, then listens.
import { useRef, useState } from "react";
import { useAnswer, useRun } from "@/app/host";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { TextField } from "@/components/Field";
import { FailureNote } from "@/components/States";
import { streamInboxHint, streamInboxProblem } from "./streams";

interface ListenDialogProps {
  connection: string;
  title: string;
  onClose: () => void;
}

export function ListenDialog({ connection, title, onClose }: ListenDialogProps) {
  const inboxes = useAnswer("inboxes.list", {}).data;
  const start = useRun("streams.start");
  const [inbox, setInbox] = useState(connection);
  const [tried, setTried] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const problem = streamInboxProblem(inbox);
  const submit = () => {
    setTried(true);
    if (problem || start.isPending) return;
    start.mutate({ connection, inbox }, { onSuccess: onClose });
  };
  return (
    <Dialog
      open
      width={480}
      onClose={onClose}
      onSubmit={submit}
      initialFocus={field}
      title={`Listen to ${title}'s live stream`}
      about="Events are kept in an inbox as deliveries. They carry no signature: the connection itself vouches for them. Waybill listens until you stop it or it ends."
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" tone="primary" busy={start.isPending}>
            Listen
          </Button>
        </>
      }
    >
      {start.error ? <FailureNote problem={start.error} /> : null}
      <TextField
        label="Inbox"
        ref={field}
        hint={problem ? undefined : streamInboxHint(inbox, inboxes)}
        problem={tried || inbox !== connection ? problem : undefined}
        value={inbox}
        onChange={setInbox}
      />
    </Dialog>
  );
}

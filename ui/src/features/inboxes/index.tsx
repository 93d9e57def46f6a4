// Inboxes: the paths of the capture server, and how each works.
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useAnswer } from "@/app/host";
import { Badge } from "@/components/Badge";
import { ActionButton } from "@/components/Button";
import { EmptyState, FailureNote, Waiting } from "@/components/States";
import { Ago, Page, pageStyles as styles } from "@/features/endpoints/Page";
import { type GridColumn, RowGrid, Stack } from "@/features/endpoints/RowGrid";
import type { Inbox } from "@/generated/api";
import { count, counted } from "@/lib/format";
import { InboxDetail } from "./InboxDetail";
import { NewInbox } from "./NewInbox";

/** What is special about an inbox, in a few words. */
export function inboxWords(inbox: Inbox): string {
  const words: string[] = [];
  if (inbox.answer.status !== 200) words.push(`answers ${inbox.answer.status}`);
  if (inbox.answer.delay_ms > 0) words.push(`after ${inbox.answer.delay_ms} ms`);
  if (inbox.forward_to.length > 0)
    words.push(`sends on to ${counted(inbox.forward_to.length, "address", "addresses")}`);
  if (inbox.connection) words.push(`from ${inbox.connection}`);
  return words.join(" · ");
}

export function InboxesView() {
  const navigate = useNavigate();
  const search = useSearch({ from: "/inboxes" });
  const list = useAnswer("inboxes.list", {});
  const schemes = useAnswer("schemes.list", {}).data ?? [];
  const go = (patch: { name?: string | undefined; new?: true | undefined }) =>
    void navigate({ to: "/inboxes", search: { ...search, ...patch } });
  const inboxes = list.data ?? [];
  const open = inboxes.find((one) => one.name === search.name);

  const columns: GridColumn<Inbox>[] = [
    {
      id: "name",
      head: "Inbox",
      track: "minmax(0, 1fr)",
      cell: (one) => (
        <Stack>
          <b>{one.name}</b>
          <span className="muted">{inboxWords(one) || <span className="mono">/in/{one.name}</span>}</span>
        </Stack>
      ),
    },
    {
      id: "scheme",
      head: "Scheme",
      track: "minmax(0, 0.5fr)",
      from: 360,
      cell: (one) =>
        one.scheme === null ? (
          <span className="muted">not checked</span>
        ) : one.secrets.length === 0 ? (
          <Badge tone="warn" title="Nothing can be verified">
            no secret
          </Badge>
        ) : (
          <span className="mono">{one.scheme}</span>
        ),
    },
    { id: "deliveries", head: "Deliveries", track: "72px", end: true, from: 300, cell: (one) => count(one.deliveries) },
    {
      id: "failed",
      head: "Failed",
      track: "52px",
      end: true,
      from: 440,
      cell: (one) => <span className={one.failed > 0 ? styles.bad : "muted"}>{count(one.failed)}</span>,
    },
    {
      id: "last",
      head: "Last",
      track: "84px",
      end: true,
      from: 520,
      cell: (one) =>
        one.last_received_at === null ? <span className="muted">never</span> : <Ago at={one.last_received_at} />,
    },
  ];
  return (
    <>
      <Page
        id="inboxes"
        title="Inboxes"
        about={list.data ? counted(inboxes.length, "inbox", "inboxes") : null}
        detailLabel={open ? `Inbox ${open.name}` : undefined}
        detailWidth={720}
        onBack={() => go({ name: undefined })}
        actions={<ActionButton id="new-inbox" tone="primary" />}
        notes={list.error ? <FailureNote problem={list.error} onRetry={() => void list.refetch()} /> : null}
        detail={
          open ? (
            <InboxDetail key={open.name} inbox={open} schemes={schemes} onClose={() => go({ name: undefined })} />
          ) : null
        }
      >
        {list.data === undefined ? (
          list.error ? null : (
            <Waiting lines={6} />
          )
        ) : (
          <RowGrid
            label="Inboxes"
            columns={columns}
            total={inboxes.length}
            rowHeight={48}
            rowAt={(index) => inboxes[index]}
            keyOf={(one) => one.name}
            selected={open?.name}
            onOpen={(one) => go({ name: one.name })}
            empty={
              <EmptyState title="No inbox yet" action={<ActionButton id="new-inbox" tone="primary" />}>
                An inbox is a path to send webhooks to. Each keeps what arrives and checks its signature.
              </EmptyState>
            }
          />
        )}
      </Page>
      {search.new ? (
        <NewInbox
          inboxes={inboxes}
          onClose={() => go({ new: undefined })}
          onMade={(made) => go({ new: undefined, name: made.name })}
        />
      ) : null}
    </>
  );
}

// Replays: the list of all, a plan for a new one, or one that runs or ran.
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useAnswer } from "@/app/host";
import { Badge } from "@/components/Badge";
import { ActionButton } from "@/components/Button";
import { EmptyState, FailureNote, Waiting } from "@/components/States";
import { Ago, Page, pageStyles } from "@/features/endpoints/Page";
import { type GridColumn, RowGrid, Stack } from "@/features/endpoints/RowGrid";
import type { ReplayJob } from "@/generated/api";
import { count, counted } from "@/lib/format";
import { idsOf } from "./form";
import { JobView } from "./JobView";
import { JOB_STATES, paceWords, settled } from "./job";
import { NewReplay } from "./Plan";

export function ReplaysView() {
  const search = useSearch({ from: "/replays" });
  const ids = idsOf(search.ids);
  if (search.id) return <JobView id={search.id} />;
  if (search.new || search.q !== undefined || ids.length > 0) {
    return <NewReplay key={`${search.q ?? ""} ${search.ids ?? ""}`} query={search.q ?? ""} ids={ids} />;
  }
  return <JobList />;
}

function JobList() {
  const navigate = useNavigate();
  const list = useAnswer("replays.list", {});
  const jobs = list.data ?? [];
  const columns: GridColumn<ReplayJob>[] = [
    {
      id: "state",
      head: "State",
      track: "92px",
      cell: (one) => <Badge tone={JOB_STATES[one.state].tone}>{JOB_STATES[one.state].word}</Badge>,
    },
    {
      id: "title",
      head: "Replay",
      track: "minmax(0, 1fr)",
      cell: (one) => (
        <Stack>
          <b title={one.title}>{one.title}</b>
          <span className="mono muted" title={one.options.target}>
            → {one.options.target}
          </span>
        </Stack>
      ),
    },
    {
      id: "sent",
      head: "Settled",
      track: "110px",
      end: true,
      from: 420,
      cell: (one) => `${count(settled(one))} of ${count(one.counts.total)}`,
    },
    {
      id: "failed",
      head: "Failed",
      track: "56px",
      end: true,
      cell: (one) => (
        <span className={one.counts.failed > 0 ? pageStyles.bad : "muted"}>{count(one.counts.failed)}</span>
      ),
    },
    {
      id: "pace",
      head: "Pace",
      track: "170px",
      end: true,
      from: 760,
      cell: (one) => <span className="muted">{paceWords(one) || "–"}</span>,
    },
    {
      id: "at",
      head: "Started",
      track: "96px",
      end: true,
      from: 520,
      cell: (one) => <Ago at={one.created_at} />,
    },
  ];
  const stopped = jobs.filter((job) => job.state === "interrupted").length;
  return (
    <Page
      id="replays"
      title="Replays"
      about={
        list.data ? `${counted(jobs.length, "replay")}${stopped > 0 ? `, ${count(stopped)} interrupted` : ""}` : null
      }
      actions={<ActionButton id="new-replay" tone="primary" />}
      notes={list.error ? <FailureNote problem={list.error} onRetry={() => void list.refetch()} /> : null}
    >
      {list.data === undefined ? (
        list.error ? null : (
          <Waiting lines={6} />
        )
      ) : (
        <RowGrid
          label="Replays, newest first"
          columns={columns}
          total={jobs.length}
          rowHeight={48}
          rowAt={(index) => jobs[index]}
          keyOf={(one) => one.id}
          onOpen={(one) => void navigate({ to: "/replays", search: { id: one.id } })}
          empty={
            <EmptyState title="No replay yet" action={<ActionButton id="new-replay" tone="primary" />}>
              Send recorded deliveries again, one or ten thousand, to any target. A plan says first what would happen.
            </EmptyState>
          }
        />
      )}
    </Page>
  );
}

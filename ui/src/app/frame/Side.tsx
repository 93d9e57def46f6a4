// The sidebar: where the deliveries are, by inbox; the connections; the replays. Counts are words for screen readers.
import { Link, useRouterState } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useAnswer } from "@/app/host";
import { Dot } from "@/components/Badge";
import { Plus } from "@/components/icons";
import type { Inbox, ReplayJob } from "@/generated/api";
import { cx } from "@/lib/cx";
import { count, counted } from "@/lib/format";
import styles from "./Frame.module.css";
import { useUnseen } from "./unseen";
import { ERRORS, FAILED, STARRED } from "./useFrameActions";

interface ItemProps {
  to: "/" | "/endpoints" | "/replays" | "/inboxes" | "/connections";
  search?: Record<string, string | undefined>;
  on: boolean;
  children: ReactNode;
  onChoose: () => void;
}

function Item({ to, search, on, children, onChoose }: ItemProps) {
  return (
    <li>
      <Link
        to={to}
        search={search ?? {}}
        className={cx("nav", on && "on")}
        activeProps={{}}
        aria-current={on ? "page" : undefined}
        onClick={onChoose}
      >
        {children}
      </Link>
    </li>
  );
}

function inboxMark(inbox: Inbox): { tone: "ok" | "warn" | "none"; words: string } {
  if (inbox.scheme === null) return { tone: "none", words: "signatures are not checked" };
  if (inbox.failed > 0) return { tone: "warn", words: `${count(inbox.failed)} with a failed signature` };
  return { tone: "ok", words: "every signature valid" };
}

export function jobMark(job: ReplayJob): string {
  const { counts } = job;
  const done = counts.succeeded + counts.failed + counts.skipped;
  switch (job.state) {
    case "running":
    case "paused":
      return `${counts.total === 0 ? 0 : Math.floor((100 * done) / counts.total)}%`;
    case "completed":
      return counts.failed > 0 ? `${count(counts.failed)} failed` : "done";
    case "cancelled":
      return "cancelled";
    case "interrupted":
      return "interrupted";
  }
}

export function Side({ open, onChoose }: { open: boolean; onChoose: () => void }) {
  const totals = useAnswer("status.get", {}).data?.totals;
  const inboxes = useAnswer("inboxes.list", {}).data;
  const connections = useAnswer("connections.list", {}).data;
  const replays = useAnswer("replays.list", {}).data;
  const providers = useAnswer("providers.list", {}).data;
  const location = useRouterState({ select: (state) => state.location });
  const search = location.search as Record<string, string | undefined>;
  const at = location.pathname;
  const query = at === "/" ? (search.q ?? "") : null;
  const unseen = useUnseen(query, inboxes);
  const title = (id: string) => providers?.find((provider) => provider.id === id)?.title.replace(/ \(.*\)$/, "") ?? id;

  const filters: { label: string; q: string; n: number | undefined }[] = [
    { label: "All", q: "", n: totals?.deliveries },
    { label: "Signature failed", q: FAILED, n: totals?.failed },
    { label: "Answered with an error", q: ERRORS, n: totals?.errors },
    { label: "Starred", q: STARRED, n: totals?.starred },
  ];
  return (
    <nav className={cx("side", styles.side)} data-open={open} aria-label="Views" data-pane="side">
      <section>
        <h2>Deliveries</h2>
        <ul>
          {filters.map((filter) => (
            <Item
              key={filter.label}
              to="/"
              search={filter.q ? { q: filter.q } : {}}
              on={query === filter.q}
              onChoose={onChoose}
            >
              <span className="cut">{filter.label}</span>
              {filter.n === undefined ? null : <em>{count(filter.n)}</em>}
            </Item>
          ))}
        </ul>
      </section>
      <section>
        <h2>
          Inboxes
          <Link to="/inboxes" search={{ new: true }} aria-label="New inbox" title="New inbox" onClick={onChoose}>
            <Plus size={14} />
          </Link>
        </h2>
        <ul>
          {inboxes?.map((inbox) => {
            const mark = inboxMark(inbox);
            const fresh = unseen.get(inbox.name) ?? 0;
            return (
              <Item
                key={inbox.name}
                to="/"
                search={{ q: `inbox:${inbox.name}` }}
                on={query === `inbox:${inbox.name}`}
                onChoose={onChoose}
              >
                <Dot tone={mark.tone} />
                <span className="cut" title={`${inbox.name}: ${mark.words}`}>
                  {inbox.name}
                </span>
                <span className="sr">, {mark.words},</span>
                {fresh > 0 ? (
                  <b className="n" title={`${counted(fresh, "delivery", "deliveries")} since you looked`}>
                    {count(fresh)}
                    <span className="sr"> new</span>
                  </b>
                ) : (
                  <em>{count(inbox.deliveries)}</em>
                )}
              </Item>
            );
          })}
          <Item to="/inboxes" on={at === "/inboxes"} onChoose={onChoose}>
            <span className="cut muted">{inboxes?.length === 0 ? "No inbox yet" : "Set up inboxes"}</span>
          </Item>
        </ul>
      </section>
      <section>
        <h2>
          Connections
          <Link
            to="/connections"
            search={{ new: true }}
            aria-label="Add a connection"
            title="Add a connection"
            onClick={onChoose}
          >
            <Plus size={14} />
          </Link>
        </h2>
        <ul>
          {connections && connections.length > 0 ? (
            <Item to="/endpoints" on={at === "/endpoints" && !search.connection} onChoose={onChoose}>
              <span className="cut">All endpoints</span>
              <em>{count(connections.reduce((sum, one) => sum + one.endpoints, 0))}</em>
            </Item>
          ) : null}
          {connections?.map((connection) => (
            <Item
              key={connection.name}
              to="/endpoints"
              search={{ connection: connection.name }}
              on={at === "/endpoints" && search.connection === connection.name}
              onChoose={onChoose}
            >
              <span className="cut">{title(connection.provider)}</span>
              <span className="sub">{connection.name}</span>
              <em>
                {connection.last_error ? <span title={connection.last_error}>!</span> : count(connection.endpoints)}
              </em>
            </Item>
          ))}
          <Item to="/connections" on={at === "/connections"} onChoose={onChoose}>
            <span className="cut muted">{connections?.length === 0 ? "Connect a provider" : "Set up connections"}</span>
          </Item>
        </ul>
      </section>
      <section>
        <h2>Replays</h2>
        <ul>
          {replays?.slice(0, 8).map((job) => (
            <Item
              key={job.id}
              to="/replays"
              search={{ id: job.id }}
              on={at === "/replays" && search.id === job.id}
              onChoose={onChoose}
            >
              <span className="cut" title={`${job.title} → ${job.options.target}`}>
                {job.title}
              </span>
              <em>{jobMark(job)}</em>
            </Item>
          ))}
          {replays?.length === 0 ? <li className={styles.none}>None yet</li> : null}
          {replays && replays.length > 8 ? (
            <Item to="/replays" on={at === "/replays" && !search.id} onChoose={onChoose}>
              <span className="cut muted">All replays</span>
              <em>{count(replays.length)}</em>
            </Item>
          ) : null}
        </ul>
      </section>
    </nav>
  );
}

// Schemes: every way of signing that is known here, and the user's own.
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { useActions } from "@/app/actions/registry";
import { useAnswer } from "@/app/host";
import { Badge } from "@/components/Badge";
import { ActionButton, Button } from "@/components/Button";
import { EmptyState, FailureNote, Waiting } from "@/components/States";
import { Page, pageStyles, Strip } from "@/features/endpoints/Page";
import { type GridColumn, RowGrid, Stack } from "@/features/endpoints/RowGrid";
import type { SchemeInfo } from "@/generated/api";
import { count, counted } from "@/lib/format";
import { plain } from "@/lib/plain";
import { Editor } from "./Editor";
import { foundSchemes } from "./found";
import { SchemeDetail } from "./SchemeDetail";

export function SchemesView() {
  const search = useSearch({ from: "/schemes" });
  if (search.new || search.edit || search.copy)
    return (
      <Editor
        key={search.edit ?? search.copy ?? ""}
        of={search.edit ?? search.copy}
        copy={search.copy !== undefined}
        delivery={search.delivery}
      />
    );
  return <SchemeList />;
}

function SchemeList() {
  const navigate = useNavigate();
  const search = useSearch({ from: "/schemes" });
  const list = useAnswer("schemes.list", {});
  const own = useAnswer("schemes.own", {}).data;
  const [typed, setTyped] = useState("");
  const find = useRef<HTMLInputElement>(null);
  const go = (id: string | undefined) => void navigate({ to: "/schemes", search: { id } });
  const all = list.data ?? [];
  const isOwn = (id: string) => own?.schemes.includes(id) ?? false;
  const rows = foundSchemes(all, typed, isOwn);
  const open = all.find((one) => one.id === search.id);

  useActions([
    {
      id: "find-scheme",
      label: "Search the schemes",
      group: "Schemes",
      keys: ["/"],
      palette: false,
      run: () => find.current?.focus(),
    },
  ]);

  const columns: GridColumn<SchemeInfo>[] = [
    {
      id: "title",
      head: "Scheme",
      track: "minmax(0, 1fr)",
      cell: (one) => (
        <Stack>
          <span>
            <b>{plain(one.title)}</b>{" "}
            {isOwn(one.id) ? (
              <Badge tone="accent">own</Badge>
            ) : one.unconfirmed ? (
              <Badge title="The provider's documents don't confirm it">unconfirmed</Badge>
            ) : null}
          </span>
          <span className="muted mono">{one.id}</span>
        </Stack>
      ),
    },
    {
      id: "algorithm",
      head: "Algorithm",
      track: "minmax(0, 0.75fr)",
      from: 400,
      cell: (one) => one.algorithm,
    },
    {
      id: "header",
      head: "Signature header",
      track: "minmax(0, 1fr)",
      from: 580,
      cell: (one) => <span className="mono">{plain(one.header)}</span>,
    },
  ];
  return (
    <Page
      id="schemes"
      title="Schemes"
      about={
        list.data
          ? typed.trim() === ""
            ? `${counted(all.length, "scheme")}${own && own.schemes.length > 0 ? `, ${count(own.schemes.length)} your own` : ""}`
            : `${count(rows.length)} of ${counted(all.length, "scheme")}`
          : null
      }
      detailLabel={open ? `Scheme ${open.id}` : undefined}
      detailWidth={600}
      onBack={() => go(undefined)}
      actions={<ActionButton id="new-scheme" tone="primary" />}
      notes={
        <>
          {list.error ? <FailureNote problem={list.error} onRetry={() => void list.refetch()} /> : null}
          {own?.unusable.map((one) => (
            <Strip key={one.file} alert={false}>
              <b>{one.file} can't be used.</b> Line {one.fault.line}, column {one.fault.column}:{" "}
              {plain(one.fault.message)}
            </Strip>
          ))}
          <input
            ref={find}
            type="search"
            className={pageStyles.find}
            aria-label="Search the schemes"
            placeholder="Search by provider, header or algorithm"
            value={typed}
            spellCheck={false}
            onChange={(event) => setTyped(event.target.value)}
            onKeyDown={(event) => {
              const first = rows[0];
              if (event.key === "Enter" && first) go(first.id);
              else if (event.key === "Escape" && typed !== "") setTyped("");
              else return;
              event.preventDefault();
              event.stopPropagation();
            }}
          />
        </>
      }
      detail={
        open ? <SchemeDetail key={open.id} scheme={open} own={isOwn(open.id)} onClose={() => go(undefined)} /> : null
      }
    >
      {list.data === undefined ? (
        list.error ? null : (
          <Waiting lines={8} />
        )
      ) : (
        <RowGrid
          label="Schemes"
          columns={columns}
          total={rows.length}
          rowHeight={44}
          rowAt={(index) => rows[index]}
          keyOf={(one) => one.id}
          selected={open?.id}
          onOpen={(one) => go(one.id)}
          empty={
            <EmptyState
              title="No scheme fits"
              action={
                <>
                  <Button onClick={() => setTyped("")}>Show all</Button>
                  <ActionButton id="new-scheme" tone="primary" />
                </>
              }
            >
              None has “{typed}” in its name, header or algorithm. If the sender signs in a way of its own, describe it.
            </EmptyState>
          }
        />
      )}
    </Page>
  );
}

// What stands out among the endpoints, above their list: each with what it means and a button that leads there.
import { Button } from "@/components/Button";
import { count, counted } from "@/lib/format";
import type { FindingKind, Findings } from "./findings";
import { Strip } from "./Page";

interface FindingStripsProps {
  found: Findings;
  /** The finding that the list is narrowed to. */
  only: FindingKind | null;
  onOnly: (kind: FindingKind | null) => void;
  onMove: () => void;
}

export function FindingStrips({ found, only, onOnly, onMove }: FindingStripsProps) {
  const show = (kind: FindingKind) => (
    <Button small aria-pressed={only === kind} onClick={() => onOnly(only === kind ? null : kind)}>
      {only === kind ? "Show all" : found[kind].length === 1 ? "Show it" : `Show the ${count(found[kind].length)}`}
    </Button>
  );
  const { off, old, twice, unreachable } = found;
  return (
    <>
      {off.length > 0 ? (
        <Strip tone="bad" action={show("off")}>
          <b>
            {counted(off.length, "endpoint")} {off.length === 1 ? "is" : "are"} switched off after failures.
          </b>{" "}
          {off.length === 1 ? "Its provider sends" : "Their providers send"} nothing there until it is enabled again.
        </Strip>
      ) : null}
      {old.length > 0 ? (
        <Strip
          action={
            <Button small onClick={onMove}>
              Review and update {count(old.length)}
            </Button>
          }
        >
          <b>The public address changed.</b> {counted(old.length, "endpoint")} still{" "}
          {old.length === 1 ? "points" : "point"} at another one.
        </Strip>
      ) : null}
      {twice.length > 0 ? (
        <Strip action={show("twice")}>
          <b>One address is registered twice.</b> {counted(twice.length, "endpoint")} of one connection send every event
          there more than once.
        </Strip>
      ) : null}
      {unreachable.length > 0 ? (
        <Strip action={show("unreachable")}>
          <b>
            {counted(unreachable.length, "endpoint")} {unreachable.length === 1 ? "points at a host" : "point at hosts"}{" "}
            that only this machine or its network knows.
          </b>{" "}
          A provider elsewhere can't reach it: edit the address, or start a tunnel.
        </Strip>
      ) : null}
    </>
  );
}

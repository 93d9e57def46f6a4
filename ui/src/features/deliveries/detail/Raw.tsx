// The bytes as they are stored: hex by pages, or as text.
import { useEffect, useRef, useState } from "react";
import { usePlatform } from "@/app/host";
import { Button } from "@/components/Button";
import { CopyButton } from "@/components/Copy";
import { EmptyState, FailureNote, Waiting } from "@/components/States";
import { VirtualList, virtualRow } from "@/components/VirtualList";
import type { Delivery, Failure, HexRow, PartOf } from "@/generated/api";
import { cx } from "@/lib/cx";
import { asFailure } from "@/lib/failure";
import { bytes } from "@/lib/format";
import styles from "./Detail.module.css";
import { LINE_HEIGHT, Lines } from "./Lines";
import lineStyles from "./Lines.module.css";

const PAGE = 256;
/** Bytes shown as text at first, and added by "More". */
const TEXT_STEP = 256 * 1024;

function Hex({ delivery, part, tools }: { delivery: Delivery; part: PartOf; tools: React.ReactNode }) {
  const platform = usePlatform();
  const [size, setSize] = useState<number | null>(null);
  const [problem, setProblem] = useState<Failure | null>(null);
  const [, redraw] = useState(0);
  const pages = useRef(new Map<number, readonly HexRow[] | null>());
  const load = (page: number) => {
    if (pages.current.has(page)) return;
    pages.current.set(page, null);
    platform.call("deliveries.hex", { id: delivery.id, part, row: page * PAGE, rows: PAGE }).then(
      (found) => {
        pages.current.set(page, found.rows);
        setSize(found.size);
        redraw((n) => n + 1);
      },
      (thrown) => {
        pages.current.delete(page);
        setProblem(asFailure(thrown));
      },
    );
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each part, which is a component of its own
  useEffect(() => load(0), []);
  if (problem) return <FailureNote problem={problem} onRetry={() => setProblem(null)} />;
  if (size === null) return <Waiting />;
  const rows = Math.ceil(size / 16);
  return (
    <div className={styles.full}>
      <div className={styles.tools}>
        {tools}
        <span className="muted">{bytes(size)}</span>
      </div>
      {rows === 0 ? (
        <EmptyState title="No bytes" />
      ) : (
        <VirtualList
          role="none"
          wide
          className={lineStyles.list ?? ""}
          label="Bytes in hexadecimal"
          rows={rows}
          rowHeight={LINE_HEIGHT}
          idOf={(row) => `hex-${row}`}
          onRange={(first, end) => {
            for (let page = Math.floor(first / PAGE); page <= Math.floor(Math.max(first, end - 1) / PAGE); page += 1)
              load(page);
          }}
          render={(row, style) => {
            const line = pages.current.get(Math.floor(row / PAGE))?.[row % PAGE];
            return (
              <div key={row} className={cx(virtualRow, lineStyles.line, lineStyles.hex)} style={style}>
                <span>{(row * 16).toString(16).padStart(8, "0")}</span>
                <span>{(line?.hex ?? "").padEnd(47)}</span>
                <span>{line?.text ?? ""}</span>
              </div>
            );
          }}
        />
      )}
    </div>
  );
}

function AsText({ delivery, part, tools }: { delivery: Delivery; part: PartOf; tools: React.ReactNode }) {
  const platform = usePlatform();
  const [limit, setLimit] = useState(TEXT_STEP);
  const [text, setText] = useState<{ text: string; read: number } | null>(null);
  const [problem, setProblem] = useState<Failure | null>(null);
  useEffect(() => {
    let gone = false;
    platform.bytes({ of: "delivery", id: delivery.id, part, offset: 0, limit }).then(
      (data) => {
        if (!gone) setText({ text: new TextDecoder().decode(data), read: data.length });
      },
      (thrown) => {
        if (!gone) setProblem(asFailure(thrown));
      },
    );
    return () => {
      gone = true;
    };
  }, [platform, delivery.id, part, limit]);
  if (problem) return <FailureNote problem={problem} />;
  if (text === null) return <Waiting />;
  const cut = part === "body" && text.read < delivery.body_size;
  return (
    <Lines
      label={part === "head" ? "Request line and headers" : "Body as text"}
      text={text.text}
      tools={
        <>
          {tools}
          {cut ? (
            <span className="muted">
              first {bytes(text.read)} of {bytes(delivery.body_size)}
            </span>
          ) : null}
          {cut && limit < 8 * 1024 * 1024 ? (
            <Button small onClick={() => setLimit(limit * 4)}>
              More
            </Button>
          ) : null}
          <CopyButton text={text.text} label="Copy as text" words="Copy" />
        </>
      }
    />
  );
}

export function Raw({ delivery }: { delivery: Delivery }) {
  const [part, setPart] = useState<PartOf>("body");
  const [form, setForm] = useState<"hex" | "text">("hex");
  const tools = (
    <>
      <fieldset className={styles.switch} style={{ margin: 0, padding: 0 }} aria-label="Which bytes">
        <button type="button" aria-pressed={part === "head"} onClick={() => setPart("head")}>
          Head
        </button>
        <button type="button" aria-pressed={part === "body"} onClick={() => setPart("body")}>
          Body
        </button>
      </fieldset>
      <fieldset className={styles.switch} style={{ margin: 0, padding: 0 }} aria-label="How they are shown">
        <button type="button" aria-pressed={form === "hex"} onClick={() => setForm("hex")}>
          Hex
        </button>
        <button type="button" aria-pressed={form === "text"} onClick={() => setForm("text")}>
          Text
        </button>
      </fieldset>
    </>
  );
  const key = `${delivery.id}${part}`;
  return form === "hex" ? (
    <Hex key={key} delivery={delivery} part={part} tools={tools} />
  ) : (
    <AsText key={key} delivery={delivery} part={part} tools={tools} />
  );
}

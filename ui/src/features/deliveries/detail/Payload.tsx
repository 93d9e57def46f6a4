// The body by what it holds. Whatever is decoded, cut or indented anew says so.
import { useEffect, useRef, useState } from "react";
import { toast, toastFailure } from "@/app/feedback/toasts";
import { useAnswer, usePlatform } from "@/app/host";
import { Button } from "@/components/Button";
import { CopyButton } from "@/components/Copy";
import { EmptyState, FailureNote, Waiting } from "@/components/States";
import type { Delivery, MultipartPart, PayloadView } from "@/generated/api";
import { bytes, counted } from "@/lib/format";
import { plain } from "@/lib/plain";
import { quoteValue } from "../query-text";
import styles from "./Detail.module.css";
import { JsonTree } from "./JsonTree";
import { Lines } from "./Lines";

type Shape = "tree" | "pretty" | "original";

/** The largest image that is drawn, in bytes. */
const IMAGE_CAP = 8 * 1024 * 1024;

function remarks(delivery: Delivery, view: PayloadView): string[] {
  const answer = [...view.notes];
  if (delivery.truncated)
    answer.unshift(`Only the first ${bytes(delivery.body_size)} were kept: the body was larger than the cap.`);
  if (view.decoded && answer.length === 0)
    answer.push(`Shown decoded from ${view.decoded}: ${bytes(view.size)} stored, ${bytes(view.decoded_size)} decoded.`);
  if (view.text_cut) answer.push("Only the first part of the text is shown; the whole body is under Raw.");
  if (view.nodes_cut) answer.push("The tree shows only the first 50,000 nodes.");
  return [...new Set(answer)];
}

function Picture({ delivery, view }: { delivery: Delivery; view: PayloadView }) {
  const platform = usePlatform();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [words, setWords] = useState("");
  const fits = delivery.body_size <= IMAGE_CAP && /^image\/(png|jpeg|gif|webp|bmp|avif)/i.test(view.content_type);
  useEffect(() => {
    if (!fits) return;
    let gone = false;
    (async () => {
      try {
        const data = await platform.bytes({
          of: "delivery",
          id: delivery.id,
          part: "body",
          offset: 0,
          limit: IMAGE_CAP,
        });
        // Drawn as pixels: nothing of the payload becomes part of the page.
        const image = await createImageBitmap(new Blob([data as BlobPart], { type: view.content_type }));
        const target = canvas.current;
        if (gone || target === null) return;
        target.width = image.width;
        target.height = image.height;
        target.getContext("2d")?.drawImage(image, 0, 0);
        setWords(`${image.width} × ${image.height} pixels, ${bytes(view.size)}`);
        image.close();
      } catch {
        if (!gone) setWords("The image can't be read. Its bytes are under Raw.");
      }
    })();
    return () => {
      gone = true;
    };
  }, [platform, delivery.id, fits, view.content_type, view.size]);
  if (!fits) {
    return (
      <EmptyState title={`Image, ${bytes(view.size)}`}>
        Images of this kind or size are not drawn. The bytes are under Raw.
      </EmptyState>
    );
  }
  return (
    <div className={styles.body}>
      <p className="muted">{words}</p>
      <canvas ref={canvas} className={styles.image} role="img" aria-label={`Image of the body. ${words}`} />
    </div>
  );
}

function Part({ part, delivery }: { part: MultipartPart; delivery: Delivery }) {
  const platform = usePlatform();
  const save = async () => {
    try {
      const data = await platform.bytes({
        of: "delivery",
        id: delivery.id,
        part: "body",
        offset: part.from,
        limit: part.to - part.from,
      });
      toast({ title: "Saved", detail: await platform.saveFile(part.filename ?? (part.name || "part"), data) });
    } catch (thrown) {
      toastFailure(thrown);
    }
  };
  return (
    <div className="card">
      <div className={styles.cardHead}>
        <b>{plain(part.name || "(no name)")}</b>
        {part.filename ? <span className="mono muted cut">{plain(part.filename)}</span> : null}
        <span className="muted">{part.content_type || "no type"}</span>
        <span className="muted">{bytes(part.to - part.from)}</span>
        {part.text !== null ? <CopyButton text={part.text} label={`Copy ${part.name}`} /> : null}
        <Button small onClick={save}>
          Save
        </Button>
      </div>
      {part.text === null ? null : <pre className={styles.pre}>{plain(part.text)}</pre>}
    </div>
  );
}

export function Payload({ delivery, onFilter }: { delivery: Delivery; onFilter: (filter: string) => void }) {
  const answer = useAnswer("deliveries.payload", { id: delivery.id });
  const [shape, setShape] = useState<Shape>("tree");
  if (answer.error) {
    return (
      <div className={styles.body}>
        <FailureNote problem={answer.error} onRetry={() => answer.refetch()} />
      </div>
    );
  }
  const view = answer.data;
  if (view === undefined) return <Waiting />;
  const notes = remarks(delivery, view);
  const above =
    notes.length > 0 || view.problem ? (
      <div className={styles.body} style={{ paddingBottom: 0 }}>
        {view.problem ? (
          <div className={styles.verdict} data-tone="bad" role="note">
            <h3>
              This is not whole JSON: line {view.problem.line}, column {view.problem.column}
            </h3>
            {view.problem.message} The text is shown as it came.
          </div>
        ) : null}
        {notes.map((note) => (
          <div key={note} className={styles.note} role="note">
            {note}
          </div>
        ))}
      </div>
    ) : null;

  const inside = () => {
    switch (view.kind) {
      case "empty":
        return (
          <EmptyState title="No body">
            The request came without a body. {view.content_type ? `It declared ${view.content_type}.` : ""}
          </EmptyState>
        );
      case "json": {
        const tools = (
          <fieldset className={styles.switch} style={{ margin: 0, padding: 0 }} aria-label="How the body is shown">
            {(["tree", "pretty", "original"] as const).map((one) =>
              (one === "tree" && view.nodes.length === 0) || (one === "original" && view.original === null) ? null : (
                <button key={one} type="button" aria-pressed={shape === one} onClick={() => setShape(one)}>
                  {one === "tree" ? "Tree" : one === "pretty" ? "Pretty" : "As it came"}
                </button>
              ),
            )}
          </fieldset>
        );
        if (shape === "tree" && view.nodes.length > 0)
          return <JsonTree key={delivery.id} nodes={view.nodes} onFilter={onFilter} tools={tools} />;
        const text = shape === "original" ? (view.original ?? view.text ?? "") : (view.text ?? "");
        return (
          <Lines
            label="Body"
            text={text}
            json
            wrong={view.problem?.line}
            tools={
              <>
                {tools}
                <CopyButton text={text} label="Copy the body as shown" words="Copy" />
              </>
            }
          />
        );
      }
      case "form":
        return (
          <div className={styles.body}>
            <div className="card">
              <div className={styles.cardHead}>
                <b>{counted(view.pairs.length, "field")}</b>
              </div>
              <table className={styles.wrap}>
                <tbody>
                  {view.pairs.map(([name, value], n) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: a name may stand twice
                    <tr key={n}>
                      <td>{plain(name)}</td>
                      <td className={styles.value}>{plain(value)}</td>
                      <td>
                        <CopyButton text={value} label={`Copy ${name}`} />
                        <Button
                          small
                          tone="ghost"
                          title="Search for this value"
                          onClick={() => onFilter(quoteValue(value))}
                        >
                          Filter
                        </Button>
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </div>
        );
      case "multipart":
        return (
          <div className={styles.body}>
            {view.parts.map((part) => (
              <Part key={part.from} part={part} delivery={delivery} />
            ))}
            {view.parts.length === 0 ? <p className="muted">No part could be read. The bytes are under Raw.</p> : null}
          </div>
        );
      case "image":
        return <Picture delivery={delivery} view={view} />;
      case "xml":
      case "text":
        return (
          <Lines
            label="Body"
            text={view.text ?? ""}
            wrong={view.problem?.line}
            tools={
              <>
                <span className="muted">
                  {[view.content_type || "no type declared", view.charset].filter(Boolean).join(" · ")}
                </span>
                <CopyButton text={view.text ?? ""} label="Copy the body" words="Copy" />
              </>
            }
          />
        );
      case "binary":
        return (
          <EmptyState title={`${bytes(view.size)} that are not text`}>
            {view.content_type ? `Declared as ${view.content_type}. ` : ""}The bytes are under Raw.
          </EmptyState>
        );
    }
  };
  if (above === null) return inside();
  return (
    <div className={styles.full}>
      {above}
      {inside()}
    </div>
  );
}

// The editor of an own scheme: a form or the file's text at the left, the trial against a delivery at the right.
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useActions } from "@/app/actions/registry";
import { toast } from "@/app/feedback/toasts";
import { useAnswer, useRun } from "@/app/host";
import { ActionButton, Button } from "@/components/Button";
import { TextField } from "@/components/Field";
import { FailureNote, Waiting } from "@/components/States";
import { Tabs } from "@/components/Tabs";
import { Ask } from "@/features/endpoints/Ask";
import { useDraft } from "@/features/endpoints/drafts";
import { pageStyles as page, Strip } from "@/features/endpoints/Page";
import { plain } from "@/lib/plain";
import styles from "./Editor.module.css";
import { draftOf, draftProblems, EMPTY, idOf, isId, type SchemeDraft, schemeForm } from "./form";
import { Preview } from "./Preview";
import { formOf } from "./reading";
import { SchemeFields } from "./SchemeFields";
import { Faults, TomlText } from "./TomlText";
import { usePreview } from "./usePreview";

interface EditorProps {
  /** The scheme that is edited or copied; absent: a new one. */
  of: string | undefined;
  copy: boolean;
  /** To try it against at first. */
  delivery: string | undefined;
}

/** How the editor begins, and what of the file the form has no place for. */
export function beginning(
  text: string,
  id: string,
  copy: boolean,
  taken: (id: string) => boolean,
): { draft: SchemeDraft; left: string[] } {
  const read = formOf(text);
  const free = (name: string) => {
    for (let n = 1; ; n += 1) {
      const next = n === 1 ? `${name}-own` : `${name}-own-${n}`;
      if (!taken(next)) return next;
    }
  };
  const name = copy ? free(id) : id;
  if (read === null) return { draft: { ...EMPTY, id: name, text }, left: [] };
  // What a form would lose is kept by staying with the text; a copy begins with the form all the same.
  const keepText = !copy && read.left.length > 0;
  return {
    draft: {
      ...draftOf(read.form),
      id: name,
      ...(copy ? { title: `${read.form.title} (own)` } : {}),
      ...(keepText ? { text } : {}),
    },
    left: read.left,
  };
}

export function Editor(props: EditorProps) {
  const file = useAnswer("schemes.get", { id: props.of ?? "" }, { enabled: props.of !== undefined });
  const list = useAnswer("schemes.list", {});
  if (file.error || list.error)
    return (
      <div className={styles.alone}>
        <FailureNote problem={file.error ?? list.error} onRetry={() => void (file.error ? file : list).refetch()} />
      </div>
    );
  if (list.data === undefined || (props.of !== undefined && file.data === undefined)) return <Waiting lines={8} />;
  const ids = new Set(list.data.map((one) => one.id));
  const begin = props.of
    ? beginning(file.data?.text ?? "", props.of, props.copy, (id) => ids.has(id))
    : { draft: EMPTY, left: [] };
  return <Opened {...props} initial={begin.draft} left={begin.left} ids={ids} />;
}

interface OpenedProps extends EditorProps {
  initial: SchemeDraft;
  left: readonly string[];
  ids: ReadonlySet<string>;
}

function Opened({ of, copy, delivery: wanted, initial, left, ids }: OpenedProps) {
  const navigate = useNavigate();
  const editing = of !== undefined && !copy;
  const draft = useDraft<SchemeDraft>(`scheme:${copy ? "copy:" : ""}${of ?? "new"}`, initial);
  const { value, change } = draft;
  const deliveries = useAnswer("deliveries.list", { query: "", limit: 40, after: null }).data?.deliveries;
  const own = useAnswer("schemes.own", {}).data;
  const save = useRun("schemes.save");
  const [chosen, setChosen] = useState(wanted ?? null);
  const [secret, setSecret] = useState("");
  const [config, setConfig] = useState<Record<string, string>>({});
  const [tab, setTab] = useState<"form" | "text">(value.text === null ? "form" : "text");
  const [tried, setTried] = useState(false);
  const [asking, setAsking] = useState<"replace" | "as" | null>(null);
  const [newId, setNewId] = useState("");
  const delivery = deliveries?.find((one) => one.id === chosen)?.id ?? deliveries?.[0]?.id ?? null;
  const preview = usePreview({ text: value.text, form: schemeForm(value), delivery, secret, config });
  const id = editing ? (of ?? "") : idOf(value);
  const problems =
    value.text === null
      ? draftProblems(value)
      : isId(id)
        ? {}
        : { id: "Small letters, digits and dashes, at most 64." };
  const faults = preview.answer?.faults ?? [];
  const text = value.text ?? preview.answer?.text ?? "";

  const leave = (to?: string) => void navigate({ to: "/schemes", search: { id: to ?? of } });
  const send = (as: string, replace: boolean) => {
    save.mutate(
      { id: as, text, replace },
      {
        onSuccess: () => {
          setAsking(null);
          draft.drop();
          leave(as);
          toast({ id: "scheme-saved", title: "Scheme saved", detail: `${as} can be chosen in every inbox.` });
        },
        onError: () => setAsking(null),
      },
    );
  };
  const ready =
    Object.keys(problems).length === 0 &&
    faults.length === 0 &&
    !preview.busy &&
    preview.answer !== null &&
    text !== "";
  const submit = () => {
    setTried(true);
    if (!ready) return;
    if (editing) send(id, true);
    else if (ids.has(id)) setAsking("replace");
    else send(id, false);
  };

  useActions([
    {
      id: "save-scheme",
      label: "Save scheme",
      group: "Schemes",
      keys: ["Mod+S"],
      everywhere: true,
      run: submit,
    },
    {
      id: "close-editor",
      label: "Close the editor",
      group: "Schemes",
      keys: ["Escape"],
      palette: false,
      run: () => leave(),
    },
  ]);

  const shown = (field: string): string | undefined => (tried ? problems[field] : undefined);
  const byHand = value.text !== null;
  return (
    <div className={styles.page}>
      <header className={styles.top}>
        <div>
          <h1>{editing ? `Edit ${of}` : copy ? `A scheme after ${of}` : "New scheme"}</h1>
          <span className="muted">
            How a sender signs. It is tried against a delivery while you write.
            {draft.dirty ? " What you typed stays when you look elsewhere." : ""}
          </span>
        </div>
        <div className={page.end}>
          <Button
            onClick={() => {
              draft.drop();
              leave();
            }}
          >
            {draft.dirty ? "Discard" : "Close"}
          </Button>
          {editing ? (
            <Button
              onClick={() => {
                setNewId(`${id}-2`);
                setAsking("as");
              }}
            >
              Save as…
            </Button>
          ) : null}
          <ActionButton id="save-scheme" tone="primary" busy={save.isPending}>
            Save
          </ActionButton>
        </div>
      </header>
      <div className={styles.cols}>
        <section className={styles.left} aria-label="Description" data-pane="list">
          {save.error ? <FailureNote problem={save.error} /> : null}
          {tried && !ready && !preview.busy && (Object.keys(problems).length > 0 || faults.length > 0) ? (
            <Strip tone="warn">
              <b>Not saved.</b>{" "}
              {Object.keys(problems).length > 0
                ? "Mend what is marked below."
                : "The description has a fault; it is named below."}
            </Strip>
          ) : null}
          {editing ? null : (
            <TextField
              label="Name of the file"
              hint="Small letters, digits and dashes. Inboxes and the command line call it so."
              problem={
                shown("id") ??
                (ids.has(id) ? `There is a scheme ${id}: saving asks before it takes its place.` : undefined)
              }
              placeholder={idOf({ ...value, id: "" }) || "my-sender"}
              value={value.id}
              onChange={(next) => change({ id: next })}
            />
          )}
          <Tabs
            label="How to describe it"
            className={styles.tabs ?? ""}
            value={tab}
            onChange={setTab}
            tabs={[
              {
                id: "form",
                label: "Form",
                content: (
                  <div className={styles.panel}>
                    {byHand ? (
                      <Strip
                        tone="info"
                        action={
                          <Button
                            small
                            onClick={() => {
                              const read = formOf(text);
                              change(read ? { ...draftOf(read.form), id: value.id } : { text: null });
                            }}
                          >
                            Use the form
                          </Button>
                        }
                      >
                        <b>The text counts.</b> It was written by hand.{" "}
                        {formOf(text) === null
                          ? "It says more than the form can: using the form writes over it."
                          : "Using the form takes over what it has a place for."}
                      </Strip>
                    ) : left.length > 0 ? (
                      <p className="muted">
                        Not taken over, because the form has no place for it: {left.join(", ")}. The verdict does not
                        depend on it.
                      </p>
                    ) : null}
                    {byHand ? null : <SchemeFields value={value} change={change} problem={shown} />}
                    {!byHand && Object.keys(problems).length === 0 ? <Faults faults={faults} /> : null}
                  </div>
                ),
              },
              {
                id: "text",
                label: "Text",
                ...(faults.length > 0 && byHand ? { dot: "bad" as const } : {}),
                content: (
                  <div className={styles.panel}>
                    <TomlText text={text} faults={byHand ? faults : []} onChange={(next) => change({ text: next })} />
                  </div>
                ),
              },
            ]}
          />
        </section>
        <section className={styles.right} aria-label="Trial" data-pane="detail">
          <h2>Trial</h2>
          <Preview
            deliveries={deliveries}
            delivery={delivery}
            onDelivery={setChosen}
            secret={secret}
            onSecret={setSecret}
            config={config}
            onConfig={(key, next) => setConfig((before) => ({ ...before, [key]: next }))}
            answer={preview.answer}
            problem={preview.problem}
            busy={preview.busy}
          />
        </section>
      </div>
      {asking === "replace" ? (
        <Ask
          title={`Take the place of ${id}?`}
          yes="Replace it"
          danger
          busy={save.isPending}
          onYes={() => send(id, true)}
          onNo={() => setAsking(null)}
        >
          {own?.schemes.includes(id)
            ? "What your scheme of this name says now is lost."
            : "Waybill's own description stays in the program and comes back when yours is removed."}{" "}
          Inboxes that use <b>{id}</b> verify with the new one from now on.
        </Ask>
      ) : null}
      {asking === "as" ? (
        <Ask
          title="Save under another name"
          yes="Save"
          busy={save.isPending}
          onNo={() => setAsking(null)}
          onYes={() => {
            if (isId(newId) && !ids.has(newId) && faults.length === 0 && text !== "") send(newId, false);
          }}
        >
          <TextField
            label="Name of the file"
            value={newId}
            problem={
              isId(newId)
                ? ids.has(newId)
                  ? `There is a scheme ${plain(newId)} already.`
                  : faults.length > 0
                    ? "The description has a fault: mend it first."
                    : undefined
                : "Small letters, digits and dashes, at most 64."
            }
            onChange={setNewId}
          />
        </Ask>
      ) : null}
    </div>
  );
}

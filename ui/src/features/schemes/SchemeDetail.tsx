// One scheme: how it signs, in words and as its file says it.
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useActions } from "@/app/actions/registry";
import { toast } from "@/app/feedback/toasts";
import { useAnswer, useRun } from "@/app/host";
import { Badge } from "@/components/Badge";
import { ActionButton, Button } from "@/components/Button";
import { CopyButton } from "@/components/Copy";
import { X } from "@/components/icons";
import { KeyValues } from "@/components/KeyValues";
import { FailureNote, Waiting } from "@/components/States";
import { Ask } from "@/features/endpoints/Ask";
import { pageStyles as page, Section, Strip } from "@/features/endpoints/Page";
import type { SchemeInfo } from "@/generated/api";
import { counted, span } from "@/lib/format";
import { plain } from "@/lib/plain";
import { secretForm, timestampRule } from "./reading";
import { Template } from "./SignedText";
import { configWords } from "./words";

export function SchemeDetail({ scheme, own, onClose }: { scheme: SchemeInfo; own: boolean; onClose: () => void }) {
  const navigate = useNavigate();
  const file = useAnswer("schemes.get", { id: scheme.id });
  const inboxes = useAnswer("inboxes.list", {}).data ?? [];
  const remove = useRun("schemes.remove");
  const [asking, setAsking] = useState(false);
  const using = inboxes.filter((one) => one.scheme === scheme.id);
  const text = file.data?.text ?? "";

  useActions([
    {
      id: "copy-scheme",
      label: "Copy as my own",
      group: "Schemes",
      words: "own scheme edit change",
      run: () => void navigate({ to: "/schemes", search: { copy: scheme.id } }),
    },
    ...(own
      ? [
          {
            id: "edit-scheme",
            label: "Edit",
            group: "Schemes",
            keys: ["E"],
            run: () => void navigate({ to: "/schemes", search: { edit: scheme.id } }),
          },
          {
            id: "remove-scheme",
            label: "Remove…",
            group: "Schemes",
            words: "delete own scheme",
            keys: ["Delete"],
            run: () => setAsking(true),
          },
        ]
      : []),
    { id: "close-scheme", label: "Close the detail", group: "Schemes", keys: ["Escape"], palette: false, run: onClose },
  ]);

  return (
    <>
      <div className={page.head}>
        <h2>
          {plain(scheme.title)}
          {own ? <Badge tone="accent">own</Badge> : null}
          {scheme.unconfirmed ? <Badge tone="warn">unconfirmed</Badge> : null}
          <span className={page.end}>
            <Button tone="ghost" icon small label="Close the detail" onClick={onClose}>
              <X size={14} />
            </Button>
          </span>
        </h2>
        <div className={page.address}>
          <span className="mono">{scheme.id}</span>
          <span>{using.length > 0 ? ` · used by ${using.map((one) => one.name).join(", ")}` : null}</span>
        </div>
        <div className={page.acts}>
          {own ? <ActionButton id="edit-scheme" tone="primary" /> : null}
          <ActionButton id="copy-scheme" />
          {own ? <ActionButton id="remove-scheme" tone="danger" /> : null}
        </div>
      </div>
      <div className={page.scroll} tabIndex={0} role="group" aria-label="Description">
        <div className={page.body}>
          {scheme.unconfirmed ? (
            <Strip>
              <b>Not confirmed.</b> The provider's documents don't say it in so many words. A mismatch may be the
              description's fault.
            </Strip>
          ) : null}
          {scheme.note.trim() ? <p style={{ overflowWrap: "anywhere" }}>{plain(scheme.note.trim())}</p> : null}
          <div className={page.card}>
            <KeyValues
              entries={[
                ["Algorithm", scheme.algorithm],
                ["Signature header", <code key="header">{plain(scheme.header)}</code>],
                [
                  "Signed text",
                  scheme.signed_content ? (
                    <Template key="text" text={scheme.signed_content} />
                  ) : (
                    "Nothing: the secret itself is sent."
                  ),
                ],
                [
                  "Timestamp",
                  timestampRule(text) ??
                    (scheme.tolerance_s === null ? "None is checked." : `At most ${span(scheme.tolerance_s)} old.`),
                ],
                secretForm(text) ? ["Secret", secretForm(text)] : null,
                scheme.config.length > 0
                  ? [
                      "Needs besides",
                      <span key="config">
                        {scheme.config.map((key, n) => (
                          <span key={key}>
                            {n > 0 ? ", " : ""}
                            {configWords(key).label} (<code>{key}</code>)
                          </span>
                        ))}
                      </span>,
                    ]
                  : null,
                ["Signing", scheme.can_sign ? "Can be verified and signed here." : "Can be verified here, not signed."],
              ]}
            />
          </div>
          {scheme.sources.length > 0 ? (
            <Section title="Where the facts come from">
              <ul className={page.bullets}>
                {scheme.sources.map((source) => (
                  <li key={source} style={{ overflowWrap: "anywhere" }}>
                    <span className="mono">{plain(source)}</span> <CopyButton text={source} label="Copy the address" />
                  </li>
                ))}
              </ul>
            </Section>
          ) : null}
          <Section
            title="As its file says it"
            end={text ? <CopyButton text={text} label="Copy the file's text" /> : null}
          >
            {file.error ? <FailureNote problem={file.error} onRetry={() => void file.refetch()} /> : null}
            {file.data === undefined ? (
              file.error ? null : (
                <Waiting lines={6} />
              )
            ) : (
              <pre className={page.code} tabIndex={0} role="group" aria-label="The file's text">
                {plain(text)}
              </pre>
            )}
          </Section>
        </div>
      </div>
      {asking ? (
        <Ask
          title={`Remove ${scheme.id}?`}
          yes="Remove scheme"
          danger
          busy={remove.isPending}
          problem={remove.error}
          onNo={() => setAsking(false)}
          onYes={() =>
            remove.mutate(
              { id: scheme.id },
              {
                onSuccess: () => {
                  setAsking(false);
                  onClose();
                  toast({ title: "Scheme removed", detail: `${scheme.id} is no longer among your own.` });
                },
              },
            )
          }
        >
          Its file leaves the data folder for good.
          {using.length > 0
            ? ` ${counted(using.length, "inbox", "inboxes")} ${using.length === 1 ? "verifies" : "verify"} with it now: ${using.map((one) => one.name).join(", ")}.`
            : " No inbox uses it."}
        </Ask>
      ) : null}
    </>
  );
}

// All providers of the catalogue, to choose one. One tab stop; the arrows go from card to card.
import { type KeyboardEvent, useState } from "react";
import { TextField } from "@/components/Field";
import { EmptyState } from "@/components/States";
import type { ProviderInfo } from "@/generated/api";
import { rank } from "@/lib/rank";
import styles from "./ProviderGrid.module.css";

export function foundProviders(providers: readonly ProviderInfo[], typed: string): ProviderInfo[] {
  if (typed.trim() === "") return [...providers];
  return providers
    .map((provider) => ({ provider, score: rank(`${provider.title} ${provider.id} ${provider.introduction}`, typed) }))
    .filter((entry): entry is { provider: ProviderInfo; score: number } => entry.score !== null)
    .sort((one, other) => other.score - one.score)
    .map((entry) => entry.provider);
}

export function ProviderGrid({
  providers,
  onChoose,
}: {
  providers: readonly ProviderInfo[];
  onChoose: (provider: ProviderInfo) => void;
}) {
  const [typed, setTyped] = useState("");
  const found = foundProviders(providers, typed);
  const key = (event: KeyboardEvent<HTMLDivElement>) => {
    const cards = [...event.currentTarget.querySelectorAll<HTMLButtonElement>("button")];
    const at = cards.indexOf(document.activeElement as HTMLButtonElement);
    const across = Math.max(1, Math.round(event.currentTarget.clientWidth / ((cards[0]?.offsetWidth ?? 1) + 10)));
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: across, ArrowUp: -across }[event.key];
    if (step === undefined) return;
    cards[Math.min(cards.length - 1, Math.max(0, at + step))]?.focus();
    event.preventDefault();
  };
  return (
    <>
      <TextField
        label="Search"
        words
        type="search"
        value={typed}
        placeholder="Mnemom, Mynd…"
        onChange={setTyped}
        onKeyDown={(event) => {
          const first = found[0];
          if (event.key === "Enter" && typed.trim() !== "" && first) {
            event.preventDefault();
            onChoose(first);
          }
        }}
      />
      {found.length === 0 ? (
        <EmptyState title="No provider fits">
          Deliveries of any sender can be captured without a connection: make an inbox and give the sender its address.
          A provider of your own is one file beside the data.
        </EmptyState>
      ) : (
        // biome-ignore lint/a11y/noStaticElementInteractions: the cards inside have the focus
        <div className={styles.grid} onKeyDown={key}>
          {found.map((provider, at) => (
            <button
              key={provider.id}
              type="button"
              className={styles.card}
              tabIndex={at === 0 ? 0 : -1}
              title={provider.introduction}
              onClick={() => onChoose(provider)}
            >
              <b>{provider.title}</b>
              <span>{provider.introduction}</span>
            </button>
          ))}
        </div>
      )}
    </>
  );
}

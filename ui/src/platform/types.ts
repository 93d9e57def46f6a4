// The only door to the host. Everything the window knows comes through these few calls; what stands behind them
// (Tauri, the test bridge, a fake) is chosen once at start. Every refusal is a `Failure`.
import type { BytesRequest, CommandName, Commands, Event } from "@/generated/api";

export type Request<N extends CommandName> = Commands[N]["request"];
export type Response<N extends CommandName> = Commands[N]["response"];

export interface Platform {
  /** Which host this is, for "About" and for tests. */
  readonly name: "desktop" | "bridge" | "fake";
  /** Runs one command of the table. Rejects with a `Failure` and nothing else. */
  call<N extends CommandName>(name: N, request: Request<N>): Promise<Response<N>>;
  /** Raw bytes of a delivery or an answer, by range. */
  bytes(request: BytesRequest): Promise<Uint8Array>;
  /** Hands over every event from now on. Returns at once; the answer ends it. */
  subscribe(handler: (event: Event) => void): () => void;
  /** Puts text on the clipboard. Rejects with a `Failure` when the system refuses. */
  copyText(text: string): Promise<void>;
  /** Keeps bytes as a file among the downloads; the answer says where. Nothing is written over. */
  saveFile(name: string, bytes: Uint8Array): Promise<string>;
  /** Opens a web address in the system's browser. */
  openLink(url: string): Promise<void>;
}

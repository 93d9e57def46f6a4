// The test bridge: the same command table over HTTP on the page's own origin. Never part of the shipped window.
import type { BytesRequest, CommandName, Event } from "@/generated/api";
import { asFailure, failure } from "@/lib/failure";
import { copyText, openLink, saveFile } from "./browser";
import type { Response as Answer, Platform, Request } from "./types";

async function post(path: string, body: unknown): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw failure("network_unreachable", "The bridge does not answer.");
  }
  if (!answer.ok) throw asFailure(await answer.json().catch(() => null));
  return answer;
}

export const platform: Platform = {
  name: "bridge",
  async call<N extends CommandName>(name: N, request: Request<N>): Promise<Answer<N>> {
    return (await (await post(`/rpc/${name}`, request)).json()) as Answer<N>;
  },
  async bytes(request: BytesRequest): Promise<Uint8Array> {
    return new Uint8Array(await (await post("/bytes", request)).arrayBuffer());
  },
  subscribe(handler: (event: Event) => void): () => void {
    const source = new EventSource("/events");
    let broken = false;
    source.onmessage = (message) => handler(JSON.parse(message.data) as Event);
    source.onerror = () => {
      broken = true;
    };
    source.onopen = () => {
      if (broken) handler({ event: "missed" });
      broken = false;
    };
    return () => source.close();
  },
  copyText,
  saveFile,
  openLink,
};

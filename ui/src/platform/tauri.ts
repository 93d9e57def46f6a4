// The desktop host: one `rpc` command, one for bytes, one channel of events. The only file that knows Tauri.
import { Channel, invoke } from "@tauri-apps/api/core";
import type { BytesRequest, CommandName, Event } from "@/generated/api";
import { asFailure } from "@/lib/failure";
import { copyText } from "./browser";
import type { Platform, Request, Response } from "./types";

export const platform: Platform = {
  name: "desktop",
  async call<N extends CommandName>(name: N, request: Request<N>): Promise<Response<N>> {
    try {
      return await invoke<Response<N>>("rpc", { cmd: name, payload: request });
    } catch (thrown) {
      throw asFailure(thrown);
    }
  },
  async bytes(request: BytesRequest): Promise<Uint8Array> {
    try {
      return new Uint8Array(await invoke<ArrayBuffer>("bytes", { request }));
    } catch (thrown) {
      throw asFailure(thrown);
    }
  },
  subscribe(handler: (event: Event) => void): () => void {
    let open = true;
    const channel = new Channel<Event>();
    channel.onmessage = (event) => {
      if (open) handler(event);
    };
    invoke("subscribe", { channel }).catch(() => {
      // Without events the window would show what is old: reading again is the honest fallback.
      if (open) handler({ event: "missed" });
    });
    return () => {
      open = false;
    };
  },
  copyText,
  async saveFile(name: string, bytes: Uint8Array): Promise<string> {
    try {
      return await invoke<string>("save_file", bytes, { headers: { name: encodeURIComponent(name) } });
    } catch (thrown) {
      throw asFailure(thrown);
    }
  },
  async openLink(url: string): Promise<void> {
    try {
      await invoke("open_link", { url });
    } catch (thrown) {
      throw asFailure(thrown);
    }
  },
};

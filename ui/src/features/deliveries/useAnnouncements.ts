// Says what arrived to those who listen instead of look: at most every five seconds, and not while the list is held.
import { useEffect, useRef, useState } from "react";
import { useEvents } from "@/app/events";
import { counted } from "@/lib/format";

const EVERY = 5_000;

export function useAnnouncements(held: boolean): string {
  const [text, setText] = useState("");
  const gathered = useRef({ count: 0, bad: 0 });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  useEvents((event) => {
    if (event.event !== "arrived" || held) return;
    gathered.current.count += event.count;
    gathered.current.bad += event.rows.filter((row) => row.verdict === "invalid" || row.verdict === "unsigned").length;
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      const { count, bad } = gathered.current;
      gathered.current = { count: 0, bad: 0 };
      setText(
        `${counted(count, "new delivery", "new deliveries")}${bad > 0 ? `, ${bad} with a failed signature` : ""}`,
      );
    }, EVERY);
  });
  return text;
}

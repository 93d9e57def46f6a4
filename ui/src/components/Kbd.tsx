// A key as it is printed on the keyboard.
import { keysOf } from "@/app/actions/registry";
import styles from "./Kbd.module.css";

export function Kbd({ chord, inherit }: { chord: string; inherit?: boolean }) {
  return <kbd className={inherit ? styles.inherit : undefined}>{keysOf(chord).join(" ")}</kbd>;
}

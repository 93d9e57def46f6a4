// What works here and what does not, each with its mend.
import { useAnswer } from "@/app/host";
import { Badge, type Tone } from "@/components/Badge";
import { Button } from "@/components/Button";
import { FailureNote, Waiting } from "@/components/States";
import type { DoctorLine } from "@/generated/api";
import styles from "./Settings.module.css";

const STATES: Record<string, { word: string; tone: Tone; order: number }> = {
  problem: { word: "Problem", tone: "bad", order: 0 },
  warning: { word: "Warning", tone: "warn", order: 1 },
  ok: { word: "Works", tone: "ok", order: 2 },
};

export function lineWords(line: DoctorLine): { word: string; tone: Tone; order: number } {
  return STATES[line.state] ?? { word: line.state, tone: "none", order: 1 };
}

/** What is to be mended first, else in the host's order. */
export function inOrder(lines: readonly DoctorLine[]): DoctorLine[] {
  return [...lines].sort((one, other) => lineWords(one).order - lineWords(other).order);
}

export function Doctor() {
  const doctor = useAnswer("doctor", {});
  if (doctor.error) return <FailureNote problem={doctor.error} onRetry={() => void doctor.refetch()} />;
  if (doctor.data === undefined) return <Waiting lines={4} label="Looking" />;
  return (
    <>
      <ul className={styles.doctor}>
        {inOrder(doctor.data).map((line) => {
          const words = lineWords(line);
          return (
            <li key={line.name}>
              <Badge tone={words.tone}>{words.word}</Badge>
              <div>
                <b>{line.name.charAt(0).toUpperCase() + line.name.slice(1)}</b>
                <div className="muted">{line.detail}</div>
                {line.mend ? <div>{line.mend}</div> : null}
              </div>
            </li>
          );
        })}
      </ul>
      <div>
        <Button busy={doctor.isFetching} onClick={() => void doctor.refetch()}>
          Look again
        </Button>
      </div>
    </>
  );
}

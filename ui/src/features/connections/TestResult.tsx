// What a test of a connection found.
import { ERRORS } from "@/app/words";
import { Strip } from "@/features/endpoints/Page";
import type { ConnectionTest } from "@/generated/api";
import { counted, duration } from "@/lib/format";

export function TestResult({ test, title }: { test: ConnectionTest; title: string }) {
  if (test.ok || test.failure === null) {
    return (
      <Strip tone="ok">
        <div role="status">
          <b>It works.</b> {title} answered with {counted(test.endpoints, "endpoint")} in{" "}
          {duration(test.took_ms * 1000)}.
        </div>
      </Strip>
    );
  }
  const words = ERRORS[test.failure.code];
  return (
    <Strip tone="bad" alert>
      <b>{words.title}.</b> {test.failure.message} {test.failure.hint ?? words.hint}
    </Strip>
  );
}

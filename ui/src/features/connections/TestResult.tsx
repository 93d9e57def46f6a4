// What a test of a connection found.
import { FailureNote } from "@/components/States";
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
  return <FailureNote problem={test.failure} />;
}

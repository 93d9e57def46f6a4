// Failures as values: whatever was thrown becomes one, so that views know only one shape.
import { ERROR_CODES, type ErrorCode, type Failure } from "@/generated/api";

const CODES: ReadonlySet<string> = new Set(ERROR_CODES);

export function isFailure(value: unknown): value is Failure {
  if (typeof value !== "object" || value === null) return false;
  const { code, message } = value as Record<string, unknown>;
  return typeof code === "string" && CODES.has(code) && typeof message === "string";
}

/** The failure in `value`, wrapped or bare; anything else is a fault of ours. */
export function asFailure(value: unknown): Failure {
  if (isFailure(value)) return value;
  if (typeof value === "object" && value !== null && "error" in value) {
    const inner = (value as { error: unknown }).error;
    if (isFailure(inner)) return inner;
  }
  const words = value instanceof Error ? value.message : typeof value === "string" ? value : "";
  return { code: "internal", message: words || "Something went wrong inside Waybill." };
}

export function failure(code: ErrorCode, message: string, hint?: string): Failure {
  return hint === undefined ? { code, message } : { code, message, hint };
}

/** What is wrong with one field of a form, if the failure says so. */
export function fieldProblem(from: Failure | null | undefined, field: string): string | undefined {
  return from?.fields?.find((entry) => entry.field === field)?.problem;
}

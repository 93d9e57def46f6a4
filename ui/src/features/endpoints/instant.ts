// Times in the provider's own text.

/** True when the text is an instant that can be shown as one. */
export function isInstant(text: string | null): text is string {
  return text !== null && /^\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(Date.parse(text));
}

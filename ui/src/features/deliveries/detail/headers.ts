// What known headers mean, one line each, and which hold credentials.

const KNOWN: Record<string, string> = {
  accept: "What the sender is willing to read in the answer.",
  "accept-encoding": "Compressions the sender understands.",
  authorization: "A credential of the sender.",
  "cache-control": "How caches on the way may behave.",
  connection: "Whether the sender keeps the connection open.",
  "content-encoding": "How the body was compressed. The stored bytes keep it.",
  "content-length": "Bytes of the body, as the sender counted them.",
  "content-type": "What the body is said to be.",
  cookie: "Credentials of an earlier visit.",
  date: "When the sender wrote the request.",
  expect: "The sender waits for a go-ahead before the body.",
  forwarded: "What proxies on the way knew of the sender.",
  host: "The address the sender meant to reach.",
  "idempotency-key": "Stands for one and the same wish, however often it is sent.",
  signature: "The signature over parts of the request.",
  "signature-input": "Which parts the signature covers.",
  traceparent: "Where this request stands in a distributed trace.",
  "transfer-encoding": "The body came in pieces, without a length beforehand.",
  "user-agent": "The sender's program.",
  via: "Proxies on the way.",
  "webhook-id": "The provider's id of the message (Standard Webhooks).",
  "webhook-signature": "The signature (Standard Webhooks): one or more, with version.",
  "webhook-timestamp": "When it was signed, in Unix seconds (Standard Webhooks).",
  "x-forwarded-for": "The sender's address, as proxies on the way reported it.",
  "x-forwarded-host": "The host the sender meant to reach, as a proxy reported it.",
  "x-forwarded-proto": "Whether the sender used https, as a proxy reported it.",
  "x-request-id": "The id of this request in the sender's logs.",
};

const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/(^|-)signature(-\d+)?$|-hmac|hub-signature/, "The signature of the provider."],
  [/(^|-)timestamp$/, "When it was signed."],
  [/-(event|topic|event-type|event-name)$/, "What happened, in the provider's words."],
  [/-(delivery|delivery-id|webhook-id|message-id)$/, "The provider's id of this delivery."],
  [/-(attempt|retry|retry-count|retry-num)$/, "Which try of the provider this is."],
  [/-(api-version|version)$/, "The version of the provider's format."],
];

/** One sentence, or undefined for a header that is not known. */
export function explainHeader(name: string): string | undefined {
  const lower = name.toLowerCase();
  return KNOWN[lower] ?? PATTERNS.find(([pattern]) => pattern.test(lower))?.[1];
}

const CREDENTIALS =
  /^(authorization|proxy-authorization|cookie|set-cookie)$|(^|-)(api-key|apikey|token|secret|password)$/;

/** True for headers whose value is hidden until it is asked for. */
export function isCredential(name: string): boolean {
  return CREDENTIALS.test(name.toLowerCase());
}

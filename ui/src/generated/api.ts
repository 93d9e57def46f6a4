// Made from the Rust types by `cargo xtask bindings`. Changes here are lost.

/**
 * How "every event type" is said to this provider.
 */
export type AllEvents = { "kind": "explicit" } | { "kind": "wildcard", 
/**
 * The word.
 */
word: string, } | { "kind": "empty" };

/**
 * What the capture server answers for an inbox.
 */
export type AnswerRule = { 
/**
 * 200 to 599.
 */
status: number, 
/**
 * Headers to send besides the length.
 */
headers: Array<[string, string]>, 
/**
 * The body as text.
 */
body: string, 
/**
 * How long to wait before answering, in milliseconds, at most 120,000. The delivery is on disk before the wait.
 */
delay_ms: number, };

/**
 * Names some deliveries.
 */
export type AskIds = { 
/**
 * Which deliveries.
 */
ids: Array<DeliveryId>, };

/**
 * One outgoing request and what came back. The answer's body travels apart, as bytes.
 */
export type Attempt = { 
/**
 * Which.
 */
id: AttemptId, 
/**
 * Its job; absent for a forward.
 */
job: JobId | null, 
/**
 * The delivery that was sent.
 */
delivery: DeliveryId, 
/**
 * That delivery's event type, for the list.
 */
event_type: string | null, 
/**
 * Why it was made.
 */
kind: AttemptKind, 
/**
 * 1 for the first try.
 */
number: number, 
/**
 * Where to.
 */
target: string, 
/**
 * Verbatim or signed again.
 */
mode: ReplayMode, 
/**
 * When it was sent.
 */
started_at: Timestamp, 
/**
 * Until the whole answer was there, in microseconds.
 */
duration_us: number | null, 
/**
 * What became of it.
 */
outcome: AttemptOutcome, 
/**
 * The answered status.
 */
status: number | null, 
/**
 * What went wrong, when nothing was answered.
 */
error: string | null, 
/**
 * The headers that were sent.
 */
request_headers: Array<[string, string]>, 
/**
 * The headers that were answered.
 */
response_headers: Array<[string, string]>, 
/**
 * Bytes of the answer's body that are kept (at most 1 MiB).
 */
response_size: number, 
/**
 * True when the answer's body was longer than what is kept.
 */
response_truncated: boolean, 
/**
 * The status this delivery was answered with when it first came.
 */
first_status: number, };

/**
 * One outgoing request of ours.
 */
export type AttemptId = string;

/**
 * Why an outgoing request was made.
 */
export type AttemptKind = "replay" | "forward";

/**
 * Attempts, newest first.
 */
export type AttemptList = { 
/**
 * How many there are.
 */
total: number, 
/**
 * The attempts.
 */
attempts: Array<Attempt>, };

/**
 * What became of an outgoing request.
 */
export type AttemptOutcome = "unknown" | "succeeded" | "failed" | "not_sent" | "no_answer" | "skipped";

/**
 * Asks for attempts.
 */
export type AttemptsRequest = { 
/**
 * Of one replay; or
 */
job: JobId | null, 
/**
 * of one delivery.
 */
delivery: DeliveryId | null, 
/**
 * Only those with this outcome.
 */
outcome: AttemptOutcome | null, 
/**
 * Only those answered otherwise than the first time.
 */
changed: boolean, 
/**
 * Rows to pass over, counted from the newest.
 */
offset: number, 
/**
 * At most 500; 0: 100.
 */
limit: number, };

/**
 * A way to send the credential.
 */
export type AuthForm = { 
/**
 * As a connection names it.
 */
id: string, 
/**
 * For people.
 */
label: string, 
/**
 * Where to get one, how long it lasts.
 */
hint: string, };

/**
 * A base address the user can choose.
 */
export type BaseAddress = { 
/**
 * For people.
 */
label: string, 
/**
 * The address, with `{variables}`.
 */
url: string, };

/**
 * How two bodies differ.
 */
export type BodyDiff = { 
/**
 * As what they were compared.
 */
kind: BodyDiffKind, 
/**
 * Their lines, where they were compared as lines.
 */
lines: LineDiff, 
/**
 * The first of the stored bytes, from 0, that is another on the other side; absent when all are the same.
 */
first_difference: number | null, };

/**
 * As what two bodies were compared.
 */
export type BodyDiffKind = "same" | "json" | "text" | "bytes";

/**
 * Brings missing deliveries in, at most 100 in one call.
 */
export type BringIn = { 
/**
 * Through which connection.
 */
connection: Name, 
/**
 * The endpoint, by the provider's id.
 */
endpoint: string, 
/**
 * The entries, by the provider's id.
 */
entries: Array<string>, 
/**
 * How; absent: from the log where it holds the request, else sent again.
 */
by?: BringInBy, };

/**
 * How missing deliveries are brought in.
 */
export type BringInBy = "recover" | "redeliver";

/**
 * What came of it.
 */
export type BroughtIn = { 
/**
 * Fetched from the log.
 */
recovered: Array<RecoveredDelivery>, 
/**
 * The provider sends these again; they arrive like any delivery.
 */
redelivered: Array<string>, 
/**
 * These were here already.
 */
already_here: Array<string>, 
/**
 * These could not be brought in.
 */
failed: Array<NotBroughtIn>, };

/**
 * One bar.
 */
export type Bucket = { 
/**
 * Deliveries in it.
 */
total: number, 
/**
 * Of them, those whose verdict is `invalid` or `unsigned`, or that were answered 400 or above.
 */
failed: number, };

/**
 * One place where two texts differ. Bytes that are no visible character are shown as `\xNN`.
 */
export type ByteDifference = { 
/**
 * Where, in bytes of what was received.
 */
offset: number, 
/**
 * What came, with a little around it.
 */
received: string, 
/**
 * What was signed in its place.
 */
signed: string, };

/**
 * Asks for raw bytes. They travel as bytes, never as JSON.
 */
export type BytesRequest = { "of": "delivery", 
/**
 * Which.
 */
id: DeliveryId, 
/**
 * Head or body.
 */
part: PartOf, 
/**
 * From this byte.
 */
offset: number, 
/**
 * At most so many, and at most 8 MiB.
 */
limit: number, } | { "of": "answer", 
/**
 * Which attempt.
 */
id: AttemptId, };

/**
 * Starts the capture server, or moves it.
 */
export type CaptureStart = { 
/**
 * The address to bind to; absent: the setting.
 */
bind: string | null, 
/**
 * The port; 0 picks one; absent: the setting.
 */
port: number | null, };

/**
 * A command that names a thing of the catalogue.
 */
export type CatalogueRef = { 
/**
 * The file's name, without its ending.
 */
id: string, };

/**
 * Verifies stored deliveries once more with what is known now.
 */
export type CheckAgain = { 
/**
 * In the query language.
 */
query: string, };

/**
 * What checking again found.
 */
export type Checked = { 
/**
 * Deliveries checked.
 */
checked: number, 
/**
 * Of them, valid now.
 */
valid: number, 
/**
 * Of them, those whose verdict is another than before.
 */
changed: number, };

/**
 * What checking such a file found.
 */
export type Checks = { 
/**
 * The file's name.
 */
file: string, 
/**
 * Its faults; none: it can be used.
 */
faults: Array<Fault>, };

/**
 * One proposal for the query bar.
 */
export type Completion = { 
/**
 * What to put in.
 */
insert: string, 
/**
 * What to show.
 */
label: string, 
/**
 * A count or an explanation.
 */
detail: string, 
/**
 * Replace from this character …
 */
start: number, 
/**
 * … up to this one.
 */
end: number, };

/**
 * Asks what could stand at the cursor of the query bar.
 */
export type CompletionRequest = { 
/**
 * What stands there.
 */
text: string, 
/**
 * In characters.
 */
cursor: number, };

/**
 * How sure a cause is.
 */
export type Confidence = "certain" | "likely" | "possible";

/**
 * Access to one account at one provider.
 */
export type Connection = { 
/**
 * Its name here.
 */
name: Name, 
/**
 * The provider's id in the catalogue.
 */
provider: string, 
/**
 * Stands for the whole base address, its path included; absent: the provider's own.
 */
base_url: string | null, 
/**
 * Values of the provider's variables (organisation, tenant …).
 */
vars: { [key in string]: string }, 
/**
 * Which of the provider's forms the credential is sent in.
 */
auth: string, 
/**
 * Where the credential lies in the vault.
 */
token: SecretId, 
/**
 * When it was made.
 */
created_at: Timestamp, 
/**
 * When its endpoints were last read.
 */
read_at: Timestamp | null, 
/**
 * Endpoints it had then.
 */
endpoints: number, 
/**
 * Why the last call failed, if it did.
 */
last_error: string | null, };

/**
 * Makes a connection. The token goes into the vault.
 */
export type ConnectionAdd = { 
/**
 * Its name here.
 */
name: Name, 
/**
 * The provider's id in the catalogue.
 */
provider: string, 
/**
 * Stands for the whole base address; http only for loopback.
 */
base_url: string | null, 
/**
 * Values of the provider's variables.
 */
vars: { [key in string]: string }, 
/**
 * Which form the credential is sent in; absent: the provider's first.
 */
auth: string | null, 
/**
 * The credential.
 */
token: SecretText, };

/**
 * What a test of a connection found.
 */
export type ConnectionTest = { 
/**
 * True when the provider answered with endpoints.
 */
ok: boolean, 
/**
 * How many.
 */
endpoints: number, 
/**
 * How long it took, in milliseconds.
 */
took_ms: number, 
/**
 * Why not, if not.
 */
failure: Failure | null, };

/**
 * Makes an endpoint at the provider.
 */
export type CreateEndpoint = { 
/**
 * Through which connection.
 */
connection: Name, 
/**
 * Where the provider is to send to.
 */
url: string, 
/**
 * Event types in the provider's words.
 */
events: Array<string>, 
/**
 * Every event type, said in the provider's way.
 */
all_events: boolean, 
/**
 * Its name or description at the provider.
 */
label: string | null, 
/**
 * The provider's own fields.
 */
fields: { [key in string]: string }, 
/**
 * Makes (or binds) an inbox of this name with the endpoint's scheme and secret.
 */
inbox: Name | null, 
/**
 * Only answer with the call that would be made.
 */
dry_run: boolean, };

/**
 * The credential of an endpoint, without its value.
 */
export type Credential = { 
/**
 * Of what kind.
 */
kind: CredentialKind, 
/**
 * True when the current one is in the vault.
 */
in_vault: boolean, };

/**
 * What verifies an endpoint's deliveries.
 */
export type CredentialKind = "shared_secret" | "public_key";

/**
 * A call that makes a one-time secret and has no known end.
 */
export type CustodyCase = { 
/**
 * Which.
 */
id: string, 
/**
 * Through which connection.
 */
connection: Name, 
/**
 * `create` or `rotate`.
 */
operation: string, 
/**
 * The address of the endpoint to be made.
 */
url: string | null, 
/**
 * The endpoint, where it is known.
 */
endpoint: string | null, 
/**
 * What is known.
 */
state: CustodyState, 
/**
 * The same in words.
 */
message: string, 
/**
 * What to do.
 */
mend: string, 
/**
 * When it was begun.
 */
created_at: Timestamp, };

/**
 * Names a case.
 */
export type CustodyRef = { 
/**
 * Which.
 */
id: string, };

/**
 * What came of a repair.
 */
export type CustodyRepaired = { 
/**
 * The secret that is in the vault now.
 */
secret: SecretMeta | null, 
/**
 * The case as it stands, when it is still open.
 */
case: CustodyCase | null, };

/**
 * What is known of such a call.
 */
export type CustodyState = "under_way" | "unanswered" | "not_listed" | "no_list" | "found_rotate" | "found_make_again" | "several" | "rotation_unknown";

/**
 * What a deletion did.
 */
export type Deleted = { 
/**
 * How many.
 */
deleted: number, 
/**
 * They come back with this within ten seconds.
 */
undo: string, };

/**
 * Everything about a delivery but its bytes.
 */
export type Delivery = { 
/**
 * Which delivery.
 */
id: DeliveryId, 
/**
 * The inbox it was kept under.
 */
inbox: Name, 
/**
 * When its head had been read, to the nanosecond.
 */
received_at: Timestamp, 
/**
 * The request method as sent.
 */
method: string, 
/**
 * The path as sent, without the query.
 */
path: string, 
/**
 * The query as sent, without the question mark; empty when there is none.
 */
query: string, 
/**
 * Every header as it came: order, case and repeats.
 */
headers: Array<[string, string]>, 
/**
 * Bytes of the body that are kept.
 */
body_size: number, 
/**
 * Lower-case hex SHA-256 of the kept body.
 */
body_sha256: string, 
/**
 * What verification said.
 */
verdict: Verdict, 
/**
 * Why.
 */
reason: Reason, 
/**
 * The scheme it was checked under.
 */
scheme: string | null, 
/**
 * The name of the secret that matched.
 */
secret: string | null, 
/**
 * The provider's word for what happened.
 */
event_type: string | null, 
/**
 * The provider's id of the event.
 */
event_id: string | null, 
/**
 * The provider's id of this delivery or attempt.
 */
delivery_id: string | null, 
/**
 * The status that was answered; 0 when the sender had left before an answer.
 */
status: number, 
/**
 * From the head being read to the delivery being handed to the store, in microseconds; the commit, which
 * the answer waits for, comes after.
 */
duration_us: number, 
/**
 * What kind of handshake it was and who answered it; absent for every other delivery.
 */
handshake: string | null, 
/**
 * How it came here.
 */
origin: Origin, 
/**
 * The address it came from, `ip:port`.
 */
peer: string | null, 
/**
 * Marked by the user.
 */
starred: boolean, 
/**
 * The user's note.
 */
note: string, 
/**
 * True when the body is only the first part of what was sent, cut at the cap.
 */
truncated: boolean, 
/**
 * Why the request was refused before it could be understood (framing, missing host …), or that the
 * sender left before its end; absent for a whole request.
 */
refused: string | null, 
/**
 * Attempts at replaying or forwarding it so far.
 */
attempts: number, };

/**
 * How two deliveries differ.
 */
export type DeliveryDiff = { 
/**
 * The left one.
 */
left: DeliveryId, 
/**
 * The right one.
 */
right: DeliveryId, 
/**
 * True when heads and bodies are the same, line ends of the heads aside.
 */
equal: boolean, 
/**
 * Request lines and headers.
 */
head: LineDiff, 
/**
 * The bodies.
 */
body: BodyDiff, 
/**
 * Bytes of the left body.
 */
left_size: number, 
/**
 * Bytes of the right body.
 */
right_size: number, };

/**
 * One recorded delivery. Ids rise with the time of commit and are never given twice in one data folder.
 */
export type DeliveryId = string;

/**
 * Deliveries, newest first.
 */
export type DeliveryList = { 
/**
 * The deliveries.
 */
deliveries: Array<Delivery>, 
/**
 * Give this as `after` for the next page; absent at the end.
 */
next: DeliveryId | null, };

/**
 * A command that names one delivery.
 */
export type DeliveryRef = { 
/**
 * Which delivery.
 */
id: DeliveryId, };

/**
 * A row of the list: what fits one line.
 */
export type DeliveryRow = { 
/**
 * Which delivery.
 */
id: DeliveryId, 
/**
 * The inbox it was kept under; `unsorted` for an unknown path.
 */
inbox: Name, 
/**
 * When its head had been read.
 */
received_at: Timestamp, 
/**
 * The request method as sent; empty when the request was refused before one could be read.
 */
method: string, 
/**
 * The path as sent, without the query.
 */
path: string, 
/**
 * Bytes of the body that are kept.
 */
body_size: number, 
/**
 * What verification said when it was received, or when it was last checked again.
 */
verdict: Verdict, 
/**
 * Why.
 */
reason: Reason, 
/**
 * The provider's word for what happened, where it could be read.
 */
event_type: string | null, 
/**
 * The provider's id of the event, where it could be read.
 */
event_id: string | null, 
/**
 * The status that was answered; 0 when the sender had left before an answer.
 */
status: number, 
/**
 * What kind of handshake it was and who answered it; absent for every other delivery.
 */
handshake: string | null, 
/**
 * How it came here.
 */
origin: Origin, 
/**
 * Marked by the user.
 */
starred: boolean, 
/**
 * Attempts at replaying or forwarding it so far.
 */
attempts: number, };

/**
 * A scheme or provider file to be checked.
 */
export type DescriptionText = { 
/**
 * How to name it in messages.
 */
file: string, 
/**
 * Its text.
 */
text: string, };

/**
 * Asks what a request looks like.
 */
export type DetectRequest = { 
/**
 * A stored delivery; or
 */
delivery: DeliveryId | null, 
/**
 * a raw HTTP/1.1 request in Base64.
 */
request_base64: string | null, };

/**
 * Why a signature fails, and what mends it.
 */
export type Diagnosis = { 
/**
 * The cause.
 */
code: string, 
/**
 * How sure it is.
 */
confidence: Confidence, 
/**
 * One sentence.
 */
explanation: string, 
/**
 * What to do.
 */
mend: string, 
/**
 * The same as something that can be done here; absent: it has to be done elsewhere.
 */
action: MendAction | null, 
/**
 * What shows it.
 */
evidence: Evidence | null, };

/**
 * What a search in the background has found so far.
 */
export type DiagnosisProgress = { 
/**
 * Where it stands; absent: none was started for this delivery.
 */
search: Search | null, 
/**
 * The causes found so far, the likeliest first.
 */
diagnosis: Array<Diagnosis>, };

/**
 * Asks how two deliveries differ.
 */
export type DiffRequest = { 
/**
 * The one that is compared …
 */
left: DeliveryId, 
/**
 * … with this one.
 */
right: DeliveryId, };

/**
 * One thing that works here or does not.
 */
export type DoctorLine = { 
/**
 * What was looked at.
 */
name: string, 
/**
 * `ok`, `warning` or `problem`.
 */
state: string, 
/**
 * What was found.
 */
detail: string, 
/**
 * What mends it; empty when nothing is to be mended.
 */
mend: string, };

/**
 * A call that would be made. Credentials stand as placeholders.
 */
export type DryRunCall = { 
/**
 * The method.
 */
method: string, 
/**
 * The address.
 */
url: string, 
/**
 * The headers.
 */
headers: Array<[string, string]>, 
/**
 * The body as text.
 */
body: string | null, 
/**
 * The calls that follow, where the provider wants the change in parts.
 */
then: Array<DryRunCall>, };

/**
 * One endpoint in the common form; what the provider said stands in `raw`.
 */
export type Endpoint = { 
/**
 * The provider's id.
 */
id: string, 
/**
 * Through which connection it was read.
 */
connection: Name, 
/**
 * The provider's id in the catalogue.
 */
provider: string, 
/**
 * Where the provider sends to.
 */
url: string, 
/**
 * Its name or description at the provider.
 */
label: string, 
/**
 * The event types it is subscribed to, in the provider's words.
 */
events: Array<string>, 
/**
 * True when it gets every event type.
 */
all_events: boolean, 
/**
 * True when the provider sends to it now.
 */
active: boolean, 
/**
 * The provider's word for its state.
 */
status: string, 
/**
 * Failures in a row, where the provider says.
 */
failures: number | null, 
/**
 * Why the provider disabled it.
 */
disabled_reason: string | null, 
/**
 * When it was made, in the provider's text.
 */
created_at: string | null, 
/**
 * When it was last changed, in the provider's text.
 */
updated_at: string | null, 
/**
 * The provider's mark for optimistic concurrency, where it has one.
 */
revision: string | null, 
/**
 * What verifies its deliveries.
 */
credential: Credential, 
/**
 * The inbox here that its address points to, when it does.
 */
inbox: Name | null, 
/**
 * What the provider answered, without secrets.
 */
raw: Record<string, unknown>, };

/**
 * What became of a create. The secret is in the vault before this is answered.
 */
export type EndpointCreated = { 
/**
 * The endpoint; absent for a dry run.
 */
endpoint: Endpoint | null, 
/**
 * Its secret or public key, as it lies in the vault.
 */
secret: SecretMeta | null, 
/**
 * The inbox that was made or bound.
 */
inbox: Inbox | null, 
/**
 * The call that would be made, for a dry run.
 */
call: DryRunCall | null, };

/**
 * Endpoints, those with problems first.
 */
export type EndpointList = { 
/**
 * The endpoints.
 */
endpoints: Array<Endpoint>, 
/**
 * Connections that could not be read now; what was read before still stands above.
 */
problems: Array<EndpointProblem>, 
/**
 * When the oldest part of this was read at its provider.
 */
read_at: Timestamp | null, };

/**
 * A connection whose endpoints could not be read.
 */
export type EndpointProblem = { 
/**
 * Which connection.
 */
connection: Name, 
/**
 * Why.
 */
failure: Failure, };

/**
 * Names an endpoint.
 */
export type EndpointRef = { 
/**
 * Through which connection.
 */
connection: Name, 
/**
 * The provider's id.
 */
id: string, 
/**
 * Only answer with the call that would be made.
 */
dry_run: boolean, };

/**
 * What a test call found.
 */
export type EndpointTested = { 
/**
 * `provider` when the provider sent it, `waybill` when this side did.
 */
by: string, 
/**
 * True when it was answered 2xx; where the provider does not tell (no status, no error), when it took the order.
 */
ok: boolean, 
/**
 * The answered status.
 */
status: number | null, 
/**
 * How long it took, in milliseconds.
 */
latency_ms: number | null, 
/**
 * What went wrong.
 */
error: string | null, };

/**
 * Asks for endpoints.
 */
export type EndpointsRequest = { 
/**
 * Of one connection; absent: of all.
 */
connection: Name | null, };

/**
 * What went wrong, as something a program can act on.
 */
export type ErrorCode = "invalid_input" | "invalid_query" | "invalid_description" | "unknown_scheme" | "unknown_provider" | "not_found" | "already_exists" | "in_use" | "confirmation_required" | "port_in_use" | "listen_failed" | "conflict" | "cannot_sign" | "unsupported" | "vault_locked" | "vault_missing" | "vault_hanging" | "vault_passphrase" | "vault_failed" | "secret_at_risk" | "provider_unauthorized" | "provider_forbidden" | "provider_not_found" | "provider_conflict" | "provider_rejected" | "provider_rate_limited" | "provider_failed" | "provider_answer_unreadable" | "network_unreachable" | "outcome_unknown" | "target_refused" | "disk_full" | "data_folder" | "database_newer" | "database_damaged" | "busy" | "cancelled" | "internal";

/**
 * Something has changed.
 */
export type Event = { "event": "arrived", 
/**
 * The open result sets that grew.
 */
results: Array<ResultDelta>, 
/**
 * The newest of them, at most 50, newest first.
 */
rows: Array<DeliveryRow>, 
/**
 * How many arrived since the last such event, counted up to 10,000.
 */
count: number, } | { "event": "changed", 
/**
 * Which.
 */
tags: Array<Tag>, } | { "event": "replay", 
/**
 * Where it stands.
 */
job: ReplayJob, } | { "event": "status", 
/**
 * What it is now.
 */
status: Status, } | { "event": "missed" };

/**
 * An event type of the provider's catalogue; the set is open.
 */
export type EventTypeInfo = { 
/**
 * The provider's word.
 */
name: string, 
/**
 * The family it is grouped under.
 */
group: string, };

/**
 * What shows a cause.
 */
export type Evidence = { 
/**
 * What is compared, in one sentence.
 */
what: string, 
/**
 * Bytes of what came.
 */
received_size: number, 
/**
 * Bytes of what was signed.
 */
signed_size: number, 
/**
 * Where they differ; the first few places.
 */
differences: Array<ByteDifference>, 
/**
 * The signature that is made of what was signed.
 */
computed: string | null, 
/**
 * The signature that came.
 */
received_signature: string | null, };

/**
 * Writes deliveries out.
 */
export type Export = { 
/**
 * In the query language; used when `ids` is empty.
 */
query: string, 
/**
 * Which deliveries.
 */
ids: Array<DeliveryId>, 
/**
 * How.
 */
format: ExportFormat, 
/**
 * Keep credentials and signatures that stood in headers; else their values are replaced.
 */
with_secrets: boolean, 
/**
 * For `curl`: the address to send to; absent: the capture server's.
 */
to: string | null, };

/**
 * An export format.
 */
export type ExportFormat = "har" | "jsonl" | "raw" | "curl";

/**
 * What was written out.
 */
export type Exported = { 
/**
 * The text; Base64 when it is no UTF-8, as `raw` may be.
 */
text: string, 
/**
 * True when `text` is Base64.
 */
base64: boolean, 
/**
 * Deliveries in it.
 */
deliveries: number, 
/**
 * Values of headers and queries that were replaced.
 */
redacted: number, };

/**
 * What a use case answers when it could not do its work. Never holds a secret.
 */
export type Failure = { 
/**
 * What a program acts on.
 */
code: ErrorCode, 
/**
 * What happened, and what was not done because of it.
 */
message: string, 
/**
 * What to do next.
 */
hint?: string, 
/**
 * Facts for the code at hand; its shape is told at the code.
 */
details?: Record<string, unknown>, 
/**
 * Which fields are wrong.
 */
fields?: Array<FieldProblem>, };

/**
 * A fault in such a file.
 */
export type Fault = { 
/**
 * From 1.
 */
line: number, 
/**
 * From 1.
 */
column: number, 
/**
 * What is wrong there.
 */
message: string, };

/**
 * A field of the endpoint form beyond address and event types.
 */
export type FieldInfo = { 
/**
 * As `--field NAME=…` takes it.
 */
name: string, 
/**
 * For people.
 */
label: string, 
/**
 * What it is for.
 */
hint: string, 
/**
 * True when the provider refuses without it.
 */
required: boolean, 
/**
 * True when it can be changed later.
 */
editable: boolean, 
/**
 * What stands in it at first.
 */
default: string | null, } & ({ "kind": "text" } | { "kind": "choice", 
/**
 * The values, in the provider's words.
 */
options: Array<string>, });

/**
 * A problem with one named field of a form or a request.
 */
export type FieldProblem = { 
/**
 * The field as the form names it.
 */
field: string, 
/**
 * What is wrong with it, in the provider's words where it was the provider who said so.
 */
problem: string, };

/**
 * A page of the hex view.
 */
export type HexPage = { 
/**
 * Bytes in all.
 */
size: number, 
/**
 * The rows.
 */
rows: Array<HexRow>, };

/**
 * Asks for a page of the hex view.
 */
export type HexRequest = { 
/**
 * Which delivery.
 */
id: DeliveryId, 
/**
 * Which bytes.
 */
part: PartOf, 
/**
 * First row, of 16 bytes each.
 */
row: number, 
/**
 * At most 1,000 rows.
 */
rows: number, };

/**
 * 16 bytes.
 */
export type HexRow = { 
/**
 * Of its first byte.
 */
offset: number, 
/**
 * Two digits a byte, a space between.
 */
hex: string, 
/**
 * Printable ASCII, a dot for the rest.
 */
text: string, };

/**
 * Counts over the time a result set spans.
 */
export type Histogram = { 
/**
 * Start of the first bar; absent when the set is empty.
 */
from: Timestamp | null, 
/**
 * End of the last bar.
 */
to: Timestamp | null, 
/**
 * The bars, oldest first, all of the same width.
 */
buckets: Array<Bucket>, };

/**
 * Asks for counts over time.
 */
export type HistogramRequest = { 
/**
 * Which result set.
 */
result: number, 
/**
 * 1 to 500 bars.
 */
buckets: number, };

/**
 * A write at a provider that was made from here.
 */
export type HistoryEntry = { 
/**
 * When.
 */
at: Timestamp, 
/**
 * Who: the account of this machine.
 */
who: string, 
/**
 * What: `create`, `update`, `enable`, `disable`, `delete`, `rotate`, `redeliver`.
 */
operation: string, 
/**
 * Through which connection.
 */
connection: Name, 
/**
 * The endpoint, by the provider's id.
 */
endpoint: string | null, 
/**
 * `done`, `refused` or `unknown`.
 */
outcome: string, 
/**
 * What it was, without secrets.
 */
before: Record<string, unknown> | null, 
/**
 * What it became, without secrets.
 */
after: Record<string, unknown> | null, };

/**
 * Asks for the local record of writes.
 */
export type HistoryRequest = { 
/**
 * Of one connection.
 */
connection: Name | null, 
/**
 * Of one endpoint.
 */
endpoint: string | null, };

/**
 * Lines that stand together: differing ones, and some equal ones around them.
 */
export type Hunk = { 
/**
 * The number of the first line on the left, from 1.
 */
left: number, 
/**
 * The same on the right.
 */
right: number, 
/**
 * The lines, without their ends.
 */
lines: Array<[LineChange, string]>, };

/**
 * Reads deliveries in: JSON lines as they were exported, a HAR document, or one raw HTTP request. Which of
 * them it is, the file's beginning tells.
 */
export type Import = { 
/**
 * The file's bytes in Base64.
 */
base64: string, 
/**
 * The inbox to keep them under, which must be there; absent: where each says, else `unsorted`.
 */
inbox: Name | null, };

/**
 * What was read in.
 */
export type Imported = { 
/**
 * Deliveries kept.
 */
ids: Array<DeliveryId>, 
/**
 * Their verdicts, in the same order.
 */
verdicts: Array<[Verdict, Reason]>, };

/**
 * A named path, `/in/<name>`, with everything captured there.
 */
export type Inbox = { 
/**
 * Its name and the last part of its path.
 */
name: Name, 
/**
 * The scheme deliveries are checked under; absent: nothing is checked.
 */
scheme: string | null, 
/**
 * What the scheme needs besides a secret (`url` as registered, `webhook_id` …).
 */
config: { [key in string]: string }, 
/**
 * The secrets that are tried, current first.
 */
secrets: Array<InboxSecret>, 
/**
 * What is answered.
 */
answer: AnswerRule, 
/**
 * Whether handshakes of the scheme are answered as their sender wants, in place of `answer`.
 */
answer_handshakes: boolean, 
/**
 * Where each new delivery is sent on to.
 */
forward_to: Array<string>, 
/**
 * The connection whose endpoint delivers here.
 */
connection: Name | null, 
/**
 * That endpoint, by the provider's id.
 */
endpoint: string | null, 
/**
 * When it was made.
 */
created_at: Timestamp, 
/**
 * Deliveries kept.
 */
deliveries: number, 
/**
 * Of them, those whose verdict is `invalid` or `unsigned`.
 */
failed: number, 
/**
 * When the last one came.
 */
last_received_at: Timestamp | null, };

/**
 * Adds a secret to an inbox. The ones before become `previous` and are still tried. At the inbox of an endpoint it
 * becomes the endpoint's current one, and those before are retired as after a rotation.
 */
export type InboxAddSecret = { 
/**
 * Which inbox.
 */
name: Name, 
/**
 * The secret.
 */
secret: SecretText, };

/**
 * Makes an inbox.
 */
export type InboxCreate = { 
/**
 * Its name and the last part of its path.
 */
name: Name, 
/**
 * The scheme; absent: the endpoint's, else none.
 */
scheme: string | null, 
/**
 * Secrets to verify with, put into the vault.
 */
secrets: Array<SecretText>, 
/**
 * What the scheme needs besides.
 */
config: { [key in string]: string }, 
/**
 * What is answered; absent: 200 with an empty body.
 */
answer: AnswerRule | null, 
/**
 * Whether handshakes of the scheme are answered as their sender wants; absent: yes.
 */
answer_handshakes?: boolean, 
/**
 * Where each delivery is sent on to.
 */
forward_to: Array<string>, 
/**
 * With `endpoint`: scheme and secret are that endpoint's, and secrets that are given become the endpoint's.
 */
connection: Name | null, 
/**
 * The endpoint, by the provider's id.
 */
endpoint: string | null, };

/**
 * Takes a secret from an inbox. A secret that nothing else uses leaves the vault too.
 */
export type InboxRemoveSecret = { 
/**
 * Which inbox.
 */
name: Name, 
/**
 * Which secret.
 */
secret: SecretId, };

/**
 * A secret that an inbox verifies with.
 */
export type InboxSecret = { 
/**
 * Where it lies in the vault.
 */
id: SecretId, 
/**
 * What people call it.
 */
name: string, 
/**
 * Whether it is still in use.
 */
state: SecretState, };

/**
 * Changes an inbox; what is absent stays.
 */
export type InboxUpdate = { 
/**
 * Which.
 */
name: Name, 
/**
 * An empty text removes the scheme.
 */
scheme?: string, 
/**
 * Replaces the whole configuration.
 */
config?: { [key in string]: string }, 
/**
 * Replaces the answer.
 */
answer?: AnswerRule, 
/**
 * Whether handshakes are answered.
 */
answer_handshakes?: boolean, 
/**
 * Replaces the forward targets.
 */
forward_to?: Array<string>, };

/**
 * How far a job is, derived from its attempts. Counts are of deliveries, not of tries.
 */
export type JobCounts = { 
/**
 * Deliveries in the job.
 */
total: number, 
/**
 * Sent at least once.
 */
sent: number, 
/**
 * Answered 2xx in the end.
 */
succeeded: number, 
/**
 * Given up.
 */
failed: number, 
/**
 * Left out.
 */
skipped: number, 
/**
 * May have been sent when Waybill stopped; never sent again by itself.
 */
unknown: number, };

/**
 * One replay job.
 */
export type JobId = string;

/**
 * Names a replay.
 */
export type JobRef = { 
/**
 * Which.
 */
id: JobId, };

/**
 * Where a job stands.
 */
export type JobState = "running" | "paused" | "cancelled" | "completed" | "interrupted";

/**
 * A node of a JSON tree, in document order.
 */
export type JsonNode = { 
/**
 * 0 for the root.
 */
depth: number, 
/**
 * Its key or its index.
 */
key: string, 
/**
 * What it is.
 */
kind: JsonNodeKind, 
/**
 * A scalar as it stands in the document (strings with their quotes); empty for the others.
 */
text: string, 
/**
 * Children of an object or array.
 */
children: number, 
/**
 * As the query language writes it after `body.`: `data.items[0].id`.
 */
path: string, 
/**
 * True when the same key stands twice in its object.
 */
duplicate: boolean, };

/**
 * What a node of a JSON tree is.
 */
export type JsonNodeKind = "object" | "array" | "string" | "number" | "boolean" | "null";

/**
 * Where a JSON document breaks.
 */
export type JsonProblem = { 
/**
 * From 1.
 */
line: number, 
/**
 * From 1, in characters.
 */
column: number, 
/**
 * What is wrong there.
 */
message: string, };

/**
 * What became of a line from the left to the right side.
 */
export type LineChange = "same" | "removed" | "added";

/**
 * How two texts differ, line by line.
 */
export type LineDiff = { 
/**
 * Where they do; empty: they don't.
 */
hunks: Array<Hunk>, 
/**
 * Lines on the left only.
 */
removed: number, 
/**
 * Lines on the right only.
 */
added: number, 
/**
 * True when there is more than is told: further hunks, or the rest of a long line.
 */
cut: boolean, };

/**
 * Asks for full deliveries, for the command line.
 */
export type ListDeliveries = { 
/**
 * In the query language; empty: everything.
 */
query: string, 
/**
 * At most so many; absent: 50.
 */
limit: number | null, 
/**
 * Only those older than this one.
 */
after: DeliveryId | null, };

/**
 * A stream that this process listens to, or has given up.
 */
export type LiveStream = { 
/**
 * Through which connection.
 */
connection: Name, 
/**
 * Where its events are kept.
 */
inbox: Name, 
/**
 * Where it stands.
 */
state: StreamState, 
/**
 * When it was started.
 */
started_at: Timestamp, 
/**
 * Events heard and kept since then.
 */
heard: number, 
/**
 * When the last of them was.
 */
heard_at: Timestamp | null, 
/**
 * Why it waits, for people.
 */
message: string | null, 
/**
 * Why it was given up.
 */
failure: Failure | null, };

/**
 * Asks where a delivery stands in a result set.
 */
export type Locate = { 
/**
 * Which result set.
 */
result: number, 
/**
 * Which delivery.
 */
id: DeliveryId, };

/**
 * Where a delivery stands.
 */
export type Located = { 
/**
 * Counted from the newest; absent when it is not in the set.
 */
index: number | null, };

/**
 * A row of the provider's own delivery log.
 */
export type LogEntry = { 
/**
 * The provider's id of it.
 */
id: string, 
/**
 * The endpoint it was sent to, by the provider's id.
 */
endpoint: string | null, 
/**
 * The provider's word for what happened.
 */
event_type: string | null, 
/**
 * The provider's id of the event.
 */
event_id: string | null, 
/**
 * What became of it.
 */
state: LogState, 
/**
 * The provider's own word for that.
 */
status: string, 
/**
 * Attempts so far.
 */
attempts: number | null, 
/**
 * The status our side answered, as the provider saw it.
 */
response_status: number | null, 
/**
 * How long our side took, in milliseconds.
 */
latency_ms: number | null, 
/**
 * What went wrong, in the provider's words.
 */
error: string | null, 
/**
 * When, in the provider's text.
 */
sent_at: string | null, 
/**
 * When it will be tried again, in the provider's text.
 */
next_retry_at: string | null, 
/**
 * True when the entry holds the request itself.
 */
has_request: boolean, 
/**
 * The delivery here that it became, when one matches by id.
 */
delivery: DeliveryId | null, 
/**
 * What the provider answered.
 */
raw: Record<string, unknown>, };

/**
 * Asks for the provider's delivery log.
 */
export type LogRequest = { 
/**
 * Through which connection.
 */
connection: Name, 
/**
 * The endpoint, by the provider's id.
 */
id: string, 
/**
 * At most so many; absent: 100.
 */
limit: number | null, 
/**
 * Only entries in this state.
 */
state: LogState | null, };

/**
 * What the provider says became of a delivery.
 */
export type LogState = "succeeded" | "failed" | "pending" | "unknown";

/**
 * By what an entry and a delivery were found to be the same.
 */
export type MatchedBy = "delivery_id" | "event_id" | "hash_and_time" | "time" | "order";

/**
 * Carries a mend out.
 */
export type Mend = { 
/**
 * The delivery whose diagnosis proposed it.
 */
id: DeliveryId, 
/**
 * What is done.
 */
action: MendAction, };

/**
 * A mend that can be carried out here. It names things and never holds a secret.
 */
export type MendAction = { "kind": "use_secret", 
/**
 * Which; absent: it was given by hand and the vault doesn't hold it.
 */
secret_id: SecretId | null, 
/**
 * What people call it.
 */
name: string, 
/**
 * For the button.
 */
label: string, } | { "kind": "restate_secret", 
/**
 * Which; absent: it was given by hand and the vault doesn't hold it.
 */
secret_id: SecretId | null, 
/**
 * What people call it.
 */
name: string, 
/**
 * What is done with its text: `trim`, `unquote`, `strip_prefix:whsec_` …
 */
change: string, 
/**
 * For the button.
 */
label: string, } | { "kind": "use_scheme", 
/**
 * Its id.
 */
scheme: string, 
/**
 * For the button.
 */
label: string, } | { "kind": "set_config", 
/**
 * What is set.
 */
key: string, 
/**
 * To what.
 */
value: string, 
/**
 * For the button.
 */
label: string, } | { "kind": "add_secret", 
/**
 * For the button.
 */
label: string, } | { "kind": "sign_again", 
/**
 * For the button.
 */
label: string, };

/**
 * What a mend did.
 */
export type Mended = { 
/**
 * What was changed, in one sentence.
 */
what: string, 
/**
 * The inbox.
 */
inbox: Name, 
/**
 * Its failed deliveries that were checked again.
 */
checked: number, 
/**
 * Of them, those that are valid now.
 */
valid: number, 
/**
 * Of them, those whose verdict changed.
 */
changed: number, };

/**
 * A part of a multipart body.
 */
export type MultipartPart = { 
/**
 * The form field.
 */
name: string, 
/**
 * The file's name, when it is a file.
 */
filename: string | null, 
/**
 * Its declared type.
 */
content_type: string, 
/**
 * Its bytes stand in the body from here …
 */
from: number, 
/**
 * … to here.
 */
to: number, 
/**
 * Its text, when it is short text.
 */
text: string | null, };

/**
 * The name of an inbox or a connection: 1 to 64 of `a-z 0-9 . _ -`, the first a letter or a digit,
 * so that it can stand in a path and on a command line without quoting.
 */
export type Name = string;

/**
 * Names an inbox, a connection, or whatever the command is about.
 */
export type Named = { 
/**
 * Its name.
 */
name: Name, };

/**
 * An entry that could not be brought in.
 */
export type NotBroughtIn = { 
/**
 * The entry, by the provider's id.
 */
entry: string, 
/**
 * Why.
 */
failure: Failure, };

/**
 * Writes the note of a delivery.
 */
export type NoteDelivery = { 
/**
 * Which delivery.
 */
id: DeliveryId, 
/**
 * At most 10,000 characters; empty removes it.
 */
note: string, };

/**
 * A command that asks for nothing.
 */
export type Nothing = Record<symbol, never>;

/**
 * One operation of a provider.
 */
export type OperationInfo = { 
/**
 * Which.
 */
operation: ProviderOperation, 
/**
 * How far it is there.
 */
support: Support, 
/**
 * What to know about it: what it replaces, where to do it instead.
 */
note: string, };

/**
 * How a delivery came here.
 */
export type Origin = "captured" | "imported" | "recovered" | "streamed";

/**
 * The user's own schemes.
 */
export type OwnSchemes = { 
/**
 * The folder they lie in.
 */
folder: string, 
/**
 * Their ids.
 */
schemes: Array<string>, 
/**
 * Files that can't be used.
 */
unusable: Array<UnusableScheme>, };

/**
 * What part of a delivery's bytes.
 */
export type PartOf = "head" | "body";

/**
 * What a body holds.
 */
export type PayloadKind = "empty" | "json" | "form" | "multipart" | "xml" | "text" | "image" | "binary";

/**
 * A body as the window shows it.
 */
export type PayloadView = { 
/**
 * What it holds.
 */
kind: PayloadKind, 
/**
 * As declared; empty when nothing was.
 */
content_type: string, 
/**
 * The charset the text was read in.
 */
charset: string, 
/**
 * Stored bytes.
 */
size: number, 
/**
 * The content coding that was undone for this view; the stored bytes keep it.
 */
decoded: string | null, 
/**
 * Bytes after that.
 */
decoded_size: number, 
/**
 * The text, JSON indented anew; at most 2 MiB.
 */
text: string | null, 
/**
 * The text as it stands in the body, when `text` was indented anew.
 */
original: string | null, 
/**
 * True when `text` is only the first part.
 */
text_cut: boolean, 
/**
 * The tree of a JSON body; at most 50,000 nodes.
 */
nodes: Array<JsonNode>, 
/**
 * True when the tree is only the first part.
 */
nodes_cut: boolean, 
/**
 * The pairs of a form.
 */
pairs: Array<[string, string]>, 
/**
 * The parts of a multipart body.
 */
parts: Array<MultipartPart>, 
/**
 * Where the JSON breaks.
 */
problem: JsonProblem | null, 
/**
 * What to say about this view: cut, decoded, not decoded and why.
 */
notes: Array<string>, };

/**
 * A provider as the window and the command line show it.
 */
export type ProviderInfo = { 
/**
 * The file's name in the catalogue.
 */
id: string, 
/**
 * For people.
 */
title: string, 
/**
 * Where it is introduced: what this API is.
 */
introduction: string, 
/**
 * Base addresses on offer, the first preselected.
 */
bases: Array<BaseAddress>, 
/**
 * Values the address needs.
 */
variables: Array<VariableInfo>, 
/**
 * Ways to send the credential, the first preselected.
 */
auth: Array<AuthForm>, 
/**
 * Further fields of the endpoint form.
 */
fields: Array<FieldInfo>, 
/**
 * Known event types.
 */
events: Array<EventTypeInfo>, 
/**
 * How every event type is said.
 */
all_events: AllEvents, 
/**
 * What to know about event types, where the provider's pages disagree.
 */
events_note: string, 
/**
 * The scheme its deliveries are signed under.
 */
scheme: string, 
/**
 * Every operation.
 */
operations: Array<OperationInfo>, 
/**
 * What the provider demands of an address, for people.
 */
url_rules: Array<string>, 
/**
 * Retries, deadlines, switching off after failures: for people.
 */
delivery_notes: Array<string>, 
/**
 * Where the facts come from.
 */
sources: Array<string>, };

/**
 * An operation of endpoint management.
 */
export type ProviderOperation = "list" | "get" | "create" | "update" | "set_active" | "delete" | "rotate" | "test" | "log" | "redeliver" | "secret" | "entry" | "replay_event" | "recover" | "listen" | "health" | "event_types";

/**
 * Opens a result set.
 */
export type QueryDeliveries = { 
/**
 * In the query language; empty: everything.
 */
query: string, };

/**
 * Why a verdict is what it is: the reason codes of the command line contract.
 */
export type Reason = "ok" | "missing_signature" | "missing_header" | "missing_timestamp" | "malformed_signature_header" | "no_acceptable_signature" | "unsupported_version" | "wrong_prefix" | "bad_signature_encoding" | "duplicate_header" | "signature_mismatch" | "timestamp_malformed" | "timestamp_too_old" | "timestamp_too_new" | "body_digest_mismatch" | "claim_mismatch" | "alg_not_allowed" | "unknown_key_id" | "untrusted_cert_url" | "url_mismatch" | "bad_key" | "key_needed" | "no_secret" | "scheme_unconfirmed" | "body_too_large" | "handshake";

/**
 * Asks for the provider's log beside the deliveries here.
 */
export type ReconcileRequest = { 
/**
 * Through which connection.
 */
connection: Name, 
/**
 * One endpoint, by the provider's id; absent: all of them.
 */
endpoint: string | null, 
/**
 * Only what was sent since: `2h`, `3d`, or a date.
 */
since: string | null, 
/**
 * At most so many entries of each endpoint's log; absent: 1,000.
 */
limit: number | null, };

/**
 * Where an entry of the log stands here.
 */
export type ReconcileState = "accepted" | "refused" | "recovered" | "missing" | "pending";

/**
 * An entry of the provider's log with what became of it here.
 */
export type ReconciledEntry = { 
/**
 * The provider's entry; its `delivery` is the one it became.
 */
entry: LogEntry, 
/**
 * Where it stands.
 */
state: ReconcileState, 
/**
 * By what it was matched.
 */
matched_by: MatchedBy | null, 
/**
 * The verdict here.
 */
verdict: Verdict | null, 
/**
 * What was answered here; 0 for a delivery that was recovered.
 */
status: number | null, 
/**
 * True when another delivery of the same event came later.
 */
later: boolean, };

/**
 * One endpoint's log beside the deliveries here.
 */
export type Reconciliation = { 
/**
 * The endpoint, by the provider's id.
 */
endpoint: string, 
/**
 * Its address.
 */
url: string, 
/**
 * The inbox here that it points to.
 */
inbox: Name | null, 
/**
 * Entries of the log.
 */
sent: number, 
/**
 * Those that are here, recovered ones among them.
 */
arrived: number, 
/**
 * Those that were answered 2xx.
 */
accepted: number, 
/**
 * Those that are not here.
 */
missing: number, 
/**
 * Those that the provider has yet to send.
 */
pending: number, 
/**
 * Deliveries of the inbox in the same span of time that the log does not have.
 */
not_in_log: Array<DeliveryId>, 
/**
 * The entries, newest first.
 */
entries: Array<ReconciledEntry>, 
/**
 * True when the log holds more than was read.
 */
more: boolean, 
/**
 * True when missing ones can be fetched from the log, with their requests.
 */
can_recover: boolean, 
/**
 * True when the provider can be asked to send them again.
 */
can_redeliver: boolean, 
/**
 * Why this endpoint's log could not be read.
 */
failure: Failure | null, };

/**
 * A delivery that was fetched from a provider's log.
 */
export type RecoveredDelivery = { 
/**
 * The entry, by the provider's id.
 */
entry: string, 
/**
 * The delivery here.
 */
delivery: DeliveryId, 
/**
 * The outcome of its check.
 */
verdict: Verdict, 
/**
 * Why.
 */
reason: Reason, 
/**
 * True when the log held the very bytes that were sent.
 */
exact: boolean, };

/**
 * Asks the provider to send a delivery again.
 */
export type Redeliver = { 
/**
 * Through which connection.
 */
connection: Name, 
/**
 * The endpoint, by the provider's id.
 */
endpoint: string, 
/**
 * The log entry, by the provider's id.
 */
entry: string, };

/**
 * A replay of some deliveries to one target.
 */
export type ReplayJob = { 
/**
 * Which.
 */
id: JobId, 
/**
 * For people: the query, or how many were selected.
 */
title: string, 
/**
 * Where it stands.
 */
state: JobState, 
/**
 * How it is run.
 */
options: ReplayOptions, 
/**
 * How far it is.
 */
counts: JobCounts, 
/**
 * When it was started.
 */
created_at: Timestamp, 
/**
 * When it ended.
 */
finished_at: Timestamp | null, 
/**
 * Median time to an answer so far, in microseconds.
 */
median_us: number | null, 
/**
 * 99th percentile of the same.
 */
p99_us: number | null, 
/**
 * Deliveries finished a second over the last seconds, while running.
 */
per_second: number | null, 
/**
 * Why it stopped before its end, when it did by itself.
 */
stopped_because: string | null, };

/**
 * How a delivery is sent again.
 */
export type ReplayMode = "verbatim" | "resign";

/**
 * How a replay is run.
 */
export type ReplayOptions = { 
/**
 * The absolute address to send to; the delivery's own query is kept, its path is not.
 */
target: string, 
/**
 * Verbatim or signed again.
 */
mode: ReplayMode, 
/**
 * At most so many requests a second; absent: as fast as the target answers.
 */
rate: number | null, 
/**
 * At most so many at once, 1 to 256.
 */
concurrency: number, 
/**
 * Further tries after a failure, 0 to 20, waiting 1 s, 2 s, 4 s … up to 30 s between.
 */
retries: number, 
/**
 * Until the whole answer must be there, in milliseconds.
 */
timeout_ms: number, 
/**
 * Stop after so many deliveries have failed for good; absent: never.
 */
stop_after_failures: number | null, };

/**
 * What a replay would do.
 */
export type ReplayPlan = { 
/**
 * Deliveries in it.
 */
count: number, 
/**
 * Bytes of their bodies.
 */
bytes: number, 
/**
 * The oldest.
 */
oldest: Timestamp | null, 
/**
 * The newest.
 */
newest: Timestamp | null, 
/**
 * Deliveries beyond the first of their event.
 */
duplicates: number, 
/**
 * Deliveries that can't be signed again (no secret, a public key only); sent verbatim they go all the same.
 */
unsignable: number, 
/**
 * Deliveries whose body is not whole.
 */
cut: number, 
/**
 * Per inbox.
 */
inboxes: Array<TargetCount>, 
/**
 * Where the target lies.
 */
class: TargetClass, 
/**
 * The target's host, as it will be called.
 */
host: string, 
/**
 * What to think about before it starts; any of them asks for a confirmation, unless the target is loopback.
 */
warnings: Array<string>, 
/**
 * The first request as it would be sent.
 */
first_method: string, 
/**
 * Its headers.
 */
first_headers: Array<[string, string]>, };

/**
 * Plans or starts a replay.
 */
export type ReplayStart = { 
/**
 * What to send.
 */
selection: Selection, 
/**
 * Where and how.
 */
options: ReplayOptions, 
/**
 * The plan was seen and its warnings accepted.
 */
confirmed: boolean, };

/**
 * How a result set has grown.
 */
export type ResultDelta = { 
/**
 * Which result set.
 */
id: number, 
/**
 * How many it holds now.
 */
total: number, 
/**
 * How many came at its newest end.
 */
added: number, };

/**
 * Names a result set.
 */
export type ResultRef = { 
/**
 * Which result set.
 */
result: number, };

/**
 * An open result set. It grows as deliveries arrive; events tell by how much.
 */
export type ResultSet = { 
/**
 * Names it in later calls; valid until it is closed, falls out of the 16 used last, or the process ends.
 */
id: number, 
/**
 * The query in its normal form.
 */
query: string, 
/**
 * How many deliveries are in it.
 */
total: number, };

/**
 * A secret that the user asked to see. The only answer of the whole table that holds one.
 */
export type Revealed = { 
/**
 * The secret.
 */
value: string, };

/**
 * What became of a rotation.
 */
export type Rotated = { 
/**
 * The new secret as it lies in the vault; absent for a dry run.
 */
secret: SecretMeta | null, 
/**
 * What became of the one before, in words.
 */
previous: string, 
/**
 * The call that would be made, for a dry run.
 */
call: DryRunCall | null, };

/**
 * A file of the catalogue.
 */
export type SchemeFile = { 
/**
 * What it says.
 */
info: SchemeInfo, 
/**
 * Its text.
 */
text: string, 
/**
 * True when it is the user's own.
 */
own: boolean, };

/**
 * A scheme as a form has it. What is absent or empty is left out of the file.
 */
export type SchemeForm = { 
/**
 * Its name for people.
 */
title: string, 
/**
 * `hmac-sha256`, `ed25519`, `token` …
 */
algorithm: string, 
/**
 * The header that holds the signature.
 */
signature_header: string, 
/**
 * `plain`, `pairs` (`t=…,v1=…`) or `tokens` (`v1,… v1,…`); absent: plain.
 */
format?: string, 
/**
 * What stands before the signature: `sha256=`.
 */
prefix?: string, 
/**
 * What stands between the pairs or tokens.
 */
separator?: string, 
/**
 * What stands between the name and the value of a pair; absent: `=`.
 */
assign?: string, 
/**
 * What stands between the version and the signature of a token.
 */
version_separator?: string, 
/**
 * The names of the pairs, or the versions, that hold a signature: `v1`.
 */
accept?: Array<string>, 
/**
 * How the signature is written: `hex`, `base64`, `base64url`, `text`; absent: hex.
 */
encoding?: string, 
/**
 * How the secret is read: `text`, `hex`, `base64`, `base64url`, `pem`; absent: text.
 */
key_encoding?: string, 
/**
 * What is cut off the secret before it is read: `whsec_`.
 */
key_prefix?: string, 
/**
 * The signed text, part by part: `{timestamp}`, `{header:NAME}`, `{body}` … or literal text (`{{` is a brace).
 */
message_parts: Array<string>, 
/**
 * The header that holds the timestamp; or
 */
timestamp_header?: string, 
/**
 * the name of the pair that does.
 */
timestamp_field?: string, 
/**
 * `seconds`, `milliseconds`, `rfc3339` …; absent: seconds.
 */
timestamp_unit?: string, 
/**
 * The oldest timestamp that is taken, in seconds.
 */
max_age: number, 
/**
 * How far ahead a timestamp may lie, in seconds.
 */
max_future: number, 
/**
 * Where the event type stands: `header:NAME`, `json:/POINTER`, `form:NAME` or `query:NAME`.
 */
event_type?: string, 
/**
 * Where the event's id stands.
 */
event_id?: string, 
/**
 * Where the delivery's id stands.
 */
delivery_id?: string, 
/**
 * The header that gets a fresh id when something is signed.
 */
id_header?: string, 
/**
 * A remark.
 */
note?: string, };

/**
 * A scheme as the window and the command line show it.
 */
export type SchemeInfo = { 
/**
 * The file's name in the catalogue.
 */
id: string, 
/**
 * For people.
 */
title: string, 
/**
 * The algorithm in words: `HMAC-SHA256, hex`.
 */
algorithm: string, 
/**
 * The signed text as a template: `{timestamp}.{body}`.
 */
signed_content: string, 
/**
 * The header that carries the signature.
 */
header: string, 
/**
 * Oldest accepted age in seconds; absent: no limit.
 */
tolerance_s: number | null, 
/**
 * True when this side can sign with what it verifies with.
 */
can_sign: boolean, 
/**
 * True when the provider's documents don't confirm it.
 */
unconfirmed: boolean, 
/**
 * Configuration it needs besides the secret.
 */
config: Array<string>, 
/**
 * The handshakes it knows, by the sender's word: `url_verification`.
 */
handshakes: Array<string>, 
/**
 * What to know about it.
 */
note: string, 
/**
 * Where the facts come from.
 */
sources: Array<string>, };

/**
 * What trying a scheme showed.
 */
export type SchemePreview = { 
/**
 * What is wrong with the text; none: it was tried.
 */
faults: Array<Fault>, 
/**
 * What the check says; absent: the text has a fault, or nothing was named to try it against.
 */
report: SignatureReport | null, };

/**
 * Tries a scheme that is not kept yet.
 */
export type SchemePreviewRequest = { 
/**
 * The file's text.
 */
text: string, 
/**
 * Against a stored delivery; or
 */
delivery: DeliveryId | null, 
/**
 * against a raw HTTP/1.1 request in Base64.
 */
request_base64: string | null, 
/**
 * With the secrets and the configuration of this inbox; absent: of the delivery's.
 */
inbox: Name | null, 
/**
 * With this secret instead.
 */
secret: SecretText | null, 
/**
 * What the scheme needs besides; what is given here goes before the inbox's.
 */
config?: { [key in string]: string }, };

/**
 * A scheme that a request may be signed under. Nothing was verified.
 */
export type SchemeProposal = { 
/**
 * Its id.
 */
scheme: string, 
/**
 * Its name for people.
 */
title: string, 
/**
 * What speaks for it, in one sentence.
 */
reason: string, 
/**
 * How sure it is.
 */
confidence: Confidence, };

/**
 * Keeps a scheme of the user's.
 */
export type SchemeSave = { 
/**
 * Its id, which becomes the file's name.
 */
id: string, 
/**
 * The file's text.
 */
text: string, 
/**
 * True to take the place of a scheme of that id, our own included.
 */
replace: boolean, };

/**
 * The text of a scheme file.
 */
export type SchemeText = { 
/**
 * TOML.
 */
text: string, 
/**
 * What is wrong with it, where the form can't be a scheme yet.
 */
faults: Array<Fault>, };

/**
 * What a search for the cause has tried.
 */
export type Search = { 
/**
 * Where it stands.
 */
state: SearchState, 
/**
 * How many trials were made.
 */
tried: number, 
/**
 * How many there are.
 */
total: number, 
/**
 * What was tried.
 */
tried_list: Array<Tried>, 
/**
 * What could not be tried, and why: a sentence each.
 */
not_tried: Array<string>, 
/**
 * How long it took.
 */
elapsed_ms: number, };

/**
 * Where a search stands.
 */
export type SearchState = "complete" | "more" | "running" | "cancelled";

/**
 * Where a secret lies in the vault: `s-` and a UUID. A changed secret gets a new id; nothing in the
 * vault is ever written over.
 */
export type SecretId = string;

/**
 * What a credential is for.
 */
export type SecretKind = "shared_secret" | "public_key" | "token";

/**
 * One secret, without its value.
 */
export type SecretMeta = { 
/**
 * Where it lies in the vault.
 */
id: SecretId, 
/**
 * What people call it, unique.
 */
name: string, 
/**
 * What it is for.
 */
kind: SecretKind, 
/**
 * Whether it is still in use.
 */
state: SecretState, 
/**
 * The connection it belongs to, if one.
 */
connection: Name | null, 
/**
 * The endpoint it belongs to, by the provider's id.
 */
endpoint: string | null, 
/**
 * When it was put into the vault.
 */
created_at: Timestamp, 
/**
 * Until when a previous secret is accepted, where the provider says so.
 */
accepted_until: Timestamp | null, 
/**
 * The inboxes that verify with it.
 */
used_by: Array<Name>, };

/**
 * Names a secret.
 */
export type SecretRef = { 
/**
 * Which.
 */
id: SecretId, };

/**
 * Puts a secret into the vault by hand.
 */
export type SecretSet = { 
/**
 * What people call it, unique.
 */
name: string, 
/**
 * What it is for.
 */
kind: SecretKind, 
/**
 * The secret.
 */
value: SecretText, };

/**
 * Whether a provider still signs with it.
 */
export type SecretState = "current" | "previous" | "retired";

/**
 * A secret on its way in. It can be read from JSON and never be written to it.
 */
export type SecretText = string;

/**
 * Which deliveries.
 */
export type Selection = { 
/**
 * These; or, when empty,
 */
ids: Array<DeliveryId>, 
/**
 * those that match, oldest first.
 */
query: string, };

/**
 * Sends a signed test event.
 */
export type SendEvent = { 
/**
 * Where to; absent with `inbox`: to that inbox here.
 */
to: string | null, 
/**
 * Signed as this inbox expects; or
 */
inbox: Name | null, 
/**
 * under this scheme
 */
scheme: string | null, 
/**
 * with this secret.
 */
secret: SecretText | null, 
/**
 * The event type; absent: the scheme's first example.
 */
event: string | null, 
/**
 * The body; absent: an example of that type.
 */
data: string | null, };

/**
 * What became of a test event.
 */
export type Sent = { 
/**
 * Where it went.
 */
url: string, 
/**
 * What became of it.
 */
outcome: AttemptOutcome, 
/**
 * The answered status.
 */
status: number | null, 
/**
 * How long it took, in microseconds.
 */
duration_us: number | null, 
/**
 * What went wrong.
 */
error: string | null, 
/**
 * The headers that were sent.
 */
headers: Array<[string, string]>, 
/**
 * How it was signed.
 */
mode: ReplayMode, 
/**
 * The inbox it went to, when it went to one here.
 */
inbox: Name | null, };

/**
 * Switches an endpoint on or off.
 */
export type SetActive = { 
/**
 * Through which connection.
 */
connection: Name, 
/**
 * The provider's id.
 */
id: string, 
/**
 * On or off.
 */
active: boolean, 
/**
 * Only answer with the call that would be made.
 */
dry_run: boolean, };

/**
 * Every setting, with its default.
 */
export type Settings = { 
/**
 * How the window looks.
 */
theme: Theme, 
/**
 * The address the capture server binds to.
 */
bind: string, 
/**
 * Its port.
 */
port: number, 
/**
 * The largest body that is kept whole, in bytes; above it the answer is 413.
 */
body_cap: number, 
/**
 * Where secrets live.
 */
vault: VaultKind, 
/**
 * The address others reach the capture server under (a tunnel), when there is one.
 */
public_url: string | null, 
/**
 * The target that `R` sends to.
 */
last_target: string | null, 
/**
 * Closing the window keeps capturing in the tray.
 */
close_to_tray: boolean, 
/**
 * False until the first run was left.
 */
welcomed: boolean, };

/**
 * Changes settings; what is absent stays.
 */
export type SettingsPatch = { 
/**
 * See `Settings`.
 */
theme?: Theme, 
/**
 * See `Settings`. Takes effect when the capture server is started again.
 */
bind?: string, 
/**
 * See `Settings`. Takes effect when the capture server is started again.
 */
port?: number, 
/**
 * See `Settings`. Takes effect when the capture server is started again.
 */
body_cap: number, 
/**
 * See `Settings`. Takes effect at the next start.
 */
vault?: VaultKind, 
/**
 * See `Settings`; an empty text removes it.
 */
public_url?: string, 
/**
 * See `Settings`.
 */
last_target?: string, 
/**
 * See `Settings`.
 */
close_to_tray?: boolean, 
/**
 * See `Settings`.
 */
welcomed?: boolean, };

/**
 * Signs a request.
 */
export type SignRequest = { 
/**
 * A raw HTTP/1.1 request in Base64.
 */
request_base64: string, 
/**
 * Under which scheme.
 */
scheme: string, 
/**
 * With what; or
 */
secret: SecretText | null, 
/**
 * with which secret of the vault.
 */
secret_id?: SecretId, 
/**
 * What the scheme needs besides.
 */
config: { [key in string]: string }, 
/**
 * The time to sign with in Unix seconds; absent: now.
 */
now: number | null, 
/**
 * The id to sign with; absent: the request's own, else a fresh one.
 */
id: string | null, 
/**
 * The address as the receiver will see it.
 */
url: string | null, };

/**
 * Everything the Signature tab shows.
 */
export type SignatureReport = { 
/**
 * The scheme; absent: none is set for the inbox.
 */
scheme: SchemeInfo | null, 
/**
 * What a check says now.
 */
verdict: Verdict, 
/**
 * Why.
 */
reason: Reason, 
/**
 * What the stored verdict says, when it differs.
 */
stored: [Verdict, Reason] | null, 
/**
 * The secret that matched, or the one `computed` was made with.
 */
secret: string | null, 
/**
 * Where it lies in the vault.
 */
secret_id: SecretId | null, 
/**
 * The signed text in parts.
 */
signed: Array<SignedPart>, 
/**
 * Bytes of the signed text.
 */
signed_size: number, 
/**
 * The timestamp of the request, Unix seconds.
 */
timestamp: number | null, 
/**
 * Its age when the delivery was received, in seconds; negative: from the future.
 */
age_s: number | null, 
/**
 * The accepted age in seconds.
 */
tolerance_s: number | null, 
/**
 * The signatures that came, as they stood in the header.
 */
received: Array<string>, 
/**
 * What the secret named above makes of the signed text, in the header's form.
 */
computed: Array<string>, 
/**
 * What went wrong, the likeliest first.
 */
diagnosis: Array<Diagnosis>, 
/**
 * What the search for it has tried; absent: there was nothing to search for.
 */
search: Search | null, 
/**
 * A scheme that the headers look like, when none is set or the check failed.
 */
looks_like: string | null, 
/**
 * Why the vault could not be asked, when it could not.
 */
vault_problem: string | null, };

/**
 * A signed request.
 */
export type Signed = { 
/**
 * The whole request in Base64, its signature headers replaced.
 */
request_base64: string, };

/**
 * A piece of the signed text.
 */
export type SignedPart = { 
/**
 * What it is: `timestamp`, `id`, `body`, `text`, `header`, `method`, `url` …
 */
kind: string, 
/**
 * Its text, shortened when long; bytes that are no text are shown as `\xNN`.
 */
text: string, 
/**
 * Its bytes in all.
 */
size: number, };

/**
 * Marks a delivery.
 */
export type StarDelivery = { 
/**
 * Which delivery.
 */
id: DeliveryId, 
/**
 * On or off.
 */
starred: boolean, };

/**
 * What the frame of the window shows.
 */
export type Status = { 
/**
 * The capture server's address, `http://127.0.0.1:4400`; absent: not listening.
 */
listening: string | null, 
/**
 * Why it is not.
 */
listen_failure: Failure | null, 
/**
 * Counts.
 */
totals: Totals, 
/**
 * Deliveries in the last minute.
 */
last_minute: number, 
/**
 * The vault.
 */
vault: VaultStatus, 
/**
 * Where the data lies.
 */
data_dir: string, 
/**
 * This Waybill.
 */
version: string, 
/**
 * What was found and mended at start (a damaged database set aside …).
 */
notice: string | null, };

/**
 * Asks for a stream to be listened to.
 */
export type StreamStart = { 
/**
 * Through which connection.
 */
connection: Name, 
/**
 * Where its events are kept; absent: an inbox of the connection's name. One that is not there is made.
 */
inbox: Name | null, };

/**
 * Where a stream stands.
 */
export type StreamState = "connecting" | "open" | "waiting" | "failed";

/**
 * How far an operation is there.
 */
export type Support = "supported" | "emulated" | "unconfirmed" | "unsupported";

/**
 * What answers are about. A query says which it is made of; a mutation and an event say which are stale.
 */
export type Tag = "deliveries" | "inboxes" | "connections" | "endpoints" | "schemes" | "secrets" | "settings" | "replays" | "status";

/**
 * Where a target lies.
 */
export type TargetClass = "loopback" | "private" | "public";

/**
 * How many of something stand under one word.
 */
export type TargetCount = { 
/**
 * An inbox or an event type.
 */
name: string, 
/**
 * How many.
 */
count: number, };

/**
 * Asks for a test event.
 */
export type TestEndpoint = { 
/**
 * Through which connection.
 */
connection: Name, 
/**
 * The provider's id.
 */
id: string, 
/**
 * The event type, where the provider lets one choose; absent: the provider's own, else one of the endpoint's.
 */
event?: string, };

/**
 * A key to sign and verify with here.
 */
export type TestKey = { 
/**
 * The private part, or the shared secret, in the vault.
 */
secret: SecretMeta, 
/**
 * The public part, to be given to whoever verifies; absent: the scheme has none.
 */
public_key: string | null, };

/**
 * Makes a key pair to sign and verify with here.
 */
export type TestKeyRequest = { 
/**
 * The scheme it is for.
 */
scheme: string, 
/**
 * What the private part is called in the vault; absent: after the scheme.
 */
name?: string, };

/**
 * How the window looks.
 */
export type Theme = "system" | "light" | "dark";

/**
 * An instant in nanoseconds since the Unix epoch (good until the year 2262).
 */
export type Timestamp = string;

/**
 * Counts over the whole store.
 */
export type Totals = { 
/**
 * Deliveries.
 */
deliveries: number, 
/**
 * Of them, those whose verdict is `invalid` or `unsigned`.
 */
failed: number, 
/**
 * Answered 400 or above.
 */
errors: number, 
/**
 * Starred.
 */
starred: number, 
/**
 * Bytes of heads and bodies.
 */
bytes: number, };

/**
 * How often something was tried.
 */
export type Tried = { 
/**
 * What.
 */
what: string, 
/**
 * How often.
 */
count: number, };

/**
 * Takes a deletion back.
 */
export type Undelete = { 
/**
 * From the deletion.
 */
undo: string, };

/**
 * A file of the user's that can't be used.
 */
export type UnusableScheme = { 
/**
 * The file's name.
 */
file: string, 
/**
 * What is wrong with it.
 */
fault: Fault, };

/**
 * Changes an endpoint; what is absent stays.
 */
export type UpdateEndpoint = { 
/**
 * Through which connection.
 */
connection: Name, 
/**
 * The provider's id.
 */
id: string, 
/**
 * Where the provider is to send to.
 */
url?: string, 
/**
 * Event types.
 */
events?: Array<string>, 
/**
 * Every event type.
 */
all_events?: boolean, 
/**
 * Its name or description.
 */
label?: string, 
/**
 * The provider's own fields.
 */
fields: { [key in string]: string }, 
/**
 * The revision that was seen; a newer one at the provider is a conflict.
 */
revision?: string, 
/**
 * Only answer with the call that would be made.
 */
dry_run: boolean, };

/**
 * A value of the address that each account has of its own.
 */
export type VariableInfo = { 
/**
 * As it stands in the address.
 */
name: string, 
/**
 * For people.
 */
label: string, 
/**
 * An example or where to find it.
 */
hint: string, 
/**
 * The kind of account it belongs to, where there are several: only the variables of one kind are
 * given. Absent: always needed.
 */
scope?: string, };

/**
 * Where secrets live.
 */
export type VaultKind = "keychain" | "file" | "memory";

/**
 * Whether the vault can be used now.
 */
export type VaultState = { "state": "working" } | { "state": "locked", 
/**
 * The service's own words.
 */
detail: string, } | { "state": "missing", 
/**
 * The service's own words.
 */
detail: string, } | { "state": "hanging", 
/**
 * How long was waited, in milliseconds.
 */
waited_ms: number, } | { "state": "failed", 
/**
 * The service's own words.
 */
detail: string, };

/**
 * The vault in use.
 */
export type VaultStatus = { 
/**
 * Which.
 */
kind: VaultKind, 
/**
 * Whether it can be used; absent until it was first asked.
 */
state: VaultState | null, };

/**
 * The outcome of verification in one word.
 */
export type Verdict = "valid" | "invalid" | "unsigned" | "unchecked";

/**
 * The answer of the command line contract.
 */
export type VerifyReport = { 
/**
 * What the check says.
 */
verdict: Verdict, 
/**
 * Why.
 */
reason: Reason, 
/**
 * Under which scheme.
 */
scheme: string, 
/**
 * The secret that matched: its name, or `#1` for the first one given.
 */
secret: string | null, 
/**
 * The beginning of the signed text.
 */
signed_text_preview: string, 
/**
 * The timestamp of the request, Unix seconds.
 */
timestamp: number | null, 
/**
 * Its age in seconds.
 */
age_s: number | null, 
/**
 * What went wrong, the likeliest first.
 */
diagnosis: Array<Diagnosis>, 
/**
 * What the search for it has tried; absent: there was nothing to search for, or no search was wanted.
 */
search: Search | null, };

/**
 * Verifies a request that is given or stored.
 */
export type VerifyRequest = { 
/**
 * A raw HTTP/1.1 request in Base64; or
 */
request_base64: string | null, 
/**
 * a stored delivery.
 */
delivery: DeliveryId | null, 
/**
 * Under which scheme.
 */
scheme: string, 
/**
 * The secrets to try; empty with `delivery`: those of its inbox.
 */
secrets: Array<SecretText>, 
/**
 * What the scheme needs besides; with `delivery` what its inbox is set to stands where nothing is given.
 */
config: { [key in string]: string }, 
/**
 * The time of the check in Unix seconds; absent: of receipt, or now.
 */
now: number | null, 
/**
 * The address as the sender saw it.
 */
url: string | null, 
/**
 * How long the cause of a failure may be searched for, in milliseconds, at most 60,000; 0: not at all;
 * absent: 250.
 */
diagnose_ms?: number, 
/**
 * The body as the handler saw it, in Base64, when it is at hand: where it was rewritten can then be told.
 */
handler_body_base64?: string, };

/**
 * Rows of a result set, newest first.
 */
export type Window = { 
/**
 * How many the whole set holds now.
 */
total: number, 
/**
 * Where the first row stands, counted from the newest.
 */
offset: number, 
/**
 * The rows. A deleted delivery leaves no row.
 */
rows: Array<DeliveryRow>, };

/**
 * Asks for rows of a result set.
 */
export type WindowRequest = { 
/**
 * Which result set.
 */
result: number, 
/**
 * Rows to pass over, counted from the newest.
 */
offset: number, 
/**
 * At most 500.
 */
limit: number, };

/** What each command asks and answers. */
export interface Commands {
  "deliveries.query": { request: QueryDeliveries; response: ResultSet };
  "deliveries.window": { request: WindowRequest; response: Window };
  "deliveries.close": { request: ResultRef; response: Nothing };
  "deliveries.locate": { request: Locate; response: Located };
  "deliveries.histogram": { request: HistogramRequest; response: Histogram };
  "deliveries.complete": { request: CompletionRequest; response: Array<Completion> };
  "deliveries.list": { request: ListDeliveries; response: DeliveryList };
  "deliveries.get": { request: DeliveryRef; response: Delivery };
  "deliveries.payload": { request: DeliveryRef; response: PayloadView };
  "deliveries.hex": { request: HexRequest; response: HexPage };
  "deliveries.diff": { request: DiffRequest; response: DeliveryDiff };
  "deliveries.signature": { request: DeliveryRef; response: SignatureReport };
  "deliveries.check_again": { request: CheckAgain; response: Checked };
  "diagnosis.start": { request: DeliveryRef; response: DiagnosisProgress };
  "diagnosis.progress": { request: DeliveryRef; response: DiagnosisProgress };
  "diagnosis.cancel": { request: DeliveryRef; response: DiagnosisProgress };
  "diagnosis.mend": { request: Mend; response: Mended };
  "deliveries.star": { request: StarDelivery; response: Nothing };
  "deliveries.note": { request: NoteDelivery; response: Nothing };
  "deliveries.delete": { request: AskIds; response: Deleted };
  "deliveries.undelete": { request: Undelete; response: Nothing };
  "deliveries.export": { request: Export; response: Exported };
  "deliveries.import": { request: Import; response: Imported };
  "inboxes.list": { request: Nothing; response: Array<Inbox> };
  "inboxes.get": { request: Named; response: Inbox };
  "inboxes.create": { request: InboxCreate; response: Inbox };
  "inboxes.update": { request: InboxUpdate; response: Inbox };
  "inboxes.add_secret": { request: InboxAddSecret; response: Inbox };
  "inboxes.remove_secret": { request: InboxRemoveSecret; response: Inbox };
  "inboxes.remove": { request: Named; response: Nothing };
  "providers.list": { request: Nothing; response: Array<ProviderInfo> };
  "providers.get": { request: CatalogueRef; response: ProviderInfo };
  "providers.check": { request: DescriptionText; response: Checks };
  "schemes.list": { request: Nothing; response: Array<SchemeInfo> };
  "schemes.get": { request: CatalogueRef; response: SchemeFile };
  "schemes.check": { request: DescriptionText; response: Checks };
  "schemes.own": { request: Nothing; response: OwnSchemes };
  "schemes.reload": { request: Nothing; response: OwnSchemes };
  "schemes.save": { request: SchemeSave; response: SchemeFile };
  "schemes.remove": { request: CatalogueRef; response: Nothing };
  "schemes.preview": { request: SchemePreviewRequest; response: SchemePreview };
  "schemes.compose": { request: SchemeForm; response: SchemeText };
  "schemes.detect": { request: DetectRequest; response: Array<SchemeProposal> };
  "schemes.test_key": { request: TestKeyRequest; response: TestKey };
  "connections.list": { request: Nothing; response: Array<Connection> };
  "connections.add": { request: ConnectionAdd; response: Connection };
  "connections.test": { request: Named; response: ConnectionTest };
  "connections.remove": { request: Named; response: Nothing };
  "streams.list": { request: Nothing; response: Array<LiveStream> };
  "streams.start": { request: StreamStart; response: LiveStream };
  "streams.stop": { request: Named; response: Nothing };
  "endpoints.list": { request: EndpointsRequest; response: EndpointList };
  "endpoints.read": { request: EndpointsRequest; response: EndpointList };
  "endpoints.get": { request: EndpointRef; response: Endpoint };
  "endpoints.create": { request: CreateEndpoint; response: EndpointCreated };
  "endpoints.update": { request: UpdateEndpoint; response: EndpointCreated };
  "endpoints.set_active": { request: SetActive; response: EndpointCreated };
  "endpoints.delete": { request: EndpointRef; response: EndpointCreated };
  "endpoints.rotate": { request: EndpointRef; response: Rotated };
  "endpoints.test": { request: TestEndpoint; response: EndpointTested };
  "endpoints.log": { request: LogRequest; response: Array<LogEntry> };
  "endpoints.redeliver": { request: Redeliver; response: Nothing };
  "endpoints.reconcile": { request: ReconcileRequest; response: Array<Reconciliation> };
  "endpoints.bring_in": { request: BringIn; response: BroughtIn };
  "endpoints.history": { request: HistoryRequest; response: Array<HistoryEntry> };
  "custody.list": { request: Nothing; response: Array<CustodyCase> };
  "custody.repair": { request: CustodyRef; response: CustodyRepaired };
  "custody.dismiss": { request: CustodyRef; response: Nothing };
  "secrets.list": { request: Nothing; response: Array<SecretMeta> };
  "secrets.set": { request: SecretSet; response: SecretMeta };
  "secrets.reveal": { request: SecretRef; response: Revealed };
  "secrets.remove": { request: SecretRef; response: Nothing };
  "tools.verify": { request: VerifyRequest; response: VerifyReport };
  "tools.sign": { request: SignRequest; response: Signed };
  "tools.send": { request: SendEvent; response: Sent };
  "tools.sample": { request: Nothing; response: Sent };
  "replays.plan": { request: ReplayStart; response: ReplayPlan };
  "replays.start": { request: ReplayStart; response: ReplayJob };
  "replays.list": { request: Nothing; response: Array<ReplayJob> };
  "replays.get": { request: JobRef; response: ReplayJob };
  "replays.attempts": { request: AttemptsRequest; response: AttemptList };
  "replays.pause": { request: JobRef; response: ReplayJob };
  "replays.resume": { request: JobRef; response: ReplayJob };
  "replays.cancel": { request: JobRef; response: ReplayJob };
  "settings.get": { request: Nothing; response: Settings };
  "settings.update": { request: SettingsPatch; response: Settings };
  "status.get": { request: Nothing; response: Status };
  "capture.start": { request: CaptureStart; response: Status };
  "capture.stop": { request: Nothing; response: Status };
  "vault.check": { request: Nothing; response: VaultStatus };
  "doctor": { request: Nothing; response: Array<DoctorLine> };
}

/** The name of a command. */
export type CommandName = keyof Commands;

/** What the answer of each query is made of. */
export const READS = {
  "deliveries.query": ["deliveries"],
  "deliveries.window": ["deliveries"],
  "deliveries.locate": ["deliveries"],
  "deliveries.histogram": ["deliveries"],
  "deliveries.complete": [],
  "deliveries.list": ["deliveries"],
  "deliveries.get": ["deliveries"],
  "deliveries.payload": [],
  "deliveries.hex": [],
  "deliveries.diff": [],
  "deliveries.signature": ["inboxes", "schemes", "secrets"],
  "diagnosis.progress": [],
  "deliveries.export": [],
  "inboxes.list": ["inboxes"],
  "inboxes.get": ["inboxes"],
  "providers.list": [],
  "providers.get": [],
  "providers.check": [],
  "schemes.list": ["schemes"],
  "schemes.get": ["schemes"],
  "schemes.check": [],
  "schemes.own": ["schemes"],
  "schemes.compose": [],
  "schemes.detect": ["schemes"],
  "connections.list": ["connections"],
  "streams.list": ["connections"],
  "endpoints.list": ["endpoints"],
  "endpoints.get": ["endpoints"],
  "endpoints.history": ["endpoints"],
  "custody.list": ["endpoints", "secrets"],
  "secrets.list": ["secrets"],
  "replays.plan": [],
  "replays.list": ["replays"],
  "replays.get": ["replays"],
  "replays.attempts": ["replays"],
  "settings.get": ["settings"],
  "status.get": ["status"],
  "doctor": [],
} as const satisfies Partial<Record<CommandName, readonly Tag[]>>;

/** What each mutation makes stale. */
export const INVALIDATES = {
  "deliveries.close": [],
  "deliveries.check_again": ["deliveries", "inboxes"],
  "diagnosis.start": [],
  "diagnosis.cancel": [],
  "diagnosis.mend": ["deliveries", "inboxes", "secrets"],
  "deliveries.star": ["deliveries", "status"],
  "deliveries.note": ["deliveries"],
  "deliveries.delete": ["deliveries", "inboxes", "status"],
  "deliveries.undelete": ["deliveries", "inboxes", "status"],
  "deliveries.import": ["deliveries", "inboxes", "status"],
  "inboxes.create": ["inboxes", "secrets"],
  "inboxes.update": ["inboxes"],
  "inboxes.add_secret": ["inboxes", "secrets"],
  "inboxes.remove_secret": ["inboxes", "secrets"],
  "inboxes.remove": ["inboxes", "secrets"],
  "schemes.reload": ["schemes", "inboxes"],
  "schemes.save": ["schemes", "inboxes"],
  "schemes.remove": ["schemes", "inboxes"],
  "schemes.preview": [],
  "schemes.test_key": ["secrets"],
  "connections.add": ["connections", "endpoints", "secrets"],
  "connections.test": ["connections", "endpoints"],
  "connections.remove": ["connections", "endpoints", "secrets"],
  "streams.start": ["connections", "inboxes"],
  "streams.stop": ["connections"],
  "endpoints.read": ["endpoints", "connections"],
  "endpoints.create": ["endpoints", "inboxes", "secrets", "connections"],
  "endpoints.update": ["endpoints"],
  "endpoints.set_active": ["endpoints"],
  "endpoints.delete": ["endpoints", "secrets", "connections"],
  "endpoints.rotate": ["endpoints", "secrets", "inboxes"],
  "endpoints.test": ["deliveries"],
  "endpoints.log": [],
  "endpoints.redeliver": [],
  "endpoints.reconcile": [],
  "endpoints.bring_in": ["deliveries", "inboxes", "status"],
  "custody.repair": ["endpoints", "secrets", "inboxes"],
  "custody.dismiss": ["endpoints"],
  "secrets.set": ["secrets"],
  "secrets.reveal": [],
  "secrets.remove": ["secrets"],
  "tools.verify": [],
  "tools.sign": [],
  "tools.send": [],
  "tools.sample": ["inboxes", "secrets"],
  "replays.start": ["replays"],
  "replays.pause": ["replays"],
  "replays.resume": ["replays"],
  "replays.cancel": ["replays"],
  "settings.update": ["settings", "status"],
  "capture.start": ["status"],
  "capture.stop": ["status"],
  "vault.check": ["status"],
} as const satisfies Partial<Record<CommandName, readonly Tag[]>>;

/** Every error code, so that the window can have words for each. */
export const ERROR_CODES = [
  "invalid_input",
  "invalid_query",
  "invalid_description",
  "unknown_scheme",
  "unknown_provider",
  "not_found",
  "already_exists",
  "in_use",
  "confirmation_required",
  "port_in_use",
  "listen_failed",
  "conflict",
  "cannot_sign",
  "unsupported",
  "vault_locked",
  "vault_missing",
  "vault_hanging",
  "vault_passphrase",
  "vault_failed",
  "secret_at_risk",
  "provider_unauthorized",
  "provider_forbidden",
  "provider_not_found",
  "provider_conflict",
  "provider_rejected",
  "provider_rate_limited",
  "provider_failed",
  "provider_answer_unreadable",
  "network_unreachable",
  "outcome_unknown",
  "target_refused",
  "disk_full",
  "data_folder",
  "database_newer",
  "database_damaged",
  "busy",
  "cancelled",
  "internal",
] as const satisfies readonly ErrorCode[];

/** Every reason code. */
export const REASONS = [
  "ok",
  "missing_signature",
  "missing_header",
  "missing_timestamp",
  "malformed_signature_header",
  "no_acceptable_signature",
  "unsupported_version",
  "wrong_prefix",
  "bad_signature_encoding",
  "duplicate_header",
  "signature_mismatch",
  "timestamp_malformed",
  "timestamp_too_old",
  "timestamp_too_new",
  "body_digest_mismatch",
  "claim_mismatch",
  "alg_not_allowed",
  "unknown_key_id",
  "untrusted_cert_url",
  "url_mismatch",
  "bad_key",
  "key_needed",
  "no_secret",
  "scheme_unconfirmed",
  "body_too_large",
  "handshake",
] as const satisfies readonly Reason[];

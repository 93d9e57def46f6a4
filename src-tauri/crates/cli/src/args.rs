//! The words of the command line, and nothing of what they do.

mod endpoints;
mod reconcile;
mod schemes;

use clap::{Args, Parser, Subcommand, ValueEnum};
pub(crate) use endpoints::{ConnectionCommand, EndpointCommand, LogStateArg};
pub(crate) use reconcile::{ByArg, Reconcile, Repair};
pub(crate) use schemes::{SchemeAdd, SchemeCommand, SchemeDetect};
use std::path::PathBuf;

/// The heading over the options that every command has.
const EVERYWHERE: &str = "Options of every command";

/// Manage webhook endpoints, capture and verify deliveries, replay them.
#[derive(Debug, Parser)]
#[command(name = "waybill", version, arg_required_else_help = true, max_term_width = 100)]
pub(crate) struct Cli {
    /// Where Waybill keeps its data; the window and every command share it. Default: WAYBILL_DATA_DIR, else the
    /// platform's own folder.
    #[arg(long, global = true, value_name = "DIR", help_heading = EVERYWHERE)]
    pub(crate) data_dir: Option<PathBuf>,
    /// Write JSON to standard output: one document, or one a line where a command streams.
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    pub(crate) json: bool,
    /// No messages, only results.
    #[arg(long, short, global = true, help_heading = EVERYWHERE)]
    pub(crate) quiet: bool,
    /// Write the log to standard error too; twice for all of it.
    #[arg(short, long, global = true, action = clap::ArgAction::Count, help_heading = EVERYWHERE)]
    pub(crate) verbose: u8,
    /// Where secrets live; default: WAYBILL_VAULT, else the setting. `file` asks for its passphrase, or takes it from WAYBILL_VAULT_PASSPHRASE; `memory` forgets at exit.
    #[arg(long, global = true, value_name = "KIND", help_heading = EVERYWHERE)]
    pub(crate) vault: Option<VaultArg>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Where secrets live.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum VaultArg {
    Keychain,
    File,
    Memory,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the capture server until interrupted.
    #[command(after_help = "Example:\n  waybill listen --port 4400 --forward-to http://localhost:3000/hooks")]
    Listen(Listen),
    /// Inboxes: named paths on the capture server.
    #[command(subcommand)]
    Inbox(InboxCommand),
    /// Deliveries: what was captured.
    #[command(subcommand)]
    Deliveries(DeliveriesCommand),
    /// Verify a request's signature.
    #[command(
        after_help = "Example:\n  waybill verify --delivery 1204 --scheme mynd --secret-env MYND_SECRET\n  waybill verify --request request.http --scheme stripe --secret-env STRIPE_SECRET --now 1781166727"
    )]
    Verify(Verify),
    /// Sign a request: its signature headers are replaced.
    #[command(
        after_help = "Example:\n  waybill sign --request request.http --scheme mynd --secret-env MYND_SECRET"
    )]
    Sign(Sign),
    /// Send a signed test event.
    #[command(
        after_help = "Example:\n  waybill send --to http://localhost:3000/hooks --inbox mynd-prod --event run.failed"
    )]
    Send(Send),
    /// Send recorded deliveries again.
    #[command(
        after_help = "Examples:\n  waybill replay 1204 --to http://localhost:3000/hooks --resign\n  waybill replay --query 'status:>=500 since:fri' --to http://localhost:3000/hooks --rate 50",
        args_conflicts_with_subcommands = true
    )]
    Replay(Replay),
    /// Providers of the catalogue.
    #[command(subcommand)]
    Provider(CatalogueCommand),
    /// Schemes of the catalogue.
    #[command(subcommand)]
    Scheme(SchemeCommand),
    /// Connections: a provider, an address, a credential.
    #[command(subcommand)]
    Connection(ConnectionCommand),
    /// Endpoints at the providers.
    #[command(subcommand)]
    Endpoint(EndpointCommand),
    /// What a provider says it sent, beside what came.
    ///
    /// What is missing can be brought in. Ends with 1 when something is missing.
    #[command(
        after_help = "Examples:\n  waybill reconcile --connection acme --since 2d\n  waybill reconcile --connection acme --endpoint wh_3fa1c802 --bring-in"
    )]
    Reconcile(Reconcile),
    /// Secrets in the vault.
    #[command(subcommand)]
    Secret(SecretCommand),
    /// What works here, and what mends what does not.
    #[command(after_help = "Example:\n  waybill doctor --json")]
    Doctor,
}

#[derive(Debug, Args)]
pub(crate) struct Listen {
    /// The port; 0 picks one. Default: the setting, at first 4400.
    #[arg(long)]
    pub(crate) port: Option<u16>,
    /// The address to bind to. Default: the setting, at first 127.0.0.1.
    #[arg(long)]
    pub(crate) bind: Option<String>,
    /// Send every delivery on to this address too.
    #[arg(long, value_name = "URL")]
    pub(crate) forward_to: Option<String>,
}

/// Secrets that never stand on the command line.
#[derive(Debug, Args)]
pub(crate) struct SecretsFrom {
    /// Read a secret from this environment variable; may be given several times.
    #[arg(long, value_name = "VAR")]
    pub(crate) secret_env: Vec<String>,
    /// Read one secret from standard input (a line end at its end is dropped).
    #[arg(long)]
    pub(crate) secret_stdin: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum InboxCommand {
    /// Make an inbox.
    #[command(after_help = "Example:\n  waybill inbox add mynd-prod --scheme mynd --secret-env MYND_SECRET")]
    Add(InboxAdd),
    /// List inboxes.
    #[command(after_help = "Example:\n  waybill inbox list --json")]
    List,
    /// Show one inbox.
    #[command(after_help = "Example:\n  waybill inbox show mynd-prod")]
    Show { name: String },
    /// Change an inbox; what is not given stays.
    #[command(after_help = "Example:\n  waybill inbox edit mynd-prod --status 503 --delay 2000")]
    Edit(InboxEdit),
    /// Remove an inbox. Its deliveries stay.
    #[command(after_help = "Example:\n  waybill inbox remove mynd-prod")]
    Remove { name: String },
}

#[derive(Debug, Args)]
pub(crate) struct InboxAdd {
    /// 1 to 64 of a-z, 0-9, '.', '_' and '-'; its path is /in/NAME.
    pub(crate) name: String,
    /// The scheme its deliveries are checked under.
    #[arg(long, value_name = "ID", conflicts_with_all = ["connection", "endpoint"])]
    pub(crate) scheme: Option<String>,
    #[command(flatten)]
    pub(crate) secrets: SecretsFrom,
    /// With --endpoint: scheme and secret are that endpoint's.
    #[arg(long, value_name = "N", requires = "endpoint")]
    pub(crate) connection: Option<String>,
    /// The endpoint, by the provider's id.
    #[arg(long, value_name = "ID", requires = "connection")]
    pub(crate) endpoint: Option<String>,
    /// What the scheme needs besides the secret.
    #[arg(long, value_name = "K=V")]
    pub(crate) config: Vec<String>,
    #[command(flatten)]
    pub(crate) answer: AnswerArgs,
    /// Send each delivery on to this address; may be given several times.
    #[arg(long, value_name = "URL")]
    pub(crate) forward_to: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct AnswerArgs {
    /// The status that is answered.
    #[arg(long, value_name = "N")]
    pub(crate) status: Option<u16>,
    /// Milliseconds to wait before answering.
    #[arg(long, value_name = "MS")]
    pub(crate) delay: Option<u32>,
    /// The body that is answered.
    #[arg(long, value_name = "TEXT")]
    pub(crate) body: Option<String>,
    /// A header that is answered, 'Name: value'; may be given several times.
    #[arg(long = "header", value_name = "H")]
    pub(crate) headers: Vec<String>,
    /// Whether handshakes of the scheme are answered as their sender wants: yes, or no for the inbox's own answer.
    #[arg(long, value_name = "YES|NO", value_parser = ["yes", "no"])]
    pub(crate) answer_handshakes: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct InboxEdit {
    pub(crate) name: String,
    /// The scheme; an empty text removes it.
    #[arg(long, value_name = "ID")]
    pub(crate) scheme: Option<String>,
    #[command(flatten)]
    pub(crate) secrets: SecretsFrom,
    /// What the scheme needs besides the secret; replaces all of it.
    #[arg(long, value_name = "K=V")]
    pub(crate) config: Vec<String>,
    #[command(flatten)]
    pub(crate) answer: AnswerArgs,
    /// Send each delivery on to this address; replaces all of them; an empty text removes them.
    #[arg(long, value_name = "URL")]
    pub(crate) forward_to: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DeliveriesCommand {
    /// List deliveries, newest first.
    #[command(
        after_help = "Example:\n  waybill deliveries list --query 'inbox:mynd-prod verdict:invalid since:2h'"
    )]
    List {
        /// In the query language, such as 'inbox:mynd verdict:invalid since:2h -type:ping'.
        #[arg(
            long,
            value_name = "Q",
            default_value = "",
            allow_hyphen_values = true,
            hide_default_value = true
        )]
        query: String,
        /// At most so many.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
        limit: u32,
        /// Only those older than this one.
        #[arg(long, value_name = "ID")]
        after: Option<String>,
    },
    /// Show one delivery.
    #[command(
        after_help = "Example:\n  waybill deliveries show 1204\n  waybill deliveries show 1204 --raw > request.http"
    )]
    Show {
        id: String,
        /// Write the request's bytes as they came, and nothing else.
        #[arg(long)]
        raw: bool,
    },
    /// Write deliveries out.
    #[command(
        after_help = "Example:\n  waybill deliveries export --format har --query 'since:2d' --output week.har"
    )]
    Export {
        /// har for browsers, jsonl to import again, raw HTTP requests, or curl commands.
        #[arg(long, value_enum)]
        format: Format,
        /// In the query language; all when absent.
        #[arg(
            long,
            value_name = "Q",
            default_value = "",
            allow_hyphen_values = true,
            hide_default_value = true
        )]
        query: String,
        /// Write to this file; absent: standard output.
        #[arg(long, value_name = "F")]
        output: Option<PathBuf>,
        /// Keep credentials and signatures that stood in headers.
        #[arg(long)]
        with_secrets: bool,
    },
    /// Read deliveries from a file: JSON lines, a HAR document, or one raw HTTP request.
    #[command(after_help = "Example:\n  waybill deliveries import week.jsonl")]
    Import {
        /// '-' is standard input.
        file: PathBuf,
        /// Keep them under this inbox, which must be there.
        #[arg(long)]
        inbox: Option<String>,
    },
    /// Show how two deliveries differ. Ends with 0 when they are the same, with 1 when they are not.
    #[command(after_help = "Example:\n  waybill deliveries diff 1204 1209")]
    Diff { left: String, right: String },
    /// Delete deliveries.
    #[command(after_help = "Example:\n  waybill deliveries delete 1204 1205")]
    Delete {
        #[arg(required = true)]
        ids: Vec<String>,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Format {
    Har,
    Jsonl,
    Raw,
    Curl,
}

#[derive(Debug, Args)]
#[group(skip)]
#[command(group = clap::ArgGroup::new("what").required(true))]
pub(crate) struct Verify {
    /// A raw HTTP/1.1 request; '-' is standard input.
    #[arg(long, value_name = "FILE", group = "what")]
    pub(crate) request: Option<PathBuf>,
    /// A stored delivery.
    #[arg(long, value_name = "ID", group = "what")]
    pub(crate) delivery: Option<String>,
    /// The scheme; 'scheme list' names them all.
    #[arg(long, value_name = "ID")]
    pub(crate) scheme: String,
    #[command(flatten)]
    pub(crate) secrets: SecretsFrom,
    /// What the scheme needs besides the secret: url, webhook_id …
    #[arg(long, value_name = "K=V")]
    pub(crate) config: Vec<String>,
    /// The time of the check.
    #[arg(long, value_name = "UNIX")]
    pub(crate) now: Option<i64>,
    /// The address as the sender saw it.
    #[arg(long)]
    pub(crate) url: Option<String>,
    /// The body as your handler saw it: where it was rewritten is then told.
    #[arg(long, value_name = "FILE")]
    pub(crate) handler_body: Option<PathBuf>,
    /// Don't search for the cause of a failure.
    #[arg(long, conflicts_with = "diagnose_seconds")]
    pub(crate) no_diagnosis: bool,
    /// Search for the cause for so long, at most 60.
    #[arg(long, value_name = "N", default_value_t = 0.25, allow_negative_numbers = true)]
    pub(crate) diagnose_seconds: f64,
}

#[derive(Debug, Args)]
pub(crate) struct Sign {
    /// A raw HTTP/1.1 request; '-' is standard input.
    #[arg(long, value_name = "FILE")]
    pub(crate) request: PathBuf,
    /// The scheme; 'scheme list' names them all.
    #[arg(long, value_name = "ID")]
    pub(crate) scheme: String,
    #[command(flatten)]
    pub(crate) secrets: SecretsFrom,
    /// Sign with a secret of the vault, by the id that 'secret list' shows.
    #[arg(long, value_name = "ID", conflicts_with_all = ["secret_env", "secret_stdin"])]
    pub(crate) secret_id: Option<String>,
    /// What the scheme needs besides the secret.
    #[arg(long, value_name = "K=V")]
    pub(crate) config: Vec<String>,
    /// The time to sign with.
    #[arg(long, value_name = "UNIX")]
    pub(crate) now: Option<i64>,
    /// The id to sign with.
    #[arg(long)]
    pub(crate) id: Option<String>,
    /// The address as the receiver will see it.
    #[arg(long)]
    pub(crate) url: Option<String>,
}

#[derive(Debug, Args)]
#[group(skip)]
#[command(group = clap::ArgGroup::new("signed").required(true))]
pub(crate) struct Send {
    /// Where to.
    #[arg(long, value_name = "URL")]
    pub(crate) to: String,
    /// Signed as this inbox expects.
    #[arg(long, value_name = "NAME", group = "signed")]
    pub(crate) inbox: Option<String>,
    /// Signed under this scheme, with the secret given here.
    #[arg(long, value_name = "ID", group = "signed")]
    pub(crate) scheme: Option<String>,
    #[command(flatten)]
    pub(crate) secrets: SecretsFrom,
    /// The event type; absent: the scheme's first example.
    #[arg(long, value_name = "TYPE")]
    pub(crate) event: Option<String>,
    /// The body; '-' is standard input; absent: an example of that type.
    #[arg(long, value_name = "FILE")]
    pub(crate) data: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Replay {
    #[command(subcommand)]
    pub(crate) command: Option<ReplayCommand>,
    /// Deliveries, by id.
    pub(crate) ids: Vec<String>,
    /// Deliveries that match, in the query language.
    #[arg(long, value_name = "Q", conflicts_with = "ids", allow_hyphen_values = true)]
    pub(crate) query: Option<String>,
    /// Where to.
    #[arg(long, value_name = "URL")]
    pub(crate) to: Option<String>,
    /// Sign again with the inbox's current secret and the time of sending.
    #[arg(long)]
    pub(crate) resign: bool,
    /// At most so many a second.
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) rate: Option<f64>,
    /// At most so many at once.
    #[arg(long, value_name = "N", default_value_t = 8)]
    pub(crate) concurrency: u32,
    /// Further tries after a failure.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) retries: u32,
    /// Stop once so many deliveries have failed for good.
    #[arg(long, value_name = "N")]
    pub(crate) stop_after_failures: Option<u32>,
    /// Seconds until the whole answer must be there.
    #[arg(long, value_name = "S", default_value_t = 10.0, allow_negative_numbers = true)]
    pub(crate) timeout: f64,
    /// Only show the plan.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Don't ask.
    #[arg(long, short)]
    pub(crate) yes: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ReplayCommand {
    /// List replays.
    #[command(after_help = "Example:\n  waybill replay list")]
    List,
    /// Show one replay and its attempts.
    #[command(after_help = "Example:\n  waybill replay show 3")]
    Show { id: String },
    /// Go on with an interrupted or paused replay. Nothing that may have been sent is sent again.
    #[command(after_help = "Example:\n  waybill replay resume 3")]
    Resume { id: String },
    /// End a replay; requests under way are finished.
    #[command(after_help = "Example:\n  waybill replay cancel 3")]
    Cancel { id: String },
}

#[derive(Debug, Subcommand)]
pub(crate) enum CatalogueCommand {
    /// List the catalogue.
    #[command(after_help = "Example:\n  waybill provider list")]
    List,
    /// Show one file of it.
    #[command(after_help = "Example:\n  waybill provider show mynd")]
    Show { id: String },
    /// Check a file of your own: faults are named by line and column.
    #[command(after_help = "Example:\n  waybill provider check my-provider.toml")]
    Check { file: PathBuf },
}

#[derive(Debug, Subcommand)]
pub(crate) enum SecretCommand {
    /// List secrets, without their values.
    #[command(after_help = "Example:\n  waybill secret list")]
    List,
    /// Show a secret's value: on a terminal, or with --reveal.
    #[command(after_help = "Example:\n  waybill secret show s-0198 --reveal")]
    Show {
        /// The secret, by the id that `secret list` shows.
        id: String,
        /// Write it where there is no terminal.
        #[arg(long)]
        reveal: bool,
    },
    /// Put a secret into the vault.
    #[command(
        after_help = "Example:\n  waybill secret set 'mynd-prod signing secret' --secret-env MYND_SECRET"
    )]
    Set {
        /// What to call it.
        name: String,
        #[command(flatten)]
        secrets: SecretsFrom,
        /// It is a public key.
        #[arg(long)]
        public_key: bool,
    },
    /// Remove a secret that nothing uses.
    #[command(after_help = "Example:\n  waybill secret remove s-0198")]
    Remove { id: String },
}

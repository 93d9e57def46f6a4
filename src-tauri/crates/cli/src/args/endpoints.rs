//! The words of `waybill connection` and `waybill endpoint`.

use super::reconcile::Repair;
use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub(crate) enum ConnectionCommand {
    /// Make a connection. The credential goes into the vault.
    #[command(
        after_help = "Example:\n  waybill connection add mnemom --name acme --var org_id=org-7f21 --token-env MNEMOM_TOKEN"
    )]
    Add {
        /// The provider, by its file's name in the catalogue.
        provider: String,
        /// What to call the connection: 1 to 64 of a-z, 0-9, '.', '_' and '-'.
        #[arg(long)]
        name: String,
        /// A value of the provider's variables.
        #[arg(long, value_name = "K=V")]
        var: Vec<String>,
        /// Stands for the whole base address; http only for loopback.
        #[arg(long, value_name = "URL")]
        base_url: Option<String>,
        /// Which form the credential is sent in; see 'provider show'.
        #[arg(long, value_name = "FORM")]
        auth: Option<String>,
        /// Read the credential from this environment variable.
        #[arg(long, value_name = "VAR", required_unless_present = "token_stdin")]
        token_env: Option<String>,
        /// Read the credential from standard input.
        #[arg(long, conflicts_with = "token_env")]
        token_stdin: bool,
    },
    /// List connections.
    #[command(after_help = "Example:\n  waybill connection list")]
    List,
    /// Read the endpoints once, to see that it works.
    #[command(after_help = "Example:\n  waybill connection test acme")]
    Test { name: String },
    /// Listen to a provider's live stream until interrupted.
    ///
    /// Its events are kept as deliveries, without an address that the provider can reach. They carry no signature.
    #[command(
        after_help = "Example:\n  waybill connection listen acme --inbox acme-live --forward-to http://localhost:3000/hooks"
    )]
    Listen {
        name: String,
        /// The inbox that keeps them, made where there is none; absent: one of the connection's name.
        #[arg(long, value_name = "N")]
        inbox: Option<String>,
        /// Send every one of them on to this address too.
        #[arg(long, value_name = "URL")]
        forward_to: Option<String>,
    },
    /// Forget a connection and its credential. Nothing changes at the provider.
    #[command(after_help = "Example:\n  waybill connection remove acme")]
    Remove { name: String },
}

/// Which connection.
#[derive(Debug, Args)]
pub(crate) struct At {
    /// The connection, by its name.
    #[arg(long, value_name = "N")]
    pub(crate) connection: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum EndpointCommand {
    /// List endpoints, those with problems first.
    #[command(after_help = "Example:\n  waybill endpoint list --connection acme")]
    List {
        /// Of one connection; absent: of all.
        #[arg(long, value_name = "N")]
        connection: Option<String>,
    },
    /// Show one endpoint.
    #[command(after_help = "Example:\n  waybill endpoint get wh_3fa1c802 --connection acme")]
    Get {
        /// The endpoint, by the provider's id.
        id: String,
        #[command(flatten)]
        at: At,
    },
    /// Make an endpoint. Its secret is in the vault before this answers.
    #[command(
        after_help = "Example:\n  waybill endpoint create --connection acme --url https://api.example.com/hooks/mynd --event run.failed --inbox mynd-prod"
    )]
    Create {
        #[command(flatten)]
        at: At,
        /// Where the provider shall send to.
        #[arg(long)]
        url: String,
        /// An event type; may be given several times.
        #[arg(long, value_name = "E")]
        event: Vec<String>,
        /// Every event type.
        #[arg(long, conflicts_with = "event")]
        all_events: bool,
        /// Its name at the provider, where it has one.
        #[arg(long)]
        name: Option<String>,
        /// Its description at the provider, where it has one.
        #[arg(long, conflicts_with = "name")]
        description: Option<String>,
        /// One of the provider's own fields.
        #[arg(long, value_name = "K=V")]
        field: Vec<String>,
        /// Make an inbox of this name for it.
        #[arg(long, value_name = "NAME")]
        inbox: Option<String>,
        /// Only show the call.
        #[arg(long)]
        dry_run: bool,
    },
    /// Change an endpoint; what is not given stays.
    #[command(
        after_help = "Example:\n  waybill endpoint update wh_3fa1c802 --connection acme --url https://new.example.com/hooks"
    )]
    Update {
        /// The endpoint, by the provider's id.
        id: String,
        #[command(flatten)]
        at: At,
        /// Where the provider shall send to.
        #[arg(long)]
        url: Option<String>,
        /// An event type; may be given several times; replaces all of them.
        #[arg(long, value_name = "E")]
        event: Vec<String>,
        /// Every event type.
        #[arg(long, conflicts_with = "event")]
        all_events: bool,
        /// Its name at the provider, where it has one.
        #[arg(long)]
        name: Option<String>,
        /// Its description at the provider, where it has one.
        #[arg(long, conflicts_with = "name")]
        description: Option<String>,
        /// One of the provider's own fields.
        #[arg(long, value_name = "K=V")]
        field: Vec<String>,
        /// Refuse when the provider's copy is newer than this.
        #[arg(long)]
        revision: Option<String>,
        /// Only show the call.
        #[arg(long)]
        dry_run: bool,
    },
    /// Switch an endpoint on.
    #[command(after_help = "Example:\n  waybill endpoint enable wh_3fa1c802 --connection acme")]
    Enable {
        /// The endpoint, by the provider's id.
        id: String,
        #[command(flatten)]
        at: At,
        /// Only show the call.
        #[arg(long)]
        dry_run: bool,
    },
    /// Switch an endpoint off.
    #[command(after_help = "Example:\n  waybill endpoint disable wh_3fa1c802 --connection acme")]
    Disable {
        /// The endpoint, by the provider's id.
        id: String,
        #[command(flatten)]
        at: At,
        /// Only show the call.
        #[arg(long)]
        dry_run: bool,
    },
    /// Remove an endpoint at the provider.
    #[command(after_help = "Example:\n  waybill endpoint delete wh_3fa1c802 --connection acme --yes")]
    Delete {
        /// The endpoint, by the provider's id.
        id: String,
        #[command(flatten)]
        at: At,
        /// Only show the call.
        #[arg(long)]
        dry_run: bool,
        /// Don't ask.
        #[arg(long, short)]
        yes: bool,
    },
    /// Make a new secret. It is in the vault before this answers.
    #[command(after_help = "Example:\n  waybill endpoint rotate whe-00000001 --connection acme --yes")]
    Rotate {
        /// The endpoint, by the provider's id.
        id: String,
        #[command(flatten)]
        at: At,
        /// Only show the call.
        #[arg(long)]
        dry_run: bool,
        /// Don't ask.
        #[arg(long, short)]
        yes: bool,
    },
    /// Ask for a test event: by the provider where it has such a call, else signed here.
    #[command(after_help = "Example:\n  waybill endpoint test whe-00000001 --connection acme")]
    Test {
        /// The endpoint, by the provider's id.
        id: String,
        #[command(flatten)]
        at: At,
        /// The event type, where one can be chosen.
        #[arg(long, value_name = "E")]
        event: Option<String>,
    },
    /// Read the provider's delivery log.
    #[command(after_help = "Example:\n  waybill endpoint log wh_3fa1c802 --connection acme --limit 20")]
    Log {
        /// The endpoint, by the provider's id.
        id: String,
        #[command(flatten)]
        at: At,
        /// At most so many.
        #[arg(long, default_value_t = 100)]
        limit: u32,
        /// Only entries in this state.
        #[arg(long, value_enum)]
        state: Option<LogStateArg>,
    },
    /// Ask the provider to send a delivery again.
    #[command(
        after_help = "Example:\n  waybill endpoint redeliver whe-00000001 whd-0000000a --connection acme"
    )]
    Redeliver {
        /// The endpoint, by the provider's id.
        id: String,
        /// The log entry, by the provider's id.
        entry: String,
        #[command(flatten)]
        at: At,
    },
    /// Go on with a create or a rotation that has no known end. Without an id: list those that there are.
    #[command(
        after_help = "Examples:\n  waybill endpoint repair\n  waybill endpoint repair op-0198 --dismiss --yes"
    )]
    Repair(Repair),
    /// What was written at the provider from here.
    #[command(after_help = "Example:\n  waybill endpoint history --connection acme")]
    History {
        /// Of one connection; absent: of all.
        #[arg(long, value_name = "N")]
        connection: Option<String>,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum LogStateArg {
    Succeeded,
    Failed,
    Pending,
}

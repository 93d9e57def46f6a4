//! The words of `waybill scheme …`.

use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum SchemeCommand {
    /// List the schemes; your own are marked.
    #[command(after_help = "Example:\n  waybill scheme list")]
    List,
    /// Show the file of a scheme.
    #[command(after_help = "Example:\n  waybill scheme show mynd > my-scheme.toml")]
    Show { id: String },
    /// Check a file of your own: faults are named by line and column.
    #[command(after_help = "Example:\n  waybill scheme check my-scheme.toml")]
    Check { file: PathBuf },
    /// Keep a scheme of your own in the data folder.
    #[command(after_help = "Example:\n  waybill scheme add my-scheme.toml")]
    Add(SchemeAdd),
    /// Remove a scheme of your own.
    #[command(after_help = "Example:\n  waybill scheme remove my-scheme")]
    Remove { id: String },
    /// Say which schemes a request looks like, and why. Nothing is verified.
    #[command(
        after_help = "Examples:\n  waybill scheme detect --delivery 1204\n  waybill scheme detect --request request.http"
    )]
    Detect(SchemeDetect),
    /// Make a key to sign and verify with here: its private part goes into the vault, its public part is shown.
    #[command(
        after_help = "Example:\n  waybill scheme test-key discord\n  waybill sign --request request.http --scheme discord --secret-id s-0198"
    )]
    TestKey {
        /// The scheme the key is for.
        id: String,
        /// What to call it in the vault.
        #[arg(long)]
        name: Option<String>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct SchemeAdd {
    /// The file; its name without .toml is the scheme's id.
    pub(crate) file: PathBuf,
    /// Another id.
    #[arg(long)]
    pub(crate) id: Option<String>,
    /// Take the place of a scheme of that id.
    #[arg(long)]
    pub(crate) replace: bool,
}

#[derive(Debug, Args)]
#[group(skip)]
#[command(group = clap::ArgGroup::new("what").required(true))]
pub(crate) struct SchemeDetect {
    /// A raw HTTP/1.1 request; '-' is standard input.
    #[arg(long, value_name = "FILE", group = "what")]
    pub(crate) request: Option<PathBuf>,
    /// A stored delivery.
    #[arg(long, value_name = "ID", group = "what")]
    pub(crate) delivery: Option<String>,
}

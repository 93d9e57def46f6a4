//! The words of `waybill reconcile` and `waybill endpoint repair`.

use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
pub(crate) struct Reconcile {
    /// The connection, by its name.
    #[arg(long, value_name = "N")]
    pub(crate) connection: String,
    /// One endpoint, by the provider's id; absent: all of the connection.
    #[arg(long, value_name = "ID")]
    pub(crate) endpoint: Option<String>,
    /// Only what the provider sent since: 2h, 3d, 2026-11-21 or 2026-11-21T10:00:00Z.
    #[arg(long, value_name = "T")]
    pub(crate) since: Option<String>,
    /// Read at most so many entries of each endpoint's log.
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) limit: u32,
    /// Bring in what is missing.
    #[arg(long)]
    pub(crate) bring_in: bool,
    /// How: recover fetches it from the provider's log, redeliver has the provider send it again. Absent: recover
    /// where the log holds the request, else redeliver.
    #[arg(long, value_enum, value_name = "WAY", requires = "bring_in")]
    pub(crate) by: Option<ByArg>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum ByArg {
    Recover,
    Redeliver,
}

#[derive(Debug, Args)]
pub(crate) struct Repair {
    /// The call, by the id that the list shows; absent: list them. Ends with 1 while one is open.
    pub(crate) case: Option<String>,
    /// Forget it. What it may have made stays at the provider; a sealed answer of it is deleted.
    #[arg(long, requires = "case")]
    pub(crate) dismiss: bool,
    /// Don't ask.
    #[arg(long, short, requires = "dismiss")]
    pub(crate) yes: bool,
}

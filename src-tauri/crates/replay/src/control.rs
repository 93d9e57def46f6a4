//! Steering a job: what the user may want of it, and the options it can be given.

use std::sync::Arc;
use tokio::sync::watch;
use waybill_model::{Failure, FieldProblem, ReplayOptions, Result};

/// What the user wants of a running job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    Run,
    Pause,
    /// End for good; what is in flight finishes.
    Cancel,
    /// End for now; it can be run on.
    Interrupt,
}

/// Steers a running job. Dropping it changes nothing.
#[derive(Clone, Debug)]
pub struct JobControl(pub(crate) Arc<watch::Sender<Wish>>);

impl Default for JobControl {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(Wish::Run)))
    }
}

impl JobControl {
    /// Holds the job: no further attempt begins.
    pub fn pause(&self) {
        self.wish(Wish::Pause);
    }

    /// Lets a held job go on.
    pub fn resume(&self) {
        self.wish(Wish::Run);
    }

    /// Ends the job: what is in flight finishes, the rest is never sent.
    pub fn cancel(&self) {
        self.wish(Wish::Cancel);
    }

    /// Ends the job for now, at shutdown: what is in flight finishes, the rest can be sent later.
    pub fn interrupt(&self) {
        self.wish(Wish::Interrupt);
    }

    /// Ends are final: nothing revives a job that was told to end.
    fn wish(&self, wish: Wish) {
        self.0.send_if_modified(|now| {
            let open = matches!(now, Wish::Run | Wish::Pause) && *now != wish;
            if open {
                *now = wish;
            }
            open
        });
    }
}

/// Checks options before a job is made of them.
///
/// # Errors
/// `invalid_input` with the fields that are out of range.
pub fn check_options(options: &ReplayOptions) -> Result<()> {
    let mut fields = Vec::new();
    let mut check = |good: bool, field: &str, problem: &str| {
        if !good {
            fields.push(FieldProblem { field: field.to_owned(), problem: problem.to_owned() });
        }
    };
    check((1..=256).contains(&options.concurrency), "concurrency", "must be 1 to 256");
    check(options.retries <= 20, "retries", "must be 0 to 20");
    check((1..=600_000).contains(&options.timeout_ms), "timeout_ms", "must be 1 ms to 10 minutes");
    check(
        options.rate.is_none_or(|r| r.is_finite() && (0.001..=100_000.0).contains(&r)),
        "rate",
        "must be 0.001 to 100,000 a second",
    );
    check(options.stop_after_failures != Some(0), "stop_after_failures", "must be at least 1");
    if fields.is_empty() {
        Ok(())
    } else {
        Err(Failure::invalid("The replay was not started.").fields(fields))
    }
}

/// Returns when the job is to end.
pub(crate) async fn ending(wish: &mut watch::Receiver<Wish>) {
    let gone = wish.wait_for(|w| matches!(w, Wish::Cancel | Wish::Interrupt)).await.is_err();
    if gone {
        std::future::pending::<()>().await;
    }
}

/// Waits while the job is held; false when it is to end.
pub(crate) async fn running(wish: &mut watch::Receiver<Wish>) -> bool {
    wish.wait_for(|w| *w != Wish::Pause).await.is_ok_and(|w| *w == Wish::Run)
}

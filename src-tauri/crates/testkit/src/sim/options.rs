//! How a simulator is set up.

use crate::sign::PublicKeyForm;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use waybill_model::{Clock, SystemClock};

/// The settings of one simulator. `Debug` shows no credential.
#[derive(Clone)]
pub struct SimulatorOptions {
    /// The port on 127.0.0.1; 0 picks a free one.
    pub port: u16,
    /// By what the provider's waiting times are divided: 600 makes an hour six seconds. Deadlines for
    /// an answer are not waiting times and stay as they are.
    pub clock_factor: f64,
    /// Makes ids and secrets repeat; without one they differ from run to run.
    pub seed: Option<u64>,
    /// Accepts `http` addresses on loopback, against the provider's rule, so that a local receiver
    /// can be registered.
    pub allow_http_targets: bool,
    /// The bearer credential to accept; without one it is made up in the provider's form.
    pub token: Option<String>,
    /// How long a receiver may take; without one it is the provider's own (10 seconds).
    pub deadline: Option<Duration>,
    /// Mynd: also answers the list and get calls, which its pages do not document.
    pub undocumented_reads: bool,
    /// Mnemom: writes errors as its `OpenAPI` file does, `{"error":"text"}`, in place of its errors page.
    pub plain_errors: bool,
    /// Refuses a field that no page of the provider names, in its own error shape. MindBridge, GitHub
    /// and Stripe are known to do so; the others may ignore it, as all do here when this is false.
    pub strict: bool,
    /// MindBridge: the status of a version conflict, which its pages do not name (409, 412 or 400).
    pub conflict_status: u16,
    /// MindBridge: how `publicKey` is written.
    pub public_key_form: PublicKeyForm,
    /// Tells the time that is signed and shown.
    pub clock: Arc<dyn Clock>,
}

impl Default for SimulatorOptions {
    fn default() -> Self {
        Self {
            port: 0,
            clock_factor: 1.0,
            seed: None,
            allow_http_targets: true,
            token: None,
            deadline: None,
            undocumented_reads: false,
            plain_errors: false,
            strict: true,
            conflict_status: 409,
            public_key_form: PublicKeyForm::Spki,
            clock: Arc::new(SystemClock),
        }
    }
}

impl fmt::Debug for SimulatorOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimulatorOptions")
            .field("port", &self.port)
            .field("clock_factor", &self.clock_factor)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

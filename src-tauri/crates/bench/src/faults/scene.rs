//! What the rounds share: a provider, a data folder with a connection to it, engines on that folder.

use anyhow::{Result, anyhow};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;
use waybill_engine::{Engine, EngineOptions};
use waybill_model::{Clock, SystemClock, Timestamp, VaultKind};
use waybill_testkit::{Fault, PlannedFault, Simulator, SimulatorKind, SimulatorOptions};

/// The connection's name.
pub(crate) const CONNECTION: &str = "c";

/// The providers that the rounds go through, each with an event type of its own and whether it rotates secrets.
pub(crate) const PROVIDERS: &[(SimulatorKind, &str, bool)] = &[
    (SimulatorKind::Mynd, "run.failed", false),
    (SimulatorKind::Mnemom, "integrity.violation", true),
    (SimulatorKind::Timbrix, "member.added", false),
    (SimulatorKind::MindBridge, "ANALYSIS_COMPLETE", false),
    (SimulatorKind::GitHub, "push", true),
    (SimulatorKind::GitLab, "push_events", true),
    (SimulatorKind::Stripe, "charge.failed", false),
    (SimulatorKind::Svix, "user.created", true),
];

/// The clock of a repair: far enough ahead that a provider's list is taken for settled.
#[derive(Debug)]
struct Later;

impl Clock for Later {
    fn now(&self) -> Timestamp {
        SystemClock.now().plus_nanos(600_000_000_000)
    }
}

/// The end of the path of a call that reads by POST.
const READ_BY_POST: &str = "/query";

/// One provider and one data folder.
pub(crate) struct Scene {
    pub(crate) simulator: Simulator,
    pub(crate) folder: TempDir,
    pub(crate) event: &'static str,
    pub(crate) kind: SimulatorKind,
}

/// Options for an engine on `folder`: the encrypted file as its vault, cheap to open.
pub(crate) fn options(folder: &Path) -> EngineOptions {
    let mut options = EngineOptions::new(folder.to_path_buf(), "faults");
    options.vault = Some(VaultKind::File);
    options.work_factor = 1;
    options.passphrase = Some(Arc::new(|| Some("correct horse".to_owned().into())));
    options
}

impl Scene {
    pub(crate) async fn set(kind: SimulatorKind, event: &'static str) -> Result<Self> {
        let options = SimulatorOptions { undocumented_reads: true, ..SimulatorOptions::default() };
        let simulator = Simulator::start(kind, options).await?;
        let scene = Self { simulator, folder: TempDir::new()?, event, kind };
        let engine = scene.engine(false).await?;
        let add = json!({
            "name": CONNECTION, "provider": kind.id(), "base_url": scene.simulator.base_url,
            "vars": scene.simulator.vars, "token": scene.simulator.token,
        });
        call(&engine, "connections.add", add).await?;
        engine.stop().await;
        Ok(scene)
    }

    /// An engine on the folder; `later` sets its clock ahead.
    pub(crate) async fn engine(&self, later: bool) -> Result<Engine> {
        let mut options = options(self.folder.path());
        if later {
            options.clock = Arc::new(Later);
        }
        Engine::start(options).await.map_err(|failure| anyhow!("the engine does not start: {failure}"))
    }

    /// How the call that makes a secret is sent.
    const fn method(&self, rotate: bool) -> &'static str {
        match (rotate, self.kind) {
            (true, SimulatorKind::GitHub) => "PATCH",
            (true, SimulatorKind::GitLab) => "PUT",
            _ => "POST",
        }
    }

    /// Plans `fault` for the next call that makes something, or makes its secret anew.
    pub(crate) fn spoil(&self, fault: Fault, rotate: bool) {
        let handle = &self.simulator.handle;
        // MindBridge reads by POST too: the list before a create takes a fault that is none.
        if self.kind == SimulatorKind::MindBridge {
            handle.fault(PlannedFault::from(Fault::Slow { ms: 0 }).method("POST").path(READ_BY_POST));
        }
        handle.fault(PlannedFault::from(fault).method(self.method(rotate)));
    }

    /// True once such a call has come.
    pub(crate) fn wrote(&self, rotate: bool) -> bool {
        let calls = self.simulator.handle.calls();
        calls.iter().any(|call| call.method == self.method(rotate) && !call.path.contains(READ_BY_POST))
    }

    /// True when what verifies its deliveries is a secret; a public key may be read by anyone.
    pub(crate) fn has_secrets(&self) -> bool {
        self.kind != SimulatorKind::MindBridge
    }

    /// The request that makes an endpoint at `url`.
    pub(crate) fn create(&self, url: &str) -> Value {
        let mut create = json!({
            "connection": CONNECTION, "url": url, "events": [self.event], "fields": self.simulator.fields,
        });
        if self.kind == SimulatorKind::MindBridge {
            create["label"] = json!("Ledger");
            create["fields"]["status"] = json!("ACTIVE");
        }
        create
    }
}

/// Calls, with the failure's code in the error.
pub(crate) async fn call(engine: &Engine, name: &str, request: Value) -> Result<Value> {
    engine
        .call(name, request)
        .await
        .map_err(|failure| anyhow!("{name}: {}: {}", failure.code, failure.message))
}

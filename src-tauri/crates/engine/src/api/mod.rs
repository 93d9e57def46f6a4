//! The shapes of every command: what is asked and what is answered. One JSON for the window, the
//! bridge and the command line. Secrets come in as [`SecretText`], which can't be written out again.

mod capture;
mod custody;
mod deliveries;
mod diagnosis;
mod endpoints;
mod events;
mod inboxes;
mod payload;
mod reconcile;
mod replays;
mod schemes;
mod signature;
mod streams;

pub use capture::{CaptureStart, DoctorLine, SettingsPatch, Status, Totals, VaultStatus};
pub use custody::{CustodyCase, CustodyRef, CustodyRepaired, CustodyState};
pub use deliveries::{
    AskIds, Bucket, CheckAgain, Checked, Completion, CompletionRequest, Deleted, DeliveryDiff, DeliveryList,
    DiffRequest, Export, ExportFormat, Exported, HexPage, HexRequest, HexRow, Histogram, HistogramRequest,
    Import, Imported, ListDeliveries, Locate, Located, NoteDelivery, PartOf, QueryDeliveries, ResultRef,
    ResultSet, StarDelivery, Undelete, Window, WindowRequest,
};
pub use diagnosis::{
    ByteDifference, Confidence, Diagnosis, DiagnosisProgress, Evidence, Mend, MendAction, Mended, Search,
    SearchState, Tried,
};
pub use endpoints::{
    ConnectionAdd, ConnectionTest, CreateEndpoint, DryRunCall, EndpointCreated, EndpointList,
    EndpointProblem, EndpointRef, EndpointTested, EndpointsRequest, HistoryEntry, HistoryRequest, LogRequest,
    Redeliver, Rotated, SetActive, TestEndpoint, UpdateEndpoint,
};
pub use events::{Event, ResultDelta, Tag};
pub use inboxes::{
    InboxAddSecret, InboxCreate, InboxRemoveSecret, InboxUpdate, Named, Revealed, SecretRef, SecretSet,
    SecretText,
};
pub use payload::{JsonNode, JsonNodeKind, JsonProblem, MultipartPart, PayloadKind, PayloadView};
pub use reconcile::{
    BringIn, BringInBy, BroughtIn, MatchedBy, NotBroughtIn, ReconcileRequest, ReconcileState,
    ReconciledEntry, Reconciliation, RecoveredDelivery,
};
pub use replays::{
    AttemptList, AttemptsRequest, JobRef, ReplayPlan, ReplayStart, Selection, SendEvent, Sent, TargetCount,
};
pub use schemes::{
    DetectRequest, OwnSchemes, SchemeForm, SchemePreview, SchemePreviewRequest, SchemeProposal, SchemeSave,
    SchemeText, TestKey, TestKeyRequest, UnusableScheme,
};
pub use signature::{
    Checks, DescriptionText, Fault, SchemeFile, SignRequest, SignatureReport, Signed, SignedPart,
    VerifyReport, VerifyRequest,
};

pub use streams::{LiveStream, StreamStart, StreamState};

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use waybill_model::DeliveryId;

/// A command that asks for nothing.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, TS)]
pub struct Nothing {}

/// A command that names one delivery.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, TS)]
pub struct DeliveryRef {
    /// Which delivery.
    pub id: DeliveryId,
}

/// A command that names a thing of the catalogue.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct CatalogueRef {
    /// The file's name, without its ending.
    pub id: String,
}

/// Asks for raw bytes. They travel as bytes, never as JSON.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case", tag = "of")]
pub enum BytesRequest {
    /// Of a delivery, as it came.
    Delivery {
        /// Which.
        id: DeliveryId,
        /// Head or body.
        part: PartOf,
        /// From this byte.
        #[ts(type = "number")]
        offset: u64,
        /// At most so many, and at most 8 MiB.
        #[ts(type = "number")]
        limit: u64,
    },
    /// The kept body of an attempt's answer.
    Answer {
        /// Which attempt.
        id: waybill_model::AttemptId,
    },
}

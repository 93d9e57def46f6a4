//! Provider descriptions as data, and the client that obeys them.
//!
//! A provider is one TOML file: its addresses, its ways to authenticate, each operation with method,
//! path, body and answer, its event types, its rules and its errors. [`Description`] reads such a
//! file and tells its faults by line and column, [`Catalogue`] holds those that ship with Waybill
//! and the user's own, [`Client`] carries out a description against one connection.
//!
//! It promises: the token goes to the connection's origin and nowhere else (no redirect is ever
//! followed), an answer is bounded in time and size, only calls that may be repeated are repeated,
//! and every failure says whether the thing was done, was not done, or may have been done.
//!
//! It leaves out: keeping secrets (the vault), surviving a crash between answer and vault (the
//! custody protocol of the engine, for which [`Client::send_create`] and [`Client::decode_create`]
//! are apart), remembering endpoints, and schemes. There is no code here for any one provider.

mod answer;
mod base;
mod call;
mod catalogue;
mod client;
mod decode;
mod description;
mod encode;
mod exchange;
mod failure;
mod fault;
mod frames;
mod options;
mod page;
mod path;
mod prepare;
mod request;
mod retry;
mod transport;
mod url_rules;

pub use answer::RawAnswer;
pub use call::{
    Call, ChoiceItem, Created, DryRun, EndpointPatch, LogQuery, LoggedRequest, NewEndpoint, Redelivered,
    Rotated, SentAgain, TestOutcome,
};
pub use catalogue::Catalogue;
pub use client::{Client, ClientConnection, Heard, HeardEvent, Listening};
pub use description::Description;
pub use fault::Fault;
pub use options::{HttpOptions, Pause, TokioPause};
pub use transport::Transport;

/// Installs ring as the process's TLS provider. May be called any number of times and from any
/// thread; the first provider that was installed stays.
pub fn install_tls() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        // An error only says that the process has installed one already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

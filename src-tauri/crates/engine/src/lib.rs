//! The use cases of Waybill and the one command table that window, command line and bridge share.
//!
//! [`Engine`] is all a host sees: start it, call commands by name, read bytes, listen to events, stop
//! it. There is no window here and no SQL; both stand at the other side of this crate.

#![allow(clippy::wildcard_imports, reason = "the shapes of the table are named in one place")]

pub mod api;
mod bindings;
mod capturing;
mod catalogue;
mod compare;
mod connections;
mod custody;
mod deliveries;
mod doctor;
mod endpoints;
mod engine;
mod handshakes;
mod inboxes;
mod judge;
mod keyring;
mod logging;
mod payload;
mod pump;
mod ready;
mod reconcile;
mod replays;
mod results;
mod router;
mod samples;
mod schemes;
mod secrets;
mod settings;
mod signatures;
mod streams;
mod table;
mod transfer;
mod vaulting;
mod writes;

pub use api::{BytesRequest, Event};
pub use bindings::typescript;
pub use custody::CustodyStep;
pub use engine::{AskPassphrase, Engine, EngineOptions, SystemEntropy, data_dir};
pub use table::{COMMANDS, CommandInfo, Kind};
pub use vaulting::KEYCHAIN_SERVICE;

//! The use cases of Waybill and the one command table that window, command line and bridge share.

pub mod api;
mod bindings;
mod table;

pub use api::Event;
pub use bindings::typescript;
pub use table::{COMMANDS, CommandInfo, Kind};

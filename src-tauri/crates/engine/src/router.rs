//! From a command's name to its handler, made from the one table.

use crate::api::*;
use crate::engine::Engine;
use crate::table::with_commands;
use crate::{
    capturing, catalogue, compare, connections, custody, deliveries, doctor, endpoints, inboxes, reconcile,
    replays, samples, schemes, secrets, settings, signatures, streams, transfer,
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use waybill_model::{
    Connection, Delivery, Endpoint, ErrorCode, Failure, Inbox, LogEntry, ProviderInfo, ReplayJob, Result,
    SchemeInfo, SecretMeta, Settings,
};

fn read<T: DeserializeOwned>(name: &str, payload: Value) -> Result<T> {
    // A missing request is an empty one, so that a command that asks for nothing can be called so.
    let payload = if payload.is_null() { Value::Object(serde_json::Map::new()) } else { payload };
    if !payload.is_object() {
        // Its text is not quoted: it may be a secret that lost its name.
        return Err(Failure::invalid(format!("The request of {name} is no JSON object. Nothing was done.")));
    }
    serde_json::from_value(payload).map_err(|error| {
        Failure::new(
            ErrorCode::InvalidInput,
            format!("The request does not fit {name}: {error}. Nothing was done."),
        )
    })
}

fn write<T: serde::Serialize>(answer: &T) -> Result<Value> {
    serde_json::to_value(answer)
        .map_err(|error| Failure::internal(format!("An answer could not be written: {error}.")))
}

macro_rules! route {
    ($($kind:ident $name:literal $module:ident::$handler:ident($request:ty) -> $response:ty [$($tag:ident),*];)*) => {
        /// Carries out the command called `name`.
        pub(crate) async fn call(engine: &Engine, name: &str, payload: Value) -> Result<Value> {
            match name {
                $($name => {
                    let request: $request = read(name, payload)?;
                    // Boxed, so that the router's own future stays small whatever a handler holds.
                    let answer: $response = Box::pin($module::$handler(engine, request)).await?;
                    write(&answer)
                })*
                _ => Err(Failure::invalid(format!("There is no command {name:?}; nothing was done."))),
            }
        }
    };
}
with_commands!(route);

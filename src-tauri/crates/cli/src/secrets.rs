//! `waybill secret …`

use crate::args::SecretCommand;
use crate::input;
use crate::output::{Out, Outcome, table, text, when};
use serde_json::json;
use std::io::IsTerminal;
use waybill_engine::Engine;
use waybill_model::{ErrorCode, Failure};

pub(crate) async fn run(command: SecretCommand, engine: &Engine, out: &Out) -> Result<Outcome, Failure> {
    match command {
        SecretCommand::List => {
            let all = engine.call("secrets.list", json!({})).await?;
            out.result(&all, || {
                let rows: Vec<Vec<String>> = all
                    .as_array()
                    .into_iter()
                    .flatten()
                    .map(|one| {
                        let mut cells =
                            ["id", "name", "kind", "state"].map(|field| text(one, field)).to_vec();
                        cells.push(when(&text(one, "created_at")));
                        cells
                    })
                    .collect();
                if rows.is_empty() {
                    return "No secret yet.".to_owned();
                }
                table(&["ID", "NAME", "KIND", "STATE", "SINCE (UTC)"], &rows)
            });
        }
        SecretCommand::Show { id, reveal } => {
            if out.is_json() {
                return Err(Failure::invalid("A secret never stands in JSON; nothing was shown.")
                    .hint("Leave out --json; with --reveal the value alone is written."));
            }
            if !reveal && !std::io::stdout().is_terminal() {
                return Err(Failure::new(
                    ErrorCode::ConfirmationRequired,
                    "Standard output is not a terminal, so the secret was not shown.",
                )
                .hint("Say --reveal to write it anyway."));
            }
            let revealed = engine.call("secrets.reveal", json!({ "id": id })).await?;
            out.raw(text(&revealed, "value").as_bytes());
            if std::io::stdout().is_terminal() {
                out.raw(b"\n");
            }
        }
        SecretCommand::Set { name, secrets, public_key } => {
            let kind = if public_key { "public_key" } else { "shared_secret" };
            let value = input::one_secret(&secrets)?;
            let made =
                engine.call("secrets.set", json!({ "name": name, "kind": kind, "value": value })).await?;
            out.result(&made, || format!("{name} is in the vault as {}.", text(&made, "id")));
        }
        SecretCommand::Remove { id } => {
            engine.call("secrets.remove", json!({ "id": id })).await?;
            out.result(&json!({ "removed": id }), || format!("Secret {id} removed from the vault."));
        }
    }
    Ok(Outcome::Done)
}

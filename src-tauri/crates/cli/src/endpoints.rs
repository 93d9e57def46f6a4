//! `waybill connection …` and `waybill endpoint …`

use crate::args::{ConnectionCommand, EndpointCommand, LogStateArg};
use crate::input;
use crate::output::{Out, Outcome, plain, table, text};
use serde_json::{Value, json};
use waybill_engine::Engine;
use waybill_model::Failure;

pub(crate) async fn connections(
    command: ConnectionCommand,
    engine: &Engine,
    out: &Out,
) -> Result<Outcome, Failure> {
    match command {
        ConnectionCommand::Add { provider, name, var, base_url, auth, token_env, token_stdin: _ } => {
            let token = match token_env {
                Some(variable) => input::variable_value(&variable)?,
                None => input::stdin_secret()?,
            };
            let request = json!({
                "name": name, "provider": provider, "base_url": base_url, "vars": input::pairs(&var)?,
                "auth": auth, "token": token,
            });
            let connection = engine.call("connections.add", request).await?;
            out.result(&connection, || {
                format!("Connection {name} made; its credential is in the vault. Try it: waybill connection test {name}")
            });
        }
        ConnectionCommand::List => {
            let all = engine.call("connections.list", json!({})).await?;
            out.result(&all, || {
                let rows: Vec<Vec<String>> = list(&all)
                    .iter()
                    .map(|one| {
                        vec![text(one, "name"), text(one, "provider"), text(one, "endpoints"), text(one, "base_url"), text(one, "last_error")]
                    })
                    .collect();
                if rows.is_empty() {
                    return "No connection yet. Make one: waybill connection add PROVIDER --name N --token-env VAR".to_owned();
                }
                table(&["NAME", "PROVIDER", "ENDPOINTS", "BASE", "LAST ERROR"], &rows)
            });
        }
        ConnectionCommand::Test { name } => {
            let test = engine.call("connections.test", json!({ "name": name })).await?;
            if let Ok(failure) = serde_json::from_value::<Failure>(test["failure"].clone()) {
                return Err(failure);
            }
            out.result(&test, || {
                format!(
                    "{name} works: {} endpoints, read in {} ms.",
                    text(&test, "endpoints"),
                    text(&test, "took_ms")
                )
            });
        }
        ConnectionCommand::Remove { name } => {
            engine.call("connections.remove", json!({ "name": name })).await?;
            out.result(&json!({ "removed": name }), || {
                format!(
                    "Connection {name} and its credential are forgotten; nothing was changed at the provider."
                )
            });
        }
    }
    Ok(Outcome::Done)
}

pub(crate) async fn run(command: EndpointCommand, engine: &Engine, out: &Out) -> Result<Outcome, Failure> {
    match command {
        EndpointCommand::List { connection } => {
            let answer = engine.call("endpoints.read", json!({ "connection": connection })).await?;
            out.result(&answer["endpoints"], || listing(&answer["endpoints"]));
            if let Some(problem) = list(&answer["problems"]).first() {
                out.message(&format!("Connection {} could not be read.", text(problem, "connection")));
                return serde_json::from_value(problem["failure"].clone())
                    .map_or_else(|_| Err(Failure::internal("An answer could not be read.")), Err);
            }
        }
        EndpointCommand::Get { id, at } => {
            let endpoint =
                engine.call("endpoints.get", json!({ "connection": at.connection, "id": id })).await?;
            out.result(&endpoint, || describe(&endpoint));
        }
        EndpointCommand::Create { at, url, event, all_events, name, description, field, inbox, dry_run } => {
            let request = json!({
                "connection": at.connection, "url": url, "events": event, "all_events": all_events,
                "label": name.or(description), "fields": input::pairs(&field)?, "inbox": inbox, "dry_run": dry_run,
            });
            let made = engine.call("endpoints.create", request).await?;
            if dry_run {
                show_call(&made["call"], out);
            } else {
                out.result(&made["endpoint"], || describe_made(&made));
            }
        }
        EndpointCommand::Update {
            id,
            at,
            url,
            event,
            all_events,
            name,
            description,
            field,
            revision,
            dry_run,
        } => {
            let mut request = json!({
                "connection": at.connection, "id": id, "fields": input::pairs(&field)?, "dry_run": dry_run,
            });
            for (key, value) in [("url", url), ("label", name.or(description)), ("revision", revision)] {
                if let Some(value) = value {
                    request[key] = json!(value);
                }
            }
            if !event.is_empty() {
                request["events"] = json!(event);
                request["all_events"] = json!(false);
            }
            if all_events {
                request["all_events"] = json!(true);
            }
            written("endpoints.update", request, dry_run, engine, out).await?;
        }
        EndpointCommand::Enable { id, at, dry_run } => {
            let request =
                json!({ "connection": at.connection, "id": id, "active": true, "dry_run": dry_run });
            written("endpoints.set_active", request, dry_run, engine, out).await?;
        }
        EndpointCommand::Disable { id, at, dry_run } => {
            let request =
                json!({ "connection": at.connection, "id": id, "active": false, "dry_run": dry_run });
            written("endpoints.set_active", request, dry_run, engine, out).await?;
        }
        EndpointCommand::Delete { id, at, dry_run, yes } => {
            let question =
                format!("Delete endpoint {id} at {}? The provider forgets it and its secret.", at.connection);
            if !dry_run && !yes && !input::confirm(&question)? {
                out.message("Nothing was changed.");
                return Ok(Outcome::No);
            }
            let request = json!({ "connection": at.connection, "id": id, "dry_run": dry_run });
            let answer = engine.call("endpoints.delete", request).await?;
            if dry_run {
                show_call(&answer["call"], out);
            } else {
                out.result(&json!({ "deleted": id }), || format!("Endpoint {id} deleted."));
            }
        }
        EndpointCommand::Rotate { id, at, dry_run, yes } => {
            let question = format!("Make a new secret for endpoint {id} at {}?", at.connection);
            if !dry_run && !yes && !input::confirm(&question)? {
                out.message("Nothing was changed.");
                return Ok(Outcome::No);
            }
            let request = json!({ "connection": at.connection, "id": id, "dry_run": dry_run });
            let answer = engine.call("endpoints.rotate", request).await?;
            if dry_run {
                show_call(&answer["call"], out);
            } else {
                out.result(&answer, || {
                    format!(
                        "The new secret is in the vault as {}. {}",
                        text(&answer["secret"], "name"),
                        text(&answer, "previous")
                    )
                });
            }
        }
        EndpointCommand::Test { id, at } => {
            let tested =
                engine.call("endpoints.test", json!({ "connection": at.connection, "id": id })).await?;
            out.result(&tested, || {
                let by = if tested["by"] == "provider" {
                    "the provider"
                } else {
                    "Waybill, signed as the provider would"
                };
                format!(
                    "Sent by {by}: answered {} {}",
                    text(&tested, "status"),
                    plain(&text(&tested, "error"))
                )
            });
            return Ok(if tested["ok"] == true { Outcome::Done } else { Outcome::No });
        }
        EndpointCommand::Log { id, at, limit, state } => {
            let state = state.map(|state| match state {
                LogStateArg::Succeeded => "succeeded",
                LogStateArg::Failed => "failed",
                LogStateArg::Pending => "pending",
            });
            let request = json!({ "connection": at.connection, "id": id, "limit": limit, "state": state });
            let entries = engine.call("endpoints.log", request).await?;
            out.result(&entries, || log_listing(&entries));
        }
        EndpointCommand::Redeliver { id, entry, at } => {
            let request = json!({ "connection": at.connection, "endpoint": id, "entry": entry });
            engine.call("endpoints.redeliver", request).await?;
            out.result(&json!({ "redelivered": entry }), || {
                format!("{} sends {entry} again.", at.connection)
            });
        }
        EndpointCommand::History { connection } => {
            let entries = engine.call("endpoints.history", json!({ "connection": connection })).await?;
            out.result(&entries, || {
                let rows: Vec<Vec<String>> = list(&entries)
                    .iter()
                    .map(|entry| {
                        ["at", "who", "operation", "connection", "endpoint", "outcome"]
                            .map(|field| text(entry, field))
                            .to_vec()
                    })
                    .collect();
                table(&["AT", "WHO", "WHAT", "CONNECTION", "ENDPOINT", "OUTCOME"], &rows)
            });
        }
    }
    Ok(Outcome::Done)
}

async fn written(
    command: &str,
    request: Value,
    dry_run: bool,
    engine: &Engine,
    out: &Out,
) -> Result<(), Failure> {
    let answer = engine.call(command, request).await?;
    if dry_run {
        show_call(&answer["call"], out);
    } else {
        out.result(&answer["endpoint"], || describe(&answer["endpoint"]));
    }
    Ok(())
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

fn show_call(call: &Value, out: &Out) {
    out.result(call, || {
        let mut shown = format!("{} {}\n", text(call, "method"), text(call, "url"));
        for header in list(&call["headers"]) {
            let part = |index: usize| header[index].as_str().unwrap_or_default().to_owned();
            shown.push_str(&format!("{}: {}\n", part(0), part(1)));
        }
        shown.push_str(&format!("\n{}", text(call, "body")));
        shown
    });
}

fn listing(endpoints: &Value) -> String {
    let rows: Vec<Vec<String>> = list(endpoints)
        .iter()
        .map(|one| {
            let events = if one["all_events"] == true {
                "all".to_owned()
            } else {
                list(&one["events"]).len().to_string()
            };
            vec![
                text(one, "id"),
                if one["active"] == true { "active".to_owned() } else { text(one, "status") },
                text(one, "connection"),
                events,
                text(one, "failures"),
                text(one, "url"),
            ]
        })
        .collect();
    if rows.is_empty() {
        return "No endpoint. Make one: waybill endpoint create --connection N --url U --event E".to_owned();
    }
    table(&["ID", "STATE", "CONNECTION", "EVENTS", "FAILS", "ADDRESS"], &rows)
}

fn describe(one: &Value) -> String {
    let events: Vec<String> =
        list(&one["events"]).iter().filter_map(|event| event.as_str().map(plain)).collect();
    let vault = if one["credential"]["in_vault"] == true { "in the vault" } else { "not in the vault" };
    format!(
        "{} {}\n  address     {}\n  label       {}\n  state       {} {}\n  events      {}\n  credential  {}, {vault}\n  changed     {}",
        text(one, "provider"),
        text(one, "id"),
        plain(&text(one, "url")),
        plain(&text(one, "label")),
        plain(&text(one, "status")),
        plain(&text(one, "disabled_reason")),
        if one["all_events"] == true { "all".to_owned() } else { events.join(", ") },
        text(&one["credential"], "kind"),
        plain(&text(one, "updated_at")),
    )
}

fn describe_made(made: &Value) -> String {
    let mut shown = describe(&made["endpoint"]);
    if let Some(name) = made["secret"]["name"].as_str() {
        shown.push_str(&format!("\n  secret      in the vault as {}", plain(name)));
    }
    if let Some(name) = made["inbox"]["name"].as_str() {
        shown.push_str(&format!("\n  inbox       {name}: deliveries to /in/{name} are verified"));
    }
    shown
}

fn log_listing(entries: &Value) -> String {
    let rows: Vec<Vec<String>> = list(entries)
        .iter()
        .map(|entry| {
            ["id", "event_type", "state", "response_status", "attempts", "sent_at", "delivery", "error"]
                .map(|field| text(entry, field))
                .to_vec()
        })
        .collect();
    if rows.is_empty() {
        return "The provider's log is empty.".to_owned();
    }
    table(&["ENTRY", "EVENT", "STATE", "ANSWER", "TRIES", "SENT", "HERE", "ERROR"], &rows)
}

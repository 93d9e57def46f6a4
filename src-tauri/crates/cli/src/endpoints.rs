//! `waybill connection …` and `waybill endpoint …`

use crate::args::{ConnectionCommand, EndpointCommand, LogStateArg};
use crate::input;
use crate::output::{Out, Outcome, counted, plain, record, table, text, when};
use serde_json::{Value, json};
use waybill_engine::Engine;
use waybill_model::{ErrorCode, Failure};

pub(crate) async fn connections(
    command: ConnectionCommand,
    engine: &Engine,
    out: &Out,
) -> Result<Outcome, Failure> {
    match command {
        ConnectionCommand::Add { provider, name, var, base_url, auth, token_env, token_stdin: _ } => {
            let name = input::name(&name)?;
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
                        vec![text(one, "name"), text(one, "provider"), text(one, "endpoints"), address(one), text(one, "last_error")]
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
                    "{name} works: {}, read in {} ms.",
                    counted(test["endpoints"].as_u64().unwrap_or_default(), "endpoint", "endpoints"),
                    text(&test, "took_ms")
                )
            });
        }
        ConnectionCommand::Listen { name, inbox, forward_to } => {
            return crate::streams::run(&name, inbox, forward_to, engine, out).await;
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
            let problems = list(&answer["problems"]);
            // "No endpoint" is not said of a provider that did not answer.
            if problems.is_empty() || out.is_json() || !list(&answer["endpoints"]).is_empty() {
                out.result(&answer["endpoints"], || listing(&answer["endpoints"]));
            }
            if let Some((last, others)) = problems.split_last() {
                let of = |problem: &Value| -> Failure {
                    serde_json::from_value(problem["failure"].clone())
                        .unwrap_or_else(|_| Failure::internal("An answer could not be read."))
                };
                for other in others.iter().filter(|_| !out.is_json()) {
                    let said = format!("{}: {}", text(other, "connection"), of(other).message);
                    out.message(&plain(&said));
                }
                let mut failure = of(last);
                failure.message = format!("{}: {}", text(last, "connection"), failure.message);
                return Err(if out.is_json() {
                    failure.details(json!({ "problems": problems }))
                } else {
                    failure
                });
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
            let made = once(engine.call("endpoints.create", request).await, engine, out).await?;
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
            if revision.is_some() {
                has_revisions(&at.connection, &id, engine).await?;
            }
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
            let answer = once(engine.call("endpoints.rotate", request).await, engine, out).await?;
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
        EndpointCommand::Test { id, at, event } => {
            let request = json!({ "connection": at.connection, "id": id, "event": event });
            let tested = engine.call("endpoints.test", request).await?;
            out.result(&tested, || said_of_test(&tested, &at.connection, &id));
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
        EndpointCommand::Repair(args) => return crate::custody::run(args, engine, out).await,
        EndpointCommand::History { connection } => {
            let entries = engine.call("endpoints.history", json!({ "connection": connection })).await?;
            out.result(&entries, || {
                let rows: Vec<Vec<String>> =
                    list(&entries)
                        .iter()
                        .map(|entry| {
                            ["at", "who", "operation", "connection", "endpoint", "outcome"]
                                .map(|field| {
                                    if field == "at" { when(&text(entry, field)) } else { text(entry, field) }
                                })
                                .to_vec()
                        })
                        .collect();
                table(&["AT (UTC)", "WHO", "WHAT", "CONNECTION", "ENDPOINT", "OUTCOME"], &rows)
            });
        }
    }
    Ok(Outcome::Done)
}

/// A secret that the provider shows once and the vault refused is held by this process, which is about to end:
/// a terminal is its last place.
async fn once(answer: Result<Value, Failure>, engine: &Engine, out: &Out) -> Result<Value, Failure> {
    let failure = match answer {
        Err(failure) if failure.code == ErrorCode::SecretAtRisk => failure,
        answer => return answer,
    };
    let id = failure.details.as_ref().map(|details| details["secret_id"].clone()).unwrap_or_default();
    let shown = match engine.call("secrets.reveal", json!({ "id": id })).await {
        Ok(revealed) => out.last_sight(&text(&revealed, "value")),
        Err(_) => false,
    };
    Err(failure.hint(if shown {
        "It was written to this terminal, this once: copy it, mend the vault, then store it with: waybill secret set NAME --secret-stdin"
    } else {
        "It ends with this command. Mend the vault, then rotate the endpoint's secret, or delete the endpoint and make it again."
    }))
}

/// Refuses a revision where the provider tells none: it would guard against nothing.
async fn has_revisions(connection: &str, id: &str, engine: &Engine) -> Result<(), Failure> {
    let endpoint = engine.call("endpoints.get", json!({ "connection": connection, "id": id })).await?;
    if endpoint["revision"].is_null() {
        return Err(Failure::invalid(
            "The provider gives its endpoints no revision, so --revision can't guard this change; nothing was sent.",
        )
        .hint("Leave --revision out."));
    }
    Ok(())
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

fn said_of_test(tested: &Value, connection: &str, id: &str) -> String {
    let (status, error) = (text(tested, "status"), plain(&text(tested, "error")));
    let by =
        if tested["by"] == "provider" { "the provider" } else { "Waybill, signed as the provider would" };
    match (status.is_empty(), error.is_empty()) {
        (true, true) => format!(
            "The provider sends it. Whether it arrives is in its log: waybill endpoint log {id} --connection {connection}"
        ),
        (true, false) => format!("Sent by {by}: {error}"),
        (false, true) => format!("Sent by {by}: answered {status}."),
        (false, false) => format!("Sent by {by}: answered {status}: {error}"),
    }
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

fn show_call(call: &Value, out: &Out) {
    out.result(call, || shown_call(call));
}

/// A call as it would stand on the wire, and under it those that follow.
fn shown_call(call: &Value) -> String {
    let mut shown = format!("{} {}\n", text(call, "method"), plain(&text(call, "url")));
    for header in list(&call["headers"]) {
        let part = |index: usize| plain(header[index].as_str().unwrap_or_default());
        shown.push_str(&format!("{}: {}\n", part(0), part(1)));
    }
    shown.push_str(&format!("\n{}", text(call, "body")));
    for next in list(&call["then"]) {
        shown.push_str(&format!("\n\nThen, once that is done:\n\n{}", shown_call(&next)));
    }
    shown
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
    record(&title(one), &facts(one))
}

fn title(one: &Value) -> String {
    format!("{} {}", text(one, "provider"), plain(&text(one, "id")))
}

fn facts(one: &Value) -> Vec<(&'static str, String)> {
    let named = |field: &str| plain(&text(one, field));
    let events: Vec<String> =
        list(&one["events"]).iter().filter_map(|event| event.as_str().map(plain)).collect();
    let vault = if one["credential"]["in_vault"] == true { "in the vault" } else { "not in the vault" };
    let kind = text(&one["credential"], "kind").replace('_', " ");
    vec![
        ("address", named("url")),
        ("label", named("label")),
        ("state", [named("status"), named("disabled_reason")].join(" ")),
        ("failures", named("failures")),
        ("events", if one["all_events"] == true { "all".to_owned() } else { events.join(", ") }),
        ("credential", if kind.is_empty() { String::new() } else { format!("{kind}, {vault}") }),
        ("inbox", named("inbox")),
        ("made", named("created_at")),
        ("changed", named("updated_at")),
        ("revision", named("revision")),
    ]
}

fn describe_made(made: &Value) -> String {
    let mut rows = facts(&made["endpoint"]);
    rows.retain(|(name, _)| *name != "inbox");
    if let Some(name) = made["secret"]["name"].as_str() {
        rows.push(("secret", format!("in the vault as {}", plain(name))));
    }
    if let Some(name) = made["inbox"]["name"].as_str() {
        rows.push(("inbox", format!("{name}: deliveries to /in/{name} are verified")));
    }
    record(&title(&made["endpoint"]), &rows)
}

/// A connection's base address; without one of its own, the provider's.
fn address(one: &Value) -> String {
    let own = text(one, "base_url");
    if own.is_empty() { "the provider's".to_owned() } else { own }
}

fn log_listing(entries: &Value) -> String {
    let rows: Vec<Vec<String>> = list(entries)
        .iter()
        .map(|entry| {
            ["id", "event_type", "state", "response_status", "attempts", "sent_at", "delivery", "error"]
                .map(|field| if field == "sent_at" { when(&text(entry, field)) } else { text(entry, field) })
                .to_vec()
        })
        .collect();
    if rows.is_empty() {
        return "The provider's log is empty.".to_owned();
    }
    table(&["ENTRY", "EVENT", "STATE", "ANSWER", "TRIES", "SENT (UTC)", "HERE", "ERROR"], &rows)
}

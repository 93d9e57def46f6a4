//! `waybill inbox …`

use crate::args::{AnswerArgs, InboxAdd, InboxCommand, InboxEdit};
use crate::input;
use crate::output::{Out, Outcome, plain, table, text};
use serde_json::{Value, json};
use waybill_engine::Engine;
use waybill_model::Failure;

pub(crate) async fn run(command: InboxCommand, engine: &Engine, out: &Out) -> Result<Outcome, Failure> {
    match command {
        InboxCommand::Add(args) => add(args, engine, out).await?,
        InboxCommand::Edit(args) => edit(args, engine, out).await?,
        InboxCommand::List => {
            let inboxes = engine.call("inboxes.list", json!({})).await?;
            out.result(&inboxes, || listing(&inboxes));
        }
        InboxCommand::Show { name } => {
            let inbox = engine.call("inboxes.get", json!({ "name": name })).await?;
            out.result(&inbox, || describe(&inbox));
        }
        InboxCommand::Remove { name } => {
            engine.call("inboxes.remove", json!({ "name": name })).await?;
            out.result(&json!({ "removed": name }), || format!("Inbox {name} removed; its deliveries stay."));
        }
    }
    Ok(Outcome::Done)
}

async fn add(args: InboxAdd, engine: &Engine, out: &Out) -> Result<(), Failure> {
    let mut request = json!({
        "name": args.name,
        "scheme": args.scheme,
        "secrets": input::secrets(&args.secrets)?,
        "config": input::pairs(&args.config)?,
        "forward_to": args.forward_to,
        "connection": args.connection,
        "endpoint": args.endpoint,
    });
    if let Some(answer) =
        answer(&args.answer, json!({ "status": 200, "headers": [], "body": "", "delay_ms": 0 }))?
    {
        request["answer"] = answer;
    }
    let inbox = engine.call("inboxes.create", request).await?;
    out.result(&inbox, || describe(&inbox));
    Ok(())
}

async fn edit(args: InboxEdit, engine: &Engine, out: &Out) -> Result<(), Failure> {
    let before = engine.call("inboxes.get", json!({ "name": args.name })).await?;
    let mut request = json!({ "name": args.name });
    if let Some(scheme) = args.scheme {
        request["scheme"] = json!(scheme);
    }
    if !args.config.is_empty() {
        request["config"] = input::pairs(&args.config)?;
    }
    if !args.forward_to.is_empty() {
        let targets: Vec<&String> = args.forward_to.iter().filter(|target| !target.is_empty()).collect();
        request["forward_to"] = json!(targets);
    }
    if let Some(answer) = answer(&args.answer, before["answer"].clone())? {
        request["answer"] = answer;
    }
    let mut inbox = engine.call("inboxes.update", request).await?;
    for secret in input::secrets(&args.secrets)? {
        inbox = engine.call("inboxes.add_secret", json!({ "name": args.name, "secret": secret })).await?;
    }
    out.result(&inbox, || describe(&inbox));
    Ok(())
}

/// The answer rule with what was given put in; nothing when nothing was given.
fn answer(args: &AnswerArgs, mut rule: Value) -> Result<Option<Value>, Failure> {
    let AnswerArgs { status, delay, body, headers } = args;
    if status.is_none() && delay.is_none() && body.is_none() && headers.is_empty() {
        return Ok(None);
    }
    if let Some(status) = status {
        rule["status"] = json!(status);
    }
    if let Some(delay) = delay {
        rule["delay_ms"] = json!(delay);
    }
    if let Some(body) = body {
        rule["body"] = json!(body);
    }
    if !headers.is_empty() {
        let mut pairs = Vec::new();
        for header in headers {
            let Some((name, value)) = header.split_once(':') else {
                return Err(Failure::invalid(format!(
                    "{header:?} is not of the form 'Name: value'; nothing was done."
                )));
            };
            pairs.push(json!([name.trim(), value.trim()]));
        }
        rule["headers"] = json!(pairs);
    }
    Ok(Some(rule))
}

fn listing(inboxes: &Value) -> String {
    let rows: Vec<Vec<String>> = inboxes
        .as_array()
        .into_iter()
        .flatten()
        .map(|inbox| {
            vec![
                text(inbox, "name"),
                text(inbox, "scheme"),
                text(inbox, "deliveries"),
                text(inbox, "failed"),
                text(&inbox["answer"], "status"),
                text(inbox, "last_received_at"),
            ]
        })
        .collect();
    if rows.is_empty() {
        return "No inbox yet. Make one: waybill inbox add NAME --scheme ID --secret-env VAR".to_owned();
    }
    table(&["NAME", "SCHEME", "DELIVERIES", "FAILED", "ANSWER", "LAST"], &rows)
}

/// One inbox for people.
pub(crate) fn describe(inbox: &Value) -> String {
    let secrets: Vec<String> = inbox["secrets"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|secret| format!("{} ({})", text(secret, "name"), text(secret, "state")))
        .collect();
    let or = |value: String, other: &str| if value.is_empty() { other.to_owned() } else { plain(&value) };
    format!(
        "{}\n  path      /in/{}\n  scheme    {}\n  secrets   {}\n  answer    {} after {} ms\n  deliveries {} ({} failed)",
        text(inbox, "name"),
        text(inbox, "name"),
        or(text(inbox, "scheme"), "none: nothing is checked"),
        or(secrets.join(", "), "none"),
        text(&inbox["answer"], "status"),
        text(&inbox["answer"], "delay_ms"),
        text(inbox, "deliveries"),
        text(inbox, "failed"),
    )
}

//! `waybill inbox …`

use crate::args::{AnswerArgs, InboxAdd, InboxCommand, InboxEdit};
use crate::input;
use crate::output::{Out, Outcome, plain, record, table, text, when};
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
        "name": input::name(&args.name)?,
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
    if let Some(word) = &args.answer.answer_handshakes {
        request["answer_handshakes"] = json!(word == "yes");
    }
    let inbox = engine.call("inboxes.create", request).await?;
    out.result(&inbox, || describe(&inbox));
    Ok(())
}

async fn edit(args: InboxEdit, engine: &Engine, out: &Out) -> Result<(), Failure> {
    let AnswerArgs { status, delay, body, headers, answer_handshakes } = &args.answer;
    let nothing = args.scheme.is_none()
        && args.config.is_empty()
        && args.forward_to.is_empty()
        && args.secrets.secret_env.is_empty()
        && !args.secrets.secret_stdin
        && status.is_none()
        && delay.is_none()
        && body.is_none()
        && headers.is_empty()
        && answer_handshakes.is_none();
    if nothing {
        return Err(Failure::invalid("Nothing was named that shall change; the inbox is as it was.")
            .hint("waybill inbox edit --help names what can be changed."));
    }
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
    if let Some(word) = &args.answer.answer_handshakes {
        request["answer_handshakes"] = json!(word == "yes");
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
    let AnswerArgs { status, delay, body, headers, .. } = args;
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
                when(&text(inbox, "last_received_at")),
            ]
        })
        .collect();
    if rows.is_empty() {
        return "No inbox yet. Make one: waybill inbox add NAME --scheme ID --secret-env VAR".to_owned();
    }
    table(&["NAME", "SCHEME", "DELIVERIES", "FAILED", "ANSWER", "LAST (UTC)"], &rows)
}

/// One inbox for people.
pub(crate) fn describe(inbox: &Value) -> String {
    let secrets: Vec<String> = inbox["secrets"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|secret| format!("{} ({})", text(secret, "name"), text(secret, "state")))
        .collect();
    let none =
        |list: Vec<String>, other: &str| if list.is_empty() { other.to_owned() } else { list.join(", ") };
    let scheme = text(inbox, "scheme");
    let no_secret =
        if scheme.is_empty() { "none" } else { "none: nothing can be verified until there is one" };
    let headers = pairs(&inbox["answer"]["headers"]);
    let body = text(&inbox["answer"], "body");
    let forward: Vec<String> =
        inbox["forward_to"].as_array().into_iter().flatten().filter_map(Value::as_str).map(plain).collect();
    let mut rows = vec![
        ("path", format!("/in/{}", text(inbox, "name"))),
        ("scheme", if scheme.is_empty() { "none: nothing is checked".to_owned() } else { plain(&scheme) }),
        ("config", config(&inbox["config"])),
        ("secrets", none(secrets, no_secret)),
        ("endpoint", plain(&[text(inbox, "endpoint"), text(inbox, "connection")].join(" of "))),
        (
            "answer",
            match text(&inbox["answer"], "delay_ms").as_str() {
                "0" | "" => text(&inbox["answer"], "status"),
                delay => format!("{} after {delay} ms", text(&inbox["answer"], "status")),
            },
        ),
        ("headers", headers.join(", ")),
        ("body", plain(&body)),
        (
            "handshakes",
            if inbox["answer_handshakes"] == false { "not answered".to_owned() } else { String::new() },
        ),
        ("forwards to", forward.join(", ")),
        ("deliveries", format!("{}, {} failed", text(inbox, "deliveries"), text(inbox, "failed"))),
    ];
    if inbox["endpoint"].is_null() {
        rows.retain(|(name, _)| *name != "endpoint");
    }
    record(&text(inbox, "name"), &rows)
}

/// Pairs of a header list, as they are written in HTTP.
fn pairs(headers: &Value) -> Vec<String> {
    let part = |pair: &Value, index: usize| plain(pair[index].as_str().unwrap_or_default());
    headers
        .as_array()
        .into_iter()
        .flatten()
        .map(|pair| format!("{}: {}", part(pair, 0), part(pair, 1)))
        .collect()
}

fn config(config: &Value) -> String {
    let pairs = config.as_object().into_iter().flatten();
    let shown: Vec<String> =
        pairs.map(|(key, value)| plain(&format!("{key}={}", value.as_str().unwrap_or_default()))).collect();
    shown.join(", ")
}

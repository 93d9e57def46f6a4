//! `waybill scheme …`

use crate::args::{SchemeAdd, SchemeCommand, SchemeDetect};
use crate::catalogue::{check, file_text, rows};
use crate::deliveries::delivery_id;
use crate::input;
use crate::output::{Out, Outcome, plain, table, text};
use serde_json::{Value, json};
use waybill_engine::Engine;
use waybill_model::Failure;

pub(crate) async fn run(command: SchemeCommand, engine: &Engine, out: &Out) -> Result<Outcome, Failure> {
    match command {
        SchemeCommand::List => list(engine, out).await?,
        SchemeCommand::Show { id } => {
            let one = engine.call("schemes.get", json!({ "id": id })).await?;
            out.result(&one, || text(&one, "text"));
        }
        SchemeCommand::Check { file } => return check("schemes.check", &file, engine, out).await,
        SchemeCommand::Add(args) => add(args, engine, out).await?,
        SchemeCommand::Remove { id } => {
            engine.call("schemes.remove", json!({ "id": id })).await?;
            out.result(&json!({ "removed": id }), || format!("Scheme {id} removed."));
        }
        SchemeCommand::Detect(args) => return detect(args, engine, out).await,
        SchemeCommand::TestKey { id, name } => {
            let made = engine.call("schemes.test_key", json!({ "scheme": id, "name": name })).await?;
            out.result(&made, || {
                let secret = &made["secret"];
                let kept =
                    format!("{} is in the vault as {}.", plain(&text(secret, "name")), text(secret, "id"));
                match made["public_key"].as_str() {
                    Some(public) => format!("{kept} Verify with:\n{public}"),
                    None => kept,
                }
            });
        }
    }
    Ok(Outcome::Done)
}

async fn list(engine: &Engine, out: &Out) -> Result<(), Failure> {
    let mut all = engine.call("schemes.list", json!({})).await?;
    let own = engine.call("schemes.own", json!({})).await?;
    for one in all.as_array_mut().into_iter().flatten() {
        let mine = own["schemes"].as_array().is_some_and(|ids| ids.contains(&one["id"]));
        one["own"] = json!(mine);
    }
    out.result(&all, || {
        let mut rows = rows(&all, &["id", "algorithm", "header", "title"]);
        for (row, one) in rows.iter_mut().zip(all.as_array().into_iter().flatten()) {
            if let (true, Some(title)) = (one["own"] == true, row.last_mut()) {
                title.push_str(" (your own)");
            }
        }
        table(&["ID", "ALGORITHM", "SIGNATURE IN", "TITLE"], &rows)
    });
    for one in own["unusable"].as_array().into_iter().flatten() {
        let fault = &one["fault"];
        out.message(&format!(
            "{}:{}:{}: {} The file is left out.",
            plain(&text(one, "file")),
            text(fault, "line"),
            text(fault, "column"),
            plain(&text(fault, "message"))
        ));
    }
    Ok(())
}

async fn add(args: SchemeAdd, engine: &Engine, out: &Out) -> Result<(), Failure> {
    let given = file_text(&args.file)?;
    let id = match args.id {
        Some(id) => id,
        None => args.file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default(),
    };
    let request = json!({ "id": id, "text": given, "replace": args.replace });
    let kept = engine.call("schemes.save", request).await?;
    out.result(&kept, || format!("Scheme {id} is there: {}.", plain(&text(&kept["info"], "title"))));
    Ok(())
}

async fn detect(args: SchemeDetect, engine: &Engine, out: &Out) -> Result<Outcome, Failure> {
    let delivery = args.delivery.as_deref().map(delivery_id).transpose()?;
    let request_base64 =
        args.request.as_deref().map(input::file).transpose()?.map(|bytes| input::base64(&bytes));
    let found = engine
        .call("schemes.detect", json!({ "delivery": delivery, "request_base64": request_base64 }))
        .await?;
    let proposals: &[Value] = found.as_array().map(Vec::as_slice).unwrap_or_default();
    out.result(&found, || {
        if proposals.is_empty() {
            return "It looks like no scheme of the catalogue.".to_owned();
        }
        table(&["SCHEME", "CONFIDENCE", "WHY"], &rows(&found, &["scheme", "confidence", "reason"]))
    });
    Ok(if proposals.is_empty() { Outcome::No } else { Outcome::Done })
}

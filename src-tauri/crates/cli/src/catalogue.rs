//! `waybill provider …`, and what `waybill scheme …` shares with it.

use crate::args::CatalogueCommand;
use crate::input;
use crate::output::{Out, Outcome, plain, table, text};
use serde_json::{Value, json};
use waybill_engine::Engine;
use waybill_model::{ErrorCode, Failure};

pub(crate) async fn providers(
    command: CatalogueCommand,
    engine: &Engine,
    out: &Out,
) -> Result<Outcome, Failure> {
    match command {
        CatalogueCommand::List => {
            let all = engine.call("providers.list", json!({})).await?;
            out.result(&all, || {
                let mut rows: Vec<Vec<String>> = rows(&all, &["id", "title", "scheme", "introduction"]);
                for introduction in rows.iter_mut().filter_map(|row| row.last_mut()) {
                    // The first sentence; `show` has the others.
                    if let Some((first, _)) = introduction.split_once(". ") {
                        *introduction = format!("{first}.");
                    }
                }
                table(&["ID", "TITLE", "SCHEME", "WHAT"], &rows)
            });
            Ok(Outcome::Done)
        }
        CatalogueCommand::Show { id } => {
            let one = engine.call("providers.get", json!({ "id": id })).await?;
            out.result(&one, || describe_provider(&one));
            Ok(Outcome::Done)
        }
        CatalogueCommand::Check { file } => check("providers.check", &file, engine, out).await,
    }
}

/// Checks a file of the user's.
pub(crate) async fn check(
    command: &str,
    file: &std::path::Path,
    engine: &Engine,
    out: &Out,
) -> Result<Outcome, Failure> {
    let name = file.display().to_string();
    let given = file_text(file)?;
    let checks = engine.call(command, json!({ "file": name, "text": given })).await?;
    let faults = checks["faults"].as_array().cloned().unwrap_or_default();
    out.result(&checks, || {
        if faults.is_empty() {
            return format!("{name}: no fault found.");
        }
        let lines: Vec<String> = faults
            .iter()
            .map(|fault| {
                format!(
                    "{name}:{}:{}: {}",
                    text(fault, "line"),
                    text(fault, "column"),
                    plain(&text(fault, "message"))
                )
            })
            .collect();
        lines.join("\n")
    });
    Ok(if faults.is_empty() { Outcome::Done } else { Outcome::Refused(2) })
}

/// A description's text.
pub(crate) fn file_text(file: &std::path::Path) -> Result<String, Failure> {
    String::from_utf8(input::file(file)?).map_err(|error| {
        let name = file.display();
        Failure::new(ErrorCode::InvalidDescription, format!("{name} is not UTF-8 text: {error}."))
    })
}

/// Fields of a list as the rows of a table.
pub(crate) fn rows(all: &Value, fields: &[&str]) -> Vec<Vec<String>> {
    all.as_array()
        .into_iter()
        .flatten()
        .map(|one| fields.iter().map(|field| text(one, field)).collect())
        .collect()
}

fn describe_provider(one: &Value) -> String {
    let mut shown = format!("{}\n{}\n\nBase addresses\n", text(one, "title"), text(one, "introduction"));
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    for base in list(&one["bases"]) {
        shown.push_str(&format!("  {}  {}\n", text(&base, "url"), text(&base, "label")));
    }
    shown.push_str("\nVariables\n");
    for variable in list(&one["variables"]) {
        shown.push_str(&format!(
            "  --var {}=…  {}: {}\n",
            text(&variable, "name"),
            text(&variable, "label"),
            text(&variable, "hint")
        ));
    }
    shown.push_str("\nCredential\n");
    for form in list(&one["auth"]) {
        shown.push_str(&format!(
            "  --auth {}  {}: {}\n",
            text(&form, "id"),
            text(&form, "label"),
            text(&form, "hint")
        ));
    }
    shown.push_str("\nOperations\n");
    let operations: Vec<Vec<String>> = list(&one["operations"])
        .iter()
        .map(|operation| {
            vec![
                format!("  {}", text(operation, "operation")),
                text(operation, "support"),
                text(operation, "note"),
            ]
        })
        .collect();
    shown.push_str(&table(&["  OPERATION", "SUPPORT", "NOTE"], &operations));
    shown.push_str("\n\nEvent types\n");
    for event in list(&one["events"]) {
        shown.push_str(&format!("  {}\n", text(&event, "name")));
    }
    for (title, field) in [("Addresses", "url_rules"), ("Delivery", "delivery_notes"), ("Sources", "sources")]
    {
        shown.push_str(&format!("\n{title}\n"));
        for line in list(&one[field]) {
            shown.push_str(&format!("  {}\n", line.as_str().unwrap_or_default()));
        }
    }
    shown
}

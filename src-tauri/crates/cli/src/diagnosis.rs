//! Why a signature fails, for people: the causes in order, what shows each, what was tried.

use crate::output::{counted, plain, text};
use serde_json::Value;

/// The causes of a report and where the search for them stands; empty when there is nothing to say. `more` says
/// how to search longer.
pub(crate) fn described(report: &Value, more: &str) -> String {
    let mut shown = String::new();
    let causes = report["diagnosis"].as_array().map(Vec::as_slice).unwrap_or_default();
    for (index, cause) in causes.iter().enumerate() {
        shown.push_str(&format!(
            "\n  {}. {} ({})\n     {}\n     → {}",
            index + 1,
            plain(&text(cause, "code")),
            text(cause, "confidence"),
            plain(&text(cause, "explanation")),
            plain(&text(cause, "mend")),
        ));
        evidence(&cause["evidence"], &mut shown);
    }
    searched(&report["search"], more, &mut shown);
    shown
}

fn evidence(evidence: &Value, shown: &mut String) {
    let differences = evidence["differences"].as_array().map(Vec::as_slice).unwrap_or_default();
    if differences.is_empty() {
        if let (Some(received), Some(computed)) =
            (evidence["received_signature"].as_str(), evidence["computed"].as_str())
        {
            shown.push_str(&format!(
                "\n     received {}\n     computed {}",
                plain(received),
                plain(computed)
            ));
        }
        return;
    }
    shown.push_str(&format!(
        "\n     {}: {} received, {} signed",
        plain(&text(evidence, "what")),
        counted(evidence["received_size"].as_u64().unwrap_or_default(), "byte", "bytes"),
        counted(evidence["signed_size"].as_u64().unwrap_or_default(), "byte", "bytes"),
    ));
    for one in differences {
        shown.push_str(&format!(
            "\n       at {}\n         - {}\n         + {}",
            text(one, "offset"),
            plain(&text(one, "received")),
            plain(&text(one, "signed")),
        ));
    }
}

fn searched(search: &Value, more: &str, shown: &mut String) {
    let Some(tried) = search["tried"].as_u64() else { return };
    let total = search["total"].as_u64().unwrap_or(tried);
    let ms = text(search, "elapsed_ms");
    let state = match search["state"].as_str() {
        Some("more") if total > tried => {
            format!("{tried} of {total} tried in {ms} ms, then time ran out{more}")
        }
        Some("more") => format!("{tried} tried in {ms} ms, then time ran out{more}"),
        _ => format!("{} tried in {ms} ms", counted(tried, "reading", "readings")),
    };
    shown.push_str(&format!("\n  {state}"));
    for one in search["not_tried"].as_array().into_iter().flatten() {
        shown.push_str(&format!("\n  not tried: {}", plain(one.as_str().unwrap_or_default())));
    }
}

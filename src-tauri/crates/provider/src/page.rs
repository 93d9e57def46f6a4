//! `docs/providers.md`, written from the descriptions: which operation is there at which provider, and
//! what each description says of itself. Pure text.

use crate::{Catalogue, Description};
use std::fmt::Write;
use waybill_model::{AllEvents, FieldKind, OperationInfo, ProviderInfo, ProviderOperation, Support};

const HEAD: &str = "\
# Providers

What Waybill can ask each provider for. This page is written by `cargo xtask docs` from the descriptions in
`src-tauri/catalogue/providers/`, where each fact stands with its source; `waybill provider show ID` prints one.

- **supported**: the provider's documents describe the call.
- **emulated**: there is no such call; Waybill makes do with others.
- **unconfirmed**: the documents don't describe it. Reads so marked are tried, as they can do no harm; writes so marked
  would be refused, and there is none.
- **unsupported**: the provider has no such call, or not for an API token.

Where a provider has no test call, `waybill endpoint test` sends a test event that Waybill signs with the endpoint's
secret, where there is one.

";

/// What an operation is for, in the table's first column.
const fn title(operation: ProviderOperation) -> &'static str {
    match operation {
        ProviderOperation::List => "list endpoints",
        ProviderOperation::Get => "read one",
        ProviderOperation::Create => "create",
        ProviderOperation::Update => "change",
        ProviderOperation::SetActive => "switch on and off",
        ProviderOperation::Delete => "delete",
        ProviderOperation::Rotate => "rotate the secret",
        ProviderOperation::Test => "send a test event",
        ProviderOperation::Log => "delivery log",
        ProviderOperation::Redeliver => "redeliver",
        ProviderOperation::Secret => "read the secret",
        ProviderOperation::Entry => "fetch a logged request",
        ProviderOperation::ReplayEvent => "replay an event",
        ProviderOperation::Recover => "recover what failed",
        ProviderOperation::Listen => "live stream",
        ProviderOperation::Health => "health of all endpoints",
        ProviderOperation::EventTypes => "list event types",
    }
}

const fn word(support: Support) -> &'static str {
    match support {
        Support::Supported => "supported",
        Support::Emulated => "emulated",
        Support::Unconfirmed => "unconfirmed",
        Support::Unsupported => "unsupported",
    }
}

impl Catalogue {
    /// The page about every description that is there.
    #[must_use]
    pub fn page(&self) -> String {
        let providers: Vec<_> = self.iter().map(|description| (description, description.info())).collect();
        let mut page = HEAD.to_owned();
        let names =
            providers.iter().map(|(description, _)| description.name()).collect::<Vec<_>>().join(" | ");
        let _ = writeln!(page, "| operation | {names} |");
        let _ = writeln!(page, "|---{}|", "|---".repeat(providers.len()));
        for operation in ProviderOperation::ALL {
            let words: Vec<&str> =
                providers.iter().map(|(description, _)| word(description.support(operation))).collect();
            let _ = writeln!(page, "| {} | {} |", title(operation), words.join(" | "));
        }
        for (description, info) in &providers {
            section(&mut page, description, info);
        }
        page
    }
}

fn section(page: &mut String, description: &Description, info: &ProviderInfo) {
    let _ = writeln!(page, "\n## {}\n\n{}\n", info.title, info.introduction);
    let _ = writeln!(page, "Id `{}`, scheme `{}`.\n", info.id, info.scheme);
    let bases: Vec<String> =
        info.bases.iter().map(|base| format!("`{}` ({})", base.url, base.label)).collect();
    line(page, "Base address", &bases.join(", "));
    let variables: Vec<String> = info
        .variables
        .iter()
        .map(|variable| match &variable.scope {
            Some(scope) => format!("`{}` (for {scope})", variable.name),
            None => format!("`{}`", variable.name),
        })
        .collect();
    line(page, "Variables", &variables.join(", "));
    let auth: Vec<String> = info.auth.iter().map(|form| format!("`{}` ({})", form.id, form.label)).collect();
    line(page, "Credential", &auth.join(", "));
    let fields: Vec<String> = info
        .fields
        .iter()
        .map(|field| {
            let needed = if field.required { ", needed" } else { "" };
            match &field.kind {
                FieldKind::Text => format!("`{}`{needed}", field.name),
                FieldKind::Choice { options } => format!("`{}` ({}){needed}", field.name, options.join(", ")),
            }
        })
        .collect();
    line(page, "Fields", &fields.join(", "));
    let all = match &info.all_events {
        AllEvents::Explicit => "each is named".to_owned(),
        AllEvents::Wildcard { word } => format!("`{word}`"),
        AllEvents::Empty => "no list".to_owned(),
    };
    let types = info.events.len();
    line(
        page,
        "Event types",
        &format!("{types} known, the set is open; all of them: {all}. {}", info.events_note),
    );
    let overlap = match description.rotation_overlap_s() {
        Some(0) => "It dies at once.".to_owned(),
        Some(seconds) => format!("It holds for {} hours more at most.", seconds.div_ceil(3600)),
        None => String::new(),
    };
    line(page, "The old secret after a rotation", &overlap);
    line(page, "Addresses", &info.url_rules.join(" "));
    for note in &info.delivery_notes {
        let _ = writeln!(page, "- {note}");
    }
    let noted = |info: &&OperationInfo| description.speaks_of(info.operation) && !info.note.is_empty();
    let _ = writeln!(page);
    for operation in info.operations.iter().filter(noted) {
        let _ = writeln!(
            page,
            "- *{}* ({}): {}",
            title(operation.operation),
            word(operation.support),
            operation.note
        );
    }
    let _ = writeln!(page, "\nSources:\n");
    for source in &description.sources {
        let _ = writeln!(page, "- {source}");
    }
}

fn line(page: &mut String, name: &str, text: &str) {
    if !text.is_empty() {
        let _ = writeln!(page, "- {name}: {}", text.trim_end());
    }
}

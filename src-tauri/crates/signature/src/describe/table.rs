//! A component of a message as a table, for what a template can't say.

use super::component::{Component, DigestForm, Message};
use super::source::{HeaderName, OneOrMany};
use crate::algorithm::Hash;
use crate::json::Pointer;
use serde::Deserialize;

/// A component as a table.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    text: Option<String>,
    header: Option<OneOrMany<HeaderName>>,
    json: Option<Pointer>,
    missing: Option<String>,
    digest: Option<Hash>,
    output: Option<DigestForm>,
    crc32: Option<Message>,
    join: Option<String>,
    of: Option<Message>,
    lines: Option<Vec<String>>,
    header_list: Option<HeaderName>,
    assign: Option<String>,
    with: Option<String>,
}

impl Table {
    /// The one component that it is.
    pub(super) fn component(self) -> Result<Component, &'static str> {
        const SHAPE: &str = "a table of a message is { text }, { header }, { json, missing? }, \
                             { digest, output, of }, { crc32 }, { join, of }, { lines } or \
                             { header_list, assign, with }";
        let Self {
            text,
            header,
            json,
            missing,
            digest,
            output,
            crc32,
            join,
            of,
            lines,
            header_list,
            assign,
            with,
        } = self;
        let mut stray = [missing.is_some(), output.is_some(), of.is_some(), assign.is_some(), with.is_some()];
        let [has_missing, has_output, has_of, has_assign, has_with] = &mut stray;
        let mut found = Vec::new();
        found.extend(text.map(Component::Text));
        found.extend(header.map(|names| Component::Header(names.0.into_iter().map(|name| name.0).collect())));
        if let Some(pointer) = json {
            *has_missing = false;
            found.push(Component::Json { pointer, missing });
        }
        found.extend(crc32.map(|of| Component::Crc32(of.0)));
        if let Some(members) = lines {
            let pointer = |name: String| Pointer::member(&name);
            found.push(Component::Lines(members.into_iter().map(pointer).collect()));
        }
        match (digest, output, join, of) {
            (Some(hash), Some(form), None, Some(of)) => {
                (*has_output, *has_of) = (false, false);
                found.push(Component::Digest { hash, form, of: of.0 });
            }
            (None, None, Some(with), Some(of)) => {
                *has_of = false;
                found.push(Component::Join { with, of: of.0 });
            }
            (None, None, None, None) => {}
            _ => return Err(SHAPE),
        }
        if let (Some(named_by), Some(assign), Some(with)) = (header_list, assign, with) {
            (*has_assign, *has_with) = (false, false);
            found.push(Component::HeaderList { named_by: named_by.0, assign, with });
        }
        let one = found.pop().filter(|_| found.is_empty() && !stray.contains(&true));
        one.ok_or(SHAPE)
    }
}

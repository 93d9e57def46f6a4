//! The template view of a message: literal text with `{components}` in it. `{{` and `}}` are braces.

use super::component::{BodyPart, Component, UrlPart};
use super::source::{is_header_name, not_a_header_name};
use crate::json::Pointer;

/// Every placeholder, for the message of a fault.
const KNOWN: &str = "{body}, {timestamp}, {header:NAME}, {field:NAME}, {json:/POINTER}, {form:NAME}, \
    {query:NAME}, {method}, {url}, {url:registered}, {url:no_query}, {url:path_query}, {url:with_port}, \
    {url:no_port}, {config:KEY}, {secret}, {form_sorted}, {query_sorted}, {body:ascii}, {body:decompressed}";

/// The components of a template.
pub(crate) fn parse(text: &str) -> Result<Vec<Component>, String> {
    let mut components = Vec::new();
    let mut literal = String::new();
    let mut rest = text;
    while let Some(place) = rest.find(['{', '}']) {
        let (before, from) = rest.split_at(place);
        literal.push_str(before);
        if let Some(after) = from.strip_prefix("{{") {
            literal.push('{');
            rest = after;
        } else if let Some(after) = from.strip_prefix("}}") {
            literal.push('}');
            rest = after;
        } else if let Some((name, after)) = from.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
            if !literal.is_empty() {
                components.push(Component::Text(std::mem::take(&mut literal)));
            }
            components.push(placeholder(name)?);
            rest = after;
        } else {
            return Err(format!(
                "the template {text:?} has a brace without its partner; write {{{{ for a brace"
            ));
        }
    }
    literal.push_str(rest);
    if !literal.is_empty() {
        components.push(Component::Text(literal));
    }
    Ok(components)
}

fn placeholder(name: &str) -> Result<Component, String> {
    let unknown = || format!("there is no placeholder {{{name}}}; there are {KNOWN}");
    let Some((kind, argument)) = name.split_once(':') else {
        return Ok(match name {
            "body" => Component::Body(BodyPart::Raw),
            "timestamp" => Component::Timestamp,
            "method" => Component::Method,
            "url" => Component::Url(UrlPart::Full),
            "secret" => Component::Secret,
            "form_sorted" => Component::FormSorted,
            "query_sorted" => Component::QuerySorted,
            _ => return Err(unknown()),
        });
    };
    if argument.is_empty() {
        return Err(unknown());
    }
    Ok(match (kind, argument) {
        ("header", name) if is_header_name(name) => Component::Header(vec![name.to_owned()]),
        ("header", name) => return Err(not_a_header_name(name)),
        ("field", name) => Component::Field(name.to_owned()),
        ("json", pointer) => Component::Json { pointer: Pointer::parse(pointer)?, missing: None },
        ("form", name) => Component::Form(name.to_owned()),
        ("query", name) => Component::Query(name.to_owned()),
        ("config", key) => Component::Config(key.to_owned()),
        ("url", "registered") => Component::Url(UrlPart::Registered),
        ("url", "no_query") => Component::Url(UrlPart::NoQuery),
        ("url", "path_query") => Component::Url(UrlPart::PathQuery),
        ("url", "with_port") => Component::Url(UrlPart::WithPort),
        ("url", "no_port") => Component::Url(UrlPart::NoPort),
        ("body", "ascii") => Component::Body(BodyPart::Ascii),
        ("body", "decompressed") => Component::Body(BodyPart::Decompressed),
        _ => return Err(unknown()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::describe::component::as_template;

    #[test]
    fn templates_are_read_and_written_alike() {
        for text in [
            "",
            "{body}",
            "{timestamp}.{body}",
            "v0:{timestamp}:{body}",
            "{header:webhook-id}.{timestamp}.{body}",
            "{secret}{method}{url}{body}",
            "{url:registered}{form_sorted}",
            "{json:/signature/timestamp}{json:/signature/token}",
            "{{{body}}}",
            "{url:with_port}{url:no_port}{query_sorted}{body:ascii}{body:decompressed}",
            "{url:no_query}{url:path_query}{config:webhook_id}{field:t}{form:f}{query:q}",
        ] {
            assert_eq!(as_template(&parse(text).unwrap()), text);
        }
    }

    #[test]
    fn wrong_templates_are_refused() {
        for text in
            ["{", "}", "a{body", "{nothing}", "{header:}", "{header:a b}", "{json:a}", "{url:x}", "{:}"]
        {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}

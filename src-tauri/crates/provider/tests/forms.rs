//! What is refused before anything is sent: wrong forms, wrong connections.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]
#![allow(missing_docs)]

mod common;

use common::strings;
use secrecy::SecretString;
use std::collections::BTreeMap;
use std::sync::Arc;
use waybill_model::{ErrorCode, Failure};
use waybill_provider::{Call, Catalogue, Client, ClientConnection, EndpointPatch, HttpOptions, NewEndpoint};

const LOCAL: &str = "http://127.0.0.1:9";

fn remote(provider: &str) -> Client {
    // Nothing is sent to it: a dry run only builds the call.
    common::client(provider, "https://api.example.invalid/x")
}

fn fields(failure: &Failure) -> Vec<(&str, &str)> {
    failure.fields.iter().map(|field| (field.field.as_str(), field.problem.as_str())).collect()
}

fn new(url: &str, events: &[&str], label: &str, more: &[(&str, &str)]) -> NewEndpoint {
    NewEndpoint {
        url: url.to_owned(),
        events: strings(events),
        all_events: false,
        label: label.to_owned(),
        fields: more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
    }
}

#[tokio::test]
async fn forms_are_checked_before_anything_is_sent() {
    let check = async |client: &Client, asked: NewEndpoint, expected: &[(&str, &str)]| {
        let result = client.dry_run(Call::Create(&asked)).await;
        if expected.is_empty() {
            assert!(result.is_ok(), "{asked:?}: {result:?}");
            return;
        }
        let failure = result.unwrap_err();
        assert_eq!(failure.code, ErrorCode::InvalidInput);
        assert!(failure.message.contains("Nothing was sent"), "{}", failure.message);
        let found = fields(&failure);
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for ((field, problem), (name, word)) in found.iter().zip(expected) {
            assert!(field == name && problem.contains(word), "{found:?}, expected {expected:?}");
        }
    };
    let good = "https://hooks.example.com/in/x";
    let (mnemom, timbrix, mindbridge, mynd) =
        (remote("mnemom"), remote("timbrix"), remote("mindbridge"), remote("mynd"));
    check(&mnemom, new(good, &["agent.killed"], "", &[]), &[]).await;
    check(&mnemom, new(good, &["word.of.tomorrow"], "", &[]), &[]).await;
    check(&mnemom, new("http://hooks.example.com", &["x"], "", &[]), &[("url", "https")]).await;
    check(&mnemom, new("https://10.0.0.1/", &["x"], "", &[]), &[("url", "public")]).await;
    check(&mnemom, new("http://127.0.0.1:4400/in/x", &["x"], "", &[]), &[("url", "https")]).await;
    check(
        &mnemom,
        new("", &[], "", &[("nope", "1")]),
        &[("url", "not an address"), ("events", "at least one"), ("nope", "unknown")],
    )
    .await;
    check(&mnemom, new(good, &["x"], &"x".repeat(256), &[]), &[("description", "longer than 255")]).await;
    check(&mnemom, new(good, &["x", " "], "", &[]), &[("events", "empty word")]).await;
    check(&timbrix, new(good, &["x"], "name", &[]), &[("label", "keeps no name")]).await;
    check(&timbrix, new(good, &[], "", &[]), &[("events", "at least one")]).await;
    check(&mynd, new(good, &[], "", &[]), &[("events", "at least one")]).await;
    check(&mynd, new(good, &["*"], "d", &[]), &[]).await;
    let contact = ("technicalContactId", "tc");
    check(&mindbridge, new(good, &["x"], "n", &[contact]), &[]).await;
    check(&mindbridge, new(good, &["x"], "", &[contact, ("name", "n")]), &[]).await;
    check(&mindbridge, new(good, &["x"], "", &[]), &[("name", "needed"), ("technicalContactId", "needed")])
        .await;
    check(&mindbridge, new(good, &["x"], " ", &[contact]), &[("name", "needed")]).await;
    check(
        &mindbridge,
        new(good, &["x"], "n", &[contact, ("status", "active")]),
        &[("status", "ACTIVE, INACTIVE")],
    )
    .await;
    check(&mindbridge, new("https://localhost/", &["x"], "n", &[contact]), &[("url", "dot")]).await;
    check(&mindbridge, new("https://x.mindbridge.ai/", &["x"], "n", &[contact]), &[("url", "refuses")]).await;
    // A simulator on this machine may be given an address on this machine.
    check(&common::client("mnemom", LOCAL), new("http://127.0.0.1:4400/in/x", &["x"], "", &[]), &[]).await;
    check(
        &common::client("mnemom", LOCAL),
        new("http://hooks.example.com", &["x"], "", &[]),
        &[("url", "https")],
    )
    .await;

    let change = async |patch: EndpointPatch, word: &str| {
        let call = Call::Update { id: "e", patch: &patch, revision: None };
        let failure = mnemom.dry_run(call).await.unwrap_err();
        assert_eq!(failure.code, ErrorCode::InvalidInput);
        assert!(failure.message.contains(word), "{}", failure.message);
    };
    let nothing = EndpointPatch::default;
    change(nothing(), "Nothing was named").await;
    change(EndpointPatch { events: Some(Vec::new()), ..nothing() }, "at least one").await;
    change(EndpointPatch { all_events: Some(false), ..nothing() }, "which ones").await;
    change(EndpointPatch { url: Some("http://x.example.com".to_owned()), ..nothing() }, "https").await;
    change(EndpointPatch { fields: [("x".to_owned(), "1".to_owned())].into(), ..nothing() }, "unknown").await;
    for id in ["", ".", ".."] {
        assert_eq!(
            mnemom.dry_run(Call::Get { id }).await.unwrap_err().code,
            ErrorCode::InvalidInput,
            "{id:?}"
        );
    }
}

#[test]
fn connections_are_checked_before_anything_is_sent() {
    let catalogue = Catalogue::shipped();
    let check = |provider: &str,
                 base: Option<&str>,
                 vars: &[(&str, &str)],
                 auth: &str,
                 token: &str,
                 expected: &[(&str, &str)]| {
        let connection = ClientConnection {
            name: "c".parse().unwrap(),
            base_url: base.map(str::to_owned),
            vars: vars
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect::<BTreeMap<_, _>>(),
            auth: auth.to_owned(),
            token: SecretString::from(token),
        };
        let description = catalogue.get(provider).unwrap();
        let (clock, entropy) = (Arc::new(common::Still), Arc::new(common::Still));
        let result = Client::new(description, connection, HttpOptions::default(), clock, entropy);
        let failure = match (result, expected.is_empty()) {
            (Ok(client), true) => return drop(client),
            (Ok(_), false) => panic!("{provider} {base:?} {vars:?} was taken"),
            (Err(failure), _) => failure,
        };
        assert_eq!(failure.code, ErrorCode::InvalidInput);
        let found = fields(&failure);
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for ((field, problem), (name, word)) in found.iter().zip(expected) {
            assert!(field == name && problem.contains(word), "{found:?}, expected {expected:?}");
        }
    };
    let org = [("org_id", "org-1")];
    check("mnemom", None, &org, "", "t", &[]);
    check("mnemom", None, &org, "api-key", "t", &[]);
    check("mnemom", Some("http://127.0.0.1:4501/x"), &org, "", "t", &[]);
    check("mnemom", None, &[], "", "t", &[("org_id", "needed")]);
    check("mnemom", None, &[("org_id", "..")], "", "t", &[("org_id", "'..'")]);
    check("mnemom", None, &[("org_id", "a"), ("orgId", "b")], "", "t", &[("orgId", "no variable")]);
    check("mnemom", None, &org, "basic", "t", &[("auth", "bearer, api-key")]);
    check("mnemom", Some("http://api.mnemom.ai/v1"), &org, "", "t", &[("base_url", "clear")]);
    check("mnemom", Some("https://x/{org_id}"), &org, "", "t", &[("base_url", "variable")]);
    check("mnemom", None, &org, "", " ", &[("token", "empty")]);
    check("mnemom", None, &org, "", "a\nb", &[("token", "header")]);
    check("mindbridge", None, &[("tenant", "acme")], "", "t", &[]);
    check("mindbridge", None, &[("tenant", "evil.example.com/")], "", "t", &[("tenant", "host name")]);
    check("mindbridge", None, &[], "", "t", &[("tenant", "needed")]);
    check("mindbridge", Some("https://analytics.example.com/api"), &[], "", "t", &[]);
    check("mynd", None, &[], "", "t", &[]);
    check("mynd", None, &[("org", "x")], "", "t", &[("org", "it has none")]);
}

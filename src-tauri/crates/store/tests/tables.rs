//! Every table besides the deliveries: what is put in comes out, and what must be refused is.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]

mod support;

use bytes::Bytes;
use serde_json::json;
use std::collections::BTreeMap;
use support::{NOW, append, delivery, open};
use waybill_model::{
    AnswerRule, Connection, Credential, CredentialKind, Endpoint, ErrorCode, Inbox, InboxSecret, Name,
    SecretId, SecretKind, SecretMeta, SecretState, Settings, Theme, Timestamp, VaultKind,
};
use waybill_store::{Change, HistoryRow, Intent};

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

fn secret(id: &str, called: &str) -> SecretMeta {
    SecretMeta {
        id: SecretId(id.to_owned()),
        name: called.to_owned(),
        kind: SecretKind::SharedSecret,
        state: SecretState::Current,
        connection: Some(name("acme")),
        endpoint: Some("we_1".to_owned()),
        created_at: Timestamp::from_unix(NOW),
        accepted_until: Some(Timestamp::from_unix(NOW + 60)),
        used_by: vec![],
    }
}

fn inbox(called: &str, secrets: &[(&str, &str)]) -> Inbox {
    Inbox {
        name: name(called),
        scheme: Some("stripe".to_owned()),
        config: BTreeMap::from([("url".to_owned(), "https://a".to_owned())]),
        secrets: secrets
            .iter()
            .map(|(id, called)| InboxSecret {
                id: SecretId((*id).to_owned()),
                name: (*called).to_owned(),
                state: SecretState::Current,
            })
            .collect(),
        answer: AnswerRule {
            status: 202,
            headers: vec![("X-A".to_owned(), "b".to_owned())],
            body: "ok".to_owned(),
            delay_ms: 5,
        },
        answer_handshakes: false,
        forward_to: vec!["http://127.0.0.1:3000/".to_owned()],
        connection: Some(name("acme")),
        endpoint: Some("we_1".to_owned()),
        created_at: Timestamp::from_unix(NOW),
        deliveries: 0,
        failed: 0,
        last_received_at: None,
    }
}

#[tokio::test]
async fn inboxes_and_their_secrets() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let unsorted = store.inbox(name("unsorted")).await.unwrap().unwrap();
    assert_eq!((unsorted.answer.status, unsorted.created_at), (404, Timestamp::from_unix(NOW)));
    assert_eq!(store.remove_inbox(name("unsorted")).await.unwrap_err().code, ErrorCode::InvalidInput);

    let missing = store.create_inbox(inbox("shop", &[("s-1", "live")])).await.unwrap_err();
    assert_eq!(missing.code, ErrorCode::NotFound);
    assert_eq!(store.inbox(name("shop")).await.unwrap(), None, "nothing of a refused write stays");

    store.put_secret(secret("s-1", "live")).await.unwrap();
    store.put_secret(secret("s-2", "old")).await.unwrap();
    let mut shop = inbox("shop", &[("s-2", "old"), ("s-1", "live")]);
    store.create_inbox(shop.clone()).await.unwrap();
    assert_eq!(store.inbox(name("shop")).await.unwrap(), Some(shop.clone()));
    assert_eq!(store.create_inbox(shop.clone()).await.unwrap_err().code, ErrorCode::AlreadyExists);

    append(&store, delivery(7)).await;
    shop.deliveries = 1;
    shop.last_received_at = Some(Timestamp::from_unix(NOW + 7));
    assert_eq!(store.inboxes().await.unwrap(), [shop.clone(), unsorted]);

    shop.secrets.remove(0);
    shop.scheme = None;
    shop.forward_to.clear();
    shop.connection = None;
    shop.answer = AnswerRule::default();
    assert!(store.update_inbox(shop.clone()).await.unwrap());
    assert_eq!(store.inbox(name("shop")).await.unwrap(), Some(shop));
    assert!(!store.update_inbox(inbox("nowhere", &[])).await.unwrap());

    assert!(store.remove_inbox(name("shop")).await.unwrap());
    assert!(!store.remove_inbox(name("shop")).await.unwrap());
    assert_eq!(store.totals().await.unwrap().deliveries, 1, "its deliveries stay");
}

#[tokio::test]
async fn secrets_without_values() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let first = store.put_secret(secret("s-1", "live")).await.unwrap();
    assert_eq!(first, secret("s-1", "live"));
    assert_eq!(store.put_secret(secret("s-2", "live")).await.unwrap().name, "live (2)");
    assert_eq!(store.put_secret(secret("s-3", "live")).await.unwrap().name, "live (3)");
    let mut changed = secret("s-1", "live");
    changed.state = SecretState::Retired;
    changed.kind = SecretKind::PublicKey;
    changed.connection = None;
    changed.accepted_until = None;
    assert_eq!(store.put_secret(changed.clone()).await.unwrap(), changed);
    assert_eq!(store.secret(SecretId("s-1".to_owned())).await.unwrap(), Some(changed));

    store.create_inbox(inbox("b", &[("s-1", "")])).await.unwrap();
    store.create_inbox(inbox("a", &[("s-1", ""), ("s-2", "")])).await.unwrap();
    store.create_connection(connection("acme", "s-3")).await.unwrap();
    let all = store.secrets().await.unwrap();
    let users: Vec<(&str, Vec<&str>)> = all
        .iter()
        .map(|meta| (meta.name.as_str(), meta.used_by.iter().map(Name::as_str).collect()))
        .collect();
    assert_eq!(users, [("live", vec!["a", "b"]), ("live (2)", vec!["a"]), ("live (3)", vec![])]);
    assert_eq!(store.inbox(name("a")).await.unwrap().unwrap().secrets[0].state, SecretState::Retired);
    for (id, user) in [("s-1", "inbox a, inbox b"), ("s-2", "inbox a"), ("s-3", "connection acme")] {
        let failure = store.remove_secret(SecretId(id.to_owned())).await.unwrap_err();
        assert_eq!(failure.code, ErrorCode::InUse);
        assert!(failure.message.contains(user), "{}", failure.message);
    }
    store.remove_inbox(name("a")).await.unwrap();
    assert!(store.remove_secret(SecretId("s-2".to_owned())).await.unwrap());
    assert!(!store.remove_secret(SecretId("s-2".to_owned())).await.unwrap());
}

fn connection(called: &str, token: &str) -> Connection {
    Connection {
        name: name(called),
        provider: "stripe".to_owned(),
        base_url: Some("http://127.0.0.1:1/v1".to_owned()),
        vars: BTreeMap::from([("org".to_owned(), "x".to_owned())]),
        auth: "bearer".to_owned(),
        token: SecretId(token.to_owned()),
        created_at: Timestamp::from_unix(NOW),
        read_at: None,
        endpoints: 0,
        last_error: None,
    }
}

fn endpoint(connection: &str, id: &str) -> Endpoint {
    Endpoint {
        id: id.to_owned(),
        connection: name(connection),
        provider: "stripe".to_owned(),
        url: "https://a.example/in".to_owned(),
        label: "Label".to_owned(),
        events: vec!["a.b".to_owned()],
        all_events: false,
        active: true,
        status: "enabled".to_owned(),
        failures: Some(3),
        disabled_reason: None,
        created_at: Some("2026".to_owned()),
        updated_at: None,
        revision: Some("r1".to_owned()),
        credential: Credential { kind: CredentialKind::SharedSecret, in_vault: true },
        inbox: Some(name("shop")),
        raw: json!({"z": 1, "a": [null, 2.5]}),
    }
}

#[tokio::test]
async fn connections_and_the_endpoints_read_through_them() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let mut acme = connection("acme", "s-1");
    store.create_connection(acme.clone()).await.unwrap();
    assert_eq!(store.create_connection(acme.clone()).await.unwrap_err().code, ErrorCode::AlreadyExists);
    assert_eq!(store.connection(name("acme")).await.unwrap(), Some(acme.clone()));
    acme.base_url = None;
    acme.vars.clear();
    acme.last_error = Some("401".to_owned());
    assert!(store.update_connection(acme.clone()).await.unwrap());
    assert_eq!(store.connections().await.unwrap(), [acme.clone()]);
    assert!(!store.update_connection(connection("none", "")).await.unwrap());

    let at = Timestamp::from_unix(NOW + 5);
    let read = vec![endpoint("acme", "z"), endpoint("acme", "a")];
    store.put_endpoints(name("acme"), read.clone(), at).await.unwrap();
    let kept = store.endpoints(Some(name("acme"))).await.unwrap();
    assert_eq!(kept, [(read[0].clone(), at), (read[1].clone(), at)], "in the order the provider gave");
    let noted = store.connection(name("acme")).await.unwrap().unwrap();
    assert_eq!((noted.read_at, noted.endpoints), (Some(at), 2));
    assert_eq!(store.put_endpoints(name("none"), vec![], at).await.unwrap_err().code, ErrorCode::NotFound);
    assert_eq!(store.put_endpoint(endpoint("none", "x")).await.unwrap_err().code, ErrorCode::NotFound);

    let mut changed = endpoint("acme", "z");
    changed.active = false;
    store.put_endpoint(changed.clone()).await.unwrap();
    store.put_endpoint(endpoint("acme", "new")).await.unwrap();
    let now = Timestamp::from_unix(NOW);
    assert_eq!(store.endpoint(name("acme"), "z".to_owned()).await.unwrap(), Some((changed, now)));
    let ids: Vec<String> = store.endpoints(None).await.unwrap().into_iter().map(|(e, _)| e.id).collect();
    assert_eq!(ids, ["z", "a", "new"]);
    store.forget_endpoint(name("acme"), "a".to_owned()).await.unwrap();
    assert_eq!(store.endpoint(name("acme"), "a".to_owned()).await.unwrap(), None);
    assert_eq!(store.connection(name("acme")).await.unwrap().unwrap().endpoints, 2);

    assert!(store.remove_connection(name("acme")).await.unwrap());
    assert!(!store.remove_connection(name("acme")).await.unwrap());
    assert_eq!(store.endpoints(None).await.unwrap(), []);
}

#[tokio::test]
async fn settings_history_intents_and_listening() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    assert_eq!(store.settings().await.unwrap(), Settings::default());
    let chosen = Settings { theme: Theme::Dark, port: 1, vault: VaultKind::File, ..Settings::default() };
    store.save_settings(chosen.clone()).await.unwrap();
    store.save_settings(chosen.clone()).await.unwrap();
    assert_eq!(store.settings().await.unwrap(), chosen);

    let row = |number: i64, connection: &str, endpoint: Option<&str>| HistoryRow {
        at: Timestamp::from_unix(NOW + number),
        who: "cli".to_owned(),
        operation: "create".to_owned(),
        connection: name(connection),
        endpoint: endpoint.map(str::to_owned),
        outcome: "done".to_owned(),
        before: None,
        after: Some(json!({ "n": number })),
    };
    let rows = [row(1, "a", Some("e")), row(2, "a", None), row(3, "b", Some("e"))];
    for row in &rows {
        store.add_history(row.clone()).await.unwrap();
    }
    let [one, two, three] = rows;
    for (connection, endpoint, expected) in [
        (None, None, vec![&three, &two, &one]),
        (Some("a"), None, vec![&two, &one]),
        (Some("a"), Some("e"), vec![&one]),
        (None, Some("e"), vec![&three, &one]),
        (Some("c"), None, vec![]),
    ] {
        let found = store.history(connection.map(name), endpoint.map(str::to_owned)).await.unwrap();
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{connection:?} {endpoint:?}");
    }

    let mut intent = Intent {
        id: "i1".to_owned(),
        connection: name("a"),
        verb: "create".to_owned(),
        request: json!({"url": "https://a"}),
        sealed: None,
        created_at: Timestamp::from_unix(NOW),
    };
    store.open_intent(intent.clone()).await.unwrap();
    assert_eq!(store.open_intents().await.unwrap(), [intent.clone()]);
    intent.sealed = Some(Bytes::from_static(b"\x00sealed"));
    store.open_intent(intent.clone()).await.unwrap();
    assert_eq!(store.open_intents().await.unwrap(), [intent]);
    store.close_intent("i1".to_owned()).await.unwrap();
    assert_eq!(store.open_intents().await.unwrap(), []);

    let at: std::net::SocketAddr = "127.0.0.1:4400".parse().unwrap();
    let first = store.listening_from(at, Timestamp::from_unix(1)).await.unwrap();
    let second = store.listening_from("[::1]:4400", Timestamp::from_unix(2)).await.unwrap();
    store.listening_until(first, Timestamp::from_unix(3)).await.unwrap();
    let spans = store.listening(10).await.unwrap();
    assert_eq!(spans.iter().map(|span| span.id).collect::<Vec<_>>(), [second, first]);
    assert_eq!(
        (spans[1].address.as_str(), spans[1].until),
        ("127.0.0.1:4400", Some(Timestamp::from_unix(3)))
    );
    assert_eq!(spans[0].until, None);
}

#[tokio::test]
async fn watchers_hear_what_was_committed() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let mut watch = store.subscribe();
    append(&store, delivery(1)).await;
    assert_eq!(watch.recv().await.unwrap(), Change::Deliveries);
    store.save_settings(Settings::default()).await.unwrap();
    assert_eq!(watch.recv().await.unwrap(), Change::Settings);
    // What failed changed nothing.
    store.create_inbox(inbox("unsorted", &[])).await.unwrap_err();
    store.put_secret(secret("s-1", "live")).await.unwrap();
    assert_eq!(watch.recv().await.unwrap(), Change::Secrets);
}

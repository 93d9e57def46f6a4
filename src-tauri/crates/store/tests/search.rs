//! Queries over deliveries of many kinds; with the index, without it, and while it is being built.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]

mod support;

use bytes::Bytes;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use support::{NOW, append, delivery, eventually, open, options};
use waybill_model::{DeliveryId, ErrorCode, Origin, Reason, Timestamp, Verdict};
use waybill_query::Query;
use waybill_store::{NewDelivery, QueryRef, Store};

fn asked(text: &str) -> QueryRef {
    QueryRef {
        query: Query::parse(text, Timestamp::from_unix(NOW + 1000)).unwrap(),
        after: None,
        before: None,
        limit: None,
        newest_first: false,
        cancel: None,
    }
}

async fn ids(store: &Store, text: &str) -> Vec<i64> {
    store.ids(asked(text)).await.unwrap().into_iter().map(|id| id.0).collect()
}

/// Ten deliveries, ids 1 to 10, each of its own kind.
fn varied() -> Vec<NewDelivery> {
    let json = |text: &str| Bytes::copy_from_slice(text.as_bytes());
    let mut all: Vec<NewDelivery> = (1..=10).map(delivery).collect();
    for one in &mut all {
        one.body = json("{}");
        one.head = Bytes::from_static(b"Host: a\r\n\r\n");
    }
    all[0].body = json(r#"{"data":{"object":{"amount":900,"customer":"cus_Zürich"}},"note":"Alpha BETA"}"#);
    all[1].body = json(r#"{"data":{"items":[{"sku":"A-1"},{"sku":"B-2"}]}}"#);
    all[1].event_type = Some("orders/paid".to_owned());
    all[2].inbox = "git".parse().unwrap();
    all[2].head = Bytes::from_static(b"X-GitHub-Event: push\r\nX-Sig: sha256=ABCDEF\r\n\r\n");
    all[3].verdict = Verdict::Invalid;
    all[3].reason = Reason::SignatureMismatch;
    all[3].status = 401;
    all[4].verdict = Verdict::Unsigned;
    all[4].reason = Reason::MissingSignature;
    all[4].body = Bytes::from_static(b"\x00\x01binary\xff\xfe alpha\x00tail");
    all[5].method = "PUT".to_owned();
    all[5].path = "/in/Orders-Path".to_owned();
    all[6].status = 503;
    all[6].duration_us = 2_500_000;
    all[6].body = Bytes::from(vec![b'x'; 20_000]);
    all[7].origin = Origin::Imported;
    all[7].event_id = Some("evt_same".to_owned());
    all[8].event_id = Some("evt_same".to_owned());
    all[8].scheme = None;
    // Larger than what is indexed of one delivery, with the needle at its end.
    let mut large = vec![b'-'; 400_000];
    large.extend_from_slice(b"needle-at-the-end");
    all[9].body = Bytes::from(large);
    all
}

const QUERIES: &[(&str, &[i64])] = &[
    ("", &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
    ("inbox:git", &[3]),
    ("-inbox:git status:200", &[1, 2, 5, 6, 8, 9, 10]),
    ("verdict:invalid,unsigned", &[4, 5]),
    ("reason:missing_signature", &[5]),
    ("status:>=400", &[4, 7]),
    ("method:PUT", &[6]),
    ("type:orders*", &[2]),
    ("origin:imported", &[8]),
    ("event:evt_same", &[8, 9]),
    ("duration:>1s", &[7]),
    ("size:>10kb", &[7, 10]),
    ("header.x-github-event:push", &[3]),
    ("header.X-SIG:abcdef", &[3]),
    ("body.data.object.amount:>100", &[1]),
    ("body.data.object.amount:>1000", &[]),
    ("body.data.items[1].sku:B-2", &[2]),
    ("alpha", &[1, 5]),
    ("ALPHA beta", &[1]),
    ("\"alpha beta\"", &[1]),
    ("\"beta alpha\"", &[]),
    ("zürich", &[1]),
    ("ZÜRICH", &[]),
    ("sha256=abc", &[3]),
    ("orders-path", &[6]),
    ("needle-at-the-end", &[10]),
    ("-alpha inbox:shop status:200", &[2, 6, 8, 9, 10]),
    ("alpha OR inbox:git", &[1, 3, 5]),
    ("al", &[1, 5]),
    ("binary", &[5]),
    ("tail", &[5]),
    ("%", &[]),
    ("'; DROP TABLE deliveries; --", &[]),
    ("xxxxxxxxxx", &[7]),
];

#[tokio::test]
async fn queries_find_what_they_say_with_and_without_an_index() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    for one in varied() {
        append(&store, one).await;
    }
    for (text, expected) in QUERIES {
        assert_eq!(ids(&store, text).await, *expected, "read: {text}");
    }
    let same = store.events_of("evt_same".to_owned(), "shop".parse().unwrap()).await.unwrap();
    assert_eq!(same.iter().map(|row| row.id.0).collect::<Vec<_>>(), [8, 9]);
    assert!(store.events_of("evt_same".to_owned(), "git".parse().unwrap()).await.unwrap().is_empty());
    known(&store).await;
    store.close().await;

    let store = indexed(dir.path(), 10).await;
    for (text, expected) in QUERIES {
        assert_eq!(ids(&store, text).await, *expected, "indexed: {text}");
    }
    let again = store.events_of("evt_same".to_owned(), "shop".parse().unwrap()).await.unwrap();
    assert_eq!(again, same);
    known(&store).await;
    // What comes after is found at once, indexed or not.
    let mut late = delivery(11);
    late.body = Bytes::from_static(b"alpha again");
    append(&store, late).await;
    assert_eq!(ids(&store, "alpha").await, [1, 5, 11]);
    let mut again = delivery(12);
    again.event_id = Some("evt_same".to_owned());
    append(&store, again).await;
    assert_eq!(newest(&store, &["evt_same", "d-11"]).await, [("evt_same", 12), ("d-11", 11)].map(named));
    store.delete(vec![DeliveryId(12), DeliveryId(9)]).await.unwrap();
    assert_eq!(newest(&store, &["evt_same", "d-12", "d-9"]).await, [("evt_same", 8)].map(named));
    store.close().await;
}

/// What the ten are called.
async fn known(store: &Store) {
    let asked = ["evt_1", "d-2", "nothing", "evt_same", "evt_8", ""];
    let expected = [("evt_1", 1), ("d-2", 2), ("evt_same", 9)].map(named);
    assert_eq!(newest(store, &asked).await, expected);
}

async fn newest(store: &Store, names: &[&str]) -> Vec<(String, DeliveryId)> {
    store.known_ids(names.iter().map(ToString::to_string).collect(), None).await.unwrap()
}

fn named((name, id): (&str, i64)) -> (String, DeliveryId) {
    (name.to_owned(), DeliveryId(id))
}

/// Opens with an index and waits until it covers `newest`.
async fn indexed(dir: &Path, newest: i64) -> Store {
    let mut with_index = options();
    with_index.index = true;
    let store = Store::open(dir, with_index).unwrap().store;
    eventually("the index", async || store.indexed().await.unwrap() >= Some(DeliveryId(newest))).await;
    store
}

#[tokio::test]
async fn an_index_that_is_lost_or_damaged_is_built_again() {
    let dir = tempfile::tempdir().unwrap();
    let store = indexed(dir.path(), 0).await;
    for one in varied() {
        append(&store, one).await;
    }
    store.close().await;
    let path = dir.path().join("search.db");
    let damages: &[(&str, fn(&Path))] = &[
        ("untouched", |_| {}),
        ("removed", |path| std::fs::remove_file(path).unwrap()),
        ("emptied", |path| std::fs::write(path, b"").unwrap()),
        ("text", |path| std::fs::write(path, "no database ".repeat(1000)).unwrap()),
        ("another layout", |path| {
            rusqlite::Connection::open(path).unwrap().execute_batch("UPDATE meta SET layout = 77").unwrap();
        }),
        ("another store's", |path| {
            rusqlite::Connection::open(path).unwrap().execute_batch("UPDATE meta SET made = 'x'").unwrap();
        }),
        ("ahead of the store", |path| {
            rusqlite::Connection::open(path).unwrap().execute_batch("UPDATE meta SET mark = 11").unwrap();
        }),
        ("left open by a machine that was started anew", |path| {
            // Emptied, so that only building it again can find anything.
            let connection = rusqlite::Connection::open(path).unwrap();
            connection
                .execute_batch(
                    "UPDATE meta SET open_since_boot = 'before'; DROP TABLE grams;
                    CREATE VIRTUAL TABLE grams USING fts5 (text, content = '', columnsize = 0, detail = none,
                    tokenize = 'trigram case_sensitive 1')",
                )
                .unwrap();
        }),
    ];
    for (what, damage) in damages {
        damage(&path);
        let store = indexed(dir.path(), 10).await;
        for (text, expected) in QUERIES {
            assert_eq!(ids(&store, text).await, *expected, "{what}: {text}");
        }
        store.close().await;
    }
    // Damage that only a query meets: answered by reading, and the index is built anew behind it.
    let length = std::fs::metadata(&path).unwrap().len();
    let store = indexed(dir.path(), 10).await;
    {
        use std::io::{Seek, SeekFrom, Write};
        let mut file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
        for page in 1..length / 4096 {
            file.seek(SeekFrom::Start(page * 4096)).unwrap();
            file.write_all(&[0xa5; 4096]).unwrap();
        }
    }
    for (text, expected) in QUERIES {
        assert_eq!(ids(&store, text).await, *expected, "damaged while open: {text}");
    }
    assert!(!dir.path().join("waybill.db.suspect").exists(), "the store itself is not suspected");
    eventually("the new index", async || store.indexed().await.unwrap() >= Some(DeliveryId(10))).await;
    store.close().await;
}

#[tokio::test]
async fn the_index_is_what_is_asked() {
    let dir = tempfile::tempdir().unwrap();
    let store = indexed(dir.path(), 0).await;
    for one in varied() {
        append(&store, one).await;
    }
    eventually("the index", async || store.indexed().await.unwrap() >= Some(DeliveryId(10))).await;
    store.close().await;
    // An index that lies is believed up to its mark: so it is asked, and not everything read.
    rusqlite::Connection::open(dir.path().join("search.db"))
        .unwrap()
        .execute_batch("INSERT INTO grams (grams) VALUES ('delete-all')")
        .unwrap();
    let store = indexed(dir.path(), 10).await;
    append(&store, varied().swap_remove(0)).await;
    eventually("the index", async || store.indexed().await.unwrap() >= Some(DeliveryId(11))).await;
    assert_eq!(ids(&store, "alpha").await, [11]);
    assert_eq!(ids(&store, "al").await, [1, 5, 11], "too short for the index");
    assert_eq!(ids(&store, "needle-at-the-end").await, [10], "too large for the index");
    store.close().await;
}

#[tokio::test]
async fn the_second_process_uses_the_index_of_the_first() {
    let dir = tempfile::tempdir().unwrap();
    let one = indexed(dir.path(), 0).await;
    let two = indexed(dir.path(), 0).await;
    for delivery in varied() {
        append(&two, delivery).await;
    }
    for store in [&one, &two] {
        eventually("the index", async || store.indexed().await.unwrap() >= Some(DeliveryId(10))).await;
        for (text, expected) in QUERIES {
            assert_eq!(ids(store, text).await, *expected, "{text}");
        }
    }
    one.close().await;
    two.close().await;
}

#[tokio::test]
async fn bounds_order_limit_and_cancelling() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    for number in 0..20 {
        append(&store, delivery(number)).await;
    }
    let id = |number| Some(DeliveryId(number));
    let rows: &[(Option<DeliveryId>, Option<DeliveryId>, Option<usize>, bool, &[i64])] = &[
        (id(15), None, None, false, &[16, 17, 18, 19, 20]),
        (id(15), None, Some(2), false, &[16, 17]),
        (id(15), None, Some(2), true, &[20, 19]),
        (None, id(4), None, true, &[3, 2, 1]),
        (id(4), id(7), None, true, &[6, 5]),
        (id(4), id(5), None, true, &[]),
        (id(20), None, None, false, &[]),
        (id(i64::MAX), None, None, false, &[]),
        (None, id(i64::MIN), None, false, &[]),
        (None, None, Some(0), false, &[]),
        (None, None, Some(1), true, &[20]),
    ];
    for text in ["", "invoice", "inbox:shop"] {
        for (after, before, limit, newest_first, expected) in rows {
            let wanted = QueryRef {
                after: *after,
                before: *before,
                limit: *limit,
                newest_first: *newest_first,
                ..asked(text)
            };
            let found: Vec<i64> =
                store.ids(wanted.clone()).await.unwrap().into_iter().map(|id| id.0).collect();
            assert_eq!(found, *expected, "{text} {wanted:?}");
        }
    }
    let cancel = Arc::new(AtomicBool::new(true));
    let cancelled = QueryRef { cancel: Some(Arc::clone(&cancel)), ..asked("invoice") };
    assert_eq!(store.ids(cancelled.clone()).await.unwrap_err().code, ErrorCode::Cancelled);
    cancel.store(false, Ordering::Relaxed);
    assert_eq!(store.ids(cancelled).await.unwrap().len(), 20);
    cancel.store(true, Ordering::Relaxed);
    assert_eq!(ids(&store, "invoice").await.len(), 20, "another query is not cancelled by it");
}

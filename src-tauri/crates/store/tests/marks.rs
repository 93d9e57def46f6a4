//! Stars, notes, verdicts, and deletion with its ten seconds.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]

mod support;

use std::sync::Arc;
use support::{Held, NOW, append, delivery, eventually, open};
use waybill_model::{DeliveryId, ErrorCode, Reason, Verdict};
use waybill_query::Query;
use waybill_store::{AttemptFilter, QueryRef, Store, StoreOptions, Totals};

async fn all(store: &Store) -> Vec<i64> {
    let wanted = QueryRef {
        query: Query::everything(),
        after: None,
        before: None,
        limit: None,
        newest_first: false,
        cancel: None,
    };
    let found = store.ids(wanted.clone()).await.unwrap();
    let bounded = store.ids(QueryRef { after: Some(DeliveryId(0)), ..wanted }).await.unwrap();
    assert_eq!(found, bounded, "both ways of listing agree");
    found.into_iter().map(|id| id.0).collect()
}

#[tokio::test]
async fn stars_notes_and_verdicts() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let id = append(&store, delivery(1)).await;
    let other = append(&store, delivery(2)).await;
    let gone = DeliveryId(99);
    for (starred, count) in [(true, 1), (true, 1), (false, 0), (false, 0), (true, 1)] {
        assert!(store.set_starred(id, starred).await.unwrap());
        assert_eq!(store.totals().await.unwrap().starred, count);
        assert_eq!(store.rows(vec![id]).await.unwrap()[0].starred, starred);
    }
    assert!(!store.set_starred(gone, true).await.unwrap());
    assert!(store.set_note(id, "look here".to_owned()).await.unwrap());
    assert!(!store.set_note(gone, String::new()).await.unwrap());
    let mismatch = (Verdict::Invalid, Reason::SignatureMismatch);
    store
        .set_verdicts(vec![
            (id, mismatch.0, mismatch.1, Some("github".to_owned()), None),
            (gone, mismatch.0, mismatch.1, None, None),
        ])
        .await
        .unwrap();
    let whole = store.delivery(id).await.unwrap().unwrap();
    assert_eq!(whole.note, "look here");
    assert_eq!((whole.verdict, whole.reason), mismatch);
    assert_eq!((whole.scheme.as_deref(), whole.secret), (Some("github"), None));
    assert_eq!(store.totals().await.unwrap().failed, 1);
    store
        .set_verdicts(vec![
            (id, Verdict::Valid, Reason::Ok, None, Some("new".to_owned())),
            (other, Verdict::Unsigned, Reason::MissingSignature, None, None),
        ])
        .await
        .unwrap();
    assert_eq!(store.totals().await.unwrap().failed, 1);
}

#[tokio::test]
async fn a_deletion_can_be_taken_back_for_ten_seconds_and_then_takes_the_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let clock = Held::at(NOW);
    let mut options = StoreOptions::new(Arc::clone(&clock) as Arc<dyn waybill_model::Clock>, "test");
    options.index = false;
    let store = Store::open(dir.path(), options).unwrap().store;
    let mut ids = Vec::new();
    for number in 0..6 {
        let mut new = delivery(number);
        if number == 0 {
            new.body = b"a secret that must go".to_vec().into();
            new.status = 500;
        }
        ids.push(append(&store, new).await);
    }
    store.set_starred(ids[1], true).await.unwrap();
    let before = store.totals().await.unwrap();
    assert_eq!((before.deliveries, before.errors, before.starred), (6, 1, 1));

    let (deleted, undo) = store.delete(vec![ids[0], ids[1], ids[1], DeliveryId(99)]).await.unwrap();
    assert_eq!(deleted, 2);
    let without = store.totals().await.unwrap();
    assert_eq!((without.deliveries, without.errors, without.starred), (4, 0, 0));
    assert_eq!(all(&store).await, [3, 4, 5, 6]);
    assert_eq!(store.delivery(ids[0]).await.unwrap(), None);
    assert_eq!(store.body(ids[0], 0, 9).await.unwrap(), None);
    assert_eq!(store.head(ids[0]).await.unwrap(), None);
    assert!(store.rows(ids[..2].to_vec()).await.unwrap().is_empty());
    assert!(!store.set_starred(ids[0], true).await.unwrap());
    assert_eq!(store.received_since(waybill_model::Timestamp(0)).await.unwrap(), 4);
    assert_eq!(store.inbox("shop".parse().unwrap()).await.unwrap(), None);

    clock.forward(9);
    assert_eq!(store.undelete(undo.clone()).await.unwrap(), 2);
    assert_eq!(store.undelete(undo).await.unwrap(), 0);
    assert_eq!(store.totals().await.unwrap(), before);
    assert_eq!(all(&store).await, [1, 2, 3, 4, 5, 6]);
    assert_eq!(store.undelete("nonsense".to_owned()).await.unwrap_err().code, ErrorCode::InvalidInput);

    let (_, undo) = store.delete(vec![ids[0], ids[5]]).await.unwrap();
    clock.forward(11);
    assert_eq!(store.undelete(undo).await.unwrap(), 0);
    let path = dir.path().join("waybill.db");
    eventually("the removal", async || {
        let connection = rusqlite::Connection::open(&path).unwrap();
        let rows: i64 = connection.query_row("SELECT count(*) FROM contents", [], |row| row.get(0)).unwrap();
        rows == 4
    })
    .await;
    assert_eq!(store.attempts(AttemptFilter { limit: 9, ..AttemptFilter::default() }).await.unwrap().0, 0);
    // Its id is not given again, though it was the last.
    assert_eq!(append(&store, delivery(9)).await.0, 7);
    store.close().await;
    let bytes = std::fs::read(&path).unwrap();
    let secret = b"a secret that must go";
    assert!(!bytes.windows(secret.len()).any(|window| window == secret), "its bytes are written over");
}

#[tokio::test]
async fn large_sets_are_deleted_in_pieces() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let pending: Vec<_> = (0..4500).map(|number| store.try_append(delivery(number)).unwrap()).collect();
    let mut ids = Vec::new();
    for one in pending {
        ids.push(one.await.unwrap());
    }
    let (deleted, undo) = store.delete(ids.clone()).await.unwrap();
    assert_eq!(deleted, 4500);
    assert_eq!(store.totals().await.unwrap(), Totals::default());
    assert_eq!(all(&store).await, [] as [i64; 0]);
    assert_eq!(store.newest().await.unwrap(), None);
    assert_eq!(store.undelete(undo).await.unwrap(), 4500);
    assert_eq!(all(&store).await.len(), 4500);
}

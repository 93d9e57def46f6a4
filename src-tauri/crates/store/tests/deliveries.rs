//! What was appended is read back as it came.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]

mod support;

use support::{Blocked, NOW, append, delivery, open};
use waybill_model::{DeliveryId, ErrorCode, Reason, Timestamp, Verdict};
use waybill_store::{Store, Totals, ValueField};

#[tokio::test]
async fn a_delivery_comes_back_byte_for_byte() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let id = append(&store, delivery(1)).await;
    let new = delivery(1);
    let whole = store.delivery(id).await.unwrap().unwrap();
    assert_eq!(whole.id, id);
    assert_eq!(whole.inbox, new.inbox);
    assert_eq!(whole.received_at, new.received_at);
    assert_eq!((whole.method, whole.path, whole.query), (new.method, new.path, new.query));
    let headers: Vec<(&str, &str)> = whole.headers.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    assert_eq!(
        headers,
        [("Host", "localhost:4400"), ("Stripe-Signature", "t=1,v1=00"), ("X-A", "1"), ("X-a", "2")]
    );
    assert_eq!(whole.body_size, new.body.len() as u64);
    assert_eq!(whole.body_sha256, "07".repeat(32));
    assert_eq!((whole.verdict, whole.reason), (Verdict::Valid, Reason::Ok));
    assert_eq!((whole.scheme, whole.secret), (new.scheme, new.secret));
    assert_eq!(
        (whole.event_type, whole.event_id, whole.delivery_id),
        (new.event_type, new.event_id, new.delivery_id)
    );
    assert_eq!((whole.status, whole.duration_us, whole.origin), (200, 1234, new.origin));
    assert_eq!((whole.peer, whole.starred, whole.note), (new.peer, false, String::new()));
    assert_eq!((whole.truncated, whole.refused, whole.attempts), (false, None, 0));
    assert_eq!(store.head(id).await.unwrap().unwrap(), new.head);
    assert_eq!(store.newest().await.unwrap(), Some(id));

    let length = new.body.len() as u64;
    for (offset, limit) in
        [(0, u64::MAX), (0, 3), (3, 4), (length - 1, 10), (length, 10), (u64::MAX, 1), (0, 0)]
    {
        let from = usize::try_from(offset.min(length)).unwrap();
        let to = usize::try_from(offset.saturating_add(limit).min(length)).unwrap();
        let found = store.body(id, offset, limit).await.unwrap().unwrap();
        assert_eq!(found, new.body.slice(from..to.max(from)), "{offset} {limit}");
    }
    let missing = DeliveryId(id.0 + 1);
    assert_eq!(store.delivery(missing).await.unwrap(), None);
    assert_eq!(store.head(missing).await.unwrap(), None);
    assert_eq!(store.body(missing, 0, 1).await.unwrap(), None);
    store.close().await;
    assert_eq!(store.try_append(delivery(2)).unwrap_err().code, ErrorCode::Cancelled);
    assert_eq!(store.totals().await.unwrap_err().code, ErrorCode::Cancelled);
    store.close().await;

    let again = open(dir.path());
    assert_eq!(again.head(id).await.unwrap().unwrap(), new.head);
    assert_eq!(append(&again, delivery(2)).await.0, id.0 + 1);
}

#[tokio::test]
async fn bytes_of_every_kind_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let bodies: Vec<Vec<u8>> = vec![
        vec![],
        vec![0],
        (0..=255).collect(),
        vec![0xff; 70_000],
        b"\r\n\r\n".to_vec(),
        vec![7; 5_000_000],
    ];
    for body in bodies {
        let mut new = delivery(1);
        new.body = body.clone().into();
        new.head = body.iter().copied().take(1000).collect();
        new.event_id = None;
        new.peer = None;
        let id = append(&store, new.clone()).await;
        assert_eq!(store.body(id, 0, u64::MAX).await.unwrap().unwrap(), body);
        assert_eq!(store.head(id).await.unwrap().unwrap(), new.head);
        let whole = store.delivery(id).await.unwrap().unwrap();
        assert_eq!((whole.event_id, whole.peer), (None, None));
    }
}

#[tokio::test]
async fn counters_and_sums_follow_what_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let mut bytes = 0;
    let mut pending = Vec::new();
    for number in 0..20 {
        let mut new = delivery(number);
        if number % 4 == 0 {
            (new.verdict, new.reason) = (Verdict::Invalid, Reason::SignatureMismatch);
            new.status = 401;
        }
        if number % 2 == 0 {
            new.inbox = "other".parse().unwrap();
            new.method = "PUT".to_owned();
        }
        bytes += new.body.len() as u64;
        pending.push(store.try_append(new).unwrap());
    }
    let mut ids = Vec::new();
    for one in pending {
        ids.push(one.await.unwrap());
    }
    assert!(ids.is_sorted());
    let totals = store.totals().await.unwrap();
    assert_eq!(totals, Totals { deliveries: 20, failed: 5, errors: 5, starred: 0, bytes });
    assert_eq!(store.received_since(Timestamp::from_unix(NOW + 15)).await.unwrap(), 5);
    for (field, prefix, expected) in [
        (ValueField::Inbox, "", vec![("other", 10), ("shop", 10)]),
        (ValueField::Inbox, "S", vec![("shop", 10)]),
        (ValueField::Method, "p", vec![("POST", 10), ("PUT", 10)]),
        (ValueField::Status, "", vec![("200", 15), ("401", 5)]),
        (ValueField::Status, "4", vec![("401", 5)]),
        (ValueField::EventType, "invoice", vec![("invoice.paid", 20)]),
        (ValueField::Scheme, "x", vec![]),
    ] {
        let found = store.values(field, prefix.to_owned(), 10).await.unwrap();
        let found: Vec<(&str, u64)> = found.iter().map(|(value, n)| (value.as_str(), *n)).collect();
        assert_eq!(found, expected, "{field:?} {prefix}");
    }
    let (from, to, buckets) = store.histogram(ids.clone().into(), 4).await.unwrap().unwrap();
    assert_eq!((from, to), (Timestamp::from_unix(NOW), Timestamp::from_unix(NOW + 19)));
    assert_eq!(buckets.iter().map(|(all, _)| all).sum::<u64>(), 20);
    assert_eq!(buckets.iter().map(|(_, failed)| failed).sum::<u64>(), 5);
    // Far apart, each is read by its key: the same sums.
    let ends = store.histogram(vec![ids[0], ids[19]].into(), 2).await.unwrap().unwrap();
    assert_eq!(ends.2, [(1, 1), (1, 0)]);
    assert_eq!(store.histogram(Vec::new().into(), 4).await.unwrap(), None);
    assert_eq!(store.histogram(vec![DeliveryId(99)].into(), 4).await.unwrap(), None);
    rows_keep_the_order(&store, &ids).await;
}

async fn rows_keep_the_order(store: &Store, ids: &[DeliveryId]) {
    let asked = vec![ids[3], DeliveryId(999), ids[1], ids[3]];
    let rows = store.rows(asked.clone()).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [ids[3], ids[1], ids[3]]);
    assert_eq!(rows[0].event_id.as_deref(), Some("evt_3"));
    let whole = store.deliveries(asked).await.unwrap();
    assert_eq!(whole.iter().map(|row| row.id).collect::<Vec<_>>(), [ids[3], ids[1], ids[3]]);
}

#[tokio::test]
async fn a_full_queue_refuses_at_once_and_recovers() {
    let dir = tempfile::tempdir().unwrap();
    let mut options = support::options();
    options.queue_rows = 4;
    let store = Store::open(dir.path(), options).unwrap().store;
    append(&store, delivery(0)).await;
    let blocked = Blocked::new(dir.path());
    let mut pending = Vec::new();
    let mut refused = 0;
    for number in 0..20 {
        match store.try_append(delivery(number)) {
            Ok(one) => pending.push(one),
            Err(failure) => {
                assert_eq!(failure.code, ErrorCode::Busy);
                refused += 1;
            }
        }
    }
    // The writer may have taken some of them before it waits; it gives their room back only when they are kept.
    assert_eq!((pending.len(), refused), (4, 16));
    drop(blocked);
    for one in pending {
        one.await.unwrap();
    }
    assert_eq!(store.totals().await.unwrap().deliveries, 5);
    append(&store, delivery(1)).await;
}

#[tokio::test]
async fn bytes_that_wait_are_bounded_but_one_always_fits() {
    let dir = tempfile::tempdir().unwrap();
    let mut options = support::options();
    options.queue_bytes = 1000;
    let store = Store::open(dir.path(), options).unwrap().store;
    let mut large = delivery(1);
    large.body = vec![1; 100_000].into();
    append(&store, delivery(0)).await;
    let blocked = Blocked::new(dir.path());
    let first = store.try_append(large.clone()).unwrap();
    assert_eq!(store.try_append(large).unwrap_err().code, ErrorCode::Busy);
    drop(blocked);
    first.await.unwrap();
}

//! What the tests of the store share: a clock that stands still, a folder, deliveries of every kind.
#![allow(dead_code, unreachable_pub)]

use bytes::Bytes;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use waybill_model::{Clock, DeliveryId, Origin, Reason, Timestamp, Verdict};
use waybill_store::{NewDelivery, Opened, Store, StoreOptions};

/// A clock that goes only when told.
#[derive(Debug)]
pub struct Held(pub AtomicI64);

impl Held {
    pub fn at(seconds: i64) -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(seconds * 1_000_000_000)))
    }

    pub fn forward(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000_000, Ordering::SeqCst);
    }
}

impl Clock for Held {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

/// 2026-06-11, some time of the day.
pub const NOW: i64 = 1_781_166_727;

pub fn options() -> StoreOptions {
    let mut options = StoreOptions::new(Held::at(NOW), "test");
    options.index = false;
    options
}

pub fn opened(dir: &Path) -> Opened {
    Store::open(dir, options()).unwrap()
}

pub fn open(dir: &Path) -> Store {
    let opened = opened(dir);
    assert_eq!(opened.notice, None);
    opened.store
}

pub fn delivery(number: i64) -> NewDelivery {
    let body = format!(r#"{{"id":"evt_{number}","type":"invoice.paid","data":{{"amount":{number}}}}}"#);
    NewDelivery {
        inbox: "shop".parse().unwrap(),
        received_at: Timestamp::from_unix(NOW + number),
        method: "POST".to_owned(),
        path: "/in/shop".to_owned(),
        query: "a=1&a=2".to_owned(),
        verdict: Verdict::Valid,
        reason: Reason::Ok,
        scheme: Some("stripe".to_owned()),
        secret: Some("live".to_owned()),
        event_type: Some("invoice.paid".to_owned()),
        event_id: Some(format!("evt_{number}")),
        delivery_id: Some(format!("d-{number}")),
        status: 200,
        duration_us: 1234,
        origin: Origin::Captured,
        peer: Some("127.0.0.1:5000".to_owned()),
        truncated: false,
        refused: None,
        handshake: None,
        head: Bytes::from_static(
            b"Host: localhost:4400\r\nStripe-Signature: t=1,v1=00\r\nX-A: 1\r\nX-a: 2\r\n\r\n",
        ),
        body: Bytes::from(body),
        body_sha256: [7; 32],
    }
}

pub async fn append(store: &Store, delivery: NewDelivery) -> DeliveryId {
    store.try_append(delivery).unwrap().await.unwrap()
}

/// Waits for something that another thread does; fails when it takes implausibly long.
pub async fn eventually<F: AsyncFnMut() -> bool>(what: &str, mut check: F) {
    for _ in 0..1000 {
        if check().await {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("{what} did not happen");
}

/// Holds the database's write lock, so that the store's writer waits, until dropped.
pub struct Blocked(rusqlite::Connection);

impl Blocked {
    pub fn new(dir: &Path) -> Self {
        let connection = rusqlite::Connection::open(dir.join("waybill.db")).unwrap();
        connection.busy_timeout(std::time::Duration::from_secs(5)).unwrap();
        connection.execute_batch("BEGIN IMMEDIATE").unwrap();
        Self(connection)
    }
}

impl Drop for Blocked {
    fn drop(&mut self) {
        self.0.execute_batch("ROLLBACK").unwrap();
    }
}

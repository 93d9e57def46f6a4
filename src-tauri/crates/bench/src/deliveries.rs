//! What is sent: signed requests of about 1.5 KiB of JSON, in the manner of a payment, a push and an order.
//!
//! Made beforehand from a fixed seed, so that each run sends the same bytes and the sender only writes them out.

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

/// What the inbox of the measurement is given. Guards nothing.
pub(crate) const SECRET: &str = "a secret that only this measurement uses";

/// How many different requests there are.
const DIFFERENT: u64 = 512;

/// Requests to `path`, ready to be written to a socket.
pub(crate) fn requests(path: &str, host: &str) -> Vec<Vec<u8>> {
    (0..DIFFERENT).map(|number| request(path, host, number)).collect()
}

fn request(path: &str, host: &str, number: u64) -> Vec<u8> {
    let mut chance = Chance::new(number);
    let (event, body) = match number % 3 {
        0 => ("payment.succeeded", payment(&mut chance)),
        1 => ("push", push(&mut chance)),
        _ => ("order.created", order(&mut chance)),
    };
    let body = body.to_string();
    let signature = sign(body.as_bytes());
    let delivery = chance.hex(32);
    let length = body.len();
    let trace = chance.hex(32);
    format!(
        "POST {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: GitHub-Hookshot/{}\r\nAccept: */*\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\nX-GitHub-Event: {event}\r\n\
         X-GitHub-Delivery: {delivery}\r\nX-Hub-Signature-256: sha256={signature}\r\n\
         X-Request-Id: {trace}\r\n\r\n{body}",
        chance.hex(7)
    )
    .into_bytes()
}

fn sign(body: &[u8]) -> String {
    // A key of any length fits.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()) else { return String::new() };
    mac.update(body);
    hex::encode(mac.finalize().into_bytes())
}

fn payment(chance: &mut Chance) -> Value {
    let amount = chance.below(900_000) + 100;
    json!({
        "id": format!("evt_{}", chance.hex(24)),
        "type": "payment.succeeded",
        "created": 1_790_000_000 + chance.below(9_000_000),
        "live": false,
        "request": { "id": format!("req_{}", chance.hex(14)), "idempotency_key": chance.hex(32) },
        "data": { "payment": {
            "id": format!("pay_{}", chance.hex(24)),
            "amount": amount, "amount_received": amount, "amount_refunded": 0,
            "currency": "eur", "customer": format!("cus_{}", chance.hex(14)),
            "client_token": format!("pay_{}_{}", chance.hex(24), chance.hex(25)),
            "description": chance.words(9), "latest_charge": format!("ch_{}", chance.hex(24)),
            "failure": null, "method": format!("pm_{}", chance.hex(24)), "method_kinds": ["card", "transfer"],
            "method_options": { "card": { "installments": null, "network": null, "challenge": "automatic" } },
            "metadata": { "order": chance.below(1_000_000), "cart": chance.hex(32), "note": chance.words(24) },
            "receipt_to": format!("{}.{}@example.com", chance.word(), chance.word()),
            "shipping": {
                "name": chance.words(2), "phone": format!("+49 30 {:08}", chance.below(99_999_999)),
                "address": { "line": format!("{} Street {}", chance.word(), chance.below(200)),
                    "city": chance.word(), "postal_code": format!("{:05}", chance.below(99_999)) },
            },
            "balance_transaction": format!("txn_{}", chance.hex(24)),
            "risk": { "score": chance.below(100), "rule": chance.words(6), "reviewed_by": null },
            "statement": chance.words(5), "transfer_group": format!("group_{}", chance.hex(40)),
        } },
    })
}

fn push(chance: &mut Chance) -> Value {
    let (before, after) = (chance.hex(40), chance.hex(40));
    let name = format!("{}-{}", chance.word(), chance.word());
    let home = format!("https://git.example.com/{}/{name}", chance.word());
    let files = |chance: &mut Chance| {
        (0..3)
            .map(|_| format!("src/{}/{}_{}.rs", chance.word(), chance.word(), chance.word()))
            .collect::<Vec<_>>()
    };
    json!({
        "ref": format!("refs/heads/{}", chance.word()),
        "before": before, "after": after, "created": false, "deleted": false, "forced": false,
        "compare": format!("{home}/compare/{before}...{after}"),
        "commits": [{
            "id": after, "tree": chance.hex(40), "distinct": true, "message": chance.words(30),
            "timestamp": format!("2026-11-21T08:{:02}:{:02}Z", chance.below(60), chance.below(60)),
            "url": format!("{home}/commit/{after}"),
            "author": { "name": chance.words(2), "email": format!("{}@example.com", chance.word()) },
            "added": files(chance), "removed": [], "modified": files(chance),
        }],
        "repository": {
            "id": chance.below(900_000_000), "node": chance.hex(20), "name": name, "private": false,
            "html_url": home, "description": chance.words(14), "fork": false, "default_branch": "main",
            "watchers": chance.below(90_000), "open_issues": chance.below(900),
        },
        "pusher": { "name": chance.word(), "email": format!("{}@example.com", chance.word()) },
        "sender": { "login": chance.word(), "id": chance.below(90_000_000), "type": "User",
            "avatar_url": format!("https://git.example.com/avatars/{}?v=4", chance.below(90_000_000)) },
        "installation": { "id": chance.below(90_000_000), "node": chance.hex(32) },
    })
}

fn order(chance: &mut Chance) -> Value {
    let items: Vec<Value> = (0..3)
        .map(|_| {
            json!({
                "id": chance.below(1 << 44), "sku": format!("{}-{}", chance.hex(4), chance.below(9_999)),
                "title": chance.words(4), "quantity": chance.below(9) + 1,
                "price": format!("{}.{:02}", chance.below(400), chance.below(100)),
                "grams": chance.below(5_000), "taxable": true, "requires_shipping": true, "fulfilment": null,
            })
        })
        .collect();
    json!({
        "id": chance.below(1 << 44), "cart_token": chance.hex(32), "checkout_token": chance.hex(32),
        "confirmation": chance.hex(9), "contact": format!("{}@example.com", chance.word()),
        "created_at": "2026-11-21T08:00:00+01:00", "currency": "EUR",
        "total": format!("{}.{:02}", chance.below(900), chance.below(100)), "financial_status": "paid",
        "name": format!("#{}", chance.below(100_000)), "note": chance.words(10), "test": false,
        "tags": [chance.word(), chance.word()], "token": chance.hex(32),
        "customer": { "id": chance.below(1 << 40), "first_name": chance.word(), "last_name": chance.word(),
            "state": "enabled", "verified": true },
        "billing_address": { "line": format!("{} {} Road", chance.below(900), chance.word()),
            "city": chance.word(), "zip": format!("{:05}", chance.below(99_999)), "country": "CA" },
        "shipping_address": { "line": format!("{} {} Street", chance.below(900), chance.word()),
            "city": chance.word(), "zip": format!("{:05}", chance.below(99_999)), "country": "CA",
            "instructions": chance.words(16) },
        "line_items": items,
    })
}

/// splitmix64: the same numbers in each run.
struct Chance(u64);

impl Chance {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn hex(&mut self, length: usize) -> String {
        let mut text = String::with_capacity(length + 16);
        while text.len() < length {
            text.push_str(&format!("{:016x}", self.next()));
        }
        text.truncate(length);
        text
    }

    fn word(&mut self) -> &'static str {
        const WORDS: &[&str] = &[
            "amber", "anchor", "basin", "bridge", "candle", "carrier", "cedar", "chalk", "copper", "courier",
            "delta", "dock", "ember", "fathom", "ferry", "freight", "garnet", "gravel", "harbour", "hazel",
            "invoice", "island", "jetty", "kernel", "ladder", "lantern", "ledger", "linen", "manifest",
            "marble", "meadow", "narrow", "nickel", "orchard", "parcel", "pebble", "pier", "quarry",
            "ribbon", "river", "saddle", "signal", "silver", "spindle", "stamp", "summit", "thistle", "tide",
            "timber", "valley", "velvet", "waggon", "walnut", "willow", "winter", "yarrow",
        ];
        WORDS[usize::try_from(self.below(WORDS.len() as u64)).unwrap_or(0)]
    }

    fn words(&mut self, count: usize) -> String {
        (0..count).map(|_| self.word()).collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_of_a_delivery_s_size_and_their_length_is_told() {
        let all = requests("/in/bench", "127.0.0.1");
        let mut whole = 0;
        for request in &all {
            let text = std::str::from_utf8(request).unwrap();
            let (head, body) = text.split_once("\r\n\r\n").unwrap();
            assert!(head.contains(&format!("Content-Length: {}\r\n", body.len())));
            assert!((1_100..2_000).contains(&body.len()), "{} bytes", body.len());
            assert!(serde_json::from_str::<Value>(body).is_ok());
            whole += body.len();
        }
        let mean = whole / all.len();
        assert!((1_450..1_650).contains(&mean), "{mean} bytes on average");
        assert_eq!(all, requests("/in/bench", "127.0.0.1"), "the same in each run");
    }

    #[test]
    fn the_signature_is_that_of_rfc_2104() {
        // Computed with another program: printf '{}' | openssl dgst -sha256 -hmac "$SECRET".
        assert_eq!(sign(b"{}"), "fca41cf630d5d6fc7e01d7255cb92390b6e9ca960d2b6ac685f1ca6821ae3511");
    }
}

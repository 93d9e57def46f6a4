//! A thousand endpoints and ten thousand log rows, read page by page to the end.

use super::client::{Answered, ask, collection, start};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use waybill_testkit::SimulatorKind::{GitHub, GitLab, MindBridge, Mnemom, Stripe, Svix};
use waybill_testkit::{Seeding, Simulator, SimulatorKind};

/// The address in a `Link` header that leads to the next page.
fn next_link(answer: &Answered) -> Option<String> {
    let part = answer.header("link").split(", ").find(|part| part.ends_with("rel=\"next\""))?;
    Some(part.strip_prefix('<')?.split('>').next()?.to_owned())
}

/// How the next page is asked for.
fn next(kind: SimulatorKind, path: &str, at: usize, answer: &Answered, shown: &Value) -> Option<String> {
    match kind {
        GitHub | GitLab => next_link(answer),
        Stripe => {
            let last = shown["data"].as_array()?.last()?["id"].as_str()?;
            shown["has_more"].as_bool()?.then(|| format!("{path}&starting_after={last}"))
        }
        Svix => {
            let more = !shown["done"].as_bool()?;
            more.then(|| format!("{path}&iterator={}", shown["iterator"].as_str().unwrap()))
        }
        MindBridge => (!shown["last"].as_bool()?).then(|| format!("{path}&page={at}")),
        _ => (shown.as_array()?.len() == 100).then(|| format!("{path}&offset={}", at * 100)),
    }
}

/// Reads a list to its end: how many items, how many different ids, how many calls.
async fn read(simulator: &Simulator, path: &str) -> (usize, usize, usize) {
    let kind = simulator.kind;
    let (mut items, mut ids, mut calls) = (0, BTreeSet::new(), 0);
    let mut url = Some(path.to_owned());
    while let Some(asked) = url {
        let (method, body) = if kind == MindBridge { ("POST", "{}") } else { ("GET", "") };
        let answer = ask(simulator, method, &asked, body).await;
        assert_eq!(answer.status, 200, "{kind} {asked}: {}", answer.json());
        let shown = answer.json();
        let list = shown.as_array().or(shown["data"].as_array()).or(shown["content"].as_array());
        let list = list.unwrap();
        items += list.len();
        let id = |item: &Value| {
            ["delivery_id", "endpoint_id", "id"].iter().find_map(|name| item.get(*name)).unwrap().to_string()
        };
        ids.extend(list.iter().map(id));
        calls += 1;
        url = next(kind, path, calls, &answer, &shown);
        assert!(calls <= 200, "{kind} {path} has no end");
    }
    (items, ids.len(), calls)
}

#[tokio::test]
async fn long_lists_are_read_to_their_end() {
    for kind in [GitHub, GitLab, Stripe, Svix, Mnemom, MindBridge] {
        let simulator = start(kind).await;
        let ids =
            simulator.handle.seed(&Seeding { endpoints: 1_000, deliveries: 10_000, ..Seeding::default() });
        assert_eq!(ids.len(), 1_000);
        let (base, id) = (collection(&simulator, kind), &ids[0]);
        let (endpoints, log, size, log_size) = match kind {
            GitHub => {
                (format!("{base}?per_page=100"), format!("{base}/{id}/deliveries?per_page=100"), 100, 100)
            }
            GitLab => (format!("{base}?per_page=100"), format!("{base}/{id}/events?per_page=100"), 100, 100),
            Stripe => (format!("{base}?limit=100"), "/v1/events?limit=100".to_owned(), 100, 100),
            Svix => {
                let log = base.replace("/endpoint", &format!("/attempt/endpoint/{id}"));
                (format!("{base}?limit=250"), format!("{log}?limit=250"), 250, 250)
            }
            MindBridge => {
                let log = "/v1/webhook-event-logs/query?size=100".to_owned();
                (format!("{base}/query?size=100"), log, 100, 100)
            }
            // All endpoints at once.
            _ => (base.clone(), format!("{base}/deliveries?limit=100"), 1_000, 100),
        };
        assert_eq!(read(&simulator, &endpoints).await, (1_000, 1_000, 1_000 / size), "{kind}");
        // Mnemom tells the end by a short page: one call more.
        let calls = 10_000 / log_size + usize::from(kind == Mnemom);
        assert_eq!(read(&simulator, &log).await, (10_000, 10_000, calls), "{kind}");
    }
}

#[tokio::test]
async fn seeding_is_an_order_over_http_too() {
    for kind in SimulatorKind::ALL {
        let simulator = start(kind).await;
        let url = format!("http://{}/_sim/seed", simulator.address);
        let order = json!({"endpoints": 3, "deliveries": 5, "url": "https://example.com/in"}).to_string();
        let headers = [("content-type", "application/json")];
        let made = super::client::call("POST", &url, &headers, &order).await.unwrap();
        assert_eq!(made.json()["endpoints"].as_array().unwrap().len(), 3, "{kind}");
        assert_eq!(simulator.handle.endpoints()[2].url, "https://example.com/in/2");
        assert_eq!((simulator.handle.deliveries().len(), simulator.handle.pending()), (5, 0), "{kind}");
    }
}

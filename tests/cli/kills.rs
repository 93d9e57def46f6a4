//! Fifty ends without warning under load: whatever a sender was answered for is there, whole.

use crate::process::Data;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

const ROUNDS: u64 = 50;
const SENDERS: u64 = 4;
/// Of each sender in a round; more are cut off by the kill.
const MOST: u64 = 40;

/// Sends until the server is gone, and tells the bodies that were answered.
fn send(address: &str, round: u64, sender: u64) -> Vec<String> {
    let mut answered = Vec::new();
    for number in 0..MOST {
        let body = json!({ "id": format!("evt_{round}_{sender}_{number}") }).to_string();
        if post(address, &body).is_none() {
            break;
        }
        answered.push(body);
    }
    answered
}

fn post(address: &str, body: &str) -> Option<()> {
    let mut stream = TcpStream::connect(address.trim_start_matches("http://")).ok()?;
    let head = format!(
        "POST /in/load HTTP/1.1\r\nHost: t\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).ok()?;
    let mut answer = String::new();
    // What came before a reset was said all the same.
    let _ = stream.read_to_string(&mut answer);
    answer.starts_with("HTTP/1.1 200 ").then_some(())
}

#[test]
fn fifty_kills_under_load_lose_nothing_that_was_acknowledged() {
    let data = Data::new();
    data.run(&["inbox", "add", "load", "--json"]).ended(0);
    let mut answered: Vec<String> = Vec::new();
    for round in 0..ROUNDS {
        let listening = data.listen(&["--quiet"]);
        let address = listening.address.clone();
        let senders: Vec<_> = (0..SENDERS)
            .map(|sender| {
                let address = address.clone();
                std::thread::spawn(move || send(&address, round, sender))
            })
            .collect();
        // At another place each time: before the first answer, and in the midst of many.
        std::thread::sleep(Duration::from_millis(round * 37 % 110));
        drop(listening); // a kill, not an interrupt
        for sender in senders {
            answered.extend(sender.join().unwrap());
        }
    }
    assert!(answered.len() > 200, "there was no load: {} answers", answered.len());
    // What was cut off may have been kept too, and each is whole and there once.
    let kept = data.run(&["deliveries", "list", "--limit", "10000", "--json"]).ended(0).json();
    let kept: Vec<&Value> = kept.as_array().unwrap().iter().filter(|one| one["inbox"] == "load").collect();
    let events: HashSet<&str> = kept.iter().filter_map(|one| one["event_id"].as_str()).collect();
    assert_eq!(
        events.len(),
        kept.iter().filter(|one| one["refused"].is_null()).count(),
        "one is there twice"
    );
    for body in &answered {
        let event: Value = serde_json::from_str(body).unwrap();
        let found = kept.iter().find(|one| one["event_id"] == event["id"]);
        assert_eq!(found.map(|one| &one["body_size"]), Some(&json!(body.len())), "{body} is lost");
    }
    println!("{} answered and {} kept in {ROUNDS} rounds", answered.len(), kept.len());
}

//! What happens at the same time: arrivals and open lists, two changes of one inbox, steering a replay at its end.

use crate::stage::{Stage, post, send, status};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use waybill_engine::api::Event;
use waybill_testkit::Target;

async fn total(stage: &Stage, set: &Value) -> u64 {
    let request = json!({ "result": set["id"], "offset": 0, "limit": 1 });
    stage.call("deliveries.window", request).await["total"].as_u64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_list_misses_nothing_that_arrives_while_it_is_opened_or_grows() {
    const SENDERS: usize = 6;
    const EACH: usize = 40;
    let stage = Stage::new().await;
    let address = stage.listen().await;
    stage.call("inboxes.create", json!({ "name": "a" })).await;
    let mut sets = vec![("inbox:a", stage.call("deliveries.query", json!({ "query": "inbox:a" })).await)];
    let told = tokio::spawn(all_told(stage.engine.events(), sets[0].1["id"].clone(), SENDERS * EACH));
    let senders: Vec<_> = (0..SENDERS)
        .map(|sender| {
            let address = address.clone();
            tokio::spawn(async move {
                for number in 0..EACH {
                    let body = format!("{sender} {number} {}", if number % 2 == 0 { "even" } else { "odd" });
                    assert_eq!(status(&send(&address, &post("/in/a", &[], body.as_bytes())).await), 200);
                }
            })
        })
        .collect();
    for query in ["inbox:a", "even", "", "inbox:a odd", "verdict:valid", "inbox:a"] {
        tokio::time::sleep(Duration::from_millis(15)).await;
        sets.push((query, stage.call("deliveries.query", json!({ "query": query })).await));
    }
    for sender in senders {
        sender.await.unwrap();
    }
    let begun = Instant::now();
    loop {
        let mut missing = Vec::new();
        for (query, set) in &sets {
            let expected = stage.deliveries(query).await.len() as u64;
            let held = total(&stage, set).await;
            assert!(held <= expected, "{query:?} holds {held} of {expected}");
            if held < expected {
                missing.push((query, held, expected));
            }
        }
        if missing.is_empty() {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(10), "never told: {missing:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(total(&stage, &sets[0].1).await, (SENDERS * EACH) as u64);
    told.await.unwrap();
}

/// Hears of `count` deliveries, all of which are in the set: it grows by what is told, to the same newest one.
async fn all_told(mut events: tokio::sync::broadcast::Receiver<Event>, set: Value, count: usize) {
    let mut heard = 0;
    while heard < count as u64 {
        let next = tokio::time::timeout(Duration::from_secs(20), events.recv()).await;
        if let Event::Arrived { results, rows, count } = next.expect("the last ones were never told").unwrap()
        {
            heard += count;
            let grown = results.iter().find(|one| json!(one.id) == set);
            assert_eq!(grown.map(|one| (one.added, one.total)), Some((count, heard)));
            assert_eq!(rows.first().map(|row| row.id.0 as u64), Some(heard), "the rows end elsewhere");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_changes_at_once_none_is_lost() {
    let stage = Stage::new().await;
    stage.call("inboxes.create", json!({ "name": "m", "scheme": "mynd", "secrets": ["whsec_0"] })).await;
    let mut changes = Vec::new();
    for number in 1..=8 {
        let engine = stage.engine.clone();
        changes.push(tokio::spawn(async move {
            let secret = json!({ "name": "m", "secret": format!("whsec_{number}") });
            engine.call("inboxes.add_secret", secret).await
        }));
        let engine = stage.engine.clone();
        changes.push(tokio::spawn(async move {
            let config = json!({ "name": "m", "config": { "number": number.to_string() } });
            engine.call("inboxes.update", config).await
        }));
    }
    for change in changes {
        change.await.unwrap().unwrap();
    }
    let inbox = stage.call("inboxes.get", json!({ "name": "m" })).await;
    let secrets = inbox["secrets"].as_array().unwrap();
    assert_eq!(secrets.len(), 9, "{inbox}");
    let current = secrets.iter().filter(|secret| secret["state"] == "current").count();
    assert_eq!((current, &secrets[0]["state"]), (1, &json!("current")), "{inbox}");
    assert_eq!(stage.call("secrets.list", json!({})).await.as_array().unwrap().len(), 9);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_sample_asked_for_twice_at_once_makes_one_inbox() {
    let stage = Stage::new().await;
    stage.listen().await;
    let asked: Vec<_> = (0..4)
        .map(|_| {
            let engine = stage.engine.clone();
            tokio::spawn(async move { engine.call("tools.sample", json!({})).await })
        })
        .collect();
    for sample in asked {
        assert_eq!(sample.await.unwrap().unwrap()["status"], 200);
    }
    stage.wait_for("inbox:hello verdict:valid", 4).await;
    assert_eq!(stage.call("secrets.list", json!({})).await.as_array().unwrap().len(), 1);
}

async fn stage_with(count: usize) -> (Stage, Target) {
    let stage = Stage::new().await;
    let address = stage.listen().await;
    stage.call("inboxes.create", json!({ "name": "m" })).await;
    for number in 0..count {
        send(&address, &post("/in/m", &[], format!("{number}").as_bytes())).await;
    }
    stage.wait_for("inbox:m", count).await;
    (stage, Target::start().await.unwrap())
}

/// Waits for a job to be in a state that it does not leave.
async fn ended(stage: &Stage, id: &Value) -> Value {
    let begun = Instant::now();
    loop {
        let job = stage.call("replays.get", json!({ "id": id })).await;
        if !matches!(job["state"].as_str(), Some("running" | "paused")) {
            return job;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "it does not end: {job}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn steering_a_replay_at_its_end_does_not_bring_it_back() {
    let (stage, target) = stage_with(1).await;
    let request = json!({ "selection": { "query": "inbox:m" }, "options": { "target": target.url("/") } });
    for round in 0..15 {
        let job = stage.call("replays.start", request.clone()).await;
        tokio::time::sleep(Duration::from_millis(round)).await;
        // Each may find the job running or at its end; neither may change what it came to.
        for wish in ["replays.pause", "replays.resume"] {
            match stage.engine.call(wish, json!({ "id": job["id"] })).await {
                Ok(_) => {}
                Err(failure) => assert_eq!(failure.code.code(), "invalid_input", "{failure:?}"),
            }
        }
        let ended = ended(&stage, &job["id"]).await;
        assert_eq!(
            (&ended["state"], &ended["counts"]["succeeded"]),
            (&json!("completed"), &json!(1)),
            "{ended}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_replay_waits_and_goes_on() {
    let (stage, target) = stage_with(6).await;
    let request = json!({
        "selection": { "query": "inbox:m" },
        "options": { "target": target.url("/"), "rate": 10.0, "concurrency": 1 },
    });
    let job = stage.call("replays.start", request).await;
    target.wait_for(2, Duration::from_secs(10)).await.unwrap();
    let paused = stage.call("replays.pause", json!({ "id": job["id"] })).await;
    assert_eq!(paused["state"], "paused");
    let held = target.wait_for(6, Duration::from_millis(900)).await;
    assert!(held.is_err(), "it was sent while it was held");
    assert_eq!(stage.call("replays.get", json!({ "id": job["id"] })).await["state"], "paused");
    stage.call("replays.resume", json!({ "id": job["id"] })).await;
    assert_eq!(ended(&stage, &job["id"]).await["counts"]["succeeded"], 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_that_is_resumed_twice_at_once_sends_nothing_twice() {
    let (stage, target) = stage_with(24).await;
    let request = json!({
        "selection": { "query": "inbox:m" },
        "options": { "target": target.url("/"), "rate": 20.0, "concurrency": 2 },
    });
    let job = stage.call("replays.start", request).await;
    target.wait_for(3, Duration::from_secs(10)).await.unwrap();
    let stage = stage.restart().await;
    let resumed: Vec<_> = (0..4)
        .map(|_| {
            let (engine, id) = (stage.engine.clone(), job["id"].clone());
            tokio::spawn(async move { engine.call("replays.resume", json!({ "id": id })).await })
        })
        .collect();
    for call in resumed {
        call.await.unwrap().unwrap();
    }
    assert_eq!(ended(&stage, &job["id"]).await["state"], "completed");
    assert_eq!(target.requests().len(), 24);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_left_out_of_a_replay_and_said() {
    let (stage, target) = stage_with(2).await;
    let ids: Vec<Value> = stage.deliveries("").await.into_iter().map(|one| one["id"].clone()).collect();
    let options = json!({ "target": target.url("/") });
    let selection = json!({ "ids": [ids[0], "999999", ids[1]] });
    let plan = stage.call("replays.plan", json!({ "selection": selection, "options": options })).await;
    assert_eq!(plan["count"], 2, "{plan}");
    assert!(plan["warnings"].to_string().contains("1 are left out: there are no such"), "{plan}");
    let job = stage.call("replays.start", json!({ "selection": selection, "options": options })).await;
    assert_eq!(ended(&stage, &job["id"]).await["counts"]["total"], 2);
    let gone = json!({ "selection": { "ids": ["999999"] }, "options": options });
    assert_eq!(stage.fails("replays.start", gone).await.code.code(), "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_status_counts_every_arrival_but_is_not_told_for_each() {
    const ARRIVALS: u64 = 60;
    let stage = Stage::new().await;
    let address = stage.listen().await;
    stage.call("inboxes.create", json!({ "name": "a" })).await;
    let mut events = stage.engine.events();
    let begun = Instant::now();
    let mut told = 0;
    let sending = tokio::spawn(async move {
        for _ in 0..ARRIVALS {
            assert_eq!(status(&send(&address, &post("/in/a", &[], b"x")).await), 200);
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
    loop {
        let next = tokio::time::timeout(Duration::from_secs(10), events.recv()).await;
        let Event::Status { status } = next.expect("the last arrival is told").unwrap() else { continue };
        told += 1;
        if status.totals.deliveries == ARRIVALS {
            assert_eq!(status.last_minute, ARRIVALS);
            break;
        }
    }
    sending.await.unwrap();
    let most = begun.elapsed().as_millis() / 250 + 2;
    assert!(told <= most, "{told} times in {} ms", begun.elapsed().as_millis());
}

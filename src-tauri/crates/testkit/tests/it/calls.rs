//! The documented calls of each provider, one row a call: what is sent, what must come back.

use super::client::{ask, call, collection, create_body, start, start_with};
use serde_json::{Value, json};
use waybill_testkit::SimulatorKind::{MindBridge, Mnemom, Mynd, Timbrix};
use waybill_testkit::{PublicKeyForm, Simulator, SimulatorKind};

/// Where nothing listens; nothing is sent to it unless an event happens.
const URL: &str = "http://127.0.0.1:9/in/a";

/// One call: method, path below the collection, body, status, keys that the answer's object (or the
/// first of its list) must have exactly.
type Row<'a> = (&'a str, &'a str, Value, u16, &'a [&'a str]);

fn keys(answer: &Value) -> Vec<String> {
    let object = match answer {
        Value::Array(items) => items.first().unwrap_or(&Value::Null),
        other => other,
    };
    let mut keys: Vec<_> = object.as_object().map(|map| map.keys().cloned().collect()).unwrap_or_default();
    keys.sort();
    keys
}

/// Runs the rows in order; `{id}` in a path stands for the endpoint the first row made.
async fn check(simulator: &Simulator, kind: SimulatorKind, rows: &[Row<'_>]) {
    let base = collection(simulator, kind);
    let mut id = String::new();
    for (method, path, body, status, expected) in rows {
        let path = format!("{base}{}", path.replace("{id}", &id));
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = ask(simulator, method, &path, &body).await;
        let shown = answer.json();
        assert_eq!(answer.status, *status, "{method} {path} {body}: {shown}");
        let mut expected: Vec<_> = expected.iter().map(|&key| key.to_owned()).collect();
        expected.sort();
        assert_eq!(keys(&shown), expected, "{method} {path} {body}: {shown}");
        if id.is_empty() {
            id = ["endpoint_id", "id"]
                .iter()
                .find_map(|key| shown[*key].as_str())
                .unwrap_or_default()
                .to_owned();
        }
    }
}

#[tokio::test]
async fn mnemom_answers_as_documented() {
    const EP: &[&str] = &[
        "endpoint_id",
        "billing_account_id",
        "url",
        "description",
        "event_types",
        "is_active",
        "consecutive_failures",
        "disabled_at",
        "disabled_reason",
        "created_at",
        "updated_at",
    ];
    let created = [EP, &["signing_secret"]].concat();
    let simulator = start(Mnemom).await;
    let rows: &[Row<'_>] = &[
        (
            "POST",
            "",
            json!({"url": URL, "description": "d", "event_types": ["drift.detected"]}),
            201,
            &created,
        ),
        ("GET", "", Value::Null, 200, EP),
        ("GET", "/{id}", Value::Null, 200, EP),
        ("GET", "/whe-none", Value::Null, 404, &["error"]),
        ("PATCH", "/{id}", json!({"description": "e", "is_active": false}), 200, EP),
        ("PATCH", "/{id}", json!({"is_active": "yes"}), 400, &["error"]),
        ("PATCH", "/whe-none", json!({}), 404, &["error"]),
        ("POST", "/{id}/rotate-secret", Value::Null, 200, &["endpoint_id", "signing_secret"]),
        ("POST", "/{id}/test", Value::Null, 200, &["success", "status", "latency_ms", "error"]),
        ("POST", "", json!({"event_types": []}), 400, &["error"]),
        ("POST", "", json!({"url": "http://hooks.example.com"}), 400, &["error"]),
        ("POST", "", json!({"url": URL, "event_types": ["*"]}), 400, &["error"]),
        ("POST", "", json!([1]), 400, &["error"]),
        ("GET", "/deliveries?limit=0", Value::Null, 400, &["error"]),
        ("GET", "/deliveries?limit=101", Value::Null, 400, &["error"]),
        ("GET", "/deliveries?offset=x", Value::Null, 400, &["error"]),
        (
            "GET",
            "/deliveries?limit=1",
            Value::Null,
            200,
            &[
                "delivery_id",
                "event_id",
                "endpoint_id",
                "event_type",
                "status",
                "attempt_count",
                "max_attempts",
                "last_response_status",
                "last_error",
                "latency_ms",
                "created_at",
                "updated_at",
            ],
        ),
        ("POST", "/deliveries/whd-none/redeliver", Value::Null, 404, &["error"]),
        ("POST", "/events/evt-none/replay", Value::Null, 400, &["error"]),
        (
            "GET",
            "/health",
            Value::Null,
            200,
            &[
                "active_endpoints",
                "disabled_endpoints",
                "deliveries_24h",
                "success_24h",
                "failed_24h",
                "success_rate_24h",
                "top_event_types",
            ],
        ),
        ("DELETE", "/{id}", Value::Null, 200, &["deleted", "endpoint_id"]),
        ("DELETE", "/{id}", Value::Null, 404, &["error"]),
        ("GET", "", Value::Null, 200, &[]),
    ];
    check(&simulator, Mnemom, rows).await;
}

#[tokio::test]
async fn mnemom_makes_five_endpoints_and_no_sixth() {
    let simulator = start(Mnemom).await;
    let base = collection(&simulator, Mnemom);
    for expected in [201, 201, 201, 201, 201, 400] {
        let body = create_body(&simulator, Mnemom, URL, &[]);
        let answer = ask(&simulator, "POST", &base, &body).await;
        assert_eq!(answer.status, expected, "{}", answer.json());
    }
    assert_eq!(simulator.handle.endpoints().len(), 5);
}

#[tokio::test]
async fn mnemom_writes_errors_in_either_documented_shape() {
    for (plain, code) in [(false, json!("resource_not_found")), (true, Value::Null)] {
        let simulator = start_with(Mnemom, |options| options.plain_errors = plain).await;
        let answer = ask(&simulator, "GET", &format!("{}/none", collection(&simulator, Mnemom)), "").await;
        assert_eq!((answer.status, answer.json()["error"].is_string()), (404, plain));
        assert_eq!(answer.json()["error"]["code"], code);
        assert!(answer.header("x-mnemom-request-id").starts_with("req-"));
    }
}

#[tokio::test]
async fn mnemom_keeps_older_registrations_apart() {
    let simulator = start(Mnemom).await;
    let register = |secret: &str| {
        json!({"agent_id": "a", "callback_url": URL, "secret": secret, "events": ["verdict.clear"]})
            .to_string()
    };
    assert_eq!(ask(&simulator, "POST", "/aip/webhooks", &register("short")).await.status, 400);
    let made = ask(&simulator, "POST", "/aip/webhooks", &register(&"x".repeat(32))).await;
    assert_eq!(made.status, 201);
    assert_eq!(keys(&made.json()), ["agent_id", "callback_url", "created_at", "events", "registration_id"]);
    assert_eq!(ask(&simulator, "GET", &collection(&simulator, Mnemom), "").await.json(), json!([]));
    let path = format!("/aip/webhooks/{}", made.json()["registration_id"].as_str().unwrap());
    assert_eq!(ask(&simulator, "DELETE", &path, "").await.status, 204);
    assert_eq!(ask(&simulator, "DELETE", &path, "").await.status, 404);
}

#[tokio::test]
async fn timbrix_answers_as_documented() {
    const WH: &[&str] = &["id", "organizationId", "url", "events", "isActive", "createdAt", "updatedAt"];
    const BAD: &[&str] = &["statusCode", "message"];
    const OTHER: &[&str] = &["statusCode", "message", "error"];
    let created = [WH, &["secret"]].concat();
    let simulator = start(Timbrix).await;
    let rows: &[Row<'_>] = &[
        ("POST", "", json!({"url": URL, "events": ["member.added"]}), 201, &created),
        ("GET", "", Value::Null, 200, WH),
        ("GET", "/{id}", Value::Null, 404, OTHER),
        ("PUT", "/{id}", json!({"isActive": false}), 200, WH),
        ("PUT", "/{id}", json!({"events": []}), 400, BAD),
        ("PUT", "/{id}", json!({"isActive": 1}), 400, BAD),
        ("PUT", "/none", json!({}), 404, OTHER),
        ("PATCH", "/{id}", json!({}), 404, OTHER),
        ("POST", "", json!({}), 400, BAD),
        ("POST", "", json!({"url": "http://hooks.example.com", "events": ["member.added"]}), 400, BAD),
        ("POST", "", json!({"url": URL, "events": ["member.*"]}), 400, BAD),
        ("GET", "/{id}/deliveries", Value::Null, 200, &[]),
        ("GET", "/none/deliveries", Value::Null, 404, OTHER),
        ("DELETE", "/{id}", Value::Null, 204, &[]),
        ("DELETE", "/{id}", Value::Null, 404, OTHER),
    ];
    check(&simulator, Timbrix, rows).await;
    let empty = ask(&simulator, "POST", &collection(&simulator, Timbrix), "{}").await.json();
    assert_eq!(empty["message"], json!(["url must be a valid URL", "events must be an array"]));
}

#[tokio::test]
async fn timbrix_signs_in() {
    let simulator = start(Timbrix).await;
    let sign_in = async |body: Value| {
        let url = format!("{}/auth/login", simulator.base_url);
        call("POST", &url, &[("content-type", "application/json")], &body.to_string()).await.unwrap()
    };
    assert_eq!(sign_in(json!({"email": "a@example.com"})).await.status, 400);
    assert_eq!(sign_in(json!({"email": "a@example.com", "password": "no"})).await.status, 401);
    let good = sign_in(json!({"email": "a@example.com", "password": "waybill"})).await;
    assert_eq!((good.status, good.json()["access_token"].as_str()), (200, Some(simulator.token.as_str())));
}

#[tokio::test]
async fn mindbridge_answers_as_documented() {
    const MW: &[&str] = &[
        "id",
        "version",
        "creationDate",
        "lastModifiedDate",
        "createdUserInfo",
        "lastModifiedUserInfo",
        "name",
        "url",
        "technicalContactId",
        "events",
        "status",
        "publicKey",
        "keyGenerationTimestamp",
    ];
    const PAGE: &[&str] =
        &["content", "number", "size", "totalElements", "totalPages", "numberOfElements", "first", "last"];
    const BAD: &[&str] = &["status", "title", "message", "problems"];
    let simulator = start(MindBridge).await;
    let contact = simulator.fields["technicalContactId"].as_str();
    let body = |change: &dyn Fn(&mut Value)| {
        let mut body = json!({"name": "n", "url": URL, "technicalContactId": contact,
            "events": ["DATA_ADDED"], "status": "ACTIVE"});
        change(&mut body);
        body
    };
    let with = |key: &str, value: Value| body(&|body| body[key] = value.clone());
    let without = |key: &str| body(&|body| drop(body.as_object_mut().unwrap().remove(key)));
    let rows: &[Row<'_>] = &[
        ("POST", "", body(&|_| {}), 201, MW),
        ("GET", "/{id}", Value::Null, 200, MW),
        ("GET", "/none", Value::Null, 404, BAD),
        ("POST", "/query?page=0&size=20", json!({}), 200, PAGE),
        ("POST", "/query?size=101", json!({}), 400, BAD),
        ("POST", "/query", json!({"name": {"$near": "x"}}), 400, BAD),
        ("PUT", "/{id}", with("version", json!(1)), 200, MW),
        ("PUT", "/{id}", with("version", json!(1)), 409, BAD),
        ("PUT", "/{id}", body(&|_| {}), 400, BAD),
        ("PUT", "/{id}", body(&|body| *body = json!({"version": 2})), 400, BAD),
        ("PUT", "/none", with("version", json!(1)), 404, BAD),
        ("POST", "", with("extra", json!(1)), 400, BAD),
        // Read-only fields sent back are ignored.
        ("POST", "", with("id", json!("mine")), 201, MW),
        ("POST", "", with("name", json!(" ")), 400, BAD),
        ("POST", "", with("events", json!([])), 400, BAD),
        ("POST", "", with("events", json!(["*"])), 400, BAD),
        ("POST", "", with("status", json!("ON")), 400, BAD),
        ("POST", "", with("technicalContactId", json!("5f0000000000000000000002")), 400, BAD),
        ("POST", "", with("url", json!("https://x.mindbridge.ai")), 400, BAD),
        ("POST", "", without("name"), 400, BAD),
        ("POST", "", without("technicalContactId"), 400, BAD),
        ("POST", "", without("status"), 400, BAD),
        ("GET", "", Value::Null, 405, BAD),
        ("DELETE", "/{id}", Value::Null, 204, &[]),
        ("DELETE", "/{id}", Value::Null, 404, BAD),
    ];
    check(&simulator, MindBridge, rows).await;
    let unknown = ask(&simulator, "POST", "/v1/webhooks", &with("extra", json!(1)).to_string()).await.json();
    assert_eq!(unknown["problems"], json!([{"field": "extra", "message": "unknown property"}]));
    let users = ask(&simulator, "POST", "/v1/users/query", r#"{"role":"ROLE_ADMIN"}"#).await.json();
    assert_eq!(users["content"][0]["id"], contact);
    assert_eq!(users["totalElements"], 1);
}

#[tokio::test]
async fn mindbridge_pages_from_zero_and_names_the_conflict_as_it_is_told() {
    let simulator = start_with(MindBridge, |options| {
        options.conflict_status = 412;
        options.public_key_form = PublicKeyForm::Whpk;
    })
    .await;
    let mut last = Value::Null;
    for _ in 0..5 {
        last = ask(
            &simulator,
            "POST",
            "/v1/webhooks",
            &create_body(&simulator, MindBridge, URL, &["DATA_ADDED"]),
        )
        .await
        .json();
    }
    assert!(last["publicKey"].as_str().unwrap().starts_with("whpk_"));
    for (page, count, is_last) in [(0, 2, false), (1, 2, false), (2, 1, true), (3, 0, true)] {
        let path = format!("/v1/webhooks/query?page={page}&size=2");
        let got = ask(&simulator, "POST", &path, "{}").await.json();
        assert_eq!(
            (got["content"].as_array().unwrap().len(), &got["last"]),
            (count, &json!(is_last)),
            "{got}"
        );
    }
    last["version"] = json!(7);
    let path = format!("/v1/webhooks/{}", last["id"].as_str().unwrap());
    let refused = ask(&simulator, "PUT", &path, &last.to_string()).await;
    assert_eq!((refused.status, refused.json()["problems"][0]["field"].as_str()), (412, Some("version")));
}

#[tokio::test]
async fn mynd_answers_as_documented() {
    let simulator = start(Mynd).await;
    let rows: &[Row<'_>] = &[
        (
            "POST",
            "",
            json!({"url": URL, "events": ["*"], "description": "d"}),
            200,
            &["id", "object", "url", "events", "secret", "status"],
        ),
        ("POST", "", json!({"url": URL, "events": ["run.failed"]}), 409, &["error"]),
        ("POST", "", json!({"events": ["*"]}), 400, &["error"]),
        ("POST", "", json!({"url": "http://127.0.0.1:9/b"}), 400, &["error"]),
        ("POST", "", json!({"url": "http://127.0.0.1:9/b", "events": []}), 400, &["error"]),
        ("POST", "", json!({"url": "http://127.0.0.1:9/b", "events": ["run.*"]}), 400, &["error"]),
        ("POST", "", json!({"url": "http://hooks.example.com", "events": ["*"]}), 400, &["error"]),
        ("GET", "", Value::Null, 405, &["error"]),
        ("GET", "/{id}", Value::Null, 405, &["error"]),
        ("PATCH", "/{id}", json!({}), 405, &["error"]),
        ("GET", "/{id}/deliveries", Value::Null, 200, &["object", "data"]),
        ("GET", "/{id}/deliveries?status=odd", Value::Null, 400, &["error"]),
        ("GET", "/wh_none/deliveries", Value::Null, 404, &["error"]),
        ("DELETE", "/{id}", Value::Null, 200, &["id", "object", "deleted"]),
        ("DELETE", "/{id}", Value::Null, 404, &["error"]),
    ];
    check(&simulator, Mynd, rows).await;
    let guessed = start_with(Mynd, |options| options.undocumented_reads = true).await;
    let rows: &[Row<'_>] = &[
        (
            "POST",
            "",
            json!({"url": URL, "events": ["*"]}),
            200,
            &["id", "object", "url", "events", "secret", "status"],
        ),
        ("GET", "", Value::Null, 200, &["object", "data", "has_more"]),
        ("GET", "/{id}", Value::Null, 200, &["id", "object", "url", "events", "status"]),
    ];
    check(&guessed, Mynd, rows).await;
}

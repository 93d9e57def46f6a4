//! The command table: its TypeScript is fresh, and every command is wired.

use crate::stage::Stage;
use serde_json::json;
use std::path::Path;
use waybill_engine::COMMANDS;

#[test]
fn the_generated_types_are_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../ui/src/generated/api.ts");
    let committed = std::fs::read_to_string(&path).unwrap();
    assert!(
        committed == waybill_engine::typescript(),
        "ui/src/generated/api.ts is stale: run cargo xtask bindings"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_answers_or_says_what_is_wrong() {
    let stage = Stage::new().await;
    for command in COMMANDS {
        for payload in [json!({}), json!([]), json!(7), json!({ "id": {}, "name": [], "query": 1 })] {
            if let Err(failure) = stage.engine.call(command.name, payload.clone()).await {
                assert!(!failure.message.contains("no command"), "{}", command.name);
                assert_ne!(failure.code.code(), "internal", "{} {payload}: {failure:?}", command.name);
            }
        }
    }
}

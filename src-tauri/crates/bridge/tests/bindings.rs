//! The TypeScript types that are committed are those of the Rust types.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]

#[test]
fn the_generated_types_are_fresh() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../ui/src/generated/api.ts");
    let committed = std::fs::read_to_string(file).unwrap_or_default();
    assert!(committed == waybill_engine::typescript(), "stale: run `cargo xtask bindings`");
}

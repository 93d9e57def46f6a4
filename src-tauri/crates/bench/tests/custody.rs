//! A few rounds of `waybill-faults custody`: each kill point at each provider once, and lost answers.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test tells and gives up")]

use std::process::Command;

#[test]
fn no_secret_is_lost_and_no_endpoint_is_made_twice() {
    let out = Command::new(env!("CARGO_BIN_EXE_waybill-faults"))
        .args(["custody", "--kills", "64", "--ambiguous", "24"])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&out.stdout);
    println!("{told}");
    assert!(out.status.success(), "{told}\n{}", String::from_utf8_lossy(&out.stderr));
    assert!(told.contains("64 kills in "), "{told}");
}

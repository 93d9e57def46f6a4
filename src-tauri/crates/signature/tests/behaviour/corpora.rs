//! Wycheproof's vectors of HMAC, Ed25519, ECDSA and RSA, put into requests and judged through schemes.

use crate::support::{shared, verified};
use serde_json::Value;
use std::collections::BTreeMap;
use waybill_model::{Timestamp, Verdict};
use waybill_signature::{Request, Scheme};

fn run(file: &str, algorithm: &str, full_size: Option<u64>, signature: &str, minimum: usize) {
    let Some(text) = shared(&format!("corpora/wycheproof/{file}")) else {
        println!("corpora not present: skipped {file}");
        return;
    };
    let description = format!(
        "title = 'x'\nalgorithm = '{algorithm}'\nmessage = '{{body}}'\n[key]\nencoding = 'hex'\n\
         [signature]\nfrom = {{ header = 'X-Sig' }}\nencoding = 'hex'\n"
    );
    let scheme = Scheme::parse(&description, "x.toml").unwrap();
    let corpus: Value = serde_json::from_str(&text).unwrap();
    let mut ran = 0;
    for group in corpus["testGroups"].as_array().unwrap() {
        // A MAC that was cut short is no signature here, be it cut rightly.
        let whole = full_size.is_none_or(|bits| group["tagSize"].as_u64() == Some(bits));
        let group_key = group["publicKey"]["pk"].as_str().or_else(|| group["publicKeyDer"].as_str());
        for test in group["tests"].as_array().unwrap() {
            let key = group_key.unwrap_or_else(|| test["key"].as_str().unwrap());
            let sent = test[signature].as_str().unwrap();
            let body = hex::decode(test["msg"].as_str().unwrap()).unwrap();
            let headers: [(&[u8], &[u8]); 1] = [(b"X-Sig", sent.as_bytes())];
            let request = Request { headers: &headers, body: &body, ..Request::default() };
            let found = verified(&scheme, &request, &[key.as_bytes()], &BTreeMap::new(), Timestamp(0));
            // What is merely acceptable leaves out what the standard asks for: it is refused.
            let expected = whole && test["result"] == "valid" && !key.is_empty();
            assert_eq!(
                found.verdict == Verdict::Valid,
                expected,
                "{file} {} {}",
                test["tcId"],
                found.reason.code()
            );
            ran += 1;
        }
    }
    println!("{file}: ran {ran}");
    assert!(ran >= minimum, "{file}: only {ran}");
}

#[test]
fn wycheproof_is_judged_as_it_says() {
    run("hmac_sha1_test.json", "hmac-sha1", Some(160), "tag", 100);
    run("hmac_sha256_test.json", "hmac-sha256", Some(256), "tag", 100);
    run("hmac_sha384_test.json", "hmac-sha384", Some(384), "tag", 100);
    run("hmac_sha512_test.json", "hmac-sha512", Some(512), "tag", 100);
    run("ed25519_test.json", "ed25519", None, "sig", 100);
    run("rsa_signature_2048_sha256_test.json", "rsa-sha256", None, "sig", 250);
    run("ecdsa_secp256r1_sha256_test.json", "ecdsa-p256-sha256", None, "sig", 450);
    run("ecdsa_secp256r1_sha256_p1363_test.json", "ecdsa-p256-sha256-raw", None, "sig", 250);
}

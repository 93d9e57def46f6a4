//! What verification allocates does not grow with the body: a receiver may be sent bodies of any size, many at once.
//!
//! A program of its own, because it replaces the allocator by one that counts.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]

use std::collections::BTreeMap;
use std::io::Write as _;
use waybill_model::{Reason, Timestamp};
use waybill_signature::{Catalogue, Prepared, Request, Scheme, check, generic_identity, sign, verify};

const NOW: Timestamp = Timestamp(1_781_166_727_000_000_000);
const WHSEC: &[u8] = b"whsec_aG9vay1zZWNyZXQ=";
const TEXT: &[u8] = b"hook-secret";

/// Schemes that sign something made from the body, which has to be held somewhere: the sorted form, the body
/// unpacked or with its characters escaped.
const MADE_FROM_BODY: &[&str] = &["box-v1", "getstream", "twilio-form", "easypost"];

/// Bytes that verifying a rightly signed body of this length takes; `None` where such a request can't be made here.
fn allocated(scheme: &Scheme, secret: &[u8], length: usize) -> Option<u64> {
    let none = BTreeMap::new();
    measured(scheme, secret, length, &|request| verify(scheme, request, &[secret], &none, NOW).reason)
}

/// Bytes that `judge` takes of such a request.
fn measured(
    scheme: &Scheme,
    secret: &[u8],
    length: usize,
    judge: &dyn Fn(&Request<'_>) -> Reason,
) -> Option<u64> {
    let mut body = br#"{"id":"evt_1","type":"demo","data":""#.to_vec();
    body.resize(length - 2, b'x');
    body.extend_from_slice(b"\"}");
    let none = BTreeMap::new();
    let request = |headers: &[(Vec<u8>, Vec<u8>)], body: &[u8], use_it: &mut dyn FnMut(&Request<'_>)| {
        let headers: Vec<(&[u8], &[u8])> = headers.iter().map(|(n, v)| (&n[..], &v[..])).collect();
        let url = b"https://hooks.example/in/x".as_slice();
        use_it(&Request { method: b"POST", url, headers: &headers, body, truncated: false });
    };
    let mut signed = None;
    request(&[], &body, &mut |request| {
        signed = sign(scheme, request, secret, &none, NOW, Some("msg_1")).ok();
    });
    let signed = signed?;
    let body = signed.body.clone().unwrap_or(body);
    let mut taken = None;
    request(&signed.apply(&[]), &body, &mut |request| {
        let mut reason = None;
        let counted = allocation_counter::measure(|| {
            reason = Some(judge(request));
        });
        taken = (reason == Some(Reason::Ok)).then_some(counted.bytes_total);
    });
    taken
}

#[test]
fn verification_allocates_the_same_for_any_body() {
    let catalogue = Catalogue::embedded();
    let (mut measured, mut findings) = (0, Vec::new());
    for scheme in catalogue.schemes().filter(|scheme| !MADE_FROM_BODY.contains(&scheme.id())) {
        let secret = [WHSEC, TEXT].into_iter().find(|secret| allocated(scheme, secret, 1_536).is_some());
        let Some(secret) = secret else { continue };
        measured += 1;
        let lengths = [1_536, 1 << 20].map(|length| allocated(scheme, secret, length).unwrap());
        if lengths[0] != lengths[1] {
            findings.push(format!("{}: {} bytes, then {}", scheme.id(), lengths[0], lengths[1]));
        }
    }
    assert!(findings.is_empty(), "{}", findings.join("\n"));
    assert!(measured >= 60, "only {measured} schemes could be measured");
    println!("allocations: {measured} schemes take as much for 1.5 KiB as for 1 MiB");
}

#[test]
fn ten_mebibytes_are_not_held_a_second_time() {
    let catalogue = Catalogue::embedded();
    for (id, secret) in [("stripe", TEXT), ("standard-webhooks-v1", WHSEC), ("github-sha256", TEXT)] {
        let scheme = catalogue.get(id).unwrap();
        let [small, large] = [1_536, 10 << 20].map(|length| allocated(scheme, secret, length).unwrap());
        assert_eq!(small, large, "{id}");
        assert!(large < 8_192, "{id} takes {large} bytes");
        println!("{id}: {large} bytes for a body of any size");
    }
}

#[test]
fn a_prepared_check_allocates_nothing() {
    let catalogue = Catalogue::embedded();
    for (id, secret) in
        [("stripe", TEXT), ("standard-webhooks-v1", WHSEC), ("github-sha256", TEXT), ("slack", TEXT)]
    {
        let scheme = catalogue.get(id).unwrap();
        let prepared = Prepared::new(scheme, &[b"another", secret], &BTreeMap::new());
        let taken = measured(scheme, secret, 1_536, &|request| prepared.check(request, NOW).reason);
        assert_eq!(taken, Some(0), "{id}");
    }
}

#[test]
fn bodies_made_to_harm_take_little() {
    let catalogue = Catalogue::embedded();
    let none = BTreeMap::new();
    let mut zeros = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    zeros.write_all(&vec![0; 64 << 20]).unwrap();
    let bomb = zeros.finish().unwrap();
    let array = format!("[{}1]", "1,".repeat((2 << 20) - 2));
    let object = format!("{{{}\"z\":1}}", "\"a\":1,".repeat(690_000));
    let form = "a&".repeat(2 << 20);
    let taken = |what: &str, id: &str, header: &[u8], body: &[u8], secrets: &[&[u8]], most: u64| {
        let headers: [(&[u8], &[u8]); 1] = [(header, b"AAAAAAAAAAAAAAAAAAAAAAAAAAA=")];
        let request = Request { method: b"POST", url: b"/in/x", headers: &headers, body, truncated: false };
        let counted = allocation_counter::measure(|| {
            drop(check(catalogue.get(id).unwrap(), &request, secrets, &none, NOW));
            drop(generic_identity(&request));
        });
        assert!(counted.bytes_max <= most, "{what} takes {} bytes", counted.bytes_max);
        assert!(counted.count_total < 100_000, "{what} allocates {} times", counted.count_total);
    };
    taken("a long array", "stripe", b"Stripe-Signature", array.as_bytes(), &[TEXT], 64 << 10);
    taken("a long object", "stripe", b"Stripe-Signature", object.as_bytes(), &[TEXT], 64 << 10);
    taken("a long form", "twilio-form", b"X-Twilio-Signature", form.as_bytes(), &[TEXT], 4 << 20);
    taken("a bomb", "getstream", b"X-Signature", &bomb, &[TEXT], 32 << 20);
    taken("a bomb that can't be checked", "getstream", b"X-Signature", &bomb, &[], 64 << 10);
}

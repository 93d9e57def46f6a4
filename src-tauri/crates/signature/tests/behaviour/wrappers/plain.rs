//! One value, perhaps with a prefix or in a list, in hex or base64, of an HMAC or a key pair.

use super::{Sent, Table};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};

/// The order of Curve25519's base point (RFC 8032 section 5.1), lowest byte first.
const ORDER: &str = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";

/// The same signature with its second half one order higher: right in arithmetic, wrong by RFC 8032.
fn malleable(value: &str) -> String {
    let mut signature = hex::decode(value).unwrap();
    let mut carry = 0;
    for (byte, add) in signature[32..].iter_mut().zip(hex::decode(ORDER).unwrap()) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        (*byte, carry) = ((sum & 0xff) as u8, sum >> 8);
    }
    assert_eq!(carry, 0);
    hex::encode(signature)
}

/// A body whose base64 signature holds a letter that the two alphabets write differently.
fn with_sign_letter(sent: &mut Sent) -> Vec<u8> {
    loop {
        let mac = sent.mac("");
        if STANDARD.encode(&mac).contains(['+', '/']) {
            return mac;
        }
        sent.post.body.push(b' ');
    }
}

pub(super) const TABLES: &[Table] = &[
    Table {
        scheme: "github-sha256",
        header: "X-Hub-Signature-256",
        rows: &[
            (
                "the header's name in small letters",
                |s| s.rename("X-Hub-Signature-256", "x-hub-signature-256"),
                "ok",
            ),
            (
                "under the older header's name",
                |s| s.rename("X-Hub-Signature-256", "X-Hub-Signature"),
                "missing_signature",
            ),
            ("a colon for the equals sign", |s| s.edit(|v| v.replace('=', ":")), "wrong_prefix"),
            ("a blank before the equals sign", |s| s.edit(|v| v.replace('=', " =")), "wrong_prefix"),
            ("a full-width equals sign", |s| s.edit(|v| v.replace('=', "\u{ff1d}")), "wrong_prefix"),
            ("a NUL before", |s| s.edit(|v| format!("\0{v}")), "wrong_prefix"),
            ("a byte order mark before", |s| s.edit(|v| format!("\u{feff}{v}")), "wrong_prefix"),
            ("quoted", |s| s.edit(|v| format!("\"{v}\"")), "wrong_prefix"),
            (
                "another prefix, the right length",
                |s| s.edit(|v| v.replace("sha256", "sha512")),
                "wrong_prefix",
            ),
            ("a comma after", |s| s.edit(|v| format!("{v},")), "bad_signature_encoding"),
            (
                "in base64",
                |s| s.set(format!("sha256={}", STANDARD.encode(s.mac("")))),
                "bad_signature_encoding",
            ),
            (
                "colons between bytes",
                |s| s.edit(|v| format!("sha256={}:{}", &v[7..39], &v[39..])),
                "bad_signature_encoding",
            ),
            (
                "a megabyte of zeros",
                |s| s.set(format!("sha256={}", "0".repeat(1 << 20))),
                "signature_mismatch",
            ),
            (
                "10,000 headers, the first one right",
                |s| {
                    let mut values = vec![s.value()];
                    values.resize(10_000, "sha256=00".to_owned());
                    s.all(&values);
                },
                "ok",
            ),
            ("10,000 headers, none right", |s| s.all(&vec!["sha256=00"; 10_000]), "signature_mismatch"),
            (
                "signature of nothing",
                |s| {
                    let body = std::mem::take(&mut s.post.body);
                    s.set(format!("sha256={}", hex::encode(s.mac(""))));
                    s.post.body = body;
                },
                "signature_mismatch",
            ),
            (
                "a byte order mark before the body",
                |s| {
                    s.post.body.splice(..0, *b"\xef\xbb\xbf");
                },
                "signature_mismatch",
            ),
        ],
    },
    Table {
        scheme: "hub-sha256-list",
        header: "X-Hub-Signature",
        rows: &[
            ("wrong, right", |s| s.edit(|v| format!("sha256=00, {v}")), "ok"),
            ("another kind, right", |s| s.edit(|v| format!("sha1=00,{v}")), "ok"),
            ("a comma after", |s| s.edit(|v| format!("{v},")), "ok"),
            ("another kind only", |s| s.edit(|v| v.replace("sha256", "sha1")), "wrong_prefix"),
            ("commas only", |s| s.set(",,,"), "wrong_prefix"),
            ("a blank for the comma", |s| s.edit(|v| format!("{v} {v}")), "bad_signature_encoding"),
        ],
    },
    Table {
        scheme: "shopify",
        header: "X-Shopify-Hmac-SHA256",
        rows: &[
            ("no padding", |s| s.set(STANDARD_NO_PAD.encode(s.mac(""))), "bad_signature_encoding"),
            ("too much padding", |s| s.edit(|v| format!("{v}=")), "bad_signature_encoding"),
            ("a group of padding", |s| s.edit(|v| format!("{v}====")), "bad_signature_encoding"),
            ("padding only", |s| s.set("===="), "bad_signature_encoding"),
            ("one equals sign", |s| s.set("="), "bad_signature_encoding"),
            (
                "the alphabet of addresses",
                |s| {
                    let mac = with_sign_letter(s);
                    s.set(URL_SAFE.encode(mac));
                },
                "bad_signature_encoding",
            ),
            (
                "the usual alphabet, same body",
                |s| {
                    let mac = with_sign_letter(s);
                    s.set(STANDARD.encode(mac));
                },
                "ok",
            ),
            (
                "plus signs read as blanks",
                |s| {
                    let mac = loop {
                        let mac = with_sign_letter(s);
                        if STANDARD.encode(&mac)[1..].contains('+') {
                            break mac;
                        }
                        s.post.body.push(b' ');
                    };
                    s.set(STANDARD.encode(mac).replace('+', " "));
                },
                "bad_signature_encoding",
            ),
            ("small letters", |s| s.edit(|v| v.to_lowercase()), "signature_mismatch"),
            ("in hex, which is base64 as well", |s| s.set(hex::encode(s.mac(""))), "signature_mismatch"),
            ("in base64 twice", |s| s.edit(|v| STANDARD.encode(v)), "signature_mismatch"),
            ("a blank within", |s| s.edit(|v| format!("{} {}", &v[..4], &v[4..])), "bad_signature_encoding"),
            (
                "wrapped like mail",
                |s| s.edit(|v| format!("{}\r\n{}", &v[..20], &v[20..])),
                "bad_signature_encoding",
            ),
            ("two in a list", |s| s.edit(|v| format!("{v},{v}")), "bad_signature_encoding"),
            ("with another sender's prefix", |s| s.edit(|v| format!("sha256={v}")), "bad_signature_encoding"),
            ("the first 30 bytes", |s| s.edit(|v| v[..40].to_owned()), "signature_mismatch"),
            ("not ASCII", |s| s.set("\u{e9}\u{e9}\u{e9}\u{e9}"), "bad_signature_encoding"),
            ("a NUL", |s| s.set([0]), "bad_signature_encoding"),
            ("a megabyte", |s| s.set("AAAA".repeat(1 << 18)), "signature_mismatch"),
        ],
    },
    Table {
        scheme: "pagerduty-v3",
        header: "X-PagerDuty-Signature",
        rows: &[
            ("one for each secret", |s| s.edit(|v| format!("v1=00,{v},v1=11")), "ok"),
            ("an unknown version beside", |s| s.edit(|v| format!("v2=zz, {v}")), "ok"),
            ("an unknown version only", |s| s.edit(|v| v.replace("v1", "v2")), "no_acceptable_signature"),
            ("no version", |s| s.edit(|v| v[3..].to_owned()), "malformed_signature_header"),
        ],
    },
    Table {
        scheme: "discord",
        header: "X-Signature-Ed25519",
        rows: &[
            ("capitals for digits", |s| s.edit(|v| v.to_uppercase()), "ok"),
            (
                "a public key in capitals",
                |s| {
                    let key = s.secrets[0].to_ascii_uppercase();
                    s.secret(key);
                },
                "ok",
            ),
            ("63 bytes", |s| s.edit(|v| v[..126].to_owned()), "signature_mismatch"),
            ("65 bytes", |s| s.edit(|v| format!("{v}00")), "signature_mismatch"),
            ("zeros", |s| s.set("0".repeat(128)), "signature_mismatch"),
            ("the halves turned", |s| s.edit(|v| format!("{}{}", &v[64..], &v[..64])), "signature_mismatch"),
            ("the second half beyond the order", |s| s.edit(malleable), "signature_mismatch"),
            ("in base64", |s| s.edit(|v| STANDARD.encode(hex::decode(v).unwrap())), "bad_signature_encoding"),
            ("10,000 headers, none right", |s| s.all(&vec!["0".repeat(128); 10_000]), "signature_mismatch"),
            ("another time", |s| s.put("X-Signature-Timestamp", "1781166728"), "signature_mismatch"),
            (
                "a time with a fraction",
                |s| s.put("X-Signature-Timestamp", "1781166727.5"),
                "timestamp_malformed",
            ),
            ("no time", |s| s.take("X-Signature-Timestamp"), "missing_timestamp"),
            ("a key of zeros, which signs anything", |s| s.secret("0".repeat(64)), "bad_key"),
            ("a key of one, likewise", |s| s.secret(format!("01{}", "0".repeat(62))), "bad_key"),
            ("a key that is no point", |s| s.secret(format!("02{}", "0".repeat(62))), "bad_key"),
            (
                "a key of 31 bytes",
                |s| {
                    let key = s.secrets[0][2..].to_vec();
                    s.secret(key);
                },
                "bad_key",
            ),
            ("a key that is no hex", |s| s.secret("not a key"), "bad_key"),
        ],
    },
];

//! Versioned signatures in a list, with the message's id beside them.

use super::{Sent, Table, WHSEC};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A Standard Webhooks request with these texts for id and time, rightly signed.
fn standard(sent: &mut Sent, id: &str, time: &str) {
    let mac = STANDARD.encode(sent.mac(&format!("{id}.{time}.")));
    sent.set(format!("v1,{mac}"));
    sent.put("webhook-id", id);
    sent.put("webhook-timestamp", time);
}

pub(super) const TABLES: &[Table] = &[
    Table {
        scheme: "standard-webhooks-v1",
        header: "webhook-signature",
        rows: &[
            ("255 wrong ones first", |s| s.edit(|v| format!("{}{v}", "v1,AAAA ".repeat(255))), "ok"),
            (
                "10,000 wrong ones first",
                |s| s.edit(|v| format!("{}{v}", "v1,AAAA ".repeat(10_000))),
                "signature_mismatch",
            ),
            ("10,000 headers, none right", |s| s.all(&vec!["v1,AAAA"; 10_000]), "signature_mismatch"),
            ("two headers, the second right", |s| s.all(&["v1,AAAA".to_owned(), s.value()]), "ok"),
            ("the prefix twice", |s| s.edit(|v| format!("v1,{v}")), "bad_signature_encoding"),
            ("the version in capitals", |s| s.edit(|v| v.replace("v1", "V1")), "no_acceptable_signature"),
            ("the asymmetric version", |s| s.edit(|v| v.replace("v1,", "v1a,")), "no_acceptable_signature"),
            (
                "an equals sign for the comma",
                |s| s.edit(|v| v.replace("v1,", "v1=")),
                "malformed_signature_header",
            ),
            ("a blank for the comma", |s| s.edit(|v| v.replace("v1,", "v1 ")), "malformed_signature_header"),
            ("a blank after the comma", |s| s.edit(|v| v.replace("v1,", "v1, ")), "signature_mismatch"),
            ("tabs between", |s| s.edit(|v| format!("v1,AAAA\t{v}")), "bad_signature_encoding"),
            ("a blank that is none", |s| s.edit(|v| format!("v1,AAAA\u{a0}{v}")), "bad_signature_encoding"),
            (
                "letters of the address alphabet",
                |s| s.edit(|v| format!("v1,-_{}", &v[5..])),
                "bad_signature_encoding",
            ),
            ("a NUL after", |s| s.edit(|v| format!("{v}\0")), "bad_signature_encoding"),
            ("not ASCII", |s| s.set("v1,é"), "bad_signature_encoding"),
            ("no UTF-8", |s| s.set(b"v1,\xff\xfe\xfd\xfc"), "bad_signature_encoding"),
            (
                "hex, which is base64 as well",
                |s| s.set(format!("v1,{}", hex::encode(s.mac("msg_1.1781166727.")))),
                "signature_mismatch",
            ),
            ("the first 15 bytes", |s| s.edit(|v| v[..23].to_owned()), "signature_mismatch"),
            ("a megabyte of letters", |s| s.set(vec![b'A'; 1 << 20]), "malformed_signature_header"),
            ("a megabyte of blanks", |s| s.set(vec![b' '; 1 << 20]), "missing_signature"),
            ("no id", |s| s.take("webhook-id"), "missing_header"),
            ("an empty id", |s| s.put("webhook-id", ""), "missing_header"),
            ("another id", |s| s.put("webhook-id", "msg_2"), "signature_mismatch"),
            ("an id in capitals", |s| s.put("webhook-id", "MSG_1"), "signature_mismatch"),
            (
                "two ids, another first",
                |s| {
                    s.put("webhook-id", "msg_0");
                    s.post.headers.push((b"webhook-id".to_vec(), b"msg_1".to_vec()));
                },
                "signature_mismatch",
            ),
            ("a signed id with a NUL and no ASCII", |s| standard(s, "\0é", "1781166727"), "ok"),
            ("no time", |s| s.take("webhook-timestamp"), "missing_timestamp"),
            (
                "a signed time with a fraction",
                |s| standard(s, "msg_1", "1781166727.25"),
                "timestamp_malformed",
            ),
            ("a signed time in milliseconds", |s| standard(s, "msg_1", "1781166727000"), "timestamp_too_new"),
            ("a signed negative time", |s| standard(s, "msg_1", "-1"), "timestamp_too_old"),
            (
                "a signed time beyond 64 bits",
                |s| standard(s, "msg_1", "18446744073709551616"),
                "timestamp_malformed",
            ),
            ("a secret without its prefix", |s| s.secret(&WHSEC[6..]), "ok"),
            ("a secret without padding", |s| s.secret(WHSEC.trim_end_matches('=')), "ok"),
            ("a secret of a prefix only", |s| s.secret("whsec_"), "bad_key"),
            ("a secret with its prefix twice", |s| s.secret(format!("whsec_{WHSEC}")), "bad_key"),
            ("a secret that is no base64", |s| s.secret("whsec_hook secret!"), "bad_key"),
            (
                "a secret in hex, which is base64 as well",
                |s| s.secret(hex::encode(super::TEXT)),
                "signature_mismatch",
            ),
        ],
    },
    Table {
        scheme: "svix-v1",
        header: "svix-signature",
        rows: &[
            (
                "names of Standard Webhooks",
                |s| {
                    for name in ["id", "timestamp", "signature"] {
                        s.rename(&format!("svix-{name}"), &format!("webhook-{name}"));
                    }
                },
                "ok",
            ),
            (
                "an empty one of its own beside",
                |s| {
                    let right = s.value();
                    s.set("");
                    s.put("webhook-signature", right);
                },
                "ok",
            ),
            (
                "a wrong one of its own beside",
                |s| {
                    let right = s.value();
                    s.set("v1,AAAA");
                    s.put("webhook-signature", right);
                },
                "signature_mismatch",
            ),
            ("a wrong one of the other name beside", |s| s.put("webhook-signature", "v1,AAAA"), "ok"),
            ("an id of the other name beside", |s| s.put("webhook-id", "msg_2"), "ok"),
        ],
    },
    Table {
        scheme: "standard-webhooks-v1a",
        header: "webhook-signature",
        rows: &[
            ("the symmetric version", |s| s.edit(|v| v.replace("v1a,", "v1,")), "no_acceptable_signature"),
            ("a symmetric one beside", |s| s.edit(|v| format!("v1,AAAA {v}")), "ok"),
            ("another id", |s| s.put("webhook-id", "msg_2"), "signature_mismatch"),
            ("63 bytes", |s| s.set(format!("v1a,{}", STANDARD.encode([1; 63]))), "signature_mismatch"),
            ("a symmetric secret for a key", |s| s.secret(WHSEC), "bad_key"),
            ("an empty key", |s| s.secret("whpk_"), "bad_key"),
        ],
    },
    Table {
        scheme: "worldline-gcs",
        header: "X-GCS-Signature",
        rows: &[
            ("the header twice", |s| s.all(&[s.value(), s.value()]), "duplicate_header"),
            ("the header twice, once empty", |s| s.all(&[s.value(), String::new()]), "ok"),
            ("the header twice, both wrong", |s| s.all(&["AAAA", "AAAA"]), "duplicate_header"),
        ],
    },
];

//! Signature and time in one header, or the time in one beside it.

use super::{Sent, Table, mixed};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A Stripe header with this text for its time, rightly signed.
fn stripe(sent: &mut Sent, time: &str) {
    let mac = hex::encode(sent.mac(&format!("{time}.")));
    sent.set(format!("t={time},v1={mac}"));
}

/// A Slack request with this text for its time, rightly signed.
fn slack(sent: &mut Sent, time: &str) {
    let mac = hex::encode(sent.mac(&format!("v0:{time}:")));
    sent.set(format!("v0={mac}"));
    sent.put("X-Slack-Request-Timestamp", time);
}

/// An Orb request likewise.
fn orb(sent: &mut Sent, time: &str) {
    let mac = hex::encode(sent.mac(&format!("v1:{time}:")));
    sent.set(format!("v1={mac}"));
    sent.put("X-Orb-Timestamp", time);
}

/// A signature of zeros, `count` times, between the time and the right one.
fn after_wrong(value: &str, name: &str, count: usize) -> String {
    value.replacen(",v1=", &format!("{},v1=", format!(",{name}=00").repeat(count)), 1)
}

pub(super) const TABLES: &[Table] = &[
    Table {
        scheme: "stripe",
        header: "Stripe-Signature",
        rows: &[
            (
                "capitals for digits",
                |s| s.edit(|v| v.to_uppercase().replace("T=", "t=").replace("V1=", "v1=")),
                "ok",
            ),
            ("digits in either case", |s| s.edit(|v| format!("{}{}", &v[..16], mixed(&v[16..]))), "ok"),
            ("the header's name in capitals", |s| s.rename("Stripe-Signature", "STRIPE-SIGNATURE"), "ok"),
            ("tabs around pairs", |s| s.edit(|v| v.replace(',', "\t,\t")), "ok"),
            ("blanks around the equals sign", |s| s.edit(|v| v.replace('=', " = ")), "ok"),
            ("the signature twice", |s| s.edit(|v| format!("{v},{}", &v[13..])), "ok"),
            ("the header twice", |s| s.all(&[s.value(), s.value()]), "ok"),
            ("255 wrong ones first", |s| s.edit(|v| after_wrong(v, "v1", 255)), "ok"),
            ("256 wrong ones first", |s| s.edit(|v| after_wrong(v, "v1", 256)), "signature_mismatch"),
            ("10,000 wrong ones first", |s| s.edit(|v| after_wrong(v, "v1", 10_000)), "signature_mismatch"),
            (
                "10,000 of another version first",
                |s| s.edit(|v| after_wrong(v, "v0", 10_000)),
                "no_acceptable_signature",
            ),
            (
                "10,000 headers, the last one right",
                |s| {
                    let mut values = vec!["t=1781166727,v1=00".to_owned(); 9_999];
                    values.push(s.value());
                    s.all(&values);
                },
                "signature_mismatch",
            ),
            ("a megabyte of letters", |s| s.set(vec![b'a'; 1 << 20]), "malformed_signature_header"),
            (
                "a megabyte of digits",
                |s| s.set(format!("t=1781166727,v1={}", "0".repeat(1 << 20))),
                "signature_mismatch",
            ),
            ("a megabyte of commas", |s| s.set(vec![b','; 1 << 20]), "malformed_signature_header"),
            (
                "name of the version in capitals",
                |s| s.edit(|v| v.replace("v1=", "V1=")),
                "no_acceptable_signature",
            ),
            ("name of the time in capitals", |s| s.edit(|v| v.replace("t=", "T=")), "missing_timestamp"),
            ("semicolons", |s| s.edit(|v| v.replace(',', ";")), "no_acceptable_signature"),
            ("colons for equals signs", |s| s.edit(|v| v.replace('=', ":")), "malformed_signature_header"),
            (
                "escaped for an address",
                |s| s.edit(|v| v.replace('=', "%3D").replace(',', "%2C")),
                "malformed_signature_header",
            ),
            ("two commas", |s| s.edit(|v| v.replace(',', ",,")), "malformed_signature_header"),
            (
                "quotes around the signature",
                |s| s.edit(|v| format!("{}\"", v.replace("v1=", "v1=\""))),
                "bad_signature_encoding",
            ),
            ("quotes around it all", |s| s.edit(|v| format!("\"{v}\"")), "missing_timestamp"),
            ("a byte order mark before", |s| s.edit(|v| format!("\u{feff}{v}")), "missing_timestamp"),
            ("a line feed after", |s| s.edit(|v| format!("{v}\n")), "bad_signature_encoding"),
            (
                "a carriage return and a line feed within",
                |s| s.edit(|v| v.replacen("v1=", "v1=\r\n", 1)),
                "bad_signature_encoding",
            ),
            ("a NUL after the time", |s| s.edit(|v| v.replacen(',', "\0,", 1)), "timestamp_malformed"),
            ("a NUL in the name", |s| s.edit(|v| v.replacen("v1=", "v1\0=", 1)), "no_acceptable_signature"),
            ("0x before the digits", |s| s.edit(|v| v.replacen("v1=", "v1=0x", 1)), "bad_signature_encoding"),
            ("the prefix twice", |s| s.edit(|v| v.replacen("v1=", "v1=v1=", 1)), "bad_signature_encoding"),
            (
                "full-width digits",
                |s| s.edit(|v| v.replace('0', "\u{ff10}").replace('1', "\u{ff11}")),
                "no_acceptable_signature",
            ),
            ("half a signature", |s| s.edit(|v| v[..v.len() - 32].to_owned()), "signature_mismatch"),
            ("one digit", |s| s.edit(|v| v[..17].to_owned()), "bad_signature_encoding"),
            ("the signature twice in one", |s| s.edit(|v| format!("{v}{}", &v[16..])), "signature_mismatch"),
            ("64 zeros", |s| s.set(format!("t=1781166727,v1={:064}", 0)), "signature_mismatch"),
            (
                "in base64",
                |s| s.set(format!("t=1781166727,v1={}", STANDARD.encode(s.mac("1781166727.")))),
                "bad_signature_encoding",
            ),
            (
                "time and signature of two headers mixed",
                |s| s.all(&["t=1781166728".to_owned(), s.value()]),
                "signature_mismatch",
            ),
            (
                "no time is signed",
                |s| s.set(format!("t=1781166727,v1={}", hex::encode(s.mac("")))),
                "signature_mismatch",
            ),
            (
                "signature of an empty body",
                |s| {
                    let body = std::mem::take(&mut s.post.body);
                    stripe(s, "1781166727");
                    s.post.body = body;
                },
                "signature_mismatch",
            ),
            (
                "an empty body, rightly signed",
                |s| {
                    s.post.body.clear();
                    stripe(s, "1781166727");
                },
                "ok",
            ),
            ("a body that came cut to nothing", |s| s.post.body.clear(), "signature_mismatch"),
            ("a line feed after the body", |s| s.post.body.push(b'\n'), "signature_mismatch"),
            ("a signed time with a fraction", |s| stripe(s, "1781166727.0"), "timestamp_malformed"),
            ("a signed time with an exponent", |s| stripe(s, "1781166e3"), "timestamp_malformed"),
            ("a signed time with a plus", |s| stripe(s, "+1781166727"), "timestamp_malformed"),
            ("a signed time with underscores", |s| stripe(s, "1_781_166_727"), "timestamp_malformed"),
            ("a signed time in hex", |s| stripe(s, "0x6a2a7447"), "timestamp_malformed"),
            (
                "a signed time in Arabic digits",
                |s| stripe(s, "\u{661}\u{667}\u{668}\u{661}"),
                "timestamp_malformed",
            ),
            ("a signed time beyond 64 bits", |s| stripe(s, "99999999999999999999"), "timestamp_malformed"),
            ("a signed time that is NaN", |s| stripe(s, "NaN"), "timestamp_malformed"),
            ("a signed time before 1970", |s| stripe(s, "-1"), "timestamp_too_old"),
            ("the earliest signed time", |s| stripe(s, "-9223372036854775808"), "timestamp_too_old"),
            ("a signed time of zero", |s| stripe(s, "0"), "timestamp_too_old"),
            ("signed 301 seconds ago", |s| stripe(s, "1781166426"), "timestamp_too_old"),
            ("signed 300 seconds ago", |s| stripe(s, "1781166427"), "ok"),
            ("no secret", |s| s.secrets.clear(), "no_secret"),
            ("an empty secret", |s| s.secret(""), "bad_key"),
            ("empty secrets only", |s| s.secrets = vec![Vec::new(); 3], "bad_key"),
            ("an empty secret beside the right one", |s| s.secrets.insert(0, Vec::new()), "ok"),
            ("a secret with a line end", |s| s.secret("hook-secret\n"), "signature_mismatch"),
            ("a secret of blanks", |s| s.secret("   "), "signature_mismatch"),
            ("a secret that is no text", |s| s.secret([0, 255, 254]), "signature_mismatch"),
        ],
    },
    Table {
        scheme: "slack",
        header: "X-Slack-Signature",
        rows: &[
            ("another version", |s| s.edit(|v| v.replace("v0=", "v1=")), "wrong_prefix"),
            ("the version in capitals", |s| s.edit(|v| v.replace("v0=", "V0=")), "wrong_prefix"),
            ("version and nothing", |s| s.set("v0="), "signature_mismatch"),
            ("no time", |s| s.take("X-Slack-Request-Timestamp"), "missing_timestamp"),
            ("an empty time", |s| s.put("X-Slack-Request-Timestamp", ""), "missing_timestamp"),
            ("a time of blanks", |s| s.put("X-Slack-Request-Timestamp", " \t "), "missing_timestamp"),
            ("a time that is no text", |s| s.put("X-Slack-Request-Timestamp", [0xff]), "timestamp_malformed"),
            (
                "two times in one",
                |s| s.put("X-Slack-Request-Timestamp", "1781166727,1781166727"),
                "timestamp_malformed",
            ),
            (
                "the right time second",
                |s| {
                    let right = s.of("X-Slack-Request-Timestamp");
                    s.put("X-Slack-Request-Timestamp", "1781166720");
                    s.post.headers.push((b"X-Slack-Request-Timestamp".to_vec(), right.into_bytes()));
                },
                "signature_mismatch",
            ),
            ("blanks around the time", |s| s.put("X-Slack-Request-Timestamp", " 1781166727 "), "ok"),
            (
                "a zero before the time",
                |s| s.put("X-Slack-Request-Timestamp", "01781166727"),
                "signature_mismatch",
            ),
            ("a signed time in milliseconds", |s| slack(s, "1781166727000"), "timestamp_too_new"),
            ("signed 301 seconds ahead", |s| slack(s, "1781167028"), "timestamp_too_new"),
            ("signed 300 seconds ahead", |s| slack(s, "1781167027"), "ok"),
            ("the last signed time", |s| slack(s, "9223372036854775807"), "timestamp_too_new"),
            ("a signed negative time", |s| slack(s, "-1781166727"), "timestamp_too_old"),
            ("a signed time that is a date", |s| slack(s, "2026-06-11T08:32:07Z"), "timestamp_malformed"),
        ],
    },
    Table {
        scheme: "orb",
        header: "X-Orb-Signature",
        rows: &[
            ("a signed time without a zone", |s| orb(s, "2026-06-11T08:32:07"), "ok"),
            ("a signed time with a fraction and a zone", |s| orb(s, "2026-06-11T10:32:07.5+02:00"), "ok"),
            ("a signed date", |s| orb(s, "2026-06-11"), "timestamp_malformed"),
            ("a signed number", |s| orb(s, "1781166727"), "timestamp_malformed"),
            ("a signed 13th month", |s| orb(s, "2026-13-11T08:32:07Z"), "timestamp_malformed"),
            ("a signed hour of another day", |s| orb(s, "2026-06-10T08:32:07Z"), "timestamp_too_old"),
            (
                "a signed zone that makes it late",
                |s| orb(s, "2026-06-11T08:32:07-07:00"),
                "timestamp_too_new",
            ),
            (
                "a comma for the equals sign",
                |s| s.edit(|v| v.replace('=', ",")),
                "malformed_signature_header",
            ),
            ("another version", |s| s.edit(|v| v.replace("v1=", "v2=")), "no_acceptable_signature"),
            ("an older one beside", |s| s.edit(|v| format!("v0=00 v1=11 {v}")), "ok"),
        ],
    },
    Table {
        scheme: "paddle",
        header: "Paddle-Signature",
        rows: &[
            ("commas", |s| s.edit(|v| v.replace(';', ",")), "no_acceptable_signature"),
            ("v1 for h1", |s| s.edit(|v| v.replace("h1=", "v1=")), "no_acceptable_signature"),
            ("t for ts", |s| s.edit(|v| v.replace("ts=", "t=")), "missing_timestamp"),
            ("two secrets' signatures", |s| s.edit(|v| v.replacen("h1=", "h1=00;h1=", 1)), "ok"),
        ],
    },
    Table {
        scheme: "workos",
        header: "WorkOS-Signature",
        rows: &[
            ("signed in seconds", |s| stripe(s, "1781166727"), "timestamp_too_old"),
            ("signed in microseconds", |s| stripe(s, "1781166727000000"), "timestamp_too_new"),
            ("signed 180 seconds ago", |s| stripe(s, "1781166547000"), "ok"),
            ("signed a millisecond more ago", |s| stripe(s, "1781166546999"), "timestamp_too_old"),
        ],
    },
];

//! Deliveries that fail because of what is kept as the secret.

use super::case::{Case, SECRET, secret_of};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use waybill_signature::Role;

const BODY: &str = r#"{"id":"evt_1","type":"order.created","n":1}"#;

/// Schemes that read the secret as text, and others.
const TEXT: &[&str] = &["github-sha256", "stripe", "slack", "shopify", "paystack", "hubspot-v1"];
const CODED: &[&str] = &["standard-webhooks-v1", "svix-v1", "adyen-header"];

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for id in TEXT.iter().chain(CODED) {
        let secret = secret_of(id);
        let sent = || Case::sent(id, BODY);
        for (what, kept) in [
            ("line end", format!("{secret}\n")),
            ("CR LF", format!("{secret}\r\n")),
            ("blank before", format!(" {secret}")),
            ("tab after", format!("{secret}\t")),
            ("quotes", format!("\"{secret}\"")),
            ("single quotes", format!("'{secret}'\n")),
            ("zero-width space", format!("{secret}\u{200b}")),
        ] {
            cases.push(sent().keeping(kept).cause("secret_whitespace", what));
        }
        cases.push(
            sent()
                .keeping(format!("WEBHOOK_SECRET={secret}"))
                .cause("secret_has_extra_prefix", "a whole line"),
        );
        cases.push(sent().keeping("").cause("empty_secret", "nothing kept"));
        cases.push(sent().keeping("undefined").cause("empty_secret", "undefined kept"));
        let wrong = || sent().keeping("another-secret-altogether");
        // A secret that can't be read is the more exact of two true answers.
        let unreadable: &[&str] = &["secret_encoding", "secret_not_hex"];
        let also = if CODED.contains(id) { unreadable } else { &[] };
        cases.push(wrong().cause("wrong_secret", "nothing fits").also(also));
        for (what, of_inbox, role, cause) in [
            ("of another inbox", false, Role::Current, "wrong_secret"),
            ("an API token", false, Role::Token, "wrong_secret"),
            ("retired", true, Role::Retired, "secret_rotated"),
            ("previous of another", false, Role::Previous, "secret_rotated"),
        ] {
            cases.push(wrong().also_keeping(&secret, of_inbox, role).cause(cause, what));
        }
        // An API key is no hex, which is the more exact of two true answers.
        let token = "sk_live_0123456789abcdef";
        cases.push(sent().keeping(token).cause("wrong_secret", "an API key instead").also(also));
        let mut none = sent().cause("no_secret", "none kept");
        none.kept.clear();
        cases.push(none);
    }
    for id in TEXT {
        let sent = || Case::sent(id, BODY);
        let secret = secret_of(id);
        cases.push(sent().keeping(format!("sha256={secret}")).cause("secret_has_extra_prefix", "sha256="));
        cases.push(sent().keeping(format!("v1,{secret}")).cause("secret_has_extra_prefix", "v1,"));
        cases.push(sent().keeping(STANDARD.encode(&secret)).cause("secret_encoding", "kept in base64"));
        cases.push(sent().keeping(hex::encode(&secret)).cause("secret_encoding", "kept in hex"));
        if *id != "stripe" {
            cases.push(sent().keeping(format!("whsec_{secret}")).cause("secret_has_extra_prefix", "whsec_"));
            cases.push(
                sent().keeping(SECRET.to_uppercase()).cause("secret_encoding", "letters in upper case"),
            );
            let url = super::case::URL;
            let prefixed = format!("whsec_{secret}");
            let sent = Case::signed(id, BODY, &prefixed, url, &std::collections::BTreeMap::new());
            cases.push(sent.keeping(&secret).cause("secret_prefix", "the prefix was cut"));
        }
    }
    for id in ["standard-webhooks-v1", "svix-v1"] {
        let sent = || Case::sent(id, BODY);
        let secret = secret_of(id);
        let bytes = STANDARD.decode(&secret[6..]).unwrap();
        cases.push(
            sent().keeping(format!("v1,{secret}")).cause("secret_has_extra_prefix", "as Supabase shows it"),
        );
        cases.push(sent().keeping(hex::encode(&bytes)).cause("secret_encoding", "kept in hex"));
        cases.push(sent().keeping(&bytes).cause("secret_encoding", "kept as bytes"));
        // The sender signs with the text as it is.
        let text = STANDARD.encode(secret.as_bytes());
        let sent = Case::signed(id, BODY, &text, super::case::URL, &std::collections::BTreeMap::new());
        cases.push(sent.keeping(&secret).cause("secret_encoding", "signed with the text"));
    }
    let sent = || Case::sent("adyen-header", BODY);
    let odd = &SECRET[1..];
    cases.push(sent().keeping(odd).cause("secret_not_hex", "a digit lost"));
    cases.push(sent().keeping("not hexadecimal").cause("secret_not_hex", "no hex at all"));
    let bytes: Vec<u8> = hex::decode(SECRET).unwrap();
    cases.push(sent().keeping(STANDARD.encode(bytes)).cause("secret_encoding", "kept in base64"));
    let text = Case::signed(
        "adyen-header",
        BODY,
        &hex::encode(SECRET),
        super::case::URL,
        &std::collections::BTreeMap::new(),
    );
    cases.push(text.keeping(SECRET).cause("secret_encoding", "signed with the text"));
    for (id, kept, cause) in [
        ("gitlab-token", "\n", "secret_whitespace"),
        ("telegram", " ", "secret_whitespace"),
        ("api-key-header", "\r\n", "secret_whitespace"),
    ] {
        cases.push(
            Case::sent(id, BODY).keeping(format!("{SECRET}{kept}")).cause(cause, "token with white space"),
        );
        let other = Case::sent(id, BODY).keeping("other").also_keeping(SECRET, false, Role::Current);
        cases.push(other.cause("wrong_secret", "another token"));
        cases.push(
            Case::sent(id, BODY)
                .keeping(format!("Bearer {SECRET}"))
                .cause("token_prefix", "kept with Bearer"),
        );
    }
    let named = |id: &str, name: &str| Case::sent(id, BODY).with_header(name, &[&format!("Bearer {SECRET}")]);
    cases.push(named("gitlab-token", "X-Gitlab-Token").cause("token_prefix", "sent with Bearer"));
    cases.push(named("api-key-header", "X-API-Key").cause("token_prefix", "sent with Bearer"));
    cases.push(
        Case::sent("bearer", BODY)
            .with_header("Authorization", &[SECRET])
            .cause("token_prefix", "without Bearer")
            .also(&["wrong_scheme"]),
    );
    cases
}

//! The bodies of the fuzz targets: any bytes in, nothing out, a panic when something that is promised does not hold.
//!
//! Used twice: by the targets of this folder, and by the test `fuzz_smoke` of waybill-signature, which runs them over
//! made-up input on any compiler.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use waybill_model::{Reason, Timestamp, Verdict};
use waybill_signature::{
    Candidate, Catalogue, Question, Request, Role, Scheme, Search, detect, generic_identity, identity, sign,
    verify,
};

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(Catalogue::embedded);

const NOW: Timestamp = Timestamp(1_781_166_727_000_000_000);
/// Secrets that some scheme or other can read; the last one is the seed of a key pair.
const SECRETS: [&[u8]; 3] = [
    b"whsec_aG9vay1zZWNyZXQ=",
    b"hook-secret",
    b"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
];

/// One scheme for each form of a signature header and each place of a timestamp.
static FORMS: LazyLock<Vec<Scheme>> = LazyLock::new(|| {
    let forms = [
        "format = \"plain\"\nencoding = \"hex\"",
        "format = \"plain\"\nprefix = \"sha256=\"\nseparator = \",\"\nencoding = \"hex\"",
        "format = \"plain\"\nprefix = \"sha256=\"\nencoding = \"base64\"\nunpadded = true",
        "format = \"pairs\"\naccept = [\"v1\"]\nencoding = \"hex\"",
        "format = \"pairs\"\nseparator = \";\"\naccept = [\"h1\"]\nencoding = \"base64url\"",
        "format = \"tokens\"\nseparator = \" \"\nversion_separator = \",\"\naccept = [\"v1\"]\nencoding = \"base64\"",
        "format = \"tokens\"\nseparator = \" \"\nversion_separator = \"=\"\naccept = [\"v1\"]\nencoding = \"hex\"",
    ];
    let times = [
        ("{body}", ""),
        (
            "{timestamp}.{body}",
            "\n[timestamp]\nfrom = { header = \"T\" }\nunit = \"seconds\"\nmax_age = 300\n",
        ),
        (
            "{timestamp}.{body}",
            "\n[timestamp]\nfrom = { header = \"T\" }\nunit = \"rfc3339\"\nmax_future = 300\n",
        ),
        (
            "{timestamp}.{body}",
            "\n[timestamp]\nfrom = { json = \"/t\" }\nunit = \"milliseconds\"\nmax_age = 300\n",
        ),
    ];
    let all = forms.iter().flat_map(|form| times.iter().map(move |time| (form, time)));
    all.map(|(form, (message, time))| {
        let text = format!(
            "title = \"Form\"\nalgorithm = \"hmac-sha256\"\nmessage = \"{message}\"\n\n[key]\nencoding = \"text\"\n\n\
             [signature]\nfrom = {{ header = \"S\" }}\n{form}\n{time}"
        );
        Scheme::parse(&text, "form.toml").unwrap_or_else(|fault| panic!("{fault}\n{text}"))
    })
    .collect()
});

/// Takes pieces off the front of the input.
struct Input<'d>(&'d [u8]);

impl<'d> Input<'d> {
    fn byte(&mut self) -> u8 {
        let Some((&first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        first
    }

    /// Up to a line feed that follows, or everything.
    fn line(&mut self) -> &'d [u8] {
        let end = self.0.iter().position(|&byte| byte == b'\n');
        let line = &self.0[..end.unwrap_or(self.0.len())];
        self.0 = end.map_or(&[], |end| &self.0[end + 1..]);
        line
    }

    fn one<T>(&mut self, of: &'d [T]) -> &'d T {
        let index = usize::from(self.byte()) | usize::from(self.byte()) << 8;
        &of[index % of.len()]
    }
}

fn request<'r>(headers: &'r [(&'r [u8], &'r [u8])], url: &'r [u8], body: &'r [u8]) -> Request<'r> {
    Request { method: b"POST", url, headers, body, truncated: false }
}

/// Header values of any bytes, taken apart in every form. None of them is rightly signed: the secret is not among
/// the input.
pub fn headers(data: &[u8]) {
    let mut input = Input(data);
    let (time, first, second) = (input.line(), input.line(), input.line());
    let headers: [(&[u8], &[u8]); 4] = [(b"T", time), (b"S", first), (b"s", second), (b"X", first)];
    let request = request(&headers, b"https://hooks.example/in/x?a=1", input.0);
    for scheme in FORMS.iter() {
        let found = verify(scheme, &request, &SECRETS, &BTreeMap::new(), NOW);
        assert_ne!(found.verdict, Verdict::Valid, "{}", scheme.id());
        let preview = found.signed_text_preview(request.body, 64);
        assert!(preview.len() <= 3 * 64 + 3, "{} bytes for a preview of 64", preview.len());
        let _ = identity(scheme, &request);
    }
    let _ = generic_identity(&request);
    let _ = detect(&CATALOGUE, &request);
}

/// A rightly signed request under a scheme of the catalogue, and the same with one header changed: the first is
/// valid, the second is not unless the change means nothing.
pub fn verifier(data: &[u8]) {
    let mut input = Input(data);
    let schemes: Vec<&Scheme> = CATALOGUE.schemes().collect();
    let scheme = schemes[(usize::from(input.byte()) | usize::from(input.byte()) << 8) % schemes.len()];
    let (which, replacement) = (usize::from(input.byte()), input.line());
    let (body, none, url) = (input.0, BTreeMap::new(), b"https://hooks.example/in/x?a=1".as_slice());
    let before: [(&[u8], &[u8]); 1] = [(b"X-GCS-KeyId", b"key-1")];
    let signed = SECRETS.iter().find_map(|secret| {
        let signed = sign(scheme, &request(&before, url, body), secret, &none, NOW, Some("msg_1")).ok()?;
        Some((signed, secret))
    });
    let Some((signed, secret)) = signed else {
        let _ = verify(scheme, &request(&[(b"Authorization", replacement)], url, body), &SECRETS, &none, NOW);
        return;
    };
    let owned: Vec<(Vec<u8>, Vec<u8>)> = signed
        .set
        .iter()
        .map(|(name, value)| (name.clone().into_bytes(), value.clone().into_bytes()))
        .collect();
    let body = signed.body.as_deref().unwrap_or(body);
    let mut headers: Vec<(&[u8], &[u8])> =
        owned.iter().map(|(name, value)| (&name[..], &value[..])).collect();
    headers.extend(before);
    let found = verify(scheme, &request(&headers, url, body), &[secret], &none, NOW);
    if scheme.can_sign() {
        assert_eq!(found.strict_reason, Reason::Ok, "{}: what was signed", scheme.id());
    }
    if let Some(header) = headers.get_mut(which % owned.len().max(1)) {
        header.1 = replacement;
    }
    let found = verify(scheme, &request(&headers, url, body), &[secret], &none, NOW);
    // The verdict follows from the reason, and the reason for another secret is never that all is well.
    assert_eq!(found.verdict, found.reason.verdict(), "{}", scheme.id());
    let empty = verify(scheme, &request(&headers, url, body), &[b""], &none, NOW);
    assert_ne!(empty.verdict, Verdict::Valid, "{}: an empty secret", scheme.id());
    let unknown = verify(scheme, &request(&headers, url, body), &[], &none, NOW);
    assert_ne!(unknown.verdict, Verdict::Valid, "{}: no secret", scheme.id());
}

/// Scheme files of any text: a fault lies within the text, and what is taken can be used.
pub fn scheme(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    match Scheme::parse(&text, "fuzz.toml") {
        Err(fault) => {
            let lines = text.split('\n').count();
            assert!((1..=lines).contains(&fault.line), "line {} of {lines}", fault.line);
            let line = text.split('\n').nth(fault.line - 1).unwrap_or_default();
            assert!((1..=line.chars().count() + 1).contains(&fault.column), "{fault}");
        }
        Ok(scheme) => {
            let headers: [(&[u8], &[u8]); 2] =
                [(b"X-Signature", b"t=1781166727,v1=00"), (b"Date", b"1781166727")];
            let request = request(&headers, b"https://hooks.example/in/x", br#"{"id":"a","t":1}"#);
            let none = BTreeMap::new();
            let found = verify(&scheme, &request, &SECRETS, &none, NOW);
            assert_eq!(found.verdict, found.reason.verdict());
            let _ = sign(&scheme, &request, SECRETS[1], &none, NOW, Some("msg_1"));
            let _ = identity(&scheme, &request);
        }
    }
}

/// A search for the cause of a failure, in one go and in pieces: the outcome is the same, and ends.
pub fn diagnosis(data: &[u8]) {
    let mut input = Input(data);
    let schemes: Vec<&Scheme> = CATALOGUE.schemes().collect();
    let scheme = schemes[(usize::from(input.byte()) | usize::from(input.byte()) << 8) % schemes.len()];
    let roles = [Role::Current, Role::Previous, Role::Retired, Role::Token];
    let role = *input.one(&roles);
    let (secret, value, time) = (input.line(), input.line(), input.line());
    let names = ["X-Hub-Signature-256", "Stripe-Signature", "webhook-signature", "X-Signature"];
    let name = input.one(&names).as_bytes();
    let headers: [(&[u8], &[u8]); 3] =
        [(name, value), (b"webhook-timestamp", time), (b"webhook-id", b"msg_1")];
    let request = request(&headers, b"https://hooks.example/in/x?a=1", input.0.get(..512).unwrap_or(input.0));
    let none = BTreeMap::new();
    let candidates = [
        Candidate { name: "given", bytes: secret, of_inbox: true, role },
        Candidate { name: "other", bytes: SECRETS[1], of_inbox: false, role: Role::Retired },
    ];
    let question = Question {
        scheme,
        request: &request,
        candidates: &candidates,
        config: &none,
        now: NOW,
        handler_body: None,
    };
    const STEPS: usize = 64;
    let mut steps = 0;
    let mut whole = Search::new(&CATALOGUE, question);
    whole.run(&mut || {
        steps += 1;
        steps <= STEPS
    });
    let mut pieces = Search::new(&CATALOGUE, question);
    for _ in 0..STEPS {
        let mut first = true;
        pieces.run(&mut || std::mem::take(&mut first));
    }
    let told = whole.report();
    assert!(!format!("{told:?}").contains("hook-secret"), "a report holds a secret");
    if told.complete {
        assert_eq!(told, pieces.report(), "in pieces it ends otherwise");
    }
}

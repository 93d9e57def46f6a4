//! What the tests share: the catalogue, a request that owns its bytes, the folder of third-party data.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::LazyLock;
use waybill_model::Timestamp;
use waybill_signature::{Catalogue, Prepared, Request, Scheme, Verification, check, verify};

pub(crate) static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(Catalogue::embedded);

/// The instant that the vectors of our own are signed at.
pub(crate) const THEN: i64 = 1_781_166_727;

pub(crate) fn scheme(id: &str) -> &'static Scheme {
    CATALOGUE.get(id).unwrap_or_else(|| panic!("no scheme {id}"))
}

pub(crate) type Headers = Vec<(Vec<u8>, Vec<u8>)>;

/// Headers from text.
pub(crate) fn headers(pairs: &[(&str, &str)]) -> Headers {
    pairs.iter().map(|(name, value)| (name.as_bytes().to_vec(), value.as_bytes().to_vec())).collect()
}

/// A POST that owns its bytes.
pub(crate) struct Post {
    pub(crate) headers: Headers,
    pub(crate) body: Vec<u8>,
}

impl Post {
    pub(crate) fn new(pairs: &[(&str, &str)], body: impl AsRef<[u8]>) -> Self {
        Self { headers: headers(pairs), body: body.as_ref().to_vec() }
    }

    /// Hands the borrowed request to `use_it`.
    pub(crate) fn with<T>(&self, use_it: impl FnOnce(&Request<'_>) -> T) -> T {
        let headers: Vec<(&[u8], &[u8])> = self.headers.iter().map(|(n, v)| (&n[..], &v[..])).collect();
        use_it(&Request {
            method: b"POST",
            url: b"https://example.com/in/x?a=1",
            headers: &headers,
            body: &self.body,
            truncated: false,
        })
    }

    pub(crate) fn verify(&self, scheme: &Scheme, secrets: &[&[u8]], now: i64) -> Verification {
        self.with(|request| verified(scheme, request, secrets, &BTreeMap::new(), Timestamp::from_unix(now)))
    }
}

/// What `verify` finds. That the short verdict is the same, with the secrets read then or before, is looked at
/// wherever this is used.
pub(crate) fn verified(
    scheme: &Scheme,
    request: &Request<'_>,
    secrets: &[&[u8]],
    config: &BTreeMap<String, String>,
    now: Timestamp,
) -> Verification {
    let found = verify(scheme, request, secrets, config, now);
    let short = check(scheme, request, secrets, config, now);
    let prepared = Prepared::new(scheme, secrets, config).check(request, now);
    assert_eq!(prepared, short, "{}: prepared", scheme.id());
    let facts = |one: &Verification| {
        let limits = (one.max_age_s, one.max_future_s);
        (one.verdict, one.reason, one.strict_reason, one.secret, one.timestamp, one.age_s, limits)
    };
    assert_eq!(facts(&short), facts(&found), "{}: short", scheme.id());
    found
}

/// The reason in its written form.
pub(crate) fn reason(verification: &Verification) -> &'static str {
    verification.reason.code()
}

/// A file of the third-party data, or `None` where it is not present.
pub(crate) fn shared(path: &str) -> Option<String> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../../shared");
    let folder = std::env::var_os("WAYBILL_SHARED").map_or_else(beside, PathBuf::from);
    std::fs::read_to_string(folder.join(path)).ok()
}

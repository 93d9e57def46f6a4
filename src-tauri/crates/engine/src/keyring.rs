//! The secrets of an inbox as its scheme reads them, kept from one delivery to the next.
//!
//! Belongs to one reading of the inbox and its secrets, and goes with it. The schemes can change meanwhile: what
//! was prepared under another catalogue is prepared anew.

use crate::engine::lock;
use std::fmt;
use std::sync::{Arc, Mutex, Weak};
use waybill_signature::{Catalogue, Prepared};

/// Empty until the first delivery.
#[derive(Default)]
pub(crate) struct Keyring(Mutex<Option<(Weak<Catalogue>, Arc<Prepared>)>>);

impl Keyring {
    /// What was prepared under `schemes`; `prepare` makes it when nothing was.
    pub(crate) fn under(
        &self,
        schemes: &Arc<Catalogue>,
        prepare: impl FnOnce() -> Prepared,
    ) -> Arc<Prepared> {
        let mut kept = lock(&self.0);
        match &*kept {
            // The weak one keeps the address from being given to another catalogue.
            Some((known, prepared)) if std::ptr::eq(known.as_ptr(), Arc::as_ptr(schemes)) => prepared.clone(),
            _ => {
                let prepared = Arc::new(prepare());
                *kept = Some((Arc::downgrade(schemes), prepared.clone()));
                prepared
            }
        }
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keyring")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use waybill_model::{Reason, Timestamp};
    use waybill_signature::{Request, Scheme};

    fn catalogue(header: &str) -> Arc<Catalogue> {
        let own = format!(
            "title = 'Mine'\nalgorithm = 'token'\n[signature]\nfrom = {{ header = '{header}' }}\nencoding = 'text'\n"
        );
        assert!(Scheme::parse(&own, "mine.toml").is_ok());
        Arc::new(Catalogue::default().with_user_files([("mine.toml", own)]))
    }

    #[test]
    fn a_scheme_that_changed_is_prepared_anew() {
        let keyring = Keyring::default();
        let mut made = 0;
        let mut reason = |schemes: &Arc<Catalogue>| {
            let prepared = keyring.under(schemes, || {
                made += 1;
                Prepared::new(schemes.get("mine").unwrap(), &[b"token"], &BTreeMap::new())
            });
            let headers: [(&[u8], &[u8]); 1] = [(b"x-one", b"token")];
            let request = Request { method: b"POST", url: b"/", headers: &headers, ..Request::default() };
            (prepared.check(&request, Timestamp(0)).reason, made)
        };
        let (one, two) = (catalogue("X-One"), catalogue("X-Two"));
        assert_eq!(reason(&one), (Reason::Ok, 1));
        assert_eq!(reason(&one), (Reason::Ok, 1));
        assert_eq!(reason(&two), (Reason::MissingSignature, 2));
        drop(one);
        assert_eq!(reason(&catalogue("X-One")), (Reason::Ok, 3));
    }
}

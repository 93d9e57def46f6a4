//! What can be said of a request for an inbox: the verdict, the secret that matched, who it is, and whether
//! it is a handshake.

use crate::ready::ReadyInbox;
use crate::vaulting::secret_bytes;
use std::sync::Arc;
use waybill_model::{Reason, Timestamp};
use waybill_signature::{
    Catalogue, Handshake, Identity, Prepared, Request, Scheme, generic_identity, handshake, identity,
};

/// What was found.
pub(crate) struct Judged {
    pub(crate) reason: Reason,
    pub(crate) scheme: Option<String>,
    /// The name of the secret that matched.
    pub(crate) secret: Option<String>,
    pub(crate) identity: Identity,
    /// What is answered, when it is a handshake.
    pub(crate) handshake: Option<Handshake>,
}

/// Judges `request` as it would be for `ready` at the instant `now`.
pub(crate) fn judge(
    schemes: &Arc<Catalogue>,
    ready: Option<&ReadyInbox>,
    request: &Request<'_>,
    now: Timestamp,
) -> Judged {
    let Some(ready) = ready else {
        let identity = generic_identity(request);
        return Judged { reason: Reason::NoSecret, scheme: None, secret: None, identity, handshake: None };
    };
    let scheme = ready.inbox.scheme.as_deref().and_then(|id| schemes.get(id));
    let secrets: Vec<&[u8]> = ready.secrets.iter().map(|(_, value)| secret_bytes(value)).collect();
    let handshake = handshake(scheme, request, &secrets, &ready.inbox.config, now);
    let unsigned = handshake.as_ref().is_some_and(|handshake| !handshake.signed);
    let mut judged = match scheme {
        Some(scheme) => under(schemes, scheme, ready, &secrets, request, now),
        None => Judged {
            reason: Reason::NoSecret,
            scheme: None,
            secret: None,
            identity: generic_identity(request),
            handshake: None,
        },
    };
    // That the sender does not sign these is no failure.
    if unsigned && judged.reason != Reason::Ok {
        judged.reason = Reason::Handshake;
    }
    Judged { handshake, ..judged }
}

fn under(
    schemes: &Arc<Catalogue>,
    scheme: &Scheme,
    ready: &ReadyInbox,
    secrets: &[&[u8]],
    request: &Request<'_>,
    now: Timestamp,
) -> Judged {
    let found_identity = match identity(scheme, request) {
        whole @ Identity { event_type: Some(_), event_id: Some(_), delivery_id: Some(_) } => whole,
        part => part.or(generic_identity(request)),
    };
    let prepared = ready.keyring.under(schemes, || Prepared::new(scheme, secrets, &ready.inbox.config));
    let verification = prepared.check(request, now);
    Judged {
        reason: verification.reason,
        scheme: Some(scheme.id().to_owned()),
        secret: verification.secret.and_then(|index| ready.secrets.get(index)).map(|(name, _)| name.clone()),
        identity: found_identity,
        handshake: None,
    }
}

//! What can be said of a request for an inbox: the verdict, the secret that matched, who it is.

use crate::ready::ReadyInbox;
use crate::vaulting::secret_bytes;
use waybill_model::{Reason, Timestamp};
use waybill_signature::{Catalogue, Identity, Request, generic_identity, identity, verify};

/// What was found.
pub(crate) struct Judged {
    pub(crate) reason: Reason,
    pub(crate) scheme: Option<String>,
    /// The name of the secret that matched.
    pub(crate) secret: Option<String>,
    pub(crate) identity: Identity,
}

/// Judges `request` as it would be for `ready` at the instant `now`.
pub(crate) fn judge(
    schemes: &Catalogue,
    ready: Option<&ReadyInbox>,
    request: &Request<'_>,
    now: Timestamp,
) -> Judged {
    let scheme = ready.and_then(|ready| ready.inbox.scheme.as_deref()).and_then(|id| schemes.get(id));
    let Some((ready, scheme)) = ready.zip(scheme) else {
        return Judged {
            reason: Reason::NoSecret,
            scheme: None,
            secret: None,
            identity: generic_identity(request),
        };
    };
    let found_identity = match identity(scheme, request) {
        whole @ Identity { event_type: Some(_), event_id: Some(_), delivery_id: Some(_) } => whole,
        part => part.or(generic_identity(request)),
    };
    let secrets: Vec<&[u8]> = ready.secrets.iter().map(|(_, value)| secret_bytes(value)).collect();
    let verification = verify(scheme, request, &secrets, &ready.inbox.config, now);
    Judged {
        reason: verification.reason,
        scheme: Some(scheme.id().to_owned()),
        secret: verification.secret.and_then(|index| ready.secrets.get(index)).map(|(name, _)| name.clone()),
        identity: found_identity,
    }
}

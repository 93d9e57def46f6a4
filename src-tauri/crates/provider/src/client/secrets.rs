//! Signing secrets that don't come in the answer to create or rotate: made here and told to the
//! provider, or read with a call of their own.

use super::Client;
use crate::answer::RawAnswer;
use crate::description::SecretText;
use crate::prepare::Values;
use crate::{decode, encode};
use secrecy::zeroize::Zeroize;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use waybill_model::{CredentialKind, Entropy, Failure, ProviderOperation, Support};

impl Client {
    /// True when Waybill makes the secrets of this provider's endpoints and tells them to it.
    #[must_use]
    pub fn makes_secret(&self) -> bool {
        self.description.credential.make.is_some()
    }

    /// True when the provider gives an endpoint's secret whenever it is asked.
    #[must_use]
    pub fn reads_secret(&self) -> bool {
        self.support(ProviderOperation::Secret) == Support::Supported
    }

    /// An endpoint's signing secret, from a provider that gives it whenever it is asked.
    ///
    /// # Errors
    /// `unsupported` where it is shown once only; `provider_*`, `network_unreachable`.
    pub async fn read_secret(&self, id: &str) -> Result<SecretString, Failure> {
        let operation = ProviderOperation::Secret;
        self.possible(operation)?;
        let request = self.request(operation, &self.with_id(id, Values::new())?)?;
        let answer = self.send(&request).await?;
        let raw = self.json(operation, &answer)?;
        let at = &self.description.credential.at;
        decode::take(&raw, at).ok_or_else(|| {
            self.unreadable(operation, &answer, &format!("`{at}`, the secret, is missing in its answer"))
        })
    }

    /// Puts a new secret among the values, where Waybill makes them.
    pub(super) fn made_secret(&self, values: &mut Values) -> Option<SecretString> {
        let make = self.description.credential.make.as_ref()?;
        let mut bytes = vec![0_u8; *make.bytes.get_ref()];
        self.entropy.fill(&mut bytes);
        let text = match make.encoding {
            SecretText::Hex => encode::hex(&bytes),
            SecretText::Base64 => encode::base64(&bytes),
        };
        bytes.zeroize();
        let secret = format!("{}{text}", make.prefix);
        values.insert("secret".to_owned(), json!(secret));
        Some(SecretString::from(secret))
    }

    /// Adds to an answer the secret that does not stand in it. That it can't be read does not undo
    /// what was done: the answer then goes on without it.
    pub(super) async fn complete(
        &self,
        mut answer: RawAnswer,
        made: Option<SecretString>,
        id: Option<&str>,
    ) -> RawAnswer {
        answer.beside = made;
        let shared = self.description.credential.kind == CredentialKind::SharedSecret;
        if answer.beside.is_some() || !shared || !self.reads_secret() {
            return answer;
        }
        let named = || {
            let raw = decode::json(&answer).ok()?;
            let id = decode::endpoint(&self.description, &self.frame.scope, &self.connection, raw).ok()?.id;
            Some(id)
        };
        let Some(id) = id.map(str::to_owned).or_else(named) else { return answer };
        match self.read_secret(&id).await {
            Ok(secret) => answer.beside = Some(secret),
            Err(failure) => {
                tracing::warn!(code = %failure.code, "the secret of a new endpoint could not be read")
            }
        }
        answer
    }

    /// The secret that an answer brought: beside it, or where the description says.
    pub(super) fn brought(&self, answer: &RawAnswer, raw: &serde_json::Value) -> Option<SecretString> {
        let credential = &self.description.credential;
        let shared = credential.kind == CredentialKind::SharedSecret;
        let beside = answer.beside.as_ref().map(|secret| SecretString::from(secret.expose_secret()));
        // What a provider answers for a secret that it was told is a row of stars.
        let inside = || decode::take(raw, &credential.at).filter(|_| shared && credential.make.is_none());
        beside.or_else(inside)
    }
}

//! Tokens that last a while: signing in, keeping the token in memory, signing in again.

use super::Client;
use crate::answer::RawAnswer;
use crate::description::{BodyForm, SignIn};
use crate::failure::Teller;
use crate::prepare::Values;
use crate::request::{Request, members};
use crate::transport::Session;
use crate::{base, decode, encode, exchange, path};
use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use url::Url;
use waybill_model::{Clock, ErrorCode, Failure, ProviderOperation, Timestamp};

/// A token is given up so many seconds before its end.
const MARGIN_S: i64 = 30;

impl Client {
    /// The token to send now: the credential itself, or what signing in gave.
    pub(super) async fn current_token(&self, operation: ProviderOperation) -> Result<SecretString, Failure> {
        self.signed_in(operation, None).await
    }

    /// Another token than `refused`.
    pub(super) async fn fresh_token(
        &self,
        operation: ProviderOperation,
        refused: &SecretString,
    ) -> Result<SecretString, Failure> {
        self.signed_in(operation, Some(refused)).await
    }

    async fn signed_in(
        &self,
        operation: ProviderOperation,
        refused: Option<&SecretString>,
    ) -> Result<SecretString, Failure> {
        let Some(sign_in) = &self.auth.sign_in else { return Ok(self.token.clone()) };
        let same = |a: &SecretString, b: &SecretString| a.expose_secret() == b.expose_secret();
        let mut session = self.gate.session.lock().await;
        if let Some(known) = session.as_ref() {
            let good = known.until > self.clock.now()
                && same(&known.credential, &self.credential)
                && refused.is_none_or(|refused| !same(refused, &known.token));
            if good {
                return Ok(known.token.clone());
            }
        }
        *session = None;
        let new = self.sign_in(operation, sign_in.get_ref()).await?;
        let token = new.token.clone();
        *session = Some(new);
        Ok(token)
    }

    async fn sign_in(&self, operation: ProviderOperation, shape: &SignIn) -> Result<Session, Failure> {
        let credential = self.credential.expose_secret().trim();
        let (user, password) = credential.split_once(':').unwrap_or((credential, ""));
        let values =
            Values::from([("user".to_owned(), json!(user)), ("password".to_owned(), json!(password))]);
        let request = self.sign_in_request(operation, shape, &values)?;
        let teller = self.teller(operation);
        let answer = exchange::exchange(&self.writes, &request, &self.token, &self.options).await;
        let answer = answer.map_err(|lost| not_signed_in(&teller, teller.lost(&request, lost)))?;
        if !answer.is_success() {
            if answer.status == 401 {
                self.gate.refused();
            }
            return Err(not_signed_in(&teller, teller.refused(&answer, None)));
        }
        self.session(shape, &answer)
            .map_err(|problem| not_signed_in(&teller, teller.unreadable(&answer, true, &problem)))
    }

    fn session(&self, shape: &SignIn, answer: &RawAnswer) -> Result<Session, String> {
        let body = decode::json(answer)?;
        let token = decode::take(&body, &shape.token)
            .ok_or_else(|| format!("`{}`, the token, is missing in its answer", shape.token))?;
        let told = shape.lifetime.as_ref().and_then(|at| path::at(&body, at)).and_then(Value::as_i64);
        let lifetime = told.unwrap_or_else(|| i64::try_from(shape.lifetime_s).unwrap_or(i64::MAX));
        // A token that lives for less than the margin is used for the call at hand.
        let until = self.clock.now().unix().saturating_add((lifetime - MARGIN_S).max(1));
        Ok(Session { credential: self.credential.clone(), token, until: Timestamp::from_unix(until) })
    }

    fn sign_in_request(
        &self,
        operation: ProviderOperation,
        shape: &SignIn,
        values: &Values,
    ) -> Result<Request, Failure> {
        let method = Method::from_bytes(shape.method.as_bytes())
            .map_err(|_| Failure::internal("the description's method can't be sent"))?;
        let vars = |name: &str| self.frame.vars.get(name).map(String::as_str);
        let filled = base::fill(shape.path.get_ref(), vars)
            .map_err(|(name, problem)| Failure::invalid(format!("{name} {problem}. Nothing was sent.")))?;
        let url = Url::parse(&format!("{}{filled}", self.frame.base))
            .map_err(|_| Failure::invalid("The address to sign in at is none. Nothing was sent."))?;
        let body = members(&shape.body, values, None).map(|members| match self.description.bodies {
            BodyForm::Json => (members.to_string(), "application/json"),
            BodyForm::Form => (encode::form(&members), "application/x-www-form-urlencoded"),
        });
        let mut headers = vec![("Accept".to_owned(), "application/json".to_owned())];
        headers.extend(body.as_ref().map(|(_, kind)| ("Content-Type".to_owned(), (*kind).to_owned())));
        headers.push(("User-Agent".to_owned(), concat!("Waybill/", env!("CARGO_PKG_VERSION")).to_owned()));
        Ok(Request {
            operation,
            method,
            url,
            headers,
            body: body.map(|(text, _)| text),
            auth_header: String::new(),
            auth_prefix: String::new(),
            keyed: false,
            marked: false,
        })
    }
}

/// The same failure, told as one of signing in: the call itself was never made, so nothing is open.
fn not_signed_in(teller: &Teller<'_>, failure: Failure) -> Failure {
    let (task, undone) = crate::failure::words(teller.operation);
    let code = match failure.code {
        ErrorCode::OutcomeUnknown => ErrorCode::NetworkUnreachable,
        ErrorCode::ProviderRejected | ErrorCode::ProviderNotFound => ErrorCode::ProviderUnauthorized,
        code => code,
    };
    let words = failure.message.split_once(" (").and_then(|(_, rest)| rest.rsplit_once(')'));
    let words = words.map_or_else(|| failure.message.clone(), |(words, _)| words.to_owned());
    let mut told = Failure::new(
        code,
        format!(
            "Signing in to {} failed ({words}), so it was not asked to {task}. {undone}",
            teller.description.name()
        ),
    )
    .hint("Check user and password of the connection.");
    if let Some(details) = failure.details {
        told = told.details(*details);
    }
    told
}

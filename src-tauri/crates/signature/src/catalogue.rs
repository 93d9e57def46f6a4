//! The schemes that are known: those that come with Waybill and the user's own.

use crate::cannot_sign::CannotSign;
use crate::fault::SchemeFault;
use crate::request::Request;
use crate::scheme::Scheme;
use crate::sign::{Signed, sign};
use std::collections::BTreeMap;
use waybill_model::{ErrorCode, Failure, SchemeInfo, Timestamp};

/// Names the files of `catalogue/schemes`; a test compares the list with the folder.
macro_rules! embedded {
    ($($id:literal)*) => {
        &[$((
            concat!($id, ".toml"),
            include_str!(concat!("../../../catalogue/schemes/", $id, ".toml")),
        ),)*]
    };
}

/// The scheme files that come with Waybill, as name and text.
const EMBEDDED: &[(&str, &str)] = embedded! {
    "adyen-header"
    "adyen-item"
    "api-key-header"
    "asana"
    "auth0-log-stream"
    "aws-sns"
    "basic-auth"
    "bearer"
    "bitbucket"
    "box-v1"
    "braintree"
    "bridge-xyz"
    "calendly"
    "cashfree"
    "clickup"
    "cloudinary-sha1"
    "cloudinary-sha256"
    "coinbase-commerce"
    "contentful"
    "convoy-advanced"
    "convoy-advanced-v2"
    "convoy-simple-base64"
    "convoy-simple-hex"
    "cursor"
    "discord"
    "docusign"
    "dropbox"
    "dropbox-sign"
    "easypost"
    "elevenlabs"
    "feishu"
    "finch"
    "flutterwave-v3"
    "flutterwave-v4"
    "fusionauth"
    "getstream"
    "github-sha1"
    "github-sha256"
    "gitlab-token"
    "gocardless"
    "grafana-alerting"
    "greenhouse"
    "hub-sha1-list"
    "hub-sha256-list"
    "hubspot-v1"
    "hubspot-v2"
    "hubspot-v3"
    "intercom"
    "iron"
    "jira"
    "lemon-squeezy"
    "line"
    "linear"
    "mailgun"
    "messagebird-jwt"
    "messagebird-legacy"
    "meta-sha1"
    "meta-sha256"
    "mindbridge"
    "mnemom"
    "mnemom-aap"
    "mnemom-aip"
    "mnemom-card"
    "modern-treasury"
    "mollie-nextgen"
    "mynd"
    "netlify"
    "notion"
    "okta-event-hook"
    "onfido"
    "orb"
    "paddle"
    "pagerduty-v3"
    "paypal"
    "paystack"
    "plaid"
    "plain-hex-x-webhook-signature"
    "plivo-v2"
    "polar-transition"
    "pusher"
    "query-token"
    "razorpay"
    "scalr"
    "sendgrid"
    "sentry"
    "shopify"
    "slack"
    "square"
    "square-legacy"
    "standard-webhooks-v1"
    "standard-webhooks-v1a"
    "stripe"
    "svix-v1"
    "telegram"
    "timbrix"
    "trello"
    "twilio-form"
    "twilio-json"
    "twitch-eventsub"
    "typeform"
    "vercel"
    "webflow"
    "wise"
    "woocommerce"
    "workos"
    "worldline-gcs"
    "x-twitter"
    "xero"
    "zendesk"
    "zoom"
};

/// Every known scheme, by id.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    schemes: BTreeMap<String, Scheme>,
    texts: BTreeMap<String, String>,
    faults: Vec<SchemeFault>,
}

impl Catalogue {
    /// The schemes that come with Waybill.
    #[must_use]
    pub fn embedded() -> Self {
        Self::default().with_files(EMBEDDED.iter().copied())
    }

    /// These and the user's, given as file name and text. A user's file takes the place of one of ours
    /// of the same name; a file with a fault is left out and told of by [`Catalogue::faults`].
    #[must_use]
    pub fn with_user_files<N: AsRef<str>, T: AsRef<str>>(
        self,
        files: impl IntoIterator<Item = (N, T)>,
    ) -> Self {
        self.with_files(files)
    }

    fn with_files<N: AsRef<str>, T: AsRef<str>>(mut self, files: impl IntoIterator<Item = (N, T)>) -> Self {
        for (name, text) in files {
            match Scheme::parse(text.as_ref(), name.as_ref()) {
                Ok(scheme) => {
                    self.texts.insert(scheme.id().to_owned(), text.as_ref().to_owned());
                    self.schemes.insert(scheme.id().to_owned(), scheme);
                }
                Err(fault) => self.faults.push(fault),
            }
        }
        self
    }

    /// The scheme of that id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Scheme> {
        self.schemes.get(id)
    }

    /// The scheme of that id.
    ///
    /// # Errors
    /// `unknown_scheme` when there is none.
    pub fn require(&self, id: &str) -> Result<&Scheme, Failure> {
        self.get(id).ok_or_else(|| {
            Failure::new(ErrorCode::UnknownScheme, format!("There is no scheme {id:?}; nothing was checked."))
                .hint("`waybill scheme list` names them all; a file of your own adds one.")
        })
    }

    /// The file of the scheme of that id, as it was read.
    #[must_use]
    pub fn text(&self, id: &str) -> Option<&str> {
        self.texts.get(id).map(String::as_str)
    }

    /// Every scheme, by id.
    pub fn schemes(&self) -> impl Iterator<Item = &Scheme> {
        self.schemes.values()
    }

    /// Every scheme as it is shown, by id.
    #[must_use]
    pub fn infos(&self) -> Vec<SchemeInfo> {
        self.schemes().map(Scheme::info).collect()
    }

    /// What is wrong with the files that were left out.
    #[must_use]
    pub fn faults(&self) -> &[SchemeFault] {
        &self.faults
    }

    /// Signs like [`sign`], and renews the signatures of the scheme's companions that the request
    /// carries too: GitHub sends two, and a receiver may look at either.
    ///
    /// # Errors
    /// As [`sign`]. A companion that can't be signed loses its header instead.
    pub fn sign(
        &self,
        scheme: &Scheme,
        request: &Request<'_>,
        secret: &[u8],
        config: &BTreeMap<String, String>,
        now: Timestamp,
        new_id: Option<&str>,
    ) -> Result<Signed, CannotSign> {
        let mut signed = sign(scheme, request, secret, config, now, new_id)?;
        for companion in scheme.companions().iter().filter_map(|id| self.get(id)) {
            let carried = companion.signature_headers().iter().any(|name| request.has_header(name));
            if !carried || signed.body.is_some() {
                continue;
            }
            match sign(companion, request, secret, config, now, new_id) {
                Ok(other) if other.body.is_none() => {
                    let known: Vec<String> = signed.set.iter().map(|(name, _)| name.clone()).collect();
                    let new = |name: &String| !known.iter().any(|old| old.eq_ignore_ascii_case(name));
                    signed.set.extend(other.set.into_iter().filter(|(name, _)| new(name)));
                    signed.remove.extend(other.remove);
                }
                _ => signed.remove.extend(companion.signature_headers().iter().cloned()),
            }
        }
        Ok(signed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_folder_is_embedded_and_sound() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../catalogue/schemes");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.ends_with(".toml"))
            .collect();
        files.sort();
        let mut embedded: Vec<&str> = EMBEDDED.iter().map(|(name, _)| *name).collect();
        embedded.sort_unstable();
        assert_eq!(files, embedded);
        let catalogue = Catalogue::embedded();
        assert_eq!(catalogue.faults(), []);
        assert_eq!(catalogue.schemes().count(), EMBEDDED.len());
        for scheme in catalogue.schemes() {
            let info = scheme.info();
            assert!(
                !info.title.is_empty() && !info.sources.is_empty() && !info.header.is_empty(),
                "{info:?}"
            );
            for companion in scheme.companions() {
                assert!(catalogue.get(companion).is_some(), "{companion}");
            }
        }
    }

    #[test]
    fn a_users_file_adds_replaces_or_is_told_of() {
        let own = "title = 'Mine'\nalgorithm = 'token'\n[signature]\nfrom = { header = 'X-Mine' }\nencoding = 'text'\n";
        let files = [("mine.toml", own), ("stripe.toml", own), ("bad.toml", "title = 3"), ("No.toml", own)];
        let catalogue = Catalogue::embedded().with_user_files(files);
        assert_eq!(catalogue.get("mine").unwrap().info().title, "Mine");
        assert_eq!(catalogue.get("stripe").unwrap().info().title, "Mine");
        let faults: Vec<(&str, usize)> =
            catalogue.faults().iter().map(|f| (f.file.as_str(), f.line)).collect();
        assert_eq!(faults, [("bad.toml", 1), ("No.toml", 1)]);
        assert_eq!(catalogue.require("none").unwrap_err().code, ErrorCode::UnknownScheme);
    }
}

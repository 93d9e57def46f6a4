//! Realistic deliveries by the thousand, for filling lists and for holding verification to account.
//!
//! Promise: endless, the same for the same seed, each with what verification must say of it when it
//! is received at [`Sample::received_at`]; about one in eight has something wrong with its signature.
//! Sizes lie around 1.5 KiB with a few short and a few long ones. Left out: HTTP; a sample is headers
//! and a body, and whoever wants it on a socket sends it.

use crate::catalogue;
use crate::clock::SeededEntropy;
use crate::payload::{self, Account, Event};
use crate::sign::{self, Form, PublicKeyForm, SigningMaterial};
use std::fmt;
use std::time::Duration;
use waybill_model::{Reason, Timestamp};

/// One delivery as a provider would send it.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The provider's id; also the inbox the path names.
    pub provider: &'static str,
    /// The form it is signed in.
    pub form: Form,
    /// Always `POST`.
    pub method: &'static str,
    /// `/in/<provider>`.
    pub path: String,
    /// The headers in the order they are sent, without `Host` and `Content-Length`.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// When it arrives.
    pub received_at: Timestamp,
    /// What verification at that time must say. Under MindBridge's scheme, which its documents do
    /// not confirm, a reader may say `scheme_unconfirmed` in place of a mismatch.
    pub expected: Reason,
    /// The provider's word for what happened.
    pub event_type: String,
    /// The provider's id of the event, where the delivery carries one.
    pub event_id: Option<String>,
}

/// What deliveries of one provider are verified with. `Debug` shows no secret.
#[derive(Clone)]
pub struct SampleSecret {
    /// The provider's id.
    pub provider: &'static str,
    /// The form it signs in.
    pub form: Form,
    /// The secret's text, or the public key.
    pub credential: String,
}

impl fmt::Debug for SampleSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SampleSecret").field("provider", &self.provider).finish_non_exhaustive()
    }
}

struct Source {
    provider: &'static str,
    form: Form,
    events: &'static [&'static str],
    key: SigningMaterial,
    wrong: SigningMaterial,
    /// Out of a hundred deliveries.
    share: u64,
}

/// An endless sequence of samples.
pub struct Samples {
    draw: SeededEntropy,
    sources: Vec<Source>,
    account: Account,
    at: Timestamp,
    gap: Duration,
}

impl fmt::Debug for Samples {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Samples").field("at", &self.at).field("gap", &self.gap).finish_non_exhaustive()
    }
}

/// The samples that belong to `seed`, beginning at 2026-01-01 and 20 seconds apart on average.
#[must_use]
pub fn samples(seed: u64) -> Samples {
    let draw = SeededEntropy::new(seed);
    let text =
        |prefix: &str, draw: &SeededEntropy| SigningMaterial::Shared(format!("{prefix}{}", draw.hex(64)));
    let pair = |draw: &SeededEntropy| SigningMaterial::pair(draw.key());
    let rows: [(&str, Form, &[&str], &str, u64); 6] = [
        ("mynd", Form::Mynd, catalogue::MYND, "whsec_", 30),
        ("mnemom", Form::Mnemom, catalogue::MNEMOM, "", 20),
        ("timbrix", Form::Timbrix, catalogue::TIMBRIX, "whsec_", 15),
        ("mindbridge", Form::MindBridge, catalogue::MINDBRIDGE, "", 10),
        (
            "stripe",
            Form::Stripe,
            &["invoice.paid", "charge.refunded", "payment_intent.succeeded"],
            "whsec_",
            15,
        ),
        ("github", Form::GitHub, &["push", "pull_request", "issues", "check_run"], "", 10),
    ];
    let sources = rows
        .into_iter()
        .map(|(provider, form, events, prefix, share)| {
            let key = || if form == Form::MindBridge { pair(&draw) } else { text(prefix, &draw) };
            Source { provider, form, events, key: key(), wrong: key(), share }
        })
        .collect();
    let account = Account { id: draw.uuid(), slug: "acme".to_owned(), name: "Acme".to_owned() };
    let at = Timestamp::from_unix(1_767_225_600);
    Samples { draw, sources, account, at, gap: Duration::from_secs(20) }
}

impl Samples {
    /// Begins at `at` and leaves `gap` between two deliveries on average.
    #[must_use]
    pub fn starting(mut self, at: Timestamp, gap: Duration) -> Self {
        self.at = at;
        self.gap = gap;
        self
    }

    /// What the samples are verified with, one a provider.
    #[must_use]
    pub fn secrets(&self) -> Vec<SampleSecret> {
        let read = |source: &Source| SampleSecret {
            provider: source.provider,
            form: source.form,
            credential: source.key.receiver_text(PublicKeyForm::Spki),
        };
        self.sources.iter().map(read).collect()
    }

    fn size(&self) -> usize {
        let extra = |span: u64| usize::try_from(self.draw.below(span)).unwrap_or(0);
        match self.draw.below(50) {
            0..5 => 300 + extra(300),
            5..48 => 1_000 + extra(900),
            48 => 8_000 + extra(8_000),
            _ => 20_000 + extra(40_000),
        }
    }
}

impl Iterator for Samples {
    type Item = Sample;

    fn next(&mut self) -> Option<Sample> {
        let gap = u64::try_from(self.gap.as_nanos()).unwrap_or(u64::MAX);
        let step = i64::try_from(self.draw.below(gap.saturating_mul(2).max(1))).unwrap_or(i64::MAX);
        self.at = self.at.plus_nanos(step);
        let mut roll = self.draw.below(100);
        let source = self.sources.iter().find(|source| {
            let hit = roll < source.share;
            roll = roll.saturating_sub(source.share);
            hit
        })?;
        let event_type = self.draw.pick(source.events).to_owned();
        let id = format!("evt_{}", self.draw.hex(16));
        let event = Event {
            id: id.clone(),
            data: payload::data(&event_type, self.size(), &self.draw),
            event_type: event_type.clone(),
            created_at: self.at,
        };
        let body = payload::envelope(source.form, &event, &self.account);
        let flaw = self.draw.below(32);
        let (signed_at, key, expected) = match flaw {
            0 => (self.at, &source.wrong, Reason::SignatureMismatch),
            1 if source.form.timed() => {
                (self.at.plus_nanos(-900_000_000_000), &source.key, Reason::TimestampTooOld)
            }
            2 => (self.at, &source.key, Reason::MissingSignature),
            3 => (self.at, &source.key, Reason::SignatureMismatch),
            _ => (self.at, &source.key, Reason::Ok),
        };
        let mut headers = vec![
            ("Content-Type".to_owned(), "application/json".to_owned()),
            ("User-Agent".to_owned(), format!("{}-webhooks/1", source.provider)),
        ];
        if source.form == Form::GitHub {
            headers.push(("X-GitHub-Event".to_owned(), event_type.clone()));
        }
        let signature = sign::sign(source.form, key, &id, signed_at, &body);
        headers.extend(
            signature
                .into_iter()
                .filter(|(name, _)| flaw != 2 || *name != source.form.header())
                .map(|(name, value)| (name.to_owned(), value)),
        );
        // A body that was written anew on its way: the same JSON, one byte longer.
        let body = if flaw == 3 { [&body[..], b"\n"].concat() } else { body };
        let event_id = match source.form {
            Form::Timbrix => None,
            _ => Some(id),
        };
        Some(Sample {
            provider: source.provider,
            form: source.form,
            method: "POST",
            path: format!("/in/{}", source.provider),
            headers,
            body,
            received_at: self.at,
            expected,
            event_type,
            event_id,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sign::Refusal;
    use std::collections::BTreeMap;

    #[test]
    fn every_sample_is_what_it_says_it_is() {
        let all = samples(1);
        let secrets: BTreeMap<_, _> =
            all.secrets().into_iter().map(|secret| (secret.provider, secret.credential)).collect();
        let mut seen = BTreeMap::new();
        let mut bytes = 0;
        let mut last = Timestamp::from_unix(0);
        for sample in all.take(1_500) {
            let headers: Vec<_> = sample
                .headers
                .iter()
                .map(|(name, value)| (name.clone(), value.clone().into_bytes()))
                .collect();
            let got = sign::check(
                sample.form,
                &secrets[sample.provider],
                &headers,
                &sample.body,
                sample.received_at,
            );
            let expected = match sample.expected {
                Reason::Ok => Ok(()),
                Reason::SignatureMismatch => Err(Refusal::Mismatch),
                Reason::TimestampTooOld => Err(Refusal::Stale),
                Reason::MissingSignature => Err(Refusal::Missing(sample.form.header())),
                other => panic!("{other:?} is not a flaw that is made here"),
            };
            assert_eq!(got, expected, "{sample:?}");
            serde_json::from_slice::<serde_json::Value>(&sample.body).unwrap();
            assert!(sample.received_at >= last);
            last = sample.received_at;
            bytes += sample.body.len();
            *seen.entry((sample.provider, sample.expected)).or_insert(0) += 1;
        }
        let mean = bytes / 1_500;
        assert!((1_200..4_000).contains(&mean), "{mean}");
        assert!(seen.len() >= 20, "each provider with each flaw: {seen:?}");
    }

    #[test]
    fn the_same_seed_gives_the_same_samples() {
        let of =
            |seed| samples(seed).take(40).map(|sample| (sample.headers, sample.body)).collect::<Vec<_>>();
        assert_eq!(of(5), of(5));
        assert_ne!(of(5), of(6));
    }
}

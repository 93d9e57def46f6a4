//! A handshake that has been read and fits together: when a request is one, and what it is answered.

use super::answer::{self, AnswerText, Piece};
use super::condition::{Condition, condition};
use super::file::{HandshakeFile, Signature};
use super::token::Token;
use super::{Handshake, LearnedSecret};
use crate::algorithm::{Family, same_secret};
use crate::describe::{Source, is_header_name};
use crate::fit::Wrong;
use crate::json::Pointer;
use crate::key::{Key, KeyReading};
use crate::reader::Reader;
use crate::scheme::Scheme;
use crate::verify::verify;
use std::collections::BTreeSet;
use toml::Spanned;
use waybill_model::{Timestamp, Verdict};

/// Bytes of an answer's body; more would make a mirror of the address.
const LONGEST_ANSWER: usize = 16 * 1024;

/// Characters of a secret that is learned.
const LONGEST_SECRET: usize = 1024;

/// One handshake.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) name: String,
    note: String,
    methods: Vec<String>,
    conditions: Vec<Condition>,
    signature: Signature,
    token: Option<Token>,
    learn: Option<Source>,
    status: u16,
    headers: Vec<(String, Vec<Piece>)>,
    body: Vec<Piece>,
    /// Every place of a body's JSON that is read.
    pub(crate) pointers: Vec<Pointer>,
}

/// A handshake that is not given its answer: the status, and why.
struct Refusal(u16, String);

/// The rule that a `[[handshake]]` describes, when its parts agree. `family` is the scheme's; without one
/// the handshake belongs to no scheme.
pub(crate) fn fit(spanned: Spanned<HandshakeFile>, family: Option<Family>) -> Result<Rule, Wrong> {
    let span = spanned.span();
    let wrong = |message: String| (Some(span.clone()), message);
    let file = spanned.into_inner();
    if file.name.trim().is_empty() {
        return Err(wrong("a handshake has a `name`".to_owned()));
    }
    if file.method.0.iter().any(|method| !is_header_name(method) || *method != method.to_ascii_uppercase()) {
        return Err(wrong("a `method` is written as it is sent: GET, POST".to_owned()));
    }
    if !(200..=299).contains(&file.answer.status) {
        return Err(wrong("the answer's `status` says that it went well: 200 to 299".to_owned()));
    }
    if family.is_none() && file.signature != Signature::None {
        return Err(wrong("without a scheme there is no signature to look at".to_owned()));
    }
    let conditions: Vec<Condition> =
        file.when.into_iter().map(condition).collect::<Result<_, _>>().map_err(wrong)?;
    let token = file.token.map(Token::of).transpose().map_err(wrong)?;
    let mut headers = Vec::with_capacity(file.answer.headers.len());
    for (name, AnswerText(value)) in file.answer.headers {
        if !is_header_name(&name) {
            return Err(wrong(format!("{name:?} can't be the name of a header")));
        }
        headers.push((name, value));
    }
    let mut rule = Rule {
        name: file.name,
        note: file.note,
        methods: file.method.0,
        conditions,
        signature: file.signature,
        token,
        learn: file.learn,
        status: file.answer.status,
        headers,
        body: file.answer.body.0,
        pointers: Vec::new(),
    };
    let shared =
        family.is_none_or(|family| matches!(family, Family::Mac(_) | Family::Hash(_) | Family::Token));
    if !shared && rule.pieces().any(uses_secret) {
        return Err(wrong("a public key makes no HMAC".to_owned()));
    }
    if rule.signature != Signature::Valid && rule.signs_at_will() {
        return Err(wrong(
            "whoever asks could have anything signed: a value inside `hmac` needs a condition with `chars` and \
             `length`, or the handshake `signature = \"valid\"`"
                .to_owned(),
        ));
    }
    if rule.sources().any(|source| matches!(source, Source::Field(_))) {
        return Err(wrong("a handshake has no signature fields".to_owned()));
    }
    rule.pointers = rule.read_pointers();
    Ok(rule)
}

fn uses_secret(piece: &Piece) -> bool {
    let mut found = false;
    piece.walk(&mut |one| found |= matches!(one, Piece::Hmac { .. }));
    found
}

impl Rule {
    fn pieces(&self) -> impl Iterator<Item = &Piece> {
        self.headers.iter().flat_map(|(_, value)| value).chain(&self.body)
    }

    /// Whether an answer holds the HMAC of a value that no condition bounds. A stranger may ask for a handshake,
    /// and an HMAC of what they choose is a signature.
    fn signs_at_will(&self) -> bool {
        let mut found = false;
        for piece in self.pieces() {
            piece.walk(&mut |one| {
                let Piece::Hmac { of, .. } = one else { return };
                for inner in of {
                    inner.walk(&mut |inner| {
                        if let Piece::Value(from) = inner {
                            found |= !self.conditions.iter().any(|condition| condition.bounds(from));
                        }
                    });
                }
            });
        }
        found
    }

    fn sources(&self) -> impl Iterator<Item = &Source> {
        let conditions = self.conditions.iter().map(|condition| &condition.from);
        conditions.chain(self.token.as_ref().map(|token| &token.from)).chain(&self.learn)
    }

    fn read_pointers(&self) -> Vec<Pointer> {
        let mut found: Vec<Pointer> = self.sources().filter_map(Source::pointer).cloned().collect();
        for piece in self.pieces() {
            piece.walk(&mut |one| found.extend(one.pointer().cloned()));
        }
        let mut seen = BTreeSet::new();
        found.retain(|pointer| seen.insert(pointer.text().to_owned()));
        found
    }

    /// The configuration that the answer needs.
    pub(crate) fn config_keys(&self) -> Vec<String> {
        let mut keys = Vec::new();
        if let Some(token) = &self.token {
            keys.extend(token.config_keys().map(str::to_owned));
        }
        for piece in self.pieces() {
            piece.walk(&mut |one| {
                if let Piece::Config(key) = one {
                    keys.push(key.clone());
                }
            });
        }
        keys
    }

    /// Whether the request is this handshake. Method and headers first: bodies are only read by what may be one.
    pub(crate) fn fits(&self, reader: &Reader<'_>) -> bool {
        let cheap = |condition: &&Condition| matches!(condition.from, Source::Header(_) | Source::Query(_));
        self.methods.iter().any(|method| method.as_bytes() == reader.request.method)
            && self.conditions.iter().filter(cheap).all(|condition| condition.holds(reader))
            && self.conditions.iter().filter(|one| !cheap(one)).all(|condition| condition.holds(reader))
    }

    /// The answer to a request that fits.
    pub(crate) fn answered(
        &self,
        reader: &Reader<'_>,
        scheme: Option<&Scheme>,
        secrets: &[&[u8]],
        now: Timestamp,
    ) -> Handshake {
        let mut made = Handshake {
            name: self.name.clone(),
            accepted: false,
            status: self.status,
            headers: Vec::new(),
            body: Vec::new(),
            learned: None,
            signed: self.signature != Signature::None,
            explanation: self.note.clone(),
        };
        match self.attempt(reader, scheme, secrets, now, &mut made) {
            Ok(()) => made.accepted = true,
            Err(Refusal(status, why)) => {
                made = Handshake { status, headers: Vec::new(), body: Vec::new(), learned: None, ..made };
                made.explanation = why;
            }
        }
        made
    }

    fn attempt(
        &self,
        reader: &Reader<'_>,
        scheme: Option<&Scheme>,
        secrets: &[&[u8]],
        now: Timestamp,
        made: &mut Handshake,
    ) -> Result<(), Refusal> {
        self.check_signature(reader, scheme, secrets, now)?;
        if let Some(token) = &self.token {
            token.check(reader, secrets).map_err(|why| Refusal(403, why))?;
        }
        made.learned = self.learned(reader, secrets)?;
        let key = key(scheme, secrets);
        let key = match &key {
            Some(Key::Bytes(bytes)) => Some(bytes.as_slice()),
            _ => None,
        };
        let text = |pieces: &[Piece]| {
            answer::bytes(pieces, reader, key)
                .map_err(|why| Refusal(403, format!("It can't be answered: {why}.")))
        };
        for (name, value) in &self.headers {
            let value = text(value)?;
            let fit = String::from_utf8(value)
                .ok()
                .filter(|value| !value.bytes().any(|byte| byte.is_ascii_control()));
            let value = fit.ok_or_else(|| {
                Refusal(403, format!("It can't be answered: what came can't stand in the header {name}."))
            })?;
            made.headers.push((name.clone(), value));
        }
        made.body = text(&self.body)?;
        if made.body.len() > LONGEST_ANSWER {
            return Err(Refusal(
                403,
                "It can't be answered: what is to be sent back is too long.".to_owned(),
            ));
        }
        Ok(())
    }

    fn check_signature(
        &self,
        reader: &Reader<'_>,
        scheme: Option<&Scheme>,
        secrets: &[&[u8]],
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let Some(scheme) = scheme.filter(|_| self.signature != Signature::None) else { return Ok(()) };
        let found = verify(scheme, &reader.request, secrets, reader.config, now);
        let fine = match self.signature {
            Signature::Valid => found.verdict == Verdict::Valid,
            _ => found.verdict != Verdict::Invalid,
        };
        if fine {
            return Ok(());
        }
        let reason = found.reason.code();
        Err(Refusal(401, format!("Its signature is not valid ({reason}), so it was answered 401.")))
    }

    /// The secret that came. One that is held is answered again; another one beside it is refused: the second
    /// to ask may be a stranger who wants to put in a key of their own.
    fn learned(&self, reader: &Reader<'_>, secrets: &[&[u8]]) -> Result<Option<LearnedSecret>, Refusal> {
        let Some(from) = &self.learn else { return Ok(None) };
        let refused = |why: &str| Err(Refusal(403, why.to_owned()));
        let value = reader.read(from, &[]).unwrap_or_default();
        let Some(text) = std::str::from_utf8(&value).ok().filter(|text| !text.is_empty()) else {
            return refused("The secret that came with it is no text, so it can't be kept.");
        };
        if text.len() > LONGEST_SECRET {
            return refused("The secret that came with it is too long to be one.");
        }
        if secrets.is_empty() {
            return Ok(Some(LearnedSecret::new(text)));
        }
        let mut held = false;
        for secret in secrets {
            held |= same_secret(secret, &value);
        }
        if held {
            return Ok(None);
        }
        refused(
            "It brings a secret, and the inbox has another one: anybody could send this, so it was not taken. \
             Remove the inbox's secret first if the sender was set up anew.",
        )
    }
}

/// The first secret as the scheme reads it.
fn key(scheme: Option<&Scheme>, secrets: &[&[u8]]) -> Option<Key> {
    let text = [KeyReading::text()];
    let readings = scheme.map_or(&text[..], |scheme| &scheme.readings);
    let family = scheme.map_or(Family::Token, |scheme| scheme.algorithm.family());
    secrets.iter().find_map(|secret| readings.iter().find_map(|reading| reading.key(secret, family)))
}

//! A value in a handshake that sender and receiver have agreed on.

use super::file::TokenFile;
use crate::algorithm::same_secret;
use crate::describe::Source;
use crate::reader::Reader;

/// Where it stands, and what it may be.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) from: Source,
    known: Vec<Known>,
}

/// A value that was agreed on.
#[derive(Clone, Debug)]
enum Known {
    /// Any secret of the inbox.
    Secret,
    /// A configured value.
    Config(String),
}

impl Token {
    /// The token that is described so.
    pub(crate) fn of(file: TokenFile) -> Result<Self, String> {
        let known = file.is.0.into_iter().map(|word| match word.split_once(':') {
            None if word == "secret" => Ok(Known::Secret),
            Some(("config", key)) if !key.is_empty() => Ok(Known::Config(key.to_owned())),
            _ => Err(format!("a token is `secret` or `config:KEY`, not {word:?}")),
        });
        Ok(Self { from: file.from, known: known.collect::<Result<_, _>>()? })
    }

    /// The configuration that it is held against.
    pub(crate) fn config_keys(&self) -> impl Iterator<Item = &str> {
        self.known.iter().filter_map(|one| match one {
            Known::Config(key) => Some(key.as_str()),
            Known::Secret => None,
        })
    }

    /// Whether the request holds it; why not, in words.
    pub(crate) fn check(&self, reader: &Reader<'_>, secrets: &[&[u8]]) -> Result<(), String> {
        let value = reader.read(&self.from, &[]).unwrap_or_default();
        let (mut agreed, mut keys) = (false, Vec::new());
        for one in &self.known {
            match one {
                Known::Secret => {
                    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
                        agreed |= same_secret(secret, &value);
                    }
                }
                Known::Config(key) => {
                    keys.push(format!("`{key}`"));
                    let wanted = reader.config.get(key).filter(|wanted| !wanted.is_empty());
                    agreed |= wanted.is_some_and(|wanted| same_secret(wanted.as_bytes(), &value));
                }
            }
        }
        if agreed && !value.is_empty() {
            return Ok(());
        }
        let place = self.from.title();
        let keys = if keys.is_empty() {
            "the inbox's secret".to_owned()
        } else {
            format!("the inbox's {}", keys.join(", "))
        };
        Err(format!(
            "The token in its {place} is not the one agreed on: set {keys} to what you gave the sender."
        ))
    }
}

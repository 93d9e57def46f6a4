//! What comes in besides words: secrets from the environment or standard input, files, `K=V` pairs.

use crate::args::SecretsFrom;
use base64::Engine as _;
use serde_json::{Map, Value};
use std::io::Read;
use std::path::Path;
use waybill_model::{ErrorCode, Failure, Name};

/// The secrets a command was given.
pub(crate) fn secrets(from: &SecretsFrom) -> Result<Vec<String>, Failure> {
    let mut found = Vec::new();
    for variable in &from.secret_env {
        found.push(variable_value(variable)?);
    }
    if from.secret_stdin {
        found.push(stdin_secret()?);
    }
    Ok(found)
}

/// The one secret a command needs.
pub(crate) fn one_secret(from: &SecretsFrom) -> Result<String, Failure> {
    let mut found = secrets(from)?;
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => Err(Failure::invalid("No secret was given; nothing was done.").hint(
            "Name an environment variable with --secret-env VAR, or pipe the secret in with --secret-stdin.",
        )),
        _ => Err(Failure::invalid(
            "More than one secret was given, and only one can be used; nothing was done.",
        )),
    }
}

/// The value of an environment variable that holds a secret.
pub(crate) fn variable_value(variable: &str) -> Result<String, Failure> {
    match std::env::var(variable) {
        Ok(value) if value.is_empty() => {
            Err(Failure::invalid(format!("The environment variable {variable} is empty; nothing was done.")))
        }
        Ok(value) => Ok(value),
        Err(_) => Err(Failure::invalid(format!(
            "The environment variable {variable} is not set (or is not text); nothing was done."
        ))
        .hint(format!("Set it without showing it: read -rs {variable}; export {variable}"))),
    }
}

/// A secret from standard input; one line end at its end belongs to the pipe, not to the secret.
pub(crate) fn stdin_secret() -> Result<String, Failure> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).map_err(|error| {
        Failure::invalid(format!("Standard input could not be read: {error}; nothing was done."))
    })?;
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    if text.is_empty() {
        return Err(Failure::invalid(
            "Standard input was empty where a secret was expected; nothing was done.",
        ));
    }
    Ok(text)
}

/// The largest file that is read: what an import takes.
const LARGEST: u64 = 256 * 1024 * 1024;

/// A file's bytes; `-` is standard input.
pub(crate) fn file(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        std::io::stdin().take(LARGEST + 1).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes))
    };
    match read {
        Ok(_) if bytes.len() as u64 <= LARGEST => Ok(bytes),
        Ok(_) => {
            Err(Failure::invalid(format!("{} is larger than 256 MiB; nothing was done.", path.display()))
                .hint("Split it and use the pieces."))
        }
        Err(error) => {
            let code = if error.kind() == std::io::ErrorKind::NotFound {
                ErrorCode::NotFound
            } else {
                ErrorCode::InvalidInput
            };
            Err(Failure::new(
                code,
                format!("{} could not be read: {error}; nothing was done.", path.display()),
            ))
        }
    }
}

/// Refuses a command that would read standard input for two things.
pub(crate) fn one_stdin(file: Option<&Path>, secrets: &SecretsFrom) -> Result<(), Failure> {
    if secrets.secret_stdin && file == Some(Path::new("-")) {
        return Err(Failure::invalid(
            "Standard input can't be both the file and the secret; nothing was done.",
        )
        .hint("Give the secret with --secret-env VAR."));
    }
    Ok(())
}

/// Bytes as they stand in JSON.
pub(crate) fn base64(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// Back from that.
pub(crate) fn from_base64(text: &str) -> Result<Vec<u8>, Failure> {
    base64::engine::general_purpose::STANDARD
        .decode(text)
        .map_err(|_| Failure::internal("An answer was not Base64."))
}

/// `K=V` pairs as an object.
pub(crate) fn pairs(given: &[String]) -> Result<Value, Failure> {
    let mut found = Map::new();
    for pair in given {
        let Some((key, value)) = pair.split_once('=') else {
            return Err(Failure::invalid(format!("{pair:?} is not of the form K=V; nothing was done.")));
        };
        found.insert(key.to_owned(), Value::String(value.to_owned()));
    }
    Ok(Value::Object(found))
}

/// A name as typed: of an inbox, of a connection.
pub(crate) fn name(typed: &str) -> Result<Name, Failure> {
    typed.parse().map_err(|fault| Failure::invalid(format!("{fault}. Nothing was done.")))
}

/// Asks for a yes on a terminal.
#[allow(clippy::print_stderr)]
pub(crate) fn confirm(question: &str) -> Result<bool, Failure> {
    use std::io::IsTerminal;
    if !std::io::stdin().is_terminal() {
        return Err(Failure::new(
            ErrorCode::ConfirmationRequired,
            format!("This wants a yes, and there is no terminal to ask on. Nothing was done. The question: {question}"),
        )
        .hint("Say yes with --yes."));
    }
    eprint!("{question} [y/N] ");
    let mut answer = String::new();
    std::io::stdin()
        .read_line(&mut answer)
        .map_err(|error| Failure::invalid(format!("No answer could be read: {error}.")))?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

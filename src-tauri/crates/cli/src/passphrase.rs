//! The passphrase of the encrypted secrets file: from the environment, else asked for on a terminal, and only
//! by a command that reads or writes a secret. A passphrase for a new file is asked for twice: nobody can
//! recover one that was mistyped.

use crate::args::{
    Command, ConnectionCommand, EndpointCommand, InboxCommand, ReplayCommand, SchemeCommand, SecretCommand,
    SecretsFrom,
};
use secrecy::{ExposeSecret, SecretString};
use std::io::IsTerminal;
use std::path::Path;

/// How often a new passphrase may be typed in two ways.
const TRIES: usize = 3;

/// What a command may do with secrets' values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Nothing.
    No,
    /// Read those that are there.
    Reads,
    /// Put one into the vault.
    Writes,
}

/// The passphrase, if there is one; `file` is the encrypted file, whether it is there or not.
pub(crate) fn passphrase(wanted: Wanted, file: &Path) -> Option<SecretString> {
    if let Ok(text) = std::env::var("WAYBILL_VAULT_PASSPHRASE") {
        return Some(text.into());
    }
    let there = file.exists();
    let needed = wanted == Wanted::Writes || (wanted == Wanted::Reads && there);
    if !needed || !std::io::stdin().is_terminal() {
        return None;
    }
    if there {
        return ask("Passphrase of the encrypted secrets file: ");
    }
    for _ in 0..TRIES {
        let first = ask("There is no encrypted secrets file yet. A passphrase for the new one: ")?;
        let second = ask("The same once more: ")?;
        if first.expose_secret() == second.expose_secret() {
            return Some(first);
        }
    }
    None
}

fn ask(prompt: &str) -> Option<SecretString> {
    rpassword::prompt_password(prompt).ok().map(SecretString::from)
}

/// What this command may do with secrets' values.
pub(crate) fn wanted(command: &Command) -> Wanted {
    let given = |secrets: &SecretsFrom| secrets.secret_stdin || !secrets.secret_env.is_empty();
    let when = |condition: bool, wanted: Wanted| if condition { wanted } else { Wanted::No };
    match command {
        Command::Listen(_) | Command::Doctor => Wanted::Reads,
        Command::Inbox(InboxCommand::Add(add)) => {
            when(given(&add.secrets) || add.endpoint.is_some(), Wanted::Writes)
        }
        Command::Inbox(InboxCommand::Edit(edit)) => when(given(&edit.secrets), Wanted::Writes),
        Command::Inbox(InboxCommand::Remove { .. }) => Wanted::Reads,
        Command::Verify(verify) => when(verify.delivery.is_some() && !given(&verify.secrets), Wanted::Reads),
        Command::Sign(sign) => when(sign.secret_id.is_some(), Wanted::Reads),
        Command::Scheme(SchemeCommand::TestKey { .. }) => Wanted::Writes,
        Command::Scheme(_) => Wanted::No,
        Command::Send(send) => when(send.inbox.is_some(), Wanted::Reads),
        Command::Replay(replay) => match &replay.command {
            None => when(replay.resign, Wanted::Reads),
            Some(ReplayCommand::Resume { .. }) => Wanted::Reads,
            Some(_) => Wanted::No,
        },
        Command::Connection(ConnectionCommand::Add { .. }) => Wanted::Writes,
        Command::Connection(ConnectionCommand::Test { .. } | ConnectionCommand::Remove { .. }) => {
            Wanted::Reads
        }
        Command::Endpoint(EndpointCommand::History { .. }) => Wanted::No,
        Command::Endpoint(EndpointCommand::Create { .. } | EndpointCommand::Rotate { .. }) => Wanted::Writes,
        Command::Endpoint(EndpointCommand::Repair(repair)) => {
            when(repair.case.is_some() && !repair.dismiss, Wanted::Writes)
        }
        Command::Endpoint(_) | Command::Reconcile(_) => Wanted::Reads,
        Command::Secret(SecretCommand::Set { .. }) => Wanted::Writes,
        Command::Secret(SecretCommand::Show { .. } | SecretCommand::Remove { .. }) => Wanted::Reads,
        Command::Inbox(_)
        | Command::Deliveries(_)
        | Command::Provider(_)
        | Command::Connection(_)
        | Command::Secret(_) => Wanted::No,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::Cli;
    use clap::Parser;

    #[test]
    fn only_what_touches_a_secret_asks_for_the_passphrase() {
        for (words, expected) in [
            ("listen", Wanted::Reads),
            ("doctor", Wanted::Reads),
            ("inbox list", Wanted::No),
            ("inbox add a", Wanted::No),
            ("inbox add a --scheme mynd --secret-env S", Wanted::Writes),
            ("inbox remove a", Wanted::Reads),
            ("endpoint repair", Wanted::No),
            ("endpoint repair x", Wanted::Writes),
            ("reconcile --connection c", Wanted::Reads),
            ("deliveries list", Wanted::No),
            ("deliveries show 1", Wanted::No),
            ("verify --delivery 1 --scheme mynd", Wanted::Reads),
            ("verify --delivery 1 --scheme mynd --secret-env S", Wanted::No),
            ("send --to http://x --inbox a", Wanted::Reads),
            ("replay 1 --to http://x", Wanted::No),
            ("replay 1 --to http://x --resign", Wanted::Reads),
            ("replay list", Wanted::No),
            ("replay resume 1", Wanted::Reads),
            ("scheme list", Wanted::No),
            ("scheme test-key discord", Wanted::Writes),
            ("sign --request f --scheme mynd --secret-env S", Wanted::No),
            ("sign --request f --scheme mynd --secret-id s-1", Wanted::Reads),
            ("connection list", Wanted::No),
            ("connection test a", Wanted::Reads),
            ("endpoint list", Wanted::Reads),
            ("endpoint history", Wanted::No),
            ("secret list", Wanted::No),
            ("secret set a --secret-env S", Wanted::Writes),
            ("connection add mynd --name a --token-env T", Wanted::Writes),
            ("endpoint rotate e --connection a", Wanted::Writes),
            ("secret show a", Wanted::Reads),
        ] {
            let all = std::iter::once("waybill").chain(words.split(' '));
            let cli = Cli::try_parse_from(all).unwrap_or_else(|error| panic!("{words}: {error}"));
            assert_eq!(wanted(&cli.command), expected, "{words}");
        }
    }

    #[test]
    fn the_words_fit_together() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }
}

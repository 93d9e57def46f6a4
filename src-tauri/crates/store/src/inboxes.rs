//! Inboxes with their secrets and counters. `unsorted` always exists.

use crate::fault::{Fault, Outcome};
use crate::readers::Load;
use crate::store::{Change, Store};
use crate::words::{code, count, instant, instant_or_null, json, to_json, word, word_or_null};
use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};
use waybill_model::{AnswerRule, ErrorCode, Failure, HeaderPair, Inbox, InboxSecret, Name, Result, SecretId};

/// The inbox of what no other takes.
const UNSORTED: &str = "unsorted";

const INBOXES: &[Change] = &[Change::Inboxes, Change::Secrets];

const SELECT: &str =
    "SELECT i.name, i.scheme, i.config, i.answer_status, i.answer, i.forward_to, i.connection,
        i.endpoint, i.created_at, coalesce(c.deliveries, 0), coalesce(c.failed, 0), c.last_received_at,
        i.answer_handshakes
     FROM inboxes i LEFT JOIN counts c ON c.inbox = i.name";

/// The answer but its status, as stored.
#[derive(Serialize, Deserialize)]
struct Answer {
    headers: Vec<HeaderPair>,
    body: String,
    delay_ms: u32,
}

impl Store {
    /// Every inbox, by name.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn inboxes(&self) -> Result<Vec<Inbox>> {
        self.read(Load::Light, |reader| {
            let connection = &reader.connection;
            let mut statement = connection.prepare_cached(&format!("{SELECT} ORDER BY i.name"))?;
            let found = statement.query_map([], inbox_of)?.collect::<rusqlite::Result<Vec<_>>>()?;
            found.into_iter().map(|inbox| with_secrets(connection, inbox)).collect()
        })
        .await
    }

    /// One inbox.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn inbox(&self, name: Name) -> Result<Option<Inbox>> {
        self.read(Load::Light, move |reader| find(&reader.connection, &name)).await
    }

    /// Adds an inbox. Its counters, and its secrets' names and states, are the store's, not the caller's.
    ///
    /// # Errors
    /// `already_exists`; `not_found` for a secret that is not known.
    pub async fn create_inbox(&self, inbox: Inbox) -> Result<()> {
        self.write(INBOXES, move |connection| {
            let name = inbox.name.as_str();
            if connection.prepare_cached("SELECT 1 FROM inboxes WHERE name = ?1")?.exists([name])? {
                return Err(exists("inbox", name));
            }
            connection
                .prepare_cached(
                    "INSERT INTO inboxes (name, config, answer_status, answer, forward_to, created_at)
                     VALUES (?1, '{}', 200, '', '[]', ?2)",
                )?
                .execute(params![name, inbox.created_at.0])?;
            put(connection, &inbox)?;
            Ok(())
        })
        .await
    }

    /// Replaces everything about an inbox but its name, its age and its counters. False when there is none.
    ///
    /// # Errors
    /// `not_found` for a secret that is not known.
    pub async fn update_inbox(&self, inbox: Inbox) -> Result<bool> {
        self.write(INBOXES, move |connection| put(connection, &inbox)).await
    }

    /// Removes an inbox; its deliveries stay. False when there is none.
    ///
    /// # Errors
    /// `invalid_input` for `unsorted`.
    pub async fn remove_inbox(&self, name: Name) -> Result<bool> {
        if name.as_str() == UNSORTED {
            return Err(Failure::invalid(
                "The inbox unsorted can't be removed: it takes what no other inbox takes.",
            ));
        }
        self.write(INBOXES, move |connection| {
            let removed =
                connection.prepare_cached("DELETE FROM inboxes WHERE name = ?1")?.execute([name.as_str()])?;
            Ok(removed > 0)
        })
        .await
    }
}

pub(crate) fn exists(what: &str, name: &str) -> Fault {
    Failure::new(ErrorCode::AlreadyExists, format!("There is already an {what} {name}; nothing was changed."))
        .hint("Choose another name.")
        .into()
}

fn find(connection: &Connection, name: &Name) -> Outcome<Option<Inbox>> {
    let mut statement = connection.prepare_cached(&format!("{SELECT} WHERE i.name = ?1"))?;
    let found = statement.query_map([name.as_str()], inbox_of)?.next().transpose()?;
    found.map(|inbox| with_secrets(connection, inbox)).transpose()
}

fn inbox_of(row: &Row<'_>) -> rusqlite::Result<Inbox> {
    let answer: Answer = json(row, 4)?;
    Ok(Inbox {
        name: word(row, 0)?,
        scheme: row.get(1)?,
        config: json(row, 2)?,
        secrets: Vec::new(),
        answer: AnswerRule {
            status: row.get(3)?,
            headers: answer.headers,
            body: answer.body,
            delay_ms: answer.delay_ms,
        },
        forward_to: json(row, 5)?,
        connection: word_or_null(row, 6)?,
        endpoint: row.get(7)?,
        created_at: instant(row, 8)?,
        deliveries: count(row, 9)?,
        failed: count(row, 10)?,
        last_received_at: instant_or_null(row, 11)?,
        answer_handshakes: row.get(12)?,
    })
}

fn with_secrets(connection: &Connection, mut inbox: Inbox) -> Outcome<Inbox> {
    let mut statement = connection.prepare_cached(
        "SELECT s.id, s.name, s.state FROM inbox_secrets x JOIN secrets s ON s.id = x.secret
         WHERE x.inbox = ?1 ORDER BY x.position",
    )?;
    let secrets = statement.query_map([inbox.name.as_str()], |row| {
        Ok(InboxSecret { id: SecretId(row.get(0)?), name: row.get(1)?, state: code(row, 2)? })
    })?;
    inbox.secrets = secrets.collect::<rusqlite::Result<_>>()?;
    Ok(inbox)
}

fn put(connection: &Connection, inbox: &Inbox) -> Outcome<bool> {
    let AnswerRule { status, headers, body, delay_ms } = inbox.answer.clone();
    let answer = Answer { headers, body, delay_ms };
    let name = inbox.name.as_str();
    let changed = connection
        .prepare_cached(
            "UPDATE inboxes SET scheme = ?2, config = ?3, answer_status = ?4, answer = ?5, forward_to = ?6,
                connection = ?7, endpoint = ?8, answer_handshakes = ?9 WHERE name = ?1",
        )?
        .execute(params![
            name,
            inbox.scheme,
            to_json(&inbox.config)?,
            status,
            to_json(&answer)?,
            to_json(&inbox.forward_to)?,
            inbox.connection.as_ref().map(Name::as_str),
            inbox.endpoint,
            inbox.answer_handshakes,
        ])?;
    if changed == 0 {
        return Ok(false);
    }
    connection.prepare_cached("DELETE FROM inbox_secrets WHERE inbox = ?1")?.execute([name])?;
    for (position, secret) in inbox.secrets.iter().enumerate() {
        if !connection.prepare_cached("SELECT 1 FROM secrets WHERE id = ?1")?.exists([&secret.id.0])? {
            return Err(Failure::not_found("secret", &secret.id).into());
        }
        connection
            .prepare_cached("INSERT INTO inbox_secrets (inbox, position, secret) VALUES (?1, ?2, ?3)")?
            .execute(params![name, position as i64, secret.id.0])?;
    }
    Ok(true)
}

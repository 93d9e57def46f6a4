//! What is known of secrets. Their values are never here.

use crate::fault::Outcome;
use crate::readers::Load;
use crate::store::{Change, Store};
use crate::words::{code, code_of, instant, instant_or_null, word_or_null};
use rusqlite::{Connection, Row, params};
use waybill_model::{ErrorCode, Failure, Name, Result, SecretId, SecretMeta};

const SECRETS: &[Change] = &[Change::Secrets, Change::Inboxes];

const SELECT: &str =
    "SELECT id, name, kind, state, connection, endpoint, created_at, accepted_until FROM secrets";

impl Store {
    /// Every secret, by name.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn secrets(&self) -> Result<Vec<SecretMeta>> {
        self.read(Load::Light, |reader| {
            let connection = &reader.connection;
            let mut statement = connection.prepare_cached(&format!("{SELECT} ORDER BY name"))?;
            let found = statement.query_map([], meta_of)?.collect::<rusqlite::Result<Vec<_>>>()?;
            found.into_iter().map(|meta| with_users(connection, meta)).collect()
        })
        .await
    }

    /// One secret.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn secret(&self, id: SecretId) -> Result<Option<SecretMeta>> {
        self.read(Load::Light, move |reader| find(&reader.connection, &id)).await
    }

    /// Adds a secret or replaces what is known of it. A name that another secret has gets a number after it.
    /// Returns it as it is kept.
    ///
    /// # Errors
    /// When it can't be written.
    pub async fn put_secret(&self, meta: SecretMeta) -> Result<SecretMeta> {
        self.write(SECRETS, move |connection| {
            let name = free_name(connection, &meta)?;
            connection
                .prepare_cached(
                    "INSERT INTO secrets (id, name, kind, state, connection, endpoint, created_at, accepted_until)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                     ON CONFLICT (id) DO UPDATE SET name = excluded.name, kind = excluded.kind,
                        state = excluded.state, connection = excluded.connection, endpoint = excluded.endpoint,
                        created_at = excluded.created_at, accepted_until = excluded.accepted_until",
                )?
                .execute(params![
                    meta.id.0,
                    name,
                    code_of(&meta.kind)?,
                    code_of(&meta.state)?,
                    meta.connection.as_ref().map(Name::as_str),
                    meta.endpoint,
                    meta.created_at.0,
                    meta.accepted_until.map(|at| at.0),
                ])?;
            with_users(connection, SecretMeta { name, ..meta })
        })
        .await
    }

    /// Forgets what is known of a secret. False when it is not known.
    ///
    /// # Errors
    /// `in_use` when an inbox verifies with it or a connection signs in with it; they are named.
    pub async fn remove_secret(&self, id: SecretId) -> Result<bool> {
        self.write(SECRETS, move |connection| {
            let inboxes =
                names(connection, "SELECT DISTINCT inbox FROM inbox_secrets WHERE secret = ?1", &id)?;
            let connections = names(connection, "SELECT name FROM connections WHERE token = ?1", &id)?;
            let users: Vec<String> = inboxes
                .iter()
                .map(|name| format!("inbox {name}"))
                .chain(connections.iter().map(|name| format!("connection {name}")))
                .collect();
            if !users.is_empty() {
                return Err(Failure::new(
                    ErrorCode::InUse,
                    format!("The secret is in use by {}; it was not removed.", users.join(", ")),
                )
                .hint("Take it out of them first.")
                .details(serde_json::json!({ "inboxes": inboxes, "connections": connections }))
                .into());
            }
            Ok(connection.prepare_cached("DELETE FROM secrets WHERE id = ?1")?.execute([&id.0])? > 0)
        })
        .await
    }
}

fn find(connection: &Connection, id: &SecretId) -> Outcome<Option<SecretMeta>> {
    let mut statement = connection.prepare_cached(&format!("{SELECT} WHERE id = ?1"))?;
    let found = statement.query_map([&id.0], meta_of)?.next().transpose()?;
    found.map(|meta| with_users(connection, meta)).transpose()
}

fn meta_of(row: &Row<'_>) -> rusqlite::Result<SecretMeta> {
    Ok(SecretMeta {
        id: SecretId(row.get(0)?),
        name: row.get(1)?,
        kind: code(row, 2)?,
        state: code(row, 3)?,
        connection: word_or_null(row, 4)?,
        endpoint: row.get(5)?,
        created_at: instant(row, 6)?,
        accepted_until: instant_or_null(row, 7)?,
        used_by: Vec::new(),
    })
}

fn with_users(connection: &Connection, mut meta: SecretMeta) -> Outcome<SecretMeta> {
    let users = names(
        connection,
        "SELECT DISTINCT inbox FROM inbox_secrets WHERE secret = ?1 ORDER BY inbox",
        &meta.id,
    )?;
    meta.used_by = users.iter().filter_map(|name| name.parse().ok()).collect();
    Ok(meta)
}

fn names(connection: &Connection, sql: &str, id: &SecretId) -> Outcome<Vec<String>> {
    let mut statement = connection.prepare_cached(sql)?;
    let found = statement.query_map([&id.0], |row| row.get(0))?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// The wanted name, with a number after it when another secret has it.
fn free_name(connection: &Connection, meta: &SecretMeta) -> Outcome<String> {
    let mut statement = connection.prepare_cached("SELECT 1 FROM secrets WHERE name = ?1 AND id <> ?2")?;
    let mut name = meta.name.clone();
    let mut number = 1;
    while statement.exists([&name, &meta.id.0])? {
        number += 1;
        name = format!("{} ({number})", meta.name);
    }
    Ok(name)
}

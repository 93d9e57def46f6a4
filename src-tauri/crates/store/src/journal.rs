//! Settings, and what is written down as it happens: changes at providers, intents before one-time secrets
//! are made, and when the capture server was listening.

use crate::readers::Load;
use crate::store::{Change, Store};
use crate::words::{instant, instant_or_null, json, json_or_null, to_json, word};
use bytes::Bytes;
use rusqlite::{OptionalExtension, params};
use serde_json::Value;
use std::fmt::Display;
use waybill_model::{Name, Result, Settings, Timestamp};

/// The most rows of history that are read at once.
const HISTORY: i64 = 500;

/// One change at a provider.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryRow {
    /// When.
    pub at: Timestamp,
    /// Which program asked for it.
    pub who: String,
    /// The provider operation.
    pub operation: String,
    /// Through which connection.
    pub connection: Name,
    /// On which endpoint, by the provider's id.
    pub endpoint: Option<String>,
    /// What became of it.
    pub outcome: String,
    /// The endpoint before.
    pub before: Option<Value>,
    /// The endpoint after.
    pub after: Option<Value>,
}

/// A call that makes a one-time secret, written down before it is made.
#[derive(Clone, Debug, PartialEq)]
pub struct Intent {
    /// Which.
    pub id: String,
    /// Through which connection.
    pub connection: Name,
    /// What is called.
    pub verb: String,
    /// What is sent, without secrets.
    pub request: Value,
    /// What came back, encrypted.
    pub sealed: Option<Bytes>,
    /// When it was written down.
    pub created_at: Timestamp,
}

/// Which span of listening.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SpanId(pub i64);

/// A time in which the capture server was listening.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// Which.
    pub id: SpanId,
    /// Where.
    pub address: String,
    /// Since when.
    pub from: Timestamp,
    /// Until when; absent while it lasts, and when Waybill was killed in it.
    pub until: Option<Timestamp>,
}

impl Store {
    /// The settings; defaults where nothing was saved.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn settings(&self) -> Result<Settings> {
        self.read(Load::Light, |reader| {
            let saved = reader
                .connection
                .prepare_cached("SELECT saved FROM settings WHERE id = 1")?
                .query_row([], |row| json(row, 0))
                .optional()?;
            Ok(saved.unwrap_or_default())
        })
        .await
    }

    /// Replaces the settings.
    ///
    /// # Errors
    /// When they can't be written.
    pub async fn save_settings(&self, settings: Settings) -> Result<()> {
        self.write(&[Change::Settings], move |connection| {
            connection
                .prepare_cached(
                    "INSERT INTO settings (id, saved) VALUES (1, ?1)
                     ON CONFLICT (id) DO UPDATE SET saved = excluded.saved",
                )?
                .execute([to_json(&settings)?])?;
            Ok(())
        })
        .await
    }

    /// Writes a change at a provider down.
    ///
    /// # Errors
    /// When it can't be written.
    pub async fn add_history(&self, row: HistoryRow) -> Result<()> {
        self.write(&[Change::Connections], move |connection| {
            connection
                .prepare_cached(
                    "INSERT INTO history (at, who, operation, connection, endpoint, outcome, before, after)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                )?
                .execute(params![
                    row.at.0,
                    row.who,
                    row.operation,
                    row.connection.as_str(),
                    row.endpoint,
                    row.outcome,
                    row.before.as_ref().map(to_json).transpose()?,
                    row.after.as_ref().map(to_json).transpose()?,
                ])?;
            Ok(())
        })
        .await
    }

    /// Changes at providers, newest first, at most 500: of one connection, of one endpoint, or all.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn history(
        &self,
        connection: Option<Name>,
        endpoint: Option<String>,
    ) -> Result<Vec<HistoryRow>> {
        self.read(Load::Light, move |reader| {
            let mut statement = reader.connection.prepare_cached(
                "SELECT at, who, operation, connection, endpoint, outcome, before, after FROM history
                 WHERE (?1 IS NULL OR connection = ?1) AND (?2 IS NULL OR endpoint = ?2)
                 ORDER BY id DESC LIMIT ?3",
            )?;
            let found = statement.query_map(
                params![connection.as_ref().map(Name::as_str), endpoint, HISTORY],
                |row| {
                    Ok(HistoryRow {
                        at: instant(row, 0)?,
                        who: row.get(1)?,
                        operation: row.get(2)?,
                        connection: word(row, 3)?,
                        endpoint: row.get(4)?,
                        outcome: row.get(5)?,
                        before: json_or_null(row, 6)?,
                        after: json_or_null(row, 7)?,
                    })
                },
            )?;
            Ok(found.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// Writes an intent down, or replaces it (when what came back is sealed into it). On disk when it returns.
    ///
    /// # Errors
    /// When it can't be written: then the call must not be made.
    pub async fn open_intent(&self, intent: Intent) -> Result<()> {
        self.write(&[], move |connection| {
            connection
                .prepare_cached(
                    "INSERT INTO intents (id, connection, verb, request, sealed, created_at)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                     ON CONFLICT (id) DO UPDATE SET connection = excluded.connection, verb = excluded.verb,
                        request = excluded.request, sealed = excluded.sealed",
                )?
                .execute(params![
                    intent.id,
                    intent.connection.as_str(),
                    intent.verb,
                    to_json(&intent.request)?,
                    intent.sealed.as_deref(),
                    intent.created_at.0,
                ])?;
            Ok(())
        })
        .await
    }

    /// Forgets an intent that has come to its end.
    ///
    /// # Errors
    /// When it can't be written.
    pub async fn close_intent(&self, id: String) -> Result<()> {
        self.write(&[], move |connection| {
            connection.prepare_cached("DELETE FROM intents WHERE id = ?1")?.execute([id])?;
            Ok(())
        })
        .await
    }

    /// Intents that have not come to their end, oldest first.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn open_intents(&self) -> Result<Vec<Intent>> {
        self.read(Load::Light, |reader| {
            let mut statement = reader.connection.prepare_cached(
                "SELECT id, connection, verb, request, sealed, created_at FROM intents ORDER BY created_at, id",
            )?;
            let found = statement.query_map([], |row| {
                Ok(Intent {
                    id: row.get(0)?,
                    connection: word(row, 1)?,
                    verb: row.get(2)?,
                    request: json(row, 3)?,
                    sealed: row.get::<_, Option<Vec<u8>>>(4)?.map(Bytes::from),
                    created_at: instant(row, 5)?,
                })
            })?;
            Ok(found.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// Notes that the capture server listens on `address` from now on.
    ///
    /// # Errors
    /// When it can't be written.
    pub async fn listening_from(&self, address: impl Display + Send, from: Timestamp) -> Result<SpanId> {
        let address = address.to_string();
        self.write(&[], move |connection| {
            connection
                .prepare_cached("INSERT INTO spans (address, from_at) VALUES (?1, ?2)")?
                .execute(params![address, from.0])?;
            Ok(SpanId(connection.last_insert_rowid()))
        })
        .await
    }

    /// Notes that it does so no more.
    ///
    /// # Errors
    /// When it can't be written.
    pub async fn listening_until(&self, span: SpanId, until: Timestamp) -> Result<()> {
        self.write(&[], move |connection| {
            connection
                .prepare_cached("UPDATE spans SET until_at = ?2 WHERE id = ?1")?
                .execute([span.0, until.0])?;
            Ok(())
        })
        .await
    }

    /// The newest times of listening, newest first.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn listening(&self, limit: u32) -> Result<Vec<Span>> {
        self.read(Load::Light, move |reader| {
            let mut statement = reader.connection.prepare_cached(
                "SELECT id, address, from_at, until_at FROM spans ORDER BY id DESC LIMIT ?1",
            )?;
            let found = statement.query_map([limit], |row| {
                Ok(Span {
                    id: SpanId(row.get(0)?),
                    address: row.get(1)?,
                    from: instant(row, 2)?,
                    until: instant_or_null(row, 3)?,
                })
            })?;
            Ok(found.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }
}

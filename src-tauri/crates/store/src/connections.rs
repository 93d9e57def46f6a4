//! Connections to providers, and the cache of the endpoints read through them.

use crate::fault::{Fault, Outcome};
use crate::inboxes::exists;
use crate::readers::Load;
use crate::store::{Change, Store};
use crate::words::{instant, instant_or_null, json, to_json, word};
use rusqlite::{Connection as Sqlite, Row, params};
use waybill_model::{Connection, Endpoint, Failure, Name, Result, SecretId, Timestamp};

const CONNECTIONS: &[Change] = &[Change::Connections];
const ENDPOINTS: &[Change] = &[Change::Endpoints, Change::Connections];

const SELECT: &str =
    "SELECT name, provider, base_url, vars, auth, token, created_at, read_at, endpoints, last_error
     FROM connections";

impl Store {
    /// Every connection, by name.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn connections(&self) -> Result<Vec<Connection>> {
        self.read(Load::Light, |reader| {
            let mut statement = reader.connection.prepare_cached(&format!("{SELECT} ORDER BY name"))?;
            let found = statement.query_map([], connection_of)?;
            Ok(found.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// One connection.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn connection(&self, name: Name) -> Result<Option<Connection>> {
        self.read(Load::Light, move |reader| {
            let mut statement = reader.connection.prepare_cached(&format!("{SELECT} WHERE name = ?1"))?;
            Ok(statement.query_map([name.as_str()], connection_of)?.next().transpose()?)
        })
        .await
    }

    /// Adds a connection.
    ///
    /// # Errors
    /// `already_exists`.
    pub async fn create_connection(&self, connection: Connection) -> Result<()> {
        self.write(CONNECTIONS, move |sqlite| {
            let name = connection.name.as_str();
            if sqlite.prepare_cached("SELECT 1 FROM connections WHERE name = ?1")?.exists([name])? {
                return Err(exists("connection", name));
            }
            sqlite
                .prepare_cached(
                    "INSERT INTO connections (name, provider, vars, auth, token, created_at, endpoints)
                     VALUES (?1, '', '{}', '', '', ?2, 0)",
                )?
                .execute(params![name, connection.created_at.0])?;
            put(sqlite, &connection)?;
            Ok(())
        })
        .await
    }

    /// Replaces everything about a connection but its name and age. False when there is none.
    ///
    /// # Errors
    /// When it can't be written.
    pub async fn update_connection(&self, connection: Connection) -> Result<bool> {
        self.write(CONNECTIONS, move |sqlite| put(sqlite, &connection)).await
    }

    /// Removes a connection and what was read through it. False when there is none.
    ///
    /// # Errors
    /// When it can't be written.
    pub async fn remove_connection(&self, name: Name) -> Result<bool> {
        self.write(ENDPOINTS, move |sqlite| {
            let removed =
                sqlite.prepare_cached("DELETE FROM connections WHERE name = ?1")?.execute([name.as_str()])?;
            Ok(removed > 0)
        })
        .await
    }

    /// Replaces what is known of a connection's endpoints, and notes when and how many were read.
    ///
    /// # Errors
    /// `not_found` when there is no such connection.
    pub async fn put_endpoints(
        &self,
        connection: Name,
        endpoints: Vec<Endpoint>,
        read_at: Timestamp,
    ) -> Result<()> {
        self.write(ENDPOINTS, move |sqlite| {
            let name = connection.as_str();
            let changed = sqlite
                .prepare_cached("UPDATE connections SET read_at = ?2, endpoints = ?3 WHERE name = ?1")?
                .execute(params![name, read_at.0, endpoints.len() as i64])?;
            if changed == 0 {
                return Err(missing(&connection));
            }
            sqlite.prepare_cached("DELETE FROM endpoints WHERE connection = ?1")?.execute([name])?;
            for (position, endpoint) in endpoints.iter().enumerate() {
                put_endpoint(sqlite, name, endpoint, position as i64, read_at)?;
            }
            Ok(())
        })
        .await
    }

    /// Adds an endpoint to what is known, or replaces what is known of it.
    ///
    /// # Errors
    /// `not_found` when there is no such connection.
    pub async fn put_endpoint(&self, endpoint: Endpoint) -> Result<()> {
        let now = self.inner.options.clock.now();
        self.write(ENDPOINTS, move |sqlite| {
            let name = endpoint.connection.as_str();
            if !sqlite.prepare_cached("SELECT 1 FROM connections WHERE name = ?1")?.exists([name])? {
                return Err(missing(&endpoint.connection));
            }
            let position = sqlite
                .prepare_cached(
                    "SELECT coalesce(max(position), -1) + 1 FROM endpoints WHERE connection = ?1",
                )?
                .query_row([name], |row| row.get(0))?;
            put_endpoint(sqlite, name, &endpoint, position, now)?;
            recount(sqlite, name)
        })
        .await
    }

    /// Forgets an endpoint that is gone at the provider.
    ///
    /// # Errors
    /// When it can't be written.
    pub async fn forget_endpoint(&self, connection: Name, id: String) -> Result<()> {
        self.write(ENDPOINTS, move |sqlite| {
            sqlite
                .prepare_cached("DELETE FROM endpoints WHERE connection = ?1 AND id = ?2")?
                .execute([connection.as_str(), &id])?;
            recount(sqlite, connection.as_str())
        })
        .await
    }

    /// Endpoints as they were read, each with when: of one connection, or of all.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn endpoints(&self, connection: Option<Name>) -> Result<Vec<(Endpoint, Timestamp)>> {
        self.read(Load::Light, move |reader| {
            let mut statement = reader.connection.prepare_cached(
                "SELECT shown, read_at FROM endpoints WHERE ?1 IS NULL OR connection = ?1
                 ORDER BY connection, position",
            )?;
            let found = statement.query_map([connection.as_ref().map(Name::as_str)], endpoint_of)?;
            Ok(found.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// One endpoint as it was read, with when.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn endpoint(&self, connection: Name, id: String) -> Result<Option<(Endpoint, Timestamp)>> {
        self.read(Load::Light, move |reader| {
            let mut statement = reader
                .connection
                .prepare_cached("SELECT shown, read_at FROM endpoints WHERE connection = ?1 AND id = ?2")?;
            Ok(statement.query_map([connection.as_str(), &id], endpoint_of)?.next().transpose()?)
        })
        .await
    }
}

fn missing(connection: &Name) -> Fault {
    Failure::not_found("connection", connection).into()
}

fn connection_of(row: &Row<'_>) -> rusqlite::Result<Connection> {
    Ok(Connection {
        name: word(row, 0)?,
        provider: row.get(1)?,
        base_url: row.get(2)?,
        vars: json(row, 3)?,
        auth: row.get(4)?,
        token: SecretId(row.get(5)?),
        created_at: instant(row, 6)?,
        read_at: instant_or_null(row, 7)?,
        endpoints: row.get(8)?,
        last_error: row.get(9)?,
    })
}

fn put(sqlite: &Sqlite, connection: &Connection) -> Outcome<bool> {
    let changed = sqlite
        .prepare_cached(
            "UPDATE connections SET provider = ?2, base_url = ?3, vars = ?4, auth = ?5, token = ?6, read_at = ?7,
                endpoints = ?8, last_error = ?9 WHERE name = ?1",
        )?
        .execute(params![
            connection.name.as_str(),
            connection.provider,
            connection.base_url,
            to_json(&connection.vars)?,
            connection.auth,
            connection.token.0,
            connection.read_at.map(|at| at.0),
            connection.endpoints,
            connection.last_error,
        ])?;
    Ok(changed > 0)
}

fn put_endpoint(
    sqlite: &Sqlite,
    connection: &str,
    endpoint: &Endpoint,
    position: i64,
    read_at: Timestamp,
) -> Outcome<()> {
    sqlite
        .prepare_cached(
            "INSERT INTO endpoints (connection, id, position, read_at, shown) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (connection, id) DO UPDATE SET read_at = excluded.read_at, shown = excluded.shown",
        )?
        .execute(params![connection, endpoint.id, position, read_at.0, to_json(endpoint)?])?;
    Ok(())
}

fn recount(sqlite: &Sqlite, connection: &str) -> Outcome<()> {
    sqlite
        .prepare_cached(
            "UPDATE connections SET endpoints = (SELECT count(*) FROM endpoints WHERE connection = ?1)
             WHERE name = ?1",
        )?
        .execute([connection])?;
    Ok(())
}

fn endpoint_of(row: &Row<'_>) -> rusqlite::Result<(Endpoint, Timestamp)> {
    Ok((json(row, 0)?, instant(row, 1)?))
}

//! How text is searched: by reading, or first in the index and then by reading what it named.
//!
//! The index holds the trigrams of a delivery's path, head and body, byte for byte with ASCII letters in lower
//! case, so that what it names is always a superset of what matches. It lies in a second file that may be
//! lost at any time; its mark tells up to which id it is whole.

use crate::fault::{Fault, Outcome};
use crate::indexer::boot;
use crate::readers::Reader;
use crate::writer::Shared;
use std::ops::RangeInclusive;
use std::sync::atomic::Ordering;
use waybill_query::{Param, Query, TextSearch};

/// The shape of the index file; another one is built anew.
pub(crate) const LAYOUT: i64 = 2;

/// Trigrams of a needle that are looked up; more of them narrow little.
const LOOKED_UP: usize = 24;

/// Text is looked for by reading.
pub(crate) struct Scan;

/// Text is looked for in the index, and read where that names a delivery.
pub(crate) struct Indexed {
    /// The ids that are asked about.
    pub(crate) window: RangeInclusive<i64>,
}

impl TextSearch for Scan {
    fn text(&mut self, needle: &str, params: &mut Vec<Param>) -> String {
        params.push(Param::Text(needle.to_owned()));
        "EXISTS (SELECT 1 FROM contents c WHERE c.delivery_id = d.id AND wb_contains(c.head, c.body, d.path, ?))"
            .to_owned()
    }
}

impl TextSearch for Indexed {
    fn text(&mut self, needle: &str, params: &mut Vec<Param>) -> String {
        let Some(grams) = lookup(needle) else { return Scan.text(needle, params) };
        params.push(Param::Text(grams));
        for _ in 0..2 {
            params.push(Param::Integer(*self.window.start()));
            params.push(Param::Integer(*self.window.end()));
        }
        let read = Scan.text(needle, params);
        format!(
            "(d.id IN (SELECT rowid FROM search.grams WHERE grams MATCH ? AND rowid BETWEEN ? AND ?
                UNION ALL SELECT id FROM search.large WHERE id BETWEEN ? AND ?) AND {read})"
        )
    }
}

/// Whether a query looks for text that an index can know.
pub(crate) fn has_needle(query: &Query) -> bool {
    struct Look(bool);
    impl TextSearch for Look {
        fn text(&mut self, needle: &str, _: &mut Vec<Param>) -> String {
            self.0 |= needle.len() >= 3;
            "1".to_owned()
        }
    }
    let mut look = Look(false);
    let _ = query.to_sql(&mut look);
    look.0
}

/// Bytes as the index sees them: a character a byte, ASCII letters in lower case. NUL, which would end a text,
/// becomes a character that no byte is.
pub(crate) fn folded(bytes: &[u8], text: &mut String) {
    text.extend(bytes.iter().map(|&byte| match byte {
        0 => '\u{100}',
        byte => char::from(byte.to_ascii_lowercase()),
    }));
}

/// A character that stands between fields, so that no trigram spans two.
pub(crate) const BETWEEN: char = '\u{101}';

/// The question to the index: the needle's trigrams, each once. Absent when it has none.
fn lookup(needle: &str) -> Option<String> {
    let mut text = String::new();
    folded(needle.as_bytes(), &mut text);
    let characters: Vec<char> = text.chars().collect();
    let mut grams: Vec<String> = characters.windows(3).map(|gram| gram.iter().collect()).collect();
    grams.sort_unstable();
    grams.dedup();
    if grams.is_empty() {
        return None;
    }
    // Spread over the needle when it is long.
    let step = grams.len().div_ceil(LOOKED_UP);
    let quoted: Vec<String> =
        grams.iter().step_by(step).map(|gram| format!("\"{}\"", gram.replace('"', "\"\""))).collect();
    Some(quoted.join(" AND "))
}

/// Up to which id the index can be asked on this reader; absent when there is none.
pub(crate) fn mark(reader: &mut Reader, shared: &Shared) -> Option<i64> {
    let wanted = shared.search.load(Ordering::Acquire);
    if reader.attached != Some(wanted) && reader.attached.take().is_some() {
        // Statements that were prepared over the old file must go before it can.
        reader.connection.flush_prepared_statement_cache();
        let _ = reader.connection.execute_batch("DETACH search");
    }
    if wanted == 0 {
        return None;
    }
    if reader.attached.is_none() {
        let path = shared.folder.search();
        if !path.exists() {
            return None;
        }
        if let Err(error) = reader.connection.execute("ATTACH ?1 AS search", [path.to_string_lossy()]) {
            report(shared, &error.into());
            return None;
        }
        reader.attached = Some(wanted);
    }
    match read_mark(reader) {
        Ok(mark) => mark,
        Err(fault) => {
            report(shared, &fault);
            None
        }
    }
}

fn read_mark(reader: &Reader) -> Outcome<Option<i64>> {
    let mut statement = reader.connection.prepare_cached(
        "SELECT m.mark FROM search.meta m JOIN main.identity i ON i.made = m.made
         WHERE m.layout = ?1 AND coalesce(m.open_since_boot, ?2) = ?2 AND m.mark <= (SELECT coalesce(max(seq), 0) FROM main.sqlite_sequence WHERE name = 'deliveries')",
    )?;
    Ok(statement.query_map((LAYOUT, boot().unwrap_or_default()), |row| row.get(0))?.next().transpose()?)
}

/// The index answered badly: it is not asked again until it was built anew.
pub(crate) fn report(shared: &Shared, fault: &Fault) {
    tracing::warn!("the search index can't be used and is built again: {fault:?}");
    shared.search.store(0, Ordering::Release);
}

#[cfg(test)]
mod tests {
    use super::lookup;

    #[test]
    fn a_needle_becomes_its_trigrams() {
        let rows = [
            ("", None),
            ("ab", None),
            ("ABc", Some(r#""abc""#)),
            ("abcd", Some(r#""abc" AND "bcd""#)),
            ("aaaa", Some(r#""aaa""#)),
            ("a\"b", Some(r#""a""b""#)),
            ("é1", Some("\"\u{c3}\u{a9}1\"")),
        ];
        for (needle, expected) in rows {
            assert_eq!(lookup(needle).as_deref(), expected, "{needle}");
        }
        assert!(
            lookup(&(0..100u8).map(char::from).collect::<String>()).unwrap().matches(" AND ").count() < 24
        );
    }
}

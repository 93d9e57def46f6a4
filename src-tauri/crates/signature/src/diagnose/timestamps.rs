//! Timestamps as they may have been when they were signed, and what an age beyond the limits means.

use super::question::Question;
use crate::time::{self, Unit};
use crate::verification::Verification;
use waybill_model::Timestamp;

/// A timestamp and the cause of its being another one.
pub(super) struct Variant {
    pub(super) text: String,
    pub(super) code: &'static str,
}

/// Other spellings of `text`.
pub(super) fn variants(text: &[u8]) -> Vec<Variant> {
    let Ok(text) = std::str::from_utf8(text) else { return Vec::new() };
    let mut list: Vec<Variant> = Vec::new();
    let mut add = |new: String, code: &'static str| {
        if new != text && !new.is_empty() && !list.iter().any(|known| known.text == new) {
            list.push(Variant { text: new, code });
        }
    };
    const WRITTEN: &str = "timestamp_reformatted";
    let plain = text.trim().trim_matches(['"', '\'']).trim();
    add(plain.to_owned(), WRITTEN);
    if let Some((whole, fraction)) = plain.split_once('.')
        && whole.bytes().all(|byte| byte.is_ascii_digit())
        && fraction.bytes().all(|byte| byte.is_ascii_digit())
    {
        add(whole.to_owned(), WRITTEN);
        let milliseconds: String = fraction.chars().chain("000".chars()).take(3).collect();
        add(format!("{whole}{milliseconds}"), WRITTEN);
    }
    let number = plain.parse::<f64>().ok().filter(|value| value.is_finite() && value.abs() < 1e18);
    if let Some(value) = number {
        add(format!("{value:.0}"), WRITTEN);
        if let Ok(whole) = plain.parse::<i64>() {
            add(whole.saturating_mul(1000).to_string(), "timestamp_unit");
            add((whole / 1000).to_string(), "timestamp_unit");
            add(whole.to_string(), WRITTEN);
            add(format!("{whole}.0"), WRITTEN);
            let instant = if plain.len() >= 12 {
                Timestamp(whole.saturating_mul(1_000_000))
            } else {
                Timestamp::from_unix(whole)
            };
            add(time::write(Unit::Rfc3339, instant), WRITTEN);
        }
    } else if let Some(instant) = time::read(&[Unit::Rfc3339], plain.as_bytes()) {
        let seconds = instant.unix();
        add(seconds.to_string(), WRITTEN);
        add(seconds.saturating_mul(1000).to_string(), WRITTEN);
        let whole = time::write(Unit::Rfc3339, Timestamp::from_unix(seconds));
        let bare = whole.trim_end_matches('Z').to_owned();
        for form in [
            whole.clone(),
            bare.clone(),
            format!("{bare}+00:00"),
            format!("{bare}.000Z"),
            bare.replace('T', " "),
        ] {
            add(form, WRITTEN);
        }
        add(plain.replace('Z', "+00:00"), WRITTEN);
        add(plain.replace("+00:00", "Z"), WRITTEN);
        add(plain.replace(' ', "+"), WRITTEN);
        add(plain.trim_end_matches('Z').to_owned(), WRITTEN);
        add(format!("{plain}Z"), WRITTEN);
    }
    list
}

/// Whether `text` is a timestamp in a unit that the scheme does not use, and one that makes sense now.
pub(super) fn other_unit(question: &Question<'_>, text: &[u8]) -> bool {
    const DAY: i64 = 86_400;
    let units = question.scheme.timestamp.as_ref().map(|rule| rule.units.clone()).unwrap_or_default();
    let near = |unit: Unit| {
        time::read(&[unit], text)
            .is_some_and(|instant| instant.age_s(question.now).unsigned_abs() < DAY.unsigned_abs() * 3650)
    };
    let all = [Unit::Seconds, Unit::Milliseconds, Unit::Rfc3339];
    let known = units.iter().any(|unit| near(*unit));
    !known && all.into_iter().any(|unit| !units.contains(&unit) && near(unit))
}

/// What a timestamp beyond the limits means: `timestamp_unit`, `clock_skew` or `timestamp_expired`.
pub(super) fn window(question: &Question<'_>, found: &Verification, text: Option<&[u8]>) -> &'static str {
    if text.is_some_and(|text| other_unit(question, text)) {
        return "timestamp_unit";
    }
    let Some(age) = found.age_s else { return "timestamp_expired" };
    if age < 0 {
        return "clock_skew";
    }
    // A request that was sent with this very timestamp is seconds old, whatever the clocks say.
    let sent = question.request.header("date").and_then(http_date);
    if let (Some(sent), Some(timestamp)) = (sent, found.timestamp) {
        let limit = i64::try_from(found.max_age_s.unwrap_or(300)).unwrap_or(i64::MAX);
        return if sent.abs_diff(timestamp) <= limit.unsigned_abs() {
            "clock_skew"
        } else {
            "timestamp_expired"
        };
    }
    // Nothing waits in a queue for just as long as the limit; clocks are off by a few seconds.
    let beyond = age.saturating_sub(i64::try_from(found.max_age_s.unwrap_or_default()).unwrap_or(i64::MAX));
    if beyond <= 5 { "clock_skew" } else { "timestamp_expired" }
}

/// Unix seconds of an HTTP date (RFC 9110 section 5.6.7, the preferred form only).
fn http_date(text: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?;
    jiff::fmt::rfc2822::parse(text).ok().map(|zoned| zoned.timestamp().as_second())
}

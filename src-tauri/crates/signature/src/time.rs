//! Timestamps as senders write them, and the window they must lie in.
//!
//! The text stays what it was: it is part of the signed message. Only its reading happens here.

use jiff::civil;
use serde::Deserialize;
use waybill_model::{Reason, Timestamp};

/// Whole numbers from here on are milliseconds where a scheme allows both units: as seconds they would
/// lie beyond the year 5000, as milliseconds the bound is in 1973.
const FIRST_MILLISECONDS: u64 = 100_000_000_000;

/// A day and a time of day, without its zone.
const DATE: &str = "%a %d %b %Y %H:%M:%S";

/// How a timestamp is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Unit {
    /// Unix seconds as a whole number.
    Seconds,
    /// Unix milliseconds as a whole number.
    Milliseconds,
    /// RFC 3339; without a zone it is UTC.
    Rfc3339,
    /// A day and a time as in `Thu 07 Sep 2017 06:30:04 UTC`; a comma after the weekday and `GMT` do too.
    Date,
}

/// The instant a sender gave, and how finely.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Instant {
    /// Nanoseconds since the Unix epoch.
    nanoseconds: i128,
    /// Nanoseconds of one step of the unit it was written in.
    step: i128,
}

/// Reads `text` in the first unit that fits. A fraction, an exponent, a sign other than minus or
/// surrounding space make a number malformed.
pub(crate) fn read(units: &[Unit], text: &[u8]) -> Option<Instant> {
    let number = whole_number(text);
    let both = units.contains(&Unit::Seconds) && units.contains(&Unit::Milliseconds);
    units.iter().find_map(|unit| match unit {
        Unit::Seconds => {
            let seconds = number.filter(|n| !both || n.unsigned_abs() < FIRST_MILLISECONDS)?;
            Some(Instant { nanoseconds: i128::from(seconds) * 1_000_000_000, step: 1_000_000_000 })
        }
        Unit::Milliseconds => {
            let milliseconds = number.filter(|n| !both || n.unsigned_abs() >= FIRST_MILLISECONDS)?;
            Some(Instant { nanoseconds: i128::from(milliseconds) * 1_000_000, step: 1_000_000 })
        }
        Unit::Date => {
            let text = std::str::from_utf8(text).ok()?;
            let text = text.strip_suffix(" UTC").or_else(|| text.strip_suffix(" GMT"))?;
            let local = civil::DateTime::strptime(DATE, text.replacen(", ", " ", 1)).ok()?;
            let instant = jiff::tz::Offset::UTC.to_timestamp(local).ok()?;
            Some(Instant { nanoseconds: instant.as_nanosecond(), step: 1_000_000_000 })
        }
        Unit::Rfc3339 => {
            // A year and a time of day are wanted; jiff alone would take a bare date too.
            let text = std::str::from_utf8(text).ok().filter(|text| text.contains(':'))?;
            let instant = text.parse::<jiff::Timestamp>().ok().or_else(|| {
                let local: civil::DateTime = text.parse().ok()?;
                jiff::tz::Offset::UTC.to_timestamp(local).ok()
            })?;
            Some(Instant { nanoseconds: instant.as_nanosecond(), step: 1 })
        }
    })
}

fn whole_number(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    if digits.is_empty() {
        return None;
    }
    // Below zero the type reaches one further.
    let mut number = 0_i64;
    for byte in digits {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit < 10)?;
        number = number.checked_mul(10)?.checked_sub(i64::from(digit))?;
    }
    if negative { Some(number) } else { number.checked_neg() }
}

/// `now` written in `unit`, to the second where the unit is finer than needed.
pub(crate) fn write(unit: Unit, now: Timestamp) -> String {
    match unit {
        Unit::Seconds => now.unix().to_string(),
        Unit::Milliseconds => now.0.div_euclid(1_000_000).to_string(),
        Unit::Date => jiff::Timestamp::from_second(now.unix())
            .map(|instant| format!("{} UTC", jiff::tz::Offset::UTC.to_datetime(instant).strftime(DATE)))
            .unwrap_or_default(),
        Unit::Rfc3339 => {
            jiff::Timestamp::from_second(now.unix()).map(|instant| instant.to_string()).unwrap_or_default()
        }
    }
}

impl Instant {
    /// That many whole seconds since the epoch.
    pub(crate) fn from_unix(seconds: i64) -> Self {
        Self { nanoseconds: i128::from(seconds) * 1_000_000_000, step: 1_000_000_000 }
    }

    /// Whole Unix seconds, rounded down, held within the range of the type.
    pub(crate) fn unix(self) -> i64 {
        seconds(self.nanoseconds)
    }

    /// Seconds from this instant until `now`, in steps of its unit; negative when it lies ahead.
    pub(crate) fn age_s(self, now: Timestamp) -> i64 {
        seconds(self.age(now))
    }

    /// Age in nanoseconds. `now` is rounded down to the unit first, as receivers do that count in it:
    /// a limit of 300 s holds up to and including the 300th second.
    fn age(self, now: Timestamp) -> i128 {
        let within_step = match i64::try_from(self.step) {
            Ok(step) if step > 0 => now.0.rem_euclid(step),
            _ => 0,
        };
        i128::from(now.0) - i128::from(within_step) - self.nanoseconds
    }

    /// Whether this instant lies within the limits, both in seconds and inclusive.
    pub(crate) fn judge(
        self,
        now: Timestamp,
        max_age: Option<u64>,
        max_future: Option<u64>,
    ) -> Result<(), Reason> {
        let age = self.age(now);
        let beyond = |limit: Option<u64>, by: i128| {
            limit.is_some_and(|limit| by > i128::from(limit).saturating_mul(1_000_000_000))
        };
        if beyond(max_age, age) {
            return Err(Reason::TimestampTooOld);
        }
        if beyond(max_future, -age) {
            return Err(Reason::TimestampTooNew);
        }
        Ok(())
    }
}

/// Whole seconds, rounded down. Nearly every value fits 64 bits, which divide many times faster.
fn seconds(nanoseconds: i128) -> i64 {
    match i64::try_from(nanoseconds) {
        Ok(nanoseconds) => nanoseconds.div_euclid(1_000_000_000),
        Err(_) => clamp(nanoseconds.div_euclid(1_000_000_000)),
    }
}

fn clamp(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(if value < 0 { i64::MIN } else { i64::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_numbers_and_rfc_3339_are_timestamps() {
        use Unit::{Date, Milliseconds, Rfc3339, Seconds};
        let rows: &[(&[Unit], &str, Option<i64>)] = &[
            (&[Seconds], "1700000000", Some(1_700_000_000)),
            (&[Seconds], "-5", Some(-5)),
            (&[Seconds], "0", Some(0)),
            (&[Seconds], "", None),
            (&[Seconds], "-", None),
            (&[Seconds], "+5", None),
            (&[Seconds], "1e9", None),
            (&[Seconds], "1700000000.0", None),
            (&[Seconds], " 1700000000", None),
            (&[Seconds], "99999999999999999999", None),
            (&[Seconds], "9223372036854775807", Some(i64::MAX)),
            (&[Seconds], "9223372036854775808", None),
            (&[Seconds], "-9223372036854775809", None),
            (&[Seconds], "0000000000000000000000005", Some(5)),
            (&[Seconds], "17000:0000", None),
            (&[Seconds], "17000/0000", None),
            (&[Seconds], "2024-03-27T15:42:29Z", None),
            (&[Milliseconds], "1700000000999", Some(1_700_000_000)),
            (&[Milliseconds], "-1", Some(-1)),
            (&[Seconds, Milliseconds], "1700000000", Some(1_700_000_000)),
            (&[Seconds, Milliseconds], "1700000000000", Some(1_700_000_000)),
            (&[Rfc3339], "2024-03-27T15:42:29.551", Some(1_711_554_149)),
            (&[Rfc3339], "2020-01-01T00:00:00-07:00", Some(1_577_862_000)),
            (&[Rfc3339], "2023-11-14T22:13:20.123456789Z", Some(1_700_000_000)),
            (&[Rfc3339], "2024-03-27", None),
            (&[Rfc3339], "1700000000", None),
            (&[Seconds, Rfc3339], "2023-11-14T22:13:20Z", Some(1_700_000_000)),
            (&[Date], "Thu 07 Sep 2017 06:30:04 UTC", Some(1_504_765_804)),
            (&[Date], "Thu, 07 Sep 2017 06:30:04 GMT", Some(1_504_765_804)),
            (&[Date], "Fri 07 Sep 2017 06:30:04 UTC", None),
            (&[Date], "Thu 07 Sep 2017 06:30:04", None),
            (&[Date], "1504765804", None),
        ];
        for (units, text, expected) in rows {
            assert_eq!(read(units, text.as_bytes()).map(Instant::unix), *expected, "{units:?} {text:?}");
        }
        assert_eq!(read(&[Seconds], &[0xff]), None);
    }

    #[test]
    fn limits_are_inclusive_in_the_unit_of_the_sender() {
        let at = |text: &str, unit| read(&[unit], text.as_bytes()).unwrap();
        let now = Timestamp(1_700_000_300_999_999_999);
        let rows = [
            (at("1700000000", Unit::Seconds), Ok(())),
            (at("1699999999", Unit::Seconds), Err(Reason::TimestampTooOld)),
            (at("1700000600", Unit::Seconds), Ok(())),
            (at("1700000601", Unit::Seconds), Err(Reason::TimestampTooNew)),
            (at("1700000000999", Unit::Milliseconds), Ok(())),
            (at("1700000000998", Unit::Milliseconds), Err(Reason::TimestampTooOld)),
            (at("-9223372036854775808", Unit::Seconds), Err(Reason::TimestampTooOld)),
            (at("9223372036854775807", Unit::Seconds), Err(Reason::TimestampTooNew)),
        ];
        for (instant, expected) in rows {
            assert_eq!(instant.judge(now, Some(300), Some(300)), expected, "{instant:?}");
        }
        let far = at("9223372036854775807", Unit::Seconds);
        assert_eq!(far.judge(now, Some(300), None), Ok(()));
        assert_eq!(far.judge(now, Some(u64::MAX), Some(u64::MAX)), Ok(()));
    }

    #[test]
    fn what_is_written_is_read_back() {
        let now = Timestamp(1_700_000_000_123_456_789);
        for unit in [Unit::Seconds, Unit::Milliseconds, Unit::Rfc3339, Unit::Date] {
            let text = write(unit, now);
            assert_eq!(read(&[unit], text.as_bytes()).unwrap().unix(), 1_700_000_000, "{text}");
        }
        assert_eq!(write(Unit::Rfc3339, now), "2023-11-14T22:13:20Z");
    }
}

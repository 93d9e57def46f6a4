//! Instants: nanoseconds since 1970-01-01T00:00:00Z, RFC 3339 on the wire.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::str::FromStr;
use ts_rs::TS;

/// An instant in nanoseconds since the Unix epoch (good until the year 2262).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, TS)]
#[ts(type = "string")]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// From whole Unix seconds; saturates at the ends of the range.
    #[must_use]
    pub const fn from_unix(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000_000_000))
    }

    /// Whole Unix seconds, rounded down.
    #[must_use]
    pub const fn unix(self) -> i64 {
        self.0.div_euclid(1_000_000_000)
    }

    /// The instant that a provider wrote, in any of the ways providers write one: RFC 3339, the form of an HTTP
    /// date, or Unix time in seconds or (from twelve digits on) milliseconds. None when it is none of these.
    #[must_use]
    pub fn in_any_form(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(instant) = text.parse() {
            return Some(instant);
        }
        if let Ok(zoned) = jiff::fmt::rfc2822::parse(text) {
            return i64::try_from(zoned.timestamp().as_nanosecond()).ok().map(Self);
        }
        let digits = text.chars().take_while(char::is_ascii_digit).count();
        let number: f64 = text.parse().ok().filter(|number: &f64| number.is_finite() && digits > 0)?;
        let nanoseconds = if digits >= 12 { number * 1e6 } else { number * 1e9 };
        #[allow(clippy::cast_possible_truncation, reason = "a float beyond the range saturates")]
        Some(Self(nanoseconds as i64))
    }

    /// This instant moved by `nanoseconds`; saturates.
    #[must_use]
    pub const fn plus_nanos(self, nanoseconds: i64) -> Self {
        Self(self.0.saturating_add(nanoseconds))
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC with nine decimals, so that text sorts as time does.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_nanosecond(i128::from(self.0)) {
            Ok(instant) => write!(f, "{instant:.9}"),
            Err(_) => write!(f, "{}ns", self.0),
        }
    }
}

impl FromStr for Timestamp {
    type Err = jiff::Error;
    fn from_str(text: &str) -> Result<Self, jiff::Error> {
        let instant: jiff::Timestamp = text.parse()?;
        Ok(Self(i64::try_from(instant.as_nanosecond()).unwrap_or(i64::MAX)))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_keeps_every_nanosecond() {
        for ns in [0, 1, -1, 1_781_166_727_418_000_001, i64::MAX] {
            let text = Timestamp(ns).to_string();
            assert_eq!(text.parse::<Timestamp>().unwrap(), Timestamp(ns), "{text}");
        }
        assert_eq!(Timestamp(1_500_000_000).to_string(), "1970-01-01T00:00:01.500000000Z");
        assert_eq!(Timestamp(-1).unix(), -1);
    }

    #[test]
    fn every_provider_s_way_of_writing_a_time_is_read() {
        let check = |text: &str, unix: Option<i64>| {
            assert_eq!(Timestamp::in_any_form(text).map(Timestamp::unix), unix, "{text}");
        };
        check("2026-11-21T10:00:00Z", Some(1_795_255_200));
        check("2026-11-21T11:00:00.123456789+01:00", Some(1_795_255_200));
        check("Sat, 21 Nov 2026 10:00:00 GMT", Some(1_795_255_200));
        check("1795255200", Some(1_795_255_200));
        check("1795255200.5", Some(1_795_255_200));
        check("1795255200123", Some(1_795_255_200));
        for text in ["", "soon", "-", "NaN", "2026-13-01T00:00:00Z", "e9"] {
            check(text, None);
        }
    }
}

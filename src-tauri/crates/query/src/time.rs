//! Times as people write them: `2h`, `fri`, `today`, a date, RFC 3339. Days begin at midnight UTC.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use waybill_model::Timestamp;

/// The instant that `text` names, seen from `now`.
#[must_use]
pub fn instant(text: &str, now: Timestamp) -> Option<Timestamp> {
    let lower = text.trim().to_ascii_lowercase();
    if let Some(nanos) = span(&lower) {
        return now.0.checked_sub(nanos).map(Timestamp);
    }
    if let Ok(exact) = text.trim().parse::<Timestamp>() {
        return Some(exact);
    }
    let today = jiff::Timestamp::from_nanosecond(i128::from(now.0)).ok()?.to_zoned(TimeZone::UTC).date();
    let day = match lower.as_str() {
        "today" => today,
        "yesterday" => today.yesterday().ok()?,
        "now" => return Some(now),
        word => match weekday(word) {
            // The last one that has begun; today counts.
            Some(day) => {
                let back = today.weekday().since(day);
                today.checked_sub(jiff::Span::new().days(i64::from(back))).ok()?
            }
            None => word.parse::<Date>().ok()?,
        },
    };
    let midnight = day.to_zoned(TimeZone::UTC).ok()?.timestamp().as_nanosecond();
    i64::try_from(midnight).ok().map(Timestamp)
}

fn span(text: &str) -> Option<i64> {
    let unit = text.chars().last()?;
    let seconds = match unit {
        's' => 1.0,
        'm' => 60.0,
        'h' => 3_600.0,
        'd' => 86_400.0,
        'w' => 604_800.0,
        _ => return None,
    };
    let number: f64 = text[..text.len() - unit.len_utf8()].parse().ok()?;
    let nanos = number * seconds * 1e9;
    (nanos.is_finite() && (0.0..9e18).contains(&nanos)).then_some(nanos as i64)
}

fn weekday(text: &str) -> Option<Weekday> {
    Some(match text {
        "mon" | "monday" => Weekday::Monday,
        "tue" | "tuesday" => Weekday::Tuesday,
        "wed" | "wednesday" => Weekday::Wednesday,
        "thu" | "thursday" => Weekday::Thursday,
        "fri" | "friday" => Weekday::Friday,
        "sat" | "saturday" => Weekday::Saturday,
        "sun" | "sunday" => Weekday::Sunday,
        _ => return None,
    })
}

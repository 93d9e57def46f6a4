//! When a call is sent again, and how long is waited before.
//!
//! Again: reads, writes that lead to the same state, calls with a key; after 429, 5xx and a
//! connection that never stood. Never: `create`, `rotate`, `test` and `redeliver` without a key, and
//! nothing after it was sent and not answered. The longest of the provider's hints is honoured, all
//! waits of one call together stay under a cap, and a provider that wants more gets its answer
//! handed to the user instead.

use crate::answer::RawAnswer;
use crate::description::{Description, HintUnit};
use crate::request::Request;
use std::time::Duration;
use waybill_model::{Entropy, Timestamp};

/// The wait before the first repetition where nobody names one; it doubles with each.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// No provider means more than a year; more is a slip.
const ABSURD_S: f64 = 366.0 * 86_400.0;

/// True when an answer of this status may be followed by the same request.
pub(crate) fn again(request: &Request, status: u16, limited: bool) -> bool {
    match status {
        _ if limited => request.repeatable(),
        // A marked update may have been carried out; its repetition would report a conflict with itself.
        500..=599 => request.repeatable() && !request.marked,
        _ => false,
    }
}

/// True for an answer that says: too many calls. Some providers say so with a 403.
pub(crate) fn limited(description: &Description, answer: &RawAnswer) -> bool {
    let exhausted = description.rate_limit.exhausted.as_deref();
    let spent = |name: &str| answer.header(name).is_some_and(|left| left.trim() == "0");
    answer.status == 429
        || (answer.status == 403
            && exhausted.is_some_and(|name| spent(name) || answer.header("retry-after").is_some()))
}

/// How long the provider asks to wait: the longest of its hints.
pub(crate) fn hint(description: &Description, answer: &RawAnswer, now: Timestamp) -> Option<Duration> {
    let limits = &description.rate_limit;
    let limited = limited(description, answer);
    // A provider's own header tells when its limit starts anew, which says nothing of a 5xx.
    let named = limits
        .hints
        .iter()
        .filter(|_| limited)
        .filter_map(|(name, unit)| read(answer.header(name)?, *unit, now));
    let usual = answer.header("retry-after").and_then(|text| read(text, HintUnit::Seconds, now));
    let hint = named.chain(usual).max();
    hint.or_else(|| limits.default_wait_s.filter(|_| limited).map(Duration::from_secs))
}

/// The wait before repetition number `tried` (from 1), with up to a quarter more so that many
/// clients don't come back at once.
pub(crate) fn wait(hint: Option<Duration>, tried: u32, entropy: &dyn Entropy) -> Duration {
    let base = hint.unwrap_or_else(|| FIRST_WAIT.saturating_mul(1 << tried.saturating_sub(1).min(10)));
    let mut byte = [0_u8];
    entropy.fill(&mut byte);
    base + base.mul_f64(f64::from(byte[0]) / 1024.0)
}

fn read(text: &str, unit: HintUnit, now: Timestamp) -> Option<Duration> {
    let text = text.trim();
    let until =
        |instant: i64| Duration::from_secs(u64::try_from(instant.saturating_sub(now.unix())).unwrap_or(0));
    let wait = match unit {
        HintUnit::Instant => until(text.parse::<Timestamp>().ok()?.unix()),
        HintUnit::Unix => until(text.parse().ok()?),
        HintUnit::Seconds => match text.parse::<f64>() {
            Ok(seconds) if seconds.is_finite() && seconds >= 0.0 => {
                Duration::from_secs_f64(seconds.min(ABSURD_S * 2.0))
            }
            Ok(_) => return None,
            Err(_) => {
                let instant = httpdate::parse_http_date(text).ok()?;
                let since = instant.duration_since(std::time::UNIX_EPOCH).ok()?;
                until(i64::try_from(since.as_secs()).ok()?)
            }
        },
    };
    (wait.as_secs_f64() <= ABSURD_S).then_some(wait)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_are_read_in_their_unit() {
        let now = Timestamp::from_unix(784_111_777); // Sun, 06 Nov 1994 08:49:37 GMT
        let check = |text: &str, unit: HintUnit, expected: Option<u64>| {
            assert_eq!(read(text, unit, now), expected.map(Duration::from_secs), "{text}");
        };
        check("7", HintUnit::Seconds, Some(7));
        check(" 0 ", HintUnit::Seconds, Some(0));
        check("Sun, 06 Nov 1994 08:50:07 GMT", HintUnit::Seconds, Some(30));
        check("Sun, 06 Nov 1994 08:49:00 GMT", HintUnit::Seconds, Some(0));
        check("-1", HintUnit::Seconds, None);
        check("NaN", HintUnit::Seconds, None);
        check("soon", HintUnit::Seconds, None);
        check("99999999999999999999", HintUnit::Seconds, None);
        check("1994-11-06T08:50:37Z", HintUnit::Instant, Some(60));
        check("1994-11-06T08:00:00Z", HintUnit::Instant, Some(0));
        check("60", HintUnit::Instant, None);
        check("784111837", HintUnit::Unix, Some(60));
        check("784111000", HintUnit::Unix, Some(0));
        check("soon", HintUnit::Unix, None);
    }

    #[derive(Debug)]
    struct Fixed(u8);
    impl Entropy for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    #[test]
    fn waits_double_and_spread() {
        assert_eq!(wait(None, 1, &Fixed(0)), Duration::from_millis(500));
        assert_eq!(wait(None, 3, &Fixed(0)), Duration::from_secs(2));
        assert_eq!(wait(Some(Duration::from_secs(8)), 3, &Fixed(0)), Duration::from_secs(8));
        assert_eq!(wait(Some(Duration::from_secs(8)), 1, &Fixed(128)), Duration::from_secs(9));
        assert!(wait(None, u32::MAX, &Fixed(255)) < Duration::from_secs(700));
    }
}

//! Where two texts differ, as a few short windows.

use super::report::Difference;

/// Windows that are kept, and bytes of each side of one.
const WINDOWS: usize = 20;
const BYTES: usize = 64;
/// Bytes that must agree for the texts to be in step again: after a character or two few are enough,
/// after a longer stretch they would often agree by chance.
const STEPS: (usize, usize) = (2, 5);
/// How far ahead agreement is looked for.
const AHEAD: usize = 96;

/// The first places in which `signed` differs from `received`.
pub(super) fn differences(received: &[u8], signed: &[u8]) -> Vec<Difference> {
    let mut found = Vec::new();
    let (mut a, mut b) = (0, 0);
    while found.len() < WINDOWS {
        let (rest_a, rest_b) = (tail(received, a), tail(signed, b));
        let same = rest_a.iter().zip(rest_b).take_while(|(x, y)| x == y).count();
        a += same;
        b += same;
        let (rest_a, rest_b) = (tail(received, a), tail(signed, b));
        if rest_a.is_empty() && rest_b.is_empty() {
            break;
        }
        let (skip_a, skip_b) = in_step(rest_a, rest_b).unwrap_or((rest_a.len(), rest_b.len()));
        let side = |bytes: &[u8], length: usize| bytes.iter().take(length.min(BYTES)).copied().collect();
        found.push(Difference {
            offset: u64::try_from(a).unwrap_or(u64::MAX),
            received: side(rest_a, skip_a),
            signed: side(rest_b, skip_b),
        });
        a += skip_a;
        b += skip_b;
    }
    found
}

/// The shortest stretches of both sides after which they agree again.
fn in_step(a: &[u8], b: &[u8]) -> Option<(usize, usize)> {
    let agree = |i: usize, j: usize| {
        let (x, y) = (tail(a, i), tail(b, j));
        let step = if i.max(j) <= 2 { STEPS.0 } else { STEPS.1 };
        // Close to the ends there is less left to agree.
        let length = step.min(x.len().max(y.len()));
        x.get(..length).is_some_and(|x| Some(x) == y.get(..length))
    };
    for both in 1..=2 * AHEAD {
        for i in 0..=both.min(AHEAD) {
            let j = both - i;
            if i <= a.len() && j <= b.len() && j <= AHEAD && agree(i, j) {
                return Some((i, j));
            }
        }
    }
    None
}

fn tail(bytes: &[u8], at: usize) -> &[u8] {
    bytes.get(at..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_short_and_in_order() {
        let show = |a: &str, b: &str| -> Vec<(u64, String, String)> {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let all = differences(a.as_bytes(), b.as_bytes()).into_iter();
            all.map(|one| (one.offset, text(&one.received), text(&one.signed))).collect()
        };
        let row = |offset, a: &str, b: &str| (offset, a.to_owned(), b.to_owned());
        assert_eq!(show("same", "same"), []);
        assert_eq!(show("abc", "abc\n"), [row(3, "", "\n")]);
        assert_eq!(show("abc\n", "abc"), [row(3, "\n", "")]);
        assert_eq!(show("", "x"), [row(0, "", "x")]);
        assert_eq!(show("{\"alpha\":1,\"beta\":2}", "{\"alpha\": 1, \"beta\": 2}").len(), 3);
        assert_eq!(show("0123456789abcdef", "0123X56789abcdef"), [row(4, "4", "X")]);
        let (long, other) = ("a".repeat(500), "b".repeat(500));
        let only = differences(long.as_bytes(), other.as_bytes());
        assert_eq!((only.len(), only[0].received.len(), only[0].signed.len()), (1, BYTES, BYTES));
        let many: String = (0..100).map(|n| format!("word{n:03} ")).collect();
        assert_eq!(differences(many.as_bytes(), many.replace(' ', "  ").as_bytes()).len(), WINDOWS);
    }
}

//! Order statistics.

/// The value below which `part` of the sorted values lie; 0 for none.
pub(crate) fn at(sorted: &[f64], part: f64) -> f64 {
    let index = (sorted.len().saturating_sub(1) as f64 * part).round() as usize;
    sorted.get(index).copied().unwrap_or(0.0)
}

/// The middle of several rounds, and how far they lie apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
}

impl Spread {
    /// Over the rounds' values; none when there are none.
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<f64> = values.into_iter().filter(|value| value.is_finite()).collect();
        values.sort_by(f64::total_cmp);
        let (min, max) = (*values.first()?, *values.last()?);
        let middle = values.len() / 2;
        let median = if values.len() % 2 == 1 {
            values[middle]
        } else {
            f64::midpoint(values[middle - 1], values[middle])
        };
        Some(Self { median, min, max })
    }

    /// True when the largest is more than 40 % above the smallest: then something else used the machine.
    pub(crate) fn is_noisy(&self) -> bool {
        self.max > self.min * 1.4
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::json!({ "median": self.median, "min": self.min, "max": self.max })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spreads() {
        let check = |values: &[f64], expected: Option<(f64, f64, f64, bool)>| {
            let found = Spread::of(values.iter().copied());
            assert_eq!(found.map(|s| (s.median, s.min, s.max, s.is_noisy())), expected, "{values:?}");
        };
        check(&[], None);
        check(&[3.0], Some((3.0, 3.0, 3.0, false)));
        check(&[2.0, 1.0], Some((1.5, 1.0, 2.0, true)));
        check(&[10.0, 13.0, 11.0], Some((11.0, 10.0, 13.0, false)));
        check(&[1.0, f64::NAN], Some((1.0, 1.0, 1.0, false)));
    }

    #[test]
    fn parts_of_sorted_values() {
        let values: Vec<f64> = (0..=100).map(f64::from).collect();
        for (part, expected) in [(0.0, 0.0), (0.5, 50.0), (0.99, 99.0), (1.0, 100.0)] {
            assert_eq!(at(&values, part), expected, "{part}");
        }
        assert_eq!(at(&[], 0.5), 0.0);
    }
}

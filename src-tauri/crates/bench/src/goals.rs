//! What the figures are held to. All goals are ratios within one run, but one: how long a sender waits at worst.

use crate::figures::Spread;
use crate::rounds::{Measured, Turn};

/// What is asked of one figure.
struct Goal {
    name: &'static str,
    connections: usize,
    /// The figure of one round.
    figure: fn(raw_commits: f64, turn: &Turn) -> f64,
    bound: Bound,
    /// Below (or above) this the goal is missed.
    must: f64,
    /// What is aimed at.
    moonshot: f64,
    /// Whether it still means something when other programs use the machine.
    noise_proof: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bound {
    AtLeast,
    AtMost,
}

const GOALS: &[Goal] = &[
    Goal {
        name: "durable ÷ bare, 64 connections",
        connections: 64,
        figure: |_, turn| turn.product.per_second / turn.bare.per_second,
        bound: Bound::AtLeast,
        must: 0.30,
        moonshot: 0.50,
        noise_proof: false,
    },
    Goal {
        name: "CPU a request ÷ bare, 64 connections",
        connections: 64,
        figure: |_, turn| match (turn.product.processor_us, turn.bare.processor_us) {
            (Some(product), Some(bare)) => product / bare,
            _ => f64::NAN,
        },
        bound: Bound::AtMost,
        must: 3.0,
        moonshot: 2.0,
        noise_proof: true,
    },
    Goal {
        name: "durable, 1 connection ÷ raw commits",
        connections: 1,
        figure: |raw_commits, turn| turn.product.per_second / raw_commits,
        bound: Bound::AtLeast,
        must: 0.40,
        moonshot: 0.65,
        noise_proof: false,
    },
    Goal {
        name: "p99 at 64 connections, ms",
        connections: 64,
        figure: |_, turn| turn.product.p99_ms,
        bound: Bound::AtMost,
        must: 20.0,
        moonshot: 8.0,
        noise_proof: false,
    },
];

/// How a figure stands to its goal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Moonshot,
    Met,
    Missed,
    /// Too much else went on to say.
    Noisy,
}

impl Outcome {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Moonshot => "moonshot",
            Self::Met => "met",
            Self::Missed => "MISSED",
            Self::Noisy => "noisy: not judged",
        }
    }
}

/// A goal and what became of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Judged {
    pub(crate) name: &'static str,
    pub(crate) found: Spread,
    pub(crate) bound: Bound,
    pub(crate) must: f64,
    pub(crate) moonshot: f64,
    pub(crate) outcome: Outcome,
}

/// Holds each goal whose figure was measured to it.
pub(crate) fn judge(measured: &Measured) -> Vec<Judged> {
    GOALS
        .iter()
        .filter_map(|goal| {
            let found =
                measured.over(goal.connections, |round, turn| (goal.figure)(round.raw_commits, turn))?;
            let noisy = !goal.noise_proof && measured.is_noisy(goal.connections);
            let outcome = outcome(goal.bound, found.median, goal.must, goal.moonshot, noisy);
            let Goal { name, bound, must, moonshot, .. } = *goal;
            Some(Judged { name, found, bound, must, moonshot, outcome })
        })
        .collect()
}

/// Noise can make a good figure as well as a bad one, so that neither is judged.
fn outcome(bound: Bound, value: f64, must: f64, moonshot: f64, noisy: bool) -> Outcome {
    let reaches = |goal: f64| match bound {
        Bound::AtLeast => value >= goal,
        Bound::AtMost => value <= goal,
    };
    if noisy {
        Outcome::Noisy
    } else if reaches(moonshot) {
        Outcome::Moonshot
    } else if reaches(must) {
        Outcome::Met
    } else {
        Outcome::Missed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_held_to_their_goals() {
        use Bound::{AtLeast, AtMost};
        for (bound, value, noisy, expected) in [
            (AtLeast, 0.29, false, Outcome::Missed),
            (AtLeast, 0.30, false, Outcome::Met),
            (AtLeast, 0.50, false, Outcome::Moonshot),
            (AtLeast, 0.29, true, Outcome::Noisy),
            (AtLeast, 0.90, true, Outcome::Noisy),
        ] {
            assert_eq!(outcome(bound, value, 0.30, 0.50, noisy), expected, "{value}");
        }
        for (value, expected) in [(20.1, Outcome::Missed), (20.0, Outcome::Met), (8.0, Outcome::Moonshot)] {
            assert_eq!(outcome(AtMost, value, 20.0, 8.0, false), expected, "{value}");
        }
    }
}

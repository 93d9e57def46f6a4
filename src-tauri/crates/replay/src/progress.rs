//! How far a job is: counts, speed and answer times, at most ten times a second.

use serde::Serialize;
use std::collections::VecDeque;
use std::time::Duration;
use ts_rs::TS;
use waybill_model::{JobCounts, JobId, JobState};

/// Shortest time between two reports.
pub(crate) const REPORT_GAP: Duration = Duration::from_millis(100);

/// How far back the speed looks.
const SPEED_WINDOW: Duration = Duration::from_secs(5);

/// Answer times that the median is taken over: the most recent ones.
const SAMPLES: usize = 4096;

/// How far a job is.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct JobProgress {
    /// Which job.
    pub job: JobId,
    /// Where it stands.
    pub state: JobState,
    /// How far it is.
    pub counts: JobCounts,
    /// Deliveries whose next try is waited for.
    #[ts(type = "number")]
    pub retrying: u64,
    /// Median time to an answer, in microseconds.
    #[ts(type = "number | null")]
    pub median_us: Option<u64>,
    /// 99th percentile of the same.
    #[ts(type = "number | null")]
    pub p99_us: Option<u64>,
    /// Deliveries finished a second over the last seconds.
    pub per_second: Option<f64>,
    /// Seconds until the end at that speed.
    pub remaining_s: Option<f64>,
    /// Why it stopped by itself.
    pub stopped_because: Option<String>,
}

/// Counts a job's events.
#[derive(Debug)]
pub(crate) struct Meter {
    pub(crate) counts: JobCounts,
    pub(crate) retrying: u64,
    times: VecDeque<u64>,
    ends: VecDeque<Duration>,
    began: Duration,
    reported: Option<Duration>,
    changed: bool,
}

impl Meter {
    pub(crate) fn new(counts: JobCounts, now: Duration) -> Self {
        Self {
            counts,
            retrying: 0,
            times: VecDeque::new(),
            ends: VecDeque::new(),
            began: now,
            reported: None,
            changed: true,
        }
    }

    /// Something changed.
    pub(crate) fn touch(&mut self) {
        self.changed = true;
    }

    /// An answer took so long.
    pub(crate) fn answered(&mut self, microseconds: u64) {
        if self.times.len() == SAMPLES {
            self.times.pop_front();
        }
        self.times.push_back(microseconds);
        self.changed = true;
    }

    /// A delivery came to its end.
    pub(crate) fn ended(&mut self, now: Duration) {
        self.ends.push_back(now);
        self.changed = true;
    }

    /// How long until the next report is due; `None` when there is nothing new.
    pub(crate) fn due_in(&self, now: Duration) -> Option<Duration> {
        self.changed.then(|| self.reported.map_or(Duration::ZERO, |at| (at + REPORT_GAP).saturating_sub(now)))
    }

    /// A report of now.
    pub(crate) fn report(
        &mut self,
        job: JobId,
        state: JobState,
        now: Duration,
        because: Option<String>,
    ) -> JobProgress {
        self.reported = Some(now);
        self.changed = false;
        let from = now.saturating_sub(SPEED_WINDOW);
        while self.ends.front().is_some_and(|&at| at < from) {
            self.ends.pop_front();
        }
        let span = now.saturating_sub(self.began).min(SPEED_WINDOW).as_secs_f64();
        let per_second = (span >= 0.2 && state == JobState::Running).then(|| self.ends.len() as f64 / span);
        let counts = self.counts;
        let left =
            counts.total.saturating_sub(counts.succeeded + counts.failed + counts.skipped + counts.unknown);
        let remaining_s = per_second.filter(|&speed| speed > 0.0).map(|speed| left as f64 / speed);
        let mut times: Vec<u64> = self.times.iter().copied().collect();
        times.sort_unstable();
        let at = |share: f64| {
            times.get(((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1))).copied()
        };
        JobProgress {
            job,
            state,
            counts,
            retrying: self.retrying,
            median_us: at(0.5),
            p99_us: at(0.99),
            per_second,
            remaining_s,
            stopped_because: because,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speed_times_and_the_rest_are_told() {
        let second = Duration::from_secs(1);
        let mut meter = Meter::new(JobCounts { total: 30, succeeded: 10, ..JobCounts::default() }, second);
        assert_eq!(meter.due_in(second), Some(Duration::ZERO));
        for n in 1..=100 {
            meter.answered(n);
        }
        (0..10).for_each(|_| meter.ended(second * 2));
        let report = meter.report(JobId(1), JobState::Running, second * 3, None);
        assert_eq!((report.median_us, report.p99_us), (Some(51), Some(100)));
        assert_eq!((report.per_second, report.remaining_s), (Some(5.0), Some(4.0)));
        assert_eq!(meter.due_in(second * 3), None);
        meter.touch();
        assert_eq!(meter.due_in(second * 3), Some(REPORT_GAP));
        assert_eq!(meter.report(JobId(1), JobState::Running, second * 60, None).per_second, Some(0.0));
    }
}

//! Waiting at the provider's pace, which can be changed while something waits.

use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

/// The clock factor.
pub(crate) struct Pace(watch::Sender<f64>);

impl Pace {
    pub(crate) fn new(factor: f64) -> Self {
        Self(watch::Sender::new(sound(factor)))
    }

    pub(crate) fn set(&self, factor: f64) {
        self.0.send_replace(sound(factor));
    }

    pub(crate) fn factor(&self) -> f64 {
        *self.0.borrow()
    }

    /// How long a waiting time of the provider's takes here, at the present factor.
    pub(crate) fn real(&self, provider: Duration) -> Duration {
        provider.div_f64(self.factor())
    }

    /// Waits as long as the provider would wait `provider`; a change of the factor counts for the rest.
    pub(crate) async fn wait(&self, provider: Duration) {
        let mut changes = self.0.subscribe();
        let mut left = provider;
        loop {
            let factor = *changes.borrow_and_update();
            let began = Instant::now();
            tokio::select! {
                () = sleep(left.div_f64(factor)) => return,
                Ok(()) = changes.changed() => left = left.saturating_sub(began.elapsed().mul_f64(factor)),
            }
        }
    }
}

/// A factor that can be divided by: between a thousandth and a thousand million.
fn sound(factor: f64) -> f64 {
    if factor.is_finite() { factor.clamp(1e-3, 1e9) } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[tokio::test]
    async fn a_wait_is_divided_and_can_be_hurried() {
        let pace = Arc::new(Pace::new(1.0));
        assert_eq!(pace.real(Duration::from_secs(60)), Duration::from_secs(60));
        let waits = {
            let pace = Arc::clone(&pace);
            tokio::spawn(async move { pace.wait(Duration::from_secs(3_600)).await })
        };
        tokio::task::yield_now().await;
        pace.set(1e9);
        tokio::time::timeout(Duration::from_secs(20), waits).await.unwrap().unwrap();
        for (given, kept) in
            [(0.0, 1e-3), (-1.0, 1e-3), (f64::NAN, 1.0), (f64::INFINITY, 1.0), (600.0, 600.0)]
        {
            pace.set(given);
            assert!((pace.factor() - kept).abs() < 1e-9, "{given}");
        }
    }
}

//! Being asked to end: by Ctrl-C, or by the system.

/// How it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// Ctrl-C.
    Interrupt,
    /// A request to terminate.
    Terminate,
}

/// Hears of every such request from when it was made.
pub(crate) struct Requests {
    #[cfg(unix)]
    signals: Option<(tokio::signal::unix::Signal, tokio::signal::unix::Signal)>,
}

impl Requests {
    pub(crate) fn new() -> Self {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            let signals = signal(SignalKind::interrupt()).ok().zip(signal(SignalKind::terminate()).ok());
            Self { signals }
        }
        #[cfg(not(unix))]
        Self {}
    }

    /// The next request; never comes where signals can't be heard.
    pub(crate) async fn next(&mut self) -> Asked {
        #[cfg(unix)]
        {
            let Some((interrupt, terminate)) = &mut self.signals else {
                return std::future::pending().await;
            };
            tokio::select! {
                _ = interrupt.recv() => Asked::Interrupt,
                _ = terminate.recv() => Asked::Terminate,
            }
        }
        #[cfg(not(unix))]
        {
            if tokio::signal::ctrl_c().await.is_err() {
                return std::future::pending().await;
            }
            Asked::Interrupt
        }
    }
}

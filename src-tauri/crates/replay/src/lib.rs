//! Replay jobs, attempts and forwards.

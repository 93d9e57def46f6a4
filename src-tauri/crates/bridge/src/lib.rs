//! Test host: the command table over HTTP for a real browser. Never shipped.

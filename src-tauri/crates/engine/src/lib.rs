//! The use cases and the one command table.

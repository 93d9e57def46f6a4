//! Provider descriptions as data and the client that obeys them.

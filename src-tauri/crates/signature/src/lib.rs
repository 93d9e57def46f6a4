//! Schemes as data, verify and sign. Pure.

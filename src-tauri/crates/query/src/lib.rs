//! The query language: parse, complete, to SQL. Pure.

//! What must hold over the whole tree: who may depend on whom, under which licences, how long a file may be, and
//! what the window may do. Rules that a compiler can't see stand here as tests; each says what to do about it.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]
#![allow(missing_docs)]

mod dependencies;
mod files;
mod licences;
mod locks;
mod shell;
mod tree;

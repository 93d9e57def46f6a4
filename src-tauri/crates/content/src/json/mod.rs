//! JSON as it was written: tokens, re-indented text, a tree for the window, a value at a path.
//!
//! A parsed value is not the payload (numbers change, repeats vanish, lone surrogates are refused), so
//! nothing here converts: everything shown is a range of the source.

mod escape;
mod path;
mod pretty;
mod token;
mod tree;

pub use escape::unescape;
pub use path::{Found, Path, PathFault, Step, find, find_all, text_at};
pub use pretty::{MAX_INDENT, Pretty, WHITESPACE_BUDGET, pretty};
pub(crate) use token::BOM;
pub use token::{JsonFault, Token, TokenKind, Tokens};
pub use tree::{Node, NodeKind, Tree, TreeLimits, tree};

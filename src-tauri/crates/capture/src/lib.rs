//! The capture server: takes every HTTP request that reaches its port, keeps it byte for byte, hands
//! it to a [`Receiver`] and answers what the receiver says, once the receiver has said it.
//!
//! What it promises:
//! - The head of a request is kept exactly as it came: order, case and repeats of its headers, its
//!   line ends. So is the body, without its chunk framing.
//! - No answer leaves before [`Receiver::receive`] has returned, and `receive` runs to its end even
//!   when the sender has left meanwhile.
//! - What can't be understood, is cut short or is refused is told to the receiver too, and is never
//!   acknowledged with a success.
//! - Memory, connections and time are bounded ([`Limits`]); under pressure the sender is told to come
//!   back (503) instead of losing anything.
//!
//! What it leaves out: storing, verifying and choosing the answer (the receiver does), HTTP/2, TLS
//! (the tunnel ends it), and any control over HTTP: this port only ever takes things in. Trailers of
//! a chunked body are read and dropped.

mod answer;
mod body;
mod budget;
mod chunks;
mod connection;
mod exchange;
mod finishing;
mod head;
mod limits;
mod listen;
mod receiver;
mod tape;
mod tee;

pub use limits::Limits;
pub use listen::{ListenOptions, Listening, listen};
pub use receiver::{Answer, Arrived, Incomplete, Receiver, Refused};

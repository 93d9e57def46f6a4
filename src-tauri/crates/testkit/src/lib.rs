//! What the tests of Waybill stand on, and what a person without an account can try it with.
//!
//! - [`HeldClock`] and [`SeededEntropy`]: time and randomness in the hand of a test.
//! - [`Simulator`]: each of the eight providers as an HTTP server of its own on loopback, with
//!   the documented calls, error bodies, signatures, retries and switching off.
//! - [`Target`]: a receiver that records requests byte for byte, checks their signatures with code
//!   of its own and answers by a script.
//! - [`Samples`]: realistic deliveries by the thousand, with what verification must say of each.
//!
//! Promise: nothing here uses the crates it is meant to test. Signatures are made and checked in
//! [`sign`](mod@sign) from the hash upwards, so that an agreement between Waybill and this crate means something.
//!
//! Left out: TLS. A simulator delivers to `http` addresses on loopback only and says so otherwise.

mod catalogue;
mod clock;
mod payload;
mod samples;
pub mod sign;
mod sim;
mod target;

pub use clock::{HeldClock, SeededEntropy};
pub use samples::{Sample, SampleSecret, Samples, samples};
pub use sign::{Form, PublicKeyForm, Refusal, SigningMaterial};
pub use sim::{
    CallRecord, Emission, Fault, PlannedFault, Registered, Seeding, SentDelivery, SentState, Simulator,
    SimulatorHandle, SimulatorKind, SimulatorOptions, UnknownKind, run_simulator,
};
pub use target::{Answer, Received, Target, WaitedTooLong};

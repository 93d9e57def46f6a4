//! The set-up before running or testing. Each part says nothing when there is nothing to do.

use crate::{packages::Need, system, window};
use anyhow::Result;

/// What comes after the set-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Goal {
    /// Waybill is started.
    Run,
    /// Everything is tested.
    Test,
}

/// Does what is missing for `goal`.
///
/// # Errors
/// The first part that can't be done.
pub(crate) fn prepare(goal: Goal) -> Result<()> {
    system::packages(if goal == Goal::Test { Need::Test } else { Need::Run })?;
    window::packages()?;
    window::build(window::SHIPPED)?;
    if goal == Goal::Test {
        window::build(window::BRIDGE)?;
    }
    Ok(())
}

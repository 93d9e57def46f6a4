//! Clock, fixtures, provider simulators, delivery generator.

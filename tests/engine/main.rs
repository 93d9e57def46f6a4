//! The engine as a host sees it: a real data folder, real sockets, simulated providers.

mod bad_input;
mod capture;
mod leaks;
mod providers;
mod replay;
mod stage;
mod table;

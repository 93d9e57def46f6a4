//! The command line as a process: what it prints, where, and how it ends.

mod contract;
mod offline;
mod process;
mod providers;

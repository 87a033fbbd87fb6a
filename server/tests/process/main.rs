//! The binary itself: its commands, its ends by signal and by kill, and what survives them.

mod command_line;
mod crash;
mod roster;
#[cfg(feature = "strace")]
mod strace;

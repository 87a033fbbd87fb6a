//! What must survive: each campaign harms running servers and looks whether they kept their promises. A few rounds in the
//! tests; `cargo xtask torture` goes on for as long as it is told to.

mod connection;
#[cfg(feature = "strace")]
mod failing_disk;
mod fairness;
#[cfg(feature = "strace")]
mod full_disk;
mod kill;
mod memory;
mod overload;
#[cfg(feature = "strace")]
mod power_loss;
mod shutdown;

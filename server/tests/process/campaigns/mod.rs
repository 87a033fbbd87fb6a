//! Durability and load: each campaign harms running servers and checks that they kept their promises. A few rounds in the tests, and
//! as many minutes as asked for with `cargo xtask torture`.

mod connection;
// What needs root or strace is built with the feature `strace`: the full set of tests has it.
#[cfg(feature = "strace")]
mod failing_disk;
mod fairness;
#[cfg(feature = "strace")]
mod full_disk;
mod http2;
mod kill;
mod memory;
mod overload;
#[cfg(feature = "strace")]
mod power_loss;
mod shutdown;

//! What must not get in: each campaign sends what an attacker would, and looks whether the promises hold. A few rounds in
//! the tests; `cargo xtask torture` goes on for as long as it is told to.

mod clock;
mod http;
mod input;
mod secrets;
mod tenants;
mod tokens;

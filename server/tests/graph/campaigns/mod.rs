//! Attacks: each campaign sends what an attacker would, and checks that the promises hold. A few rounds in the tests, and as many
//! minutes as asked for with `cargo xtask torture`.

mod clock;
mod http;
mod input;
mod queries;
mod secrets;
mod tenants;
mod tokens;

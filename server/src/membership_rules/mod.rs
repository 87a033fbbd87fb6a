//! The rules of dynamic groups: text in, a checked rule out, and whether a user or a device satisfies it. Pure: nothing here
//! knows groups, memberships or the store; what a rule asks of them besides an object's values comes through [`Related`].
//!
//! The language is that of Entra's page *Manage rules for dynamic membership groups*.

mod evaluation;
mod explanation;
mod faults;
mod lexer;
mod parser;
mod patterns;
mod printing;
mod properties;
mod rule;
mod spans;

pub use evaluation::{Candidate, Related};
pub use explanation::Explanation;
pub use faults::{Fault, RuleFault};
pub use rule::Rule;

#[cfg(test)]
mod tests;

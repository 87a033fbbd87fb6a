//! The shapes that operations share. A shape builds documentation and handler together; path, operation id, need, rule and what else
//! is worth reading stand where an operation is registered.

mod examples;
mod keys;
mod objects;
mod related;

pub(super) use examples::{reference, with_context};
pub(super) use keys::ObjectKey;
pub(super) use objects::{Objects, answer_one};
pub(super) use related::Related;

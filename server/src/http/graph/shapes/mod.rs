//! The shapes that operations share. A shape builds documentation and handler together; path, operation id, need, rule and what else
//! is worth reading stand where an operation is registered.

mod examples;
mod keys;
mod objects;
mod related;
mod resources;

pub(super) use examples::{EXAMPLE_COUNT, reference, with_context};
pub(super) use keys::{ObjectKey, guid};
pub(super) use objects::{JSON, Objects, SELECTED, TEXT, answer_count, answer_one};
pub(super) use related::Related;
pub(super) use resources::Resources;

//! The memberships of dynamic groups. A thread of its own follows the change log, so that writes know nothing of rules: of each object
//! that changed, it holds those rules of its tenant against it that ask for what changed, and adds or removes members as any write does.
//! A rule that is new, or has changed, is held against every object in pieces.
//!
//! How far it has come is in the directory itself, and written with the memberships. So a kill at any moment loses nothing, and what
//! is done again finds nothing to do.

mod differences;
mod follower;
mod following;
mod pieces;
mod rules;
mod runs;
mod shared;

pub use following::Following;
pub use shared::DynamicGroups;

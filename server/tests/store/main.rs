//! The store by itself.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod batches;
mod bounds;
#[path = "../shared/counts.rs"]
mod counts;
mod deleted_tenants;
mod deletions;
mod domains;
mod dynamic_groups;
mod grants;
mod indexes;
mod kept_counts;
mod logs;
mod migrations;
mod nestings;
#[path = "../shared/older.rs"]
mod older;
mod plans;
mod restorations;
#[path = "../shared/rules.rs"]
mod rules;
mod selections;
mod sqlite;
mod world;

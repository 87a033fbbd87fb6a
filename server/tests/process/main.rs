//! The binary itself: its commands, how it ends by signal and by kill, and what survives that.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../shared/browser.rs"]
mod browser;
#[path = "../shared/campaign.rs"]
mod campaign;
mod campaigns;
mod check;
mod command_line;
mod commands;
#[path = "../shared/counts.rs"]
mod counts;
mod deletions;
// What needs root or strace is built with the feature `strace`: the full set of tests has it.
#[cfg(feature = "strace")]
mod disk;
mod dynamic_groups;
#[cfg(feature = "strace")]
mod full_disk;
#[path = "../shared/http_client.rs"]
mod http_client;
mod identity;
mod index;
mod issuers;
mod keys;
mod ledger;
#[path = "../shared/older.rs"]
mod older;
mod older_folder;
mod private_folder;
mod roster;
#[path = "../shared/rules.rs"]
mod rules;
mod sign_in;
#[cfg(feature = "strace")]
mod strace;
mod streams;
mod tls;
mod unserved;
mod users;
mod wrong_folder;

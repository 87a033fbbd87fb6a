//! Roster: Microsoft Graph's directory of users, groups and memberships, as one binary.
//!
//! The layers, each naming only those below it: [`cli`], [`http`] and [`data_folder`], [`directory`], [`store`], then [`auth`],
//! [`odata`] and [`membership_rules`], and at the bottom [`model`] and [`files`]. `ARCHITECTURE.md` tells what each may know.

pub mod auth;
pub mod cli;
pub mod data_folder;
pub mod directory;
pub mod files;
pub mod http;
pub mod membership_rules;
pub mod model;
pub mod odata;
pub mod store;

//! Roster: Microsoft Graph's directory of users, groups and memberships, as one binary.
//!
//! The layers, each naming only those below it: [`cli`], [`http`], [`directory`], [`store`], then [`auth`]
//! and [`odata`], and [`model`] at the bottom. `ARCHITECTURE.md` tells what each may know.

pub mod auth;
pub mod cli;
pub mod directory;
pub mod http;
pub mod model;
pub mod odata;
pub mod store;

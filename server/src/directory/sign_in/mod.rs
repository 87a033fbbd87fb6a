//! Signing in: which clients and resources there are for it, what people granted, and which tokens follow from that. Nothing here signs
//! a token, or knows how a client asks for one.

pub mod accounts;
mod assignments;
pub mod claims;
pub mod clients;
pub mod codes;
pub mod consent;
pub mod device_codes;
pub mod exchanges;
pub mod faults;
mod grants;
pub mod refresh_tokens;
pub mod resources;
pub mod scopes;
pub mod sessions;
pub mod tokens;

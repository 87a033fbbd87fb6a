//! Bearer tokens: the key set that signs them, signing and verifying. Pure: keys, time and audiences are
//! passed in. Nothing here knows HTTP, a file or the store.

mod claims;
pub mod keys;
pub mod secrets;
pub mod tokens;
mod verified_tokens;

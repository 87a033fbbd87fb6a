//! Bearer tokens, the key set that signs them, secrets, and the certificates of TLS. Pure: keys, time and audiences are
//! passed in. Nothing here knows HTTP, a file or the store.

pub mod certificates;
mod claims;
pub mod client_certificates;
pub mod development_ca;
pub mod keys;
pub mod secrets;
pub mod tokens;
mod verified_tokens;

//! Bearer tokens, the key set that signs them, secrets and passwords, proofs of clients, and the certificates of TLS. Pure: keys, time and audiences are
//! passed in. Nothing here knows HTTP, a file or the store.

pub mod assertions;
pub mod certificates;
mod claims;
pub mod client_certificates;
pub mod development_ca;
pub mod id_tokens;
mod key_faults;
pub mod keys;
pub mod passwords;
pub mod pkce;
pub mod retired_keys;
pub mod secrets;
pub mod tokens;
mod verified_tokens;

//! Tokens whose signature was found good, so that it is verified once and not with every request.
//!
//! A token is known by the digest of its whole text, so that a changed one is another one. Only good signatures are kept:
//! tokens of other issuers can't evict them.

use super::claims::{SignedClaims, TokenFault};
use aws_lc_rs::digest;
use quick_cache::sync::Cache;
use std::sync::Arc;

/// Tokens that are kept at most. The ones least used go first.
const CAPACITY: usize = 10_000;

/// Tokens longer than this, in bytes, are verified anew each time: what is kept must stay small.
const MAX_LENGTH: usize = 16 * 1024;

/// The claims of tokens that one key signed.
pub(super) struct VerifiedTokens(Cache<[u8; 32], Arc<SignedClaims>>);

impl VerifiedTokens {
    pub(super) fn new() -> Self {
        Self(Cache::new(CAPACITY))
    }

    /// A token's claims: those that are kept, or else those that `read` verifies.
    pub(super) fn get_or_read(
        &self,
        token: &str,
        read: impl FnOnce() -> Result<SignedClaims, TokenFault>,
    ) -> Result<Arc<SignedClaims>, TokenFault> {
        let digest = digest::digest(&digest::SHA256, token.as_bytes());
        let Ok(digest) = <[u8; 32]>::try_from(digest.as_ref()) else { return read().map(Arc::new) };
        if let Some(claims) = self.0.get(&digest) {
            return Ok(claims);
        }
        let claims = Arc::new(read()?);
        if token.len() <= MAX_LENGTH {
            self.0.insert(digest, claims.clone());
        }
        Ok(claims)
    }
}

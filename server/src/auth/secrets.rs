//! Application secrets: 256 random bits, of which the server keeps only the SHA-256.

use aws_lc_rs::{constant_time, digest, rand};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use std::fmt;

/// The SHA-256 of a secret.
pub type SecretDigest = [u8; 32];

/// The random source of the machine failed.
#[derive(Debug, thiserror::Error)]
#[error("the machine's random source failed")]
pub struct NoRandomness;

/// A text that no log and no message shows.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret that came from elsewhere.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// A new secret.
    pub fn random() -> Result<Self, NoRandomness> {
        let mut bytes = [0; 32];
        rand::fill(&mut bytes).map_err(|_| NoRandomness)?;
        Ok(Self(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// The text itself, for the one place that hands it out.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    pub fn digest(&self) -> SecretDigest {
        let mut kept = [0; 32];
        kept.copy_from_slice(digest::digest(&digest::SHA256, self.0.as_bytes()).as_ref());
        kept
    }

    /// Whether this is the secret of `digest`, in the same time whatever the answer.
    pub fn matches(&self, digest: &SecretDigest) -> bool {
        constant_time::verify_slices_are_equal(&self.digest(), digest).is_ok()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_shown_of_a_secret() {
        assert_eq!(format!("{:?} {:#?}", Secret::new("hush"), Secret::new("hush")), "Secret(..) Secret(..)");
    }
}

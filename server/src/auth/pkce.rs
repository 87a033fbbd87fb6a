//! Proof keys for code exchange (RFC 7636), by `S256` alone: whoever sees a code can't redeem it.

use aws_lc_rs::{constant_time, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// The only method: with `plain` the challenge is the verifier.
pub const METHOD: &str = "S256";

/// A text that is no challenge of this method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no SHA-256 in base64url")]
pub struct InvalidChallenge;

/// The challenge that a client sends before it shows its verifier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge(String);

impl FromStr for Challenge {
    type Err = InvalidChallenge;

    fn from_str(text: &str) -> Result<Self, InvalidChallenge> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| InvalidChallenge)?;
        if bytes.len() == digest::SHA256_OUTPUT_LEN {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidChallenge)
        }
    }
}

impl Challenge {
    /// Whether this is a verifier, 43 to 128 of the characters that need no encoding, and the one of this challenge.
    pub fn is_of(&self, verifier: &str) -> bool {
        let allowed = |c: u8| c.is_ascii_alphanumeric() || b"-._~".contains(&c);
        let well_formed = (43..=128).contains(&verifier.len()) && verifier.bytes().all(allowed);
        let digest = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()));
        well_formed && constant_time::verify_slices_are_equal(digest.as_bytes(), self.0.as_bytes()).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_takes_its_verifier_and_no_other() {
        // RFC 7636, appendix B.
        let challenge: Challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".parse().unwrap();
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert!(challenge.is_of(verifier));
        for other in
            ["", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXK", &verifier[1..], &format!("{verifier}=")]
        {
            assert!(!challenge.is_of(other), "{other}");
        }
    }

    #[test]
    fn a_challenge_is_a_digest() {
        for text in [
            "",
            "short",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM=",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM",
        ] {
            assert_eq!(text.parse::<Challenge>(), Err(InvalidChallenge), "{text}");
        }
    }

    #[test]
    fn a_verifier_that_is_too_short_or_too_long_is_none() {
        for length in [42, 129] {
            let verifier = "a".repeat(length);
            let challenge = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()));
            assert!(!challenge.parse::<Challenge>().unwrap().is_of(&verifier), "{length}");
        }
    }
}

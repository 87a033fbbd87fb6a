//! Why there are no keys.

/// A private key that can't be read or made.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The text isn't a PEM private key for RSA.
    #[error("the signing key is not a PEM encoded RSA private key (PKCS #8)")]
    Unreadable,
    /// As many keys are retired as may be.
    #[error(
        "as many keys were retired within the last hour as are kept: wait until one of them counts no longer"
    )]
    TooMany,
    /// The cryptographic library failed.
    #[error("the cryptographic library refused to make a key")]
    Refused,
}

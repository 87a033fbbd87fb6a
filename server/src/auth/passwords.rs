//! Passwords of users: what is kept of them is a hash by Argon2id, with OWASP's parameters (19 MiB, two passes, one lane). Making and
//! comparing one takes tens of milliseconds and that memory: it is for threads that may take their time.

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc},
};
use std::{fmt, sync::LazyLock};

/// The machine's random source failed, or its memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a password can't be hashed: the machine's random source or memory failed")]
pub struct NotHashed;

/// What is kept of a password: its hash in the PHC string format, with its salt and parameters.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Hashes a password with a new salt.
    pub fn of(password: &str) -> Result<Self, NotHashed> {
        let hash = Argon2::default().hash_password(password.as_bytes()).map_err(|_| NotHashed)?;
        Ok(Self(hash.to_string()))
    }

    /// One that was stored.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// As it is stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is this password's.
    pub fn is_of(&self, password: &str) -> bool {
        phc::PasswordHash::new(&self.0)
            .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
    }
}

/// Takes as long as comparing a password does, where there is none to compare with: an answer tells by its time no more than by its
/// words.
pub fn pretend_to_compare(password: &str) {
    static NOBODYS: LazyLock<Option<PasswordHash>> = LazyLock::new(|| PasswordHash::of("nobody's").ok());
    if let Some(nobodys) = &*NOBODYS {
        nobodys.is_of(password);
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_by_owasps_parameters_knows_its_password_and_shows_nothing() {
        let hash = PasswordHash::of("Sesame, 0pen!").unwrap();
        assert!(hash.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hash.as_str());
        assert!(hash.is_of("Sesame, 0pen!") && !hash.is_of("Sesame, open!"));
        assert!(PasswordHash::of("Sesame, 0pen!").unwrap() != hash, "each has a salt of its own");
        assert_eq!(format!("{hash:?}"), "PasswordHash(..)");
    }

    #[test]
    fn what_is_no_hash_is_no_passwords() {
        assert!(!PasswordHash::from_stored("plain".into()).is_of("plain"));
    }
}

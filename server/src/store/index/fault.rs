//! What fails when the index is read, and whether it will again.

use crate::store::Error;

/// Why an answer couldn't be put together with the index.
#[derive(Debug)]
pub enum Fault {
    /// The index failed: the answer can be had without it.
    Index(Error),
    /// Something else did.
    Other(Error),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

/// Whether what failed in this way won't succeed later.
pub(super) fn is_damage(error: &Error) -> bool {
    match error {
        Error::Corrupt(_) => true,
        Error::Database(error) => error.is_damage(),
        _ => false,
    }
}

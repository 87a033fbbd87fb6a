//! What a verified caller may do.

use super::{Permissions, Standing};
use crate::model::ids::ObjectId;

/// Whom a token speaks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Principal {
    /// A signed-in user, through an application: delegated permissions count.
    User(Option<ObjectId>),
    /// An application by itself: application permissions count.
    Application(Option<ObjectId>),
}

impl Principal {
    /// The id of the user or service principal, where the token names one.
    pub fn id(self) -> Option<ObjectId> {
        match self {
            Self::User(id) | Self::Application(id) => id,
        }
    }
}

/// What a verified caller may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grants {
    /// Whom the token speaks for.
    pub principal: Principal,
    /// The permissions in the token.
    pub permissions: Permissions,
    /// What the signed-in user is in the directory, where that counts besides.
    pub standing: Option<Standing>,
}

impl Grants {
    /// What a token grants by itself.
    pub const fn of_token(principal: Principal, permissions: Permissions) -> Self {
        Self { principal, permissions, standing: None }
    }
}

//! What a verified caller may do.

use super::{Need, Permissions, READ_HIDDEN_MEMBERS, Standing, right};
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

    /// Whether who is in what hides that is shown.
    pub fn show_hidden_members(&self) -> bool {
        READ_HIDDEN_MEMBERS.reach(self).is_some() && self.have_right(&READ_HIDDEN_MEMBERS)
    }

    /// Whether the user's rights are enough for some object. Those of objects that the user owns are asked for with the object.
    pub fn have_right(&self, need: &Need) -> bool {
        self.standing.is_none_or(|standing| right(need).reaches_some(standing))
    }
}

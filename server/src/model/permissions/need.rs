//! What is needed of a caller, and how far what the caller holds reaches.

use super::{Grants, Permission, Permissions, Principal};
use crate::model::ids::ObjectId;
use std::cmp::Reverse;

/// How far a permission reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Every object.
    Any,
    /// What the caller owns.
    Owned,
    /// Only the caller: the signed-in user, or the application by itself.
    OwnAccount,
}

/// What a caller would have to hold besides, for what was refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Missing {
    /// The permissions. None: no permission that the table knows would have done.
    pub permissions: Permissions,
    /// Whether they would be delegated ones; else an application's.
    pub delegated: bool,
}

impl Missing {
    /// What is missing where this and another are needed together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let are_known = !self.permissions.is_empty() && !other.permissions.is_empty();
        let both = self.permissions.iter().chain(other.permissions.iter());
        Self { permissions: both.filter(|_| are_known).collect(), ..self }
    }
}

/// Several sets of permissions, of which one must be held as a whole. The first is the least privileged one.
pub type Alternatives = &'static [&'static [Permission]];

/// What an operation needs: one of several alternatives.
#[derive(Debug)]
pub struct Need {
    /// Alternatives of delegated permissions.
    pub delegated: Alternatives,
    /// Alternatives of delegated permissions that reach only the signed-in user.
    pub delegated_self: Alternatives,
    /// Alternatives of application permissions.
    pub application: Alternatives,
    /// Alternatives of application permissions that reach only what the application owns.
    pub application_owned: Alternatives,
    /// Alternatives of application permissions that reach only the application itself.
    pub application_self: Alternatives,
}

impl Need {
    /// The same alternatives of delegated and of application permissions.
    pub(super) const fn both(alternatives: Alternatives) -> Self {
        Self::each(alternatives, alternatives)
    }

    /// These alternatives of delegated permissions, and those of application permissions.
    pub(super) const fn each(delegated: Alternatives, application: Alternatives) -> Self {
        Self { delegated, delegated_self: &[], application, application_owned: &[], application_self: &[] }
    }

    /// Only delegated permissions are enough.
    pub(super) const fn delegated(alternatives: Alternatives) -> Self {
        Self::each(alternatives, &[])
    }

    /// Any token is enough.
    pub(super) const fn nothing() -> Self {
        Self::both(&[&[]])
    }

    /// Whether any token is enough.
    pub fn is_nothing(&self) -> bool {
        [self.delegated, self.application].iter().all(|alternatives| alternatives.contains(&[].as_slice()))
    }

    /// How far the caller's grants reach here. `None`: not at all.
    pub fn reach(&self, grants: &Grants) -> Option<Reach> {
        let held = |alternatives: &[&[Permission]]| {
            alternatives.iter().any(|all_of| grants.permissions.hold(all_of))
        };
        match grants.principal {
            Principal::User(_) if held(self.delegated) => Some(Reach::Any),
            Principal::User(_) if held(self.delegated_self) => Some(Reach::OwnAccount),
            Principal::Application(_) if held(self.application) => Some(Reach::Any),
            Principal::Application(_) if held(self.application_owned) => Some(Reach::Owned),
            Principal::Application(_) if held(self.application_self) => Some(Reach::OwnAccount),
            Principal::User(_) | Principal::Application(_) => None,
        }
    }

    /// What would make the caller's grants reach every object: the rest of the alternative of which the caller holds most,
    /// and of several the least privileged. It depends only on the grants, and tells nothing of the directory.
    pub fn missing(&self, grants: &Grants) -> Missing {
        let delegated = matches!(grants.principal, Principal::User(_));
        let alternatives = if delegated { self.delegated } else { self.application };
        let held = |&permission: &Permission| grants.permissions.hold(&[permission]);
        let count = |all_of: &&&[Permission]| all_of.iter().copied().filter(held).count();
        let nearest = alternatives.iter().min_by_key(|all_of| Reverse(count(all_of)));
        let rest = nearest.into_iter().copied().flatten().copied().filter(|permission| !held(permission));
        Missing { permissions: rest.collect(), delegated }
    }

    /// Whether the caller's grants cover this object, whoever owns it.
    pub fn covers(&self, grants: &Grants, object: ObjectId) -> bool {
        match self.reach(grants) {
            Some(Reach::Any) => true,
            Some(Reach::OwnAccount) => grants.principal.id() == Some(object),
            Some(Reach::Owned) | None => false,
        }
    }
}

/// What a caller does with a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reads it.
    Read,
    /// Sets it when the object is made.
    Creation,
    /// Changes it later.
    Update,
}

/// What a property needs beyond what its object's operations need. `None`: no more. A need without alternatives is
/// never satisfied: it is for a property whose permission isn't in the table yet.
#[derive(Clone, Copy, Debug)]
pub struct PropertyNeeds {
    /// To be read: only for properties that answers don't hold by default.
    pub read: Option<&'static Need>,
    /// To be set when the object is made.
    pub creation: Option<&'static Need>,
    /// To be changed later.
    pub update: Option<&'static Need>,
    /// What is enough by itself to change it, instead of what changing its object needs.
    pub alone: Option<&'static Need>,
}

impl PropertyNeeds {
    /// Nothing more, as nearly every property.
    pub const NONE: Self = Self { read: None, creation: None, update: None, alone: None };

    /// What it needs for this.
    pub const fn of(self, access: Access) -> Option<&'static Need> {
        match access {
            Access::Read => self.read,
            Access::Creation => self.creation,
            Access::Update => self.update,
        }
    }

    /// Whether these grants are enough for this.
    pub fn allow(self, access: Access, by: &Grants) -> bool {
        self.of(access).is_none_or(|need| need.reach(by) == Some(Reach::Any))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::permissions::{
        ADD_DEVICE, ADD_MEMBER, CREATE_DEVICE, LIST_MEMBERS,
        Permission::{
            DeviceReadWriteAll, DirectoryAccessAsUserAll, GroupMemberReadBasicAll, GroupMemberReadWriteAll,
            GroupReadWriteAll, UserRead, UserReadAll,
        },
        READ_ME, READ_USER,
    };

    #[test]
    fn delegated_and_application_permissions_are_never_mixed_up() {
        let permissions = Permissions::from_iter([DirectoryAccessAsUserAll, UserRead]);
        let me = ObjectId::random();
        let user = Grants::of_token(Principal::User(Some(me)), permissions);
        let app = Grants::of_token(Principal::Application(Some(me)), permissions);
        assert_eq!(ADD_MEMBER.reach(&user), Some(Reach::Any));
        assert_eq!(ADD_MEMBER.reach(&app), None);
        assert_eq!(READ_USER.reach(&user), Some(Reach::OwnAccount));
        assert!(READ_USER.covers(&user, me));
        assert!(!READ_USER.covers(&user, ObjectId::random()));
        assert!(!READ_USER.covers(&app, me));
    }

    #[test]
    fn what_is_missing_is_the_least_that_would_do() {
        let missing = |need: &Need, principal, held: &[Permission]| {
            let permissions = held.iter().copied().collect();
            let missing = need.missing(&Grants::of_token(principal, permissions));
            (missing.delegated, missing.permissions.iter().collect::<Vec<_>>())
        };
        let (user, app) = (Principal::User(None), Principal::Application(None));
        assert_eq!(missing(&LIST_MEMBERS, app, &[]), (false, vec![GroupMemberReadBasicAll]));
        assert_eq!(missing(&READ_USER, user, &[UserRead]), (true, vec![UserReadAll]));
        assert_eq!(missing(&READ_ME, user, &[]), (true, vec![UserRead]));
        assert_eq!(
            missing(&ADD_DEVICE, app, &[]),
            (false, vec![DeviceReadWriteAll, GroupMemberReadWriteAll])
        );
        assert_eq!(missing(&ADD_DEVICE, app, &[GroupReadWriteAll]), (false, vec![DeviceReadWriteAll]));
        assert_eq!(missing(&CREATE_DEVICE, app, &[]), (false, vec![]));
    }
}

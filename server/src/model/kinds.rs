//! Kinds of objects and of groups, and who may be a member of what. What else is known of a kind stands in its
//! [`Entity`](super::properties::Entity).

use super::entity;

/// What a directory object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ObjectKind {
    /// A person.
    User,
    /// A group of one of the kinds of [`GroupKind`].
    Group,
    /// A registered device.
    Device,
    /// An application's presence in the tenant.
    ServicePrincipal,
    /// A person outside the tenant, kept for mail.
    OrgContact,
    /// A registered application. Never a member of anything.
    Application,
    /// An administrative unit, which contains users, groups and devices.
    AdministrativeUnit,
    /// A role of administrators that is activated in the tenant.
    DirectoryRole,
}

impl ObjectKind {
    /// Whether deleted objects of this kind are kept for a while and can be restored. Others are gone for good at once.
    pub const fn is_restorable(self) -> bool {
        match self {
            Self::User
            | Self::Group
            | Self::ServicePrincipal
            | Self::Application
            | Self::AdministrativeUnit => true,
            Self::Device | Self::OrgContact | Self::DirectoryRole => false,
        }
    }
}

/// The four kinds of group (the table in Graph's groups overview).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupKind {
    /// `groupTypes` holds `Unified`.
    Microsoft365,
    /// Security enabled, not mail enabled.
    Security,
    /// Security enabled and mail enabled.
    MailEnabledSecurity,
    /// Mail enabled only. Its members are kept elsewhere: Graph changes nothing of it.
    Distribution,
}

impl GroupKind {
    /// Reads the kind off the three properties that decide it. `None`: no group of Graph is like that.
    pub const fn of(unified: bool, mail_enabled: bool, security_enabled: bool) -> Option<Self> {
        match (unified, mail_enabled, security_enabled) {
            (true, true, _) => Some(Self::Microsoft365),
            (false, false, true) => Some(Self::Security),
            (false, true, true) => Some(Self::MailEnabledSecurity),
            (false, true, false) => Some(Self::Distribution),
            (true, false, _) | (false, false, false) => None,
        }
    }

    /// The kind in words with its article, for messages.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Microsoft365 => "a Microsoft 365 group",
            Self::Security => "a security group",
            Self::MailEnabledSecurity => "a mail-enabled security group",
            Self::Distribution => "a distribution group",
        }
    }

    /// Whether Graph lets an object of these traits into a group of this kind.
    pub const fn may_contain(self, member: ObjectTraits) -> bool {
        match (self, member) {
            (Self::Distribution, _)
            | (_, ObjectTraits::Group(GroupTraits { kind: Self::Microsoft365, .. }))
            | (
                _,
                ObjectTraits::Application | ObjectTraits::AdministrativeUnit(_) | ObjectTraits::DirectoryRole,
            ) => false,
            (_, ObjectTraits::User) | (Self::Security | Self::MailEnabledSecurity, _) => true,
            (Self::Microsoft365, _) => false,
        }
    }
}

/// What an object is to another: Graph's navigation property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relationship {
    /// It is in the group.
    Members,
    /// It owns the group.
    Owners,
    /// It manages the user.
    Manager,
    /// It created the object, or had it created.
    CreatedOnBehalfOf,
}

impl Relationship {
    /// Those by which a body may bind objects to a group.
    pub const OF_GROUPS: &[Self] = &[Self::Members, Self::Owners];
    /// Those by which a body may bind an object to a user.
    pub const OF_USERS: &[Self] = &[Self::Manager];

    /// The navigation property's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Members => "members",
            Self::Owners => "owners",
            Self::Manager => "manager",
            Self::CreatedOnBehalfOf => "createdOnBehalfOf",
        }
    }
}

/// What the rules need to know of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupTraits {
    /// Its kind, which never changes.
    pub kind: GroupKind,
    /// Its members follow a rule; callers can't add or remove them.
    pub dynamic: bool,
    /// Directory roles may be assigned to it.
    pub role_assignable: bool,
    /// Its members are shown to few (`visibility` is `HiddenMembership`).
    pub hidden_membership: bool,
}

/// What the rules need to know of an administrative unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnitTraits {
    /// Its members are shown to few (`visibility` is `HiddenMembership`).
    pub hidden_membership: bool,
}

impl UnitTraits {
    /// Whether an administrative unit may contain an object of these traits.
    pub const fn may_contain(member: ObjectTraits) -> bool {
        matches!(member, ObjectTraits::User | ObjectTraits::Group(_) | ObjectTraits::Device)
    }
}

/// What the rules need to know of an object: its kind, and of what has members its traits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectTraits {
    /// A user.
    User,
    /// A group.
    Group(GroupTraits),
    /// A device.
    Device,
    /// A service principal.
    ServicePrincipal,
    /// An organizational contact.
    OrgContact,
    /// An application.
    Application,
    /// An administrative unit.
    AdministrativeUnit(UnitTraits),
    /// A directory role.
    DirectoryRole,
}

impl ObjectTraits {
    /// Whether directory roles can be assigned to it.
    pub const fn may_hold_roles(self) -> bool {
        match self {
            Self::User | Self::ServicePrincipal => true,
            Self::Group(group) => group.role_assignable,
            _ => false,
        }
    }

    /// The traits of an object of this kind, which hides its members or not. `None`: a group has traits of its own, and no other object
    /// has.
    pub const fn of(kind: ObjectKind, group: Option<GroupTraits>, hidden_membership: bool) -> Option<Self> {
        Some(match (kind, group) {
            (ObjectKind::Group, Some(traits)) => Self::Group(traits),
            (ObjectKind::User, None) => Self::User,
            (ObjectKind::Device, None) => Self::Device,
            (ObjectKind::ServicePrincipal, None) => Self::ServicePrincipal,
            (ObjectKind::OrgContact, None) => Self::OrgContact,
            (ObjectKind::Application, None) => Self::Application,
            (ObjectKind::DirectoryRole, None) => Self::DirectoryRole,
            (ObjectKind::AdministrativeUnit, None) => {
                Self::AdministrativeUnit(UnitTraits { hidden_membership })
            }
            (ObjectKind::Group, None) | (_, Some(_)) => return None,
        })
    }

    /// The kind of the object.
    pub const fn kind(self) -> ObjectKind {
        match self {
            Self::User => ObjectKind::User,
            Self::Group(_) => ObjectKind::Group,
            Self::Device => ObjectKind::Device,
            Self::ServicePrincipal => ObjectKind::ServicePrincipal,
            Self::OrgContact => ObjectKind::OrgContact,
            Self::Application => ObjectKind::Application,
            Self::AdministrativeUnit(_) => ObjectKind::AdministrativeUnit,
            Self::DirectoryRole => ObjectKind::DirectoryRole,
        }
    }

    /// The traits of a group. `None`: the object is none.
    pub const fn group(self) -> Option<GroupTraits> {
        match self {
            Self::Group(traits) => Some(traits),
            _ => None,
        }
    }

    /// Whether it hides who is in it. `None`: nothing can be in it.
    pub const fn hidden_membership(self) -> Option<bool> {
        match self {
            Self::Group(traits) => Some(traits.hidden_membership),
            Self::AdministrativeUnit(traits) => Some(traits.hidden_membership),
            _ => None,
        }
    }

    /// The kind in words with its article, for messages. That of a group says which kind of group.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Group(traits) => traits.kind.words(),
            other => entity(other.kind()).words,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use GroupKind::{Distribution, MailEnabledSecurity, Microsoft365, Security};

    #[test]
    fn who_may_join_what_is_the_table_of_the_design() {
        let group = |kind| {
            let traits =
                GroupTraits { kind, dynamic: false, role_assignable: false, hidden_membership: false };
            ObjectTraits::Group(traits)
        };
        let others = [ObjectTraits::Device, ObjectTraits::ServicePrincipal, ObjectTraits::OrgContact];
        let plain_groups = [Security, MailEnabledSecurity, Distribution].map(group);
        for into in [Security, Microsoft365, MailEnabledSecurity] {
            assert!(into.may_contain(ObjectTraits::User));
            assert!(!into.may_contain(group(Microsoft365)));
            assert!(!into.may_contain(ObjectTraits::Application));
            for group in plain_groups {
                assert_eq!(into.may_contain(group), into != Microsoft365);
            }
            for other in others {
                assert_eq!(into.may_contain(other), into != Microsoft365);
            }
        }
        for member in others.into_iter().chain(plain_groups).chain([ObjectTraits::User]) {
            assert!(!Distribution.may_contain(member));
        }
    }

    #[test]
    fn administrative_units_contain_users_groups_and_devices() {
        let group = |kind| {
            let traits =
                GroupTraits { kind, dynamic: false, role_assignable: false, hidden_membership: false };
            ObjectTraits::Group(traits)
        };
        let unit = ObjectTraits::AdministrativeUnit(UnitTraits { hidden_membership: false });
        for member in [ObjectTraits::User, ObjectTraits::Device, group(Distribution), group(Microsoft365)] {
            assert!(UnitTraits::may_contain(member));
        }
        for other in
            [ObjectTraits::ServicePrincipal, ObjectTraits::OrgContact, ObjectTraits::Application, unit]
        {
            assert!(!UnitTraits::may_contain(other));
        }
    }

    #[test]
    fn the_traits_of_a_kind_are_of_that_kind() {
        let traits =
            GroupTraits { kind: Security, dynamic: false, role_assignable: false, hidden_membership: false };
        for kind in crate::model::ENTITIES.map(|entity| entity.kind) {
            let (of_group, of_other) =
                (ObjectTraits::of(kind, Some(traits), false), ObjectTraits::of(kind, None, true));
            assert_ne!(of_group.is_some(), of_other.is_some(), "{kind:?}");
            assert_eq!(of_group.or(of_other).map(ObjectTraits::kind), Some(kind));
        }
    }
}

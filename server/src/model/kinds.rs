//! Kinds of objects and of groups, and who may be a member of what.

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

    /// Whether Graph lets `member` into a group of this kind.
    pub const fn may_contain(self, member: MemberKind) -> bool {
        match (self, member) {
            (Self::Distribution, _)
            | (_, MemberKind::Group(Self::Microsoft365))
            | (_, MemberKind::Application) => false,
            (_, MemberKind::User) | (Self::Security | Self::MailEnabledSecurity, _) => true,
            (Self::Microsoft365, _) => false,
        }
    }
}

/// An object as a group sees it that it wants to join.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberKind {
    /// A user.
    User,
    /// A group; which groups it may join depends on its own kind.
    Group(GroupKind),
    /// A device.
    Device,
    /// A service principal.
    ServicePrincipal,
    /// An organizational contact.
    OrgContact,
    /// An application, which can be in no group.
    Application,
}

impl MemberKind {
    /// The kind in words with its article, for messages.
    pub const fn words(self) -> &'static str {
        match self {
            Self::User => "a user",
            Self::Group(kind) => kind.words(),
            Self::Device => "a device",
            Self::ServicePrincipal => "a service principal",
            Self::OrgContact => "an organizational contact",
            Self::Application => "an application",
        }
    }
}

/// What an object is to a group: Graph's navigation property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relationship {
    /// It is in the group.
    Members,
    /// It owns the group.
    Owners,
}

impl Relationship {
    /// Every relationship: a body may bind objects to a group by each.
    pub const ALL: &[Self] = &[Self::Members, Self::Owners];

    /// The navigation property's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Members => "members",
            Self::Owners => "owners",
        }
    }
}

/// What the rules need to know of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupTraits {
    /// Its kind, which never changes.
    pub kind: GroupKind,
    /// Its members follow a rule; nobody adds or removes them by hand.
    pub dynamic: bool,
    /// Directory roles may be assigned to it.
    pub role_assignable: bool,
    /// Its members are shown to few (`visibility` is `HiddenMembership`).
    pub hidden_membership: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use GroupKind::{Distribution, MailEnabledSecurity, Microsoft365, Security};

    #[test]
    fn who_may_join_what_is_the_table_of_the_design() {
        let others = [MemberKind::Device, MemberKind::ServicePrincipal, MemberKind::OrgContact];
        let plain_groups = [Security, MailEnabledSecurity, Distribution].map(MemberKind::Group);
        for into in [Security, Microsoft365, MailEnabledSecurity] {
            assert!(into.may_contain(MemberKind::User));
            assert!(!into.may_contain(MemberKind::Group(Microsoft365)));
            assert!(!into.may_contain(MemberKind::Application));
            for group in plain_groups {
                assert_eq!(into.may_contain(group), into != Microsoft365);
            }
            for other in others {
                assert_eq!(into.may_contain(other), into != Microsoft365);
            }
        }
        for member in others.into_iter().chain(plain_groups).chain([MemberKind::User]) {
            assert!(!Distribution.may_contain(member));
        }
    }
}

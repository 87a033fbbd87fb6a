//! What of a signed-in user counts besides the permissions of the token where a server enforces roles: the directory roles that the
//! user holds, whether it is a guest, and what it owns.

use crate::model::{
    kinds::{GroupKind, ObjectTraits},
    role_templates::ROLE_TEMPLATES,
};

/// A set of directory roles: a bit for each template.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Roles(u128);

const _: () = assert!(ROLE_TEMPLATES.len() <= u128::BITS as usize);

impl Roles {
    /// No role.
    pub const NONE: Self = Self(0);
    /// Every role.
    pub const ALL: Self = Self(u128::MAX);

    /// The roles with these names. It doesn't compile with a name that no template has.
    pub(super) const fn named(names: &[&str]) -> Self {
        let (mut roles, mut next) = (Self::NONE, 0);
        while next < names.len() {
            let mut template = 0;
            while !is_same(ROLE_TEMPLATES[template].name, names[next]) {
                template += 1;
            }
            roles = roles.or(Self(1 << template));
            next += 1;
        }
        roles
    }

    /// The role of the template with this id, in lower case.
    pub fn of_template(id: &str) -> Self {
        let place = ROLE_TEMPLATES.iter().position(|template| template.id == id);
        place.map_or(Self::NONE, |place| Self(1 << place))
    }

    /// Those of both sets.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those that are in both sets.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether it holds none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether all of them are among others.
    pub const fn are_among(self, others: Self) -> bool {
        self.0 & !others.0 == 0
    }
}

const fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut place = 0;
    while place < one.len() && place < other.len() && one[place] == other[place] {
        place += 1;
    }
    place == one.len() && place == other.len()
}

/// The role that may do everything.
pub(super) const GLOBAL_ADMINISTRATOR: Roles = Roles::named(&["Global Administrator"]);

/// The roles whose holders may let clients act for everybody.
pub const CONSENTING_ROLES: Roles = Roles::named(&[
    "Application Administrator",
    "Cloud Application Administrator",
    "Global Administrator",
    "Privileged Role Administrator",
]);

/// What a signed-in user is in the directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Whether it is a guest. Who isn't in the directory is one.
    pub is_guest: bool,
    /// The roles that the user holds, be it through groups.
    pub roles: Roles,
}

impl Standing {
    fn holds_any(self, roles: Roles) -> bool {
        !self.roles.and(roles.or(GLOBAL_ADMINISTRATOR)).is_empty()
    }
}

/// Which users have a right without a role.
#[derive(Clone, Copy, Debug)]
enum Users {
    None,
    Members,
    All,
}

/// Who of the signed-in users may do something.
#[derive(Clone, Copy, Debug)]
pub struct Right {
    users: Users,
    roles: Roles,
    /// Roles that reach only groups of one sort, besides.
    microsoft_365_groups: Roles,
    security_groups: Roles,
    /// The only roles that reach groups to which roles can be assigned.
    role_assignable_groups: Roles,
    owners: bool,
    oneself: bool,
    /// Whether some of what is asked for needs a right of its own.
    in_parts: bool,
}

impl Right {
    /// Only Global Administrators.
    pub(super) const NOBODY: Self = Self::of(Users::None);
    /// Users who are no guests.
    pub(super) const MEMBERS: Self = Self::of(Users::Members);
    /// All users.
    pub(super) const ALL: Self = Self::of(Users::All);
    /// Users who are no guests, and guests who hold whatever role: each reads what Directory Readers do.
    pub(super) const READERS: Self = Self { roles: Roles::ALL, ..Self::MEMBERS };

    const fn of(users: Users) -> Self {
        Self {
            users,
            roles: Roles::NONE,
            microsoft_365_groups: Roles::NONE,
            security_groups: Roles::NONE,
            role_assignable_groups: Roles::NONE,
            owners: false,
            oneself: false,
            in_parts: false,
        }
    }

    /// Those who hold one of these roles.
    pub(super) const fn roles(names: &[&str]) -> Self {
        Self::NOBODY.or_roles(names)
    }

    /// They too.
    pub(super) const fn or_roles(self, names: &[&str]) -> Self {
        Self { roles: self.roles.or(Roles::named(names)), ..self }
    }

    /// And with Microsoft 365 groups those who hold one of these.
    pub(super) const fn with_microsoft_365_groups(self, names: &[&str]) -> Self {
        Self { microsoft_365_groups: Roles::named(names), ..self }
    }

    /// And with security groups those who hold one of these.
    pub(super) const fn with_security_groups(self, names: &[&str]) -> Self {
        Self { security_groups: Roles::named(names), ..self }
    }

    /// And with groups to which roles can be assigned only those who hold one of these.
    pub(super) const fn with_role_assignable_groups(self, names: &[&str]) -> Self {
        Self { role_assignable_groups: Roles::named(names), ..self }
    }

    /// And who owns the object.
    pub(super) const fn or_owners(self) -> Self {
        Self { owners: true, ..self }
    }

    /// And users with themselves.
    pub(super) const fn or_oneself(self) -> Self {
        Self { oneself: true, ..self }
    }

    /// But some of it needs a right of its own.
    pub(super) const fn in_parts(self) -> Self {
        Self { in_parts: true, ..self }
    }

    /// Whether nobody is refused for want of it.
    pub const fn is_of_everyone(&self) -> bool {
        matches!(self.users, Users::All) && !self.in_parts
    }

    /// Whether a user may with some object.
    pub fn reaches_some(&self, standing: Standing) -> bool {
        let with_groups = self.microsoft_365_groups.or(self.security_groups).or(self.role_assignable_groups);
        self.owners
            || self.oneself
            || self.is_of_all(standing)
            || standing.holds_any(self.roles.or(with_groups))
    }

    /// Whether a user may with an object of these traits, whosever it is.
    pub fn reaches(&self, standing: Standing, object: ObjectTraits) -> bool {
        let by_default = self.is_of_all(standing) && !is_role_assignable(object);
        by_default || self.is_held(standing, object)
    }

    /// Whether a user may by a role.
    pub fn is_held(&self, standing: Standing, object: ObjectTraits) -> bool {
        standing.holds_any(self.roles_with(object))
    }

    /// Whether who owns an object of these traits may. Groups to which roles can be assigned are changed by few.
    pub fn is_owners(&self, object: ObjectTraits) -> bool {
        self.owners && !is_role_assignable(object)
    }

    /// Whether users may with themselves.
    pub fn is_oneself(&self) -> bool {
        self.oneself
    }

    /// The roles by which a user may with any user, of those that the user holds.
    pub fn held_by(&self, standing: Standing) -> Roles {
        standing.roles.and(self.roles.or(GLOBAL_ADMINISTRATOR))
    }

    fn is_of_all(&self, standing: Standing) -> bool {
        match self.users {
            Users::None => false,
            Users::Members => !standing.is_guest,
            Users::All => true,
        }
    }

    fn roles_with(&self, object: ObjectTraits) -> Roles {
        let Some(group) = object.group() else { return self.roles };
        if group.role_assignable {
            return self.role_assignable_groups;
        }
        match group.kind {
            GroupKind::Microsoft365 => self.roles.or(self.microsoft_365_groups),
            GroupKind::Security | GroupKind::MailEnabledSecurity => self.roles.or(self.security_groups),
            GroupKind::Distribution => self.roles,
        }
    }
}

fn is_role_assignable(object: ObjectTraits) -> bool {
    object.group().is_some_and(|group| group.role_assignable)
}

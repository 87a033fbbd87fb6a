//! The permission table: what each operation needs, and what some properties need beyond it, in one place, read by
//! what enforces it and by what writes it into the contract.
//!
//! Only permissions whose whole effect is enforced stand here; those of single properties count beside those of the
//! object, never by themselves. Rows come from Graph's permissions reference and from what its pages say of a
//! property; a `X.ReadWrite.All` counts wherever `X.Read.All` does.

use super::{
    ids::ObjectId,
    kinds::{MemberKind, ObjectKind},
};
use std::{cmp::Reverse, fmt, str::FromStr};

macro_rules! permissions {
    ($($variant:ident = $name:literal, $holders:ident, $description:literal;)*) => {
        /// A permission of Graph that this server knows.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Permission {
            $(#[doc = $description] $variant,)*
        }

        impl Permission {
            /// Every permission.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Its name in tokens and in the contract.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// In which tokens it can be.
            pub const fn holders(self) -> Holders {
                match self { $(Self::$variant => Holders::$holders),* }
            }

            /// What it lets a caller do.
            pub const fn description(self) -> &'static str {
                match self { $(Self::$variant => $description),* }
            }
        }
    };
}

/// In which tokens a permission can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holders {
    /// In those of signed-in users and of applications.
    Both,
    /// In those of signed-in users alone.
    Delegated,
    /// In those of applications alone.
    Application,
}

permissions! {
    ApplicationReadAll = "Application.Read.All", Both, "Read all applications and service principals.";
    ApplicationReadWriteAll = "Application.ReadWrite.All", Both, "Read and write all applications and service principals.";
    DeviceReadAll = "Device.Read.All", Both, "Read all devices.";
    DeviceReadWriteAll = "Device.ReadWrite.All", Application, "Read and write all devices.";
    DirectoryAccessAsUserAll = "Directory.AccessAsUser.All", Delegated, "Act in the directory as the signed-in user.";
    DirectoryReadAll = "Directory.Read.All", Both, "Read the whole directory.";
    DirectoryReadWriteAll = "Directory.ReadWrite.All", Both, "Read and write the directory.";
    GroupCreate = "Group.Create", Application, "Create groups.";
    GroupReadAll = "Group.Read.All", Both, "Read all groups and their members.";
    GroupReadWriteAll = "Group.ReadWrite.All", Both, "Read and write all groups and their members.";
    GroupMemberReadAll = "GroupMember.Read.All", Both, "Read groups' basic properties and memberships.";
    GroupMemberReadWriteAll = "GroupMember.ReadWrite.All", Both, "Read and write memberships of groups.";
    MemberReadHidden = "Member.Read.Hidden", Both, "Read members of groups that hide them.";
    OrgContactReadAll = "OrgContact.Read.All", Both, "Read all organizational contacts.";
    RoleManagementReadWriteDirectory = "RoleManagement.ReadWrite.Directory", Both, "Manage role assignments and role-assignable groups.";
    UserRead = "User.Read", Delegated, "Read the signed-in user.";
    UserReadWrite = "User.ReadWrite", Delegated, "Read and write the signed-in user.";
    UserReadAll = "User.Read.All", Both, "Read all users.";
    UserReadWriteAll = "User.ReadWrite.All", Both, "Read and write all users.";
    UserLifeCycleInfoReadAll = "User-LifeCycleInfo.Read.All", Both, "Besides reading users, read when they leave.";
    UserLifeCycleInfoReadWriteAll = "User-LifeCycleInfo.ReadWrite.All", Both, "Besides reading or writing users, read or write when they leave.";
    UserManageIdentitiesAll = "User.ManageIdentities.All", Both, "Besides writing users, change the names that they sign in with.";
    UserPasswordProfileReadWriteAll = "User-PasswordProfile.ReadWrite.All", Both, "Besides writing users, change their passwords.";
}

// A set of permissions has a bit for each.
const _: () = assert!(Permission::ALL.len() <= u64::BITS as usize);

use Permission::{
    ApplicationReadAll, ApplicationReadWriteAll, DeviceReadAll, DeviceReadWriteAll, DirectoryAccessAsUserAll,
    DirectoryReadAll, DirectoryReadWriteAll, GroupCreate, GroupMemberReadAll, GroupMemberReadWriteAll,
    GroupReadAll, GroupReadWriteAll, MemberReadHidden, OrgContactReadAll, RoleManagementReadWriteDirectory,
    UserLifeCycleInfoReadAll, UserLifeCycleInfoReadWriteAll, UserManageIdentitiesAll,
    UserPasswordProfileReadWriteAll, UserRead, UserReadAll, UserReadWrite, UserReadWriteAll,
};

/// A name that is no permission of this server's.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a permission that Roster knows")]
pub struct UnknownPermission(pub String);

impl FromStr for Permission {
    type Err = UnknownPermission;

    fn from_str(name: &str) -> Result<Self, UnknownPermission> {
        let known = Self::ALL.iter().find(|permission| permission.name().eq_ignore_ascii_case(name));
        known.copied().ok_or_else(|| UnknownPermission(name.into()))
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of permissions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Permissions(u64);

impl Permissions {
    /// Whether it holds all of these.
    pub fn hold(self, all_of: &[Permission]) -> bool {
        all_of.iter().all(|&permission| self.0 & (1 << permission as u64) != 0)
    }

    /// Whether it holds none.
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// Each of them, in the table's order.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |&permission| self.hold(&[permission]))
    }

    /// Reads names, leaving out those that this server doesn't know: they grant nothing here.
    pub fn from_names<'n>(names: impl IntoIterator<Item = &'n str>) -> Self {
        names.into_iter().filter_map(|name| name.parse().ok()).collect()
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        Self(permissions.into_iter().fold(0, |set, permission| set | (1 << permission as u64)))
    }
}

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
}

/// How far a permission reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Every object.
    Any,
    /// The signed-in user alone.
    Itself,
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

/// What an operation needs: one of several alternatives, each a set that must be held as a whole. The first alternative
/// is the least privileged one.
#[derive(Debug)]
pub struct Need {
    /// Alternatives of delegated permissions.
    pub delegated: &'static [&'static [Permission]],
    /// Alternatives of delegated permissions that reach the signed-in user alone.
    pub delegated_self: &'static [&'static [Permission]],
    /// Alternatives of application permissions.
    pub application: &'static [&'static [Permission]],
}

impl Need {
    const fn both(alternatives: &'static [&'static [Permission]]) -> Self {
        Self { delegated: alternatives, delegated_self: &[], application: alternatives }
    }

    /// How far the caller's grants reach here. `None`: not at all.
    pub fn reach(&self, grants: &Grants) -> Option<Reach> {
        let held = |alternatives: &[&[Permission]]| {
            alternatives.iter().any(|all_of| grants.permissions.hold(all_of))
        };
        match grants.principal {
            Principal::User(_) if held(self.delegated) => Some(Reach::Any),
            Principal::User(_) if held(self.delegated_self) => Some(Reach::Itself),
            Principal::Application(_) if held(self.application) => Some(Reach::Any),
            Principal::User(_) | Principal::Application(_) => None,
        }
    }

    /// What would make the caller's grants reach every object: the rest of the alternative of which the caller holds most,
    /// and of several the least privileged. It depends on the grants alone, and tells nothing of the directory.
    pub fn missing(&self, grants: &Grants) -> Missing {
        let delegated = matches!(grants.principal, Principal::User(_));
        let alternatives = if delegated { self.delegated } else { self.application };
        let held = |&permission: &Permission| grants.permissions.hold(&[permission]);
        let count = |all_of: &&&[Permission]| all_of.iter().copied().filter(held).count();
        let nearest = alternatives.iter().min_by_key(|all_of| Reverse(count(all_of)));
        let rest = nearest.into_iter().copied().flatten().copied().filter(|permission| !held(permission));
        Missing { permissions: rest.collect(), delegated }
    }

    /// Whether the caller's grants cover this object.
    pub fn covers(&self, grants: &Grants, object: ObjectId) -> bool {
        match self.reach(grants) {
            Some(Reach::Any) => true,
            Some(Reach::Itself) => grants.principal == Principal::User(Some(object)),
            None => false,
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
}

impl PropertyNeeds {
    /// Nothing more, as nearly every property.
    pub const NONE: Self = Self { read: None, creation: None, update: None };

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

/// `employeeLeaveDateTime` of users (Graph's pages *user*, *Get user* and *Update user*).
pub const LIFE_CYCLE_INFO: PropertyNeeds = PropertyNeeds {
    read: Some(&READ_LIFE_CYCLE_INFO),
    creation: Some(&WRITE_LIFE_CYCLE_INFO),
    update: Some(&WRITE_LIFE_CYCLE_INFO),
};
static READ_LIFE_CYCLE_INFO: Need =
    Need::both(&[&[UserLifeCycleInfoReadAll], &[UserLifeCycleInfoReadWriteAll]]);
static WRITE_LIFE_CYCLE_INFO: Need = Need::both(&[&[UserLifeCycleInfoReadWriteAll]]);

/// `identities` of users (*Update user*). A new user comes with its identities.
pub const IDENTITIES: PropertyNeeds =
    PropertyNeeds { update: Some(&CHANGE_IDENTITIES), ..PropertyNeeds::NONE };
static CHANGE_IDENTITIES: Need = Need::both(&[&[UserManageIdentitiesAll]]);

/// `passwordProfile` of users (*Update user*). A new user comes with its password.
pub const PASSWORD: PropertyNeeds = PropertyNeeds { update: Some(&CHANGE_PASSWORD), ..PropertyNeeds::NONE };
static CHANGE_PASSWORD: Need = Need {
    delegated: &[&[UserPasswordProfileReadWriteAll], &[DirectoryAccessAsUserAll]],
    delegated_self: &[],
    application: &[&[UserPasswordProfileReadWriteAll]],
};

/// `preferredDataLocation` of groups (*group*).
pub const GROUP_DATA_LOCATION: PropertyNeeds = PropertyNeeds {
    read: None,
    creation: Some(&SET_GROUP_DATA_LOCATION),
    update: Some(&SET_GROUP_DATA_LOCATION),
};
static SET_GROUP_DATA_LOCATION: Need = Need::both(&[&[DirectoryReadWriteAll]]);

/// What Exchange holds of groups, which `Directory.ReadWrite.All` doesn't change (*Update group*).
pub const GROUP_MAILBOX: PropertyNeeds =
    PropertyNeeds { update: Some(&CHANGE_GROUP_MAILBOX), ..PropertyNeeds::NONE };
static CHANGE_GROUP_MAILBOX: Need = Need::both(&[&[GroupReadWriteAll]]);

/// `POST /groups/{id}/members/$ref`: enough for some kind of member. [`add_member`] has the kinds.
pub static ADD_MEMBER: Need = Need {
    delegated: &[
        &[GroupMemberReadWriteAll],
        &[GroupReadWriteAll],
        &[DirectoryReadWriteAll],
        &[DirectoryAccessAsUserAll],
    ],
    delegated_self: &[],
    application: &[&[GroupMemberReadWriteAll], &[GroupReadWriteAll], &[DirectoryReadWriteAll]],
};

static ADD_DEVICE: Need = Need {
    delegated: &[
        &[GroupMemberReadWriteAll, DeviceReadAll],
        &[GroupReadWriteAll, DeviceReadAll],
        &[DirectoryReadWriteAll],
        &[DirectoryAccessAsUserAll],
    ],
    delegated_self: &[],
    application: &[
        &[GroupMemberReadWriteAll, DeviceReadWriteAll],
        &[GroupReadWriteAll, DeviceReadWriteAll],
        &[DirectoryReadWriteAll],
    ],
};

static ADD_SERVICE_PRINCIPAL: Need = Need {
    delegated: &[
        &[GroupMemberReadWriteAll, ApplicationReadWriteAll],
        &[GroupReadWriteAll, ApplicationReadWriteAll],
        &[DirectoryReadWriteAll],
        &[DirectoryAccessAsUserAll],
    ],
    delegated_self: &[],
    application: &[
        &[GroupMemberReadWriteAll, ApplicationReadWriteAll],
        &[GroupReadWriteAll, ApplicationReadWriteAll],
        &[DirectoryReadWriteAll],
    ],
};

static ADD_ORG_CONTACT: Need = Need {
    delegated: &[
        &[GroupMemberReadWriteAll, OrgContactReadAll],
        &[GroupReadWriteAll, OrgContactReadAll],
        &[DirectoryReadWriteAll],
        &[DirectoryAccessAsUserAll],
    ],
    delegated_self: &[],
    application: &[
        &[GroupMemberReadWriteAll, OrgContactReadAll],
        &[GroupReadWriteAll, OrgContactReadAll],
        &[DirectoryReadWriteAll],
    ],
};

/// What adding a member of this kind needs (Graph's page *Add members*).
pub const fn add_member(kind: MemberKind) -> &'static Need {
    match kind {
        MemberKind::User | MemberKind::Group(_) | MemberKind::Application => &ADD_MEMBER,
        MemberKind::Device => &ADD_DEVICE,
        MemberKind::ServicePrincipal => &ADD_SERVICE_PRINCIPAL,
        MemberKind::OrgContact => &ADD_ORG_CONTACT,
    }
}

/// `DELETE /groups/{id}/members/{id}/$ref`.
pub static REMOVE_MEMBER: Need =
    Need::both(&[&[GroupMemberReadWriteAll], &[GroupReadWriteAll], &[DirectoryReadWriteAll]]);

/// `GET /groups/{id}/members` and its count.
pub static LIST_MEMBERS: Need = Need::both(&[
    &[GroupMemberReadAll],
    &[GroupMemberReadWriteAll],
    &[GroupReadAll],
    &[GroupReadWriteAll],
    &[DirectoryReadAll],
    &[DirectoryReadWriteAll],
]);

/// Besides [`LIST_MEMBERS`] where the group hides its members.
pub static READ_HIDDEN_MEMBERS: Need = Need::both(&[&[MemberReadHidden]]);

/// Besides what else is needed where directory roles can be assigned to the group.
pub static CHANGE_ROLE_ASSIGNABLE: Need = Need::both(&[&[RoleManagementReadWriteDirectory]]);

/// `GET /groups/{id}/owners` and its count.
pub static LIST_OWNERS: Need = Need::both(&[
    &[GroupMemberReadAll],
    &[GroupMemberReadWriteAll],
    &[GroupReadAll],
    &[GroupReadWriteAll],
    &[DirectoryReadAll],
    &[DirectoryReadWriteAll],
]);

/// `POST /groups/{id}/owners/$ref` and `DELETE /groups/{id}/owners/{id}/$ref`.
pub static CHANGE_OWNERS: Need = Need::both(&[&[GroupReadWriteAll], &[DirectoryReadWriteAll]]);

/// `POST /groups`.
pub static CREATE_GROUP: Need = Need {
    delegated: &[&[GroupReadWriteAll], &[DirectoryReadWriteAll]],
    delegated_self: &[],
    application: &[&[GroupCreate], &[GroupReadWriteAll], &[DirectoryReadWriteAll]],
};

/// `GET /groups`, its count and `GET /groups/{id}`.
pub static READ_GROUP: Need = Need::both(&[
    &[GroupMemberReadAll],
    &[GroupMemberReadWriteAll],
    &[GroupReadAll],
    &[GroupReadWriteAll],
    &[DirectoryReadAll],
    &[DirectoryReadWriteAll],
]);

/// `PATCH /groups/{id}`: enough to change something, be it the members alone. [`UPDATE_GROUP_PROPERTIES`] and
/// [`add_member`] have the parts.
pub static UPDATE_GROUP: Need = Need {
    delegated: &[
        &[GroupMemberReadWriteAll],
        &[GroupReadWriteAll],
        &[DirectoryReadWriteAll],
        &[DirectoryAccessAsUserAll],
    ],
    delegated_self: &[],
    application: &[&[GroupMemberReadWriteAll], &[GroupReadWriteAll], &[DirectoryReadWriteAll]],
};

/// `PATCH /groups/{id}` where the body names properties.
pub static UPDATE_GROUP_PROPERTIES: Need = Need::both(&[&[GroupReadWriteAll], &[DirectoryReadWriteAll]]);

/// `DELETE /groups/{id}`.
pub static DELETE_GROUP: Need = Need::both(&[&[GroupReadWriteAll]]);

/// `POST /users`.
pub static CREATE_USER: Need = Need::both(&[&[UserReadWriteAll], &[DirectoryReadWriteAll]]);

/// `GET /users/{id}`.
pub static READ_USER: Need = Need {
    delegated: &[&[UserReadAll], &[UserReadWriteAll], &[DirectoryReadAll], &[DirectoryReadWriteAll]],
    delegated_self: &[&[UserRead], &[UserReadWrite]],
    application: &[&[UserReadAll], &[UserReadWriteAll], &[DirectoryReadAll], &[DirectoryReadWriteAll]],
};

/// `GET /users` and its count.
pub static LIST_USERS: Need =
    Need::both(&[&[UserReadAll], &[UserReadWriteAll], &[DirectoryReadAll], &[DirectoryReadWriteAll]]);

/// `PATCH /users/{id}`.
pub static UPDATE_USER: Need = Need {
    delegated: &[&[UserReadWriteAll], &[DirectoryReadWriteAll]],
    delegated_self: &[&[UserReadWrite]],
    application: &[&[UserReadWriteAll], &[DirectoryReadWriteAll]],
};

/// `DELETE /users/{id}`.
pub static DELETE_USER: Need = Need::both(&[&[UserReadWriteAll]]);

/// `GET /me`: what reaches the signed-in user alone is enough.
pub static READ_ME: Need = Need {
    delegated: &[
        &[UserRead],
        &[UserReadWrite],
        &[UserReadAll],
        &[UserReadWriteAll],
        &[DirectoryReadAll],
        &[DirectoryReadWriteAll],
    ],
    delegated_self: &[],
    application: &[],
};

/// `PATCH /me`.
pub static UPDATE_ME: Need = Need {
    delegated: &[&[UserReadWrite], &[UserReadWriteAll], &[DirectoryReadWriteAll]],
    delegated_self: &[],
    application: &[],
};

/// `GET /devices`, its count and `GET /devices/{id}`.
pub static READ_DEVICE: Need = Need {
    delegated: &[&[DeviceReadAll], &[DirectoryReadAll], &[DirectoryReadWriteAll]],
    delegated_self: &[],
    application: &[&[DeviceReadAll], &[DeviceReadWriteAll], &[DirectoryReadAll], &[DirectoryReadWriteAll]],
};

/// `POST /devices`.
pub static CREATE_DEVICE: Need =
    Need { delegated: &[&[DirectoryAccessAsUserAll]], delegated_self: &[], application: &[] };

/// `PATCH /devices/{id}`.
pub static UPDATE_DEVICE: Need = Need {
    delegated: &[&[DirectoryAccessAsUserAll]],
    delegated_self: &[],
    application: &[&[DeviceReadWriteAll], &[DirectoryReadWriteAll]],
};

/// `DELETE /devices/{id}`.
pub static DELETE_DEVICE: Need = Need {
    delegated: &[&[DirectoryAccessAsUserAll]],
    delegated_self: &[],
    application: &[&[DeviceReadWriteAll]],
};

/// `GET /servicePrincipals`, `GET /applications`, their counts and objects.
pub static READ_APPLICATION: Need = Need::both(&[
    &[ApplicationReadAll],
    &[ApplicationReadWriteAll],
    &[DirectoryReadAll],
    &[DirectoryReadWriteAll],
]);

/// `POST /servicePrincipals`, `PATCH` and `DELETE /servicePrincipals/{id}`.
pub static WRITE_SERVICE_PRINCIPAL: Need =
    Need::both(&[&[ApplicationReadWriteAll], &[DirectoryReadWriteAll]]);

/// `GET /contacts`, its count and `GET /contacts/{id}`.
pub static READ_ORG_CONTACT: Need =
    Need::both(&[&[OrgContactReadAll], &[DirectoryReadAll], &[DirectoryReadWriteAll]]);

/// `GET /directoryObjects/{id}`.
pub static READ_DIRECTORY_OBJECT: Need = Need::both(&[&[DirectoryReadAll], &[DirectoryReadWriteAll]]);

/// `DELETE /directoryObjects/{id}`.
pub static DELETE_DIRECTORY_OBJECT: Need =
    Need { delegated: &[&[DirectoryAccessAsUserAll]], delegated_self: &[], application: &[] };

/// What reading an object of this kind needs, wherever it shows.
pub const fn read(kind: ObjectKind) -> &'static Need {
    match kind {
        ObjectKind::User => &READ_USER,
        ObjectKind::Group => &READ_GROUP,
        ObjectKind::Device => &READ_DEVICE,
        ObjectKind::ServicePrincipal | ObjectKind::Application => &READ_APPLICATION,
        ObjectKind::OrgContact => &READ_ORG_CONTACT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needs() -> [&'static Need; 31] {
        [
            &ADD_MEMBER,
            &ADD_DEVICE,
            &ADD_SERVICE_PRINCIPAL,
            &ADD_ORG_CONTACT,
            &REMOVE_MEMBER,
            &LIST_MEMBERS,
            &READ_HIDDEN_MEMBERS,
            &CHANGE_ROLE_ASSIGNABLE,
            &LIST_OWNERS,
            &CHANGE_OWNERS,
            &CREATE_GROUP,
            &READ_GROUP,
            &UPDATE_GROUP,
            &UPDATE_GROUP_PROPERTIES,
            &DELETE_GROUP,
            &CREATE_USER,
            &READ_USER,
            &LIST_USERS,
            &UPDATE_USER,
            &DELETE_USER,
            &READ_ME,
            &UPDATE_ME,
            &READ_DEVICE,
            &CREATE_DEVICE,
            &UPDATE_DEVICE,
            &DELETE_DEVICE,
            &READ_APPLICATION,
            &WRITE_SERVICE_PRINCIPAL,
            &READ_ORG_CONTACT,
            &READ_DIRECTORY_OBJECT,
            &DELETE_DIRECTORY_OBJECT,
        ]
    }

    /// What properties need of their own.
    fn needs_of_properties() -> impl Iterator<Item = &'static Need> {
        let properties = crate::model::ENTITIES.into_iter().flat_map(|entity| entity.properties);
        let needs = |needs: PropertyNeeds| [needs.read, needs.creation, needs.update];
        properties.flat_map(move |property| needs(property.needs)).flatten()
    }

    /// Each list of alternatives, and whom its tokens speak for.
    fn alternatives() -> impl Iterator<Item = (Holders, &'static [&'static [Permission]])> {
        let lists = |need: &'static Need| {
            [
                (Holders::Delegated, need.delegated),
                (Holders::Delegated, need.delegated_self),
                (Holders::Application, need.application),
            ]
        };
        needs().into_iter().chain(needs_of_properties()).flat_map(lists)
    }

    fn held(permission: Permission, holders: Holders) -> bool {
        [Holders::Both, holders].contains(&permission.holders())
    }

    #[test]
    fn no_need_names_a_permission_that_such_a_token_never_holds() {
        for (holders, alternatives) in alternatives() {
            for &permission in alternatives.iter().copied().flatten() {
                assert!(held(permission, holders), "{permission} in a token that is {holders:?}");
            }
        }
    }

    #[test]
    fn writing_counts_wherever_reading_does() {
        for (holders, alternatives) in alternatives() {
            for read in alternatives.iter().copied().flatten() {
                let write = read.name().replace(".Read.All", ".ReadWrite.All");
                let Some(write) = write.parse().ok().filter(|&write| held(write, holders)) else { continue };
                let counts = alternatives.iter().any(|all_of| all_of.contains(&write));
                assert!(counts, "{read} is enough and {write} isn't");
            }
        }
    }

    #[test]
    fn delegated_and_application_permissions_are_never_mixed_up() {
        let permissions = Permissions::from_iter([DirectoryAccessAsUserAll, UserRead]);
        let me = ObjectId::random();
        let user = Grants { principal: Principal::User(Some(me)), permissions };
        let app = Grants { principal: Principal::Application(Some(me)), permissions };
        assert_eq!(ADD_MEMBER.reach(&user), Some(Reach::Any));
        assert_eq!(ADD_MEMBER.reach(&app), None);
        assert_eq!(READ_USER.reach(&user), Some(Reach::Itself));
        assert!(READ_USER.covers(&user, me));
        assert!(!READ_USER.covers(&user, ObjectId::random()));
        assert!(!READ_USER.covers(&app, me));
    }

    #[test]
    fn what_is_missing_is_the_least_that_would_do() {
        let missing = |need: &Need, principal, held: &[Permission]| {
            let permissions = held.iter().copied().collect();
            let missing = need.missing(&Grants { principal, permissions });
            (missing.delegated, missing.permissions.iter().collect::<Vec<_>>())
        };
        let (user, app) = (Principal::User(None), Principal::Application(None));
        assert_eq!(missing(&LIST_MEMBERS, app, &[]), (false, vec![GroupMemberReadAll]));
        assert_eq!(missing(&READ_USER, user, &[UserRead]), (true, vec![UserReadAll]));
        assert_eq!(missing(&READ_ME, user, &[]), (true, vec![UserRead]));
        assert_eq!(
            missing(&ADD_DEVICE, app, &[]),
            (false, vec![DeviceReadWriteAll, GroupMemberReadWriteAll])
        );
        assert_eq!(missing(&ADD_DEVICE, app, &[GroupReadWriteAll]), (false, vec![DeviceReadWriteAll]));
        assert_eq!(missing(&CREATE_DEVICE, app, &[]), (false, vec![]));
    }

    #[test]
    fn a_name_is_read_in_any_case_and_an_unknown_one_grants_nothing() {
        assert_eq!("group.readwrite.all".parse(), Ok(GroupReadWriteAll));
        assert_eq!("Mail.Send".parse::<Permission>(), Err(UnknownPermission("Mail.Send".into())));
        assert_eq!(Permissions::from_names(["Mail.Send"]), Permissions::default());
    }
}

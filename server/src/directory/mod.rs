//! The rules, one file per noun: plain synchronous functions over a unit of work. No HTTP, no SQL, no await.

mod access;
mod addresses;
pub mod administrative_unit_members;
pub mod administrative_units;
pub mod app_role_assignments;
pub mod application_owners;
mod application_settings;
pub mod applications;
pub mod assign_license;
pub mod change_password;
pub mod check_members;
pub mod created_objects;
mod credentials;
pub mod deleted_items;
pub mod devices;
pub mod direct_reports;
pub mod directory_objects;
pub mod directory_role_members;
pub mod directory_roles;
pub mod domains;
mod entitlements;
pub mod expansions;
pub mod federated_identity_credentials;
pub mod federated_issuers;
pub mod follows;
pub mod group_lifecycle_policies;
pub mod group_settings;
pub mod groups;
pub mod import;
pub mod invitations;
pub mod key_credentials;
mod lookup;
pub mod managed_identity;
pub mod managers;
pub mod member_of;
pub mod members;
pub mod membership_rules;
mod naming_policy;
pub mod navigation;
pub mod oauth2_permission_grants;
pub mod objects;
pub mod organization;
pub mod owned_objects;
pub mod owners;
pub mod password_credentials;
pub mod purging;
mod resources;
pub mod rights;
pub mod role_assignments;
pub mod sample;
mod selections;
pub mod service_principals;
pub mod sign_in;
pub mod sign_in_sessions;
pub mod subscribed_skus;
pub mod upserts;
pub mod users;
pub mod validate_properties;
pub mod well_known_applications;

use crate::{
    membership_rules::RuleFault,
    model::{
        entity,
        ids::ObjectId,
        kinds::{GroupKind, GroupTraits, ObjectKind, ObjectTraits, Relationship},
        permissions::{Grants, Missing, Need},
        values::{Document, PropertyFault},
    },
    odata::reference::Reference,
    store::{self, objects::Object},
};
use std::str::FromStr;

/// Why a rule says no. `http/errors/refusals.rs` has one arm for each.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no such object in this tenant. The key is as the caller wrote it.
    #[error("no object '{0}' in this tenant")]
    NotFound(String),
    /// No caller of this sort may do this, whatever the permissions.
    #[error("not permitted")]
    NotPermitted,
    /// The caller's permissions don't cover this.
    #[error("not permitted without more permissions")]
    Lacks(Missing),
    /// The group is kept by Exchange: nothing of it is changed through Graph.
    #[error("the group is managed by Exchange")]
    ManagedByExchange,
    /// Groups that take mail and aren't Microsoft 365 groups are made only by Exchange.
    #[error("a mail-enabled group can't be created")]
    MailEnabledGroup,
    /// Role-assignable groups take no groups.
    #[error("no group can be in a role-assignable group")]
    NoNesting,
    /// Groups of this kind take no members of that kind.
    #[error("{} can't be a member of {}", member.words(), group.words())]
    KindNotAllowed {
        /// The group.
        group: GroupKind,
        /// What wanted to join it.
        member: ObjectTraits,
    },
    /// Administrative units contain no objects of that kind.
    #[error("{} can't be a member of an administrative unit", .0.words())]
    NoUnitMember(ObjectTraits),
    /// Directory roles aren't assigned to such objects.
    #[error("{} can't be assigned a directory role", .0.words())]
    NoRoleMember(ObjectTraits),
    /// Objects of that kind own nothing.
    #[error("{} can't be an owner", .0.words())]
    NoOwner(ObjectTraits),
    /// Objects of that kind manage nobody.
    #[error("{} can't be the manager of a user", .0.words())]
    NoManager(ObjectTraits),
    /// The object is a member or an owner already.
    #[error("already among the {}", .0.name())]
    AlreadyRelated(Relationship),
    /// One request names a member twice.
    #[error("'{member}' stands twice in one request")]
    MemberTwice {
        /// The group that is to have it.
        group: ObjectId,
        /// The member.
        member: ObjectId,
        /// The member's kind.
        kind: ObjectKind,
    },
    /// One request names an owner twice, or one who is an owner by making the group.
    #[error("an owner stands twice in one request")]
    OwnerTwice,
    /// No user would own the group any more.
    #[error("the last owner of a group")]
    LastOwner,
    /// The group would have more owners than a group can have.
    #[error("{count} owners of at most {quota}")]
    TooManyOwners {
        /// How many it would have.
        count: u64,
        /// How many it can have.
        quota: u64,
    },
    /// One request names more than twenty objects.
    #[error("too many references in one request")]
    TooManyReferences,
    /// An object is in more groups than one request can tell.
    #[error("more than {most} ids in one answer")]
    TooManyResults {
        /// How many it can tell.
        most: usize,
    },
    /// Only what users are in can be narrowed to security groups.
    #[error("security groups of an object that is no user")]
    SecurityGroupsOfNoUser,
    /// A property is missing, unknown, read-only or has a bad value.
    #[error("{fault} (of resource '{resource}')")]
    Property {
        /// The entity's name in messages.
        resource: &'static str,
        /// What is wrong.
        fault: PropertyFault,
    },
    /// The body of an update names nothing.
    #[error("nothing to change")]
    NothingToChange,
    /// Properties of the directory and of another service stand in one request.
    #[error("properties of two services in one request")]
    MixedServices,
    /// A list can't show what another service holds of each object.
    #[error("a property that lists don't show")]
    NotInLists,
    /// The group has no mailbox, which holds what was asked for.
    #[error("the group has no mailbox")]
    NoMailbox,
    /// The object would be larger than objects can be.
    #[error("the object is too large")]
    TooLarge,
    /// What was found is more than an answer without pages can hold.
    #[error("the result is too large")]
    ResultTooLarge,
    /// The properties don't go together.
    #[error("the properties don't go together")]
    Combination,
    /// The text is no rule for a dynamic group.
    #[error("no membership rule: {0}")]
    MembershipRule(RuleFault),
    /// The rule names a group whose members follow from groups too, perhaps its own.
    #[error("a rule by groups whose members follow from groups")]
    RuleOfRules,
    /// A rule by groups isn't evaluated for one object.
    #[error("a rule by groups isn't evaluated")]
    RuleByGroups,
    /// The group would become one of another kind.
    #[error("the kind of a group can't be changed")]
    OtherKind,
    /// Another object has this value already.
    #[error("the value of '{0}' is taken")]
    Taken(&'static str),
    /// The application of this client id has a service principal already.
    #[error("the service principal of '{0}' is there already")]
    ServicePrincipalExists(String),
    /// The sign-in name is of a domain that the tenant lacks.
    #[error("the domain of the sign-in name isn't the tenant's")]
    ForeignDomain,
    /// A group can't have the names that were to be validated.
    #[error("invalid names of a group")]
    InvalidNames(Vec<NameFault>),
    /// The tenant's settings don't let a group have this name.
    #[error("a name against the tenant's policy")]
    InvalidName(NameFault),
    /// The tenant's settings, or the group's, let no guest into it.
    #[error("the group takes no guests")]
    NoGuests,
    /// The group has settings already.
    #[error("the group has settings already")]
    SettingsExist,
    /// Who is invited is a user of the tenant's.
    #[error("{0} is a user here")]
    AlreadyHere(ObjectId),
    /// The tenant has a lifecycle policy already.
    #[error("there is a lifecycle policy already")]
    PolicyExists,
    /// Groups of this kind don't expire.
    #[error("groups of this kind don't expire")]
    NeverExpires,
    /// An application has as many federated identity credentials as it can.
    #[error("more than {most} federated identity credentials")]
    TooManyCredentials {
        /// How many it can have.
        most: usize,
    },
    /// A policy has as many groups as can be selected.
    #[error("more than {most} groups under a policy")]
    TooManyManagedGroups {
        /// How many it can have.
        most: usize,
    },
    /// The tenant has no licences of this product.
    #[error("no licences of '{0}'")]
    UnknownLicense(ObjectId),
    /// The product doesn't have this service plan.
    #[error("'{sku}' doesn't have the service plan '{plan}'")]
    UnknownPlan {
        /// The service plan.
        plan: ObjectId,
        /// The product.
        sku: ObjectId,
    },
    /// All licences of this product are assigned.
    #[error("no licence of '{0}' is left")]
    NoLicenseLeft(ObjectId),
    /// A licence is to be taken away that isn't assigned.
    #[error("the licence isn't assigned")]
    NotLicensed,
    /// It isn't known where the user is.
    #[error("a user without a usage location")]
    NoUsageLocation,
    /// A role or permission that an application declares is to go, or to have another value, while it is enabled.
    #[error("a role or permission is enabled")]
    EnabledEntitlement,
    /// Something stands twice in the value of this property, of which each is to be there once.
    #[error("a value twice in '{0}'")]
    DuplicateValue(&'static str),
    /// The tokens of an application whose users may have personal accounts are to be of another version than 2.0, or of one that there
    /// isn't.
    #[error("not the version of tokens that there has to be")]
    TokenVersion,
    /// This property of a service principal isn't what its application, which is registered here, says.
    #[error("'{0}' isn't the application's")]
    NotOfApplication(&'static str),
    /// The client was granted permissions of the resource there already.
    #[error("there is such a grant")]
    PermissionGrantExists,
    /// The resource has no such role that principals of this kind can have.
    #[error("the resource has no such role")]
    NoAppRole,
    /// The principal has the role already.
    #[error("the role is assigned already")]
    AppRoleAssigned,
    /// The principal has as many roles as it can have.
    #[error("{most} roles are assigned")]
    TooManyAppRoles {
        /// How many these are.
        most: u32,
    },
    /// The application has no password with this identifier.
    #[error("no such password")]
    NoPassword,
    /// The application has a federated identity credential of this name.
    #[error("there is a credential '{0}'")]
    CredentialExists(String),
    /// The application has a federated identity credential for this subject of the issuer.
    #[error("there is a credential for '{subject}' of '{issuer}'")]
    TrustedAlready {
        /// The issuer.
        issuer: String,
        /// Whom its tokens are about.
        subject: String,
    },
    /// The application has no certificate with this identifier.
    #[error("no such certificate")]
    NoKey,
    /// What is to prove that the caller has the key of one of the certificates proves nothing.
    #[error("no proof of a key")]
    NoProof,
    /// The URI is of no domain of the tenant's.
    #[error("the domain of '{0}' isn't the tenant's")]
    ForeignIdentifierUri(String),
    /// The password, the value of this property, doesn't satisfy the rules for passwords.
    #[error("the password is too weak")]
    WeakPassword(&'static str),
    /// The password isn't the one that the user has.
    #[error("wrong password")]
    WrongPassword,
}

/// Why a group can't have a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NameFault {
    /// Another group has the value of this property.
    Taken(&'static str),
    /// The value of this property doesn't begin or end as the tenant's settings demand.
    Affixes {
        /// The property.
        property: &'static str,
        /// The value.
        name: String,
        /// How it must begin.
        prefix: String,
        /// How it must end.
        suffix: String,
    },
    /// The value of this property has a word that the tenant's settings block.
    BlockedWord(&'static str),
}

impl Refusal {
    /// Refuses what needs more than these grants.
    fn lacks(need: &Need, by: &Grants) -> Self {
        Self::Lacks(need.missing(by))
    }
}

/// A refusal, or what broke.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// A rule said no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// What an operator decides about the rules.
#[derive(Debug, Clone, Copy, Default)]
pub struct Policy {
    /// Whether mail-enabled security groups can be changed.
    pub exchange_managed_groups: ExchangeManagedGroups,
    /// Whether directory roles and ownership count.
    pub roles: RoleEnforcement,
}

/// Whether a token with a signed-in user needs, besides its permissions, that the user holds a directory role or owns the object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RoleEnforcement {
    /// Permissions alone decide.
    #[default]
    Off,
    /// It does where Graph's pages say so.
    Enforced,
}

impl FromStr for RoleEnforcement {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "off" => Ok(Self::Off),
            "enforce" => Ok(Self::Enforced),
            _ => Err("either 'off' or 'enforce'"),
        }
    }
}

/// Whether mail-enabled security groups can be created and take members.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ExchangeManagedGroups {
    /// They can, as the page *Add member* has it.
    #[default]
    Writable,
    /// They can't: Exchange keeps them, as in Graph today.
    ReadOnly,
}

impl FromStr for ExchangeManagedGroups {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "writable" => Ok(Self::Writable),
            "read-only" => Ok(Self::ReadOnly),
            _ => Err("either 'writable' or 'read-only'"),
        }
    }
}

impl Policy {
    /// Refuses changes of groups that Exchange keeps.
    fn may_change(self, group: GroupTraits) -> Result<(), Refusal> {
        self.lets_change(group.kind).then_some(()).ok_or(Refusal::ManagedByExchange)
    }

    /// Whether groups of this kind can be created and changed here.
    fn lets_change(self, kind: GroupKind) -> bool {
        match kind {
            GroupKind::Security | GroupKind::Microsoft365 => true,
            GroupKind::MailEnabledSecurity => self.exchange_managed_groups == ExchangeManagedGroups::Writable,
            GroupKind::Distribution => false,
        }
    }
}

/// The objects that a request binds to the one that it creates or changes.
#[derive(Debug, Default)]
pub struct Bound {
    /// Those that are to be members of the group.
    pub members: Vec<Reference>,
    /// Those that are to be owners of it.
    pub owners: Vec<Reference>,
    /// What is to be the manager of the user.
    pub manager: Option<Reference>,
}

/// An object that a caller reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its kind.
    pub kind: ObjectKind,
    /// Its id.
    pub id: ObjectId,
    /// Its documents. `None`: the caller may see nothing of it but what it is.
    pub document: Option<Document>,
    /// Whether the caller may see no more than its basic properties.
    pub only_basics: bool,
    /// The objects that are shown with it: of managers the first is its own, the next that of the first. `None`: none were asked for.
    pub expanded: Option<Vec<Found>>,
}

impl Found {
    /// An object of which the caller may see everything that was read.
    fn of(object: &Object, document: Document) -> Self {
        Self { document: Some(document), ..Self::named(object) }
    }

    /// An object of which the caller may see nothing but what it is.
    fn named(object: &Object) -> Self {
        Self { kind: object.kind(), id: object.id, document: None, only_basics: false, expanded: None }
    }

    /// An object as far as the caller may read it: all of it, its basic properties, or what it is (*limited information*).
    fn where_readable(by: &Grants, (object, document): (Object, Document)) -> Self {
        let entity = entity(object.kind());
        if entity.read.covers(by, object.id) {
            Self::of(&object, document)
        } else if entity.read_basic.covers(by, object.id) {
            Self { only_basics: true, ..Self::of(&object, document) }
        } else {
            Self::named(&object)
        }
    }
}

//! Navigation properties: from an object to those that are related to it.

use super::{kinds::ObjectKind, permissions::Need};

/// A navigation property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NavigationProperty {
    /// Who is in a group.
    Members,
    /// The same, be it through groups in it.
    TransitiveMembers,
    /// Which groups an object is in.
    MemberOf,
    /// The same, be it through other groups.
    TransitiveMemberOf,
    /// Who owns an object.
    Owners,
    /// What an object owns.
    OwnedObjects,
    /// Who manages a user or a contact: one, if any.
    Manager,
    /// Whom a user or a contact manages.
    DirectReports,
    /// What a user or a service principal has created.
    CreatedObjects,
}

/// A navigation property that objects of an entity have.
#[derive(Debug)]
pub struct Navigation {
    /// Which it is.
    pub property: NavigationProperty,
    /// What listing the related objects needs.
    pub need: &'static Need,
}

/// The navigation property which needs this.
pub(super) const fn navigation(property: NavigationProperty, need: &'static Need) -> Navigation {
    Navigation { property, need }
}

impl NavigationProperty {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Members => "members",
            Self::TransitiveMembers => "transitiveMembers",
            Self::MemberOf => "memberOf",
            Self::TransitiveMemberOf => "transitiveMemberOf",
            Self::Owners => "owners",
            Self::OwnedObjects => "ownedObjects",
            Self::Manager => "manager",
            Self::DirectReports => "directReports",
            Self::CreatedObjects => "createdObjects",
        }
    }

    /// What it means, for the contract.
    pub const fn description(self) -> &'static str {
        match self {
            Self::Members => "Who is in it. Nobody, where the caller may not know it.",
            Self::TransitiveMembers => {
                "Who is in the group, be it through groups in it. Nobody, where the caller may not know it."
            }
            Self::MemberOf => {
                "The groups, administrative units and directory roles that it is in, without those that hide it from the caller."
            }
            Self::TransitiveMemberOf => {
                "The groups and directory roles that it is in, be it through groups, and its administrative units, without those that hide it from the caller."
            }
            Self::Owners => "Who owns it.",
            Self::OwnedObjects => "What it owns: groups, applications and service principals.",
            Self::Manager => "The user or the contact who is its manager. Absent, where there is none.",
            Self::DirectReports => "The users and the contacts whose manager it is.",
            Self::CreatedObjects => "What it has created: groups, applications and service principals.",
        }
    }

    /// Whether it leads to one object at most.
    pub const fn is_single(self) -> bool {
        matches!(self, Self::Manager)
    }

    /// Whether it tells of a group who is in it.
    pub const fn tells_members(self) -> bool {
        matches!(self, Self::Members | Self::TransitiveMembers)
    }
}

/// Graph's other navigation properties, which can't be followed here yet.
#[rustfmt::skip]
const NOT_YET: &[(ObjectKind, &[&str])] = &[
    (ObjectKind::User, &[
        "activities", "adhocCalls", "agreementAcceptances", "appRoleAssignments", "authentication", "cloudClipboard",
        "cloudPCs", "dataSecurityAndGovernance", "deviceManagementTroubleshootingEvents", "drive",
        "drives", "employeeExperience", "extensions", "followedSites", "insights", "licenseDetails",
        "managedAppRegistrations", "managedDevices", "oauth2PermissionGrants", "onenote", "onlineMeetings",
        "onPremisesSyncBehavior", "ownedDevices", "planner", "presence", "registeredDevices", "scopedRoleMemberOf",
        "settings", "solutions", "sponsorOf", "sponsors", "todo",
    ]),
    (ObjectKind::Group, &[
        "appRoleAssignments", "createdOnBehalfOf", "drive", "drives", "extensions", "groupLifecyclePolicies",
        "membersWithLicenseErrors", "onenote", "permissionGrants", "planner", "settings", "sites", "team",
    ]),
    (ObjectKind::Device, &["extensions", "registeredOwners", "registeredUsers"]),
    (ObjectKind::ServicePrincipal, &[
        "appManagementPolicies", "appRoleAssignedTo", "appRoleAssignments", "claimsMappingPolicies",
        "delegatedPermissionClassifications", "endpoints", "federatedIdentityCredentials",
        "homeRealmDiscoveryPolicies", "oauth2PermissionGrants", "remoteDesktopSecurityConfiguration",
        "synchronization", "tokenIssuancePolicies", "tokenLifetimePolicies",
    ]),
    (ObjectKind::AdministrativeUnit, &["extensions", "scopedRoleMembers"]),
    (ObjectKind::DirectoryRole, &["scopedMembers"]),
    (ObjectKind::Application, &[
        "appManagementPolicies", "createdOnBehalfOf", "extensionProperties", "federatedIdentityCredentials",
        "homeRealmDiscoveryPolicies", "synchronization", "tokenIssuancePolicies", "tokenLifetimePolicies",
    ]),
];

/// Those that Graph doesn't expand, as its `$metadata` has it: `ExpandRestrictions` of the property or of the entity set.
#[rustfmt::skip]
const NEVER_EXPANDED: &[(ObjectKind, &[&str])] = &[
    (ObjectKind::User, &[
        "calendar", "calendarGroups", "calendars", "calendarView", "chats", "contactFolders", "contacts", "events",
        "inferenceClassification", "joinedTeams", "mailFolders", "messages", "outlook", "people", "permissionGrants",
        "photo", "photos", "teamwork",
    ]),
    (ObjectKind::Group, &[
        "acceptedSenders", "calendar", "calendarView", "conversations", "events", "onPremisesSyncBehavior", "photo",
        "photos", "rejectedSenders", "threads",
    ]),
    (ObjectKind::OrgContact, &["onPremisesSyncBehavior"]),
];

/// Graph's navigation property of this name, in any case, of objects of a kind, where it can't be followed here yet.
pub fn not_yet(kind: ObjectKind, name: &str) -> Option<&'static str> {
    among(NOT_YET, kind, name)
}

/// The same, where Graph never expands it.
pub fn never_expanded(kind: ObjectKind, name: &str) -> Option<&'static str> {
    among(NEVER_EXPANDED, kind, name)
}

fn among(table: &[(ObjectKind, &[&'static str])], kind: ObjectKind, name: &str) -> Option<&'static str> {
    let mut of_kind = table.iter().filter(|(of, _)| *of == kind).flat_map(|(_, names)| *names);
    of_kind.find(|known| known.eq_ignore_ascii_case(name)).copied()
}

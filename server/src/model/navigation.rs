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
        }
    }

    /// What it means, for the contract.
    pub const fn description(self) -> &'static str {
        match self {
            Self::Members => "Who is in the group. Nobody, where the caller may not know it.",
            Self::TransitiveMembers => {
                "Who is in the group, be it through groups in it. Nobody, where the caller may not know it."
            }
            Self::MemberOf => "The groups that it is in, without those that hide it from the caller.",
            Self::TransitiveMemberOf => {
                "The groups that it is in, be it through others, without those that hide it from the caller."
            }
            Self::Owners => "Who owns it.",
        }
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
        "activities", "adhocCalls", "agreementAcceptances", "appRoleAssignments", "authentication", "calendar",
        "calendarGroups", "calendars", "calendarView", "chats", "cloudClipboard", "cloudPCs", "contactFolders",
        "contacts", "createdObjects", "dataSecurityAndGovernance", "deviceManagementTroubleshootingEvents",
        "directReports", "drive", "drives", "employeeExperience", "events", "extensions", "followedSites",
        "inferenceClassification", "insights", "joinedTeams", "licenseDetails", "mailFolders",
        "managedAppRegistrations", "managedDevices", "manager", "messages", "oauth2PermissionGrants",
        "onenote", "onlineMeetings", "onPremisesSyncBehavior", "outlook", "ownedDevices", "ownedObjects", "people",
        "permissionGrants", "photos", "planner", "presence", "registeredDevices", "scopedRoleMemberOf", "settings",
        "solutions", "sponsorOf", "sponsors", "teamwork", "todo",
    ]),
    (ObjectKind::Group, &[
        "acceptedSenders", "appRoleAssignments", "calendar", "calendarView", "conversations", "createdOnBehalfOf",
        "drive", "drives", "events", "extensions", "groupLifecyclePolicies", "membersWithLicenseErrors",
        "onenote", "onPremisesSyncBehavior", "permissionGrants", "photos", "planner", "rejectedSenders", "settings",
        "sites", "team", "threads",
    ]),
    (ObjectKind::Device, &["extensions", "registeredOwners", "registeredUsers"]),
    (ObjectKind::ServicePrincipal, &[
        "appManagementPolicies", "appRoleAssignedTo", "appRoleAssignments", "claimsMappingPolicies",
        "createdObjects", "delegatedPermissionClassifications", "endpoints", "federatedIdentityCredentials",
        "homeRealmDiscoveryPolicies", "oauth2PermissionGrants", "ownedObjects", "owners",
        "remoteDesktopSecurityConfiguration", "synchronization", "tokenIssuancePolicies", "tokenLifetimePolicies",
    ]),
    (ObjectKind::OrgContact, &["directReports", "manager", "onPremisesSyncBehavior"]),
    (ObjectKind::Application, &[
        "appManagementPolicies", "createdOnBehalfOf", "extensionProperties", "federatedIdentityCredentials",
        "homeRealmDiscoveryPolicies", "owners", "synchronization", "tokenIssuancePolicies", "tokenLifetimePolicies",
    ]),
];

/// Those of which Graph's pages say that `$expand` doesn't take them.
const NEVER_EXPANDED: &[(ObjectKind, &[&str])] =
    &[(ObjectKind::User, &["photo"]), (ObjectKind::Group, &["photo"])];

/// Whether Graph has a navigation property of this name, in any case, of objects of a kind, which can't be followed here yet.
pub fn is_not_yet(kind: ObjectKind, name: &str) -> bool {
    is_among(NOT_YET, kind, name)
}

/// Whether Graph has one of this name that it never expands.
pub fn is_never_expanded(kind: ObjectKind, name: &str) -> bool {
    is_among(NEVER_EXPANDED, kind, name)
}

fn is_among(table: &[(ObjectKind, &[&str])], kind: ObjectKind, name: &str) -> bool {
    let of_kind = table.iter().filter(|(of, _)| *of == kind);
    of_kind.flat_map(|(_, names)| *names).any(|known| known.eq_ignore_ascii_case(name))
}

//! What Graph has besides: operations, other keys, another version, and what lies outside of the directory. It is only
//! data: `unserved.rs` answers it, but for operations that have come to be served, and `paths.rs` knows every spelling of it.
//! A part whose operations come to be served is taken out here.
//!
//! Paths are written as in the contract, with three additions. `delta()` is a function or an action. `microsoft.graph.user`
//! is a cast: only those of the collection that are users. `applications(uniqueName='..')` is an object by another key
//! than its id.

use axum::http::Method;

const GET: &[Method] = &[Method::GET];
const POST: &[Method] = &[Method::POST];
const DELETE: &[Method] = &[Method::DELETE];
const PATCH: &[Method] = &[Method::PATCH];
const CHANGES: &[Method] = &[Method::PATCH, Method::DELETE];
const SET: &[Method] = &[Method::GET, Method::POST];
const ENTITY: &[Method] = &[Method::GET, Method::PATCH, Method::DELETE];
const REFERENCE: &[Method] = &[Method::GET, Method::PUT, Method::DELETE];

/// The sets of the directory's objects.
const SETS: &[&str] = &[
    "/groups",
    "/users",
    "/devices",
    "/servicePrincipals",
    "/applications",
    "/contacts",
    "/directoryObjects",
    "/directoryRoles",
    "/directoryRoleTemplates",
];

/// Each object of theirs.
const OBJECTS: &[&str] = &[
    "/groups/{id}",
    "/users/{id}",
    "/me",
    "/devices/{id}",
    "/servicePrincipals/{id}",
    "/applications/{id}",
    "/contacts/{id}",
    "/directoryObjects/{id}",
    "/directoryRoles/{id}",
    "/directoryRoleTemplates/{id}",
    "/directory/deletedItems/{id}",
];

const USERS: &[&str] = &["/users/{id}", "/me"];
const GROUPS_AND_USERS: &[&str] = &["/groups/{id}", "/users/{id}", "/me"];
const APPLICATIONS: &[&str] = &["/applications/{id}", "/servicePrincipals/{id}"];

/// Operations: methods, and each of some paths with each of some ends.
const OPERATIONS: &[(&[Method], &[&str], &[&str])] = &[
    // Functions and actions of sets and of objects.
    (GET, SETS, &["/delta()"]),
    (POST, SETS, &["/getByIds()", "/validateProperties()", "/getAvailableExtensionProperties()"]),
    (
        POST,
        OBJECTS,
        &["/checkMemberGroups()", "/checkMemberObjects()", "/getMemberGroups()", "/getMemberObjects()"],
    ),
    (POST, OBJECTS, &["/restore()"]),
    // What an object is a member of.
    (
        GET,
        &[
            "/groups/{id}/memberOf",
            "/groups/{id}/transitiveMemberOf",
            "/users/{id}/memberOf",
            "/users/{id}/transitiveMemberOf",
            "/me/memberOf",
            "/me/transitiveMemberOf",
            "/devices/{id}/memberOf",
            "/devices/{id}/transitiveMemberOf",
            "/servicePrincipals/{id}/memberOf",
            "/servicePrincipals/{id}/transitiveMemberOf",
            "/contacts/{id}/memberOf",
            "/contacts/{id}/transitiveMemberOf",
        ],
        &[
            "",
            "/$count",
            "/{containerId}",
            "/{containerId}/microsoft.graph.administrativeUnit",
            "/{containerId}/microsoft.graph.group",
            "/microsoft.graph.group",
            "/microsoft.graph.group/$count",
            "/microsoft.graph.administrativeUnit",
            "/microsoft.graph.administrativeUnit/$count",
        ],
    ),
    (
        GET,
        &[
            "/users/{id}/memberOf",
            "/users/{id}/transitiveMemberOf",
            "/me/memberOf",
            "/me/transitiveMemberOf",
            "/servicePrincipals/{id}/memberOf",
            "/servicePrincipals/{id}/transitiveMemberOf",
        ],
        &[
            "/{containerId}/microsoft.graph.directoryRole",
            "/microsoft.graph.directoryRole",
            "/microsoft.graph.directoryRole/$count",
        ],
    ),
    // Members and owners.
    (
        GET,
        &[
            "/groups/{id}/members",
            "/groups/{id}/owners",
            "/groups/{id}/transitiveMembers",
            "/directory/administrativeUnits/{id}/members",
            "/directoryRoles/{id}/members",
        ],
        &[
            "/microsoft.graph.application",
            "/microsoft.graph.application/$count",
            "/microsoft.graph.device",
            "/microsoft.graph.device/$count",
            "/microsoft.graph.group",
            "/microsoft.graph.group/$count",
            "/microsoft.graph.orgContact",
            "/microsoft.graph.orgContact/$count",
            "/microsoft.graph.servicePrincipal",
            "/microsoft.graph.servicePrincipal/$count",
            "/microsoft.graph.user",
            "/microsoft.graph.user/$count",
        ],
    ),
    (
        GET,
        &[
            "/groups/{id}/members/{memberId}",
            "/groups/{id}/owners/{ownerId}",
            "/groups/{id}/transitiveMembers/{memberId}",
            "/directory/administrativeUnits/{id}/members/{memberId}",
            "/directoryRoles/{id}/members/{memberId}",
        ],
        &[
            "/microsoft.graph.application",
            "/microsoft.graph.device",
            "/microsoft.graph.group",
            "/microsoft.graph.orgContact",
            "/microsoft.graph.servicePrincipal",
            "/microsoft.graph.user",
        ],
    ),
    (GET, &["/groups/{id}/transitiveMembers"], &["", "/$count", "/{memberId}"]),
    (GET, &["/groups/{id}"], &["/members/{memberId}/$ref", "/owners/$ref", "/owners/{ownerId}/$ref"]),
    (DELETE, &["/groups/{id}"], &["/members/$ref", "/owners/$ref"]),
    (
        GET,
        &["/applications/{id}/owners", "/servicePrincipals/{id}/owners"],
        &[
            "/microsoft.graph.appRoleAssignment",
            "/microsoft.graph.appRoleAssignment/$count",
            "/microsoft.graph.endpoint",
            "/microsoft.graph.endpoint/$count",
            "/{ownerId}/microsoft.graph.appRoleAssignment",
            "/{ownerId}/microsoft.graph.endpoint",
            "/{ownerId}/microsoft.graph.servicePrincipal",
            "/{ownerId}/microsoft.graph.user",
        ],
    ),
    // What objects own.
    (
        GET,
        &["/users/{id}/ownedObjects", "/me/ownedObjects", "/servicePrincipals/{id}/ownedObjects"],
        &[
            "/{objectId}",
            "/{objectId}/microsoft.graph.application",
            "/{objectId}/microsoft.graph.group",
            "/{objectId}/microsoft.graph.servicePrincipal",
            "/microsoft.graph.application",
            "/microsoft.graph.application/$count",
            "/microsoft.graph.servicePrincipal",
            "/microsoft.graph.servicePrincipal/$count",
        ],
    ),
    // Groups.
    (
        POST,
        &["/groups/{id}"],
        &[
            "/addFavorite()",
            "/checkGrantedPermissionsForApp()",
            "/removeFavorite()",
            "/renew()",
            "/resetUnseenCount()",
            "/subscribeByMail()",
            "/unsubscribeByMail()",
            "/validateProperties()",
        ],
    ),
    (POST, GROUPS_AND_USERS, &["/assignLicense()", "/retryServiceProvisioning()"]),
    (POST, &["/groups", "/groups/{id}"], &["/evaluateDynamicMembership()"]),
    (POST, &["/groupLifecyclePolicies"], &["/renewGroup()"]),
    (POST, &["/groupLifecyclePolicies/{id}"], &["/addGroup()", "/removeGroup()"]),
    // Users.
    (GET, USERS, &["/manager"]),
    (REFERENCE, USERS, &["/manager/$ref"]),
    (
        GET,
        USERS,
        &[
            "/directReports",
            "/directReports/$count",
            "/directReports/{reportId}",
            "/directReports/{reportId}/microsoft.graph.user",
            "/directReports/microsoft.graph.user",
            "/directReports/microsoft.graph.user/$count",
        ],
    ),
    (
        POST,
        USERS,
        &[
            "/changePassword()",
            "/exportPersonalData()",
            "/reprocessLicenseAssignment()",
            "/revokeSignInSessions()",
        ],
    ),
    // Contacts, applications and service principals.
    (GET, &["/contacts/{id}"], &["/manager", "/directReports", "/directReports/$count"]),
    (POST, &["/contacts/{id}"], &["/retryServiceProvisioning()"]),
    (POST, &["/applications"], &[""]),
    (&[Method::PATCH, Method::DELETE], &["/applications/{id}"], &[""]),
    (POST, &["/applications/{id}"], &["/setVerifiedPublisher()", "/unsetVerifiedPublisher()"]),
    (POST, APPLICATIONS, &["/addKey()", "/addPassword()", "/removeKey()", "/removePassword()"]),
    (
        POST,
        &["/servicePrincipals/{id}"],
        &[
            "/addTokenSigningCertificate()",
            "/createPasswordSingleSignOnCredentials()",
            "/deletePasswordSingleSignOnCredentials()",
            "/getPasswordSingleSignOnCredentials()",
            "/updatePasswordSingleSignOnCredentials()",
        ],
    ),
    (GET, &["/oauth2PermissionGrants"], &["/delta()"]),
    // The directory itself.
    (GET, &["/directory/deletedItems/microsoft.graph.administrativeUnit"], &["", "/$count"]),
    (
        GET,
        &["/directory/deletedItems/{id}"],
        &[
            "/microsoft.graph.administrativeUnit",
            "/microsoft.graph.application",
            "/microsoft.graph.device",
            "/microsoft.graph.group",
            "/microsoft.graph.servicePrincipal",
            "/microsoft.graph.user",
        ],
    ),
    (
        POST,
        &["/directory/deletedItems"],
        &[
            "/getAvailableExtensionProperties()",
            "/getByIds()",
            "/getUserOwnedObjects()",
            "/validateProperties()",
        ],
    ),
    (SET, &["/directory/administrativeUnits"], &[""]),
    (GET, &["/directory/administrativeUnits"], &["/delta()"]),
    (ENTITY, &["/directory/administrativeUnits/{id}"], &[""]),
    (GET, &["/directory/administrativeUnits/{id}/members"], &["", "/$ref", "/{memberId}"]),
    (POST, &["/directory/administrativeUnits/{id}/members"], &["", "/$ref"]),
    (DELETE, &["/directory/administrativeUnits/{id}/members"], &["/{memberId}/$ref"]),
    (GET, &["/directoryRoles", "/directoryRoleTemplates"], &["/$count"]),
    (GET, &["/directoryRoles/{id}/members"], &["/$count", "/{memberId}"]),
    (PATCH, &["/organization/{id}"], &[""]),
    (POST, &["/organization/{id}"], &["/setMobileDeviceManagementAuthority()"]),
    (POST, &["/domains"], &[""]),
    (CHANGES, &["/domains/{id}"], &[""]),
    (POST, &["/domains/{id}"], &["/forceDelete()", "/promote()", "/verify()"]),
    // Role assignments, which are made by adding members to roles.
    (POST, &["/roleManagement/directory/roleAssignments"], &[""]),
    (CHANGES, &["/roleManagement/directory/roleAssignments/{id}"], &[""]),
    (GET, &["/roleManagement/directory/roleAssignments"], &["/$count"]),
    (
        GET,
        &["/roleManagement/directory/roleAssignments/{id}"],
        &["/appScope", "/directoryScope", "/principal", "/roleDefinition"],
    ),
    // How many there are of what isn't an object.
    (
        GET,
        &[
            "/applications/{id}/federatedIdentityCredentials",
            "/domains",
            "/groupLifecyclePolicies",
            "/groups/{id}/appRoleAssignments",
            "/groups/{id}/groupLifecyclePolicies",
            "/groups/{id}/settings",
            "/groupSettings",
            "/groupSettingTemplates",
            "/me/appRoleAssignments",
            "/me/oauth2PermissionGrants",
            "/oauth2PermissionGrants",
            "/organization",
            "/servicePrincipals/{id}/appRoleAssignedTo",
            "/servicePrincipals/{id}/appRoleAssignments",
            "/servicePrincipals/{id}/oauth2PermissionGrants",
            "/subscribedSkus",
            "/users/{id}/appRoleAssignments",
            "/users/{id}/oauth2PermissionGrants",
        ],
        &["/$count"],
    ),
    (
        GET,
        &["/directoryObjects/{id}"],
        &[
            "/microsoft.graph.administrativeUnit",
            "/microsoft.graph.application",
            "/microsoft.graph.device",
            "/microsoft.graph.directoryRole",
            "/microsoft.graph.group",
            "/microsoft.graph.orgContact",
            "/microsoft.graph.servicePrincipal",
            "/microsoft.graph.user",
        ],
    ),
    // Change notifications.
    (SET, &["/subscriptions"], &[""]),
    (ENTITY, &["/subscriptions/{subscriptionId}"], &[""]),
    (POST, &["/subscriptions/{subscriptionId}"], &["/reauthorize()"]),
];

/// Parts: each of some paths with each of some ends. Nothing at them or below them is served, whatever the method.
const WHOLES: &[(&[&str], &[&str])] = &[
    (
        &[""],
        &[
            "/applications(uniqueName='..')",
            "/contracts",
            "/permissionGrants",
            "/policies",
            "/schemaExtensions",
            "/scopedRoleMemberships",
        ],
    ),
    (
        &["/groups/{id}"],
        &["/acceptedSenders", "/createdOnBehalfOf", "/membersWithLicenseErrors", "/rejectedSenders"],
    ),
    (GROUPS_AND_USERS, &["/extensions", "/onPremisesSyncBehavior", "/permissionGrants"]),
    (
        USERS,
        &[
            "/appRoleAssignedResources",
            "/licenseDetails",
            "/ownedDevices",
            "/registeredDevices",
            "/scopedRoleMemberOf",
            "/sponsorOf",
            "/sponsors",
        ],
    ),
    (&["/devices/{id}"], &["/extensions", "/registeredOwners", "/registeredUsers"]),
    (&["/contacts/{id}"], &["/onPremisesSyncBehavior"]),
    (&["/roleManagement"], &["/cloudPC", "/deviceManagement", "/entitlementManagement"]),
    (
        &["/roleManagement/directory"],
        &[
            "/resourceNamespaces",
            "/roleAssignmentScheduleInstances",
            "/roleAssignmentScheduleRequests",
            "/roleAssignmentSchedules",
            "/roleDefinitions",
            "/roleEligibilityScheduleInstances",
            "/roleEligibilityScheduleRequests",
            "/roleEligibilitySchedules",
        ],
    ),
    (
        APPLICATIONS,
        &[
            "/appManagementPolicies",
            "/homeRealmDiscoveryPolicies",
            "/synchronization",
            "/tokenIssuancePolicies",
            "/tokenLifetimePolicies",
        ],
    ),
    (
        &["/applications/{id}"],
        &["/createdOnBehalfOf", "/extensionProperties", "/federatedIdentityCredentials(name='..')", "/logo"],
    ),
    (
        &["/servicePrincipals/{id}"],
        &[
            "/claimsMappingPolicies",
            "/delegatedPermissionClassifications",
            "/endpoints",
            "/federatedIdentityCredentials",
            "/remoteDesktopSecurityConfiguration",
        ],
    ),
    (&["/directory/administrativeUnits/{id}"], &["/extensions", "/scopedRoleMembers"]),
    (&["/directoryRoles/{id}"], &["/scopedMembers"]),
    (
        &["/organization/{id}"],
        &["/branding", "/certificateBasedAuthConfiguration", "/extensions", "/settings"],
    ),
    (
        &["/domains/{id}"],
        &[
            "/domainNameReferences",
            "/federationConfiguration",
            "/rootDomain",
            "/serviceConfigurationRecords",
            "/verificationDnsRecords",
        ],
    ),
    (
        &["/directory"],
        &[
            "/attributeSets",
            "/customSecurityAttributeDefinitions",
            "/deviceLocalCredentials",
            "/federationConfigurations",
            "/onPremisesSynchronization",
            "/publicKeyInfrastructure",
            "/recovery",
            "/remoteTenantGroups",
            "/subscriptions",
        ],
    ),
];

/// The same of what lies outside of the directory: mail, files, teams, devices' management, sign-in and the like.
const OUTSIDE: &[(&[&str], &[&str])] = &[
    (
        &[""],
        &[
            "/admin",
            "/agreementAcceptances",
            "/agreements",
            "/appCatalogs",
            "/applicationTemplates",
            "/auditLogs",
            "/authenticationMethodConfigurations",
            "/authenticationMethodsPolicy",
            "/branding",
            "/certificateBasedAuthConfiguration",
            "/chats",
            "/communications",
            "/compliance",
            "/connections",
            "/dataPolicyOperations",
            "/deviceAppManagement",
            "/deviceManagement",
            "/domainDnsRecords",
            "/drives",
            "/education",
            "/external",
            "/identity",
            "/identityGovernance",
            "/identityProtection",
            "/identityProviders",
            "/informationProtection",
            "/localizations",
            "/places",
            "/planner",
            "/print",
            "/privacy",
            "/reports",
            "/search",
            "/security",
            "/shares",
            "/sites",
            "/solutions",
            "/teams",
            "/teamsTemplates",
            "/teamwork",
            "/tenantRelationships",
        ],
    ),
    (
        GROUPS_AND_USERS,
        &[
            "/calendar",
            "/calendarView",
            "/drive",
            "/drives",
            "/events",
            "/onenote",
            "/photo",
            "/photos",
            "/planner",
        ],
    ),
    (&["/groups/{id}"], &["/conversations", "/sites", "/team", "/threads"]),
    (
        USERS,
        &[
            "/activities",
            "/adhocCalls",
            "/agreementAcceptances",
            "/authentication",
            "/calendarGroups",
            "/calendars",
            "/chats",
            "/cloudClipboard",
            "/cloudPCs",
            "/contactFolders",
            "/contacts",
            "/dataSecurityAndGovernance",
            "/deviceManagementTroubleshootingEvents",
            "/employeeExperience",
            "/exportDeviceAndAppManagementData()",
            "/findMeetingTimes()",
            "/followedSites",
            "/getMailTips()",
            "/getManagedAppDiagnosticStatuses()",
            "/getManagedAppPolicies()",
            "/getManagedDevicesWithAppFailures()",
            "/inferenceClassification",
            "/insights",
            "/joinedTeams",
            "/mailFolders",
            "/mailboxSettings",
            "/managedAppRegistrations",
            "/managedDevices",
            "/messages",
            "/onlineMeetings",
            "/outlook",
            "/people",
            "/presence",
            "/reminderView()",
            "/removeAllDevicesFromManagement()",
            "/sendMail()",
            "/settings",
            "/solutions",
            "/teamwork",
            "/todo",
            "/translateExchangeIds()",
            "/wipeManagedAppRegistrationsByDeviceTag()",
        ],
    ),
];

/// An operation of Graph's.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Its method.
    pub method: Method,
    /// Its path under the version.
    pub path: String,
}

/// A part of Graph's paths: this one, and all below it.
#[derive(Debug, Clone)]
pub struct Part {
    /// Its path under the version.
    pub path: String,
    /// Whether it is outside of the directory.
    pub outside: bool,
}

/// Each operation.
pub fn operations() -> impl Iterator<Item = Operation> {
    OPERATIONS.iter().flat_map(|(methods, paths, ends)| {
        joined(paths, ends).flat_map(|path| {
            methods.iter().map(move |method| Operation { method: method.clone(), path: path.clone() })
        })
    })
}

/// Each part.
pub fn parts() -> impl Iterator<Item = Part> {
    let of = |table: &'static [(&[&str], &[&str])], outside| {
        let paths = table.iter().flat_map(|(paths, ends)| joined(paths, ends));
        paths.map(move |path| Part { path, outside })
    };
    of(WHOLES, false).chain(of(OUTSIDE, true))
}

fn joined(paths: &'static [&str], ends: &'static [&str]) -> impl Iterator<Item = String> {
    paths.iter().flat_map(move |path| ends.iter().map(move |end| format!("{path}{end}")))
}

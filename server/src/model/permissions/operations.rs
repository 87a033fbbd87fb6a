//! What operations need, a row each, and what some of them need besides for some objects.

use super::{
    Alternatives, Need,
    Permission::{
        AdministrativeUnitReadAll, AdministrativeUnitReadWriteAll, AppRoleAssignmentReadWriteAll,
        ApplicationReadAll, ApplicationReadWriteAll, ApplicationReadWriteOwnedBy,
        DelegatedPermissionGrantReadAll, DelegatedPermissionGrantReadWriteAll, DeviceManagementAppsReadAll,
        DeviceManagementAppsReadWriteAll, DeviceManagementConfigurationReadAll,
        DeviceManagementConfigurationReadWriteAll, DeviceManagementManagedDevicesReadAll,
        DeviceManagementManagedDevicesReadWriteAll, DeviceManagementServiceConfigReadAll,
        DeviceManagementServiceConfigReadWriteAll, DeviceReadAll, DeviceReadWriteAll,
        DirectoryAccessAsUserAll, DirectoryReadAll, DirectoryReadWriteAll, DomainReadAll, DomainReadWriteAll,
        GroupCreate, GroupMemberReadAll, GroupMemberReadBasicAll, GroupMemberReadWriteAll, GroupReadAll,
        GroupReadBasicAll, GroupReadWriteAll, GroupSettingsReadAll, GroupSettingsReadWriteAll,
        LicenseAssignmentReadWriteAll, MemberReadHidden, OrgContactReadAll, OrganizationReadAll,
        OrganizationReadWriteAll, PolicyReadWriteAuthorization, RoleManagementReadAll,
        RoleManagementReadDirectory, RoleManagementReadWriteDirectory, UserDeleteRestoreAll,
        UserEnableDisableAccountAll, UserInviteAll, UserMailReadWriteAll, UserManageIdentitiesAll,
        UserPasswordProfileReadWriteAll, UserPhoneReadWriteAll, UserRead, UserReadAll, UserReadBasicAll,
        UserReadWrite, UserReadWriteAll, UserRevokeSessionsAll,
    },
};

const READ_PERMISSION_GRANTS: Alternatives = &[
    &[DelegatedPermissionGrantReadAll],
    &[DirectoryReadAll],
    &[DelegatedPermissionGrantReadWriteAll],
    &[DirectoryReadWriteAll],
];

const REVOKE_SESSIONS: Alternatives =
    &[&[UserRevokeSessionsAll], &[UserReadWriteAll], &[DirectoryReadWriteAll]];

const READ_GROUPS: Alternatives = &[
    &[GroupMemberReadAll],
    &[GroupMemberReadWriteAll],
    &[GroupReadAll],
    &[GroupReadWriteAll],
    &[DirectoryReadAll],
    &[DirectoryReadWriteAll],
];
const READ_BASIC_GROUPS: Alternatives = &[
    &[GroupReadBasicAll],
    &[GroupMemberReadAll],
    &[GroupMemberReadWriteAll],
    &[GroupReadAll],
    &[GroupReadWriteAll],
    &[DirectoryReadAll],
    &[DirectoryReadWriteAll],
];
const READ_MEMBERSHIPS: Alternatives = &[
    &[GroupMemberReadBasicAll],
    &[GroupReadBasicAll],
    &[GroupMemberReadAll],
    &[GroupMemberReadWriteAll],
    &[GroupReadAll],
    &[GroupReadWriteAll],
    &[DirectoryReadAll],
    &[DirectoryReadWriteAll],
];
const WRITE_GROUPS: Alternatives = &[&[GroupReadWriteAll], &[DirectoryReadWriteAll]];
const WRITE_MEMBERS: Alternatives =
    &[&[GroupMemberReadWriteAll], &[GroupReadWriteAll], &[DirectoryReadWriteAll]];
const WRITE_MEMBERS_AS_USER: Alternatives = &[
    &[GroupMemberReadWriteAll],
    &[GroupReadWriteAll],
    &[DirectoryReadWriteAll],
    &[DirectoryAccessAsUserAll],
];
const READ_USERS: Alternatives =
    &[&[UserReadAll], &[UserReadWriteAll], &[DirectoryReadAll], &[DirectoryReadWriteAll]];
/// Those, and what Intune's permissions let callers read.
const READ_USER_PROFILES: Alternatives = &[
    &[UserReadAll],
    &[UserReadWriteAll],
    &[DirectoryReadAll],
    &[DirectoryReadWriteAll],
    &[DeviceManagementAppsReadAll],
    &[DeviceManagementAppsReadWriteAll],
    &[DeviceManagementConfigurationReadAll],
    &[DeviceManagementConfigurationReadWriteAll],
    &[DeviceManagementManagedDevicesReadAll],
    &[DeviceManagementManagedDevicesReadWriteAll],
    &[DeviceManagementServiceConfigReadAll],
    &[DeviceManagementServiceConfigReadWriteAll],
];
const READ_BASIC_USERS: Alternatives = &[
    &[UserReadBasicAll],
    &[UserReadAll],
    &[UserReadWriteAll],
    &[DirectoryReadAll],
    &[DirectoryReadWriteAll],
    &[DeviceManagementAppsReadAll],
    &[DeviceManagementAppsReadWriteAll],
    &[DeviceManagementConfigurationReadAll],
    &[DeviceManagementConfigurationReadWriteAll],
    &[DeviceManagementManagedDevicesReadAll],
    &[DeviceManagementManagedDevicesReadWriteAll],
    &[DeviceManagementServiceConfigReadAll],
    &[DeviceManagementServiceConfigReadWriteAll],
];
/// What belongs to the signed-in user, and is no change of it.
const READ_OF_ME: Alternatives =
    &[&[UserRead], &[UserReadAll], &[UserReadWriteAll], &[DirectoryReadAll], &[DirectoryReadWriteAll]];
const WRITE_USERS: Alternatives = &[&[UserReadWriteAll], &[DirectoryReadWriteAll]];
/// Those, and what Intune's permissions let callers write.
const WRITE_USER_PROFILES: Alternatives = &[
    &[UserReadWriteAll],
    &[DirectoryReadWriteAll],
    &[DeviceManagementAppsReadWriteAll],
    &[DeviceManagementConfigurationReadWriteAll],
    &[DeviceManagementManagedDevicesReadWriteAll],
    &[DeviceManagementServiceConfigReadWriteAll],
];
/// The same, and what is enough for single properties.
const WRITE_USER_PROPERTIES: Alternatives = &[
    &[UserReadWriteAll],
    &[DirectoryReadWriteAll],
    &[DeviceManagementAppsReadWriteAll],
    &[DeviceManagementConfigurationReadWriteAll],
    &[DeviceManagementManagedDevicesReadWriteAll],
    &[DeviceManagementServiceConfigReadWriteAll],
    &[UserMailReadWriteAll],
    &[UserPhoneReadWriteAll],
    &[UserManageIdentitiesAll],
    &[UserPasswordProfileReadWriteAll],
    &[UserEnableDisableAccountAll, UserReadAll],
];
const READ_APPLICATIONS: Alternatives =
    &[&[ApplicationReadAll], &[ApplicationReadWriteAll], &[DirectoryReadAll], &[DirectoryReadWriteAll]];
const READ_APPLICATIONS_BY_APPLICATION: Alternatives = &[
    &[ApplicationReadAll],
    &[ApplicationReadWriteOwnedBy],
    &[ApplicationReadWriteAll],
    &[DirectoryReadAll],
    &[DirectoryReadWriteAll],
];
const OF_OWNED_APPLICATIONS: Alternatives = &[&[ApplicationReadWriteOwnedBy]];
const ADD_APPLICATION_OWNERS: Alternatives =
    &[&[ApplicationReadWriteAll, DirectoryReadAll], &[DirectoryReadWriteAll]];
const READ_ADMINISTRATIVE_UNITS: Alternatives = &[
    &[AdministrativeUnitReadAll],
    &[AdministrativeUnitReadWriteAll],
    &[DirectoryReadAll],
    &[DirectoryReadWriteAll],
];
const READ_DIRECTORY: Alternatives = &[&[DirectoryReadAll], &[DirectoryReadWriteAll]];
const MEMBER_OF_USERS: Alternatives = &[
    &[GroupMemberReadBasicAll],
    &[GroupReadBasicAll],
    &[GroupMemberReadAll],
    &[GroupMemberReadWriteAll],
    &[DirectoryReadAll],
    &[DirectoryReadWriteAll],
];
const MEMBER_OF_USERS_BY_APPLICATION: Alternatives =
    &[&[GroupMemberReadBasicAll], &[GroupReadBasicAll], &[DirectoryReadAll], &[DirectoryReadWriteAll]];
const TRANSITIVE_MEMBER_OF_USERS: Alternatives = &[
    &[UserReadAll],
    &[UserReadWriteAll],
    &[GroupMemberReadBasicAll],
    &[GroupReadBasicAll],
    &[GroupMemberReadAll],
    &[GroupMemberReadWriteAll],
    &[GroupReadAll],
    &[GroupReadWriteAll],
    &[DirectoryReadAll],
    &[DirectoryReadWriteAll],
];
/// Users besides groups: each by itself isn't enough.
const READ_GROUPS_OF_USERS: Alternatives = &[
    &[UserReadBasicAll, GroupMemberReadAll],
    &[UserReadBasicAll, GroupMemberReadWriteAll],
    &[UserReadBasicAll, GroupReadAll],
    &[UserReadBasicAll, GroupReadWriteAll],
    &[UserReadAll, GroupMemberReadAll],
    &[UserReadAll, GroupMemberReadWriteAll],
    &[UserReadAll, GroupReadAll],
    &[UserReadAll, GroupReadWriteAll],
    &[UserReadWriteAll, GroupMemberReadAll],
    &[UserReadWriteAll, GroupMemberReadWriteAll],
    &[UserReadWriteAll, GroupReadAll],
    &[UserReadWriteAll, GroupReadWriteAll],
    &[DirectoryReadAll],
    &[DirectoryReadWriteAll],
];
const READ_MY_GROUPS: Alternatives = &[
    &[UserRead],
    &[UserReadBasicAll, GroupMemberReadAll],
    &[UserReadBasicAll, GroupMemberReadWriteAll],
    &[UserReadBasicAll, GroupReadAll],
    &[UserReadBasicAll, GroupReadWriteAll],
    &[UserReadAll, GroupMemberReadAll],
    &[UserReadAll, GroupMemberReadWriteAll],
    &[UserReadAll, GroupReadAll],
    &[UserReadAll, GroupReadWriteAll],
    &[UserReadWriteAll, GroupMemberReadAll],
    &[UserReadWriteAll, GroupMemberReadWriteAll],
    &[UserReadWriteAll, GroupReadAll],
    &[UserReadWriteAll, GroupReadWriteAll],
    &[DirectoryReadAll],
    &[DirectoryReadWriteAll],
];
const CHECK_DEVICES: Alternatives = &[
    &[ApplicationReadAll],
    &[ApplicationReadWriteAll],
    &[DeviceReadAll],
    &[DirectoryReadAll],
    &[DirectoryReadWriteAll],
    &[GroupReadAll],
    &[GroupReadBasicAll],
    &[GroupReadWriteAll],
    &[GroupMemberReadAll],
    &[GroupMemberReadBasicAll],
    &[GroupMemberReadWriteAll],
    &[UserReadAll],
    &[UserReadWriteAll],
];
const CHECK_DEVICES_BY_APPLICATION: Alternatives = &[
    &[ApplicationReadAll],
    &[ApplicationReadWriteAll],
    &[DeviceReadAll],
    &[DeviceReadWriteAll],
    &[DirectoryReadAll],
    &[DirectoryReadWriteAll],
    &[GroupReadAll],
    &[GroupReadBasicAll],
    &[GroupReadWriteAll],
    &[GroupMemberReadAll],
    &[GroupMemberReadBasicAll],
    &[GroupMemberReadWriteAll],
    &[UserReadAll],
    &[UserReadWriteAll],
];
/// A user, or a device, besides the group whose rule it is.
const EVALUATE_RULE_OF_GROUP: Alternatives = &[
    &[GroupReadAll, UserReadAll],
    &[GroupReadAll, UserReadWriteAll],
    &[GroupReadWriteAll, UserReadAll],
    &[GroupReadWriteAll, UserReadWriteAll],
    &[GroupReadAll, DeviceReadAll],
    &[GroupReadWriteAll, DeviceReadAll],
    &[DirectoryReadAll],
    &[DirectoryReadWriteAll],
];
const EVALUATE_RULE: Alternatives =
    &[&[UserReadAll], &[UserReadWriteAll], &[DeviceReadAll], &[DirectoryReadAll], &[DirectoryReadWriteAll]];
const READ_ORGANIZATIONS: Alternatives = &[
    &[OrganizationReadAll],
    &[OrganizationReadWriteAll],
    &[UserReadAll],
    &[UserReadWriteAll],
    &[DirectoryReadAll],
    &[DirectoryReadWriteAll],
    &[DeviceManagementConfigurationReadAll],
    &[DeviceManagementConfigurationReadWriteAll],
    &[DeviceManagementServiceConfigReadAll],
    &[DeviceManagementServiceConfigReadWriteAll],
];
const READ_BASIC_ORGANIZATIONS: Alternatives = &[
    &[UserRead],
    &[OrganizationReadAll],
    &[OrganizationReadWriteAll],
    &[UserReadAll],
    &[UserReadWriteAll],
    &[DirectoryReadAll],
    &[DirectoryReadWriteAll],
    &[DeviceManagementConfigurationReadAll],
    &[DeviceManagementConfigurationReadWriteAll],
    &[DeviceManagementServiceConfigReadAll],
    &[DeviceManagementServiceConfigReadWriteAll],
];
const WRITE_GROUP_SETTINGS: Alternatives =
    &[&[GroupSettingsReadWriteAll], &[PolicyReadWriteAuthorization], &[DirectoryReadWriteAll]];
const WRITE_SERVICE_PRINCIPALS: Alternatives = &[&[ApplicationReadWriteAll], &[DirectoryReadWriteAll]];
const AS_USER: Alternatives = &[&[DirectoryAccessAsUserAll]];

/// Declares needs, each public, and for the tests all of them.
macro_rules! needs {
    ($($(#[$doc:meta])* $name:ident = $need:expr;)*) => {
        $($(#[$doc])* pub static $name: Need = $need;)*

        #[cfg(test)]
        const ALL: &[(&str, &Need)] = &[$((stringify!($name), &$name)),*];
    };
}

/// What adding a member needs where its kind needs a permission besides: with a user's token the first, with an
/// application's the second.
macro_rules! add_member_and {
    ($delegated:ident, $application:ident) => {
        Need::each(
            &[
                &[GroupMemberReadWriteAll, $delegated],
                &[GroupReadWriteAll, $delegated],
                &[DirectoryReadWriteAll],
                &[DirectoryAccessAsUserAll],
            ],
            &[
                &[GroupMemberReadWriteAll, $application],
                &[GroupReadWriteAll, $application],
                &[DirectoryReadWriteAll],
            ],
        )
    };
}

/// What is no operation's, and nobody has.
pub static NOTHING: Need = Need::both(&[]);

needs! {
    /// All properties of groups, in whatever answer.
    READ_GROUP = Need::both(READ_GROUPS);

    /// `GET /groups` and its count: enough for the basic properties.
    LIST_GROUPS = Need::both(READ_BASIC_GROUPS);

    /// `GET /groups/{id}`: enough for the basic properties.
    READ_BASIC_GROUP = Need::both(READ_BASIC_GROUPS);

    /// `POST /groups`.
    CREATE_GROUP = Need::each(WRITE_GROUPS, &[&[GroupCreate], &[GroupReadWriteAll], &[DirectoryReadWriteAll]]);

    /// `PATCH /groups/{id}`: enough to do something, be it only to change the members, or to create a group that is missing.
    /// [`UPDATE_GROUP_PROPERTIES`], the kinds of members and [`CREATE_GROUP`] have the parts.
    UPDATE_GROUP = Need::each(
        WRITE_MEMBERS_AS_USER,
        &[&[GroupMemberReadWriteAll], &[GroupReadWriteAll], &[DirectoryReadWriteAll], &[GroupCreate]],
    );

    /// `PATCH /groups/{id}` where the body names properties.
    UPDATE_GROUP_PROPERTIES = Need::both(WRITE_GROUPS);

    /// `DELETE /groups/{id}`.
    DELETE_GROUP = Need::both(&[&[GroupReadWriteAll]]);

    /// Besides what else is needed where directory roles can be assigned to the group.
    CHANGE_ROLE_ASSIGNABLE = Need::both(&[&[RoleManagementReadWriteDirectory]]);

    /// Besides what else is needed to delete or to restore a user who holds a directory role, or is a member or owner of a group to
    /// which roles can be assigned. Graph asks of an application that it holds a role itself.
    CHANGE_PRIVILEGED_USER =
        Need::each(&[&[DirectoryAccessAsUserAll]], &[&[RoleManagementReadWriteDirectory]]);

    /// `POST /groups/{id}/evaluateDynamicMembership`. Whom it is evaluated for, the caller must be allowed to read.
    EVALUATE_DYNAMIC_MEMBERSHIP_OF_GROUP = Need::delegated(EVALUATE_RULE_OF_GROUP);

    /// `POST /groups/evaluateDynamicMembership`, in the same way.
    EVALUATE_DYNAMIC_MEMBERSHIP = Need::delegated(EVALUATE_RULE);

    /// All properties of the tenant.
    READ_ORGANIZATION = Need::both(READ_ORGANIZATIONS);

    /// `GET /organization` and `GET /organization/{id}`: enough for the basic properties.
    READ_BASIC_ORGANIZATION = Need::each(READ_BASIC_ORGANIZATIONS, READ_ORGANIZATIONS);

    /// `GET /groupSettingTemplates` and `GET /groupSettingTemplates/{id}`.
    READ_GROUP_SETTING_TEMPLATE = Need::both(&[
        &[GroupSettingsReadAll],
        &[GroupSettingsReadWriteAll],
        &[DirectoryReadAll],
        &[DirectoryReadWriteAll],
    ]);

    /// `GET /groupSettings`, `GET /groups/{id}/settings`, and one of them.
    READ_GROUP_SETTING = Need::both(&[
        &[GroupSettingsReadAll],
        &[GroupSettingsReadWriteAll],
        &[GroupReadAll],
        &[GroupReadWriteAll],
        &[DirectoryReadAll],
        &[DirectoryReadWriteAll],
    ]);

    /// `POST /groupSettings` and `POST /groups/{id}/settings`.
    CREATE_GROUP_SETTING = Need::both(&[&[GroupSettingsReadWriteAll], &[DirectoryReadWriteAll]]);

    /// `PATCH` of one of them.
    CHANGE_GROUP_SETTING = Need::both(WRITE_GROUP_SETTINGS);

    /// `DELETE` of one of them.
    DELETE_GROUP_SETTING = Need::both(WRITE_GROUP_SETTINGS);

    /// `GET /groupLifecyclePolicies`, one of them, and `GET /groups/{id}/groupLifecyclePolicies`.
    READ_GROUP_LIFECYCLE_POLICY = Need::both(READ_DIRECTORY);

    /// All other operations on `/groupLifecyclePolicies`.
    WRITE_GROUP_LIFECYCLE_POLICY = Need::both(&[&[DirectoryReadWriteAll]]);

    /// `POST /groups/{id}/renew`.
    RENEW_GROUP = Need::both(WRITE_GROUPS);

    /// `GET /subscribedSkus` and `GET /subscribedSkus/{id}`.
    READ_SUBSCRIBED_SKU = Need::both(&[
        &[OrganizationReadAll],
        &[OrganizationReadWriteAll],
        &[DirectoryReadAll],
        &[DirectoryReadWriteAll],
    ]);

    /// `POST /users/{id}/assignLicense`.
    ASSIGN_LICENSE_TO_USER =
        Need::both(&[&[LicenseAssignmentReadWriteAll], &[UserReadWriteAll], &[DirectoryReadWriteAll]]);

    /// `POST /groups/{id}/assignLicense`.
    ASSIGN_LICENSE_TO_GROUP =
        Need::both(&[&[LicenseAssignmentReadWriteAll], &[GroupReadWriteAll], &[DirectoryReadWriteAll]]);

    /// `GET /domains` and `GET /domains/{id}`.
    READ_DOMAIN = Need::both(&[
        &[DomainReadAll],
        &[DomainReadWriteAll],
        &[DirectoryReadAll],
        &[DirectoryReadWriteAll],
    ]);

    /// `POST /directoryObjects/validateProperties`.
    VALIDATE_PROPERTIES =
        Need::both(&[&[GroupReadAll], &[GroupReadWriteAll], &[DirectoryReadAll], &[DirectoryReadWriteAll]]);

    /// `POST /groups/{id}/validateProperties`.
    VALIDATE_GROUP_PROPERTIES = Need::both(&[&[GroupReadAll], &[GroupReadWriteAll]]);

    /// `GET /groups/{id}/members`, `transitiveMembers`, and their counts.
    LIST_MEMBERS = Need::both(READ_MEMBERSHIPS);

    /// Besides [`LIST_MEMBERS`] where the group hides its members.
    READ_HIDDEN_MEMBERS = Need::both(&[&[MemberReadHidden]]);

    /// `POST /groups/{id}/members/$ref`: enough for some kind of member. Each [`Entity`](crate::model::properties::Entity)
    /// has its own.
    ADD_MEMBER = Need::each(WRITE_MEMBERS_AS_USER, WRITE_MEMBERS);

    /// The same for a device.
    ADD_DEVICE = add_member_and!(DeviceReadAll, DeviceReadWriteAll);

    /// The same for a service principal.
    ADD_SERVICE_PRINCIPAL = add_member_and!(ApplicationReadWriteAll, ApplicationReadWriteAll);

    /// The same for an organizational contact.
    ADD_ORG_CONTACT = add_member_and!(OrgContactReadAll, OrgContactReadAll);

    /// `DELETE /groups/{id}/members/{id}/$ref`.
    REMOVE_MEMBER = Need::both(WRITE_MEMBERS);

    /// `GET /groups/{id}/memberOf` and its count.
    LIST_GROUP_MEMBER_OF = Need::both(READ_MEMBERSHIPS);

    /// `GET /groups/{id}/transitiveMemberOf` and its count.
    LIST_GROUP_TRANSITIVE_MEMBER_OF = Need::each(
        READ_MEMBERSHIPS,
        &[&[GroupMemberReadBasicAll], &[GroupReadBasicAll], &[DirectoryReadAll], &[DirectoryReadWriteAll]],
    );

    /// `POST /groups/{id}/checkMemberGroups` and what is like it.
    CHECK_GROUP = Need::both(READ_GROUPS);

    /// `GET /users/{id}/memberOf` and its count.
    LIST_USER_MEMBER_OF =
        Need { delegated_self: &[&[UserRead]], ..Need::each(MEMBER_OF_USERS, MEMBER_OF_USERS_BY_APPLICATION) };

    /// `GET /users/{id}/transitiveMemberOf` and its count.
    LIST_USER_TRANSITIVE_MEMBER_OF =
        Need { delegated_self: &[&[UserRead]], ..Need::both(TRANSITIVE_MEMBER_OF_USERS) };

    /// `GET /me/memberOf` and its count.
    LIST_MY_MEMBER_OF = Need::delegated(&[
        &[UserRead],
        &[GroupMemberReadBasicAll],
        &[GroupReadBasicAll],
        &[GroupMemberReadAll],
        &[GroupMemberReadWriteAll],
        &[DirectoryReadAll],
        &[DirectoryReadWriteAll],
    ]);

    /// `GET /me/transitiveMemberOf` and its count.
    LIST_MY_TRANSITIVE_MEMBER_OF = Need::delegated(&[
        &[UserRead],
        &[UserReadAll],
        &[UserReadWriteAll],
        &[GroupMemberReadBasicAll],
        &[GroupReadBasicAll],
        &[GroupMemberReadAll],
        &[GroupMemberReadWriteAll],
        &[GroupReadAll],
        &[GroupReadWriteAll],
        &[DirectoryReadAll],
        &[DirectoryReadWriteAll],
    ]);

    /// `GET /contacts/{id}/memberOf`, `transitiveMemberOf`, and their counts.
    LIST_ORG_CONTACT_MEMBER_OF = Need::both(&[
        &[OrgContactReadAll],
        &[GroupReadAll],
        &[GroupReadWriteAll],
        &[DirectoryReadAll],
        &[DirectoryReadWriteAll],
    ]);

    /// `POST /users/{id}/checkMemberGroups` and `getMemberGroups`.
    CHECK_USER_GROUPS = Need { delegated_self: &[&[UserRead]], ..Need::both(READ_GROUPS_OF_USERS) };

    /// `POST /users/{id}/checkMemberObjects` and `getMemberObjects`.
    CHECK_USER_OBJECTS = Need { delegated_self: &[&[UserRead]], ..Need::both(READ_USERS) };

    /// `POST /me/checkMemberGroups` and `getMemberGroups`.
    CHECK_MY_GROUPS = Need::delegated(READ_MY_GROUPS);

    /// `POST /me/checkMemberObjects` and `getMemberObjects`.
    CHECK_MY_OBJECTS = Need::delegated(READ_OF_ME);

    /// `POST /contacts/{id}/checkMemberGroups` and what is like it.
    CHECK_ORG_CONTACT = Need::both(READ_DIRECTORY);

    /// `GET /groups/{id}/owners` and its count.
    LIST_OWNERS = Need::both(READ_GROUPS);

    /// `POST /groups/{id}/owners/$ref` and `DELETE /groups/{id}/owners/{id}/$ref`.
    CHANGE_OWNERS = Need::both(WRITE_GROUPS);

    /// All properties of users, in whatever answer.
    READ_USER = Need { delegated_self: &[&[UserRead], &[UserReadWrite]], ..Need::both(READ_USER_PROFILES) };

    /// `GET /users/{id}`: enough for the basic profile.
    READ_BASIC_USER =
        Need { delegated_self: &[&[UserRead], &[UserReadWrite]], ..Need::both(READ_BASIC_USERS) };

    /// `GET /users` and its count: enough for the basic profiles.
    LIST_USERS = Need::both(READ_BASIC_USERS);

    /// `POST /users`.
    CREATE_USER = Need::both(WRITE_USER_PROFILES);

    /// `PATCH /users/{id}`: enough to change some property. [`UPDATE_USER_PROFILE`] and some properties have the parts.
    UPDATE_USER = Need { delegated_self: &[&[UserReadWrite]], ..Need::both(WRITE_USER_PROPERTIES) };

    /// `PATCH /users/{id}`, whatever it changes.
    UPDATE_USER_PROFILE = Need { delegated_self: &[&[UserReadWrite]], ..Need::both(WRITE_USER_PROFILES) };

    /// `GET /users/{id}/manager`.
    READ_MANAGER = Need::both(READ_USERS);

    /// `GET /me/manager`.
    READ_MY_MANAGER = Need::delegated(READ_USERS);

    /// `PUT` and `DELETE /users/{id}/manager/$ref`.
    WRITE_MANAGER = Need::both(WRITE_USERS);

    /// The same of `/me`.
    WRITE_MY_MANAGER = Need::delegated(WRITE_USERS);

    /// `GET /users/{id}/directReports` and its count.
    LIST_DIRECT_REPORTS = Need { delegated_self: &[&[UserRead]], ..Need::both(READ_USERS) };

    /// The same of `/me`.
    LIST_MY_DIRECT_REPORTS = Need::delegated(READ_OF_ME);

    /// `GET /users/{id}/ownedObjects` and its count.
    LIST_OWNED_OBJECTS = Need { delegated_self: &[&[UserRead]], ..Need::both(READ_USERS) };

    /// The same of `/me`.
    LIST_MY_OWNED_OBJECTS = Need::delegated(READ_OF_ME);

    /// `GET /users/{id}/createdObjects` and its count.
    LIST_CREATED_OBJECTS =
        Need { delegated_self: &[&[UserRead], &[UserReadWrite]], ..Need::both(READ_USERS) };

    /// The same of `/me`.
    LIST_MY_CREATED_OBJECTS = Need::delegated(&[
        &[UserRead],
        &[UserReadWrite],
        &[UserReadAll],
        &[UserReadWriteAll],
        &[DirectoryReadAll],
        &[DirectoryReadWriteAll],
    ]);

    /// `POST /invitations`.
    INVITE = Need::both(&[&[UserInviteAll], &[UserReadWriteAll], &[DirectoryReadWriteAll]]);

    /// `POST /me/changePassword`.
    CHANGE_MY_PASSWORD =
        Need::delegated(&[&[UserPasswordProfileReadWriteAll], &[DirectoryAccessAsUserAll]]);

    /// `POST /me/revokeSignInSessions`.
    REVOKE_MY_SIGN_IN_SESSIONS = Need::delegated(REVOKE_SESSIONS);

    /// `POST /users/{id}/revokeSignInSessions`.
    REVOKE_SIGN_IN_SESSIONS = Need::both(REVOKE_SESSIONS);

    /// `DELETE /users/{id}`.
    DELETE_USER = Need::both(&[
        &[UserDeleteRestoreAll],
        &[UserReadWriteAll],
        &[DeviceManagementAppsReadWriteAll],
        &[DeviceManagementConfigurationReadWriteAll],
        &[DeviceManagementManagedDevicesReadWriteAll],
        &[DeviceManagementServiceConfigReadWriteAll],
    ]);

    /// `GET /me`: what reaches only the signed-in user is enough.
    READ_ME = Need::delegated(&[
        &[UserRead],
        &[UserReadWrite],
        &[UserReadBasicAll],
        &[UserReadAll],
        &[UserReadWriteAll],
        &[DirectoryReadAll],
        &[DirectoryReadWriteAll],
    ]);

    /// `PATCH /me`.
    UPDATE_ME = Need::delegated(&[&[UserReadWrite], &[UserReadWriteAll], &[DirectoryReadWriteAll]]);

    /// `GET /devices`, its count, `GET /devices/{id}`, and what a device is a member of.
    READ_DEVICE = Need::each(
        &[&[DeviceReadAll], &[DirectoryReadAll], &[DirectoryReadWriteAll]],
        &[&[DeviceReadAll], &[DeviceReadWriteAll], &[DirectoryReadAll], &[DirectoryReadWriteAll]],
    );

    /// `POST /devices/{id}/checkMemberGroups` and what is like it.
    CHECK_DEVICE = Need::each(CHECK_DEVICES, CHECK_DEVICES_BY_APPLICATION);

    /// `POST /devices`.
    CREATE_DEVICE = Need::delegated(AS_USER);

    /// `PATCH /devices/{id}`.
    UPDATE_DEVICE = Need::each(AS_USER, &[&[DeviceReadWriteAll], &[DirectoryReadWriteAll]]);

    /// `DELETE /devices/{id}`.
    DELETE_DEVICE = Need::each(AS_USER, &[&[DeviceReadWriteAll]]);

    /// `GET /servicePrincipals`, `GET /applications`, their counts, objects and owners, and what a service principal is a member of,
    /// owns and created.
    READ_APPLICATION = Need::each(READ_APPLICATIONS, READ_APPLICATIONS_BY_APPLICATION);

    /// `GET /servicePrincipals/{id}/transitiveMemberOf`, `POST /servicePrincipals/{id}/checkMemberGroups` and what is like it.
    CHECK_SERVICE_PRINCIPAL = Need::both(READ_APPLICATIONS);

    /// `GET /applications/{id}/federatedIdentityCredentials` and each of them.
    READ_FEDERATED_IDENTITY_CREDENTIAL = Need::each(
        &[&[ApplicationReadAll], &[ApplicationReadWriteAll]],
        &[&[ApplicationReadAll], &[ApplicationReadWriteOwnedBy], &[ApplicationReadWriteAll]],
    );

    /// `POST /servicePrincipals`, of an application that may have to be the caller's own.
    CREATE_SERVICE_PRINCIPAL =
        Need { application_owned: OF_OWNED_APPLICATIONS, ..Need::both(WRITE_SERVICE_PRINCIPALS) };

    /// `PATCH` and `DELETE /servicePrincipals/{id}`.
    WRITE_SERVICE_PRINCIPAL =
        Need { application_owned: OF_OWNED_APPLICATIONS, ..Need::both(WRITE_SERVICE_PRINCIPALS) };

    /// `POST /applications`.
    CREATE_APPLICATION = Need::each(
        &[&[ApplicationReadWriteAll]],
        &[&[ApplicationReadWriteOwnedBy], &[ApplicationReadWriteAll]],
    );

    /// `PATCH` and `DELETE /applications/{id}`.
    WRITE_APPLICATION =
        Need { application_owned: OF_OWNED_APPLICATIONS, ..Need::both(&[&[ApplicationReadWriteAll]]) };

    /// `POST /applications/{id}/owners/$ref`. Graph's page lists `Application.ReadWrite.OwnedBy` too, and says that it isn't enough.
    ADD_APPLICATION_OWNER = Need::both(ADD_APPLICATION_OWNERS);

    /// `POST /servicePrincipals/{id}/owners/$ref`.
    ADD_SERVICE_PRINCIPAL_OWNER = Need {
        application_owned: &[&[ApplicationReadWriteOwnedBy, DirectoryReadAll]],
        ..Need::both(ADD_APPLICATION_OWNERS)
    };

    /// `DELETE /applications/{id}/owners/{id}/$ref`, and the same of service principals.
    REMOVE_APPLICATION_OWNER = Need {
        application_owned: OF_OWNED_APPLICATIONS,
        ..Need::each(
            &[&[ApplicationReadWriteAll], &[DirectoryReadWriteAll]],
            &[&[ApplicationReadWriteAll]],
        )
    };

    /// `POST /applications/{id}/addKey` and `removeKey`. An application needs none for its own.
    ROLL_APPLICATION_KEY = Need {
        application_owned: OF_OWNED_APPLICATIONS,
        application_self: &[&[]],
        ..Need::both(WRITE_SERVICE_PRINCIPALS)
    };

    /// `POST /servicePrincipals/{id}/addKey` and `removeKey`. A service principal needs none for its own.
    ROLL_SERVICE_PRINCIPAL_KEY = Need {
        application_owned: OF_OWNED_APPLICATIONS,
        application_self: &[&[]],
        ..Need::both(WRITE_SERVICE_PRINCIPALS)
    };

    /// `GET /contacts`, its count and `GET /contacts/{id}`.
    READ_ORG_CONTACT = Need::both(&[&[OrgContactReadAll], &[DirectoryReadAll], &[DirectoryReadWriteAll]]);

    /// `GET /directory/administrativeUnits`, its count and each of them.
    READ_ADMINISTRATIVE_UNIT = Need::both(READ_ADMINISTRATIVE_UNITS);

    /// `GET /directory/administrativeUnits/{id}/members`. [`READ_HIDDEN_MEMBERS`] besides where the unit hides its members.
    LIST_ADMINISTRATIVE_UNIT_MEMBERS = Need::both(READ_ADMINISTRATIVE_UNITS);

    /// `POST /directory/administrativeUnits`, `PATCH` and `DELETE /directory/administrativeUnits/{id}`, restoring one, and what changes
    /// its members.
    WRITE_ADMINISTRATIVE_UNIT = Need::both(&[&[AdministrativeUnitReadWriteAll]]);

    /// `GET /directoryRoles`, each of them, its members, and `GET /directoryRoleTemplates`.
    READ_DIRECTORY_ROLE = Need::both(&[
        &[RoleManagementReadDirectory],
        &[DirectoryReadAll],
        &[RoleManagementReadWriteDirectory],
        &[DirectoryReadWriteAll],
    ]);

    /// `GET /roleManagement/directory/roleAssignments`, and each of them.
    READ_ROLE_ASSIGNMENT = Need::both(&[
        &[RoleManagementReadDirectory],
        &[RoleManagementReadAll],
        &[DirectoryReadAll],
        &[RoleManagementReadWriteDirectory],
        &[DirectoryReadWriteAll],
    ]);

    /// `POST` and `DELETE /servicePrincipals/{id}/appRoleAssignments` and `/appRoleAssignedTo`.
    ASSIGN_APP_ROLE = Need::both(&[
        &[AppRoleAssignmentReadWriteAll, ApplicationReadAll],
        &[AppRoleAssignmentReadWriteAll, ApplicationReadWriteAll],
        &[AppRoleAssignmentReadWriteAll, DirectoryReadAll],
        &[AppRoleAssignmentReadWriteAll, DirectoryReadWriteAll],
    ]);

    /// The same of a service principal, where the role is Microsoft Graph's: all that an application may do by itself.
    ASSIGN_GRAPH_ROLE = Need::both(&[&[AppRoleAssignmentReadWriteAll]]);

    /// `POST` and `DELETE /users/{id}/appRoleAssignments` and `/groups/{id}/appRoleAssignments`.
    ASSIGN_APP_ROLE_TO_MEMBER = Need::both(&[&[AppRoleAssignmentReadWriteAll]]);

    /// `GET /users/{id}/appRoleAssignments`, and one of them.
    READ_USER_APP_ROLE_ASSIGNMENT = Need::each(
        &[&[AppRoleAssignmentReadWriteAll], &[DirectoryReadAll], &[DirectoryReadWriteAll]],
        &[&[DirectoryReadAll], &[AppRoleAssignmentReadWriteAll], &[DirectoryReadWriteAll]],
    );

    /// `GET /me/appRoleAssignments`.
    READ_MY_APP_ROLE_ASSIGNMENT = Need::delegated(&[&[AppRoleAssignmentReadWriteAll], &[DirectoryReadAll], &[DirectoryReadWriteAll]]);

    /// `GET /groups/{id}/appRoleAssignments`, and one of them.
    READ_GROUP_APP_ROLE_ASSIGNMENT =
        Need::both(&[&[DirectoryReadAll], &[AppRoleAssignmentReadWriteAll], &[DirectoryReadWriteAll]]);

    /// `GET /oauth2PermissionGrants`, each of them, and those of a service principal or a user.
    READ_PERMISSION_GRANT = Need::both(READ_PERMISSION_GRANTS);

    /// `GET /me/oauth2PermissionGrants`.
    READ_MY_PERMISSION_GRANT = Need::delegated(READ_PERMISSION_GRANTS);

    /// `POST /oauth2PermissionGrants`, and `PATCH` and `DELETE` of one.
    WRITE_PERMISSION_GRANT =
        Need::both(&[&[DelegatedPermissionGrantReadWriteAll], &[DirectoryReadWriteAll]]);

    /// `POST /directoryRoles`, and what changes the members of a role.
    WRITE_DIRECTORY_ROLE = Need::both(&[&[RoleManagementReadWriteDirectory]]);

    /// `GET /directoryObjects/{id}`, and `POST /directoryObjects/{id}/checkMemberGroups` and what is like it.
    READ_DIRECTORY_OBJECT = Need::both(READ_DIRECTORY);

    /// `DELETE /directoryObjects/{id}`.
    DELETE_DIRECTORY_OBJECT = Need::delegated(AS_USER);

    /// `POST /$batch`: each request in it needs what it needs by itself.
    SEND_BATCH = Need::nothing();

    /// `GET /directory/deletedItems/microsoft.graph.user`, its count, and a deleted user.
    READ_DELETED_USER = Need::both(READ_USERS);

    /// The same of groups: it is no matter of their members.
    READ_DELETED_GROUP = Need::both(&[
        &[GroupReadAll],
        &[GroupReadWriteAll],
        &[DirectoryReadAll],
        &[DirectoryReadWriteAll],
    ]);

    /// The same of applications and service principals.
    READ_DELETED_APPLICATION = Need::both(READ_APPLICATIONS);

    /// The same of administrative units.
    READ_DELETED_ADMINISTRATIVE_UNIT = Need::both(READ_ADMINISTRATIVE_UNITS);

    /// `GET /directory/deletedItems/{id}`: enough for some kind of object.
    READ_DELETED_ITEM = Need::both(&[
        &[UserReadAll],
        &[UserReadWriteAll],
        &[GroupReadAll],
        &[GroupReadWriteAll],
        &[ApplicationReadAll],
        &[ApplicationReadWriteAll],
        &[AdministrativeUnitReadAll],
        &[AdministrativeUnitReadWriteAll],
        &[DirectoryReadAll],
        &[DirectoryReadWriteAll],
    ]);

    /// Restoring a user.
    RESTORE_USER = Need::both(&[&[UserDeleteRestoreAll], &[UserReadWriteAll]]);

    /// Restoring a group.
    RESTORE_GROUP = Need::both(&[&[GroupReadWriteAll]]);

    /// Restoring an application or a service principal.
    RESTORE_APPLICATION =
        Need { application_owned: OF_OWNED_APPLICATIONS, ..Need::both(&[&[ApplicationReadWriteAll]]) };

    /// `POST /directory/deletedItems/{id}/restore`: enough for some kind of object.
    RESTORE_DELETED_ITEM = Need {
        application_owned: OF_OWNED_APPLICATIONS,
        ..Need::both(&[
            &[UserDeleteRestoreAll],
            &[UserReadWriteAll],
            &[GroupReadWriteAll],
            &[ApplicationReadWriteAll],
            &[AdministrativeUnitReadWriteAll],
        ])
    };

    /// Deleting a user for good.
    PURGE_USER = Need::each(&[&[UserDeleteRestoreAll], &[UserReadWriteAll]], &[&[UserDeleteRestoreAll]]);

    /// Deleting a group for good: no application may.
    PURGE_GROUP = Need::delegated(&[&[GroupReadWriteAll]]);

    /// Deleting an application or a service principal for good.
    PURGE_APPLICATION =
        Need { application_owned: OF_OWNED_APPLICATIONS, ..Need::both(&[&[ApplicationReadWriteAll]]) };

    /// Deleting an administrative unit for good: only its thirty days do, as Graph's page says.
    PURGE_ADMINISTRATIVE_UNIT = Need::both(&[]);

    /// `DELETE /directory/deletedItems/{id}`: enough for some kind of object.
    PURGE_DELETED_ITEM = Need {
        application_owned: OF_OWNED_APPLICATIONS,
        ..Need::each(
            &[&[UserDeleteRestoreAll], &[UserReadWriteAll], &[GroupReadWriteAll], &[ApplicationReadWriteAll]],
            &[&[UserDeleteRestoreAll], &[ApplicationReadWriteAll]],
        )
    };

    /// `POST /directory/deletedItems/getUserOwnedObjects`.
    LIST_DELETED_OWNED_OBJECTS = Need::both(&[&[GroupReadAll], &[GroupReadWriteAll]]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::permissions::{Holders, Permission, PropertyNeeds};

    /// What properties need of their own.
    fn of_properties() -> impl Iterator<Item = (&'static str, &'static Need)> {
        let properties = crate::model::ENTITIES.into_iter().flat_map(|entity| entity.properties);
        let needs = |needs: PropertyNeeds| [needs.read, needs.creation, needs.update];
        properties
            .flat_map(move |property| needs(property.needs).map(|need| Some((property.name, need?))))
            .flatten()
    }

    /// Each list of alternatives with its row's name, and in which tokens it counts.
    fn alternatives() -> impl Iterator<Item = (&'static str, Holders, Alternatives)> {
        ALL.iter().copied().chain(of_properties()).flat_map(|(name, need)| {
            [
                (name, Holders::Delegated, need.delegated),
                (name, Holders::Delegated, need.delegated_self),
                (name, Holders::Application, need.application),
                (name, Holders::Application, need.application_owned),
                (name, Holders::Application, need.application_self),
            ]
        })
    }

    fn held(permission: Permission, holders: Holders) -> bool {
        [Holders::Both, holders].contains(&permission.holders())
    }

    #[test]
    fn no_need_names_a_permission_that_such_a_token_never_holds() {
        for (name, holders, alternatives) in alternatives() {
            for &permission in alternatives.iter().copied().flatten() {
                assert!(held(permission, holders), "{name}: {permission} in a token that is {holders:?}");
            }
        }
    }

    #[test]
    fn writing_counts_wherever_reading_does() {
        for (name, holders, alternatives) in alternatives() {
            for read in alternatives.iter().copied().flatten() {
                let write = read.name().replace(".Read.All", ".ReadWrite.All");
                let Some(write) = write.parse().ok().filter(|&write| held(write, holders)) else { continue };
                // What is enough for all is enough for what the caller owns.
                let wider = self::alternatives().filter(|(other, of, _)| (*other, *of) == (name, holders));
                let counts = wider.flat_map(|(.., wider)| wider).any(|all_of| all_of.contains(&write));
                assert!(counts, "{name}: {read} is enough and {write} isn't");
            }
        }
    }
}

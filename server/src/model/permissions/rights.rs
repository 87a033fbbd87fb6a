//! The table of rights: who of the signed-in users may do what an operation does, where a server enforces roles. What it has no row for only
//! Global Administrators may.
//!
//! Rows come from what Graph's page of an operation says of roles and owners, from Entra's *Built-in roles*, which has the actions of each, and
//! from its *Default user permissions*.

use super::{
    Grants, Need, Right, operations as need,
    right::{GLOBAL_ADMINISTRATOR, Roles},
};
use std::ptr;

impl Grants {
    /// Whether who is in what hides that is shown.
    pub fn show_hidden_members(&self) -> bool {
        let need = &need::READ_HIDDEN_MEMBERS;
        need.reach(self).is_some() && self.have_right(need)
    }

    /// Whether the user's rights are enough for some object. Those of objects that the user owns are asked for with the object.
    pub fn have_right(&self, need: &Need) -> bool {
        self.standing.is_none_or(|standing| right(need).reaches_some(standing))
    }
}

/// The right that something needs besides.
pub fn right(need: &Need) -> &'static Right {
    row(need).unwrap_or(&Right::NOBODY)
}

/// The right that something needs, looked up where it is asked for.
impl From<&Need> for &'static Right {
    fn from(need: &Need) -> Self {
        right(need)
    }
}

fn row(need: &Need) -> Option<&'static Right> {
    RIGHTS.iter().find(|(row, _)| ptr::eq(*row, need)).map(|(_, right)| right)
}

const OF_MICROSOFT_365_GROUPS: &[&str] =
    &["Exchange Administrator", "SharePoint Administrator", "Teams Administrator", "Yammer Administrator"];
const OF_SECURITY_GROUPS: &[&str] =
    &["Intune Administrator", "Knowledge Administrator", "Knowledge Manager", "Windows 365 Administrator"];
const OF_ROLE_ASSIGNABLE_GROUPS: &[&str] = &["Privileged Role Administrator"];

/// A right over groups, also of those who manage only some of them.
const fn of_groups(right: Right) -> Right {
    right
        .with_microsoft_365_groups(OF_MICROSOFT_365_GROUPS)
        .with_security_groups(OF_SECURITY_GROUPS)
        .with_role_assignable_groups(OF_ROLE_ASSIGNABLE_GROUPS)
}

const CHANGE_GROUPS: Right =
    of_groups(Right::roles(&["Directory Writers", "Groups Administrator", "User Administrator"]).or_owners());
const CHANGE_MEMBERS: Right = CHANGE_GROUPS.or_roles(&["Identity Governance Administrator"]);
const MANAGE_GROUPS: Right =
    of_groups(Right::roles(&["Groups Administrator", "User Administrator"]).or_owners());

const MANAGE_USERS: Right = Right::roles(&[
    "Authentication Administrator",
    "Privileged Authentication Administrator",
    "User Administrator",
]);
const WRITE_USERS: Right = MANAGE_USERS.or_roles(&["Directory Writers", "Intune Administrator"]);
const SET_USAGE_LOCATION: Right = WRITE_USERS.or_roles(&["License Administrator"]);
const RESET_PASSWORDS: Right = MANAGE_USERS.or_roles(&["Helpdesk Administrator", "Password Administrator"]);

const MANAGE_DEVICES: Right = Right::roles(&["Intune Administrator", "Windows 365 Administrator"]);
const MANAGE_APPLICATIONS: Right = Right::roles(&[
    "Application Administrator",
    "Cloud Application Administrator",
    "Hybrid Identity Administrator",
]);
const ASSIGN_APP_ROLES: Right = MANAGE_APPLICATIONS.or_roles(&[
    "Directory Writers",
    "Identity Governance Administrator",
    "Privileged Role Administrator",
    "User Administrator",
]);
const MANAGE_ROLES: Right = Right::roles(&["Privileged Role Administrator"]);
const READ_ROLES: Right = MANAGE_ROLES.or_roles(&["Directory Readers", "Global Reader"]);
const READ_SETTINGS: Right = Right::roles(&[
    "Directory Readers",
    "Directory Writers",
    "Global Reader",
    "Groups Administrator",
    "Microsoft Entra Joined Device Local Administrator",
    "User Administrator",
]);

/// Rights to parts of what operations do.
pub mod parts {
    use super::{
        MANAGE_DEVICES, MANAGE_USERS, OF_ROLE_ASSIGNABLE_GROUPS, RESET_PASSWORDS, Right, SET_USAGE_LOCATION,
        WRITE_USERS, of_groups,
    };

    /// Adding an owner of a group who is a user, and ending that.
    pub static OWNERS_WHO_ARE_USERS: Right = of_groups(
        Right::roles(&["Directory Writers", "Groups Administrator", "User Administrator"]).or_owners(),
    );

    /// Making a dynamic group, and changing by what rule it has its members. Owners may not.
    pub static MEMBERSHIP_RULES: Right =
        Right::roles(&["Directory Writers", "Groups Administrator", "User Administrator"])
            .with_security_groups(&["Intune Administrator", "Windows 365 Administrator"])
            .with_role_assignable_groups(OF_ROLE_ASSIGNABLE_GROUPS);

    /// Properties of users that are neither sensitive nor what users change of themselves.
    pub static BASICS: Right = WRITE_USERS;

    /// `usageLocation` of users.
    pub static USAGE_LOCATION: Right = SET_USAGE_LOCATION;

    /// The sensitive properties of users that those change who reset passwords.
    pub static PASSWORDS: Right = RESET_PASSWORDS;

    /// Those that Directory Writers change too.
    pub static ACCOUNTS: Right = MANAGE_USERS.or_roles(&["Directory Writers"]);

    /// The other sensitive properties.
    pub static SENSITIVE: Right = MANAGE_USERS;

    /// Inviting somebody as a member. Only Global Administrators do.
    pub static INVITED_MEMBERS: Right = Right::NOBODY;

    /// Properties of devices other than `accountEnabled`.
    pub static DEVICES: Right = MANAGE_DEVICES;
}

/// Each need of an operation, with the right.
#[rustfmt::skip]
static RIGHTS: &[(&Need, Right)] = &[
    // Groups.
    (&need::LIST_GROUPS, Right::READERS),
    (&need::READ_BASIC_GROUP, Right::ALL.in_parts()),
    (&need::CREATE_GROUP, of_groups(Right::MEMBERS.or_roles(&["Directory Writers", "Groups Administrator", "User Administrator"]))),
    (&need::UPDATE_GROUP, CHANGE_MEMBERS),
    (&need::UPDATE_GROUP_PROPERTIES, CHANGE_GROUPS),
    (&need::DELETE_GROUP, MANAGE_GROUPS),
    (&need::RESTORE_GROUP, MANAGE_GROUPS),
    (&need::PURGE_GROUP, Right::roles(&["Groups Administrator", "User Administrator"]).with_role_assignable_groups(OF_ROLE_ASSIGNABLE_GROUPS)),
    (&need::READ_DELETED_GROUP, Right::roles(&["Global Reader", "Groups Administrator", "User Administrator"])
        .with_role_assignable_groups(&["Global Reader", "Privileged Role Administrator"])),
    (&need::RENEW_GROUP, CHANGE_GROUPS),
    (&need::LIST_MEMBERS, Right::ALL.in_parts()),
    (&need::READ_HIDDEN_MEMBERS, Right::roles(&[
        "Exchange Administrator", "Global Reader", "Groups Administrator", "Intune Administrator", "Privileged Role Administrator",
        "SharePoint Administrator", "Teams Administrator", "User Administrator", "Yammer Administrator",
    ])),
    (&need::ADD_MEMBER, CHANGE_MEMBERS),
    (&need::REMOVE_MEMBER, CHANGE_MEMBERS),
    (&need::LIST_OWNERS, Right::ALL),
    (&need::CHANGE_OWNERS, of_groups(Right::roles(&["Groups Administrator"]).or_owners())),
    (&need::LIST_GROUP_MEMBER_OF, Right::ALL),
    (&need::LIST_GROUP_TRANSITIVE_MEMBER_OF, Right::ALL),
    (&need::CHECK_GROUP, Right::ALL),
    (&need::EVALUATE_DYNAMIC_MEMBERSHIP, Right::READERS),
    (&need::EVALUATE_DYNAMIC_MEMBERSHIP_OF_GROUP, Right::READERS),
    (&need::VALIDATE_PROPERTIES, Right::READERS),
    (&need::VALIDATE_GROUP_PROPERTIES, Right::READERS),
    (&need::ASSIGN_LICENSE_TO_GROUP, Right::roles(&["Directory Writers", "Groups Administrator", "License Administrator", "User Administrator"])
        .with_role_assignable_groups(OF_ROLE_ASSIGNABLE_GROUPS)),
    (&need::READ_GROUP_SETTING_TEMPLATE, READ_SETTINGS),
    (&need::READ_GROUP_SETTING, READ_SETTINGS),
    (&need::CREATE_GROUP_SETTING, Right::roles(&["Directory Writers", "Groups Administrator"])),
    (&need::CHANGE_GROUP_SETTING, Right::roles(&["Directory Writers", "Groups Administrator", "User Administrator"])),
    (&need::DELETE_GROUP_SETTING, Right::roles(&["Directory Writers", "Groups Administrator"])),
    (&need::READ_GROUP_LIFECYCLE_POLICY, Right::READERS),
    (&need::WRITE_GROUP_LIFECYCLE_POLICY, Right::roles(&["Groups Administrator"])),

    // Users.
    (&need::LIST_USERS, Right::READERS),
    (&need::READ_BASIC_USER, Right::ALL.in_parts()),
    (&need::READ_ME, Right::ALL),
    (&need::CREATE_USER, Right::roles(&["Directory Writers", "User Administrator"])),
    (&need::UPDATE_USER, SET_USAGE_LOCATION.or_roles(&["Helpdesk Administrator", "Password Administrator"]).or_oneself()),
    (&need::UPDATE_ME, SET_USAGE_LOCATION.or_oneself()),
    (&need::DELETE_USER, MANAGE_USERS),
    (&need::RESTORE_USER, MANAGE_USERS),
    (&need::PURGE_USER, MANAGE_USERS),
    (&need::READ_DELETED_USER, MANAGE_USERS.or_roles(&["Global Reader"])),
    (&need::CHANGE_MY_PASSWORD, Right::ALL),
    (&need::REVOKE_SIGN_IN_SESSIONS, RESET_PASSWORDS.or_roles(&["Directory Writers"]).or_oneself()),
    (&need::REVOKE_MY_SIGN_IN_SESSIONS, Right::ALL),
    (&need::INVITE, Right::ALL.in_parts()),
    (&need::ASSIGN_LICENSE_TO_USER, Right::roles(&["Directory Writers", "License Administrator", "User Administrator"])),
    (&need::READ_MANAGER, Right::ALL),
    (&need::READ_MY_MANAGER, Right::ALL),
    (&need::WRITE_MANAGER, WRITE_USERS),
    (&need::WRITE_MY_MANAGER, WRITE_USERS),
    (&need::LIST_DIRECT_REPORTS, Right::ALL),
    (&need::LIST_MY_DIRECT_REPORTS, Right::ALL),
    (&need::LIST_OWNED_OBJECTS, Right::READERS),
    (&need::LIST_MY_OWNED_OBJECTS, Right::ALL),
    (&need::LIST_CREATED_OBJECTS, Right::READERS),
    (&need::LIST_MY_CREATED_OBJECTS, Right::ALL),
    (&need::LIST_DELETED_OWNED_OBJECTS, Right::roles(&["Global Reader", "Groups Administrator", "User Administrator"]).or_oneself()),
    (&need::LIST_USER_MEMBER_OF, Right::ALL),
    (&need::LIST_USER_TRANSITIVE_MEMBER_OF, Right::ALL),
    (&need::LIST_MY_MEMBER_OF, Right::ALL),
    (&need::LIST_MY_TRANSITIVE_MEMBER_OF, Right::ALL),
    (&need::CHECK_USER_GROUPS, Right::ALL),
    (&need::CHECK_USER_OBJECTS, Right::ALL),
    (&need::CHECK_MY_GROUPS, Right::ALL),
    (&need::CHECK_MY_OBJECTS, Right::ALL),

    // Contacts and devices.
    (&need::READ_ORG_CONTACT, Right::READERS),
    (&need::LIST_ORG_CONTACT_MEMBER_OF, Right::READERS),
    (&need::CHECK_ORG_CONTACT, Right::READERS),
    (&need::READ_DEVICE, Right::READERS),
    (&need::CHECK_DEVICE, Right::READERS),
    (&need::CREATE_DEVICE, MANAGE_DEVICES),
    (&need::UPDATE_DEVICE, MANAGE_DEVICES.or_roles(&["Cloud Device Administrator"])),
    (&need::DELETE_DEVICE, MANAGE_DEVICES.or_roles(&["Cloud Device Administrator"])),

    // Applications and service principals.
    (&need::READ_APPLICATION, Right::ALL),
    (&need::CHECK_SERVICE_PRINCIPAL, Right::ALL),
    (&need::READ_FEDERATED_IDENTITY_CREDENTIAL, Right::ALL),
    (&need::CREATE_APPLICATION, Right::MEMBERS.or_roles(&[
        "Application Administrator", "Application Developer", "Cloud Application Administrator", "Hybrid Identity Administrator",
        "Security Administrator",
    ])),
    (&need::WRITE_APPLICATION, MANAGE_APPLICATIONS.or_roles(&["Security Administrator"]).or_owners()),
    (&need::CREATE_SERVICE_PRINCIPAL, MANAGE_APPLICATIONS),
    (&need::WRITE_SERVICE_PRINCIPAL, MANAGE_APPLICATIONS.or_owners()),
    (&need::ADD_APPLICATION_OWNER, MANAGE_APPLICATIONS.or_owners()),
    (&need::ADD_SERVICE_PRINCIPAL_OWNER, MANAGE_APPLICATIONS.or_owners()),
    (&need::REMOVE_APPLICATION_OWNER, MANAGE_APPLICATIONS.or_owners()),
    (&need::ROLL_APPLICATION_KEY, MANAGE_APPLICATIONS.or_owners()),
    (&need::ROLL_SERVICE_PRINCIPAL_KEY, MANAGE_APPLICATIONS.or_owners()),
    (&need::RESTORE_APPLICATION, MANAGE_APPLICATIONS.or_owners()),
    (&need::PURGE_APPLICATION, MANAGE_APPLICATIONS),
    (&need::READ_DELETED_APPLICATION, MANAGE_APPLICATIONS.or_roles(&["Global Reader"])),

    (&need::READ_PERMISSION_GRANT, Right::READERS),
    (&need::READ_MY_PERMISSION_GRANT, Right::ALL),
    (&need::WRITE_PERMISSION_GRANT, MANAGE_APPLICATIONS.or_roles(&["Privileged Role Administrator"])),
    (&need::ASSIGN_APP_ROLE, ASSIGN_APP_ROLES),
    (&need::ASSIGN_GRAPH_ROLE, MANAGE_ROLES),
    (&need::ASSIGN_APP_ROLE_TO_MEMBER, ASSIGN_APP_ROLES),
    (&need::READ_USER_APP_ROLE_ASSIGNMENT, Right::READERS),
    (&need::READ_MY_APP_ROLE_ASSIGNMENT, Right::ALL),
    (&need::READ_GROUP_APP_ROLE_ASSIGNMENT, Right::READERS),

    // Administrative units and directory roles.
    (&need::READ_ADMINISTRATIVE_UNIT, Right::READERS),
    (&need::READ_DELETED_ADMINISTRATIVE_UNIT, READ_ROLES),
    (&need::LIST_ADMINISTRATIVE_UNIT_MEMBERS, Right::READERS),
    (&need::WRITE_ADMINISTRATIVE_UNIT, MANAGE_ROLES),
    (&need::READ_DIRECTORY_ROLE, Right::READERS),
    (&need::READ_ROLE_ASSIGNMENT, READ_ROLES),
    (&need::WRITE_DIRECTORY_ROLE, MANAGE_ROLES),

    // Objects of whatever kind: the kind decides, once it is known.
    (&need::READ_DIRECTORY_OBJECT, Right::READERS),
    (&need::DELETE_DIRECTORY_OBJECT, Right::ALL.in_parts()),
    (&need::READ_DELETED_ITEM, Right::ALL.in_parts()),
    (&need::RESTORE_DELETED_ITEM, Right::ALL.in_parts()),
    (&need::PURGE_DELETED_ITEM, Right::ALL.in_parts()),
    (&need::SEND_BATCH, Right::ALL),

    // The tenant.
    (&need::READ_BASIC_ORGANIZATION, Right::ALL),
    (&need::READ_DOMAIN, Right::ALL),
    (&need::READ_SUBSCRIBED_SKU, Right::READERS),
];

/// Roles with the roles of the users upon whom they let act, where that is sensitive: all roles of such a user must be among them.
/// Upon users without a role, each lets act.
#[rustfmt::skip]
static UPON: &[(Roles, Roles)] = &[
    (GLOBAL_ADMINISTRATOR, Roles::ALL),
    (Roles::named(&["Privileged Authentication Administrator"]), Roles::ALL),
    (Roles::named(&["User Administrator"]), ORDINARY.or(Roles::named(&["Groups Administrator", "Helpdesk Administrator", "User Administrator"]))),
    (Roles::named(&["Authentication Administrator"]), ORDINARY.or(Roles::named(&["Authentication Administrator"]))),
    (Roles::named(&["Helpdesk Administrator"]), ORDINARY.or(Roles::named(&["Helpdesk Administrator"]))),
    (Roles::named(&["Password Administrator"]), Roles::named(&["Directory Readers", "Guest Inviter", "Password Administrator"])),
];

const ORDINARY: Roles = Roles::named(&[
    "Directory Readers",
    "Guest Inviter",
    "Message Center Reader",
    "Password Administrator",
    "Reports Reader",
    "Usage Summary Reports Reader",
    "User Experience Success Manager",
]);

/// A user upon whom somebody acts.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// The roles that the user holds, be it through groups.
    pub roles: Roles,
    /// Whether it is a member or owner of a group to which roles can be assigned.
    pub is_in_role_assignable_group: bool,
}

impl Target {
    /// Whether it holds a role, or is a member or owner of a group to which roles can be assigned.
    pub const fn is_privileged(self) -> bool {
        self.is_in_role_assignable_group || !self.roles.is_empty()
    }
}

/// Whether one of these roles lets act upon such a user, where that is sensitive (Entra's *Who can perform sensitive actions*, and
/// *Who can reset passwords*).
pub fn lets_act_upon(roles: Roles, target: Target) -> bool {
    if target.is_in_role_assignable_group {
        return UPON.iter().any(|&(role, upon)| upon == Roles::ALL && role.are_among(roles));
    }
    let has_none = target.roles.is_empty() && !roles.is_empty();
    has_none || UPON.iter().any(|&(role, upon)| role.are_among(roles) && target.roles.are_among(upon))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        http,
        model::{
            kinds::{GroupTraits, ObjectTraits},
            permissions::Standing,
        },
    };

    const MEMBER: Standing = Standing { is_guest: false, roles: Roles::NONE };
    const GUEST: Standing = Standing { is_guest: true, roles: Roles::NONE };

    fn holding(names: &[&str]) -> Standing {
        Standing { roles: Roles::named(names), ..MEMBER }
    }

    #[test]
    fn each_operation_has_a_row() {
        let lacking = http::operations().into_iter().filter(|operation| row(operation.need).is_none());
        assert_eq!(lacking.map(|operation| operation.id().to_owned()).collect::<Vec<_>>(), [""; 0]);
    }

    #[test]
    fn each_need_has_one_row() {
        for (need, _) in RIGHTS {
            assert_eq!(RIGHTS.iter().filter(|(other, _)| ptr::eq(*need, *other)).count(), 1, "{need:?}");
        }
    }

    #[test]
    fn what_has_no_row_only_global_administrators_may() {
        let right = right(&need::NOTHING);
        assert!(right.reaches_some(holding(&["Global Administrator"])));
        assert!(!right.reaches_some(holding(&["Privileged Role Administrator"])));
        assert!(![MEMBER, GUEST].into_iter().any(|standing| right.reaches_some(standing)));
    }

    #[test]
    fn global_administrators_may_do_everything() {
        let global = holding(&["Global Administrator"]);
        assert!(RIGHTS.iter().all(|(_, right)| right.reaches_some(global)));
    }

    #[test]
    fn guests_read_what_every_user_does_and_with_a_role_what_members_do() {
        let reader = Standing { is_guest: true, ..holding(&["Reports Reader"]) };
        for (need, may) in
            [(&need::LIST_GROUPS, false), (&need::READ_BASIC_GROUP, true), (&need::READ_DEVICE, false)]
        {
            assert_eq!(right(need).reaches_some(GUEST), may);
            assert!(right(need).reaches_some(reader) && right(need).reaches_some(MEMBER));
        }
    }

    #[test]
    fn some_roles_reach_groups_of_one_sort_and_one_role_those_to_which_roles_can_be_assigned() {
        let group = |kind, role_assignable| {
            ObjectTraits::Group(GroupTraits {
                kind,
                role_assignable,
                dynamic: false,
                hidden_membership: false,
            })
        };
        use crate::model::kinds::GroupKind::{Microsoft365, Security};
        let right = right(&need::ADD_MEMBER);
        let reached = |role: &str| {
            [group(Microsoft365, false), group(Security, false), group(Security, true)]
                .map(|group| right.reaches(holding(&[role]), group))
        };
        assert_eq!(reached("Groups Administrator"), [true, true, false]);
        assert_eq!(reached("Teams Administrator"), [true, false, false]);
        assert_eq!(reached("Intune Administrator"), [false, true, false]);
        assert_eq!(reached("Privileged Role Administrator"), [false, false, true]);
        assert_eq!(reached("Global Administrator"), [true; 3]);
        assert_eq!(reached("Reports Reader"), [false; 3]);
        assert!(right.is_owners(group(Security, false)) && !right.is_owners(group(Security, true)));
    }

    #[test]
    fn who_acts_upon_whom_is_the_table_of_entras_page() {
        let upon = |actor: &str, target: &[&str]| {
            let target = Target { roles: Roles::named(target), is_in_role_assignable_group: false };
            lets_act_upon(Roles::named(&[actor]), target)
        };
        let actors = [
            "Password Administrator",
            "Helpdesk Administrator",
            "Authentication Administrator",
            "User Administrator",
            "Privileged Authentication Administrator",
            "Global Administrator",
        ];
        for (target, may) in [
            (&[][..], [true, true, true, true, true, true]),
            (&["Authentication Administrator"], [false, false, true, false, true, true]),
            (&["Directory Readers"], [true, true, true, true, true, true]),
            (&["Global Administrator"], [false, false, false, false, true, true]),
            (&["Groups Administrator"], [false, false, false, true, true, true]),
            (&["Guest Inviter"], [true, true, true, true, true, true]),
            (&["Helpdesk Administrator"], [false, true, false, true, true, true]),
            (&["Message Center Reader"], [false, true, true, true, true, true]),
            (&["Password Administrator"], [true, true, true, true, true, true]),
            (&["Privileged Authentication Administrator"], [false, false, false, false, true, true]),
            (&["Privileged Role Administrator"], [false, false, false, false, true, true]),
            (&["Reports Reader"], [false, true, true, true, true, true]),
            (&["User Administrator"], [false, false, false, true, true, true]),
            (&["User Experience Success Manager"], [false, true, true, true, true, true]),
            (&["Usage Summary Reports Reader"], [false, true, true, true, true, true]),
            (&["Teams Administrator"], [false, false, false, false, true, true]),
            (&["Directory Readers", "Teams Administrator"], [false, false, false, false, true, true]),
        ] {
            assert_eq!(actors.map(|actor| upon(actor, target)), may, "{target:?}");
        }
        let in_group = Target { roles: Roles::NONE, is_in_role_assignable_group: true };
        let upon_it = actors.map(|actor| lets_act_upon(Roles::named(&[actor]), in_group));
        assert_eq!(upon_it, [false, false, false, false, true, true]);
        assert!(!lets_act_upon(
            Roles::NONE,
            Target { roles: Roles::NONE, is_in_role_assignable_group: false }
        ));
    }
}

//! What the operations refuse that are about the tenant itself: names, settings, policies, licences, invitations.

use super::{
    ErrorExample, absent, array_for_value, group_not_found, managed_by_exchange, missing_parameter,
    missing_suffix, names, other_type, parameters, read_only, refused, too_large, unknown_parameter,
    user_not_found,
};
use crate::{
    directory::{NameFault, Refusal, check_members, group_lifecycle_policies, sample},
    model::{
        group_lifecycle_policy::GROUP_LIFECYCLE_POLICY,
        group_setting::GROUP_SETTING,
        invitation::INVITATION,
        values::{Node, PropertyFault},
    },
};

/// What the rules of this operation refuse. `None`: it is of another file.
pub(super) fn of(operation: &str) -> Option<Vec<ErrorExample>> {
    Some(match operation {
        "validate_properties" => [name_validation(), parameters("entityType")].concat(),
        "validate_group_properties" => {
            [vec![group_not_found()], name_validation(), parameters("onBehalfOfUserId")].concat()
        }
        "list_group_setting_templates" | "list_group_settings" => Vec::new(),
        "get_group_setting_template" => vec![absent("templateNotFound", "There is no such template.")],
        "get_group_setting" | "delete_group_setting" => vec![setting_not_found()],
        "list_settings_of_group" => vec![group_not_found()],
        "get_setting_of_group" | "delete_setting_of_group" => vec![group_not_found(), setting_not_found()],
        "create_group_setting" => {
            let taken =
                refused("settingsExist", "There are settings of the template.", Refusal::Taken("templateId"));
            [setting_values(), new_setting(), vec![taken, too_large()]].concat()
        }
        "create_setting_of_group" => {
            let taken = refused("settingsExist", "The group has settings.", Refusal::SettingsExist);
            [setting_values(), new_setting(), vec![group_not_found(), taken]].concat()
        }
        "update_group_setting" => [setting_values(), changed_setting(), vec![too_large()]].concat(),
        "update_setting_of_group" => [setting_values(), changed_setting(), vec![group_not_found()]].concat(),
        "create_invitation" => invitation(),
        "list_group_lifecycle_policies" => Vec::new(),
        "list_lifecycle_policies_of_group" => vec![group_not_found()],
        "get_group_lifecycle_policy" | "delete_group_lifecycle_policy" => vec![policy_not_found()],
        "create_group_lifecycle_policy" => {
            let of = |fault| Refusal::Property { resource: GROUP_LIFECYCLE_POLICY.resource, fault };
            let own = vec![
                refused(
                    "missingValue",
                    "The body lacks how long groups live.",
                    of(PropertyFault::Required("groupLifetimeInDays")),
                ),
                read_only(GROUP_LIFECYCLE_POLICY.resource, "id"),
                refused("policyExists", "There is a policy.", Refusal::PolicyExists),
            ];
            [policy_values(), own].concat()
        }
        "update_group_lifecycle_policy" => {
            let null = PropertyFault::Required("groupLifetimeInDays");
            let null = Refusal::Property { resource: GROUP_LIFECYCLE_POLICY.resource, fault: null };
            let own = vec![
                policy_not_found(),
                read_only(GROUP_LIFECYCLE_POLICY.resource, "id"),
                refused("nothingToChange", "The body names no property.", Refusal::NothingToChange),
                refused("missingValue", "Null for a property that every policy has.", null),
            ];
            [policy_values(), own].concat()
        }
        "add_group_to_lifecycle_policy" => {
            let most = group_lifecycle_policies::MAX_SELECTED;
            let many = Refusal::TooManyManagedGroups { most };
            let many = refused("tooManyGroups", "As many groups are selected as can be.", many);
            [managed_group(), vec![many]].concat()
        }
        "remove_group_from_lifecycle_policy" => managed_group(),
        "renew_group" => vec![group_not_found(), never_expires()],
        "list_subscribed_skus" => Vec::new(),
        "get_subscribed_sku" => vec![absent("skuNotFound", "The tenant has no licences of such a product.")],
        "assign_license_to_user" => {
            let left = Refusal::NoLicenseLeft(sample::id(803));
            let own = vec![
                user_not_found(),
                refused("noUsageLocation", "It isn't known where the user is.", Refusal::NoUsageLocation),
                refused("noLicenseLeft", "All licences are assigned.", left),
            ];
            [own, license_assignment()].concat()
        }
        "assign_license_to_group" => {
            [vec![group_not_found(), managed_by_exchange()], license_assignment()].concat()
        }
        "list_organizations" | "list_domains" => Vec::new(),
        "get_organization" => vec![absent("organizationNotFound", "The caller's tenant has another id.")],
        "get_domain" => vec![absent("domainNotFound", "The tenant has no such domain.")],
        _ => return None,
    })
}

fn policy_not_found() -> ErrorExample {
    absent("policyNotFound", "There is no such policy.")
}

fn never_expires() -> ErrorExample {
    refused("neverExpires", "The group is no Microsoft 365 group.", Refusal::NeverExpires)
}

/// What bodies of lifecycle policies get wrong.
fn policy_values() -> Vec<ErrorExample> {
    let resource = GROUP_LIFECYCLE_POLICY.resource;
    let of = |fault| Refusal::Property { resource, fault };
    let array = of(array_for_value("managedGroupTypes"));
    let own = vec![
        refused("unexpectedArray", "An array stands where a single value is due.", array),
        other_type(resource, "long", "Edm.Int32"),
        refused(
            "invalidValue",
            "Groups live 30 days at the least, and 36,500 at the most.",
            of(PropertyFault::Invalid("groupLifetimeInDays")),
        ),
    ];
    [names(resource), own].concat()
}

/// What an invitation gets wrong.
fn invitation() -> Vec<ErrorExample> {
    let resource = INVITATION.resource;
    let of = |fault| Refusal::Property { resource, fault };
    let own = vec![
        read_only(resource, "id"),
        other_type(resource, "True", "Edm.String"),
        refused(
            "unexpectedArray",
            "An array stands where a single value is due.",
            of(array_for_value("inviteRedirectUrl")),
        ),
        refused(
            "missingValue",
            "The body doesn't say who is invited.",
            of(PropertyFault::Required("invitedUserEmailAddress")),
        ),
        refused("invalidValue", "The URL isn't one.", of(PropertyFault::Invalid("inviteRedirectUrl"))),
        refused(
            "ownDomain",
            "The address is in a domain of the tenant's.",
            of(PropertyFault::Invalid("invitedUserEmailAddress")),
        ),
        refused(
            "alreadyHere",
            "The address is the sign-in name of a user of the tenant's.",
            Refusal::AlreadyHere(sample::id(101)),
        ),
    ];
    [names(resource), own].concat()
}

/// What is wrong with a group that is to be selected, or no more.
fn managed_group() -> Vec<ErrorExample> {
    let of = check_members::refused;
    let array = array_for_value("groupId");
    let literal = PropertyFault::Literal { literal: "True".into(), kind: "Edm.String".into() };
    vec![
        policy_not_found(),
        absent("groupNotFound", "There is no group with the id `groupId`."),
        never_expires(),
        unknown_parameter(),
        missing_parameter("groupId"),
        refused("otherType", "The id is no text.", of(literal)),
        refused("unexpectedArray", "An array stands where a single value is due.", of(array)),
        refused("invalidValue", "The id isn't one.", of(PropertyFault::Identifier)),
    ]
}

/// What assignments of licences refuse.
fn license_assignment() -> Vec<ErrorExample> {
    let of = check_members::refused;
    let null = PropertyFault::NullCollection {
        property: "addLicenses",
        kind: "Collection(microsoft.graph.assignedLicense)".into(),
    };
    let text = PropertyFault::Node {
        property: "removeLicenses",
        found: Node::PrimitiveValue,
        expected: Node::StartArray,
    };
    let literal = PropertyFault::Literal { literal: "True".into(), kind: "Edm.String".into() };
    let array = array_for_value("skuId");
    vec![
        refused("otherType", "The product's id is no text.", of(literal)),
        refused("unexpectedArray", "An array stands where a single value is due.", of(array)),
        unknown_parameter(),
        missing_parameter("removeLicenses"),
        refused("nullCollection", "Null for a collection, which can be empty.", of(null)),
        refused(
            "otherSchema",
            "The value isn't the array of objects that is due.",
            of(PropertyFault::Schema("addLicenses")),
        ),
        refused("unexpectedText", "A text stands where an array is due.", of(text)),
        refused(
            "nullItem",
            "Null for one of a collection's values.",
            of(PropertyFault::NullItem("removeLicenses")),
        ),
        refused(
            "invalidValue",
            "One of the products isn't named by a GUID.",
            of(PropertyFault::Invalid("removeLicenses")),
        ),
        refused(
            "unknownLicense",
            "The tenant has no licences of the product.",
            Refusal::UnknownLicense(sample::id(999)),
        ),
        refused("notLicensed", "The licence that is to be taken away isn't assigned.", Refusal::NotLicensed),
        refused(
            "unknownPlan",
            "The product doesn't have a plan that is to be disabled.",
            Refusal::UnknownPlan { plan: sample::id(999), sku: sample::id(801) },
        ),
    ]
}

fn setting_not_found() -> ErrorExample {
    absent("settingNotFound", "There are no such settings.")
}

/// What bodies of group settings get wrong.
fn setting_values() -> Vec<ErrorExample> {
    let resource = GROUP_SETTING.resource;
    let of = |fault| Refusal::Property { resource, fault };
    let literal = PropertyFault::Literal { literal: "True".into(), kind: "Edm.String".into() };
    let own = vec![
        read_only(resource, "displayName"),
        refused("otherType", "The value is no text.", of(literal)),
        refused(
            "unexpectedArray",
            "An array stands where a single value is due.",
            of(array_for_value("value")),
        ),
        refused(
            "nullCollection",
            "Null for the values.",
            of(PropertyFault::NullCollection {
                property: "values",
                kind: "Collection(microsoft.graph.settingValue)".into(),
            }),
        ),
        refused(
            "otherSchema",
            "The value isn't the array of objects that is due.",
            of(PropertyFault::Schema("values")),
        ),
        refused(
            "unknownSetting",
            "The template has no setting of this name.",
            of(PropertyFault::Unknown("AllowColours".into())),
        ),
        refused(
            "missingSetting",
            "A setting of the template lacks.",
            of(PropertyFault::Required("AllowToAddGuests")),
        ),
        refused(
            "invalidValue",
            "The setting doesn't take the value, or stands twice.",
            of(PropertyFault::Invalid("AllowToAddGuests")),
        ),
    ];
    [names(resource), own].concat()
}

/// What bodies of new ones get wrong besides.
fn new_setting() -> Vec<ErrorExample> {
    let of = |fault| Refusal::Property { resource: GROUP_SETTING.resource, fault };
    vec![
        refused("missingValue", "The body names no template.", of(PropertyFault::Required("templateId"))),
        refused(
            "invalidTemplate",
            "There is no such template, or it is for another kind of group, or for the tenant as a whole.",
            of(PropertyFault::Invalid("templateId")),
        ),
    ]
}

/// What bodies of updates get wrong besides.
fn changed_setting() -> Vec<ErrorExample> {
    let fault = PropertyFault::Immutable("templateId");
    let immutable = Refusal::Property { resource: GROUP_SETTING.resource, fault };
    vec![
        setting_not_found(),
        refused("nothingToChange", "The body names no property.", Refusal::NothingToChange),
        refused("immutableProperty", "Settings keep their template.", immutable),
    ]
}

/// What validations of names refuse.
fn name_validation() -> Vec<ErrorExample> {
    vec![
        refused(
            "missingNames",
            "The body has neither name.",
            check_members::refused(PropertyFault::Required("displayName")),
        ),
        absent("userNotFound", "There is no user with the id `onBehalfOfUserId`."),
        refused(
            "nicknameTaken",
            "Another Microsoft 365 group has the mail nickname.",
            Refusal::InvalidNames(vec![NameFault::Taken("mailNickname")]),
        ),
        refused(
            "missingPrefixSuffix",
            "The name doesn't begin or end as the tenant's settings demand.",
            Refusal::InvalidNames(vec![missing_suffix()]),
        ),
        refused(
            "blockedWord",
            "The name has a word that the tenant's settings block.",
            Refusal::InvalidNames(vec![NameFault::BlockedWord("displayName")]),
        ),
    ]
}

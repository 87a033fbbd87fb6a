//! What the operations on groups refuse.

use super::{
    ErrorExample, absent, already_member, already_owner, array_for_value, cannot_own, created, dynamic_group,
    expanded_members_hidden, group_not_found, immutable, invalid_reference, kind_not_addable,
    kind_not_allowed, lacks, lacks_beside, managed_by_exchange, member_not_found, missing_suffix,
    mixed_services, no_guests, no_mailbox, no_nesting, not_in_lists, null, other_schema, owner_not_found,
    property, property_not_writable, refused, role_assignable_group, taken, texts, too_large,
    too_many_owners, unknown_parameter, updated,
};
use crate::{
    directory::{NameFault, Refusal, check_members, sample},
    membership_rules::{Fault, RuleFault},
    model::{
        group::GROUP,
        kinds::ObjectKind,
        permissions::{
            ADD_MEMBER, CREATE_GROUP, Need, Permission, Principal, SET_GROUP_DATA_LOCATION,
            UPDATE_GROUP_PROPERTIES,
        },
        values::PropertyFault,
    },
};

/// What the rules of this operation refuse. `None`: it is of another file.
pub(super) fn of(operation: &str, need: &Need) -> Option<Vec<ErrorExample>> {
    Some(match operation {
        "list_groups" => vec![not_in_lists()],
        "create_group" => group_creation(need),
        "get_group" => vec![group_not_found(), no_mailbox(), expanded_members_hidden()],
        "update_group" => group_update(need),
        "delete_group" => vec![group_not_found(), managed_by_exchange(), role_assignable_group()],
        "evaluate_group_dynamic_membership" => {
            let no_rule = property(&GROUP, PropertyFault::Required("membershipRule"));
            let own = vec![
                group_not_found(),
                refused("missingRule", "Neither the body nor the group has a rule.", no_rule),
            ];
            [own, rule_evaluation()].concat()
        }
        "evaluate_dynamic_membership" => {
            let no_rule = property(&GROUP, PropertyFault::Required("membershipRule"));
            [vec![refused("missingRule", "The body has no rule.", no_rule)], rule_evaluation()].concat()
        }
        _ => return None,
    })
}

fn group_property_not_writable(held: &Need) -> ErrorExample {
    let summary = "The token lacks what setting `preferredDataLocation` needs besides.";
    property_not_writable(summary, &SET_GROUP_DATA_LOCATION, held)
}

/// What bodies of groups get wrong besides, and what they bind.
fn group_values() -> Vec<ErrorExample> {
    let member_twice =
        Refusal::MemberTwice { group: sample::READERS, member: sample::GRACE, kind: ObjectKind::User };
    let own = vec![
        refused(
            "invalidMailNickname",
            "The nickname has a character that mail addresses don't, here a space.",
            property(&GROUP, PropertyFault::Invalid("mailNickname")),
        ),
        other_schema(&GROUP, "assignedLabels"),
        refused("contradiction", "No group has these values together.", Refusal::Combination),
        refused(
            "missingRule",
            "A dynamic group has a rule.",
            property(&GROUP, PropertyFault::Required("membershipRule")),
        ),
        invalid_rule(),
        refused(
            "ruleOfRules",
            "The rule names a group whose members follow from groups themselves.",
            Refusal::RuleOfRules,
        ),
        taken("mailNickname"),
        refused(
            "missingPrefixSuffix",
            "The name doesn't begin or end as the tenant's settings demand.",
            Refusal::InvalidName(missing_suffix()),
        ),
        refused(
            "blockedWord",
            "The name has a word that the tenant's settings block.",
            Refusal::InvalidName(NameFault::BlockedWord("displayName")),
        ),
        no_guests(),
        invalid_reference(),
        refused("tooManyReferences", "The body binds more than twenty objects.", Refusal::TooManyReferences),
        member_not_found(),
        owner_not_found(),
        kind_not_allowed(),
        kind_not_addable(&ADD_MEMBER),
        no_nesting(),
        cannot_own(),
        refused("memberTwice", "The body binds a member twice.", member_twice),
        refused("ownerTwice", "The body binds an owner twice.", Refusal::OwnerTwice),
        role_assignable_group(),
        too_large(),
        refused("labelsByApplication", "Only signed-in users assign labels.", Refusal::NotPermitted),
    ];
    [texts(&GROUP, "groupTypes"), own].concat()
}

fn group_creation(need: &Need) -> Vec<ErrorExample> {
    let own = vec![
        refused(
            "mailEnabledGroup",
            "Only Exchange makes a group that takes mail and is neither a Microsoft 365 group nor security enabled.",
            Refusal::MailEnabledGroup,
        ),
        refused(
            "groupCreationDisabled",
            "The tenant's settings don't let the user create Microsoft 365 groups.",
            Refusal::NotPermitted,
        ),
        refused("dynamicWithMembers", "A rule decides who is in a dynamic group.", Refusal::NotPermitted),
        refused(
            "membersNotBindable",
            "With `Group.Create` an application binds what it may read.",
            lacks_beside(&ADD_MEMBER, Principal::Application(None), &[Permission::GroupCreate]),
        ),
        group_property_not_writable(need),
    ];
    [created(&GROUP, "mailNickname"), group_values(), own].concat()
}

fn group_update(need: &Need) -> Vec<ErrorExample> {
    let own = vec![
        group_not_found(),
        no_mailbox(),
        null(&GROUP),
        refused("otherKind", "The group would become one of another kind.", Refusal::OtherKind),
        immutable(&GROUP, "visibility"),
        mixed_services(),
        already_member(),
        already_owner(),
        too_many_owners(),
        managed_by_exchange(),
        dynamic_group(),
        refused(
            "mailboxByApplication",
            "Only signed-in users change what Exchange holds.",
            Refusal::NotPermitted,
        ),
        refused(
            "propertiesNotWritable",
            "With `GroupMember.ReadWrite.All` a caller binds members only.",
            lacks(&UPDATE_GROUP_PROPERTIES, need),
        ),
        group_property_not_writable(need),
        refused(
            "groupNotCreatable",
            "There is no such group, and the caller may not create it.",
            lacks(&CREATE_GROUP, need),
        ),
    ];
    [updated(&GROUP), group_values(), own].concat()
}

fn invalid_rule() -> ErrorExample {
    let fault = Fault::Property { property: "colour".into(), object: "User" };
    refused(
        "invalidMembershipRule",
        "The rule isn't one, here as users have no such property. The position is counted from 0.",
        Refusal::MembershipRule(RuleFault { kind: fault, position: 0 }),
    )
}

/// What evaluations of rules refuse.
fn rule_evaluation() -> Vec<ErrorExample> {
    let of = check_members::refused;
    let array = array_for_value("memberId");
    let literal = PropertyFault::Literal { literal: "True".into(), kind: "Edm.String".into() };
    vec![
        unknown_parameter(),
        refused("missingIds", "The body names no user or device.", of(PropertyFault::Required("memberId"))),
        refused("unexpectedList", "An array stands where a single value is due.", of(array)),
        refused("otherItemType", "The id is no text.", of(literal)),
        refused("invalidValue", "The id isn't one.", of(PropertyFault::Identifier)),
        refused(
            "ruleTooLong",
            "The rule has more than 3,072 characters.",
            of(PropertyFault::Invalid("membershipRule")),
        ),
        absent(
            "memberNotFound",
            "There is no such object, it is neither a user nor a device, or the caller may not read it.",
        ),
        invalid_rule(),
        refused("ruleByGroups", "Rules by groups aren't evaluated for one object.", Refusal::RuleByGroups),
    ]
}

//! What rules refuse, in Graph's words.

use super::{answer::*, membership_rules::rule_answer};
use crate::{
    directory::{NameFault, Refusal},
    http::contract::wire::ErrorDetail,
    model::values::PropertyFault,
};
use axum::http::StatusCode;

pub(super) fn refusal_answer(refusal: &Refusal) -> Answer {
    match refusal {
        Refusal::NotFound(key) => answer(
            StatusCode::NOT_FOUND,
            "Request_ResourceNotFound",
            format!(
                "Resource '{key}' does not exist or one of its queried reference-property objects are not present."
            ),
        ),
        Refusal::NotPermitted => denied(),
        Refusal::Lacks(missing) => denied_without(missing),
        Refusal::ManagedByExchange => {
            bad(BAD_REQUEST, "Cannot Update a mail-enabled security groups and or distribution list.")
        }
        Refusal::NoNesting => {
            bad(BAD_REQUEST, "Nesting is currently not supported for groups that can be assigned to a role.")
        }
        Refusal::MailEnabledGroup => bad(
            BAD_REQUEST,
            "The service does not currently support writes of mail-enabled groups. Please ensure that the \
             mail-enablement property is unset and the security-enablement property is set.",
        ),
        Refusal::KindNotAllowed { .. }
        | Refusal::NoUnitMember(_)
        | Refusal::NoRoleMember(_)
        | Refusal::NoOwner(_)
        | Refusal::NoManager(_)
        | Refusal::OtherKind => bad(BAD_REQUEST, format!("{}.", capitalised(refusal))),
        Refusal::AlreadyRelated(relationship) => {
            let property = relationship.name();
            let message = format!(
                "One or more added object references already exist for the following modified properties: '{property}'."
            );
            bad(BAD_REQUEST, message)
        }
        Refusal::MemberTwice { group, member, kind } => {
            let resource = crate::model::entity(*kind).resource;
            let single = "NonDefaultProperties=[INTERNAL_SingleResourceQuery]";
            let message = format!(
                "Object '[ResourceType={resource},Id={member},ChangedProperties=[],{single}]' referenced from \
                 '[ResourceType=Group,Id={group},ChangedProperties=[members],{single}]' can only be present once \
                 as an add/remove change."
            );
            bad(BAD_REQUEST, message)
        }
        Refusal::OwnerTwice => bad(BAD_REQUEST, "Request contains a property with duplicate values."),
        Refusal::TooManyReferences => bad(BAD_REQUEST, "A resource cannot contain more than 20 link changes"),
        Refusal::TooManyResults { most } => bad(
            "Directory_ResultSizeLimitExceeded",
            format!("The result has more than {most} ids. List transitive memberships in pages instead."),
        ),
        Refusal::SecurityGroupsOfNoUser => {
            bad(BAD_REQUEST, "To get security groups, the member must be a user")
        }
        Refusal::LastOwner => {
            bad(BAD_REQUEST, "The group must have at least one owner, hence this owner cannot be removed.")
        }
        Refusal::TooManyOwners { count, quota } => answer(
            StatusCode::FORBIDDEN,
            "Directory_QuotaExceeded",
            format!(
                "Unable to perform operation as '{count}' would exceed the maximum quota count '{quota}' for \
                 forward-link 'owners'."
            ),
        ),
        Refusal::TooLarge => answer(
            StatusCode::FORBIDDEN,
            "Directory_ResourceSizeExceeded",
            "The size of the object has exceeded its limit. Please reduce the number of values and retry your \
             request.",
        ),
        Refusal::ResultTooLarge => bad(
            "Directory_ResultSizeLimitExceeded",
            "The result is larger than an answer can be. Ask for less at once.",
        ),
        Refusal::MembershipRule(fault) => rule_answer(fault),
        Refusal::RuleOfRules => about(
            "membershipRule",
            "InvalidValue",
            "Dynamic membership rule validation error: A group whose own rule is by groups can't be named in one.",
        ),
        Refusal::RuleByGroups => about(
            "membershipRule",
            "InvalidValue",
            "Dynamic membership rule validation error: A rule with the memberOf attribute can't be evaluated.",
        ),
        Refusal::NothingToChange => {
            bad(BAD_REQUEST, "The request names nothing to change: its body has no property.")
        }
        Refusal::NotInLists => not_implemented("This operation target is not yet supported."),
        Refusal::MixedServices => bad(
            BAD_REQUEST,
            "Properties that another service holds must be changed in a request of their own, without the \
             directory's.",
        ),
        Refusal::NoMailbox => answer(
            StatusCode::NOT_FOUND,
            "MailboxNotEnabledForRESTAPI",
            "The mailbox is either inactive, soft-deleted, or is hosted on-premise.",
        ),
        Refusal::Property { resource, fault } => property_answer(resource, fault),
        Refusal::Combination => bad(BAD_REQUEST, "One or more property values specified are invalid."),
        Refusal::Taken(name) => conflict(StatusCode::BAD_REQUEST, BAD_REQUEST, name, taken_words(name)),
        Refusal::ServicePrincipalExists(app_id) => {
            let message = format!(
                "The service principal cannot be created, updated, or restored because the service principal \
                 name {app_id} is already in use."
            );
            let code = "Request_MultipleObjectsWithSameKeyValue";
            conflict(StatusCode::CONFLICT, code, "servicePrincipalNames", message)
        }
        Refusal::ForeignDomain => about(
            "userPrincipalName",
            "InvalidValue",
            "The domain portion of the userPrincipalName property is invalid. You must use one of the verified \
             domain names in your organization.",
        ),
        Refusal::InvalidNames(faults) => {
            let message = "The values provided contain one or more validation errors.";
            let details = faults.iter().map(name_detail).collect();
            Answer {
                details,
                ..answer(StatusCode::UNPROCESSABLE_ENTITY, "Request_UnprocessableEntity", message)
            }
        }
        Refusal::InvalidName(fault) => invalid_name(fault),
        Refusal::NoGuests => answer(
            StatusCode::FORBIDDEN,
            "Authorization_RequestDenied",
            "Guests users are not allowed to join this Unified Group due to policy setting. paramName: Members, \
             paramValue: , objectType: Microsoft.Online.DirectoryServices.Group",
        ),
        Refusal::AlreadyHere(id) => bad(
            GATEWAY_BAD_REQUEST,
            format!(
                "The invited user already exists in the directory as object ID: {id}. They can use that account to sign in to shared \
                 apps and resources."
            ),
        ),
        Refusal::PolicyExists => {
            bad("MaxExpirationPoliciesCountReached", "Tenant already has maximum allowed 1 policy")
        }
        Refusal::NeverExpires => bad(BAD_REQUEST, "Only Microsoft 365 groups expire and are renewed."),
        Refusal::TooManyCredentials { most } => bad(
            "Request_ResourceQuotaExceeded",
            format!("An application can have {most} federated identity credentials at most."),
        ),
        Refusal::TooManyManagedGroups { most } => {
            bad(BAD_REQUEST, format!("A policy for selected groups has at most {most} of them."))
        }
        Refusal::UnknownLicense(sku) => {
            bad(BAD_REQUEST, format!("License {sku} does not correspond to a valid company License."))
        }
        Refusal::UnknownPlan { plan, sku } => {
            bad(BAD_REQUEST, format!("The service plan {plan} does not belong to the license {sku}."))
        }
        Refusal::NoLicenseLeft(sku) => {
            bad(BAD_REQUEST, format!("Subscription with SKU {sku} does not have any available licenses."))
        }
        Refusal::NotLicensed => bad(BAD_REQUEST, "User does not have a corresponding license."),
        Refusal::NoUsageLocation => {
            bad(BAD_REQUEST, "License assignment cannot be done for user with invalid usage location.")
        }
        Refusal::SettingsExist => bad(
            BAD_REQUEST,
            "A conflicting object with one or more of the specified property values is present in the directory.",
        ),
        Refusal::EnabledEntitlement => bad(
            "CannotDeleteOrUpdateEnabledEntitlement",
            "Permission (scope or role) cannot be deleted or updated unless disabled first.",
        ),
        Refusal::DuplicateValue(property) => {
            let message = "Request contains a property with duplicate values.";
            Answer {
                details: vec![detail(property, "DuplicateValue", message.into())],
                ..bad("DuplicateValue", message)
            }
        }
        Refusal::TokenVersion => about(
            "requestedAccessTokenVersion",
            "InvalidValue",
            "Property api.requestedAccessTokenVersion is invalid.",
        ),
        Refusal::NotOfApplication(property) => bad(
            BAD_REQUEST,
            format!("Property {property} on the service principal does not match the application object."),
        ),
        Refusal::PermissionGrantExists => answer(
            StatusCode::CONFLICT,
            "Request_MultipleObjectsWithSameKeyValue",
            "Permission entry already exists.",
        ),
        Refusal::NoAppRole => bad(BAD_REQUEST, "Permission being assigned was not found on application"),
        Refusal::AppRoleAssigned => {
            bad(BAD_REQUEST, "Permission being assigned already exists on the object")
        }
        Refusal::TooManyAppRoles { most } => bad(
            "Directory_QuotaExceeded",
            format!("The principal has {most} app role assignments, which is the most that one can have."),
        ),
        Refusal::NoPassword => bad(BAD_REQUEST, "No password credential found with keyId."),
        Refusal::CredentialExists(name) => answer(
            StatusCode::CONFLICT,
            "Request_MultipleObjectsWithSameKeyValue",
            format!("FederatedIdentityCredential with name {name} already exists."),
        ),
        Refusal::TrustedAlready { issuer, subject } => bad(
            "InvalidFederatedIdentityCredentialValue",
            format!(
                "The combination of issuer and subject must be unique for the application. Issuer {issuer} and Subject: {subject} \
                 already exist. paramName: FederatedIdentityCredential.Subject, paramValue: {subject}, \
                 objectType: Microsoft.Online.DirectoryServices.Application"
            ),
        ),
        Refusal::NoKey => bad(BAD_REQUEST, "No key credential found with keyId."),
        Refusal::NoProof => answer(
            StatusCode::UNAUTHORIZED,
            "Authentication_MissingOrMalformed",
            "Access Token missing or malformed.",
        ),
        Refusal::ForeignIdentifierUri(uri) => about(
            "identifierUris",
            "HostNameNotOnVerifiedDomain",
            format!(
                "Values of identifierUris property must use a verified domain of the organization or its subdomain: '{uri}'"
            ),
        ),
        Refusal::WrongPassword => {
            about("currentPassword", "InvalidValue", "The specified current password is incorrect.")
        }
        Refusal::WeakPassword(property) => about(
            property,
            "InvalidValue",
            "The specified password does not comply with password complexity requirements. Please provide a \
             different password.",
        ),
    }
}

fn taken_words(name: &str) -> String {
    format!("Another object with the same value for property {name} already exists.")
}

const MISSING_AFFIX: &str = "MissingPrefixSuffix";
const BLOCKED_WORD: &str = "ContainsBlockedWord";

/// What is wrong with a name that was to be validated.
fn name_detail(fault: &NameFault) -> ErrorDetail {
    match fault {
        NameFault::Taken(name) => detail(name, "PropertyConflict", taken_words(name)),
        NameFault::Affixes { property, prefix, suffix, .. } => ErrorDetail {
            prefix: Some(prefix.clone()),
            suffix: Some(suffix.clone()),
            ..detail(
                property,
                MISSING_AFFIX,
                format!(
                    "Property {property} is missing a required prefix/suffix per your organization's Group naming requirements."
                ),
            )
        },
        NameFault::BlockedWord(property) => detail(
            property,
            BLOCKED_WORD,
            format!(
                "Property {property} has a word that is blocked per your organization's Group naming requirements."
            ),
        ),
    }
}

/// The same of a name that a group was to get.
fn invalid_name(fault: &NameFault) -> Answer {
    match fault {
        NameFault::Taken(name) => conflict(StatusCode::BAD_REQUEST, BAD_REQUEST, name, taken_words(name)),
        NameFault::Affixes { property, name, prefix, suffix } => {
            let suggested = Some(format!("{prefix}{name}{suffix}"));
            let message = "The property is missing a required prefix/suffix per your organization's Group naming requirements.";
            let detail = ErrorDetail {
                target: (*property).into(),
                code: MISSING_AFFIX.into(),
                suggested_property_value: suggested,
                ..ErrorDetail::default()
            };
            Answer { details: vec![detail], ..bad(BAD_REQUEST, message) }
        }
        NameFault::BlockedWord(property) => about(
            property,
            BLOCKED_WORD,
            "The property has a word that is blocked per your organization's Group naming requirements.",
        ),
    }
}

fn property_answer(resource: &str, fault: &PropertyFault) -> Answer {
    match fault {
        PropertyFault::Unknown(name) => about(name, "UnknownProperty", format!("Invalid property '{name}'.")),
        PropertyFault::UnknownExtensions(names) => {
            let names = names.join(",");
            bad(BAD_REQUEST, format!("The following extension properties are not available: {names}."))
        }
        PropertyFault::ReadOnly(name) => {
            about(name, "ReadOnlyProperty", format!("Property '{name}' is read-only and cannot be set."))
        }
        PropertyFault::Immutable(name) => about(
            name,
            "ImmutableProperty",
            format!("Property {name} cannot be updated because it is immutable."),
        ),
        PropertyFault::Invalid(name) => about(
            name,
            "InvalidValue",
            format!("Invalid value specified for property '{name}' of resource '{resource}'."),
        ),
        PropertyFault::Length { property, min, max } => about(
            property,
            "InvalidValue",
            format!("The {property} should be between {min} and {max} characters."),
        ),
        PropertyFault::Identifier => bad(BAD_REQUEST, "Invalid GUID specified."),
        PropertyFault::TooManyIdentifiers(most) => {
            bad(BAD_REQUEST, format!("Number of included identifiers cannot exceed '{most}'."))
        }
        PropertyFault::Required(name) => {
            let message = format!("A value is required for property '{name}' of resource '{resource}'.");
            about(name, "MissingValue", message)
        }
        PropertyFault::NullCollection { property, kind } => bad(
            BAD_REQUEST,
            format!(
                "A null value was found for the property named '{property}', which has the expected type \
                 '{kind}[Nullable=False]'. The expected type '{kind}[Nullable=False]' does not allow null values."
            ),
        ),
        PropertyFault::NullItem(_) => bad(
            BAD_REQUEST,
            "A null value was detected in the items of a collection property value; non-nullable instances of \
             collection types do not support null values as items.",
        ),
        PropertyFault::Literal { literal, kind } => {
            bad(BAD_REQUEST, format!("Cannot convert the literal '{literal}' to the expected type '{kind}'."))
        }
        PropertyFault::Node { property, found, expected } => bad(
            BAD_REQUEST,
            format!(
                "An unexpected '{found}' node was found for property named '{property}' when reading from the JSON \
                 reader. A '{expected}' node was expected."
            ),
        ),
        PropertyFault::Schema(name) => bad(
            GATEWAY_BAD_REQUEST,
            format!("Property {name} in payload has a value that does not match schema."),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::kinds::{GroupKind, ObjectTraits};

    #[test]
    fn a_kind_that_does_not_fit_is_said_in_words() {
        let refusal =
            Refusal::KindNotAllowed { group: GroupKind::Microsoft365, member: ObjectTraits::Device };
        let answer = refusal_answer(&refusal);
        assert_eq!(answer.message, "A device can't be a member of a Microsoft 365 group.");
    }
}

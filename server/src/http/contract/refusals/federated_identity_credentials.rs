//! What the operations on federated identity credentials refuse.

use super::{
    ErrorExample, absent, application_not_found, array_for_value, equality_filters, names, other_type,
    read_only, refused,
};
use crate::{
    directory::{Refusal, federated_identity_credentials::MAX},
    model::{federated_identity_credential::FEDERATED_IDENTITY_CREDENTIAL, values::PropertyFault},
};

/// What the rules of this operation refuse. `None`: it is of another file.
pub(super) fn of(operation: &str) -> Option<Vec<ErrorExample>> {
    let credential = || absent("credentialNotFound", "The application has no such credential.");
    Some(match operation {
        "list_federated_identity_credentials" => {
            let summaries = [
                "Credentials have no property of this name.",
                "The property takes `eq` and `in` only.",
                "An expression that isn't `eq`, `in` or `and`.",
            ];
            let filters = equality_filters(&FEDERATED_IDENTITY_CREDENTIAL, summaries);
            [vec![application_not_found()], filters].concat()
        }
        "get_federated_identity_credential" | "delete_federated_identity_credential" => {
            vec![application_not_found(), credential()]
        }
        "create_federated_identity_credential" => {
            let many = Refusal::TooManyCredentials { most: MAX };
            let own = vec![
                application_not_found(),
                refused(
                    "nameTaken",
                    "The application has a credential of this name.",
                    Refusal::CredentialExists("deployments".into()),
                ),
                subject_taken(),
                refused("tooManyCredentials", "The application has as many as it can have.", many),
            ];
            [values(), own].concat()
        }
        "update_federated_identity_credential" => {
            let own = vec![
                application_not_found(),
                credential(),
                refused("immutableProperty", "The name stays.", of_values(PropertyFault::Immutable("name"))),
                refused("nothingToChange", "The body names no property.", Refusal::NothingToChange),
                subject_taken(),
            ];
            [values(), own].concat()
        }
        _ => return None,
    })
}

fn subject_taken() -> ErrorExample {
    let (issuer, subject) = ("https://ci.example".into(), "20".into());
    refused(
        "subjectTaken",
        "The application has another credential for this subject of the issuer.",
        Refusal::TrustedAlready { issuer, subject },
    )
}

fn of_values(fault: PropertyFault) -> Refusal {
    Refusal::Property { resource: FEDERATED_IDENTITY_CREDENTIAL.resource, fault }
}

/// What bodies get wrong.
fn values() -> Vec<ErrorExample> {
    let resource = FEDERATED_IDENTITY_CREDENTIAL.resource;
    let array = of_values(array_for_value("subject"));
    let several = of_values(PropertyFault::Invalid("audiences"));
    let own = vec![
        read_only(resource, "id"),
        refused("missingValue", "The issuer has no value.", of_values(PropertyFault::Required("issuer"))),
        other_type(resource, "True", "Edm.String"),
        refused("unexpectedArray", "An array stands where a single value is due.", array),
        refused("invalidValue", "There is one audience, and no more.", several),
    ];
    [names(resource), own].concat()
}

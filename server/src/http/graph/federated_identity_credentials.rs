//! `/applications/{id}/federatedIdentityCredentials`. The rules are in `directory::federated_identity_credentials`.

use super::{
    applications::APPLICATIONS,
    shapes::{ObjectKey, Resources},
};
use crate::{
    directory::federated_identity_credentials as rules,
    http::{
        contract::schemas::{
            FederatedIdentityCredential, FederatedIdentityCredentialCollection,
            FederatedIdentityCredentialCreate, FederatedIdentityCredentialUpdate,
        },
        extract::IdKey,
        operation::Operation,
        query_options::QueryOptions,
    },
    model::{
        federated_identity_credential::FEDERATED_IDENTITY_CREDENTIAL,
        permissions::{READ_FEDERATED_IDENTITY_CREDENTIAL, WRITE_APPLICATION},
    },
};
use serde_json::{Value, json};
use utoipa::PartialSchema;

const CREDENTIALS: Resources = Resources {
    resource: &FEDERATED_IDENTITY_CREDENTIAL,
    tag: "applications",
    one: "a federated identity credential",
    many: "federated identity credentials of an application",
    page: "federatedidentitycredential",
    key: String::schema,
    example: || {
        let mut example = body();
        example["id"] = "5a3e0000-0000-4000-8000-000000000821".into();
        example
    },
};

fn body() -> Value {
    json!({
        "name": "deployments", "issuer": "https://token.actions.githubusercontent.com",
        "subject": "repo:contoso/loans:environment:production", "audiences": ["api://AzureADTokenExchange"],
    })
}

/// An application, and a credential of it.
type OfApplication = (IdKey, String);

pub(super) fn operations() -> Vec<Operation> {
    let all = "/applications/{id}/federatedIdentityCredentials";
    let one = "/applications/{id}/federatedIdentityCredentials/{credentialId}";
    let list = CREDENTIALS.list::<FederatedIdentityCredentialCollection, IdKey>(
        all,
        "list_federated_identity_credentials",
        &READ_FEDERATED_IDENTITY_CREDENTIAL,
        |tx, by, application| rules::list(tx, by, application.key()),
    );
    let create = CREDENTIALS
        .create::<FederatedIdentityCredentialCreate, FederatedIdentityCredential, IdKey>(
            all,
            "create_federated_identity_credential",
            &WRITE_APPLICATION,
            |tx, by, application, id, body| rules::create(tx, by, application.key(), id, body),
            {
                let mut body = body();
                body["name"] = "releases".into();
                body["subject"] = "repo:contoso/loans:ref:refs/tags/v1".into();
                body
            },
        )
        .page("application-post-federatedidentitycredentials")
        .description(
            "An application has twenty at most. The server has to know the issuer's keys too: its administrator tells them (`roster issuer`).",
        );
    let get = CREDENTIALS.get::<FederatedIdentityCredential, OfApplication>(
        one,
        "get_federated_identity_credential",
        &READ_FEDERATED_IDENTITY_CREDENTIAL,
        |tx, by, (application, credential)| rules::get(tx, by, (application.key(), credential)),
    );
    let update = CREDENTIALS.update::<FederatedIdentityCredentialUpdate, OfApplication>(
        one,
        "update_federated_identity_credential",
        &WRITE_APPLICATION,
        |tx, by, (application, credential), body| {
            rules::update(tx, by, (application.key(), credential), body)
        },
        json!({"subject": "repo:contoso/loans:environment:staging"}),
    );
    let delete = CREDENTIALS.delete::<OfApplication>(
        one,
        "delete_federated_identity_credential",
        &WRITE_APPLICATION,
        |tx, by, (application, credential)| rules::delete(tx, by, (application.key(), credential)),
    );
    let of_application = |operation| APPLICATIONS.with_key::<IdKey>(operation);
    let with_keys = |operation| {
        let example = (CREDENTIALS.example)()["id"].as_str().unwrap_or_default().to_owned();
        of_application(operation).key(
            "credentialId",
            String::schema(),
            "The credential's id, or its name.".into(),
            &example,
        )
    };
    vec![
        of_application(
            list.page("application-list-federatedidentitycredentials")
                .takes(&QueryOptions::FILTERED_RESOURCES),
        ),
        of_application(create),
        with_keys(get),
        with_keys(update),
        with_keys(delete),
    ]
}

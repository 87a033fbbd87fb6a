//! `/applications/{id}/federatedIdentityCredentials`: which other issuers' tokens an application trusts. What such a token then proves is
//! for `sign_in::assertions`.

use crate::support::{Tenant, forbidden, refusal, refused, send};
use reqwest::Method;
use roster_client::{
    Client,
    types::{
        FederatedIdentityCredential, FederatedIdentityCredentialCreate, FederatedIdentityCredentialUpdate,
    },
};
use serde_json::{Value, json};
use uuid::Uuid;

const ALL: [&str; 1] = ["Application.ReadWrite.All"];

fn new(name: &str, subject: &str) -> FederatedIdentityCredentialCreate {
    let body = json!({"name": name, "issuer": "https://ci.example", "subject": subject, "audiences": ["a"]});
    serde_json::from_value(body).unwrap()
}

async fn create(graph: &Client, of: Uuid, name: &str, subject: &str) -> FederatedIdentityCredential {
    let made = graph.create_federated_identity_credential().id(of).body(new(name, subject)).send().await;
    made.unwrap().into_inner()
}

async fn names(graph: &Client, of: Uuid) -> Vec<String> {
    let listed = graph.list_federated_identity_credentials().id(of).send().await.unwrap();
    listed.value.iter().map(|one| one.name.clone().unwrap()).collect()
}

#[tokio::test]
async fn a_credential_is_listed_read_changed_and_taken_away() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(ALL).await;
    let (of, other) = (tenant.application("a").await, tenant.application("b").await);
    let made = create(&graph, of, "deployments", "main").await;
    create(&graph, of, "releases", "tags").await;
    let mut both = names(&graph, of).await;
    both.sort();
    assert_eq!(both, ["deployments", "releases"]);
    let id: Uuid = made.id.as_deref().unwrap().parse().unwrap();
    let get =
        async |of: Uuid| graph.get_federated_identity_credential().id(of).credential_id(id).send().await;
    let read = get(of).await.unwrap().into_inner();
    assert_eq!((&read.subject, &read.issuer), (&made.subject, &made.issuer));
    // It is that application's alone.
    assert_eq!(refusal(get(other).await).0, 404);
    let change = async |values: Value| {
        let body: FederatedIdentityCredentialUpdate = serde_json::from_value(values).unwrap();
        let update = graph.update_federated_identity_credential().id(of).credential_id(id);
        update.body(body).send().await
    };
    change(json!({"subject": "next", "description": "of the next"})).await.unwrap();
    let read = get(of).await.unwrap().into_inner();
    assert_eq!((read.name.as_deref(), read.subject.as_deref()), (Some("deployments"), Some("next")));
    // Another one has this subject of the same issuer.
    let taken = "The combination of issuer and subject must be unique for the application. Issuer https://ci.example and Subject: tags already exist. paramName: FederatedIdentityCredential.Subject, paramValue: tags, objectType: Microsoft.Online.DirectoryServices.Application";
    let refused = refused(400, "InvalidFederatedIdentityCredentialValue", taken);
    assert_eq!(refusal(change(json!({"subject": "tags"})).await), refused);
    let delete = async || graph.delete_federated_identity_credential().id(of).credential_id(id).send().await;
    delete().await.unwrap();
    assert_eq!(names(&graph, of).await, ["releases"]);
    assert_eq!(refusal(delete().await).0, 404);
}

#[tokio::test]
async fn a_name_stays_and_no_two_are_the_same() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(ALL).await;
    let (of, other) = (tenant.application("a").await, tenant.application("b").await);
    let made = create(&graph, of, "deployments", "main").await;
    for (name, subject, status) in [
        ("deployments", "other", 409),
        ("others", "main", 400),
        ("ab", "other", 400),
        ("a b c", "other", 400),
        ("others", " ", 400),
    ] {
        let made = graph.create_federated_identity_credential().id(of).body(new(name, subject)).send().await;
        assert_eq!(refusal(made).0, status, "{name} {subject}");
    }
    create(&graph, other, "deployments", "main").await;
    let path = format!("/applications/{of}/federatedIdentityCredentials/{}", made.id.unwrap());
    let rename = tenant.raw(Method::PATCH, &path).await.json(&json!({"name": "renamed"}));
    assert_eq!(send(rename).await.status, 400);
    assert_eq!(names(&graph, of).await, ["deployments"]);
}

#[tokio::test]
async fn whoever_may_only_read_applications_changes_nothing() {
    let tenant = Tenant::fresh().await;
    let of = tenant.application("a").await;
    let reader = tenant.client(["Application.Read.All"]).await;
    let made =
        reader.create_federated_identity_credential().id(of).body(new("deployments", "s")).send().await;
    assert_eq!(refusal(made), forbidden());
    assert!(names(&reader, of).await.is_empty());
}

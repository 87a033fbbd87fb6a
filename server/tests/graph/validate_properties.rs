//! Whether a group can have a name, asked before it is given.

use crate::support::{Tenant, forbidden, not_found, refusal, refused, send};
use reqwest::Method;
use roster_client::{
    Client, Error,
    types::{self, ValidateGroupPropertiesParameters, ValidatePropertiesParameters},
};
use roster_server::model::ids::ObjectId;
use serde_json::{Value, json};
use uuid::Uuid;

type Outcome = Result<(), Error<types::ODataErrors>>;

/// Asks whether a new group can have these names, or a group that is there.
async fn validate(graph: &Client, group: Option<Uuid>, mut body: Value) -> Outcome {
    let answer = match group {
        Some(group) => {
            let body: ValidateGroupPropertiesParameters = serde_json::from_value(body).unwrap();
            graph.validate_group_properties().id(group).body(body).send().await
        }
        None => {
            body["entityType"] = "Group".into();
            let body: ValidatePropertiesParameters = serde_json::from_value(body).unwrap();
            graph.validate_properties().body(body).send().await
        }
    };
    answer.map(drop)
}

/// What is told of each name.
fn details(outcome: Outcome) -> Vec<(String, String)> {
    let Err(Error::ErrorResponse(answer)) = outcome else { panic!("not refused: {outcome:?}") };
    assert_eq!(answer.status(), 422);
    let details = answer.into_inner().error.details.into_iter();
    details.map(|detail| (detail.target, detail.code)).collect()
}

#[tokio::test]
async fn a_nickname_that_another_microsoft_365_group_has_is_told_before_a_group_gets_it() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["Group.Read.All"]).await;
    let group = tenant.microsoft_365_group("library").await;
    tenant.security_group("cellar").await;
    let other = tenant.microsoft_365_group("archive").await;
    let taken = || vec![("mailNickname".to_owned(), "PropertyConflict".to_owned())];
    for of in [None, Some(other)] {
        let names = json!({"displayName": "Library", "mailNickname": "LIBRARY"});
        assert_eq!(details(validate(&graph, of, names.clone()).await), taken());
        let message = "The values provided contain one or more validation errors.";
        let refused = refused(422, "Request_UnprocessableEntity", message);
        assert_eq!(refusal(validate(&graph, of, names).await), refused);
        // Security groups share theirs, and so do all groups their display names.
        for free in [json!({"mailNickname": "cellar"}), json!({"displayName": "library"})] {
            validate(&graph, of, free).await.unwrap();
        }
    }
    validate(&graph, Some(group), json!({"mailNickname": "library"})).await.unwrap();
}

#[tokio::test]
async fn names_are_validated_on_behalf_of_a_user_who_is_there_and_whom_the_caller_may_read() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["Group.Read.All", "User.Read.All"]).await;
    let user = tenant.user("ada").await;
    let on_behalf_of = |id: Uuid| json!({"displayName": "d", "onBehalfOfUserId": id});
    validate(&graph, None, on_behalf_of(user)).await.unwrap();
    let absent = ObjectId::random().uuid();
    for id in [absent, tenant.device("d").await] {
        assert_eq!(refusal(validate(&graph, None, on_behalf_of(id)).await), not_found(id));
    }
    assert_eq!(refusal(validate(&graph, Some(absent), json!({"displayName": "d"})).await), not_found(absent));
    // What a user's names begin and end with tells of the user.
    let blind = tenant.client(["Group.Read.All"]).await;
    let grace = tenant.client_of(tenant.user("grace").await, ["Group.Read.All", "User.Read"]).await;
    let group = tenant.microsoft_365_group("m").await;
    for graph in [&blind, &grace] {
        for (group, id) in [(None, user), (None, absent), (Some(group), user)] {
            assert_eq!(refusal(validate(graph, group, on_behalf_of(id)).await), forbidden());
        }
    }
    let ada = tenant.client_of(user, ["Group.Read.All"]).await;
    validate(&ada, None, on_behalf_of(user)).await.unwrap();
}

#[tokio::test]
async fn a_validation_needs_one_of_the_names_and_looks_at_their_lengths_but_at_no_characters() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["Group.Read.All"]).await;
    let missing = "A value is required for property 'displayName' of resource 'DirectoryObject'.";
    let missing = refused(400, "Request_BadRequest", missing);
    assert_eq!(refusal(validate(&graph, None, json!({})).await), missing);
    validate(&graph, None, json!({"mailNickname": "two words"})).await.unwrap();
    for (name, length) in [("displayName", 256), ("mailNickname", 64)] {
        validate(&graph, None, json!({name: "x".repeat(length)})).await.unwrap();
        let message = format!("Invalid value specified for property '{name}' of resource 'DirectoryObject'.");
        let long = json!({"entityType": "Group", name: "x".repeat(length + 1)});
        let request = tenant.raw(Method::POST, "/directoryObjects/validateProperties").await.json(&long);
        assert_eq!(send(request).await.refusal(), refused(400, "Request_BadRequest", &message));
    }
}

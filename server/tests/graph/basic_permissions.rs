//! Permissions that reach only some properties: basic profiles and groups to be read, and single properties of users to be changed.

use crate::support::{Answer, Tenant, forbidden, send};
use reqwest::Method;
use roster_server::model::{group::GROUP, ids::ObjectId, kinds::ObjectKind, properties::Entity, user::USER};
use serde_json::{Value, json};
use uuid::Uuid;

async fn get(tenant: &Tenant, token: &str, path: &str) -> Answer {
    let request = tenant.anonymous(Method::GET, &format!("/v1.0{path}")).bearer_auth(token);
    send(request.header("ConsistencyLevel", "eventual")).await
}

async fn update(tenant: &Tenant, token: &str, user: Uuid, body: &Value) -> Answer {
    let path = format!("/v1.0/users/{user}");
    send(tenant.anonymous(Method::PATCH, &path).bearer_auth(token).json(body)).await
}

/// The members of an object that have a value.
fn told(object: &Value) -> Vec<&str> {
    let members = object.as_object().unwrap_or_else(|| panic!("{object}"));
    let told = members.iter().filter(|(_, value)| !value.is_null());
    let mut names: Vec<&str> =
        told.map(|(name, _)| name.as_str()).filter(|name| !name.contains('@')).collect();
    names.sort_unstable();
    names
}

/// The user with a value in properties of every sort.
async fn ada(tenant: &Tenant) -> Uuid {
    let values = json!({"accountEnabled": true, "displayName": "Ada", "givenName": "Ada", "surname": "Lovelace",
        "mailNickname": "ada", "userPrincipalName": tenant.upn("ada"), "mail": tenant.upn("ada"),
        "department": "Engines", "jobTitle": "Analyst", "securityIdentifier": "S-1-12-1-1", "businessPhones": ["1"], "passwordProfile": {"password": "Secret 123"}});
    tenant.object_with(ObjectKind::User, values).await
}

const PROFILE: [&str; 6] = ["displayName", "givenName", "id", "mail", "surname", "userPrincipalName"];

#[tokio::test]
async fn the_generated_client_reads_basic_profiles() {
    let tenant = Tenant::fresh().await;
    let ada = ada(&tenant).await;
    let graph = tenant.client(["User.ReadBasic.All"]).await;
    let page = graph.list_users().send().await.unwrap().into_inner();
    let [user] = &*page.value else { panic!("{page:?}") };
    assert_eq!((user.id.clone(), user.surname.as_deref()), (Some(ada.to_string()), Some("Lovelace")));
    assert_eq!(user.job_title, None);
    assert!(user.business_phones.is_empty());
}

#[tokio::test]
async fn with_a_basic_permission_a_user_shows_its_basic_profile_and_null_for_all_else() {
    let tenant = Tenant::fresh().await;
    let ada = ada(&tenant).await;
    for token in [
        tenant.app_token(["User.ReadBasic.All"]).await,
        tenant.user_token(tenant.user("grace").await, ["User.ReadBasic.All"]).await,
    ] {
        let one = get(&tenant, &token, &format!("/users/{ada}")).await.json();
        assert_eq!(told(&one), PROFILE);
        assert_eq!(one["jobTitle"], Value::Null);
        let some = format!("/users/{ada}?$select=surname,securityIdentifier,department,accountEnabled");
        let some = get(&tenant, &token, &some).await.json();
        assert_eq!(told(&some), ["id", "securityIdentifier", "surname"]);
        assert_eq!(some["department"], Value::Null);
        assert!(some.get("accountEnabled").is_none(), "it never is null");
        let listed = get(&tenant, &token, "/users?$filter=givenName eq 'Ada'").await.json();
        assert_eq!(told(&listed["value"][0]), PROFILE, "{listed}");
    }
}

#[tokio::test]
async fn a_basic_permission_adds_to_the_signed_in_users_own_profile_that_of_others() {
    let tenant = Tenant::fresh().await;
    let (ada, grace) = (ada(&tenant).await, tenant.user("grace").await);
    let token = tenant.user_token(ada, ["User.Read", "User.ReadBasic.All"]).await;
    let own = get(&tenant, &token, "/me?$select=department").await.json();
    assert_eq!(own["department"], "Engines");
    let other =
        get(&tenant, &token, &format!("/users/{grace}?$select=displayName,mailNickname")).await.json();
    assert_eq!(told(&other), ["displayName", "id"]);
    let engines = get(&tenant, &token, "/users?$filter=department eq 'Engines'&$select=department").await;
    assert_eq!(engines.json()["value"], json!([{"department": "Engines"}]));
    let basic = tenant.user_token(ada, ["User.ReadBasic.All"]).await;
    assert_eq!(told(&get(&tenant, &basic, "/me").await.json()), PROFILE);
}

#[tokio::test]
async fn a_query_asks_only_for_what_the_basic_permission_shows() {
    let tenant = Tenant::fresh().await;
    ada(&tenant).await;
    tenant.security_group("readers").await;
    let users = tenant.app_token(["User.ReadBasic.All"]).await;
    let groups = tenant.app_token(["Group.ReadBasic.All"]).await;
    for (token, path) in [
        (&users, "/users?$filter=department eq 'Engines'"),
        (&users, "/users?$filter=displayName eq 'Ada' and not(jobTitle eq 'Analyst')&$count=true"),
        (&users, "/users?$filter=accountEnabled eq true"),
        (&users, "/users?$search=\"jobTitle:Analyst\""),
        (&users, "/users?$orderby=createdDateTime&$count=true"),
        (&users, "/users/$count?$filter=department eq 'Engines'"),
        (&groups, "/groups?$filter=classification eq 'secret'"),
        (&groups, "/groups?$filter=owners/$count eq 0&$count=true"),
        (&groups, "/groups?$orderby=createdDateTime&$count=true"),
    ] {
        let answer = get(&tenant, token, path).await;
        assert_eq!(answer.refusal(), forbidden(), "{path}");
        let needed = if token == &users { "User.Read.All" } else { "GroupMember.Read.All" };
        assert_eq!(answer.json()["error"]["details"][0]["target"], needed, "{path}");
    }
    for (token, path) in [
        (&users, "/users?$filter=startsWith(surname,'L')&$orderby=displayName&$count=true"),
        (&users, "/users?$search=\"displayName:Ada\""),
        (&groups, "/groups?$filter=mailEnabled eq false and displayName ne 'x'&$count=true"),
    ] {
        let found = get(&tenant, token, path).await.json();
        assert_eq!(found["value"].as_array().map(Vec::len), Some(1), "{path}: {found}");
    }
}

#[tokio::test]
async fn members_and_groups_are_shown_as_far_as_basic_permissions_reach() {
    let tenant = Tenant::fresh().await;
    let (ada, group) = (ada(&tenant).await, tenant.security_group("readers").await);
    tenant.join(group, ada).await;
    let members = format!("/groups/{group}/members");
    let memberships = tenant.app_token(["GroupMember.ReadBasic.All"]).await;
    let limited = get(&tenant, &memberships, &members).await.json();
    assert_eq!(told(&limited["value"][0]), ["id"]);
    let refused = get(&tenant, &memberships, &format!("/groups/{group}")).await;
    assert_eq!(refused.refusal(), forbidden());
    let profiles = tenant.app_token(["GroupMember.ReadBasic.All", "User.ReadBasic.All"]).await;
    let basic = get(&tenant, &profiles, &members).await.json();
    assert_eq!(told(&basic["value"][0]), PROFILE);
    let groups = tenant.app_token(["Group.ReadBasic.All"]).await;
    let of_ada = get(&tenant, &groups, &format!("/users/{ada}/memberOf")).await.json();
    assert_eq!(
        told(&of_ada["value"][0]),
        ["displayName", "groupTypes", "id", "mailEnabled", "mailNickname", "securityEnabled", "visibility"]
    );
}

/// The names of an entity's basic properties.
fn basics(entity: &Entity) -> Vec<&'static str> {
    entity.properties.iter().filter(|property| property.basic).map(|property| property.name).collect()
}

#[test]
fn the_basic_properties_are_those_of_the_permissions_pages() {
    let user =
        ["displayName", "givenName", "mail", "surname", "userPrincipalName", "id", "securityIdentifier"];
    assert_eq!(basics(&USER), user);
    assert!(basics(&GROUP).contains(&"displayName"));
    assert!(!basics(&GROUP).contains(&"membershipRule"));
}

#[tokio::test]
async fn a_permission_on_single_properties_of_users_changes_these_and_no_others() {
    let tenant = Tenant::fresh().await;
    let ada = ada(&tenant).await;
    let all: [(&[&str], Value); 6] = [
        (&["User-Mail.ReadWrite.All"], json!({"otherMails": ["ada@example.com"]})),
        (&["User-Phone.ReadWrite.All"], json!({"businessPhones": ["2"]})),
        (&["User-Phone.ReadWrite.All"], json!({"mobilePhone": "3", "id": ada})),
        (&["User.ManageIdentities.All"], json!({"identities": []})),
        (&["User-PasswordProfile.ReadWrite.All"], json!({"passwordProfile": {"password": "Another 123"}})),
        (&["User.EnableDisableAccount.All", "User.Read.All"], json!({"accountEnabled": false})),
    ];
    for (permissions, body) in &all {
        for token in [
            tenant.app_token(permissions.iter().copied()).await,
            tenant
                .user_token(tenant.user(&ObjectId::random().to_string()).await, permissions.iter().copied())
                .await,
        ] {
            assert_eq!(update(&tenant, &token, ada, body).await.status, 204, "{permissions:?} {body}");
            let mut more = body.clone();
            more["department"] = "Ballet".into();
            let absent = Uuid::from_u128(7);
            for (user, body) in [(ada, &more), (ada, &json!({"department": "Ballet"})), (absent, &more)] {
                let answer = update(&tenant, &token, user, body).await;
                assert_eq!(answer.refusal(), forbidden(), "{permissions:?} {body}");
                let named = &answer.json()["error"]["details"][0]["target"];
                assert_eq!(named, "User.ReadWrite.All", "{permissions:?} {body}");
            }
        }
    }
    let both = tenant.app_token(["User-Mail.ReadWrite.All", "User-Phone.ReadWrite.All"]).await;
    let body = json!({"otherMails": [], "mobilePhone": "4"});
    assert_eq!(update(&tenant, &both, ada, &body).await.status, 204);
    let none = tenant.app_token(["User.EnableDisableAccount.All"]).await;
    let refused = update(&tenant, &none, ada, &json!({"accountEnabled": true})).await;
    assert_eq!(refused.refusal(), forbidden());
    let reader = tenant.app_token(["User.Read.All"]).await;
    let read = get(&tenant, &reader, &format!("/users/{ada}?$select=mobilePhone")).await;
    assert_eq!(read.json()["mobilePhone"], "4");
}

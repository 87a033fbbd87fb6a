//! `/users`: creating and reading users.

use crate::support::{Answer, Tenant, forbidden, not_found, refused, send};
use futures::future::join_all;
use reqwest::Method;
use roster_server::model::{properties::Returned, user::USER};
use serde_json::{Value, json};

fn ada(more: Value) -> Value {
    let mut body = json!({"accountEnabled": true, "displayName": "Ada Lovelace", "mailNickname": "ada",
        "userPrincipalName": "ada@contoso.example", "passwordProfile": {"password": "Difference 1822"}});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

async fn create(tenant: &Tenant, body: &Value) -> Answer {
    send(tenant.raw(Method::POST, "/users").await.json(body)).await
}

async fn get(tenant: &Tenant, path: &str) -> Answer {
    send(tenant.raw(Method::GET, path).await).await
}

fn invalid(property: &str) -> (u16, String, String) {
    let message = format!("Invalid value specified for property '{property}' of resource 'User'.");
    refused(400, "Request_BadRequest", &message)
}

#[tokio::test]
async fn a_user_is_created_and_read_by_id_and_by_name() {
    let tenant = Tenant::fresh().await;
    let answer = create(&tenant, &ada(json!({"mail": "ada@contoso.example", "department": "Engines"}))).await;
    assert_eq!(answer.status, 201);
    let created = answer.json();
    let id = created["id"].as_str().unwrap();
    assert_eq!(answer.headers["location"], format!("{}/v1.0/users/{id}", tenant.server.url));
    for path in [
        format!("/users/{id}"),
        format!("/users/{}", id.to_uppercase()),
        "/users/ada@contoso.example".into(),
        "/users/ADA%40Contoso.example".into(),
        format!("/users('{id}')"),
        "/users(userPrincipalName='ada@contoso.example')".into(),
    ] {
        assert_eq!(get(&tenant, &path).await.json(), created, "{path}");
    }
    let keys: Vec<&str> = created.as_object().unwrap().keys().skip(1).map(String::as_str).collect();
    let by_default = USER.properties.iter().filter(|property| property.returned == Returned::ByDefault);
    assert_eq!(keys, by_default.map(|property| property.name).collect::<Vec<_>>());
    let more =
        get(&tenant, &format!("/users/{id}?$select=department,userType,proxyAddresses,passwordProfile,city"))
            .await;
    let mut more = more.json();
    more.as_object_mut().unwrap().remove("@odata.context");
    let expected = json!({"city": null, "department": "Engines", "proxyAddresses": ["SMTP:ada@contoso.example"], "userType": "Member"});
    assert_eq!(more, expected);
}

#[tokio::test]
async fn the_generated_client_creates_and_reads_users() {
    use roster_client::types::{PasswordProfile, UserCreate};
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["User.ReadWrite.All"]).await;
    let password: PasswordProfile =
        PasswordProfile::builder().password(Some("Difference 1822".parse().unwrap())).try_into().unwrap();
    let user = UserCreate::builder()
        .account_enabled(true)
        .display_name("Ada")
        .mail_nickname("ada")
        .user_principal_name("ada@contoso.example")
        .password_profile(password);
    let created = graph.create_user().body(user).send().await.unwrap();
    assert_eq!(created.status(), 201);
    let read = graph.get_user().id("ada@contoso.example").select("id,displayName").send().await.unwrap();
    assert_eq!((&read.id, read.display_name.as_deref()), (&created.id, Some("Ada")));
}

#[tokio::test]
async fn a_sign_in_name_must_have_the_form_of_one() {
    let tenant = Tenant::fresh().await;
    for name in [
        "ada",
        "@contoso.example",
        "ada@",
        "a b@contoso.example",
        "ada@contoso@example",
        "adä@contoso.example",
        "ada@.example",
    ] {
        let answer = create(&tenant, &ada(json!({"userPrincipalName": name}))).await;
        assert_eq!(answer.refusal(), invalid("userPrincipalName"), "{name}");
    }
    let odd =
        create(&tenant, &ada(json!({"userPrincipalName": "o'neil_ext#EXT#@contoso.example"}))).await.json();
    for path in
        ["/users/o'neil_ext%23EXT%23@contoso.example", "/users('o''neil_ext%23EXT%23@contoso.example')"]
    {
        assert_eq!(get(&tenant, path).await.json(), odd, "{path}");
    }
}

#[tokio::test]
async fn a_password_must_be_strong_and_is_shown_nowhere() {
    let tenant = Tenant::fresh().await;
    for weak in ["Short 1", "alllowercase", "onlylower123"] {
        let answer = create(&tenant, &ada(json!({"passwordProfile": {"password": weak}}))).await;
        assert_eq!(answer.status, 400, "{weak}");
        assert_eq!(answer.json()["error"]["details"][0]["target"], "passwordProfile");
        assert!(!answer.text.contains(weak));
    }
    let strong = create(&tenant, &ada(json!({}))).await;
    assert_eq!(strong.status, 201);
    assert!(!strong.text.contains("Difference") && !strong.text.contains("passwordProfile"));
    let all = get(&tenant, "/users/ada@contoso.example?$select=*").await;
    assert!(!all.text.contains("Difference") && !all.text.contains("passwordProfile"));
}

#[tokio::test]
async fn of_sixteen_users_of_one_name_created_at_once_one_is_there() {
    let tenant = Tenant::fresh().await;
    let bodies: Vec<Value> = (0..16)
        .map(|n| ada(json!({"userPrincipalName": if n % 2 == 0 { "ada@contoso.example" } else { "ADA@contoso.example" }})))
        .collect();
    let answers = join_all(bodies.iter().map(|body| create(&tenant, body))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    let taken = "Another object with the same value for property userPrincipalName already exists.";
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!(answer.refusal(), refused(400, "Request_BadRequest", taken));
    }
    let elsewhere = Tenant::fresh().await;
    assert_eq!(create(&elsewhere, &bodies[0]).await.status, 201, "names are a tenant's own");
}

#[tokio::test]
async fn with_user_read_a_caller_reads_itself_and_learns_nothing_of_others() {
    let tenant = Tenant::fresh().await;
    let (me, other) = (tenant.user("ada").await, tenant.user("grace").await);
    let token = tenant.user_token(me, ["User.Read"]).await;
    let get = async |key: String| {
        send(tenant.anonymous(Method::GET, &format!("/v1.0/users/{key}")).bearer_auth(&token)).await
    };
    assert_eq!(get(me.to_string()).await.status, 200);
    assert_eq!(get(format!("ada@{}", tenant.domain())).await.status, 200);
    for key in [other.to_string(), uuid::Uuid::from_u128(7).to_string(), "nobody@contoso.example".into()] {
        assert_eq!(get(key).await.refusal(), forbidden());
    }
    let group = tenant.security_group("readers").await;
    let all = tenant.raw(Method::GET, &format!("/users/{group}")).await;
    assert_eq!(send(all).await.refusal(), not_found(group), "a group is no user");
}

//! `/users`: creating and reading users.

use crate::support::{Answer, Tenant, forbidden, not_found, refused, send};
use futures::future::join_all;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Method;
use roster_server::model::{kinds::ObjectKind, properties::Returned, user::USER};
use serde_json::{Value, json};
use uuid::Uuid;

fn ada(tenant: &Tenant, more: Value) -> Value {
    let mut body = json!({"accountEnabled": true, "displayName": "Ada Lovelace", "mailNickname": "ada",
        "userPrincipalName": tenant.upn("ada"), "passwordProfile": {"password": "Difference 1822"}});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

async fn create(tenant: &Tenant, body: &Value) -> Answer {
    send(tenant.raw(Method::POST, "/users").await.json(body)).await
}

async fn get(tenant: &Tenant, path: &str) -> Answer {
    send(tenant.raw(Method::GET, path).await).await
}

const WEAK: &str = "The specified password does not comply with password complexity requirements. Please provide a \
    different password.";

fn invalid(property: &str) -> (u16, String, String) {
    let message = format!("Invalid value specified for property '{property}' of resource 'User'.");
    refused(400, "Request_BadRequest", &message)
}

#[tokio::test]
async fn a_user_is_created_and_read_by_id_and_by_name() {
    let tenant = Tenant::fresh().await;
    let (name, domain) = (tenant.upn("ada"), tenant.domain());
    let answer = create(&tenant, &ada(&tenant, json!({"mail": name, "department": "Engines"}))).await;
    assert_eq!(answer.status, 201);
    let created = answer.json();
    let id = created["id"].as_str().unwrap();
    assert_eq!(answer.headers["location"], format!("{}/v1.0/users/{id}", tenant.server.url));
    for path in [
        format!("/users/{id}"),
        format!("/users/{}", id.to_uppercase()),
        format!("/users/{name}"),
        format!("/users/ADA%40{}", domain.to_uppercase()),
        format!("/users('{id}')"),
        format!("/users(userPrincipalName='{name}')"),
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
    let expected = json!({"city": null, "department": "Engines", "proxyAddresses": [format!("SMTP:{name}")], "userType": "Member"});
    assert_eq!(more, expected);
}

#[tokio::test]
async fn the_generated_client_creates_and_reads_users() {
    use roster_client::{
        Password,
        types::{PasswordProfile, UserCreate},
    };
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["User.ReadWrite.All"]).await;
    let password: PasswordProfile =
        PasswordProfile::builder().password(Password::from("Difference 1822")).try_into().unwrap();
    let user = UserCreate::builder()
        .account_enabled(true)
        .display_name("Ada")
        .mail_nickname("ada")
        .user_principal_name(tenant.upn("ada"))
        .password_profile(password);
    let created = graph.create_user().body(user).send().await.unwrap();
    assert_eq!(created.status(), 201);
    let read = graph.get_user().id(tenant.upn("ada")).select("id,displayName").send().await.unwrap();
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
        let answer = create(&tenant, &ada(&tenant, json!({"userPrincipalName": name}))).await;
        assert_eq!(answer.refusal(), invalid("userPrincipalName"), "{name}");
    }
    let name = tenant.upn("o'neil_ext#EXT#");
    let odd = create(&tenant, &ada(&tenant, json!({"userPrincipalName": name}))).await.json();
    let name = name.replace('#', "%23");
    for path in [format!("/users/{name}"), format!("/users('{}')", name.replace('\'', "''"))] {
        assert_eq!(get(&tenant, &path).await.json(), odd, "{path}");
    }
}

#[tokio::test]
async fn a_sign_in_name_is_found_in_every_spelling_that_is_the_same_name() {
    let tenant = Tenant::fresh().await;
    let name = tenant.upn("Kim").replace("example", "Example");
    let created = create(&tenant, &ada(&tenant, json!({"userPrincipalName": name}))).await.json();
    assert_eq!(created["userPrincipalName"], name, "it is kept as it was written");
    // As full-width letters, with the Kelvin sign, with invisible characters, and with space after it.
    let spellings = [
        tenant.upn("kim").to_uppercase(),
        tenant.upn("ｋｉｍ"),
        tenant.upn("\u{212a}im"),
        tenant.upn("kim\u{200b}"),
        tenant.upn("kim") + " ",
    ];
    let group = tenant.security_group("readers").await;
    for spelling in spellings {
        let encoded = utf8_percent_encode(&spelling, NON_ALPHANUMERIC);
        assert_eq!(get(&tenant, &format!("/users/{encoded}")).await.json(), created, "{spelling}");
        let reference = format!("https://graph.microsoft.com/v1.0/users/{encoded}");
        let body = json!({"@odata.id": reference});
        let member = format!("/groups/{group}/members");
        let added = send(tenant.raw(Method::POST, &format!("{member}/$ref")).await.json(&body)).await;
        assert_eq!(added.status, 204, "{spelling}: {}", added.text);
        let removed =
            tenant.raw(Method::DELETE, &format!("{member}/{}/$ref", created["id"].as_str().unwrap())).await;
        assert_eq!(send(removed).await.status, 204, "{spelling}");
    }
    for other in [tenant.upn("k\u{131}m"), tenant.upn("k im"), tenant.upn("kim") + ".x", "%00".into()] {
        let encoded = utf8_percent_encode(&other, NON_ALPHANUMERIC);
        assert_eq!(get(&tenant, &format!("/users/{encoded}")).await.refusal(), not_found(&other), "{other}");
    }
    let path = format!("/users/{}", created["id"].as_str().unwrap());
    let renamed =
        tenant.raw(Method::PATCH, &path).await.json(&json!({"userPrincipalName": tenant.upn("KIM")}));
    assert_eq!(send(renamed).await.status, 204, "its own name in another case");
    let read = get(&tenant, &format!("/users/{}", tenant.upn("kim"))).await.json();
    assert_eq!(read["userPrincipalName"], tenant.upn("KIM"));
}

// Recorded: https://github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/7106
const FOREIGN: &str = "The domain portion of the userPrincipalName property is invalid. You must use one of the \
    verified domain names in your organization.";

#[tokio::test]
async fn a_sign_in_name_is_of_a_domain_of_the_tenant() {
    let (tenant, other) = (Tenant::fresh().await, Tenant::fresh().await);
    let kim = tenant.user("kim").await;
    let rename = async |name: &str| {
        let body = json!({"userPrincipalName": name});
        send(tenant.raw(Method::PATCH, &format!("/users/{kim}")).await.json(&body)).await
    };
    let below = format!("ada@below.{}", tenant.domain());
    for name in ["ada@nobodys.example", "ada@localhost", "ada@1.2.3.4", &other.upn("ada"), &below] {
        let created = create(&tenant, &ada(&tenant, json!({"userPrincipalName": name}))).await;
        for answer in [created, rename(name).await] {
            assert_eq!(answer.refusal(), refused(400, "Request_BadRequest", FOREIGN), "{name}");
            assert_eq!(answer.json()["error"]["details"][0]["target"], "userPrincipalName");
        }
    }
    let domains = tenant.server.store.domains(tenant.store_tenant()).await.unwrap();
    let [default, initial] = domains.as_slice() else { panic!("{domains:?}") };
    assert_eq!(default.as_str(), tenant.domain());
    let short = &tenant.id().to_string()[..8];
    assert!(initial.as_str().starts_with(short) && initial.as_str().ends_with(".roster.local"), "{initial}");
    for domain in [default.to_string(), initial.to_string(), initial.to_string().to_uppercase()] {
        assert_eq!(rename(&format!("kim@{domain}")).await.status, 204, "{domain}");
    }
}

#[tokio::test]
async fn a_user_of_a_domain_that_the_tenant_lacks_can_still_be_changed_and_moved() {
    let tenant = Tenant::fresh().await;
    let name = "ada@gone.example";
    let ada =
        tenant.object_with(ObjectKind::User, json!({"displayName": "Ada", "userPrincipalName": name})).await;
    let change =
        async |body: Value| send(tenant.raw(Method::PATCH, &format!("/users/{ada}")).await.json(&body)).await;
    for body in [json!({"city": "London"}), json!({"city": "Turin", "userPrincipalName": name})] {
        assert_eq!(change(body.clone()).await.status, 204, "{body}");
    }
    let other = change(json!({"userPrincipalName": "ada@gone.too.example"})).await;
    assert_eq!(other.refusal(), refused(400, "Request_BadRequest", FOREIGN));
    assert_eq!(change(json!({"userPrincipalName": tenant.upn("ada")})).await.status, 204);
    let identity =
        get(&tenant, &format!("/users/{ada}?$select=identities")).await.json()["identities"][0].take();
    assert_eq!(
        (&identity["issuer"], &identity["issuerAssignedId"]),
        (&tenant.domain().into(), &tenant.upn("ada").into())
    );
}

#[tokio::test]
async fn a_password_must_be_strong_and_is_shown_nowhere() {
    let tenant = Tenant::fresh().await;
    for weak in ["Short 1", "alllowercase", "onlylower123"] {
        let answer = create(&tenant, &ada(&tenant, json!({"passwordProfile": {"password": weak}}))).await;
        assert_eq!(answer.refusal(), refused(400, "Request_BadRequest", WEAK), "{weak}");
        assert_eq!(answer.json()["error"]["details"][0]["target"], "passwordProfile");
        assert!(!answer.text.contains(weak));
    }
    let number = create(&tenant, &ada(&tenant, json!({"passwordProfile": {"password": 12_345_678}}))).await;
    assert_eq!(number.refusal(), invalid("passwordProfile"));
    let strong = create(&tenant, &ada(&tenant, json!({}))).await;
    assert_eq!(strong.status, 201);
    assert!(!strong.text.contains("Difference") && !strong.text.contains("passwordProfile"));
    let all = get(&tenant, &format!("/users/{}?$select=*", tenant.upn("ada"))).await;
    assert!(!all.text.contains("Difference") && !all.text.contains("passwordProfile"));
}

#[tokio::test]
async fn a_user_whose_policies_allow_it_has_a_password_of_any_characters_but_not_a_short_one() {
    let tenant = Tenant::fresh().await;
    let with = |password: &str, policies: Value| {
        ada(&tenant, json!({"passwordProfile": {"password": password}, "passwordPolicies": policies}))
    };
    let policies = json!("DisablePasswordExpiration, disableStrongPassword");
    for body in [
        with("alllowercase", json!("DisablePasswordExpiration")),
        with("alllowercase", Value::Null),
        with("alllowercase", json!("DisableStrongPasswords")),
        with("short", policies.clone()),
    ] {
        assert_eq!(
            create(&tenant, &body).await.refusal(),
            refused(400, "Request_BadRequest", WEAK),
            "{body}"
        );
    }
    assert_eq!(create(&tenant, &with("alllowercase", policies)).await.status, 201);
    let change = async |body: Value| {
        let path = format!("/users/{}", tenant.upn("ada"));
        send(tenant.raw(Method::PATCH, &path).await.json(&body)).await
    };
    let password = json!({"password": "otherletters"});
    assert_eq!(change(json!({"passwordProfile": password})).await.status, 204, "the user's own policies");
    let strict = change(json!({"passwordPolicies": null, "passwordProfile": password})).await;
    assert_eq!(strict.refusal(), refused(400, "Request_BadRequest", WEAK));
    assert_eq!(change(json!({"passwordPolicies": null})).await.status, 204);
    assert_eq!(change(json!({"passwordProfile": password})).await.status, 400);
    let both = json!({"passwordPolicies": "DisableStrongPassword", "passwordProfile": password});
    assert_eq!(change(both).await.status, 204, "those of the request");
}

#[tokio::test]
async fn of_sixteen_users_of_one_name_created_at_once_one_is_there() {
    let tenant = Tenant::fresh().await;
    let bodies: Vec<Value> = (0..16)
        .map(|n| ada(&tenant, json!({"userPrincipalName": tenant.upn(["ada", "ADA"][n % 2])})))
        .collect();
    let answers = join_all(bodies.iter().map(|body| create(&tenant, body))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    let taken = "Another object with the same value for property userPrincipalName already exists.";
    let details = json!([{"target": "userPrincipalName", "code": "ObjectConflict", "message": taken}]);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!(answer.refusal(), refused(400, "Request_BadRequest", taken));
        assert_eq!(answer.json()["error"]["details"], details);
    }
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
    for key in [other.to_string(), Uuid::from_u128(7).to_string(), "nobody@contoso.example".into()] {
        assert_eq!(get(key).await.refusal(), forbidden());
    }
    let group = tenant.security_group("readers").await;
    let all = tenant.raw(Method::GET, &format!("/users/{group}")).await;
    assert_eq!(send(all).await.refusal(), not_found(group), "a group is no user");
}

#[tokio::test]
async fn when_a_user_leaves_is_shown_only_to_callers_that_may_read_it() {
    let tenant = Tenant::fresh().await;
    let (ada, group) = (tenant.user("ada").await, tenant.security_group("readers").await);
    tenant.join(group, ada).await;
    tenant.own(group, ada).await;
    let leaves = json!({"employeeLeaveDateTime": "2030-01-31T00:00:00Z"});
    let change = send(tenant.raw(Method::PATCH, &format!("/users/{ada}")).await.json(&leaves)).await;
    assert_eq!(change.status, 204);

    let read = async |token: &str, path: &str| {
        send(tenant.anonymous(Method::GET, &format!("/v1.0{path}")).bearer_auth(token)).await
    };
    let scopes = ["User.ReadWrite.All", "Group.ReadWrite.All", "Directory.ReadWrite.All"];
    let without = tenant.user_token(ada, scopes).await;
    let with = tenant.user_token(ada, scopes.into_iter().chain(["User-LifeCycleInfo.Read.All"])).await;
    let missing = Uuid::from_u128(7);
    for path in [
        "/me".into(),
        "/users".into(),
        format!("/users/{ada}"),
        format!("/users/ada@{}", tenant.domain()),
        format!("/directoryObjects/{ada}"),
        format!("/groups/{group}/members"),
        format!("/groups/{group}/owners"),
    ] {
        for select in ["employeeLeaveDateTime", "id,EMPLOYEELEAVEDATETIME", "*,employeeLeaveDateTime"] {
            let selected = format!("{path}?$select={select}");
            assert_eq!(read(&without, &selected).await.refusal(), forbidden(), "{selected}");
            let answer = read(&with, &selected).await;
            assert!(answer.text.contains("2030-01-31T00:00:00Z"), "{selected} {answer:?}");
        }
        let all = format!("{path}?$select=*");
        let answer = read(&without, &all).await;
        assert_eq!(answer.status, 200);
        assert!(answer.text.contains("employeeHireDate"), "{answer:?}");
        assert!(!answer.text.contains("employeeLeave"), "{answer:?}");
        assert!(read(&with, &all).await.text.contains("2030-01-31T00:00:00Z"));
    }
    for path in [
        format!("/users/{missing}"),
        format!("/directoryObjects/{group}"),
        format!("/directoryObjects/{missing}"),
        format!("/groups/{missing}/members"),
        format!("/groups/{missing}/owners"),
    ] {
        let selected = format!("{path}?$select=employeeLeaveDateTime");
        assert_eq!(read(&without, &selected).await.refusal(), forbidden(), "{path}");
    }
    // Of kinds that don't have it there is nothing to read.
    let groups = read(&without, "/groups?$select=id,employeeLeaveDateTime").await;
    assert_eq!(
        (groups.status.as_u16(), groups.json()["value"][0]["id"].as_str()),
        (200, Some(&*group.to_string()))
    );
    // A member that the caller may not read shows nothing, with the permission too.
    let blind = tenant.app_token(["GroupMember.Read.All", "User-LifeCycleInfo.Read.All"]).await;
    let members =
        read(&blind, &format!("/groups/{group}/members?$select=employeeLeaveDateTime")).await.json();
    assert_eq!(members["value"][0]["employeeLeaveDateTime"], Value::Null, "{members}");
}

#[tokio::test]
async fn a_user_who_reads_only_itself_reads_when_it_leaves_with_that_permission_besides() {
    let tenant = Tenant::fresh().await;
    let (ada, grace) = (tenant.user("ada").await, tenant.user("grace").await);
    let status = async |scopes: &[&str], path: &str| {
        let token = tenant.user_token(ada, scopes.iter().copied()).await;
        let path = format!("/v1.0{path}?$select=employeeLeaveDateTime");
        send(tenant.anonymous(Method::GET, &path).bearer_auth(token)).await.status.as_u16()
    };
    let (alone, besides) = (["User.Read"], ["User.Read", "User-LifeCycleInfo.Read.All"]);
    assert_eq!(status(&alone, "/me").await, 403);
    assert_eq!(status(&besides, "/me").await, 200);
    assert_eq!(status(&besides, &format!("/users/{grace}")).await, 403);
    assert_eq!(status(&["User-LifeCycleInfo.Read.All"], "/me").await, 403);
}

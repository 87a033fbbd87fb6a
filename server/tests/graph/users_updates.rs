//! `PATCH /users/{id}`: what follows from a change, and what is refused.

use crate::support::{Answer, Tenant, refused, send};
use futures::future::join_all;
use reqwest::Method;
use roster_client::{
    Patch, Replace,
    types::{EmployeeOrgData, UserUpdate},
};
use serde_json::{Value, json};
use uuid::Uuid;

async fn patch(tenant: &Tenant, user: Uuid, body: Value) -> Answer {
    send(tenant.raw(Method::PATCH, &format!("/users/{user}")).await.json(&body)).await
}

async fn get(tenant: &Tenant, user: Uuid) -> Value {
    send(tenant.raw(Method::GET, &format!("/users/{user}?$select=*")).await).await.json()
}

#[tokio::test]
async fn the_client_sets_takes_away_and_empties() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["User.ReadWrite.All"]).await;
    let ada = tenant.user("ada").await.to_string();
    let set = UserUpdate::builder()
        .city(Patch::from("London"))
        .business_phones(Some(Replace(vec!["+44".to_owned()])))
        .employee_org_data(Patch::Set(EmployeeOrgData {
            cost_center: Some("7".into()),
            ..EmployeeOrgData::default()
        }));
    graph.update_user().id(&ada).body(set).send().await.unwrap();
    let read = graph.get_user().id(&ada).select("city,businessPhones,employeeOrgData").send().await.unwrap();
    assert_eq!(read.city.as_deref(), Some("London"));
    assert_eq!(read.business_phones, ["+44"]);
    assert_eq!(read.employee_org_data.clone().unwrap().cost_center.as_deref(), Some("7"));
    let clear = UserUpdate::builder().city(Patch::Null).business_phones(Some(Replace(vec![])));
    graph.update_user().id(&ada).body(clear).send().await.unwrap();
    let read = graph.get_user().id(&ada).select("city,businessPhones").send().await.unwrap();
    assert_eq!((read.city.clone(), read.business_phones.len()), (None, 0));
}

#[tokio::test]
async fn a_user_that_is_read_can_be_sent_back_whole() {
    let tenant = Tenant::fresh().await;
    let ada = tenant.user("ada").await;
    let full = json!({"businessPhones": ["+44 1"], "givenName": "Ada", "jobTitle": "Analyst",
        "mail": "ada@contoso.example", "mobilePhone": "+44 2", "officeLocation": "1", "surname": "Lovelace",
        "preferredLanguage": "en-GB"});
    let as_user = tenant.user_token(ada, ["User.ReadWrite.All"]).await;
    for before in [json!({"displayName": "ada"}), full] {
        assert_eq!(patch(&tenant, ada, before).await.status, 204);
        for path in [format!("/users/{ada}"), format!("/users/ada@{}", tenant.domain()), "/me".into()] {
            let request = |method| tenant.anonymous(method, &format!("/v1.0{path}")).bearer_auth(&as_user);
            let read = send(request(Method::GET)).await.json();
            assert!(read["@odata.context"].is_string() && read["id"].is_string());
            let answer = send(request(Method::PATCH).json(&read)).await;
            assert_eq!((answer.status.as_u16(), &*answer.text), (204, ""), "{path} {read}");
            assert_eq!(send(request(Method::GET)).await.json(), read, "{path}");
        }
    }
}

#[tokio::test]
async fn addresses_and_identities_follow_what_they_are_made_of() {
    let tenant = Tenant::fresh().await;
    let ada = tenant.user("ada").await;
    let name = tenant.upn("ada.lovelace");
    for mail in ["ada@one.example", "ada@two.example"] {
        assert_eq!(patch(&tenant, ada, json!({"mail": mail})).await.status, 204);
    }
    assert_eq!(patch(&tenant, ada, json!({"userPrincipalName": name})).await.status, 204);
    let read = get(&tenant, ada).await;
    assert_eq!(read["proxyAddresses"], json!(["SMTP:ada@two.example", "smtp:ada@one.example"]));
    let identity = json!({"issuer": tenant.domain(), "issuerAssignedId": name,
        "signInType": "userPrincipalName"});
    assert_eq!(read["identities"], json!([identity]));
}

#[tokio::test]
async fn no_user_claims_the_sign_in_name_of_another_as_an_identity() {
    let tenant = Tenant::fresh().await;
    let ada = tenant.user("ada").await;
    let before = get(&tenant, ada).await["identities"].clone();
    let claim = json!({"issuer": tenant.domain(), "issuerAssignedId": "grace@contoso.example",
        "signInType": "UserPrincipalName"});
    assert_eq!(patch(&tenant, ada, json!({"identities": [claim]})).await.status, 204);
    assert_eq!(get(&tenant, ada).await["identities"], before);
}

#[tokio::test]
async fn an_object_has_a_largest_size_however_it_comes_to_it() {
    let tenant = Tenant::fresh().await;
    let ada = tenant.user("ada").await;
    let many = |name: &str| json!({name: vec!["x".repeat(250); 250]});
    assert_eq!(patch(&tenant, ada, many("otherMails")).await.status, 204);
    let profile = json!({"skills": vec!["x".repeat(250); 250]});
    let as_user = tenant.user_token(ada, ["User.ReadWrite.All"]).await;
    let path = format!("/v1.0/users/{ada}");
    let answer = send(tenant.anonymous(Method::PATCH, &path).bearer_auth(as_user).json(&profile)).await;
    assert_eq!(answer.status, 204);
    let before = get(&tenant, ada).await;
    let attribute = "x".repeat(1024);
    let attributes: serde_json::Map<String, Value> =
        (1..=15).map(|n| (format!("extensionAttribute{n}"), attribute.clone().into())).collect();
    let refusal = patch(&tenant, ada, json!({"onPremisesExtensionAttributes": attributes})).await.refusal();
    let message = "The size of the object has exceeded its limit. Please reduce the number of values and retry your request.";
    assert_eq!(refusal, refused(403, "Directory_ResourceSizeExceeded", message));
    assert_eq!(get(&tenant, ada).await, before);
}

#[tokio::test]
async fn identities_can_be_sent_back_as_they_are_read_ten_beside_the_sign_in_name() {
    let tenant = Tenant::fresh().await;
    let ada = tenant.user("ada").await;
    let identity = |number: usize| json!({"issuer": "contoso.example", "issuerAssignedId": number.to_string(), "signInType": "userName"});
    let ten: Vec<Value> = (0..10).map(identity).collect();
    assert_eq!(patch(&tenant, ada, json!({"identities": ten})).await.status, 204);
    let read = get(&tenant, ada).await["identities"].clone();
    assert_eq!(read.as_array().unwrap().len(), 11);
    assert_eq!(patch(&tenant, ada, json!({"identities": read})).await.status, 204);
    assert_eq!(get(&tenant, ada).await["identities"], read);
    let twelve: Vec<Value> = (0..12).map(identity).collect();
    let message = "Invalid value specified for property 'identities' of resource 'User'.";
    let refusal = patch(&tenant, ada, json!({"identities": twelve})).await.refusal();
    assert_eq!(refusal, refused(400, "Request_BadRequest", message));
}

#[tokio::test]
async fn of_sixteen_users_that_want_one_name_at_once_one_gets_it() {
    let tenant = Tenant::fresh().await;
    let mut users = Vec::new();
    for number in 0..16 {
        users.push(tenant.user(&format!("user{number}")).await);
    }
    let rename =
        users.iter().map(|&user| patch(&tenant, user, json!({"userPrincipalName": tenant.upn("a")})));
    let answers = join_all(rename).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 204).count(), 1);
    let taken = "Another object with the same value for property userPrincipalName already exists.";
    for answer in answers.iter().filter(|answer| answer.status != 204) {
        assert_eq!(answer.refusal(), refused(400, "Request_BadRequest", taken));
    }
}

#[tokio::test]
async fn a_new_password_is_checked_and_only_its_time_is_kept() {
    let tenant = Tenant::fresh().await;
    let ada = tenant.user("ada").await;
    let weak = patch(&tenant, ada, json!({"passwordProfile": {"password": "short"}, "city": "London"})).await;
    assert_eq!(
        (weak.status.as_u16(), weak.json()["error"]["details"][0]["target"].as_str()),
        (400, Some("passwordProfile"))
    );
    assert_eq!(get(&tenant, ada).await["city"], Value::Null, "nothing is half written");
    let strong =
        json!({"passwordProfile": {"password": "Analytical 1", "forceChangePasswordNextSignIn": true}});
    assert_eq!(patch(&tenant, ada, strong).await.status, 204);
    let forced = json!({"passwordProfile": {"forceChangePasswordNextSignIn": true}});
    assert_eq!(patch(&tenant, ada, forced).await.status, 204);
    let read = get(&tenant, ada).await;
    assert!(read["lastPasswordChangeDateTime"].is_string());
    assert!(!read.to_string().contains("Analytical") && read.get("passwordProfile").is_none());
}

#[tokio::test]
async fn what_the_profile_holds_is_changed_by_itself_and_by_a_user() {
    let tenant = Tenant::fresh().await;
    let ada = tenant.user("ada").await;
    let by_application = patch(&tenant, ada, json!({"skills": ["counting"]})).await;
    assert_eq!(by_application.refusal(), crate::support::forbidden());
    let mixed = patch(&tenant, ada, json!({"skills": ["counting"], "city": "London"})).await;
    assert_eq!(mixed.status, 400);
    assert_eq!(get(&tenant, ada).await["city"], Value::Null);
}

//! `/invitations`: guests.

use crate::support::{Tenant, refusal, refused, send};
use reqwest::Method;
use roster_client::{Client, required::InvitationCreate, types};
use serde_json::json;

fn body(address: &str) -> InvitationCreate {
    InvitationCreate {
        invited_user_email_address: address.into(),
        invite_redirect_url: "https://loans.contoso.example".into(),
    }
}

async fn invite(graph: &Client, address: &str) -> types::Invitation {
    graph.create_invitation().body(body(address)).send().await.unwrap().into_inner()
}

#[tokio::test]
async fn who_is_invited_is_a_guest_and_can_be_put_into_groups() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["User.Invite.All"]).await;
    let invitation = invite(&graph, "charles@fabrikam.example").await;
    let status = serde_json::to_value(&invitation).unwrap();
    assert_eq!(
        (&status["status"], &status["invitedUserType"]),
        (&json!("PendingAcceptance"), &json!("Guest"))
    );
    let id = status["invitedUser"]["id"].as_str().unwrap();
    let select = "userPrincipalName,userType,mail,displayName,externalUserState,creationType,proxyAddresses";
    let user = send(tenant.raw(Method::GET, &format!("/users/{id}?$select={select}")).await).await.json();
    let name = user["userPrincipalName"].as_str().unwrap();
    assert!(name.starts_with("charles_fabrikam.example#EXT#@"), "{name}");
    for (property, value) in [
        ("userType", json!("Guest")),
        ("mail", json!("charles@fabrikam.example")),
        ("displayName", json!("charles")),
        ("externalUserState", json!("PendingAcceptance")),
        ("creationType", json!("Invitation")),
        ("proxyAddresses", json!(["SMTP:charles@fabrikam.example"])),
    ] {
        assert_eq!(user[property], value, "{property}");
    }
    let found = send(tenant.raw(Method::GET, &format!("/users/{}", name.replace('#', "%23"))).await).await;
    assert_eq!(found.json()["id"], json!(id));
    let group = tenant.microsoft_365_group("readers").await;
    let reference = json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/users/{id}")});
    let add = tenant.raw(Method::POST, &format!("/groups/{group}/members/$ref")).await.json(&reference);
    assert_eq!(send(add).await.status, 204);
}

#[tokio::test]
async fn who_is_invited_again_stays_one_guest() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["User.Invite.All"]).await;
    let (first, second) =
        (invite(&graph, "charles@fabrikam.example").await, invite(&graph, "Charles@fabrikam.example").await);
    let user =
        |invitation: &types::Invitation| serde_json::to_value(invitation).unwrap()["invitedUser"].clone();
    assert_eq!(user(&first), user(&second));
    assert_ne!(first.id, second.id);
    let count = tenant.raw(Method::GET, "/users/$count").await.header("ConsistencyLevel", "eventual");
    assert_eq!(send(count).await.text, "1");
}

#[tokio::test]
async fn nobody_of_the_tenants_own_domains_is_invited() {
    let tenant = Tenant::fresh().await;
    let ada = tenant.user("ada").await;
    let graph = tenant.client(["User.ReadWrite.All"]).await;
    let message = format!(
        "The invited user already exists in the directory as object ID: {ada}. They can use that account to sign in to shared apps \
         and resources."
    );
    let here = graph.create_invitation().body(body(&tenant.upn("ada"))).send().await;
    assert_eq!(refusal(here), refused(400, "BadRequest", &message));
    let message = "Invalid value specified for property 'invitedUserEmailAddress' of resource 'Invitation'.";
    let nobody = graph.create_invitation().body(body(&tenant.upn("nobody"))).send().await;
    assert_eq!(refusal(nobody), refused(400, "Request_BadRequest", message));
}

#[tokio::test]
async fn each_address_has_a_guest_of_its_own_whatever_names_they_make() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["User.Invite.All"]).await;
    let name = async |id: &str| {
        let user = send(
            tenant.raw(Method::GET, &format!("/users/{id}?$select=userPrincipalName,mailNickname")).await,
        )
        .await;
        user.json()
    };
    // Who isn't a guest of this address isn't told.
    let initial = {
        let invitation = serde_json::to_value(invite(&graph, "first@fabrikam.example").await).unwrap();
        let user = name(invitation["invitedUser"]["id"].as_str().unwrap()).await;
        user["userPrincipalName"].as_str().unwrap().split_once("#EXT#@").unwrap().1.to_owned()
    };
    let member = json!({"accountEnabled": true, "displayName": "m", "mailNickname": "m", "mail": "c_d@fabrikam.example",
        "userPrincipalName": format!("c_d_fabrikam.example#EXT#@{initial}"), "userType": "Member",
        "passwordProfile": {"password": "Secret 123"}});
    assert_eq!(send(tenant.raw(Method::POST, "/users").await.json(&member)).await.status, 201);
    let long = |end: &str| format!("{}{end}@fabrikam.example", "x".repeat(60));
    let faces = format!("{}@fabrikam.example", "\u{1f600}".repeat(200));
    let mut seen = std::collections::BTreeSet::new();
    for address in [
        "a_b@fabrikam.example",
        "a@b_fabrikam.example",
        "a+b@fabrikam.example",
        "c_d@fabrikam.example",
        &long("1"),
        &long("2"),
        &faces,
    ] {
        let [first, again] = [invite(&graph, address).await, invite(&graph, &address.to_uppercase()).await]
            .map(|invitation| {
                serde_json::to_value(invitation).unwrap()["invitedUser"]["id"].as_str().unwrap().to_owned()
            });
        assert_eq!(first, again, "{address}");
        assert!(seen.insert(first.clone()), "{address}");
        let user = name(&first).await;
        let length = |property: &str| user[property].as_str().unwrap().len();
        assert!(length("userPrincipalName") <= 113 && length("mailNickname") <= 64, "{user}");
    }
}

#[tokio::test]
async fn who_was_invited_as_a_member_is_told_again() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["User.Invite.All"]).await;
    let mut ids = std::collections::BTreeSet::new();
    for kind in ["Member", "Guest"] {
        let body = json!({"invitedUserEmailAddress": "ada@fabrikam.example", "inviteRedirectUrl": "https://loans.contoso.example",
            "invitedUserType": kind});
        let body: types::InvitationCreate = serde_json::from_value(body).unwrap();
        let invitation = graph.create_invitation().body(body).send().await.unwrap().into_inner();
        ids.insert(serde_json::to_value(&invitation).unwrap()["invitedUser"]["id"].to_string());
    }
    assert_eq!(ids.len(), 1);
}

#[tokio::test]
async fn an_invitation_is_nowhere_and_told_whatever_is_preferred() {
    let tenant = Tenant::fresh().await;
    for preference in ["return=representation", "return=minimal"] {
        let request = tenant.raw(Method::POST, "/invitations").await.header("Prefer", preference);
        let body = json!({"invitedUserEmailAddress": "ada@fabrikam.example", "inviteRedirectUrl": "https://loans.contoso.example"});
        let answer = send(request.json(&body)).await;
        assert_eq!(answer.status, 201);
        assert!(
            !answer.headers.contains_key("location") && answer.json()["inviteRedeemUrl"].is_string(),
            "{answer:?}"
        );
    }
}

//! `changePassword`: the signed-in user's own password.

use crate::support::{Answer, Server, Tenant, send};
use chrono::TimeDelta;
use reqwest::Method;
use roster_client::types;
use roster_server::{
    auth::{passwords::PasswordHash, secrets::Secret},
    directory::{Policy, applications::Registration, sign_in::accounts},
    http::{
        state::{Settings, SignInMode, SignInSettings},
        transport::Limits,
    },
    model::ids::ObjectId,
    store::{
        ReadTx, WriteTx,
        objects::{self, Object},
        passwords::{self, Stored},
        sign_in_grants::{self, Kind, Stored as Grant},
    },
};
use serde_json::{Value, json};
use uuid::Uuid;

const SCOPE: &str = "User-PasswordProfile.ReadWrite.All";
const OLD: &str = "An engine, analytical";
const NEW: &str = "Bernoulli's numbers 7";

/// What the server answers a user who shows this password, and wants that one.
async fn change(tenant: &Tenant, user: Uuid, current: &str, new: &str) -> Answer {
    let token = tenant.user_token(user, [SCOPE]).await;
    let body = json!({"currentPassword": current, "newPassword": new});
    let path = "/v1.0/me/changePassword";
    send(tenant.anonymous(Method::POST, path).bearer_auth(token).json(&body)).await
}

/// Whose message says what was wrong with which property.
fn wrong(answer: &Answer, property: &str) -> bool {
    let (status, code, _) = answer.refusal();
    let target = &answer.json()["error"]["details"][0]["target"];
    (status, &*code, target) == (400, "Request_BadRequest", &json!(property))
}

async fn found(tenant: &Tenant, user: Uuid) -> (Object, Option<Stored>) {
    let find = move |tx: &ReadTx<'_>| {
        let user = objects::find(tx, ObjectId::from_uuid(user))?.unwrap();
        let password = passwords::find(tx, user.row)?;
        Ok::<_, roster_server::store::Error>((user, password))
    };
    tenant.server.store.tenant(tenant.store_tenant()).read(find).await.unwrap()
}

#[tokio::test]
async fn a_user_who_shows_the_password_gets_another_one() {
    let tenant = Tenant::fresh().await;
    let ada = tenant.user("ada").await;
    tenant.set_password(ada, OLD).await;
    let before = tenant.server.store.clock().now() - TimeDelta::seconds(1);
    let client = tenant.client_of(ada, [SCOPE, "User.Read"]).await;
    let passwords =
        types::ChangePasswordParameters { current_password: OLD.into(), new_password: NEW.into() };
    client.change_my_password().body(passwords).send().await.unwrap();
    let user = client.get_me().select("lastPasswordChangeDateTime").send().await.unwrap();
    assert!(user.last_password_change_date_time.unwrap() >= before);
    let (_, stored) = found(&tenant, ada).await;
    assert!(stored.unwrap().hash.is_of(NEW));
    assert!(wrong(&change(&tenant, ada, OLD, "Another one 8").await, "currentPassword"));
    assert_eq!(change(&tenant, ada, NEW, "Another one 8").await.status, 204);
}

#[tokio::test]
async fn whoever_signed_in_by_the_password_before_has_to_sign_in_anew_and_nothing_has_to_be_changed_any_more()
{
    let tenant = Tenant::fresh().await;
    let ada = tenant.user("ada").await;
    let (user, _) = found(&tenant, ada).await;
    let session = Secret::random().unwrap().digest();
    let begin = move |tx: &WriteTx<'_>| {
        let hash = PasswordHash::of(OLD).map_err(|_| roster_server::store::Error::Corrupt("no hash"))?;
        passwords::set(tx, &user, &Stored { hash, must_change: true })?;
        let (issued_at, expires_at) = (tx.now(), tx.now() + TimeDelta::hours(1));
        let (family, document) = (Uuid::from_u128(7), "{}".to_owned());
        let grant = Grant { user: Some(user.row), family, issued_at, expires_at, used_at: None, document };
        sign_in_grants::insert(tx, Kind::Session, &session, &grant)
    };
    let store = tenant.server.store.tenant(tenant.store_tenant());
    store.write(begin).await.unwrap();
    let is_there = async || {
        let find = move |tx: &ReadTx<'_>| sign_in_grants::find(tx, Kind::Session, &session);
        store.read(find).await.unwrap().is_some()
    };
    assert!(wrong(&change(&tenant, ada, "Another one 8", NEW).await, "currentPassword"));
    assert!(is_there().await, "what is refused changes nothing");
    assert_eq!(change(&tenant, ada, OLD, NEW).await.status, 204);
    assert!(!is_there().await);
    assert!(!found(&tenant, ada).await.1.unwrap().must_change);
}

#[tokio::test]
async fn a_new_password_is_strong_and_another_one() {
    let tenant = Tenant::fresh().await;
    let ada = tenant.user("ada").await;
    tenant.set_password(ada, OLD).await;
    for new in ["Short 1", "allsmallletters", OLD] {
        let answer = change(&tenant, ada, OLD, new).await;
        assert!(wrong(&answer, "newPassword"), "{answer:?}");
        // Whoever guesses learns nothing by that.
        assert_eq!(
            change(&tenant, ada, "Another one 8", "Short 1").await.json()["error"]["message"],
            answer.json()["error"]["message"]
        );
    }
    let long = "Aa1 ".repeat(65);
    for (current, new) in [(OLD, &*long), (&*long, NEW), ("", NEW), (OLD, "")] {
        assert_eq!(change(&tenant, ada, current, new).await.status, 400);
    }
    assert!(found(&tenant, ada).await.1.unwrap().hash.is_of(OLD));
}

#[tokio::test]
async fn a_user_without_a_password_has_none_to_show_and_an_application_is_nobody() {
    let tenant = Tenant::fresh().await;
    let ada = tenant.user("ada").await;
    for current in [OLD, "Secret 123"] {
        assert!(wrong(&change(&tenant, ada, current, NEW).await, "currentPassword"));
    }
    let (status, code, _) = change(&tenant, Uuid::from_u128(7), OLD, NEW).await.refusal();
    assert_eq!((status, &*code), (404, "Request_ResourceNotFound"));
    let body = json!({"currentPassword": OLD, "newPassword": NEW});
    let by_application = tenant.raw(Method::POST, "/me/changePassword").await.json(&body);
    assert_eq!(send(by_application).await.status, 400);
}

#[tokio::test]
async fn ten_wrong_passwords_lock_an_account_here_and_at_sign_in() {
    let sign_in = SignInSettings { allows_password_grant: true, ..SignInSettings::by(SignInMode::Password) };
    let settings = Settings { policy: Policy::default(), sign_in, ..Settings::default() };
    // Its threads can't be ended from within a test's.
    let server: &'static Server = Box::leak(Box::new(Server::start_with(settings, Limits::default())));
    let tenant = server.tenant().await;
    let (ada, grace) = (tenant.user("ada").await, tenant.user("grace").await);
    for user in [ada, grace] {
        tenant.set_password(user, OLD).await;
    }
    let secret = Secret::random().unwrap();
    let registration = Registration::new("reader", Vec::new(), &secret);
    let client_id = registration.app_id.to_string();
    tenant.register(registration).await;
    // One that is right is refused for another reason, as nobody has consented.
    let sign_in = async |name: &str| {
        let username = tenant.upn(name);
        let form = [
            ("grant_type", "password"),
            ("client_id", &client_id),
            ("client_secret", secret.reveal()),
            ("scope", "User.Read"),
            ("username", &username),
            ("password", OLD),
        ];
        let path = format!("/{}/oauth2/v2.0/token", tenant.id());
        let answer: Value = send(tenant.anonymous(Method::POST, &path).form(&form)).await.json();
        answer["error_codes"][0].as_u64().unwrap()
    };
    const LOCKED: u64 = 50053;
    for _ in 0..10 {
        assert!(wrong(&change(&tenant, ada, "Another one 8", NEW).await, "currentPassword"));
    }
    let locked = change(&tenant, ada, OLD, NEW).await;
    assert_eq!((locked.refusal().0, &*locked.refusal().1), (429, "TooManyRequests"));
    assert!(locked.headers.contains_key("retry-after"));
    assert_eq!(sign_in("ada").await, LOCKED);
    assert_ne!(sign_in("grace").await, LOCKED);
    assert_eq!(change(&tenant, grace, OLD, NEW).await.status, 204);
    server.store.clock().advance(61);
    assert_eq!(change(&tenant, ada, OLD, NEW).await.status, 204);
    assert_eq!(accounts::key(&tenant.upn("ADA")), accounts::key(&tenant.upn("ada")));
}

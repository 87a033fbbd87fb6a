//! Which tokens are accepted: their tenant, audience, times, signature and kind.

use crate::support::{self, Answer, Server, Tenant, forbidden, refused, send};
use reqwest::Method;
use roster_server::directory::Policy;
use serde_json::{Value, json};
use std::sync::OnceLock;
use uuid::Uuid;

/// A path for which `Group.Read.All` is enough.
async fn group(tenant: &Tenant) -> String {
    format!("/v1.0/groups/{}", tenant.security_group("readers").await)
}

async fn get(tenant: &Tenant, path: &str, token: &str) -> Answer {
    send(tenant.anonymous(Method::GET, path).bearer_auth(token)).await
}

/// An application's claims, changed by these; `null` takes a claim away.
pub fn claims(tenant: &Tenant, changes: &Value) -> Value {
    let now = tenant.server.store.clock().now().timestamp();
    let mut claims = json!({"aud": "https://graph.microsoft.com", "exp": now + 600, "idtyp": "app",
        "roles": ["Group.Read.All"], "tid": tenant.id().to_string()});
    let all = claims.as_object_mut().unwrap();
    all.extend(changes.as_object().unwrap().clone());
    all.retain(|_, value| !value.is_null());
    claims
}

#[tokio::test]
async fn a_token_is_for_graph_or_for_this_server_and_of_a_tenant_here() {
    let tenant = Tenant::fresh().await;
    let path = group(&tenant).await;
    let url = &tenant.server.url;
    let now = tenant.server.store.clock().now().timestamp();
    let cases = [
        (json!({}), true),
        (json!({"aud": "https://graph.microsoft.com/"}), true),
        (json!({"aud": "https://graph.microsoft.com//"}), false),
        (json!({"aud": "https://graph.microsoft.com/v1.0"}), false),
        (json!({"aud": "http://graph.microsoft.com"}), false),
        (json!({"aud": "00000003-0000-0000-c000-000000000000"}), true),
        (json!({"aud": "00000003-0000-0000-c000-000000000000/"}), false),
        (json!({"aud": url}), true),
        (json!({"aud": format!("{url}/")}), true),
        (json!({"aud": url.replace("127.0.0.1", "localhost")}), true),
        (json!({"aud": url.replace("127.0.0.1", "[::1]")}), true),
        (json!({"aud": url.replace("http:", "https:")}), false),
        (json!({"aud": "http://localhost"}), false),
        (json!({"aud": ["https://elsewhere.example", url]}), true),
        (json!({"aud": "https://graph.microsoft.com.elsewhere.example"}), false),
        (json!({"aud": "https://graph.windows.net"}), false),
        (json!({"aud": ""}), false),
        (json!({"aud": "/"}), false),
        (json!({"aud": []}), false),
        (json!({"aud": null}), false),
        (json!({"iss": "https://elsewhere.example"}), true),
        (json!({"tid": null}), false),
        (json!({"tid": ""}), false),
        (json!({"tid": "5a3e0000-0000-4000-8000-00000000ffff"}), false),
        (json!({"tid": "9188040d-6c67-4c5b-b112-36a304b66dad"}), false),
        (json!({"tid": "9188040D-6C67-4C5B-B112-36A304B66DAD"}), false),
        (json!({"exp": now - 240}), true),
        (json!({"exp": now - 360}), false),
        (json!({"exp": null}), false),
        (json!({"nbf": now + 240}), true),
        (json!({"nbf": now + 360}), false),
    ];
    for (changes, good) in cases {
        let token = tenant.sign_claims(&claims(&tenant, &changes)).await;
        let answer = get(&tenant, &path, &token).await;
        if good {
            assert_eq!(answer.status, 200, "{changes}: {}", answer.text);
        } else {
            let (status, code, _) = answer.refusal();
            assert_eq!((status, code.as_str()), (401, "InvalidAuthenticationToken"), "{changes}");
            assert!(answer.headers.contains_key("www-authenticate"), "{changes}");
        }
    }
}

#[tokio::test]
async fn what_a_token_is_for_does_not_follow_the_host_that_a_request_names() {
    static NAMED: OnceLock<Server> = OnceLock::new();
    let named = NAMED.get_or_init(|| Server::start(Policy::default(), Some("https://directory.example")));
    let (tenant, behind_a_proxy) = (Tenant::fresh().await, named.tenant().await);
    for (tenant, host, audience, good) in [
        (tenant, "elsewhere.example", "http://elsewhere.example", false),
        (tenant, "elsewhere.example", "https://elsewhere.example", false),
        (tenant, "localhost:1", "http://localhost:1", false),
        (tenant, "elsewhere.example", &*tenant.server.url, true),
        (behind_a_proxy, "elsewhere.example", "http://elsewhere.example", false),
        (behind_a_proxy, "elsewhere.example", "https://directory.example", true),
        (behind_a_proxy, "elsewhere.example", "https://directory.example/", true),
        (behind_a_proxy, "directory.example", "http://directory.example", false),
        (behind_a_proxy, "directory.example", &*named.url, false),
    ] {
        let token = tenant.sign_claims(&claims(&tenant, &json!({"aud": audience}))).await;
        let asked = tenant.anonymous(Method::GET, "/v1.0/groups").header("host", host).bearer_auth(token);
        let answer = send(asked).await;
        assert_eq!(answer.status, if good { 200 } else { 401 }, "{audience} at {host}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_token_does_not_outlive_its_user_or_their_being_enabled() {
    let tenant = Tenant::fresh().await;
    let ada = tenant.user("ada").await;
    let token = tenant.user_token(ada, ["User.Read.All"]).await;
    let ask = async || send(tenant.anonymous(Method::GET, "/v1.0/users").bearer_auth(&token)).await;
    let switch = async |enabled: bool| {
        let body = serde_json::json!({"accountEnabled": enabled});
        let path = format!("/users/{ada}");
        assert_eq!(send(tenant.raw(Method::PATCH, &path).await.json(&body)).await.status, 204);
    };
    switch(false).await;
    let message = "The token's user or application is disabled.";
    assert_eq!(ask().await.refusal(), refused(401, "InvalidAuthenticationToken", message));
    switch(true).await;
    assert_eq!(ask().await.status, 200);
    assert_eq!(send(tenant.raw(Method::DELETE, &format!("/users/{ada}")).await).await.status, 204);
    let message = "The identity of the calling application could not be established.";
    assert_eq!(ask().await.refusal(), refused(401, "Authorization_IdentityNotFound", message));
}

#[tokio::test]
async fn roles_count_in_an_applications_token_and_scopes_in_a_users() {
    let tenant = Tenant::fresh().await;
    let path = group(&tenant).await;
    for (changes, good) in [
        (json!({"idtyp": null}), true),
        (json!({"idtyp": null, "scp": "Group.Read.All", "roles": null}), true),
        (json!({"idtyp": "user", "scp": "openid Group.Read.All profile", "roles": []}), true),
        (json!({"idtyp": "user", "scp": "openid"}), false),
        (json!({"idtyp": null, "scp": "openid"}), false),
        (json!({"idtyp": "user", "scp": "", "roles": ["Group.Read.All"]}), false),
        (json!({"idtyp": null, "roles": null}), false),
        (json!({"roles": null}), false),
        (json!({"roles": []}), false),
        (json!({"roles": ["Group.Read.All.Or.So"]}), false),
    ] {
        let token = tenant.sign_claims(&claims(&tenant, &changes)).await;
        let answer = get(&tenant, &path, &token).await;
        if good {
            assert_eq!(answer.status, 200, "{changes}: {}", answer.text);
        } else {
            assert_eq!(answer.refusal(), forbidden(), "{changes}");
        }
    }
}

#[tokio::test]
async fn a_token_whose_claims_fit_neither_a_user_nor_an_application_is_refused() {
    let tenant = Tenant::fresh().await;
    let path = group(&tenant).await;
    for changes in [
        json!({"idtyp": "user"}),
        json!({"idtyp": "user", "roles": null}),
        json!({"idtyp": "app", "scp": "Group.Read.All"}),
        json!({"idtyp": "app", "scp": "Group.Read.All", "roles": null}),
        json!({"idtyp": "device"}),
        json!({"idtyp": "device", "scp": "Group.Read.All"}),
        json!({"idtyp": "App"}),
        json!({"idtyp": "USER", "scp": "Group.Read.All"}),
        json!({"idtyp": ""}),
    ] {
        let token = tenant.sign_claims(&claims(&tenant, &changes)).await;
        let message =
            "The token is neither a user's, with scopes ('scp'), nor an application's, without them.";
        let refusal = refused(401, "InvalidAuthenticationToken", message);
        assert_eq!(get(&tenant, &path, &token).await.refusal(), refusal, "{changes}");
    }
}

#[tokio::test]
async fn the_id_of_an_object_of_another_kind_is_no_principal() {
    let tenant = Tenant::fresh().await;
    let path = group(&tenant).await;
    let user = tenant.user("ada").await;
    let service_principal = tenant.service_principal("s").await;
    let others = [
        tenant.security_group("g").await,
        tenant.device("d").await,
        tenant.contact("c").await,
        tenant.application("a").await,
    ];
    let ask = async |changes: Value, oid: Uuid| {
        let mut changes = changes;
        changes["oid"] = json!(oid);
        get(&tenant, &path, &tenant.sign_claims(&claims(&tenant, &changes)).await).await
    };
    let by_user = json!({"idtyp": "user", "scp": "Group.Read.All", "roles": null});
    let (by_application, missing) = (json!({}), Uuid::from_u128(7));
    for (claims, good, other) in
        [(&by_user, user, service_principal), (&by_application, service_principal, user)]
    {
        for oid in [good, missing] {
            assert_eq!(ask(claims.clone(), oid).await.status, 200, "{claims}");
        }
        for oid in others.into_iter().chain([other]) {
            let message = "The identity of the calling application could not be established.";
            let refusal = refused(401, "Authorization_IdentityNotFound", message);
            assert_eq!(ask(claims.clone(), oid).await.refusal(), refusal, "{claims} of {oid}");
        }
    }
    let deleted = send(tenant.raw(Method::DELETE, &format!("/groups/{}", others[0])).await).await;
    assert_eq!(deleted.status, 204);
    assert_eq!(ask(by_user, others[0]).await.status, 401, "a deleted group");
}

#[tokio::test]
async fn a_token_that_names_no_algorithm_is_refused_with_any_signature() {
    let tenant = Tenant::fresh().await;
    let path = group(&tenant).await;
    let token = tenant.sign_claims(&claims(&tenant, &json!({}))).await;
    assert_eq!(get(&tenant, &path, &token).await.status, 200);
    let [_, body, signature] = token.split('.').collect::<Vec<_>>().try_into().unwrap();
    // {"alg":"none"}, {"alg":"None","typ":"JWT"}
    for header in ["eyJhbGciOiJub25lIn0", "eyJhbGciOiJOb25lIiwidHlwIjoiSldUIn0"] {
        for signature in ["", signature] {
            let (status, code, _) =
                get(&tenant, &path, &format!("{header}.{body}.{signature}")).await.refusal();
            assert_eq!((status, code.as_str()), (401, "InvalidAuthenticationToken"));
        }
    }
}

// Recorded: https://github.com/MaikuB/flutter_appauth/issues/575
#[tokio::test]
async fn a_token_without_dots_is_refused_in_graphs_own_words() {
    let tenant = Tenant::fresh().await;
    let message = "IDX14100: JWT is not well formed, there are no dots (.).\nThe token needs to be in JWS or JWE \
        Compact Serialization Format. (JWS): 'EncodedHeader.EncodedPayload.EncodedSignature'. (JWE): \
        'EncodedProtectedHeader.EncodedEncryptedKey.EncodedInitializationVector.EncodedCiphertext.EncodedAuthenticationTag'.";
    let answer = get(&tenant, "/v1.0/users/x", "nonsense").await;
    assert_eq!(answer.refusal(), refused(401, "InvalidAuthenticationToken", message));
}

#[tokio::test]
async fn a_token_of_a_deleted_tenant_is_not_good_in_a_new_one_with_the_same_id() {
    // A server of its own: its clock is moved.
    static SERVER: OnceLock<Server> = OnceLock::new();
    let tenant = SERVER.get_or_init(|| Server::start(Policy::default(), None)).tenant().await;
    let store = &tenant.server.store;
    let old = tenant.app_token(["Group.Read.All"]).await;
    assert_eq!(get(&tenant, "/v1.0/groups", &old).await.status, 200);

    assert!(store.delete_tenant(tenant.store_tenant()).await.unwrap());
    store.clock().advance(1);
    store.create_tenant(tenant.id(), Vec::new(), support::fill).await.unwrap();

    let (status, code, _) = get(&tenant, "/v1.0/groups", &old).await.refusal();
    assert_eq!((status, code.as_str()), (401, "InvalidAuthenticationToken"));
    let new = tenant.app_token(["Group.Read.All"]).await;
    assert_eq!(get(&tenant, "/v1.0/groups", &new).await.status, 200);
}

//! The spellings of a path that Graph takes, and the paths that nobody serves.

use crate::support::{Tenant, send};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn every_spelling_of_a_path_reaches_its_operation() {
    let tenant = Tenant::fresh().await;
    let (group, id) = (tenant.security_group("readers").await, tenant.id());
    let upper = group.to_string().to_uppercase();
    for path in [
        format!("/groups/{group}/members"),
        format!("/Groups/{upper}/MEMBERS"),
        format!("/groups/{group}/members/"),
        format!("/groups('{group}')/members"),
        format!("/groups(%27{group}%27)/members"),
        format!("/groups(id='{group}')/members"),
        format!("/{id}/groups/{group}/members"),
        format!("/{}/groups/{group}/members", tenant.domain()),
        format!("/{}/groups/{group}/members", tenant.domain().to_uppercase()),
        format!("/{}/groups/{group}/members", tenant.domain().replace('.', "%2E")),
        format!("/myOrganization/groups/{group}/members"),
        format!("/%67roups/{group}/members"),
    ] {
        let answer = send(tenant.raw(Method::GET, &path).await).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    }
    let body =
        json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/users/{}", tenant.user("ada").await)});
    let encoded = tenant.raw(Method::POST, &format!("/groups/{group}/members/%24ref")).await.json(&body);
    assert_eq!(send(encoded).await.status, 204);
    let count = tenant.raw(Method::GET, &format!("/groups/{group}/members/%24Count")).await;
    assert_eq!(send(count.header("consistencylevel", "eventual")).await.text, "1");
}

#[tokio::test]
async fn paths_that_nobody_serves_are_refused_as_graph_does_and_only_to_those_who_are_known() {
    let tenant = Tenant::fresh().await;
    let group = tenant.security_group("readers").await;
    let token = tenant.app_token(["Directory.ReadWrite.All"]).await;
    for (method, path, segment) in [
        (Method::GET, "/v1.0".to_owned(), "v1.0"),
        (Method::GET, "/v1.0/".into(), "v1.0"),
        (Method::GET, "/beta/groups".into(), "beta"),
        (Method::POST, format!("/beta/groups/{group}/members"), "beta"),
        (Method::GET, "/elsewhere".into(), "elsewhere"),
        (Method::POST, "/v1.0/oauth2/v2.0/token".into(), "oauth2"),
        (Method::GET, "/v1.0/v2.0/.well-known/openid-configuration".into(), "v2.0"),
        (
            Method::GET,
            format!("/v1.0/groups(uniqueName='{group}')"),
            &*format!("groups(uniqueName='{group}')"),
        ),
    ] {
        let anonymous = send(tenant.anonymous(method.clone(), &path)).await;
        assert_eq!(anonymous.refusal().0, 401, "{path}");
        let known = send(tenant.anonymous(method, &path).bearer_auth(&token)).await.refusal();
        assert_eq!(
            (known.0, known.2),
            (400, format!("Resource not found for the segment '{segment}'")),
            "{path}"
        );
    }
    let empty = send(tenant.anonymous(Method::GET, "/v1.0/groups//members").bearer_auth(&token)).await;
    assert_eq!(empty.refusal().2, "Invalid object identifier ''.");
}

#[tokio::test]
async fn the_tenant_in_a_path_is_the_callers_own() {
    let (tenant, other) = (Tenant::fresh().await, Tenant::fresh().await);
    let all = tenant.server.store.domains(tenant.store_tenant()).await.unwrap();
    for own in all.iter().map(ToString::to_string).chain([tenant.id().to_string()]) {
        let answer = send(tenant.raw(Method::GET, &format!("/{own}/users?$top=1")).await);
        assert_eq!(answer.await.status, 200, "{own}");
    }
    for name in [other.id().to_string(), other.domain(), "nobodys.example".into()] {
        let answer = send(tenant.raw(Method::GET, &format!("/{name}/users")).await).await.refusal();
        assert_eq!((answer.0, &*answer.1), (401, "InvalidAuthenticationToken"), "{name}");
    }
    // A name of Graph's own namespace is no domain.
    let answer = send(tenant.raw(Method::GET, "/microsoft.graph.user/users").await).await.refusal();
    assert_eq!((answer.0, &*answer.2), (400, "Resource not found for the segment 'microsoft.graph.user'"));
}

#[tokio::test]
async fn browsers_may_ask_from_any_origin_before_they_have_a_token() {
    let tenant = Tenant::fresh().await;
    let group = tenant.security_group("readers").await;
    let preflight = tenant
        .anonymous(Method::OPTIONS, &format!("/v1.0/groups/{group}"))
        .header("origin", "https://app.example")
        .header("access-control-request-method", "GET")
        .header("access-control-request-headers", "authorization");
    let answer = send(preflight).await;
    assert_eq!(
        (answer.status.as_u16(), &answer.headers["access-control-allow-origin"]),
        (200, &"*".parse().unwrap())
    );
    assert!(!answer.headers.contains_key("access-control-allow-credentials"));
    let refused =
        send(tenant.anonymous(Method::GET, "/v1.0/groups").header("origin", "https://app.example")).await;
    assert_eq!(refused.headers["access-control-allow-origin"], "*", "so that a browser shows the refusal");
}

#[tokio::test]
async fn head_answers_as_get_without_a_body() {
    let tenant = Tenant::fresh().await;
    let group = tenant.security_group("readers").await;
    let answer = send(tenant.raw(Method::HEAD, &format!("/groups/{group}")).await).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, ""));
}

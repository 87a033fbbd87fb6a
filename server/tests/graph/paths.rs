//! The spellings of a path that Graph takes, and the paths that aren't served.

use crate::{
    http_client,
    operations::{Objects, Operation, operations},
    support::{Server, Tenant, refused, send},
};
use axum::{
    Router,
    extract::Request,
    middleware::{self, Next},
    response::Response,
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Method;
use roster_server::{directory::Policy, http::not_implemented, model::permissions::Permission};
use serde_json::json;

fn not_served(what: &str) -> (u16, String, String) {
    refused(501, "NotImplemented", &format!("Graph has this: {what}. This server doesn't yet."))
}

fn outside(what: &str) -> (u16, String, String) {
    let message =
        format!("Graph has this outside of its directory: {what}. This server is only the directory.");
    refused(501, "NotImplemented", &message)
}

/// A path of the table without its parentheses, and a request's for it.
fn path_of(template: &str) -> (String, String) {
    let named = template.replace("()", "");
    let filled = named.split('/').map(|segment| if segment.starts_with('{') { NO_ID } else { segment });
    let path = filled.collect::<Vec<_>>().join("/");
    (named, path)
}

const NO_ID: &str = "00000000-0000-4000-8000-000000000000";

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

/// Spellings of `/v1.0/{set}/{key}`, of which the tenant has these two names.
fn spellings(set: &str, key: &str, tenant: &Tenant) -> Vec<String> {
    let (id, domain) = (tenant.id(), tenant.domain());
    let (quoted, encoded) = (key.replace('\'', "''"), utf8_percent_encode(key, NON_ALPHANUMERIC));
    vec![
        format!("/v1.0/{set}/{key}"),
        format!("/v1.0/{set}/{key}/"),
        format!("/V1.0/{}/{encoded}", set.to_uppercase()),
        format!("/v1.0/{set}('{quoted}')"),
        format!("/v1.0/{set}('{encoded}')", encoded = encoded.to_string().replace("%27", "%27%27")),
        format!("/v1.0/{set}(%27{quoted}%27)/"),
        format!("/v1.0/{set}%28id='{quoted}'%29"),
        format!("/v1.0/{set}(ID='{quoted}')"),
        format!("/v1.0/myorganization/{set}/{key}"),
        format!("/v1.0/MyOrganization/{set}('{quoted}')"),
        format!("/v1.0/{id}/{set}/{key}"),
        format!("/v1.0/{}/{set}/{key}", id.to_string().to_uppercase()),
        format!("/v1.0/{domain}/{set}(id='{quoted}')"),
        format!("/%76%31.0/{}/{set}/{key}", domain.to_uppercase().replace('.', "%2e")),
    ]
}

#[tokio::test]
async fn what_a_get_finds_a_reference_finds_in_the_same_spelling() {
    let tenant = Tenant::fresh().await;
    let (group, inner) = (tenant.security_group("readers").await, tenant.security_group("inner").await);
    let (ada, upn) = (tenant.user("o'neil").await, tenant.upn("o'neil"));
    let members = format!("/groups/{group}/members");
    let token = tenant.app_token(["Directory.ReadWrite.All", "OrgContact.Read.All"]).await;
    let (device, contact) = (tenant.device("laptop").await, tenant.contact("supplier").await);
    let service_principal = tenant.service_principal("payroll").await;
    for (set, key, id) in [
        ("users", ada.to_string(), ada),
        ("users", upn, ada),
        ("groups", inner.to_string().to_uppercase(), inner),
        ("devices", device.to_string(), device),
        ("servicePrincipals", service_principal.to_string(), service_principal),
        ("contacts", contact.to_string(), contact),
        ("directoryObjects", contact.to_string(), contact),
    ] {
        for path in spellings(set, &key, &tenant) {
            let found = send(tenant.anonymous(Method::GET, &path).bearer_auth(&token)).await;
            assert_eq!(
                (found.status.as_u16(), &found.json()["id"]),
                (200, &json!(id)),
                "{path}: {}",
                found.text
            );
            let body = json!({"@odata.id": format!("{}{path}", tenant.server.url)});
            let added = send(tenant.raw(Method::POST, &format!("{members}/$ref")).await.json(&body)).await;
            assert_eq!(added.status, 204, "{path}: {}", added.text);
            let removed = send(tenant.raw(Method::DELETE, &format!("{members}/{id}/$ref")).await).await;
            assert_eq!(removed.status, 204, "{path}: {}", removed.text);
        }
    }
}

#[tokio::test]
async fn a_key_in_parentheses_is_no_name_of_a_path() {
    let tenant = Tenant::fresh().await;
    for name in ["$count", "delta", "Delta", "getByIds", "validateProperties"] {
        for path in [format!("/users('{name}')"), format!("/users(userPrincipalName='{name}')")] {
            let answer = send(tenant.raw(Method::GET, &path).await).await.refusal();
            let message = format!(
                "Resource '{name}' does not exist or one of its queried reference-property objects are not present."
            );
            assert_eq!(answer, refused(404, "Request_ResourceNotFound", &message), "{path}");
        }
        let answer = send(tenant.raw(Method::GET, &format!("/groups('{name}')")).await).await.refusal();
        assert_eq!((answer.0, answer.2), (400, format!("Invalid object identifier '{name}'.")), "{name}");
    }
}

#[tokio::test]
async fn unknown_paths_are_refused_as_graph_does_and_only_with_a_valid_token() {
    let tenant = Tenant::fresh().await;
    let group = tenant.security_group("readers").await;
    let token = tenant.app_token(["Directory.ReadWrite.All"]).await;
    for (method, path, segment) in [
        (Method::POST, "/v1.0".to_owned(), "v1.0"),
        (Method::POST, "/v1.0/".into(), "v1.0"),
        (Method::GET, "/elsewhere".into(), "elsewhere"),
        (Method::POST, "/v1.0/oauth2/v2.0/token".into(), "oauth2"),
        (Method::GET, "/v1.0/v2.0/.well-known/openid-configuration".into(), "v2.0"),
        (Method::GET, "/v1.0/nothing".into(), "nothing"),
        (Method::GET, format!("/v1.0/groups/{group}/nothing/delta"), "nothing"),
        (Method::GET, format!("/v1.0/groups(nothing='{group}')"), &*format!("groups(nothing='{group}')")),
        (
            Method::GET,
            format!("/v1.0/groups/{group}/members/microsoft.graph.nothing"),
            "microsoft.graph.nothing",
        ),
        (Method::GET, "/v1.0/directory/deletedItems".into(), "deletedItems"),
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
async fn every_operation_of_graph_that_is_not_served_is_named() {
    let tenant = Tenant::fresh().await;
    let token = tenant.app_token([]).await;
    let served: Vec<_> = operations().iter().map(|it| (&it.method, &it.path)).collect();
    let mut asked = 0;
    for operation in not_implemented::operations() {
        let (named, path) = path_of(&operation.path);
        if served.contains(&(&operation.method, &named)) {
            continue;
        }
        let request = tenant.anonymous(operation.method.clone(), &format!("/v1.0{path}"));
        let expected = not_served(&format!("{} {named}", operation.method));
        assert_eq!(send(request.bearer_auth(&token)).await.refusal(), expected);
        asked += 1;
    }
    assert!(asked > 150, "{asked} operations");
}

#[tokio::test]
async fn every_part_of_graph_that_is_not_served_is_named_with_all_below_it() {
    let tenant = Tenant::fresh().await;
    let token = tenant.app_token([]).await;
    for part in not_implemented::parts() {
        let (named, path) = path_of(&part.path);
        let expected = if part.outside { outside(&named) } else { not_served(&named) };
        for (method, path) in [(Method::GET, path.clone()), (Method::PUT, format!("{path}/x('y')/z:/$value"))]
        {
            let request = tenant.anonymous(method, &format!("/v1.0{path}"));
            assert_eq!(send(request.bearer_auth(&token)).await.refusal(), expected, "{path}");
        }
    }
}

#[tokio::test]
async fn what_is_served_is_served_under_beta_too_and_named_so() {
    let tenant = Tenant::fresh().await;
    let [ada, grace] = [tenant.user("ada").await, tenant.user("grace").await];
    let group = tenant.security_group("readers").await;
    let token = tenant.app_token(["Group.ReadWrite.All", "User.Read.All"]).await;
    let ask = |method: Method, path: &str| tenant.anonymous(method, path).bearer_auth(&token);
    let reference = json!({"@odata.id": format!("{}/beta/users/{ada}", tenant.server.url)});
    let added = ask(Method::POST, &format!("/Beta/groups('{group}')/members/$ref")).json(&reference);
    assert_eq!(send(added).await.status, 204);
    let base = format!("{}/beta", tenant.server.url);
    for (path, context) in [
        ("/users?$top=1&$select=id".to_owned(), "users(id)".to_owned()),
        (format!("/groups/{group}/members/graph.user?$select=id"), "users(id)".to_owned()),
        (format!("/users/{grace}?$select=id"), "users(id)/$entity".into()),
    ] {
        let answer = send(ask(Method::GET, &format!("/beta{path}"))).await;
        assert_eq!(answer.json()["@odata.context"], format!("{base}/$metadata#{context}"), "{path}");
    }
    let page = send(ask(Method::GET, "/beta/users?$top=1&$select=id")).await.json();
    let next = page["@odata.nextLink"].as_str().unwrap();
    let next =
        next.strip_prefix(&*tenant.server.url).filter(|path| path.starts_with("/beta/users?")).unwrap();
    assert_eq!(send(ask(Method::GET, next)).await.json()["value"].as_array().unwrap().len(), 1);
    let url = format!("/users/{ada}?$select=id");
    let batch = json!({"requests": [
        {"id": "1", "method": "GET", "url": url}, {"id": "2", "method": "GET", "url": format!("/v1.0{url}")},
    ]});
    let answers = send(ask(Method::POST, "/beta/$batch").json(&batch)).await.json();
    let contexts =
        answers["responses"].as_array().unwrap().iter().map(|answer| &answer["body"]["@odata.context"]);
    let mut contexts: Vec<_> = contexts.map(|context| context.as_str().unwrap().to_owned()).collect();
    contexts.sort();
    let context = |version| format!("{}/{version}/$metadata#users(id)/$entity", tenant.server.url);
    assert_eq!(contexts, ["beta", "v1.0"].map(context));
    for path in ["/beta/groups/delta", "/beta/nothing", "/beta/groups/x/nothing"] {
        let [here, there] =
            [path.to_owned(), path.replace("beta", "v1.0")].map(|path| ask(Method::GET, &path));
        let (here, there) = (send(here).await.refusal(), send(there).await.refusal());
        assert_eq!(here.0, there.0, "{path}");
    }
    assert_eq!(send(tenant.anonymous(Method::GET, "/beta/users")).await.status, 401);
}

/// Whether a path ends in an action, whose name may be qualified.
fn is_action(operation: &Operation, all: &[Operation]) -> bool {
    let last = operation.path.rsplit('/').next().unwrap();
    operation.method == Method::POST
        && !last.contains(['$', '{'])
        && operation.path != "/invitations"
        && !all.iter().any(|other| other.method == Method::GET && other.path == operation.path)
}

#[tokio::test]
async fn an_action_is_found_by_its_name_with_or_without_a_namespace_and_parentheses() {
    let tenant = Tenant::fresh().await;
    let mut asked = 0;
    for operation in operations().iter().filter(|operation| is_action(operation, operations())) {
        let mut answers = Vec::new();
        for (prefix, suffix) in
            [("", ""), ("microsoft.graph.", ""), ("graph.", ""), ("", "()"), ("Graph.", "()")]
        {
            // A user of its own each, as one of them is signed out everywhere. What else they are about isn't there.
            let user = tenant.user(&format!("user{asked}")).await;
            asked += 1;
            let (path, body) = Objects { user, ..Objects::absent() }.request(operation);
            let (before, name) = path.rsplit_once('/').unwrap();
            let path = format!("{before}/{prefix}{name}{suffix}");
            let request = if operation.is_on_me() {
                let all = Permission::ALL.iter().map(|permission| permission.name());
                let token = tenant.user_token(user, all).await;
                tenant.anonymous(operation.method.clone(), &format!("/v1.0{path}")).bearer_auth(token)
            } else {
                tenant.raw(operation.method.clone(), &path).await
            };
            let answer = send(body.iter().fold(request, |request, body| request.json(body))).await;
            let code = answer.json()["error"]["code"].as_str().map(str::to_owned);
            assert!(!answer.text.contains("for the segment"), "{path}: {}", answer.text);
            assert!(![405, 501].contains(&answer.status.as_u16()), "{path}: {}", answer.text);
            answers.push((answer.status, code));
        }
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{}: {answers:?}", operation.path);
    }
    assert!(asked > 5 * 50, "{asked} requests");
}

#[tokio::test]
async fn what_is_not_served_is_named_in_every_spelling_and_only_with_a_valid_token() {
    let tenant = Tenant::fresh().await;
    let user = tenant.user("ada").await;
    let token = tenant.app_token([]).await;
    let (get, post) = (Method::GET, Method::POST);
    for (method, path, what) in [
        (&get, "/users/delta".to_owned(), "GET /users/delta"),
        (&get, "/users/delta()?$select=id".into(), "GET /users/delta"),
        (&get, "/Groups/microsoft.graph.delta()".into(), "GET /groups/delta"),
        (&get, format!("/{}/groups/graph.delta", tenant.id()), "GET /groups/delta"),
        (&post, "/users/validateProperties".into(), "POST /users/validateProperties"),
        (&post, "/me/microsoft.graph.assignLicense".into(), "POST /me/assignLicense"),
        (
            &get,
            format!("/users('{user}')/transitiveMemberOf/{user}/graph.directoryRole"),
            "GET /users/{id}/transitiveMemberOf/{containerId}/microsoft.graph.directoryRole",
        ),
        (&get, "/users/ada@contoso.example/ownedDevices".into(), "/users/{id}/ownedDevices"),
        (&get, "/applications(uniqueName='x')".into(), "/applications(uniqueName='..')"),
        (&get, "/directoryRoles/x/scopedMembers".into(), "/directoryRoles/{id}/scopedMembers"),
        (&get, "/servicePrincipals(appId='x')/endpoints".into(), "/servicePrincipals/{id}/endpoints"),
    ] {
        let path = format!("/v1.0{path}");
        let anonymous = send(tenant.anonymous(method.clone(), &path)).await.refusal();
        assert_eq!(anonymous, refused(401, "InvalidAuthenticationToken", "Access token is empty."), "{path}");
        let known = send(tenant.anonymous(method.clone(), &path).bearer_auth(&token)).await.refusal();
        assert_eq!(known, not_served(what), "{path}");
    }
    for (method, path) in
        [(Method::DELETE, "/groups/delta"), (Method::PUT, "/subscriptions"), (post, "/groups/delta")]
    {
        let answer = send(tenant.anonymous(method, &format!("/v1.0{path}")).bearer_auth(&token)).await;
        let message = "Specified HTTP method is not allowed for the request target.";
        assert_eq!(answer.refusal(), refused(405, "Request_BadRequest", message), "{path}");
    }
}

#[test]
fn nothing_that_is_served_lies_in_a_part_that_is_said_to_be_missing() {
    let parts: Vec<_> = not_implemented::parts().map(|part| part.path).collect();
    for served in operations() {
        for part in &parts {
            assert!(
                served.path != *part && !served.path.starts_with(&format!("{part}/")),
                "{}: {part}",
                served.id
            );
        }
    }
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
    assert_eq!(answer.headers["access-control-max-age"], "7200");
}

#[tokio::test]
async fn a_page_of_another_origin_reads_why_a_request_got_nowhere() {
    let panics = |_: Request, _: Next| async { panic!("a bug") as Response };
    let around = |router: Router| router.layer(middleware::from_fn(panics));
    // Its threads can't be ended from within a test's.
    let faulty = Box::leak(Box::new(Server::start_within(Policy::default(), None, around)));
    let sample = Server::with_sample().await;
    for (server, host, status) in [(&*faulty, "localhost", 500), (sample, "elsewhere.example", 400)] {
        let request = http_client::shared().get(format!("{}/v1.0/groups", server.url));
        let answer = send(request.header("origin", "https://app.example").header("host", host)).await;
        assert_eq!(answer.status, status, "{}", answer.text);
        assert_eq!(answer.headers["access-control-allow-origin"], "*");
        let exposed = answer.headers["access-control-expose-headers"].to_str().unwrap();
        assert!(exposed.contains("request-id"), "{exposed}");
    }
}

#[tokio::test]
async fn a_page_of_another_origin_reads_the_contract_and_signs_in() {
    let tenant = Tenant::fresh().await;
    let id = tenant.id();
    let public = [
        (Method::GET, "/openapi.json".to_owned()),
        (Method::GET, "/openapi.yaml?openapi=3.0".into()),
        (Method::GET, "/mcp-tools.json".into()),
        (Method::GET, format!("/{id}/v2.0/.well-known/openid-configuration")),
        (Method::GET, format!("/{id}/discovery/v2.0/keys")),
        (Method::POST, format!("/{id}/oauth2/v2.0/token")),
    ];
    // What MSAL.js sends to an authority that isn't told how it may be asked.
    let msal = "client-request-id,x-anchormailbox,x-client-current-telemetry,x-client-last-telemetry,x-ms-lib-capability";
    for (method, path) in public {
        let from_elsewhere = |method| tenant.anonymous(method, &path).header("origin", "https://app.example");
        let preflight = from_elsewhere(Method::OPTIONS)
            .header("access-control-request-method", method.as_str())
            .header("access-control-request-headers", msal);
        let allowed = send(preflight).await;
        assert_eq!(
            ["origin", "methods", "headers"]
                .map(|what| allowed.headers[&format!("access-control-allow-{what}")].to_str().unwrap()),
            ["*", method.as_str(), msal],
            "{path}"
        );
        let answer = send(from_elsewhere(method)).await;
        assert_eq!(answer.headers["access-control-allow-origin"], "*", "{path}: {}", answer.text);
        for answer in [allowed, answer] {
            assert!(!answer.headers.contains_key("access-control-allow-credentials"), "{path}");
        }
    }
}

#[tokio::test]
async fn a_page_of_another_origin_reads_nothing_of_the_documentation() {
    let tenant = Tenant::fresh().await;
    for path in ["/docs/", "/docs/sample.json", "/health"] {
        let page = tenant.anonymous(Method::GET, path).header("origin", "https://app.example");
        assert!(!send(page).await.headers.contains_key("access-control-allow-origin"), "{path}");
    }
}

#[tokio::test]
async fn head_answers_as_get_without_a_body() {
    let tenant = Tenant::fresh().await;
    let group = tenant.security_group("readers").await;
    let answer = send(tenant.raw(Method::HEAD, &format!("/groups/{group}")).await).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, ""));
}

//! Which of several faults a request is refused for, and the edges of what a body may be.

use crate::support::{Answer, Tenant, forbidden, not_found, refused, send};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

type Refusal = (u16, String, String);

const JSON: &str = "application/json";

fn bad(message: &str) -> Refusal {
    refused(400, "Request_BadRequest", message)
}

fn gateway(message: &str) -> Refusal {
    refused(400, "BadRequest", message)
}

fn unsupported(option: &str) -> Refusal {
    let message = format!("The query option '{option}' is not supported by this request.");
    refused(400, "Request_UnsupportedQuery", &message)
}

fn no_token() -> Refusal {
    refused(401, "InvalidAuthenticationToken", "Access token is empty.")
}

fn wrong_method() -> Refusal {
    refused(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")
}

fn managed() -> Refusal {
    bad("Cannot Update a mail-enabled security groups and or distribution list.")
}

fn no_nesting() -> Refusal {
    bad("Nesting is currently not supported for groups that can be assigned to a role.")
}

fn already() -> Refusal {
    bad("One or more added object references already exist for the following modified properties: 'members'.")
}

fn reference(id: Uuid) -> String {
    json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/directoryObjects/{id}")}).to_string()
}

/// Tokens of an application without any permission, with the least for users and groups, and with that and
/// the one for role-assignable groups.
struct Tokens {
    none: String,
    weak: String,
    strong: String,
}

impl Tokens {
    async fn of(tenant: &Tenant) -> Self {
        Self {
            none: tenant.app_token([]).await,
            weak: tenant.app_token(["GroupMember.ReadWrite.All"]).await,
            strong: tenant
                .app_token(["GroupMember.ReadWrite.All", "RoleManagement.ReadWrite.Directory"])
                .await,
        }
    }
}

async fn ask(
    tenant: &Tenant,
    method: Method,
    path: &str,
    token: &str,
    content_type: &str,
    body: &str,
) -> Answer {
    let mut request = tenant.anonymous(method, &format!("/v1.0{path}")).body(body.to_owned());
    if !token.is_empty() {
        request = request.bearer_auth(token);
    }
    if !content_type.is_empty() {
        request = request.header("content-type", content_type);
    }
    send(request).await
}

/// Each request has the fault that it is refused for and all those after it that can stand beside it.
#[tokio::test]
async fn an_addition_is_refused_for_the_first_of_its_faults() {
    let tenant = Tenant::fresh().await;
    let Tokens { none, weak, strong } = &Tokens::of(&tenant).await;
    let (ada, device) = (tenant.user("ada").await, tenant.device("laptop").await);
    let inner = tenant.security_group("inner").await;
    let (list, dynamic) = (tenant.distribution_group("list").await, tenant.dynamic_group("all").await);
    let (unified, roles) =
        (tenant.microsoft_365_group("unified").await, tenant.role_assignable_group("roles").await);
    for (group, member) in [(unified, device), (unified, ada), (roles, inner), (roles, ada)] {
        tenant.join(group, member).await;
    }
    let absent = Uuid::from_u128(7);
    let all = tenant.app_token(["Directory.ReadWrite.All", "RoleManagement.ReadWrite.Directory"]).await;
    let add = |group: &dyn std::fmt::Display| format!("/groups/{group}/members/$ref");
    let queried = |group: &dyn std::fmt::Display| format!("/groups/{group}/members/$ref?$filter=x");
    let (put, post) = (&Method::PUT, &Method::POST);
    let no_content_type =
        gateway("Write requests (excluding DELETE) must contain the Content-Type header declaration.");
    let unreadable = gateway(
        "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid \
         JSON format.",
    );
    let no_reference = bad(
        "An unexpected 'EndOfInput' node was found when reading from the JSON reader. A 'StartObject' node was \
         expected.",
    );
    let steps: Vec<(&Method, String, &str, &str, String, Refusal)> = vec![
        (put, "/groups/x/nothing?$filter=x".into(), "", "", String::new(), no_token()),
        (put, queried(&"x"), "", "", String::new(), no_token()),
        (post, queried(&"x"), "", "", String::new(), no_token()),
        (
            put,
            "/groups/x/nothing?$filter=x".into(),
            none,
            "",
            String::new(),
            gateway("Resource not found for the segment 'nothing'"),
        ),
        (put, queried(&"x"), none, "", String::new(), wrong_method()),
        (post, queried(&"x"), none, "", String::new(), forbidden()),
        (post, queried(&"x"), weak, "", String::new(), bad("Invalid object identifier 'x'.")),
        (post, queried(&absent), weak, "", String::new(), unsupported("$filter")),
        (post, add(&absent), weak, "", String::new(), no_content_type),
        (
            post,
            add(&absent),
            weak,
            "text/plain",
            String::new(),
            gateway("Entity only allows writes with a JSON Content-Type header."),
        ),
        (
            post,
            add(&absent),
            weak,
            "application/json; charset=utf-16",
            String::new(),
            refused(
                415,
                "UnsupportedMediaType",
                "The Content-Type header must stand once, be readable, and name no charset other than UTF-8.",
            ),
        ),
        (post, add(&absent), weak, JSON, String::new(), gateway("Empty Payload. JSON content expected.")),
        (post, add(&absent), weak, JSON, "{".into(), unreadable),
        (post, add(&absent), weak, JSON, "{}".into(), no_reference),
        (
            post,
            add(&absent),
            weak,
            JSON,
            json!({"@odata.id": ""}).to_string(),
            bad("Invalid URL format specified in payload."),
        ),
        (post, add(&absent), weak, JSON, reference(Uuid::from_u128(8)), not_found(absent)),
        (post, add(&list), weak, JSON, reference(absent), managed()),
        (post, add(&dynamic), weak, JSON, reference(absent), forbidden()),
        (post, add(&unified), weak, JSON, reference(absent), not_found(absent)),
        (post, add(&roles), weak, JSON, reference(absent), not_found(absent)),
        (post, add(&unified), weak, JSON, reference(device), forbidden()),
        (post, add(&roles), weak, JSON, reference(inner), forbidden()),
        (post, add(&roles), weak, JSON, reference(ada), forbidden()),
        (post, add(&roles), strong, JSON, reference(inner), no_nesting()),
        (
            post,
            add(&unified),
            &all,
            JSON,
            reference(device),
            bad("A device can't be a member of a Microsoft 365 group."),
        ),
        (post, add(&unified), weak, JSON, reference(ada), already()),
        (post, add(&roles), strong, JSON, reference(ada), already()),
    ];
    for (method, path, token, content_type, body, expected) in steps {
        let answer = ask(&tenant, method.clone(), &path, token, content_type, &body).await;
        assert_eq!(answer.refusal(), expected, "{method} {path} {content_type} {body}");
    }
}

#[tokio::test]
async fn a_removal_is_refused_for_the_first_of_its_faults() {
    let tenant = Tenant::fresh().await;
    let Tokens { none, weak, strong } = &Tokens::of(&tenant).await;
    let (list, dynamic) = (tenant.distribution_group("list").await, tenant.dynamic_group("all").await);
    let (group, roles) =
        (tenant.security_group("readers").await, tenant.role_assignable_group("roles").await);
    let (absent, missing) = (Uuid::from_u128(7), Uuid::from_u128(8));
    let of = |group: &dyn std::fmt::Display, member: &dyn std::fmt::Display| {
        format!("/groups/{group}/members/{member}/$ref")
    };
    let (put, delete) = (&Method::PUT, &Method::DELETE);
    for (method, path, token, expected) in [
        (put, of(&"x", &"y"), "", no_token()),
        (put, of(&"x", &"y"), none, wrong_method()),
        (delete, of(&"x", &"y"), none, forbidden()),
        (delete, of(&"x", &"y"), weak, bad("Invalid object identifier 'x'.")),
        (delete, of(&absent, &"y") + "?$top=1", weak, bad("Invalid object identifier 'y'.")),
        (delete, of(&absent, &missing) + "?$top=1", weak, unsupported("$top")),
        (delete, of(&absent, &missing), weak, not_found(absent)),
        (delete, of(&list, &missing), weak, managed()),
        (delete, of(&dynamic, &missing), strong, forbidden()),
        (delete, of(&roles, &missing), weak, forbidden()),
        (delete, of(&roles, &missing), strong, not_found(roles)),
        (delete, of(&group, &missing), weak, not_found(group)),
    ] {
        let answer = ask(&tenant, method.clone(), &path, token, "", "").await;
        assert_eq!(answer.refusal(), expected, "{method} {path}");
    }
}

/// The largest body that is read, in bytes.
const MAX_BODY: usize = 256 << 10;

/// A body of exactly so many bytes that adds this member.
fn body_of(bytes: usize, member: Uuid) -> String {
    let mut body = reference(member);
    body.push_str(&" ".repeat(bytes - body.len()));
    body
}

#[tokio::test]
async fn a_body_of_256_kib_is_read_and_one_byte_more_is_not() {
    let tenant = Tenant::fresh().await;
    let (group, ada) = (tenant.security_group("readers").await, tenant.user("ada").await);
    let token = tenant.app_token(["GroupMember.ReadWrite.All"]).await;
    let path = format!("/groups/{group}/members/$ref");
    let message = "The request's body is larger than this server takes.";
    let too_large = refused(413, "RequestEntityTooLarge", message);
    for bytes in [MAX_BODY + 1, 2 * MAX_BODY, 1 << 20] {
        let answer = ask(&tenant, Method::POST, &path, &token, JSON, &body_of(bytes, ada)).await;
        assert_eq!(answer.refusal(), too_large, "{bytes}");
    }
    let none = tenant.app_token([]).await;
    let refused = ask(&tenant, Method::POST, &path, &none, JSON, &body_of(MAX_BODY, ada)).await;
    assert_eq!(
        refused.refusal(),
        forbidden(),
        "a caller that may not write is refused before the body is read"
    );
    let largest = ask(&tenant, Method::POST, &path, &token, JSON, &body_of(MAX_BODY, ada)).await;
    assert_eq!(largest.status, 204, "{}", largest.text);
}

#[tokio::test]
async fn what_stands_beside_the_reference_is_not_looked_at() {
    let tenant = Tenant::fresh().await;
    let token = tenant.app_token(["GroupMember.ReadWrite.All"]).await;
    let ada = tenant.user("ada").await;
    let deep = |levels: usize| -> Value {
        serde_json::from_str(&format!("{}{}", "[".repeat(levels), "]".repeat(levels))).unwrap()
    };
    for (content_type, beside, query) in [
        (JSON, json!({"@odata.type": "#microsoft.graph.group"}), ""),
        (JSON, json!({"id": 7, "members@odata.bind": [null], "x": deep(60)}), ""),
        ("Application/JSON; charset=utf-8", json!({}), "?custom=x&tops=1"),
    ] {
        let group = tenant.security_group("readers").await;
        let mut body: Value = serde_json::from_str(&reference(ada)).unwrap();
        body.as_object_mut().unwrap().extend(beside.as_object().unwrap().clone());
        let path = format!("/groups/{group}/members/$ref{query}");
        let answer = ask(&tenant, Method::POST, &path, &token, content_type, &body.to_string()).await;
        assert_eq!(answer.status, 204, "{body} {}", answer.text);
    }
}

#[tokio::test]
async fn a_request_without_an_id_of_its_own_gets_the_servers_for_both() {
    let tenant = Tenant::fresh().await;
    let group = tenant.security_group("readers").await;
    for path in [format!("/groups/{group}"), "/groups/x".into(), "/nothing".into()] {
        let first = send(tenant.raw(Method::GET, &path).await).await;
        let second = send(tenant.raw(Method::GET, &path).await).await;
        assert_eq!(first.headers["request-id"], first.headers["client-request-id"], "{path}");
        assert_ne!(first.headers["request-id"], second.headers["request-id"], "{path}");
        first.headers["request-id"].to_str().unwrap().parse::<Uuid>().unwrap();
    }
}

#[tokio::test]
async fn only_the_path_of_a_member_is_one_where_writes_are_not_supported() {
    let tenant = Tenant::fresh().await;
    let (group, ada) = (tenant.security_group("readers").await, tenant.user("ada").await);
    let without = gateway("Write requests are only supported on contained entities");
    let nobody = refused(400, "Request_BadRequest", "The query option '@id' must stand in this request.");
    for (last, expected) in [(&*ada.to_string(), without), ("$ref", nobody), ("$count", wrong_method())] {
        let path = format!("/groups/{group}/members/{last}");
        assert_eq!(send(tenant.raw(Method::DELETE, &path).await).await.refusal(), expected, "{last}");
    }
}

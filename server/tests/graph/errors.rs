//! Graph's recorded refusals: the request, and the status, code and message of the response.

use crate::support::{Answer, Tenant, forbidden, not_found, refused, send};
use reqwest::{Method, StatusCode, header};
use roster_server::model::ids::ObjectId;
use serde_json::{Value, json};

const NO_ID: &str = "00000000-0000-4000-8000-000000000000";
const BAD_REQUEST: &str = "Request_BadRequest";

fn reference(id: impl std::fmt::Display) -> Value {
    json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/directoryObjects/{id}")})
}

async fn with_token(tenant: &Tenant, token: &str) -> Answer {
    send(tenant.anonymous(Method::GET, &format!("/v1.0/groups/{NO_ID}")).bearer_auth(token)).await
}

fn unauthenticated(message: &str) -> (u16, String, String) {
    refused(401, "InvalidAuthenticationToken", message)
}

#[tokio::test]
async fn without_a_token_the_answer_says_so_and_where_to_get_one() {
    let tenant = Tenant::fresh().await;
    let request = || tenant.anonymous(Method::GET, "/v1.0/groups/x");
    let answers = [
        send(request()).await,
        send(request().header("authorization", "Bearer ")).await,
        send(request().header("authorization", "Basic abc")).await,
    ];
    for answer in answers {
        assert_eq!(answer.refusal(), unauthenticated("Access token is empty."));
        let challenge = answer.headers[header::WWW_AUTHENTICATE].to_str().unwrap();
        let authority = format!("{}/common/oauth2/authorize", tenant.server.url);
        let expected = format!(
            "Bearer realm=\"\", authorization_uri=\"{authority}\", client_id=\"00000003-0000-0000-c000-000000000000\""
        );
        assert_eq!(challenge, expected);
    }
}

#[tokio::test]
async fn a_token_counts_once_however_often_its_header_stands_there() {
    let tenant = Tenant::fresh().await;
    let token = format!("Bearer {}", tenant.app_token(["User.Read.All"]).await);
    let ask = async |headers: &[&str]| {
        let request = tenant.anonymous(Method::GET, "/v1.0/users");
        send(headers.iter().fold(request, |request, value| request.header("authorization", *value))).await
    };
    for same in [&[&*token, &*token][..], &[&token, &token, &token]] {
        let answer = ask(same).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
    let two = "The request has several Authorization headers, and their values differ.";
    for others in [&[&*token, "Bearer x"][..], &["Bearer x", &*token], &["", &token], &[&token, &token, ""]] {
        let answer = ask(others).await;
        assert_eq!(answer.refusal(), unauthenticated(two), "{}", others.len());
        assert!(answer.headers.contains_key(header::WWW_AUTHENTICATE));
    }
    let answer = ask(&["Basic abc", "Basic abc"]).await;
    assert_eq!(answer.refusal(), unauthenticated("Access token is empty."));
}

#[tokio::test]
async fn a_token_that_is_no_jwt_is_refused() {
    let tenant = Tenant::fresh().await;
    let (status, code, message) = with_token(&tenant, "nonsense").await.refusal();
    assert_eq!((status, code.as_str()), (401, "InvalidAuthenticationToken"));
    assert!(message.starts_with("IDX14100: JWT is not well formed, there are no dots (.).\nThe token needs"));
    assert!(message.ends_with("(JWE): 'EncodedProtectedHeader.EncodedEncryptedKey.EncodedInitializationVector.EncodedCiphertext.EncodedAuthenticationTag'."));
}

#[tokio::test]
async fn an_expired_token_is_refused() {
    use roster_server::{auth::tokens::Subject, model::ids::AppId};
    let tenant = Tenant::fresh().await;
    let subject = Subject::Application { app_id: AppId::random(), id: ObjectId::random(), roles: Vec::new() };
    let token = tenant.sign(&subject, -1).await;
    let expected = unauthenticated("Lifetime validation failed, the token is expired.");
    assert_eq!(with_token(&tenant, &token).await.refusal(), expected);
}

#[tokio::test]
async fn a_token_of_a_tenant_that_is_not_here_or_that_was_tampered_with_is_refused() {
    use roster_server::auth::{
        keys::{self, Keys},
        tokens::{self, Subject},
    };
    use roster_server::model::ids::{AppId, TenantId};
    let tenant = Tenant::fresh().await;
    let token = tenant.app_token(["Group.Read.All"]).await;
    let [head, claims, signature] = token.split('.').collect::<Vec<_>>().try_into().unwrap();
    for forged in [
        format!("{head}.{claims}."),
        format!("{head}.{claims}x.{signature}"),
        format!("eyJhbGciOiJub25lIn0.{claims}."),
    ] {
        assert_eq!(with_token(&tenant, &forged).await.status, 401);
    }
    let foreign = Keys::from_pem(&keys::generate().unwrap()).unwrap();
    let subject = Subject::Application { app_id: AppId::random(), id: ObjectId::random(), roles: Vec::new() };
    let now = tenant.server.store.clock().now();
    let elsewhere = tokens::sign(&foreign, "http://x", tenant.id(), &subject, now, 60).unwrap();
    assert_eq!(with_token(&tenant, &elsewhere).await.status, 401);
    let nowhere = tenant.sign_for(TenantId::random(), &subject).await;
    let personal = tenant.sign_for("9188040d-6c67-4c5b-b112-36a304b66dad".parse().unwrap(), &subject).await;
    for token in [nowhere, personal] {
        let (_, _, message) = with_token(&tenant, &token).await.refusal();
        assert_eq!(message, "The token's tenant isn't one of this server's, or isn't the one in the URL.");
    }
}

#[tokio::test]
async fn an_id_in_the_path_that_is_no_guid_is_named_as_it_was_sent() {
    let tenant = Tenant::fresh().await;
    for id in ["x", "5A3E", "{5a3e0000-0000-4000-8000-000000000201}", "5a3e00000000400080000000000000201"] {
        let answer = send(tenant.raw(Method::GET, &format!("/groups/{id}")).await).await;
        assert_eq!(
            answer.refusal(),
            refused(400, BAD_REQUEST, &format!("Invalid object identifier '{id}'."))
        );
    }
    let odd = send(tenant.raw(Method::GET, "/groups/%FF").await).await;
    assert_eq!(odd.refusal(), refused(400, BAD_REQUEST, "Invalid object identifier '%FF'."));
}

#[tokio::test]
async fn what_is_absent_is_not_found_by_the_key_as_it_was_sent() {
    let tenant = Tenant::fresh().await;
    let upper = NO_ID.replace('8', "A");
    let group = send(tenant.raw(Method::GET, &format!("/groups/{upper}")).await).await;
    assert_eq!(group.refusal(), not_found(&upper));
    let user = send(tenant.raw(Method::GET, "/users/nobody@contoso.example").await).await;
    assert_eq!(user.refusal(), not_found("nobody@contoso.example"));
}

#[tokio::test]
async fn an_unknown_segment_is_named() {
    let tenant = Tenant::fresh().await;
    for (path, segment) in
        [("/nothing", "nothing"), (&*format!("/groups/{NO_ID}/nothing"), "nothing"), ("/users/x/y/z", "y")]
    {
        let expected = refused(400, "BadRequest", &format!("Resource not found for the segment '{segment}'"));
        assert_eq!(send(tenant.raw(Method::GET, path).await).await.refusal(), expected);
    }
}

#[tokio::test]
async fn a_method_that_a_path_does_not_have_is_refused() {
    let tenant = Tenant::fresh().await;
    let answer = send(tenant.raw(Method::PUT, "/groups").await).await;
    let message = "Specified HTTP method is not allowed for the request target.";
    assert_eq!(answer.refusal(), refused(405, BAD_REQUEST, message));
}

#[tokio::test]
async fn writing_to_members_itself_is_refused_as_graph_does() {
    let tenant = Tenant::fresh().await;
    let group = tenant.security_group("readers").await;
    let post =
        send(tenant.raw(Method::POST, &format!("/groups/{group}/members")).await.json(&reference(NO_ID)))
            .await;
    let message = "Write requests are only supported on contained entities";
    assert_eq!(post.refusal(), refused(400, "BadRequest", message));
    let patch =
        send(tenant.raw(Method::PATCH, &format!("/groups/{group}/members/$ref")).await.json(&json!({})))
            .await;
    let message = "The request is currently not supported on the targeted entity set";
    assert_eq!(patch.refusal(), refused(400, "BadRequest", message));
}

#[tokio::test]
async fn removing_a_member_or_an_owner_without_ref_is_refused_and_deletes_nothing() {
    let tenant = Tenant::fresh().await;
    let (group, ada) = (tenant.security_group("readers").await, tenant.user("ada").await);
    tenant.join(group, ada).await;
    tenant.own(group, ada).await;
    let message = "Write requests are only supported on contained entities";
    for link in ["members", "owners"] {
        let path = format!("/groups/{group}/{link}/{ada}");
        let answer = send(tenant.raw(Method::DELETE, &path).await).await;
        assert_eq!(answer.refusal(), refused(400, "BadRequest", message), "{link}");
        let list = send(tenant.raw(Method::GET, &format!("/groups/{group}/{link}")).await).await;
        assert_eq!(list.json()["value"][0]["id"], ada.to_string(), "{link}");
    }
}

#[tokio::test]
async fn writing_to_owners_of_applications_itself_is_refused_as_for_groups_and_changes_nothing() {
    let tenant = Tenant::fresh().await;
    let (ada, grace) = (tenant.user("ada").await, tenant.user("grace").await);
    let message = "Write requests are only supported on contained entities";
    for (set, id) in [
        ("groups", tenant.security_group("readers").await),
        ("applications", tenant.application("loans").await),
        ("servicePrincipals", tenant.service_principal("loans").await),
    ] {
        tenant.own(id, ada).await;
        let owners = format!("/{set}/{id}/owners");
        let post = send(tenant.raw(Method::POST, &owners).await.json(&reference(grace))).await;
        assert_eq!(post.refusal(), refused(400, "BadRequest", message), "{set}");
        let delete = send(tenant.raw(Method::DELETE, &format!("{owners}/{ada}")).await).await;
        assert_eq!(delete.refusal(), refused(400, "BadRequest", message), "{set}");
        let patch = tenant.raw(Method::PATCH, &format!("{owners}/$ref")).await.json(&json!({}));
        let unsupported = "The request is currently not supported on the targeted entity set";
        assert_eq!(send(patch).await.refusal(), refused(400, "BadRequest", unsupported), "{set}");
        let list = send(tenant.raw(Method::GET, &owners).await).await.json();
        assert_eq!(list["value"].as_array().unwrap().len(), 1, "{set}");
        assert_eq!(list["value"][0]["id"], ada.to_string(), "{set}");
    }
}

#[tokio::test]
async fn invalid_values_are_refused_in_the_words_of_the_layer_that_reads_them() {
    let tenant = Tenant::fresh().await;
    let ada = tenant.user("ada").await;
    let group = tenant.security_group("readers").await;
    let (user, group) = (format!("/users/{ada}"), format!("/groups/{group}"));
    for (path, body, code, message, details) in [
        (
            &user,
            json!({"officeLocation": ""}),
            BAD_REQUEST,
            "Invalid value specified for property 'officeLocation' of resource 'User'.",
            json!([{"target": "officeLocation", "code": "InvalidValue"}]),
        ),
        (
            &user,
            json!({"mobilePhone": ""}),
            BAD_REQUEST,
            "The mobilePhone should be between 1 and 64 characters.",
            json!([{"target": "mobilePhone", "code": "InvalidValue"}]),
        ),
        (
            &user,
            json!({"otherMails": [""]}),
            BAD_REQUEST,
            "The otherMails should be between 1 and 256 characters.",
            json!([{"target": "otherMails", "code": "InvalidValue"}]),
        ),
        (
            &user,
            json!({"nickname": "x"}),
            BAD_REQUEST,
            "Invalid property 'nickname'.",
            json!([{"target": "nickname", "code": "UnknownProperty"}]),
        ),
        (
            &user,
            json!({"extension_0a_x": 1, "city": "Turin", "extension_0a_y": null}),
            BAD_REQUEST,
            "The following extension properties are not available: extension_0a_x,extension_0a_y.",
            Value::Null,
        ),
        (
            &user,
            json!({"identities": {"0": {}}}),
            "BadRequest",
            "Property identities in payload has a value that does not match schema.",
            Value::Null,
        ),
        (
            &user,
            json!({"employeeOrgData": []}),
            "BadRequest",
            "Property employeeOrgData in payload has a value that does not match schema.",
            Value::Null,
        ),
        (
            &user,
            json!({"city": true}),
            BAD_REQUEST,
            "Cannot convert the literal 'True' to the expected type 'Edm.String'.",
            Value::Null,
        ),
        (
            &user,
            json!({"accountEnabled": "true"}),
            BAD_REQUEST,
            "Cannot convert the literal 'true' to the expected type 'Edm.Boolean'.",
            Value::Null,
        ),
        (
            &user,
            json!({"employeeHireDate": "2009-01-20"}),
            BAD_REQUEST,
            "Cannot convert the literal '2009-01-20' to the expected type 'Edm.DateTimeOffset'.",
            Value::Null,
        ),
        (
            &user,
            json!({"businessPhones": null}),
            BAD_REQUEST,
            "A null value was found for the property named 'businessPhones', which has the expected type \
             'Collection(Edm.String)[Nullable=False]'. The expected type \
             'Collection(Edm.String)[Nullable=False]' does not allow null values.",
            Value::Null,
        ),
        (
            &user,
            json!({"identities": null}),
            BAD_REQUEST,
            "A null value was found for the property named 'identities', which has the expected type \
             'Collection(microsoft.graph.objectIdentity)[Nullable=False]'. The expected type \
             'Collection(microsoft.graph.objectIdentity)[Nullable=False]' does not allow null values.",
            Value::Null,
        ),
        (
            &group,
            json!({"groupTypes": {}}),
            BAD_REQUEST,
            "An unexpected 'StartObject' node was found for property named 'groupTypes' when reading from the JSON \
             reader. A 'StartArray' node was expected.",
            Value::Null,
        ),
        (
            &group,
            json!({"description": ["x"]}),
            BAD_REQUEST,
            "An unexpected 'StartArray' node was found for property named 'description' when reading from the JSON \
             reader. A 'PrimitiveValue' node was expected.",
            Value::Null,
        ),
    ] {
        let answer = send(tenant.raw(Method::PATCH, path).await.json(&body)).await;
        assert_eq!(answer.refusal(), refused(400, code, message), "{body}");
        assert_eq!(answer.json()["error"]["details"], details, "{body}");
    }
    let read = send(tenant.raw(Method::GET, &format!("{user}?$select=city,mobilePhone")).await).await.json();
    assert_eq!((&read["city"], &read["mobilePhone"]), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn a_body_that_is_no_reference_is_refused_for_what_it_is() {
    let tenant = Tenant::fresh().await;
    let group = tenant.security_group("readers").await;
    let post = async || tenant.raw(Method::POST, &format!("/groups/{group}/members/$ref")).await;
    let json_type = ("content-type", "application/json");
    let unreadable = "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.";
    let no_reference = "An unexpected 'EndOfInput' node was found when reading from the JSON reader. A 'StartObject' node was expected.";
    let no_url = "Invalid URL format specified in payload.";
    let deep = "[".repeat(5000);
    let cases = [
        (
            None,
            "{}",
            "BadRequest",
            "Write requests (excluding DELETE) must contain the Content-Type header declaration.",
        ),
        (
            Some(("content-type", "text/plain")),
            "{}",
            "BadRequest",
            "Entity only allows writes with a JSON Content-Type header.",
        ),
        (Some(json_type), "", "BadRequest", "Empty Payload. JSON content expected."),
        (Some(json_type), "{", "BadRequest", unreadable),
        (Some(json_type), "[]", "BadRequest", unreadable),
        (Some(json_type), "\"x\"", "BadRequest", unreadable),
        (Some(json_type), deep.as_str(), "BadRequest", unreadable),
        (Some(("content-type", "application/json; charset=utf-8")), "{}", BAD_REQUEST, no_reference),
        (Some(json_type), r#"{"id": "5a3e0000-0000-4000-8000-000000000201"}"#, BAD_REQUEST, no_reference),
        (Some(json_type), r#"{"members@odata.bind": []}"#, BAD_REQUEST, no_reference),
        (Some(json_type), r#"{"@odata.id": ""}"#, BAD_REQUEST, no_url),
        (Some(json_type), r#"{"@odata.id": 7}"#, BAD_REQUEST, no_url),
        (
            Some(json_type),
            r#"{"@odata.id": "/v1.0/directoryObjects/5a3e0000-0000-4000-8000-000000000201"}"#,
            BAD_REQUEST,
            no_url,
        ),
    ];
    for (header, body, code, message) in cases {
        let mut request = post().await.body(body.to_owned());
        if let Some((name, value)) = header {
            request = request.header(name, value);
        }
        assert_eq!(send(request).await.refusal(), refused(400, code, message), "{header:?} {:.60}", body);
    }
}

#[tokio::test]
async fn query_options_that_are_wrong_or_not_served_are_refused_by_name() {
    let tenant = Tenant::fresh().await;
    let group = tenant.security_group("readers").await;
    let page_size =
        |size: &str| format!("Invalid page size specified: '{size}'. Must be between 1 and 999 inclusive.");
    let unsupported = |name: &str| format!("The query option '{name}' is not supported by this request.");
    for (query, message) in [
        ("$top=1000", page_size("1000")),
        ("$top=0", page_size("0")),
        ("TOP=0", page_size("0")),
        ("$unknown=1", unsupported("$unknown")),
        ("$apply=x", unsupported("$apply")),
        ("Apply=x", unsupported("Apply")),
        ("top=1&$top=2", "The query option '$top' may stand in a request only once.".into()),
        ("$top=1&$top=2", "The query option '$top' may stand in a request only once.".into()),
        (
            "$count=true",
            "Counting is only supported with the request header 'ConsistencyLevel: eventual'.".into(),
        ),
    ] {
        let answer = send(tenant.raw(Method::GET, &format!("/groups/{group}/members?{query}")).await).await;
        assert_eq!(answer.refusal(), refused(400, "Request_UnsupportedQuery", &message), "{query}");
    }
    for name in ["$skip", "skip", "$Skip"] {
        for path in ["/users".into(), format!("/groups/{group}"), format!("/groups/{group}/members")] {
            let answer = send(tenant.raw(Method::GET, &format!("{path}?{name}=1")).await).await;
            let message = format!("'{name}' is not supported by the service.");
            assert_eq!(answer.refusal(), refused(400, BAD_REQUEST, &message), "{path}");
        }
    }
    let select = send(tenant.raw(Method::GET, &format!("/groups/{group}?$select=id,,x")).await).await;
    assert_eq!(select.refusal(), refused(400, "BadRequest", "Parsing Select and Expand failed."));
    let token = send(tenant.raw(Method::GET, &format!("/groups/{group}/members?$skiptoken=abc")).await).await;
    assert_eq!(token.refusal().1, "Directory_ExpiredPageToken");
}

#[tokio::test]
async fn query_options_that_graph_has_and_this_server_does_not_are_named_as_they_were_sent() {
    let tenant = Tenant::fresh().await;
    let group = tenant.security_group("readers").await;
    let (list, one) = ("/users".to_owned(), format!("/groups/{group}"));
    let members = format!("{one}/members");
    for (path, options) in [
        (list, &["format"][..]),
        (members.clone(), &["format"]),
        (format!("{members}/$ref"), &["format"]),
        (one.clone(), &["format"]),
    ] {
        for name in options.iter().flat_map(|name| [format!("${name}"), (*name).into(), name.to_uppercase()])
        {
            let request = tenant.raw(Method::GET, &format!("{path}?{name}=x")).await;
            let answer = send(request.header("ConsistencyLevel", "eventual")).await;
            let message =
                format!("Graph has the query option '{name}' in this request. This server doesn't yet.");
            assert_eq!(answer.refusal(), refused(501, "NotImplemented", &message), "{path}");
        }
    }
    for path in [
        format!("{one}?$filter=x"),
        format!("{members}/$ref?expand=x"),
        format!("{members}/$count?$expand=x"),
    ] {
        let answer = send(tenant.raw(Method::GET, &path).await.header("ConsistencyLevel", "eventual")).await;
        assert_eq!(
            (answer.status.as_u16(), answer.refusal().1.as_str()),
            (400, "Request_UnsupportedQuery"),
            "{path}"
        );
    }
    for name in ["$search", "search"] {
        let answer = send(tenant.raw(Method::GET, &format!("/users?{name}=\"displayName:a\"")).await).await;
        let message = "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'";
        assert_eq!(answer.refusal(), refused(400, "Request_UnsupportedQuery", message));
    }
}

#[tokio::test]
async fn of_several_faults_the_first_in_graphs_order_is_reported() {
    let tenant = Tenant::fresh().await;
    let (ada, device) = (tenant.user("ada").await, tenant.device("laptop").await);
    let (group, list) = (tenant.security_group("readers").await, tenant.distribution_group("list").await);
    let roles = tenant.role_assignable_group("roles").await;
    let inner = tenant.security_group("inner").await;
    let weak = tenant.app_token(["GroupMember.ReadWrite.All"]).await;
    let none = tenant.app_token([]).await;
    let post = async |token: &str, path: String, header: Option<&'static str>, body: String| {
        let mut request = tenant.anonymous(Method::POST, &path).body(body);
        if !token.is_empty() {
            request = request.bearer_auth(token);
        }
        if let Some(kind) = header {
            request = request.header("content-type", kind);
        }
        let answer = send(request).await;
        (answer.status.as_u16(), answer.json()["error"]["message"].as_str().unwrap().to_owned())
    };
    let add = |group: &dyn std::fmt::Display| format!("/v1.0/groups/{group}/members/$ref");
    let json_type = Some("application/json");
    let of = |id: &dyn std::fmt::Display| reference(id).to_string();
    let denied = "Insufficient privileges";
    let cases = [
        ("", "/v1.0/nothing".into(), None, String::new(), 401, "Access token is empty."),
        (&*none, "/v1.0/nothing".into(), None, String::new(), 400, "Resource not found"),
        (&*none, add(&"x"), None, String::new(), 403, denied),
        (&*weak, format!("{}?$top=1", add(&"x")), None, String::new(), 400, "Invalid object identifier"),
        (&*weak, format!("{}?$top=1", add(&NO_ID)), None, String::new(), 400, "The query option '$top'"),
        (&*weak, add(&NO_ID), None, String::new(), 400, "Write requests (excluding DELETE)"),
        (&*weak, add(&NO_ID), Some("text/plain"), String::new(), 400, "Entity only allows"),
        (&*weak, add(&NO_ID), json_type, String::new(), 400, "Empty Payload"),
        (&*weak, add(&NO_ID), json_type, "{".into(), 400, "Unable to read JSON"),
        (&*weak, add(&NO_ID), json_type, "{}".into(), 400, "An unexpected 'EndOfInput'"),
        (&*weak, add(&NO_ID), json_type, of(&NO_ID), 404, "Resource '00000000"),
        (&*weak, add(&list), json_type, of(&NO_ID), 400, "Cannot Update a mail-enabled"),
        (&*weak, add(&group), json_type, of(&NO_ID), 404, "Resource '00000000"),
        (&*weak, add(&roles), json_type, of(&device), 403, denied),
        (&*weak, add(&roles), json_type, of(&inner), 403, denied),
    ];
    for (token, path, header, body, status, message) in cases {
        let (got, said) = post(token, path.clone(), header, body).await;
        assert!(got == status && said.starts_with(message), "{path}: {got} {said}, not {status} {message}");
    }
    tenant.join(group, ada).await;
}

#[tokio::test]
async fn an_answer_carries_graphs_headers_and_the_clients_request_id() {
    let tenant = Tenant::fresh().await;
    let group = tenant.security_group("readers").await;
    let id = "0b5b1f5e-5d3c-4b7e-8a55-0d8f7f2f3c11";
    let answer =
        send(tenant.raw(Method::GET, &format!("/groups/{group}")).await.header("client-request-id", id))
            .await;
    assert_eq!(answer.status, StatusCode::OK);
    let header = |name: &str| answer.headers[name].to_str().unwrap().to_owned();
    assert_eq!(header("client-request-id"), id);
    assert_ne!(header("request-id"), id);
    assert_eq!((header("odata-version"), header("cache-control")), ("4.0".into(), "no-cache".into()));
    assert!(header("content-type").starts_with("application/json;odata.metadata=minimal;"));
    let refused = send(tenant.raw(Method::GET, "/groups/x").await.header("client-request-id", id)).await;
    assert_eq!(refused.json()["error"]["innerError"]["client-request-id"], id);
}

#[tokio::test]
async fn a_tenant_in_the_path_must_be_the_callers() {
    let (mine, theirs) = (Tenant::fresh().await, Tenant::fresh().await);
    let group = mine.security_group("readers").await;
    for (tenant, status) in
        [(mine.id().to_string(), 200), ("myorganization".into(), 200), (theirs.id().to_string(), 401)]
    {
        let answer = send(mine.raw(Method::GET, &format!("/{tenant}/groups/{group}")).await).await;
        assert_eq!(answer.status, status, "{tenant}");
    }
}

#[tokio::test]
async fn a_caller_without_the_permission_is_refused() {
    let tenant = Tenant::fresh().await;
    let group = tenant.security_group("readers").await;
    let token = tenant.app_token(["User.Read.All"]).await;
    let answer =
        send(tenant.anonymous(Method::GET, &format!("/v1.0/groups/{group}")).bearer_auth(token)).await;
    assert_eq!(answer.refusal(), forbidden());
}

//! `/$batch`: requests that come together are answered as those that come by themselves.

use crate::support::{Answer, Server, Tenant, members_of, not_found, refused, send, sorted};
use reqwest::Method;
use roster_client::{Client, types};
use roster_server::{
    directory::import,
    http::{state::Settings, transport::Limits},
    model::{ids::ObjectId, kinds::ObjectKind},
    store::WriteTx,
};
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Sends these requests together, by an application that may do everything.
async fn together(tenant: &Tenant, requests: Value) -> Answer {
    send(tenant.raw(Method::POST, "/$batch").await.json(&json!({"requests": requests}))).await
}

/// What each of these requests is answered, by its id.
async fn answers(tenant: &Tenant, requests: Value) -> HashMap<String, Value> {
    let count = requests.as_array().unwrap().len();
    let answer = together(tenant, requests).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let found: HashMap<String, Value> = answer.json()["responses"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["id"].as_str().unwrap().to_owned(), one.clone()))
        .collect();
    assert_eq!(found.len(), count, "{answer:?}");
    found
}

/// A request to read this.
fn get(id: &str, url: impl AsRef<str>) -> Value {
    json!({"id": id, "method": "GET", "url": url.as_ref()})
}

/// A request with this body.
fn write(id: &str, method: &str, url: impl AsRef<str>, body: Value) -> Value {
    let headers = json!({"Content-Type": "application/json"});
    json!({"id": id, "method": method, "url": url.as_ref(), "headers": headers, "body": body})
}

/// The same with this header more.
fn with(mut request: Value, name: &str, value: &str) -> Value {
    request["headers"][name] = value.into();
    request
}

/// The same, once these have succeeded.
fn after(mut request: Value, ids: &[&str]) -> Value {
    request["dependsOn"] = json!(ids);
    request
}

fn reference(id: Uuid) -> Value {
    json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/directoryObjects/{id}")})
}

fn new_group(name: &str) -> Value {
    json!({"displayName": name, "mailEnabled": false, "mailNickname": name, "securityEnabled": true})
}

/// Status, code and message of a refusal in a batch, whose ids are those of its headers.
fn refusal(answer: &Value) -> (u16, String, String) {
    let error = &answer["body"]["error"];
    for id in ["request-id", "client-request-id"] {
        assert_eq!(error["innerError"][id], answer["headers"][id], "{answer}");
        assert!(answer["headers"][id].is_string(), "{answer}");
    }
    assert_eq!(answer["headers"]["Content-Type"], "application/json");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (
        u16::try_from(answer["status"].as_u64().unwrap()).unwrap(),
        text(&error["code"]),
        text(&error["message"]),
    )
}

#[tokio::test]
async fn a_batch_goes_there_and_back_through_the_client() {
    let tenant = Tenant::fresh().await;
    let (user, group) = (tenant.user("ada").await, tenant.security_group("readers").await);
    let client: Client =
        tenant.client(["User.Read.All", "GroupMember.ReadWrite.All", "Group.ReadWrite.All"]).await;
    let request =
        |id: &str, method: &str, url: String| types::BatchRequest::builder().id(id).method(method).url(url);
    let headers = HashMap::from([("Content-Type".to_owned(), "application/json".to_owned())]);
    let add = request("add", "POST", format!("/groups/{group}/members/$ref"))
        .headers(headers)
        .body(reference(user))
        .try_into()
        .unwrap();
    let list = request("list", "GET", format!("/groups/{group}/members?$select=id"))
        .depends_on(vec!["add".to_owned()])
        .try_into()
        .unwrap();
    let body = types::BatchRequests::builder().requests(vec![add, list]);
    let answered = client.send_batch().body(body).send().await.unwrap().into_inner();
    let [added, listed] = &*answered.responses else { panic!("{answered:?}") };
    assert_eq!((&*added.id, added.status, &added.body), ("add", 204, &None));
    assert_eq!((&*listed.id, listed.status), ("list", 200));
    assert_eq!(listed.body.as_ref().unwrap()["value"][0]["id"], user.to_string());
    assert_eq!(members_of(&client, group).await, sorted([user]));
}

#[tokio::test]
async fn each_request_is_answered_with_what_it_is_answered_by_itself() {
    let tenant = Tenant::fresh().await;
    let (user, absent) = (tenant.user("ada").await, Uuid::from_u128(7));
    let found = answers(
        &tenant,
        json!([
            get("read", format!("/users/{user}?$select=id,displayName")),
            with(get("count", "/users/$count"), "ConsistencyLevel", "eventual"),
            get("uncounted", "/users/$count"),
            get("absent", format!("/users/{absent}")),
            write("create", "POST", "/groups", new_group("readers")),
            write("change", "PATCH", format!("/users/{user}"), json!({"city": "Turin"})),
            {"id": "delete", "method": "DELETE", "url": format!("/groups/{absent}")},
            write("method", "PUT", "/users", json!({})),
            get("path", "/nowhere"),
        ]),
    )
    .await;
    let content_type = |id: &str| found[id]["headers"]["Content-Type"].as_str().unwrap_or_default();
    let read = &found["read"];
    let context = format!("{}/v1.0/$metadata#users(id,displayName)/$entity", tenant.origin());
    let body = json!({"@odata.context": context, "id": user, "displayName": "ada"});
    assert_eq!((&read["status"], &read["body"]), (&json!(200), &body));
    assert!(content_type("read").starts_with("application/json;odata.metadata=minimal;"), "{read}");
    assert_eq!(read["headers"]["OData-Version"], "4.0");
    assert_eq!(read["headers"]["Cache-Control"], "no-cache");
    assert_eq!((&found["count"]["status"], &found["count"]["body"]), (&json!(200), &json!("1")));
    assert_eq!(content_type("count"), "text/plain");
    assert_eq!(refusal(&found["uncounted"]).1, "Request_UnsupportedQuery");
    assert_eq!(refusal(&found["absent"]), not_found(absent));
    let created = &found["create"];
    let location = format!("{}/v1.0/groups/{}", tenant.origin(), created["body"]["id"].as_str().unwrap());
    assert_eq!((&created["status"], &created["headers"]["Location"]), (&json!(201), &location.into()));
    assert_eq!((&found["change"]["status"], found["change"].get("body")), (&json!(204), None));
    assert_eq!(refusal(&found["delete"]), not_found(absent));
    let message = "Specified HTTP method is not allowed for the request target.";
    assert_eq!(refusal(&found["method"]), refused(405, "Request_BadRequest", message));
    let message = "Resource not found for the segment 'nowhere'";
    assert_eq!(refusal(&found["path"]), refused(400, "BadRequest", message));
    let ids: HashSet<_> = found.values().map(|answer| answer["headers"]["request-id"].to_string()).collect();
    assert_eq!(ids.len(), found.len(), "each has an id of its own");
    for answer in found.values() {
        let members: Vec<_> = answer["headers"].as_object().unwrap().keys().cloned().collect();
        let of_connections = |name: &String| {
            name.starts_with("Access-") || ["Content-Length", "Date", "Vary"].contains(&name.as_str())
        };
        assert!(!members.iter().any(of_connections), "{members:?}");
    }
}

#[tokio::test]
async fn the_batchs_own_id_goes_with_each_request_that_has_none() {
    let tenant = Tenant::fresh().await;
    let requests = json!({"requests": [
        get("a", "/users"), with(get("b", "/users"), "client-request-id", "its own"), get("c", "/nowhere"),
    ]});
    let request = tenant.raw(Method::POST, "/$batch").await.header("client-request-id", "together");
    let answer = send(request.json(&requests)).await;
    let body = answer.json();
    let of = |place: usize| body["responses"][place]["headers"]["client-request-id"].as_str().unwrap();
    let mut ids = [of(0), of(1), of(2)];
    ids.sort_unstable();
    assert_eq!(ids, ["its own", "together", "together"]);
    assert_eq!(answer.headers["client-request-id"], "together");
}

#[tokio::test]
async fn headers_count_for_the_request_that_has_them_and_for_no_other() {
    let tenant = Tenant::fresh().await;
    for name in ["ada", "grace", "alan"] {
        tenant.user(name).await;
    }
    let weak = tenant.app_token([]).await;
    let requests = json!({"requests": [
        with(get("sized", "/users"), "prefer", "odata.maxpagesize=2"),
        with(get("counted", "/users?$count=true"), "consistencylevel", "eventual"),
        get("uncounted", "/users?$count=true&$search=\"displayName:ada\""),
        with(get("unauthorized", "/users"), "Authorization", &format!("Bearer {weak}")),
        with(with(get("framed", "/users"), "Transfer-Encoding", "chunked"), "Content-Length", "7"),
    ]});
    // What the batch itself says of consistency is said of none.
    let request = tenant.raw(Method::POST, "/$batch").await.header("consistencylevel", "eventual");
    let body = send(request.json(&requests)).await.json();
    let found =
        |id: &str| body["responses"].as_array().unwrap().iter().find(|answer| answer["id"] == id).unwrap();
    assert_eq!(found("sized")["body"]["value"].as_array().unwrap().len(), 2);
    assert_eq!(found("counted")["body"]["@odata.count"], 3);
    assert_eq!(refusal(found("uncounted")).1, "Request_UnsupportedQuery");
    assert_eq!(found("unauthorized")["status"], 200, "the batch's own token counts");
    assert_eq!(found("framed")["status"], 200);
}

#[tokio::test]
async fn a_url_is_relative_with_or_without_a_slash_and_the_version() {
    let tenant = Tenant::fresh().await;
    let user = tenant.user("ada").await;
    let id = tenant.id();
    for url in [
        format!("/users/{user}"),
        format!("users/{user}"),
        format!("/v1.0/users/{user}"),
        format!("V1.0/Users('{user}')"),
        format!("/{id}/users/{user}"),
        format!("/v1.0/myorganization/users/{user}"),
        format!("/users/{user}?%24select=id"),
        format!("/users/{}", tenant.upn("ada").replace('@', "%40")),
        "/users?$filter=displayName eq 'ada'&$select=id, displayName".into(),
        "users?$filter=displayName eq 'ädä'".into(),
    ] {
        let found = answers(&tenant, json!([get("1", &url)])).await;
        assert_eq!(found["1"]["status"], 200, "{url}: {}", found["1"]);
    }
    let missing = |segment: &str| {
        refused(400, "BadRequest", &format!("Resource not found for the segment '{segment}'"))
    };
    let origin = tenant.origin();
    for (url, expected) in [
        (format!("{origin}/v1.0/users"), missing("http:")),
        ("https://graph.microsoft.com/v1.0/users".into(), missing("https:")),
        ("//graph.microsoft.com/v1.0/users".into(), missing("graph.microsoft.com")),
        ("../health".into(), missing("..")),
        ("/health".into(), missing("health")),
        ("/v1.0/v1.0/users".into(), missing("v1.0")),
        (String::new(), missing("v1.0")),
        ("/beta/nothing".into(), missing("nothing")),
        (
            format!("/users?x={}", "x".repeat(70_000)),
            refused(400, "BadRequest", "The URL of this request in the batch can't be read."),
        ),
    ] {
        let found = answers(&tenant, json!([get("1", &url)])).await;
        assert_eq!(refusal(&found["1"]), expected, "{url:.80}");
    }
}

#[tokio::test]
async fn links_are_those_of_the_origin_that_the_batch_was_sent_to() {
    let tenant = Tenant::fresh().await;
    for name in ["ada", "grace"] {
        tenant.user(name).await;
    }
    let requests = json!({"requests": [get("1", "/users?$top=1")]});
    let request = tenant.raw(Method::POST, "/$batch").await.header("host", "directory.example:8443");
    let body = send(request.json(&requests)).await.json()["responses"][0]["body"].clone();
    for link in ["@odata.context", "@odata.nextLink"] {
        let link = body[link].as_str().unwrap();
        assert!(link.starts_with("http://directory.example:8443/v1.0/"), "{link}");
    }
}

#[tokio::test]
async fn a_request_runs_after_those_that_it_depends_on_and_not_where_one_of_them_failed() {
    let tenant = Tenant::fresh().await;
    let [ada, grace] = [tenant.user("ada").await, tenant.user("grace").await];
    let group = tenant.security_group("readers").await;
    let members = format!("/groups/{group}/members");
    let count = |id: &str| with(get(id, format!("{members}/$count")), "ConsistencyLevel", "eventual");
    // The last stands first, and two lead to it.
    let found = answers(
        &tenant,
        json!([
            after(count("3"), &["2A", "2b"]),
            after(write("2a", "POST", format!("{members}/$ref"), reference(ada)), &["1"]),
            after(write("2B", "POST", format!("{members}/$ref"), reference(grace)), &["1", "1"]),
            count("1"),
        ]),
    )
    .await;
    assert_eq!((&found["1"]["body"], &found["3"]["body"]), (&json!("0"), &json!("2")));
    assert_eq!((&found["2a"]["status"], &found["2B"]["status"]), (&json!(204), &json!(204)));
    let failed = "This request wasn't sent, since one that it depends on has failed.";
    let remove =
        |id: &str, user: Uuid| json!({"id": id, "method": "DELETE", "url": format!("{members}/{user}/$ref")});
    let found = answers(
        &tenant,
        json!([
            write("a", "POST", format!("{members}/$ref"), reference(ada)),
            after(remove("b", ada), &["a"]),
            after(remove("c", ada), &["d", "b"]),
            count("d"),
            after(remove("e", grace), &["d"]),
        ]),
    )
    .await;
    assert_eq!((&found["a"]["status"], &found["d"]["status"]), (&json!(400), &json!(200)));
    assert_eq!(found["e"]["status"], 204);
    for id in ["b", "c"] {
        assert_eq!(refusal(&found[id]), refused(424, "FailedDependency", failed));
    }
    let client = tenant.client(["GroupMember.Read.All"]).await;
    assert_eq!(members_of(&client, group).await, [ada]);
}

#[tokio::test]
async fn where_a_batch_is_refused_none_of_its_requests_is_sent() {
    let tenant = Tenant::fresh().await;
    let good = || write("good", "POST", "/groups", new_group("readers"));
    let bad = |message: &str| refused(400, "BadRequest", message);
    let many: Vec<Value> = (0..20).map(|id| get(&id.to_string(), "/users")).collect();
    for (others, expected) in [
        (vec![get("GOOD", "/users")], bad("Request Id GOOD has to be unique in a batch.")),
        (many, bad("Number of requests inside batch exceed the limit.")),
        (vec![json!({"id": 1, "method": "GET", "url": "/users"})], bad("Invalid batch payload format.")),
        (vec![json!({"id": "1", "url": "/users"})], bad("Invalid batch payload format.")),
        (vec![json!(["1", "GET", "/users"])], bad("Invalid batch payload format.")),
        (vec![after(get("1", "/users"), &["2"])], bad("Invalid dependency for request Id 1.")),
        (
            vec![after(get("1", "/users"), &["2"]), after(get("2", "/users"), &["1"])],
            bad("Invalid dependency for request Id 1."),
        ),
        (
            vec![json!({"id": "1", "method": "PATCH", "url": "/me", "body": {}})],
            bad("Write request id : 1 does not contain Content-Type header or body."),
        ),
        (
            vec![
                json!({"id": "1", "method": "POST", "url": "/groups", "headers": {"Content-Type": "application/json"}}),
            ],
            bad("Write request id : 1 does not contain Content-Type header or body."),
        ),
    ] {
        let requests: Vec<Value> = [good()].into_iter().chain(others).collect();
        assert_eq!(together(&tenant, json!(requests)).await.refusal(), expected, "{requests:?}");
    }
    let groups = send(tenant.raw(Method::GET, "/groups").await).await.json();
    assert_eq!(groups["value"], json!([]));
}

#[tokio::test]
async fn a_batch_that_is_too_large_or_too_deep_is_refused() {
    let tenant = Tenant::fresh().await;
    let send_text = async |text: String| {
        let request = tenant.raw(Method::POST, "/$batch").await;
        send(request.header("content-type", "application/json").body(text)).await.refusal()
    };
    let large = |size: usize| {
        let body = json!({"description": "x".repeat(size)});
        json!({"requests": [write("1", "PATCH", "/groups/x", body)]}).to_string()
    };
    let too_large = "The request's body is larger than this server takes.";
    assert_eq!(send_text(large(10 << 20)).await, refused(413, "RequestEntityTooLarge", too_large));
    let no_json = "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of \
                   valid JSON format.";
    for deep in [
        "[".repeat(1 << 20),
        format!("{{\"requests\":{}", "[".repeat(1 << 20)),
        format!("{{\"requests\":[{}", "{\"body\":".repeat(100_000)),
    ] {
        assert_eq!(send_text(deep).await, refused(400, "BadRequest", no_json));
    }
    // What is too large or too deep in a request is that request's fault.
    let group = tenant.security_group("readers").await;
    let url = format!("/groups/{group}");
    let deep: Value = (0..70).fold(json!(1), |inner, _| json!([inner]));
    let text = json!({"requests": [
        write("large", "PATCH", &url, json!({"description": "x".repeat(300 << 10)})),
        write("deep", "PATCH", &url, json!({"description": deep})),
        write("good", "PATCH", &url, json!({"description": "d"})),
    ]});
    let answer = send(tenant.raw(Method::POST, "/$batch").await.json(&text)).await;
    let mut found: Vec<_> = answer.json()["responses"]
        .as_array()
        .unwrap()
        .iter()
        .map(|answer| (answer["id"].to_string(), answer["status"].as_u64().unwrap()))
        .collect();
    found.sort();
    let expected = [("\"deep\"", 400), ("\"good\"", 204), ("\"large\"", 413)];
    assert_eq!(found, expected.map(|(id, status)| (id.to_owned(), status)));
}

#[tokio::test]
async fn a_body_is_json_or_what_base64_says() {
    let tenant = Tenant::fresh().await;
    let group = tenant.security_group("readers").await;
    let request = |content_type: &str, body: Value| {
        json!({"id": "1", "method": "PATCH", "url": format!("/groups/{group}"), "body": body,
            "headers": {"content-type": content_type}})
    };
    let not_json = refused(400, "BadRequest", "Entity only allows writes with a JSON Content-Type header.");
    let unreadable = refused(400, "BadRequest", "The body of this request in the batch can't be read.");
    let no_object = refused(
        400,
        "BadRequest",
        "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of \
         valid JSON format.",
    );
    for (content_type, body, expected) in [
        ("image/png", json!("aGVsbG8"), &not_json),
        ("image/png", json!("_-8="), &not_json),
        ("text/plain", json!("hello"), &not_json),
        ("image/png", json!("hello!"), &unreadable),
        ("image/png", json!({"description": "d"}), &unreadable),
        ("application/json", json!("eyJkZXNjcmlwdGlvbiI6ImQifQ"), &no_object),
        ("application/json", json!([1]), &no_object),
    ] {
        let found = answers(&tenant, json!([request(content_type, body.clone())])).await;
        assert_eq!(refusal(&found["1"]), *expected, "{content_type} {body}");
    }
    let twice = r#"{"requests":[{"id":"1","method":"PATCH","url":"/groups/ID","headers":{"content-type":"application/json"},
        "body":{"description":"a","description":"b"}}]}"#;
    let request = tenant.raw(Method::POST, "/$batch").await.header("content-type", "application/json");
    let body = send(request.body(twice.replace("ID", &group.to_string()))).await.json();
    let message = "The property 'description' stands more than once in an object of the payload.";
    assert_eq!(refusal(&body["responses"][0]), refused(400, "Request_BadRequest", message));
}

#[tokio::test]
async fn a_batch_in_a_batch_is_refused_and_the_others_go_on() {
    let tenant = Tenant::fresh().await;
    for url in ["/$batch", "%24batch", "/v1.0/$Batch", "/v1.0/myorganization/$batch"] {
        let nested = write("nested", "POST", url, json!({"requests": [get("1", "/users")]}));
        let found = answers(&tenant, json!([nested, get("beside", "/users")])).await;
        let expected = refused(400, "BadRequest", "A batch can't stand in another one.");
        assert_eq!(refusal(&found["nested"]), expected, "{url}");
        assert_eq!(found["beside"]["status"], 200);
    }
}

#[tokio::test]
async fn each_request_needs_what_it_needs_by_itself() {
    let [tenant, other] = [Tenant::fresh().await, Tenant::fresh().await];
    let (user, theirs) = (tenant.user("ada").await, other.user("grace").await);
    let requests = json!({"requests": [
        get("users", "/users"),
        get("groups", "/groups"),
        get("me", "/me"),
        get("theirs", format!("/users/{theirs}")),
        get("their tenant", format!("/{}/users", other.id())),
        get("their domain", format!("/{}/users", other.domain())),
        get("own domain", format!("/{}/users", tenant.domain())),
    ]});
    let ask = async |token: String| {
        let request = tenant.anonymous(Method::POST, "/v1.0/$batch").bearer_auth(token);
        let body = send(request.json(&requests)).await.json();
        let answers = body["responses"].as_array().unwrap().clone();
        let status =
            |answer: &Value| (answer["id"].as_str().unwrap().to_owned(), answer["status"].as_u64().unwrap());
        let mut statuses: Vec<_> = answers.iter().map(status).collect();
        statuses.sort();
        statuses.into_iter().map(|(_, status)| status).collect::<Vec<_>>()
    };
    // Groups, me, own domain, their domain, their tenant, theirs, users.
    let by_application = ask(tenant.app_token(["User.Read.All"]).await).await;
    assert_eq!(by_application, [403, 400, 200, 401, 401, 404, 200]);
    let by_user = ask(tenant.user_token(user, ["User.Read", "Group.Read.All"]).await).await;
    assert_eq!(by_user, [200, 200, 403, 401, 401, 403, 403]);
    let nobody = send(tenant.anonymous(Method::POST, "/v1.0/$batch").json(&requests)).await.refusal();
    assert_eq!(nobody, refused(401, "InvalidAuthenticationToken", "Access token is empty."));
}

#[tokio::test]
async fn a_batch_takes_the_tenants_share_of_memory_as_its_requests_by_themselves() {
    let settings = Settings { answer_memory: 4 << 20, ..Settings::default() };
    let server: &'static Server = Box::leak(Box::new(Server::start_with(settings, Limits::default())));
    let tenant = server.tenant().await;
    let crowd = move |tx: &WriteTx<'_>| {
        (0..300).try_for_each(|number| {
            let values = json!({"displayName": format!("{number} {}", "x".repeat(900)), "accountEnabled": true,
                "userPrincipalName": format!("u{number}@contoso.example")});
            import::object(tx, ObjectKind::User, ObjectId::random(), values).map(drop)
        })
    };
    server.store.tenant(tenant.store_tenant()).write(crowd).await.unwrap();
    // Each page has more than 300 KB: three of them are the tenant's quarter.
    let pages: Vec<Value> = (0..20).map(|id| get(&id.to_string(), "/users?$top=999")).collect();
    let found = answers(&tenant, json!(pages)).await;
    let (mut full, mut put_off) = (0, 0);
    for answer in found.values() {
        match answer["status"].as_u64().unwrap() {
            200 => {
                assert_eq!(answer["body"]["value"].as_array().unwrap().len(), 300);
                full += 1;
            }
            _ => {
                assert_eq!(refusal(answer).0, 429);
                assert_eq!(answer["headers"]["Retry-After"], "1");
                put_off += 1;
            }
        }
    }
    assert!((1..=3).contains(&full) && put_off >= 17, "{full} pages, {put_off} put off");
    // What the batch took is free again once it is sent, which the client may know before the server does.
    let mut again = send(tenant.raw(Method::GET, "/users?$top=999").await).await;
    for _ in 0..1000 {
        if again.status == 200 {
            break;
        }
        again = send(tenant.raw(Method::GET, "/users?$top=999").await).await;
    }
    assert_eq!(again.status, 200, "{:.300}", again.text);
    // A write that might not be told of isn't done.
    let (mut created, mut most) = (0, 0);
    for batch in 0..1000 {
        let group = |id: usize| new_group(&format!("g{batch}-{id}"));
        let groups: Vec<Value> =
            (0..20).map(|id| write(&id.to_string(), "POST", "/groups", group(id))).collect();
        let found = answers(&tenant, json!(groups)).await;
        assert!(found.values().all(|answer| [201, 429].contains(&answer["status"].as_u64().unwrap())));
        let done = found.values().filter(|answer| answer["status"] == 201).count();
        (created, most) = (created + done, most.max(done));
        let listed = send(tenant.raw(Method::GET, "/groups?$top=999").await).await.json();
        assert_eq!(listed["value"].as_array().unwrap().len(), created);
        if most >= 16 {
            break;
        }
    }
    assert!(most >= 16, "{most}");
}

//! Lists of each kind of object: pages, counts, and what they show.

use crate::support::{Answer, Tenant, refused, send};
use futures::TryStreamExt;
use reqwest::Method;
use roster_client::types;
use serde_json::{Value, json};
use std::num::NonZeroU32;
use uuid::Uuid;

async fn get(tenant: &Tenant, path: &str) -> Answer {
    send(tenant.raw(Method::GET, path).await.header("ConsistencyLevel", "eventual")).await
}

fn ids(page: &Value) -> Vec<Uuid> {
    page["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|object| object["id"].as_str().unwrap().parse().unwrap())
        .collect()
}

/// The ids on all pages.
async fn walk(tenant: &Tenant, path: &str) -> Vec<Uuid> {
    let mut page = get(tenant, path).await.json();
    let mut all = ids(&page);
    while let Some(link) = page["@odata.nextLink"].as_str() {
        let path = link.strip_prefix(&format!("{}/v1.0", tenant.server.url)).unwrap();
        page = get(tenant, path).await.json();
        assert!(!ids(&page).is_empty(), "no page is empty");
        all.extend(ids(&page));
    }
    all
}

#[tokio::test]
async fn a_counted_list_is_followed_to_its_end_by_only_its_links() {
    let tenant = Tenant::fresh().await;
    for number in 0..5 {
        tenant.user(&format!("user{number}")).await;
    }
    let graph = tenant.client(["User.Read.All"]).await;
    let first = graph.list_users().top(NonZeroU32::new(2).unwrap()).count(true).consistency_level("eventual");
    let users: Vec<types::User> =
        graph.items::<types::UserCollection>(first.send()).try_collect().await.unwrap();
    assert_eq!(users.len(), 5);
}

#[tokio::test]
async fn what_another_service_holds_is_shown_of_one_object_at_a_time() {
    let tenant = Tenant::fresh().await;
    let (group, security) = (tenant.microsoft_365_group("all").await, tenant.security_group("readers").await);
    tenant.join(group, tenant.user("ada").await).await;
    let not_in_lists = refused(501, "NotImplemented", "This operation target is not yet supported.");
    for list in ["/groups", "/users", &format!("/groups/{group}/members"), &format!("/groups/{group}/owners")]
    {
        let name = if list == "/groups" { "unseenCount" } else { "aboutMe" };
        assert_eq!(get(&tenant, &format!("{list}?$select={name}")).await.refusal(), not_in_lists, "{list}");
    }
    for set in ["groups", "directoryObjects"] {
        let shown = get(&tenant, &format!("/{set}/{group}?$select=unseenCount")).await;
        assert_eq!((shown.status.as_u16(), &shown.json()["unseenCount"]), (200, &0.into()), "{set}");
        let without = get(&tenant, &format!("/{set}/{security}?$select=unseenCount")).await;
        let code = without.json()["error"]["code"].clone();
        assert_eq!((without.status.as_u16(), code), (404, "MailboxNotEnabledForRESTAPI".into()), "{set}");
    }
}

#[tokio::test]
async fn a_page_of_large_objects_ends_early_and_none_is_left_out() {
    let tenant = Tenant::fresh().await;
    let mut groups = Vec::new();
    for number in 0..100 {
        let values = json!({"displayName": "g", "mailNickname": format!("g{number}"), "mailEnabled": false,
            "securityEnabled": true, "description": "x".repeat(60_000)});
        groups.push(tenant.group(values).await);
    }
    let first = get(&tenant, "/groups?$top=999").await;
    assert!(first.text.len() < 5 << 20 && ids(&first.json()).len() > 50, "{}", first.text.len());
    assert_eq!(walk(&tenant, "/groups?$top=999").await, groups);
}

#[tokio::test]
async fn a_select_holds_a_bounded_number_of_names() {
    let tenant = Tenant::fresh().await;
    let names = |count: usize| format!("/users?$select={}", vec!["id"; count].join(","));
    assert_eq!(get(&tenant, &names(200)).await.status, 200);
    assert_eq!(get(&tenant, &names(201)).await.status, 400);
}

#[tokio::test]
async fn each_kind_is_listed_by_itself_counted_and_read_one_by_one() {
    let tenant = Tenant::bare().await;
    for number in 0..3 {
        tenant.user(&format!("user{number}")).await;
        tenant.security_group(&format!("group{number}")).await;
        tenant.device(&format!("device{number}")).await;
        tenant.service_principal(&format!("service{number}")).await;
        tenant.application(&format!("application{number}")).await;
        tenant.contact(&format!("contact{number}")).await;
    }
    for set in ["users", "groups", "devices", "servicePrincipals", "applications", "contacts"] {
        let page = get(&tenant, &format!("/{set}?$top=2&$count=true")).await.json();
        assert_eq!(page["@odata.context"], format!("{}/v1.0/$metadata#{set}", tenant.server.url));
        assert_eq!((page["@odata.count"].as_u64(), ids(&page).len()), (Some(3), 2), "{set}");
        assert_eq!(get(&tenant, &format!("/{set}/$count")).await.text, "3");
        let mut all = walk(&tenant, &format!("/{set}?$top=2&$select=id,displayName")).await;
        assert_eq!(all.len(), 3);
        for (object, id) in page["value"].as_array().unwrap().iter().zip(&all) {
            assert!(object.get("@odata.type").is_none(), "the list says the kind already");
            let mut one = get(&tenant, &format!("/{set}/{id}")).await.json();
            one.as_object_mut().unwrap().remove("@odata.context");
            assert_eq!(one, *object);
        }
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 3, "{set}: each once");
        let selected = get(&tenant, &format!("/{set}?$select=displayName&$top=1")).await.json();
        assert_eq!(selected["value"][0].as_object().unwrap().len(), 1);
        assert_eq!(
            selected["@odata.context"],
            format!("{}/v1.0/$metadata#{set}(displayName)", tenant.server.url)
        );
    }
}

#[tokio::test]
async fn counting_needs_its_header_everywhere() {
    let tenant = Tenant::fresh().await;
    let group = tenant.security_group("readers").await;
    let [members, owners, cast] =
        ["members", "owners", "members/microsoft.graph.user"].map(|name| format!("groups/{group}/{name}"));
    let option = "Counting is only supported with the request header 'ConsistencyLevel: eventual'.";
    let segment = "Raw count (/$count) is not supported because the 'ConsistencyLevel:eventual' header is missing. Refer to \
        https://aka.ms/graph-docs/advanced-queries for more information";
    for set in [
        "users",
        "groups",
        "devices",
        "servicePrincipals",
        "applications",
        "contacts",
        &members,
        &owners,
        &cast,
    ] {
        for (path, code, message) in [
            (format!("/{set}/$count"), "Request_UnsupportedQuery", segment),
            (format!("/{set}?$count=true"), "Request_UnsupportedQuery", option),
            (format!("/{set}?count=true"), "Request_UnsupportedQuery", option),
        ] {
            let answer = send(tenant.raw(Method::GET, &path).await).await;
            assert_eq!(answer.refusal(), refused(400, code, message), "{path}");
        }
    }
}

/// The paths of a list of each kind: of a set, of what is related, of what is so through others, and of casts.
async fn lists(tenant: &Tenant) -> [String; 5] {
    let group = tenant.security_group("readers").await;
    for name in ["ada", "grace"] {
        tenant.join(group, tenant.user(name).await).await;
    }
    let of_group = |name: &str| format!("/groups/{group}/{name}");
    [
        "/users".into(),
        of_group("members"),
        of_group("transitiveMembers"),
        of_group("members/microsoft.graph.user"),
        of_group("transitiveMembers/microsoft.graph.user"),
    ]
}

#[tokio::test]
async fn options_are_refused_alike_of_every_list() {
    let tenant = Tenant::fresh().await;
    let unsupported = |message: &str| refused(400, "Request_UnsupportedQuery", message);
    let twice =
        |name: &str| unsupported(&format!("The query option '{name}' may stand in a request only once."));
    let size = |size: &str| {
        unsupported(&format!("Invalid page size specified: '{size}'. Must be between 1 and 999 inclusive."))
    };
    let number = |value: &str| {
        let rest =
            "for $top query option found. The $top query option requires a non-negative integer value.";
        refused(400, "BadRequest", &format!("Invalid value '{value}' {rest}"))
    };
    let unknown =
        |name: &str| unsupported(&format!("The query option '{name}' is not supported by this request."));
    let bad = |message: &str| refused(400, "Request_BadRequest", message);
    for list in lists(&tenant).await {
        for (query, refusal) in [
            ("$filter=id eq 'x'&filter=id eq 'x'", twice("$filter")),
            ("$Filter=&$filter=", twice("$filter")),
            ("$top=1&TOP=1", twice("$top")),
            ("$top=0", size("0")),
            ("$top=1000", size("1000")),
            ("$top=-1", number("-1")),
            ("$top=", number("")),
            ("$skip=0", bad("'$skip' is not supported by the service.")),
            ("Skip=1", bad("'Skip' is not supported by the service.")),
            ("$colour=red", unknown("$colour")),
            ("$apply=x", unknown("$apply")),
            ("$search=", bad("Expression expected at position 0 in ''.")),
        ] {
            assert_eq!(get(&tenant, &format!("{list}?{query}")).await.refusal(), refusal, "{list}?{query}");
        }
        for query in
            ["$filter=", "filter=", "$filter=&$top=5", "colour=red", "$SELECT=id", "$Top=999", "TOP=999"]
        {
            let answer = get(&tenant, &format!("{list}?{query}")).await;
            assert_eq!((answer.status.as_u16(), ids(&answer.json()).len()), (200, 2), "{list}?{query}");
        }
    }
}

#[tokio::test]
async fn what_an_advanced_query_lacks_is_told() {
    let tenant = Tenant::fresh().await;
    let ask = async |query: &str, eventual: bool| {
        let request = tenant.raw(Method::GET, &format!("/users?{query}")).await;
        send(if eventual { request.header("ConsistencyLevel", "eventual") } else { request }).await.refusal()
    };
    let unsupported = |message: &str| refused(400, "Request_UnsupportedQuery", message);
    let refer = "Refer to https://aka.ms/graph-docs/advanced-queries for more information";
    for (operator, filter) in [
        ("endsWith", "endsWith(mail,'x')"),
        ("not", "not(mail eq 'x')"),
        ("not", "not startsWith(mail,'x')"),
        ("$count", "assignedLicenses/$count eq 0"),
    ] {
        let because = |what: &str| {
            unsupported(&format!("Operator '{operator}' is not supported because {what} {refer}"))
        };
        let either = because(
            "the required parameters might be missing. Try adding $count=true query parameter and \
             ConsistencyLevel:eventual header.",
        );
        let header = because("the 'ConsistencyLevel:eventual' header is missing.");
        assert_eq!(ask(&format!("$filter={filter}"), false).await, either);
        assert_eq!(ask(&format!("$filter={filter}"), true).await, either);
        assert_eq!(ask(&format!("$filter={filter}&$count=true"), false).await, header);
    }
    let clause =
        "Unsupported or invalid query filter clause specified for property 'companyName' of resource 'User'.";
    for (query, message) in [
        ("$filter=mail ne 'x'", "Filter operator 'NotEqualsMatch' is not supported."),
        ("$filter=startsWith(companyName,'x')", clause),
        ("$filter=mail eq 'x'&$orderby=mail", "Sorting not supported for current query."),
        ("$orderby=createdDateTime", "Unsupported sort property 'createdDateTime' for 'User'."),
    ] {
        for (more, eventual) in [("", false), ("", true), ("&$count=true", false)] {
            assert_eq!(ask(&format!("{query}{more}"), eventual).await, unsupported(message), "{query}{more}");
        }
    }
    let search = "Request with $search query parameter only works through MSGraph with a special request header: \
        'ConsistencyLevel: eventual'";
    for query in ["$search=\"displayName:x\"", "$search=\"displayName:x\"&$count=true"] {
        assert_eq!(ask(query, false).await, unsupported(search), "{query}");
    }
}

#[tokio::test]
async fn transitive_members_are_cast_to_users_by_default_and_to_others_by_advanced_queries() {
    let tenant = Tenant::fresh().await;
    let [.., cast] = lists(&tenant).await;
    let users = send(tenant.raw(Method::GET, &format!("{cast}?$select=id&$top=999")).await).await;
    assert_eq!(ids(&users.json()).len(), 2);
    let groups = cast.replace("graph.user", "graph.group");
    let refusal = send(tenant.raw(Method::GET, &groups).await).await.refusal();
    assert_eq!(refusal, refused(400, "Request_UnsupportedQuery", "Invalid search request."));
    assert_eq!(ids(&get(&tenant, &format!("{groups}?$count=true")).await.json()).len(), 0);
}

#[tokio::test]
async fn users_are_found_by_identities_but_not_by_their_sign_in_names() {
    let tenant = Tenant::fresh().await;
    let ada = tenant.user("ada").await;
    let identities = json!([
        {"signInType": "federated", "issuer": "elsewhere.example", "issuerAssignedId": "a"},
        {"signInType": "emailAddress", "issuerAssignedId": "b"},
    ]);
    let change = tenant.raw(Method::PATCH, &format!("/users/{ada}")).await;
    assert_eq!(send(change.json(&json!({"identities": identities}))).await.status, 204);
    let (upn, domain) = (tenant.upn("ada"), tenant.domain());
    let find = async |filter: &str| {
        let path = format!("/users?$filter=identities/any(i:{filter})");
        send(tenant.raw(Method::GET, &path).await).await
    };
    for (filter, is_found) in [
        ("i/issuer eq 'elsewhere.example'".into(), true),
        ("i/issuer eq 'elsewhere.example' and i/issuerAssignedId eq 'A'".into(), true),
        ("i/issuer eq 'elsewhere.example' and i/issuerAssignedId eq 'b'".into(), false),
        ("i/issuer eq null".into(), true),
        ("i/issuer eq null and i/issuerAssignedId eq 'b'".into(), true),
        ("i/issuer eq null and i/issuerAssignedId eq 'a'".into(), false),
        (format!("i/issuer eq '{domain}'"), false),
        (format!("i/issuer eq '{domain}' and i/issuerAssignedId eq '{upn}'"), false),
    ] {
        let expected = if is_found { vec![ada] } else { vec![] };
        assert_eq!(ids(&find(&filter).await.json()), expected, "{filter}");
    }
    let message =
        "Unsupported or invalid query filter clause specified for property 'identities' of resource 'User'.";
    for filter in ["i/signInType eq 'federated'", "i/issuerAssignedId eq 'a'"] {
        let refusal = find(filter).await.refusal();
        assert_eq!(refusal, refused(400, "Request_UnsupportedQuery", message), "{filter}");
    }
}

#[tokio::test]
async fn options_work_without_their_dollar_sign_and_links_have_it() {
    let tenant = Tenant::fresh().await;
    for number in 0..3 {
        tenant.user(&format!("user{number}")).await;
    }
    let page = get(&tenant, "/users?TOP=2&select=id&Count=true&custom=1").await.json();
    assert_eq!((page["@odata.count"].as_u64(), ids(&page).len()), (Some(3), 2));
    assert_eq!(page["value"][0].as_object().unwrap().len(), 1);
    let link = page["@odata.nextLink"].as_str().unwrap();
    let (base, token) = link.split_once("$skiptoken=").unwrap();
    assert!(base.ends_with("/users?$select=id&$top=2&$count=true&"), "{link}");
    let next = get(&tenant, &format!("/users?top=2&$Select=id&count=true&skiptoken={token}")).await.json();
    assert_eq!(ids(&next).len(), 1, "a paging token is good for the same query in any spelling");
}

#[tokio::test]
async fn a_paging_token_is_good_only_for_its_own_list() {
    let tenant = Tenant::fresh().await;
    for number in 0..3 {
        tenant.user(&format!("user{number}")).await;
        tenant.security_group(&format!("group{number}")).await;
    }
    let page = get(&tenant, "/users?$top=1").await.json();
    let token = page["@odata.nextLink"].as_str().unwrap().split("$skiptoken=").nth(1).unwrap();
    assert_eq!(get(&tenant, &format!("/users?$top=1&$skiptoken={token}")).await.status, 200);
    for path in [format!("/groups?$top=1&$skiptoken={token}"), format!("/users?$top=2&$skiptoken={token}")] {
        let (status, code, _) = get(&tenant, &path).await.refusal();
        assert_eq!((status, code.as_str()), (400, "Directory_ExpiredPageToken"), "{path}");
    }
}

#[tokio::test]
async fn the_client_streams_over_all_pages_of_each_collection() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["Directory.Read.All"]).await;
    let mut users = Vec::new();
    for number in 0..5 {
        users.push(tenant.user(&format!("user{number}")).await);
        tenant.security_group(&format!("group{number}")).await;
    }
    let two = NonZeroU32::new(2).unwrap();
    let first = graph.list_users().top(two).select("id").send();
    let listed: Vec<types::User> = graph.items::<types::UserCollection>(first).try_collect().await.unwrap();
    let listed: Vec<Uuid> = listed.into_iter().map(|user| user.id.unwrap().parse().unwrap()).collect();
    assert_eq!(listed, users, "in the order in which they were made");
    let first = graph.list_groups().top(two).send();
    let groups: Vec<types::Group> = graph.items::<types::GroupCollection>(first).try_collect().await.unwrap();
    assert_eq!(groups.len(), 5);
}

#[tokio::test]
async fn references_to_members_are_urls_of_directory_objects() {
    let tenant = Tenant::fresh().await;
    let group = tenant.security_group("readers").await;
    let mut expected = Vec::new();
    for number in 0..3 {
        let user = tenant.user(&format!("user{number}")).await;
        tenant.join(group, user).await;
        expected.push(format!("{}/v1.0/directoryObjects/{user}", tenant.server.url));
    }
    let path = format!("/groups/{group}/members/$ref");
    let page = get(&tenant, &path).await.json();
    assert_eq!(page["@odata.context"], format!("{}/v1.0/$metadata#Collection($ref)", tenant.server.url));
    let urls: Vec<Value> = expected.iter().map(|url| json!({"@odata.id": url})).collect();
    assert_eq!(page["value"], json!(urls));
    let first = get(&tenant, &format!("{path}?$top=2&$count=true")).await.json();
    assert_eq!((first["@odata.count"].as_u64(), first["value"].as_array().unwrap().len()), (Some(3), 2));
    assert!(first["@odata.nextLink"].as_str().unwrap().contains("/members/$ref?"));
    assert_eq!(get(&tenant, &format!("{path}?$select=id")).await.status, 400);
}

#[tokio::test]
async fn what_a_users_profile_holds_is_shown_of_one_user_at_a_time() {
    let tenant = Tenant::fresh().await;
    let ada = tenant.user("ada").await;
    let list = get(&tenant, "/users?$select=id,aboutMe").await;
    let not_yet = refused(501, "NotImplemented", "This operation target is not yet supported.");
    assert_eq!(list.refusal(), not_yet);
    let one = get(&tenant, &format!("/users/{ada}?$select=aboutMe,skills")).await.json();
    assert_eq!((&one["aboutMe"], &one["skills"]), (&Value::Null, &json!([])));
}

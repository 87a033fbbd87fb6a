//! `$expand`: objects with the first of those that are related to them.

use crate::support::{Answer, Tenant, forbidden, refused, send};
use reqwest::Method;
use roster_server::model::kinds::ObjectKind;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

async fn get(tenant: &Tenant, path: &str) -> Answer {
    send(tenant.raw(Method::GET, path).await).await
}

async fn get_as(tenant: &Tenant, token: &str, path: &str) -> Answer {
    send(tenant.anonymous(Method::GET, &format!("/v1.0{path}")).bearer_auth(token)).await
}

/// A user in a group.
async fn member(tenant: &Tenant, group: Uuid, name: &str) -> Uuid {
    let user = tenant.user(name).await;
    tenant.join(group, user).await;
    user
}

/// A group with so many members.
async fn group_of(tenant: &Tenant, name: &str, count: usize) -> (Uuid, Vec<Uuid>) {
    let group = tenant.security_group(name).await;
    let mut members = Vec::new();
    for number in 0..count {
        members.push(member(tenant, group, &format!("{name}{number}")).await);
    }
    (group, members)
}

/// The ids of a list of objects.
fn ids(objects: &Value) -> Vec<Uuid> {
    let objects = objects.as_array().unwrap_or_else(|| panic!("no list: {objects}")).iter();
    objects.map(|object| object["id"].as_str().unwrap().parse().unwrap()).collect()
}

/// The context of an answer, from the `#` on.
fn context(answer: &Value) -> &str {
    answer["@odata.context"].as_str().unwrap().split_once('#').unwrap().1
}

#[tokio::test]
async fn a_group_is_shown_with_its_members_and_with_its_owners() {
    let tenant = Tenant::fresh().await;
    let (group, members) = group_of(&tenant, "readers", 2).await;
    tenant.own(group, members[1]).await;
    let graph = tenant.client(["Group.Read.All", "User.Read.All"]).await;
    let shown = graph.get_group().id(group).expand("members").send().await.unwrap().into_inner();
    let of = |objects: &[roster_client::types::DirectoryObject]| -> Vec<Uuid> {
        objects.iter().map(|object| object.id.as_ref().unwrap().parse().unwrap()).collect()
    };
    assert_eq!(of(&shown.members), members);
    assert_eq!(shown.members[0].odata_type, "#microsoft.graph.user");
    assert_eq!(shown.members[0].display_name.as_deref(), Some("readers0"));
    assert_eq!(shown.display_name.as_deref(), Some("readers"));
    let shown = graph.get_group().id(group).expand("owners").send().await.unwrap().into_inner();
    assert_eq!((of(&shown.owners), of(&shown.members)), (vec![members[1]], vec![]));
    let listed = graph.list_groups().expand("members").send().await.unwrap().into_inner();
    assert_eq!(of(&listed.value[0].members), members);
}

#[tokio::test]
async fn without_expand_no_related_object_is_shown() {
    let tenant = Tenant::fresh().await;
    let (group, _) = group_of(&tenant, "readers", 1).await;
    for path in [format!("/groups/{group}"), format!("/groups/{group}?$select=id,members")] {
        let shown = get(&tenant, &path).await.json();
        assert!(shown.get("members").is_none() && shown.get("owners").is_none(), "{shown}");
    }
}

#[tokio::test]
async fn the_context_names_what_is_expanded_and_what_is_selected_of_it() {
    let tenant = Tenant::fresh().await;
    let group = tenant.security_group("readers").await;
    for (query, named) in [
        ("$expand=members", "members()"),
        ("$expand=Owners", "owners()"),
        ("$select=id,displayName&$expand=members", "id,displayName,members()"),
        ("$select=id&$expand=members($select=id,mail)", "id,members(id,mail)"),
    ] {
        let one = get(&tenant, &format!("/groups/{group}?{query}")).await.json();
        assert_eq!(context(&one), format!("groups({named})/$entity"));
        let page = get(&tenant, &format!("/groups?{query}")).await.json();
        assert_eq!(context(&page), format!("groups({named})"));
    }
}

#[tokio::test]
async fn what_is_selected_of_related_objects_is_selected_of_each_kind() {
    let tenant = Tenant::fresh().await;
    let (group, users) = group_of(&tenant, "readers", 1).await;
    let inner = tenant.security_group("inner").await;
    tenant.join(group, inner).await;
    let path = format!("/groups/{group}?$select=id&$expand=members($select=displayName,department)");
    let shown = get(&tenant, &path).await.json();
    let user = json!({"@odata.type": "#microsoft.graph.user", "displayName": "readers0", "department": null});
    let group_in_it = json!({"@odata.type": "#microsoft.graph.group", "displayName": "inner"});
    assert_eq!(shown["members"], json!([user, group_in_it]));
    assert_eq!(shown.as_object().unwrap().len(), 3, "{shown}");
    // Without a selection they are as in their own list.
    let expanded = get(&tenant, &format!("/groups/{group}?$expand=members")).await.json();
    let listed = get(&tenant, &format!("/groups/{group}/members")).await.json();
    assert_eq!(expanded["members"], listed["value"]);
    assert_eq!(ids(&listed["value"]), [users[0], inner]);
}

#[tokio::test]
async fn twenty_related_objects_are_shown_at_most_and_no_link_leads_to_more() {
    let tenant = Tenant::fresh().await;
    let (group, members) = group_of(&tenant, "many", 25).await;
    let (few, fewer) = group_of(&tenant, "few", 2).await;
    let page = get(&tenant, "/groups?$expand=members($select=id)").await.json();
    let shown = page["value"].as_array().unwrap();
    assert_eq!(ids(&page["value"]), [group, few]);
    assert_eq!(ids(&shown[0]["members"]), members[..20]);
    assert_eq!(ids(&shown[1]["members"]), fewer);
    let one = get(&tenant, &format!("/groups/{group}?$expand=members($select=id)")).await;
    assert_eq!(ids(&one.json()["members"]), members[..20]);
    assert!(!one.text.contains("nextLink"), "{}", one.text);
}

#[tokio::test]
async fn deleted_members_take_no_place_of_the_twenty() {
    let tenant = Tenant::fresh().await;
    let (group, members) = group_of(&tenant, "readers", 24).await;
    for gone in &members[..4] {
        assert_eq!(send(tenant.raw(Method::DELETE, &format!("/users/{gone}")).await).await.status, 204);
    }
    let shown = get(&tenant, &format!("/groups/{group}?$expand=members")).await.json();
    assert_eq!(ids(&shown["members"]), members[4..]);
}

#[tokio::test]
async fn each_page_of_a_list_expands_as_the_first_does() {
    let tenant = Tenant::fresh().await;
    let mut expected = Vec::new();
    for name in ["a", "b", "c"] {
        expected.push(group_of(&tenant, name, 1).await);
    }
    let mut shown = Vec::new();
    let mut next = Some("/groups?$top=1&$expand=members($select=id,displayName)".to_owned());
    while let Some(path) = next {
        let page = get(&tenant, &path).await.json();
        let group = &page["value"][0];
        shown.push((group["id"].as_str().unwrap().parse().unwrap(), ids(&group["members"])));
        assert!(group["members"][0]["displayName"].is_string(), "{group}");
        let base = format!("{}/v1.0", tenant.server.url);
        next = page["@odata.nextLink"].as_str().map(|link| link.strip_prefix(&base).unwrap().to_owned());
    }
    assert_eq!(shown, expected);
}

#[tokio::test]
async fn a_page_that_would_be_too_large_with_them_holds_fewer_objects() {
    let tenant = Tenant::fresh().await;
    let mut groups = BTreeSet::new();
    for number in 0..4 {
        let group = tenant.security_group(&format!("group{number}")).await;
        groups.insert(group);
        for _ in 0..20 {
            let name = "x".repeat(100 << 10);
            tenant
                .join(group, tenant.object_with(ObjectKind::Device, json!({"displayName": name})).await)
                .await;
        }
    }
    let (mut listed, mut sizes) = (BTreeSet::new(), Vec::new());
    let mut next = Some("/groups?$expand=members".to_owned());
    while let Some(path) = next {
        let page = get(&tenant, &path).await.json();
        let of_page = ids(&page["value"]);
        assert!(page["value"].as_array().unwrap().iter().all(|group| ids(&group["members"]).len() == 20));
        sizes.push(of_page.len());
        listed.extend(of_page);
        let base = format!("{}/v1.0", tenant.server.url);
        next = page["@odata.nextLink"].as_str().map(|link| link.strip_prefix(&base).unwrap().to_owned());
    }
    assert_eq!(listed, groups);
    assert_eq!(sizes, [3, 1]);
}

#[tokio::test]
async fn related_objects_of_a_kind_that_the_caller_may_not_read_show_their_type_and_id() {
    let tenant = Tenant::fresh().await;
    let (group, users) = group_of(&tenant, "readers", 1).await;
    let token = tenant.app_token(["GroupMember.Read.All"]).await;
    for path in ["/groups?$expand=members", &format!("/groups/{group}?$expand=members")] {
        let answer = get_as(&tenant, &token, path).await.json();
        let shown = if answer["value"].is_array() { &answer["value"][0] } else { &answer };
        let user = shown["members"][0].as_object().unwrap();
        assert_eq!(shown["displayName"], "readers");
        assert_eq!(user["id"], users[0].to_string());
        assert_eq!(user["@odata.type"], "#microsoft.graph.user");
        let told = user.iter().filter(|(name, _)| !["id", "@odata.type"].contains(&name.as_str()));
        assert!(told.clone().count() > 5 && told.clone().all(|(_, value)| value.is_null()), "{user:?}");
    }
}

#[tokio::test]
async fn members_that_a_group_hides_are_refused_of_it_alone_and_left_out_in_lists() {
    let tenant = Tenant::fresh().await;
    let hidden = tenant.hidden_group("hidden").await;
    let users = [member(&tenant, hidden, "ada").await];
    tenant.own(hidden, users[0]).await;
    let open = tenant.security_group("open").await;
    let others = [member(&tenant, open, "grace").await];
    let blind = tenant.app_token(["Group.Read.All", "User.Read.All"]).await;
    let seeing = tenant.app_token(["Group.Read.All", "User.Read.All", "Member.Read.Hidden"]).await;
    for (token, seen) in [(&blind, &[][..]), (&seeing, &users[..])] {
        let page = get_as(&tenant, token, "/groups?$expand=members").await.json();
        assert_eq!(ids(&page["value"][0]["members"]), seen);
        assert_eq!(ids(&page["value"][1]["members"]), others);
        for property in ["members", "transitiveMembers"] {
            let one = get_as(&tenant, token, &format!("/groups/{hidden}?$expand={property}")).await;
            let list = get_as(&tenant, token, &format!("/groups/{hidden}/{property}")).await;
            if token == &blind {
                assert_eq!(one.refusal(), forbidden());
                assert_eq!(list.refusal(), forbidden());
            } else {
                assert_eq!(ids(&one.json()[property]), users);
            }
        }
        let owners = get_as(&tenant, token, &format!("/groups/{hidden}?$expand=owners")).await.json();
        assert_eq!(ids(&owners["owners"]), users);
    }
}

#[tokio::test]
async fn objects_of_each_kind_are_shown_with_the_groups_that_they_are_in() {
    let tenant = Tenant::bare().await;
    let (outer, inner) = (tenant.security_group("outer").await, tenant.security_group("inner").await);
    tenant.join(outer, inner).await;
    let objects = [
        ("users", tenant.user("ada").await),
        ("devices", tenant.device("laptop").await),
        ("servicePrincipals", tenant.service_principal("service").await),
        ("contacts", tenant.contact("ludwig").await),
    ];
    for (set, object) in objects {
        tenant.join(inner, object).await;
        for path in [format!("/{set}/{object}"), format!("/{set}")] {
            let shown = async |property: &str| {
                let answer = get(&tenant, &format!("{path}?$expand={property}")).await.json();
                let one = if answer["value"].is_array() { &answer["value"][0] } else { &answer };
                assert_eq!(one[property][0]["@odata.type"], "#microsoft.graph.group", "{path}");
                ids(&one[property])
            };
            assert_eq!(shown("memberOf").await, [inner], "{path}");
            assert_eq!(shown("transitiveMemberOf").await, [outer, inner], "{path}");
        }
    }
    let members: Vec<Uuid> = objects.iter().map(|(_, object)| *object).collect();
    let page = get(&tenant, "/groups?$expand=transitiveMembers($select=id)").await.json();
    assert_eq!(ids(&page["value"][0]["transitiveMembers"]), [&[inner], &*members].concat());
    assert_eq!(ids(&page["value"][1]["transitiveMembers"]), members);
    let page = get(&tenant, "/groups?$expand=memberOf").await.json();
    assert_eq!(
        (ids(&page["value"][0]["memberOf"]), ids(&page["value"][1]["memberOf"])),
        (vec![], vec![outer])
    );
}

#[tokio::test]
async fn a_group_that_hides_its_members_is_refused_whether_it_has_any_or_not() {
    let tenant = Tenant::fresh().await;
    let (empty, full) = (tenant.hidden_group("empty").await, tenant.hidden_group("full").await);
    member(&tenant, full, "ada").await;
    let blind = tenant.app_token(["Group.Read.All", "User.Read.All"]).await;
    for group in [empty, full] {
        let answer = get_as(&tenant, &blind, &format!("/groups/{group}?$expand=members")).await;
        assert_eq!(answer.refusal(), forbidden());
    }
    let page = get_as(&tenant, &blind, "/groups?$select=visibility&$expand=members").await.json();
    let alike = json!({"visibility": "HiddenMembership", "members": []});
    assert_eq!(page["value"], json!([alike, alike]));
}

#[tokio::test]
async fn users_and_service_principals_are_shown_with_what_they_own() {
    let tenant = Tenant::bare().await;
    let (ada, service) = (tenant.user("ada").await, tenant.service_principal("service").await);
    let (readers, hidden) = (tenant.security_group("readers").await, tenant.hidden_group("hidden").await);
    for (group, owner) in [(readers, ada), (hidden, ada), (readers, service)] {
        tenant.own(group, owner).await;
    }
    let weak = tenant.app_token(["User.Read.All", "Application.Read.All"]).await;
    for (set, owner, owned) in
        [("users", ada, &[readers, hidden][..]), ("servicePrincipals", service, &[readers])]
    {
        for path in [format!("/{set}/{owner}"), format!("/{set}")] {
            let shown = async |token: &str, query: &str| {
                let answer = get_as(&tenant, token, &format!("{path}?$expand={query}")).await.json();
                if answer["value"].is_array() { answer["value"][0].clone() } else { answer }
            };
            let strong = tenant.app_token(["Directory.Read.All"]).await;
            let groups = shown(&strong, "ownedObjects").await;
            assert_eq!(ids(&groups["ownedObjects"]), owned, "{path}");
            assert_eq!(groups["ownedObjects"][0]["displayName"], "readers", "{path}");
            // Groups that the caller may not read show what their own list shows of them.
            let list = get_as(&tenant, &weak, &format!("/{set}/{owner}/ownedObjects")).await.json();
            let groups = shown(&weak, "ownedObjects").await;
            assert_eq!(groups["ownedObjects"], list["value"], "{path}");
            assert!(list["value"][0]["displayName"].is_null(), "{list}");
            let selected = shown(&weak, "ownedObjects($select=id,displayName)").await;
            let first = json!({"@odata.type": "#microsoft.graph.group", "id": readers.to_string(),
                "displayName": null});
            assert_eq!(selected["ownedObjects"][0], first, "{path}");
        }
    }
    let token = tenant.user_token(ada, ["User.Read"]).await;
    assert_eq!(
        ids(&get_as(&tenant, &token, "/me?$expand=ownedObjects").await.json()["ownedObjects"]),
        [readers, hidden]
    );
    let other = tenant.user("grace").await;
    let basic = tenant.user_token(other, ["User.Read", "User.ReadBasic.All"]).await;
    let path = format!("/users/{ada}?$expand=ownedObjects");
    assert_eq!(get_as(&tenant, &basic, &path).await.refusal(), forbidden());
}

#[tokio::test]
async fn memberships_in_groups_that_hide_them_are_left_out_for_those_who_may_not_know_them() {
    let tenant = Tenant::fresh().await;
    let hidden = tenant.hidden_group("hidden").await;
    let (open, above) = (tenant.security_group("open").await, tenant.security_group("above").await);
    let user = tenant.user("ada").await;
    tenant.join(hidden, user).await;
    tenant.join(open, user).await;
    tenant.join(above, hidden).await;
    let blind = tenant.app_token(["Directory.Read.All"]).await;
    let seeing = tenant.app_token(["Directory.Read.All", "Member.Read.Hidden"]).await;
    for (token, direct, all) in
        [(&blind, &[open][..], &[open][..]), (&seeing, &[hidden, open], &[hidden, open, above])]
    {
        for path in [format!("/users/{user}"), "/users".into()] {
            let shown = async |property: &str| {
                let answer = get_as(&tenant, token, &format!("{path}?$expand={property}")).await.json();
                ids(if answer["value"].is_array() {
                    &answer["value"][0][property]
                } else {
                    &answer[property]
                })
            };
            assert_eq!(shown("memberOf").await, direct, "{path}");
            assert_eq!(shown("transitiveMemberOf").await, all, "{path}");
        }
        let page = get_as(&tenant, token, "/groups?$expand=transitiveMembers").await.json();
        let seen = |index: usize| ids(&page["value"][index]["transitiveMembers"]);
        assert_eq!(seen(0), if token == &blind { vec![] } else { vec![user] });
        assert_eq!(seen(2).contains(&user), token == &seeing);
    }
}

#[tokio::test]
async fn expanding_needs_what_listing_the_related_objects_needs() {
    let tenant = Tenant::fresh().await;
    let (group, users) = group_of(&tenant, "readers", 2).await;
    let [ada, grace] = [users[0], users[1]];
    let basic = tenant.user_token(ada, ["User.ReadBasic.All"]).await;
    for path in ["/users?$expand=memberOf".to_owned(), format!("/users/{ada}?$expand=memberOf")] {
        assert_eq!(get_as(&tenant, &basic, &path).await.refusal(), forbidden(), "{path}");
    }
    // What reaches the signed-in user only reaches no other.
    let own = tenant.user_token(ada, ["User.ReadBasic.All", "User.Read"]).await;
    for path in ["/users?$expand=memberOf".to_owned(), format!("/users/{grace}?$expand=memberOf")] {
        assert_eq!(get_as(&tenant, &own, &path).await.refusal(), forbidden(), "{path}");
    }
    for path in ["/me".to_owned(), format!("/users/{ada}")] {
        let shown = get_as(&tenant, &own, &format!("{path}?$expand=memberOf")).await.json();
        assert_eq!(ids(&shown["memberOf"]), [group], "{path}");
        assert!(shown["memberOf"][0]["displayName"].is_null(), "{shown}");
    }
    let groups = tenant.app_token(["Group.Read.All"]).await;
    let path = format!("/groups/{group}?$expand=transitiveMemberOf");
    assert_eq!(get_as(&tenant, &groups, &path).await.refusal(), forbidden());
}

#[tokio::test]
async fn properties_of_related_objects_need_what_they_need_elsewhere() {
    let tenant = Tenant::fresh().await;
    let group = tenant.security_group("readers").await;
    let token = tenant.app_token(["Directory.Read.All"]).await;
    for path in ["/groups".to_owned(), format!("/groups/{group}")] {
        let hire = format!("{path}?$expand=members($select=employeeLeaveDateTime)");
        assert_eq!(get_as(&tenant, &token, &hire).await.refusal(), forbidden(), "{path}");
        let profile = format!("{path}?$expand=members($select=aboutMe)");
        assert_eq!(get_as(&tenant, &token, &profile).await.refusal().0, 501, "{path}");
    }
}

#[tokio::test]
async fn expanding_goes_with_plain_filters_and_orders() {
    let tenant = Tenant::fresh().await;
    let (_, of_role) = group_of(&tenant, "role1", 1).await;
    group_of(&tenant, "other", 1).await;
    let (_, of_second) = group_of(&tenant, "role2", 2).await;
    let query = "$filter=startsWith(displayName,'Role')&$select=id,displayName&$expand=members($select=id,userPrincipalName,displayName)";
    let page = get(&tenant, &format!("/groups?{query}")).await.json();
    let shown = page["value"].as_array().unwrap();
    assert_eq!(shown.len(), 2, "{page}");
    assert_eq!(ids(&shown[0]["members"]), of_role);
    assert_eq!(ids(&shown[1]["members"]), of_second);
    let first = &shown[0]["members"][0];
    assert_eq!(first["userPrincipalName"], tenant.upn("role10"));
    assert_eq!(first.as_object().unwrap().len(), 4, "{first}");
    let sorted = get(&tenant, "/groups?$orderby=displayName desc&$expand=members($select=id)").await.json();
    let counts: Vec<_> =
        sorted["value"].as_array().unwrap().iter().map(|group| ids(&group["members"]).len()).collect();
    assert_eq!(counts, [2, 1, 1]);
}

#[tokio::test]
async fn the_header_of_advanced_queries_counts_for_nothing_beside_expand() {
    let tenant = Tenant::fresh().await;
    let (group, members) = group_of(&tenant, "readers", 1).await;
    let ask = async |query: &str| {
        let request = tenant.raw(Method::GET, &format!("/groups?$expand=members&{query}")).await;
        send(request.header("ConsistencyLevel", "eventual")).await
    };
    let page = ask("$select=id").await.json();
    assert_eq!((ids(&page["value"]), ids(&page["value"][0]["members"])), (vec![group], members));
    let message = "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'";
    for query in ["$search=\"displayName:read\"", "$search=\"displayName:read\"&$count=true"] {
        assert_eq!(ask(query).await.refusal(), refused(400, "Request_UnsupportedQuery", message), "{query}");
    }
    for query in ["$count=true", "$filter=displayName ne 'x'", "$filter=displayName ne 'x'&$count=true"] {
        let (status, code, _) = ask(query).await.refusal();
        assert_eq!((status, code.as_str()), (400, "Request_UnsupportedQuery"), "{query}");
    }
}

#[tokio::test]
async fn what_cannot_be_expanded_is_refused_in_graphs_words() {
    let tenant = Tenant::fresh().await;
    let (group, users) = group_of(&tenant, "readers", 1).await;
    let parsing =
        |words: &str| refused(400, "BadRequest", &format!("Parsing OData Select and Expand failed: {words}"));
    let several = "The result of parsing $expand contained at least 2 items, but the maximum allowed is 1.";
    let photo = "Expand is not allowed for property 'Photo' according to the entity schema.";
    let unknown = |name, of| {
        parsing(&format!("Could not find a property named '{name}' on type 'microsoft.graph.{of}'."))
    };
    for (query, refusal) in [
        ("members,owners", refused(400, "BadRequest", several)),
        ("*", refused(400, "BadRequest", several)),
        ("photo", refused(400, "ExpandNotSupported", photo)),
        (
            "calendarview",
            refused(
                400,
                "ExpandNotSupported",
                "Expand is not allowed for property 'CalendarView' according to the entity schema.",
            ),
        ),
        ("colour", unknown("colour", "group")),
        (
            "displayName",
            parsing(
                "Property 'displayName' on type 'microsoft.graph.group' is not a navigation property or complex \
                 property. Only navigation properties can be expanded.",
            ),
        ),
        (
            "members(select=id)",
            parsing("Term '(select=id)' is not valid in a $select or $expand expression."),
        ),
        ("members/$ref", parsing("Term 'members/$ref' is not valid in a $select or $expand expression.")),
        ("members(", parsing("Found an unbalanced bracket expression.")),
    ] {
        for path in [format!("/groups?$expand={query}"), format!("/groups/{group}?$expand={query}")] {
            assert_eq!(get(&tenant, &path).await.refusal(), refusal, "{path}");
        }
    }
    for option in
        ["$filter=id eq 'x'", "$top=5", "$expand=manager", "$count=true", "$orderby=id", "$search=x"]
    {
        let (status, code, message) =
            get(&tenant, &format!("/groups?$expand=members({option})")).await.refusal();
        let name = option.split_once('=').unwrap().0;
        assert_eq!((status, code.as_str()), (400, "Request_UnsupportedQuery"), "{option}");
        assert!(message.contains(&format!("'{name}'")), "{message}");
    }
    for path in ["/groups?$expand=extensions".to_owned(), format!("/users/{}?$expand=drive", users[0])] {
        assert_eq!(get(&tenant, &path).await.refusal().0, 501, "{path}");
    }
    let of_none = [format!("/groups/{group}/members"), format!("/directoryObjects/{group}")];
    for path in of_none {
        let answer = get(&tenant, &format!("{path}?$expand=members")).await;
        assert_eq!(answer.refusal(), unknown("members", "directoryObject"), "{path}");
    }
}

#[tokio::test]
async fn a_cast_list_expands_what_objects_of_its_kind_have() {
    let tenant = Tenant::fresh().await;
    let outer = tenant.security_group("outer").await;
    let (inner, members) = group_of(&tenant, "inner", 2).await;
    tenant.join(outer, inner).await;
    let path = format!("/groups/{outer}/members/microsoft.graph.group?$expand=members($select=id)");
    let page = get(&tenant, &path).await.json();
    assert_eq!(ids(&page["value"]), [inner]);
    assert_eq!(ids(&page["value"][0]["members"]), members);
    assert_eq!(context(&page), "groups(members(id))");
}

#[tokio::test]
async fn an_absent_group_is_not_found_whatever_is_expanded() {
    let tenant = Tenant::fresh().await;
    let elsewhere = Tenant::fresh().await;
    let (foreign, _) = group_of(&elsewhere, "readers", 1).await;
    let (absent, other) = (Uuid::from_u128(7), foreign);
    let refusal = async |id: Uuid| {
        let answer = get(&tenant, &format!("/groups/{id}?$expand=members")).await;
        answer.refusal().2.replace(&id.to_string(), "")
    };
    assert_eq!(refusal(absent).await, refusal(other).await);
}

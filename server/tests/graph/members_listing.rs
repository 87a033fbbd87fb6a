//! `GET /groups/{id}/members`: pages, properties, counts, and what a caller may see.

use crate::support::{Answer, Tenant, forbidden, refusal, send};
use futures::{future::join_all, join};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

async fn group_of(tenant: &Tenant, count: usize) -> (Uuid, Vec<Uuid>) {
    let group = tenant.security_group("readers").await;
    let members: Vec<Uuid> = join_all((0..count).map(|n| {
        let tenant = *tenant;
        async move {
            let user = tenant.user(&format!("user{n}")).await;
            tenant.join(group, user).await;
            user
        }
    }))
    .await;
    (group, members)
}

async fn get(tenant: &Tenant, path: &str) -> Answer {
    send(tenant.raw(Method::GET, path).await).await
}

async fn get_as(tenant: &Tenant, token: &str, path: &str) -> Answer {
    send(tenant.anonymous(Method::GET, &format!("/v1.0{path}")).bearer_auth(token)).await
}

fn ids(page: &Value) -> Vec<Uuid> {
    page["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|member| member["id"].as_str().unwrap().parse().unwrap())
        .collect()
}

/// Follows the links from a first page to the last.
async fn walk(tenant: &Tenant, first: &str) -> Vec<Vec<Uuid>> {
    let mut pages = Vec::new();
    let mut next = Some(first.to_owned());
    while let Some(path) = next {
        let page = get(tenant, &path).await.json();
        pages.push(ids(&page));
        let base = format!("{}/v1.0", tenant.server.url);
        next = page["@odata.nextLink"].as_str().map(|link| link.strip_prefix(&base).unwrap().to_owned());
    }
    pages
}

#[tokio::test]
async fn a_page_holds_a_hundred_members_unless_top_says_otherwise() {
    let tenant = Tenant::fresh().await;
    let (group, members) = group_of(&tenant, 205).await;
    let sizes = async |query: &str| -> Vec<usize> {
        walk(&tenant, &format!("/groups/{group}/members{query}")).await.iter().map(Vec::len).collect()
    };
    assert_eq!(sizes("").await, [100, 100, 5]);
    assert_eq!(sizes("?$top=205").await, [205], "no link to an empty page");
    assert_eq!(sizes("?$top=999").await, [205]);
    assert_eq!(sizes("?$top=204").await, [204, 1]);
    let walked: BTreeSet<Uuid> =
        walk(&tenant, &format!("/groups/{group}/members?$top=17")).await.concat().into_iter().collect();
    assert_eq!(walked, members.into_iter().collect());
}

#[tokio::test]
async fn each_member_is_listed_once_while_others_come_and_go() {
    let tenant = Tenant::fresh().await;
    let (group, staying) = group_of(&tenant, 40).await;
    let passing: Vec<Uuid> =
        join_all((0..10).map(|n| async move { tenant.user(&format!("passing{n}")).await })).await;
    let graph = tenant.client(["Group.ReadWrite.All"]).await;
    let come_and_go = async {
        for _ in 0..6 {
            for &user in &passing {
                let body = crate::support::reference(user);
                graph.add_group_member().id(group).body(body).send().await.unwrap();
            }
            for &user in &passing {
                graph.remove_group_member().id(group).member_id(user).send().await.unwrap();
            }
        }
    };
    let list = async {
        for _ in 0..6 {
            let listed = walk(&tenant, &format!("/groups/{group}/members?$top=3")).await.concat();
            let unique: BTreeSet<Uuid> = listed.iter().copied().collect();
            assert_eq!(unique.len(), listed.len(), "no member is listed twice");
            assert!(staying.iter().all(|user| unique.contains(user)), "every member that stays is listed");
        }
    };
    join!(come_and_go, list);
}

#[tokio::test]
async fn each_member_tells_its_type_and_the_default_properties_of_its_kind() {
    let tenant = Tenant::fresh().await;
    let group = tenant.security_group("readers").await;
    let members = [
        ("user", tenant.user("ada").await),
        ("group", tenant.security_group("inner").await),
        ("device", tenant.device("laptop").await),
        ("servicePrincipal", tenant.service_principal("service").await),
        ("orgContact", tenant.contact("ludwig").await),
    ];
    for (_, member) in members {
        tenant.join(group, member).await;
    }
    let page = get(&tenant, &format!("/groups/{group}/members")).await.json();
    assert_eq!(page["@odata.context"], format!("{}/v1.0/$metadata#directoryObjects", tenant.server.url));
    for (listed, (kind, id)) in page["value"].as_array().unwrap().iter().zip(members) {
        assert_eq!(listed["@odata.type"], format!("#microsoft.graph.{kind}"));
        assert_eq!(listed["id"], id.to_string());
        assert!(listed.as_object().unwrap().len() > 7, "{listed}");
        assert!(listed["displayName"].is_string());
    }
}

#[tokio::test]
async fn select_picks_properties_and_is_kept_by_the_links() {
    let tenant = Tenant::fresh().await;
    let (group, _) = group_of(&tenant, 3).await;
    let page =
        get(&tenant, &format!("/groups/{group}/members?$select=DisplayName,id,nothing&$top=2")).await.json();
    let context = format!("{}/v1.0/$metadata#directoryObjects(DisplayName,id,nothing)", tenant.server.url);
    assert_eq!(page["@odata.context"], context);
    let keys: Vec<&String> = page["value"][0].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["@odata.type", "displayName", "id"]);
    let link = page["@odata.nextLink"].as_str().unwrap();
    assert!(link.contains("$select=DisplayName,id,nothing&$top=2&$skiptoken="), "{link}");
}

#[tokio::test]
async fn members_are_counted_with_the_header_and_only_on_the_first_page() {
    let tenant = Tenant::fresh().await;
    let (group, _) = group_of(&tenant, 3).await;
    let graph = tenant.client(["GroupMember.Read.All"]).await;

    let counted =
        graph.list_group_members().id(group).top(std::num::NonZeroU32::MIN.saturating_add(1)).count(true);
    let page = counted.consistency_level("eventual").send().await.unwrap();
    assert_eq!(page.odata_count, Some(3));

    let link = page.odata_next_link.clone().unwrap();
    let path = link.split_once("/v1.0").unwrap().1;
    let second =
        send(tenant.raw(Method::GET, path).await.header("ConsistencyLevel", "eventual")).await.json();
    assert_eq!((second["@odata.count"].clone(), second["value"].as_array().unwrap().len()), (Value::Null, 1));

    let count = tenant.raw(Method::GET, &format!("/groups/{group}/members/$count")).await;
    let answer = send(count.header("ConsistencyLevel", "Eventual")).await;
    assert_eq!(
        (answer.text.as_str(), &answer.headers["content-type"]),
        ("3", &"text/plain".parse().unwrap())
    );
    let without = get(&tenant, &format!("/groups/{group}/members/$count")).await.refusal();
    assert_eq!((without.0, without.1.as_str()), (400, "Request_UnsupportedQuery"));
}

#[tokio::test]
async fn members_of_a_kind_that_the_caller_may_not_read_show_only_type_and_id() {
    let tenant = Tenant::fresh().await;
    let (group, ada) = (tenant.security_group("readers").await, tenant.user("ada").await);
    let (inner, grace) = (tenant.security_group("inner").await, tenant.user("grace").await);
    for member in [ada, grace, inner] {
        tenant.join(group, member).await;
    }
    let path = format!("/groups/{group}/members?$select=displayName,mail");
    let app = tenant.app_token(["GroupMember.Read.All"]).await;
    let page = get_as(&tenant, &app, &path).await.json();
    assert_eq!(
        page["value"][0],
        json!({"@odata.type": "#microsoft.graph.user", "id": ada.to_string(), "displayName": null, "mail": null})
    );
    assert_eq!(page["value"][1]["displayName"], "inner", "groups may be read");

    let whole = get_as(&tenant, &app, &format!("/groups/{group}/members")).await.json();
    assert_eq!(
        (&whole["value"][0]["id"], &whole["value"][0]["userPrincipalName"]),
        (&json!(ada), &Value::Null)
    );

    let myself = tenant.user_token(ada, ["GroupMember.Read.All", "User.Read"]).await;
    let page = get_as(&tenant, &myself, &path).await.json();
    assert_eq!(
        (&page["value"][0]["displayName"], &page["value"][2]["displayName"]),
        (&json!("ada"), &Value::Null)
    );
}

#[tokio::test]
async fn a_group_that_hides_its_members_shows_them_to_few() {
    let tenant = Tenant::fresh().await;
    let (group, ada) = (tenant.hidden_group("secret").await, tenant.user("ada").await);
    tenant.join(group, ada).await;
    let weak = tenant.client(["Directory.Read.All"]).await;
    assert_eq!(refusal(weak.list_group_members().id(group).send().await), forbidden());
    let strong = tenant.client(["Directory.Read.All", "Member.Read.Hidden"]).await;
    assert_eq!(strong.list_group_members().id(group).send().await.unwrap().value.len(), 1);
}

#[tokio::test]
async fn a_paging_token_is_good_only_for_its_own_tenant_group_and_query() {
    let tenant = Tenant::fresh().await;
    let (group, _) = group_of(&tenant, 3).await;
    let other = tenant.security_group("other").await;
    let page = get(&tenant, &format!("/groups/{group}/members?$top=1")).await.json();
    let token = page["@odata.nextLink"].as_str().unwrap().split_once("$skiptoken=").unwrap().1.to_owned();
    let status = async |path: String| get(&tenant, &path).await.status.as_u16();
    assert_eq!(status(format!("/groups/{group}/members?$top=1&$skiptoken={token}")).await, 200);
    assert_eq!(status(format!("/groups/{group}/members?$top=2&$skiptoken={token}")).await, 400);
    assert_eq!(status(format!("/groups/{other}/members?$top=1&$skiptoken={token}")).await, 400);
    let other_tenant = Tenant::fresh().await;
    let elsewhere = get(&other_tenant, &format!("/groups/{group}/members?$top=1&$skiptoken={token}")).await;
    assert_eq!(elsewhere.refusal().1, "Directory_ExpiredPageToken");
}

#[tokio::test]
async fn a_cast_shows_what_the_caller_may_not_read_by_its_id_and_by_null_where_that_can_be() {
    let tenant = Tenant::fresh().await;
    let group = tenant.security_group("readers").await;
    let ada = tenant.user("ada").await;
    tenant.join(group, ada).await;
    let token = tenant.app_token(["GroupMember.Read.All"]).await;
    let path = format!("/v1.0/groups/{group}/members/microsoft.graph.user?$select=displayName,mail");
    let answer = send(tenant.anonymous(Method::GET, &path).bearer_auth(&token)).await.json();
    assert_eq!(answer["value"], json!([{"id": ada, "mail": null}]));
}

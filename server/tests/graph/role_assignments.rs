//! `/roleManagement/directory/roleAssignments`: the same as the members of directory roles, one by one.

use crate::support::{Tenant, forbidden, reference, refusal, refused, send};
use reqwest::Method;
use roster_client::{
    Client,
    types::{DirectoryRoleCreate, UnifiedRoleAssignmentCollection},
};
use serde_json::json;
use std::collections::BTreeSet;
use uuid::Uuid;

const ALL: [&str; 3] = ["RoleManagement.ReadWrite.Directory", "User.ReadWrite.All", "Group.ReadWrite.All"];
const GLOBAL_ADMINISTRATOR: &str = "62e90394-69f5-4237-9190-012177145e10";
const USER_ADMINISTRATOR: &str = "fe930be7-5e62-47db-91af-98c3a49a38b1";
const GLOBAL_READER: &str = "f2ef992c-3afb-46b9-b7cf-a126ee74c451";

/// A template's id and a principal's.
type Pair = (String, Uuid);

async fn assign(graph: &Client, template: &str, principals: &[Uuid]) -> Uuid {
    let body = DirectoryRoleCreate::builder().role_template_id(template.parse::<Uuid>().unwrap());
    let role = graph.create_directory_role().body(body).send().await.unwrap();
    let role = role.id.as_ref().unwrap().parse().unwrap();
    for principal in principals {
        graph.add_directory_role_member().id(role).body(reference(*principal)).send().await.unwrap();
    }
    role
}

fn pairs(page: &UnifiedRoleAssignmentCollection) -> Vec<Pair> {
    let pair = |one: &roster_client::types::UnifiedRoleAssignment| {
        (one.role_definition_id.clone().unwrap(), one.principal_id.as_ref().unwrap().parse().unwrap())
    };
    page.value.iter().map(pair).collect()
}

async fn filtered(graph: &Client, filter: &str) -> Vec<Pair> {
    pairs(&graph.list_role_assignments().filter(filter).send().await.unwrap())
}

#[tokio::test]
async fn each_member_of_a_role_is_an_assignment_until_it_is_none_any_more() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(ALL).await;
    assert_eq!(graph.list_role_assignments().send().await.unwrap().value.len(), 0);
    let ada = tenant.user("ada").await;
    let role = assign(&graph, GLOBAL_ADMINISTRATOR, &[ada]).await;
    let page = graph.list_role_assignments().send().await.unwrap().into_inner();
    let context = format!("{}/v1.0/$metadata#roleManagement/directory/roleAssignments", tenant.origin());
    assert_eq!(page.odata_context, context);
    assert_eq!(pairs(&page), [(GLOBAL_ADMINISTRATOR.into(), ada)]);
    let id = page.value[0].id.clone().unwrap();
    assert!(id.starts_with("lAPpYvVpN0KRkAEhdxReE") && id.ends_with("-1") && id.len() == 45, "{id}");
    let one = graph.get_role_assignment().id(&id).send().await.unwrap().into_inner();
    assert_eq!(one.odata_context, Some(format!("{context}/$entity")));
    assert_eq!(one.directory_scope_id.as_deref(), Some("/"));
    assert_eq!(one.principal_id.map(|id| id.parse()), Some(Ok(ada)));
    let selected = graph.get_role_assignment().id(&id).select("principalId").send().await.unwrap();
    assert_eq!((&selected.role_definition_id, selected.principal_id.is_some()), (&None, true));
    graph.remove_directory_role_member().id(role).member_id(ada).send().await.unwrap();
    assert_eq!(graph.list_role_assignments().send().await.unwrap().value.len(), 0);
    let absent = format!(
        "Resource '{id}' does not exist or one of its queried reference-property objects are not present."
    );
    let gone = graph.get_role_assignment().id(&id).send().await;
    assert_eq!(refusal(gone), refused(404, "Request_ResourceNotFound", &absent));
    let path = "/roleManagement/directory/roleAssignments/no";
    assert_eq!(send(tenant.raw(Method::GET, path).await).await.status, 404);
}

#[tokio::test]
async fn assignments_are_asked_for_by_role_principal_and_scope() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(ALL).await;
    let (ada, grace) = (tenant.user("ada").await, tenant.user("grace").await);
    let group = tenant
        .group(json!({"displayName": "g", "mailNickname": "g", "mailEnabled": false,
        "securityEnabled": true, "isAssignableToRole": true}))
        .await;
    assign(&graph, USER_ADMINISTRATOR, &[ada, grace]).await;
    assign(&graph, GLOBAL_READER, &[ada, group]).await;
    let pair = |template: &str, principal| (template.to_owned(), principal);
    let (administrator, reader) = (|who| pair(USER_ADMINISTRATOR, who), |who| pair(GLOBAL_READER, who));
    let other = Uuid::from_u128(7);
    for (filter, expected) in [
        (format!("principalId eq '{ada}'"), vec![administrator(ada), reader(ada)]),
        (
            format!("roleDefinitionId eq '{USER_ADMINISTRATOR}'"),
            vec![administrator(ada), administrator(grace)],
        ),
        (format!("RoleDefinitionId eq '{}'", GLOBAL_READER.to_uppercase()), vec![reader(ada), reader(group)]),
        (format!("principalId in ('{group}','{grace}')"), vec![administrator(grace), reader(group)]),
        (
            format!(
                "directoryScopeId eq '/' and principalId eq '{ada}' and roleDefinitionId eq '{GLOBAL_READER}'"
            ),
            vec![reader(ada)],
        ),
        (format!("principalId eq '{ada}' and principalId eq '{grace}'"), Vec::new()),
        (format!("directoryScopeId eq '/{group}'"), Vec::new()),
        (format!("principalId eq '{other}'"), Vec::new()),
        ("principalId eq 'ada'".into(), Vec::new()),
        (format!("roleDefinitionId eq '{GLOBAL_ADMINISTRATOR}'"), Vec::new()),
    ] {
        assert_eq!(filtered(&graph, &filter).await, expected, "{filter}");
    }
    let clause = "Unsupported or invalid query filter clause specified for property 'principalId' of resource 'UnifiedRoleAssignment'.";
    let refused_as = graph.list_role_assignments().filter("principalId ne 'a'").send().await;
    assert_eq!(refusal(refused_as), refused(400, "Request_UnsupportedQuery", clause));
    let weak = tenant.client(["User.Read.All"]).await;
    assert_eq!(refusal(weak.list_role_assignments().send().await), forbidden());
}

#[tokio::test]
async fn pages_of_every_size_give_each_assignment_once() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(ALL).await;
    let mut users = Vec::new();
    for number in 0..5 {
        users.push(tenant.user(&format!("user{number}")).await);
    }
    let roles =
        [(USER_ADMINISTRATOR, &users[..3]), (GLOBAL_READER, &[]), (GLOBAL_ADMINISTRATOR, &users[1..])];
    let mut expected = BTreeSet::new();
    for (template, principals) in roles {
        assign(&graph, template, principals).await;
        expected.extend(principals.iter().map(|principal| (template.to_owned(), *principal)));
    }
    let in_all = users.iter().map(|user| format!("'{user}'")).collect::<Vec<_>>().join(",");
    for filter in [None, Some(format!("principalId in ({in_all})"))] {
        for top in 1..=8 {
            let mut found = Vec::new();
            let mut request = graph.list_role_assignments().top(top);
            if let Some(filter) = &filter {
                request = request.filter(filter);
            }
            let mut page = request.send().await.unwrap().into_inner();
            loop {
                assert!(!page.value.is_empty() && page.value.len() <= usize::try_from(top).unwrap());
                found.extend(pairs(&page));
                let Some(link) = page.odata_next_link else { break };
                let path = link.strip_prefix(&format!("{}/v1.0", tenant.origin())).unwrap();
                let answer = send(tenant.raw(Method::GET, path).await).await;
                page = serde_json::from_value(answer.json()).unwrap();
            }
            assert_eq!(found.len(), expected.len(), "{top}");
            assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), expected, "{top}");
        }
    }
    let page = graph.list_role_assignments().top(1).send().await.unwrap().into_inner();
    let (_, token) = page.odata_next_link.as_ref().unwrap().split_once("skiptoken=").unwrap();
    let other = graph.list_role_assignments().top(2).skiptoken(token).send().await;
    assert_eq!(refusal(other).0, 400, "a token is good for its query only");
}

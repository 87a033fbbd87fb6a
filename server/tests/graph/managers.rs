//! `/users/{id}/manager` and `/users/{id}/directReports`: who manages whom.

use crate::support::{Tenant, forbidden, not_found, reference, refusal, refused, send, sorted};
use reqwest::Method;
use roster_client::{
    Client, counted,
    types::{DirectoryObjectCollection, UserCreate, UserUpdate},
};
use serde_json::json;
use uuid::Uuid;

async fn manager_of(graph: &Client, user: Uuid) -> Option<Uuid> {
    let found = graph.get_user_manager().id(user.to_string()).send().await;
    match found {
        Ok(manager) => Some(manager.id.clone().unwrap().parse().unwrap()),
        refused => {
            assert_eq!(refusal(refused), not_found("manager"));
            None
        }
    }
}

fn ids(page: &DirectoryObjectCollection) -> Vec<Uuid> {
    let mut ids: Vec<Uuid> =
        page.value.iter().map(|object| object.id.as_ref().unwrap().parse().unwrap()).collect();
    ids.sort();
    ids
}

async fn reports_of(graph: &Client, user: Uuid) -> Vec<Uuid> {
    ids(&graph.list_user_direct_reports().id(user.to_string()).send().await.unwrap())
}

#[tokio::test]
async fn a_user_has_one_manager_the_last_that_was_assigned() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["User.ReadWrite.All", "OrgContact.Read.All"]).await;
    let (ada, grace) = (tenant.user("ada").await, tenant.user("grace").await);
    let contact = tenant.contact("ludwig").await;
    assert_eq!(manager_of(&graph, ada).await, None);
    for manager in [grace, grace, contact, ada, grace] {
        let set = graph.set_user_manager().id(ada.to_string()).body(reference(manager));
        set.send().await.unwrap();
        assert_eq!(manager_of(&graph, ada).await, Some(manager));
        let found = graph.get_user_manager_reference().id(ada.to_string()).send().await.unwrap();
        assert!(found.odata_id.ends_with(&format!("/directoryObjects/{manager}")));
    }
    assert_eq!(reports_of(&graph, grace).await, [ada]);
    graph.remove_user_manager().id(ada.to_string()).send().await.unwrap();
    assert_eq!(manager_of(&graph, ada).await, None);
    assert_eq!(reports_of(&graph, grace).await, [] as [Uuid; 0]);
    let again = graph.remove_user_manager().id(ada.to_string()).send().await;
    assert_eq!(refusal(again), not_found("manager"));
    let reference = graph.get_user_manager_reference().id(ada.to_string()).send().await;
    assert_eq!(refusal(reference), not_found("manager"));
}

#[tokio::test]
async fn users_and_contacts_manage_and_nothing_else_does() {
    let (tenant, other) = (Tenant::fresh().await, Tenant::fresh().await);
    let graph = tenant.client(["Directory.ReadWrite.All"]).await;
    let weak = tenant.client(["User.ReadWrite.All"]).await;
    let ada = tenant.user("ada").await;
    let set = async |manager: Uuid| {
        graph.set_user_manager().id(ada.to_string()).body(reference(manager)).send().await
    };
    for (manager, words) in [
        (tenant.security_group("readers").await, "A security group"),
        (tenant.device("laptop").await, "A device"),
        (tenant.service_principal("service").await, "A service principal"),
        (tenant.application("service").await, "An application"),
    ] {
        let message = format!("{words} can't be the manager of a user.");
        assert_eq!(refusal(set(manager).await), refused(400, "Request_BadRequest", &message));
        let unread = weak.set_user_manager().id(ada.to_string()).body(reference(manager)).send().await;
        assert_eq!(refusal(unread), not_found(manager), "who may not read it learns nothing of it");
    }
    for absent in [Uuid::from_u128(7), other.user("ada").await] {
        assert_eq!(refusal(set(absent).await), not_found(absent));
    }
    let put = tenant.raw(Method::PUT, &format!("/users/{ada}/manager/$ref")).await;
    let answer = send(put.json(&json!({"id": ada}))).await.refusal();
    let message = "An unexpected 'EndOfInput' node was found when reading from the JSON reader. A 'StartObject' node was expected.";
    assert_eq!(answer, refused(400, "Request_BadRequest", message));
    let nobody = graph.set_user_manager().id("nobody".to_owned()).body(reference(ada)).send().await;
    assert_eq!(refusal(nobody), not_found("nobody"));
    assert_eq!(manager_of(&graph, ada).await, None);
}

#[tokio::test]
async fn direct_reports_are_listed_and_counted() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["User.Read.All"]).await;
    let [ada, grace, alan] =
        [tenant.user("ada").await, tenant.user("grace").await, tenant.user("alan").await];
    for report in [grace, alan, ada] {
        tenant.manage(report, ada).await;
    }
    assert_eq!(reports_of(&graph, ada).await, sorted([ada, grace, alan]), "one can manage oneself");
    let count = graph.count_user_direct_reports().id(ada.to_string()).consistency_level("eventual").send();
    assert_eq!(counted(count.await.unwrap()).await.unwrap(), 3);
    let first =
        graph.list_user_direct_reports().id(tenant.upn("ada")).top(std::num::NonZeroU32::new(2).unwrap());
    let first = first.send().await.unwrap().into_inner();
    assert_eq!(first.value.len(), 2);
    let next = first.odata_next_link.unwrap();
    let token = tenant.app_token(["User.Read.All"]).await;
    let (_, path) = next.split_once("/v1.0").unwrap();
    let rest = send(tenant.anonymous(Method::GET, &format!("/v1.0{path}")).bearer_auth(token)).await.json();
    assert_eq!(rest["value"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_deleted_manager_manages_nobody_and_a_deleted_report_reports_to_nobody() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["User.ReadWrite.All"]).await;
    let [ada, grace, alan] =
        [tenant.user("ada").await, tenant.user("grace").await, tenant.user("alan").await];
    tenant.manage(ada, grace).await;
    tenant.manage(alan, ada).await;
    graph.delete_user().id(grace.to_string()).send().await.unwrap();
    assert_eq!(manager_of(&graph, ada).await, None);
    graph.set_user_manager().id(ada.to_string()).body(reference(alan)).send().await.unwrap();
    assert_eq!(manager_of(&graph, ada).await, Some(alan), "a cycle of two");
    graph.delete_user().id(ada.to_string()).send().await.unwrap();
    assert_eq!(reports_of(&graph, alan).await, [] as [Uuid; 0]);
    assert_eq!(manager_of(&graph, alan).await, None);
}

#[tokio::test]
async fn a_new_user_comes_with_a_manager_and_an_update_assigns_another() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["User.ReadWrite.All"]).await;
    let (grace, alan) = (tenant.user("grace").await, tenant.user("alan").await);
    let new = |manager: Uuid| {
        UserCreate::builder()
            .account_enabled(true)
            .display_name("Ada".to_owned())
            .mail_nickname("ada".to_owned())
            .user_principal_name(tenant.upn("ada"))
            .password_profile(
                roster_client::types::PasswordProfile::builder().password(Some("Secret 123".into())),
            )
            .manager_odata_bind(Some(reference(manager).odata_id))
    };
    let absent = Uuid::from_u128(7);
    assert_eq!(refusal(graph.create_user().body(new(absent)).send().await), not_found(absent));
    let created = graph.create_user().body(new(grace)).send().await.unwrap().into_inner();
    let ada: Uuid = created.id.unwrap().parse().unwrap();
    assert_eq!(manager_of(&graph, ada).await, Some(grace), "what was refused made nothing");
    let bind = |manager: Uuid| {
        UserUpdate::builder()
            .city(Some(roster_client::Patch::Set("London".to_owned())))
            .manager_odata_bind(Some(reference(manager).odata_id))
    };
    let update =
        async |manager: Uuid| graph.update_user().id(ada.to_string()).body(bind(manager)).send().await;
    let device = tenant.device("laptop").await;
    assert_eq!(refusal(update(device).await), not_found(device));
    assert_eq!(refusal(update(absent).await), not_found(absent));
    let select = graph.get_user().id(ada.to_string()).select("city");
    assert_eq!(select.send().await.unwrap().city, None, "all of it or nothing");
    update(alan).await.unwrap();
    assert_eq!(manager_of(&graph, ada).await, Some(alan));
    let only = json!({"manager@odata.bind": reference(grace).odata_id});
    let patch = tenant.raw(Method::PATCH, &format!("/users/{ada}")).await;
    assert_eq!(send(patch.json(&only)).await.status, 204, "an update may be nothing but that");
    assert_eq!(manager_of(&graph, ada).await, Some(grace));
    for wrong in [json!([reference(grace).odata_id]), json!(null), json!("grace"), json!({})] {
        let patch = tenant.raw(Method::PATCH, &format!("/users/{ada}")).await;
        let answer = send(patch.json(&json!({"manager@odata.bind": wrong}))).await.refusal();
        assert_eq!((answer.0, &*answer.2), (400, "Invalid URL format specified in payload."), "{wrong}");
    }
}

#[tokio::test]
async fn a_signed_in_user_has_a_manager_and_reports_and_assigns_none_by_permissions_on_itself() {
    let tenant = Tenant::fresh().await;
    let (ada, grace) = (tenant.user("ada").await, tenant.user("grace").await);
    tenant.manage(ada, grace).await;
    tenant.manage(grace, ada).await;
    let graph = tenant.client_of(ada, ["User.ReadWrite.All"]).await;
    assert_eq!(graph.get_my_manager().send().await.unwrap().id, Some(grace.to_string()));
    assert_eq!(ids(&graph.list_my_direct_reports().send().await.unwrap()), [grace]);
    graph.set_my_manager().body(reference(ada)).send().await.unwrap();
    assert!(graph.get_my_manager_reference().send().await.unwrap().odata_id.ends_with(&ada.to_string()));
    graph.remove_my_manager().send().await.unwrap();
    assert_eq!(refusal(graph.get_my_manager().send().await), not_found("manager"));
    let weak = tenant.client_of(ada, ["User.ReadWrite", "User.Read"]).await;
    assert_eq!(refusal(weak.get_my_manager().send().await), forbidden());
    assert_eq!(refusal(weak.set_my_manager().body(reference(grace)).send().await), forbidden());
    let bind = UserUpdate::builder().manager_odata_bind(Some(reference(grace).odata_id));
    assert_eq!(refusal(weak.update_me().body(bind).send().await), forbidden());
}

#[tokio::test]
async fn who_may_not_read_a_manager_or_a_report_sees_only_that_it_is_there() {
    let tenant = Tenant::fresh().await;
    let (ada, grace) = (tenant.user("ada").await, tenant.user("grace").await);
    let contact = tenant.contact("ludwig").await;
    tenant.manage(ada, contact).await;
    tenant.manage(grace, ada).await;
    let graph = tenant.client(["User.Read.All"]).await;
    let manager = graph.get_user_manager().id(ada.to_string()).send().await.unwrap().into_inner();
    assert_eq!(manager.odata_type, "#microsoft.graph.orgContact");
    assert_eq!((manager.id, manager.display_name), (Some(contact.to_string()), None));
    let weak = tenant.client_of(ada, ["User.Read"]).await;
    let reports = weak.list_user_direct_reports().id(ada.to_string()).send().await.unwrap().into_inner();
    assert_eq!(ids(&reports), [grace]);
    assert_eq!(reports.value[0].display_name, None);
    for other in [grace.to_string(), "nobody".into()] {
        let others = weak.list_user_direct_reports().id(other).send().await;
        assert_eq!(refusal(others), forbidden(), "nobody learns who else is there");
    }
    let read = tenant.client(["User.Read.All"]).await;
    let set = read.set_user_manager().id(ada.to_string()).body(reference(grace)).send().await;
    assert_eq!(refusal(set), forbidden());
}

#[tokio::test]
async fn contacts_have_managers_and_reports_that_are_read() {
    let tenant = Tenant::fresh().await;
    let graph = tenant.client(["Directory.Read.All"]).await;
    let (ada, contact) = (tenant.user("ada").await, tenant.contact("ludwig").await);
    let missing = graph.get_contact_manager().id(contact).send().await;
    assert_eq!(refusal(missing), not_found("manager"));
    tenant.manage(contact, ada).await;
    tenant.manage(ada, contact).await;
    assert_eq!(graph.get_contact_manager().id(contact).send().await.unwrap().id, Some(ada.to_string()));
    assert_eq!(ids(&graph.list_contact_direct_reports().id(contact).send().await.unwrap()), [ada]);
    assert_eq!(reports_of(&graph, ada).await, [contact]);
}

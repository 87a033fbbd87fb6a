//! The memberships of dynamic groups that servers have left, compared with what their rules say.

use crate::{older, roster::Server, rules};
use futures::executor::block_on;
use roster_server::store::{Durability, DynamicGroupOptions, Options, Progress, RuleFollowing, Store};
use serde_json::json;
use std::{fs::Permissions, os::unix::fs::PermissionsExt, path::Path, time::Duration};
use tokio::{
    task::unconstrained,
    time::{sleep, timeout},
};

/// More than anything here takes, however slow the machine is.
const LIMIT: Duration = Duration::from_secs(60);

/// Followed to the end, memberships in a folder are what the rules say of each object. No server runs there. Gives how many there are.
pub fn check(data: &Path) -> usize {
    let dynamic_groups =
        DynamicGroupOptions { following: RuleFollowing::Stepped, ..DynamicGroupOptions::default() };
    let options =
        Options { durability: Durability::Ephemeral, readers: 1, dynamic_groups, ..Options::default() };
    let store = Store::open(data, options).unwrap();
    while store.step_rules().unwrap() == Progress::Unfinished {}
    // Within a task that has done much, tokio would wait for the task's next turn, which doesn't come before this ends.
    let tenants = block_on(unconstrained(store.tenants(usize::MAX))).unwrap();
    let checked = |tenant| block_on(unconstrained(store.tenant(tenant).read_long(rules::check))).unwrap();
    tenants.into_iter().map(|tenant| checked(tenant).1).sum()
}

/// Users whose department is x, and a dynamic group with a rule that asks for it, as a version stored them that applied no rules. In the
/// group is a user whose department is another.
fn older_folder(folder: &Path) {
    let object = |id: u8, kind: u8, document: serde_json::Value, rest: serde_json::Value| {
        let traits = if kind == 2 { "2, 1, 0, 0" } else { "NULL, NULL, NULL, NULL" };
        format!(
            "INSERT INTO objects (tenant, id, kind, document, rest, group_kind, is_dynamic, role_assignable, hidden_membership)
             VALUES (1, x'{:032x}', {kind}, '{document}', '{rest}', {traits});",
            id
        )
    };
    let user = |id: u8, department: &str| object(id, 1, json!({}), json!({"department": department}));
    let group = json!({"groupTypes": ["DynamicMembership"], "membershipRule": "user.department -eq \"x\"",
        "membershipRuleProcessingState": "On"});
    let fill = [
        "INSERT INTO tenants (number, id, created_at) VALUES (1, x'00000000000000000000000000000001', 0);"
            .into(),
        user(1, "x"),
        user(2, "y"),
        user(3, "x"),
        object(4, 2, group, json!({})),
        "INSERT INTO memberships (source_row, target_row) VALUES (4, 2), (4, 3);".into(),
    ];
    older::before("0015", folder, &fill.concat());
}

#[tokio::test]
async fn a_server_applies_the_rules_that_an_older_version_only_stored() {
    let folder = tempfile::Builder::new().permissions(Permissions::from_mode(0o700)).tempdir().unwrap();
    older_folder(folder.path());
    let mut server = Server::start(folder.path(), &[]);
    let database = rusqlite::Connection::open(folder.path().join("roster.sqlite")).unwrap();
    let members = || {
        let mut members = database.prepare("SELECT target_row FROM memberships ORDER BY target_row").unwrap();
        members.query_map([], |row| row.get(0)).unwrap().collect::<Result<Vec<u8>, _>>().unwrap()
    };
    let follows = async {
        while members() != [1, 3] {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(LIMIT, follows).await.unwrap();
    drop(database);
    assert!(server.terminate().success());
    assert_eq!(check(folder.path()), 2);
}

//! Deletions of objects that are in very many groups, which take several writes: the server finishes them.

use crate::roster::{Server, printed};
use reqwest::{Method, StatusCode};
use rusqlite::Connection;
use std::{path::Path, time::Duration};
use uuid::{Uuid, uuid};

/// More than anything here takes, however slow the machine is.
const LIMIT: Duration = Duration::from_secs(60);

const ADA: Uuid = uuid!("5a3e0000-0000-4000-8000-000000000101");
const GRACE: Uuid = uuid!("5a3e0000-0000-4000-8000-000000000102");
const READERS: Uuid = uuid!("5a3e0000-0000-4000-8000-000000000201");

/// Makes more groups than three batches of a deletion hold, and each user of the sample a member of all.
const FILL: &str = "
    WITH RECURSIVE numbers (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < 1700)
    INSERT INTO objects (tenant, id, kind, group_kind, is_dynamic, role_assignable, hidden_membership, document, rest)
    SELECT tenant, randomblob(16), kind, group_kind, is_dynamic, role_assignable, hidden_membership, document, rest
    FROM numbers CROSS JOIN (SELECT * FROM objects WHERE kind = 2 AND group_kind = 2 LIMIT 1);
    INSERT INTO memberships (source_row, target_row)
    SELECT g.row, u.row FROM objects g CROSS JOIN objects u WHERE g.kind = 2 AND u.kind = 1 AND u.deleted_at IS NULL
    ON CONFLICT DO NOTHING;";

async fn delete(server: &Server, token: &str, user: Uuid) {
    let answer = server.request(Method::DELETE, &format!("/users/{user}"), token).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
}

async fn finished(database: &Connection) {
    let left = || {
        let sql = "SELECT count(*) FROM unfinished_deletions";
        database.query_row(sql, [], |row| row.get::<_, u32>(0)).unwrap()
    };
    let finished = async {
        while left() > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(LIMIT, finished).await.unwrap();
    let sql =
        "SELECT count(*) FROM memberships JOIN objects ON row = target_row WHERE deleted_at IS NOT NULL";
    assert_eq!(database.query_row(sql, [], |row| row.get::<_, u32>(0)).unwrap(), 0);
}

#[tokio::test]
async fn a_deletion_in_batches_is_finished_by_the_server_and_after_a_kill_by_the_next_one() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    assert!(Server::start(&data, &["--sample"]).terminate().success());
    let database = Connection::open(data.join("roster.sqlite")).unwrap();
    database.busy_timeout(LIMIT).unwrap();
    database.execute_batch(FILL).unwrap();
    let token = token(&data);

    let mut server = Server::start(&data, &[]);
    assert!(server.members(&token, READERS).await.contains(&ADA));
    delete(&server, &token, ADA).await;
    server.kill();

    let server = Server::start(&data, &[]);
    assert!(!server.members(&token, READERS).await.contains(&ADA));
    finished(&database).await;
    assert!(!server.members(&token, READERS).await.contains(&ADA));

    delete(&server, &token, GRACE).await;
    assert!(!server.members(&token, READERS).await.contains(&GRACE));
    finished(&database).await;
}

fn token(data: &Path) -> String {
    // Ada holds a role of the sample.
    let roles = ["User.ReadWrite.All", "GroupMember.Read.All", "RoleManagement.ReadWrite.Directory"];
    let data = data.to_str().unwrap();
    printed(&[&["token", "--data", data, "--app", "sample", "--role"][..], &roles].concat())
}

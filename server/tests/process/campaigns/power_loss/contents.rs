//! What a database holds, read past the server.

use super::{
    DATABASE,
    clients::{self, Group, Groups},
};
use crate::ledger::check_sound;
use rusqlite::{Connection, Params, Row};
use std::{collections::BTreeMap, path::Path};
use uuid::Uuid;

/// The change log by its positions.
pub type Changes = BTreeMap<i64, Change>;

/// What a line of the change log says.
type Change = (i64, Uuid, i64, Option<String>, Option<i64>);

/// What a database holds of the clients' groups, and its change log.
pub struct Contents {
    pub groups: Groups,
    pub changes: Changes,
}

impl Contents {
    /// Reads a database, which is whole.
    pub fn read(data: &Path) -> Self {
        let database = Connection::open(data.join(DATABASE)).unwrap();
        check_sound(&database);
        let groups = "SELECT id, document ->> '$.description' FROM objects
                      WHERE document ->> '$.displayName' = ?1 AND deleted_at IS NULL";
        let mut groups: Groups = rows(&database, groups, [clients::NAME], |row| {
            Ok((row.get(0)?, Group { description: row.get(1)?, ..Group::default() }))
        });
        let members = "SELECT g.id, m.id FROM memberships JOIN objects g ON g.row = source_row JOIN objects m ON m.row = target_row";
        let members: Vec<(Uuid, Uuid)> = rows(&database, members, [], |row| Ok((row.get(0)?, row.get(1)?)));
        for (group, member) in members {
            groups.entry(group).and_modify(|group| group.members.extend([member]));
        }
        let changes =
            "SELECT position, object_row, object_id, operation, properties, related_row FROM changes";
        let changes = rows(&database, changes, [], |row| {
            Ok((row.get(0)?, (row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?)))
        });
        check_pairs(&database);
        Self { groups, changes }
    }
}

/// The change log has no gap, and tells what it told in the end.
pub fn check_changes(changes: &Changes, last: &Changes) {
    let ends = changes.keys().next().zip(changes.keys().next_back());
    let length = ends.map_or(0, |(first, end)| end - first + 1);
    assert_eq!(changes.len(), usize::try_from(length).unwrap(), "the log has no gap");
    // Its oldest lines may be gone in the end.
    for (position, change) in changes.range(last.keys().next().unwrap()..) {
        assert_eq!(last.get(position), Some(change), "the log tells something else at {position}");
    }
}

/// The memberships, with those that are set aside while their member is deleted, are those that the change log tells of.
fn check_pairs(database: &Connection) {
    let pairs = "SELECT source_row, target_row FROM (SELECT source_row, target_row FROM memberships
                 UNION SELECT source_row, target_row FROM deleted_memberships)
                 WHERE source_row IN (SELECT object_row FROM changes WHERE operation = 1)";
    let logged = "SELECT object_row, related_row FROM
                  (SELECT object_row, related_row, operation, max(position) FROM changes
                   WHERE operation IN (2, 3) GROUP BY object_row, related_row) WHERE operation = 2";
    for (some, others) in [(pairs, logged), (logged, pairs)] {
        let sql = format!("SELECT count(*) FROM ({some} EXCEPT {others})");
        assert_eq!(database.query_row(&sql, [], |row| row.get::<_, i64>(0)).unwrap(), 0, "{sql}");
    }
}

fn rows<T, C: FromIterator<T>>(
    database: &Connection,
    sql: &str,
    parameters: impl Params,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> C {
    let mut statement = database.prepare(sql).unwrap();
    statement.query_map(parameters, read).unwrap().collect::<Result<_, _>>().unwrap()
}

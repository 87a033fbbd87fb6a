//! What a database keeps besides, counts and nestings, compared with what is there.

use rusqlite::Connection;

/// Every kept count equals the counted number, and nestings are the pairs of two groups.
pub fn check(database: &Connection) {
    check_nestings(database);
    let objects = "SELECT kind, tenant, count(*) FROM objects WHERE deleted_at IS NULL GROUP BY kind, tenant";
    let members = "SELECT 0, row, (SELECT count(*) FROM memberships WHERE source_row = row)
                   FROM objects WHERE members_counted = 1";
    // A kind without objects may have a row or not.
    let kept = "SELECT what, of_row, count FROM counts WHERE what = 0 OR count <> 0";
    let counted = format!("{objects} UNION ALL {members}");
    for (some, others) in [(kept, &*counted), (&*counted, kept)] {
        let sql = format!("SELECT * FROM ({some}) EXCEPT SELECT * FROM ({others})");
        let mut statement = database.prepare(&sql).unwrap();
        let row = |row: &rusqlite::Row<'_>| Ok([row.get(0)?, row.get(1)?, row.get::<_, i64>(2)?]);
        let wrong: Vec<[i64; 3]> = statement.query_map([], row).unwrap().collect::<Result<_, _>>().unwrap();
        assert!(wrong.is_empty(), "counts of (what, of what, how many): {wrong:?}: {sql}");
    }
}

/// The nestings are the groups that are in what isn't an administrative unit.
pub fn check_nestings(database: &Connection) {
    let nestings = "SELECT group_row, member_row FROM nestings";
    let pairs = "SELECT p.source_row, p.target_row FROM memberships p JOIN objects o ON o.row = p.target_row AND o.kind = 2
                 JOIN objects g ON g.row = p.source_row AND g.kind <> 7";
    for (some, others) in [(nestings, pairs), (pairs, nestings)] {
        let sql = format!("SELECT * FROM ({some}) EXCEPT SELECT * FROM ({others})");
        let mut statement = database.prepare(&sql).unwrap();
        let row = |row: &rusqlite::Row<'_>| Ok([row.get(0)?, row.get(1)?]);
        let wrong: Vec<[i64; 2]> = statement.query_map([], row).unwrap().collect::<Result<_, _>>().unwrap();
        assert!(wrong.is_empty(), "(group, group in it): {wrong:?}: {sql}");
    }
}

/// How many groups have a kept count.
pub fn kept_groups(database: &Connection) -> u32 {
    let sql = "SELECT count(*) FROM counts WHERE what = 0";
    database.query_row(sql, [], |row| row.get(0)).unwrap()
}

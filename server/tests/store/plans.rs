//! How the database runs the statements of the index, and those by which memberships follow rules: none goes over a whole table, or sorts.

use crate::world::{database, device, world, world_with};
use regex::{Captures, Regex};
use roster_server::{
    model::ids::ObjectId,
    store::{IndexOptions, Indexing, Options, WriteTx},
};
use rusqlite::Connection;
use std::{fs, path::Path};

/// Tables of few rows: one for the index, or one for each tenant.
const SMALL: [&str; 4] = ["tenants", "followed", "followed_rules", "rule_runs"];

/// The statements in the sources of this folder.
fn statements(folder: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store").join(folder);
    let statement = Regex::new(
        r#"(select_objects!\(\s*)?"((?:SELECT|INSERT|UPDATE|DELETE|,)?[^"]* (?:FROM|INTO|SET) [^"]*)""#,
    )
    .unwrap();
    let files = fs::read_dir(folder).unwrap().map(|file| fs::read_to_string(file.unwrap().path()).unwrap());
    let whole = |found: Captures<'_>| {
        if found.get(1).is_some() { format!("SELECT o.row{}", &found[2]) } else { found[2].into() }
    };
    files.flat_map(|text| statement.captures_iter(&text).map(whole).collect::<Vec<_>>()).collect()
}

fn plan(database: &Connection, sql: &str) -> rusqlite::Result<Vec<String>> {
    let mut explained = database.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
    let nulls = vec![rusqlite::types::Null; explained.parameter_count()];
    let lines = explained.query_map(rusqlite::params_from_iter(nulls), |row| row.get(3))?;
    lines.collect()
}

/// No statement goes over a whole table, but for small ones and the first of an index, or sorts.
fn check(statements: &[String], databases: &[&Connection]) {
    for sql in statements {
        let plan = databases.iter().find_map(|database| plan(database, sql).ok()).unwrap();
        for line in &plan {
            let is_small = SMALL.iter().any(|table| line.starts_with(&format!("SCAN {table}")));
            let is_first = sql.ends_with(" LIMIT 1") && line.contains("USING INDEX dynamic_groups");
            let is_fine = !line.contains("TEMP B-TREE") && (!line.contains("SCAN ") || is_small || is_first);
            assert!(is_fine, "{sql}: {plan:?}");
        }
    }
}

#[tokio::test]
async fn statements_of_the_index_go_over_no_whole_table_and_sort_nothing() {
    let index = IndexOptions { indexing: Indexing::Stepped, largest_scanned: 0, ..IndexOptions::default() };
    let world = world_with(Options { index, ..Options::default() }).await;
    world.write(|tx: &WriteTx<'_>| device(tx, ObjectId::random(), "x")).await.unwrap();
    world.store.step_index().unwrap();
    let [index, directory] = ["index.sqlite", "roster.sqlite"]
        .map(|name| Connection::open(world.folder.path().join(name)).unwrap());
    let statements = statements("index");
    assert!(statements.len() > 20, "{statements:?}");
    check(&statements, &[&index, &directory]);
}

#[tokio::test]
async fn so_do_those_by_which_memberships_follow_rules() {
    let world = world().await;
    let statements = statements("dynamic_groups");
    assert!(statements.len() > 10, "{statements:?}");
    check(&statements, &[&database(world.folder.path())]);
}

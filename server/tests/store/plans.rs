//! How the database runs the statements of the index: none goes over a whole table, or sorts.

use crate::world::{device, world_with};
use regex::Regex;
use roster_server::{
    model::ids::ObjectId,
    store::{IndexOptions, Indexing, Options, WriteTx},
};
use rusqlite::Connection;
use std::{fs, path::Path};

/// Tables of few rows: one for the index, or one for each tenant.
const SMALL: [&str; 2] = ["tenants", "followed"];

/// The statements in the sources of the index.
fn statements() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/index");
    let statement = Regex::new(r#""((?:SELECT|INSERT|UPDATE|DELETE) [^"]*)""#).unwrap();
    let files = fs::read_dir(folder).unwrap().map(|file| fs::read_to_string(file.unwrap().path()).unwrap());
    files
        .flat_map(|text| statement.captures_iter(&text).map(|found| found[1].to_owned()).collect::<Vec<_>>())
        .collect()
}

fn plan(database: &Connection, sql: &str) -> rusqlite::Result<Vec<String>> {
    let mut explained = database.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
    let nulls = vec![rusqlite::types::Null; explained.parameter_count()];
    let lines = explained.query_map(rusqlite::params_from_iter(nulls), |row| row.get(3))?;
    lines.collect()
}

#[tokio::test]
async fn statements_of_the_index_go_over_no_whole_table_and_sort_nothing() {
    let index = IndexOptions { indexing: Indexing::Stepped, largest_scanned: 0, ..IndexOptions::default() };
    let world = world_with(Options { index, ..Options::default() }).await;
    world.write(|tx: &WriteTx<'_>| device(tx, ObjectId::random(), "x")).await.unwrap();
    world.store.step_index().unwrap();
    let [index, directory] = ["index.sqlite", "roster.sqlite"]
        .map(|name| Connection::open(world.folder.path().join(name)).unwrap());
    let statements = statements();
    assert!(statements.len() > 20, "{statements:?}");
    for sql in statements {
        let plan = plan(&index, &sql).or_else(|_| plan(&directory, &sql)).unwrap();
        for line in &plan {
            let is_small = SMALL.iter().any(|table| line.starts_with(&format!("SCAN {table}")));
            let is_fine = !line.contains("TEMP B-TREE") && (!line.contains("SCAN ") || is_small);
            assert!(is_fine, "{sql}: {plan:?}");
        }
    }
}

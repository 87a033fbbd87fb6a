//! Databases of older versions.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Every migration, oldest first.
fn migrations() -> Vec<PathBuf> {
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/engine/sqlite/migrations");
    let mut files: Vec<_> = fs::read_dir(files).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    files
}

fn name(migration: &Path) -> &str {
    migration.file_name().unwrap().to_str().unwrap()
}

/// Makes a database as it was before a migration, by the beginning of its file's name, with these statements done.
pub fn before(migration: &str, folder: &Path, fill: &str) {
    let older: Vec<_> = migrations().into_iter().filter(|file| name(file) < migration).collect();
    let database = rusqlite::Connection::open(folder.join("roster.sqlite")).unwrap();
    for file in &older {
        database.execute_batch(&fs::read_to_string(file).unwrap()).unwrap();
    }
    database.pragma_update(None, "user_version", u32::try_from(older.len()).unwrap()).unwrap();
    database.execute_batch(fill).unwrap();
}

/// Makes a database as it was before the last migration, with these statements done.
pub fn before_the_last(folder: &Path, fill: &str) {
    before(name(migrations().last().unwrap()), folder, fill);
}

//! What the layers may use, checked by reading the sources.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The layers, the highest first. Each uses only those after it, and none of its own step.
const LAYERS: [&[&str]; 6] =
    [&["cli"], &["http", "data_folder"], &["directory"], &["store"], &["auth", "odata"], &["model", "files"]];

/// Libraries that only what lies in one folder may name.
const OWNED: [(&str, &str); 5] = [
    ("rusqlite", "store/engine"),
    ("rusqlite_migration", "store/engine"),
    ("axum", "http"),
    ("utoipa", "http"),
    ("jsonwebtoken", "auth"),
];

fn sources() -> Vec<(PathBuf, String)> {
    fn collect(folder: &Path, into: &mut Vec<(PathBuf, String)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, into);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                into.push((path, text));
            }
        }
    }
    let mut sources = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut sources);
    sources
}

fn inside(path: &Path) -> &Path {
    path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap()
}

fn layer_of(path: &Path) -> Option<String> {
    let first = inside(path).components().next().unwrap().as_os_str().to_str().unwrap();
    let first = first.trim_end_matches(".rs").to_owned();
    LAYERS.iter().any(|names| names.contains(&first.as_str())).then_some(first)
}

fn height(layer: &str) -> usize {
    LAYERS.iter().position(|names| names.contains(&layer)).unwrap()
}

/// The code without comments and without its tests, and with spaces out, so that `use` trees read flat.
fn code(text: &str) -> String {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    code.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// The first names after `crate::`, in plain paths and in `use crate::{a::.., b}`.
fn named_layers(code: &str) -> Vec<String> {
    let mut named = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        let Some(tree) = rest.strip_prefix('{') else {
            named.push(rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap().to_owned());
            continue;
        };
        let mut depth = 0;
        let mut word = String::new();
        let mut fresh = true;
        for c in tree.chars() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => fresh = true,
                ':' if depth == 0 && fresh => {
                    named.push(std::mem::take(&mut word));
                    fresh = false;
                }
                c if depth == 0 && fresh && (c.is_alphanumeric() || c == '_') => word.push(c),
                _ => {}
            }
        }
        if !word.is_empty() {
            named.push(word);
        }
    }
    named
}

#[test]
fn a_layer_names_only_those_below_it() {
    for (path, text) in sources() {
        let Some(layer) = layer_of(&path) else { continue };
        for named in named_layers(&code(&text)) {
            let allowed = named == layer
                || !LAYERS.iter().any(|names| names.contains(&named.as_str()))
                || height(&named) > height(&layer);
            assert!(
                allowed,
                "{} names {named}: a layer names only those below it; move what is shared down",
                path.display()
            );
        }
    }
}

#[test]
fn libraries_stay_in_the_folder_that_owns_them() {
    for (path, text) in sources() {
        for (library, owner) in OWNED {
            let names = code(&text).contains(&format!("{library}::"));
            let may = inside(&path).starts_with(owner);
            assert!(!names || may, "{} names {library}: only {owner}/ may", path.display());
        }
    }
}

#[test]
fn rules_do_not_wait() {
    for (path, text) in sources() {
        if layer_of(&path).as_deref() == Some("directory") {
            assert!(!code(&text).contains(".await"), "{} waits: rules are synchronous", path.display());
        }
    }
}

#[test]
fn every_module_says_what_it_is_for() {
    for (path, text) in sources() {
        assert!(text.starts_with("//!"), "{} doesn't open with //!", path.display());
    }
}

#[test]
fn only_the_store_knows_sql() {
    for (path, text) in sources() {
        if layer_of(&path).as_deref() == Some("store") {
            continue;
        }
        for statement in ["SELECT ", "INSERT INTO", "DELETE FROM", "UPDATE "] {
            assert!(!code(&text).contains(statement), "{} holds SQL: it belongs into store/", path.display());
        }
    }
}

#[test]
fn the_sql_of_the_nouns_is_not_that_of_one_database() {
    for (path, text) in sources() {
        let inside = inside(&path);
        if !inside.starts_with("store") || inside.starts_with("store/engine") {
            continue;
        }
        for word in ["->>", "json_", "NOCASE", "last_insert_rowid", "INSERT OR "] {
            assert!(!code(&text).contains(word), "{} says {word}: only store/engine/ may", path.display());
        }
    }
}

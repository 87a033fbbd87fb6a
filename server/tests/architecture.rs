//! What the layers may use, checked by reading the sources.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// The layers, the highest first. Each uses only those after it, and none of its own step.
const LAYERS: [&[&str]; 6] = [
    &["cli"],
    &["http", "data_folder"],
    &["directory"],
    &["store"],
    &["auth", "odata", "membership_rules"],
    &["model", "files"],
];

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

/// The code without comments and without what is only for tests. An item ends, as rustfmt writes it, with the first line as far
/// to the left as its attribute that ends with a brace or a semicolon.
fn code(text: &str) -> String {
    let mut code = Vec::new();
    let mut test = None;
    for line in text.lines() {
        let line = line.split("//").next().unwrap_or_default().trim_end();
        let indent = line.len() - line.trim_start().len();
        match test {
            Some(of_test) if indent == of_test && line.ends_with(['}', ';']) => test = None,
            Some(_) => {}
            None if line.trim_start() == "#[cfg(test)]" => test = Some(indent),
            None => code.push(line),
        }
    }
    code.join("\n")
}

/// The first names after a prefix such as `crate::`, in plain paths and in trees such as `crate::{a::.., b}`.
fn names_after(prefix: &str, code: &str) -> Vec<String> {
    let is_part_of_path = |c: char| c == ':' || c == '_' || c.is_alphanumeric();
    let found = code.match_indices(prefix).filter(|(at, _)| !code[..*at].ends_with(is_part_of_path));
    let after = found.map(|(at, _)| &code[at + prefix.len()..]);
    after
        .flat_map(|rest| rest.strip_prefix('{').map_or_else(|| vec![rest.to_owned()], branches))
        .map(|path| {
            path.trim_start().split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap().to_owned()
        })
        .filter(|name| !name.is_empty())
        .collect()
}

/// The branches of a `use` tree whose brace is open, without the branches within them.
fn branches(tree: &str) -> Vec<String> {
    let mut branches = vec![String::new()];
    let mut depth = 0;
    for c in tree.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => branches.push(String::new()),
            c if depth == 0 => branches.last_mut().unwrap().push(c),
            _ => {}
        }
    }
    branches
}

/// A file of a folder, by its name without its end, and the others of the folder that it names.
type Naming = (String, BTreeSet<String>);

/// The files of each folder but its `mod.rs`, whose re-exports are followed.
fn folders() -> BTreeMap<PathBuf, Vec<Naming>> {
    let mut folders = BTreeMap::<PathBuf, BTreeMap<String, String>>::new();
    for (path, text) in sources() {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        folders.entry(inside(&path).parent().unwrap().into()).or_default().insert(name, code(&text));
    }
    let naming = |(folder, mut files): (PathBuf, BTreeMap<String, String>)| {
        let exports = files.remove("mod").unwrap_or_default();
        let here =
            folder.iter().fold("crate::".to_owned(), |path, part| path + part.to_str().unwrap() + "::");
        let home = |name: String| {
            let has = |file: &&String| names_after(&format!("pub use {file}::"), &exports).contains(&name);
            files.keys().find(has).cloned().unwrap_or(name)
        };
        let named = files.iter().map(|(file, code)| {
            let named = names_after("super::", code).into_iter().chain(names_after(&here, code)).map(home);
            (file.clone(), named.filter(|name| name != file && files.contains_key(name)).collect())
        });
        (folder, named.collect())
    };
    folders.into_iter().map(naming).collect()
}

#[test]
fn what_is_only_for_tests_is_not_looked_at_and_what_follows_it_is() {
    let text = "use a; // b\n#[cfg(test)]\nuse c::{\n    d,\n};\nfn e() {\n    #[cfg(test)]\n    f();\n    g();\n}\n\
                #[cfg(test)]\nmod tests {\n    fn h() {}\n}\nfn i() {}\n";
    assert_eq!(code(text), "use a;\nfn e() {\n    g();\n}\nfn i() {}");
}

#[test]
fn names_are_read_off_paths_and_trees() {
    let code = "use super::{A, b::{c, d}, e as f,\n g}; super::h::i(); super::super::j; x::super::k";
    assert_eq!(names_after("super::", code), ["A", "b", "e", "g", "h", "super"]);
}

#[test]
fn no_files_of_a_folder_name_each_other_in_a_circle() {
    for (folder, mut files) in folders() {
        // What names none of the others is no part of a circle.
        while let Some(free) = files.iter().position(|(_, named)| named.is_empty()) {
            let (free, _) = files.remove(free);
            for (_, named) in &mut files {
                named.remove(&free);
            }
        }
        assert!(files.is_empty(), "circles in {folder:?}: {files:?}; move what they share into a file below");
    }
}

#[test]
fn a_layer_names_only_those_below_it() {
    for (path, text) in sources() {
        let Some(layer) = layer_of(&path) else { continue };
        for named in names_after("crate::", &code(&text)) {
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

//! The released contract in `openapi/released`: that it wasn't altered, what changed since, and the next release. `breaking`
//! knows which changes break callers.

use crate::{
    breaking::{self, Effect},
    contract::NAME as DOCUMENT,
};
use aws_lc_rs::digest::{SHA256, digest};
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
};

const RELEASED: &str = "released";
const SUMS: &str = "SHA256SUMS";
const CHANGELOG: &str = "CHANGELOG.md";

/// The contract that the server has now, beside the released one.
pub struct Contract<'c> {
    folder: PathBuf,
    now: &'c Value,
}

/// A semantic version without a pre-release.
type Version = (u64, u64, u64);

/// Fails where a released file isn't what was released.
pub fn unaltered(folder: &Path) -> Result<(), String> {
    let released = folder.join(RELEASED);
    let sums = fs::read_to_string(released.join(SUMS)).map_err(|_| missing(SUMS))?;
    let mut listed = vec![SUMS.to_owned()];
    for line in sums.lines() {
        let (sum, name) =
            line.split_once("  ").ok_or_else(|| altered(SUMS, &format!("its line `{line}`")))?;
        let content = fs::read(released.join(name)).map_err(|_| missing(name))?;
        if sum != sha256(&content) {
            return Err(altered(name, &format!("its SHA-256 isn't the one in {SUMS}")));
        }
        listed.push(name.into());
    }
    if !listed.iter().any(|name| name == DOCUMENT) {
        return Err(altered(SUMS, &format!("{DOCUMENT} isn't in it")));
    }
    let present = fs::read_dir(&released).map_err(|error| format!("{}: {error}", released.display()))?;
    let names = present.filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()));
    match names.into_iter().find(|name| !listed.contains(name)) {
        Some(other) => Err(altered(&other, &format!("it isn't in {SUMS}"))),
        None => Ok(()),
    }
}

impl<'c> Contract<'c> {
    /// In the folder of the contract's files.
    pub fn new(folder: &Path, now: &'c Value) -> Self {
        Self { folder: folder.to_owned(), now }
    }

    /// Lists what changed since the release, and fails where the version or the changelog doesn't show it.
    pub fn compare(&self) -> Result<(), String> {
        unaltered(&self.folder)?;
        let text = self.read(Path::new(RELEASED).join(DOCUMENT))?;
        let released = serde_json::from_str(&text).map_err(|error| altered(DOCUMENT, &error.to_string()))?;
        let changes = breaking::compare(&released, self.now).map_err(|found| {
            format!(
                "no rule understands {} at {}: give it one in xtask/src/breaking.rs",
                found.what, found.at
            )
        })?;
        changes.iter().for_each(|change| println!("{change}"));
        let (before, now) = (version(&released)?, version(self.now)?);
        if now < before {
            return Err(format!(
                "the contract's version {} is before the released {}",
                said(now),
                said(before)
            ));
        }
        if changes.is_empty() {
            println!("no changes of the contract since {}", said(before));
            return Ok(());
        }
        let breaking = changes.iter().filter(|change| change.effect == Effect::Breaking).count();
        if breaking > 0 && now < next_breaking(before) {
            return Err(format!(
                "{breaking} breaking changes since {}: take them back, or raise `version` in \
                 server/src/http/contract/mod.rs to {} at least",
                said(before),
                said(next_breaking(before))
            ));
        }
        let sections: &[String] = &[said(now), "Unreleased".into()];
        let sections = if now == before { &sections[1..] } else { sections };
        let changelog = self.read(CHANGELOG.into())?;
        if sections.iter().any(|section| has_lines(&changelog, section)) {
            return Ok(());
        }
        Err(format!(
            "{} changes of the contract since {} and no line of them in openapi/{CHANGELOG}: tell callers there, \
             under `## Unreleased`",
            changes.len(),
            said(before)
        ))
    }

    /// Releases this text, the contract as it is now.
    pub fn release(&self, text: &str) -> Result<(), String> {
        let folder = self.folder.join(RELEASED);
        let version = version(self.now)?;
        if fs::read_dir(&folder).is_ok_and(|mut files| files.next().is_some()) {
            self.compare()?;
            self.check_newer(version)?;
        }
        if !has_lines(&self.read(CHANGELOG.into())?, &said(version)) {
            return Err(format!(
                "openapi/{CHANGELOG} tells nothing of {0}: make its `## Unreleased` section `## {0}`",
                said(version)
            ));
        }
        let write = || {
            fs::create_dir_all(&folder)?;
            fs::write(folder.join(DOCUMENT), text)?;
            fs::write(folder.join(SUMS), format!("{}  {DOCUMENT}\n", sha256(text.as_bytes())))
        };
        write().map_err(|error| format!("{}: {error}", folder.display()))?;
        println!("released {} in openapi/{RELEASED}: commit it", said(version));
        Ok(())
    }

    /// A contract that changed needs a new version; new descriptions of the same contract don't.
    fn check_newer(&self, now: Version) -> Result<(), String> {
        let released = self.read(Path::new(RELEASED).join(DOCUMENT))?;
        let released: Value = serde_json::from_str(&released).map_err(|error| error.to_string())?;
        let changed = breaking::compare(&released, self.now).is_ok_and(|changes| !changes.is_empty());
        if changed && now == version(&released)? {
            return Err(format!(
                "{} is released: raise `version` in server/src/http/contract/mod.rs",
                said(now)
            ));
        }
        Ok(())
    }

    fn read(&self, name: PathBuf) -> Result<String, String> {
        let path = self.folder.join(name);
        fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))
    }
}

/// Whether a section of the changelog has an entry.
fn has_lines(changelog: &str, section: &str) -> bool {
    let is_heading = |line: &&str| {
        let heading = line.strip_prefix("## ").and_then(|heading| heading.split_whitespace().next());
        heading.is_some_and(|heading| heading.trim_matches(['[', ']']) == section)
    };
    let lines = changelog.lines().skip_while(|line| !is_heading(line)).skip(1);
    lines.take_while(|line| !line.starts_with("## ")).any(|line| line.starts_with("- "))
}

fn version(contract: &Value) -> Result<Version, String> {
    let text = contract["info"]["version"].as_str().unwrap_or_default();
    let numbers: Option<Vec<u64>> = text.split('.').map(|number| number.parse().ok()).collect();
    match numbers.as_deref() {
        Some(&[major, minor, patch]) => Ok((major, minor, patch)),
        _ => Err(format!("/info/version is `{text}`: write it as three numbers, such as 1.2.3")),
    }
}

/// The first version that may break what this one promises.
fn next_breaking((major, minor, _): Version) -> Version {
    if major == 0 { (0, minor + 1, 0) } else { (major + 1, 0, 0) }
}

fn said((major, minor, patch): Version) -> String {
    format!("{major}.{minor}.{patch}")
}

/// The sum of some bytes, as `sha256sum` prints it.
pub fn sha256(content: &[u8]) -> String {
    digest(&SHA256, content).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn missing(name: &str) -> String {
    format!(
        "openapi/{RELEASED}/{name} is missing: take it back with `git checkout -- openapi/{RELEASED}`, or, where nothing \
         was released yet, run `cargo xtask openapi --release`"
    )
}

fn altered(name: &str, why: &str) -> String {
    format!(
        "openapi/{RELEASED}/{name} is not as it was released: {why}. Take the folder back with \
         `git checkout -- openapi/{RELEASED}`; only `cargo xtask openapi --release` writes it"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use tempfile::TempDir;

    /// A folder with a released contract of this version, and the contract.
    fn released(version: &str) -> (TempDir, Value) {
        let folder = tempfile::tempdir().unwrap();
        let contract = contract(version);
        changelog(
            &folder,
            &format!("## Unreleased\n\n## [{version}] - 2030-01-01\n\n### Added\n\n- All of it.\n"),
        );
        release(&folder, &contract).unwrap();
        (folder, contract)
    }

    fn contract(version: &str) -> Value {
        let text = fs::read_to_string(crate::run::root().join("openapi").join(DOCUMENT)).unwrap();
        let mut contract: Value = serde_json::from_str(&text).unwrap();
        contract["info"]["version"] = version.into();
        contract
    }

    fn changelog(folder: &TempDir, text: &str) {
        fs::write(folder.path().join(CHANGELOG), text).unwrap();
    }

    fn release(folder: &TempDir, contract: &Value) -> Result<(), String> {
        Contract::new(folder.path(), contract).release(&contract.to_string())
    }

    fn compare(folder: &TempDir, contract: &Value) -> Result<(), String> {
        Contract::new(folder.path(), contract).compare()
    }

    fn fails_with(outcome: Result<(), String>, parts: &[&str]) {
        let message = outcome.unwrap_err();
        for part in parts {
            assert!(message.contains(part), "{part:?} isn't in {message:?}");
        }
    }

    #[test]
    fn an_unchanged_contract_and_new_descriptions_need_no_line() {
        let (folder, mut contract) = released("0.1.0");
        compare(&folder, &contract).unwrap();
        contract["info"]["description"] = "In other words.".into();
        compare(&folder, &contract).unwrap();
        release(&folder, &contract).unwrap();
        unaltered(folder.path()).unwrap();
    }

    #[test]
    fn any_change_needs_a_line_in_the_changelog() {
        let (folder, mut contract) = released("0.1.0");
        contract["components"]["schemas"]["User"]["properties"]["shoeSize"] = json!({"type": "string"});
        let parts = ["1 changes", "no line of them in openapi/CHANGELOG.md", "## Unreleased"];
        fails_with(compare(&folder, &contract), &parts);
        changelog(&folder, "## Unreleased\n\n### Added\n\n- The shoe size.\n\n## 0.1.0\n\n- All of it.\n");
        compare(&folder, &contract).unwrap();
        fails_with(release(&folder, &contract), &["0.1.0 is released", "server/src/http/contract/mod.rs"]);
        contract["info"]["version"] = "0.1.1".into();
        fails_with(release(&folder, &contract), &["`## Unreleased` section `## 0.1.1`"]);
        changelog(&folder, "## Unreleased\n\n## 0.1.1\n\n- The shoe size.\n\n## 0.1.0\n\n- All of it.\n");
        compare(&folder, &contract).unwrap();
        release(&folder, &contract).unwrap();
        compare(&folder, &contract).unwrap();
    }

    #[test]
    fn a_breaking_change_needs_a_version_that_says_so() {
        for (before, too_small, next) in [("0.1.0", "0.1.9", "0.2.0"), ("1.4.2", "1.5.0", "2.0.0")] {
            let (folder, mut contract) = released(before);
            contract["components"]["schemas"]["User"]["properties"]["displayName"]["format"] = "uri".into();
            contract["info"]["version"] = too_small.into();
            changelog(&folder, "## Unreleased\n\n- Display names are URLs.\n");
            let parts = ["1 breaking changes", "server/src/http/contract/mod.rs", next];
            fails_with(compare(&folder, &contract), &parts);
            fails_with(release(&folder, &contract), &parts);
            contract["info"]["version"] = next.into();
            compare(&folder, &contract).unwrap();
        }
    }

    #[test]
    fn versions_are_three_numbers_and_never_go_back() {
        let (folder, mut contract) = released("0.2.0");
        contract["info"]["version"] = "0.1.9".into();
        fails_with(compare(&folder, &contract), &["0.1.9 is before the released 0.2.0"]);
        contract["info"]["version"] = "next".into();
        fails_with(compare(&folder, &contract), &["/info/version", "`next`", "1.2.3"]);
    }

    #[test]
    fn what_has_no_rule_is_named_with_its_place() {
        let (folder, mut contract) = released("0.1.0");
        contract["components"]["schemas"]["User"]["properties"]["displayName"]["if"] = json!({});
        let parts = ["`if` at /components/schemas/User/properties/displayName/if in what the server says"];
        fails_with(compare(&folder, &contract), &parts);
    }

    #[test]
    fn a_released_file_that_was_altered_is_named_with_what_to_do() {
        let (folder, contract) = released("0.1.0");
        let in_released = |name: &str| folder.path().join(RELEASED).join(name);
        let repair = "git checkout -- openapi/released";
        fs::write(in_released("notes.txt"), "").unwrap();
        fails_with(unaltered(folder.path()), &["openapi/released/notes.txt", "isn't in SHA256SUMS", repair]);
        fs::remove_file(in_released("notes.txt")).unwrap();

        fs::write(in_released(DOCUMENT), "{}").unwrap();
        let parts = ["openapi/released/graph-v1.0.json", "its SHA-256 isn't", repair];
        fails_with(unaltered(folder.path()), &parts);
        fails_with(compare(&folder, &contract), &parts);
        fails_with(release(&folder, &contract), &parts);
        fs::remove_file(in_released(DOCUMENT)).unwrap();
        fails_with(unaltered(folder.path()), &["openapi/released/graph-v1.0.json is missing", repair]);

        fs::write(in_released(SUMS), "").unwrap();
        fails_with(unaltered(folder.path()), &["openapi/released/SHA256SUMS", "graph-v1.0.json isn't in it"]);
        fs::remove_dir_all(folder.path().join(RELEASED)).unwrap();
        fails_with(unaltered(folder.path()), &["SHA256SUMS is missing", "cargo xtask openapi --release"]);
    }
}

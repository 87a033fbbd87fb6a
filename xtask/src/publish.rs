//! `cargo xtask publish`: one folder for API portals. It has the contract in each form, a documentation site that needs no network,
//! a catalogue entry, the contract's changelog, and the SHA-256 sums of all of it. The same sources give the same bytes.

use crate::{contract, forms, openapi, portal, release, run, tools};
use clap::Args;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Write the folder that is published.
#[derive(Args)]
pub struct Publish {
    /// The folder [default: `publish` in the target folder]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// The contract's documents.
const DOCUMENTS: [&str; 2] = ["graph-v1.0", "graph-v1.0.openapi-3.0"];

/// What is published as it is.
const COPIED: [&str; 6] = [
    "CHANGELOG.md",
    forms::DEREFERENCED,
    forms::MCP_TOOLS,
    forms::COLLECTION,
    forms::WORKFLOWS,
    forms::REAL_GRAPH,
];

/// The file that tells what else is there.
const SUMS: &str = "SHA256SUMS";

/// Backstage's entry, beside the document that it embeds.
const CATALOGUE: &str = "\
apiVersion: backstage.io/v1alpha1
kind: API
metadata:
  name: roster-graph-v1.0
  title: Roster, the directory of Microsoft Graph
  description: Users, groups and memberships as Microsoft Graph v1.0 has them.
  tags: [directory, microsoft-graph, openapi]
  links:
    - url: https://github.com/roster-directory/roster
      title: Source
spec:
  type: openapi
  lifecycle: experimental
  owner: roster
  definition:
    $text: ./graph-v1.0.json
";

impl Publish {
    /// Runs the task.
    pub fn run(&self) -> Result<(), String> {
        let out = self.out.clone().unwrap_or_else(|| run::target().join("publish"));
        publish(&out)?;
        println!("wrote {}", out.display());
        Ok(())
    }
}

/// Writes the folder, and gives the sums of what it holds. Where something fails, the folder stays as it was.
pub fn publish(out: &Path) -> Result<String, String> {
    openapi::check_files()?;
    let new = tempfile::tempdir().map_err(|error| error.to_string())?;
    for name in DOCUMENTS {
        write_document(new.path(), name)?;
    }
    for name in COPIED {
        copy(&run::root().join("openapi").join(name), &new.path().join(name))?;
    }
    write(&new.path().join("catalog-info.yaml"), CATALOGUE)?;
    write_site(&new.path().join("index.html"))?;
    let sums = sums(new.path())?;
    write(&new.path().join(SUMS), &sums)?;
    replace(out, new.path())?;
    Ok(sums)
}

/// What the folder holds besides.
const NAMES: [&str; 7] = [
    "SHA256SUMS",
    "catalog-info.yaml",
    contract::NAME,
    "graph-v1.0.yaml",
    "graph-v1.0.openapi-3.0.json",
    "graph-v1.0.openapi-3.0.yaml",
    "index.html",
];

/// Puts new files in the place of those of an earlier run. A folder that holds anything else is left as it is.
fn replace(out: &Path, new: &Path) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", out.display());
    fs::create_dir_all(out).map_err(failed)?;
    for entry in fs::read_dir(out).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        if !names().any(|ours| name == *ours) {
            let name = name.to_string_lossy();
            return Err(format!(
                "{} holds {name}, which isn't published: choose another folder",
                out.display()
            ));
        }
    }
    names().try_for_each(|name| copy(&new.join(name), &out.join(name)))
}

fn names() -> impl Iterator<Item = &'static str> {
    NAMES.into_iter().chain(COPIED)
}

fn write_document(out: &Path, name: &str) -> Result<(), String> {
    let from = run::root().join(format!("openapi/{name}.json"));
    let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", from.display());
    let document = portal::importable(&contract::parse(&from)?);
    let text = serde_json::to_string_pretty(&document).map_err(|error| failed(&error))?;
    let restrictions = portal::restrictions(&document, text.len());
    if !restrictions.is_empty() {
        return Err(failed(&format!("Azure API Management can't import it: {}", restrictions.join("; "))));
    }
    write(&out.join(format!("{name}.json")), &text)?;
    let yaml = serde_saphyr::to_string(&document).map_err(|error| failed(&error))?;
    write(&out.join(format!("{name}.yaml")), &yaml)
}

/// The site: one page that holds the whole documentation and its script.
fn write_site(page: &Path) -> Result<(), String> {
    let mut redocly = tools::redocly()?;
    redocly.args(["build-docs", contract::FILE, "--inlineBundle", "--output"]).arg(page);
    let output = redocly.current_dir(run::root()).output().map_err(|error| format!("redocly: {error}"))?;
    if !output.status.success() {
        return Err(format!("redocly: {}: {}", output.status, String::from_utf8_lossy(&output.stderr)));
    }
    let text = fs::read_to_string(page).map_err(|error| format!("{}: {error}", page.display()))?;
    write(page, &kept_at_home(&text)?)
}

/// A page that loads nothing from elsewhere: its maker's logo is left out, and a content security policy forbids the rest.
fn kept_at_home(page: &str) -> Result<String, String> {
    const LOGOS: &str = "https://cdn.redoc.ly/";
    const HEAD: &str = "<head>";
    const POLICY: &str = "<head>
  <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'unsafe-inline' blob:; style-src 'unsafe-inline'; img-src data:; font-src data:; worker-src blob:; base-uri 'none'; form-action 'none'\">
  <link rel=\"icon\" href=\"data:,\">";
    if !page.contains(HEAD) || !page.contains(LOGOS) {
        return Err("redocly writes another page than the one that is known here: look at it".into());
    }
    Ok(page.replacen(HEAD, POLICY, 1).replace(LOGOS, "data:,"))
}

/// The sum of each file, as `sha256sum` prints it.
fn sums(out: &Path) -> Result<String, String> {
    let entries = fs::read_dir(out).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let mut names: Vec<String> = entries
        .map_err(|error| error.to_string())?
        .iter()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let sum = |name: &String| {
        let bytes = fs::read(out.join(name)).map_err(|error| format!("{name}: {error}"))?;
        Ok(format!("{}  {name}\n", release::sha256(&bytes)))
    };
    names.iter().map(sum).collect()
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    fs::copy(from, to).map(drop).map_err(|error| format!("{}: {error}", from.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clients_package_has_the_licences_too() {
        for name in ["LICENSE-APACHE", "LICENSE-MIT"] {
            let [ours, packaged] = [run::root(), run::root().join("client")].map(|folder| folder.join(name));
            assert!(fs::read(ours).unwrap() == fs::read(packaged).unwrap(), "{name}");
        }
    }

    #[test]
    fn a_folder_that_holds_something_else_is_left_as_it_is() {
        let (out, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for name in names() {
            fs::write(new.path().join(name), "new").unwrap();
        }
        let there = |name: &str| fs::read_to_string(out.path().join(name)).unwrap_or_default();
        fs::write(out.path().join(SUMS), "theirs").unwrap();
        fs::write(out.path().join("thesis.txt"), "theirs").unwrap();
        assert!(replace(out.path(), new.path()).unwrap_err().contains("holds thesis.txt"));
        assert_eq!((there(SUMS), there("thesis.txt")), ("theirs".into(), "theirs".into()));
        fs::remove_file(out.path().join("thesis.txt")).unwrap();
        replace(out.path(), new.path()).unwrap();
        assert_eq!((there(SUMS), there("index.html")), ("new".into(), "new".into()));
    }
}

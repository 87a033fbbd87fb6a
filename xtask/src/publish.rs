//! `cargo xtask publish`: one folder that a portal takes. The contract in each form, a documentation site that needs no
//! network, a catalogue entry, the contract's changelog, and the sums of all of it. The same sources give the same
//! bytes.

use crate::{openapi, portal, release, run, tools};
use clap::Args;
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Write the folder that is published.
#[derive(Args)]
pub struct Publish {
    /// The folder; what it held is replaced
    #[arg(long, value_name = "DIR", default_value = "target/publish")]
    out: PathBuf,
}

/// The contract's documents.
const DOCUMENTS: [&str; 2] = ["graph-v1.0", "graph-v1.0.openapi-3.0"];

/// The file that tells what else is there. It also tells a folder that this task wrote from any other.
const SUMS: &str = "SHA256SUMS";

/// Backstage's entry, beside the document that it embeds.
const CATALOGUE: &str = "\
apiVersion: backstage.io/v1alpha1
kind: API
metadata:
  name: roster-graph-v1.0
  title: \"Roster: Microsoft Graph's directory\"
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
        let out = run::root().join(&self.out);
        publish(&out)?;
        println!("wrote {}", out.display());
        Ok(())
    }
}

/// Writes the folder, and gives the sums of what it holds.
pub fn publish(out: &Path) -> Result<String, String> {
    openapi::check_files()?;
    clear(out)?;
    for name in DOCUMENTS {
        write_document(out, name)?;
    }
    copy(&run::root().join("openapi/CHANGELOG.md"), &out.join("CHANGELOG.md"))?;
    write(&out.join("catalog-info.yaml"), CATALOGUE)?;
    write_site(&out.join("index.html"))?;
    let sums = sums(out)?;
    write(&out.join(SUMS), &sums)?;
    Ok(sums)
}

/// Makes the folder empty. One that this task didn't write is left alone.
fn clear(out: &Path) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", out.display());
    if out.exists() {
        if !out.join(SUMS).exists() && fs::read_dir(out).map_err(failed)?.next().is_some() {
            return Err(format!("{} holds something else: choose another folder", out.display()));
        }
        fs::remove_dir_all(out).map_err(failed)?;
    }
    fs::create_dir_all(out).map_err(failed)
}

fn write_document(out: &Path, name: &str) -> Result<(), String> {
    let from = run::root().join(format!("openapi/{name}.json"));
    let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", from.display());
    let text = fs::read_to_string(&from).map_err(|error| failed(&error))?;
    let document: Value = serde_json::from_str(&text).map_err(|error| failed(&error))?;
    let restrictions = portal::restrictions(&document);
    if !restrictions.is_empty() {
        return Err(failed(&format!("Azure API Management can't import it: {}", restrictions.join("; "))));
    }
    write(&out.join(format!("{name}.json")), &text)?;
    let yaml = yaml_serde::to_string(&document).map_err(|error| failed(&error))?;
    write(&out.join(format!("{name}.yaml")), &yaml)
}

/// The site: one page that holds the whole documentation and its script.
fn write_site(page: &Path) -> Result<(), String> {
    let mut redocly = tools::redocly()?;
    redocly.args(["build-docs", "openapi/graph-v1.0.json", "--inlineBundle", "--output"]).arg(page);
    let output = redocly.current_dir(run::root()).output().map_err(|error| format!("redocly: {error}"))?;
    if !output.status.success() {
        return Err(format!("redocly: {}: {}", output.status, String::from_utf8_lossy(&output.stderr)));
    }
    let text = fs::read_to_string(page).map_err(|error| format!("{}: {error}", page.display()))?;
    write(page, &kept_at_home(&text)?)
}

/// A page that loads nothing from anywhere: its maker's logo is left out, and a policy forbids the rest.
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

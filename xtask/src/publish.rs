//! `cargo xtask publish`: one folder that a portal takes. The contract in each form, a documentation site that needs no
//! network, a catalogue entry, the contract's changelog, and the sums of all of it. The same sources give the same
//! bytes.

use crate::{openapi, portal, run, tools};
use aws_lc_rs::digest::{SHA256, digest};
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
        openapi::check_files()?;
        let out = run::root().join(&self.out);
        clear(&out)?;
        for name in DOCUMENTS {
            write_document(&out, name)?;
        }
        copy(&run::root().join("openapi/CHANGELOG.md"), &out.join("CHANGELOG.md"))?;
        write(&out.join("catalog-info.yaml"), CATALOGUE)?;
        write_site(&out.join("index.html"))?;
        let size = write_sums(&out)?;
        println!("wrote {}: {} kB", out.display(), size / 1024);
        Ok(())
    }
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
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.success() { Ok(()) } else { Err(format!("redocly: {}: {said}", output.status)) }
}

/// Writes the sum of each file, as `sha256sum` does, and gives the size of all.
fn write_sums(out: &Path) -> Result<usize, String> {
    let entries = fs::read_dir(out).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let mut names: Vec<String> = entries
        .map_err(|error| error.to_string())?
        .iter()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let (mut sums, mut size) = (String::new(), 0);
    for name in names {
        let bytes = fs::read(out.join(&name)).map_err(|error| format!("{name}: {error}"))?;
        let sum: String = digest(&SHA256, &bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        sums.push_str(&format!("{sum}  {name}\n"));
        size += bytes.len();
    }
    write(&out.join(SUMS), &sums)?;
    Ok(size)
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    fs::copy(from, to).map(drop).map_err(|error| format!("{}: {error}", from.display()))
}

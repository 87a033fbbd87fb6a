//! The contract as programs in other languages consume it. A client is generated from the published document and nothing
//! else, the program that `docs/` shows is type-checked against it and then run against the server, and what it prints is
//! what `docs/` says. All of it lies in the target folder.

use crate::{markdown, roster::Roster, run, tools};
use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

#[cfg(unix)]
use std::os::unix::fs::symlink as link;
#[cfg(windows)]
use std::os::windows::fs::symlink_dir as link;

const CONTRACT: &str = "openapi/graph-v1.0.json";

/// A page of `docs/` that shows a program and what it prints.
struct Page {
    program: String,
    prints: String,
}

/// Types by openapi-typescript, requests by openapi-fetch, checked by tsc, run by Node.js.
pub fn typescript() -> Result<(), String> {
    let page = Page::read("typescript")?;
    let folder = folder("typescript", "members.mts", &page.program)?;
    let packages = tools::node()?.join("node_modules");
    // Where both tsc and Node.js look for what the program imports.
    link(&packages, folder.join("node_modules")).map_err(|error| format!("node_modules: {error}"))?;
    let tool = |name: &str| program(&packages.join(".bin").join(name), &folder);

    let contract = run::root().join(CONTRACT);
    step("generate", silent(tool("openapi-typescript").arg(contract).args(["--output", "graph.ts"])))?;
    let strictly = ["--strict", "--noUncheckedIndexedAccess", "--noEmitOnError"];
    let options = ["--target", "es2022", "--module", "nodenext", "--types", "node", "members.mts"];
    step("type-check", run::captured(tool("tsc").args(strictly).args(options)))?;
    page.run(program(Path::new("node"), &folder).arg("members.mjs"))
}

/// A package by openapi-python-client, checked by mypy.
pub fn python() -> Result<(), String> {
    let page = Page::read("python")?;
    let folder = folder("python", "members.py", &page.program)?;
    let programs = tools::python()?;
    let tool = |name: &str| program(&programs.join(name), &folder);

    let mut generate = tool("openapi-python-client");
    generate.args(["generate", "--fail-on-warning", "--meta", "none", "--output-path", "graph", "--path"]);
    // It formats what it wrote with ruff, which it looks for there.
    generate.arg(run::root().join(CONTRACT)).env("PATH", path_with(&programs)?);
    step("generate", run::captured(&mut generate))?;
    // Of the package, that which comes from the contract: the rest is the same text for every contract.
    let checked = ["--module", "members", "--package", "graph.api", "--package", "graph.models"];
    step(
        "type-check",
        run::captured(tool("mypy").args(["--strict", "--follow-imports=silent"]).args(checked)),
    )?;
    page.run(tool("python").arg("members.py"))
}

impl Page {
    fn read(name: &str) -> Result<Self, String> {
        let document = format!("docs/{name}.md");
        let blocks = markdown::blocks(&markdown::read(&document)?);
        let block = |language: &str| {
            let found = blocks.iter().find(|block| block.language == language);
            found.map(|block| block.text.clone()).ok_or(format!("{document} has no block of {language}"))
        };
        Ok(Self { program: block(name)?, prints: block("text")? })
    }

    /// Runs the program against a server of its own.
    fn run(&self, command: &mut Command) -> Result<(), String> {
        let server = Roster::start()?;
        let printed = step("run", run::captured(command.env("ROSTER", &server.url)))?.printed;
        if printed == self.prints {
            return Ok(());
        }
        Err(format!("run: it doesn't print what the page says, but\n{printed}"))
    }
}

/// A new folder in the target folder with this file in it.
fn folder(language: &str, file: &str, text: &str) -> Result<PathBuf, String> {
    let folder = run::target().join("consumers").join(language);
    let prepare = || {
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(file), text)
    };
    prepare().map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(folder)
}

fn program(path: &Path, folder: &Path) -> Command {
    let mut command = Command::new(path);
    command.current_dir(folder);
    command
}

/// Runs a command that must not warn, and does so on its standard error alone.
fn silent(command: &mut Command) -> Result<run::Output, String> {
    // Node.js' own warnings, about what a later Node.js won't have, aren't about the contract.
    let output = run::captured(command.env("NODE_NO_WARNINGS", "1"))?;
    if output.complaints.trim().is_empty() { Ok(output) } else { Err(output.complaints) }
}

fn step<T>(name: &str, outcome: Result<T, String>) -> Result<T, String> {
    outcome.map_err(|message| format!("{name}: {message}"))
}

/// The search path of this process with a folder before it.
fn path_with(folder: &Path) -> Result<OsString, String> {
    let rest = env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(folder.to_owned()).chain(env::split_paths(&rest));
    env::join_paths(folders).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rust_program_in_the_docs_is_the_clients_example() {
        let example = fs::read_to_string(run::root().join("client/examples/members.rs")).unwrap();
        assert_eq!(Page::read("rust").unwrap().program, example);
    }

    #[test]
    fn the_lines_of_rust_in_the_readme_are_of_the_clients_example() {
        let example = fs::read_to_string(run::root().join("client/examples/members.rs")).unwrap();
        let blocks = markdown::blocks(&markdown::read("README.md").unwrap());
        let lines: Vec<&str> = blocks
            .iter()
            .filter(|block| block.language.starts_with("rust"))
            .flat_map(|block| block.text.lines())
            .collect();
        assert!(!lines.is_empty());
        for line in lines {
            assert!(example.contains(line), "{line}");
        }
    }
}

//! The contract as programs in other languages consume it. A client is generated from the published document and nothing
//! else, a program is type-checked against it and then run against the server, and prints what it should. The program is
//! the one that `docs/` shows, or for a generator without a page there the project of its name in `xtask/consumers/`. All of
//! it is done in the target folder.

use crate::{contract, markdown, roster::Roster, run, tools};
use std::{
    env,
    ffi::{OsStr, OsString},
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

#[cfg(unix)]
use std::os::unix::fs::symlink as link;
#[cfg(windows)]
use std::os::windows::fs::symlink_dir as link;

/// What the programs in `xtask/consumers/` print.
const PRINTS: &str = "\
added
refused: Request_BadRequest: One or more added object references already exist for the following modified properties: 'members'.
listed: Ada Lovelace
counted: 1
";

/// What openapi-generator generates besides a client.
const CLIENT_ONLY: &str = "apiTests=false,modelTests=false,apiDocs=false,modelDocs=false";

/// A page of `docs/` that shows a program and what it prints.
struct Page {
    program: String,
    prints: String,
}

/// Types by openapi-typescript, requests by openapi-fetch, checked by tsc, run by Node.js.
pub fn typescript() -> Result<(), String> {
    let page = Page::read("typescript")?;
    let folder = folder("typescript", "members.mts", &page.program)?;
    let tool = node_tool("openapi-typescript")?;
    let mut generate = program(&tool, &folder);
    step("generate", silent(generate.arg(contract::path()).args(["--output", "graph.ts"])))?;
    type_check(&folder)?;
    must_print(program("node", &folder).arg("members.mjs"), &page.prints)
}

/// A package by openapi-python-client, checked by mypy.
pub fn python() -> Result<(), String> {
    let page = Page::read("python")?;
    let folder = folder("python", "members.py", &page.program)?;
    let programs = tools::python()?;
    let tool = |name: &str| program(programs.join(name), &folder);

    let mut generate = tool("openapi-python-client");
    generate.args(["generate", "--fail-on-warning", "--meta", "none", "--output-path", "graph", "--path"]);
    // It formats what it wrote with ruff, which it looks for there.
    generate.arg(contract::path()).env("PATH", path_with(&programs)?);
    step("generate", run::captured(&mut generate))?;
    // Of the package, that which comes from the contract: the rest is the same text for every contract.
    let checked = ["--module", "members", "--package", "graph.api", "--package", "graph.models"];
    step(
        "type-check",
        run::captured(tool("mypy").args(["--strict", "--follow-imports=silent"]).args(checked)),
    )?;
    must_print(tool("python").arg("members.py"), &page.prints)
}

/// A client by hey-api, checked by tsc, run by Node.js.
pub fn hey_api() -> Result<(), String> {
    let folder = project("hey-api")?;
    let tool = node_tool("openapi-ts")?;
    let mut generate = program(&tool, &folder);
    step(
        "generate",
        run::captured(generate.arg("--input").arg(contract::path()).args(["--output", "graph"])),
    )?;
    type_check(&folder)?;
    must_print(program("node", &folder).arg("members.mjs"), PRINTS)
}

/// A client by odata2ts, which reads `$metadata` and not the contract, checked by tsc, run by Node.js.
pub fn odata2ts() -> Result<(), String> {
    let folder = project("odata2ts")?;
    let server = Roster::start()?;
    let mut download = program("curl", &folder);
    download.args(["--fail", "--silent", "--show-error", "--output", "graph.xml"]);
    step("download", run::captured(download.arg(format!("{}/v1.0/$metadata", server.url))))?;
    let packages = tools::node()?.join("node_modules");
    link(packages, folder.join("node_modules")).map_err(|error| format!("node_modules: {error}"))?;
    let mut generate = program(node_tool("odata2ts")?, &folder);
    generate.args([
        "--source",
        "graph.xml",
        "--output",
        "graph",
        "--service-name",
        "graph",
        "--emit-mode",
        "ts",
    ]);
    step("generate", run::captured(&mut generate))?;
    step("type-check", run::captured(program(node_tool("tsc")?, &folder).args(["--project", "."])))?;
    must_print(program("node", &folder).arg("members.js"), PRINTS)
}

/// A package by ogen.
pub fn ogen() -> Result<(), String> {
    let folder = project("ogen")?;
    let mut generate = program("go", &folder);
    generate.args(["tool", "ogen", "--config", "ogen.yml", "--target", "graph", "--package", "graph"]);
    step("generate", run::captured(generate.arg(contract::path())))?;
    go(&folder)
}

/// A package by openapi-generator.
pub fn openapi_generator_go() -> Result<(), String> {
    let folder = project("openapi-generator-go")?;
    let options = ["--generator-name", "go", "--package-name", "graph"];
    openapi_generator(
        &folder,
        &[&options[..], &["--additional-properties", "withGoMod=false,enumClassPrefix=true"]].concat(),
    )?;
    go(&folder)
}

/// A crate by openapi-generator.
pub fn openapi_generator_rust() -> Result<(), String> {
    let folder = project("openapi-generator-rust")?;
    openapi_generator(&folder, &["--generator-name", "rust"])?;
    let mut build = run::cargo(&["build", "--quiet"]);
    // In the folder that the workspace is built in, which has most of what it depends on.
    step("build", run::captured(build.current_dir(&folder).env("CARGO_TARGET_DIR", run::target())))?;
    must_print(&mut program(run::target().join("debug/openapi-generator-rust"), &folder), PRINTS)
}

/// Generates the folder `graph`.
fn openapi_generator(folder: &Path, options: &[&str]) -> Result<(), String> {
    let mut generate = tools::openapi_generator()?;
    generate.args(["generate", "--output", "graph", "--global-property", CLIENT_ONLY]).args(options);
    step("generate", run::captured(generate.arg("--input-spec").arg(contract::path()).current_dir(folder)))
        .map(drop)
}

/// Checks and runs a program in Go.
fn go(folder: &Path) -> Result<(), String> {
    step("vet", run::captured(program("go", folder).args(["vet", "."])))?;
    step("build", run::captured(program("go", folder).args(["build", "-o", "members", "."])))?;
    must_print(&mut program(folder.join("members"), folder), PRINTS)
}

/// A tool of Node.js.
fn node_tool(name: &str) -> Result<PathBuf, String> {
    Ok(tools::node()?.join("node_modules/.bin").join(name))
}

/// Compiles `members.mts`.
fn type_check(folder: &Path) -> Result<(), String> {
    // Where both tsc and Node.js look for what the program imports.
    let packages = tools::node()?.join("node_modules");
    link(packages, folder.join("node_modules")).map_err(|error| format!("node_modules: {error}"))?;
    let mut check = program(node_tool("tsc")?, folder);
    check.args(["--strict", "--noUncheckedIndexedAccess", "--noEmitOnError"]);
    check.args(["--target", "es2022", "--module", "nodenext", "--types", "node", "members.mts"]);
    step("type-check", run::captured(&mut check)).map(drop)
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
}

/// Runs a program against a server of its own. It must print this.
fn must_print(command: &mut Command, expected: &str) -> Result<(), String> {
    let server = Roster::start()?;
    let printed = step("run", run::captured(command.env("ROSTER", &server.url)))?.printed;
    if printed == expected { Ok(()) } else { Err(format!("run: it doesn't print\n{expected}but\n{printed}")) }
}

/// A new folder in the target folder with this file in it.
fn folder(name: &str, file: &str, text: &str) -> Result<PathBuf, String> {
    let folder = empty_folder(name)?;
    fs::write(folder.join(file), text).map_err(|error| format!("{file}: {error}"))?;
    Ok(folder)
}

/// A new folder in the target folder with what lies in the folder of this name in `xtask/consumers/`.
fn project(name: &str) -> Result<PathBuf, String> {
    let folder = empty_folder(name)?;
    copy(&run::root().join("xtask/consumers").join(name), &folder)
        .map_err(|error| format!("{name}: {error}"))?;
    Ok(folder)
}

fn empty_folder(name: &str) -> Result<PathBuf, String> {
    let folder = run::target().join("consumers").join(name);
    let prepare = || {
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)
    };
    prepare().map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(folder)
}

/// Copies what lies in a folder into one that is there.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            fs::create_dir(&target)?;
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

fn program(path: impl AsRef<OsStr>, folder: &Path) -> Command {
    let mut command = Command::new(path);
    command.current_dir(folder);
    command
}

/// Runs a command that must not warn, and does so only on its standard error.
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
    fn the_rust_programs_in_the_docs_are_the_clients_examples() {
        let blocks = markdown::blocks(&markdown::read("docs/rust.md").unwrap());
        let programs: Vec<_> = blocks.iter().filter(|block| block.language == "rust").collect();
        assert_eq!(programs.len(), 2);
        for (program, name) in programs.iter().zip(["members", "sign_in"]) {
            let example = fs::read_to_string(run::root().join(format!("client/examples/{name}.rs"))).unwrap();
            assert_eq!(program.text, example);
        }
    }

    #[test]
    fn the_page_on_java_names_the_generators_version() {
        let page = markdown::read("docs/java.md").unwrap();
        assert!(page.contains(&format!("<version>{}</version>", tools::OPENAPI_GENERATOR)));
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

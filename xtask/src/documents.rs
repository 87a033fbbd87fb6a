//! The documents as a newcomer follows them: every command line is run, word for word and in order, in an empty folder.
//!
//! - A block of `sh` is run by the shell that ran the blocks before it. It fails where a command in it does.
//! - A command that serves has a block to itself, as it keeps a terminal to itself. It is stopped when the next one is
//!   started, or the document ends.
//! - A block of `text` tells what the commands before it print: each of its lines is part of a line there, in this order.
//! - A block with a file's name after its language is that file.
//! - `cargo run --release --` and `cargo install` give the binary that the tests have built, and documents with other languages the
//!   release binary.
//! - Where a document says `127.0.0.1:8080` or `localhost:8443`, the server's port is one that was free.

use crate::{markdown, markdown::Block, roster, run};
use clap::{Args, Command as Cli, CommandFactory};
use std::{
    env, fs,
    io::{BufRead, BufReader, Lines, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};
use tempfile::TempDir;

/// The documents that need Go besides a shell, curl and Roster.
const WITH_GO: [&str; 3] = ["docs/clients/go.md", "docs/clients/terraform.md", "docs/go.md"];

/// Those that need Java and Maven.
const WITH_JAVA: [&str; 2] = ["docs/clients/java.md", "docs/java.md"];

/// Those that need Node.js.
const WITH_JAVASCRIPT: [&str; 3] =
    ["docs/clients/javascript.md", "docs/clients/msal-node.md", "docs/typescript.md"];

/// Those that need Python.
const WITH_PYTHON: [&str; 4] =
    ["docs/agents.md", "docs/clients/msal-python.md", "docs/clients/python.md", "docs/python.md"];

/// The document whose page `browser.rs` opens.
pub const MSAL_BROWSER: &str = "docs/clients/msal-browser.md";

/// The beginnings of command lines that aren't run, and why.
const NOT_RUN: [(&str, &str); 2] = [
    ("cargo xtask bench", "it measures for minutes"),
    ("cargo xtask torture", "it goes on for as long as it is told to"),
];

/// What stands in command lines that serve.
const SERVING: [&str; 4] = ["-- demo", "-- serve", "roster demo", "roster serve"];

/// The languages of blocks that hold no command lines.
const OTHER_LANGUAGES: [&str; 13] = [
    "",
    "go",
    "html",
    "java",
    "javascript",
    "json",
    "python",
    "rust",
    "rust,ignore",
    "text",
    "toml",
    "typescript",
    "xml",
];

/// Where a server listens that isn't told otherwise.
const ADDRESS: &str = "127.0.0.1:8080";

/// The address for https that the documents name.
const TLS_ADDRESS: &str = "localhost:8443";

/// What the shell prints after each block.
const END: &str = "-- the end of a block --";

/// `cargo`, as far as documents need it: what it would build is built.
const CARGO: &str = r#"#!/bin/sh
case "$*" in
  "run --release -- "*) shift 3; exec "$BUILT/roster" "$@" ;;
  "run --release --package roster-client --example members") exec "$BUILT/examples/members" ;;
  "install --path server --locked") ln -s "$BUILT/roster" "$PROGRAMS/roster" ;;
  *) echo "xtask/src/documents.rs doesn't know: cargo $*"; exit 1 ;;
esac
"#;

/// Follow the documents as a newcomer does: run their command lines in an empty folder.
#[derive(Args)]
pub struct Documents {
    /// Also those with other languages, whose packages are installed (Go, Java, Node.js, Python)
    #[arg(long)]
    all: bool,
    /// Only these, such as docs/go.md
    #[arg(value_name = "FILE")]
    only: Vec<String>,
}

impl Documents {
    /// Runs the task.
    pub fn run(&self) -> Result<(), String> {
        let names = if self.only.is_empty() { markdown::documents()? } else { self.only.clone() };
        let (others, plain): (Vec<&str>, Vec<&str>) =
            names.iter().map(String::as_str).partition(|name| has_other_language(name));
        follow_built(&plain)?;
        if self.all || !self.only.is_empty() { follow_released(&others) } else { Ok(()) }
    }
}

/// Follows the documents that need a shell, curl and Roster.
pub fn follow() -> Result<(), String> {
    let names = markdown::documents()?;
    let plain: Vec<&str> =
        names.iter().map(String::as_str).filter(|name| !has_other_language(name)).collect();
    follow_built(&plain)
}

/// Follows those with Go.
pub fn follow_go() -> Result<(), String> {
    follow_released(&WITH_GO)
}

/// Follows those with Java.
pub fn follow_java() -> Result<(), String> {
    follow_released(&WITH_JAVA)
}

/// Follows those with JavaScript and TypeScript.
pub fn follow_javascript() -> Result<(), String> {
    follow_released(&WITH_JAVASCRIPT)
}

/// Follows those with Python.
pub fn follow_python() -> Result<(), String> {
    follow_released(&WITH_PYTHON)
}

fn has_other_language(name: &str) -> bool {
    let others = [&WITH_GO[..], &WITH_JAVA, &WITH_JAVASCRIPT, &WITH_PYTHON, &[MSAL_BROWSER]];
    others.concat().contains(&name)
}

/// A file that a document has, for the server at this origin by https.
pub fn file_of(name: &str, file: &str, origin: &str) -> Result<String, String> {
    let text = markdown::read(name)?;
    let is_it = |block: &Block| block.file.as_deref() == Some(file);
    let block = markdown::blocks(&text).into_iter().find(is_it);
    let block = block.ok_or_else(|| format!("{name} has no {file}"))?;
    Ok(block.text.replace(TLS_ADDRESS, origin.trim_start_matches("https://")))
}

/// Follows documents by the binary that the tests build.
fn follow_built(names: &[&str]) -> Result<(), String> {
    // With the features that the tests built it with.
    run::succeed(&mut run::cargo(&["build", "--workspace", "--bins", "--examples", "--quiet"]))?;
    names.iter().try_for_each(|name| follow_document(name, "debug"))
}

/// Follows documents by the release binary.
fn follow_released(names: &[&str]) -> Result<(), String> {
    roster::build()?;
    names.iter().try_for_each(|name| follow_document(name, "release"))
}

/// Follows a document by the binary in this folder of the target folder.
fn follow_document(name: &str, built: &str) -> Result<(), String> {
    let text = markdown::read(name)?;
    let at = |message: String| format!("{name}: {message}");
    check_words(&text).map_err(at)?;
    let mut newcomer = Newcomer::arrive(built).map_err(at)?;
    let mut blocks = markdown::blocks(&text).into_iter().peekable();
    while let Some(block) = blocks.next() {
        let expected = match blocks.peek() {
            Some(next) if block.language == "sh" && next.language == "text" => next.text.as_str(),
            _ => "",
        };
        let done = newcomer.follow(&block, expected);
        done.map_err(|message| format!("{name}, line {}: {message}", block.line))?;
    }
    Ok(())
}

/// Somebody who reads a document from its top, at an empty folder.
struct Newcomer {
    folder: TempDir,
    built: PathBuf,
    shell: Shell,
    server: Option<Server>,
}

impl Newcomer {
    fn arrive(built: &str) -> Result<Self, String> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let prepare = || {
            fs::create_dir(folder.path().join("programs"))?;
            fs::create_dir(folder.path().join("work"))?;
            let cargo = folder.path().join("programs/cargo");
            fs::write(&cargo, CARGO)?;
            make_executable(&cargo)
        };
        prepare().map_err(|error| error.to_string())?;
        let built = run::target().join(built);
        let shell = Shell::start(folder.path(), &built)?;
        Ok(Self { folder, built, shell, server: None })
    }

    fn follow(&mut self, block: &Block, expected: &str) -> Result<(), String> {
        match (block.language.as_str(), &block.file) {
            ("sh", _) => {
                let commands = commands(&block.text);
                match serving(&commands)? {
                    Some(command) => {
                        // Stopped first, as Ctrl-C does: they would have the same address.
                        self.server = None;
                        let server =
                            self.server.insert(Server::start(self.folder.path(), &self.built, command)?);
                        // For a program that was compiled with the address of the document.
                        self.shell.run(&format!("export ROSTER=http://{}", server.address))?;
                        server.prints(expected)
                    }
                    None => {
                        let printed = self.shell.run(&self.here(&commands))?;
                        expect(&mut printed.lines().map(|line| self.elsewhere(line)), expected)
                    }
                }
            }
            (language, _) if !OTHER_LANGUAGES.contains(&language) => {
                Err(format!("a block of {language}: command lines stand in blocks of sh"))
            }
            (_, Some(file)) => {
                let text = self.here(&block.text);
                fs::write(self.folder.path().join("work").join(file), text).map_err(|error| error.to_string())
            }
            (_, None) => Ok(()),
        }
    }

    /// A text of the document with the address of the server that runs.
    fn here(&self, text: &str) -> String {
        self.server.as_ref().map_or_else(|| text.to_owned(), |server| server.in_document(text))
    }

    /// What was printed with the address that the document has.
    fn elsewhere(&self, text: &str) -> String {
        self.server.as_ref().map_or_else(|| text.to_owned(), |server| server.as_in_document(text))
    }
}

/// The commands of a block that are run.
fn commands(block: &str) -> String {
    let run = |line: &&str| !NOT_RUN.iter().any(|(beginning, _)| line.starts_with(beginning));
    block.lines().filter(run).flat_map(|line| [line, "\n"]).collect()
}

/// The command, where it is one that serves.
fn serving(commands: &str) -> Result<Option<&str>, String> {
    let serves = |line: &str| SERVING.iter().any(|words| line.contains(words));
    match commands.lines().filter(|line| serves(line)).count() {
        0 => Ok(None),
        1 if commands.lines().count() == 1 => Ok(Some(commands.trim_end())),
        _ => Err("a command that serves has a block to itself".into()),
    }
}

/// Looks for each line of the expected text in what was printed.
fn expect(printed: &mut impl Iterator<Item = String>, expected: &str) -> Result<(), String> {
    let mut seen = String::new();
    for line in expected.lines() {
        loop {
            let Some(next) = printed.next() else {
                return Err(format!("'{line}' isn't printed, or not in this order, but\n{seen}"));
            };
            seen += &format!("{next}\n");
            if next.contains(line) {
                break;
            }
        }
    }
    Ok(())
}

/// A shell that is given blocks.
struct Shell {
    process: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
    block: PathBuf,
}

impl Shell {
    fn start(folder: &Path, built: &Path) -> Result<Self, String> {
        let mut process = surrounded(Command::new("sh"), folder, built)
            .arg("-e")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("sh: {error}"))?;
        let (input, output) = (process.stdin.take(), process.stdout.take());
        let (input, output) = input.zip(output).ok_or("sh has no input or output")?;
        let output = BufReader::new(output).lines();
        Ok(Self { process, input, output, block: folder.join("block.sh") })
    }

    /// Runs a block; gives what it printed on both streams.
    fn run(&mut self, block: &str) -> Result<String, String> {
        let mut send = || {
            fs::write(&self.block, block)?;
            // From a file, so that no command reads those after it.
            writeln!(self.input, ". '{}' </dev/null 2>&1\necho; echo '{END}'", self.block.display())
        };
        send().map_err(|error| error.to_string())?;
        let mut printed = String::new();
        for line in &mut self.output {
            let line = line.map_err(|error| error.to_string())?;
            if line == END {
                return Ok(printed);
            }
            printed += &format!("{line}\n");
        }
        Err(format!("a command failed:\n{printed}"))
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// A server that a document starts.
struct Server {
    process: Child,
    output: Lines<BufReader<ChildStdout>>,
    address: String,
    tls_address: String,
    first: Vec<String>,
}

impl Server {
    fn start(folder: &Path, built: &Path, command: &str) -> Result<Self, String> {
        let mut process = surrounded(Command::new("sh"), folder, built)
            .args(["-c", &format!("exec {command}")])
            .env("ROSTER_LISTEN", "127.0.0.1:0")
            .env("ROSTER_LISTEN_TLS", "localhost:0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("sh: {error}"))?;
        let mut output = BufReader::new(process.stdout.take().ok_or("no output")?).lines();
        let mut first = Vec::new();
        for line in &mut output {
            first.push(line.map_err(|error| error.to_string())?);
            if let Some(address) = first.last().and_then(|line| address(line, "http://")) {
                let tls_address = first.last().and_then(|line| self::address(line, "https://"));
                let tls_address = tls_address.unwrap_or_else(|| TLS_ADDRESS.into());
                return Ok(Self { process, output, address, tls_address, first });
            }
        }
        process.wait().ok();
        Err(format!("the server doesn't say where it listens, but\n{}", first.join("\n")))
    }

    /// Looks for the expected text in what the server prints.
    fn prints(&mut self, expected: &str) -> Result<(), String> {
        let printed = self.first.drain(..).chain(self.output.by_ref().map_while(Result::ok));
        let (address, tls_address) = (self.address.clone(), self.tls_address.clone());
        let documented = |line: String| line.replace(&address, ADDRESS).replace(&tls_address, TLS_ADDRESS);
        expect(&mut printed.map(documented), expected)
    }

    /// A text of the document with this server's addresses.
    fn in_document(&self, text: &str) -> String {
        text.replace(ADDRESS, &self.address).replace(TLS_ADDRESS, &self.tls_address)
    }

    /// What was printed with the addresses that the document has.
    fn as_in_document(&self, text: &str) -> String {
        text.replace(&self.address, ADDRESS).replace(&self.tls_address, TLS_ADDRESS)
    }
}

/// The host and port of the first URL with this beginning in a line.
fn address(line: &str, scheme: &str) -> Option<String> {
    let (_, rest) = line.split_once(scheme)?;
    rest.split(|letter: char| letter == '/' || letter.is_whitespace()).next().map(str::to_owned)
}

impl Drop for Server {
    fn drop(&mut self) {
        // Asked to, so that it takes its folder away where that doesn't stay.
        Command::new("kill").arg(self.process.id().to_string()).status().ok();
        self.process.wait().ok();
    }
}

/// A command at the newcomer's empty folder: with the programs that a document has installed so far, those that are built in this
/// folder, the platform's data folder, and no settings.
fn surrounded(mut command: Command, folder: &Path, built: &Path) -> Command {
    let programs = folder.join("programs");
    let rest = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths(std::iter::once(programs.clone()).chain(env::split_paths(&rest)));
    for (name, _) in env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("ROSTER_")) {
        command.env_remove(name);
    }
    command
        .current_dir(folder.join("work"))
        .env("PATH", path.unwrap_or(rest))
        .env("PROGRAMS", programs)
        .env("BUILT", built)
        .env("ROSTER_DATA", folder.join("data"))
        .env("RUST_LOG", "error")
        .env("NO_PROXY", "127.0.0.1,localhost");
    if let Some(home) = env::home_dir() {
        let downloads = |name: &str| home.join(name);
        // A newcomer's own, where what was downloaded and what Go compiled before needn't be again.
        command
            .env("HOME", folder)
            .env("GOCACHE", env::var_os("GOCACHE").unwrap_or_else(|| downloads(".cache/go-build").into()))
            .env("GOPATH", env::var_os("GOPATH").unwrap_or_else(|| downloads("go").into()))
            .env("MAVEN_ARGS", format!("-Dmaven.repo.local={}", downloads(".m2/repository").display()))
            .env("PIP_CACHE_DIR", downloads(".cache/pip"))
            .env("npm_config_cache", downloads(".npm"));
    }
    command
}

#[cfg(unix)]
fn make_executable(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> std::io::Result<()> {
    Ok(())
}

/// Commands and options that sentences name must be there.
fn check_words(document: &str) -> Result<(), String> {
    let [mut roster, mut xtask] = [roster_server::cli::Cli::command(), crate::Cli::command()];
    // That adds `--help`.
    [&mut roster, &mut xtask].into_iter().for_each(Cli::build);
    for span in markdown::code_spans(document) {
        let words = |words: &str| words.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let known = if let Some(rest) = span.strip_prefix("roster ") {
            is_known(&roster, &words(rest))
        } else if let Some(rest) = span.strip_prefix("cargo xtask ") {
            is_known(&xtask, &words(rest))
        } else if span.starts_with("--") {
            let option = span.split([' ', '=']).next().unwrap_or_default();
            has_option(&roster, option) || has_option(&xtask, option)
        } else {
            true
        };
        if !known {
            return Err(format!("there is no `{span}`"));
        }
    }
    Ok(())
}

/// Whether a command has the commands below it and the options that these words name.
fn is_known(command: &Cli, words: &[String]) -> bool {
    let Some((word, rest)) = words.split_first() else { return true };
    match command.find_subcommand(word) {
        Some(below) => is_known(below, rest),
        None if command.has_subcommands() && !word.starts_with('-') => false,
        None => words.iter().all(|word| {
            let option = word.trim_matches(['[', ']']);
            !option.starts_with("--") || has_option(command, option)
        }),
    }
}

/// Whether a command, or one below it, has this option.
fn has_option(command: &Cli, option: &str) -> bool {
    command.get_arguments().any(|argument| argument.get_long() == option.strip_prefix("--"))
        || command.get_subcommands().any(|below| has_option(below, option))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts() -> Vec<String> {
        markdown::documents().unwrap().iter().map(|name| markdown::read(name).unwrap()).collect()
    }

    #[test]
    fn command_lines_stand_in_blocks_of_sh_alone() {
        for text in texts() {
            for block in markdown::blocks(&text).iter().filter(|block| block.language != "sh") {
                let command = |line: &str| {
                    ["$ ", "cargo ", "curl ", "roster ", "npm ", "npx ", "pip "]
                        .iter()
                        .any(|program| line.starts_with(program))
                };
                assert!(!block.text.lines().any(command), "{block:?}");
            }
        }
    }

    #[test]
    fn the_readme_shows_lines_of_the_clients_programs() {
        for language in ["javascript", "python"] {
            let program = |document: &str| {
                let blocks = markdown::blocks(&markdown::read(document).unwrap());
                blocks.into_iter().find(|block| block.language == language).unwrap().text
            };
            let whole = program(&format!("docs/clients/{language}.md"));
            let mut lines = whole.lines();
            for line in program("README.md").lines().filter(|line| !line.is_empty()) {
                assert!(lines.any(|other| other == line), "{language}: {line}");
            }
        }
    }

    #[test]
    fn each_exception_is_in_a_document() {
        let texts = texts().concat();
        for (beginning, why) in NOT_RUN {
            assert!(texts.contains(&format!("\n{beginning}")), "{beginning}: {why}");
        }
    }

    #[test]
    fn commands_and_options_that_are_not_there_are_found() {
        for right in [
            "`roster serve --help`",
            "`cargo xtask publish [--out DIR]`",
            "`--sample`",
            "`roster app create x`",
        ] {
            assert_eq!(check_words(right), Ok(()));
        }
        for wrong in ["`roster serv`", "`roster serve --simple`", "`--simple`", "`roster app destroy`"] {
            assert!(check_words(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_line_that_is_not_printed_or_not_in_this_order_is_found() {
        let expected =
            |text| expect(&mut "HTTP/1.1 204 No Content\n\nHTTP/1.1 400".lines().map(str::to_owned), text);
        assert_eq!((expected("204\n400\n"), expected("")), (Ok(()), Ok(())));
        assert!(expected("400\n204\n").is_err() && expected("204\n204\n").is_err());
    }

    #[test]
    fn a_server_beside_other_commands_is_refused() {
        assert_eq!(serving("roster serve --sample\n"), Ok(Some("roster serve --sample")));
        assert_eq!(serving("roster token\n"), Ok(None));
        assert!(serving("roster serve\nroster token\n").is_err());
    }
}

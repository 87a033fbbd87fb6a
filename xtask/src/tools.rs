//! Third-party tools: npm packages as `xtask/tools/package-lock.json` pins them, Python packages as
//! `xtask/tools/requirements.txt` does, and cargo's own and Java's in the versions named here. They are installed into the
//! target folder, once for each content. Go's are pinned where they are used, in a `go.mod` of `xtask/consumers`.

use crate::run;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

/// What is made once, for all that ask for it at the same time.
type Once<T> = OnceLock<Result<T, String>>;

const CARGO_DENY: [&str; 2] = ["cargo-deny", "0.20.2"];
const CARGO_SHEAR: [&str; 2] = ["cargo-shear", "1.9.1"];
/// The version of openapi-generator. `docs/java.md` names it too.
pub const OPENAPI_GENERATOR: &str = "7.25.0";
const MAVEN_DEPENDENCY_PLUGIN: &str = "3.11.0";

/// The folder in which `node_modules` lies.
pub fn node() -> Result<PathBuf, String> {
    static FOLDER: Once<PathBuf> = Once::new();
    let files = ["package.json", "package-lock.json"];
    let install = || {
        install("node", &files, |folder| {
            let options = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
            run::captured(Command::new("npm").args(options).current_dir(folder)).map(drop)
        })
    };
    FOLDER.get_or_init(install).clone()
}

/// The redocly program, without telemetry.
pub fn redocly() -> Result<Command, String> {
    let mut command = Command::new(node()?.join("node_modules/.bin/redocly"));
    command.env("REDOCLY_TELEMETRY", "off").env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true");
    Ok(command)
}

/// The folder of the programs that the Python packages bring.
pub fn python() -> Result<PathBuf, String> {
    static FOLDER: Once<PathBuf> = Once::new();
    let install = || {
        install("python", &["requirements.txt"], |folder| {
            run::captured(Command::new("python3").args(["-m", "venv", "."]).current_dir(folder))?;
            let options =
                ["install", "--quiet", "--disable-pip-version-check", "--requirement", "requirements.txt"];
            run::captured(Command::new(folder.join("bin/pip")).args(options).current_dir(folder)).map(drop)
        })
    };
    Ok(FOLDER.get_or_init(install).clone()?.join("bin"))
}

/// The cargo-deny program.
pub fn cargo_deny() -> Result<Command, String> {
    from_registry(CARGO_DENY)
}

/// The cargo-shear program.
pub fn cargo_shear() -> Result<Command, String> {
    from_registry(CARGO_SHEAR)
}

/// The openapi-generator program.
pub fn openapi_generator() -> Result<Command, String> {
    static ARCHIVE: Once<PathBuf> = Once::new();
    let mut command = Command::new("java");
    command.arg("-jar").arg(ARCHIVE.get_or_init(download_openapi_generator).clone()?);
    Ok(command)
}

fn download_openapi_generator() -> Result<PathBuf, String> {
    let folder = run::target().join("tools/openapi-generator");
    let archive = folder.join(format!("openapi-generator-cli-{OPENAPI_GENERATOR}.jar"));
    if archive.exists() {
        return Ok(archive);
    }
    let plugin = format!("org.apache.maven.plugins:maven-dependency-plugin:{MAVEN_DEPENDENCY_PLUGIN}:copy");
    let mut copy = Command::new("mvn");
    // With a repository of its own, as Maven takes no two at once into one.
    copy.args(["--batch-mode", "--quiet", "-Dmaven.repo.local=repository", &plugin]);
    copy.arg(format!("-Dartifact=org.openapitools:openapi-generator-cli:{OPENAPI_GENERATOR}"));
    copy.arg("-DoutputDirectory=.");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    run::captured(copy.current_dir(&folder))?;
    Ok(archive)
}

/// A program with this name and version, built without optimization, which would take longer than all that it does here.
fn from_registry([name, version]: [&str; 2]) -> Result<Command, String> {
    let folder = run::target().join("tools").join(format!("{name}-{version}"));
    let program = folder.join("bin").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    if !program.exists() {
        let mut install =
            run::cargo(&["install", name, "--version", version, "--locked", "--debug", "--quiet"]);
        // In a temporary folder: its build files are large.
        install.arg("--root").arg(&folder).env_remove("CARGO_TARGET_DIR").env("CARGO_PROFILE_DEV_DEBUG", "0");
        run::captured(&mut install)?;
    }
    let mut command = Command::new(program);
    command.current_dir(run::root());
    Ok(command)
}

/// A folder into which these files were copied and then this was run, unless that was done before for the same files.
fn install(
    name: &str,
    files: &[&str],
    run: impl FnOnce(&Path) -> Result<(), String>,
) -> Result<PathBuf, String> {
    let from = run::root().join("xtask/tools");
    let folder = run::target().join("tools").join(name);
    let done = folder.join("installed");
    let read = |file: &&str| fs::read_to_string(from.join(file)).map_err(|error| format!("{file}: {error}"));
    let wanted = files.iter().map(read).collect::<Result<String, _>>()?;
    if fs::read_to_string(&done).is_ok_and(|there| there == wanted) {
        return Ok(folder);
    }
    let prepare = || {
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        files.iter().try_for_each(|file| fs::copy(from.join(file), folder.join(file)).map(drop))
    };
    prepare().map_err(|error| format!("{}: {error}", folder.display()))?;
    run(&folder)?;
    fs::write(&done, wanted).map_err(|error| error.to_string())?;
    Ok(folder)
}

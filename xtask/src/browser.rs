//! The documentation in a browser, served and published, and what pages of other origins may read: Debian's Chromium without a
//! window, driven by the scripts in `tools/`. The pages where people sign in too, to which a program with MSAL leads.

use crate::{
    documents::{self, MSAL_BROWSER},
    publish,
    roster::Roster,
    run, tools,
};
use std::{env, fs, process::Command};

/// If it is set, the screenshot replaces the README's.
const UPDATE: &str = "ROSTER_UPDATE_SCREENSHOT";

/// Adds a member to a group with the documentation of a new server. Then looks at its page in each state, light and dark,
/// wide and narrow: all of it is accessible and visible. Fails on any error in the browser's console and on any request to another
/// server.
pub fn docs_page() -> Result<(), String> {
    let roster = Roster::start()?;
    let name = "interactive-documentation.png";
    let folder = if env::var_os(UPDATE).is_some() { run::root().join("docs") } else { run::target() };
    let tools = tools::node()?;
    let script = |name: &str| {
        let mut command = Command::new("node");
        command.arg(run::root().join("xtask/tools").join(name)).arg(&roster.url).arg(&tools);
        command
    };
    run::captured(script("docs-page.mjs").arg(folder.join(name)))?;
    run::captured(&mut script("docs-states.mjs")).map(drop)
}

/// Signs in to the page of `docs/clients/msal-browser.md` by the pages of a new server, and looks at each of those, light and dark, wide
/// and narrow.
pub fn signing_in() -> Result<(), String> {
    let roster = Roster::start_secure()?;
    let (origin, _) = roster.tls.as_ref().ok_or("the server doesn't listen for https")?;
    let page = documents::file_of(MSAL_BROWSER, "index.html", origin)?;
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    fs::write(folder.path().join("index.html"), page).map_err(|error| error.to_string())?;
    let mut command = Command::new("node");
    command.arg(run::root().join("xtask/tools/sign-in-pages.mjs")).arg(origin).arg(folder.path());
    run::succeed(command.arg(tools::node()?))
}

/// Asks a new server from a page of another origin.
pub fn cross_origin() -> Result<(), String> {
    let roster = Roster::start()?;
    let mut command = Command::new("node");
    command.arg(run::root().join("xtask/tools/cross-origin.mjs")).arg(&roster.url);
    run::captured(command.arg(tools::node()?)).map(drop)
}

/// Publishes twice with the same bytes, reads the YAML as older readers do, and finds an operation in the site.
pub fn published() -> Result<(), String> {
    let folders = ["publish", "publish-again"].map(|name| run::target().join(name));
    let [first, again] = folders.each_ref().map(|folder| publish::publish(folder));
    if first? != again? {
        return Err("published twice, the bytes differ".into());
    }
    let mut same = Command::new(tools::python()?.join("python"));
    run::captured(same.arg(run::root().join("xtask/tools/same.py")).arg(&folders[0]))?;
    let mut command = Command::new("node");
    command.arg(run::root().join("xtask/tools/docs-site.mjs")).arg(folders[0].join("index.html"));
    run::captured(command.arg(tools::node()?)).map(drop)
}

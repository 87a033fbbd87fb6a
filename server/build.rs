//! Stops a build that says nothing of how SQLite is built. Cargo reads the workspace's `.cargo/config.toml`, which does, only
//! where it is run within the workspace, and for `cargo install --path`. Any other build would get another SQLite, and as
//! cargo shows no warnings of packages from elsewhere, without a word.

const VARIABLE: &str = "LIBSQLITE3_FLAGS";

fn main() {
    println!("cargo::rerun-if-env-changed={VARIABLE}");
    if std::env::var_os(VARIABLE).is_none() {
        let flags = flags(include_str!("../.cargo/config.toml")).unwrap_or_default();
        println!(
            "cargo::error={VARIABLE} isn't set, so SQLite would be built otherwise than it is tested and measured here. \
             Build within the repository, or set {VARIABLE} to these flags, or to nothing for SQLite as it comes: {flags}"
        );
    }
}

/// The variable's value in cargo's configuration.
fn flags(configuration: &str) -> Option<&str> {
    let (_, rest) = configuration.split_once(VARIABLE)?;
    let (_, value) = rest.split_once("value = \"")?;
    Some(value.split_once('"')?.0)
}

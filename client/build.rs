//! Generates the client from the contract, at build time: nothing generated is checked in.

use progenitor::{GenerationSettings, Generator, HooksMode, InterfaceStyle, TagStyle};
use std::{env, error::Error, fs, path::Path};

/// A link to the workspace's `openapi/`, so that the contract travels with the package.
const CONTRACT: &str = "openapi/graph-v1.0.openapi-3.0.json";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={CONTRACT}");
    let text = fs::read_to_string(CONTRACT)
        .map_err(|error| format!("{CONTRACT}: {error}; `cargo xtask openapi` writes it"))?;
    let contract = serde_json::from_str(&text)?;
    let mut settings = GenerationSettings::default();
    settings
        .with_interface(InterfaceStyle::Builder)
        .with_tag(TagStyle::Merged)
        .with_hooks(HooksMode::Expected)
        .with_inner_type("crate::Session".parse()?);
    let tokens = Generator::new(&settings).generate_tokens(&contract)?;
    let code = prettyplease::unparse(&syn::parse2(tokens)?);
    fs::write(Path::new(&env::var("OUT_DIR")?).join("client.rs"), code)?;
    Ok(())
}

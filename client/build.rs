//! Generates the client from the contract, at build time: nothing generated is checked in.

use progenitor::{CrateVers, GenerationSettings, Generator, HooksMode, InterfaceStyle, TagStyle};
use serde_json::{Value, json};
use std::{env, error::Error, fs, path::Path};

/// A link to the workspace's `openapi/`, so that the contract travels with the package.
const CONTRACT: &str = "openapi/graph-v1.0.openapi-3.0.json";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={CONTRACT}");
    let text = fs::read_to_string(CONTRACT)
        .map_err(|error| format!("{CONTRACT}: {error}; `cargo xtask openapi` writes it"))?;
    let mut contract: Value = serde_json::from_str(&text)?;
    tell_null_from_absent(&mut contract);
    let contract = serde_json::from_value(contract)?;
    let mut settings = GenerationSettings::default();
    settings
        .with_interface(InterfaceStyle::Builder)
        .with_tag(TagStyle::Merged)
        .with_hooks(HooksMode::Expected)
        .with_inner_type("crate::Session".parse()?)
        .with_crate("roster-client", CrateVers::Any, None);
    let tokens = Generator::new(&settings).generate_tokens(&contract)?;
    let code = prettyplease::unparse(&syn::parse2(tokens)?);
    fs::write(Path::new(&env::var("OUT_DIR")?).join("client.rs"), code)?;
    Ok(())
}

/// In the schemas of updates absent, null and a value are three things, and an empty collection is a value:
/// plain `Option` and `Vec` would leave null and emptiness out.
fn tell_null_from_absent(contract: &mut Value) {
    let schemas = contract["components"]["schemas"].as_object_mut();
    let updates = schemas.into_iter().flatten().filter(|(name, _)| name.ends_with("Update"));
    for property in updates.flat_map(|(_, schema)| schema["properties"].as_object_mut()).flatten() {
        let schema = property.1;
        let nullable = schema.as_object_mut().and_then(|schema| schema.remove("nullable"));
        let path = match (nullable, schema["type"].as_str()) {
            (Some(Value::Bool(true)), _) => "roster_client::Patch",
            (_, Some("array")) => "roster_client::Replace",
            _ => continue,
        };
        let description = schema["description"].take();
        let mut parameter = if schema["type"] == "array" { schema["items"].take() } else { schema.take() };
        // A parameter has no name that a type of its own could have; the server checks the limits anyway.
        if let Some(keywords) = parameter.as_object_mut() {
            keywords.retain(|keyword, _| {
                !matches!(keyword.as_str(), "maxLength" | "minLength" | "pattern" | "enum" | "description")
            });
        }
        *schema = json!({
            "description": description,
            "x-rust-type": {"crate": "roster-client", "version": "*", "path": path, "parameters": [parameter]},
        });
    }
}

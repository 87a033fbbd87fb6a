//! Generates the client from the contract, at build time: nothing generated is checked in.

use progenitor::{CrateVers, GenerationSettings, Generator, HooksMode, InterfaceStyle, TagStyle};
use serde_json::{Value, json};
use std::{env, error::Error, fs, path::Path};

const CONTRACT: &str = "../openapi/graph-v1.0.openapi-3.0.json";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={CONTRACT}");
    let text = fs::read_to_string(CONTRACT)
        .map_err(|error| format!("{CONTRACT}: {error}; `cargo xtask openapi` writes it"))?;
    let mut contract: Value = serde_json::from_str(&text)?;
    write("required.rs", &required(&contract)?)?;
    answer_changes_alike(&mut contract);
    leave_limits_to_the_server(&mut contract);
    tell_null_from_absent(&mut contract);
    hide_passwords(&mut contract);
    tell_references_from_ids(&mut contract);
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
    write("client.rs", &code.replace("QueryParam::new(\"reference\",", "QueryParam::new(\"@id\","))
}

fn write(name: &str, code: &str) -> Result<(), Box<dyn Error>> {
    Ok(fs::write(Path::new(&env::var("OUT_DIR")?).join(name), code)?)
}

/// For the schema of each creation, a structure of what it must have.
fn required(contract: &Value) -> Result<String, Box<dyn Error>> {
    let schemas = contract["components"]["schemas"].as_object().into_iter().flatten();
    let mut code = String::new();
    for (name, schema) in schemas.filter(|(name, _)| name.ends_with("Create")) {
        let (mut fields, mut setters) = (String::new(), String::new());
        for property in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            let described = &schema["properties"][property];
            let doc = described["description"].as_str().unwrap_or(property);
            let (field, of) =
                (snake_case(property), rust_type(described).ok_or(format!("{name}.{property}"))?);
            fields += &format!("#[doc = {doc:?}] pub {field}: {of},");
            setters += &format!(".{field}(self.{field})");
        }
        code += &format!(
            "#[doc = \"What [`types::{name}`] must have.\"]
            #[derive(Debug, Clone)]
            pub struct {name} {{ {fields} }}

            impl {name} {{
                /// A builder that has it.
                pub fn builder(self) -> types::builder::{name} {{
                    types::{name}::builder(){setters}
                }}
            }}

            impl TryFrom<{name}> for types::{name} {{
                type Error = types::error::ConversionError;

                fn try_from(required: {name}) -> Result<Self, Self::Error> {{
                    required.builder().try_into()
                }}
            }}"
        );
    }
    Ok(prettyplease::unparse(&syn::parse_file(&code)?))
}

/// The type of what a creation must have, where there is a rule for it.
fn rust_type(schema: &Value) -> Option<String> {
    let reference = schema["$ref"].as_str().or(schema["allOf"][0]["$ref"].as_str());
    if let Some(reference) = reference {
        return Some(format!("types::{}", reference.strip_prefix("#/components/schemas/")?));
    }
    Some(match (schema["type"].as_str()?, schema["format"].as_str()) {
        ("boolean", None) => "bool".into(),
        ("integer", Some("int32")) => "i32".into(),
        ("string", None) => "String".into(),
        ("string", Some("uuid")) => "uuid::Uuid".into(),
        ("array", None) => format!("Vec<{}>", rust_type(&schema["items"])?),
        _ => return None,
    })
}

/// A property's name as the generated code has it.
fn snake_case(property: &str) -> String {
    let mut name = String::new();
    for letter in property.trim_start_matches('@').replace('.', "_").chars() {
        if letter.is_ascii_uppercase() {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

/// A change is answered without a body. What an upsert made is read by the key by which it was asked for.
fn answer_changes_alike(contract: &mut Value) {
    let paths = contract["paths"].as_object_mut().into_iter().flatten();
    let changes = paths.filter_map(|(_, path)| path.get_mut("patch")?["responses"].get_mut("201"));
    for created in changes.filter_map(Value::as_object_mut) {
        created.remove("content");
    }
}

/// A text with a limit would be a type of its own, which plain text has to be converted to. The server checks the limits anyway.
fn leave_limits_to_the_server(contract: &mut Value) {
    let schemas = contract["components"]["schemas"].as_object_mut();
    let requests = schemas
        .into_iter()
        .flatten()
        .filter(|(name, _)| name.ends_with("Create") || name.ends_with("Update"));
    for (_, property) in requests.flat_map(|(_, schema)| schema["properties"].as_object_mut()).flatten() {
        without_limits(property);
        property.get_mut("items").map(without_limits);
    }
}

fn without_limits(schema: &mut Value) {
    if let Some(keywords) = schema.as_object_mut() {
        keywords.retain(|keyword, _| !matches!(keyword.as_str(), "maxLength" | "minLength" | "pattern"));
    }
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
        // A parameter has no name that a type of its own could have.
        if let Some(keywords) = parameter.as_object_mut() {
            keywords.retain(|keyword, _| !matches!(keyword.as_str(), "enum" | "description"));
        }
        *schema = json!({
            "description": description,
            "x-rust-type": {"crate": "roster-client", "version": "*", "path": path, "parameters": [parameter]},
        });
    }
}

/// `@id` in a query would have the name of the `id` in the path. It has its own name again where it is sent.
fn tell_references_from_ids(contract: &mut Value) {
    let paths = contract["paths"].as_object_mut().into_iter().flatten();
    let operations = paths.flat_map(|(_, path)| path.as_object_mut()).flatten();
    let parameters = operations.filter_map(|(_, operation)| operation.get_mut("parameters")?.as_array_mut());
    for parameter in parameters.flatten().filter(|parameter| parameter["name"] == "@id") {
        parameter["name"] = "reference".into();
    }
}

/// The properties that hold passwords.
const PASSWORDS: [&str; 3] = ["password", "currentPassword", "newPassword"];

/// A plain text would show itself wherever a request is printed for debugging.
fn hide_passwords(contract: &mut Value) {
    let schemas = contract["components"]["schemas"].as_object_mut().into_iter().flatten();
    let properties = schemas.flat_map(|(_, schema)| schema["properties"].as_object_mut()).flatten();
    for (_, password) in properties.filter(|(name, _)| PASSWORDS.contains(&name.as_str())) {
        password["x-rust-type"] =
            json!({"crate": "roster-client", "version": "*", "path": "roster_client::Password"});
    }
}

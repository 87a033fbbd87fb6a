//! What changed between two contracts, each change with its place and whether callers break over it.
//!
//! The rules are our own, over the OpenAPI 3.1 document. oasdiff, the best of the differs that were tried, sees most
//! changes but silently ignores others: a body that is closed or opened by `additionalProperties`, a removed server, links and
//! keywords such as `prefixItems`. By default it considers a removed error status, response property or `operationId` harmless,
//! and it needs Go on every machine (a minute and a half to install, 27 MB). These rules refuse every construct that they don't
//! know, with its place.
//!
//! A rule depends on which side reads what changed. What the server takes ([`Way::Request`]) may become wider, what it answers
//! ([`Way::Answer`]) may become narrower; the other way round breaks callers. Names that become names in generated clients
//! (operations, schemas, tags) must not change. Descriptions and examples are no part of the contract.

mod schema;
mod sides;

#[cfg(test)]
mod tests;

use crate::lower::Unsupported;
use serde_json::Value;
use sides::{Found, Members, Sides, Understood, items, map, object, text, unsupported};
use std::{collections::BTreeSet, fmt};

/// Whether callers break over a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// They may.
    Breaking,
    /// They don't.
    Compatible,
}
use Effect::{Breaking, Compatible};

/// One change of the contract.
#[derive(Debug, PartialEq, Eq)]
pub struct Change {
    /// Whether callers break over it.
    pub effect: Effect,
    /// Where: an operation and what of it, or a JSON pointer.
    pub at: String,
    /// What.
    pub what: String,
}

impl fmt::Display for Change {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let effect = if self.effect == Breaking { "breaking" } else { "compatible" };
        write!(out, "{effect:10}  {}: {}", self.at, self.what)
    }
}

/// Which side reads a schema: the server, or its callers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    Request,
    Answer,
}

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// Every change from the released contract to the one that the server says now.
pub fn compare(released: &Value, now: &Value) -> Understood<Vec<Change>> {
    // Each against itself: that walks all of it, so what has no rule is found where nothing changed and in what is new.
    for (document, name) in [(released, "the released contract"), (now, "what the server says")] {
        changes(document, document)
            .map_err(|found| Unsupported { at: format!("{} in {name}", found.at), ..found })?;
    }
    changes(released, now)
}

fn changes(old: &Value, new: &Value) -> Understood<Vec<Change>> {
    let mut comparison =
        Comparison { documents: Sides { old, new }, changes: Vec::new(), seen: BTreeSet::new() };
    comparison.document()?;
    Ok(comparison.changes)
}

struct Comparison<'d> {
    documents: Sides<&'d Value>,
    changes: Vec<Change>,
    /// Schemas with names are compared once for each way.
    seen: BTreeSet<(&'d str, &'d str, Way)>,
}

impl<'d> Comparison<'d> {
    fn document(&mut self) -> Understood<()> {
        let documents = Sides { old: Some(self.documents.old), new: Some(self.documents.new) };
        let document =
            documents.object("", &["openapi", "info", "servers", "paths", "components", "tags"])?;
        document.get("openapi").read(|version| match text(version, "/openapi")? {
            version if version.starts_with("3.1.") => Ok(()),
            _ => Err(unsupported("/openapi", "a version other than 3.1")),
        })?;
        let info = ["title", "version", "description", "summary", "contact", "license"];
        document.get("info").object("/info", &info)?;
        let servers = document.get("servers").keyed("/servers", &["url"])?;
        for (at, server) in self.in_both("/servers ", &servers, |_, _| Compatible) {
            self.server(&at, server)?;
        }
        let parts = ["schemas", "securitySchemes", "headers", "examples", "responses"];
        let components = document.get("components").object("/components", &parts)?;
        let schemes = components.get("securitySchemes").map("/components/securitySchemes")?;
        for (at, scheme) in self.in_both("/components/securitySchemes/", &schemes, |_, _| Compatible) {
            self.security_scheme(&at, scheme)?;
        }
        let operations = document.get("paths").read(operations)?;
        for (at, operation) in self.in_both("", &operations, |_, _| Compatible) {
            self.operation(&at, operation)?;
        }
        Ok(())
    }

    fn server(&mut self, at: &str, server: Found<'d>) -> Understood<()> {
        let server = server.object(at, &["url", "description", "variables"])?;
        let variables = server.get("variables").map(at)?;
        for (at, variable) in self.in_both(&format!("{at} variable "), &variables, |_, _| Breaking) {
            let variable = variable.object(&at, &["default", "description", "enum"])?;
            self.fixed(&at, &["default", "enum"], &variable);
        }
        Ok(())
    }

    fn security_scheme(&mut self, at: &str, scheme: Found<'d>) -> Understood<()> {
        let scheme = scheme.object(at, &["type", "description", "flows", "scheme", "bearerFormat"])?;
        self.fixed(at, &["type", "scheme"], &scheme);
        let flows = scheme.get("flows").map(at)?;
        for (at, flow) in self.in_both(&format!("{at}/flows/"), &flows, |_, _| Compatible) {
            let flow = flow.object(&at, &["authorizationUrl", "tokenUrl", "refreshUrl", "scopes"])?;
            self.fixed(&at, &["authorizationUrl", "tokenUrl", "refreshUrl"], &flow);
            let at = format!("{at}/scopes/");
            self.in_both(&at, &flow.get("scopes").map(&at)?, |_, _| Compatible);
        }
        Ok(())
    }

    fn operation(&mut self, at: &str, operation: Found<'d>) -> Understood<()> {
        let known = [
            &["tags", "summary", "description", "operationId", "deprecated", "security"][..],
            &["parameters", "requestBody", "responses"],
            &["externalDocs", "x-least-privilege", "x-ms-pageable", "x-permissions"],
        ];
        let operation = operation.object(at, &known.concat())?;
        self.fixed(at, &["operationId", "tags"], &operation);
        self.deprecated(at, &operation)?;
        self.needs(at, &operation)?;
        let parameters = operation.get("parameters").keyed(at, &["in", "name"])?;
        for (at, parameter) in self.in_both(&format!("{at} parameter "), &parameters, unless_required) {
            self.parameter(&at, parameter)?;
        }
        let body = operation.get("requestBody").read(|body| Ok(one("body", body)))?;
        for (at, body) in self.in_both(&format!("{at} request "), &body, unless_required) {
            let body = body.object(&at, &["description", "content", "required"])?;
            self.required(&at, Way::Request, &body)?;
            self.content(&at, Way::Request, &body)?;
        }
        self.answers(at, operation.get("responses"))
    }

    fn parameter(&mut self, at: &str, parameter: Found<'d>) -> Understood<()> {
        // The server takes reserved characters as they are and encoded.
        let known = [
            &["name", "in", "description", "required", "deprecated"][..],
            &["allowReserved", "schema", "example", "examples"],
        ];
        let parameter = parameter.object(at, &known.concat())?;
        self.required(at, Way::Request, &parameter)?;
        self.deprecated(at, &parameter)?;
        self.schema(at, Way::Request, parameter.get("schema"))
    }

    fn answers(&mut self, at: &str, answers: Found<'d>) -> Understood<()> {
        let answers = answers.map(at)?;
        if let Some(other) = answers.names_in_either().iter().find(|status| !is_status(status)) {
            return Err(unsupported(&format!("{at} answer {other}"), "an answer without a status"));
        }
        // Callers expect errors that they don't know, but no unknown kind of success.
        let added =
            |status: &str, _: &Value| if status.starts_with(['4', '5']) { Compatible } else { Breaking };
        for (at, answer) in self.in_both(&format!("{at} answer "), &answers, added) {
            let answer = self.referred(answer, "/components/responses/");
            let answer = answer.object(&at, &["description", "headers", "content"])?;
            self.content(&at, Way::Answer, &answer)?;
            let headers = answer.get("headers").map(&at)?;
            for (at, header) in self.in_both(&format!("{at} header "), &headers, |_, _| Compatible) {
                let known = ["description", "required", "deprecated", "schema", "example", "examples"];
                let header = self.referred(header, "/components/headers/").object(&at, &known)?;
                self.required(&at, Way::Answer, &header)?;
                self.deprecated(&at, &header)?;
                self.schema(&at, Way::Answer, header.get("schema"))?;
            }
        }
        Ok(())
    }

    fn content(&mut self, at: &str, way: Way, holder: &Sides<Members<'d>>) -> Understood<()> {
        let kinds = holder.get("content").map(at)?;
        for (at, content) in self.in_both(&format!("{at} "), &kinds, |_, _| wider(way)) {
            let content = content.object(&at, &["schema", "example", "examples"])?;
            self.schema(&at, way, content.get("schema"))?;
        }
        Ok(())
    }

    /// What stands at a place in the components, where it is only referred to.
    fn referred(&self, found: Found<'d>, place: &str) -> Found<'d> {
        let target = |value: Option<&'d Value>, document: &'d Value| {
            let reference = value.and_then(|value| value["$ref"].as_str()?.strip_prefix('#'));
            match reference.filter(|reference| reference.starts_with(place)) {
                Some(reference) => document.pointer(reference),
                None => value,
            }
        };
        Sides { old: target(found.old, self.documents.old), new: target(found.new, self.documents.new) }
    }

    /// Which tokens an operation takes, and which permissions they need. A contract before 0.2.0 says both in `security`.
    fn needs(&mut self, at: &str, operation: &Sides<Members<'d>>) -> Understood<()> {
        let (security, permissions) = (operation.get("security"), operation.get("x-permissions"));
        if permissions.old.is_some() && permissions.new.is_some() {
            self.security(at, security, "no token")?;
        }
        let either = |permissions: Option<&'d Value>, security| permissions.or(security);
        let permissions =
            Sides { old: either(permissions.old, security.old), new: either(permissions.new, security.new) };
        self.security(at, permissions, "no permission")
    }

    /// Any alternative is enough, and all of it is needed. A caller that was allowed before must still be allowed.
    /// `nothing` is the name of an empty alternative.
    fn security(&mut self, at: &str, security: Found<'d>, nothing: &str) -> Understood<()> {
        let Sides { old, new } = security.read(|security| alternatives(security, at))?;
        for had in old.iter().filter(|had| !new.iter().any(|needed| needed.is_subset(had))) {
            self.note(Breaking, at, &format!("{} is no longer enough", all_of(had, nothing)));
        }
        for needed in new.iter().filter(|needed| !old.iter().any(|before| before.is_subset(needed))) {
            self.note(Compatible, at, &format!("{} is enough, too", all_of(needed, nothing)));
        }
        Ok(())
    }

    /// Notes what is gone, which always breaks callers, and what is new. What both have is returned, with its place.
    fn in_both(
        &mut self,
        prefix: &str,
        members: &Sides<Members<'d>>,
        added: impl Fn(&str, &Value) -> Effect,
    ) -> Vec<(String, Found<'d>)> {
        let mut both = Vec::new();
        for name in members.names_in_either() {
            let at = format!("{prefix}{name}");
            let found = members.get(&name);
            match found {
                Sides { old: Some(_), new: None } => self.note(Breaking, &at, "removed"),
                Sides { old: None, new: Some(new) } => self.note(added(&name, new), &at, "added"),
                _ => both.push((at, found)),
            }
        }
        both
    }

    /// What must not change at all.
    fn fixed(&mut self, at: &str, names: &[&str], members: &Sides<Members<'d>>) {
        for name in names {
            let Sides { old, new } = members.get(name);
            if old != new {
                let said = |value: Option<&Value>| value.map_or("absent".into(), Value::to_string);
                self.note(Breaking, at, &format!("`{name}` was {} and is {}", said(old), said(new)));
            }
        }
    }

    fn required(&mut self, at: &str, way: Way, holder: &Sides<Members<'d>>) -> Understood<()> {
        self.required_becomes(at, way, holder.get("required").flag(at)?);
        Ok(())
    }

    fn required_becomes(&mut self, at: &str, way: Way, required: Sides<bool>) {
        self.flag(at, required, narrower(way), "is required", wider(way), "is no longer required");
    }

    fn deprecated(&mut self, at: &str, holder: &Sides<Members<'d>>) -> Understood<()> {
        let deprecated = holder.get("deprecated").flag(at)?;
        self.flag(at, deprecated, Compatible, "is deprecated", Compatible, "is no longer deprecated");
        Ok(())
    }

    fn flag(&mut self, at: &str, flag: Sides<bool>, set: Effect, is: &str, unset: Effect, was: &str) {
        match flag {
            Sides { old: false, new: true } => self.note(set, at, is),
            Sides { old: true, new: false } => self.note(unset, at, was),
            _ => {}
        }
    }

    fn note(&mut self, effect: Effect, at: &str, what: &str) {
        self.changes.push(Change { effect, at: at.into(), what: what.into() });
    }
}

/// What it means that more is possible than before.
fn wider(way: Way) -> Effect {
    if way == Way::Request { Compatible } else { Breaking }
}

/// What it means that less is possible than before.
fn narrower(way: Way) -> Effect {
    if way == Way::Request { Breaking } else { Compatible }
}

fn unless_required(_: &str, added: &Value) -> Effect {
    if added["required"] == true { Breaking } else { Compatible }
}

/// Every operation by its method and path.
fn operations(paths: Option<&Value>) -> Understood<Members<'_>> {
    let mut operations = Members::new();
    for (path, item) in map(paths, "/paths")? {
        for (method, operation) in object(Some(item), &path, &METHODS)? {
            operations.insert(format!("{} {path}", method.to_uppercase()), operation);
        }
    }
    Ok(operations)
}

/// Sets of what is needed: each names its schemes, and their scopes after them.
fn alternatives(security: Option<&Value>, at: &str) -> Understood<Vec<BTreeSet<String>>> {
    if security.is_none() {
        return Err(unsupported(at, "an operation without `security` or `x-permissions`"));
    }
    let mut alternatives = Vec::new();
    for entry in items(security, at)? {
        let mut needed = BTreeSet::new();
        for (scheme, scopes) in map(Some(entry), at)? {
            if scheme == "limitedTo" {
                needed.insert(format!("only {}", text(Some(scopes), at)?));
                continue;
            }
            for scope in items(Some(scopes), at)? {
                needed.insert(format!("{scheme} {}", text(Some(scope), at)?));
            }
            needed.insert(scheme);
        }
        alternatives.push(needed);
    }
    if alternatives.is_empty() {
        // Nothing is needed.
        alternatives.push(BTreeSet::new());
    }
    Ok(alternatives)
}

fn all_of(needed: &BTreeSet<String>, nothing: &str) -> String {
    // A scheme is noted by itself only where none of its scopes is named.
    let scoped = |scheme: &str| needed.iter().any(|other| other.starts_with(&format!("{scheme} ")));
    let said: Vec<&str> = needed.iter().map(String::as_str).filter(|name| !scoped(name)).collect();
    if said.is_empty() { nothing.into() } else { said.join(" and ") }
}

fn is_status(status: &str) -> bool {
    matches!(status.as_bytes(), [b'1'..=b'5', rest @ ..] if rest == b"XX"
        || rest.len() == 2 && rest.iter().all(u8::is_ascii_digit))
}

fn one<'d>(name: &str, value: Option<&'d Value>) -> Members<'d> {
    value.map(|value| (name.into(), value)).into_iter().collect()
}

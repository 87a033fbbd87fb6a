//! The rules for schemas. This module doesn't know where they are in a document.

use super::{
    Comparison,
    Effect::{Breaking, Compatible},
    Way, narrower,
    sides::{Found, Members, Sides, Understood, items, object, text, unsupported},
    wider,
};
use serde_json::{Number, Value, json};
use std::cmp::Ordering;

const SCHEMAS: &str = "#/components/schemas/";
/// What documents a schema and is no part of the contract.
const DOCUMENTATION: [&str; 3] = ["description", "example", "examples"];
/// Keywords that have a rule, beside the limits.
const RULED: [&str; 14] = [
    "additionalProperties",
    "const",
    "default",
    "deprecated",
    "enum",
    "format",
    "items",
    "pattern",
    "properties",
    "propertyNames",
    "readOnly",
    "required",
    "type",
    "x-permissions",
];
const UPPER_LIMITS: [&str; 5] = ["exclusiveMaximum", "maxItems", "maxLength", "maxProperties", "maximum"];
const LOWER_LIMITS: [&str; 5] = ["exclusiveMinimum", "minItems", "minLength", "minProperties", "minimum"];

impl<'d> Comparison<'d> {
    pub(super) fn schema(&mut self, at: &str, way: Way, schema: Found<'d>) -> Understood<()> {
        let old = Shape::of(schema.old, self.documents.old, at)?;
        let new = Shape::of(schema.new, self.documents.new, at)?;
        if old.name != new.name {
            let name =
                |shape: &Shape<'d>| shape.name.map_or("no name".into(), |name| format!("the name {name}"));
            self.note(Breaking, at, &format!("the schema had {} and has {}", name(&old), name(&new)));
        }
        if old.kind != new.kind {
            self.note(Breaking, at, &format!("the type was {} and is {}", old.kind, new.kind));
            return Ok(());
        }
        let nullable = Sides { old: old.nullable, new: new.nullable };
        self.flag(at, nullable, wider(way), "null is taken or given", narrower(way), "null is no more");
        let place = match (old.name, new.name) {
            (Some(before), Some(after)) if !self.seen.insert((before, after, way)) => return Ok(()),
            (Some(before), Some(after)) if before == after => format!("/components/schemas/{after}"),
            _ => at.into(),
        };
        self.keywords(&place, way, &Sides { old: old.keywords, new: new.keywords })
    }

    fn keywords(&mut self, at: &str, way: Way, schema: &Sides<Members<'d>>) -> Understood<()> {
        self.fixed(at, &["format", "default"], schema);
        self.deprecated(at, schema)?;
        self.pattern(at, way, schema);
        for limit in UPPER_LIMITS.into_iter().chain(LOWER_LIMITS) {
            self.limit(at, way, limit, schema.get(limit))?;
        }
        self.values(at, way, schema)?;
        let read_only = schema.get("readOnly").flag(at)?;
        // In an answer it only says that requests don't take it.
        let became = if way == Way::Request { Breaking } else { Compatible };
        self.flag(at, read_only, became, "is read-only", Compatible, "is no longer read-only");
        if schema.get("items") != (Sides { old: None, new: None }) {
            self.schema(&format!("{at}/items"), way, schema.get("items"))?;
        }
        self.properties(at, way, schema)
    }

    fn pattern(&mut self, at: &str, way: Way, schema: &Sides<Members<'d>>) {
        match schema.get("pattern") {
            Sides { old: None, new: Some(new) } => {
                self.note(narrower(way), at, &format!("`pattern` is {new}"))
            }
            Sides { old: Some(old), new: None } => self.note(wider(way), at, &format!("`pattern` was {old}")),
            // Which of two patterns accepts more can't be decided in general.
            _ => self.fixed(at, &["pattern"], schema),
        }
    }

    fn limit(&mut self, at: &str, way: Way, limit: &str, bound: Found<'d>) -> Understood<()> {
        let Sides { old, new } = bound.read(|bound| number(bound, at))?;
        let order = match (old, new) {
            (Some(old), Some(new)) => order(old, new),
            // No limit is beyond every limit.
            (old, new) if UPPER_LIMITS.contains(&limit) => old.is_none().cmp(&new.is_none()),
            (old, new) => old.is_some().cmp(&new.is_some()),
        };
        let order = if UPPER_LIMITS.contains(&limit) { order } else { order.reverse() };
        let said = |bound: Option<&Number>| bound.map_or("absent".into(), Number::to_string);
        let what = format!("`{limit}` was {} and is {}", said(old), said(new));
        match order {
            Ordering::Less => self.note(wider(way), at, &what),
            Ordering::Greater => self.note(narrower(way), at, &what),
            Ordering::Equal => {}
        }
        Ok(())
    }

    fn values(&mut self, at: &str, way: Way, schema: &Sides<Members<'d>>) -> Understood<()> {
        let old = enumeration(&schema.old, at)?;
        let new = enumeration(&schema.new, at)?;
        match (&old, &new) {
            (None, Some(_)) => self.note(narrower(way), at, "only values of a list"),
            (Some(_), None) => self.note(wider(way), at, "values beside those of a list"),
            _ => {}
        }
        let (Some(old), Some(new)) = (old, new) else { return Ok(()) };
        for value in old.iter().filter(|value| !new.contains(value)) {
            self.note(narrower(way), at, &format!("the value {value} is gone"));
        }
        for value in new.iter().filter(|value| !old.contains(value)) {
            self.note(wider(way), at, &format!("the value {value} is new"));
        }
        Ok(())
    }

    fn properties(&mut self, at: &str, way: Way, schema: &Sides<Members<'d>>) -> Understood<()> {
        let open = schema.get("additionalProperties").read(|open| is_open(open, at))?;
        self.flag(at, open, wider(way), "unknown properties too", narrower(way), "no unknown properties");
        self.unknown_properties(at, way, schema, open)?;
        let required = schema.get("required").names(at)?;
        let properties = schema.get("properties").map(at)?;
        let at = format!("{at}/properties/");
        for (names, properties) in [(&required.old, &properties.old), (&required.new, &properties.new)] {
            if let Some(missing) = names.iter().find(|name| !properties.contains_key(**name)) {
                return Err(unsupported(&format!("{at}{missing}"), "a required property that isn't there"));
            }
        }
        for name in required.old.union(&required.new) {
            let required = Sides { old: required.old.contains(name), new: required.new.contains(name) };
            // A removed one is noted below.
            if properties.get(name).new.is_some() {
                self.required_becomes(&format!("{at}{name}"), way, required);
            }
        }
        // A closed schema says that nothing else comes, and callers rely on that. An open one took any value with the new name, and
        // now takes fewer.
        let added = if open.old { narrower(way) } else { wider(way) };
        let permissions = schema.get("x-permissions").map(&at)?;
        for (at, property) in self.in_both(&at, &properties, |_, _| added) {
            self.schema(&at, way, property)?;
            let name = at.rsplit('/').next().unwrap_or_default();
            self.permissions(&at, permissions.get(name))?;
        }
        Ok(())
    }

    /// The schema of properties that have none of their own, where they have one together.
    fn unknown_properties(
        &mut self,
        at: &str,
        way: Way,
        schema: &Sides<Members<'d>>,
        open: Sides<bool>,
    ) -> Understood<()> {
        schema.get("propertyNames").read(|names| match names {
            // The name of a member is a text in any case.
            None => Ok(()),
            Some(names) if *names == json!({"type": "string"}) => Ok(()),
            Some(_) => Err(unsupported(at, "a rule for names of properties")),
        })?;
        let additional = schema.get("additionalProperties");
        let restricted = additional.read(|additional| Ok(additional.filter(|value| value.is_object())))?;
        match restricted {
            Sides { old: Some(_), new: Some(_) } => {
                self.schema(&format!("{at}/additionalProperties"), way, restricted)?;
            }
            Sides { old: None, new: Some(_) } if open.old => {
                self.note(narrower(way), at, "unknown properties have a schema");
            }
            Sides { old: Some(_), new: None } if open.new => {
                self.note(wider(way), at, "unknown properties have no schema");
            }
            _ => {}
        }
        Ok(())
    }

    /// What a property needs beyond the operation, in the form of the operation's `x-permissions`. Absent: nothing.
    fn permissions(&mut self, at: &str, permissions: Found<'d>) -> Understood<()> {
        static NOTHING: Value = Value::Array(Vec::new());
        let Sides { old, new } = permissions;
        self.security(
            at,
            Sides { old: old.or(Some(&NOTHING)), new: new.or(Some(&NOTHING)) },
            "no permission of its own",
        )
    }
}

/// A schema as it is used: references followed, null taken out.
struct Shape<'d> {
    name: Option<&'d str>,
    kind: &'d str,
    nullable: bool,
    keywords: Members<'d>,
}

impl<'d> Shape<'d> {
    fn of(schema: Option<&'d Value>, document: &'d Value, at: &str) -> Understood<Self> {
        let schema = schema.ok_or_else(|| unsupported(at, "no schema"))?;
        if schema.get("$ref").is_some() {
            return Self::named(schema, document, at);
        }
        if schema.get("oneOf").is_some() {
            return Self::or_null(schema, document, at);
        }
        let known = [&DOCUMENTATION[..], &RULED, &UPPER_LIMITS, &LOWER_LIMITS].concat();
        let keywords = object(Some(schema), at, &known)?;
        let kinds = match &schema["type"] {
            // Any value.
            Value::Null => return Ok(Self { name: None, kind: "any", nullable: true, keywords }),
            Value::Array(kinds) => kinds.as_slice(),
            kind => std::slice::from_ref(kind),
        };
        let kinds: Vec<&str> = kinds.iter().map(|kind| text(Some(kind), at)).collect::<Understood<_>>()?;
        let (null, kinds): (Vec<&str>, Vec<&str>) = kinds.into_iter().partition(|kind| *kind == "null");
        let [kind] = kinds[..] else {
            return Err(unsupported(at, "a schema of more or less than one type beside null"));
        };
        // A list of values without null doesn't take it.
        let listed = schema
            .get("enum")
            .is_none_or(|values| items(Some(values), at).is_ok_and(|values| values.contains(&Value::Null)));
        Ok(Self { name: None, kind, nullable: !null.is_empty() && listed, keywords })
    }

    fn named(schema: &'d Value, document: &'d Value, at: &str) -> Understood<Self> {
        object(Some(schema), at, &[&DOCUMENTATION[..], &["$ref"]].concat())?;
        let reference = text(schema.get("$ref"), at)?;
        let name = reference.strip_prefix(SCHEMAS).ok_or_else(|| unsupported(at, reference))?;
        let target = document["components"]["schemas"].get(name);
        let target = target.ok_or_else(|| unsupported(at, &format!("{reference}, which isn't there,")))?;
        let place = format!("/components/schemas/{name}");
        if target.get("$ref").is_some() || target.get("oneOf").is_some() {
            return Err(unsupported(&place, "a name for another schema"));
        }
        Ok(Self { name: Some(name), ..Self::of(Some(target), document, &place)? })
    }

    fn or_null(schema: &'d Value, document: &'d Value, at: &str) -> Understood<Self> {
        object(Some(schema), at, &[&DOCUMENTATION[..], &["oneOf"]].concat())?;
        let is_null = |part: &&Value| **part == json!({"type": "null"});
        let (null, others): (Vec<&Value>, Vec<&Value>) =
            items(schema.get("oneOf"), at)?.iter().partition(is_null);
        match (&null[..], &others[..]) {
            ([_], [other]) => Ok(Self { nullable: true, ..Self::of(Some(other), document, at)? }),
            _ => Err(unsupported(at, "oneOf of anything but one schema and null")),
        }
    }
}

fn enumeration<'d>(schema: &Members<'d>, at: &str) -> Understood<Option<Vec<&'d Value>>> {
    match (schema.get("enum"), schema.get("const")) {
        (None, None) => Ok(None),
        (None, Some(value)) => Ok(Some(vec![value])),
        (Some(values), None) => {
            Ok(Some(items(Some(values), at)?.iter().filter(|value| !value.is_null()).collect()))
        }
        (Some(_), Some(_)) => Err(unsupported(at, "`enum` beside `const`")),
    }
}

fn is_open(additional: Option<&Value>, at: &str) -> Understood<bool> {
    match additional {
        None | Some(Value::Object(_)) => Ok(true),
        Some(open) => {
            open.as_bool().ok_or_else(|| unsupported(at, "`additionalProperties` that says nothing"))
        }
    }
}

fn number<'d>(bound: Option<&'d Value>, at: &str) -> Understood<Option<&'d Number>> {
    match bound {
        None => Ok(None),
        Some(Value::Number(number)) => Ok(Some(number)),
        Some(_) => Err(unsupported(at, "a limit that is no number")),
    }
}

fn order(old: &Number, new: &Number) -> Ordering {
    match (old.as_i128(), new.as_i128()) {
        (Some(old), Some(new)) => old.cmp(&new),
        _ => old.as_f64().partial_cmp(&new.as_f64()).unwrap_or(Ordering::Equal),
    }
}

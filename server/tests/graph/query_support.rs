//! What `$filter`, `$orderby` and `$search` take of each property, held against Graph's pages. `query_support.tsv` has a line for
//! each property, part and collection that they name: of *Advanced query capabilities on directory objects*, and of the
//! resources' and lists' pages what that page leaves out. `D`: by default, and with advanced query parameters; `A`: with them only;
//! `O`: without them only. `startsWith` and the rest in their columns; `eq` is also `in`, and `ne` and `not` with advanced
//! parameters. `count` has the numbers that `/$count` is compared with. `search` is `T` where words are found and `S` where
//! beginnings are.

use crate::{
    query_objects::{Object, Objects},
    support::{Answer, refused, send},
};
use reqwest::Method;
use roster_server::model::{
    ENTITIES,
    paths::PropertyPath,
    properties::{Entity, Format, Kind, Property, Returned},
    query_support::{Operator, SearchSupport, Support},
};
use serde_json::Value;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Whether this server has what a line is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Served {
    Yes,
    /// The property isn't in the table of its entity.
    Lacking,
    /// Its values aren't kept.
    NotKept,
}

/// A line of the file.
#[derive(Clone, Debug)]
pub struct Line {
    pub entity: &'static Entity,
    /// `proxyAddresses/any`, `assignedLicenses/any/skuId`, `assignedLicenses/$count`.
    pub path: &'static str,
    /// `text`, `guid`, `flag`, `number`, `time` or `count`.
    pub kind: &'static str,
    pub eq: Support,
    pub starts_with: Support,
    pub ends_with: Support,
    pub range: Support,
    pub null: Support,
    /// The numbers that its `/$count` is compared with.
    pub count: &'static str,
    pub orderby: Support,
    pub search: SearchSupport,
    pub served: Served,
}

/// All lines.
pub fn lines() -> Vec<Line> {
    include_str!("query_support.tsv").lines().skip(1).map(Line::of).collect()
}

impl Line {
    fn of(line: &'static str) -> Self {
        let fields: Vec<_> = line.split('\t').collect();
        let &[entity, path, kind, eq, starts_with, ends_with, range, null, count, orderby, search, served, _] =
            &fields[..]
        else {
            panic!("{line}");
        };
        Self {
            entity: ENTITIES.into_iter().find(|known| known.name == entity).unwrap(),
            path,
            kind,
            eq: support(eq),
            starts_with: support(starts_with),
            ends_with: support(ends_with),
            range: support(range),
            null: support(null),
            count: if count == "-" { "" } else { count },
            orderby: support(orderby),
            search: match search {
                "T" => SearchSupport::Words,
                "S" => SearchSupport::Start,
                _ => SearchSupport::Never,
            },
            served: match served {
                "yes" => Served::Yes,
                "lacking" => Served::Lacking,
                "not kept" => Served::NotKept,
                other => panic!("{other}"),
            },
        }
    }

    /// The names in its path: of the property, and of the part.
    pub fn names(&self) -> (&'static str, Option<&'static str>) {
        let mut names = self.path.split('/').filter(|name| !matches!(*name, "any" | "$count"));
        (names.next().unwrap(), names.next())
    }

    /// The property or part that it is about, where the table has it.
    pub fn property(&self) -> Option<PropertyPath> {
        let (name, part) = self.names();
        self.entity.path(name, part)
    }
}

fn support(field: &str) -> Support {
    match field {
        "D" => Support::Always,
        "A" => Support::Advanced,
        "O" => Support::NotAdvanced,
        "-" => Support::Never,
        other => panic!("{other}"),
    }
}

/// A path as the file spells it.
fn spelled(path: PropertyPath) -> String {
    let mut spelled = path.property.name.to_owned();
    if path.property.is_collection() {
        spelled += "/any";
    }
    if let Some(part) = path.part {
        spelled = format!("{spelled}/{}{}", part.name, if part.is_collection() { "/any" } else { "" });
    }
    spelled
}

/// What can be asked of one path, said in the same words of a table and of the file.
fn said(entity: &Entity, path: &str, supports: [Support; 6], search: SearchSupport) -> Option<String> {
    let is_nothing = supports == [Support::Never; 6] && search == SearchSupport::Never;
    (!is_nothing).then(|| format!("{} {path} {supports:?} {search:?}", entity.name))
}

/// What the tables say.
fn of_tables() -> BTreeSet<String> {
    let of_path = |entity: &'static Entity, path: PropertyPath| {
        let property = path.last();
        let support = |operator| property.operators.support(operator);
        let operators =
            [Operator::Equals, Operator::StartsWith, Operator::EndsWith, Operator::Range, Operator::Null];
        let [eq, starts_with, ends_with, range, null] = operators.map(support);
        let supports = [eq, starts_with, ends_with, range, null, property.order];
        let empty = (support(Operator::Empty) != Support::Never)
            .then(|| format!("{} {}/$count {:?}", entity.name, property.name, support(Operator::Empty)));
        said(entity, &spelled(path), supports, property.search).into_iter().chain(empty)
    };
    let paths = ENTITIES.into_iter().flat_map(|entity| entity.paths().map(move |path| (entity, path)));
    paths.flat_map(|(entity, path)| of_path(entity, path)).collect()
}

/// What the file says of the properties that the tables have. Owners are none.
fn of_file() -> BTreeSet<String> {
    let served = lines().into_iter().filter(|line| line.served == Served::Yes && line.names().0 != "owners");
    served
        .map(|line| match line.count {
            "" => {
                let supports =
                    [line.eq, line.starts_with, line.ends_with, line.range, line.null, line.orderby];
                said(line.entity, line.path, supports, line.search).unwrap()
            }
            _ => format!("{} {} {:?}", line.entity.name, line.path, Support::Advanced),
        })
        .collect()
}

#[test]
fn the_tables_say_what_graphs_pages_say_and_no_more() {
    let (tables, file) = (of_tables(), of_file());
    let only = |one: &BTreeSet<String>, other| one.difference(other).cloned().collect::<Vec<_>>();
    assert_eq!((only(&tables, &file), only(&file, &tables)), (vec![], vec![]));
}

#[test]
fn each_line_is_of_one_property_and_of_its_type() {
    let lines = lines();
    let paths: BTreeSet<_> = lines.iter().map(|line| (line.entity.name, line.path)).collect();
    assert_eq!(paths.len(), lines.len());
    for line in lines {
        let property = line.property().map(|path| *path.last());
        match line.served {
            Served::Lacking => assert!(property.is_none(), "{line:?}"),
            Served::NotKept => {
                let whole = line.entity.property(line.names().0).unwrap();
                assert_eq!(whole.returned, Returned::Never, "{line:?}");
            }
            Served::Yes if line.names().0 == "owners" => assert!(property.is_none(), "{line:?}"),
            Served::Yes => {
                let property = property.unwrap();
                let kind = match property.kind {
                    _ if line.path.ends_with("/$count") => "count",
                    Kind::Boolean => "flag",
                    Kind::Int32 => "number",
                    Kind::DateTime => "time",
                    // Some of Graph's GUIDs are texts.
                    _ if property.format == Format::Guid && line.kind == "guid" => "guid",
                    Kind::String | Kind::Strings => "text",
                    Kind::Object(_) | Kind::Objects(_) => panic!("{line:?}"),
                };
                assert_eq!(kind, line.kind, "{line:?}");
            }
        }
    }
}

/// What a filter asks of one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ask {
    Equal,
    In,
    NotEqual,
    Not,
    StartsWith,
    EndsWith,
    AtLeast,
    AtMost,
    Null,
    NotNull,
    /// `/$count` compared with a number, and whether it is equal.
    Count(u64, bool),
}

impl Line {
    /// What can be asked of its type, whether Graph takes it or not. Graph's page says to negate a lambda as a whole.
    fn asks(&self) -> Vec<Ask> {
        use Ask::{AtLeast, AtMost, Count, EndsWith, Equal, In, Not, NotEqual, NotNull, Null, StartsWith};
        let is_lambda = self.path.contains("/any");
        let mut asks = match self.kind {
            // No identity is without an issuer: that isn't asked.
            _ if self.names() == ("identities", Some("issuer")) => {
                return vec![Equal, Not, StartsWith, EndsWith];
            }
            _ if self.names().1 == Some("issuerAssignedId") => return vec![Equal, Not],
            "count" => return [0, 1].into_iter().flat_map(|n| [Count(n, true), Count(n, false)]).collect(),
            "text" => vec![Equal, Not, StartsWith, EndsWith, Null],
            "time" | "number" => vec![Equal, Not, AtLeast, AtMost, Null],
            _ => vec![Equal, Not, Null],
        };
        if !is_lambda {
            asks.extend([In, NotEqual, NotNull]);
        }
        asks
    }

    /// A clause for each way to ask for this value.
    pub fn clauses(&self, value: &Value) -> Vec<String> {
        self.asks().into_iter().map(|ask| self.clause(ask, value)).collect()
    }

    fn support_of(&self, ask: Ask) -> Support {
        let negated = |support| match support {
            Support::Always | Support::Advanced => Support::Advanced,
            Support::Never | Support::NotAdvanced => Support::Never,
        };
        match ask {
            Ask::Equal | Ask::In => self.eq,
            Ask::NotEqual | Ask::Not => negated(self.eq),
            Ask::StartsWith => self.starts_with,
            Ask::EndsWith => self.ends_with,
            Ask::AtLeast | Ask::AtMost => self.range,
            Ask::Null => self.null,
            Ask::NotNull => negated(self.null),
            Ask::Count(n, _) if self.count.contains(&n.to_string()) => Support::Advanced,
            Ask::Count(..) => Support::Never,
        }
    }

    /// The clause that asks it, with a value of its type.
    fn clause(&self, ask: Ask, value: &Value) -> String {
        let text = value.as_str().unwrap_or_default();
        let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
        let literal = match self.kind {
            "text" => quoted(text),
            "guid" | "time" => text.to_owned(),
            _ => value.to_string(),
        };
        let (head, tail) =
            self.path.split_once("/any").map_or((self.path, None), |(head, tail)| (head, Some(tail)));
        let subject = tail.map_or_else(|| head.to_owned(), |part| format!("x{part}"));
        let clause = match ask {
            Ask::Equal | Ask::Not => format!("{subject} eq {literal}"),
            Ask::In => format!("{subject} in ({literal})"),
            Ask::NotEqual => format!("{subject} ne {literal}"),
            Ask::StartsWith => {
                format!("startsWith({subject},{})", quoted(&text.chars().take(3).collect::<String>()))
            }
            Ask::EndsWith => {
                let end = text.char_indices().rev().nth(2).map_or(text, |(at, _)| &text[at..]);
                format!("endsWith({subject},{})", quoted(end))
            }
            Ask::AtLeast => format!("{subject} ge {literal}"),
            Ask::AtMost => format!("{subject} le {literal}"),
            Ask::Null => format!("{subject} eq null"),
            Ask::NotNull => format!("{subject} ne null"),
            Ask::Count(n, equal) => format!("{subject} {} {n}", if equal { "eq" } else { "ne" }),
        };
        // Graph asks for the issuer with the name that it gave.
        let clause = match self.names() {
            ("identities", Some("issuerAssignedId")) => format!("{clause} and x/issuer eq {literal}"),
            _ => clause,
        };
        let clause = if tail.is_some() { format!("{head}/any(x:{clause})") } else { clause };
        if ask == Ask::Not { format!("not({clause})") } else { clause }
    }
}

/// Whether an object has what is asked: said as plainly as it can be.
fn has(line: &Line, ask: Ask, value: &Value, object: &Object) -> bool {
    let values = object.at(line);
    let folded = |value: &Value| value.as_str().map(str::to_lowercase);
    let some = |test: &dyn Fn(&Value) -> bool| values.iter().any(test);
    let texts = |test: &dyn Fn(&str, &str) -> bool| {
        some(&|own| folded(own).zip(folded(value)).is_some_and(|(own, asked)| test(&own, &asked)))
    };
    let equal = some(&|own| own == value || folded(own).is_some() && folded(own) == folded(value));
    match ask {
        Ask::Equal | Ask::In => equal,
        Ask::NotEqual | Ask::Not => !equal,
        Ask::StartsWith => texts(&|own, asked| own.chars().take(3).eq(asked.chars().take(3))),
        Ask::EndsWith => texts(&|own, asked| own.chars().rev().take(3).eq(asked.chars().rev().take(3))),
        Ask::AtLeast => {
            texts(&|own, asked| own >= asked) || some(&|own| own.as_i64() >= value.as_i64()) && value.is_i64()
        }
        Ask::AtMost => {
            texts(&|own, asked| own <= asked) || some(&|own| own.as_i64() <= value.as_i64()) && value.is_i64()
        }
        Ask::Null => values.is_empty(),
        Ask::NotNull => !values.is_empty(),
        Ask::Count(n, equal) => (values.len() as u64 == n) == equal,
    }
}

/// How a request asks: with advanced query parameters or without.
async fn ask(objects: &Objects, entity: &Entity, option: &str, advanced: bool) -> Answer {
    let path = format!("/{}?{option}{}", entity.set, if advanced { "&$count=true" } else { "" });
    let request = objects.tenant.raw(Method::GET, &path).await;
    send(if advanced { request.header("ConsistencyLevel", "eventual") } else { request }).await
}

fn ids(answer: &Answer) -> Vec<Uuid> {
    let body = answer.json();
    let objects = body["value"].as_array().unwrap_or_else(|| panic!("{answer:?}"));
    objects.iter().map(|object| object["id"].as_str().unwrap().parse().unwrap()).collect()
}

fn unsupported(message: &str) -> (u16, String, String) {
    refused(400, "Request_UnsupportedQuery", message)
}

fn unsupported_clause(property: &str, entity: &Entity) -> (u16, String, String) {
    unsupported(&format!(
        "Unsupported or invalid query filter clause specified for property '{property}' of resource '{}'.",
        entity.resource
    ))
}

/// Why Graph refuses what a line doesn't take.
fn refusal(line: &Line, ask: Ask, advanced: bool) -> (u16, String, String) {
    let needs_parameters = |operator: &str| {
        unsupported(&format!(
            "Operator '{operator}' is not supported because the required parameters might be missing. Try adding \
             $count=true query parameter and ConsistencyLevel:eventual header. Refer to \
             https://aka.ms/graph-docs/advanced-queries for more information"
        ))
    };
    match ask {
        Ask::Not if !advanced => needs_parameters("not"),
        Ask::Count(..) if !advanced => needs_parameters("$count"),
        _ if line.path == "id" => unsupported(
            "Invalid query specified. The 'id' property can only be used with the equals-match operator",
        ),
        Ask::EndsWith if !advanced => needs_parameters("endsWith"),
        Ask::NotEqual | Ask::NotNull if !advanced => {
            unsupported("Filter operator 'NotEqualsMatch' is not supported.")
        }
        _ => unsupported_clause(line.names().0, line.entity),
    }
}

#[tokio::test]
async fn each_property_takes_the_operators_of_its_line_and_no_others() {
    let objects = Objects::fresh().await;
    let lines = lines();
    for line in lines.iter().filter(|line| line.served == Served::Yes && line.names().0 != "owners") {
        let of_kind = objects.of(line.entity);
        let value = objects.value(line);
        for ask in line.asks() {
            let clause = line.clause(ask, &value);
            for advanced in [false, true] {
                let answer = self::ask(&objects, line.entity, &format!("$filter={clause}"), advanced).await;
                let about = format!("{} {clause}, advanced: {advanced}", line.entity.name);
                if line.support_of(ask).in_query(advanced) {
                    let expected = of_kind.iter().filter(|object| has(line, ask, &value, object));
                    let expected: Vec<_> = expected.map(|object| object.id).collect();
                    assert_eq!(answer.status, 200, "{about}: {answer:?}");
                    assert_eq!(ids(&answer), expected, "{about}");
                } else {
                    assert_eq!(answer.refusal(), refusal(line, ask, advanced), "{about}");
                }
            }
        }
    }
}

#[tokio::test]
async fn what_has_no_line_is_not_filtered_by() {
    let objects = Objects::fresh().await;
    let lines = lines();
    for entity in ENTITIES {
        for property in entity.properties {
            let has_line = |line: &Line| line.entity.name == entity.name && line.names().0 == property.name;
            if lines.iter().any(has_line) {
                continue;
            }
            let (name, part) = (property.name, property.parts().first().map(|part| part.name));
            let clause = match (part, property.is_collection()) {
                (None, false) => format!("{name} eq null"),
                (None, true) => format!("{name}/any(x:x eq null)"),
                (Some(part), false) => format!("{name}/{part} eq null"),
                (Some(part), true) => format!("{name}/any(x:x/{part} eq null)"),
            };
            for advanced in [false, true] {
                let answer = ask(&objects, entity, &format!("$filter={clause}"), advanced).await;
                let expected = unsupported_clause(name, entity);
                assert_eq!(answer.refusal(), expected, "{clause}, advanced: {advanced}");
            }
        }
    }
    for line in lines.iter().filter(|line| line.served == Served::NotKept) {
        let answer = ask(&objects, line.entity, &format!("$filter={} eq true", line.path), true).await;
        assert_eq!(answer.refusal(), unsupported_clause(line.names().0, line.entity), "{}", line.path);
    }
}

/// The line of a property as a whole.
fn line_of(entity: &Entity, property: &Property) -> Option<Line> {
    let is_its = |line: &Line| {
        line.entity.name == entity.name && line.names() == (property.name, None) && line.count.is_empty()
    };
    lines().into_iter().find(is_its)
}

/// All properties that aren't complex, with their lines.
fn plain_properties() -> impl Iterator<Item = (&'static Entity, &'static Property, Option<Line>)> {
    let properties =
        ENTITIES.into_iter().flat_map(|entity| entity.properties.iter().map(move |one| (entity, one)));
    let plain = properties.filter(|(_, property)| property.parts().is_empty());
    plain.map(|(entity, property)| (entity, property, line_of(entity, property)))
}

#[tokio::test]
async fn each_property_is_sorted_by_as_its_line_says() {
    let objects = Objects::fresh().await;
    for (entity, property, line) in plain_properties() {
        for (direction, advanced) in [("", false), (" asc", true), (" desc", false), (" desc", true)] {
            let option = format!("$orderby={}{direction}", property.name);
            let answer = ask(&objects, entity, &option, advanced).await;
            let about = format!("{} {option}, advanced: {advanced}", entity.name);
            let Some(line) = line.as_ref().filter(|line| line.orderby.in_query(advanced)) else {
                let message =
                    format!("Unsupported sort property '{}' for '{}'.", property.name, entity.resource);
                let message = if advanced { "An unsupported property was specified." } else { &message };
                assert_eq!(answer.refusal(), unsupported(message), "{about}");
                continue;
            };
            assert_eq!(answer.status, 200, "{about}: {answer:?}");
            let key = |object: &Object| object.at(line).first().map(|value| value.to_string().to_lowercase());
            let of_kind = objects.of(entity);
            let found = ids(&answer);
            let keys: Vec<_> =
                found.iter().map(|id| key(of_kind.iter().find(|object| object.id == *id).unwrap())).collect();
            let is_sorted = if direction == " desc" {
                keys.is_sorted_by(|one, next| one >= next)
            } else {
                keys.is_sorted()
            };
            assert!(is_sorted && BTreeSet::from_iter(found).len() == of_kind.len(), "{about}: {keys:?}");
        }
    }
}

#[tokio::test]
async fn each_property_is_searched_as_its_line_says() {
    let objects = Objects::fresh().await;
    for (entity, property, line) in plain_properties() {
        let search = async |text: &str| {
            let path = format!("/{}?$search=\"{}:{text}\"", entity.set, property.name);
            send(objects.tenant.raw(Method::GET, &path).await.header("ConsistencyLevel", "eventual")).await
        };
        let Some(line) = line.filter(|line| line.search != SearchSupport::Never) else {
            let answer = search("Qua").await;
            assert_eq!(answer.status, 400, "{} {}: {answer:?}", entity.name, property.name);
            continue;
        };
        let value = objects.full(entity).at(&line)[0].as_str().unwrap().to_lowercase();
        let (start, inner): (String, String) =
            (value.chars().take(3).collect(), value.chars().skip(1).take(3).collect());
        // Only words are found by what stands behind the first: "ox" of "Quartz O'x".
        for text in [&*start, &*inner, "ox"] {
            let finds = |own: &Value| {
                let own = own.as_str().unwrap().to_lowercase();
                own.starts_with(text)
                    || line.search == SearchSupport::Words && text == "ox" && own.ends_with("o'x")
            };
            let found = objects.of(entity).iter().filter(|object| object.at(&line).iter().any(finds));
            let expected: Vec<_> = found.map(|object| object.id).collect();
            let answer = search(text).await;
            assert_eq!(ids(&answer), expected, "{} {}:{text}", entity.name, property.name);
        }
    }
}

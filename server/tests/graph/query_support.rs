//! What `$filter`, `$orderby` and `$search` take of each property, held against Graph's pages. `query_support.tsv` has a line for
//! each property, part and collection that they name: of *Advanced query capabilities on directory objects*, and of the
//! resources' and lists' pages what that page leaves out. `D`: by default, and with advanced query parameters; `A`: with them only;
//! `O`: without them only. `startsWith` and the rest in their columns; `eq` is also `in`, and `ne` and `not` with advanced
//! parameters. `count` has the numbers that `/$count` is compared with. `search` is `T` where words are found and `S` where
//! beginnings are.

use roster_server::model::{
    ENTITIES,
    operators::{Operator, Search, Support},
    paths::PropertyPath,
    properties::{Entity, Format, Kind, Returned},
};
use std::collections::BTreeSet;

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
    pub search: Search,
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
                "T" => Search::Words,
                "S" => Search::Start,
                _ => Search::Never,
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
fn said(entity: &Entity, path: &str, supports: [Support; 6], search: Search) -> Option<String> {
    let is_nothing = supports == [Support::Never; 6] && search == Search::Never;
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

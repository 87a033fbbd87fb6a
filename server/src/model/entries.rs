//! What an index holds of an object: for each path that queries ask for, the keys by which its values are found. Pure: the entries
//! follow from the values and the property tables alone.

use super::{
    ENTITIES,
    keys::{Key, fold},
    kinds::ObjectKind,
    paths::PropertyPath,
    properties::{Entity, Kind, Property, Values},
    query_support::{Operator, SearchSupport, Support},
    words::words,
};
use serde_json::Value;
use std::{collections::BTreeSet, fmt, sync::LazyLock};

/// Raised whenever the same values come to have other entries, such as by a newer Unicode.
const VERSION: u32 = 2;

/// In which way a path is indexed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// Each value.
    Value,
    /// The period that each time is in: far fewer than times, so that a long range is read soon.
    Period,
    /// That there is a value.
    Present,
    /// Each text backwards, so that those with the same end are beside each other.
    End,
    /// The domain of each text, backwards: from its last `@` on, or all of it where there is none. Ends without more than that are
    /// asked for most, and few values are read for them, whatever the number of objects.
    Domain,
    /// Each word of each text.
    Word,
}

/// What is indexed of the objects of a kind.
#[derive(Clone, Copy)]
pub struct Line {
    /// The kind.
    pub kind: ObjectKind,
    /// Of which path, and how. `None`: that the object is there.
    pub what: Option<(PropertyPath, How)>,
}

/// Everything that is indexed.
pub static LINES: LazyLock<Vec<Line>> = LazyLock::new(|| ENTITIES.into_iter().flat_map(lines).collect());

/// Something that an index holds of an object: the place of its line in [`LINES`], and a key.
pub type Entry = (u16, Key);

/// How entries follow from values, in words: an index that was made in another way has other ones.
pub fn form() -> String {
    LINES.iter().fold(format!("version {VERSION}"), |form, line| format!("{form}\n{line}"))
}

/// The place of a line in [`LINES`]. `None`: there is no such.
pub fn line(kind: ObjectKind, what: Option<(PropertyPath, How)>) -> Option<u16> {
    let mut lines = (0..).zip(LINES.iter());
    lines.find(|(_, line)| line.kind == kind && line.what == what).map(|(place, _)| place)
}

fn lines(entity: &'static Entity) -> Vec<Line> {
    let of = |what| Line { kind: entity.kind, what };
    // Ids are looked up in the directory itself.
    let paths = entity.paths().filter(|path| path.property.name != "id");
    let lines = paths.flat_map(|path| path.ways().into_iter().map(move |how| of(Some((path, how)))));
    [of(None)].into_iter().chain(lines).collect()
}

impl PropertyPath {
    /// How it has to be indexed, for what queries can ask of it.
    fn ways(&self) -> Vec<How> {
        let last = self.last();
        let takes = |operator| last.operators.support(operator) != Support::Never;
        let is_sorted = last.order != Support::Never;
        let by_value = is_sorted
            || last.search == SearchSupport::Start
            || [Operator::Equals, Operator::StartsWith, Operator::Range].into_iter().any(takes);
        // Of a flag all that have a value are found by its two values.
        let by_presence = (is_sorted || takes(Operator::Null) || takes(Operator::Empty))
            && !matches!(last.kind, Kind::Boolean);
        let ways = [
            (by_value && last.has_keys(), How::Value),
            (takes(Operator::Range) && matches!(last.kind, Kind::DateTime), How::Period),
            (by_presence, How::Present),
            (takes(Operator::EndsWith), How::End),
            (takes(Operator::EndsWith), How::Domain),
            (last.search == SearchSupport::Words, How::Word),
        ];
        ways.into_iter().filter(|(needed, _)| *needed).map(|(_, how)| how).collect()
    }
}

impl Property {
    const fn has_keys(&self) -> bool {
        !matches!(self.kind, Kind::Object(_) | Kind::Objects(_))
    }
}

/// The entries of an object of this kind.
pub fn entries(kind: ObjectKind, values: &Values) -> BTreeSet<Entry> {
    let lines = (0..).zip(LINES.iter()).filter(|(_, line)| line.kind == kind);
    lines.flat_map(|(place, line)| line.keys(values).into_iter().map(move |key| (place, key))).collect()
}

impl Line {
    fn keys(&self, values: &Values) -> Vec<Key> {
        let Some((path, how)) = self.what else { return vec![Key(Vec::new())] };
        let found = path.values(values).into_iter();
        let texts = found.clone().filter_map(Value::as_str);
        match how {
            How::Value => found.filter_map(|value| Key::of(path.last(), value)).collect(),
            How::Period => found.filter_map(|value| Key::of(path.last(), value)?.period()).collect(),
            How::Present => found.take(1).map(|_| Key(Vec::new())).collect(),
            How::End => texts.map(|text| Key::folded(backwards(&fold(text)))).collect(),
            How::Domain => texts.map(|text| Key::folded(backwards(domain(&fold(text))))).collect(),
            How::Word => texts.flat_map(words).map(Key::folded).collect(),
        }
    }
}

/// A text from its last `@` on, or all of it where there is none.
fn domain(text: &str) -> &str {
    text.rfind('@').and_then(|at| text.get(at..)).unwrap_or(text)
}

/// A text backwards.
pub fn backwards(text: &str) -> String {
    text.chars().rev().collect()
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.what {
            Some((path, how)) => write!(f, "{:?} {path} {how:?}", self.kind),
            None => write!(f, "{:?}", self.kind),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of_user(values: &Value) -> BTreeSet<String> {
        let entries = entries(ObjectKind::User, values.as_object().unwrap());
        entries.into_iter().map(|(line, key)| format!("{} {key:?}", LINES[usize::from(line)])).collect()
    }

    #[test]
    fn an_object_has_entries_for_what_queries_ask_for() {
        let user = json!({
            "id": "x", "displayName": "Ada L.", "department": "Sales", "accountEnabled": true,
            "mail": "Ada@Contoso.example", "otherMails": ["a@b", "c"], "aboutMe": "not asked for",
            "assignedLicenses": [{"skuId": "1"}, {"skuId": "2"}],
        });
        let entries = of_user(&user);
        for expected in [
            "User ",
            "User displayName Value ada l.",
            "User displayName Word ada",
            "User displayName Word .",
            "User department Value sales",
            "User department Present ",
            r"User accountEnabled Value \x01",
            "User mail End elpmaxe.osotnoc@ada",
            "User mail Domain elpmaxe.osotnoc@",
            "User otherMails Value a@b",
            "User otherMails Value c",
            "User assignedLicenses/skuId Value 1",
            "User assignedLicenses/skuId Value 2",
            "User assignedLicenses Present ",
        ] {
            assert!(entries.contains(expected), "{expected} is not among {entries:?}");
        }
        assert!(entries.iter().all(|entry| !entry.contains("aboutMe") && !entry.contains(" id ")));
    }

    #[test]
    fn each_line_has_its_own_name() {
        let names: BTreeSet<_> = LINES.iter().map(ToString::to_string).collect();
        assert_eq!(names.len(), LINES.len());
    }

    #[test]
    fn a_domain_begins_with_the_last_at() {
        assert_eq!(domain("abc"), "abc");
        assert_eq!(domain("a@b@cd"), "@cd");
    }
}

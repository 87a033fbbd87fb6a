//! Literals of `$filter` as keys of a property's values: which type a property has in OData, and whether a literal is of it.

use crate::{
    model::{
        keys::Key,
        paths::PropertyPath,
        properties::{Format, Kind},
    },
    odata::{faults::FilterFault, lexer::Literal},
};
use chrono::{DateTime, NaiveDate, Utc};

/// Properties of entities that are GUIDs in OData. Other ids of entities are texts there; those in complex types are GUIDs.
const GUIDS: [&str; 2] = ["appOwnerOrganizationId", "tokenEncryptionKeyId"];

/// The key that values at this path have where they are equal to a literal. The operator is OData's name of what compares them.
pub(super) fn key(path: PropertyPath, literal: &Literal, operator: &'static str) -> Result<Key, FilterFault> {
    let types = || FilterFault::Types { left: item_type(path), right: literal_type(literal), operator };
    match (path.last().kind, literal) {
        (Kind::String | Kind::Strings, Literal::Guid(text)) if is_guid(path) => Ok(Key::text(text)),
        (Kind::String | Kind::Strings, Literal::String(text)) if !is_guid(path) => Ok(Key::text(text)),
        (Kind::Boolean, Literal::Boolean(flag)) => Ok(Key::flag(*flag)),
        (Kind::Int32, Literal::Int32(number)) => number.parse().map(Key::number).map_err(|_| types()),
        (Kind::DateTime, Literal::Date(text) | Literal::DateTimeOffset(text)) => {
            time(text).map(Key::time).ok_or_else(|| FilterFault::Time(text.clone()))
        }
        _ => Err(types()),
    }
}

/// Whether values at this path are texts to functions.
pub(super) fn is_text(path: PropertyPath) -> bool {
    matches!(path.last().kind, Kind::String | Kind::Strings) && !is_guid(path)
}

fn is_guid(path: PropertyPath) -> bool {
    let is_part = path.part.is_some_and(|part| part.edm_type.is_none());
    path.last().format == Format::Guid && (is_part || GUIDS.contains(&path.property.name))
}

/// The type of a value, or of one of several.
fn item_type(path: PropertyPath) -> String {
    match path.last().kind {
        Kind::String | Kind::Strings if is_guid(path) => "Edm.Guid".into(),
        Kind::Strings => Kind::String.name(),
        Kind::Objects(complex) => complex.odata_type(),
        kind => kind.name(),
    }
}

/// A literal's type.
pub(super) fn literal_type(literal: &Literal) -> String {
    let name = match literal {
        Literal::Null => "null",
        Literal::Boolean(_) => "Edm.Boolean",
        Literal::String(_) => "Edm.String",
        Literal::Int32(number) if number.parse::<i32>().is_err() => "Edm.Int64",
        Literal::Int32(_) => "Edm.Int32",
        Literal::Double(_) => "Edm.Double",
        Literal::Date(_) => "Edm.Date",
        Literal::DateTimeOffset(_) => "Edm.DateTimeOffset",
        Literal::Guid(_) => "Edm.Guid",
        Literal::Typed(name, _) if name == "duration" => "Edm.Duration",
        Literal::Typed(name, _) => name,
    };
    name.into()
}

/// A day begins at midnight of UTC. A time needs its offset, and may lack its seconds.
fn time(text: &str) -> Option<DateTime<Utc>> {
    let Some((day, time)) = text.split_once('T') else {
        return Some(text.parse::<NaiveDate>().ok()?.and_hms_opt(0, 0, 0)?.and_utc());
    };
    let (minutes, rest) = time.split_at_checked("21:45".len())?;
    let seconds = if rest.starts_with(':') { "" } else { ":00" };
    let time = DateTime::parse_from_rfc3339(&format!("{day}T{minutes}{seconds}{rest}"));
    Some(time.ok()?.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::user::USER;

    fn path(name: &str, part: Option<&str>) -> PropertyPath {
        USER.path(name, part).unwrap()
    }

    #[test]
    fn times_are_read_in_every_spelling() {
        let at = |text: &str| DateTime::parse_from_rfc3339(text).unwrap().to_utc();
        for (text, expected) in [
            ("2026-11-28", "2026-11-28T00:00:00Z"),
            ("2026-11-28T21:45Z", "2026-11-28T21:45:00Z"),
            ("2026-11-28T21:45:01z", "2026-11-28T21:45:01Z"),
            ("2026-11-28T21:45+01:00", "2026-11-28T20:45:00Z"),
            ("2026-11-28T21:45:01.1234567-00:30", "2026-11-28T22:15:01.1234567Z"),
        ] {
            assert_eq!(time(text), Some(at(expected)), "{text}");
        }
        for none in
            ["2026-02-30", "2026-11-28T21:45:00", "2026-11-28T21:45", "2026-11-28T25:00Z", "9999-99-99"]
        {
            assert_eq!(time(none), None, "{none}");
        }
    }

    #[test]
    fn a_literal_is_of_its_propertys_type() {
        let text = Literal::String("True".into());
        let sku = Literal::Guid("CBDC14AB-d96c-4c30-b9f4-6ada7cdc1d46".into());
        let sku_id = path("assignedLicenses", Some("skuId"));
        assert_eq!(key(path("department", None), &text, "Equal"), Ok(Key::text("true")));
        assert_eq!(key(sku_id, &sku, "Equal"), Ok(Key::text("cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46")));
        for (path, literal, left, right) in [
            (path("accountEnabled", None), text.clone(), "Edm.Boolean", "Edm.String"),
            (path("department", None), Literal::Int32("5".into()), "Edm.String", "Edm.Int32"),
            (path("department", None), sku, "Edm.String", "Edm.Guid"),
            (path("createdDateTime", None), text.clone(), "Edm.DateTimeOffset", "Edm.String"),
            (path("otherMails", None), Literal::Boolean(true), "Edm.String", "Edm.Boolean"),
            (sku_id, text, "Edm.Guid", "Edm.String"),
        ] {
            let fault = FilterFault::Types { left: left.into(), right: right.into(), operator: "Equal" };
            assert_eq!(key(path, &literal, "Equal"), Err(fault), "{path:?}");
        }
        let local = Literal::DateTimeOffset("2026-11-28T21:45:00".into());
        let fault = FilterFault::Time("2026-11-28T21:45:00".into());
        assert_eq!(key(path("createdDateTime", None), &local, "Equal"), Err(fault));
    }
}

//! How queries name a property, or a part of a complex one: `department`, `employeeOrgData/division`, `assignedLicenses/skuId`.

use super::properties::{Entity, Kind, Property, Values};
use serde_json::Value;
use std::{fmt, slice};

/// The items that queries don't see, though answers show them: of this property those whose part has this value. A user isn't found
/// by the identity that is the sign-in name.
const UNSEEN: (&str, &str, &str) = ("identities", "signInType", "userPrincipalName");

/// A property of an entity, or a part of one.
#[derive(Clone, Copy)]
pub struct PropertyPath {
    /// The entity's property.
    pub property: &'static Property,
    /// The part of it. `None`: the whole.
    pub part: Option<&'static Property>,
}

impl PropertyPath {
    /// What values it has: the part, or the whole property where it names none.
    pub const fn last(&self) -> &'static Property {
        match self.part {
            Some(part) => part,
            None => self.property,
        }
    }

    /// Whether an object can have several values of it.
    pub const fn is_collection(&self) -> bool {
        self.property.is_collection() || self.last().is_collection()
    }

    /// The values of it that an object has for queries. None are null.
    pub fn values<'v>(&self, object: &'v Values) -> Vec<&'v Value> {
        let items = items(object.get(self.property.name)).iter().filter(|item| self.is_seen(item));
        match self.part {
            None => items.collect(),
            Some(part) => items.flat_map(|item| self::items(item.get(part.name))).collect(),
        }
    }

    fn is_seen(&self, item: &Value) -> bool {
        let (property, part, value) = UNSEEN;
        let has_it = || item[part].as_str().is_some_and(|text| text.eq_ignore_ascii_case(value));
        self.property.name != property || !has_it()
    }
}

/// The values of a collection, or the single one.
pub(super) fn items(value: Option<&Value>) -> &[Value] {
    match value {
        None | Some(Value::Null) => &[],
        Some(Value::Array(items)) => items,
        Some(single) => slice::from_ref(single),
    }
}

impl fmt::Display for PropertyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.property.name)?;
        self.part.map_or(Ok(()), |part| write!(f, "/{}", part.name))
    }
}

impl fmt::Debug for PropertyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Paths of one entity are the same where they have the same names.
impl PartialEq for PropertyPath {
    fn eq(&self, other: &Self) -> bool {
        let part = |path: &Self| path.part.map(|part| part.name);
        (self.property.name, part(self)) == (other.property.name, part(other))
    }
}

impl Eq for PropertyPath {}

impl Entity {
    /// The property or the part of one with these names, in any case.
    pub fn path(&self, name: &str, part: Option<&str>) -> Option<PropertyPath> {
        let property = self.property(name)?;
        let Some(part) = part else { return Some(PropertyPath { property, part: None }) };
        let part = property.parts().iter().find(|known| known.name.eq_ignore_ascii_case(part))?;
        Some(PropertyPath { property, part: Some(part) })
    }

    /// Every property, and every part of those that have some.
    pub fn paths(&self) -> impl Iterator<Item = PropertyPath> {
        self.properties.iter().flat_map(|property| {
            let parts = property.parts().iter().map(Some);
            [None].into_iter().chain(parts).map(move |part| PropertyPath { property, part })
        })
    }
}

impl Property {
    /// The parts of a complex type.
    pub const fn parts(&self) -> &'static [Property] {
        match self.kind {
            Kind::Object(complex) | Kind::Objects(complex) => complex.properties,
            Kind::String | Kind::Boolean | Kind::Int32 | Kind::DateTime | Kind::Strings => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::model::user::USER;
    use serde_json::json;

    #[test]
    fn a_path_gives_all_values_of_an_object() {
        let user = json!({
            "department": "Sales", "otherMails": ["a@b", "c@d"], "employeeOrgData": {"division": "x"},
            "assignedLicenses": [{"skuId": "1"}, {"skuId": "2"}, {"disabledPlans": []}],
            "authorizationInfo": {"certificateUserIds": ["e", "f"]}, "city": null,
            "identities": [{"issuer": "g", "signInType": "userPrincipalName"}, {"issuer": "h", "signInType": "federated"}],
        });
        let values = |name: &str, part: Option<&str>| {
            let path = USER.path(name, part).unwrap();
            json!(path.values(user.as_object().unwrap()))
        };
        assert_eq!(values("DEPARTMENT", None), json!(["Sales"]));
        assert_eq!(values("otherMails", None), json!(["a@b", "c@d"]));
        assert_eq!(values("employeeOrgData", Some("division")), json!(["x"]));
        assert_eq!(values("assignedLicenses", Some("skuId")), json!(["1", "2"]));
        assert_eq!(values("authorizationInfo", Some("certificateUserIds")), json!(["e", "f"]));
        assert_eq!(values("identities", Some("issuer")), json!(["h"]));
        assert_eq!(values("city", None), json!([]));
        assert_eq!(values("surname", None), json!([]));
    }

    #[test]
    fn every_path_is_found_by_its_names() {
        for path in USER.paths() {
            assert_eq!(USER.path(path.property.name, path.part.map(|part| part.name)), Some(path));
        }
        assert_eq!(USER.path("nosuch", None), None);
        assert_eq!(USER.path("assignedLicenses", Some("nosuch")), None);
        assert_eq!(USER.path("department", Some("x")), None);
    }
}

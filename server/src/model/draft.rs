//! An object's values while a request changes them. Knows no property tables' rules and nothing of the store.

use super::properties::{Entity, Values};
use serde_json::Value;

/// The values of an object that is being made or changed, and those that they replace.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    values: Values,
    /// What stood in the place of each value that was set: null where there was none.
    replaced: Values,
}

impl Draft {
    /// The values of a new object: all of them are changes.
    pub fn of_new(values: Values) -> Self {
        let replaced = values.keys().map(|name| (name.clone(), Value::Null)).collect();
        Self { values, replaced }
    }

    /// The values of an object that is there.
    pub fn of_stored(values: Values) -> Self {
        Self { values, replaced: Values::new() }
    }

    /// All values as they are now.
    pub fn values(&self) -> &Values {
        &self.values
    }

    /// All values as they are now.
    pub fn into_values(self) -> Values {
        self.values
    }

    /// A value as it is now.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }

    /// A value as it is now, if it is a string.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// A value as it was before all changes.
    pub fn before(&self, name: &str) -> Option<&Value> {
        match self.replaced.get(name) {
            Some(replaced) => Some(replaced).filter(|value| !value.is_null()),
            None => self.get(name),
        }
    }

    /// Sets a value. Null takes it away.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        let replaced = match value.into() {
            Value::Null => self.values.remove(name),
            value => self.values.insert(name.into(), value),
        };
        // What a second change replaces wasn't there before all changes.
        self.replaced.entry(name).or_insert_with(|| replaced.unwrap_or_default());
    }

    /// Sets a value where there is none.
    pub fn set_if_absent(&mut self, name: &str, value: impl Into<Value>) {
        if self.get(name).is_none() {
            self.set(name, value);
        }
    }

    /// Whether a value isn't what it was.
    pub fn has_changed(&self, name: &str) -> bool {
        self.replaced.contains_key(name) && self.before(name) != self.get(name)
    }

    /// The properties whose values aren't what they were, in the entity's order.
    pub fn changed(&self, entity: &'static Entity) -> Vec<&'static str> {
        let names = entity.properties.iter().map(|property| property.name);
        names.filter(|name| self.has_changed(name)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::user::USER;
    use serde_json::json;

    fn stored() -> Draft {
        let values = json!({"displayName": "Ada", "city": "London"});
        Draft::of_stored(values.as_object().cloned().unwrap_or_default())
    }

    #[test]
    fn a_draft_knows_what_was_there_before_its_first_change() {
        let mut draft = stored();
        assert_eq!(draft.before("city"), Some(&json!("London")));
        draft.set("city", "Turin");
        draft.set("city", Value::Null);
        draft.set("department", "Engines");
        assert_eq!((draft.get("city"), draft.before("city")), (None, Some(&json!("London"))));
        assert_eq!((draft.text("department"), draft.before("department")), (Some("Engines"), None));
        assert_eq!(draft.changed(&USER), ["city", "department"]);
    }

    #[test]
    fn what_is_set_to_the_value_that_it_had_has_not_changed() {
        let mut draft = stored();
        draft.set("displayName", "Augusta");
        draft.set("displayName", "Ada");
        draft.set("city", "London");
        draft.set("department", Value::Null);
        draft.set_if_absent("city", "Turin");
        assert_eq!(draft.changed(&USER), [""; 0]);
    }

    #[test]
    fn everything_of_a_new_object_is_a_change() {
        let draft = Draft::of_new(stored().into_values());
        assert_eq!(draft.before("city"), None);
        assert_eq!(draft.changed(&USER), ["displayName", "city"]);
    }
}

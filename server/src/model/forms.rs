//! The forms in which values are compared: keys, folded texts, words. Each is made once of a value, however many checks ask for it.

use super::{
    keys::{Key, fold},
    properties::Property,
    words::words,
};
use serde_json::Value;
use std::{
    cell::{OnceCell, RefCell},
    collections::{BTreeSet, HashMap},
    ptr,
    rc::Rc,
};

/// The forms of one value.
#[derive(Debug, Default)]
pub(super) struct Forms {
    key: OnceCell<Option<Key>>,
    folded: OnceCell<Option<String>>,
    words: OnceCell<BTreeSet<String>>,
}

impl Forms {
    /// Its key, as one of this property.
    pub(super) fn key(&self, property: &Property, value: &Value) -> Option<&Key> {
        self.key.get_or_init(|| Key::of(property, value)).as_ref()
    }

    /// The folded text, where it is a text.
    pub(super) fn folded(&self, value: &Value) -> Option<&str> {
        self.folded.get_or_init(|| value.as_str().map(fold)).as_deref()
    }

    /// Its words.
    pub(super) fn words(&self, value: &Value) -> &BTreeSet<String> {
        self.words.get_or_init(|| value.as_str().map(words).unwrap_or_default())
    }
}

/// The forms of an object's values, those that were asked for.
#[derive(Debug, Default)]
pub(super) struct FormsOfValues(RefCell<HashMap<*const Value, Rc<Forms>>>);

impl FormsOfValues {
    /// Those of the value that lies there.
    pub(super) fn of(&self, value: &Value) -> Rc<Forms> {
        self.0.borrow_mut().entry(ptr::from_ref(value)).or_default().clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::user::USER;
    use serde_json::json;

    #[test]
    fn the_forms_of_a_value_are_made_once() {
        let (name, values) =
            (USER.property("displayName").unwrap(), [json!("Ada Lovelace"), json!("Ada Lovelace")]);
        let forms = FormsOfValues::default();
        let [one, again, other] = [&values[0], &values[0], &values[1]].map(|value| forms.of(value));
        assert!(ptr::eq(one.words(&values[0]), again.words(&values[0])));
        assert!(ptr::eq(one.folded(&values[0]).unwrap(), again.folded(&values[0]).unwrap()));
        assert!(ptr::eq(one.key(name, &values[0]).unwrap(), again.key(name, &values[0]).unwrap()));
        assert!(
            !ptr::eq(one.words(&values[0]), other.words(&values[1])),
            "they are of the value in this place"
        );
    }
}

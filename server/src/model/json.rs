//! JSON of requests and tokens: values in which no object names a member twice. JSON itself leaves open which of the
//! two counts; what a caller meant can't be known.

use serde::{
    Deserializer,
    de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Number, Value};
use std::{cell::RefCell, fmt};

/// Why a text isn't taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JsonFault {
    /// It is no JSON object, or nested too deeply.
    Invalid,
    /// An object in it names this member twice.
    Duplicate(String),
}

/// Reads a JSON object.
pub fn read_object(text: &[u8]) -> Result<Map<String, Value>, JsonFault> {
    let duplicate = RefCell::new(None);
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let value = Strict { duplicate: &duplicate }.deserialize(&mut deserializer);
    let value = value.and_then(|value| deserializer.end().map(|()| value));
    match (value, duplicate.into_inner()) {
        (Ok(Value::Object(object)), _) => Ok(object),
        (Err(_), Some(name)) => Err(JsonFault::Duplicate(name)),
        (Ok(_) | Err(_), _) => Err(JsonFault::Invalid),
    }
}

/// Reads any value; a name that stands twice in an object is left in `duplicate`.
#[derive(Clone, Copy)]
struct Strict<'d> {
    duplicate: &'d RefCell<Option<String>>,
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = items.next_element_seed(self)? {
            values.push(value);
        }
        Ok(values.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if object.contains_key(&name) {
                self.duplicate.replace(Some(name));
                return Err(A::Error::custom("a name that stands twice"));
            }
            let value = members.next_value_seed(self)?;
            object.insert(name, value);
        }
        Ok(object.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn value() -> impl Strategy<Value = Value> {
        let plain = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            (-1e9..1e9).prop_map(Value::from),
            ".*".prop_map(Value::from),
        ];
        plain.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map(".{0,4}", inner, 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn an_object_is_read_as_serde_json_reads_it(members in prop::collection::btree_map(".{0,4}", value(), 0..6)) {
            let object: Map<String, Value> = members.into_iter().collect();
            let text = Value::Object(object).to_string();
            prop_assert_eq!(read_object(text.as_bytes()).ok(), serde_json::from_str(&text).ok());
        }

        #[test]
        fn no_text_is_taken_that_serde_json_does_not_take(text in r#"[{}\[\]",:a0 ]{0,24}"#) {
            if let Ok(object) = read_object(text.as_bytes()) {
                prop_assert_eq!(serde_json::from_str::<Map<String, Value>>(&text).ok(), Some(object));
            }
        }
    }

    #[test]
    fn a_name_that_stands_twice_is_told_wherever_it_stands() {
        let duplicate = |text: &str| read_object(text.as_bytes()).unwrap_err();
        assert_eq!(duplicate(r#"{"a":1,"b":2,"a":3}"#), JsonFault::Duplicate("a".into()));
        assert_eq!(duplicate(r#"{"x":[{"b":{"c":1,"\u0063":2}}]}"#), JsonFault::Duplicate("c".into()));
        assert!(read_object(br#"{"a":{"a":1},"b":{"a":1}}"#).is_ok());
        assert_eq!(duplicate(r#"{"a":1} {"#), JsonFault::Invalid);
        assert_eq!(duplicate("[]"), JsonFault::Invalid);
        let deep = format!("{}1{}", r#"{"a":"#.repeat(1000), "}".repeat(1000));
        assert_eq!(duplicate(&deep), JsonFault::Invalid);
    }
}

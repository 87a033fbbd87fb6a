//! JSON of requests and tokens: values in which no object names a member twice. JSON itself leaves open which of the
//! two counts; what a caller meant can't be known.

use serde::{
    Deserializer,
    de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Number, Value};
use std::{
    cell::{Cell, RefCell},
    fmt,
};

/// The most values that a text may have, those within others included.
const MAX_VALUES: usize = 10_000;

/// The most levels of objects and arrays within each other.
const MAX_LEVELS: usize = 64;

/// Why a text isn't taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JsonFault {
    /// It is no JSON object, or nested too deeply.
    Invalid,
    /// An object in it names this member twice.
    Duplicate(String),
    /// It has too many values.
    TooLarge,
}

/// An object that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    /// Its members.
    pub members: Map<String, Value>,
    /// How many values there are in it.
    pub values: usize,
}

/// Reads a JSON object.
pub fn read_object(text: &[u8]) -> Result<Object, JsonFault> {
    read_object_of(text, |_| true)
}

/// Reads a JSON object with the members, at any level, whose names `keeps` accepts. The values of the others are checked,
/// and nothing is kept of them.
pub fn read_object_of(text: &[u8], keeps: fn(&str) -> bool) -> Result<Object, JsonFault> {
    let reading = Reading { keeps, values: Cell::new(0), fault: RefCell::new(None) };
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let value = Strict { reading: &reading, level: 0, kept: true }.deserialize(&mut deserializer);
    let value = value.and_then(|value| deserializer.end().map(|()| value));
    match (value, reading.fault.into_inner()) {
        (Ok(Value::Object(members)), _) => Ok(Object { members, values: reading.values.get() }),
        (Err(_), Some(fault)) => Err(fault),
        (Ok(_) | Err(_), _) => Err(JsonFault::Invalid),
    }
}

/// What is known of a text that is being read.
struct Reading {
    keeps: fn(&str) -> bool,
    values: Cell<usize>,
    fault: RefCell<Option<JsonFault>>,
}

impl Reading {
    fn refuse<E: Error>(&self, fault: JsonFault) -> E {
        self.fault.replace(Some(fault));
        E::custom("refused")
    }
}

/// Reads any value, within the limits.
#[derive(Clone, Copy)]
struct Strict<'r> {
    reading: &'r Reading,
    /// How many objects and arrays it lies in.
    level: usize,
    /// Whether it is kept. What isn't reads as null.
    kept: bool,
}

impl Strict<'_> {
    fn value<T: Into<Value>>(self, value: T) -> Value {
        if self.kept { value.into() } else { Value::Null }
    }

    /// For what lies within this value.
    fn within<E: Error>(self) -> Result<Self, E> {
        let level = self.level + 1;
        if level > MAX_LEVELS {
            Err(self.reading.refuse(JsonFault::Invalid))
        } else {
            Ok(Self { level, ..self })
        }
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        let values = self.reading.values.get() + 1;
        self.reading.values.set(values);
        if values > MAX_VALUES {
            return Err(self.reading.refuse(JsonFault::TooLarge));
        }
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
        Ok(self.value(value))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(self.value(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let within = self.within()?;
        let mut values = Vec::new();
        while let Some(value) = items.next_element_seed(within)? {
            if self.kept {
                values.push(value);
            }
        }
        Ok(self.value(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let within = self.within()?;
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if object.contains_key(&name) {
                return Err(self.reading.refuse(JsonFault::Duplicate(name)));
            }
            let kept = self.kept && (self.reading.keeps)(&name);
            let value = members.next_value_seed(Strict { kept, ..within })?;
            if kept {
                object.insert(name, value);
            }
        }
        Ok(self.value(object))
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
            prop_assert_eq!(read_object(text.as_bytes()).ok().map(|read| read.members), serde_json::from_str(&text).ok());
        }

        #[test]
        fn no_text_is_taken_that_serde_json_does_not_take(text in r#"[{}\[\]",:a0 ]{0,24}"#) {
            if let Ok(object) = read_object(text.as_bytes()) {
                prop_assert_eq!(serde_json::from_str::<Map<String, Value>>(&text).ok(), Some(object.members));
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
    }

    #[test]
    fn a_text_is_refused_above_64_levels_and_above_10000_values_wherever_they_lie() {
        let read = |text: &str| read_object_of(text.as_bytes(), |name| name != "dropped");
        for name in ["kept", "dropped"] {
            let deep = |levels: usize| {
                format!(r#"{{"{name}":{}1{}}}"#, "[".repeat(levels - 1), "]".repeat(levels - 1))
            };
            assert!(read(&deep(64)).is_ok());
            assert_eq!(read(&deep(65)).unwrap_err(), JsonFault::Invalid);
            assert_eq!(read(&deep(100_000)).unwrap_err(), JsonFault::Invalid);
            let wide = |items: usize| format!(r#"{{"{name}":[{}1]}}"#, "1,".repeat(items - 1));
            // The object and the array are values too.
            assert_eq!(read(&wide(9_998)).unwrap().values, 10_000);
            assert_eq!(read(&wide(9_999)).unwrap_err(), JsonFault::TooLarge);
        }
    }

    #[test]
    fn nothing_is_kept_of_members_that_are_dropped() {
        let text = r#"{"a":{"x":1,"dropped":[1,{"b":2}]},"dropped":{"c":"d"},"e":[{"dropped":1}]}"#;
        let read = read_object_of(text.as_bytes(), |name| name != "dropped").unwrap();
        assert_eq!(Value::Object(read.members), serde_json::json!({"a": {"x": 1}, "e": [{}]}));
        assert_eq!(read.values, 12);
        assert!(read_object_of(br#"{"dropped":[1,}"#, |_| false).is_err(), "it is JSON all the same");
    }
}

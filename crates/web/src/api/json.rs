//! JSON as programs send it, where a name may stand only once in an object.
//!
//! RFC 8259 leaves it open which of two fields of one name counts; what one reader checks another could carry out
//! differently, so neither counts here.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::problem::Wrong;

/// Begins and ends the name of a field in the message of an error.
const MARK: char = '\u{1}';

/// Reads a body.
///
/// # Errors
/// [`Wrong::NoJson`] for what is none; the field that stands twice.
pub(super) fn value(bytes: &[u8]) -> Result<Value, Wrong> {
    serde_json::from_slice::<Once>(bytes)
        .map(|once| once.0)
        .map_err(|error| {
            let message = error.to_string();
            let mut parts = message.split(MARK);
            match (parts.next(), parts.next()) {
                (Some(""), Some(name)) => Wrong::field(name, "api-given-twice"),
                _ => Wrong::NoJson(message),
            }
        })
}

/// A value in whose objects every name stands once.
struct Once(Value);

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Reader).map(Self)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, found: bool) -> Result<Value, E> {
        Ok(Value::Bool(found))
    }

    fn visit_i64<E>(self, found: i64) -> Result<Value, E> {
        Ok(found.into())
    }

    fn visit_u64<E>(self, found: u64) -> Result<Value, E> {
        Ok(found.into())
    }

    fn visit_f64<E>(self, found: f64) -> Result<Value, E> {
        Ok(Number::from_f64(found).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, found: &str) -> Result<Value, E> {
        Ok(Value::String(found.to_owned()))
    }

    fn visit_string<E>(self, found: String) -> Result<Value, E> {
        Ok(Value::String(found))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(Once(item)) = items.next_element()? {
            all.push(item);
        }
        Ok(Value::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let mut all = Map::new();
        while let Some(name) = fields.next_key::<String>()? {
            if all.contains_key(&name) {
                let shown: String = name.chars().filter(|c| !c.is_control()).take(100).collect();
                return Err(A::Error::custom(format!("{MARK}{shown}{MARK}")));
            }
            let Once(item) = fields.next_value()?;
            all.insert(name, item);
        }
        Ok(Value::Object(all))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_read_as_serde_json_reads_it() {
        let text = r#" {"b":[1,-2,3.5,null,true,"ậ\n"],"a":{"a":{}},"big":18446744073709551615} "#;
        let ours = value(text.as_bytes()).expect("JSON");
        assert_eq!(ours, serde_json::from_str::<Value>(text).expect("JSON"));
        assert_eq!(
            ours.to_string(),
            r#"{"b":[1,-2,3.5,null,true,"ậ\n"],"a":{"a":{}},"big":18446744073709551615}"#
        );
    }

    #[test]
    fn a_name_that_stands_twice_in_one_object_is_named() {
        let wrong = |text: &str| match value(text.as_bytes()) {
            Err(Wrong::App(error)) => format!("{error:?}"),
            other => panic!("{other:?}"),
        };
        assert!(wrong(r#"{"a":1,"b":{"x":1,"x":1}}"#).contains(r#""x""#));
        assert!(wrong(r#"[{"kind":1,"k\u0069nd":2}]"#).contains(r#""kind""#));
        assert!(matches!(value(b"{\"a\":"), Err(Wrong::NoJson(_))));
        assert!(matches!(
            value("[".repeat(100_000).as_bytes()),
            Err(Wrong::NoJson(_))
        ));
    }
}

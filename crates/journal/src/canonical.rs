//! Canonical JSON: one value, one sequence of bytes.
//!
//! The form is RFC 8785 (JSON Canonicalization Scheme) restricted to what facts need:
//! - UTF-8, no whitespace between tokens, no byte order mark;
//! - members of an object sorted by their names compared as UTF-16 code units (RFC 8785, 3.2.3);
//! - strings as RFC 8785, 3.2.2.2 writes them: `\"`, `\\`, `\b`, `\t`, `\n`, `\f`, `\r`, other characters
//!   below U+0020 as `\u00xx` with small hex digits, everything else as itself; nothing is normalised, so a
//!   caller that wants NFC gives NFC;
//! - numbers are integers between −(2⁵³−1) and 2⁵³−1 in decimal; a fraction, an exponent or a larger number
//!   is refused, because two programs might write it differently;
//! - `true`, `false`, `null`.
//!
//! Within these limits every RFC 8785 library gives the same bytes.

use serde_json::Value;

/// The largest integer that every JSON program can hold exactly (RFC 8785 refers to IEEE 754 doubles).
pub const MAX_INTEGER: i64 = (1 << 53) - 1;

/// Why a value has no canonical form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CanonicalError {
    /// A number that is not an integer between −(2⁵³−1) and 2⁵³−1.
    #[error("the number {0} has no canonical form: only integers up to 2^53-1 are allowed")]
    Number(String),
}

/// The canonical JSON text of a value.
///
/// # Errors
/// [`CanonicalError::Number`] for a number that is not an integer within ±(2⁵³−1).
pub fn canonical(value: &Value) -> Result<String, CanonicalError> {
    let mut out = String::with_capacity(256);
    write_value(value, &mut out)?;
    Ok(out)
}

fn write_value(value: &Value, out: &mut String) -> Result<(), CanonicalError> {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => match number.as_i64() {
            Some(integer) if (-MAX_INTEGER..=MAX_INTEGER).contains(&integer) => {
                out.push_str(&integer.to_string());
            }
            _ => return Err(CanonicalError::Number(number.to_string())),
        },
        Value::String(text) => write_string(text, out),
        Value::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write_value(item, out)?;
            }
            out.push(']');
        }
        Value::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_unstable_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            out.push('{');
            for (i, (name, member)) in sorted.into_iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write_string(name, out);
                out.push(':');
                write_value(member, out)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

fn write_string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            c if c < '\u{20}' => {
                out.push_str("\\u00");
                out.push(char::from_digit(u32::from(c) >> 4, 16).unwrap_or('0'));
                out.push(char::from_digit(u32::from(c) & 15, 16).unwrap_or('0'));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn members_are_sorted_as_rfc_8785_section_3_2_3_sorts_them() {
        let value = json!({
            "\u{20ac}": "Euro Sign", "\r": "Carriage Return", "\u{fb33}": "Hebrew Letter Dalet With Dagesh",
            "1": "One", "\u{1f600}": "Emoji: Grinning Face", "\u{80}": "Control",
            "\u{f6}": "Latin Small Letter O With Diaeresis",
        });
        let order: Vec<usize> = [
            "\\r",
            "\"1\"",
            "\u{80}",
            "\u{f6}",
            "\u{20ac}",
            "\u{1f600}",
            "\u{fb33}",
        ]
        .map(|name| canonical(&value).unwrap().find(name).unwrap())
        .to_vec();
        assert!(order.is_sorted(), "{order:?}");
    }

    #[test]
    fn strings_are_escaped_as_rfc_8785_section_3_2_2_2_escapes_them() {
        let value = json!("€$\u{f}\nA'B\"\\\"/\u{7f}");
        assert_eq!(
            canonical(&value).unwrap(),
            "\"€$\\u000f\\nA'B\\\"\\\\\\\"/\u{7f}\""
        );
    }

    #[test]
    fn nested_values_have_no_whitespace() {
        let value = json!({"b": [1, -2, {"z": null, "a": true}], "a": {}, "c": []});
        assert_eq!(
            canonical(&value).unwrap(),
            r#"{"a":{},"b":[1,-2,{"a":true,"z":null}],"c":[]}"#
        );
    }

    #[test]
    fn only_integers_that_every_program_can_hold_are_accepted() {
        assert_eq!(canonical(&json!(MAX_INTEGER)).unwrap(), "9007199254740991");
        assert_eq!(canonical(&json!(-MAX_INTEGER)).unwrap(), "-9007199254740991");
        for refused in [
            "1.0",
            "0.5",
            "1e3",
            "-0",
            "9007199254740992",
            "-9007199254740992",
            "18446744073709551615",
        ] {
            let value: Value = serde_json::from_str(refused).unwrap();
            assert!(canonical(&value).is_err(), "{refused}");
        }
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (-MAX_INTEGER..=MAX_INTEGER).prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::vec((any::<String>(), inner), 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn reading_canonical_json_and_writing_it_again_changes_nothing(value in value()) {
            let text = canonical(&value).unwrap();
            let read: Value = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(&read, &value);
            prop_assert_eq!(canonical(&read).unwrap(), text);
        }
    }
}

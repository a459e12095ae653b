//! Checks what was typed into a form and makes it clean, or says for each field what to mend.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::characters::{is_refused, visible};

use super::kinds::{date_of, email_of, identity_of, name_fits, phone_of, unit_of};
use super::{Field, FieldKind, Form};

/// A filled form whose every value was checked: NFC, trimmed, typed, nothing hidden, nothing unknown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CleanForm(Map<String, Value>);

impl CleanForm {
    /// The values by field name, in the order of the form.
    pub fn values(&self) -> &Map<String, Value> {
        &self.0
    }

    /// A text value.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.0.get(field)?.as_str()
    }

    /// A date value.
    pub fn date(&self, field: &str) -> Option<Date> {
        self.text(field)?.parse().ok()
    }

    /// The values themselves.
    pub fn into_values(self) -> Map<String, Value> {
        self.0
    }
}

/// What is wrong with one field; the sentence stands in the locales under the key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// Name of the field.
    pub field: String,
    /// Fluent key, `form-…`.
    pub key: String,
    /// Arguments of the sentence.
    pub args: Vec<(String, String)>,
}

/// Key and arguments of a mistake, before it is tied to its field.
pub(super) type Mistake = (&'static str, Vec<(&'static str, String)>);

impl Form {
    /// Checks what was typed; `today` is the local date, against which dates are called future.
    ///
    /// Values may be as JSON has them or texts as HTML forms send them. Empty texts count as not answered.
    /// Answers to fields that are hidden by their condition are dropped: a page without script sends them too.
    ///
    /// # Errors
    /// One mistake a field, in the order of the form, unknown fields last.
    pub fn check(&self, typed: &Map<String, Value>, today: Date) -> Result<CleanForm, Vec<FieldError>> {
        let (clean, errors) = self.check_so_far(typed, today);
        if errors.is_empty() { Ok(clean) } else { Err(errors) }
    }

    /// As [`Form::check`] for a form that is not finished: what could be taken, and every mistake beside it; what
    /// is not answered yet has the key `form-required`.
    pub fn check_so_far(&self, typed: &Map<String, Value>, today: Date) -> (CleanForm, Vec<FieldError>) {
        let (mut clean, mut errors) = (Map::new(), Vec::new());
        for field in &self.fields {
            if !self.is_visible(field, &clean) {
                continue;
            }
            match checked(field, typed.get(&field.name), today) {
                Ok(Some(value)) => {
                    clean.insert(field.name.clone(), value);
                }
                Ok(None) if field.required => errors.push(error(&field.name, "form-required", Vec::new())),
                Ok(None) => {}
                Err((key, args)) => errors.push(error(&field.name, key, args)),
            }
        }
        let unknown = typed.keys().filter(|name| self.field(name).is_none());
        // The name comes from outside: cut, so that a message cannot be made huge.
        errors.extend(unknown.map(|name| error(&cut(name), "form-unknown-field", Vec::new())));
        (CleanForm(clean), errors)
    }
}

fn error(field: &str, key: &str, args: Vec<(&str, String)>) -> FieldError {
    let args = args
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    FieldError {
        field: field.to_owned(),
        key: key.to_owned(),
        args,
    }
}

fn cut(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(60).collect()
}

fn checked(field: &Field, typed: Option<&Value>, today: Date) -> Result<Option<Value>, Mistake> {
    let text = match typed {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Array(_) | Value::Object(_)) => return Err(("form-wrong-type", Vec::new())),
        Some(Value::Bool(yes)) => {
            return match field.kind {
                FieldKind::YesNo => Ok(Some(Value::Bool(*yes))),
                _ => Err(("form-wrong-type", Vec::new())),
            };
        }
        Some(Value::Number(number)) => match field.kind {
            FieldKind::Integer { .. } | FieldKind::Year => number.to_string(),
            _ => return Err(("form-wrong-type", Vec::new())),
        },
        Some(Value::String(text)) => tidy(text, longest(field), multiline(field))?,
    };
    if text.is_empty() {
        return Ok(None);
    }
    value(field, text, today).map(Some)
}

/// The longest answer in characters; kinds with a fixed form get room for spaces and signs.
fn longest(field: &Field) -> usize {
    match &field.kind {
        FieldKind::Text { max_chars, .. } | FieldKind::Name { max_chars } => *max_chars,
        FieldKind::Email => 254,
        FieldKind::Choice(choices) => choices
            .iter()
            .map(|choice| choice.value.len())
            .max()
            .unwrap_or(0)
            .max(40),
        FieldKind::Integer { .. }
        | FieldKind::Year
        | FieldKind::Date { .. }
        | FieldKind::YesNo
        | FieldKind::Identity
        | FieldKind::Phone
        | FieldKind::Unit => 40,
    }
}

fn multiline(field: &Field) -> bool {
    matches!(field.kind, FieldKind::Text { lines: true, .. })
}

/// NFC, trimmed, one kind of line break; refuses NUL, control and direction-changing characters.
fn tidy(raw: &str, max_chars: usize, lines: bool) -> Result<String, Mistake> {
    let too_long = || ("form-too-long", vec![("max", max_chars.to_string())]);
    // A letter of Vietnamese takes at most three code points and five bytes when decomposed: what is longer
    // than that is too long however it normalises, and is not worth normalising.
    if raw.len() > max_chars.saturating_mul(8) + 64 {
        return Err(too_long());
    }
    if raw.contains('\0') {
        return Err(("form-nul", Vec::new()));
    }
    let text = visible(&raw.replace("\r\n", "\n"));
    let text = text.trim();
    let refused = |c: char| match c {
        '\n' => !lines,
        '\r' => true,
        other => is_refused(other),
    };
    if text.chars().any(refused) {
        return Err(("form-control-character", Vec::new()));
    }
    if text.chars().count() > max_chars {
        return Err(too_long());
    }
    Ok(text.to_owned())
}

fn value(field: &Field, text: String, today: Date) -> Result<Value, Mistake> {
    let refuse = |key: &'static str| Err((key, Vec::new()));
    match &field.kind {
        FieldKind::Text { .. } => Ok(Value::String(text)),
        FieldKind::Name { .. } if name_fits(&text) => Ok(Value::String(text)),
        FieldKind::Name { .. } => refuse("form-not-a-name"),
        FieldKind::Integer { min, max } => integer(&text, *min, *max),
        FieldKind::Year => integer(&text, 1900, i64::from(today.year())),
        FieldKind::Date { past } => date_of(&text, *past, today).map(|date| Value::String(date.to_string())),
        FieldKind::Choice(choices) if choices.iter().any(|choice| choice.value == text) => {
            Ok(Value::String(text))
        }
        FieldKind::Choice(_) => refuse("form-not-a-choice"),
        FieldKind::YesNo => match text.as_str() {
            "true" | "yes" | "on" | "1" => Ok(Value::Bool(true)),
            "false" | "no" | "off" | "0" => Ok(Value::Bool(false)),
            _ => refuse("form-not-a-choice"),
        },
        FieldKind::Identity => identity_of(&text)
            .map(Value::String)
            .ok_or(("form-bad-identity", Vec::new())),
        FieldKind::Phone => phone_of(&text)
            .map(Value::String)
            .ok_or(("form-bad-phone", Vec::new())),
        FieldKind::Email => email_of(&text)
            .map(Value::String)
            .ok_or(("form-bad-email", Vec::new())),
        FieldKind::Unit => unit_of(&text)
            .map(Value::String)
            .ok_or(("form-bad-unit", Vec::new())),
    }
}

fn integer(text: &str, min: i64, max: i64) -> Result<Value, Mistake> {
    let number: i64 = text.parse().map_err(|_| ("form-not-a-number", Vec::new()))?;
    if number < min {
        Err(("form-too-small", vec![("min", min.to_string())]))
    } else if number > max {
        Err(("form-too-large", vec![("max", max.to_string())]))
    } else {
        Ok(Value::from(number))
    }
}

//! From what a page sends to what the form checks, and from a person's data to first values.

use serde_json::{Map, Value};
use townhall_domain::form::{ApplicantPart, Form as Schema, Prefill, Widget};

/// The texts that were sent for a form drawn with this prefix, ready for `Form::check`.
///
/// Dates in three parts become one text (`31/6/2025`, as typed, so that a mistake can be shown), repeated names keep
/// the last answer, names of other parts of the page are left alone.
pub fn typed_values<'a>(
    schema: &Schema,
    prefix: &str,
    sent: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Map<String, Value> {
    let mut typed = Map::new();
    let mut parts: Map<String, Value> = Map::new();
    for (name, value) in sent {
        let Some(name) = name.strip_prefix(prefix) else {
            continue;
        };
        if schema.field(name).is_some() {
            typed.insert(name.to_owned(), Value::from(value));
        } else if let Some((field, "day" | "month" | "year")) = name.rsplit_once('-')
            && schema
                .field(field)
                .is_some_and(|asked| asked.widget == Widget::Date)
        {
            parts.insert(name.to_owned(), Value::from(value.trim()));
        }
    }
    for asked in schema.fields.iter().filter(|asked| asked.widget == Widget::Date) {
        let part = |name: &str| {
            parts
                .get(&format!("{}-{name}", asked.name))
                .and_then(Value::as_str)
                .unwrap_or("")
        };
        let [day, month, year] = [part("day"), part("month"), part("year")];
        if !(day.is_empty() && month.is_empty() && year.is_empty()) {
            typed.insert(asked.name.clone(), Value::from(format!("{day}/{month}/{year}")));
        }
    }
    typed
}

/// First values: what stands in the pack, and what is known of whoever asks.
pub fn prefilled(schema: &Schema, known: impl Fn(ApplicantPart) -> Option<Value>) -> Map<String, Value> {
    schema
        .fields
        .iter()
        .filter_map(|asked| {
            let value = match asked.prefill.as_ref()? {
                Prefill::Value(value) => Value::from(value.as_str()),
                Prefill::Applicant(part) => known(*part)?,
            };
            Some((asked.name.clone(), value))
        })
        .collect()
}

/// A stored or typed date in three parts; what cannot be split stands in the first.
pub(super) fn date_in_parts(text: &str) -> [String; 3] {
    let parts: Vec<&str> = text.split(['/', '-', '.']).map(str::trim).collect();
    match parts[..] {
        [year, month, day] if year.len() == 4 => [bare(day), bare(month), year.to_owned()],
        [day, month, year] => [day.to_owned(), month.to_owned(), year.to_owned()],
        _ => [text.to_owned(), String::new(), String::new()],
    }
}

/// A stored date as officers type it, `27/3/2025`; a typed one stays as it is.
pub(super) fn date_on_one_line(text: &str) -> String {
    match text.split('-').collect::<Vec<_>>()[..] {
        [year, month, day] if year.len() == 4 => format!("{}/{}/{year}", bare(day), bare(month)),
        _ => text.to_owned(),
    }
}

fn bare(number: &str) -> String {
    let short = number.trim_start_matches('0');
    if short.is_empty() {
        number.to_owned()
    } else {
        short.to_owned()
    }
}

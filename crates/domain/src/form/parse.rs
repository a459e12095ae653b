//! From a JSON Schema with `x-` keys to the form; every mistake with its line.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{ApplicantPart, Choice, Condition, Field, FieldKind, Form, PersonPart, Prefill, Section, Widget};
use crate::pack::{PackFile, PackProblem};
use crate::words::Words;

/// Longest text that any field may take; longer things are papers.
const LONGEST: u64 = 5000;

/// What a field may carry; anything else would look as if it were checked.
const KNOWN: [&str; 17] = [
    "type",
    "format",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "pattern",
    "oneOf",
    "x-kind",
    "x-label",
    "x-help",
    "x-section",
    "x-when",
    "x-widget",
    "x-prefill",
    "x-person",
    "x-past",
];

impl Form {
    /// Reads a form.
    ///
    /// # Errors
    /// Every problem found: not JSON, not of the subset of JSON Schema that the renderer draws, a field without
    /// label or section, a condition on a field that does not stand before it, a required field that can be
    /// hidden, a rule for it that its condition does not repeat.
    pub fn parse(file: PackFile<'_>) -> Result<Self, Vec<PackProblem>> {
        let schema: Value = serde_json::from_str(file.text)
            .map_err(|error| vec![PackProblem::at(file.path, error.line(), error.to_string())])?;
        let mut parser = Parser {
            file,
            problems: Vec::new(),
        };
        let form = parser.form(&schema);
        match form {
            Some(form) if parser.problems.is_empty() => Ok(form),
            _ => Err(parser.problems),
        }
    }
}

struct Parser<'a> {
    file: PackFile<'a>,
    problems: Vec<PackProblem>,
}

impl Parser<'_> {
    /// A problem at the first line that holds a key.
    fn say(&mut self, key: &str, reason: impl Into<String>) {
        let at = self.file.text.find(&format!("\"{key}\":"));
        let line = at.map_or(0, |at| self.file.line_of(at));
        self.problems.push(PackProblem::at(self.file.path, line, reason));
    }

    fn form(&mut self, schema: &Value) -> Option<Form> {
        if schema["$schema"] != "https://json-schema.org/draft/2020-12/schema" {
            self.say("$schema", "$schema must name JSON Schema 2020-12");
        }
        if schema["type"] != "object" || schema["additionalProperties"] != false {
            self.say(
                "type",
                "a form needs \"type\": \"object\" and \"additionalProperties\": false",
            );
        }
        let title = self.words(&schema["x-title"], "x-title", "the form");
        let sections = self.sections(&schema["x-sections"]);
        let required = self.names(&schema["required"], "required");
        let Some(properties) = schema["properties"].as_object() else {
            self.say("properties", "properties are missing");
            return None;
        };
        let mut fields: Vec<Field> = Vec::new();
        for (name, property) in properties {
            if let Some(field) = self.field(name, property, &sections, &fields, required.contains(name)) {
                fields.push(field);
            }
        }
        for name in required.iter().filter(|name| !properties.contains_key(*name)) {
            self.say("required", format!("required names '{name}', which is no field"));
        }
        self.conditional(&schema["allOf"], &mut fields);
        for section in &sections {
            if !fields.iter().any(|field| field.section == section.id) && self.problems.is_empty() {
                self.say("x-sections", format!("section '{}' has no field", section.id));
            }
        }
        let examples = schema["examples"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_object)
            .cloned();
        Some(Form {
            path: self.file.path.to_owned(),
            title,
            official: schema["x-official"].as_str().map(str::to_owned),
            sections,
            fields,
            examples: examples.collect(),
        })
    }

    fn sections(&mut self, value: &Value) -> Vec<Section> {
        let mut sections: Vec<Section> = Vec::new();
        for section in value.as_array().into_iter().flatten() {
            let id = section["id"].as_str().unwrap_or("").to_owned();
            if id.is_empty() || sections.iter().any(|other| other.id == id) {
                self.say(
                    "x-sections",
                    format!("section id '{id}' is empty or stands twice"),
                );
            }
            let label = self.words(&section["x-label"], "x-sections", &id);
            let help = section
                .get("x-help")
                .map(|help| self.words(help, "x-sections", &id));
            sections.push(Section { id, label, help });
        }
        sections
    }

    fn field(
        &mut self,
        name: &str,
        property: &Value,
        sections: &[Section],
        before: &[Field],
        required: bool,
    ) -> Option<Field> {
        let plain = !name.is_empty()
            && name
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if !plain {
            self.say(
                name,
                format!("field '{name}' may hold small letters, digits and _ only"),
            );
        }
        for key in property
            .as_object()
            .into_iter()
            .flat_map(Map::keys)
            .filter(|key| !KNOWN.contains(&key.as_str()))
        {
            self.say(
                name,
                format!("field '{name}': '{key}' is not drawn or checked here"),
            );
        }
        let label = self.words(&property["x-label"], name, name);
        let help = property.get("x-help").map(|help| self.words(help, name, name));
        let section = property["x-section"].as_str().unwrap_or("").to_owned();
        if !sections.iter().any(|known| known.id == section) {
            self.say(
                name,
                format!("field '{name}': x-section '{section}' does not stand in x-sections"),
            );
        }
        let when = property
            .get("x-when")
            .and_then(|when| self.condition(name, when, before));
        if required && when.is_some() {
            self.say(name, format!("field '{name}' can be hidden, so it cannot always be required; use allOf with if and then"));
        }
        let kind = self.kind(name, property)?;
        if property.get("pattern").is_some()
            && !matches!(kind, FieldKind::Identity | FieldKind::Phone | FieldKind::Unit)
        {
            self.say(
                name,
                format!("field '{name}': a pattern is checked here only through x-kind"),
            );
        }
        let widget = self.widget(name, property, &kind);
        let prefill = self.prefill(name, property);
        let person = self.person(name, property);
        Some(Field {
            name: name.to_owned(),
            label,
            help,
            section,
            widget,
            kind,
            required,
            when,
            prefill,
            person,
        })
    }

    fn prefill(&mut self, name: &str, property: &Value) -> Option<Prefill> {
        let source = property.get("x-prefill")?;
        let prefill = source.as_str().and_then(Prefill::parse);
        if prefill.is_none() {
            let known = ApplicantPart::ALL.map(|part| format!("applicant.{}", part.as_str()));
            self.say(
                name,
                format!(
                    "field '{name}': nothing fills x-prefill {source}; write value:… or one of {}",
                    known.join(", ")
                ),
            );
        }
        prefill
    }

    fn person(&mut self, name: &str, property: &Value) -> Option<PersonPart> {
        let whose = property.get("x-person")?;
        let parts = whose.as_str().and_then(|text| text.split_once('.'));
        if parts.is_none() {
            self.say(
                name,
                format!("field '{name}': x-person {whose} is not written like mother.full_name"),
            );
        }
        parts.map(|(person, part)| PersonPart {
            person: person.to_owned(),
            part: part.to_owned(),
        })
    }

    fn kind(&mut self, name: &str, property: &Value) -> Option<FieldKind> {
        let max_chars = property["maxLength"]
            .as_u64()
            .filter(|max| (1..=LONGEST).contains(max));
        let max_chars = max_chars.and_then(|max| usize::try_from(max).ok());
        let kind = match (
            property["type"].as_str(),
            property["x-kind"].as_str(),
            property["format"].as_str(),
        ) {
            (Some("boolean"), None, None) => Some(FieldKind::YesNo),
            (Some("integer"), Some("year"), None) => Some(FieldKind::Year),
            (Some("integer"), None, None) => {
                match (property["minimum"].as_i64(), property["maximum"].as_i64()) {
                    (Some(min), Some(max)) if min <= max => Some(FieldKind::Integer { min, max }),
                    _ => {
                        self.say(
                            name,
                            format!("field '{name}': a whole number needs minimum and maximum"),
                        );
                        return None;
                    }
                }
            }
            (Some("string"), None, Some("date")) => Some(FieldKind::Date {
                past: property["x-past"] == true,
            }),
            (Some("string"), Some("email"), Some("email")) => Some(FieldKind::Email),
            (Some("string"), Some("identity"), None) => Some(FieldKind::Identity),
            (Some("string"), Some("phone"), None) => Some(FieldKind::Phone),
            (Some("string"), Some("unit"), None) => Some(FieldKind::Unit),
            (Some("string"), None, None) if property.get("oneOf").is_some() => {
                self.choices(name, &property["oneOf"])
            }
            (Some("string"), None | Some("name"), None) if max_chars.is_none() => {
                self.say(
                    name,
                    format!("field '{name}': a text needs maxLength from 1 to {LONGEST}"),
                );
                return None;
            }
            (Some("string"), Some("name"), None) => max_chars.map(|max_chars| FieldKind::Name { max_chars }),
            (Some("string"), None, None) => {
                let lines = property["x-widget"] == "textarea";
                max_chars.map(|max_chars| FieldKind::Text { max_chars, lines })
            }
            _ => None,
        };
        if kind.is_none() {
            self.say(
                name,
                format!("field '{name}': this mix of type, format and x-kind is not drawn here"),
            );
        }
        kind
    }

    fn choices(&mut self, name: &str, one_of: &Value) -> Option<FieldKind> {
        let mut choices = Vec::new();
        for choice in one_of.as_array()? {
            let value = choice["const"].as_str()?.to_owned();
            let label = self.words(&choice["x-label"], name, &value);
            choices.push(Choice { value, label });
        }
        (!choices.is_empty()).then_some(FieldKind::Choice(choices))
    }

    fn widget(&mut self, name: &str, property: &Value, kind: &FieldKind) -> Widget {
        let wanted = property["x-widget"].as_str();
        match (kind, wanted) {
            (FieldKind::Choice(_), Some("radio")) | (FieldKind::YesNo, None | Some("radio")) => Widget::Radio,
            (FieldKind::Choice(_), None | Some("select")) => Widget::Select,
            (FieldKind::YesNo, Some("checkbox")) => Widget::Checkbox,
            (FieldKind::Text { .. }, Some("textarea")) => Widget::Textarea,
            (FieldKind::Date { .. }, None | Some("date")) => Widget::Date,
            (FieldKind::Integer { .. } | FieldKind::Year, None | Some("number")) => Widget::Number,
            (FieldKind::Unit, None | Some("unit")) => Widget::Unit,
            (_, None | Some("text")) => Widget::Text,
            (_, Some(other)) => {
                self.say(
                    name,
                    format!("field '{name}': widget '{other}' does not fit its type"),
                );
                Widget::Text
            }
        }
    }

    fn condition(&mut self, name: &str, when: &Value, before: &[Field]) -> Option<Condition> {
        let field = when["field"].as_str().unwrap_or("");
        let Some(other) = before.iter().find(|other| other.name == field) else {
            self.say(
                name,
                format!("field '{name}': x-when asks '{field}', which does not stand before it"),
            );
            return None;
        };
        let is = when["is"].as_array().cloned().unwrap_or_default();
        let possible = |value: &Value| match (&other.kind, value) {
            (FieldKind::YesNo, Value::Bool(_)) => true,
            (FieldKind::Choice(choices), Value::String(value)) => {
                choices.iter().any(|choice| choice.value == *value)
            }
            _ => false,
        };
        if is.is_empty() || !is.iter().all(possible) {
            self.say(
                name,
                format!("field '{name}': x-when lists a value that '{field}' cannot have"),
            );
        }
        Some(Condition {
            field: field.to_owned(),
            is,
        })
    }

    /// `allOf` holds rules `if one field has one of some values, then these are required`; the renderer reads
    /// from them which hidden fields are required once they show.
    fn conditional(&mut self, all_of: &Value, fields: &mut [Field]) {
        for rule in all_of.as_array().into_iter().flatten() {
            let properties = rule["if"]["properties"].as_object();
            let only = properties
                .filter(|properties| properties.len() == 1)
                .and_then(|properties| properties.iter().next());
            let Some((asked, values)) = only.and_then(|(name, test)| Some((name, test["enum"].as_array()?)))
            else {
                self.say(
                    "allOf",
                    "a rule of allOf is written: if one property has an enum, then required",
                );
                continue;
            };
            for name in self.names(&rule["then"]["required"], "allOf") {
                let field = fields.iter_mut().find(|field| field.name == name);
                let fits = |when: &Condition| when.field == *asked && when.is == *values;
                match field {
                    Some(field) if field.when.as_ref().is_some_and(fits) => field.required = true,
                    Some(_) => self.say(
                        &name,
                        format!("field '{name}': its x-when and the rule that requires it differ"),
                    ),
                    None => self.say("allOf", format!("allOf requires '{name}', which is no field")),
                }
            }
        }
    }

    fn names(&mut self, value: &Value, key: &str) -> BTreeSet<String> {
        let list = value.as_array().map_or(&[][..], Vec::as_slice);
        if list.iter().any(|name| !name.is_string()) {
            self.say(key, "a list of names holds something that is no text");
        }
        list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    }

    fn words(&mut self, value: &Value, key: &str, of: &str) -> Words {
        match (value["vi"].as_str(), value["en"].as_str()) {
            (Some(vi), Some(en)) if !vi.trim().is_empty() && !en.trim().is_empty() => Words {
                vi: vi.to_owned(),
                en: en.to_owned(),
            },
            _ => {
                self.say(key, format!("'{of}' has no words in vi and en"));
                Words {
                    vi: String::new(),
                    en: String::new(),
                }
            }
        }
    }
}

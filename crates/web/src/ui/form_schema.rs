//! Draws any form of the packs: sections, fields in two languages, help, conditional fields, mistakes, what was typed.
//!
//! Without a script every field is seen, and a conditional one says when to answer it; what does not apply is dropped
//! when the form is checked. The script hides what does not apply.

mod read;

use maud::{Markup, html};
use serde_json::{Map, Value};
use townhall_domain::form::{Condition, Field as Asked, FieldError, FieldKind, Form as Schema, Widget};
use townhall_text::Lang;

use super::{
    Choice, Errors, Field, Icon, Ui, checkbox, date, date_parts, number_field, radios, select, text, textarea,
};

pub use read::{prefilled, typed_values};

/// A form of the packs as it is to be drawn.
#[derive(Debug, Clone, Copy)]
pub struct SchemaForm<'a> {
    /// The form.
    pub schema: &'a Schema,
    /// What stands in the fields: typed texts, a draft, clean values, or values from a data base.
    pub values: &'a Map<String, Value>,
    /// Mistakes, named with the prefix.
    pub errors: &'a Errors,
    /// Stands before every name, so that the form can be part of a larger one: `form-`.
    pub prefix: &'a str,
    /// Whether citizens fill it in: dates in three fields, browsers may fill in one's own data.
    pub citizen: bool,
    /// Units to choose from: code and name.
    pub units: &'a [(String, String)],
}

/// The whole form, section by section.
pub fn schema_form(ui: &Ui, form: &SchemaForm<'_>) -> Markup {
    html! {
        @for section in &form.schema.sections { (schema_section(ui, form, &section.id)) }
        (unit_list(form))
    }
}

/// One section with its heading; citizens get one a page.
pub fn schema_section(ui: &Ui, form: &SchemaForm<'_>, section: &str) -> Markup {
    let heading = form.schema.sections.iter().find(|found| found.id == section);
    html! {
        fieldset.mb-3 {
            @if let Some(heading) = heading {
                legend.th-h { (say(ui, &heading.label)) }
                @if let Some(help) = &heading.help { p.form-hint { (say(ui, help)) } }
            }
            div.th-fields { @for asked in form.schema.fields_of(section) { (field(ui, form, asked)) } }
        }
    }
}

/// One section on a page of its own, with the list behind fields that ask for a unit.
pub fn schema_section_with_units(ui: &Ui, form: &SchemaForm<'_>, section: &str) -> Markup {
    html! { (schema_section(ui, form, section)) (unit_list(form)) }
}

/// One field alone, with the units to choose from, whatever it depends on; nothing when the form has no such field.
pub fn schema_field(ui: &Ui, form: &SchemaForm<'_>, name: &str) -> Markup {
    html! {
        @if let Some(asked) = form.schema.field(name) {
            div.th-f12 { (bare_field(ui, form, asked)) }
            @if asked.widget == Widget::Unit { (unit_list(form)) }
        }
    }
}

/// The filled form to read: only what was answered. `unit_name` tells the name of a unit's code.
pub fn schema_values(
    ui: &Ui,
    schema: &Schema,
    values: &Map<String, Value>,
    unit_name: &dyn Fn(&str) -> Option<String>,
) -> Markup {
    html! {
        @for section in &schema.sections {
            @let answered: Vec<(&Asked, String)> = schema.fields_of(&section.id)
                .filter_map(|asked| Some((asked, shown(ui, asked, values.get(&asked.name)?, unit_name)?)))
                .collect();
            @if !answered.is_empty() {
                h3.th-h.mt-2 { (say(ui, &section.label)) }
                dl.th-kv {
                    @for (asked, words) in answered { dt { (say(ui, &asked.label)) } dd { (words) } }
                }
            }
        }
    }
}

/// One answer in words, and the words of its question; none for a field that the form does not have.
pub fn schema_answer(ui: &Ui, schema: &Schema, field: &str, value: &Value) -> Option<(String, String)> {
    let asked = schema.field(field)?;
    let words = shown(ui, asked, value, &|_| None).unwrap_or_default();
    Some((say(ui, &asked.label).to_owned(), words))
}

/// The mistakes that the check found, as sentences under the names of the drawn fields.
pub fn schema_errors(ui: &Ui, prefix: &str, found: &[FieldError]) -> Errors {
    Errors::new(found.iter().map(|mistake| {
        let args: Vec<(&str, townhall_text::Arg<'_>)> = mistake
            .args
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str().into()))
            .collect();
        (
            format!("{prefix}{}", mistake.field),
            ui.t_args(&mistake.key, &args),
        )
    }))
}

/// How a field of the form is called among all of the form: with its section, for several ask for a name.
pub fn schema_label(ui: &Ui, schema: &Schema, field: &str) -> Option<String> {
    let asked = schema.field(field)?;
    let label = say(ui, &asked.label);
    let section = schema.sections.iter().find(|section| section.id == asked.section);
    Some(section.map_or_else(
        || label.to_owned(),
        |section| format!("{} – {label}", say(ui, &section.label)),
    ))
}

/// One field, in its frame that follows the answer on which it depends.
fn field(ui: &Ui, form: &SchemaForm<'_>, asked: &Asked) -> Markup {
    let width = format!("th-f{}", columns(asked));
    let Some(when) = &asked.when else {
        return html! { div class=(width) { (bare_field(ui, form, asked)) } };
    };
    let Some(other) = form.schema.field(&when.field) else {
        return html! { div class=(width) { (bare_field(ui, form, asked)) } };
    };
    let values = Value::from(when.is.iter().map(|value| sent(other, value)).collect::<Vec<_>>()).to_string();
    html! {
        div class=(width) data-when=(format!("{}{}", form.prefix, when.field)) data-values=(values) {
            p.th-muted.mb-0 data-when-hint="" { (Icon::INFO) " " (condition_words(ui, other, when)) }
            (bare_field(ui, form, asked))
        }
    }
}

fn bare_field(ui: &Ui, form: &SchemaForm<'_>, asked: &Asked) -> Markup {
    let name = format!("{}{}", form.prefix, asked.name);
    let typed = form.values.get(&asked.name).map(plain).unwrap_or_default();
    let mut drawn = Field::new(name, say(ui, &asked.label))
        .errors(form.errors)
        .autocomplete(autocomplete(form, asked));
    if let Some(help) = &asked.help {
        drawn = drawn.hint(say(ui, help));
    }
    if !asked.required {
        drawn = drawn.optional();
    }
    if let FieldKind::Text { max_chars, .. } | FieldKind::Name { max_chars } = &asked.kind {
        drawn = drawn.max_chars(u32::try_from(*max_chars).unwrap_or(u32::MAX));
    }
    match (asked.widget, &asked.kind) {
        (Widget::Date, _) if form.citizen => {
            let [day, month, year] = read::date_in_parts(&typed);
            date_parts(ui, &drawn, [&day, &month, &year])
        }
        (Widget::Date, _) => date(ui, &drawn.value(read::date_on_one_line(&typed))),
        (Widget::Textarea, _) => textarea(ui, &drawn.value(typed), 3),
        (Widget::Number, FieldKind::Integer { .. }) => number_field(ui, &drawn.value(typed)),
        (Widget::Checkbox, _) => checkbox(ui, &drawn, matches!(typed.as_str(), "true" | "1" | "on" | "yes")),
        (Widget::Radio, kind) => radios(ui, &drawn.value(yes_or(kind, &typed)), &choices(ui, kind)),
        (Widget::Select, kind) => select(
            ui,
            &drawn.value(yes_or(kind, &typed)),
            &choices(ui, kind),
            Some(&ui.t("ui-form-choose")),
        ),
        (Widget::Unit, _) => text(ui, &drawn.value(typed).from_list("units")),
        (Widget::Text | Widget::Number, kind) => {
            let mode = match kind {
                FieldKind::Identity | FieldKind::Integer { .. } | FieldKind::Year => Some("numeric"),
                FieldKind::Phone => Some("tel"),
                FieldKind::Email => Some("email"),
                _ => None,
            };
            let drawn = drawn.value(typed);
            text(
                ui,
                &match mode {
                    Some(mode) => drawn.input_mode(mode),
                    None => drawn,
                },
            )
        }
    }
}

/// The answers to choose from.
fn choices<'a>(ui: &Ui, kind: &'a FieldKind) -> Vec<Choice<'a>> {
    match kind {
        FieldKind::Choice(answers) => answers
            .iter()
            .map(|answer| Choice::new(answer.value.as_str(), answer.label.get(ui.lang.code())))
            .collect(),
        _ => vec![
            Choice::new("true", ui.t("common-yes")),
            Choice::new("false", ui.t("common-no")),
        ],
    }
}

/// "Chỉ trả lời khi “Đã có giấy chứng sinh” là: Không."
fn condition_words(ui: &Ui, other: &Asked, when: &Condition) -> String {
    let answers: Vec<String> = when
        .is
        .iter()
        .filter_map(|value| shown(ui, other, value, &|_| None))
        .collect();
    ui.t_args(
        "ui-form-only-if",
        &[
            ("field", say(ui, &other.label).into()),
            ("answers", answers.join(", ").into()),
        ],
    )
}

/// What a page sends for a clean value of a field; an unticked box sends nothing.
fn sent(other: &Asked, value: &Value) -> String {
    match (other.widget, value) {
        (Widget::Checkbox, Value::Bool(true)) => "1".to_owned(),
        (Widget::Checkbox, Value::Bool(false)) => String::new(),
        (_, value) => plain(value),
    }
}

/// A clean value in words; `None` when there is nothing to show.
fn shown(
    ui: &Ui,
    asked: &Asked,
    value: &Value,
    unit_name: &dyn Fn(&str) -> Option<String>,
) -> Option<String> {
    match (&asked.kind, value) {
        (_, Value::Null) => None,
        (FieldKind::Choice(answers), Value::String(given)) => {
            let answer = answers.iter().find(|answer| answer.value == *given);
            Some(answer.map_or_else(|| given.clone(), |answer| say(ui, &answer.label).to_owned()))
        }
        (FieldKind::YesNo, Value::Bool(yes)) => Some(ui.t(if *yes { "common-yes" } else { "common-no" })),
        (FieldKind::Date { .. }, Value::String(given)) => Some(given.parse().map_or_else(
            |_| given.clone(),
            |date| townhall_text::date_on_paper(ui.lang, date),
        )),
        (FieldKind::Unit, Value::String(given)) => Some(unit_name(given).unwrap_or_else(|| given.clone())),
        (FieldKind::Integer { .. }, Value::Number(given)) => Some(
            given
                .as_i64()
                .map_or_else(|| given.to_string(), |count| ui.number(count)),
        ),
        (_, value) => Some(plain(value)).filter(|words| !words.is_empty()),
    }
}

/// A value as text, as it stands in a field.
fn plain(value: &Value) -> String {
    match value {
        Value::Null | Value::Array(_) | Value::Object(_) => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

/// The texts that a box or a JSON value may have for yes and no, as the two choices are sent.
fn yes_or<'a>(kind: &FieldKind, typed: &'a str) -> &'a str {
    match (kind, typed) {
        (FieldKind::YesNo, "1" | "on" | "yes") => "true",
        (FieldKind::YesNo, "0" | "off" | "no") => "false",
        _ => typed,
    }
}

/// Widths in twelfths: short answers share a row, long ones have one of their own.
fn columns(asked: &Asked) -> u8 {
    match (&asked.kind, asked.widget) {
        (_, Widget::Textarea | Widget::Checkbox) => 12,
        (FieldKind::Year | FieldKind::Integer { .. }, _) => 3,
        (FieldKind::Date { .. } | FieldKind::Identity | FieldKind::Phone | FieldKind::Unit, _)
        | (FieldKind::YesNo, Widget::Radio) => 4,
        (FieldKind::Text { max_chars, .. }, _) if *max_chars > 120 => 8,
        (FieldKind::Text { max_chars, .. }, _) if *max_chars <= 60 => 4,
        _ => 6,
    }
}

/// Browsers may fill in the citizen's own data (WCAG 1.3.5), and nothing into an officer's form.
fn autocomplete(form: &SchemaForm<'_>, asked: &Asked) -> &'static str {
    let own = asked
        .person
        .as_ref()
        .filter(|part| form.citizen && part.person == "applicant");
    match own.map(|part| part.part.as_str()) {
        Some("full_name") => "name",
        Some("birth_date") => "bday",
        Some("phone") => "tel",
        Some("email") => "email",
        Some("address") => "street-address",
        _ => "off",
    }
}

/// The list behind fields that ask for a unit; it stands once on the page.
fn unit_list(form: &SchemaForm<'_>) -> Markup {
    let asks = form
        .schema
        .fields
        .iter()
        .any(|asked| asked.widget == Widget::Unit);
    html! {
        @if asks && !form.units.is_empty() {
            datalist id="units" { @for (code, name) in form.units { option value=(code) { (name) } } }
        }
    }
}

fn say<'a>(ui: &Ui, words: &'a townhall_domain::words::Words) -> &'a str {
    match ui.lang {
        Lang::Vi => &words.vi,
        Lang::En => &words.en,
    }
}

#[cfg(test)]
pub(super) mod tests;

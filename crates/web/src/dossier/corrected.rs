//! Correcting an entry: first which one, then its own control with what stands there now. And how a correction reads
//! in the trail, old value and new.

use maud::{Markup, html};
use serde_json::{Map, Value};
use townhall_app::dossier::DossierView;
use townhall_domain::dossier::{ApplicantInput, Delivery, Dossier};
use townhall_domain::form::{FieldKind, Form as Schema};
use townhall_store::journal::StoredFact;

use super::act::Typed;
use super::page::masked;
use crate::counter::{FORM, units_to_choose};
use crate::state::App;
use crate::ui::{self, Choice, Column, Errors, Field, SchemaForm, Ui};

/// What the law of the dossier asks for, by its version.
fn schema<'a>(app: &'a App, dossier: &Dossier) -> Option<&'a Schema> {
    let packs = app.town.packs();
    let about = &dossier.procedure;
    let procedure = packs.procedures().version(&about.code, about.version)?;
    packs.form(procedure.form.as_deref()?)
}

/// The parts of an applicant that can be corrected, with what stands there.
fn applicant(dossier: &Dossier) -> [(&'static str, String); 6] {
    let now = ApplicantInput::from(&dossier.applicant);
    let born_on = dossier
        .applicant
        .born_on
        .map(|day| format!("{}/{}/{}", day.day(), day.month(), day.year()));
    [
        ("name", now.name),
        ("id_number", now.id_number),
        ("born_on", born_on.unwrap_or_default()),
        ("phone", now.phone),
        ("email", now.email),
        ("address", now.address),
    ]
}

/// How an entry is called; none when there is no such entry.
pub(super) fn label(app: &App, ui: &Ui, dossier: &Dossier, entry: &str) -> Option<String> {
    if entry == "delivery" {
        return Some(ui.t("dossier-delivery"));
    }
    if let Some(part) = entry.strip_prefix("applicant.") {
        let mut parts = applicant(dossier).into_iter();
        return parts
            .any(|(name, _)| name == part)
            .then(|| of_applicant(ui, part));
    }
    ui::schema_label(ui, schema(app, dossier)?, entry.strip_prefix("form.")?)
}

/// How a part of the applicant is called beside the people whom the form names.
fn of_applicant(ui: &Ui, part: &str) -> String {
    let part = ui.t(&format!("applicant-{part}"));
    ui.t_args("dossier-correct-applicant", &[("part", part.as_str().into())])
}

/// A value of an entry in words; an identity number with its last digits only.
fn words(app: &App, ui: &Ui, dossier: &Dossier, entry: &str, value: &Value) -> String {
    let text = value.as_str().unwrap_or_default();
    if entry == "delivery" {
        let way = Delivery::parse(text).map_or(text, |way| way.as_str());
        return ui.t(&format!("dossier-delivery-{way}"));
    }
    let asked = entry.strip_prefix("form.").and_then(|name| {
        let schema = schema(app, dossier)?;
        Some((schema, schema.field(name)?))
    });
    match asked {
        _ if entry == "applicant.id_number" => masked(text),
        Some((_, field)) if field.kind == FieldKind::Identity => masked(text),
        Some((schema, field)) => {
            let answer = ui::schema_answer(ui, schema, &field.name, value);
            answer.map_or_else(|| text.to_owned(), |(_, words)| words)
        }
        None => text.to_owned(),
    }
}

/// The value that stands there now, as it would be typed.
pub(super) fn typed_now(dossier: &Dossier, entry: &str) -> String {
    match entry.strip_prefix("applicant.") {
        // Nobody reads the whole number from a page that he did not need it for; it is typed anew from the card.
        Some("id_number") => String::new(),
        Some(part) => {
            let mut parts = applicant(dossier).into_iter();
            parts
                .find(|(name, _)| *name == part)
                .map(|(_, text)| text)
                .unwrap_or_default()
        }
        None if entry == "delivery" => dossier.delivery.as_str().to_owned(),
        None => String::new(),
    }
}

/// Everything that can be corrected, with what stands there and a way to its control.
pub(super) fn entries(app: &App, ui: &Ui, view: &DossierView) -> Markup {
    let dossier = &view.dossier;
    let mut rows: Vec<(String, String, String)> = applicant(dossier)
        .into_iter()
        .map(|(part, now)| {
            let now = if part == "id_number" { masked(&now) } else { now };
            (format!("applicant.{part}"), of_applicant(ui, part), now)
        })
        .collect();
    let delivery = ui.t(&format!("dossier-delivery-{}", dossier.delivery.as_str()));
    rows.push(("delivery".to_owned(), ui.t("dossier-delivery"), delivery));
    let empty = Map::new();
    let answers = dossier.form.as_object().unwrap_or(&empty);
    if let Some(schema) = schema(app, dossier) {
        let asked = schema
            .fields
            .iter()
            .filter(|field| schema.is_visible(field, answers));
        rows.extend(asked.filter_map(|field| {
            let entry = format!("form.{}", field.name);
            let now = answers.get(&field.name).unwrap_or(&Value::Null);
            let now = words(app, ui, dossier, &entry, now);
            Some((entry, ui::schema_label(ui, schema, &field.name)?, now))
        }));
    }
    let columns = [
        Column::text(ui.t("dossier-field-field")),
        Column::text(ui.t("dossier-correct-now")),
        Column::text(""),
    ];
    let heading = ui.t("dossier-correct-which");
    let body = html! {
        @for (entry, label, now) in &rows {
            tr {
                td.text-wrap { (label) }
                td.text-wrap { @if now.is_empty() { span.th-muted { "–" } } @else { (now) } }
                td.text-end { a href={ "/dossiers/" (dossier.id) "/correct?field=" (entry) } aria-label=(ui.t_args("dossier-correct-this", &[("entry", label.as_str().into())])) { (ui.t("dossier-correct-change")) } }
            }
        }
    };
    html! { div.card { (ui::table(ui, &heading, &columns, None, &body)) } }
}

/// The control for one entry; of a form it is the one that the form has.
pub(super) fn control(app: &App, ui: &Ui, view: &DossierView, typed: &Typed, errors: &Errors) -> Markup {
    let dossier = &view.dossier;
    let named = label(app, ui, dossier, &typed.field).unwrap_or_default();
    let hidden = ui::hidden("field", &typed.field);
    if let (Some(name), Some(schema)) = (typed.field.strip_prefix("form."), schema(app, dossier)) {
        let empty = Map::new();
        let mut values = dossier.form.as_object().unwrap_or(&empty).clone();
        if let Some(sent) = sent(app, dossier, typed) {
            values.insert(name.to_owned(), Value::from(sent));
        }
        let units = units_to_choose(app, &dossier.receiving_unit, schema);
        let errors = Errors::new(errors.iter().map(|(field, message)| {
            let field = if field == "value" {
                format!("{FORM}{name}")
            } else {
                field.to_owned()
            };
            (field, message.to_owned())
        }));
        let form = SchemaForm {
            schema,
            values: &values,
            errors: &errors,
            prefix: FORM,
            citizen: false,
            units: &units,
        };
        return html! { (hidden) (ui::schema_field(ui, &form, name)) };
    }
    let field = Field::new("value", named)
        .value(typed.value.clone())
        .errors(errors);
    let control = match typed.field.as_str() {
        "delivery" => {
            let ways = Delivery::ALL.iter().map(|way| {
                let word = way.as_str();
                Choice::new(word, ui.t(&format!("dossier-delivery-{word}")))
            });
            ui::radios(ui, &field, &ways.collect::<Vec<_>>())
        }
        "applicant.born_on" => ui::date(ui, &field.columns(4)),
        "applicant.id_number" => ui::text(
            ui,
            &field
                .hint(ui.t_args(
                    "dossier-correct-number",
                    &[(
                        "now",
                        masked(dossier.applicant.id_number.as_deref().unwrap_or_default()).into(),
                    )],
                ))
                .input_mode("numeric"),
        ),
        _ => ui::text(ui, &field),
    };
    html! { (hidden) (control) }
}

/// What was sent as the new value: by the form's own control, or by the plain one.
pub(super) fn sent(app: &App, dossier: &Dossier, typed: &Typed) -> Option<String> {
    let Some(name) = typed.field.strip_prefix("form.") else {
        return Some(typed.value.clone());
    };
    let texts = typed
        .rest
        .iter()
        .filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)));
    let values = ui::typed_values(schema(app, dossier)?, FORM, texts);
    values.get(name).and_then(Value::as_str).map(str::to_owned)
}

/// The values that were replaced with a fact, old and new.
pub(super) fn in_trail(app: &App, ui: &Ui, view: &DossierView, fact: &StoredFact) -> Option<String> {
    if !matches!(fact.kind.as_str(), "entry_corrected" | "dossier_accepted") {
        return None;
    }
    let lines: Vec<String> = view
        .records
        .iter()
        .filter(|record| record.kind == "correction" && record.at == fact.at)
        .filter_map(|record| {
            let entry = record.body.get("field")?.as_str()?;
            let said = |name| {
                words(
                    app,
                    ui,
                    &view.dossier,
                    entry,
                    record.body.get(name).unwrap_or(&Value::Null),
                )
            };
            let (old, new) = (said("old"), said("new"));
            let or_none = |text: String| if text.is_empty() { "–".to_owned() } else { text };
            let mut line = ui.t_args(
                "dossier-corrected",
                &[
                    ("entry", label(app, ui, &view.dossier, entry)?.as_str().into()),
                    ("old", or_none(old).as_str().into()),
                    ("new", or_none(new).as_str().into()),
                ],
            );
            if let Some(why) = record.body.get("reason").and_then(Value::as_str) {
                line = format!("{line} · {why}");
            }
            Some(line)
        })
        .collect();
    (!lines.is_empty()).then(|| lines.join("; "))
}

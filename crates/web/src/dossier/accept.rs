//! Accepting a dossier that is here already: the form to be finished, the fee to be stated, the command.

use maud::{Markup, html};
use serde_json::{Map, Value};
use townhall_app::dossier::{AcceptDossier, ComponentInput, DossierView};
use townhall_app::error::AppError;
use townhall_app::fees::{StatedFee, quantities};
use townhall_domain::dossier::{ComponentStatus, Dossier};
use townhall_domain::form::Form as Schema;
use townhall_domain::ids::DossierId;
use townhall_domain::procedure::{CircumstanceTest, Procedure};

use super::act::Typed;
use crate::counter::{FORM, counted, exemption_reason, exemptions, stated_fee, units_to_choose};
use crate::state::App;
use crate::ui::{self, Errors, Field, Icon, SchemaForm, Ui};

/// The command behind the page.
pub fn command(dossier: DossierId, version: i64, typed: &Typed) -> Result<AcceptDossier, AppError> {
    let note = Some(typed.note.trim().to_owned()).filter(|note| !note.is_empty());
    let components = typed.present.iter().map(|component| ComponentInput {
        component: component.clone(),
        status: ComponentStatus::Present,
        source: None,
        copies: 1,
        note: note.clone(),
    });
    let answers = answers(typed);
    Ok(AcceptDossier {
        dossier,
        version,
        components: components.collect(),
        circumstances: Some(all(typed, "circumstance")),
        form: (!answers.is_empty()).then_some(answers),
        fee: stated_fee(|name| text(typed, name))?,
    })
}

/// A mistake of one paper belongs to the list of papers, which has one place for all.
pub fn placed(errors: &Errors) -> Errors {
    Errors::new(errors.iter().map(|(field, message)| {
        let field = if field.starts_with("component_") {
            "present"
        } else {
            field
        };
        (field.to_owned(), message.to_owned())
    }))
}

fn text<'t>(typed: &'t Typed, name: &str) -> &'t str {
    match typed.rest.get(name) {
        Some(Value::Array(all)) => all.last().and_then(Value::as_str).unwrap_or(""),
        Some(one) => one.as_str().unwrap_or(""),
        None => "",
    }
}

/// Every value of a name that may come several times.
fn all(typed: &Typed, name: &str) -> Vec<String> {
    match typed.rest.get(name) {
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Some(Value::String(one)) => vec![one.clone()],
        _ => Vec::new(),
    }
}

/// What the citizen said of his case stands ticked in the form; the officer looks at it and leaves or changes it. An
/// exemption from what is not owed anyway is told, and not chosen.
pub fn with_claims(app: &App, ui: &Ui, mut typed: Typed, dossier: &Dossier) -> Typed {
    let claims = &dossier.claims;
    let exemption = claims.exemption.clone();
    let exemption = exemption.filter(|code| applies(app, ui, dossier, code));
    let mut put = |name: &str, value: Value| typed.rest.insert(name.to_owned(), value);
    put("circumstance", Value::from(claims.circumstances.clone()));
    put("exemption", Value::from(exemption.unwrap_or_default()));
    put(
        "exemption_reason",
        Value::from(claims.exemption_reason.clone().unwrap_or_default()),
    );
    typed
}

/// Whether an exemption lessens anything that is owed for this dossier.
fn applies(app: &App, ui: &Ui, dossier: &Dossier, exemption: &str) -> bool {
    let packs = app.town.packs();
    let (code, version) = (&dossier.procedure.code, dossier.procedure.version);
    let procedure = packs.procedures().version(code, version);
    let (Some(procedure), Some(exemption)) = (procedure, packs.exemption(exemption)) else {
        return false;
    };
    let empty = Map::new();
    let form = dossier.form.as_object().unwrap_or(&empty);
    let circumstances = procedure.circumstances(form, &dossier.claims.circumstances, ui.today());
    let quantity = [quantities(form, &StatedFee::default())];
    let (unit, today) = (&dossier.receiving_unit, ui.today());
    packs
        .fees(procedure, unit, today, &quantity, &circumstances, Some(exemption))
        .is_ok()
}

/// The circumstances that only people know, with what the citizen ticked.
fn circumstances(
    app: &App,
    ui: &Ui,
    procedure: &Procedure,
    dossier: &Dossier,
    typed: &Typed,
    errors: &Errors,
) -> Markup {
    let asked: Vec<ui::Choice<'_>> = procedure
        .circumstances
        .iter()
        .filter(|known| known.test == CircumstanceTest::Asked)
        .map(|known| ui::Choice::new(known.id.as_str(), known.name.get(ui.lang.code())))
        .collect();
    let chosen = all(typed, "circumstance");
    let chosen: Vec<&str> = chosen.iter().map(String::as_str).collect();
    html! {
        @if !dossier.claims.is_empty() {
            (ui::notice(ui, ui::NoticeTone::Info, &ui.t("dossier-claims"), &claimed(app, ui, procedure, dossier)))
        }
        @if !asked.is_empty() {
            (ui::checkboxes(ui, &Field::new("circumstance", ui.t("counter-circumstances")).hint(ui.t("dossier-claims-check")).errors(errors), &asked, &chosen))
        }
    }
}

/// What the citizen said, in words.
pub fn claimed(app: &App, ui: &Ui, procedure: &Procedure, dossier: &Dossier) -> Markup {
    let claims = &dossier.claims;
    let exemption = claims
        .exemption
        .as_deref()
        .and_then(|code| app.town.packs().exemption(code));
    let said = procedure
        .circumstances
        .iter()
        .filter(|known| claims.circumstances.contains(&known.id));
    html! {
        ul.mb-0 {
            @for circumstance in said { li { (circumstance.name.get(ui.lang.code())) } }
            @if let Some(exemption) = exemption {
                li { (ui.t("dossier-claims-exemption")) " " b { (exemption.name.get(ui.lang.code())) } @if let Some(reason) = &claims.exemption_reason { ": " (reason) } }
            }
        }
    }
}

/// The answers of the pack's form as they were sent; the last one where a name came several times.
fn answers(typed: &Typed) -> Map<String, Value> {
    let sent = typed.rest.iter().filter_map(|(name, value)| {
        let name = name.strip_prefix(FORM)?;
        let value = match value {
            Value::Array(all) => all.last().cloned().unwrap_or(Value::Null),
            one => one.clone(),
        };
        Some((name.to_owned(), value))
    });
    sent.collect()
}

/// The form, open where something is still to be answered, and what the fee depends on.
pub fn fields(app: &App, ui: &Ui, view: &DossierView, typed: &Typed, errors: &Errors) -> Markup {
    let dossier = &view.dossier;
    let packs = app.town.packs();
    let Some(procedure) = packs
        .procedures()
        .version(&dossier.procedure.code, dossier.procedure.version)
    else {
        return html! {};
    };
    let form = procedure.form.as_deref().and_then(|path| packs.form(path));
    let empty = Map::new();
    let sent = answers(typed);
    let values = if sent.is_empty() {
        dossier.form.as_object().unwrap_or(&empty)
    } else {
        &sent
    };
    html! {
        @if let Some(form) = form { (form_to_finish(app, ui, view, form, values, errors)) }
        (circumstances(app, ui, procedure, dossier, typed, errors))
        (fee(app, ui, view, procedure, form, values, typed, errors))
    }
}

fn form_to_finish(
    app: &App,
    ui: &Ui,
    view: &DossierView,
    form: &Schema,
    values: &Map<String, Value>,
    errors: &Errors,
) -> Markup {
    let (_, wrong) = form.check_so_far(values, ui.today());
    let units = units_to_choose(app, &view.dossier.receiving_unit, form);
    let drawn = SchemaForm {
        schema: form,
        values,
        errors,
        prefix: FORM,
        citizen: false,
        units: &units,
    };
    html! {
        details.th-f12.mb-3 open[!wrong.is_empty()] {
            summary { (ui.t("dossier-form")) }
            @if !wrong.is_empty() {
                p.th-muted.mt-2 { (Icon::ALERT) " " (ui.t_args("dossier-form-unfinished", &[("count", wrong.len().into())])) }
            }
            (ui::schema_form(ui, &drawn))
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "one call, from the function above")]
fn fee(
    app: &App,
    ui: &Ui,
    view: &DossierView,
    procedure: &Procedure,
    form: Option<&Schema>,
    values: &Map<String, Value>,
    typed: &Typed,
    errors: &Errors,
) -> Markup {
    let dossier = &view.dossier;
    let unit = &dossier.receiving_unit;
    let choices = exemptions(app, ui, procedure);
    let clean = form.map(|form| form.check_so_far(values, ui.today()).0.into_values());
    let clean = clean.unwrap_or_default();
    let circumstances = procedure.circumstances(&clean, &all(typed, "circumstance"), ui.today());
    let quantity = [quantities(
        &clean,
        &stated_fee(|name| text(typed, name)).unwrap_or_default(),
    )];
    let packs = app.town.packs();
    let exemption = packs.exemption(text(typed, "exemption"));
    let charge = packs
        .fees(procedure, unit, ui.today(), &quantity, &circumstances, exemption)
        .unwrap_or_default();
    let is_counted = {
        let counts = packs.fee_counts(procedure, unit, ui.today());
        counts.pages || counts.copies || counts.cases
    };
    html! {
        @if is_counted || !choices.is_empty() {
            fieldset.th-f12.mb-3 {
                legend.th-h { (ui.t("dossier-accept-fee")) }
                @if charge.total().0 > 0 { p.th-muted { (ui.t_args("dossier-accept-fee-now", &[("amount", ui.money(charge.total()).into())])) } }
                (counted(app, ui, procedure, unit, form, &|name| text(typed, name).to_owned(), errors))
                @if !choices.is_empty() {
                    (ui::select(ui, &Field::new("exemption", ui.t("counter-exemption")).value(text(typed, "exemption")).errors(errors).optional(), &choices, Some(&ui.t("counter-exemption-none"))))
                    div data-when="exemption" data-values=(Value::from(choices.iter().map(|choice| choice.value.to_string()).collect::<Vec<_>>()).to_string()) {
                        (exemption_reason(ui, text(typed, "exemption_reason"), errors))
                    }
                }
            }
        }
    }
}

/// The papers of a request for certified copies that is worked later; each takes its own number.
pub fn certified(ui: &Ui, view: &DossierView) -> Markup {
    let papers = townhall_app::express::counted_papers(&view.records);
    let columns = [
        ui::Column::text(ui.t("dossier-certified-title")),
        ui::Column::number(ui.t("express-pages")),
        ui::Column::number(ui.t("express-copies")),
        ui::Column::number(ui.t("dossier-certified-fee")),
    ];
    let heading = ui.t("dossier-certified-papers");
    let rows = html! {
        @for paper in &papers {
            tr { td.text-wrap { (paper.title) } td.th-num { (paper.pages) } td.th-num { (paper.copies) } td.th-num { (ui.money(paper.fee)) } }
        }
    };
    html! { @if !papers.is_empty() { (ui::card("certified", &heading, &html! {}, &ui::table(ui, &heading, &columns, None, &rows))) } }
}

/// What the citizen said of his case: circumstances and a ground to pay less.
pub fn claims(app: &App, ui: &Ui, view: &DossierView, procedure: Option<&Procedure>) -> Markup {
    let Some(procedure) = procedure.filter(|_| !view.dossier.claims.is_empty()) else {
        return html! {};
    };
    let key = if view.dossier.accepted_at.is_some() {
        "dossier-claims-accepted"
    } else {
        "dossier-claims"
    };
    let body = html! { div.card-body { (claimed(app, ui, procedure, &view.dossier)) } };
    ui::card("claims", &ui.t(key), &html! {}, &body)
}

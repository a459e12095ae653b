//! Section 2 and what follows from it: the procedure, its papers, its form.

use maud::{Markup, html};
use townhall_app::fees::COUNTED_IN_FORM;
use townhall_domain::form::Form as Schema;
use townhall_domain::ids::UnitId;
use townhall_domain::procedure::{Channel, CircumstanceTest, Listing, Procedure};
use townhall_domain::words::Mark;

use super::components;
use super::desk::{Desk, Focus, Part, kept};
use super::typed::FORM;
use crate::state::App;
use crate::ui::{self, Choice, Field, SchemaForm, Ui, code};

/// So many procedures are offered at once.
const OFFERED: usize = 8;

/// Everything that the procedure decides, on the start side.
pub fn all(desk: &Desk<'_>, is_swapped_beside: bool) -> Markup {
    html! {
        div.th-stack id="case" hx-swap-oob=[is_swapped_beside.then_some("outerMorph")] {
            (procedure(desk))
            @if desk.procedure.is_some() {
                (components::section(desk, false))
                (form(desk))
            }
        }
    }
}

fn procedure(desk: &Desk<'_>) -> Markup {
    let ui = desk.ui;
    html! {
        section.card aria-labelledby="procedure-title" {
            div.card-header {
                h2.card-title id="procedure-title" { span.th-no { "2" } (ui.t("counter-procedure")) }
                @if desk.procedure.is_none() { span.th-end.th-muted { (ui.t("counter-procedure-hint")) } }
            }
            div.card-body {
                @match desk.procedure {
                    Some(procedure) => (chosen(desk, procedure)),
                    None => (search(desk)),
                }
            }
        }
    }
}

/// The field, and below it what fits so far; Enter takes the best one.
fn search(desk: &Desk<'_>) -> Markup {
    let (ui, typed) = (desk.ui, desk.typed);
    let field = Field::new("procedure_search", ui.t("counter-procedure-search"))
        .value(typed.get("procedure_search"))
        .errors(desk.errors)
        .autocomplete("off")
        .max_chars(200)
        .scanned_by("best")
        .label_hidden();
    html! {
        @if !typed.get("procedure").is_empty() { (kept("procedure", typed.get("procedure"))) }
        div data-focus=[(desk.focus == Some(Focus::Procedure)).then_some("input")] hx-get="/counter/procedures" hx-include="find [name=procedure_search]" hx-trigger="input delay:150ms"
            hx-target="#found" hx-swap="innerHTML" hx-sync="this:replace" {
            (ui::text(ui, &field))
        }
        noscript { button.btn.btn-sm.mt-1 type="submit" name="do" value="draw" { (ui.t("common-search")) } }
        div id="found" { (found(desk.app, ui, typed.get("procedure_search"))) }
    }
}

/// What fits a search; without one, the procedures served here.
pub fn found(app: &App, ui: &Ui, typed: &str) -> Markup {
    let catalogue = app.town.packs().procedures();
    let query: String = typed.chars().take(200).collect();
    let listings: Vec<Listing<'_>> = if query.trim().is_empty() {
        catalogue
            .served(ui.today())
            .map(Listing::Served)
            .take(OFFERED)
            .collect()
    } else {
        catalogue.search(&query, ui.today(), OFFERED)
    };
    let mut first = true;
    html! {
        @if listings.is_empty() { p.th-muted.mt-2.mb-0 role="status" { (ui.t("counter-procedure-none")) } }
        @else {
            ul.th-options aria-label=(ui.t("counter-procedures-found")) {
                @for listing in listings {
                    @match listing {
                        Listing::Served(procedure) => {
                            li {
                                button type="submit" name="choose" value=(procedure.code) id=[std::mem::take(&mut first).then_some("best")]
                                    hx-post="/counter" hx-vals=(Part::Case.vals()) hx-target="#case" hx-swap="outerMorph" {
                                    b { (procedure.short_name().get(ui.lang.code())) }
                                    span.th-muted { (facts(app, ui, procedure)) }
                                }
                            }
                        },
                        Listing::NotYet(entry) => {
                            li { span { (entry.name.get(ui.lang.code())) } span.th-muted { (code(&entry.code)) " · " (ui.t("counter-not-yet-served")) } }
                        },
                    }
                }
            }
        }
    }
}

/// Code, field, limit, level, how sure.
fn facts(app: &App, ui: &Ui, procedure: &Procedure) -> Markup {
    let field = app.town.packs().field_name(&procedure.field);
    let limit = procedure.limit(Channel::Direct, &std::collections::BTreeSet::new());
    html! {
        (code(&procedure.code))
        @if let Some(field) = field { " · " (field.get(ui.lang.code())) }
        " · " (townhall_text::deadline::limit(ui.lang, limit.time))
        @if procedure.verified.mark < Mark::High { " · " (ui.t("counter-not-verified")) }
    }
}

fn chosen(desk: &Desk<'_>, procedure: &Procedure) -> Markup {
    let ui = desk.ui;
    html! {
        (kept("procedure", &procedure.code))
        div.th-option.th-picked {
                b { (desk.say(&procedure.name)) }
                span.th-muted { (facts(desk.app, ui, procedure)) }
                button.btn.btn-sm type="submit" name="do" value="change"
                    hx-post="/counter" hx-vals=(Part::Case.vals()) hx-target="#case" hx-swap="outerMorph" {
                    (ui.t("counter-change-procedure"))
                }
            }
        @if !procedure.requirements.is_empty() || !procedure.basis.is_empty() {
            details.mt-2 {
                summary.th-muted { (ui.t("counter-requirements")) }
                ul.mb-1.mt-1.ps-3 { @for words in &procedure.requirements { li { (desk.say(words)) } } }
                @if !procedure.basis.is_empty() {
                    p.th-muted.mb-0 { (ui.t("counter-basis")) " " (procedure.basis.join("; ")) "." }
                }
            }
        }
        @if procedure.non_boundary { (competent_unit(desk)) }
    }
}

/// Any centre of the province may receive it: which commune is competent.
fn competent_unit(desk: &Desk<'_>) -> Markup {
    let ui = desk.ui;
    let units = desk.app.town.packs().units();
    let Some(own) = units.by_id(desk.unit) else {
        return html! {};
    };
    let Some(province) = &own.parent else {
        return html! {};
    };
    let is_other = desk.competent != *desk.unit || desk.errors.of("unit").is_some();
    let choices: Vec<Choice<'_>> = units
        .communes_of(province, ui.today())
        .map(|unit| Choice::new(unit.code().to_owned(), unit.full_name(ui.today()).to_owned()))
        .collect();
    let field = Field::new("unit", ui.t("counter-competent"))
        .value(desk.competent.code())
        .hint(ui.t("counter-competent-hint"))
        .errors(desk.errors)
        .columns(6);
    html! {
        details.mt-2 open[is_other] {
            summary.th-muted { (ui.t("counter-for-another-commune")) }
            div.th-fields.mt-1 hx-post="/counter" hx-trigger="change" hx-vals=(Part::Promise.vals())
                hx-target="#promise" hx-swap="outerMorph" {
                (ui::select(ui, &field, &choices, None))
            }
        }
    }
}

/// The pack's form; answers that change papers, limit or fee draw those anew.
fn form(desk: &Desk<'_>) -> Markup {
    let (Some(schema), Some(procedure)) = (desk.form, desk.procedure) else {
        return html! {};
    };
    let ui = desk.ui;
    let units = units_to_choose(desk.app, desk.unit, schema);
    let form = SchemaForm {
        schema,
        values: &desk.answers,
        errors: desk.errors,
        prefix: FORM,
        citizen: false,
        units: &units,
    };
    let tested = procedure
        .circumstances
        .iter()
        .filter_map(|circumstance| match &circumstance.test {
            CircumstanceTest::Asked => None,
            CircumstanceTest::FieldIs { field, .. } | CircumstanceTest::DaysOver { field, .. } => {
                Some(field.as_str())
            }
        });
    let counted = COUNTED_IN_FORM.iter().map(|(_, name)| *name);
    let drivers: Vec<String> = tested
        .chain(counted.filter(|name| schema.field(name).is_some()))
        .map(|name| format!("{FORM}{name}"))
        .collect();
    html! {
        section.card aria-labelledby="form-title" {
            div.card-header {
                h2.card-title id="form-title" { (desk.say(&schema.title)) }
                @if let Some(official) = &schema.official { span.th-end.th-muted { (official) } }
            }
            div.card-body data-refresh-on=(serde_json::Value::from(drivers).to_string())
                hx-post="/counter" hx-trigger="th-refresh" hx-vals=(Part::Promise.vals())
                hx-target="#promise" hx-swap="outerMorph" hx-sync="this:replace" {
                (ui::schema_form(ui, &form))
            }
        }
    }
}

/// Codes and names for a form that asks for a unit: the province's communes, then the provinces.
pub fn units_to_choose(app: &App, unit: &UnitId, schema: &Schema) -> Vec<(String, String)> {
    let asks = schema
        .fields
        .iter()
        .any(|field| field.widget == townhall_domain::form::Widget::Unit);
    let units = app.town.packs().units();
    let (true, Some(own)) = (asks, units.by_id(unit)) else {
        return Vec::new();
    };
    let today = townhall_domain::time::local_date(app.town.clock().now());
    let near = own
        .parent
        .iter()
        .flat_map(|province| units.communes_of(province, today));
    near.chain(units.provinces(today))
        .map(|unit| (unit.code().to_owned(), unit.full_name(today).to_owned()))
        .collect()
}

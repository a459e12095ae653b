//! Section 3: what the procedure asks for in this case, where each paper comes from, what is still missing.

use maud::{Markup, html};
use townhall_domain::procedure::{CircumstanceTest, Component, Nature, Need, Procedure};

use super::desk::{Desk, Focus, Part};
use crate::ui::{self, CheckRow, Choice, Field, Icon, NoticeTone, Tone, badge, checkboxes};

/// Where a paper may come from, in the order of the list.
const SOURCES: [&str; 3] = ["paper", "upload", "e_store"];

/// One component as it stands on the page.
struct Row<'a> {
    component: &'a Component,
    is_needed: bool,
    is_there: bool,
    is_faulty: bool,
    source: String,
}

fn rows<'a>(desk: &Desk<'a>, procedure: &'a Procedure) -> Vec<Row<'a>> {
    let needed: Vec<&str> = procedure
        .needed(&desk.circumstances)
        .map(|part| part.id.as_str())
        .collect();
    procedure
        .components
        .iter()
        .map(|component| {
            let source = desk.typed.get(&format!("source_{}", component.id)).to_owned();
            let is_faulty = source == "faulty";
            Row {
                component,
                is_needed: needed.contains(&component.id.as_str()),
                is_there: !is_faulty && desk.typed.has(&format!("component_{}", component.id)),
                is_faulty,
                source,
            }
        })
        // A paper of another circumstance is not shown, unless it was ticked all the same.
        .filter(|row| row.is_needed || row.is_there || row.component.need == Need::Optional)
        .collect()
}

/// What Form 02 would ask for: the missing papers, and those that are not as they should be.
pub fn to_hand_in(desk: &Desk<'_>) -> Vec<String> {
    let mut items = missing(desk);
    if let Some(procedure) = desk.procedure {
        for row in rows(desk, procedure).iter().filter(|row| row.is_faulty) {
            let name = desk.say(&row.component.name);
            items.retain(|item| item != name);
            let note = desk.typed.get(&format!("note_{}", row.component.id)).trim();
            let note = if note.is_empty() {
                desk.ui.t("counter-faulty-item")
            } else {
                note.to_owned()
            };
            items.push(format!("{name}: {note}"));
        }
    }
    items
}

/// The names of the papers that are needed and not there; of a group, one that is there is enough.
pub fn missing(desk: &Desk<'_>) -> Vec<String> {
    let Some(procedure) = desk.procedure else {
        return Vec::new();
    };
    let rows = rows(desk, procedure);
    rows.iter()
        .filter(|row| row.is_needed && !row.is_there && !is_met_by_another(&rows, row))
        .map(|row| desk.say(&row.component.name).to_owned())
        .collect()
}

fn is_met_by_another(rows: &[Row<'_>], row: &Row<'_>) -> bool {
    row.component.one_of.as_ref().is_some_and(|group| {
        rows.iter()
            .any(|other| other.is_there && other.component.one_of.as_ref() == Some(group))
    })
}

/// The section; nothing before a procedure is chosen.
pub fn section(desk: &Desk<'_>, is_swapped_beside: bool) -> Markup {
    let Some(procedure) = desk.procedure else {
        return html! {};
    };
    let ui = desk.ui;
    let rows = rows(desk, procedure);
    let needed = rows.iter().filter(|row| row.is_needed).count();
    let met = rows
        .iter()
        .filter(|row| row.is_needed && (row.is_there || is_met_by_another(&rows, row)))
        .count();
    let lines: Vec<CheckRow<'_>> = rows
        .iter()
        .map(|row| line(desk, row, is_met_by_another(&rows, row)))
        .collect();
    let replaced = rows
        .iter()
        .any(|row| row.component.replaced_on(ui.today()).is_some());
    let words = ui.t_args(
        "counter-components-met",
        &[("met", met.into()), ("needed", needed.into())],
    );
    html! {
        section.card.th-comp-bare id="components" aria-labelledby="components-title"
            data-focus=[(desk.focus == Some(Focus::Papers)).then_some("input[type=checkbox]:not(:checked)")]
            hx-swap-oob=[is_swapped_beside.then_some("outerMorph")]
            hx-post="/counter" hx-trigger="change" hx-vals=(Part::Promise.vals()) hx-target="#promise" hx-swap="outerMorph"
            hx-sync="this:replace" {
            div.card-header {
                h2.card-title id="components-title" { span.th-no { "3" } (ui.t("counter-components")) }
                span.th-end.th-muted role="status" { (words) }
            }
            (asked(desk, procedure))
            (ui::check_list(ui, &lines))
            @if replaced { div.card-body.pt-2 { (desk.note(NoticeTone::Info, "counter-database-note")) } }
        }
    }
}

/// The circumstances that only people know.
fn asked(desk: &Desk<'_>, procedure: &Procedure) -> Markup {
    let choices: Vec<Choice<'_>> = procedure
        .circumstances
        .iter()
        .filter(|circumstance| circumstance.test == CircumstanceTest::Asked)
        .map(|circumstance| Choice::new(circumstance.id.as_str(), desk.say(&circumstance.name)))
        .collect();
    let chosen = desk.typed.all("circumstance");
    let chosen: Vec<&str> = chosen.iter().map(String::as_str).collect();
    html! {
        @if !choices.is_empty() {
            div.card-body.pb-2 {
                (checkboxes(desk.ui, &Field::new("circumstance", desk.ui.t("counter-circumstances")), &choices, &chosen))
            }
        }
    }
}

fn line<'a>(desk: &Desk<'_>, row: &Row<'a>, is_met: bool) -> CheckRow<'a> {
    let ui = desk.ui;
    let component = row.component;
    let is_missing = row.is_needed && !row.is_there && !is_met;
    let error = desk.errors.of(&format!("component_{}", component.id));
    let (tone, icon, key) = if row.is_faulty {
        (Tone::Warn, Icon::ALERT, "dossier-component-faulty")
    } else if row.is_there {
        (Tone::Ok, Icon::CHECK, "dossier-component-present")
    } else if is_missing {
        (Tone::Warn, Icon::ALERT, "dossier-component-missing")
    } else {
        (Tone::Plain, Icon::INFO, "dossier-component-not_applicable")
    };
    CheckRow {
        name: desk.say(&component.name).to_owned().into(),
        note: about(desk, row).into(),
        tick: Some((
            format!("component_{}", component.id).into(),
            "present".into(),
            row.is_there,
        )),
        source: source(desk, row),
        status: html! {
            (badge(ui, tone, icon, &ui.t(key)))
            @if let Some(message) = error { span.th-msg.text-wrap { (message) } }
        },
        action: html! {},
        missing: is_missing || error.is_some(),
    }
}

/// "bắt buộc · 1 bản chính", and the pack's own note.
fn about(desk: &Desk<'_>, row: &Row<'_>) -> String {
    let ui = desk.ui;
    let component = row.component;
    let need = if component.one_of.is_some() {
        ui.t("counter-need-one-of")
    } else if row.is_needed {
        ui.t("counter-need-required")
    } else {
        ui.t("counter-need-optional")
    };
    let nature = ui.t(&format!("counter-nature-{}", component.nature.as_str()));
    let nature = if component.nature == Nature::Shown {
        nature
    } else {
        format!("{} {nature}", component.copies)
    };
    match &component.note {
        Some(note) => format!("{need} · {nature}. {}", desk.say(note)),
        None => format!("{need} · {nature}"),
    }
}

/// The list of sources, and the reason where a data base has the paper already.
fn source(desk: &Desk<'_>, row: &Row<'_>) -> Markup {
    let ui = desk.ui;
    let id = &row.component.id;
    let name = desk.say(&row.component.name);
    let database = row.component.replaced_on(ui.today()).map(|rule| {
        let known = desk.app.town.packs().database(&rule.database);
        known.map_or_else(|| rule.database.clone(), |known| desk.say(&known.name).to_owned())
    });
    let note = desk.typed.get(&format!("note_{id}"));
    let chosen = if row.source.is_empty() && row.is_there {
        "paper"
    } else {
        row.source.as_str()
    };
    let option =
        |value: &str, words: &str| html! { option value=(value) selected[value == chosen] { (words) } };
    html! {
        // The error summary leads here: the source is what mends a missing paper.
        select.form-select.form-select-sm id=(format!("f-component-{id}")) name=(format!("source_{id}"))
            aria-label=(ui.t_args("counter-source-of", &[("paper", name.into())])) data-ticks=(format!("component_{id}")) {
            option value="" { (ui.t("counter-source-none")) }
            @if let Some(database) = &database { (option("database", database)) }
            @for source in SOURCES { (option(source, &ui.t(&format!("counter-source-{source}")))) }
            (option("faulty", &ui.t("counter-source-faulty")))
        }
        @if database.is_some() {
            div.mt-1 data-when=(format!("source_{id}")) data-values=(r#"["paper","upload"]"#) {
                label.form-hint.mb-0 for=(format!("f-note-{id}")) { (ui.t("counter-paper-reason")) }
                input.form-control.form-control-sm id=(format!("f-note-{id}")) name=(format!("note_{id}")) value=(note)
                    maxlength="300" autocomplete="off";
            }
        } @else {
            div.mt-1 data-when=(format!("source_{id}")) data-values=(r#"["faulty"]"#) {
                label.form-hint.mb-0 for=(format!("f-note-{id}")) { (ui.t("counter-faulty-note")) }
                input.form-control.form-control-sm id=(format!("f-note-{id}")) name=(format!("note_{id}")) value=(note)
                    maxlength="300" autocomplete="off";
            }
        }
    }
}

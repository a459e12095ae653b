//! The fields of the form that issues a task: the six first, each by its name.

use maud::{Markup, html};
use townhall_app::task::{Candidate, Candidates};
use townhall_domain::ids::UnitId;
use townhall_domain::permission::Right;
use townhall_domain::task::{Priority, SourceKind};
use townhall_text::Lang;

use super::issue::Typed;
use super::{post_words, unit_name};
use crate::session::Signed;
use crate::state::App;
use crate::ui::{self, Choice, Errors, Field, Form, Ui};

/// All fields with what was typed.
pub(super) fn fields(ui: &Ui, typed: &Typed, errors: &Errors, candidates: &Candidates) -> Markup {
    html! {
        section.card.mb-3 {
            div.card-header { h2.th-h { (ui.t("task-six")) } }
            div.card-body.th-fields { (six(ui, typed, errors, candidates)) }
        }
        section.card.mb-3 {
            div.card-header { h2.th-h { (ui.t("task-source-part")) } }
            div.card-body.th-fields { (source(ui, typed, errors, candidates)) }
        }
        (joining(ui, typed, errors, candidates))
    }
}

fn field<'a>(ui: &Ui, errors: &Errors, name: &'static str, value: &str) -> Field<'a> {
    Field::new(name, ui.t(&format!("task-field-{name}")))
        .value(value.to_owned())
        .errors(errors)
}

fn six(ui: &Ui, typed: &Typed, errors: &Errors, candidates: &Candidates) -> Markup {
    let draft = &typed.draft;
    let text = |name, value: &str| ui::textarea(ui, &field(ui, errors, name, value).max_chars(500), 2);
    let hinted = |name: &'static str, value: &str| {
        field(ui, errors, name, value).hint(ui.t(&format!("task-hint-{name}")))
    };
    let leads = choices(ui, candidates, &candidates.leads);
    html! {
        (ui::select(ui, &hinted("lead", &draft.lead), &leads, Some(&ui.t("task-choose-lead"))))
        (ui::textarea(ui, &hinted("work", &draft.work).max_chars(500), 2))
        (ui::date(ui, &hinted("due_on", &draft.due_on).columns(6)))
        (ui::text(ui, &hinted("due_time", &draft.due_time).optional().columns(6).input_mode("numeric")))
        (text("responsibility", &draft.responsibility))
        (text("product", &draft.product))
        (text("authority", &draft.authority))
    }
}

fn source(ui: &Ui, typed: &Typed, errors: &Errors, candidates: &Candidates) -> Markup {
    let draft = &typed.draft;
    let kinds: Vec<Choice<'_>> = SourceKind::ALL
        .iter()
        .map(|kind| Choice::new(kind.as_str(), ui.t(&format!("task-source-{}", kind.as_str()))))
        .collect();
    let priorities: Vec<Choice<'_>> = Priority::ALL
        .iter()
        .map(|priority| {
            Choice::new(
                priority.as_str(),
                ui.t(&format!("task-priority-{}", priority.as_str())),
            )
        })
        .collect();
    let or = |typed: &str, usual: &str| {
        if typed.is_empty() {
            usual.to_owned()
        } else {
            typed.to_owned()
        }
    };
    let issuers = choices(ui, candidates, &candidates.issuers);
    let own = ui.t(if candidates.in_own_name {
        "task-issuer-myself"
    } else {
        "task-choose-issuer"
    });
    let issuer = field(ui, errors, "issuer", &typed.issuer).hint(ui.t("task-hint-issuer"));
    html! {
        (ui::radios(ui, &field(ui, errors, "source", &or(&draft.source, "direct")), &kinds))
        (ui::text(ui, &field(ui, errors, "reference", &draft.reference).hint(ui.t("task-hint-reference")).max_chars(500).columns(8)))
        (ui::text(ui, &field(ui, errors, "paragraph", &draft.paragraph).optional().max_chars(500).columns(4)))
        (ui::radios(ui, &field(ui, errors, "priority", &or(&draft.priority, "normal")), &priorities))
        @if !issuers.is_empty() || !candidates.in_own_name { (ui::select(ui, &issuer, &issuers, Some(&own))) }
    }
}

fn joining(ui: &Ui, typed: &Typed, errors: &Errors, candidates: &Candidates) -> Markup {
    let posts = choices(ui, candidates, &candidates.leads);
    let chosen: Vec<&str> = typed.joining.iter().map(String::as_str).collect();
    let open = !chosen.is_empty() || !typed.draft.details.is_empty() || errors.of("joining").is_some();
    html! {
        details.card.mb-3 open[open] {
            summary.card-header { (ui.t("task-joining-part")) }
            div.card-body.th-fields {
                (ui::textarea(ui, &field(ui, errors, "details", &typed.draft.details).optional().max_chars(5000), 4))
                (ui::checkboxes(ui, &field(ui, errors, "joining", "").optional(), &posts, &chosen))
            }
        }
    }
}

/// Posts as choices: title and holder, the division behind them.
fn choices<'a>(ui: &Ui, all: &Candidates, candidates: &[Candidate]) -> Vec<Choice<'a>> {
    candidates
        .iter()
        .map(|candidate| {
            let words = post_words(ui, &candidate.name);
            let division = all
                .divisions
                .get(&candidate.name.division)
                .map(|(vi, en)| if ui.lang == Lang::Vi { vi } else { en });
            let label = division.map_or_else(|| words.clone(), |division| format!("{words} · {division}"));
            Choice::new(candidate.post.to_string(), label)
        })
        .collect()
}

/// For who issues tasks to units below his own: whose posts are offered. A form of its own, so that it works
/// without a script; what was typed comes back from the draft.
pub(super) fn unit_choice(app: &App, signed: &Signed, ui: &Ui, unit: &UnitId) -> Markup {
    let choices: Vec<Choice<'_>> = signed
        .actor
        .units_for(Right::IssueTask)
        .iter()
        .map(|unit| Choice::new(unit.code().to_owned(), unit_name(app, ui, unit)))
        .collect();
    let fields = html! {
        (ui::select(ui, &Field::new("unit", ui.t("task-field-unit")).value(unit.code().to_owned()).columns(6), &choices, None))
        button.btn type="submit" { (ui.t("task-unit-show")) }
    };
    ui::form(ui, &Form::get("/tasks/new").class("th-filter"), &fields)
}

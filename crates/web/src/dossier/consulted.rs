//! Other offices that were asked for their word: whom, what, by when, and what they answered.

use maud::{Markup, html};
use townhall_app::dossier::{ActionNow, DossierView};
use townhall_domain::dossier::Action;
use townhall_store::dossiers::Record;

use crate::ui::{self, Column, Icon, Tone, Ui, badge};

/// The consultations of a dossier, in the order in which they were asked.
fn all(view: &DossierView) -> impl Iterator<Item = &Record> {
    view.records.iter().filter(|record| record.kind == "consultation")
}

fn said<'r>(body: Option<&'r serde_json::Value>, name: &str) -> &'r str {
    body.and_then(|body| body.get(name))
        .and_then(serde_json::Value::as_str)
        .unwrap_or_default()
}

/// The consultation with this identity, while it waits for its answer.
pub(super) fn open<'v>(view: &'v DossierView, id: &str) -> Option<&'v Record> {
    all(view).find(|record| record.answered_at.is_none() && record.id.to_string() == id)
}

/// The question above the field for its answer.
pub(super) fn question(ui: &Ui, record: &Record) -> Markup {
    html! {
        div.th-f12 {
            p.mb-1 { b { (said(Some(&record.body), "whom")) } " · " (ui.date_time(record.at)) }
            p.th-text { (said(Some(&record.body), "question")) }
        }
    }
}

/// What the trail says below "asked" and "answered".
pub(super) fn in_trail(
    ui: &Ui,
    view: &DossierView,
    fact: &townhall_store::journal::StoredFact,
) -> Option<String> {
    match fact.kind.as_str() {
        "dossier_consulted" => {
            let record = all(view).find(|record| record.at == fact.at)?;
            let by = record.due_at.map(|at| ui.date_time(at)).unwrap_or_default();
            Some(ui.t_args(
                "dossier-consulted-asked",
                &[
                    ("whom", said(Some(&record.body), "whom").into()),
                    ("question", said(Some(&record.body), "question").into()),
                    ("by", by.as_str().into()),
                ],
            ))
        }
        "consultation_answered" => {
            let record = all(view).find(|record| record.answered_at == Some(fact.at))?;
            Some(ui.t_args(
                "dossier-consulted-answered",
                &[
                    ("whom", said(Some(&record.body), "whom").into()),
                    ("answer", said(record.answer.as_ref(), "answer").into()),
                ],
            ))
        }
        _ => None,
    }
}

/// All of them with what came back, and a way to write down an answer that came by letter; nothing when nobody was
/// asked.
pub(super) fn card(ui: &Ui, view: &DossierView) -> Markup {
    let may_answer = view
        .actions
        .iter()
        .any(|(action, now)| *action == Action::Consult && *now == ActionNow::Yes);
    let heading = ui.t("dossier-consulted");
    let columns = [
        Column::text(ui.t("dossier-field-whom")),
        Column::text(ui.t("dossier-field-question")),
        Column::text(ui.t("dossier-consulted-state")),
    ];
    let rows = html! {
        @for record in all(view) {
            tr {
                td.text-wrap { (said(Some(&record.body), "whom")) }
                td.text-wrap { (said(Some(&record.body), "question")) }
                td.text-wrap { (standing(ui, view, record, may_answer)) }
            }
        }
    };
    html! {
        @if all(view).next().is_some() {
            (ui::card("consulted", &heading, &html! {}, &ui::table(ui, &heading, &columns, None, &rows)))
        }
    }
}

fn standing(ui: &Ui, view: &DossierView, record: &Record, may_answer: bool) -> Markup {
    if let Some(at) = record.answered_at {
        let answer = record.answer.as_ref();
        let document = said(answer, "document");
        return html! {
            (badge(ui, Tone::Ok, Icon::CHECK, &ui.date_time(at)))
            p.th-text.mb-0 { (said(answer, "answer")) @if !document.is_empty() { " · " (document) } }
        };
    }
    let by = record.due_at.map(|at| ui.date_time(at)).unwrap_or_default();
    let is_late = record.due_at.is_some_and(|at| at < ui.now);
    let (tone, icon, key) = if is_late {
        (Tone::Bad, Icon::ALERT, "dossier-consulted-late")
    } else {
        (Tone::Run, Icon::CLOCK, "dossier-consulted-waiting")
    };
    html! {
        (badge(ui, tone, icon, &ui.t_args(key, &[("by", by.as_str().into())])))
        @if may_answer {
            p.mb-0.mt-1 { a href={ "/dossiers/" (view.dossier.id) "/consult?consultation=" (record.id) } { (ui.t("dossier-consulted-answer")) } }
        }
    }
}

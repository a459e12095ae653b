//! The trail of a dossier: what was done, when, by whom, why; newest first.

use maud::{Markup, html};
use townhall_app::dossier::DossierView;
use townhall_domain::dossier::Channel;
use townhall_domain::time::Timestamp;
use townhall_store::dossiers::Slip;
use townhall_store::journal::StoredFact;

use super::page::{person_name, post_title};
use crate::state::App;
use crate::ui::{self, NoticeTone, Trail, Ui};

/// Says that what is missing here was destroyed by decision, and is not an error.
pub(super) fn was_erased(ui: &Ui, at: Timestamp) -> Markup {
    let words = ui.t_args("dossier-erased", &[("at", ui.date_time(at).into())]);
    ui::notice(ui, NoticeTone::Warn, "", &html! { (words) })
}

/// Whether a fact without an account was the citizen's own doing: the program itself does none of these.
fn is_citizens(view: &DossierView, fact: &StoredFact) -> bool {
    let is_own = match fact.kind.as_str() {
        "dossier_registered" => view.dossier.channel == Channel::Online,
        "papers_added" | "supplement_completed" | "dossier_withdrawn" | "dossier_rated" => true,
        _ => false,
    };
    is_own && fact.account.is_none()
}

/// What the citizen said of the service, in words.
fn rated(ui: &Ui, view: &DossierView, kind: &str) -> Option<String> {
    let rating = view.rating.as_ref().filter(|_| kind == "dossier_rated")?;
    let grade = ui.t(&format!("rating-grade-{}", rating.grade.as_str()));
    Some(match &rating.remark {
        Some(remark) => format!("{grade}. {remark}"),
        None => grade,
    })
}

/// Who collected the result, and by which letter of authority when it was somebody else.
fn collected(ui: &Ui, view: &DossierView, kind: &str) -> Option<String> {
    let by = view.result.as_ref().filter(|_| kind == "result_returned")?;
    let by = by.collected_by.as_ref()?;
    let said = |name: &str| by.get(name).and_then(|value| value.as_str()).unwrap_or_default();
    let words = ui.t_args("dossier-collected", &[("name", said("name").into())]);
    Some(match said("authorisation") {
        "" => words,
        letter => format!("{words} · {letter}"),
    })
}

/// Until when it was extended, and why.
fn extended(ui: &Ui, view: &DossierView, fact: &StoredFact) -> Option<String> {
    if fact.kind != "dossier_extended" {
        return None;
    }
    let mut slips = view.slips.iter();
    let slip = slips.find(|slip| slip.form == "apology" && slip.issued_at == fact.at)?;
    let due: Timestamp = serde_json::from_value(slip.body.get("due")?.clone()).ok()?;
    let why = slip.body.get("reason")?.as_str()?;
    Some(ui.t_args(
        "dossier-extended-to",
        &[("due", ui.date_time(due).into()), ("why", why.into())],
    ))
}

/// The numbered form that was issued with a fact.
fn slip_of<'v>(view: &'v DossierView, fact: &StoredFact) -> Option<&'v Slip> {
    view.slips.iter().find(|slip| slip.issued_at == fact.at)
}

/// The whole trail as a card, newest first.
pub(super) fn card(app: &App, ui: &Ui, view: &DossierView) -> Markup {
    let entries: Vec<Trail<'_>> = view
        .trail
        .iter()
        .rev()
        .map(|fact| {
            let record = view.records.iter().rev().find(|record| record.at == fact.at);
            let step = view
                .steps
                .iter()
                .find(|step| step.started_at == fact.at && step.note.is_some());
            let why = rated(ui, view, &fact.kind)
                .or_else(|| collected(ui, view, &fact.kind))
                .or_else(|| extended(ui, view, fact))
                .or_else(|| super::consulted::in_trail(ui, view, fact))
                .or_else(|| super::corrected::in_trail(app, ui, view, fact))
                .or_else(|| {
                    let said = |name| record?.body.get(name)?.as_str().map(str::to_owned);
                    ["finding", "question", "reason", "text"]
                        .into_iter()
                        .find_map(said)
                })
                .or_else(|| step.and_then(|step| step.note.clone()))
                .unwrap_or_default();
            let ended = view.steps.iter().find(|step| step.ended_at == Some(fact.at));
            let started = view.steps.iter().find(|step| step.started_at == fact.at);
            let person = ended
                .and_then(|step| step.ended_by_person)
                .or_else(|| started.and_then(|step| step.given_by_person));
            let post = fact
                .post
                .map(|post| post_title(ui, view, post))
                .unwrap_or_default();
            let person = person
                .or_else(|| record.and_then(|record| record.person))
                .or_else(|| slip_of(view, fact)?.issued_by_person);
            let name = person_name(view, person);
            let who = match (name.is_empty(), post.is_empty()) {
                _ if is_citizens(view, fact) => ui.t("dossier-by-citizen"),
                (true, true) => ui.t(if fact.account.is_none() {
                    "dossier-by-system"
                } else {
                    "dossier-by-officer"
                }),
                (true, false) => post,
                (false, true) => name,
                (false, false) => format!("{name}, {post}"),
            };
            Trail {
                what: ui.t(&format!("fact-{}", fact.kind)).into(),
                at: fact.at,
                who: who.into(),
                why: why.into(),
                log_href: Some(format!("/facts/{}", fact.id).into()),
            }
        })
        .collect();
    ui::card(
        "trail",
        &ui.t("dossier-trail"),
        &html! {},
        &html! { div.m-3 { (ui::trail(ui, &entries)) } },
    )
}

//! One entry: what it says, what stood there before, what may be done with it.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use townhall_app::access_log::note;
use townhall_app::actor::Actor;
use townhall_app::error::AppError;
use townhall_app::paper_data::stamp_paper;
use townhall_app::register::{EntryBody, EntryView, register_entry};
use townhall_domain::civil_status::CivilBook;
use townhall_domain::express::BOOK;
use townhall_domain::ids::EntryId;
use townhall_text::capitalised;

use super::{book_href, book_name, signer_of};
use crate::papers;
use crate::session::Signed;
use crate::state::App;
use crate::ui::{self, Icon, NoticeTone, Page, Place, Trail, Ui, code};

/// What has just been done.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    done: String,
}

/// Loads an entry and notes that it was read.
pub(super) async fn load(app: &App, signed: &Signed, id: &str) -> Result<EntryView, AppError> {
    let id: EntryId = id.parse().map_err(|_| AppError::NotFound("entry"))?;
    let view = app
        .town
        .read("register_entry", &signed.actor, move |tx, cx| {
            register_entry(tx, cx, id)
        })
        .await?;
    let reading = view.reading.clone();
    app.town
        .write("note_reading", &signed.actor, move |tx, cx| {
            note(tx, cx, &reading)
        })
        .await?;
    Ok(view)
}

/// The page.
pub async fn show(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let view = match load(&app, &signed, &id).await {
        Ok(view) => view,
        Err(error) => return signed.refuse(&app, &error),
    };
    if let Some(book) = CivilBook::parse(&view.entry.book.book) {
        return Redirect::to(&format!("/registers/civil/{}/{}", book.as_str(), view.entry.id))
            .into_response();
    }
    let ui = signed.ui(&app);
    let heading = ui.t_args("register-entry", &[("number", view.entry.symbol.as_str().into())]);
    let name = book_name(&app, &ui, &view.entry.book.book);
    let here = format!("/registers/entries/{}", view.entry.id);
    let buttons = html! {
        @if view.entry.book.book == BOOK && view.entry.struck.is_none() {
            a.btn.btn-sm href=(format!("{here}/stamps.pdf")) target="_blank" rel="noopener" { (Icon::STAMP) " " (ui.t("register-stamps")) }
            a.btn.btn-sm href=(format!("{here}/text.pdf")) target="_blank" rel="noopener" { (Icon::PRINTER) " " (ui.t("register-text")) }
        }
        @if view.may_change {
            a.btn.btn-sm href=(format!("{here}/correct")) { (Icon::PENCIL) " " (ui.t("register-correct")) }
            a.btn.btn-sm href=(format!("{here}/strike")) { (Icon::BAN) " " (ui.t("register-strike")) }
        }
    };
    let main = html! {
        (ui::breadcrumb(&ui, &[(&ui.t("registers-heading"), "/registers"), (&name, &book_href(&view.entry.book))], &code(&view.entry.symbol)))
        (ui::title_line(&ui, &heading, &html! { span.th-muted { (name) } }, &buttons))
        @if matches!(asked.done.as_str(), "strike" | "correct") {
            (ui::notice(&ui, NoticeTone::Ok, &ui.t(&format!("register-done-{}", asked.done)), &html! {}))
        }
        (struck(&ui, &view))
        div.th-cols.th-cols-counter {
            div.th-stack { (facts(&ui, &view)) }
            aside.th-stack aria-label=(ui.t("register-history")) { (history(&ui, &view)) }
        }
    };
    ui::page(&ui, &Page::new(&heading).at(Place::Registers), &main).into_response()
}

/// The certification text as a page for the copy's last sheet.
pub async fn text(State(app): State<App>, signed: Signed, Path(id): Path<String>) -> Response {
    certified(&app, &signed, &id, false).await
}

/// The certification text as stamps, one for each copy.
pub async fn stamps(State(app): State<App>, signed: Signed, Path(id): Path<String>) -> Response {
    certified(&app, &signed, &id, true).await
}

async fn certified(app: &App, signed: &Signed, id: &str, as_stamps: bool) -> Response {
    let Ok(id) = id.parse::<EntryId>() else {
        return signed.refuse(app, &AppError::NotFound("entry"));
    };
    certification(app, &signed.actor, id, as_stamps)
        .await
        .unwrap_or_else(|error| signed.refuse(app, &error))
}

/// The text of a certification for whoever asks: a page or a program.
pub(crate) async fn certification(
    app: &App,
    actor: &Actor,
    id: EntryId,
    as_stamps: bool,
) -> Result<Response, AppError> {
    papers::made(app, actor, move |tx, cx, house| {
        stamp_paper(tx, cx, house, id, as_stamps)
    })
    .await
}

fn struck(ui: &Ui, view: &EntryView) -> Markup {
    let Some(struck) = &view.entry.struck else {
        return html! {};
    };
    let lead = ui.t_args(
        "register-struck-lead",
        &[
            ("at", capitalised(&ui.date_time(struck.at)).into()),
            ("who", view.struck_by.as_str().into()),
        ],
    );
    let fee = format!("/dossiers/{}/fee", view.dossier.id);
    let body = html! {
        (struck.why)
        @if view.dossier.payment == townhall_domain::dossier::PaymentState::Paid {
            br;
            @if view.may_void { a href=(fee) { (ui.t("register-give-back")) } }
            @else { (ui.t("register-give-back-other")) }
        }
    };
    ui::notice(ui, NoticeTone::Warn, &lead, &body)
}

fn facts(ui: &Ui, view: &EntryView) -> Markup {
    let (entry, body) = (&view.entry, EntryBody::read(&view.entry.body));
    let family = view.family.as_str();
    let words = |text: &str| html! { @if !text.is_empty() { (text) } };
    let number = |count: Option<i64>| html! { @if let Some(count) = count { (ui.number(count)) } };
    let (label_name, label_title) = (
        ui.t(&format!("registers-name-{family}")),
        ui.t(&format!("registers-title-{family}")),
    );
    let labels = [
        ui.t("registers-symbol"),
        ui.t("registers-day"),
        ui.t("registers-pages"),
        ui.t("registers-copies"),
        ui.t("registers-fee"),
        ui.t("registers-signer"),
        ui.t("register-entered-by"),
        ui.t("register-dossier"),
    ];
    let pairs = [
        (labels[0].as_str(), html! { b { (code(&entry.symbol)) } }),
        (
            labels[1].as_str(),
            html! { (capitalised(&ui.date_time(entry.entered_at))) },
        ),
        (label_name.as_str(), words(&entry.name)),
        (label_title.as_str(), words(&entry.title)),
        (labels[2].as_str(), number(body.pages)),
        (labels[3].as_str(), number(body.copies)),
        (
            labels[4].as_str(),
            html! { @if let Some(fee) = body.fee { (ui.money(fee)) } },
        ),
        (labels[5].as_str(), words(&signer_of(&body))),
        (labels[6].as_str(), words(&view.entered_by)),
        (
            labels[7].as_str(),
            html! { a href=(format!("/dossiers/{}", view.dossier.id)) { (code(&view.dossier.code)) } },
        ),
    ];
    ui::card(
        "entry",
        &ui.t("register-says"),
        &html! {},
        &html! { div.card-body { (ui::key_values(ui, &pairs)) } },
    )
}

fn history(ui: &Ui, view: &EntryView) -> Markup {
    let family = view.family.as_str();
    let entries: Vec<Trail<'_>> = view
        .corrections
        .iter()
        .rev()
        .map(|(correction, who)| {
            let field = match correction.field.as_str() {
                "name" | "title" => ui.t(&format!("registers-{}-{family}", correction.field)),
                other => other.to_owned(),
            };
            Trail {
                what: ui
                    .t_args(
                        "register-corrected",
                        &[
                            ("field", field.into()),
                            ("old", correction.old.as_str().into()),
                            ("new", correction.new.as_str().into()),
                        ],
                    )
                    .into(),
                at: correction.at,
                who: who.as_str().into(),
                why: correction.reason.as_str().into(),
                log_href: None,
            }
        })
        .collect();
    let body = html! {
        div.card-body {
            @if entries.is_empty() { p.th-muted.mb-0 { (ui.t("register-never-corrected")) } }
            @else { (ui::trail(ui, &entries)) }
        }
    };
    ui::card("history", &ui.t("register-history"), &html! {}, &body)
}

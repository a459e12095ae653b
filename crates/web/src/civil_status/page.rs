//! One entry: what it says now, what it said first, every note of change, every extract issued from it.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use townhall_app::access_log;
use townhall_app::civil_status::{EntryView, entry_reading, entry_view};
use townhall_app::error::AppError;
use townhall_domain::civil_status::{CivilBook, PERSONAL_ID, form_of_entry};
use townhall_domain::form::Form;
use townhall_domain::ids::{EntryId, PersonId, PostId};
use townhall_text::{Lang, date_on_paper};

use super::{answer, book_href, book_in, book_name, or_nothing};
use crate::session::Signed;
use crate::state::App;
use crate::ui::{self, Action as Button, Icon, Page, Place, Tone, Ui, badge, code, key_values};

/// The page.
pub async fn show(
    State(app): State<App>,
    signed: Signed,
    Path((book, id)): Path<(String, String)>,
) -> Response {
    match load(&app, &signed, &book, &id).await {
        Ok(view) => {
            let ui = signed.ui(&app);
            let form = app.town.packs().form(&view.entry.form).map(form_of_entry);
            let title = heading(&ui, &view);
            let main = body(&ui, &view, form.as_ref());
            ui::page(&ui, &Page::new(&title).at(Place::Registers), &main).into_response()
        }
        Err(error) => signed.refuse(&app, &error),
    }
}

/// Loads an entry for who keeps its register and notes that he opened it.
pub(super) async fn load(app: &App, signed: &Signed, book: &str, id: &str) -> Result<EntryView, AppError> {
    let book = book_in(book)?;
    let id: EntryId = id.parse().map_err(|_| AppError::NotFound("entry"))?;
    app.town
        .write("entry_view", &signed.actor, move |tx, cx| {
            let view = entry_view(tx, cx, id)?;
            if view.entry.book != book {
                return Err(AppError::NotFound("entry"));
            }
            access_log::note(tx, cx, &entry_reading(cx, &view.entry))?;
            Ok(view)
        })
        .await
}

pub(super) fn heading(ui: &Ui, view: &EntryView) -> String {
    let summary = view.entry.summary();
    let who = match summary.other_name {
        Some(other) => format!("{} – {other}", summary.name),
        None => summary.name,
    };
    ui.t_args(
        "civil-entry-heading",
        &[
            ("number", view.entry.symbol.as_str().into()),
            ("name", who.into()),
        ],
    )
}

fn body(ui: &Ui, view: &EntryView, form: Option<&Form>) -> Markup {
    let entry = &view.entry;
    let name = book_name(ui, entry.book);
    let marks = html! {
        @if view.days_late.is_some() { (badge(ui, Tone::Warn, Icon::CLOCK, &ui.t("civil-late-mark"))) }
        @if entry.notes > 0 { (badge(ui, Tone::Warn, Icon::HISTORY, &ui.t_args("civil-notes-count", &[("count", entry.notes.into())]))) }
    };
    html! {
        (ui::breadcrumb(ui, &[(&ui.t("ui-place-registers"), "/registers"), (&name, &book_href(entry.book))], &code(&entry.symbol)))
        (ui::title_line(ui, &heading(ui, view), &marks, &html! {}))
        (facts(ui, view))
        div.th-cols.th-cols-inbox {
            div.th-stack {
                (present(ui, view, form))
                (notes(ui, view, form))
                (extracts(ui, view))
            }
            aside.th-stack aria-label=(ui.t("civil-now")) {
                (now(ui, view))
                (differences(ui, view, form))
            }
        }
    }
}

fn facts(ui: &Ui, view: &EntryView) -> Markup {
    let entry = &view.entry;
    let signer = entry
        .signer
        .as_ref()
        .and_then(|signer| Some((signer.get("name")?.as_str()?, signer.get("title")?.as_str()?)));
    let pairs: Vec<(String, Markup)> = vec![
        (ui.t("civil-number"), code(&entry.symbol)),
        (
            ui.t("civil-registered-on"),
            html! { (date_on_paper(ui.lang, entry.registered_on)) },
        ),
        (
            ui.t("civil-prepared-by"),
            html! { (who(ui, view, entry.prepared_by, entry.prepared_by_person)) },
        ),
        (
            ui.t("civil-signer"),
            html! { @if let Some((name, title)) = signer { (name) ", " (title) } },
        ),
        (
            ui.t("civil-entered-by"),
            html! { (who(ui, view, entry.entered_by, entry.entered_by_person)) ", " (ui.date_time(entry.entered_at)) },
        ),
        (
            ui.t("civil-dossier"),
            html! { @if let Some(dossier) = &view.dossier_code { a href=(format!("/dossiers/{}", entry.dossier)) { (code(dossier)) } } },
        ),
    ];
    html! {
        dl.th-facts {
            @for (name, value) in pairs.iter().filter(|(_, value)| !value.0.is_empty()) {
                div { dt { (name) } dd { (value) } }
            }
        }
    }
}

/// A person and the post as which he acted.
fn who(ui: &Ui, view: &EntryView, post: Option<PostId>, person: Option<PersonId>) -> String {
    let name = person.and_then(|person| view.people.get(&person)).cloned();
    let title = post.and_then(|post| view.posts.get(&post)).map(|(vi, en)| {
        if ui.lang == Lang::Vi {
            vi.clone()
        } else {
            en.clone()
        }
    });
    [name, title].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn present(ui: &Ui, view: &EntryView, form: Option<&Form>) -> Markup {
    let entry = &view.entry;
    let personal_id = entry.present.get(PERSONAL_ID).and_then(|number| number.as_str());
    let inside = html! {
        div.card-body {
            @if entry.book == CivilBook::Birth {
                @let value = html! { @match personal_id { Some(number) => { (code(number)) }, None => { span.th-muted { (ui.t("civil-personal-id-none")) } } } };
                (key_values(ui, &[(&ui.t("civil-personal-id"), value)]))
            }
            @if let Some(form) = form { (ui::schema_values(ui, form, &entry.present, &|_| None)) }
        }
    };
    let heading = ui.t(if entry.notes > 0 {
        "civil-present-noted"
    } else {
        "civil-present"
    });
    ui::card("present", &heading, &html! {}, &inside)
}

fn notes(ui: &Ui, view: &EntryView, form: Option<&Form>) -> Markup {
    let inside = html! {
        @if view.notes.is_empty() { p.th-muted.m-3 { (ui.t("civil-no-notes")) } }
        @else {
            ol.th-line.m-3 {
                @for note in view.notes.iter().rev() {
                    @let (label, new) = answer(ui, form, &note.change.field, &note.change.new);
                    @let old = answer(ui, form, &note.change.field, &note.change.old).1;
                    li.th-done {
                        b { (ui.t(&format!("civil-note-{}", note.kind.as_str()))) @if note.change.field != PERSONAL_ID { ": " (label) } }
                        br; s { (or_nothing(ui, &old)) } " → " b { (or_nothing(ui, &new)) }
                        br; span { (note.why) }
                        br; span.th-muted {
                            (note.authority) @if let Some(on) = note.authority_on { ", " (date_on_paper(ui.lang, on)) }
                            " · " (ui.date_time(note.at)) " · " (who(ui, view, note.post, note.person))
                        }
                    }
                }
            }
        }
    };
    ui::card("notes", &ui.t("civil-notes"), &html! {}, &inside)
}

fn extracts(ui: &Ui, view: &EntryView) -> Markup {
    let total = ui.t_args("civil-copies", &[("count", view.copies().into())]);
    let inside = html! {
        @if view.extracts.is_empty() { p.th-muted.m-3 { (ui.t("civil-no-extracts")) } }
        @else {
            ol.th-line.m-3 {
                @for extract in view.extracts.iter().rev() {
                    li.th-done {
                        b { (code(&extract.symbol)) } " · " (ui.t_args("civil-copies", &[("count", extract.copies.into())]))
                        br; span.th-muted {
                            (ui.date_time(extract.issued_at)) " · " (who(ui, view, extract.post, extract.person))
                            @if let Some(dossier) = view.extract_codes.get(&extract.dossier) { " · " a href=(format!("/dossiers/{}", extract.dossier)) { (code(dossier)) } }
                        }
                    }
                }
            }
        }
    };
    ui::card("extracts", &ui.t("civil-extracts"), &html! { (total) }, &inside)
}

fn now(ui: &Ui, view: &EntryView) -> Markup {
    let entry = &view.entry;
    let here = format!("{}/{}", book_href(entry.book), entry.id);
    let mut buttons = vec![
        Button::link(ui.t("civil-note-do"), format!("{here}/note"))
            .icon(Icon::PENCIL)
            .primary(),
    ];
    if entry.book == CivilBook::Birth && !entry.present.contains_key(PERSONAL_ID) {
        let href = format!("{here}/note?kind=personal_id");
        buttons.push(Button::link(ui.t("civil-personal-id-do"), href).icon(Icon::ID_CARD));
    }
    let paper = format!("/dossiers/{}/result.pdf", entry.dossier);
    buttons.push(
        Button::link(ui.t(&format!("civil-paper-{}", entry.book.as_str())), paper).icon(Icon::CERTIFICATE),
    );
    html! {
        section.card {
            div.card-body {
                h2.th-h.mb-2 { (ui.t("civil-now")) }
                (ui::actions(ui, &buttons))
                p.th-muted.mt-2.mb-0 { (ui.t("civil-never-deleted")) }
            }
        }
    }
}

/// Where the first wording departs from the declaration, and why.
fn differences(ui: &Ui, view: &EntryView, form: Option<&Form>) -> Markup {
    let entry = &view.entry;
    html! {
        @if !entry.differences.is_empty() {
            section.card aria-labelledby="differences" {
                div.card-body {
                    h2.th-h.mb-2 id="differences" { (ui.t("civil-differences")) }
                    dl.th-kv {
                        @for difference in &entry.differences {
                            @let (label, entered) = answer(ui, form, &difference.field, &difference.entered);
                            @let declared = answer(ui, form, &difference.field, &difference.declared).1;
                            dt { (label) }
                            dd { s { (or_nothing(ui, &declared)) } " → " b { (or_nothing(ui, &entered)) } }
                        }
                    }
                    @if let Some(why) = &entry.differences_why { p.mb-0 { (why) } }
                }
            }
        }
    }
}

//! Who read what of a unit's data, for the inspector. Reading this log is noted in it.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;
use townhall_app::access_log::{NoteReading, Reading, accesses_of_unit, note};
use townhall_domain::ids::AccessId;
use townhall_domain::time::Timestamp;
use townhall_store::access_log::{AccessFilter, AccessLine};
use townhall_text::Arg;

use crate::session::Signed;
use crate::staff::AskedUnit;
use crate::state::App;
use crate::ui::{self, Choice, Column, Empty, Field, Icon, Page, Place, Tone, Ui, href};

/// Lines on a page.
const PAGE: u16 = 50;

/// What the filter offers; sign-ins are told by the same log.
const ACTIONS: [&str; 8] = [
    "read_dossier",
    "read_paper",
    "read_person",
    "read_register_entry",
    "search_by_identity_number",
    "export",
    "read_access_log",
    "sign_in",
];

#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    action: String,
    #[serde(default)]
    outside: String,
    /// Instant in milliseconds, a hyphen, the id of the last line.
    #[serde(default)]
    after: String,
}

pub async fn show(
    State(app): State<App>,
    signed: Signed,
    unit: AskedUnit,
    Query(asked): Query<Asked>,
) -> Response {
    let filter = AccessFilter {
        account: None,
        action: ACTIONS
            .contains(&asked.action.as_str())
            .then(|| asked.action.clone()),
        only_outside: asked.outside == "1",
        before: before(&asked.after),
    };
    let (id, about) = (unit.0.clone(), unit.0.clone());
    let found = app
        .town
        .read("accesses_of_unit", &signed.actor, move |tx, cx| {
            accesses_of_unit(tx, cx, &id, &filter, PAGE + 1)
        })
        .await;
    let mut lines = match found {
        Ok(lines) => lines,
        Err(error) => return signed.refuse(&app, &error),
    };
    let reading = NoteReading {
        reading: Reading::AccessLog,
        subject_kind: "unit",
        subject_id: about.to_string(),
        unit: about,
        about: None,
        own_work: true,
        reason: None,
    };
    if let Err(error) = app
        .town
        .write("note_reading", &signed.actor, move |tx, cx| {
            note(tx, cx, &reading)
        })
        .await
    {
        return signed.refuse(&app, &error);
    }
    let more = lines.len() > usize::from(PAGE);
    lines.truncate(usize::from(PAGE));
    let next = lines
        .last()
        .filter(|_| more)
        .map(|line| format!("{}-{}", line.access.at.as_millisecond(), line.access.id));
    let ui = signed.ui(&app);
    let title = ui.t("access-title");
    let context = ui.t_args("access-lead", &[("unit", Arg::from(unit.name(&app, &ui)))]);
    let main = html! {
        (ui::breadcrumb(&ui, &[(&ui.t("ui-place-admin"), "/admin")], &html! { (title) }))
        (ui::title_line(&ui, &title, &html! { span.th-muted { (context) } }, &html! {}))
        (filters(&ui, &unit, &asked))
        @if lines.is_empty() {
            (ui::empty(&ui, &Empty {
                icon: Icon::EYE,
                heading: &ui.t("access-empty"),
                text: html! { (ui.t("access-empty-text")) },
                button: None,
                other: None,
            }))
        } @else {
            (table(&ui, &context, &lines))
            (ui::pager(&ui, "", asked.after.is_empty(), next.as_deref()))
        }
    };
    ui::page(&ui, &Page::new(&title).at(Place::Admin), &main).into_response()
}

fn before(after: &str) -> Option<(Timestamp, AccessId)> {
    let (at, id) = after.split_once('-')?;
    Some((
        Timestamp::from_millisecond(at.parse().ok()?).ok()?,
        id.parse().ok()?,
    ))
}

fn filters(ui: &Ui, unit: &AskedUnit, asked: &Asked) -> Markup {
    let action = Field::new("action", ui.t("access-action")).value(asked.action.as_str());
    let outside = Field::new("outside", ui.t("access-only-outside"));
    let choices: Vec<Choice<'_>> = ACTIONS
        .iter()
        .map(|word| Choice::new(*word, ui.t(&format!("access-action-{word}"))))
        .collect();
    let fields = html! {
        (ui::hidden("unit", unit.0.code()))
        (ui::select(ui, &action, &choices, Some(&ui.t("access-any"))))
        (ui::checkbox(ui, &outside, asked.outside == "1"))
    };
    ui::filter_bar(ui, &href("/admin/access-log", &[]), &fields, &[])
}

fn table(ui: &Ui, caption: &str, lines: &[AccessLine]) -> Markup {
    let columns = [
        "access-when",
        "access-who",
        "access-what",
        "access-subject",
        "access-why",
    ]
    .map(|key| Column::text(ui.t(key)));
    let vietnamese = ui.lang == townhall_text::Lang::Vi;
    let rows = html! {
        @for line in lines {
            @let access = &line.access;
            tr {
                td { (ui.date_time(access.at)) }
                td {
                    bdi { (line.person_name) } br;
                    span.th-muted { (if vietnamese { &line.post_vi } else { &line.post_en }) }
                }
                td { (ui.t(&format!("access-action-{}", access.action))) }
                td { (subject(line)) }
                td {
                    @if access.own_work { span.th-muted { (ui.t("access-own-work")) } }
                    @else { (ui::badge(ui, Tone::Warn, Icon::ALERT, &ui.t("access-outside"))) }
                    @if let Some(reason) = &access.reason { br; (reason) }
                }
            }
        }
    };
    ui::table(ui, caption, &columns, None, &rows)
}

/// What was read; a dossier can be opened from here, by who may.
fn subject(line: &AccessLine) -> Markup {
    let access = &line.access;
    html! {
        @if access.subject_kind == "dossier" {
            a.th-text href=(format!("/dossiers/{}", access.subject_id)) { (ui::code(&access.subject_id)) }
        } @else { (ui::code(&access.subject_id)) }
    }
}

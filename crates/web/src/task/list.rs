//! The list of tasks: the four classes as figures that open their rows, views, filters, search, CSV.

use std::collections::BTreeMap;

use axum::extract::{self, Query};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use townhall_app::actor::Actor;
use townhall_app::error::AppError;
use townhall_app::task::{TaskPage, task_list, task_report};
use townhall_domain::deadline::WarningKind;
use townhall_domain::ids::PostId;
use townhall_domain::permission::Right;
use townhall_domain::task::{Class, Priority, SourceKind, State, Tally};
use townhall_domain::time;
use townhall_store::organisation::PostName;
use townhall_store::tasks::{Filter, Listed};
use townhall_text::Arg;

use super::filter::{Asked, VIEWS};
use super::{due, post_lines, post_of, priority_badge, state_badge, unit_name};
use crate::csv;
use crate::dossier::bell;
use crate::session::Signed;
use crate::state::App;
use crate::ui::{
    self, Choice, Column, Empty, Field, Figure, Icon, Page, Place, Tab, Tone, Ui, badge, code, due_chip,
};

/// Rows on a page.
const PAGE: usize = 50;

/// The list.
pub async fn show(
    extract::State(app): extract::State<App>,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> Response {
    let ui = signed.ui(&app);
    let filter = asked.filter(&app, &ui, &signed.actor);
    let counted = asked.for_figures().filter(&app, &ui, &signed.actor);
    let found = app
        .town
        .read("task_list", &signed.actor, move |tx, cx| {
            let rows = task_list(tx, cx, &filter, PAGE)?;
            let report = task_report(tx, cx, &counted)?;
            Ok::<_, AppError>((rows, report.total))
        })
        .await;
    let (rows, tally) = match found {
        Ok(found) => found,
        Err(error) => return signed.refuse(&app, &error),
    };
    let heading = ui.t("ui-place-tasks");
    let buttons = html! {
        a.btn.btn-sm href=(asked.address("/tasks/report", &[])) { (Icon::REPORT) " " (ui.t("task-report")) }
        @if signed.actor.holds(Right::Export) {
            a.btn.btn-sm href=(ui.path.replacen("/tasks", "/tasks/export.csv", 1)) { (Icon::DOWNLOAD) " " (ui.t("task-export")) }
        }
        @if signed.actor.holds(Right::IssueTask) {
            a.btn.btn-sm.btn-primary href="/tasks/new" data-key="new" { (Icon::PLUS) " " (ui.t("task-new")) }
        }
    };
    let main = html! {
        (ui::title_line(&ui, &heading, &html! {}, &buttons))
        (figures(&ui, &asked, &tally))
        (views(&ui, &asked))
        (filters(&ui, &asked))
        @if rows.page.rows.is_empty() { (none(&ui, &asked)) } @else { (table(&app, &ui, &asked, &rows)) }
    };
    ui::page(&ui, &Page::new(&heading).at(Place::Tasks), &main).into_response()
}

/// The four classes; each opens its rows.
pub(super) fn figures(ui: &Ui, asked: &Asked, tally: &Tally) -> Markup {
    let figures: Vec<Figure<'_>> = Class::ALL
        .iter()
        .map(|class| Figure {
            label: ui.t(&format!("task-class-{}", class.as_str())).into(),
            value: ui.number(tally.of(*class)).into(),
            note: if *class == Class::OpenOverdue && tally.within_extension > 0 {
                ui.t_args(
                    "task-figure-extended",
                    &[("count", Arg::from(tally.within_extension))],
                )
                .into()
            } else {
                "".into()
            },
            href: asked.address("/tasks", &[("class", class.as_str())]).into(),
            bad: *class == Class::OpenOverdue && tally.open_overdue > 0,
        })
        .collect();
    let (on_time, should_be) = tally.on_time();
    html! {
        (ui::figures(ui, &figures))
        p.th-muted {
            @if should_be == 0 { (ui.t("task-figures-none")) }
            @else { (ui.t_args("task-figures-rate", &[("rate", ui.percent(on_time, should_be).into())])) }
            @if tally.within_extension + tally.paused + tally.withdrawn > 0 {
                " " (ui.t_args("task-figures-more", &[
                    ("extended", Arg::from(tally.within_extension)),
                    ("paused", Arg::from(tally.paused)),
                    ("withdrawn", Arg::from(tally.withdrawn)),
                ]))
            }
        }
    }
}

fn views(ui: &Ui, asked: &Asked) -> Markup {
    let tabs: Vec<Tab<'_>> = VIEWS
        .iter()
        .map(|view| Tab {
            label: ui.t(&format!("task-view-{view}")).into(),
            count: None,
            href: asked.address("/tasks", &[("view", view)]).into(),
            current: asked.view() == *view,
        })
        .collect();
    ui::tabs(ui, &ui.t("task-views"), &tabs)
}

fn filters(ui: &Ui, asked: &Asked) -> Markup {
    let words = |prefix: &str, all: &[&'static str]| -> Vec<Choice<'static>> {
        all.iter()
            .map(|word| Choice::new(*word, ui.t(&format!("{prefix}-{word}"))))
            .collect()
    };
    let states = words(
        "task-state",
        &[
            "issued",
            "received",
            "in_progress",
            "handed_in",
            "paused",
            "accepted",
            "withdrawn",
        ],
    );
    let classes = words(
        "task-class",
        &Class::ALL.iter().map(|class| class.as_str()).collect::<Vec<_>>(),
    );
    let priorities = words(
        "task-priority",
        &Priority::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>(),
    );
    let sources = words(
        "task-source",
        &SourceKind::ALL
            .iter()
            .map(|word| word.as_str())
            .collect::<Vec<_>>(),
    );
    let bells = WarningKind::ALL.iter().map(|bell| bell.as_str());
    let dues: Vec<&'static str> = ["over", "today", "warned"].into_iter().chain(bells).collect();
    let dues = words("dossiers-due", &dues);
    let any = ui.t("task-any");
    let fields = html! {
        (ui::hidden("view", asked.view()))
        @if !asked.lead.is_empty() { (ui::hidden("lead", &asked.lead)) }
        @if !asked.unit.is_empty() { (ui::hidden("unit", &asked.unit)) }
        (ui::text(ui, &Field::new("q", ui.t("task-search")).value(asked.q.clone()).columns(4)))
        (ui::select(ui, &Field::new("state", ui.t("common-status")).value(asked.state.clone()).columns(2), &states, Some(&any)))
        (ui::select(ui, &Field::new("class", ui.t("task-report")).value(asked.class.clone()).columns(2), &classes, Some(&any)))
        (ui::select(ui, &Field::new("priority", ui.t("task-priority")).value(asked.priority.clone()).columns(2), &priorities, Some(&any)))
        (ui::select(ui, &Field::new("source", ui.t("task-source")).value(asked.source.clone()).columns(2), &sources, Some(&any)))
        (ui::select(ui, &Field::new("due", ui.t("task-due")).value(asked.due.clone()).columns(2), &dues, Some(&any)))
        (ui::date(ui, &Field::new("issued_from", ui.t("task-issued-from")).value(asked.issued_from.clone()).columns(2)))
        (ui::date(ui, &Field::new("issued_to", ui.t("task-issued-to")).value(asked.issued_to.clone()).columns(2)))
    };
    ui::filter_bar(ui, "/tasks", &fields, &[])
}

fn none(ui: &Ui, asked: &Asked) -> Markup {
    let (heading, text) = if asked.is_narrowed() {
        ("task-none-found", "task-none-found-text")
    } else {
        ("task-none", "task-none-text")
    };
    let clear = ui.t("task-clear");
    ui::empty(
        ui,
        &Empty {
            icon: Icon::CHECKLIST,
            heading: &ui.t(heading),
            text: html! { (ui.t(text)) },
            button: asked.is_narrowed().then_some((clear.as_str(), "/tasks")),
            other: None,
        },
    )
}

fn table(app: &App, ui: &Ui, asked: &Asked, rows: &TaskPage) -> Markup {
    let columns = [
        Column::text(ui.t("task-code")),
        Column::text(ui.t("task-work")),
        Column::text(ui.t("task-lead")),
        Column::text(ui.t("common-status")),
        Column::text(ui.t("task-issued-at")).sorted_by("issued"),
        Column::text(ui.t("task-due")).sorted_by("due"),
    ];
    let several = rows.page.rows.windows(2).any(|pair| pair[0].unit != pair[1].unit);
    let body = html! {
        @for row in &rows.page.rows {
            tr {
                td.text-nowrap { a href=(format!("/tasks/{}", row.id)) { (code(&row.code)) } }
                td { b { (row.work) } br; span.th-muted { (row.product) @if let Some(reference) = &row.reference { " · " (reference) } } }
                td { (post_lines(ui, &rows.posts, row.lead)) @if several { br; span.th-muted { (unit_name(app, ui, &row.unit)) } } }
                td {
                    span.th-inline {
                        (state_badge(ui, row.state)) (priority_badge(ui, row.priority))
                        @if row.has_request { (badge(ui, Tone::Warn, Icon::HOURGLASS, &ui.t("task-request-waits"))) }
                    }
                    @if row.state.is_open() && row.percent > 0 { br; span.th-muted { (ui.t_args("task-percent-at", &[("percent", i64::from(row.percent).into())])) } }
                }
                td.text-nowrap { (ui.date_short(time::local_date(row.issued_at))) }
                td { @if let Some(chip) = due(app, ui, row) { (due_chip(ui, &chip)) } (bell_of(ui, row)) }
            }
        }
    };
    let next = rows.page.next.map(|(at, id)| format!("{at}.{id}"));
    let shown = ui.t_args("task-shown", &[("count", Arg::from(rows.page.rows.len()))]);
    let sort = if asked.sort == "-issued" {
        ui::Sort {
            key: "issued",
            descending: true,
        }
    } else {
        ui::Sort {
            key: "due",
            descending: false,
        }
    };
    html! {
        (ui::table(ui, &ui.t("ui-place-tasks"), &columns, Some(sort), &body))
        (ui::pager(ui, &shown, asked.after.is_empty(), next.as_deref()))
    }
}

/// The bell that rang last; nothing while the clock stands, once the product is in, and after the deadline, which the
/// chip tells.
fn bell_of(ui: &Ui, row: &Listed) -> Markup {
    let is_running =
        !matches!(row.state, State::Paused(_)) && row.handed_in_at.is_none() && row.deadline.due > ui.now;
    html! { @if let Some(kind) = row.warned.filter(|_| is_running) { " " (bell(ui, kind)) } }
}

/// The whole list as a file for a spreadsheet; who took it out is recorded.
pub async fn export(
    extract::State(app): extract::State<App>,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> Response {
    let ui = signed.ui(&app);
    let filter = asked.filter(&app, &ui, &signed.actor);
    file(&app, &ui, &signed.actor, filter)
        .await
        .unwrap_or_else(|error| signed.refuse(&app, &error))
}

/// The same for whoever asks: a page or a program.
pub(crate) async fn file(app: &App, ui: &Ui, actor: &Actor, filter: Filter) -> Result<Response, AppError> {
    csv::note_export(app, actor, "list", ui.path.clone()).await?;
    let found = app.town.read("export_tasks", actor, move |tx, cx| {
        let mut posts = BTreeMap::new();
        let found = csv::every(|after| {
            let filter = Filter {
                after,
                ..filter.clone()
            };
            let found = task_list(tx, cx, &filter, csv::AT_ONCE)?;
            posts.extend(found.posts);
            Ok::<_, AppError>((found.page.rows, found.page.next))
        })?;
        Ok::<_, AppError>((found, posts))
    });
    let (found, posts) = found.await?;
    let head = [
        "task-code",
        "task-work",
        "task-lead",
        "task-six-product",
        "common-status",
        "task-report",
        "task-issuer",
        "task-issued-at",
        "task-original-due",
        "task-due",
        "task-ended-at",
    ];
    let mut lines = vec![csv::line(head.map(|key| ui.t(key)))];
    lines.extend(found.rows.iter().map(|row| csv::line(line(ui, &posts, row))));
    lines.extend(found.is_cut.then(|| csv::cut(ui, found.rows.len())));
    Ok(csv::file("tasks.csv", &lines))
}

fn line(ui: &Ui, posts: &BTreeMap<PostId, PostName>, row: &Listed) -> [String; 11] {
    let class = row
        .class(ui.now)
        .map(|class| ui.t(&format!("task-class-{}", class.as_str())));
    [
        row.code.clone(),
        row.work.clone(),
        post_of(ui, posts, row.lead),
        row.product.clone(),
        ui.t(&format!("task-state-{}", row.state.as_str())),
        class.unwrap_or_default(),
        post_of(ui, posts, row.issuer),
        time::rfc3339(row.issued_at),
        time::rfc3339(row.deadline.original_due),
        time::rfc3339(row.deadline.due),
        row.ended_at.map(time::rfc3339).unwrap_or_default(),
    ]
}

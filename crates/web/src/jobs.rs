//! Background jobs on a page: what waits, what is done, what could not be done, and "try again".

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use townhall_app::clock::real_now;
use townhall_app::error::AppError;
use townhall_app::jobs::{cancel_job, job_list, retry_job, why_not_cancelled};
use townhall_domain::ids::JobId;
use townhall_domain::permission::Right;
use townhall_store::jobs::{Job, JobState};
use townhall_text::Arg;

use crate::routes::{Need, Routes};
use crate::session::{FormOf, Signed};
use crate::state::App;
use crate::ui::{self, Column, Empty, Form, Icon, Page, Place, Tab, Tone, Ui, badge};

/// Rows on a page.
const PAGE: u32 = 50;

/// Routes of this capability.
pub fn routes(app: &App) -> Routes {
    Routes::new(app)
        .get("/jobs", Need::Right(Right::ReadJobs), show)
        .post("/jobs/{id}/retry", Need::Right(Right::RetryJob), retry)
        .post("/jobs/{id}/cancel", Need::Right(Right::RetryJob), cancel)
}

/// What the list is narrowed to, as it stands in the address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Asked {
    state: String,
    after: String,
}

async fn show(State(app): State<App>, signed: Signed, Query(asked): Query<Asked>) -> Response {
    let ui = signed.ui(&app);
    let state = JobState::parse(&asked.state);
    let after = asked.after.split_once('.').and_then(|(at, id)| {
        let at = jiff::Timestamp::from_millisecond(at.parse().ok()?).ok()?;
        Some((at, id.parse().ok()?))
    });
    let found = app
        .town
        .read("job_list", &signed.actor, move |tx, cx| {
            job_list(tx, cx, state, after, PAGE)
        })
        .await;
    let jobs = match found {
        Ok(jobs) => jobs,
        Err(error) => return signed.refuse(&app, &error),
    };
    let heading = ui.t("ui-place-jobs");
    let main = html! {
        (ui::title_line(&ui, &heading, &html! {}, &html! {}))
        p.text-secondary.th-text { (ui.t("jobs-about")) }
        (views(&ui, state))
        @if jobs.is_empty() { (none(&ui)) } @else { (table(&app, &ui, &signed, &asked, &jobs)) }
    };
    ui::page(&ui, &Page::new(&heading).at(Place::Jobs), &main).into_response()
}

fn views(ui: &Ui, shown: Option<JobState>) -> Markup {
    let all = std::iter::once((None, "jobs-tab-all".to_owned(), "/jobs".to_owned()));
    // What is stopping stands with what is at work.
    let states = JobState::ALL
        .into_iter()
        .filter(|state| *state != JobState::Cancelling);
    let states = states.map(|state| {
        let word = state.as_str();
        (
            Some(state),
            format!("jobs-tab-{word}"),
            ui::href("/jobs", &[("state", word)]),
        )
    });
    let tabs: Vec<Tab<'_>> = all
        .chain(states)
        .map(|(state, key, href)| Tab {
            label: ui.t(&key).into(),
            count: None,
            href: href.into(),
            current: state == shown,
        })
        .collect();
    ui::tabs(ui, &ui.t("common-status"), &tabs)
}

fn none(ui: &Ui) -> Markup {
    ui::empty(
        ui,
        &Empty {
            icon: Icon::CHECK,
            heading: &ui.t("jobs-none"),
            text: html! { (ui.t("jobs-none-text")) },
            button: None,
            other: None,
        },
    )
}

fn table(app: &App, ui: &Ui, signed: &Signed, asked: &Asked, jobs: &[Job]) -> Markup {
    let may_retry = signed.actor.holds(Right::RetryJob);
    let columns = [
        Column::text(ui.t("jobs-kind")),
        Column::text(ui.t("common-status")),
        Column::number(ui.t("jobs-attempts")),
        Column::text(ui.t("jobs-changed")),
        Column::text(""),
    ];
    let body = html! {
        @for job in jobs {
            tr {
                td {
                    b { (ui.t(&format!("jobs-kind-{}", job.kind))) }
                    br; span.th-muted { (unit_name(app, ui, job)) }
                    @if let (JobState::Waiting, true, Some(why)) = (job.state, may_retry, why_not_cancelled(job)) {
                        br; span.th-muted { (ui.t(why)) }
                    }
                    @if let Some(why) = &job.last_error {
                        br; span.th-muted { (ui.t("jobs-error")) ": " span lang="en" { (why) } }
                    }
                }
                td.text-nowrap {
                    (state_badge(ui, job))
                    @if job.state == JobState::Waiting && !is_running(job) {
                        br; span.th-muted { (ui.t_args("jobs-next-at", &[("at", ui.date_time(job.run_at).into())])) }
                    }
                }
                td.th-num { (ui.number(i64::from(job.attempts))) }
                td.text-nowrap { (ui.date_time(job.changed_at)) }
                td {
                    span.th-inline {
                        @if may_retry && may_run_again(job) {
                            (ui::form(ui, &Form::post(format!("/jobs/{}/retry", job.id)), &html! {
                                button.btn.btn-sm type="submit" { (Icon::REFRESH) " " (ui.t(if job.state == JobState::Waiting && job.last_error.is_none() { "jobs-run-now" } else { "jobs-again" })) }
                            }))
                        }
                        @if may_retry && why_not_cancelled(job).is_none() {
                            (ui::form(ui, &Form::post(format!("/jobs/{}/cancel", job.id)), &html! {
                                button.btn.btn-sm type="submit" { (Icon::BAN) " " (ui.t(if is_running(job) { "jobs-cancel-running" } else { "jobs-cancel" })) }
                            }))
                        }
                    }
                }
            }
        }
    };
    let next = jobs
        .last()
        .filter(|_| jobs.len() >= PAGE as usize)
        .map(|last| format!("{}.{}", last.changed_at.as_millisecond(), last.id));
    let shown = ui.t_args("jobs-shown", &[("count", Arg::from(jobs.len()))]);
    html! {
        (ui::table(ui, &ui.t("ui-place-jobs"), &columns, None, &body))
        (ui::pager(ui, &shown, asked.after.is_empty(), next.as_deref()))
    }
}

fn is_running(job: &Job) -> bool {
    job.state == JobState::Waiting && job.lease_until > real_now()
}

/// Whether "try again" does anything: not for what is done, at work or stopping.
fn may_run_again(job: &Job) -> bool {
    match job.state {
        JobState::Waiting => !is_running(job),
        JobState::GaveUp | JobState::Cancelled => true,
        JobState::Done | JobState::Cancelling => false,
    }
}

fn state_badge(ui: &Ui, job: &Job) -> Markup {
    let (tone, icon, key) = match job.state {
        JobState::Waiting if is_running(job) => (Tone::Run, Icon::PLAY, "jobs-state-running"),
        JobState::Waiting if job.last_error.is_some() => (Tone::Warn, Icon::REFRESH, "jobs-state-again"),
        JobState::Waiting => (Tone::Plain, Icon::PAUSE, "jobs-state-waiting"),
        JobState::Done => (Tone::Ok, Icon::CHECK, "jobs-state-done"),
        JobState::GaveUp => (Tone::Bad, Icon::STOP, "jobs-state-gave_up"),
        JobState::Cancelling => (Tone::Warn, Icon::HOURGLASS, "jobs-state-cancelling"),
        JobState::Cancelled => (Tone::Plain, Icon::BAN, "jobs-state-cancelled"),
    };
    badge(ui, tone, icon, &ui.t(key))
}

fn unit_name(app: &App, ui: &Ui, job: &Job) -> String {
    match &job.unit {
        None => ui.t("jobs-node"),
        Some(unit) => app.town.packs().units().by_id(unit).map_or_else(
            || unit.code().to_owned(),
            |found| found.full_name(ui.today()).to_owned(),
        ),
    }
}

/// An empty form, for its token.
#[derive(Debug, Deserialize)]
struct Nothing {}

async fn retry(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<JobId>,
    FormOf(Nothing {}): FormOf<Nothing>,
) -> Response {
    let done = app
        .town
        .write("retry_job", &signed.actor, move |tx, cx| retry_job(tx, cx, id))
        .await;
    back(&app, &signed, done)
}

async fn cancel(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<JobId>,
    FormOf(Nothing {}): FormOf<Nothing>,
) -> Response {
    let done = app
        .town
        .write("cancel_job", &signed.actor, move |tx, cx| cancel_job(tx, cx, id))
        .await;
    back(&app, &signed, done)
}

/// To the list, which shows what became of the job; or why nothing did.
fn back<T>(app: &App, signed: &Signed, done: Result<T, AppError>) -> Response {
    match done {
        Ok(_) => Redirect::to("/jobs").into_response(),
        Err(error) => signed.refuse(app, &error),
    }
}

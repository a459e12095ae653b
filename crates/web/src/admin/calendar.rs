//! The calendar of a unit: days off and make-up days with their source, office hours, and what the unit itself has
//! decided about single days.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use maud::{Markup, html};
use serde::Deserialize;
use townhall_app::calendar::{SetHours, WithdrawHours, hours_of_year, set_hours, withdraw_hours};
use townhall_app::error::AppError;
use townhall_domain::calendar::{DayKind, DayStatus, ExceptionKind, ListedDay};
use townhall_domain::dossier::applicant::parse_date;
use townhall_domain::ids::HoursExceptionId;
use townhall_domain::permission::Right;
use townhall_store::calendar::StoredException;
use townhall_text::Arg;

use crate::public::hours::week_in_words;
use crate::refusal::Refusal;
use crate::session::{FormOf, Signed};
use crate::staff::AskedUnit;
use crate::state::App;
use crate::typed::Answers;
use crate::ui::{
    self, Choice, Column, Confirm, Empty, Errors, Field, Form, Icon, NoticeTone, Page, Place, Tab, Tone, Ui,
    badge, href,
};

/// Which year, and what was just done.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    year: String,
    done: String,
}

/// What the form of a decision sends.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    day: String,
    kind: String,
    hours: String,
    reason: String,
    decision: String,
}

/// What a listed day is, in words: "nghỉ lễ Quốc khánh".
pub(super) fn day_words(ui: &Ui, day: &ListedDay) -> String {
    let key = match day.kind {
        DayKind::PublicHoliday => "calendar-kind-public_holiday",
        DayKind::SwapDayOff => "calendar-kind-swap_day_off",
        DayKind::SubstituteDayOff => "calendar-kind-substitute_day_off",
        DayKind::MakeupWorkday => "calendar-kind-makeup_workday",
    };
    let holiday = ui.t(&format!("holiday-{}", day.holiday));
    ui.t_args(key, &[("holiday", holiday.as_str().into())])
}

/// The page.
pub async fn show(
    State(app): State<App>,
    signed: Signed,
    unit: AskedUnit,
    Query(asked): Query<Asked>,
) -> Response {
    page(
        &app,
        &signed,
        &unit,
        &asked,
        &Typed::default(),
        &Errors::default(),
    )
    .await
}

async fn page(
    app: &App,
    signed: &Signed,
    unit: &AskedUnit,
    asked: &Asked,
    typed: &Typed,
    errors: &Errors,
) -> Response {
    let ui = signed.ui(app);
    let (first, listed, last) = app.town.packs().calendar().years();
    let year: i16 = asked.year.parse().unwrap_or(ui.today().year());
    let year = year.clamp(first, last);
    let id = unit.0.clone();
    let found = app
        .town
        .read("hours_of_year", &signed.actor, move |tx, cx| {
            hours_of_year(tx, cx, &id, year)
        })
        .await;
    let decisions = match found {
        Ok(decisions) => decisions,
        Err(error) => return signed.refuse(app, &error),
    };
    let may = signed.actor.may(Right::ManageCalendar, &unit.0);
    let title = ui.t("calendar-title");
    let name = unit.name(app, &ui);
    let told = match asked.done.as_str() {
        "set" => Some("calendar-done-set"),
        "withdrawn" => Some("calendar-done-withdrawn"),
        _ => None,
    };
    let main = html! {
        (super::way_back(&ui, signed, unit, &title))
        (ui::title_line(&ui, &title, &html! { span.th-muted { (name) } }, &html! {}))
        @if let Some(key) = told { (ui::notice(&ui, NoticeTone::Ok, &ui.t(key), &html! {})) }
        (ui::error_summary(&ui, errors))
        div.th-cols.th-cols-wide {
            div.th-stack {
                (decided(&ui, unit, year, may, &decisions))
                (days(app, &ui, unit, year, (first, listed)))
            }
            aside.th-stack aria-label=(ui.t("calendar-hours")) {
                (hours(app, &ui, unit))
                @if may { (decision_form(&ui, unit, typed, errors)) }
            }
        }
    };
    let about = Page::new(&title).at(Place::Admin).with_error(!errors.is_empty());
    let status = errors.status();
    (status, ui::page(&ui, &about, &main)).into_response()
}

fn here(path: &str, unit: &AskedUnit) -> String {
    href(path, &[("unit", unit.0.code())])
}

/// The days of a year that are not what their weekday says.
fn days(app: &App, ui: &Ui, unit: &AskedUnit, year: i16, (first, listed): (i16, i16)) -> Markup {
    let calendar = app.town.packs().calendar();
    // The listed years, and the next one as it is projected.
    let years: Vec<Tab<'_>> = (first..=listed + 1)
        .map(|tab| Tab {
            label: tab.to_string().into(),
            count: None,
            href: href(
                "/admin/calendar",
                &[("unit", unit.0.code()), ("year", &tab.to_string())],
            )
            .into(),
            current: tab == year,
        })
        .collect();
    let heading = ui.t_args("calendar-days-of", &[("year", year.to_string().into())]);
    let columns = [
        Column::text(ui.t("calendar-day")),
        Column::text(ui.t("calendar-what")),
        Column::text(ui.t("calendar-status")),
    ];
    let rows = html! {
        @for (day, listed) in calendar.listed(year) {
            tr {
                td.text-nowrap { (townhall_text::capitalised(&ui.date(day))) }
                td { (day_words(ui, listed)) br; span.th-muted { (calendar.source(&listed.source).unwrap_or(listed.source.as_str())) } }
                td { (status_badge(ui, listed.status)) }
            }
        }
    };
    let inside = html! {
        div.mx-3.mt-2 { (ui::tabs(ui, &ui.t("calendar-years"), &years)) }
        (ui::table(ui, &heading, &columns, None, &rows))
        p.th-muted.m-3 { (ui.t_args("calendar-pack", &[("version", calendar.version().into())])) }
    };
    ui::card("days", &heading, &html! {}, &inside)
}

fn status_badge(ui: &Ui, status: DayStatus) -> Markup {
    let (tone, icon, key) = match status {
        DayStatus::Official => (Tone::Ok, Icon::CHECK, "calendar-status-official"),
        DayStatus::Statutory => (Tone::Ok, Icon::BOOK, "calendar-status-statutory"),
        DayStatus::Projected => (Tone::Warn, Icon::ALERT, "calendar-status-projected"),
    };
    badge(ui, tone, icon, &ui.t(key))
}

/// When the office works by the packs, and where that was read.
fn hours(app: &App, ui: &Ui, unit: &AskedUnit) -> Markup {
    let packs = app.town.packs();
    let office = packs.office(&unit.0);
    let source = office.hours_source(ui.today());
    let inside = html! {
        div.card-body {
            p.mb-1 { b { (week_in_words(ui.lang, &office, ui.today())) } }
            @if let Some(source) = source { p.th-muted.mb-1 { (source) } }
            p.th-muted.mb-0 { (ui.t_args("calendar-hours-pack", &[("version", packs.office_hours().version().into())])) }
        }
    };
    ui::card("hours", &ui.t("calendar-hours"), &html! {}, &inside)
}

/// What the unit has decided about days of the year.
fn decided(ui: &Ui, unit: &AskedUnit, year: i16, may: bool, decisions: &[StoredException]) -> Markup {
    let heading = ui.t_args("calendar-decisions-of", &[("year", year.to_string().into())]);
    let columns = [
        Column::text(ui.t("calendar-day")),
        Column::text(ui.t("calendar-what")),
        Column::text(ui.t("common-reason")),
        Column::text(ui.t("calendar-made")),
        Column::text(""),
    ];
    let rows = html! {
        @for stored in decisions {
            tr {
                td.text-nowrap { (townhall_text::capitalised(&ui.date(stored.exception.day))) }
                td {
                    (kind_words(ui, stored.exception.kind)) ": "
                    b { @if stored.exception.blocks.is_empty() { (ui.t("calendar-closed")) } @else { (stored.exception.hours()) } }
                    @if stored.withdrawn_at.is_some() { br; (badge(ui, Tone::Plain, Icon::UNDO, &ui.t("calendar-withdrawn"))) }
                }
                td {
                    (stored.reason)
                    @if let Some(decision) = &stored.decision { br; span.th-muted { (decision) } }
                    @if let Some(why) = &stored.withdrawn_why { br; span.th-muted { (ui.t("calendar-withdrawn")) ": " (why) } }
                }
                td.text-nowrap { (ui.date_time(stored.made_at)) }
                td {
                    @if may && stored.withdrawn_at.is_none() && stored.exception.day >= ui.today() {
                        a.btn.btn-sm href=(format!("/admin/calendar/{}/withdraw?unit={}", stored.id, unit.0.code())) { (ui.t("calendar-withdraw")) }
                    }
                }
            }
        }
    };
    let inside = html! {
        @if decisions.is_empty() {
            (ui::empty(ui, &Empty {
                icon: Icon::CALENDAR,
                heading: &ui.t("calendar-decisions-none"),
                text: html! { (ui.t("calendar-decisions-none-text")) },
                button: None,
                other: None,
            }))
        } @else { (ui::table(ui, &heading, &columns, None, &rows)) }
    };
    ui::card("decisions", &heading, &html! {}, &inside)
}

fn kind_words(ui: &Ui, kind: ExceptionKind) -> String {
    ui.t(match kind {
        ExceptionKind::Office => "calendar-office",
        ExceptionKind::Reception => "calendar-reception",
    })
}

fn decision_form(ui: &Ui, unit: &AskedUnit, typed: &Typed, errors: &Errors) -> Markup {
    let field = |name: &'static str, label: &str, value: &str| {
        Field::new(name, ui.t(label))
            .value(value.to_owned())
            .errors(errors)
            .autocomplete("off")
    };
    let kinds = ExceptionKind::ALL.map(|kind| Choice::new(kind.as_str(), kind_words(ui, kind)));
    let kind = if typed.kind.is_empty() {
        ExceptionKind::Office.as_str()
    } else {
        &typed.kind
    };
    let inside = html! {
        p.th-muted { (ui.t("calendar-set-about")) }
        div.th-fields {
            (ui::date(ui, &field("day", "calendar-day", &typed.day)))
            (ui::radios(ui, &field("kind", "calendar-what", kind), &kinds))
            (ui::text(ui, &field("hours", "calendar-set-hours", &typed.hours).hint(ui.t("calendar-set-hours-hint")).optional().max_chars(40)))
            (ui::textarea(ui, &field("reason", "common-reason", &typed.reason).max_chars(2000), 2))
            (ui::text(ui, &field("decision", "calendar-set-decision", &typed.decision).hint(ui.t("calendar-set-decision-hint")).optional().max_chars(200)))
        }
        button.btn.btn-primary.w-100.mt-3 type="submit" { (Icon::CHECK) " " (ui.t("calendar-set")) }
    };
    ui::card(
        "set",
        &ui.t("calendar-set-title"),
        &html! {},
        &ui::form(
            ui,
            &Form::post(here("/admin/calendar", unit)).class("card-body"),
            &inside,
        ),
    )
}

/// Sets the hours of one day.
pub async fn set(
    State(app): State<App>,
    signed: Signed,
    unit: AskedUnit,
    FormOf(typed): FormOf<Typed>,
) -> Response {
    match run(&app, &signed, &unit, &typed).await {
        Ok(day) => {
            let year = day.year().to_string();
            let to = href(
                "/admin/calendar",
                &[("unit", unit.0.code()), ("year", &year), ("done", "set")],
            );
            Redirect::to(&to).into_response()
        }
        Err(error @ (AppError::Invalid(_) | AppError::Refused { .. })) => {
            let errors = Refusal::of(signed.lang(), &error).errors();
            page(&app, &signed, &unit, &Asked::default(), &typed, &errors).await
        }
        Err(error) => signed.refuse(&app, &error),
    }
}

async fn run(app: &App, signed: &Signed, unit: &AskedUnit, typed: &Typed) -> Result<Date, AppError> {
    let day = parse_date(&typed.day).ok_or_else(|| AppError::field("day", "date-wrong"))?;
    let kind = ExceptionKind::parse(&typed.kind);
    let command = SetHours {
        unit: unit.0.clone(),
        day,
        kind: kind.ok_or_else(|| AppError::field("kind", "calendar-kind-missing"))?,
        hours: typed.hours.clone(),
        reason: typed.reason.clone(),
        decision: typed.decision.clone(),
    };
    app.town
        .write("set_hours", &signed.actor, move |tx, cx| {
            set_hours(tx, cx, &command)
        })
        .await?;
    Ok(day)
}

/// Asks before a decision is taken back.
pub async fn ask_withdraw(
    State(app): State<App>,
    signed: Signed,
    unit: AskedUnit,
    Path(id): Path<String>,
) -> Response {
    withdraw_page(&app, &signed, &unit, &id, "", &Errors::default()).await
}

async fn withdraw_page(
    app: &App,
    signed: &Signed,
    unit: &AskedUnit,
    id: &str,
    reason: &str,
    errors: &Errors,
) -> Response {
    let stored = match find(app, signed, unit, id).await {
        Ok(stored) => stored,
        Err(error) => return signed.refuse(app, &error),
    };
    let ui = signed.ui(app);
    let day = ui.date(stored.exception.day);
    let question = ui.t_args("calendar-withdraw-question", &[("day", Arg::from(day))]);
    let reason = Field::new("reason", ui.t("common-reason"))
        .value(reason.to_owned())
        .max_chars(2000)
        .errors(errors);
    let confirm = Confirm {
        question: &question,
        effect: html! { p { (kind_words(&ui, stored.exception.kind)) ": " (stored.exception.hours()) ". " (ui.t("calendar-withdraw-effect")) } },
        fields: html! {
            (ui::hidden("version", &stored.version.to_string()))
            (ui::textarea(&ui, &reason, 3))
        },
        action: &format!("/admin/calendar/{id}/withdraw?unit={}", unit.0.code()),
        verb: &ui.t("calendar-withdraw"),
        back: &here("/admin/calendar", unit),
        errors,
    };
    let about = Page::new(&question)
        .at(Place::Admin)
        .with_error(!errors.is_empty());
    let status = errors.status();
    (status, ui::page(&ui, &about, &ui::confirm_page(&ui, &confirm))).into_response()
}

async fn find(app: &App, signed: &Signed, unit: &AskedUnit, id: &str) -> Result<StoredException, AppError> {
    let id: HoursExceptionId = id.parse().map_err(|_| AppError::NotFound("hours"))?;
    let unit = unit.0.clone();
    app.town
        .read("hours_exception", &signed.actor, move |tx, cx| {
            townhall_app::calendar::hours_of(tx, cx, &unit, id)
        })
        .await
}

/// Takes a decision back.
pub async fn withdraw(
    State(app): State<App>,
    signed: Signed,
    unit: AskedUnit,
    Path(id): Path<String>,
    FormOf(answers): FormOf<Answers>,
) -> Response {
    let Ok(exception) = id.parse::<HoursExceptionId>() else {
        return signed.refuse(&app, &AppError::NotFound("hours"));
    };
    let reason = answers.text("reason").to_owned();
    let command = WithdrawHours {
        exception,
        version: answers.version(),
        reason: reason.clone(),
    };
    let done = app
        .town
        .write("withdraw_hours", &signed.actor, move |tx, cx| {
            withdraw_hours(tx, cx, &command)
        })
        .await;
    match done {
        Ok(()) => {
            let to = href(
                "/admin/calendar",
                &[("unit", unit.0.code()), ("done", "withdrawn")],
            );
            Redirect::to(&to).into_response()
        }
        Err(error @ (AppError::Invalid(_) | AppError::Refused { .. })) => {
            let errors = Refusal::of(signed.lang(), &error).errors();
            withdraw_page(&app, &signed, &unit, &id, &reason, &errors).await
        }
        Err(error) => signed.refuse(&app, &error),
    }
}

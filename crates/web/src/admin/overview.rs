//! The first page of administration: what a unit has, what needs a hand, and the way to each part.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use townhall_app::accounts::{AccountCounts, account_counts};
use townhall_app::calendar::hours_of_year;
use townhall_app::cx::Cx;
use townhall_app::error::AppError;
use townhall_app::organisation::staff_of;
use townhall_domain::calendar::DayKind;
use townhall_domain::ids::UnitId;
use townhall_domain::permission::Right;
use townhall_store::Tx;
use townhall_text::Arg;

use super::begin::Beginning;
use crate::session::Signed;
use crate::staff::AskedUnit;
use crate::state::App;
use crate::ui::{self, Figure, Icon, Page, Place, Ui, href};

/// What the page counts; only what the officer may see.
#[derive(Debug, Default)]
struct Counts {
    accounts: Option<AccountCounts>,
    /// Seats of the quota, and those that are filled.
    seats: Option<(usize, usize)>,
    /// Decisions about hours from today on.
    decisions: Option<usize>,
    /// How far a new unit is.
    beginning: Option<Beginning>,
}

fn counts(tx: &mut Tx<'_>, cx: &Cx, unit: &UnitId) -> Result<Counts, AppError> {
    let may = |right| cx.actor.may(right, unit);
    if !super::FRONT.into_iter().any(may) {
        return Err(AppError::NotFound("unit"));
    }
    let mut counts = Counts::default();
    if cx.actor.may(Right::ManageAccounts, unit) {
        counts.accounts = Some(account_counts(tx, cx, unit)?);
    }
    if cx.actor.may(Right::ReadStaff, unit) {
        let staff = staff_of(tx, cx, unit, cx.today())?;
        counts.seats = Some((staff.quota, staff.filled));
        if let Some(accounts) = counts.accounts {
            counts.beginning = Beginning::of(tx, cx, unit, &staff, accounts)?;
        }
    }
    if cx.actor.may(Right::ReadPacks, unit) || cx.actor.may(Right::ManageCalendar, unit) {
        let holds = hours_of_year(tx, cx, unit, cx.today().year())?;
        let today = cx.today();
        let ahead = holds
            .iter()
            .filter(|stored| stored.withdrawn_at.is_none() && stored.exception.day >= today);
        counts.decisions = Some(ahead.count());
    }
    Ok(counts)
}

/// The page.
pub async fn show(State(app): State<App>, signed: Signed, unit: AskedUnit) -> Response {
    let id = unit.0.clone();
    let found = app
        .town
        .read("administration", &signed.actor, move |tx, cx| counts(tx, cx, &id))
        .await;
    let counts = match found {
        Ok(counts) => counts,
        Err(error) => return signed.refuse(&app, &error),
    };
    let ui = signed.ui(&app);
    let title = ui.t("ui-place-admin");
    let name = unit.name(&app, &ui);
    let main = html! {
        (ui::title_line(&ui, &title, &html! { span.th-muted { (name) } }, &html! {}))
        @if let Some(beginning) = counts.beginning { (beginning.card(&ui, &unit.0)) }
        (ui::figures(&ui, &figures(&app, &ui, &unit, &counts)))
        div.th-cols.th-cols-2 {
            (parts(&ui, &signed, &unit))
            (ui::card("next-days", &ui.t("admin-next-days"), &html! {}, &next_days(&app, &ui)))
        }
    };
    ui::page(&ui, &Page::new(&title).at(Place::Admin), &main).into_response()
}

fn number(ui: &Ui, count: usize) -> String {
    ui.number(i64::try_from(count).unwrap_or(i64::MAX))
}

fn figures(app: &App, ui: &Ui, unit: &AskedUnit, counts: &Counts) -> Vec<Figure<'static>> {
    let of = |path: &str| href(path, &[("unit", unit.0.code())]);
    let mut figures = Vec::new();
    let mut add = |label: &str, value: String, note: String, path: &str, bad: bool| {
        figures.push(Figure {
            label: ui.t(label).into(),
            value: value.into(),
            note: note.into(),
            href: of(path).into(),
            bad,
        });
    };
    if let Some(accounts) = &counts.accounts {
        let note = ui.t_args(
            "admin-accounts-note",
            &[
                ("closed", Arg::from(accounts.closed)),
                ("never", Arg::from(accounts.never_used)),
            ],
        );
        add(
            "account-list",
            ui.number(accounts.open),
            note,
            "/admin/accounts",
            false,
        );
    }
    if let Some((quota, filled)) = counts.seats {
        let note = ui.t_args(
            "admin-posts-note",
            &[
                ("filled", Arg::from(filled)),
                ("vacant", Arg::from(quota - filled.min(quota))),
            ],
        );
        add("admin-posts", number(ui, quota), note, "/staff", false);
    }
    if let Some(decisions) = counts.decisions {
        add(
            "admin-decisions",
            number(ui, decisions),
            ui.t("admin-decisions-note"),
            "/admin/calendar",
            false,
        );
    }
    let served = app.town.packs().procedures().served(ui.today()).count();
    let known = app.town.packs().procedures().listings(ui.today()).count();
    add(
        "admin-procedures",
        number(ui, served),
        ui.t_args(
            "admin-procedures-note",
            &[("known", Arg::from(known.saturating_sub(served)))],
        ),
        "/admin/packs",
        false,
    );
    figures
}

/// The parts with the rights that open each, where it leads, its name, and what it is for.
const PARTS: [(&[Right], &str, &str, &str); 7] = [
    (
        &[Right::ManageAccounts],
        "/admin/accounts",
        "account-list",
        "admin-about-accounts",
    ),
    (
        &[Right::ReadStaff],
        "/staff/people",
        "staff-people",
        "admin-about-people",
    ),
    (
        &[Right::ReadStaff],
        "/staff",
        "admin-part-posts",
        "admin-about-posts",
    ),
    (
        &[Right::ManageCalendar, Right::ReadPacks],
        "/admin/calendar",
        "calendar-title",
        "admin-about-calendar",
    ),
    (
        &[Right::ReadPacks],
        "/admin/packs",
        "admin-packs",
        "admin-about-packs",
    ),
    (&[Right::ReadJobs], "/jobs", "ui-place-jobs", "admin-about-jobs"),
    (
        &[Right::ReadAccessLog],
        "/admin/access-log",
        "access-title",
        "admin-about-access",
    ),
];

fn parts(ui: &Ui, signed: &Signed, unit: &AskedUnit) -> Markup {
    let inside = html! {
        ul.th-choices.mx-3.my-2 {
            @for (rights, path, key, about) in PARTS {
                @if rights.iter().any(|right| signed.actor.holds(*right)) {
                    li {
                        a href=(href(path, &[("unit", unit.0.code())])) { (ui.t(key)) }
                        p.th-muted.mb-0 { (ui.t(about)) }
                    }
                }
            }
        }
    };
    ui::card("parts", &ui.t("admin-parts"), &html! {}, &inside)
}

/// The next days that are not what their weekday says.
fn next_days(app: &App, ui: &Ui) -> Markup {
    let (calendar, today) = (app.town.packs().calendar(), ui.today());
    let years = [today.year(), today.year() + 1];
    let days = years
        .into_iter()
        .flat_map(|year| calendar.listed(year))
        .filter(|(day, _)| *day >= today)
        .take(6);
    html! {
        ul.list-unstyled.m-3 {
            @for (day, listed) in days {
                li.th-row.mb-2 {
                    @if listed.kind == DayKind::MakeupWorkday { (Icon::CHECK) } @else { (Icon::CALENDAR) }
                    span { (townhall_text::capitalised(&ui.date(day))) br; span.th-muted { (super::calendar::day_words(ui, listed)) } }
                }
            }
        }
    }
}

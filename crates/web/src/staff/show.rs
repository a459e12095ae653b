//! The staff of a unit: figures, vacant posts with who stands in, every division with its posts.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;
use townhall_app::organisation::{Staff, StaffDivision, StaffSeat, staff_of};
use townhall_domain::dossier::applicant::parse_date;
use townhall_domain::organisation::{MandateKind, SeatState};
use townhall_domain::permission::Right;

use super::{AskedUnit, basis_words, is_vietnamese, typed_day};
use crate::session::Signed;
use crate::state::App;
use crate::ui::{self, Column, Empty, Field, Figure, Form, Icon, Page, Place, Tone, Ui, href};

#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    as_of: String,
}

pub async fn show(
    State(app): State<App>,
    signed: Signed,
    unit: AskedUnit,
    Query(asked): Query<Asked>,
) -> Response {
    let ui = signed.ui(&app);
    // A day that cannot be read is today: the field shows which day it is.
    let as_of = parse_date(&asked.as_of).unwrap_or(ui.today());
    let id = unit.0.clone();
    let staff = match app
        .town
        .read("staff_of", &signed.actor, move |tx, cx| {
            staff_of(tx, cx, &id, as_of)
        })
        .await
    {
        Ok(staff) => staff,
        Err(error) => return signed.refuse(&app, &error),
    };
    let title = ui.t("staff-title");
    let name = unit.name(&app, &ui);
    let manages = signed.actor.may(Right::ManageStaff, &unit.0);
    let (add, add_href) = (
        ui.t("staff-division-add"),
        href("/staff/divisions/new", &[("unit", unit.0.code())]),
    );
    let main = html! {
        (ui::title_line(&ui, &title, &html! { span.th-muted { (name) } }, &buttons(&ui, &unit, manages)))
        (day_form(&ui, &unit, &typed_day(as_of)))
        @if staff.divisions.is_empty() {
            (ui::empty(&ui, &Empty {
                icon: Icon::USER,
                heading: &ui.t("staff-empty"),
                text: html! { (ui.t("staff-empty-text")) },
                button: manages.then_some((add.as_str(), add_href.as_str())),
                other: None,
            }))
        } @else {
            (figures(&ui, &staff))
            (vacancies(&ui, &staff))
            div id="divisions" {
                @for division in &staff.divisions { (division_card(&ui, &unit, division, manages)) }
            }
        }
    };
    ui::page(&ui, &Page::new(&title).at(Place::Staff), &main).into_response()
}

fn buttons(ui: &Ui, unit: &AskedUnit, manages: bool) -> Markup {
    let query = [("unit", unit.0.code())];
    html! {
        a.btn href=(format!("/units/{}/villages", unit.0.code())) { (ui.t("villages-link")) }
        a.btn href=(href("/staff/people", &query)) { (ui.t("staff-people")) }
        @if manages {
            a.btn href=(href("/staff/divisions/new", &query)) { (ui.t("staff-division-add")) }
            a.btn.btn-primary href=(href("/staff/posts/new", &query)) { (ui.t("staff-post-add")) }
        }
    }
}

fn day_form(ui: &Ui, unit: &AskedUnit, day: &str) -> Markup {
    let field = Field::new("as_of", ui.t("staff-as-of")).value(day).max_chars(10);
    ui::form(
        ui,
        &Form::get("/staff").class("th-filter"),
        &html! {
            (ui::hidden("unit", unit.0.code()))
            (ui::date(ui, &field))
            button.btn type="submit" { (ui.t("common-open")) }
        },
    )
}

fn figures(ui: &Ui, staff: &Staff) -> Markup {
    let number = |count: usize| ui.number(i64::try_from(count).unwrap_or(i64::MAX));
    let covered = staff
        .vacant_seats()
        .filter(|seat| seat.state == SeatState::VacantCovered)
        .count();
    let figure = |key: &str, count: usize, note: String, href: &'static str| Figure {
        label: ui.t(key).into(),
        value: number(count).into(),
        note: note.into(),
        href: href.into(),
        bad: false,
    };
    ui::figures(
        ui,
        &[
            figure("staff-quota", staff.quota, ui.t("staff-quota-note"), "#divisions"),
            figure(
                "staff-filled",
                staff.filled,
                share(ui, staff.filled, staff.quota),
                "#divisions",
            ),
            figure(
                "staff-vacancies",
                staff.vacancies(),
                share(ui, staff.vacancies(), staff.quota),
                "#vacant",
            ),
            figure("staff-covered", covered, String::new(), "#vacant"),
        ],
    )
}

fn share(ui: &Ui, part: usize, whole: usize) -> String {
    if whole == 0 {
        return String::new();
    }
    ui.percent(
        i64::try_from(part).unwrap_or(0),
        i64::try_from(whole).unwrap_or(1),
    )
}

/// The vacant posts of the quota: the question that the reports asked.
fn vacancies(ui: &Ui, staff: &Staff) -> Markup {
    let seats: Vec<(&StaffDivision, &StaffSeat)> = staff
        .divisions
        .iter()
        .flat_map(|division| division.seats.iter().map(move |seat| (division, seat)))
        .filter(|(_, seat)| seat.is_of_quota() && !seat.state.is_filled())
        .collect();
    let heading = ui.t("staff-vacant-seats");
    let body = if seats.is_empty() {
        html! { div.card-body { p.mb-0 { (ui.t("staff-no-vacancies")) } } }
    } else {
        let columns = ["staff-post", "staff-division", "staff-stands-in"].map(|key| Column::text(ui.t(key)));
        let rows = html! {
            @for (division, seat) in seats {
                tr {
                    td { (post_link(ui, seat)) }
                    td { (division_name(ui, division)) }
                    td { (substitutes(ui, seat)) }
                }
            }
        };
        ui::table(ui, &heading, &columns, None, &rows)
    };
    html! { div.mb-3 { (ui::card("vacant", &heading, &html! {}, &body)) } }
}

fn division_card(ui: &Ui, unit: &AskedUnit, division: &StaffDivision, manages: bool) -> Markup {
    let item = &division.division.item;
    let caption = division_name(ui, division);
    let columns =
        ["staff-post", "staff-holder", "staff-state", "staff-stands-in"].map(|key| Column::text(ui.t(key)));
    let rows = html! {
        @for seat in &division.seats {
            tr {
                td { (post_link(ui, seat)) }
                td { (holders(ui, seat)) }
                td { (state_badge(ui, seat.state)) }
                td { @if !seat.substitutes.is_empty() { (substitutes(ui, seat)) } }
            }
        }
    };
    let end = html! {
        span.th-muted { (ui.t(&format!("staff-space-{}", item.space.as_str()))) }
        @if manages {
            a.th-text href=(href(&format!("/staff/divisions/{}", item.id), &[("unit", unit.0.code())]))
                aria-label=(format!("{}: {caption}", ui.t("common-edit"))) { (ui.t("common-edit")) }
        }
    };
    let id = format!("division-{}", item.id);
    html! {
        div.mb-3 { (ui::card(&id, &caption, &end, &ui::table(ui, &caption, &columns, None, &rows))) }
    }
}

fn division_name(ui: &Ui, division: &StaffDivision) -> String {
    let item = &division.division.item;
    if is_vietnamese(ui) {
        item.name_vi.clone()
    } else {
        item.name_en.clone()
    }
}

fn post_link(ui: &Ui, seat: &StaffSeat) -> Markup {
    html! { a.th-text href=(format!("/staff/posts/{}", seat.post.id)) { (seat.post.title(is_vietnamese(ui))) } }
}

fn holders(ui: &Ui, seat: &StaffSeat) -> Markup {
    html! {
        @for (at, holder) in seat.holders.iter().enumerate() {
            @if at > 0 { br; }
            bdi { (holder.name) }
            @if holder.mandate.kind != MandateKind::Full {
                span.th-muted { " (" (ui.t(&format!("staff-kind-{}", holder.mandate.kind.as_str()))) ")" }
            }
        }
    }
}

fn substitutes(ui: &Ui, seat: &StaffSeat) -> Markup {
    html! {
        @if seat.substitutes.is_empty() { span.th-muted { (ui.t("staff-nobody")) } }
        @for (at, substitute) in seat.substitutes.iter().enumerate() {
            @if at > 0 { br; }
            bdi { (substitute.name) }
            @let how = basis_words(ui, substitute.basis).or_else(|| {
                let mandate = seat.holders.iter().find(|holder| holder.mandate.person == substitute.person)?;
                Some(ui.t(&format!("staff-kind-{}", mandate.mandate.kind.as_str())))
            });
            @if let Some(how) = how { span.th-muted { " (" (how) ")" } }
        }
    }
}

/// How a seat stands, as a badge.
pub fn state_badge(ui: &Ui, state: SeatState) -> Markup {
    let (tone, icon) = match state {
        SeatState::Filled => (Tone::Ok, Icon::CHECK),
        SeatState::FilledAbsent => (Tone::Warn, Icon::CALENDAR_OFF),
        SeatState::VacantCovered => (Tone::Warn, Icon::USER),
        SeatState::Vacant => (Tone::Bad, Icon::ALERT),
    };
    ui::badge(ui, tone, icon, &ui.t(&format!("staff-state-{}", state.as_str())))
}

//! The first page: what a citizen comes for, in the order in which people come for it.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use townhall_app::actor::Actor;
use townhall_app::calendar::exceptions;
use townhall_app::online::units_served;
use townhall_domain::calendar::HoursException;
use townhall_domain::procedure::Procedure;
use townhall_domain::unit::Unit;

use super::hours::{now_in_words, week_in_words};
use super::{dress, keep_unit, say, unit_of};
use crate::refusal::Refusal;
use crate::session::MaybeSigned;
use crate::state::App;
use crate::ui::{self, Field, Form, Icon, NoticeTone, Page, Ui, code, href};
use crate::visitor::Visitor;

/// What people of a commune ask for most; shown while it is served.
const OFTEN: [&str; 6] = [
    "2.000815", "1.001193", "1.004873", "2.000635", "2.000884", "1.000894",
];

/// Officers go to their work; everybody else finds what he came for.
pub async fn show(State(app): State<App>, visitor: Visitor, MaybeSigned(signed): MaybeSigned) -> Response {
    if signed.is_some() {
        return Redirect::to("/work").into_response();
    }
    page(&app, &visitor, "").await
}

/// The first page of another unit that this node serves; who is signed in may read it, too.
pub async fn of_unit(State(app): State<App>, visitor: Visitor, Path(unit): Path<String>) -> Response {
    page(&app, &visitor, &unit).await
}

async fn page(app: &App, visitor: &Visitor, asked: &str) -> Response {
    let mut ui = visitor.ui(app);
    let citizen = Actor::Citizen { dossier: None };
    let served = match app.town.read("units_served", &citizen, units_served).await {
        Ok(served) => served,
        Err(error) => return Refusal::of(ui.lang, &error).page(&ui),
    };
    let unit = unit_of(app, &ui, asked).filter(|unit| asked.is_empty() || served.contains(&unit.id));
    if unit.is_none() && !asked.is_empty() {
        return Refusal::not_found(ui.lang).page(&ui);
    }
    let hours = match unit.map(|unit| unit.id.clone()) {
        None => Ok(Vec::new()),
        Some(unit) => {
            app.town
                .read("hours_in_force", &citizen, move |tx, cx| {
                    exceptions(tx, cx, &unit)
                })
                .await
        }
    };
    let hours = match hours {
        Ok(hours) => hours,
        Err(error) => return Refusal::of(ui.lang, &error).page(&ui),
    };
    dress(app, &mut ui, unit);
    let title = ui.t("public-home");
    let main = html! {
        h1 { (title) }
        (find(app, &ui, unit))
        (follow(&ui))
        (ways(app, &ui, unit))
        @if let Some(unit) = unit { (place(app, &ui, unit, hours)) }
        @if served.len() > 1 { (others(&ui, unit)) }
        (proof(&ui))
    };
    ui::public_page(&ui, &Page::new(&title), &main).into_response()
}

fn find(app: &App, ui: &Ui, unit: Option<&Unit>) -> Markup {
    let kept = keep_unit(app, unit);
    let often: Vec<&Procedure> = OFTEN
        .iter()
        .filter_map(|code| app.town.packs().procedures().as_of(code, ui.today()))
        .collect();
    html! {
        section aria-labelledby="find" {
            h2.mt-2 id="find" { (ui.t("public-find")) }
            (ui::form(ui, &Form::get("/procedures"), &html! {
                @if let Some((name, value)) = kept { (ui::hidden(name, value)) }
                div.th-ask {
                    (ui::text(ui, &Field::new("q", ui.t("public-find-label")).hint(ui.t("public-find-hint")).max_chars(200)))
                    button.btn.btn-primary type="submit" { (Icon::SEARCH) " " (ui.t("common-search")) }
                }
            }))
            h3.th-muted.mt-3.mb-1 { (ui.t("public-often")) }
            ul.th-choices {
                @for procedure in often {
                    li { a href=(address(app, &procedure.code, unit)) { (short(say(ui, &procedure.name))) } }
                }
            }
            p.mt-2.mb-0 {
                a href=(href("/procedures", &kept.into_iter().collect::<Vec<_>>())) { (ui.t("public-all-procedures")) }
            }
        }
    }
}

/// The name as people say it: official names go on in brackets and after semicolons.
fn short(name: &str) -> &str {
    let end = name.find([';', '(']).unwrap_or(name.len());
    name[..end].trim_end()
}

/// Where the page of a procedure stands for this unit.
pub(super) fn address(app: &App, code: &str, unit: Option<&Unit>) -> String {
    let kept: Vec<(&str, &str)> = keep_unit(app, unit).into_iter().collect();
    href(&format!("/procedures/{code}"), &kept)
}

fn follow(ui: &Ui) -> Markup {
    html! {
        section aria-labelledby="follow" {
            h2 id="follow" { (ui.t("public-follow")) }
            p { (ui.t("public-follow-qr")) }
            (ui::form(ui, &Form::post("/lookup"), &html! {
                div.th-ask {
                    (ui::text(ui, &super::lookup::field(ui, "")))
                    button.btn type="submit" { (Icon::SEARCH) " " (ui.t("public-follow-button")) }
                }
            }))
        }
    }
}

fn ways(app: &App, ui: &Ui, unit: Option<&Unit>) -> Markup {
    let kept: Vec<(&str, &str)> = keep_unit(app, unit).into_iter().collect();
    html! {
        section aria-labelledby="ways" {
            h2 id="ways" { (ui.t("public-ways")) }
            ol.th-line {
                li { b { (ui.t("public-way-portal")) } br; (ui.t("public-way-portal-text")) " " span.text-nowrap { (code("dichvucong.gov.vn")) } }
                li { b { (ui.t("public-way-counter")) } br; (ui.t("public-way-counter-text")) }
                li {
                    b { (ui.t("public-way-here")) } br; (ui.t("public-way-here-text")) " "
                    a href=(href("/procedures", &[kept.as_slice(), &[("online", "1")]].concat())) { (ui.t("public-way-here-link")) }
                }
            }
        }
    }
}

fn place(app: &App, ui: &Ui, unit: &Unit, hours: Vec<HoursException>) -> Markup {
    let packs = app.town.packs();
    let office = packs.office(&unit.id).with_exceptions(hours);
    let contact = packs.contact(&unit.id);
    html! {
        section aria-labelledby="place" {
            h2 id="place" { (ui.t("public-place")) }
            p.mb-1 { b { (ui.office.centre) } ", " (unit.full_name(ui.today())) }
            @if let Some(contact) = contact {
                p.mb-1 { (Icon::MAP_PIN) " " (say(ui, &contact.address)) }
                p.mb-1 { (Icon::PHONE) " " bdi { (contact.phone) } }
            }
            p.mb-1 { (Icon::CLOCK) " " (week_in_words(ui.lang, &office, ui.today())) }
            (ui::notice(ui, NoticeTone::Info, "", &html! { (now_in_words(ui.lang, &office, ui.now)) }))
        }
    }
}

fn others(ui: &Ui, unit: Option<&Unit>) -> Markup {
    html! {
        section aria-labelledby="others" {
            h2 id="others" { (ui.t("public-other-unit")) }
            @if unit.is_none() { p { (ui.t("public-choose-unit")) } }
            (ui::form(ui, &Form::get("/communes"), &html! {
                div.th-ask {
                    (ui::text(ui, &super::units::field(ui, "")))
                    button.btn type="submit" { (Icon::SEARCH) " " (ui.t("common-search")) }
                }
            }))
        }
    }
}

fn proof(ui: &Ui) -> Markup {
    html! {
        section aria-labelledby="proof" {
            h2 id="proof" { (ui.t("public-proof")) }
            p { (ui.t("public-proof-text")) }
            div.d-grid.gap-2 {
                a.btn.justify-content-between href="/log/verify" { (ui.t("log-verify")) (Icon::CHEVRON_RIGHT) }
                a.btn.justify-content-between href="/transparency" { (ui.t("log-title")) (Icon::CHEVRON_RIGHT) }
            }
        }
    }
}

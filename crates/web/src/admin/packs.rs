//! The packs: law as data, which version holds when, how sure it is, and which dossiers still run under which.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;
use townhall_app::packs_in_use::{VersionUse, versions_in_use};
use townhall_domain::permission::Right;
use townhall_domain::procedure::{Listing, Procedure};
use townhall_text::{Arg, fold};

use crate::public::{say, sure};
use crate::session::Signed;
use crate::staff::AskedUnit;
use crate::state::App;
use crate::ui::{
    self, Column, Empty, Field, Form, Icon, NoticeTone, Page, Place, Tone, Ui, badge, code, href,
};

/// What the list is narrowed to.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
}

/// The page.
pub async fn show(
    State(app): State<App>,
    signed: Signed,
    unit: AskedUnit,
    Query(asked): Query<Asked>,
) -> Response {
    let id = unit.0.clone();
    let found = app
        .town
        .read("versions_in_use", &signed.actor, move |tx, cx| {
            versions_in_use(tx, cx, &id)
        })
        .await;
    let in_use = match found {
        Ok(in_use) => in_use,
        Err(error) => return signed.refuse(&app, &error),
    };
    let ui = signed.ui(&app);
    let title = ui.t("admin-packs");
    let name = unit.name(&app, &ui);
    let reads = signed.actor.holds(Right::ReadDossier);
    let main = html! {
        (super::way_back(&ui, &signed, &unit, &title))
        (ui::title_line(&ui, &title, &html! { span.th-muted { (name) } }, &html! {}))
        (checked(&app, &ui))
        (search(&ui, &unit, &asked))
        (served(&app, &ui, &unit, &asked, &in_use, reads))
        (not_yet(&app, &ui, &asked))
        (others(&app, &ui))
    };
    ui::page(&ui, &Page::new(&title).at(Place::Admin), &main).into_response()
}

/// That what is loaded passed the check, with what was counted.
fn checked(app: &App, ui: &Ui) -> Markup {
    let packs = app.town.packs();
    let procedures = packs.procedures();
    let served = procedures.served(ui.today()).count();
    let known = procedures.listings(ui.today()).count() - served;
    let counts = ui.t_args(
        "admin-packs-counts",
        &[
            ("served", Arg::from(served)),
            ("known", Arg::from(known)),
            ("forms", Arg::from(packs.forms().count())),
        ],
    );
    ui::notice(
        ui,
        NoticeTone::Ok,
        &ui.t("admin-packs-checked"),
        &html! { (counts) " " (ui.t("admin-packs-check-again")) " " (code("townhall packs check")) },
    )
}

fn search(ui: &Ui, unit: &AskedUnit, asked: &Asked) -> Markup {
    let field = Field::new("q", ui.t("admin-packs-search"))
        .value(asked.q.clone())
        .autocomplete("off")
        .label_hidden()
        .max_chars(100);
    ui::form(
        ui,
        &Form::get("/admin/packs").class("th-row my-3"),
        &html! {
            (ui::hidden("unit", unit.0.code()))
            (ui::text(ui, &field))
            button.btn type="submit" { (Icon::SEARCH) " " (ui.t("admin-packs-search")) }
        },
    )
}

fn fits(asked: &Asked, code: &str, name: &str) -> bool {
    let wanted = fold(&asked.q);
    wanted.is_empty() || code.contains(wanted.as_str()) || fold(name).contains(&wanted)
}

fn days(ui: &Ui, procedure: &Procedure) -> String {
    let from = townhall_text::date_on_paper(ui.lang, procedure.effective_from);
    let until = procedure.effective_to.map_or_else(
        || ui.t("staff-until-open"),
        |day| townhall_text::date_on_paper(ui.lang, day),
    );
    ui.t_args(
        "staff-interval",
        &[("from", Arg::from(from)), ("until", Arg::from(until))],
    )
}

fn served(app: &App, ui: &Ui, unit: &AskedUnit, asked: &Asked, in_use: &[VersionUse], reads: bool) -> Markup {
    let catalogue = app.town.packs().procedures();
    let heading = ui.t("admin-packs-served");
    let columns = [
        Column::text(ui.t("admin-packs-procedure")),
        Column::text(ui.t("admin-packs-valid")),
        Column::text(ui.t("admin-packs-sure")),
        Column::text(ui.t("admin-packs-basis")),
        Column::number(ui.t("admin-packs-open")),
    ];
    let mut codes: Vec<&str> = catalogue
        .listings(ui.today())
        .filter(|listing| matches!(listing, Listing::Served(_)))
        .filter(|listing| fits(asked, listing.code(), say(ui, listing.name())))
        .map(|listing| listing.code())
        .collect();
    codes.sort_unstable();
    let open = |procedure: &Procedure| {
        in_use
            .iter()
            .find(|used| used.code == procedure.code && used.version == i64::from(procedure.version))
            .map_or(0, |used| used.open)
    };
    let rows = html! {
        @for procedure in codes.iter().flat_map(|code| catalogue.versions(code)) {
            @let count = open(procedure);
            @let rows_of = href("/dossiers", &[("state", "open"), ("procedure", &procedure.code), ("unit", unit.0.code())]);
            tr {
                td {
                    (code(&procedure.code)) " · " (ui.t_args("admin-packs-version-of", &[("version", procedure.version.to_string().into())])) br; span.th-text { (say(ui, procedure.short_name())) }
                    @if let Some(changes) = &procedure.changes { br; span.th-muted { (say(ui, changes)) } }
                }
                td.text-nowrap {
                    (days(ui, procedure))
                    @if procedure.is_effective(ui.today()) { br; (badge(ui, Tone::Ok, Icon::CHECK, &ui.t("admin-packs-in-force"))) }
                }
                td { (sure(ui, &procedure.verified)) @let doubts = procedure.doubts().len(); @if doubts > 0 { br; span.th-muted { (ui.t_args("admin-packs-doubts", &[("count", Arg::from(doubts))])) } } }
                td { details { summary { (ui.t_args("admin-packs-basis-count", &[("count", Arg::from(procedure.basis.len()))])) } ul.ps-3.mb-0 { @for text in &procedure.basis { li { (text) } } } p.th-muted.mb-0 { (procedure.verified.source) } } }
                td.th-num { @if count > 0 && reads { a href=(rows_of) { (ui.number(count)) } } @else { (ui.number(count)) } }
            }
        }
    };
    let inside = html! {
        @if codes.is_empty() {
            (ui::empty(ui, &Empty {
                icon: Icon::SEARCH,
                heading: &ui.t("admin-packs-none"),
                text: html! { (ui.t("admin-packs-none-text")) },
                button: None,
                other: None,
            }))
        } @else { (ui::table(ui, &heading, &columns, None, &rows)) }
    };
    ui::card("served", &heading, &html! {}, &inside)
}

/// Procedures that are known and not yet served here.
fn not_yet(app: &App, ui: &Ui, asked: &Asked) -> Markup {
    let known: Vec<_> = app
        .town
        .packs()
        .procedures()
        .listings(ui.today())
        .filter_map(|listing| match listing {
            Listing::NotYet(entry) => Some(entry),
            Listing::Served(_) => None,
        })
        .filter(|entry| fits(asked, &entry.code, say(ui, &entry.name)))
        .collect();
    let heading = ui.t("admin-packs-not-yet");
    let columns =
        ["admin-packs-procedure", "admin-packs-sure", "calendar-source"].map(|key| Column::text(ui.t(key)));
    let rows = html! {
        @for entry in &known {
            tr {
                td { (code(&entry.code)) br; span.th-text { (say(ui, &entry.name)) } }
                td { (sure(ui, &entry.verified)) }
                td.th-muted { (entry.verified.source) }
            }
        }
    };
    html! {
        @if !known.is_empty() {
            details.mt-3 open[!asked.q.is_empty()] {
                summary { (heading) " · " (ui.number(i64::try_from(known.len()).unwrap_or(i64::MAX))) }
                (ui::table(ui, &heading, &columns, None, &rows))
            }
        }
    }
}

/// What else the packs hold, each with what it counts.
fn others(app: &App, ui: &Ui) -> Markup {
    let packs = app.town.packs();
    let (first, listed, last) = packs.calendar().years();
    let years = ui.t_args(
        "admin-packs-years",
        &[
            ("first", first.to_string().into()),
            ("listed", listed.to_string().into()),
            ("last", last.to_string().into()),
        ],
    );
    let lines: [(&str, &str, String); 7] = [
        ("calendars/viet-nam.toml", packs.calendar().version(), years),
        (
            "calendars/office-hours.toml",
            packs.office_hours().version(),
            String::new(),
        ),
        (
            "units/",
            "",
            ui.t_args(
                "admin-packs-units",
                &[("count", Arg::from(packs.units().all().len()))],
            ),
        ),
        (
            "fees/",
            "",
            ui.t_args(
                "admin-packs-fee-kinds",
                &[("count", Arg::from(packs.fee_kinds().len()))],
            ),
        ),
        (
            "forms/",
            "",
            ui.t_args(
                "admin-packs-forms",
                &[("count", Arg::from(packs.forms().count()))],
            ),
        ),
        (
            "templates.toml",
            "",
            ui.t_args(
                "admin-packs-templates",
                &[("count", Arg::from(packs.result_templates().len()))],
            ),
        ),
        (
            "numbering.toml",
            "",
            ui.t_args("admin-packs-books", &[("count", Arg::from(packs.books().len()))]),
        ),
    ];
    let heading = ui.t("admin-packs-others");
    let columns =
        ["admin-packs-file", "admin-packs-version", "admin-packs-holds"].map(|key| Column::text(ui.t(key)));
    let rows = html! {
        @for (file, version, holds) in &lines {
            tr { td { (code(file)) } td { (version) } td { (holds) } }
        }
    };
    html! { div.mt-3 { (ui::card("others", &heading, &html! {}, &ui::table(ui, &heading, &columns, None, &rows))) } }
}

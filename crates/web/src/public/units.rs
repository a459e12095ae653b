//! Which commune: searched by name among those that this node serves.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use maud::html;
use serde::Deserialize;
use townhall_app::actor::Actor;
use townhall_app::online::units_served;
use townhall_domain::unit::Unit;

use crate::refusal::Refusal;
use crate::state::App;
use crate::ui::{self, Field, Form, Icon, Page, Ui};
use crate::visitor::Visitor;

/// So many are shown at once.
const SHOWN: usize = 30;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    name: String,
}

/// The field in which a commune is looked for.
pub(super) fn field<'a>(ui: &Ui, typed: &'a str) -> Field<'a> {
    Field::new("name", ui.t("public-unit-label"))
        .hint(ui.t("public-unit-hint"))
        .value(typed)
        .max_chars(100)
}

/// The communes whose name fits.
pub async fn show(State(app): State<App>, visitor: Visitor, Query(asked): Query<Asked>) -> Response {
    let ui = visitor.ui(&app);
    let citizen = Actor::Citizen { dossier: None };
    let served = match app.town.read("units_served", &citizen, units_served).await {
        Ok(served) => served,
        Err(error) => return Refusal::of(ui.lang, &error).page(&ui),
    };
    let units = app.town.packs().units();
    let typed: String = asked.name.chars().take(100).collect();
    let all: Vec<&Unit> = if typed.trim().is_empty() {
        served.iter().filter_map(|id| units.by_id(id)).collect()
    } else {
        let found = units.search(&typed, ui.today(), 500);
        found
            .into_iter()
            .filter(|unit| served.contains(&unit.id))
            .collect()
    };
    let title = ui.t("public-other-unit");
    let main = html! {
        h1 { (title) }
        (ui::form(&ui, &Form::get("/communes"), &html! {
            div.th-ask {
                (ui::text(&ui, &field(&ui, &typed)))
                button.btn.btn-primary type="submit" { (Icon::SEARCH) " " (ui.t("common-search")) }
            }
        }))
        p.th-muted.mt-3 role="status" {
            @if all.is_empty() { (ui.t("public-unit-none")) }
            @else { (ui.t_args("common-results", &[("count", all.len().into())])) }
        }
        ul.th-choices {
            @for unit in all.iter().take(SHOWN) {
                li { a href=(format!("/c/{}", unit.code())) { (units.address(unit, ui.today())) } }
            }
        }
        @if all.len() > SHOWN { p.th-muted { (ui.t("public-unit-more")) } }
    };
    ui::public_page(&ui, &Page::new(&title), &main).into_response()
}

//! The catalogue: every procedure that is known, by field, found without diacritics; what is not served yet says so.

use axum::Json;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;
use townhall_app::online::is_online;
use townhall_domain::procedure::{Channel, Listing};

use super::{dress, home::address, keep_unit, say, sure, unit_of};
use crate::api::public_list;
use crate::state::App;
use crate::ui::{self, Choice, Empty, Field, Form, Icon, Page, Tone, Ui, badge, code};
use crate::visitor::Visitor;

/// More than the catalogue holds today, so that a search is cut only when it asks for everything.
const MOST: usize = 200;

/// What the list is narrowed to.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
    field: String,
    online: String,
    unit: String,
}

impl Asked {
    /// What fits, best first when something was searched for.
    fn found<'a>(&self, app: &'a App, ui: &Ui) -> Vec<Listing<'a>> {
        let catalogue = app.town.packs().procedures();
        let query: String = self.q.chars().take(200).collect();
        let mut all: Vec<Listing<'_>> = if query.trim().is_empty() {
            catalogue.listings(ui.today()).collect()
        } else {
            catalogue.search(&query, ui.today(), MOST)
        };
        all.retain(|listing| self.field.is_empty() || listing.field() == self.field);
        if self.online == "1" {
            all.retain(|listing| matches!(listing, Listing::Served(procedure) if is_online(procedure)));
        }
        // What can be done here comes first; within both, the order stays.
        all.sort_by_key(|listing| matches!(listing, Listing::NotYet(_)));
        all
    }
}

/// The same for programs.
pub async fn json(State(app): State<App>, visitor: Visitor, Query(asked): Query<Asked>) -> Response {
    let ui = visitor.ui(&app);
    Json(public_list(&asked.found(&app, &ui), ui.lang)).into_response()
}

/// The page.
pub async fn show(State(app): State<App>, visitor: Visitor, Query(asked): Query<Asked>) -> Response {
    let mut ui = visitor.ui(&app);
    let unit = unit_of(&app, &ui, &asked.unit);
    dress(&app, &mut ui, unit);
    let found = asked.found(&app, &ui);
    let title = ui.t("public-catalogue");
    let main = html! {
        h1 { (title) }
        (filter(&app, &ui, &asked))
        p.th-muted.mt-3 role="status" { (ui.t_args("common-results", &[("count", found.len().into())])) }
        @if found.is_empty() {
            (ui::empty(&ui, &Empty {
                icon: Icon::SEARCH,
                heading: &ui.t("public-none"),
                text: html! { (ui.t("public-none-text")) },
                button: Some((&ui.t("public-all-procedures"), "/procedures")),
                other: None,
            }))
        }
        ul.th-choices {
            @for listing in &found {
                li {
                    a href=(address(&app, listing.code(), unit)) { (say(&ui, listing.name())) }
                    div.th-row.th-muted { (facts(&app, &ui, listing)) }
                }
            }
        }
        p.th-muted.mt-3 { (ui.t("public-catalogue-source")) }
    };
    ui::public_page(&ui, &Page::new(&title), &main).into_response()
}

fn filter(app: &App, ui: &Ui, asked: &Asked) -> Markup {
    let fields: Vec<Choice<'_>> = app
        .town
        .packs()
        .fields()
        .iter()
        .map(|field| Choice::new(field.id.as_str(), say(ui, &field.name)))
        .collect();
    let kept = keep_unit(app, unit_of(app, ui, &asked.unit));
    ui::form(
        ui,
        &Form::get("/procedures"),
        &html! {
            @if let Some((name, value)) = kept { (ui::hidden(name, value)) }
            div.th-stack {
                (ui::text(ui, &Field::new("q", ui.t("public-find-label")).hint(ui.t("public-find-hint")).value(asked.q.as_str()).max_chars(200)))
                (ui::select(ui, &Field::new("field", ui.t("public-field")).value(asked.field.as_str()), &fields, Some(&ui.t("public-field-all"))))
                (ui::checkbox(ui, &Field::new("online", ui.t("public-only-online")), asked.online == "1"))
                div.th-row {
                    button.btn.btn-primary type="submit" { (Icon::SEARCH) " " (ui.t("common-search")) }
                    @if !(asked.q.is_empty() && asked.field.is_empty() && asked.online.is_empty()) {
                        a.btn href="/procedures" { (ui.t("common-clear-filters")) }
                    }
                }
            }
        },
    )
}

fn facts(app: &App, ui: &Ui, listing: &Listing<'_>) -> Markup {
    let field = app.town.packs().field_name(listing.field());
    html! {
        span {
            (code(listing.code()))
            @if let Some(field) = field { " · " (say(ui, field)) }
            @match listing {
                Listing::Served(procedure) => {
                    " · " (townhall_text::deadline::limit(ui.lang, procedure.limit(Channel::Direct, &std::collections::BTreeSet::new()).time))
                },
                Listing::NotYet(entry) => {
                    @if let Some(limit) = entry.time { " · " (townhall_text::deadline::limit(ui.lang, limit)) }
                },
            }
        }
        @match listing {
            Listing::Served(procedure) => {
                @if is_online(procedure) { (badge(ui, Tone::Run, Icon::CHECK, &ui.t("public-online"))) }
                (sure(ui, &procedure.verified))
            },
            Listing::NotYet(entry) => {
                (badge(ui, Tone::Plain, Icon::INFO, &ui.t("public-not-yet")))
                (sure(ui, &entry.verified))
            },
        }
    }
}

//! Pages that belong to the frame: the first page, search over everything, the keys, the components.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::html;
use serde::Deserialize;
use townhall_app::dossier::dossier_list;
use townhall_store::dossiers::Filter;
use townhall_text::fold;

use crate::routes::{Need, Routes};
use crate::session::{MaybeSigned, Signed};
use crate::state::App;
use crate::ui::{self, Page, href};
use crate::visitor::Visitor;

/// Routes of this file.
pub fn routes(app: &App) -> Routes {
    let routes = Routes::new(app)
        .get("/", Need::Public, home)
        .get("/keys", Need::Public, keys)
        .get("/search", Need::Session, search);
    if cfg!(debug_assertions) {
        routes.get("/dev/gallery", Need::Public, gallery)
    } else {
        routes
    }
}

/// Officers go to their work; everybody else reads where he is.
async fn home(State(app): State<App>, visitor: Visitor, MaybeSigned(signed): MaybeSigned) -> Response {
    if signed.is_some() {
        return Redirect::to("/work").into_response();
    }
    let ui = visitor.ui(&app);
    let title = ui.t("frame-home");
    let main = html! {
        h1 { (title) }
        p { (ui.t("frame-home-text")) }
        p { a.btn.btn-primary href="/sign-in" { (ui.t("ui-public-officers")) } }
    };
    ui::public_page(&ui, &Page::new(&title), &main).into_response()
}

async fn keys(State(app): State<App>, visitor: Visitor, MaybeSigned(signed): MaybeSigned) -> Response {
    let ui = signed.map_or_else(|| visitor.ui(&app), |signed| signed.ui(&app));
    let (title, main) = (ui.t("ui-keys"), ui::keys_page(&ui));
    let about = Page::new(&title);
    let page = if ui.who.is_some() {
        ui::page(&ui, &about, &main)
    } else {
        ui::public_page(&ui, &about, &main)
    };
    page.into_response()
}

async fn gallery(visitor: Visitor) -> Response {
    let mut ui = ui::gallery::sample(visitor.lang);
    ui.theme = visitor.theme;
    ui::gallery::gallery(&ui).into_response()
}

#[derive(Debug, Default, Deserialize)]
struct Asked {
    #[serde(default)]
    q: String,
}

/// The one dossier that is meant, or the list of those that may be.
async fn search(State(app): State<App>, signed: Signed, Query(asked): Query<Asked>) -> Response {
    let words: Vec<String> = fold(&asked.q)
        .split_whitespace()
        .map(|word| word.chars().take(40).collect())
        .take(6)
        .collect();
    let list = href("/dossiers", &[("q", asked.q.trim())]);
    if words.is_empty() {
        return Redirect::to(&list).into_response();
    }
    let filter = Filter {
        words,
        ..Filter::default()
    };
    let found = app
        .town
        .read("search", &signed.actor, move |tx, cx| {
            dossier_list(tx, cx, &filter, 2)
        })
        .await;
    match found {
        Ok(page) => {
            let is_code = |code: &str| fold(code) == fold(&asked.q);
            let meant = match page.rows.as_slice() {
                [only] => Some(only),
                several => several.iter().find(|row| is_code(&row.code)),
            };
            match meant {
                Some(row) => Redirect::to(&format!("/dossiers/{}", row.id)).into_response(),
                None => Redirect::to(&list).into_response(),
            }
        }
        Err(error) => signed.refuse(&app, &error),
    }
}

//! Pages that belong to the frame: search over everything, the keys, the components.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use townhall_app::cx::Cx;
use townhall_app::dossier::dossier_list;
use townhall_app::error::AppError;
use townhall_app::task::task_list;
use townhall_domain::permission::Right;
use townhall_domain::space::Space;
use townhall_store::dossiers::Filter;
use townhall_store::{Tx, tasks};
use townhall_text::fold;

use crate::routes::{Need, Routes};
use crate::session::{MaybeSigned, Signed};
use crate::state::App;
use crate::ui::{self, Page, href};
use crate::visitor::Visitor;

/// Routes of this file.
pub fn routes(app: &App) -> Routes {
    let routes = Routes::new(app)
        .get("/keys", Need::Public, keys)
        .get("/search", Need::Session, search);
    if cfg!(debug_assertions) {
        routes.get("/dev/gallery", Need::Public, gallery)
    } else {
        routes
    }
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

/// The one dossier or task that is meant, or the list of those that may be.
async fn search(State(app): State<App>, signed: Signed, Query(asked): Query<Asked>) -> Response {
    let words: Vec<String> = fold(&asked.q)
        .split_whitespace()
        .map(|word| word.chars().take(40).collect())
        .take(6)
        .collect();
    let query = asked.q.trim();
    let dossiers = href("/dossiers", &[("q", query)]);
    let tasks = href("/tasks", &[("view", "all"), ("q", query)]);
    let reads_dossiers = signed.actor.holds(Right::ReadDossier);
    if words.is_empty() {
        return Redirect::to(if reads_dossiers { &dossiers } else { &tasks }).into_response();
    }
    let found = app
        .town
        .read("search", &signed.actor, move |tx, cx| places_of(tx, cx, &words))
        .await;
    let (some_dossier, some_task) = match found {
        Ok(found) => found,
        Err(error) => return signed.refuse(&app, &error),
    };
    let all: Vec<&Found> = some_dossier.iter().chain(&some_task).collect();
    let meant = match all.as_slice() {
        [only] => Some(*only),
        several => several
            .iter()
            .copied()
            .find(|found| fold(&found.code) == fold(query)),
    };
    let to = match meant {
        Some(found) => &found.href,
        None if some_dossier.is_empty() && (!some_task.is_empty() || !reads_dossiers) => &tasks,
        None => &dossiers,
    };
    Redirect::to(to).into_response()
}

/// Something that a search found.
#[derive(Debug)]
struct Found {
    code: String,
    href: String,
}

/// Up to two dossiers and two tasks: enough to tell one from several.
fn places_of(tx: &mut Tx<'_>, cx: &Cx, words: &[String]) -> Result<(Vec<Found>, Vec<Found>), AppError> {
    let filter = Filter {
        words: words.to_vec(),
        ..Filter::default()
    };
    let dossiers = dossier_list(tx, cx, &filter, 2)?
        .rows
        .into_iter()
        .map(|row| Found {
            href: format!("/dossiers/{}", row.id),
            code: row.code,
        });
    let filter = tasks::Filter {
        words: words.to_vec(),
        ..tasks::Filter::new(Space::State, tasks::Sight::default(), cx.now())
    };
    let tasks = task_list(tx, cx, &filter, 2)?
        .page
        .rows
        .into_iter()
        .map(|row| Found {
            href: format!("/tasks/{}", row.id),
            code: row.code,
        });
    Ok((dossiers.collect(), tasks.collect()))
}

//! The REST API under `/api/v1`: what the pages do, for programs with a token.
//!
//! [`book::Book`] registers each route together with its description; `/openapi.json` and the readable page `/api`
//! are made from it. Refusals are problem+json ([`problem`]), what is sent is read strictly ([`read`]), commands
//! with an idempotency key are carried out once ([`once`]).

mod act;
pub mod book;
mod catalogue;
mod civil_status;
mod dashboard;
mod dossiers;
mod facts;
pub mod guard;
mod offices;
mod once;
mod page;
mod paging;
mod post;
pub mod problem;
mod procedures;
mod queue;
mod read;
mod registers;
mod shapes;
mod tasks;

use std::sync::Arc;

use axum::Json;
use axum::response::IntoResponse;

use crate::routes::{Need, Routes};
use crate::state::App;
use crate::visitor::Visitor;
pub(crate) use procedures::{public_list, public_procedure};

use book::{Book, Operation, open_api};

/// Routes of the API with the pages that describe it.
pub fn routes(app: &App) -> Routes {
    let book = Book::new(app);
    let book = offices::add(catalogue::add(dossiers::add(book)));
    let book = dashboard::add(queue::add(registers::add(tasks::add(facts::add(book)))));
    let book = civil_status::add(book);
    let book = post::add(book);
    let (routes, operations) = book.close();
    let operations: Arc<[Operation]> = operations.into();
    let (described, base) = (Arc::clone(&operations), app.site.base.clone());
    let description = move |visitor: Visitor| {
        let body = open_api(&described, &base, visitor.lang);
        async move { Json(body).into_response() }
    };
    let page = move |axum::extract::State(app): axum::extract::State<App>, visitor: Visitor| {
        let page = page::page(&visitor.ui(&app), &operations);
        async move { page.into_response() }
    };
    routes
        .get("/openapi.json", Need::Public, description)
        .get("/api", Need::Public, page)
}

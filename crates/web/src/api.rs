//! The REST API under `/api/v1`: what the pages do, for programs with a token.
//!
//! [`book::Book`] registers each route together with its description; `/openapi.json` and the readable page `/api`
//! are made from it. Refusals are problem+json ([`problem`]), what is sent is read strictly ([`read`]), commands
//! with an idempotency key are carried out once ([`once`]).

mod access;
mod accounts;
mod act;
pub mod book;
mod calendar;
mod catalogue;
mod civil_status;
mod dashboard;
mod desk;
mod dossiers;
mod drafts;
mod exports;
mod facts;
mod fees;
pub mod guard;
mod jobs;
mod joined;
mod json;
mod once;
mod online;
mod organisation;
mod outside;
mod own;
mod page;
mod paging;
mod papers;

mod printed;
pub mod problem;
mod procedures;
mod provider;
mod quality;
mod queue;
mod read;
mod registers;
mod shapes;
mod status;
mod strangers;
mod tasks;
mod units;
mod uploads;

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
    let book = units::add(catalogue::add(dossiers::add(book)));
    let book = quality::add(joined::add(book));
    let book = dashboard::add(queue::add(registers::add(tasks::add(facts::add(book)))));
    let book = civil_status::add(book);
    let book = jobs::add(outside::add(book));
    let book = fees::add(papers::add(uploads::add(book)));
    let book = access::add(accounts::add(organisation::add(book)));
    let book = drafts::add(own::add(provider::add(calendar::add(book))));
    let book = strangers::add(status::add(online::add(book)));
    let book = desk::add(printed::add(exports::add(book)));
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

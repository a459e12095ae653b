//! What the program prints for a dossier: forms 01 to 05, the result, the control slip.

use axum::extract::{Path, State};
use axum::response::Response;
use townhall_app::access_log;
use townhall_app::actor::Actor;
use townhall_app::cx::Cx;
use townhall_app::error::AppError;
use townhall_app::paper_data::{
    House, Printable, closing_paper, control_paper, receipt_paper, result_paper, slip_paper,
};
use townhall_domain::ids::{ClosingId, DossierId, PaymentId, SlipId};
use townhall_store::Tx;

use crate::session::Signed;
use crate::state::App;

/// A numbered form: `/slips/{id}.pdf`.
pub async fn slip(State(app): State<App>, signed: Signed, Path(file): Path<String>) -> Response {
    let id = file.strip_suffix(".pdf").and_then(|id| id.parse::<SlipId>().ok());
    show(&app, &signed, id, |tx, cx, house, id| {
        slip_paper(tx, cx, house, id)
    })
    .await
}

/// The result, a draft until it is issued.
pub async fn result(State(app): State<App>, signed: Signed, Path(id): Path<String>) -> Response {
    let id = id.parse::<DossierId>().ok();
    show(&app, &signed, id, |tx, cx, house, id| {
        result_paper(tx, cx, house, id)
    })
    .await
}

/// The control slip, as of now.
pub async fn control(State(app): State<App>, signed: Signed, Path(id): Path<String>) -> Response {
    let id = id.parse::<DossierId>().ok();
    show(&app, &signed, id, |tx, cx, house, id| {
        control_paper(tx, cx, house, id)
    })
    .await
}

/// The receipt of a payment: `/receipts/{id}.pdf`.
pub async fn receipt(State(app): State<App>, signed: Signed, Path(file): Path<String>) -> Response {
    let id = file
        .strip_suffix(".pdf")
        .and_then(|id| id.parse::<PaymentId>().ok());
    show(&app, &signed, id, |tx, cx, house, id| {
        receipt_paper(tx, cx, house, id)
    })
    .await
}

/// The list of a closed day: `/fees/closings/{id}.pdf`.
pub async fn closing(State(app): State<App>, signed: Signed, Path(file): Path<String>) -> Response {
    let id = file
        .strip_suffix(".pdf")
        .and_then(|id| id.parse::<ClosingId>().ok());
    show(&app, &signed, id, |tx, cx, house, id| {
        closing_paper(tx, cx, house, id)
    })
    .await
}

type Make<I> = fn(&mut Tx<'_>, &Cx, &House, I) -> Result<Printable, AppError>;

async fn show<I: Copy + Send + 'static>(
    app: &App,
    signed: &Signed,
    id: Option<I>,
    make: Make<I>,
) -> Response {
    let Some(id) = id else {
        return signed.refuse(app, &AppError::NotFound("paper"));
    };
    match print(app, signed, id, make).await {
        Ok(response) => response,
        Err(error) => signed.refuse(app, &error),
    }
}

async fn print<I: Copy + Send + 'static>(
    app: &App,
    signed: &Signed,
    id: I,
    make: Make<I>,
) -> Result<Response, AppError> {
    made(app, &signed.actor, move |tx, cx, house| make(tx, cx, house, id)).await
}

/// Prints what a query makes, and notes that it was read.
pub async fn made(
    app: &App,
    actor: &Actor,
    make: impl Fn(&mut Tx<'_>, &Cx, &House) -> Result<Printable, AppError> + Send + 'static,
) -> Result<Response, AppError> {
    let house = House {
        base: app.site.base.clone(),
        is_demo: app.town.is_demo(),
    };
    let paper = app
        .town
        .read("printed_paper", actor, move |tx, cx| make(tx, cx, &house))
        .await?;
    let (name, reading) = (paper.file_name.clone(), paper.reading.clone());
    let bytes = app.shelf.print(paper).await?;
    if let Some(reading) = reading {
        app.town
            .write("note_reading", actor, move |tx, cx| {
                access_log::note(tx, cx, &reading)
            })
            .await?;
    }
    Ok(super::pdf(&name, bytes))
}

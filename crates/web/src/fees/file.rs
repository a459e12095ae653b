//! The fees of a day and of a closing as files for a spreadsheet.
//!
//! Who takes fees or closes the day may print the same lists; the file needs no further right, and is noted in the access
//! log as every file is.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use jiff::civil::Date;
use townhall_app::actor::Actor;
use townhall_app::error::AppError;
use townhall_app::fees::{self as app_fees};
use townhall_domain::dossier::applicant::parse_date;
use townhall_domain::ids::ClosingId;
use townhall_domain::time;
use townhall_store::fees::Taken;

use super::day::Asked;
use super::{id_of, receipt_number};
use crate::csv;
use crate::session::Signed;
use crate::state::App;
use crate::ui::Ui;

/// What a receipt is told by, in both files.
const RECEIPT: [&str; 7] = [
    "fees-number",
    "fees-time",
    "fees-code",
    "fees-procedure",
    "fees-payer",
    "fees-method",
    "fees-reference",
];

/// The receipts of a day.
pub async fn export_day(State(app): State<App>, signed: Signed, Query(asked): Query<Asked>) -> Response {
    let ui = signed.ui(&app);
    let day = parse_date(&asked.day).unwrap_or(ui.today());
    let made = day_file(&app, &ui, &signed.actor, day).await;
    made.unwrap_or_else(|error| signed.refuse(&app, &error))
}

/// The lines of a closing.
pub async fn export_closing(State(app): State<App>, signed: Signed, Path(id): Path<String>) -> Response {
    let made = match id_of(&id, "closing") {
        Ok(id) => closing_file(&app, &signed.ui(&app), &signed.actor, id).await,
        Err(error) => Err(error),
    };
    made.unwrap_or_else(|error| signed.refuse(&app, &error))
}

/// The same for whoever asks: a page or a program.
pub(crate) async fn day_file(app: &App, ui: &Ui, actor: &Actor, day: Date) -> Result<Response, AppError> {
    let view = app
        .town
        .read("fee_day", actor, move |tx, cx| app_fees::day_view(tx, cx, day))
        .await?;
    csv::note_export(app, actor, "list", format!("/fees?day={day}")).await?;
    let mut lines = vec![head(ui, &["fees-sum", "common-status"])];
    lines.extend(view.taken.iter().map(|one| {
        let state = ui.t(&format!("fee-state-{}", one.payment.state.as_str()));
        line(app, ui, one, [one.payment.amount.0.to_string(), state])
    }));
    Ok(csv::file(&format!("fees-{day}.csv"), &lines))
}

/// The lines of a closing, as its printed list has them: what was given back counts below zero, what was voided nothing.
pub(crate) async fn closing_file(
    app: &App,
    ui: &Ui,
    actor: &Actor,
    id: ClosingId,
) -> Result<Response, AppError> {
    let view = app
        .town
        .read("closed_day", actor, move |tx, cx| {
            app_fees::closed_day(tx, cx, id)
        })
        .await?;
    csv::note_export(app, actor, "list", format!("/fees/closings/{id}")).await?;
    let mut lines = vec![head(ui, &["fees-line-kind", "fees-line-amount"])];
    lines.extend(view.lines.iter().map(|(closed, one)| {
        let kind = ui.t(&format!("fees-line-{}", closed.kind));
        line(app, ui, one, [kind, closed.amount.0.to_string()])
    }));
    let name = format!("fees-closing-{}-{}.csv", view.closing.year, view.closing.number);
    Ok(csv::file(&name, &lines))
}

fn head(ui: &Ui, last: &[&str]) -> String {
    csv::line(RECEIPT.iter().chain(last).map(|key| ui.t(key)))
}

fn line(app: &App, ui: &Ui, one: &Taken, last: [String; 2]) -> String {
    let payment = &one.payment;
    let cells = [
        receipt_number(payment.number),
        time::rfc3339(payment.at),
        one.code.clone(),
        crate::dossier::procedure_name(app, ui, &one.procedure),
        payment.payer.clone(),
        ui.t(app_fees::payment_words(payment.method)),
        payment.reference.clone().unwrap_or_default(),
    ];
    csv::line(cells.into_iter().chain(last))
}

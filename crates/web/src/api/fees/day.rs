//! The fees of a day over the API: what was taken, what is still due, and the closing.

use axum::Json;
use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use townhall_app::fees::{self as app, CloseDay, DayView};
use townhall_domain::ids::ClosingId;
use townhall_domain::money::Dong;
use townhall_domain::permission::Right;
use townhall_domain::time;
use townhall_store::StoreError;
use townhall_store::fees::{Closing, Owing};
use utoipa::{IntoParams, ToSchema};

use super::ReceiptItem;
use crate::api::book::{Book, Operation};
use crate::api::guard::Asker;
use crate::api::once::once;
use crate::api::problem::Wrong;
use crate::api::read::{Asked, Day, InPath, Sent, Text};
use crate::api::shapes::{UnitRef, instant};
use crate::routes::Need;
use crate::state::App;

pub(super) fn add(book: Book) -> Book {
    const DAY: Need = Need::AnyOf(&[Right::TakeFee, Right::CloseDay]);
    book.add(
        Operation::get("get_fee_day", "/api/v1/fees/day", DAY)
            .query::<FeeDayQuery>()
            .gives::<FeeDayOut>(200),
        day,
    )
    .add(
        Operation::post(
            "close_fee_day",
            "/api/v1/fees/actions/close",
            Need::Right(Right::CloseDay),
        )
        .takes::<CloseDayBody>()
        .gives::<ClosingOut>(201),
        close,
    )
    .add(
        Operation::get("export_fee_day", "/api/v1/fees/day.csv", DAY)
            .query::<FeeDayQuery>()
            .gives_file(&["text/csv"]),
        day_file,
    )
    .add(
        Operation::get("export_fee_closing", "/api/v1/fees/closings/{id}/export.csv", DAY)
            .gives_file(&["text/csv"]),
        closing_file,
    )
    .add(
        Operation::get("get_fee_closing", "/api/v1/fees/closings/{id}", DAY).gives::<ClosedDayOut>(200),
        closing,
    )
}

/// Which day.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub struct FeeDayQuery {
    /// The day; today when missing.
    #[param(value_type = Option<String>, format = Date)]
    day: Option<Day>,
}

/// A dossier that still owes something.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwingOut {
    /// The dossier.
    #[schema(format = "uuid")]
    dossier: String,
    /// Its code.
    code: String,
    /// Its subject in one line.
    subject: String,
    /// How much is due, in đồng.
    due: i64,
}

impl From<&Owing> for OwingOut {
    fn from(owing: &Owing) -> Self {
        Self {
            dossier: owing.dossier.to_string(),
            code: owing.code.clone(),
            subject: owing.subject.clone(),
            due: owing.due.0,
        }
    }
}

/// The end of a day.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClosingOut {
    /// Identity.
    #[schema(format = "uuid")]
    id: String,
    /// Year of the number.
    year: i64,
    /// Number, without a gap within unit and year.
    #[schema(minimum = 1)]
    number: i64,
    /// The day.
    #[schema(format = Date)]
    day: String,
    /// When it was closed.
    #[schema(format = DateTime)]
    at: String,
    /// Cash, in đồng.
    cash: i64,
    /// Transfers, in đồng.
    transfer: i64,
    /// Cash that was counted, in đồng.
    counted: Option<i64>,
    /// Why the two differ.
    note: Option<String>,
}

impl From<&Closing> for ClosingOut {
    fn from(closing: &Closing) -> Self {
        Self {
            id: closing.id.to_string(),
            year: closing.year,
            number: closing.number,
            day: closing.day.to_string(),
            at: instant(closing.at),
            cash: closing.cash.0,
            transfer: closing.transfer.0,
            counted: closing.counted.map(|counted| counted.0),
            note: closing.note.clone(),
        }
    }
}

/// The fees of the caller's unit on a day.
#[derive(Debug, Serialize, ToSchema)]
pub struct FeeDayOut {
    /// The unit.
    unit: UnitRef,
    /// The day.
    #[schema(format = Date)]
    day: String,
    /// Receipts of that day.
    receipts: Vec<ReceiptItem>,
    /// How many receipts and refunds no closing lists yet.
    open: usize,
    /// Cash of them, in đồng.
    open_cash: i64,
    /// Dossiers that still owe something; at most 50.
    owing: Vec<OwingOut>,
    /// The newest closings; at most 10.
    closings: Vec<ClosingOut>,
}

async fn day(
    State(app): State<App>,
    asker: Asker,
    Asked(query): Asked<FeeDayQuery>,
) -> Result<Json<FeeDayOut>, Wrong> {
    let today = time::local_date(app.town.clock().now());
    let day = query.day.map_or(today, |day| day.0);
    let found = app
        .town
        .read("fee_day", &asker.actor, move |tx, cx| app::day_view(tx, cx, day));
    let view: DayView = found.await.map_err(Wrong::App)?;
    Ok(Json(FeeDayOut {
        unit: UnitRef::of(app.town.packs(), &view.unit, today),
        day: view.day.to_string(),
        receipts: view
            .taken
            .iter()
            .map(|taken| ReceiptItem::from(&taken.payment))
            .collect(),
        open: view.open,
        open_cash: view.open_cash.0,
        owing: view.owing.iter().map(OwingOut::from).collect(),
        closings: view.closings.iter().map(ClosingOut::from).collect(),
    }))
}

async fn day_file(
    State(app): State<App>,
    asker: Asker,
    OriginalUri(uri): OriginalUri,
    Asked(query): Asked<FeeDayQuery>,
) -> Result<Response, Wrong> {
    let today = time::local_date(app.town.clock().now());
    let day = query.day.map_or(today, |day| day.0);
    crate::fees::day_file(&app, &asker.ui(&app, &uri), &asker.actor, day)
        .await
        .map_err(Wrong::App)
}

async fn closing_file(
    State(app): State<App>,
    asker: Asker,
    OriginalUri(uri): OriginalUri,
    id: InPath,
) -> Result<Response, Wrong> {
    let id: ClosingId = id.id("closing")?;
    crate::fees::closing_file(&app, &asker.ui(&app, &uri), &asker.actor, id)
        .await
        .map_err(Wrong::App)
}

/// What was counted.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseDayBody {
    /// Cash in the drawer, in đồng.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 999_999_999_999_i64)]
    counted: Option<i64>,
    /// Why it differs from the receipts; needed when it does.
    #[serde(default)]
    #[schema(value_type = String, max_length = 500)]
    note: Text<500>,
}

async fn close(State(app): State<App>, sent: Sent<CloseDayBody>) -> Result<Response, Wrong> {
    let unit = sent.asker.actor.unit().cloned().ok_or(Wrong::not_found("fees"))?;
    if sent
        .body
        .counted
        .is_some_and(|counted| !(0..=999_999_999_999).contains(&counted))
    {
        return Err(Wrong::field("counted", "api-number-wrong"));
    }
    let command = CloseDay {
        unit,
        counted: sent.body.counted.map(Dong),
        note: Some(sent.body.note.0.clone()),
    };
    once(&app, &sent, "close_day", StatusCode::CREATED, move |tx, cx| {
        let id = app::close_day(tx, cx, &command)?;
        let closed = app::closed_day(tx, cx, id)?;
        Ok(serde_json::to_value(ClosingOut::from(&closed.closing)).map_err(StoreError::from)?)
    })
    .await
}

/// A line of a closed day.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClosingLineOut {
    /// `taken`, `voided`, `refunded`.
    kind: String,
    /// What it counts, in đồng.
    amount: i64,
    /// The receipt.
    receipt: ReceiptItem,
}

/// A closed day with its receipts.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClosedDayOut {
    /// The closing.
    #[serde(flatten)]
    closing: ClosingOut,
    /// Who closed it.
    closed_by: String,
    /// Its lines.
    lines: Vec<ClosingLineOut>,
}

async fn closing(State(app): State<App>, asker: Asker, id: InPath) -> Result<Json<ClosedDayOut>, Wrong> {
    let id: ClosingId = id.id("closing")?;
    let found = app.town.read("closed_day", &asker.actor, move |tx, cx| {
        app::closed_day(tx, cx, id)
    });
    let view = found.await.map_err(Wrong::App)?;
    Ok(Json(ClosedDayOut {
        closing: ClosingOut::from(&view.closing),
        closed_by: view.closed_by,
        lines: view
            .lines
            .iter()
            .map(|(line, taken)| ClosingLineOut {
                kind: line.kind.clone(),
                amount: line.amount.0,
                receipt: ReceiptItem::from(&taken.payment),
            })
            .collect(),
    }))
}

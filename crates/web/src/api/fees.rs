//! Fees over the API: what a dossier owes, taking it, exempting from it, receipts, and the end of the day.

mod day;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use townhall_app::cx::Cx;
use townhall_app::error::AppError;
use townhall_app::fees::{
    self as app, ExemptFee, FeeView, RefundReceipt, StateFee, TakeFee, TransferCode, VoidCharges, VoidReceipt,
};
use townhall_domain::fee::PayMethod;
use townhall_domain::ids::{ChargeId, DossierId, PaymentId};
use townhall_domain::money::Dong;
use townhall_domain::permission::Right;
use townhall_store::fees::{Charge, Payment};
use townhall_store::{StoreError, Tx};
use utoipa::ToSchema;

use super::book::{Book, Operation};
use super::guard::Asker;
use super::once::once;
use super::problem::Wrong;
use super::read::{InPath, Sent, Text, known};
use super::shapes::{instant, maybe};
use crate::routes::Need;
use crate::state::App;

pub(super) fn add(book: Book) -> Book {
    const READ: Need = Need::Right(Right::ReadDossier);
    const TAKE: Need = Need::Right(Right::TakeFee);
    const VOID: Need = Need::Right(Right::VoidFee);
    let on_fees = |id, path, need| Operation::post(id, path, need).gives::<DossierFees>(200);
    let book = book
        .add(
            Operation::get("get_fees", "/api/v1/dossiers/{id}/fees", READ).gives::<DossierFees>(200),
            of_dossier,
        )
        .add(
            on_fees("take_fee", "/api/v1/dossiers/{id}/fees/actions/take", TAKE).takes::<TakeFeeBody>(),
            take,
        )
        .add(
            on_fees("exempt_fee", "/api/v1/dossiers/{id}/fees/actions/exempt", TAKE).takes::<ExemptFeeBody>(),
            exempt,
        )
        .add(
            on_fees("state_fee", "/api/v1/dossiers/{id}/fees/actions/state", TAKE).takes::<StateFeeBody>(),
            state,
        )
        .add(
            on_fees("void_fees", "/api/v1/dossiers/{id}/fees/actions/void", VOID).takes::<EndFeeBody>(),
            void,
        )
        .add(
            on_fees("void_receipt", "/api/v1/receipts/{id}/actions/void", VOID).takes::<EndFeeBody>(),
            void_receipt,
        )
        .add(
            on_fees("refund_receipt", "/api/v1/receipts/{id}/actions/refund", VOID).takes::<EndFeeBody>(),
            refund,
        )
        .add(
            Operation::get("get_receipt", "/api/v1/receipts/{id}", READ).gives::<ReceiptOut>(200),
            receipt,
        );
    day::add(book)
}

/// A line of what is owed.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChargeOut {
    /// Identity: what `state` names.
    #[schema(format = "uuid")]
    id: String,
    /// Rule of the procedure.
    rule: String,
    /// What it is called in Vietnamese.
    name: String,
    /// Before any exemption, in đồng.
    full: i64,
    /// What an exemption takes away, in đồng.
    reduction: i64,
    /// To be paid, in đồng.
    due: i64,
    /// Code of the exemption.
    exemption: Option<String>,
    /// The paper that proves the exemption.
    exemption_reason: Option<String>,
    /// `unset` (the province sets the amount, and the packs do not hold it), `unpaid`, `paid`, `exempt`, `voided`,
    /// `refunded`.
    state: &'static str,
    /// How sure the amount is: `H`, `M`, `L`.
    verified: String,
    /// Where it was read.
    source: String,
    /// The receipt that it was paid with.
    #[schema(format = "uuid")]
    receipt: Option<String>,
    /// Why it was voided or refunded.
    changed_why: Option<String>,
}

impl From<&Charge> for ChargeOut {
    fn from(charge: &Charge) -> Self {
        Self {
            id: charge.id.to_string(),
            rule: charge.rule.clone(),
            name: charge.name.vi.clone(),
            full: charge.full.0,
            reduction: charge.reduction.0,
            due: charge.due.0,
            exemption: charge.exemption.clone(),
            exemption_reason: charge.exemption_reason.clone(),
            state: charge.state.as_str(),
            verified: charge.mark.clone(),
            source: charge.source.clone(),
            receipt: charge.payment.map(|payment| payment.to_string()),
            changed_why: charge.changed_why.clone(),
        }
    }
}

/// A receipt.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReceiptItem {
    /// Identity.
    #[schema(format = "uuid")]
    id: String,
    /// The dossier.
    #[schema(format = "uuid")]
    dossier: String,
    /// Year of the number.
    year: i64,
    /// Number, without a gap within unit and year.
    #[schema(minimum = 1)]
    number: i64,
    /// `cash` or `transfer`.
    method: &'static str,
    /// How much, in đồng.
    amount: i64,
    /// Who paid, as the receipt says.
    payer: String,
    /// The bank's reference of a transfer.
    reference: Option<String>,
    /// When.
    #[schema(format = DateTime)]
    at: String,
    /// `paid`, `voided`, `refunded`.
    state: &'static str,
    /// When it was voided or refunded.
    #[schema(format = DateTime)]
    ended_at: Option<String>,
    /// Why.
    ended_why: Option<String>,
}

impl From<&Payment> for ReceiptItem {
    fn from(payment: &Payment) -> Self {
        Self {
            id: payment.id.to_string(),
            dossier: payment.dossier.to_string(),
            year: payment.year,
            number: payment.number,
            method: payment.method.as_str(),
            amount: payment.amount.0,
            payer: payment.payer.clone(),
            reference: payment.reference.clone(),
            at: instant(payment.at),
            state: payment.state.as_str(),
            ended_at: maybe(payment.ended_at),
            ended_why: payment.ended_why.clone(),
        }
    }
}

/// What a banking app needs to pay by itself.
#[derive(Debug, Serialize, ToSchema)]
pub struct TransferOut {
    /// The text inside the `VietQR` code (`EMVCo`).
    payload: String,
    /// Bank.
    bank: String,
    /// Account number.
    number: String,
    /// In whose name.
    holder: String,
    /// The text by which the transfer is recognised.
    note: String,
}

impl From<TransferCode> for TransferOut {
    fn from(code: TransferCode) -> Self {
        Self {
            payload: code.payload,
            bank: code.bank,
            number: code.number,
            holder: code.holder,
            note: code.note,
        }
    }
}

/// The fees of a dossier.
#[derive(Debug, Serialize, ToSchema)]
pub struct DossierFees {
    /// The dossier.
    #[schema(format = "uuid")]
    dossier: String,
    /// What is due now, in đồng.
    #[schema(minimum = 0)]
    due: i64,
    /// What is owed, line by line.
    charges: Vec<ChargeOut>,
    /// Receipts, oldest first.
    receipts: Vec<ReceiptItem>,
    /// How to pay by transfer; missing when nothing is due or the unit has no account.
    transfer: Option<TransferOut>,
}

impl DossierFees {
    fn of(cx: &Cx, view: &FeeView) -> Self {
        let dossier = &view.dossier;
        let code = (view.due.0 > 0)
            .then(|| app::transfer_code(cx.packs(), &dossier.receiving_unit, &dossier.code, view.due));
        Self {
            dossier: dossier.id.to_string(),
            due: view.due.0,
            charges: view.charges.iter().map(ChargeOut::from).collect(),
            receipts: view.payments.iter().map(ReceiptItem::from).collect(),
            transfer: code.flatten().map(TransferOut::from),
        }
    }

    /// The fees of a dossier after a command.
    fn after(tx: &mut Tx<'_>, cx: &Cx, id: DossierId) -> Result<Value, AppError> {
        let view = app::fee_view(tx, cx, id)?;
        Ok(serde_json::to_value(Self::of(cx, &view)).map_err(StoreError::from)?)
    }
}

async fn of_dossier(State(app): State<App>, asker: Asker, id: InPath) -> Result<Json<DossierFees>, Wrong> {
    let id: DossierId = id.id("dossier")?;
    let found = app.town.read("fee_view", &asker.actor, move |tx, cx| {
        app::fee_view(tx, cx, id).map(|view| DossierFees::of(cx, &view))
    });
    Ok(Json(found.await.map_err(Wrong::App)?))
}

/// Money that is taken.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeFeeBody {
    /// What was read as due, in đồng: a fee that changed meanwhile is not taken unseen.
    #[schema(minimum = 1)]
    due: i64,
    /// `cash` or `transfer`.
    #[schema(value_type = String, pattern = "^(cash|transfer)$")]
    method: Text<20>,
    /// Who pays, when it is not the applicant.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 200)]
    payer: Option<Text<200>>,
    /// The bank's reference of a transfer.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 200)]
    reference: Option<Text<200>>,
}

async fn take(State(app): State<App>, id: InPath, sent: Sent<TakeFeeBody>) -> Result<Response, Wrong> {
    let command = TakeFee {
        dossier: id.id("dossier")?,
        due: Dong(sent.body.due),
        method: known("method", &sent.body.method.0, PayMethod::parse)?,
        payer: Text::filled(sent.body.payer.as_ref()),
        reference: Text::filled(sent.body.reference.as_ref()),
    };
    once(&app, &sent, "take_fee", StatusCode::OK, move |tx, cx| {
        app::take_fee(tx, cx, &command)?;
        DossierFees::after(tx, cx, command.dossier)
    })
    .await
}

/// An exemption that is granted.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExemptFeeBody {
    /// Its code in the packs.
    #[schema(value_type = String, max_length = 40)]
    exemption: Text<40>,
    /// The paper or data base that proves it.
    #[schema(value_type = String, min_length = 3, max_length = 2000)]
    reason: Text<2000>,
}

async fn exempt(State(app): State<App>, id: InPath, sent: Sent<ExemptFeeBody>) -> Result<Response, Wrong> {
    let command = ExemptFee {
        dossier: id.id("dossier")?,
        exemption: sent.body.exemption.0.clone(),
        reason: sent.body.reason.0.clone(),
    };
    once(&app, &sent, "exempt_fee", StatusCode::OK, move |tx, cx| {
        app::exempt_fee(tx, cx, &command)?;
        DossierFees::after(tx, cx, command.dossier)
    })
    .await
}

/// An amount that the province has set and the packs do not hold.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StateFeeBody {
    /// The charge.
    #[schema(value_type = String, format = "uuid")]
    charge: ChargeId,
    /// How much, in đồng; 0 when nothing is owed.
    #[schema(minimum = 0, maximum = 100_000_000)]
    amount: i64,
    /// The resolution that sets it.
    #[schema(value_type = String, min_length = 3, max_length = 200)]
    source: Text<200>,
}

async fn state(State(app): State<App>, id: InPath, sent: Sent<StateFeeBody>) -> Result<Response, Wrong> {
    let command = StateFee {
        dossier: id.id("dossier")?,
        charge: sent.body.charge,
        amount: sent.body.amount,
        source: sent.body.source.0.clone(),
    };
    once(&app, &sent, "state_fee", StatusCode::OK, move |tx, cx| {
        app::state_fee(tx, cx, &command)?;
        DossierFees::after(tx, cx, command.dossier)
    })
    .await
}

/// Why something is voided or refunded.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndFeeBody {
    /// The reason.
    #[schema(value_type = String, min_length = 3, max_length = 2000)]
    reason: Text<2000>,
}

async fn void(State(app): State<App>, id: InPath, sent: Sent<EndFeeBody>) -> Result<Response, Wrong> {
    let command = VoidCharges {
        dossier: id.id("dossier")?,
        reason: sent.body.reason.0.clone(),
    };
    once(&app, &sent, "void_charges", StatusCode::OK, move |tx, cx| {
        app::void_charges(tx, cx, &command)?;
        DossierFees::after(tx, cx, command.dossier)
    })
    .await
}

async fn void_receipt(State(app): State<App>, id: InPath, sent: Sent<EndFeeBody>) -> Result<Response, Wrong> {
    let command = VoidReceipt {
        payment: id.id("receipt")?,
        reason: sent.body.reason.0.clone(),
    };
    once(&app, &sent, "void_receipt", StatusCode::OK, move |tx, cx| {
        let dossier = app::void_receipt(tx, cx, &command)?;
        DossierFees::after(tx, cx, dossier)
    })
    .await
}

async fn refund(State(app): State<App>, id: InPath, sent: Sent<EndFeeBody>) -> Result<Response, Wrong> {
    let command = RefundReceipt {
        payment: id.id("receipt")?,
        reason: sent.body.reason.0.clone(),
    };
    once(&app, &sent, "refund_receipt", StatusCode::OK, move |tx, cx| {
        let dossier = app::refund_receipt(tx, cx, &command)?;
        DossierFees::after(tx, cx, dossier)
    })
    .await
}

/// A receipt with what it is for.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReceiptOut {
    /// The receipt.
    #[serde(flatten)]
    receipt: ReceiptItem,
    /// Code of the dossier.
    code: String,
    /// Who took the money.
    collector: String,
    /// What it is for.
    charges: Vec<ChargeOut>,
}

async fn receipt(State(app): State<App>, asker: Asker, id: InPath) -> Result<Json<ReceiptOut>, Wrong> {
    let id: PaymentId = id.id("receipt")?;
    let found = app.town.read("receipt_view", &asker.actor, move |tx, cx| {
        app::receipt_view(tx, cx, id)
    });
    let view = found.await.map_err(Wrong::App)?;
    Ok(Json(ReceiptOut {
        receipt: ReceiptItem::from(&view.payment),
        code: view.dossier.code,
        collector: view.collector,
        charges: view.charges.iter().map(ChargeOut::from).collect(),
    }))
}

//! Money taken, and given back.

use serde_json::json;
use townhall_domain::dossier::Dossier;
use townhall_domain::dossier::applicant::clean;
use townhall_domain::fee::{ChargeState, PayMethod, ReceiptState};
use townhall_domain::ids::{DossierId, PaymentId};
use townhall_domain::money::Dong;
use townhall_domain::permission::Right;
use townhall_store::fees::{self, Charge, Payment};
use townhall_store::{Tx, counters};

use super::{begin, changed, due_of, set_payment};
use crate::cx::Cx;
use crate::dossier::flow::{finish, reason};
use crate::error::AppError;

/// Take what is due.
#[derive(Debug, Clone)]
pub struct TakeFee {
    /// For which dossier.
    pub dossier: DossierId,
    /// What the page showed as due: a fee that changed meanwhile is not taken unseen.
    pub due: Dong,
    /// Cash or transfer.
    pub method: PayMethod,
    /// Who pays, when it is not the applicant.
    pub payer: Option<String>,
    /// The bank's reference of a transfer.
    pub reference: Option<String>,
}

/// Takes everything that is due for a dossier and writes one receipt for it.
pub fn take_fee(tx: &mut Tx<'_>, cx: &Cx, cmd: &TakeFee) -> Result<PaymentId, AppError> {
    let mut dossier = begin(tx, cx, cmd.dossier, Right::TakeFee)?;
    let due = due_of(&fees::charges(tx, dossier.id)?);
    if due.0 == 0 {
        return Err(AppError::refused("fee-refused-nothing-due"));
    }
    if due != cmd.due {
        return Err(AppError::refused("fee-refused-changed"));
    }
    let short = |field: &str, typed: &Option<String>| match typed.as_deref().map(clean) {
        Some(None) => Err(AppError::field(field, "field-control-character")),
        Some(Some(text)) if text.chars().count() > 200 => Err(AppError::field(field, "reason-too-long")),
        Some(Some(text)) if !text.is_empty() => Ok(Some(text)),
        _ => Ok(None),
    };
    let (payer, reference) = (short("payer", &cmd.payer)?, short("reference", &cmd.reference)?);
    let payment = take(tx, cx, &mut dossier, cmd.method, payer, reference)?;
    let body = json!({
        "payment": payment.id, "receipt": payment.number, "year": payment.year,
        "amount": payment.amount, "method": payment.method.as_str(),
    });
    finish(tx, cx, &mut dossier, "fee_taken", body)?;
    Ok(payment.id)
}

/// Writes the receipt and marks the charges as paid; the caller saves the dossier and records the fact.
pub(crate) fn take(
    tx: &mut Tx<'_>,
    cx: &Cx,
    dossier: &mut Dossier,
    method: PayMethod,
    payer: Option<String>,
    reference: Option<String>,
) -> Result<Payment, AppError> {
    let mut charges = fees::charges(tx, dossier.id)?;
    let (id, year) = (cx.new_id::<PaymentId>(), i64::from(cx.today().year()));
    let unit = dossier.receiving_unit.clone();
    let amount = due_of(&charges);
    for charge in charges
        .iter_mut()
        .filter(|charge| charge.state == ChargeState::Unpaid)
    {
        changed(cx, charge, ChargeState::Paid, None);
        charge.payment = Some(id);
        fees::save_charge(tx, charge)?;
    }
    set_payment(dossier, &charges);
    let payment = Payment {
        id,
        dossier: dossier.id,
        number: counters::next(tx, &unit, &format!("fee-receipt:{year}"))?,
        unit,
        year,
        method,
        amount,
        payer: payer.unwrap_or_else(|| dossier.applicant.name.clone()),
        reference: reference.filter(|_| method == PayMethod::Transfer),
        at: cx.now(),
        post: cx.actor.post(),
        person: cx.actor.person(),
        state: ReceiptState::Paid,
        ended_at: None,
        ended_by: None,
        ended_by_person: None,
        ended_why: None,
    };
    fees::insert_payment(tx, &payment)?;
    Ok(payment)
}

/// Take a receipt back that was written wrongly.
#[derive(Debug, Clone)]
pub struct VoidReceipt {
    /// Which.
    pub payment: PaymentId,
    /// Why.
    pub reason: String,
}

/// Voids a receipt before its day is closed: the number stays, marked, and the charges are due again.
pub fn void_receipt(tx: &mut Tx<'_>, cx: &Cx, cmd: &VoidReceipt) -> Result<DossierId, AppError> {
    let (mut dossier, mut payment, mut charges) = receipt(tx, cx, cmd.payment)?;
    let why = reason("reason", &cmd.reason)?;
    if !fees::is_open(tx, &payment)? {
        return Err(AppError::refused("fee-refused-closed"));
    }
    end(tx, cx, &mut payment, ReceiptState::Voided, &why)?;
    for charge in charges
        .iter_mut()
        .filter(|charge| charge.payment == Some(payment.id))
    {
        charge.payment = None;
        changed(cx, charge, ChargeState::Unpaid, Some(why.clone()));
        fees::save_charge(tx, charge)?;
    }
    set_payment(&mut dossier, &charges);
    finish(tx, cx, &mut dossier, "receipt_voided", told(&payment))?;
    Ok(dossier.id)
}

/// Give the money back.
#[derive(Debug, Clone)]
pub struct RefundReceipt {
    /// Which receipt.
    pub payment: PaymentId,
    /// Why.
    pub reason: String,
}

/// Refunds a receipt in full; the refund stands on the next closing, also when the receipt's day is closed.
pub fn refund_receipt(tx: &mut Tx<'_>, cx: &Cx, cmd: &RefundReceipt) -> Result<DossierId, AppError> {
    let (mut dossier, mut payment, mut charges) = receipt(tx, cx, cmd.payment)?;
    let why = reason("reason", &cmd.reason)?;
    end(tx, cx, &mut payment, ReceiptState::Refunded, &why)?;
    fees::open_kind(tx, &payment, "refunded")?;
    for charge in charges
        .iter_mut()
        .filter(|charge| charge.payment == Some(payment.id))
    {
        changed(cx, charge, ChargeState::Refunded, Some(why.clone()));
        fees::save_charge(tx, charge)?;
    }
    set_payment(&mut dossier, &charges);
    finish(tx, cx, &mut dossier, "fee_refunded", told(&payment))?;
    Ok(dossier.id)
}

fn told(payment: &Payment) -> serde_json::Value {
    json!({ "payment": payment.id, "receipt": payment.number, "year": payment.year, "amount": payment.amount })
}

/// A receipt that still holds, with its dossier locked.
fn receipt(tx: &mut Tx<'_>, cx: &Cx, id: PaymentId) -> Result<(Dossier, Payment, Vec<Charge>), AppError> {
    let found = fees::payment(tx, id)?.ok_or(AppError::NotFound("receipt"))?;
    let dossier = begin(tx, cx, found.dossier, Right::VoidFee)?;
    // Read again under the lock of the dossier: another may have voided it meanwhile.
    let payment = fees::payment(tx, id)?
        .filter(|payment| payment.state == ReceiptState::Paid)
        .ok_or(AppError::refused("fee-refused-ended"))?;
    let charges = fees::charges(tx, dossier.id)?;
    Ok((dossier, payment, charges))
}

fn end(
    tx: &mut Tx<'_>,
    cx: &Cx,
    payment: &mut Payment,
    state: ReceiptState,
    why: &str,
) -> Result<(), AppError> {
    payment.state = state;
    payment.ended_at = Some(cx.now());
    payment.ended_by = cx.actor.post();
    payment.ended_by_person = cx.actor.person();
    payment.ended_why = Some(why.to_owned());
    Ok(fees::end_payment(tx, payment)?)
}

//! The end of the day: a numbered list of every receipt, voided receipt and refund since the list before.

use serde_json::json;
use townhall_domain::dossier::applicant::clean;
use townhall_domain::fee::{PayMethod, ReceiptState};
use townhall_domain::ids::{ClosingId, UnitId};
use townhall_domain::money::Dong;
use townhall_domain::permission::Right;
use townhall_domain::space::Space;
use townhall_store::fees::{self, Closing, ClosingLine, Taken};
use townhall_store::{Tx, counters};

use super::view::sums;
use crate::cx::Cx;
use crate::error::AppError;
use crate::record::{Subject, record};

/// Close the day.
#[derive(Debug, Clone)]
pub struct CloseDay {
    /// Which unit.
    pub unit: UnitId,
    /// Cash counted in the drawer, if it was counted.
    pub counted: Option<Dong>,
    /// Why the two differ.
    pub note: Option<String>,
}

/// Closes the day: lists what no closing lists yet and sums it by method. The list cannot be changed afterwards.
pub fn close_day(tx: &mut Tx<'_>, cx: &Cx, cmd: &CloseDay) -> Result<ClosingId, AppError> {
    cx.actor.must(Right::CloseDay, &cmd.unit)?;
    let mut lines = Vec::new();
    for open in fees::open(tx, &cmd.unit)? {
        // Held until the end, so that nobody voids a receipt that is being closed.
        let Some(payment) = fees::hold_open(tx, &cmd.unit, open)? else {
            continue;
        };
        let (kind, amount) = match (open.is_refund, payment.state) {
            (true, _) => ("refunded", Dong(-payment.amount.0)),
            (false, ReceiptState::Voided) => ("voided", Dong(0)),
            (false, ReceiptState::Paid | ReceiptState::Refunded) => ("taken", payment.amount),
        };
        lines.push(ClosingLine {
            payment: payment.id,
            kind: kind.to_owned(),
            method: payment.method,
            amount,
        });
    }
    if lines.is_empty() {
        return Err(AppError::refused("fee-refused-nothing-to-close"));
    }
    let sum = |method| {
        lines
            .iter()
            .filter(|line| line.method == method)
            .map(|line| line.amount)
            .sum()
    };
    let (cash, transfer): (Dong, Dong) = (sum(PayMethod::Cash), sum(PayMethod::Transfer));
    let note = match cmd.note.as_deref().map(clean) {
        Some(None) => return Err(AppError::field("note", "field-control-character")),
        Some(Some(note)) => Some(note).filter(|note| !note.is_empty()),
        None => None,
    };
    if cmd.counted.is_some_and(|counted| counted != cash) && note.is_none() {
        return Err(AppError::field("note", "fee-closing-why-different"));
    }
    let year = i64::from(cx.today().year());
    let closing = Closing {
        id: cx.new_id::<ClosingId>(),
        unit: cmd.unit.clone(),
        year,
        number: counters::next(tx, &cmd.unit, &format!("fee-closing:{year}"))?,
        day: cx.today(),
        at: cx.now(),
        post: cx.actor.post(),
        person: cx.actor.person(),
        cash,
        transfer,
        counted: cmd.counted,
        note,
    };
    fees::insert_closing(tx, &closing, &lines)?;
    record(
        tx,
        cx,
        &Subject::new("fee_closing", closing.id, &cmd.unit, Space::State),
        "fee_day_closed",
        json!({
            "number": closing.number, "year": year, "lines": lines.len(), "cash": cash, "transfer": transfer,
        }),
    )?;
    Ok(closing.id)
}

/// A closed day with its receipts.
#[derive(Debug, Clone)]
pub struct ClosedDay {
    /// The closing.
    pub closing: Closing,
    /// Its lines with the receipts.
    pub lines: Vec<(ClosingLine, Taken)>,
    /// Sums: key of the words, count, amount.
    pub sums: Vec<(&'static str, i64, Dong)>,
    /// Who closed it.
    pub closed_by: String,
}

/// Loads a closed day.
pub fn closed_day(tx: &mut Tx<'_>, cx: &Cx, id: ClosingId) -> Result<ClosedDay, AppError> {
    let closing = fees::closing(tx, id)?.ok_or(AppError::NotFound("closing"))?;
    if !cx.actor.may(Right::TakeFee, &closing.unit) && !cx.actor.may(Right::CloseDay, &closing.unit) {
        return Err(AppError::NotFound("closing"));
    }
    let lines = fees::closing_lines(tx, id)?;
    let ids: Vec<_> = lines.iter().map(|line| line.payment).collect();
    let taken = fees::taken_by_id(tx, &ids)?;
    let lines: Vec<(ClosingLine, Taken)> = lines.into_iter().zip(taken).collect();
    let counted: Vec<(&str, PayMethod, Dong)> = lines
        .iter()
        .map(|(line, _)| (line.kind.as_str(), line.method, line.amount))
        .collect();
    Ok(ClosedDay {
        sums: sums(&counted),
        closed_by: super::view::person_name(tx, closing.person)?,
        closing,
        lines,
    })
}

//! Closed days: what was taken since the closing before. A receipt stands on one closing, a refund too.

use jiff::Timestamp;
use jiff::civil::Date;
use townhall_domain::fee::PayMethod;
use townhall_domain::ids::{ClosingId, PaymentId, PersonId, PostId, UnitId};
use townhall_domain::money::Dong;

use super::Payment;
use crate::dossiers::word;
use crate::value::Row;
use crate::{StoreError, Tx, params};

/// A closed day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    /// Identity.
    pub id: ClosingId,
    /// The unit.
    pub unit: UnitId,
    /// Year of the number.
    pub year: i64,
    /// Number, gapless within unit and year.
    pub number: i64,
    /// The day that was closed.
    pub day: Date,
    /// When.
    pub at: Timestamp,
    /// By which post.
    pub post: Option<PostId>,
    /// By whom.
    pub person: Option<PersonId>,
    /// Cash to be handed over: taken less refunded.
    pub cash: Dong,
    /// Transfers: taken less refunded.
    pub transfer: Dong,
    /// Cash that was counted in the drawer, if somebody counted it.
    pub counted: Option<Dong>,
    /// Why the two differ.
    pub note: Option<String>,
}

/// A line of a closed day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosingLine {
    /// The receipt.
    pub payment: PaymentId,
    /// `taken`, `voided` or `refunded`.
    pub kind: String,
    /// How it came or went.
    pub method: PayMethod,
    /// What it adds to the sum; negative for a refund, 0 for a voided receipt.
    pub amount: Dong,
}

/// A receipt or refund that no closing lists yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Open {
    /// The receipt.
    pub payment: PaymentId,
    /// Whether it is the refund of it.
    pub is_refund: bool,
}

/// Notes that a receipt (`taken`) or its refund (`refunded`) waits for the next closing.
pub fn open_kind(tx: &mut Tx<'_>, payment: &Payment, kind: &str) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO fee_open (unit, payment, kind) VALUES ($1, $2, $3)",
        &params![&payment.unit, payment.id, kind],
    )?;
    Ok(())
}

/// What no closing of the unit lists yet, in order of the receipts.
pub fn open(tx: &mut Tx<'_>, unit: &UnitId) -> Result<Vec<Open>, StoreError> {
    tx.each(
        "SELECT o.payment AS payment, o.kind AS kind FROM fee_open o JOIN payments p ON p.id = o.payment
         WHERE o.unit = $1 ORDER BY p.year, p.number, o.kind DESC",
        &params![unit],
        |row| {
            Ok(Open {
                payment: row.get("payment")?,
                is_refund: row.get::<String>("kind")? == "refunded",
            })
        },
    )
}

/// Whether a receipt is on no closing yet; holds its line until the transaction ends, so that it stays so.
pub fn is_open(tx: &mut Tx<'_>, payment: &Payment) -> Result<bool, StoreError> {
    let row = tx.one_locked(
        "SELECT payment FROM fee_open WHERE unit = $1 AND payment = $2 AND kind = 'taken'",
        &params![&payment.unit, payment.id],
    )?;
    Ok(row.is_some())
}

/// Holds a line of [`open`] until the transaction ends and reads its receipt; none when another closing was faster.
pub fn hold_open(tx: &mut Tx<'_>, unit: &UnitId, open: Open) -> Result<Option<Payment>, StoreError> {
    let kind = if open.is_refund { "refunded" } else { "taken" };
    let held = tx.one_locked(
        "SELECT payment FROM fee_open WHERE unit = $1 AND payment = $2 AND kind = $3",
        &params![unit, open.payment, kind],
    )?;
    if held.is_none() {
        return Ok(None);
    }
    super::payment(tx, open.payment)
}

/// Writes a closing with its lines; what it lists is no longer open.
pub fn insert_closing(tx: &mut Tx<'_>, closing: &Closing, lines: &[ClosingLine]) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO fee_closings (id, unit, year, number, day, at, post, person, cash, transfer, counted, note)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        &params![
            closing.id,
            &closing.unit,
            closing.year,
            closing.number,
            closing.day,
            closing.at,
            closing.post,
            closing.person,
            closing.cash,
            closing.transfer,
            closing.counted,
            closing.note.clone(),
        ],
    )?;
    for (position, line) in lines.iter().enumerate() {
        tx.execute(
            "INSERT INTO fee_closing_lines (closing, position, payment, kind, method, amount) VALUES ($1, $2, $3, $4, $5, $6)",
            &params![
                closing.id,
                i64::try_from(position).unwrap_or(i64::MAX),
                line.payment,
                &line.kind,
                line.method.as_str(),
                line.amount,
            ],
        )?;
        let open = if line.kind == "refunded" {
            "refunded"
        } else {
            "taken"
        };
        tx.execute(
            "DELETE FROM fee_open WHERE unit = $1 AND payment = $2 AND kind = $3",
            &params![&closing.unit, line.payment, open],
        )?;
    }
    Ok(())
}

/// One closing.
pub fn closing(tx: &mut Tx<'_>, id: ClosingId) -> Result<Option<Closing>, StoreError> {
    tx.one("SELECT * FROM fee_closings WHERE id = $1", &params![id])?
        .as_ref()
        .map(read)
        .transpose()
}

/// The newest closings of a unit.
pub fn closings(tx: &mut Tx<'_>, unit: &UnitId, limit: i64) -> Result<Vec<Closing>, StoreError> {
    tx.each(
        "SELECT * FROM fee_closings WHERE unit = $1 ORDER BY year DESC, number DESC LIMIT $2",
        &params![unit, limit],
        read,
    )
}

/// The lines of a closing in their order.
pub fn closing_lines(tx: &mut Tx<'_>, id: ClosingId) -> Result<Vec<ClosingLine>, StoreError> {
    tx.each(
        "SELECT * FROM fee_closing_lines WHERE closing = $1 ORDER BY position",
        &params![id],
        |row| {
            Ok(ClosingLine {
                payment: row.get("payment")?,
                kind: row.get("kind")?,
                method: word(row, "method", PayMethod::parse)?,
                amount: row.get("amount")?,
            })
        },
    )
}

fn read(row: &Row) -> Result<Closing, StoreError> {
    Ok(Closing {
        id: row.get("id")?,
        unit: row.get("unit")?,
        year: row.get("year")?,
        number: row.get("number")?,
        day: row.get("day")?,
        at: row.get("at")?,
        post: row.get("post")?,
        person: row.get("person")?,
        cash: row.get("cash")?,
        transfer: row.get("transfer")?,
        counted: row.get("counted")?,
        note: row.get("note")?,
    })
}

//! Fees: what is owed for a dossier, the receipts for what was paid, and the closed days.

mod closings;

use jiff::Timestamp;
use townhall_domain::fee::{ChargeState, Explanation, FeeKind, PayMethod, ReceiptState};
use townhall_domain::ids::{ChargeId, DossierId, PaymentId, PersonId, PostId, UnitId};
use townhall_domain::money::Dong;
use townhall_domain::words::Words;

use crate::dossiers::{applicant_name, name_of_applicant, word};
use crate::value::Row;
use crate::{StoreError, Tx, params};

pub use closings::{
    Closing, ClosingLine, Open, closing, closing_lines, closings, hold_open, insert_closing, is_open, open,
    open_kind,
};

/// One line of what is owed for a dossier.
#[derive(Debug, Clone, PartialEq)]
pub struct Charge {
    /// Identity.
    pub id: ChargeId,
    /// The dossier.
    pub dossier: DossierId,
    /// The unit that collects: the receiving one.
    pub unit: UnitId,
    /// Place in the list, from 0.
    pub position: i64,
    /// Rule of the procedure.
    pub rule: String,
    /// Charge or duty.
    pub kind: FeeKind,
    /// What it is called.
    pub name: Words,
    /// Before any exemption.
    pub full: Dong,
    /// What an exemption takes away.
    pub reduction: Dong,
    /// What is to be paid.
    pub due: Dong,
    /// Code of the exemption.
    pub exemption: Option<String>,
    /// Why the exemption was granted: the paper that proves it.
    pub exemption_reason: Option<String>,
    /// How the amount came about.
    pub why: Vec<Explanation>,
    /// How sure the amount is: `H`, `M`, `L`.
    pub mark: String,
    /// Where the amount was read.
    pub source: String,
    /// Where it stands.
    pub state: ChargeState,
    /// The receipt that it was paid with.
    pub payment: Option<PaymentId>,
    /// When it came to be owed.
    pub created_at: Timestamp,
    /// Last change.
    pub changed_at: Timestamp,
    /// Post that made it.
    pub changed_by: Option<PostId>,
    /// Person who made it.
    pub changed_by_person: Option<PersonId>,
    /// Why it was voided or refunded.
    pub changed_why: Option<String>,
}

/// A receipt.
#[derive(Debug, Clone, PartialEq)]
pub struct Payment {
    /// Identity.
    pub id: PaymentId,
    /// The dossier.
    pub dossier: DossierId,
    /// The unit that took it.
    pub unit: UnitId,
    /// Year of the number.
    pub year: i64,
    /// Number of the receipt, gapless within unit and year.
    pub number: i64,
    /// Cash or transfer.
    pub method: PayMethod,
    /// How much.
    pub amount: Dong,
    /// Who paid, as the receipt says.
    pub payer: String,
    /// The bank's reference of a transfer.
    pub reference: Option<String>,
    /// When.
    pub at: Timestamp,
    /// Post that took it.
    pub post: Option<PostId>,
    /// Person who took it.
    pub person: Option<PersonId>,
    /// Where it stands.
    pub state: ReceiptState,
    /// When it was voided or refunded.
    pub ended_at: Option<Timestamp>,
    /// By which post.
    pub ended_by: Option<PostId>,
    /// By whom.
    pub ended_by_person: Option<PersonId>,
    /// Why.
    pub ended_why: Option<String>,
}

/// Writes a new charge.
pub fn insert_charge(tx: &mut Tx<'_>, charge: &Charge) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO charges (id, dossier, unit, position, rule, kind, name, full_amount, reduction, due, exemption, exemption_reason,
           why, mark, source, state, payment, created_at, changed_at, changed_by, changed_by_person, changed_why)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)",
        &params![
            charge.id,
            charge.dossier,
            &charge.unit,
            charge.position,
            &charge.rule,
            match charge.kind {
                FeeKind::Charge => "charge",
                FeeKind::Duty => "duty",
            },
            serde_json::to_string(&charge.name)?,
            charge.full,
            charge.reduction,
            charge.due,
            charge.exemption.clone(),
            charge.exemption_reason.clone(),
            serde_json::to_string(&charge.why)?,
            &charge.mark,
            &charge.source,
            charge.state.as_str(),
            charge.payment,
            charge.created_at,
            charge.changed_at,
            charge.changed_by,
            charge.changed_by_person,
            charge.changed_why.clone(),
        ],
    )?;
    Ok(())
}

/// Writes what can change of a charge: amounts, exemption, state.
pub fn save_charge(tx: &mut Tx<'_>, charge: &Charge) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE charges SET full_amount = $1, reduction = $2, due = $3, exemption = $4, exemption_reason = $5, why = $6, mark = $7,
           source = $8, state = $9, payment = $10, changed_at = $11, changed_by = $12, changed_by_person = $13, changed_why = $14
         WHERE id = $15",
        &params![
            charge.full,
            charge.reduction,
            charge.due,
            charge.exemption.clone(),
            charge.exemption_reason.clone(),
            serde_json::to_string(&charge.why)?,
            &charge.mark,
            &charge.source,
            charge.state.as_str(),
            charge.payment,
            charge.changed_at,
            charge.changed_by,
            charge.changed_by_person,
            charge.changed_why.clone(),
            charge.id,
        ],
    )?;
    Ok(())
}

/// The charges of a dossier in their order.
pub fn charges(tx: &mut Tx<'_>, dossier: DossierId) -> Result<Vec<Charge>, StoreError> {
    tx.each(
        "SELECT * FROM charges WHERE dossier = $1 ORDER BY position",
        &params![dossier],
        read_charge,
    )
}

fn read_charge(row: &Row) -> Result<Charge, StoreError> {
    Ok(Charge {
        id: row.get("id")?,
        dossier: row.get("dossier")?,
        unit: row.get("unit")?,
        position: row.get("position")?,
        rule: row.get("rule")?,
        kind: word(row, "kind", |text| match text {
            "charge" => Some(FeeKind::Charge),
            "duty" => Some(FeeKind::Duty),
            _ => None,
        })?,
        name: serde_json::from_str(&row.get::<String>("name")?)?,
        full: row.get("full_amount")?,
        reduction: row.get("reduction")?,
        due: row.get("due")?,
        exemption: row.get("exemption")?,
        exemption_reason: row.get("exemption_reason")?,
        why: serde_json::from_str(&row.get::<String>("why")?)?,
        mark: row.get("mark")?,
        source: row.get("source")?,
        state: word(row, "state", ChargeState::parse)?,
        payment: row.get("payment")?,
        created_at: row.get("created_at")?,
        changed_at: row.get("changed_at")?,
        changed_by: row.get("changed_by")?,
        changed_by_person: row.get("changed_by_person")?,
        changed_why: row.get("changed_why")?,
    })
}

/// Writes a new receipt; it waits for the next closing.
pub fn insert_payment(tx: &mut Tx<'_>, payment: &Payment) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO payments (id, dossier, unit, year, number, method, amount, payer, reference, at, post, person, state)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        &params![
            payment.id,
            payment.dossier,
            &payment.unit,
            payment.year,
            payment.number,
            payment.method.as_str(),
            payment.amount,
            &payment.payer,
            payment.reference.clone(),
            payment.at,
            payment.post,
            payment.person,
            payment.state.as_str(),
        ],
    )?;
    open_kind(tx, payment, "taken")
}

/// Writes that a receipt was voided or refunded.
pub fn end_payment(tx: &mut Tx<'_>, payment: &Payment) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE payments SET state = $1, ended_at = $2, ended_by = $3, ended_by_person = $4, ended_why = $5 WHERE id = $6",
        &params![
            payment.state.as_str(),
            payment.ended_at,
            payment.ended_by,
            payment.ended_by_person,
            payment.ended_why.clone(),
            payment.id,
        ],
    )?;
    Ok(())
}

/// One receipt.
pub fn payment(tx: &mut Tx<'_>, id: PaymentId) -> Result<Option<Payment>, StoreError> {
    tx.one("SELECT * FROM payments WHERE id = $1", &params![id])?
        .as_ref()
        .map(read_payment)
        .transpose()
}

/// The receipts of a dossier, oldest first.
pub fn payments(tx: &mut Tx<'_>, dossier: DossierId) -> Result<Vec<Payment>, StoreError> {
    tx.each(
        "SELECT * FROM payments WHERE dossier = $1 ORDER BY year, number",
        &params![dossier],
        read_payment,
    )
}

/// A receipt as a day's list shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    /// The receipt.
    pub payment: Payment,
    /// Code of the dossier.
    pub code: String,
    /// Procedure code.
    pub procedure: String,
    /// Names of what was paid for, in the order of the charges.
    pub names: Vec<Words>,
}

/// The receipts of a unit in an interval, the end excluded, oldest first; at most `limit`.
pub fn taken_between(
    tx: &mut Tx<'_>,
    unit: &UnitId,
    from: Timestamp,
    until: Timestamp,
    limit: i64,
) -> Result<Vec<Taken>, StoreError> {
    let rows = tx.rows(
        "SELECT p.*, d.code AS code, d.procedure_code AS procedure_code FROM payments p JOIN dossiers d ON d.id = p.dossier
         WHERE p.unit = $1 AND p.at >= $2 AND p.at < $3 ORDER BY p.at, p.id LIMIT $4",
        &params![unit, from, until, limit])?;
    rows.iter().map(|row| taken(tx, row)).collect()
}

/// Receipts by their identities, in order of unit, year and number.
pub fn taken_by_id(tx: &mut Tx<'_>, ids: &[PaymentId]) -> Result<Vec<Taken>, StoreError> {
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        let row = tx.one(
            "SELECT p.*, d.code AS code, d.procedure_code AS procedure_code FROM payments p JOIN dossiers d ON d.id = p.dossier WHERE p.id = $1",
            &params![*id],
        )?;
        found.extend(row.map(|row| taken(tx, &row)).transpose()?);
    }
    Ok(found)
}

fn taken(tx: &mut Tx<'_>, row: &Row) -> Result<Taken, StoreError> {
    let payment = read_payment(row)?;
    let names = tx
        .rows(
            "SELECT name FROM charges WHERE dossier = $1 ORDER BY position",
            &params![payment.dossier],
        )?
        .iter()
        .map(|row| Ok(serde_json::from_str::<Words>(&row.get::<String>("name")?)?))
        .collect::<Result<Vec<_>, StoreError>>()?;
    Ok(Taken {
        payment,
        code: row.get("code")?,
        procedure: row.get("procedure_code")?,
        names,
    })
}

fn read_payment(row: &Row) -> Result<Payment, StoreError> {
    Ok(Payment {
        id: row.get("id")?,
        dossier: row.get("dossier")?,
        unit: row.get("unit")?,
        year: row.get("year")?,
        number: row.get("number")?,
        method: word(row, "method", PayMethod::parse)?,
        amount: row.get("amount")?,
        payer: row.get("payer")?,
        reference: row.get("reference")?,
        at: row.get("at")?,
        post: row.get("post")?,
        person: row.get("person")?,
        state: word(row, "state", ReceiptState::parse)?,
        ended_at: row.get("ended_at")?,
        ended_by: row.get("ended_by")?,
        ended_by_person: row.get("ended_by_person")?,
        ended_why: row.get("ended_why")?,
    })
}

/// Dossiers of a unit that still owe something, oldest first: a dossier, its code, whose it is and how much.
#[derive(Debug, Clone, PartialEq)]
pub struct Owing {
    /// The dossier.
    pub dossier: DossierId,
    /// Its code.
    pub code: String,
    /// Its subject in one line, as it is stored: Vietnamese.
    pub subject: String,
    /// Its procedure, for whoever reads in another language.
    pub procedure: String,
    /// Whose it is.
    pub applicant_name: String,
    /// How much is due.
    pub due: Dong,
}

/// Dossiers received by a unit with something unpaid; at most `limit`.
///
/// Identities begin with the time, so the index of what is unpaid gives the oldest dossiers first and the rest of it
/// is not read.
pub fn owing(tx: &mut Tx<'_>, unit: &UnitId, limit: i64) -> Result<Vec<Owing>, StoreError> {
    let sql = concat!(
        "SELECT d.id AS id, d.code AS code, d.subject AS subject, d.procedure_code AS procedure, ",
        applicant_name!(),
        ", c.due AS due
         FROM (SELECT dossier, CAST(SUM(due) AS BIGINT) AS due FROM charges
                WHERE unit = $1 AND state = 'unpaid' GROUP BY dossier ORDER BY dossier LIMIT $2) c
         JOIN dossiers d ON d.id = c.dossier ORDER BY d.received_at, d.id"
    );
    tx.each(sql, &params![unit, limit], |row| {
        Ok(Owing {
            dossier: row.get("id")?,
            code: row.get("code")?,
            subject: row.get("subject")?,
            procedure: row.get("procedure")?,
            applicant_name: name_of_applicant(row)?,
            due: row.get("due")?,
        })
    })
}

//! What pages and papers show of fees.

use jiff::Timestamp;
use jiff::civil::Date;
use townhall_domain::dossier::Dossier;
use townhall_domain::fee::{PayMethod, ReceiptState};
use townhall_domain::ids::{DossierId, PaymentId, PersonId, UnitId};
use townhall_domain::money::Dong;
use townhall_domain::permission::Right;
use townhall_domain::time;
use townhall_domain::vietqr::{self, BankAccount};
use townhall_store::fees::{self, Charge, Closing, Owing, Payment, Taken};
use townhall_store::{StoreError, Tx, dossiers, organisation};

use super::due_of;
use crate::cx::Cx;
use crate::dossier::flow::is_visible;
use crate::error::AppError;
use crate::packs::Packs;

/// Most receipts of one day that a list shows.
const MOST: i64 = 2_000;

/// The fees of one dossier.
#[derive(Debug, Clone)]
pub struct FeeView {
    /// The dossier.
    pub dossier: Dossier,
    /// What is owed, line by line.
    pub charges: Vec<Charge>,
    /// Receipts, oldest first.
    pub payments: Vec<Payment>,
    /// What is due now.
    pub due: Dong,
    /// Whether the reader may take or exempt it.
    pub may_take: bool,
    /// Whether the reader may void and refund.
    pub may_void: bool,
}

/// Loads the fees of a dossier; who may not know of it gets "not found".
pub fn fee_view(tx: &mut Tx<'_>, cx: &Cx, id: DossierId) -> Result<FeeView, AppError> {
    let dossier = dossiers::load(tx, id)?
        .filter(|dossier| is_visible(cx, dossier))
        .ok_or(AppError::NotFound("dossier"))?;
    let charges = fees::charges(tx, id)?;
    Ok(FeeView {
        due: due_of(&charges),
        payments: fees::payments(tx, id)?,
        may_take: cx.actor.may(Right::TakeFee, &dossier.receiving_unit),
        may_void: cx.actor.may(Right::VoidFee, &dossier.receiving_unit),
        charges,
        dossier,
    })
}

/// What a banking app needs to pay by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferCode {
    /// The text inside the QR code.
    pub payload: String,
    /// Bank in words.
    pub bank: String,
    /// Account number.
    pub number: String,
    /// In whose name.
    pub holder: String,
    /// The text by which the transfer is recognised.
    pub note: String,
}

/// The VietQR code for what is due; none when nothing is due or the unit has no account.
pub fn transfer_code(packs: &Packs, unit: &UnitId, code: &str, due: Dong) -> Option<TransferCode> {
    let account = packs.account(unit)?;
    let to = BankAccount::parse(&account.bank, &account.number).ok()?;
    let note = vietqr::plain_note(code);
    let payload = vietqr::payload(&to, Some(due), "", &note).ok()?;
    Some(TransferCode {
        payload,
        bank: account.bank_name.clone(),
        number: account.number.clone(),
        holder: account.holder.clone(),
        note,
    })
}

/// The QR code of a payload as SVG without a size; none when it does not fit.
pub fn qr_svg(payload: &str) -> Option<String> {
    townhall_print::qr_svg(payload).ok()
}

/// A receipt with its dossier and charges, for its page and its paper.
#[derive(Debug, Clone)]
pub struct ReceiptView {
    /// The receipt.
    pub payment: Payment,
    /// The dossier.
    pub dossier: Dossier,
    /// Every charge of the dossier that this receipt was or is for.
    pub charges: Vec<Charge>,
    /// Who took the money.
    pub collector: String,
}

/// Loads a receipt.
pub fn receipt_view(tx: &mut Tx<'_>, cx: &Cx, id: PaymentId) -> Result<ReceiptView, AppError> {
    let payment = fees::payment(tx, id)?.ok_or(AppError::NotFound("receipt"))?;
    let view = fee_view(tx, cx, payment.dossier).map_err(|_| AppError::NotFound("receipt"))?;
    let of_it = |charge: &Charge| charge.payment == Some(id);
    // A voided receipt lets its charges go; it is printed with those that are due again.
    let charges = if payment.state == ReceiptState::Voided {
        view.charges
    } else {
        view.charges.into_iter().filter(of_it).collect()
    };
    Ok(ReceiptView {
        collector: person_name(tx, payment.person)?,
        payment,
        dossier: view.dossier,
        charges,
    })
}

/// The fees of a unit on a day.
#[derive(Debug, Clone)]
pub struct DayView {
    /// The unit.
    pub unit: UnitId,
    /// The day.
    pub day: Date,
    /// Receipts of that day.
    pub taken: Vec<Taken>,
    /// Sums: key of the words, count, amount.
    pub sums: Vec<(&'static str, i64, Dong)>,
    /// How many receipts and refunds no closing lists yet.
    pub open: usize,
    /// Cash of them, to be counted.
    pub open_cash: Dong,
    /// Dossiers that still owe something.
    pub owing: Vec<Owing>,
    /// The newest closings.
    pub closings: Vec<Closing>,
    /// Whether the reader may close the day.
    pub may_close: bool,
}

/// Loads the fees of the actor's unit on a day.
pub fn day_view(tx: &mut Tx<'_>, cx: &Cx, day: Date) -> Result<DayView, AppError> {
    let unit = cx.actor.unit().cloned().ok_or(AppError::NotFound("fees"))?;
    if !cx.actor.may(Right::TakeFee, &unit) && !cx.actor.may(Right::CloseDay, &unit) {
        return Err(AppError::NotFound("fees"));
    }
    let (from, until) = bounds(day);
    let taken = fees::taken_between(tx, &unit, from, until, MOST)?;
    let counted: Vec<(&str, PayMethod, Dong)> = taken
        .iter()
        .map(|one| match one.payment.state {
            ReceiptState::Paid => ("taken", one.payment.method, one.payment.amount),
            ReceiptState::Voided => ("voided", one.payment.method, one.payment.amount),
            ReceiptState::Refunded => ("refunded", one.payment.method, one.payment.amount),
        })
        .collect();
    let open = fees::open(tx, &unit)?;
    let mut open_cash = Dong(0);
    for line in &open {
        if let Some(payment) = fees::payment(tx, line.payment)?
            && payment.method == PayMethod::Cash
        {
            open_cash.0 += match (line.is_refund, payment.state) {
                (true, _) => -payment.amount.0,
                (false, ReceiptState::Voided) => 0,
                (false, ReceiptState::Paid | ReceiptState::Refunded) => payment.amount.0,
            };
        }
    }
    Ok(DayView {
        sums: sums(&counted),
        open: open.len(),
        open_cash,
        owing: fees::owing(tx, &unit, 50)?,
        closings: fees::closings(tx, &unit, 10)?,
        may_close: cx.actor.may(Right::CloseDay, &unit),
        unit,
        day,
        taken,
    })
}

/// First instant of a local day, and of the next one.
pub(super) fn bounds(day: Date) -> (Timestamp, Timestamp) {
    let from = time::instant(day.at(0, 0, 0, 0));
    let until = from
        .checked_add(jiff::SignedDuration::from_hours(24))
        .unwrap_or(Timestamp::MAX);
    (from, until)
}

/// Count and amount by kind: cash, transfer, voided, refunded; kinds that did not occur are left out.
pub(super) fn sums(lines: &[(&str, PayMethod, Dong)]) -> Vec<(&'static str, i64, Dong)> {
    let of = |kind: &str, method: Option<PayMethod>| {
        let chosen = lines
            .iter()
            .filter(|line| line.0 == kind && method.is_none_or(|method| line.1 == method));
        chosen.fold((0, Dong(0)), |(count, sum), line| (count + 1, sum + line.2))
    };
    [
        ("fees-sum-cash", "taken", Some(PayMethod::Cash)),
        ("fees-sum-transfer", "taken", Some(PayMethod::Transfer)),
        ("fees-sum-voided", "voided", None),
        ("fees-sum-refunded", "refunded", None),
    ]
    .into_iter()
    .map(|(key, kind, method)| {
        let (count, sum) = of(kind, method);
        (key, count, sum)
    })
    .filter(|(_, count, _)| *count > 0)
    .collect()
}

/// The key of the words for how money came.
pub fn payment_words(method: PayMethod) -> &'static str {
    match method {
        PayMethod::Cash => "fee-method-cash",
        PayMethod::Transfer => "fee-method-transfer",
    }
}

/// The name of a person, empty when there is none.
pub(crate) fn person_name(tx: &mut Tx<'_>, person: Option<PersonId>) -> Result<String, StoreError> {
    let Some(person) = person else {
        return Ok(String::new());
    };
    Ok(organisation::person(tx, person)?
        .map(|found| found.item.name)
        .unwrap_or_default())
}

//! Fees of a dossier: what is owed comes to be at acceptance; the counter takes, exempts, voids and refunds it;
//! each evening the day is closed.
//!
//! Legal source: Law on charges and duties 97/2015/QH13; receipts: Decree 123/2020/NĐ-CP, article 32. A receipt's
//! number is gapless within unit and year and is never used again.

mod change;
mod charge;
mod close;
mod pay;
mod view;

use townhall_domain::dossier::Dossier;
use townhall_domain::fee::{ChargeState, payment_of};
use townhall_domain::ids::DossierId;
use townhall_domain::money::Dong;
use townhall_domain::permission::Right;
use townhall_store::fees::Charge;
use townhall_store::{Tx, dossiers};

use crate::cx::Cx;
use crate::dossier::flow::{is_visible, must_be_whole};
use crate::error::AppError;

pub use change::{ExemptFee, StateFee, VoidCharges, exempt_fee, state_fee, void_charges};
pub use charge::{COUNTED_IN_FORM, ClaimedExemption, StatedFee, charge_dossier, fee_error, quantities};
pub use close::{CloseDay, ClosedDay, close_day, closed_day};
pub(crate) use pay::take;
pub use pay::{RefundReceipt, TakeFee, VoidReceipt, refund_receipt, take_fee, void_receipt};
pub(crate) use view::person_name;
pub use view::{
    DayView, FeeView, ReceiptView, TransferCode, day_view, fee_view, payment_words, qr_svg, receipt_view,
    transfer_code,
};

/// What is due now: the sum of the unpaid charges.
pub fn due_of(charges: &[Charge]) -> Dong {
    charges
        .iter()
        .filter(|charge| charge.state == ChargeState::Unpaid)
        .map(|charge| charge.due)
        .sum()
}

/// Loads and locks a dossier whose fees the actor may work on with this right; others get "not found".
fn begin(tx: &mut Tx<'_>, cx: &Cx, id: DossierId, right: Right) -> Result<Dossier, AppError> {
    let dossier = dossiers::lock(tx, id)?
        .filter(|dossier| is_visible(cx, dossier))
        .ok_or(AppError::NotFound("dossier"))?;
    // The centre that received the dossier collects, also for another commune.
    cx.actor.must(right, &dossier.receiving_unit)?;
    must_be_whole(&dossier)?;
    Ok(dossier)
}

/// Puts the payment axis of the dossier in step with its charges; the caller saves.
fn set_payment(dossier: &mut Dossier, charges: &[Charge]) {
    dossier.payment = payment_of(charges.iter().map(|charge| charge.state));
}

/// Notes who changed a charge, when and why.
fn changed(cx: &Cx, charge: &mut Charge, state: ChargeState, why: Option<String>) {
    charge.state = state;
    charge.changed_at = cx.now();
    charge.changed_by = cx.actor.post();
    charge.changed_by_person = cx.actor.person();
    charge.changed_why = why;
}

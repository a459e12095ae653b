//! Changes of what is due before it is paid: exempted, stated by the counter, voided.

use serde_json::json;
use townhall_domain::dossier::applicant::clean;
use townhall_domain::fee::{ChargeState, Explanation};
use townhall_domain::ids::{ChargeId, DossierId};
use townhall_domain::money::Dong;
use townhall_domain::permission::Right;
use townhall_store::Tx;
use townhall_store::fees;

use super::{begin, changed, due_of, set_payment};
use crate::cx::Cx;
use crate::dossier::flow::{finish, procedure_of, reason};
use crate::error::AppError;

/// The most that one fee can be: a hundred million đồng, so that a slip of the finger is caught.
const MOST: i64 = 100_000_000;

/// Exempt from a fee, wholly or in part.
#[derive(Debug, Clone)]
pub struct ExemptFee {
    /// Which dossier.
    pub dossier: DossierId,
    /// Code of the exemption in the packs.
    pub exemption: String,
    /// The paper or data base that proves it.
    pub reason: String,
}

/// Applies an exemption to every unpaid charge that knows it.
pub fn exempt_fee(tx: &mut Tx<'_>, cx: &Cx, cmd: &ExemptFee) -> Result<(), AppError> {
    let mut dossier = begin(tx, cx, cmd.dossier, Right::TakeFee)?;
    let why = reason("reason", &cmd.reason)?;
    let exemption = cx
        .packs()
        .exemption(&cmd.exemption)
        .ok_or_else(|| AppError::field("exemption", "fee-refused-exemption"))?;
    let procedure = procedure_of(cx, &dossier)?;
    let knows = |rule: &str| {
        procedure
            .fees
            .iter()
            .any(|fee| fee.id == rule && fee.exempt.contains(&exemption.code))
    };
    let mut charges = fees::charges(tx, dossier.id)?;
    let mut applied = 0;
    for charge in charges
        .iter_mut()
        .filter(|charge| charge.state == ChargeState::Unpaid && knows(&charge.rule))
    {
        let reduction = Dong(charge.full.0 * i64::from(exemption.percent.min(100)) / 100);
        charge.reduction = reduction;
        charge.due = Dong(charge.full.0 - reduction.0);
        charge.exemption = Some(exemption.code.clone());
        charge.exemption_reason = Some(why.clone());
        charge.why.retain(|step| step.key != "fee-why-exempt");
        charge.why.push(Explanation {
            key: "fee-why-exempt".to_owned(),
            args: vec![
                ("percent".to_owned(), i64::from(exemption.percent)),
                ("amount".to_owned(), reduction.0),
            ],
        });
        let state = if charge.due.0 == 0 {
            ChargeState::Exempt
        } else {
            ChargeState::Unpaid
        };
        changed(cx, charge, state, None);
        fees::save_charge(tx, charge)?;
        applied += 1;
    }
    if applied == 0 {
        return Err(AppError::field("exemption", "fee-refused-exemption"));
    }
    set_payment(&mut dossier, &charges);
    finish(
        tx,
        cx,
        &mut dossier,
        "fee_exempted",
        json!({ "exemption": exemption.code, "due": due_of(&charges) }),
    )
}

/// State an amount that the province has set and the packs do not hold.
#[derive(Debug, Clone)]
pub struct StateFee {
    /// Which dossier.
    pub dossier: DossierId,
    /// Which charge.
    pub charge: ChargeId,
    /// How much, in đồng; 0 when nothing is owed.
    pub amount: i64,
    /// The resolution that sets it.
    pub source: String,
}

/// Writes the amount of a charge that was unset, with the resolution from which the counter read it.
pub fn state_fee(tx: &mut Tx<'_>, cx: &Cx, cmd: &StateFee) -> Result<(), AppError> {
    let mut dossier = begin(tx, cx, cmd.dossier, Right::TakeFee)?;
    if !(0..=MOST).contains(&cmd.amount) {
        return Err(AppError::field("amount", "fee-amount-wrong"));
    }
    let source = clean(&cmd.source)
        .filter(|source| (3..=200).contains(&source.chars().count()))
        .ok_or_else(|| AppError::field("source", "fee-source-missing"))?;
    let mut charges = fees::charges(tx, dossier.id)?;
    let charge = charges
        .iter_mut()
        .find(|charge| charge.id == cmd.charge && charge.state == ChargeState::Unset)
        .ok_or(AppError::NotFound("charge"))?;
    charge.full = Dong(cmd.amount);
    charge.due = Dong(cmd.amount);
    charge.source = source;
    charge.why = vec![Explanation {
        key: "fee-why-stated".to_owned(),
        args: vec![("amount".to_owned(), cmd.amount)],
    }];
    let state = if cmd.amount > 0 {
        ChargeState::Unpaid
    } else {
        ChargeState::Exempt
    };
    changed(cx, charge, state, None);
    fees::save_charge(tx, charge)?;
    let rule = charge.rule.clone();
    set_payment(&mut dossier, &charges);
    finish(
        tx,
        cx,
        &mut dossier,
        "fee_stated",
        json!({ "rule": rule, "amount": cmd.amount }),
    )
}

/// Take back what should not have been asked for.
#[derive(Debug, Clone)]
pub struct VoidCharges {
    /// Which dossier.
    pub dossier: DossierId,
    /// Why.
    pub reason: String,
}

/// Voids every charge that is not paid yet, with a reason.
pub fn void_charges(tx: &mut Tx<'_>, cx: &Cx, cmd: &VoidCharges) -> Result<(), AppError> {
    let mut dossier = begin(tx, cx, cmd.dossier, Right::VoidFee)?;
    let why = reason("reason", &cmd.reason)?;
    let mut charges = fees::charges(tx, dossier.id)?;
    let mut voided = Dong(0);
    let mut count = 0;
    for charge in charges
        .iter_mut()
        .filter(|charge| matches!(charge.state, ChargeState::Unpaid | ChargeState::Unset))
    {
        voided = voided + charge.due;
        count += 1;
        changed(cx, charge, ChargeState::Voided, Some(why.clone()));
        fees::save_charge(tx, charge)?;
    }
    if count == 0 {
        return Err(AppError::refused("fee-refused-nothing-due"));
    }
    set_payment(&mut dossier, &charges);
    finish(tx, cx, &mut dossier, "fee_voided", json!({ "amount": voided }))
}

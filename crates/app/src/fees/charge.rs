//! What is owed, from the rules of the procedure version under which the dossier began.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use townhall_domain::dossier::Dossier;
use townhall_domain::fee::{ChargeState, Exemption, FeeError, FeeKind, Quantity};
use townhall_domain::ids::ChargeId;
use townhall_domain::money::Dong;
use townhall_domain::procedure::Procedure;
use townhall_store::Tx;
use townhall_store::fees::{self, Charge};

use super::{due_of, set_payment};
use crate::cx::Cx;
use crate::error::AppError;

/// Pages, copies and cases (`papers`) as a filled form counts them; one of each where it does not.
pub fn quantities(form: &Map<String, Value>) -> Quantity {
    let count = |name: &str| {
        form.get(name)
            .and_then(Value::as_u64)
            .and_then(|count| u32::try_from(count).ok())
            .unwrap_or(1)
            .max(1)
    };
    Quantity {
        pages: count("pages"),
        copies: count("copies"),
        cases: count("papers"),
    }
}

/// A fee that cannot be computed, as a form shows it.
pub fn fee_error(error: &FeeError) -> AppError {
    match error {
        FeeError::Quantity(_) => AppError::refused("fee-refused-quantity"),
        FeeError::ExemptionNotAllowed(_) => AppError::field("exemption", "fee-refused-exemption"),
    }
}

/// Writes what is owed for a dossier that is accepted now and sets its payment axis; the caller saves the dossier
/// and records the fact. Lines of nothing are not kept. An exemption comes
/// with the paper that proves it. Returns what is due; none while an amount that the province
/// must set is not known.
pub fn charge_dossier(
    tx: &mut Tx<'_>,
    cx: &Cx,
    dossier: &mut Dossier,
    procedure: &Procedure,
    circumstances: &BTreeSet<String>,
    items: &[Quantity],
    exemption: Option<(&Exemption, &str)>,
) -> Result<Option<Dong>, AppError> {
    let owed = cx
        .packs()
        .fees(
            procedure,
            &dossier.receiving_unit,
            cx.today(),
            items,
            circumstances,
            exemption.map(|(exemption, _)| exemption),
        )
        .map_err(|error| fee_error(&error))?;
    let mut charges: Vec<Charge> = Vec::new();
    for line in owed.lines.into_iter().filter(|line| line.full.0 > 0) {
        charges.push(Charge {
            kind: line.kind,
            name: line.name,
            full: line.full,
            reduction: line.reduction,
            due: line.due,
            exemption_reason: line
                .exemption
                .as_ref()
                .and(exemption)
                .map(|(_, reason)| reason.to_owned()),
            exemption: line.exemption,
            why: line.why,
            mark: line.verified.mark.letter().to_string(),
            source: line.verified.source,
            state: if line.due.0 > 0 {
                ChargeState::Unpaid
            } else {
                ChargeState::Exempt
            },
            ..empty(cx, dossier, charges.len(), line.rule)
        });
    }
    let is_known = owed.unset.is_empty();
    for unset in owed.unset {
        let kind = procedure
            .fees
            .iter()
            .find(|rule| rule.id == unset.rule)
            .map_or(FeeKind::Duty, |rule| rule.kind);
        charges.push(Charge {
            kind,
            name: unset.name,
            source: unset.table,
            ..empty(cx, dossier, charges.len(), unset.rule)
        });
    }
    for charge in &charges {
        fees::insert_charge(tx, charge)?;
    }
    set_payment(dossier, &charges);
    Ok(is_known.then(|| due_of(&charges)))
}

fn empty(cx: &Cx, dossier: &Dossier, position: usize, rule: String) -> Charge {
    Charge {
        id: cx.new_id::<ChargeId>(),
        dossier: dossier.id,
        unit: dossier.receiving_unit.clone(),
        position: i64::try_from(position).unwrap_or(i64::MAX),
        rule,
        kind: FeeKind::Duty,
        name: townhall_domain::words::Words {
            vi: String::new(),
            en: String::new(),
        },
        full: Dong(0),
        reduction: Dong(0),
        due: Dong(0),
        exemption: None,
        exemption_reason: None,
        why: Vec::new(),
        mark: "L".to_owned(),
        source: String::new(),
        state: ChargeState::Unset,
        payment: None,
        created_at: cx.now(),
        changed_at: cx.now(),
        changed_by: cx.actor.post(),
        changed_by_person: cx.actor.person(),
        changed_why: None,
    }
}

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

/// What the counter states for the fee, beside the form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StatedFee {
    /// Pages of the original, where the form does not ask for them.
    pub pages: Option<u32>,
    /// Copies, where the form does not ask for them.
    pub copies: Option<u32>,
    /// Cases, where the form does not ask for them.
    pub cases: Option<u32>,
    /// The exemption that is claimed.
    pub exemption: Option<ClaimedExemption>,
}

/// An exemption with what proves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedExemption {
    /// Code in the packs.
    pub code: String,
    /// The paper or data base that proves it.
    pub reason: String,
}

/// The field of a form in which pages, copies or cases are answered.
pub const COUNTED_IN_FORM: [(&str, &str); 3] =
    [("pages", "pages"), ("copies", "copies"), ("cases", "papers")];

/// Pages, copies and cases (`papers`): what the filled form counts holds, then what the counter states, else one.
pub fn quantities(form: &Map<String, Value>, stated: &StatedFee) -> Quantity {
    let count = |name: &str, stated: Option<u32>| {
        form.get(name)
            .and_then(Value::as_u64)
            .map(|count| u32::try_from(count).unwrap_or(u32::MAX))
            .or(stated)
            .unwrap_or(1)
    };
    Quantity {
        pages: count("pages", stated.pages),
        copies: count("copies", stated.copies),
        cases: count("papers", stated.cases),
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

//! The receipt of a payment and the list of a closed day.

use serde_json::{Value, json};
use townhall_domain::fee::{PayMethod, ReceiptState};
use townhall_domain::ids::{ClosingId, PaymentId};
use townhall_domain::money::Dong;
use townhall_domain::time::local_date;
use townhall_store::Tx;
use townhall_store::fees::{Charge, Payment};
use townhall_text::{Arg, Lang, t_args};

use super::unit::UnitWords;
use super::{Data, House, Printable, in_force, instant, words};
use crate::cx::Cx;
use crate::dossier::procedure_of;
use crate::error::AppError;
use crate::fees::{closed_day, payment_words, receipt_view};

/// Seven digits, as receipts are numbered.
fn receipt_number(number: i64) -> String {
    format!("{number:07}")
}

/// One line of a receipt: count and price where one price was multiplied, else the sum alone.
fn item(charge: &Charge) -> Value {
    let mut line = json!({ "name": charge.name.vi, "amount": charge.full.0 });
    // Only one step of computing: count × each. Tiers of pages have several and stand as a sum.
    if let [step] = charge.why.as_slice()
        && let Some(map) = line.as_object_mut()
    {
        let arg = |wanted: &str| {
            step.args
                .iter()
                .find(|(name, _)| name == wanted)
                .map(|(_, value)| *value)
        };
        if let (Some(count), Some(each)) = (arg("count"), arg("each")) {
            map.insert("quantity".to_owned(), json!(count));
            map.insert("unit_price".to_owned(), json!(each));
        }
    }
    line
}

/// How the money came, and that it went back.
fn method(payment: &Payment) -> String {
    let came = words(payment_words(payment.method));
    let back = payment
        .ended_at
        .filter(|_| payment.state == ReceiptState::Refunded);
    let Some(at) = back else { return came };
    let day = townhall_text::date_on_paper(Lang::Vi, local_date(at));
    let args = [
        ("day", Arg::from(day)),
        ("why", Arg::from(payment.ended_why.clone().unwrap_or_default())),
    ];
    format!("{came}; {}", t_args(Lang::Vi, "print-refunded", &args))
}

/// The receipt of a payment; who may not know of its dossier gets "not found".
pub fn receipt_paper(tx: &mut Tx<'_>, cx: &Cx, house: &House, id: PaymentId) -> Result<Printable, AppError> {
    let view = receipt_view(tx, cx, id)?;
    let (payment, dossier) = (&view.payment, &view.dossier);
    let unit = UnitWords::of(cx, &payment.unit, local_date(payment.at));
    let mut data = Data::default();
    unit.head_of_centre(&mut data, local_date(payment.at));
    let reduced: Dong = view.charges.iter().map(|charge| charge.reduction).sum();
    let reason = view.charges.iter().find_map(|charge| {
        let exemption = cx.packs().exemption(charge.exemption.as_deref()?)?;
        Some(exemption.name.vi.clone())
    });
    data.put("number", receipt_number(payment.number))
        .put("series", payment.year.to_string())
        .put("payer", payment.payer.clone())
        .put("code", dossier.code.clone())
        .put("procedure", procedure_of(cx, dossier)?.name.vi.clone())
        .put("items", view.charges.iter().map(item).collect::<Vec<_>>())
        .put("total", payment.amount.0)
        .put("method", method(payment))
        .put("reference", payment.reference.clone())
        .put("at", instant(payment.at))
        .put("payer_signature", payment.payer.clone())
        .put("collector", view.collector.clone());
    if payment.payer == dossier.applicant.name {
        data.put("payer_address", dossier.applicant.address.clone());
    }
    if reduced.0 > 0 {
        data.put("reduced", reduced.0).put("reduced_reason", reason);
    }
    if payment.state == ReceiptState::Voided {
        data.put("voided", true)
            .put("void_reason", payment.ended_why.clone());
    }
    let name = format!("receipt-{}-{}", payment.year, receipt_number(payment.number));
    Printable::new(
        cx,
        house,
        dossier,
        in_force("fee-receipt", payment.at)?,
        data,
        payment.at,
        &name,
    )
}

/// The list of a closed day; only those who take fees or close days of that unit know of it.
pub fn closing_paper(tx: &mut Tx<'_>, cx: &Cx, house: &House, id: ClosingId) -> Result<Printable, AppError> {
    let day = closed_day(tx, cx, id)?;
    let closing = &day.closing;
    let unit = UnitWords::of(cx, &closing.unit, closing.day);
    let mut data = Data::default();
    unit.head_of_centre(&mut data, closing.day);
    let rows: Vec<Value> = day
        .lines
        .iter()
        .map(|(line, taken)| {
            let names: Vec<&str> = taken.names.iter().map(|name| name.vi.as_str()).collect();
            json!({
                "number": receipt_number(taken.payment.number),
                "at": instant(taken.payment.at),
                "code": taken.code,
                "payer": taken.payment.payer,
                "item": names.first().copied().unwrap_or_default(),
                "method": words(payment_words(line.method)),
                "amount": if line.kind == "voided" { taken.payment.amount.0 } else { line.amount.0 },
                "state": if line.kind == "taken" { "paid" } else { &line.kind },
                "note": taken.payment.ended_why.clone().filter(|_| line.kind != "taken"),
            })
        })
        .collect();
    let totals: Vec<Value> = day
        .sums
        .iter()
        .map(|(key, count, sum)| json!({ "label": words(key), "count": count, "amount": sum.0 }))
        .collect();
    data.put("number", closing.number.to_string())
        .put("collector", day.closed_by.clone())
        .put("cashier", day.closed_by.clone())
        .put("rows", rows)
        .put("totals", totals)
        .put("total", (closing.cash + closing.transfer).0);
    // Cash only is handed over; what was transferred is in the account already.
    let cash = day.lines.iter().any(|(line, _)| line.method == PayMethod::Cash);
    if cash {
        data.put("handed_over", closing.counted.unwrap_or(closing.cash).0);
        // What was counted is not what the receipts say: the list tells both, and why, before anybody signs it.
        if let Some(counted) = closing.counted.filter(|counted| *counted != closing.cash) {
            data.put("expected", closing.cash.0)
                .put("difference", counted.0 - closing.cash.0)
                .put("difference_why", closing.note.clone().unwrap_or_default());
        }
    }
    let name = format!(
        "fees-{}-{}-{:04}",
        closing.unit.code(),
        closing.year,
        closing.number
    );
    Printable::of_house(
        house,
        in_force("daily-closing", closing.at)?,
        data,
        closing.at,
        &name,
    )
}

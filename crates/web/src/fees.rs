//! Fees on pages: the card of a dossier, its page of fees, the day's list and its closing.

mod act;
mod card;
mod day;
mod file;
mod page;

use maud::{Markup, html};
use townhall_app::error::AppError;
use townhall_domain::fee::{ChargeState, Explanation, ReceiptState};
use townhall_domain::permission::Right;
use townhall_store::fees::Charge;
use townhall_text::Arg;

use crate::papers;
use crate::routes::{Need, Routes};
use crate::state::App;
use crate::ui::{Icon, Tone, Ui, badge};

pub use card::card;
pub(crate) use file::{closing_file, day_file};

/// Routes of this capability.
pub fn routes(app: &App) -> Routes {
    const READ: Need = Need::Right(Right::ReadDossier);
    const TAKE: Need = Need::Right(Right::TakeFee);
    const VOID: Need = Need::Right(Right::VoidFee);
    const DAY: Need = Need::AnyOf(&[Right::TakeFee, Right::CloseDay]);
    Routes::new(app)
        .get("/dossiers/{id}/fee", READ, page::show)
        .post("/dossiers/{id}/fee", TAKE, page::change)
        .get("/dossiers/{id}/fee/void", VOID, act::ask_void_charges)
        .post("/dossiers/{id}/fee/void", VOID, act::void_charges)
        .get("/receipts/{id}/void", VOID, act::ask_void_receipt)
        .post("/receipts/{id}/void", VOID, act::void_receipt)
        .get("/receipts/{id}/refund", VOID, act::ask_refund)
        .post("/receipts/{id}/refund", VOID, act::refund)
        .get("/receipts/{file}", READ, papers::receipt)
        .get("/fees", DAY, day::show)
        .get("/fees/export.csv", DAY, file::export_day)
        .post("/fees/close", Need::Right(Right::CloseDay), day::close)
        .get("/fees/closings/{file}", DAY, papers::closing)
        .get("/fees/closings/{id}/export.csv", DAY, file::export_closing)
}

/// Where a charge stands, as a badge.
fn charge_badge(ui: &Ui, state: ChargeState) -> Markup {
    let (tone, icon) = match state {
        ChargeState::Unpaid | ChargeState::Unset => (Tone::Warn, Icon::CASH),
        ChargeState::Paid => (Tone::Ok, Icon::CHECK),
        ChargeState::Exempt | ChargeState::Voided => (Tone::Plain, Icon::BAN),
        ChargeState::Refunded => (Tone::Plain, Icon::UNDO),
    };
    badge(ui, tone, icon, &ui.t(&format!("fee-state-{}", state.as_str())))
}

/// Where a receipt stands, as a badge.
fn receipt_badge(ui: &Ui, state: ReceiptState) -> Markup {
    let (tone, icon) = match state {
        ReceiptState::Paid => (Tone::Ok, Icon::CHECK),
        ReceiptState::Voided => (Tone::Plain, Icon::BAN),
        ReceiptState::Refunded => (Tone::Plain, Icon::UNDO),
    };
    badge(ui, tone, icon, &ui.t(&format!("fee-state-{}", state.as_str())))
}

/// How an amount came about, step by step.
pub fn why(ui: &Ui, steps: &[Explanation]) -> Vec<String> {
    steps
        .iter()
        .map(|step| {
            let args: Vec<(&str, Arg<'_>)> = step
                .args
                .iter()
                .map(|(name, value)| (name.as_str(), Arg::from(*value)))
                .collect();
            ui.t_args(&step.key, &args)
        })
        .collect()
}

/// The basis of an amount, with a doubt where it was not read in the law.
fn basis(ui: &Ui, charge: &Charge) -> Markup {
    let key = if charge.mark == "H" || charge.state == ChargeState::Unset {
        "fees-source"
    } else {
        "fees-doubt"
    };
    html! {
        @if charge.state == ChargeState::Unset { p.th-muted.mb-0 { (ui.t("fee-unset")) } }
        @else { p.th-muted.mb-0 { (ui.t_args(key, &[("source", charge.source.as_str().into())])) } }
    }
}

/// A number of a receipt as it is printed: seven digits.
pub fn receipt_number(number: i64) -> String {
    format!("{number:07}")
}

/// Reads an identity from a path; what is none is not found.
fn id_of<T: std::str::FromStr>(text: &str, what: &'static str) -> Result<T, AppError> {
    text.parse().map_err(|_| AppError::NotFound(what))
}

/// An amount as people type it: `24.000`, `24 000`, `24000 đ`; none when it is not a number.
pub fn amount(typed: &str) -> Option<i64> {
    let digits: String = typed
        .chars()
        .filter(|c| !matches!(c, ' ' | '.' | ',' | 'đ' | '\u{a0}'))
        .collect();
    (!digits.is_empty() && digits.len() <= 12 && digits.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| digits.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::amount;

    #[test]
    fn an_amount_is_read_as_people_write_it() {
        assert_eq!(amount("24.000 đ"), Some(24_000));
        assert_eq!(amount(" 1 200 000"), Some(1_200_000));
        assert_eq!(amount("0"), Some(0));
        for wrong in ["", "-5", "mười", "1e9", "9999999999999"] {
            assert_eq!(amount(wrong), None, "{wrong}");
        }
    }
}

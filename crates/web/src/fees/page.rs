//! The fees of one dossier: what is owed and why, taking it, exempting from it, the receipts.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, PreEscaped, html};
use serde::Deserialize;
use townhall_app::error::AppError;
use townhall_app::fees::{self as app_fees, ExemptFee, FeeView, StateFee, TakeFee, TransferCode};
use townhall_domain::fee::{ChargeState, PayMethod, ReceiptState};
use townhall_domain::ids::DossierId;
use townhall_domain::money::Dong;
use townhall_store::fees::Charge;

use super::{amount, basis, charge_badge, id_of, receipt_badge, receipt_number, why};
use crate::refusal::Refusal;
use crate::session::{FormOf, Signed};
use crate::state::App;
use crate::ui::{
    self, Choice, Column, Errors, Field, Form, Icon, NoticeTone, Page, Place, Ui, code, error_summary, hidden,
};

/// What the page was asked to say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// What was just done.
    done: String,
}

/// Everything that the forms of the page may send.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    /// `cash`, `transfer`, `exempt` or `state`.
    what: String,
    due: String,
    payer: String,
    reference: String,
    exemption: String,
    reason: String,
    charge: String,
    amount: String,
    source: String,
}

/// The page.
pub async fn show(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    page(
        &app,
        &signed,
        &id,
        &asked.done,
        &Typed::default(),
        &Errors::default(),
    )
    .await
}

async fn load(app: &App, signed: &Signed, id: &str) -> Result<FeeView, AppError> {
    let id: DossierId = id_of(id, "dossier")?;
    app.town
        .read("fee_view", &signed.actor, move |tx, cx| {
            app_fees::fee_view(tx, cx, id)
        })
        .await
}

async fn page(app: &App, signed: &Signed, id: &str, done: &str, typed: &Typed, errors: &Errors) -> Response {
    let view = match load(app, signed, id).await {
        Ok(view) => view,
        Err(error) => return signed.refuse(app, &error),
    };
    let ui = signed.ui(app);
    let heading = ui.t("fees-heading");
    let about = Page::new(&heading)
        .at(Place::Dossiers)
        .with_error(!errors.is_empty());
    let status = errors.status();
    let main = body(app, &ui, &view, done, typed, errors);
    (status, ui::page(&ui, &about, &main)).into_response()
}

/// Takes, exempts or states, as the pressed button says.
pub async fn change(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<String>,
    FormOf(typed): FormOf<Typed>,
) -> Response {
    match run(&app, &signed, &id, typed.clone()).await {
        Ok(done) => Redirect::to(&format!("/dossiers/{id}/fee?done={done}")).into_response(),
        Err(error @ (AppError::Invalid(_) | AppError::Refused { .. })) => {
            let errors = Refusal::of(signed.lang(), &error).errors();
            page(&app, &signed, &id, "", &typed, &errors).await
        }
        Err(error) => signed.refuse(&app, &error),
    }
}

async fn run(app: &App, signed: &Signed, id: &str, typed: Typed) -> Result<&'static str, AppError> {
    let dossier: DossierId = id_of(id, "dossier")?;
    let text = |typed: &str| Some(typed.to_owned()).filter(|text| !text.trim().is_empty());
    match typed.what.as_str() {
        "cash" | "transfer" => {
            let command = TakeFee {
                dossier,
                due: Dong(amount(&typed.due).unwrap_or(0)),
                method: PayMethod::parse(&typed.what).unwrap_or(PayMethod::Cash),
                payer: text(&typed.payer),
                reference: text(&typed.reference),
            };
            app.town
                .write("take_fee", &signed.actor, move |tx, cx| {
                    app_fees::take_fee(tx, cx, &command)
                })
                .await?;
            Ok("take")
        }
        "exempt" => {
            let command = ExemptFee {
                dossier,
                exemption: typed.exemption,
                reason: typed.reason,
            };
            app.town
                .write("exempt_fee", &signed.actor, move |tx, cx| {
                    app_fees::exempt_fee(tx, cx, &command)
                })
                .await?;
            Ok("exempt")
        }
        "state" => {
            let command = StateFee {
                dossier,
                charge: id_of(&typed.charge, "charge")?,
                amount: amount(&typed.amount).unwrap_or(-1),
                source: typed.source,
            };
            app.town
                .write("state_fee", &signed.actor, move |tx, cx| {
                    app_fees::state_fee(tx, cx, &command)
                })
                .await?;
            Ok("state")
        }
        _ => Err(AppError::NotFound("action")),
    }
}

fn body(app: &App, ui: &Ui, view: &FeeView, done: &str, typed: &Typed, errors: &Errors) -> Markup {
    let dossier = &view.dossier;
    let back = format!("/dossiers/{}", dossier.id);
    let is_taken = done == "take";
    let done = match done {
        "take" | "exempt" | "state" | "void" | "refund" => Some(ui.t(&format!("fees-done-{done}"))),
        _ => None,
    };
    html! {
        (ui::breadcrumb(ui, &[(&ui.t("ui-place-dossiers"), "/dossiers"), (&dossier.code, &back)], &html! { (ui.t("fees-card")) }))
        (ui::title_line(ui, &ui.t("fees-heading"), &html! { span.th-muted { (crate::dossier::subject_words(app, ui, dossier)) " · " (code(&dossier.code)) } }, &html! {}))
        @if let Some(words) = done {
            (ui::notice(ui, NoticeTone::Ok, &words, &html! {
                @if let (true, Some(receipt)) = (is_taken, view.payments.last()) {
                    a href=(format!("/receipts/{}.pdf", receipt.id)) { (ui.t("fees-receipt-print")) } " · "
                }
                a href=(back) { (ui.t("fees-back")) }
            }))
        }
        (error_summary(ui, errors))
        div.th-cols.th-cols-counter {
            div.th-stack {
                (charges(ui, view))
                (receipts(ui, view))
                @if view.may_take {
                    @for charge in view.charges.iter().filter(|charge| charge.state == ChargeState::Unset) {
                        (state_form(ui, view, charge, typed, errors))
                    }
                    @if view.due.0 > 0 { (exempt_form(app, ui, view, typed, errors)) }
                }
            }
            aside.th-stack aria-label=(ui.t("fees-due")) {
                @if view.due.0 > 0 && view.may_take { (take_form(app, ui, view, typed, errors)) }
                @if view.may_void && view.charges.iter().any(|charge| matches!(charge.state, ChargeState::Unpaid | ChargeState::Unset)) {
                    a.btn.btn-sm.btn-outline-danger href=(format!("{back}/fee/void")) { (ui.t("fees-void-charges")) }
                }
            }
        }
    }
}

fn charges(ui: &Ui, view: &FeeView) -> Markup {
    let columns = [
        Column::text(ui.t("fees-name")),
        Column::number(ui.t("fees-full")),
        Column::number(ui.t("fees-reduction")),
        Column::number(ui.t("fees-to-pay")),
        Column::text(ui.t("fees-status")),
    ];
    let rows = html! {
        @for charge in &view.charges {
            tr {
                td {
                    (charge.name.get(ui.lang.code()))
                    @for line in why(ui, &charge.why) { p.th-muted.mb-0 { (line) } }
                    @if let Some(exemption) = &charge.exemption_reason { @if !exemption.is_empty() { p.th-muted.mb-0 { (exemption) } } }
                    (basis(ui, charge))
                }
                td.th-num { (ui.money(charge.full)) }
                td.th-num { (ui.money(charge.reduction)) }
                td.th-num { b { (ui.money(charge.due)) } }
                td { (charge_badge(ui, charge.state)) @if let Some(why) = &charge.changed_why { p.th-muted.mb-0 { (why) } } }
            }
        }
    };
    let inside = html! {
        @if view.charges.is_empty() { p.th-muted.m-3 { (ui.t("fees-none")) } }
        @else { (ui::table(ui, &ui.t("fees-card"), &columns, None, &rows)) }
    };
    ui::card("charges", &ui.t("fees-card"), &html! {}, &inside)
}

fn receipts(ui: &Ui, view: &FeeView) -> Markup {
    let inside = html! {
        @if view.payments.is_empty() { p.th-muted.m-3 { (ui.t("fees-receipt-none")) } }
        @else {
            ul.list-unstyled.m-3.mb-0 {
                @for payment in &view.payments {
                    li.th-row.mb-3 {
                        span {
                            b { (ui.t_args("fees-receipt", &[("number", receipt_number(payment.number).into())])) }
                            " · " (ui.money(payment.amount)) " · " (ui.t(app_fees::payment_words(payment.method)))
                            br;
                            span.th-muted { (ui.date_time(payment.at)) " · " (payment.payer) }
                            @if let Some(why) = &payment.ended_why { br; span.th-muted { (why) } }
                        }
                        span.th-end.th-row {
                            (receipt_badge(ui, payment.state))
                            a.btn.btn-sm href=(format!("/receipts/{}.pdf", payment.id)) { (Icon::PRINTER) " " (ui.t("fees-receipt-print")) }
                            @if view.may_void && payment.state == ReceiptState::Paid {
                                a.btn.btn-sm href=(format!("/receipts/{}/void", payment.id)) { (ui.t("fees-void-receipt")) }
                                a.btn.btn-sm href=(format!("/receipts/{}/refund", payment.id)) { (ui.t("fees-refund")) }
                            }
                        }
                    }
                }
            }
        }
    };
    ui::card("receipts", &ui.t("fees-receipts"), &html! {}, &inside)
}

fn take_form(app: &App, ui: &Ui, view: &FeeView, typed: &Typed, errors: &Errors) -> Markup {
    let dossier = &view.dossier;
    let action = format!("/dossiers/{}/fee", dossier.id);
    let transfer =
        app_fees::transfer_code(app.town.packs(), &dossier.receiving_unit, &dossier.code, view.due);
    let fields = html! {
        (hidden("due", &view.due.0.to_string()))
        div.th-fields {
            (ui::text(ui, &Field::new("payer", ui.t("fees-payer")).value(typed.payer.clone()).hint(ui.t("fees-payer-hint")).optional().autocomplete("off").max_chars(200).errors(errors)))
            (ui::text(ui, &Field::new("reference", ui.t("fees-reference")).value(typed.reference.clone()).optional().autocomplete("off").max_chars(200).errors(errors)))
        }
        div.th-actions.mt-3 {
            button.btn.btn-primary type="submit" name="what" value="cash" data-key="finish" { (Icon::CASH) " " span { (ui.t("fees-take-cash")) } (ui::key_hint(ui, "finish")) }
            button.btn type="submit" name="what" value="transfer" { (Icon::QR) " " (ui.t("fees-take-transfer")) }
        }
    };
    html! {
        section.card aria-labelledby="due" {
            div.card-header { h2.card-title id="due" { (ui.t("fees-due")) " " b.th-big { (ui.money(view.due)) } } }
            (ui::form(ui, &Form::post(action).class("card-body"), &fields))
        }
        @match transfer {
            Some(transfer) => (transfer_card(app, ui, view.due, &transfer)),
            None => { p.th-muted { (ui.t("fees-no-account")) } },
        }
    }
}

fn transfer_card(app: &App, ui: &Ui, due: Dong, transfer: &TransferCode) -> Markup {
    let pairs = [
        (ui.t("fees-bank"), html! { (transfer.bank) }),
        (ui.t("fees-account"), code(&transfer.number)),
        (ui.t("fees-account-holder"), html! { (transfer.holder) }),
        (ui.t("fees-transfer-note"), code(&transfer.note)),
    ];
    let pairs: Vec<(&str, Markup)> = pairs
        .iter()
        .map(|(name, value)| (name.as_str(), value.clone()))
        .collect();
    let label = ui.t_args("fees-transfer-qr", &[("amount", ui.money(due).into())]);
    html! {
        section.card aria-labelledby="transfer" {
            div.card-body {
                h2.th-h.mb-2 id="transfer" { (ui.t("fees-transfer")) }
                p.th-muted { (ui.t("fees-transfer-how")) }
                @if let Some(svg) = app_fees::qr_svg(&transfer.payload) {
                    div.th-qr role="img" aria-label=(label) { (PreEscaped(svg)) }
                }
                (ui::key_values(ui, &pairs))
                @if app.town.is_demo() { p.th-muted.mb-0.mt-2 { (ui.t("fees-transfer-demo")) } }
            }
        }
    }
}

fn exempt_form(app: &App, ui: &Ui, view: &FeeView, typed: &Typed, errors: &Errors) -> Markup {
    let procedure = app
        .town
        .packs()
        .procedures()
        .version(&view.dossier.procedure.code, view.dossier.procedure.version);
    let choices: Vec<Choice<'_>> = app
        .town
        .packs()
        .exemptions()
        .iter()
        .filter(|exemption| {
            procedure.is_some_and(|procedure| {
                procedure
                    .fees
                    .iter()
                    .any(|fee| fee.exempt.contains(&exemption.code))
            })
        })
        .map(|exemption| {
            let words = format!("{} · {} %", exemption.name.get(ui.lang.code()), exemption.percent);
            Choice::new(exemption.code.clone(), words)
        })
        .collect();
    if choices.is_empty() {
        return html! {};
    }
    let empty = ui.t("fees-choose");
    let fields = html! {
        div.th-fields {
            (ui::select(ui, &Field::new("exemption", ui.t("fees-exemption")).value(typed.exemption.clone()).columns(5).errors(errors), &choices, Some(&empty)))
            (ui::text(ui, &Field::new("reason", ui.t("fees-exempt-reason")).value(typed.reason.clone()).columns(7).autocomplete("off").max_chars(500).errors(errors)))
        }
        button.btn.mt-3 type="submit" name="what" value="exempt" { (ui.t("fees-exempt-do")) }
    };
    let form = Form::post(format!("/dossiers/{}/fee", view.dossier.id)).class("card-body");
    ui::card(
        "exempt",
        &ui.t("fees-exempt"),
        &html! {},
        &ui::form(ui, &form, &fields),
    )
}

fn state_form(ui: &Ui, view: &FeeView, charge: &Charge, typed: &Typed, errors: &Errors) -> Markup {
    let (shown, none) = (charge.id.to_string(), Typed::default());
    let typed = if typed.charge == shown { typed } else { &none };
    let fields = html! {
        p { (ui.t("fee-unset")) }
        (hidden("charge", &shown))
        div.th-fields {
            (ui::money_field(ui, &Field::new("amount", ui.t("fees-amount")).value(typed.amount.clone()).columns(4).autocomplete("off").errors(errors)))
            (ui::text(ui, &Field::new("source", ui.t("fees-amount-source")).value(typed.source.clone()).columns(8).autocomplete("off").max_chars(200).errors(errors)))
        }
        button.btn.mt-3 type="submit" name="what" value="state" { (ui.t("fees-state-do")) }
    };
    let form = Form::post(format!("/dossiers/{}/fee", view.dossier.id)).class("card-body");
    ui::card(
        &format!("state-{}", charge.position),
        charge.name.get(ui.lang.code()),
        &html! {},
        &ui::form(ui, &form, &fields),
    )
}

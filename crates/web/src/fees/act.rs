//! Voiding and refunding: each asks once more, on a page of its own, and wants a reason.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::html;
use serde::Deserialize;
use townhall_app::error::AppError;
use townhall_app::fees::{self as app_fees, FeeView, RefundReceipt, VoidCharges, VoidReceipt};
use townhall_domain::ids::{DossierId, PaymentId};
use townhall_store::fees::Payment;

use super::{id_of, receipt_number};
use crate::refusal::Refusal;
use crate::session::{FormOf, Signed};
use crate::state::App;
use crate::ui::{self, Confirm, Errors, Field, Page, Place, Ui};

/// The reason.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    reason: String,
}

/// What is asked once more.
struct Question {
    heading: String,
    effect: String,
    action: String,
    verb: String,
    back: String,
}

fn ask(app: &App, signed: &Signed, question: &Question, typed: &Typed, errors: &Errors) -> Response {
    let ui = signed.ui(app);
    let reason = Field::new("reason", ui.t("fees-reason"))
        .value(typed.reason.clone())
        .max_chars(2000)
        .errors(errors);
    let main = ui::confirm_page(
        &ui,
        &Confirm {
            question: &question.heading,
            effect: html! { p { (question.effect) } },
            fields: ui::textarea(&ui, &reason, 3),
            action: &question.action,
            verb: &question.verb,
            back: &question.back,
            errors,
        },
    );
    let about = Page::new(&question.heading)
        .at(Place::Fees)
        .with_error(!errors.is_empty());
    let status = errors.status();
    (status, ui::page(&ui, &about, &main)).into_response()
}

fn errors_of(signed: &Signed, error: &AppError) -> Option<Errors> {
    matches!(error, AppError::Invalid(_) | AppError::Refused { .. })
        .then(|| Refusal::of(signed.lang(), error).errors())
}

async fn fees_of(app: &App, signed: &Signed, id: &str) -> Result<FeeView, AppError> {
    let id: DossierId = id_of(id, "dossier")?;
    app.town
        .read("fee_view", &signed.actor, move |tx, cx| {
            app_fees::fee_view(tx, cx, id)
        })
        .await
}

async fn receipt_of(app: &App, signed: &Signed, id: &str) -> Result<Payment, AppError> {
    let id: PaymentId = id_of(id, "receipt")?;
    app.town
        .read("receipt_view", &signed.actor, move |tx, cx| {
            app_fees::receipt_view(tx, cx, id).map(|view| view.payment)
        })
        .await
}

fn about_charges(ui: &Ui, view: &FeeView) -> Question {
    let fee = format!("/dossiers/{}/fee", view.dossier.id);
    Question {
        heading: ui.t_args(
            "fees-void-charges-question",
            &[("code", view.dossier.code.as_str().into())],
        ),
        effect: ui.t("fees-void-charges-effect"),
        action: format!("{fee}/void"),
        verb: ui.t("fees-void-charges"),
        back: fee,
    }
}

fn about_receipt(ui: &Ui, payment: &Payment, what: &str) -> Question {
    let number = receipt_number(payment.number);
    let args = [
        ("number", number.as_str().into()),
        ("amount", ui.money(payment.amount).into()),
    ];
    let key = if what == "void" {
        "fees-void-receipt"
    } else {
        "fees-refund"
    };
    Question {
        heading: ui.t_args(&format!("{key}-question"), &args),
        effect: ui.t(&format!("{key}-effect")),
        action: format!("/receipts/{}/{what}", payment.id),
        verb: ui.t(key),
        back: format!("/dossiers/{}/fee", payment.dossier),
    }
}

/// Asks before what is due is voided.
pub async fn ask_void_charges(State(app): State<App>, signed: Signed, Path(id): Path<String>) -> Response {
    match fees_of(&app, &signed, &id).await {
        Ok(view) => {
            let question = about_charges(&signed.ui(&app), &view);
            ask(&app, &signed, &question, &Typed::default(), &Errors::default())
        }
        Err(error) => signed.refuse(&app, &error),
    }
}

/// Voids what is due.
pub async fn void_charges(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<String>,
    FormOf(typed): FormOf<Typed>,
) -> Response {
    let view = match fees_of(&app, &signed, &id).await {
        Ok(view) => view,
        Err(error) => return signed.refuse(&app, &error),
    };
    let command = VoidCharges {
        dossier: view.dossier.id,
        reason: typed.reason.clone(),
    };
    let outcome = app
        .town
        .write("void_charges", &signed.actor, move |tx, cx| {
            app_fees::void_charges(tx, cx, &command)
        })
        .await;
    match outcome {
        Ok(()) => Redirect::to(&format!("/dossiers/{id}/fee?done=void")).into_response(),
        Err(error) => match errors_of(&signed, &error) {
            Some(errors) => ask(
                &app,
                &signed,
                &about_charges(&signed.ui(&app), &view),
                &typed,
                &errors,
            ),
            None => signed.refuse(&app, &error),
        },
    }
}

async fn ask_receipt(app: &App, signed: &Signed, id: &str, what: &str) -> Response {
    match receipt_of(app, signed, id).await {
        Ok(payment) => {
            let question = about_receipt(&signed.ui(app), &payment, what);
            ask(app, signed, &question, &Typed::default(), &Errors::default())
        }
        Err(error) => signed.refuse(app, &error),
    }
}

/// Asks before a receipt is voided.
pub async fn ask_void_receipt(State(app): State<App>, signed: Signed, Path(id): Path<String>) -> Response {
    ask_receipt(&app, &signed, &id, "void").await
}

/// Asks before a receipt is refunded.
pub async fn ask_refund(State(app): State<App>, signed: Signed, Path(id): Path<String>) -> Response {
    ask_receipt(&app, &signed, &id, "refund").await
}

/// Voids a receipt.
pub async fn void_receipt(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<String>,
    FormOf(typed): FormOf<Typed>,
) -> Response {
    end_receipt(&app, &signed, &id, "void", typed).await
}

/// Refunds a receipt.
pub async fn refund(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<String>,
    FormOf(typed): FormOf<Typed>,
) -> Response {
    end_receipt(&app, &signed, &id, "refund", typed).await
}

async fn end_receipt(app: &App, signed: &Signed, id: &str, what: &'static str, typed: Typed) -> Response {
    let payment = match receipt_of(app, signed, id).await {
        Ok(payment) => payment,
        Err(error) => return signed.refuse(app, &error),
    };
    let (id, reason) = (payment.id, typed.reason.clone());
    let outcome = app
        .town
        .write("end_receipt", &signed.actor, move |tx, cx| {
            let reason = reason.clone();
            if what == "void" {
                app_fees::void_receipt(tx, cx, &VoidReceipt { payment: id, reason })
            } else {
                app_fees::refund_receipt(tx, cx, &RefundReceipt { payment: id, reason })
            }
        })
        .await;
    match outcome {
        Ok(dossier) => Redirect::to(&format!("/dossiers/{dossier}/fee?done={what}")).into_response(),
        Err(error) => match errors_of(signed, &error) {
            Some(errors) => ask(
                app,
                signed,
                &about_receipt(&signed.ui(app), &payment, what),
                &typed,
                &errors,
            ),
            None => signed.refuse(app, &error),
        },
    }
}

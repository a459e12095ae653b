//! The fees of a day: what was taken, what is still due, and the closing.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use townhall_app::error::AppError;
use townhall_app::fees::{self as app_fees, CloseDay, DayView};
use townhall_domain::dossier::applicant::parse_date;
use townhall_domain::fee::ReceiptState;
use townhall_domain::money::Dong;

use super::{amount, receipt_badge, receipt_number};
use crate::dossier::subject_of;
use crate::refusal::Refusal;
use crate::session::{FormOf, Signed};
use crate::state::App;
use crate::ui::{
    self, Column, Empty, Errors, Field, Form, Icon, NoticeTone, Page, Place, Ui, code, error_summary,
};

/// Which day.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    pub(super) day: String,
    done: String,
}

/// What the cashier counted.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    counted: String,
    note: String,
}

/// The page.
pub async fn show(State(app): State<App>, signed: Signed, Query(asked): Query<Asked>) -> Response {
    let mut errors = Errors::default();
    if !asked.day.trim().is_empty() && parse_date(&asked.day).is_none() {
        errors.push("day", signed.ui(&app).t("date-wrong"));
    }
    page(&app, &signed, &asked, &Typed::default(), &errors).await
}

async fn page(app: &App, signed: &Signed, asked: &Asked, typed: &Typed, errors: &Errors) -> Response {
    let ui = signed.ui(app);
    let day = parse_date(&asked.day).unwrap_or(ui.today());
    let view = app
        .town
        .read("fee_day", &signed.actor, move |tx, cx| {
            app_fees::day_view(tx, cx, day)
        })
        .await;
    let view = match view {
        Ok(view) => view,
        Err(error) => return signed.refuse(app, &error),
    };
    let heading = ui.t("fees-day");
    let about = Page::new(&heading).at(Place::Fees).with_error(!errors.is_empty());
    let status = errors.status();
    let main = html! {
        (ui::title_line(&ui, &heading, &html! { (ui.date(view.day)) }, &pick(&ui, &view, asked)))
        @if asked.done == "close" {
            @if let Some(last) = view.closings.first() {
                (ui::notice(&ui, NoticeTone::Ok, &ui.t("fees-done-close"), &ui::notice_link(&format!("/fees/closings/{}.pdf", last.id), &ui.t("fees-closing-print"))))
            }
        }
        (error_summary(&ui, errors))
        div.th-cols.th-cols-counter {
            div.th-stack { (taken(&ui, &view)) (owing(app, &ui, &view)) }
            aside.th-stack aria-label=(ui.t("fees-close")) {
                @if view.may_close { (close_form(&ui, &view, typed, errors)) }
                (closings(&ui, &view))
            }
        }
    };
    (status, ui::page(&ui, &about, &main)).into_response()
}

fn pick(ui: &Ui, view: &DayView, asked: &Asked) -> Markup {
    let day = match parse_date(&asked.day) {
        None if !asked.day.trim().is_empty() => asked.day.clone(),
        _ => townhall_text::date_on_paper(ui.lang, view.day),
    };
    ui::form(
        ui,
        &Form::get("/fees").class("th-row"),
        &html! {
            label.visually-hidden for="f-day" { (ui.t("fees-day-pick")) }
            input.form-control.form-control-sm.th-d4 id="f-day" name="day" value=(day) autocomplete="off" inputmode="numeric";
            button.btn.btn-sm type="submit" { (ui.t("fees-day-show")) }
        },
    )
}

fn taken(ui: &Ui, view: &DayView) -> Markup {
    let heading = ui.t_args("fees-day-of", &[("day", ui.date(view.day).into())]);
    let columns = [
        Column::number(ui.t("fees-number")),
        Column::text(ui.t("fees-time")),
        Column::text(ui.t("fees-code")),
        Column::text(ui.t("fees-payer")),
        Column::text(ui.t("fees-method")),
        Column::number(ui.t("fees-sum")),
    ];
    let rows = html! {
        @for one in &view.taken {
            tr {
                td.th-num { a href=(format!("/receipts/{}.pdf", one.payment.id)) { (receipt_number(one.payment.number)) } }
                td { (ui.time(one.payment.at)) }
                td { a href=(format!("/dossiers/{}/fee", one.payment.dossier)) { (code(&one.code)) } }
                td { (one.payment.payer) }
                td { (ui.t(app_fees::payment_words(one.payment.method))) }
                // Nearly all are paid and say so by standing here; only what is not is worth a badge.
                td.th-num {
                    @if one.payment.state == ReceiptState::Paid { (ui.money(one.payment.amount)) }
                    @else { s { (ui.money(one.payment.amount)) } br; (receipt_badge(ui, one.payment.state)) }
                }
            }
        }
    };
    let inside = html! {
        @if view.taken.is_empty() {
            (ui::empty(ui, &Empty {
                icon: Icon::CASH,
                heading: &ui.t("fees-day-none"),
                text: html! { (ui.t("fees-day-none-next")) },
                button: None,
                other: None,
            }))
        } @else {
            (ui::table(ui, &heading, &columns, None, &rows))
            dl.th-kv.m-3 {
                @for (key, count, sum) in &view.sums {
                    dt { (ui.t(key)) }
                    dd { b { (ui.money(*sum)) } " " span.th-muted { (ui.t_args("fees-count", &[("count", (*count).into())])) } }
                }
            }
        }
    };
    let file = html! {
        @if !view.taken.is_empty() {
            a.btn.btn-sm href=(ui::href("/fees/export.csv", &[("day", &view.day.to_string())])) { (Icon::DOWNLOAD) " " (ui.t("fees-export")) }
        }
    };
    ui::card("taken", &heading, &file, &inside)
}

fn owing(app: &App, ui: &Ui, view: &DayView) -> Markup {
    let inside = html! {
        @if view.owing.is_empty() { p.th-muted.m-3 { (ui.t("fees-owing-none")) } }
        @else {
            ul.list-unstyled.m-3.mb-0 {
                @for one in &view.owing {
                    li.d-flex.justify-content-between.gap-3.mb-2 {
                        span { a href=(format!("/dossiers/{}/fee", one.dossier)) { (code(&one.code)) } br; span.th-muted { (subject_of(app, ui, &one.procedure, &one.applicant_name)) } }
                        b.text-nowrap { (ui.money(one.due)) }
                    }
                }
            }
        }
    };
    ui::card("owing", &ui.t("fees-owing"), &html! {}, &inside)
}

fn close_form(ui: &Ui, view: &DayView, typed: &Typed, errors: &Errors) -> Markup {
    let inside = html! {
        @if view.open == 0 { p.th-muted.m-3 { (ui.t("fees-close-nothing")) } }
        @else {
            (ui::form(ui, &Form::post("/fees/close").class("card-body"), &html! {
                p { (ui.t_args("fees-close-about", &[("count", i64::try_from(view.open).unwrap_or(i64::MAX).into()), ("cash", ui.money(view.open_cash).into())])) }
                (ui::money_field(ui, &Field::new("counted", ui.t("fees-counted")).value(typed.counted.clone()).hint(ui.t("fees-counted-hint")).optional().autocomplete("off").errors(errors)))
                div.mt-2 { (ui::text(ui, &Field::new("note", ui.t("fees-close-note")).value(typed.note.clone()).optional().autocomplete("off").max_chars(500).errors(errors))) }
                button.btn.btn-primary.w-100.mt-3 type="submit" { (Icon::CHECK) " " (ui.t("fees-close-do")) }
            }))
        }
    };
    ui::card("close", &ui.t("fees-close"), &html! {}, &inside)
}

fn closings(ui: &Ui, view: &DayView) -> Markup {
    html! {
        @if !view.closings.is_empty() {
            section.card aria-labelledby="closings" {
                div.card-body {
                    h2.th-h.mb-2 id="closings" { (ui.t("fees-closings")) }
                    ul.list-unstyled.mb-0 {
                        @for closing in &view.closings {
                            @let number = ui.t_args("fees-closing", &[("number", closing.number.to_string().into()), ("year", closing.year.to_string().into())]);
                            li.mb-2 {
                                a href=(format!("/fees/closings/{}.pdf", closing.id)) { (Icon::PRINTER) " " (number) }
                                " · " a href=(format!("/fees/closings/{}/export.csv", closing.id)) aria-label=(ui.t_args("fees-closing-export", &[("list", number.as_str().into())])) { "CSV" }
                                br;
                                span.th-muted { (ui.t_args("fees-closing-of", &[("day", ui.date(closing.day).into()), ("time", ui.time(closing.at).into())])) " · " (ui.money(closing.cash + closing.transfer)) }
                                @if let (Some(counted), Some(note)) = (closing.counted, &closing.note) {
                                    br; span.th-muted { (ui.t_args("fees-closing-different", &[("counted", ui.money(counted).into()), ("cash", ui.money(closing.cash).into()), ("note", note.as_str().into())])) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Closes the day.
pub async fn close(State(app): State<App>, signed: Signed, FormOf(typed): FormOf<Typed>) -> Response {
    let outcome = match (signed.actor.unit().cloned(), typed.counted.trim()) {
        (None, _) => Err(AppError::NotFound("fees")),
        (Some(_), counted) if !counted.is_empty() && amount(counted).is_none() => {
            Err(AppError::field("counted", "fee-amount-wrong"))
        }
        (Some(unit), counted) => {
            let command = CloseDay {
                unit,
                counted: amount(counted).map(Dong),
                note: Some(typed.note.clone()),
            };
            app.town
                .write("close_day", &signed.actor, move |tx, cx| {
                    app_fees::close_day(tx, cx, &command)
                })
                .await
        }
    };
    match outcome {
        Ok(_) => Redirect::to("/fees?done=close").into_response(),
        Err(error @ (AppError::Invalid(_) | AppError::Refused { .. })) => {
            let errors = Refusal::of(signed.lang(), &error).errors();
            page(&app, &signed, &Asked::default(), &typed, &errors).await
        }
        Err(error) => signed.refuse(&app, &error),
    }
}

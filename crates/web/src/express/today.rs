//! What was just booked, and the last entries of today with the way to undo them.

use maud::{Markup, html};
use townhall_app::express::{Booked, Desk};
use townhall_app::register::EntryBody;
use townhall_domain::money::Dong;
use townhall_store::registers::Entry;

use super::lane::dossier_link;
use crate::register::entry_href;
use crate::ui::{self, Column, Empty, Icon, NoticeTone, Tone, Ui, badge, code, key_hint};

/// The line that says what came of the last booking; the cursor stands in the form already.
pub fn done(ui: &Ui, done: &Booked) -> Markup {
    let body = if done.entries.is_empty() {
        promised(ui, done)
    } else {
        handed_over(ui, done)
    };
    let lead = if done.entries.is_empty() {
        ui.t("express-done-later")
    } else {
        ui.t_args("express-done", &[("count", done.entries.len().into())])
    };
    html! { div.mb-3 { (ui::notice(ui, NoticeTone::Ok, &lead, &body)) } }
}

fn handed_over(ui: &Ui, done: &Booked) -> Markup {
    html! {
        @for (place, entry) in done.entries.iter().enumerate() {
            @if place > 0 { ", " }
            a href=(entry_href(entry)) { (code(&entry.symbol)) }
        }
        " · " (done.name)
        @if let Some(payment) = &done.payment { " · " b { (ui.money(payment.amount)) } }
        span.th-row.mt-1 {
            @for (place, entry) in done.entries.iter().enumerate() {
                a.btn.btn-sm href=(format!("{}/stamps.pdf", entry_href(entry))) target="_blank" rel="noopener"
                    data-key=[(place == 0).then_some("express-print")] {
                    (Icon::STAMP) " " (ui.t_args("express-stamps", &[("number", entry.number.to_string().into())]))
                    @if place == 0 { (key_hint(ui, "express-print")) }
                }
            }
            @if let Some(payment) = &done.payment {
                a.btn.btn-sm href=(format!("/receipts/{}.pdf", payment.id)) target="_blank" rel="noopener" {
                    (Icon::RECEIPT) " " (ui.t("express-receipt"))
                }
            }
            span.th-muted { (dossier_link(done)) }
        }
    }
}

fn promised(ui: &Ui, done: &Booked) -> Markup {
    html! {
        (dossier_link(done)) " · " (done.name)
        @if let Some(due) = done.due { " · " (ui.t_args("counter-done-due", &[("at", townhall_text::date_time(ui.lang, due, ui.today()).into())])) }
        span.th-row.mt-1 {
            @if let Some(slip) = done.slip {
                a.btn.btn-sm href=(format!("/slips/{slip}.pdf")) target="_blank" rel="noopener" data-key="express-print" {
                    (Icon::PRINTER) " " (ui.t("counter-print-receipt")) (key_hint(ui, "express-print"))
                }
            }
            @if let Some(payment) = &done.payment {
                a.btn.btn-sm href=(format!("/receipts/{}.pdf", payment.id)) target="_blank" rel="noopener" {
                    (Icon::RECEIPT) " " (ui.t("express-receipt"))
                }
            }
        }
    }
}

/// The newest entries of today.
pub fn list(ui: &Ui, desk: &Desk) -> Markup {
    let heading = ui.t("express-done-today");
    let columns = [
        Column::number(ui.t("registers-number")),
        Column::text(ui.t("express-time")),
        Column::text(ui.t("registers-title-certification")),
        Column::number(ui.t("registers-pages")),
        Column::number(ui.t("registers-copies")),
        Column::number(ui.t("registers-fee")),
        Column::text(ui.t("registers-name-certification")),
        Column::text(ui.t("common-status")),
    ];
    let rows = html! {
        @for entry in &desk.today { (row(ui, entry)) }
    };
    let sum: Dong = desk
        .today
        .iter()
        .filter(|entry| entry.struck.is_none())
        .filter_map(|entry| EntryBody::read(&entry.body).fee)
        .sum();
    let end = html! {
        @if !desk.today.is_empty() {
            span.th-muted { (ui.t_args("express-count", &[("count", desk.count_today.into())])) " · " (ui.t_args("express-sum", &[("count", desk.today.len().into()), ("sum", ui.money(sum).into())])) }
        }
    };
    let inside = html! {
        @if desk.today.is_empty() {
            (ui::empty(ui, &Empty {
                icon: Icon::STAMP,
                heading: &ui.t("express-none"),
                text: html! { (ui.t("express-none-text")) },
                button: None,
                other: None,
            }))
        } @else { (ui::table(ui, &heading, &columns, None, &rows)) }
    };
    ui::card("today", &heading, &end, &inside)
}

fn row(ui: &Ui, entry: &Entry) -> Markup {
    let body = EntryBody::read(&entry.body);
    let number = |count: Option<i64>| count.map(|count| ui.number(count)).unwrap_or_default();
    html! {
        tr {
            th.th-num scope="row" { a href=(entry_href(entry)) { (entry.number) } }
            td { (ui.time(entry.entered_at)) }
            td { @if entry.struck.is_some() { s { (entry.title) } } @else { (entry.title) } }
            td.th-num { (number(body.pages)) }
            td.th-num { (number(body.copies)) }
            td.th-num { @if let Some(fee) = body.fee { (ui.money(fee)) } }
            td.text-nowrap { (entry.name) }
            td {
                @if entry.struck.is_some() { (badge(ui, Tone::Warn, Icon::BAN, &ui.t("registers-is-struck"))) }
                @else {
                    span.th-inline {
                        (badge(ui, Tone::Ok, Icon::CHECK, &ui.t("express-returned")))
                        a.th-text href=(format!("{}/strike", entry_href(entry))) aria-label=(ui.t_args("express-undo-of", &[("number", entry.number.to_string().into())])) { (ui.t("express-undo")) }
                    }
                }
            }
        }
    }
}

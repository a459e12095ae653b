//! The fee as it is typed: the pack's own rule, step by step, and the code for a transfer.

use maud::{Markup, PreEscaped, html};
use townhall_app::express::{Quote, note_of_transfer, quote};
use townhall_app::fees::{qr_svg, transfer_code};
use townhall_domain::express::DocumentInput;
use townhall_domain::fee::{Explanation, Quantity};
use townhall_domain::ids::{DossierId, UnitId};
use townhall_domain::money::Dong;

use super::lines;
use crate::counter::typed::Typed;
use crate::fees::why;
use crate::state::App;
use crate::ui::{Icon, Ui};

/// The fee of what is typed so far; a line whose numbers cannot be read costs nothing yet and is said to be missing.
pub fn output(app: &App, ui: &Ui, unit: &UnitId, typed: &Typed) -> Markup {
    let documents = lines::typed(typed);
    let read: Vec<Quantity> = documents.iter().filter_map(DocumentInput::quantity).collect();
    let is_whole = read.len() == documents.len();
    let quoted = quote(
        app.town.packs(),
        unit,
        ui.today(),
        &read,
        Some(typed.get("exemption")),
    );
    let quote = quoted.unwrap_or_default();
    html! {
        div id="fee" {
            output.th-fee for="lane" {
                (steps(ui, &quote, documents.len() > 1))
                @if !is_whole { span { (Icon::INFO) " " (ui.t("express-fee-waits")) } }
                b { (ui.money(quote.total())) }
            }
            @if typed.get("method") == "transfer" { (transfer(app, ui, unit, typed, &quote)) }
        }
    }
}

/// How the sum came about: of one paper every step, of several what each costs.
fn steps(ui: &Ui, quote: &Quote, are_several: bool) -> Markup {
    html! {
        @for (place, line) in quote.charge.lines.iter().enumerate() {
            @if are_several {
                span { (ui.t_args("express-fee-of", &[("place", (place + 1).into()), ("amount", ui.money(line.due).into())])) }
            } @else {
                @for words in sum(ui, &line.why) { span { (words) } }
            }
        }
    }
}

/// The steps in a few words, as somebody at a counter says them: `2 trang × 2.000 đ + 4 trang × 1.000 đ`, `× 3 bản`.
/// A step that this lane does not know is told as everywhere else.
fn sum(ui: &Ui, steps: &[Explanation]) -> Vec<String> {
    let arg = |step: &Explanation, wanted: &str| {
        let found = step.args.iter().find(|(name, _)| name == wanted);
        found.map_or(0, |(_, value)| *value)
    };
    let of_pages = |step: &Explanation| {
        let count = arg(step, "to") - arg(step, "from") + 1;
        let each = ui.money(Dong(arg(step, "each")));
        ui.t_args(
            "express-fee-pages",
            &[("count", count.into()), ("each", each.into())],
        )
    };
    let pages: Vec<String> = steps
        .iter()
        .filter(|step| step.key == "fee-why-pages")
        .map(of_pages)
        .collect();
    let mut words = vec![pages.join(" + ")];
    for step in steps.iter().filter(|step| step.key != "fee-why-pages") {
        words.push(match step.key.as_str() {
            "fee-why-copies" => ui.t_args("express-fee-copies", &[("count", arg(step, "count").into())]),
            _ => why(ui, std::slice::from_ref(step)).concat(),
        });
    }
    words.retain(|part| !part.is_empty());
    words
}

/// The VietQR code of exactly this sum.
fn transfer(app: &App, ui: &Ui, unit: &UnitId, typed: &Typed, quote: &Quote) -> Markup {
    let note = typed
        .get("dossier")
        .parse::<DossierId>()
        .map(note_of_transfer)
        .unwrap_or_default();
    let Some(code) = transfer_code(app.town.packs(), unit, &note, quote.total()) else {
        return html! { p.th-muted.mt-2.mb-0 { (Icon::INFO) " " (ui.t("express-no-account")) } };
    };
    let label = ui.t_args("express-qr", &[("amount", ui.money(quote.total()).into())]);
    html! {
        div.th-row.mt-2 {
            @if let Some(svg) = qr_svg(&code.payload) { div.th-qr role="img" aria-label=(label) { (PreEscaped(svg)) } }
            p.mb-0 {
                (code.bank) " · " bdi { (code.number) } br;
                (code.holder) br;
                (ui.t_args("express-transfer-note", &[("note", code.note.as_str().into())]))
                @if app.town.is_demo() { br; span.th-muted { (ui.t("fees-transfer-demo")) } }
            }
        }
    }
}

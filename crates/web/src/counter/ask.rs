//! The page that asks what Form 02 or Form 03 must say. Everything typed before goes with it and comes back.

use maud::{Markup, html};

use super::desk::{Desk, kept};
use super::{DRAFT, components};
use crate::ui::{self, Field, Form, Page, Place, code, error_summary};

/// What this page itself asks.
const OWN: [&str; 3] = ["items", "reason", "instead"];

/// Asks for the items and the reason of a supplement, or once more for a refusal and its reason.
pub fn page(desk: &Desk<'_>, is_refusal: bool) -> Markup {
    let (ui, typed) = (desk.ui, desk.typed);
    let word = if is_refusal { "refusal" } else { "supplement" };
    let name = match typed.get("applicant_name").trim() {
        "" => ui.t("counter-somebody"),
        name => name.to_owned(),
    };
    let heading = ui.t_args(&format!("counter-ask-{word}"), &[("name", name.as_str().into())]);
    let fields = html! {
        @for (name, value) in typed.iter().filter(|(name, value)| !OWN.contains(name) && !value.is_empty()) {
            (kept(name, value))
        }
        div.th-fields { (asked(desk, is_refusal)) }
        div.th-row.mt-3 {
            button.btn.btn-primary[!is_refusal].btn-danger[is_refusal] type="submit" name="do" value=(format!("send_{word}")) data-key="finish" {
                (ui.t(&format!("counter-send-{word}"))) (ui::key_hint(ui, "finish"))
            }
            button.btn type="submit" name="do" value="draw" { (ui.t("counter-back-to-form")) }
        }
    };
    let main = html! {
        div.th-narrow {
            (error_summary(ui, desk.errors))
            h1 { (heading) }
            @if let Some(procedure) = desk.procedure {
                p { (desk.say(&procedure.name)) " · " (code(&procedure.code)) }
            }
            p.th-muted { (ui.t(&format!("counter-effect-{word}"))) }
            (ui::form(ui, &Form::post("/counter").draft(DRAFT), &fields))
            (ui::draft_hint(ui, None))
        }
    };
    let about = Page::new(&heading)
        .at(Place::Counter)
        .with_error(!desk.errors.is_empty());
    ui::page(ui, &about, &main)
}

fn asked(desk: &Desk<'_>, is_refusal: bool) -> Markup {
    let (ui, typed) = (desk.ui, desk.typed);
    let field = |name: &'static str| {
        Field::new(name, ui.t(&format!("counter-{name}")))
            .value(typed.get(name).to_owned())
            .errors(desk.errors)
    };
    let items = if typed.has("items") {
        typed.get("items").to_owned()
    } else {
        components::to_hand_in(desk).join("\n")
    };
    html! {
        @if is_refusal {
            (ui::textarea(ui, &field("reason").hint(ui.t("counter-refusal-reason-hint")).max_chars(2000), 4))
            (ui::text(ui, &field("instead").hint(ui.t("counter-instead-hint")).optional().max_chars(300)))
        } @else {
            (ui::textarea(ui, &field("items").value(items).hint(ui.t("counter-items-hint")).max_chars(4000), 6))
            (ui::textarea(ui, &field("reason").max_chars(2000), 3))
        }
    }
}

//! The end side: when the result is due and why, what it costs, how it is handed over, and the verdict.

use maud::{Markup, html};
use townhall_app::fees::{COUNTED_IN_FORM, quantities};
use townhall_domain::deadline::{Deadline, DeadlineError};
use townhall_domain::dossier::Delivery;
use townhall_domain::fee::{Charge, FeeError};
use townhall_domain::form::Form as Schema;
use townhall_domain::ids::UnitId;
use townhall_domain::limit::Limit;
use townhall_domain::money::Dong;
use townhall_domain::procedure::{Channel, ExtraMode, Procedure};
use townhall_text::Arg;
use townhall_text::deadline::{deadline_chip, deadline_error, deadline_rule, limit as limit_words};

use super::components;
use super::desk::{Desk, Part};
use crate::state::App;
use crate::ui::{self, Action, Choice, Errors, Field, Icon, NoticeTone, Ui, notice_link};

/// All cards of the end side.
pub fn all(desk: &Desk<'_>, is_swapped_beside: bool) -> Markup {
    let ui = desk.ui;
    html! {
        aside.th-stack.th-sticky id="promise" aria-label=(ui.t("counter-promise"))
            hx-swap-oob=[is_swapped_beside.then_some("outerMorph")] {
            section.card aria-labelledby="due-title" {
                div.card-header { h2.card-title id="due-title" { span.th-no { "4" } (ui.t("counter-due")) } }
                div.card-body {
                    @match desk.procedure {
                        Some(procedure) => (appointment(desk, procedure)),
                        None => p.th-muted.mb-0 { (ui.t("counter-due-later")) },
                    }
                }
            }
            section.card aria-labelledby="fee-title" {
                div.card-header { h2.card-title id="fee-title" { span.th-no { "5" } (ui.t("counter-fee")) } }
                div.card-body {
                    @if let Some(procedure) = desk.procedure { (fee(desk, procedure)) }
                    (delivery(desk))
                }
            }
            (verdict(desk))
        }
    }
}

/// The deadline if the dossier were accepted now; seconds are left out where they decide nothing.
fn deadline(desk: &Desk<'_>, limit: Limit) -> Result<Deadline, DeadlineError> {
    let office = desk.office();
    let now = desk.ui.now;
    let minute =
        jiff::Timestamp::from_second(now.as_second() - now.as_second().rem_euclid(60)).unwrap_or(now);
    let (exact, round) = (
        Deadline::compute(&office, now, limit)?,
        Deadline::compute(&office, minute, limit)?,
    );
    Ok(if exact.due == round.due { round } else { exact })
}

fn appointment(desk: &Desk<'_>, procedure: &Procedure) -> Markup {
    let ui = desk.ui;
    let limit = procedure.limit(Channel::Direct, &desk.circumstances).time;
    let deadline = match deadline(desk, limit) {
        Ok(deadline) => deadline,
        Err(error) => {
            return ui::notice(
                ui,
                NoticeTone::Warn,
                "",
                &html! { (deadline_error(ui.lang, &error, ui.today())) },
            );
        }
    };
    let office = desk.office();
    let chip = deadline.standing(&office, ui.now, None).ok();
    let chip = chip.map(|standing| deadline_chip(ui.lang, &standing, ui.today()));
    let day = townhall_domain::time::local_date(deadline.due);
    html! {
        p.th-big.mb-0 { (townhall_text::capitalised(&ui.date(day))) }
        p.text-secondary.mb-2 {
            (ui.t_args("counter-before", &[("time", ui.time(deadline.due).into())]))
            @if let Some(chip) = chip { " · " (lower(&chip.words)) }
        }
        (ui::deadline_days(ui, &deadline))
        p.th-muted.mt-2.mb-0 { (deadline_rule(ui.lang, &deadline)) }
        @for extra in &procedure.extras {
            p.th-muted.mt-1.mb-0 {
                @let key = match extra.mode { ExtraMode::Add => "counter-extra-add", ExtraMode::Replace => "counter-extra-replace" };
                (Icon::INFO) " " (ui.t_args(key, &[("reason", desk.say(&extra.name).into()), ("time", limit_words(ui.lang, extra.time).into())]))
            }
        }
    }
}

fn lower(words: &str) -> String {
    let mut chars = words.chars();
    chars
        .next()
        .map(|first| first.to_lowercase().chain(chars).collect())
        .unwrap_or_default()
}

fn fee(desk: &Desk<'_>, procedure: &Procedure) -> Markup {
    let ui = desk.ui;
    let packs = desk.app.town.packs();
    let exemptions = exemptions(desk.app, ui, procedure);
    let exemption = packs.exemption(desk.typed.get("exemption"));
    // A count that is still being typed is no reason to show no sum; the mistake is told beside it.
    let stated = desk.typed.fee();
    let is_read = stated.is_ok();
    let quantity = [quantities(&desk.clean, &stated.unwrap_or_default())];
    let assess = |exemption| {
        packs.fees(
            procedure,
            desk.unit,
            ui.today(),
            &quantity,
            &desk.circumstances,
            exemption,
        )
    };
    let (charge, error) = match assess(exemption) {
        Ok(charge) => (charge, None),
        Err(error) => (assess(None).unwrap_or_default(), Some(error)),
    };
    html! {
        div hx-post="/counter" hx-trigger="change" hx-vals=(Part::Promise.vals()) hx-target="#promise" hx-swap="outerMorph" {
            (counted(desk.app, ui, procedure, desk.unit, desk.form, &|name| desk.typed.get(name).to_owned(), desk.errors))
        }
        (lines(desk, &charge, &exemptions))
        @match error {
            Some(FeeError::Quantity(_)) => (desk.note(NoticeTone::Warn, "fee-refused-quantity")),
            Some(FeeError::ExemptionNotAllowed(_)) => (desk.note(NoticeTone::Warn, "fee-refused-exemption")),
            None => @if !is_read { (desk.note(NoticeTone::Warn, "fee-refused-quantity")) },
        }
    }
}

/// The exemptions that a fee of the procedure knows.
pub fn exemptions(app: &App, ui: &Ui, procedure: &Procedure) -> Vec<Choice<'static>> {
    let is_known = |code: &String| procedure.fees.iter().any(|fee| fee.exempt.contains(code));
    app.town
        .packs()
        .exemptions()
        .iter()
        .filter(|exemption| is_known(&exemption.code))
        .map(|exemption| {
            let words = format!("{} · {} %", exemption.name.get(ui.lang.code()), exemption.percent);
            Choice::new(exemption.code.clone(), words)
        })
        .collect()
}

fn lines(desk: &Desk<'_>, charge: &Charge, exemptions: &[Choice<'_>]) -> Markup {
    let ui = desk.ui;
    let why = |explanation: &townhall_domain::fee::Explanation| {
        let args: Vec<(&str, Arg<'_>)> = explanation
            .args
            .iter()
            .map(|(name, value)| (name.as_str(), Arg::from(*value)))
            .collect();
        ui.t_args(&explanation.key, &args)
    };
    html! {
        @if !exemptions.is_empty() { (exemption(desk, exemptions)) }
        dl.th-kv.th-kv-money {
            @for line in &charge.lines { dt { (desk.say(&line.name)) } dd.th-num { (ui.money(line.full)) } }
            @for unset in &charge.unset { dt { (desk.say(&unset.name)) } dd.th-num { "—" } }
            @for line in charge.lines.iter().filter(|line| line.reduction > Dong(0)) {
                dt { (ui.t("counter-reduction")) } dd.th-num { "−" (ui.money(line.reduction)) }
            }
            dt { b { (ui.t("counter-to-pay")) } } dd.th-num { b.th-big { (ui.money(charge.total())) } }
        }
        @if !charge.unset.is_empty() { p.th-muted.mb-2 { (Icon::INFO) " " (ui.t("fee-unset")) } }
        @if charge.lines.iter().any(|line| line.full > Dong(0)) {
            details.th-muted.mb-2 {
                summary { (ui.t("counter-fee-why")) }
                ul.mb-0.ps-3 {
                    @for line in &charge.lines { @for step in &line.why { li { (why(step)) } } }
                    @for line in &charge.lines { li { (line.verified.source) } }
                }
            }
        }
    }
}

/// Whose exemption, and what proves it; drawn again at once, so that the sum is right.
fn exemption(desk: &Desk<'_>, exemptions: &[Choice<'_>]) -> Markup {
    let ui = desk.ui;
    let chosen = desk.typed.get("exemption");
    let is_claimed = !chosen.is_empty();
    html! {
        div.mb-2 {
            div hx-post="/counter" hx-trigger="change" hx-vals=(Part::Promise.vals()) hx-target="#promise" hx-swap="outerMorph" {
                (ui::select(ui, &Field::new("exemption", ui.t("counter-exemption")).value(chosen).errors(desk.errors), exemptions, Some(&ui.t("counter-exemption-none"))))
            }
            @if is_claimed { (exemption_reason(ui, desk.typed.get("exemption_reason"), desk.errors)) }
        }
    }
}

/// What proves an exemption.
pub fn exemption_reason(ui: &Ui, typed: &str, errors: &Errors) -> Markup {
    ui::text(
        ui,
        &Field::new("exemption_reason", ui.t("fees-exempt-reason"))
            .value(typed.to_owned())
            .errors(errors)
            .autocomplete("off")
            .max_chars(500),
    )
}

/// Pages, copies and cases, where a fee counts them and the form does not.
pub fn counted(
    app: &App,
    ui: &Ui,
    procedure: &Procedure,
    unit: &UnitId,
    form: Option<&Schema>,
    typed: &dyn Fn(&str) -> String,
    errors: &Errors,
) -> Markup {
    let counts = app.town.packs().fee_counts(procedure, unit, ui.today());
    let asked_in_form = |count: &str| {
        let in_form = COUNTED_IN_FORM.iter().find(|(known, _)| *known == count);
        in_form.is_some_and(|(_, name)| form.is_some_and(|form| form.field(name).is_some()))
    };
    let asked = [
        ("pages", counts.pages),
        ("copies", counts.copies),
        ("cases", counts.cases),
    ]
    .into_iter()
    .filter(|(count, is_needed)| *is_needed && !asked_in_form(count));
    let fields: Vec<Markup> = asked
        .map(|(count, _)| {
            let name = format!("fee_{count}");
            let value = match typed(&name) {
                nothing if nothing.is_empty() => "1".to_owned(),
                typed => typed,
            };
            let field = Field::new(name, ui.t(&format!("counter-{count}")));
            ui::number_field(ui, &field.value(value).errors(errors).columns(4).max_chars(6))
        })
        .collect();
    html! { @if !fields.is_empty() { div.th-fields.mb-2 { @for field in &fields { (field) } } } }
}

fn delivery(desk: &Desk<'_>) -> Markup {
    let ui = desk.ui;
    let ways: Vec<Choice<'_>> = Delivery::ALL
        .iter()
        .map(|way| Choice::new(way.as_str(), ui.t(&format!("dossier-delivery-{}", way.as_str()))))
        .collect();
    let chosen = Delivery::parse(desk.typed.get("delivery")).unwrap_or(Delivery::Counter);
    ui::radios(
        ui,
        &Field::new("delivery", ui.t("dossier-delivery")).value(chosen.as_str()),
        &ways,
    )
}

/// What stands in the way, and the three verdicts.
fn verdict(desk: &Desk<'_>) -> Markup {
    let ui = desk.ui;
    let missing = components::missing(desk);
    html! {
        section.card aria-label=(ui.t("counter-verdict")) {
            div.card-body {
                @if let Some((id, twin)) = &desk.looked.twin {
                    div.mb-2 {
                        (ui::notice(ui, NoticeTone::Warn, &ui.t("counter-twin"), &html! {
                            (notice_link(&format!("/dossiers/{id}"), twin)) ". " (ui.t("counter-twin-next"))
                        }))
                        // Whoever has read this may go on.
                        (ui::hidden("twin", &id.to_string()))
                    }
                }
                @if !missing.is_empty() {
                    p.th-muted.mb-1 {
                        (Icon::ALERT) " "
                        (ui.t_args("counter-missing", &[("count", missing.len().into())]))
                    }
                }
                (ui::actions(ui, &[
                    Action::send(ui.t("counter-accept"), "do", "accept").primary().icon(Icon::PRINTER).key("finish"),
                    Action::send(ui.t("counter-supplement"), "do", "supplement").key("counter-supplement"),
                    Action::send(ui.t("counter-refuse"), "do", "refuse").key("counter-refuse"),
                ]))
            }
        }
    }
}

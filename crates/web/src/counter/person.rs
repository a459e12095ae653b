//! Section 1: who asks, and who stands at the counter.

use maud::{Markup, html};

use super::desk::{Desk, Part};
use super::fill::parts_of;
use crate::ui::{self, Choice, Field, Icon, Tone, badge, key_hint};

/// The section, with the field for the scanner.
pub fn section(desk: &Desk<'_>) -> Markup {
    let (ui, typed) = (desk.ui, desk.typed);
    let ways = ["self", "other"].map(|way| Choice::new(way, ui.t(&format!("counter-capacity-{way}"))));
    html! {
        section.card id="person" aria-labelledby="person-title" {
            div.card-header {
                h2.card-title id="person-title" { span.th-no { "1" } (ui.t("counter-person")) }
                div.th-end.th-row { (standing(desk)) }
            }
            div.card-body {
                (crate::villages::datalist(desk.app, ui, desk.unit))
                div.th-row.mb-2 { (card(desk)) }
                div.th-fields {
                    (fields(desk, "applicant"))
                    (ui::radios(ui, &Field::new("capacity", ui.t("counter-capacity")).value(capacity(desk)).columns(12), &ways))
                }
                (differences(desk))
                (more(desk))
                div.mt-3 data-when="capacity" data-values=(r#"["other"]"#) {
                    p.th-muted.mb-0 data-when-hint="" { (Icon::INFO) " " (ui.t("counter-submitter-only")) }
                    fieldset {
                        legend.th-h { (ui.t("counter-submitter")) }
                        div.th-fields { (fields(desk, "submitter")) }
                    }
                    @if !typed.get("submitter_sex").is_empty() { (ui::hidden("submitter_sex", typed.get("submitter_sex"))) }
                }
                @if !typed.get("applicant_sex").is_empty() { (ui::hidden("applicant_sex", typed.get("applicant_sex"))) }
                @if !typed.get("card_read").is_empty() { (ui::hidden("card_read", typed.get("card_read"))) }
            }
        }
    }
}

fn capacity(desk: &Desk<'_>) -> &'static str {
    if desk.typed.is_for_another() {
        "other"
    } else {
        "self"
    }
}

/// The field in which the scanner types, or the officer a number; Enter fills the form.
fn card(desk: &Desk<'_>) -> Markup {
    let ui = desk.ui;
    let error = desk.errors.of("card");
    html! {
        label.form-label.mb-0 for="f-card" { (Icon::ID_CARD) " " (ui.t("counter-card")) (key_hint(ui, "counter-scan")) }
        input.form-control.form-control-sm.th-grow id="f-card" name="card" type="text" autocomplete="off" spellcheck="false"
            value=(desk.typed.get("card")) data-key="counter-scan" data-scan="fill-person" data-nodraft=""
            autofocus[desk.errors.is_empty() && desk.procedure.is_none() && desk.typed.get("applicant_name").is_empty()] aria-invalid=[error.map(|_| "true")]
            aria-describedby=[error.map(|_| "f-card-error")];
        button.btn.btn-sm type="submit" id="fill-person" name="do" value="fill"
            // Swapped whole, not morphed: the field must be empty for the next card.
            hx-post="/counter" hx-vals=(Part::Person.vals()) hx-target="#person" hx-swap="outerHTML" {
            (ui.t("counter-fill"))
        }
        @if let Some(message) = error {
            p.th-msg.mb-0 id="f-card-error" role="alert" { (Icon::ALERT) " " (message) }
        }
    }
}

/// What is known of this person already, in one badge.
fn standing(desk: &Desk<'_>) -> Markup {
    let ui = desk.ui;
    if let Some(known) = &desk.looked.known {
        let same = townhall_text::fold(&known.name) == townhall_text::fold(desk.typed.get("applicant_name"));
        return if same {
            badge(ui, Tone::Ok, Icon::CIRCLE_CHECK, &ui.t("counter-known"))
        } else {
            badge(ui, Tone::Warn, Icon::ALERT, &ui.t("counter-known-other-name"))
        };
    }
    match desk.typed.get("card_read") {
        "" => html! {},
        _ => badge(ui, Tone::Run, Icon::ID_CARD, &ui.t("counter-card-read")),
    }
}

/// The fields of a person that are always seen.
fn fields(desk: &Desk<'_>, prefix: &'static str) -> Markup {
    let (ui, typed) = (desk.ui, desk.typed);
    let field = |part: &str, columns: u8| {
        let name = format!("{prefix}_{part}");
        let value = typed.get(&name).to_owned();
        Field::new(name, ui.t(&format!("applicant-{part}")))
            .value(value)
            .errors(desk.errors)
            .autocomplete("off")
            .columns(columns)
    };
    let number = field("id_number", 4).input_mode("numeric").max_chars(40);
    let number = if prefix == "applicant" {
        number.scanned_by("fill-person")
    } else {
        number
    };
    html! {
        @if prefix == "applicant" {
            // Leaving the number looks the person up; without a script the button above does.
            div.th-f4 hx-post="/counter" hx-trigger="change" hx-vals=(Part::Person.vals()) hx-target="#person" hx-swap="outerMorph" {
                (ui::text(ui, &number))
            }
        } @else {
            (ui::text(ui, &number))
        }
        (ui::text(ui, &field("name", 5).max_chars(200)))
        (ui::date(ui, &field("born_on", 3)))
        (ui::text(ui, &field("address", 8).max_chars(500).from_list("villages")))
        (ui::text(ui, &field("phone", 4).optional().input_mode("tel").max_chars(30)))
    }
}

/// What is seldom asked: e-mail, and that it is no citizen.
fn more(desk: &Desk<'_>) -> Markup {
    let (ui, typed) = (desk.ui, desk.typed);
    let kinds = ["citizen", "enterprise", "agency", "other"]
        .map(|kind| Choice::new(kind, ui.t(&format!("counter-kind-{kind}"))));
    let kind = match typed.get("applicant_kind") {
        "" => "citizen",
        kind => kind,
    };
    let consent = ["vi", "en"].map(|lang| Choice::new(lang, ui.t(&format!("message-consent-{lang}"))));
    let messages = Field::new("applicant_messages", ui.t("message-consent"))
        .value(typed.get("applicant_messages"))
        .hint(ui.t("message-consent-help"))
        .errors(desk.errors)
        .columns(6);
    let ways = desk.app.town.outside().ways();
    let is_open = desk.errors.of("applicant_email").is_some()
        || !typed.get("applicant_messages").is_empty()
        || desk.errors.of("applicant_kind").is_some()
        || kind != "citizen";
    let email = Field::new("applicant_email", ui.t("applicant-email"))
        .value(typed.get("applicant_email"))
        .errors(desk.errors)
        .optional()
        .input_mode("email")
        .autocomplete("off")
        .max_chars(254)
        .columns(6);
    let field = Field::new("applicant_kind", ui.t("counter-kind"))
        .value(kind)
        .errors(desk.errors)
        .columns(6);
    html! {
        details.mt-2 open[is_open] {
            summary.th-muted { (ui.t("counter-more")) }
            div.th-fields.mt-2 {
                (ui::text(ui, &email))
                (ui::select(ui, &field, &kinds, None))
                @if ways.email || ways.sms { (ui::select(ui, &messages, &consent, Some(&ui.t("message-consent-none")))) }
            }
        }
    }
}

/// Where the unit's record says otherwise than the form, with a button that takes the record.
fn differences(desk: &Desk<'_>) -> Markup {
    let Some(known) = &desk.looked.known else {
        return html! {};
    };
    let ui = desk.ui;
    let fold = townhall_text::fold;
    let other: Vec<(&str, String)> = parts_of(known)
        .into_iter()
        .filter(|(part, value)| {
            let typed = desk.typed.get(&format!("applicant_{part}"));
            *part != "kind" && !value.is_empty() && is_other(part, &fold(typed), &fold(value))
        })
        .collect();
    if other.is_empty() {
        return html! {};
    }
    html! {
        div.th-note.mt-2 {
            (Icon::HISTORY)
            span.th-text {
                (ui.t("counter-known-before")) " "
                @for (at, (part, value)) in other.iter().enumerate() {
                    @if at > 0 { "; " }
                    (ui.t(&format!("applicant-{part}"))) ": " b { bdi { (value) } }
                }
                ". "
                button.btn.btn-sm type="submit" name="do" value="known"
                    hx-post="/counter" hx-vals=(Part::Person.vals()) hx-target="#person" hx-swap="outerMorph" {
                    (ui.t("counter-take-known"))
                }
            }
        }
    }
}

/// Dates and telephone numbers are the same however they are written.
fn is_other(part: &str, typed: &str, known: &str) -> bool {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    match part {
        "born_on" => {
            let day = townhall_domain::dossier::applicant::parse_date;
            day(typed) != day(known)
        }
        "phone" => digits(typed) != digits(known),
        _ => typed != known,
    }
}

//! Fills the form from what is known: the identity card, the unit's own record, the procedure that was chosen.

use townhall_domain::dossier::{Applicant, ApplicantInput};
use townhall_domain::form::Form;
use townhall_domain::procedure::Procedure;
use townhall_domain::time;

use super::typed::{FORM, PERSON, Typed};
use crate::state::App;
use crate::ui::{Errors, Ui, prefilled};

/// Reads what a scanner typed, or a number typed by hand; the next person that is still empty is filled.
pub fn read_card(ui: &Ui, typed: &mut Typed) -> Errors {
    let scanned = typed.get("card").trim().to_owned();
    if scanned.is_empty() {
        return Errors::default();
    }
    let prefix = if typed.is_for_another()
        && !typed.get("applicant_name").is_empty()
        && typed.get("submitter_name").is_empty()
    {
        "submitter"
    } else {
        "applicant"
    };
    let digits: String = scanned
        .chars()
        .filter(|c| !matches!(c, ' ' | '.' | '-'))
        .collect();
    let card = ApplicantInput::from_identity_card(&scanned);
    if let Some(card) = card {
        // Another card is another person: nothing of the one before stays.
        if typed.get(&format!("{prefix}_id_number")) != card.id_number {
            for part in PERSON {
                typed.drop(&format!("{prefix}_{part}"));
            }
        }
        let sex = scanned.split('|').nth(4).unwrap_or_default();
        let sex = match townhall_text::fold(sex).as_str() {
            "nam" => "male",
            "nu" => "female",
            _ => "",
        };
        let parts = [
            ("id_number", card.id_number.as_str()),
            ("name", &card.name),
            ("born_on", &card.born_on),
            ("address", &card.address),
            ("sex", sex),
        ];
        for (part, value) in parts {
            typed.set(&format!("{prefix}_{part}"), value);
        }
        typed.set("card_read", prefix);
    } else if matches!(digits.len(), 9 | 12) && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        typed.set(&format!("{prefix}_id_number"), digits);
    } else {
        return Errors::new([("card".to_owned(), ui.t("counter-card-unreadable"))]);
    }
    typed.drop("card");
    Errors::default()
}

/// Fills empty fields from the unit's record, and the pack's form from the applicant.
pub fn complete(app: &App, typed: &mut Typed, known: Option<&Applicant>) {
    let action = typed.get("do").to_owned();
    typed.drop("do");
    if let Some(known) = known {
        for (part, value) in parts_of(known) {
            let name = format!("applicant_{part}");
            if action == "known" && !value.is_empty() {
                typed.set(&name, value);
            } else {
                typed.fill(&name, &value);
            }
        }
    }
    let chosen = typed.get("choose").to_owned();
    typed.drop("choose");
    if action == "change" || (!chosen.is_empty() && chosen != typed.get("procedure")) {
        for prefix in [
            "component_",
            "source_",
            "note_",
            FORM,
            "circumstance",
            "exemption",
            "fee_",
        ] {
            typed.drop_all(prefix);
        }
        typed.drop("unit");
        typed.drop("procedure");
    }
    let today = time::local_date(app.town.clock().now());
    let is_new = !chosen.is_empty();
    if is_new {
        typed.set("procedure", chosen);
        typed.drop("procedure_search");
    }
    let packs = app.town.packs();
    let Some(procedure) = packs.procedures().as_of(typed.get("procedure"), today) else {
        return;
    };
    if is_new {
        tick_what_databases_hold(typed, procedure, today);
    }
    if let Some(form) = procedure.form.as_deref().and_then(|path| packs.form(path)) {
        prefill(typed, form);
    }
}

/// What a data base holds is not asked for: it is looked up there.
fn tick_what_databases_hold(typed: &mut Typed, procedure: &Procedure, today: jiff::civil::Date) {
    for component in &procedure.components {
        if component.replaced_on(today).is_some() {
            typed.set(&format!("component_{}", component.id), "present");
            typed.set(&format!("source_{}", component.id), "database");
        }
    }
}

fn prefill(typed: &mut Typed, form: &Form) {
    let values = prefilled(form, |part| typed.of_applicant(part));
    for (name, value) in values {
        typed.fill(&format!("{FORM}{name}"), value.as_str().unwrap_or_default());
    }
}

/// The parts of a known person as they stand in fields.
pub fn parts_of(known: &Applicant) -> [(&'static str, String); 6] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    [
        ("name", known.name.clone()),
        ("born_on", known.born_on.map(date_as_typed).unwrap_or_default()),
        ("phone", text(&known.phone)),
        ("address", text(&known.address)),
        ("email", text(&known.email)),
        ("kind", known.kind.as_str().to_owned()),
    ]
}

/// A date as officers type it, in any language of the page: `12/3/1999`.
fn date_as_typed(day: jiff::civil::Date) -> String {
    format!("{}/{}/{}", day.day(), day.month(), day.year())
}

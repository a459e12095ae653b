//! The first page: who asks, for whom, and how to reach him.

use axum::response::Response;
use maud::{Markup, html};

use super::Filing;
use super::steps::Step;
use crate::refusal::field_words;
use crate::ui::{self, Choice, Errors, Field, Icon, radios};
use townhall_app::error::FieldError;

impl Filing<'_> {
    /// A date of birth in three fields becomes one text, as typed, so that a mistake can be shown.
    pub(super) fn join_dates(&mut self) {
        for who in ["applicant", "submitter"] {
            let name = format!("{who}_born_on");
            let part = |part: &str| self.typed.get(&format!("{name}-{part}")).trim().to_owned();
            let parts = ["day", "month", "year"].map(part);
            if self.typed.has(&format!("{name}-day")) {
                let whole = if parts.iter().all(String::is_empty) {
                    String::new()
                } else {
                    parts.join("/")
                };
                self.typed.drop_all(&format!("{name}-"));
                self.typed.set(&name, whole);
            }
        }
    }

    pub(super) fn check_who(&self) -> Errors {
        let ui = &self.ui;
        let mut wrong: Vec<FieldError> = Vec::new();
        let mut look = |who: &str| {
            if let Err(problems) = self.typed.person(who).parse(ui.today()) {
                wrong.extend(
                    problems
                        .into_iter()
                        .map(|(field, key)| FieldError::new(format!("{who}_{field}"), key)),
                );
            }
        };
        look("applicant");
        if self.typed.is_for_another() {
            look("submitter");
        }
        let contact = ["phone", "email"].map(|part| self.typed.get(&format!("applicant_{part}")).trim());
        if contact.iter().all(|text| text.is_empty()) {
            wrong.push(FieldError::new("applicant_phone", "online-contact-missing"));
        }
        Errors::new(field_words(ui.lang, &wrong))
    }

    pub(super) fn draw_who(&self, errors: &Errors) -> Response {
        let ui = &self.ui;
        let title = ui.t("online-who");
        let ways = ["self", "other"].map(|way| Choice::new(way, ui.t(&format!("online-capacity-{way}"))));
        let capacity = if self.typed.is_for_another() {
            "other"
        } else {
            "self"
        };
        let main = html! {
            h1 { (title) }
            (self.step_form(Step::Who, &html! {
                (radios(ui, &Field::new("capacity", ui.t("online-capacity")).value(capacity), &ways))
                (self.person("applicant", errors))
                div data-when="capacity" data-values=(r#"["other"]"#) {
                    p.th-muted.mb-1 data-when-hint="" { (Icon::INFO) " " (ui.t("online-submitter-only")) }
                    fieldset {
                        legend.th-h { (ui.t("online-submitter")) }
                        div.th-stack { (self.person("submitter", errors)) }
                    }
                }
            }))
        };
        self.page(Step::Who, &title, errors, &main)
    }

    fn person(&self, who: &str, errors: &Errors) -> Markup {
        let ui = &self.ui;
        let is_own = who == "applicant" && !self.typed.is_for_another();
        let field = |part: &str, token: &'static str| {
            let name = format!("{who}_{part}");
            let value = self.typed.get(&name).to_owned();
            Field::new(name, ui.t(&format!("online-person-{part}")))
                .value(value)
                .errors(errors)
                .autocomplete(if is_own { token } else { "off" })
        };
        let born_on = self.typed.get(&format!("{who}_born_on"));
        let [day, month, year] = in_parts(born_on);
        html! {
            (ui::text(ui, &field("name", "name").max_chars(200)))
            (ui::text(ui, &field("id_number", "off").hint(ui.t("online-person-id-hint")).input_mode("numeric").optional().max_chars(20)))
            (ui::date_parts(ui, &field("born_on", "bday").optional(), [&day, &month, &year]))
            (ui::text(ui, &field("phone", "tel").hint(ui.t("online-person-phone-hint")).input_mode("tel").max_chars(20)))
            (ui::text(ui, &field("email", "email").input_mode("email").optional().max_chars(254)))
            (self.consent(who, errors))
            (ui::text(ui, &field("address", "street-address").optional().max_chars(500)))
        }
    }
}

impl Filing<'_> {
    /// Whether he wants to be told of each step; not asked where nothing could be sent.
    fn consent(&self, who: &str, errors: &Errors) -> Markup {
        let (ui, ways) = (&self.ui, self.app.town.outside().ways());
        if !ways.email && !ways.sms {
            return html! {};
        }
        let name = format!("{who}_messages");
        let value = self.typed.get(&name).to_owned();
        let field = Field::new(name, ui.t("message-consent"))
            .value(value)
            .errors(errors);
        let tongues = ["vi", "en"].map(|lang| Choice::new(lang, ui.t(&format!("message-consent-{lang}"))));
        ui::select(ui, &field, &tongues, Some(&ui.t("message-consent-none")))
    }
}

/// A date as it was typed, in its three parts.
fn in_parts(text: &str) -> [String; 3] {
    match text.split('/').collect::<Vec<_>>()[..] {
        [day, month, year] => [day, month, year].map(str::to_owned),
        _ => [text.to_owned(), String::new(), String::new()],
    }
}

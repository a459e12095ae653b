//! What a page takes from what was sent, how it is checked, and how it is drawn.

use axum::response::Response;
use maud::{Markup, html};
use townhall_domain::dossier::Delivery;
use townhall_domain::procedure::CircumstanceTest;

use super::Filing;
use super::steps::Step;
use crate::counter::typed::FORM;
use crate::public::say;
use crate::refusal::Refusal;
use crate::ui::{
    self, Choice, Errors, Field, Form, SchemaForm, checkboxes, prefilled, radios, schema_errors,
};

impl Filing<'_> {
    /// Puts what a page sent in the place of what it sent before; nothing of other pages.
    pub(super) fn take(&mut self, step: Step, sent: Vec<(String, String)>) {
        let schema = self.schema;
        self.typed.drop_where(|name| step.owns(schema, name));
        let mut fields = std::mem::take(&mut self.typed).into_fields();
        fields.extend(sent.into_iter().filter(|(name, _)| step.owns(schema, name)));
        self.typed = crate::counter::typed::Typed::of(fields);
        if step == Step::Who {
            self.join_dates();
        }
    }

    /// Fills a section that nobody has seen yet from who asks.
    pub(super) fn prefill(&mut self, step: Step) {
        let (Step::Section(at), Some(schema)) = (step, self.schema) else {
            return;
        };
        let is_new = !self.typed.iter().any(|(name, _)| step.owns(Some(schema), name));
        let Some(section) = schema.sections.get(at).filter(|_| is_new) else {
            return;
        };
        for (name, value) in prefilled(schema, |part| self.typed.of_applicant(part)) {
            if schema
                .field(&name)
                .is_some_and(|field| field.section == section.id)
            {
                self.typed
                    .fill(&format!("{FORM}{name}"), value.as_str().unwrap_or_default());
            }
        }
    }

    /// The mistakes of a page, as they stand now.
    pub(super) fn check(&self, step: Step) -> Errors {
        match step {
            Step::Who => self.check_who(),
            Step::Section(at) => self.check_section(at),
            Step::Case => match Delivery::parse(self.typed.get("delivery")) {
                Some(_) => Errors::default(),
                None => Errors::new([("delivery".to_owned(), self.ui.t("online-delivery-missing"))]),
            },
            Step::Papers | Step::Review => Errors::default(),
        }
    }

    fn check_section(&self, at: usize) -> Errors {
        let Some((schema, section)) = self
            .schema
            .and_then(|schema| Some((schema, schema.sections.get(at)?)))
        else {
            return Errors::default();
        };
        let (_, mut wrong) = schema.check_so_far(&self.answers(), self.ui.today());
        wrong.retain(|error| {
            schema
                .field(&error.field)
                .is_some_and(|field| field.section == section.id)
        });
        let label =
            |name: &str| Some(say(&self.ui, &schema.field(name.strip_prefix(FORM)?)?.label).to_owned());
        schema_errors(&self.ui, FORM, &wrong).named_by(label)
    }

    /// The page of a step.
    pub(super) fn draw(&self, step: Step, errors: &Errors) -> Response {
        match step {
            Step::Who => self.draw_who(errors),
            Step::Section(at) => self.draw_section(at, errors),
            Step::Case => self.draw_case(errors),
            Step::Papers | Step::Review => Refusal::not_found(self.ui.lang).page(&self.ui),
        }
    }

    fn draw_section(&self, at: usize, errors: &Errors) -> Response {
        let ui = &self.ui;
        let Some((schema, section)) = self
            .schema
            .and_then(|schema| Some((schema, schema.sections.get(at)?)))
        else {
            return Refusal::not_found(ui.lang).page(ui);
        };
        let (answers, units) = (self.answers(), self.units());
        let drawn = SchemaForm {
            schema,
            values: &answers,
            errors,
            prefix: FORM,
            citizen: true,
            units: &units,
        };
        let title = say(ui, &section.label);
        let main = html! {
            h1.visually-hidden { (title) }
            (self.step_form(Step::Section(at), &html! { (ui::schema_section_with_units(ui, &drawn, &section.id)) }))
        };
        self.page(Step::Section(at), title, errors, &main)
    }

    fn draw_case(&self, errors: &Errors) -> Response {
        let ui = &self.ui;
        let asked: Vec<Choice<'_>> = self
            .procedure
            .circumstances
            .iter()
            .filter(|circumstance| circumstance.test == CircumstanceTest::Asked)
            .map(|circumstance| Choice::new(circumstance.id.as_str(), say(ui, &circumstance.name)))
            .collect();
        let chosen = self.typed.all("circumstance");
        let chosen: Vec<&str> = chosen.iter().map(String::as_str).collect();
        let ways: Vec<Choice<'_>> = Delivery::ALL
            .iter()
            .map(|way| Choice::new(way.as_str(), ui.t(&format!("dossier-delivery-{}", way.as_str()))))
            .collect();
        let exemptions = crate::counter::exemptions(self.app, ui, self.procedure);
        let title = ui.t("online-case");
        let delivery = match self.typed.get("delivery") {
            "" => Delivery::Counter.as_str(),
            typed => typed,
        };
        let main = html! {
            h1 { (title) }
            (self.step_form(Step::Case, &html! {
                @if !asked.is_empty() {
                    (checkboxes(ui, &Field::new("circumstance", ui.t("online-circumstances")).hint(ui.t("online-circumstances-hint")).errors(errors), &asked, &chosen))
                }
                @if !exemptions.is_empty() {
                    (ui::select(ui, &Field::new("exemption", ui.t("counter-exemption")).hint(ui.t("online-exemption-hint")).value(self.typed.get("exemption")).errors(errors).optional(), &exemptions, Some(&ui.t("counter-exemption-none"))))
                    (ui::text(ui, &Field::new("exemption_reason", ui.t("online-exemption-proof")).value(self.typed.get("exemption_reason")).max_chars(300).errors(errors).optional()))
                }
                (radios(ui, &Field::new("delivery", ui.t("dossier-delivery")).value(delivery).errors(errors), &ways))
            }))
        };
        self.page(Step::Case, &title, errors, &main)
    }

    /// The form of a page with its one button.
    pub(super) fn step_form(&self, step: Step, inside: &Markup) -> Markup {
        ui::form(
            &self.ui,
            &Form::post(self.address(&step.slug())),
            &html! {
                div.th-stack { (inside) }
                div.th-row.mt-4 { button.btn.btn-primary.px-4 type="submit" { (self.ui.t("common-continue")) } }
            },
        )
    }

    /// Codes and names for fields that ask for a unit: the communes of the province, then the provinces.
    fn units(&self) -> Vec<(String, String)> {
        let asks = self.schema.is_some_and(|schema| {
            schema
                .fields
                .iter()
                .any(|field| field.widget == townhall_domain::form::Widget::Unit)
        });
        if !asks {
            return Vec::new();
        }
        let (units, today) = (self.app.town.packs().units(), self.ui.today());
        let near = self
            .unit
            .parent
            .iter()
            .flat_map(|province| units.communes_of(province, today));
        near.chain(units.provinces(today))
            .map(|unit| (unit.code().to_owned(), unit.full_name(today).to_owned()))
            .collect()
    }
}

//! Everything once more, and the button that sends: one dossier, however often it is pressed.

use std::collections::BTreeSet;

use axum::Form as Body;
use axum::extract::rejection::FormRejection;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use townhall_app::dossier::Received;
use townhall_app::error::AppError;
use townhall_app::fees::ClaimedExemption;
use townhall_app::online::{SendOnline, Turn, send_online};
use townhall_domain::dossier::Delivery;
use townhall_domain::procedure::{Channel, CircumstanceTest};
use townhall_text::deadline::limit as limit_words;

use super::steps::Step;
use super::{CITIZEN, Filing, load, turn};
use crate::public::say;
use crate::refusal::Refusal;
use crate::state::App;
use crate::ui::{self, Errors, Field, Form, Icon, checkbox, schema_values};
use crate::visitor::Visitor;

/// What the review page sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    pledge: String,
}

pub(super) async fn show(State(app): State<App>, visitor: Visitor, Path(token): Path<String>) -> Response {
    match load(&app, &visitor, &token).await {
        Ok(filing) => filing.draw_review(&Errors::default()),
        Err(response) => response,
    }
}

pub(super) async fn send(
    State(app): State<App>,
    visitor: Visitor,
    Path(token): Path<String>,
    sent: Result<Body<Sent>, FormRejection>,
) -> Response {
    let filing = match load(&app, &visitor, &token).await {
        Ok(filing) => filing,
        Err(response) => return response,
    };
    let lang = filing.ui.lang;
    let Ok(Body(sent)) = sent else {
        return Refusal::unreadable(lang).page(&filing.ui);
    };
    let mut errors = filing.all_errors();
    if sent.pledge.is_empty() {
        errors.push("pledge", filing.ui.t("online-pledge-missing"));
    }
    if !errors.is_empty() {
        return filing.draw_review(&errors);
    }
    if let Err(response) = turn(&app, &visitor, Turn::Send).await {
        return response;
    }
    let cmd = filing.command();
    let outcome = match run(&app, cmd.clone()).await {
        // The same form, sent twice at one moment: the other one was first, and now stands there to be found.
        Err(AppError::Store(error)) if error.is_duplicate() => run(&app, cmd).await,
        outcome => outcome,
    };
    match outcome {
        Ok(received) => Redirect::to(&format!("/h/{}/sent", received.receipt_secret)).into_response(),
        Err(error @ (AppError::Invalid(_) | AppError::Refused { .. })) => {
            filing.draw_review(&Refusal::of(lang, &error).errors())
        }
        Err(error) => Refusal::of(lang, &error).page(&filing.ui),
    }
}

async fn run(app: &App, cmd: SendOnline) -> Result<Received, AppError> {
    app.town
        .write("send_online", &CITIZEN, move |tx, cx| send_online(tx, cx, &cmd))
        .await
}

impl Filing<'_> {
    fn command(&self) -> SendOnline {
        let typed = &self.typed;
        SendOnline {
            token: self.token.clone(),
            applicant: typed.person("applicant"),
            submitter: typed.is_for_another().then(|| typed.person("submitter")),
            form: self.answers(),
            circumstances: typed.all("circumstance"),
            exemption: Some(typed.get("exemption"))
                .filter(|code| !code.is_empty())
                .map(|code| ClaimedExemption {
                    code: code.to_owned(),
                    reason: typed.get("exemption_reason").to_owned(),
                }),
            delivery: Delivery::parse(typed.get("delivery")).unwrap_or(Delivery::Counter),
        }
    }

    /// The mistakes of all pages.
    fn all_errors(&self) -> Errors {
        let mut errors = Errors::default();
        for step in self.steps() {
            for (field, message) in self.check(step).iter() {
                errors.push(field, message);
            }
        }
        errors
    }

    fn draw_review(&self, errors: &Errors) -> Response {
        let ui = &self.ui;
        let title = ui.t("online-review");
        // A mistake on another page is mended there: the summary of this page names the pages, not the fields.
        let own = Errors::new(
            errors
                .iter()
                .filter(|(field, _)| *field == "pledge" || field.is_empty())
                .map(|(field, message)| (field.to_owned(), message.to_owned())),
        );
        let main = html! {
            h1 { (title) }
            @for step in self.steps() { (self.part(step)) }
            h2 { (ui.t("online-then")) }
            p { (self.promise()) }
            (ui::form(ui, &Form::post(self.address("review")), &html! {
                (checkbox(ui, &Field::new("pledge", ui.t("online-pledge")).errors(&own), false))
                div.th-row.mt-3 { button.btn.btn-primary.px-4 type="submit" { (ui.t("online-send")) } }
            }))
        };
        let shown = if own.is_empty() && !errors.is_empty() {
            Errors::new([(String::new(), ui.t("online-review-mistakes"))])
        } else {
            own.clone()
        };
        self.page(Step::Review, &title, &shown, &main)
    }

    /// What one page says, with the way back to it and its mistakes.
    fn part(&self, step: Step) -> Markup {
        let ui = &self.ui;
        let (heading, body) = match step {
            Step::Who => (ui.t("online-who"), self.who_told()),
            Step::Section(at) => {
                let section = self.schema.and_then(|schema| schema.sections.get(at));
                let Some(section) = section else {
                    return html! {};
                };
                (
                    say(ui, &section.label).to_owned(),
                    html! { div.th-once { (self.section_told(at)) } },
                )
            }
            Step::Case => (ui.t("online-case"), self.case_told()),
            Step::Papers => (ui.t("online-papers"), self.papers_told()),
            Step::Review => return html! {},
        };
        let wrong = self.check(step);
        html! {
            section aria-label=(heading) {
                div.th-row { h2.th-grow { (heading) }
                    a.th-noprint href=(self.address(&step.slug())) { (ui.t("online-change")) span.visually-hidden { ": " (heading) } }
                }
                @for (_, message) in wrong.iter() { p.th-msg.mb-1 { (Icon::ALERT) " " (message) } }
                (body)
            }
        }
    }

    fn who_told(&self) -> Markup {
        let ui = &self.ui;
        let person = |who: &str| {
            let parts = ["name", "id_number", "born_on", "phone", "email", "address"];
            html! {
                dl.th-kv {
                    @for part in parts {
                        @let value = self.typed.get(&format!("{who}_{part}")).trim();
                        @if !value.is_empty() { dt { (ui.t(&format!("online-person-{part}"))) } dd.th-text { (value) } }
                    }
                    @let consent = self.typed.get(&format!("{who}_messages"));
                    @if matches!(consent, "vi" | "en") { dt { (ui.t("message-consent")) } dd { (ui.t(&format!("message-consent-{consent}"))) } }
                }
            }
        };
        html! {
            (person("applicant"))
            @if self.typed.is_for_another() { h3.th-h.mt-2 { (ui.t("online-submitter")) } (person("submitter")) }
        }
    }

    fn section_told(&self, at: usize) -> Markup {
        let Some((schema, section)) = self
            .schema
            .and_then(|schema| Some((schema, schema.sections.get(at)?)))
        else {
            return html! {};
        };
        let (clean, _) = schema.check_so_far(&self.answers(), self.ui.today());
        let mut values = clean.into_values();
        values.retain(|name, _| {
            schema
                .field(name)
                .is_some_and(|field| field.section == section.id)
        });
        let units = self.app.town.packs().units();
        let unit_name = |code: &str| {
            units
                .by_code(code, self.ui.today())
                .map(|unit| units.address(unit, self.ui.today()))
        };
        schema_values(&self.ui, schema, &values, &unit_name)
    }

    fn case_told(&self) -> Markup {
        let ui = &self.ui;
        let chosen = self.typed.all("circumstance");
        let said = self
            .procedure
            .circumstances
            .iter()
            .filter(|known| known.test == CircumstanceTest::Asked && chosen.contains(&known.id));
        let delivery = Delivery::parse(self.typed.get("delivery"));
        html! {
            dl.th-kv {
                @for circumstance in said { dt { (ui.t("online-circumstance")) } dd { (say(ui, &circumstance.name)) } }
                @if let Some(exemption) = self.app.town.packs().exemption(self.typed.get("exemption")) {
                    dt { (ui.t("counter-exemption")) } dd { (say(ui, &exemption.name)) }
                }
                @if let Some(delivery) = delivery {
                    dt { (ui.t("dossier-delivery")) } dd { (ui.t(&format!("dossier-delivery-{}", delivery.as_str()))) }
                }
            }
        }
    }

    /// When the clock begins, how long it then takes.
    fn promise(&self) -> String {
        let limit = self.procedure.limit(Channel::Online, &BTreeSet::new());
        self.ui.t_args(
            "online-promise",
            &[("limit", limit_words(self.ui.lang, limit.time).into())],
        )
    }
}

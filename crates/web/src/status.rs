//! The citizen's pages behind the QR code of a receipt: where the dossier is, what he has to do, and what he can do
//! himself: hand in what was asked for, withdraw, rate, prove. The secret in the address is the whole permission.

mod proof;
mod rate;
mod sent;
mod supplement;
mod withdraw;

use axum::extract::{Path, Query, State};
use axum::http::Method;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use townhall_app::dossier::{DossierStatus, slip_by_secret, status_by_secret};
use townhall_app::error::AppError;
use townhall_app::paper_data::House;
use townhall_domain::deadline::Deadline;
use townhall_domain::dossier::State as DossierState;
use townhall_domain::ids::SlipId;
use townhall_domain::{rating, time};
use townhall_store::journal::StoredFact;

use crate::online::CITIZEN;
use crate::papers::{MOST_FORM_BYTES, MOST_PIECE_BYTES, pdf};
use crate::refusal::Refusal;
use crate::routes::{Need, Routes};
use crate::state::App;
use crate::ui::{self, DueChip, Errors, Icon, Moment, MomentKind, NoticeTone, Page, Ui, code, due_chip};
use crate::visitor::{Visitor, office_of};

/// A longer official name is not said above every page; about three lines of a telephone.
const MOST_OF_A_NAME: usize = 90;

/// Routes of this capability.
pub fn routes(app: &App) -> Routes {
    Routes::new(app)
        .get("/h/{secret}", Need::Public, show)
        .get("/h/{secret}/sent", Need::Public, sent::show)
        .get("/h/{secret}/slips/{file}", Need::Public, slip)
        .get("/h/{secret}/supplement", Need::Public, supplement::show)
        .upload(
            Method::POST,
            "/h/{secret}/supplement",
            Need::Public,
            MOST_FORM_BYTES,
            supplement::add,
        )
        .post("/h/{secret}/supplement/done", Need::Public, supplement::done)
        .post("/h/{secret}/uploads", Need::Public, supplement::begin)
        .get("/h/{secret}/uploads/{id}", Need::Public, supplement::place)
        .upload(
            Method::PATCH,
            "/h/{secret}/uploads/{id}",
            Need::Public,
            MOST_PIECE_BYTES,
            supplement::piece,
        )
        .get("/h/{secret}/withdraw", Need::Public, withdraw::ask)
        .post("/h/{secret}/withdraw", Need::Public, withdraw::act)
        .get("/h/{secret}/rate", Need::Public, rate::ask)
        .post("/h/{secret}/rate", Need::Public, rate::act)
        .get("/h/{secret}/proof/{version}", Need::Public, proof::show)
        .get("/h/{secret}/proof/{version}/{file}", Need::Public, proof::file)
}

/// What has just been done.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    done: String,
}

/// A dossier with the frame of its unit's pages.
struct Own<'a> {
    app: &'a App,
    ui: Ui,
    secret: String,
    status: DossierStatus,
}

/// Opens a dossier by its secret; anything else is a page that is not there.
async fn open<'a>(app: &'a App, visitor: &Visitor, secret: &str) -> Result<Own<'a>, Response> {
    let mut ui = visitor.ui(app);
    let asked = secret.to_owned();
    let found = app
        .town
        .read("status_by_secret", &CITIZEN, move |tx, cx| {
            status_by_secret(tx, cx, &asked)
        })
        .await;
    let status = found.map_err(|error| Refusal::of(ui.lang, &error).page(&ui))?;
    ui.office = office_of(app, ui.lang, status.dossier.receiving_unit.code());
    Ok(Own {
        app,
        ui,
        secret: secret.to_owned(),
        status,
    })
}

impl Own<'_> {
    fn address(&self, place: &str) -> String {
        format!("/h/{}/{place}", self.secret)
    }

    fn refuse(&self, error: &AppError) -> Response {
        Refusal::of(self.ui.lang, error).page(&self.ui)
    }

    /// What follows a command: the status page that says what was done, the form with its mistakes, or a refusal.
    fn answer(
        &self,
        outcome: Result<(), AppError>,
        done: &str,
        again: impl FnOnce(&Errors) -> Response,
    ) -> Response {
        match outcome {
            Ok(()) => Redirect::to(&format!("/h/{}?done={done}", self.secret)).into_response(),
            Err(error @ AppError::Invalid(_)) => again(&Refusal::of(self.ui.lang, &error).errors()),
            Err(error) => self.refuse(&error),
        }
    }

    /// What the dossier is about, in the language of the page: the official name, or the short one where the official one
    /// would fill the screen of a telephone before anything else is said.
    fn procedure_name(&self) -> String {
        let procedure = &self.status.dossier.procedure;
        let catalogue = self.app.town.packs().procedures();
        catalogue
            .version(&procedure.code, procedure.version)
            .map_or(procedure.code.as_str(), |procedure| {
                let name = procedure.name.get(self.ui.lang.code());
                if name.chars().count() > MOST_OF_A_NAME {
                    procedure.short_name().get(self.ui.lang.code())
                } else {
                    name
                }
            })
            .to_owned()
    }

    /// The line above the heading of every page: back, and which dossier this is.
    fn above(&self) -> Markup {
        let ui = &self.ui;
        html! {
            nav aria-label=(ui.t("online-back")) { a href=(format!("/h/{}", self.secret)) { (Icon::ARROW_LEFT) " " (ui.t("status-back")) } }
            p.text-secondary.mt-2.mb-2 { (self.procedure_name()) " · " (code(&self.status.dossier.code)) }
        }
    }
}

async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path(secret): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let own = match open(&app, &visitor, &secret).await {
        Ok(own) => own,
        Err(response) => return response,
    };
    let title = own.ui.t("status-title");
    ui::public_page(&own.ui, &Page::new(&title), &own.body(&asked.done)).into_response()
}

/// A numbered form as PDF.
async fn slip(
    State(app): State<App>,
    visitor: Visitor,
    Path((secret, file)): Path<(String, String)>,
) -> Response {
    let own = match open(&app, &visitor, &secret).await {
        Ok(own) => own,
        Err(response) => return response,
    };
    let id = file.strip_suffix(".pdf").and_then(|id| id.parse::<SlipId>().ok());
    let Some(id) = id else {
        return own.refuse(&AppError::NotFound("slip"));
    };
    let house = House {
        base: app.site.base.clone(),
        is_demo: app.town.is_demo(),
    };
    let paper = app
        .town
        .read("slip_by_secret", &CITIZEN, move |tx, cx| {
            slip_by_secret(tx, cx, &secret, &house, id)
        })
        .await;
    let printed = match paper {
        Ok(paper) => {
            let name = paper.file_name.clone();
            app.shelf.print(paper).await.map(|bytes| pdf(&name, bytes))
        }
        Err(error) => Err(error),
    };
    printed.unwrap_or_else(|error| own.refuse(&error))
}

impl Own<'_> {
    fn body(&self, done: &str) -> Markup {
        let (ui, dossier) = (&self.ui, &self.status.dossier);
        let state = dossier.state;
        let told = match done {
            "supplement" => Some("status-done-supplement"),
            "withdraw" => Some("status-done-withdraw"),
            "rate" => Some("status-done-rate"),
            _ => None,
        };
        let tone = match state {
            DossierState::AwaitingSupplement(_) | DossierState::AwaitingObligation(_) => NoticeTone::Warn,
            DossierState::Resolved | DossierState::Returned => NoticeTone::Ok,
            _ => NoticeTone::Info,
        };
        html! {
            @if let Some(key) = told { div.mb-3 { (ui::notice(ui, NoticeTone::Ok, "", &html! { (ui.t(key)) })) } }
            p.text-secondary.mb-1 { (ui.t("public-code")) " " (code(&dossier.code)) }
            h1 { (ui.t(&format!("status-heading-{}", state.as_str()))) }
            p { (self.procedure_name()) " · " (dossier.applicant.name) }
            @if let Some(deadline) = &dossier.deadline { (self.appointment(deadline)) }
            div.mt-3 { (ui::notice(ui, tone, "", &html! { (ui.t(next_key(state))) })) }
            @if matches!(state, DossierState::AwaitingSupplement(_)) {
                div.card.mt-3 { div.card-body { (supplement::asked_for(self)) } }
            }
            @if self.status.can_supplement {
                div.mt-3 { a.btn.btn-primary href=(self.address("supplement")) { (ui.t("status-supplement")) } }
            }
            @if rating::is_open(state) && self.status.rating.is_none() {
                div.mt-3 { a.btn.btn-primary href=(self.address("rate")) { (ui.t("status-rate")) } }
            }
            (crate::joined::for_citizen(self.app, ui, dossier, self.status.joined.as_ref()))
            h2 { (ui.t("status-way")) }
            (ui::timeline(ui, &self.way()))
            (self.papers())
            (self.proofs())
            @if self.status.can_withdraw {
                h2 { (ui.t("status-more")) }
                div.d-grid.gap-2.th-noprint {
                    a.btn.justify-content-between href=(self.address("withdraw")) { (ui.t("status-withdraw")) (Icon::CHEVRON_RIGHT) }
                }
            }
        }
    }

    fn appointment(&self, deadline: &Deadline) -> Markup {
        let (ui, dossier) = (&self.ui, &self.status.dossier);
        let office = ui.hours(self.app.town.packs(), &dossier.unit);
        let chip = deadline
            .standing(&office, ui.now, dossier.ended_at)
            .ok()
            .map(|standing| DueChip::of(ui, &standing));
        let day = time::local_date(deadline.due);
        html! {
            div.card { div.card-body {
                @if dossier.ended_at.is_none() {
                    p.mb-0.text-secondary { (ui.t("counter-due")) }
                    p.th-big.mb-1 { (townhall_text::capitalised(&ui.date(day))) }
                    p.mb-2 {
                        (ui.t_args("status-before", &[
                            ("time", ui.time(deadline.due).into()),
                            ("centre", ui.office.centre.as_str().into()),
                            ("unit", ui.office.name.as_str().into()),
                        ]))
                    }
                }
                @if let Some(chip) = &chip { p.mb-2 { (due_chip(ui, chip)) } }
                (ui::deadline_why_for_citizens(ui, deadline))
            } }
        }
    }

    fn way(&self) -> Vec<Moment<'_>> {
        let ui = &self.ui;
        self.status
            .trail
            .iter()
            .map(|fact| Moment {
                kind: MomentKind::Done,
                when: townhall_text::capitalised(&ui.date_time(fact.at)).into(),
                text: ui.t(&format!("fact-{}", fact.kind)).into(),
                note: self
                    .status
                    .slips
                    .iter()
                    // Papers, fee and acceptance may share a moment; the fact says which of them issued the form.
                    .find(|slip| slip.issued_at == fact.at && issued_with(fact) == Some(slip.number))
                    .map(|slip| {
                        let year = time::local_date(slip.issued_at).year();
                        format!("{} {}/{year}", ui.t(&format!("slip-{}", slip.form)), slip.number)
                    })
                    .unwrap_or_default()
                    .into(),
            })
            .collect()
    }

    /// The numbered forms that were issued, as PDF.
    fn papers(&self) -> Markup {
        let ui = &self.ui;
        html! {
            @if !self.status.slips.is_empty() {
                h2 { (ui.t("status-papers")) }
                ul.th-choices {
                    @for slip in &self.status.slips {
                        li {
                            a href=(self.address(&format!("slips/{}.pdf", slip.id))) { (ui.t(&format!("slip-{}", slip.form))) }
                            span.th-muted { " · PDF · " (ui.date_time(slip.issued_at)) }
                        }
                    }
                }
            }
        }
    }

    /// That the receipt is real, and the proof of each step.
    fn proofs(&self) -> Markup {
        let ui = &self.ui;
        html! {
            h2 { (ui.t("status-proof")) }
            @match self.status.proven {
                Some((version, index)) => {
                    @let number = ui.number(i64::try_from(index).unwrap_or(i64::MAX));
                    (ui::notice(ui, NoticeTone::Ok, &ui.t("status-proven"), &html! { (ui.t_args("status-proven-text", &[("index", number.into())])) }))
                    p.mt-2.mb-1 { a href=(self.address(&format!("proof/{version}"))) { (ui.t("status-proof-get")) } }
                },
                None => p { (ui.t("log-proof-not-yet")) },
            }
            details {
                summary.link-primary { (ui.t("status-proof-each")) }
                ul.th-choices.mt-2 {
                    @for fact in &self.status.trail {
                        li {
                            a href=(self.address(&format!("proof/{}", fact.version))) { (ui.t(&format!("fact-{}", fact.kind))) }
                            span.th-muted { " · " (ui.date_time(fact.at)) }
                        }
                    }
                }
            }
        }
    }
}

/// The number of the form that was issued with a fact.
fn issued_with(fact: &StoredFact) -> Option<i64> {
    fact.body.as_ref()?.get("slip")?.as_i64()
}

/// What the citizen has to do now; mostly nothing.
fn next_key(state: DossierState) -> &'static str {
    match state {
        DossierState::AwaitingSupplement(_) => "status-next-supplement",
        DossierState::AwaitingObligation(_) => "status-next-obligation",
        DossierState::Resolved => "status-next-collect",
        DossierState::Returned => "status-next-returned",
        DossierState::NotAccepted | DossierState::Stopped => "status-next-refused",
        DossierState::Withdrawn => "status-next-withdrawn",
        DossierState::Registered => "status-next-registered",
        DossierState::Accepted | DossierState::InProgress(_) => "status-next-nothing",
    }
}

//! Filing online: assisted, or as a fallback when the national portal cannot be used, and marked so on every page.
//!
//! One part of the form a page. What is typed is kept on the server after each page, right or wrong, under a secret
//! address, so nothing is lost by a mistake, a break in the line or another day; nothing is kept in the browser,
//! which may stand in a village hall. No script, no account.

mod intro;
mod papers;
mod parts;
mod review;
mod steps;
mod who;

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Path, State};
use axum::http::Method;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde_json::{Map, Value};
use townhall_app::actor::Actor;
use townhall_app::error::AppError;
use townhall_app::online::{OnlineForm, Turn, online_form, save_online, take_turn};
use townhall_domain::form::Form as Schema;
use townhall_domain::procedure::Procedure;
use townhall_domain::unit::Unit;

use crate::counter::typed::Typed;
use crate::papers::{MOST_FORM_BYTES, MOST_PIECE_BYTES};
use crate::public::{dress, say, unit_of};
use crate::refusal::Refusal;
use crate::routes::{Need, Routes};
use crate::state::App;
use crate::ui::{self, Errors, Icon, NoticeTone, Page, Ui};
use crate::visitor::Visitor;

pub(crate) use papers::file_form;
use steps::Step;

/// More fields than any form of the packs has.
pub(crate) const MOST_FIELDS: usize = 500;

/// Routes of this capability.
pub fn routes(app: &App) -> Routes {
    Routes::new(app)
        .get("/submit/{procedure}", Need::Public, intro::show)
        .post("/submit/{procedure}", Need::Public, intro::begin)
        .get("/submit/form/{token}", Need::Public, go_on)
        .get("/submit/form/{token}/papers", Need::Public, papers::show)
        .upload(
            Method::POST,
            "/submit/form/{token}/papers",
            Need::Public,
            MOST_FORM_BYTES,
            papers::add,
        )
        .post(
            "/submit/form/{token}/papers/{file}/remove",
            Need::Public,
            papers::remove,
        )
        .post("/submit/form/{token}/uploads", Need::Public, papers::begin)
        .get("/submit/form/{token}/uploads/{id}", Need::Public, papers::place)
        .upload(
            Method::PATCH,
            "/submit/form/{token}/uploads/{id}",
            Need::Public,
            MOST_PIECE_BYTES,
            papers::piece,
        )
        .get("/submit/form/{token}/review", Need::Public, review::show)
        .post("/submit/form/{token}/review", Need::Public, review::send)
        .get("/submit/form/{token}/{step}", Need::Public, show)
        .post("/submit/form/{token}/{step}", Need::Public, save)
}

/// Whoever fills in a form.
pub(crate) const CITIZEN: Actor = Actor::Citizen { dossier: None };

/// A form with everything that its pages are drawn from.
struct Filing<'a> {
    app: &'a App,
    ui: Ui,
    token: String,
    form: OnlineForm,
    typed: Typed,
    procedure: &'a Procedure,
    schema: Option<&'a Schema>,
    unit: &'a Unit,
}

/// Loads the form of a secret; a form that was sent leads to its dossier.
async fn load<'a>(app: &'a App, visitor: &Visitor, token: &str) -> Result<Filing<'a>, Response> {
    let mut ui = visitor.ui(app);
    let refuse = |ui: &Ui, error: &AppError| Refusal::of(ui.lang, error).page(ui);
    let secret = token.to_owned();
    let found = app
        .town
        .read("online_form", &CITIZEN, move |tx, cx| {
            online_form(tx, cx, &secret)
        })
        .await;
    let form = found.map_err(|error| refuse(&ui, &error))?;
    if let Some(sent) = &form.sent {
        return Err(Redirect::to(&format!("/h/{sent}/sent")).into_response());
    }
    let packs = app.town.packs();
    let procedure = packs.procedures().as_of(&form.procedure, ui.today());
    let unit = unit_of(app, &ui, form.unit.code());
    let (Some(procedure), Some(unit)) = (procedure, unit) else {
        return Err(refuse(&ui, &AppError::NotFound("procedure")));
    };
    dress(app, &mut ui, Some(unit));
    Ok(Filing {
        app,
        ui,
        token: token.to_owned(),
        typed: Typed::of(form.fields.clone()),
        schema: procedure.form.as_deref().and_then(|path| packs.form(path)),
        form,
        procedure,
        unit,
    })
}

impl Filing<'_> {
    fn address(&self, step: &str) -> String {
        format!("/submit/form/{}/{step}", self.token)
    }

    fn steps(&self) -> Vec<Step> {
        steps::of(self.schema)
    }

    /// The answers to the form of the procedure, as typed.
    fn answers(&self) -> Map<String, Value> {
        self.typed.answers(self.app, self.procedure)
    }

    /// The page around a step: what it belongs to, how far it is, what was kept.
    fn page(&self, step: Step, title: &str, errors: &Errors, main: &Markup) -> Response {
        let ui = &self.ui;
        let steps = self.steps();
        let at = steps.iter().position(|known| *known == step).unwrap_or(0);
        let back = at
            .checked_sub(1)
            .map(|before| self.address(&steps[before].slug()));
        let whole = html! {
            @if let Some(back) = back {
                nav aria-label=(ui.t("online-back")) { a href=(back) { (Icon::ARROW_LEFT) " " (ui.t("online-back")) } }
            }
            p.text-secondary.mt-2.mb-2 {
                (say(ui, &self.procedure.name)) " · "
                (ui.t_args("online-step", &[("at", (at + 1).into()), ("of", steps.len().into())]))
            }
            (ui::error_summary(ui, errors))
            (main)
            div.mt-4 {
                p.th-muted.mb-1 role="status" {
                    (Icon::FLOPPY) " " (ui.t_args("ui-draft-saved", &[("time", ui.time(self.form.saved_at).into())]))
                    ". " (ui.t("online-kept"))
                }
                (fallback(ui))
            }
        };
        let status = errors.status();
        let about = Page::new(title).with_error(!errors.is_empty());
        (status, ui::public_page(ui, &about, &whole)).into_response()
    }
}

/// Says what this form is by law.
fn fallback(ui: &Ui) -> Markup {
    ui::notice(
        ui,
        NoticeTone::Info,
        &ui.t("online-fallback"),
        &html! { (ui.t("online-fallback-text")) },
    )
}

/// The first page that still has a mistake; the last one when there is none.
async fn go_on(State(app): State<App>, visitor: Visitor, Path(token): Path<String>) -> Response {
    let filing = match load(&app, &visitor, &token).await {
        Ok(filing) => filing,
        Err(response) => return response,
    };
    let steps = filing.steps();
    let first = steps.iter().find(|step| !filing.check(**step).is_empty());
    let step = first
        .or(steps.last())
        .map_or_else(|| "who".to_owned(), Step::slug);
    Redirect::to(&filing.address(&step)).into_response()
}

async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path((token, step)): Path<(String, String)>,
) -> Response {
    let mut filing = match load(&app, &visitor, &token).await {
        Ok(filing) => filing,
        Err(response) => return response,
    };
    let Some(step) = filing.steps().into_iter().find(|known| known.slug() == step) else {
        return Refusal::not_found(filing.ui.lang).page(&filing.ui);
    };
    filing.prefill(step);
    filing.draw(step, &Errors::default())
}

/// Keeps what was typed, then looks at it: a mistake comes back with every value in its place.
async fn save(
    State(app): State<App>,
    visitor: Visitor,
    Path((token, step)): Path<(String, String)>,
    sent: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Response {
    let mut filing = match load(&app, &visitor, &token).await {
        Ok(filing) => filing,
        Err(response) => return response,
    };
    let steps = filing.steps();
    let Some(at) = steps.iter().position(|known| known.slug() == step) else {
        return Refusal::not_found(filing.ui.lang).page(&filing.ui);
    };
    let step = steps[at];
    let Ok(Form(sent)) = sent else {
        return Refusal::unreadable(filing.ui.lang).page(&filing.ui);
    };
    if sent.len() > MOST_FIELDS {
        return Refusal::unreadable(filing.ui.lang).page(&filing.ui);
    }
    filing.take(step, sent);
    let (fields, secret) = (filing.typed.clone().into_fields(), token.clone());
    let saved = app
        .town
        .write("save_online", &CITIZEN, move |tx, cx| {
            save_online(tx, cx, &secret, &fields)
        })
        .await;
    if let Err(error) = saved {
        return Refusal::of(filing.ui.lang, &error).page(&filing.ui);
    }
    filing.form.saved_at = app.town.clock().now();
    let errors = filing.check(step);
    if !errors.is_empty() {
        return filing.draw(step, &errors);
    }
    let next = steps.get(at + 1).map_or_else(|| "review".to_owned(), Step::slug);
    Redirect::to(&filing.address(&next)).into_response()
}

/// Takes a turn of the address; the page that says when to come back when it has to wait.
pub(crate) async fn turn(app: &App, visitor: &Visitor, turn: Turn) -> Result<(), Response> {
    let address = visitor.address;
    let taken = app
        .town
        .db()
        .write("take_turn", move |tx| take_turn(tx, turn, address))
        .await;
    let ui = visitor.ui(app);
    match taken {
        Ok(Ok(())) => Ok(()),
        Ok(Err(seconds)) => Err(crate::public::too_many(&ui, seconds)),
        Err(error) => Err(Refusal::of(ui.lang, &AppError::Store(error)).page(&ui)),
    }
}

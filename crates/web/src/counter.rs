//! The counter: one screen on which a dossier is taken in, by keyboard.
//!
//! There is one form and one handler. Every button sends the whole form, so nothing depends on a script: `do` says
//! what is wanted, and what is not a verdict is drawn again with every value kept. With htmx the same buttons swap
//! only the part that changes, named by `part`. The identity of the dossier is chosen when the form is drawn, so
//! the same form sent twice makes one dossier.

mod anew;
mod ask;
mod case;
mod components;
mod desk;
mod done;
pub(crate) mod fill;
mod person;
mod promise;
pub(crate) mod typed;

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::Markup;
use serde::Deserialize;
use townhall_app::access_log::{NoteReading, Reading, note};
use townhall_app::actor::Actor;
use townhall_app::dossier::{
    Finished, Looked, ReceiveDossier, counter_aside, counter_draft, finished_at_counter, look_up,
    receive_dossier,
};
use townhall_app::drafts::{Draft, forget_draft};
use townhall_app::error::AppError;
use townhall_app::queue::remember_dossier;
use townhall_domain::ids::{DossierId, UnitId};
use townhall_domain::permission::Right;

use crate::refusal::Refusal;
use crate::routes::{Need, Routes};
use crate::session::{FormOf, Signed};
use crate::state::App;
use crate::ui::{Errors, Ui};

pub(crate) use case::units_to_choose;
pub(crate) use promise::{counted, exemption_reason, exemptions};
pub(crate) use typed::{FORM, stated_fee};

use desk::Desk;
use typed::{Typed, Wanted};

/// Name of the draft, and of the form.
const DRAFT: &str = "counter";

/// Routes of this capability.
pub fn routes(app: &App) -> Routes {
    const RECEIVE: Need = Need::Right(Right::ReceiveDossier);
    Routes::new(app)
        .get("/counter", RECEIVE, show)
        .post("/counter", RECEIVE, act)
        .post("/counter/anew", RECEIVE, anew::begin)
        .post("/counter/undo", RECEIVE, anew::undo)
        .get("/counter/procedures", RECEIVE, procedures)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    /// The dossier that has just been finished.
    done: String,
    /// The form was begun anew or taken back just now; another word each time.
    anew: String,
}

/// What was kept of the form.
#[derive(Debug, Default)]
struct Kept {
    /// What stands in it.
    draft: Option<Draft>,
    /// When another one was set aside.
    aside: Option<jiff::Timestamp>,
}

/// The unit of the post as which the officer acts: the one that receives.
fn unit_of(signed: &Signed) -> Result<UnitId, AppError> {
    signed.actor.unit().cloned().ok_or(AppError::NotFound("counter"))
}

async fn show(State(app): State<App>, signed: Signed, Query(asked): Query<Asked>) -> Response {
    let id = asked.done.parse::<DossierId>().ok();
    let found = app.town.read("open_counter", &signed.actor, move |tx, cx| {
        let done = id.map(|id| finished_at_counter(tx, cx, id)).transpose()?;
        let kept = Kept {
            draft: counter_draft(tx, cx, DRAFT)?,
            aside: counter_aside(tx, cx, DRAFT)?,
        };
        Ok::<_, AppError>((done, kept))
    });
    let (done, kept) = match found.await {
        Ok(found) => found,
        Err(error) => return signed.refuse(&app, &error),
    };
    let typed = kept
        .draft
        .as_ref()
        .map_or_else(|| Typed::fresh(&app), Typed::from_draft);
    match look(&app, &signed, &typed, false).await {
        Ok(looked) => {
            let draft_gone = !asked.anew.is_empty() || done.is_some();
            page(
                &app,
                &signed,
                &typed,
                &looked,
                &Errors::default(),
                &kept,
                done.as_ref(),
                draft_gone,
            )
        }
        Err(error) => signed.refuse(&app, &error),
    }
}

/// Everything that the form sends comes here.
async fn act(State(app): State<App>, signed: Signed, FormOf(mut typed): FormOf<Typed>) -> Response {
    let ui = signed.ui(&app);
    let wanted = typed.take_wanted();
    match wanted {
        Wanted::Draw(part) => {
            let (has_card, has_chosen) = (!typed.get("card").is_empty(), !typed.get("choose").is_empty());
            let errors = fill::read_card(&ui, &mut typed);
            let looked = match look(&app, &signed, &typed, part == Some(desk::Part::Person)).await {
                Ok(looked) => looked,
                Err(error) => return signed.refuse(&app, &error),
            };
            fill::complete(&app, &mut typed, looked.known.as_ref());
            if let Some(part) = part.filter(|_| signed.visitor.is_part) {
                let unit = match unit_of(&signed) {
                    Ok(unit) => unit,
                    Err(error) => return signed.refuse(&app, &error),
                };
                let desk = Desk::new(&app, &ui, &unit, &typed, &looked, &errors);
                let has_read = has_card && errors.is_empty();
                return desk.going_on(has_read, has_chosen).part(part).into_response();
            }
            page(
                &app,
                &signed,
                &typed,
                &looked,
                &errors,
                &Kept::default(),
                None,
                false,
            )
        }
        Wanted::AskSupplement | Wanted::AskRefusal => question(
            &app,
            &signed,
            &ui,
            &typed,
            wanted == Wanted::AskRefusal,
            &Errors::default(),
        ),
        Wanted::Accept | Wanted::Supplement | Wanted::Refuse => {
            match receive(&app, &signed, &typed, wanted).await {
                Ok(done) => Redirect::to(&format!("/counter?done={done}")).into_response(),
                Err(error @ (AppError::Invalid(_) | AppError::Refused { .. })) => {
                    refused(&app, &signed, &ui, &typed, wanted, &error).await
                }
                Err(error) => signed.refuse(&app, &error),
            }
        }
    }
}

/// The form again, with what is wrong on top and every value in its place.
async fn refused(
    app: &App,
    signed: &Signed,
    ui: &Ui,
    typed: &Typed,
    wanted: Wanted,
    error: &AppError,
) -> Response {
    let errors = Refusal::of(signed.lang(), error).errors();
    let only_of_question = errors
        .iter()
        .all(|(field, _)| matches!(field, "items" | "reason" | "instead"));
    if only_of_question {
        return question(app, signed, ui, typed, wanted == Wanted::Refuse, &errors);
    }
    match look(app, signed, typed, false).await {
        Ok(looked) => page(
            app,
            signed,
            typed,
            &looked,
            &errors,
            &Kept::default(),
            None,
            false,
        ),
        Err(error) => signed.refuse(app, &error),
    }
}

/// Takes the dossier in and forgets the draft, in one transaction.
async fn receive(app: &App, signed: &Signed, typed: &Typed, wanted: Wanted) -> Result<DossierId, AppError> {
    let unit = unit_of(signed)?;
    let command = typed.command(app, &unit, wanted)?;
    if wanted == Wanted::Accept {
        let looked = look(app, signed, typed, false).await?;
        if let Some((id, code)) = looked.twin.filter(|(id, _)| *id != command.id)
            && typed.get("twin") != id.to_string()
        {
            return Err(AppError::refused_with("counter-twin-refused", "code", code));
        }
    }
    match receive_once(app, signed, command.clone()).await {
        // The same form, sent twice at one moment: the other one was first, and now stands there to be found.
        Err(AppError::Store(error)) if error.is_duplicate() => receive_once(app, signed, command).await,
        outcome => outcome,
    }
}

async fn receive_once(app: &App, signed: &Signed, command: ReceiveDossier) -> Result<DossierId, AppError> {
    app.town
        .write("receive_at_counter", &signed.actor, move |tx, cx| {
            let received = receive_dossier(tx, cx, &command)?;
            remember_dossier(tx, cx, received.id)?;
            forget_draft(tx, cx, DRAFT)?;
            Ok(received.id)
        })
        .await
}

/// What the unit knows of the person whose number was typed; a new look is noted in the access log.
pub(crate) async fn look(
    app: &App,
    signed: &Signed,
    typed: &Typed,
    is_noted: bool,
) -> Result<Looked, AppError> {
    let own = unit_of(signed)?;
    let competent = typed.competent(app, &own).unwrap_or(own);
    let hours = app
        .town
        .read("hours_in_force", &signed.actor, move |tx, cx| {
            townhall_app::calendar::exceptions(tx, cx, &competent)
        })
        .await?;
    let Some(number) = typed.number() else {
        return Ok(Looked {
            hours,
            ..Looked::default()
        });
    };
    // The procedure that is being chosen right now stands in the button, not yet in the form.
    let chosen = ["choose", "procedure"].map(|name| typed.get(name));
    let procedure = chosen
        .into_iter()
        .find(|code| !code.is_empty())
        .map(str::to_owned);
    let looked = look_for(app, &signed.actor, number, procedure, is_noted).await?;
    Ok(Looked { hours, ..looked })
}

/// What the unit knows of a number, for a page or a program; a look that is to be noted stands in the access log.
pub(crate) async fn look_for(
    app: &App,
    actor: &Actor,
    number: String,
    procedure: Option<String>,
    is_noted: bool,
) -> Result<Looked, AppError> {
    let looked = app
        .town
        .read("look_up", actor, move |tx, cx| {
            look_up(tx, cx, &number, procedure.as_deref())
        })
        .await?;
    let Some(party) = looked
        .known
        .as_ref()
        .and_then(|known| known.party)
        .filter(|_| is_noted)
    else {
        return Ok(looked);
    };
    let unit = actor.unit().cloned().ok_or(AppError::NotFound("unit"))?;
    app.town
        .write("note_look_up", actor, move |tx, cx| {
            let reading = NoteReading {
                reading: Reading::IdentityNumber,
                subject_kind: "party",
                subject_id: party.to_string(),
                unit: unit.clone(),
                about: Some(party),
                own_work: true,
                reason: None,
            };
            note(tx, cx, &reading)
        })
        .await?;
    Ok(looked)
}

#[expect(
    clippy::too_many_arguments,
    reason = "one page, drawn from three handlers of this file"
)]
fn page(
    app: &App,
    signed: &Signed,
    typed: &Typed,
    looked: &Looked,
    errors: &Errors,
    kept: &Kept,
    done: Option<&Finished>,
    draft_gone: bool,
) -> Response {
    let ui = signed.ui(app);
    let unit = match unit_of(signed) {
        Ok(unit) => unit,
        Err(error) => return signed.refuse(app, &error),
    };
    let desk = Desk::new(app, &ui, &unit, typed, looked, errors);
    let status = errors.status();
    (status, desk.page(kept, done, draft_gone)).into_response()
}

/// The page that asks what Form 02 or Form 03 must say.
fn question(
    app: &App,
    signed: &Signed,
    ui: &Ui,
    typed: &Typed,
    is_refusal: bool,
    errors: &Errors,
) -> Response {
    let unit = match unit_of(signed) {
        Ok(unit) => unit,
        Err(error) => return signed.refuse(app, &error),
    };
    let looked = Looked::default();
    let desk = Desk::new(app, ui, &unit, typed, &looked, errors);
    let status = errors.status();
    (status, ask::page(&desk, is_refusal)).into_response()
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Search {
    procedure_search: String,
}

/// The procedures that fit what was typed so far.
async fn procedures(State(app): State<App>, signed: Signed, Query(search): Query<Search>) -> Markup {
    case::found(&app, &signed.ui(&app), &search.procedure_search)
}

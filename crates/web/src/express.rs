//! The express lane: certified copies for one requester after the other, by keyboard, each under a minute.
//!
//! One form and one handler, as at the counter: `do` says what is wanted, and what is not a booking is drawn again
//! with every value kept. With htmx the same buttons swap the form's inside, and the fee follows what is typed.

mod fee;
mod lane;
mod lines;
mod today;

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use townhall_app::dossier::{Looked, counter_draft};
use townhall_app::drafts::{Draft, forget_draft};
use townhall_app::error::AppError;
use townhall_app::express::{self as app_express, Booked, CertifyCopies, Desk, When};
use townhall_domain::fee::PayMethod;
use townhall_domain::ids::DossierId;
use townhall_domain::permission::Right;

use crate::counter::fill;
use crate::counter::look;
use crate::counter::typed::Typed;
use crate::refusal::Refusal;
use crate::routes::{Need, Routes};
use crate::session::{FormOf, Signed};
use crate::state::App;
use crate::ui::Errors;

use lane::Lane;

/// Name of the draft, and of the form.
const DRAFT: &str = "express";

/// Routes of this capability.
pub fn routes(app: &App) -> Routes {
    const CERTIFY: Need = Need::Right(Right::CertifyCopies);
    Routes::new(app)
        .get("/express", CERTIFY, show)
        .post("/express", CERTIFY, act)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    /// The dossier that has just been booked.
    done: String,
    /// Begins with an empty form, whatever was kept.
    fresh: String,
}

/// An empty form with an identity for its dossier.
fn fresh(app: &App) -> Typed {
    let mut typed = Typed::fresh(app);
    typed.set("compared", "1");
    typed.set("method", "cash");
    typed.set("title_0", "");
    typed
}

async fn show(State(app): State<App>, signed: Signed, Query(asked): Query<Asked>) -> Response {
    let id = asked.done.parse::<DossierId>().ok();
    if asked.fresh == "1" {
        let forgotten = app
            .town
            .write("forget_draft", &signed.actor, |tx, cx| {
                forget_draft(tx, cx, DRAFT)
            })
            .await;
        if let Err(error) = forgotten {
            return signed.refuse(&app, &error);
        }
    }
    let found = app.town.read("open_express", &signed.actor, move |tx, cx| {
        let done = id.map(|id| app_express::booked(tx, cx, id)).transpose()?;
        Ok::<_, AppError>((done, counter_draft(tx, cx, DRAFT)?, app_express::desk(tx, cx)?))
    });
    let (done, draft, desk) = match found.await {
        Ok(found) => found,
        Err(error) => return signed.refuse(&app, &error),
    };
    let typed = draft.as_ref().map_or_else(
        || {
            let mut typed = fresh(&app);
            // Whoever signed the last one signs the next.
            if let Some(post) = done.as_ref().and_then(|done| done.signed_by) {
                typed.set("signer", post.to_string());
            }
            typed
        },
        Typed::from_draft,
    );
    let looked = match look(&app, &signed, &typed, false).await {
        Ok(looked) => looked,
        Err(error) => return signed.refuse(&app, &error),
    };
    let gone = asked.fresh == "1" || done.is_some();
    page(
        &app,
        &signed,
        &desk,
        &typed,
        &looked,
        &Errors::default(),
        Some((draft.as_ref(), done.as_ref(), gone)),
    )
}

/// Everything that the form sends comes here.
async fn act(State(app): State<App>, signed: Signed, FormOf(mut typed): FormOf<Typed>) -> Response {
    let (wanted, part) = (typed.get("do").to_owned(), typed.get("part").to_owned());
    typed.drop("do");
    typed.drop("part");
    let ui = signed.ui(&app);
    if part == "fee" && signed.visitor.is_part {
        return match app
            .town
            .read("open_express", &signed.actor, app_express::desk)
            .await
        {
            Ok(desk) => fee::output(&app, &ui, &desk.unit, &typed).into_response(),
            Err(error) => signed.refuse(&app, &error),
        };
    }
    let has_card = !typed.get("card").trim().is_empty();
    let mut errors = fill::read_card(&ui, &mut typed);
    let focus = lines::change(&mut typed, &wanted);
    let looked = match look(&app, &signed, &typed, has_card).await {
        Ok(looked) => looked,
        Err(error) => return signed.refuse(&app, &error),
    };
    if let Some(known) = &looked.known {
        for (name, value) in fill::parts_of(known) {
            typed.fill(&format!("applicant_{name}"), &value);
        }
    }
    if matches!(wanted.as_str(), "book" | "later") && errors.is_empty() {
        match book(&app, &signed, &typed, wanted == "later").await {
            Ok(done) => return Redirect::to(&format!("/express?done={done}")).into_response(),
            Err(error @ (AppError::Invalid(_) | AppError::Refused { .. })) => {
                errors = Refusal::of(signed.lang(), &error).errors();
            }
            Err(error) => return signed.refuse(&app, &error),
        }
    }
    let desk = match app
        .town
        .read("open_express", &signed.actor, app_express::desk)
        .await
    {
        Ok(desk) => desk,
        Err(error) => return signed.refuse(&app, &error),
    };
    if part == "lane" && signed.visitor.is_part {
        let focus = focus.or(lines::after_card(&typed, has_card && errors.is_empty()));
        return Lane::new(&app, &ui, &desk, &typed, &looked, &errors)
            .inside(focus.as_deref())
            .into_response();
    }
    page(&app, &signed, &desk, &typed, &looked, &errors, None)
}

fn page(
    app: &App,
    signed: &Signed,
    desk: &Desk,
    typed: &Typed,
    looked: &Looked,
    errors: &Errors,
    opened: Option<(Option<&Draft>, Option<&Booked>, bool)>,
) -> Response {
    let ui = signed.ui(app);
    let (draft, done, is_gone) = opened.unwrap_or_default();
    let status = errors.status();
    let lane = Lane::new(app, &ui, desk, typed, looked, errors);
    (status, lane.page(draft, done, is_gone)).into_response()
}

/// The command that the form asks for.
fn command(app: &App, typed: &Typed, is_later: bool) -> Result<CertifyCopies, AppError> {
    // A form without an identity was put together by hand; it gets one, and loses the guard against sending twice.
    let id = typed.get("dossier").parse().unwrap_or_else(|_| {
        let cx = app
            .town
            .cx(&townhall_app::actor::Actor::System { job: "express" });
        cx.new_id::<DossierId>()
    });
    let method = match typed.get("method") {
        "" => PayMethod::Cash,
        word => PayMethod::parse(word).ok_or_else(|| AppError::field("method", "express-method-unknown"))?,
    };
    let signer = match typed.get("signer") {
        "" => None,
        post => Some(
            post.parse()
                .map_err(|_| AppError::field("signer", "express-signer-missing"))?,
        ),
    };
    let exemption = Some(typed.get("exemption")).filter(|code| !code.is_empty());
    Ok(CertifyCopies {
        id: Some(id),
        applicant: typed.person("applicant"),
        documents: lines::typed(typed),
        issuer: typed.get("issuer").to_owned(),
        legalised: typed.has("legalised"),
        compared: typed.has("compared"),
        signer,
        exemption: exemption.map(|code| (code.to_owned(), typed.get("exemption_reason").to_owned())),
        method: Some(method),
        reference: Some(typed.get("reference").to_owned()),
        when: if is_later { When::Later } else { When::AtOnce },
    })
}

/// Books the request and forgets the draft, in one transaction.
async fn book(app: &App, signed: &Signed, typed: &Typed, is_later: bool) -> Result<DossierId, AppError> {
    let command = command(app, typed, is_later)?;
    match book_once(app, signed, command.clone()).await {
        // The same form, sent twice at one moment: the other one was first, and now stands there to be found.
        Err(AppError::Store(error)) if error.is_duplicate() => book_once(app, signed, command).await,
        outcome => outcome,
    }
}

async fn book_once(app: &App, signed: &Signed, command: CertifyCopies) -> Result<DossierId, AppError> {
    app.town
        .write("certify_copies", &signed.actor, move |tx, cx| {
            let booked = app_express::certify_copies(tx, cx, &command)?;
            townhall_app::queue::remember_dossier(tx, cx, booked.id)?;
            forget_draft(tx, cx, DRAFT)?;
            Ok(booked.id)
        })
        .await
}

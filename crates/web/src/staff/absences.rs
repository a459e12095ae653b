//! Forms that note an absence, who stands in, and the day back.

use axum::extract::{Path, State};
use axum::response::Response;
use maud::html;
use townhall_app::error::AppError;
use townhall_app::organisation::{EndAbsence, PostHistory, RecordAbsence, end_absence, record_absence};
use townhall_domain::organisation::AbsenceReason;

use super::act::{self, After};
use super::division::field;
use super::holding::{begin, days, on, others_of, post_choices, reading_on, sheet, to_post, version};
use super::post_form::history_of;
use crate::session::{FormOf, Signed};
use crate::state::App;
use crate::typed::{Answers, Reading};
use crate::ui::{self, Choice, Errors};

pub async fn ask_away(State(app): State<App>, signed: Signed, Path(post): Path<String>) -> Response {
    let history = match history_of(&app, &signed, &post).await {
        Ok(history) => history,
        Err(error) => return signed.refuse(&app, &error),
    };
    let answers = begin(&signed.ui(&app), &history);
    away_page(&app, &signed, &history, &answers, &Errors::default()).await
}

pub async fn away(
    State(app): State<App>,
    signed: Signed,
    Path(post): Path<String>,
    FormOf(answers): FormOf<Answers>,
) -> Response {
    let history = match history_of(&app, &signed, &post).await {
        Ok(history) => history,
        Err(error) => return signed.refuse(&app, &error),
    };
    let mut reading = Reading::default();
    let person = reading.parse("person", answers.text("person"), "staff-person-unknown", |text| {
        text.parse().ok()
    });
    let reason = reading.parse(
        "reason",
        answers.text("reason"),
        "staff-choose-one",
        AbsenceReason::parse,
    );
    let from = reading.day("from", answers.text("from"));
    let until = reading.optional_day("until", answers.text("until"));
    let stand_in = answers
        .optional("stand_in")
        .and_then(|typed| reading.parse("stand_in", &typed, "staff-post-unknown", |text| text.parse().ok()));
    let read = person
        .zip(reason)
        .zip(from)
        .map(|((person, reason), from)| RecordAbsence {
            post: history.post.item.id,
            version: answers.version(),
            person,
            from,
            until,
            reason,
            stand_in,
        });
    let done = match reading.finish(read) {
        Ok(command) => {
            app.town
                .write("record_absence", &signed.actor, move |tx, cx| {
                    record_absence(tx, cx, &command)
                })
                .await
        }
        Err(error) => Err(error),
    };
    match act::after(&app, &signed, done, |_| to_post(&history)) {
        After::Answer(answer) => answer,
        After::Again(errors) => away_page(&app, &signed, &history, &answers, &errors).await,
    }
}

async fn away_page(
    app: &App,
    signed: &Signed,
    history: &PostHistory,
    answers: &Answers,
    errors: &Errors,
) -> Response {
    let others = match others_of(app, signed, history).await {
        Ok(others) => others,
        Err(error) => return signed.refuse(app, &error),
    };
    let ui = signed.ui(app);
    let lasting = history
        .mandates
        .iter()
        .filter(|(mandate, _)| mandate.valid.until().is_none_or(|until| until > ui.today()));
    let people: Vec<Choice<'_>> = lasting
        .map(|(_, person)| Choice::new(person.id.to_string(), person.name.as_str()))
        .collect();
    let reasons: Vec<Choice<'_>> = AbsenceReason::ALL
        .iter()
        .map(|reason| {
            Choice::new(
                reason.as_str(),
                ui.t(&format!("staff-absence-{}", reason.as_str())),
            )
        })
        .collect();
    let stand_in = field(&ui, answers, errors, "stand_in", "staff-stand-in")
        .hint(ui.t("staff-stand-in-hint"))
        .optional();
    let fields = html! {
        (version(answers))
        (ui::select(&ui, &field(&ui, answers, errors, "person", "staff-person"), &people, Some(&ui.t("staff-choose"))))
        (ui::radios(&ui, &field(&ui, answers, errors, "reason", "staff-absence-reason"), &reasons))
        (days(&ui, answers, errors, ("staff-back-on", "staff-back-on-hint")))
        (ui::select(&ui, &stand_in, &post_choices(&ui, &others), Some(&ui.t("staff-stand-in-none"))))
    };
    sheet(
        app,
        signed,
        history,
        ("staff-absence-record", "absences", "staff-absence-record"),
        errors,
        &fields,
    )
}

pub async fn ask_back(
    State(app): State<App>,
    signed: Signed,
    Path((post, absence)): Path<(String, String)>,
) -> Response {
    let history = match history_of(&app, &signed, &post).await {
        Ok(history) => history,
        Err(error) => return signed.refuse(&app, &error),
    };
    let answers = begin(&signed.ui(&app), &history);
    back_page(&app, &signed, &history, &absence, &answers, &Errors::default())
}

pub async fn back(
    State(app): State<App>,
    signed: Signed,
    Path((post, absence)): Path<(String, String)>,
    FormOf(answers): FormOf<Answers>,
) -> Response {
    let history = match history_of(&app, &signed, &post).await {
        Ok(history) => history,
        Err(error) => return signed.refuse(&app, &error),
    };
    let own = history
        .absences
        .iter()
        .find(|found| found.id.to_string() == absence);
    let done = match (own, reading_on(&answers)) {
        (None, _) => Err(AppError::NotFound("absence")),
        (_, Err(error)) => Err(error),
        (Some(found), Ok(on)) => {
            let command = EndAbsence {
                absence: found.id,
                version: answers.version(),
                on,
            };
            app.town
                .write("end_absence", &signed.actor, move |tx, cx| {
                    end_absence(tx, cx, &command)
                })
                .await
        }
    };
    match act::after(&app, &signed, done, |()| to_post(&history)) {
        After::Answer(answer) => answer,
        After::Again(errors) => back_page(&app, &signed, &history, &absence, &answers, &errors),
    }
}

fn back_page(
    app: &App,
    signed: &Signed,
    history: &PostHistory,
    absence: &str,
    answers: &Answers,
    errors: &Errors,
) -> Response {
    let ui = signed.ui(app);
    let fields = html! {
        (version(answers))
        (on(&ui, answers, errors, "staff-back-on"))
    };
    let path = format!("absences/{absence}/end");
    sheet(
        app,
        signed,
        history,
        ("staff-absence-end", &path, "staff-absence-end"),
        errors,
        &fields,
    )
}

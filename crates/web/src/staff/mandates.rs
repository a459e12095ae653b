//! Forms that give a post to a person and end it.

use axum::extract::{Path, State};
use axum::response::Response;
use maud::html;
use townhall_app::error::AppError;
use townhall_app::organisation::{
    EndMandate, GiveMandate, PostHistory, end_mandate, give_mandate, people_of_unit,
};
use townhall_domain::organisation::MandateKind;
use townhall_text::Arg;

use super::act::{self, After};
use super::division::field;
use super::holding::{begin, days, decision, on, reading_on, sheet, to_post, version};
use super::is_vietnamese;
use super::post_form::history_of;
use crate::session::{FormOf, Signed};
use crate::state::App;
use crate::typed::{Answers, Reading};
use crate::ui::{self, Choice, Errors};

/// Most people in a list to choose from; a commune has some 130.
const PEOPLE: u16 = 1_000;

pub async fn ask_give(State(app): State<App>, signed: Signed, Path(post): Path<String>) -> Response {
    let history = match history_of(&app, &signed, &post).await {
        Ok(history) => history,
        Err(error) => return signed.refuse(&app, &error),
    };
    let answers = begin(&signed.ui(&app), &history);
    give_page(&app, &signed, &history, &answers, &Errors::default()).await
}

pub async fn give(
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
    let kind = reading.parse(
        "kind",
        answers.text("kind"),
        "staff-choose-one",
        MandateKind::parse,
    );
    let from = reading.day("from", answers.text("from"));
    let until = reading.optional_day("until", answers.text("until"));
    let read = person
        .zip(kind)
        .zip(from)
        .map(|((person, kind), from)| GiveMandate {
            post: history.post.item.id,
            version: answers.version(),
            person,
            kind,
            from,
            until,
            decision: answers.optional("decision"),
        });
    let done = match reading.finish(read) {
        Ok(command) => {
            app.town
                .write("give_mandate", &signed.actor, move |tx, cx| {
                    give_mandate(tx, cx, &command)
                })
                .await
        }
        Err(error) => Err(error),
    };
    match act::after(&app, &signed, done, |_| to_post(&history)) {
        After::Answer(answer) => answer,
        After::Again(errors) => give_page(&app, &signed, &history, &answers, &errors).await,
    }
}

async fn give_page(
    app: &App,
    signed: &Signed,
    history: &PostHistory,
    answers: &Answers,
    errors: &Errors,
) -> Response {
    let unit = history.post.item.unit.clone();
    let found = app
        .town
        .read("people_of_unit", &signed.actor, move |tx, cx| {
            people_of_unit(tx, cx, &unit, "", None, PEOPLE)
        })
        .await;
    let people = match found {
        Ok(people) => people,
        Err(error) => return signed.refuse(app, &error),
    };
    let ui = signed.ui(app);
    let ids: Vec<String> = people.iter().map(|stored| stored.item.id.to_string()).collect();
    let choices: Vec<Choice<'_>> = ids
        .iter()
        .zip(&people)
        .map(|(id, stored)| Choice::new(id.as_str(), stored.item.name.as_str()))
        .collect();
    let kinds: Vec<Choice<'_>> = MandateKind::ALL
        .iter()
        .map(|kind| Choice::new(kind.as_str(), ui.t(&format!("staff-kind-{}", kind.as_str()))))
        .collect();
    let fields = html! {
        (version(answers))
        (ui::select(&ui, &field(&ui, answers, errors, "person", "staff-person"), &choices, Some(&ui.t("staff-choose"))))
        (ui::radios(&ui, &field(&ui, answers, errors, "kind", "staff-kind"), &kinds))
        (days(&ui, answers, errors, ("staff-until", "staff-until-hint")))
        (decision(&ui, answers, errors))
    };
    sheet(
        app,
        signed,
        history,
        ("staff-mandate-give", "mandates", "staff-mandate-give"),
        errors,
        &fields,
    )
}

pub async fn ask_end(
    State(app): State<App>,
    signed: Signed,
    Path((post, mandate)): Path<(String, String)>,
) -> Response {
    let history = match history_of(&app, &signed, &post).await {
        Ok(history) => history,
        Err(error) => return signed.refuse(&app, &error),
    };
    let answers = begin(&signed.ui(&app), &history);
    end_page(&app, &signed, &history, &mandate, &answers, &Errors::default())
}

pub async fn end(
    State(app): State<App>,
    signed: Signed,
    Path((post, mandate)): Path<(String, String)>,
    FormOf(answers): FormOf<Answers>,
) -> Response {
    let history = match history_of(&app, &signed, &post).await {
        Ok(history) => history,
        Err(error) => return signed.refuse(&app, &error),
    };
    // An id of another post under this one's address is not there.
    let own = history
        .mandates
        .iter()
        .find(|(found, _)| found.id.to_string() == mandate);
    let done = match (own, reading_on(&answers)) {
        (None, _) => Err(AppError::NotFound("mandate")),
        (_, Err(error)) => Err(error),
        (Some((found, _)), Ok(on)) => {
            let decision = answers.optional("decision");
            let command = EndMandate {
                mandate: found.id,
                version: answers.version(),
                on,
                decision,
            };
            app.town
                .write("end_mandate", &signed.actor, move |tx, cx| {
                    end_mandate(tx, cx, &command)
                })
                .await
        }
    };
    match act::after(&app, &signed, done, |()| to_post(&history)) {
        After::Answer(answer) => answer,
        After::Again(errors) => end_page(&app, &signed, &history, &mandate, &answers, &errors),
    }
}

fn end_page(
    app: &App,
    signed: &Signed,
    history: &PostHistory,
    mandate: &str,
    answers: &Answers,
    errors: &Errors,
) -> Response {
    let Some((_, person)) = history
        .mandates
        .iter()
        .find(|(found, _)| found.id.to_string() == mandate)
    else {
        return signed.refuse(app, &AppError::NotFound("mandate"));
    };
    let ui = signed.ui(app);
    let effect = ui.t_args(
        "staff-mandate-end-effect",
        &[
            ("name", Arg::from(person.name.as_str())),
            ("post", Arg::from(history.post.item.title(is_vietnamese(&ui)))),
        ],
    );
    let fields = html! {
        (version(answers))
        p { (effect) }
        (on(&ui, answers, errors, "staff-on"))
        (decision(&ui, answers, errors))
    };
    let path = format!("mandates/{mandate}/end");
    sheet(
        app,
        signed,
        history,
        ("staff-mandate-end-question", &path, "staff-mandate-end"),
        errors,
        &fields,
    )
}

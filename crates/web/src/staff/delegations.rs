//! Forms that lend rights of one's own post and take them back.

use axum::extract::{Path, State};
use axum::response::Response;
use maud::html;
use townhall_app::error::AppError;
use townhall_app::organisation::{
    DelegateRights, EndDelegation, PostHistory, delegate_rights, end_delegation,
};
use townhall_domain::permission::{Right, RightSet};

use super::act::{self, After};
use super::division::field;
use super::holding::{
    begin, days, decision, on, others_of, post_choices, reading_on, sheet, to_post, version,
};
use super::post_form::history_of;
use super::right_key;
use crate::session::{FormOf, Signed};
use crate::state::App;
use crate::typed::{Answers, Reading};
use crate::ui::{self, Choice, Errors, Field};

pub async fn ask_delegate(State(app): State<App>, signed: Signed, Path(post): Path<String>) -> Response {
    let history = match history_of(&app, &signed, &post).await {
        Ok(history) => history,
        Err(error) => return signed.refuse(&app, &error),
    };
    let answers = begin(&signed.ui(&app), &history);
    delegate_page(&app, &signed, &history, &answers, &Errors::default()).await
}

pub async fn delegate(
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
    // The command delegates from the post as which the officer acts: another post's address is not his.
    if signed.actor.post() != Some(history.post.item.id) {
        reading.wrong("", "staff-own-post-only");
    }
    let to = reading.parse("to", answers.text("to"), "staff-post-unknown", |text| {
        text.parse().ok()
    });
    let rights: Option<RightSet> = answers.list("rights").into_iter().map(Right::parse).collect();
    if rights.is_none() {
        reading.wrong("rights", "staff-nothing-delegated");
    }
    let from = reading.day("from", answers.text("from"));
    let until = reading.optional_day("until", answers.text("until"));
    let read = to
        .zip(rights)
        .zip(from)
        .map(|((to, rights), from)| DelegateRights {
            version: answers.version(),
            to,
            rights,
            from,
            until,
            decision: answers.optional("decision"),
        });
    let done = match reading.finish(read) {
        Ok(command) => {
            app.town
                .write("delegate_rights", &signed.actor, move |tx, cx| {
                    delegate_rights(tx, cx, &command)
                })
                .await
        }
        Err(error) => Err(error),
    };
    match act::after(&app, &signed, done, |_| to_post(&history)) {
        After::Answer(answer) => answer,
        After::Again(errors) => delegate_page(&app, &signed, &history, &answers, &errors).await,
    }
}

async fn delegate_page(
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
    let own = history.post.item.rights().any();
    let rights: Vec<Choice<'_>> = own
        .iter()
        .filter(|right| right.may_be_delegated())
        .map(|right| Choice::new(right.as_str(), ui.t(&right_key(right))))
        .collect();
    let field = |name: &'static str, key: &str| -> Field<'_> { field(&ui, answers, errors, name, key) };
    let fields = html! {
        (version(answers))
        (ui::select(&ui, &field("to", "staff-delegate-to"), &post_choices(&ui, &others), Some(&ui.t("staff-choose"))))
        (ui::checkboxes(&ui, &field("rights", "staff-delegate-rights"), &rights, &answers.list("rights")))
        (days(&ui, answers, errors, ("staff-until", "staff-delegation-without-end")))
        (decision(&ui, answers, errors))
    };
    sheet(
        app,
        signed,
        history,
        ("staff-delegate", "delegations", "staff-delegate"),
        errors,
        &fields,
    )
}

pub async fn ask_take_back(
    State(app): State<App>,
    signed: Signed,
    Path((post, delegation)): Path<(String, String)>,
) -> Response {
    let history = match history_of(&app, &signed, &post).await {
        Ok(history) => history,
        Err(error) => return signed.refuse(&app, &error),
    };
    let answers = begin(&signed.ui(&app), &history);
    take_back_page(&app, &signed, &history, &delegation, &answers, &Errors::default())
}

pub async fn take_back(
    State(app): State<App>,
    signed: Signed,
    Path((post, delegation)): Path<(String, String)>,
    FormOf(answers): FormOf<Answers>,
) -> Response {
    let history = match history_of(&app, &signed, &post).await {
        Ok(history) => history,
        Err(error) => return signed.refuse(&app, &error),
    };
    let own = history
        .delegations
        .iter()
        .find(|found| found.id.to_string() == delegation);
    let done = match (own, reading_on(&answers)) {
        (None, _) => Err(AppError::NotFound("delegation")),
        (_, Err(error)) => Err(error),
        (Some(found), Ok(on)) => {
            let command = EndDelegation {
                delegation: found.id,
                version: answers.version(),
                on,
            };
            app.town
                .write("end_delegation", &signed.actor, move |tx, cx| {
                    end_delegation(tx, cx, &command)
                })
                .await
        }
    };
    match act::after(&app, &signed, done, |()| to_post(&history)) {
        After::Answer(answer) => answer,
        After::Again(errors) => take_back_page(&app, &signed, &history, &delegation, &answers, &errors),
    }
}

fn take_back_page(
    app: &App,
    signed: &Signed,
    history: &PostHistory,
    delegation: &str,
    answers: &Answers,
    errors: &Errors,
) -> Response {
    let ui = signed.ui(app);
    let fields = html! {
        (version(answers))
        (on(&ui, answers, errors, "staff-on"))
    };
    let path = format!("delegations/{delegation}/end");
    sheet(
        app,
        signed,
        history,
        ("staff-delegation-end", &path, "staff-delegation-end"),
        errors,
        &fields,
    )
}

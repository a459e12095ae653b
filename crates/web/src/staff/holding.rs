//! What the forms of mandates, absences and delegations share.

use axum::response::Response;
use jiff::civil::Date;
use maud::{Markup, html};
use townhall_app::error::AppError;
use townhall_app::organisation::{PostHistory, posts_beside};
use townhall_domain::organisation::Post;

use super::act::{self, Sheet};
use super::division::field;
use super::{is_vietnamese, typed_day};
use crate::session::Signed;
use crate::state::App;
use crate::typed::{Answers, Reading};
use crate::ui::{self, Choice, Errors, Ui};

pub fn begin(ui: &Ui, history: &PostHistory) -> Answers {
    Answers::new([
        ("from", typed_day(ui.today())),
        ("on", typed_day(ui.today())),
        ("version", history.post.version.to_string()),
    ])
}

pub fn to_post(history: &PostHistory) -> String {
    format!("/staff/posts/{}?done=1", history.post.item.id)
}

pub fn page_of(history: &PostHistory) -> String {
    format!("/staff/posts/{}", history.post.item.id)
}

/// A form of a post: title, address below the post's page, verb.
pub fn sheet(
    app: &App,
    signed: &Signed,
    history: &PostHistory,
    form: (&str, &str, &str),
    errors: &Errors,
    fields: &Markup,
) -> Response {
    let ui = signed.ui(app);
    let (title, path, verb) = form;
    let page = page_of(history);
    let sheet = Sheet {
        title: &ui.t(title),
        context: history.post.item.title(is_vietnamese(&ui)),
        action: &format!("{page}/{path}"),
        verb: &ui.t(verb),
        danger: path.ends_with("/end"),
        back: &page,
    };
    act::sheet(app, signed, &sheet, errors, fields)
}

pub fn days(ui: &Ui, answers: &Answers, errors: &Errors, until: (&str, &str)) -> Markup {
    let from = field(ui, answers, errors, "from", "staff-from")
        .max_chars(10)
        .columns(6);
    let until = field(ui, answers, errors, "until", until.0)
        .hint(ui.t(until.1))
        .max_chars(10)
        .columns(6);
    html! {
        (ui::date(ui, &from))
        (ui::date(ui, &until))
    }
}

pub fn decision(ui: &Ui, answers: &Answers, errors: &Errors) -> Markup {
    let field = field(ui, answers, errors, "decision", "staff-decision");
    ui::text(
        ui,
        &field.hint(ui.t("staff-decision-hint")).max_chars(200).optional(),
    )
}

pub fn version(answers: &Answers) -> Markup {
    ui::hidden("version", answers.text("version"))
}

/// The day in a form that ends something.
pub fn reading_on(answers: &Answers) -> Result<Date, AppError> {
    let mut reading = Reading::default();
    let on = reading.day("on", answers.text("on"));
    reading.finish(on)
}

pub fn on(ui: &Ui, answers: &Answers, errors: &Errors, key: &str) -> Markup {
    ui::date(ui, &field(ui, answers, errors, "on", key).max_chars(10))
}

/// The posts that may take over.
pub async fn others_of(app: &App, signed: &Signed, history: &PostHistory) -> Result<Vec<Post>, AppError> {
    let post = history.post.item.clone();
    app.town
        .read("posts_beside", &signed.actor, move |tx, cx| {
            posts_beside(tx, cx, &post)
        })
        .await
}

/// Posts as choices of a select.
pub fn post_choices(ui: &Ui, posts: &[Post]) -> Vec<Choice<'static>> {
    let title = |post: &Post| post.title(is_vietnamese(ui)).to_owned();
    posts
        .iter()
        .map(|post| Choice::new(post.id.to_string(), title(post)))
        .collect()
}

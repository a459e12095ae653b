//! Adding and changing posts.

use axum::extract::{Path, State};
use axum::response::Response;
use maud::{Markup, html};
use townhall_app::error::AppError;
use townhall_app::organisation::{
    AddPost, EditPost, PostHistory, add_post, divisions_of, edit_post, post_history,
};
use townhall_domain::ids::PostId;
use townhall_domain::permission::Role;

use super::act::{self, After, Sheet};
use super::division::{field, position};
use super::{AskedUnit, is_vietnamese, role_key, typed_day};
use crate::session::{FormOf, Signed};
use crate::state::App;
use crate::typed::{Answers, Reading};
use crate::ui::{self, Choice, Errors, Ui, href};

pub async fn ask(State(app): State<App>, signed: Signed, unit: AskedUnit) -> Response {
    let today = signed.ui(&app).today();
    let answers = Answers::new([("from", typed_day(today)), ("position", "0".to_owned())]);
    add_page(&app, &signed, &unit, &answers, &Errors::default()).await
}

pub async fn add(
    State(app): State<App>,
    signed: Signed,
    unit: AskedUnit,
    FormOf(answers): FormOf<Answers>,
) -> Response {
    let mut reading = Reading::default();
    let roles = roles(&mut reading, &answers);
    let position = position(&mut reading, &answers);
    let until = reading.optional_day("until", answers.text("until"));
    let from = reading.day("from", answers.text("from"));
    let read = from
        .zip(position)
        .zip(roles)
        .map(|((from, position), roles)| AddPost {
            unit: unit.0.clone(),
            division: answers.text("division").to_owned(),
            roles,
            title_vi: answers.text("title_vi").to_owned(),
            title_en: super::division::english(&answers, "title_en", "title_vi"),
            position,
            quota_decision: answers.optional("quota_decision"),
            from,
            until,
        });
    let done = match reading.finish(read) {
        Ok(command) => {
            app.town
                .write("add_post", &signed.actor, move |tx, cx| {
                    add_post(tx, cx, &command)
                })
                .await
        }
        Err(error) => Err(error),
    };
    match act::after(&app, &signed, done, |post| format!("/staff/posts/{post}?done=1")) {
        After::Answer(answer) => answer,
        After::Again(errors) => add_page(&app, &signed, &unit, &answers, &errors).await,
    }
}

fn roles(reading: &mut Reading, answers: &Answers) -> Option<Vec<Role>> {
    let roles: Option<Vec<Role>> = answers.list("roles").into_iter().map(Role::parse).collect();
    if roles.is_none() {
        reading.wrong("roles", "staff-role-missing");
    }
    roles
}

async fn add_page(
    app: &App,
    signed: &Signed,
    unit: &AskedUnit,
    answers: &Answers,
    errors: &Errors,
) -> Response {
    let id = unit.0.clone();
    let divisions = match app
        .town
        .read("divisions_of", &signed.actor, move |tx, cx| {
            divisions_of(tx, cx, &id)
        })
        .await
    {
        Ok(divisions) => divisions,
        Err(error) => return signed.refuse(app, &error),
    };
    let ui = signed.ui(app);
    let own: Vec<Choice<'_>> = divisions
        .iter()
        .filter(|division| signed.actor.is_of_space(division.space))
        .map(|division| {
            Choice::new(
                division.id.as_str(),
                if is_vietnamese(&ui) {
                    division.name_vi.as_str()
                } else {
                    division.name_en.as_str()
                },
            )
        })
        .collect();
    let division = field(&ui, answers, errors, "division", "staff-division");
    let from = field(&ui, answers, errors, "from", "staff-from")
        .max_chars(10)
        .columns(6);
    let fields = html! {
        (ui::select(&ui, &division, &own, Some(&ui.t("staff-choose"))))
        (common(&ui, answers, errors))
        (ui::date(&ui, &from))
        (until(&ui, answers, errors))
    };
    let query = [("unit", unit.0.code())];
    let sheet = Sheet {
        title: &ui.t("staff-post-add"),
        context: &unit.name(app, &ui),
        action: &href("/staff/posts/new", &query),
        verb: &ui.t("staff-post-add"),
        danger: false,
        back: &href("/staff", &query),
    };
    act::sheet(app, signed, &sheet, errors, &fields)
}

/// The fields of a post that can be changed later too.
fn common(ui: &Ui, answers: &Answers, errors: &Errors) -> Markup {
    let field = |name: &'static str, key: &str| field(ui, answers, errors, name, key);
    let words: Vec<(&str, String)> = Role::ALL
        .iter()
        .map(|role| (role.as_str(), ui.t(&role_key(*role))))
        .collect();
    let choices: Vec<Choice<'_>> = words
        .iter()
        .map(|(value, label)| Choice::new(*value, label.as_str()))
        .collect();
    html! {
        (ui::text(ui, &field("title_vi", "staff-title-vi").max_chars(200)))
        (ui::text(ui, &field("title_en", "staff-title-en").hint(ui.t("staff-name-en-hint")).optional().max_chars(200)))
        (ui::checkboxes(ui, &field("roles", "staff-roles"), &choices, &answers.list("roles")))
        (ui::text(ui, &field("quota_decision", "staff-quota-decision").hint(ui.t("staff-quota-decision-hint")).max_chars(200).optional()))
        (ui::number_field(ui, &field("position", "staff-position").max_chars(3)))
    }
}

fn until(ui: &Ui, answers: &Answers, errors: &Errors) -> Markup {
    let field = field(ui, answers, errors, "until", "staff-until")
        .hint(ui.t("staff-until-hint"))
        .max_chars(10)
        .columns(6)
        .optional();
    ui::date(ui, &field)
}

pub async fn ask_change(State(app): State<App>, signed: Signed, Path(post): Path<String>) -> Response {
    match history_of(&app, &signed, &post).await {
        Ok(history) => {
            let post = &history.post.item;
            let mut answers = Answers::new([
                ("title_vi", post.title_vi.clone()),
                ("title_en", post.title_en.clone()),
                ("position", post.position.to_string()),
                ("quota_decision", post.quota_decision.clone().unwrap_or_default()),
                ("until", post.valid.until().map(typed_day).unwrap_or_default()),
                ("version", history.post.version.to_string()),
            ]);
            answers.tick("roles", post.roles.iter().map(|role| role.as_str()));
            change_page(&app, &signed, &history, &answers, &Errors::default())
        }
        Err(error) => signed.refuse(&app, &error),
    }
}

pub async fn change(
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
    let roles = roles(&mut reading, &answers);
    let position = position(&mut reading, &answers);
    let until = reading.optional_day("until", answers.text("until"));
    let read = position.zip(roles).map(|(position, roles)| EditPost {
        post: history.post.item.id,
        version: answers.version(),
        roles,
        title_vi: answers.text("title_vi").to_owned(),
        title_en: super::division::english(&answers, "title_en", "title_vi"),
        position,
        quota_decision: answers.optional("quota_decision"),
        until,
    });
    let done = match reading.finish(read) {
        Ok(command) => {
            app.town
                .write("edit_post", &signed.actor, move |tx, cx| {
                    edit_post(tx, cx, &command)
                })
                .await
        }
        Err(error) => Err(error),
    };
    match act::after(&app, &signed, done, |()| format!("/staff/posts/{post}?done=1")) {
        After::Answer(answer) => answer,
        After::Again(errors) => change_page(&app, &signed, &history, &answers, &errors),
    }
}

fn change_page(
    app: &App,
    signed: &Signed,
    history: &PostHistory,
    answers: &Answers,
    errors: &Errors,
) -> Response {
    let ui = signed.ui(app);
    let post = &history.post.item;
    let fields = html! {
        (ui::hidden("version", answers.text("version")))
        (common(&ui, answers, errors))
        (until(&ui, answers, errors))
    };
    let page = format!("/staff/posts/{}", post.id);
    let sheet = Sheet {
        title: &ui.t("staff-post-edit"),
        context: post.title(is_vietnamese(&ui)),
        action: &format!("{page}/edit"),
        verb: &ui.t("common-save"),
        danger: false,
        back: &page,
    };
    act::sheet(app, signed, &sheet, errors, &fields)
}

/// The post of an address with everything that hangs on it.
pub async fn history_of(app: &App, signed: &Signed, post: &str) -> Result<PostHistory, AppError> {
    let id: PostId = post.parse().map_err(|_| AppError::NotFound("post"))?;
    app.town
        .read("post_history", &signed.actor, move |tx, cx| {
            post_history(tx, cx, id)
        })
        .await
}

//! The people of a unit: list, search, adding, changing.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;
use townhall_app::error::AppError;
use townhall_app::organisation::{
    AddPerson, EditPerson, PersonEntry, add_person, edit_person, people_of_unit, person_entry,
};
use townhall_domain::ids::PersonId;
use townhall_domain::permission::Right;
use townhall_text::Arg;

use super::act::{self, After, Sheet};
use super::{AskedUnit, is_vietnamese};
use crate::session::{FormOf, Signed};
use crate::state::App;
use crate::typed::Answers;
use crate::ui::{self, Column, Empty, Errors, Field, Form, Icon, Page, Place, Ui, href};

/// People on a page.
const PAGE: u16 = 50;

#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    after: String,
    #[serde(default)]
    done: String,
}

pub async fn list(
    State(app): State<App>,
    signed: Signed,
    unit: AskedUnit,
    Query(asked): Query<Asked>,
) -> Response {
    let (id, search) = (unit.0.clone(), asked.q.clone());
    let after = asked.after.parse::<PersonId>().ok();
    let found = app
        .town
        .read("people_of_unit", &signed.actor, move |tx, cx| {
            people_of_unit(tx, cx, &id, &search, after, PAGE + 1)
        })
        .await;
    let mut people = match found {
        Ok(people) => people,
        Err(error) => return signed.refuse(&app, &error),
    };
    let more = people.len() > usize::from(PAGE);
    people.truncate(usize::from(PAGE));
    let ui = signed.ui(&app);
    let title = ui.t("staff-people");
    let context = ui.t_args("staff-people-of", &[("unit", Arg::from(unit.name(&app, &ui)))]);
    let manages = signed.actor.may(Right::ManageStaff, &unit.0);
    let (add, add_href) = (
        ui.t("staff-person-add"),
        href("/staff/people/new", &[("unit", unit.0.code())]),
    );
    let button = html! { @if manages { a.btn.btn-primary href=(add_href) { (Icon::PLUS) " " (add) } } };
    let rows = html! {
        @for stored in &people {
            @let person = &stored.item;
            tr {
                td { a.th-text href=(format!("/staff/people/{}", person.id)) { bdi { (person.name) } } }
                td { @if let Some(email) = &person.email { bdi { (email) } } }
                td { @if let Some(phone) = &person.phone { bdi { (phone) } } }
            }
        }
    };
    let columns = ["staff-name", "staff-email", "staff-phone"].map(|key| Column::text(ui.t(key)));
    let last = people
        .last()
        .map(|stored| stored.item.id.to_string())
        .filter(|_| more);
    let count = ui.t_args("staff-people-shown", &[("count", Arg::from(people.len()))]);
    let searched = !asked.q.trim().is_empty();
    let (heading, text) = if searched {
        (
            ui.t("staff-people-none-found"),
            ui.t("staff-people-none-found-text"),
        )
    } else {
        (ui.t("staff-people-empty"), ui.t("staff-people-empty-text"))
    };
    let empty = Empty {
        icon: if searched { Icon::SEARCH } else { Icon::USERS },
        heading: &heading,
        text: html! { (text) },
        button: manages.then_some((add.as_str(), add_href.as_str())),
        other: None,
    };
    let main = html! {
        (ui::breadcrumb(&ui, &[(&ui.t("staff-title"), &href("/staff", &[("unit", unit.0.code())]))], &html! { (title) }))
        (ui::title_line(&ui, &title, &html! { span.th-muted { (context) } }, &button))
        (search_form(&ui, &unit, &asked.q))
        @if people.is_empty() { (ui::empty(&ui, &empty)) } @else {
            (ui::table(&ui, &context, &columns, None, &rows))
            (ui::pager(&ui, &count, asked.after.is_empty(), last.as_deref()))
        }
    };
    ui::page(&ui, &Page::new(&title).at(Place::Staff), &main).into_response()
}

fn search_form(ui: &Ui, unit: &AskedUnit, typed: &str) -> Markup {
    let field = Field::new("q", ui.t("common-search"))
        .value(typed)
        .max_chars(80)
        .autocomplete("off");
    ui::form(
        ui,
        &Form::get("/staff/people").class("th-filter"),
        &html! {
            (ui::hidden("unit", unit.0.code()))
            (ui::text(ui, &field))
            button.btn type="submit" { (ui.t("common-search")) }
        },
    )
}

pub async fn ask(State(app): State<App>, signed: Signed, unit: AskedUnit) -> Response {
    add_page(&app, &signed, &unit, &Answers::default(), &Errors::default())
}

pub async fn add(
    State(app): State<App>,
    signed: Signed,
    unit: AskedUnit,
    FormOf(answers): FormOf<Answers>,
) -> Response {
    let command = AddPerson {
        unit: unit.0.clone(),
        name: answers.text("name").to_owned(),
        email: answers.optional("email"),
        phone: answers.optional("phone"),
    };
    let done = app
        .town
        .write("add_person", &signed.actor, move |tx, cx| {
            add_person(tx, cx, &command)
        })
        .await;
    match act::after(&app, &signed, done, |person| {
        format!("/staff/people/{person}?done=1")
    }) {
        After::Answer(answer) => answer,
        After::Again(errors) => add_page(&app, &signed, &unit, &answers, &errors),
    }
}

fn add_page(app: &App, signed: &Signed, unit: &AskedUnit, answers: &Answers, errors: &Errors) -> Response {
    let ui = signed.ui(app);
    let query = [("unit", unit.0.code())];
    let sheet = Sheet {
        title: &ui.t("staff-person-add"),
        context: &unit.name(app, &ui),
        action: &href("/staff/people/new", &query),
        verb: &ui.t("staff-person-add"),
        danger: false,
        back: &href("/staff/people", &query),
    };
    act::sheet(app, signed, &sheet, errors, &fields(&ui, answers, errors))
}

fn fields(ui: &Ui, answers: &Answers, errors: &Errors) -> Markup {
    let field = |name: &'static str, key: &str| {
        Field::new(name, ui.t(key))
            .value(answers.text(name).to_owned())
            .autocomplete("off")
            .errors(errors)
    };
    html! {
        (ui::text(ui, &field("name", "staff-name").max_chars(80)))
        (ui::text(ui, &field("email", "staff-email").input_mode("email").max_chars(200).optional()))
        (ui::text(ui, &field("phone", "staff-phone").input_mode("tel").max_chars(20).optional()))
    }
}

pub async fn show(
    State(app): State<App>,
    signed: Signed,
    Path(person): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    match entry_of(&app, &signed, &person).await {
        Ok(entry) => entry_page(&app, &signed, &entry, &asked.done, None, &Errors::default()),
        Err(error) => signed.refuse(&app, &error),
    }
}

pub async fn edit(
    State(app): State<App>,
    signed: Signed,
    Path(person): Path<String>,
    FormOf(answers): FormOf<Answers>,
) -> Response {
    let entry = match entry_of(&app, &signed, &person).await {
        Ok(entry) => entry,
        Err(error) => return signed.refuse(&app, &error),
    };
    let command = EditPerson {
        person: entry.person.item.id,
        version: answers.version(),
        name: answers.text("name").to_owned(),
        email: answers.optional("email"),
        phone: answers.optional("phone"),
    };
    let done = app
        .town
        .write("edit_person", &signed.actor, move |tx, cx| {
            edit_person(tx, cx, &command)
        })
        .await;
    match act::after(&app, &signed, done, |()| format!("/staff/people/{person}?done=1")) {
        After::Answer(answer) => answer,
        After::Again(errors) => entry_page(&app, &signed, &entry, "", Some(&answers), &errors),
    }
}

async fn entry_of(app: &App, signed: &Signed, person: &str) -> Result<PersonEntry, AppError> {
    let id: PersonId = person.parse().map_err(|_| AppError::NotFound("person"))?;
    app.town
        .read("person_entry", &signed.actor, move |tx, cx| {
            person_entry(tx, cx, id)
        })
        .await
}

fn entry_page(
    app: &App,
    signed: &Signed,
    entry: &PersonEntry,
    done: &str,
    typed: Option<&Answers>,
    errors: &Errors,
) -> Response {
    let ui = signed.ui(app);
    let person = &entry.person.item;
    let query = [("unit", person.unit.code())];
    let stored = Answers::new([
        ("name", person.name.clone()),
        ("email", person.email.clone().unwrap_or_default()),
        ("phone", person.phone.clone().unwrap_or_default()),
    ]);
    let answers = typed.unwrap_or(&stored);
    let manages = signed.actor.may(Right::ManageStaff, &person.unit);
    let opens = signed.actor.may(Right::ManageAccounts, &person.unit);
    let main = html! {
        (ui::breadcrumb(&ui, &[
            (&ui.t("staff-title"), &href("/staff", &query)),
            (&ui.t("staff-people"), &href("/staff/people", &query)),
        ], &html! { bdi { (person.name) } }))
        (ui::title_line(&ui, &person.name, &html! {}, &html! {
            @if opens {
                a.btn href=(href("/admin/accounts/new", &[("person", &person.id.to_string())])) { (ui.t("account-open")) }
            }
        }))
        (act::done_notice(&ui, done))
        (ui::error_summary(&ui, errors))
        div.th-cols.th-cols-2 {
            (ui::card("entry", &ui.t("staff-person-edit"), &html! {}, &html! {
                @if manages {
                    (ui::form(&ui, &Form::post(format!("/staff/people/{}", person.id)).class("card-body th-fields"), &html! {
                        (ui::hidden("version", &entry.person.version.to_string()))
                        (fields(&ui, answers, errors))
                        div { button.btn.btn-primary type="submit" { (ui.t("common-save")) } }
                    }))
                } @else {
                    div.card-body {
                        (ui::key_values(&ui, &[
                            (&ui.t("staff-email"), html! { @if let Some(email) = &person.email { bdi { (email) } } }),
                            (&ui.t("staff-phone"), html! { @if let Some(phone) = &person.phone { bdi { (phone) } } }),
                        ]))
                    }
                }
            }))
            (ui::card("posts", &ui.t("staff-person-posts"), &html! {}, &html! {
                div.card-body {
                    @if entry.posts.is_empty() { p.mb-0 { (ui.t("staff-history-empty")) } }
                    ul.mb-0 {
                        @for (post, basis) in &entry.posts {
                            li {
                                a.th-text href=(format!("/staff/posts/{}", post.id)) { (post.title(is_vietnamese(&ui))) }
                                @if let Some(how) = super::basis_words(&ui, *basis) { span.th-muted { " (" (how) ")" } }
                            }
                        }
                    }
                }
            }))
        }
    };
    let page = Page::new(&person.name)
        .at(Place::Staff)
        .with_error(!errors.is_empty());
    let status = errors.status();
    (status, ui::page(&ui, &page, &main)).into_response()
}

//! Accounts of a unit: opening, closing, a new first password, lost one-time codes and passkeys.

use std::collections::BTreeMap;

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;
use townhall_app::accounts::{
    AccountChange, AddAccount, ChangeAccount, account_of, accounts_of, add_account, change_account, titles_of,
};
use townhall_app::clock::real_now;
use townhall_app::error::AppError;
use townhall_app::organisation::person_of_unit;
use townhall_app::sign_in::password::{HashedPassword, Password};
use townhall_app::sign_in::secret::first_password;
use townhall_domain::ids::{AccountId, PersonId};
use townhall_store::accounts::AccountLine;
use townhall_text::{Arg, Lang};

use crate::refusal::Refusal;
use crate::session::{FormOf, Signed};
use crate::staff::AskedUnit;
use crate::state::App;
use crate::typed::Answers;
use crate::ui::{
    self, Column, Confirm, Empty, Errors, Field, Form, Icon, NoticeTone, Page, Place, Tab, Tone, Ui, href,
};

/// Accounts on a page.
const PAGE: u16 = 50;

#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    state: String,
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
    let (id, after, search) = (unit.0.clone(), asked.after.clone(), asked.q.clone());
    let active = match asked.state.as_str() {
        "open" => Some(true),
        "closed" => Some(false),
        _ => None,
    };
    let found = app
        .town
        .read("accounts_of", &signed.actor, move |tx, cx| {
            let lines = accounts_of(tx, cx, &id, &search, active, &after, PAGE + 1)?;
            Ok::<_, AppError>((lines, titles_of(tx, cx, &id)?))
        })
        .await;
    let (mut lines, titles) = match found {
        Ok(found) => found,
        Err(error) => return signed.refuse(&app, &error),
    };
    let more = lines.len() > usize::from(PAGE);
    lines.truncate(usize::from(PAGE));
    let ui = signed.ui(&app);
    let title = ui.t("account-list");
    let context = ui.t_args("account-list-lead", &[("unit", Arg::from(unit.name(&app, &ui)))]);
    let next = lines.last().map(|line| line.user_name.clone()).filter(|_| more);
    let people = href("/staff/people", &[("unit", unit.0.code())]);
    let main = html! {
        (ui::breadcrumb(&ui, &[(&ui.t("ui-place-admin"), "/admin")], &html! { (title) }))
        (ui::title_line(&ui, &title, &html! { span.th-muted { (context) } }, &html! { a.btn href=(people) { (Icon::PLUS) " " (ui.t("account-open-new")) } }))
        @if !asked.done.is_empty() {
            (ui::notice(&ui, NoticeTone::Ok, &ui.t_args("account-changed", &[("user_name", Arg::from(asked.done.chars().take(40).collect::<String>()))]), &html! {}))
        }
        (narrow(&ui, &unit, &asked))
        @if lines.is_empty() && !(asked.q.is_empty() && asked.state.is_empty()) {
            (ui::empty(&ui, &Empty {
                icon: Icon::SEARCH,
                heading: &ui.t("account-list-nobody"),
                text: html! { (ui.t("account-list-nobody-text")) },
                button: None,
                other: None,
            }))
        } @else if lines.is_empty() {
            (ui::empty(&ui, &Empty {
                icon: Icon::USERS,
                heading: &ui.t("account-list-empty"),
                text: html! { (ui.t("account-list-empty-text")) },
                button: Some((&ui.t("staff-people"), &people)),
                other: None,
            }))
        } @else {
            (table(&ui, &signed, &context, &lines, &titles, app.town.outside().provider.is_some()))
            (ui::pager(&ui, "", asked.after.is_empty(), next.as_deref()))
        }
    };
    ui::page(&ui, &Page::new(&title).at(Place::Admin), &main).into_response()
}

/// The views of the list, and the search.
fn narrow(ui: &Ui, unit: &AskedUnit, asked: &Asked) -> Markup {
    let views = [
        ("", "account-view-all"),
        ("open", "account-view-open"),
        ("closed", "account-view-closed"),
    ]
    .map(|(state, key)| Tab {
        label: ui.t(key).into(),
        count: None,
        href: href(
            "/admin/accounts",
            &[("unit", unit.0.code()), ("state", state), ("q", &asked.q)],
        )
        .into(),
        current: asked.state == state,
    });
    let field = Field::new("q", ui.t("account-search"))
        .value(asked.q.clone())
        .label_hidden()
        .autocomplete("off")
        .max_chars(100);
    html! {
        (ui::tabs(ui, &ui.t("account-state"), &views))
        (ui::form(ui, &Form::get("/admin/accounts").class("th-row my-3"), &html! {
            (ui::hidden("unit", unit.0.code()))
            (ui::hidden("state", &asked.state))
            (ui::text(ui, &field))
            button.btn type="submit" { (Icon::SEARCH) " " (ui.t("account-search")) }
        }))
    }
}

/// The posts of people, by person: titles in Vietnamese and English.
type Titles = BTreeMap<PersonId, Vec<(String, String)>>;

fn table(
    ui: &Ui,
    signed: &Signed,
    caption: &str,
    lines: &[AccountLine],
    titles: &Titles,
    has_provider: bool,
) -> Markup {
    let mut columns: Vec<Column<'_>> = [
        "account-user-name",
        "account-person",
        "account-state",
        "account-last-used",
    ]
    .map(|key| Column::text(ui.t(key)))
    .into();
    columns.push(Column::text(""));
    let link = |line: &AccountLine, word: &str, key: &str| {
        html! {
            a.btn.btn-sm href=(format!("/admin/accounts/{}/{word}", line.id))
                aria-label=(format!("{}: {}", ui.t(key), line.user_name)) { (ui.t(key)) }
        }
    };
    let rows = html! {
        @for line in lines {
            tr {
                td { (ui::code(&line.user_name)) }
                td { a.th-text href=(format!("/staff/people/{}", line.person)) { bdi { (line.person_name) } }
                    @for (vi, en) in titles.get(&line.person).into_iter().flatten() {
                        br; span.th-muted { @if ui.lang == Lang::Vi { (vi) } @else { (en) } }
                    }
                }
                td {
                    @if line.active { (ui::badge(ui, Tone::Ok, Icon::CHECK, &ui.t("account-active"))) }
                    @else { (ui::badge(ui, Tone::Bad, Icon::LOCK, &ui.t("account-closed"))) }
                    @if line.has_totp { " " (ui::badge(ui, Tone::Plain, Icon::SHIELD, &ui.t("account-has-codes"))) }
                    @if line.passkeys > 0 {
                        " " (ui::badge(ui, Tone::Plain, Icon::SHIELD, &ui.t_args("passkey-count", &[("count", Arg::from(line.passkeys))])))
                    }
                }
                td {
                    @match line.signed_in_at {
                        Some(at) => { (ui.date_time(at)) },
                        None => { span.th-muted { (ui.t("account-never-used")) } },
                    }
                }
                td {
                    // Nobody does these things to his own account.
                    @if signed.actor.account() != Some(line.id) {
                        span.th-row {
                            (link(line, "password", "account-reset"))
                            @if line.has_totp { (link(line, "codes", "account-remove-codes")) }
                            @if has_provider { (link(line, "provider", "provider-short")) }
                            @if line.passkeys > 0 { (link(line, "passkeys", "passkey-remove-all")) }
                            @if line.active { (link(line, "close", "account-close")) }
                            @else { (link(line, "reopen", "account-reopen")) }
                        }
                    }
                }
            }
        }
    };
    ui::table(ui, caption, &columns, None, &rows)
}

#[derive(Debug, Default, Deserialize)]
pub struct Whose {
    #[serde(default)]
    person: String,
}

pub async fn ask(State(app): State<App>, signed: Signed, Query(whose): Query<Whose>) -> Response {
    add_page(&app, &signed, &whose.person, "", &Errors::default()).await
}

pub async fn add(
    State(app): State<App>,
    signed: Signed,
    Query(whose): Query<Whose>,
    FormOf(answers): FormOf<Answers>,
) -> Response {
    let user_name = answers.text("user_name").to_owned();
    match open(&app, &signed, &whose.person, &user_name).await {
        Ok(password) => password_page(&app, &signed, &user_name, &password),
        Err(error @ (AppError::Invalid(_) | AppError::Refused { .. })) => {
            let errors = Refusal::of(signed.lang(), &error).errors();
            add_page(&app, &signed, &whose.person, &user_name, &errors).await
        }
        Err(error) => signed.refuse(&app, &error),
    }
}

async fn open(app: &App, signed: &Signed, person: &str, user_name: &str) -> Result<String, AppError> {
    let person: PersonId = person.parse().map_err(|_| AppError::NotFound("person"))?;
    let (shown, password) = new_password(app).await?;
    let command = AddAccount {
        person,
        user_name: user_name.to_owned(),
        password,
        change_password: true,
    };
    app.town
        .write("add_account", &signed.actor, move |tx, cx| {
            add_account(tx, cx, &command)
        })
        .await?;
    Ok(shown)
}

/// A first password and its hash.
pub(crate) async fn new_password(app: &App) -> Result<(String, HashedPassword), AppError> {
    let shown = first_password()?;
    let typed = Password::typed(shown.clone());
    let hashed = app.hash(move |passwords| passwords.hash(&typed)).await?;
    let password = hashed.map_err(|_| AppError::refused("account-password-cannot-be-hashed"))?;
    Ok((shown, password))
}

async fn add_page(app: &App, signed: &Signed, person: &str, typed: &str, errors: &Errors) -> Response {
    let Ok(id) = person.parse::<PersonId>() else {
        return signed.refuse(app, &AppError::NotFound("person"));
    };
    let found = app
        .town
        .read("person_of_unit", &signed.actor, move |tx, cx| {
            person_of_unit(tx, cx, id)
        })
        .await;
    let found = match found {
        Ok(found) => found.item,
        Err(error) => return signed.refuse(app, &error),
    };
    let ui = signed.ui(app);
    let title = ui.t_args("account-open-for", &[("name", Arg::from(found.name.as_str()))]);
    let field = Field::new("user_name", ui.t("account-user-name"))
        .value(typed)
        .hint(ui.t("account-user-name-hint"))
        .autocomplete("off")
        .max_chars(40)
        .errors(errors);
    let action = href("/admin/accounts/new", &[("person", person)]);
    let main = html! {
        div.th-narrow {
            (ui::error_summary(&ui, errors))
            h1 { (title) }
            (ui::form(&ui, &Form::post(action), &html! {
                (ui::text(&ui, &field))
                div.th-row.mt-3 {
                    button.btn.btn-primary type="submit" { (ui.t("account-open")) }
                    a.btn href=(format!("/staff/people/{}", found.id)) { (ui.t("ui-leave-it")) }
                }
            }))
        }
    };
    let status = errors.status();
    let page = Page::new(&title).at(Place::Admin).with_error(!errors.is_empty());
    (status, ui::page(&ui, &page, &main)).into_response()
}

/// Shows a first password, once; the page is never kept by a browser or proxy.
fn password_page(app: &App, signed: &Signed, user_name: &str, password: &str) -> Response {
    let ui = signed.ui(app);
    let title = ui.t_args("account-first-password", &[("user_name", Arg::from(user_name))]);
    let main = html! {
        div.th-narrow {
            h1 { (title) }
            (ui::notice(&ui, NoticeTone::Warn, &ui.t("account-first-password-text"), &html! {}))
            p.fs-1 { (ui::code(password)) }
            a.btn href="/admin/accounts" { (ui.t("account-list")) }
        }
    };
    ui::page(&ui, &Page::new(&title).at(Place::Admin), &main).into_response()
}

/// The words of the address with the keys of the page that asks once more.
fn asked_change(word: &str) -> Option<[&'static str; 3]> {
    Some(match word {
        "close" => ["account-close-question", "account-close-effect", "account-close"],
        "reopen" => [
            "account-reopen-question",
            "account-reopen-effect",
            "account-reopen",
        ],
        "password" => ["account-reset-question", "account-reset-effect", "account-reset"],
        "codes" => [
            "account-codes-question",
            "account-codes-effect",
            "account-remove-codes",
        ],
        "passkeys" => [
            "passkey-remove-all-question",
            "passkey-remove-all-effect",
            "passkey-remove-all",
        ],
        _ => return None,
    })
}

pub async fn ask_change(
    State(app): State<App>,
    signed: Signed,
    Path((account, word)): Path<(String, String)>,
) -> Response {
    change_page(&app, &signed, &account, &word, &Errors::default()).await
}

async fn change_page(app: &App, signed: &Signed, account: &str, word: &str, errors: &Errors) -> Response {
    let Some([question, effect, verb]) = asked_change(word) else {
        return signed.refuse(app, &AppError::NotFound("page"));
    };
    let line = match line_of(app, signed, account).await {
        Ok(line) => line,
        Err(error) => return signed.refuse(app, &error),
    };
    let ui = signed.ui(app);
    let question = ui.t_args(question, &[("user_name", Arg::from(line.user_name.as_str()))]);
    let confirm = Confirm {
        question: &question,
        effect: html! { p.mb-1 { b { (line.person_name) } } p { (ui.t(effect)) } },
        fields: ui::hidden("version", &line.version.to_string()),
        action: &format!("/admin/accounts/{account}/{word}"),
        verb: &ui.t(verb),
        back: "/admin/accounts",
        errors,
    };
    let status = errors.status();
    let page = Page::new(&question)
        .at(Place::Admin)
        .with_error(!errors.is_empty());
    (status, ui::page(&ui, &page, &ui::confirm_page(&ui, &confirm))).into_response()
}

async fn line_of(app: &App, signed: &Signed, account: &str) -> Result<AccountLine, AppError> {
    let id: AccountId = account.parse().map_err(|_| AppError::NotFound("account"))?;
    app.town
        .read("account_of", &signed.actor, move |tx, cx| account_of(tx, cx, id))
        .await
}

pub async fn change(
    State(app): State<App>,
    signed: Signed,
    Path((account, word)): Path<(String, String)>,
    FormOf(answers): FormOf<Answers>,
) -> Response {
    match carry_out(&app, &signed, &account, &word, answers.version()).await {
        Ok((line, Some(password))) => password_page(&app, &signed, &line.user_name, &password),
        Ok((line, None)) => {
            axum::response::Redirect::to(&href("/admin/accounts", &[("done", &line.user_name)]))
                .into_response()
        }
        Err(error @ (AppError::Invalid(_) | AppError::Refused { .. })) => {
            let errors = Refusal::of(signed.lang(), &error).errors();
            change_page(&app, &signed, &account, &word, &errors).await
        }
        Err(error) => signed.refuse(&app, &error),
    }
}

async fn carry_out(
    app: &App,
    signed: &Signed,
    account: &str,
    word: &str,
    version: i64,
) -> Result<(AccountLine, Option<String>), AppError> {
    let line = line_of(app, signed, account).await?;
    let (change, shown) = match word {
        "close" => (AccountChange::Close, None),
        "reopen" => (AccountChange::Reopen, None),
        "codes" => (AccountChange::RemoveCodes, None),
        "passkeys" => (AccountChange::RemovePasskeys, None),
        "password" => {
            let (shown, password) = new_password(app).await?;
            (AccountChange::ResetPassword(password), Some(shown))
        }
        _ => return Err(AppError::NotFound("page")),
    };
    let command = ChangeAccount {
        account: line.id,
        version,
        change,
        now: real_now(),
    };
    app.town
        .write("change_account", &signed.actor, move |tx, cx| {
            change_account(tx, cx, &command)
        })
        .await?;
    Ok((line, shown))
}

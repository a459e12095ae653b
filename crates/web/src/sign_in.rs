//! Signing in, the second step, the choice of a post, signing out.
//!
//! These pages are public and read the session's token themselves: until the last step nobody is signed in.

pub(crate) mod passkey;
pub mod provider;

use axum::extract::{Query, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use townhall_app::clock::real_now;
use townhall_app::error::AppError;
use townhall_app::sign_in::password::Password;
use townhall_app::sign_in::{self, Handed, Moment, Refusal as Refused, SignedIn};
use townhall_domain::organisation::Basis;
use townhall_store::sessions::Stage;
use townhall_store::{StoreError, Tx};
use townhall_text::Arg;

use crate::refusal::Refusal;
use crate::routes::{Need, Routes};
use crate::session::{self, FormOf, MaybeSigned};
use crate::state::App;
use crate::ui::{self, Errors, Field, Form, Icon, Page, Ui};
use crate::visitor::Visitor;

/// The routes of signing in and out.
pub fn routes(app: &App) -> Routes {
    Routes::new(app)
        .get("/sign-in", Need::Public, ask)
        .post("/sign-in", Need::Public, send)
        .get("/sign-in/code", Need::Public, ask_code)
        .post("/sign-in/code", Need::Public, send_code)
        .post("/sign-in/code/passkey/begin", Need::Public, passkey::ask_step)
        .post("/sign-in/code/passkey", Need::Public, passkey::send_step)
        .post("/sign-in/passkey/begin", Need::Public, passkey::ask_alone)
        .post("/sign-in/passkey", Need::Public, passkey::send_alone)
        .get("/sign-in/post", Need::Public, ask_post)
        .post("/act-as", Need::Public, act_as)
        .post("/sign-out", Need::Public, sign_out)
        .merge(provider::routes(app))
}

/// Where to go after signing in.
#[derive(Debug, Default, Deserialize)]
struct Asked {
    #[serde(default)]
    next: String,
    #[serde(default)]
    out: String,
    #[serde(default)]
    ended: String,
}

#[derive(Debug, Default, Deserialize)]
struct SignInForm {
    #[serde(default)]
    user_name: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

#[derive(Debug, Default, Deserialize)]
struct CodeForm {
    #[serde(default)]
    code: String,
    #[serde(default)]
    next: String,
}

#[derive(Debug, Default, Deserialize)]
struct PostForm {
    #[serde(default)]
    post: String,
    #[serde(default)]
    next: String,
}

async fn ask(
    State(app): State<App>,
    visitor: Visitor,
    MaybeSigned(signed): MaybeSigned,
    Query(asked): Query<Asked>,
) -> Response {
    if signed.is_some() {
        let next = own_path(&asked.next);
        return Redirect::to(if next.is_empty() { "/work" } else { next }).into_response();
    }
    let any = app.town.read("any_account", &crate::online::CITIZEN, |tx, _| {
        townhall_app::accounts::any_account(tx)
    });
    // A look that fails only leaves the hint out.
    let is_new = matches!(any.await, Ok(false));
    let typed = Typed {
        is_new,
        ..Typed::asked(&asked)
    };
    sign_in_page(&app, &visitor, &typed, StatusCode::OK)
}

async fn send(
    State(app): State<App>,
    visitor: Visitor,
    headers: HeaderMap,
    FormOf(form): FormOf<SignInForm>,
) -> Response {
    let outcome = match check(&app, &visitor, &form).await {
        Ok(outcome) => outcome,
        Err(error) => return Refusal::of(visitor.lang, &AppError::Store(error)).page(&visitor.ui(&app)),
    };
    match outcome {
        Ok(handed) => go_on_anew(&app, &visitor, &headers, &handed, &form.next).await,
        Err(refused) => {
            let typed = Typed {
                user_name: &form.user_name,
                next: &form.next,
                refused: Some(refused),
                out: false,
                ended: false,
                is_new: false,
            };
            sign_in_page(&app, &visitor, &typed, status_of(refused))
        }
    }
}

/// Takes a try, checks the password on a thread of its own, opens the session.
async fn check(
    app: &App,
    visitor: &Visitor,
    form: &SignInForm,
) -> Result<Result<Handed, Refused>, StoreError> {
    let (user_name, source) = (form.user_name.clone(), visitor.address);
    let attempt = in_moment(app, "take_a_try", move |tx, moment| {
        sign_in::take_try(tx, moment, &user_name, source)
    });
    let attempt = match attempt.await? {
        Ok(attempt) => attempt,
        Err(refused) => return Ok(Err(refused)),
    };
    let password = Password::typed(form.password.clone());
    let checked = attempt.clone();
    let right = app
        .hash(move |passwords| checked.is_right(passwords, &password))
        .await?;
    if !right {
        return Ok(Err(Refused::Wrong));
    }
    in_moment(app, "open_session", move |tx, moment| {
        sign_in::open(tx, moment, &attempt)
    })
    .await
}

async fn ask_code(
    State(app): State<App>,
    visitor: Visitor,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Response {
    code_page(&app, &visitor, &headers, &asked.next, None).await
}

async fn send_code(
    State(app): State<App>,
    visitor: Visitor,
    headers: HeaderMap,
    FormOf(form): FormOf<CodeForm>,
) -> Response {
    let Some(token) = session::token(&app, &headers) else {
        return Redirect::to("/sign-in").into_response();
    };
    let code = form.code.clone();
    let outcome = in_moment(&app, "enter_code", move |tx, moment| {
        sign_in::enter_code(tx, moment, &token, &code)
    });
    match outcome.await {
        Ok(Ok(handed)) => go_on(&app, &handed, &form.next),
        Ok(Err(refused @ (Refused::WrongCode | Refused::Wait(_)))) => {
            code_page(&app, &visitor, &headers, &form.next, Some(refused)).await
        }
        Ok(Err(refused)) => sign_in_page(
            &app,
            &visitor,
            &Typed::refused(&form.next, refused),
            status_of(refused),
        ),
        Err(error) => Refusal::of(visitor.lang, &AppError::Store(error)).page(&visitor.ui(&app)),
    }
}

async fn ask_post(
    State(app): State<App>,
    visitor: Visitor,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Response {
    match session::signed_in(&app, &headers).await {
        Ok(Some(found)) if found.session.stage != Stage::Code => {
            post_page(&app, &visitor, &found, &asked.next)
        }
        Ok(_) => Redirect::to("/sign-in").into_response(),
        Err(error) => Refusal::of(visitor.lang, &AppError::Store(error)).page(&visitor.ui(&app)),
    }
}

/// Chooses the post at sign-in, or changes it later from the menu of any page.
async fn act_as(
    State(app): State<App>,
    visitor: Visitor,
    headers: HeaderMap,
    FormOf(form): FormOf<PostForm>,
) -> Response {
    let Some(token) = session::token(&app, &headers) else {
        return Redirect::to("/sign-in").into_response();
    };
    // `post` is the post's id, a colon, and the key of what the seat rests on.
    let basis = form.post.split_once(':').and_then(|(_, key)| Basis::parse(key));
    let Some(basis) = basis else {
        return Redirect::to("/sign-in/post").into_response();
    };
    let outcome = in_moment(&app, "choose_post", move |tx, moment| {
        sign_in::choose_post(tx, moment, &token, basis)
    });
    match outcome.await {
        Ok(Ok(handed)) => go_on(&app, &handed, &form.next),
        Ok(Err(Refused::NoPost)) => Redirect::to("/sign-in/post").into_response(),
        Ok(Err(refused)) => sign_in_page(
            &app,
            &visitor,
            &Typed::refused(&form.next, refused),
            status_of(refused),
        ),
        Err(error) => Refusal::of(visitor.lang, &AppError::Store(error)).page(&visitor.ui(&app)),
    }
}

async fn sign_out(State(app): State<App>, visitor: Visitor, headers: HeaderMap) -> Response {
    if let Some(token) = session::token(&app, &headers) {
        let ended = app
            .town
            .db()
            .write("sign_out", move |tx| sign_in::sign_out(tx, &token))
            .await;
        if let Err(error) = ended {
            return Refusal::of(visitor.lang, &AppError::Store(error)).page(&visitor.ui(&app));
        }
    }
    let mut response = Redirect::to("/sign-in?out=1").into_response();
    set_cookie(&app, &mut response, "", "; Max-Age=0");
    response
}

/// A step of a sign-in in one transaction, at this moment of both clocks.
async fn in_moment<T: Send + 'static>(
    app: &App,
    name: &'static str,
    mut step: impl FnMut(&mut Tx<'_>, &Moment<'_>) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let (packs, business) = (app.town.packs().clone(), app.town.clock().now());
    app.town
        .db()
        .write(name, move |tx| {
            step(
                tx,
                &Moment {
                    now: real_now(),
                    business,
                    units: packs.units(),
                },
            )
        })
        .await
}

async fn waiting_at(app: &App, headers: &HeaderMap, stage: Stage) -> Result<Option<SignedIn>, StoreError> {
    Ok(session::signed_in(app, headers)
        .await?
        .filter(|found| found.session.stage == stage))
}

/// To the next step of a sign-in that has just begun; the session that the browser held before ends.
async fn go_on_anew(
    app: &App,
    visitor: &Visitor,
    headers: &HeaderMap,
    handed: &Handed,
    next: &str,
) -> Response {
    match session::end_former(app, headers).await {
        Ok(()) => go_on(app, handed, next),
        Err(error) => Refusal::of(visitor.lang, &AppError::Store(error)).page(&visitor.ui(app)),
    }
}

/// To the next step, with the new token in the cookie.
fn go_on(app: &App, handed: &Handed, next: &str) -> Response {
    let next = own_path(next);
    let to = match handed.session.stage {
        Stage::Code => ui::href("/sign-in/code", &[("next", next)]),
        Stage::Post => ui::href("/sign-in/post", &[("next", next)]),
        Stage::Open if next.is_empty() => "/work".to_owned(),
        Stage::Open => next.to_owned(),
    };
    let mut response = Redirect::to(&to).into_response();
    set_cookie(app, &mut response, &handed.token.reveal(), "");
    response
}

/// A path of this very site, or nothing: `//elsewhere` and `/\elsewhere` lead away.
fn own_path(next: &str) -> &str {
    let second = next.as_bytes().get(1);
    let own = next.starts_with('/')
        && !matches!(second, Some(b'/' | b'\\'))
        && !next.bytes().any(|byte| byte.is_ascii_control())
        && !next.starts_with("/sign-in");
    if own { next } else { "" }
}

/// The browser forgets it when it closes; the server ends it earlier. Over TLS the name insists on `Secure`.
fn set_cookie(app: &App, response: &mut Response, value: &str, more: &str) {
    let (name, secure) = if app.site.is_tls {
        (session::TLS_COOKIE, "; Secure")
    } else {
        (session::PLAIN_COOKIE, "")
    };
    let line = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{more}");
    // A secret is base64 for addresses: it always fits into a header.
    if let Ok(line) = HeaderValue::from_str(&line) {
        response.headers_mut().append(SET_COOKIE, line);
    }
}

fn status_of(refused: Refused) -> StatusCode {
    match refused {
        Refused::Wait(_) => StatusCode::TOO_MANY_REQUESTS,
        Refused::Wrong
        | Refused::WrongCode
        | Refused::WrongPasskey
        | Refused::CopiedPasskey
        | Refused::Gone
        | Refused::NoPost => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// What the sign-in page shows again; never the password.
struct Typed<'a> {
    user_name: &'a str,
    next: &'a str,
    refused: Option<Refused>,
    out: bool,
    /// The session ended under a form that was sent.
    ended: bool,
    /// Nobody has an account here yet.
    is_new: bool,
}

impl<'a> Typed<'a> {
    fn asked(asked: &'a Asked) -> Self {
        Self {
            user_name: "",
            next: &asked.next,
            refused: None,
            out: asked.out == "1",
            ended: asked.ended == "1",
            is_new: false,
        }
    }

    /// The page again, with what was wrong at a later step.
    fn refused(next: &'a str, refused: Refused) -> Self {
        Self {
            user_name: "",
            next,
            refused: Some(refused),
            out: false,
            ended: false,
            is_new: false,
        }
    }
}

fn errors_of(ui: &Ui, refused: Option<Refused>) -> Errors {
    let sentence = refused.map(|refused| match refused {
        Refused::Wrong => ui.t("sign-in-wrong"),
        Refused::WrongCode => ui.t("sign-in-code-wrong"),
        Refused::WrongPasskey => ui.t("passkey-wrong"),
        Refused::CopiedPasskey => ui.t("passkey-copied"),
        Refused::Wait(seconds) => ui.t_args("sign-in-wait", &[("seconds", Arg::from(seconds))]),
        Refused::Gone => ui.t("sign-in-gone"),
        Refused::NoPost => ui.t("sign-in-no-post"),
    });
    Errors::new(sentence.map(|sentence| (String::new(), sentence)))
}

fn sign_in_page(app: &App, visitor: &Visitor, typed: &Typed<'_>, status: StatusCode) -> Response {
    let ui = visitor.ui(app);
    let errors = errors_of(&ui, typed.refused);
    let user_name = Field::new("user_name", ui.t("sign-in-user-name"))
        .value(shortened(typed.user_name))
        .autocomplete("username")
        .max_chars(40);
    let password = Field::new("password", ui.t("sign-in-password"))
        .autocomplete("current-password")
        .max_chars(256);
    let main = html! {
        @if typed.ended { (ui::notice(&ui, ui::NoticeTone::Warn, "", &html! { (ui.t("sign-in-ended")) })) }
        @if typed.out { (ui::notice(&ui, ui::NoticeTone::Ok, &ui.t("sign-in-signed-out"), &provider::still_there(&ui, app))) }
        (ui::error_summary(&ui, &errors))
        @if typed.is_new {
            (ui::notice(&ui, ui::NoticeTone::Info, &ui.t("sign-in-new"), &html! { (ui.t("sign-in-new-how")) br; code { "townhall admin create --unit … --user …" } }))
        }
        h1 { (ui.t("sign-in-title")) }
        p { (ui.t("sign-in-lead")) }
        (ui::form(&ui, &Form::post("/sign-in"), &html! {
            div.th-fields {
                (ui::text(&ui, &user_name))
                (ui::password(&ui, &password))
            }
            (next_field(typed.next))
            (button(&ui.t("sign-in-send")))
        }))
        (passkey::alone(app, &ui, typed.next))
        (provider::other_way(&ui, app, typed.next))
    };
    show(&ui, "sign-in-title", &errors, &main, status)
}

/// The second step with whatever the account has for it; the beginning when no session waits for one.
async fn code_page(
    app: &App,
    visitor: &Visitor,
    headers: &HeaderMap,
    next: &str,
    refused: Option<Refused>,
) -> Response {
    let factors = match waiting_at(app, headers, Stage::Code).await {
        Ok(Some(found)) => found.second_factors(),
        Ok(None) => return Redirect::to("/sign-in").into_response(),
        Err(error) => return Refusal::of(visitor.lang, &AppError::Store(error)).page(&visitor.ui(app)),
    };
    let ui = visitor.ui(app);
    let errors = errors_of(&ui, refused);
    let code = Field::new("code", ui.t("sign-in-code"))
        .hint(ui.t("sign-in-code-hint"))
        .autocomplete("one-time-code")
        .input_mode("numeric")
        .max_chars(9);
    let title = if factors.passkeys > 0 {
        "passkey-step-title"
    } else {
        "sign-in-code-title"
    };
    let main = html! {
        (ui::error_summary(&ui, &errors))
        h1 { (ui.t(title)) }
        @if factors.passkeys > 0 { (passkey::step(app, &ui, next, !factors.codes)) }
        @if factors.codes {
            @if factors.passkeys > 0 { h2.mt-4 { (ui.t("passkey-or-code")) } }
            (ui::form(&ui, &Form::post("/sign-in/code"), &html! {
                (ui::text(&ui, &code))
                (next_field(next))
                (button(&ui.t("sign-in-code-send")))
            }))
        }
        p.mt-3 { a href="/sign-in" { (ui.t("sign-in-again")) } }
    };
    show(
        &ui,
        title,
        &errors,
        &main,
        refused.map_or(StatusCode::OK, status_of),
    )
}

fn post_page(app: &App, visitor: &Visitor, found: &SignedIn, next: &str) -> Response {
    let mut ui = visitor.ui(app);
    ui.csrf = hex::encode(found.session.csrf);
    let vietnamese = ui.lang == townhall_text::Lang::Vi;
    let units = app.town.packs().units();
    let today = ui.today();
    let main = html! {
        h1 { (ui.t("sign-in-post-title")) }
        @if found.seats.is_empty() {
            p { (ui.t("sign-in-no-post")) }
        } @else {
            p { (ui.t_args("sign-in-post-lead", &[("name", Arg::from(found.person_name.as_str()))])) }
            (ui::form(&ui, &Form::post("/act-as"), &html! {
                (next_field(next))
                div.d-grid.gap-2 {
                    @for seat in &found.seats {
                        button.btn.text-start type="submit" name="post" value=(session::seat_key(seat)) {
                            (Icon::BRIEFCASE) " "
                            span {
                                b { (seat.post.title(vietnamese)) } br;
                                span.th-muted {
                                    @if let Some(unit) = units.by_id(&seat.post.unit) { (unit.full_name(today)) " · " }
                                    (ui.t(basis_key(seat.basis)))
                                }
                            }
                        }
                    }
                }
            }))
        }
        (ui::form(&ui, &Form::post("/sign-out").class("mt-3"), &html! {
            button.btn.btn-link.p-0 type="submit" { (ui.t("ui-sign-out")) }
        }))
    };
    show(
        &ui,
        "sign-in-post-title",
        &Errors::default(),
        &main,
        StatusCode::OK,
    )
}

/// Key of the words for what a seat rests on.
pub fn basis_key(basis: Basis) -> &'static str {
    match basis {
        Basis::Mandate(_) => "sign-in-basis-mandate",
        Basis::Absence(_) => "sign-in-basis-absence",
        Basis::Delegation(_) => "sign-in-basis-delegation",
    }
}

fn show(ui: &Ui, title: &str, errors: &Errors, main: &Markup, status: StatusCode) -> Response {
    let title = ui.t(title);
    let page = Page::new(&title).with_error(!errors.is_empty());
    (status, ui::public_page(ui, &page, main)).into_response()
}

fn next_field(next: &str) -> Markup {
    html! { @if !own_path(next).is_empty() { (ui::hidden("next", next)) } }
}

fn button(words: &str) -> Markup {
    html! { button.btn.btn-primary.btn-lg.mt-3 type="submit" { (words) } }
}

/// What was typed, no longer than a user name may be: a megabyte is not sent back.
fn shortened(typed: &str) -> String {
    typed.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn signing_in_leads_only_to_this_site() {
        assert_eq!(own_path("/dossiers?state=1"), "/dossiers?state=1");
        for away in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "evil",
            "/a\r\nb",
            "/sign-in?next=/x",
        ] {
            assert_eq!(own_path(away), "", "{away}");
        }
    }
}

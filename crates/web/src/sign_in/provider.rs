//! Signing in by an existing identity provider: the way there and the way back.
//!
//! The way there is a page of its own that the browser leaves at once: the policy of our pages lets no form lead
//! elsewhere, and browsers ask it of redirects after a form, too.

use axum::extract::{Query, State};
use axum::http::header::{REFRESH, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use townhall_app::accounts::{LinkOwn, link_own};
use townhall_app::error::AppError;
use townhall_app::outside::{Provider, ProviderError, WayBack, WayOut};
use townhall_app::sign_in::provider::{self, Purpose, Refusal as Refused, Returned};
use townhall_app::sign_in::secret::Secret;
use townhall_store::StoreError;
use townhall_text::{Arg, Lang};

use super::{go_on, in_moment, next_field, own_path, show};
use crate::refusal::Refusal;
use crate::routes::{Need, Routes};
use crate::session::{self, FormOf, MaybeSigned, Signed};
use crate::state::App;
use crate::ui::{self, Errors, Form, Icon, NoticeTone, Page, Ui, href};
use crate::visitor::{Visitor, cookie};

/// Where the provider sends people back to; registered there as it stands here, after the public address.
pub const ANSWER_PATH: &str = "/sign-in/provider/answer";
/// Name of the cookie that binds the way out to the way back; the prefix as for sessions.
const TLS_COOKIE: &str = "__Host-townhall-provider";
const PLAIN_COOKIE: &str = "townhall-provider";
/// Seconds that it lasts, as the way does.
const COOKIE_SECONDS: u32 = 600;

/// The routes of signing in by a provider.
pub fn routes(app: &App) -> Routes {
    Routes::new(app)
        .post("/sign-in/provider", Need::Public, begin)
        .get(ANSWER_PATH, Need::Public, answer)
}

#[derive(Debug, Default, Deserialize)]
struct NextForm {
    #[serde(default)]
    next: String,
}

/// What a provider adds to the address: a code, or why there is none.
#[derive(Debug, Default, Deserialize)]
struct Answer {
    #[serde(default)]
    state: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    error: String,
    #[serde(default)]
    iss: String,
}

/// Why somebody is not signed in by the provider.
#[derive(Debug)]
enum Trouble {
    /// The way itself.
    Refused(Refused),
    /// The provider cannot be asked now.
    Away,
    /// Its answer proves nothing.
    Unproven,
    /// It says no: somebody did not agree there, or may not come here.
    Declined,
    /// The subject is known there and linked to nobody here.
    Unlinked(String),
    /// Ours.
    App(AppError),
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::App(AppError::Store(error))
    }
}

impl From<ProviderError> for Trouble {
    fn from(error: ProviderError) -> Self {
        // Logged here, once: what people read says only what they can do.
        tracing::warn!("sign-in by the identity provider: {error}");
        match error {
            ProviderError::Away(_) => Self::Away,
            ProviderError::Unproven(_) => Self::Unproven,
        }
    }
}

async fn begin(State(app): State<App>, visitor: Visitor, FormOf(form): FormOf<NextForm>) -> Response {
    let ui = visitor.ui(&app);
    let Some(provider) = app.town.outside().provider.clone() else {
        return Refusal::not_found(visitor.lang).page(&ui);
    };
    match leave(&app, &ui, &provider, Purpose::SignIn, own_path(&form.next)).await {
        Ok(response) => response,
        Err(trouble) => trouble_page(&ui, &provider, &trouble),
    }
}

/// Opens a way to the provider and shows the page that leads there.
async fn leave(
    app: &App,
    ui: &Ui,
    provider: &Provider,
    purpose: Purpose,
    next: &str,
) -> Result<Response, Trouble> {
    let next = next.to_owned();
    let begun = in_moment(app, "begin_provider_sign_in", move |tx, moment| {
        provider::begin(tx, moment, purpose, &next)
    });
    let begun = begun.await?;
    let way = WayOut {
        redirect: redirect(app),
        state: begun.state.reveal(),
        nonce: begun.nonce.reveal(),
        verifier: begun.verifier.reveal(),
    };
    let door = provider.door.clone();
    let address = app.ask_provider(move || door.address(&way)).await??;
    let mut response = show(
        ui,
        "provider-leaving-title",
        &Errors::default(),
        &leaving(ui, provider, &address),
        StatusCode::OK,
    );
    // The library that made the address has escaped it, so it always fits into a header.
    if let Ok(line) = HeaderValue::from_str(&format!("0; url={address}")) {
        response.headers_mut().insert(REFRESH, line);
    }
    set_cookie(app, &mut response, &begun.browser.reveal(), COOKIE_SECONDS);
    Ok(response)
}

/// Sends a signed-in person, whose password has just been asked for, to prove who he is at the provider.
pub async fn leave_to_link(app: &App, signed: &Signed, provider: &Provider) -> Response {
    let ui = signed.ui(app);
    let purpose = Purpose::Link(signed.account.session.account);
    match leave(app, &ui, provider, purpose, "").await {
        Ok(response) => response,
        Err(trouble) => trouble_page(&ui, provider, &trouble),
    }
}

async fn answer(
    State(app): State<App>,
    visitor: Visitor,
    MaybeSigned(signed): MaybeSigned,
    headers: HeaderMap,
    Query(answer): Query<Answer>,
) -> Response {
    let ui = visitor.ui(&app);
    let Some(provider) = app.town.outside().provider.clone() else {
        return Refusal::not_found(visitor.lang).page(&ui);
    };
    let mut response = match take(&app, &visitor, signed.as_ref(), &headers, &provider, answer).await {
        Ok(response) => response,
        Err(trouble) => trouble_page(&ui, &provider, &trouble),
    };
    // Whatever came of it, this way is used.
    set_cookie(&app, &mut response, "", 0);
    response
}

async fn take(
    app: &App,
    visitor: &Visitor,
    signed: Option<&Signed>,
    headers: &HeaderMap,
    provider: &Provider,
    answer: Answer,
) -> Result<Response, Trouble> {
    let name = if app.site.is_tls { TLS_COOKIE } else { PLAIN_COOKIE };
    let browser = cookie(headers, name).and_then(Secret::parse);
    let (source, state) = (visitor.address, answer.state);
    let returned = in_moment(app, "return_from_provider", move |tx, moment| {
        provider::come_back(tx, moment, source, &state, browser.as_ref())
    });
    let returned = returned.await?.map_err(Trouble::Refused)?;
    // RFC 9207: an answer that names another provider is none of ours.
    if !answer.iss.is_empty() && answer.iss != provider.issuer {
        tracing::warn!("sign-in by the identity provider: an answer named another provider");
        return Err(Trouble::Unproven);
    }
    if !answer.error.is_empty() {
        tracing::info!("sign-in by the identity provider: {}", error_word(&answer.error));
        return Err(Trouble::Declined);
    }
    if answer.code.is_empty() {
        return Err(Trouble::Refused(Refused::Gone));
    }
    let way = WayBack {
        redirect: redirect(app),
        code: answer.code,
        nonce: returned.nonce.clone(),
        verifier: returned.verifier.clone(),
    };
    let door = provider.door.clone();
    let subject = match app.ask_provider(move || door.subject(&way)).await? {
        Ok(subject) => subject,
        Err(error) => {
            if matches!(error, ProviderError::Away(_)) {
                let returned = returned.clone();
                in_moment(app, "give_try_back", move |tx, _| {
                    provider::give_back(tx, &returned)
                })
                .await?;
            }
            return Err(error.into());
        }
    };
    match returned.purpose {
        Purpose::SignIn => sign_in(app, headers, provider, returned, subject).await,
        Purpose::Link(account) => {
            // The session may have ended or changed hands while the person was away.
            let signed = signed
                .filter(|signed| signed.account.session.account == account)
                .ok_or(Trouble::Refused(Refused::Gone))?;
            link(app, signed, provider, returned, subject).await
        }
    }
}

async fn sign_in(
    app: &App,
    headers: &HeaderMap,
    provider: &Provider,
    returned: Returned,
    subject: String,
) -> Result<Response, Trouble> {
    let (issuer, second, next) = (
        provider.issuer.clone(),
        provider.second_factor,
        returned.next.clone(),
    );
    let shown = subject.clone();
    let opened = in_moment(app, "open_session_by_provider", move |tx, moment| {
        provider::open(tx, moment, &returned, &issuer, &subject, second)
    });
    match opened.await? {
        Ok(handed) => {
            session::end_former(app, headers).await?;
            Ok(go_on(app, &handed, &next))
        }
        Err(Refused::Unlinked) => Err(Trouble::Unlinked(shown)),
        Err(refused) => Err(Trouble::Refused(refused)),
    }
}

async fn link(
    app: &App,
    signed: &Signed,
    provider: &Provider,
    returned: Returned,
    subject: String,
) -> Result<Response, Trouble> {
    let command = LinkOwn {
        issuer: provider.issuer.clone(),
        subject,
    };
    let linked = app
        .town
        .write("link_own", &signed.actor, move |tx, cx| {
            provider::give_back(tx, &returned)?;
            link_own(tx, cx, &command)
        })
        .await;
    match linked {
        Ok(()) => Ok(Redirect::to("/settings/provider?done=linked").into_response()),
        // The only one that a person can do something about: the subject is somebody else's already.
        Err(AppError::Invalid(_)) => Ok(Redirect::to("/settings/provider?done=taken").into_response()),
        Err(error) => Err(Trouble::App(error)),
    }
}

fn redirect(app: &App) -> String {
    format!("{}{ANSWER_PATH}", app.site.base)
}

/// The word of an error as the standard has them; a text of somebody's own never comes into the log.
fn error_word(error: &str) -> &'static str {
    const KNOWN: [&str; 9] = [
        "access_denied",
        "login_required",
        "interaction_required",
        "consent_required",
        "invalid_request",
        "invalid_scope",
        "unauthorized_client",
        "server_error",
        "temporarily_unavailable",
    ];
    KNOWN
        .into_iter()
        .find(|known| *known == error)
        .unwrap_or("another error")
}

/// As the session's cookie: for this server alone, not for scripts, and sent when the provider leads back here.
fn set_cookie(app: &App, response: &mut Response, value: &str, seconds: u32) {
    let (name, secure) = if app.site.is_tls {
        (TLS_COOKIE, "; Secure")
    } else {
        (PLAIN_COOKIE, "")
    };
    let line = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}; Max-Age={seconds}");
    if let Ok(line) = HeaderValue::from_str(&line) {
        response.headers_mut().append(SET_COOKIE, line);
    }
}

/// What a provider is called on this page.
pub fn name<'a>(ui: &Ui, provider: &'a Provider) -> &'a str {
    provider.name(ui.lang == Lang::Vi)
}

/// The way to the provider below the form of the password; nothing without a provider.
pub fn other_way(ui: &Ui, app: &App, next: &str) -> Markup {
    let Some(provider) = &app.town.outside().provider else {
        return ui::nothing();
    };
    html! {
        (ui::form(ui, &Form::post("/sign-in/provider").class("mt-4"), &html! {
            p.th-muted.mb-2 { (ui.t("provider-or")) }
            (next_field(next))
            button.btn.btn-lg type="submit" { (Icon::SHIELD) " " (ui.t_args("provider-sign-in", &[("name", Arg::from(name(ui, provider)))])) }
        }))
    }
}

/// What is said after signing out here, where somebody may still be signed in at the provider.
pub fn still_there(ui: &Ui, app: &App) -> Markup {
    match &app.town.outside().provider {
        Some(provider) => {
            html! { (ui.t_args("provider-still-signed-in", &[("name", Arg::from(name(ui, provider)))])) }
        }
        None => ui::nothing(),
    }
}

fn leaving(ui: &Ui, provider: &Provider, address: &str) -> Markup {
    let called = [("name", Arg::from(name(ui, provider)))];
    html! {
        h1 { (ui.t("provider-leaving-title")) }
        p { (ui.t_args("provider-leaving-lead", &called)) }
        a.btn.btn-primary.btn-lg href=(address) rel="nofollow" { (ui.t_args("provider-go", &called)) }
    }
}

fn trouble_page(ui: &Ui, provider: &Provider, trouble: &Trouble) -> Response {
    let called = [("name", Arg::from(name(ui, provider)))];
    let (status, sentence) = match trouble {
        Trouble::App(error) => return Refusal::of(ui.lang, error).page(ui),
        Trouble::Refused(Refused::Wait(seconds)) => (
            StatusCode::TOO_MANY_REQUESTS,
            ui.t_args("sign-in-wait", &[("seconds", Arg::from(*seconds))]),
        ),
        Trouble::Refused(Refused::Gone) => (StatusCode::UNPROCESSABLE_ENTITY, ui.t("provider-gone")),
        Trouble::Refused(Refused::NoPost) => (StatusCode::UNPROCESSABLE_ENTITY, ui.t("sign-in-no-post")),
        Trouble::Refused(Refused::Unlinked) | Trouble::Unlinked(_) => (
            StatusCode::UNPROCESSABLE_ENTITY,
            ui.t_args("provider-unlinked", &called),
        ),
        Trouble::Away => (
            StatusCode::SERVICE_UNAVAILABLE,
            ui.t_args("provider-away", &called),
        ),
        Trouble::Unproven => (
            StatusCode::UNPROCESSABLE_ENTITY,
            ui.t_args("provider-unproven", &called),
        ),
        Trouble::Declined => (
            StatusCode::UNPROCESSABLE_ENTITY,
            ui.t_args("provider-declined", &called),
        ),
    };
    let title = ui.t("provider-trouble-title");
    let main = html! {
        h1 { (title) }
        (ui::notice(ui, NoticeTone::Bad, "", &html! { (sentence) }))
        @if let Trouble::Unlinked(subject) = trouble {
            p.mt-3 { (ui.t_args("provider-own-subject", &called)) " " (ui::code(subject)) }
        }
        p.mt-3 { a.btn.btn-primary href=(href("/sign-in", &[])) { (ui.t("provider-back")) } }
    };
    let page = Page::new(&title).with_error(true);
    (status, ui::public_page(ui, &page, &main)).into_response()
}

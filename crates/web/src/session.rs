//! Who has signed in: the session cookie, the guard before every handler, and the token that forms carry.
//!
//! A request that changes something must come from a page of this site (Fetch metadata or `Origin`) and carry the
//! session's token; the second check is made where the form is read, by [`FormOf`].

use std::convert::Infallible;
use std::sync::Arc;

use axum::Form;
use axum::extract::{FromRequest, FromRequestParts, Request, State};
use axum::http::header::{ACCEPT, HOST, ORIGIN, REFERER};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use serde::de::DeserializeOwned;
use townhall_app::actor::Actor;
use townhall_app::calendar::decided_days;
use townhall_app::clock::real_now;
use townhall_app::error::AppError;
use townhall_app::sign_in::secret::Secret;
use townhall_app::sign_in::{self, Moment, SeatChoice, SignedIn};
use townhall_app::waiting::{Waiting, waiting};
use townhall_store::StoreError;
use townhall_text::Lang;

use crate::look;
use crate::online::CITIZEN;
use crate::refusal::Refusal;
use crate::routes::Need;
use crate::state::App;
use crate::ui::{CSRF_FIELD, NavEntry, Place, PostChoice, Theme, Ui, Who};
use crate::visitor::{Decided, Visitor, cookie, office_of};

/// Name of the session cookie over TLS: the prefix makes browsers insist on `Secure`, `Path=/` and no domain.
pub const TLS_COOKIE: &str = "__Host-townhall";
/// Name of the session cookie without TLS: a demo on the loopback address.
pub const PLAIN_COOKIE: &str = "townhall";

/// A signed-in officer and what his pages need.
#[derive(Debug, Clone)]
pub struct Signed {
    /// What the request tells of itself; language and theme are those of the account.
    pub visitor: Visitor,
    /// As whom he acts.
    pub actor: Actor,
    /// Account, person, posts, settings.
    pub account: Arc<SignedIn>,
    /// The token that forms send back.
    pub csrf: String,
    /// What the navigation counts; zero where no whole page is drawn.
    pub waiting: Waiting,
}

impl Signed {
    /// The language of his pages.
    pub fn lang(&self) -> Lang {
        self.visitor.lang
    }

    /// The frame of his pages.
    pub fn ui(&self, app: &App) -> Ui {
        let mut ui = self.visitor.ui(app);
        let vietnamese = self.visitor.lang == Lang::Vi;
        ui.csrf.clone_from(&self.csrf);
        ui.single_keys = self.account.settings.single_keys;
        if let Some(unit) = self.actor.unit() {
            ui.office = office_of(app, self.visitor.lang, unit.code());
        }
        let unit_name = |unit: &townhall_domain::ids::UnitId| {
            let today = townhall_domain::time::local_date(app.town.clock().now());
            app.town
                .packs()
                .units()
                .by_id(unit)
                .map(|unit| unit.full_name(today).to_owned())
                .unwrap_or_default()
        };
        let posts: Vec<PostChoice> = self
            .account
            .seats
            .iter()
            .map(|seat| PostChoice {
                id: seat_key(seat),
                title: seat.post.title(vietnamese).to_owned(),
                unit_name: unit_name(&seat.post.unit),
                current: self
                    .actor
                    .officer()
                    .is_some_and(|officer| (officer.post, officer.basis) == (seat.post.id, seat.basis)),
            })
            .collect();
        let current = posts.iter().find(|post| post.current);
        ui.who = Some(Who {
            name: self.account.person_name.clone(),
            post_title: current.map(|post| post.title.clone()).unwrap_or_default(),
            unit_name: current.map(|post| post.unit_name.clone()).unwrap_or_default(),
            posts,
        });
        ui.nav = crate::places::of(&self.actor)
            .into_iter()
            .map(|place| NavEntry {
                place,
                waiting: match place {
                    Place::Work => self.waiting.work,
                    Place::Queue => self.waiting.queue,
                    _ => 0,
                },
            })
            .collect();
        ui
    }

    /// Whether the node asks for a second factor and this account has none yet.
    pub fn must_enrol(&self, app: &App) -> bool {
        !self.account.second_factors().suffice(app.codes_required)
    }

    /// The page that must be dealt with before any other: a first password, a second factor.
    fn must_first(&self, app: &App) -> Option<&'static str> {
        if self.account.change_password {
            Some("/settings/password")
        } else if self.must_enrol(app) {
            Some("/settings/codes")
        } else {
            None
        }
    }

    /// A refusal as a page.
    pub fn refuse(&self, app: &App, error: &AppError) -> Response {
        Refusal::of(self.lang(), error).page(&self.ui(app))
    }
}

/// How a form names a seat: the post, a colon, and what the seat rests on.
pub fn seat_key(seat: &SeatChoice) -> String {
    format!("{}:{}", seat.post.id, seat.basis.to_key())
}

/// The session token of a request.
pub fn token(app: &App, headers: &HeaderMap) -> Option<Secret> {
    cookie(headers, if app.site.is_tls { TLS_COOKIE } else { PLAIN_COOKIE }).and_then(Secret::parse)
}

/// Ends the session that the browser held before another one opens in it: nobody signs out by hand first, and the old
/// cookie must be worth nothing to whoever kept it.
pub async fn end_former(app: &App, headers: &HeaderMap) -> Result<(), StoreError> {
    let Some(token) = token(app, headers) else {
        return Ok(());
    };
    app.town
        .db()
        .write("end_former_session", move |tx| sign_in::sign_out(tx, &token))
        .await
}

/// Who is signed in with the request's cookie, at whatever step.
pub async fn signed_in(app: &App, headers: &HeaderMap) -> Result<Option<SignedIn>, StoreError> {
    let Some(token) = token(app, headers) else {
        return Ok(None);
    };
    let (packs, business) = (app.town.packs().clone(), app.town.clock().now());
    let found = app
        .town
        .db()
        .read("who_is_signed_in", move |tx| {
            let moment = Moment {
                now: real_now(),
                business,
                units: packs.units(),
            };
            sign_in::who(tx, &moment, &token)
        })
        .await?;
    if let Some(found) = &found {
        let (packs, session) = (app.town.packs().clone(), found.session.clone());
        let moment = Moment {
            now: real_now(),
            business,
            units: packs.units(),
        };
        if found.touch_is_due(&moment) {
            let packs = packs.clone();
            app.town
                .db()
                .write("touch_session", move |tx| {
                    let moment = Moment {
                        now: real_now(),
                        business,
                        units: packs.units(),
                    };
                    sign_in::touch(tx, &moment, &session)
                })
                .await?;
        }
    }
    Ok(found)
}

/// Stands before every handler and asks what the route table says.
pub async fn guard(State((app, need)): State<(App, Need)>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let Ok(mut visitor) = Visitor::from_request_parts(&mut parts, &app).await;
    if changes(&parts.method) && !is_own_page(&parts.headers) {
        return Refusal::forgery(visitor.lang).page(&visitor.ui(&app));
    }
    let found = match signed_in(&app, &parts.headers).await {
        Ok(found) => found,
        Err(error) => return Refusal::of(visitor.lang, &AppError::Store(error)).page(&visitor.ui(&app)),
    };
    let signed = found.and_then(|account| {
        let actor = account.actor.clone()?;
        visitor.lang = Lang::parse(&account.settings.language).unwrap_or(visitor.lang);
        visitor.theme = Theme::parse(&account.settings.theme).unwrap_or(visitor.theme);
        let csrf = hex::encode(account.session.csrf);
        Some(Signed {
            visitor: visitor.clone(),
            actor,
            account: Arc::new(account),
            csrf,
            waiting: Waiting::default(),
        })
    });
    let held = |rights: &[townhall_domain::permission::Right]| {
        signed
            .as_ref()
            .is_some_and(|signed| rights.iter().any(|right| signed.actor.holds(*right)))
    };
    if let Some(look) = look::chosen(&parts) {
        return look::keep(&app, &look, signed.as_ref()).await;
    }
    if let Some(first) = signed.as_ref().and_then(|signed| signed.must_first(&app)) {
        let path = parts.uri.path();
        // A passkey is a second factor as good as codes.
        let or_passkey = first == "/settings/codes" && path.starts_with("/settings/passkeys");
        if need != Need::Public && path != first && !or_passkey {
            return Redirect::to(first).into_response();
        }
    }
    let may_come = match need {
        Need::Public => true,
        Need::Session => signed.is_some(),
        Need::Right(right) => held(&[right]),
        Need::AnyOf(rights) => held(rights),
    };
    match (may_come, signed) {
        (true, signed) => {
            let actor = signed.as_ref().map(|signed| &signed.actor);
            let about = around(&app, actor, &visitor, &parts.headers).await;
            if let Some(mut signed) = signed {
                signed.waiting = about.waiting;
                signed.visitor.decided = about.decided.clone();
                parts.extensions.insert(signed);
            }
            visitor.decided = about.decided.clone();
            parts.extensions.insert(about.decided);
            parts.extensions.insert(visitor);
            next.run(Request::from_parts(parts, body)).await
        }
        // Signed in, but the place is not his to know of.
        (false, Some(signed)) => Refusal::not_found(signed.lang()).page(&signed.ui(&app)),
        (false, None) => {
            let back = if parts.method == Method::GET {
                crate::ui::href("/sign-in", &[("next", &visitor.path)])
            } else {
                // The session ended under a form: back to its page afterwards, where the browser kept what was typed.
                let form = page_before(&parts.headers).unwrap_or_default();
                crate::ui::href("/sign-in", &[("ended", "1"), ("next", &form)])
            };
            Redirect::to(&back).into_response()
        }
    }
}

/// Whether a whole page is wanted: browsers say so when somebody follows a link or sends a form, and a program that
/// says nothing may want one too.
fn wants_page(headers: &HeaderMap) -> bool {
    let accepted = headers.get(ACCEPT).and_then(|value| value.to_str().ok());
    accepted.is_none_or(|kinds| kinds.contains("text/html"))
}

/// What pages show around and between what their own query finds.
#[derive(Default)]
struct Around {
    waiting: Waiting,
    decided: Decided,
}

/// Reads it in one transaction: the counts of the navigation for a whole page of an officer, the decided days for all
/// that draws a deadline. A page without them is better than none, so a failure only leaves them out.
async fn around(app: &App, actor: Option<&Actor>, visitor: &Visitor, headers: &HeaderMap) -> Around {
    if !wants_page(headers) {
        return Around::default();
    }
    let counts = actor.is_some() && !visitor.is_part;
    let read = app
        .town
        .read("around_page", actor.unwrap_or(&CITIZEN), move |tx, cx| {
            let waiting = if counts {
                waiting(tx, cx)?
            } else {
                Waiting::default()
            };
            let decided = Decided(decided_days(tx, cx)?.into());
            Ok::<_, AppError>(Around { waiting, decided })
        });
    read.await.unwrap_or_default()
}

/// The page of this very site from which a request was sent, as path and query.
fn page_before(headers: &HeaderMap) -> Option<String> {
    let before: Uri = headers.get(REFERER)?.to_str().ok()?.parse().ok()?;
    let host = headers.get(HOST)?.to_str().ok()?;
    let is_own = before
        .authority()
        .is_some_and(|authority| authority.as_str() == host);
    is_own.then(|| before.path_and_query().map(ToString::to_string))?
}

fn changes(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Whether a changing request comes from a page of this very site, as the browser itself says.
///
/// Programs that are not browsers send neither header; they have no cookie to be misused, and the token decides.
fn is_own_page(headers: &HeaderMap) -> bool {
    if let Some(site) = headers
        .get("sec-fetch-site")
        .and_then(|value| value.to_str().ok())
    {
        return matches!(site, "same-origin" | "none");
    }
    let Some(origin) = headers.get(ORIGIN).and_then(|value| value.to_str().ok()) else {
        return true;
    };
    let host = headers
        .get(HOST)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    origin
        .split_once("://")
        .is_some_and(|(_, authority)| authority == host)
}

impl FromRequestParts<App> for Signed {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        if let Some(signed) = parts.extensions.get::<Self>() {
            Ok(signed.clone())
        } else {
            let Ok(visitor) = Visitor::from_request_parts(parts, app).await;
            Err(Refusal::not_found(visitor.lang).page(&visitor.ui(app)))
        }
    }
}

/// The signed-in officer, if there is one: for pages that are public but show more to officers.
#[derive(Debug, Clone)]
pub struct MaybeSigned(pub Option<Signed>);

impl FromRequestParts<App> for MaybeSigned {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Infallible> {
        Ok(Self(parts.extensions.get::<Signed>().cloned()))
    }
}

/// A form of a signed-in officer whose token was checked.
#[derive(Debug)]
pub struct FormOf<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for FormOf<T> {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let Ok(visitor) = Visitor::from_request_parts(&mut parts, app).await;
        let csrf = parts.extensions.get::<Signed>().map(|signed| signed.csrf.clone());
        let pairs = Form::<Vec<(String, String)>>::from_request(Request::from_parts(parts, body), app).await;
        let pairs = match pairs {
            Ok(Form(pairs)) => pairs,
            Err(error) => {
                let refusal = if error.into_response().status() == StatusCode::PAYLOAD_TOO_LARGE {
                    Refusal::too_large(visitor.lang)
                } else {
                    Refusal::unreadable(visitor.lang)
                };
                return Err(refusal.page(&visitor.ui(app)));
            }
        };
        let sent = pairs
            .iter()
            .find(|(name, _)| name == CSRF_FIELD)
            .map(|(_, value)| value.as_str());
        if csrf.is_some() && sent != csrf.as_deref() {
            return Err(Refusal::forgery(visitor.lang).page(&visitor.ui(app)));
        }
        from_pairs(&pairs)
            .map(Self)
            .map_err(|()| Refusal::unreadable(visitor.lang).page(&visitor.ui(app)))
    }
}

/// Reads name-value pairs into a type; a name that comes several times becomes a list.
fn from_pairs<T: DeserializeOwned>(pairs: &[(String, String)]) -> Result<T, ()> {
    use serde_json::{Map, Value};
    let mut map: Map<String, Value> = Map::new();
    for (name, value) in pairs.iter().filter(|(name, _)| name != CSRF_FIELD) {
        let value = Value::String(value.clone());
        match map.get_mut(name) {
            Some(Value::Array(list)) => list.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
            None => {
                map.insert(name.clone(), value);
            }
        }
    }
    serde_json::from_value(Value::Object(map)).map_err(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (
                    axum::http::HeaderName::from_static(name),
                    value.parse().expect("a value"),
                )
            })
            .collect()
    }

    #[test]
    fn a_form_of_another_site_is_refused() {
        assert!(is_own_page(&headers(&[("sec-fetch-site", "same-origin")])));
        assert!(!is_own_page(&headers(&[("sec-fetch-site", "cross-site")])));
        assert!(!is_own_page(&headers(&[("sec-fetch-site", "same-site")])));
        assert!(is_own_page(&headers(&[
            ("origin", "https://a.vn"),
            ("host", "a.vn")
        ])));
        assert!(!is_own_page(&headers(&[
            ("origin", "https://b.vn"),
            ("host", "a.vn")
        ])));
        assert!(!is_own_page(&headers(&[("origin", "null"), ("host", "a.vn")])));
    }

    #[test]
    fn names_that_come_several_times_become_a_list() {
        #[derive(serde::Deserialize)]
        struct Wanted {
            one: String,
            many: Vec<String>,
        }
        let pairs = [("one", "1"), ("many", "a"), ("many", "b"), ("csrf", "x")]
            .map(|(a, b)| (a.to_owned(), b.to_owned()));
        let wanted: Wanted = from_pairs(&pairs).expect("a form");
        assert_eq!((wanted.one.as_str(), wanted.many.len()), ("1", 2));
    }
}

//! Stands before every route of the API: a token in the header and nothing else, limits, the right of the route.
//! What citizens do by a secret needs no token; the limits of public pages stand before it.
//!
//! Cookies are not looked at, so a page of another site cannot make a browser act here.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::Uri;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use townhall_app::actor::{Actor, Denied};
use townhall_app::error::AppError;
use townhall_domain::ids::TokenId;
use townhall_domain::permission::Right;
use townhall_text::Lang;

use super::problem::{Wrong, lang_of};
use crate::online::CITIZEN;
use crate::routes::Need;
use crate::running::{Buckets, Rate};
use crate::state::App;
use crate::ui::Ui;
use crate::visitor::Visitor;

/// A program may come so often with one token: far above what a town hall does, far below what harms it.
const TOKEN_RATE: Rate = Rate {
    per_second: 2_000,
    burst: 4_000,
};
/// Tokens that do not count may be shown so often from one address.
const WRONG_RATE: Rate = Rate {
    per_second: 1,
    burst: 60,
};

/// The limits of the API; one for the whole program.
#[derive(Debug, Clone)]
pub struct Limits {
    tokens: Arc<Buckets<TokenId>>,
    wrong: Arc<Buckets<IpAddr>>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            tokens: Arc::new(Buckets::new(TOKEN_RATE)),
            wrong: Arc::new(Buckets::new(WRONG_RATE)),
        }
    }
}

/// What the guard shares with its routes.
#[derive(Debug, Clone)]
pub struct Gate {
    pub(crate) app: App,
    pub(crate) need: Need,
    pub(crate) limits: Limits,
}

/// Who asks through the API, and in which language he is answered.
#[derive(Debug, Clone)]
pub struct Asker {
    /// As whom he acts.
    pub actor: Actor,
    /// The language of words in the answer.
    pub lang: Lang,
}

impl Asker {
    /// Words, numbers and dates of a file, in the language that was asked for; `address` is what the access log names.
    pub fn ui(&self, app: &App, address: &Uri) -> Ui {
        let mut ui = Ui::new(self.lang, app.town.clock().now());
        ui.path = address
            .path_and_query()
            .map_or_else(String::new, ToString::to_string);
        ui
    }
}

impl FromRequestParts<App> for Asker {
    type Rejection = Wrong;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Wrong> {
        parts.extensions.get::<Self>().cloned().ok_or(Wrong::Unauthorized)
    }
}

/// The guard.
pub async fn stand_before(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    match let_in(&gate, &mut parts).await {
        Ok(asker) => {
            parts.extensions.insert(asker);
            next.run(Request::from_parts(parts, body)).await
        }
        Err(wrong) => wrong.into_response(),
    }
}

async fn let_in(gate: &Gate, parts: &mut Parts) -> Result<Asker, Wrong> {
    // What anybody may, he does as nobody in particular: a token adds nothing to a citizen's secret.
    if gate.need == Need::Public {
        return Ok(Asker {
            actor: CITIZEN,
            lang: lang_of(&parts.headers),
        });
    }
    let Ok(visitor) = Visitor::from_request_parts(parts, &gate.app).await;
    let address = crate::running::network(visitor.address);
    let Some(actor) = crate::bearer::actor(&gate.app, &parts.headers).await? else {
        // Without a token there is nothing to guess at, so it is not counted.
        if !parts.headers.contains_key(AUTHORIZATION) {
            return Err(Wrong::Unauthorized);
        }
        return Err(match gate.limits.wrong.take(address, Instant::now()) {
            Ok(()) => Wrong::Unauthorized,
            Err(seconds) => Wrong::TooMany(seconds.max(1)),
        });
    };
    if let Some(token) = actor.officer().and_then(|officer| officer.token) {
        let taken = gate.limits.tokens.take(token, Instant::now());
        taken.map_err(|seconds| Wrong::TooMany(seconds.max(1)))?;
    }
    must_hold(&actor, gate.need)?;
    Ok(Asker {
        actor,
        lang: lang_of(&parts.headers),
    })
}

fn must_hold(actor: &Actor, need: Need) -> Result<(), Wrong> {
    let missing = |right: Right| {
        let unit = actor.unit().cloned().ok_or(Wrong::Unauthorized)?;
        Err(Wrong::App(AppError::Denied(Denied { right, unit })))
    };
    match need {
        Need::Public | Need::Session => Ok(()),
        Need::Right(right) if actor.holds(right) => Ok(()),
        Need::Right(right) => missing(right),
        Need::AnyOf(rights) if rights.iter().any(|right| actor.holds(*right)) => Ok(()),
        Need::AnyOf(rights) => rights.first().map_or(Ok(()), |right| missing(*right)),
    }
}

//! Programs: the token in the `Authorization` header, and the actor behind it.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use townhall_app::actor::Actor;
use townhall_app::clock::real_now;
use townhall_app::sign_in::secret::parse_token;
use townhall_app::sign_in::{self, Moment};
use townhall_store::StoreError;

use crate::state::App;

/// The actor of the request's token; nobody when there is none, it is unknown or it no longer counts.
///
/// # Errors
/// When the database cannot be read.
pub async fn actor(app: &App, headers: &HeaderMap) -> Result<Option<Actor>, StoreError> {
    let line = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = line.and_then(|line| {
        let (scheme, token) = line.split_once(' ')?;
        scheme
            .eq_ignore_ascii_case("bearer")
            .then(|| parse_token(token.trim()))?
    });
    let Some(token) = token else { return Ok(None) };
    let (packs, business) = (app.town.packs().clone(), app.town.clock().now());
    app.town
        .db()
        .read("whose_token_is_it", move |tx| {
            let moment = Moment {
                now: real_now(),
                business,
                units: packs.units(),
            };
            sign_in::officer_of_token(tx, &moment, &token)
        })
        .await
}

//! Who read what, over the API, for the inspector. Reading this log is noted in it.

use axum::Json;
use axum::extract::{OriginalUri, State};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use townhall_app::access_log::{NoteReading, Reading, accesses_of_unit, note};
use townhall_app::error::AppError;
use townhall_domain::ids::{AccessId, AccountId};
use townhall_domain::permission::Right;
use townhall_store::access_log::{AccessFilter, AccessLine};
use utoipa::{IntoParams, ToSchema};

use super::book::{Book, Operation};
use super::guard::Asker;
use super::organisation::unit_of;
use super::paging::{next_link, page_key, page_size};
use super::problem::Wrong;
use super::read::{Asked, InPath, flag, number};
use super::shapes::instant;
use crate::routes::Need;
use crate::state::App;

pub(super) fn add(book: Book) -> Book {
    book.add(
        Operation::get(
            "list_accesses",
            "/api/v1/units/{unit}/access-log",
            Need::Right(Right::ReadAccessLog),
        )
        .query::<AccessQuery>()
        .gives::<AccessPage>(200),
        list,
    )
}

/// What the log is narrowed to.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub struct AccessQuery {
    /// `read_dossier`, `read_paper`, `read_person`, `read_register_entry`, `search_by_identity_number`, `export`,
    /// `read_access_log`, `sign_in`.
    #[param(value_type = Option<String>, max_length = 40)]
    action: String,
    /// Only readings by this account.
    #[param(value_type = Option<String>, format = "uuid")]
    account: String,
    /// Only readings outside the reader's work.
    #[serde(deserialize_with = "flag")]
    #[param(value_type = Option<bool>)]
    outside: bool,
    /// `next` of the page before.
    #[param(value_type = Option<String>, max_length = 100)]
    after: String,
    /// Rows on the page, 1 to 200; 50 when missing.
    #[serde(deserialize_with = "number")]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// One reading.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccessOut {
    /// When.
    #[schema(format = DateTime)]
    at: String,
    /// The account that read.
    #[schema(format = "uuid")]
    account: String,
    /// The reader's name.
    person_name: String,
    /// Vietnamese title of his post.
    post: String,
    /// What was done.
    action: String,
    /// What kind of thing it was.
    subject_kind: String,
    /// Which one; for a search by identity number its salted digest.
    subject_id: String,
    /// Whether it was part of the reader's own work.
    own_work: bool,
    /// Why, when it was not.
    reason: Option<String>,
}

impl From<&AccessLine> for AccessOut {
    fn from(line: &AccessLine) -> Self {
        let access = &line.access;
        Self {
            at: instant(access.at),
            account: access.account.to_string(),
            person_name: line.person_name.clone(),
            post: line.post_vi.clone(),
            action: access.action.clone(),
            subject_kind: access.subject_kind.clone(),
            subject_id: access.subject_id.clone(),
            own_work: access.own_work,
            reason: access.reason.clone(),
        }
    }
}

/// A page of readings.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccessPage {
    /// The rows, newest first.
    items: Vec<AccessOut>,
    /// Key for `after` of the next page; missing on the last page.
    next: Option<String>,
}

async fn list(
    State(app): State<App>,
    asker: Asker,
    code: InPath,
    OriginalUri(uri): OriginalUri,
    Asked(query): Asked<AccessQuery>,
) -> Result<Response, Wrong> {
    let (unit, limit) = (unit_of(&app, &code.0)?, page_size(query.limit)?);
    let account: Option<AccountId> = match query.account.as_str() {
        "" => None,
        id => Some(id.parse().map_err(|_| Wrong::field("account", "api-id-wrong"))?),
    };
    let before = match query.after.as_str() {
        "" => None,
        key => {
            let (at, id) = page_key::<AccessId>(key)?;
            let at = jiff::Timestamp::from_millisecond(at);
            Some((
                at.map_err(|_| Wrong::field("after", "api-key-of-page-wrong"))?,
                id,
            ))
        }
    };
    let filter = AccessFilter {
        account,
        action: Some(query.action).filter(|action| !action.is_empty()),
        only_outside: query.outside,
        before,
    };
    let most = u16::try_from(limit).unwrap_or(u16::MAX).saturating_add(1);
    // Who reads the log is noted in the command that gives it.
    let found = app.town.write("accesses_of_unit", &asker.actor, move |tx, cx| {
        let lines = accesses_of_unit(tx, cx, &unit, &filter, most)?;
        let reading = NoteReading {
            reading: Reading::AccessLog,
            subject_kind: "unit",
            subject_id: unit.to_string(),
            unit: unit.clone(),
            about: None,
            own_work: true,
            reason: None,
        };
        note(tx, cx, &reading)?;
        Ok::<_, AppError>(lines)
    });
    let mut rows = found.await.map_err(Wrong::App)?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows
        .last()
        .filter(|_| more)
        .map(|last| format!("{}.{}", last.access.at.as_millisecond(), last.access.id));
    let headers = next_link(&uri, next.as_deref());
    let items = rows.iter().map(AccessOut::from).collect();
    Ok((headers, Json(AccessPage { items, next })).into_response())
}

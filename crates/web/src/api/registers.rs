//! Register books and the express lane over the API: shelf, book, entry, its changes, fee and booking.

mod express;

use axum::Json;
use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use townhall_app::error::AppError;
use townhall_app::register::{
    CorrectRegister, EntryBody, EntryView, RegisterQuery, StrikeEntry, correct_register, register_entry,
    register_page, registers, strike_entry,
};
use townhall_domain::ids::{EntryId, UnitId};
use townhall_domain::permission::Right;
use townhall_domain::time;
use townhall_store::registers::{Entry, Volume};
use utoipa::{IntoParams, ToSchema};

use super::book::{Book, Operation};
use super::guard::Asker;
use super::once::once;
use super::paging::{next_link, page_size};
use super::problem::Wrong;
use super::read::{Asked, InPath, Sent, Text, number};
use super::shapes::{instant, list_of, maybe};
use crate::routes::Need;
use crate::state::App;
use express::{CertifiedOut, CertifyBody, CopyFeeOut, FeeQuery, certify, fee};

const READ: Need = Need::Right(Right::ReadDossier);
const KEEP: Need = Need::AnyOf(&[Right::CertifyCopies, Right::KeepRegister]);
const CERTIFY: Need = Need::Right(Right::CertifyCopies);

pub(super) fn add(book: Book) -> Book {
    book.add(
        Operation::get("list_registers", "/api/v1/registers", READ)
            .query::<ShelfQuery>()
            .gives::<RegisterList>(200),
        shelf,
    )
    .add(
        Operation::get("list_register_entries", "/api/v1/registers/{book}/entries", READ)
            .query::<EntryQuery>()
            .gives::<RegisterPageOut>(200),
        entries,
    )
    .add(
        Operation::get("get_register_entry", "/api/v1/register-entries/{id}", READ)
            .gives::<RegisterEntryOut>(200),
        one,
    )
    .add(
        Operation::post(
            "strike_register_entry",
            "/api/v1/register-entries/{id}/strike",
            KEEP,
        )
        .takes::<StrikeBody>()
        .gives::<RegisterEntryItem>(200),
        strike,
    )
    .add(
        Operation::post(
            "correct_register_entry",
            "/api/v1/register-entries/{id}/correct",
            KEEP,
        )
        .takes::<CorrectEntryBody>()
        .gives::<RegisterEntryItem>(200),
        correct,
    )
    .add(
        Operation::get("certified_copy_fee", "/api/v1/express/fee", CERTIFY)
            .query::<FeeQuery>()
            .gives::<CopyFeeOut>(200),
        fee,
    )
    .add(
        Operation::post("certify_copies", "/api/v1/express", CERTIFY)
            .takes::<CertifyBody>()
            .gives::<CertifiedOut>(201),
        certify,
    )
}

/// A book of a year.
#[derive(Debug, Serialize, ToSchema)]
pub struct RegisterOut {
    /// Id in the packs: `certified-copy`, `birth`.
    book: String,
    /// Year of its numbers.
    year: i16,
    /// Its last number, which is the number of its entries.
    #[schema(minimum = 1)]
    last: i64,
    /// When the last entry was made.
    #[schema(format = DateTime)]
    last_at: String,
    /// Entries that were struck out.
    #[schema(minimum = 0)]
    struck: i64,
    /// Address of its entries.
    href: String,
}

impl RegisterOut {
    fn of(volume: &Volume) -> Self {
        let (book, year) = (&volume.book.book, volume.book.year);
        Self {
            book: book.clone(),
            year,
            last: volume.last,
            last_at: instant(volume.last_at),
            struck: volume.struck,
            href: format!("/api/v1/registers/{book}/entries?year={year}"),
        }
    }
}

list_of!(
    /// The books of the caller's unit that have entries.
    RegisterList of RegisterOut
);

/// Whose books.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub struct ShelfQuery {
    /// Code of the unit; the caller's own when missing.
    #[param(value_type = Option<String>, pattern = "^[0-9]{2}([0-9]{3})?$")]
    unit: String,
}

/// The unit that was asked for by its code of today; none when nothing was said.
fn unit_asked(app: &App, code: &str) -> Result<Option<UnitId>, Wrong> {
    if code.is_empty() {
        return Ok(None);
    }
    let today = time::local_date(app.town.clock().now());
    let unit = app.town.packs().units().by_code(code, today);
    let unit = unit.ok_or_else(|| Wrong::field("unit", "api-unit-unknown"))?;
    Ok(Some(unit.id.clone()))
}

async fn shelf(
    State(app): State<App>,
    asker: Asker,
    Asked(query): Asked<ShelfQuery>,
) -> Result<Json<RegisterList>, Wrong> {
    let unit = unit_asked(&app, &query.unit)?;
    let found = app.town.read("registers", &asker.actor, move |tx, cx| {
        registers(tx, cx, unit.as_ref())
    });
    let shelf = found.await.map_err(Wrong::App)?;
    let volumes = shelf.books.iter().flat_map(|book| &book.years);
    Ok(Json(volumes.map(RegisterOut::of).collect()))
}

/// Which entries of a book.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub struct EntryQuery {
    /// The year; this one when missing.
    #[serde(deserialize_with = "number")]
    #[param(minimum = 1900, maximum = 2199)]
    year: Option<u32>,
    /// Only what was entered in this month of the year.
    #[serde(deserialize_with = "number")]
    #[param(minimum = 1, maximum = 12)]
    month: Option<u32>,
    /// Code of the unit; the caller's own when missing.
    #[param(value_type = Option<String>, pattern = "^[0-9]{2}([0-9]{3})?$")]
    unit: String,
    /// Words of name, paper and number; diacritics may be left out.
    #[param(value_type = Option<String>, max_length = 200)]
    q: String,
    /// `asc` (lowest number first) or `desc`.
    #[param(value_type = Option<String>, pattern = "^(asc|desc)$")]
    sort: String,
    /// `next` of the page before.
    #[param(value_type = Option<String>, max_length = 20)]
    pub(super) after: String,
    /// Rows on the page, 1 to 200; 50 when missing.
    #[serde(deserialize_with = "number")]
    #[param(minimum = 1, maximum = 200)]
    pub(super) limit: Option<u32>,
}

impl EntryQuery {
    pub(super) fn query(&self, app: &App, book: &str) -> Result<RegisterQuery, Wrong> {
        let year = match self.year {
            None => None,
            Some(year) => Some(
                i16::try_from(year)
                    .ok()
                    .filter(|year| (1900..=2199).contains(year))
                    .ok_or_else(|| Wrong::field("year", "api-number-wrong"))?,
            ),
        };
        let today = time::local_date(app.town.clock().now());
        let days = match self.month {
            None => None,
            Some(month) => {
                let month = i8::try_from(month).ok();
                let days =
                    month.and_then(|month| crate::register::month_of(year.unwrap_or(today.year()), month));
                Some(days.ok_or_else(|| Wrong::field("month", "api-number-wrong"))?)
            }
        };
        let ascending = match self.sort.as_str() {
            "" | "desc" => false,
            "asc" => true,
            _ => return Err(Wrong::field("sort", "api-word-unknown")),
        };
        let after = match self.after.as_str() {
            "" => None,
            key => Some(
                key.parse()
                    .map_err(|_| Wrong::field("after", "api-key-of-page-wrong"))?,
            ),
        };
        Ok(RegisterQuery {
            unit: unit_asked(app, &self.unit)?,
            book: book.to_owned(),
            year,
            search: self.q.chars().take(200).collect(),
            days,
            ascending,
            after,
            limit: page_size(self.limit)?,
        })
    }
}

/// Which part of a book is printed.
// Its three parameters are those of `EntryQuery` too: serde refuses unknown ones only where all stand in one struct.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub struct BookQuery {
    /// The year; this one when missing.
    #[serde(deserialize_with = "number")]
    #[param(minimum = 1900, maximum = 2199)]
    year: Option<u32>,
    /// Only what was entered in this month of the year.
    #[serde(deserialize_with = "number")]
    #[param(minimum = 1, maximum = 12)]
    month: Option<u32>,
    /// Code of the unit; the caller's own when missing.
    #[param(value_type = Option<String>, pattern = "^[0-9]{2}([0-9]{3})?$")]
    unit: String,
}

impl BookQuery {
    pub(super) fn query(self, app: &App, book: &str) -> Result<RegisterQuery, Wrong> {
        let Self { year, month, unit } = self;
        let entries = EntryQuery {
            year,
            month,
            unit,
            ..EntryQuery::default()
        };
        entries.query(app, book)
    }
}

/// An entry as a list gives it.
#[derive(Debug, Serialize, ToSchema)]
pub struct RegisterEntryItem {
    /// Identity.
    #[schema(format = "uuid")]
    id: String,
    /// Address of the whole.
    href: String,
    /// The book.
    book: String,
    /// Year of the number.
    year: i16,
    /// Number in the book.
    #[schema(minimum = 1)]
    number: i64,
    /// The number as it is written.
    symbol: String,
    /// The dossier.
    #[schema(format = "uuid")]
    dossier: String,
    /// When it was entered.
    #[schema(format = DateTime)]
    entered_at: String,
    /// Whose it is.
    name: String,
    /// What was entered.
    title: String,
    /// Pages of the original.
    pages: Option<i64>,
    /// Copies certified.
    copies: Option<i64>,
    /// The fee in đồng.
    fee: Option<i64>,
    /// Who signed.
    signer: Option<String>,
    /// When it was struck out.
    #[schema(format = DateTime)]
    struck_at: Option<String>,
    /// Why it was struck out.
    struck_why: Option<String>,
}

impl From<&Entry> for RegisterEntryItem {
    fn from(entry: &Entry) -> Self {
        let body = EntryBody::read(&entry.body);
        Self {
            id: entry.id.to_string(),
            href: format!("/api/v1/register-entries/{}", entry.id),
            book: entry.book.book.clone(),
            year: entry.book.year,
            number: entry.number,
            symbol: entry.symbol.clone(),
            dossier: entry.dossier.to_string(),
            entered_at: instant(entry.entered_at),
            name: entry.name.clone(),
            title: entry.title.clone(),
            pages: body.pages,
            copies: body.copies,
            fee: body.fee.map(|fee| fee.0),
            signer: body.signer.map(|signer| signer.name),
            struck_at: maybe(entry.struck.as_ref().map(|struck| struck.at)),
            struck_why: entry.struck.as_ref().map(|struck| struck.why.clone()),
        }
    }
}

/// A page of a book.
#[derive(Debug, Serialize, ToSchema)]
pub struct RegisterPageOut {
    /// The entries.
    items: Vec<RegisterEntryItem>,
    /// Key for `after` of the next page; missing on the last.
    next: Option<String>,
}

async fn entries(
    State(app): State<App>,
    asker: Asker,
    OriginalUri(uri): OriginalUri,
    book: InPath,
    Asked(query): Asked<EntryQuery>,
) -> Result<Response, Wrong> {
    let query = query.query(&app, &book.0)?;
    let found = app.town.read("register_page", &asker.actor, move |tx, cx| {
        register_page(tx, cx, &query)
    });
    let page = found.await.map_err(Wrong::App)?;
    let next = page.next.map(|number| number.to_string());
    let items = page.entries.iter().map(RegisterEntryItem::from).collect();
    Ok((
        next_link(&uri, next.as_deref()),
        Json(RegisterPageOut { items, next }),
    )
        .into_response())
}

/// What stood in an entry before it was corrected.
#[derive(Debug, Serialize, ToSchema)]
pub struct CorrectionOut {
    /// Which field.
    field: String,
    /// What stood there.
    old: String,
    /// What stands there now.
    new: String,
    /// Why.
    reason: String,
    /// When.
    #[schema(format = DateTime)]
    at: String,
}

/// One entry.
#[derive(Debug, Serialize, ToSchema)]
pub struct RegisterEntryOut {
    /// What a list gives of it.
    #[serde(flatten)]
    item: RegisterEntryItem,
    /// What stood there before, oldest first.
    corrections: Vec<CorrectionOut>,
    /// Whether the caller may strike it out and correct it now.
    may_change: bool,
}

impl From<&EntryView> for RegisterEntryOut {
    fn from(view: &EntryView) -> Self {
        Self {
            item: RegisterEntryItem::from(&view.entry),
            corrections: view
                .corrections
                .iter()
                .map(|(correction, _)| CorrectionOut {
                    field: correction.field.clone(),
                    old: correction.old.clone(),
                    new: correction.new.clone(),
                    reason: correction.reason.clone(),
                    at: instant(correction.at),
                })
                .collect(),
            may_change: view.may_change,
        }
    }
}

async fn one(State(app): State<App>, asker: Asker, id: InPath) -> Result<Json<RegisterEntryOut>, Wrong> {
    let id: EntryId = id.id("entry")?;
    // Whoever opens an entry has read its dossier: noted in the same command.
    let found = app
        .town
        .write("read_register_entry", &asker.actor, move |tx, cx| {
            let view = register_entry(tx, cx, id)?;
            townhall_app::access_log::note(tx, cx, &view.reading)?;
            Ok::<_, AppError>(view)
        });
    let view = found.await.map_err(Wrong::App)?;
    Ok(Json(RegisterEntryOut::from(&view)))
}

/// Why an entry is struck out.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StrikeBody {
    /// The reason.
    #[schema(value_type = String, min_length = 3, max_length = 2000)]
    reason: Text<2000>,
}

fn item(entry: &Entry) -> Value {
    serde_json::to_value(RegisterEntryItem::from(entry)).unwrap_or_default()
}

async fn strike(State(app): State<App>, id: InPath, sent: Sent<StrikeBody>) -> Result<Response, Wrong> {
    let command = StrikeEntry {
        entry: id.id("entry")?,
        reason: sent.body.reason.0.clone(),
    };
    once(&app, &sent, "strike_entry", StatusCode::OK, move |tx, cx| {
        strike_entry(tx, cx, &command).map(|entry| item(&entry))
    })
    .await
}

/// What an entry should say; what is left out stays.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectEntryBody {
    /// Whose it is.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 300)]
    name: Option<Text<300>>,
    /// What was entered.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 300)]
    title: Option<Text<300>>,
    /// The reason.
    #[schema(value_type = String, min_length = 3, max_length = 2000)]
    reason: Text<2000>,
}

async fn correct(
    State(app): State<App>,
    id: InPath,
    sent: Sent<CorrectEntryBody>,
) -> Result<Response, Wrong> {
    let body = &sent.body;
    let command = CorrectRegister {
        entry: Some(id.id("entry")?),
        name: body.name.as_ref().map(|name| name.0.clone()),
        title: body.title.as_ref().map(|title| title.0.clone()),
        more: Vec::new(),
        reason: body.reason.0.clone(),
    };
    once(&app, &sent, "correct_register", StatusCode::OK, move |tx, cx| {
        correct_register(tx, cx, &command).map(|entry| item(&entry))
    })
    .await
}

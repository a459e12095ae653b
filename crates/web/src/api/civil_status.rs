//! Registers of civil status over the API: lists, an entry with its history, the entry of a declaration, notes of
//! change, the entry of which an extract is made. Who does not keep the register is told that it does not exist.

use axum::Json;
use axum::extract::{OriginalUri, State};
use axum::http::header::ETAG;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use townhall_app::access_log;
use townhall_app::civil_status::{
    self as app, EntryView, ExtractAsked, entry_reading, entry_view, extract_case, register_list,
};
use townhall_app::cx::Cx;
use townhall_app::error::AppError;
use townhall_domain::civil_status::{CivilBook, NoteKind, Summary};
use townhall_domain::ids::{DossierId, EntryId};
use townhall_domain::permission::Right;
use townhall_store::Tx;
use townhall_store::civil_status::{self as store, Filter, Listed};
use townhall_text::searched;
use utoipa::{IntoParams, ToSchema};

use super::act::{self, Subject, action};
use super::book::{Book, Operation};
use super::dossiers::OnDossier;
use super::guard::Asker;
use super::paging::{next_link, page_size};
use super::problem::Wrong;
use super::read::{Asked, Day, InPath, Text, number};
use super::shapes::{instant, list_of};
use crate::routes::Need;
use crate::state::App;

const KEEP: Need = Need::Right(Right::KeepRegister);

pub(super) fn add(book: Book) -> Book {
    let book = book
        .add(
            Operation::get("list_civil_register", "/api/v1/civil-status/{book}", KEEP)
                .query::<CivilQuery>()
                .gives::<CivilPageOut>(200),
            list,
        )
        .add(
            Operation::get("get_civil_entry", "/api/v1/civil-status/entries/{id}", KEEP)
                .gives::<CivilEntryOut>(200),
            one,
        )
        .add(
            Operation::get(
                "find_civil_entries",
                "/api/v1/dossiers/{id}/register-entries",
                KEEP,
            )
            .query::<FindQuery>()
            .gives::<FoundCivilList>(200),
            find,
        );
    let book = act::add::<CivilNoteBody>(book);
    let book = act::add::<PrepareEntryBody>(book);
    act::add::<ChooseEntryBody>(book)
}

/// What a register is narrowed to.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub struct CivilQuery {
    /// Words of a name; diacritics may be left out.
    #[param(value_type = Option<String>, max_length = 200)]
    q: String,
    /// Year of the numbers.
    #[serde(deserialize_with = "number")]
    #[param(minimum = 1900, maximum = 9999)]
    year: Option<u32>,
    /// The number.
    #[serde(deserialize_with = "number")]
    #[param(minimum = 1)]
    number: Option<u32>,
    /// Day of birth of the child, the deceased, the bride.
    born_on: Option<Day>,
    /// `next` of the page before.
    #[param(value_type = Option<String>, max_length = 100)]
    pub(super) after: String,
    /// Rows on the page, 1 to 200; 50 when missing.
    #[serde(deserialize_with = "number")]
    #[param(minimum = 1, maximum = 200)]
    pub(super) limit: Option<u32>,
}

impl CivilQuery {
    pub(super) fn filter(&self, book: CivilBook) -> Result<Filter, Wrong> {
        let mut filter = Filter::new(Vec::new(), book);
        filter.year = self.year.map(i64::from);
        filter.number = self.number.map(i64::from);
        filter.born_on = self.born_on.map(|day| day.0);
        filter.words = searched(&self.q);
        if !self.after.is_empty() {
            filter.after =
                Some(key(&self.after).ok_or_else(|| Wrong::field("after", "api-key-of-page-wrong"))?);
        }
        Ok(filter)
    }
}

/// The register that a path names.
pub(super) fn register_in(path: &InPath) -> Result<CivilBook, Wrong> {
    CivilBook::parse(&path.0).ok_or(Wrong::not_found("register"))
}

/// An entry as a list gives it: no personal numbers, no addresses.
#[derive(Debug, Serialize, ToSchema)]
pub struct CivilItem {
    /// Identity.
    #[schema(format = "uuid")]
    id: String,
    /// Address of the whole.
    href: String,
    /// `birth`, `death`, `marriage`.
    book: &'static str,
    /// Year of the number.
    year: i64,
    /// Number within unit, register and year, without a gap.
    #[schema(minimum = 1)]
    number: i64,
    /// The number as it is written.
    symbol: String,
    /// The child, the deceased, the bride.
    name: String,
    /// The groom.
    other_name: Option<String>,
    /// Day of birth of the person named first.
    #[schema(format = Date)]
    born_on: Option<String>,
    /// The day of registration.
    #[schema(format = Date)]
    registered_on: String,
    /// How many notes of change it has.
    #[schema(minimum = 0)]
    notes: i64,
}

impl CivilItem {
    fn of_row(row: &Listed) -> Self {
        Self::made(
            row.id,
            row.book,
            (row.year, row.number, &row.symbol),
            &row.summary,
            row.registered_on,
            row.notes,
        )
    }

    fn of(entry: &store::Entry) -> Self {
        Self::made(
            entry.id,
            entry.book,
            (entry.year, entry.number, &entry.symbol),
            &entry.summary(),
            entry.registered_on,
            entry.notes,
        )
    }

    fn made(
        id: EntryId,
        book: CivilBook,
        (year, number, symbol): (i64, i64, &str),
        summary: &Summary,
        registered_on: jiff::civil::Date,
        notes: i64,
    ) -> Self {
        Self {
            id: id.to_string(),
            href: format!("/api/v1/civil-status/entries/{id}"),
            book: book.as_str(),
            year,
            number,
            symbol: symbol.to_owned(),
            name: summary.name.clone(),
            other_name: summary.other_name.clone(),
            born_on: summary.born_on.map(|day| day.to_string()),
            registered_on: registered_on.to_string(),
            notes,
        }
    }
}

/// A page of a register, newest number first.
#[derive(Debug, Serialize, ToSchema)]
pub struct CivilPageOut {
    /// The rows.
    items: Vec<CivilItem>,
    /// Key for `after` of the next page; missing on the last.
    next: Option<String>,
}

fn key(text: &str) -> Option<store::Key> {
    let mut parts = text.splitn(3, '.');
    Some((
        parts.next()?.parse().ok()?,
        parts.next()?.parse().ok()?,
        parts.next()?.parse().ok()?,
    ))
}

async fn list(
    State(app): State<App>,
    asker: Asker,
    OriginalUri(uri): OriginalUri,
    path: InPath,
    Asked(query): Asked<CivilQuery>,
) -> Result<Response, Wrong> {
    let filter = query.filter(register_in(&path)?)?;
    let limit = page_size(query.limit)?;
    let found = app.town.read("register_list", &asker.actor, move |tx, cx| {
        register_list(tx, cx, &filter, limit)
    });
    let page = found.await.map_err(Wrong::App)?;
    let next = page
        .next
        .map(|(year, number, id)| format!("{year}.{number}.{id}"));
    let items = page.rows.iter().map(CivilItem::of_row).collect();
    Ok((
        next_link(&uri, next.as_deref()),
        Json(CivilPageOut { items, next }),
    )
        .into_response())
}

/// A note of change.
#[derive(Debug, Serialize, ToSchema)]
pub struct CivilNoteOut {
    /// 1, 2, 3 …
    #[schema(minimum = 1)]
    number: i64,
    /// `change`, `correction`, `supplement`, `personal_id`.
    kind: &'static str,
    /// The field.
    field: String,
    /// What stood there; null when nothing.
    #[schema(value_type = Option<Object>)]
    old: Value,
    /// What stands there since; null when nothing.
    #[schema(value_type = Option<Object>)]
    new: Value,
    /// The reason.
    why: String,
    /// By whose word.
    authority: String,
    /// Day of that document.
    #[schema(format = Date)]
    authority_on: Option<String>,
    /// When.
    #[schema(format = DateTime)]
    at: String,
    /// By which post.
    #[schema(format = "uuid")]
    post: Option<String>,
}

/// Copies issued from an entry.
#[derive(Debug, Serialize, ToSchema)]
pub struct CivilExtractOut {
    /// Their number.
    symbol: String,
    /// How many.
    #[schema(minimum = 1)]
    copies: i64,
    /// The dossier in which they were asked for.
    #[schema(format = "uuid")]
    dossier: String,
    /// When.
    #[schema(format = DateTime)]
    at: String,
}

/// An entry with everything that happened to it.
#[derive(Debug, Serialize, ToSchema)]
pub struct CivilEntryOut {
    /// What a list gives of it.
    #[serde(flatten)]
    item: CivilItem,
    /// The dossier from which it was made.
    #[schema(format = "uuid")]
    dossier: String,
    /// What it says now, by the names of the form's fields.
    #[schema(value_type = Object)]
    values: Map<String, Value>,
    /// What was entered first; this never changes.
    #[schema(value_type = Object)]
    first_values: Map<String, Value>,
    /// Why the first wording departs from the declaration, where it does.
    differences_why: Option<String>,
    /// Notes of change, oldest first.
    note_list: Vec<CivilNoteOut>,
    /// Extracts issued, oldest first.
    extracts: Vec<CivilExtractOut>,
    /// How many copies were issued.
    #[schema(minimum = 0)]
    copies: i64,
    /// By how many days it was registered late.
    days_late: Option<i64>,
    /// Version, for notes.
    #[schema(minimum = 1)]
    version: i64,
}

impl CivilEntryOut {
    fn of(view: &EntryView) -> Self {
        let entry = &view.entry;
        let note = |note: &store::Note| CivilNoteOut {
            number: note.number,
            kind: note.kind.as_str(),
            field: note.change.field.clone(),
            old: note.change.old.clone(),
            new: note.change.new.clone(),
            why: note.why.clone(),
            authority: note.authority.clone(),
            authority_on: note.authority_on.map(|day| day.to_string()),
            at: instant(note.at),
            post: note.post.map(|post| post.to_string()),
        };
        let extract = |extract: &store::Extract| CivilExtractOut {
            symbol: extract.symbol.clone(),
            copies: extract.copies,
            dossier: extract.dossier.to_string(),
            at: instant(extract.issued_at),
        };
        Self {
            item: CivilItem::of(entry),
            dossier: entry.dossier.to_string(),
            values: entry.present.clone(),
            first_values: entry.first.clone(),
            differences_why: entry.differences_why.clone(),
            note_list: view.notes.iter().map(note).collect(),
            extracts: view.extracts.iter().map(extract).collect(),
            copies: view.copies(),
            days_late: view.days_late,
            version: entry.version,
        }
    }
}

async fn one(State(app): State<App>, asker: Asker, id: InPath) -> Result<Response, Wrong> {
    let id: EntryId = id.id("entry")?;
    // Opening an entry is noted before it is given.
    let view = app.town.write("entry_view", &asker.actor, move |tx, cx| {
        let view = entry_view(tx, cx, id)?;
        access_log::note(tx, cx, &entry_reading(cx, &view.entry))?;
        Ok::<_, AppError>(view)
    });
    let view = view.await.map_err(Wrong::App)?;
    let mut headers = HeaderMap::new();
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{}\"", view.entry.version)) {
        headers.insert(ETAG, tag);
    }
    Ok((headers, Json(CivilEntryOut::of(&view))).into_response())
}

/// What the entry of an extract is looked for by; without anything, what the declaration says.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub struct FindQuery {
    /// `birth`, `death`, `marriage`.
    #[param(value_type = Option<String>, pattern = "^(birth|death|marriage)$")]
    book: String,
    /// Number with year: `12/2025`.
    #[param(value_type = Option<String>, max_length = 60)]
    number: String,
    /// Name; diacritics may be left out.
    #[param(value_type = Option<String>, max_length = 200)]
    name: String,
    /// Day of birth.
    born_on: Option<Day>,
}

/// An entry that was found for an extract.
#[derive(Debug, Serialize, ToSchema)]
pub struct FoundCivil {
    /// The entry.
    #[serde(flatten)]
    item: CivilItem,
    /// Whether the extract is drafted from it.
    is_chosen: bool,
}

list_of!(
    /// Entries found for an extract, the chosen one first.
    FoundCivilList of FoundCivil
);

async fn find(
    State(app): State<App>,
    asker: Asker,
    id: InPath,
    Asked(query): Asked<FindQuery>,
) -> Result<Json<FoundCivilList>, Wrong> {
    let id: DossierId = id.id("dossier")?;
    if !query.book.is_empty() && CivilBook::parse(&query.book).is_none() {
        return Err(Wrong::field("book", "api-word-unknown"));
    }
    let cut = |text: &str, most: usize| text.chars().take(most).collect::<String>();
    let typed = ExtractAsked {
        book: query.book.clone(),
        number: cut(&query.number, 60),
        name: cut(&query.name, 200),
        born: query.born_on.map(|day| day.0.to_string()).unwrap_or_default(),
    };
    let typed = (typed != ExtractAsked::default()).then_some(typed);
    let found = app.town.read("extract_case", &asker.actor, move |tx, cx| {
        extract_case(tx, cx, id, typed.as_ref())
    });
    let case = found.await.map_err(Wrong::App)?;
    let items = case.found.iter().map(|found| FoundCivil {
        item: CivilItem::of_row(&found.listed),
        is_chosen: found.is_chosen,
    });
    Ok(Json(items.collect()))
}

/// Actions on an entry.
pub struct OnEntry;

impl Subject for OnEntry {
    type Id = EntryId;
    type Out = CivilEntryOut;
    const WHAT: &'static str = "entry";
    const NEED: Need = KEEP;

    fn after(tx: &mut Tx<'_>, cx: &Cx, id: EntryId) -> Result<Value, AppError> {
        let view = entry_view(tx, cx, id)?;
        Ok(serde_json::to_value(CivilEntryOut::of(&view)).unwrap_or_default())
    }
}

action!(
    /// Note a change in an entry; what stood there is kept.
    CivilNoteBody on OnEntry, "note_change", "/api/v1/civil-status/entries/{id}/actions/note",
    {
        /// `change`, `correction`, `supplement`, `personal_id`.
        #[schema(value_type = String, pattern = "^(change|correction|supplement|personal_id)$")]
        kind: Text<20>,
        /// The field; of a personal number it may be left out.
        #[serde(default)]
        #[schema(value_type = String, max_length = 60)]
        field: Text<60>,
        /// What stands there from now on.
        #[serde(default)]
        #[schema(value_type = String, max_length = 500)]
        value: Text<500>,
        /// The reason.
        #[schema(value_type = String, min_length = 3, max_length = 2000)]
        why: Text<2000>,
        /// Number, symbol and issuer of the document that allows it.
        #[serde(default)]
        #[schema(value_type = String, max_length = 300)]
        authority: Text<300>,
        /// Day of that document.
        #[serde(default)]
        authority_on: Option<Day>,
    },
    |it, tx, cx, entry, version| {
        if NoteKind::parse(&it.kind.0).is_none() {
            return Err(AppError::field("kind", "civil-note-kind-unknown"));
        }
        app::note_change(tx, cx, &app::NoteChange {
            entry,
            version,
            kind: it.kind.0.clone(),
            field: it.field.0.clone(),
            value: it.value.0.clone(),
            why: it.why.0.clone(),
            authority: it.authority.0.clone(),
            authority_on: it.authority_on.map(|day| day.0.to_string()).unwrap_or_default(),
        })
    }
);
action!(
    /// Make the register entry of a declaration ready; it is numbered when the result is issued.
    PrepareEntryBody on OnDossier, "dossier_prepare_entry", "/api/v1/dossiers/{id}/actions/prepare_entry",
    {
        /// What shall be entered, by the names of the form's fields.
        #[schema(value_type = Object)]
        values: Map<String, Value>,
        /// Why it departs from the declaration; needed when it does.
        #[serde(default)]
        #[schema(value_type = String, max_length = 2000)]
        why: Text<2000>,
    },
    |it, tx, cx, dossier, version| app::prepare_entry(tx, cx, &app::PrepareEntry {
        dossier,
        version,
        values: it.values.clone(),
        why: it.why.0.clone(),
    })
);
action!(
    /// Draft the extract of a dossier from an entry of the register.
    ChooseEntryBody on OnDossier, "dossier_choose_entry", "/api/v1/dossiers/{id}/actions/choose_entry",
    {
        /// The entry.
        #[schema(value_type = String, format = "uuid")]
        entry: EntryId,
    },
    |it, tx, cx, dossier, version| app::choose_entry(tx, cx, &app::ChooseEntry { dossier, version, entry: it.entry })
);

//! Lists of dossiers: a page by keyset, visibility in the SQL, never a count of what is not shown.

use jiff::Timestamp;
use serde::Deserialize;
use townhall_domain::deadline::{Countdown, Pause, WarningKind};
use townhall_domain::dossier::{Channel, Holder, PaymentState, State, SyncState};
use townhall_domain::ids::{DossierId, PostId, UnitId};
use townhall_domain::permission::Role;
use townhall_domain::space::Space;

use super::narrow::page;
use super::{holder, state, word};
use crate::params;
use crate::statement;
use crate::statistics::{Measure, OPEN, Period};
use crate::value::{Row, Value};
use crate::{StoreError, Tx};

/// A dossier as a list shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// Identity.
    pub id: DossierId,
    /// Dossier code.
    pub code: String,
    /// Competent unit.
    pub unit: UnitId,
    /// Receiving unit.
    pub receiving_unit: UnitId,
    /// Procedure code.
    pub procedure_code: String,
    /// Field.
    pub field: String,
    /// Subject in one line.
    pub subject: String,
    /// Full name of whose matter it is.
    pub applicant_name: String,
    /// How it came.
    pub channel: Channel,
    /// Business state.
    pub state: State,
    /// Who must act now.
    pub holder: Option<Holder>,
    /// When it reached the system.
    pub received_at: Timestamp,
    /// When it was accepted.
    pub accepted_at: Option<Timestamp>,
    /// Since when its clock stands.
    pub paused_at: Option<Timestamp>,
    /// Since when and why its clock stands, as its deadline says.
    pub pause: Option<Pause>,
    /// When it is due.
    pub due_at: Option<Timestamp>,
    /// Its first deadline.
    pub original_due_at: Option<Timestamp>,
    /// When the present step is due.
    pub step_due_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Payment axis.
    pub payment: PaymentState,
    /// Synchronisation axis.
    pub sync: SyncState,
    /// Version, for actions from the list.
    pub version: i64,
    /// The last bell that rang before its deadline.
    pub warned: Option<WarningKind>,
    /// Of a joined-up dossier the last bell that rang for a part that others decide; only looked up in a list of what
    /// bells rang for, where it is the reason why the row stands there.
    pub member_warned: Option<WarningKind>,
}

impl Listed {
    /// What is left of its deadline, when it has one.
    pub fn countdown(&self) -> Option<Countdown> {
        Some(Countdown {
            original_due: self.original_due_at?,
            due: self.due_at?,
            paused: self.pause,
        })
    }
}

/// Which deadlines a list wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Open and past due at this instant, or ended after its due.
    OverdueAt(Timestamp),
    /// Open and due in this interval, the end excluded.
    Between(Timestamp, Timestamp),
}

/// Which bells before a deadline a list wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Warned {
    /// Any.
    Any,
    /// This one.
    By(WarningKind),
}

/// Order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// Newest reception first.
    #[default]
    Newest,
    /// Earliest deadline first; those without one come last.
    Due,
}

/// What a list is narrowed to. Unit and space are never optional: they are in every key.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Units whose dossiers may be seen.
    pub units: Vec<UnitId>,
    /// Only dossiers that these units received for another one.
    pub received_for_others: bool,
    /// Space; state when not given otherwise.
    pub space: Option<Space>,
    /// National state codes.
    pub states: Vec<i64>,
    /// Only open (true) or only ended (false) ones.
    pub open: Option<bool>,
    /// Procedure code.
    pub procedure: Option<String>,
    /// Field.
    pub field: Option<String>,
    /// Channel.
    pub channel: Option<Channel>,
    /// Holder.
    pub post: Option<PostId>,
    /// Accepted in this interval, the end excluded.
    pub accepted: Option<(Timestamp, Timestamp)>,
    /// Ended (states 8, 9, 10) in this interval, the end excluded.
    pub ended: Option<(Timestamp, Timestamp)>,
    /// Deadline.
    pub due: Option<Due>,
    /// Open ones for which a bell has rung.
    pub warned: Option<Warned>,
    /// The rows behind a figure.
    pub measure: Option<(Measure, Period)>,
    /// Folded words that all must occur; the last may be the beginning of one.
    pub words: Vec<String>,
    /// Order.
    pub sort: Sort,
    /// Key of the last row of the page before: its sort value in milliseconds and its identity.
    pub after: Option<(i64, DossierId)>,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The rows.
    pub rows: Vec<Listed>,
    /// Key for the next page, when there is one.
    pub next: Option<(i64, DossierId)>,
}

/// The name of whose matter a dossier `d` is; the whole entry of the applicant only where a row has none (migration
/// V0310).
macro_rules! applicant_name {
    () => {
        "d.applicant_name AS applicant_name, CASE WHEN d.applicant_name IS NULL THEN d.applicant END AS applicant"
    };
}
pub(crate) use applicant_name;

pub(super) const COLUMNS: &str = concat!(
    "d.id AS id, d.code AS code, d.unit AS unit, d.receiving_unit AS receiving_unit, d.procedure_code AS procedure_code, \
    d.field AS field, d.subject AS subject, ",
    applicant_name!(),
    ", d.channel AS channel, d.state AS state, d.stage AS stage, \
    d.holder_post AS holder_post, d.holder_role AS holder_role, d.received_at AS received_at, d.accepted_at AS accepted_at, d.paused_at AS paused_at, \
    CASE WHEN d.paused_at IS NULL THEN NULL ELSE d.deadline END AS deadline, \
    d.due_at AS due_at, d.original_due_at AS original_due_at, d.step_due_at AS step_due_at, d.ended_at AS ended_at, d.payment AS payment, \
    d.version AS version"
);

/// Instants past every deadline: sorts dossiers without one to the end.
const NO_DUE: i64 = 253_402_300_799_000;
/// The order of a list by deadline, word for word the expression of the index `dossiers_due`.
pub(crate) const BY_DUE: &str = "COALESCE(d.due_at, 253402300799000)";

/// One page of dossiers, at most `limit` rows.
pub fn list(tx: &mut Tx<'_>, filter: &Filter, limit: usize) -> Result<Page, StoreError> {
    if filter.units.is_empty() {
        return Ok(Page {
            rows: Vec::new(),
            next: None,
        });
    }
    let mut rows = page(tx, filter, limit)?.each(tx, read)?;
    let next = statement::cut(&mut rows, limit, |last| (sort_value(filter.sort, last), last.id));
    ask_sync(tx, &mut rows)?;
    mark_warned(tx, &mut rows)?;
    if filter.warned.is_some() {
        mark_member_warned(tx, &mut rows)?;
    }
    Ok(Page { rows, next })
}

/// How `SQLite` would find a page, for the test that a page does not walk all that a unit ever received.
#[doc(hidden)]
pub fn explain(tx: &mut Tx<'_>, filter: &Filter) -> Result<String, StoreError> {
    page(tx, filter, 50)?.plan(tx)
}

fn sort_value(sort: Sort, row: &Listed) -> i64 {
    match sort {
        Sort::Newest => row.received_at.as_millisecond(),
        Sort::Due => row.due_at.map_or(NO_DUE, Timestamp::as_millisecond),
    }
}

/// What waits for one post: what it holds itself, and what waits for any post of its roles; by deadline.
///
/// Two index ranges, each cut to `limit`, merged: the cost does not grow with the dossiers of others.
pub fn my_work(
    tx: &mut Tx<'_>,
    unit: &UnitId,
    space: Space,
    posts: &[PostId],
    roles: &[Role],
    limit: usize,
) -> Result<Vec<Listed>, StoreError> {
    let limit_value = Value::Int(i64::try_from(limit).unwrap_or(i64::MAX));
    let mut listed = Vec::new();
    for post in posts {
        let sql = format!(
            "SELECT {COLUMNS} FROM dossiers d WHERE d.unit = $1 AND d.space = $2 AND d.holder_post = $3 AND d.is_open = 1
             ORDER BY d.due_at, d.id LIMIT $4"
        );
        let mut params = params![unit, space, *post].to_vec();
        params.push(limit_value.clone());
        listed.extend(tx.each(&sql, &params, read)?);
    }
    for role in roles {
        let sql = format!(
            "SELECT {COLUMNS} FROM dossiers d WHERE d.unit = $1 AND d.space = $2 AND d.holder_role = $3 AND d.is_open = 1
             ORDER BY d.due_at, d.id LIMIT $4"
        );
        let mut params = params![unit, space, role.as_str()].to_vec();
        params.push(limit_value.clone());
        listed.extend(tx.each(&sql, &params, read)?);
    }
    listed.sort_by_key(|row| (row.due_at.map_or(NO_DUE, Timestamp::as_millisecond), row.id));
    listed.dedup_by_key(|row| row.id);
    listed.truncate(limit);
    ask_sync(tx, &mut listed)?;
    mark_warned(tx, &mut listed)?;
    Ok(listed)
}

/// Says which bell rang last for a part that others decide.
fn mark_member_warned(tx: &mut Tx<'_>, rows: &mut [Listed]) -> Result<(), StoreError> {
    let ids: Vec<DossierId> = rows.iter().map(|row| row.id).collect();
    let latest = crate::joined::latest_of_parents(tx, &ids)?;
    for row in rows {
        row.member_warned = latest.get(&row.id).copied();
    }
    Ok(())
}

/// Says which bell rang last for the open ones.
fn mark_warned(tx: &mut Tx<'_>, rows: &mut [Listed]) -> Result<(), StoreError> {
    let open: Vec<DossierId> = rows
        .iter()
        .filter(|row| row.ended_at.is_none() && row.due_at.is_some())
        .map(|row| row.id)
        .collect();
    let latest = crate::warnings::latest(tx, &open)?;
    for row in rows {
        row.warned = latest.get(&row.id).copied();
    }
    Ok(())
}

/// A count of waiting dossiers goes no further.
pub const MOST_WAITING: i64 = 100;

/// How many dossiers wait for a post, or for anybody with one of its roles, to act; over the indexes of holders.
///
/// Those that rest with the citizen (supplement, obligation, result to collect) wait for nobody here. Of each holder
/// at most [`MOST_WAITING`] are counted: every page of an officer asks for this, and nobody reads more.
pub fn count_waiting_for(
    tx: &mut Tx<'_>,
    unit: &UnitId,
    space: Space,
    post: PostId,
    roles: &[Role],
) -> Result<i64, StoreError> {
    let mut count_of = |holder: &str, value: Value| {
        let sql = format!(
            "SELECT COUNT(*) AS count FROM (SELECT 1 AS one FROM dossiers
             WHERE unit = $1 AND space = $2 AND {holder} = $3 AND is_open = 1 AND state NOT IN (5, 6, 9) LIMIT $4) AS few"
        );
        let mut params = params![unit, space].to_vec();
        params.extend([value, Value::Int(MOST_WAITING)]);
        tx.one(&sql, &params)?
            .map_or(Ok(0), |row| row.get::<i64>("count"))
    };
    let mut count = count_of("holder_post", post.into())?;
    for role in roles {
        count += count_of("holder_role", role.as_str().into())?;
    }
    Ok(count)
}

/// Where the portal's dossiers among the rows stand with it; no question when there are none.
fn ask_sync(tx: &mut Tx<'_>, rows: &mut [Listed]) -> Result<(), StoreError> {
    let of_portal: Vec<DossierId> = rows
        .iter()
        .filter(|row| row.channel == Channel::Portal)
        .map(|row| row.id)
        .collect();
    let known = crate::portal::sync_of(tx, &of_portal)?;
    for row in rows {
        row.sync = known.get(&row.id).copied().unwrap_or(SyncState::Local);
    }
    Ok(())
}

/// Of an applicant, what a list shows; the rest is stepped over.
#[derive(Deserialize)]
struct Named {
    name: String,
}

/// The name that a list shows, of the columns of [`applicant_name!`].
pub(crate) fn name_of_applicant(row: &Row) -> Result<String, StoreError> {
    match row.get("applicant_name")? {
        Some(name) => Ok(name),
        None => Ok(row.json::<Named>("applicant")?.name),
    }
}

/// Of a deadline whose clock stands, since when and why.
#[derive(Deserialize)]
struct Stopped {
    #[serde(default)]
    paused: Option<Pause>,
}

fn read(row: &Row) -> Result<Listed, StoreError> {
    let state = state(row)?;
    Ok(Listed {
        id: row.get("id")?,
        code: row.get("code")?,
        unit: row.get("unit")?,
        receiving_unit: row.get("receiving_unit")?,
        procedure_code: row.get("procedure_code")?,
        field: row.get("field")?,
        subject: row.get("subject")?,
        applicant_name: name_of_applicant(row)?,
        channel: word(row, "channel", Channel::parse)?,
        state,
        holder: holder(row)?,
        received_at: row.get("received_at")?,
        accepted_at: row.get("accepted_at")?,
        paused_at: row.get("paused_at")?,
        pause: row
            .json::<Option<Stopped>>("deadline")?
            .and_then(|stopped| stopped.paused),
        due_at: row.get("due_at")?,
        original_due_at: row.get("original_due_at")?,
        step_due_at: row.get("step_due_at")?,
        ended_at: row.get("ended_at")?,
        payment: word(row, "payment", PaymentState::parse)?,
        // Asked for all rows at once, of those that came from the portal.
        sync: SyncState::Local,
        version: row.get("version")?,
        warned: None,
        member_warned: None,
    })
}

/// How many open dossiers of a unit run under which version of which procedure.
pub fn open_by_version(
    tx: &mut Tx<'_>,
    unit: &UnitId,
    space: Space,
) -> Result<Vec<(String, i64, i64)>, StoreError> {
    tx.each(
        &format!(
            "SELECT d.procedure_code AS procedure_code, d.procedure_version AS procedure_version, COUNT(*) AS n FROM dossiers d
              WHERE d.unit = $1 AND d.space = $2 AND {OPEN}
              GROUP BY d.procedure_code, d.procedure_version ORDER BY d.procedure_code, d.procedure_version"
        ),
        &params![unit, space], |row| {
        Ok((
            row.get("procedure_code")?,
            row.get("procedure_version")?,
            row.get("n")?,
        ))
    })
}

//! Who read what, as which post, when and why. It stands outside the journal: reading changes nothing.

use townhall_domain::ids::{AccessId, AccountId, PartyId, PersonId, PostId, UnitId};
use townhall_domain::space::Space;
use townhall_domain::time::Timestamp;

use crate::params;
use crate::{Row, StoreError, Tx};

/// One reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// Identifier.
    pub id: AccessId,
    /// When.
    pub at: Timestamp,
    /// The reader's account.
    pub account: AccountId,
    /// The reader.
    pub person: PersonId,
    /// The post as which he read.
    pub post: PostId,
    /// The reader's unit.
    pub unit: UnitId,
    /// The reader's space.
    pub space: Space,
    /// What he did, as a word: `read_dossier`, `read_paper`, `search_by_identity_number`, `export`, …
    pub action: String,
    /// What kind of thing it was.
    pub subject_kind: String,
    /// Which one; for a search the salted digest of what was searched, never the number itself.
    pub subject_id: String,
    /// The unit whose data it is.
    pub subject_unit: UnitId,
    /// The citizen whose data it is, where known.
    pub about: Option<PartyId>,
    /// Whether it was part of the reader's own work.
    pub own_work: bool,
    /// Why, when it was not.
    pub reason: Option<String>,
}

/// Adds a reading.
pub fn insert(tx: &mut Tx<'_>, access: &Access) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO access_log (id, at, account, person, post, unit, space, action, subject_kind, subject_id,
                subject_unit, about, own_work, reason)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        &params![
            access.id, access.at, access.account, access.person, access.post, &access.unit, access.space,
            &access.action, &access.subject_kind, &access.subject_id, &access.subject_unit, access.about,
            access.own_work, access.reason.as_deref(),
        ],
    )?;
    Ok(())
}

/// Whether the same account did the same with the same thing since an instant, as the same post.
pub fn seen_since(tx: &mut Tx<'_>, access: &Access, since: Timestamp) -> Result<bool, StoreError> {
    let found = tx.one(
        "SELECT id FROM access_log
          WHERE subject_kind = $1 AND subject_id = $2 AND at >= $3 AND account = $4 AND post = $5 AND action = $6
          LIMIT 1",
        &params![
            &access.subject_kind, &access.subject_id, since, access.account, access.post, &access.action,
        ],
    )?;
    Ok(found.is_some())
}

/// What the inspector looks for in a unit's log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccessFilter {
    /// Only readings by this account.
    pub account: Option<AccountId>,
    /// Only this action.
    pub action: Option<String>,
    /// Only readings outside the reader's work.
    pub only_outside: bool,
    /// The last line of the page before: its instant and id.
    pub before: Option<(Timestamp, AccessId)>,
}

/// A line of the log with the reader's name and post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessLine {
    /// The reading.
    pub access: Access,
    /// The reader's name.
    pub person_name: String,
    /// Vietnamese title of his post.
    pub post_vi: String,
    /// English title of his post.
    pub post_en: String,
}

const LINE: &str = "SELECT l.*, p.name AS person_name, s.title_vi, s.title_en FROM access_log l
      LEFT JOIN persons p ON p.id = l.person LEFT JOIN posts s ON s.id = l.post";

/// The readings of a unit's data in one space, newest first.
pub fn of_unit(
    tx: &mut Tx<'_>,
    unit: &UnitId,
    space: Space,
    filter: &AccessFilter,
    limit: i64,
) -> Result<Vec<AccessLine>, StoreError> {
    let sql = format!(
        "{LINE} WHERE l.subject_unit = $1 AND l.space = $2 AND ($3 = '' OR l.account = $3) AND ($4 = '' OR l.action = $4)
            AND l.own_work <= $5 AND (l.at < $6 OR (l.at = $6 AND l.id < $7))
          ORDER BY l.at DESC, l.id DESC LIMIT $8"
    );
    let account = filter.account.map(|id| id.to_string()).unwrap_or_default();
    let own_work_at_most = i64::from(!filter.only_outside);
    let (at, id) = filter
        .before
        .map_or((Timestamp::MAX, String::new()), |(at, id)| (at, id.to_string()));
    let values = params![
        unit,
        space,
        account,
        filter.action.clone().unwrap_or_default(),
        own_work_at_most,
        at,
        id,
        limit
    ];
    tx.each(&sql, &values, read_line)
}

/// The readings of one thing, newest first.
pub fn of_subject(tx: &mut Tx<'_>, kind: &str, id: &str, limit: i64) -> Result<Vec<AccessLine>, StoreError> {
    let sql = format!(
        "{LINE} WHERE l.subject_kind = $1 AND l.subject_id = $2 ORDER BY l.at DESC, l.id DESC LIMIT $3"
    );
    tx.each(&sql, &params![kind, id, limit], read_line)
}

/// The readings of a citizen's data, newest first, for himself.
pub fn about(tx: &mut Tx<'_>, party: PartyId, limit: i64) -> Result<Vec<AccessLine>, StoreError> {
    let sql = format!("{LINE} WHERE l.about = $1 ORDER BY l.at DESC, l.id DESC LIMIT $2");
    tx.each(&sql, &params![party, limit], read_line)
}

fn read_line(row: &Row) -> Result<AccessLine, StoreError> {
    let access = Access {
        id: row.get("id")?,
        at: row.get("at")?,
        account: row.get("account")?,
        person: row.get("person")?,
        post: row.get("post")?,
        unit: row.get("unit")?,
        space: row.get("space")?,
        action: row.get("action")?,
        subject_kind: row.get("subject_kind")?,
        subject_id: row.get("subject_id")?,
        subject_unit: row.get("subject_unit")?,
        about: row.get("about")?,
        own_work: row.get("own_work")?,
        reason: row.get("reason")?,
    };
    Ok(AccessLine {
        access,
        person_name: row.get::<Option<String>>("person_name")?.unwrap_or_default(),
        post_vi: row.get::<Option<String>>("title_vi")?.unwrap_or_default(),
        post_en: row.get::<Option<String>>("title_en")?.unwrap_or_default(),
    })
}

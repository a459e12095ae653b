//! Dossiers: the row, its version check and the search index beside it.

mod holders;
mod list;
mod narrow;
mod parts;

pub(crate) use list::{BY_DUE, applicant_name, name_of_applicant};

pub use holders::{FilledPost, filled_posts};
pub use list::{
    Due, Filter, Listed, MOST_WAITING, Page, Sort, Warned, count_waiting_for, explain, list, my_work,
    open_by_version,
};
pub use parts::*;

use std::sync::LazyLock;

use jiff::Timestamp;
use townhall_domain::dossier::{
    Channel, Claims, Delivery, Dossier, Holder, PaymentState, ProcedureRef, Stage, State,
};
use townhall_domain::ids::{DossierId, PostId, UnitId};
use townhall_domain::permission::Role;
use townhall_domain::space::Space;

use crate::params;
use crate::value::{Row, Value};
use crate::{StoreError, Tx};

const COLUMNS: &str = "id, code, unit, space, receiving_unit, support_place, procedure_code, procedure_version, field, channel, \
    assisting_post, applicant, applicant_party, submitter, form, subject, state, stage, holder_post, holder_role, held_since, \
    step_due_at, received_at, accepted_at, due_at, original_due_at, deadline, paused_at, waited_ms, supplements, ended_at, \
    payment, delivery, returned_at, receipt_secret, is_open, erased_at, version, claims, applicant_name";

/// What is settled when a dossier comes in and never changes; writing it again would touch half of the indexes.
const SETTLED: [&str; 13] = [
    "id",
    "code",
    "unit",
    "space",
    "receiving_unit",
    "support_place",
    "procedure_code",
    "procedure_version",
    "field",
    "channel",
    "assisting_post",
    "received_at",
    "receipt_secret",
];

static INSERT: LazyLock<String> = LazyLock::new(|| {
    let places: Vec<String> = (1..=names().count()).map(|place| format!("${place}")).collect();
    format!("INSERT INTO dossiers ({COLUMNS}) VALUES ({})", places.join(", "))
});

static UPDATE: LazyLock<String> = LazyLock::new(|| update(|name| !SETTLED.contains(&name)));
/// An erasure alone changes what is settled, too.
static UPDATE_WHOLE: LazyLock<String> = LazyLock::new(|| update(|name| name != "id"));

// SQLite numbers parameters by first use: the columns come first, identity and version last.
fn update(is_written: impl Fn(&str) -> bool) -> String {
    let written: Vec<&str> = names().filter(|name| is_written(name)).collect();
    let sets: Vec<String> = (1..)
        .zip(&written)
        .map(|(place, name)| format!("{name} = ${place}"))
        .collect();
    let last = written.len();
    format!(
        "UPDATE dossiers SET {} WHERE id = ${} AND version = ${}",
        sets.join(", "),
        last + 1,
        last + 2
    )
}

fn names() -> impl Iterator<Item = &'static str> {
    COLUMNS.split(',').map(str::trim)
}

/// Replaces the search words of a dossier.
pub fn index_again(tx: &mut Tx<'_>, dossier: &Dossier, words: &[String]) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM dossier_words WHERE dossier = $1",
        &params![dossier.id],
    )?;
    index(tx, dossier, words)
}

/// Writes the search words of a new dossier.
pub fn index(tx: &mut Tx<'_>, dossier: &Dossier, words: &[String]) -> Result<(), StoreError> {
    let rows: Vec<Vec<Value>> = words.iter().map(|word| vec![word.into()]).collect();
    // Both the competent and the receiving unit find it.
    let mut units = vec![&dossier.unit];
    if dossier.receiving_unit != dossier.unit {
        units.push(&dossier.receiving_unit);
    }
    for unit in units {
        tx.insert_rows(
            "INSERT INTO dossier_words (unit, space, received_at, dossier, word) VALUES",
            &params![unit, dossier.space, dossier.received_at, dossier.id],
            &rows,
            " ON CONFLICT DO NOTHING",
        )?;
    }
    Ok(())
}

/// Writes a dossier: a new one, of version 0, as a row of its own; a changed one if nobody was faster.
///
/// Returns false, and changes nothing, when the stored version is no longer `dossier.version`; on success the
/// version in `dossier` is the new one.
pub fn save(tx: &mut Tx<'_>, dossier: &mut Dossier) -> Result<bool, StoreError> {
    let shown = dossier.version;
    dossier.version += 1;
    if shown == 0 {
        tx.execute(&INSERT, &values(dossier)?)?;
        return Ok(true);
    }
    let is_whole = dossier.erased_at.is_some();
    let mut params: Vec<Value> = names()
        .zip(values(dossier)?)
        .filter(|(name, _)| *name != "id" && (is_whole || !SETTLED.contains(name)))
        .map(|(_, value)| value)
        .collect();
    params.extend(params![dossier.id, shown]);
    let changed = tx.execute(if is_whole { &UPDATE_WHOLE } else { &UPDATE }, &params)?;
    if changed == 0 {
        dossier.version = shown;
    }
    Ok(changed == 1)
}

/// Loads a dossier.
pub fn load(tx: &mut Tx<'_>, id: DossierId) -> Result<Option<Dossier>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM dossiers WHERE id = $1");
    tx.first(&sql, &params![id], read)
}

/// Dossiers after an id, in order of their ids: whoever looks at all of them.
pub fn after(tx: &mut Tx<'_>, after: Option<DossierId>, limit: u32) -> Result<Vec<Dossier>, StoreError> {
    let after = after.map_or_else(String::new, |id| id.to_string());
    tx.each(
        &format!("SELECT {COLUMNS} FROM dossiers WHERE id > $1 ORDER BY id LIMIT $2"),
        &params![after, limit],
        read,
    )
}

/// Loads a dossier and holds its row until the transaction ends.
pub fn lock(tx: &mut Tx<'_>, id: DossierId) -> Result<Option<Dossier>, StoreError> {
    let row = tx.one_locked(
        &format!("SELECT {COLUMNS} FROM dossiers WHERE id = $1"),
        &params![id],
    )?;
    row.as_ref().map(read).transpose()
}

/// Finds a dossier by its code.
pub fn by_code(tx: &mut Tx<'_>, code: &str) -> Result<Option<Dossier>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM dossiers WHERE code = $1");
    tx.first(&sql, &params![code], read)
}

/// Finds a dossier by the secret of its receipt.
pub fn by_secret(tx: &mut Tx<'_>, secret: &str) -> Result<Option<Dossier>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM dossiers WHERE receipt_secret = $1");
    tx.first(&sql, &params![secret], read)
}

fn values(dossier: &Dossier) -> Result<Vec<Value>, StoreError> {
    let (holder_post, holder_role) = match dossier.holder {
        Some(Holder::Post(post)) => (Some(post), None),
        Some(Holder::Role(role)) => (None, Some(role.as_str())),
        None => (None, None),
    };
    let deadline = dossier.deadline.as_ref().map(serde_json::to_string).transpose()?;
    let submitter = dossier
        .submitter
        .as_ref()
        .map(serde_json::to_string)
        .transpose()?;
    let claims = if dossier.claims.is_empty() {
        None
    } else {
        Some(serde_json::to_string(&dossier.claims)?)
    };
    Ok(params![
        dossier.id,
        &dossier.code,
        &dossier.unit,
        dossier.space,
        &dossier.receiving_unit,
        dossier.support_place.clone(),
        &dossier.procedure.code,
        dossier.procedure.version,
        &dossier.field,
        dossier.channel.as_str(),
        dossier.assisting_post,
        serde_json::to_string(&dossier.applicant)?,
        dossier.applicant.party,
        submitter,
        &dossier.form,
        &dossier.subject,
        dossier.state.code(),
        dossier.state.stage().map(Stage::as_str),
        holder_post,
        holder_role,
        dossier.held_since,
        dossier.step_due_at,
        dossier.received_at,
        dossier.accepted_at,
        dossier.deadline.as_ref().map(|deadline| deadline.due),
        dossier.deadline.as_ref().map(|deadline| deadline.original_due),
        deadline,
        dossier.paused_at,
        dossier.waited_ms,
        dossier.supplements,
        dossier.ended_at,
        dossier.payment.as_str(),
        dossier.delivery.as_str(),
        dossier.returned_at,
        &dossier.receipt_secret,
        dossier.is_open(),
        dossier.erased_at,
        dossier.version,
        claims,
        &dossier.applicant.name,
    ]
    .to_vec())
}

fn read(row: &Row) -> Result<Dossier, StoreError> {
    Ok(Dossier {
        id: row.get("id")?,
        code: row.get("code")?,
        unit: row.get("unit")?,
        space: row.get("space")?,
        receiving_unit: row.get("receiving_unit")?,
        support_place: row.get("support_place")?,
        procedure: ProcedureRef {
            code: row.get("procedure_code")?,
            version: row.get("procedure_version")?,
        },
        field: row.get("field")?,
        channel: word(row, "channel", Channel::parse)?,
        assisting_post: row.get("assisting_post")?,
        applicant: row.json("applicant")?,
        submitter: row.json("submitter")?,
        form: row.get("form")?,
        subject: row.get("subject")?,
        state: state(row)?,
        holder: holder(row)?,
        held_since: row.get("held_since")?,
        step_due_at: row.get("step_due_at")?,
        received_at: row.get("received_at")?,
        accepted_at: row.get("accepted_at")?,
        deadline: row.json("deadline")?,
        paused_at: row.get("paused_at")?,
        waited_ms: row.get("waited_ms")?,
        supplements: row.get("supplements")?,
        ended_at: row.get("ended_at")?,
        payment: word(row, "payment", PaymentState::parse)?,
        delivery: word(row, "delivery", Delivery::parse)?,
        returned_at: row.get("returned_at")?,
        receipt_secret: row.get("receipt_secret")?,
        erased_at: row.get("erased_at")?,
        version: row.get("version")?,
        claims: row.json::<Option<Claims>>("claims")?.unwrap_or_default(),
    })
}

fn state(row: &Row) -> Result<State, StoreError> {
    let (code, stage): (i64, Option<&str>) = (row.get("state")?, row.text("stage")?);
    State::from_parts(code, stage.and_then(Stage::parse)).ok_or_else(|| StoreError::Unknown {
        what: "state of a dossier",
        value: format!("{code} {stage:?}"),
    })
}

fn holder(row: &Row) -> Result<Option<Holder>, StoreError> {
    let post: Option<PostId> = row.get("holder_post")?;
    match (post, row.text("holder_role")?) {
        (Some(post), _) => Ok(Some(Holder::Post(post))),
        (None, Some(role)) => Role::parse(role)
            .map(|role| Some(Holder::Role(role)))
            .ok_or_else(|| StoreError::Unknown {
                what: "role that holds a dossier",
                value: role.to_owned(),
            }),
        (None, None) => Ok(None),
    }
}

/// Reads a column whose words the domain knows.
pub(crate) fn word<T>(
    row: &Row,
    column: &'static str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<T, StoreError> {
    let text = row.text(column)?.unwrap_or_default();
    parse(text).ok_or_else(|| StoreError::Unknown {
        what: column,
        value: text.to_owned(),
    })
}

/// Takes the next code serial of a unit's day and the number of a form: see [`crate::counters`].
pub fn next_serial(tx: &mut Tx<'_>, unit: &UnitId, day: jiff::civil::Date) -> Result<i64, StoreError> {
    crate::counters::next(tx, unit, &format!("dossier:{day}"))
}

/// Whether the same procedure was received today from the same person: the counter warns of a duplicate.
pub fn same_today(
    tx: &mut Tx<'_>,
    unit: &UnitId,
    space: Space,
    procedure: &str,
    id_number: &str,
    since: Timestamp,
) -> Result<Option<(DossierId, String)>, StoreError> {
    let row = tx.one(
        "SELECT d.id AS id, d.code AS code FROM parties p JOIN dossiers d ON d.applicant_party = p.id
         WHERE p.unit = $1 AND p.id_number = $2 AND d.space = $3 AND d.procedure_code = $4 AND d.received_at >= $5 AND d.state <> 7
         ORDER BY d.received_at DESC LIMIT 1",
        &params![unit, id_number, space, procedure, since],
    )?;
    row.map(|row| Ok((row.get("id")?, row.get("code")?))).transpose()
}

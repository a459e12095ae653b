//! Figures of dossiers over a period, counted over the indexes of the units that are asked for and no others.
//!
//! What each figure counts is said once, in [`Measure`]: the counts here and the list that a figure opens use the
//! same condition, so a number always opens exactly its rows.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::civil::Date;
use townhall_domain::dossier::Channel;
use townhall_domain::ids::{PostId, UnitId};
use townhall_domain::space::Space;
use townhall_domain::time;

use crate::dossiers::word;
use crate::params;
use crate::value::{Row, Value};
use crate::{StoreError, Tx};

/// A period of whole local days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// The start of its first day.
    pub from: Timestamp,
    /// The end of its last day, excluded.
    pub end: Timestamp,
    /// When what is still open is judged: at `end`, or now while the last day is not over.
    pub then: Timestamp,
}

impl Period {
    /// From a day to a day, both included; what is open is judged at `now` while the last day is not over.
    pub fn days(from: Date, to: Date, now: Timestamp) -> Self {
        let end = to
            .tomorrow()
            .map_or(Timestamp::MAX, |day| time::instant(day.at(0, 0, 0, 0)));
        Self {
            from: time::instant(from.at(0, 0, 0, 0)),
            end,
            then: end.min(now),
        }
    }
}

/// What a figure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Accepted in the period.
    Received,
    /// Ended in the period with a result or a refusal after appraisal (states 8, 9 and 10; the first end counts).
    Resolved,
    /// Resolved by its due.
    OnTime,
    /// Resolved after its due.
    Late,
    /// Accepted by the end of the period and not ended by then.
    Pending,
    /// Pending, and past due then.
    PendingOverdue,
    /// Resolved late, or pending past due.
    Overdue,
    /// Received, and neither ended late nor pending past due: the numerator of progress in the quality index.
    ReceivedInTime,
    /// Received, with something to pay.
    Obliged,
    /// Received, with something to pay that was paid by transfer.
    PaidByTransfer,
    /// Received, and its citizen was dissatisfied.
    Disliked,
    /// Received, and its citizen has said how he found the service.
    Rated,
    /// Received, with at least one paper that is here as a file, or filed online.
    Digitised,
    /// Received, with a component that was taken from a data base or the citizen's store instead of asked for.
    Reused,
    /// Received, with a component that was looked up in the population data base.
    CitizenLinked,
    /// Received, and the portal knows its present state.
    PortalSynced,
}

impl Measure {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::Received,
        Self::Resolved,
        Self::OnTime,
        Self::Late,
        Self::Pending,
        Self::PendingOverdue,
        Self::Overdue,
        Self::ReceivedInTime,
        Self::Obliged,
        Self::PaidByTransfer,
        Self::Disliked,
        Self::Rated,
        Self::Digitised,
        Self::Reused,
        Self::CitizenLinked,
        Self::PortalSynced,
    ];

    /// The word in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Resolved => "resolved",
            Self::OnTime => "on_time",
            Self::Late => "late",
            Self::Pending => "pending",
            Self::PendingOverdue => "pending_overdue",
            Self::Overdue => "overdue",
            Self::ReceivedInTime => "received_in_time",
            Self::Obliged => "obliged",
            Self::PaidByTransfer => "paid_by_transfer",
            Self::Disliked => "disliked",
            Self::Rated => "rated",
            Self::Digitised => "digitised",
            Self::Reused => "reused",
            Self::CitizenLinked => "citizen_linked",
            Self::PortalSynced => "portal_synced",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|measure| measure.as_str() == word)
    }

    /// The condition on a dossier `d`, with a `?` for each value.
    pub(crate) fn condition(self, period: &Period) -> (String, Vec<Value>) {
        let (condition, values) = self.counted(period);
        (format!("{COUNTS} AND {condition}"), values)
    }

    fn counted(self, period: &Period) -> (String, Vec<Value>) {
        let (from, end, then) = (
            Value::from(period.from),
            Value::from(period.end),
            Value::from(period.then),
        );
        match self {
            Self::Received => (ACCEPTED_IN.to_owned(), vec![from, end]),
            Self::Resolved => (RESOLVED_IN.to_owned(), vec![from, end]),
            Self::OnTime => (format!("{RESOLVED_IN} AND {IN_TIME}"), vec![from, end]),
            Self::Late => (
                format!("{RESOLVED_IN} AND d.ended_at > d.due_at"),
                vec![from, end],
            ),
            Self::Pending => (PENDING_AT.to_owned(), vec![end.clone(), end]),
            Self::PendingOverdue => (
                format!("{PENDING_AT} AND {PAST_DUE_AT}"),
                vec![end.clone(), end, then.clone(), then],
            ),
            Self::Overdue => (
                // What has ended since the period began, and what is open: each is looked up by an index of its own.
                format!(
                    "((d.ended_at >= ? AND ((d.state IN (8, 9, 10) AND d.ended_at < ? AND d.ended_at > d.due_at) \
                       OR (d.ended_at >= ? AND +d.accepted_at < ? AND {PAST_DUE_AT}))) \
                     OR ({OPEN} AND +d.accepted_at < ? AND {PAST_DUE_AT}))"
                ),
                vec![
                    from,
                    end.clone(),
                    end.clone(),
                    end.clone(),
                    then.clone(),
                    then.clone(),
                    end,
                    then.clone(),
                    then,
                ],
            ),
            Self::ReceivedInTime => (
                format!(
                    "{ACCEPTED_IN} AND CASE WHEN d.ended_at < ? THEN CASE WHEN {IN_TIME} THEN 1 ELSE 0 END
                       ELSE CASE WHEN {PAST_DUE_AT} THEN 0 ELSE 1 END END = 1"
                ),
                vec![from, end.clone(), end, then.clone(), then],
            ),
            Self::Obliged => (format!("{ACCEPTED_IN} AND {OBLIGED}"), vec![from, end]),
            Self::PaidByTransfer => (
                format!("{ACCEPTED_IN} AND {OBLIGED} AND {PAID_BY_TRANSFER}"),
                vec![from, end],
            ),
            Self::Disliked => (
                format!(
                    "{ACCEPTED_IN} AND EXISTS (SELECT 1 FROM dossier_ratings r WHERE r.dossier = d.id AND r.level IN ('dissatisfied', 'very_dissatisfied'))"
                ),
                vec![from, end],
            ),
            Self::Rated => (
                format!("{ACCEPTED_IN} AND EXISTS (SELECT 1 FROM dossier_ratings r WHERE r.dossier = d.id)"),
                vec![from, end],
            ),
            Self::Digitised => (
                format!(
                    "{ACCEPTED_IN} AND (d.channel IN ('online', 'portal') OR EXISTS (SELECT 1 FROM papers p WHERE p.subject_kind = 'dossier' AND p.subject_id = d.id AND p.removed_at IS NULL))"
                ),
                vec![from, end],
            ),
            Self::Reused => (
                format!(
                    "{ACCEPTED_IN} AND EXISTS (SELECT 1 FROM dossier_components c WHERE c.dossier = d.id AND c.source IN ('database', 'e_store'))"
                ),
                vec![from, end],
            ),
            Self::CitizenLinked => (
                format!(
                    "{ACCEPTED_IN} AND EXISTS (SELECT 1 FROM dossier_components c WHERE c.dossier = d.id AND c.database_id = 'population')"
                ),
                vec![from, end],
            ),
            Self::PortalSynced => (
                format!(
                    "{ACCEPTED_IN} AND EXISTS (SELECT 1 FROM portal_dossiers p WHERE p.dossier = d.id) AND NOT EXISTS (SELECT 1 FROM portal_states s WHERE s.dossier = d.id AND s.status IN ('waiting', 'refused'))"
                ),
                vec![from, end],
            ),
        }
    }
}

const OBLIGED: &str = "EXISTS (SELECT 1 FROM charges c WHERE c.dossier = d.id AND c.due > 0)";
const PAID_BY_TRANSFER: &str =
    "EXISTS (SELECT 1 FROM payments p WHERE p.dossier = d.id AND p.method = 'transfer' AND p.state = 'paid')";

/// A joined-up dossier decides nothing itself: its members are counted, so it is not
/// (`townhall_domain::joined::JOINED_FIELD`). The field stands in the indexes, so this reads no dossier.
const COUNTS: &str = "d.field <> 'joined-up'";
const ACCEPTED_IN: &str = "d.accepted_at >= ? AND d.accepted_at < ?";
const RESOLVED_IN: &str = "d.state IN (8, 9, 10) AND d.ended_at >= ? AND d.ended_at < ?";
const IN_TIME: &str = "(d.due_at IS NULL OR d.ended_at <= d.due_at)";
/// Open now. The second part is always so: it leads to the index of the open ones (`dossiers_due`, whose expression it
/// is). By their acceptance all that were ever accepted would be read, and a commune closes far more in a year than it
/// has open.
pub(crate) const OPEN: &str = "d.is_open = 1 AND COALESCE(d.due_at, 253402300799000) >= 0";
/// Accepted by an instant and not ended by then: what is open now, and what ended since. The sign keeps the acceptance
/// from choosing the index.
const PENDING_AT: &str = "+d.accepted_at < ? AND ((d.is_open = 1 AND COALESCE(d.due_at, 253402300799000) >= 0) OR d.ended_at >= ?)";
/// A clock that stands is not running out: a dossier that waits for the citizen is overdue only if it was before.
/// One that waited then and goes on now has a later due by now, so the stored due answers for the past, too.
pub(crate) const PAST_DUE_AT: &str =
    "d.due_at < ? AND (d.paused_at IS NULL OR d.paused_at > d.due_at OR d.paused_at >= ?)";

/// Whose dossiers are counted.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    /// Competent units.
    pub units: &'a [UnitId],
    /// Space.
    pub space: Space,
}

/// What a group of dossiers has in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Group {
    /// Competent unit.
    pub unit: UnitId,
    /// Procedure code.
    pub procedure: String,
    /// Field of law.
    pub field: String,
    /// How they came.
    pub channel: Channel,
}

/// The figures of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    /// Accepted in the period.
    pub received: i64,
    /// Ended in the period (states 8, 9, 10).
    pub resolved: i64,
    /// Of these, by their due.
    pub on_time: i64,
    /// Open at the end of the period.
    pub pending: i64,
    /// Of these, past due then.
    pub pending_overdue: i64,
}

impl Figures {
    /// Resolved after their due.
    pub fn late(&self) -> i64 {
        self.resolved - self.on_time
    }
    /// Resolved late, or pending past due.
    pub fn overdue(&self) -> i64 {
        self.late() + self.pending_overdue
    }
    /// Whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl std::ops::AddAssign for Figures {
    fn add_assign(&mut self, other: Self) {
        self.received += other.received;
        self.resolved += other.resolved;
        self.on_time += other.on_time;
        self.pending += other.pending;
        self.pending_overdue += other.pending_overdue;
    }
}

/// A query with its values, numbered in the order of their first use.
struct Sql {
    text: String,
    params: Vec<Value>,
}

impl Sql {
    fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            params: Vec::new(),
        }
    }
    /// Adds text, with a value for each `?`.
    fn add(&mut self, text: &str, values: impl IntoIterator<Item = Value>) -> &mut Self {
        let mut values = values.into_iter();
        for (place, piece) in text.split('?').enumerate() {
            if place > 0
                && let Some(value) = values.next()
            {
                self.params.push(value);
                // Writing to a string does not fail.
                let _ = write!(self.text, "${}", self.params.len());
            }
            self.text.push_str(piece);
        }
        self
    }
    fn scope(&mut self, scope: &Scope<'_>) -> &mut Self {
        let marks = vec!["?"; scope.units.len()].join(", ");
        self.add(
            &format!(" FROM dossiers d WHERE d.unit IN ({marks})"),
            scope.units.iter().map(Value::from),
        );
        self.add(&format!(" AND d.space = ? AND {COUNTS}"), [scope.space.into()])
    }
}

/// The figures by unit, procedure, field and channel.
pub fn figures(
    tx: &mut Tx<'_>,
    scope: &Scope<'_>,
    period: &Period,
) -> Result<BTreeMap<Group, Figures>, StoreError> {
    let mut groups = BTreeMap::new();
    if scope.units.is_empty() {
        return Ok(groups);
    }
    for (sql, note) in queries(scope, period) {
        for row in tx.rows(&sql.text, &sql.params)? {
            let found: &mut Figures = groups.entry(group(&row)?).or_default();
            note(found, row.get("n")?, row.get("part")?);
        }
    }
    Ok(groups)
}

/// How the two counts of a query go into the figures.
type Note = fn(&mut Figures, i64, i64);

/// The four queries behind [`figures`]: each walks one index of each unit.
fn queries(scope: &Scope<'_>, period: &Period) -> Vec<(Sql, Note)> {
    const KEY: &str = "d.unit, d.procedure_code, d.field, d.channel";
    let (from, end, then) = (period.from, period.end, period.then);
    let make = |part: &str, part_values: Vec<Value>, condition: &str, values: Vec<Value>| {
        let mut sql = Sql::new(
            "SELECT d.unit AS unit, d.procedure_code AS procedure_code, d.field AS field, d.channel AS channel, COUNT(*) AS n, ",
        );
        sql.add(
            &format!("CAST(SUM(CASE WHEN {part} THEN 1 ELSE 0 END) AS BIGINT) AS part"),
            part_values,
        );
        sql.scope(scope);
        sql.add(&format!(" AND {condition} GROUP BY {KEY}"), values);
        sql
    };
    let past_due = || vec![Value::from(then), Value::from(then)];
    vec![
        (
            make("1 = 1", vec![], ACCEPTED_IN, vec![from.into(), end.into()]),
            (|found, n, _| found.received += n) as Note,
        ),
        (
            make(IN_TIME, vec![], RESOLVED_IN, vec![from.into(), end.into()]),
            |found, n, part| {
                found.resolved += n;
                found.on_time += part;
            },
        ),
        // Open then is what is open now, and what ended later: two indexes, so two queries.
        (
            make(
                PAST_DUE_AT,
                past_due(),
                "d.is_open = 1 AND d.accepted_at < ?",
                vec![end.into()],
            ),
            pending,
        ),
        (
            make(
                PAST_DUE_AT,
                past_due(),
                "d.ended_at >= ? AND d.accepted_at < ?",
                vec![end.into(), end.into()],
            ),
            pending,
        ),
    ]
}

fn pending(found: &mut Figures, n: i64, part: i64) {
    found.pending += n;
    found.pending_overdue += part;
}

fn group(row: &Row) -> Result<Group, StoreError> {
    Ok(Group {
        unit: row.get("unit")?,
        procedure: row.get("procedure_code")?,
        field: row.get("field")?,
        channel: word(row, "channel", Channel::parse)?,
    })
}

/// How many were received and resolved on each local day of a period; days without either are left out.
pub fn by_day(
    tx: &mut Tx<'_>,
    scope: &Scope<'_>,
    period: &Period,
) -> Result<BTreeMap<Date, (i64, i64)>, StoreError> {
    let mut days = BTreeMap::new();
    if scope.units.is_empty() {
        return Ok(days);
    }
    for (column, condition, is_received) in [
        ("accepted_at", ACCEPTED_IN, true),
        ("ended_at", RESOLVED_IN, false),
    ] {
        // Local days since 1970: seven hours ahead of UTC.
        let day = format!("((d.{column} + 25200000) / 86400000)");
        let mut sql = Sql::new(&format!("SELECT {day} AS day, COUNT(*) AS n"));
        sql.scope(scope);
        sql.add(
            &format!(" AND {condition} GROUP BY {day}"),
            [period.from.into(), period.end.into()],
        );
        for row in tx.rows(&sql.text, &sql.params)? {
            let (day, n): (i64, i64) = (row.get("day")?, row.get("n")?);
            let Ok(at) = Timestamp::from_second(day * 86_400) else {
                continue;
            };
            let counts: &mut (i64, i64) = days.entry(time::local_date(at)).or_default();
            if is_received {
                counts.0 += n;
            } else {
                counts.1 += n;
            }
        }
    }
    Ok(days)
}

/// How many dossiers a measure counts.
pub fn count(
    tx: &mut Tx<'_>,
    scope: &Scope<'_>,
    measure: Measure,
    period: &Period,
) -> Result<i64, StoreError> {
    if scope.units.is_empty() {
        return Ok(0);
    }
    if measure == Measure::ReceivedInTime {
        return received_in_time(tx, scope, period);
    }
    let (condition, values) = measure.condition(period);
    count_of(tx, scope, &condition, values)
}

/// [`Measure::ReceivedInTime`] as what was received less what was not in time: each of the four stands whole in an index,
/// while the condition itself would read every dossier of the period.
fn received_in_time(tx: &mut Tx<'_>, scope: &Scope<'_>, period: &Period) -> Result<i64, StoreError> {
    let (from, end, then) = (
        Value::from(period.from),
        Value::from(period.end),
        Value::from(period.then),
    );
    let received = count_of(tx, scope, ACCEPTED_IN, vec![from.clone(), end.clone()])?;
    // Nothing ends before it was accepted, so the first bound leaves nothing out.
    let ended_late = count_of(
        tx,
        scope,
        &format!("d.ended_at >= ? AND d.ended_at < ? AND d.ended_at > d.due_at AND +{ACCEPTED_IN}"),
        vec![from.clone(), end.clone(), from.clone(), end.clone()],
    )?;
    let open_late = count_of(
        tx,
        scope,
        &format!("d.is_open = 1 AND d.ended_at IS NULL AND {ACCEPTED_IN} AND {PAST_DUE_AT}"),
        vec![from.clone(), end.clone(), then.clone(), then.clone()],
    )?;
    let ended_since = count_of(
        tx,
        scope,
        &format!("d.ended_at >= ? AND +{ACCEPTED_IN} AND {PAST_DUE_AT}"),
        vec![end.clone(), from, end, then.clone(), then],
    )?;
    Ok(received - ended_late - open_late - ended_since)
}

fn count_of(
    tx: &mut Tx<'_>,
    scope: &Scope<'_>,
    condition: &str,
    values: Vec<Value>,
) -> Result<i64, StoreError> {
    let mut sql = Sql::new("SELECT COUNT(*) AS n");
    sql.scope(scope);
    sql.add(&format!(" AND {condition}"), values);
    tx.one(&sql.text, &sql.params)?.map_or(Ok(0), |row| row.get("n"))
}

/// The procedures with a dossier that a figure counts, by code.
pub fn procedures_of(
    tx: &mut Tx<'_>,
    scope: &Scope<'_>,
    measure: Measure,
    period: &Period,
) -> Result<Vec<String>, StoreError> {
    if scope.units.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = Sql::new("SELECT d.procedure_code AS code");
    sql.scope(scope);
    let (condition, values) = measure.condition(period);
    sql.add(
        &format!(" AND {condition} GROUP BY d.procedure_code ORDER BY d.procedure_code"),
        values,
    );
    tx.rows(&sql.text, &sql.params)?
        .iter()
        .map(|row| row.get("code"))
        .collect()
}

/// What a post has on its desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Load {
    /// The post.
    pub post: PostId,
    /// Open dossiers in its hand.
    pub open: i64,
    /// Of these, past due.
    pub overdue: i64,
    /// Of these, due before `soon`, those past due not counted.
    pub soon: i64,
}

/// The open dossiers of a unit by the post that holds them, most first.
pub fn load_by_post(
    tx: &mut Tx<'_>,
    unit: &UnitId,
    space: Space,
    now: Timestamp,
    soon: Timestamp,
) -> Result<Vec<Load>, StoreError> {
    // The same condition as the list of overdue ones that this number opens.
    let past_due = PAST_DUE_AT.replace('?', "$1");
    let sql = format!(
        "SELECT d.holder_post AS post, COUNT(*) AS open_count,
           CAST(SUM(CASE WHEN {past_due} THEN 1 ELSE 0 END) AS BIGINT) AS overdue,
           CAST(SUM(CASE WHEN d.due_at >= $1 AND d.due_at < $2 AND d.paused_at IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS soon
         FROM dossiers d WHERE d.unit = $3 AND d.space = $4 AND d.is_open = 1 AND d.holder_post IS NOT NULL
         GROUP BY d.holder_post ORDER BY open_count DESC, post"
    );
    tx.rows(&sql, &params![now, soon, unit, space])?
        .iter()
        .map(|row| {
            Ok(Load {
                post: row.get("post")?,
                open: row.get("open_count")?,
                overdue: row.get("overdue")?,
                soon: row.get("soon")?,
            })
        })
        .collect()
}

/// How many accepted dossiers wait now for a supplement, and how many for a financial obligation.
pub fn waiting(tx: &mut Tx<'_>, scope: &Scope<'_>) -> Result<(i64, i64), StoreError> {
    if scope.units.is_empty() {
        return Ok((0, 0));
    }
    let mut sql = Sql::new("SELECT d.state AS state, COUNT(*) AS n");
    sql.scope(scope);
    sql.add(
        " AND d.state IN (5, 6) AND d.accepted_at IS NOT NULL GROUP BY d.state",
        [],
    );
    let mut counts = (0, 0);
    for row in tx.rows(&sql.text, &sql.params)? {
        let n = row.get("n")?;
        if row.get::<i64>("state")? == 5 {
            counts.0 = n;
        } else {
            counts.1 = n;
        }
    }
    Ok(counts)
}

/// How the database would run the queries of [`figures`], for the test that no other unit's dossiers are walked.
#[doc(hidden)]
pub fn explain(tx: &mut Tx<'_>, scope: &Scope<'_>, period: &Period) -> Result<Vec<String>, StoreError> {
    let (prefix, column) = if tx.is_postgres() {
        ("EXPLAIN ", "QUERY PLAN")
    } else {
        ("EXPLAIN QUERY PLAN ", "detail")
    };
    let mut plans = Vec::new();
    for (sql, _) in queries(scope, period) {
        let lines = tx.rows(&format!("{prefix}{}", sql.text), &sql.params)?;
        let lines: Vec<String> = lines
            .iter()
            .map(|row| row.get(column))
            .collect::<Result<_, _>>()?;
        plans.push(lines.join("\n"));
    }
    Ok(plans)
}

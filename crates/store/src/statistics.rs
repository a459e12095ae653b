//! Figures of dossiers over a period, counted over the indexes of the units that are asked for and no others.
//!
//! What each figure counts is said once, in [`Measure`]: the counts here and the list that a figure opens use the
//! same condition, so a number always opens exactly its rows.

mod measure;

pub use measure::Measure;
pub(crate) use measure::{OPEN, PAST_DUE_AT};

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use townhall_domain::dossier::Channel;
use townhall_domain::ids::{PostId, UnitId};
use townhall_domain::space::Space;
use townhall_domain::time;

use measure::{ACCEPTED_IN, COUNTS, IN_TIME, RESOLVED_IN};

use crate::dossiers::word;
use crate::params;
use crate::statement::Statement;
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

/// Adds where dossiers are counted.
fn within(sql: &mut Statement, scope: &Scope<'_>) {
    sql.add(" FROM dossiers d WHERE ", [])
        .any_of("d.unit", scope.units)
        .and(&format!("d.space = ? AND {COUNTS}"), [scope.space.into()]);
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
        for row in sql.rows(tx)? {
            let found: &mut Figures = groups.entry(group(&row)?).or_default();
            note(found, row.get("n")?, row.get("part")?);
        }
    }
    Ok(groups)
}

/// How the two counts of a query go into the figures.
type Note = fn(&mut Figures, i64, i64);

/// The four queries behind [`figures`]: each walks one index of each unit.
fn queries(scope: &Scope<'_>, period: &Period) -> Vec<(Statement, Note)> {
    const KEY: &str = "d.unit, d.procedure_code, d.field, d.channel";
    let (from, end, then) = (period.from, period.end, period.then);
    let make = |part: &str, part_values: Vec<Value>, condition: &str, values: Vec<Value>| {
        let mut sql = Statement::new(
            "SELECT d.unit AS unit, d.procedure_code AS procedure_code, d.field AS field, d.channel AS channel, COUNT(*) AS n, ",
        );
        sql.add(
            &format!("CAST(SUM(CASE WHEN {part} THEN 1 ELSE 0 END) AS BIGINT) AS part"),
            part_values,
        );
        within(&mut sql, scope);
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
        let mut sql = Statement::new(format!("SELECT {day} AS day, COUNT(*) AS n"));
        within(&mut sql, scope);
        sql.add(
            &format!(" AND {condition} GROUP BY {day}"),
            [period.from.into(), period.end.into()],
        );
        for row in sql.rows(tx)? {
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
    let mut sql = Statement::new("SELECT COUNT(*) AS n");
    within(&mut sql, scope);
    sql.add(&format!(" AND {condition}"), values);
    sql.rows(tx)?.first().map_or(Ok(0), |row| row.get("n"))
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
    let mut sql = Statement::new("SELECT d.procedure_code AS code");
    within(&mut sql, scope);
    let (condition, values) = measure.condition(period);
    sql.add(
        &format!(" AND {condition} GROUP BY d.procedure_code ORDER BY d.procedure_code"),
        values,
    );
    sql.rows(tx)?.iter().map(|row| row.get("code")).collect()
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
    tx.each(&sql, &params![now, soon, unit, space], |row| {
        Ok(Load {
            post: row.get("post")?,
            open: row.get("open_count")?,
            overdue: row.get("overdue")?,
            soon: row.get("soon")?,
        })
    })
}

/// How many accepted dossiers wait now for a supplement, and how many for a financial obligation.
pub fn waiting(tx: &mut Tx<'_>, scope: &Scope<'_>) -> Result<(i64, i64), StoreError> {
    if scope.units.is_empty() {
        return Ok((0, 0));
    }
    let mut sql = Statement::new("SELECT d.state AS state, COUNT(*) AS n");
    within(&mut sql, scope);
    sql.add(
        " AND d.state IN (5, 6) AND d.accepted_at IS NOT NULL GROUP BY d.state",
        [],
    );
    let mut counts = (0, 0);
    for row in sql.rows(tx)? {
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
    queries(scope, period)
        .iter()
        .map(|(sql, _)| sql.plan(tx))
        .collect()
}

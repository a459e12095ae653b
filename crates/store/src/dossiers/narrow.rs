//! The query behind a page of dossiers: what it is narrowed to, and which index each condition is looked up by.

use jiff::Timestamp;
use townhall_domain::space::Space;

use super::list::{BY_DUE, COLUMNS, Due, Filter, Sort, Warned};
use crate::statement::{Statement, one_more};
use crate::statistics::PAST_DUE_AT;
use crate::value::Value;
use crate::{StoreError, Tx};

/// The query behind a page, with one row more than it shows.
pub(super) fn page(tx: &mut Tx<'_>, filter: &Filter, limit: usize) -> Result<Statement, StoreError> {
    let space = filter.space.unwrap_or(Space::State);
    let mut sql = Statement::new(format!("SELECT {COLUMNS} FROM dossiers d WHERE 1 = 1"));
    search(tx, &mut sql, filter, space)?;
    if filter.received_for_others {
        sql.add(" AND ", []).any_of("d.receiving_unit", &filter.units);
        sql.and("d.unit <> d.receiving_unit", []);
    } else {
        sql.add(" AND ", []).any_of("d.unit", &filter.units);
    }
    sql.and("d.space = ?", [space.into()]);
    narrow(&mut sql, filter);
    let gathers_overdue = match filter.due {
        Some(Due::OverdueAt(now)) if !filter.received_for_others => {
            gather_overdue(tx, &mut sql, filter, space, now)?
        }
        _ => false,
    };
    let key = match filter.sort {
        Sort::Newest => "d.received_at".to_owned(),
        Sort::Due => BY_DUE.to_owned(),
    };
    let (compare, direction) = match filter.sort {
        Sort::Newest => ("<", "DESC"),
        Sort::Due => (">", "ASC"),
    };
    if let Some((at, id)) = filter.after {
        sql.and(
            &format!("({key} {compare} ? OR ({key} = ? AND d.id {compare} ?))"),
            [at.into(), at.into(), id.into()],
        );
    }
    // What few rows have in common is looked up and sorted; walking the list in its order until fifty such rows have
    // come by may read all that the unit ever received. The sign keeps the order from choosing the index.
    let sign = if filter.post.is_some() || filter.measure.is_some() || gathers_overdue {
        "+"
    } else {
        ""
    };
    sql.add(
        &format!(" ORDER BY {sign}{key} {direction}, d.id {direction} LIMIT ?"),
        [one_more(limit)],
    );
    Ok(sql)
}

/// What fewer rows than this have in common is rare: its dossiers are gathered and sorted.
const RARE: i64 = 2_000;

/// Narrows to what is overdue by looking it up, where that is rare; says whether it did. Where much is overdue, walking
/// the list in its own order soon fills a page.
fn gather_overdue(
    tx: &mut Tx<'_>,
    sql: &mut Statement,
    filter: &Filter,
    space: Space,
    now: Timestamp,
) -> Result<bool, StoreError> {
    // An index each: what is open by its deadline, and what ended late.
    let open = format!("d.is_open = 1 AND {BY_DUE} < ? AND {PAST_DUE_AT}");
    let kinds = [(open.as_str(), vec![now; 3]), ("d.ended_at > d.due_at", vec![])];
    let mut found = 0;
    for (condition, instants) in &kinds {
        let mut count = Statement::new("SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM dossiers d WHERE ");
        count
            .any_of("d.unit", &filter.units)
            .and("d.space = ?", [space.into()])
            .and(condition, instants.iter().map(|at| Value::from(*at)));
        found += few(tx, &mut count)?;
        if found >= RARE {
            return Ok(false);
        }
    }
    for (number, (condition, instants)) in kinds.iter().enumerate() {
        let before = if number == 0 {
            " AND d.id IN ("
        } else {
            " UNION ALL "
        };
        sql.add(&format!("{before}SELECT d.id FROM dossiers d WHERE "), [])
            .any_of("d.unit", &filter.units)
            .and("d.space = ?", [space.into()])
            .and(condition, instants.iter().map(|at| Value::from(*at)));
    }
    sql.add(")", []);
    Ok(true)
}

/// Counts, but no further than to what is not rare.
fn few(tx: &mut Tx<'_>, count: &mut Statement) -> Result<i64, StoreError> {
    count.add(&format!(" LIMIT {RARE}) AS few"), []);
    Ok(count.each(tx, |row| row.get("n"))?.first().copied().unwrap_or(0))
}

/// Narrows to dossiers in which all words occur.
///
/// A rare word finds its dossiers by itself. Where every word is common, as family names are, gathering them would
/// read a large part of the unit; the list is then walked in its own order and each dossier asked for the words,
/// which soon fills a page.
fn search(tx: &mut Tx<'_>, sql: &mut Statement, filter: &Filter, space: Space) -> Result<(), StoreError> {
    let range = |word: &str| [Value::from(word), Value::from(format!("{word}\u{10ffff}"))];
    let mut rarest: Option<(i64, usize)> = None;
    for (place, word) in filter.words.iter().enumerate() {
        let mut count =
            Statement::new("SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM dossier_words w WHERE ");
        count
            .any_of("w.unit", &filter.units)
            .and("w.space = ?", [space.into()])
            .and("w.word >= ? AND w.word < ?", range(word));
        let n = few(tx, &mut count)?;
        if n < RARE && rarest.is_none_or(|(least, _)| n < least) {
            rarest = Some((n, place));
        }
    }
    for (place, word) in filter.words.iter().enumerate() {
        if rarest.is_some_and(|(_, rare)| rare == place) {
            sql.add(" AND d.id IN (SELECT w.dossier FROM dossier_words w WHERE ", [])
                .any_of("w.unit", &filter.units)
                .and("w.space = ?", [space.into()])
                .and("w.word >= ? AND w.word < ?", range(word))
                .add(")", []);
        } else {
            sql.and(
                "EXISTS (SELECT 1 FROM dossier_words w WHERE w.dossier = d.id AND w.word >= ? AND w.word < ?)",
                range(word),
            );
        }
    }
    Ok(())
}

fn narrow(sql: &mut Statement, filter: &Filter) {
    if !filter.states.is_empty() {
        sql.add(" AND ", [])
            .among("d.state", filter.states.iter().map(|code| Value::Int(*code)));
    }
    if let Some(open) = filter.open {
        // Written out, not a parameter: only so is the index of the open ones seen to hold them.
        sql.and(if open { "d.is_open = 1" } else { "d.is_open = 0" }, []);
    }
    if let Some(procedure) = &filter.procedure {
        sql.and("d.procedure_code = ?", [procedure.into()]);
    }
    if let Some(field) = &filter.field {
        sql.and("d.field = ?", [field.into()]);
    }
    if let Some(channel) = filter.channel {
        sql.and("d.channel = ?", [channel.as_str().into()]);
    }
    if let Some(post) = filter.post {
        sql.and("d.holder_post = ?", [post.into()]);
    }
    if let Some((from, to)) = filter.accepted {
        sql.and(
            "d.accepted_at >= ? AND d.accepted_at < ?",
            [from.into(), to.into()],
        );
    }
    if let Some((from, to)) = filter.ended {
        sql.and(
            "d.state IN (8, 9, 10) AND d.ended_at >= ? AND d.ended_at < ?",
            [from.into(), to.into()],
        );
    }
    match filter.due {
        None => {}
        Some(Due::OverdueAt(now)) => {
            sql.and(
                &format!("((d.is_open = 1 AND {PAST_DUE_AT}) OR d.ended_at > d.due_at)"),
                [now.into(), now.into()],
            );
        }
        Some(Due::Between(from, to)) => {
            sql.and(
                "d.is_open = 1 AND d.due_at >= ? AND d.due_at < ?",
                [from.into(), to.into()],
            );
        }
    }
    if let Some(warned) = filter.warned {
        let units: Vec<Value> = filter.units.iter().map(Value::from).collect();
        let marks = vec!["?"; units.len()].join(", ");
        let space = filter.space.unwrap_or(Space::State);
        let (of_kind, kind) = match warned {
            Warned::By(kind) => (" AND w.kind = ?", Some(Value::from(kind.as_str()))),
            Warned::Any => ("", None),
        };
        // As the bells of my work: a dossier's own while its clock runs and it has no result; a member's while the
        // member is at work, also where the clock of the whole stands because it waits for others.
        let members = format!(
            "SELECT w.parent FROM member_warnings w \
             JOIN joined_members m ON m.parent = w.parent AND m.position = w.position \
             WHERE w.unit IN ({marks}) AND w.space = ? AND w.is_raised = 1{of_kind} \
             AND m.state = 'at_work' AND m.wait_until IS NULL AND m.due_at IS NOT NULL"
        );
        let clause = format!(
            "d.is_open = 1 AND d.id IN (SELECT w.dossier FROM dossier_warnings w \
             WHERE w.unit IN ({marks}) AND w.space = ? AND w.is_raised = 1{of_kind} UNION ALL {members}) \
             AND ((d.paused_at IS NULL AND d.state <> 9) OR d.id IN ({members}))"
        );
        let once: Vec<Value> = units.into_iter().chain([space.into()]).chain(kind).collect();
        sql.and(&clause, [&once, &once, &once].into_iter().flatten().cloned());
    }
    if let Some((measure, period)) = &filter.measure {
        let (condition, values) = measure.condition(period);
        sql.and(&condition, values);
    }
}

//! The service quality index of a unit (Decision 766/QĐ-TTg): every part that own rows can give, with what was counted,
//! and the others with the reason why not. The formulas: `townhall_domain::quality`.

use std::collections::BTreeSet;

use townhall_domain::dossier::Channel;
use townhall_domain::ids::UnitId;
use townhall_domain::period::Days;
use townhall_domain::permission::Right;
use townhall_domain::procedure::{OnlineLevel, Procedure};
use townhall_domain::quality::{self, Score};
use townhall_domain::words::Mark;
use townhall_store::Tx;
use townhall_store::statistics::{self as store, Measure, Scope};

use crate::cx::Cx;
use crate::error::AppError;
use crate::statistics::{period, space, statistics, units_in_reach};

/// What a number of a part counts, so that the page can open its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// Dossiers of a figure.
    Dossiers(Measure),
    /// Dossiers that came online, by either way.
    Online,
    /// Dossiers in time, less those whose citizens were dissatisfied.
    Satisfied,
    /// Procedures of the catalogue.
    Procedures,
}

/// What a part is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worth {
    /// Computed from `part` of `whole`.
    Points {
        /// The points.
        score: Score,
        /// The numerator.
        part: (i64, Counted),
        /// The denominator.
        whole: (i64, Counted),
    },
    /// Nothing was there to count.
    Nothing,
    /// This system has no data for it.
    NoData,
}

/// A part of the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Word of its group.
    pub group: &'static str,
    /// Its word: name, formula and reason stand in the locales under it.
    pub key: &'static str,
    /// Most tenths of a point.
    pub most_tenths: i64,
    /// How sure the formula and our reading of it are.
    pub mark: Mark,
    /// What it is worth.
    pub worth: Worth,
}

/// The index of a unit over a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QualityIndex {
    /// The unit.
    pub unit: UnitId,
    /// The period.
    pub days: Days,
    /// Its parts, group by group.
    pub parts: Vec<Part>,
    /// Whether the actor may open the rows.
    pub reads_dossiers: bool,
}

impl QualityIndex {
    /// Tenths that were computed, and the most that they could be.
    pub fn computed(&self) -> (i64, i64) {
        self.parts
            .iter()
            .fold((0, 0), |(sum, most), part| match part.worth {
                Worth::Points { score, .. } => (sum + score.tenths, most + part.most_tenths),
                Worth::Nothing | Worth::NoData => (sum, most),
            })
    }

    /// Tenths of the parts that nothing can be said of.
    pub fn unknown_tenths(&self) -> i64 {
        let unknown = self.parts.iter().filter(|part| part.worth == Worth::NoData);
        unknown.map(|part| part.most_tenths).sum()
    }
}

/// What was counted in the period.
struct Counts {
    received: i64,
    in_time: i64,
    online: i64,
    obliged: i64,
    paid: i64,
    disliked: i64,
    digitised: i64,
    reused: i64,
    linked: i64,
    synced: i64,
    online_procedures_used: i64,
    paid_procedures: i64,
}

/// The index of a unit; a province has its own dossiers and those of its communes.
///
/// # Errors
/// As [`crate::statistics::statistics`].
pub fn quality_index(tx: &mut Tx<'_>, cx: &Cx, unit: &UnitId, days: Days) -> Result<QualityIndex, AppError> {
    let counts = counts(tx, cx, unit, days)?;
    let procedures: Vec<&Procedure> = cx.packs().procedures().served(days.to).collect();
    let mut parts = openness(&procedures, &counts);
    parts.push(Part {
        group: "progress",
        key: "progress",
        most_tenths: 200,
        mark: Mark::High,
        worth: worth(
            quality::progress(counts.in_time, counts.received),
            (counts.in_time, Counted::Dossiers(Measure::ReceivedInTime)),
            received(&counts),
        ),
    });
    parts.extend(online(&procedures, &counts));
    parts.extend(payment(cx, unit, &procedures, &counts));
    parts.extend(digitisation(&procedures, &counts));
    parts.extend(satisfaction(&counts));
    Ok(QualityIndex {
        unit: unit.clone(),
        days,
        parts,
        reads_dossiers: cx.actor.may(Right::ReadDossier, unit),
    })
}

fn counts(tx: &mut Tx<'_>, cx: &Cx, unit: &UnitId, days: Days) -> Result<Counts, AppError> {
    let units = units_in_reach(cx, unit)?;
    let span = period(cx, days.from, days.to)?;
    let scope = Scope {
        units: &units,
        space: space(cx),
    };
    let figures = store::figures(tx, &scope, &span)?;
    let is_online = |channel: Channel| matches!(channel, Channel::Online | Channel::Portal);
    let used: BTreeSet<&str> = figures
        .iter()
        .filter(|(group, figures)| is_online(group.channel) && figures.received > 0)
        .map(|(group, _)| group.procedure.as_str())
        .collect();
    let online_procedures_used = whole_number(used.len());
    let all = statistics(tx, cx, unit, days.from, days.to)?;
    let online = all.by_channel.iter().filter(|(channel, _)| is_online(**channel));
    let online = online.map(|(_, figures)| figures.received).sum();
    let mut count = |measure| store::count(tx, &scope, measure, &span);
    Ok(Counts {
        received: all.total.received,
        in_time: count(Measure::ReceivedInTime)?,
        online,
        obliged: count(Measure::Obliged)?,
        paid: count(Measure::PaidByTransfer)?,
        disliked: count(Measure::Disliked)?,
        digitised: count(Measure::Digitised)?,
        reused: count(Measure::Reused)?,
        linked: count(Measure::CitizenLinked)?,
        synced: count(Measure::PortalSynced)?,
        online_procedures_used,
        paid_procedures: whole_number(
            store::procedures_of(tx, &scope, Measure::PaidByTransfer, &span)?.len(),
        ),
    })
}

fn whole_number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn number_of(procedures: &[&Procedure], fits: impl Fn(&Procedure) -> bool) -> i64 {
    whole_number(procedures.iter().filter(|procedure| fits(procedure)).count())
}

fn received(counts: &Counts) -> (i64, Counted) {
    (counts.received, Counted::Dossiers(Measure::Received))
}

fn worth(score: Option<Score>, part: (i64, Counted), whole: (i64, Counted)) -> Worth {
    score.map_or(Worth::Nothing, |score| Worth::Points { score, part, whole })
}

/// A part with a plain share: all its points from `full_at` percent on.
fn share(
    (group, key): (&'static str, &'static str),
    (most_tenths, full_at): (i64, i64),
    mark: Mark,
    part: (i64, Counted),
    whole: (i64, Counted),
) -> Part {
    Part {
        group,
        key,
        most_tenths,
        mark,
        worth: worth(quality::part(part.0, whole.0, most_tenths, full_at), part, whole),
    }
}

fn unknown(group: &'static str, key: &'static str, most_tenths: i64) -> Part {
    Part {
        group,
        key,
        most_tenths,
        mark: Mark::High,
        worth: Worth::NoData,
    }
}

fn procedures(count: i64) -> (i64, Counted) {
    (count, Counted::Procedures)
}

/// Publicity and transparency, 18 points.
fn openness(served: &[&Procedure], counts: &Counts) -> Vec<Part> {
    let group = "openness";
    let is_full = |procedure: &Procedure| {
        procedure.form.is_some()
            && !procedure.basis.is_empty()
            && !procedure.components.is_empty()
            && !procedure.limits.is_empty()
    };
    let full = number_of(served, is_full);
    vec![
        unknown(group, "published_on_time", 60),
        unknown(group, "public_on_time", 40),
        share(
            (group, "full_content"),
            (20, 100),
            Mark::Medium,
            procedures(full),
            procedures(whole_number(served.len())),
        ),
        share(
            (group, "synchronised"),
            (60, 100),
            Mark::High,
            (counts.synced, Counted::Dossiers(Measure::PortalSynced)),
            received(counts),
        ),
    ]
}

/// Online service, 12 points.
fn online(served: &[&Procedure], counts: &Counts) -> Vec<Part> {
    let group = "online";
    let offered = number_of(served, |procedure| procedure.online != OnlineLevel::None);
    vec![
        share(
            (group, "online_offered"),
            (20, 80),
            Mark::High,
            procedures(offered),
            procedures(whole_number(served.len())),
        ),
        share(
            (group, "online_used"),
            (40, 100),
            Mark::High,
            procedures(counts.online_procedures_used),
            procedures(offered),
        ),
        share(
            (group, "online_dossiers"),
            (60, 50),
            Mark::High,
            (counts.online, Counted::Online),
            received(counts),
        ),
    ]
}

/// Online payment, 10 points. A transfer by the code on the page is what this system knows of it.
fn payment(cx: &Cx, unit: &UnitId, served: &[&Procedure], counts: &Counts) -> Vec<Part> {
    let group = "payment";
    let with_fee = number_of(served, |procedure| {
        procedure
            .fees
            .iter()
            .any(|fee| fee.amount != townhall_domain::fee::FeeAmount::Free)
    });
    let payable = if cx.packs().account(unit).is_some() {
        with_fee
    } else {
        0
    };
    vec![
        share(
            (group, "paid_online"),
            (60, 100),
            Mark::Medium,
            (counts.paid, Counted::Dossiers(Measure::PaidByTransfer)),
            (counts.obliged, Counted::Dossiers(Measure::Obliged)),
        ),
        // 2.5 times the share, at most 2 points: all of them from 80 percent on.
        share(
            (group, "payable_online"),
            (20, 80),
            Mark::Medium,
            procedures(payable),
            procedures(with_fee),
        ),
        share(
            (group, "procedures_paid_online"),
            (20, 80),
            Mark::Medium,
            procedures(counts.paid_procedures),
            procedures(with_fee),
        ),
    ]
}

/// Digitisation, 22 points.
fn digitisation(served: &[&Procedure], counts: &Counts) -> Vec<Part> {
    let group = "digitisation";
    let linked = number_of(served, |procedure| {
        let is_linked = |rule: &townhall_domain::procedure::Replacement| rule.database == "population";
        procedure
            .components
            .iter()
            .any(|component| component.replaced_by.as_ref().is_some_and(is_linked))
    });
    vec![
        unknown(group, "e_results", 60),
        share(
            (group, "digitised"),
            (40, 80),
            Mark::Medium,
            (counts.digitised, Counted::Dossiers(Measure::Digitised)),
            received(counts),
        ),
        unknown(group, "e_copies", 20),
        share(
            (group, "reused"),
            (20, 80),
            Mark::Medium,
            (counts.reused, Counted::Dossiers(Measure::Reused)),
            received(counts),
        ),
        unknown(group, "citizen_store", 40),
        share(
            (group, "citizen_linked"),
            (20, 100),
            Mark::Medium,
            (counts.linked, Counted::Dossiers(Measure::CitizenLinked)),
            received(counts),
        ),
        share(
            (group, "procedures_linked"),
            (20, 100),
            Mark::Medium,
            procedures(linked),
            procedures(whole_number(served.len())),
        ),
    ]
}

/// Satisfaction, 18 points. Petitions are not kept in this system.
fn satisfaction(counts: &Counts) -> Vec<Part> {
    let group = "satisfaction";
    let pleased = (counts.in_time - counts.disliked).max(0);
    vec![
        Part {
            group,
            key: "reception",
            most_tenths: 60,
            mark: Mark::High,
            worth: worth(
                quality::reception(counts.in_time, counts.disliked, counts.received),
                (pleased, Counted::Satisfied),
                received(counts),
            ),
        },
        unknown(group, "petitions_on_time", 60),
        unknown(group, "petitions_satisfied", 60),
    ]
}

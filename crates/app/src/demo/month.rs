//! The first five weeks, 1 July to 4 August 2025: every dossier goes through the real commands, in order of time.
//!
//! Thuận An: 402 accepted and 317 resolved, as reported. Which procedures, who and when is made up, plausibly.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::{Date, date};
use jiff::{SignedDuration, Timestamp};
use townhall_domain::calendar::Office;
use townhall_domain::deadline::Deadline;
use townhall_domain::dossier::{ApplicantInput, Channel, Delivery};
use townhall_domain::ids::{DossierId, Id, UnitId};
use townhall_domain::procedure::{self, Procedure};
use townhall_domain::time;

use super::express::is_at_once;
use super::names::Names;
use super::office::Offices;
use super::{ratings, together, unit};
use crate::actor::Actor;
use crate::dossier::{Verdict, flow_of};
use crate::error::AppError;
use crate::joined::Report;
use crate::town::Town;

/// Procedures with their share in thousandths and the working minutes that they usually take.
const MIX: [(&str, usize, i64); 12] = [
    ("2.000815", 385, 60),
    ("2.000884", 80, 50),
    ("2.000635", 90, 150),
    ("1.001193", 110, 200),
    ("1.000656", 35, 150),
    ("1.000894", 35, 240),
    ("1.004873", 80, 900),
    ("1.004859", 30, 1000),
    ("2.001035", 20, 500),
    ("1.001612", 50, 900),
    ("1.011607", 25, 5200),
    ("1.013978", 60, 7000),
];

/// What is still done with a dossier, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    Receive,
    /// Certified copies in the express lane: received, paid, entered and handed over in one.
    Certify,
    Forward,
    AskSupplement,
    Obligate,
    Extend,
    /// An opinion is asked of another body.
    Consult,
    /// Its answer is written down.
    Answered,
    /// The counter enters what an organisation outside reports of its member of a joined-up dossier.
    Reported(i64, Report),
    /// The citizen says how it was.
    Rate,
    /// The unit's cashier closes the day.
    CloseDay,
}

#[derive(Debug)]
pub(super) struct Life {
    pub id: DossierId,
    pub unit: UnitId,
    pub procedure: String,
    pub channel: Channel,
    pub applicant: ApplicantInput,
    pub verdict: Verdict,
    pub delivery: Delivery,
    pub form_place: usize,
    pub refuses: bool,
    /// Whether it is joined up: its own member is what the office works on.
    pub is_joined: bool,
}

struct Plan {
    lives: Vec<Life>,
    events: Vec<(Timestamp, usize, Event)>,
}

/// How many of a unit's dossiers are accepted, and how many of those are resolved by the end.
struct Goal {
    unit: UnitId,
    accepted: usize,
    resolved: usize,
    /// So many of the open ones are past due.
    overdue: usize,
    not_accepted: usize,
}

fn last_moment() -> Timestamp {
    time::instant(date(2025, 8, 4).at(16, 50, 0, 0))
}

/// Plans and runs the month for all units.
pub fn build(
    town: &Town,
    offices: &Offices,
    names: &mut Names,
    report: &mut dyn FnMut(usize, usize),
) -> Result<(), AppError> {
    let mut goals = vec![
        Goal {
            unit: unit("24682"),
            accepted: 402,
            resolved: 317,
            overdue: 12,
            not_accepted: 9,
        },
        Goal {
            unit: unit("24640"),
            accepted: 70,
            resolved: 58,
            overdue: 2,
            not_accepted: 2,
        },
    ];
    for light in &offices.light {
        let accepted = 3 + names.dice(3);
        goals.push(Goal {
            unit: light.clone(),
            accepted,
            resolved: accepted - names.dice(2),
            overdue: 0,
            not_accepted: 0,
        });
    }
    let mut plan = Plan {
        lives: Vec::new(),
        events: Vec::new(),
    };
    for goal in &goals {
        plan_unit(town, goal, names, &mut plan);
    }
    ratings::plan(&plan.lives, &mut plan.events);
    plan.events.sort_by_key(|(at, life, _)| (*at, *life));
    let Plan { lives, events } = plan;
    let lives = Arc::new(lives);
    let scan = offices.scan.clone();
    let offices = Arc::new(
        offices
            .seats
            .iter()
            .map(|(unit, seats)| (unit.clone(), seats.clone()))
            .collect::<std::collections::BTreeMap<_, _>>(),
    );
    let total = events.len();
    let mut done = 0;
    for chunk in events.chunks(250) {
        report(total / 9 + done, total + total / 9);
        let (chunk, lives, seats) = (chunk.to_vec(), Arc::clone(&lives), Arc::clone(&offices));
        let scan = scan.clone();
        let base = town.cx(&Actor::System { job: "demo" });
        done += chunk.len();
        town.db().write_blocking("demo_month", move |tx| {
            let offices = Offices {
                seats: (*seats).clone(),
                scan: scan.clone(),
                ..Offices::default()
            };
            for (at, life, event) in &chunk {
                super::play::run(tx, &base.at(*at), &offices, &lives[*life], *event)?;
            }
            Ok::<(), AppError>(())
        })?;
    }
    report(total + total / 9, total + total / 9);
    Ok(())
}

/// The working days of the five weeks.
fn days(town: &Town) -> Vec<Date> {
    let calendar = town.packs().calendar();
    let mut day = date(2025, 7, 1);
    let mut days = Vec::new();
    while day <= date(2025, 8, 4) {
        if calendar.is_working_day(day).unwrap_or(false) {
            days.push(day);
        }
        day = day.tomorrow().unwrap_or(date(2200, 1, 1));
    }
    days
}

/// The cashier closes every working day; the unit's first dossier, planned next, stands for the unit.
fn plan_evenings(plan: &mut Plan, days: &[Date]) {
    let of_unit = plan.lives.len();
    let evenings = days.iter().map(|day| time::instant(day.at(16, 55, 0, 0)));
    plan.events
        .extend(evenings.map(|at| (at, of_unit, Event::CloseDay)));
}

struct Sketch {
    procedure: &'static str,
    /// Certified copies in the express lane: done while the citizen waits.
    at_once: bool,
    at: Timestamp,
    finish: Timestamp,
    due: Timestamp,
}

impl Sketch {
    /// Whether its limit is counted in days, so that somebody can have asked for more papers or more time.
    fn has_time(&self) -> bool {
        !matches!(
            self.procedure,
            "2.000815" | "2.000884" | "2.000635" | "1.001193" | "1.000656" | "1.000894"
        )
    }
}

/// Why a dossier is open at the end of the five weeks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    /// It is being worked on, in time or late.
    Working,
    /// Its clock stands: papers were asked for.
    Waiting,
    /// It was given more time.
    Extended,
}

/// Which dossiers are open at the end, none of the express lane, and why: first those whose time is not over, then those that wait or were
/// given more time, and as many as the goal says that are simply late.
fn still_open(goal: &Goal, sketches: &[Sketch]) -> BTreeMap<usize, Open> {
    let open = goal.accepted - goal.resolved;
    let end = time::instant(date(2025, 8, 5).at(0, 0, 0, 0));
    let mut found = BTreeMap::new();
    let mut in_time: Vec<usize> = (0..sketches.len())
        .filter(|place| !sketches[*place].at_once && sketches[*place].due >= end)
        .collect();
    in_time.sort_by_key(|place| std::cmp::Reverse((sketches[*place].finish, *place)));
    let in_order = open - goal.overdue.min(open);
    found.extend(in_time.iter().take(in_order).map(|place| (*place, Open::Working)));
    // The others by how lately they were due: a late dossier of a good office is not late for long.
    let mut past: Vec<usize> = (0..sketches.len())
        .filter(|place| !sketches[*place].at_once && sketches[*place].due < end)
        .collect();
    past.sort_by_key(|place| std::cmp::Reverse((sketches[*place].due, *place)));
    let extended_from = time::instant(date(2025, 7, 31).at(12, 0, 0, 0));
    let (mut may_hold, mut late): (Vec<usize>, Vec<usize>) =
        past.into_iter().partition(|place| sketches[*place].has_time());
    let still_wanted = in_order.saturating_sub(found.len()).min(may_hold.len());
    for place in may_hold.drain(..still_wanted) {
        let why = if sketches[place].due >= extended_from {
            Open::Extended
        } else {
            Open::Waiting
        };
        found.insert(place, why);
    }
    late.extend(may_hold);
    // Not all of one day: every second one, then the rest, until there are enough.
    let (even, odd): (Vec<_>, Vec<_>) = late
        .into_iter()
        .enumerate()
        .partition(|(number, _)| number.is_multiple_of(2));
    for (_, place) in even.into_iter().chain(odd) {
        if found.len() >= open {
            break;
        }
        found.insert(place, Open::Working);
    }
    found
}

#[expect(clippy::too_many_lines, reason = "one plan, read from top to bottom")]
fn plan_unit(town: &Town, goal: &Goal, names: &mut Names, plan: &mut Plan) {
    let days = days(town);
    let office = town.packs().office(&goal.unit);
    let is_light = goal.accepted < 20;
    if !is_light {
        plan_evenings(plan, &days);
    }
    let mut sketches: Vec<Sketch> = (0..goal.accepted)
        .map(|number| {
            // Spread evenly; the first days are fuller, as the reports say.
            let day = days[(number * days.len() / goal.accepted).min(days.len() - 1)];
            let at = opening(names, day);
            let (procedure, minutes) = any_procedure(names, is_light);
            let minutes = minutes * (60 + i64::try_from(names.dice(90)).unwrap_or(0)) / 100;
            let finish = office
                .after_work(at, SignedDuration::from_mins(minutes))
                .unwrap_or_else(|_| last_moment());
            let at_once = !is_light && is_at_once(procedure, number);
            Sketch {
                procedure,
                at_once,
                at,
                finish: if at_once { at } else { finish },
                due: due_of(town, &office, procedure, at),
            }
        })
        .collect();
    sketches.sort_by_key(|sketch| sketch.at);
    let still_open = still_open(goal, &sketches);
    let planned: Vec<_> = sketches
        .iter()
        .enumerate()
        .map(|(place, sketch)| (sketch.procedure, sketch.at, !still_open.contains_key(&place)))
        .collect();
    let joined = if goal.unit == unit("24682") {
        together::choose(&planned)
    } else {
        BTreeMap::new()
    };
    for (place, sketch) in sketches.iter().enumerate() {
        let life = plan.lives.len();
        plan.lives
            .push(person(names, goal, sketch.procedure, Verdict::Accept));
        if sketch.at_once {
            let life_at_once = &mut plan.lives[life];
            life_at_once.channel = Channel::Counter;
            life_at_once.delivery = Delivery::Counter;
            plan.events.push((sketch.at, life, Event::Certify));
            continue;
        }
        plan.events.push((sketch.at, life, Event::Receive));
        let whole = joined.get(&place);
        if let Some(whole) = whole {
            whole.take(&mut plan.lives[life]);
        }
        let Some(procedure) = town
            .packs()
            .procedures()
            .as_of(sketch.procedure, date(2025, 7, 1))
        else {
            continue;
        };
        let steps = steps_of(procedure);
        let held = still_open.get(&place).copied();
        let resolved = held.is_none();
        let has_assignment = flow_of(procedure).has_assignment;
        let finish = sketch.finish.min(last_moment());
        let work = office
            .work_between(sketch.at, finish)
            .unwrap_or(SignedDuration::from_mins(60))
            .max(SignedDuration::from_mins(10));
        // Returned are most of the resolved; the others wait to be collected.
        let returned = names.dice(100) < 88;
        let count = if whole.is_some() {
            // Handed over with the other members.
            steps - 1
        } else if resolved {
            steps - usize::from(!returned)
        } else if held == Some(Open::Waiting) {
            // As far as the one who appraises it, who asks for what is missing.
            1 + usize::from(has_assignment)
        } else if held == Some(Open::Extended) {
            // In the hand of a head, who may give it more time.
            1
        } else if sketch.at >= time::instant(date(2025, 8, 4).at(0, 0, 0, 0)) {
            // Came in on the last day: still at the counter or just handed over.
            names.dice(3)
        } else {
            1 + names.dice(steps.saturating_sub(3))
        };
        let share = work.as_secs() / i64::try_from(steps.max(1)).unwrap_or(1);
        let mut at = sketch.at;
        for number in 0..count {
            at = office
                .after_work(
                    sketch.at,
                    SignedDuration::from_secs(share * i64::try_from(number + 1).unwrap_or(1)),
                )
                .unwrap_or(at)
                .min(last_moment());
            // A joined-up dossier is handed to its member as it is accepted.
            if whole.is_none() || number > 0 {
                plan.events.push((at, life, Event::Forward));
            }
        }
        if let Some(whole) = whole {
            plan.events.extend(whole.after(&office, life, at, last_moment()));
        }
        if let Some(held) = held {
            pend(names, &office, plan, life, sketch, (held, count), at);
        }
    }
    for number in 0..goal.not_accepted {
        let day = days[(number * days.len() / goal.not_accepted.max(1)).min(days.len() - 1)];
        let verdict = match number % 3 {
            0 => Verdict::Refuse {
                reason: "Không thuộc thẩm quyền giải quyết của xã theo Nghị định 118/2025/NĐ-CP.".to_owned(),
                instead: Some("Trung tâm Phục vụ hành chính công tỉnh".to_owned()),
            },
            1 => Verdict::Supplement {
                items: vec!["Giấy chứng sinh".to_owned()],
                reason: "Thành phần hồ sơ chưa đủ theo quy định.".to_owned(),
            },
            _ => Verdict::Register,
        };
        let (code, _) = any_procedure(names, is_light);
        let at = opening(
            names,
            if verdict == Verdict::Register {
                date(2025, 8, 4)
            } else {
                day
            },
        );
        let life = plan.lives.len();
        plan.lives.push(person(names, goal, code, verdict));
        plan.events.push((at, life, Event::Receive));
    }
}

/// What holds an open dossier up: a supplement, an obligation, an extension, or nothing but work.
fn pend(
    names: &mut Names,
    office: &Office<'_>,
    plan: &mut Plan,
    life: usize,
    sketch: &Sketch,
    (held, count): (Open, usize),
    at: Timestamp,
) {
    let later = office
        .after_work(at.max(sketch.at), SignedDuration::from_mins(15))
        .unwrap_or(at)
        .min(last_moment());
    let dice = names.dice(6);
    match held {
        Open::Waiting => plan.events.push((later, life, Event::AskSupplement)),
        Open::Extended => plan.events.push((later, life, Event::Extend)),
        Open::Working if !sketch.has_time() || later >= last_moment() => {}
        Open::Working => match dice {
            0 if (2..=3).contains(&count) => plan.events.push((later, life, Event::AskSupplement)),
            1 if sketch.procedure == "1.013978" && count >= 2 => {
                plan.events.push((later, life, Event::Obligate));
            }
            2.. if sketch.procedure == "1.013978" && count >= 2 => {
                plan.events.push((later, life, Event::Consult));
                let answered = office.after_work(later, SignedDuration::from_hours(20));
                let answered = answered.ok().filter(|at| dice > 3 && *at < last_moment());
                plan.events.extend(answered.map(|at| (at, life, Event::Answered)));
            }
            _ => {}
        },
    }
}

/// How many steps lead from the acceptance to the hand-over.
fn steps_of(procedure: &Procedure) -> usize {
    let flow = flow_of(procedure);
    // Transfer, appraise, draft and submit, sign, return; and what the procedure adds.
    5 + usize::from(flow.has_assignment) + usize::from(flow.has_review) + usize::from(flow.has_numbering)
}

/// When a dossier accepted then is due, by the procedure's usual limit.
fn due_of(town: &Town, office: &Office<'_>, procedure: &str, at: Timestamp) -> Timestamp {
    let limit = town
        .packs()
        .procedures()
        .as_of(procedure, time::local_date(at))
        .map(|procedure| procedure.limit(procedure::Channel::Direct, &BTreeSet::new()).time);
    limit
        .and_then(|limit| Deadline::compute(office, at, limit).ok())
        .map_or(at, |deadline| deadline.due)
}

fn opening(names: &mut Names, day: Date) -> Timestamp {
    let minute = names.dice(400);
    // 07:35 to 11:15, then 13:35 to 16:35.
    let minute = if minute < 220 {
        7 * 60 + 35 + minute
    } else {
        13 * 60 + 35 + (minute - 220)
    };
    let hour = i8::try_from(minute / 60).unwrap_or(8);
    time::instant(day.at(
        hour,
        i8::try_from(minute % 60).unwrap_or(0),
        i8::try_from(names.dice(60)).unwrap_or(0),
        0,
    ))
}

fn any_procedure(names: &mut Names, is_light: bool) -> (&'static str, i64) {
    // Light communes work only what their few posts can.
    let most = if is_light { 745 } else { 1000 };
    let mut dice = names.dice(most);
    for (code, share, minutes) in MIX {
        if dice < share {
            return (code, minutes);
        }
        dice -= share;
    }
    (MIX[0].0, MIX[0].2)
}

fn person(names: &mut Names, goal: &Goal, procedure: &str, verdict: Verdict) -> Life {
    let born = names.born();
    let channel = match names.dice(20) {
        0..=12 => Channel::Counter,
        13..=18 => Channel::Online,
        _ => Channel::Post,
    };
    let village = 1 + names.dice(12);
    Life {
        id: DossierId::from_uuid(
            uuid::Builder::from_unix_timestamp_millis(1_751_328_000_000, &random_ten(names)).into_uuid(),
        ),
        unit: goal.unit.clone(),
        procedure: procedure.to_owned(),
        channel: if verdict == Verdict::Register {
            Channel::Online
        } else {
            channel
        },
        applicant: ApplicantInput {
            kind: "citizen".to_owned(),
            name: names.name(),
            id_number: names.id_number(born),
            born_on: born.to_string(),
            phone: names.phone(),
            email: String::new(),
            address: format!("Thôn {village}"),
            messages: String::new(),
        },
        verdict,
        delivery: if names.dice(12) == 0 {
            Delivery::Post
        } else {
            Delivery::Counter
        },
        form_place: names.dice(8),
        refuses: names.dice(45) == 0,
        is_joined: false,
    }
}

fn random_ten(names: &mut Names) -> [u8; 10] {
    std::array::from_fn(|_| u8::try_from(names.dice(256)).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shares_of_the_mix_are_whole() {
        assert_eq!(MIX.iter().map(|(_, share, _)| share).sum::<usize>(), 1000);
    }
}

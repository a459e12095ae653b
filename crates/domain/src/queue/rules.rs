//! The rules of a queue as data: lines, priorities, windows.

use std::collections::BTreeSet;

use serde::Deserialize;
use toml::Spanned;

use crate::pack::{PackFile, PackProblem};
use crate::words::Words;

/// A line of the queue.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Stable name.
    pub id: String,
    /// First letter of its numbers.
    pub letter: String,
    /// What people read on the button.
    pub name: Words,
    /// Fields of law that belong to it.
    pub fields: Vec<String>,
    /// How long one person usually takes.
    pub minutes: i64,
    /// Whether its work is that of the express lane.
    #[serde(default)]
    pub express: bool,
}

/// Why somebody goes before others.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Priority {
    /// Stable name.
    pub id: String,
    /// What people read.
    pub name: Words,
}

/// A window and what it calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Its number over the counter.
    pub number: i64,
    /// Lines from which it calls.
    pub services: Vec<String>,
}

/// Everything that a pack says about queues.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueRules {
    /// Most people who wait in one centre.
    pub most_waiting: usize,
    /// Numbers are handed out so long before the counter opens.
    pub opens_before_minutes: i64,
    /// So many with priority may follow each other while others wait.
    pub priority_in_row: i64,
    /// Who was put back stands behind so many.
    pub put_back_behind: usize,
    /// The lines, in the order of their buttons.
    pub services: Vec<Service>,
    /// The priorities, in order.
    pub priorities: Vec<Priority>,
    windows: Vec<(String, Window)>,
}

const EVERY_CENTRE: &str = "*";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    #[expect(dead_code, reason = "for people; named so that the pack may carry it")]
    version: String,
    most_waiting: Spanned<usize>,
    opens_before_minutes: i64,
    priority_in_row: i64,
    put_back_behind: usize,
    service: Vec<Spanned<Service>>,
    #[serde(default)]
    priority: Vec<Spanned<Priority>>,
    window: Vec<Spanned<RawWindow>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawWindow {
    unit: String,
    number: i64,
    services: Vec<String>,
}

impl QueueRules {
    /// Reads and checks the pack; `fields` are the fields of law that exist.
    ///
    /// # Errors
    /// Every [`PackProblem`] with its line: two lines with one letter, an unknown field or line, a field in two
    /// lines, a window twice, no window for every centre.
    pub fn parse(file: PackFile<'_>, fields: &BTreeSet<String>) -> Result<Self, Vec<PackProblem>> {
        let raw: Raw = file.toml().map_err(|problem| vec![problem])?;
        let mut problems = Vec::new();
        if *raw.most_waiting.get_ref() == 0 {
            problems.push(file.problem(&raw.most_waiting, "most_waiting: nobody could take a number"));
        }
        let (mut ids, mut letters, mut taken) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for place in &raw.service {
            let service = place.get_ref();
            let mut say = |reason: String| problems.push(file.problem(place, reason));
            if !ids.insert(service.id.clone()) {
                say(format!("service {}: is there twice", service.id));
            }
            let is_letter =
                service.letter.len() == 1 && service.letter.bytes().all(|b| b.is_ascii_uppercase());
            if !is_letter || !letters.insert(service.letter.clone()) {
                say(format!(
                    "service {}: needs a letter A to Z of its own",
                    service.id
                ));
            }
            if !(1..=240).contains(&service.minutes) {
                say(format!("service {}: minutes are 1 to 240", service.id));
            }
            for field in &service.fields {
                if !fields.contains(field) {
                    say(format!(
                        "service {}: there is no field of law {field}",
                        service.id
                    ));
                } else if !taken.insert(field.clone()) {
                    say(format!(
                        "service {}: {field} belongs to another service, too",
                        service.id
                    ));
                }
            }
        }
        let mut priorities = BTreeSet::new();
        for place in &raw.priority {
            if !priorities.insert(place.get_ref().id.clone()) {
                problems
                    .push(file.problem(place, format!("priority {}: is there twice", place.get_ref().id)));
            }
        }
        let mut windows = BTreeSet::new();
        for place in &raw.window {
            let window = place.get_ref();
            if !windows.insert((window.unit.clone(), window.number)) || !(1..=99).contains(&window.number) {
                let reason = format!("window {}: needs a number 1 to 99 of its own", window.number);
                problems.push(file.problem(place, reason));
            }
            for service in window.services.iter().filter(|service| !ids.contains(*service)) {
                let reason = format!("window {}: there is no service {service}", window.number);
                problems.push(file.problem(place, reason));
            }
        }
        if !windows.iter().any(|(unit, _)| unit == EVERY_CENTRE) {
            problems.push(PackProblem::at(
                file.path,
                0,
                "no window is for every centre (unit = \"*\")",
            ));
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Self {
            most_waiting: raw.most_waiting.into_inner(),
            opens_before_minutes: raw.opens_before_minutes,
            priority_in_row: raw.priority_in_row,
            put_back_behind: raw.put_back_behind,
            services: raw.service.into_iter().map(Spanned::into_inner).collect(),
            priorities: raw.priority.into_iter().map(Spanned::into_inner).collect(),
            windows: raw
                .window
                .into_iter()
                .map(Spanned::into_inner)
                .map(|window| {
                    let known = Window {
                        number: window.number,
                        services: window.services,
                    };
                    (window.unit, known)
                })
                .collect(),
        })
    }

    /// A line by its name.
    pub fn service(&self, id: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.id == id)
    }

    /// A priority by its name.
    pub fn priority(&self, id: &str) -> Option<&Priority> {
        self.priorities.iter().find(|priority| priority.id == id)
    }

    /// The windows of a unit by its code, in order of their numbers: its own, or those of every centre.
    pub fn windows(&self, unit: &str) -> Vec<&Window> {
        let of = |wanted: &str| {
            let windows = self.windows.iter().filter(|(unit, _)| unit == wanted);
            windows.map(|(_, window)| window).collect::<Vec<_>>()
        };
        let own = of(unit);
        let mut windows = if own.is_empty() { of(EVERY_CENTRE) } else { own };
        windows.sort_by_key(|window| window.number);
        windows
    }

    /// A window of a unit.
    pub fn window(&self, unit: &str, number: i64) -> Option<&Window> {
        self.windows(unit)
            .into_iter()
            .find(|window| window.number == number)
    }

    /// The windows of a unit that call a line.
    pub fn windows_of(&self, unit: &str, service: &str) -> Vec<i64> {
        let calling = |window: &&Window| window.services.iter().any(|own| own == service);
        let windows = self.windows(unit).into_iter().filter(calling);
        windows.map(|window| window.number).collect()
    }

    /// How a number of a line is called: `A012`.
    pub fn code(service: &Service, number: i64) -> String {
        format!("{}{number:03}", service.letter)
    }
}

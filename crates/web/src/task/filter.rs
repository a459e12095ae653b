//! What a list or the figures of tasks are narrowed to, as it stands in the address.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;
use townhall_app::actor::Actor;
use townhall_domain::deadline::WarningKind;
use townhall_domain::dossier::applicant::parse_date;
use townhall_domain::space::Space;
use townhall_domain::task::{Class, Priority, SourceKind};
use townhall_domain::time;
use townhall_store::dossiers::Warned;
use townhall_store::tasks::{Filter, Sight, Sort};
use townhall_text::searched;

use crate::state::App;
use crate::ui::{Ui, href};

/// The views of the list: what the tabs show.
pub const VIEWS: [&str; 6] = ["open", "lead", "joining", "issued", "ended", "all"];

/// The query of the list and of the figures.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    pub q: String,
    pub view: String,
    pub class: String,
    pub state: String,
    pub lead: String,
    pub priority: String,
    pub source: String,
    pub unit: String,
    /// `over`, `today`, `warned` or the word of a bell, as in the list of dossiers.
    pub due: String,
    pub issued_from: String,
    pub issued_to: String,
    pub sort: String,
    pub after: String,
}

impl Asked {
    /// The view that is shown; a class, which opens the rows behind a figure, is a view of its own.
    pub fn view(&self) -> &str {
        match VIEWS.iter().find(|view| **view == self.view) {
            _ if self.class().is_some() => "",
            Some(view) => view,
            None => "open",
        }
    }

    /// The reporting class that is asked for.
    pub fn class(&self) -> Option<Class> {
        Class::parse(&self.class)
    }

    /// First and last day of issue; a day that cannot be read does not narrow.
    pub fn period(&self) -> (Option<Date>, Option<Date>) {
        (parse_date(&self.issued_from), parse_date(&self.issued_to))
    }

    /// The same without view, class and state: figures count what the list is narrowed to, whatever view is open.
    pub fn for_figures(&self) -> Self {
        Self {
            view: "all".to_owned(),
            class: String::new(),
            state: String::new(),
            due: String::new(),
            ..self.clone()
        }
    }

    /// The filter for the store; whose tasks may be seen at all, the query says.
    pub fn filter(&self, app: &App, ui: &Ui, actor: &Actor) -> Filter {
        let unit = app.town.packs().units().by_code(self.unit.trim(), ui.today());
        let view = self.view();
        let own = |wanted: &str| actor.post().filter(|_| view == wanted);
        Filter {
            units: unit.map(|unit| unit.id.clone()).into_iter().collect(),
            class: self.class(),
            open: match view {
                _ if self.due == "today" => Some(true),
                "open" | "lead" | "joining" | "issued" => Some(true),
                "ended" => Some(false),
                _ => None,
            },
            state: Some(self.state.clone()).filter(|state| !state.is_empty()),
            lead: own("lead").or_else(|| self.lead.parse().ok()),
            joining: own("joining"),
            issuer: own("issued"),
            priority: Priority::parse(&self.priority),
            source: SourceKind::parse(&self.source),
            issued: days(self.period()),
            is_over: self.due == "over",
            due: (self.due == "today")
                .then(|| days((Some(ui.today()), Some(ui.today()))))
                .flatten(),
            warned: match self.due.as_str() {
                "warned" => Some(Warned::Any),
                word => WarningKind::parse(word).map(Warned::By),
            },
            words: searched(&self.q),
            sort: if self.sort == "-issued" {
                Sort::Newest
            } else {
                Sort::Due
            },
            after: self
                .after
                .split_once('.')
                .and_then(|(at, id)| Some((at.parse().ok()?, id.parse().ok()?))),
            ..Filter::new(Space::State, Sight::default(), ui.now)
        }
    }

    /// Whether anything but the view narrows the list.
    pub fn is_narrowed(&self) -> bool {
        self.narrowing().iter().any(|(_, value)| !value.is_empty())
            || !self.class.is_empty()
            || !self.state.is_empty()
            || !self.due.is_empty()
    }

    /// What narrows list and figures alike.
    fn narrowing(&self) -> [(&'static str, &str); 7] {
        [
            ("q", &self.q),
            ("unit", &self.unit),
            ("lead", &self.lead),
            ("priority", &self.priority),
            ("source", &self.source),
            ("issued_from", &self.issued_from),
            ("issued_to", &self.issued_to),
        ]
    }

    /// An address with the same narrowing and something more.
    pub fn address(&self, path: &str, more: &[(&str, &str)]) -> String {
        let kept = self.narrowing();
        let mut query: Vec<(&str, &str)> = kept
            .iter()
            .filter(|(name, _)| more.iter().all(|(given, _)| given != name))
            .copied()
            .collect();
        query.extend_from_slice(more);
        href(path, &query)
    }
}

/// Whole local days, both included, as instants with the end excluded.
fn days((from, to): (Option<Date>, Option<Date>)) -> Option<(Timestamp, Timestamp)> {
    let start = |day: Date| time::instant(day.at(0, 0, 0, 0));
    let end = to.and_then(|day| day.tomorrow().ok()).map(start);
    match (from, end) {
        (None, None) => None,
        (from, end) => Some((
            from.map_or(Timestamp::UNIX_EPOCH, start),
            end.unwrap_or(Timestamp::MAX),
        )),
    }
}

//! What a list of tasks, its file and its figures are narrowed to.

use serde::Deserialize;
use townhall_domain::deadline::WarningKind;
use townhall_domain::ids::PostId;
use townhall_domain::space::Space;
use townhall_domain::task::{Class, Priority, SourceKind};
use townhall_domain::time;
use townhall_store::dossiers::Warned;
use townhall_store::tasks::{Filter, Sight, Sort};
use townhall_text::searched;
use utoipa::IntoParams;

use crate::api::paging::{interval, no_pages, page_key};
use crate::api::problem::Wrong;
use crate::api::read::{Day, known, number};
use crate::state::App;

/// The stored words of the states.
const STATES: [&str; 7] = [
    "issued",
    "received",
    "in_progress",
    "handed_in",
    "accepted",
    "paused",
    "withdrawn",
];

/// What a list of tasks is narrowed to.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub struct TaskQuery {
    /// Words of code, work or product; diacritics may be left out.
    #[param(value_type = Option<String>, max_length = 200)]
    q: String,
    /// `done_on_time`, `done_late`, `open_in_time`, `open_overdue`.
    #[param(value_type = Option<String>, pattern = "^(done_on_time|done_late|open_in_time|open_overdue)$")]
    class: String,
    /// `open`, `ended`, or one state.
    #[param(value_type = Option<String>, pattern = "^(open|ended|issued|received|in_progress|handed_in|accepted|paused|withdrawn)$")]
    state: String,
    /// Code of the unit of the lead.
    #[param(value_type = Option<String>, pattern = "^[0-9]{2}([0-9]{3})?$")]
    unit: String,
    /// The post that leads.
    #[param(value_type = Option<String>, format = "uuid")]
    lead: String,
    /// A post that joins the lead.
    #[param(value_type = Option<String>, format = "uuid")]
    joining: String,
    /// The post in whose name it was issued.
    #[param(value_type = Option<String>, format = "uuid")]
    issuer: String,
    /// `normal`, `high`, `urgent`.
    #[param(value_type = Option<String>, pattern = "^(normal|high|urgent)$")]
    priority: String,
    /// `direct`, `document`, `meeting`, `feedback`.
    #[param(value_type = Option<String>, pattern = "^(direct|document|meeting|feedback)$")]
    source: String,
    /// `over` (past the deadline that holds, or handed in after it), `today`, `warned` (any bell before the deadline
    /// has rung), or one bell: `half`, `four_fifths`, `two_days`, `one_day`.
    #[param(value_type = Option<String>, pattern = "^(over|today|warned|half|four_fifths|two_days|one_day)$")]
    due: String,
    /// Issued on this day or later.
    #[param(value_type = Option<String>, format = Date)]
    issued_from: Option<Day>,
    /// Issued on this day or earlier.
    #[param(value_type = Option<String>, format = Date)]
    issued_to: Option<Day>,
    /// `due` (earliest deadline first) or `newest`.
    #[param(value_type = Option<String>, pattern = "^(due|newest)$")]
    sort: String,
    /// `next` of the page before.
    #[param(value_type = Option<String>, max_length = 100)]
    after: String,
    /// Rows on the page, 1 to 200; 50 when missing.
    #[serde(deserialize_with = "number")]
    #[param(minimum = 1, maximum = 200)]
    pub(super) limit: Option<u32>,
}

impl TaskQuery {
    /// Refuses what belongs to a page, where all rows are meant.
    pub(super) fn must_be_whole(&self) -> Result<(), Wrong> {
        no_pages(&self.after, self.limit)
    }

    /// The filter for the store; what may be seen is put in by the query itself.
    pub(super) fn filter(&self, app: &App, space: Space) -> Result<Filter, Wrong> {
        let now = app.town.clock().now();
        let today = time::local_date(now);
        let mut filter = Filter::new(space, Sight::default(), now);
        filter.words = searched(&self.q);
        filter.class = chosen("class", &self.class, Class::parse)?;
        filter.priority = chosen("priority", &self.priority, Priority::parse)?;
        filter.source = chosen("source", &self.source, SourceKind::parse)?;
        filter.lead = post("lead", &self.lead)?;
        filter.joining = post("joining", &self.joining)?;
        filter.issuer = post("issuer", &self.issuer)?;
        filter.issued = interval(self.issued_from, self.issued_to);
        match self.state.as_str() {
            "" => {}
            "open" => filter.open = Some(true),
            "ended" => filter.open = Some(false),
            word => {
                let state = known("state", word, |word| {
                    STATES.into_iter().find(|state| *state == word)
                })?;
                filter.state = Some(state.to_owned());
            }
        }
        if !self.unit.is_empty() {
            let unit = app.town.packs().units().by_code(&self.unit, today);
            let unit = unit.ok_or_else(|| Wrong::field("unit", "api-unit-unknown"))?;
            filter.units = vec![unit.id.clone()];
        }
        match self.due.as_str() {
            "" => {}
            "over" => filter.is_over = true,
            "today" => {
                filter.due = interval(Some(Day(today)), Some(Day(today)));
                filter.open = Some(true);
            }
            "warned" => filter.warned = Some(Warned::Any),
            word => filter.warned = Some(Warned::By(known("due", word, WarningKind::parse)?)),
        }
        filter.sort = match self.sort.as_str() {
            "" | "due" => Sort::Due,
            "newest" => Sort::Newest,
            _ => return Err(Wrong::field("sort", "api-word-unknown")),
        };
        if !self.after.is_empty() {
            filter.after = Some(page_key(&self.after)?);
        }
        Ok(filter)
    }
}

/// A word of a closed list, when there is one.
fn chosen<T>(field: &str, word: &str, read: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, Wrong> {
    (!word.is_empty()).then(|| known(field, word, read)).transpose()
}

fn post(field: &str, id: &str) -> Result<Option<PostId>, Wrong> {
    if id.is_empty() {
        return Ok(None);
    }
    let id: Option<PostId> = id.parse().ok();
    id.map(Some).ok_or_else(|| Wrong::field(field, "api-id-wrong"))
}

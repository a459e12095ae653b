//! The components that pages are made of.
//!
//! Every component is a function that takes [`Ui`] first (language, business time, person, CSRF token) and gives
//! markup; none reads a database or decides anything. Links and forms work without a script; `data-…` attributes
//! and htmx only add to them. No component writes inline style or script: the content security policy forbids it.

mod actions;
mod badge;
pub mod chart;
mod check_list;
mod due;
mod empty;
mod field;
mod figure;
mod form;
mod form_schema;
pub mod gallery;
mod href;
mod icon;
mod keys;
mod list;
mod meter;
mod nav;
mod notice;
mod page;
mod public_page;
mod steps;
mod table;
mod timeline;

use std::borrow::Cow;
use std::sync::Arc;

pub use actions::{Action, actions, not_possible, quiet_link};
pub use badge::{Tone, badge};
pub use check_list::{CheckRow, check_list};
pub use due::{DueChip, deadline_days, deadline_reason, deadline_why_for_citizens, due_chip};
pub use empty::{Empty, empty};
pub use field::{
    Choice, Errors, Field, checkbox, checkboxes, date, date_parts, file, file_as, hidden, money_field,
    number_field, password, radios, select, text, textarea,
};
pub use figure::{Figure, figures};
pub use form::{CSRF_FIELD, Confirm, Form, confirm_page, draft_hint, error_summary, form};
pub use form_schema::{
    SchemaForm, prefilled, schema_answer, schema_errors, schema_field, schema_form, schema_label,
    schema_section, schema_section_with_units, schema_values, typed_values,
};
pub use href::{href, with_query};
pub use icon::Icon;
pub use keys::{key_hint, keys_page};
pub use list::{ListGroup, WorkItem, work_list};
pub use meter::{DayBar, MeterPart, PartTone, day_bars, load_meter, share_meter};
pub use nav::{NavEntry, Place};
pub use notice::{NoticeTone, notice, notice_link};
pub use page::{Page, breadcrumb, page, print_head, title_line};
pub use public_page::{public_page, wall_page};
pub use steps::{Step, StepState, steps};
pub use table::{Column, Sort, Tab, filter_bar, pager, table, tabs};
pub use timeline::{Moment, MomentKind, Trail, key_values, reason, timeline, trail};

use jiff::Timestamp;
use jiff::civil::Date;
use maud::{Markup, PreEscaped, html};
use townhall_app::packs::Packs;
use townhall_domain::calendar::{HoursException, Office as Hours};
use townhall_domain::ids::UnitId;
use townhall_domain::money::Dong;
use townhall_domain::time;
use townhall_text::{Arg, Dir, Lang};

/// What every component needs to know of the request: who looks, in which language, at which business time.
#[derive(Debug, Clone)]
pub struct Ui {
    /// The language of the page.
    pub lang: Lang,
    /// The direction of writing; that of the language, except where a test turns it.
    pub dir: Dir,
    /// Light or dark, as the person chose.
    pub theme: Theme,
    /// The business clock at the start of the request.
    pub now: Timestamp,
    /// Whether the data are made up; then every page says so, with the business clock.
    pub demo: bool,
    /// The token that forms send back in [`CSRF_FIELD`]; empty where nobody has a session.
    pub csrf: String,
    /// Path and query of this page, for the language switch and "back".
    pub path: String,
    /// The signed-in officer.
    pub who: Option<Who>,
    /// The unit whose page this is.
    pub office: Office,
    /// The places this person may go to, with what waits there.
    pub nav: Vec<NavEntry>,
    /// State of the exchange with the national portal.
    pub sync: Option<Sync>,
    /// Whether single letters act as keys (a person can switch them off: WCAG 2.1.4).
    pub single_keys: bool,
    /// Whether the page is shown to be printed: tables behind charts stand open.
    pub print: bool,
    /// The days whose hours units have decided themselves; shared by every row of the page.
    pub decided: Arc<[HoursException]>,
}

/// Light or dark; the server sets it, so a page never flashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// Dark text on light ground.
    #[default]
    Light,
    /// Light text on dark ground.
    Dark,
}

impl Theme {
    /// The value of `data-bs-theme`, of the setting and of `?theme=`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// Reads a code; `None` if it is neither `light` nor `dark`.
    pub fn parse(code: &str) -> Option<Self> {
        [Self::Light, Self::Dark]
            .into_iter()
            .find(|theme| theme.code() == code)
    }
}

/// The signed-in officer, as the top bar shows him.
#[derive(Debug, Clone, Default)]
pub struct Who {
    /// His name.
    pub name: String,
    /// The post as which he acts.
    pub post_title: String,
    /// The unit of that post.
    pub unit_name: String,
    /// All posts as which he may act now, the present one marked.
    pub posts: Vec<PostChoice>,
}

/// A post as which the officer may act.
#[derive(Debug, Clone, Default)]
pub struct PostChoice {
    /// Sent as `post` to `/act-as`.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its unit.
    pub unit_name: String,
    /// Whether he acts as this post at present.
    pub current: bool,
}

/// The unit whose page this is; citizens see its centre, telephone and hours.
#[derive(Debug, Clone, Default)]
pub struct Office {
    /// "Xã Thuận An".
    pub name: String,
    /// "Lâm Đồng"; empty for a province.
    pub province: String,
    /// "Trung tâm Phục vụ hành chính công".
    pub centre: String,
    /// Telephone of the centre.
    pub phone: String,
    /// Office hours in words.
    pub hours: String,
}

/// State of the exchange with the national portal.
#[derive(Debug, Clone, Copy)]
pub struct Sync {
    /// When everything was last in step.
    pub at: Timestamp,
    /// How many dossiers are not in step.
    pub behind: u32,
}

impl Ui {
    /// A page for a stranger, in `lang` at `now`; the fields are then filled in.
    pub fn new(lang: Lang, now: Timestamp) -> Self {
        Self {
            lang,
            dir: lang.dir(),
            theme: Theme::Light,
            now,
            demo: false,
            csrf: String::new(),
            path: "/".to_owned(),
            who: None,
            office: Office::default(),
            nav: Vec::new(),
            sync: None,
            single_keys: true,
            print: false,
            decided: Arc::default(),
        }
    }

    /// When a unit works: the packs, and what was decided about single days.
    pub fn hours<'p>(&self, packs: &'p Packs, unit: &UnitId) -> Hours<'p> {
        packs.office(unit).with_exceptions(Arc::clone(&self.decided))
    }

    /// The business day.
    pub fn today(&self) -> Date {
        time::local_date(self.now)
    }

    /// The words of `key`.
    pub fn t(&self, key: &str) -> String {
        townhall_text::t(self.lang, key)
    }

    /// The words of `key` with values.
    pub fn t_args(&self, key: &str, args: &[(&str, Arg<'_>)]) -> String {
        townhall_text::t_args(self.lang, key, args)
    }

    /// `thứ Hai 04/8`.
    pub fn date(&self, day: Date) -> String {
        townhall_text::date(self.lang, day, self.today())
    }

    /// `04/8`.
    pub fn date_short(&self, day: Date) -> String {
        townhall_text::date_short(self.lang, day, self.today())
    }

    /// `thứ Sáu 01/8, 17:00`; of the business day only `hôm nay, 17:00`.
    pub fn date_time(&self, at: Timestamp) -> String {
        if time::local_date(at) == self.today() {
            format!("{}, {}", self.t("common-today"), townhall_text::time(at))
        } else {
            townhall_text::date_time(self.lang, at, self.today())
        }
    }

    /// `17:00`.
    pub fn time(&self, at: Timestamp) -> String {
        townhall_text::time(at)
    }

    /// `10.000 đ`.
    pub fn money(&self, amount: Dong) -> String {
        townhall_text::money(self.lang, amount)
    }

    /// `48.880`.
    pub fn number(&self, value: i64) -> String {
        townhall_text::number(self.lang, value)
    }

    /// `97,5 %` of two counts.
    pub fn percent(&self, part: i64, whole: i64) -> String {
        townhall_text::percent(self.lang, part, whole)
    }
}

/// A code, number or foreign name, set apart from the direction of the text around it.
pub fn code(text: &str) -> Markup {
    html! { bdi { (text) } }
}

/// A card with a heading; `end` stands at the end of the heading line (a link, a legend), `id` names the heading.
pub fn card(id: &str, heading: &str, end: &Markup, body: &Markup) -> Markup {
    html! {
        section.card aria-labelledby=(id) {
            div.card-header {
                h2.card-title id=(id) { (heading) }
                @if !end.0.is_empty() { div.th-end.th-row { (end) } }
            }
            (body)
        }
    }
}

/// Nothing, where a component takes markup that may be absent.
pub fn nothing() -> Markup {
    PreEscaped(String::new())
}

/// Words that a component borrows or owns.
pub type Words<'a> = Cow<'a, str>;

#[cfg(test)]
mod tests;

//! The places of the product in four groups: the side navigation, and five tabs at the bottom of a phone.

use maud::{Markup, html};

use super::icon::brand_mark;
use super::{Icon, Ui};

/// A place that an officer can go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// My work.
    Work,
    /// The counter.
    Counter,
    /// The express lane for certified copies.
    Express,
    /// The queue.
    Queue,
    /// Dossiers.
    Dossiers,
    /// Registers of civil status.
    Registers,
    /// Fees and the daily closing list.
    Fees,
    /// Tasks.
    Tasks,
    /// What the national portal has and has not.
    Portal,
    /// Messages to citizens.
    Messages,
    /// The dashboard of the unit.
    Dashboard,
    /// Posts and people.
    Staff,
    /// What the reports asked.
    Asked,
    /// Background jobs.
    Jobs,
    /// Administration.
    Admin,
}

/// The groups of the side navigation, with the key of their heading.
const GROUPS: [(&str, &[Place]); 4] = [
    ("", &[Place::Work]),
    (
        "ui-nav-one-stop",
        &[
            Place::Counter,
            Place::Express,
            Place::Queue,
            Place::Dossiers,
            Place::Registers,
            Place::Fees,
        ],
    ),
    ("ui-nav-office", &[Place::Tasks, Place::Portal, Place::Messages]),
    (
        "ui-nav-management",
        &[
            Place::Dashboard,
            Place::Staff,
            Place::Asked,
            Place::Jobs,
            Place::Admin,
        ],
    ),
];

impl Place {
    /// Every place, in the order of the navigation.
    pub fn all() -> impl Iterator<Item = Self> {
        GROUPS.into_iter().flat_map(|(_, places)| places.iter().copied())
    }

    /// Its address.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Work => "/work",
            Self::Counter => "/counter",
            Self::Express => "/express",
            Self::Queue => "/queue",
            Self::Dossiers => "/dossiers",
            Self::Registers => "/registers",
            Self::Fees => "/fees",
            Self::Tasks => "/tasks",
            Self::Portal => "/portal",
            Self::Messages => "/messages",
            Self::Dashboard => "/dashboard",
            Self::Staff => "/staff",
            Self::Asked => "/asked",
            Self::Jobs => "/jobs",
            Self::Admin => "/admin",
        }
    }

    /// The key of its name.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Work => "ui-place-work",
            Self::Counter => "ui-place-counter",
            Self::Express => "ui-place-express",
            Self::Queue => "ui-place-queue",
            Self::Dossiers => "ui-place-dossiers",
            Self::Registers => "ui-place-registers",
            Self::Fees => "ui-place-fees",
            Self::Tasks => "ui-place-tasks",
            Self::Portal => "ui-place-portal",
            Self::Messages => "ui-place-messages",
            Self::Dashboard => "ui-place-dashboard",
            Self::Staff => "ui-place-staff",
            Self::Asked => "ui-place-asked",
            Self::Jobs => "ui-place-jobs",
            Self::Admin => "ui-place-admin",
        }
    }

    /// Its icon.
    pub const fn icon(self) -> Icon {
        match self {
            Self::Work => Icon::INBOX,
            Self::Counter => Icon::COMMUNITY,
            Self::Express => Icon::COPY,
            Self::Queue => Icon::TICKET,
            Self::Dossiers => Icon::FILES,
            Self::Registers => Icon::BOOK,
            Self::Fees => Icon::CASH,
            Self::Tasks => Icon::CHECKLIST,
            Self::Portal => Icon::REFRESH,
            Self::Messages => Icon::MESSAGE,
            Self::Dashboard => Icon::REPORT,
            Self::Staff => Icon::USERS,
            Self::Asked => Icon::FLAG,
            Self::Jobs => Icon::SERVER,
            Self::Admin => Icon::SETTINGS,
        }
    }
}

/// Beyond this a count says "more": what is counted is bounded, too.
const SHOWN: u32 = 99;

/// A place that this person may go to, and how much waits there (0 shows no count).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NavEntry {
    /// The place.
    pub place: Place,
    /// What waits there.
    pub waiting: u32,
}

/// Name and unit, with the mark.
pub(super) fn brand(ui: &Ui, class: &str) -> Markup {
    let unit = [ui.office.name.as_str(), ui.office.province.as_str()]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" · ");
    html! {
        a.th-brand.(class) href="/work" {
            (brand_mark())
            span { b { (ui.t("common-product")) } small { (unit) } }
        }
    }
}

/// The side navigation; `end` (person, language) is shown in it where the top bar has no room.
pub(super) fn side(ui: &Ui, here: Option<Place>, end: &Markup) -> Markup {
    html! {
        nav.th-side id="places" aria-label=(ui.t("ui-nav-main")) {
            div.th-row { (brand(ui, "")) a.btn.btn-sm.th-end.d-lg-none href="#top" { (ui.t("ui-close")) } }
            @for (heading, places) in GROUPS {
                @let open: Vec<NavEntry> = places.iter().filter_map(|place| entry(ui, *place)).collect();
                @if !open.is_empty() {
                    @if !heading.is_empty() { h2 { (ui.t(heading)) } }
                    ul { @for entry in open { li { (link(ui, entry, here, ui.t(entry.place.key()).as_str())) } } }
                }
            }
            div.th-side-end.d-lg-none { (end) }
        }
    }
}

/// The five tabs of a phone: three places, search, and everything else.
pub(super) fn tabs(ui: &Ui, here: Option<Place>) -> Markup {
    const FIRST: [(Place, &str); 5] = [
        (Place::Work, "ui-tab-work"),
        (Place::Counter, "ui-tab-counter"),
        (Place::Dossiers, "ui-tab-dossiers"),
        (Place::Tasks, "ui-tab-tasks"),
        (Place::Dashboard, "ui-tab-dashboard"),
    ];
    html! {
        nav.th-tabs aria-label=(ui.t("ui-nav-quick")) {
            ul {
                @for (entry, words) in FIRST.iter().filter_map(|(place, words)| Some((entry(ui, *place)?, *words))).take(3) {
                    li { (link(ui, NavEntry { waiting: 0, ..entry }, here, ui.t(words).as_str())) }
                }
                li { a href="/search" { (Icon::SEARCH) (ui.t("ui-tab-search")) } }
                li { a href="#places" { (Icon::MENU) (ui.t("ui-tab-more")) } }
            }
        }
    }
}

fn entry(ui: &Ui, place: Place) -> Option<NavEntry> {
    ui.nav.iter().find(|entry| entry.place == place).copied()
}

fn link(ui: &Ui, entry: NavEntry, here: Option<Place>, words: &str) -> Markup {
    html! {
        a href=(entry.place.path()) aria-current=[(here == Some(entry.place)).then_some("page")] {
            (entry.place.icon()) (words)
            @if entry.waiting > 0 {
                span.th-count {
                    (ui.number(i64::from(entry.waiting.min(SHOWN)))) @if entry.waiting > SHOWN { "+" } span.visually-hidden { " " (ui.t("ui-nav-waiting")) }
                }
            }
        }
    }
}

//! Everything that is drawn on the counter's page, and its parts.

use std::collections::BTreeSet;

use maud::{Markup, html};
use serde_json::{Map, Value};
use townhall_app::dossier::{Finished, Looked};
use townhall_domain::calendar::Office;
use townhall_domain::form::Form as Schema;
use townhall_domain::ids::UnitId;
use townhall_domain::procedure::Procedure;

use super::typed::{FORM, Typed};
use super::{DRAFT, Kept, case, components, done, person, promise};
use crate::state::App;
use crate::ui::{self, Errors, Form, Icon, NoticeTone, Page, Place, Ui, key_hint};

/// A part of the page that is swapped by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The people, and with them what is filled from them.
    Person,
    /// The procedure with its papers and its form.
    Case,
    /// The appointment, the fee, what is still missing.
    Promise,
}

impl Part {
    /// Reads the word that htmx sends.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "person" => Some(Self::Person),
            "case" => Some(Self::Case),
            "promise" => Some(Self::Promise),
            _ => None,
        }
    }

    /// The values that an element sends to get this part.
    pub const fn vals(self) -> &'static str {
        match self {
            Self::Person => r#"{"part":"person"}"#,
            Self::Case => r#"{"part":"case"}"#,
            Self::Promise => r#"{"part":"promise"}"#,
        }
    }
}

/// Where the work goes on after a part was swapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    /// The field in which a procedure is looked for.
    Procedure,
    /// The first paper that is not ticked yet.
    Papers,
}

/// What the page is drawn from.
pub struct Desk<'a> {
    /// Packs and clock.
    pub app: &'a App,
    /// Words and looks.
    pub ui: &'a Ui,
    /// The receiving unit.
    pub unit: &'a UnitId,
    /// The competent unit.
    pub competent: UnitId,
    /// What stands in the form.
    pub typed: &'a Typed,
    /// What the unit knows of the person.
    pub looked: &'a Looked,
    /// What is wrong.
    pub errors: &'a Errors,
    /// The chosen procedure as it is in force today.
    pub procedure: Option<&'a Procedure>,
    /// Its form.
    pub form: Option<&'a Schema>,
    /// What was answered in the form, as typed.
    pub answers: Map<String, Value>,
    /// What of it could be taken, clean.
    pub clean: Map<String, Value>,
    /// The circumstances that hold by what is typed so far.
    pub circumstances: BTreeSet<String>,
    /// Where the cursor goes when the part stands.
    pub focus: Option<Focus>,
}

impl<'a> Desk<'a> {
    /// Looks up what the typed values mean.
    pub fn new(
        app: &'a App,
        ui: &'a Ui,
        unit: &'a UnitId,
        typed: &'a Typed,
        looked: &'a Looked,
        errors: &'a Errors,
    ) -> Self {
        let packs = app.town.packs();
        let procedure = packs.procedures().as_of(typed.get("procedure"), ui.today());
        let form = procedure
            .and_then(|procedure| procedure.form.as_deref())
            .and_then(|path| packs.form(path));
        let answers = procedure
            .map(|procedure| typed.answers(app, procedure))
            .unwrap_or_default();
        let clean = form.map(|form| form.check_so_far(&answers, ui.today()).0.into_values());
        let clean = clean.unwrap_or_default();
        let circumstances = procedure
            .map(|procedure| procedure.circumstances(&clean, &typed.all("circumstance"), ui.today()));
        Self {
            app,
            ui,
            unit,
            competent: typed.competent(app, unit).unwrap_or_else(|| unit.clone()),
            typed,
            looked,
            errors,
            procedure,
            form,
            answers,
            clean,
            circumstances: circumstances.unwrap_or_default(),
            focus: None,
        }
    }

    /// The time of the competent unit, with what it has decided about single days.
    pub fn office(&self) -> Office<'a> {
        let office = self.app.town.packs().office(&self.competent);
        office.with_exceptions(self.looked.hours.clone())
    }

    /// How a field of the pack's form or a paper is called; the other fields' mistakes say it themselves.
    fn name_of(&self, field: &str) -> Option<String> {
        if let Some(name) = field.strip_prefix(FORM) {
            return ui::schema_label(self.ui, self.form?, name);
        }
        if field == "exemption_reason" {
            return Some(self.ui.t("fees-exempt-reason"));
        }
        let paper = self.procedure?.component(field.strip_prefix("component_")?)?;
        Some(self.say(&paper.name).to_owned())
    }

    /// Says where the work goes on: after a card with the procedure, after a procedure with its papers.
    pub fn going_on(mut self, has_read_card: bool, has_chosen: bool) -> Self {
        self.focus = match (self.procedure, has_read_card, has_chosen) {
            (None, true, _) => Some(Focus::Procedure),
            (Some(_), _, true) | (Some(_), true, _) => Some(Focus::Papers),
            _ => None,
        };
        self
    }

    /// One part, and the parts that follow from it, each to be put in its own place.
    pub fn part(&self, part: Part) -> Markup {
        match part {
            Part::Person => html! {
                (person::section(self)) (case::all(self, true)) (promise::all(self, true))
            },
            Part::Case => html! { (case::all(self, false)) (promise::all(self, true)) },
            Part::Promise => html! { (promise::all(self, false)) (components::section(self, true)) },
        }
    }

    /// The whole page.
    pub fn page(&self, kept: &Kept, finished: Option<&Finished>, draft_gone: bool) -> Markup {
        let ui = self.ui;
        let title = ui.t("counter-title");
        let about = Page::new(&title)
            .at(Place::Counter)
            .with_error(!self.errors.is_empty());
        let about = if draft_gone {
            about.draft_done(DRAFT)
        } else {
            about
        };
        let form = Form::post("/counter")
            .id("counter")
            .class("th-cols th-cols-counter")
            .draft(DRAFT);
        let main = html! {
            (ui::title_line(ui, &title, &html! {}, &self.ways(kept)))
            @if let Some(finished) = finished { (done::notice(self, finished)) }
            (ui::error_summary(ui, &self.errors.clone().named_by(|name| self.name_of(name))))
            (ui::form(ui, &form.drawn_by_server(), &self.body()))
        };
        ui::page(ui, &about, &main)
    }

    fn body(&self) -> Markup {
        let typed = self.typed;
        html! {
            (kept("dossier", typed.get("dossier")))
            @for name in ["items", "reason", "instead"] {
                @if !typed.get(name).is_empty() { (kept(name, typed.get(name))) }
            }
            // Enter in a field presses the first button: it must be one that only draws again.
            button.visually-hidden type="submit" name="do" value="draw" tabindex="-1" aria-hidden="true" {
                (self.ui.t("counter-refresh"))
            }
            div.th-stack {
                (person::section(self))
                (case::all(self, false))
            }
            (promise::all(self, false))
        }
    }

    /// "Saved at", and the ways to the next ticket and to the express lane, for whom they are open.
    fn ways(&self, kept: &Kept) -> Markup {
        let ui = self.ui;
        let is_open = |place: Place| ui.nav.iter().any(|entry| entry.place == place);
        html! {
            (ui::draft_hint(ui, kept.draft.as_ref().map(|draft| draft.saved_at)))
            @if let Some(at) = kept.aside {
                button.btn.btn-sm type="submit" form="counter" formaction="/counter/undo" {
                    (Icon::UNDO) " " (ui.t_args("counter-take-back", &[("time", ui.time(at).into())]))
                }
            }
            button.btn.btn-sm type="submit" form="counter" formaction="/counter/anew" {
                (Icon::FILE_PLUS) " " (ui.t("counter-begin-anew"))
            }
            @if is_open(Place::Express) {
                a.btn.btn-sm href=(Place::Express.path()) data-key="counter-express" {
                    (ui.t("counter-express")) (key_hint(ui, "counter-express"))
                }
            }
            @if is_open(Place::Queue) { (crate::queue::strip_place(ui, Place::Counter)) }
        }
    }

    /// The words of a pack in the language of the page.
    pub fn say<'w>(&self, words: &'w townhall_domain::words::Words) -> &'w str {
        words.get(self.ui.lang.code())
    }

    /// A note in the place where it matters.
    pub fn note(&self, tone: NoticeTone, key: &str) -> Markup {
        ui::notice(self.ui, tone, "", &html! { (self.ui.t(key)) })
    }
}

/// A hidden field that also the browser's own copy of a draft holds.
pub fn kept(name: &str, value: &str) -> Markup {
    html! { input type="hidden" name=(name) value=(value) data-keep=""; }
}

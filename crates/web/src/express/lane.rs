//! The form of the lane and the page around it.

use std::collections::BTreeSet;

use maud::{Markup, html};
use townhall_app::dossier::Looked;
use townhall_app::drafts::Draft;
use townhall_app::express::{Booked, Desk};
use townhall_domain::deadline::Deadline;
use townhall_domain::express::{BOOK, PROCEDURE, TITLE_CHARS};
use townhall_domain::procedure::{Channel, Procedure};
use townhall_domain::time;
use townhall_text::capitalised;

use super::{DRAFT, fee, lines, today};
use crate::counter::typed::Typed;
use crate::state::App;
use crate::ui::{
    self, Choice, Errors, Field, Form, Icon, NoticeTone, Page, Place, Tone, Ui, badge, code, key_hint,
};

/// The values that an element sends to have the form's inside drawn again, and only the fee.
const INSIDE: &str = r#"{"part":"lane"}"#;
const FEE: &str = r#"{"part":"fee"}"#;

/// What the page is drawn from.
pub struct Lane<'a> {
    app: &'a App,
    ui: &'a Ui,
    desk: &'a Desk,
    typed: &'a Typed,
    looked: &'a Looked,
    errors: &'a Errors,
    procedure: Option<&'a Procedure>,
}

impl<'a> Lane<'a> {
    /// Looks up the procedure as it is in force today.
    pub fn new(
        app: &'a App,
        ui: &'a Ui,
        desk: &'a Desk,
        typed: &'a Typed,
        looked: &'a Looked,
        errors: &'a Errors,
    ) -> Self {
        Self {
            app,
            ui,
            desk,
            typed,
            looked,
            errors,
            procedure: app.town.packs().procedures().as_of(PROCEDURE, ui.today()),
        }
    }

    /// The whole page.
    pub fn page(&self, draft: Option<&Draft>, done: Option<&Booked>, draft_gone: bool) -> Markup {
        let ui = self.ui;
        let title = ui.t("express-title");
        let about = Page::new(&title)
            .at(Place::Express)
            .with_error(!self.errors.is_empty());
        let about = if draft_gone {
            about.draft_done(DRAFT)
        } else {
            about
        };
        let form = Form::post("/express")
            .id("lane")
            .class("card")
            .draft(DRAFT)
            .drawn_by_server()
            .enter_moves_on();
        let main = html! {
            (ui::title_line(ui, &title, &html! { span.th-muted { bdi { (PROCEDURE) } " · " (ui.t("express-rule")) } }, &self.ways(draft)))
            @if let Some(done) = done { (today::done(ui, done)) }
            (ui::error_summary(ui, self.errors))
            div.th-cols.th-cols-express {
                div.th-stack {
                    (ui::form(ui, &form, &html! { (kept("dossier", self.typed.get("dossier"))) (self.inside(self.errors.is_empty().then_some("card"))) }))
                    (today::list(ui, self.desk))
                }
                aside.th-stack aria-label=(ui.t("express-help")) { (self.help()) }
            }
        };
        ui::page(ui, &about, &main)
    }

    fn ways(&self, draft: Option<&Draft>) -> Markup {
        let ui = self.ui;
        let is_open = |place: Place| ui.nav.iter().any(|entry| entry.place == place);
        html! {
            (ui::draft_hint(ui, draft.map(|draft| draft.saved_at)))
            @if draft.is_some() {
                a.btn.btn-sm href="/express?fresh=1" { (Icon::FILE_PLUS) " " (ui.t("counter-begin-anew")) }
            }
            @if is_open(Place::Registers) {
                a.btn.btn-sm href=(format!("/registers/{BOOK}/{}", ui.today().year())) { (Icon::BOOK) " " (ui.t("express-book")) }
            }
            @if is_open(Place::Fees) {
                a.btn.btn-sm href=(Place::Fees.path()) { (Icon::CASH) " " (ui.t("express-fees")) }
            }
            @if is_open(Place::Queue) { (crate::queue::strip_place(ui, Place::Express)) }
        }
    }

    /// Everything inside the form, which is swapped as one; `focus` names the field where the work goes on.
    pub fn inside(&self, focus: Option<&str>) -> Markup {
        let ui = self.ui;
        html! {
            div id="lane-inside" data-focus=[focus.map(|name| format!("#f-{}", name.replace('_', "-")))] {
                div.card-header {
                    h2.card-title id="lane-title" {
                        (ui.t("express-number")) " " b.th-big { (ui.number(self.desk.next_number)) } " "
                        span.th-muted { (ui.t_args("express-volume", &[("year", ui.today().year().to_string().into())])) }
                    }
                    div.th-end.th-row {
                        (self.standing())
                        span.th-muted.th-wide { kbd { "Enter" } " " (ui.t("ui-key-next-field")) ", " kbd { "Shift Enter" } " " (ui.t("ui-key-previous-field")) }
                    }
                }
                div.card-body {
                    div data-enter-chain="" {
                        (self.requester())
                        (self.papers())
                    }
                    (fee::output(self.app, ui, &self.desk.unit, self.typed))
                    (self.terms())
                }
                (self.buttons())
            }
        }
    }

    /// What is known of this person already, in one badge.
    fn standing(&self) -> Markup {
        let ui = self.ui;
        match (&self.looked.known, self.typed.get("card_read")) {
            (Some(known), _)
                if townhall_text::fold(&known.name)
                    == townhall_text::fold(self.typed.get("applicant_name")) =>
            {
                badge(ui, Tone::Ok, Icon::CIRCLE_CHECK, &ui.t("counter-known"))
            }
            (Some(_), _) => badge(ui, Tone::Warn, Icon::ALERT, &ui.t("counter-known-other-name")),
            (None, "") => html! {},
            (None, _) => badge(ui, Tone::Run, Icon::ID_CARD, &ui.t("counter-card-read")),
        }
    }

    fn requester(&self) -> Markup {
        let (ui, typed) = (self.ui, self.typed);
        let card = Field::new("card", ui.t("express-card"))
            .value(typed.get("card").to_owned())
            .errors(self.errors)
            .optional()
            .autocomplete("off")
            .key("express-scan")
            .scanned_by("fill-requester")
            .columns(5);
        let name = Field::new("applicant_name", ui.t("express-name"))
            .value(typed.get("applicant_name").to_owned())
            .errors(self.errors)
            .autocomplete("off")
            .max_chars(200)
            .columns(7);
        let told: Vec<&str> = ["id_number", "born_on", "address"]
            .iter()
            .map(|part| typed.get(&format!("applicant_{part}")))
            .filter(|value| !value.is_empty())
            .collect();
        html! {
            div.th-fields {
                (ui::text(ui, &card))
                (ui::text(ui, &name))
            }
            div.th-row.th-muted.mt-1 {
                button.btn.btn-sm type="submit" id="fill-requester" name="do" value="fill"
                    hx-post="/express" hx-vals=(INSIDE) hx-target="#lane-inside" hx-swap="outerHTML" {
                    (Icon::ID_CARD) " " (ui.t("express-fill")) (key_hint(ui, "express-scan"))
                }
                @if !told.is_empty() {
                    span { (told.join(" · ")) }
                    button.btn.btn-sm type="submit" name="do" value="forget"
                        hx-post="/express" hx-vals=(INSIDE) hx-target="#lane-inside" hx-swap="outerHTML" {
                        (Icon::CROSS) " " (ui.t("express-forget"))
                    }
                }
                @for part in ["id_number", "born_on", "phone", "email", "address", "kind"] {
                    @let name = format!("applicant_{part}");
                    @if !typed.get(&name).is_empty() { (kept(&name, typed.get(&name))) }
                }
                @if !typed.get("card_read").is_empty() { (kept("card_read", typed.get("card_read"))) }
            }
        }
    }

    /// The papers, a line each; the fee follows while somebody types.
    fn papers(&self) -> Markup {
        let ui = self.ui;
        let many = lines::count(self.typed);
        html! {
            div.mt-2 hx-post="/express" hx-trigger="input delay:150ms" hx-vals=(FEE) hx-target="#fee" hx-swap="outerHTML" {
                @for place in 0..many {
                    fieldset.th-fields.mt-2 {
                        legend.visually-hidden { (ui.t_args("express-paper", &[("place", (place + 1).into())])) }
                        (self.paper(place))
                        @if many > 1 {
                            div.th-f2.align-self-end {
                                button.btn.btn-sm type="submit" name="do" value=(format!("remove_{place}"))
                                    hx-post="/express" hx-vals=(INSIDE) hx-target="#lane-inside" hx-swap="outerHTML" {
                                    (Icon::TRASH) " " (ui.t_args("express-remove", &[("place", (place + 1).into())]))
                                }
                            }
                        }
                    }
                }
            }
            datalist id="common-papers" {
                @for paper in self.app.town.packs().common_papers() { option value=(paper.name) {} }
            }
        }
    }

    fn paper(&self, place: usize) -> Markup {
        let (ui, line) = (self.ui, lines::line(self.typed, place));
        let title = Field::new(format!("title_{place}"), ui.t("express-paper-title"))
            .value(line.title)
            .errors(self.errors)
            .autocomplete("off")
            .from_list("common-papers")
            .max_chars(u32::try_from(TITLE_CHARS).unwrap_or(200))
            .columns(if lines::count(self.typed) > 1 { 6 } else { 8 });
        let number = |name: &str, key: &str, value: String| {
            Field::new(format!("{name}_{place}"), ui.t(key))
                .value(value)
                .errors(self.errors)
                .input_mode("numeric")
                .autocomplete("off")
                .max_chars(4)
                .columns(2)
        };
        html! {
            (ui::text(ui, &title))
            (ui::text(ui, &number("pages", "express-pages", line.pages)))
            (ui::text(ui, &number("copies", "express-copies", line.copies)))
        }
    }

    /// Who signs, how it is paid, what was compared: mostly as proposed, so outside the way of Enter.
    fn terms(&self) -> Markup {
        let (ui, typed) = (self.ui, self.typed);
        let signers: Vec<Choice<'_>> = self
            .desk
            .signers
            .iter()
            .map(|choice| {
                let words = format!("{}, {}", choice.signer.name, choice.signer.title);
                Choice::new(choice.post.to_string(), words)
            })
            .collect();
        let methods = ["cash", "transfer"].map(|way| Choice::new(way, ui.t(&format!("fee-method-{way}"))));
        let issuers = ["domestic", "foreign", "joint"]
            .map(|who| Choice::new(who, ui.t(&format!("express-issuer-{who}"))));
        let or = |name: &str, proposed: &'static str| match typed.get(name) {
            "" => proposed.to_owned(),
            value => value.to_owned(),
        };
        let signer = Field::new("signer", ui.t("express-signer"))
            .value(typed.get("signer").to_owned())
            .errors(self.errors)
            .columns(5);
        let issuer = Field::new("issuer", ui.t("express-issuer"))
            .value(or("issuer", "domestic"))
            .errors(self.errors)
            .columns(3);
        let reference = Field::new("reference", ui.t("express-reference"))
            .value(typed.get("reference").to_owned())
            .errors(self.errors)
            .optional()
            .autocomplete("off")
            .max_chars(200)
            .columns(4);
        html! {
            div.th-fields.mt-3 {
                (ui::select(ui, &signer, &signers, None))
                div.th-f4 hx-post="/express" hx-trigger="change" hx-vals=(INSIDE) hx-target="#lane-inside" hx-swap="outerHTML" {
                    (ui::radios(ui, &Field::new("method", ui.t("express-method")).value(or("method", "cash")).errors(self.errors), &methods))
                }
                (ui::select(ui, &issuer, &issuers, None))
                @if typed.get("method") == "transfer" { (ui::text(ui, &reference)) }
                (self.exemption())
            }
            fieldset.th-row.th-checks.mt-2 {
                legend.visually-hidden { (ui.t("express-checks")) }
                (ui::checkbox(ui, &Field::new("compared", ui.t("express-compared")).value("1").errors(self.errors), typed.has("compared")))
                span data-when="issuer" data-values=(r#"["foreign"]"#) {
                    (ui::checkbox(ui, &Field::new("legalised", ui.t("express-legalised")).value("1").errors(self.errors), typed.has("legalised")))
                }
            }
        }
    }

    /// An exemption, where the fee rules of the procedure know one.
    fn exemption(&self) -> Markup {
        let (ui, typed) = (self.ui, self.typed);
        let choices: Vec<Choice<'_>> = self
            .app
            .town
            .packs()
            .exemptions()
            .iter()
            .filter(|exemption| {
                self.procedure.is_some_and(|procedure| {
                    procedure
                        .fees
                        .iter()
                        .any(|fee| fee.exempt.contains(&exemption.code))
                })
            })
            .map(|exemption| Choice::new(exemption.code.as_str(), exemption.name.get(ui.lang.code())))
            .collect();
        let field = |name: &'static str, key: &str| {
            Field::new(name, ui.t(key))
                .value(typed.get(name).to_owned())
                .errors(self.errors)
                .columns(4)
        };
        html! {
            @if !choices.is_empty() {
                (ui::select(ui, &field("exemption", "counter-exemption"), &choices, Some(&ui.t("counter-exemption-none"))))
                (ui::text(ui, &field("exemption_reason", "express-exemption-reason").optional().autocomplete("off").max_chars(200)))
            }
        }
    }

    fn buttons(&self) -> Markup {
        let ui = self.ui;
        html! {
            div.th-bar {
                button.btn.btn-primary type="submit" name="do" value="book" data-key="express-submit" data-enter-last="" {
                    (Icon::STAMP) " " (ui.t("express-do")) (key_hint(ui, "express-submit"))
                }
                button.btn type="submit" name="do" value="add" data-key="express-add"
                    hx-post="/express" hx-vals=(INSIDE) hx-target="#lane-inside" hx-swap="outerHTML" {
                    (Icon::PLUS) " " (ui.t("express-add")) (key_hint(ui, "express-add"))
                }
                button.btn.btn-ghost-secondary type="submit" name="do" value="later" data-key="express-promise" {
                    (Icon::CALENDAR_DUE) " " (ui.t("express-later")) (key_hint(ui, "express-promise"))
                }
            }
        }
    }

    /// The same-day rule as it holds at this minute, and what must be refused.
    fn help(&self) -> Markup {
        let ui = self.ui;
        let lang = ui.lang.code();
        let requirements = self.procedure.map(|procedure| procedure.requirements.as_slice());
        html! {
            section.card {
                div.card-body {
                    h2.th-h.mb-2 { (ui.t("express-when")) }
                    (self.appointment())
                }
            }
            section.card {
                div.card-body {
                    h2.th-h.mb-2 { (ui.t("express-refused")) }
                    @for words in requirements.unwrap_or_default() { p.mb-2 { (words.get(lang)) } }
                    @if let Some(procedure) = self.procedure {
                        @for basis in procedure.basis.iter().take(2) { p.th-muted.mb-0 { (basis) } }
                    }
                    a.btn.btn-sm.mt-2 href="/counter" { (Icon::COMMUNITY) " " (ui.t("express-to-counter")) }
                }
            }
        }
    }

    fn appointment(&self) -> Markup {
        let ui = self.ui;
        let Some(procedure) = self.procedure else {
            return html! {};
        };
        let limit = procedure.limit(Channel::Direct, &BTreeSet::new()).time;
        let packs = self.app.town.packs();
        let office = packs
            .office(&self.desk.unit)
            .with_exceptions(self.desk.hours.clone());
        let Ok(deadline) = Deadline::compute(&office, ui.now, limit) else {
            return html! {};
        };
        let day = time::local_date(deadline.due);
        if day == ui.today() {
            return html! { p.mb-0 { (ui.t("express-today")) } };
        }
        let words = ui.t_args("express-tomorrow", &[("day", capitalised(&ui.date(day)).into())]);
        ui::notice(ui, NoticeTone::Warn, "", &html! { (words) })
    }
}

/// A hidden field that also the browser's own copy of a draft holds.
fn kept(name: &str, value: &str) -> Markup {
    html! { input type="hidden" name=(name) value=(value) data-keep=""; }
}

/// The number of a dossier as a link.
pub fn dossier_link(done: &Booked) -> Markup {
    html! { a href=(format!("/dossiers/{}", done.id)) { (code(&done.code)) } }
}

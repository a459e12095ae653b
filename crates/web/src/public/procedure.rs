//! One page a procedure: what to bring, what it costs, how long it takes and why, what happens, on which law it rests.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use townhall_app::online::is_online;
use townhall_domain::deadline::Deadline;
use townhall_domain::fee::Quantity;
use townhall_domain::procedure::{
    CatalogueEntry, Channel, Component, ExtraMode, Listing, Nature, Need, Procedure, Share, TimeLimit,
};
use townhall_domain::unit::Unit;
use townhall_text::Arg;
use townhall_text::deadline::{deadline_summary, limit as limit_words};

use super::{OfUnit, dress, keep_unit, say, sure, unit_of};
use crate::api::public_procedure;
use crate::refusal::Refusal;
use crate::state::App;
use crate::ui::{self, Form, Icon, NoticeTone, Page, Tone, Ui, badge, code, href};
use crate::visitor::Visitor;

/// The page, or for programs the same as JSON at `/procedures/{code}.json`.
pub async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path(asked): Path<String>,
    Query(of): Query<OfUnit>,
) -> Response {
    let mut ui = visitor.ui(&app);
    if let Some(asked) = asked.strip_suffix(".json") {
        return match public_procedure(&app, asked, ui.today(), ui.lang) {
            Some(found) => Json(found).into_response(),
            None => Refusal::not_found(ui.lang).page(&ui),
        };
    }
    let unit = unit_of(&app, &ui, &of.unit);
    dress(&app, &mut ui, unit);
    let Some(listing) = app.town.packs().procedures().listing(&asked, ui.today()) else {
        return Refusal::not_found(ui.lang).page(&ui);
    };
    let title = say(&ui, listing.name()).to_owned();
    let kept: Vec<(&str, &str)> = keep_unit(&app, unit).into_iter().collect();
    let main = html! {
        nav.th-noprint aria-label=(ui.t("ui-breadcrumb")) {
            a href=(href("/procedures", &kept)) { (Icon::ARROW_LEFT) " " (ui.t("public-all-procedures")) }
        }
        h1.mt-2 { (title) }
        p.text-secondary {
            (code(listing.code()))
            @if let Some(field) = app.town.packs().field_name(listing.field()) { " · " (say(&ui, field)) }
        }
        @match listing {
            Listing::Served(procedure) => (Sheet { app: &app, ui: &ui, unit, procedure }.all()),
            Listing::NotYet(entry) => (not_yet(&ui, entry)),
        }
    };
    ui::public_page(&ui, &Page::new(&title), &main).into_response()
}

/// What little is known, and where to ask.
fn not_yet(ui: &Ui, entry: &CatalogueEntry) -> Markup {
    html! {
        (ui::notice(ui, NoticeTone::Warn, &ui.t("public-not-yet-lead"), &html! { (ui.t("public-not-yet-text")) }))
        dl.th-kv.mt-3 {
            @if let Some(time) = entry.time { dt { (ui.t("public-limit")) } dd { (limit_words(ui.lang, time)) } }
            @if let Some(note) = &entry.note { dt { (ui.t("public-note")) } dd { (say(ui, note)) } }
            dt { (ui.t("public-source")) } dd { (entry.verified.source) " " (sure(ui, &entry.verified)) }
        }
    }
}

struct Sheet<'a> {
    app: &'a App,
    ui: &'a Ui,
    unit: Option<&'a Unit>,
    procedure: &'a Procedure,
}

impl Sheet<'_> {
    fn all(&self) -> Markup {
        let ui = self.ui;
        html! {
            (self.begin())
            (self.bring())
            (self.fees())
            (self.limits())
            (self.steps())
            (self.form())
            (self.basis())
            p.th-muted.mt-4 {
                (ui.t_args("public-version", &[
                    ("version", i64::from(self.procedure.version).into()),
                    ("from", townhall_text::date_on_paper(ui.lang, self.procedure.effective_from).into()),
                ]))
                " " a.th-noprint href=(format!("/procedures/{}.json", self.procedure.code)) { "JSON" }
            }
        }
    }

    /// What can be done from here.
    fn begin(&self) -> Markup {
        let (ui, procedure) = (self.ui, self.procedure);
        html! {
            div.th-row.mb-2 {
                (sure(ui, &procedure.verified))
                @if procedure.non_boundary { (badge(ui, Tone::Plain, Icon::MAP_PIN, &ui.t("public-non-boundary"))) }
            }
            @if is_online(procedure) {
                (ui::notice(ui, NoticeTone::Info, &ui.t("public-portal-first"), &html! { (ui.t("public-portal-text")) }))
                (ui::form(ui, &Form::get(format!("/submit/{}", procedure.code)).class("mt-3"), &html! {
                    @if let Some((name, value)) = keep_unit(self.app, self.unit) { (ui::hidden(name, value)) }
                    button.btn.btn-primary type="submit" { (ui.t("public-submit")) }
                }))
            } @else {
                (ui::notice(ui, NoticeTone::Info, "", &html! { (ui.t("public-only-counter")) }))
            }
            @if !procedure.requirements.is_empty() {
                h2 { (ui.t("public-requirements")) }
                ul.ps-3.mb-0 { @for words in &procedure.requirements { li { (say(ui, words)) } } }
            }
        }
    }

    fn bring(&self) -> Markup {
        let (ui, procedure) = (self.ui, self.procedure);
        let (looked_up, brought): (Vec<&Component>, Vec<&Component>) = procedure
            .components
            .iter()
            .partition(|component| component.replaced_on(ui.today()).is_some());
        html! {
            h2 { (ui.t("public-bring")) }
            ul.th-choices { @for component in &brought { li { (self.component(component)) } } }
            @if !looked_up.is_empty() {
                h3.th-h.mt-3 { (ui.t("public-looked-up")) }
                p.th-muted.mb-1 { (ui.t("public-looked-up-text")) }
                ul.th-choices { @for component in &looked_up { li { (self.component(component)) } } }
            }
        }
    }

    fn component(&self, component: &Component) -> Markup {
        let ui = self.ui;
        let need = match &component.need {
            _ if component.one_of.is_some() => ui.t("counter-need-one-of"),
            Need::Required => ui.t("counter-need-required"),
            Need::Optional => ui.t("counter-need-optional"),
            Need::When(id) => {
                let known = self.procedure.circumstances.iter().find(|known| known.id == *id);
                let name = known.map_or(id.as_str(), |known| say(ui, &known.name));
                ui.t_args("public-need-when", &[("when", name.into())])
            }
        };
        let nature = ui.t(&format!("counter-nature-{}", component.nature.as_str()));
        let nature = if component.nature == Nature::Shown {
            nature
        } else {
            format!("{} {nature}", component.copies)
        };
        let database = component.replaced_on(ui.today()).map(|rule| {
            let known = self.app.town.packs().database(&rule.database);
            known.map_or(rule.database.as_str(), |known| say(ui, &known.name))
        });
        html! {
            b { (say(ui, &component.name)) }
            div.th-muted {
                (need) " · " (nature)
                @if let Some(template) = &component.template { " · " (template) }
            }
            @if let Some(note) = &component.note { div.th-muted { (say(ui, note)) } }
            div.th-row {
                @if let Some(database) = database {
                    (badge(ui, Tone::Ok, Icon::DATABASE, &ui.t_args("public-database", &[("database", database.into())])))
                }
                (sure(ui, &component.verified))
            }
        }
    }

    fn fees(&self) -> Markup {
        let ui = self.ui;
        let charge = self.unit.and_then(|unit| {
            let one = [Quantity {
                pages: 1,
                copies: 1,
                cases: 1,
            }];
            let packs = self.app.town.packs();
            packs
                .fees(self.procedure, &unit.id, ui.today(), &one, &BTreeSet::new(), None)
                .ok()
        });
        let why = |step: &townhall_domain::fee::Explanation| {
            let args: Vec<(&str, Arg<'_>)> = step
                .args
                .iter()
                .map(|(name, value)| (name.as_str(), Arg::from(*value)))
                .collect();
            ui.t_args(&step.key, &args)
        };
        html! {
            h2 { (ui.t("public-fee")) }
            @match charge {
                Some(charge) if !charge.lines.is_empty() || !charge.unset.is_empty() => {
                    dl.th-kv.th-kv-money {
                        @for line in &charge.lines { dt { (say(ui, &line.name)) } dd.th-num { b { (ui.money(line.due)) } } }
                        @for unset in &charge.unset { dt { (say(ui, &unset.name)) } dd.th-num { "—" } }
                    }
                    @if !charge.unset.is_empty() { p.th-muted.mb-1 { (ui.t("fee-unset")) } }
                    ul.th-muted.ps-3.mb-1 { @for line in &charge.lines { @for step in &line.why { li { (why(step)) } } } }
                    @if self.procedure.fees.iter().any(|fee| !fee.exempt.is_empty()) { p.th-muted.mb-1 { (ui.t("public-fee-exempt")) } }
                    @for line in &charge.lines { div.th-row { span.th-muted { (line.verified.source) } (sure(ui, &line.verified)) } }
                },
                _ => p { (ui.t("public-fee-none")) },
            }
        }
    }

    /// The time for each way in; the same time is told once.
    fn limits(&self) -> Markup {
        let (ui, procedure) = (self.ui, self.procedure);
        let none = BTreeSet::new();
        let by_channel = Channel::ALL.map(|channel| (channel, procedure.limit(channel, &none)));
        let is_one = by_channel
            .iter()
            .all(|(_, limit)| limit.time == by_channel[0].1.time);
        html! {
            h2 { (ui.t("public-limit")) }
            @if is_one { (self.limit(None, by_channel[0].1)) }
            @else { @for (channel, limit) in by_channel { (self.limit(Some(channel), limit)) } }
            @for limit in procedure.limits.iter().filter(|limit| limit.when.is_some()) { (self.limit_when(limit)) }
            @for extra in &procedure.extras {
                @let key = match extra.mode { ExtraMode::Add => "counter-extra-add", ExtraMode::Replace => "counter-extra-replace" };
                p.mb-1 {
                    (Icon::INFO) " " (ui.t_args(key, &[("reason", say(ui, &extra.name).into()), ("time", limit_words(ui.lang, extra.time).into())]))
                    " " (sure(ui, &extra.verified))
                }
            }
        }
    }

    fn limit(&self, channel: Option<Channel>, limit: &TimeLimit) -> Markup {
        let ui = self.ui;
        let example = self.unit.and_then(|unit| {
            let office = ui.hours(self.app.town.packs(), &unit.id);
            Deadline::compute(&office, ui.now, limit.time).ok()
        });
        html! {
            p.mb-1 {
                @if let Some(channel) = channel { (ui.t(&format!("public-channel-{}", channel.as_str()))) ": " }
                b { (limit_words(ui.lang, limit.time)) } " " (sure(ui, &limit.verified))
            }
            @if let Some(deadline) = &example {
                details.mb-2 {
                    summary.link-primary {
                        (ui.t_args("public-limit-example", &[("when", ui.date_time(deadline.due).into())]))
                    }
                    p.mt-2.mb-0 { (deadline_summary(ui.lang, deadline, ui.today())) }
                }
            }
        }
    }

    fn limit_when(&self, limit: &TimeLimit) -> Markup {
        let ui = self.ui;
        let known = |id: &str| self.procedure.circumstances.iter().find(|known| known.id == id);
        let name = limit
            .when
            .as_deref()
            .and_then(known)
            .map(|known| say(ui, &known.name));
        html! {
            p.mb-1 {
                @if let Some(name) = name { (ui.t_args("public-need-when", &[("when", name.into())])) ": " }
                b { (limit_words(ui.lang, limit.time)) } " " (sure(ui, &limit.verified))
            }
        }
    }

    fn steps(&self) -> Markup {
        let (ui, procedure) = (self.ui, self.procedure);
        html! {
            h2 { (ui.t("public-steps")) }
            ol.th-line {
                @for step in &procedure.steps {
                    li {
                        b { (say(ui, &step.name)) }
                        @if let Some(body) = &step.body { " · " (say(ui, body)) }
                        span.th-muted {
                            @match step.share {
                                Share::Permille(0) => {},
                                Share::Permille(share) => { " · " (ui.t_args("public-share", &[("percent", ui.percent(i64::from(share), 1000).into())])) },
                                Share::Fixed(time) => { " · " (limit_words(ui.lang, time)) },
                            }
                        }
                    }
                }
            }
            div.th-row { span.th-muted { (procedure.process.source) } (sure(ui, &procedure.process)) }
            p.mt-2.mb-0 { (ui.t("public-result")) ": " b { (say(ui, &procedure.result.name)) } " " (sure(ui, &procedure.result.verified)) }
        }
    }

    /// The questions of the form, so that nobody has to look for an answer in the middle of it.
    fn form(&self) -> Markup {
        let ui = self.ui;
        let path = self.procedure.form.as_deref();
        let Some(form) = path.and_then(|path| self.app.town.packs().form(path)) else {
            return html! {};
        };
        html! {
            h2 { (ui.t("public-form")) }
            p.mb-1 { (say(ui, &form.title)) @if let Some(official) = &form.official { " (" (official) ")" } }
            details {
                summary.link-primary { (ui.t("public-form-questions")) }
                @for section in &form.sections {
                    h3.th-h.mt-2 { (say(ui, &section.label)) }
                    ul.ps-3.mb-1 {
                        @for field in form.fields_of(&section.id) {
                            li { (say(ui, &field.label)) @if !field.required { span.th-muted { " (" (ui.t("common-optional")) ")" } } }
                        }
                    }
                }
            }
        }
    }

    fn basis(&self) -> Markup {
        let ui = self.ui;
        html! {
            @if !self.procedure.basis.is_empty() {
                h2 { (ui.t("public-basis")) }
                ul.ps-3.mb-1 { @for basis in &self.procedure.basis { li { (basis) } } }
            }
            p.th-muted.mb-0 { (ui.t("public-sure-what")) }
        }
    }
}

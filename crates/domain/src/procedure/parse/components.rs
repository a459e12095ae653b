//! Components, steps, result and joined-up form of a procedure.

use toml::Spanned;

use super::Parser;
use crate::permission::Role;
use crate::procedure::raw::{RawComponent, RawJoined, RawLeg, RawReplacement, RawResult, RawStep, Text};
use crate::procedure::{
    Component, Joined, JoinedLeg, JoinedWait, Need, Replacement, ResultSpec, Share, Step,
};

impl Parser<'_> {
    pub(super) fn component(&mut self, raw: RawComponent) -> Component {
        let at = raw.id.span().start;
        self.when(raw.when.as_ref());
        let need = match (raw.need.as_ref().map(|need| need.get_ref().as_str()), raw.when) {
            (None | Some("required"), None) => Need::Required,
            (None, Some(when)) => Need::When(when.into_inner()),
            (Some("optional"), None) => Need::Optional,
            _ => {
                self.say(
                    at,
                    "a component has need = \"required\" or \"optional\", or 'when' with a circumstance",
                );
                Need::Required
            }
        };
        Component {
            need,
            name: raw.name,
            one_of: raw.one_of,
            copies: raw.copies.unwrap_or(1),
            nature: raw.nature,
            template: raw.template,
            replaced_by: raw.replaced_by.map(|rule| self.replacement(rule)),
            keep: self.retention(&raw.keep),
            note: raw.note,
            verified: self.verified(raw.verified, raw.source, at),
            id: raw.id.into_inner(),
        }
    }

    pub(super) fn replacement(&mut self, raw: RawReplacement) -> Replacement {
        self.reference(
            &raw.database,
            "data base",
            "databases.toml",
            &self.known.databases,
        );
        Replacement {
            since: self.date(&raw.since),
            until: raw.until.as_ref().map(|date| self.date(date)),
            verified: self.verified(raw.verified, raw.source, raw.database.span().start),
            database: raw.database.into_inner(),
        }
    }

    pub(super) fn steps(&mut self, raw: Spanned<Vec<RawStep>>) -> Vec<Step> {
        let start = raw.span().start;
        let steps: Vec<Step> = raw.into_inner().into_iter().map(|step| self.step(step)).collect();
        let sum: u32 = steps
            .iter()
            .map(|step| {
                if let Share::Permille(part) = step.share {
                    u32::from(part)
                } else {
                    0
                }
            })
            .sum();
        if sum != 1000 {
            self.say(
                start,
                format!(
                    "the shares of the steps make {} percent, not 100",
                    f64::from(sum) / 10.0
                ),
            );
        }
        steps
    }

    pub(super) fn step(&mut self, raw: RawStep) -> Step {
        let at = raw.id.span().start;
        let roles = raw.role.as_ref().map_or_else(Vec::new, |role| self.roles(role));
        if roles.is_empty() == raw.body.is_none() {
            self.say(
                at,
                "a step is done by a role of the unit or by a body outside: give 'role' or 'body'",
            );
        }
        if let Some(division) = &raw.division {
            self.division(division);
        }
        for form in &raw.forms {
            self.reference(form, "one-stop form", "templates.toml", &self.known.slips);
        }
        let share = match (raw.share, &raw.time) {
            (Some(percent), None) if (0.0..=100.0).contains(&percent) =>
            {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "0 to 1000, checked above"
                )]
                Share::Permille((percent * 10.0).round() as u16)
            }
            (None, Some(time)) => Share::Fixed(self.limit(time)),
            _ => {
                self.say(
                    at,
                    "a step has 'share' (percent of the limit, 0 to 100) or 'time'",
                );
                Share::Permille(0)
            }
        };
        Step {
            id: raw.id.into_inner(),
            action: raw.action,
            name: raw.name,
            roles,
            division: raw.division.map(Spanned::into_inner),
            body: raw.body,
            share,
            appointment: raw.appointment.unwrap_or(1),
            forms: raw.forms.into_iter().map(Spanned::into_inner).collect(),
        }
    }

    /// `leader` stands for chair and vice chair, `handler` for handler and justice officer: who of them does it
    /// is settled by the division and by the assignment.
    pub(super) fn roles(&mut self, role: &Text) -> Vec<Role> {
        match role.get_ref().as_str() {
            "leader" => vec![Role::Chair, Role::ViceChair],
            "handler" => vec![Role::Handler, Role::JusticeOfficer],
            word => Role::parse(word).map_or_else(
                || {
                    let known: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
                    self.say(
                        role.span().start,
                        format!("role '{word}' is not one of leader, {}", known.join(", ")),
                    );
                    vec![Role::Handler]
                },
                |role| vec![role],
            ),
        }
    }

    pub(super) fn result(&mut self, raw: RawResult) -> ResultSpec {
        if let Some(template) = &raw.template {
            self.reference(
                template,
                "result template",
                "templates.toml",
                &self.known.templates,
            );
        }
        if let Some(book) = &raw.book {
            self.reference(book, "register book", "numbering.toml", &self.known.books);
        }
        ResultSpec {
            kind: raw.kind,
            name: raw.name,
            keep: self.retention(&raw.keep),
            verified: self.verified(raw.verified, raw.source, raw.keep.span().start),
            template: raw.template.map(Spanned::into_inner),
            book: raw.book.map(Spanned::into_inner),
            originals: raw.originals.unwrap_or(1),
        }
    }

    pub(super) fn joined(&mut self, raw: RawJoined) -> Joined {
        self.doubled(raw.legs.iter().map(|leg| &leg.id), "part of the joined-up form");
        let verified = self.verified(raw.verified, raw.source, 0);
        let leads = raw.legs.iter().filter(|leg| leg.lead).count();
        if let (true, Some(first)) = (leads != 1, raw.legs.first()) {
            self.say(first.id.span().start, format!("one part leads, not {leads}"));
        }
        let mut before: Vec<String> = Vec::new();
        let mut legs = Vec::new();
        for leg in raw.legs {
            let leg = self.leg(leg, &before);
            before.push(leg.id.clone());
            legs.push(leg);
        }
        Joined {
            name: raw.name,
            mode: raw.mode,
            on_paper: raw.on_paper,
            wait: raw.wait.map(|wait| JoinedWait {
                name: wait.name,
                time: self.limit(&wait.time),
                verified: self.verified(wait.verified, wait.source, wait.time.span().start),
            }),
            legs,
            verified,
        }
    }

    /// A part; where it does not say what it builds on, that is the part before it.
    fn leg(&mut self, raw: RawLeg, before: &[String]) -> JoinedLeg {
        let at = raw.id.span().start;
        self.when(raw.when.as_ref());
        for need in raw.needs.iter().flatten() {
            if !before.contains(need.get_ref()) {
                self.say(
                    need.span().start,
                    format!("part '{}' does not stand before this one", need.get_ref()),
                );
            }
        }
        let needs = match raw.needs {
            Some(needs) => needs.into_iter().map(Spanned::into_inner).collect(),
            None => before.last().cloned().into_iter().collect(),
        };
        JoinedLeg {
            needs,
            time: raw.time.as_ref().map(|time| self.limit(time)),
            paper_time: raw.paper_time.as_ref().map(|time| self.limit(time)),
            verified: self.verified(raw.verified, raw.source, at),
            id: raw.id.into_inner(),
            body: raw.body,
            task: raw.task,
            procedure: raw.procedure.map(Spanned::into_inner),
            when: raw.when.map(Spanned::into_inner),
            confirmation: raw.confirmation,
            lead: raw.lead,
        }
    }
}

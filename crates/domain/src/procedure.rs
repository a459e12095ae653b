//! An administrative procedure as the law has it: limits, fees, components, steps, result.
//!
//! A procedure is data with dates. Several versions stand side by side; a dossier keeps the version under which
//! it began. The pack's text form is read by [`Procedure::parse`]; `packs/procedures/README.md` explains it.

mod catalogue;
mod circumstance;
mod parse;
mod parts;
mod raw;
#[cfg(test)]
mod tests;

use jiff::civil::Date;

pub use catalogue::{CatalogueEntry, FieldOfLaw, Listing, ProcedureCatalogue, parse_entries, parse_fields};
pub use circumstance::{Circumstance, CircumstanceTest};
pub use parse::References;
pub use parts::{
    ApplicantKind, Appointment, Channel, Component, ExtraMode, ExtraTime, Joined, JoinedLeg, JoinedMode,
    JoinedWait, Level, Nature, Need, OnlineLevel, Replacement, ResultKind, ResultSpec, Retention, Share,
    Step, StepAction, TimeLimit,
};

use crate::fee::FeeRule;
use crate::words::{Verified, Words};

/// One version of a procedure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Procedure {
    /// National code, `1.001193`.
    pub code: String,
    /// Number of the version, from 1.
    pub version: u16,
    /// First day on which dossiers are received under it.
    pub effective_from: Date,
    /// Last day; none until further notice.
    pub effective_to: Option<Date>,
    /// What this version changed against the one before.
    pub changes: Option<Words>,
    /// Official name.
    pub name: Words,
    /// What officers call it, where the official name does not fit a line.
    pub short: Option<Words>,
    /// Other words and initials by which officers look for it.
    pub aliases: Vec<String>,
    /// Field of law, id in `fields.toml`.
    pub field: String,
    /// Where it is decided.
    pub level: Level,
    /// Kind of division that handles it (`office`, `economy`, `society`).
    pub division: String,
    /// Who may ask.
    pub applicants: Vec<ApplicantKind>,
    /// How far online.
    pub online: OnlineLevel,
    /// Whether any centre of the province may receive it (Decree 118/2025/NĐ-CP).
    pub non_boundary: bool,
    /// Path of the form's schema inside the packs.
    pub form: Option<String>,
    /// Whether a supplement asked for after appraisal starts the limit again from zero.
    pub supplement_restarts: bool,
    /// Whether the result comes at once, so that Form 01 is printed only when the citizen asks.
    pub immediate: bool,
    /// Conditions and requirements, told before submission.
    pub requirements: Vec<Words>,
    /// Legal basis, one text each.
    pub basis: Vec<String>,
    /// How sure the whole is, where a part does not say otherwise.
    pub verified: Verified,
    /// How sure the internal process is: each province approves its own.
    pub process: Verified,
    /// Limits, the first that fits holds.
    pub limits: Vec<TimeLimit>,
    /// More time that may be taken for a reason.
    pub extras: Vec<ExtraTime>,
    /// Appointments, when there is more than one.
    pub appointments: Vec<Appointment>,
    /// Circumstances that change what is needed, owed or allowed.
    pub circumstances: Vec<Circumstance>,
    /// Fees.
    pub fees: Vec<FeeRule>,
    /// What the dossier holds.
    pub components: Vec<Component>,
    /// The internal process, in order.
    pub steps: Vec<Step>,
    /// What comes out.
    pub result: ResultSpec,
    /// The joined-up form.
    pub joined: Option<Joined>,
    /// The pack file it was read from.
    pub file: String,
}

impl Procedure {
    /// What officers call it: the short name, or the official one where it is short itself.
    pub fn short_name(&self) -> &Words {
        self.short.as_ref().unwrap_or(&self.name)
    }

    /// Whether dossiers are received under this version on a day.
    pub fn is_effective(&self, day: Date) -> bool {
        self.effective_from <= day && self.effective_to.is_none_or(|last| day <= last)
    }

    /// The limit for a channel under the circumstances that hold: the first in the pack that fits.
    ///
    /// Every procedure has one that always fits; the parser sees to it.
    pub fn limit(&self, channel: Channel, circumstances: &std::collections::BTreeSet<String>) -> &TimeLimit {
        let fits = |limit: &&TimeLimit| {
            limit.channel.is_none_or(|only| only == channel)
                && limit
                    .when
                    .as_ref()
                    .is_none_or(|when| circumstances.contains(when))
        };
        self.limits
            .iter()
            .find(fits)
            .unwrap_or(&self.limits[self.limits.len() - 1])
    }

    /// An extra time by its id.
    pub fn extra(&self, id: &str) -> Option<&ExtraTime> {
        self.extras.iter().find(|extra| extra.id == id)
    }

    /// A component by its id.
    pub fn component(&self, id: &str) -> Option<&Component> {
        self.components.iter().find(|component| component.id == id)
    }

    /// A step by its id.
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == id)
    }

    /// The facts of this version that are not read in the law itself: what, and how sure.
    pub fn doubts(&self) -> Vec<(&str, &Verified)> {
        let mut facts: Vec<(&str, &Verified)> = vec![
            ("procedure", &self.verified),
            ("process", &self.process),
            ("result", &self.result.verified),
        ];
        facts.extend(self.limits.iter().map(|limit| ("limit", &limit.verified)));
        facts.extend(
            self.extras
                .iter()
                .map(|extra| (extra.id.as_str(), &extra.verified)),
        );
        facts.extend(self.fees.iter().map(|fee| (fee.id.as_str(), &fee.verified)));
        facts.extend(
            self.components
                .iter()
                .map(|part| (part.id.as_str(), &part.verified)),
        );
        facts.retain(|(_, verified)| verified.mark < crate::words::Mark::High);
        facts
    }
}

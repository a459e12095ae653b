//! The text form of a procedure, as TOML gives it; unknown keys are refused, so a typing error is seen.

use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use super::{
    ApplicantKind, Channel, ExtraMode, JoinedMode, Level, Nature, OnlineLevel, ResultKind, StepAction,
};
use crate::words::{Mark, Verified, Words};

/// A text whose place in the file is known, so that a problem can name the line.
pub(super) type Text = Spanned<String>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Raw {
    pub code: Text,
    pub version: u16,
    pub effective_from: Spanned<Datetime>,
    pub effective_to: Option<Spanned<Datetime>>,
    pub changes: Option<Words>,
    pub name: Words,
    pub short: Option<Words>,
    #[serde(default)]
    pub aliases: Vec<String>,
    pub field: Text,
    pub level: Level,
    pub division: Text,
    pub applicants: Vec<ApplicantKind>,
    pub online: OnlineLevel,
    #[serde(default)]
    pub non_boundary: bool,
    pub form: Option<Text>,
    pub supplement_restarts: bool,
    #[serde(default)]
    pub immediate: bool,
    #[serde(default)]
    pub requirements: Vec<Words>,
    pub basis: Vec<String>,
    pub verified: Mark,
    pub source: String,
    pub process: Verified,
    #[serde(rename = "limit")]
    pub limits: Spanned<Vec<RawLimit>>,
    #[serde(rename = "extra", default)]
    pub extras: Vec<RawExtra>,
    #[serde(rename = "appointment", default)]
    pub appointments: Vec<RawAppointment>,
    #[serde(rename = "circumstance", default)]
    pub circumstances: Vec<RawCircumstance>,
    #[serde(rename = "fee", default)]
    pub fees: Vec<RawFee>,
    #[serde(rename = "component", default)]
    pub components: Vec<RawComponent>,
    #[serde(rename = "step")]
    pub steps: Spanned<Vec<RawStep>>,
    pub result: RawResult,
    pub joined: Option<RawJoined>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawLimit {
    pub channel: Option<Channel>,
    pub when: Option<Text>,
    pub time: Text,
    pub verified: Option<Mark>,
    pub source: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawExtra {
    pub id: Text,
    pub name: Words,
    pub time: Text,
    pub mode: ExtraMode,
    pub verified: Option<Mark>,
    pub source: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawAppointment {
    pub number: u8,
    pub time: Text,
    pub name: Words,
    pub verified: Option<Mark>,
    pub source: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCircumstance {
    pub id: Text,
    pub name: Words,
    pub field: Option<Text>,
    pub is: Option<Vec<String>>,
    pub days_over: Option<i32>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTier {
    pub pages: Option<u32>,
    pub each: i64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawFee {
    pub id: Text,
    pub name: Words,
    pub kind: crate::fee::FeeKind,
    pub rule: Text,
    pub amount: Option<i64>,
    pub tiers: Option<Vec<RawTier>>,
    pub cap_per_copy: Option<i64>,
    pub table: Option<Text>,
    pub when: Option<Text>,
    pub unless: Option<Text>,
    #[serde(default)]
    pub exempt: Vec<Text>,
    #[serde(default)]
    pub collect: crate::fee::Collect,
    pub verified: Option<Mark>,
    pub source: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawReplacement {
    pub database: Text,
    pub since: Spanned<Datetime>,
    pub until: Option<Spanned<Datetime>>,
    pub verified: Option<Mark>,
    pub source: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawComponent {
    pub id: Text,
    pub name: Words,
    pub need: Option<Text>,
    pub when: Option<Text>,
    pub one_of: Option<String>,
    pub copies: Option<u8>,
    pub nature: Nature,
    pub template: Option<String>,
    pub replaced_by: Option<RawReplacement>,
    pub keep: Text,
    pub note: Option<Words>,
    pub verified: Option<Mark>,
    pub source: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawStep {
    pub id: Text,
    pub action: StepAction,
    pub name: Words,
    pub role: Option<Text>,
    pub division: Option<Text>,
    pub body: Option<Words>,
    pub share: Option<f64>,
    pub time: Option<Text>,
    pub appointment: Option<u8>,
    #[serde(default)]
    pub forms: Vec<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawResult {
    pub kind: ResultKind,
    pub name: Words,
    pub template: Option<Text>,
    pub book: Option<Text>,
    pub originals: Option<u8>,
    pub keep: Text,
    pub verified: Option<Mark>,
    pub source: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawJoined {
    pub name: Words,
    pub mode: JoinedMode,
    pub on_paper: Option<JoinedMode>,
    pub wait: Option<RawWait>,
    #[serde(rename = "leg")]
    pub legs: Vec<RawLeg>,
    pub verified: Option<Mark>,
    pub source: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawWait {
    pub name: Words,
    pub time: Text,
    pub verified: Option<Mark>,
    pub source: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawLeg {
    pub id: Text,
    pub body: Words,
    pub task: Words,
    pub procedure: Option<Text>,
    pub when: Option<Text>,
    pub needs: Option<Vec<Text>>,
    #[serde(default)]
    pub confirmation: bool,
    pub time: Option<Text>,
    pub paper_time: Option<Text>,
    #[serde(default)]
    pub lead: bool,
    pub verified: Option<Mark>,
    pub source: Option<String>,
}

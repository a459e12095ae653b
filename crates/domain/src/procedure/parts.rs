//! The parts of a procedure: who and how, limits, components, steps, result.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::limit::Limit;
use crate::permission::Role;
use crate::words::{Verified, Words};

/// How a dossier comes in (`KenhThucHien` of the national exchange).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// At the counter (1).
    Direct,
    /// Through the portal (2).
    Online,
    /// By public post (3).
    Post,
}

impl Channel {
    /// All of them, in the order of their national numbers.
    pub const ALL: [Self; 3] = [Self::Direct, Self::Online, Self::Post];

    /// The word stored and used in message keys.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Online => "online",
            Self::Post => "post",
        }
    }

    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.as_str() == word)
    }

    /// The number of the national exchange.
    pub fn national_code(self) -> u8 {
        match self {
            Self::Direct => 1,
            Self::Online => 2,
            Self::Post => 3,
        }
    }
}

/// Who may ask for a procedure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ApplicantKind {
    /// A person.
    Citizen,
    /// A household business.
    HouseholdBusiness,
    /// A company or cooperative.
    Enterprise,
    /// A state agency or another organisation.
    Organisation,
}

/// How far a procedure can be done online.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnlineLevel {
    /// From submission to result.
    Full,
    /// Submission online, but the citizen comes at least once.
    Partial,
    /// Guidance only.
    None,
}

/// At which level the competent agency stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// People's Committee of the province or its departments.
    Province,
    /// People's Committee of the commune.
    Commune,
}

/// A legal time limit, for one channel or all, and under a circumstance or always.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeLimit {
    /// The channel; none for all.
    pub channel: Option<Channel>,
    /// The circumstance under which it holds; none for always.
    pub when: Option<String>,
    /// How long.
    pub time: Limit,
    /// How sure and from where.
    pub verified: Verified,
}

/// What an extra time does to the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExtraMode {
    /// Is added to the limit.
    Add,
    /// Takes the place of the limit, counted from acceptance.
    Replace,
}

/// More time that the law allows for a reason, such as verification in another commune.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtraTime {
    /// Name within the procedure.
    pub id: String,
    /// The reason.
    pub name: Words,
    /// How long.
    pub time: Limit,
    /// Added or instead.
    pub mode: ExtraMode,
    /// How sure and from where.
    pub verified: Verified,
}

/// One of several appointments of a procedure that a financial obligation divides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appointment {
    /// 1, 2, … in order.
    pub number: u8,
    /// How long from its start.
    pub time: Limit,
    /// What begins it and what ends it.
    pub name: Words,
    /// How sure and from where.
    pub verified: Verified,
}

/// Whether a component must be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    /// Always.
    Required,
    /// When a circumstance of the procedure holds.
    When(String),
    /// If the applicant has it.
    Optional,
}

/// In which form a component is handed in (`LoaiBan`: 0 original, 1 copy, 2 electronic).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Nature {
    /// The original, which stays.
    Original,
    /// A certified copy.
    Copy,
    /// A photocopy, compared with the original.
    Photocopy,
    /// An electronic file.
    Electronic,
    /// Only shown at the counter; never scanned (Circular 03/2025/TT-VPCP, article 5.2).
    Shown,
}

impl Nature {
    /// The word stored and used in message keys.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Original => "original",
            Self::Copy => "copy",
            Self::Photocopy => "photocopy",
            Self::Electronic => "electronic",
            Self::Shown => "shown",
        }
    }
}

/// A data base whose answer takes the place of a paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    /// Id in `databases.toml`.
    pub database: String,
    /// First day on which the paper may not be asked for.
    pub since: Date,
    /// Last day, when the rule has one.
    pub until: Option<Date>,
    /// How sure and from where.
    pub verified: Verified,
}

/// How long a thing is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retention {
    /// Given back with the result.
    Returned,
    /// Kept for some years after the dossier ended.
    Years(u16),
    /// Kept for ever.
    Permanent,
}

/// One paper or datum of the dossier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// Name within the procedure.
    pub id: String,
    /// What it is.
    pub name: Words,
    /// Whether it must be there.
    pub need: Need,
    /// Components of one group stand for each other: one of them is enough.
    pub one_of: Option<String>,
    /// How many.
    pub copies: u8,
    /// In which form.
    pub nature: Nature,
    /// The statutory form that it is written on.
    pub template: Option<String>,
    /// The data base that stands for it.
    pub replaced_by: Option<Replacement>,
    /// How long the dossier's copy is kept.
    pub keep: Retention,
    /// Help for citizen and officer.
    pub note: Option<Words>,
    /// How sure and from where.
    pub verified: Verified,
}

impl Component {
    /// The data base that stands for this paper on a day; then the paper may not be asked for first.
    pub fn replaced_on(&self, day: Date) -> Option<&Replacement> {
        let rule = self.replaced_by.as_ref()?;
        (rule.since <= day && rule.until.is_none_or(|last| day <= last)).then_some(rule)
    }
}

/// What happens in a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StepAction {
    /// Check, accept, digitise.
    Receive,
    /// Hand over to the competent division.
    Transfer,
    /// Name the handler.
    Assign,
    /// Appraise and draft the result.
    Appraise,
    /// Verify on the spot or with others, with a record.
    Verify,
    /// Post a list in public and wait for objections.
    Posting,
    /// Ask another body.
    Consult,
    /// Send the slip to the tax office; the clock pauses until the proof of payment.
    Obligation,
    /// Review the draft.
    Review,
    /// Sign.
    Sign,
    /// Number, stamp, issue.
    Number,
    /// Update a register or data base.
    Update,
    /// The members of a joined-up dossier are at work.
    Join,
    /// Hand the result over.
    Return,
}

impl StepAction {
    /// The word stored and used in message keys.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Receive => "receive",
            Self::Transfer => "transfer",
            Self::Assign => "assign",
            Self::Appraise => "appraise",
            Self::Verify => "verify",
            Self::Posting => "posting",
            Self::Consult => "consult",
            Self::Obligation => "obligation",
            Self::Review => "review",
            Self::Sign => "sign",
            Self::Number => "number",
            Self::Update => "update",
            Self::Join => "join",
            Self::Return => "return",
        }
    }
}

/// Which part of the legal time a step may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    /// Thousandths of the limit; all steps together make 1000.
    Permille(u16),
    /// A time of its own, outside the limit.
    Fixed(Limit),
}

/// One step of the internal process (quy trình nội bộ).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Name within the procedure.
    pub id: String,
    /// What happens.
    pub action: StepAction,
    /// What the page calls it.
    pub name: Words,
    /// Posts with one of these roles may do it; empty for a step outside the unit.
    pub roles: Vec<Role>,
    /// The kind of division whose posts do it; none for the procedure's own division.
    pub division: Option<String>,
    /// The body outside the unit that does it.
    pub body: Option<Words>,
    /// Its part of the time.
    pub share: Share,
    /// To which appointment it belongs: 1, or 2 after a financial obligation.
    pub appointment: u8,
    /// Numbers of the one-stop forms that it produces (2025 numbering).
    pub forms: Vec<String>,
}

/// What sort of paper comes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ResultKind {
    /// A certificate (giấy chứng nhận, giấy khai sinh).
    Certificate,
    /// An extract from a register (trích lục).
    Extract,
    /// A confirmation (giấy xác nhận).
    Confirmation,
    /// A decision (quyết định).
    Decision,
    /// Certified copies.
    CertifiedCopy,
    /// A certified signature.
    CertifiedSignature,
    /// A certified transaction.
    CertifiedTransaction,
}

/// The result of a procedure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultSpec {
    /// What sort of paper.
    pub kind: ResultKind,
    /// What it is called.
    pub name: Words,
    /// The template that renders it; none when the paper is made elsewhere and attached.
    pub template: Option<String>,
    /// The register book whose number it takes.
    pub book: Option<String>,
    /// How many originals are handed out.
    pub originals: u8,
    /// How long the result is kept.
    pub keep: Retention,
    /// How sure and from where.
    pub verified: Verified,
}

/// How the parts of a joined-up procedure follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JoinedMode {
    /// One agency after the other, each with its own deadline (paper).
    Sequential,
    /// All at once, the lead marked (electronic).
    Parallel,
}

/// One agency's part of a joined-up procedure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinedLeg {
    /// Name within the procedure.
    pub id: String,
    /// The procedure of the commune that decides it, as a dossier of its own; none where an organisation outside
    /// decides and an officer enters what it reports.
    pub procedure: Option<String>,
    /// The circumstance under which it belongs to the dossier; none for always.
    pub when: Option<String>,
    /// Parts that must end with a result before this one may begin.
    pub needs: Vec<String>,
    /// Whether relatives are asked to confirm for it; that time is not counted.
    pub confirmation: bool,
    /// The agency.
    pub body: Words,
    /// What it does.
    pub task: Words,
    /// Its time, where the law gives one.
    pub time: Option<Limit>,
    /// Its time when the dossier was filed on paper, where that differs.
    pub paper_time: Option<Limit>,
    /// Whether it leads.
    pub lead: bool,
    /// How sure and from where.
    pub verified: Verified,
}

/// How long relatives may take to confirm; the clock stands meanwhile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinedWait {
    /// What is waited for.
    pub name: Words,
    /// The longest time.
    pub time: Limit,
    /// How sure and from where.
    pub verified: Verified,
}

/// The joined-up (liên thông) form of a procedure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    /// Which joined-up procedure this is, in words.
    pub name: Words,
    /// How the parts follow.
    pub mode: JoinedMode,
    /// How they follow when it was filed on paper, where that differs.
    pub on_paper: Option<JoinedMode>,
    /// What is not counted.
    pub wait: Option<JoinedWait>,
    /// The parts.
    pub legs: Vec<JoinedLeg>,
    /// How sure and from where.
    pub verified: Verified,
}

impl Joined {
    /// Whether a dossier of this procedure starts members; else the parts only tell who works on the one dossier.
    pub fn starts_members(&self) -> bool {
        self.legs.iter().any(|leg| leg.procedure.is_some())
    }

    /// How the parts follow for a channel.
    pub fn mode_of(&self, channel: Channel) -> JoinedMode {
        match channel {
            Channel::Direct | Channel::Post => self.on_paper.unwrap_or(self.mode),
            Channel::Online => self.mode,
        }
    }

    /// The time of a part for a channel.
    pub fn time_of(leg: &JoinedLeg, channel: Channel) -> Option<Limit> {
        match channel {
            Channel::Direct | Channel::Post => leg.paper_time.or(leg.time),
            Channel::Online => leg.time,
        }
    }

    /// A part by its id.
    pub fn leg(&self, id: &str) -> Option<&JoinedLeg> {
        self.legs.iter().find(|leg| leg.id == id)
    }
}

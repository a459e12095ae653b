//! Who may do what: rights, roles, and the one table that joins them.
//!
//! A right is held by a post, through a mandate, in a unit (and the units below it where the table says so),
//! on a day, and may be delegated for a time. [`TABLE`] is that table; nothing else in the program grants a
//! right. A role is what a post is there for; a post may have several.

use std::fmt;

use serde::{Deserialize, Serialize};

mod table;
pub use table::{Grant, Scope, TABLE};

macro_rules! words {
    (
        $(#[$enum_doc:meta])* $name:ident:
        $($(#[$doc:meta])* $variant:ident = $word:literal),* $(,)?
    ) => {
        $(#[$enum_doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$doc])* #[serde(rename = $word)] $variant),* }

        impl $name {
            /// All of them, in the order of this file.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The stable word that is stored, sent and used in message keys.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
            /// Reads the stored word.
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(self.as_str()) }
        }
    };
}

words!(
    /// One thing that a post may do. Every route and every command names the one it needs.
    Right:
    // At the counter
    /// Take in a dossier, fill the form for a citizen, upload his papers before acceptance.
    ReceiveDossier = "receive_dossier",
    /// Accept a complete dossier: the deadline begins and Form 01 is handed out.
    AcceptDossier = "accept_dossier",
    /// Ask the citizen, once and completely, for what is missing (Form 02).
    RequestSupplement = "request_supplement",
    /// Refuse a dossier in writing with reasons (Form 03).
    RefuseDossier = "refuse_dossier",
    /// Add digitised papers to a dossier that is under way.
    AddPapers = "add_papers",
    /// Hand a dossier over to the unit or division that is competent.
    TransferDossier = "transfer_dossier",
    /// Hand the result to the citizen or his authorised person.
    ReturnResult = "return_result",
    /// Stop a dossier at the citizen's wish (Form 05).
    StopDossier = "stop_dossier",
    /// Work the express lane for certified copies.
    CertifyCopies = "certify_copies",
    /// Call and serve queue tickets.
    CallQueue = "call_queue",
    // Handling
    /// Name the post or posts that handle a dossier.
    AssignDossier = "assign_dossier",
    /// Record the appraisal of a dossier.
    AppraiseDossier = "appraise_dossier",
    /// Ask another unit, and answer such a question.
    Consult = "consult",
    /// Draft the result of a dossier.
    DraftResult = "draft_result",
    /// Submit a drafted result to a leader.
    SubmitForSigning = "submit_for_signing",
    /// Approve a drafted result or send it back.
    ApproveResult = "approve_result",
    /// Give an approved result its number and issue it.
    NumberAndIssue = "number_and_issue",
    /// Apologise in writing and extend the deadline once (Form 04).
    ApologiseAndExtend = "apologise_and_extend",
    /// Pause for a financial obligation, and resume when it is met.
    RecordFinancialObligation = "record_financial_obligation",
    /// Correct an entry with a reason; the old value is kept.
    CorrectEntry = "correct_entry",
    /// Take back a step that the next post has not touched.
    RecallStep = "recall_step",
    /// Keep the registers of civil status and give extracts of them.
    KeepRegister = "keep_register",
    // Reading
    /// Open a dossier.
    ReadDossier = "read_dossier",
    /// Open the papers of a dossier.
    ReadPapers = "read_papers",
    /// Look a person up by identity number.
    SearchByIdentityNumber = "search_by_identity_number",
    /// Take lists out of the program as files.
    Export = "export",
    /// See figures of a unit.
    ReadStatistics = "read_statistics",
    // Money
    /// Take, or exempt with a reason, a fee.
    TakeFee = "take_fee",
    /// Void or refund a fee with a reason.
    VoidFee = "void_fee",
    /// Close the day's list of fees.
    CloseDay = "close_day",
    // Tasks
    /// Issue a task with the six, extend and withdraw it.
    IssueTask = "issue_task",
    /// Work on a task: report progress, hand in a product.
    WorkTask = "work_task",
    /// Accept a task's product or send it back.
    AcceptTask = "accept_task",
    // People
    /// See posts, people and who stands in.
    ReadStaff = "read_staff",
    /// Add and change people, divisions, posts and mandates.
    ManageStaff = "manage_staff",
    /// Record an absence and who stands in.
    RecordAbsence = "record_absence",
    /// Delegate rights of a post to another post for a time.
    DelegateRights = "delegate_rights",
    /// Open, lock and reset sign-in accounts.
    ManageAccounts = "manage_accounts",
    // Running
    /// Set days off, make-up days and office hours of a unit.
    ManageCalendar = "manage_calendar",
    /// Read the packs: law as data.
    ReadPacks = "read_packs",
    /// See jobs and messages that wait or failed.
    ReadJobs = "read_jobs",
    /// Let a failed job or message run again.
    RetryJob = "retry_job",
    /// See what is not synchronised with the national portal, and reconcile.
    SyncPortal = "sync_portal",
    /// Read who opened what, when and why.
    ReadAccessLog = "read_access_log",
);

words!(
    /// What a post is there for.
    Role:
    /// Receives and returns at the counter of the service centre.
    Receptionist = "receptionist",
    /// Directs the service centre, or deputises there.
    CentreDirector = "centre_director",
    /// Heads a division or office, or deputises there.
    DivisionHead = "division_head",
    /// Handles dossiers in a division.
    Handler = "handler",
    /// Keeps civil status and certification (công chức tư pháp - hộ tịch), and handles such dossiers.
    JusticeOfficer = "justice_officer",
    /// Chairs the People's Committee.
    Chair = "chair",
    /// Vice chair of the People's Committee.
    ViceChair = "vice_chair",
    /// Records clerk: numbers, stamps, issues.
    Clerk = "clerk",
    /// Takes fees and closes the day.
    Cashier = "cashier",
    /// Keeps posts, people and mandates.
    OrganisationOfficer = "organisation_officer",
    /// Inspects, reads the access log.
    Inspector = "inspector",
    /// Runs the node: accounts, jobs, calendars.
    Administrator = "administrator",
    /// Leads the province.
    ProvincialLeader = "provincial_leader",
    /// Reads the province's figures.
    ProvincialAnalyst = "provincial_analyst",
    /// Leads the Party committee.
    PartyLeader = "party_leader",
    /// Works in a body of the Party committee or of the Front.
    PartyOfficer = "party_officer",
    /// Holds a post without a part of its own in the one-stop work (council, military, police, villages).
    Staff = "staff",
);

impl Role {
    /// Whether this role signs for the People's Committee (chair or vice chair; in the province its leaders).
    pub fn is_leader(self) -> bool {
        matches!(self, Self::Chair | Self::ViceChair | Self::ProvincialLeader)
    }
}

impl Right {
    /// Whether a post may hand this right on for a time. What guards the others stays with its holder.
    pub fn may_be_delegated(self) -> bool {
        !matches!(
            self,
            Self::ManageAccounts | Self::ManageStaff | Self::ReadAccessLog | Self::DelegateRights
        )
    }

    const fn bit(self) -> u64 {
        1 << (self as u8)
    }
}

/// A set of rights in one machine word; written as a list of words.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(from = "Vec<Right>", into = "Vec<Right>")]
pub struct RightSet(u64);

const _: () = assert!(Right::ALL.len() <= 64, "RightSet holds 64 rights");

impl RightSet {
    /// No right.
    pub const EMPTY: Self = Self(0);
    /// Every right there is; a token without a limit of its own.
    pub const FULL: Self = Self((1 << Right::ALL.len()) - 1);

    /// Whether the right is in the set.
    pub fn has(self, right: Right) -> bool {
        self.0 & right.bit() != 0
    }
    /// The set with one right more.
    #[must_use]
    pub fn with(self, right: Right) -> Self {
        Self(self.0 | right.bit())
    }
    /// What is in either.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
    /// What is in both.
    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
    /// What is in this one and not in the other.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
    /// Whether all of it is in the other.
    pub fn is_subset_of(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }
    /// Whether it holds nothing.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
    /// The rights in it, in the order of the enum.
    pub fn iter(self) -> impl Iterator<Item = Right> {
        Right::ALL.iter().copied().filter(move |right| self.has(*right))
    }
    /// The words, joined by a space, as stored; reading them is [`RightSet::parse`].
    pub fn to_words(self) -> String {
        self.iter().map(Right::as_str).collect::<Vec<_>>().join(" ")
    }
    /// Reads stored words; `None` when one of them is unknown.
    pub fn parse(words: &str) -> Option<Self> {
        words.split_whitespace().map(Right::parse).collect()
    }
}

impl FromIterator<Right> for RightSet {
    fn from_iter<I: IntoIterator<Item = Right>>(rights: I) -> Self {
        rights.into_iter().fold(Self::EMPTY, Self::with)
    }
}
impl From<Vec<Right>> for RightSet {
    fn from(rights: Vec<Right>) -> Self {
        rights.into_iter().collect()
    }
}
impl From<RightSet> for Vec<Right> {
    fn from(set: RightSet) -> Self {
        set.iter().collect()
    }
}
impl fmt::Debug for RightSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Right::as_str)).finish()
    }
}

/// The rights of a post, by how far they reach. A wider reach includes the narrower ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rights {
    own_post: RightSet,
    own_unit: RightSet,
    below: RightSet,
}

impl Rights {
    /// What the table gives to a post with these roles.
    pub fn of(roles: &[Role]) -> Self {
        let mut rights = Self::default();
        if roles.is_empty() {
            return rights;
        }
        for line in TABLE
            .iter()
            .filter(|line| line.role.is_none_or(|role| roles.contains(&role)))
        {
            let set: RightSet = line.rights.iter().copied().collect();
            rights.own_post = rights.own_post.union(set);
            if line.scope >= Scope::OwnUnit {
                rights.own_unit = rights.own_unit.union(set);
            }
            if line.scope == Scope::UnitAndBelow {
                rights.below = rights.below.union(set);
            }
        }
        rights
    }

    /// Everything held in any reach.
    pub fn any(self) -> RightSet {
        self.own_post
    }
    /// What is held as far as this scope.
    pub fn within(self, scope: Scope) -> RightSet {
        match scope {
            Scope::OwnPost => self.own_post,
            Scope::OwnUnit => self.own_unit,
            Scope::UnitAndBelow => self.below,
        }
    }
    /// The same rights, cut down to a set: a token's scopes, or what was delegated.
    #[must_use]
    pub fn limited_to(self, set: RightSet) -> Self {
        Self {
            own_post: self.own_post.intersection(set),
            own_unit: self.own_unit.intersection(set),
            below: self.below.intersection(set),
        }
    }
}

#[cfg(test)]
mod tests;

//! The task with the six: work that a leader, a document or a meeting ordered, from issue to accepted product.
//!
//! A [`Task`] is made from a complete [`TaskOrder`] and from nothing else, so there is none without person, work,
//! time, responsibility, product and authority. The first deadline never changes; what moves is the current one,
//! by the issuer's decision.

pub mod parts;
pub mod report;
pub mod six;
pub mod state;

pub use parts::{Decision, ExtensionRequest, HandedProduct, Priority, Source, SourceKind};
pub use report::{Class, Tally};
pub use six::{
    Authority, DueDay, ExpectedProduct, Problem, Responsibility, TaskDraft, TaskOrder, TextError, Work,
};
pub use state::{Action, Hand, NotAllowed, Resting, State, actions};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::calendar::Office;
use crate::deadline::{Deadline, DeadlineError, PauseReason, Resume, Standing};
use crate::dossier::Holder;
use crate::ids::{PostId, TaskId, UnitId};
use crate::space::Space;

/// Most posts that join one lead; a task for everybody is a document, not a task.
pub const MOST_JOINING: usize = 30;

/// The code of a task: `NV-24682-2025-0012`; the Party's tasks have a row of numbers of their own, `NVD-…`, so that
/// neither space can count the other's.
pub fn code(space: Space, issuing_unit: &UnitId, year: i16, serial: i64) -> String {
    let sign = match space {
        Space::State => "NV",
        Space::Party => "NVD",
    };
    format!("{sign}-{}-{year}-{serial:04}", issuing_unit.code())
}

/// What a task is known by, beside the order itself.
#[derive(Debug, Clone)]
pub struct Issue {
    /// Identity.
    pub id: TaskId,
    /// Code, `NV-24682-2025-0012`.
    pub code: String,
    /// The unit of the lead post: its work.
    pub unit: UnitId,
    /// State or Party.
    pub space: Space,
    /// The unit of the issuer.
    pub issuing_unit: UnitId,
    /// The leader in whose name it is issued: he accepts the product and decides on more time.
    pub issuer: PostId,
    /// The post that entered it; the issuer himself, or an office that carries out what a document orders.
    pub entered_by: PostId,
    /// Posts that join the lead.
    pub joining: Vec<PostId>,
    /// When.
    pub at: Timestamp,
}

/// One task as it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Identity.
    pub id: TaskId,
    /// Code, unique.
    pub code: String,
    /// The unit of the lead post: its work.
    pub unit: UnitId,
    /// State or Party.
    pub space: Space,
    /// The unit of the issuer.
    pub issuing_unit: UnitId,
    /// The leader in whose name it is issued.
    pub issuer: PostId,
    /// The post that entered it.
    pub entered_by: PostId,
    /// Clear person: the one post that leads.
    pub lead: PostId,
    /// Posts that join the lead.
    pub joining: Vec<PostId>,
    /// Clear work.
    pub work: Work,
    /// How it is to be done.
    pub details: Option<String>,
    /// Clear time, with its explanation.
    pub deadline: Deadline,
    /// Clear responsibility.
    pub responsibility: Responsibility,
    /// Clear product.
    pub product: ExpectedProduct,
    /// Clear authority.
    pub authority: Authority,
    /// Where it comes from.
    pub source: Source,
    /// How much it presses.
    pub priority: Priority,
    /// Where it stands.
    pub state: State,
    /// Since when it lies with its holder.
    pub held_since: Timestamp,
    /// How far the work is, as the lead said last, in percent.
    pub percent: u8,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When the lead confirmed it.
    pub received_at: Option<Timestamp>,
    /// When the product that lies on the table, or was accepted, was handed in.
    pub handed_in_at: Option<Timestamp>,
    /// When it was accepted or withdrawn.
    pub ended_at: Option<Timestamp>,
    /// The request for more time that waits for a decision.
    pub request: Option<ExtensionRequest>,
    /// Requests for more time so far, decided or not.
    pub requests: i64,
    /// Products handed in so far, sent back or not.
    pub products: i64,
    /// Counted up at every change; a form that shows an older one is refused.
    pub version: i64,
}

/// Why a task cannot be issued or changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TaskError {
    /// The state does not allow it.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// The deadline cannot be so.
    #[error(transparent)]
    Deadline(#[from] DeadlineError),
    /// A post gives itself a task: nobody would accept the product.
    #[error("a post does not issue a task to itself")]
    OwnTask,
    /// The lead does not join himself, and nobody joins twice.
    #[error("a post leads or joins once")]
    JoinsTwice,
    /// Too many join.
    #[error("at most {MOST_JOINING} posts join a task")]
    TooManyJoin,
    /// A request for more time waits already.
    #[error("a request for more time waits for a decision")]
    RequestWaits,
    /// No request for more time waits.
    #[error("no request for more time waits")]
    NoRequest,
}

impl TaskError {
    /// Locale key of the sentence that tells a person what happened and what to do.
    pub fn key(&self) -> &'static str {
        match self {
            Self::NotAllowed(why) => why.reason_key(),
            Self::Deadline(why) => why.key(),
            Self::OwnTask => "task-refused-own",
            Self::JoinsTwice => "task-refused-joins-twice",
            Self::TooManyJoin => "task-refused-too-many-join",
            Self::RequestWaits => "task-refused-request-waits",
            Self::NoRequest => "task-refused-no-request",
        }
    }
}

impl Task {
    /// Issues a complete order.
    ///
    /// # Errors
    /// [`TaskError::OwnTask`], [`TaskError::JoinsTwice`], [`TaskError::TooManyJoin`]; [`TaskError::Deadline`] when
    /// the time has passed or lies beyond the calendar.
    pub fn issue(office: &Office<'_>, issue: Issue, order: TaskOrder) -> Result<Self, TaskError> {
        if issue.issuer == order.lead {
            return Err(TaskError::OwnTask);
        }
        if issue.joining.len() > MOST_JOINING {
            return Err(TaskError::TooManyJoin);
        }
        let mut joining = issue.joining;
        joining.sort();
        if joining.contains(&order.lead) || joining.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(TaskError::JoinsTwice);
        }
        let due = order.due.instant(office).map_err(DeadlineError::from)?;
        let deadline = Deadline::given(office, issue.at, due)?;
        Ok(Self {
            id: issue.id,
            code: issue.code,
            unit: issue.unit,
            space: issue.space,
            issuing_unit: issue.issuing_unit,
            issuer: issue.issuer,
            entered_by: issue.entered_by,
            lead: order.lead,
            joining,
            work: order.work,
            details: order.details,
            deadline,
            responsibility: order.responsibility,
            product: order.product,
            authority: order.authority,
            source: order.source,
            priority: order.priority,
            state: State::Issued,
            held_since: issue.at,
            percent: 0,
            issued_at: issue.at,
            received_at: None,
            handed_in_at: None,
            ended_at: None,
            request: None,
            requests: 0,
            products: 0,
            version: 1,
        })
    }

    /// Who must act now; nobody once it has ended.
    pub fn holder(&self) -> Option<Holder> {
        match self.state {
            State::Issued | State::Received | State::InProgress => Some(Holder::Post(self.lead)),
            State::HandedIn | State::Paused(_) => Some(Holder::Post(self.issuer)),
            State::Accepted | State::Withdrawn => None,
        }
    }

    /// Whether a post works on it.
    pub fn is_worked_by(&self, post: PostId) -> bool {
        self.lead == post || self.joining.contains(&post)
    }

    /// How it is reported at an instant.
    pub fn class(&self, now: Timestamp) -> Option<Class> {
        Class::of(self.state, self.deadline.original_due, self.handed_in_at, now)
    }

    /// Where the current deadline stands; the product that lies on the table stops the clock of its lead.
    ///
    /// # Errors
    /// [`DeadlineError::Calendar`] when a year between is not in the calendar.
    pub fn standing(&self, office: &Office<'_>, now: Timestamp) -> Result<Standing, DeadlineError> {
        let done_at = self.handed_in_at.or(self.ended_at);
        Ok(self.deadline.standing(office, now, done_at)?)
    }

    /// The lead confirms that he has it.
    ///
    /// # Errors
    /// [`NotAllowed`].
    pub fn receive(&mut self, at: Timestamp) -> Result<(), NotAllowed> {
        self.go(Action::Receive, at)?;
        self.received_at = Some(at);
        Ok(())
    }

    /// The lead reports; the first report begins the work. However far it is, a report finishes nothing.
    ///
    /// # Errors
    /// [`NotAllowed`].
    pub fn report(&mut self, at: Timestamp, percent: Option<u8>) -> Result<(), NotAllowed> {
        self.go(Action::Report, at)?;
        self.percent = percent.unwrap_or(self.percent).min(100);
        Ok(())
    }

    /// The lead hands the product in; a request for more time that waits lapses and is given back.
    ///
    /// # Errors
    /// [`NotAllowed`].
    pub fn hand_in(
        &mut self,
        at: Timestamp,
        _product: &HandedProduct,
    ) -> Result<Option<ExtensionRequest>, NotAllowed> {
        self.go(Action::HandIn, at)?;
        self.handed_in_at = Some(at);
        self.products += 1;
        Ok(self.request.take())
    }

    /// The issuer accepts the product.
    ///
    /// # Errors
    /// [`NotAllowed`].
    pub fn accept(&mut self, at: Timestamp) -> Result<(), NotAllowed> {
        self.go(Action::Accept, at)?;
        self.percent = 100;
        self.ended_at = Some(at);
        Ok(())
    }

    /// The issuer sends the product back: it counts as not handed in.
    ///
    /// # Errors
    /// [`NotAllowed`].
    pub fn send_back(&mut self, at: Timestamp) -> Result<(), NotAllowed> {
        self.go(Action::SendBack, at)?;
        self.handed_in_at = None;
        Ok(())
    }

    /// The lead asks for more time, up to `wanted`.
    ///
    /// # Errors
    /// [`TaskError::NotAllowed`]; [`TaskError::RequestWaits`]; [`DeadlineError::NotLater`] when it gives no time.
    pub fn request_extension(
        &mut self,
        at: Timestamp,
        by: PostId,
        reason: String,
        wanted: Timestamp,
    ) -> Result<&ExtensionRequest, TaskError> {
        self.state.after(Action::RequestExtension)?;
        if self.request.is_some() {
            return Err(TaskError::RequestWaits);
        }
        self.must_be_later(at, wanted)?;
        self.requests += 1;
        Ok(self.request.insert(ExtensionRequest {
            number: self.requests,
            requested_at: at,
            requested_by: by,
            reason,
            before: self.deadline.due,
            wanted,
        }))
    }

    /// The issuer grants more time, what was asked for or another date: the current deadline moves, the original
    /// one stays. Gives the request that was decided.
    ///
    /// # Errors
    /// [`TaskError::NotAllowed`]; [`TaskError::NoRequest`]; [`TaskError::Deadline`].
    pub fn grant_extension(
        &mut self,
        office: &Office<'_>,
        at: Timestamp,
        to: Timestamp,
    ) -> Result<ExtensionRequest, TaskError> {
        self.state.after(Action::DecideExtension)?;
        let request = self.request.clone().ok_or(TaskError::NoRequest)?;
        self.deadline = self.deadline.postpone(office, at, to, None)?;
        self.request = None;
        Ok(request)
    }

    /// The issuer refuses more time. Gives the request that was decided.
    ///
    /// # Errors
    /// [`TaskError::NotAllowed`]; [`TaskError::NoRequest`].
    pub fn refuse_extension(&mut self) -> Result<ExtensionRequest, TaskError> {
        self.state.after(Action::DecideExtension)?;
        self.request.take().ok_or(TaskError::NoRequest)
    }

    /// The issuer lets the work rest: the clock stands, a request for more time lapses and is given back.
    ///
    /// # Errors
    /// [`TaskError::NotAllowed`]; [`TaskError::Deadline`].
    pub fn pause(
        &mut self,
        office: &Office<'_>,
        at: Timestamp,
    ) -> Result<Option<ExtensionRequest>, TaskError> {
        self.state.after(Action::Pause)?;
        self.deadline = self.deadline.pause(office, at, PauseReason::Issuer, None)?;
        self.go(Action::Pause, at)?;
        Ok(self.request.take())
    }

    /// The issuer lets the work go on with what was left of its time.
    ///
    /// # Errors
    /// [`TaskError::NotAllowed`]; [`TaskError::Deadline`].
    pub fn resume(&mut self, office: &Office<'_>, at: Timestamp) -> Result<(), TaskError> {
        self.state.after(Action::Resume)?;
        let before = self.deadline.due;
        let mut resumed = self.deadline.resume(office, at, Resume::Continue, None)?;
        // What is left is counted in working days up to the close of office; an evening or a Saturday that was
        // given must not become an earlier deadline by it.
        if resumed.due < before {
            resumed = resumed.postpone(office, at, before, None)?;
        }
        self.deadline = resumed;
        self.go(Action::Resume, at)?;
        Ok(())
    }

    /// The issuer takes the task back; a request for more time lapses and is given back.
    ///
    /// # Errors
    /// [`NotAllowed`].
    pub fn withdraw(&mut self, at: Timestamp) -> Result<Option<ExtensionRequest>, NotAllowed> {
        self.go(Action::Withdraw, at)?;
        self.ended_at = Some(at);
        Ok(self.request.take())
    }

    fn go(&mut self, action: Action, at: Timestamp) -> Result<(), NotAllowed> {
        let held = self.holder();
        self.state = self.state.after(action)?;
        if self.holder() != held {
            self.held_since = at;
        }
        Ok(())
    }

    fn must_be_later(&self, at: Timestamp, wanted: Timestamp) -> Result<(), DeadlineError> {
        if wanted > self.deadline.due && wanted > at {
            Ok(())
        } else {
            Err(DeadlineError::NotLater {
                due: self.deadline.due,
            })
        }
    }
}

#[cfg(test)]
mod tests;

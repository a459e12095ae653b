//! Organisation in time: divisions, posts, people, and who holds or stands in for a post on a day.
//!
//! A post is one seat. It exists whether somebody holds it or not; work and rights belong to the post, and a
//! person gets them through a mandate. All intervals are half-open: the first day is in, the last is not.
//! Nothing here is deleted: what ends gets an end, so every question can be asked as of a day.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::characters::{is_refused, visible};
use crate::ids::{AbsenceId, DelegationId, MandateId, PersonId, PostId, UnitId};
use crate::permission::{Right, RightSet, Rights, Role};
use crate::space::Space;

mod as_of;
pub use as_of::{Basis, Organisation, Seat, SeatState, StandIn};

/// Days from `from` (in) to `until` (not in); without an end it is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Interval {
    from: Date,
    until: Option<Date>,
}

impl Interval {
    /// An interval of at least one day.
    ///
    /// # Errors
    /// [`OrganisationError::EmptyInterval`] when it ends before its second day begins.
    pub fn new(from: Date, until: Option<Date>) -> Result<Self, OrganisationError> {
        match until {
            Some(until) if until <= from => Err(OrganisationError::EmptyInterval),
            _ => Ok(Self { from, until }),
        }
    }
    /// From a day on, without an end.
    pub fn since(from: Date) -> Self {
        Self { from, until: None }
    }
    /// The first day.
    pub fn from(self) -> Date {
        self.from
    }
    /// The day after the last one.
    pub fn until(self) -> Option<Date> {
        self.until
    }
    /// Whether the day is in it.
    pub fn contains(self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|until| day < until)
    }
    /// Whether a day is in both.
    pub fn overlaps(self, other: Self) -> bool {
        self.until.is_none_or(|until| other.from < until) && other.until.is_none_or(|until| self.from < until)
    }
    /// Whether every day of the other is in this one.
    pub fn covers(self, other: Self) -> bool {
        self.from <= other.from
            && self
                .until
                .is_none_or(|until| other.until.is_some_and(|other_until| other_until <= until))
    }
    /// The same interval, ended on a day: that day is the first one no longer in it.
    ///
    /// # Errors
    /// [`OrganisationError::EmptyInterval`] when nothing would be left, [`OrganisationError::AlreadyEnded`]
    /// when it ends earlier already.
    pub fn ended_on(self, day: Date) -> Result<Self, OrganisationError> {
        match self.until {
            Some(until) if until <= day => Err(OrganisationError::AlreadyEnded),
            _ => Self::new(self.from, Some(day)),
        }
    }
}

/// What the organisation does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OrganisationError {
    /// An interval without a day.
    #[error("the interval ends before it has a day")]
    EmptyInterval,
    /// Ending what ended before.
    #[error("it has ended already")]
    AlreadyEnded,
    /// A second full holder of one seat.
    #[error("the post has a full holder in this time")]
    SeatTaken,
    /// The same person twice in one seat.
    #[error("the person holds this post in this time")]
    HeldAlready,
    /// A mandate, absence or delegation outside the life of the post.
    #[error("the post does not exist in all of this time")]
    OutsidePost,
    /// Work does not cross from one unit to another by mandate or delegation.
    #[error("the posts belong to different units")]
    OtherUnit,
    /// Party and state stay apart.
    #[error("the posts belong to different spaces")]
    OtherSpace,
    /// A post cannot stand in for itself.
    #[error("a post does not stand in for itself")]
    SamePost,
    /// A right that the post does not have, or that its holder must not hand on.
    #[error("the right {0} is not the post's to delegate")]
    NotYoursToDelegate(Right),
    /// No right named.
    #[error("a delegation names at least one right")]
    NothingDelegated,
    /// What was delegated is not delegated again.
    #[error("a delegated right is not delegated again")]
    DelegationOfDelegation,
    /// A delegation must end.
    #[error("a delegation has an end")]
    DelegationWithoutEnd,
    /// The absent person does not hold the post.
    #[error("the person does not hold this post in this time")]
    NotHeld,
    /// A name that is no name.
    #[error("a name has 1 to {max} characters, none of them a control character")]
    Name {
        /// Most characters allowed.
        max: usize,
    },
    /// An identifier of a division that is not written as it should be.
    #[error("a division id has 1 to 40 lower-case letters, digits and hyphens")]
    DivisionId,
}

/// A text that people read, trimmed, NFC, without control characters.
///
/// # Errors
/// [`OrganisationError::Name`] when it is empty, longer than `max` characters or holds a control character or one that
/// turns the direction of text.
pub fn parse_name(raw: &str, max: usize) -> Result<String, OrganisationError> {
    // 4 bytes a character and a few combining marks: whatever is longer is refused before it is normalised.
    if raw.len() > max * 16 {
        return Err(OrganisationError::Name { max });
    }
    let name = visible(raw).split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() || name.chars().count() > max || name.chars().any(is_refused) {
        return Err(OrganisationError::Name { max });
    }
    Ok(name)
}

/// An organ within a unit: an office, a division, the service centre, a body of the Party committee.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Division {
    /// Its word within the unit, such as `service-centre`.
    pub id: String,
    /// The unit.
    pub unit: UnitId,
    /// What sort of organ it is, as the packs name it (`office`, `economy`, `society`, `service-centre`, …).
    pub kind: String,
    /// Party or state.
    pub space: Space,
    /// Vietnamese name.
    pub name_vi: String,
    /// English name.
    pub name_en: String,
    /// Place in lists, from 0.
    pub position: u16,
    /// When it exists.
    pub valid: Interval,
}

impl Division {
    /// Checks the word that names a division within its unit.
    ///
    /// # Errors
    /// [`OrganisationError::DivisionId`].
    pub fn parse_id(raw: &str) -> Result<String, OrganisationError> {
        let id = raw.trim();
        let fits = (1..=40).contains(&id.len())
            && id
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if fits {
            Ok(id.to_owned())
        } else {
            Err(OrganisationError::DivisionId)
        }
    }
}

/// One seat of a division.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    /// Identifier.
    pub id: PostId,
    /// The unit.
    pub unit: UnitId,
    /// The division within the unit.
    pub division: String,
    /// Party or state: the division's.
    pub space: Space,
    /// What it is there for.
    pub roles: Vec<Role>,
    /// Vietnamese title.
    pub title_vi: String,
    /// English title.
    pub title_en: String,
    /// Place in the division's list, from 0.
    pub position: u16,
    /// The decision that gives the unit this seat in its quota (number and date), if it is a seat of the quota.
    pub quota_decision: Option<String>,
    /// When it exists.
    pub valid: Interval,
}

impl Post {
    /// What the table of rights gives to this post.
    pub fn rights(&self) -> Rights {
        Rights::of(&self.roles)
    }
    /// Whether its holder signs for the People's Committee.
    pub fn is_leader(&self) -> bool {
        self.roles.iter().any(|role| role.is_leader())
    }
    /// The title in Vietnamese or English.
    pub fn title(&self, vietnamese: bool) -> &str {
        if vietnamese {
            &self.title_vi
        } else {
            &self.title_en
        }
    }
}

/// Somebody who works in a unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Identifier.
    pub id: PersonId,
    /// The unit that keeps the person's entry.
    pub unit: UnitId,
    /// Full name, family name first as written in Viet Nam.
    pub name: String,
    /// Work e-mail.
    pub email: Option<String>,
    /// Work telephone.
    pub phone: Option<String>,
}

/// How a person holds a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MandateKind {
    /// Appointed or elected to it: the seat is filled.
    Full,
    /// In charge of it for a time (phụ trách, quyền): the seat is vacant, somebody stands in.
    Acting,
    /// Holds it beside his own post (kiêm nhiệm): the seat of the quota is vacant, the work is done.
    Concurrent,
}

impl MandateKind {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Full, Self::Acting, Self::Concurrent];

    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Acting => "acting",
            Self::Concurrent => "concurrent",
        }
    }
    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == word)
    }
}

/// A person's holding of a post over an interval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mandate {
    /// Identifier.
    pub id: MandateId,
    /// The post.
    pub post: PostId,
    /// The person.
    pub person: PersonId,
    /// How.
    pub kind: MandateKind,
    /// When.
    pub valid: Interval,
    /// The decision it rests on (number and date).
    pub decision: Option<String>,
}

impl Mandate {
    /// Whether the mandate can stand beside the post's other mandates.
    ///
    /// # Errors
    /// [`OrganisationError::OutsidePost`], [`OrganisationError::SeatTaken`], [`OrganisationError::HeldAlready`].
    pub fn check(&self, post: &Post, others: &[Mandate]) -> Result<(), OrganisationError> {
        if !post.valid.covers(self.valid) {
            return Err(OrganisationError::OutsidePost);
        }
        let meeting = || {
            others.iter().filter(|other| {
                other.post == self.post && other.id != self.id && other.valid.overlaps(self.valid)
            })
        };
        if meeting().any(|other| other.person == self.person) {
            return Err(OrganisationError::HeldAlready);
        }
        // Acting beside a full holder is usual: he is on long leave, or the new one comes next month.
        if self.kind == MandateKind::Full && meeting().any(|other| other.kind == MandateKind::Full) {
            return Err(OrganisationError::SeatTaken);
        }
        Ok(())
    }
}

/// A time in which a person does not do the work of one of his posts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Absence {
    /// Identifier.
    pub id: AbsenceId,
    /// Who is absent.
    pub person: PersonId,
    /// From which post; several posts are several absences, since each may have its own stand-in.
    pub post: PostId,
    /// When.
    pub valid: Interval,
    /// Why, as a word: `leave`, `sick`, `training`, `mission`, `other`.
    pub reason: AbsenceReason,
    /// The post whose holder stands in with all rights of the absent one's post.
    pub stand_in: Option<PostId>,
}

/// Why a person is absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AbsenceReason {
    /// Yearly or other leave.
    Leave,
    /// Illness.
    Sick,
    /// A course.
    Training,
    /// Sent elsewhere for work.
    Mission,
    /// Anything else.
    Other,
}

impl AbsenceReason {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Leave,
        Self::Sick,
        Self::Training,
        Self::Mission,
        Self::Other,
    ];

    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Leave => "leave",
            Self::Sick => "sick",
            Self::Training => "training",
            Self::Mission => "mission",
            Self::Other => "other",
        }
    }
    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|reason| reason.as_str() == word)
    }
}

impl Absence {
    /// Whether the stand-in's post may stand in for the absent one's.
    ///
    /// # Errors
    /// [`OrganisationError::NotHeld`], [`OrganisationError::SamePost`], [`OrganisationError::OtherUnit`],
    /// [`OrganisationError::OtherSpace`], [`OrganisationError::OutsidePost`].
    pub fn check(
        &self,
        post: &Post,
        stand_in: Option<&Post>,
        mandates: &[Mandate],
    ) -> Result<(), OrganisationError> {
        let held = mandates.iter().any(|mandate| {
            mandate.post == self.post && mandate.person == self.person && mandate.valid.overlaps(self.valid)
        });
        if !held {
            return Err(OrganisationError::NotHeld);
        }
        stand_in.map_or(Ok(()), |other| may_take_over(post, other, self.valid))
    }
}

/// A delegation of some of a post's rights to another post for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delegation {
    /// Identifier.
    pub id: DelegationId,
    /// Whose rights.
    pub from: PostId,
    /// Who may use them.
    pub to: PostId,
    /// Which rights.
    pub rights: RightSet,
    /// When; it always ends.
    pub valid: Interval,
    /// The paper it rests on (number and date).
    pub decision: Option<String>,
}

impl Delegation {
    /// Whether the post may delegate this to the other post.
    ///
    /// The rights must be the post's own by the table: what came to it by delegation is not in its roles and is
    /// refused, and who acts by delegation cannot delegate at all (`acting_for_another`).
    ///
    /// # Errors
    /// One of [`OrganisationError`].
    pub fn check(&self, from: &Post, to: &Post, acting_for_another: bool) -> Result<(), OrganisationError> {
        if acting_for_another {
            return Err(OrganisationError::DelegationOfDelegation);
        }
        if self.valid.until().is_none() {
            return Err(OrganisationError::DelegationWithoutEnd);
        }
        if self.rights.is_empty() {
            return Err(OrganisationError::NothingDelegated);
        }
        let own = from.rights().any();
        if let Some(right) = self
            .rights
            .iter()
            .find(|right| !own.has(*right) || !right.may_be_delegated())
        {
            return Err(OrganisationError::NotYoursToDelegate(right));
        }
        may_take_over(from, to, self.valid)
    }
}

/// Work passes only between two posts of one unit and one space, both existing all the time.
fn may_take_over(from: &Post, to: &Post, valid: Interval) -> Result<(), OrganisationError> {
    if from.id == to.id {
        Err(OrganisationError::SamePost)
    } else if from.unit != to.unit {
        Err(OrganisationError::OtherUnit)
    } else if from.space != to.space {
        Err(OrganisationError::OtherSpace)
    } else if !from.valid.covers(valid) || !to.valid.covers(valid) {
        Err(OrganisationError::OutsidePost)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests;

//! Questions to the organisation as of a day.

use jiff::civil::Date;

use super::{Absence, Delegation, Mandate, MandateKind, Post};
use crate::ids::{AbsenceId, DelegationId, MandateId, PersonId, PostId};
use crate::permission::Rights;

/// What lets a person act in a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Basis {
    /// The person's own mandate.
    Mandate(MandateId),
    /// The person stands in for an absent holder.
    Absence(AbsenceId),
    /// Some rights of the post were delegated to a post of the person.
    Delegation(DelegationId),
}

impl Basis {
    /// Kind, colon, id: how a session and a form name it.
    pub fn to_key(self) -> String {
        match self {
            Self::Mandate(id) => format!("mandate:{id}"),
            Self::Absence(id) => format!("absence:{id}"),
            Self::Delegation(id) => format!("delegation:{id}"),
        }
    }
    /// Reads what [`Basis::to_key`] wrote.
    pub fn parse(key: &str) -> Option<Self> {
        let (kind, id) = key.split_once(':')?;
        match kind {
            "mandate" => id.parse().ok().map(Self::Mandate),
            "absence" => id.parse().ok().map(Self::Absence),
            "delegation" => id.parse().ok().map(Self::Delegation),
            _ => None,
        }
    }
}

/// A post in which a person may act, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    /// The post whose work is done.
    pub post: PostId,
    /// The person's own mandate: in this post, or in the one that stands in or got the delegation.
    pub mandate: MandateId,
    /// Why he may.
    pub basis: Basis,
    /// With which rights.
    pub rights: Rights,
}

/// Somebody who does a post's work in place of a full holder who is present.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandIn {
    /// Who.
    pub person: PersonId,
    /// Why he may; [`Basis::Mandate`] is an acting or concurrent mandate.
    pub basis: Basis,
}

/// How a seat stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SeatState {
    /// A full holder, at work.
    Filled,
    /// A full holder who is absent; the seat counts as filled.
    FilledAbsent,
    /// No full holder, but somebody does the work.
    VacantCovered,
    /// No full holder and nobody who does the work.
    Vacant,
}

impl SeatState {
    /// Whether the seat counts as filled in the quota.
    pub fn is_filled(self) -> bool {
        matches!(self, Self::Filled | Self::FilledAbsent)
    }
    /// The word used in message keys and the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Filled => "filled",
            Self::FilledAbsent => "filled_absent",
            Self::VacantCovered => "vacant_covered",
            Self::Vacant => "vacant",
        }
    }
}

/// The posts of a unit (or of a person) with everything that says who does their work.
///
/// It must hold every mandate, absence and delegation that touches its posts; the day is asked later.
#[derive(Debug, Clone, Default)]
pub struct Organisation {
    /// Seats.
    pub posts: Vec<Post>,
    /// Who holds them.
    pub mandates: Vec<Mandate>,
    /// Who is absent.
    pub absences: Vec<Absence>,
    /// What was delegated.
    pub delegations: Vec<Delegation>,
}

impl Organisation {
    /// The post, if it is known here.
    pub fn post(&self, id: PostId) -> Option<&Post> {
        self.posts.iter().find(|post| post.id == id)
    }

    fn post_as_of(&self, id: PostId, day: Date) -> Option<&Post> {
        self.post(id).filter(|post| post.valid.contains(day))
    }

    /// The mandates that hold the post on the day: full ones first, then acting, then concurrent.
    pub fn holders_as_of(&self, post: PostId, day: Date) -> Vec<&Mandate> {
        if self.post_as_of(post, day).is_none() {
            return Vec::new();
        }
        let mut holders: Vec<_> = self
            .mandates
            .iter()
            .filter(|mandate| mandate.post == post && mandate.valid.contains(day))
            .collect();
        holders.sort_by_key(|mandate| (mandate.kind, mandate.valid.from(), mandate.id));
        holders
    }

    /// The absence of this person from this post on the day.
    pub fn absence_as_of(&self, post: PostId, person: PersonId, day: Date) -> Option<&Absence> {
        self.absences
            .iter()
            .filter(|absence| absence.post == post && absence.person == person && absence.valid.contains(day))
            .min_by_key(|absence| absence.id)
    }

    /// Holders who are at work that day.
    fn present_as_of(&self, post: PostId, day: Date) -> Vec<&Mandate> {
        let mut holders = self.holders_as_of(post, day);
        holders.retain(|mandate| self.absence_as_of(post, mandate.person, day).is_none());
        holders
    }

    /// Who does the post's work that day beside or instead of a full holder: acting and concurrent holders, then
    /// who stands in for an absent holder, then who got a delegation. Nobody stands in through two steps: a
    /// stand-in who is absent himself does not pass the post on.
    pub fn who_stands_in(&self, post: PostId, day: Date) -> Vec<StandIn> {
        let mut found: Vec<StandIn> = Vec::new();
        let mut add = |person, basis| {
            if found.iter().all(|other| other.person != person) {
                found.push(StandIn { person, basis });
            }
        };
        for mandate in self
            .present_as_of(post, day)
            .iter()
            .filter(|mandate| mandate.kind != MandateKind::Full)
        {
            add(mandate.person, Basis::Mandate(mandate.id));
        }
        for absence in self.active_absences(post, day) {
            for mandate in absence
                .stand_in
                .iter()
                .flat_map(|stand_in| self.present_as_of(*stand_in, day))
            {
                if mandate.person != absence.person {
                    add(mandate.person, Basis::Absence(absence.id));
                }
            }
        }
        for delegation in self
            .delegations
            .iter()
            .filter(|d| d.from == post && d.valid.contains(day))
        {
            for mandate in self.present_as_of(delegation.to, day) {
                add(mandate.person, Basis::Delegation(delegation.id));
            }
        }
        found
    }

    /// Absences from a post that count: the absent person holds it that day.
    fn active_absences(&self, post: PostId, day: Date) -> impl Iterator<Item = &Absence> {
        let holders = self.holders_as_of(post, day);
        self.absences.iter().filter(move |absence| {
            absence.post == post
                && absence.valid.contains(day)
                && holders.iter().any(|mandate| mandate.person == absence.person)
        })
    }

    /// How the seat stands on the day; `None` when the post does not exist that day.
    pub fn state_as_of(&self, post: PostId, day: Date) -> Option<SeatState> {
        self.post_as_of(post, day)?;
        let full = |mandate: &&Mandate| mandate.kind == MandateKind::Full;
        Some(if self.present_as_of(post, day).iter().any(full) {
            SeatState::Filled
        } else if self.holders_as_of(post, day).iter().any(full) {
            SeatState::FilledAbsent
        } else if self.who_stands_in(post, day).is_empty() {
            SeatState::Vacant
        } else {
            SeatState::VacantCovered
        })
    }

    /// As whom the person may act on the day: own posts first (also when absent: who comes in to work may work),
    /// then posts he stands in for, then delegations. One person with several posts chooses.
    pub fn seats_of(&self, person: PersonId, day: Date) -> Vec<Seat> {
        let own: Vec<(&Post, &Mandate)> = self
            .mandates
            .iter()
            .filter(|mandate| mandate.person == person && mandate.valid.contains(day))
            .filter_map(|mandate| Some((self.post_as_of(mandate.post, day)?, mandate)))
            .collect();
        let mut seats: Vec<Seat> = own
            .iter()
            .map(|(post, mandate)| Seat {
                post: post.id,
                mandate: mandate.id,
                basis: Basis::Mandate(mandate.id),
                rights: post.rights(),
            })
            .collect();
        for (post, mandate) in &own {
            // Who is absent from a post lends no hand from it either.
            if self.absence_as_of(post.id, person, day).is_some() {
                continue;
            }
            for absence in self
                .absences
                .iter()
                .filter(|a| a.stand_in == Some(post.id) && a.person != person)
            {
                let counts = self
                    .active_absences(absence.post, day)
                    .any(|active| active.id == absence.id);
                if let Some(absent) = self
                    .post_as_of(absence.post, day)
                    .filter(|absent| counts && same_side(absent, post))
                {
                    let basis = Basis::Absence(absence.id);
                    seats.push(Seat {
                        post: absent.id,
                        mandate: mandate.id,
                        basis,
                        rights: absent.rights(),
                    });
                }
            }
            for delegation in self
                .delegations
                .iter()
                .filter(|d| d.to == post.id && d.valid.contains(day))
            {
                if let Some(from) = self
                    .post_as_of(delegation.from, day)
                    .filter(|from| same_side(from, post))
                {
                    let rights = from.rights().limited_to(delegation.rights);
                    let basis = Basis::Delegation(delegation.id);
                    seats.push(Seat {
                        post: from.id,
                        mandate: mandate.id,
                        basis,
                        rights,
                    });
                }
            }
        }
        seats
    }
}

/// A second look where rights pass: rows could have been changed behind the program's back.
fn same_side(one: &Post, other: &Post) -> bool {
    one.unit == other.unit && one.space == other.space
}

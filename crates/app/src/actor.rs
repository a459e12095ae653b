//! Who acts, as which post, and what he may.
//!
//! An officer's actor is made anew for every request from his session or token, as of the business day, by
//! `sign_in`: a mandate that ended, a delegation that expired or an account that was closed counts at once.

use std::collections::BTreeSet;
use std::sync::Arc;

use townhall_domain::ids::{AccountId, DossierId, MandateId, PersonId, PostId, TokenId, UnitId};
use townhall_domain::organisation::Basis;
use townhall_domain::permission::{Right, RightSet, Rights, Role, Scope};
use townhall_domain::space::Space;

/// Who runs a command or asks a query.
#[derive(Debug, Clone)]
pub enum Actor {
    /// An officer, or a program with a token of his, acting as one post.
    Officer(Arc<Officer>),
    /// A citizen: a visitor, or whoever holds the secret of one dossier's receipt.
    Citizen {
        /// The dossier whose secret he showed.
        dossier: Option<DossierId>,
    },
    /// The program itself; it may what the code of the job does.
    System {
        /// Name of the job or tool, for the log.
        job: &'static str,
    },
}

/// An officer acting as one post.
#[derive(Debug, Clone)]
pub struct Officer {
    /// The account.
    pub account: AccountId,
    /// The person.
    pub person: PersonId,
    /// The post whose work is done.
    pub post: PostId,
    /// The person's own mandate: in this post, or in the one that stands in or got the delegation.
    pub mandate: MandateId,
    /// Why he acts as this post: his mandate, another's absence, a delegation.
    pub basis: Basis,
    /// The post's unit.
    pub unit: UnitId,
    /// The unit's province, when the unit is a commune.
    pub province: Option<UnitId>,
    /// The communes below the unit on that day; empty for a commune.
    pub below: Arc<BTreeSet<UnitId>>,
    /// The post's space.
    pub space: Space,
    /// The post's division.
    pub division: String,
    /// The post's roles; under a delegation they say whose work it is, the rights say what of it.
    pub roles: Vec<Role>,
    /// What the post may, cut down to the delegation and to the scopes of a token.
    pub rights: Rights,
    /// The token, when a program acts.
    pub token: Option<TokenId>,
}

/// The actor knows of the thing but may not do this.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the right {right} is not held in unit {unit}")]
pub struct Denied {
    /// The right that was missing.
    pub right: Right,
    /// Where.
    pub unit: UnitId,
}

impl Officer {
    /// Whether he acts for somebody else: as a stand-in or by delegation.
    pub fn acts_for_another(&self) -> bool {
        match self.basis {
            Basis::Mandate(_) => false,
            Basis::Absence(_) | Basis::Delegation(_) => true,
        }
    }

    /// Whether the right reaches work of this unit whose responsible post is `holder`.
    fn reaches(&self, right: Right, unit: &UnitId, holder: Option<PostId>) -> bool {
        if *unit == self.unit {
            self.rights.within(Scope::OwnUnit).has(right)
                || (holder == Some(self.post) && self.rights.within(Scope::OwnPost).has(right))
        } else {
            self.rights.within(Scope::UnitAndBelow).has(right) && self.below.contains(unit)
        }
    }
}

impl Actor {
    /// The officer, if it is one.
    pub fn officer(&self) -> Option<&Officer> {
        match self {
            Self::Officer(officer) => Some(officer),
            Self::Citizen { .. } | Self::System { .. } => None,
        }
    }
    /// The account, for facts and the access log.
    pub fn account(&self) -> Option<AccountId> {
        self.officer().map(|officer| officer.account)
    }
    /// The person.
    pub fn person(&self) -> Option<PersonId> {
        self.officer().map(|officer| officer.person)
    }
    /// The roles of the post as which he acts.
    pub fn roles(&self) -> &[Role] {
        self.officer().map_or(&[], |officer| &officer.roles)
    }
    /// The post as which he acts.
    pub fn post(&self) -> Option<PostId> {
        self.officer().map(|officer| officer.post)
    }
    /// The unit of that post.
    pub fn unit(&self) -> Option<&UnitId> {
        self.officer().map(|officer| &officer.unit)
    }
    /// The space of that post.
    pub fn space(&self) -> Option<Space> {
        self.officer().map(|officer| officer.space)
    }

    /// Whether the right is held anywhere at all, also only on the post's own work: what a route asks first.
    pub fn holds(&self, right: Right) -> bool {
        match self {
            Self::Officer(officer) => officer.rights.any().has(right),
            Self::System { .. } => true,
            Self::Citizen { .. } => false,
        }
    }

    /// Whether the right is held on everything of the unit.
    pub fn may(&self, right: Right, unit: &UnitId) -> bool {
        self.may_on(right, unit, None)
    }

    /// Whether the right is held on a thing of the unit for which the post `holder` is responsible: rights that
    /// reach only the post's own work (a handler's appraisal) count when it is the actor's post.
    pub fn may_on(&self, right: Right, unit: &UnitId, holder: Option<PostId>) -> bool {
        match self {
            Self::Officer(officer) => officer.reaches(right, unit, holder),
            Self::System { .. } => true,
            Self::Citizen { .. } => false,
        }
    }

    /// [`Actor::may`] as a command needs it.
    ///
    /// # Errors
    /// [`Denied`].
    pub fn must(&self, right: Right, unit: &UnitId) -> Result<(), Denied> {
        self.must_on(right, unit, None)
    }

    /// [`Actor::may_on`] as a command needs it.
    ///
    /// # Errors
    /// [`Denied`].
    pub fn must_on(&self, right: Right, unit: &UnitId, holder: Option<PostId>) -> Result<(), Denied> {
        if self.may_on(right, unit, holder) {
            Ok(())
        } else {
            Err(Denied {
                right,
                unit: unit.clone(),
            })
        }
    }

    /// Whether things of this space are the actor's to know of at all.
    pub fn is_of_space(&self, space: Space) -> bool {
        match self {
            Self::Officer(officer) => officer.space == space,
            Self::System { .. } => true,
            Self::Citizen { .. } => space == Space::State,
        }
    }

    /// The units in which the right is held on everything, for the SQL of a list: own unit first.
    pub fn units_for(&self, right: Right) -> Vec<UnitId> {
        let Some(officer) = self.officer() else {
            return Vec::new();
        };
        let mut units = Vec::new();
        if officer.rights.within(Scope::OwnUnit).has(right) {
            units.push(officer.unit.clone());
        }
        if officer.rights.within(Scope::UnitAndBelow).has(right) {
            units.extend(officer.below.iter().cloned());
        }
        units
    }

    /// The rights in any reach, for showing what is possible; the command asks again.
    pub fn rights(&self) -> RightSet {
        match self {
            Self::Officer(officer) => officer.rights.any(),
            Self::System { .. } => RightSet::FULL,
            Self::Citizen { .. } => RightSet::EMPTY,
        }
    }
}

#[cfg(test)]
mod tests {
    use townhall_domain::ids::Id;
    use uuid::Uuid;

    use super::*;

    fn unit(code: &str) -> UnitId {
        UnitId::new(code, jiff::civil::date(2025, 7, 1))
    }

    fn id<T: Id>(number: u128) -> T {
        T::from_uuid(Uuid::from_u128(number))
    }

    fn officer(unit_code: &str, roles: &[Role], below: &[&str]) -> Actor {
        Actor::Officer(Arc::new(Officer {
            account: id(1),
            person: id(2),
            post: id(3),
            mandate: id(4),
            basis: Basis::Mandate(id(4)),
            unit: unit(unit_code),
            province: None,
            below: Arc::new(below.iter().map(|code| unit(code)).collect()),
            space: Space::State,
            division: "office".to_owned(),
            roles: roles.to_vec(),
            rights: Rights::of(roles),
            token: None,
        }))
    }

    #[test]
    fn a_right_ends_at_the_border_of_the_unit() {
        let chair = officer("24682", &[Role::Chair], &[]);
        assert!(chair.may(Right::ApproveResult, &unit("24682")));
        assert!(!chair.may(Right::ApproveResult, &unit("24640")));
        let denied = chair.must(Right::ApproveResult, &unit("24640"));
        assert_eq!(
            denied,
            Err(Denied {
                right: Right::ApproveResult,
                unit: unit("24640")
            })
        );
    }

    #[test]
    fn a_province_reaches_its_own_communes_only_where_the_table_says_so() {
        let leader = officer("68", &[Role::ProvincialLeader], &["24682", "24640"]);
        assert!(leader.may(Right::ReadStatistics, &unit("24682")));
        assert!(
            !leader.may(Right::ReadStatistics, &unit("00001")),
            "a commune of another province"
        );
        assert!(leader.may(Right::ApproveResult, &unit("68")));
        assert!(
            !leader.may(Right::ApproveResult, &unit("24682")),
            "approves only in the province"
        );
        assert_eq!(leader.units_for(Right::ReadStatistics).len(), 3);
        assert_eq!(leader.units_for(Right::ApproveResult), [unit("68")]);
    }

    #[test]
    fn a_right_on_ones_own_work_needs_the_work_to_be_ones_own() {
        let handler = officer("24682", &[Role::Handler], &[]);
        let (here, right) = (unit("24682"), Right::AppraiseDossier);
        assert!(handler.holds(right));
        assert!(!handler.may(right, &here));
        assert!(handler.may_on(right, &here, Some(id(3))));
        assert!(!handler.may_on(right, &here, Some(id(33))));
        assert!(
            !handler.may_on(right, &unit("24640"), Some(id(3))),
            "a foreign unit under one's own post"
        );
        assert!(handler.units_for(right).is_empty());
    }

    #[test]
    fn a_citizen_holds_no_right() {
        let citizen = Actor::Citizen { dossier: Some(id(9)) };
        for right in Right::ALL {
            assert!(
                !citizen.holds(*right) && !citizen.may(*right, &unit("24682")),
                "{right}"
            );
        }
        assert!(!citizen.is_of_space(Space::Party));
    }
}

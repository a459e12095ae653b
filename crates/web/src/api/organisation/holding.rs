//! Who holds a post over the API: mandates, absences with their stand-ins, delegations. Each is a change of its post.

use serde::Serialize;
use serde_json::Value;
use townhall_app::cx::Cx;
use townhall_app::error::AppError;
use townhall_app::organisation::{
    self as app, DelegateRights, EndAbsence, EndDelegation, EndMandate, GiveMandate, PostHistory,
    RecordAbsence, post_history,
};
use townhall_domain::ids::{AbsenceId, DelegationId, MandateId, PersonId, PostId};
use townhall_domain::organisation::{AbsenceReason, Interval, MandateKind};
use townhall_domain::permission::{Right, RightSet};
use townhall_store::Tx;
use utoipa::ToSchema;

use super::{READ, value};
use crate::api::act::{self, Subject, action};
use crate::api::book::Book;
use crate::api::read::{Day, Text};
use crate::routes::Need;

pub(super) fn add(book: Book) -> Book {
    let book = act::add::<GiveMandateBody>(book);
    let book = act::add::<EndMandateBody>(book);
    let book = act::add::<RecordAbsenceBody>(book);
    let book = act::add::<EndAbsenceBody>(book);
    let book = act::add::<DelegateRightsBody>(book);
    act::add::<EndDelegationBody>(book)
}

/// From when to when.
#[derive(Debug, Serialize, ToSchema)]
pub struct Span {
    /// First day.
    #[schema(format = Date)]
    from: String,
    /// First day after it.
    #[schema(format = Date)]
    until: Option<String>,
}

impl From<Interval> for Span {
    fn from(valid: Interval) -> Self {
        Self {
            from: valid.from().to_string(),
            until: valid.until().map(|day| day.to_string()),
        }
    }
}

/// Who holds or held a post.
#[derive(Debug, Serialize, ToSchema)]
pub struct MandateOut {
    /// Identity: what ends it names.
    #[schema(format = "uuid")]
    id: String,
    /// The person.
    #[schema(format = "uuid")]
    person: String,
    /// His name.
    name: String,
    /// `full`, `acting`, `concurrent`.
    kind: &'static str,
    /// When.
    #[serde(flatten)]
    valid: Span,
    /// The decision it rests on.
    decision: Option<String>,
}

/// Who is or was away; told to those who record absences.
#[derive(Debug, Serialize, ToSchema)]
pub struct AbsenceOut {
    /// Identity: what ends it names.
    #[schema(format = "uuid")]
    id: String,
    /// The person.
    #[schema(format = "uuid")]
    person: String,
    /// `leave`, `sick`, `training`, `mission`, `other`.
    reason: &'static str,
    /// The post whose holder stands in.
    #[schema(format = "uuid")]
    stand_in: Option<String>,
    /// When.
    #[serde(flatten)]
    valid: Span,
}

/// Rights of the post that another post may use.
#[derive(Debug, Serialize, ToSchema)]
pub struct DelegationOut {
    /// Identity: what ends it names.
    #[schema(format = "uuid")]
    id: String,
    /// The post that may use them.
    #[schema(format = "uuid")]
    to: String,
    /// The rights.
    rights: Vec<&'static str>,
    /// When.
    #[serde(flatten)]
    valid: Span,
    /// The paper it rests on.
    decision: Option<String>,
}

/// A post with everything that hung and hangs on it.
#[derive(Debug, Serialize, ToSchema)]
pub struct PostHistoryOut {
    /// Identity.
    #[schema(format = "uuid")]
    id: String,
    /// Address of the whole.
    href: String,
    /// The unit, by code and first day.
    unit: String,
    /// The word of its division.
    division: String,
    /// `state` or `party`.
    space: &'static str,
    /// What it is there for.
    roles: Vec<&'static str>,
    /// Vietnamese title.
    title_vi: String,
    /// English title.
    title_en: String,
    /// Place in the division.
    #[schema(minimum = 0)]
    position: u16,
    /// The decision that gives the seat in the quota.
    quota_decision: Option<String>,
    /// When it exists.
    #[serde(flatten)]
    valid: Span,
    /// All its mandates.
    mandates: Vec<MandateOut>,
    /// All absences from it.
    absences: Vec<AbsenceOut>,
    /// All delegations of its rights.
    delegations: Vec<DelegationOut>,
    /// Version, for a change.
    #[schema(minimum = 1)]
    version: i64,
}

impl From<&PostHistory> for PostHistoryOut {
    fn from(history: &PostHistory) -> Self {
        let post = &history.post.item;
        Self {
            id: post.id.to_string(),
            href: format!("/api/v1/posts/{}", post.id),
            unit: post.unit.to_string(),
            division: post.division.clone(),
            space: post.space.as_str(),
            roles: post.roles.iter().map(|role| role.as_str()).collect(),
            title_vi: post.title_vi.clone(),
            title_en: post.title_en.clone(),
            position: post.position,
            quota_decision: post.quota_decision.clone(),
            valid: post.valid.into(),
            mandates: history
                .mandates
                .iter()
                .map(|(mandate, person)| MandateOut {
                    id: mandate.id.to_string(),
                    person: person.id.to_string(),
                    name: person.name.clone(),
                    kind: mandate.kind.as_str(),
                    valid: mandate.valid.into(),
                    decision: mandate.decision.clone(),
                })
                .collect(),
            absences: history
                .absences
                .iter()
                .map(|absence| AbsenceOut {
                    id: absence.id.to_string(),
                    person: absence.person.to_string(),
                    reason: absence.reason.as_str(),
                    stand_in: absence.stand_in.map(|post| post.to_string()),
                    valid: absence.valid.into(),
                })
                .collect(),
            delegations: history
                .delegations
                .iter()
                .map(|delegation| DelegationOut {
                    id: delegation.id.to_string(),
                    to: delegation.to.to_string(),
                    rights: delegation.rights.iter().map(Right::as_str).collect(),
                    valid: delegation.valid.into(),
                    decision: delegation.decision.clone(),
                })
                .collect(),
            version: history.post.version,
        }
    }
}

/// Changes of a post.
pub struct OnPost;

impl Subject for OnPost {
    type Id = PostId;
    type Out = PostHistoryOut;
    const WHAT: &'static str = "post";
    // Everybody may note his own absence: the command asks for the rest.
    const NEED: Need = READ;

    fn after(tx: &mut Tx<'_>, cx: &Cx, id: PostId) -> Result<Value, AppError> {
        value(&PostHistoryOut::from(&post_history(tx, cx, id)?))
    }
}

fn word<T>(field: &str, word: &Text<40>, read: impl FnOnce(&str) -> Option<T>) -> Result<T, AppError> {
    read(&word.0).ok_or_else(|| AppError::field(field, "api-word-unknown"))
}

/// What a body names must hang on the post of its address.
fn of_post(is_there: bool, what: &'static str) -> Result<(), AppError> {
    if is_there {
        Ok(())
    } else {
        Err(AppError::NotFound(what))
    }
}

action!(
    /// Puts a person into the post.
    GiveMandateBody on OnPost, "give_mandate", "/api/v1/posts/{id}/actions/give-mandate",
    {
        /// The person.
        #[schema(value_type = String, format = "uuid")]
        person: PersonId,
        /// `full`, `acting`, `concurrent`.
        #[schema(value_type = String, pattern = "^(full|acting|concurrent)$")]
        kind: Text<40>,
        /// First day.
        from: Day,
        /// First day on which it no longer holds.
        #[serde(default)]
        until: Option<Day>,
        /// The decision it rests on.
        #[serde(default)]
        #[schema(value_type = Option<String>, max_length = 200)]
        decision: Option<Text<200>>,
    },
    |it, tx, cx, post, version| app::give_mandate(tx, cx, &GiveMandate {
        post,
        version,
        person: it.person,
        kind: word("kind", &it.kind, MandateKind::parse)?,
        from: it.from.0,
        until: it.until.map(|day| day.0),
        decision: Text::filled(it.decision.as_ref()),
    }).map(|_| ())
);
action!(
    /// Ends a mandate of the post.
    EndMandateBody on OnPost, "end_mandate", "/api/v1/posts/{id}/actions/end-mandate",
    {
        /// The mandate.
        #[schema(value_type = String, format = "uuid")]
        mandate: MandateId,
        /// The first day on which it no longer holds.
        on: Day,
        /// The decision.
        #[serde(default)]
        #[schema(value_type = Option<String>, max_length = 200)]
        decision: Option<Text<200>>,
    },
    |it, tx, cx, post, version| {
        let history = post_history(tx, cx, post)?;
        of_post(history.mandates.iter().any(|(known, _)| known.id == it.mandate), "mandate")?;
        let (mandate, on, decision) = (it.mandate, it.on.0, Text::filled(it.decision.as_ref()));
        app::end_mandate(tx, cx, &EndMandate { mandate, version, on, decision })
    }
);
action!(
    /// Notes that the holder is away, and who stands in.
    RecordAbsenceBody on OnPost, "record_absence", "/api/v1/posts/{id}/actions/record-absence",
    {
        /// Who is away.
        #[schema(value_type = String, format = "uuid")]
        person: PersonId,
        /// `leave`, `sick`, `training`, `mission`, `other`.
        #[schema(value_type = String, max_length = 40)]
        reason: Text<40>,
        /// First day.
        from: Day,
        /// First day back.
        #[serde(default)]
        until: Option<Day>,
        /// The post whose holder stands in.
        #[serde(default)]
        #[schema(value_type = Option<String>, format = "uuid")]
        stand_in: Option<PostId>,
    },
    |it, tx, cx, post, version| app::record_absence(tx, cx, &RecordAbsence {
        post,
        version,
        person: it.person,
        from: it.from.0,
        until: it.until.map(|day| day.0),
        reason: word("reason", &it.reason, AbsenceReason::parse)?,
        stand_in: it.stand_in,
    }).map(|_| ())
);
action!(
    /// Ends an absence from the post early.
    EndAbsenceBody on OnPost, "end_absence", "/api/v1/posts/{id}/actions/end-absence",
    {
        /// The absence.
        #[schema(value_type = String, format = "uuid")]
        absence: AbsenceId,
        /// First day back.
        on: Day,
    },
    |it, tx, cx, post, version| {
        let known = townhall_store::organisation::absence(tx, it.absence)?;
        of_post(known.is_some_and(|known| known.post == post), "absence")?;
        app::end_absence(tx, cx, &EndAbsence { absence: it.absence, version, on: it.on.0 })
    }
);
action!(
    /// Lends rights of the caller's own post, which the address names, to another post.
    DelegateRightsBody on OnPost, "delegate_rights", "/api/v1/posts/{id}/actions/delegate-rights",
    {
        /// Who gets them.
        #[schema(value_type = String, format = "uuid")]
        to: PostId,
        /// Which.
        #[schema(value_type = Vec<String>, min_items = 1, max_items = 60)]
        rights: Vec<Text<40>>,
        /// First day.
        from: Day,
        /// First day on which they are no longer lent.
        until: Day,
        /// The paper.
        #[serde(default)]
        #[schema(value_type = Option<String>, max_length = 200)]
        decision: Option<Text<200>>,
    },
    |it, tx, cx, post, version| {
        of_post(cx.actor.post() == Some(post), "post")?;
        let rights: Option<RightSet> = it.rights.iter().map(|right| Right::parse(&right.0)).collect();
        app::delegate_rights(tx, cx, &DelegateRights {
            version,
            to: it.to,
            rights: rights.ok_or_else(|| AppError::field("rights", "api-word-unknown"))?,
            from: it.from.0,
            until: Some(it.until.0),
            decision: Text::filled(it.decision.as_ref()),
        }).map(|_| ())
    }
);
action!(
    /// Takes rights of the post that were lent back before their time.
    EndDelegationBody on OnPost, "end_delegation", "/api/v1/posts/{id}/actions/end-delegation",
    {
        /// The delegation.
        #[schema(value_type = String, format = "uuid")]
        delegation: DelegationId,
        /// The first day on which the rights are no longer lent.
        on: Day,
    },
    |it, tx, cx, post, version| {
        let history = post_history(tx, cx, post)?;
        of_post(history.delegations.iter().any(|known| known.id == it.delegation), "delegation")?;
        let (delegation, on) = (it.delegation, it.on.0);
        app::end_delegation(tx, cx, &EndDelegation { delegation, version, on })
    }
);

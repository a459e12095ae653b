//! What the API gives, type by type. Instants are RFC 3339 with the offset +07:00, days are ISO, codes are stable words.

mod parts;

use serde::Serialize;
use serde_json::Value;
use townhall_app::dossier::{ActionNow, DossierView};
use townhall_app::packs::Packs;
use townhall_domain::dossier::{Applicant, Dossier, Holder, State, SyncState};
use townhall_domain::ids::UnitId;
use townhall_domain::time::{self, Timestamp};
use townhall_store::dossiers::{self, Listed};
use townhall_text::Lang;
use utoipa::ToSchema;

use crate::dossier::masked;

pub use parts::*;

/// An instant as it is sent.
pub fn instant(at: Timestamp) -> String {
    time::rfc3339(at)
}

/// An instant that may be missing.
pub fn maybe(at: Option<Timestamp>) -> Option<String> {
    at.map(time::rfc3339)
}

/// A unit: its code alone does not tell it from the units that carried the code before.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnitRef {
    /// Code and first day: `24682-20250701`.
    pub id: String,
    /// Official code.
    pub code: String,
    /// Name as of today, with the type: `Xã Thuận An`.
    pub name: String,
}

impl UnitRef {
    /// A unit of the packs.
    pub fn of(packs: &Packs, unit: &UnitId, today: jiff::civil::Date) -> Self {
        let name = packs
            .units()
            .by_id(unit)
            .map(|unit| unit.full_name(today).to_owned());
        Self {
            id: unit.to_string(),
            code: unit.code().to_owned(),
            name: name.unwrap_or_default(),
        }
    }
}

/// Where a dossier stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct StateOut {
    /// The national code, 1 to 10.
    #[schema(minimum = 1, maximum = 10)]
    pub code: i64,
    /// The stable word.
    pub word: &'static str,
    /// The stage of the work, in states 4, 5 and 6.
    pub stage: Option<&'static str>,
}

impl From<State> for StateOut {
    fn from(state: State) -> Self {
        Self {
            code: state.code(),
            word: state.as_str(),
            stage: state.stage().map(townhall_domain::dossier::Stage::as_str),
        }
    }
}

/// Who must act now: a post by name, or whoever has a role.
#[derive(Debug, Serialize, ToSchema)]
pub struct HolderOut {
    /// The post.
    #[schema(format = "uuid")]
    pub post: Option<String>,
    /// The role.
    pub role: Option<&'static str>,
}

impl From<Holder> for HolderOut {
    fn from(holder: Holder) -> Self {
        match holder {
            Holder::Post(post) => Self {
                post: Some(post.to_string()),
                role: None,
            },
            Holder::Role(role) => Self {
                post: None,
                role: Some(role.as_str()),
            },
        }
    }
}

/// What a citizen said of the service. The comment is personal data: who may read the dossier may read it.
#[derive(Debug, Serialize, ToSchema)]
pub struct RatingOut {
    /// `very_satisfied`, `satisfied`, `neutral`, `dissatisfied`, `very_dissatisfied`.
    pub grade: &'static str,
    /// What else he said.
    pub comment: Option<String>,
    /// When.
    #[schema(format = DateTime)]
    pub at: String,
    /// `page` or `counter`.
    pub place: &'static str,
}

impl RatingOut {
    /// A rating.
    pub fn of(rating: &townhall_domain::rating::Rating) -> Self {
        Self {
            grade: rating.grade.as_str(),
            comment: rating.remark.clone(),
            at: instant(rating.at),
            place: rating.place.as_str(),
        }
    }
}

/// A dossier as a list gives it.
#[derive(Debug, Serialize, ToSchema)]
pub struct DossierItem {
    /// Identity.
    #[schema(format = "uuid")]
    pub id: String,
    /// Address of the whole.
    pub href: String,
    /// Dossier code.
    pub code: String,
    /// Competent unit.
    pub unit: UnitRef,
    /// Receiving unit.
    pub receiving_unit: UnitRef,
    /// Procedure code.
    pub procedure: String,
    /// Field of law.
    pub field: String,
    /// Subject in one line.
    pub subject: String,
    /// Whose matter it is.
    pub applicant_name: String,
    /// How it came: `counter`, `portal`, `online`, `post`.
    pub channel: &'static str,
    /// Where it stands.
    pub state: StateOut,
    /// Who must act now; nobody once it has ended.
    pub holder: Option<HolderOut>,
    /// When it reached the system.
    #[schema(format = DateTime)]
    pub received_at: String,
    /// When it was accepted: the deadline counts from here.
    #[schema(format = DateTime)]
    pub accepted_at: Option<String>,
    /// When it is due; while the clock stands, when it was due before.
    #[schema(format = DateTime)]
    pub due_at: Option<String>,
    /// Its first deadline.
    #[schema(format = DateTime)]
    pub original_due_at: Option<String>,
    /// Since when the clock stands (supplement, financial obligation); then it does not become overdue.
    #[schema(format = DateTime)]
    pub paused_at: Option<String>,
    /// When it first ended.
    #[schema(format = DateTime)]
    pub ended_at: Option<String>,
    /// Payment: `none`, `unpaid`, `paid`, `exempt`, `refunded`.
    pub payment: &'static str,
    /// Synchronisation with the portal: `local`, `pending`, `synced`, `failed`.
    pub sync: &'static str,
    /// Version, for actions.
    #[schema(minimum = 1)]
    pub version: i64,
}

impl DossierItem {
    /// A row of a list.
    pub fn of_row(packs: &Packs, today: jiff::civil::Date, row: &Listed) -> Self {
        Self {
            id: row.id.to_string(),
            href: format!("/api/v1/dossiers/{}", row.id),
            code: row.code.clone(),
            unit: UnitRef::of(packs, &row.unit, today),
            receiving_unit: UnitRef::of(packs, &row.receiving_unit, today),
            procedure: row.procedure_code.clone(),
            field: row.field.clone(),
            subject: row.subject.clone(),
            applicant_name: row.applicant_name.clone(),
            channel: row.channel.as_str(),
            state: row.state.into(),
            holder: row.holder.map(HolderOut::from),
            received_at: instant(row.received_at),
            accepted_at: maybe(row.accepted_at),
            due_at: maybe(row.due_at),
            original_due_at: maybe(row.original_due_at),
            paused_at: maybe(row.paused_at),
            ended_at: maybe(row.ended_at),
            payment: row.payment.as_str(),
            sync: row.sync.as_str(),
            version: row.version,
        }
    }

    /// A whole dossier as a list would give it: the answer to an action.
    pub fn of(packs: &Packs, today: jiff::civil::Date, dossier: &Dossier, sync: SyncState) -> Self {
        let deadline = dossier.deadline.as_ref();
        Self {
            id: dossier.id.to_string(),
            href: format!("/api/v1/dossiers/{}", dossier.id),
            code: dossier.code.clone(),
            unit: UnitRef::of(packs, &dossier.unit, today),
            receiving_unit: UnitRef::of(packs, &dossier.receiving_unit, today),
            procedure: dossier.procedure.code.clone(),
            field: dossier.field.clone(),
            subject: dossier.subject.clone(),
            applicant_name: dossier.applicant.name.clone(),
            channel: dossier.channel.as_str(),
            state: dossier.state.into(),
            holder: dossier.holder.map(HolderOut::from),
            received_at: instant(dossier.received_at),
            accepted_at: maybe(dossier.accepted_at),
            due_at: deadline.map(|deadline| instant(deadline.due)),
            original_due_at: deadline.map(|deadline| instant(deadline.original_due)),
            paused_at: maybe(dossier.paused_at),
            ended_at: maybe(dossier.ended_at),
            payment: dossier.payment.as_str(),
            sync: sync.as_str(),
            version: dossier.version,
        }
    }
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct DossierPage {
    /// The rows.
    pub items: Vec<DossierItem>,
    /// Key for `after` of the next page; also in the `Link` header. Missing on the last page.
    pub next: Option<String>,
}

/// A person or body as stated on the dossier; of the identity number only the last four digits.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonOut {
    /// `citizen`, `enterprise`, `agency`, `other`.
    pub kind: &'static str,
    /// Full name.
    pub name: String,
    /// Identity number or tax code, masked.
    pub id_number: Option<String>,
    /// Date of birth.
    #[schema(format = Date)]
    pub born_on: Option<String>,
    /// Telephone.
    pub phone: Option<String>,
    /// E-mail.
    pub email: Option<String>,
    /// Address.
    pub address: Option<String>,
}

impl From<&Applicant> for PersonOut {
    fn from(person: &Applicant) -> Self {
        Self {
            kind: person.kind.as_str(),
            name: person.name.clone(),
            id_number: person.id_number.as_deref().map(masked),
            born_on: person.born_on.map(|day| day.to_string()),
            phone: person.phone.clone(),
            email: person.email.clone(),
            address: person.address.clone(),
        }
    }
}

/// What can be done with a dossier, now or not.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActionOut {
    /// The action: the last part of its address.
    pub action: &'static str,
    /// Whether it can be done now.
    pub possible: bool,
    /// Why not.
    pub reason: Option<String>,
}

/// One dossier.
#[derive(Debug, Serialize, ToSchema)]
pub struct DossierOut {
    /// What a list gives of it.
    #[serde(flatten)]
    pub item: DossierItem,
    /// Version of the procedure that it runs under.
    pub procedure_version: u16,
    /// Whose matter it is.
    pub applicant: PersonOut,
    /// Who submitted it, when it was not the applicant.
    pub submitter: Option<PersonOut>,
    /// The filled form.
    #[schema(value_type = Object)]
    pub form: Value,
    /// Circumstances that hold by what was stated: by the citizen before acceptance, by the officer after it.
    pub circumstances: Vec<String>,
    /// The exemption that was asked for, then granted; its code.
    pub exemption: Option<String>,
    /// What the citizen said of the service.
    pub rating: Option<RatingOut>,
    /// Where the citizen was helped to submit.
    pub support_place: Option<String>,
    /// The post that typed for the citizen.
    #[schema(format = "uuid")]
    pub assisting_post: Option<String>,
    /// How the result is wanted: `counter`, `post`, `electronic`.
    pub delivery: &'static str,
    /// The deadline with every step that led to it.
    #[schema(value_type = Option<Object>)]
    pub deadline: Option<Value>,
    /// How often a supplement was asked for.
    pub supplements: i64,
    /// Minutes waited for supplements.
    pub waited_minutes: i64,
    /// When the result was handed over.
    #[schema(format = DateTime)]
    pub returned_at: Option<String>,
    /// When its personal data was destroyed by decision.
    #[schema(format = DateTime)]
    pub erased_at: Option<String>,
    /// Posts that join the handler.
    pub joining: Vec<String>,
    /// The result, once drafted.
    pub result: Option<ResultOut>,
    /// What the caller can do; what he never may is left out.
    pub actions: Vec<ActionOut>,
}

impl DossierOut {
    /// The view in a language.
    pub fn of(packs: &Packs, today: jiff::civil::Date, lang: Lang, view: &DossierView) -> Self {
        let dossier = &view.dossier;
        let reason = |now: &ActionNow| match now {
            ActionNow::Yes => None,
            ActionNow::NotInThisState(why) => Some(townhall_text::t(lang, why.reason_key())),
            ActionNow::NotInYourHand => Some(townhall_text::t(lang, "dossier-why-not-in-your-hand")),
        };
        Self {
            item: DossierItem::of(packs, today, dossier, view.sync),
            procedure_version: dossier.procedure.version,
            applicant: (&dossier.applicant).into(),
            submitter: dossier.submitter.as_ref().map(PersonOut::from),
            form: dossier.form.clone(),
            circumstances: dossier.claims.circumstances.clone(),
            exemption: dossier.claims.exemption.clone(),
            rating: view.rating.as_ref().map(RatingOut::of),
            support_place: dossier.support_place.clone(),
            assisting_post: dossier.assisting_post.map(|post| post.to_string()),
            delivery: dossier.delivery.as_str(),
            deadline: dossier
                .deadline
                .as_ref()
                .map(townhall_domain::deadline::explain_json),
            erased_at: maybe(dossier.erased_at),
            supplements: dossier.supplements,
            waited_minutes: dossier.waited_ms / 60_000,
            returned_at: maybe(dossier.returned_at),
            joining: view.joining.iter().map(ToString::to_string).collect(),
            result: view.result.as_ref().map(ResultOut::from),
            actions: view
                .actions
                .iter()
                .map(|(action, now)| ActionOut {
                    action: action.as_str(),
                    possible: *now == ActionNow::Yes,
                    reason: reason(now),
                })
                .collect(),
        }
    }
}

/// The result of a dossier, from the first draft to the hand-over.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResultOut {
    /// Kind, from the pack.
    pub kind: String,
    /// Template with its version.
    pub template: String,
    /// `granted` or `refused`.
    pub outcome: String,
    /// What it says.
    #[schema(value_type = Object)]
    pub body: Value,
    /// Counted up at each change of the draft.
    pub revision: i64,
    /// When it was last drafted.
    #[schema(format = DateTime)]
    pub drafted_at: String,
    /// When it was approved.
    #[schema(format = DateTime)]
    pub approved_at: Option<String>,
    /// By which post.
    #[schema(format = "uuid")]
    pub approved_by: Option<String>,
    /// Number and symbol as printed.
    pub symbol: Option<String>,
    /// When it was issued.
    #[schema(format = DateTime)]
    pub issued_at: Option<String>,
    /// When it was collected.
    #[schema(format = DateTime)]
    pub collected_at: Option<String>,
}

impl From<&dossiers::DossierResult> for ResultOut {
    fn from(result: &dossiers::DossierResult) -> Self {
        Self {
            kind: result.kind.clone(),
            template: result.template.clone(),
            outcome: result.outcome.clone(),
            body: result.body.clone(),
            revision: result.revision,
            drafted_at: instant(result.drafted_at),
            approved_at: maybe(result.approved_at),
            approved_by: result.approved_by.map(|post| post.to_string()),
            symbol: result.symbol.clone(),
            issued_at: maybe(result.issued_at),
            collected_at: maybe(result.collected_at),
        }
    }
}

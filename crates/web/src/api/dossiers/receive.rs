//! A dossier comes in through a program: the same command as at the counter.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use townhall_app::cx::Cx;
use townhall_app::dossier::{ComponentInput, ReceiveDossier, Verdict, receive_dossier};
use townhall_app::error::AppError;
use townhall_app::fees::{ClaimedExemption, StatedFee};
use townhall_app::portal::sync_of_dossier;
use townhall_domain::dossier::{ApplicantInput, Channel, ComponentSource, ComponentStatus, Delivery};
use townhall_domain::ids::{DossierId, UnitId};
use townhall_domain::permission::Right;
use townhall_store::{Tx, dossiers};
use utoipa::ToSchema;

use super::optional;
use crate::api::book::{Book, Operation};
use crate::api::once::once;
use crate::api::problem::Wrong;
use crate::api::read::{Sent, Text, chosen, known};
use crate::api::shapes::DossierItem;
use crate::routes::Need;
use crate::state::App;

/// Who may decide anything at reception.
const RECEIVE: Need = Need::AnyOf(&[
    Right::ReceiveDossier,
    Right::AcceptDossier,
    Right::RequestSupplement,
    Right::RefuseDossier,
]);

pub(super) fn add(book: Book) -> Book {
    book.add(
        Operation::post("receive_dossier", "/api/v1/dossiers", RECEIVE)
            .takes::<ReceiveBody>()
            .gives::<ReceivedOut>(201),
        receive,
    )
}

/// A person or body, field by field as it would be typed.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PersonBody {
    /// `citizen`, `enterprise`, `agency`, `other`; a citizen when missing.
    #[schema(value_type = String, pattern = "^(citizen|enterprise|agency|other)?$")]
    kind: Text<20>,
    /// Full name.
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    name: Text<200>,
    /// Identity number (12 digits, or 9 of the old card) or tax code.
    #[schema(value_type = String, pattern = "^([0-9]{9}|[0-9]{10}|[0-9]{12}|[0-9]{13})?$")]
    id_number: Text<40>,
    /// Date of birth.
    #[schema(value_type = String, max_length = 10)]
    born_on: Text<10>,
    /// Telephone.
    #[schema(value_type = String, max_length = 30)]
    phone: Text<30>,
    /// E-mail.
    #[schema(value_type = String, max_length = 254)]
    email: Text<254>,
    /// Address in one line.
    #[schema(value_type = String, max_length = 500)]
    address: Text<500>,
    /// Agrees to messages about the dossier, in this language: `vi` or `en`; not when empty.
    #[schema(value_type = String, pattern = "^(vi|en)?$")]
    messages: Text<2>,
}

impl From<&PersonBody> for ApplicantInput {
    fn from(person: &PersonBody) -> Self {
        Self {
            kind: person.kind.0.clone(),
            name: person.name.0.clone(),
            id_number: person.id_number.0.clone(),
            born_on: person.born_on.0.clone(),
            phone: person.phone.0.clone(),
            email: person.email.0.clone(),
            address: person.address.0.clone(),
            messages: person.messages.0.clone(),
        }
    }
}

/// A line of the check-list as it is stated.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ComponentBody {
    /// Identifier within the procedure.
    #[schema(value_type = String, max_length = 60)]
    component: Text<60>,
    /// `missing`, `present`, `faulty`, `not_applicable`.
    #[schema(value_type = String, pattern = "^(missing|present|faulty|not_applicable)$")]
    status: Text<20>,
    /// `paper`, `upload`, `e_store`, `database`.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = "^(paper|upload|e_store|database)$")]
    source: Option<Text<20>>,
    /// Copies handed in.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1000)]
    copies: u16,
    /// For paper asked for although a data base holds it: why.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 500)]
    note: Option<Text<500>>,
}

impl ComponentBody {
    pub(super) fn input(&self, place: usize) -> Result<ComponentInput, Wrong> {
        let field = |name: &str| format!("components[{place}].{name}");
        if self.copies > 1000 {
            return Err(Wrong::field(&field("copies"), "api-number-wrong"));
        }
        let source = self
            .source
            .as_ref()
            .map(|source| known(&field("source"), &source.0, ComponentSource::parse));
        Ok(ComponentInput {
            component: self.component.0.clone(),
            status: known(&field("status"), &self.status.0, ComponentStatus::parse)?,
            source: source.transpose()?,
            copies: i64::from(self.copies),
            note: optional(self.note.as_ref()),
        })
    }
}

/// What is stated for the fee, beside the form.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FeeBody {
    /// Pages of the original, where the form does not ask for them.
    #[schema(minimum = 1, maximum = 100_000)]
    pages: Option<u32>,
    /// Copies, where the form does not ask for them.
    #[schema(minimum = 1, maximum = 10_000)]
    copies: Option<u32>,
    /// Cases, where the form does not ask for them.
    #[schema(minimum = 1, maximum = 10_000)]
    cases: Option<u32>,
    /// Code of the exemption that is claimed.
    #[schema(value_type = Option<String>, max_length = 40)]
    exemption: Option<Text<40>>,
    /// The paper or data base that proves the exemption; needed with it.
    #[schema(value_type = Option<String>, min_length = 3, max_length = 500)]
    exemption_reason: Option<Text<500>>,
}

impl From<&FeeBody> for StatedFee {
    fn from(body: &FeeBody) -> Self {
        Self {
            pages: body.pages,
            copies: body.copies,
            cases: body.cases,
            exemption: body.exemption.as_ref().map(|code| ClaimedExemption {
                code: code.0.clone(),
                reason: optional(body.exemption_reason.as_ref()).unwrap_or_default(),
            }),
        }
    }
}

/// What is decided at reception.
// The first two have braces because serde looks for unknown fields only where fields could stand.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum VerdictBody {
    /// Filed and not yet examined.
    Register {},
    /// Complete and valid: the deadline begins.
    Accept {},
    /// Something is missing: asked for once and completely.
    Supplement {
        /// What to hand in, line by line.
        #[schema(value_type = Vec<String>, min_items = 1, max_items = 50)]
        items: Vec<Text<500>>,
        /// Why.
        #[schema(value_type = String, min_length = 3, max_length = 2000)]
        reason: Text<2000>,
    },
    /// Cannot be accepted.
    Refuse {
        /// Why, with the legal basis.
        #[schema(value_type = String, min_length = 3, max_length = 2000)]
        reason: Text<2000>,
        /// Where to file instead.
        #[serde(default)]
        #[schema(value_type = Option<String>, max_length = 500)]
        instead: Option<Text<500>>,
    },
}

impl Default for VerdictBody {
    fn default() -> Self {
        Self::Register {}
    }
}

/// A dossier that comes in.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceiveBody {
    /// Identity chosen by the caller, so that sending it twice makes one dossier; made here when missing.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = "uuid")]
    id: Option<DossierId>,
    /// Procedure code.
    #[schema(value_type = String, max_length = 40, examples("1.001193"))]
    procedure: Text<40>,
    /// Code of the competent unit; the caller's own when missing.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = "^[0-9]{5}$")]
    unit: Option<Text<5>>,
    /// Code of the unit whose centre receives it; the caller's own when missing.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = "^[0-9]{5}$")]
    receiving_unit: Option<Text<5>>,
    /// `counter`, `portal`, `online`, `post`.
    #[schema(value_type = String, pattern = "^(counter|portal|online|post)$")]
    channel: Text<20>,
    /// The code that the portal gave; it is kept.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 64, pattern = "^[0-9A-Za-z][0-9A-Za-z./-]*$")]
    portal_code: Option<Text<64>>,
    /// Where the citizen was helped to submit, when not at the receiving centre.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 200)]
    support_place: Option<Text<200>>,
    /// Whether an officer typed for the citizen online.
    #[serde(default)]
    assisted: bool,
    /// Whose matter it is.
    applicant: PersonBody,
    /// Who submitted it, when it was not the applicant.
    #[serde(default)]
    submitter: Option<PersonBody>,
    /// The filled form, by the schema of the procedure.
    #[serde(default)]
    #[schema(value_type = Object)]
    form: Map<String, Value>,
    /// Circumstances that are stated.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 50)]
    circumstances: Vec<Text<60>>,
    /// The check-list.
    #[serde(default)]
    #[schema(max_items = 100)]
    components: Vec<ComponentBody>,
    /// How the result is wanted: `counter`, `post`, `electronic`; at the counter when missing.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = "^(counter|post|electronic)$")]
    delivery: Option<Text<20>>,
    /// What is decided; only filed when missing.
    #[serde(default)]
    verdict: VerdictBody,
    /// What is stated for the fee; it counts at acceptance.
    #[serde(default)]
    fee: FeeBody,
}

/// What came of a reception.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReceivedOut {
    /// The dossier.
    #[serde(flatten)]
    item: DossierItem,
    /// The secret of its receipt: opens the status page of this dossier for whoever holds it.
    receipt_secret: String,
}

async fn receive(State(app): State<App>, sent: Sent<ReceiveBody>) -> Result<Response, Wrong> {
    let command = command(&app, &sent)?;
    once(
        &app,
        &sent,
        "receive_dossier",
        StatusCode::CREATED,
        move |tx, cx| run(tx, cx, &command),
    )
    .await
}

fn run(tx: &mut Tx<'_>, cx: &Cx, command: &ReceiveDossier) -> Result<Value, AppError> {
    let received = receive_dossier(tx, cx, command)?;
    let dossier = dossiers::load(tx, received.id)?.ok_or(AppError::NotFound("dossier"))?;
    let item = DossierItem::of(cx.packs(), cx.today(), &dossier, sync_of_dossier(tx, dossier.id)?);
    let out = ReceivedOut {
        item,
        receipt_secret: received.receipt_secret,
    };
    Ok(serde_json::to_value(out).unwrap_or_else(|_| json!({})))
}

fn command(app: &App, sent: &Sent<ReceiveBody>) -> Result<ReceiveDossier, Wrong> {
    let (body, actor) = (&sent.body, &sent.asker.actor);
    let cx = app.town.cx(actor);
    let own = actor.unit().ok_or(Wrong::not_found("unit"))?;
    let unit = |field: &str, code: Option<&Text<5>>| -> Result<UnitId, Wrong> {
        let Some(code) = code else { return Ok(own.clone()) };
        let found = app.town.packs().units().by_code(&code.0, cx.today());
        found
            .map(|unit| unit.id.clone())
            .ok_or_else(|| Wrong::field(field, "api-unit-unknown"))
    };
    if body.components.len() > 100 || body.circumstances.len() > 50 {
        return Err(Wrong::field("components", "api-too-many-items"));
    }
    let is_code = |code: &str| {
        code.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'/' | b'-'))
    };
    let portal_code = optional(body.portal_code.as_ref());
    if portal_code.as_deref().is_some_and(|code| !is_code(code)) {
        return Err(Wrong::field("portal_code", "api-portal-code-wrong"));
    }
    let components = body
        .components
        .iter()
        .enumerate()
        .map(|(place, line)| line.input(place));
    let delivery = body
        .delivery
        .as_ref()
        .map(|word| known("delivery", &word.0, Delivery::parse));
    let receiving_unit = unit("receiving_unit", body.receiving_unit.as_ref())?;
    Ok(ReceiveDossier {
        // Made before the transaction, so that running it again makes the same dossier.
        id: chosen(body.id, || cx.new_id())?,
        unit: match &body.unit {
            Some(code) => unit("unit", Some(code))?,
            None => receiving_unit.clone(),
        },
        receiving_unit,
        procedure: body.procedure.0.clone(),
        channel: known("channel", &body.channel.0, Channel::parse)?,
        portal_code,
        support_place: optional(body.support_place.as_ref()),
        assisted: body.assisted,
        applicant: (&body.applicant).into(),
        submitter: body.submitter.as_ref().map(ApplicantInput::from),
        form: body.form.clone(),
        circumstances: body.circumstances.iter().map(|text| text.0.clone()).collect(),
        components: components.collect::<Result<_, _>>()?,
        delivery: delivery.transpose()?.unwrap_or(Delivery::Counter),
        verdict: match &body.verdict {
            VerdictBody::Register {} => Verdict::Register,
            VerdictBody::Accept {} => Verdict::Accept,
            VerdictBody::Supplement { items, reason } => Verdict::Supplement {
                items: items.iter().map(|item| item.0.clone()).collect(),
                reason: reason.0.clone(),
            },
            VerdictBody::Refuse { reason, instead } => Verdict::Refuse {
                reason: reason.0.clone(),
                instead: optional(instead.as_ref()),
            },
        },
        fee: (&body.fee).into(),
    })
}

//! The express lane over the API: what copies cost, and booking them.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use townhall_app::cx::Cx;
use townhall_app::express::{self as app_express, Booked, CertifyCopies, When, certify_copies};
use townhall_domain::express::DocumentInput;
use townhall_domain::fee::{PayMethod, Quantity};
use townhall_domain::ids::{DossierId, PostId};
use townhall_store::Tx;
use utoipa::{IntoParams, ToSchema};

use super::RegisterEntryItem;
use crate::api::dossiers::PersonBody;
use crate::api::guard::Asker;
use crate::api::once::once;
use crate::api::problem::Wrong;
use crate::api::read::{Asked, Sent, Text, chosen, from_one_to, known};
use crate::api::shapes::maybe;
use crate::state::App;

/// One paper.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub struct FeeQuery {
    /// Pages of the original; 1 when missing.
    #[serde(deserialize_with = "from_one_to::<5000, _>")]
    #[param(minimum = 1, maximum = 5000)]
    pages: Option<u32>,
    /// Copies; 1 when missing.
    #[serde(deserialize_with = "from_one_to::<500, _>")]
    #[param(minimum = 1, maximum = 500)]
    copies: Option<u32>,
    /// Code of an exemption.
    #[param(value_type = Option<String>, max_length = 40)]
    exemption: String,
}

/// What a paper costs today.
#[derive(Debug, Serialize, ToSchema)]
pub struct CopyFeeOut {
    /// To be paid, in đồng.
    #[schema(minimum = 0)]
    total: i64,
    /// Where the amounts were read.
    sources: Vec<String>,
}

pub(super) async fn fee(
    State(app): State<App>,
    asker: Asker,
    Asked(query): Asked<FeeQuery>,
) -> Result<Json<CopyFeeOut>, Wrong> {
    let unit = asker.actor.unit().cloned().ok_or(Wrong::not_found("express"))?;
    let quantity = Quantity {
        pages: query.pages.unwrap_or(1),
        copies: query.copies.unwrap_or(1),
        cases: 1,
    };
    let today = townhall_domain::time::local_date(app.town.clock().now());
    let exemption = Some(query.exemption.as_str());
    let quote =
        app_express::quote(app.town.packs(), &unit, today, &[quantity], exemption).map_err(Wrong::App)?;
    Ok(Json(CopyFeeOut {
        total: quote.total().0,
        sources: quote
            .charge
            .lines
            .iter()
            .map(|line| line.verified.source.clone())
            .collect(),
    }))
}

/// One paper of which copies are certified.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DocumentBody {
    /// What it is called.
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    title: Text<200>,
    /// Pages of the original.
    #[schema(minimum = 1, maximum = 5000)]
    pages: u32,
    /// Copies.
    #[schema(minimum = 1, maximum = 500)]
    copies: u32,
}

/// A request for certified copies that is booked at once, or promised for later.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CertifyBody {
    /// Identity chosen by the caller, so that sending it twice books once.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = "uuid")]
    id: Option<DossierId>,
    /// Who asks.
    applicant: PersonBody,
    /// The papers; each takes one number.
    #[schema(min_items = 1, max_items = 20)]
    documents: Vec<DocumentBody>,
    /// `domestic`, `foreign`, `joint`; domestic when missing.
    #[serde(default)]
    #[schema(value_type = String, pattern = "^(domestic|foreign|joint)?$")]
    issuer: Text<20>,
    /// Of foreign originals: legalised, or exempt from it.
    #[serde(default)]
    legalised: bool,
    /// The originals were compared, and none is of a kind that must be refused.
    compared: bool,
    /// The leader who signs; the first one of the unit when missing.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = "uuid")]
    signer: Option<PostId>,
    /// `cash` or `transfer`; cash when missing.
    #[serde(default)]
    #[schema(value_type = String, pattern = "^(cash|transfer)?$")]
    method: Text<20>,
    /// The bank's reference of a transfer.
    #[serde(default)]
    #[schema(value_type = String, max_length = 200)]
    reference: Text<200>,
    /// Code of an exemption.
    #[serde(default)]
    #[schema(value_type = String, max_length = 40)]
    exemption: Text<40>,
    /// The paper that proves the exemption.
    #[serde(default)]
    #[schema(value_type = String, max_length = 200)]
    exemption_reason: Text<200>,
    /// Promised for later: each paper becomes a dossier that goes the ordinary way.
    #[serde(default)]
    later: bool,
}

impl CertifyBody {
    fn command(&self, id: DossierId) -> Result<CertifyCopies, Wrong> {
        let method = match self.method.0.as_str() {
            "" => PayMethod::Cash,
            word => known("method", word, PayMethod::parse)?,
        };
        let documents = self.documents.iter().take(30).map(|document| DocumentInput {
            title: document.title.0.clone(),
            pages: document.pages.to_string(),
            copies: document.copies.to_string(),
        });
        Ok(CertifyCopies {
            id: Some(id),
            applicant: (&self.applicant).into(),
            documents: documents.collect(),
            issuer: self.issuer.0.clone(),
            legalised: self.legalised,
            compared: self.compared,
            signer: self.signer,
            exemption: Some(&self.exemption.0)
                .filter(|code| !code.is_empty())
                .map(|code| (code.clone(), self.exemption_reason.0.clone())),
            method: Some(method),
            reference: Some(self.reference.0.clone()),
            when: if self.later { When::Later } else { When::AtOnce },
        })
    }
}

/// What came of a request for certified copies.
#[derive(Debug, Serialize, ToSchema)]
pub struct CertifiedOut {
    /// The dossier.
    #[schema(format = "uuid")]
    id: String,
    /// Address of the dossier.
    href: String,
    /// Its code.
    code: String,
    /// The national state: 10 when it was done at once.
    #[schema(minimum = 1, maximum = 10)]
    state: i64,
    /// When it is due.
    #[schema(format = DateTime)]
    due_at: Option<String>,
    /// The numbers that it took.
    entries: Vec<RegisterEntryItem>,
    /// Number of the receipt.
    receipt: Option<i64>,
    /// What was paid, in đồng.
    paid: Option<i64>,
}

impl From<&Booked> for CertifiedOut {
    fn from(booked: &Booked) -> Self {
        Self {
            id: booked.id.to_string(),
            href: format!("/api/v1/dossiers/{}", booked.id),
            code: booked.code.clone(),
            state: booked.state.code(),
            due_at: maybe(booked.due),
            entries: booked.entries.iter().map(RegisterEntryItem::from).collect(),
            receipt: booked.payment.as_ref().map(|payment| payment.number),
            paid: booked.payment.as_ref().map(|payment| payment.amount.0),
        }
    }
}

pub(super) async fn certify(State(app): State<App>, sent: Sent<CertifyBody>) -> Result<Response, Wrong> {
    let id = chosen(sent.body.id, || app.town.cx(&sent.asker.actor).new_id())?;
    let command = sent.body.command(id)?;
    once(
        &app,
        &sent,
        "certify_copies",
        StatusCode::CREATED,
        move |tx: &mut Tx<'_>, cx: &Cx| {
            let booked = certify_copies(tx, cx, &command)?;
            Ok(serde_json::to_value(CertifiedOut::from(&booked)).unwrap_or_default())
        },
    )
    .await
}

//! The form is sent: a dossier in state 1 with its papers.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use townhall_domain::dossier::{ApplicantInput, Channel, ComponentSource, ComponentStatus, Delivery};
use townhall_domain::procedure::Procedure;
use townhall_store::online::{self, OnlineFile};
use townhall_store::{Tx, dossiers};

use super::draft::lock;
use super::{OnlineSource, online_source};
use crate::cx::Cx;
use crate::dossier::{AddPapers, ComponentInput, ReceiveDossier, Received, Verdict, attach, receive_dossier};
use crate::error::AppError;
use crate::fees::{ClaimedExemption, StatedFee};
use crate::paper::Taken;

/// Send a form.
#[derive(Debug, Clone)]
pub struct SendOnline {
    /// The secret of the form.
    pub token: String,
    /// Whose matter it is.
    pub applicant: ApplicantInput,
    /// Who submits it, when it is somebody else.
    pub submitter: Option<ApplicantInput>,
    /// The filled form of the procedure.
    pub form: Map<String, Value>,
    /// Circumstances that only people know.
    pub circumstances: Vec<String>,
    /// The exemption that is asked for, with what proves it; an officer decides on it.
    pub exemption: Option<ClaimedExemption>,
    /// How the result is wanted.
    pub delivery: Delivery,
}

/// Makes the dossier and its papers in one transaction. Sent a second time, it gives what the first one made.
///
/// Whoever sends is not identified: the unit's own record of the person is left alone until an officer accepts.
pub fn send_online(tx: &mut Tx<'_>, cx: &Cx, cmd: &SendOnline) -> Result<Received, AppError> {
    let draft = lock(tx, &cmd.token)?;
    if draft.sent_at.is_some() {
        let before = dossiers::load(tx, draft.id)?.ok_or(AppError::NotFound("form"))?;
        return Ok(Received {
            id: before.id,
            code: before.code,
            receipt_secret: before.receipt_secret,
        });
    }
    let procedure = cx
        .packs()
        .procedures()
        .as_of(&draft.procedure, cx.today())
        .ok_or(AppError::NotFound("procedure"))?;
    if cmd.applicant.phone.trim().is_empty() && cmd.applicant.email.trim().is_empty() {
        return Err(AppError::field("applicant_phone", "online-contact-missing"));
    }
    let files = online::files(tx, draft.id)?;
    let received = receive_dossier(
        tx,
        cx,
        &ReceiveDossier {
            id: draft.id,
            receiving_unit: draft.unit.clone(),
            unit: draft.unit.clone(),
            procedure: draft.procedure.clone(),
            channel: Channel::Online,
            portal_code: None,
            support_place: None,
            assisted: false,
            applicant: cmd.applicant.clone(),
            submitter: cmd.submitter.clone(),
            form: cmd.form.clone(),
            circumstances: cmd.circumstances.clone(),
            components: components(cx, procedure, &files),
            delivery: cmd.delivery,
            fee: StatedFee {
                exemption: cmd.exemption.clone(),
                ..StatedFee::default()
            },
            verdict: Verdict::Register,
        },
    )?;
    let dossier = dossiers::load(tx, received.id)?.ok_or(AppError::NotFound("dossier"))?;
    for (component, files) in by_component(files) {
        let papers = AddPapers {
            dossier: dossier.id,
            component: Some(component).filter(|component| !component.is_empty()),
            source: ComponentSource::Upload,
            note: None,
            papers: files.into_iter().map(taken).collect(),
        };
        attach(tx, cx, &dossier, &papers)?;
    }
    online::close(tx, draft.id, cx.now())?;
    Ok(received)
}

/// What is there: the form itself, and every component with a file.
fn components(cx: &Cx, procedure: &Procedure, files: &[OnlineFile]) -> Vec<ComponentInput> {
    let here = procedure.components.iter().filter(|component| {
        match online_source(procedure, component, cx.today()) {
            OnlineSource::Form => true,
            OnlineSource::Upload => files.iter().any(|file| file.component == component.id),
            OnlineSource::Database | OnlineSource::Shown => false,
        }
    });
    here.map(|component| ComponentInput {
        component: component.id.clone(),
        status: ComponentStatus::Present,
        source: Some(ComponentSource::Upload),
        copies: 1,
        note: None,
    })
    .collect()
}

fn by_component(files: Vec<OnlineFile>) -> BTreeMap<String, Vec<OnlineFile>> {
    let mut groups: BTreeMap<String, Vec<OnlineFile>> = BTreeMap::new();
    for file in files {
        groups.entry(file.component.clone()).or_default().push(file);
    }
    groups
}

fn taken(file: OnlineFile) -> Taken {
    Taken {
        name: file.name,
        media_type: file.media_type,
        bytes: file.bytes,
        pages: file.pages,
        sha256: file.sha256,
        original_sha256: file.original_sha256,
    }
}

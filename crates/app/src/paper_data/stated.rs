//! What a paper said of people when it was issued, kept with it.

use serde::{Deserialize, Serialize};
use townhall_domain::dossier::{Applicant, ComponentSource, ComponentStatus, Delivery, Dossier};
use townhall_domain::ids::{PersonId, PostId};
use townhall_domain::permission::Role;
use townhall_store::dossiers::{self, Slip};
use townhall_store::{Tx, organisation};

use crate::cx::Cx;
use crate::error::AppError;

/// Where a slip's body keeps what was stated.
pub const STATED: &str = "stated";
/// Where a result's body keeps who signed.
pub const SIGNER: &str = "signer";

/// An officer as he stood then.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signer {
    /// Name.
    pub name: String,
    /// Title of the post, in Vietnamese.
    pub title: String,
    /// Whether he signs in the place of the chair (`KT. Chủ tịch`).
    #[serde(default)]
    pub deputy: bool,
    /// Telephone at work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

impl Signer {
    /// Who acts now; nobody for the program itself.
    pub fn of(
        tx: &mut Tx<'_>,
        post: Option<PostId>,
        person: Option<PersonId>,
    ) -> Result<Option<Self>, AppError> {
        let person = person
            .map(|id| organisation::person(tx, id))
            .transpose()?
            .flatten();
        let post = post.map(|id| organisation::post(tx, id)).transpose()?.flatten();
        let Some(person) = person.map(|found| found.item) else {
            return Ok(None);
        };
        let (title, roles) = post
            .map(|found| (found.item.title_vi, found.item.roles))
            .unwrap_or_default();
        Ok(Some(Self {
            name: person.name,
            title,
            deputy: roles.contains(&Role::ViceChair) && !roles.contains(&Role::Chair),
            phone: person.phone,
        }))
    }
}

/// A component as it was when the form was issued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatedPaper {
    /// Identifier within the procedure.
    pub component: String,
    /// Copies handed in.
    pub copies: i64,
    /// Where it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<ComponentSource>,
}

/// What a numbered form says beside its own body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stated {
    /// Whose matter it is.
    pub applicant: Applicant,
    /// Who submitted it, when it was not the applicant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submitter: Option<Applicant>,
    /// How the result is wanted.
    pub delivery: Delivery,
    /// What was there; only on forms that list it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub papers: Vec<StatedPaper>,
    /// Who issued the form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<Signer>,
}

impl Stated {
    /// As it stands at this moment.
    pub fn now(tx: &mut Tx<'_>, cx: &Cx, dossier: &Dossier, form: &str) -> Result<Self, AppError> {
        let lists_papers = matches!(form, "receipt" | "stop");
        Ok(Self {
            applicant: dossier.applicant.clone(),
            submitter: dossier.submitter.clone(),
            delivery: dossier.delivery,
            papers: if lists_papers {
                present(tx, dossier)?
            } else {
                Vec::new()
            },
            issuer: Signer::of(tx, cx.actor.post(), cx.actor.person())?,
        })
    }

    /// As a slip keeps it; a slip from elsewhere that keeps nothing says what the dossier says today.
    pub fn of_slip(tx: &mut Tx<'_>, dossier: &Dossier, slip: &Slip) -> Result<Self, AppError> {
        let kept = slip.body.get(STATED).cloned();
        if let Some(stated) = kept.and_then(|kept| serde_json::from_value(kept).ok()) {
            return Ok(stated);
        }
        Ok(Self {
            applicant: dossier.applicant.clone(),
            submitter: dossier.submitter.clone(),
            delivery: dossier.delivery,
            papers: present(tx, dossier)?,
            issuer: Signer::of(tx, slip.issued_by, slip.issued_by_person)?,
        })
    }
}

fn present(tx: &mut Tx<'_>, dossier: &Dossier) -> Result<Vec<StatedPaper>, AppError> {
    Ok(dossiers::components(tx, dossier.id)?
        .into_iter()
        .filter(|entry| entry.status == ComponentStatus::Present)
        .map(|entry| StatedPaper {
            component: entry.component,
            copies: entry.copies,
            source: entry.source,
        })
        .collect())
}

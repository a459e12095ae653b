//! Certified copies of the month that were done while the citizen waited: the express lane's own command.

use townhall_domain::dossier::ApplicantInput;
use townhall_domain::express::{DocumentInput, PROCEDURE};
use townhall_domain::fee::PayMethod;
use townhall_domain::ids::Id;
use townhall_domain::permission::Role;
use townhall_store::Tx;

use super::month::Life;
use super::office::Offices;
use super::play::{acting, address};
use crate::cx::Cx;
use crate::error::AppError;
use crate::express::{CertifyCopies, When, certify_copies};

/// Which of a unit's dossiers were done in the express lane: three of four certified copies. The others came online
/// or by post, or were promised for later, and went the ordinary way.
pub(super) fn is_at_once(procedure: &str, number: usize) -> bool {
    procedure == PROCEDURE && !number.is_multiple_of(4)
}

/// Books it as the receptionist of that hour.
pub(super) fn certify(tx: &mut Tx<'_>, cx: &Cx, offices: &Offices, life: &Life) -> Result<(), AppError> {
    let actor = acting(offices, &life.unit, Role::Receptionist, life.id).unwrap_or(&cx.actor);
    let cx = cx.as_actor(actor.clone());
    let chance = *life.id.uuid().as_bytes();
    let papers = cx.packs().common_papers();
    let paper = |from: usize| DocumentInput {
        title: papers
            .get(usize::from(chance[from]) % papers.len().max(1))
            .map(|paper| paper.name.clone())
            .unwrap_or_default(),
        pages: (1 + chance[from + 1] % 6).to_string(),
        copies: (1 + chance[from + 2] % 4).to_string(),
    };
    let mut documents = vec![paper(9)];
    if chance[15].is_multiple_of(6) {
        documents.push(paper(10));
    }
    let command = CertifyCopies {
        id: Some(life.id),
        applicant: ApplicantInput {
            address: format!("{}, {}", life.applicant.address, address(&cx, &life.unit)),
            ..life.applicant.clone()
        },
        documents,
        compared: true,
        method: Some(if life.form_place == 1 {
            PayMethod::Transfer
        } else {
            PayMethod::Cash
        }),
        when: When::AtOnce,
        ..CertifyCopies::default()
    };
    certify_copies(tx, &cx, &command).map(|_| ())
}

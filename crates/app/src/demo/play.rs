//! The events of the month as commands, each done by whoever holds the dossier.

use jiff::civil::Date;
use serde_json::{Map, Value, json};
use townhall_domain::dossier::{
    ApplicantInput, Capacity, Channel, ComponentSource, ComponentStatus, Delivery, Holder, Stage, State,
};
use townhall_domain::fee::PayMethod;
use townhall_domain::form::{ApplicantPart, Prefill};
use townhall_domain::ids::{DossierId, Id, UnitId};
use townhall_domain::permission::Role;
use townhall_domain::procedure::Procedure;
use townhall_domain::time;
use townhall_store::{Tx, dossiers};

use super::month::{Event, Life};
use super::office::Offices;
use super::{papers, registers, together};
use crate::actor::Actor;
use crate::cx::Cx;
use crate::dossier as commands;
use crate::dossier::{ComponentInput, ReceiveDossier, Verdict};
use crate::error::AppError;
use crate::fees::{self, CloseDay, TakeFee};

/// The commune whose papers are scanned; the others only lend their figures to the province's page.
const SCANNED_IN: &str = "24682";

/// Carries one event out, as whoever has to.
pub(super) fn run(
    tx: &mut Tx<'_>,
    cx: &Cx,
    offices: &Offices,
    life: &Life,
    event: Event,
) -> Result<(), AppError> {
    match event {
        Event::Receive => receive(tx, cx, offices, life),
        Event::Certify => super::express::certify(tx, cx, offices, life),
        Event::Forward => forward(tx, cx, offices, life),
        Event::AskSupplement | Event::Obligate | Event::Extend => hold_up(tx, cx, offices, life, event),
        Event::Consult | Event::Answered => together::consult(tx, cx, offices, life, event),
        Event::Reported(position, report) => together::reported(tx, cx, offices, life, (position, report)),
        Event::Rate => super::ratings::rate(tx, cx, life),
        Event::CloseDay => close(tx, cx, offices, life),
    }
}

/// Takes what is due for a dossier, as the officer who has the citizen before him.
fn pay(tx: &mut Tx<'_>, cx: &Cx, life: &Life) -> Result<(), AppError> {
    let due = fees::due_of(&townhall_store::fees::charges(tx, life.id)?);
    if due.0 == 0 {
        return Ok(());
    }
    let by_transfer = life.channel != Channel::Counter || life.form_place == 1;
    let command = TakeFee {
        dossier: life.id,
        due,
        method: if by_transfer {
            PayMethod::Transfer
        } else {
            PayMethod::Cash
        },
        payer: None,
        reference: by_transfer.then(|| format!("FT{}", &life.id.to_string()[24..])),
    };
    fees::take_fee(tx, cx, &command).map(|_| ())
}

/// The cashier closes the day; a day without receipts has nothing to close.
fn close(tx: &mut Tx<'_>, cx: &Cx, offices: &Offices, life: &Life) -> Result<(), AppError> {
    let Some(cashier) = acting(offices, &life.unit, Role::Cashier, life.id) else {
        return Ok(());
    };
    if townhall_store::fees::open(tx, &life.unit)?.is_empty() {
        return Ok(());
    }
    let command = CloseDay {
        unit: life.unit.clone(),
        counted: None,
        note: None,
    };
    fees::close_day(tx, &cx.as_actor(cashier.clone()), &command).map(|_| ())
}

pub(super) fn acting<'a>(
    offices: &'a Offices,
    unit: &UnitId,
    role: Role,
    turn: DossierId,
) -> Option<&'a Actor> {
    let seats = offices.with_role(unit, role);
    let turn = usize::from(turn.uuid().as_bytes()[15]);
    seats.get(turn % seats.len().max(1)).map(|seated| &seated.actor)
}

fn receive(tx: &mut Tx<'_>, cx: &Cx, offices: &Offices, life: &Life) -> Result<(), AppError> {
    let citizen = Actor::Citizen { dossier: None };
    let actor = if life.verdict == Verdict::Register {
        &citizen
    } else {
        acting(offices, &life.unit, Role::Receptionist, life.id).unwrap_or(&cx.actor)
    };
    let cx = cx.as_actor(actor.clone());
    let Some(procedure) = cx.packs().procedures().as_of(&life.procedure, cx.today()) else {
        return Err(AppError::NotFound("procedure"));
    };
    let address = format!("{}, {}", life.applicant.address, address(&cx, &life.unit));
    let mut form = example(&cx, procedure, life, &address);
    registers::ask_for_entry(tx, &cx, life, &mut form)?;
    let circumstances = procedure.circumstances(&form, &[], cx.today());
    let needed: Vec<String> = procedure
        .needed(&circumstances)
        .map(|component| component.id.clone())
        .collect();
    let handed_in: Vec<ComponentInput> = procedure
        .components
        .iter()
        .filter(|component| needed.contains(&component.id))
        .map(|component| ComponentInput {
            component: component.id.clone(),
            status: ComponentStatus::Present,
            source: Some(match (component.replaced_on(cx.today()), life.channel) {
                (Some(_), _) => ComponentSource::Database,
                (None, Channel::Counter | Channel::Post) => ComponentSource::Paper,
                (None, Channel::Online | Channel::Portal) => ComponentSource::Upload,
            }),
            copies: i64::from(component.copies),
            note: None,
        })
        .collect();
    let command = ReceiveDossier {
        id: life.id,
        receiving_unit: life.unit.clone(),
        unit: life.unit.clone(),
        procedure: life.procedure.clone(),
        channel: life.channel,
        portal_code: None,
        support_place: None,
        assisted: life.channel == Channel::Online
            && life.form_place == 0
            && life.verdict != Verdict::Register,
        applicant: ApplicantInput {
            address,
            ..life.applicant.clone()
        },
        submitter: None,
        form,
        circumstances: Vec::new(),
        components: if life.verdict == Verdict::Accept {
            handed_in.clone()
        } else {
            Vec::new()
        },
        delivery: life.delivery,
        verdict: life.verdict.clone(),
        fee: crate::fees::StatedFee::default(),
    };
    commands::receive_dossier(tx, &cx, &command)?;
    if let (Some(scan), Some(dossier)) = (&offices.scan, dossiers::load(tx, life.id)?)
        && life.unit.code() == SCANNED_IN
    {
        papers::scan(tx, &cx, &dossier, procedure, &handed_in, scan)?;
    }
    // Most pay at once, the others when they collect the result.
    if life.verdict == Verdict::Accept && !life.id.uuid().as_bytes()[14].is_multiple_of(8) {
        pay(tx, &cx, life)?;
    }
    Ok(())
}

pub(super) fn address(cx: &Cx, unit: &UnitId) -> String {
    cx.packs()
        .units()
        .by_id(unit)
        .map(|unit| cx.packs().units().address(unit, cx.today()))
        .unwrap_or_default()
}

/// A filled form of the pack: its example, with the applicant's own data, its dates not after this day.
fn example(cx: &Cx, procedure: &Procedure, life: &Life, address: &str) -> Map<String, Value> {
    let Some(form) = procedure.form.as_deref().and_then(|path| cx.packs().form(path)) else {
        return Map::new();
    };
    let count = form.examples.len();
    let filled = |number: usize| {
        let mut values = form.examples[(life.form_place + number) % count].clone();
        for field in &form.fields {
            let Some(Prefill::Applicant(part)) = &field.prefill else {
                continue;
            };
            let own = match part {
                ApplicantPart::FullName => life.applicant.name.clone(),
                ApplicantPart::IdentityNumber => life.applicant.id_number.clone(),
                ApplicantPart::BirthDate => life.applicant.born_on.clone(),
                ApplicantPart::Phone => life.applicant.phone.clone(),
                ApplicantPart::Address => address.to_owned(),
                ApplicantPart::Sex | ApplicantPart::Email => continue,
            };
            if values.contains_key(&field.name) {
                values.insert(field.name.clone(), Value::from(own));
            }
        }
        for value in values.values_mut() {
            let later = value
                .as_str()
                .and_then(|text| text.parse::<Date>().ok())
                .is_some_and(|day| day > cx.today());
            if later {
                let days = i64::try_from(1 + life.form_place).unwrap_or(1);
                let before = cx
                    .today()
                    .checked_sub(jiff::Span::new().days(days))
                    .unwrap_or(cx.today());
                *value = Value::from(before.to_string());
            }
        }
        registers::people(cx, life, &mut values);
        values
    };
    (0..count)
        .map(filled)
        .find(|values| form.check(values, cx.today()).is_ok())
        .unwrap_or_default()
}

/// Whatever brings the dossier one step on, done by whoever holds it.
#[expect(clippy::too_many_lines, reason = "one table: an arm for each state")]
fn forward(tx: &mut Tx<'_>, cx: &Cx, offices: &Offices, life: &Life) -> Result<(), AppError> {
    let id = together::worked_on(tx, life)?;
    let Some(dossier) = dossiers::load(tx, id)? else {
        return Err(AppError::NotFound("dossier"));
    };
    let actor = match dossier.holder {
        Some(Holder::Post(post)) => offices.of_post(&life.unit, post),
        Some(Holder::Role(role)) => acting(offices, &life.unit, role, life.id),
        None => None,
    };
    let Some(actor) = actor else { return Ok(()) };
    let cx = &cx.as_actor(actor.clone());
    let version = dossier.version;
    match dossier.state {
        State::Accepted => commands::transfer_dossier(
            tx,
            cx,
            &commands::TransferDossier {
                dossier: id,
                version,
                note: None,
            },
        ),
        State::InProgress(Stage::Assign) => {
            let Some(procedure) = cx
                .packs()
                .procedures()
                .version(&dossier.procedure.code, dossier.procedure.version)
            else {
                return Ok(());
            };
            let Holder::Post(post) = commands::holder_for(tx, cx, &life.unit, procedure, Stage::Appraise)?
            else {
                return Ok(());
            };
            commands::assign_dossier(
                tx,
                cx,
                &commands::AssignDossier {
                    dossier: id,
                    version,
                    post,
                    joining: Vec::new(),
                    note: None,
                },
            )
        }
        State::InProgress(Stage::Appraise) => {
            let finding = "Hồ sơ đầy đủ, hợp lệ; thông tin khớp với cơ sở dữ liệu.".to_owned();
            let command = commands::AppraiseDossier {
                dossier: id,
                version,
                verified_at: None,
                place: None,
                participants: None,
                finding,
                eligible: true,
            };
            commands::appraise_dossier(tx, cx, &command)
        }
        State::InProgress(Stage::Draft) => {
            let draft = commands::DraftResult {
                dossier: id,
                version,
                outcome: "granted".to_owned(),
                body: json!({ "content": "" }),
            };
            if !registers::draft_extract(tx, cx, life, version)? {
                commands::draft_result(tx, cx, &draft)?;
            }
            commands::submit_result(
                tx,
                cx,
                &commands::SubmitResult {
                    dossier: id,
                    version: version + 1,
                    leader: None,
                    note: None,
                },
            )
        }
        State::InProgress(Stage::Review) => commands::endorse_result(
            tx,
            cx,
            &commands::EndorseResult {
                dossier: id,
                version,
                leader: None,
                note: None,
            },
        ),
        State::InProgress(Stage::Sign) if life.refuses => {
            let reason = "Không đủ điều kiện giải quyết theo quy định của pháp luật.".to_owned();
            commands::refuse_after_appraisal(
                tx,
                cx,
                &commands::RefuseAfterAppraisal {
                    dossier: id,
                    version,
                    reason,
                },
            )
        }
        State::InProgress(Stage::Sign) => {
            commands::approve_result(tx, cx, &commands::ApproveResult { dossier: id, version })
        }
        State::InProgress(Stage::Number) => {
            commands::issue_result(tx, cx, &commands::IssueResult { dossier: id, version })
        }
        State::Resolved => {
            pay(tx, cx, life)?;
            let version = dossiers::load(tx, id)?.map_or(version, |dossier| dossier.version);
            let command = commands::ReturnResult {
                dossier: id,
                version,
                collector_name: dossier.applicant.name.clone(),
                collector_id_number: dossier.applicant.id_number.clone(),
                capacity: if life.delivery == Delivery::Post {
                    Capacity::Post
                } else {
                    Capacity::Own
                }
                .as_str()
                .to_owned(),
                authorisation: None,
                receipt_day: None,
            };
            commands::return_result(tx, cx, &command)
        }
        // Its members are played, it follows them.
        State::InProgress(Stage::Members)
        | State::Registered
        | State::NotAccepted
        | State::AwaitingSupplement(_)
        | State::AwaitingObligation(_)
        | State::Withdrawn
        | State::Stopped
        | State::Returned => Ok(()),
    }
}

/// What holds a dossier up, where its state allows it.
fn hold_up(tx: &mut Tx<'_>, cx: &Cx, offices: &Offices, life: &Life, event: Event) -> Result<(), AppError> {
    let Some(dossier) = dossiers::load(tx, life.id)? else {
        return Ok(());
    };
    let Some(Holder::Post(post)) = dossier.holder else {
        return Ok(());
    };
    let Some(actor) = offices.of_post(&life.unit, post) else {
        return Ok(());
    };
    let cx = &cx.as_actor(actor.clone());
    let (id, version) = (life.id, dossier.version);
    let handling = matches!(dossier.state, State::InProgress(Stage::Appraise | Stage::Draft));
    match event {
        Event::AskSupplement if handling => {
            let items = vec!["Bản sao giấy tờ chứng minh nội dung đề nghị".to_owned()];
            let reason = "Qua thẩm định, hồ sơ còn thiếu giấy tờ chứng minh.".to_owned();
            commands::request_supplement(
                tx,
                cx,
                &commands::RequestSupplement {
                    dossier: id,
                    version,
                    items,
                    reason,
                },
            )
        }
        Event::Obligate if handling => {
            let what = "Tiền sử dụng đất theo thông báo của cơ quan thuế".to_owned();
            commands::obligate_dossier(
                tx,
                cx,
                &commands::ObligateDossier {
                    dossier: id,
                    version,
                    what,
                    document: Some("15/PCTT".to_owned()),
                },
            )
        }
        Event::Extend => {
            let Some(deadline) = &dossier.deadline else {
                return Ok(());
            };
            let due = time::local_date(deadline.due);
            let Ok(to) = cx.packs().calendar().add_working_days(due, 3) else {
                return Ok(());
            };
            if cx.today() >= due
                || !cx
                    .actor
                    .may(townhall_domain::permission::Right::ApologiseAndExtend, &life.unit)
            {
                return Ok(());
            }
            let reason = "Cần thêm thời gian xác minh tại nơi cư trú trước đây.".to_owned();
            commands::extend_dossier(
                tx,
                cx,
                &commands::ExtendDossier {
                    dossier: id,
                    version,
                    to,
                    reason,
                },
            )
        }
        _ => Ok(()),
    }
}

//! Dossiers for the tests of pages: received and brought on by the commands themselves, each by whoever holds it.
#![expect(
    clippy::missing_panics_doc,
    reason = "a step that the program refuses ends the test"
)]

use serde_json::{Map, Value, json};
use townhall_app::dossier as commands;
use townhall_app::error::AppError;
use townhall_domain::dossier::{
    ApplicantInput, Channel, ComponentSource, ComponentStatus, Delivery, Dossier, Holder, Stage, State,
};
use townhall_domain::ids::{DossierId, PostId};
use townhall_domain::permission::Role;
use townhall_store::dossiers;

use super::Site;

/// The name of whoever asks.
pub const APPLICANT: &str = "Phan Thị Mẫu";

/// An accepted dossier of the counter, with the example of the procedure's form.
pub async fn accepted(site: &Site, procedure: &'static str) -> DossierId {
    let unit = site.unit("24682");
    let example = site
        .town
        .packs()
        .form(&format!("forms/{procedure}.json"))
        .map(|form| form.examples[0].clone())
        .unwrap_or_default();
    received(site, procedure, unit, example, commands::Verdict::Accept).await
}

/// A dossier as the counter decides.
pub async fn received(
    site: &Site,
    procedure: &'static str,
    unit: townhall_domain::ids::UnitId,
    form: Map<String, Value>,
    verdict: commands::Verdict,
) -> DossierId {
    received_from(site, procedure, unit, form, verdict, applicant()).await
}

/// Whoever asks, unless a test says otherwise.
pub fn applicant() -> ApplicantInput {
    ApplicantInput {
        name: APPLICANT.to_owned(),
        id_number: "068190009001".to_owned(),
        born_on: "1996-05-06".to_owned(),
        phone: "0900000001".to_owned(),
        address: "Thôn 5, xã Thuận An, tỉnh Lâm Đồng".to_owned(),
        ..ApplicantInput::default()
    }
}

/// A dossier of the counter from this applicant.
pub async fn received_from(
    site: &Site,
    procedure: &'static str,
    unit: townhall_domain::ids::UnitId,
    form: Map<String, Value>,
    verdict: commands::Verdict,
    applicant: ApplicantInput,
) -> DossierId {
    received_by(site, procedure, unit, form, verdict, applicant, Channel::Counter).await
}

/// An accepted dossier that came on this way, with the example of the procedure's form.
pub async fn accepted_by(site: &Site, procedure: &'static str, channel: Channel) -> DossierId {
    let path = format!("forms/{procedure}.json");
    let example = site.town.packs().form(&path).map(|form| form.examples[0].clone());
    received_by(
        site,
        procedure,
        site.unit("24682"),
        example.unwrap_or_default(),
        commands::Verdict::Accept,
        applicant(),
        channel,
    )
    .await
}

/// A dossier from this applicant that came on this way.
async fn received_by(
    site: &Site,
    procedure: &'static str,
    unit: townhall_domain::ids::UnitId,
    form: Map<String, Value>,
    verdict: commands::Verdict,
    applicant: ApplicantInput,
    channel: Channel,
) -> DossierId {
    let actor = site.actor("receptionist").await;
    let id = site.town.cx(&actor).new_id::<DossierId>();
    site.town
        .write("receive", &actor, move |tx, cx| {
            let spec = cx
                .packs()
                .procedures()
                .as_of(procedure, cx.today())
                .expect("a procedure");
            let circumstances = spec.circumstances(&form, &[], cx.today());
            let components = spec
                .needed(&circumstances)
                .map(|component| commands::ComponentInput {
                    component: component.id.clone(),
                    status: ComponentStatus::Present,
                    source: Some(if component.replaced_on(cx.today()).is_some() {
                        ComponentSource::Database
                    } else {
                        ComponentSource::Paper
                    }),
                    copies: 1,
                    note: None,
                })
                .collect();
            commands::receive_dossier(
                tx,
                cx,
                &commands::ReceiveDossier {
                    id,
                    receiving_unit: unit.clone(),
                    unit: unit.clone(),
                    procedure: procedure.to_owned(),
                    channel,
                    portal_code: None,
                    support_place: None,
                    assisted: false,
                    applicant: applicant.clone(),
                    submitter: None,
                    form: form.clone(),
                    circumstances: Vec::new(),
                    components,
                    delivery: Delivery::Counter,
                    verdict: verdict.clone(),
                    fee: townhall_app::fees::StatedFee::default(),
                },
            )
        })
        .await
        .unwrap_or_else(|error| panic!("{procedure} is received: {error:?}"));
    id
}

/// A dossier as it stands.
pub async fn dossier(site: &Site, id: DossierId) -> Dossier {
    site.read(move |tx, _| Ok(dossiers::load(tx, id)?.expect("the dossier")))
        .await
}

const PEOPLE: [&str; 12] = [
    "receptionist",
    "director",
    "office.head",
    "economy.head",
    "society.head",
    "justice",
    "office.handler",
    "economy.handler",
    "society.handler",
    "chair",
    "vice.chair",
    "clerk",
];

fn holder(site: &Site, dossier: &Dossier) -> &'static str {
    let by_post = |post: PostId| PEOPLE.into_iter().find(|user| site.employed(user).post == post);
    match dossier.holder {
        Some(Holder::Post(post)) => by_post(post).expect("one of ours"),
        Some(Holder::Role(Role::Receptionist)) | None => "receptionist",
        Some(Holder::Role(role)) => panic!("nobody is {role}"),
    }
}

/// Brings a dossier on until it is in this state, each step by its holder.
pub async fn bring_to(site: &Site, id: DossierId, wanted: fn(State) -> bool, content: &'static str) {
    let mut drafted = false;
    for _ in 0..12 {
        let now = dossier(site, id).await;
        if wanted(now.state) {
            return;
        }
        let (version, state) = (now.version, now.state);
        let is_draft = state == State::InProgress(Stage::Draft) && !drafted;
        let handler = site.employed("justice").post;
        let actor = site.actor(holder(site, &now)).await;
        site.town
            .write("bring_on", &actor, move |tx, cx| match state {
                State::Accepted => commands::transfer_dossier(
                    tx,
                    cx,
                    &commands::TransferDossier {
                        dossier: id,
                        version,
                        note: None,
                    },
                ),
                State::InProgress(Stage::Assign) => commands::assign_dossier(
                    tx,
                    cx,
                    &commands::AssignDossier {
                        dossier: id,
                        version,
                        post: handler,
                        joining: Vec::new(),
                        note: None,
                    },
                ),
                State::InProgress(Stage::Appraise) => commands::appraise_dossier(
                    tx,
                    cx,
                    &commands::AppraiseDossier {
                        dossier: id,
                        version,
                        verified_at: None,
                        place: None,
                        participants: None,
                        finding: "Đủ điều kiện".to_owned(),
                        eligible: true,
                    },
                ),
                State::InProgress(Stage::Draft) if is_draft => commands::draft_result(
                    tx,
                    cx,
                    &commands::DraftResult {
                        dossier: id,
                        version,
                        outcome: "granted".to_owned(),
                        body: json!({ "content": content }),
                    },
                ),
                State::InProgress(Stage::Draft) => commands::submit_result(
                    tx,
                    cx,
                    &commands::SubmitResult {
                        dossier: id,
                        version,
                        leader: None,
                        note: None,
                    },
                ),
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
                State::InProgress(Stage::Sign) => {
                    commands::approve_result(tx, cx, &commands::ApproveResult { dossier: id, version })
                }
                State::InProgress(Stage::Number) => {
                    commands::issue_result(tx, cx, &commands::IssueResult { dossier: id, version })
                }
                other => panic!("nothing brings {other:?} on"),
            })
            .await
            .unwrap_or_else(|error: AppError| panic!("{state:?} goes on: {error:?}"));
        drafted |= is_draft;
    }
    panic!("it never got there: {:?}", dossier(site, id).await.state);
}

//! What the holder of a receipt does over the API: see where his dossier is, hand in what was asked for, withdraw,
//! rate, prove. The secret in the address is the whole permission; anything else is not there.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use townhall_app::cx::Cx;
use townhall_app::dossier::{
    AnswerSupplement, DossierStatus, HandIn, RateDossier, WithdrawByCitizen, answer_supplement, hand_in,
    proof_by_secret, rate_dossier, slip_by_secret, status_by_secret, withdraw_by_citizen,
};
use townhall_app::error::AppError;
use townhall_app::joined::{JoinedView, MemberView};
use townhall_app::log::Provable;
use townhall_app::online::Turn;
use townhall_app::paper::Taken;
use townhall_app::paper_data::House;
use townhall_domain::dossier::ComponentStatus;
use townhall_domain::ids::SlipId;
use townhall_domain::rating;
use townhall_store::Tx;
use townhall_text::Lang;
use utoipa::ToSchema;

use super::book::{Book, Operation};
use super::facts::ProofOut;
use super::online::turn;
use super::problem::Wrong;
use super::read::{Asked, InPath, InPaths, Sent, Text};
use super::shapes::{FactOut, SlipOut, StateOut, instant, maybe};
use super::uploads::{self, BeginUploadBody, FILE_KINDS, FileQuery, UploadOut};
use crate::online::CITIZEN;
use crate::routes::Need;
use crate::state::App;
use crate::visitor::Visitor;

pub(super) fn add(book: Book) -> Book {
    const HOLDER: Need = Need::Public;
    let on_status = |id, path| Operation::post(id, path, HOLDER).gives::<StatusOut>(200);
    book.add(
        Operation::get("get_status", "/api/v1/status/{secret}", HOLDER).gives::<StatusOut>(200),
        one,
    )
    .add(
        Operation::post("begin_status_upload", "/api/v1/status/{secret}/uploads", HOLDER)
            .takes::<BeginUploadBody>()
            .gives::<UploadOut>(201),
        begin,
    )
    .add(
        Operation::get(
            "get_status_upload",
            "/api/v1/status/{secret}/uploads/{upload}",
            HOLDER,
        )
        .gives::<UploadOut>(200),
        place,
    )
    .add(
        Operation::piece(
            "continue_status_upload",
            "/api/v1/status/{secret}/uploads/{upload}",
            HOLDER,
        )
        .gives::<UploadOut>(200),
        piece,
    )
    .add(
        on_status("hand_in_papers", "/api/v1/status/{secret}/papers").takes::<HandInPapersBody>(),
        add_papers,
    )
    .add(
        on_status("hand_in_paper_file", "/api/v1/status/{secret}/papers/file")
            .query::<FileQuery>()
            .takes_file(FILE_KINDS),
        add_file,
    )
    .add(
        on_status(
            "answer_supplement",
            "/api/v1/status/{secret}/actions/answer-supplement",
        )
        .takes::<AnswerSupplementBody>(),
        answer,
    )
    .add(
        on_status("withdraw_own", "/api/v1/status/{secret}/actions/withdraw").takes::<WithdrawOwnBody>(),
        withdraw,
    )
    .add(
        on_status("rate_own", "/api/v1/status/{secret}/actions/rate").takes::<RateBody>(),
        rate,
    )
    .add(
        Operation::get("get_own_slip", "/api/v1/status/{secret}/slips/{id}/file", HOLDER)
            .gives_file(&["application/pdf"]),
        slip,
    )
    .add(
        Operation::get(
            "get_own_proof",
            "/api/v1/status/{secret}/proofs/{version}",
            HOLDER,
        )
        .gives::<ProofOut>(200),
        proof,
    )
}

/// A member of a joined-up dossier as its citizen sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatusMemberOut {
    /// What it does.
    task: String,
    /// Who decides it.
    agency: String,
    /// `waiting`, `at_work`, `done`, `refused`, `withdrawn`, `dropped`.
    state: &'static str,
    /// When it is due; none while its turn has not come.
    #[schema(format = DateTime)]
    due_at: Option<String>,
    /// Its time, such as `3wd`, counted from its beginning.
    time: Option<String>,
    /// Whether it ended late or is open past its due.
    is_late: bool,
    /// Until when relatives are asked to confirm; the clock stands meanwhile.
    #[schema(format = DateTime)]
    relatives_until: Option<String>,
    /// When it ended.
    #[schema(format = DateTime)]
    ended_at: Option<String>,
}

impl StatusMemberOut {
    fn of(lang: Lang, now: Timestamp, view: &MemberView) -> Self {
        Self {
            task: view.leg.task.get(lang.code()).to_owned(),
            agency: view.leg.body.get(lang.code()).to_owned(),
            state: view.member.state.as_str(),
            due_at: view.deadline.as_ref().map(|deadline| instant(deadline.due)),
            time: view.time.map(|time| time.to_string()),
            is_late: view.is_late(now),
            relatives_until: maybe(view.member.wait_until),
            ended_at: maybe(view.member.ended_at),
        }
    }
}

/// A dossier as its citizen sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatusOut {
    /// Dossier code.
    code: String,
    /// Procedure code.
    procedure: String,
    /// Whose matter it is.
    applicant_name: String,
    /// Where it stands.
    state: StateOut,
    /// When it reached the office.
    #[schema(format = DateTime)]
    received_at: String,
    /// When it was accepted.
    #[schema(format = DateTime)]
    accepted_at: Option<String>,
    /// When the result is due.
    #[schema(format = DateTime)]
    due_at: Option<String>,
    /// When it ended.
    #[schema(format = DateTime)]
    ended_at: Option<String>,
    /// Components that are missing or faulty.
    wanted: Vec<String>,
    /// What Form 02 asks for, while the dossier waits for it; missing otherwise.
    asked: Option<AskedOut>,
    /// Whether something is asked for that can be handed in here.
    can_supplement: bool,
    /// Whether it may still be withdrawn.
    can_withdraw: bool,
    /// Whether it can be rated: it has ended and was not rated.
    can_rate: bool,
    /// The members of a joined-up dossier, each with what it does and by when; empty for any other.
    members: Vec<StatusMemberOut>,
    /// The forms that were issued.
    slips: Vec<SlipOut>,
    /// Its trail, oldest first; `version` names a proof.
    facts: Vec<FactOut>,
    /// Version, for what is done to it.
    #[schema(minimum = 1)]
    version: i64,
}

/// What the holder of a receipt was asked for, as Form 02 says it. No rule sets a day: the deadline stands still until
/// it has come.
#[derive(Debug, Serialize, ToSchema)]
pub struct AskedOut {
    /// What to hand in or correct, line by line.
    items: Vec<String>,
    /// Why.
    reason: String,
    /// When it was asked for.
    #[schema(format = DateTime)]
    asked_at: String,
}

impl AskedOut {
    fn of(status: &DossierStatus) -> Option<Self> {
        if !matches!(
            status.dossier.state,
            townhall_domain::dossier::State::AwaitingSupplement(_)
        ) {
            return None;
        }
        let slip = status.slips.iter().rev().find(|slip| slip.form == "supplement")?;
        let items = slip.body["items"].as_array().map_or(&[][..], Vec::as_slice);
        Some(Self {
            items: items
                .iter()
                .filter_map(|item| item.as_str().map(str::to_owned))
                .collect(),
            reason: slip.body["reason"].as_str().unwrap_or_default().to_owned(),
            asked_at: instant(slip.issued_at),
        })
    }
}

impl StatusOut {
    fn of(lang: Lang, now: Timestamp, status: &DossierStatus) -> Self {
        let dossier = &status.dossier;
        let is_wanted = |status| matches!(status, ComponentStatus::Missing | ComponentStatus::Faulty);
        Self {
            code: dossier.code.clone(),
            procedure: dossier.procedure.code.clone(),
            applicant_name: dossier.applicant.name.clone(),
            state: dossier.state.into(),
            received_at: instant(dossier.received_at),
            accepted_at: maybe(dossier.accepted_at),
            due_at: dossier.deadline.as_ref().map(|deadline| instant(deadline.due)),
            ended_at: maybe(dossier.ended_at),
            wanted: status
                .components
                .iter()
                .filter(|entry| is_wanted(entry.status))
                .map(|entry| entry.component.clone())
                .collect(),
            asked: AskedOut::of(status),
            can_supplement: status.can_supplement,
            can_withdraw: status.can_withdraw,
            can_rate: rating::is_open(dossier.state) && status.rating.is_none(),
            members: match &status.joined {
                Some(JoinedView::Whole { members, .. }) => members
                    .iter()
                    .map(|view| StatusMemberOut::of(lang, now, view))
                    .collect(),
                Some(JoinedView::Member { .. }) | None => Vec::new(),
            },
            slips: status.slips.iter().map(SlipOut::from).collect(),
            // Down to the division: which post it was stays inside.
            facts: status.trail.iter().map(FactOut::for_citizen).collect(),
            version: dossier.version,
        }
    }
}

fn owner(secret: &str) -> String {
    format!("receipt:{secret}")
}

async fn load(app: &App, secret: &str) -> Result<DossierStatus, Wrong> {
    let asked = secret.to_owned();
    let found = app.town.read("status_by_secret", &CITIZEN, move |tx, cx| {
        status_by_secret(tx, cx, &asked)
    });
    found.await.map_err(Wrong::App)
}

async fn told(app: &App, lang: Lang, secret: &str) -> Result<Json<StatusOut>, Wrong> {
    let status = load(app, secret).await?;
    Ok(Json(StatusOut::of(lang, app.town.clock().now(), &status)))
}

/// Does what its holder asks, and tells how the dossier stands then.
async fn told_after<T: Send + 'static>(
    app: &App,
    name: &'static str,
    (lang, secret): (Lang, &str),
    command: impl FnMut(&mut Tx<'_>, &Cx) -> Result<T, AppError> + Send + 'static,
) -> Result<Json<StatusOut>, Wrong> {
    app.town
        .write(name, &CITIZEN, command)
        .await
        .map_err(Wrong::App)?;
    told(app, lang, secret).await
}

/// A dossier from which something is asked.
async fn asked(app: &App, secret: &str) -> Result<(), Wrong> {
    if load(app, secret).await?.can_supplement {
        Ok(())
    } else {
        Err(Wrong::App(AppError::refused("status-refused-supplement")))
    }
}

async fn one(State(app): State<App>, visitor: Visitor, secret: InPath) -> Result<Json<StatusOut>, Wrong> {
    told(&app, visitor.lang, &secret.0).await
}

async fn begin(
    State(app): State<App>,
    visitor: Visitor,
    secret: InPath,
    sent: Sent<BeginUploadBody>,
) -> Result<Response, Wrong> {
    asked(&app, &secret.0).await?;
    turn(&app, visitor.address, Turn::Upload).await?;
    uploads::begin_for(&app, owner(&secret.0), &sent.body).await
}

async fn place(
    State(app): State<App>,
    InPaths([secret, upload]): InPaths<2>,
) -> Result<Json<UploadOut>, Wrong> {
    uploads::place_for(&app, owner(&secret), upload).await
}

async fn piece(
    State(app): State<App>,
    InPaths([secret, upload]): InPaths<2>,
    request: Request,
) -> Result<Json<UploadOut>, Wrong> {
    uploads::go_on_for(&app, owner(&secret), upload, request).await
}

/// Papers that came as uploads.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandInPapersBody {
    /// The component that they are; another paper when missing.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 60)]
    component: Option<Text<60>>,
    /// The uploads; each is looked at, and one that cannot be kept refuses them all.
    #[schema(value_type = Vec<String>, min_items = 1, max_items = 40)]
    uploads: Vec<Text<32>>,
}

async fn add_papers(
    State(app): State<App>,
    visitor: Visitor,
    secret: InPath,
    sent: Sent<HandInPapersBody>,
) -> Result<Json<StatusOut>, Wrong> {
    asked(&app, &secret.0).await?;
    let taken = uploads::looked_at(&app, &owner(&secret.0), &sent.body.uploads).await?;
    keep(
        &app,
        (visitor.lang, secret.0),
        Text::filled(sent.body.component.as_ref()),
        taken,
    )
    .await
}

async fn add_file(
    State(app): State<App>,
    visitor: Visitor,
    secret: InPath,
    Asked(query): Asked<FileQuery>,
    request: Request,
) -> Result<Json<StatusOut>, Wrong> {
    asked(&app, &secret.0).await?;
    turn(&app, visitor.address, Turn::Upload).await?;
    let taken = uploads::body_looked_at(&app, &query.name, request.into_body()).await?;
    let component = Some(query.component).filter(|component| !component.is_empty());
    keep(&app, (visitor.lang, secret.0), component, vec![taken]).await
}

async fn keep(
    app: &App,
    (lang, secret): (Lang, String),
    component: Option<String>,
    papers: Vec<Taken>,
) -> Result<Json<StatusOut>, Wrong> {
    let command = HandIn {
        secret: secret.clone(),
        component,
        papers,
    };
    told_after(app, "hand_in", (lang, &secret), move |tx, cx| {
        hand_in(tx, cx, &command)
    })
    .await
}

/// That what was asked for is complete.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerSupplementBody {
    /// Version that was read.
    #[schema(minimum = 1)]
    version: i64,
    /// What there is to say to it; needed when nothing was handed in.
    #[serde(default)]
    #[schema(value_type = String, max_length = 2000)]
    answer: Text<2000>,
}

async fn answer(
    State(app): State<App>,
    visitor: Visitor,
    secret: InPath,
    sent: Sent<AnswerSupplementBody>,
) -> Result<Json<StatusOut>, Wrong> {
    let command = AnswerSupplement {
        secret: secret.0.clone(),
        version: sent.body.version,
        answer: sent.body.answer.0.clone(),
    };
    told_after(
        &app,
        "answer_supplement",
        (visitor.lang, &secret.0),
        move |tx, cx| answer_supplement(tx, cx, &command),
    )
    .await
}

/// Why a dossier is withdrawn.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawOwnBody {
    /// Version that was read.
    #[schema(minimum = 1)]
    version: i64,
    /// Why.
    #[schema(value_type = String, min_length = 3, max_length = 2000)]
    reason: Text<2000>,
}

async fn withdraw(
    State(app): State<App>,
    visitor: Visitor,
    secret: InPath,
    sent: Sent<WithdrawOwnBody>,
) -> Result<Json<StatusOut>, Wrong> {
    let command = WithdrawByCitizen {
        secret: secret.0.clone(),
        version: sent.body.version,
        reason: sent.body.reason.0.clone(),
    };
    told_after(
        &app,
        "withdraw_by_citizen",
        (visitor.lang, &secret.0),
        move |tx, cx| withdraw_by_citizen(tx, cx, &command),
    )
    .await
}

/// What the citizen says of the service, once.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RateBody {
    /// `very_satisfied`, `satisfied`, `neutral`, `dissatisfied`, `very_dissatisfied`.
    #[schema(value_type = String, pattern = "^(very_satisfied|satisfied|neutral|dissatisfied|very_dissatisfied)$")]
    grade: Text<40>,
    /// What else there is to say.
    #[serde(default)]
    #[schema(value_type = String, max_length = 2000)]
    remark: Text<2000>,
}

async fn rate(
    State(app): State<App>,
    visitor: Visitor,
    secret: InPath,
    sent: Sent<RateBody>,
) -> Result<Json<StatusOut>, Wrong> {
    let command = RateDossier {
        secret: secret.0.clone(),
        grade: sent.body.grade.0.clone(),
        remark: sent.body.remark.0.clone(),
    };
    let done = app.town.write("rate_dossier", &CITIZEN, move |tx, cx| {
        rate_dossier(tx, cx, &command)
    });
    match done.await {
        Ok(()) => told(&app, visitor.lang, &secret.0).await,
        // Two at one moment: the other one was first.
        Err(AppError::Store(error)) if error.is_duplicate() => {
            Err(Wrong::App(AppError::refused("rating-refused-second")))
        }
        Err(error) => Err(Wrong::App(error)),
    }
}

async fn slip(State(app): State<App>, InPaths([secret, id]): InPaths<2>) -> Result<Response, Wrong> {
    let id: SlipId = id.parse().map_err(|_| Wrong::not_found("slip"))?;
    let house = House {
        base: app.site.base.clone(),
        is_demo: app.town.is_demo(),
    };
    let found = app.town.read("slip_by_secret", &CITIZEN, move |tx, cx| {
        slip_by_secret(tx, cx, &secret, &house, id)
    });
    let paper = found.await.map_err(Wrong::App)?;
    let name = paper.file_name.clone();
    let printed = app.shelf.print(paper).await.map_err(Wrong::App)?;
    Ok(crate::papers::pdf(&name, printed))
}

async fn proof(State(app): State<App>, InPaths([secret, version]): InPaths<2>) -> Result<Response, Wrong> {
    let version: i64 = version.parse().map_err(|_| Wrong::not_found("fact"))?;
    let found = app.town.read("proof_by_secret", &CITIZEN, move |tx, cx| {
        proof_by_secret(tx, cx, &secret, version)
    });
    // While the fact waits for its place there is no proof yet; asking again a moment later gives it.
    let Provable::Yes(files) = found.await.map_err(Wrong::App)?.proof else {
        return Err(Wrong::not_found("proof"));
    };
    Ok((StatusCode::OK, Json(ProofOut::from(files))).into_response())
}

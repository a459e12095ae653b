//! Joined-up dossiers over the API: the members with their deadlines, and what an organisation outside reports.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use serde_json::Value;
use townhall_app::error::AppError;
use townhall_app::joined::{self as app, JoinedView, MemberView, Report, ReportMember};
use townhall_domain::ids::DossierId;
use townhall_domain::permission::Right;
use townhall_domain::procedure::JoinedMode;
use townhall_text::Lang;
use utoipa::ToSchema;

use super::act::{self, action};
use super::book::{Book, Operation};
use super::dossiers::OnDossier;
use super::guard::Asker;
use super::problem::Wrong;
use super::read::{InPath, Text};
use super::shapes::{StateOut, instant, maybe};
use crate::routes::Need;
use crate::state::App;

pub(super) fn add(book: Book) -> Book {
    let operation = Operation::get(
        "list_members",
        "/api/v1/dossiers/{id}/members",
        Need::Right(Right::ReadDossier),
    );
    act::add::<ReportMemberBody>(book.add(operation.gives::<MembersOut>(200), list))
}

/// A member of a joined-up dossier.
#[derive(Debug, Serialize, ToSchema)]
pub struct MemberOut {
    /// Its place, from 0.
    #[schema(minimum = 0)]
    position: i64,
    /// Id of the part in the procedure.
    part: String,
    /// Who decides it.
    agency: String,
    /// What it does.
    task: String,
    /// Whether it leads.
    leads: bool,
    /// Whether an organisation outside decides and an officer enters what it reports.
    is_outside: bool,
    /// `waiting`, `at_work`, `done`, `refused`, `withdrawn`, `dropped`.
    state: &'static str,
    /// Its own dossier, where it is decided here and has begun.
    #[schema(format = "uuid")]
    dossier: Option<String>,
    /// Where its own dossier stands.
    dossier_state: Option<StateOut>,
    /// When it began.
    #[schema(format = DateTime)]
    started_at: Option<String>,
    /// When it is due.
    #[schema(format = DateTime)]
    due_at: Option<String>,
    /// Its time, such as `3wd`; counted from its beginning, so it tells by when where its turn has not come.
    time: Option<String>,
    /// The last bell that rang for it: `half`, `four_fifths`, `two_days`, `one_day`.
    warned: Option<&'static str>,
    /// Why: the steps of its deadline.
    #[schema(value_type = Option<Object>)]
    deadline: Option<Value>,
    /// Whether it ended late or is open past its due.
    is_late: bool,
    /// Until when relatives are asked to confirm; the clock stands meanwhile.
    #[schema(format = DateTime)]
    relatives_until: Option<String>,
    /// When it ended.
    #[schema(format = DateTime)]
    ended_at: Option<String>,
    /// Number of the organisation's file or paper.
    reference: Option<String>,
    /// What was reported.
    note: Option<String>,
    /// When an officer last entered a report.
    #[schema(format = DateTime)]
    reported_at: Option<String>,
    /// How sure its time and its place are: `H`, `M`, `L`.
    verified: String,
    /// Where that was read.
    source: String,
}

/// What belongs to a dossier because it is joined up; all empty for any other.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct MembersOut {
    /// The joined-up dossier that this one is a member of.
    #[schema(format = "uuid")]
    member_of: Option<String>,
    /// `parallel` or `sequential`, for a joined-up dossier.
    mode: Option<&'static str>,
    /// Its members in order.
    members: Vec<MemberOut>,
}

fn member(lang: Lang, now: jiff::Timestamp, view: &MemberView) -> MemberOut {
    let (kept, leg) = (&view.member, &view.leg);
    let deadline = view.deadline.as_ref();
    MemberOut {
        position: kept.position,
        part: kept.leg.clone(),
        agency: leg.body.get(lang.code()).to_owned(),
        task: leg.task.get(lang.code()).to_owned(),
        leads: leg.lead,
        is_outside: view.is_outside(),
        state: kept.state.as_str(),
        dossier: kept.dossier.map(|id| id.to_string()),
        dossier_state: view.own.as_ref().map(|own| own.state.into()),
        started_at: maybe(kept.started_at),
        due_at: deadline.map(|deadline| instant(deadline.due)),
        time: view.time.map(|time| time.to_string()),
        warned: view.warned.map(townhall_domain::deadline::WarningKind::as_str),
        deadline: deadline.map(townhall_domain::deadline::explain_json),
        is_late: view.is_late(now),
        relatives_until: maybe(kept.wait_until),
        ended_at: maybe(kept.ended_at),
        reference: kept.reference.clone(),
        note: kept.note.clone(),
        reported_at: maybe(kept.reported_at),
        verified: leg.verified.mark.letter().to_string(),
        source: leg.verified.source.clone(),
    }
}

async fn list(State(app): State<App>, asker: Asker, id: InPath) -> Result<Json<MembersOut>, Wrong> {
    let id: DossierId = id.id("dossier")?;
    let found = app.town.read("joined_view", &asker.actor, move |tx, cx| {
        app::joined_view(tx, cx, id)
    });
    let now = app.town.clock().now();
    Ok(Json(match found.await.map_err(Wrong::App)? {
        None => MembersOut::default(),
        Some(JoinedView::Member { parent, .. }) => MembersOut {
            member_of: Some(parent.to_string()),
            ..MembersOut::default()
        },
        Some(JoinedView::Whole { mode, members, .. }) => MembersOut {
            member_of: None,
            mode: Some(match mode {
                JoinedMode::Parallel => "parallel",
                JoinedMode::Sequential => "sequential",
            }),
            members: members.iter().map(|view| member(asker.lang, now, view)).collect(),
        },
    }))
}

action!(
    /// Enter what an organisation outside reports of its part of a joined-up dossier.
    ReportMemberBody on OnDossier, "dossier_report_member", "/api/v1/dossiers/{id}/actions/report_member",
    {
        /// Place of the member.
        #[schema(minimum = 0, maximum = 50)]
        position: i64,
        /// `taken`, `done`, `refused`, `withdrawn`, `relatives_asked`, `relatives_confirmed`.
        #[schema(value_type = String, pattern = "^(taken|done|refused|withdrawn|relatives_asked|relatives_confirmed)$")]
        report: Text<40>,
        /// Number of the organisation's file or paper; `taken` and `done` need it.
        #[serde(default)]
        #[schema(value_type = Option<String>, max_length = 100)]
        reference: Option<Text<100>>,
        /// What else it says; a refusal needs its reason.
        #[serde(default)]
        #[schema(value_type = Option<String>, max_length = 2000)]
        note: Option<Text<2000>>,
    },
    |it, tx, cx, dossier, version| {
        let report = Report::parse(&it.report.0)
            .ok_or_else(|| AppError::field("report", "api-word-unknown"))?;
        let cmd = ReportMember {
            dossier,
            version,
            position: it.position,
            report,
            reference: Text::filled(it.reference.as_ref()),
            note: Text::filled(it.note.as_ref()),
        };
        app::report_member(tx, cx, &cmd)
    }
);

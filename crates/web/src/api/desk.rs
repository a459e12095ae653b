//! What an officer's own desk asks: who stands at the counter, and which bells have rung.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use townhall_app::dossier::{Bells, bells};
use townhall_app::error::AppError;
use townhall_app::joined::{MemberBell, MemberBells, member_bells};
use townhall_app::task::{TaskBells, task_bells};
use townhall_domain::dossier::{Applicant, ApplicantInput};
use townhall_domain::ids::AccountId;
use townhall_domain::permission::Right;
use townhall_domain::time::Timestamp;
use townhall_text::Lang;
use utoipa::ToSchema;

use super::book::{Book, Operation};
use super::guard::Asker;
use super::problem::Wrong;
use super::read::{Sent, Text};
use super::shapes::instant;
use crate::routes::Need;
use crate::running::{Buckets, Rate};
use crate::state::App;

/// So often may one account look people up through programs: above what windows at work need, far below what it takes
/// to walk through numbers.
const LOOK_RATE: Rate = Rate {
    per_second: 1,
    burst: 60,
};

pub(super) fn add(book: Book) -> Book {
    let limit: Arc<Buckets<AccountId>> = Arc::new(Buckets::new(LOOK_RATE));
    let look = move |State(app): State<App>, sent: Sent<LookUpPersonBody>| {
        let limit = Arc::clone(&limit);
        async move { look_up(&app, &limit, sent).await.map(Json) }
    };
    book.add(
        Operation::ask(
            "look_up_person",
            "/api/v1/counter/look-up",
            Need::Right(Right::SearchByIdentityNumber),
        )
        .takes::<LookUpPersonBody>()
        .gives::<LookedUpOut>(200),
        look,
    )
    .add(
        Operation::get("list_bells", "/api/v1/work/bells", Need::Session).gives::<BellsOut>(200),
        rung,
    )
}

/// Who stands at the counter: the string of his card, or his number. It stands in the body, so that no log of addresses
/// keeps it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LookUpPersonBody {
    /// What a scanner reads from the QR code of an identity card.
    #[serde(default)]
    #[schema(value_type = String, max_length = 1000)]
    card: Text<1000>,
    /// Identity number, instead of the card; spaces, dots and hyphens do not matter.
    #[serde(default)]
    #[schema(value_type = String, max_length = 40)]
    number: Text<40>,
    /// The procedure that he asks for: a dossier of the same person received today is told.
    #[serde(default)]
    #[schema(value_type = String, max_length = 40)]
    procedure: Text<40>,
}

impl LookUpPersonBody {
    /// The number, digits only, and what the card says of its holder.
    fn person(&self) -> Result<(String, Option<ApplicantInput>), Wrong> {
        match (self.card.0.as_str(), self.number.0.as_str()) {
            ("", "") => Err(Wrong::field("number", "api-field-missing")),
            ("", number) => digits(number)
                .map(|number| (number, None))
                .ok_or_else(|| Wrong::field("number", "applicant-id-number-wrong")),
            (scanned, "") => {
                let card = ApplicantInput::from_identity_card(scanned);
                let card = card.ok_or_else(|| Wrong::field("card", "counter-card-unreadable"))?;
                Ok((card.id_number.clone(), Some(card)))
            }
            _ => Err(Wrong::field("card", "api-given-twice")),
        }
    }
}

fn digits(typed: &str) -> Option<String> {
    let digits: String = typed.chars().filter(|c| !matches!(c, ' ' | '.' | '-')).collect();
    let fits = matches!(digits.len(), 9 | 12) && digits.bytes().all(|byte| byte.is_ascii_digit());
    fits.then_some(digits)
}

/// A person as stated.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonStatedOut {
    /// `citizen`, `enterprise`, `agency`, `other`.
    kind: String,
    /// Full name.
    name: String,
    /// Identity number.
    id_number: Option<String>,
    /// Date of birth.
    #[schema(format = Date)]
    born_on: Option<String>,
    /// Telephone.
    phone: Option<String>,
    /// E-mail.
    email: Option<String>,
    /// Address in one line.
    address: Option<String>,
}

impl From<&Applicant> for PersonStatedOut {
    fn from(person: &Applicant) -> Self {
        let input = ApplicantInput::from(person);
        let told = |text: String| Some(text).filter(|text| !text.is_empty());
        Self {
            kind: input.kind,
            name: input.name,
            id_number: told(input.id_number),
            born_on: person.born_on.map(|day| day.to_string()),
            phone: told(input.phone),
            email: told(input.email),
            address: told(input.address),
        }
    }
}

/// A dossier of the same person and procedure, received today.
#[derive(Debug, Serialize, ToSchema)]
pub struct TwinOut {
    /// Identity.
    #[schema(format = "uuid")]
    dossier: String,
    /// Its code.
    code: String,
}

/// What the unit knows of a person.
#[derive(Debug, Serialize, ToSchema)]
pub struct LookedUpOut {
    /// As he was stated last; missing for who was never here.
    known: Option<PersonStatedOut>,
    /// Today's dossier of the same person and procedure: maybe this is the second time.
    twin: Option<TwinOut>,
    /// Whether the card bears another name than the one that was stated last.
    is_other_name: bool,
}

async fn look_up(
    app: &App,
    limit: &Buckets<AccountId>,
    sent: Sent<LookUpPersonBody>,
) -> Result<LookedUpOut, Wrong> {
    let (number, card) = sent.body.person()?;
    if let Some(account) = sent.asker.actor.account() {
        let taken = limit.take(account, std::time::Instant::now());
        taken.map_err(|seconds| Wrong::TooMany(seconds.max(1)))?;
    }
    let procedure = Some(sent.body.procedure.0.clone()).filter(|code| !code.is_empty());
    let looked = crate::counter::look_for(app, &sent.asker.actor, number, procedure, true)
        .await
        .map_err(Wrong::App)?;
    let is_other_name = match (&looked.known, &card) {
        (Some(known), Some(card)) => townhall_text::fold(&known.name) != townhall_text::fold(&card.name),
        _ => false,
    };
    Ok(LookedUpOut {
        known: looked.known.as_ref().map(PersonStatedOut::from),
        twin: looked.twin.map(|(dossier, code)| TwinOut {
            dossier: dossier.to_string(),
            code,
        }),
        is_other_name,
    })
}

/// A bell before a deadline.
#[derive(Debug, Serialize, ToSchema)]
pub struct BellOut {
    /// `dossier`, `member` (a part of a joined-up dossier that others decide) or `task`.
    kind: &'static str,
    /// Identity of the dossier or task; of a member that of its joined-up dossier.
    #[schema(format = "uuid")]
    id: String,
    /// Address of the whole.
    href: String,
    /// Its code.
    code: String,
    /// What it is about, in one line.
    what: String,
    /// Which bell: `half`, `four_fifths`, `two_days`, `one_day`.
    bell: &'static str,
    /// When it is due.
    #[schema(format = DateTime)]
    due_at: String,
}

impl BellOut {
    fn of_dossier(rung: &townhall_store::warnings::Rung) -> Self {
        let id = rung.dossier.to_string();
        Self::made(
            ("dossier", "dossiers"),
            id,
            &rung.code,
            &rung.subject,
            rung.kind.as_str(),
            rung.due_at,
        )
    }

    fn of_task(rung: &townhall_store::tasks::RungTask) -> Self {
        let id = rung.task.to_string();
        Self::made(
            ("task", "tasks"),
            id,
            &rung.code,
            &rung.work,
            rung.kind.as_str(),
            rung.due_at,
        )
    }

    fn of_member(rung: &MemberBell, lang: Lang) -> Self {
        let what = format!(
            "{} · {}",
            rung.leg.task.get(lang.code()),
            rung.leg.body.get(lang.code())
        );
        Self::made(
            ("member", "dossiers"),
            rung.parent.to_string(),
            &rung.code,
            &what,
            rung.kind.as_str(),
            rung.due_at,
        )
    }

    fn made(
        (kind, place): (&'static str, &str),
        id: String,
        code: &str,
        what: &str,
        bell: &'static str,
        due_at: Timestamp,
    ) -> Self {
        Self {
            kind,
            href: format!("/api/v1/{place}/{id}"),
            id,
            code: code.to_owned(),
            what: what.to_owned(),
            bell,
            due_at: instant(due_at),
        }
    }
}

/// The last bell of each dossier and task that has one; the newest few.
#[derive(Debug, Serialize, ToSchema)]
pub struct BellsOut {
    /// Of the work of the caller's post.
    own: Vec<BellOut>,
    /// Of the unit, for who leads it.
    unit: Vec<BellOut>,
}

impl BellsOut {
    fn of(dossiers: &Bells, members: &MemberBells, tasks: &TaskBells, lang: Lang) -> Self {
        let all =
            |of_dossiers: &[townhall_store::warnings::Rung], of_members: &[MemberBell], of_tasks: &[_]| {
                let of_dossiers = of_dossiers.iter().map(BellOut::of_dossier);
                let of_members = of_members.iter().map(|rung| BellOut::of_member(rung, lang));
                let of_tasks = of_tasks.iter().map(BellOut::of_task);
                of_dossiers.chain(of_members).chain(of_tasks).collect()
            };
        Self {
            own: all(&dossiers.own, &members.own, &tasks.own),
            unit: all(&dossiers.unit, &members.unit, &tasks.unit),
        }
    }
}

async fn rung(State(app): State<App>, asker: Asker) -> Result<Json<BellsOut>, Wrong> {
    let found = app.town.read("bells", &asker.actor, |tx, cx| {
        Ok::<_, AppError>((bells(tx, cx)?, member_bells(tx, cx)?, task_bells(tx, cx)?))
    });
    let (dossiers, members, tasks) = found.await.map_err(Wrong::App)?;
    Ok(Json(BellsOut::of(&dossiers, &members, &tasks, asker.lang)))
}

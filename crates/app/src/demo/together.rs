//! What is worked together with others: joined-up dossiers (liên thông), whose members outside report back, and
//! opinions that are asked of other bodies.
//!
//! A joined-up dossier takes the place of a birth or a death of the plan: its member is counted, the whole is not, so
//! that the reports' totals stay.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use jiff::{SignedDuration, Timestamp};
use townhall_domain::calendar::Office;
use townhall_domain::dossier::{Channel, Delivery, Holder, Stage, State};
use townhall_domain::ids::{DossierId, Id};
use townhall_domain::permission::Role;
use townhall_domain::time;
use townhall_store::{Tx, dossiers, joined};

use super::month::{Event, Life};
use super::office::Offices;
use super::play::acting;
use crate::cx::Cx;
use crate::dossier::{AnswerConsultation, ConsultUnit, answer_consultation, consult_unit};
use crate::error::AppError;
use crate::joined::{Report, ReportMember, report_member};

const BIRTH: &str = "1.001193";
const DEATH: &str = "1.000656";
const JOINED_BIRTH: &str = "3.000722";
const JOINED_DEATH: &str = "2.002913";

/// What an organisation outside reports of a member, after so many minutes of office since the lead's result.
type Said = (i64, i64, Report);

/// A joined-up dossier of the demonstration.
#[derive(Debug, Clone, Copy)]
pub(super) struct Whole {
    member: &'static str,
    /// The procedure of the whole.
    pub procedure: &'static str,
    /// The first dossier of the member's procedure from this day on that is resolved by the end.
    from: Date,
    /// At the counter its members follow one another, else all begin at once.
    pub channel: Channel,
    said: &'static [Said],
    /// Whether the results are handed over at the end.
    pub is_collected: bool,
}

const DAY: i64 = 480;
const POLICE: i64 = 1;
const INSURANCE: i64 = 2;

/// Three that ended, four that are open on 5 August with somebody outside.
const WHOLES: [Whole; 7] = [
    Whole {
        member: BIRTH,
        procedure: JOINED_BIRTH,
        from: date(2025, 7, 4),
        channel: Channel::Counter,
        said: &[
            (60, POLICE, Report::Taken),
            (3 * DAY, POLICE, Report::Done),
            (3 * DAY + 90, INSURANCE, Report::Taken),
            (6 * DAY, INSURANCE, Report::Done),
        ],
        is_collected: true,
    },
    Whole {
        member: BIRTH,
        procedure: JOINED_BIRTH,
        from: date(2025, 7, 14),
        channel: Channel::Online,
        said: &[
            (45, POLICE, Report::Taken),
            (70, INSURANCE, Report::Taken),
            (DAY, POLICE, Report::Done),
            (DAY + 200, INSURANCE, Report::Done),
        ],
        is_collected: true,
    },
    Whole {
        member: DEATH,
        procedure: JOINED_DEATH,
        from: date(2025, 7, 9),
        channel: Channel::Online,
        said: &[
            (50, POLICE, Report::Taken),
            (100, INSURANCE, Report::Taken),
            (2 * DAY, POLICE, Report::Done),
            (7 * DAY, INSURANCE, Report::Done),
        ],
        is_collected: true,
    },
    // The police have it, the card waits for them.
    Whole {
        member: BIRTH,
        procedure: JOINED_BIRTH,
        from: date(2025, 7, 28),
        channel: Channel::Counter,
        said: &[(55, POLICE, Report::Taken)],
        is_collected: false,
    },
    // Relatives are asked: the clock stands.
    Whole {
        member: BIRTH,
        procedure: JOINED_BIRTH,
        from: date(2025, 7, 31),
        channel: Channel::Online,
        said: &[
            (30, POLICE, Report::Taken),
            (40, POLICE, Report::RelativesAsked),
            (80, INSURANCE, Report::Taken),
        ],
        is_collected: false,
    },
    // Both have it, due in these days.
    Whole {
        member: BIRTH,
        procedure: JOINED_BIRTH,
        from: date(2025, 8, 1),
        channel: Channel::Online,
        said: &[(35, POLICE, Report::Taken), (75, INSURANCE, Report::Taken)],
        is_collected: false,
    },
    // The removal from residence is done, the benefits are not.
    Whole {
        member: DEATH,
        procedure: JOINED_DEATH,
        from: date(2025, 7, 24),
        channel: Channel::Online,
        said: &[
            (40, POLICE, Report::Taken),
            (90, INSURANCE, Report::Taken),
            (2 * DAY, POLICE, Report::Done),
        ],
        is_collected: false,
    },
];

/// Which dossiers of a plan are joined up; `planned` are procedure, time and whether it is resolved by the end, in
/// order of time.
pub(super) fn choose(planned: &[(&str, Timestamp, bool)]) -> BTreeMap<usize, Whole> {
    let mut chosen: BTreeMap<usize, Whole> = BTreeMap::new();
    for whole in WHOLES {
        let from = time::instant(whole.from.at(0, 0, 0, 0));
        let place = planned
            .iter()
            .enumerate()
            .find(|(place, (procedure, at, resolved))| {
                *procedure == whole.member && *resolved && *at >= from && !chosen.contains_key(place)
            })
            .map(|(place, _)| place);
        if let Some(place) = place {
            chosen.insert(place, whole);
        }
    }
    chosen
}

impl Whole {
    /// Makes a dossier of the plan joined up; it is collected, and its lead has a result.
    pub(super) fn take(&self, life: &mut Life) {
        self.procedure.clone_into(&mut life.procedure);
        life.channel = self.channel;
        life.delivery = Delivery::Counter;
        life.refuses = false;
        life.is_joined = true;
    }

    /// What follows the lead's result: the reports of those outside, and the hand-over.
    pub(super) fn after(
        &self,
        office: &Office<'_>,
        life: usize,
        lead_done: Timestamp,
        last_moment: Timestamp,
    ) -> Vec<(Timestamp, usize, Event)> {
        let later = |minutes: i64| {
            office
                .after_work(lead_done, SignedDuration::from_mins(minutes))
                .unwrap_or(last_moment)
        };
        let mut events: Vec<_> = self
            .said
            .iter()
            .map(|(minutes, position, report)| (later(*minutes), life, Event::Reported(*position, *report)))
            .collect();
        if self.is_collected {
            let last = self.said.last().map_or(0, |(minutes, ..)| *minutes);
            events.push((later(last + DAY / 2), life, Event::Forward));
        }
        events.retain(|(at, ..)| *at <= last_moment);
        events
    }
}

/// The dossier that whoever works is working on: of a joined-up one its own member while that is in progress.
pub(super) fn worked_on(tx: &mut Tx<'_>, life: &Life) -> Result<DossierId, AppError> {
    if life.is_joined {
        for member in joined::of_parent(tx, life.id)? {
            let Some(own) = member.dossier else { continue };
            let in_progress =
                dossiers::load(tx, own)?.is_some_and(|dossier| matches!(dossier.state, State::InProgress(_)));
            if in_progress {
                return Ok(own);
            }
        }
    }
    Ok(life.id)
}

/// The counter enters what an organisation outside reported.
pub(super) fn reported(
    tx: &mut Tx<'_>,
    cx: &Cx,
    offices: &Offices,
    life: &Life,
    (position, report): (i64, Report),
) -> Result<(), AppError> {
    let (Some(dossier), Some(actor)) = (
        dossiers::load(tx, life.id)?,
        acting(offices, &life.unit, Role::Receptionist, life.id),
    ) else {
        return Ok(());
    };
    let chance = life.id.uuid().as_bytes()[12];
    let reference = match (report, position) {
        (Report::Taken, POLICE) => Some(format!("CA-{:03}/2025", 100 + u16::from(chance))),
        (Report::Taken, _) => Some(format!("BHXH-{:04}/2025", 2000 + u16::from(chance) * 7)),
        (Report::Done, POLICE) => Some(format!("{:03}/TB-CAX", 100 + u16::from(chance))),
        (Report::Done, _) => Some(format!("{:04}/BHXH", 1000 + u16::from(chance) * 5)),
        _ => None,
    };
    let note = (report == Report::RelativesAsked)
        .then(|| "Công an xã gửi yêu cầu xác nhận tới chủ hộ trên VNeID.".to_owned());
    let command = ReportMember {
        dossier: life.id,
        version: dossier.version,
        position,
        report,
        reference,
        note,
    };
    report_member(tx, &cx.as_actor(actor.clone()), &command)
}

/// Whoever appraises a land dossier asks the land registration office, or writes down what it answered.
pub(super) fn consult(
    tx: &mut Tx<'_>,
    cx: &Cx,
    offices: &Offices,
    life: &Life,
    event: Event,
) -> Result<(), AppError> {
    let Some(dossier) = dossiers::load(tx, life.id)? else {
        return Ok(());
    };
    let holder = match dossier.holder {
        Some(Holder::Post(post)) => offices.of_post(&life.unit, post),
        _ => None,
    };
    let handling = matches!(dossier.state, State::InProgress(Stage::Appraise | Stage::Draft));
    let Some(actor) = holder.filter(|_| handling) else {
        return Ok(());
    };
    let cx = &cx.as_actor(actor.clone());
    if event == Event::Consult {
        let Ok(answer_by) = cx.packs().calendar().add_working_days(cx.today(), 5) else {
            return Ok(());
        };
        let command = ConsultUnit {
            dossier: life.id,
            version: dossier.version,
            whom: "Chi nhánh Văn phòng đăng ký đất đai".to_owned(),
            question: "Đề nghị cung cấp trích lục bản đồ địa chính và ý kiến về ranh giới thửa đất."
                .to_owned(),
            answer_by,
        };
        return consult_unit(tx, cx, &command).map(|_| ());
    }
    let asked = dossiers::records(tx, life.id)?
        .into_iter()
        .find(|record| record.kind == "consultation" && record.answered_at.is_none());
    let Some(asked) = asked else { return Ok(()) };
    let command = AnswerConsultation {
        dossier: life.id,
        version: dossier.version,
        consultation: asked.id,
        answer: "Thửa đất không tranh chấp, ranh giới phù hợp bản đồ địa chính; gửi kèm trích lục."
            .to_owned(),
        document: Some(format!(
            "{}/CNVPĐK",
            200 + u16::from(life.id.uuid().as_bytes()[13])
        )),
    };
    answer_consultation(tx, cx, &command)
}

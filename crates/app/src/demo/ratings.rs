//! What citizens of the demonstration say when their matter has ended: four in ten say anything, most are content,
//! who got it late or got a refusal is less so and says why. Their dice are their dossier's own.

use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};
use townhall_domain::dossier::{Dossier, State};
use townhall_domain::ids::{DossierId, Id};
use townhall_domain::rating::{self, Grade};
use townhall_domain::time;
use townhall_store::{Tx, dossiers};

use super::month::{Event, Life};
use crate::actor::Actor;
use crate::cx::{Cx, split_mix};
use crate::dossier::{RateDossier, Verdict, rate_dossier};
use crate::error::AppError;

/// So many of a hundred say something.
const SAYING: usize = 40;

/// Whether and when something is said.
const WHEN: u64 = 0x7768_656e;
/// What is said.
const WHAT: u64 = 0x7768_6174;

/// Shares of the grades, of a hundred, from very satisfied to not at all.
type Shares = [usize; 5];
const IN_TIME: Shares = [47, 41, 8, 3, 1];
const LATE: Shares = [4, 22, 28, 34, 12];
const REFUSED: Shares = [0, 12, 36, 36, 16];

const PRAISE: [&str; 6] = [
    "Cán bộ hướng dẫn tận tình, dễ hiểu.",
    "Làm nhanh, không phải đi lại nhiều lần.",
    "Quét mã trên giấy hẹn là biết hồ sơ đến đâu, rất tiện.",
    "Đúng hẹn, thái độ lịch sự. Cảm ơn cán bộ.",
    "Giấy tờ in rõ ràng, đúng tên, đúng ngày.",
    "Ghế chờ sạch sẽ, gọi đúng số thứ tự.",
];
const WISH: [&str; 4] = [
    "Nên có thêm quầy vào buổi sáng, chờ hơi lâu.",
    "Điền tờ khai còn khó với người lớn tuổi.",
    "Nên nhắn tin khi có kết quả để khỏi phải gọi hỏi.",
    "Chỗ để xe chật vào đầu tuần.",
];
const PLAINT: [&str; 4] = [
    "Chờ gần một tiếng mới tới lượt, quầy bên cạnh không có người.",
    "Phải về lấy thêm giấy tờ, lẽ ra nói một lần cho đủ.",
    "Gọi số điện thoại trên giấy hẹn nhiều lần không có người nghe.",
    "Tên đệm trên kết quả in sai, phải đợi in lại.",
];
const LATE_PLAINT: [&str; 4] = [
    "Trễ hẹn mà không ai báo trước, đến nơi mới biết chưa xong.",
    "Hẹn đúng ngày nhưng phải quay lại lần nữa mới có kết quả.",
    "Quá hẹn hai ngày, xin lỗi thì có nhưng tôi đã mất một buổi làm.",
    "Không rõ hồ sơ đang nằm ở bộ phận nào mà trễ.",
];
const REFUSED_PLAINT: [&str; 3] = [
    "Lý do từ chối viết khó hiểu, không biết phải làm gì tiếp.",
    "Nếu không đủ điều kiện thì nên nói ngay khi nộp.",
    "Chờ đến ngày hẹn mới được biết là không giải quyết.",
];

/// Dice of one dossier for one question, thrown by nothing else.
fn dice_of(id: DossierId, question: u64) -> impl FnMut(usize) -> usize {
    let mut seed = [0_u8; 8];
    seed.copy_from_slice(&id.uuid().as_bytes()[8..]);
    let mut state = u64::from_be_bytes(seed) ^ question;
    move |below| usize::try_from(split_mix(&mut state) >> 11).unwrap_or(0) % below.max(1)
}

/// Plans who says something, and when: at the counter in the minutes after, or at home within two days. Whether the
/// matter has ended by then is seen when the time comes.
pub(super) fn plan(lives: &[Life], events: &mut Vec<(Timestamp, usize, Event)>) {
    let end = time::instant(date(2025, 8, 5).at(6, 30, 0, 0));
    let mut last: Vec<Option<Timestamp>> = vec![None; lives.len()];
    for (at, life, event) in events.iter() {
        if *event != Event::CloseDay {
            last[*life] = last[*life].max(Some(*at));
        }
    }
    for (place, life) in lives.iter().enumerate() {
        let mut dice = dice_of(life.id, WHEN);
        let Some(last) = last[place].filter(|_| life.verdict == Verdict::Accept && dice(100) < SAYING) else {
            continue;
        };
        let minutes = if dice(3) < 2 {
            2 + dice(15)
        } else {
            90 + dice(46 * 60)
        };
        let at = last + SignedDuration::from_mins(i64::try_from(minutes).unwrap_or(5));
        // Nobody rates in the dead of night.
        let hour = time::local(at).hour();
        if at < end && (6..22).contains(&hour) {
            events.push((at, place, Event::Rate));
        }
    }
}

/// The citizen says it on the page of his receipt; nothing while his matter has not ended.
pub(super) fn rate(tx: &mut Tx<'_>, cx: &Cx, life: &Life) -> Result<(), AppError> {
    let Some(dossier) = dossiers::load(tx, life.id)?.filter(|dossier| rating::is_open(dossier.state)) else {
        return Ok(());
    };
    let (grade, remark) = said(&dossier);
    let command = RateDossier {
        secret: dossier.receipt_secret,
        grade: grade.as_str().to_owned(),
        remark: remark.unwrap_or_default().to_owned(),
    };
    rate_dossier(tx, &cx.as_actor(Actor::Citizen { dossier: None }), &command)
}

fn said(dossier: &Dossier) -> (Grade, Option<&'static str>) {
    let mut dice = dice_of(dossier.id, WHAT);
    let is_late = match (dossier.ended_at, &dossier.deadline) {
        (Some(ended), Some(deadline)) => ended > deadline.due,
        _ => false,
    };
    let (shares, plaints): (Shares, &[&'static str]) = if dossier.state == State::Stopped {
        (REFUSED, &REFUSED_PLAINT)
    } else if is_late {
        (LATE, &LATE_PLAINT)
    } else {
        (IN_TIME, &PLAINT)
    };
    let mut left = dice(100);
    let place = shares.iter().position(|share| {
        let here = left < *share;
        left = left.saturating_sub(*share);
        here
    });
    let grade = Grade::ALL[place.unwrap_or(1)];
    let mut pick = |from: &[&'static str], of_hundred: usize| {
        let talks = dice(100) < of_hundred;
        let place = dice(from.len());
        from.get(place).copied().filter(|_| talks)
    };
    let remark = match grade {
        Grade::VerySatisfied => pick(&PRAISE, 35),
        Grade::Satisfied => pick(&PRAISE[..4], 15),
        Grade::Neutral => pick(&WISH, 60),
        // Who is dissatisfied is asked why.
        Grade::Dissatisfied | Grade::VeryDissatisfied => pick(plaints, 100),
    };
    (grade, remark)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shares_of_the_grades_are_whole() {
        for shares in [IN_TIME, LATE, REFUSED] {
            assert_eq!(shares.iter().sum::<usize>(), 100);
        }
    }
}

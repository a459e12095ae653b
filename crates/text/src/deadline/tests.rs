use std::fmt::Write as _;
use std::sync::OnceLock;

use jiff::civil::{Date, date};
use townhall_domain::calendar::{Calendar, Office, OfficeHours};
use townhall_domain::deadline::Resume;
use townhall_domain::pack::PackFile;
use townhall_domain::time::instant;

use super::*;

const DAYS: PackFile<'_> = PackFile {
    path: "calendars/viet-nam.toml",
    text: include_str!("../../../../packs/calendars/viet-nam.toml"),
};
const HOURS: PackFile<'_> = PackFile {
    path: "calendars/office-hours.toml",
    text: include_str!("../../../../packs/calendars/office-hours.toml"),
};

fn calendar() -> &'static Calendar {
    static ONCE: OnceLock<Calendar> = OnceLock::new();
    ONCE.get_or_init(|| Calendar::parse(DAYS).expect("reads"))
}

fn office() -> Office<'static> {
    static ONCE: OnceLock<OfficeHours> = OnceLock::new();
    let hours = ONCE.get_or_init(|| OfficeHours::parse(HOURS).expect("reads"));
    Office::new(calendar(), hours, &["24682", "68"])
}

fn at(text: &str) -> Timestamp {
    instant(text.parse().expect("a local date and time"))
}

fn compute(from: &str, limit: &str) -> Deadline {
    Deadline::compute(&office(), at(from), limit.parse().expect("a limit")).expect("computes")
}

fn told(deadline: &Deadline, today: Date) -> String {
    let mut text = String::new();
    for lang in Lang::ALL {
        writeln!(text, "{}", deadline_why(lang, deadline, today)).expect("a string");
        for row in deadline_steps(lang, deadline, today) {
            writeln!(text, "{:?} {}", row.mark, row.sentence()).expect("a string");
        }
        writeln!(text, "{}", deadline_rule(lang, deadline)).expect("a string");
        writeln!(text, "{}\n", deadline_summary(lang, deadline, today)).expect("a string");
    }
    text
}

#[test]
fn three_working_days_are_told_as_on_the_inbox() {
    insta::assert_snapshot!(told(&compute("2025-07-30T14:10", "3wd"), date(2025, 8, 4)), @r#"
Vì sao hạn là 17:00 hôm nay?
Event Thứ Tư 30/7, 14:10: nhận đủ hồ sơ; ngày nhận không tính
Counted 31/7, 01/8: ngày làm việc thứ 1, thứ 2
Off 02/8, 03/8: thứ Bảy, Chủ nhật: nghỉ, không tính
End Thứ Hai 04/8: ngày làm việc thứ 3 → hạn 17:00
Quy định 3 ngày làm việc · Bộ luật Dân sự, Điều 147–148 · lịch nghỉ năm 2025
Thời hạn là 3 ngày làm việc, tính từ ngày sau ngày nhận đủ hồ sơ (thứ Tư 30/7). Không tính cuối tuần. Hạn là thứ Hai 04/8, 17:00.

Why is it due today at 17:00?
Event Wednesday 30 Jul, 14:10: complete dossier received; this day is not counted
Counted 31 Jul, 1 Aug: working days 1, 2
Off 2 Aug, 3 Aug: Saturday, Sunday: off, not counted
End Monday 4 Aug: working day 3 → due 17:00
Limit: 3 working days · Civil Code, articles 147–148 · days off of 2025
The limit is 3 working days, counted from the day after the complete dossier was received (Wednesday 30 Jul). Not counted: weekend. It is due Monday 4 Aug, 17:00.
"#);
}

#[test]
fn days_off_and_makeup_days_are_told_by_name() {
    insta::assert_snapshot!(told(&compute("2026-02-12T10:00", "3wd"), date(2026, 2, 12)), @r#"
Vì sao hạn là thứ Ba 24/02, 17:00?
Event Thứ Năm 12/02, 10:00: nhận đủ hồ sơ; ngày nhận không tính
Counted 13/02: ngày làm việc thứ 1
Off 14/02 – 22/02: cuối tuần, Tết Nguyên đán: nghỉ, không tính
Counted 23/02: ngày làm việc thứ 2
End Thứ Ba 24/02: ngày làm việc thứ 3 → hạn 17:00
Quy định 3 ngày làm việc · Bộ luật Dân sự, Điều 147–148 · lịch nghỉ năm 2026
Thời hạn là 3 ngày làm việc, tính từ ngày sau ngày nhận đủ hồ sơ (thứ Năm 12/02). Không tính 2 kỳ nghỉ cuối tuần; Tết Nguyên đán 16/02 – 20/02. Hạn là thứ Ba 24/02, 17:00.

Why is it due Tuesday 24 Feb, 17:00?
Event Thursday 12 Feb, 10:00: complete dossier received; this day is not counted
Counted 13 Feb: working day 1
Off 14 Feb – 22 Feb: weekend, Tết (Lunar New Year): off, not counted
Counted 23 Feb: working day 2
End Tuesday 24 Feb: working day 3 → due 17:00
Limit: 3 working days · Civil Code, articles 147–148 · days off of 2026
The limit is 3 working days, counted from the day after the complete dossier was received (Thursday 12 Feb). Not counted: 2 weekends; Tết (Lunar New Year) 16 Feb – 20 Feb. It is due Tuesday 24 Feb, 17:00.
"#);
    insta::assert_snapshot!(told(&compute("2026-08-20T09:00", "3wd"), date(2026, 8, 20)), @r#"
Vì sao hạn là thứ Hai 24/8, 17:00?
Event Thứ Năm 20/8, 09:00: nhận đủ hồ sơ; ngày nhận không tính
Counted 21/8: ngày làm việc thứ 1
Counted 22/8: Thứ Bảy làm bù dịp Quốc khánh: ngày làm việc thứ 2
Off 23/8: Chủ nhật: nghỉ, không tính
End Thứ Hai 24/8: ngày làm việc thứ 3 → hạn 17:00
Quy định 3 ngày làm việc · Bộ luật Dân sự, Điều 147–148 · lịch nghỉ năm 2026
Thời hạn là 3 ngày làm việc, tính từ ngày sau ngày nhận đủ hồ sơ (thứ Năm 20/8). Không tính cuối tuần. Hạn là thứ Hai 24/8, 17:00.

Why is it due Monday 24 Aug, 17:00?
Event Thursday 20 Aug, 09:00: complete dossier received; this day is not counted
Counted 21 Aug: working day 1
Counted 22 Aug: Saturday worked in exchange for National Day: working day 2
Off 23 Aug: Sunday: off, not counted
End Monday 24 Aug: working day 3 → due 17:00
Limit: 3 working days · Civil Code, articles 147–148 · days off of 2026
The limit is 3 working days, counted from the day after the complete dossier was received (Thursday 20 Aug). Not counted: weekend. It is due Monday 24 Aug, 17:00.
"#);
    insta::assert_snapshot!(told(&compute("2026-04-24T09:00", "2wd"), date(2026, 4, 24)), @r#"
Vì sao hạn là thứ Tư 29/4, 17:00?
Event Thứ Sáu 24/4, 09:00: nhận đủ hồ sơ; ngày nhận không tính
Off 25/4, 26/4, 27/4: cuối tuần, Giỗ Tổ Hùng Vương, nghỉ bù Giỗ Tổ Hùng Vương: nghỉ, không tính
Counted 28/4: ngày làm việc thứ 1
End Thứ Tư 29/4: ngày làm việc thứ 2 → hạn 17:00
Quy định 2 ngày làm việc · Bộ luật Dân sự, Điều 147–148 · lịch nghỉ năm 2026
Thời hạn là 2 ngày làm việc, tính từ ngày sau ngày nhận đủ hồ sơ (thứ Sáu 24/4). Không tính cuối tuần; Giỗ Tổ Hùng Vương 26/4; nghỉ bù Giỗ Tổ Hùng Vương 27/4. Hạn là thứ Tư 29/4, 17:00.

Why is it due Wednesday 29 Apr, 17:00?
Event Friday 24 Apr, 09:00: complete dossier received; this day is not counted
Off 25 Apr, 26 Apr, 27 Apr: weekend, Hùng Kings Commemoration Day, day in lieu of Hùng Kings Commemoration Day: off, not counted
Counted 28 Apr: working day 1
End Wednesday 29 Apr: working day 2 → due 17:00
Limit: 2 working days · Civil Code, articles 147–148 · days off of 2026
The limit is 2 working days, counted from the day after the complete dossier was received (Friday 24 Apr). Not counted: weekend; Hùng Kings Commemoration Day 26 Apr; day in lieu of Hùng Kings Commemoration Day 27 Apr. It is due Wednesday 29 Apr, 17:00.
"#);
    insta::assert_snapshot!(told(&compute("2030-01-30T09:00", "3wd"), date(2030, 1, 30)), @r#"
Vì sao hạn là thứ Hai 11/02, 17:00?
Event Thứ Tư 30/01, 09:00: nhận đủ hồ sơ; ngày nhận không tính
Off 31/01 – 06/02: Tết Nguyên đán (dự kiến), nghỉ bù Tết Nguyên đán (dự kiến): nghỉ, không tính
Counted 07/02, 08/02: ngày làm việc thứ 1, thứ 2
Off 09/02, 10/02: thứ Bảy, Chủ nhật: nghỉ, không tính
End Thứ Hai 11/02: ngày làm việc thứ 3 → hạn 17:00
Quy định 3 ngày làm việc · Bộ luật Dân sự, Điều 147–148 · lịch nghỉ năm 2030 · có ngày nghỉ mới là dự kiến
Thời hạn là 3 ngày làm việc, tính từ ngày sau ngày nhận đủ hồ sơ (thứ Tư 30/01). Không tính cuối tuần; Tết Nguyên đán 31/01 – 04/02 (dự kiến); nghỉ bù Tết Nguyên đán 05/02, 06/02 (dự kiến). Hạn là thứ Hai 11/02, 17:00.

Why is it due Monday 11 Feb, 17:00?
Event Wednesday 30 Jan, 09:00: complete dossier received; this day is not counted
Off 31 Jan – 6 Feb: Tết (Lunar New Year) (projected), day in lieu of Tết (Lunar New Year) (projected): off, not counted
Counted 7 Feb, 8 Feb: working days 1, 2
Off 9 Feb, 10 Feb: Saturday, Sunday: off, not counted
End Monday 11 Feb: working day 3 → due 17:00
Limit: 3 working days · Civil Code, articles 147–148 · days off of 2030 · some days off are only projected
The limit is 3 working days, counted from the day after the complete dossier was received (Wednesday 30 Jan). Not counted: weekend; Tết (Lunar New Year) 31 Jan – 4 Feb (projected); day in lieu of Tết (Lunar New Year) 5 Feb, 6 Feb (projected). It is due Monday 11 Feb, 17:00.
"#);
}

#[test]
fn a_last_day_that_is_off_is_told_with_its_reason() {
    insta::assert_snapshot!(told(&compute("2026-08-17T09:00", "15d"), date(2026, 8, 17)), @r#"
Vì sao hạn là thứ Năm 03/9, 17:00?
Event Thứ Hai 17/8, 09:00: nhận đủ hồ sơ; ngày nhận không tính
Counted 18/8 – 01/9: ngày thứ 1 đến thứ 15, tính cả ngày nghỉ
Event Thứ Ba 01/9: ngày cuối rơi vào Quốc khánh nên chuyển sang ngày làm việc tiếp theo
Off 02/9: Quốc khánh: nghỉ, không tính
End Thứ Năm 03/9: ngày làm việc tiếp theo → hạn 17:00
Quy định 15 ngày · Bộ luật Dân sự, Điều 147–148 · lịch nghỉ năm 2026
Thời hạn là 15 ngày, tính từ ngày sau ngày nhận đủ hồ sơ (thứ Hai 17/8). Ngày cuối rơi vào ngày nghỉ nên chuyển sang ngày làm việc tiếp theo. Hạn là thứ Năm 03/9, 17:00.

Why is it due Thursday 3 Sep, 17:00?
Event Monday 17 Aug, 09:00: complete dossier received; this day is not counted
Counted 18 Aug – 1 Sep: days 1 to 15, days off included
Event Tuesday 1 Sep: the last day is off (National Day), so the next working day holds
Off 2 Sep: National Day: off, not counted
End Thursday 3 Sep: the next working day → due 17:00
Limit: 15 days · Civil Code, articles 147–148 · days off of 2026
The limit is 15 days, counted from the day after the complete dossier was received (Monday 17 Aug). The last day is off, so the next working day holds. It is due Thursday 3 Sep, 17:00.
"#);
    insta::assert_snapshot!(told(&compute("2025-08-09T09:00", "1mo"), date(2025, 8, 9)), @r#"
Vì sao hạn là thứ Ba 09/9, 17:00?
Event Thứ Bảy 09/8, 09:00: nhận đủ hồ sơ; ngày nhận không tính
Counted 10/8 – 08/9: 1 tháng, tính cả ngày nghỉ
End Thứ Ba 09/9: đủ 1 tháng → hạn 17:00
Quy định 1 tháng · Bộ luật Dân sự, Điều 147–148 · lịch nghỉ năm 2025
Thời hạn là 1 tháng, tính từ ngày sau ngày nhận đủ hồ sơ (thứ Bảy 09/8). Hạn là thứ Ba 09/9, 17:00.

Why is it due Tuesday 9 Sep, 17:00?
Event Saturday 9 Aug, 09:00: complete dossier received; this day is not counted
Counted 10 Aug – 8 Sep: 1 month, days off included
End Tuesday 9 Sep: 1 month complete → due 17:00
Limit: 1 month · Civil Code, articles 147–148 · days off of 2025
The limit is 1 month, counted from the day after the complete dossier was received (Saturday 9 Aug). It is due Tuesday 9 Sep, 17:00.
"#);
}

#[test]
fn the_same_day_is_told_with_its_cutoff() {
    insta::assert_snapshot!(told(&compute("2025-08-05T09:00", "sd"), date(2025, 8, 5)), @r#"
Vì sao hạn là 17:00 hôm nay?
Event Thứ Ba 05/8, 09:00: nhận đủ hồ sơ, chậm nhất 15:00 nên trả trong ngày
End Thứ Ba 05/8: trả trong ngày → hạn 17:00
Quy định trong ngày · Nghị định 23/2015/NĐ-CP, Điều 7; Luật Hộ tịch 2014 · lịch nghỉ năm 2025
Hồ sơ nhận chậm nhất 15:00 được trả trong ngày làm việc đó, sau giờ này thì trả ngày làm việc tiếp theo. Hồ sơ nhận lúc thứ Ba 05/8, 09:00. Hạn là thứ Ba 05/8, 17:00.

Why is it due today at 17:00?
Event Tuesday 5 Aug, 09:00: complete dossier received by 15:00, so the result is due the same day
End Tuesday 5 Aug: result due the same day → due 17:00
Limit: the same day · Decree 23/2015/NĐ-CP, article 7; Civil Status Law 2014 · days off of 2025
What is received by 15:00 is done the same working day, later the next working day. This dossier was received Tuesday 5 Aug, 09:00. It is due Tuesday 5 Aug, 17:00.
"#);
    insta::assert_snapshot!(told(&compute("2026-02-13T15:30", "sd"), date(2026, 2, 13)), @r#"
Vì sao hạn là thứ Hai 23/02, 17:00?
Event Thứ Sáu 13/02, 15:30: nhận đủ hồ sơ sau 15:00 nên tính sang ngày làm việc tiếp theo
Off 14/02 – 22/02: cuối tuần, Tết Nguyên đán: nghỉ, không tính
End Thứ Hai 23/02: ngày làm việc thứ 1 → hạn 17:00
Quy định trong ngày · Nghị định 23/2015/NĐ-CP, Điều 7; Luật Hộ tịch 2014 · lịch nghỉ năm 2026
Hồ sơ nhận chậm nhất 15:00 được trả trong ngày làm việc đó, sau giờ này thì trả ngày làm việc tiếp theo. Hồ sơ nhận lúc thứ Sáu 13/02, 15:30. Không tính 2 kỳ nghỉ cuối tuần; Tết Nguyên đán 16/02 – 20/02. Hạn là thứ Hai 23/02, 17:00.

Why is it due Monday 23 Feb, 17:00?
Event Friday 13 Feb, 15:30: complete dossier received after 15:00, so the next working day counts
Off 14 Feb – 22 Feb: weekend, Tết (Lunar New Year): off, not counted
End Monday 23 Feb: working day 1 → due 17:00
Limit: the same day · Decree 23/2015/NĐ-CP, article 7; Civil Status Law 2014 · days off of 2026
What is received by 15:00 is done the same working day, later the next working day. This dossier was received Friday 13 Feb, 15:30. Not counted: 2 weekends; Tết (Lunar New Year) 16 Feb – 20 Feb. It is due Monday 23 Feb, 17:00.
"#);
    insta::assert_snapshot!(told(&compute("2025-08-09T10:00", "sd"), date(2025, 8, 9)), @r#"
Vì sao hạn là thứ Hai 11/8, 17:00?
Event Thứ Bảy 09/8, 10:00: nhận đủ hồ sơ vào ngày nghỉ nên tính sang ngày làm việc tiếp theo
Off 09/8, 10/8: thứ Bảy, Chủ nhật: nghỉ, không tính
End Thứ Hai 11/8: ngày làm việc thứ 1 → hạn 17:00
Quy định trong ngày · Nghị định 23/2015/NĐ-CP, Điều 7; Luật Hộ tịch 2014 · lịch nghỉ năm 2025
Hồ sơ nhận chậm nhất 15:00 được trả trong ngày làm việc đó, sau giờ này thì trả ngày làm việc tiếp theo. Hồ sơ nhận lúc thứ Bảy 09/8, 10:00. Không tính cuối tuần. Hạn là thứ Hai 11/8, 17:00.

Why is it due Monday 11 Aug, 17:00?
Event Saturday 9 Aug, 10:00: complete dossier received on a day off, so the next working day counts
Off 9 Aug, 10 Aug: Saturday, Sunday: off, not counted
End Monday 11 Aug: working day 1 → due 17:00
Limit: the same day · Decree 23/2015/NĐ-CP, article 7; Civil Status Law 2014 · days off of 2025
What is received by 15:00 is done the same working day, later the next working day. This dossier was received Saturday 9 Aug, 10:00. Not counted: weekend. It is due Monday 11 Aug, 17:00.
"#);
}

#[test]
fn hours_and_half_days_are_told_within_office_time() {
    insta::assert_snapshot!(told(&compute("2025-08-08T16:00", "8wh"), date(2025, 8, 8)), @r#"
Vì sao hạn là thứ Hai 11/8, 16:30?
Event Thứ Sáu 08/8, 16:00: nhận đủ hồ sơ; thời gian tính ngay
Counted 08/8: tính 1 giờ trong giờ làm việc
Off 09/8, 10/8: thứ Bảy, Chủ nhật: nghỉ, không tính
End Thứ Hai 11/8: tính 7 giờ trong giờ làm việc → hạn 16:30
Quy định 8 giờ làm việc · Bộ luật Dân sự, Điều 147–148 · lịch nghỉ năm 2025
Thời hạn là 8 giờ làm việc, tính ngay từ lúc nhận đủ hồ sơ (thứ Sáu 08/8, 16:00). Không tính cuối tuần. Hạn là thứ Hai 11/8, 16:30.

Why is it due Monday 11 Aug, 16:30?
Event Friday 8 Aug, 16:00: complete dossier received; time runs at once
Counted 8 Aug: 1 hour of office time counted
Off 9 Aug, 10 Aug: Saturday, Sunday: off, not counted
End Monday 11 Aug: 7 hours of office time counted → due 16:30
Limit: 8 working hours · Civil Code, articles 147–148 · days off of 2025
The limit is 8 working hours, counted from the moment the complete dossier was received (Friday 8 Aug, 16:00). Not counted: weekend. It is due Monday 11 Aug, 16:30.
"#);
    insta::assert_snapshot!(told(&compute("2025-08-08T14:00", "3hd"), date(2025, 8, 8)), @r#"
Vì sao hạn là thứ Ba 12/8, 11:30?
Event Thứ Sáu 08/8, 14:00: nhận đủ hồ sơ; buổi đang làm không tính
Off 09/8, 10/8: thứ Bảy, Chủ nhật: nghỉ, không tính
Counted 11/8: buổi thứ 1, thứ 2
End Thứ Ba 12/8: buổi thứ 3 → hạn 11:30
Quy định 3 buổi làm việc · Bộ luật Dân sự, Điều 147–148 · lịch nghỉ năm 2025
Thời hạn là 3 buổi làm việc, tính từ buổi sau khi nhận đủ hồ sơ (thứ Sáu 08/8, 14:00). Không tính cuối tuần. Hạn là thứ Ba 12/8, 11:30.

Why is it due Tuesday 12 Aug, 11:30?
Event Friday 8 Aug, 14:00: complete dossier received; the running half day is not counted
Off 9 Aug, 10 Aug: Saturday, Sunday: off, not counted
Counted 11 Aug: half days 1, 2
End Tuesday 12 Aug: half day 3 → due 11:30
Limit: 3 half days · Civil Code, articles 147–148 · days off of 2025
The limit is 3 half days, counted from the half day after the complete dossier was received (Friday 8 Aug, 14:00). Not counted: weekend. It is due Tuesday 12 Aug, 11:30.
"#);
}

#[test]
fn a_long_limit_is_folded_to_few_rows() {
    let long = compute("2026-08-03T09:00", "35wd");
    assert!(deadline_steps(Lang::Vi, &long, date(2026, 8, 3)).len() <= 7);
    insta::assert_snapshot!(told(&long, date(2026, 8, 3)), @r#"
Vì sao hạn là thứ Tư 23/9, 17:00?
Event Thứ Hai 03/8, 09:00: nhận đủ hồ sơ; ngày nhận không tính
Counted 04/8 – 22/9: ngày làm việc thứ 1 đến thứ 34, kể cả thứ Bảy 22/8 làm bù
Off Trong đó: không tính 7 kỳ nghỉ cuối tuần; hoán đổi dịp Quốc khánh 31/8; Quốc khánh 01/9, 02/9
End Thứ Tư 23/9: ngày làm việc thứ 35 → hạn 17:00
Quy định 35 ngày làm việc · Bộ luật Dân sự, Điều 147–148 · lịch nghỉ năm 2026
Thời hạn là 35 ngày làm việc, tính từ ngày sau ngày nhận đủ hồ sơ (thứ Hai 03/8). Không tính 7 kỳ nghỉ cuối tuần; hoán đổi dịp Quốc khánh 31/8; Quốc khánh 01/9, 02/9. Hạn là thứ Tư 23/9, 17:00.

Why is it due Wednesday 23 Sep, 17:00?
Event Monday 3 Aug, 09:00: complete dossier received; this day is not counted
Counted 4 Aug – 22 Sep: working days 1 to 34, Saturday 22 Aug worked in exchange included
Off In between: not counted: 7 weekends; day swapped for National Day 31 Aug; National Day 1 Sep, 2 Sep
End Wednesday 23 Sep: working day 35 → due 17:00
Limit: 35 working days · Civil Code, articles 147–148 · days off of 2026
The limit is 35 working days, counted from the day after the complete dossier was received (Monday 3 Aug). Not counted: 7 weekends; day swapped for National Day 31 Aug; National Day 1 Sep, 2 Sep. It is due Wednesday 23 Sep, 17:00.
"#);
}

#[test]
fn what_happened_later_is_told_in_order() {
    let office = office();
    let first = compute("2025-07-29T09:00", "3wd");
    let more = first
        .add_time(
            &office,
            at("2025-08-01T09:00"),
            Limit::WorkingDays(3),
            "Luật Hộ tịch 2014, Điều 28",
            None,
        )
        .expect("in time");
    insta::assert_snapshot!(told(&more, date(2025, 8, 4)), @r#"
Vì sao hạn là thứ Tư 06/8, 17:00?
Event Thứ Ba 29/7, 09:00: nhận đủ hồ sơ; ngày nhận không tính
Counted 30/7, 31/7, 01/8: ngày làm việc thứ 1, thứ 2, thứ 3
Event Thứ Sáu 01/8, 09:00: thêm 3 ngày làm việc; hạn đầu thứ Sáu 01/8, 17:00
Off 02/8, 03/8: thứ Bảy, Chủ nhật: nghỉ, không tính
Counted 04/8, 05/8: ngày làm việc thứ 1, thứ 2
End Thứ Tư 06/8: ngày làm việc thứ 3 → hạn 17:00
Quy định 3 ngày làm việc · Bộ luật Dân sự, Điều 147–148 · lịch nghỉ năm 2025
Thời hạn là 3 ngày làm việc, tính từ ngày sau ngày nhận đủ hồ sơ (thứ Ba 29/7). Không tính cuối tuần. Hạn đầu là thứ Sáu 01/8, nay là thứ Tư 06/8, 17:00.

Why is it due Wednesday 6 Aug, 17:00?
Event Tuesday 29 Jul, 09:00: complete dossier received; this day is not counted
Counted 30 Jul, 31 Jul, 1 Aug: working days 1, 2, 3
Event Friday 1 Aug, 09:00: 3 working days added; first deadline Friday 1 Aug, 17:00
Off 2 Aug, 3 Aug: Saturday, Sunday: off, not counted
Counted 4 Aug, 5 Aug: working days 1, 2
End Wednesday 6 Aug: working day 3 → due 17:00
Limit: 3 working days · Civil Code, articles 147–148 · days off of 2025
The limit is 3 working days, counted from the day after the complete dossier was received (Tuesday 29 Jul). Not counted: weekend. The first deadline was Friday 1 Aug, now it is Wednesday 6 Aug, 17:00.
"#);
    let extended = more
        .extend(&office, at("2025-08-05T10:00"), date(2025, 8, 8), None)
        .expect("in time");
    insta::assert_snapshot!(told(&extended, date(2025, 8, 6)), @r#"
Vì sao hạn là thứ Sáu 08/8, 17:00?
Event Thứ Ba 29/7, 09:00: nhận đủ hồ sơ; ngày nhận không tính
Counted 30/7, 31/7, 01/8: ngày làm việc thứ 1, thứ 2, thứ 3
Event Thứ Sáu 01/8, 09:00: thêm 3 ngày làm việc; hạn đầu thứ Sáu 01/8, 17:00
Counted 04/8, 05/8, 06/8: ngày làm việc thứ 1, thứ 2, thứ 3
Off Trong đó: không tính cuối tuần
Event Thứ Ba 05/8, 10:00: xin lỗi và gia hạn một lần; hạn trước đó thứ Tư 06/8, 17:00
Counted 07/8: ngày làm việc thứ 1
End Thứ Sáu 08/8: ngày làm việc thứ 2 → hạn 17:00
Quy định 3 ngày làm việc · Bộ luật Dân sự, Điều 147–148 · lịch nghỉ năm 2025
Thời hạn là 3 ngày làm việc, tính từ ngày sau ngày nhận đủ hồ sơ (thứ Ba 29/7). Không tính cuối tuần. Hạn đầu là thứ Sáu 01/8, nay là thứ Sáu 08/8, 17:00.

Why is it due Friday 8 Aug, 17:00?
Event Tuesday 29 Jul, 09:00: complete dossier received; this day is not counted
Counted 30 Jul, 31 Jul, 1 Aug: working days 1, 2, 3
Event Friday 1 Aug, 09:00: 3 working days added; first deadline Friday 1 Aug, 17:00
Counted 4 Aug, 5 Aug, 6 Aug: working days 1, 2, 3
Off In between: not counted: weekend
Event Tuesday 5 Aug, 10:00: apology and the one extension; deadline before Wednesday 6 Aug, 17:00
Counted 7 Aug: working day 1
End Friday 8 Aug: working day 2 → due 17:00
Limit: 3 working days · Civil Code, articles 147–148 · days off of 2025
The limit is 3 working days, counted from the day after the complete dossier was received (Tuesday 29 Jul). Not counted: weekend. The first deadline was Friday 1 Aug, now it is Friday 8 Aug, 17:00.
"#);
}

#[test]
fn a_pause_and_what_follows_it_are_told() {
    let office = office();
    let first = compute("2025-07-29T09:00", "3wd");
    let asked = first
        .pause(&office, at("2025-07-31T10:00"), PauseReason::Supplement, None)
        .expect("runs");
    insta::assert_snapshot!(told(&asked, date(2025, 8, 4)), @r#"
Vì sao chưa có hạn?
Event Thứ Ba 29/7, 09:00: nhận đủ hồ sơ; ngày nhận không tính
Counted 30/7, 31/7: ngày làm việc thứ 1, thứ 2
Event Thứ Năm 31/7, 10:00: yêu cầu bổ sung hồ sơ, đồng hồ dừng
Quy định 3 ngày làm việc · Bộ luật Dân sự, Điều 147–148 · lịch nghỉ năm 2025
Thời hạn là 3 ngày làm việc, tính từ ngày sau ngày nhận đủ hồ sơ (thứ Ba 29/7). Đồng hồ đang dừng từ thứ Năm 31/7; có hạn mới khi chạy lại.

Why is there no deadline yet?
Event Tuesday 29 Jul, 09:00: complete dossier received; this day is not counted
Counted 30 Jul, 31 Jul: working days 1, 2
Event Thursday 31 Jul, 10:00: supplement asked for, the clock stops
Limit: 3 working days · Civil Code, articles 147–148 · days off of 2025
The limit is 3 working days, counted from the day after the complete dossier was received (Tuesday 29 Jul). The clock has stood since Thursday 31 Jul; there will be a new deadline when it runs again.
"#);
    let again = asked
        .resume(&office, at("2025-08-05T08:00"), Resume::Restart, None)
        .expect("stands");
    insta::assert_snapshot!(told(&again, date(2025, 8, 5)), @r#"
Vì sao hạn là thứ Sáu 08/8, 17:00?
Event Thứ Ba 29/7, 09:00: nhận đủ hồ sơ; ngày nhận không tính
Counted 30/7, 31/7: ngày làm việc thứ 1, thứ 2
Event Thứ Năm 31/7, 10:00: yêu cầu bổ sung hồ sơ, đồng hồ dừng
Off 01/8 – 04/8: chờ, đồng hồ không chạy
Event Thứ Ba 05/8, 08:00: nhận đủ hồ sơ bổ sung, tính lại từ đầu; ngày này không tính
Counted 06/8, 07/8: ngày làm việc thứ 1, thứ 2
End Thứ Sáu 08/8: ngày làm việc thứ 3 → hạn 17:00
Quy định 3 ngày làm việc · Bộ luật Dân sự, Điều 147–148 · lịch nghỉ năm 2025
Thời hạn là 3 ngày làm việc, tính từ ngày sau ngày nhận đủ hồ sơ (thứ Ba 29/7). Hạn đầu là thứ Sáu 01/8, nay là thứ Sáu 08/8, 17:00.

Why is it due Friday 8 Aug, 17:00?
Event Tuesday 29 Jul, 09:00: complete dossier received; this day is not counted
Counted 30 Jul, 31 Jul: working days 1, 2
Event Thursday 31 Jul, 10:00: supplement asked for, the clock stops
Off 1 Aug – 4 Aug: waiting, the clock stands
Event Tuesday 5 Aug, 08:00: complete supplement received, the limit begins anew; this day is not counted
Counted 6 Aug, 7 Aug: working days 1, 2
End Friday 8 Aug: working day 3 → due 17:00
Limit: 3 working days · Civil Code, articles 147–148 · days off of 2025
The limit is 3 working days, counted from the day after the complete dossier was received (Tuesday 29 Jul). The first deadline was Friday 1 Aug, now it is Friday 8 Aug, 17:00.
"#);
    let paid = first
        .pause(&office, at("2025-07-31T10:00"), PauseReason::Financial, None)
        .and_then(|d| {
            d.resume(
                &office,
                at("2025-08-05T08:00"),
                Resume::Second(Limit::WorkingDays(2)),
                None,
            )
        })
        .expect("stands");
    insta::assert_snapshot!(told(&paid, date(2025, 8, 5)), @r#"
Vì sao hạn là thứ Năm 07/8, 17:00?
Event Thứ Ba 29/7, 09:00: nhận đủ hồ sơ; ngày nhận không tính
Counted 30/7, 31/7: ngày làm việc thứ 1, thứ 2
Event Thứ Năm 31/7, 10:00: chờ nộp nghĩa vụ tài chính, đồng hồ dừng; hẹn lần 1: thứ Sáu 01/8, 17:00
Off 01/8 – 04/8: chờ, đồng hồ không chạy
Event Thứ Ba 05/8, 08:00: có chứng từ nộp tiền; hẹn lần 2 sau 2 ngày làm việc, ngày này không tính
Counted 06/8: ngày làm việc thứ 1
End Thứ Năm 07/8: ngày làm việc thứ 2 → hạn 17:00
Quy định 3 ngày làm việc · Bộ luật Dân sự, Điều 147–148 · lịch nghỉ năm 2025
Thời hạn là 3 ngày làm việc, tính từ ngày sau ngày nhận đủ hồ sơ (thứ Ba 29/7). Hạn đầu là thứ Sáu 01/8, nay là thứ Năm 07/8, 17:00.

Why is it due Thursday 7 Aug, 17:00?
Event Tuesday 29 Jul, 09:00: complete dossier received; this day is not counted
Counted 30 Jul, 31 Jul: working days 1, 2
Event Thursday 31 Jul, 10:00: waiting for payment, the clock stops; first appointment: Friday 1 Aug, 17:00
Off 1 Aug – 4 Aug: waiting, the clock stands
Event Tuesday 5 Aug, 08:00: proof of payment received; second appointment after 2 working days, this day is not counted
Counted 6 Aug: working day 1
End Thursday 7 Aug: working day 2 → due 17:00
Limit: 3 working days · Civil Code, articles 147–148 · days off of 2025
The limit is 3 working days, counted from the day after the complete dossier was received (Tuesday 29 Jul). The first deadline was Friday 1 Aug, now it is Thursday 7 Aug, 17:00.
"#);
}

#[test]
fn a_task_tells_who_gave_the_date() {
    let office = office();
    let task = Deadline::given(&office, at("2025-07-28T09:00"), at("2025-08-04T08:00")).expect("later");
    let task = task
        .postpone(&office, at("2025-08-01T09:00"), at("2025-08-06T10:00"), None)
        .expect("later");
    insta::assert_snapshot!(told(&task, date(2025, 8, 4)), @r#"
Vì sao hạn là thứ Tư 06/8, 10:00?
Event Thứ Hai 28/7, 09:00: giao việc; ngày giao không tính
Counted 29/7 – 01/8: ngày làm việc thứ 1 đến thứ 4
Off 02/8, 03/8: thứ Bảy, Chủ nhật: nghỉ, không tính
Counted 04/8: ngày làm việc thứ 5
Event Thứ Sáu 01/8, 09:00: người giao việc lùi hạn; hạn đầu thứ Hai 04/8, 08:00
Counted 05/8: ngày làm việc thứ 1
End Thứ Tư 06/8: ngày làm việc thứ 2 → hạn 10:00
Hạn do người giao việc ấn định · lịch nghỉ năm 2025
Việc được giao ngày thứ Hai 28/7. Không tính cuối tuần. Hạn đầu là thứ Hai 04/8, nay là thứ Tư 06/8, 10:00.

Why is it due Wednesday 6 Aug, 10:00?
Event Monday 28 Jul, 09:00: issued; this day is not counted
Counted 29 Jul – 1 Aug: working days 1 to 4
Off 2 Aug, 3 Aug: Saturday, Sunday: off, not counted
Counted 4 Aug: working day 5
Event Friday 1 Aug, 09:00: date moved by the issuer; first deadline Monday 4 Aug, 08:00
Counted 5 Aug: working day 1
End Wednesday 6 Aug: working day 2 → due 10:00
Date given by the issuer · days off of 2025
Issued Monday 28 Jul. Not counted: weekend. The first deadline was Monday 4 Aug, now it is Wednesday 6 Aug, 10:00.
"#);
}

#[test]
fn the_chip_says_it_as_the_pictures_do() {
    let office = office();
    let chip = |deadline: &Deadline, now: &str, done: Option<&str>| {
        let standing = deadline.standing(&office, at(now), done.map(at)).expect("loaded");
        let chip = |lang| deadline_chip(lang, &standing, local_date(at(now)));
        let (vi, en) = (chip(Lang::Vi), chip(Lang::En));
        format!(
            "{} | {} | {} || {} | {}",
            vi.kind.as_str(),
            vi.words,
            vi.small,
            en.words,
            en.small
        )
    };
    let three = compute("2025-07-30T14:10", "3wd");
    let over = compute("2025-07-29T14:10", "3wd");
    let hours = compute("2025-08-04T07:30", "4wh");
    let moved = over
        .add_time(&office, at("2025-08-01T09:00"), Limit::WorkingDays(3), "x", None)
        .expect("in time");
    let asked = three
        .pause(&office, at("2025-07-31T10:00"), PauseReason::Supplement, None)
        .expect("runs");
    let lines = [
        chip(&over, "2025-08-04T09:40", None),
        chip(&over, "2025-08-01T17:30", None),
        chip(&hours, "2025-08-04T13:40", None),
        chip(&three, "2025-08-04T09:40", None),
        chip(&hours, "2025-08-04T09:40", None),
        chip(&three, "2025-08-01T09:40", None),
        chip(&three, "2025-07-30T14:40", None),
        chip(&moved, "2025-08-04T09:40", None),
        chip(&asked, "2025-08-04T09:40", None),
        chip(&three, "2025-08-04T09:40", Some("2025-08-01T10:00")),
        chip(&three, "2025-08-04T09:40", Some("2025-08-04T09:00")),
        chip(&three, "2025-08-06T09:40", Some("2025-08-05T09:00")),
    ];
    insta::assert_snapshot!(lines.join("\n"), @r#"
over | Quá hạn 1 ngày làm việc | hạn thứ Sáu 01/8, 17:00 || 1 working day overdue | was due Friday 1 Aug, 17:00
over | Đã quá hạn | hạn hôm nay, 17:00 || Overdue | was due today, 17:00
over | Quá hạn 10 phút | hạn hôm nay, 11:30 || 10 minutes overdue | was due today, 11:30
today | Còn 5 giờ 20 phút | hôm nay, 17:00 || 5 h 20 min left | today, 17:00
today | Còn 1 giờ 50 phút | hôm nay, 11:30 || 1 h 50 min left | today, 11:30
soon | Còn 1 ngày làm việc | thứ Hai 04/8, 17:00 || 1 working day left | Monday 4 Aug, 17:00
later | Còn 3 ngày làm việc | thứ Hai 04/8, 17:00 || 3 working days left | Monday 4 Aug, 17:00
soon | Còn 2 ngày làm việc | thứ Tư 06/8, 17:00 · hạn đầu 01/8 || 2 working days left | Wednesday 6 Aug, 17:00 · first deadline 1 Aug
wait | Tạm dừng, chờ bổ sung | từ 31/7; đồng hồ không chạy || On hold, waiting for a supplement | since 31 Jul; the clock stands
done | Xong sớm 1 ngày làm việc | xong thứ Sáu 01/8, hạn 04/8 || Done 1 working day early | done Friday 1 Aug, due 4 Aug
done | Xong đúng hạn | xong thứ Hai 04/8, hạn 04/8 || Done on time | done Monday 4 Aug, due 4 Aug
done | Xong trễ 1 ngày làm việc | xong thứ Ba 05/8, hạn 04/8 || Done 1 working day late | done Tuesday 5 Aug, due 4 Aug
"#);
}

#[test]
fn every_day_off_and_source_of_the_pack_has_words() {
    for year in 2024..=2030 {
        for (day, listed) in calendar().listed(year) {
            for lang in Lang::ALL {
                assert!(
                    has(lang, &format!("holiday-{}", listed.holiday)),
                    "{day} {}",
                    listed.holiday
                );
                assert!(
                    has(lang, &format!("source-{}", listed.source)),
                    "{day} {}",
                    listed.source
                );
            }
        }
    }
}

#[test]
fn every_error_has_words_in_both_languages() {
    let now = at("2025-08-05T09:00");
    let on = date(2025, 8, 9);
    let errors = [
        DeadlineError::Calendar(CalendarError::YearNotLoaded {
            year: 2023,
            first: 2024,
            last: 2099,
        }),
        DeadlineError::Calendar(CalendarError::NoOfficeHours { date: on }),
        DeadlineError::Paused { since: now },
        DeadlineError::NotPaused,
        DeadlineError::AlreadyExtended,
        DeadlineError::ExtensionTooLate { latest: on },
        DeadlineError::Passed { due: now },
        DeadlineError::NotLater { due: now },
        DeadlineError::NotAWorkingDay { date: on },
        DeadlineError::BackInTime { last: now },
    ];
    for lang in Lang::ALL {
        for error in &errors {
            let words = deadline_error(lang, error, on);
            assert!(!words.contains(['{', '⟦']), "{words}");
        }
    }
    assert_eq!(
        deadline_error(Lang::Vi, &errors[0], on),
        "Chưa có lịch nghỉ năm 2023 (đang có từ 2024 đến 2099). Quản trị viên cần nạp lịch năm đó."
    );
    assert_eq!(
        deadline_error(Lang::Vi, &errors[8], on),
        "Thứ Bảy 09/8 là ngày nghỉ. Chọn một ngày làm việc."
    );
}

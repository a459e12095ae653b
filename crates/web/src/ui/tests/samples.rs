//! Whole pages with made-up content, to be looked at beside each other: inbox, dashboard, a citizen's status.

use maud::html;
use townhall_domain::deadline::{Amount, PauseReason, Standing, StandingKind};
use townhall_text::Lang;

use super::super::gallery::standing;
use super::*;

pub(super) fn pages() -> Vec<(String, String)> {
    let ui = sample(Lang::Vi);
    let mut public = sample(Lang::Vi);
    public.who = None;
    vec![
        ("inbox".to_owned(), inbox(&ui)),
        ("dashboard".to_owned(), dashboard(&ui)),
        ("status".to_owned(), status(&public)),
        ("question".to_owned(), question(&public)),
    ]
}

#[expect(
    clippy::too_many_lines,
    reason = "a page of sample content reads better in one piece"
)]
fn inbox(ui: &Ui) -> String {
    let item = |id: &'static str, title: &'static str, line: &'static str, due, current| WorkItem {
        id: id.into(),
        kind: (Icon::FILES, "Hồ sơ".into()),
        title: title.into(),
        href: "#".into(),
        line: html! { (line) " · " (code("H36.24682-250725-0004")) },
        due: Some(due),
        preview: Some("/work/preview".into()),
        current,
    };
    let groups = [
        ListGroup {
            heading: "Quá hạn".into(),
            count: "2 việc".into(),
            items: vec![
                item(
                    "1",
                    "Thẩm định: đăng ký lại khai sinh",
                    "Điểu Xuân Thành",
                    DueChip::of(ui, &standing(StandingKind::Over, Amount::WorkingDays(1), 4, 17)),
                    false,
                ),
                item(
                    "2",
                    "Báo cáo rà soát sổ hộ tịch hai xã cũ Đắk Lao, Thuận An",
                    "Chánh Văn phòng giao ngày 28/7",
                    DueChip::of(
                        ui,
                        &standing(StandingKind::Over, Amount::WorkingMinutes(100), 5, 8),
                    ),
                    false,
                ),
            ],
        },
        ListGroup {
            heading: "Hôm nay, thứ Ba 05/8".into(),
            count: "5 việc".into(),
            items: vec![
                item(
                    "3",
                    "Trình ký: xác nhận tình trạng hôn nhân",
                    "H'Nguyệt Buôn Krông",
                    DueChip::of(
                        ui,
                        &standing(StandingKind::Today, Amount::WorkingMinutes(320), 5, 17),
                    ),
                    true,
                ),
                item(
                    "4",
                    "Ghi sổ: đăng ký khai tử",
                    "Phạm Văn Lộc",
                    DueChip::of(
                        ui,
                        &standing(StandingKind::Today, Amount::WorkingMinutes(320), 5, 17),
                    ),
                    false,
                ),
            ],
        },
        ListGroup {
            heading: "Chờ nơi khác".into(),
            count: "4 việc".into(),
            items: vec![item(
                "5",
                "Xác minh nơi cư trú trước khi kết hôn",
                "Chờ UBND xã Đức Lập trả lời",
                DueChip::of(
                    ui,
                    &Standing {
                        waiting: Some((ui.now, PauseReason::Procedure)),
                        ..standing(StandingKind::Wait, Amount::WorkingDays(0), 7, 17)
                    },
                ),
                false,
            )],
        },
    ];
    let part = |tone, size, words: &'static str| MeterPart {
        tone,
        size,
        words: words.into(),
    };
    let tab = |label: &'static str, count, current| Tab {
        label: label.into(),
        count: Some(count),
        href: "#".into(),
        current,
    };
    let days: Vec<_> = [
        ("T3 05", 7),
        ("T4 06", 4),
        ("T5 07", 6),
        ("T6 08", 9),
        ("T2 11", 3),
    ]
    .into_iter()
    .map(|(label, count)| DayBar {
        label: label.into(),
        count,
    })
    .collect();
    let moment = |kind, when: &'static str, text: &'static str| Moment {
        kind,
        when: when.into(),
        text: text.into(),
        ..Moment::default()
    };
    let main = html! {
        (title_line(ui, "Việc của tôi", &html! { span.text-secondary { "Thứ Ba, 05/8/2025 · 09:40" } }, &html! {
            (Action::link("Báo vắng, ủy quyền", "#").render(ui, true))
            (Action::link("Tạo việc", "#").primary().icon(Icon::PLUS).key("new").render(ui, true))
        }))
        section.card.mb-3 aria-labelledby="load" {
            div.card-body.th-load {
                div {
                    h2.th-h.mb-2 id="load" { "Tải hôm nay: " span.fw-normal { "7 việc, ước 5 giờ 10 phút trong 7 giờ 30 phút làm việc" } }
                    (load_meter(ui, "day", &[part(PartTone::Over, 90, "Quá hạn 1 giờ 30"), part(PartTone::Today, 220, "Hôm nay 3 giờ 40"), part(PartTone::Free, 140, "Còn trống 2 giờ 20")]))
                }
                (day_bars(ui, "Việc đến hạn 5 ngày tới", &days))
            }
        }
        div.mb-2 { (tabs(ui, "Cách xem", &[tab("Tất cả", 31, true), tab("Quá hạn", 2, false), tab("Hôm nay", 5, false), tab("Tuần này", 15, false)])) }
        div.th-cols.th-cols-inbox {
            (work_list(ui, &groups, true))
            aside.th-stack.th-wide id="preview" aria-label="Xem trước" {
                section.card { div.card-body {
                    div.th-row.mb-1 { (badge(ui, Tone::Run, Icon::PLAY, "Đang xử lý")) }
                    h2.th-h.mb-2 { "Trình ký: xác nhận tình trạng hôn nhân" }
                    (key_values(ui, &[("Người yêu cầu", html! { "H'Nguyệt Buôn Krông" }), ("Mã hồ sơ", code("H36.24682-250730-0007")), ("Bước", html! { "3 trên 5, dự thảo kết quả" })]))
                    div.mt-3 { (reason(ui, "why", "Vì sao hạn là 17:00 hôm nay?", &[
                        moment(MomentKind::Done, "Thứ Năm 31/7, 14:10", "nhận đủ hồ sơ; ngày nhận không tính"),
                        moment(MomentKind::Done, "01/8 và 04/8", "ngày làm việc thứ 1, thứ 2"),
                        moment(MomentKind::Off, "02/8, 03/8", "thứ Bảy, Chủ nhật: nghỉ, không tính"),
                        moment(MomentKind::End, "Thứ Ba 05/8", "ngày thứ 3 → hạn 17:00"),
                    ], "Quy định 3 ngày làm việc · Bộ luật Dân sự, Điều 147–148")) }
                    div.mt-3 { (actions(ui, &[Action::send("Trình lãnh đạo ký", "do", "submit").primary().key("submit"), Action::link("Mở hồ sơ", "#"), Action::link("Bổ sung", "#").key("supplement")])) }
                } }
            }
        }
    };
    page(ui, &Page::new("Việc của tôi").at(Place::Work), &main).0
}

fn dashboard(ui: &Ui) -> String {
    let series = |name: &'static str, look, values: Vec<i64>| chart::Series {
        name: name.into(),
        look,
        values,
        hrefs: vec![],
    };
    let received = vec![
        9, 11, 14, 12, 15, 17, 14, 16, 18, 17, 19, 16, 14, 18, 20, 15, 17, 18, 15, 21, 17, 18, 16, 17, 18,
    ];
    let resolved = vec![
        3, 6, 9, 8, 11, 12, 11, 13, 14, 13, 15, 14, 12, 14, 16, 13, 14, 15, 13, 16, 14, 15, 14, 16, 16,
    ];
    let by_day = chart::Chart {
        id: "by-day",
        title: "Hồ sơ tiếp nhận và giải quyết theo ngày".into(),
        description: "25 ngày làm việc".into(),
        axis: "Ngày".into(),
        labels: (1..=25).map(|at| format!("{at}/7").into()).collect(),
        series: vec![
            series("Tiếp nhận", chart::Look::Light, received),
            series("Giải quyết", chart::Look::Full, resolved),
        ],
    };
    let figure = |label: &'static str, value: &'static str, note: &'static str, bad| Figure {
        label: label.into(),
        value: value.into(),
        note: note.into(),
        href: "#".into(),
        bad,
    };
    let main = html! {
        (title_line(ui, "Bảng điều hành xã Thuận An", &html! { span.text-secondary { "01/7 – 04/8/2025 · số liệu lúc 17:05" } }, &html! {
            (Action::link("In", "?print=1").icon(Icon::PRINTER).render(ui, true))
        }))
        (print_head(ui, "01/7 – 04/8/2025"))
        (figures(ui, &[
            figure("Đã tiếp nhận", "402", "hôm nay 18 · 62 % trực tuyến", false), figure("Đã giải quyết", "317", "79 % số đã nhận", false),
            figure("Đúng hạn", "97,5 %", "309 đúng hạn, 8 trễ", false), figure("Đang giải quyết", "85", "11 chờ bổ sung", false),
            figure("Đang quá hạn", "4", "1 chưa gửi thư xin lỗi", true),
        ]))
        div.th-cols.th-cols-wide {
            (card("c-day", "Theo ngày: nhận nhiều hơn giải quyết khoảng 3 hồ sơ mỗi ngày", &chart::legend(ui, &by_day), &html! { div.card-body { (chart::bar_chart(ui, &by_day)) } }))
        }
    };
    page(ui, &Page::new("Bảng điều hành").at(Place::Dashboard), &main).0
}

fn status(ui: &Ui) -> String {
    let moment = |kind, when: &'static str, note: &'static str| Moment {
        kind,
        when: when.into(),
        note: note.into(),
        ..Moment::default()
    };
    let main = html! {
        p.text-secondary.mb-1 { "Hồ sơ " (code("H36.24682-250804-0027")) }
        h1 { "Hồ sơ đang được giải quyết đúng hạn" }
        div.card { div.card-body { p.mb-0.text-secondary { "Hẹn trả kết quả" } p.th-big.mb-1 { "Thứ Năm, 07/8/2025" } p.mb-0 { "Trước 17:00, tại Trung tâm Phục vụ hành chính công xã Thuận An." } } }
        div.mt-3 { (notice(ui, NoticeTone::Ok, "Lúc này ông/bà không cần làm gì thêm.", &html! { "Khi có kết quả, chúng tôi nhắn tới số 0900 ••• 217." })) }
        h2 { "Hồ sơ đang ở đâu: bước 2 trên 4" }
        (timeline(ui, &[moment(MomentKind::Done, "Đã nộp và tiếp nhận", "Thứ Hai 04/8, 09:42, quầy 2"), moment(MomentKind::Now, "Đang xem xét", "Công chức đang kiểm tra sổ gốc."), moment(MomentKind::Ahead, "Lãnh đạo xã ký", "Dự kiến thứ Tư 06/8")]))
    };
    public_page(ui, &Page::new("Hồ sơ của ông/bà"), &main).0
}

fn question(ui: &Ui) -> String {
    let errors = Errors::new([(
        "born".to_owned(),
        "Tháng 6 chỉ có 30 ngày. Ông/bà xem lại ngày trên giấy chứng sinh.".to_owned(),
    )]);
    let main = html! {
        p.text-secondary.mb-2 { "Đăng ký khai sinh · Câu 4 trên 11" }
        (error_summary(ui, &errors))
        (form(ui, &Form::post("/submit/4").draft("birth"), &html! {
            (date_parts(ui, &Field::new("born", "Con sinh ngày nào?").hint("Ghi như trên giấy chứng sinh, ví dụ 27 / 3 / 2025.").errors(&errors).as_question(), ["31", "6", "2025"]))
            div.th-row.mt-4 { button.btn.btn-primary.px-4 type="submit" { (ui.t("common-continue")) } }
            p.mt-3 { (draft_hint(ui, Some(ui.now))) }
        }))
    };
    public_page(ui, &Page::new("Con sinh ngày nào?").with_error(true), &main).0
}

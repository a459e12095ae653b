//! The cards of the dashboard.

use maud::{Markup, html};
use townhall_app::statistics::Measure;
use townhall_domain::dossier::Channel;
use townhall_domain::quality::Score;

use super::{Board, chooser_form};
use crate::dossier::{due, procedure_short};
use crate::state::App;
use crate::ui::chart::{Chart, Look, Series, bar_chart, legend, line_chart, row_chart};
use crate::ui::{
    self, Choice, Column, Errors, Field, Figure, Icon, Tone, Ui, Words, badge, due_chip, hidden,
};

/// More days than this are a line instead of bars.
const MOST_BARS: usize = 70;
/// So many posts are named with their load.
const MOST_LOADS: usize = 12;
/// So many vacant posts are named.
const MOST_VACANT: usize = 5;

/// The name of a field of law.
pub(super) fn field_name(app: &App, ui: &Ui, id: &str) -> String {
    app.town
        .packs()
        .field_name(id)
        .map_or_else(|| id.to_owned(), |name| name.get(ui.lang.code()).to_owned())
}

/// The period.
pub(super) fn chooser(board: &Board<'_>, errors: &Errors) -> Markup {
    let (ui, asked) = (board.ui, board.asked);
    let periods = ["week", "month", "quarter", "year", "range"];
    let choices: Vec<Choice<'_>> = periods
        .iter()
        .map(|word| Choice::new(*word, ui.t(&format!("dashboard-period-{word}"))))
        .collect();
    let chosen = if periods.contains(&asked.period.as_str()) {
        asked.period.as_str()
    } else {
        "quarter"
    };
    let on_paper = |typed: &str, day| {
        if typed.is_empty() {
            townhall_text::date_on_paper(ui.lang, day)
        } else {
            typed.to_owned()
        }
    };
    let day = |name: &'static str, key: &str, value: String| {
        ui::text(
            ui,
            &Field::new(name, ui.t(key))
                .value(value)
                .input_mode("numeric")
                .autocomplete("off")
                .max_chars(10)
                .errors(errors),
        )
    };
    let fields = html! {
        @if !asked.unit.is_empty() { (hidden("unit", &asked.unit)) }
        (ui::select(ui, &Field::new("period", ui.t("dashboard-period")).value(chosen.to_owned()), &choices, None))
        div.th-row data-when="period" data-values=r#"["range"]"# hidden[chosen != "range"] {
            (day("from", "dashboard-from", on_paper(&asked.from, board.seen.days.from)))
            (day("to", "dashboard-to", on_paper(&asked.to, board.seen.days.to)))
        }
        @if chosen != "range" { noscript { a href=(ui::with_query(&ui.path, "period", "range")) { (ui.t("dashboard-period-range")) } } }
        button.btn type="submit" { (ui.t("dashboard-show")) }
    };
    chooser_form(ui, &fields)
}

/// "the period before 380, +22".
fn compared(board: &Board<'_>, now: i64, before: i64) -> String {
    let ui = board.ui;
    if board.seen.before.is_empty() {
        return ui.t("dashboard-before-none");
    }
    let change = now - before;
    let sign = match change {
        0 => "±",
        change if change > 0 => "+",
        _ => "−",
    };
    let change = format!("{sign}{}", ui.number(change.abs()));
    ui.t_args(
        "dashboard-before",
        &[("count", ui.number(before).into()), ("change", change.into())],
    )
}

/// The five numbers of the period.
pub(super) fn figures(board: &Board<'_>) -> Markup {
    let (ui, total, before) = (board.ui, board.seen.now.total, board.seen.before);
    let card = |key: &str, value: String, note: String, measure: Measure, bad: bool| Figure {
        label: ui.t(key).into(),
        value: value.into(),
        note: note.into(),
        href: board.rows(measure, &[]).into(),
        bad,
    };
    let (received, resolved) = board.seen.today;
    let today = |key: &str, count: i64| ui.t_args(key, &[("count", count.into())]);
    let on_time = if total.resolved == 0 {
        "–".to_owned()
    } else {
        ui.percent(total.on_time, total.resolved)
    };
    let waits = ui.t_args(
        "dashboard-waits",
        &[
            ("supplement", board.seen.course.awaiting_supplement.into()),
            ("obligation", board.seen.course.awaiting_obligation.into()),
        ],
    );
    let cards = [
        card(
            "dashboard-received",
            ui.number(total.received),
            format!(
                "{}; {}",
                compared(board, total.received, before.received),
                today("dashboard-today", received)
            ),
            Measure::Received,
            false,
        ),
        card(
            "dashboard-resolved",
            ui.number(total.resolved),
            format!(
                "{}; {}",
                compared(board, total.resolved, before.resolved),
                today("dashboard-today", resolved)
            ),
            Measure::Resolved,
            false,
        ),
        card(
            "dashboard-on-time",
            on_time,
            ui.t_args(
                "dashboard-on-time-of",
                &[("count", total.on_time.into()), ("late", total.late().into())],
            ),
            Measure::OnTime,
            false,
        ),
        card(
            "dashboard-pending",
            ui.number(total.pending),
            waits,
            Measure::Pending,
            false,
        ),
        card(
            "dashboard-pending-overdue",
            ui.number(total.pending_overdue),
            compared(board, total.pending_overdue, before.pending_overdue),
            Measure::PendingOverdue,
            total.pending_overdue > 0,
        ),
    ];
    ui::figures(ui, &cards)
}

/// The course by day.
pub(super) fn by_day(board: &Board<'_>) -> Markup {
    let (ui, days) = (board.ui, &board.seen.course.days);
    let total = board.seen.now.total;
    let gap = total.received - total.resolved;
    let (key, count) = match gap {
        0 => ("dashboard-days-even", 0),
        gap if gap > 0 => ("dashboard-days-more-in", gap),
        gap => ("dashboard-days-more-out", -gap),
    };
    let heading = ui.t_args(key, &[("count", count.into())]);
    if days.is_empty() {
        let body = html! { p.th-muted.m-3 { (ui.t("dashboard-none")) } };
        return ui::card("days", &ui.t("dashboard-days"), &html! {}, &body);
    }
    let rows = |measure: Measure| -> Vec<Words<'_>> {
        days.keys()
            .map(|day| {
                let day = day.to_string();
                board
                    .list(&[("measure", measure.as_str()), ("from", &day), ("to", &day)])
                    .into()
            })
            .collect()
    };
    let (received, resolved): (Vec<i64>, Vec<i64>) = days.values().copied().unzip();
    let most = received.iter().chain(&resolved).copied().max().unwrap_or(0);
    let chart = Chart {
        id: "by-day",
        title: ui.t("dashboard-days").into(),
        description: ui
            .t_args(
                "dashboard-days-text",
                &[("days", days.len().into()), ("most", most.into())],
            )
            .into(),
        axis: ui.t("ui-day").into(),
        labels: days.keys().map(|day| ui.date_short(*day).into()).collect(),
        series: vec![
            Series {
                name: ui.t("dashboard-received").into(),
                look: Look::Light,
                values: received,
                hrefs: rows(Measure::Received),
            },
            Series {
                name: ui.t("dashboard-resolved").into(),
                look: Look::Full,
                values: resolved,
                hrefs: rows(Measure::Resolved),
            },
        ],
    };
    let drawn = if days.len() > MOST_BARS {
        line_chart(ui, &chart)
    } else {
        bar_chart(ui, &chart)
    };
    ui::card(
        "days",
        &heading,
        &legend(ui, &chart),
        &html! { div.card-body { (drawn) } },
    )
}

/// By field of law.
pub(super) fn by_field(board: &Board<'_>) -> Markup {
    let ui = board.ui;
    let mut fields: Vec<_> = board.seen.now.by_field.iter().collect();
    fields.sort_by_key(|(_, figures)| std::cmp::Reverse(figures.received));
    let series =
        |name: &str, look, value: fn(&townhall_app::statistics::Figures) -> i64, measure: Measure| Series {
            name: ui.t(name).into(),
            look,
            values: fields.iter().map(|(_, figures)| value(figures)).collect(),
            hrefs: fields
                .iter()
                .map(|(field, _)| board.rows(measure, &[("field", field)]).into())
                .collect(),
        };
    let chart = Chart {
        id: "by-field",
        title: ui.t("dashboard-by-field").into(),
        description: fields
            .iter()
            .map(|(field, figures)| format!("{} {}", field_name(board.app, ui, field), figures.received))
            .collect::<Vec<_>>()
            .join(", ")
            .into(),
        axis: ui.t("dashboard-field").into(),
        labels: fields
            .iter()
            .map(|(field, _)| field_name(board.app, ui, field).into())
            .collect(),
        series: vec![
            series(
                "dashboard-received",
                Look::Light,
                |figures| figures.received,
                Measure::Received,
            ),
            series(
                "dashboard-resolved",
                Look::Full,
                |figures| figures.resolved,
                Measure::Resolved,
            ),
        ],
    };
    let words: Vec<String> = fields
        .iter()
        .map(|(_, figures)| {
            let args = [
                ("received", figures.received.into()),
                ("resolved", figures.resolved.into()),
            ];
            ui.t_args("dashboard-field-words", &args)
        })
        .collect();
    let body = html! {
        @if fields.is_empty() { p.th-muted.m-3 { (ui.t("dashboard-none")) } }
        @else { div.card-body { (row_chart(ui, &chart, &words)) } }
    };
    ui::card("fields", &ui.t("dashboard-by-field"), &html! {}, &body)
}

fn columns(ui: &Ui, first: &str) -> [Column<'static>; 6] {
    [
        Column::text(ui.t(first)),
        Column::number(ui.t("dashboard-received")),
        Column::number(ui.t("dashboard-resolved")),
        Column::number(ui.t("dashboard-on-time")),
        Column::number(ui.t("dashboard-pending")),
        Column::number(ui.t("dashboard-overdue")),
    ]
}

/// By how they came.
pub(super) fn by_channel(board: &Board<'_>) -> Markup {
    let ui = board.ui;
    let heading = ui.t("dashboard-by-channel");
    let rows = html! {
        @for channel in Channel::ALL {
            @if let Some(figures) = board.seen.now.by_channel.get(channel) {
                tr {
                    td { (ui.t(&format!("dossier-channel-{}", channel.as_str()))) }
                    (board.cells(figures, &[("channel", channel.as_str())]))
                }
            }
        }
    };
    ui::card(
        "channels",
        &heading,
        &html! {},
        &ui::table(ui, &heading, &columns(ui, "dossiers-channel"), None, &rows),
    )
}

/// By procedure, most received first.
pub(super) fn by_procedure(board: &Board<'_>) -> Markup {
    let ui = board.ui;
    let heading = ui.t("dashboard-by-procedure");
    let mut procedures: Vec<_> = board.seen.now.by_procedure.iter().collect();
    procedures.sort_by_key(|(code, figures)| (std::cmp::Reverse(figures.received), (*code).clone()));
    let rows = html! {
        @for (code, figures) in procedures {
            tr {
                td { (procedure_short(board.app, ui, code)) br; span.th-muted { bdi { (code) } } }
                (board.cells(figures, &[("procedure", code)]))
            }
        }
    };
    ui::card(
        "procedures",
        &heading,
        &html! {},
        &ui::table(ui, &heading, &columns(ui, "dossiers-procedure"), None, &rows),
    )
}

/// What is overdue and what becomes due next.
pub(super) fn warnings(board: &Board<'_>) -> Markup {
    let ui = board.ui;
    let all = board.list(&[("state", "2,4"), ("sort", "due")]);
    let end = html! { @if !all.is_empty() { a.th-muted href=(all) { (ui.t("dashboard-see-all")) } } };
    let body = html! {
        @if board.seen.warnings.is_empty() { p.th-muted.m-3 { (ui.t("dashboard-nothing-due")) } }
        @else {
            ul.th-list {
                @for row in &board.seen.warnings {
                    li.th-risk {
                        div {
                            a.th-name href=(format!("/dossiers/{}", row.id)) { (procedure_short(board.app, ui, &row.procedure_code)) }
                            br; span.th-muted { (row.applicant_name) " · " bdi { (row.code) } }
                        }
                        @if let Some(chip) = due(board.app, ui, &row.unit, row.countdown(), row.ended_at, format!("/dossiers/{}#deadline", row.id)) { (due_chip(ui, &chip)) }
                    }
                }
            }
        }
    };
    ui::card("warnings", &ui.t("dashboard-warnings"), &end, &body)
}

/// Who has how much on the desk now.
pub(super) fn loads(board: &Board<'_>) -> Markup {
    let (ui, seen) = (board.ui, board.seen);
    let most = seen
        .course
        .loads
        .iter()
        .map(|(load, ..)| load.open)
        .max()
        .unwrap_or(1)
        .max(1);
    let holders = |post| {
        let divisions = seen.staff.iter().flat_map(|staff| &staff.divisions);
        let seats = divisions
            .flat_map(|division| &division.seats)
            .filter(|seat| seat.post.id == post);
        let mut names: Vec<&str> = seats
            .flat_map(|seat| {
                let holders = seat.holders.iter().map(|holder| holder.name.as_str());
                holders.chain(seat.substitutes.iter().map(|one| one.name.as_str()))
            })
            .collect();
        names.dedup();
        names.join(", ")
    };
    let body = html! {
        @if seen.course.loads.is_empty() { p.th-muted.m-3 { (ui.t("dashboard-no-load")) } }
        @else {
            div.card-body.th-stack {
                @for (load, title_vi, title_en) in seen.course.loads.iter().take(MOST_LOADS) {
                    @let title = if ui.lang == townhall_text::Lang::Vi { title_vi } else { title_en };
                    @let names = holders(load.post);
                    @let post = load.post.to_string();
                    div {
                        div.th-row {
                            b { (if names.is_empty() { title } else { &names }) }
                            @if !names.is_empty() { span.th-muted { (title) } }
                            span.th-end.th-row {
                                @if load.overdue > 0 {
                                    @let late = board.list(&[("state", "open"), ("due", "over"), ("post", &post)]);
                                    @let words = ui.t_args("dashboard-load-overdue", &[("count", load.overdue.into())]);
                                    @if late.is_empty() { (badge(ui, Tone::Bad, Icon::ALERT, &words)) }
                                    @else { a href=(late) data-count=(load.overdue) { (badge(ui, Tone::Bad, Icon::ALERT, &words)) } }
                                }
                                (board.number(load.open, &board.list(&[("state", "open"), ("post", &post)])))
                            }
                        }
                        (ui::share_meter(ui, u32::try_from(load.open * 100 / most).unwrap_or(0)))
                    }
                }
            }
        }
    };
    let key = html! { span.th-muted { (ui.t("dashboard-load-key")) } };
    ui::card("loads", &ui.t("dashboard-loads"), &key, &body)
}

fn points(ui: &Ui, score: Option<Score>) -> String {
    score.map_or_else(
        || "–".to_owned(),
        |score| {
            let mark = if ui.lang == townhall_text::Lang::Vi {
                ","
            } else {
                "."
            };
            format!(
                "{}{mark}{} / {}",
                score.tenths / 10,
                score.tenths % 10,
                score.most_tenths / 10
            )
        },
    )
}

/// The parts of the quality index that are computed here.
pub(super) fn quality(board: &Board<'_>) -> Markup {
    let (ui, seen) = (board.ui, board.seen);
    let received = board.number(seen.now.total.received, &board.rows(Measure::Received, &[]));
    let in_time = board.number(seen.in_time, &board.rows(Measure::ReceivedInTime, &[]));
    let body = html! {
        dl.th-kv.m-3.mb-2 {
            dt { (ui.t("dashboard-progress")) }
            dd { b { (points(ui, seen.progress())) } br; span.th-muted { (in_time) " " (ui.t("dashboard-progress-of")) " " (received) } }
            dt { (ui.t("dashboard-online")) }
            dd { b { (points(ui, seen.online_score())) } br; span.th-muted { (ui.t_args("dashboard-online-of", &[("count", seen.online().into()), ("all", seen.now.total.received.into())])) } }
        }
        p.th-text.mx-3 { a href=(ui.path.replacen("/dashboard", "/dashboard/quality", 1)) { (ui.t("dashboard-quality-all")) } }
    };
    ui::card("quality", &ui.t("dashboard-quality"), &html! {}, &body)
}

/// Posts, filled and vacant.
pub(super) fn staff(board: &Board<'_>) -> Markup {
    let (ui, seen) = (board.ui, board.seen);
    let Some(staff) = seen.staff.as_ref().filter(|staff| staff.quota > 0) else {
        return html! {};
    };
    let link = ui::href("/staff", &[("unit", seen.unit.code())]);
    let end = html! { a.th-muted href=(link) { (ui.t("dashboard-see-all")) } };
    let body = html! {
        p.m-3.mb-2 { (ui.t_args("dashboard-posts", &[("quota", staff.quota.into()), ("filled", staff.filled.into()), ("vacant", staff.vacancies().into())])) }
        ul.th-list {
            @for seat in staff.vacant_seats().take(MOST_VACANT) {
                li.th-risk {
                    span { (seat.post.title(ui.lang == townhall_text::Lang::Vi)) }
                    span.th-muted {
                        @if seat.substitutes.is_empty() { (ui.t("dashboard-nobody-stands-in")) }
                        @else { (seat.substitutes.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join(", ")) }
                    }
                }
            }
        }
    };
    ui::card("staff", &ui.t("dashboard-staff"), &end, &body)
}

//! The communes of a province, one a line, sortable, each with the way into it.

use std::cmp::Ordering;

use maud::{Markup, html};
use townhall_app::statistics::Figures;
use townhall_domain::ids::UnitId;
use townhall_text::sort_key;

use super::Board;
use crate::dossier::unit_name;
use crate::ui::{self, Column, Sort, href};

/// A commune with its name and figures.
type Line<'a> = (&'a UnitId, String, Figures);

/// On-time share as a fraction that can be compared: none resolved sorts last.
fn by_share(one: &Figures, other: &Figures) -> Ordering {
    match (one.resolved, other.resolved) {
        (0, 0) => Ordering::Equal,
        (0, _) => Ordering::Less,
        (_, 0) => Ordering::Greater,
        _ => (one.on_time * other.resolved).cmp(&(other.on_time * one.resolved)),
    }
}

fn order(key: &str, one: &Line<'_>, other: &Line<'_>) -> Ordering {
    match key {
        "received" => one.2.received.cmp(&other.2.received),
        "resolved" => one.2.resolved.cmp(&other.2.resolved),
        "on_time" => by_share(&one.2, &other.2),
        "pending" => one.2.pending.cmp(&other.2.pending),
        "overdue" => one.2.overdue().cmp(&other.2.overdue()),
        _ => sort_key(&one.1).cmp(&sort_key(&other.1)),
    }
}

/// The table.
pub(super) fn table(board: &Board<'_>) -> Markup {
    let (ui, seen) = (board.ui, board.seen);
    let mut lines: Vec<Line<'_>> = seen
        .below
        .iter()
        .map(|unit| {
            let figures = seen.now.by_unit.get(unit).copied().unwrap_or_default();
            (unit, unit_name(board.app, ui, unit), figures)
        })
        .collect();
    let sort = Sort::parse(if board.asked.sort.is_empty() {
        "-overdue"
    } else {
        &board.asked.sort
    });
    // By name first, so that equal ones stand in that order either way.
    lines.sort_by(|one, other| order("name", one, other));
    lines.sort_by(|one, other| {
        let found = order(sort.key, one, other);
        if sort.descending { found.reverse() } else { found }
    });
    let columns = [
        Column::text(ui.t("dashboard-commune")).sorted_by("name"),
        Column::number(ui.t("dashboard-received")).sorted_by("received"),
        Column::number(ui.t("dashboard-resolved")).sorted_by("resolved"),
        Column::number(ui.t("dashboard-on-time")).sorted_by("on_time"),
        Column::number(ui.t("dashboard-pending")).sorted_by("pending"),
        Column::number(ui.t("dashboard-overdue")).sorted_by("overdue"),
    ];
    let (from, to) = (&board.asked.from, &board.asked.to);
    let rows = html! {
        @for (unit, name, figures) in &lines {
            @let into = href("/dashboard", &[("unit", unit.code()), ("period", &board.asked.period), ("from", from), ("to", to)]);
            tr { td { a href=(into) { (name) } } (board.cells(figures, &[("unit", unit.code())])) }
        }
    };
    let heading = ui.t_args("dashboard-communes", &[("count", lines.len().into())]);
    ui::card(
        "communes",
        &heading,
        &html! {},
        &ui::table(ui, &heading, &columns, Some(sort), &rows),
    )
}

//! My work: what is due comes first.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::civil::Date;
use maud::{Markup, html};
use serde::Deserialize;
use townhall_app::dossier::my_work;
use townhall_domain::dossier::State as DossierState;
use townhall_domain::time;
use townhall_store::dossiers::Listed;
use townhall_text::Arg;

use super::{due, procedure_name, stage_key};
use crate::session::Signed;
use crate::state::App;
use crate::ui::{
    self, DayBar, Empty, Icon, ListGroup, MeterPart, Page, PartTone, Place, Tab, Ui, WorkItem, actions, code,
    day_bars, load_meter, tabs,
};

/// Which part of the work is shown.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    part: String,
}

/// The groups of the inbox, most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Group {
    Over,
    Today,
    Week,
    Later,
    NoDate,
    Waiting,
}

impl Group {
    const ALL: [Self; 6] = [
        Self::Over,
        Self::Today,
        Self::Week,
        Self::Later,
        Self::NoDate,
        Self::Waiting,
    ];

    fn word(self) -> &'static str {
        match self {
            Self::Over => "over",
            Self::Today => "today",
            Self::Week => "week",
            Self::Later => "later",
            Self::NoDate => "no-date",
            Self::Waiting => "waiting",
        }
    }

    fn of(item: &Listed, now: Timestamp) -> Self {
        let today = time::local_date(now);
        if item.state.is_waiting() {
            return Self::Waiting;
        }
        match item.due_at {
            // A result that is issued has no deadline any more: it waits for the citizen.
            _ if item.state == DossierState::Resolved => Self::Waiting,
            None => Self::NoDate,
            Some(due) if due < now => Self::Over,
            Some(due) if time::local_date(due) == today => Self::Today,
            Some(due) if time::local_date(due) <= end_of_week(today) => Self::Week,
            Some(_) => Self::Later,
        }
    }
}

fn end_of_week(today: Date) -> Date {
    let left = 7 - i64::from(today.weekday().to_monday_one_offset());
    today.checked_add(jiff::Span::new().days(left)).unwrap_or(today)
}

/// The inbox of the post.
pub async fn show(State(app): State<App>, signed: Signed, Query(asked): Query<Asked>) -> Response {
    let work = match app.town.read("my_work", &signed.actor, my_work).await {
        Ok(work) => work,
        Err(error) => return signed.refuse(&app, &error),
    };
    let ui = signed.ui(&app);
    let heading = ui.t("ui-place-work");
    let main = html! {
        (ui::title_line(&ui, &heading, &html! { span.th-muted { (townhall_text::capitalised(&ui.date_time(ui.now))) } }, &html! {}))
        @if work.is_empty() { (nothing_waits(&ui)) } @else { (inbox(&app, &ui, &work, &asked)) }
    };
    ui::page(&ui, &Page::new(&heading).at(Place::Work), &main).into_response()
}

fn nothing_waits(ui: &Ui) -> Markup {
    ui::empty(
        ui,
        &Empty {
            icon: Icon::INBOX,
            heading: &ui.t("work-empty"),
            text: html! { (ui.t("work-empty-text")) },
            button: Some((&ui.t("ui-place-dossiers"), "/dossiers")),
            other: None,
        },
    )
}

fn inbox(app: &App, ui: &Ui, work: &[Listed], asked: &Asked) -> Markup {
    let grouped: Vec<(Group, Vec<&Listed>)> = Group::ALL
        .iter()
        .map(|group| {
            (
                *group,
                work.iter()
                    .filter(|item| Group::of(item, ui.now) == *group)
                    .collect(),
            )
        })
        .collect();
    let shown = |group: Group| asked.part.is_empty() || asked.part == group.word();
    let mut parts = vec![Tab {
        label: ui.t("work-all").into(),
        count: i64::try_from(work.len()).ok(),
        href: "/work".into(),
        current: asked.part.is_empty(),
    }];
    parts.extend(
        grouped
            .iter()
            .filter(|(_, items)| !items.is_empty())
            .map(|(group, items)| Tab {
                label: ui.t(&format!("work-{}", group.word())).into(),
                count: i64::try_from(items.len()).ok(),
                href: format!("/work?part={}", group.word()).into(),
                current: asked.part == group.word(),
            }),
    );
    let lists: Vec<ListGroup<'_>> = grouped
        .iter()
        .filter(|(group, items)| shown(*group) && !items.is_empty())
        .map(|(group, items)| ListGroup {
            heading: ui.t(&format!("work-{}", group.word())).into(),
            count: ui
                .t_args("work-count", &[("count", Arg::from(items.len()))])
                .into(),
            items: items.iter().map(|item| row(app, ui, item)).collect(),
        })
        .collect();
    let first = lists
        .iter()
        .flat_map(|group| &group.items)
        .next()
        .map(|item| item.href.clone());
    html! {
        (load(ui, &grouped))
        (tabs(ui, &ui.t("work-parts"), &parts))
        (ui::work_list(ui, &lists, false))
        @if let Some(first) = first {
            p.th-muted.mt-3 { (actions(ui, &[ui::Action::link(ui.t("work-open-first"), first).icon(Icon::ARROW_RIGHT)])) }
        }
    }
}

fn load(ui: &Ui, grouped: &[(Group, Vec<&Listed>)]) -> Markup {
    let count = |wanted: Group| {
        grouped
            .iter()
            .filter(|(group, _)| *group == wanted)
            .map(|(_, items)| items.len())
            .sum::<usize>()
    };
    let (over, today) = (count(Group::Over), count(Group::Today));
    let size = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let words = |key: &str, count: usize| ui.t_args(key, &[("count", Arg::from(count))]);
    let parts = [
        MeterPart {
            tone: PartTone::Over,
            size: size(over),
            words: words("work-load-over", over).into(),
        },
        MeterPart {
            tone: PartTone::Today,
            size: size(today),
            words: words("work-load-today", today).into(),
        },
        MeterPart {
            tone: PartTone::Free,
            size: size(count(Group::Week)),
            words: words("work-load-week", count(Group::Week)).into(),
        },
    ];
    let days: Vec<(Date, u32)> = next_days(ui.today(), grouped);
    let bars: Vec<DayBar<'_>> = days
        .iter()
        .map(|(day, count)| DayBar {
            label: ui.date_short(*day).into(),
            count: *count,
        })
        .collect();
    html! {
        section.card.mb-3 {
            div.card-body.th-load {
                div {
                    p.mb-2 { b { (ui.t("work-load")) } ": " (words("work-load-now", over + today)) }
                    (load_meter(ui, "load", &parts))
                }
                (day_bars(ui, &ui.t("work-next-days"), &bars))
            }
        }
    }
}

/// How many are due on each of the next five days that are no weekend.
fn next_days(today: Date, grouped: &[(Group, Vec<&Listed>)]) -> Vec<(Date, u32)> {
    let items = || {
        grouped
            .iter()
            .filter(|(group, _)| *group != Group::Waiting)
            .flat_map(|(_, items)| items)
    };
    let mut days = Vec::new();
    let mut day = today;
    while days.len() < 5 {
        if day.weekday().to_monday_one_offset() <= 5 {
            let due = items()
                .filter(|item| item.due_at.is_some_and(|due| time::local_date(due) == day))
                .count();
            days.push((day, u32::try_from(due).unwrap_or(u32::MAX)));
        }
        match day.tomorrow() {
            Ok(next) => day = next,
            Err(_) => break,
        }
    }
    days
}

fn row<'a>(app: &App, ui: &Ui, item: &Listed) -> WorkItem<'a> {
    let doing = match item.state {
        DossierState::InProgress(stage) => ui.t(&stage_key(stage)),
        other => ui.t(&format!("work-do-{}", other.as_str())),
    };
    let href = format!("/dossiers/{}", item.id);
    WorkItem {
        id: item.id.to_string().into(),
        kind: (Icon::FILES, ui.t("work-kind-dossier").into()),
        title: format!("{doing}: {}", procedure_name(app, ui, &item.procedure_code)).into(),
        line: html! { (item.applicant.name) " · " (code(&item.code)) },
        due: due(
            app,
            ui,
            &item.unit,
            item.deadline.as_ref(),
            item.ended_at,
            format!("{href}#deadline"),
        ),
        href: href.into(),
        preview: None,
        current: false,
    }
}

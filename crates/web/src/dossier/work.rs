//! My work: dossiers and tasks together, what is due first.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::civil::Date;
use maud::{Markup, html};
use serde::Deserialize;
use townhall_app::dossier::{bells, my_work};
use townhall_app::error::AppError;
use townhall_app::joined::member_bells;
use townhall_app::task::task_bells;
use townhall_domain::dossier::{Action, State as DossierState};
use townhall_domain::permission::Right;
use townhall_domain::time;
use townhall_store::dossiers::Listed;
use townhall_text::Arg;

use super::{due, many, preview, procedure_short, stage_key, warned};
use crate::session::Signed;
use crate::state::App;
use crate::task::{TaskRow, my_work_items};
use crate::ui::{
    self, DayBar, Empty, Form, Icon, ListGroup, MeterPart, NoticeTone, Page, PartTone, Place, Tab, Ui,
    WorkItem, code, day_bars, load_meter, tabs,
};

/// Which part of the work is shown.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    part: String,
    /// `dossier` or `task`; both when empty.
    #[serde(default)]
    kind: String,
    /// The step that was just taken for many, and for how many.
    #[serde(default)]
    done: String,
    #[serde(default)]
    count: usize,
    /// Set when nothing was chosen for a step.
    #[serde(default)]
    none: String,
}

/// One piece of work, of whatever kind: they share holder and deadline, and are sorted together.
#[derive(Debug, Clone)]
enum Work {
    Dossier(Box<Listed>),
    Task(Box<TaskRow>),
}

impl Work {
    fn due_at(&self) -> Option<Timestamp> {
        match self {
            // A result that is issued has no deadline any more: it waits for the citizen.
            Self::Dossier(item) if item.state == DossierState::Resolved => None,
            // While the clock stands nothing falls due: it waits for others, and comes back with a new day.
            Self::Dossier(item) if item.paused_at.is_some() => None,
            Self::Dossier(item) => item.due_at,
            Self::Task(row) => Some(row.due_at()),
        }
    }

    fn is_waiting(&self) -> bool {
        match self {
            Self::Dossier(item) => item.state.is_waiting() || item.state == DossierState::Resolved,
            Self::Task(row) => row.is_waiting(),
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Dossier(_) => "dossier",
            Self::Task(_) => "task",
        }
    }

    fn row<'a>(&self, app: &App, ui: &Ui) -> WorkItem<'a> {
        match self {
            Self::Dossier(item) => row(app, ui, item),
            Self::Task(task) => task.item(app, ui),
        }
    }
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

    fn of(item: &Work, now: Timestamp) -> Self {
        let today = time::local_date(now);
        if item.is_waiting() {
            return Self::Waiting;
        }
        match item.due_at() {
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
    let found = app
        .town
        .read("my_work", &signed.actor, |tx, cx| {
            let bells = (bells(tx, cx)?, member_bells(tx, cx)?, task_bells(tx, cx)?);
            Ok::<_, AppError>((my_work(tx, cx)?, my_work_items(tx, cx)?, bells))
        })
        .await;
    let (work, bells) = match found {
        Ok((dossiers, tasks, bells)) => (sorted(dossiers, tasks), bells),
        Err(error) => return signed.refuse(&app, &error),
    };
    let ui = signed.ui(&app);
    let heading = ui.t("ui-place-work");
    let shown = Shown::of(&ui, &work, &asked);
    let pane = many::first_pane(&app, &signed, &ui, shown.first_dossier()).await;
    let offered = many::offered(&signed.actor, shown.dossiers());
    let main = html! {
        (what_was_done(&ui, &asked))
        (ui::title_line(&ui, &heading, &html! { span.th-muted { (townhall_text::capitalised(&ui.date_time(ui.now))) } }, &html! {}))
        (warned::bells(&app, &ui, &bells.0, &bells.1, &bells.2))
        @if work.is_empty() { (nothing_waits(&ui, &signed)) } @else { (inbox(&app, &ui, &work, &asked, &shown, &offered, pane)) }
    };
    ui::page(&ui, &Page::new(&heading).at(Place::Work), &main).into_response()
}

/// Both kinds of work by what is due; what nothing binds comes last.
fn sorted(dossiers: Vec<Listed>, tasks: Vec<TaskRow>) -> Vec<Work> {
    let mut work: Vec<Work> = dossiers
        .into_iter()
        .map(|item| Work::Dossier(Box::new(item)))
        .collect();
    work.extend(tasks.into_iter().map(|row| Work::Task(Box::new(row))));
    // Stable, so that rows of one instant stay in the order of their own lists.
    work.sort_by_key(|item| item.due_at().unwrap_or(Timestamp::MAX));
    work
}

fn nothing_waits(ui: &Ui, signed: &Signed) -> Markup {
    let (words, href) = if signed.actor.holds(Right::ReadDossier) {
        ("ui-place-dossiers", "/dossiers")
    } else if signed.actor.holds(Right::ManageAccounts) {
        ("ui-place-admin", "/admin")
    } else {
        ("ui-place-tasks", "/tasks")
    };
    ui::empty(
        ui,
        &Empty {
            icon: Icon::INBOX,
            heading: &ui.t("work-empty"),
            text: html! { (ui.t("work-empty-text")) },
            button: Some((&ui.t(words), href)),
            other: None,
        },
    )
}

/// The result of a step for many, or the hint that nothing was chosen for it.
fn what_was_done(ui: &Ui, asked: &Asked) -> Markup {
    let known = Action::parse(&asked.done).filter(|_| asked.count > 0);
    html! {
        @if let Some(action) = known {
            @let words = ui.t_args("work-many-done", &[
                ("action", ui.t(&format!("dossier-action-{}", action.as_str())).into()),
                ("count", Arg::from(asked.count)),
            ]);
            (ui::notice(ui, NoticeTone::Ok, "", &html! { (words) }))
        }
        @if !asked.none.is_empty() { (ui::notice(ui, NoticeTone::Info, "", &html! { (ui.t("work-many-choose-first")) })) }
    }
}

/// The work of the chosen kind in its groups, and which of them are shown.
struct Shown<'a> {
    grouped: Vec<(Group, Vec<&'a Work>)>,
    part: &'a str,
}

impl<'a> Shown<'a> {
    fn of(ui: &Ui, all: &'a [Work], asked: &'a Asked) -> Self {
        let is_of_kind = |item: &&Work| asked.kind.is_empty() || item.kind() == asked.kind;
        let work: Vec<&Work> = all.iter().filter(is_of_kind).collect();
        let of_group = |group: Group| {
            let items = work.iter().copied();
            items.filter(|item| Group::of(item, ui.now) == group).collect()
        };
        Self {
            grouped: Group::ALL
                .iter()
                .map(|group| (*group, of_group(*group)))
                .collect(),
            part: &asked.part,
        }
    }

    /// The groups on the page, without empty ones.
    fn groups(&self) -> impl Iterator<Item = &(Group, Vec<&'a Work>)> {
        self.grouped
            .iter()
            .filter(|(group, items)| (self.part.is_empty() || self.part == group.word()) && !items.is_empty())
    }

    fn dossiers(&self) -> impl Iterator<Item = &'a Listed> {
        self.groups()
            .flat_map(|(_, items)| items)
            .filter_map(|item| match item {
                Work::Dossier(item) => Some(&**item),
                Work::Task(_) => None,
            })
    }

    /// The dossier on top, if the first row is one.
    fn first_dossier(&self) -> Option<&'a Listed> {
        match self.groups().next()?.1.first()? {
            Work::Dossier(item) => Some(item),
            Work::Task(_) => None,
        }
    }
}

fn inbox(
    app: &App,
    ui: &Ui,
    all: &[Work],
    asked: &Asked,
    shown: &Shown<'_>,
    offered: &[Action],
    pane: Option<Markup>,
) -> Markup {
    let count: usize = shown.grouped.iter().map(|(_, items)| items.len()).sum();
    let mut parts = vec![Tab {
        label: ui.t("work-all").into(),
        count: i64::try_from(count).ok(),
        href: ui::href("/work", &[("kind", &asked.kind)]).into(),
        current: asked.part.is_empty(),
    }];
    parts.extend(
        shown
            .grouped
            .iter()
            .filter(|(_, items)| !items.is_empty())
            .map(|(group, items)| Tab {
                label: ui.t(&format!("work-{}", group.word())).into(),
                count: i64::try_from(items.len()).ok(),
                href: ui::href("/work", &[("part", group.word()), ("kind", &asked.kind)]).into(),
                current: asked.part == group.word(),
            }),
    );
    let mut lists: Vec<ListGroup<'_>> = shown
        .groups()
        .map(|(group, items)| ListGroup {
            heading: ui.t(&format!("work-{}", group.word())).into(),
            count: ui
                .t_args("work-count", &[("count", Arg::from(items.len()))])
                .into(),
            items: items.iter().map(|item| item.row(app, ui)).collect(),
        })
        .collect();
    if let Some(first) = lists.first_mut().and_then(|group| group.items.first_mut()) {
        first.current = pane.is_some();
    }
    let list = ui::work_list(ui, &lists, !offered.is_empty());
    html! {
        (load(ui, &shown.grouped))
        (kinds(ui, all, asked))
        (tabs(ui, &ui.t("work-parts"), &parts))
        div.th-cols.th-cols-inbox {
            @if offered.is_empty() { (list) } @else {
                (ui::form(ui, &Form::post("/work/many"), &html! { (many::bar(ui, offered)) (list) }))
            }
            aside.th-stack.th-preview id="preview" aria-label=(ui.t("work-preview")) {
                @if let Some(pane) = pane { (pane) } @else { p.th-muted { (ui.t("work-preview-none")) } }
            }
        }
    }
}

/// Dossiers, tasks or both; nothing for who has only one kind.
fn kinds(ui: &Ui, all: &[Work], asked: &Asked) -> Markup {
    let count = |kind: &str| all.iter().filter(|item| item.kind() == kind).count();
    let (dossiers, tasks) = (count("dossier"), count("task"));
    if asked.kind.is_empty() && (dossiers == 0 || tasks == 0) {
        return html! {};
    }
    let tab = |kind: &str, label: &str, count: usize| Tab {
        label: ui.t(label).into(),
        count: i64::try_from(count).ok(),
        href: ui::href("/work", &[("part", &asked.part), ("kind", kind)]).into(),
        current: asked.kind == kind,
    };
    let kinds = [
        tab("", "work-kind-all", all.len()),
        tab("dossier", "work-kind-dossier", dossiers),
        tab("task", "work-kind-task", tasks),
    ];
    tabs(ui, &ui.t("work-kinds"), &kinds)
}

fn load(ui: &Ui, grouped: &[(Group, Vec<&Work>)]) -> Markup {
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
fn next_days(today: Date, grouped: &[(Group, Vec<&Work>)]) -> Vec<(Date, u32)> {
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
                .filter(|item| item.due_at().is_some_and(|due| time::local_date(due) == day))
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
        title: format!("{doing}: {}", procedure_short(app, ui, &item.procedure_code)).into(),
        line: html! { (item.applicant_name) " · " (code(&item.code)) (warned::warned(ui, item)) },
        due: due(
            app,
            ui,
            &item.unit,
            item.countdown(),
            item.ended_at,
            format!("{href}#deadline"),
        ),
        href: href.into(),
        preview: Some(preview::address(&item.id.to_string()).into()),
        current: false,
    }
}

//! Tasks on pages: the list with its four classes, figures by post, issuing, one task and its actions, and the rows
//! for "my work".

mod act;
mod act_fields;
mod filter;
mod issue;
mod issue_fields;
mod list;
mod page;
mod page_parts;
mod report;
mod work;

use std::collections::BTreeMap;

use maud::{Markup, html};
use townhall_domain::deadline::Standing;
use townhall_domain::ids::{PostId, UnitId};
use townhall_domain::permission::Right;
use townhall_domain::task::{Class, Priority, State};
use townhall_store::organisation::PostName;
use townhall_store::tasks::Listed;
use townhall_text::Lang;

pub(crate) use list::file;
pub use work::{TaskRow, my_work_items};

use crate::routes::{Need, Routes};
use crate::state::App;
use crate::ui::{DueChip, Icon, Tone, Ui, badge, nothing};

/// Routes of this capability.
pub fn routes(app: &App) -> Routes {
    /// Whoever works on tasks, issues, accepts or counts them; which ones, the queries say.
    const READ: Need = Need::AnyOf(&[
        Right::WorkTask,
        Right::IssueTask,
        Right::AcceptTask,
        Right::ReadStatistics,
    ]);
    const ISSUE: Need = Need::Right(Right::IssueTask);
    Routes::new(app)
        .get("/tasks", READ, list::show)
        .get("/tasks/export.csv", Need::Right(Right::Export), list::export)
        .get("/tasks/report", READ, report::show)
        .get("/tasks/new", ISSUE, issue::ask)
        .post("/tasks/new", ISSUE, issue::issue)
        .get("/tasks/{id}", READ, page::show)
        .get("/tasks/{id}/{action}", READ, act::ask)
        .post("/tasks/{id}/{action}", READ, act::act)
}

/// The state as a badge.
fn state_badge(ui: &Ui, state: State) -> Markup {
    let (tone, icon) = match state {
        State::Issued => (Tone::Warn, Icon::INBOX),
        State::Received => (Tone::Plain, Icon::CHECK),
        State::InProgress => (Tone::Run, Icon::PLAY),
        State::HandedIn => (Tone::Warn, Icon::SEND),
        State::Accepted => (Tone::Ok, Icon::CIRCLE_CHECK),
        State::Paused(_) => (Tone::Plain, Icon::PAUSE),
        State::Withdrawn => (Tone::Plain, Icon::UNDO),
    };
    badge(ui, tone, icon, &ui.t(&format!("task-state-{}", state.as_str())))
}

/// The priority as a badge; nothing for a normal one, so that the others are seen.
fn priority_badge(ui: &Ui, priority: Priority) -> Markup {
    match priority {
        Priority::Normal => nothing(),
        Priority::High | Priority::Urgent => {
            let words = ui.t(&format!("task-priority-{}", priority.as_str()));
            badge(ui, Tone::Warn, Icon::FLAG, &words)
        }
    }
}

/// The reporting class as a badge.
fn class_badge(ui: &Ui, class: Class) -> Markup {
    let (tone, icon) = match class {
        Class::DoneOnTime => (Tone::Ok, Icon::CIRCLE_CHECK),
        Class::OpenInTime => (Tone::Plain, Icon::CLOCK),
        Class::DoneLate | Class::OpenOverdue => (Tone::Bad, Icon::ALERT),
    };
    badge(ui, tone, icon, &ui.t(&format!("task-class-{}", class.as_str())))
}

/// The deadline chip of a row, linked to its reason; none for a withdrawn task, which binds nobody.
fn due(app: &App, ui: &Ui, row: &Listed) -> Option<DueChip> {
    if row.state == State::Withdrawn {
        return None;
    }
    let office = ui.hours(app.town.packs(), &row.unit);
    let standing = row.deadline.standing(&office, ui.now, row.handed_in_at).ok()?;
    Some(chip(ui, &standing, format!("/tasks/{}#deadline", row.id)))
}

fn chip(ui: &Ui, standing: &Standing, href: String) -> DueChip {
    DueChip::of(ui, standing).linked(href)
}

/// A post in words: its title and who holds it.
fn post_words(ui: &Ui, name: &PostName) -> String {
    let title = title(ui, name);
    match &name.holder {
        Some(holder) => format!("{title} – {holder}"),
        None => format!("{title} ({})", ui.t("task-nobody")),
    }
}

fn title<'n>(ui: &Ui, name: &'n PostName) -> &'n str {
    if ui.lang == Lang::Vi {
        &name.title_vi
    } else {
        &name.title_en
    }
}

/// A post of a page in words; nothing for one that is not known any more.
fn post_of(ui: &Ui, posts: &BTreeMap<PostId, PostName>, post: PostId) -> String {
    posts
        .get(&post)
        .map(|name| post_words(ui, name))
        .unwrap_or_default()
}

/// A post of a page on two lines: who, and as what.
fn post_lines(ui: &Ui, posts: &BTreeMap<PostId, PostName>, post: PostId) -> Markup {
    let Some(name) = posts.get(&post) else {
        return nothing();
    };
    let nobody = ui.t("task-nobody");
    html! { b { (name.holder.as_deref().unwrap_or(&nobody)) } br; span.th-muted { (title(ui, name)) } }
}

/// The full name of a unit.
fn unit_name(app: &App, ui: &Ui, unit: &UnitId) -> String {
    app.town.packs().units().by_id(unit).map_or_else(
        || unit.code().to_owned(),
        |found| found.full_name(ui.today()).to_owned(),
    )
}

//! The parts of a task's page: the six, products, papers, requests for more time, trail.

use maud::{Markup, html};
use townhall_app::task::{PaperList, TaskView};
use townhall_domain::ids::{PersonId, PostId};
use townhall_domain::task::Decision;
use townhall_store::journal::StoredFact;
use townhall_store::tasks::{By, Extension, Product};

use super::{post_of, title};
use crate::ui::{self, Column, Icon, Tone, Trail, Ui, badge, code, key_values};

/// The six, each by its name.
pub(super) fn six(ui: &Ui, view: &TaskView) -> Markup {
    let task = &view.task;
    let joining: Vec<String> = task
        .joining
        .iter()
        .map(|post| post_of(ui, &view.posts, *post))
        .collect();
    let moved = task.deadline.due != task.deadline.original_due;
    let pairs: Vec<(String, Markup)> = vec![
        (
            ui.t("task-six-person"),
            html! {
                b { (post_of(ui, &view.posts, task.lead)) }
                @if !joining.is_empty() { br; span.th-muted { (ui.t("task-joining")) ": " (joining.join("; ")) } }
            },
        ),
        (
            ui.t("task-six-work"),
            html! {
                (task.work)
                @if let Some(details) = &task.details { @for line in details.lines() { br; span.th-muted { (line) } } }
            },
        ),
        (
            ui.t("task-six-time"),
            html! {
                b { (townhall_text::capitalised(&ui.date_time(task.deadline.due))) }
                @if moved { br; span.th-muted { (ui.t("task-original-due")) ": " (ui.date_time(task.deadline.original_due)) } }
            },
        ),
        (ui.t("task-six-responsibility"), html! { (task.responsibility) }),
        (ui.t("task-six-product"), html! { (task.product) }),
        (ui.t("task-six-authority"), html! { (task.authority) }),
    ];
    let pairs: Vec<(&str, Markup)> = pairs
        .iter()
        .map(|(name, value)| (name.as_str(), value.clone()))
        .collect();
    ui::card(
        "six",
        &ui.t("task-six"),
        &html! {},
        &html! { div.card-body { (key_values(ui, &pairs)) } },
    )
}

/// Products handed in, newest first, with what the issuer said.
pub(super) fn products(ui: &Ui, view: &TaskView) -> Markup {
    let list = html! {
        @if view.products.is_empty() { p.th-muted.m-3 { (ui.t("task-products-none")) } }
        @else {
            ul.list-unstyled.m-3 { @for product in view.products.iter().rev() { li.mb-3 { (handed_in(ui, view, product)) } } }
        }
    };
    ui::card("products", &ui.t("task-products"), &html! {}, &list)
}

fn handed_in(ui: &Ui, view: &TaskView, product: &Product) -> Markup {
    let verdict = match product.verdict.as_ref().map(|verdict| verdict.accepted) {
        None => badge(ui, Tone::Warn, Icon::HOURGLASS, &ui.t("task-product-waits")),
        Some(true) => badge(ui, Tone::Ok, Icon::CIRCLE_CHECK, &ui.t("task-product-accepted")),
        Some(false) => badge(ui, Tone::Bad, Icon::UNDO, &ui.t("task-product-sent-back")),
    };
    let number = ui.t_args(
        "task-product-number",
        &[("number", ui.number(product.number).into())],
    );
    let papers = view
        .papers
        .iter()
        .filter(|paper| product.product.papers().contains(&paper.id));
    html! {
        p.mb-1 { b { (number) } " " (verdict) " " span.th-muted { (when_and_who(ui, view, product.by)) } }
        @for line in product.product.summary().lines() { p.mb-1.th-text { (line) } }
        @if let Some(document) = product.product.document() { p.mb-1 { (Icon::FILE) " " (code(document)) } }
        @for paper in papers { p.mb-1 { (paper_link(paper)) } }
        @if let Some(verdict) = &product.verdict {
            p.mb-0.th-muted { (when_and_who(ui, view, verdict.by)) @if let Some(reason) = &verdict.reason { ": " (reason) } }
        }
    }
}

fn paper_link(paper: &townhall_store::papers::Paper) -> Markup {
    html! { a href=(format!("/papers/{}", paper.id)) { (Icon::FILE) " " (paper.name) } }
}

/// The papers in their three lists.
pub(super) fn papers(ui: &Ui, view: &TaskView) -> Markup {
    let list = html! {
        @if view.papers.is_empty() { p.th-muted.m-3 { (ui.t("task-papers-none")) } }
        @else {
            div.m-3 {
                @for list in PaperList::ALL {
                    @let of: Vec<_> = view.papers.iter().filter(|paper| paper.component.as_deref() == Some(list.as_str())).collect();
                    @if !of.is_empty() {
                        h3.th-muted.mb-1 { (ui.t(&format!("task-papers-{}", list.as_str()))) }
                        ul.list-unstyled.mb-2 { @for paper in of { li.mb-1.th-text { (paper_link(paper)) " " span.th-muted { (ui.date_time(paper.added_at)) } } } }
                    }
                }
            }
        }
    };
    ui::card("papers", &ui.t("task-papers"), &html! {}, &list)
}

/// Requests for more time with what was decided; nothing without one.
pub(super) fn extensions(ui: &Ui, view: &TaskView) -> Markup {
    if view.extensions.is_empty() {
        return html! {};
    }
    let columns = [
        Column::text(ui.t("task-extensions")),
        Column::text(ui.t("task-input-reason")),
        Column::text(ui.t("common-status")),
    ];
    let rows = html! {
        @for extension in view.extensions.iter().rev() {
            tr {
                td { (from_to(ui, extension)) br; span.th-muted { (when_and_who(ui, view, asked_by(extension))) } }
                td { (extension.request.reason) }
                td { (decision(ui, view, extension)) }
            }
        }
    };
    let table = ui::table(ui, &ui.t("task-extensions"), &columns, None, &rows);
    ui::card("extensions", &ui.t("task-extensions"), &html! {}, &table)
}

fn from_to(ui: &Ui, extension: &Extension) -> String {
    let (before, wanted) = (
        ui.date_time(extension.request.before),
        ui.date_time(extension.request.wanted),
    );
    ui.t_args(
        "task-extension-line",
        &[("before", before.into()), ("wanted", wanted.into())],
    )
}

fn asked_by(extension: &Extension) -> By {
    By {
        at: extension.request.requested_at,
        post: Some(extension.request.requested_by),
        person: extension.person,
    }
}

fn decision(ui: &Ui, view: &TaskView, extension: &Extension) -> Markup {
    let Some(answer) = &extension.answer else {
        return badge(ui, Tone::Warn, Icon::HOURGLASS, &ui.t("task-extension-waits"));
    };
    let (tone, icon, words) = match answer.decision {
        Decision::Granted => {
            let to = answer.granted.map(|to| ui.date_time(to)).unwrap_or_default();
            (
                Tone::Ok,
                Icon::CHECK,
                ui.t_args("task-extension-granted", &[("to", to.into())]),
            )
        }
        Decision::Refused => (Tone::Bad, Icon::CROSS, ui.t("task-extension-refused")),
        Decision::Lapsed => (Tone::Plain, Icon::BAN, ui.t("task-extension-lapsed")),
    };
    html! {
        (badge(ui, tone, icon, &words)) br;
        span.th-muted { (when_and_who(ui, view, answer.by)) @if let Some(note) = &answer.note { ": " (note) } }
    }
}

/// "thứ Tư 06/8, 09:00 · Nguyễn Văn Thử, Trưởng phòng Kinh tế".
fn when_and_who(ui: &Ui, view: &TaskView, by: By) -> String {
    let who = who(ui, view, by.post, by.person);
    let when = townhall_text::capitalised(&ui.date_time(by.at));
    if who.is_empty() {
        when
    } else {
        format!("{when} · {who}")
    }
}

/// The person who acted, then as what; who acted is not always who holds the post today.
fn who(ui: &Ui, view: &TaskView, post: Option<PostId>, person: Option<PersonId>) -> String {
    let name = person.and_then(|person| view.people.get(&person)).cloned();
    let post = post
        .and_then(|post| view.posts.get(&post))
        .map(|post| title(ui, post).to_owned());
    [name, post].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// The whole history, newest first: what the log commits to, with what people wrote beside it.
pub(super) fn trail(ui: &Ui, view: &TaskView) -> Markup {
    let entries: Vec<Trail<'_>> = view
        .trail
        .iter()
        .rev()
        .map(|fact| {
            let (person, why) = said(view, fact);
            Trail {
                what: ui.t(&format!("fact-{}", fact.kind)).into(),
                at: fact.at,
                who: who(ui, view, fact.post, person).into(),
                why: why.into(),
                log_href: Some(format!("/facts/{}", fact.id).into()),
            }
        })
        .collect();
    ui::card(
        "trail",
        &ui.t("task-trail"),
        &html! {},
        &html! { div.m-3 { (ui::trail(ui, &entries)) } },
    )
}

/// Who acted and what was written when a fact was recorded; facts themselves hold no words.
fn said(view: &TaskView, fact: &StoredFact) -> (Option<PersonId>, String) {
    let entry = view.entries.iter().find(|entry| entry.by.at == fact.at);
    let product = view.products.iter().find(|product| product.by.at == fact.at);
    let verdict = view
        .products
        .iter()
        .filter_map(|product| product.verdict.as_ref())
        .find(|verdict| verdict.by.at == fact.at);
    let asked = view
        .extensions
        .iter()
        .find(|asked| asked.request.requested_at == fact.at);
    let answer = view
        .extensions
        .iter()
        .filter_map(|asked| asked.answer.as_ref())
        .find(|answer| answer.by.at == fact.at);
    match fact.kind.as_str() {
        "task_handed_in" => (
            product.and_then(|product| product.by.person),
            product
                .map(|product| product.product.summary().to_owned())
                .unwrap_or_default(),
        ),
        "task_accepted" | "task_sent_back" => (
            verdict.and_then(|verdict| verdict.by.person),
            verdict
                .and_then(|verdict| verdict.reason.clone())
                .unwrap_or_default(),
        ),
        "task_extension_requested" => (
            asked.and_then(|asked| asked.person),
            asked
                .map(|asked| asked.request.reason.clone())
                .unwrap_or_default(),
        ),
        "task_extension_decided" => (
            answer.and_then(|answer| answer.by.person),
            answer.and_then(|answer| answer.note.clone()).unwrap_or_default(),
        ),
        _ => (
            entry.and_then(|entry| entry.by.person),
            entry.and_then(|entry| entry.note.clone()).unwrap_or_default(),
        ),
    }
}

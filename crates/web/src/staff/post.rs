//! One post: what it is there for, who holds it, who is away, what was delegated; with what can be done.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;
use townhall_app::organisation::{PostHistory, posts_beside};
use townhall_domain::organisation::Interval;
use townhall_domain::permission::Right;

use super::act::done_notice;
use super::post_form::history_of;
use super::{interval_words, is_vietnamese, right_key, role_key};
use crate::session::Signed;
use crate::state::App;
use crate::ui::{self, Column, Icon, Page, Place, Tone, Ui, href};

#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    done: String,
}

pub async fn show(
    State(app): State<App>,
    signed: Signed,
    Path(post): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let history = match history_of(&app, &signed, &post).await {
        Ok(history) => history,
        Err(error) => return signed.refuse(&app, &error),
    };
    let item = history.post.item.clone();
    let others = match app
        .town
        .read("posts_beside", &signed.actor, move |tx, cx| {
            posts_beside(tx, cx, &item)
        })
        .await
    {
        Ok(others) => others,
        Err(error) => return signed.refuse(&app, &error),
    };
    let ui = signed.ui(&app);
    let post = &history.post.item;
    let title = post.title(is_vietnamese(&ui)).to_owned();
    let name_of = |id| {
        let found = others.iter().find(|other| other.id == id);
        found
            .map(|other| other.title(is_vietnamese(&ui)).to_owned())
            .unwrap_or_default()
    };
    let shown = Shown::new(&signed, &history);
    let main = html! {
        (ui::breadcrumb(&ui, &[(&ui.t("staff-title"), &href("/staff", &[("unit", post.unit.code())]))], &html! { (title) }))
        (ui::title_line(&ui, &title, &html! {}, &html! {
            @if shown.manages { a.btn href=(format!("{}/edit", shown.page)) { (Icon::PENCIL) " " (ui.t("staff-post-edit")) } }
        }))
        (done_notice(&ui, &asked.done))
        div.mb-3 { (ui::card("about", &ui.t("staff-post"), &html! {}, &about(&ui, &history))) }
        div.mb-3 { (mandates(&ui, &shown, &history)) }
        @if shown.sees_absences { div.mb-3 { (absences(&ui, &shown, &history, &name_of)) } }
        div.mb-3 { (delegations(&ui, &shown, &history, &name_of)) }
    };
    ui::page(&ui, &Page::new(&title).at(Place::Staff), &main).into_response()
}

/// What the officer sees of this post and may do with it; each command asks again.
#[expect(
    clippy::struct_excessive_bools,
    reason = "four independent answers, each asked once on the page"
)]
struct Shown {
    page: String,
    manages: bool,
    sees_absences: bool,
    records_absence: bool,
    delegates: bool,
}

impl Shown {
    fn new(signed: &Signed, history: &PostHistory) -> Self {
        let post = &history.post.item;
        let own_space = signed.actor.is_of_space(post.space);
        let may = |right| own_space && signed.actor.may_on(right, &post.unit, Some(post.id));
        Self {
            page: format!("/staff/posts/{}", post.id),
            manages: may(Right::ManageStaff),
            sees_absences: signed.actor.may(Right::RecordAbsence, &post.unit),
            records_absence: may(Right::RecordAbsence),
            delegates: may(Right::DelegateRights) && signed.actor.post() == Some(post.id),
        }
    }
}

fn about(ui: &Ui, history: &PostHistory) -> Markup {
    let post = &history.post.item;
    let roles = post
        .roles
        .iter()
        .map(|role| ui.t(&role_key(*role)))
        .collect::<Vec<_>>()
        .join("; ");
    html! {
        div.card-body {
            (ui::key_values(ui, &[
                (&ui.t("staff-roles"), html! { (roles) }),
                (&ui.t("staff-space"), html! { (ui.t(&format!("staff-space-{}", post.space.as_str()))) }),
                (&ui.t("staff-quota-decision"), html! { (post.quota_decision.as_deref().unwrap_or_default()) }),
                (&ui.t("staff-from"), html! { (interval_words(ui, post.valid)) }),
            ]))
        }
    }
}

/// Whether it still lasts after today: only then can it be ended.
fn lasts(ui: &Ui, valid: Interval) -> bool {
    valid.until().is_none_or(|until| until > ui.today())
}

fn now_badge(ui: &Ui, valid: Interval) -> Markup {
    html! { @if valid.contains(ui.today()) { " " (ui::badge(ui, Tone::Ok, Icon::CHECK, &ui.t("common-today"))) } }
}

/// A card with a table, or with the words that there is nothing, and a button that adds.
fn list_card(
    ui: &Ui,
    id: &str,
    key: &str,
    add: &Markup,
    columns: &[&str],
    rows: &Markup,
    any: bool,
) -> Markup {
    let heading = ui.t(key);
    let mut heads: Vec<Column<'_>> = columns.iter().map(|key| Column::text(ui.t(key))).collect();
    heads.push(Column::text(""));
    let body = if any {
        ui::table(ui, &heading, &heads, None, rows)
    } else {
        html! { div.card-body { p.mb-0 { (ui.t("staff-history-empty")) } } }
    };
    ui::card(id, &heading, add, &body)
}

fn add_link(ui: &Ui, shown: bool, href: &str, key: &str) -> Markup {
    html! { @if shown { a.btn.btn-sm href=(href) { (Icon::PLUS) " " (ui.t(key)) } } }
}

fn end_link(ui: &Ui, shown: bool, href: &str, key: &str, of: &str) -> Markup {
    html! { @if shown { a.btn.btn-sm href=(href) aria-label=(format!("{}: {of}", ui.t(key))) { (ui.t(key)) } } }
}

fn mandates(ui: &Ui, shown: &Shown, history: &PostHistory) -> Markup {
    let rows = html! {
        @for (mandate, person) in history.mandates.iter().rev() {
            tr {
                td { a.th-text href=(format!("/staff/people/{}", person.id)) { bdi { (person.name) } } (now_badge(ui, mandate.valid)) }
                td { (ui.t(&format!("staff-kind-{}", mandate.kind.as_str()))) }
                td { (interval_words(ui, mandate.valid)) }
                td { (mandate.decision.as_deref().unwrap_or_default()) }
                td { (end_link(ui, shown.manages && lasts(ui, mandate.valid),
                        &format!("{}/mandates/{}/end", shown.page, mandate.id), "staff-mandate-end", &person.name)) }
            }
        }
    };
    let add = add_link(
        ui,
        shown.manages,
        &format!("{}/mandates", shown.page),
        "staff-mandate-give",
    );
    let columns = ["staff-person", "staff-kind", "staff-from", "staff-decision"];
    list_card(
        ui,
        "mandates",
        "staff-holders",
        &add,
        &columns,
        &rows,
        !history.mandates.is_empty(),
    )
}

fn absences(
    ui: &Ui,
    shown: &Shown,
    history: &PostHistory,
    name_of: &impl Fn(townhall_domain::ids::PostId) -> String,
) -> Markup {
    let who = |person| {
        let found = history.mandates.iter().find(|(_, other)| other.id == person);
        found.map(|(_, other)| other.name.clone()).unwrap_or_default()
    };
    let rows = html! {
        @for absence in history.absences.iter().rev() {
            @let name = who(absence.person);
            tr {
                td { bdi { (name) } (now_badge(ui, absence.valid)) }
                td { (ui.t(&format!("staff-absence-{}", absence.reason.as_str()))) }
                td { (interval_words(ui, absence.valid)) }
                td { @if let Some(stand_in) = absence.stand_in { (name_of(stand_in)) } }
                td { (end_link(ui, shown.records_absence && lasts(ui, absence.valid),
                        &format!("{}/absences/{}/end", shown.page, absence.id), "staff-absence-end", &name)) }
            }
        }
    };
    let add = add_link(
        ui,
        shown.records_absence,
        &format!("{}/absences", shown.page),
        "staff-absence-record",
    );
    let columns = [
        "staff-person",
        "staff-absence-reason",
        "staff-from",
        "staff-stand-in",
    ];
    list_card(
        ui,
        "absences",
        "staff-absences",
        &add,
        &columns,
        &rows,
        !history.absences.is_empty(),
    )
}

fn delegations(
    ui: &Ui,
    shown: &Shown,
    history: &PostHistory,
    name_of: &impl Fn(townhall_domain::ids::PostId) -> String,
) -> Markup {
    let rows = html! {
        @for delegation in history.delegations.iter().rev() {
            @let to = name_of(delegation.to);
            @let rights = delegation.rights.iter().map(|right| ui.t(&right_key(right))).collect::<Vec<_>>().join("; ");
            tr {
                td { (to) (now_badge(ui, delegation.valid)) }
                td { (rights) }
                td { (interval_words(ui, delegation.valid)) }
                td { (delegation.decision.as_deref().unwrap_or_default()) }
                td { (end_link(ui, (shown.delegates || shown.manages) && lasts(ui, delegation.valid),
                        &format!("{}/delegations/{}/end", shown.page, delegation.id), "staff-delegation-end", &to)) }
            }
        }
    };
    let add = add_link(
        ui,
        shown.delegates,
        &format!("{}/delegations", shown.page),
        "staff-delegate",
    );
    let columns = [
        "staff-delegate-to",
        "staff-delegate-rights",
        "staff-from",
        "staff-decision",
    ];
    list_card(
        ui,
        "delegations",
        "staff-delegations",
        &add,
        &columns,
        &rows,
        !history.delegations.is_empty(),
    )
}

//! Messages to citizens on a page: what waits, what was sent, what failed and why; sent again, stopped.

mod card;

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use townhall_app::message::{MessageView, message_list, retry_message, stop_message};
use townhall_app::outside::Ways;
use townhall_domain::ids::MessageId;
use townhall_domain::message::{MessageKind, MessageState, Way};
use townhall_domain::permission::Right;
use townhall_store::messages::{Filter, Message};
use townhall_text::Arg;

use crate::routes::{Need, Routes};
use crate::session::{FormOf, Signed};
use crate::state::App;
use crate::ui::{
    self, Choice, Column, Empty, Field, Form, Icon, NoticeTone, Page, Place, Tab, Tone, Ui, badge, code, href,
};

pub use card::card;

/// Rows on a page.
const PAGE: usize = 50;

/// Routes of this capability.
pub fn routes(app: &App) -> Routes {
    Routes::new(app)
        .get("/messages", Need::Right(Right::ReadJobs), show)
        .post("/messages/{id}/retry", Need::Right(Right::RetryJob), retry)
        .post("/messages/{id}/stop", Need::Right(Right::RetryJob), stop)
}

/// What the list is narrowed to, as it stands in the address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Asked {
    state: String,
    way: String,
    kind: String,
    code: String,
    after: String,
}

impl Asked {
    fn filter(&self) -> Filter {
        Filter {
            units: Vec::new(),
            state: MessageState::parse(&self.state),
            way: Way::parse(&self.way),
            kind: MessageKind::parse(&self.kind),
            code: Some(self.code.trim().chars().take(64).collect::<String>()).filter(|code| !code.is_empty()),
            after: self.after.split_once('.').and_then(|(at, id)| {
                let at = jiff::Timestamp::from_millisecond(at.parse().ok()?).ok()?;
                Some((at, id.parse().ok()?))
            }),
        }
    }

    fn is_narrowed(&self) -> bool {
        [&self.state, &self.way, &self.kind, &self.code]
            .iter()
            .any(|text| !text.is_empty())
    }
}

async fn show(State(app): State<App>, signed: Signed, Query(asked): Query<Asked>) -> Response {
    let ui = signed.ui(&app);
    let filter = asked.filter();
    let found = app
        .town
        .read("message_list", &signed.actor, move |tx, cx| {
            message_list(tx, cx, &filter, PAGE)
        })
        .await;
    let messages = match found {
        Ok(messages) => messages,
        Err(error) => return signed.refuse(&app, &error),
    };
    let heading = ui.t("ui-place-messages");
    let main = html! {
        (ui::title_line(&ui, &heading, &html! {}, &html! {}))
        p.text-secondary.th-text { (ui.t("message-about")) }
        (switched(&ui, app.town.outside().ways()))
        (views(&ui, &asked))
        (filters(&ui, &asked))
        @if messages.is_empty() { (none(&ui, &asked)) } @else { (table(&ui, &signed, &asked, &messages)) }
    };
    ui::page(&ui, &Page::new(&heading).at(Place::Messages), &main).into_response()
}

/// Which ways are off, said kindly.
fn switched(ui: &Ui, ways: Ways) -> Markup {
    let key = match (ways.email, ways.sms) {
        (true, true) => return html! {},
        (true, false) => "message-off-sms",
        (false, true) => "message-off-email",
        (false, false) => "message-off-both",
    };
    html! { div.mb-3 { (ui::notice(ui, NoticeTone::Info, "", &html! { (ui.t(key)) })) } }
}

fn views(ui: &Ui, asked: &Asked) -> Markup {
    let shown = MessageState::parse(&asked.state);
    let all = std::iter::once((None, "message-tab-all".to_owned(), ""));
    let states = MessageState::ALL.iter().map(|state| {
        let word = state.as_str();
        (Some(*state), format!("message-tab-{word}"), word)
    });
    let tabs: Vec<Tab<'_>> = all
        .chain(states)
        .map(|(state, key, word)| Tab {
            label: ui.t(&key).into(),
            count: None,
            href: href(
                "/messages",
                &[
                    ("state", word),
                    ("way", &asked.way),
                    ("kind", &asked.kind),
                    ("code", &asked.code),
                ],
            )
            .into(),
            current: state == shown,
        })
        .collect();
    ui::tabs(ui, &ui.t("common-status"), &tabs)
}

fn filters(ui: &Ui, asked: &Asked) -> Markup {
    let ways: Vec<Choice<'_>> = Way::ALL
        .iter()
        .map(|way| Choice::new(way.as_str(), ui.t(&format!("message-way-{}", way.as_str()))))
        .collect();
    let kinds: Vec<Choice<'_>> = MessageKind::ALL
        .iter()
        .map(|kind| Choice::new(kind.as_str(), ui.t(&format!("message-kind-{}", kind.as_str()))))
        .collect();
    let any = ui.t("message-any");
    let fields = html! {
        @if !asked.state.is_empty() { (ui::hidden("state", &asked.state)) }
        (ui::text(ui, &Field::new("code", ui.t("message-code")).value(asked.code.clone()).columns(4)))
        (ui::select(ui, &Field::new("kind", ui.t("message-kind")).value(asked.kind.clone()).columns(3), &kinds, Some(&any)))
        (ui::select(ui, &Field::new("way", ui.t("message-way")).value(asked.way.clone()).columns(3), &ways, Some(&any)))
    };
    ui::filter_bar(ui, "/messages", &fields, &[])
}

fn none(ui: &Ui, asked: &Asked) -> Markup {
    let (heading, text) = if asked.is_narrowed() {
        ("message-none-found", "message-none-found-text")
    } else {
        ("message-none", "message-none-text")
    };
    let clear = ui.t("message-clear");
    ui::empty(
        ui,
        &Empty {
            icon: Icon::MESSAGE,
            heading: &ui.t(heading),
            text: html! { (ui.t(text)) },
            button: asked.is_narrowed().then_some((clear.as_str(), "/messages")),
            other: None,
        },
    )
}

fn table(ui: &Ui, signed: &Signed, asked: &Asked, messages: &[MessageView]) -> Markup {
    let may = signed.actor.holds(Right::RetryJob);
    let columns = [
        Column::text(ui.t("message-code")),
        Column::text(ui.t("message-kind")),
        Column::text(ui.t("message-to")),
        Column::text(ui.t("common-status")),
        Column::text(ui.t("message-at")),
        Column::text(""),
    ];
    let body = html! {
        @for view in messages {
            @let (message, tries) = (&view.row.message, &view.row.tries);
            tr {
                td.text-nowrap {
                    @if view.may_open { a href=(format!("/dossiers/{}", message.dossier)) { (code(&message.code)) } }
                    @else { (code(&message.code)) }
                }
                td { (ui.t(&format!("message-kind-{}", message.kind.as_str()))) }
                td {
                    span.text-nowrap { (way_icon(message.way)) " " span.visually-hidden { (ui.t(&format!("message-way-{}", message.way.as_str()))) " " }
                    @match &view.to { Some(to) => { bdi { (to) } }, None => { span.th-muted { (ui.t("message-to-gone")) } } } }
                }
                td {
                    (state_badge(ui, message, tries.last_error.is_some()))
                    @if let Some(why) = &tries.last_error {
                        br; span.th-muted { (ui.t("message-why")) ": " span lang="en" { (why) } }
                    }
                    @if message.state == MessageState::Waiting {
                        @if let Some(at) = view.row.next_at.filter(|_| tries.last_error.is_some()) {
                            br; span.th-muted { (ui.t_args("message-next", &[("at", ui.date_time(at).into())])) }
                        }
                    }
                }
                td.text-nowrap { (ui.date_time(message.queued_at)) }
                td { @if may { (buttons(ui, message)) } }
            }
        }
    };
    let next = messages.last().filter(|_| messages.len() >= PAGE).map(|last| {
        let message = &last.row.message;
        format!("{}.{}", message.queued_at.as_millisecond(), message.id)
    });
    let shown = ui.t_args("message-shown", &[("count", Arg::from(messages.len()))]);
    html! {
        (ui::table(ui, &ui.t("ui-place-messages"), &columns, None, &body))
        (ui::pager(ui, &shown, asked.after.is_empty(), next.as_deref()))
    }
}

fn buttons(ui: &Ui, message: &Message) -> Markup {
    let ended = matches!(message.state, MessageState::Sent | MessageState::Stopped);
    let post = |what: &str, icon: Icon, key: &str| {
        let about = Form::post(format!("/messages/{}/{what}", message.id));
        ui::form(
            ui,
            &about,
            &html! {
                button.btn.btn-sm type="submit" aria-label=(format!("{}: {}", ui.t(key), message.code)) { (icon) " " (ui.t(key)) }
            },
        )
    };
    html! {
        @if !ended {
            div.th-row {
                (post("retry", Icon::REFRESH, "message-again"))
                (post("stop", Icon::STOP, "message-stop"))
            }
        }
    }
}

fn way_icon(way: Way) -> Icon {
    match way {
        Way::Email => Icon::MAIL,
        Way::Sms => Icon::MOBILE,
    }
}

fn state_badge(ui: &Ui, message: &Message, has_failed: bool) -> Markup {
    let (tone, icon, key) = match message.state {
        MessageState::Waiting if has_failed => (Tone::Warn, Icon::REFRESH, "message-state-again"),
        MessageState::Waiting => (Tone::Plain, Icon::SEND, "message-state-waiting"),
        MessageState::Sent => (Tone::Ok, Icon::CHECK, "message-state-sent"),
        MessageState::Failed => (Tone::Bad, Icon::ALERT, "message-state-failed"),
        MessageState::Stopped => (Tone::Plain, Icon::STOP, "message-state-stopped"),
    };
    badge(ui, tone, icon, &ui.t(key))
}

/// An empty form, for its token.
#[derive(Debug, Deserialize)]
struct Nothing {}

async fn retry(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<MessageId>,
    FormOf(Nothing {}): FormOf<Nothing>,
) -> Response {
    let done = app
        .town
        .write("retry_message", &signed.actor, move |tx, cx| {
            retry_message(tx, cx, id)
        })
        .await;
    match done {
        Ok(()) => Redirect::to("/messages").into_response(),
        Err(error) => signed.refuse(&app, &error),
    }
}

async fn stop(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<MessageId>,
    FormOf(Nothing {}): FormOf<Nothing>,
) -> Response {
    let done = app
        .town
        .write("stop_message", &signed.actor, move |tx, cx| {
            stop_message(tx, cx, id)
        })
        .await;
    match done {
        Ok(()) => Redirect::to("/messages").into_response(),
        Err(error) => signed.refuse(&app, &error),
    }
}

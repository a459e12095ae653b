//! What everybody may see: the logs of this node, and whether a proof that somebody brings is good.

use axum::extract::{Multipart, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde_json::Value;
use townhall_app::error::AppError;
use townhall_app::log::{self, Verdict};
use townhall_domain::ids::UnitId;
use townhall_domain::time::Timestamp;
use townhall_store::log::{Epoch, StoredCheckpoint};

use super::fact::kind_words;
use crate::refusal::Refusal;
use crate::state::App;
use crate::ui::{self, Errors, Field, Form, NoticeTone, Page, Ui};
use crate::visitor::{Visitor, office_of};

/// Proof and fact are a few kilobytes each.
const FILE_BYTES: usize = 64 * 1024;

pub(super) async fn show(State(app): State<App>, visitor: Visitor) -> Response {
    let ui = visitor.ui(&app);
    match app.town.db().read("logs", log::overview).await {
        Ok(logs) => {
            let heading = ui.t("log-title");
            ui::public_page(&ui, &Page::new(&heading), &overview(&app, &ui, &logs)).into_response()
        }
        Err(error) => Refusal::of(visitor.lang, &AppError::Store(error)).page(&ui),
    }
}

fn overview(app: &App, ui: &Ui, logs: &[(Epoch, Option<StoredCheckpoint>)]) -> Markup {
    let base = &app.site.base;
    html! {
        h1 { (ui.t("log-title")) }
        p.th-text { (ui.t("log-what")) }
        p.th-text { (ui.t("log-says-nothing")) }
        @for (epoch, last) in logs.iter().rev() {
            @let name = log::name_of(epoch);
            @let size = last.as_ref().map_or(0, |last| i64::try_from(last.size).unwrap_or(i64::MAX));
            (ui::card(
                &format!("log-{name}"),
                &epoch.origin,
                &html! {},
                &html! {
                    div.card-body {
                        (ui::key_values(ui, &[
                            (&ui.t("log-entries"), html! { (ui.number(size)) }),
                            (&ui.t("log-root"), html! { @if let Some(last) = last { (long(&last.root.to_string())) } }),
                            (&ui.t("log-key"), long(&epoch.vkey)),
                            (&ui.t("log-follows"), html! {
                                @if let Some(previous) = &epoch.previous {
                                    (ui.t_args("log-follows-at", &[
                                        ("log", previous.origin.as_str().into()),
                                        ("size", ui.number(i64::try_from(previous.size).unwrap_or(i64::MAX)).into()),
                                    ]))
                                }
                            }),
                        ]))
                        div.th-row.mt-2 {
                            a.btn.btn-sm href=(format!("/log/{name}/checkpoint")) { (ui.t("log-checkpoint")) }
                            a.btn.btn-sm href=(format!("/log/{name}/key")) { (ui.t("log-key-file")) }
                        }
                    }
                },
            ))
        }
        h2.th-h.mt-4 { (ui.t("log-how")) }
        p.th-text { (ui.t("log-how-text")) }
        pre.th-text tabindex="0" {
            code { "verify-log -log " (base) "/log -vkey \"$(curl -s " (base) "/log/key)\"" }
        }
        p.th-text { (ui.t("log-keep")) }
        p { a.btn.btn-primary href="/log/verify" { (ui.t("log-verify")) } }
    }
}

/// Hashes and keys, which have no place to break a line.
fn long(text: &str) -> Markup {
    html! { code.text-break { (text) } }
}

pub(super) async fn ask(State(app): State<App>, visitor: Visitor) -> Response {
    form_page(&app, &visitor.ui(&app), &Errors::default(), None, StatusCode::OK)
}

pub(super) async fn check(State(app): State<App>, visitor: Visitor, form: Multipart) -> Response {
    let ui = visitor.ui(&app);
    let Some((proof, fact)) = read(form).await else {
        return Refusal::unreadable(visitor.lang).page(&ui);
    };
    let mut errors = Errors::default();
    for (field, text, key) in [
        ("proof", &proof, "log-verify-no-proof"),
        ("fact", &fact, "log-verify-no-fact"),
    ] {
        if text.is_empty() {
            errors.push(field, ui.t(key));
        }
    }
    if !errors.is_empty() {
        return form_page(&app, &ui, &errors, None, StatusCode::UNPROCESSABLE_ENTITY);
    }
    match app
        .town
        .db()
        .read("check_proof", move |tx| log::check(tx, &proof, &fact))
        .await
    {
        Ok(verdict) => form_page(&app, &ui, &errors, Some(&verdict), StatusCode::OK),
        Err(error) => Refusal::of(visitor.lang, &AppError::Store(error)).page(&ui),
    }
}

/// The two files as text; `None` when the form cannot be read or a file is too large.
async fn read(mut form: Multipart) -> Option<(String, String)> {
    let (mut proof, mut fact) = (String::new(), String::new());
    while let Some(field) = form.next_field().await.ok()? {
        let place = match field.name() {
            // A file, or the same text pasted.
            Some("proof" | "proof_text") => &mut proof,
            Some("fact" | "fact_text") => &mut fact,
            _ => continue,
        };
        let bytes = field
            .bytes()
            .await
            .ok()
            .filter(|bytes| bytes.len() <= FILE_BYTES)?;
        // A file that was not chosen comes as an empty one.
        if !bytes.iter().all(u8::is_ascii_whitespace) {
            *place = pasted(&String::from_utf8_lossy(&bytes));
        }
    }
    Some((proof, fact))
}

/// A form sends every line end as two characters; the files have one.
fn pasted(text: &str) -> String {
    let lines = text.replace("\r\n", "\n");
    if lines.ends_with('\n') {
        lines
    } else {
        lines + "\n"
    }
}

fn form_page(app: &App, ui: &Ui, errors: &Errors, verdict: Option<&Verdict>, status: StatusCode) -> Response {
    let heading = ui.t("log-verify");
    let main = html! {
        (ui::error_summary(ui, errors))
        h1 { (heading) }
        @if let Some(verdict) = verdict { (told(app, ui, verdict)) }
        p.th-text { (ui.t("log-verify-text")) }
        (ui::form(ui, &Form::post("/log/verify").upload().class("th-fields"), &html! {
            (ui::file(ui, &Field::new("proof", ui.t("log-verify-proof")).hint(ui.t("log-verify-proof-hint")).errors(errors), ".tlog-proof,text/plain", false))
            (ui::file(ui, &Field::new("fact", ui.t("log-verify-fact")).hint(ui.t("log-verify-fact-hint")).errors(errors), ".json,application/json", false))
            details.mt-2 {
                summary.link-primary { (ui.t("log-verify-paste")) }
                (ui::textarea(ui, &Field::new("proof_text", ui.t("log-verify-proof")), 5))
                (ui::textarea(ui, &Field::new("fact_text", ui.t("log-verify-fact")), 5))
            }
            div.mt-3 { button.btn.btn-primary type="submit" { (ui.t("log-verify-now")) } }
        }))
        p.th-text.mt-4 { a href="/transparency" { (ui.t("log-title")) } }
    };
    (
        status,
        ui::public_page(ui, &Page::new(&heading).with_error(!errors.is_empty()), &main),
    )
        .into_response()
}

fn told(app: &App, ui: &Ui, verdict: &Verdict) -> Markup {
    match verdict {
        Verdict::Proven {
            origin,
            index,
            size,
            fact,
        } => {
            let number = |value: &u64| ui.number(i64::try_from(*value).unwrap_or(i64::MAX));
            let sentence = ui.t_args(
                "log-verify-proven-text",
                &[
                    ("log", origin.as_str().into()),
                    ("index", number(index).into()),
                    ("size", number(size).into()),
                ],
            );
            html! {
                (ui::notice(ui, NoticeTone::Ok, &ui.t("log-verify-proven"), &html! { (sentence) }))
                (fact_told(app, ui, fact))
            }
        }
        Verdict::OtherLog { origin } => {
            let sentence = ui.t_args("log-verify-other-text", &[("log", origin.as_str().into())]);
            ui::notice(
                ui,
                NoticeTone::Warn,
                &ui.t("log-verify-other"),
                &html! { (sentence) },
            )
        }
        Verdict::NotProven => ui::notice(
            ui,
            NoticeTone::Bad,
            &ui.t("log-verify-not"),
            &html! { (ui.t("log-verify-not-text")) },
        ),
        Verdict::Unreadable => ui::notice(
            ui,
            NoticeTone::Bad,
            &ui.t("log-verify-unreadable"),
            &html! { (ui.t("log-verify-unreadable-text")) },
        ),
    }
}

/// What the proven fact says, in words as far as there are any.
fn fact_told(app: &App, ui: &Ui, fact: &Value) -> Markup {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let at = fact["at"]
        .as_i64()
        .and_then(|at| Timestamp::from_millisecond(at).ok());
    let unit: Option<UnitId> = fact["unit"].as_str().and_then(|unit| unit.parse().ok());
    let office = unit
        .map(|unit| office_of(app, ui.lang, unit.code()).name)
        .unwrap_or_default();
    // A dossier is known to people by its code, which its facts carry.
    let subject = fact["body"]["code"]
        .as_str()
        .map_or_else(|| text(&fact["subject"]["id"]), str::to_owned);
    let pairs = ui::key_values(
        ui,
        &[
            (
                &ui.t("log-fact-what"),
                html! { b { (kind_words(ui, &text(&fact["kind"]))) } },
            ),
            (
                &ui.t("log-fact-at"),
                html! { @if let Some(at) = at { (townhall_text::capitalised(&ui.date_time(at))) } },
            ),
            (&ui.t("log-fact-unit"), html! { (office) }),
            (&ui.t("log-fact-subject"), ui::code(&subject)),
            (
                &ui.t("log-fact-version"),
                html! { (ui.number(fact["subject"]["version"].as_i64().unwrap_or(0))) },
            ),
        ],
    );
    html! { div.my-3 { (ui::card("proven", &ui.t("log-fact"), &html! {}, &html! { div.card-body { (pairs) } })) } }
}

//! One's own passkeys: adding one, seeing which there are, removing one.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use townhall_app::accounts::{
    AddPasskey, MOST_PASSKEYS, OwnAccount, RemoveOwnPasskey, add_passkey, may_add_passkey, own_account,
    remove_own_passkey,
};
use townhall_app::clock::real_now;
use townhall_app::error::AppError;
use townhall_app::sign_in::passkey::{Begun, NewPasskey, begin_new, finish_new};
use townhall_app::sign_in::relying_party::{NoPasskeys, RelyingParty};
use townhall_app::sign_in::{Moment, Refusal as Refused};
use townhall_domain::ids::PasskeyId;
use townhall_store::passkeys::Passkey;
use townhall_store::{StoreError, Tx};
use townhall_text::Arg;

use super::password::is_own;
use crate::refusal::Refusal;
use crate::session::{FormOf, Signed};
use crate::sign_in::passkey::{Ask, Shown, ask_form, elsewhere, not_here, part};
use crate::state::App;
use crate::ui::{self, Column, Confirm, Errors, Field, Form, Icon, NoticeTone, Page, Tone, Ui};

const PLACE: &str = "/settings/passkeys";

#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    #[serde(default)]
    label: String,
    #[serde(default)]
    password: String,
}

/// The browser's answer, with the name that was typed before.
#[derive(Debug, Default, Deserialize)]
pub struct Made {
    #[serde(default)]
    label: String,
    #[serde(flatten)]
    shown: Shown,
}

/// What stands on the page of settings.
pub fn card(ui: &Ui, own: &OwnAccount) -> Markup {
    let words = if own.passkeys.is_empty() {
        ui.t("passkey-none")
    } else {
        ui.t_args("passkey-count", &[("count", Arg::from(own.passkeys.len()))])
    };
    html! {
        div.card-body {
            p { (words) }
            a.btn href=(PLACE) { (ui.t("passkey-title")) }
        }
    }
}

pub async fn show(State(app): State<App>, signed: Signed) -> Response {
    page(&app, &signed, "", &Errors::default(), StatusCode::OK).await
}

/// The name and the password were typed: the browser is asked for a passkey.
pub async fn begin(State(app): State<App>, signed: Signed, FormOf(form): FormOf<Wanted>) -> Response {
    let Ok(party) = app.passkeys.clone() else {
        return page(&app, &signed, "", &Errors::default(), StatusCode::OK).await;
    };
    let label = form.label.clone();
    let allowed = app
        .town
        .read("may_add_passkey", &signed.actor, move |tx, cx| {
            may_add_passkey(tx, cx, &label)
        })
        .await;
    if let Err(error) = allowed {
        return refuse(&app, &signed, &form.label, &error).await;
    }
    if let Err(wrong) = proved(&app, &signed, form.password).await {
        return match wrong {
            Ok((errors, status)) => page(&app, &signed, &form.label, &errors, status).await,
            Err(error) => signed.refuse(&app, &error),
        };
    }
    let (session, name) = (signed.account.session.clone(), signed.account.person_name.clone());
    let asked = Arc::clone(&party);
    let begun = in_moment(&app, "begin_new_passkey", move |tx, moment| {
        begin_new(tx, moment, &asked, &session, &name)
    });
    match begun.await {
        Ok(Ok(begun)) => confirm_page(&app, &signed, &party, &form.label, &begun),
        Ok(Err(_)) => Redirect::to("/sign-in").into_response(),
        Err(error) => signed.refuse(&app, &AppError::Store(error)),
    }
}

/// The browser has made one.
pub async fn confirm(State(app): State<App>, signed: Signed, FormOf(form): FormOf<Made>) -> Response {
    let Ok(party) = app.passkeys.clone() else {
        return Redirect::to(PLACE).into_response();
    };
    let (session, label) = (signed.account.session.id, form.label.clone());
    let checked = in_moment(&app, "finish_new_passkey", move |tx, moment| {
        finish_new(tx, moment, &party, session, &form.shown.answer())
    });
    let passkey: NewPasskey = match checked.await {
        Ok(Ok(passkey)) => passkey,
        Ok(Err(_)) => {
            let errors = Errors::new([(String::new(), signed.ui(&app).t("passkey-not-made"))]);
            return page(&app, &signed, &label, &errors, StatusCode::UNPROCESSABLE_ENTITY).await;
        }
        Err(error) => return signed.refuse(&app, &AppError::Store(error)),
    };
    let command = AddPasskey {
        label: label.clone(),
        passkey,
    };
    let added = app
        .town
        .write("add_passkey", &signed.actor, move |tx, cx| {
            add_passkey(tx, cx, &command)
        })
        .await;
    match added {
        Ok(_) => Redirect::to("/settings?done=passkey").into_response(),
        Err(error) => refuse(&app, &signed, &label, &error).await,
    }
}

pub async fn ask_removal(State(app): State<App>, signed: Signed, Path(passkey): Path<String>) -> Response {
    removal(&app, &signed, &passkey, &Errors::default(), StatusCode::OK).await
}

pub async fn remove(
    State(app): State<App>,
    signed: Signed,
    Path(passkey): Path<String>,
    FormOf(form): FormOf<Wanted>,
) -> Response {
    let Ok(id) = passkey.parse::<PasskeyId>() else {
        return signed.refuse(&app, &AppError::NotFound("passkey"));
    };
    if let Err(wrong) = proved(&app, &signed, form.password).await {
        return match wrong {
            Ok((errors, status)) => removal(&app, &signed, &passkey, &errors, status).await,
            Err(error) => signed.refuse(&app, &error),
        };
    }
    let command = RemoveOwnPasskey {
        passkey: id,
        required: app.codes_required,
    };
    let removed = app
        .town
        .write("remove_passkey", &signed.actor, move |tx, cx| {
            remove_own_passkey(tx, cx, command)
        })
        .await;
    match removed {
        Ok(()) => Redirect::to("/settings?done=no-passkey").into_response(),
        Err(error @ AppError::Refused { .. }) => {
            let errors = Refusal::of(signed.lang(), &error).errors();
            removal(&app, &signed, &passkey, &errors, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(error) => signed.refuse(&app, &error),
    }
}

/// Whether the person has just typed his password; else what to say at its field.
async fn proved(
    app: &App,
    signed: &Signed,
    password: String,
) -> Result<(), Result<(Errors, StatusCode), AppError>> {
    let ui = signed.ui(app);
    let (sentence, status) = match is_own(app, signed, password).await {
        Ok(Ok(true)) => return Ok(()),
        Ok(Ok(false)) => (
            ui.t("account-password-old-wrong"),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        Ok(Err(seconds)) => (
            ui.t_args("sign-in-wait", &[("seconds", Arg::from(seconds))]),
            StatusCode::TOO_MANY_REQUESTS,
        ),
        Err(error) => return Err(Err(AppError::Store(error))),
    };
    Err(Ok((Errors::new([("password".to_owned(), sentence)]), status)))
}

/// A step of a ceremony in one transaction, at this moment of both clocks.
async fn in_moment<T: Send + 'static>(
    app: &App,
    name: &'static str,
    mut step: impl FnMut(&mut Tx<'_>, &Moment<'_>) -> Result<Result<T, Refused>, StoreError> + Send + 'static,
) -> Result<Result<T, Refused>, StoreError> {
    let (packs, business) = (app.town.packs().clone(), app.town.clock().now());
    app.town
        .db()
        .write(name, move |tx| {
            let moment = Moment {
                now: real_now(),
                business,
                units: packs.units(),
            };
            step(tx, &moment)
        })
        .await
}

async fn refuse(app: &App, signed: &Signed, label: &str, error: &AppError) -> Response {
    if !matches!(error, AppError::Invalid(_) | AppError::Refused { .. }) {
        return signed.refuse(app, error);
    }
    let errors = Refusal::of(signed.lang(), error).errors();
    page(app, signed, label, &errors, StatusCode::UNPROCESSABLE_ENTITY).await
}

async fn page(app: &App, signed: &Signed, label: &str, errors: &Errors, status: StatusCode) -> Response {
    let own = match app.town.read("own_account", &signed.actor, own_account).await {
        Ok(own) => own,
        Err(error) => return signed.refuse(app, &error),
    };
    let ui = signed.ui(app);
    let title = ui.t("passkey-title");
    let full = i64::try_from(own.passkeys.len()).unwrap_or(i64::MAX) >= MOST_PASSKEYS;
    let main = html! {
        (ui::breadcrumb(&ui, &[(&ui.t("account-title"), "/settings")], &html! { (title) }))
        (ui::title_line(&ui, &title, &html! { span.th-muted { (ui.t("passkey-lead")) } }, &html! {}))
        @if signed.must_enrol(app) {
            (ui::notice(&ui, NoticeTone::Warn, &ui.t("sign-in-enrol-codes"), &html! {}))
        }
        (ui::error_summary(&ui, errors))
        (list(&ui, app, &own.passkeys))
        div.mt-3 {
            @match &app.passkeys {
                Err(why) => { (ui::notice(&ui, NoticeTone::Warn, &ui.t(reason(*why)), &html! {})) },
                Ok(_) if full => {
                    p { (ui.t_args("passkey-too-many", &[("most", Arg::from(MOST_PASSKEYS))])) }
                },
                Ok(party) => { (ui::card("add", &ui.t("passkey-add"), &html! {}, &add_form(&ui, party, label, errors))) },
            }
        }
    };
    let page = Page::new(&title).with_error(!errors.is_empty());
    (status, ui::page(&ui, &page, &main)).into_response()
}

/// Why there can be none at this address, and what to do.
fn reason(why: NoPasskeys) -> &'static str {
    match why {
        NoPasskeys::WithoutTls => "passkey-without-tls",
        NoPasskeys::NoDomain => "passkey-no-domain",
    }
}

fn list(ui: &Ui, app: &App, passkeys: &[Passkey]) -> Markup {
    if passkeys.is_empty() {
        return html! { p { (ui.t("passkey-none")) } };
    }
    let columns = ["passkey-label", "passkey-used-at"].map(|key| Column::text(ui.t(key)));
    let columns: Vec<Column<'_>> = columns.into_iter().chain([Column::text("")]).collect();
    let is_of_here = |passkey: &Passkey| {
        app.passkeys
            .as_ref()
            .is_ok_and(|party| party.domain() == passkey.relying_party)
    };
    let rows = html! {
        @for passkey in passkeys {
            tr {
                td {
                    (passkey.label)
                    @if passkey.used.copied_at.is_some() {
                        " " (ui::badge(ui, Tone::Bad, Icon::ALERT, &ui.t("passkey-is-copied")))
                    }
                    br; span.th-muted {
                        (ui.t_args("passkey-added-at", &[("at", Arg::from(ui.date_time(passkey.created_at)))]))
                    }
                    @if !is_of_here(passkey) {
                        br; span.th-muted {
                            (ui.t_args("passkey-of-other-address", &[("domain", Arg::from(passkey.relying_party.as_str()))]))
                        }
                    }
                }
                td {
                    @match passkey.used.used_at {
                        Some(at) => { (ui.date_time(at)) },
                        None => { span.th-muted { (ui.t("passkey-never-used")) } },
                    }
                }
                td {
                    a.btn.btn-sm href=(format!("{PLACE}/{}/remove", passkey.id))
                        aria-label=(format!("{}: {}", ui.t("passkey-remove"), passkey.label)) { (ui.t("passkey-remove")) }
                }
            }
        }
    };
    ui::table(ui, &ui.t("passkey-title"), &columns, None, &rows)
}

fn add_form(ui: &Ui, party: &RelyingParty, label: &str, errors: &Errors) -> Markup {
    let label = Field::new("label", ui.t("passkey-label"))
        .hint(ui.t("passkey-label-hint"))
        .value(label.chars().take(80).collect::<String>())
        .max_chars(80)
        .errors(errors);
    let form = ui::form(
        ui,
        &Form::post(PLACE).class("th-fields"),
        &html! {
            (ui::text(ui, &label))
            (ui::password(ui, &password_field(ui, errors)))
            div { button.btn.btn-primary type="submit" { (ui.t("passkey-add")) } }
        },
    );
    let inner = html! {
        div data-passkey-only="" hidden { (form) }
        (not_here(ui))
        (elsewhere(ui, party, PLACE))
    };
    html! { div.card-body { (part(party, &inner)) } }
}

fn password_field<'a>(ui: &Ui, errors: &Errors) -> Field<'a> {
    Field::new("password", ui.t("account-password-old"))
        .autocomplete("current-password")
        .max_chars(256)
        .errors(errors)
}

/// Asks the person to press once more, because browsers want a passkey to be asked for by a hand.
fn confirm_page(app: &App, signed: &Signed, party: &RelyingParty, label: &str, begun: &Begun) -> Response {
    let ui = signed.ui(app);
    let title = ui.t("passkey-add");
    let ask = Ask {
        action: "/settings/passkeys/confirm",
        begin: None,
        begun: Some(begun),
        button: ui.t("passkey-make").into(),
        primary: true,
        fields: ui::hidden("label", label),
    };
    let inner = html! {
        div data-passkey-only="" hidden {
            p { (ui.t_args("passkey-make-lead", &[("domain", Arg::from(party.domain()))])) }
        }
        (ask_form(&ui, &ask))
        (not_here(&ui))
        (elsewhere(&ui, party, PLACE))
    };
    let main = html! {
        div.th-narrow {
            h1 { (title) }
            (part(party, &inner))
            p.mt-3 { a href=(PLACE) { (ui.t("ui-leave-it")) } }
        }
    };
    ui::page(&ui, &Page::new(&title), &main).into_response()
}

async fn removal(app: &App, signed: &Signed, passkey: &str, errors: &Errors, status: StatusCode) -> Response {
    let own = match app.town.read("own_account", &signed.actor, own_account).await {
        Ok(own) => own,
        Err(error) => return signed.refuse(app, &error),
    };
    let Some(found) = own.passkeys.iter().find(|known| known.id.to_string() == passkey) else {
        return signed.refuse(app, &AppError::NotFound("passkey"));
    };
    let ui = signed.ui(app);
    let question = ui.t_args(
        "passkey-remove-question",
        &[("label", Arg::from(found.label.as_str()))],
    );
    let left = signed.account.second_factors().without_a_passkey();
    let effect = if !left.suffice(app.codes_required) {
        "passkey-last-needed"
    } else if left.any() {
        "passkey-remove-effect"
    } else {
        "passkey-remove-last-effect"
    };
    let confirm = Confirm {
        question: &question,
        effect: html! { p { (ui.t(effect)) } },
        fields: ui::password(&ui, &password_field(&ui, errors)),
        action: &format!("{PLACE}/{}/remove", found.id),
        verb: &ui.t("passkey-remove"),
        back: PLACE,
        errors,
    };
    let page = Page::new(&question).with_error(!errors.is_empty());
    (status, ui::page(&ui, &page, &ui::confirm_page(&ui, &confirm))).into_response()
}

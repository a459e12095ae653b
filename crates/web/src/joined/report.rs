//! What an organisation outside reports: a page that asks what happened, and the command behind it.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::html;
use serde::Deserialize;
use townhall_app::error::AppError;
use townhall_app::joined::{self, JoinedView, MemberView, Report, ReportMember};
use townhall_domain::dossier::Dossier;
use townhall_store::dossiers;

use crate::dossier::id_of;
use crate::refusal::Refusal;
use crate::session::{FormOf, Signed};
use crate::state::App;
use crate::ui::{self, Choice, Errors, Field, Form, Page, Place, error_summary};

/// What is typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    version: String,
    report: String,
    reference: String,
    note: String,
}

async fn load(
    app: &App,
    signed: &Signed,
    id: &str,
    position: &str,
) -> Result<(Dossier, MemberView), AppError> {
    let id = id_of(id)?;
    let position: i64 = position.parse().map_err(|_| AppError::NotFound("member"))?;
    app.town
        .read("joined_view", &signed.actor, move |tx, cx| {
            let view = joined::joined_view(tx, cx, id)?;
            let dossier = dossiers::load(tx, id)?.ok_or(AppError::NotFound("dossier"))?;
            let Some(JoinedView::Whole { members, .. }) = view else {
                return Err(AppError::NotFound("member"));
            };
            let member = members
                .into_iter()
                .find(|member| member.member.position == position && member.is_outside())
                .ok_or(AppError::NotFound("member"))?;
            Ok((dossier, member))
        })
        .await
}

/// The page.
pub async fn ask(
    State(app): State<App>,
    signed: Signed,
    Path((id, position)): Path<(String, String)>,
) -> Response {
    match load(&app, &signed, &id, &position).await {
        Ok((dossier, member)) => {
            let typed = Typed {
                version: dossier.version.to_string(),
                reference: member.member.reference.clone().unwrap_or_default(),
                ..Typed::default()
            };
            page(&app, &signed, &dossier, &member, &typed, &Errors::default())
        }
        Err(error) => signed.refuse(&app, &error),
    }
}

fn page(
    app: &App,
    signed: &Signed,
    dossier: &Dossier,
    member: &MemberView,
    typed: &Typed,
    errors: &Errors,
) -> Response {
    let ui = signed.ui(app);
    let heading = ui.t("joined-report");
    let back = format!("/dossiers/{}", dossier.id);
    let choices: Vec<Choice<'_>> = Report::ALL
        .into_iter()
        .filter(|report| report.is_possible(&member.leg, &member.member))
        .map(|report| {
            Choice::new(
                report.as_str(),
                ui.t(&format!("joined-report-{}", report.as_str())),
            )
        })
        .collect();
    let fields = html! {
        (ui::hidden("version", &typed.version))
        div.th-fields {
            (ui::radios(&ui, &Field::new("report", ui.t("joined-report-what")).value(typed.report.clone()).errors(errors), &choices))
            (ui::text(&ui, &Field::new("reference", ui.t("joined-reference")).hint(ui.t("joined-reference-hint")).value(typed.reference.clone()).max_chars(100).errors(errors).optional()))
            (ui::textarea(&ui, &Field::new("note", ui.t("joined-note")).hint(ui.t("joined-note-hint")).value(typed.note.clone()).max_chars(2000).errors(errors).optional(), 3))
        }
        div.th-row.mt-3 {
            button.btn.btn-primary type="submit" data-key="finish" { (ui.t("joined-report-save")) }
            a.btn href=(back) { (ui.t("ui-leave-it")) }
        }
    };
    let about = Form::post(format!("{back}/members/{}", member.member.position));
    let main = html! {
        (ui::breadcrumb(&ui, &[(&ui.t("ui-place-dossiers"), "/dossiers"), (&dossier.code, &back)], &html! { (heading) }))
        div.th-narrow {
            (error_summary(&ui, errors))
            h1 { (heading) }
            p { (member.leg.task.get(ui.lang.code())) " · " (member.leg.body.get(ui.lang.code())) }
            p.th-muted { (ui.t("joined-report-effect")) }
            (ui::form(&ui, &about, &fields))
        }
    };
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let about = Page::new(&heading)
        .at(Place::Dossiers)
        .with_error(!errors.is_empty());
    (status, ui::page(&ui, &about, &main)).into_response()
}

/// Enters the report.
pub async fn act(
    State(app): State<App>,
    signed: Signed,
    Path((id, position)): Path<(String, String)>,
    FormOf(typed): FormOf<Typed>,
) -> Response {
    let (dossier, member) = match load(&app, &signed, &id, &position).await {
        Ok(found) => found,
        Err(error) => return signed.refuse(&app, &error),
    };
    let outcome = match command(&dossier, &member, &typed) {
        Ok(cmd) => {
            app.town
                .write("report_member", &signed.actor, move |tx, cx| {
                    joined::report_member(tx, cx, &cmd)
                })
                .await
        }
        Err(error) => Err(error),
    };
    match outcome {
        Ok(()) => Redirect::to(&format!("/dossiers/{}#members", dossier.id)).into_response(),
        Err(error @ (AppError::Invalid(_) | AppError::Refused { .. })) => {
            let errors = Refusal::of(signed.lang(), &error).errors();
            page(&app, &signed, &dossier, &member, &typed, &errors)
        }
        Err(error) => signed.refuse(&app, &error),
    }
}

fn command(dossier: &Dossier, member: &MemberView, typed: &Typed) -> Result<ReportMember, AppError> {
    Ok(ReportMember {
        dossier: dossier.id,
        version: typed
            .version
            .parse()
            .map_err(|_| AppError::Conflict { shown: 0, stored: 0 })?,
        position: member.member.position,
        report: Report::parse(&typed.report)
            .ok_or_else(|| AppError::field("report", "joined-report-missing"))?,
        reference: Some(typed.reference.clone()),
        note: Some(typed.note.clone()),
    })
}

//! The entry of a declaration, before it is signed and numbered: prefilled, corrected with a reason.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde_json::{Map, Value};
use townhall_app::civil_status::{PrepareCase, PrepareEntry, prepare_case, prepare_entry};
use townhall_app::drafts::forget_draft;
use townhall_app::error::AppError;
use townhall_domain::civil_status::{entered, form_of_entry};
use townhall_domain::dossier::Action;
use townhall_domain::ids::DossierId;

use super::book_name;
use crate::dossier::draft_name;
use crate::refusal::Refusal;
use crate::session::{FormOf, Signed};
use crate::state::App;
use crate::ui::{self, Errors, Field, Form, Page, Place, SchemaForm, Ui, code, error_summary, typed_values};

/// The form, with the declaration in its fields.
pub async fn ask(State(app): State<App>, signed: Signed, Path(id): Path<String>) -> Response {
    match load(&app, &signed, &id).await {
        Ok(case) => {
            let (values, why) = (case.values.clone(), case.why.clone().unwrap_or_default());
            let version = case.dossier.version.to_string();
            show(&app, &signed, &case, &values, &why, &version, &Errors::default())
        }
        Err(error) => signed.refuse(&app, &error),
    }
}

async fn load(app: &App, signed: &Signed, id: &str) -> Result<PrepareCase, AppError> {
    let id: DossierId = id.parse().map_err(|_| AppError::NotFound("dossier"))?;
    app.town
        .read("prepare_case", &signed.actor, move |tx, cx| {
            prepare_case(tx, cx, id)
        })
        .await
}

fn show(
    app: &App,
    signed: &Signed,
    case: &PrepareCase,
    values: &Map<String, Value>,
    why: &str,
    version: &str,
    errors: &Errors,
) -> Response {
    let ui = signed.ui(app);
    let title = ui.t("civil-prepare");
    let main = body(app, &ui, case, values, why, version, errors, &title);
    let status = errors.status();
    let about = Page::new(&title)
        .at(Place::Dossiers)
        .with_error(!errors.is_empty());
    (status, ui::page(&ui, &about, &main)).into_response()
}

#[expect(clippy::too_many_arguments, reason = "one call, from the function above")]
fn body(
    app: &App,
    ui: &Ui,
    case: &PrepareCase,
    values: &Map<String, Value>,
    why: &str,
    version: &str,
    errors: &Errors,
    title: &str,
) -> Markup {
    let dossier = &case.dossier;
    let back = format!("/dossiers/{}", dossier.id);
    let schema = app.town.packs().form(&case.form).map(form_of_entry);
    let reason = Field::new("why", ui.t("civil-why"))
        .value(why.to_owned())
        .hint(ui.t("civil-why-hint"))
        .optional()
        .max_chars(2000)
        .errors(errors);
    let fields = html! {
        (ui::hidden("version", version))
        @if let Some(schema) = &schema {
            (ui::schema_form(ui, &SchemaForm { schema, values, errors, prefix: "", citizen: false, units: &[] }))
        }
        div.th-fields { (ui::textarea(ui, &reason, 2)) }
        div.th-row.mt-3 {
            button.btn.btn-primary type="submit" data-key="finish" { (ui.t("civil-prepare-do")) }
            a.btn href=(back) { (ui.t("ui-leave-it")) }
            (ui::draft_hint(ui, None))
        }
    };
    let about = Form::post(format!("{back}/entry")).draft(draft_name(dossier.id, Action::Draft, ""));
    html! {
        (ui::breadcrumb(ui, &[(&ui.t("ui-place-dossiers"), "/dossiers"), (&dossier.code, &back)], &html! { (title) }))
        (ui::title_line(ui, title, &html! { span { (book_name(ui, case.book)) " · " (code(&dossier.code)) " · " (dossier.applicant.name) } }, &html! {}))
        (error_summary(ui, errors))
        div.th-cols.th-cols-inbox {
            section.card { div.card-body { (ui::form(ui, &about, &fields)) } }
            aside.th-stack aria-label=(ui.t("civil-declared")) {
                section.card {
                    div.card-body {
                        h2.th-h.mb-2 { (ui.t("civil-prepare-how")) }
                        p { (ui.t("civil-prepare-effect")) }
                        p.mb-0 { a href=(format!("{back}/draft?plain=1")) { (ui.t("civil-prepare-refuse")) } }
                    }
                }
                section.card aria-labelledby="declared" {
                    details {
                        summary.card-header id="declared" { (ui.t("civil-declared")) }
                        div.card-body { @if let Some(schema) = &schema { (ui::schema_values(ui, schema, &entered(&case.declared), &|_| None)) } }
                    }
                }
            }
        }
    }
}

/// Makes the entry ready; what was typed stays on the form when it is refused.
pub async fn prepare(
    State(app): State<App>,
    signed: Signed,
    Path(id): Path<String>,
    FormOf(sent): FormOf<Map<String, Value>>,
) -> Response {
    let text = |name: &str| {
        sent.get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let case = match load(&app, &signed, &id).await {
        Ok(case) => case,
        Err(error) => return signed.refuse(&app, &error),
    };
    let pairs = sent
        .iter()
        .filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)));
    let values = match app.town.packs().form(&case.form) {
        Some(form) => typed_values(&form_of_entry(form), "", pairs),
        None => Map::new(),
    };
    let Ok(version) = text("version").parse() else {
        return signed.refuse(&app, &AppError::Conflict { shown: 0, stored: 0 });
    };
    let command = PrepareEntry {
        dossier: case.dossier.id,
        version,
        values: values.clone(),
        why: text("why"),
    };
    let done = app
        .town
        .write("prepare_entry", &signed.actor, move |tx, cx| {
            prepare_entry(tx, cx, &command)?;
            forget_draft(tx, cx, &draft_name(command.dossier, Action::Draft, ""))
        })
        .await;
    match done {
        Ok(()) => Redirect::to(&format!("/dossiers/{id}?done=draft")).into_response(),
        Err(error @ (AppError::Invalid(_) | AppError::Refused { .. })) => {
            let errors = Refusal::of(signed.lang(), &error).errors();
            show(
                &app,
                &signed,
                &case,
                &values,
                &text("why"),
                &text("version"),
                &errors,
            )
        }
        Err(error) => signed.refuse(&app, &error),
    }
}

//! After a form was sent: the code, the link, the QR code; to be printed or photographed.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use maud::{PreEscaped, html};
use townhall_app::fees::qr_svg;

use super::open;
use crate::state::App;
use crate::ui::{self, Icon, NoticeTone, Page, code};
use crate::visitor::Visitor;

pub(super) async fn show(State(app): State<App>, visitor: Visitor, Path(secret): Path<String>) -> Response {
    let own = match open(&app, &visitor, &secret).await {
        Ok(own) => own,
        Err(response) => return response,
    };
    let (ui, dossier) = (&own.ui, &own.status.dossier);
    let link = format!("{}/h/{secret}", app.site.base);
    let title = ui.t("status-sent");
    let main = html! {
        h1 { (title) }
        (ui::print_head(ui, &own.procedure_name()))
        p { (own.procedure_name()) " · " (dossier.applicant.name) }
        div.card { div.card-body {
            p.mb-0.text-secondary { (ui.t("public-code")) }
            p.th-big { (code(&dossier.code)) }
            p.mb-0.text-secondary { (ui.t("status-sent-at")) }
            p { (townhall_text::capitalised(&townhall_text::date_time(ui.lang, dossier.received_at, ui.today()))) ", " (ui.office.centre) " " (ui.office.name) }
            @if let Some(svg) = qr_svg(&link) {
                div.th-qr role="img" aria-label=(ui.t("status-sent-qr")) { (PreEscaped(svg)) }
            }
            p.mt-2.mb-0.text-break { a href=(format!("/h/{secret}")) { (link) } }
        } }
        div.mt-3 { (ui::notice(ui, NoticeTone::Warn, &ui.t("status-sent-keep"), &html! { (ui.t("status-sent-keep-text")) })) }
        h2 { (ui.t("online-then")) }
        ol.th-line {
            li { (ui.t("online-then-check")) }
            li { (ui.t("online-then-clock")) }
            li { (ui.t("status-sent-follow")) }
        }
        div.mt-3 { (ui::notice(ui, NoticeTone::Info, "", &html! { (ui.t("status-sent-not-receipt")) })) }
        div.th-row.mt-3.th-noprint {
            a.btn.btn-primary href=(format!("/h/{secret}")) { (ui.t("status-sent-open")) }
            button.btn type="button" data-print="" hidden { (Icon::PRINTER) " " (ui.t("status-print")) }
        }
    };
    ui::public_page(ui, &Page::new(&title), &main).into_response()
}

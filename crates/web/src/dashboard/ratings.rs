//! What citizens said of the service: the card of the dashboard, the ratings behind it, and the same as a file.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use maud::{Markup, html};
use serde::Deserialize;
use townhall_app::actor::Actor;
use townhall_app::error::AppError;
use townhall_app::ratings::{RatingPage, RatingSummary, rating_list, rating_summary};
use townhall_app::statistics::unit_of;
use townhall_domain::dossier::applicant::parse_date;
use townhall_domain::ids::DossierId;
use townhall_domain::period::{Choice, Days};
use townhall_domain::permission::Right;
use townhall_domain::rating::Grade;
use townhall_text::Lang;

use crate::csv;
use crate::dossier::{procedure_short, unit_name};
use crate::session::Signed;
use crate::state::App;
use crate::ui::{self, Column, Icon, NoticeTone, Page, Place, Ui, code, href, with_query};

/// Rows on a page.
const PAGE: usize = 50;
/// Most rows of a file.
const FILE_ROWS: usize = 50_000;

/// Which ratings.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    unit: String,
    from: String,
    to: String,
    grade: String,
    after: String,
}

impl Asked {
    /// All ratings of a unit and a period, or those of one grade.
    pub(crate) fn of(unit: String, days: Days, grade: Option<Grade>) -> Self {
        Self {
            unit,
            from: days.from.to_string(),
            to: days.to.to_string(),
            grade: grade.map(|grade| grade.as_str().to_owned()).unwrap_or_default(),
            after: String::new(),
        }
    }

    fn days(&self, today: jiff::civil::Date) -> Result<Days, AppError> {
        if self.from.is_empty() && self.to.is_empty() {
            return Ok(Choice::Quarter.days(today));
        }
        let day =
            |field: &str, typed: &str| parse_date(typed).ok_or_else(|| AppError::field(field, "date-wrong"));
        Ok(Days {
            from: day("from", &self.from)?,
            to: day("to", &self.to)?,
        })
    }
}

/// Where a page of ratings begins, as it stands in an address.
pub fn place_after(text: &str) -> Option<(Timestamp, DossierId)> {
    let (at, dossier) = text.split_once('_')?;
    Some((
        Timestamp::from_millisecond(at.parse().ok()?).ok()?,
        dossier.parse().ok()?,
    ))
}

/// The address of the page after this one.
pub fn place_of((at, dossier): (Timestamp, DossierId)) -> String {
    format!("{}_{dossier}", at.as_millisecond())
}

/// Tenths as people write them: `4,3`.
fn mean(ui: &Ui, tenths: i64) -> String {
    let mark = if ui.lang == Lang::Vi { "," } else { "." };
    format!("{}{mark}{}", tenths / 10, tenths % 10)
}

/// Mean and distribution; each number opens its ratings for who may read them.
pub fn card(ui: &Ui, seen: &RatingSummary) -> Markup {
    let body = html! {
        @match seen.mean_tenths() {
            None => p.th-muted.m-3 { (ui.t("ratings-none")) },
            Some(tenths) => {
                p.m-3.mb-2 { span.th-big { (mean(ui, tenths)) } " / 5 · " (ui.t_args("ratings-count", &[("count", seen.rated().into())])) }
                (distribution(ui, seen))
            },
        }
    };
    ui::card("ratings", &ui.t("ratings-title"), &html! {}, &body)
}

fn distribution(ui: &Ui, seen: &RatingSummary) -> Markup {
    html! {
        dl.th-kv.m-3.mt-0 {
            @for grade in Grade::ALL {
                @let count = seen.counts.get(grade).copied().unwrap_or(0);
                dt { (ui.t(&format!("rating-grade-{}", grade.as_str()))) }
                dd.th-num { @if seen.reads_dossiers && count > 0 { a href=(address(seen, *grade)) { (ui.number(count)) } } @else { (ui.number(count)) } }
            }
        }
    }
}

fn address(seen: &RatingSummary, grade: Grade) -> String {
    let (from, to) = (seen.days.from.to_string(), seen.days.to.to_string());
    let query = [
        ("unit", seen.unit.code()),
        ("from", &from),
        ("to", &to),
        ("grade", grade.as_str()),
    ];
    href("/ratings", &query)
}

async fn load(
    app: &App,
    actor: &Actor,
    asked: &Asked,
    limit: usize,
) -> Result<(RatingSummary, RatingPage), AppError> {
    let asked = asked.clone();
    app.town
        .read("rating_list", actor, move |tx, cx| {
            let unit = match (asked.unit.as_str(), cx.actor.unit()) {
                ("", Some(own)) => own.clone(),
                (code, _) => unit_of(cx, code, cx.today())?,
            };
            let days = asked.days(cx.today())?;
            let grade = Grade::parse(&asked.grade);
            let page = rating_list(tx, cx, &unit, days, grade, place_after(&asked.after), limit)?;
            // Who may read the dossiers but no figures sees the list without the sums.
            let summary = match rating_summary(tx, cx, &unit, days) {
                Ok(summary) => summary,
                Err(AppError::Denied(_) | AppError::NotFound(_)) => RatingSummary {
                    unit,
                    days,
                    counts: std::collections::BTreeMap::new(),
                    reads_dossiers: true,
                },
                Err(error) => return Err(error),
            };
            Ok((summary, page))
        })
        .await
}

/// The ratings of a period.
pub async fn show(State(app): State<App>, signed: Signed, Query(asked): Query<Asked>) -> Response {
    let (summary, page) = match load(&app, &signed.actor, &asked, PAGE).await {
        Ok(found) => found,
        Err(error) => return signed.refuse(&app, &error),
    };
    let ui = signed.ui(&app);
    let heading = ui.t("ratings-title");
    let context = format!(
        "{} · {} – {}",
        unit_name(&app, &ui, &summary.unit),
        ui.date_short(summary.days.from),
        ui.date_short(summary.days.to)
    );
    let file = html! {
        @if signed.actor.holds(Right::Export) && !page.rows.is_empty() {
            a.btn.btn-sm href=(ui.path.replacen("/ratings", "/ratings.csv", 1)) { (Icon::DOWNLOAD) " " (ui.t("dossiers-export")) }
        }
    };
    let main = html! {
        (ui::breadcrumb(&ui, &[(&ui.t("ui-place-dashboard"), "/dashboard")], &html! { (heading) }))
        (ui::title_line(&ui, &heading, &html! { span.th-muted { (context) } }, &file))
        @if let Some(tenths) = summary.mean_tenths() {
            p { b { (mean(&ui, tenths)) " / 5" } " · " (ui.t_args("ratings-count", &[("count", summary.rated().into())])) }
            (distribution(&ui, &summary))
        }
        @if let Some(grade) = Grade::parse(&asked.grade) {
            p { (ui.t("ratings-only")) " " b { (ui.t(&format!("rating-grade-{}", grade.as_str()))) } " · " a href=(with_query(&with_query(&ui.path, "grade", ""), "after", "")) { (ui.t("ratings-all")) } }
        }
        @if page.rows.is_empty() { (ui::notice(&ui, NoticeTone::Info, "", &html! { (ui.t("ratings-none")) })) }
        @else { (table(&app, &ui, &heading, &page)) }
        @if let Some(next) = page.next { p.mt-3 { a.btn href=(with_query(&ui.path, "after", &place_of(next))) { (ui.t("ratings-next")) } } }
        p.th-muted.mt-3 { (ui.t("ratings-private")) }
    };
    ui::page(&ui, &Page::new(&heading).at(Place::Dashboard), &main).into_response()
}

fn table(app: &App, ui: &Ui, heading: &str, page: &RatingPage) -> Markup {
    let columns = [
        Column::text(ui.t("ratings-at")),
        Column::text(ui.t("ratings-grade")),
        Column::text(ui.t("ratings-comment")),
        Column::text(ui.t("dossiers-code")),
    ];
    let rows = html! {
        @for row in &page.rows {
            tr {
                td { (ui.date_time(row.rating.at)) }
                td { (ui.t(&format!("rating-grade-{}", row.rating.grade.as_str()))) }
                td.text-wrap { @if let Some(remark) = &row.rating.remark { (remark) } }
                td { a href=(format!("/dossiers/{}", row.dossier)) { (code(&row.code)) } br; span.th-muted { (procedure_short(app, ui, &row.procedure)) } }
            }
        }
    };
    ui::table(ui, heading, &columns, None, &rows)
}

/// The same as a file for a spreadsheet; who took it out is recorded.
pub async fn export(State(app): State<App>, signed: Signed, Query(asked): Query<Asked>) -> Response {
    file(&app, &signed.ui(&app), &signed.actor, &asked)
        .await
        .unwrap_or_else(|error| signed.refuse(&app, &error))
}

/// The same for whoever asks: a page or a program.
pub(crate) async fn file(app: &App, ui: &Ui, actor: &Actor, asked: &Asked) -> Result<Response, AppError> {
    let (summary, page) = load(app, actor, asked, FILE_ROWS).await?;
    csv::note_export(app, actor, "list", ui.path.clone()).await?;
    let head = [
        "ratings-at",
        "ratings-grade",
        "ratings-comment",
        "dossiers-code",
        "dossiers-procedure",
    ];
    let mut lines = vec![csv::line(head.map(|key| ui.t(key)))];
    for row in &page.rows {
        lines.push(csv::line([
            townhall_domain::time::rfc3339(row.rating.at),
            ui.t(&format!("rating-grade-{}", row.rating.grade.as_str())),
            row.rating.remark.clone().unwrap_or_default(),
            row.code.clone(),
            row.procedure.clone(),
        ]));
    }
    let name = format!("danh-gia-{}-{}.csv", summary.unit.code(), summary.days.to);
    lines.extend(page.next.map(|_| csv::cut(ui, page.rows.len())));
    Ok(csv::file(&name, &lines))
}

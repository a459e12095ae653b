//! Lists as files for a spreadsheet: all of their rows, and a note of who took them out.

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use townhall_app::access_log::{NoteReading, Reading, note};
use townhall_app::actor::Actor;
use townhall_app::error::AppError;

use crate::state::App;
use crate::ui::Ui;

/// Rows that are read at once.
pub const AT_ONCE: usize = 500;
/// Most rows of one file; a longer list is narrowed by the reader, and the last line of the file says so.
const MOST_ROWS: usize = 20_000;

/// The rows of a file.
pub struct Every<Row> {
    /// The rows.
    pub rows: Vec<Row>,
    /// Whether there are more of them than fit.
    pub is_cut: bool,
}

/// All rows of a list, page by page: `page` gets the key after which it begins.
pub fn every<Row, Key, E>(
    mut page: impl FnMut(Option<Key>) -> Result<(Vec<Row>, Option<Key>), E>,
) -> Result<Every<Row>, E> {
    let (mut rows, mut after) = (Vec::new(), None);
    loop {
        let (more, next) = page(after)?;
        rows.extend(more);
        match next {
            Some(next) if rows.len() < MOST_ROWS => after = Some(next),
            next => {
                let is_cut = next.is_some();
                return Ok(Every { rows, is_cut });
            }
        }
    }
}

/// Writes down who takes a list out, before anything of it leaves.
pub async fn note_export(
    app: &App,
    actor: &Actor,
    kind: &'static str,
    which: String,
) -> Result<(), AppError> {
    app.town
        .write("note_export", actor, move |tx, cx| {
            let Some(unit) = cx.actor.unit() else {
                return Ok(());
            };
            let reading = NoteReading {
                reading: Reading::Export,
                subject_kind: kind,
                subject_id: which.clone(),
                unit: unit.clone(),
                about: None,
                own_work: true,
                reason: None,
            };
            note(tx, cx, &reading).map(|_| ())
        })
        .await
}

/// The last line of a file that could not hold everything.
pub fn cut(ui: &Ui, rows: usize) -> String {
    let rows = i64::try_from(rows).unwrap_or(i64::MAX);
    line([ui.t_args("ui-export-cut", &[("rows", ui.number(rows).into())])])
}

/// One line; every cell is quoted, and none can be taken for a formula.
pub fn line(texts: impl IntoIterator<Item = String>) -> String {
    texts
        .into_iter()
        .map(|text| cell(&text))
        .collect::<Vec<_>>()
        .join(",")
}

/// The file: lines with the mark by which spreadsheets know UTF-8.
pub fn file(name: &str, lines: &[String]) -> Response {
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    (headers, format!("\u{feff}{}", lines.join("\r\n"))).into_response()
}

fn cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        "'"
    } else {
        ""
    };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_holds_every_page_of_a_list_and_says_when_it_cannot() {
        let pages = |last: usize| {
            every(move |after: Option<usize>| {
                let page = after.map_or(0, |page| page + 1);
                Ok::<_, ()>((vec![page; AT_ONCE], (page < last).then_some(page)))
            })
        };
        let all = pages(3).expect("rows");
        assert_eq!((all.rows.len(), all.is_cut), (4 * AT_ONCE, false));
        let cut = pages(1_000).expect("rows");
        assert_eq!((cut.rows.len(), cut.is_cut), (MOST_ROWS, true));
    }

    #[test]
    fn a_cell_that_would_calculate_is_disarmed() {
        assert_eq!(
            line(["=1+1".to_owned(), "Nguyễn \"Ba\"".to_owned()]),
            "\"'=1+1\",\"Nguyễn \"\"Ba\"\"\""
        );
    }
}

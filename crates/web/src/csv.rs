//! Lines of a file for a spreadsheet.

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

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
    fn a_cell_that_would_calculate_is_disarmed() {
        assert_eq!(
            line(["=1+1".to_owned(), "Nguyễn \"Ba\"".to_owned()]),
            "\"'=1+1\",\"Nguyễn \"\"Ba\"\"\""
        );
    }
}

//! Pages of the API: how many rows, where the page begins, and the address of the next one.

use std::str::FromStr;

use axum::http::header::LINK;
use axum::http::{HeaderMap, HeaderValue};
use jiff::civil::Date;
use townhall_domain::time::{self, Timestamp};

use super::problem::Wrong;
use super::read::Day;

/// Rows on a page, if no other number is asked for.
const PAGE: u32 = 50;
/// Most rows on a page.
const MOST: u32 = 200;

/// How many rows are wanted.
pub(super) fn page_size(limit: Option<u32>) -> Result<usize, Wrong> {
    let limit = limit.unwrap_or(PAGE);
    if !(1..=MOST).contains(&limit) {
        return Err(Wrong::field("limit", "api-limit-wrong"));
    }
    Ok(usize::try_from(limit).unwrap_or(50))
}

/// A file holds every row: what belongs to a page is unknown there.
pub(super) fn no_pages(after: &str, limit: Option<u32>) -> Result<(), Wrong> {
    let field = match (after, limit) {
        ("", None) => return Ok(()),
        ("", Some(_)) => "limit",
        _ => "after",
    };
    Err(Wrong::field(field, "api-field-unknown"))
}

/// Local days, both included, as instants with the end excluded.
pub(super) fn interval(from: Option<Day>, to: Option<Day>) -> Option<(Timestamp, Timestamp)> {
    let start = |day: Date| time::instant(day.at(0, 0, 0, 0));
    match (from, to) {
        (None, None) => None,
        (from, to) => Some((
            from.map_or(Timestamp::UNIX_EPOCH, |day| start(day.0)),
            to.and_then(|day| day.0.tomorrow().ok())
                .map_or(Timestamp::MAX, start),
        )),
    }
}

/// `Link: <…?after=…>; rel="next"` of a page, from the address that was asked for.
pub(super) fn next_link(uri: &axum::http::Uri, next: Option<&str>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let Some(next) = next else { return headers };
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let address = crate::ui::with_query(path, "after", next);
    if let Ok(link) = HeaderValue::from_str(&format!("<{address}>; rel=\"next\"")) {
        headers.insert(LINK, link);
    }
    headers
}

/// The key of a page, `<instant in milliseconds>.<identity>`, as the address of the next page gives it.
pub(super) fn page_key<T: FromStr>(after: &str) -> Result<(i64, T), Wrong> {
    after
        .split_once('.')
        .and_then(|(at, id)| Some((at.parse().ok()?, id.parse().ok()?)))
        .ok_or_else(|| Wrong::field("after", "api-key-of-page-wrong"))
}

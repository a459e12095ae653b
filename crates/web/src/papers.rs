//! Papers: the forms and results that the program prints, and the files of a dossier.

mod add;
mod intake;
mod pieces;
mod printed;
mod shelf;
mod view;

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_FRAME_OPTIONS};
use axum::http::{HeaderValue, Method};
use axum::response::{IntoResponse, Response};
use townhall_domain::permission::Right;

pub(crate) use add::{MOST_FORM_BYTES, read as read_files};
pub use intake::Intake;
pub(crate) use pieces::{
    Begin, MOST_PIECE_BYTES, OFFSET, append, begin_for, go_on_for, here, place_for, start, whole,
};
pub(crate) use printed::{closing, made, receipt};
pub use shelf::Shelf;
pub(crate) use view::{Content, content, look, open as open_paper, sent_content};

use crate::routes::{Need, Routes};
use crate::state::App;

/// What a PDF in the browser may do: be framed by our own pages, and nothing else.
///
/// No `sandbox` here: the PDF viewers of browsers refuse to open in one, and `nosniff` with the type that the content
/// was checked to have keeps the file from ever being a page. Attachments carry it.
const PDF_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'";

/// Routes of this capability.
pub fn routes(app: &App) -> Routes {
    const READ: Need = Need::Right(Right::ReadDossier);
    Routes::new(app)
        .get("/dossiers/{id}/add_paper", READ, add::ask)
        .upload(
            Method::POST,
            "/dossiers/{id}/add_paper",
            READ,
            add::MOST_FORM_BYTES,
            add::add,
        )
        .post("/uploads", Need::Session, pieces::begin)
        .get("/uploads/{id}", Need::Session, pieces::place)
        .upload(
            Method::PATCH,
            "/uploads/{id}",
            Need::Session,
            pieces::MOST_PIECE_BYTES,
            pieces::go_on,
        )
        .get("/papers/{id}", Need::Session, view::show)
        .get("/papers/{id}/file", Need::Session, view::file)
        .get("/papers/{id}/original", Need::Session, view::original)
        .post("/papers/{id}/remove", READ, view::remove)
        .get("/slips/{file}", READ, printed::slip)
        .get("/dossiers/{id}/result.pdf", READ, printed::result)
        .get("/dossiers/{id}/control.pdf", READ, printed::control)
}

/// A PDF that opens in the browser.
pub(crate) fn pdf(name: &str, bytes: impl IntoResponse) -> Response {
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/pdf"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(PDF_POLICY));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
    headers.insert(CONTENT_DISPOSITION, disposition("inline", name));
    response
}

/// `Content-Disposition` with a name in plain letters and, for readers that know it, the whole name (RFC 6266).
fn disposition(how: &str, name: &str) -> HeaderValue {
    use std::fmt::Write as _;
    let plain: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ') {
                c
            } else {
                '_'
            }
        })
        .collect();
    let mut whole = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') {
            whole.push(char::from(byte));
        } else {
            let _ = write!(whole, "%{byte:02X}");
        }
    }
    let text = format!("{how}; filename=\"{plain}\"; filename*=UTF-8''{whole}");
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("attachment"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_break_out_of_its_header() {
        let header = disposition("inline", "Giấy \"khai\"\r\nsinh.pdf");
        assert_eq!(
            header.to_str().expect("plain"),
            "inline; filename=\"Gi_y _khai___sinh.pdf\"; filename*=UTF-8''Gi%E1%BA%A5y%20%22khai%22%0D%0Asinh.pdf"
        );
    }
}

//! Style, script, fonts and icons: compiled in, served from memory, kept by browsers for good.
//!
//! All files share one hash in their address (`/assets/<hash>/name`), so the style sheet names its fonts by their
//! bare names and a new version of anything is a new address for everything.

use std::io::Write as _;
use std::sync::{LazyLock, OnceLock};

use axum::Router;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sha2::{Digest, Sha256};

struct Asset {
    name: &'static str,
    kind: &'static str,
    bytes: &'static [u8],
    zipped: OnceLock<Option<Bytes>>,
}

macro_rules! asset {
    ($name:literal, $path:literal, $kind:literal) => {
        Asset {
            name: $name,
            kind: $kind,
            bytes: include_bytes!(concat!("../assets/", $path)),
            zipped: OnceLock::new(),
        }
    };
}

static ASSETS: [Asset; 12] = [
    asset!(
        "tabler.min.css",
        "vendor/tabler.min.css",
        "text/css; charset=utf-8"
    ),
    asset!("townhall.css", "townhall.css", "text/css; charset=utf-8"),
    asset!(
        "htmx.min.js",
        "vendor/htmx.min.js",
        "text/javascript; charset=utf-8"
    ),
    asset!("townhall.js", "townhall.js", "text/javascript; charset=utf-8"),
    asset!("passkey.js", "passkey.js", "text/javascript; charset=utf-8"),
    asset!("keys.json", "keys.json", "application/json"),
    asset!("icons.svg", "icons.svg", "image/svg+xml"),
    asset!("favicon.svg", "favicon.svg", "image/svg+xml"),
    asset!(
        "inter-latin-400.woff2",
        "vendor/inter-latin-400.woff2",
        "font/woff2"
    ),
    asset!(
        "inter-latin-600.woff2",
        "vendor/inter-latin-600.woff2",
        "font/woff2"
    ),
    asset!(
        "inter-vietnamese-400.woff2",
        "vendor/inter-vietnamese-400.woff2",
        "font/woff2"
    ),
    asset!(
        "inter-vietnamese-600.woff2",
        "vendor/inter-vietnamese-600.woff2",
        "font/woff2"
    ),
];

/// The hash of all files: names and contents, cut to 64 bits, which is plenty to tell two releases apart.
static HASH: LazyLock<String> = LazyLock::new(|| {
    let mut hash = Sha256::new();
    for asset in &ASSETS {
        hash.update(asset.name.as_bytes());
        hash.update(Sha256::digest(asset.bytes));
    }
    hex::encode(&hash.finalize()[..8])
});

/// The address of a file by its name; a page of this release always finds its own files.
pub fn url(name: &str) -> String {
    debug_assert!(find(name).is_some(), "no asset {name}");
    format!("/assets/{}/{name}", *HASH)
}

/// A text file's content; `None` for fonts and unknown names.
pub fn text(name: &str) -> Option<&'static str> {
    find(name).and_then(|asset| std::str::from_utf8(asset.bytes).ok())
}

/// Every file with its bytes, for static copies of pages.
pub fn all() -> impl Iterator<Item = (&'static str, &'static [u8])> {
    ASSETS.iter().map(|asset| (asset.name, asset.bytes))
}

/// The one route of this module: `GET /assets/{hash}/{name}`.
pub fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/assets/{hash}/{name}", get(serve))
}

async fn serve(Path((hash, name)): Path<(String, String)>, headers: HeaderMap) -> Response {
    let Some(asset) = find(&name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    // A page of another release gets this release's file, which is better than none, but must not keep it.
    let caching = if hash == *HASH {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let zipped = accepts_gzip(&headers).then(|| asset.zipped()).flatten();
    let mut reply = match &zipped {
        Some(bytes) => bytes.clone().into_response(),
        None => Bytes::from_static(asset.bytes).into_response(),
    };
    let to = reply.headers_mut();
    to.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.kind));
    to.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    to.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    to.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    if zipped.is_some() {
        to.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    reply
}

impl Asset {
    /// The file gzipped, made at first use; `None` for fonts, which are compressed already.
    fn zipped(&self) -> Option<Bytes> {
        self.zipped
            .get_or_init(|| {
                if self.kind == "font/woff2" {
                    return None;
                }
                let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
                encoder.write_all(self.bytes).ok()?;
                encoder.finish().ok().map(Bytes::from)
            })
            .clone()
    }
}

fn find(name: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.name == name)
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|coding| {
            let mut parts = coding.split(';').map(str::trim);
            parts.next() == Some("gzip") && !parts.any(|weight| weight == "q=0" || weight == "q=0.0")
        })
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;
    use tower::ServiceExt as _;

    use super::*;

    async fn get_asset(path: &str, coding: &str) -> Response {
        let request = Request::get(path)
            .header(header::ACCEPT_ENCODING, coding)
            .body(Body::empty())
            .expect("a request");
        routes::<()>().oneshot(request).await.expect("an answer")
    }

    #[tokio::test]
    async fn files_of_this_release_may_be_kept_for_good_and_come_gzipped() {
        for (name, _) in all() {
            let reply = get_asset(&url(name), "br, gzip").await;
            assert_eq!(reply.status(), StatusCode::OK, "{name}");
            let caching = reply.headers()[header::CACHE_CONTROL].to_str().expect("text");
            assert!(caching.contains("immutable"), "{name}: {caching}");
            let zipped = reply.headers().contains_key(header::CONTENT_ENCODING);
            let font = std::path::Path::new(name)
                .extension()
                .is_some_and(|kind| kind == "woff2");
            assert_eq!(zipped, !font, "{name}");
        }
    }

    #[tokio::test]
    async fn a_browser_without_gzip_gets_the_plain_file() {
        for coding in ["identity", "gzip;q=0"] {
            let reply = get_asset(&url("townhall.css"), coding).await;
            assert!(!reply.headers().contains_key(header::CONTENT_ENCODING));
            let body = axum::body::to_bytes(reply.into_body(), usize::MAX)
                .await
                .expect("a body");
            assert_eq!(body.as_ref(), text("townhall.css").expect("a file").as_bytes());
        }
    }

    #[tokio::test]
    async fn a_page_of_another_release_gets_a_file_that_it_may_not_keep() {
        let reply = get_asset("/assets/0000000000000000/townhall.css", "gzip").await;
        assert_eq!(reply.status(), StatusCode::OK);
        assert_eq!(reply.headers()[header::CACHE_CONTROL], "no-cache");
        assert_eq!(
            get_asset("/assets/0/none.css", "gzip").await.status(),
            StatusCode::NOT_FOUND
        );
    }

    #[test]
    fn vendored_files_are_unchanged() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("assets");
        let list: serde_json::Value =
            serde_json::from_slice(&std::fs::read(folder.join("vendor.json")).expect("the list"))
                .expect("JSON");
        let mut seen = 0;
        for package in list["packages"].as_array().expect("packages") {
            let licence = folder.join(package["licence_file"].as_str().expect("a licence file"));
            assert!(licence.exists(), "{}: no licence text", package["name"]);
            let files = package["files"].as_array().expect("files").iter();
            for file in files.chain(package.get("sprite")) {
                let path = file["to"].as_str().expect("a path");
                let bytes = std::fs::read(folder.join(path)).expect("a vendored file");
                assert_eq!(
                    hex::encode(Sha256::digest(bytes)),
                    file["sha256"].as_str().expect("a hash"),
                    "{path}"
                );
                seen += 1;
            }
        }
        assert!(seen >= 8);
    }

    #[test]
    fn style_and_script_ask_for_nothing_outside() {
        for name in [
            "townhall.css",
            "townhall.js",
            "passkey.js",
            "icons.svg",
            "favicon.svg",
        ] {
            let text = text(name)
                .expect("text")
                .replace("http://www.w3.org/2000/svg", "");
            assert!(
                !text.contains("http:") && !text.contains("https:") && !text.contains("@import"),
                "{name}"
            );
        }
        // Every file that the style sheet names is one of ours.
        for part in text("townhall.css").expect("text").split("url(").skip(1) {
            let name = part.split(')').next().unwrap_or_default();
            assert!(find(name).is_some(), "townhall.css names {name}");
        }
    }
}

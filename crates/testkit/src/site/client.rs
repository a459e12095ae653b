//! A browser without a window: keeps cookies, sends the token of forms, does not follow redirects by itself.
#![expect(
    clippy::missing_panics_doc,
    reason = "a request that a test puts together wrongly ends the test"
)]

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::{Body, HttpBody, to_bytes};
use axum::http::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use tower::ServiceExt;

/// The largest answer that a test reads.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// A browser of one person; requests may run side by side.
pub struct Client {
    router: Router,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    cookies: BTreeMap<String, String>,
    csrf: String,
}

impl Client {
    pub(super) fn new(router: Router) -> Self {
        Self {
            router,
            state: Mutex::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a cookie.
    pub fn set_cookie(&self, name: &str, value: &str) {
        self.state().cookies.insert(name.to_owned(), value.to_owned());
    }

    /// Forgets all cookies, as when a session was lost.
    pub fn forget(&self) {
        self.state().cookies.clear();
    }

    /// The token that forms carry.
    pub fn set_csrf(&self, token: &str) {
        token.clone_into(&mut self.state().csrf);
    }

    /// The token that forms carry, for requests put together by hand.
    pub fn csrf(&self) -> String {
        self.state().csrf.clone()
    }

    /// The cookies as a request sends them.
    ///
    /// # Panics
    /// When a cookie cannot stand in a header.
    pub fn cookie_headers(&self) -> HeaderMap {
        let line = self
            .state()
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect::<Vec<_>>();
        let mut headers = HeaderMap::new();
        if !line.is_empty() {
            headers.insert(
                COOKIE,
                HeaderValue::from_str(&line.join("; ")).expect("cookies of a test"),
            );
        }
        headers
    }

    /// Asks for a page.
    pub async fn get(&self, path: &str) -> Reply {
        self.send(Request::get(path).body(Body::empty()).expect("a request"))
            .await
    }

    /// Asks for a part of a page, as htmx does.
    pub async fn part(&self, path: &str) -> Reply {
        let request = Request::get(path)
            .header("hx-request", "true")
            .body(Body::empty());
        self.send(request.expect("a request")).await
    }

    /// Sends a form with the token that belongs to it.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let csrf = self.csrf();
        let mut fields = fields.to_vec();
        if !fields.iter().any(|(name, _)| *name == "csrf") {
            fields.push(("csrf", &csrf));
        }
        self.post_bare(path, &fields).await
    }

    /// Sends exactly these fields, without a token.
    pub async fn post_bare(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let body = fields
            .iter()
            .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
        let body = body.collect::<Vec<_>>().join("&");
        let request = Request::post(path).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(body)).expect("a request"))
            .await
    }

    /// Sends JSON with any method.
    pub async fn json(&self, method: Method, path: &str, body: &serde_json::Value) -> Reply {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(CONTENT_TYPE, "application/json");
        self.send(request.body(Body::from(body.to_string())).expect("a request"))
            .await
    }

    /// Opens a stream of events; what comes is read bit by bit.
    ///
    /// # Panics
    /// When the answer is no success.
    pub async fn stream(&self, path: &str) -> Streamed {
        let mut request = Request::get(path).body(Body::empty()).expect("a request");
        request.headers_mut().extend(self.cookie_headers());
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("the router never fails");
        assert!(response.status().is_success(), "{path}: {}", response.status());
        let (parts, body) = response.into_parts();
        Streamed {
            headers: parts.headers,
            body,
        }
    }

    /// Sends any request; cookies are added and kept, the token of an answered page is taken over.
    ///
    /// # Panics
    /// When the answer cannot be read.
    pub async fn send(&self, mut request: Request<Body>) -> Reply {
        request.headers_mut().extend(self.cookie_headers());
        let path = request.uri().path().to_owned();
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("the router never fails");
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, MOST_BYTES)
            .await
            .expect("the whole answer")
            .to_vec();
        let reply = Reply {
            status: parts.status,
            headers: parts.headers,
            body,
            path,
        };
        let mut state = self.state();
        for cookie in reply.headers.get_all(SET_COOKIE) {
            let text = cookie.to_str().unwrap_or_default();
            let Some((name, value)) = text.split(';').next().and_then(|pair| pair.split_once('=')) else {
                continue;
            };
            if value.is_empty() || text.contains("Max-Age=0") {
                state.cookies.remove(name);
            } else {
                state.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        if let Some(token) = reply.hidden("csrf").filter(|token| !token.is_empty()) {
            state.csrf = token;
        }
        drop(state);
        reply
    }

    /// Goes where the answer sends the browser; the answer itself when it sends it nowhere.
    pub async fn follow(&self, reply: Reply) -> Reply {
        match reply.location() {
            Some(location) => self.get(&location).await,
            None => reply,
        }
    }
}

/// An answer that goes on.
#[derive(Debug)]
pub struct Streamed {
    headers: HeaderMap,
    body: Body,
}

impl Streamed {
    /// Its headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// What comes next, waited for.
    ///
    /// # Panics
    /// When the stream ends or breaks off.
    pub async fn next_text(&mut self) -> String {
        let frame = std::future::poll_fn(|cx| std::pin::Pin::new(&mut self.body).poll_frame(cx)).await;
        let data = frame
            .expect("the stream goes on")
            .expect("the stream does not break off")
            .into_data();
        String::from_utf8_lossy(&data.expect("data")).into_owned()
    }
}

/// An answer as it came.
#[derive(Debug, Clone)]
pub struct Reply {
    /// 200, 303, 404 …
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
    path: String,
}

impl Reply {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {}", self.text()))
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Where the answer sends the browser.
    pub fn location(&self) -> Option<String> {
        self.headers
            .get(LOCATION)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned)
    }

    /// The words of the page without its marks: one space where there were many, entities read.
    pub fn words(&self) -> String {
        let text = self.text();
        let (mut words, mut inside) = (String::new(), false);
        for c in text.chars() {
            match c {
                '<' => inside = true,
                '>' => {
                    inside = false;
                    words.push(' ');
                }
                c if !inside => words.push(c),
                _ => {}
            }
        }
        let words = words
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&amp;", "&");
        words.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The status, and the words of the page's main part or, without one, of all of it: for snapshots.
    pub fn status_and_words(&self) -> String {
        let text = self.text();
        let main = text
            .split_once("<main")
            .and_then(|(_, rest)| rest.split_once("</main>"))
            .map(|(main, _)| main);
        let part = Self {
            body: main.map_or_else(|| self.body.clone(), |main| format!("<main{main}").into_bytes()),
            ..self.clone()
        };
        format!("{} {}", self.status.as_u16(), part.words())
    }

    /// What stands in the field of this name: the value of an input, the chosen option, the text of a text area.
    pub fn value(&self, name: &str) -> Option<String> {
        let text = self.text();
        let mark = format!("name=\"{name}\"");
        let mut ticked = None;
        for (at, _) in text.match_indices(&mark) {
            let start = text[..at].rfind('<')?;
            let end = at + text[at..].find('>')?;
            let tag = &text[start..=end];
            if tag.starts_with("<select") {
                let options = &text[end..end + text[end..].find("</select>")?];
                let chosen = options.split("<option").find(|option| {
                    option
                        .split('>')
                        .next()
                        .is_some_and(|tag| tag.contains(" selected"))
                });
                return Some(chosen.and_then(|tag| attribute(tag, "value")).unwrap_or_default());
            }
            if tag.starts_with("<textarea") {
                let inside = &text[end + 1..end + text[end..].find("</textarea>")?];
                return Some(unescaped(inside.strip_prefix('\n').unwrap_or(inside)));
            }
            if tag.contains("type=\"radio\"") || tag.contains("type=\"checkbox\"") {
                if tag.contains(" checked") {
                    ticked = attribute(tag, "value");
                }
                continue;
            }
            return Some(attribute(tag, "value").unwrap_or_default());
        }
        ticked
    }

    /// The value of a hidden field.
    pub fn hidden(&self, name: &str) -> Option<String> {
        let text = self.text();
        let at = text.find(&format!("type=\"hidden\" name=\"{name}\""))?;
        attribute(&text[at..at + text[at..].find('>')?], "value")
    }

    /// Asserts the status and gives the reply on.
    ///
    /// # Panics
    /// When it is another one, with the words of the page.
    #[track_caller]
    #[expect(
        clippy::return_self_not_must_use,
        reason = "the assertion alone is often all that is wanted"
    )]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(
            self.status.as_u16(),
            status,
            "{}: {}",
            self.path,
            self.status_and_words()
        );
        self
    }

    /// Asserts that the page says something.
    ///
    /// # Panics
    /// When it does not, with what it says.
    #[track_caller]
    pub fn must_say(&self, words: &str) {
        assert!(
            self.words().contains(words),
            "{} does not say “{words}”: {}",
            self.path,
            self.status_and_words()
        );
    }

    /// Asserts that the page does not say something.
    ///
    /// # Panics
    /// When it does.
    #[track_caller]
    pub fn must_not_say(&self, words: &str) {
        assert!(!self.words().contains(words), "{} says “{words}”", self.path);
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let at = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    Some(unescaped(&tag[at..at + tag[at..].find('"')?]))
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}

/// The form of a text in a form body or a query.
pub(super) fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        use std::fmt::Write as _;
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

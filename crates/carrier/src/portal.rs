//! The portal over HTTP, as `docs/PORTAL.md` describes it.

use std::io::{self, Read};
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use townhall_app::outside::{Answer, HandedOut, Portal, PortalError, Standing, Standings, ToldState};
use townhall_domain::ids::DossierId;
use townhall_domain::time::rfc3339;
use ureq::http::Response;
use ureq::{Agent, Body};

use crate::{Authorities, http};

/// How long an answer may take, a file apart.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a file may take.
const FILE_PATIENCE: Duration = Duration::from_mins(3);

/// A portal at an address.
pub struct HttpPortal {
    agent: Agent,
    base: String,
    token: String,
}

impl std::fmt::Debug for HttpPortal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpPortal")
            .field("base", &self.base)
            .finish_non_exhaustive()
    }
}

impl HttpPortal {
    /// Gets ready; nothing is connected yet. `base` has no slash at the end.
    pub fn new(base: &str, token: &str, authorities: &Authorities, patience: Option<Duration>) -> Self {
        Self {
            agent: http::agent(authorities, patience.unwrap_or(PATIENCE)),
            base: base.trim_end_matches('/').to_owned(),
            token: token.to_owned(),
        }
    }

    fn get(&self, path: &str) -> Result<Response<Body>, PortalError> {
        self.agent
            .get(format!("{}{path}", self.base))
            .header("authorization", format!("Bearer {}", self.token))
            .header("accept", "application/json")
            .call()
            .map_err(|error| failed(&error))
    }

    fn post(&self, path: &str, key: &str, body: &Value) -> Result<Response<Body>, PortalError> {
        self.agent
            .post(format!("{}{path}", self.base))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .header("accept", "application/json")
            .header("idempotency-key", key)
            .send(body.to_string())
            .map_err(|error| failed(&error))
    }
}

fn failed(error: &ureq::Error) -> PortalError {
    PortalError {
        why: http::told(error),
    }
}

fn answered(status: u16) -> PortalError {
    PortalError {
        why: format!("the portal answered {status}"),
    }
}

fn unreadable() -> PortalError {
    PortalError {
        why: "the portal's answer is not built as agreed".to_owned(),
    }
}

fn json_of(mut answer: Response<Body>) -> Result<Value, PortalError> {
    let text = http::text_of(&mut answer).map_err(|why| PortalError { why })?;
    serde_json::from_str(&text).map_err(|_| unreadable())
}

/// The body of a 200; anything else is no answer.
fn fine(answer: Response<Body>) -> Result<Value, PortalError> {
    match answer.status().as_u16() {
        200 => json_of(answer),
        status => Err(answered(status)),
    }
}

/// A part of an address; codes and keys come from outside.
fn part(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric()
            || matches!(byte, b'-' | b'_' | b'~')
            || (byte == b'.' && text != "." && text != "..")
        {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

fn after(path: &str, key: Option<&str>) -> String {
    key.map_or_else(|| path.to_owned(), |key| format!("{path}?after={}", part(key)))
}

#[derive(Deserialize)]
struct Pages<T> {
    items: Vec<T>,
    #[serde(default)]
    next: Option<String>,
}

#[derive(Deserialize)]
struct Line {
    code: String,
    taken: bool,
    state: i64,
    number: i64,
}

#[derive(Deserialize)]
struct Refusal {
    error: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    last: Option<i64>,
}

impl Portal for HttpPortal {
    fn look(&self) -> Result<(), PortalError> {
        fine(self.get("/v1/hello")?).map(|_| ())
    }

    fn new_dossiers(&self, key: Option<&str>) -> Result<HandedOut, PortalError> {
        let body = fine(self.get(&after("/v1/dossiers", key))?)?;
        let page: Pages<Value> = serde_json::from_value(body).map_err(|_| unreadable())?;
        Ok(HandedOut {
            items: page.items,
            next: page.next,
        })
    }

    fn dossier(&self, code: &str) -> Result<Option<Value>, PortalError> {
        let answer = self.get(&format!("/v1/dossiers/{}", part(code)))?;
        match answer.status().as_u16() {
            404 => Ok(None),
            _ => fine(answer).map(Some),
        }
    }

    fn file(
        &self,
        code: &str,
        file: &str,
        most: u64,
        sink: &mut dyn FnMut(&[u8]) -> io::Result<()>,
    ) -> Result<u64, PortalError> {
        let path = format!("{}/v1/dossiers/{}/files/{}", self.base, part(code), part(file));
        let mut answer = self
            .agent
            .get(path)
            .config()
            .timeout_global(Some(FILE_PATIENCE))
            .build()
            .header("authorization", format!("Bearer {}", self.token))
            .call()
            .map_err(|error| failed(&error))?;
        let status = answer.status().as_u16();
        if status != 200 {
            return Err(answered(status));
        }
        let mut reader = answer.body_mut().with_config().limit(most).reader();
        let mut piece = vec![0; 64 * 1024];
        let mut all = 0_u64;
        loop {
            let broken = |_: io::Error| PortalError {
                why: "a file broke off".to_owned(),
            };
            let count = reader.read(&mut piece).map_err(broken)?;
            if count == 0 {
                return Ok(all);
            }
            all += count as u64;
            sink(&piece[..count]).map_err(broken)?;
        }
    }

    fn taken(&self, code: &str, dossier: DossierId) -> Result<(), PortalError> {
        let path = format!("/v1/dossiers/{}/taken", part(code));
        let body = json!({ "reference": dossier });
        fine(self.post(&path, &format!("{code}:taken"), &body)?).map(|_| ())
    }

    fn tell(&self, state: &ToldState) -> Result<Answer, PortalError> {
        let path = format!("/v1/dossiers/{}/states", part(&state.code));
        let body = json!({
            "number": state.number,
            "after": state.after,
            "state": state.state,
            "at": rfc3339(state.at),
            "due": state.due_at.map(rfc3339),
        });
        let answer = self.post(&path, &format!("{}:{}", state.code, state.number), &body)?;
        let status = answer.status().as_u16();
        match status {
            200 => json_of(answer).map(|_| Answer::Taken),
            404 | 409 | 422 => {
                let refusal: Refusal = serde_json::from_value(json_of(answer)?).map_err(|_| unreadable())?;
                if let ("out_of_order", Some(last)) = (refusal.error.as_str(), refusal.last) {
                    return Ok(Answer::Behind { last });
                }
                let why: String = format!("{}: {}", refusal.error, refusal.message)
                    .chars()
                    .filter(|c| !c.is_control())
                    .take(300)
                    .collect();
                Ok(Answer::Refused { why })
            }
            status => Err(answered(status)),
        }
    }

    fn standings(&self, key: Option<&str>) -> Result<Standings, PortalError> {
        let body = fine(self.get(&after("/v1/states", key))?)?;
        let page: Pages<Line> = serde_json::from_value(body).map_err(|_| unreadable())?;
        Ok(Standings {
            items: page
                .items
                .into_iter()
                .map(|line| Standing {
                    code: line.code,
                    taken: line.taken,
                    state: line.state,
                    number: line.number,
                })
                .collect(),
            next: page.next,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_from_outside_stays_one_part_of_the_address() {
        assert_eq!(part("H36.24682-250804-0001"), "H36.24682-250804-0001");
        assert_eq!(part("../a?b"), "%2E%2E%2Fa%3Fb".replace("%2E%2E", ".."));
        assert_eq!(part(".."), "%2E%2E");
    }
}

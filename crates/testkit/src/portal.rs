//! A simulator of the national portal: hands out dossiers, takes states in order, and breaks down when it is told to.
//!
//! It keeps to `docs/PORTAL.md` and to nothing of ours: the table of moves is its own. Tests use it in their process,
//! `cargo run -p townhall-testkit --features site --bin portal-simulator` is the same as a server to play with.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Path, Query, Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

/// The token that it wants.
pub const TOKEN: &str = "simulator-token";
/// Lines on a page: few, so that paging is always tested.
const PAGE: usize = 3;

/// How it breaks down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Outage {
    /// Not at all.
    #[default]
    None,
    /// It answers 503 and does nothing.
    Refuse,
    /// It does nothing for a while, then does and answers.
    Slow {
        /// So many milliseconds.
        ms: u64,
    },
    /// It does what it is asked, and the answer never comes.
    Lost,
}

/// A dossier as the portal keeps it.
#[derive(Debug, Clone, Default)]
pub struct Case {
    /// As it is handed out.
    pub item: Value,
    /// The files by their names at the portal.
    pub files: BTreeMap<String, Vec<u8>>,
    /// The reference under which it is at a node.
    pub taken: Option<String>,
    /// How often it was said to be taken.
    pub taken_times: u32,
    /// The national state.
    pub state: i64,
    /// Number of that state.
    pub number: i64,
    /// Every state in the order in which it came into effect.
    pub history: Vec<i64>,
}

#[derive(Debug, Default)]
struct World {
    /// In the order in which they were filed.
    cases: Vec<(String, Case)>,
    outage: Outage,
    /// So many requests are affected; for ever when there is no number.
    times: Option<u32>,
    requests: u32,
}

/// The simulator; a handle that can be cloned.
#[derive(Debug, Clone, Default)]
pub struct PortalSimulator {
    world: Arc<Mutex<World>>,
}

impl PortalSimulator {
    /// Starts it on a free port of 127.0.0.1; its address.
    ///
    /// # Panics
    /// When there is no port.
    pub async fn start(&self) -> String {
        let address = self.serve(SocketAddr::from(([127, 0, 0, 1], 0))).await;
        format!("http://{}", address.expect("a free port"))
    }

    /// Serves in the background on an address.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn serve(&self, address: SocketAddr) -> std::io::Result<SocketAddr> {
        let listener = tokio::net::TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let router = self.router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(address)
    }

    /// Somebody has filed a dossier; what is handed out need not be right. Without a code it is kept under its place.
    pub fn file(&self, item: Value, files: &[(&str, &[u8])]) {
        let mut world = self.world();
        let code = item["code"]
            .as_str()
            .map_or_else(|| format!("?{}", world.cases.len()), str::to_owned);
        let case = Case {
            item,
            files: files
                .iter()
                .map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec()))
                .collect(),
            state: 1,
            ..Case::default()
        };
        world.cases.retain(|(known, _)| *known != code);
        world.cases.push((code, case));
    }

    /// A dossier as it stands there.
    pub fn case(&self, code: &str) -> Option<Case> {
        let world = self.world();
        let found = world.cases.iter().find(|(known, _)| known == code);
        found.map(|(_, case)| case.clone())
    }

    /// Changes a dossier behind everybody's back.
    ///
    /// # Panics
    /// When there is none.
    pub fn meddle(&self, code: &str, change: impl FnOnce(&mut Case)) {
        let mut world = self.world();
        let found = world.cases.iter_mut().find(|(known, _)| known == code);
        change(&mut found.expect("the dossier is there").1);
    }

    /// Forgets a dossier.
    pub fn forget(&self, code: &str) {
        self.world().cases.retain(|(known, _)| known != code);
    }

    /// Breaks down for so many requests, or until it is told otherwise.
    pub fn break_down(&self, outage: Outage, times: Option<u32>) {
        let mut world = self.world();
        world.outage = outage;
        world.times = times;
    }

    /// How many requests came so far.
    pub fn requests(&self) -> u32 {
        self.world().requests
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn outage(&self) -> Outage {
        let mut world = self.world();
        world.requests += 1;
        if world.outage == Outage::None {
            return Outage::None;
        }
        match &mut world.times {
            None => {}
            Some(0) => return Outage::None,
            Some(left) => *left -= 1,
        }
        world.outage
    }

    fn router(&self) -> Router {
        Router::new()
            .route(
                "/v1/hello",
                get(async || Json(json!({ "portal": "simulator", "version": 1 }))),
            )
            .route("/v1/dossiers", get(new_dossiers))
            .route("/v1/dossiers/{code}", get(dossier))
            .route("/v1/dossiers/{code}/files/{file}", get(file))
            .route("/v1/dossiers/{code}/taken", post(taken))
            .route("/v1/dossiers/{code}/states", post(states))
            .route("/v1/states", get(standings))
            .layer(axum::middleware::from_fn_with_state(self.clone(), stand_before))
            .route("/simulator/outage", put(set_outage))
            .route("/simulator/dossiers", post(file_dossier))
            .with_state(self.clone())
    }
}

/// Token, and whatever breaks down.
async fn stand_before(State(portal): State<PortalSimulator>, request: Request, next: Next) -> Response {
    let token = request
        .headers()
        .get("authorization")
        .and_then(|value| value.to_str().ok());
    if token != Some(format!("Bearer {TOKEN}").as_str()) {
        return refusal(
            StatusCode::UNAUTHORIZED,
            "unauthorised",
            "the token is not known",
            None,
        );
    }
    match portal.outage() {
        Outage::None => next.run(request).await,
        Outage::Refuse => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Outage::Slow { ms } => {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            next.run(request).await
        }
        Outage::Lost => {
            let _never_sent = next.run(request).await;
            tokio::time::sleep(Duration::from_hours(1)).await;
            StatusCode::GATEWAY_TIMEOUT.into_response()
        }
    }
}

fn refusal(status: StatusCode, error: &str, message: &str, last: Option<i64>) -> Response {
    (
        status,
        Json(json!({ "error": error, "message": message, "last": last })),
    )
        .into_response()
}

fn unknown() -> Response {
    refusal(StatusCode::NOT_FOUND, "unknown", "no such dossier", None)
}

#[derive(Deserialize)]
struct After {
    #[serde(default)]
    after: String,
}

async fn new_dossiers(State(portal): State<PortalSimulator>, Query(query): Query<After>) -> Json<Value> {
    let world = portal.world();
    let from: usize = query.after.parse().unwrap_or(0);
    let open: Vec<(usize, &Value)> = world
        .cases
        .iter()
        .enumerate()
        .skip(from)
        .filter(|(_, (_, case))| case.taken.is_none())
        .map(|(place, (_, case))| (place, &case.item))
        .collect();
    let page = &open[..open.len().min(PAGE)];
    let next = (open.len() > PAGE).then(|| (page[PAGE - 1].0 + 1).to_string());
    Json(json!({ "items": page.iter().map(|(_, item)| item).collect::<Vec<_>>(), "next": next }))
}

async fn dossier(State(portal): State<PortalSimulator>, Path(code): Path<String>) -> Response {
    portal
        .case(&code)
        .map_or_else(unknown, |case| Json(case.item).into_response())
}

async fn file(State(portal): State<PortalSimulator>, Path((code, file)): Path<(String, String)>) -> Response {
    let bytes = portal.case(&code).and_then(|case| case.files.get(&file).cloned());
    bytes.map_or_else(unknown, |bytes| Bytes::from(bytes).into_response())
}

#[derive(Deserialize)]
struct Taken {
    reference: String,
}

async fn taken(
    State(portal): State<PortalSimulator>,
    Path(code): Path<String>,
    Json(body): Json<Taken>,
) -> Response {
    let mut world = portal.world();
    let Some((_, case)) = world.cases.iter_mut().find(|(known, _)| *known == code) else {
        return unknown();
    };
    case.taken_times += 1;
    match &case.taken {
        Some(reference) if *reference != body.reference => {
            refusal(StatusCode::CONFLICT, "taken", "it is at another node", None)
        }
        _ => {
            case.taken = Some(body.reference);
            Json(json!({ "taken": true })).into_response()
        }
    }
}

#[derive(Deserialize)]
struct NewState {
    number: i64,
    after: i64,
    state: i64,
}

/// Its own table, from the published meaning of the codes.
fn moves(from: i64) -> &'static [i64] {
    match from {
        1 => &[2, 3, 5, 7],
        2 => &[4, 5, 7],
        4 => &[5, 6, 7, 8, 9],
        5 => &[2, 3, 4, 7, 8],
        6 => &[4, 7, 8, 9],
        9 => &[10],
        _ => &[],
    }
}

async fn states(
    State(portal): State<PortalSimulator>,
    Path(code): Path<String>,
    Json(new): Json<NewState>,
) -> Response {
    let mut world = portal.world();
    let Some((_, case)) = world.cases.iter_mut().find(|(known, _)| *known == code) else {
        return unknown();
    };
    if case.taken.is_none() {
        return refusal(
            StatusCode::CONFLICT,
            "not_taken",
            "say first that it is taken",
            None,
        );
    }
    if new.number == case.number && new.state == case.state {
        return Json(json!({ "state": case.state, "number": case.number })).into_response();
    }
    if new.after != case.number || new.number <= case.number {
        return refusal(
            StatusCode::CONFLICT,
            "out_of_order",
            "another number comes next",
            Some(case.number),
        );
    }
    if !moves(case.state).contains(&new.state) {
        let message = format!("no move from {} to {}", case.state, new.state);
        return refusal(StatusCode::UNPROCESSABLE_ENTITY, "not_allowed", &message, None);
    }
    case.state = new.state;
    case.number = new.number;
    case.history.push(new.state);
    Json(json!({ "state": case.state, "number": case.number })).into_response()
}

async fn standings(State(portal): State<PortalSimulator>, Query(query): Query<After>) -> Json<Value> {
    let world = portal.world();
    let sorted: BTreeMap<&String, &Case> = world.cases.iter().map(|(code, case)| (code, case)).collect();
    let mut lines = sorted.into_iter().filter(|(code, _)| **code > query.after);
    let items: Vec<Value> = lines
        .by_ref()
        .take(PAGE)
        .map(|(code, case)| {
            json!({ "code": code, "taken": case.taken.is_some(), "state": case.state, "number": case.number })
        })
        .collect();
    let next = lines
        .next()
        .and_then(|_| items.last())
        .map(|last| last["code"].clone());
    Json(json!({ "items": items, "next": next }))
}

#[derive(Deserialize)]
struct SetOutage {
    #[serde(flatten)]
    outage: Outage,
    times: Option<u32>,
}

async fn set_outage(State(portal): State<PortalSimulator>, Json(body): Json<SetOutage>) -> StatusCode {
    portal.break_down(body.outage, body.times);
    StatusCode::NO_CONTENT
}

async fn file_dossier(State(portal): State<PortalSimulator>, Json(item): Json<Value>) -> StatusCode {
    portal.file(item, &[]);
    StatusCode::CREATED
}

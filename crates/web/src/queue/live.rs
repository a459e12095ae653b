//! Tells pages that a queue has changed: one look a second at the number of the last change, however many wait.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::Deserialize;
use tokio::sync::watch;
use townhall_app::actor::Actor;
use townhall_app::error::AppError;
use townhall_app::queue::board_version;
use townhall_domain::ids::UnitId;

use crate::refusal::Refusal;
use crate::running::{Buckets, Rate, Stopping, network};
use crate::state::App;
use crate::visitor::Visitor;

/// How often the number of the last change is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// A line of silence, so that nobody in between takes the stream for dead.
const SILENCE: Duration = Duration::from_secs(20);
/// So many streams at a time; whoever comes later looks every few seconds instead.
const MOST_STREAMS: usize = 2_000;
/// Numbers that one address may take: the machine in a hall is one address.
const TAKING: Rate = Rate {
    per_second: 1,
    burst: 30,
};

/// Who waits for changes of which queue.
#[derive(Debug)]
pub struct Boards {
    changes: Mutex<HashMap<UnitId, watch::Sender<i64>>>,
    stopping: OnceLock<Stopping>,
    taking: Buckets<IpAddr>,
}

impl Default for Boards {
    fn default() -> Self {
        Self {
            changes: Mutex::default(),
            stopping: OnceLock::new(),
            taking: Buckets::new(TAKING),
        }
    }
}

impl Boards {
    /// Ends every stream when the node begins to stop.
    pub(crate) fn heed(&self, stopping: Stopping) {
        // Set once for a node; a test may build its router twice around the same state.
        let _ = self.stopping.set(stopping);
    }

    /// Whether an address may take another number now.
    pub(crate) fn may_take(&self, address: IpAddr) -> bool {
        self.taking.take(network(address), Instant::now()).is_ok()
    }

    fn is_stopping(&self) -> bool {
        self.stopping.get().is_some_and(Stopping::is_on)
    }

    /// Changes of a queue from now on; none when too many listen.
    fn listen(self: &Arc<Self>, app: &App, unit: &UnitId) -> Option<watch::Receiver<i64>> {
        let mut changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        let listening: usize = changes.values().map(watch::Sender::receiver_count).sum();
        if listening >= MOST_STREAMS || self.is_stopping() {
            return None;
        }
        if let Some(sender) = changes.get(unit) {
            return Some(sender.subscribe());
        }
        let (sender, receiver) = watch::channel(0);
        changes.insert(unit.clone(), sender);
        tokio::spawn(look(Arc::clone(self), app.clone(), unit.clone()));
        Some(receiver)
    }

    /// Hands a number of a change on; `false` when nobody listens any more, who then is forgotten.
    fn tell(&self, unit: &UnitId, version: Option<i64>) -> bool {
        let mut changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(sender) = changes.get(unit) else {
            return false;
        };
        if sender.receiver_count() == 0 || self.is_stopping() {
            // Without its sender a stream ends.
            changes.remove(unit);
            return false;
        }
        if let Some(version) = version {
            sender.send_if_modified(|last| std::mem::replace(last, version) != version);
        }
        true
    }
}

/// Looks at one queue as long as somebody listens.
async fn look(boards: Arc<Boards>, app: App, unit: UnitId) {
    let anybody = Actor::Citizen { dossier: None };
    loop {
        let asked = unit.clone();
        let version = app
            .town
            .read("board_version", &anybody, move |tx, cx| {
                board_version(tx, cx, &asked)
            })
            .await;
        // A database that does not answer now is asked again in a second; its failure is logged where it happens.
        if !boards.tell(&unit, version.ok()) {
            return;
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Since which change.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    since: i64,
}

/// The stream of a centre: an event without content for every change since the one that the page shows.
pub async fn events(
    State(app): State<App>,
    visitor: Visitor,
    headers: HeaderMap,
    Path(code): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let unit = match super::centre_of(&app, &code) {
        Ok(unit) => unit,
        Err(error) => return Refusal::of(visitor.lang, &error).page(&visitor.ui(&app)),
    };
    // A stream that broke off goes on behind the last event that arrived.
    let last = headers
        .get("last-event-id")
        .and_then(|value| value.to_str().ok()?.parse::<i64>().ok());
    let since = last.unwrap_or(asked.since);
    let Some(receiver) = app.boards.listen(&app, &unit) else {
        let mut busy = Refusal::of(
            visitor.lang,
            &AppError::Store(townhall_store::StoreError::Overloaded),
        );
        busy.status = StatusCode::SERVICE_UNAVAILABLE;
        return busy.page(&visitor.ui(&app));
    };
    let changes = stream::unfold((receiver, since), |(mut receiver, since)| async move {
        loop {
            let version = *receiver.borrow_and_update();
            if version > since {
                let event = Event::default().id(version.to_string()).data("changed");
                return Some((Ok::<_, Infallible>(event), (receiver, version)));
            }
            receiver.changed().await.ok()?;
        }
    });
    Sse::new(changes)
        .keep_alive(KeepAlive::new().interval(SILENCE))
        .into_response()
}

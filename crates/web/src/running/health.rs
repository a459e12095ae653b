//! For machines that watch the node: is it alive, may it be sent work, and its figures.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use townhall_app::clock::real_now;
use townhall_app::metrics::{self, gauge};
use townhall_domain::message::{MessageState, Way};
use townhall_store::{StoreError, dialect, jobs, log, messages, node, portal};

use super::Running;
use crate::visitor::Visitor;

/// A node that cannot answer in this time is not ready.
const PATIENCE: Duration = Duration::from_secs(3);
/// An answer of `/readyz` holds for so long: it writes, and anybody may ask.
const FRESH: Duration = Duration::from_secs(1);

/// What `/readyz` found when it last looked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Probe {
    at: Instant,
    reads: bool,
    writes: bool,
    papers: bool,
}

pub(super) fn routes(running: &Arc<Running>) -> Router {
    Router::new()
        .route("/healthz", get(alive))
        .route("/readyz", get(ready))
        .route("/metrics", get(figures))
        .with_state(Arc::clone(running))
}

/// The process answers; nothing else is asked, so that a database that is away does not get the node killed.
async fn alive() -> impl IntoResponse {
    ([(CACHE_CONTROL, "no-store")], "ok\n")
}

/// The database reads and writes, and the node does not stop.
///
/// Whether the papers' files can be reached is told and does not count: all nodes of a province share that store, most
/// work needs no file, and a proxy that sends nobody here would stop all of it.
async fn ready(State(running): State<Arc<Running>>) -> Response {
    let probe = probe(&running).await;
    let stopping = running.stopping.is_on();
    let is_ready = probe.reads && probe.writes && !stopping;
    let word = |fine: bool| if fine { "ok" } else { "failed" };
    let body = format!(
        "{{\"ready\":{is_ready},\"database_reads\":\"{}\",\"database_writes\":\"{}\",\"papers\":\"{}\",\"stopping\":{stopping}}}\n",
        word(probe.reads),
        word(probe.writes),
        word(probe.papers)
    );
    let status = if is_ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")];
    (status, headers, body).into_response()
}

async fn probe(running: &Running) -> Probe {
    let mut last = running.last_probe.lock().await;
    if let Some(probe) = last.filter(|probe| probe.at.elapsed() < FRESH) {
        return probe;
    }
    let db = running.app.town.db();
    let reads = db.read("probe", |tx| node::get(tx, node::SEEN_AT_MS));
    let now = real_now().as_millisecond().to_string();
    let writes = db.write("probe", move |tx| node::set(tx, node::SEEN_AT_MS, &now));
    let files = running.app.town.files().clone();
    let papers = tokio::task::spawn_blocking(move || files.look());
    let (reads, writes, papers) = tokio::join!(
        tokio::time::timeout(PATIENCE, reads),
        tokio::time::timeout(PATIENCE, writes),
        tokio::time::timeout(PATIENCE, papers)
    );
    if let Ok(Ok(Err(error))) = &papers {
        tracing::error!(%error, "the store of papers does not answer the probe");
    }
    for error in [
        reads.as_ref().ok().and_then(|r| r.as_ref().err()),
        writes.as_ref().ok().and_then(|w| w.as_ref().err()),
    ]
    .into_iter()
    .flatten()
    {
        tracing::error!(%error, "the database does not answer the probe");
    }
    let probe = Probe {
        at: Instant::now(),
        reads: matches!(reads, Ok(Ok(_))),
        writes: matches!(writes, Ok(Ok(()))),
        papers: matches!(papers, Ok(Ok(Ok(())))),
    };
    *last = Some(probe);
    probe
}

/// The figures, for whoever the configuration names.
async fn figures(State(running): State<Arc<Running>>, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    if !may_read(&running, &mut parts).await {
        return StatusCode::NOT_FOUND.into_response();
    }
    let mut out = metrics::text();
    let papers = probe(&running).await.papers;
    gauge(
        &mut out,
        "townhall_papers_reachable",
        "Whether the store of the papers' files answers and takes us.",
        &[(&[], f64::from(u8::from(papers)))],
    );
    write_gauges(&running, &mut out).await;
    let headers = [
        (CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
    ];
    (headers, out).into_response()
}

/// A proxy on this very machine that is not named as one must not open the figures to the world.
async fn may_read(running: &Running, parts: &mut axum::http::request::Parts) -> bool {
    let Ok(visitor) = Visitor::from_request_parts(parts, &running.app).await;
    let peer = parts
        .extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map(|peer| peer.0.ip());
    let is_named = peer.is_some_and(|peer| running.app.site.trusted_proxies.contains(&peer));
    let is_forwarded = |headers: &HeaderMap| {
        ["x-forwarded-for", "forwarded", "x-real-ip"]
            .iter()
            .any(|name| headers.contains_key(*name))
    };
    running
        .rules
        .metrics_from
        .contains(&visitor.address.to_canonical())
        && (is_named || !is_forwarded(&parts.headers))
}

async fn write_gauges(running: &Running, out: &mut String) {
    let town = &running.app.town;
    let (writes, reads) = town.db().load();
    #[expect(
        clippy::cast_precision_loss,
        reason = "figures for people: no count comes near 2^52"
    )]
    let number = |value: usize| value as f64;
    gauge(
        out,
        "townhall_db_waiting",
        "Commands and queries that wait for the database or run.",
        &[
            (&[("kind", "write")], number(writes)),
            (&[("kind", "read")], number(reads)),
        ],
    );
    #[expect(clippy::cast_precision_loss, reason = "as above")]
    let seconds = town.clock().shift() as f64 / 1000.0;
    gauge(
        out,
        "townhall_clock_shift_seconds",
        "Business time minus real time.",
        &[(&[], seconds)],
    );
    if let Some(bytes) = resident_bytes() {
        gauge(
            out,
            "process_resident_memory_bytes",
            "Memory that the program holds.",
            &[(&[], number(bytes))],
        );
    }
    let business_now = town.clock().now();
    let found = town
        .db()
        .read("figures", move |tx| {
            let lag =
                log::oldest_waiting(tx)?.map_or(0, |at| business_now.as_millisecond() - at.as_millisecond());
            Ok::<_, StoreError>((
                log::waiting(tx)?,
                lag,
                dialect::database_bytes(tx)?,
                jobs::counts(tx)?,
                messages::counts(tx)?,
                portal::waiting_count(tx)?,
            ))
        })
        .await;
    match found {
        Ok((waiting, lag_ms, bytes, (jobs_waiting, gave_up), told, (to_tell, refused))) => {
            outside(out, &told, to_tell, refused);
            #[expect(clippy::cast_precision_loss, reason = "as above")]
            let [waiting, lag, bytes, jobs_waiting, gave_up] = [
                waiting as f64,
                lag_ms.max(0) as f64 / 1000.0,
                bytes as f64,
                jobs_waiting as f64,
                gave_up as f64,
            ];
            gauge(
                out,
                "townhall_jobs",
                "Background jobs that wait for their time or gave up.",
                &[
                    (&[("state", "waiting")], jobs_waiting),
                    (&[("state", "gave_up")], gave_up),
                ],
            );
            gauge(
                out,
                "townhall_log_waiting_facts",
                "Facts that have no place in the transparency log yet.",
                &[(&[], waiting)],
            );
            gauge(
                out,
                "townhall_log_lag_seconds",
                "Age of the oldest fact without a place in the log.",
                &[(&[], lag)],
            );
            gauge(out, "townhall_db_bytes", "Size of the database.", &[(&[], bytes)]);
        }
        Err(error) => {
            tracing::warn!(%error, "the figures of the database could not be read");
            let _ = writeln!(out, "# the database did not answer");
        }
    }
}

/// What waits to go outside, and what could not.
#[expect(
    clippy::cast_precision_loss,
    reason = "figures for people: no count comes near 2^52"
)]
fn outside(out: &mut String, told: &[(Way, MessageState, u64)], to_tell: u64, refused: u64) {
    let count = |way: Way, state: MessageState| {
        let found = told.iter().find(|(w, s, _)| (*w, *s) == (way, state));
        found.map_or(0.0, |(_, _, count)| *count as f64)
    };
    let mut lines: Vec<([(&str, &str); 2], f64)> = Vec::new();
    for way in Way::ALL {
        for state in [MessageState::Waiting, MessageState::Failed] {
            lines.push((
                [("way", way.as_str()), ("state", state.as_str())],
                count(*way, state),
            ));
        }
    }
    let lines: Vec<(&[(&str, &str)], f64)> = lines
        .iter()
        .map(|(labels, value)| (labels.as_slice(), *value))
        .collect();
    gauge(
        out,
        "townhall_messages",
        "Messages to citizens that wait or could not be sent.",
        &lines,
    );
    gauge(
        out,
        "townhall_portal_states",
        "States that the portal has not confirmed.",
        &[
            (&[("status", "waiting")], to_tell as f64),
            (&[("status", "refused")], refused as f64),
        ],
    );
}

/// Resident memory, where the system tells it; pages of 4 KiB on every machine that we know of.
fn resident_bytes() -> Option<usize> {
    let text = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: usize = text.split_whitespace().nth(1)?.parse().ok()?;
    Some(pages * 4096)
}

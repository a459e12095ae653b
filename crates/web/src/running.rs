//! What stands around the pages while a node serves: request ids, logs, figures, limits, health.
//!
//! [`crate::router`] is the site itself; [`around`] puts this around it, from the inside out: limits of public
//! pages, size, time, and the watch that gives every request its id, its line in the log and its place in the
//! figures.

mod drain;
mod health;
mod limit;
mod watch;

use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::Method;
use tower_http::limit::RequestBodyLimitLayer;

pub use limit::Rate;
pub(crate) use limit::{Buckets, network};

use crate::routes::Need;
use crate::state::App;

/// How a node is run.
#[derive(Debug, Clone)]
pub struct Rules {
    /// An answer takes at most so long; then the person is told, and what was begun still ends.
    pub request_time: Duration,
    /// No body is larger, whatever the route.
    pub largest_body_bytes: usize,
    /// How often one address may come to public pages.
    pub public_rate: Rate,
    /// Addresses that may read `/metrics`.
    pub metrics_from: Vec<IpAddr>,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            request_time: Duration::from_mins(2),
            largest_body_bytes: 64 * 1024 * 1024,
            public_rate: Rate {
                per_second: 10,
                burst: 300,
            },
            metrics_from: vec![IpAddr::from([127, 0, 0, 1]), std::net::Ipv6Addr::LOCALHOST.into()],
        }
    }
}

/// Tells `/readyz` that the node is about to stop, so that a proxy sends people elsewhere.
#[derive(Debug, Clone, Default)]
pub struct Stopping(Arc<AtomicBool>);

impl Stopping {
    /// The node stops from now on.
    pub fn begin(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it stops.
    pub fn is_on(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What the layers share.
#[derive(Debug)]
struct Running {
    app: App,
    rules: Rules,
    stopping: Stopping,
    limits: limit::Buckets<IpAddr>,
    public: HashSet<(Method, &'static str)>,
    last_probe: tokio::sync::Mutex<Option<health::Probe>>,
}

/// The whole server: the site with everything that stands around it while it serves.
pub fn around(app: App, rules: Rules, stopping: Stopping) -> Router {
    let public = crate::routes(&app)
        .table()
        .iter()
        .filter(|entry| entry.need == Need::Public)
        .map(|entry| (entry.method.clone(), entry.path))
        .collect();
    let is_tls = app.site.is_tls;
    let largest_body_bytes = rules.largest_body_bytes;
    // Streams never end by themselves; when the node stops they must not keep it.
    app.boards.heed(stopping.clone());
    let running = Arc::new(Running {
        limits: limit::Buckets::new(rules.public_rate),
        app: app.clone(),
        rules,
        stopping,
        public,
        last_probe: tokio::sync::Mutex::new(None),
    });
    let layer = |state: &Arc<Running>| Arc::clone(state);
    crate::router(app)
        .layer(axum::middleware::from_fn_with_state(
            layer(&running),
            limit::stand_before,
        ))
        .merge(health::routes(&running))
        .layer(RequestBodyLimitLayer::new(largest_body_bytes))
        .layer(axum::middleware::from_fn(move |request, next| {
            drain::hear_out(largest_body_bytes, request, next)
        }))
        .layer(axum::middleware::from_fn_with_state(
            layer(&running),
            watch::stand_around,
        ))
        .layer(axum::middleware::from_fn(crate::api::problem::put_into_words))
        // Once more around everything, for the answers that come from these layers themselves.
        .layer(axum::middleware::from_fn(move |request, next| {
            crate::headers::add(is_tls, request, next)
        }))
}

//! How often one address may come to public pages: a bucket of tokens for each, filled as time passes.
//!
//! A whole village may stand behind one address, so the bucket is large; it stops programs, not people. What must
//! be guarded against guessing (passwords, dossier codes) has limits of its own beside it.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use townhall_app::metrics;

use super::Running;
use crate::refusal::Refusal;
use crate::visitor::Visitor;

/// So many addresses are remembered; when there are more, those that have been quiet are forgotten.
const ADDRESSES: usize = 50_000;

/// How fast a bucket fills and how much it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Tokens that come in a second; 0 switches the limit off.
    pub per_second: u32,
    /// Tokens that a full bucket holds.
    pub burst: u32,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    tokens: f64,
    filled_at: Instant,
}

/// The buckets of all addresses, or of whatever else is limited.
#[derive(Debug)]
pub(crate) struct Buckets<K> {
    rate: Rate,
    buckets: Mutex<HashMap<K, Bucket>>,
}

impl<K: Eq + Hash> Buckets<K> {
    pub(crate) fn new(rate: Rate) -> Self {
        Self {
            rate,
            buckets: Mutex::default(),
        }
    }

    /// Takes a token; the seconds to wait when there is none.
    pub(crate) fn take(&self, who: K, now: Instant) -> Result<(), u64> {
        if self.rate.per_second == 0 {
            return Ok(());
        }
        let (speed, full) = (f64::from(self.rate.per_second), f64::from(self.rate.burst.max(1)));
        let level = |bucket: &Bucket| {
            let passed = now.saturating_duration_since(bucket.filled_at).as_secs_f64();
            (bucket.tokens + passed * speed).min(full)
        };
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= ADDRESSES {
            buckets.retain(|_, bucket| level(bucket) < full);
        }
        let bucket = buckets.entry(who).or_insert(Bucket {
            tokens: full,
            filled_at: now,
        });
        let tokens = level(bucket);
        bucket.filled_at = now;
        if tokens >= 1.0 {
            bucket.tokens = tokens - 1.0;
            Ok(())
        } else {
            bucket.tokens = tokens;
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "less than one token is missing, so this is a small positive number"
            )]
            Err(((1.0 - tokens) / speed).ceil() as u64)
        }
    }
}

/// One subscriber of IPv6 has at least a network of 64 bits: that is what counts as one address.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6((u128::from(address) & (u128::MAX << 64)).into()),
    }
}

/// Stands before the routes and refuses whoever comes to public ones too often.
pub(super) async fn stand_before(
    State(running): State<Arc<Running>>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    let method = match *request.method() {
        Method::HEAD => &Method::GET,
        ref method => method,
    };
    let is_public = path.is_some_and(|path| {
        running
            .public
            .iter()
            .any(|(public, at)| public == method && *at == path)
    });
    if !is_public {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let Ok(visitor) = Visitor::from_request_parts(&mut parts, &running.app).await;
    match running.limits.take(network(visitor.address), Instant::now()) {
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
        Err(seconds) => {
            metrics::count(&metrics::LIMITED, &[]);
            let mut response = Refusal::too_many(visitor.lang).page(&visitor.ui(&running.app));
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from(seconds.max(1)));
            response
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn who_comes_too_often_waits_and_others_do_not() {
        let buckets = Buckets::new(Rate {
            per_second: 2,
            burst: 3,
        });
        let (one, other): (IpAddr, IpAddr) = ([203, 0, 113, 5].into(), [203, 0, 113, 6].into());
        let start = Instant::now();
        for _ in 0..3 {
            assert_eq!(buckets.take(one, start), Ok(()));
        }
        assert_eq!(buckets.take(one, start), Err(1));
        assert_eq!(buckets.take(other, start), Ok(()));
        assert_eq!(buckets.take(one, start + Duration::from_millis(500)), Ok(()));
        assert!(buckets.take(one, start + Duration::from_millis(500)).is_err());
    }

    #[test]
    fn a_network_of_one_subscriber_counts_as_one_address() {
        let address = |text: &str| text.parse::<IpAddr>().expect("an address");
        assert_eq!(
            network(address("2001:db8::1:2")),
            network(address("2001:db8::ffff:1"))
        );
        assert_ne!(
            network(address("2001:db8:0:1::1")),
            network(address("2001:db8::1"))
        );
        assert_eq!(network(address("::ffff:1.2.3.4")), address("1.2.3.4"));
    }
}

//! Hearing a request out before it is answered.
//!
//! A body that is too large, or that nobody wanted, is refused before it has come in. Were the connection closed then,
//! many clients would find it broken while they still write, and would never read why. So what is left is read and
//! thrown away, within limits.

use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes, HttpBody};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use futures_util::stream::{self, Stream, StreamExt};

/// How long somebody may take for what is thrown away.
const MOST_TIME: Duration = Duration::from_secs(20);

/// A body that its reader may leave half read.
#[derive(Clone)]
struct Shared(Arc<Mutex<Option<BodyDataStream>>>);

impl Shared {
    fn next(&self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, axum::Error>>> {
        let mut body = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(left) = body.as_mut() else {
            return Poll::Ready(None);
        };
        let next = left.poll_next_unpin(cx);
        if matches!(next, Poll::Ready(None | Some(Err(_)))) {
            *body = None;
        }
        next
    }

    fn stream(self) -> impl Stream<Item = Result<Bytes, axum::Error>> {
        stream::poll_fn(move |cx| self.next(cx))
    }
}

/// Answers, after at most `most` bytes that were not wanted have been read.
pub(super) async fn hear_out(most: usize, request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let left = Shared(Arc::new(Mutex::new(Some(body.into_data_stream()))));
    let whole = Request::from_parts(parts, Body::from_stream(left.clone().stream()));
    let answer = next.run(whole).await;
    let throw_away = async {
        let (mut unwanted, mut read) = (std::pin::pin!(left.stream()), 0);
        while let Some(Ok(bytes)) = unwanted.next().await {
            read += bytes.len();
            if read > most {
                break;
            }
        }
    };
    // Whoever is too slow finds the connection closed, as everybody did before.
    let _ = tokio::time::timeout(MOST_TIME, throw_away).await;
    answer
}

//! The server's loop: connections in, with or without TLS, and an orderly end.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;
use townhall_web::running::Stopping;

/// The head of a request, and the handshake before it, must come in this time: nobody holds connections for nothing.
const HEAD_TIME: Duration = Duration::from_secs(20);
/// Connections at a time; others wait to be accepted.
const CONNECTIONS: usize = 8_192;

/// Reads certificate chain and key.
///
/// # Errors
/// When one of the files is not what it should be, or they do not belong together.
pub(super) fn tls(certificate: &Path, key: &Path) -> Result<TlsAcceptor> {
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect)
        .with_context(|| format!("{} is no certificate chain in PEM", certificate.display()))?;
    let secret =
        PrivateKeyDer::from_pem_file(key).with_context(|| format!("{} is no key in PEM", key.display()))?;
    let config =
        rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .context("TLS")?
            .with_no_client_auth()
            .with_single_cert(chain, secret)
            .context("certificate and key do not belong together")?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Serves until `asked_to_stop` comes; then takes no new connections and lets requests under way end.
pub(super) async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    asked_to_stop: impl Future<Output = &'static str>,
    stopping: &Stopping,
    stop_time: Duration,
) {
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let mut asked_to_stop = std::pin::pin!(asked_to_stop);
    loop {
        let accepted = tokio::select! {
            signal = &mut asked_to_stop => {
                tracing::info!(signal, "asked to stop; requests under way may end");
                break;
            }
            accepted = accept(&listener, &places) => accepted,
        };
        let Some((stream, peer, place)) = accepted else {
            continue;
        };
        let (router, tls, watcher) = (router.clone(), tls.clone(), graceful.watcher());
        tokio::spawn(async move {
            let _place = place;
            match tls {
                None => talk(stream, peer, router, watcher).await,
                Some(tls) => match tokio::time::timeout(HEAD_TIME, tls.accept(stream)).await {
                    Ok(Ok(stream)) => talk(stream, peer, router, watcher).await,
                    // Scanners and plain HTTP at the wrong door: nothing to act on.
                    Ok(Err(error)) => tracing::debug!(%error, "no TLS handshake"),
                    Err(_) => tracing::debug!("no TLS handshake in time"),
                },
            }
        });
    }
    stopping.begin();
    drop(listener);
    if tokio::time::timeout(stop_time, graceful.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("some requests did not end in time and are broken off");
    }
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => {
            // Answers are small and written whole; waiting to fill a packet would only delay them.
            let _ = stream.set_nodelay(true);
            Some((stream, peer, place))
        }
        Err(error) => {
            // No file handles left, mostly: a short rest lets connections end.
            tracing::warn!(%error, "a connection could not be accepted");
            tokio::time::sleep(Duration::from_millis(50)).await;
            None
        }
    }
}

async fn talk<S>(stream: S, peer: SocketAddr, router: Router, watcher: Watcher)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let answer = service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request.map(Body::new))
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .serve_connection(TokioIo::new(stream), answer);
    if let Err(error) = watcher.watch(connection).await {
        // People close their browsers in the middle of an answer.
        tracing::debug!(%error, "a connection ended early");
    }
}

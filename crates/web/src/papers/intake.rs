//! Files on their way in: streamed to the file store, then looked at by a child process, a few at a time.

use std::future::poll_fn;
use std::pin::Pin;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::multipart::{Field, MultipartError};
use axum::http::StatusCode;
use tokio::sync::{Semaphore, mpsc};
use townhall_app::paper::{FileProblem, Inspector, MOST_BYTES, TakeError, Taken};
use townhall_app::town::Town;
use townhall_store::StoreError;
use townhall_store::files::Incoming;

/// How many children look at files at once: each may take 1.5 GB and a whole processor for some seconds.
const CHILDREN: usize = 2;

/// Takes files from outside.
#[derive(Debug)]
pub struct Intake {
    inspector: Option<Inspector>,
    children: Semaphore,
}

impl Default for Intake {
    /// Children run the running program itself.
    fn default() -> Self {
        Self {
            inspector: Inspector::own().ok(),
            children: Semaphore::new(CHILDREN),
        }
    }
}

impl Intake {
    /// Children run the inspector's program.
    pub fn new(inspector: Inspector) -> Self {
        Self {
            inspector: Some(inspector),
            children: Semaphore::new(CHILDREN),
        }
    }

    /// Takes one file of a form as it comes over the line; when the line breaks, nothing of it stays.
    ///
    /// # Errors
    /// As [`Inspector::take`]; [`TakeError::BrokenOff`].
    pub async fn take_field(&self, town: &Town, name: &str, field: Field<'_>) -> Result<Taken, TakeError> {
        let incoming = stream(town, Source::Field(Box::new(field))).await?;
        self.take(town, name, incoming).await
    }

    /// Takes the body of a request, which is one file, as it comes over the line.
    ///
    /// # Errors
    /// As [`Self::take_field`].
    pub async fn take_body(&self, town: &Town, name: &str, body: Body) -> Result<Taken, TakeError> {
        let incoming = stream(town, Source::Body(body)).await?;
        self.take(town, name, incoming).await
    }

    /// Looks at a file that is here as a whole, and keeps it when it can be kept.
    ///
    /// # Errors
    /// As [`Inspector::take`].
    pub async fn take(&self, town: &Town, name: &str, incoming: Incoming) -> Result<Taken, TakeError> {
        let inspector = self.inspector.clone().ok_or(StoreError::Stopped)?;
        let _child = self.children.acquire().await.map_err(|_| StoreError::Stopped)?;
        let (files, name, at) = (town.files().clone(), name.to_owned(), town.clock().now());
        tokio::task::spawn_blocking(move || inspector.take(&files, incoming, &name, at))
            .await
            .map_err(|_| StoreError::Panicked)?
    }
}

/// Where the pieces of a file come from.
enum Source<'f> {
    Field(Box<Field<'f>>),
    Body(Body),
}

impl Source<'_> {
    async fn next(&mut self) -> Result<Option<Bytes>, TakeError> {
        match self {
            Self::Field(field) => field.chunk().await.map_err(|error| problem_of(&error)),
            Self::Body(body) => loop {
                let frame = poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx)).await;
                match frame {
                    None => break Ok(None),
                    Some(Err(_)) => break Err(TakeError::BrokenOff),
                    Some(Ok(frame)) => {
                        if let Ok(bytes) = frame.into_data() {
                            break Ok(Some(bytes));
                        }
                    }
                }
            },
        }
    }
}

enum Piece {
    Bytes(Bytes),
    End,
}

/// Writes the pieces on a thread of their own; without the end mark, as when the client is gone, nothing stays.
async fn stream(town: &Town, mut source: Source<'_>) -> Result<Incoming, TakeError> {
    let (send, mut receive) = mpsc::channel::<Piece>(4);
    let files = town.files().clone();
    let writer = tokio::task::spawn_blocking(move || {
        let mut incoming = files.begin()?;
        while let Some(piece) = receive.blocking_recv() {
            match piece {
                Piece::End => return Ok(incoming),
                Piece::Bytes(bytes) => incoming.write(&bytes)?,
            }
            if incoming.bytes() > MOST_BYTES {
                return Err(TakeError::from(FileProblem::TooLarge));
            }
        }
        Err(TakeError::BrokenOff)
    });
    let mut broken = None;
    loop {
        let piece = match source.next().await {
            Ok(Some(bytes)) => Piece::Bytes(bytes),
            Ok(None) => Piece::End,
            Err(error) => {
                broken = Some(error);
                break;
            }
        };
        let is_end = matches!(piece, Piece::End);
        // The writer has given up: its answer says why.
        if send.send(piece).await.is_err() || is_end {
            break;
        }
    }
    drop(send);
    let written = writer.await.map_err(|_| StoreError::Panicked)?;
    match (broken, written) {
        (Some(error), Err(TakeError::BrokenOff)) => Err(error),
        (_, written) => written,
    }
}

/// The whole form was too large, or the line broke.
pub(super) fn problem_of(error: &MultipartError) -> TakeError {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        FileProblem::TooLarge.into()
    } else {
        TakeError::BrokenOff
    }
}

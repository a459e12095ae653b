//! What is timed: two commands and two queries, as the pages and the API run them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Result, anyhow, bail};
use townhall_app::cx::Cx;
use townhall_app::dossier::{TransferDossier, dossier_list, dossier_view, receive_dossier, transfer_dossier};
use townhall_app::error::AppError;
use townhall_domain::ids::DossierId;
use townhall_store::Tx;
use townhall_store::dossiers::Filter;

use crate::node::Node;
use crate::stopwatch::{self, Measured};

/// Rows of a page.
const PAGE: usize = 50;

/// What is timed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// A dossier is received and accepted: party, number, slip, deadline, steps, search words, fact.
    Receive,
    /// An accepted dossier is handed over to the division.
    Advance,
    /// All that the page of a dossier shows.
    Get,
    /// Fifty rows of the commune's list.
    List,
}

impl Operation {
    /// In this order: receiving makes what is handed over.
    pub const ALL: [Self; 4] = [Self::Receive, Self::Advance, Self::Get, Self::List];

    /// For tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Receive => "receive",
            Self::Advance => "advance",
            Self::Get => "get",
            Self::List => "list of 50",
        }
    }

    /// Whether it changes anything.
    pub fn is_command(self) -> bool {
        matches!(self, Self::Receive | Self::Advance)
    }

    /// Runs it once on a dossier: a new one to receive, an accepted one to hand over, any to look at.
    ///
    /// # Errors
    /// Those of the command or query.
    pub fn run(self, tx: &mut Tx<'_>, cx: &Cx, node: &Node, id: DossierId) -> Result<(), AppError> {
        match self {
            Self::Receive => receive_dossier(tx, cx, &node.reception(id)).map(|_| ()),
            Self::Advance => {
                let command = TransferDossier {
                    dossier: id,
                    version: node.accepted_version(),
                    note: None,
                };
                transfer_dossier(tx, cx, &command)
            }
            Self::Get => dossier_view(tx, cx, id).map(|_| ()),
            Self::List => {
                let filter = Filter {
                    units: vec![node.unit().clone()],
                    ..Filter::default()
                };
                dossier_list(tx, cx, &filter, PAGE).map(|_| ())
            }
        }
    }
}

/// Times an operation with so many callers.
///
/// # Errors
/// When one is refused.
pub fn measure(node: &Arc<Node>, operation: Operation, callers: usize, time: Duration) -> Result<Measured> {
    if operation == Operation::Advance {
        supply(node, usize::try_from(time.as_secs())? * 3000)?;
    }
    let known = node.accepted();
    if known.is_empty() && !operation.is_command() {
        bail!("handing over has taken every dossier, so none is left to look at: begin with more of them");
    }
    let (known, next) = (Arc::new(known), Arc::new(AtomicUsize::new(0)));
    stopwatch::run_tasks(callers, time, || {
        let (node, known, next) = (Arc::clone(node), Arc::clone(&known), Arc::clone(&next));
        move || {
            let (node, known, next) = (Arc::clone(&node), Arc::clone(&known), Arc::clone(&next));
            async move {
                let id = match operation {
                    Operation::Receive => node.town().cx(node.receptionist()).new_id::<DossierId>(),
                    Operation::Advance => match node.take_accepted() {
                        Some(id) => id,
                        None => return Ok(None),
                    },
                    Operation::Get | Operation::List => {
                        looked_at(&known, next.fetch_add(1, Ordering::Relaxed))
                    }
                };
                once(&node, operation, id).await?;
                Ok(Some(1))
            }
        }
    })
}

/// The dossier that the so manieth look is at: ours and the bare database look at the same ones in the same order,
/// and never at neighbours, which would lie on one page of the database.
pub fn looked_at(known: &[DossierId], turn: usize) -> DossierId {
    known[turn * 7919 % known.len()]
}

async fn once(node: &Arc<Node>, operation: Operation, id: DossierId) -> Result<()> {
    let (actor, shared) = (node.receptionist(), Arc::clone(node));
    let name = operation.name();
    let run = move |tx: &mut Tx<'_>, cx: &Cx| operation.run(tx, cx, &shared, id);
    let done = if operation.is_command() {
        node.town().write(name, actor, run).await
    } else {
        node.town().read(name, actor, run).await
    };
    done.map_err(|error| anyhow!("{name}: {error:?}"))?;
    if operation == Operation::Receive {
        node.note_accepted(&[id]);
    }
    Ok(())
}

/// Receives dossiers until so many wait to be handed over.
///
/// # Errors
/// When one is refused.
pub fn supply(node: &Arc<Node>, wanted: usize) -> Result<()> {
    while node.accepted().len() < wanted {
        stopwatch::run_tasks(64, Duration::from_secs(1), || {
            let node = Arc::clone(node);
            move || {
                let node = Arc::clone(&node);
                async move {
                    let id = node.town().cx(node.receptionist()).new_id::<DossierId>();
                    once(&node, Operation::Receive, id).await.map(|()| Some(1))
                }
            }
        })?;
    }
    Ok(())
}

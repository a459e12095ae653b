//! `townhall log begin`: the next transparency log, when the key of the present one is lost or the database was put
//! back to an earlier state.

use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use townhall_app::log::begin_next;
use townhall_store::{Db, log};

use crate::node::{self, Place};
use crate::options::NodeArgs;
use crate::serve::host_of;

/// What can be done about the log.
#[derive(Debug, Clone, Subcommand)]
pub enum LogCommand {
    /// Begin a new log that names the old one, its size and its root
    Begin(BeginArgs),
}

/// The next log.
#[derive(Debug, Clone, Args)]
pub struct BeginArgs {
    #[command(flatten)]
    node: NodeArgs,
}

/// Begins the next log; the node must not be serving.
///
/// # Errors
/// When the database or the key file cannot be written.
pub fn run(command: &LogCommand) -> Result<()> {
    let LogCommand::Begin(args) = command;
    let (config, data) = args.node.config_and_data()?;
    let database = config.database(&data);
    node::must_be_there(&database)?;
    let place = Place::of(&data);
    place.make()?;
    let db = Db::open(&database).context("the database cannot be opened")?;
    let before = db.read_blocking("log_before", log::current_epoch)?;
    let kept = before
        .as_ref()
        .and_then(|epoch| epoch.origin.rsplit_once("/log/"))
        .map(|(address, _)| address);
    let address = config
        .base
        .as_deref()
        .map(host_of)
        .or(kept)
        .context("say the public address: `base` in the configuration")?;
    let epoch = begin_next(&db, &place.keys, address).context("the new log could not be begun")?;
    match &epoch.previous {
        Some(previous) => println!(
            "the new log {} follows {} with {} entries",
            epoch.origin, previous.origin, previous.size
        ),
        None => println!("the log {} has begun", epoch.origin),
    }
    Ok(())
}

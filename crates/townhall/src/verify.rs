//! `townhall verify`: whether everything that is stored is what the program has written.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use townhall_app::log::{find, kept_checkpoints, key_amiss};
use townhall_app::verify::{Finding, verify};
use townhall_store::Db;

use crate::node::{self, Place};
use crate::options::NodeArgs;

/// Verifies a node; it may serve meanwhile.
#[derive(Debug, Clone, Args)]
pub struct VerifyArgs {
    #[command(flatten)]
    node: NodeArgs,
    /// A checkpoint kept elsewhere, which today's log must extend
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
}

/// Verifies and prints a summary, or everything that is wrong.
///
/// # Errors
/// When something is wrong, or the database cannot be read.
pub fn run(args: &VerifyArgs) -> Result<()> {
    let config = args.node.config()?;
    if config.data.is_none() && config.database_url.is_none() {
        bail!("say what to verify: --data DIR, or --database-url URL, or both");
    }
    let database = config.database(config.data.as_deref().unwrap_or(Path::new("")));
    node::must_be_there(&database)?;
    // Read before the database is, so that a log that is being written is not behind them.
    let mut checkpoints = config
        .data
        .as_deref()
        .map_or_else(Vec::new, |data| kept_checkpoints(&Place::of(data).keys));
    if let Some(file) = &args.checkpoint {
        let kept =
            std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        checkpoints.push(kept);
    }
    if checkpoints.is_empty() {
        println!(
            "no checkpoint was given or is kept beside the keys, so an end that was cut off is not noticed \
             (--checkpoint FILE)"
        );
    }
    let db = Db::open_to_look(&database).context("the database cannot be opened")?;
    // Papers lie in the data directory or in a bucket; without either only the database can be looked at, and that is
    // said.
    let place = Place::of(config.data.as_deref().unwrap_or(Path::new("")));
    let files = node::files_to_look(&place, config.papers.as_ref())?;
    let report = verify(&db, &files, checkpoints);
    let mut report = report.context("the database could not be read to its end")?;
    if let Some(data) = &config.data {
        let newest = db.read_blocking("newest_log", |tx| find(tx, None))?;
        let amiss = newest.and_then(|epoch| key_amiss(&Place::of(data).keys, &epoch));
        report
            .findings
            .extend(amiss.map(|what| Finding { check: "keys", what }));
    }
    if config.data.is_none() && !files.is_remote() {
        report.findings.retain(|finding| finding.check != "files");
        println!("papers were not looked at: they lie in a data directory (--data DIR)");
    }
    println!("{report}");
    match report.findings.len() {
        0 if report.facts == 0 && report.entries == 0 => {
            bail!("nothing was ever written here, so there is nothing to verify: is it the right place?")
        }
        0 => Ok(()),
        1 => bail!("1 finding"),
        many => bail!("{many} findings"),
    }
}

//! `townhall files move`: all papers from the data directory into the bucket of the configuration, or back.
//!
//! It copies, and removes nothing. It may run while the node serves and again afterwards: what is there already is
//! left out. Then the configuration is switched, and the old home is emptied by hand.

use std::collections::BTreeSet;
use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand, ValueEnum};
use townhall_store::files::Files;
use townhall_store::{Db, StoreError};

use crate::backup::{let_sweeping_go_on, pause_sweeping};
use crate::node::{self, Place};
use crate::options::NodeArgs;

/// Papers on their way at once: most of the time of each is waiting.
const AT_ONCE: usize = 4;

/// What can be done with files.
#[derive(Debug, Clone, Subcommand)]
pub enum FilesCommand {
    /// Copy all papers to another home; what is there already is left out
    Move(MoveArgs),
}

/// A home of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum To {
    /// The bucket of the configuration
    Bucket,
    /// The data directory
    Directory,
}

/// From one home to the other.
#[derive(Debug, Clone, Args)]
pub struct MoveArgs {
    /// Where to
    #[arg(long, value_name = "HOME")]
    to: To,
    #[command(flatten)]
    node: NodeArgs,
}

/// Runs the command.
///
/// # Errors
/// When one of the homes does not answer, or a paper is damaged (it is named, and the others are copied).
pub fn run(command: &FilesCommand) -> Result<()> {
    let FilesCommand::Move(args) = command;
    let (config, data) = args.node.config_and_data()?;
    let bucket = config
        .papers
        .as_ref()
        .context("say which bucket: `s3_endpoint` and its neighbours in the configuration")?;
    let database = config.database(&data);
    node::must_be_there(&database)?;
    let place = Place::of(&data);
    place.make()?;
    let db = Db::open(&database).context("the database cannot be opened")?;
    // Also on the way back: papers of another node are nothing to take home.
    let bucket = node::files(&place, Some(bucket), &db, false)?;
    let directory = Files::open(&place.files).context("the directory of files cannot be opened")?;
    let (from, to) = match args.to {
        To::Bucket => (directory, bucket),
        To::Directory => (bucket, directory),
    };
    let holder = format!("move-{}", std::process::id());
    pause_sweeping(&db, &holder)?;
    let moved = copy_all(&from, &to);
    let_sweeping_go_on(&db, &holder)?;
    let moved = moved?;
    println!(
        "{} papers in {}: {} copied now, {} were there before",
        moved.copied + moved.there,
        to.place(),
        moved.copied,
        moved.there
    );
    if !moved.damaged.is_empty() {
        for name in &moved.damaged {
            println!("damaged in {}, not copied: {name}", from.place());
        }
        bail!(
            "{} papers are damaged; `townhall verify` says which rows name them",
            moved.damaged.len()
        );
    }
    let (set, old) = match args.to {
        To::Bucket => ("with the s3_ keys", format!("rm -r {}/??", from.place())),
        To::Directory => (
            "without the s3_ keys",
            format!("everything below {}", from.place()),
        ),
    };
    println!(
        "next: stop the node, run this once more for what came in meanwhile, start it with a configuration {set}, run \
         `townhall verify`, and then empty the old home ({old}): what is erased later would stay there"
    );
    Ok(())
}

/// What became of it.
#[derive(Debug, Default)]
struct Moved {
    copied: usize,
    there: usize,
    damaged: Vec<String>,
}

fn copy_all(from: &Files, to: &Files) -> Result<Moved> {
    let there: BTreeSet<String> = to
        .list()
        .context("the list of the new home")?
        .into_iter()
        .collect();
    let (there, missing): (Vec<String>, Vec<String>) = from
        .list()
        .context("the list of the old home")?
        .into_iter()
        .partition(|name| there.contains(name));
    let (next, done, bar) = (
        AtomicUsize::new(0),
        AtomicUsize::new(0),
        Mutex::new(Bar::default()),
    );
    let work = || -> Result<Moved> {
        let mut moved = Moved::default();
        while let Some(name) = missing.get(next.fetch_add(1, Ordering::Relaxed)) {
            match from.read(name) {
                Ok(bytes) => {
                    to.put(&bytes).with_context(|| format!("the paper {name}"))?;
                    moved.copied += 1;
                }
                Err(StoreError::DamagedFile(_)) => moved.damaged.push(name.clone()),
                // Erased since the list was made.
                Err(StoreError::MissingFile(_)) => {}
                Err(error) => return Err(error).with_context(|| format!("the paper {name}")),
            }
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            bar.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .show(done, missing.len());
        }
        Ok(moved)
    };
    let mut all = Moved {
        there: there.len(),
        ..Moved::default()
    };
    let outcomes = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap_or_else(|_| bail!("a worker panicked")))
            .collect::<Vec<_>>()
    });
    for outcome in outcomes {
        let moved = outcome?;
        all.copied += moved.copied;
        all.damaged.extend(moved.damaged);
    }
    Ok(all)
}

/// How far it is: a line that is written over on a terminal, one for each tenth elsewhere.
#[derive(Debug, Default)]
struct Bar {
    shown_percent: Option<usize>,
}

impl Bar {
    fn show(&mut self, done: usize, total: usize) {
        let percent = (done * 100).checked_div(total).unwrap_or(100);
        let is_terminal = std::io::stderr().is_terminal();
        let step = if is_terminal { 1 } else { 10 };
        if self.shown_percent.is_some_and(|shown| percent < shown + step) && done < total {
            return;
        }
        self.shown_percent = Some(percent);
        let end = if is_terminal && done < total { "" } else { "\n" };
        let begin = if is_terminal { "\r" } else { "" };
        eprint!("{begin}{percent:>3} % ({done} of {total} papers){end}");
        let _ = std::io::stderr().flush();
    }
}

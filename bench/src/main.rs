//! The figures of `docs/PERFORMANCE.md`, by `cargo xtask bench`: ratios of one run, on the machine that runs it.
//!
//! A node is filled with dossiers by the real commands. Then commands and queries are timed in process, beside the
//! bare database that runs the same statements without our code ([`bare`]), and the program itself is asked over
//! HTTP by a load generator ([`program`]). Nothing here is asserted: figures are read, and compared by people.

mod bare;
mod node;
mod program;
mod statements;
mod stopwatch;
mod table;
mod work;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clap::Parser;

use node::{Kind, Node};
use table::Report;
use work::Operation;

/// A row is many small strings; the system's allocator takes longer to make them than `SQLite` to find them (ADR 12).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Callers at once.
const CALLERS: [usize; 3] = [1, 8, 64];

/// Measures Townhall.
#[derive(Debug, Parser)]
pub struct Args {
    /// Dossiers in the node before anything is timed
    #[arg(long, default_value_t = 200_000)]
    dossiers: usize,
    /// Seconds each figure is measured
    #[arg(long, default_value_t = 4)]
    seconds: u64,
    /// Only this part: sqlite, postgres, program (may be given several times)
    #[arg(long, value_name = "PART")]
    only: Vec<String>,
    /// Beside the bare database only this: receive, advance, get, list (may be given several times)
    #[arg(long, value_name = "OPERATION")]
    operation: Vec<String>,
    /// The release build of townhall
    #[arg(long, default_value = "target/release/townhall")]
    binary: PathBuf,
    /// Where nodes are made; a temporary directory when not given
    #[arg(long, value_name = "DIR")]
    scratch: Option<PathBuf>,
    /// Measure nothing: print the statements of each operation with the plan that SQLite has for them
    #[arg(long)]
    statements: bool,
    /// Write the tables into this file, between its two marks
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let temporary;
    let scratch = if let Some(dir) = &args.scratch {
        std::fs::create_dir_all(dir).context("the scratch directory")?;
        dir.clone()
    } else {
        temporary = tempfile::tempdir().context("a temporary directory")?;
        temporary.path().to_path_buf()
    };
    if args.statements {
        return statements::print(&filled(Kind::Sqlite, &scratch, args.dossiers)?);
    }
    let wants = |part: &str| args.only.is_empty() || args.only.iter().any(|only| only == part);
    let mut report = Report::default();
    report.machine(args.dossiers)?;
    if wants("sqlite") || wants("program") {
        let node = filled(Kind::Sqlite, &scratch, args.dossiers)?;
        if wants("sqlite") {
            in_process(&node, &args, &mut report)?;
        }
        if wants("program") {
            program::measure(node, &args, &mut report)?;
        }
    }
    if wants("postgres") {
        let node = filled(Kind::Postgres, &scratch, args.dossiers)?;
        in_process(&node, &args, &mut report)?;
    }
    let text = report.markdown();
    println!("{text}");
    if let Some(file) = &args.write {
        table::put(file, &text)?;
        eprintln!("written to {}", file.display());
    }
    Ok(())
}

fn filled(kind: Kind, scratch: &std::path::Path, dossiers: usize) -> Result<Arc<Node>> {
    let began = Instant::now();
    let node = Node::make(kind, scratch)?;
    node.grow(dossiers, &mut |done| {
        eprint!("\r{}: {done} of {dossiers} dossiers", kind.name());
    })?;
    eprintln!(" in {} s", began.elapsed().as_secs());
    node.learn_version()?;
    Ok(Arc::new(node))
}

fn in_process(node: &Arc<Node>, args: &Args, report: &mut Report) -> Result<()> {
    let time = Duration::from_secs(args.seconds);
    let is_wanted = |operation: &Operation| {
        args.operation.is_empty()
            || args
                .operation
                .iter()
                .any(|name| operation.name().starts_with(name.as_str()))
    };
    for operation in Operation::ALL.into_iter().filter(is_wanted) {
        for callers in CALLERS {
            let ours = work::measure(node, operation, callers, time)?;
            let bare = bare::measure(node, operation, callers, time, &ours)?;
            eprintln!(
                "{} {} {callers}: {:.0}/s, bare {:.0}/s",
                node.kind().name(),
                operation.name(),
                ours.per_second(),
                bare.per_second()
            );
            report.beside(node.kind(), operation, callers, &ours, &bare);
        }
    }
    Ok(())
}

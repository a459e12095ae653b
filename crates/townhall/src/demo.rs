//! `townhall demo`: a directory of the demonstration, made when it is new, and served.

use std::ffi::OsString;
use std::fs;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::Args;
use townhall_app::clock::Clock;
use townhall_app::cx::IdSource;
use townhall_app::demo::{self, DemoAccount};
use townhall_app::town::Town;
use townhall_store::files::Files;
use townhall_store::{Db, DbConfig, StoreError, node as stored};

use crate::logging;
use crate::node::{self, ClockWish, Place};
use crate::options::NodeArgs;
use crate::serve;

/// The unit whose public pages the demonstration shows.
const UNIT: &str = "24682";
/// Who can sign in, for people and for programs that try the demonstration.
const ACCOUNTS: &str = "demo-accounts.json";
/// Marks a demonstration whose making was broken off.
const UNFINISHED: &str = "unfinished";

/// Serves the demonstration.
#[derive(Debug, Clone, Args)]
pub struct DemoArgs {
    /// Directory of the demonstration; made when it is new, gone on with when it is not
    #[arg(long, value_name = "DIR", default_value = "townhall-demo")]
    data: PathBuf,
    /// Address to listen on
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: String,
    /// A directory of packs laid over the built-in ones: what is added here can be worked at once
    #[arg(long, value_name = "DIR")]
    packs: Option<PathBuf>,
    /// Start over: what was done in the demonstration is forgotten
    #[arg(long)]
    fresh: bool,
    /// Business clock: now, or a local time [default: Tuesday 5 August 2025, 07:30, running on]
    #[arg(long, value_name = "WHEN")]
    clock: Option<String>,
    /// Log lines: json or text
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    log: String,
    /// Make the data and end, without serving
    #[arg(long)]
    only_make: bool,
}

/// Makes the demonstration if need be, says who can sign in, and serves it.
///
/// # Errors
/// When the directory holds something else, or cannot be written.
pub fn run(args: &DemoArgs) -> Result<()> {
    let place = Place::of(&args.data);
    let node = NodeArgs {
        data: Some(args.data.clone()),
        ..NodeArgs::default()
    };
    let config = node.config_with([
        ("listen", Some(OsString::from(&args.listen))),
        ("packs", args.packs.clone().map(PathBuf::into_os_string)),
        ("clock", args.clock.clone().map(OsString::from)),
        ("log", Some(OsString::from(&args.log))),
    ])?;
    let database = DbConfig::Sqlite {
        file: args.data.join(node::SQLITE_FILE),
    };
    logging::begin(config.log, config.log_level);
    let mut wish = config.clock.as_deref().map(node::parse_clock).transpose()?;
    if !is_there(&place, &database, args.fresh)? {
        make(&place, &database, config.packs.as_deref())?;
        wish = wish.or(Some(ClockWish::From(demo::begins_at())));
    }
    tell(&args.data.join(ACCOUNTS))?;
    if args.only_make {
        if let Some(wish) = wish {
            node::clock(&Db::open(&database)?, Some(wish))?;
        }
        return Ok(());
    }
    let town = node::open(&place, &database, config.packs.as_deref(), wish, None)?;
    serve::serve(&config, &place, town)
}

/// Whether a finished demonstration lies there; what is unfinished or no longer wanted is removed.
fn is_there(place: &Place, database: &DbConfig, fresh: bool) -> Result<bool> {
    if node::must_be_there(database).is_err() {
        return Ok(false);
    }
    let db = Db::open(database).context("the database cannot be opened")?;
    let mark = db.read_blocking("is_demo", |tx| stored::get(tx, stored::IS_DEMO))?;
    drop(db);
    let shown = place.data.display();
    match mark.as_deref() {
        // Never thrown away: this is somebody's work.
        None => bail!("{shown} holds a node that is no demonstration; name another directory"),
        Some("1") if !fresh => Ok(true),
        Some(_) => {
            remove(place).with_context(|| format!("{shown} cannot be emptied"))?;
            Ok(false)
        }
    }
}

/// Removes what a node keeps, and nothing else that may lie in the directory.
fn remove(place: &Place) -> std::io::Result<()> {
    for dir in [&place.files, &place.keys] {
        if dir.is_dir() {
            fs::remove_dir_all(dir)?;
        }
    }
    for ending in ["", "-wal", "-shm"] {
        let file = place.data.join(format!("{}{ending}", node::SQLITE_FILE));
        if file.is_file() {
            fs::remove_file(file)?;
        }
    }
    Ok(())
}

fn make(place: &Place, database: &DbConfig, packs_overlay: Option<&Path>) -> Result<()> {
    let began = Instant::now();
    place.make()?;
    let packs = node::packs(packs_overlay)?;
    let db = Db::open(database).context("the database cannot be opened")?;
    db.write_blocking("mark_demo", |tx| {
        stored::set(tx, stored::IS_DEMO, UNFINISHED)?;
        stored::set(tx, stored::UNIT, UNIT)
    })?;
    let files = Files::open(&place.files).context("the directory of files cannot be opened")?;
    let clock = Clock::manual(demo::begins_at());
    let town = Town::new(db, packs, clock, files, IdSource::seeded(demo::SEED), true);
    let mut bar = Bar::default();
    let accounts = demo::build(&town, &mut |done, total| bar.show(done, total))
        .context("the demonstration could not be made")?;
    bar.end();
    write_accounts(&place.data.join(ACCOUNTS), &accounts)?;
    town.db()
        .write_blocking("mark_demo", |tx| stored::set(tx, stored::IS_DEMO, "1"))
        .map_err(|error: StoreError| error)?;
    eprintln!("made in {} seconds", began.elapsed().as_secs());
    Ok(())
}

fn write_accounts(file: &Path, accounts: &[DemoAccount]) -> Result<()> {
    let text = serde_json::to_string_pretty(accounts).context("accounts as JSON")?;
    fs::write(file, text + "\n").with_context(|| format!("cannot write {}", file.display()))
}

/// Says who can sign in.
fn tell(file: &Path) -> Result<()> {
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let accounts: Vec<serde_json::Value> = serde_json::from_str(&text).context("the list of accounts")?;
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "Synthetic people only. Who can sign in ({}):",
        file.display()
    )?;
    for account in &accounts {
        let text = |name: &str| account[name].as_str().unwrap_or_default().to_owned();
        writeln!(
            out,
            "  {:<22} unit {:<6} user {:<24} password {}",
            text("role"),
            text("unit"),
            text("user"),
            text("password")
        )?;
    }
    Ok(())
}

/// How far it is: one line that is written over on a terminal, ten lines elsewhere.
#[derive(Debug, Default)]
struct Bar {
    shown_percent: Option<usize>,
}

impl Bar {
    fn show(&mut self, done: usize, total: usize) {
        let percent = (done * 100).checked_div(total).unwrap_or(0).min(100);
        let step = if std::io::stderr().is_terminal() { 1 } else { 10 };
        if self.shown_percent.is_some_and(|shown| percent < shown + step) {
            return;
        }
        self.shown_percent = Some(percent);
        if step == 1 {
            let full = percent * 40 / 100;
            eprint!(
                "\rmaking the demonstration [{}{}] {percent:>3} %",
                "#".repeat(full),
                ".".repeat(40 - full)
            );
        } else {
            eprintln!("making the demonstration: {percent} %");
        }
    }

    fn end(&mut self) {
        if self.shown_percent.take().is_some() && std::io::stderr().is_terminal() {
            eprintln!();
        }
    }
}

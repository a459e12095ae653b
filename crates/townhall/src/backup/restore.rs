//! `townhall restore`: a node from a backup, which verifies, begins a new log and says which one it follows.
//!
//! The old log is never written again: what was recorded after the backup may have been shown to people, and going
//! on under the same name would tell two stories. The new log names the old one, its size and its root.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use tar::Archive;
use townhall_app::log::begin_next;
use townhall_app::verify::verify;
use townhall_store::files::{Files, S3Settings};
use townhall_store::{Db, DbConfig, StoreError, log, restored};

use super::manifest::{FORMAT, Manifest};
use super::{MANIFEST, POSTGRES_DUMP, SQLITE_COPY, beside, postgres, sha256_of, sync_dir};
use crate::config::Config;
use crate::node::{self, Place};
use crate::options::NodeArgs;
use crate::serve::host_of;

/// Restores a node.
#[derive(Debug, Clone, Args)]
pub struct RestoreArgs {
    /// The backup
    file: PathBuf,
    /// The new data directory; empty or not there yet
    dir: PathBuf,
    /// An empty database on a PostgreSQL server, for a backup of such a node
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
    /// Configuration file, for its database and its bucket of papers
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Take over the bucket of papers from the node that holds it: only when that one is gone for good
    #[arg(long)]
    take_over: bool,
}

/// Restores a node from a backup.
///
/// # Errors
/// When the backup is damaged or does not fit, or the restored node does not verify (it is kept and told).
pub fn run(args: &RestoreArgs) -> Result<()> {
    let node = NodeArgs {
        data: None,
        database_url: args.database_url.clone(),
        config: args.config.clone(),
    };
    let config = node.config()?;
    if fs::read_dir(&args.dir).is_ok_and(|mut entries| entries.next().is_some()) {
        bail!(
            "{} is not empty; a restore never writes over a node",
            args.dir.display()
        );
    }
    if let Some(settings) = &config.papers {
        let bucket = node::files_to_look(&Place::of(&args.dir), Some(settings))?;
        let owner = bucket.owner().context("the bucket of papers")?;
        if owner.is_some() && !args.take_over {
            bail!(
                "{} belongs to a node already: name another `s3_prefix`, or add --take-over when that node is gone \
                 for good",
                bucket.place()
            );
        }
    }
    let fresh = beside(&args.dir, "restoring");
    let unpacked = unpack(&args.file, &fresh, config.papers.as_ref());
    let filled = unpacked.and_then(|(manifest, papers)| {
        let database = config.database(&fresh);
        fill(&manifest, papers, &fresh, &database)?;
        Ok(manifest)
    });
    let manifest = match filled {
        Ok(manifest) => manifest,
        Err(error) => {
            let _ = fs::remove_dir_all(&fresh);
            return Err(error);
        }
    };
    if args.dir.is_dir() {
        fs::remove_dir(&args.dir)?;
    }
    fs::rename(&fresh, &args.dir).context("the new directory could not get its name")?;
    sync_dir(&args.dir)?;
    begin(args, &manifest, &config)
}

/// Opens the restored node, begins its new log, and verifies everything.
fn begin(args: &RestoreArgs, manifest: &Manifest, config: &Config) -> Result<()> {
    let place = Place::of(&args.dir);
    place.make()?;
    let db = Db::open(&config.database(&args.dir)).context("the restored database cannot be opened")?;
    let before = db.read_blocking("log_before", |tx| match log::current_epoch(tx)? {
        None => Ok::<_, StoreError>(None),
        Some(epoch) => Ok(log::last_checkpoint(tx, epoch.epoch)?.map(|last| (epoch.origin, last.size))),
    })?;
    let address = config
        .base
        .as_deref()
        .map(host_of)
        .map(str::to_owned)
        .or_else(|| {
            let (origin, _) = before.as_ref()?;
            origin.rsplit_once("/log/").map(|(address, _)| address.to_owned())
        });
    db.write_blocking("restored", restored::forget_the_moment)
        .context("sessions of the old node could not be ended")?;
    if let (Some((origin, size)), Some(address)) = (&before, &address) {
        let epoch = begin_next(&db, &place.keys, address).context("the new log could not be begun")?;
        println!(
            "the log {origin} ended with {size} entries; the new log is {}",
            epoch.origin
        );
        println!(
            "its key lies in {}: keep a copy apart from the backups",
            place.keys.display()
        );
    }
    let files = node::files(&place, config.papers.as_ref(), &db, args.take_over)?;
    let report =
        verify(&db, &files, Vec::new()).context("the restored database could not be read to its end")?;
    println!("restored as of {} ({})", manifest.made_at, manifest.program);
    println!("{report}");
    match report.findings.len() {
        0 => Ok(()),
        many => bail!("the node is restored, but {many} things in it are not as they were written"),
    }
}

/// Unpacks the archive into a new directory; nothing but the names that a backup has is taken.
///
/// Papers go straight to where the node keeps them; in a bucket nothing refers to them until the rest is here.
fn unpack(file: &Path, into: &Path, bucket: Option<&S3Settings>) -> Result<(Manifest, usize)> {
    let place = Place::of(into);
    place.make()?;
    let files = match bucket {
        None => Files::open(&place.files)?,
        Some(settings) => Files::open_in_bucket(&place.files, settings)?,
    };
    let mut papers = 0;
    let archive = File::open(file).with_context(|| format!("cannot read {}", file.display()))?;
    let mut archive = Archive::new(BufReader::new(archive));
    let mut manifest: Option<Manifest> = None;
    for entry in archive.entries().context("this is no backup")? {
        let mut entry = match entry {
            Ok(entry) => entry,
            // What the archive says of a strange file repeats its first bytes, which nobody wants on a terminal.
            Err(_) if manifest.is_none() => bail!("{} is no backup of Townhall", file.display()),
            Err(error) => return Err(error).context("the backup is cut short or damaged"),
        };
        let path = entry.path().context("a name in the backup")?.into_owned();
        let parts: Vec<&str> = path
            .components()
            .map(|part| match part {
                Component::Normal(name) => name.to_str().context("a name in the backup"),
                _ => bail!("the backup holds a path that leads elsewhere: {}", path.display()),
            })
            .collect::<Result<_>>()?;
        match (parts.as_slice(), &manifest) {
            ([MANIFEST], None) => {
                let read: Manifest = serde_json::from_reader(&mut entry).context("the manifest")?;
                if read.format != FORMAT {
                    bail!(
                        "the backup has the form {}, this program knows {FORMAT}",
                        read.format
                    );
                }
                manifest = Some(read);
            }
            (_, None) => bail!("this is no backup: it does not begin with a manifest"),
            ([name @ (SQLITE_COPY | POSTGRES_DUMP)], Some(_)) => {
                entry
                    .unpack(into.join(name))
                    .context("the backup is cut short or damaged")?;
            }
            (["files", name], Some(_)) => {
                let mut incoming = files.begin()?;
                copy(&mut entry, &mut incoming)?;
                let stored = incoming.finish().with_context(|| format!("the paper {name}"))?;
                papers += 1;
                if stored.sha256 != *name {
                    bail!("the paper {name} is damaged in the backup");
                }
            }
            (["packs", ..], Some(_)) => {
                // Regular files and directories only: a link could lead out.
                if entry.header().entry_type().is_file() || entry.header().entry_type().is_dir() {
                    entry.unpack_in(into).context("the packs")?;
                }
            }
            _ => bail!("the backup holds {}, which no backup does", path.display()),
        }
    }
    manifest
        .map(|manifest| (manifest, papers))
        .context("the backup is empty")
}

fn copy(from: &mut impl std::io::Read, to: &mut townhall_store::files::Incoming) -> Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = from
            .read(&mut buffer)
            .context("the backup is cut short or damaged")?;
        if read == 0 {
            return Ok(());
        }
        to.write(&buffer[..read])?;
    }
}

/// Checks the database's copy and brings it to where the node will look for it.
fn fill(manifest: &Manifest, papers: usize, fresh: &Path, database: &DbConfig) -> Result<()> {
    let copy = fresh.join(&manifest.database);
    if sha256_of(&copy).context("the backup holds no database")? != manifest.database_sha256 {
        bail!("the database in the backup is damaged");
    }
    if papers > manifest.papers {
        bail!("the backup holds more papers than it says");
    }
    match (database, manifest.database.as_str()) {
        (DbConfig::Sqlite { file }, SQLITE_COPY) => {
            debug_assert_eq!(
                file.file_name().and_then(|name| name.to_str()),
                Some(node::SQLITE_FILE)
            );
            File::open(&copy)?.sync_all()?;
            Ok(())
        }
        (DbConfig::Postgres { url, .. }, POSTGRES_DUMP) => {
            postgres::restore(url, &copy)?;
            fs::remove_file(&copy).context("the dump")
        }
        (DbConfig::Sqlite { .. }, _) => {
            bail!("this is a backup of a node on PostgreSQL: name an empty database, --database-url URL")
        }
        (DbConfig::Postgres { .. }, _) => {
            bail!("this is a backup of a node without a server: leave --database-url out")
        }
    }
}

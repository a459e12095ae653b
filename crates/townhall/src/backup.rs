//! `townhall backup`: one file with everything but the keys, made while the node serves.
//!
//! It is an ordinary tar archive: `manifest.json` first, then the database as it stood at one moment, the papers,
//! and the packs laid over the built-in ones. Papers are copied after the database, and nothing is swept meanwhile,
//! so every paper that the database names is there. Keys are kept apart: who has both can write history anew.

mod manifest;
mod postgres;
mod restore;

use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;
use sha2::{Digest, Sha256};
use tar::{Builder, Header};
use townhall_app::clock::real_now;
use townhall_store::files::Files;
use townhall_store::{Db, DbConfig, StoreError, backup, leases};

use crate::config::Config;
use crate::node::{self, Place};
use crate::options::NodeArgs;
use manifest::Manifest;
pub use restore::{RestoreArgs, run as restore};

/// Names inside the archive.
const MANIFEST: &str = "manifest.json";
const SQLITE_COPY: &str = "townhall.db";
const POSTGRES_DUMP: &str = "townhall.pgdump";
/// How long a backup waits for a sweep to end.
const PATIENCE_SECONDS: u32 = 60;
/// A backup that dies lets sweeping go on after this time.
const LEASE: Duration = Duration::from_hours(6);

/// Makes a backup.
#[derive(Debug, Clone, Args)]
pub struct BackupArgs {
    /// The file to write; it must not be there yet
    file: PathBuf,
    #[command(flatten)]
    node: NodeArgs,
}

/// Makes a backup while the node serves.
///
/// # Errors
/// When something cannot be read or written, or a paper is damaged (it is named, and the rest is in the backup).
pub fn run(args: &BackupArgs) -> Result<()> {
    let (config, data) = args.node.config_and_data()?;
    if args.file.exists() {
        bail!(
            "{} is there already; a backup never writes over another",
            args.file.display()
        );
    }
    let database = config.database(&data);
    node::must_be_there(&database)?;
    let db = Db::open(&database).context("the database cannot be opened")?;
    let holder = format!("backup-{}", std::process::id());
    pause_sweeping(&db, &holder)?;
    let made = make(args, &config, &Place::of(&data), &db);
    let_sweeping_go_on(&db, &holder)?;
    let damaged = made?;
    println!(
        "{} is complete. The keys of the transparency log ({}) are not in it: keep them apart, or do without them; \
         a restored node begins a new log.",
        args.file.display(),
        Place::of(&data).keys.display()
    );
    if damaged.is_empty() {
        Ok(())
    } else {
        for name in &damaged {
            println!("damaged paper, not in the backup: {name}");
        }
        bail!(
            "{} papers are damaged; `townhall verify` says which rows name them",
            damaged.len()
        )
    }
}

/// Gives the lease of sweeping back.
pub fn let_sweeping_go_on(db: &Db, holder: &str) -> Result<()> {
    let holder = holder.to_owned();
    db.write_blocking("backup_done", move |tx| {
        leases::give_back(tx, leases::SWEEP, &holder)
    })
    .context("sweeping could not be let go on")
}

/// Takes the lease of sweeping; a sweep that is at work is soon done.
pub fn pause_sweeping(db: &Db, holder: &str) -> Result<()> {
    for _ in 0..PATIENCE_SECONDS {
        let (holder, now) = (holder.to_owned(), real_now());
        let until = now.checked_add(LEASE).context("a time")?;
        let free = db.write_blocking("backup_lease", move |tx| {
            leases::take(tx, leases::SWEEP, &holder, now, until)
        })?;
        if free {
            return Ok(());
        }
        std::thread::sleep(Duration::from_secs(1));
    }
    bail!("files are being swept, or another backup is at work; try again in a while")
}

/// Writes the archive under another name, syncs it and gives it its name; gives the damaged papers.
fn make(args: &BackupArgs, config: &Config, place: &Place, db: &Db) -> Result<Vec<String>> {
    let part = beside(&args.file, "part");
    let copy = beside(&args.file, "database");
    let made = (|| {
        let name = copy_database(db.config(), &copy)?;
        // Listed after the copy: whatever the copy names was there before it.
        let files = node::files_to_look(place, config.papers.as_ref())?;
        let papers = files.list().context("the list of papers")?;
        let manifest = Manifest::of(db, name, &sha256_of(&copy)?, papers.len())?;
        let damaged = archive(
            &part,
            &manifest,
            (name, &copy),
            (&files, &papers),
            config.packs.as_deref(),
        )?;
        fs::rename(&part, &args.file)?;
        sync_dir(&args.file)?;
        Ok(damaged)
    })();
    let _ = fs::remove_file(&copy);
    if made.is_err() {
        let _ = fs::remove_file(&part);
    }
    made
}

fn copy_database(database: &DbConfig, copy: &Path) -> Result<&'static str> {
    match database {
        DbConfig::Sqlite { file } => {
            backup::copy_sqlite(file, copy).context("the database could not be copied")?;
            Ok(SQLITE_COPY)
        }
        DbConfig::Postgres { url, .. } => {
            postgres::dump(url, copy)?;
            Ok(POSTGRES_DUMP)
        }
    }
}

fn archive(
    part: &Path,
    manifest: &Manifest,
    (name, copy): (&str, &Path),
    (files, papers): (&Files, &[String]),
    packs: Option<&Path>,
) -> Result<Vec<String>> {
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(part)
        .with_context(|| format!("cannot write {}", part.display()))?;
    let mut tar = Builder::new(BufWriter::new(file));
    append(&mut tar, MANIFEST, &serde_json::to_vec_pretty(manifest)?)?;
    tar.append_path_with_name(copy, name)?;
    let mut damaged = Vec::new();
    for paper in papers {
        match files.read(paper) {
            Ok(bytes) => append(&mut tar, &format!("files/{paper}"), &bytes)?,
            Err(StoreError::DamagedFile(_)) => damaged.push(paper.clone()),
            Err(error) => return Err(error).with_context(|| format!("the paper {paper}")),
        }
    }
    if let Some(packs) = packs {
        tar.append_dir_all("packs", packs).context("the packs")?;
    }
    let mut out = tar.into_inner().context("the end of the archive")?;
    out.flush()?;
    out.get_ref().sync_all()?;
    Ok(damaged)
}

fn append(tar: &mut Builder<impl Write>, name: &str, bytes: &[u8]) -> Result<()> {
    let mut header = Header::new_gnu();
    header.set_size(bytes.len() as u64);
    header.set_mode(0o600);
    header.set_mtime(u64::try_from(real_now().as_second()).unwrap_or(0));
    header.set_cksum();
    tar.append_data(&mut header, name, bytes)
        .with_context(|| format!("{name} into the archive"))
}

/// A file of another name in the same directory, so that a rename stays within one file system.
fn beside(file: &Path, ending: &str) -> PathBuf {
    // Put together anew, so that a slash at the end does not lead into the directory itself.
    let mut name = file.components().collect::<PathBuf>().into_os_string();
    name.push(format!(".{}.{ending}", std::process::id()));
    PathBuf::from(name)
}

fn sync_dir(file: &Path) -> Result<()> {
    let dir = file
        .parent()
        .filter(|dir| !dir.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    File::open(dir)?
        .sync_all()
        .context("the directory could not be synced")
}

fn sha256_of(file: &Path) -> Result<String> {
    let mut hash = Sha256::new();
    std::io::copy(&mut File::open(file)?, &mut HashWriter(&mut hash))?;
    Ok(hex::encode(hash.finalize()))
}

struct HashWriter<'a>(&'a mut Sha256);

impl Write for HashWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

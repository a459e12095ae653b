//! A node as its parts lie on disk, put together: database, files, keys, packs, clock.

use std::fs;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use jiff::Timestamp;
use jiff::civil::DateTime;
use townhall_app::clock::{Clock, real_now};
use townhall_app::cx::IdSource;
use townhall_app::packs::Packs;
use townhall_app::town::Town;
use townhall_domain::time::instant;
use townhall_store::files::{Files, S3Settings};
use townhall_store::{Db, DbConfig, StoreError, node as stored};

/// The database of a node without a server.
pub const SQLITE_FILE: &str = "townhall.db";

/// The directories of a node.
#[derive(Debug, Clone)]
pub struct Place {
    /// Everything below.
    pub data: PathBuf,
    /// Papers, by their hash.
    pub files: PathBuf,
    /// Keys of the transparency log; never part of a backup.
    pub keys: PathBuf,
}

impl Place {
    /// The directories below a data directory.
    pub fn of(data: &Path) -> Self {
        Self {
            data: data.to_owned(),
            files: data.join("files"),
            keys: data.join("keys"),
        }
    }

    /// Makes what is missing, for the owner only.
    pub fn make(&self) -> Result<()> {
        for dir in [&self.data, &self.files, &self.keys] {
            fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(dir)
                .with_context(|| format!("cannot make {}", dir.display()))?;
        }
        // Whoever made the directory of keys before may have been careless.
        fs::set_permissions(&self.keys, fs::Permissions::from_mode(0o700))
            .with_context(|| format!("cannot close {} to others", self.keys.display()))
    }
}

/// Fails when there is no node: a command that only looks must not make an empty one.
///
/// # Errors
/// The file that is not there.
pub fn must_be_there(database: &DbConfig) -> Result<()> {
    match database {
        DbConfig::Sqlite { file } if !file.is_file() => {
            bail!("there is no database {}", file.display())
        }
        DbConfig::Sqlite { .. } | DbConfig::Postgres { .. } => Ok(()),
    }
}

/// What a clock is to show from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockWish {
    /// Real time.
    Real,
    /// This business time now, running on from there.
    From(Timestamp),
}

/// Reads `now`, a local time such as 2025-08-05T07:30, or an instant with an offset.
///
/// # Errors
/// When it is none of them.
pub fn parse_clock(text: &str) -> Result<ClockWish> {
    if text == "now" {
        return Ok(ClockWish::Real);
    }
    text.parse::<Timestamp>()
        .ok()
        .or_else(|| text.parse::<DateTime>().ok().map(instant))
        .map(ClockWish::From)
        .ok_or_else(|| anyhow!("now, or a local time such as 2025-08-05T07:30, is wanted, not {text}"))
}

/// The business clock: as wished, else as it stood when the node was last set, else real time. A wish is kept.
///
/// # Errors
/// When the database fails.
pub fn clock(db: &Db, wish: Option<ClockWish>) -> Result<Clock> {
    let shift = match wish {
        None => db
            .read_blocking("clock", |tx| stored::number(tx, stored::CLOCK_SHIFT_MS))?
            .unwrap_or(0),
        Some(ClockWish::Real) => 0,
        Some(ClockWish::From(at)) => at.as_millisecond() - real_now().as_millisecond(),
    };
    if wish.is_some() {
        db.write_blocking("set_clock", move |tx| match shift {
            0 => stored::remove(tx, stored::CLOCK_SHIFT_MS),
            shift => stored::set(tx, stored::CLOCK_SHIFT_MS, &shift.to_string()),
        })?;
    }
    Ok(Clock::shifted_by(shift))
}

/// The packs, with every problem named when they cannot be loaded.
///
/// # Errors
/// When a pack has a problem.
pub fn packs(overlay: Option<&Path>) -> Result<Packs> {
    Packs::load(overlay).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(|problem| format!("  {problem}")).collect();
        anyhow!(
            "the packs have {} problems:\n{}",
            problems.len(),
            lines.join("\n")
        )
    })
}

/// Opens a node: makes its directories and its database when they are new.
///
/// # Errors
/// When the database cannot be opened, is newer than this program, or a pack has a problem.
pub fn open(
    place: &Place,
    database: &DbConfig,
    packs_overlay: Option<&Path>,
    wish: Option<ClockWish>,
    bucket: Option<&S3Settings>,
) -> Result<Town> {
    place.make()?;
    let packs = packs(packs_overlay)?;
    let db = Db::open(database).context("the database cannot be opened")?;
    let files = files(place, bucket, &db, false)?;
    let clock = clock(&db, wish)?;
    let is_demo = db.read_blocking("is_demo", |tx| {
        Ok::<_, StoreError>(stored::get(tx, stored::IS_DEMO)?.as_deref() == Some("1"))
    })?;
    Ok(Town::new(db, packs, clock, files, IdSource::System, is_demo))
}

/// The papers of a node that is open: the bucket is taken in its name, by force only when that is wanted.
///
/// # Errors
/// When the directory cannot be made, or the bucket is another node's. A store that is away is only warned of: all
/// but the papers works without it, and whose the bucket is is asked again before anything is removed.
pub fn files(place: &Place, bucket: Option<&S3Settings>, db: &Db, by_force: bool) -> Result<Files> {
    let Some(settings) = bucket else {
        return Files::open(&place.files).context("the directory of files cannot be opened");
    };
    let files = Files::open_in_bucket(&place.files, settings).context("the bucket of papers")?;
    let mut fresh = [0_u8; 16];
    getrandom::fill(&mut fresh).map_err(|error| anyhow!("no random bits: {error}"))?;
    let name = db.write_blocking("files_owner", move |tx| {
        stored::files_owner(tx, &hex::encode(fresh))
    })?;
    match files.clone().owned_by(&name, by_force) {
        Err(error @ StoreError::PapersAway(_)) if !by_force => {
            tracing::warn!(%error, "papers can be neither kept nor read for now");
            Ok(files.in_the_name_of(&name))
        }
        owned => owned.context("the bucket of papers"),
    }
}

/// The papers of a node for whoever only looks.
///
/// # Errors
/// When the settings of a bucket cannot be.
pub fn files_to_look(place: &Place, bucket: Option<&S3Settings>) -> Result<Files> {
    match bucket {
        None => Ok(Files::to_look(&place.files)),
        Some(settings) => Files::to_look_in_bucket(&place.files, settings).context("the bucket of papers"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_was_set_runs_on_after_a_restart() {
        let dir = tempfile::tempdir().expect("a directory");
        let open = |wish| {
            let file = dir.path().join(SQLITE_FILE);
            let db = Db::open(&DbConfig::Sqlite { file }).expect("the database opens");
            clock(&db, wish).expect("a clock")
        };
        assert!(open(None).is_real());
        let wish = parse_clock("2025-08-05T07:30").expect("a time");
        let shown = open(Some(wish)).now();
        let begun: Timestamp = "2025-08-05T00:30:00Z".parse().expect("an instant");
        assert!((shown.as_second() - begun.as_second()).abs() < 60, "{shown}");
        assert!(!open(None).is_real());
        assert!(open(Some(ClockWish::Real)).is_real());
        assert!(open(None).is_real());
    }

    #[test]
    fn a_clock_is_now_or_a_time() {
        assert_eq!(parse_clock("now").expect("now"), ClockWish::Real);
        assert!(parse_clock("yesterday").is_err());
    }
}

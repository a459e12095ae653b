//! `townhall erase`: destroys the personal data of a dossier by decision.

use anyhow::{Context, Result, anyhow, bail};
use clap::Args;
use jiff::civil::Date;
use townhall_app::actor::Actor;
use townhall_app::clock::real_now;
use townhall_app::erase::{EraseDossier, Erased, erase_dossier, remove_files};
use townhall_app::error::AppError;
use townhall_domain::erasure::{Decision, Reason};
use townhall_domain::time::local_date;
use townhall_store::{DbConfig, erasure};

use crate::admin::in_words;
use crate::node::{self, Place};
use crate::options::NodeArgs;

/// A dossier that has ended, and the decision to erase it. The node may serve meanwhile.
#[derive(Debug, Clone, Args)]
pub struct EraseArgs {
    #[command(flatten)]
    node: NodeArgs,
    /// Code of the dossier
    #[arg(long, value_name = "CODE")]
    dossier: String,
    /// Number of the decision, such as 12/QĐ-UBND
    #[arg(long, value_name = "NUMBER")]
    decision: String,
    /// Day of the decision, such as 2026-02-12
    #[arg(long, value_name = "DAY")]
    decided_on: Date,
    /// The authority that decided; never a person's name, because the trail keeps it
    #[arg(long, value_name = "NAME")]
    authority: String,
    /// Why: term-ended, ordered, requested or no-basis
    #[arg(long, value_name = "REASON", value_parser = reason)]
    reason: Reason,
    /// Do it; without this, the command only says what it would destroy
    #[arg(long)]
    yes: bool,
}

fn reason(word: &str) -> Result<Reason, String> {
    Reason::parse(word).ok_or_else(|| {
        let known: Vec<&str> = Reason::ALL.iter().map(|reason| reason.as_str()).collect();
        format!("known reasons are {}", known.join(", "))
    })
}

/// Erases, then removes the files and writes the database anew, so that no page of it holds what was destroyed.
///
/// # Errors
/// When the dossier is not there, has not ended or was erased before; when the decision is not complete.
pub fn run(args: &EraseArgs) -> Result<()> {
    let (config, data) = args.node.config_and_data()?;
    let (place, database) = (Place::of(&data), config.database(&data));
    node::must_be_there(&database)?;
    let town = node::open(
        &place,
        &database,
        config.packs.as_deref(),
        None,
        config.papers.as_ref(),
    )?;
    let today = local_date(town.clock().now());
    let decision = Decision::read(
        &args.decision,
        args.decided_on,
        &args.authority,
        args.reason,
        today,
    )?;
    let cmd = EraseDossier {
        code: args.dossier.clone(),
        decision,
    };
    let system = Actor::System { job: "erase" };
    if !args.yes {
        let told = rehearse(&town, &system, &cmd)?;
        println!(
            "dossier {} would lose {} papers' files and the words of {} facts; nothing was done. Add --yes to do it.",
            args.dossier,
            told.files.len(),
            told.facts
        );
        return Ok(());
    }
    let erased = town
        .write_blocking("erase_dossier", &system, move |tx, cx| {
            erase_dossier(tx, cx, &cmd)
        })
        .map_err(|error| refused(error, &args.dossier))?;
    let holder = format!("erase-{}", std::process::id());
    let files = remove_files(town.db(), town.files(), &erased.files, &holder, real_now())
        .context("the dossier is erased, but its files are not removed yet; the daily sweep does it")?;
    println!(
        "dossier {}: erased, with the words of {} facts{}",
        args.dossier,
        erased.facts,
        if erased.person {
            " and the record of the person"
        } else {
            ""
        }
    );
    println!(
        "files: {} removed, {} kept because others refer to them, {} left to the daily sweep",
        files.removed, files.shared, files.later
    );
    drop(town);
    match &database {
        DbConfig::Sqlite { file } => {
            let folded = erasure::compact_sqlite(file)
                .context("the dossier is erased, but the database file could not be written anew")?;
            if !folded {
                println!("the write-ahead log still holds old pages: they go when the node next folds it in");
            }
        }
        DbConfig::Postgres { .. } => {
            println!(
                "the server keeps the old bytes until VACUUM FULL on this database, and in its own archives"
            );
        }
    }
    println!("older backups still hold what was erased: destroy them, or erase again after restoring one");
    Ok(())
}

/// Runs the command in a transaction that is undone.
fn rehearse(town: &townhall_app::town::Town, system: &Actor, cmd: &EraseDossier) -> Result<Erased> {
    let (cmd, code) = (cmd.clone(), cmd.code.clone());
    let kept = std::sync::Arc::new(std::sync::Mutex::new(None));
    let told = std::sync::Arc::clone(&kept);
    let undone = town.write_blocking("rehearse_erasure", system, move |tx, cx| {
        let erased = erase_dossier(tx, cx, &cmd)?;
        *told.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(erased);
        // Whatever a command refuses is undone as a whole.
        Err::<(), _>(AppError::NotFound("rehearsal"))
    });
    let erased = kept
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
        .take();
    match (erased, undone) {
        (Some(erased), _) => Ok(erased),
        (None, Err(error)) => Err(refused(error, &code)),
        (None, Ok(())) => bail!("nothing was erased"),
    }
}

fn refused(error: AppError, code: &str) -> anyhow::Error {
    match error {
        AppError::NotFound(_) => anyhow!("there is no dossier with the code {code}"),
        other => in_words(other),
    }
}

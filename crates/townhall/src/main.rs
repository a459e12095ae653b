//! The Townhall binary: one program, one command a task.

mod admin;
mod backup;
mod config;
mod deadline;
mod demo;
mod erase;
mod files;
mod log;
mod logging;
mod node;
mod options;
mod packs;
mod serve;
mod verify;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use townhall_store::files::Files;

use crate::options::NodeArgs;

/// A row is many small strings; the system's allocator takes longer to make them than `SQLite` to find them (ADR 12).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The daily work of two-tier local government.
#[derive(Debug, Parser)]
#[command(name = "townhall", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Say when something is due, and why
    Deadline(deadline::DeadlineArgs),
    /// Make and serve the demonstration
    Demo(demo::DemoArgs),
    /// Serve a node
    Serve(serve::ServeArgs),
    /// Create the first administrator of an empty node
    #[command(subcommand)]
    Admin(admin::AdminCommand),
    /// Write everything but the keys into one file, while the node serves
    Backup(backup::BackupArgs),
    /// Make a node from a backup; it begins a new transparency log
    Restore(backup::RestoreArgs),
    /// Look after the transparency log
    #[command(subcommand)]
    Log(log::LogCommand),
    /// Destroy the personal data of a dossier that has ended, by decision; the trail and the log stay whole
    Erase(erase::EraseArgs),
    /// Look after the papers' files
    #[command(subcommand)]
    Files(files::FilesCommand),
    /// Find any change that was made behind the program's back
    Verify(verify::VerifyArgs),
    /// Look at a configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Check law as data
    Packs(packs::PacksArgs),
    /// Look at a foreign file; the server starts this for each one that comes in
    #[command(hide = true)]
    InspectFile(InspectFile),
}

#[derive(Debug, clap::Args)]
struct InspectFile {
    /// Name as it was sent
    #[arg(long)]
    name: String,
    /// Creation date of a PDF made from an image, RFC 3339
    #[arg(long)]
    at: jiff::Timestamp,
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Say with file, line and reason what is wrong with a configuration
    Check {
        /// The file; without it, the environment alone
        file: Option<PathBuf>,
        /// Do not ask the mail server, the text-message service, the portal and the bucket of papers whether they answer
        #[arg(long)]
        offline: bool,
    },
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Deadline(args) => deadline::run(&args),
        Command::Demo(args) => demo::run(&args),
        Command::Serve(args) => serve::run(&args),
        Command::Admin(command) => admin::run(&command),
        Command::Backup(args) => backup::run(&args),
        Command::Restore(args) => backup::restore(&args),
        Command::Log(command) => log::run(&command),
        Command::Erase(args) => erase::run(&args),
        Command::Files(command) => files::run(&command),
        Command::Verify(args) => verify::run(&args),
        Command::Config(ConfigCommand::Check { file, offline }) => check_config(file, offline),
        Command::Packs(args) => packs::run(&args),
        Command::InspectFile(InspectFile { name, at }) => {
            townhall_app::paper::run_child(&townhall_app::paper::InspectArgs { name, at }).map_err(Into::into)
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // One line with its causes: a backtrace helps nobody who runs a command.
            eprintln!("townhall: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn check_config(file: Option<PathBuf>, offline: bool) -> anyhow::Result<()> {
    let node = NodeArgs {
        config: file,
        ..NodeArgs::default()
    };
    let config = node.config()?;
    serve::check_unit(&config, node::packs(config.packs.as_deref())?.units())?;
    println!("the configuration is right");
    let mut looked = if offline {
        Vec::new()
    } else {
        config.outside.look()
    };
    if let (Some(settings), false) = (&config.papers, offline) {
        let bucket = Files::to_look_in_bucket(Path::new(""), settings)?;
        let tried = bucket.try_out().map_err(|error| error.to_string());
        if let Ok(Some(remark)) = &tried {
            println!("{}: {remark}", bucket.place());
        }
        looked.push(("the bucket of papers", tried.map(|_| ())));
    }
    let mut silent = Vec::new();
    for (what, answer) in looked {
        match answer {
            Ok(()) => println!("{what} answers"),
            Err(why) => silent.push(format!("{what} does not take us: {why}")),
        }
    }
    anyhow::ensure!(silent.is_empty(), "{}", silent.join("; "));
    Ok(())
}

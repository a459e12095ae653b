//! The Townhall binary: one program, one command a task.

mod deadline;
mod packs;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The daily work of two-tier local government.
#[derive(Debug, Parser)]
#[command(name = "townhall")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Say when something is due, and why
    Deadline(deadline::DeadlineArgs),
    /// Check law as data
    Packs(packs::PacksArgs),
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Deadline(args) => deadline::run(&args),
        Command::Packs(args) => packs::run(&args),
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

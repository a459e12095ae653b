//! The PostgreSQL for tests, by hand: `run` serves one until standard input ends, `stop` ends the shared one.

use std::io::{Read, Write};
use std::process::ExitCode;

use townhall_testkit::postgres::{Cluster, Durability, stop_shared};

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some("run") => run(),
        Some("stop") => {
            println!(
                "{}",
                if stop_shared() {
                    "stopped"
                } else {
                    "none was running"
                }
            );
            ExitCode::SUCCESS
        }
        _ => {
            eprintln!("usage: test-postgres run | stop");
            ExitCode::from(2)
        }
    }
}

/// Whoever started this holds its standard input: when that process ends, however it ends, so does the server.
fn run() -> ExitCode {
    let cluster = match Cluster::start(Durability::Fast) {
        Ok(cluster) => cluster,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    println!("{}", cluster.url());
    let _ = std::io::stdout().flush();
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
    ExitCode::SUCCESS
}

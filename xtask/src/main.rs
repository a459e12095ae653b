//! Developer tasks: `cargo xtask test` is the whole gate, and what a build machine runs.

mod assets;
mod bench;
mod gate;
mod install;
mod run;
mod tidy;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, bail};

const USAGE: &str = "\
usage: cargo xtask TASK

  test [--only STEP]… [--skip STEP]…   everything that must hold before a change goes in
  bench [OPTION]…                      the figures of docs/PERFORMANCE.md, from release builds; --help lists options
  tidy                                 the habits that neither the compiler nor clippy can see
  assets                               fetch the vendored web files again and check their hashes
  help                                 this, with the steps of `test`";

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("xtask lies in the workspace");
    let args: Vec<String> = std::env::args().skip(1).collect();
    match task(root, &args) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Runs a task; `false` when it found something to mend and has said so.
fn task(root: &Path, args: &[String]) -> Result<bool> {
    match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["test", options @ ..] => gate::run(root, &gate::Choice::parse(options)?),
        ["bench", options @ ..] => bench::run(root, options).map(|()| true),
        ["tidy"] => {
            let findings = tidy::check(root)?;
            for finding in &findings {
                println!("{finding}");
            }
            if findings.is_empty() {
                println!("tidy");
            }
            Ok(findings.is_empty())
        }
        ["assets"] => assets::refresh(root).map(|()| true),
        [] | ["help" | "--help" | "-h"] => {
            println!("{USAGE}\n\nsteps of test, in this order:");
            gate::steps().for_each(|(name, what)| println!("  {name:<8} {what}"));
            Ok(true)
        }
        _ => bail!("there is no such task\n{USAGE}"),
    }
}

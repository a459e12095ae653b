//! `cargo xtask bench`: release builds of the program and of the bench, then the figures.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::install::{self, Places, Tool};
use crate::run;

/// Builds, installs the load generator, and measures; `options` go to the bench.
///
/// # Errors
/// When something cannot be built, installed or measured.
pub fn run(root: &Path, options: &[&str]) -> Result<()> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), Into::into);
    let log = target.join("gate/bench.log");
    fs::create_dir_all(target.join("gate")).context("the directory of logs")?;
    let places = Places {
        root,
        target: &target,
        log: &log,
    };
    let wanted = BTreeSet::from([Tool::Postgres, Tool::Wrk]);
    println!("tools: {}", install::install(&wanted, &places)?);
    let mut build = run::cargo(root);
    build.args([
        "build",
        "--release",
        "--package",
        "townhall",
        "--package",
        "townhall-bench",
    ]);
    println!("building for release, some minutes when it is the first time");
    if !build.status().context("cargo")?.success() {
        bail!("the release build failed");
    }
    let mut bench = std::process::Command::new(target.join("release/townhall-bench"));
    bench
        .current_dir(root)
        .arg("--binary")
        .arg(target.join("release/townhall"))
        .args(options);
    if !bench.status().context("the bench")?.success() {
        bail!("the bench failed");
    }
    Ok(())
}

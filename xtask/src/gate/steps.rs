//! The steps, quick ones first.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::{Gate, Said};
use crate::install::{self, Places, Tool};
use crate::{run, tidy};

/// One thing that must hold.
pub struct Step {
    pub name: &'static str,
    pub what: &'static str,
    pub tools: &'static [Tool],
    pub run: fn(&mut Gate) -> Result<Said>,
}

pub const STEPS: &[Step] = &[
    Step {
        name: "fmt",
        what: "formatting",
        tools: &[],
        run: formatting,
    },
    Step {
        name: "tidy",
        what: "habits of this tree",
        tools: &[],
        run: tidiness,
    },
    Step {
        name: "deny",
        what: "licences and sources of dependencies",
        tools: &[Tool::Deny],
        run: dependencies,
    },
    Step {
        name: "clippy",
        what: "lints",
        tools: &[],
        run: lints,
    },
    Step {
        name: "build",
        what: "one build for everything below",
        tools: &[],
        run: build,
    },
    Step {
        name: "test",
        what: "all tests, on SQLite and PostgreSQL",
        tools: &[
            Tool::Nextest,
            Tool::Postgres,
            Tool::Poppler,
            Tool::Strace,
            Tool::Go,
            Tool::Mail,
            Tool::Python,
            Tool::Moto,
        ],
        run: tests,
    },
    Step {
        name: "doc",
        what: "examples in the documentation",
        tools: &[],
        run: documentation,
    },
    Step {
        name: "packs",
        what: "law as data: every pack is read and checked",
        tools: &[],
        run: packs,
    },
    Step {
        name: "browser",
        what: "the main flows and axe-core in Chromium",
        tools: &[Tool::Chromium, Tool::Node, Tool::BrowserModules],
        run: browser,
    },
    Step {
        name: "api",
        what: "the API against its own description, by schemathesis",
        tools: &[Tool::Python, Tool::Schemathesis],
        run: api,
    },
];

const MINUTE: Duration = Duration::from_mins(1);

fn formatting(gate: &mut Gate) -> Result<Said> {
    let mut cargo = run::cargo(&gate.root);
    run::logged(
        // The names are enough; what to change is what the formatter does.
        cargo.args(["fmt", "--all", "--check", "--", "-l"]),
        &gate.log("fmt"),
        5 * MINUTE,
    )
    .context("type: cargo fmt --all")?;
    Ok(Said::default())
}

fn tidiness(gate: &mut Gate) -> Result<Said> {
    let findings = tidy::check(&gate.root)?;
    let text: Vec<String> = findings.iter().map(ToString::to_string).collect();
    fs::write(gate.log("tidy"), text.join("\n"))?;
    if !findings.is_empty() {
        bail!("{} to mend", findings.len());
    }
    Ok(Said::default())
}

fn dependencies(gate: &mut Gate) -> Result<Said> {
    let mut cargo = run::cargo(&gate.root);
    // Why not advisories: see deny.toml.
    cargo.args([
        "deny",
        "--workspace",
        "check",
        "--hide-inclusion-graph",
        "licenses",
        "bans",
        "sources",
    ]);
    run::logged(&mut cargo, &gate.log("deny"), 5 * MINUTE)?;
    Ok(Said::default())
}

/// Warnings are not turned into errors for the compiler: it would stop at the first crate with one, and
/// people would mend the tree crate by crate. They are counted here instead.
fn lints(gate: &mut Gate) -> Result<Said> {
    let log = gate.log("clippy");
    let mut cargo = run::cargo(&gate.root);
    cargo.args(["clippy", "--workspace", "--all-targets", "--locked", "--quiet"]);
    run::logged(&mut cargo, &log, 30 * MINUTE)?;
    match warnings(&fs::read_to_string(&log).unwrap_or_default()) {
        0 => Ok(Said::default()),
        found => bail!("{found} warnings; type: cargo clippy --workspace --all-targets"),
    }
}

/// How many things clippy found, its sums for each crate left out.
fn warnings(log: &str) -> usize {
    log.lines()
        .filter(|line| line.starts_with("warning") && !line.contains(" generated "))
        .count()
}

fn build(gate: &mut Gate) -> Result<Said> {
    ensure_built(gate)?;
    let size = fs::metadata(binary(gate)).map_or(0, |meta| meta.len() / 1_000_000);
    Ok(Said::note(format!("townhall of {size} MB, not optimised")))
}

/// Builds everything once, with the flags that nextest uses, so that no step builds it again.
fn ensure_built(gate: &mut Gate) -> Result<()> {
    if !gate.built {
        let mut cargo = run::cargo(&gate.root);
        cargo.args(["build", "--workspace", "--all-targets", "--locked", "--quiet"]);
        run::logged(&mut cargo, &gate.log("build"), 40 * MINUTE).context("the tree does not build")?;
        gate.built = true;
    }
    Ok(())
}

fn binary(gate: &Gate) -> PathBuf {
    gate.target.join("debug/townhall")
}

fn tests(gate: &mut Gate) -> Result<Said> {
    ensure_built(gate)?;
    let server = postgres(gate)?;
    let log = gate.log("test");
    let places = Places {
        root: &gate.root,
        target: &gate.target,
        log: &log,
    };
    let mut cargo = run::cargo(&gate.root);
    cargo
        .args([
            "nextest",
            "run",
            "--workspace",
            "--all-targets",
            "--locked",
            "--profile",
            "gate",
            "--cargo-quiet",
        ])
        .env("TOWNHALL_TEST_PG", server)
        .env("TOWNHALL_REQUIRE_TOOLS", "1")
        .env("TOWNHALL_S3_PYTHON", places.moto_python())
        .env("INSTA_UPDATE", "no")
        .env("NO_COLOR", "1");
    let outcome = run::logged(&mut cargo, &log, 30 * MINUTE);
    let text = fs::read_to_string(&log).unwrap_or_default();
    let summary = text
        .lines()
        .rev()
        .find(|line| line.trim_start().starts_with("Summary ["))
        .map(str::to_owned);
    match (outcome, summary) {
        (Ok(()), Some(line)) => Ok(Said {
            note: "on SQLite and PostgreSQL".into(),
            below: vec![line],
        }),
        (Ok(()), None) => bail!("nextest did not say how many tests it ran"),
        (Err(error), _) => Err(error),
    }
}

/// The server for the tests of this run; it ends with this process, however this process ends.
fn postgres(gate: &mut Gate) -> Result<String> {
    if let Some((_, _, url)) = &gate.postgres {
        return Ok(url.clone());
    }
    let mut child = Command::new(gate.target.join("debug/test-postgres"))
        .arg("run")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("starting the PostgreSQL for tests")?;
    let input = child.stdin.take().context("its standard input was asked for")?;
    let mut url = String::new();
    BufReader::new(child.stdout.take().context("its standard output was asked for")?).read_line(&mut url)?;
    let url = url.trim().to_owned();
    if url.is_empty() {
        bail!("PostgreSQL for tests did not start");
    }
    gate.postgres = Some((child, input, url.clone()));
    Ok(url)
}

fn documentation(gate: &mut Gate) -> Result<Said> {
    let log = gate.log("doc");
    let mut cargo = run::cargo(&gate.root);
    run::logged(
        cargo.args(["test", "--doc", "--workspace", "--locked", "--quiet"]),
        &log,
        20 * MINUTE,
    )?;
    let text = fs::read_to_string(&log).unwrap_or_default();
    let passed: u32 = text
        .lines()
        .filter_map(|line| {
            line.strip_prefix("test result: ok. ")?
                .split(' ')
                .next()?
                .parse::<u32>()
                .ok()
        })
        .sum();
    Ok(Said::note(format!("{passed} examples")))
}

fn packs(gate: &mut Gate) -> Result<Said> {
    ensure_built(gate)?;
    let log = gate.log("packs");
    run::logged(
        Command::new(binary(gate))
            .args(["packs", "check"])
            .current_dir(&gate.root),
        &log,
        5 * MINUTE,
    )?;
    let text = fs::read_to_string(&log).unwrap_or_default();
    Ok(Said::note(text.lines().last().unwrap_or_default()))
}

fn browser(gate: &mut Gate) -> Result<Said> {
    ensure_built(gate)?;
    let log = gate.log("browser");
    let chromium = install::chromium().context("Chromium is not installed")?;
    let mut node = Command::new("node");
    node.arg("run.mjs")
        .current_dir(gate.root.join("tests/browser"))
        .env("TOWNHALL_BIN", binary(gate))
        .env("CHROMIUM", chromium);
    let outcome = run::logged(&mut node, &log, 25 * MINUTE);
    closing_line(&log, outcome)
}

fn api(gate: &mut Gate) -> Result<Said> {
    ensure_built(gate)?;
    let log = gate.log("api");
    let places = Places {
        root: &gate.root,
        target: &gate.target,
        log: &log,
    };
    let mut python = Command::new(places.python_program("python"));
    python
        .arg("run.py")
        .current_dir(gate.root.join("tests/api"))
        .env("TOWNHALL_BIN", binary(gate));
    let outcome = run::logged(&mut python, &log, 15 * MINUTE);
    closing_line(&log, outcome)
}

/// `N passed, N failed`, as both of our own runners end; a failure names what failed.
fn closing_line(log: &std::path::Path, outcome: Result<()>) -> Result<Said> {
    let text = fs::read_to_string(log).unwrap_or_default();
    let failed: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("FAIL "))
        .collect();
    if !failed.is_empty() {
        bail!("{} failed: {}", failed.len(), failed.join("; "));
    }
    outcome?;
    let line = text
        .lines()
        .rev()
        .find(|line| line.contains(" passed, ") && line.contains(" failed"));
    line.map(|line| Said::note(line.trim()))
        .context("the runner did not say how many tests it ran")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_are_counted_without_their_sums() {
        let log = "$ cargo clippy\nwarning: unused import: `a`\n --> a.rs:1:1\nwarning: `x` (lib) generated 1 warning\n";
        assert_eq!(warnings(log), 1);
        assert_eq!(warnings("$ cargo clippy\n"), 0);
    }
}

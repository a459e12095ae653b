//! The whole gate: one line a step with its time, and the cause of a failure last.

mod steps;

use std::collections::BTreeSet;
use std::fs;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::install::{self, Places};
use crate::run;
use steps::STEPS;

/// How much of a failed step's log is shown; the whole of it stays in its file.
const SHOWN_LINES: usize = 80;

/// Which steps are wanted.
#[derive(Debug, Default)]
pub struct Choice {
    only: Vec<String>,
    skip: Vec<String>,
}

impl Choice {
    /// Reads `--only STEP` and `--skip STEP`, each as often as you like.
    ///
    /// # Errors
    /// When a step does not exist.
    pub fn parse(options: &[&str]) -> Result<Self> {
        let mut choice = Self::default();
        let mut rest = options.iter();
        while let Some(option) = rest.next() {
            let list = match *option {
                "--only" => &mut choice.only,
                "--skip" => &mut choice.skip,
                other => bail!("test knows --only STEP and --skip STEP, not {other}"),
            };
            match rest.next() {
                Some(name) if STEPS.iter().any(|step| step.name == *name) => list.push((*name).to_owned()),
                other => bail!(
                    "{option} takes one of {}, not {}",
                    STEPS.iter().map(|step| step.name).collect::<Vec<_>>().join(", "),
                    other.unwrap_or(&"nothing")
                ),
            }
        }
        Ok(choice)
    }

    fn wants(&self, name: &str) -> bool {
        let is = |list: &[String]| list.iter().any(|wanted| wanted == name);
        (self.only.is_empty() || is(&self.only)) && !is(&self.skip)
    }
}

/// Names and meanings of all steps.
pub fn steps() -> impl Iterator<Item = (&'static str, &'static str)> {
    STEPS.iter().map(|step| (step.name, step.what))
}

/// What a step has to say when it succeeds: words for the end of its line, and lines below it.
#[derive(Debug, Default)]
pub struct Said {
    note: String,
    below: Vec<String>,
}

impl Said {
    fn note(note: impl Into<String>) -> Self {
        Self {
            note: note.into(),
            below: Vec::new(),
        }
    }
}

/// What the steps share: places, and things made once.
pub struct Gate {
    root: PathBuf,
    target: PathBuf,
    logs: PathBuf,
    built: bool,
    postgres: Option<(Child, ChildStdin, String)>,
}

impl Gate {
    fn log(&self, step: &str) -> PathBuf {
        self.logs.join(format!("{step}.log"))
    }

    /// The state of the checkout as git sees it.
    fn state_of_tree(&self) -> Option<String> {
        let mut git = std::process::Command::new("git");
        run::output(git.args(["status", "--porcelain"]).current_dir(&self.root)).ok()
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        // The server ends when its standard input does; waiting lets it remove its data.
        if let Some((mut child, input, _)) = self.postgres.take() {
            drop(input);
            let _ = child.wait();
        }
    }
}

/// Runs the chosen steps; `false` when one failed, its cause printed last.
///
/// # Errors
/// When not even the first step could begin.
pub fn run(root: &Path, choice: &Choice) -> Result<bool> {
    let start = Instant::now();
    let target = run::target_dir(root)?;
    let logs = target.join("gate");
    let _ = fs::remove_dir_all(&logs);
    fs::create_dir_all(&logs)?;
    let mut gate = Gate {
        root: root.to_path_buf(),
        target,
        logs,
        built: false,
        postgres: None,
    };
    let before = gate.state_of_tree();

    let chosen: Vec<_> = STEPS.iter().filter(|step| choice.wants(step.name)).collect();
    let tools: BTreeSet<_> = chosen
        .iter()
        .flat_map(|step| step.tools.iter().copied())
        .collect();
    let mut failures = Vec::new();
    if !tools.is_empty() {
        let log = gate.log("tools");
        let begun = Instant::now();
        let places = Places {
            root: &gate.root,
            target: &gate.target,
            log: &log,
        };
        let outcome = install::install(&tools, &places).map(Said::note);
        report("tools", begun.elapsed(), &outcome);
        if let Err(error) = outcome {
            // Every step would fail for the same reason, each in its own unclear way.
            explain(&gate, &[("tools", error)]);
            return Ok(false);
        }
    }
    for step in &chosen {
        begin(step.name, step.what);
        let begun = Instant::now();
        let outcome = (step.run)(&mut gate);
        report(step.name, begun.elapsed(), &outcome);
        if let Err(error) = outcome {
            failures.push((step.name, error));
        }
    }
    if gate.state_of_tree() != before {
        let error = anyhow::anyhow!(
            "the run changed files of the tree: see git status; generated files must come out as they are"
        );
        failures.push(("tree", error));
    }
    let (good, bad) = (chosen.len().saturating_sub(failures.len()), failures.len());
    println!("{good} steps good, {bad} bad, {}", minutes(start.elapsed()));
    explain(&gate, &failures);
    Ok(failures.is_empty())
}

fn begin(name: &str, what: &str) {
    let mut out = std::io::stdout();
    if out.is_terminal() {
        let _ = write!(out, "….       {name:<8} {what}\r");
        let _ = out.flush();
    }
}

fn report(name: &str, took: Duration, outcome: &Result<Said>) {
    let mark = if outcome.is_ok() { "ok  " } else { "FAIL" };
    let note = match outcome {
        Ok(said) => said.note.clone(),
        Err(error) => error.to_string(),
    };
    let clear = if std::io::stdout().is_terminal() {
        "\x1b[K"
    } else {
        ""
    };
    println!("{clear}{mark} {:>8}  {name:<8} {note}", minutes(took));
    for line in outcome.iter().flat_map(|said| &said.below) {
        println!("{line}");
    }
}

/// The causes, each with the end of its log, the last thing on the screen.
///
/// What went well is left out: a machine that keeps only so many lines of what it ran must keep these.
fn explain(gate: &Gate, failures: &[(&str, anyhow::Error)]) {
    for (name, error) in failures {
        let log = gate.log(name);
        println!("\n──── {name} failed ────");
        if let Ok(text) = fs::read_to_string(&log) {
            let told = worth_telling(&text);
            println!("… all {} lines are in {}", text.lines().count(), log.display());
            for line in told {
                println!("{line}");
            }
        }
        println!("{name}: {error:#}");
    }
}

/// The last lines of a log without those of the tests that passed, nextest's and our own runners'.
fn worth_telling(log: &str) -> Vec<&str> {
    let passed = |line: &&str| line.starts_with("ok   ") || line.trim_start().starts_with("PASS [");
    let lines: Vec<&str> = log.lines().filter(|line| !passed(line)).collect();
    lines[lines.len().saturating_sub(SHOWN_LINES)..].to_vec()
}

fn minutes(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 60.0 {
        format!("{seconds:.1} s")
    } else {
        format!(
            "{:.0} m {:02.0} s",
            (seconds / 60.0).floor(),
            (seconds % 60.0).floor()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_and_skip_choose_steps() {
        let choice =
            Choice::parse(&["--only", "fmt", "--only", "tidy", "--skip", "tidy"]).expect("known steps");
        assert!(choice.wants("fmt") && !choice.wants("tidy") && !choice.wants("test"));
        assert!(Choice::parse(&[]).expect("no options").wants("test"));
    }

    #[test]
    fn a_step_that_does_not_exist_is_named_with_those_that_do() {
        let error = Choice::parse(&["--only", "lint"])
            .expect_err("no such step")
            .to_string();
        assert!(error.contains("clippy") && error.contains("lint"), "{error}");
    }

    #[test]
    fn a_failure_is_not_lost_among_what_went_well() {
        let log = format!(
            "FAIL page one (2.0 s)\n{}        PASS [   0.1s] crate test\n── page one\nit was too wide\n",
            "ok   page two (1.0 s)\n".repeat(200)
        );
        assert_eq!(
            worth_telling(&log),
            ["FAIL page one (2.0 s)", "── page one", "it was too wide"]
        );
    }

    #[test]
    fn times_are_told_as_people_tell_them() {
        assert_eq!(minutes(Duration::from_millis(2340)), "2.3 s");
        assert_eq!(minutes(Duration::from_secs(125)), "2 m 05 s");
    }
}

//! The tables of `docs/PERFORMANCE.md`.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::node::Kind;
use crate::stopwatch::Measured;
use crate::work::Operation;

/// What stands between these two lines is replaced.
const BEGIN: &str = "<!-- begin: cargo xtask bench -->";
const END: &str = "<!-- end: cargo xtask bench -->";

/// What the load generator found.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered {
    /// Requests a second.
    pub per_second: f64,
    /// Time within which half of them were answered, as `wrk` writes it.
    pub median: String,
    /// Time within which 99 of 100 were answered.
    pub p99: String,
    /// Answers that were refusals or worse.
    pub refused: u64,
    /// Processor time of our process for each request, in microseconds.
    pub micros: f64,
}

impl Answered {
    /// Reads what `wrk --latency` prints.
    ///
    /// # Errors
    /// When something is missing in it.
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    pub fn read(text: &str, processor_seconds: f64) -> Result<Self> {
        let line = |begin: &str| {
            let found = text.lines().find_map(|line| line.trim().strip_prefix(begin));
            found.map(str::trim)
        };
        let requests: u64 = text
            .lines()
            .find_map(|line| line.trim().split_once(" requests in "))
            .context("the number of requests")?
            .0
            .parse()?;
        Ok(Self {
            per_second: line("Requests/sec:").context("requests a second")?.parse()?,
            median: line("50%").context("the median")?.to_owned(),
            p99: line("99%").context("the 99th percentile")?.to_owned(),
            refused: line("Non-2xx or 3xx responses:").map_or(Ok(0), str::parse)?,
            micros: processor_seconds * 1e6 / (requests.max(1) as f64),
        })
    }
}

/// What was found, as it comes.
#[derive(Debug, Default)]
pub struct Report {
    machine: String,
    beside: String,
    answered: String,
    program: String,
}

impl Report {
    /// Names what it was measured on.
    ///
    /// # Errors
    /// When the kernel does not say.
    pub fn machine(&mut self, dossiers: usize) -> Result<()> {
        let processors = std::thread::available_parallelism()?;
        let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = cpu
            .lines()
            .find_map(|line| line.strip_prefix("model name"))
            .map_or("unknown", |rest| rest.trim_start_matches(['\t', ' ', ':']));
        let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
        let kib: u64 = memory
            .lines()
            .find_map(|line| line.strip_prefix("MemTotal:"))
            .and_then(|rest| rest.split_whitespace().next())
            .and_then(|kib| kib.parse().ok())
            .unwrap_or(0);
        self.machine = format!(
            "{processors} processors ({model}), {} GiB of memory, {dossiers} dossiers in the node.\n",
            kib / 1_048_576
        );
        Ok(())
    }

    /// A line of ours beside the bare database.
    pub fn beside(
        &mut self,
        kind: Kind,
        operation: Operation,
        callers: usize,
        ours: &Measured,
        bare: &Measured,
    ) {
        let _ = writeln!(
            self.beside,
            "| {} | {} | {callers} | {:.0} | {:.0} | {:.2} | {:.2} | {:.2} |",
            kind.name(),
            operation.name(),
            ours.per_second(),
            bare.per_second(),
            ours.per_second() / bare.per_second().max(f64::EPSILON),
            ours.quantile(50),
            ours.quantile(99),
        );
    }

    /// A line of the program over HTTP.
    pub fn answered(&mut self, name: &str, callers: usize, answered: &Answered) {
        let _ = writeln!(
            self.answered,
            "| {name} | {callers} | {:.0} | {} | {} | {:.0} | {} |",
            answered.per_second, answered.median, answered.p99, answered.micros, answered.refused
        );
    }

    /// A figure of the program itself.
    pub fn program(&mut self, name: &str, value: &str) {
        let _ = writeln!(self.program, "| {name} | {value} |");
    }

    /// All of it.
    pub fn markdown(&self) -> String {
        let mut text = self.machine.clone();
        let mut part = |title: &str, head: &str, rows: &str| {
            if !rows.is_empty() {
                let columns = head.matches('|').count() - 1;
                let _ = write!(text, "\n### {title}\n{head}\n|{}\n{rows}", "---|".repeat(columns));
            }
        };
        part(
            "Beside the bare database",
            "| database | operation | callers | a second | bare, a second | ratio | median ms | p99 ms |",
            &self.beside,
        );
        part(
            "Over HTTP",
            "| request | connections | a second | median | p99 | processor µs each | refused |",
            &self.answered,
        );
        part("The program", "| figure | value |", &self.program);
        text
    }
}

/// Puts the tables between the marks of a file.
///
/// # Errors
/// When it cannot be read or written, or has no marks.
pub fn put(file: &Path, tables: &str) -> Result<()> {
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let (before, rest) = text.split_once(BEGIN).context("the first mark is missing")?;
    let (_, after) = rest.split_once(END).context("the second mark is missing")?;
    fs::write(file, format!("{before}{BEGIN}\n{tables}\n{END}{after}"))
        .with_context(|| format!("cannot write {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: &str = "\
Running 4s test @ http://127.0.0.1:1/
  2 threads and 8 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     5.01ms    1.02ms  20.00ms   90.00%
    Req/Sec     0.80k    20.00     0.90k    70.00%
  Latency Distribution
     50%    4.90ms
     75%    5.50ms
     90%    6.10ms
     99%    9.00ms
  6400 requests in 4.00s, 3.20MB read
  Non-2xx or 3xx responses: 12
Requests/sec:   1600.00
Transfer/sec:    819.20KB
";

    #[test]
    fn what_the_load_generator_prints_is_read() {
        let read = Answered::read(SAID, 3.2).expect("it is all there");
        assert_eq!(
            read,
            Answered {
                per_second: 1600.0,
                median: "4.90ms".into(),
                p99: "9.00ms".into(),
                refused: 12,
                micros: 500.0
            }
        );
        Answered::read("nothing", 1.0).expect_err("nothing is no figure");
    }
}

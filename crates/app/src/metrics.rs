//! Figures of the running program, in the text format that Prometheus reads.
//!
//! One registry a process, as there is one log: whoever has something to count counts it, and `/metrics` writes
//! it out. Labels are routes, methods and kinds of the program, never anything that a person typed.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

/// Upper bounds of a histogram's parts, in seconds: from a page out of memory to one that nobody waits for.
const BOUNDS: [f64; 11] = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// What a figure is called, of which kind it is, and what it tells.
#[derive(Debug)]
pub struct Figure {
    /// Its name.
    pub name: &'static str,
    /// `counter`, `gauge` or `histogram`.
    pub kind: &'static str,
    /// What it tells, in one sentence.
    pub help: &'static str,
}

const fn figure(name: &'static str, kind: &'static str, help: &'static str) -> Figure {
    Figure { name, kind, help }
}

/// Requests by method, route and status.
pub static REQUESTS: Figure = figure(
    "townhall_http_requests_total",
    "counter",
    "Requests answered, by method, route and status.",
);
/// How long requests took.
pub static REQUEST_SECONDS: Figure = figure(
    "townhall_http_request_seconds",
    "histogram",
    "Seconds from the head of a request to the head of its answer, by route.",
);
/// Requests that were told to come back later.
pub static LIMITED: Figure = figure(
    "townhall_http_limited_total",
    "counter",
    "Requests refused because one address asked too often.",
);
/// Runs of jobs.
pub static JOB_RUNS: Figure = figure(
    "townhall_job_runs_total",
    "counter",
    "Runs of background jobs, by kind and outcome.",
);
/// Messages to citizens.
pub static MESSAGES: Figure = figure(
    "townhall_messages_total",
    "counter",
    "Messages to citizens, by way and outcome of the try.",
);
/// What went to and came from the portal.
pub static PORTAL: Figure = figure(
    "townhall_portal_total",
    "counter",
    "Dossiers taken from the portal and states told to it, by outcome.",
);
/// Jumps of the machine's clock.
pub static CLOCK_JUMPS: Figure = figure(
    "townhall_clock_jumps_total",
    "counter",
    "Jumps of the machine's clock by more than five minutes.",
);
/// Failures of the log's writer.
pub static PANICS: Figure = figure(
    "townhall_http_panics_total",
    "counter",
    "Handlers that broke off; each is a fault of the program.",
);

#[derive(Debug, Default)]
struct Histogram {
    parts: [u64; BOUNDS.len()],
    count: u64,
    sum: f64,
}

#[derive(Debug, Default)]
struct Registry {
    counters: BTreeMap<&'static str, (&'static Figure, BTreeMap<String, u64>)>,
    histograms: BTreeMap<&'static str, (&'static Figure, BTreeMap<String, Histogram>)>,
}

static REGISTRY: LazyLock<Mutex<Registry>> = LazyLock::new(Mutex::default);

fn registry() -> MutexGuard<'static, Registry> {
    REGISTRY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Counts one more.
pub fn count(figure: &'static Figure, labels: &[(&str, &str)]) {
    let labels = label_text(labels);
    let mut registry = registry();
    let (_, values) = registry
        .counters
        .entry(figure.name)
        .or_insert_with(|| (figure, BTreeMap::new()));
    *values.entry(labels).or_default() += 1;
}

/// Adds a measured time, in seconds.
pub fn observe(figure: &'static Figure, labels: &[(&str, &str)], seconds: f64) {
    let labels = label_text(labels);
    let mut registry = registry();
    let (_, values) = registry
        .histograms
        .entry(figure.name)
        .or_insert_with(|| (figure, BTreeMap::new()));
    let histogram = values.entry(labels).or_default();
    for (part, bound) in histogram.parts.iter_mut().zip(BOUNDS) {
        *part += u64::from(seconds <= bound);
    }
    histogram.count += 1;
    histogram.sum += seconds;
}

/// Everything counted so far, as text; gauges are added by whoever asks.
pub fn text() -> String {
    let registry = registry();
    let mut out = String::new();
    for (figure, values) in registry.counters.values() {
        head(&mut out, figure);
        for (labels, value) in values {
            let _ = writeln!(out, "{}{} {value}", figure.name, braced(labels));
        }
    }
    for (figure, values) in registry.histograms.values() {
        head(&mut out, figure);
        for (labels, histogram) in values {
            let name = figure.name;
            let comma = if labels.is_empty() { "" } else { "," };
            for (part, bound) in histogram.parts.iter().zip(BOUNDS) {
                let _ = writeln!(out, "{name}_bucket{{{labels}{comma}le=\"{bound}\"}} {part}");
            }
            let (sum, count) = (histogram.sum, histogram.count);
            let _ = writeln!(out, "{name}_bucket{{{labels}{comma}le=\"+Inf\"}} {count}");
            let _ = writeln!(out, "{name}_sum{} {sum}", braced(labels));
            let _ = writeln!(out, "{name}_count{} {count}", braced(labels));
        }
    }
    out
}

/// Writes a gauge whose value is known at this moment.
pub fn gauge(out: &mut String, name: &str, help: &str, values: &[(&[(&str, &str)], f64)]) {
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} gauge");
    for (labels, value) in values {
        let _ = writeln!(out, "{name}{} {value}", braced(&label_text(labels)));
    }
}

fn head(out: &mut String, figure: &Figure) {
    let Figure { name, kind, help } = figure;
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

fn braced(labels: &str) -> String {
    if labels.is_empty() {
        String::new()
    } else {
        format!("{{{labels}}}")
    }
}

fn label_text(labels: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (name, value) in labels {
        let comma = if text.is_empty() { "" } else { "," };
        let value = value
            .replace('\\', "\\\\")
            .replace('"', "\\\"")
            .replace('\n', "\\n");
        let _ = write!(text, "{comma}{name}=\"{value}\"");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    static COUNTED: Figure = figure("test_counted_total", "counter", "Counted in a test.");
    static MEASURED: Figure = figure("test_measured_seconds", "histogram", "Measured in a test.");

    #[test]
    fn figures_are_written_as_prometheus_reads_them() {
        count(&COUNTED, &[("route", "/a/{id}"), ("odd", "\"\\\n")]);
        count(&COUNTED, &[("route", "/a/{id}"), ("odd", "\"\\\n")]);
        observe(&MEASURED, &[("route", "/a")], 0.3);
        let text = text();
        assert!(
            text.contains("# TYPE test_counted_total counter\ntest_counted_total{route=\"/a/{id}\",odd=\"\\\"\\\\\\n\"} 2\n"),
            "{text}"
        );
        assert!(text.contains("test_measured_seconds_bucket{route=\"/a\",le=\"0.25\"} 0\n"));
        assert!(text.contains("test_measured_seconds_bucket{route=\"/a\",le=\"0.5\"} 1\n"));
        assert!(text.contains("test_measured_seconds_bucket{route=\"/a\",le=\"+Inf\"} 1\n"));
        assert!(text.contains("test_measured_seconds_count{route=\"/a\"} 1\n"));
        let mut out = String::new();
        gauge(
            &mut out,
            "test_waiting",
            "Waiting.",
            &[(&[("kind", "write")], 3.0)],
        );
        assert!(out.ends_with("test_waiting{kind=\"write\"} 3\n"));
    }
}

//! The program's log: one line an event, JSON for machines or text for people, without personal data.

use std::str::FromStr;

use tracing::level_filters::LevelFilter;

/// How lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// One JSON object a line.
    #[default]
    Json,
    /// For a person at a terminal.
    Text,
}

impl FromStr for Format {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "json" => Ok(Self::Json),
            "text" => Ok(Self::Text),
            other => Err(format!("json or text is wanted, not {other}")),
        }
    }
}

/// What is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level(pub LevelFilter);

impl Default for Level {
    fn default() -> Self {
        Self(LevelFilter::INFO)
    }
}

impl FromStr for Level {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let wanted = || format!("error, warn, info or debug is wanted, not {text}");
        match text {
            "error" | "warn" | "info" | "debug" => text.parse().map(Self).map_err(|_| wanted()),
            _ => Err(wanted()),
        }
    }
}

/// Begins the log on standard error; standard output belongs to what commands answer.
pub fn begin(format: Format, level: Level) {
    let lines = tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(level.0);
    // A second call, in a test, leaves the first one in place.
    let _ = match format {
        Format::Json => tracing::subscriber::set_global_default(
            lines
                .json()
                .flatten_event(true)
                .with_current_span(true)
                .with_span_list(false)
                .finish(),
        ),
        Format::Text => tracing::subscriber::set_global_default(lines.with_target(false).finish()),
    };
}

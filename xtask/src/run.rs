//! Starting other programs.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// The cargo that runs us.
pub fn cargo(root: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // What it says is kept in files and shown on pages without colours.
    command.current_dir(root).env("CARGO_TERM_COLOR", "never");
    command
}

/// What a command prints, or an error with what it said.
///
/// # Errors
/// When it cannot be started or fails.
pub fn output(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("starting {name}"))?;
    if !output.status.success() {
        bail!(
            "{}: {}",
            describe(command),
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether a command can be started and succeeds.
pub fn works(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|s| s.success())
}

/// The command as a person would type it.
pub fn describe(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Runs a command with its output in `log` (appended), for at most `limit`.
///
/// # Errors
/// When it cannot be started, fails, or does not end in time; the log tells why.
pub fn logged(command: &mut Command, log: &Path, limit: Duration) -> Result<()> {
    let mut child = start_logged(command, log)?;
    let end = Instant::now() + limit;
    loop {
        if let Some(status) = child.try_wait()? {
            return if status.success() {
                Ok(())
            } else {
                bail!("{} ended with {status}", describe(command))
            };
        }
        if Instant::now() > end {
            let _ = child.kill();
            let _ = child.wait();
            bail!(
                "{} did not end within {} minutes",
                describe(command),
                limit.as_secs() / 60
            );
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn start_logged(command: &mut Command, log: &Path) -> Result<Child> {
    use std::io::Write;
    let mut file = File::options()
        .create(true)
        .append(true)
        .open(log)
        .context("opening a step's log")?;
    writeln!(file, "$ {}", describe(command))?;
    let errors = file.try_clone()?;
    command
        .stdin(Stdio::null())
        .stdout(file)
        .stderr(errors)
        .spawn()
        .with_context(|| format!("starting {}", describe(command)))
}

/// Cargo's build directory, wherever the environment puts it.
///
/// # Errors
/// When cargo cannot tell.
pub fn target_dir(root: &Path) -> Result<PathBuf> {
    let text = output(cargo(root).args(["metadata", "--no-deps", "--format-version", "1"]))?;
    let metadata: serde_json::Value = serde_json::from_str(&text)?;
    Ok(metadata["target_directory"]
        .as_str()
        .context("cargo metadata names the build directory")?
        .into())
}

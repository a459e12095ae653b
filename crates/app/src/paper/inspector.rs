//! The parent's side: a child for each file, watched, and what it says.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use townhall_domain::time::{self, Timestamp};
use townhall_store::files::{Files, Incoming, Stored};

use super::inspect::{Inspection, Said};
use super::{FileProblem, TakeError, clean_name};

/// How long a child may take by the wall clock; its processor time is limited by itself, to less.
const PATIENCE: Duration = Duration::from_mins(1);
/// Longest first line.
const MOST_LINE: u64 = 4096;
/// A converted image weighs what it weighed, or what its pixels weigh.
const MOST_CONVERTED: u64 = 300 * 1024 * 1024;

/// Starts children that look at foreign files.
#[derive(Debug, Clone)]
pub struct Inspector {
    program: PathBuf,
}

/// A file that was looked at and lies in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Name as shown.
    pub name: String,
    /// Media type of what is kept: always PDF, since images become one.
    pub media_type: String,
    /// Size of what is kept.
    pub bytes: i64,
    /// Pages.
    pub pages: i64,
    /// Hash of what is kept.
    pub sha256: String,
    /// Hash of what was sent, when that was an image.
    pub original_sha256: Option<String>,
}

impl Inspector {
    /// Children run this program, which must know `inspect-file`.
    pub fn new(program: PathBuf) -> Self {
        Self { program }
    }

    /// Children run the program that is running now.
    ///
    /// # Errors
    /// When the system does not say which that is.
    pub fn own() -> std::io::Result<Self> {
        std::env::current_exe().map(Self::new)
    }

    /// Looks at a file that has come in, and keeps it when it can be kept; else nothing of it stays.
    ///
    /// Takes as long as the file is hard, so never on a thread that serves requests.
    ///
    /// # Errors
    /// [`TakeError::Problem`] says what is wrong with the file.
    pub fn take(
        &self,
        files: &Files,
        incoming: Incoming,
        name: &str,
        at: Timestamp,
    ) -> Result<Taken, TakeError> {
        if incoming.bytes() == 0 {
            return Err(FileProblem::Empty.into());
        }
        if incoming.bytes() > super::MOST_BYTES {
            return Err(FileProblem::TooLarge.into());
        }
        let (inspection, converted) = self.look(files, &incoming, name, at)?;
        // What was sent first: a PDF that nobody refers to is swept, an original that is referred to must be there.
        let original = incoming.finish()?;
        let (kept, original_sha256): (Stored, Option<String>) = match converted {
            Some(pdf) => (pdf.finish()?, Some(original.sha256)),
            None => (original, None),
        };
        Ok(Taken {
            name: clean_name(name, "pdf"),
            media_type: "application/pdf".to_owned(),
            bytes: i64::try_from(kept.bytes).unwrap_or(i64::MAX),
            pages: inspection.pages,
            sha256: kept.sha256,
            original_sha256,
        })
    }

    fn look(
        &self,
        files: &Files,
        incoming: &Incoming,
        name: &str,
        at: Timestamp,
    ) -> Result<(Inspection, Option<Incoming>), TakeError> {
        let mut child = self.start(incoming, name, at)?;
        let stdout = child
            .stdout
            .take()
            .ok_or_else(|| failed("no pipe to the child"))?;
        let files = files.clone();
        let reader = std::thread::spawn(move || hear(&files, stdout));
        let ended = wait(&mut child);
        let heard = reader
            .join()
            .map_err(|_| failed("the reader of a child panicked"))?;
        match ended? {
            Some(true) => {}
            // Killed by a limit, or by us: the file asked for more than a file may ask.
            Some(false) | None => return Err(FileProblem::TooHard.into()),
        }
        match heard? {
            (Said::Kept(inspection), pdf) => Ok((inspection, pdf)),
            (Said::Refused(word), _) => Err(FileProblem::parse(&word).unwrap_or(FileProblem::Damaged).into()),
        }
    }

    fn start(&self, incoming: &Incoming, name: &str, at: Timestamp) -> Result<Child, TakeError> {
        // A name of ten megabytes is no argument; its end is what tells the type.
        let count = name.chars().count();
        let name: String = name
            .chars()
            .filter(|c| *c != '\0')
            .skip(count.saturating_sub(400))
            .collect();
        let child = Command::new(&self.program)
            .arg("inspect-file")
            .arg(format!("--name={name}"))
            .arg(format!("--at={}", time::rfc3339(at)))
            .env_clear()
            .current_dir("/")
            .stdin(File::open(incoming.path())?)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        child.map_err(|error| {
            tracing::error!(%error, program = %self.program.display(), "the child that looks at files cannot be started");
            TakeError::from(error)
        })
    }
}

/// Whether the child ended well; nothing when it took too long and was killed.
fn wait(child: &mut Child) -> Result<Option<bool>, TakeError> {
    let until = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status.success()));
        }
        if Instant::now() >= until {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The child's line, and the PDF behind it straight into the file store.
fn hear(files: &Files, stdout: ChildStdout) -> Result<(Said, Option<Incoming>), TakeError> {
    let mut stdout = BufReader::new(stdout);
    let mut line = String::new();
    (&mut stdout).take(MOST_LINE).read_line(&mut line)?;
    let said: Said = serde_json::from_str(&line).map_err(|_| TakeError::Problem(FileProblem::TooHard))?;
    let Said::Kept(Inspection { converted: true, .. }) = &said else {
        return Ok((said, None));
    };
    let mut pdf = files.begin()?;
    let mut piece = vec![0; 64 * 1024];
    loop {
        match stdout.read(&mut piece)? {
            0 => return Ok((said, Some(pdf))),
            count => pdf.write(&piece[..count])?,
        }
        if pdf.bytes() > MOST_CONVERTED {
            return Err(FileProblem::TooHard.into());
        }
    }
}

fn failed(what: &str) -> TakeError {
    TakeError::from(std::io::Error::other(what.to_owned()))
}

impl From<TakeError> for crate::error::AppError {
    fn from(error: TakeError) -> Self {
        match error {
            TakeError::Problem(problem) => Self::refused(problem.key()),
            TakeError::BrokenOff => Self::refused("paper-file-broken-off"),
            TakeError::Store(error) => Self::Store(error),
        }
    }
}

//! What a process asked of the system, in order: the proof that data was synced before an answer left.
//!
//! A `kill -9` cannot show a missing sync, because the system keeps what was written; only a power cut loses
//! it. So the calls themselves are looked at: the write that holds a marker, its sync, the answer, in this order.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;

use crate::tools;

/// The calls that matter: writing, syncing, naming, answering.
const CALLS: &str =
    "write,writev,pwrite64,pwritev,sendto,sendmsg,fsync,fdatasync,rename,renameat,renameat2,openat,unlink";

/// So much of what is written is recorded: more than a page of the database with its header.
const RECORDED_BYTES: &str = "16384";

/// Whether calls can be traced here; says why not.
///
/// # Panics
/// When they cannot and tools are required.
pub fn available(what: &str) -> bool {
    if tools::find_program("strace").is_none() {
        tools::skip(what, "strace is not installed");
        return false;
    }
    let may = Command::new("strace")
        .args(["-o", "/dev/null", "true"])
        .status()
        .is_ok_and(|status| status.success());
    if !may {
        tools::skip(what, "this system does not let a process be traced");
    }
    may
}

/// `program` under strace, which writes its calls to `file`.
pub(crate) fn command(program: &Path, file: &Path) -> Command {
    let mut command = Command::new("strace");
    command
        .args(["-f", "-yy", "-s", RECORDED_BYTES, "-e"])
        .arg(format!("trace={CALLS}"))
        .arg("-o")
        .arg(file);
    command.arg("--").arg(program);
    command
}

/// One call: which, on what, with what, and when it began and ended (as positions in the record).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// `fdatasync`
    pub name: String,
    /// Everything between the parentheses, file descriptors with their paths.
    pub arguments: String,
    /// Position at which it was asked.
    pub began: usize,
    /// Position at which the system had done it; the end of the record for one that never ended.
    pub ended: usize,
}

impl Call {
    /// Writes to a file or a socket.
    pub fn is_write(&self) -> bool {
        ["write", "writev", "pwrite64", "pwritev", "sendto", "sendmsg"].contains(&self.name.as_str())
    }

    /// Makes what was written survive a power cut.
    pub fn is_sync(&self) -> bool {
        ["fsync", "fdatasync"].contains(&self.name.as_str())
    }

    /// The path of the file, or the address of the socket, that its first argument stands for.
    pub fn on(&self) -> &str {
        let descriptor = self.arguments.split(',').next().unwrap_or_default();
        let path = descriptor.split_once('<').map_or("", |(_, path)| path);
        path.strip_suffix('>').unwrap_or(path)
    }
}

/// The record of a run.
#[derive(Debug, Default)]
pub struct Trace {
    /// In the order in which they began.
    pub calls: Vec<Call>,
}

impl Trace {
    /// Reads the file that a traced process left.
    ///
    /// # Panics
    /// When it is not there.
    pub fn read(file: &Path) -> Self {
        let text = std::fs::read(file).expect("a traced process leaves a record");
        Self::parse(&String::from_utf8_lossy(&text))
    }

    /// Understands `strace -f -yy -o`, where a call that waits is written as two lines.
    pub fn parse(text: &str) -> Self {
        let mut calls: Vec<Call> = Vec::new();
        let mut waiting: HashMap<&str, usize> = HashMap::new();
        for (at, line) in text.lines().enumerate() {
            let Some((process, rest)) = line.split_once(' ') else {
                continue;
            };
            let rest = rest.trim_start();
            if rest.starts_with("<... ") {
                if let Some(index) = waiting.remove(process) {
                    calls[index].ended = at;
                }
                continue;
            }
            let Some((name, arguments)) = rest.split_once('(') else {
                continue;
            };
            if !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
                continue;
            }
            let unfinished = arguments.trim_end().strip_suffix("<unfinished ...>");
            let whole = arguments.rsplit_once(')').map_or(arguments, |(inside, _)| inside);
            if unfinished.is_some() {
                waiting.insert(process, calls.len());
            }
            calls.push(Call {
                name: name.to_owned(),
                arguments: unfinished.unwrap_or(whole).trim_end().to_owned(),
                began: at,
                ended: if unfinished.is_some() { usize::MAX } else { at },
            });
        }
        Self { calls }
    }

    /// The first call after position `after` for which `wanted` holds.
    pub fn first_after(&self, after: usize, wanted: impl Fn(&Call) -> bool) -> Option<&Call> {
        self.calls.iter().find(|call| call.began >= after && wanted(call))
    }

    /// Shows that what holds `marker` was written to a file whose path ends with `file`, that a sync of that
    /// file began after the write and ended, and that only then an answer that begins with `HTTP/1.1` and
    /// holds `answer` was sent.
    ///
    /// # Errors
    /// Which of these did not happen, in words.
    pub fn synced_before_answer(&self, marker: &str, file: &str, answer: &str) -> Result<(), String> {
        let on_file = |call: &Call| call.on().ends_with(file);
        let write = self
            .first_after(0, |call| {
                call.is_write() && on_file(call) && call.arguments.contains(marker)
            })
            .ok_or_else(|| format!("nothing with {marker} was written to …{file}"))?;
        let sync = self
            .first_after(write.ended, |call| {
                call.is_sync() && on_file(call) && call.ended != usize::MAX
            })
            .ok_or_else(|| format!("…{file} was never synced after {marker} was written"))?;
        let answer = self
            .first_after(write.began, |call| {
                call.is_write() && call.arguments.contains("HTTP/1.1") && call.arguments.contains(answer)
            })
            .ok_or_else(|| format!("no answer with {answer} was sent after {marker} was written"))?;
        if sync.ended < answer.began {
            Ok(())
        } else {
            Err(format!(
                "the answer (line {}) left before …{file} was synced (line {})",
                answer.began, sync.ended
            ))
        }
    }

    /// Shows that a file was synced under its first name, then renamed to a path that holds `name`, and that
    /// its directory was synced after that: only then does its name survive a power cut. Gives the position
    /// at which it was safe.
    ///
    /// # Errors
    /// Which of these did not happen, in words.
    pub fn file_is_safe(&self, name: &str) -> Result<usize, String> {
        let rename = self
            .first_after(0, |call| {
                call.name.starts_with("rename") && call.arguments.contains(name)
            })
            .ok_or_else(|| format!("nothing was renamed to …{name}"))?;
        let paths: Vec<&str> = rename.arguments.split('"').skip(1).step_by(2).collect();
        let (from, to) = (
            paths.first().copied().unwrap_or_default(),
            paths.last().copied().unwrap_or_default(),
        );
        let synced = self
            .calls
            .iter()
            .any(|call| call.is_sync() && call.on().ends_with(from) && call.ended < rename.began);
        if !synced {
            return Err(format!("{from} was renamed before it was synced"));
        }
        let directory = Path::new(to).parent().and_then(Path::to_str).unwrap_or_default();
        self.first_after(rename.ended, |call| {
            call.is_sync() && call.on() == directory && call.ended != usize::MAX
        })
        .map(|call| call.ended)
        .ok_or_else(|| format!("{directory} was not synced after {to} got its name"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "\
7 pwrite64(5</d/a.sqlite-wal>, \"xx marker-1 xx\", 4096, 32) = 4096
7 fdatasync(5</d/a.sqlite-wal>) = 0
8 write(9<TCP:[127.0.0.1:1->127.0.0.1:2]>, \"HTTP/1.1 303 See Other\\r\\n\", 24) = 24
";

    #[test]
    fn written_synced_answered_is_the_order_that_is_proven() {
        assert_eq!(
            Trace::parse(GOOD).synced_before_answer("marker-1", "-wal", "303"),
            Ok(())
        );
    }

    #[test]
    fn an_answer_while_the_sync_still_runs_is_found() {
        let early = "\
7 pwrite64(5</d/a.sqlite-wal>, \"xx marker-1 xx\", 4096, 32) = 4096
7 fdatasync(5</d/a.sqlite-wal> <unfinished ...>
8 sendto(9<TCP:[127.0.0.1:1->127.0.0.1:2]>, \"HTTP/1.1 303 See Other\\r\\n\", 24, 0, NULL, 0) = 24
7 <... fdatasync resumed>) = 0
";
        let found = Trace::parse(early).synced_before_answer("marker-1", "-wal", "303");
        assert!(found.is_err_and(|why| why.contains("left before")));
    }

    #[test]
    fn a_missing_sync_is_found() {
        let missing = GOOD.replace("fdatasync", "lseek");
        let found = Trace::parse(&missing).synced_before_answer("marker-1", "-wal", "303");
        assert!(found.is_err_and(|why| why.contains("never synced")));
    }

    #[test]
    fn a_file_is_safe_when_it_and_its_directory_were_synced_around_its_naming() {
        let good = "\
7 fsync(5</d/tmp/x>) = 0
7 rename(\"/d/tmp/x\", \"/d/blobs/abc\") = 0
7 fsync(6</d/blobs>) = 0
";
        assert_eq!(Trace::parse(good).file_is_safe("abc"), Ok(2));
        let without = good.replace("6</d/blobs>", "6</d>");
        assert!(Trace::parse(&without).file_is_safe("abc").is_err());
    }

    #[test]
    fn a_real_process_is_traced() {
        if !available("tracing a process") {
            return;
        }
        let dir = crate::temp_dir();
        let record = dir.path().join("record");
        let (wal, out) = (dir.path().join("a-wal"), dir.path().join("out"));
        let script = format!(
            "printf marker-2 | dd of={} conv=fdatasync status=none; printf 'HTTP/1.1 200 OK' > {}",
            wal.display(),
            out.display()
        );
        let (status, _, _) = crate::process::Launch::new("/bin/sh")
            .args(["-c", &script])
            .traced(&record)
            .run();
        assert!(status.success());
        assert_eq!(
            Trace::read(&record).synced_before_answer("marker-2", "a-wal", "200"),
            Ok(())
        );
    }
}

//! A `PostgreSQL` database in and out of a file, by the server's own tools.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

/// Dumps a database as it stands at one moment; commands go on meanwhile.
pub fn dump(url: &str, to: &Path) -> Result<()> {
    let mut tool = tool("pg_dump", url);
    tool.args(["--format=custom", "--no-owner", "--no-privileges"])
        .arg("--file")
        .arg(to);
    run(tool, "pg_dump")
}

/// Fills an empty database from a dump, all or nothing.
pub fn restore(url: &str, from: &Path) -> Result<()> {
    let mut tool = tool("pg_restore", url);
    tool.args([
        "--no-owner",
        "--no-privileges",
        "--exit-on-error",
        "--single-transaction",
    ])
    .arg(from);
    run(tool, "pg_restore")
}

/// The tool with the address; the password goes by its environment, where other users do not see it.
fn tool(name: &str, url: &str) -> Command {
    let (address, password) = without_password(url);
    let mut command = Command::new(name);
    command.arg("--dbname").arg(address);
    if let Some(password) = password {
        command.env("PGPASSWORD", password);
    }
    command
}

fn run(mut command: Command, name: &str) -> Result<()> {
    let output = command.output().with_context(|| {
        format!("{name} cannot be started; it comes with the PostgreSQL client (postgresql-client)")
    })?;
    if output.status.success() {
        Ok(())
    } else {
        bail!("{name}: {}", String::from_utf8_lossy(&output.stderr).trim())
    }
}

/// Takes the password out of an address.
fn without_password(url: &str) -> (String, Option<String>) {
    let parts = url.split_once("://").and_then(|(scheme, rest)| {
        let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let (user, host) = authority.rsplit_once('@')?;
        let (user, password) = user.split_once(':')?;
        Some((format!("{scheme}://{user}@{host}{path}"), decoded(password)))
    });
    parts.map_or_else(|| (url.to_owned(), None), |(url, password)| (url, Some(password)))
}

fn decoded(text: &str) -> String {
    let (bytes, mut out, mut at) = (text.as_bytes(), Vec::new(), 0);
    while at < bytes.len() {
        let hex = (bytes[at] == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        if let Some(byte) = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            out.push(byte);
            at += 3;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_leaves_the_address() {
        assert_eq!(
            without_password("postgres://town:a%20b%2Fc@db:5432/town?sslmode=disable"),
            (
                "postgres://town@db:5432/town?sslmode=disable".to_owned(),
                Some("a b/c".to_owned())
            )
        );
        assert_eq!(
            without_password("postgres://town@db/town"),
            ("postgres://town@db/town".to_owned(), None)
        );
    }
}

//! Options that several commands share: where a node is, and from there its configuration.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Context, Result, anyhow};
use clap::Args;

use crate::config::{Config, Problem};

/// Where a node is.
#[derive(Debug, Clone, Default, Args)]
pub struct NodeArgs {
    /// The data directory: database, files, keys
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// A PostgreSQL server instead of the file in the data directory
    #[arg(long, value_name = "URL")]
    pub database_url: Option<String>,
    /// Configuration file
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// A key of the configuration and what the command line says of it.
pub type Said = (&'static str, Option<OsString>);

impl NodeArgs {
    /// File, environment and these options as one configuration.
    ///
    /// # Errors
    /// Everything that is wrong with it, a line each.
    pub fn config(&self) -> Result<Config> {
        self.config_with([])
    }

    /// The same with further options of a command.
    ///
    /// # Errors
    /// As [`NodeArgs::config`].
    pub fn config_with<const N: usize>(&self, more: [Said; N]) -> Result<Config> {
        let place = [
            ("data", self.data.clone().map(PathBuf::into_os_string)),
            ("database_url", self.database_url.clone().map(OsString::from)),
        ];
        let options: Vec<_> = place
            .into_iter()
            .chain(more)
            .filter_map(|(key, value)| Some((key, value?.to_string_lossy().into_owned())))
            .collect();
        Config::load(self.config.as_deref(), std::env::vars(), &options).map_err(|problems| told(&problems))
    }

    /// The configuration of a node that has a data directory, and that directory.
    ///
    /// # Errors
    /// As [`NodeArgs::config`]; a directory that nobody named.
    pub fn config_and_data(&self) -> Result<(Config, PathBuf)> {
        let config = self.config()?;
        let data = data_of(&config)?;
        Ok((config, data))
    }
}

/// The data directory that a configuration names.
///
/// # Errors
/// When it names none.
pub fn data_of(config: &Config) -> Result<PathBuf> {
    config
        .data
        .clone()
        .context("say where the data lies: --data DIR, or `data` in the configuration")
}

/// All problems of a configuration as one error.
fn told(problems: &[Problem]) -> anyhow::Error {
    let lines: Vec<String> = problems.iter().map(|problem| format!("\n  {problem}")).collect();
    anyhow!("the configuration is not right:{}", lines.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_command_line_says_stands_over_the_file() {
        let dir = tempfile::tempdir().expect("a directory");
        let file = dir.path().join("townhall.toml");
        let (of_file, said) = (dir.path().join("a"), dir.path().join("b"));
        for place in [&of_file, &said] {
            std::fs::create_dir(place).expect("a directory");
        }
        std::fs::write(&file, format!("data = {of_file:?}\npacks = {of_file:?}\n")).expect("a file");
        let node = NodeArgs {
            config: Some(file),
            ..NodeArgs::default()
        };
        let packs = Some(said.clone().into_os_string());
        let config = node.config_with([("packs", packs)]).expect("it is right");
        assert_eq!((config.data, config.packs), (Some(of_file), Some(said)));
    }

    #[test]
    fn a_node_without_a_directory_is_asked_for_one() {
        let asked = NodeArgs::default().config_and_data().expect_err("no directory");
        assert!(asked.to_string().contains("--data DIR"), "{asked}");
    }
}

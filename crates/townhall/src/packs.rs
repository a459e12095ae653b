//! `townhall packs check`: reads law as data and tells every problem with file, line and reason.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use jiff::civil::date;
use townhall_app::packs::Packs;
use townhall_text::{Arg, Lang, t_args};

/// Works with law as data.
#[derive(Debug, Clone, Args)]
pub struct PacksArgs {
    #[command(subcommand)]
    command: PacksCommand,
}

#[derive(Debug, Clone, Subcommand)]
enum PacksCommand {
    /// Check all packs and say what they hold
    Check(CheckArgs),
}

#[derive(Debug, Clone, Args)]
struct CheckArgs {
    /// A directory laid over the built-in packs
    #[arg(long, value_name = "DIR")]
    packs: Option<PathBuf>,
    /// Language of the summary: vi or en
    #[arg(long, default_value = "vi", value_parser = parse_lang)]
    lang: Lang,
}

/// Runs the command.
///
/// # Errors
/// The number of problems, after each was printed on a line of its own.
pub fn run(args: &PacksArgs) -> Result<()> {
    let PacksCommand::Check(check) = &args.command;
    answer(check, &mut std::io::stdout().lock())
}

fn answer(args: &CheckArgs, out: &mut impl Write) -> Result<()> {
    match Packs::check(args.packs.as_deref()) {
        Ok(packs) => writeln!(out, "{}", summary(&packs, args.lang)).context("cannot write the answer"),
        Err(problems) => {
            for problem in &problems {
                writeln!(out, "{problem}").context("cannot write the answer")?;
            }
            bail!("problems in the packs: {}", problems.len());
        }
    }
}

fn summary(packs: &Packs, lang: Lang) -> String {
    // Counted as of the first day of the two levels, so that the summary does not change by itself.
    let day = date(2025, 7, 1);
    let procedures = packs.procedures();
    let served = procedures.served(day).count();
    let versions: usize = procedures
        .served(day)
        .map(|procedure| procedures.versions(&procedure.code).len())
        .sum();
    let numbers = [
        ("units", packs.units().all().len()),
        ("served", served),
        ("versions", versions),
        ("known", procedures.listings(day).count() - served),
        ("forms", packs.forms().count()),
    ];
    let numbers = numbers.map(|(name, count)| (name, Arg::from(i64::try_from(count).unwrap_or(i64::MAX))));
    t_args(lang, "packs-check-good", &numbers)
}

fn parse_lang(code: &str) -> Result<Lang, String> {
    Lang::parse(code).ok_or_else(|| format!("known languages are vi and en, not `{code}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(overlay: Option<PathBuf>) -> (String, Option<String>) {
        let mut out = Vec::new();
        let args = CheckArgs {
            packs: overlay,
            lang: Lang::En,
        };
        let failed = answer(&args, &mut out).err().map(|error| error.to_string());
        (String::from_utf8(out).expect("text"), failed)
    }

    #[test]
    fn good_packs_are_summed_up() {
        let (told, failed) = check(None);
        assert_eq!(failed, None);
        let served = Packs::load(None)
            .expect("sound")
            .procedures()
            .served(date(2025, 7, 1))
            .count();
        assert!(served >= 14, "{served}");
        assert!(
            told.starts_with("The packs are good: 3,355 units,")
                && told.contains(&format!(" {served} procedures served (")),
            "{told}"
        );
    }

    #[test]
    fn a_bad_overlay_is_told_line_by_line_and_fails() {
        let overlay = tempfile::tempdir().expect("a directory");
        std::fs::write(overlay.path().join("fields.toml"), "[[field]]\nid = 3\n").expect("a file");
        let (told, failed) = check(Some(overlay.path().to_path_buf()));
        assert!(told.starts_with("fields.toml:2: invalid type: integer"), "{told}");
        assert_eq!(failed.as_deref(), Some("problems in the packs: 1"));
    }
}

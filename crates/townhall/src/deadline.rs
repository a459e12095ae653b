//! `townhall deadline`: computes a deadline and says why, without any data directory.

use std::io::Write;

use anyhow::{Context, Result, anyhow, bail};
use clap::Args;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, date};
use townhall_domain::calendar::{Calendar, Office, OfficeHours};
use townhall_domain::deadline::{Deadline, explain_json};
use townhall_domain::limit::Limit;
use townhall_domain::pack::PackFile;
use townhall_domain::time::{instant, local_date};
use townhall_domain::unit::{Unit, UnitFiles, UnitRegister};
use townhall_text::deadline::{deadline_error, deadline_rule, deadline_steps, limit};
use townhall_text::{Lang, capitalised, date_time, fold, t};

/// Says when something is due, and why.
#[derive(Debug, Clone, Args)]
pub struct DeadlineArgs {
    /// When the complete dossier was received: local time such as 2026-02-12T10:00, or RFC 3339 with an offset
    #[arg(long, value_parser = parse_from)]
    from: Timestamp,
    /// The time limit: 3wd, 15d, 8wh, 30min, 2hd, 1mo, or sd for the same-day rule
    #[arg(long, allow_hyphen_values = true)]
    limit: Limit,
    /// Code of the unit whose office hours hold; without it the default hours
    #[arg(long, value_name = "CODE")]
    unit: Option<String>,
    /// Print JSON: `due` as RFC 3339 with +07:00, and `steps`
    #[arg(long)]
    json: bool,
    /// Language of the explanation: vi or en
    #[arg(long, default_value = "vi", value_parser = parse_lang)]
    lang: Lang,
}

/// Computes and prints a deadline.
///
/// # Errors
/// A message to print: an unknown unit, a year that the calendar does not hold, an output that is closed.
pub fn run(args: &DeadlineArgs) -> Result<()> {
    let told = tell(&Law::built_in()?, args)?;
    std::io::stdout()
        .write_all(told.as_bytes())
        .context("cannot write the answer")
}

/// The packs that a deadline needs.
struct Law {
    calendar: Calendar,
    hours: OfficeHours,
    units: UnitRegister,
}

impl Law {
    /// The packs as they were when the program was built.
    fn built_in() -> Result<Self> {
        macro_rules! pack {
            ($path:literal) => {
                PackFile {
                    path: $path,
                    text: include_str!(concat!("../../../packs/", $path)),
                }
            };
        }
        let units = UnitFiles {
            provinces: pack!("units/provinces.csv"),
            communes: pack!("units/communes.csv"),
            changes: pack!("units/changes.csv"),
        };
        Ok(Self {
            calendar: Calendar::parse(pack!("calendars/viet-nam.toml"))?,
            hours: OfficeHours::parse(pack!("calendars/office-hours.toml"))?,
            units: UnitRegister::parse(units, fold).map_err(|problems| {
                problems
                    .into_iter()
                    .next()
                    .map_or_else(|| anyhow!("no units"), Into::into)
            })?,
        })
    }

    /// The unit of a code on a day; for a day before the unit began, the unit that carries the code later.
    fn unit(&self, code: &str, day: Date) -> Result<&Unit> {
        let later = || self.units.all().iter().find(|unit| unit.code() == code);
        let known = self.units.by_code(code, day).or_else(later);
        known.with_context(|| {
            format!("no unit has the code `{code}`; a commune has five digits, a province two")
        })
    }
}

/// The answer as text or JSON.
fn tell(law: &Law, args: &DeadlineArgs) -> Result<String> {
    let (lang, received_on) = (args.lang, local_date(args.from));
    let unit = args
        .unit
        .as_deref()
        .map(|code| law.unit(code, received_on))
        .transpose()?;
    let codes: Vec<&str> = unit
        .into_iter()
        .flat_map(|unit| {
            [
                Some(unit.code()),
                unit.parent.as_ref().map(townhall_domain::ids::UnitId::code),
            ]
        })
        .flatten()
        .collect();
    let office = Office::new(&law.calendar, &law.hours, &codes);
    let deadline = match Deadline::compute(&office, args.from, args.limit) {
        Ok(deadline) => deadline,
        Err(error) => bail!("{}", deadline_error(lang, &error, received_on)),
    };
    if args.json {
        let mut answer = explain_json(&deadline);
        answer["unit"] = args.unit.as_deref().into();
        return Ok(format!("{answer:#}\n"));
    }
    // A day of another year, so that the four lines on top carry theirs.
    let with_year = date(1, 1, 1);
    let moment = |at| capitalised(&date_time(lang, at, with_year));
    let mut facts = vec![
        ("deadline-cli-received", moment(args.from)),
        ("deadline-cli-limit", limit(lang, args.limit)),
        ("deadline-cli-due", moment(deadline.due)),
    ];
    if let Some(unit) = unit {
        facts.insert(0, ("deadline-cli-unit", law.units.address(unit, received_on)));
    }
    let mut lines: Vec<String> = facts
        .into_iter()
        .map(|(key, value)| format!("{}: {value}", t(lang, key)))
        .collect();
    lines.push(String::new());
    for row in deadline_steps(lang, &deadline, received_on) {
        lines.push(format!("  {} [{}]", row.sentence(), row.source));
    }
    lines.push(String::new());
    lines.push(deadline_rule(lang, &deadline));
    Ok(format!("{}\n", lines.join("\n")))
}

fn parse_from(text: &str) -> Result<Timestamp, String> {
    // An offset wins; without one it is the time on the wall in Viet Nam.
    let at = text
        .parse::<Timestamp>()
        .ok()
        .or_else(|| text.parse::<DateTime>().ok().map(instant));
    match at {
        Some(at) if text.contains([':', 'T']) => Ok(at),
        _ => Err("write a date and time such as 2026-02-12T10:00".to_owned()),
    }
}

fn parse_lang(code: &str) -> Result<Lang, String> {
    Lang::parse(code).ok_or_else(|| "known languages are vi and en".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Command {
        #[command(flatten)]
        deadline: DeadlineArgs,
    }

    fn answer(words: &[&str]) -> Result<String> {
        let command = Command::try_parse_from([&["deadline"], words].concat())?;
        tell(&Law::built_in()?, &command.deadline)
    }

    #[test]
    fn json_has_due_with_the_offset_of_viet_nam_and_steps() {
        let words = [
            "--from",
            "2026-02-12T10:00",
            "--limit",
            "3wd",
            "--unit",
            "24682",
            "--json",
        ];
        let json: serde_json::Value = serde_json::from_str(&answer(&words).expect("computes")).expect("json");
        assert_eq!(json["due"], "2026-02-24T17:00:00+07:00");
        assert_eq!(json["unit"], "24682");
        assert_eq!(json["steps"].as_array().map(Vec::len), Some(8));
    }

    #[test]
    fn text_names_every_step_with_its_rule() {
        let words = ["--from", "2026-02-12T10:00", "--limit", "3wd", "--unit", "24682"];
        insta::assert_snapshot!(answer(&words).expect("computes"), @r#"
Đơn vị: Xã Thuận An, Tỉnh Lâm Đồng
Nhận: Thứ Năm 12/02/2026, 10:00
Thời hạn: 3 ngày làm việc
Hạn: Thứ Ba 24/02/2026, 17:00

  Thứ Năm 12/02, 10:00: nhận đủ hồ sơ; ngày nhận không tính [Bộ luật Dân sự 2015, Điều 147 khoản 2]
  13/02: ngày làm việc thứ 1 [Bộ luật Dân sự 2015, Điều 148]
  14/02 – 22/02: cuối tuần, Tết Nguyên đán: nghỉ, không tính [Quyết định 188/1999/QĐ-TTg; Công văn 9859/VPCP-KGVX]
  23/02: ngày làm việc thứ 2 [Bộ luật Dân sự 2015, Điều 148]
  Thứ Ba 24/02: ngày làm việc thứ 3 → hạn 17:00 [Bộ luật Dân sự 2015, Điều 148]

Quy định 3 ngày làm việc · Bộ luật Dân sự, Điều 147–148 · lịch nghỉ năm 2026
"#);
    }

    #[test]
    fn an_instant_with_an_offset_is_taken_as_it_is() {
        let words = ["--from", "2026-02-13T08:30:00Z", "--limit", "sd", "--json"];
        let json: serde_json::Value = serde_json::from_str(&answer(&words).expect("computes")).expect("json");
        assert_eq!(json["from"], "2026-02-13T15:30:00+07:00");
        assert_eq!(json["due"], "2026-02-23T17:00:00+07:00");
    }

    #[test]
    fn what_cannot_be_computed_is_said_in_a_sentence() {
        let refused = |from, limit, more: &[&str]| {
            let words = [&["--from", from, "--limit", limit], more].concat();
            answer(&words).expect_err("refused").to_string()
        };
        let fine = "2026-02-12T10:00";
        assert!(refused("2026-02-30T10:00", "3wd", &[]).contains("write a date and time"));
        assert!(refused("2026-02-12", "3wd", &[]).contains("write a date and time"));
        assert!(refused("yesterday", "3wd", &[]).contains("write a date and time"));
        assert!(refused(fine, "0wd", &[]).contains("must be between 1 and 2000"));
        assert!(refused(fine, "3 weeks", &[]).contains("is no unit; known are"));
        assert!(refused(fine, "3", &[]).contains("`3` says no unit; known are"));
        assert!(refused(fine, "-3wd", &[]).contains("`-3wd` does not begin with a number"));
        assert!(refused(fine, "3wd", &["--unit", "99999"]).contains("no unit has the code `99999`"));
        assert!(refused(fine, "3wd", &["--lang", "xx"]).contains("known languages"));
        assert!(
            refused("2020-01-02T10:00", "3wd", &["--lang", "en"])
                .starts_with("The days off of 2020 are not loaded")
        );
    }
}

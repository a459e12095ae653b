//! What the packs of procedures promise, on some real ones and on wrong ones.

use crate::permission::Role;
use std::collections::BTreeSet;

use jiff::civil::date;
use serde_json::{Map, json};
use unicode_normalization::UnicodeNormalization;

use super::*;
use crate::form::Form;
use crate::limit::Limit;
use crate::pack::{PackFile, PackProblem};
use crate::words::Mark;

const MARITAL_1: &str = include_str!("../../../../packs/procedures/1.004873-v1.toml");
const MARITAL_2: &str = include_str!("../../../../packs/procedures/1.004873-v2.toml");
const CHANGE: &str = include_str!("../../../../packs/procedures/1.004859-v1.toml");
const LAND: &str = include_str!("../../../../packs/procedures/1.013978-v1.toml");
const BIRTH: &str = include_str!("../../../../packs/procedures/1.001193-v2.toml");
const FORMS: [(&str, &str); 4] = [
    (
        "forms/1.004873.json",
        include_str!("../../../../packs/forms/1.004873.json"),
    ),
    (
        "forms/1.004859.json",
        include_str!("../../../../packs/forms/1.004859.json"),
    ),
    (
        "forms/1.013978.json",
        include_str!("../../../../packs/forms/1.013978.json"),
    ),
    (
        "forms/1.001193.json",
        include_str!("../../../../packs/forms/1.001193.json"),
    ),
];

fn fold(text: &str) -> String {
    let lower = text.to_lowercase().replace('đ', "d");
    lower
        .nfd()
        .filter(|c| !('\u{300}'..='\u{36f}').contains(c))
        .collect()
}

fn set(words: &str) -> BTreeSet<String> {
    words.split_whitespace().map(str::to_owned).collect()
}

fn known() -> References {
    References {
        forms: FORMS
            .into_iter()
            .map(|(path, text)| {
                let form = Form::parse(PackFile { path, text }).expect("a good form");
                (path.to_owned(), form)
            })
            .collect(),
        fields: set("civil-status land"),
        databases: set("population civil-status land"),
        templates: set("marital-status birth-certificate"),
        books: set("marital-status civil-status-change birth"),
        fee_tables: set(
            "civil-status.marital-status civil-status.change civil-status.birth-late land.certificate land.appraisal",
        ),
        exemptions: set("merit poor disabled"),
        slips: set("receipt supplement refusal control"),
    }
}

fn read(text: &str) -> Result<Procedure, Vec<PackProblem>> {
    Procedure::parse(
        PackFile {
            path: "procedures/x.toml",
            text,
        },
        &known(),
    )
}

fn good(text: &str) -> Procedure {
    read(text).unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn told(text: &str) -> String {
    let problems = read(text).expect_err("wrong");
    problems
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}

fn catalogue() -> ProcedureCatalogue {
    let entries = PackFile {
        path: "procedures/catalogue.toml",
        text: "[[procedure]]\ncode = \"1.000894\"\nname = { vi = \"Đăng ký kết hôn\", en = \"Marriage\" }\nfield = \"civil-status\"\nserved = false\ntime = \"sd\"\nverified = \"H\"\nsource = \"x\"\n",
    };
    let entries = parse_entries(entries, &set("civil-status")).expect("a good catalogue");
    let procedures = [MARITAL_2, MARITAL_1, CHANGE, LAND].map(good).to_vec();
    ProcedureCatalogue::new(procedures, entries, fold).expect("no overlap")
}

#[test]
fn two_versions_stand_side_by_side_and_a_dossier_keeps_its_own() {
    let catalogue = catalogue();
    let at = |day| {
        catalogue
            .as_of("1.004873", day)
            .map(|procedure| procedure.version)
    };
    assert_eq!(at(date(2025, 6, 30)), None);
    assert_eq!(at(date(2025, 7, 1)), Some(1));
    assert_eq!(at(date(2025, 12, 31)), Some(1));
    assert_eq!(at(date(2026, 1, 1)), Some(2));
    assert_eq!(
        catalogue
            .version("1.004873", 1)
            .map(|procedure| procedure.effective_from),
        Some(date(2025, 7, 1))
    );
    assert_eq!(catalogue.versions("1.004873").len(), 2);
    assert!(catalogue.version("1.004873", 3).is_none() && catalogue.versions("9.999999").is_empty());
}

#[test]
fn a_data_base_stands_for_a_paper_from_its_day_to_its_day() {
    let procedure = good(MARITAL_2);
    let identity = procedure.component("identity").expect("identity");
    let by = |day| identity.replaced_on(day).map(|rule| rule.database.as_str());
    assert_eq!(by(date(2025, 12, 31)), None);
    assert_eq!(by(date(2026, 1, 1)), Some("population"));
    assert_eq!(by(date(2027, 2, 28)), Some("population"));
    assert_eq!(by(date(2027, 3, 1)), None);
}

#[test]
fn the_answers_decide_which_papers_are_needed() {
    let procedure = good(MARITAL_1);
    let needed = |answers: Map<_, _>, asked: &[&str]| -> Vec<String> {
        let asked: Vec<String> = asked.iter().map(|id| (*id).to_owned()).collect();
        let circumstances = procedure.circumstances(&answers, &asked, date(2025, 7, 10));
        procedure
            .needed(&circumstances)
            .map(|component| component.id.clone())
            .collect()
    };
    assert_eq!(needed(Map::new(), &[]), ["declaration", "identity", "residence"]);
    let divorced = Map::from_iter([("marital_history".to_owned(), json!("divorced"))]);
    assert_eq!(
        needed(divorced, &["unknown", "widowed"]),
        ["declaration", "identity", "divorce", "residence"]
    );
}

#[test]
fn a_birth_is_late_from_the_sixty_first_day() {
    let procedure = good(BIRTH);
    let late = |day| {
        let answers = Map::from_iter([("child_birth_date".to_owned(), json!("2025-05-01"))]);
        procedure.circumstances(&answers, &[], day).contains("late")
    };
    assert!(!late(date(2025, 6, 30)));
    assert!(late(date(2025, 7, 1)));
}

#[test]
fn the_first_limit_that_fits_holds() {
    let procedure = good(CHANGE);
    let limit = |when: &str| procedure.limit(Channel::Direct, &set(when)).time;
    assert_eq!(limit("completion"), Limit::SameDay { cutoff: None });
    assert_eq!(limit(""), Limit::WorkingDays(3));
    assert_eq!(
        procedure.extra("verify").map(|extra| (extra.time, extra.mode)),
        Some((Limit::WorkingDays(3), ExtraMode::Add))
    );
}

#[test]
fn land_has_two_appointments_that_make_the_whole_and_an_obligation_outside_the_clock() {
    let procedure = good(LAND);
    let times: Vec<Limit> = procedure
        .appointments
        .iter()
        .map(|appointment| appointment.time)
        .collect();
    assert_eq!(times, [Limit::WorkingDays(15), Limit::WorkingDays(5)]);
    let share = |appointment| -> u16 {
        let steps = procedure
            .steps
            .iter()
            .filter(|step| step.appointment == appointment);
        steps
            .map(|step| {
                if let Share::Permille(part) = step.share {
                    part
                } else {
                    0
                }
            })
            .sum()
    };
    assert_eq!((share(1), share(2)), (750, 250));
    assert!(
        procedure
            .step("tax")
            .is_some_and(|step| step.roles.is_empty() && step.body.is_some())
    );
    assert_eq!(
        procedure.limit(Channel::Online, &set("register-only")).time,
        Limit::WorkingDays(17)
    );
}

#[test]
fn a_leader_is_chair_or_vice_chair_and_a_handler_also_the_justice_officer() {
    let procedure = good(MARITAL_1);
    let roles = |id| procedure.step(id).map(|step| step.roles.clone());
    assert_eq!(roles("sign"), Some(vec![Role::Chair, Role::ViceChair]));
    let land = good(LAND);
    let appraise = land.step("appraise").map(|step| step.roles.clone());
    assert_eq!(appraise, Some(vec![Role::Handler, Role::JusticeOfficer]));
}

#[test]
fn facts_that_are_not_read_in_the_law_are_listed_as_doubts() {
    let procedure = good(MARITAL_1);
    let doubts: Vec<(&str, Mark)> = procedure
        .doubts()
        .iter()
        .map(|(what, verified)| (*what, verified.mark))
        .collect();
    assert_eq!(
        doubts,
        [("process", Mark::Medium), ("earlier-status", Mark::Medium)]
    );
}

#[test]
fn procedures_are_found_by_code_words_and_first_letters() {
    let catalogue = catalogue();
    let day = date(2025, 8, 5);
    let codes = |query: &str| -> Vec<&str> {
        catalogue
            .search(query, day, 5)
            .iter()
            .map(Listing::code)
            .collect()
    };
    assert_eq!(codes("1.004873"), ["1.004873"]);
    assert_eq!(codes("tinh trang hon nhan"), ["1.004873"]);
    assert_eq!(codes("xnhn")[0], "1.004873");
    assert_eq!(codes("SỔ ĐỎ"), ["1.013978"]);
    assert_eq!(codes("ket hon"), ["1.000894"]);
    assert_eq!(codes("dkkh"), ["1.000894"]);
    assert_eq!(codes("marital"), ["1.004873"]);
    assert!(codes("").is_empty() && codes("zzz").is_empty());
    assert!(
        matches!(catalogue.listing("1.000894", day), Some(Listing::NotYet(entry)) if entry.time == Some(Limit::SameDay { cutoff: None }))
    );
    assert_eq!(
        (catalogue.served(day).count(), catalogue.listings(day).count()),
        (3, 4)
    );
}

#[test]
fn overlapping_or_equal_versions_are_refused() {
    let clash = |later: &str| {
        let procedures = vec![good(MARITAL_1), good(later)];
        let problems = ProcedureCatalogue::new(procedures, Vec::new(), fold).expect_err("a clash");
        problems[0].reason.clone()
    };
    let overlapping = MARITAL_2.replace("2026-01-01\nchanges", "2025-12-01\nchanges");
    assert_eq!(
        clash(&overlapping),
        "1.004873 is in force on 2025-12-01 by version 1 (procedures/x.toml) too"
    );
    let equal = MARITAL_2.replace("version = 2", "version = 1");
    assert_eq!(
        clash(&equal),
        "version 1 of 1.004873 is also in procedures/x.toml"
    );
}

#[test]
fn every_mistake_of_an_author_is_told_with_its_line() {
    let wrong = MARITAL_1
        .replace("code = \"1.004873\"", "code = \"1004873\"")
        .replace("field = \"civil-status\"\n", "field = \"love\"\n")
        .replace("forms/1.004873.json", "forms/none.json")
        .replace("time = \"3wd\"\n\n[[extra]]", "time = \"3days\"\n\n[[extra]]")
        .replace("role = \"clerk\"", "role = \"king\"")
        .replace("id = \"residence\"", "id = \"identity\"")
        .replace("when = \"widowed\"", "when = \"sad\"")
        .replace("exempt = [\"merit\"", "exempt = [\"rich\"")
        .replace("share = 45", "share = 44")
        .replace("keep = \"permanent\"", "keep = \"long\"");
    insta::assert_snapshot!(told(&wrong), @r"
    procedures/x.toml:5: code '1004873' is not written like 1.001193
    procedures/x.toml:12: field of law 'love' does not stand in fields.toml
    procedures/x.toml:18: form 'forms/none.json' does not exist or is not valid
    procedures/x.toml:59: `days` is no unit; known are min, wh, hd (half days), wd (working days), d (days), mo and sd
    procedures/x.toml:105: component 'identity' stands here twice
    procedures/x.toml:73: exemption 'rich' does not stand in exemptions.toml
    procedures/x.toml:100: circumstance 'sad' is not described in this file
    procedures/x.toml:177: role 'king' is not one of leader, receptionist, centre_director, division_head, handler, justice_officer, chair, vice_chair, clerk, cashier, organisation_officer, inspector, administrator, provincial_leader, provincial_analyst, party_leader, party_officer, staff
    procedures/x.toml:128: the shares of the steps make 99 percent, not 100
    procedures/x.toml:194: keep 'long' is not returned, permanent or a number of years like 5y
    ");
}

#[test]
fn a_circumstance_that_could_never_hold_is_told() {
    let wrong = MARITAL_1
        .replace(
            "field = \"marital_history\"\nis = [\"divorced\"]",
            "field = \"marital_history\"\nis = [\"divorce\"]",
        )
        .replace(
            "field = \"lived_elsewhere\"\nis = [\"true\"]",
            "field = \"lived_elsewhere\"\ndays_over = 30",
        )
        .replace("field = \"requester_relation\"", "field = \"relation\"");
    insta::assert_snapshot!(told(&wrong), @r"
    procedures/x.toml:37: 'marital_history' is never 'divorce'; its answers are never, divorced, widowed, married
    procedures/x.toml:49: days_over counts from a date, and 'lived_elsewhere' is none
    procedures/x.toml:55: form field 'relation' does not stand in forms/1.004873.json
    ");
}

#[test]
fn a_step_in_a_division_that_no_unit_has_is_told() {
    let wrong = MARITAL_1.replace(
        "role = \"clerk\"\ndivision = \"office\"",
        "role = \"clerk\"\ndivision = \"the-office\"",
    );
    assert!(
        told(&wrong).contains("division 'the-office' is not one of office, economy, society"),
        "{}",
        told(&wrong)
    );
}

#[test]
fn an_unknown_key_or_a_syntax_error_is_told_with_its_line() {
    let unknown = told(&MARITAL_1.replace("aliases", "alias"));
    assert!(
        unknown.starts_with("procedures/x.toml:11: unknown field `alias`, expected one of `code`"),
        "{unknown}"
    );
    let broken = told("version = 1\ncode = \n");
    assert!(broken.starts_with("procedures/x.toml:2: "), "{broken}");
    let no_day = told(&MARITAL_1.replace("effective_from = 2025-07-01", "effective_from = 2025-02-30"));
    assert!(no_day.starts_with("procedures/x.toml:7: "), "{no_day}");
}

#[test]
fn a_fact_of_lower_certainty_needs_its_own_source() {
    let wrong = MARITAL_1.replace("time = \"3wd\"\nmode", "time = \"3wd\"\nverified = \"L\"\nmode");
    assert!(told(&wrong).ends_with("verified = \"L\" needs its own source"));
}

#[test]
fn a_limit_that_always_holds_is_needed() {
    let wrong = MARITAL_1.replace("[[limit]]\n", "[[limit]]\nchannel = \"online\"\n");
    assert!(told(&wrong).ends_with("one [[limit]] must hold always: without channel and without when"));
}

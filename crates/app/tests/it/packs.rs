//! The packs that we ship are sound, and an overlay adds to them without code.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use jiff::civil::{Date, date};
use townhall_app::packs::Packs;
use townhall_domain::fee::Quantity;
use townhall_domain::ids::UnitId;
use townhall_domain::limit::Limit;
use townhall_domain::money::Dong;
use townhall_domain::procedure::{Channel, Listing};
use townhall_domain::words::Mark;
use townhall_text::{Lang, has};

const DAY: Date = date(2025, 8, 5);
/// Twelve that are decided here, and two joined-up ones that follow their members.
const DEEP: [&str; 14] = [
    "1.000656", "1.000894", "1.001193", "1.001612", "1.004859", "1.004873", "1.011607", "1.013978",
    "2.000635", "2.000815", "2.000884", "2.001035", "2.002913", "3.000722",
];

fn packs() -> Packs {
    Packs::load(None).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

fn thuan_an(packs: &Packs) -> UnitId {
    packs.units().by_code("24682", DAY).expect("Thuận An").id.clone()
}

/// What a directory laid over the packs leads to, one problem a line.
fn problems(files: &[(&str, &str)]) -> String {
    let overlay = overlay(files);
    let problems = Packs::check(Some(overlay.path())).expect_err("a problem");
    problems
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}

fn overlay(files: &[(&str, &str)]) -> tempfile::TempDir {
    let overlay = tempfile::tempdir().expect("a directory");
    for (path, text) in files {
        let path = overlay.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    overlay
}

fn shipped(path: &str) -> String {
    fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../packs")
            .join(path),
    )
    .expect("a pack")
}

#[test]
fn the_packs_that_we_ship_pass_every_check_also_of_a_schema_library_of_others() {
    Packs::check(None).unwrap_or_else(|problems| panic!("{problems:#?}"));
}

#[test]
fn fourteen_procedures_can_be_worked_and_the_rest_are_marked_not_yet_served() {
    let packs = packs();
    for code in DEEP {
        let procedure = packs.procedures().as_of(code, DAY);
        let procedure = procedure.unwrap_or_else(|| panic!("{code} is served"));
        let form = procedure.form.as_deref().and_then(|path| packs.form(path));
        assert!(form.is_some(), "{} has a form", procedure.code);
        assert!(!procedure.components.is_empty(), "{}", procedure.code);
        // A joined-up dossier only follows its members; they take the numbers.
        if procedure.field == "joined-up" {
            continue;
        }
        assert!(procedure.steps.len() > 4, "{}", procedure.code);
        assert!(
            procedure.result.book.is_some() || procedure.field == "land",
            "{} takes a number",
            procedure.code
        );
    }
    let not_yet = |listing: &Listing<'_>| matches!(listing, Listing::NotYet(_));
    assert!(packs.procedures().listings(DAY).filter(not_yet).count() > 40);
    assert!(packs.procedures().not_yet_served("1.004222").is_some());
    assert!(
        packs.procedures().listing("2.001009", DAY).is_none(),
        "abolished by Decree 280/2025"
    );
}

#[test]
fn three_procedures_have_two_versions_and_july_2025_runs_under_the_first() {
    let packs = packs();
    for code in ["1.001193", "1.004873", "2.001035"] {
        let versions: Vec<u16> = packs
            .procedures()
            .versions(code)
            .iter()
            .map(|procedure| procedure.version)
            .collect();
        assert_eq!(versions, [1, 2], "{code}");
        assert_eq!(
            packs
                .procedures()
                .as_of(code, DAY)
                .map(|procedure| procedure.version),
            Some(1)
        );
        assert_eq!(
            packs
                .procedures()
                .as_of(code, date(2026, 1, 1))
                .map(|procedure| procedure.version),
            Some(2)
        );
    }
}

#[test]
fn limits_are_those_of_the_law() {
    let packs = packs();
    let none = BTreeSet::new();
    let limit = |code| {
        packs
            .procedures()
            .as_of(code, DAY)
            .expect("served")
            .limit(Channel::Direct, &none)
            .time
            .to_string()
    };
    let limits: Vec<String> = DEEP.into_iter().map(limit).collect();
    assert_eq!(
        limits,
        [
            "sd", "sd", "sd", "3wd", "3wd", "3wd", "15wd", "20wd", "sd", "sd", "sd", "2wd", "6wd", "13wd"
        ]
    );
}

#[test]
fn fees_are_national_or_of_the_province_and_say_how_sure_they_are() {
    let packs = packs();
    let (unit, none) = (thuan_an(&packs), BTreeSet::new());
    let fees = |code: &str, unit: &UnitId, quantity| {
        let procedure = packs.procedures().as_of(code, DAY).expect("served");
        packs
            .fees(procedure, unit, DAY, &[quantity], &none, None)
            .expect("a fee")
    };
    let copies = fees(
        "2.000815",
        &unit,
        Quantity {
            pages: 3,
            copies: 2,
            cases: 1,
        },
    );
    assert_eq!(
        (copies.total(), copies.lines[0].verified.mark),
        (Dong(10_000), Mark::High)
    );
    let marital = fees("1.004873", &unit, Quantity::ONE);
    assert_eq!(
        (marital.total(), marital.lines[0].verified.mark),
        (Dong(10_000), Mark::Low)
    );
    assert_eq!(
        fees(
            "2.000635",
            &unit,
            Quantity {
                pages: 1,
                copies: 3,
                cases: 1
            }
        )
        .total(),
        Dong(24_000)
    );
    assert_eq!(fees("1.000894", &unit, Quantity::ONE).total(), Dong(0));
    // A province without a table is asked for its amount.
    let hanoi = packs.units().by_code("00004", DAY).expect("Ba Đình").id.clone();
    let unset = fees("1.004873", &hanoi, Quantity::ONE);
    assert_eq!((unset.lines.len(), unset.unset.len()), (0, 1));
}

#[test]
fn a_code_has_agency_day_and_serial_and_its_agency_says_how_sure_it_is() {
    let packs = packs();
    let unit = thuan_an(&packs);
    assert_eq!(
        packs.dossier_code(&unit, date(2025, 7, 30), 7),
        "H36.82-250730-0007"
    );
    assert_eq!(
        packs.dossier_code(&unit, date(2025, 7, 30), 12_345),
        "H36.82-250730-12345"
    );
    assert_eq!(packs.agency_id(&unit).verified, Mark::Low);
    let other = packs.units().by_code("00004", DAY).expect("Ba Đình").id.clone();
    assert_eq!(packs.dossier_code(&other, DAY, 1), "H26.00004-250805-0001");
    let lam_dong = packs.units().by_code("68", DAY).expect("Lâm Đồng").id.clone();
    let ids: BTreeSet<String> = packs
        .units()
        .communes_of(&lam_dong, DAY)
        .map(|unit| packs.agency_id(&unit.id).id)
        .collect();
    assert_eq!(ids.len(), 124);
    assert!(ids.iter().all(|id| id.starts_with("H36.") && id.len() < 8));
}

#[test]
fn forms_are_numbered_by_the_circular_of_their_day() {
    let packs = packs();
    let number = |slip, day| {
        packs
            .slip(slip, day)
            .and_then(|form| form.number.map(str::to_owned))
    };
    let (before, after) = (date(2025, 9, 14), date(2025, 9, 15));
    assert_eq!(
        (
            number("control", before).as_deref(),
            number("control", after).as_deref()
        ),
        (Some("05"), Some("06"))
    );
    assert_eq!(
        (number("stop", before), number("stop", after).as_deref()),
        (None, Some("05"))
    );
    assert_eq!(packs.slip_template("supplement", before), "form-02@2018");
    assert_eq!(packs.slip_template("supplement", after), "form-02@2025");
    assert_eq!(packs.slip_template("control", before), "form-06@2018");
    assert_eq!(packs.slip_template("stop", before), "form-05@2025");
    let name = |day| {
        packs
            .slip("apology", day)
            .map(|form| form.name.vi.clone())
            .unwrap_or_default()
    };
    assert_ne!(name(before), name(after));
}

#[test]
fn books_write_their_numbers_as_offices_do() {
    let packs = packs();
    assert_eq!(packs.result_symbol("certified-copy", 15, 2025), "15/2025-SCT/BS");
    assert_eq!(packs.result_symbol("birth", 3, 2025), "3/2025");
    assert_eq!(packs.result_symbol("decision", 7, 2025), "07/QĐ-UBND");
}

#[test]
fn office_hours_of_a_unit_are_found_through_its_province() {
    let packs = packs();
    let office = packs.office(&thuan_an(&packs));
    let closes = office.close(date(2025, 8, 5)).expect("a working day");
    assert_eq!(
        townhall_domain::time::rfc3339(closes),
        "2025-08-05T17:00:00+07:00"
    );
}

#[test]
fn every_sentence_about_forms_and_fees_stands_in_both_languages() {
    let form = [
        "required",
        "unknown-field",
        "wrong-type",
        "nul",
        "control-character",
        "too-long",
        "not-a-name",
        "bad-date",
        "no-such-day",
        "date-before-1900",
        "date-in-future",
        "not-a-choice",
        "not-a-number",
        "too-small",
        "too-large",
        "bad-identity",
        "bad-phone",
        "bad-email",
        "bad-unit",
    ];
    let fee = ["free", "flat", "cases", "copies", "pages", "cap", "exempt"];
    let keys = form
        .iter()
        .map(|key| format!("form-{key}"))
        .chain(fee.iter().map(|key| format!("fee-why-{key}")));
    for key in keys {
        assert!(has(Lang::Vi, &key) && has(Lang::En, &key), "{key}");
    }
}

/// The whole of what CONTRIBUTING asks for a new procedure: one TOML file and its form. How it is worked from the
/// form to the result is tested where the pages are (`crates/web/tests/it/procedure.rs`).
const NEW: &str = include_str!("../../../../docs/examples/packs/procedures/9.000001-v1.toml");
const NEW_FORM: &str = include_str!("../../../../docs/examples/packs/forms/9.000001.json");

#[test]
fn a_procedure_added_as_a_pack_needs_no_code() {
    let overlay = overlay(&[
        ("procedures/9.000001-v1.toml", NEW),
        ("forms/9.000001.json", NEW_FORM),
        ("README.md", "for people"),
    ]);
    let packs = Packs::check(Some(overlay.path())).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let found = packs.procedures().search("cư trú người cao tuổi", DAY, 3);
    assert_eq!(found.first().map(Listing::code), Some("9.000001"));
    let procedure = packs.procedures().as_of("9.000001", DAY).expect("served");
    assert_eq!(
        procedure.limit(Channel::Online, &BTreeSet::new()).time,
        Limit::WorkingDays(2)
    );
    assert!(
        packs
            .form("forms/9.000001.json")
            .is_some_and(|form| form.fields.len() == 3)
    );
}

#[test]
fn an_overlay_takes_the_place_of_a_file_and_of_an_entry_of_the_catalogue() {
    let table = shipped("fees/68.toml").replace("amount = 10000", "amount = 12000");
    let served = NEW.replace("9.000001", "1.004222");
    let form = NEW_FORM.to_owned();
    let files = [
        ("fees/68.toml", table.as_str()),
        ("procedures/x.toml", &served),
        ("forms/1.004222.json", &form),
    ];
    let overlay = overlay(&files);
    let packs = Packs::load(Some(overlay.path())).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let fee = packs
        .fee_tables()
        .get("68", "civil-status.marital-status", DAY)
        .expect("a fee");
    assert_eq!(fee.amount, townhall_domain::fee::FeeAmount::PerCase(Dong(12_000)));
    assert!(matches!(
        packs.procedures().listing("1.004222", DAY),
        Some(Listing::Served(_))
    ));
}

#[test]
fn all_mistakes_of_all_files_are_told_at_once_with_file_line_and_reason() {
    let procedure = NEW
        .replace("forms/9.000001.json", "forms/nowhere.json")
        .replace("\"leader\"", "\"king\"")
        .replace("\"2wd\"", "\"soon\"")
        .replace("book = \"decision\"", "book = \"diary\"");
    let form = NEW_FORM.replacen("      \"maxLength\": 100,\n", "", 1);
    let told = problems(&[
        ("procedures/9.000001-v1.toml", &procedure),
        ("forms/9.000001.json", &form),
        ("procedure/slip.toml", "x = 1"),
        (
            "fees/01.toml",
            "province = \"01\"\nverified = \"L\"\nsource = \"x\"\n[[fee]]\nid = \"beer\"\namount = 1\nper = \"copy\"\nfrom = 2025-07-01\n",
        ),
        ("fields.toml", "[[field]]\nid = \"x\"\n"),
    ]);
    insta::assert_snapshot!(told, @r"
    fees/01.toml:5: fee 'beer' does not stand in fees/kinds.toml
    fields.toml:1: missing field `name`
    forms/9.000001.json:9: field 'name': a text needs maxLength from 1 to 5000
    procedure/slip.toml: is no pack that this version reads
    procedures/9.000001-v1.toml:14: form 'forms/nowhere.json' does not exist or is not valid
    procedures/9.000001-v1.toml:29: `soon` does not begin with a number; write for example 3wd, 15d, 8wh, 30min, 2hd, 1mo or sd
    procedures/9.000001-v1.toml:78: role 'king' is not one of leader, receptionist, centre_director, division_head, handler, justice_officer, chair, vice_chair, clerk, cashier, organisation_officer, inspector, administrator, provincial_leader, provincial_analyst, party_leader, party_officer, staff
    procedures/9.000001-v1.toml:100: register book 'diary' does not stand in numbering.toml
    ");
}

#[test]
fn a_version_that_overlaps_another_is_told() {
    let again = shipped("procedures/1.004873-v2.toml").replace("version = 2", "version = 3");
    let told = problems(&[("procedures/1.004873-v3.toml", &again)]);
    assert_eq!(
        told,
        "procedures/1.004873-v3.toml: 1.004873 is in force on 2026-01-01 by version 2 (procedures/1.004873-v2.toml) too"
    );
}

#[test]
fn examples_that_a_form_would_not_take_are_told() {
    let form = NEW_FORM
        .replace("Phan Thị Mẫu", " Phan 1")
        .replace("\"examples\"", "\"minProperties\": 3,\n  \"examples\"");
    let told = problems(&[
        ("procedures/9.000001-v1.toml", NEW),
        ("forms/9.000001.json", &form),
    ]);
    insta::assert_snapshot!(told, @r#"
    forms/9.000001.json: example 1: {"name":" Phan 1","whom":"self"} has less than 3 properties
    forms/9.000001.json: example 1: name: A name has letters, spaces, apostrophes and hyphens only.
    "#);
}

#[test]
fn an_overlay_that_is_not_there_or_not_text_is_told() {
    let gone = Packs::load(Some(Path::new("no/such/directory"))).expect_err("missing");
    assert!(gone[0].reason.starts_with("cannot be read"), "{gone:?}");
    let overlay = overlay(&[]);
    fs::write(overlay.path().join("fields.toml"), [0xff, 0xfe, 0]).expect("a file");
    assert!(
        Packs::load(Some(overlay.path())).expect_err("no text")[0]
            .to_string()
            .starts_with("fields.toml: cannot be read")
    );
}

#[test]
fn every_template_named_by_the_packs_is_one_that_is_printed() {
    let packs = packs();
    for procedure in packs.procedures().served(DAY) {
        let template = packs.result_template(&procedure.result, DAY);
        assert!(
            townhall_print::Template::by_id(&template).is_ok(),
            "{}: {template}",
            procedure.file
        );
    }
    let wrong = shipped("templates.toml").replace("template = \"form-02\"", "template = \"form-99\"");
    assert!(
        problems(&[("templates.toml", &wrong)])
            .contains("'supplement' names the template 'form-99', which the print layer does not have")
    );
}

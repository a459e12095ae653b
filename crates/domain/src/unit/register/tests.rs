//! The units that we ship, and wrong ones.

use super::*;
use jiff::civil::date;
use unicode_normalization::UnicodeNormalization;

fn fold(text: &str) -> String {
    let lower = text.to_lowercase().replace('đ', "d");
    lower
        .nfd()
        .filter(|c| !('\u{300}'..='\u{36f}').contains(c))
        .collect()
}

fn file<'a>(path: &'a str, text: &'a str) -> PackFile<'a> {
    PackFile { path, text }
}

fn register() -> UnitRegister {
    let files = UnitFiles {
        provinces: file(
            "provinces",
            include_str!("../../../../../packs/units/provinces.csv"),
        ),
        communes: file(
            "communes",
            include_str!("../../../../../packs/units/communes.csv"),
        ),
        changes: file("changes", include_str!("../../../../../packs/units/changes.csv")),
    };
    UnitRegister::parse(files, fold).expect("the units are well formed")
}

const P: &str = "code,type,full_name,name,valid_from,valid_to,population,area_km2\n68,tinh,Tỉnh Lâm Đồng,Lâm Đồng,2020-01-01,,1,1\n";
const C: &str =
    "code,type,full_name,name,province_code,valid_from,valid_to,population,population_flag,area_km2\n";
const X: &str = "effective_from,level,code,old_full_name,new_full_name,legal_basis,confidence,sources\n";

fn small(communes: &str, changes: &str) -> Result<UnitRegister, Vec<PackProblem>> {
    let (communes, changes) = (format!("{C}{communes}"), format!("{X}{changes}"));
    let files = UnitFiles {
        provinces: file("p", P),
        communes: file("c", &communes),
        changes: file("x", &changes),
    };
    UnitRegister::parse(files, fold)
}

#[test]
fn there_are_34_provinces_and_3321_communes_and_lam_dong_has_124() {
    let (register, day) = (register(), date(2025, 7, 1));
    assert_eq!(register.provinces(day).count(), 34);
    assert_eq!(
        register.all().iter().filter(|unit| unit.parent.is_some()).count(),
        3321
    );
    let lam_dong = register.by_code("68", day).expect("Lâm Đồng");
    assert_eq!(register.communes_of(&lam_dong.id, day).count(), 124);
    let of = |kind| {
        register
            .communes_of(&lam_dong.id, day)
            .filter(|unit| unit.kind(day) == kind)
            .count()
    };
    assert_eq!(
        (
            of(UnitKind::Commune),
            of(UnitKind::Ward),
            of(UnitKind::SpecialZone)
        ),
        (103, 20, 1)
    );
}

#[test]
fn dong_nai_is_a_city_from_30_april_2026_and_stays_the_same_unit() {
    let register = register();
    let (before, after) = (date(2026, 4, 29), date(2026, 4, 30));
    let unit = register.by_code("75", before).expect("Đồng Nai");
    assert_eq!(
        (unit.kind(before), unit.full_name(before)),
        (UnitKind::Province, "Tỉnh Đồng Nai")
    );
    assert_eq!(
        (unit.kind(after), unit.full_name(after)),
        (UnitKind::City, "Thành phố Đồng Nai")
    );
    assert_eq!(unit.designation(after).basis.as_deref(), Some("30/2026/QH16"));
    assert_eq!(register.by_code("75", after), Some(unit));
    let ward = register.by_code("26368", after).expect("Long Thành");
    assert_eq!(
        (ward.full_name(before), ward.full_name(after)),
        ("Xã Long Thành", "Phường Long Thành")
    );
}

#[test]
fn a_change_without_date_is_kept_but_not_applied() {
    let register = register();
    assert_eq!(register.unapplied_changes().len(), 12);
    let tien_du = register.by_code("09319", date(2026, 11, 1)).expect("Tiên Du");
    assert_eq!(tien_du.full_name(date(2026, 11, 1)), "Xã Tiên Du");
}

#[test]
fn one_code_means_two_units_on_different_days() {
    let register = small(
        "24640,xa,Thị trấn Ea T'ling,Ea T'ling,68,2024-01-01,2025-06-30,,,\n24640,xa,Xã Cư Jút,Cư Jút,68,2025-07-01,,49614,,104.11\n",
        "",
    )
    .expect("two validities");
    let (old, new) = (date(2025, 6, 30), date(2025, 7, 1));
    assert_eq!(
        register.by_code("24640", old).map(|u| u.name(old)),
        Some("Ea T'ling")
    );
    let unit = register.by_code("24640", new).expect("Cư Jút");
    assert_eq!((unit.id.as_str(), unit.area_ha), ("24640-20250701", Some(10_411)));
    assert!(register.by_code("24640", date(2023, 12, 31)).is_none());
    assert_eq!(register.by_id(&unit.id), Some(unit));
}

#[test]
fn search_needs_no_accents_and_knows_the_province() {
    let (register, day) = (register(), date(2025, 8, 5));
    let codes =
        |query: &str| -> Vec<&str> { register.search(query, day, 5).iter().map(|u| u.code()).collect() };
    assert_eq!(codes("thuan an lam dong"), ["24682"]);
    assert_eq!(codes("24640"), ["24640"]);
    assert_eq!(codes("Cư Jút"), ["24640"]);
    assert_eq!(codes("blao")[0], codes("B’Lao")[0]);
    assert!(register.search("  ", day, 5).is_empty());
    let both: Vec<String> = register
        .search("xa thuan an", day, 9)
        .iter()
        .map(|u| register.address(u, day))
        .collect();
    assert!(
        both.contains(&"Xã Thuận An, Thành phố Hà Nội".to_owned())
            && both.contains(&"Xã Thuận An, Tỉnh Lâm Đồng".to_owned())
    );
}

#[test]
fn every_mistake_is_told_with_file_line_and_reason() {
    let problems = small(
        "2468,xa,Xã A,A,68,2025-07-01,,,,\n24683,city,Xã B,B,68,2025-07-01,,,,\n24684,xa,Xã C,C,99,2025-07-01,,,,\n24685,xa,Xã D,D,68,2025-02-30,,,,\n24686,xa,Xã E,E,68,2025-07-01,,,,\n24686,xa,Xã F,F,68,2026-01-01,,,,x\n",
        "2026-01-01,commune,24686,Xã X,Phường E,1/NQ,high,s\n2026-01-01,commune,99999,Xã X,Phường E,1/NQ,high,s\n",
    )
    .expect_err("all wrong");
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    c:2: code '2468' does not have 5 digits
    c:3: type 'city' is not known at this level
    c:4: province '99' does not exist on that day
    c:5: valid_from: '2025-02-30' is not a date like 2025-07-01
    c:7: code '24686' is carried by two units on one day
    x:2: unit 24686 is called 'Xã E', not 'Xã X'
    x:3: no unit carries code '99999' on 2026-01-01
    ");
}

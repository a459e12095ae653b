//! The register of units: read from the pack, asked as of a day.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;

use super::{Designation, Population, Unit, UnitKind};
use crate::ids::UnitId;
use crate::pack::{Fold, PackFile, PackProblem, TableRow, read_table};

/// A change of designation that is known of but not applied, because its date or its decision is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnappliedChange {
    /// Code of the unit.
    pub code: String,
    /// Full name that the source shows.
    pub new_full_name: String,
    /// How sure it is: `low`, `medium`, `high`.
    pub confidence: String,
    /// Where it was seen.
    pub sources: String,
}

/// The three tables that make a register.
#[derive(Debug, Clone, Copy)]
pub struct UnitFiles<'a> {
    /// `units/provinces.csv`
    pub provinces: PackFile<'a>,
    /// `units/communes.csv`
    pub communes: PackFile<'a>,
    /// `units/changes.csv`
    pub changes: PackFile<'a>,
}

/// All units, asked by code, by key, by province, by name; always as of a day.
#[derive(Debug, Clone)]
pub struct UnitRegister {
    units: Vec<Unit>,
    keys: Vec<String>,
    fold: Fold,
    by_id: HashMap<UnitId, usize>,
    by_code: BTreeMap<String, Vec<usize>>,
    by_parent: HashMap<UnitId, Vec<usize>>,
    unapplied: Vec<UnappliedChange>,
}

impl UnitRegister {
    /// Reads the three tables; `fold` makes the search keys.
    ///
    /// # Errors
    /// Every problem with file and line: unknown type, bad date, a code twice on one day, a commune without its
    /// province, a change of an unknown unit or without agreement with the old name.
    pub fn parse(files: UnitFiles<'_>, fold: Fold) -> Result<Self, Vec<PackProblem>> {
        let mut register = Self {
            units: Vec::new(),
            keys: Vec::new(),
            fold,
            by_id: HashMap::new(),
            by_code: BTreeMap::new(),
            by_parent: HashMap::new(),
            unapplied: Vec::new(),
        };
        let mut problems = Vec::new();
        let province_columns = [
            "code",
            "type",
            "full_name",
            "name",
            "valid_from",
            "valid_to",
            "population",
            "area_km2",
        ];
        let commune_columns = [&province_columns[..], &["province_code", "population_flag"]].concat();
        let change_columns = [
            "effective_from",
            "level",
            "code",
            "old_full_name",
            "new_full_name",
            "legal_basis",
            "confidence",
        ];
        let outcomes = [
            read_table(files.provinces, &province_columns, |row| register.add(row, true)),
            read_table(files.communes, &commune_columns, |row| register.add(row, false)),
            read_table(files.changes, &change_columns, |row| register.change(row)),
        ];
        outcomes
            .into_iter()
            .filter_map(Result::err)
            .for_each(|found| problems.extend(found));
        if !problems.is_empty() {
            return Err(problems);
        }
        register.keys = register.units.iter().map(|unit| register.key(unit)).collect();
        Ok(register)
    }

    /// The unit of a key.
    pub fn by_id(&self, id: &UnitId) -> Option<&Unit> {
        self.by_id.get(id).map(|at| &self.units[*at])
    }

    /// The unit that carries a code on a day.
    pub fn by_code(&self, code: &str, day: Date) -> Option<&Unit> {
        self.by_code
            .get(code)?
            .iter()
            .map(|at| &self.units[*at])
            .find(|unit| unit.is_valid(day))
    }

    /// The provinces and cities under the centre on a day, by code.
    pub fn provinces(&self, day: Date) -> impl Iterator<Item = &Unit> {
        self.units
            .iter()
            .filter(move |unit| unit.parent.is_none() && unit.is_valid(day))
    }

    /// The communes, wards and special zones of a province on a day, by code.
    pub fn communes_of(&self, province: &UnitId, day: Date) -> impl Iterator<Item = &Unit> {
        let members = self.by_parent.get(province).map_or(&[][..], Vec::as_slice);
        members
            .iter()
            .map(|at| &self.units[*at])
            .filter(move |unit| unit.is_valid(day))
    }

    /// All units of both levels, in no promised order.
    pub fn all(&self) -> &[Unit] {
        &self.units
    }

    /// Full name with its province on a day: `Xã Thuận An, Tỉnh Lâm Đồng`; one name occurs in several provinces.
    pub fn address(&self, unit: &Unit, day: Date) -> String {
        match unit.parent.as_ref().and_then(|parent| self.by_id(parent)) {
            Some(province) => format!("{}, {}", unit.full_name(day), province.full_name(day)),
            None => unit.full_name(day).to_owned(),
        }
    }

    /// Units valid on a day whose code or name with province contains every word of `query`, best first.
    ///
    /// Accents, case, apostrophes and hyphens do not matter: `b lao`, `B'Lao` and `BLao` find the same ward.
    pub fn search(&self, query: &str, day: Date, limit: usize) -> Vec<&Unit> {
        let folded = squash(&(self.fold)(query));
        let words: Vec<&str> = folded.split_whitespace().collect();
        if words.is_empty() {
            return Vec::new();
        }
        let mut found: Vec<(u8, &Unit)> = self
            .units
            .iter()
            .zip(&self.keys)
            .filter(|(unit, _)| unit.is_valid(day))
            .filter_map(|(unit, key)| rank(&folded, &words, unit, key).map(|rank| (rank, unit)))
            .collect();
        found.sort_by(|(a, left), (b, right)| a.cmp(b).then_with(|| left.code().cmp(right.code())));
        found.into_iter().take(limit).map(|(_, unit)| unit).collect()
    }

    /// Changes that are known of but not applied.
    pub fn unapplied_changes(&self) -> &[UnappliedChange] {
        &self.unapplied
    }

    fn add(&mut self, row: &TableRow<'_>, province: bool) -> Result<(), PackProblem> {
        let code = row.text("code");
        let valid_from = row.date("valid_from")?;
        let valid_to = row.optional_date("valid_to")?;
        let digits = if province { 2 } else { 5 };
        if code.len() != digits || !code.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(row.problem(format!("code '{code}' does not have {digits} digits")));
        }
        let kind = UnitKind::parse(row.text("type"))
            .filter(|kind| kind.is_province_level() == province)
            .ok_or_else(|| row.problem(format!("type '{}' is not known at this level", row.text("type"))))?;
        if valid_to.is_some_and(|last| last < valid_from) {
            return Err(row.problem("valid_to is before valid_from"));
        }
        let parent = if province {
            None
        } else {
            let code = row.text("province_code");
            let province = self.by_code(code, valid_from);
            Some(
                province
                    .ok_or_else(|| row.problem(format!("province '{code}' does not exist on that day")))?
                    .id
                    .clone(),
            )
        };
        let overlap = self
            .by_code
            .get(code)
            .into_iter()
            .flatten()
            .map(|at| &self.units[*at])
            .any(|other| {
                other.valid_to.is_none_or(|last| valid_from <= last)
                    && valid_to.is_none_or(|last| other.valid_from <= last)
            });
        if overlap {
            return Err(row.problem(format!("code '{code}' is carried by two units on one day")));
        }
        let population = match (row.optional_integer("population")?, row.text("population_flag")) {
            (None, _) => Population::Missing,
            (Some(people), "suspect") => Population::Suspect(people),
            (Some(people), _) => Population::Known(people),
        };
        let designation = Designation {
            from: valid_from,
            kind,
            name: row.text("name").to_owned(),
            full_name: row.text("full_name").to_owned(),
            basis: None,
        };
        let id = UnitId::new(code, valid_from);
        let at = self.units.len();
        self.by_id.insert(id.clone(), at);
        self.by_code.entry(code.to_owned()).or_default().push(at);
        if let Some(parent) = &parent {
            self.by_parent.entry(parent.clone()).or_default().push(at);
        }
        let area_ha = hectares(row.text("area_km2")).map_err(|reason| row.problem(reason))?;
        self.units.push(Unit {
            id,
            parent,
            valid_from,
            valid_to,
            population,
            area_ha,
            designations: vec![designation],
        });
        Ok(())
    }

    fn change(&mut self, row: &TableRow<'_>) -> Result<(), PackProblem> {
        let (code, new_full_name, confidence) = (
            row.text("code"),
            row.text("new_full_name"),
            row.text("confidence"),
        );
        let effective = row.optional_date("effective_from")?;
        let Some(from) = effective.filter(|_| confidence != "low") else {
            self.unapplied.push(UnappliedChange {
                code: code.to_owned(),
                new_full_name: new_full_name.to_owned(),
                confidence: confidence.to_owned(),
                sources: row.text("sources").to_owned(),
            });
            return Ok(());
        };
        let at = self
            .by_code(code, from)
            .and_then(|unit| self.by_id.get(&unit.id).copied());
        let unit = at.map(|at| &mut self.units[at]);
        let unit = unit.ok_or_else(|| row.problem(format!("no unit carries code '{code}' on {from}")))?;
        let before = unit.designation(from);
        if before.full_name != row.text("old_full_name") {
            return Err(row.problem(format!(
                "unit {code} is called '{}', not '{}'",
                before.full_name,
                row.text("old_full_name")
            )));
        }
        let (kind, name) = UnitKind::of_full_name(new_full_name)
            .ok_or_else(|| row.problem(format!("'{new_full_name}' does not begin with a type of unit")))?;
        let basis = Some(row.text("legal_basis").to_owned()).filter(|text| !text.is_empty());
        let designation = Designation {
            from,
            kind,
            name: name.to_owned(),
            full_name: new_full_name.to_owned(),
            basis,
        };
        unit.designations.push(designation);
        unit.designations.sort_by_key(|called| called.from);
        Ok(())
    }

    fn key(&self, unit: &Unit) -> String {
        let names = unit.designations.iter().map(|called| called.full_name.as_str());
        let province = unit.parent.as_ref().and_then(|id| self.by_id(id));
        let province = province
            .into_iter()
            .map(|unit| unit.designations[0].name.as_str());
        let key: Vec<String> = names
            .chain(province)
            .map(|name| squash(&(self.fold)(name)))
            .collect();
        key.join(" ")
    }
}

/// Apostrophes and hyphens go: `B'Lao`, `B’Lao` and `BLao` are one ward, and the national portal mixed them up.
fn squash(folded: &str) -> String {
    folded
        .chars()
        .filter(|c| c.is_alphanumeric() || c.is_whitespace())
        .collect()
}

fn rank(query: &str, words: &[&str], unit: &Unit, key: &str) -> Option<u8> {
    if unit.code() == query {
        return Some(0);
    }
    let padded = format!(" {key}");
    if !words.iter().all(|word| padded.contains(&format!(" {word}"))) {
        return None;
    }
    let name = key.split_once(' ').map_or(key, |(_, name)| name); // behind the word of the type
    Some(match () {
        () if name.starts_with(query) || key.starts_with(query) => 1,
        () if key.contains(query) => 2,
        () => 3,
    })
}

fn hectares(km2: &str) -> Result<Option<i64>, String> {
    if km2.is_empty() {
        return Ok(None);
    }
    let (whole, fraction) = km2.split_once('.').unwrap_or((km2, ""));
    let hundredths = format!("{fraction:0<2}");
    let parsed = match (whole.parse::<i64>(), hundredths[..2].parse::<i64>()) {
        (Ok(whole), Ok(part)) if hundredths.is_ascii() => Some(whole * 100 + part),
        _ => None,
    };
    parsed
        .map(Some)
        .ok_or_else(|| format!("area_km2: '{km2}' is not a number with a decimal point"))
}

#[cfg(test)]
mod tests {
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
            provinces: file("provinces", include_str!("../../../../packs/units/provinces.csv")),
            communes: file("communes", include_str!("../../../../packs/units/communes.csv")),
            changes: file("changes", include_str!("../../../../packs/units/changes.csv")),
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
}

//! The register of units: read from the pack, asked as of a day.

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

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
    /// Made when the first search asks: folding 3,321 names is the slowest part of reading them.
    keys: OnceLock<Vec<String>>,
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
            keys: OnceLock::new(),
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
        let keys = self
            .keys
            .get_or_init(|| self.units.iter().map(|unit| self.key(unit)).collect());
        let mut found: Vec<(u8, &Unit)> = self
            .units
            .iter()
            .zip(keys)
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
mod tests;

//! Villages (thôn, bon, buôn, tổ dân phố): parts of a commune without an administration of their own.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::pack::{PackFile, PackProblem, read_table};

/// What a village is called by the people who live there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VillageKind {
    /// Thôn.
    Thon,
    /// Bon, of the M'Nông.
    Bon,
    /// Buôn, of the Ê Đê.
    Buon,
    /// Tổ dân phố, where a town was.
    Group,
}

impl VillageKind {
    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Thon => "thon",
            Self::Bon => "bon",
            Self::Buon => "buon",
            Self::Group => "to_dan_pho",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Self::Thon, Self::Bon, Self::Buon, Self::Group]
            .into_iter()
            .find(|kind| kind.as_str() == word)
    }
}

/// A village as of its days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Village {
    /// Code of the commune.
    pub unit: String,
    /// Place in the commune's own list, from 1.
    pub number: u16,
    /// What it is called.
    pub kind: VillageKind,
    /// Its whole name, `Thôn 5`.
    pub name: String,
    /// Households.
    pub households: u32,
    /// People.
    pub population: u32,
    /// First day.
    pub from: Date,
    /// Last day; none until further notice.
    pub to: Option<Date>,
}

impl Village {
    /// Whether it exists on a day.
    pub fn is_valid(&self, day: Date) -> bool {
        self.from <= day && self.to.is_none_or(|last| day <= last)
    }
}

/// Reads the list of villages.
///
/// # Errors
/// Every row that is wrong, and a number or name that stands twice in one commune.
pub fn parse_villages(file: PackFile<'_>) -> Result<Vec<Village>, Vec<PackProblem>> {
    let mut villages: Vec<Village> = Vec::new();
    let mut seen: BTreeSet<(String, String)> = BTreeSet::new();
    let columns = [
        "unit_code",
        "number",
        "kind",
        "name",
        "households",
        "population",
        "valid_from",
        "valid_to",
    ];
    read_table(file, &columns, |row| {
        let number = |name: &str| {
            let text = row.text(name);
            text.parse::<u32>()
                .map_err(|_| row.problem(format!("{name} '{text}' is no number")))
        };
        let day = |name: &str| {
            let text = row.text(name);
            text.parse::<Date>()
                .map_err(|_| row.problem(format!("{name} '{text}' is no date")))
        };
        let kind = row.text("kind");
        let village = Village {
            unit: row.text("unit_code").to_owned(),
            number: u16::try_from(number("number")?).map_err(|_| row.problem("the number is too large"))?,
            kind: VillageKind::parse(kind)
                .ok_or_else(|| row.problem(format!("kind '{kind}' is not thon, bon, buon or to_dan_pho")))?,
            name: row.text("name").trim().to_owned(),
            households: number("households")?,
            population: number("population")?,
            from: day("valid_from")?,
            to: match row.text("valid_to") {
                "" => None,
                _ => Some(day("valid_to")?),
            },
        };
        if village.name.is_empty() || village.population < village.households {
            return Err(row.problem("a village has a name, and at least one person a household"));
        }
        let is_new = seen.insert((village.unit.clone(), village.name.clone()))
            && seen.insert((village.unit.clone(), village.number.to_string()));
        if !is_new {
            return Err(row.problem("the number or the name stands twice in this commune"));
        }
        villages.push(village);
        Ok(())
    })?;
    Ok(villages)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Vec<Village>, Vec<PackProblem>> {
        parse_villages(PackFile {
            path: "villages.csv",
            text,
        })
    }

    const HEAD: &str = "unit_code,number,kind,name,households,population,valid_from,valid_to\n";

    #[test]
    fn a_village_holds_from_its_first_to_its_last_day() {
        let text = format!("{HEAD}24640,1,bon,Bon Mẫu,100,400,2025-07-01,2026-01-31\n");
        let villages = parse(&text).expect("sound");
        let day = |text: &str| text.parse().expect("a day");
        assert!(villages[0].is_valid(day("2026-01-31")) && !villages[0].is_valid(day("2026-02-01")));
        assert!(!villages[0].is_valid(day("2025-06-30")));
    }

    #[test]
    fn a_row_that_cannot_be_is_refused_with_its_reason() {
        for (row, says) in [
            ("24640,1,ward,Phường,1,4,2025-07-01,", "is not thon"),
            ("24640,1,thon,Thôn 1,nhiều,4,2025-07-01,", "is no number"),
            ("24640,1,thon,Thôn 1,5,4,2025-07-01,", "at least one person"),
            ("24640,1,thon,Thôn 1,1,4,2025-02-30,", "is no date"),
            (
                "24640,1,thon,Thôn 1,1,4,2025-07-01,\n24640,2,thon,Thôn 1,1,4,2025-07-01,",
                "stands twice",
            ),
        ] {
            let wrong = parse(&format!("{HEAD}{row}\n")).expect_err(row);
            assert!(format!("{wrong:?}").contains(says), "{wrong:?}");
        }
    }
}

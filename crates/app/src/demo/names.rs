//! Synthetic people: names that sound right and belong to nobody, and the dice of the demonstration.

use jiff::civil::Date;
use serde::Deserialize;

use crate::cx::split_mix;

#[derive(Debug, Deserialize)]
struct Lists {
    surnames: Vec<(String, f64)>,
    male_middle: Vec<String>,
    male_given: Vec<String>,
    female_middle: Vec<String>,
    female_given: Vec<String>,
}

/// Repeatable dice with lists of names.
#[derive(Debug)]
pub struct Names {
    lists: Lists,
    state: u64,
}

/// Clans of the Central Highlands, beside the Kinh names.
const CLANS: [&str; 8] = [
    "Niê",
    "Êban",
    "Kbuôr",
    "Mlô",
    "Bkrông",
    "Êñuôl",
    "Buôn Yă",
    "Ayŭn",
];
const HIGHLAND_GIVEN: [&str; 12] = [
    "Brah", "Lan", "Thông", "Minh", "Nam", "Khôi", "Hoa", "Nguyệt", "Djuang", "Wen", "Bhem", "Sara",
];

impl Names {
    /// Dice with a seed.
    ///
    /// # Panics
    /// When the embedded list is damaged; a test of this file reads it.
    pub fn new(seed: u64) -> Self {
        let lists = serde_json::from_str(include_str!("names.json")).expect("the embedded list of names");
        Self { lists, state: seed }
    }

    /// A number from 0 to `below - 1`.
    pub fn dice(&mut self, below: usize) -> usize {
        let bits = split_mix(&mut self.state) >> 11;
        usize::try_from(bits).unwrap_or(0) % below.max(1)
    }

    fn pick<'a>(&mut self, from: &'a [String]) -> &'a str {
        let place = self.dice(from.len());
        from.get(place).map_or("", String::as_str)
    }

    /// A full name.
    pub fn name(&mut self) -> String {
        if self.dice(6) == 0 {
            let given = HIGHLAND_GIVEN[self.dice(HIGHLAND_GIVEN.len())];
            let clan = CLANS[self.dice(CLANS.len())];
            return if self.dice(2) == 0 {
                format!("Y {given} {clan}")
            } else {
                format!("H’{given} {clan}")
            };
        }
        let weight = self.dice(1000);
        let mut sum = 0.0;
        let surnames = std::mem::take(&mut self.lists.surnames);
        let surname = surnames
            .iter()
            .find(|(_, share)| {
                sum += share * 1000.0;
                #[expect(clippy::cast_precision_loss, reason = "numbers below a thousand")]
                let here = (weight as f64) < sum;
                here
            })
            .map_or_else(|| "Nguyễn".to_owned(), |(name, _)| name.clone());
        self.lists.surnames = surnames;
        let (middle, given) = if self.dice(2) == 0 {
            (self.lists.male_middle.clone(), self.lists.male_given.clone())
        } else {
            (self.lists.female_middle.clone(), self.lists.female_given.clone())
        };
        format!("{surname} {} {}", self.pick(&middle), self.pick(&given))
    }

    /// A full name of a woman or a man.
    pub fn name_of(&mut self, female: bool) -> String {
        for _ in 0..40 {
            let name = self.name();
            if self.is_female(&name) == female {
                return name;
            }
        }
        self.name()
    }

    /// Whether a name of these lists is a woman's.
    pub fn is_female(&self, name: &str) -> bool {
        let middle = name.split_whitespace().nth(1).unwrap_or_default();
        let listed = |list: &[String]| list.iter().any(|word| word == middle);
        name.starts_with("H’") || (listed(&self.lists.female_middle) && !listed(&self.lists.male_middle))
    }

    /// An identity number of the right form; the block 0 to 9 after the year belongs to nobody.
    pub fn id_number(&mut self, born: Date) -> String {
        let century = if born.year() < 2000 {
            self.dice(2)
        } else {
            2 + self.dice(2)
        };
        format!(
            "068{century}{:02}{:06}",
            born.year() % 100,
            100 + self.dice(899_000)
        )
    }

    /// A day of birth of a grown-up.
    pub fn born(&mut self) -> Date {
        let year = i16::try_from(1950 + self.dice(55)).unwrap_or(1980);
        let month = i8::try_from(1 + self.dice(12)).unwrap_or(1);
        let day = i8::try_from(1 + self.dice(28)).unwrap_or(1);
        jiff::civil::date(year, month, day)
    }

    /// A telephone number of the block that the demonstration uses.
    pub fn phone(&mut self) -> String {
        format!("0900{:06}", self.dice(1_000_000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_people() {
        let people = |seed| {
            let mut names = Names::new(seed);
            (0..20).map(|_| names.name()).collect::<Vec<_>>()
        };
        assert_eq!(people(1), people(1));
        assert_ne!(people(1), people(2));
        assert!(people(3).iter().all(|name| name.split_whitespace().count() >= 2));
    }
}

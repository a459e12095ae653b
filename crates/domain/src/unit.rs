//! Provinces and communes as of a day.
//!
//! A unit is known by its code and the first day on which it carries that code. A change of type (a commune that
//! becomes a ward) keeps the unit, so its dossiers and posts stay where they are; only its designation changes.
//! Legal source: Decision 19/2025/QĐ-TTg (codes), Law 72/2025/QH15 (two levels), later resolutions in the pack.

mod register;
mod village;

use jiff::civil::Date;

use crate::ids::UnitId;
pub use register::{UnappliedChange, UnitFiles, UnitRegister};
pub use village::{Village, VillageKind, parse_villages};

/// What a unit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum UnitKind {
    /// Tỉnh.
    Province,
    /// Thành phố trực thuộc trung ương.
    City,
    /// Xã.
    Commune,
    /// Phường.
    Ward,
    /// Đặc khu.
    SpecialZone,
}

impl UnitKind {
    /// The word in the pack and the key of the name in the locales.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Province => "tinh",
            Self::City => "thanh_pho",
            Self::Commune => "xa",
            Self::Ward => "phuong",
            Self::SpecialZone => "dac_khu",
        }
    }

    /// Whether this is a unit of the upper of the two levels.
    pub fn is_province_level(self) -> bool {
        match self {
            Self::Province | Self::City => true,
            Self::Commune | Self::Ward | Self::SpecialZone => false,
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [
            Self::Province,
            Self::City,
            Self::Commune,
            Self::Ward,
            Self::SpecialZone,
        ]
        .into_iter()
        .find(|kind| kind.as_str() == text)
    }

    /// A full name is the type's word and the name, so a change of name tells the type.
    fn of_full_name(full_name: &str) -> Option<(Self, &str)> {
        [
            ("Tỉnh ", Self::Province),
            ("Thành phố ", Self::City),
            ("Xã ", Self::Commune),
            ("Phường ", Self::Ward),
            ("Đặc khu ", Self::SpecialZone),
        ]
        .into_iter()
        .find_map(|(word, kind)| full_name.strip_prefix(word).map(|name| (kind, name)))
    }
}

/// What a unit is called from a day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Designation {
    /// First day on which it holds.
    pub from: Date,
    /// What the unit is.
    pub kind: UnitKind,
    /// Name without the type: `Thuận An`.
    pub name: String,
    /// Name with the type: `Xã Thuận An`.
    pub full_name: String,
    /// The decision, when it is a later change.
    pub basis: Option<String>,
}

/// How far a unit's population figure can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Population {
    /// The figure of the source.
    Known(i64),
    /// A figure that is evidently a slip of the source; show it as such, never add it up.
    Suspect(i64),
    /// The source gives none.
    Missing,
}

/// A province or commune over the time in which it carries its code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Code and first day.
    pub id: UnitId,
    /// The province of a commune; none for a province.
    pub parent: Option<UnitId>,
    /// First day of validity.
    pub valid_from: Date,
    /// Last day of validity; none until further notice.
    pub valid_to: Option<Date>,
    /// People living there.
    pub population: Population,
    /// Area in hundredths of a square kilometre (hectares).
    pub area_ha: Option<i64>,
    designations: Vec<Designation>,
}

impl Unit {
    /// The official code: two digits for a province, five for a commune.
    pub fn code(&self) -> &str {
        self.id.code()
    }

    /// Whether the unit exists on a day.
    pub fn is_valid(&self, day: Date) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|last| day <= last)
    }

    /// What the unit is called on a day; before its first day the first designation.
    pub fn designation(&self, day: Date) -> &Designation {
        self.designations
            .iter()
            .rfind(|called| called.from <= day)
            .unwrap_or(&self.designations[0])
    }

    /// All designations, oldest first; never empty.
    pub fn designations(&self) -> &[Designation] {
        &self.designations
    }

    /// Name without the type on a day: `Thuận An`.
    pub fn name(&self, day: Date) -> &str {
        &self.designation(day).name
    }

    /// Name with the type on a day: `Xã Thuận An`.
    pub fn full_name(&self, day: Date) -> &str {
        &self.designation(day).full_name
    }

    /// What the unit is on a day.
    pub fn kind(&self, day: Date) -> UnitKind {
        self.designation(day).kind
    }
}

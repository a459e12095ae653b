//! The templates in all their versions. A version that was used is never edited in what it says: a paper of the past
//! is printed again from its recorded data and its recorded version.

use jiff::civil::Date;

use crate::PrintError;

/// The sheet that a template prints on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paper {
    /// 210 × 297 mm.
    A4,
    /// 297 × 210 mm.
    A4Landscape,
    /// 148 × 210 mm.
    A5,
    /// 210 × 148 mm.
    A5Landscape,
    /// A roll 80 mm wide, as long as needed.
    Roll80,
}

pub(crate) struct Entry {
    pub(crate) id: &'static str,
    paper: Paper,
    /// The first day on which this version is used, ISO.
    since: &'static str,
    pub(crate) text: &'static str,
}

macro_rules! entry {
    ($id:literal, $paper:ident, $since:literal) => {
        Entry {
            id: $id,
            paper: Paper::$paper,
            since: $since,
            text: include_str!(concat!("../templates/", $id, ".typ")),
        }
    };
}

/// Every template, the versions of one form in order of time.
pub(crate) static ENTRIES: [Entry; 27] = [
    // One-stop forms: Circular 01/2018/TT-VPCP (23/11/2018), then Circular 03/2025/TT-VPCP (15/9/2025).
    entry!("form-01@2018", A4Landscape, "2018-11-23"),
    entry!("form-01@2025", A4Landscape, "2025-09-15"),
    entry!("form-02@2018", A5, "2018-11-23"),
    entry!("form-02@2025", A5, "2025-09-15"),
    entry!("form-03@2018", A5, "2018-11-23"),
    entry!("form-03@2025", A5, "2025-09-15"),
    entry!("form-04@2018", A5, "2018-11-23"),
    entry!("form-04@2025", A5, "2025-09-15"),
    entry!("form-05@2025", A5, "2025-09-15"),
    entry!("form-06@2018", A4, "2018-11-23"),
    entry!("form-06@2025", A4, "2025-09-15"),
    entry!("form-07@2018", A4Landscape, "2018-11-23"),
    entry!("form-07@2025", A4Landscape, "2025-09-15"),
    // Money, queue, lists: the program's own layouts.
    entry!("fee-receipt@1", A5Landscape, "2018-01-01"),
    entry!("daily-closing@1", A4, "2018-01-01"),
    entry!("queue-ticket@1", Roll80, "2018-01-01"),
    entry!("list@1", A4Landscape, "2018-01-01"),
    // Certification: Decree 23/2015/NĐ-CP, books of Circular 01/2020/TT-BTP.
    entry!("certified-copy@2015", A4, "2015-04-10"),
    entry!("certified-copy-book@2020", A4Landscape, "2020-04-20"),
    entry!("certified-signature@2015", A4, "2015-04-10"),
    // Civil status: Circular 04/2020/TT-BTP.
    entry!("birth-certificate@2020", A4, "2020-07-16"),
    entry!("death-extract@2020", A4, "2020-07-16"),
    entry!("extract-copy@2020", A4, "2020-07-16"),
    entry!("marital-status@2020", A4, "2020-07-16"),
    entry!("marriage-certificate@2020", A4, "2020-07-16"),
    // Decisions, letters, notices: Decree 30/2020/NĐ-CP.
    entry!("official@2020", A4, "2020-03-05"),
    // Scans as pages; only `images_to_pdf` fills it.
    entry!("images@1", A4, "2018-01-01"),
];

macro_rules! shared {
    ($($name:literal),+ $(,)?) => {
        [$(($name, include_str!(concat!("../templates/shared/", $name)))),+]
    };
}

/// Parts that templates import as `/shared/<name>`.
pub(crate) static SHARED: [(&str, &str); 6] = shared![
    "certification.typ",
    "civil.typ",
    "forms.typ",
    "page.typ",
    "receipt.typ",
    "words.typ"
];

/// A form or certificate in one version, for example `form-01@2025`.
#[derive(Clone, Copy)]
pub struct Template(&'static Entry);

impl Template {
    /// The template of an id `<form>@<version>`.
    ///
    /// # Errors
    /// [`PrintError::UnknownTemplate`].
    pub fn by_id(id: &str) -> Result<Self, PrintError> {
        let entry = ENTRIES.iter().find(|entry| entry.id == id);
        entry.map(Self).ok_or_else(|| PrintError::UnknownTemplate {
            id: id.chars().take(80).collect(),
        })
    }

    /// The version of a form that is used on a day; the oldest one for days before it.
    ///
    /// # Errors
    /// [`PrintError::UnknownTemplate`].
    pub fn in_force(form: &str, on: Date) -> Result<Self, PrintError> {
        let on = on.to_string();
        let mut versions = Self::all().filter(|template| template.form() == form);
        let oldest = versions.next();
        let newer = versions
            .take_while(|template| template.0.since <= on.as_str())
            .last();
        newer.or(oldest).ok_or_else(|| PrintError::UnknownTemplate {
            id: form.chars().take(80).collect(),
        })
    }

    /// Every template, the versions of one form in order of time.
    pub fn all() -> impl Iterator<Item = Self> {
        ENTRIES.iter().map(Self)
    }

    /// `<form>@<version>`, as it is recorded with a paper.
    pub fn id(self) -> &'static str {
        self.0.id
    }

    /// The name that all versions of one form share.
    pub fn form(self) -> &'static str {
        self.0.id.split_once('@').map_or(self.0.id, |(form, _)| form)
    }

    /// The version: the year of the rule that the layout follows, or a count where the layout is our own.
    pub fn version(self) -> &'static str {
        self.0.id.split_once('@').map_or("", |(_, version)| version)
    }

    /// The first day on which it is used, ISO.
    pub fn since(self) -> &'static str {
        self.0.since
    }

    /// The sheet it prints on.
    pub fn paper(self) -> Paper {
        self.0.paper
    }
}

impl std::fmt::Debug for Template {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Template").field(&self.0.id).finish()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_receipt_of_july_2025_is_the_old_one() {
        let on = |day| Template::in_force("form-01", day).expect("it exists").id();
        assert_eq!(on(date(2025, 7, 1)), "form-01@2018");
        assert_eq!(on(date(2025, 9, 14)), "form-01@2018");
        assert_eq!(on(date(2025, 9, 15)), "form-01@2025");
        assert_eq!(on(date(1999, 1, 1)), "form-01@2018");
        assert!(Template::in_force("form-99", date(2025, 7, 1)).is_err());
    }

    #[test]
    fn ids_are_unique_and_lead_back() {
        for template in Template::all() {
            assert_eq!(
                Template::by_id(template.id()).expect("listed").id(),
                template.id()
            );
            assert_eq!(
                format!("{}@{}", template.form(), template.version()),
                template.id()
            );
        }
        assert!(Template::by_id("../secret").is_err());
    }
}

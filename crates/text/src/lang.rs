//! The languages people can choose.

/// A language of the pages and papers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub enum Lang {
    /// Vietnamese, the source language.
    #[default]
    Vi,
    /// English.
    En,
}

/// The direction in which a language is written; it goes into `dir` of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Dir {
    /// Left to right.
    #[default]
    Ltr,
    /// Right to left.
    Rtl,
}

impl Dir {
    /// The value of HTML's `dir`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Ltr => "ltr",
            Self::Rtl => "rtl",
        }
    }
}

impl Lang {
    /// Every language, the source language first.
    pub const ALL: [Self; 2] = [Self::Vi, Self::En];

    /// The BCP 47 code, as in `lang="vi"`, in settings and in file names.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Vi => "vi",
            Self::En => "en",
        }
    }

    /// The language's own name for itself, as a switch shows it.
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::Vi => "Tiếng Việt",
            Self::En => "English",
        }
    }

    /// The direction of writing.
    pub const fn dir(self) -> Dir {
        match self {
            Self::Vi | Self::En => Dir::Ltr,
        }
    }

    /// The other language of a two-language switch.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Vi => Self::En,
            Self::En => Self::Vi,
        }
    }

    /// Reads a code such as `vi`, `en` or `en-GB`; `None` for a language that we do not speak.
    pub fn parse(code: &str) -> Option<Self> {
        let primary = code.trim().split(['-', '_']).next().unwrap_or_default();
        Self::ALL
            .into_iter()
            .find(|lang| lang.code().eq_ignore_ascii_case(primary))
    }

    /// The best language for an `Accept-Language` header: the first that we speak, by weight; Vietnamese if none.
    pub fn from_accept_language(header: &str) -> Self {
        let mut wanted: Vec<(u32, Self)> = header
            .split(',')
            .filter_map(|part| {
                let mut fields = part.split(';');
                let lang = Self::parse(fields.next()?)?;
                let weight = fields
                    .find_map(|field| field.trim().strip_prefix("q="))
                    .map_or(1000, thousandths);
                (weight > 0).then_some((weight, lang))
            })
            .collect();
        wanted.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
        wanted.first().map_or(Self::Vi, |(_, lang)| *lang)
    }
}

/// A weight such as `0.8` in thousandths; what cannot be read counts as 0.
fn thousandths(weight: &str) -> u32 {
    let (whole, part) = weight.trim().split_once('.').unwrap_or((weight.trim(), ""));
    let digits: String = part.chars().chain("000".chars()).take(3).collect();
    match (whole.parse::<u32>(), digits.parse::<u32>()) {
        (Ok(whole), Ok(part)) => (whole.min(1) * 1000 + part).min(1000),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browsers_first_language_that_we_speak_is_taken() {
        assert_eq!(Lang::from_accept_language("en-GB,en;q=0.9,vi;q=0.8"), Lang::En);
        assert_eq!(Lang::from_accept_language("fr, en;q=0.5, vi;q=0.7"), Lang::Vi);
        assert_eq!(Lang::from_accept_language("fr"), Lang::Vi);
        assert_eq!(Lang::from_accept_language("en;q=0"), Lang::Vi);
        assert_eq!(Lang::from_accept_language("\u{0};;q=x,,"), Lang::Vi);
    }

    #[test]
    fn codes_read_back() {
        for lang in Lang::ALL {
            assert_eq!(Lang::parse(lang.code()), Some(lang));
            assert_eq!(lang.other().other(), lang);
        }
        assert_eq!(Lang::parse("xx"), None);
    }
}

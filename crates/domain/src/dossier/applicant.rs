//! Reading what is typed, or scanned, about a person.

use jiff::civil::Date;

use super::parts::{Applicant, ApplicantKind};
use crate::characters::{is_refused, visible};
use crate::form::phone_of;
use crate::message::Tongue;

/// What was typed about an applicant, field by field, exactly as it came.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct ApplicantInput {
    /// `citizen`, `enterprise`, `agency`, `other`; citizen when empty.
    pub kind: String,
    /// Full name.
    pub name: String,
    /// Identity number.
    pub id_number: String,
    /// Date of birth, `12/3/1999` or `1999-03-12`.
    pub born_on: String,
    /// Telephone.
    pub phone: String,
    /// E-mail.
    pub email: String,
    /// Address.
    pub address: String,
    /// Agrees to messages about the dossier: the language in which, `vi` or `en`; empty when not.
    pub messages: String,
}

impl From<&Applicant> for ApplicantInput {
    /// What would be typed to state this person again.
    fn from(person: &Applicant) -> Self {
        Self {
            kind: person.kind.as_str().to_owned(),
            name: person.name.clone(),
            id_number: person.id_number.clone().unwrap_or_default(),
            born_on: person.born_on.map(|day| day.to_string()).unwrap_or_default(),
            phone: person.phone.clone().unwrap_or_default(),
            email: person.email.clone().unwrap_or_default(),
            address: person.address.clone().unwrap_or_default(),
            messages: person
                .messages
                .map(|tongue| tongue.as_str().to_owned())
                .unwrap_or_default(),
        }
    }
}

/// A field that could not be taken: its name and the key of the sentence that says why.
pub type Problem = (&'static str, &'static str);

/// Longest name taken; the longest legal names in use have far fewer characters.
pub const NAME_CHARS: usize = 200;
/// Longest address taken.
pub const ADDRESS_CHARS: usize = 500;

impl ApplicantInput {
    /// Reads the fields.
    ///
    /// # Errors
    /// Every field that cannot be taken, at once.
    pub fn parse(&self, today: Date) -> Result<Applicant, Vec<Problem>> {
        let mut problems = Vec::new();
        let kind = if self.kind.is_empty() {
            Some(ApplicantKind::Citizen)
        } else {
            ApplicantKind::parse(&self.kind)
        };
        if kind.is_none() {
            problems.push(("kind", "applicant-kind-unknown"));
        }
        let name = clean(&self.name);
        match &name {
            None => problems.push(("name", "field-control-character")),
            Some(name) if name.is_empty() => problems.push(("name", "applicant-name-missing")),
            Some(name) if name.chars().count() > NAME_CHARS => {
                problems.push(("name", "applicant-name-too-long"));
            }
            Some(name) if !name.chars().any(char::is_alphabetic) => {
                problems.push(("name", "applicant-name-no-letters"));
            }
            Some(_) => {}
        }
        let id_number = match digits(&self.id_number, &[' ', '.', '-']) {
            Some(number) if number.is_empty() => None,
            Some(number) if matches!(number.len(), 9 | 10 | 12 | 13) => Some(number),
            _ => {
                problems.push(("id_number", "applicant-id-number-wrong"));
                None
            }
        };
        let born_on = match self.born_on.trim() {
            "" => None,
            typed => match parse_date(typed) {
                Some(day) if day.year() < 1900 => {
                    problems.push(("born_on", "date-before-1900"));
                    None
                }
                Some(day) if day > today => {
                    problems.push(("born_on", "date-in-future"));
                    None
                }
                Some(day) => Some(day),
                None => {
                    problems.push(("born_on", "date-wrong"));
                    None
                }
            },
        };
        let phone = match self.phone.trim() {
            "" => None,
            typed => {
                let number = phone(typed);
                if number.is_none() {
                    problems.push(("phone", "applicant-phone-wrong"));
                }
                number
            }
        };
        let email = match self.email.trim() {
            "" => None,
            typed if is_email(typed) => Some(typed.to_lowercase()),
            _ => {
                problems.push(("email", "applicant-email-wrong"));
                None
            }
        };
        let address = clean(&self.address);
        match &address {
            None => problems.push(("address", "field-control-character")),
            Some(text) if text.chars().count() > ADDRESS_CHARS => {
                problems.push(("address", "applicant-address-too-long"));
            }
            Some(_) => {}
        }
        let messages = match self.messages.trim() {
            "" => None,
            word => {
                let tongue = Tongue::parse(word);
                if tongue.is_none() {
                    problems.push(("messages", "applicant-messages-unknown"));
                }
                tongue
            }
        };
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Applicant {
            party: None,
            kind: kind.unwrap_or(ApplicantKind::Citizen),
            name: name.unwrap_or_default(),
            id_number,
            born_on,
            phone,
            email,
            address: address.filter(|text| !text.is_empty()),
            messages,
        })
    }

    /// Reads the string that a hand scanner types from the QR code of a chip-based identity card.
    ///
    /// Seven fields between bars: number, old number, name, date of birth, sex, residence, date of issue
    /// (`ddMMyyyy`). Cards of 2024 and later may add more; those are left alone.
    pub fn from_identity_card(scanned: &str) -> Option<Self> {
        let fields: Vec<&str> = scanned.trim().split('|').collect();
        let [number, _old, name, born, _sex, address, ..] = fields.as_slice() else {
            return None;
        };
        if number.len() != 12 || !number.bytes().all(|byte| byte.is_ascii_digit()) || name.is_empty() {
            return None;
        }
        let born_on = born
            .get(0..2)
            .zip(born.get(2..4))
            .zip(born.get(4..8))
            .map(|((day, month), year)| format!("{day}/{month}/{year}"))
            .filter(|text| parse_date(text).is_some())
            .unwrap_or_default();
        Some(Self {
            kind: "citizen".to_owned(),
            name: (*name).to_owned(),
            id_number: (*number).to_owned(),
            born_on,
            address: (*address).to_owned(),
            ..Self::default()
        })
    }
}

/// Trimmed, NFC, runs of white space as one space, without what prints nothing; nothing when a control character, or
/// one that turns the direction of text, stands in it.
pub fn clean(typed: &str) -> Option<String> {
    let text = visible(typed);
    if text.chars().any(is_refused) {
        return None;
    }
    Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn digits(typed: &str, skip: &[char]) -> Option<String> {
    let kept: String = typed.trim().chars().filter(|c| !skip.contains(c)).collect();
    kept.bytes().all(|byte| byte.is_ascii_digit()).then_some(kept)
}

/// A telephone number as it is stored: within Viet Nam with the leading 0, a service number (1800, 1900) as it is, one
/// abroad with `+` and its 8 to 15 digits (ITU-T E.164).
fn phone(typed: &str) -> Option<String> {
    let bare = digits(
        typed.strip_prefix('+').unwrap_or(typed),
        &[' ', '.', '-', '(', ')'],
    )?;
    if typed.starts_with('+') && !bare.starts_with("84") {
        return (8..=15).contains(&bare.len()).then(|| format!("+{bare}"));
    }
    let is_service = bare.starts_with("1800") || bare.starts_with("1900");
    if is_service && (8..=10).contains(&bare.len()) {
        return Some(bare);
    }
    phone_of(typed)
}

/// Reads `12/3/1999`, `12-3-1999`, `12.3.1999` or `1999-03-12`; nothing for a day that does not exist.
pub fn parse_date(typed: &str) -> Option<Date> {
    let parts: Vec<&str> = typed.trim().split(['/', '-', '.']).collect();
    let [first, second, third] = parts.as_slice() else {
        return None;
    };
    let number = |text: &str| {
        (text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| text.parse::<i16>().ok())
            .flatten()
    };
    let (year, month, day) = if first.len() == 4 {
        (first, second, third)
    } else {
        (third, second, first)
    };
    if year.len() != 4 {
        return None;
    }
    Date::new(
        number(year)?,
        i8::try_from(number(month)?).ok()?,
        i8::try_from(number(day)?).ok()?,
    )
    .ok()
}

fn is_email(typed: &str) -> bool {
    let Some((local, domain)) = typed.split_once('@') else {
        return false;
    };
    !local.is_empty()
        && typed.len() <= 254
        && domain.contains('.')
        && !domain.starts_with('.')
        && !domain.ends_with('.')
        && !typed.contains(|c: char| {
            c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | ',' | ';' | '"')
        })
        && domain.matches('@').count() == 0
}

#[cfg(test)]
mod tests {
    use unicode_normalization::UnicodeNormalization;

    use super::*;

    fn today() -> Date {
        jiff::civil::date(2025, 8, 4)
    }

    fn input() -> ApplicantInput {
        ApplicantInput {
            name: "H'Nguyệt Buôn Krông".to_owned(),
            id_number: "067 199 000 421".to_owned(),
            born_on: "12/3/1999".to_owned(),
            ..Default::default()
        }
    }

    #[test]
    fn a_name_cannot_turn_the_direction_of_what_follows() {
        assert_eq!(clean("Nguyễn\u{202e}Văn"), None);
        assert_eq!(clean("\u{2066}An"), None);
        assert_eq!(clean("A\u{fffe}n"), None);
        // What prints nothing came with a paste, and the same person is found by either.
        assert_eq!(
            clean("Ng\u{200b}uyễn\u{ad} Văn\u{feff}"),
            Some("Nguyễn Văn".to_owned())
        );
        assert_eq!(clean("\u{200b} \u{e0041}"), Some(String::new()));
        assert_eq!(clean(" Nguyễn\n Văn "), Some("Nguyễn Văn".to_owned()));
    }

    #[test]
    fn what_is_typed_with_spaces_is_read_as_meant() {
        let applicant = input().parse(today()).expect("an applicant");
        assert_eq!(applicant.id_number.as_deref(), Some("067199000421"));
        assert_eq!(applicant.born_on, Some(jiff::civil::date(1999, 3, 12)));
    }

    #[test]
    fn a_name_typed_in_parts_is_the_same_name() {
        let composed = ApplicantInput {
            name: "Trần  Quốc Bảo".nfd().collect(),
            ..input()
        }
        .parse(today())
        .expect("an applicant");
        assert_eq!(composed.name, "Trần Quốc Bảo");
    }

    #[test]
    fn each_wrong_field_is_named_at_once() {
        let wrong = ApplicantInput {
            kind: "robot".to_owned(),
            name: "  ".to_owned(),
            id_number: "12345".to_owned(),
            born_on: "31/6/1990".to_owned(),
            phone: "abc".to_owned(),
            email: "nobody".to_owned(),
            address: "x".repeat(501),
            messages: "xx".to_owned(),
        };
        let fields: Vec<&str> = wrong
            .parse(today())
            .expect_err("problems")
            .into_iter()
            .map(|(field, _)| field)
            .collect();
        assert_eq!(
            fields,
            [
                "kind",
                "name",
                "id_number",
                "born_on",
                "phone",
                "email",
                "address",
                "messages"
            ]
        );
    }

    #[test]
    fn a_telephone_number_is_one_that_can_be_called() {
        let read = |typed: &str| {
            let input = ApplicantInput {
                phone: typed.to_owned(),
                ..input()
            };
            input
                .parse(today())
                .map(|person| person.phone.unwrap_or_default())
        };
        for (typed, stored) in [
            ("0912 345 678", "0912345678"),
            ("+84 (0) 912.345.678", "0912345678"),
            ("0261 3123456", "02613123456"),
            ("1900 1234", "19001234"),
            ("+33 6 12 34 56 78", "+33612345678"),
            ("  ", ""),
        ] {
            assert_eq!(read(typed).as_deref(), Ok(stored), "{typed}");
            assert_eq!(read(stored).as_deref(), Ok(stored), "{typed} once more");
        }
        for typed in [
            "0912 345 67",
            "912345678",
            "+33",
            "0000000000",
            "1234567890123456",
        ] {
            assert_eq!(
                read(typed),
                Err(vec![("phone", "applicant-phone-wrong")]),
                "{typed}"
            );
        }
    }

    #[test]
    fn dates_that_cannot_be_are_refused() {
        for (typed, key) in [
            ("30/2/2020", "date-wrong"),
            ("1/1/1899", "date-before-1900"),
            ("5/8/2025", "date-in-future"),
            ("soon", "date-wrong"),
            ("1/2/20255", "date-wrong"),
        ] {
            let problems = ApplicantInput {
                born_on: typed.to_owned(),
                ..input()
            }
            .parse(today())
            .expect_err("a problem");
            assert_eq!(problems, [("born_on", key)], "{typed}");
        }
    }

    #[test]
    fn nul_bytes_huge_names_and_pictures_are_told_apart() {
        let key = |name: String| {
            ApplicantInput { name, ..input() }
                .parse(today())
                .map_err(|problems| problems[0].1)
        };
        assert_eq!(key("A\0B".to_owned()), Err("field-control-character"));
        assert_eq!(key("a".repeat(10_000_000)), Err("applicant-name-too-long"));
        assert_eq!(key("😀😀".to_owned()), Err("applicant-name-no-letters"));
        assert!(key("Nguyễn 😀".to_owned()).is_ok());
    }

    #[test]
    fn the_string_of_an_identity_card_fills_the_form() {
        let card = "067199000421|245000123|H'Nguyệt Buôn Krông|12031999|Nữ|Thôn Thuận Sơn, Thuận An, Lâm Đồng|01072021";
        let input = ApplicantInput::from_identity_card(card).expect("a card");
        let applicant = input.parse(today()).expect("an applicant");
        assert_eq!(applicant.name, "H'Nguyệt Buôn Krông");
        assert_eq!(applicant.born_on, Some(jiff::civil::date(1999, 3, 12)));
        assert!(ApplicantInput::from_identity_card("https://example.vn").is_none());
        assert!(ApplicantInput::from_identity_card("1|2|3|4|5|6|7").is_none());
    }
}

//! Reading what the portal hands out: nothing is believed until it is a command.

use serde::Deserialize;
use serde_json::{Map, Value};
use townhall_domain::characters::is_refused;
use townhall_domain::dossier::{ApplicantInput, Delivery};
use townhall_domain::portal::is_dossier_code;

/// Most files of one dossier.
const MOST_FILES: usize = 50;

/// A dossier as the portal hands it out; see `docs/PORTAL.md`. What is not known here is left alone.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Handed {
    /// Its code, kept.
    pub code: String,
    /// National procedure code.
    pub procedure: String,
    /// Code of the competent unit.
    pub unit: String,
    /// Code of the unit whose centre receives it, when that is another.
    #[serde(default)]
    pub receiving_unit: Option<String>,
    /// Whose matter it is.
    pub applicant: ApplicantInput,
    /// Who submitted it, when it was somebody else.
    #[serde(default)]
    pub submitter: Option<ApplicantInput>,
    /// The filled form.
    #[serde(default)]
    pub form: Map<String, Value>,
    /// Circumstances that the citizen stated.
    #[serde(default)]
    pub circumstances: Vec<String>,
    /// `counter`, `post`, `electronic`; counter when missing.
    #[serde(default)]
    pub delivery: Option<String>,
    /// What the citizen attached.
    #[serde(default)]
    pub files: Vec<HandedFile>,
}

/// A file that the citizen attached.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct HandedFile {
    /// Names it at the portal.
    pub id: String,
    /// Its name as the citizen had it.
    pub name: String,
    /// The component of the check-list that it is.
    #[serde(default)]
    pub component: Option<String>,
    /// SHA-256 of its content, hexadecimal.
    pub sha256: String,
}

/// Why a handed-out dossier is parked: the key of a sentence, and what exactly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Parked {
    /// Key of the sentence.
    pub reason: &'static str,
    /// Names of fields, a code; no personal data.
    pub detail: String,
}

impl Parked {
    pub fn new(reason: &'static str, detail: impl Into<String>) -> Self {
        let detail: String = detail.into();
        Self {
            reason,
            detail: shown(&detail, 500),
        }
    }
}

/// What of a text may stand on a page and in a row: no control characters, not endless.
pub(super) fn shown(text: &str, most: usize) -> String {
    text.chars()
        .filter(|c| !c.is_control() && !is_refused(*c))
        .take(most)
        .collect()
}

/// The code of an item, when it has one that can be one.
pub(super) fn code_of(item: &Value) -> Option<&str> {
    item.get("code")
        .and_then(Value::as_str)
        .filter(|code| is_dossier_code(code))
}

/// Reads an item whose code is in order.
pub(super) fn read(item: &Value) -> Result<Handed, Parked> {
    let handed: Handed = serde_json::from_value(item.clone())
        .map_err(|error| Parked::new("portal-parked-malformed", wrong(&error)))?;
    if handed.files.len() > MOST_FILES {
        return Err(Parked::new("portal-parked-files", handed.files.len().to_string()));
    }
    Ok(handed)
}

/// What serde says without the value, which may be a name or a number of a person.
fn wrong(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.split_once(':') {
        Some(("invalid type" | "invalid value", _)) => "invalid type".to_owned(),
        _ => text,
    }
}

impl Handed {
    /// How the result is wanted.
    pub fn delivery(&self) -> Result<Delivery, Parked> {
        match self.delivery.as_deref() {
            None => Ok(Delivery::Counter),
            Some(word) => {
                Delivery::parse(word).ok_or_else(|| Parked::new("portal-parked-fields", "delivery"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_malformed_dossier_is_parked_with_what_is_wrong_and_without_what_it_says_of_people() {
        let parked = read(&json!({ "code": "H36-250804-0001" })).expect_err("no procedure");
        assert_eq!(parked.reason, "portal-parked-malformed");
        assert_eq!(parked.detail, "missing field `procedure`");
        let parked = read(&json!({
            "code": "H36-250804-0001", "procedure": "1", "unit": "24682", "applicant": "Nguyễn Văn Mật"
        }))
        .expect_err("an applicant is more than a name");
        assert_eq!(parked.detail, "invalid type");
    }

    #[test]
    fn an_item_without_a_code_that_can_be_one_has_none() {
        for item in [
            json!({}),
            json!([]),
            json!({ "code": 5 }),
            json!({ "code": "../../etc" }),
            json!({ "code": "H".repeat(70) }),
        ] {
            assert_eq!(code_of(&item), None, "{item}");
        }
    }
}

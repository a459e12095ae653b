//! What stands in the counter's form, exactly as it was typed, and the command that it becomes.

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use townhall_app::dossier::{ComponentInput, ReceiveDossier, Verdict};
use townhall_app::drafts::Draft;
use townhall_app::error::{AppError, FieldError};
use townhall_app::fees::{ClaimedExemption, StatedFee};
use townhall_domain::dossier::{ApplicantInput, Channel, ComponentSource, ComponentStatus, Delivery};
use townhall_domain::form::ApplicantPart;
use townhall_domain::ids::{DossierId, UnitId};
use townhall_domain::procedure::Procedure;
use townhall_domain::time;

use super::desk::Part;
use crate::state::App;
use crate::ui::typed_values;

/// Stands before the names of the fields of the pack's form.
pub const FORM: &str = "form_";
/// The parts of a person, in the order of the page.
pub const PERSON: [&str; 8] = [
    "id_number",
    "name",
    "born_on",
    "phone",
    "address",
    "email",
    "kind",
    "messages",
];

/// Names and values of the form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Typed {
    fields: Vec<(String, String)>,
}

/// What the pressed button wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Draw the form again, all of it or a part.
    Draw(Option<Part>),
    /// Ask what is missing (Form 02).
    AskSupplement,
    /// Ask why (Form 03).
    AskRefusal,
    /// Accept.
    Accept,
    /// Make Form 02.
    Supplement,
    /// Make Form 03.
    Refuse,
}

impl<'de> Deserialize<'de> for Typed {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let map: Map<String, Value> = Map::deserialize(input)?;
        let mut fields = Vec::new();
        for (name, value) in map {
            match value {
                Value::Array(list) => {
                    fields.extend(
                        list.into_iter()
                            .filter_map(|one| Some((name.clone(), text(one)?))),
                    );
                }
                one => fields.extend(text(one).map(|one| (name, one))),
            }
        }
        Ok(Self { fields })
    }
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}

impl Typed {
    /// An empty form with an identity for its dossier.
    pub fn fresh(app: &App) -> Self {
        let cx = app
            .town
            .cx(&townhall_app::actor::Actor::System { job: "counter" });
        let mut typed = Self::default();
        typed.set("dossier", cx.new_id::<DossierId>().to_string());
        typed.set("capacity", "self");
        typed.set("delivery", "counter");
        typed
    }

    /// What was kept.
    pub fn from_draft(draft: &Draft) -> Self {
        let mut typed = Self {
            fields: draft.fields.clone(),
        };
        // A card that was half read is read anew.
        for name in ["card", "do", "part", "choose"] {
            typed.drop(name);
        }
        typed
    }

    /// Names and values as they came from elsewhere.
    pub(crate) fn of(fields: Vec<(String, String)>) -> Self {
        Self { fields }
    }

    /// Names and values, in the order in which they came.
    pub(crate) fn into_fields(self) -> Vec<(String, String)> {
        self.fields
    }

    /// Takes out every field that a test names.
    pub(crate) fn drop_where(&mut self, is_out: impl Fn(&str) -> bool) {
        self.fields.retain(|(name, _)| !is_out(name));
    }

    /// The value of a field; the last one when it came several times, empty when it did not come.
    pub fn get(&self, name: &str) -> &str {
        let found = self.fields.iter().rev().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value.as_str())
    }

    /// What stands there of whoever asks; none when nothing does.
    pub fn of_applicant(&self, part: ApplicantPart) -> Option<Value> {
        let name = match part {
            ApplicantPart::FullName => "applicant_name",
            ApplicantPart::IdentityNumber => "applicant_id_number",
            ApplicantPart::BirthDate => "applicant_born_on",
            ApplicantPart::Sex => "applicant_sex",
            ApplicantPart::Address => "applicant_address",
            ApplicantPart::Phone => "applicant_phone",
            ApplicantPart::Email => "applicant_email",
        };
        let value = self.get(name).trim();
        (!value.is_empty()).then(|| Value::from(value))
    }

    /// All values of a field.
    pub fn all(&self, name: &str) -> Vec<String> {
        let found = self.fields.iter().filter(|(known, _)| known == name);
        found.map(|(_, value)| value.clone()).collect()
    }

    /// Whether the field came at all.
    pub fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(known, _)| known == name)
    }

    /// Puts a value in the place of all that came.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.drop(name);
        self.fields.push((name.to_owned(), value.into()));
    }

    /// Puts a value where nothing stands.
    pub fn fill(&mut self, name: &str, value: &str) {
        if self.get(name).trim().is_empty() && !value.is_empty() {
            self.set(name, value);
        }
    }

    /// Takes a field out.
    pub fn drop(&mut self, name: &str) {
        self.fields.retain(|(known, _)| known != name);
    }

    /// Takes out all fields whose names begin so.
    pub fn drop_all(&mut self, prefix: &str) {
        self.fields.retain(|(name, _)| !name.starts_with(prefix));
    }

    /// Names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// What the button wants; its name does not stay in the form.
    pub fn take_wanted(&mut self) -> Wanted {
        let part = Part::parse(self.get("part"));
        let wanted = match self.get("do") {
            "accept" => Wanted::Accept,
            "supplement" => Wanted::AskSupplement,
            "refuse" => Wanted::AskRefusal,
            "send_supplement" => Wanted::Supplement,
            "send_refusal" => Wanted::Refuse,
            _ => Wanted::Draw(part),
        };
        // `known` and `change` are read by `fill`, which takes them out.
        if !matches!(self.get("do"), "known" | "change") {
            self.drop("do");
        }
        self.drop("part");
        wanted
    }

    /// What stands in the form, for keeping it; nothing when nobody has typed anything of a case.
    pub fn worth_keeping(&self) -> Option<Vec<(String, String)>> {
        let marks = [
            "procedure",
            "procedure_search",
            "applicant_name",
            "applicant_id_number",
            "applicant_phone",
            "applicant_address",
            "submitter_name",
        ];
        let is_begun = marks.iter().any(|name| !self.get(name).trim().is_empty());
        let passing = ["card", "do", "part", "choose", "csrf"];
        is_begun.then(|| {
            let kept = self
                .fields
                .iter()
                .filter(|(name, value)| !passing.contains(&name.as_str()) && !value.is_empty());
            kept.cloned().collect()
        })
    }

    /// The identity number of the applicant as digits, when it has the length of one.
    pub fn number(&self) -> Option<String> {
        let typed = self.get("applicant_id_number");
        let digits: String = typed.chars().filter(|c| !matches!(c, ' ' | '.' | '-')).collect();
        let is_number =
            matches!(digits.len(), 9 | 10 | 12 | 13) && digits.bytes().all(|b| b.is_ascii_digit());
        is_number.then_some(digits)
    }

    /// A person of the form: `applicant` or `submitter`.
    pub fn person(&self, prefix: &str) -> ApplicantInput {
        let part = |part: &str| self.get(&format!("{prefix}_{part}")).to_owned();
        ApplicantInput {
            kind: part("kind"),
            name: part("name"),
            id_number: part("id_number"),
            born_on: part("born_on"),
            phone: part("phone"),
            email: part("email"),
            address: part("address"),
            messages: part("messages"),
        }
    }

    /// Whether somebody else submits for the applicant.
    pub fn is_for_another(&self) -> bool {
        self.get("capacity") == "other"
    }

    /// What was answered in the pack's form, by field.
    pub fn answers(&self, app: &App, procedure: &Procedure) -> Map<String, Value> {
        let form = procedure
            .form
            .as_deref()
            .and_then(|path| app.town.packs().form(path));
        form.map(|form| typed_values(form, FORM, self.iter()))
            .unwrap_or_default()
    }

    /// The check-list as it is ticked; what is left alone is for the pack to judge.
    pub fn components(&self, procedure: &Procedure) -> Vec<ComponentInput> {
        let stated = procedure.components.iter().filter_map(|component| {
            let id = &component.id;
            let source = self.get(&format!("source_{id}"));
            let status = if source == "faulty" {
                ComponentStatus::Faulty
            } else if self.has(&format!("component_{id}")) {
                ComponentStatus::Present
            } else {
                return None;
            };
            let note = self.get(&format!("note_{id}")).trim();
            Some(ComponentInput {
                component: id.clone(),
                status,
                source: Some(ComponentSource::parse(source).unwrap_or(ComponentSource::Paper)),
                copies: i64::from(component.copies),
                note: Some(note.to_owned()).filter(|note| !note.is_empty()),
            })
        });
        stated.collect()
    }

    /// What is stated for the fee; counts that are left empty are left to the form and to one.
    pub fn fee(&self) -> Result<StatedFee, AppError> {
        stated_fee(|name| self.get(name))
    }

    /// The competent unit: the receiving one, unless another was chosen.
    pub fn competent(&self, app: &App, receiving: &UnitId) -> Option<UnitId> {
        let code = self.get("unit");
        if code.is_empty() || code == receiving.code() {
            return Some(receiving.clone());
        }
        let today = time::local_date(app.town.clock().now());
        app.town
            .packs()
            .units()
            .by_code(code, today)
            .map(|unit| unit.id.clone())
    }

    /// The command that this form asks for.
    pub fn command(&self, app: &App, receiving: &UnitId, wanted: Wanted) -> Result<ReceiveDossier, AppError> {
        let today = time::local_date(app.town.clock().now());
        let code = self.get("procedure");
        if code.is_empty() {
            return Err(AppError::field("procedure_search", "counter-procedure-missing"));
        }
        let procedure = app.town.packs().procedures().as_of(code, today).ok_or_else(|| {
            let error = FieldError::new("procedure_search", "procedure-unknown").with("code", short(code));
            AppError::Invalid(vec![error])
        })?;
        let unit = self.competent(app, receiving).ok_or_else(|| {
            AppError::Invalid(vec![
                FieldError::new("unit", "unit-unknown").with("code", short(self.get("unit"))),
            ])
        })?;
        // A form without an identity was put together by hand; it gets one, and loses the guard against sending twice.
        let id = self.get("dossier").parse().unwrap_or_else(|_| {
            let cx = app
                .town
                .cx(&townhall_app::actor::Actor::System { job: "counter" });
            cx.new_id::<DossierId>()
        });
        let optional = |name: &str| Some(self.get(name).to_owned()).filter(|text| !text.trim().is_empty());
        let verdict = match wanted {
            Wanted::Supplement | Wanted::AskSupplement => Verdict::Supplement {
                items: self.get("items").lines().map(str::to_owned).collect(),
                reason: self.get("reason").to_owned(),
            },
            Wanted::Refuse | Wanted::AskRefusal => Verdict::Refuse {
                reason: self.get("reason").to_owned(),
                instead: optional("instead"),
            },
            Wanted::Accept | Wanted::Draw(_) => Verdict::Accept,
        };
        Ok(ReceiveDossier {
            id,
            receiving_unit: receiving.clone(),
            unit,
            procedure: procedure.code.clone(),
            channel: Channel::Counter,
            portal_code: None,
            support_place: None,
            assisted: false,
            applicant: self.person("applicant"),
            submitter: self.is_for_another().then(|| self.person("submitter")),
            form: self.answers(app, procedure),
            circumstances: self.all("circumstance"),
            components: self.components(procedure),
            delivery: Delivery::parse(self.get("delivery")).unwrap_or(Delivery::Counter),
            // Only acceptance makes a fee; a slip in it does not stand in the way of Form 02 or 03.
            fee: if verdict == Verdict::Accept {
                self.fee()?
            } else {
                StatedFee::default()
            },
            verdict,
        })
    }
}

/// Reads counts and exemption from the fields of a form, here and where an action accepts.
pub fn stated_fee<'t>(get: impl Fn(&str) -> &'t str) -> Result<StatedFee, AppError> {
    let mut wrong = Vec::new();
    let mut count = |name: &str| match get(name).trim() {
        "" => None,
        typed => {
            let count = typed.parse().ok();
            if count.is_none() {
                wrong.push(FieldError::new(name, "fee-refused-quantity"));
            }
            count
        }
    };
    let (pages, copies, cases) = (count("fee_pages"), count("fee_copies"), count("fee_cases"));
    if !wrong.is_empty() {
        return Err(AppError::Invalid(wrong));
    }
    let code = get("exemption").trim();
    Ok(StatedFee {
        pages,
        copies,
        cases,
        exemption: (!code.is_empty()).then(|| ClaimedExemption {
            code: code.to_owned(),
            reason: get("exemption_reason").to_owned(),
        }),
    })
}

/// What comes from outside is cut before a message names it.
fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(40).collect()
}

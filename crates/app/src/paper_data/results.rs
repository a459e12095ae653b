//! Results: certificates, extracts, confirmations, certifications, and the official letter for all others.
//!
//! A template's data come from the filled form; what the result's own body says (a register entry, a corrected
//! spelling) stands before it; what is recorded by the program (number, day, signer) stands before both.

use serde_json::{Value, json};
use townhall_domain::civil_status::{CivilBook, Values};
use townhall_domain::dossier::Dossier;
use townhall_domain::form::{FieldKind, Form};
use townhall_domain::ids::DossierId;
use townhall_domain::procedure::Procedure;
use townhall_domain::time::{Timestamp, local_date};
use townhall_store::Tx;
use townhall_store::dossiers::{self, DossierResult};
use townhall_text::{Arg, Lang, t_args};

use super::unit::{UnitWords, id_paper, put_signer};
use super::{Data, House, Printable, SIGNER, Signer, official, words};
use crate::civil_status::{Chosen, ENTRY, EXTRACT, Prepared, part};
use crate::cx::Cx;
use crate::dossier::{is_visible, must_be_whole, procedure_of};
use crate::error::AppError;

/// What a result's body never decides: it belongs to the program.
const OWN_FIELDS: [&str; 14] = [
    "content",
    ENTRY,
    EXTRACT,
    "signer",
    "signer_role",
    "signer_authority",
    "parent",
    "office",
    "number",
    "code",
    "qr",
    "demo",
    "draft",
    "voided",
];

/// The result of a dossier, a draft until it is issued; who may not know of the dossier gets "not found".
pub fn result_paper(tx: &mut Tx<'_>, cx: &Cx, house: &House, id: DossierId) -> Result<Printable, AppError> {
    let dossier = dossiers::load(tx, id)?
        .filter(|dossier| is_visible(cx, dossier))
        .ok_or(AppError::NotFound("dossier"))?;
    must_be_whole(&dossier)?;
    let result = dossiers::result(tx, id)?.ok_or(AppError::NotFound("result"))?;
    let procedure = procedure_of(cx, &dossier)?;
    let at = result
        .issued_at
        .or(result.approved_at)
        .unwrap_or(result.drafted_at);
    // What was entered in the register stands before what was declared.
    let extract: Option<Chosen> = part(&result.body, EXTRACT);
    let entered: Option<Prepared> = part(&result.body, ENTRY);
    let path = extract
        .as_ref()
        .map(|chosen| chosen.form.as_str())
        .or(procedure.form.as_deref());
    let values = match (&extract, entered) {
        (Some(chosen), _) => chosen.values.clone(),
        (None, Some(prepared)) => prepared.values,
        (None, None) => dossier.form.as_object().cloned().unwrap_or_default(),
    };
    let source = Source {
        unit: UnitWords::of(cx, &dossier.unit, local_date(at)),
        form: path.and_then(|path| cx.packs().form(path)),
        signer: signer_of(&result),
        values,
        extract,
        dossier: &dossier,
        procedure,
        result: &result,
        at,
    };
    // A refusal is told in a letter, whatever paper was asked for.
    let template = if result.outcome == "refused" {
        townhall_print::Template::in_force("official", local_date(at))
            .map_or_else(|_| result.template.clone(), |template| template.id().to_owned())
    } else {
        result.template.clone()
    };
    let data = source.data(&template);
    Printable::new(cx, house, &dossier, &template, data, at, "result")
}

fn signer_of(result: &DossierResult) -> Option<Signer> {
    result.approved_at?;
    serde_json::from_value(result.body.get(SIGNER)?.clone()).ok()
}

/// Everything that a result is made from.
pub(super) struct Source<'a> {
    pub unit: UnitWords,
    pub form: Option<&'a Form>,
    pub signer: Option<Signer>,
    pub values: Values,
    pub extract: Option<Chosen>,
    pub dossier: &'a Dossier,
    pub procedure: &'a Procedure,
    pub result: &'a DossierResult,
    pub at: Timestamp,
}

impl Source<'_> {
    fn data(&self, template: &str) -> Data {
        let mut data = Data::default();
        match template.split_once('@').map_or(template, |(form, _)| form) {
            "birth-certificate" => self.birth(&mut data),
            "death-extract" => self.death(&mut data),
            "marriage-certificate" => self.marriage(&mut data),
            "marital-status" => self.marital_status(&mut data),
            "extract-copy" => match &self.extract {
                Some(chosen) => self.copy_of_entry(chosen, &mut data),
                None => self.extract_copy(&mut data),
            },
            "certified-copy" => self.certified_copy(&mut data),
            "certified-signature" => self.certified_signature(&mut data),
            _ => official::fill(self, &mut data),
        }
        if let Some(body) = self.result.body.as_object() {
            for (field, value) in body
                .iter()
                .filter(|(field, _)| !OWN_FIELDS.contains(&field.as_str()))
            {
                data.put(field, value.clone());
            }
        }
        self.unit.head_of_committee(&mut data);
        data.put("code", self.dossier.code.clone());
        // A draft has a place for its number, so that it looks like the paper that it will become.
        let number = self.result.symbol.clone().unwrap_or_else(|| "……".to_owned());
        data.put("number", number);
        if self.result.issued_at.is_none() {
            data.put("draft", true);
        }
        put_signer(&mut data, self.signer.as_ref());
        data
    }

    /// A text of the filled form.
    pub(super) fn text(&self, field: &str) -> Option<&str> {
        self.values.get(field)?.as_str().filter(|text| !text.is_empty())
    }

    /// A year or date of the filled form, as words.
    fn number(&self, field: &str) -> Option<String> {
        self.values.get(field)?.as_i64().map(|year| year.to_string())
    }

    /// What was chosen, in the words of the form.
    fn choice(&self, field: &str) -> Option<String> {
        let chosen = self.text(field)?;
        let FieldKind::Choice(choices) = &self.form?.field(field)?.kind else {
            return None;
        };
        choices
            .iter()
            .find(|choice| choice.value == chosen)
            .map(|choice| choice.label.vi.clone())
    }

    /// What the handler wrote.
    pub(super) fn content(&self) -> Option<&str> {
        self.result
            .body
            .get("content")?
            .as_str()
            .map(str::trim)
            .filter(|text| !text.is_empty())
    }

    fn day(&self) -> String {
        local_date(self.at).to_string()
    }

    /// Place and day of the entry in the register: here, on the day on which the result was made.
    fn registered_here(&self, data: &mut Data) {
        data.put("registered_at", self.unit.committee_in_province.clone())
            .put("registered_on", self.day());
    }

    fn declarant(&self, data: &mut Data) {
        if let Some(name) = self.text("requester_name") {
            data.put(
                "declarant",
                json!({ "full_name": name, "id_paper": id_paper(self.text("requester_id")) }),
            );
        }
    }

    fn parent(&self, who: &str) -> Value {
        let part = |part: &str| self.text(&format!("{who}_{part}"));
        let Some(name) = part("name") else {
            return Value::Null;
        };
        let mut parent = Data::default();
        parent
            .put("full_name", name)
            .put("born", self.number(&format!("{who}_birth_year")))
            .put("ethnicity", part("ethnicity"))
            .put("nationality", part("nationality"))
            .put("residence", part("address"));
        Value::Object(parent.0)
    }

    fn birth(&self, data: &mut Data) {
        data.put("full_name", self.text("child_name"))
            .put("born_on", self.text("child_birth_date"))
            .put("gender", self.choice("child_sex"))
            .put("ethnicity", self.text("child_ethnicity"))
            .put("nationality", self.text("child_nationality"))
            .put("birth_place", self.text("child_birth_place"))
            .put("home_town", self.text("child_home_place"))
            .put("personal_id", self.text("personal_id"))
            .put("mother", self.parent("mother"))
            .put("father", self.parent("father"));
        self.declarant(data);
        self.registered_here(data);
    }

    fn death(&self, data: &mut Data) {
        let born = self.text("deceased_birth_date").map(str::to_owned);
        let died = self.text("death_date");
        let died_at = match (self.text("death_time"), died.and_then(|day| day.parse().ok())) {
            (Some(time), Some(day)) => {
                Some(format!("{time}, {}", townhall_text::date_on_paper(Lang::Vi, day)))
            }
            _ => died.map(str::to_owned),
        };
        data.put("date", self.day())
            .put("full_name", self.text("deceased_name"))
            .put("born_on", born.or_else(|| self.number("deceased_birth_year")))
            .put("gender", self.choice("deceased_sex"))
            .put("ethnicity", self.text("deceased_ethnicity"))
            .put("nationality", self.text("deceased_nationality"))
            .put("personal_id", self.text("deceased_id"))
            .put("last_residence", self.text("deceased_address"))
            .put("died_at", died_at)
            .put("death_place", self.text("death_place"))
            .put("cause", self.text("death_cause"))
            .put("notice", self.text("death_paper_number"))
            .put("register_number", self.result.symbol.clone());
        self.declarant(data);
        self.registered_here(data);
    }

    fn marriage(&self, data: &mut Data) {
        for (field, who) in [("wife", "bride"), ("husband", "groom")] {
            let part = |part: &str| self.text(&format!("{who}_{part}"));
            let mut person = Data::default();
            person
                .put("full_name", part("name"))
                .put("born_on", part("birth_date"))
                .put("ethnicity", part("ethnicity"))
                .put("nationality", part("nationality"))
                .put("residence", part("address"))
                .put("id_paper", id_paper(part("id")));
            data.put(field, Value::Object(person.0));
        }
        self.registered_here(data);
    }

    fn marital_status(&self, data: &mut Data) {
        let stays: Vec<Value> = self
            .text("earlier_addresses")
            .map(|text| {
                text.lines()
                    .filter(|line| !line.trim().is_empty())
                    .map(|line| json!({ "place": line.trim() }))
                    .collect()
            })
            .unwrap_or_default();
        let purpose = self
            .text("purpose_detail")
            .map(str::to_owned)
            .or_else(|| self.choice("purpose"));
        data.put("date", self.day())
            .put("requester", self.text("requester_name"))
            .put("for_self", self.text("requester_relation") == Some("self"))
            .put("full_name", self.text("subject_name"))
            .put("born_on", self.text("subject_birth_date"))
            .put("gender", self.choice("subject_sex"))
            .put("ethnicity", self.text("subject_ethnicity"))
            .put("nationality", self.text("subject_nationality"))
            .put("personal_id", self.text("subject_id"))
            .put("residence", self.text("subject_address"))
            .put("stays", stays)
            .put(
                "status",
                self.content()
                    .map_or_else(|| self.marital_history(), str::to_owned),
            )
            .put("purpose", purpose)
            .put("partner", self.text("spouse_to_be"));
    }

    /// The sentence of the confirmation when the handler did not write another.
    fn marital_history(&self) -> String {
        let paper = |field: &str| self.text(field).unwrap_or_default().to_owned();
        let told = |key: &str, value: String| t_args(Lang::Vi, key, &[("what", Arg::from(value))]);
        match self.text("marital_history") {
            Some("divorced") => told("print-status-divorced", paper("divorce_paper")),
            Some("widowed") => told("print-status-widowed", paper("spouse_death_paper")),
            Some("married") => told("print-status-married", paper("spouse_name")),
            _ => words("print-status-never"),
        }
    }

    /// A copy of an entry of our own register, as it stood when the copy was drafted.
    fn copy_of_entry(&self, chosen: &Chosen, data: &mut Data) {
        match chosen.book {
            CivilBook::Birth => self.birth(data),
            CivilBook::Death => self.death(data),
            CivilBook::Marriage => self.marriage(data),
        }
        data.put("date", self.day())
            .put("kind", chosen.book.as_str())
            .put("register_number", chosen.symbol.clone())
            .put("registered_on", chosen.registered_on.to_string());
    }

    /// A copy of an entry of another register, or of one on paper: what the applicant named and the handler found.
    fn extract_copy(&self, data: &mut Data) {
        let mut fields: Vec<Value> = Vec::new();
        let mut line = |key: &str, value: Option<String>| {
            if let Some(value) = value {
                fields.push(json!({ "label": words(key), "value": value }));
            }
        };
        line(
            "print-extract-name",
            self.text("subject_name").map(str::to_uppercase),
        );
        let born = self
            .text("subject_birth_date")
            .and_then(|day| day.parse().ok())
            .map(|day| townhall_text::date_on_paper(Lang::Vi, day));
        line("print-extract-born", born);
        line("print-extract-id", self.text("subject_id").map(str::to_owned));
        for found in self.content().into_iter().flat_map(str::lines) {
            let (label, value) = found.split_once(':').unwrap_or(("", found));
            let label = if label.is_empty() {
                words("print-extract-content")
            } else {
                label.trim().to_owned()
            };
            fields.push(json!({ "label": label, "value": value.trim() }));
        }
        let title = self
            .text("event")
            .map(|event| words(&format!("print-extract-{event}")));
        data.put("date", self.day())
            .put("kind", "other")
            .put("title", title)
            .put("fields", fields)
            .put("register_number", self.text("entry_number"))
            .put("registered_at", self.text("registered_at"))
            .put("registered_on", self.text("registered_on"));
    }

    /// Books of certification are volumes of a year; volumes are not modelled, so it is the first.
    fn volume(&self) -> String {
        let year = self
            .result
            .year
            .unwrap_or_else(|| i64::from(local_date(self.at).year()));
        format!("01/{year}")
    }

    fn certified_copy(&self, data: &mut Data) {
        data.put("book", self.volume())
            .put("date", self.day())
            .put("document", self.text("paper_name"))
            .put("pages", self.values.get("pages").cloned().unwrap_or_default())
            .put("copies", self.values.get("copies").cloned().unwrap_or_default())
            .put("requester", self.dossier.applicant.name.clone());
    }

    fn certified_signature(&self, data: &mut Data) {
        let signer = self.signer.as_ref();
        let person = self
            .text("requester_name")
            .unwrap_or(&self.dossier.applicant.name);
        let number = self
            .text("requester_id")
            .or(self.dossier.applicant.id_number.as_deref());
        data.put("book", self.volume())
            .put("date", self.day())
            .put(
                "at_place",
                t_args(
                    Lang::Vi,
                    "print-centre-of",
                    &[("unit", Arg::from(self.unit.unit.as_str()))],
                ),
            )
            .put(
                "certifier",
                signer.map_or_else(|| "……".to_owned(), |signer| signer.name.clone()),
            )
            .put(
                "certifier_post",
                signer.map_or_else(|| "……".to_owned(), |signer| signer.title.clone()),
            )
            .put("person", person)
            .put("person_id", number.unwrap_or("……"))
            .put("document", self.text("paper_name"));
    }
}

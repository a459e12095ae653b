//! Law as data: everything under `/packs`, embedded, checked when loaded, with an optional overlay directory.
//!
//! An overlay has the same layout; its files are added, or take the place of the embedded one of the same path.
//! So a procedure, a fee table or an office-hours rule is added without code.

mod check;
mod forms;
mod joined;
mod lists;
mod source;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use jiff::civil::Date;
use townhall_domain::calendar::{Calendar, Office, OfficeHours};
use townhall_domain::fee::{
    Charge, Exemption, FeeCounts, FeeError, FeeQuery, FeeTables, Quantity, assess, counts,
};
use townhall_domain::form::Form;
use townhall_domain::ids::UnitId;
pub use townhall_domain::pack::PackProblem;
use townhall_domain::procedure::{FieldOfLaw, Procedure, ProcedureCatalogue, ResultSpec};
use townhall_domain::queue::QueueRules;
use townhall_domain::unit::UnitRegister;
use townhall_domain::unit::Village;
use townhall_domain::words::Words;
use townhall_print::Template;

pub use lists::{
    Account, AgencyId, Book, CommonPaper, Contact, Database, DossierCode, Organ, OrganPost, Restarts,
    ResultTemplate, Slip, SlipForm, SlipNumbering, StatusCode,
};
use source::Source;

/// All packs; cheap to clone.
#[derive(Debug, Clone)]
pub struct Packs {
    inner: Arc<Inner>,
}

/// The parsed packs.
#[derive(Debug)]
struct Inner {
    units: UnitRegister,
    calendar: Calendar,
    hours: OfficeHours,
    procedures: ProcedureCatalogue,
    fields: Vec<FieldOfLaw>,
    forms: BTreeMap<String, Form>,
    schemas: BTreeMap<String, serde_json::Value>,
    fee_kinds: BTreeMap<String, Words>,
    fee_tables: FeeTables,
    exemptions: Vec<Exemption>,
    queue: QueueRules,
    lists: lists::Lists,
}

impl Packs {
    /// Reads the embedded packs and, over them, those of a directory.
    ///
    /// # Errors
    /// Every problem in every file: path, line and reason. Nothing is loaded then.
    pub fn load(overlay: Option<&Path>) -> Result<Self, Vec<PackProblem>> {
        let source = Source::read(overlay)?;
        check::assemble(&source).map(|inner| Self {
            inner: Arc::new(inner),
        })
    }

    /// As [`Packs::load`], and what takes longer: every form is valid JSON Schema and its examples pass both it
    /// and our own check.
    ///
    /// # Errors
    /// Every problem found.
    pub fn check(overlay: Option<&Path>) -> Result<Self, Vec<PackProblem>> {
        let packs = Self::load(overlay)?;
        let problems = check::deep(&packs.inner);
        if problems.is_empty() {
            Ok(packs)
        } else {
            Err(problems)
        }
    }

    /// Provinces and communes as of a day.
    pub fn units(&self) -> &UnitRegister {
        &self.inner.units
    }

    /// Days off and make-up working days.
    pub fn calendar(&self) -> &Calendar {
        &self.inner.calendar
    }

    /// Office hours and reception times of all units.
    pub fn office_hours(&self) -> &OfficeHours {
        &self.inner.hours
    }

    /// The time of a unit: its own hours, else its province's, else the default.
    pub fn office(&self, unit: &UnitId) -> Office<'_> {
        let province = self.units().by_id(unit).and_then(|unit| unit.parent.as_ref());
        let codes: Vec<&str> = std::iter::once(unit.code())
            .chain(province.map(UnitId::code))
            .collect();
        Office::new(&self.inner.calendar, &self.inner.hours, &codes)
    }

    /// All procedures in all versions.
    pub fn procedures(&self) -> &ProcedureCatalogue {
        &self.inner.procedures
    }

    /// Fields of law, in the order of the catalogue.
    pub fn fields(&self) -> &[FieldOfLaw] {
        &self.inner.fields
    }

    /// The name of a field of law.
    pub fn field_name(&self, id: &str) -> Option<&Words> {
        self.inner
            .fields
            .iter()
            .find(|field| field.id == id)
            .map(|field| &field.name)
    }

    /// A form by its path inside the packs.
    pub fn form(&self, path: &str) -> Option<&Form> {
        self.inner.forms.get(path)
    }

    /// All forms, by path.
    pub fn forms(&self) -> impl Iterator<Item = &Form> {
        self.inner.forms.values()
    }

    /// The JSON Schema of a form, as it stands in the pack: for the API and for other programs.
    pub fn form_schema(&self, path: &str) -> Option<&serde_json::Value> {
        self.inner.schemas.get(path)
    }

    /// What a province charges.
    pub fn fee_tables(&self) -> &FeeTables {
        &self.inner.fee_tables
    }

    /// Names of the fees that provinces set, by id.
    pub fn fee_kinds(&self) -> &BTreeMap<String, Words> {
        &self.inner.fee_kinds
    }

    /// Why somebody owes less.
    pub fn exemptions(&self) -> &[Exemption] {
        &self.inner.exemptions
    }

    /// An exemption by its code.
    pub fn exemption(&self, code: &str) -> Option<&Exemption> {
        self.inner
            .exemptions
            .iter()
            .find(|exemption| exemption.code == code)
    }

    /// What is owed for a procedure received by a unit on a day.
    ///
    /// # Errors
    /// As [`assess`].
    pub fn fees(
        &self,
        procedure: &Procedure,
        unit: &UnitId,
        day: Date,
        items: &[Quantity],
        circumstances: &std::collections::BTreeSet<String>,
        exemption: Option<&Exemption>,
    ) -> Result<Charge, FeeError> {
        let query = FeeQuery {
            items,
            circumstances,
            exemption,
            province: self.province_of(unit).code(),
            day,
        };
        assess(&procedure.fees, &self.inner.fee_tables, query)
    }

    /// What the counter has to count for the fees of a procedure received by a unit on a day.
    pub fn fee_counts(&self, procedure: &Procedure, unit: &UnitId, day: Date) -> FeeCounts {
        let province = self.province_of(unit).code();
        counts(&procedure.fees, &self.inner.fee_tables, province, day)
    }

    fn province_of<'a>(&'a self, unit: &'a UnitId) -> &'a UnitId {
        let parent = self.units().by_id(unit).and_then(|unit| unit.parent.as_ref());
        parent.unwrap_or(unit)
    }

    /// The bank account for fees of a unit, when it has one.
    pub fn account(&self, unit: &UnitId) -> Option<&Account> {
        self.inner
            .lists
            .accounts
            .iter()
            .find(|account| account.unit == unit.code())
    }

    /// The villages of a unit on a day, in the order of its own list.
    pub fn villages(&self, unit: &UnitId, day: Date) -> impl Iterator<Item = &Village> {
        let villages = self.inner.lists.villages.iter();
        villages.filter(move |village| village.unit == unit.code() && village.is_valid(day))
    }

    /// Lines, priorities and windows of queues.
    pub fn queue(&self) -> &QueueRules {
        &self.inner.queue
    }

    /// Where the service centre of a unit is, when the packs say so.
    pub fn contact(&self, unit: &UnitId) -> Option<&Contact> {
        self.inner
            .lists
            .contacts
            .iter()
            .find(|contact| contact.unit == unit.code())
    }

    /// Data bases that stand for papers.
    pub fn databases(&self) -> &[Database] {
        &self.inner.lists.databases
    }

    /// A data base by its id.
    pub fn database(&self, id: &str) -> Option<&Database> {
        self.inner
            .lists
            .databases
            .iter()
            .find(|database| database.id == id)
    }

    /// The ten national states.
    pub fn status_codes(&self) -> &[StatusCode] {
        &self.inner.lists.statuses
    }

    /// A national state by its number.
    pub fn status(&self, code: u8) -> Option<&StatusCode> {
        self.inner
            .lists
            .statuses
            .iter()
            .find(|status| status.code == code)
    }

    /// Typical organs and posts of a commune.
    pub fn organs(&self) -> &[Organ] {
        &self.inner.lists.organs
    }

    /// Papers of which copies are asked for most.
    pub fn common_papers(&self) -> &[CommonPaper] {
        &self.inner.lists.papers
    }

    /// Register books.
    pub fn books(&self) -> &[Book] {
        &self.inner.lists.books
    }

    /// A register book by its id.
    pub fn book(&self, id: &str) -> Option<&Book> {
        self.inner.lists.books.iter().find(|book| book.id == id)
    }

    /// How a number of a book is written: `12/2025-SCT/BS`. An unknown book gets number and year.
    pub fn result_symbol(&self, book: &str, number: i64, year: i16) -> String {
        let pattern = self
            .book(book)
            .map_or("{number}/{year}", |book| book.pattern.as_str());
        lists::fill(pattern, &[("year", &year.to_string())], number)
    }

    /// Templates of results.
    pub fn result_templates(&self) -> &[ResultTemplate] {
        &self.inner.lists.results
    }

    /// The one-stop form `receipt`, `supplement`, … as it is numbered and called on a day.
    pub fn slip(&self, id: &str, day: Date) -> Option<SlipForm<'_>> {
        self.inner.lists.slip(id, day)
    }

    /// The template in force on a day for a one-stop form, kept with the printed form: `form-02@2018`. An unknown
    /// form is its own template, which nothing prints.
    pub fn slip_template(&self, id: &str, day: Date) -> String {
        self.inner.lists.slip_template(id, day)
    }

    /// The template in force on a day for the result of a procedure, kept with the result; the official letter
    /// where the procedure names none: `birth-certificate@2020`.
    pub fn result_template(&self, spec: &ResultSpec, day: Date) -> String {
        let form = spec.template.as_deref().unwrap_or("official");
        Template::in_force(form, day).map_or_else(|_| form.to_owned(), |template| template.id().to_owned())
    }

    /// The id of a unit in dossier codes, and how sure it is.
    ///
    /// A unit that is not listed gets the id of its province and its own code: `H26.00004`.
    pub fn agency_id(&self, unit: &UnitId) -> AgencyId {
        let listed = |code: &str| self.inner.lists.agencies.get(code);
        if let Some(agency) = listed(unit.code()) {
            return agency.clone();
        }
        let province = self.units().by_id(unit).and_then(|unit| unit.parent.as_ref());
        let above = province
            .and_then(|province| listed(province.code()))
            .map_or("H00", |agency| agency.id.as_str());
        AgencyId::generated(format!("{above}.{}", unit.code()))
    }

    /// The code of a dossier received by a unit on a day, with the serial of that unit and day.
    pub fn dossier_code(&self, receiving_unit: &UnitId, day: Date, serial: i64) -> String {
        let agency = self.agency_id(receiving_unit).id;
        let date = format!(
            "{:02}{:02}{:02}",
            day.year().rem_euclid(100),
            day.month(),
            day.day()
        );
        lists::fill(
            &self.inner.lists.code_pattern(day).pattern,
            &[("agency", &agency), ("yymmdd", &date)],
            serial,
        )
    }
}

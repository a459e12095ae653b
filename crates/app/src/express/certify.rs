//! Certifying copies while the citizen waits, or promising them for later.

use serde_json::{Map, Value, json};
use townhall_domain::dossier::applicant::clean;
use townhall_domain::dossier::{
    Action, ApplicantInput, Capacity, Channel, ComponentSource, ComponentStatus, Delivery, Dossier,
};
use townhall_domain::express::{BOOK, Document, DocumentInput, MOST_DOCUMENTS, PROCEDURE, done_at_once};
use townhall_domain::fee::PayMethod;
use townhall_domain::ids::{DossierId, Id, PostId, UnitId};
use townhall_domain::money::Dong;
use townhall_domain::permission::Right;
use townhall_domain::procedure::Procedure;
use townhall_store::dossiers::{self, DossierResult};
use townhall_store::registers::Entry;
use townhall_store::{Tx, fees};

use super::papers::{CountedPaper, keep_papers};
use super::view::{Booked, booked, note_of_transfer, quote_of, signers};
use crate::cx::Cx;
use crate::dossier::flow::{advance, finish};
use crate::dossier::{
    ComponentInput, Counted, ReceiveDossier, TransferDossier, Verdict, flow_of, receive_counted,
    transfer_dossier,
};
use crate::error::{AppError, FieldError};
use crate::fees::{due_of, take};
use crate::paper_data::{SIGNER, Signer};
use crate::register::{EntryBody, NewEntry, enter};

/// When the copies are handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum When {
    /// Now: compared, signed, numbered, paid and handed over while the requester waits.
    #[default]
    AtOnce,
    /// Later, by appointment: one dossier with all its papers goes the ordinary way.
    Later,
}

/// Certify copies for one requester.
#[derive(Debug, Clone, Default)]
pub struct CertifyCopies {
    /// Identity of the dossier, chosen before the form was drawn, so that a form sent twice is booked once.
    pub id: Option<DossierId>,
    /// Who asks; a name is enough, a number makes him known.
    pub applicant: ApplicantInput,
    /// The papers; lines that nobody touched are left out.
    pub documents: Vec<DocumentInput>,
    /// `domestic`, `foreign`, `joint`: who issued the originals.
    pub issuer: String,
    /// Of foreign originals: legalised, or exempt from it.
    pub legalised: bool,
    /// The officer has compared the originals and none is of the kinds that must be refused.
    pub compared: bool,
    /// The leader who signs; not needed for later.
    pub signer: Option<PostId>,
    /// Code of an exemption and the paper that proves it.
    pub exemption: Option<(String, String)>,
    /// How the fee is paid.
    pub method: Option<PayMethod>,
    /// The bank's reference of a transfer.
    pub reference: Option<String>,
    /// Now or later.
    pub when: When,
}

/// Books a request: one transaction makes the dossier, takes the fee, enters each paper with its number, and ends
/// the dossier in state 10. What was booked under the same identity before is told again, not booked twice.
pub fn certify_copies(tx: &mut Tx<'_>, cx: &Cx, cmd: &CertifyCopies) -> Result<Booked, AppError> {
    let unit = cx.actor.unit().cloned().ok_or(AppError::NotFound("express"))?;
    cx.actor.must(Right::CertifyCopies, &unit)?;
    cx.actor.must(Right::TakeFee, &unit)?;
    let id = cmd.id.unwrap_or_else(|| cx.new_id::<DossierId>());
    if let Some(before) = dossiers::load(tx, id)? {
        let same = before.procedure.code == PROCEDURE
            && before.receiving_unit == unit
            && clean(&cmd.applicant.name).is_some_and(|name| name == before.applicant.name);
        return if same {
            booked(tx, cx, id)
        } else {
            Err(AppError::refused("dossier-refused-id-taken"))
        };
    }
    if !id.may_be_chosen() {
        return Err(AppError::field("id", "api-id-not-chosen"));
    }
    let procedure = cx
        .packs()
        .procedures()
        .as_of(PROCEDURE, cx.today())
        .ok_or(AppError::NotFound("procedure"))?;
    let documents = read(cx, cmd)?;
    let signer = match cmd.when {
        When::AtOnce => Some(chosen_signer(tx, cx, &unit, cmd.signer)?),
        When::Later => None,
    };
    match signer {
        Some((post, signer)) => at_once(tx, cx, cmd, id, &unit, procedure, &documents, post, &signer)?,
        None => later(tx, cx, cmd, id, &unit, procedure, &documents)?,
    }
    booked(tx, cx, id)
}

/// Reads papers, requester and answers; tells every mistake at once.
fn read(cx: &Cx, cmd: &CertifyCopies) -> Result<Vec<Document>, AppError> {
    let mut problems: Vec<FieldError> = Vec::new();
    if let Err(wrong) = cmd.applicant.parse(cx.today()) {
        problems.extend(
            wrong
                .into_iter()
                .map(|(field, key)| FieldError::new(format!("applicant_{field}"), key)),
        );
    }
    let mut documents = Vec::new();
    let is_only = cmd.documents.iter().all(DocumentInput::is_untouched);
    for (place, typed) in cmd.documents.iter().enumerate() {
        // The first line is asked for even when nobody touched it; others that nobody touched are none.
        if typed.is_untouched() && !(is_only && place == 0) {
            continue;
        }
        match typed.parse() {
            Ok(document) => documents.push(document),
            Err(wrong) => problems.extend(
                wrong
                    .into_iter()
                    .map(|(field, key)| FieldError::new(format!("{field}_{place}"), key)),
            ),
        }
    }
    if cmd.documents.len() > MOST_DOCUMENTS {
        problems.push(FieldError::new("title_0", "express-too-many").with("most", MOST_DOCUMENTS));
    }
    if cmd.documents.is_empty() {
        problems.push(FieldError::new("title_0", "express-title-missing"));
    }
    if !matches!(cmd.issuer.as_str(), "" | "domestic" | "foreign" | "joint") {
        problems.push(FieldError::new("issuer", "express-issuer-unknown"));
    }
    if cmd.issuer == "foreign" && !cmd.legalised {
        problems.push(FieldError::new("legalised", "express-not-legalised"));
    }
    if !cmd.compared && cmd.when == When::AtOnce {
        problems.push(FieldError::new("compared", "express-not-compared"));
    }
    let reference = cmd.reference.as_deref().map(clean);
    match reference {
        Some(None) => problems.push(FieldError::new("reference", "field-control-character")),
        Some(Some(text)) if text.chars().count() > 200 => {
            problems.push(FieldError::new("reference", "reason-too-long"));
        }
        _ => {}
    }
    if problems.is_empty() {
        Ok(documents)
    } else {
        Err(AppError::Invalid(problems))
    }
}

/// The leader who signs: the one chosen, else the one who signs first in this unit.
fn chosen_signer(
    tx: &mut Tx<'_>,
    cx: &Cx,
    unit: &UnitId,
    chosen: Option<PostId>,
) -> Result<(PostId, Signer), AppError> {
    let mut choices = signers(tx, cx, unit)?.into_iter();
    let found = match chosen {
        Some(post) => choices.find(|choice| choice.post == post),
        None => choices.next(),
    };
    found
        .map(|choice| (choice.post, choice.signer))
        .ok_or_else(|| AppError::field("signer", "express-signer-missing"))
}

/// The form of one dossier: of several papers it holds the sums, and the book each by itself.
fn form(cx: &Cx, cmd: &CertifyCopies, documents: &[Document]) -> Map<String, Value> {
    let mut form = Map::new();
    let title = documents
        .iter()
        .map(|document| document.title.as_str())
        .collect::<Vec<_>>()
        .join("; ");
    let kind = documents
        .first()
        .map_or("other", |first| kind_of(cx, &first.title));
    form.insert("paper_kind".to_owned(), json!(kind));
    form.insert(
        "paper_name".to_owned(),
        json!(title.chars().take(200).collect::<String>()),
    );
    let sum = |count: fn(&Document) -> u32| documents.iter().map(count).sum::<u32>();
    form.insert(
        "pages".to_owned(),
        json!(sum(|document| document.pages).min(5_000)),
    );
    form.insert(
        "copies".to_owned(),
        json!(sum(|document| document.copies).min(500)),
    );
    let issuer = if cmd.issuer.is_empty() {
        "domestic"
    } else {
        &cmd.issuer
    };
    form.insert("issuer".to_owned(), json!(issuer));
    if issuer == "foreign" {
        form.insert("legalised".to_owned(), json!(cmd.legalised));
    }
    form
}

/// The kind of a paper, known by its title.
fn kind_of<'a>(cx: &'a Cx, title: &str) -> &'a str {
    let folded = townhall_text::fold(title);
    cx.packs()
        .common_papers()
        .iter()
        .find(|paper| townhall_text::fold(&paper.name) == folded)
        .map_or("other", |paper| paper.kind.as_str())
}

fn reception(
    cx: &Cx,
    cmd: &CertifyCopies,
    id: DossierId,
    unit: &UnitId,
    procedure: &Procedure,
    documents: &[Document],
) -> ReceiveDossier {
    let copies = documents.iter().map(|document| i64::from(document.copies)).sum();
    let components = procedure.components.iter().map(|component| ComponentInput {
        component: component.id.clone(),
        status: ComponentStatus::Present,
        source: Some(ComponentSource::Paper),
        copies,
        note: None,
    });
    ReceiveDossier {
        id,
        receiving_unit: unit.clone(),
        unit: unit.clone(),
        procedure: procedure.code.clone(),
        channel: Channel::Counter,
        portal_code: None,
        support_place: None,
        assisted: false,
        applicant: cmd.applicant.clone(),
        submitter: None,
        form: form(cx, cmd, documents),
        circumstances: Vec::new(),
        components: components.collect(),
        delivery: Delivery::Counter,
        verdict: Verdict::Accept,
        fee: crate::fees::StatedFee::default(),
    }
}

/// Takes what is due, if anything is.
fn pay(tx: &mut Tx<'_>, cx: &Cx, cmd: &CertifyCopies, dossier: &mut Dossier) -> Result<Dong, AppError> {
    let due = due_of(&fees::charges(tx, dossier.id)?);
    if due.0 > 0 {
        let method = cmd.method.unwrap_or(PayMethod::Cash);
        let typed = cmd
            .reference
            .as_deref()
            .and_then(clean)
            .filter(|text| !text.is_empty());
        let reference = typed.unwrap_or_else(|| note_of_transfer(dossier.id));
        take(tx, cx, dossier, method, None, Some(reference))?;
    }
    Ok(due)
}

#[expect(clippy::too_many_arguments, reason = "one command, told in one place")]
fn at_once(
    tx: &mut Tx<'_>,
    cx: &Cx,
    cmd: &CertifyCopies,
    id: DossierId,
    unit: &UnitId,
    procedure: &Procedure,
    documents: &[Document],
    signed_by: PostId,
    signer: &Signer,
) -> Result<(), AppError> {
    let counted = Counted {
        items: documents.iter().map(Document::quantity).collect(),
        exemption: cmd.exemption.clone(),
    };
    let quote = quote_of(
        cx,
        unit,
        &counted.items,
        cmd.exemption.as_ref().map(|(code, _)| code.as_str()),
    )?;
    receive_counted(
        tx,
        cx,
        &reception(cx, cmd, id, unit, procedure, documents),
        Some(&counted),
    )?;
    let mut dossier = dossiers::lock(tx, id)?.ok_or(AppError::NotFound("dossier"))?;
    let next = done_at_once(dossier.state, flow_of(procedure))?;
    let paid = pay(tx, cx, cmd, &mut dossier)?;
    let mut entries = Vec::new();
    for (place, document) in documents.iter().enumerate() {
        let new = NewEntry {
            book: procedure.result.book.clone().unwrap_or_else(|| BOOK.to_owned()),
            position: i64::try_from(place).unwrap_or(i64::MAX),
            name: dossier.applicant.name.clone(),
            title: document.title.clone(),
            body: EntryBody {
                pages: Some(i64::from(document.pages)),
                copies: Some(i64::from(document.copies)),
                fee: Some(quote.of_item(place)),
                signer: Some(signer.clone()),
                more: Map::new(),
            },
        };
        entries.push(enter(tx, cx, &dossier, new)?);
    }
    let result = result(cx, &dossier, procedure, &entries, signed_by, signer);
    dossiers::put_result(tx, &result)?;
    dossier.returned_at = Some(cx.now());
    advance(tx, cx, &mut dossier, next, None, Action::Return, None)?;
    let numbers: Vec<i64> = entries.iter().map(|entry| entry.number).collect();
    finish(
        tx,
        cx,
        &mut dossier,
        "copies_certified",
        json!({ "book": result.book, "year": result.year, "numbers": numbers, "fee": paid }),
    )
}

/// The result as it was handed over; of several numbers it names the first and writes all.
fn result(
    cx: &Cx,
    dossier: &Dossier,
    procedure: &Procedure,
    entries: &[Entry],
    signed_by: PostId,
    signer: &Signer,
) -> DossierResult {
    let symbols: Vec<&str> = entries.iter().map(|entry| entry.symbol.as_str()).collect();
    let first = entries.first();
    let mut body = Map::new();
    body.insert(SIGNER.to_owned(), json!(signer));
    DossierResult {
        dossier: dossier.id,
        unit: dossier.unit.clone(),
        kind: serde_json::to_value(procedure.result.kind)
            .ok()
            .and_then(|word| word.as_str().map(str::to_owned))
            .unwrap_or_default(),
        template: cx.packs().result_template(&procedure.result, cx.today()),
        outcome: "granted".to_owned(),
        body: Value::Object(body),
        drafted_by: cx.actor.post(),
        drafted_at: cx.now(),
        revision: 1,
        approved_by: Some(signed_by),
        approved_by_person: None,
        approved_at: Some(cx.now()),
        book: first.map(|entry| entry.book.book.clone()),
        number: first.map(|entry| entry.number),
        year: first.map(|entry| i64::from(entry.book.year)),
        symbol: Some(symbols.join(", ")),
        issued_at: Some(cx.now()),
        issued_by: cx.actor.post(),
        collected_by: Some(json!({
            "name": dossier.applicant.name,
            "id_number": dossier.applicant.id_number,
            "capacity": Capacity::Own.as_str(),
            "authorisation": null,
        })),
        collected_at: Some(cx.now()),
        collected_from: cx.actor.post(),
    }
}

/// The papers become one dossier with one receipt and one appointment that goes the ordinary way; the fee is taken now,
/// and each paper takes its own number when the dossier is signed.
fn later(
    tx: &mut Tx<'_>,
    cx: &Cx,
    cmd: &CertifyCopies,
    id: DossierId,
    unit: &UnitId,
    procedure: &Procedure,
    documents: &[Document],
) -> Result<(), AppError> {
    let counted = Counted {
        items: documents.iter().map(Document::quantity).collect(),
        exemption: cmd.exemption.clone(),
    };
    let exemption = cmd.exemption.as_ref().map(|(code, _)| code.as_str());
    let quote = quote_of(cx, unit, &counted.items, exemption)?;
    let papers = documents
        .iter()
        .enumerate()
        .map(|(place, document)| CountedPaper {
            title: document.title.clone(),
            pages: i64::from(document.pages),
            copies: i64::from(document.copies),
            fee: quote.of_item(place),
        });
    // Before the dossier itself, so that its first fact covers what was handed in.
    keep_papers(tx, cx, id, &papers.collect::<Vec<_>>())?;
    receive_counted(
        tx,
        cx,
        &reception(cx, cmd, id, unit, procedure, documents),
        Some(&counted),
    )?;
    let mut dossier = dossiers::lock(tx, id)?.ok_or(AppError::NotFound("dossier"))?;
    if due_of(&fees::charges(tx, id)?).0 > 0 {
        let paid = pay(tx, cx, cmd, &mut dossier)?;
        finish(tx, cx, &mut dossier, "fee_taken", json!({ "amount": paid }))?;
    }
    if cx.actor.may(Right::TransferDossier, unit) {
        let transfer = TransferDossier {
            dossier: id,
            version: dossier.version,
            note: None,
        };
        transfer_dossier(tx, cx, &transfer)?;
    }
    Ok(())
}

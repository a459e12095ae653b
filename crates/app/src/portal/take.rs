//! Taking a dossier that the portal handed out: its files first, then the dossier in one transaction, then the word
//! to the portal that it is here. Whatever cannot be taken is parked with a reason; the portal still keeps it.

use std::collections::BTreeMap;

use serde_json::Value;
use sha2::{Digest, Sha256};
use townhall_domain::dossier::{Channel, ComponentSource};
use townhall_domain::ids::{DossierId, UnitId};
use townhall_domain::portal::TakeState;
use townhall_domain::time::Timestamp;
use townhall_store::portal::{self, Handed as Row};
use townhall_store::{StoreError, Tx, dossiers};

use super::ADAPTER;
use super::read::{Handed, HandedFile, Parked, code_of, read, shown};
use crate::cx::Cx;
use crate::dossier::{AddPapers, ReceiveDossier, Verdict, attach, receive_dossier};
use crate::error::AppError;
use crate::fees::StatedFee;
use crate::jobs::Run;
use crate::metrics;
use crate::outside::{Portal, PortalError};
use crate::paper::{Inspector, MOST_BYTES, TakeError, Taken};

/// What came of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Took {
    /// It is a dossier here and the portal knows it.
    Confirmed,
    /// It waits for a person.
    Parked,
    /// It was parked before and is still the same.
    StillParked,
}

/// Why an item was not even parked.
#[derive(Debug)]
pub(super) enum Stopped {
    /// The portal did not answer.
    Portal(PortalError),
    /// The database or the file store failed.
    Store(StoreError),
    /// Somebody cancelled the run.
    Cancelled,
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
impl From<PortalError> for Stopped {
    fn from(error: PortalError) -> Self {
        Self::Portal(error)
    }
}

/// Takes one item.
pub(super) fn take(run: &Run<'_>, portal: &dyn Portal, item: &Value) -> Result<Took, Stopped> {
    let Some(code) = code_of(item) else {
        // Without a code nothing can be said of it to the portal; it is parked under a name of its own.
        let name = format!("?-{}", &hash_of(item)[..16]);
        if first(run, &name)?.is_some() {
            return Ok(Took::StillParked);
        }
        return park(run, &name, item, &Parked::new("portal-parked-code", ""));
    };
    let known = run.town.db().read_blocking("portal_known", {
        let code = code.to_owned();
        move |tx| portal::load(tx, &code)
    })?;
    if let Some(known) = &known {
        match (known.state, known.dossier) {
            // Its word got lost: say it again.
            (TakeState::Taken | TakeState::Confirmed, Some(dossier)) => {
                return confirm(run, portal, code, dossier);
            }
            _ if known.body_hash == hash_of(item) && !known.again => return Ok(Took::StillParked),
            _ => {}
        }
    }
    let handed = match read(item).and_then(|handed| check(run, handed)) {
        Ok(handed) => handed,
        Err(parked) => return park(run, code, item, &parked),
    };
    let files = match fetch_files(run, portal, &handed.0)? {
        Ok(files) => files,
        Err(parked) => return park(run, code, item, &parked),
    };
    match register(run, item, handed, files)? {
        Ok(dossier) => confirm(run, portal, code, dossier),
        Err(parked) => park(run, code, item, &parked),
    }
}

type Checked = (Handed, UnitId, UnitId);

/// Whether unit and procedure are known, before any file is fetched.
fn check(run: &Run<'_>, handed: Handed) -> Result<Checked, Parked> {
    let cx = run.town.cx(&ADAPTER);
    let unit_of = |code: &str| {
        cx.packs()
            .units()
            .by_code(code, cx.today())
            .map(|unit| unit.id.clone())
            .ok_or_else(|| Parked::new("portal-parked-unit", code))
    };
    let unit = unit_of(&handed.unit)?;
    let receiving = handed
        .receiving_unit
        .as_deref()
        .map_or(Ok(unit.clone()), unit_of)?;
    if cx
        .packs()
        .procedures()
        .as_of(&handed.procedure, cx.today())
        .is_none()
    {
        return Err(Parked::new("portal-parked-procedure", handed.procedure));
    }
    handed.delivery()?;
    Ok((handed, unit, receiving))
}

type Files = BTreeMap<Option<String>, Vec<Taken>>;

/// Fetches the files into the store, each looked at by a child process; by component.
fn fetch_files(
    run: &Run<'_>,
    portal: &dyn Portal,
    handed: &Handed,
) -> Result<Result<Files, Parked>, Stopped> {
    let mut files = Files::new();
    if handed.files.is_empty() {
        return Ok(Ok(files));
    }
    let inspector = match &run.town.outside().inspector {
        Some(inspector) => inspector.clone(),
        None => Inspector::own().map_err(StoreError::from)?,
    };
    for file in &handed.files {
        match fetch(run, portal, &inspector, &handed.code, file)? {
            Ok(taken) => files.entry(file.component.clone()).or_default().push(taken),
            Err(parked) => return Ok(Err(parked)),
        }
    }
    Ok(Ok(files))
}

fn fetch(
    run: &Run<'_>,
    portal: &dyn Portal,
    inspector: &Inspector,
    code: &str,
    file: &HandedFile,
) -> Result<Result<Taken, Parked>, Stopped> {
    let name = shown(&file.name, 200);
    let mut incoming = run.town.files().begin()?;
    let mut digest = Sha256::new();
    portal.file(code, &file.id, MOST_BYTES, &mut |piece| {
        digest.update(piece);
        incoming.write(piece).map_err(std::io::Error::other)
    })?;
    if hex::encode(digest.finalize()) != file.sha256.to_ascii_lowercase() {
        // Half of a file may be all that came: that is no reason to park it.
        let why = "a file did not come as it was announced".to_owned();
        return Err(Stopped::Portal(PortalError { why }));
    }
    match inspector.take(run.town.files(), incoming, &name, run.town.clock().now()) {
        Ok(taken) => Ok(Ok(taken)),
        Err(TakeError::Problem(problem)) => Ok(Err(Parked::new("portal-parked-file", problem.as_str()))),
        Err(TakeError::BrokenOff) => Err(StoreError::Stopped.into()),
        Err(TakeError::Store(error)) => Err(error.into()),
    }
}

/// Makes it a dossier, registered and not yet examined, with its papers; all in one transaction.
fn register(
    run: &Run<'_>,
    item: &Value,
    checked: Checked,
    files: Files,
) -> Result<Result<DossierId, Parked>, StoreError> {
    let (handed, unit, receiving_unit) = checked;
    let Ok(delivery) = handed.delivery() else {
        return Ok(Err(Parked::new("portal-parked-fields", "delivery")));
    };
    let id = run.town.cx(&ADAPTER).new_id::<DossierId>();
    let command = ReceiveDossier {
        id,
        receiving_unit,
        unit,
        procedure: handed.procedure.clone(),
        channel: Channel::Portal,
        portal_code: Some(handed.code.clone()),
        support_place: None,
        assisted: false,
        applicant: handed.applicant.clone(),
        submitter: handed.submitter.clone(),
        form: handed.form.clone(),
        circumstances: handed.circumstances.clone(),
        components: Vec::new(),
        delivery,
        fee: StatedFee::default(),
        verdict: Verdict::Register,
    };
    let (hash, now) = (hash_of(item), run.now);
    let done = run
        .town
        .write_blocking("take_from_portal", &ADAPTER, move |tx, cx| {
            let before = portal::load(tx, &handed.code)?;
            if let Some(dossier) = before.as_ref().and_then(|before| before.dossier) {
                return Ok(dossier);
            }
            // A database put back to an older state, or a second process: the dossier is here, the note of it is not.
            let dossier = match dossiers::by_code(tx, &handed.code)? {
                Some(dossier) if dossier.channel == Channel::Portal => dossier.id,
                _ => {
                    receive_dossier(tx, cx, &command)?;
                    papers(tx, cx, id, &files)?;
                    id
                }
            };
            let row = Row {
                code: handed.code.clone(),
                unit: Some(command.unit.clone()),
                unit_said: handed.unit.clone(),
                procedure_said: handed.procedure.clone(),
                state: TakeState::Taken,
                reason: None,
                detail: None,
                body: None,
                body_hash: hash.clone(),
                again: false,
                dossier: Some(dossier),
                first_at: before.map_or(now, |before| before.first_at),
                changed_at: now,
            };
            portal::put(tx, &row)?;
            Ok(dossier)
        });
    match done {
        Ok(dossier) => Ok(Ok(dossier)),
        Err(AppError::Store(error)) => Err(error),
        Err(error) => Ok(Err(parked_by(&error))),
    }
}

fn papers(tx: &mut Tx<'_>, cx: &Cx, dossier: DossierId, files: &Files) -> Result<(), AppError> {
    let registered = dossiers::lock(tx, dossier)?.ok_or(AppError::NotFound("dossier"))?;
    for (component, papers) in files {
        let command = AddPapers {
            dossier,
            component: component.clone(),
            source: ComponentSource::Upload,
            // The citizen chose to send it: nobody here asked for paper that a data base holds.
            note: component
                .as_ref()
                .map(|_| "gửi kèm trên Cổng Dịch vụ công quốc gia".to_owned()),
            papers: papers.clone(),
        };
        attach(tx, cx, &registered, &command)?;
    }
    Ok(())
}

/// A refusal of the command in words that name fields and keys, never what was typed.
fn parked_by(error: &AppError) -> Parked {
    match error {
        AppError::Invalid(fields) => {
            let names: Vec<String> = fields
                .iter()
                .map(|field| format!("{} ({})", field.field, field.key))
                .collect();
            Parked::new("portal-parked-fields", names.join(", "))
        }
        AppError::Refused { key, .. } => Parked::new("portal-parked-refused", *key),
        other => Parked::new("portal-parked-refused", other.to_string()),
    }
}

/// Tells the portal that it is here; when that gets lost, the next run says it again.
fn confirm(run: &Run<'_>, portal: &dyn Portal, code: &str, dossier: DossierId) -> Result<Took, Stopped> {
    portal.taken(code, dossier)?;
    let (code, now) = (code.to_owned(), run.now);
    run.town.db().write_blocking("portal_confirmed", move |tx| {
        if let Some(mut row) = portal::load(tx, &code)? {
            row.state = TakeState::Confirmed;
            row.changed_at = now;
            portal::put(tx, &row)?;
        }
        Ok::<_, StoreError>(())
    })?;
    metrics::count(&metrics::PORTAL, &[("what", "dossier"), ("outcome", "taken")]);
    Ok(Took::Confirmed)
}

fn park(run: &Run<'_>, code: &str, item: &Value, parked: &Parked) -> Result<Took, Stopped> {
    let said = |name: &str| shown(item.get(name).and_then(Value::as_str).unwrap_or_default(), 100);
    let cx = run.town.cx(&ADAPTER);
    let unit_said = said("unit");
    let row = Row {
        code: code.to_owned(),
        unit: cx
            .packs()
            .units()
            .by_code(&unit_said, cx.today())
            .map(|unit| unit.id.clone()),
        unit_said,
        procedure_said: said("procedure"),
        state: TakeState::Parked,
        reason: Some(parked.reason.to_owned()),
        detail: Some(parked.detail.clone()),
        // NUL is no text for PostgreSQL, and JSON writes it as an escape.
        body: Some(item.to_string().chars().take(1_000_000).collect()),
        body_hash: hash_of(item),
        again: false,
        dossier: None,
        first_at: first(run, code)?.unwrap_or(run.now),
        changed_at: run.now,
    };
    run.town
        .db()
        .write_blocking("portal_parked", move |tx| portal::put(tx, &row))?;
    metrics::count(&metrics::PORTAL, &[("what", "dossier"), ("outcome", "parked")]);
    tracing::warn!(
        reason = parked.reason,
        "a dossier of the portal was parked: {}",
        parked.reason
    );
    Ok(Took::Parked)
}

fn first(run: &Run<'_>, code: &str) -> Result<Option<Timestamp>, StoreError> {
    let code = code.to_owned();
    run.town.db().read_blocking("portal_known", move |tx| {
        Ok(portal::load(tx, &code)?.map(|row| row.first_at))
    })
}

fn hash_of(item: &Value) -> String {
    hex::encode(Sha256::digest(item.to_string().as_bytes()))
}

//! The form while it is filled in.

use sha2::{Digest, Sha256};
use townhall_domain::ids::{DossierId, PaperId, UnitId};
use townhall_domain::time::Timestamp;
use townhall_store::online::{self, OnlineDraft, OnlineFile};
use townhall_store::{StoreError, Tx, dossiers};

use super::{MOST_FILES, MOST_FORM_BYTES, OnlineSource, is_online, online_source};
use crate::cx::Cx;
use crate::error::AppError;
use crate::paper::Taken;

/// Longest form, in bytes of its stored shape: one with every field filled to its limit has less.
const BODY_BYTES: usize = 256 * 1024;

/// Begin a form.
#[derive(Debug, Clone)]
pub struct StartOnline {
    /// The unit whose centre receives it.
    pub unit: UnitId,
    /// Procedure code.
    pub procedure: String,
}

/// A form as it stands.
#[derive(Debug, Clone)]
pub struct OnlineForm {
    /// The dossier that it becomes.
    pub id: DossierId,
    /// The unit whose centre receives it.
    pub unit: UnitId,
    /// Procedure code.
    pub procedure: String,
    /// Names and values as they were typed.
    pub fields: Vec<(String, String)>,
    /// Files.
    pub files: Vec<OnlineFile>,
    /// When something was last kept.
    pub saved_at: Timestamp,
    /// The secret of the receipt, once it was sent.
    pub sent: Option<String>,
}

/// Begins a form and gives its secret: 128 bits of the operating system, of which only a digest is kept.
pub fn start_online(tx: &mut Tx<'_>, cx: &Cx, cmd: &StartOnline) -> Result<String, AppError> {
    let served = online::units_served(tx)?;
    if !served.contains(&cmd.unit) {
        return Err(AppError::NotFound("unit"));
    }
    let procedure = cx.packs().procedures().as_of(&cmd.procedure, cx.today());
    let procedure = procedure.ok_or(AppError::NotFound("procedure"))?;
    if !is_online(procedure) {
        return Err(AppError::refused("online-refused-not-online"));
    }
    let mut secret = [0_u8; 16];
    getrandom::fill(&mut secret).map_err(StoreError::from)?;
    let token = hex::encode(secret);
    let draft = OnlineDraft {
        id: cx.new_id::<DossierId>(),
        token_hash: hash(&token),
        unit: cmd.unit.clone(),
        procedure: procedure.code.clone(),
        body: "[]".to_owned(),
        started_at: cx.now(),
        saved_at: cx.now(),
        sent_at: None,
    };
    online::insert(tx, &draft)?;
    Ok(token)
}

/// The form behind a secret; anything else finds nothing.
pub fn online_form(tx: &mut Tx<'_>, _cx: &Cx, token: &str) -> Result<OnlineForm, AppError> {
    let draft = if is_token(token) {
        online::by_token(tx, &hash(token))?
    } else {
        None
    };
    let draft = draft.ok_or(AppError::NotFound("form"))?;
    let sent = match draft.sent_at {
        Some(_) => dossiers::load(tx, draft.id)?.map(|dossier| dossier.receipt_secret),
        None => None,
    };
    Ok(OnlineForm {
        files: online::files(tx, draft.id)?,
        // A form in a shape of an older release is worth less than a page that opens.
        fields: serde_json::from_str(&draft.body).unwrap_or_default(),
        id: draft.id,
        unit: draft.unit,
        procedure: draft.procedure,
        saved_at: draft.saved_at,
        sent,
    })
}

/// Keeps what stands in the form now, right or wrong.
pub fn save_online(
    tx: &mut Tx<'_>,
    cx: &Cx,
    token: &str,
    fields: &[(String, String)],
) -> Result<(), AppError> {
    let draft = open(tx, token)?;
    let body = serde_json::to_string(fields).unwrap_or_default();
    if body.len() > BODY_BYTES {
        return Err(AppError::refused("draft-refused-too-long"));
    }
    // PostgreSQL keeps no NUL in a text; as JSON writes it, it is six plain characters.
    Ok(online::save(tx, draft.id, &body, cx.now())?)
}

/// Add a file.
#[derive(Debug, Clone)]
pub struct AddOnlineFile {
    /// The secret of the form.
    pub token: String,
    /// The component that it is; empty for another paper.
    pub component: String,
    /// The file, looked at and kept.
    pub taken: Taken,
}

/// Adds a file to a form; the same file for the same component a second time is the same.
pub fn add_online_file(tx: &mut Tx<'_>, cx: &Cx, cmd: &AddOnlineFile) -> Result<(), AppError> {
    let draft = open(tx, &cmd.token)?;
    if !cmd.component.is_empty() {
        let procedure = cx.packs().procedures().as_of(&draft.procedure, cx.today());
        let asked = procedure.and_then(|procedure| {
            let component = procedure.component(&cmd.component)?;
            (online_source(procedure, component, cx.today()) == OnlineSource::Upload).then_some(())
        });
        asked.ok_or_else(|| AppError::field("files", "component-unknown"))?;
    }
    let files = online::files(tx, draft.id)?;
    // An image becomes another PDF each time: what was sent is what is the same.
    let sent = |kept: &str, original: Option<&String>| original.map_or_else(|| kept.to_owned(), Clone::clone);
    let taken = sent(&cmd.taken.sha256, cmd.taken.original_sha256.as_ref());
    let is_known = |file: &OnlineFile| {
        file.component == cmd.component && sent(&file.sha256, file.original_sha256.as_ref()) == taken
    };
    if files.iter().any(is_known) {
        return Ok(());
    }
    let bytes: i64 = files.iter().map(|file| file.bytes).sum();
    if files.len() >= MOST_FILES || bytes + cmd.taken.bytes > MOST_FORM_BYTES {
        return Err(AppError::field("files", "online-refused-too-many-files"));
    }
    let file = OnlineFile {
        id: cx.new_id::<PaperId>(),
        component: cmd.component.clone(),
        name: cmd.taken.name.clone(),
        media_type: cmd.taken.media_type.clone(),
        bytes: cmd.taken.bytes,
        pages: cmd.taken.pages,
        sha256: cmd.taken.sha256.clone(),
        original_sha256: cmd.taken.original_sha256.clone(),
        added_at: cx.now(),
    };
    Ok(online::add_file(tx, draft.id, &file)?)
}

/// Takes a file out of a form.
pub fn remove_online_file(tx: &mut Tx<'_>, _cx: &Cx, token: &str, file: PaperId) -> Result<(), AppError> {
    let draft = open(tx, token)?;
    if online::remove_file(tx, draft.id, file)? {
        Ok(())
    } else {
        Err(AppError::NotFound("file"))
    }
}

/// The form behind a secret, held, and not sent yet.
pub(super) fn open(tx: &mut Tx<'_>, token: &str) -> Result<OnlineDraft, AppError> {
    let draft = lock(tx, token)?;
    if draft.sent_at.is_some() {
        return Err(AppError::refused("online-refused-sent"));
    }
    Ok(draft)
}

pub(super) fn lock(tx: &mut Tx<'_>, token: &str) -> Result<OnlineDraft, AppError> {
    let draft = if is_token(token) {
        online::lock(tx, &hash(token))?
    } else {
        None
    };
    draft.ok_or(AppError::NotFound("form"))
}

fn is_token(token: &str) -> bool {
    token.len() == 32 && token.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

//! Drafts: what an officer typed survives a lost network, an expired session and a restart.
//!
//! A draft belongs to an account and a form, is seen by nobody else, and is no evidence. It is forgotten when its
//! form has become something saved, and after thirty days.

use jiff::{SignedDuration, Timestamp};
use townhall_domain::ids::DraftId;
use townhall_store::{Tx, drafts};

use crate::cx::Cx;
use crate::error::AppError;

/// Longest name of a form.
const NAME_CHARS: usize = 120;
/// Longest draft, in bytes of its stored form: a form with every field filled to its limit has less.
const BODY_BYTES: usize = 256 * 1024;
/// Most drafts of one account.
const MOST: i64 = 200;
/// A draft is kept for so many days.
const DAYS: i64 = 30;

/// What stood in a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Names and values as they were sent.
    pub fields: Vec<(String, String)>,
    /// When, by the business clock.
    pub saved_at: Timestamp,
}

impl Draft {
    /// The value of a field.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

/// Keeps what stands in a form; passwords and tokens are left out by the edge.
pub fn save_draft(tx: &mut Tx<'_>, cx: &Cx, form: &str, fields: &[(String, String)]) -> Result<(), AppError> {
    let account = cx.actor.account().ok_or(AppError::NotFound("draft"))?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if form.is_empty() || form.len() > NAME_CHARS || !form.chars().all(is_name) {
        return Err(AppError::NotFound("draft"));
    }
    let body = serde_json::to_string(fields).unwrap_or_default();
    if body.len() > BODY_BYTES {
        return Err(AppError::refused("draft-refused-too-long"));
    }
    let oldest = cx
        .now()
        .checked_sub(SignedDuration::from_hours(24 * DAYS))
        .unwrap_or(Timestamp::UNIX_EPOCH);
    if drafts::sweep(tx, account, oldest)? >= MOST && drafts::load(tx, account, form)?.is_none() {
        return Err(AppError::refused("draft-refused-too-many"));
    }
    Ok(drafts::put(
        tx,
        cx.new_id::<DraftId>(),
        account,
        form,
        &body,
        cx.now(),
    )?)
}

/// What was kept for a form of the actor; nothing when there is none.
pub fn draft_of(tx: &mut Tx<'_>, cx: &Cx, form: &str) -> Result<Option<Draft>, AppError> {
    let Some(account) = cx.actor.account() else {
        return Ok(None);
    };
    let found = drafts::load(tx, account, form)?;
    Ok(found.and_then(|(body, saved_at)| {
        // A draft in a shape of an older release is worth less than a page that opens.
        let fields = serde_json::from_str(&body).ok()?;
        Some(Draft { fields, saved_at })
    }))
}

/// Forgets the draft of a form that was finished.
pub fn forget_draft(tx: &mut Tx<'_>, cx: &Cx, form: &str) -> Result<(), AppError> {
    match cx.actor.account() {
        Some(account) => Ok(drafts::delete(tx, account, form)?),
        None => Ok(()),
    }
}

/// Where a form that was set aside is kept, one step.
fn aside(form: &str) -> String {
    format!("{form}.aside")
}

/// Begins a form anew: what stands in it is set aside, where [`take_back`] finds it, and its draft is forgotten.
///
/// An empty form sets nothing aside, so that a second press does not lose what the first one kept.
pub fn set_aside(
    tx: &mut Tx<'_>,
    cx: &Cx,
    form: &str,
    fields: Option<&[(String, String)]>,
) -> Result<(), AppError> {
    if let Some(fields) = fields {
        save_draft(tx, cx, &aside(form), fields)?;
    }
    forget_draft(tx, cx, form)
}

/// What was set aside of a form.
pub fn aside_of(tx: &mut Tx<'_>, cx: &Cx, form: &str) -> Result<Option<Draft>, AppError> {
    draft_of(tx, cx, &aside(form))
}

/// Takes back what was set aside; what stands in the form now is set aside in its place.
pub fn take_back(
    tx: &mut Tx<'_>,
    cx: &Cx,
    form: &str,
    now: Option<&[(String, String)]>,
) -> Result<(), AppError> {
    let before = aside_of(tx, cx, form)?.ok_or_else(|| AppError::refused("draft-refused-nothing-aside"))?;
    match now {
        Some(fields) => save_draft(tx, cx, &aside(form), fields)?,
        None => forget_draft(tx, cx, &aside(form))?,
    }
    save_draft(tx, cx, form, &before.fields)
}

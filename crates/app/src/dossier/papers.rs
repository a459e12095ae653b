//! Papers of a dossier: added, shown, removed.

use serde_json::json;
use townhall_domain::dossier::{Action, ComponentSource, ComponentStatus, Dossier};
use townhall_domain::ids::{DossierId, PaperId, TaskId};
use townhall_domain::permission::Right;
use townhall_domain::procedure::{Nature, Procedure};
use townhall_store::papers::{self, Paper};
use townhall_store::{Tx, dossiers};

use super::flow::{begin, is_visible, post_of, procedure_of, reading, reason};
use crate::access_log::{NoteReading, Reading};
use crate::cx::Cx;
use crate::error::AppError;
use crate::paper::Taken;
use crate::record::{Subject, record};

/// Add papers whose content lies in the file store already, looked at by [`crate::paper::Inspector`].
#[derive(Debug, Clone)]
pub struct AddPapers {
    /// Which.
    pub dossier: DossierId,
    /// The component that they are, if one.
    pub component: Option<String>,
    /// Where they came from: scanned paper, sent by the citizen, the citizen's electronic store.
    pub source: ComponentSource,
    /// Why paper was asked for although a data base holds it.
    pub note: Option<String>,
    /// The files.
    pub papers: Vec<Taken>,
}

/// Adds papers; the component that they are is there from now on.
///
/// The dossier's own version stays, so that a form that somebody is filling in beside it is not refused. The same
/// file for the same component a second time is the same paper.
pub fn add_papers(tx: &mut Tx<'_>, cx: &Cx, cmd: &AddPapers) -> Result<Vec<PaperId>, AppError> {
    let shown = dossiers::lock(tx, cmd.dossier)?.map_or(0, |dossier| dossier.version);
    let acting = begin(tx, cx, cmd.dossier, shown, Action::AddPaper)?;
    attach(tx, cx, &acting.dossier, cmd)
}

/// The same for whoever was let in by another way: the citizen with the secret of the receipt.
pub(crate) fn attach(
    tx: &mut Tx<'_>,
    cx: &Cx,
    dossier: &Dossier,
    cmd: &AddPapers,
) -> Result<Vec<PaperId>, AppError> {
    let procedure = procedure_of(cx, dossier)?;
    if cmd.papers.is_empty() {
        return Err(AppError::field("files", "paper-none-chosen"));
    }
    check_component(cx, procedure, cmd)?;
    let before = papers::of_subject(tx, "dossier", &dossier.id.to_string())?;
    let mut ids = Vec::with_capacity(cmd.papers.len());
    let mut fresh = Vec::new();
    for taken in &cmd.papers {
        let known = before
            .iter()
            .find(|paper| paper.sha256 == taken.sha256 && paper.component == cmd.component);
        if let Some(paper) = known {
            ids.push(paper.id);
            continue;
        }
        let paper = Paper {
            id: cx.new_id::<PaperId>(),
            subject_kind: "dossier".to_owned(),
            subject_id: dossier.id.to_string(),
            unit: dossier.unit.clone(),
            component: cmd.component.clone(),
            name: taken.name.clone(),
            media_type: taken.media_type.clone(),
            bytes: taken.bytes,
            pages: Some(taken.pages),
            sha256: taken.sha256.clone(),
            original_sha256: taken.original_sha256.clone(),
            source: cmd.source,
            added_at: cx.now(),
            added_by: cx.actor.post(),
            removed_at: None,
            removed_why: None,
        };
        papers::insert(tx, &paper)?;
        ids.push(paper.id);
        fresh.push(
            json!({ "paper": paper.id, "sha256": paper.sha256, "original_sha256": paper.original_sha256 }),
        );
    }
    if fresh.is_empty() {
        return Ok(ids);
    }
    component_is_there(tx, dossier, cmd)?;
    let body = json!({ "papers": fresh, "component": cmd.component, "source": cmd.source.as_str(), "code": dossier.code });
    record(
        tx,
        cx,
        &Subject::dossier(dossier.id, &dossier.unit, dossier.space),
        "papers_added",
        body,
    )?;
    Ok(ids)
}

/// What may be scanned at all: nothing that is only shown (Circular 03/2025/TT-VPCP, article 5.2), and nothing that a
/// data base holds unless somebody says why (Resolution 66.7/2025/NQ-CP).
fn check_component(cx: &Cx, procedure: &Procedure, cmd: &AddPapers) -> Result<(), AppError> {
    let Some(id) = &cmd.component else { return Ok(()) };
    let spec = procedure
        .component(id)
        .ok_or_else(|| AppError::field("component", "component-unknown"))?;
    if spec.nature == Nature::Shown {
        return Err(AppError::field("component", "paper-component-only-shown"));
    }
    let reason_given = cmd.note.as_deref().is_some_and(|note| !note.trim().is_empty());
    let asked_for = matches!(cmd.source, ComponentSource::Paper | ComponentSource::Upload);
    if asked_for && spec.replaced_on(cx.today()).is_some() && !reason_given {
        return Err(AppError::field("note", "component-database-has-it"));
    }
    Ok(())
}

fn component_is_there(tx: &mut Tx<'_>, dossier: &Dossier, cmd: &AddPapers) -> Result<(), AppError> {
    let Some(component) = &cmd.component else {
        return Ok(());
    };
    let mut entries = dossiers::components(tx, dossier.id)?;
    let Some(entry) = entries
        .iter_mut()
        .find(|entry| entry.component == *component && entry.status != ComponentStatus::Present)
    else {
        return Ok(());
    };
    entry.status = ComponentStatus::Present;
    entry.source = Some(cmd.source);
    entry.copies = entry.copies.max(1);
    if let Some(note) = cmd.note.as_deref().map(str::trim).filter(|note| !note.is_empty()) {
        entry.note = Some(note.chars().take(500).collect());
    }
    Ok(dossiers::put_components(tx, dossier.id, &entries)?)
}

/// Take a paper out of a dossier.
#[derive(Debug, Clone)]
pub struct RemovePaper {
    /// Which.
    pub paper: PaperId,
    /// Why.
    pub reason: String,
}

/// Marks a paper as removed, with a reason; its content stays as long as the law keeps it. A component that only
/// this paper proved is missing again.
pub fn remove_paper(tx: &mut Tx<'_>, cx: &Cx, cmd: &RemovePaper) -> Result<DossierId, AppError> {
    let (paper, dossier) = of_dossier(tx, cx, cmd.paper)?;
    let shown = dossiers::lock(tx, dossier.id)?.map_or(0, |dossier| dossier.version);
    let acting = begin(tx, cx, dossier.id, shown, Action::AddPaper)?;
    let why = reason("reason", &cmd.reason)?;
    if !papers::remove(tx, paper.id, cx.now(), &why)? {
        return Err(AppError::NotFound("paper"));
    }
    let dossier = acting.dossier;
    let left = papers::of_subject(tx, "dossier", &dossier.id.to_string())?;
    if paper.component.is_some() && !left.iter().any(|other| other.component == paper.component) {
        let mut entries = dossiers::components(tx, dossier.id)?;
        let scanned = |source| matches!(source, Some(ComponentSource::Upload | ComponentSource::EStore));
        for entry in entries.iter_mut().filter(|entry| {
            Some(&entry.component) == paper.component.as_ref()
                && entry.status == ComponentStatus::Present
                && scanned(entry.source)
        }) {
            entry.status = ComponentStatus::Missing;
            entry.source = None;
        }
        dossiers::put_components(tx, dossier.id, &entries)?;
    }
    record(
        tx,
        cx,
        &Subject::dossier(dossier.id, &dossier.unit, dossier.space),
        "paper_removed",
        json!({ "paper": paper.id, "sha256": paper.sha256, "code": dossier.code }),
    )?;
    Ok(dossier.id)
}

/// A paper for its page.
#[derive(Debug, Clone)]
pub struct PaperView {
    /// The paper.
    pub paper: Paper,
    /// What it belongs to, in one line.
    pub subject: String,
    /// Where that is shown: `/dossiers/{id}` or `/tasks/{id}`.
    pub back: String,
    /// The name of its component, in Vietnamese and English.
    pub component: Option<(String, String)>,
    /// Whether this reader may take it out.
    pub may_remove: bool,
    /// What the access log is told.
    pub reading: NoteReading,
}

/// Loads a paper for who may read it; others get "not found".
pub fn paper_view(tx: &mut Tx<'_>, cx: &Cx, id: PaperId) -> Result<PaperView, AppError> {
    let paper = papers::load(tx, id)?
        .filter(|paper| paper.removed_at.is_none())
        .ok_or(AppError::NotFound("paper"))?;
    match paper.subject_kind.as_str() {
        "dossier" => {
            let (paper, dossier) = of_dossier(tx, cx, id)?;
            let procedure = procedure_of(cx, &dossier)?;
            let spec = paper.component.as_deref().and_then(|id| procedure.component(id));
            let flow = super::flow_of(procedure);
            let may = cx
                .actor
                .may_on(Right::AddPapers, &dossier.unit, post_of(&dossier))
                || cx.actor.may(Right::AddPapers, &dossier.receiving_unit);
            Ok(PaperView {
                subject: format!("{} · {}", dossier.code, dossier.subject),
                back: format!("/dossiers/{}", dossier.id),
                component: spec.map(|spec| (spec.name.vi.clone(), spec.name.en.clone())),
                may_remove: may && dossier.state.after(Action::AddPaper, flow).is_ok(),
                reading: reading(cx, &dossier, Reading::Paper, "paper", paper.id.to_string()),
                paper,
            })
        }
        "task" => {
            let task = paper
                .subject_id
                .parse::<TaskId>()
                .map_err(|_| AppError::NotFound("paper"))?;
            let task = crate::task::task_view(tx, cx, task)?.task;
            Ok(PaperView {
                subject: task.code.clone(),
                back: format!("/tasks/{}", task.id),
                component: None,
                may_remove: false,
                reading: NoteReading {
                    reading: Reading::Paper,
                    subject_kind: "paper",
                    subject_id: paper.id.to_string(),
                    unit: task.unit.clone(),
                    about: None,
                    own_work: true,
                    reason: None,
                },
                paper,
            })
        }
        _ => Err(AppError::NotFound("paper")),
    }
}

/// A paper of a dossier that the actor may see, with the right to read papers.
fn of_dossier(tx: &mut Tx<'_>, cx: &Cx, id: PaperId) -> Result<(Paper, Dossier), AppError> {
    let paper = papers::load(tx, id)?
        .filter(|paper| paper.subject_kind == "dossier" && paper.removed_at.is_none())
        .ok_or(AppError::NotFound("paper"))?;
    let dossier = paper
        .subject_id
        .parse::<DossierId>()
        .map_err(|_| AppError::NotFound("paper"))?;
    let dossier = dossiers::load(tx, dossier)?
        .filter(|dossier| is_visible(cx, dossier) && may_read_papers(cx, dossier))
        .ok_or(AppError::NotFound("paper"))?;
    Ok((paper, dossier))
}

fn may_read_papers(cx: &Cx, dossier: &Dossier) -> bool {
    cx.actor
        .may_on(Right::ReadPapers, &dossier.unit, post_of(dossier))
        || cx.actor.may(Right::ReadPapers, &dossier.receiving_unit)
}

//! What the express lane's page shows: the fee while somebody types, who signs, what was booked, what was done today.

use std::collections::BTreeSet;

use jiff::Timestamp;
use townhall_domain::calendar::HoursException;
use townhall_domain::dossier::State;
use townhall_domain::express::{BOOK, PROCEDURE};
use townhall_domain::fee::{Charge, Quantity};
use townhall_domain::ids::{DossierId, Id, PostId, SlipId, UnitId};
use townhall_domain::money::Dong;
use townhall_domain::permission::{Right, Role};
use townhall_domain::register::Book;
use townhall_domain::space::Space;
use townhall_domain::time;
use townhall_store::fees::Payment;
use townhall_store::registers::Entry;
use townhall_store::{Tx, counters, dossiers, fees, organisation, registers};

use crate::cx::Cx;
use crate::dossier::is_visible;
use crate::error::AppError;
use crate::fees::fee_error;
use crate::packs::Packs;
use crate::paper_data::Signer;

/// Most lines of today under the form.
const TODAY: i64 = 30;

/// What a request costs by the procedure's own fee rules.
#[derive(Debug, Clone, Default)]
pub struct Quote {
    /// Line by line, each with how it came about.
    pub charge: Charge,
}

impl Quote {
    /// What is to be paid in all.
    pub fn total(&self) -> Dong {
        self.charge.total()
    }

    /// What one paper costs.
    pub fn of_item(&self, item: usize) -> Dong {
        self.charge
            .lines
            .iter()
            .filter(|line| line.item == item)
            .map(|line| line.due)
            .sum()
    }
}

/// The fee of papers on a day, for whoever has the packs: the page asks this while somebody types.
///
/// # Errors
/// A quantity that cannot be meant, or an exemption that no fee of this procedure knows.
pub fn quote(
    packs: &Packs,
    unit: &UnitId,
    day: jiff::civil::Date,
    items: &[Quantity],
    exemption: Option<&str>,
) -> Result<Quote, AppError> {
    let procedure = packs
        .procedures()
        .as_of(PROCEDURE, day)
        .ok_or(AppError::NotFound("procedure"))?;
    let exemption = match exemption.filter(|code| !code.is_empty()) {
        None => None,
        Some(code) => Some(
            packs
                .exemption(code)
                .ok_or_else(|| AppError::field("exemption", "fee-refused-exemption"))?,
        ),
    };
    let charge = packs
        .fees(procedure, unit, day, items, &BTreeSet::new(), exemption)
        .map_err(|error| fee_error(&error))?;
    Ok(Quote { charge })
}

/// [`quote`] of today.
pub fn quote_of(
    cx: &Cx,
    unit: &UnitId,
    items: &[Quantity],
    exemption: Option<&str>,
) -> Result<Quote, AppError> {
    quote(cx.packs(), unit, cx.today(), items, exemption)
}

/// The text by which a transfer is recognised before the dossier has a code: the end of its identity.
pub fn note_of_transfer(id: DossierId) -> String {
    let hex = id.uuid().simple().to_string();
    format!("CTBS {}", hex[20..].to_uppercase())
}

/// A leader who may sign certified copies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignerChoice {
    /// The post.
    pub post: PostId,
    /// Name and title, as papers write them.
    pub signer: Signer,
}

/// The leaders of a unit whose posts are filled today, in the order of the posts: chair, then vice chairs.
pub fn signers(tx: &mut Tx<'_>, cx: &Cx, unit: &UnitId) -> Result<Vec<SignerChoice>, AppError> {
    let posts: Vec<dossiers::FilledPost> = dossiers::filled_posts(tx, unit, Space::State, cx.today())?
        .into_iter()
        .filter(|post| post.roles.iter().copied().any(Role::is_leader))
        .collect();
    let names = organisation::post_names(tx, posts.iter().map(|post| post.id), cx.today())?;
    Ok(posts
        .iter()
        .filter_map(|post| {
            let name = names.get(&post.id)?;
            Some(SignerChoice {
                post: post.id,
                signer: Signer {
                    name: name.holder.clone()?,
                    title: name.title_vi.clone(),
                    deputy: post.roles.contains(&Role::ViceChair) && !post.roles.contains(&Role::Chair),
                    phone: None,
                },
            })
        })
        .collect())
}

/// What came of a booking.
#[derive(Debug, Clone)]
pub struct Booked {
    /// The dossier.
    pub id: DossierId,
    /// Its code.
    pub code: String,
    /// Who asked.
    pub name: String,
    /// Where it stands: 10 when it was done at once.
    pub state: State,
    /// When it is due, of one that was promised for later.
    pub due: Option<Timestamp>,
    /// The numbers that it took.
    pub entries: Vec<Entry>,
    /// The receipt, when something was paid.
    pub payment: Option<Payment>,
    /// The appointment slip (Form 01).
    pub slip: Option<SlipId>,
    /// The leader who signed.
    pub signed_by: Option<PostId>,
}

/// What came of a booking; "not found" for who may not know of it, and for a dossier of another procedure.
pub fn booked(tx: &mut Tx<'_>, cx: &Cx, id: DossierId) -> Result<Booked, AppError> {
    let dossier = dossiers::load(tx, id)?
        .filter(|dossier| is_visible(cx, dossier) && dossier.procedure.code == PROCEDURE)
        .ok_or(AppError::NotFound("dossier"))?;
    Ok(Booked {
        entries: registers::of_dossier(tx, id)?,
        payment: fees::payments(tx, id)?.pop(),
        slip: dossiers::slips(tx, id)?
            .into_iter()
            .find(|slip| slip.form == "receipt")
            .map(|slip| slip.id),
        signed_by: dossiers::result(tx, id)?.and_then(|result| result.approved_by),
        due: dossier.deadline.map(|deadline| deadline.due),
        state: dossier.state,
        name: dossier.applicant.name,
        code: dossier.code,
        id,
    })
}

/// What the page needs beside what is typed.
#[derive(Debug, Clone)]
pub struct Desk {
    /// The unit of the officer.
    pub unit: UnitId,
    /// The number that the next paper will take, if nobody else is faster.
    pub next_number: i64,
    /// Who may sign.
    pub signers: Vec<SignerChoice>,
    /// The newest entries of today, newest first.
    pub today: Vec<Entry>,
    /// How many were entered today, those that were struck out not counted.
    pub count_today: i64,
    /// What the unit has decided about its hours, for the promise of a day.
    pub hours: Vec<HoursException>,
}

/// Loads the page's surroundings; only for whoever works the lane.
pub fn desk(tx: &mut Tx<'_>, cx: &Cx) -> Result<Desk, AppError> {
    let unit = cx.actor.unit().cloned().ok_or(AppError::NotFound("express"))?;
    cx.actor.must(Right::CertifyCopies, &unit)?;
    let midnight = time::instant(cx.today().at(0, 0, 0, 0));
    let book = Book {
        unit: unit.clone(),
        book: BOOK.to_owned(),
        year: cx.today().year(),
    };
    Ok(Desk {
        next_number: counters::last(tx, &unit, &book.counter())? + 1,
        signers: signers(tx, cx, &unit)?,
        today: registers::entered_since(tx, &unit, BOOK, midnight, TODAY)?,
        count_today: registers::count_since(tx, &unit, BOOK, midnight)?,
        hours: crate::calendar::exceptions(tx, cx, &unit)?,
        unit,
    })
}

/// The entries whose certification text is printed, with their dossier; "not found" for who may not know of it.
pub fn stamp_entries(tx: &mut Tx<'_>, cx: &Cx, id: DossierId) -> Result<Vec<Entry>, AppError> {
    let entries = booked(tx, cx, id)?.entries;
    if entries.is_empty() {
        return Err(AppError::NotFound("entry"));
    }
    Ok(entries)
}

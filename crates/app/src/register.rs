//! Register books: entering with a gapless number, reading, striking out and correcting.
//!
//! An entry is made by [`enter`] inside the command that makes what it registers, so the number, the dossier and the
//! fact commit together. It is never deleted. The books of certification and those of civil status share all of
//! this; what an entry of one kind says beyond name and title stands in its [`EntryBody`].

mod change;
mod enter;
mod view;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use townhall_domain::ids::UnitId;
use townhall_domain::money::Dong;
use townhall_domain::permission::Right;
use townhall_domain::register::BookFamily;
use townhall_domain::space::Space;

use crate::cx::Cx;
use crate::paper_data::Signer;

pub use change::{CorrectRegister, StrikeEntry, correct_register, strike_entry};
pub use enter::{NewEntry, enter, enter_result};
pub use view::{
    BookView, EntryView, RegisterPage, RegisterQuery, ShelfView, register_entry, register_page, registers,
};

/// What an entry says beside whose it is and what was entered. Kinds of books use what they need.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct EntryBody {
    /// Pages of the original.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pages: Option<i64>,
    /// Copies certified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copies: Option<i64>,
    /// The fee for this entry, after exemptions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee: Option<Dong>,
    /// Who signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signer: Option<Signer>,
    /// What only this kind of book holds.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

impl EntryBody {
    /// Reads a stored body; one in an unknown shape is empty rather than an error on a page.
    pub fn read(body: &Value) -> Self {
        serde_json::from_value(body.clone()).unwrap_or_default()
    }
}

/// The law that keeps a book; a book that the packs do not know is kept by none of them.
pub(crate) fn family(cx: &Cx, book: &str) -> BookFamily {
    cx.packs()
        .book(book)
        .map_or(BookFamily::Other, |book| book.family)
}

/// The right to keep a book: to strike out and to correct what stands in it.
pub(crate) fn keeps(family: BookFamily) -> Right {
    match family {
        BookFamily::Certification => Right::CertifyCopies,
        BookFamily::CivilStatus | BookFamily::Other => Right::KeepRegister,
    }
}

/// Whether the actor may know of the books of a unit at all.
pub(crate) fn may_read(cx: &Cx, unit: &UnitId, space: Space) -> bool {
    cx.actor.is_of_space(space) && cx.actor.may(Right::ReadDossier, unit)
}

/// Whether the actor may know of a book: those of civil status are for who keeps them, and for nobody else.
pub(crate) fn may_read_book(cx: &Cx, unit: &UnitId, space: Space, book: &str) -> bool {
    may_read(cx, unit, space)
        && (family(cx, book) != BookFamily::CivilStatus || cx.actor.may(Right::KeepRegister, unit))
}

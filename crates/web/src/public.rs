//! What citizens read without a receipt: the first page, the catalogue, one page a procedure, look-up by bare code.

mod catalogue;
mod home;
pub(crate) mod hours;
mod lookup;
mod procedure;
mod units;

pub(crate) use lookup::{Told, completion, too_many};

use serde::Deserialize;
use townhall_domain::unit::Unit;
use townhall_domain::words::{Mark, Verified, Words};

use crate::routes::{Need, Routes};
use crate::state::App;
use crate::ui::{Icon, Tone, Ui, badge};
use crate::visitor::office_of;

/// Routes of this capability.
pub fn routes(app: &App) -> Routes {
    Routes::new(app)
        .get("/", Need::Public, home::show)
        .get("/c/{code}", Need::Public, home::of_unit)
        .get("/communes", Need::Public, units::show)
        .get("/procedures", Need::Public, catalogue::show)
        .get("/procedures.json", Need::Public, catalogue::json)
        .get("/procedures/{code}", Need::Public, procedure::show)
        .get("/lookup", Need::Public, lookup::ask)
        .post("/lookup", Need::Public, lookup::tell)
}

/// Whose page is wanted, when it is not that of the site's own unit.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct OfUnit {
    /// Code of the unit.
    pub unit: String,
}

/// The unit of a code, or the site's own.
pub(crate) fn unit_of<'a>(app: &'a App, ui: &Ui, code: &str) -> Option<&'a Unit> {
    let code = if code.is_empty() {
        &app.site.unit_code
    } else {
        code
    };
    app.town.packs().units().by_code(code, ui.today())
}

/// Puts the name of this unit on the page.
pub(crate) fn dress(app: &App, ui: &mut Ui, unit: Option<&Unit>) {
    if let Some(unit) = unit {
        ui.office = office_of(app, ui.lang, unit.code());
    }
}

/// The part of an address that keeps a unit which is not the site's own.
pub(crate) fn keep_unit<'u>(app: &App, unit: Option<&'u Unit>) -> Option<(&'static str, &'u str)> {
    unit.map(Unit::code)
        .filter(|code| *code != app.site.unit_code)
        .map(|code| ("unit", code))
}

/// A text of the packs in the language of the page.
pub(crate) fn say<'w>(ui: &Ui, words: &'w Words) -> &'w str {
    words.get(ui.lang.code())
}

/// How sure a fact of law is, in words.
pub(crate) fn sure(ui: &Ui, verified: &Verified) -> maud::Markup {
    let (tone, icon, key) = match verified.mark {
        Mark::High => (Tone::Ok, Icon::CHECK, "public-sure-high"),
        Mark::Medium => (Tone::Plain, Icon::INFO, "public-sure-medium"),
        Mark::Low => (Tone::Warn, Icon::ALERT, "public-sure-low"),
    };
    badge(ui, tone, icon, &ui.t(key))
}

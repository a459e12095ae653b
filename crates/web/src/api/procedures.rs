//! Procedures as programs read them: with a token under `/api/v1`, and by anybody at `/procedures.json`.

use jiff::civil::Date;
use serde::Serialize;
use serde_json::Value;
use townhall_domain::procedure::{Channel, Listing, Need, Procedure, Share};
use townhall_domain::words::Verified;
use townhall_text::Lang;
use utoipa::ToSchema;

use super::shapes::list_of;
use crate::state::App;

/// A procedure as a list gives it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProcedureItem {
    /// National code.
    code: String,
    /// Official name.
    name: String,
    /// Field of law.
    field: String,
    /// Whether it can be worked here, from form to result.
    pub(super) served: bool,
    /// Version, when it is served.
    version: Option<u16>,
}

list_of!(
    /// Procedures, in the order of the catalogue.
    ProcedureList of ProcedureItem
);

/// A limit of a procedure.
#[derive(Debug, Serialize, ToSchema)]
pub struct LimitOut {
    /// `direct`, `online`, `post`; all when missing.
    channel: Option<&'static str>,
    /// The circumstance under which it holds.
    when: Option<String>,
    /// How long: `3wd`, `15d`, `8wh`, `1mo`, `sd`.
    time: String,
    /// How sure: `H` read in the law, `M` one secondary source, `L` weak.
    verified: char,
    /// Where it was read.
    source: String,
}

/// A step of the internal process.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProcessStep {
    /// What happens.
    name: String,
    /// `receive`, `transfer`, `assign`, `appraise`, … `return`.
    action: &'static str,
    /// Its part of the time limit in thousandths; missing when it has a time of its own.
    permille: Option<u16>,
}

/// A component of a procedure.
#[derive(Debug, Serialize, ToSchema)]
pub struct NeededOut {
    /// Identifier.
    id: String,
    /// What it is.
    name: String,
    /// `required`, `optional`, or the circumstance under which it is needed.
    need: String,
    /// Components of one group stand for each other.
    one_of: Option<String>,
    /// The data base that stands for it on that day.
    database: Option<String>,
    /// `original`, `copy`, `photocopy`, `electronic`, `shown`.
    nature: &'static str,
    /// How many.
    copies: u8,
    /// How sure: `H`, `M`, `L`.
    verified: char,
}

/// A procedure with everything that a program needs to file it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProcedureOut {
    /// What a list gives of it.
    #[serde(flatten)]
    item: ProcedureItem,
    /// First day of this version.
    #[schema(format = Date)]
    effective_from: Option<String>,
    /// Whether any centre of the province may receive it.
    non_boundary: Option<bool>,
    /// Limits, the first that fits holds.
    limits: Vec<LimitOut>,
    /// What the dossier holds.
    components: Vec<NeededOut>,
    /// Circumstances that may be stated.
    circumstances: Vec<String>,
    /// JSON Schema of the form.
    #[schema(value_type = Option<Object>)]
    form_schema: Option<Value>,
    /// Legal basis.
    basis: Vec<String>,
    /// Whether it can be filed online here, as a fallback for the national portal.
    online: bool,
    /// Conditions told before submission.
    requirements: Vec<String>,
    /// The internal process, in order.
    steps: Vec<ProcessStep>,
    /// What comes out.
    result: Option<String>,
    /// How sure the whole is: `H` read in the law, `M` one secondary source, `L` weak.
    verified: char,
    /// Where it was read.
    source: String,
}

impl ProcedureItem {
    pub(super) fn of(listing: &Listing<'_>, lang: Lang) -> Self {
        Self {
            code: listing.code().to_owned(),
            name: listing.name().get(lang.code()).to_owned(),
            field: listing.field().to_owned(),
            served: matches!(listing, Listing::Served(_)),
            version: match listing {
                Listing::Served(procedure) => Some(procedure.version),
                Listing::NotYet(_) => None,
            },
        }
    }
}

/// The catalogue, or what was found in it.
pub(crate) fn public_list(found: &[Listing<'_>], lang: Lang) -> ProcedureList {
    found
        .iter()
        .map(|listing| ProcedureItem::of(listing, lang))
        .collect()
}

/// One procedure as of a day; nothing for a code that nobody has.
pub(crate) fn public_procedure(app: &App, code: &str, day: Date, lang: Lang) -> Option<ProcedureOut> {
    let listing = app.town.packs().procedures().listing(code, day)?;
    let item = ProcedureItem::of(&listing, lang);
    Some(match listing {
        Listing::Served(procedure) => whole(app, item, procedure, day, lang),
        Listing::NotYet(entry) => little(item, &entry.verified),
    })
}

/// What is known of a procedure that is not served here yet.
fn little(item: ProcedureItem, verified: &Verified) -> ProcedureOut {
    ProcedureOut {
        item,
        effective_from: None,
        non_boundary: None,
        limits: Vec::new(),
        components: Vec::new(),
        circumstances: Vec::new(),
        form_schema: None,
        basis: Vec::new(),
        online: false,
        requirements: Vec::new(),
        steps: Vec::new(),
        result: None,
        verified: verified.mark.letter(),
        source: verified.source.clone(),
    }
}

fn whole(app: &App, item: ProcedureItem, procedure: &Procedure, day: Date, lang: Lang) -> ProcedureOut {
    let lang = lang.code();
    let limits = procedure.limits.iter().map(|limit| LimitOut {
        channel: limit.channel.map(Channel::as_str),
        when: limit.when.clone(),
        time: limit.time.to_string(),
        verified: limit.verified.mark.letter(),
        source: limit.verified.source.clone(),
    });
    let components = procedure.components.iter().map(|component| NeededOut {
        id: component.id.clone(),
        name: component.name.get(lang).to_owned(),
        need: match &component.need {
            Need::Required => "required".to_owned(),
            Need::Optional => "optional".to_owned(),
            Need::When(circumstance) => circumstance.clone(),
        },
        one_of: component.one_of.clone(),
        database: component
            .replaced_on(day)
            .map(|replaced| replaced.database.clone()),
        nature: component.nature.as_str(),
        copies: component.copies,
        verified: component.verified.mark.letter(),
    });
    let steps = procedure.steps.iter().map(|step| ProcessStep {
        name: step.name.get(lang).to_owned(),
        action: step.action.as_str(),
        permille: match step.share {
            Share::Permille(share) => Some(share),
            Share::Fixed(_) => None,
        },
    });
    let schema = procedure
        .form
        .as_deref()
        .and_then(|path| app.town.packs().form_schema(path));
    ProcedureOut {
        item,
        effective_from: Some(procedure.effective_from.to_string()),
        non_boundary: Some(procedure.non_boundary),
        limits: limits.collect(),
        components: components.collect(),
        circumstances: procedure
            .circumstances
            .iter()
            .map(|known| known.id.clone())
            .collect(),
        form_schema: schema.cloned(),
        basis: procedure.basis.clone(),
        online: townhall_app::online::is_online(procedure),
        requirements: procedure
            .requirements
            .iter()
            .map(|words| words.get(lang).to_owned())
            .collect(),
        steps: steps.collect(),
        result: Some(procedure.result.name.get(lang).to_owned()),
        verified: procedure.verified.mark.letter(),
        source: procedure.verified.source.clone(),
    }
}

//! Names of units and officers as papers write them.

use jiff::civil::Date;
use serde_json::Value;
use townhall_domain::ids::UnitId;
use townhall_text::{Arg, Lang, t_args};

use super::{Data, Signer, words};
use crate::cx::Cx;

/// How a unit is written on its papers, as of a day.
#[derive(Debug, Clone)]
pub(super) struct UnitWords {
    /// `xã Thuận An`.
    pub unit: String,
    /// `Thuận An`: before the date.
    pub place: String,
    /// `Ủy ban nhân dân xã Thuận An`.
    pub committee: String,
    /// The committee above it; none for a province.
    pub above: Option<String>,
    /// `Trung tâm Phục vụ hành chính công`.
    pub centre: String,
    /// `Ủy ban nhân dân xã Thuận An, tỉnh Lâm Đồng`.
    pub committee_in_province: String,
}

impl UnitWords {
    pub(super) fn of(cx: &Cx, unit: &UnitId, day: Date) -> Self {
        let units = cx.packs().units();
        let found = units.by_id(unit);
        let name = found.map_or_else(|| unit.code().to_owned(), |unit| lower_first(unit.full_name(day)));
        let province = found
            .and_then(|unit| unit.parent.as_ref())
            .and_then(|parent| units.by_id(parent))
            .map(|province| lower_first(province.full_name(day)));
        let committee = committee(&name);
        Self {
            place: found.map_or_else(|| name.clone(), |unit| unit.name(day).to_owned()),
            above: province.as_deref().map(self::committee),
            committee_in_province: match &province {
                Some(province) => format!("{committee}, {province}"),
                None => committee.clone(),
            },
            committee,
            centre: words("frame-centre"),
            unit: name,
        }
    }

    /// `Trung tâm Phục vụ hành chính công xã Thuận An`.
    pub(super) fn whole_centre(&self) -> String {
        format!("{} {}", self.centre, self.unit)
    }

    /// Head of a paper of the service centre.
    pub(super) fn head_of_centre(&self, data: &mut Data, day: Date) {
        data.put("parent", self.committee.clone())
            .put("office", self.centre.clone())
            .put("place", self.place.clone())
            .put("date", day.to_string());
    }

    /// Head of a paper of the committee.
    pub(super) fn head_of_committee(&self, data: &mut Data) {
        data.put("parent", self.above.clone())
            .put("office", self.committee.clone())
            .put("place", self.place.clone());
    }
}

fn committee(unit: &str) -> String {
    t_args(Lang::Vi, "print-committee", &[("unit", Arg::from(unit))])
}

/// Name, title and authority under a paper.
pub(super) fn put_signer(data: &mut Data, signer: Option<&Signer>) {
    let Some(signer) = signer else { return };
    if signer.deputy {
        data.put("signer_authority", words("print-for-the-chair"));
    }
    data.put("signer_role", signer.title.clone())
        .put("signer", signer.name.clone());
}

/// A personal number with the words before it.
pub(super) fn id_paper(number: Option<&str>) -> Value {
    number
        .filter(|number| !number.is_empty())
        .map_or(Value::Null, |number| {
            Value::String(t_args(
                Lang::Vi,
                "print-identity-number",
                &[("number", Arg::from(number))],
            ))
        })
}

pub(super) fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map(|first| first.to_lowercase().chain(chars).collect())
        .unwrap_or_default()
}

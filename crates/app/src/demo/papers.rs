//! The paper that stands for every scan of the demonstration: nobody's real paper is shown, and one file is enough.

use jiff::civil::date;
use serde_json::json;
use townhall_domain::dossier::{ComponentSource, Dossier};
use townhall_domain::procedure::{Nature, Procedure};
use townhall_domain::time;
use townhall_print::{Template, render};
use townhall_store::Tx;

use crate::cx::Cx;
use crate::dossier::{AddPapers, ComponentInput, attach};
use crate::error::AppError;
use crate::paper::Taken;
use crate::town::Town;

/// So many papers of a dossier are scanned at most.
const SCANNED: usize = 3;

/// Makes the paper and keeps it in the file store.
pub(super) fn sample(town: &Town) -> Result<Taken, AppError> {
    let data = json!({
        "office": "DỮ LIỆU MINH HỌA",
        "title": "BẢN QUÉT GIẤY TỜ",
        "subtitles": ["Trang này đứng thay cho bản quét giấy tờ của công dân."],
        "columns": [{ "label": "Trong vận hành thật" }],
        "rows": [["Cán bộ quét giấy tờ tại quầy, hoặc công dân gửi tệp PDF, JPEG, PNG."]],
        "portrait": true,
        "demo": true,
    });
    let at = time::instant(date(2025, 7, 1).at(7, 0, 0, 0));
    let template = Template::by_id("list@1").map_err(|_| AppError::NotFound("template"))?;
    let pdf = render(template, &data, at).map_err(|_| AppError::NotFound("template"))?;
    let stored = town.files().put(&pdf)?;
    Ok(Taken {
        name: String::new(),
        media_type: "application/pdf".to_owned(),
        bytes: i64::try_from(pdf.len()).unwrap_or(0),
        pages: 1,
        sha256: stored.sha256,
        original_sha256: None,
    })
}

/// Adds scans of the papers that were handed in or sent.
pub(super) fn scan(
    tx: &mut Tx<'_>,
    cx: &Cx,
    dossier: &Dossier,
    procedure: &Procedure,
    components: &[ComponentInput],
    sample: &Taken,
) -> Result<(), AppError> {
    let scanned = components
        .iter()
        .filter_map(|input| Some((input, procedure.component(&input.component)?)))
        .filter(|(input, _)| {
            matches!(
                input.source,
                Some(ComponentSource::Paper | ComponentSource::Upload)
            )
        })
        // What is only shown at the counter is not scanned.
        .filter(|(_, component)| component.nature != Nature::Shown);
    for (input, component) in scanned.take(SCANNED) {
        let papers = AddPapers {
            dossier: dossier.id,
            component: Some(component.id.clone()),
            source: input.source.unwrap_or(ComponentSource::Paper),
            note: None,
            papers: vec![Taken {
                name: format!("{}.pdf", component.name.vi),
                ..sample.clone()
            }],
        };
        attach(tx, cx, dossier, &papers)?;
    }
    Ok(())
}

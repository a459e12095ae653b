//! The official letter: the result of every procedure without a template of its own, and every refusal.

use serde_json::{Value, json};
use townhall_domain::form::{FieldKind, Form};
use townhall_domain::procedure::ResultKind;
use townhall_domain::time::local_date;
use townhall_text::{Arg, Lang, t_args};

use super::results::Source;
use super::{Data, words};

/// Fills the letter (Decree 30/2020/NĐ-CP, Annex I): what was asked, what was found, who is told.
pub(super) fn fill(source: &Source<'_>, data: &mut Data) {
    let refused = source.result.outcome == "refused";
    let name = source.procedure.name.vi.as_str();
    let applicant = source.dossier.applicant.name.as_str();
    let kind = source.procedure.result.kind;
    let of = |key: &str, name: &str| t_args(Lang::Vi, key, &[("name", Arg::from(name))]);
    let (doc_type, about) = if refused {
        (Some(words("print-type-notice")), of("print-about-refused", name))
    } else {
        (type_of(kind), of("print-about", name))
    };
    data.put("type", doc_type)
        .put("abstract", about)
        .put("to", vec![applicant.to_owned()])
        .put("bases", bases(source))
        .put("body", body(source, refused))
        .put("recipients", vec![applicant.to_owned(), words("frame-centre")]);
    if kind == ResultKind::Decision && !refused {
        let authority = t_args(
            Lang::Vi,
            "print-chair-of",
            &[("committee", Arg::from(source.unit.committee.as_str()))],
        );
        data.put("authority", authority).put("to", Value::Null);
    }
    if source.result.issued_at.is_some() {
        data.put("date", local_date(source.at).to_string());
    }
    // The layout needs a line under the text, also before somebody has signed.
    data.put("signer_role", words("print-signer"));
}

fn type_of(kind: ResultKind) -> Option<String> {
    let key = match kind {
        ResultKind::Certificate => "print-type-certificate",
        ResultKind::Extract => "print-type-extract",
        ResultKind::Confirmation => "print-type-confirmation",
        ResultKind::Decision => "print-type-decision",
        ResultKind::CertifiedTransaction => "print-type-testimony",
        ResultKind::CertifiedCopy | ResultKind::CertifiedSignature => return None,
    };
    Some(words(key))
}

fn bases(source: &Source<'_>) -> Vec<String> {
    let mut bases: Vec<String> = source
        .procedure
        .basis
        .iter()
        .take(4)
        .map(|basis| t_args(Lang::Vi, "print-basis", &[("basis", Arg::from(basis.as_str()))]))
        .collect();
    bases.push(t_args(
        Lang::Vi,
        "print-basis-dossier",
        &[
            ("code", Arg::from(source.dossier.code.as_str())),
            ("name", Arg::from(source.dossier.applicant.name.as_str())),
        ],
    ));
    bases
}

/// What the handler wrote; without it, what was asked for, field by field.
fn body(source: &Source<'_>, refused: bool) -> Vec<Value> {
    let mut body: Vec<Value> = source
        .content()
        .into_iter()
        .flat_map(str::lines)
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| json!(line))
        .collect();
    if body.is_empty() && refused {
        body.push(json!(words("print-refused-see-slip")));
    }
    if !refused {
        let fields = source
            .form
            .map(|form| rows(form, &source.dossier.form))
            .unwrap_or_default();
        if !fields.is_empty() {
            body.push(json!({ "fields": fields }));
        }
    }
    if body.is_empty() {
        body.push(json!(source.procedure.result.name.vi));
    }
    body
}

/// Label and value of each answered field, in the order of the form.
fn rows(form: &Form, values: &Value) -> Vec<Value> {
    form.fields
        .iter()
        .filter(|field| !field.name.starts_with("requester_"))
        .filter_map(|field| {
            let value = values.get(&field.name)?;
            let shown = match (&field.kind, value) {
                (FieldKind::Choice(choices), Value::String(chosen)) => choices
                    .iter()
                    .find(|choice| choice.value == *chosen)
                    .map(|choice| choice.label.vi.clone())?,
                (FieldKind::Date { .. }, Value::String(day)) => {
                    townhall_text::date_on_paper(Lang::Vi, day.parse().ok()?)
                }
                (_, Value::String(text)) if !text.is_empty() => text.clone(),
                (_, Value::Bool(answer)) => words(if *answer { "common-yes" } else { "common-no" }),
                (FieldKind::Year, Value::Number(year)) => year.to_string(),
                (_, Value::Number(number)) => townhall_text::number(Lang::Vi, number.as_i64()?),
                _ => return None,
            };
            Some(json!({ "label": field.label.vi, "value": shown }))
        })
        .collect()
}

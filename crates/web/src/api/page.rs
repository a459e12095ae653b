//! The readable page of the API: what there is, what it needs, what it answers.

use axum::http::Method;
use maud::{Markup, html};
use serde_json::Value;

use super::book::{Operation, need_words};
use super::problem::Wrong;
use crate::ui::{self, Column, Page, Tone, Ui, badge, code};

/// The page.
pub fn page(ui: &Ui, operations: &[Operation]) -> Markup {
    let title = ui.t("api-title");
    let mut tags: Vec<&str> = Vec::new();
    for operation in operations {
        if !tags.contains(&operation.tag()) {
            tags.push(operation.tag());
        }
    }
    let main = html! {
        h1 { (title) }
        p { (ui.t("api-lead")) }
        p.th-text {
            (ui.t("api-description")) " "
            a href="/openapi.json" { (code("/openapi.json")) }
        }
        h2 { (ui.t("api-tokens")) }
        p { (ui.t("api-token-text")) }
        p { (code("Authorization: Bearer townhall_…")) }
        h2 { (ui.t("api-operations")) }
        nav aria-label=(ui.t("api-operations")) {
            ul.th-row.list-unstyled { @for tag in &tags { li { a href=(format!("#tag-{tag}")) { (tag) } } } }
        }
        @for tag in &tags {
            section.mb-3 aria-labelledby=(format!("tag-{tag}")) {
                h3 id=(format!("tag-{tag}")) { (tag) }
                @for operation in operations.iter().filter(|operation| operation.tag() == *tag) {
                    (entry(ui, operation))
                }
            }
        }
        h2 { (ui.t("api-problems")) }
        p { (ui.t("api-problems-lead")) }
        (problems(ui))
    };
    ui::public_page(ui, &Page::new(&title), &main)
}

fn entry(ui: &Ui, operation: &Operation) -> Markup {
    let tone = if operation.method == Method::GET {
        Tone::Plain
    } else {
        Tone::Run
    };
    let body = operation.body.as_ref().and_then(name_of);
    let answers = operation
        .answers
        .iter()
        .filter_map(|(status, schema)| Some((*status, name_of(schema)?)));
    html! {
        details.mb-2.th-breaks id=(operation.id) {
            summary {
                (badge(ui, tone, ui::Icon::CHEVRON_RIGHT, operation.method.as_str())) " "
                (code(operation.path)) " · " (ui.t(&format!("api-op-{}", operation.id)))
            }
            p.th-muted.mb-1 { (need_words(ui.lang, operation.need)) }
            @if !operation.parameters.is_empty() {
                ul {
                    @for parameter in &operation.parameters {
                        @let text = |key: &str| parameter.get(key).and_then(Value::as_str).unwrap_or_default();
                        li { (code(text("name"))) " (" (text("in")) ")" @if !text("description").is_empty() { ": " span lang="en" { (text("description")) } } }
                    }
                }
            }
            p.mb-1 {
                @if let Some(body) = &body { (ui.t("api-body")) ": " (code(body)) ". " }
                @for kind in operation.body_kinds.iter().filter(|_| operation.body.is_some() && body.is_none()) { (ui.t("api-body")) ": " (code(kind)) ". " }
                @for kind in operation.file_kinds { (ui.t("api-answers")) " 200: " (code(kind)) ". " }
                @for (status, name) in answers { (ui.t("api-answers")) " " (status) ": " (code(&name)) ". " }
                (ui.t("api-refusals")) ": "
                @for (place, status) in operation.refusals().iter().enumerate() { @if place > 0 { ", " } (status) }
            }
        }
    }
}

/// The name at the end of a reference to a schema.
fn name_of(schema: &Value) -> Option<String> {
    schema
        .get("$ref")?
        .as_str()?
        .rsplit('/')
        .next()
        .map(str::to_owned)
}

fn problems(ui: &Ui) -> Markup {
    let columns =
        ["api-problem-code", "api-problem-status", "api-problem-meaning"].map(|key| Column::text(ui.t(key)));
    let rows = html! {
        @for (status, word) in Wrong::KINDS {
            tr id=(format!("problem-{word}")) {
                td { (code(word)) }
                td { (status) }
                td { b { (ui.t(&format!("api-problem-{word}"))) } " " (ui.t(&format!("api-problem-{word}-text"))) }
            }
        }
    };
    ui::table(ui, &ui.t("api-problems"), &columns, None, &rows)
}

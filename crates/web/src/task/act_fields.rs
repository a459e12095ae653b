//! The fields that each action on a task asks for.

use maud::{Markup, html};
use townhall_app::task::TaskView;
use townhall_domain::task::Action;

use super::act::Typed;
use super::post_of;
use crate::ui::{self, Choice, Errors, Field, Ui, code};

/// The fields of an action, with what was typed.
pub(super) fn fields(ui: &Ui, view: &TaskView, action: Action, typed: &Typed, errors: &Errors) -> Markup {
    let field = |name: &'static str, value: &str| {
        Field::new(name, ui.t(&format!("task-input-{name}")))
            .value(value.to_owned())
            .errors(errors)
    };
    let reason = || ui::textarea(ui, &field("reason", &typed.reason).max_chars(5000), 3);
    let word = || {
        let field = Field::new("note", ui.t("task-input-word"))
            .value(typed.note.clone())
            .errors(errors);
        ui::textarea(ui, &field.optional().max_chars(5000), 2)
    };
    match action {
        Action::Receive | Action::AddPaper => html! {},
        Action::Report => html! {
            (ui::textarea(ui, &field("note", &typed.note).max_chars(5000), 4))
            (ui::number_field(ui, &field("percent", &percent(view, typed)).optional().columns(4)))
        },
        Action::Contribute => ui::textarea(ui, &field("note", &typed.note).max_chars(5000), 4),
        Action::HandIn => html! {
            (ui::textarea(ui, &field("summary", &typed.summary).max_chars(5000), 4))
            (ui::text(ui, &field("document", &typed.document).max_chars(500)))
            (papers(ui, view, typed, errors))
        },
        Action::Accept => html! { (product(ui, view)) (word()) },
        Action::SendBack => html! { (product(ui, view)) (reason()) },
        Action::Resume => word(),
        Action::Pause | Action::Withdraw => reason(),
        Action::RequestExtension => html! { (ui::date(ui, &field("to", &typed.to).columns(6))) (reason()) },
        Action::DecideExtension => decide(ui, view, typed, errors),
    }
}

/// What the lead said last stands in the field.
fn percent(view: &TaskView, typed: &Typed) -> String {
    if typed.percent.is_empty() && view.task.percent > 0 {
        view.task.percent.to_string()
    } else {
        typed.percent.clone()
    }
}

/// Papers of the task that may be the product.
fn papers(ui: &Ui, view: &TaskView, typed: &Typed, errors: &Errors) -> Markup {
    let choices: Vec<Choice<'_>> = view
        .papers
        .iter()
        .filter(|paper| paper.component.as_deref() == Some("product"))
        .map(|paper| Choice::new(paper.id.to_string(), paper.name.clone()))
        .collect();
    let chosen: Vec<&str> = typed.papers.iter().map(String::as_str).collect();
    let field = Field::new("papers", ui.t("task-input-papers")).errors(errors);
    html! { @if !choices.is_empty() { (ui::checkboxes(ui, &field.optional(), &choices, &chosen)) } }
}

/// The product that waits for a word, so that nobody judges what he has not read.
fn product(ui: &Ui, view: &TaskView) -> Markup {
    let Some(product) = view.products.last() else {
        return html! {};
    };
    let args = [
        ("number", ui.number(product.number).into()),
        ("when", ui.date_time(product.by.at).into()),
    ];
    html! {
        div.th-note {
            div.th-text {
                b { (ui.t_args("task-handed-in-says", &args)) }
                @for line in product.product.summary().lines() { br; (line) }
                @if let Some(document) = product.product.document() { br; (code(document)) }
            }
        }
    }
}

fn decide(ui: &Ui, view: &TaskView, typed: &Typed, errors: &Errors) -> Markup {
    let Some(request) = &view.task.request else {
        return html! {};
    };
    let choices = ["yes", "no"].map(|word| Choice::new(word, ui.t(&format!("task-input-granted-{word}"))));
    let wanted = ui.date_time(request.wanted);
    let asked = [
        ("who", post_of(ui, &view.posts, request.requested_by).into()),
        ("before", ui.date_time(request.before).into()),
        ("wanted", wanted.clone().into()),
        ("reason", request.reason.as_str().into()),
    ];
    let to = Field::new("to", ui.t("task-input-granted-to"))
        .value(typed.to.clone())
        .errors(errors)
        .optional()
        .hint(ui.t_args("task-hint-granted-to", &[("wanted", wanted.into())]))
        .columns(6);
    let granted = Field::new("granted", ui.t("task-input-granted"))
        .value(typed.granted.clone())
        .errors(errors);
    let reason = Field::new("reason", ui.t("task-input-reason"))
        .value(typed.reason.clone())
        .errors(errors);
    html! {
        div.th-note { span.th-text { (ui.t_args("task-asked-for", &asked)) } }
        (ui::radios(ui, &granted, &choices))
        (ui::date(ui, &to))
        (ui::textarea(ui, &reason.max_chars(5000), 3))
    }
}

//! Fields of forms: a label always seen, the hint and the mistake above the field, what was typed kept.

use axum::http::StatusCode;
use maud::{Markup, html};

use super::{Icon, Ui, Words};

/// The mistakes of a form: field name and message. An empty name is a mistake of the whole form.
///
/// Beside them, how fields are called: the summary stands far from the fields and must say which one is meant. Last,
/// the status when the mistake is ours.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Errors(Vec<(String, String)>, Vec<(String, String)>, Option<StatusCode>);

impl Errors {
    /// Mistakes in the order of the fields on the page.
    pub fn new(found: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(found.into_iter().collect(), Vec::new(), None)
    }

    /// The first message for a field.
    pub fn of(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(field, _)| field == name)
            .map(|(_, message)| message.as_str())
    }

    /// Adds a mistake.
    pub fn push(&mut self, name: impl Into<String>, message: impl Into<String>) {
        self.0.push((name.into(), message.into()));
    }

    /// Asks for every mistake how its field is called.
    #[must_use]
    pub fn named_by(mut self, label: impl Fn(&str) -> Option<String>) -> Self {
        self.1 = self
            .0
            .iter()
            .filter_map(|(field, _)| Some((field.clone(), label(field)?)))
            .collect();
        self
    }

    /// How a field is called, where that is known.
    pub fn label_of(&self, name: &str) -> Option<&str> {
        let mut labels = self.1.iter();
        labels
            .find(|(field, _)| field == name)
            .map(|(_, label)| label.as_str())
    }

    /// Whether all is well.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Says that something here failed, and nothing was typed wrong: the page has this status.
    pub fn fail(&mut self, status: StatusCode) {
        self.2 = Some(status);
    }

    /// The status of a page that shows them: 200 without any, 422 with mistakes, or that of a failure.
    pub fn status(&self) -> StatusCode {
        if self.is_empty() {
            StatusCode::OK
        } else {
            self.2.unwrap_or(StatusCode::UNPROCESSABLE_ENTITY)
        }
    }

    /// How many mistakes there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Field names and messages.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, message)| (name.as_str(), message.as_str()))
    }
}

/// One field: everything that is the same for all kinds.
#[derive(Debug, Clone, Default)]
pub struct Field<'a> {
    name: Words<'a>,
    label: Words<'a>,
    value: Words<'a>,
    hint: Words<'a>,
    error: Option<Words<'a>>,
    optional: bool,
    columns: Option<u8>,
    input_mode: Option<&'static str>,
    autocomplete: Option<&'static str>,
    max_chars: Option<u32>,
    key: Option<&'static str>,
    scan_to: Option<Words<'a>>,
    label_hidden: bool,
    question: bool,
    list: Option<Words<'a>>,
}

impl<'a> Field<'a> {
    /// A field with its name in the form and its label.
    pub fn new(name: impl Into<Words<'a>>, label: impl Into<Words<'a>>) -> Self {
        Self {
            name: name.into(),
            label: label.into(),
            ..Self::default()
        }
    }

    /// What stands in the field.
    #[must_use]
    pub fn value(mut self, value: impl Into<Words<'a>>) -> Self {
        self.value = value.into();
        self
    }

    /// A sentence that helps to fill it in.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<Words<'a>>) -> Self {
        self.hint = hint.into();
        self
    }

    /// Takes its mistake, if it has one, from those of the form.
    #[must_use]
    pub fn errors(mut self, errors: &Errors) -> Self {
        self.error = errors
            .of(&self.name)
            .map(|message| Words::Owned(message.to_owned()));
        self
    }

    /// It may stay empty; the label says so.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// Its width in twelfths of the row (2 to 12), inside `.th-fields`.
    #[must_use]
    pub fn columns(mut self, columns: u8) -> Self {
        self.columns = Some(columns);
        self
    }

    /// The keyboard of a phone: `numeric`, `tel`, `email`.
    #[must_use]
    pub fn input_mode(mut self, mode: &'static str) -> Self {
        self.input_mode = Some(mode);
        self
    }

    /// What browsers may fill in (WCAG 1.3.5): `name`, `bday`, `tel`; `off` for other people's data.
    #[must_use]
    pub fn autocomplete(mut self, token: &'static str) -> Self {
        self.autocomplete = Some(token);
        self
    }

    /// The greatest length in characters; the server checks it too.
    #[must_use]
    pub fn max_chars(mut self, chars: u32) -> Self {
        self.max_chars = Some(chars);
        self
    }

    /// The id of the key (in `assets/keys.json`) that brings the cursor here.
    #[must_use]
    pub fn key(mut self, id: &'static str) -> Self {
        self.key = Some(id);
        self
    }

    /// A scanner types here and ends with Enter: Enter presses the button with this id instead of sending the form.
    #[must_use]
    pub fn scanned_by(mut self, button_id: impl Into<Words<'a>>) -> Self {
        self.scan_to = Some(button_id.into());
        self
    }

    /// Suggestions come from the `datalist` with this id.
    #[must_use]
    pub fn from_list(mut self, id: impl Into<Words<'a>>) -> Self {
        self.list = Some(id.into());
        self
    }

    /// The label is the heading of the page: one question a page for citizens.
    #[must_use]
    pub fn as_question(mut self) -> Self {
        self.question = true;
        self
    }

    /// The label is for screen readers only, where the heading above says the same.
    #[must_use]
    pub fn label_hidden(mut self) -> Self {
        self.label_hidden = true;
        self
    }
}

/// One value of a select, radio group or check-box group.
#[derive(Debug, Clone)]
pub struct Choice<'a> {
    /// What is sent.
    pub value: Words<'a>,
    /// What is read.
    pub label: Words<'a>,
    /// A line below the label; empty for none.
    pub hint: Words<'a>,
}

impl<'a> Choice<'a> {
    /// A value and its words.
    pub fn new(value: impl Into<Words<'a>>, label: impl Into<Words<'a>>) -> Self {
        Self {
            value: value.into(),
            label: label.into(),
            hint: Words::default(),
        }
    }
}

/// A line of text.
pub fn text(ui: &Ui, field: &Field<'_>) -> Markup {
    around(ui, field, &input(field, "text", ""))
}

/// A secret; it is never kept in a draft and never sent back.
pub fn password(ui: &Ui, field: &Field<'_>) -> Markup {
    let field = Field {
        value: Words::default(),
        ..field.clone()
    };
    around(ui, &field, &input(&field, "password", ""))
}

/// A whole number, typed as text: the browser's number fields lose what they do not understand.
pub fn number_field(ui: &Ui, field: &Field<'_>) -> Markup {
    let field = Field {
        input_mode: Some("numeric"),
        ..field.clone()
    };
    around(ui, &field, &input(&field, "text", "th-num"))
}

/// An amount in đồng.
pub fn money_field(ui: &Ui, field: &Field<'_>) -> Markup {
    let field = Field {
        input_mode: Some("numeric"),
        ..field.clone()
    };
    let inside =
        html! { div.input-group { (input(&field, "text", "th-num")) span.input-group-text { "đ" } } };
    around(ui, &field, &inside)
}

/// A date on one line, as officers type it: `12/3/1999`.
pub fn date(ui: &Ui, field: &Field<'_>) -> Markup {
    let field = Field {
        input_mode: Some("numeric"),
        autocomplete: field.autocomplete.or(Some("off")),
        ..field.clone()
    };
    around(ui, &field, &input(&field, "text", ""))
}

/// A date in three fields, as citizens give it: `name-day`, `name-month`, `name-year`, with what was typed in each.
pub fn date_parts(ui: &Ui, field: &Field<'_>, typed: [&str; 3]) -> Markup {
    let described = described_by(field);
    let invalid = field.error.is_some().then_some("true");
    let parts = [
        ("day", "ui-day", "th-d2"),
        ("month", "ui-month", "th-d2"),
        ("year", "ui-year", "th-d4"),
    ];
    html! {
        div class=[outer_class(field)] {
            fieldset aria-describedby=[described] {
                legend class=(label_class(field)) { (label_words(ui, field)) }
                (help(field))
                div.th-parts {
                    @for (at, ((part, key, class), value)) in parts.into_iter().zip(typed).enumerate() {
                        // The first part carries the id that the error summary links to.
                        @let id = if at == 0 { id_of(&field.name) } else { format!("{}-{part}", id_of(&field.name)) };
                        div {
                            label.form-label for=(id) { (ui.t(key)) }
                            input.form-control.(class) id=(id) name=(format!("{}-{part}", field.name))
                                value=(value) inputmode="numeric" autocomplete="off" aria-invalid=[invalid];
                        }
                    }
                }
            }
        }
    }
}

/// Several lines of text.
pub fn textarea(ui: &Ui, field: &Field<'_>, rows: u8) -> Markup {
    let inside = html! {
        textarea.form-control id=(id_of(&field.name)) name=(field.name) rows=(rows) maxlength=[field.max_chars]
            aria-invalid=[field.error.is_some().then_some("true")] aria-describedby=[described_by(field)]
            data-key=[field.key] {
            // A line break right after the tag is eaten by browsers; this one keeps the text's own.
            "\n" (field.value)
        }
    };
    around(ui, field, &inside)
}

/// One of several values in a list that opens; `empty` is the first entry ("Chọn nguồn…"), if nothing is chosen yet.
pub fn select(ui: &Ui, field: &Field<'_>, choices: &[Choice<'_>], empty: Option<&str>) -> Markup {
    let inside = html! {
        select.form-select id=(id_of(&field.name)) name=(field.name)
            aria-invalid=[field.error.is_some().then_some("true")] aria-describedby=[described_by(field)]
            data-key=[field.key] {
            @if let Some(words) = empty { option value="" { (words) } }
            @for choice in choices {
                option value=(choice.value) selected[choice.value == field.value] { (choice.label) }
            }
        }
    };
    around(ui, field, &inside)
}

/// One of a few values, all seen.
pub fn radios(ui: &Ui, field: &Field<'_>, choices: &[Choice<'_>]) -> Markup {
    group(ui, field, choices, "radio", |choice| choice.value == field.value)
}

/// Any of a few values; `chosen` are those that are ticked. Each ticked one is sent under the same name.
pub fn checkboxes(ui: &Ui, field: &Field<'_>, choices: &[Choice<'_>], chosen: &[&str]) -> Markup {
    group(ui, field, choices, "checkbox", |choice| {
        chosen.contains(&choice.value.as_ref())
    })
}

/// Yes or no: sends `name=1` when ticked. The label stands beside the box.
pub fn checkbox(ui: &Ui, field: &Field<'_>, ticked: bool) -> Markup {
    html! {
        div class=[outer_class(field)] {
            (help(field))
            label.form-check.m-0 for=(id_of(&field.name)) {
                input.form-check-input type="checkbox" id=(id_of(&field.name)) name=(field.name) value="1"
                    checked[ticked] aria-invalid=[field.error.is_some().then_some("true")]
                    aria-describedby=[described_by(field)] data-key=[field.key];
                span { (field.label) (optional_mark(ui, field)) }
            }
        }
    }
}

/// Papers from this computer; files can also be dropped on it.
pub fn file(ui: &Ui, field: &Field<'_>, accept: &str, several: bool) -> Markup {
    let inside = html! {
        div.th-drop data-drop="" {
            input.form-control type="file" id=(id_of(&field.name)) name=(field.name) accept=(accept) multiple[several]
                aria-invalid=[field.error.is_some().then_some("true")] aria-describedby=[described_by(field)];
            span.th-muted.th-by-mouse { (ui.t("ui-drop")) }
        }
    };
    around(ui, field, &inside)
}

/// Papers for one of several forms on a page, each with an id of its own.
pub fn file_as(ui: &Ui, field: &Field<'_>, id: &str, accept: &str) -> Markup {
    let hint = format!("{id}-hint");
    html! {
        label.form-label for=(id) { (field.label) }
        @if !field.hint.is_empty() { p.form-hint.mb-1 id=(hint) { (field.hint) } }
        div.th-drop data-drop="" {
            input.form-control type="file" id=(id) name=(field.name) accept=(accept) multiple
                aria-describedby=[(!field.hint.is_empty()).then_some(&hint)];
            span.th-muted.th-by-mouse { (ui.t("ui-drop")) }
        }
    }
}

/// A value that is sent and not seen.
pub fn hidden(name: &str, value: &str) -> Markup {
    html! { input type="hidden" name=(name) value=(value); }
}

/// The id of the element that a label and the error summary point to.
pub(super) fn id_of(name: &str) -> String {
    let plain = name.chars().map(|c| {
        if c.is_ascii_alphanumeric() || c == '-' {
            c
        } else {
            '-'
        }
    });
    "f-".chars().chain(plain).collect()
}

fn input(field: &Field<'_>, kind: &str, class: &str) -> Markup {
    let value = (!field.value.is_empty()).then_some(&field.value);
    html! {
        input.form-control.(class) type=(kind) id=(id_of(&field.name)) name=(field.name) value=[value]
            inputmode=[field.input_mode] autocomplete=[field.autocomplete] maxlength=[field.max_chars]
            aria-invalid=[field.error.is_some().then_some("true")] aria-describedby=[described_by(field)]
            data-key=[field.key] data-scan=[field.scan_to.as_deref()] list=[field.list.as_deref()];
    }
}

/// Label, hint and mistake around a field.
fn around(ui: &Ui, field: &Field<'_>, inside: &Markup) -> Markup {
    html! {
        div class=[outer_class(field)] {
            label class=(label_class(field)) for=(id_of(&field.name)) { (label_words(ui, field)) }
            (help(field))
            (inside)
        }
    }
}

fn group(
    ui: &Ui,
    field: &Field<'_>,
    choices: &[Choice<'_>],
    kind: &str,
    ticked: impl Fn(&Choice<'_>) -> bool,
) -> Markup {
    html! {
        div class=[outer_class(field)] {
            fieldset aria-describedby=[described_by(field)] {
                legend class=(label_class(field)) { (label_words(ui, field)) }
                (help(field))
                div.th-row.th-checks {
                    @for (at, choice) in choices.iter().enumerate() {
                        // The first choice carries the id that the error summary links to.
                        @let id = (at == 0).then(|| id_of(&field.name));
                        label.form-check.m-0 {
                            input.form-check-input type=(kind) id=[id] name=(field.name) value=(choice.value)
                                checked[ticked(choice)] aria-invalid=[field.error.is_some().then_some("true")];
                            span {
                                (choice.label)
                                @if !choice.hint.is_empty() { br; span.th-muted { (choice.hint) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn help(field: &Field<'_>) -> Markup {
    html! {
        @if !field.hint.is_empty() {
            p.form-hint.mb-1 id=(format!("{}-hint", id_of(&field.name))) { (field.hint) }
        }
        @if let Some(message) = &field.error {
            p.th-msg.mb-1 id=(format!("{}-error", id_of(&field.name))) { (Icon::ALERT) " " (message) }
        }
    }
}

const fn label_class(field: &Field<'_>) -> &'static str {
    if field.label_hidden {
        "visually-hidden"
    } else {
        "form-label"
    }
}

fn label_words(ui: &Ui, field: &Field<'_>) -> Markup {
    html! {
        @if field.question { h1 { (field.label) (optional_mark(ui, field)) } }
        @else { (field.label) (optional_mark(ui, field)) }
    }
}

fn optional_mark(ui: &Ui, field: &Field<'_>) -> Markup {
    html! { @if field.optional { span.th-muted.fw-normal { " (" (ui.t("common-optional")) ")" } } }
}

fn described_by(field: &Field<'_>) -> Option<String> {
    let id = id_of(&field.name);
    let parts: Vec<String> = [(!field.hint.is_empty(), "hint"), (field.error.is_some(), "error")]
        .into_iter()
        .filter(|(there, _)| *there)
        .map(|(_, part)| format!("{id}-{part}"))
        .collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// The width of the field, and the mark of a mistake.
fn outer_class(field: &Field<'_>) -> Option<String> {
    let width = field
        .columns
        .map(|columns| format!("th-f{}", columns.clamp(2, 12)));
    let error = field.error.is_some().then(|| "th-error".to_owned());
    let classes: Vec<String> = error.into_iter().chain(width).collect();
    (!classes.is_empty()).then(|| classes.join(" "))
}

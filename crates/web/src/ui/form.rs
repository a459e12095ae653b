//! Forms: CSRF token, drafts, the error summary, and the page that asks once more.

use jiff::Timestamp;
use maud::{Markup, html};

use super::{Errors, Icon, Ui, Words, field};

/// The name of the hidden field that carries the CSRF token.
pub const CSRF_FIELD: &str = "csrf";

/// How a form is sent and kept.
#[derive(Debug, Clone, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "four independent switches of a form"
)]
pub struct Form<'a> {
    action: Words<'a>,
    post: bool,
    upload: bool,
    id: Option<Words<'a>>,
    class: Words<'a>,
    draft: Option<Words<'a>>,
    drawn_by_server: bool,
    enter_moves_on: bool,
}

impl<'a> Form<'a> {
    /// A form that changes something; it carries the CSRF token.
    pub fn post(action: impl Into<Words<'a>>) -> Self {
        Self {
            action: action.into(),
            post: true,
            ..Self::default()
        }
    }

    /// A form that asks: search, filters.
    pub fn get(action: impl Into<Words<'a>>) -> Self {
        Self {
            action: action.into(),
            ..Self::default()
        }
    }

    /// The form sends files.
    #[must_use]
    pub fn upload(mut self) -> Self {
        self.upload = true;
        self
    }

    /// An id, for buttons that stand outside the form.
    #[must_use]
    pub fn id(mut self, id: impl Into<Words<'a>>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Classes of layout (`card-body th-fields`).
    #[must_use]
    pub fn class(mut self, class: impl Into<Words<'a>>) -> Self {
        self.class = class.into();
        self
    }

    /// What is typed is kept under this name: on the server at `/drafts/{name}` and, without a network, here.
    #[must_use]
    pub fn draft(mut self, name: impl Into<Words<'a>>) -> Self {
        self.draft = Some(name.into());
        self
    }

    /// What is typed decides which fields there are: a copy that only the browser kept goes to the server, which
    /// draws the form from it.
    #[must_use]
    pub fn drawn_by_server(mut self) -> Self {
        self.drawn_by_server = true;
        self
    }

    /// Enter goes to the next field instead of sending (express lane); Shift Enter goes back.
    #[must_use]
    pub fn enter_moves_on(mut self) -> Self {
        self.enter_moves_on = true;
        self
    }
}

/// A form around fields and buttons. The browser's own checks are off: the server answers in our words.
pub fn form(ui: &Ui, about: &Form<'_>, body: &Markup) -> Markup {
    let draft_url = about.draft.as_deref().map(|name| format!("/drafts/{name}"));
    let class = (!about.class.is_empty()).then_some(&about.class);
    html! {
        form action=(about.action) method=(if about.post { "post" } else { "get" }) novalidate
            enctype=[about.upload.then_some("multipart/form-data")] id=[about.id.as_deref()] class=[class]
            data-draft=[about.draft.as_deref()] data-draft-url=[draft_url]
            data-draft-draw=[about.drawn_by_server.then_some("")]
            data-enter=[about.enter_moves_on.then_some("next")] {
            @if about.post { (field::hidden(CSRF_FIELD, &ui.csrf)) }
            (body)
        }
    }
}

/// "Saved at 09:42": says that nothing typed is lost. The script keeps it up to date.
pub fn draft_hint(ui: &Ui, saved_at: Option<Timestamp>) -> Markup {
    html! {
        span.th-muted role="status" data-draft-status="" {
            @if let Some(at) = saved_at {
                (Icon::FLOPPY) " " (ui.t_args("ui-draft-saved", &[("time", ui.time(at).into())]))
            }
        }
    }
}

/// Every mistake with a link to its field; focus goes here when the form comes back. Nothing without mistakes.
pub fn error_summary(ui: &Ui, errors: &Errors) -> Markup {
    html! {
        @if !errors.is_empty() {
            div.th-summary role="alert" aria-labelledby="errors" tabindex="-1" {
                h2.th-h id="errors" { (ui.t_args("ui-errors", &[("count", errors.len().into())])) }
                ul.mb-0.ps-3 {
                    @for (name, message) in errors.iter() {
                        li {
                            @if name.is_empty() { (message) }
                            @else { a href=(format!("#{}", field::id_of(name))) {
                                @if let Some(label) = errors.label_of(name) { (label) @if !label.ends_with('?') { ":" } " " }
                                (message)
                            } }
                        }
                    }
                }
            }
        }
    }
}

/// A page that asks once more before something is refused, withdrawn or taken away; it names the thing.
#[derive(Debug)]
pub struct Confirm<'a> {
    /// The question as heading: "Từ chối hồ sơ H36.24682-250804-0027?".
    pub question: &'a str,
    /// What will happen and what cannot be undone.
    pub effect: Markup,
    /// Fields to fill in (a reason) and hidden fields (version); may be empty.
    pub fields: Markup,
    /// Where the form goes.
    pub action: &'a str,
    /// The verb on the button: "Từ chối hồ sơ".
    pub verb: &'a str,
    /// Where "leave it as it is" goes.
    pub back: &'a str,
    /// Mistakes in the fields when the form came back.
    pub errors: &'a Errors,
}

/// The main part of a confirmation page, for `page` or `public_page`.
pub fn confirm_page(ui: &Ui, confirm: &Confirm<'_>) -> Markup {
    html! {
        div.th-narrow {
            (error_summary(ui, confirm.errors))
            h1 { (confirm.question) }
            div.mb-3 { (confirm.effect) }
            (form(ui, &Form::post(confirm.action), &html! {
                (confirm.fields)
                div.th-row.mt-3 {
                    button.btn.btn-danger type="submit" { (confirm.verb) }
                    a.btn href=(confirm.back) { (ui.t("ui-leave-it")) }
                }
            }))
        }
    }
}

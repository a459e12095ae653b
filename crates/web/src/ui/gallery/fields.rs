//! The gallery's fields, with and without mistakes, and the page that asks once more.

use maud::{Markup, html};

use crate::ui::{
    Choice, Confirm, Errors, Field, Form, Ui, checkbox, checkboxes, confirm_page, date, date_parts,
    draft_hint, error_summary, file, form, money_field, number_field, password, radios, select, text,
    textarea,
};

pub(super) fn fields(ui: &Ui) -> Markup {
    let words = |key: &str| ui.t(&format!("gallery-field-{key}"));
    let errors = Errors::new([
        ("number".to_owned(), words("number-error")),
        ("born".to_owned(), words("born-error")),
    ]);
    let field = |name: &'static str| Field::new(name, words(name)).errors(&errors);
    let choices = [
        Choice::new("self", words("self")),
        Choice::new("other", words("for-other")),
    ];
    let about = Form::post("/dev/gallery")
        .class("card-body")
        .draft("gallery")
        .upload();
    form(
        ui,
        &about,
        &html! {
            p.text-end { (draft_hint(ui, Some(ui.now))) }
            (error_summary(ui, &errors))
            div.th-fields {
                (text(ui, &field("number").value("067 199 000 42").hint(words("number-hint")).input_mode("numeric").columns(6)))
                (text(ui, &field("name").value("H'Nguyệt Buôn Krông").columns(6)))
                (date(ui, &field("day").value("12/3/1999").columns(4)))
                (number_field(ui, &field("copies").value("2").columns(4)))
                (money_field(ui, &field("fee").value("10.000").columns(4)))
                (date_parts(ui, &field("born").hint(words("born-hint")), ["31", "6", "2025"]))
                (select(ui, &field("source").columns(6), &choices, Some(&words("choose"))))
                (password(ui, &field("secret").columns(6)))
                (radios(ui, &field("as").value("self").columns(6), &choices))
                (checkboxes(ui, &field("more").optional().columns(6), &choices, &["other"]))
                (checkbox(ui, &field("verify"), false))
                (textarea(ui, &field("note").optional().hint(words("note-hint")), 2))
                (file(ui, &field("paper").optional(), ".pdf,.jpg,.png", true))
            }
            button.btn.btn-primary.mt-3 type="submit" { (ui.t("common-save")) }
        },
    )
}

pub(super) fn confirm(ui: &Ui) -> Markup {
    let words = |key: &str| ui.t(&format!("gallery-confirm-{key}"));
    let whole = confirm_page(
        ui,
        &Confirm {
            question: &words("question"),
            effect: html! { p.mb-0 { (words("effect")) } },
            fields: textarea(ui, &Field::new("reason", ui.t("common-reason")), 2),
            action: "/dev/gallery",
            verb: &words("verb"),
            back: "#g-confirm",
            errors: &Errors::default(),
        },
    );
    // The page has one h1 of its own; here the question is one heading among others.
    maud::PreEscaped(whole.0.replace("<h1>", "<h3>").replace("</h1>", "</h3>"))
}

//! What can be done now, with its key, and what cannot be done yet, with the reason. Buttons are never disabled.

use maud::{Markup, html};

use super::{Icon, Ui, Words, key_hint};

/// One action: a link, or a button of the form around it.
#[derive(Debug, Clone, Default)]
pub struct Action<'a> {
    words: Words<'a>,
    icon: Option<Icon>,
    href: Option<Words<'a>>,
    submit: Option<(Words<'a>, Words<'a>)>,
    form: Option<Words<'a>>,
    key: Option<&'static str>,
    weight: Weight,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Weight {
    Primary,
    #[default]
    Plain,
    Danger,
}

impl<'a> Action<'a> {
    /// A link: opens a page that shows, asks or confirms.
    pub fn link(words: impl Into<Words<'a>>, href: impl Into<Words<'a>>) -> Self {
        Self {
            words: words.into(),
            href: Some(href.into()),
            ..Self::default()
        }
    }

    /// A button that sends the form around it with `name=value` (both may be empty).
    pub fn send(
        words: impl Into<Words<'a>>,
        name: impl Into<Words<'a>>,
        value: impl Into<Words<'a>>,
    ) -> Self {
        Self {
            words: words.into(),
            submit: Some((name.into(), value.into())),
            ..Self::default()
        }
    }

    /// The one main action of the page.
    #[must_use]
    pub fn primary(mut self) -> Self {
        self.weight = Weight::Primary;
        self
    }

    /// An action that takes something away; it must lead to a page that asks once more.
    #[must_use]
    pub fn danger(mut self) -> Self {
        self.weight = Weight::Danger;
        self
    }

    /// An icon before the words.
    #[must_use]
    pub fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    /// The id of its key in `assets/keys.json`: the key is shown on the button and works.
    #[must_use]
    pub fn key(mut self, id: &'static str) -> Self {
        self.key = Some(id);
        self
    }

    /// The id of the form that the button sends, when it stands outside of it.
    #[must_use]
    pub fn of_form(mut self, id: impl Into<Words<'a>>) -> Self {
        self.form = Some(id.into());
        self
    }

    /// The button or link; small unless it is the main action of a bar.
    pub fn render(&self, ui: &Ui, small: bool) -> Markup {
        let weight = match self.weight {
            Weight::Primary => "btn-primary",
            Weight::Plain => "",
            Weight::Danger => "btn-outline-danger",
        };
        let inside = html! {
            @if let Some(icon) = self.icon { (icon) " " }
            span { (self.words) }
            @if let Some(id) = self.key { (key_hint(ui, id)) }
        };
        html! {
            @match (&self.href, &self.submit) {
                (Some(href), _) => {
                    a.btn.btn-sm[small].(weight) href=(href) data-key=[self.key] { (inside) }
                },
                (None, submit) => {
                    @let (name, value) = submit.clone().unwrap_or_default();
                    button.btn.btn-sm[small].(weight) type="submit" data-key=[self.key]
                        form=[self.form.as_deref()] name=[some(&name)] value=[some(&name).and(Some(&value))] {
                        (inside)
                    }
                },
            }
        }
    }
}

/// The actions of a case, the main one first and large, the others in pairs.
pub fn actions(ui: &Ui, actions: &[Action<'_>]) -> Markup {
    let (main, others): (Vec<_>, Vec<_>) = actions
        .iter()
        .partition(|action| action.weight == Weight::Primary);
    html! {
        div.th-actions {
            @for action in main { (action.render(ui, false)) }
            @for pair in others.chunks(2) {
                @if pair.len() == 2 {
                    div.th-pair { @for action in pair { (action.render(ui, true)) } }
                } @else {
                    @for action in pair { (action.render(ui, true)) }
                }
            }
        }
    }
}

/// What cannot be done yet, each with its reason: `("Trả kết quả", "chưa có bản ký, vào số.")`. Empty: nothing.
pub fn not_possible(ui: &Ui, reasons: &[(String, String)]) -> Markup {
    html! {
        @if !reasons.is_empty() {
            h3.th-muted.mt-3.mb-1 { (ui.t("ui-not-possible")) }
            ul.th-muted.ps-3.mb-0 {
                @for (action, why) in reasons { li { (action) ": " (why) } }
            }
        }
    }
}

/// A quiet link for the end of a heading line.
pub fn quiet_link(href: &str, words: &str) -> Markup {
    html! { a.th-muted href=(href) { (words) } }
}

fn some<'a>(text: &'a Words<'_>) -> Option<&'a str> {
    (!text.is_empty()).then_some(text.as_ref())
}

//! Empty lists say what is so, what comes next, and give one button.

use maud::{Markup, html};

use super::{Icon, Ui};

/// What an empty list says.
#[derive(Debug)]
pub struct Empty<'a> {
    /// A check for "all done", a lens for "nothing found".
    pub icon: Icon,
    /// What is so.
    pub heading: &'a str,
    /// What is next; after a search also the near matches.
    pub text: Markup,
    /// The one thing to do: words and address.
    pub button: Option<(&'a str, &'a str)>,
    /// A second, quieter way.
    pub other: Option<(&'a str, &'a str)>,
}

/// The empty state of a list.
pub fn empty(_ui: &Ui, state: &Empty<'_>) -> Markup {
    html! {
        div.th-empty {
            (state.icon)
            h2.th-h { (state.heading) }
            @if !state.text.0.is_empty() { p.text-secondary.th-text { (state.text) } }
            @if state.button.is_some() || state.other.is_some() {
                div.th-row {
                    @if let Some((words, href)) = state.button { a.btn.btn-sm.btn-primary href=(href) { (words) } }
                    @if let Some((words, href)) = state.other { a.btn.btn-sm href=(href) { (words) } }
                }
            }
        }
    }
}

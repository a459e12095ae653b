//! State badges: one business state in words. Payment, delivery and synchronisation have badges of their own.

use maud::{Markup, html};

use super::{Icon, Ui};

/// The weight of a state; colour only repeats what icon and words say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// Nothing is asked of anybody.
    #[default]
    Plain,
    /// Work is going on.
    Run,
    /// Done, in order.
    Ok,
    /// Somebody has to do something.
    Warn,
    /// Refused, stopped or late.
    Bad,
}

impl Tone {
    const fn class(self) -> &'static str {
        match self {
            Self::Plain => "th-state",
            Self::Run => "th-state th-state-run",
            Self::Ok => "th-state th-state-ok",
            Self::Warn => "th-state th-state-warn",
            Self::Bad => "th-state th-state-bad",
        }
    }
}

/// A state in words with its icon.
pub fn badge(_ui: &Ui, tone: Tone, icon: Icon, words: &str) -> Markup {
    html! { span class=(tone.class()) { (icon) (words) } }
}

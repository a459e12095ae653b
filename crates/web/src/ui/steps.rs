//! The steps of a case from its start to its end.

use maud::{Markup, html};

use super::{Icon, Ui, Words};

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepState {
    /// Done.
    Done,
    /// Going on.
    Now,
    /// Still to come.
    Ahead,
}

/// One step: its name, and when or by whom.
#[derive(Debug, Clone)]
pub struct Step<'a> {
    /// Done, now or ahead.
    pub state: StepState,
    /// "Thẩm định, xác minh".
    pub name: Words<'a>,
    /// "30/7 – 04/8", or who does it.
    pub note: Words<'a>,
}

/// The steps of the office, in a row.
pub fn steps(ui: &Ui, steps: &[Step<'_>]) -> Markup {
    html! {
        ol.th-steps.mb-3 aria-label=(ui.t("ui-steps")) {
            @for step in steps {
                li.th-s-done[step.state == StepState::Done].th-s-now[step.state == StepState::Now]
                    aria-current=[(step.state == StepState::Now).then_some("step")] {
                    b {
                        @if step.state == StepState::Done {
                            (Icon::CHECK) span.visually-hidden { (ui.t("ui-step-done")) " " }
                        }
                        (step.name)
                    }
                    span.th-muted { (step.note) }
                }
            }
        }
    }
}

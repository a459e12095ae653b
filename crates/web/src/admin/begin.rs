//! The way of an empty node to its first dossier: what its administrator does, in the order in which one needs the other.

use maud::{Markup, html};
use townhall_app::accounts::AccountCounts;
use townhall_app::cx::Cx;
use townhall_app::error::AppError;
use townhall_app::organisation::{Staff, people_of_unit};
use townhall_domain::ids::UnitId;
use townhall_domain::permission::Right;
use townhall_store::Tx;

use crate::ui::{self, Icon, Tone, Ui, badge, href};

/// What is there beside the first administrator, his own division and his own post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Beginning {
    /// Which of [`STEPS`] are done.
    done: [bool; 5],
}

/// The steps: their words, and where they are done.
const STEPS: [(&str, &str); 5] = [
    ("divisions", "/staff/divisions/new"),
    ("posts", "/staff/posts/new"),
    ("people", "/staff/people/new"),
    ("holders", "/staff"),
    ("accounts", "/staff/people"),
];

impl Beginning {
    /// How far the unit is; nothing for who cannot go on with it, and once it is ready.
    pub(super) fn of(
        tx: &mut Tx<'_>,
        cx: &Cx,
        unit: &UnitId,
        staff: &Staff,
        accounts: AccountCounts,
    ) -> Result<Option<Self>, AppError> {
        if !cx.actor.may(Right::ManageStaff, unit) {
            return Ok(None);
        }
        let seats = || staff.divisions.iter().flat_map(|division| &division.seats);
        let done = [
            staff.divisions.len() > 1,
            seats().count() > 1,
            people_of_unit(tx, cx, unit, "", None, 2)?.len() > 1,
            seats().filter(|seat| !seat.holders.is_empty()).count() > 1,
            accounts.open > 1,
        ];
        Ok(done.contains(&false).then_some(Self { done }))
    }

    /// The steps as a card; the next one stands out.
    pub(super) fn card(self, ui: &Ui, unit: &UnitId) -> Markup {
        let next = self.done.iter().position(|is_done| !is_done);
        let inside = html! {
            div.card-body {
                p { (ui.t("admin-begin-about")) }
                ol.th-line.mb-0 {
                    @for (place, ((word, path), is_done)) in STEPS.into_iter().zip(self.done).enumerate() {
                        li.th-done[is_done] aria-current=[(next == Some(place)).then_some("step")] {
                            @let words = ui.t(&format!("admin-begin-{word}"));
                            @let to = href(path, &[("unit", unit.code())]);
                            @if next == Some(place) {
                                a.btn.btn-primary.btn-sm href=(to) { (words) }
                            } @else {
                                a href=(to) { (words) }
                                @if is_done { " " (badge(ui, Tone::Ok, Icon::CHECK, &ui.t("admin-begin-done"))) }
                            }
                            br;
                            span.th-muted { (ui.t(&format!("admin-begin-{word}-about"))) }
                        }
                    }
                }
            }
        };
        html! { div.mb-3 { (ui::card("begin", &ui.t("admin-begin"), &html! {}, &inside)) } }
    }
}

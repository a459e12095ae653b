//! The slip with a number of the queue.

use townhall_domain::time::local_date;
use townhall_store::Tx;
use townhall_text::{Arg, Lang, t_args};

use super::unit::UnitWords;
use super::{Data, House, Printable, in_force, instant, words};
use crate::cx::Cx;
use crate::error::AppError;
use crate::queue::ticket_view;

/// The slip of a number, opened by its secret; nothing on it is about a person.
pub fn ticket_paper(tx: &mut Tx<'_>, cx: &Cx, house: &House, secret: &str) -> Result<Printable, AppError> {
    let view = ticket_view(tx, cx, secret)?;
    let ticket = &view.ticket;
    let unit = UnitWords::of(cx, &ticket.unit, local_date(ticket.taken_at));
    let rules = cx.packs().queue();
    let service = rules.service(&ticket.service);
    let windows: Vec<String> = view.windows.iter().map(ToString::to_string).collect();
    let mut data = Data::default();
    data.put("parent", unit.committee.clone())
        .put("office", unit.centre.clone())
        .put("number", ticket.code.clone())
        .put(
            "service",
            service.map_or_else(|| ticket.service.clone(), |service| service.name.vi.clone()),
        )
        .put("taken_at", instant(ticket.taken_at))
        .put("qr", format!("{}/t/{}", house.base, ticket.secret))
        .put("note", words("print-ticket-note"));
    if !windows.is_empty() {
        let args = [("windows", Arg::from(windows.join(", ")))];
        data.put("counters", t_args(Lang::Vi, "print-ticket-windows", &args));
    }
    if ticket.state == townhall_domain::queue::TicketState::Waiting {
        data.put("ahead", view.ahead);
        if let Some(minutes) = view.wait_minutes.filter(|minutes| *minutes > 0) {
            data.put("wait_minutes", minutes);
        }
    }
    if let Some(priority) = ticket.priority.as_deref().and_then(|id| rules.priority(id)) {
        let args = [("who", Arg::from(priority.name.vi.to_lowercase()))];
        data.put("priority", t_args(Lang::Vi, "print-ticket-priority", &args));
    }
    Printable::of_house(
        house,
        in_force("queue-ticket", ticket.taken_at)?,
        data,
        ticket.taken_at,
        &format!("ticket-{}-{}", ticket.day, ticket.code),
    )
}

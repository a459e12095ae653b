//! Messages to citizens: queued with the step that they tell of, sent by a job, seen and tried again on a page.
//!
//! The message is a row of the dossier's evidence, written in the step's own transaction; how it ended is a fact of
//! the dossier. A job sends it under a lease. Between handing it over and writing that down a process can die: then
//! it is sent a second time, with the same identity, and never a third time without a person.

mod queue;
mod seen;
mod send;
mod text;

pub(crate) use queue::on_step;
pub use seen::{MessageView, address, message_list, of_dossier, retry_message, stop_message};
pub use send::SEND_MESSAGE;
pub use text::{plain, words};

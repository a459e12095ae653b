//! What goes outside, against servers: a mail server that others wrote, a text-message service, the portal simulator.

mod mail;
mod office;
mod pace;
mod portal;
mod portal_trouble;
mod sms;

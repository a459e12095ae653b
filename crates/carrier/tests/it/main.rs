//! What goes outside, against servers: a mail server that others wrote, a text-message service, the portal simulator, an
//! identity provider.

mod mail;
mod office;
mod pace;
mod portal;
mod portal_stopped;
mod portal_trouble;
mod provider;
mod provider_links;
mod realm;
mod sms;

//! What this node reaches outside of itself: a mail server, a text-message service, the national portal, an
//! identity provider.
//!
//! The traits are what the commands and jobs need; `townhall-carrier` puts them on the wire. Nothing here is called
//! while a transaction is open.

mod provider;

use std::fmt::Debug;
use std::io;
use std::sync::Arc;

use serde_json::Value;
use townhall_domain::ids::{DossierId, MessageId};
use townhall_domain::message::Way;
use townhall_domain::time::Timestamp;

use crate::paper::Inspector;

pub use provider::{IdentityProvider, Provider, ProviderError, SecondFactor, WayBack, WayOut};

/// A message ready to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The message; the same at every try, so that a receiver can know a repetition.
    pub id: MessageId,
    /// E-mail address or telephone number.
    pub to: String,
    /// Subject; a text message has none.
    pub subject: String,
    /// The text.
    pub text: String,
}

/// Why a message was not taken. The reason is for people of the office: it holds no address and no text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CarryError {
    /// It may work later: no connection, a full mailbox, a service that is busy.
    #[error("not now: {0}")]
    Later(String),
    /// It will never work like this: the address does not exist, the service refuses us.
    #[error("never: {0}")]
    Never(String),
}

/// Hands messages over on one way. Blocks; an answer or an error comes within a minute.
pub trait Carrier: Debug + Send + Sync {
    /// Hands one message over; `Ok` means that the other side has taken the duty for it.
    ///
    /// # Errors
    /// [`CarryError`].
    fn carry(&self, letter: &Letter) -> Result<(), CarryError>;

    /// Looks whether the other side answers and takes us, without sending anything.
    ///
    /// # Errors
    /// What is wrong, in a line.
    fn look(&self) -> Result<(), String>;
}

/// A way that is switched on.
#[derive(Debug, Clone)]
pub struct Outlet {
    /// Who carries.
    pub carrier: Arc<dyn Carrier>,
    /// At most so many messages a minute, all processes together.
    pub per_minute: u32,
}

/// Why the portal could not be asked or told. Without personal data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct PortalError {
    /// In a line: `no connection`, `the answer did not come in time`, `it answered 503`.
    pub why: String,
}

/// New dossiers as the portal hands them out.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HandedOut {
    /// Each as it came; nothing is believed of it yet.
    pub items: Vec<Value>,
    /// Key of the next page, when there is one.
    pub next: Option<String>,
}

/// A state as the portal is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldState {
    /// The portal's dossier code.
    pub code: String,
    /// Number of this state within the dossier.
    pub number: i64,
    /// Number of the state before it that the portal has confirmed; 0 for none.
    pub after: i64,
    /// National state code.
    pub state: i64,
    /// Since when.
    pub at: Timestamp,
    /// When the dossier was due then.
    pub due_at: Option<Timestamp>,
}

/// What the portal says to a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It is in effect there, now or since an earlier try.
    Taken,
    /// Its last number is another than we believe: it goes on from there.
    Behind {
        /// The last number that it knows; 0 for none.
        last: i64,
    },
    /// It does not take it, and will not by itself.
    Refused {
        /// Why, in its own words.
        why: String,
    },
}

/// A line of the portal's own list of what it knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The dossier code.
    pub code: String,
    /// Whether it was told that the dossier is here.
    pub taken: bool,
    /// The last state that it knows.
    pub state: i64,
    /// Its number; 0 when none was told.
    pub number: i64,
}

/// A page of that list, by code.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standings {
    /// The lines.
    pub items: Vec<Standing>,
    /// Key of the next page, when there is one.
    pub next: Option<String>,
}

/// The national portal, or whatever stands between it and this node. Blocks; see `docs/PORTAL.md`.
pub trait Portal: Debug + Send + Sync {
    /// Whether it answers and takes us.
    ///
    /// # Errors
    /// [`PortalError`].
    fn look(&self) -> Result<(), PortalError>;

    /// Dossiers that it has not been told to be here, oldest first, after a key.
    ///
    /// # Errors
    /// [`PortalError`].
    fn new_dossiers(&self, after: Option<&str>) -> Result<HandedOut, PortalError>;

    /// One dossier by its code, taken or not; `None` when it knows none.
    ///
    /// # Errors
    /// [`PortalError`].
    fn dossier(&self, code: &str) -> Result<Option<Value>, PortalError>;

    /// Streams a file that a citizen sent; how many bytes came. Stops with an error after `most` bytes.
    ///
    /// # Errors
    /// [`PortalError`], also when the sink fails.
    fn file(
        &self,
        code: &str,
        file: &str,
        most: u64,
        sink: &mut dyn FnMut(&[u8]) -> io::Result<()>,
    ) -> Result<u64, PortalError>;

    /// Tells it that the dossier is here from now on; telling it twice is telling it once.
    ///
    /// # Errors
    /// [`PortalError`].
    fn taken(&self, code: &str, dossier: DossierId) -> Result<(), PortalError>;

    /// Tells it a state; telling it twice is telling it once.
    ///
    /// # Errors
    /// [`PortalError`].
    fn tell(&self, state: &ToldState) -> Result<Answer, PortalError>;

    /// What it knows of the dossiers of this node.
    ///
    /// # Errors
    /// [`PortalError`].
    fn standings(&self, after: Option<&str>) -> Result<Standings, PortalError>;
}

/// Everything outside that is switched on.
#[derive(Debug, Clone, Default)]
pub struct Outside {
    /// The node's public address without a slash at the end, for links in messages.
    pub base: String,
    /// E-mail.
    pub email: Option<Outlet>,
    /// Text messages.
    pub sms: Option<Outlet>,
    /// The portal.
    pub portal: Option<Arc<dyn Portal>>,
    /// The identity provider by which officers may sign in.
    pub provider: Option<Provider>,
    /// Looks at files that the portal hands out; the running program itself when there is none.
    pub inspector: Option<Inspector>,
}

impl Outside {
    /// The outlet of a way, when it is switched on.
    pub fn outlet(&self, way: Way) -> Option<&Outlet> {
        match way {
            Way::Email => self.email.as_ref(),
            Way::Sms => self.sms.as_ref(),
        }
    }

    /// Which ways are switched on.
    pub fn ways(&self) -> Ways {
        Ways {
            email: self.email.is_some(),
            sms: self.sms.is_some(),
        }
    }
}

/// Which ways of sending messages are switched on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ways {
    /// E-mail.
    pub email: bool,
    /// Text messages.
    pub sms: bool,
}

//! A ticket and what may happen to it.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::ids::{DossierId, TicketId, UnitId};

/// Where a ticket stands, with what is true there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TicketState {
    /// Its holder waits.
    Waiting,
    /// It was called to a window; nobody has come yet.
    Called {
        /// The window.
        window: i64,
        /// When it was called last.
        at: Timestamp,
    },
    /// Its holder is at the window.
    Serving {
        /// The window.
        window: i64,
        /// Since when.
        since: Timestamp,
    },
    /// Done.
    Served {
        /// The window.
        window: i64,
        /// When.
        at: Timestamp,
    },
    /// Nobody came when it was called.
    NoShow {
        /// The window.
        window: i64,
        /// When that was said.
        at: Timestamp,
    },
    /// Its holder gave it up.
    Left {
        /// When.
        at: Timestamp,
    },
}

impl TicketState {
    /// The stored word, also in message keys.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Called { .. } => "called",
            Self::Serving { .. } => "serving",
            Self::Served { .. } => "served",
            Self::NoShow { .. } => "no_show",
            Self::Left { .. } => "left",
        }
    }

    /// The window at which it is or was.
    pub const fn window(self) -> Option<i64> {
        match self {
            Self::Called { window, .. }
            | Self::Serving { window, .. }
            | Self::Served { window, .. }
            | Self::NoShow { window, .. } => Some(window),
            Self::Waiting | Self::Left { .. } => None,
        }
    }

    /// Since when it is so; a waiting ticket's place says that.
    pub const fn at(self) -> Option<Timestamp> {
        match self {
            Self::Called { at, .. }
            | Self::Served { at, .. }
            | Self::NoShow { at, .. }
            | Self::Left { at } => Some(at),
            Self::Serving { since, .. } => Some(since),
            Self::Waiting => None,
        }
    }

    /// Reads a stored state; `None` when its parts do not belong together.
    pub fn from_parts(word: &str, window: Option<i64>, at: Option<Timestamp>) -> Option<Self> {
        match (word, window, at) {
            ("waiting", None, None) => Some(Self::Waiting),
            ("called", Some(window), Some(at)) => Some(Self::Called { window, at }),
            ("serving", Some(window), Some(since)) => Some(Self::Serving { window, since }),
            ("served", Some(window), Some(at)) => Some(Self::Served { window, at }),
            ("no_show", Some(window), Some(at)) => Some(Self::NoShow { window, at }),
            ("left", None, Some(at)) => Some(Self::Left { at }),
            _ => None,
        }
    }

    /// Whether it is in the hand of a window: called or being served.
    pub const fn is_in_hand(self) -> bool {
        matches!(self, Self::Called { .. } | Self::Serving { .. })
    }
}

/// What cannot be done with a ticket as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a ticket that is {from} cannot be {action}")]
pub struct NotNow {
    /// Where it stands.
    pub from: &'static str,
    /// What was wanted.
    pub action: &'static str,
}

/// A number in the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// Identity.
    pub id: TicketId,
    /// The unit whose centre it is.
    pub unit: UnitId,
    /// The local day for which it is good.
    pub day: Date,
    /// Its line.
    pub service: String,
    /// Its number in that line on that day, from 1.
    pub number: i64,
    /// As it is called: `A012`.
    pub code: String,
    /// Opens its page; 32 hexadecimal digits.
    pub secret: String,
    /// Why it goes before others.
    pub priority: Option<String>,
    /// The only window that may call it, when it was sent to one.
    pub window: Option<i64>,
    /// Its place in the line: when it was taken, or later when it was put back.
    pub place_at: Timestamp,
    /// When it was taken.
    pub taken_at: Timestamp,
    /// When it was called for the first time.
    pub first_called_at: Option<Timestamp>,
    /// How often it was called.
    pub calls: i64,
    /// Where it stands.
    pub state: TicketState,
    /// The dossier that came of it.
    pub dossier: Option<DossierId>,
}

impl Ticket {
    fn not_now<T>(&self, action: &'static str) -> Result<T, NotNow> {
        Err(NotNow {
            from: self.state.as_str(),
            action,
        })
    }

    /// Calls it to a window.
    ///
    /// # Errors
    /// [`NotNow`] unless it waits or nobody came when it was called before.
    pub fn call(&mut self, window: i64, now: Timestamp) -> Result<(), NotNow> {
        match self.state {
            TicketState::Waiting | TicketState::NoShow { .. } => {
                self.state = TicketState::Called { window, at: now };
                self.first_called_at.get_or_insert(now);
                self.calls += 1;
                Ok(())
            }
            TicketState::Called { .. }
            | TicketState::Serving { .. }
            | TicketState::Served { .. }
            | TicketState::Left { .. } => self.not_now("called"),
        }
    }

    /// Calls it once more to the same window.
    ///
    /// # Errors
    /// [`NotNow`] unless it was called and nobody has come.
    pub fn call_again(&mut self, now: Timestamp) -> Result<(), NotNow> {
        let TicketState::Called { window, .. } = self.state else {
            return self.not_now("called again");
        };
        self.state = TicketState::Called { window, at: now };
        self.calls += 1;
        Ok(())
    }

    /// Its holder is at the window.
    ///
    /// # Errors
    /// [`NotNow`] unless it was called.
    pub fn begin(&mut self, now: Timestamp) -> Result<(), NotNow> {
        match self.state {
            TicketState::Called { window, .. } => {
                self.state = TicketState::Serving { window, since: now };
                Ok(())
            }
            TicketState::Serving { .. } => Ok(()),
            TicketState::Waiting
            | TicketState::Served { .. }
            | TicketState::NoShow { .. }
            | TicketState::Left { .. } => self.not_now("begun"),
        }
    }

    /// Its holder is done; gives how long that took. Who was called and never marked as begun came at once.
    ///
    /// # Errors
    /// [`NotNow`] unless it is in the hand of a window.
    pub fn serve(&mut self, now: Timestamp) -> Result<SignedDuration, NotNow> {
        let (window, since) = match self.state {
            TicketState::Called { window, at } => (window, at),
            TicketState::Serving { window, since } => (window, since),
            TicketState::Waiting
            | TicketState::Served { .. }
            | TicketState::NoShow { .. }
            | TicketState::Left { .. } => return self.not_now("served"),
        };
        self.state = TicketState::Served { window, at: now };
        Ok(now.duration_since(since).max(SignedDuration::ZERO))
    }

    /// Nobody came.
    ///
    /// # Errors
    /// [`NotNow`] unless it was called and nobody has come.
    pub fn miss(&mut self, now: Timestamp) -> Result<(), NotNow> {
        let TicketState::Called { window, .. } = self.state else {
            return self.not_now("missed");
        };
        self.state = TicketState::NoShow { window, at: now };
        Ok(())
    }

    /// Puts it back into its line at a place.
    ///
    /// # Errors
    /// [`NotNow`] once it is served or given up, and while it waits anyway.
    pub fn put_back(&mut self, place_at: Timestamp) -> Result<(), NotNow> {
        match self.state {
            TicketState::Called { .. } | TicketState::Serving { .. } | TicketState::NoShow { .. } => {
                self.state = TicketState::Waiting;
                self.place_at = place_at;
                Ok(())
            }
            TicketState::Waiting | TicketState::Served { .. } | TicketState::Left { .. } => {
                self.not_now("put back")
            }
        }
    }

    /// Sends it to another window, where it keeps its place: whoever was sent on has waited already.
    ///
    /// # Errors
    /// [`NotNow`] once it is served or given up.
    pub fn send_to(&mut self, window: i64) -> Result<(), NotNow> {
        match self.state {
            TicketState::Waiting
            | TicketState::Called { .. }
            | TicketState::Serving { .. }
            | TicketState::NoShow { .. } => {
                self.state = TicketState::Waiting;
                self.window = Some(window);
                Ok(())
            }
            TicketState::Served { .. } | TicketState::Left { .. } => self.not_now("sent to another window"),
        }
    }

    /// Its holder gives it up.
    ///
    /// # Errors
    /// [`NotNow`] unless it waits or nobody came.
    pub fn leave(&mut self, now: Timestamp) -> Result<(), NotNow> {
        match self.state {
            TicketState::Waiting | TicketState::NoShow { .. } => {
                self.state = TicketState::Left { at: now };
                Ok(())
            }
            TicketState::Called { .. }
            | TicketState::Serving { .. }
            | TicketState::Served { .. }
            | TicketState::Left { .. } => self.not_now("given up"),
        }
    }
}

//! What a command knows beside its input: who acts, when, under which law, and where new ids come from.

use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use jiff::civil::Date;
use townhall_domain::ids::Id;
use townhall_domain::time;

use crate::actor::Actor;
use crate::outside::Ways;
use crate::packs::Packs;

/// The context of one command or query.
#[derive(Debug, Clone)]
pub struct Cx {
    /// Who acts, and as which post.
    pub actor: Actor,
    now: Timestamp,
    packs: Packs,
    ids: IdSource,
    ways: Ways,
}

impl Cx {
    /// Builds a context; `Town` does this for each command.
    pub fn new(actor: Actor, now: Timestamp, packs: Packs, ids: IdSource) -> Self {
        Self {
            actor,
            now,
            packs,
            ids,
            ways: Ways::default(),
        }
    }
    /// The same context on a node that can send messages on these ways.
    #[must_use]
    pub fn reaching(self, ways: Ways) -> Self {
        Self { ways, ..self }
    }
    /// On which ways messages can be sent.
    pub fn ways(&self) -> Ways {
        self.ways
    }
    /// The business time, the same for the whole command.
    pub fn now(&self) -> Timestamp {
        self.now
    }
    /// The local business day.
    pub fn today(&self) -> Date {
        time::local_date(self.now)
    }
    /// Law as data.
    pub fn packs(&self) -> &Packs {
        &self.packs
    }
    /// A new identifier. Never for secrets, salts or tokens: those come from the operating system.
    pub fn new_id<T: Id>(&self) -> T {
        T::from_uuid(self.ids.next(self.now))
    }
    /// The same context at another instant: the demonstration's past, and tests.
    #[must_use]
    pub fn at(&self, now: Timestamp) -> Self {
        Self { now, ..self.clone() }
    }
    /// The same context for another actor: a job that goes on with what an officer began.
    #[must_use]
    pub fn as_actor(&self, actor: Actor) -> Self {
        Self {
            actor,
            ..self.clone()
        }
    }
}

/// Where ids come from: the operating system, or a seed so that a demo is the same every time.
#[derive(Debug, Clone)]
pub enum IdSource {
    /// Random bits of the operating system.
    System,
    /// A repeatable sequence.
    Seeded(Arc<Mutex<u64>>),
}

impl IdSource {
    /// A repeatable source.
    pub fn seeded(seed: u64) -> Self {
        Self::Seeded(Arc::new(Mutex::new(seed)))
    }

    fn next(&self, now: Timestamp) -> uuid::Uuid {
        let mut random = [0_u8; 10];
        match self {
            Self::System => {
                // The machine cannot go on without random bits: ids would collide.
                if getrandom::fill(&mut random).is_err() {
                    return uuid::Uuid::now_v7();
                }
            }
            Self::Seeded(state) => {
                let mut state = state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                let (high, low) = (split_mix(&mut state), split_mix(&mut state));
                random[..8].copy_from_slice(&high.to_le_bytes());
                random[8..].copy_from_slice(&low.to_le_bytes()[..2]);
            }
        }
        let milliseconds = u64::try_from(now.as_millisecond()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(milliseconds, &random).into_uuid()
    }
}

/// The `SplitMix64` generator: repeatable numbers from a seed, not for secrets.
pub fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

//! Failed tries make the next one wait, longer each time.
//!
//! What waits is a source, never an account: failures from one address at one account keep that address from
//! that account, and failures from one address at many accounts slow that address. So nobody can lock out
//! another. Only the second step is limited by account, since whoever gets there knows the password.
//! A try is taken before the password is checked, so a hundred tries at once are a hundred tries.

use std::net::IpAddr;

use sha2::{Digest, Sha256};
use townhall_domain::ids::AccountId;
use townhall_domain::time::Timestamp;
use townhall_store::sessions::{self, Failures};
use townhall_store::{StoreError, Tx};

/// What is limited, and how strictly.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    who: [u8; 32],
    /// So many failures cost nothing.
    free: i64,
    /// The longest wait in seconds.
    longest_seconds: i64,
}

/// After so long without a failure the count begins anew.
const FORGET_SECONDS: i64 = 3_600;

impl Limit {
    /// One address at one account, by the name typed: also for names that nobody has.
    pub fn account_from(user_name: &str, source: IpAddr) -> Self {
        Self {
            who: digest(&["account", user_name, &network(source)]),
            free: 5,
            longest_seconds: 900,
        }
    }
    /// One address at any account. A whole office may share one, so much is free and the wait is short.
    pub fn address(source: IpAddr) -> Self {
        Self {
            who: digest(&["address", &network(source)]),
            free: 40,
            longest_seconds: 60,
        }
    }
    /// One-time codes of an account after the right password.
    pub fn code(account: AccountId) -> Self {
        Self {
            who: digest(&["code", &account.to_string()]),
            free: 5,
            longest_seconds: 60,
        }
    }
    /// Passkeys of an account after the right password.
    pub fn passkey(account: AccountId) -> Self {
        Self {
            who: digest(&["passkey", &account.to_string()]),
            free: 5,
            longest_seconds: 60,
        }
    }
    /// One address that asks for challenges without saying who it is. A whole office may share one.
    pub fn passkeys_from(source: IpAddr) -> Self {
        Self {
            who: digest(&["passkeys-from", &network(source)]),
            free: 40,
            longest_seconds: 60,
        }
    }
    /// One address at public look-ups that can be guessed at (a dossier's status by its code).
    pub fn look_up(what: &str, source: IpAddr) -> Self {
        Self {
            who: digest(&["look-up", what, &network(source)]),
            free: 20,
            longest_seconds: 300,
        }
    }
    /// One address that begins or sends forms online: a village may have one address, and somebody may help there.
    pub fn online(what: &str, source: IpAddr) -> Self {
        Self {
            who: digest(&["online", what, &network(source)]),
            free: 40,
            longest_seconds: 300,
        }
    }
    /// One address that sends files: each is looked at by a child process.
    pub fn upload(source: IpAddr) -> Self {
        Self {
            who: digest(&["upload", &network(source)]),
            free: 200,
            longest_seconds: 300,
        }
    }

    /// Takes a try: counts it as failed until [`Limit::succeeded`] says otherwise.
    ///
    /// # Errors
    /// The outer error is the store's; the inner is the number of seconds to wait.
    pub fn take_try(&self, tx: &mut Tx<'_>, now: Timestamp) -> Result<Result<(), i64>, StoreError> {
        let before = sessions::failures(tx, &self.who)?.filter(|found| {
            now.as_second() - found.last_at.as_second() < FORGET_SECONDS || found.open_at > now
        });
        if let Some(wait) = before.filter(|found| found.open_at > now) {
            // A clock that jumped back must not keep anybody out for longer than the longest wait.
            let seconds = (wait.open_at.as_millisecond() - now.as_millisecond() + 999) / 1_000;
            if seconds <= self.longest_seconds {
                return Ok(Err(seconds));
            }
        }
        let failures = before.map_or(0, |found| found.failures) + 1;
        // Without a wait the source is open since ever, so that a clock set back makes nobody wait.
        let open_at = match self.wait_after(failures) {
            0 => Timestamp::UNIX_EPOCH,
            wait => Timestamp::from_second(now.as_second().saturating_add(wait)).unwrap_or(now),
        };
        sessions::save_failures(
            tx,
            &self.who,
            Failures {
                failures,
                last_at: now,
                open_at,
            },
        )?;
        Ok(Ok(()))
    }

    /// The try was right: the source starts afresh.
    pub fn succeeded(&self, tx: &mut Tx<'_>) -> Result<(), StoreError> {
        sessions::forget_failures(tx, &self.who)
    }

    /// The try was right, but the source's earlier failures still count: only this one is taken back, so that
    /// an attacker with one good account cannot clear his address again and again.
    pub fn give_back(&self, tx: &mut Tx<'_>) -> Result<(), StoreError> {
        if let Some(found) = sessions::failures(tx, &self.who)? {
            let given = Failures {
                failures: (found.failures - 1).max(0),
                open_at: Timestamp::UNIX_EPOCH,
                ..found
            };
            sessions::save_failures(tx, &self.who, given)?;
        }
        Ok(())
    }

    /// Seconds to wait after the n-th failure: none while they are free, then 1, 2, 4, 8 …
    fn wait_after(&self, failures: i64) -> i64 {
        let beyond = failures - self.free;
        if beyond < 0 {
            0
        } else {
            (1_i64 << beyond.min(20)).min(self.longest_seconds)
        }
    }
}

/// The network of an address: an IPv6 subscriber has a whole /64, so single addresses of it mean nothing.
fn network(source: IpAddr) -> String {
    match source.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

fn digest(parts: &[&str]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn the_wait_grows_and_has_an_end() {
        let limit = Limit::account_from("an", address("10.0.0.1"));
        let waits: Vec<i64> = (1..=8).map(|failures| limit.wait_after(failures)).collect();
        assert_eq!(waits, [0, 0, 0, 0, 1, 2, 4, 8]);
        assert_eq!(limit.wait_after(1_000), 900);
    }

    #[test]
    fn sources_are_told_apart_but_not_within_one_ipv6_network() {
        let who = |text| Limit::account_from("an", address(text)).who;
        assert_ne!(who("10.0.0.1"), who("10.0.0.2"));
        assert_eq!(who("10.0.0.1"), who("::ffff:10.0.0.1"));
        assert_eq!(who("2001:db8:1:2::1"), who("2001:db8:1:2:ffff::9"));
        assert_ne!(who("2001:db8:1:2::1"), who("2001:db8:1:3::1"));
        assert_ne!(
            who("10.0.0.1"),
            Limit::account_from("anh", address("10.0.0.1")).who
        );
        assert_ne!(digest(&["ab", "c"]), digest(&["a", "bc"]));
    }
}

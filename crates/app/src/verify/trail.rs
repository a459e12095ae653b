//! Every subject's facts: counted without a gap, in order of time, each with its leaf, the last one agreeing
//! with the evidence that is stored.

use std::collections::HashMap;

use serde_json::Value;
use townhall_journal::{Fact, canonical, leaf_salt, state_salt};
use townhall_store::StoreError;
use townhall_store::audit::{self, FactRow, TrailKey};
use townhall_store::evidence::evidence;
use townhall_store::journal::ERASED;

use super::Verifying;

const PAGE: u32 = 2_000;

pub(super) fn check(v: &mut Verifying<'_, '_>) -> Result<(), StoreError> {
    let mut after = TrailKey::default();
    let mut subject = Subject::default();
    loop {
        let page = audit::facts(v.tx, &after, PAGE)?;
        let Some(last) = page.last() else { break };
        after = last.key.clone();
        for row in page {
            if (&row.key.kind, &row.key.subject) != (&subject.kind, &subject.id) {
                std::mem::take(&mut subject).end(v)?;
                subject = Subject {
                    kind: row.key.kind.clone(),
                    id: row.key.subject.clone(),
                    ..Subject::default()
                };
            }
            subject.take(v, row);
        }
    }
    subject.end(v)?;
    for what in audit::leaves_without_fact(v.tx)? {
        v.found(format!("{what} has lost its fact"));
    }
    Ok(())
}

/// The trail of one subject, fact by fact.
#[derive(Default)]
struct Subject {
    kind: String,
    id: String,
    versions: i64,
    last: Option<FactRow>,
    /// Facts without words: version, who tells of it, digest of what is left.
    erased: Vec<(i64, String, String)>,
    /// Bodies of the facts that tell of erasures, by their ids.
    erasures: HashMap<String, Value>,
}

impl Subject {
    fn name(&self, version: i64) -> String {
        format!("fact {version} of {} {}", self.kind, self.id)
    }

    fn take(&mut self, v: &mut Verifying<'_, '_>, row: FactRow) {
        v.report.facts += 1;
        v.report.waiting += u64::from(row.waiting.is_some());
        let name = self.name(row.key.version);
        if row.key.version != self.versions + 1 {
            v.found(format!("{name} follows number {}", self.versions));
        }
        self.versions = row.key.version;
        if self.last.as_ref().is_some_and(|last| row.rest.at < last.rest.at) {
            v.found(format!("{name} is older than the one before it"));
        }
        if let Err(what) = self.check_leaf(&row) {
            v.found(format!("{name} {what}"));
        }
        self.last = Some(row);
    }

    /// The fact must give the leaf that the log, or the queue before it, holds.
    fn check_leaf(&mut self, row: &FactRow) -> Result<(), String> {
        let leaf = match (&row.logged, &row.waiting) {
            (None, None) => return Err("has no entry in the log and does not wait for one".to_owned()),
            (Some(_), Some(_)) => return Err("is in the log and waits for it as well".to_owned()),
            (Some(leaf), None) | (None, Some(leaf)) => leaf,
        };
        let (body, secret) = match (&row.body, &row.salt, &row.erased_by) {
            (Some(body), Some(secret), None) => (body, secret),
            (None, None, Some(teller)) => {
                let rest = row.rest.rest_digest().map_err(|error| error.to_string())?;
                self.erased.push((row.key.version, teller.clone(), rest));
                return Ok(());
            }
            (_, _, Some(_)) => return Err("is called erased but is not".to_owned()),
            (_, _, None) => return Err("has lost its words or its salt without an erasure".to_owned()),
        };
        let value: Value = serde_json::from_str(body).map_err(|_| "has a body that is no JSON".to_owned())?;
        let fact = Fact {
            body: value,
            ..row.rest.clone()
        };
        let expected = fact
            .leaf(&leaf_salt(secret))
            .map_err(|error| format!("is damaged: {error}"))?;
        if expected.as_bytes() != leaf.as_slice() || canonical(&fact.body).as_deref() != Ok(body.as_str()) {
            return Err("is not what its entry in the log commits to".to_owned());
        }
        if fact.kind == ERASED {
            self.erasures.insert(fact.id, fact.body);
        }
        Ok(())
    }

    /// What an erasure left must be what the erasure says it left.
    fn check_erased(&self, v: &mut Verifying<'_, '_>) {
        for (version, teller, rest) in &self.erased {
            let told = self
                .erasures
                .get(teller)
                .and_then(|body| body["erased"].as_array());
            let entry = told.and_then(|told| {
                told.iter()
                    .find(|entry| entry["version"].as_i64() == Some(*version))
            });
            let name = self.name(*version);
            match entry {
                None => v.found(format!("{name} has lost its words and no erasure tells of it")),
                Some(entry) if entry["rest"].as_str() == Some(rest) => {}
                Some(_) => v.found(format!("{name} is not what its erasure left")),
            }
        }
    }

    /// The last fact's digest must be that of the evidence as it is stored.
    fn end(self, v: &mut Verifying<'_, '_>) -> Result<(), StoreError> {
        self.check_erased(v);
        let Some(last) = &self.last else { return Ok(()) };
        v.report.subjects += 1;
        let Some(secret) = &last.salt else {
            v.found(format!(
                "the evidence of {} {} cannot be checked: its last fact has no salt",
                self.kind, self.id
            ));
            return Ok(());
        };
        let found = evidence().digest(v.tx, &self.kind, &self.id, &state_salt(secret))?;
        if found != last.rest.state_digest {
            v.found(format!(
                "the evidence of {} {} is not what its last fact (number {}, {}) left",
                self.kind, self.id, last.key.version, last.rest.kind
            ));
        }
        Ok(())
    }
}

//! A node to measure: the offices of the demonstration, grown to many dossiers by the real commands.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use anyhow::{Context, Result, anyhow, bail};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};
use townhall_app::actor::Actor;
use townhall_app::clock::{Clock, real_now};
use townhall_app::cx::IdSource;
use townhall_app::demo::{self, DemoAccount};
use townhall_app::dossier::{ComponentInput, ReceiveDossier, Verdict, receive_dossier};
use townhall_app::packs::Packs;
use townhall_app::sign_in::{self, Moment, secret::parse_token};
use townhall_app::town::Town;
use townhall_domain::dossier::{ApplicantInput, Channel, ComponentSource, ComponentStatus, Delivery};
use townhall_domain::ids::{DossierId, UnitId};
use townhall_domain::permission::Right;
use townhall_domain::time::local_date;
use townhall_store::files::Files;
use townhall_store::{Db, DbConfig, StoreError, dossiers, node as stored};
use townhall_testkit::postgres::{Cluster, Durability};

/// The commune whose receptionist is measured.
pub const UNIT: &str = "24682";
/// The procedure that is received: confirmation of marital status, with a form and a check-list.
const PROCEDURE: &str = "1.004873";
/// Threads of a node on `PostgreSQL`, as `townhall.toml` has them when it says nothing.
const THREADS: (usize, usize) = (16, 8);

/// On which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Embedded, `synchronous = FULL`.
    Sqlite,
    /// A durable server of its own.
    Postgres,
}

impl Kind {
    /// For tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// A receptionist and his commune.
#[derive(Debug, Clone)]
struct Desk {
    actor: Actor,
    unit: UnitId,
}

/// See the module.
pub struct Node {
    kind: Kind,
    town: Town,
    config: DbConfig,
    dir: PathBuf,
    desks: Vec<Desk>,
    accounts: Vec<DemoAccount>,
    template: ReceiveDossier,
    accepted: Mutex<Vec<DossierId>>,
    version: AtomicI64,
    /// Dropped last: the server outlives its connections.
    _cluster: Option<Cluster>,
}

impl Node {
    /// A demonstration of its own in a directory under `scratch`.
    ///
    /// # Errors
    /// When the database cannot be started or a command is refused.
    pub fn make(kind: Kind, scratch: &Path) -> Result<Self> {
        let dir = scratch.join(kind.name().to_lowercase());
        if dir.exists() {
            std::fs::remove_dir_all(&dir).context("an earlier node")?;
        }
        std::fs::create_dir_all(dir.join("files")).context("a directory")?;
        let (config, cluster) = match kind {
            Kind::Sqlite => {
                let file = dir.join("townhall.db");
                (DbConfig::Sqlite { file }, None)
            }
            Kind::Postgres => {
                let cluster = Cluster::start(Durability::Durable)?;
                let (writers, readers) = THREADS;
                let url = cluster.url();
                let config = DbConfig::Postgres {
                    url,
                    writers,
                    readers,
                };
                (config, Some(cluster))
            }
        };
        let db = Db::open(&config)?;
        db.write_blocking("mark_demo", |tx| {
            stored::set(tx, stored::IS_DEMO, "1")?;
            stored::set(tx, stored::UNIT, UNIT)
        })
        .map_err(|error: StoreError| error)?;
        let packs = Packs::load(None).map_err(|problems| anyhow!("{} problems in packs", problems.len()))?;
        let clock = Clock::manual(demo::begins_at());
        let files = Files::open(&dir.join("files")).context("the file store")?;
        let town = Town::new(db, packs, clock, files, IdSource::System, true);
        let accounts = demo::build(&town, &mut |_, _| {}).context("the demonstration")?;
        let desks = desks(&town, &accounts)?;
        let template = template(&town, local_date(town.clock().now()))?;
        Ok(Self {
            kind,
            town,
            config,
            dir,
            desks,
            accounts,
            template,
            accepted: Mutex::default(),
            version: AtomicI64::new(0),
            _cluster: cluster,
        })
    }

    /// On which database.
    pub fn kind(&self) -> Kind {
        self.kind
    }
    /// Database, law, clock.
    pub fn town(&self) -> &Town {
        &self.town
    }
    /// How the database is opened, also without our code.
    pub fn config(&self) -> &DbConfig {
        &self.config
    }
    /// The receptionist of [`UNIT`].
    pub fn receptionist(&self) -> &Actor {
        &self.desks[0].actor
    }
    /// The commune [`UNIT`].
    pub fn unit(&self) -> &UnitId {
        &self.desks[0].unit
    }
    /// The data directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }
    /// An account of the measured commune.
    pub fn account(&self, user: &str) -> Result<&DemoAccount> {
        let found = self.accounts.iter().find(|account| account.user == user);
        found.with_context(|| format!("the demonstration has no account {user}"))
    }

    /// What a receptionist of [`UNIT`] accepts next.
    pub fn reception(&self, id: DossierId) -> ReceiveDossier {
        ReceiveDossier {
            id,
            ..self.template.clone()
        }
    }

    /// What he accepts by the law of a day: the program itself runs by today's clock and its law.
    ///
    /// # Errors
    /// When the law of that day does not know the procedure.
    pub fn reception_on(&self, day: Date) -> Result<ReceiveDossier> {
        template(&self.town, day)
    }

    /// Accepted dossiers that nobody has handed over yet, most lately accepted last.
    pub fn accepted(&self) -> Vec<DossierId> {
        self.accepted
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .clone()
    }
    /// The version of a dossier that was accepted and has not gone on.
    ///
    /// # Errors
    /// When none was accepted.
    pub fn learn_version(&self) -> Result<()> {
        let id = *self.accepted().last().context("no dossier was accepted yet")?;
        let found = self
            .town
            .read_blocking("version", &self.desks[0].actor, move |tx, _| {
                dossiers::load(tx, id)
            });
        let found = found.map_err(|error: StoreError| error)?.context("the dossier")?;
        self.version.store(found.version, Ordering::Relaxed);
        Ok(())
    }
    /// See [`Node::learn_version`].
    pub fn accepted_version(&self) -> i64 {
        self.version.load(Ordering::Relaxed)
    }
    /// Notes what was accepted meanwhile.
    pub fn note_accepted(&self, ids: &[DossierId]) {
        let mut accepted = self
            .accepted
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        accepted.extend_from_slice(ids);
    }
    /// An accepted dossier for a caller who is going to hand it over.
    pub fn take_accepted(&self) -> Option<DossierId> {
        self.accepted
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .pop()
    }

    /// Receives so many more dossiers: half of them in [`UNIT`], the others spread over the communes;
    /// nine of ten are refused at once and so belong to the past, the tenth is accepted and waits.
    ///
    /// # Errors
    /// When a command is refused.
    pub fn grow(&self, wanted: usize, report: &mut dyn FnMut(usize)) -> Result<()> {
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| -> Result<()> {
            let handles: Vec<_> = (0..64)
                .map(|_| scope.spawn(|| self.grow_one_by_one(&next, wanted)))
                .collect();
            while !handles.iter().all(std::thread::ScopedJoinHandle::is_finished) {
                std::thread::sleep(std::time::Duration::from_millis(500));
                report(next.load(Ordering::Relaxed).min(wanted));
            }
            for handle in handles {
                handle.join().map_err(|_| anyhow!("a thread panicked"))??;
            }
            Ok(())
        })
    }

    fn grow_one_by_one(&self, next: &AtomicUsize, wanted: usize) -> Result<()> {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= wanted {
                return Ok(());
            }
            let desk = if (number / 10).is_multiple_of(2) {
                &self.desks[0]
            } else {
                &self.desks[number / 20 % self.desks.len()]
            };
            let at = earlier(demo::begins_at(), number)?;
            let id = self.town.cx(&desk.actor).new_id::<DossierId>();
            let mut command = self.reception(id);
            command.unit = desk.unit.clone();
            command.receiving_unit = desk.unit.clone();
            command.applicant.name = format!("Nguyễn Văn Mẫu {number}");
            command.applicant.id_number = format!("068{:09}", number % 1_000_000_000);
            if !number.is_multiple_of(10) {
                command.verdict = Verdict::Refuse {
                    reason: "Không thuộc thẩm quyền".to_owned(),
                    instead: None,
                };
            }
            let waits = desk.unit == *self.unit() && command.verdict == Verdict::Accept;
            self.town
                .write_blocking("grow", &desk.actor, move |tx, cx| {
                    receive_dossier(tx, &cx.at(at), &command)
                })
                .map_err(|error| anyhow!("a dossier was not received: {error:?}"))?;
            if waits {
                self.note_accepted(&[id]);
            }
        }
    }
}

/// Times of the five weeks before the demonstration begins, spread by the number of a dossier.
fn earlier(begins: Timestamp, number: usize) -> Result<Timestamp> {
    let minutes = i64::try_from(number.wrapping_mul(7919) % (34 * 24 * 60))?;
    Ok(begins.checked_sub(SignedDuration::from_mins(minutes + 60))?)
}

fn desks(town: &Town, accounts: &[DemoAccount]) -> Result<Vec<Desk>> {
    let mut desks = Vec::new();
    for account in accounts {
        let token = parse_token(&account.token).context("a token of the demonstration")?;
        let (packs, business) = (town.packs().clone(), town.clock().now());
        let actor = town
            .db()
            .read_blocking("whose_token", move |tx| {
                let moment = Moment {
                    now: real_now(),
                    business,
                    units: packs.units(),
                };
                sign_in::officer_of_token(tx, &moment, &token)
            })
            .map_err(|error: StoreError| error)?;
        let Some(actor) = actor else { continue };
        let Some(unit) = actor.unit().cloned() else {
            continue;
        };
        if actor.may(Right::AcceptDossier, &unit) {
            desks.push(Desk { actor, unit });
        }
    }
    desks.sort_by_key(|desk| desk.unit.code() != UNIT);
    if desks.first().is_none_or(|desk| desk.unit.code() != UNIT) {
        bail!("the demonstration has no receptionist in {UNIT}");
    }
    Ok(desks)
}

fn template(town: &Town, today: Date) -> Result<ReceiveDossier> {
    let spec = town.packs().procedures().as_of(PROCEDURE, today);
    let spec = spec.with_context(|| format!("no procedure {PROCEDURE}"))?;
    let form: Map<String, Value> = town
        .packs()
        .form(&format!("forms/{PROCEDURE}.json"))
        .map(|form| form.examples[0].clone())
        .unwrap_or_default();
    let circumstances = spec.circumstances(&form, &[], today);
    let components = spec
        .needed(&circumstances)
        .map(|component| ComponentInput {
            component: component.id.clone(),
            status: ComponentStatus::Present,
            source: Some(match component.replaced_on(today) {
                Some(_) => ComponentSource::Database,
                None => ComponentSource::Paper,
            }),
            copies: 1,
            note: None,
        })
        .collect();
    let unit = town
        .packs()
        .units()
        .by_code(UNIT, today)
        .context("the unit")?
        .id
        .clone();
    Ok(ReceiveDossier {
        id: town.cx(&Actor::System { job: "bench" }).new_id::<DossierId>(),
        receiving_unit: unit.clone(),
        unit,
        procedure: PROCEDURE.to_owned(),
        channel: Channel::Counter,
        portal_code: None,
        support_place: None,
        assisted: false,
        applicant: ApplicantInput {
            name: "Phan Thị Mẫu".to_owned(),
            id_number: "068190009001".to_owned(),
            born_on: "1996-05-06".to_owned(),
            phone: "0900000001".to_owned(),
            address: "Thôn 5, xã Thuận An, tỉnh Lâm Đồng".to_owned(),
            ..ApplicantInput::default()
        },
        submitter: None,
        form,
        circumstances: Vec::new(),
        components,
        delivery: Delivery::Counter,
        verdict: Verdict::Accept,
        fee: townhall_app::fees::StatedFee::default(),
    })
}

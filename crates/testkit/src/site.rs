//! A whole town hall in one process: the real router, a database of its own, a clock that stands still, and people.
//!
//! ```no_run
//! # async fn example() {
//! use townhall_testkit::Site;
//! let site = Site::start().await; // SQLite; `Site::on_each()` gives one on each database
//! let client = site.sign_in("receptionist").await;
//! let page = client.get("/counter").await;
//! assert_eq!(page.status, 200);
//! let reply = client.post("/counter", &[("verdict", "accept")]).await; // the token of forms is added
//! assert!(reply.text().contains("Lỗi:"));
//! # }
//! ```
//!
//! It is Monday 4 August 2025, 09:40; [`Site::clock`] sets another time. Who can sign in stands in [`people`].
//! When a site goes, what was recorded gets its places in the log and `app::verify` must find nothing wrong, so a
//! command that forgets a fact, or saves after it, fails the test that ran it.

mod client;
pub mod dossiers;
pub mod people;

use std::path::Path;
use std::sync::LazyLock;

use axum::Router;
use jiff::civil::date;
use townhall_app::actor::Actor;
use townhall_app::clock::{Clock, real_now};
use townhall_app::cx::{Cx, IdSource};
use townhall_app::error::AppError;
use townhall_app::log::LogKeeper;
use townhall_app::packs::Packs;
use townhall_app::paper::Inspector;
use townhall_app::sign_in::password::{PasswordCost, Passwords};
use townhall_app::sign_in::{self, Moment};
use townhall_app::town::Town;
use townhall_app::verify::{Report, verify, verify_in};
use townhall_domain::ids::UnitId;
use townhall_domain::time;
use townhall_store::files::Files;
use townhall_store::log::Sequenced;
use townhall_store::{Db, StoreError, Tx};
use townhall_web::state::App;

use crate::places::Place;

pub use client::{Client, Reply};
use people::{PASSWORD, Staff};

/// Law as data, read once a process.
static PACKS: LazyLock<Packs> =
    LazyLock::new(|| Packs::load(None).expect("the packs of the program are sound"));

/// Hashing that takes no time: tests of passwords make their own.
static PASSWORDS: LazyLock<Passwords> =
    LazyLock::new(|| Passwords::new(PasswordCost::TINY).expect("a tiny cost is possible"));

/// See the module.
pub struct Site {
    /// Database, law, clock and files.
    pub town: Town,
    /// What handlers share.
    pub app: App,
    router: Router,
    staff: Staff,
    place: Place,
    verifies: bool,
}

impl Site {
    /// A site on `SQLite`, with Thuận An and Cư Jút.
    ///
    /// # Panics
    /// When it cannot be made.
    pub async fn start() -> Self {
        Self::start_on(Place::Sqlite(crate::temp_dir())).await
    }

    /// A site on each database there is, made when it is asked for: `for site in Site::on_each().await { … }`.
    pub async fn on_each() -> Vec<Self> {
        let mut sites = Vec::new();
        for place in off_async(crate::places).await {
            sites.push(Self::start_on(place).await);
        }
        sites
    }

    /// A site on `SQLite` under other packs than those of the program.
    ///
    /// # Panics
    /// When it cannot be made.
    pub async fn start_under(packs: Packs) -> Self {
        let files = |dir: &Path| Files::open(&dir.join("files")).expect("a file store");
        Self::make(Place::Sqlite(crate::temp_dir()), packs, files).await
    }

    /// A site at a place, empty or left by an earlier site of the same test.
    ///
    /// # Panics
    /// When it cannot be made.
    pub async fn start_on(place: Place) -> Self {
        Self::start_with(place, |dir| {
            Files::open(&dir.join("files")).expect("a file store")
        })
        .await
    }

    /// A site at a place, whose files are kept where this says.
    ///
    /// # Panics
    /// When it cannot be made.
    pub async fn start_with(place: Place, files: impl FnOnce(&Path) -> Files + Send + 'static) -> Self {
        Self::make(place, PACKS.clone(), files).await
    }

    async fn make(place: Place, packs: Packs, files: impl FnOnce(&Path) -> Files + Send + 'static) -> Self {
        let (town, place, staff) = off_async(move || {
            let db = crate::databases::open(&place);
            let files = files(place.dir());
            let clock = Clock::manual(time::instant(date(2025, 8, 4).at(9, 40, 0, 0)));
            let town = Town::new(db, packs, clock, files, IdSource::System, true);
            let staff = people::employ_all(&town, &PASSWORDS);
            (town, place, staff)
        })
        .await;
        let app = App::new(
            town.clone(),
            townhall_web::state::Site {
                base: "http://town.example".to_owned(),
                is_tls: false,
                trusted_proxies: Vec::new(),
                unit_code: "24682".to_owned(),
            },
        )
        .inspecting_with(Inspector::new(crate::process::binary_place()))
        .with_passwords(PASSWORDS.clone());
        let router = townhall_web::router(app.clone());
        Self {
            town,
            app,
            router,
            staff,
            place,
            verifies: true,
        }
    }

    /// The same site under another public address.
    #[must_use]
    pub fn reached_at(self, base: &str) -> Self {
        let site = townhall_web::state::Site {
            base: base.to_owned(),
            ..(*self.app.site).clone()
        };
        self.with(|town| App::new(town, site))
    }

    /// The same site, which asks everybody for a second factor.
    #[must_use]
    pub fn requiring_codes(self) -> Self {
        let app = self.app.clone().requiring_codes(true);
        self.with(|_| app)
    }

    fn with(mut self, app: impl FnOnce(Town) -> App) -> Self {
        self.app = app(self.town.clone())
            .inspecting_with(Inspector::new(crate::process::binary_place()))
            .with_passwords(PASSWORDS.clone());
        self.router = townhall_web::router(self.app.clone());
        self
    }

    /// `sqlite` or `postgres`, for messages.
    pub fn name(&self) -> &'static str {
        self.place.name()
    }

    /// Where its files and its `SQLite` database lie.
    pub fn dir(&self) -> &Path {
        self.place.dir()
    }

    /// The database, for looking at rows.
    pub fn db(&self) -> &Db {
        self.town.db()
    }

    /// The business clock; it stands still until it is set.
    pub fn clock(&self) -> &Clock {
        self.town.clock()
    }

    /// Sets the business clock to a local time.
    pub fn at(&self, local: jiff::civil::DateTime) {
        self.clock().set(time::instant(local));
    }

    /// A unit of the packs by its code, as of the business day.
    ///
    /// # Panics
    /// When there is none.
    pub fn unit(&self, code: &str) -> UnitId {
        let today = time::local_date(self.clock().now());
        let found = self.town.packs().units().by_code(code, today);
        found.unwrap_or_else(|| panic!("no unit {code}")).id.clone()
    }

    /// Post, person and account behind a user name.
    ///
    /// # Panics
    /// When nobody has that name.
    pub fn employed(&self, user: &str) -> people::Employed {
        let found = self.staff.get(user);
        *found.unwrap_or_else(|| panic!("nobody is called {user}; there are {:?}", self.staff.keys()))
    }

    /// A browser in which nobody has signed in.
    pub fn visitor(&self) -> Client {
        Client::new(self.router.clone())
    }

    /// A browser in which this person has signed in; `people` lists the names.
    ///
    /// # Panics
    /// When that is refused.
    pub async fn sign_in(&self, user: &str) -> Client {
        let user = user.to_owned();
        let (db, business) = (self.db().clone(), self.clock().now());
        let handed = off_async(move || {
            let source = std::net::IpAddr::from([192, 0, 2, 7]);
            let moment = move || Moment {
                now: real_now(),
                business,
                units: PACKS.units(),
            };
            let name = user.clone();
            let attempt = db
                .write_blocking("take_try", move |tx| {
                    sign_in::take_try(tx, &moment(), &name, source)
                })
                .expect("a try is taken")
                .unwrap_or_else(|refusal| panic!("{user} may not try: {refusal:?}"));
            let password = townhall_app::sign_in::password::Password::typed(PASSWORD);
            assert!(attempt.is_right(&PASSWORDS, &password), "nobody is called {user}");
            db.write_blocking("open_session", move |tx| sign_in::open(tx, &moment(), &attempt))
                .expect("a session is opened")
                .unwrap_or_else(|refusal| panic!("{user} cannot sign in: {refusal:?}"))
        })
        .await;
        let client = self.visitor();
        client.set_cookie(townhall_web::session::PLAIN_COOKIE, &handed.token.reveal());
        client.set_csrf(&hex::encode(handed.session.csrf));
        client
    }

    /// The actor that a person's requests run as, for calling commands directly.
    ///
    /// # Panics
    /// When he cannot sign in.
    pub async fn actor(&self, user: &str) -> Actor {
        let client = self.sign_in(user).await;
        let headers = client.cookie_headers();
        let signed = townhall_web::session::signed_in(&self.app, &headers)
            .await
            .expect("the database answers");
        signed.and_then(|signed| signed.actor).expect("an actor")
    }

    /// Runs a command as the program itself.
    ///
    /// # Errors
    /// Those of the command.
    pub async fn write<T: Send + 'static>(
        &self,
        command: impl FnMut(&mut Tx<'_>, &Cx) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        self.town
            .write("test", &Actor::System { job: "test" }, command)
            .await
    }

    /// Runs a query as the program itself.
    ///
    /// # Panics
    /// When it fails.
    pub async fn read<T: Send + 'static>(
        &self,
        query: impl FnMut(&mut Tx<'_>, &Cx) -> Result<T, AppError> + Send + 'static,
    ) -> T {
        let found = self
            .town
            .read("test", &Actor::System { job: "test" }, query)
            .await;
        found.expect("a query of the test")
    }

    /// Gives every fact its place in the log, as the sequencer does while a node serves.
    ///
    /// # Panics
    /// When the log cannot be written.
    pub async fn sequence(&self) {
        let (db, keys) = (self.town.db().clone(), self.place.dir().join("keys"));
        off_async(move || drop(sequence(&db, &keys))).await;
    }

    /// What `verify` says after somebody with the database in hand has changed rows; the changes are undone.
    ///
    /// # Panics
    /// When a change changes nothing.
    pub async fn verify_after(&self, changes: &'static [&'static str]) -> Report {
        let (db, files) = (self.town.db().clone(), self.town.files().clone());
        off_async(move || {
            let outcome: Result<(), Tampered> = db.write_blocking("tamper", move |tx| {
                for change in changes {
                    assert!(tx.execute(change, &[])? > 0, "{change} changes something");
                }
                Err(Tampered::Told(Box::new(verify_in(tx, &files, &[])?)))
            });
            match outcome {
                Err(Tampered::Told(report)) => *report,
                Err(Tampered::Store(error)) => panic!("{error}"),
                Ok(()) => unreachable!("always undone"),
            }
        })
        .await
    }

    /// For tests that damage evidence on purpose: nothing is verified when this site goes.
    pub fn leave_unverified(&mut self) {
        self.verifies = false;
    }
}

/// How a damaging transaction ends, so that it is undone.
enum Tampered {
    Told(Box<Report>),
    Store(StoreError),
}

impl From<StoreError> for Tampered {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        if std::thread::panicking() || !self.verifies {
            return;
        }
        let (db, files) = (self.town.db().clone(), self.town.files().clone());
        let keys = self.place.dir().join("keys");
        let checked = std::thread::spawn(move || {
            let keeper = sequence(&db, &keys);
            verify(&db, &files, keeper.kept_checkpoint().into_iter().collect())
                .expect("the database can be read")
        });
        let report = checked.join().expect("verifying does not panic");
        assert!(report.is_clean(), "on {}:\n{report}", self.name());
    }
}

fn sequence(db: &Db, keys: &Path) -> LogKeeper {
    std::fs::create_dir_all(keys).expect("a directory for keys");
    let keeper = LogKeeper::open(db, keys, "town.example").expect("a log");
    while let Sequenced::Appended { .. } = keeper.sequence("test", real_now()).expect("facts get places") {}
    keeper
}

/// Runs blocking work beside the async threads of a test.
async fn off_async<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

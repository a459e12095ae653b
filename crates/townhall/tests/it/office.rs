//! A node with one administrator, worked over HTTP as a browser does: sign in, send forms, see what is acknowledged.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use townhall_store::{Db, DbConfig, StoreError};
use townhall_testkit::http::{self, Reply};
use townhall_testkit::process::Launch;

use crate::support::{serve, townhall};

/// A node's place, before and between its processes.
pub struct Office {
    data: PathBuf,
    url: Option<String>,
    password: String,
}

impl Office {
    /// An empty node with its administrator; on `PostgreSQL` when an address is given.
    pub fn found(data: &Path, url: Option<&str>) -> Self {
        let data_arg = data.display().to_string();
        let mut create = townhall([
            "admin", "create", "--unit", "24682", "--user", "quantri", "--data", &data_arg,
        ]);
        if let Some(url) = url {
            create = create.args(["--database-url", url]);
        }
        let (status, said, errors) = create.run();
        assert!(status.success(), "{said}{errors}");
        let password = said.lines().find_map(|line| line.strip_prefix("password: "));
        Self {
            data: data.to_owned(),
            url: url.map(str::to_owned),
            password: password.expect("a password").to_owned(),
        }
    }

    /// The same node, copied to another directory.
    pub fn moved_to(self, data: &Path) -> Self {
        Self {
            data: data.to_owned(),
            ..self
        }
    }

    /// How its server is started.
    pub fn launch(&self) -> Launch {
        let launch = serve(&self.data).env("TOWNHALL_LOG", "text");
        match &self.url {
            None => launch,
            Some(url) => launch.args(["--database-url", url.as_str()]),
        }
    }

    /// A browser in which the administrator has signed in.
    pub fn sign_in(&self, server: &str) -> Browser {
        let mut browser = Browser::visitor(server);
        let fields = [("user_name", "quantri"), ("password", self.password.as_str())];
        let reply = browser.post("/sign-in", &fields).expect("an answer");
        let cookie = reply
            .header("set-cookie")
            .unwrap_or_else(|| panic!("no session: {}", reply.text()));
        browser.cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        // The first password was shown on a terminal, so it is changed before anything else.
        let page = browser.get("/settings/password").expect("a page").text();
        let csrf = page
            .split("name=\"csrf\" value=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next());
        browser.csrf = csrf.unwrap_or_else(|| panic!("no token in {page}")).to_owned();
        let new = "bốn con trâu xanh";
        let fields = [("old", self.password.as_str()), ("password", new), ("again", new)];
        let reply = browser.post("/settings/password", &fields).expect("an answer");
        assert_eq!(reply.status, 303, "{}", reply.text());
        browser
    }

    /// How often each name that begins with `Y Thử` stands in the database.
    pub fn people(&self) -> BTreeMap<String, i64> {
        let config = match &self.url {
            None => DbConfig::Sqlite {
                file: self.data.join("townhall.db"),
            },
            Some(url) => DbConfig::Postgres {
                url: url.clone(),
                writers: 1,
                readers: 1,
            },
        };
        Db::open(&config)
            .expect("the database opens")
            .read_blocking("people", |tx| {
                let rows = tx.rows("SELECT name, COUNT(*) AS times FROM persons GROUP BY name", &[])?;
                rows.iter()
                    .map(|row| Ok::<_, StoreError>((row.get("name")?, row.get("times")?)))
                    .collect()
            })
            .expect("the database is whole")
    }

    /// `townhall verify` finds nothing.
    pub fn must_verify(&self) {
        let mut verify = townhall(["verify", "--data"]).args([self.data.display().to_string()]);
        if let Some(url) = &self.url {
            verify = verify.args(["--database-url", url.as_str()]);
        }
        let (status, said, errors) = verify.run();
        assert!(status.success(), "{said}{errors}");
    }

    /// Everything acknowledged is there once, and nothing is there twice.
    pub fn must_hold(&self, acknowledged: &[String]) {
        let people = self.people();
        let lost: Vec<_> = acknowledged
            .iter()
            .filter(|name| !people.contains_key(*name))
            .collect();
        assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
        let twice: Vec<_> = people.iter().filter(|(_, times)| **times != 1).collect();
        assert!(twice.is_empty(), "there more than once: {twice:?}");
        self.must_verify();
    }
}

/// A browser of the administrator.
#[derive(Debug, Clone)]
pub struct Browser {
    server: String,
    cookie: String,
    csrf: String,
}

impl Browser {
    /// The same session at a server that was started again.
    pub fn at(&self, server: &str) -> Self {
        Self {
            server: server.to_owned(),
            ..self.clone()
        }
    }

    /// One in which nobody has signed in.
    pub fn visitor(server: &str) -> Self {
        Self {
            server: server.to_owned(),
            cookie: String::new(),
            csrf: String::new(),
        }
    }

    /// Keeps the cookies of an answer beside those it has.
    pub fn keep(&mut self, reply: &Reply) {
        let set = reply.headers.iter().filter(|(name, _)| name == "set-cookie");
        for (_, line) in set.filter(|(_, line)| !line.contains("Max-Age=0")) {
            let pair = line.split(';').next().unwrap_or_default();
            let between = if self.cookie.is_empty() { "" } else { "; " };
            let _ = write!(self.cookie, "{between}{pair}");
        }
    }

    pub fn get(&self, path: &str) -> io::Result<Reply> {
        http::request(&self.server, "GET", path, &[("cookie", &self.cookie)], b"")
    }

    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> io::Result<Reply> {
        let mut body = format!("csrf={}", self.csrf);
        for (name, value) in fields {
            let _ = write!(body, "&{name}={}", encoded(value));
        }
        let headers = [
            ("cookie", self.cookie.as_str()),
            ("content-type", "application/x-www-form-urlencoded"),
            ("sec-fetch-site", "same-origin"),
        ];
        http::request(&self.server, "POST", path, &headers, body.as_bytes())
    }

    /// Adds a person; whether that was acknowledged, and the answer when there was one.
    pub fn add(&self, name: &str) -> (bool, Option<Reply>) {
        let reply = self.post("/staff/people/new?unit=24682", &[("name", name)]).ok();
        (reply.as_ref().is_some_and(|reply| reply.status == 303), reply)
    }

    /// So many threads add people until they are told to stop; each gives the names that were acknowledged.
    pub fn add_many(
        &self,
        callers: usize,
        mark: &str,
        stop: &Arc<AtomicBool>,
    ) -> Vec<JoinHandle<Vec<String>>> {
        (0..callers)
            .map(|caller| {
                let (browser, mark, stop) = (self.clone(), mark.to_owned(), Arc::clone(stop));
                std::thread::spawn(move || {
                    let mut acknowledged = Vec::new();
                    for number in 0.. {
                        if stop.load(Ordering::Relaxed) {
                            break;
                        }
                        let name = format!("Y Thử {mark}-{caller}-{number}");
                        match browser.add(&name) {
                            (true, _) => acknowledged.push(name),
                            // A server that is away is asked again in a moment.
                            (false, None) => std::thread::sleep(std::time::Duration::from_millis(5)),
                            (false, Some(_)) => {}
                        }
                    }
                    acknowledged
                })
            })
            .collect()
    }
}

/// The names that all threads got acknowledged.
pub fn gather(callers: Vec<JoinHandle<Vec<String>>>, stop: &AtomicBool) -> Vec<String> {
    stop.store(true, Ordering::Relaxed);
    callers
        .into_iter()
        .flat_map(|caller| caller.join().expect("no caller panics"))
        .collect()
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

//! The configuration: one TOML file, each key overridable by an environment variable, secrets in files of their own.
//!
//! Every value is known with where it came from, so that a mistake is told with file, line and reason.

mod outside;
mod papers;
mod provider;

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use toml::de::{DeTable, DeValue};
use townhall_store::DbConfig;
use townhall_store::files::S3Settings;
use townhall_web::running::{Rate, Rules};

use crate::logging::{Format, Level};

pub use outside::OutsideConfig;

/// Every key that a configuration may hold; `TOWNHALL_` and the key in capitals is its environment variable.
pub const KEYS: [&str; 51] = [
    "data",
    "listen",
    "base",
    "unit",
    "database_url",
    "database_password_file",
    "database_writers",
    "database_readers",
    "s3_endpoint",
    "s3_bucket",
    "s3_region",
    "s3_prefix",
    "s3_path_style",
    "s3_access_key_file",
    "s3_secret_key_file",
    "packs",
    "clock",
    "codes_required",
    "tls_certificate_file",
    "tls_key_file",
    "trusted_proxies",
    "metrics_from",
    "log",
    "log_level",
    "request_seconds",
    "largest_body_mb",
    "public_per_second",
    "public_burst",
    "stop_seconds",
    "worker",
    "smtp_server",
    "smtp_security",
    "smtp_user",
    "smtp_password_file",
    "mail_from",
    "mail_per_minute",
    "sms_url",
    "sms_body",
    "sms_header",
    "sms_secret_file",
    "sms_per_minute",
    "portal_url",
    "portal_token_file",
    "oidc_issuer",
    "oidc_client_id",
    "oidc_client_secret_file",
    "oidc_name_vi",
    "oidc_name_en",
    "oidc_scopes",
    "oidc_second_factor",
    "authority_file",
];

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// `FILE:LINE`, or the name of an environment variable or option.
    pub place: String,
    /// What is wrong.
    pub reason: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.reason)
    }
}

/// A configuration whose every value was understood.
#[derive(Debug, Clone)]
pub struct Config {
    /// The data directory.
    pub data: Option<PathBuf>,
    /// Where to listen.
    pub listen: SocketAddr,
    /// Public address without a slash at the end; the address of the listener when it is not given.
    pub base: Option<String>,
    /// Code of the unit whose public pages stand at `/`.
    pub unit: Option<String>,
    /// Address of a `PostgreSQL` server, with its password.
    pub database_url: Option<String>,
    /// Connections for commands and for queries, on `PostgreSQL`.
    pub database_threads: (usize, usize),
    /// A bucket for the papers instead of the data directory.
    pub papers: Option<S3Settings>,
    /// A directory of packs over the built-in ones.
    pub packs: Option<PathBuf>,
    /// `now`, or the business time to begin with.
    pub clock: Option<String>,
    /// Whether officers must have one-time codes or a passkey beside their password.
    pub codes_required: bool,
    /// Certificate chain and key.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// Addresses of proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// How log lines look.
    pub log: Format,
    /// What is logged.
    pub log_level: Level,
    /// Limits while serving.
    pub rules: Rules,
    /// How long requests under way may take when the node stops.
    pub stop_time: Duration,
    /// Whether this process works off jobs; one of several may leave that to the others.
    pub worker: bool,
    /// Mail server, text messages, portal, identity provider.
    pub outside: OutsideConfig,
}

impl Config {
    /// Reads the file, then the environment, then what the command line set over both.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn load(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
        options: &[(&'static str, String)],
    ) -> Result<Self, Vec<Problem>> {
        let mut values = Values::default();
        if let Some(file) = file {
            values.read_file(file);
        }
        for (name, value) in environment {
            let key = name.strip_prefix("TOWNHALL_").map(str::to_ascii_lowercase);
            // Other variables of this prefix steer tests; they are no keys, and no mistakes either.
            if let Some(key) = key.filter(|key| KEYS.contains(&key.as_str())) {
                values.set(&key, value, name);
            }
        }
        for (key, value) in options {
            values.set(key, value.clone(), format!("--{}", key.replace('_', "-")));
        }
        let config = values.config();
        if values.problems.is_empty() {
            Ok(config)
        } else {
            Err(values.problems)
        }
    }

    /// The database: a server when an address is given, else a file in the data directory.
    pub fn database(&self, data: &Path) -> DbConfig {
        let (writers, readers) = self.database_threads;
        match &self.database_url {
            Some(url) => DbConfig::Postgres {
                url: url.clone(),
                writers,
                readers,
            },
            None => DbConfig::Sqlite {
                file: data.join(crate::node::SQLITE_FILE),
            },
        }
    }
}

/// A value as it was written, and where.
#[derive(Debug, Clone)]
struct Written {
    text: String,
    place: String,
}

#[derive(Debug, Default)]
struct Values {
    values: BTreeMap<String, Written>,
    problems: Vec<Problem>,
}

impl Values {
    fn set(&mut self, key: &str, text: String, place: String) {
        self.values.insert(key.to_owned(), Written { text, place });
    }

    fn wrong(&mut self, place: impl Into<String>, reason: impl Into<String>) {
        self.problems.push(Problem {
            place: place.into(),
            reason: reason.into(),
        });
    }

    fn read_file(&mut self, file: &Path) {
        let name = file.display().to_string();
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) => return self.wrong(name, format!("cannot be read: {error}")),
        };
        let line = |at: usize| text[..at.min(text.len())].matches('\n').count() + 1;
        let table = match DeTable::parse(&text) {
            Ok(table) => table,
            Err(error) => {
                let at = error.span().map_or(0, |span| span.start);
                let reason = error.message().to_owned();
                return self.wrong(format!("{name}:{}", line(at)), reason);
            }
        };
        for (key, value) in table.get_ref() {
            let place = format!("{name}:{}", line(key.span().start));
            let key: &str = key.get_ref().as_ref();
            if !KEYS.contains(&key) {
                let near = near(key).map_or(String::new(), |near| format!("; is it `{near}`?"));
                self.wrong(place, format!("there is no key `{key}`{near}"));
                continue;
            }
            match plain(value.get_ref()) {
                Some(text) => {
                    if key == "database_url" && has_password(&text) {
                        let reason = "a password does not belong here: put it into a file and name that in \
                                      `database_password_file`";
                        self.wrong(place.clone(), reason);
                    }
                    self.set(key, text, place);
                }
                None => self.wrong(
                    place,
                    format!("`{key}` is a text, a number, true, false or a list of texts"),
                ),
            }
        }
    }

    /// The value of a key, read by `read`; the default when it is not there or not right.
    fn get<T>(&mut self, key: &str, read: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let written = self.values.get(key)?.clone();
        match read(&written.text) {
            Ok(value) => Some(value),
            Err(reason) => {
                self.wrong(written.place, format!("`{key}`: {reason}"));
                None
            }
        }
    }

    fn number(&mut self, key: &str, from: u32, to: u32, default: u32) -> u32 {
        self.get(key, |text| {
            let number = text.parse().ok().filter(|number| (from..=to).contains(number));
            number.ok_or_else(|| format!("a whole number from {from} to {to} is wanted, not {text}"))
        })
        .unwrap_or(default)
    }

    fn config(&mut self) -> Config {
        let defaults = Rules::default();
        let path = |text: &str| Ok(PathBuf::from(text));
        let listen = self.get("listen", |text| {
            text.parse()
                .map_err(|_| format!("an address such as 127.0.0.1:8080 is wanted, not {text}"))
        });
        let rules = Rules {
            request_time: Duration::from_secs(u64::from(self.number("request_seconds", 1, 3600, 120))),
            largest_body_bytes: self.number("largest_body_mb", 1, 4096, 64) as usize * 1024 * 1024,
            public_rate: Rate {
                per_second: self.number("public_per_second", 0, 100_000, defaults.public_rate.per_second),
                burst: self.number("public_burst", 1, 1_000_000, defaults.public_rate.burst),
            },
            metrics_from: self.get("metrics_from", list).unwrap_or(defaults.metrics_from),
        };
        Config {
            data: self.get("data", path),
            listen: listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080))),
            base: self.get("base", base),
            unit: self.get("unit", |text| Ok(text.to_owned())),
            database_url: self.database_url(),
            database_threads: (
                self.number("database_writers", 1, 256, 16) as usize,
                self.number("database_readers", 1, 256, 8) as usize,
            ),
            papers: self.papers(),
            packs: self.get("packs", existing),
            clock: self.get("clock", |text| {
                crate::node::parse_clock(text)
                    .map(|_| text.to_owned())
                    .map_err(|error| format!("{error:#}"))
            }),
            codes_required: self.get("codes_required", yes_or_no).unwrap_or(false),
            tls: self.tls(),
            trusted_proxies: self.get("trusted_proxies", list).unwrap_or_default(),
            log: self.get("log", FromStr::from_str).unwrap_or_default(),
            log_level: self.get("log_level", FromStr::from_str).unwrap_or_default(),
            rules,
            stop_time: Duration::from_secs(u64::from(self.number("stop_seconds", 0, 3600, 30))),
            worker: self.get("worker", yes_or_no).unwrap_or(true),
            outside: self.outside(),
        }
    }

    fn tls(&mut self) -> Option<(PathBuf, PathBuf)> {
        let certificate = self.get("tls_certificate_file", existing);
        let key = self.get("tls_key_file", existing);
        for (one, other) in [
            ("tls_certificate_file", "tls_key_file"),
            ("tls_key_file", "tls_certificate_file"),
        ] {
            if let (Some(written), None) = (self.values.get(one).cloned(), self.values.get(other)) {
                self.wrong(written.place, format!("`{one}` needs `{other}` beside it"));
            }
        }
        certificate.zip(key)
    }

    fn database_url(&mut self) -> Option<String> {
        let url = self.get("database_url", |text| {
            let known = text.starts_with("postgres://") || text.starts_with("postgresql://");
            known.then(|| text.to_owned()).ok_or_else(|| {
                "an address such as postgres://townhall@localhost/townhall is wanted".to_owned()
            })
        });
        let password = self.get("database_password_file", |text| secret(Path::new(text)));
        match (url, password) {
            (Some(url), Some(password)) => Some(with_password(&url, &password)),
            (url, _) => url,
        }
        .filter(|url| match townhall_store::check_address(url) {
            Ok(()) => true,
            Err(error) => {
                let place = self
                    .values
                    .get("database_url")
                    .map(|written| written.place.clone());
                self.wrong(place.unwrap_or_default(), format!("`database_url`: {error}"));
                false
            }
        })
    }
}

/// A value as text; a list of texts is joined by commas.
fn plain(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.as_ref().to_owned()),
        DeValue::Integer(number) => Some(number.as_str().replace('_', "")),
        DeValue::Boolean(value) => Some(value.to_string()),
        DeValue::Array(values) => {
            let texts: Option<Vec<_>> = values
                .iter()
                .map(|value| match value.get_ref() {
                    DeValue::String(text) => Some(text.as_ref().to_owned()),
                    _ => None,
                })
                .collect();
            texts.map(|texts| texts.join(","))
        }
        DeValue::Float(_) | DeValue::Datetime(_) | DeValue::Table(_) => None,
    }
}

fn list<T: FromStr>(text: &str) -> Result<Vec<T>, String> {
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| {
            part.parse()
                .map_err(|_| format!("{part} is not an address such as 127.0.0.1"))
        })
        .collect()
}

fn yes_or_no(text: &str) -> Result<bool, String> {
    text.parse()
        .map_err(|_| format!("true or false is wanted, not {text}"))
}

fn existing(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    match std::fs::metadata(&path) {
        Ok(_) => Ok(path),
        Err(error) => Err(format!("{text}: {error}")),
    }
}

fn base(text: &str) -> Result<String, String> {
    let text = text.trim_end_matches('/');
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    match rest {
        Some(host) if !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ', '+']) => {
            Ok(text.to_owned())
        }
        _ => Err(format!(
            "an address such as https://thuanan.example.vn without a path is wanted, not {text}"
        )),
    }
}

/// The first line of a file that only its owner may read.
fn secret(file: &Path) -> Result<String, String> {
    use std::os::unix::fs::PermissionsExt;
    let shown = file.display();
    let meta = std::fs::metadata(file).map_err(|error| format!("{shown}: {error}"))?;
    if meta.permissions().mode() & 0o077 != 0 {
        return Err(format!("{shown} may be read by others: chmod 600 {shown}"));
    }
    let text = std::fs::read_to_string(file).map_err(|error| format!("{shown}: {error}"))?;
    match text.lines().next().map(str::trim) {
        Some(line) if !line.is_empty() => Ok(line.to_owned()),
        _ => Err(format!("{shown} is empty")),
    }
}

fn has_password(url: &str) -> bool {
    let authority = url.split_once("://").map_or(url, |(_, rest)| rest);
    let user = authority.split('/').next().and_then(|host| host.rsplit_once('@'));
    user.is_some_and(|(user, _)| user.contains(':')) || url.contains("password=")
}

/// Puts the password behind the user; every byte that is not a letter or digit is written as `%XX`.
fn with_password(url: &str, password: &str) -> String {
    let escaped: String = password
        .bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect();
    match url
        .split_once("://")
        .and_then(|(scheme, rest)| Some((scheme, rest.split_once('@')?)))
    {
        Some((scheme, (user, rest))) => format!("{scheme}://{user}:{escaped}@{rest}"),
        None => url.to_owned(),
    }
}

/// The key that was probably meant.
fn near(key: &str) -> Option<&'static str> {
    let plain = |key: &str| key.replace(['-', '_'], "").to_ascii_lowercase();
    KEYS.into_iter().find(|known| {
        let (known, key) = (plain(known), plain(key));
        known == key || (key.len() > 3 && (known.contains(&key) || key.contains(&known)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str) -> Result<Config, Vec<String>> {
        let dir = tempfile::tempdir().expect("a directory");
        let file = dir.path().join("townhall.toml");
        std::fs::write(&file, text).expect("written");
        Config::load(Some(&file), [], &[]).map_err(|problems| {
            let shown = |problem: Problem| {
                let line = problem.place.rsplit(':').next().unwrap_or_default().to_owned();
                format!("{line}: {}", problem.reason)
            };
            problems.into_iter().map(shown).collect()
        })
    }

    #[test]
    fn every_mistake_is_told_with_its_line_and_reason() {
        let told = load("# a comment\nlisten = \"nowhere\"\ntls-key_file = \"x\"\nrequest_seconds = 0\n\nbase = \"thuanan.vn\"\ntrusted_proxies = [\"10.0.0.1\", \"ten\"]\nlog = \"xml\"\n")
            .expect_err("it is full of mistakes");
        assert_eq!(
            told,
            [
                "3: there is no key `tls-key_file`; is it `tls_key_file`?",
                "2: `listen`: an address such as 127.0.0.1:8080 is wanted, not nowhere",
                "4: `request_seconds`: a whole number from 1 to 3600 is wanted, not 0",
                "6: `base`: an address such as https://thuanan.example.vn without a path is wanted, not thuanan.vn",
                "7: `trusted_proxies`: ten is not an address such as 127.0.0.1",
                "8: `log`: json or text is wanted, not xml",
            ]
        );
    }

    #[test]
    fn a_file_that_is_no_toml_is_told_with_its_line() {
        let told = load("listen = \"127.0.0.1:1\"\nbase = \n").expect_err("not TOML");
        assert!(told[0].starts_with("2: "), "{told:?}");
    }

    #[test]
    fn the_environment_stands_over_the_file_and_an_option_over_both() {
        let dir = tempfile::tempdir().expect("a directory");
        let file = dir.path().join("townhall.toml");
        std::fs::write(&file, "listen = \"127.0.0.1:1\"\nunit = \"1\"\nlog = \"text\"\n").expect("written");
        let environment = [
            ("TOWNHALL_LISTEN", "127.0.0.1:2"),
            ("TOWNHALL_UNIT", "2"),
            ("TOWNHALL_BIN", "x"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let config = Config::load(Some(&file), environment, &[("unit", "3".to_owned())]).expect("right");
        assert_eq!(config.listen.port(), 2);
        assert_eq!(config.unit.as_deref(), Some("3"));
        assert_eq!(config.log, Format::Text);
    }

    #[test]
    fn a_secret_stands_in_a_file_that_others_cannot_read() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().expect("a directory");
        let file = dir.path().join("password");
        std::fs::write(&file, "a b/c\n").expect("written");
        let text = format!(
            "database_url = \"postgres://townhall@db/townhall\"\ndatabase_password_file = \"{}\"\n",
            file.display()
        );
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).expect("mode");
        assert!(load(&text).expect_err("open to others")[0].contains("may be read by others"));
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).expect("mode");
        assert_eq!(
            load(&text).expect("right").database_url.as_deref(),
            Some("postgres://townhall:a%20b%2Fc@db/townhall")
        );
        let told = load("database_url = \"postgres://townhall:secret@db/townhall\"\n").expect_err("a secret");
        assert!(
            told[0].starts_with("1: a password does not belong here"),
            "{told:?}"
        );
    }

    #[test]
    fn a_certificate_needs_its_key() {
        let told = load("tls_certificate_file = \"/nowhere/cert.pem\"\n").expect_err("no key");
        assert!(
            told.iter().any(|line| line.contains("needs `tls_key_file`")),
            "{told:?}"
        );
        assert!(
            told.iter().any(|line| line.contains("/nowhere/cert.pem")),
            "{told:?}"
        );
    }

    #[test]
    fn the_example_configuration_is_right_and_names_every_key() {
        let example = include_str!("../../../dist/townhall.example.toml");
        load(example).expect("the example is right");
        for key in KEYS {
            let named = example
                .lines()
                .any(|line| line.trim_start_matches("# ").starts_with(&format!("{key} = ")));
            assert!(named, "{key} is not in the example");
        }
    }
}

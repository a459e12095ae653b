//! The program itself: its size, its start, its memory, and what it answers over HTTP under load.
//!
//! The load comes from `wrk` (Debian: wrk), on the same machine: the two share its processors, so the figures are
//! lower than a server of its own would give. Processor time is read from the kernel's account of our process.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use serde_json::{Value, json};
use townhall_app::clock::real_now;
use townhall_app::sign_in::password::{Password, PasswordCost, Passwords};
use townhall_app::sign_in::{self, Moment};
use townhall_domain::dossier::ComponentSource;
use townhall_domain::ids::DossierId;
use townhall_domain::time::local_date;
use townhall_store::{Db, DbConfig, StoreError, log};
use townhall_testkit::process::{Launch, Server};

use crate::node::Node;
use crate::table::{Answered, Report};
use crate::{Args, CALLERS, work};

/// Who asks. A program may come 2,000 times a second with one token; what is more is refused and told.
const USER: &str = "motcua";

/// Pages that somebody opens all day, each by who opens it; each must stay fast, however much lies behind it.
const PAGES: [(&str, &str); 17] = [
    (USER, "/work"),
    (USER, "/dossiers"),
    (USER, "/dossiers?q=nguyen+mau"),
    (USER, "/dossiers?state=open&sort=due"),
    (USER, "/counter"),
    (USER, "/express"),
    (USER, "/queue"),
    (USER, "/fees"),
    (USER, "/registers"),
    ("chutich", "/work"),
    ("chutich", "/dossiers?due=over"),
    ("chutich", "/tasks"),
    ("chutich", "/dashboard"),
    ("chutich", "/staff"),
    ("quantri", "/jobs"),
    ("quantri", "/admin"),
    ("quantri", "/portal"),
];

/// Measures the release build on a filled node; the node's own handles are closed first.
///
/// # Errors
/// When the program or the load generator cannot be run.
pub fn measure(node: Arc<Node>, args: &Args, report: &mut Report) -> Result<()> {
    // What is handed over in three runs, each with dossiers of its own.
    work::supply(&node, usize::try_from(args.seconds)? * 1500 * CALLERS.len())?;
    let keys = Keys::of(&node)?;
    let (dir, config) = (node.dir().to_path_buf(), node.config().clone());
    drop(node);
    let size = fs::metadata(&args.binary)
        .with_context(|| format!("{} is not there", args.binary.display()))?
        .len();
    let launch = Launch::new(&args.binary).args([
        "serve",
        "--data",
        &dir.to_string_lossy(),
        "--listen",
        "127.0.0.1:0",
        "--log",
        "json",
    ]);
    let began = Instant::now();
    let server = launch
        .try_start()
        .map_err(|said| anyhow!("the program did not start:\n{said}"))?;
    report.program("binary", &megabytes(size));
    report.program(
        "cold start, until it is ready",
        &format!("{} ms", began.elapsed().as_millis()),
    );
    std::thread::sleep(Duration::from_secs(3));
    report.program("memory, idle", &megabytes(memory(server.id())?));
    for (name, path) in [("home", "/"), ("sign-in", "/sign-in")] {
        let (page, whole) = first_visit(&server, path)?;
        let text = format!("{page} bytes compressed, {whole} with all it loads");
        report.program(&format!("first visit, {name}"), &text);
    }
    let (facts, took) = log_written(&config)?;
    report.program(
        "facts that had waited for the transparency log, at",
        &format!("{facts}, {:.0} a second", per_second(facts, took)),
    );
    over_http(&server, &dir, &keys, args.seconds, report)?;
    report.program("memory, after the load", &megabytes(memory(server.id())?));
    Ok(())
}

/// Waits until every fact of the filling has its place in the log: a node at work does not have so many waiting.
/// Gives how many waited and how long it took.
fn log_written(config: &DbConfig) -> Result<(u64, Duration)> {
    let db = Db::open_to_look(config)?;
    let waiting = || -> Result<u64> { Ok(db.read_blocking("log_waiting", log::waiting)?) };
    let (began, first) = (Instant::now(), waiting()?);
    while waiting()? > 0 {
        std::thread::sleep(Duration::from_millis(200));
        if began.elapsed() > Duration::from_mins(15) {
            bail!("the log is not written: {} facts wait", waiting()?);
        }
    }
    Ok((first, began.elapsed()))
}

#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
fn per_second(count: u64, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64().max(f64::EPSILON)
}

/// What opens doors: made before the program runs.
struct Keys {
    token: String,
    sessions: BTreeMap<&'static str, String>,
    dossiers: Vec<DossierId>,
    version: i64,
    reception: Value,
}

impl Keys {
    fn of(node: &Arc<Node>) -> Result<Self> {
        let users: BTreeSet<&str> = PAGES.iter().map(|(user, _)| *user).collect();
        let sessions = users.into_iter().map(|user| Ok((user, session(node, user)?)));
        Ok(Self {
            token: node.account(USER)?.token.clone(),
            sessions: sessions.collect::<Result<_>>()?,
            dossiers: node.accepted(),
            version: node.accepted_version(),
            reception: reception(node)?,
        })
    }
}

fn session(node: &Node, user: &str) -> Result<String> {
    let account = node.account(user)?.clone();
    let business = node.town().clock().now();
    let passwords = Passwords::new(PasswordCost::STANDARD).map_err(|_| anyhow!("hashing"))?;
    let source = std::net::IpAddr::from([127, 0, 0, 1]);
    let db = node.town().db();
    let attempt = db
        .write_blocking("take_try", {
            let (packs, user) = (node.town().packs().clone(), account.user.clone());
            move |tx| {
                let moment = Moment {
                    now: real_now(),
                    business,
                    units: packs.units(),
                };
                sign_in::take_try(tx, &moment, &user, source)
            }
        })
        .map_err(|error: StoreError| error)?
        .map_err(|refusal| anyhow!("{refusal:?}"))?;
    if !attempt.is_right(&passwords, &Password::typed(account.password)) {
        bail!("the password of the demonstration is wrong");
    }
    let packs = node.town().packs().clone();
    let handed = db
        .write_blocking("open_session", move |tx| {
            let moment = Moment {
                now: real_now(),
                business,
                units: packs.units(),
            };
            sign_in::open(tx, &moment, &attempt)
        })
        .map_err(|error: StoreError| error)?
        .map_err(|refusal| anyhow!("{refusal:?}"))?;
    Ok(handed.token.reveal())
}

/// The reception of a dossier as a program sends it.
fn reception(node: &Node) -> Result<Value> {
    let command = node.reception_on(local_date(real_now()))?;
    let components: Vec<Value> = command
        .components
        .iter()
        .map(|line| {
            json!({
                "component": line.component,
                "status": line.status.as_str(),
                "source": line.source.map(ComponentSource::as_str),
                "copies": line.copies,
            })
        })
        .collect();
    Ok(json!({
        "procedure": command.procedure,
        "channel": command.channel.as_str(),
        "applicant": {
            "name": command.applicant.name,
            "id_number": command.applicant.id_number,
            "born_on": command.applicant.born_on,
            "phone": command.applicant.phone,
            "address": command.applicant.address,
        },
        "form": command.form,
        "components": components,
        "verdict": { "kind": "accept" },
    }))
}

fn over_http(server: &Server, dir: &Path, keys: &Keys, seconds: u64, report: &mut Report) -> Result<()> {
    let bearer = |body: &str, path: &str, method: &str| script(keys, &keys.dossiers, method, path, body);
    let id = keys.dossiers.last().context("no dossier was accepted")?;
    let receive = bearer(&keys.reception.to_string(), "'/api/v1/dossiers'", "POST");
    let get = bearer("", "'/api/v1/dossiers/' .. next_dossier()", "GET");
    let list = bearer("", "'/api/v1/dossiers?limit=50'", "GET");
    let page = |user: &str, path: &str| {
        let session = keys.sessions.get(user).map_or("", String::as_str);
        format!(
            "wrk.headers['Cookie'] = 'townhall={session}'\nrequest = function() return wrk.format('GET', '{path}') end\n"
        )
    };
    let runs = [
        ("API: receive", receive),
        ("API: get", get),
        ("API: list of 50", list),
        ("page: my work", page(USER, "/work")),
        ("page: list of 50", page(USER, "/dossiers")),
        ("page: dossier", page(USER, &format!("/dossiers/{id}"))),
    ];
    let mut run = |name: &str, callers: usize, lua: &str| -> Result<()> {
        let file = dir.join("load.lua");
        fs::write(&file, lua).context("the script of the load")?;
        let answered = load(server, &file, callers, seconds)?;
        eprintln!("{name} {callers}: {:.0}/s", answered.per_second);
        report.answered(name, callers, &answered);
        Ok(())
    };
    for (name, lua) in runs {
        for callers in CALLERS {
            run(name, callers, &lua)?;
        }
    }
    for (user, path) in PAGES {
        run(&format!("{path} ({user})"), 1, &page(user, path))?;
    }
    // A dossier is handed over once: each run has dossiers of its own.
    let share = keys.dossiers.len().div_ceil(CALLERS.len());
    for (callers, dossiers) in CALLERS.into_iter().zip(keys.dossiers.chunks(share)) {
        let body = json!({ "version": keys.version }).to_string();
        let path = "'/api/v1/dossiers/' .. next_dossier() .. '/actions/transfer'";
        run(
            "API: advance",
            callers,
            &script(keys, dossiers, "POST", path, &body),
        )?;
    }
    Ok(())
}

/// A script for the load generator. Each of its threads takes every so manieth dossier, so that none comes twice.
fn script(keys: &Keys, dossiers: &[DossierId], method: &str, path: &str, body: &str) -> String {
    let mut text = String::from("local dossiers = {\n");
    for id in dossiers {
        let _ = writeln!(text, "'{id}',");
    }
    text.push_str("}\n");
    let _ = write!(
        text,
        r"local started = os.time()
local threads = 0
function setup(thread)
  -- A global of that thread's own state: a local of this name would hide it.
  thread:set('number', threads)
  threads = threads + 1
end
local count = 0
function next_dossier()
  return dossiers[(count * 2 + number) % #dossiers + 1]
end
local body = [==[{body}]==]
function request()
  count = count + 1
  local headers = {{
    ['Authorization'] = 'Bearer {}',
    ['Content-Type'] = 'application/json',
  }}
  if '{method}' == 'POST' then
    headers['Idempotency-Key'] = started .. '-' .. number .. '-' .. count
  end
  return wrk.format('{method}', {path}, headers, '{method}' == 'POST' and body or nil)
end
",
        keys.token
    );
    text
}

fn load(server: &Server, script: &Path, connections: usize, seconds: u64) -> Result<Answered> {
    let before = processor_seconds(server.id())?;
    let threads = connections.min(2);
    let output = Command::new("wrk")
        .arg(format!("-t{threads}"))
        .arg(format!("-c{connections}"))
        .arg(format!("-d{seconds}s"))
        .args(["--latency", "--timeout", "20s", "-s"])
        .arg(script)
        .arg(server.url())
        .output()
        .context("the load generator wrk cannot be started (Debian: wrk)")?;
    let spent = processor_seconds(server.id())? - before;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        bail!("wrk: {text}{}", String::from_utf8_lossy(&output.stderr));
    }
    Answered::read(&text, spent).with_context(|| format!("wrk said:\n{text}"))
}

/// Processor time of a process so far, in seconds (proc(5): fields 14 and 15 of `stat`, in hundredths).
fn processor_seconds(process: u32) -> Result<f64> {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).context("the process is gone")?;
    let after_name = text.rsplit_once(')').map_or("", |(_, rest)| rest);
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    let ticks =
        |place: usize| -> Result<f64> { Ok(fields.get(place).context("a field of stat")?.parse::<f64>()?) };
    Ok((ticks(11)? + ticks(12)?) / 100.0)
}

/// Resident memory of a process, in bytes.
fn memory(process: u32) -> Result<u64> {
    let text = fs::read_to_string(format!("/proc/{process}/status")).context("the process is gone")?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib: u64 = line
        .and_then(|line| line.split_whitespace().next())
        .context("VmRSS")?
        .parse()?;
    Ok(kib * 1024)
}

#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1_000_000.0)
}

/// Bytes on the wire of a page, and of it with its styles, scripts, fonts and images, all compressed.
fn first_visit(server: &Server, path: &str) -> Result<(usize, usize)> {
    let page = fetch(&format!("{}{path}", server.url()))?;
    let plain = Command::new("curl")
        .args(["-sL", "--compressed", &format!("{}{path}", server.url())])
        .output()
        .context("curl")?;
    let html = String::from_utf8_lossy(&plain.stdout).into_owned();
    let mut whole = page;
    let mut seen = BTreeSet::new();
    for part in html.split(['"', '\'']) {
        let is_asset = part.starts_with("/assets/");
        if is_asset && seen.insert(part) {
            whole += fetch(&format!("{}{part}", server.url()))?;
        }
    }
    Ok((page, whole))
}

fn fetch(url: &str) -> Result<usize> {
    let output = Command::new("curl")
        .args(["-sL", "-H", "Accept-Encoding: gzip", url])
        .output()
        .context("curl cannot be started")?;
    Ok(output.stdout.len())
}

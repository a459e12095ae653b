//! `townhall serve`: a node, from start to an orderly end.

mod listen;

use std::ffi::OsString;
use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use clap::Args;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use townhall_app::clock::{ClockAlarm, real_now};
use townhall_app::jobs::Worker;
use townhall_app::log::{KeeperError, LogKeeper, Sequencer};
use townhall_app::town::Town;
use townhall_domain::unit::UnitRegister;
use townhall_store::node as stored;
use townhall_web::running::{self, Stopping};
use townhall_web::state::{App, Site};

use crate::config::Config;
use crate::logging;
use crate::node::{self, Place};
use crate::options::{NodeArgs, data_of};

/// Serves a node.
#[derive(Debug, Clone, Args)]
pub struct ServeArgs {
    #[command(flatten)]
    node: NodeArgs,
    /// Address to listen on [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
    /// A directory of packs laid over the built-in ones
    #[arg(long, value_name = "DIR")]
    packs: Option<PathBuf>,
    /// Business clock: now, or a local time such as 2025-08-05T07:30 [default: as it stood]
    #[arg(long, value_name = "WHEN")]
    clock: Option<String>,
    /// Log lines: json or text
    #[arg(long, value_name = "FORMAT")]
    log: Option<String>,
}

/// Serves until it is asked to stop.
///
/// # Errors
/// When the node cannot be opened or the address cannot be listened on.
pub fn run(args: &ServeArgs) -> Result<()> {
    let config = args.node.config_with([
        ("listen", args.listen.clone().map(OsString::from)),
        ("packs", args.packs.clone().map(PathBuf::into_os_string)),
        ("clock", args.clock.clone().map(OsString::from)),
        ("log", args.log.clone().map(OsString::from)),
    ])?;
    logging::begin(config.log, config.log_level);
    let data = data_of(&config)?;
    let place = Place::of(&data);
    let wish = config.clock.as_deref().map(node::parse_clock).transpose()?;
    let (database, packs) = (config.database(&data), config.packs.as_deref());
    let town = node::open(&place, &database, packs, wish, config.papers.as_ref())?;
    serve(&config, &place, town)
}

/// Serves a node that is open.
///
/// # Errors
/// When the address cannot be listened on, the certificate cannot be read, or the log cannot be written.
pub fn serve(config: &Config, place: &Place, town: Town) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(townhall_store::async_threads())
        .enable_all()
        .build()
        .context("no threads")?;
    let tls = config
        .tls
        .as_ref()
        .map(|(certificate, key)| listen::tls(certificate, key))
        .transpose()?;
    let listener = runtime
        .block_on(TcpListener::bind(config.listen))
        .with_context(|| format!("cannot listen on {}", config.listen))?;
    let address = listener.local_addr().context("the listener has no address")?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    let site = site(config, &town, scheme, address)?;

    town.connect(config.outside.outside(&site.base));
    let keeper = LogKeeper::open(town.db(), &place.keys, host_of(&site.base)).map_err(explain)?;
    let holder = holder();
    let sequencer = Sequencer::start(keeper, holder.clone(), real_now).context("no thread for the log")?;
    let alarm = ClockAlarm::start(town.db().clone()).context("no thread for the clock")?;
    let worker = if config.worker {
        Worker::start_all(&town, &holder).context("no thread for jobs")?
    } else {
        Vec::new()
    };

    let stopping = Stopping::default();
    let app = App::new(town.clone(), site).requiring_codes(config.codes_required);
    let router = running::around(app, config.rules.clone(), stopping.clone());
    let served = runtime.block_on(async {
        let mut end = signal(SignalKind::terminate()).context("signals")?;
        let mut interrupt = signal(SignalKind::interrupt()).context("signals")?;
        let asked_to_stop = async move {
            tokio::select! { _ = end.recv() => "SIGTERM", _ = interrupt.recv() => "SIGINT" }
        };
        tracing::info!(%address, "serving on {scheme}://{address}");
        println!("ready {scheme}://{address}");
        std::io::stdout().flush().context("standard output")?;
        listen::serve(listener, tls, router, asked_to_stop, &stopping, config.stop_time).await;
        anyhow::Ok(())
    });
    // Requests first, then the threads behind them, the database last: its file is left without a log beside it.
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    drop(worker);
    drop(alarm);
    drop(sequencer);
    drop(town);
    tracing::info!("stopped");
    served
}

/// That the unit whose public pages stand at `/` is one that the packs know, today or at another time.
///
/// # Errors
/// When it is not.
pub fn check_unit(config: &Config, units: &UnitRegister) -> Result<()> {
    let Some(code) = &config.unit else { return Ok(()) };
    let is_known = units.all().iter().any(|unit| unit.code() == code);
    ensure!(
        is_known,
        "unit: there is no unit with the code {code}; a commune has five digits"
    );
    Ok(())
}

fn site(config: &Config, town: &Town, scheme: &str, address: SocketAddr) -> Result<Site> {
    check_unit(config, town.packs().units())?;
    let base = config
        .base
        .clone()
        .unwrap_or_else(|| format!("{scheme}://{address}"));
    let kept = town
        .db()
        .read_blocking("unit_of_node", |tx| stored::get(tx, stored::UNIT))?;
    Ok(Site {
        is_tls: base.starts_with("https://"),
        base,
        trusted_proxies: config.trusted_proxies.clone(),
        unit_code: config.unit.clone().or(kept).unwrap_or_default(),
    })
}

/// The public address without its scheme, after which a log is named.
pub fn host_of(base: &str) -> &str {
    base.split_once("://").map_or(base, |(_, host)| host)
}

/// Names this process, differently from every other at the same database.
fn holder() -> String {
    let mut random = [0_u8; 8];
    // Without random bits the process number still tells processes of one machine apart.
    let _ = getrandom::fill(&mut random);
    format!("{}-{}", std::process::id(), hex::encode(random))
}

fn explain(error: KeeperError) -> anyhow::Error {
    let way_out = match &error {
        KeeperError::Key { .. } | KeeperError::PutBack { .. } => {
            "; `townhall log begin --data DIR` begins a new log that names the old one"
        }
        KeeperError::Store(_) | KeeperError::Address(_) | KeeperError::Io { .. } => "",
    };
    anyhow::Error::new(error).context(format!("the transparency log cannot be written{way_out}"))
}

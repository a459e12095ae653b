//! What these tests share.

use std::path::Path;

use townhall_app::actor::Actor;
use townhall_app::clock::Clock;
use townhall_app::cx::IdSource;
use townhall_app::organisation::{AddPerson, add_person};
use townhall_app::packs::Packs;
use townhall_app::town::Town;
use townhall_store::files::Files;
use townhall_store::{Db, DbConfig};
use townhall_testkit::process::Launch;

/// The binary with these arguments, in an environment of its own.
pub fn townhall<S: Into<String>>(args: impl IntoIterator<Item = S>) -> Launch {
    Launch::new(env!("CARGO_BIN_EXE_townhall")).args(args)
}

/// A server on a free port with its data in this directory.
pub fn serve(data: &Path) -> Launch {
    townhall(["serve", "--listen", "127.0.0.1:0", "--data"]).args([data.display().to_string()])
}

/// Records one more fact, as a second process beside a node that may be serving.
pub fn record_something(data: &Path) {
    let file = data.join("townhall.db");
    let db = Db::open(&DbConfig::Sqlite { file }).expect("the database opens");
    let packs = Packs::load(None).expect("the packs are sound");
    let files = Files::open(&data.join("files")).expect("files");
    let town = Town::new(db, packs, Clock::real(), files, IdSource::System, false);
    let unit = town
        .packs()
        .units()
        .by_code("24682", jiff::civil::date(2025, 8, 5))
        .expect("a unit")
        .id
        .clone();
    let command = AddPerson {
        unit,
        name: "Y Thử Êban".to_owned(),
        email: None,
        phone: None,
    };
    town.write_blocking("add_person", &Actor::System { job: "test" }, move |tx, cx| {
        add_person(tx, cx, &command)
    })
    .expect("recorded");
}

//! The demonstration is the reports' own month.

use jiff::civil::date;
use townhall_app::actor::Actor;
use townhall_app::clock::Clock;
use townhall_app::cx::IdSource;
use townhall_app::demo;
use townhall_app::error::AppError;
use townhall_app::packs::Packs;
use townhall_app::ratings::{rating_list, rating_summary};
use townhall_app::statistics::{self, Figures, Measure};
use townhall_app::town::Town;
use townhall_domain::period::Days;
use townhall_domain::rating::Grade;
use townhall_domain::time;
use townhall_store::dossiers::Filter;
use townhall_store::files::Files;
use townhall_store::{Db, DbConfig, StoreError};

#[test]
fn thuan_an_received_402_and_resolved_317() {
    let dir = tempfile::tempdir().expect("a directory");
    let db = Db::open(&DbConfig::Sqlite {
        file: dir.path().join("townhall.db"),
    })
    .expect("a database");
    let packs = Packs::load(None).expect("packs");
    let files = Files::open(&dir.path().join("files")).expect("files");
    let town = Town::new(
        db,
        packs,
        Clock::manual(demo::begins_at()),
        files,
        IdSource::seeded(7),
        true,
    );
    let started = std::time::Instant::now();
    let accounts = demo::build(&town, &mut |_, _| {}).expect("a demonstration");
    eprintln!("built in {:?}", started.elapsed());
    assert!(
        accounts
            .iter()
            .any(|account| account.role == "receptionist" && account.unit == "24682")
    );

    let (from, to) = (
        time::instant(date(2025, 7, 1).at(0, 0, 0, 0)),
        time::instant(date(2025, 8, 5).at(0, 0, 0, 0)),
    );
    let (received, resolved, states, posts) = town
        .db()
        .read_blocking("count", move |tx| {
            let one = |tx: &mut townhall_store::Tx<'_>, sql: &str, params: &[townhall_store::Value]| -> Result<i64, StoreError> {
                tx.one(sql, params)?.map_or(Ok(0), |row| row.get("n"))
            };
            let unit = "24682-20250701";
            let received = one(
                tx,
                "SELECT COUNT(*) AS n FROM dossiers WHERE unit = $1 AND accepted_at >= $2 AND accepted_at < $3 AND field <> 'joined-up'",
                &townhall_store::params![unit, from, to],
            )?;
            let resolved = one(
                tx,
                "SELECT COUNT(*) AS n FROM dossiers WHERE unit = $1 AND state IN (8, 9, 10) AND ended_at >= $2 AND ended_at < $3 AND field <> 'joined-up'",
                &townhall_store::params![unit, from, to],
            )?;
            let states: Vec<(i64, i64)> = tx
                .rows("SELECT state, COUNT(*) AS n FROM dossiers WHERE unit = $1 GROUP BY state ORDER BY state", &townhall_store::params![unit])?
                .iter()
                .map(|row| Ok((row.get("state")?, row.get("n")?)))
                .collect::<Result<_, StoreError>>()?;
            let posts = one(tx, "SELECT COUNT(*) AS n FROM posts WHERE unit = $1", &townhall_store::params![unit])?;
            Ok::<_, StoreError>((received, resolved, states, posts))
        })
        .expect("counts");
    eprintln!("{states:?}");
    assert_eq!((received, resolved, posts), (402, 317, 113), "{states:?}");
    let directives: i64 = town
        .db()
        .read_blocking("tasks", |tx| {
            tx.one("SELECT COUNT(DISTINCT paragraph) AS n FROM tasks", &[])?
                .map_or(Ok(0), |row| row.get("n"))
        })
        .expect("tasks");
    assert_eq!(directives, 38);
    the_figures_are_those_of_the_reports(&town);
    money_was_taken_and_closed(&town);
    citizens_said_how_it_was(&town);
    joined_up_dossiers_are_there_and_counted_once(&town);
}

/// Some citizens rated what has ended, a few of them badly and with a reason, and the quality index counts them.
fn citizens_said_how_it_was(town: &Town) {
    let program = Actor::System { job: "test" };
    let (from, to) = (date(2025, 7, 1), date(2025, 8, 5));
    let (summary, low) = town
        .read_blocking("ratings", &program, move |tx, cx| {
            let unit = statistics::unit_of(cx, "24682", to)?;
            let days = Days { from, to };
            let summary = rating_summary(tx, cx, &unit, days)?;
            let mut low = rating_list(tx, cx, &unit, days, Some(Grade::Dissatisfied), None, 50)?.rows;
            low.extend(rating_list(tx, cx, &unit, days, Some(Grade::VeryDissatisfied), None, 50)?.rows);
            Ok::<_, AppError>((summary, low))
        })
        .expect("ratings");
    eprintln!("{:?}, mean {:?}", summary.counts, summary.mean_tenths());
    assert!((80..=180).contains(&summary.rated()), "{:?}", summary.counts);
    assert!(
        summary
            .mean_tenths()
            .is_some_and(|mean| (38..=46).contains(&mean))
    );
    assert_eq!(summary.counts.len(), Grade::ALL.len(), "{:?}", summary.counts);
    assert!((4..=25).contains(&low.len()), "{}", low.len());
    assert!(low.iter().all(|rated| rated.rating.remark.is_some()));
}

/// Ended and open ones, with members outside; only the members that are decided here are in the figures.
fn joined_up_dossiers_are_there_and_counted_once(town: &Town) {
    let rows = town
        .db()
        .read_blocking("joined", |tx| {
            tx.rows(
                "SELECT d.state AS whole, m.state AS member, m.dossier AS own FROM dossiers d
                   JOIN joined_members m ON m.parent = d.id WHERE d.unit = $1 AND d.field = 'joined-up'",
                &townhall_store::params!["24682-20250701"],
            )?
            .iter()
            .map(|row| {
                Ok((
                    row.get::<i64>("whole")?,
                    row.get::<String>("member")?,
                    row.get::<Option<String>>("own")?.is_none(),
                ))
            })
            .collect::<Result<Vec<_>, StoreError>>()
        })
        .expect("members");
    let outside = |whole: i64, member: &str| {
        let found = |row: &&(i64, String, bool)| row.0 == whole && row.1 == member && row.2;
        rows.iter().filter(found).count()
    };
    eprintln!("{rows:?}");
    assert!(
        outside(10, "done") >= 2,
        "ended with results from outside: {rows:?}"
    );
    assert!(outside(4, "at_work") >= 2, "open with somebody outside: {rows:?}");
    assert!(outside(4, "waiting") >= 1, "one waits for its turn: {rows:?}");
    let counted = town
        .read_blocking("statistics", &Actor::System { job: "test" }, move |tx, cx| {
            let to = date(2025, 8, 4);
            let unit = statistics::unit_of(cx, "24682", to)?;
            statistics::statistics(tx, cx, &unit, date(2025, 7, 1), to)
        })
        .expect("figures");
    assert_eq!(counted.total.received, 402);
    for whole in ["3.000722", "2.002913"] {
        assert!(
            counted
                .by_procedure
                .keys()
                .all(|procedure| procedure.as_str() != whole)
        );
    }
}

/// The same figures as a leader reads them, each opening exactly as many rows, and the province as the sum.
fn the_figures_are_those_of_the_reports(town: &Town) {
    let (from, to) = (date(2025, 7, 1), date(2025, 8, 4));
    let program = Actor::System { job: "test" };
    let of = |code: &'static str| {
        town.read_blocking("statistics", &program, move |tx, cx| {
            let unit = statistics::unit_of(cx, code, to)?;
            statistics::statistics(tx, cx, &unit, from, to)
        })
        .expect("figures")
    };
    let commune = of("24682");
    let total = commune.total;
    eprintln!("{total:?}");
    assert_eq!((total.received, total.resolved, total.pending), (402, 317, 85));
    assert_eq!((total.on_time, total.overdue()), (305, 29), "{total:?}");
    // A plausible month: most of what is open is in time, some wait or were given more time, some are late.
    let (waiting, extended) = town
        .db()
        .read_blocking("held", |tx| {
            let count = |tx: &mut townhall_store::Tx<'_>, what: &str| -> Result<i64, StoreError> {
                let sql = format!(
                    "SELECT COUNT(*) AS n FROM dossiers WHERE unit = $1 AND is_open = 1 AND accepted_at IS NOT NULL AND {what}"
                );
                tx.one(&sql, &townhall_store::params!["24682-20250701"])?
                    .map_or(Ok(0), |row| row.get("n"))
            };
            Ok::<_, StoreError>((
                count(tx, "paused_at IS NOT NULL")?,
                count(tx, "due_at > original_due_at AND paused_at IS NULL")?,
            ))
        })
        .expect("counts");
    eprintln!("{waiting} wait, {extended} were given more time");
    assert!((15..=20).contains(&total.pending_overdue), "{total:?}");
    assert!((8..=30).contains(&waiting), "{waiting} wait");
    assert!((2..=15).contains(&extended), "{extended} were given more time");
    for split in [
        commune.by_procedure.values().copied().collect::<Vec<_>>(),
        commune.by_field.values().copied().collect(),
        commune.by_channel.values().copied().collect(),
    ] {
        let mut sum = Figures::default();
        for figures in split {
            sum += figures;
        }
        assert_eq!(sum, total);
    }
    let unit = commune.unit.clone();
    for (measure, figure) in [
        (Measure::Received, total.received),
        (Measure::OnTime, total.on_time),
        (Measure::Pending, total.pending),
        (Measure::Overdue, total.overdue()),
    ] {
        let unit = unit.clone();
        let rows = town
            .read_blocking("rows", &program, move |tx, cx| {
                let filter = Filter {
                    units: vec![unit.clone()],
                    measure: Some((measure, statistics::period(cx, from, to)?)),
                    ..Filter::default()
                };
                Ok::<_, AppError>(townhall_store::dossiers::list(tx, &filter, 1000)?.rows.len())
            })
            .expect("rows");
        assert_eq!(i64::try_from(rows).expect("few"), figure, "{}", measure.as_str());
    }
    let province = of("68");
    let mut sum = Figures::default();
    for figures in province.by_unit.values() {
        sum += *figures;
    }
    assert_eq!(province.total, sum);
    assert_eq!(province.by_unit.get(&unit), Some(&total));
    assert!(
        province.by_unit.len() > 100,
        "{} communes",
        province.by_unit.len()
    );
}

/// Receipts are numbered 1, 2, 3 … and every one stands on the closing of its evening.
fn money_was_taken_and_closed(town: &Town) {
    let (receipts, last, open, sums, closed) = town
        .db()
        .read_blocking("fees", move |tx| {
            let one = |tx: &mut townhall_store::Tx<'_>, sql: &str| -> Result<i64, StoreError> {
                tx.one(sql, &townhall_store::params!["24682-20250701"])?
                    .map_or(Ok(0), |row| row.get("n"))
            };
            Ok::<_, StoreError>((
                one(tx, "SELECT COUNT(*) AS n FROM payments WHERE unit = $1")?,
                one(tx, "SELECT MAX(number) AS n FROM payments WHERE unit = $1")?,
                one(tx, "SELECT COUNT(*) AS n FROM fee_open WHERE unit = $1")?,
                one(
                    tx,
                    "SELECT CAST(SUM(amount) AS BIGINT) AS n FROM payments WHERE unit = $1",
                )?,
                one(
                    tx,
                    "SELECT CAST(SUM(cash + transfer) AS BIGINT) AS n FROM fee_closings WHERE unit = $1",
                )?,
            ))
        })
        .expect("fees");
    assert!(receipts > 200, "{receipts}");
    assert_eq!((receipts, open, sums), (last, 0, closed));
}

use std::time::Duration;

use townhall_testkit::{http, temp_dir};

use crate::support::townhall;

#[test]
fn a_demonstration_is_made_once_gone_on_with_and_started_over_when_asked() {
    let dir = temp_dir();
    let data = dir.path().join("demo").display().to_string();
    let accounts = dir.path().join("demo/demo-accounts.json");
    let demo = townhall(["demo", "--listen", "127.0.0.1:0", "--data", &data]);

    let mut server = demo.start();
    assert!(accounts.is_file(), "written before it is ready");
    let list: Vec<serde_json::Value> =
        serde_json::from_slice(&std::fs::read(&accounts).expect("read")).expect("a list");
    for key in ["role", "unit", "user", "password", "token"] {
        assert!(list.iter().all(|account| account[key].is_string()), "{key}");
    }
    assert!(list.iter().any(|account| account["unit"] == "24682"));
    assert_eq!(http::get(server.url(), "/readyz").expect("an answer").status, 200);
    assert!(
        server
            .stop(Duration::from_secs(40))
            .is_some_and(|status| status.success())
    );
    assert!(server.said().contains("motcua"), "it says who can sign in");

    let before = std::fs::read(&accounts).expect("read");
    let (status, said, errors) = townhall(["demo", "--only-make", "--data", &data]).run();
    assert!(status.success(), "{said}{errors}");
    assert!(
        !errors.contains("making the demonstration"),
        "it goes on with what is there: {errors}"
    );
    assert_eq!(std::fs::read(&accounts).expect("read"), before);

    let (status, _, errors) = townhall(["verify", "--data", &data]).run();
    assert!(status.success(), "{errors}");

    let (status, said, errors) = townhall(["demo", "--only-make", "--fresh", "--data", &data]).run();
    assert!(status.success(), "{said}{errors}");
    assert!(errors.contains("making the demonstration"), "{errors}");
}

#[test]
fn a_demonstration_never_takes_the_place_of_somebodys_work() {
    let dir = temp_dir();
    let data = dir.path().display().to_string();
    drop(crate::support::serve(dir.path()).start());
    let (status, _, errors) = townhall(["demo", "--only-make", "--fresh", "--data", &data]).run();
    assert!(!status.success());
    assert!(errors.contains("no demonstration"), "{errors}");
}

#[test]
fn an_ended_dossier_is_erased_by_decision_and_the_node_still_verifies() {
    let dir = temp_dir();
    let data = dir.path().join("demo");
    let shown = data.display().to_string();
    let (status, said, errors) = townhall(["demo", "--only-make", "--data", &shown]).run();
    assert!(status.success(), "{said}{errors}");
    let db = townhall_store::Db::open(&townhall_store::DbConfig::Sqlite {
        file: data.join("townhall.db"),
    })
    .expect("the database opens");
    let code_in = |state: i64| {
        let found = db.read_blocking("code", move |tx| {
            tx.first(
                "SELECT code FROM dossiers WHERE state = $1 AND unit = '24682-20250701' ORDER BY code LIMIT 1",
                &townhall_store::params![state],
                |row| row.get::<String>("code"),
            )
        });
        found.expect("read").expect("a dossier")
    };
    let (ended, open) = (code_in(10), code_in(4));
    drop(db);
    let erase = |code: &str, more: &[&str]| {
        let words = [
            "erase",
            "--data",
            &shown,
            "--dossier",
            code,
            "--decision",
            "12/QĐ-UBND",
        ];
        let decided = ["--decided-on", "2025-08-01", "--authority", "UBND xã Thuận An"];
        let (status, said, errors) = townhall(words).args(decided).args(more.iter().copied()).run();
        (status.code(), said + &errors)
    };
    let term = ["--reason", "term-ended"];
    let done = ["--reason", "term-ended", "--yes"];
    let (code, told) = erase(&ended, &["--reason", "because"]);
    assert!(code == Some(2) && told.contains("known reasons are"), "{told}");
    let (code, told) = erase("H36.82-250701-9999", &done);
    assert!(code == Some(1) && told.contains("there is no dossier"), "{told}");
    let (code, told) = erase(&open, &done);
    assert!(
        code == Some(1) && told.contains("still being worked on"),
        "{told}"
    );
    let (code, told) = erase(&ended, &term);
    assert!(code == Some(0) && told.contains("nothing was done"), "{told}");
    let (code, told) = erase(&ended, &done);
    assert!(
        code == Some(0) && told.contains("erased, with the words of"),
        "{told}"
    );
    let (code, told) = erase(&ended, &done);
    assert!(
        code == Some(1) && told.contains("destroyed by decision"),
        "{told}"
    );
    // A checkpoint kept before still holds: the log itself was not touched.
    let (status, said, errors) = townhall(["verify", "--data", &shown]).run();
    assert!(status.success(), "{said}{errors}");
}

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

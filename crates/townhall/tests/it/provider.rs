//! An identity provider with the real binary: configured by the environment, two processes at one database.

use std::os::unix::fs::PermissionsExt;

use townhall_testkit::http::{self, Reply};
use townhall_testkit::process::Launch;
use townhall_testkit::provider::{CLIENT, ProviderSimulator, SECRET};

use crate::office::{Browser, Office};
use crate::support::townhall;

/// Where a page sends the browser, gone to; the path with which the provider sends it back.
fn through(left: &Reply) -> String {
    assert_eq!(left.status, 200, "{}", left.text());
    let address = left
        .header("refresh")
        .and_then(|line| line.strip_prefix("0; url="));
    let address = address.expect("a way out");
    let at = address.find("/realms").expect("an address of the simulator");
    let back = http::get(&address[..at], &address[at..]).expect("an answer");
    let back = back.header("location").expect("a way back");
    back.strip_prefix("http://town.example")
        .expect("to this node")
        .to_owned()
}

#[test]
fn a_way_that_was_begun_at_one_process_ends_at_another() {
    let runtime = tokio::runtime::Runtime::new().expect("threads");
    let simulator = ProviderSimulator::default();
    let issuer = runtime.block_on(simulator.start());
    let dir = townhall_testkit::temp_dir();
    let (data, secret) = (dir.path().join("data"), dir.path().join("secret"));
    std::fs::write(&secret, SECRET).expect("written");
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o600)).expect("mode");
    let configured = |launch: Launch| {
        launch
            .env("TOWNHALL_BASE", "http://town.example")
            .env("TOWNHALL_OIDC_ISSUER", issuer.as_str())
            .env("TOWNHALL_OIDC_CLIENT_ID", CLIENT)
            .env("TOWNHALL_OIDC_CLIENT_SECRET_FILE", secret.display().to_string())
    };
    let (status, said, _) = configured(townhall(["config", "check"])).run();
    assert!(
        status.success() && said.contains("the identity provider answers"),
        "{said}"
    );

    let office = Office::found(&data, None);
    let (one, two) = (
        configured(office.launch()).start(),
        configured(office.launch()).start(),
    );
    let mut browser = office.sign_in(one.url());
    let left = browser
        .post("/settings/provider", &[("password", "bốn con trâu xanh")])
        .expect("an answer");
    browser.keep(&left);
    let linked = browser.at(two.url()).get(&through(&left)).expect("an answer");
    assert_eq!(
        linked.header("location"),
        Some("/settings/provider?done=linked"),
        "{}",
        linked.text()
    );

    let mut visitor = Browser::visitor(two.url());
    let left = visitor.post("/sign-in/provider", &[]).expect("an answer");
    visitor.keep(&left);
    let back = through(&left);
    let came = visitor.at(one.url()).get(&back).expect("an answer");
    assert_eq!(came.header("location"), Some("/work"), "{}", came.text());
    // What one process took is gone for the other.
    let again = visitor.at(two.url()).get(&back).expect("an answer");
    assert_eq!(again.status, 422);
    visitor.keep(&came);
    assert_eq!(visitor.get("/work").expect("an answer").status, 200);
    drop((one, two));
    office.must_verify();
}

//! A site with an identity provider, and a browser that goes there and back.

use std::sync::Arc;
use std::time::Duration;

use townhall_app::accounts::{LinkAccount, link_account};
use townhall_app::outside::{Outside, Provider, SecondFactor};
use townhall_carrier::{Authorities, Oidc, OidcSettings};
use townhall_store::accounts;
use townhall_testkit::provider::{CLIENT, ProviderSimulator, SECRET};
use townhall_testkit::{Client, Site, http};

use crate::office::connect;

/// Connects a site with a provider.
pub async fn connected(site: &Site, second_factor: SecondFactor) -> ProviderSimulator {
    let simulator = ProviderSimulator::default();
    let issuer = simulator.start().await;
    let door = Oidc::new(&OidcSettings {
        issuer: issuer.clone(),
        client_id: CLIENT.to_owned(),
        client_secret: SECRET.to_owned(),
        scopes: vec!["profile".to_owned()],
        authorities: Authorities::default(),
        patience: Some(Duration::from_secs(5)),
    });
    connect(
        site,
        Outside {
            provider: Some(Provider {
                issuer,
                name_vi: "tài khoản công vụ của tỉnh".to_owned(),
                name_en: "the provincial staff account".to_owned(),
                second_factor,
                door: Arc::new(door.expect("settings that can be used")),
            }),
            ..Outside::default()
        },
    );
    simulator
}

/// The address of the provider that a site is connected with.
pub fn issuer(site: &Site) -> String {
    let provider = site.town.outside().provider.as_ref();
    provider.expect("a provider").issuer.clone()
}

/// The administrator writes who signs in as a user.
pub async fn link(site: &Site, user: &str, subject: &str) {
    let (admin, account) = (site.actor("admin").await, site.employed(user).account);
    let (issuer, subject) = (issuer(site), subject.to_owned());
    site.town
        .write("link", &admin, move |tx, cx| {
            let command = LinkAccount {
                account,
                version: accounts::load(tx, account)?.expect("the account").version,
                issuer: issuer.clone(),
                subject: subject.clone(),
            };
            link_account(tx, cx, &command)
        })
        .await
        .expect("linked");
}

/// Presses the button on the sign-in page; the address to which the browser goes.
pub async fn leave(client: &Client, next: &str) -> String {
    let reply = client
        .post("/sign-in/provider", &[("next", next)])
        .await
        .expect(200);
    address(&reply)
}

/// The address to which a page sends the browser, by itself and by its button.
pub fn address(reply: &townhall_testkit::Reply) -> String {
    let address = reply
        .header("refresh")
        .and_then(|line| line.strip_prefix("0; url="));
    let address = address.expect("a way out").to_owned();
    assert!(
        reply.text().contains(&address.replace('&', "&amp;")),
        "the button leads there, too"
    );
    let policy = reply.header("content-security-policy").expect("a policy");
    assert!(policy.contains("form-action 'self'"), "{policy}");
    address
}

/// Signs in at the provider; the path with which it sends the browser back.
pub async fn through(address: &str) -> String {
    let address = address.to_owned();
    let reply = tokio::task::spawn_blocking(move || {
        let at = address.find("/realms").expect("an address of the simulator");
        http::get(&address[..at], &address[at..])
    });
    let reply = reply.await.expect("no panic").expect("an answer");
    assert_eq!(reply.status, 302, "{}", reply.text());
    let back = reply.header("location").expect("a way back").to_owned();
    back.strip_prefix("http://town.example")
        .expect("to this node")
        .to_owned()
}

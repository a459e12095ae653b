//! Every route of the table, walked as every kind of wrong person.

use axum::http::Method;
use townhall_domain::permission::Right;
use townhall_testkit::{Client, Reply, Site};
use townhall_web::routes::{Entry, Need};
use uuid::Uuid;

/// Everybody of the site: all roles, both spaces, a sister commune, the province.
const EVERYBODY: [&str; 17] = [
    "receptionist",
    "director",
    "office.head",
    "justice",
    "office.handler",
    "chair",
    "vice.chair",
    "clerk",
    "cashier",
    "organiser",
    "inspector",
    "admin",
    "party.leader",
    "cujut.receptionist",
    "cujut.head",
    "cujut.chair",
    "province.leader",
];

/// A path of the table with ids that nobody has.
fn path_of(entry: &Entry) -> String {
    let parts = entry.path.split('/').map(|part| {
        if part.starts_with('{') {
            Uuid::from_u128(0xdead_beef).to_string()
        } else {
            part.to_owned()
        }
    });
    parts.collect::<Vec<_>>().join("/")
}

async fn ask(client: &Client, entry: &Entry) -> Reply {
    let path = path_of(entry);
    match entry.method {
        Method::GET => client.get(&path).await,
        Method::POST => client.post(&path, &[]).await,
        ref other => client.json(other.clone(), &path, &serde_json::json!({})).await,
    }
}

fn is_held(need: Need, rights: &[Right]) -> bool {
    match need {
        Need::Public | Need::Session => true,
        Need::Right(right) => rights.contains(&right),
        Need::AnyOf(any) => any.iter().any(|right| rights.contains(right)),
    }
}

#[tokio::test]
async fn a_stranger_comes_to_public_routes_only() {
    let site = Site::start().await;
    let table = townhall_web::routes(&site.app).table().to_vec();
    assert!(table.len() > 30, "the table is there");
    for entry in table.iter().filter(|entry| entry.need != Need::Public) {
        let reply = ask(&site.visitor(), entry).await;
        let told = reply.status.as_u16();
        assert!(
            matches!(told, 303 | 401),
            "{} {}: {told}",
            entry.method,
            entry.path
        );
        assert!(
            reply.location().is_none_or(|to| to.starts_with("/sign-in")),
            "{}",
            entry.path
        );
    }
}

#[tokio::test]
async fn who_lacks_the_right_gets_not_found_and_nobody_breaks_a_route() {
    let site = Site::start().await;
    let table = townhall_web::routes(&site.app).table().to_vec();
    for user in EVERYBODY {
        let client = site.sign_in(user).await;
        let rights: Vec<Right> = site.actor(user).await.rights().iter().collect();
        for entry in &table {
            // What ends the session is walked elsewhere.
            if matches!(entry.path, "/sign-out" | "/act-as") {
                continue;
            }
            let reply = ask(&client, entry).await;
            let told = reply.status.as_u16();
            assert!(told < 500, "{user}: {} {}: {told}", entry.method, entry.path);
            // What anybody may needs no token, and the cookie adds nothing to it.
            if entry.is_api() && entry.need == Need::Public {
                continue;
            }
            if entry.is_api() {
                assert_eq!(
                    told, 401,
                    "{user}: a cookie opens {} {}",
                    entry.method, entry.path
                );
                continue;
            }
            if !is_held(entry.need, &rights) {
                assert_eq!(told, 404, "{user}: {} {}", entry.method, entry.path);
            }
        }
    }
}

#[tokio::test]
async fn a_foreign_id_under_ones_own_route_is_not_found() {
    let site = Site::start().await;
    let (post, person) = (site.employed("chair").post, site.employed("chair").person);
    let account = site.employed("chair").account;
    // The right is held, in the sister commune or in the other space; the thing is another's.
    let organiser = site.sign_in("cujut.head").await;
    for path in [
        format!("/staff/posts/{post}"),
        format!("/staff/people/{person}"),
        format!("/staff/posts/{post}/absences"),
    ] {
        organiser.get(&path).await.expect(404);
        organiser.get(&format!("{path}?unit=24682")).await.expect(404);
    }
    for path in [
        format!("/staff/posts/{post}/absences"),
        format!("/staff/posts/{post}/delegations"),
        format!("/staff/people/{person}"),
        format!("/admin/accounts/{account}/close"),
    ] {
        organiser.post(&path, &[]).await.expect(404);
    }
    let secretary = site.sign_in("party.leader").await;
    let form = [
        ("person", person.to_string()),
        ("reason", "leave".to_owned()),
        ("from", "04/08/2025".to_owned()),
        ("version", "2".to_owned()),
    ];
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    secretary
        .post(&format!("/staff/posts/{post}/absences"), &form)
        .await
        .expect(403);
    secretary.get("/dossiers").await.expect(404);
}

#[tokio::test]
async fn a_mandate_that_ended_overnight_ends_the_work_in_the_morning() {
    let site = Site::start().await;
    let handler = site.sign_in("office.handler").await;
    handler.get("/work").await.expect(200);
    let employed = site.employed("office.handler");
    site.write(move |tx, cx| {
        let history = townhall_app::organisation::post_history(tx, cx, employed.post)?;
        let command = townhall_app::organisation::EndMandate {
            mandate: history.mandates[0].0.id,
            version: history.post.version,
            on: jiff::civil::date(2025, 8, 5),
            decision: None,
        };
        townhall_app::organisation::end_mandate(tx, cx, &command)
    })
    .await
    .expect("ended");
    handler.get("/work").await.expect(200);
    site.at(jiff::civil::date(2025, 8, 5).at(7, 30, 0, 0));
    let reply = handler.get("/work").await.expect(303);
    assert_eq!(reply.location().as_deref(), Some("/sign-in?next=%2Fwork"));
}

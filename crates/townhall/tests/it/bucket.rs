//! A node whose papers are kept in a bucket: what people see when it answers, and when it does not.

use townhall_store::files::{Files, Partial, S3Settings};
use townhall_testkit::bucket::{BucketOptions, BucketServer, Manners, RudeLine};
use townhall_testkit::site::dossiers::accepted;
use townhall_testkit::{Place, Site, places, temp_dir};

use crate::support::{PROCEDURE, papers_of, pdf, send};

const CHECKSUMS: BucketOptions<'_> = BucketOptions {
    checksums: true,
    page: None,
    old: false,
    tls: None,
};

/// A site whose papers are kept there.
async fn site_in(place: Place, settings: S3Settings) -> Site {
    Site::start_with(place, move |dir| {
        Files::open_in_bucket(&dir.join("files"), &settings)
            .and_then(|files| files.owned_by("this site", false))
            .expect("the bucket is ours")
    })
    .await
}

fn key(sha256: &str) -> String {
    format!("papers/{}/{sha256}", &sha256[..2])
}

#[tokio::test]
async fn papers_are_kept_in_the_bucket_and_shown_from_there() {
    let places = tokio::task::spawn_blocking(places).await.expect("places");
    for place in places {
        let Some(server) = BucketServer::start(CHECKSUMS) else {
            return;
        };
        let site = site_in(place, server.settings("papers")).await;
        let id = accepted(&site, PROCEDURE).await;
        let client = site.sign_in("receptionist").await;
        send(&client, id, &[], &[("Bản án.pdf", &pdf(0))])
            .await
            .expect(303);
        let paper = papers_of(&site, id).await.remove(0);
        assert!(server.keys().contains(&key(&paper.sha256)), "{:?}", server.keys());
        let page = format!("/papers/{}", paper.id);
        let shown = client.get(&page).await.expect(200);
        assert!(shown.text().contains(&format!("<iframe src=\"{page}/file\"")));
        client.get(&format!("{page}/file")).await.expect(200);
        // When the site goes, everything is verified, the files in the bucket too.
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_store_is_away_what_was_typed_comes_back_and_nothing_is_recorded() {
    let Some(server) = BucketServer::start(CHECKSUMS) else {
        return;
    };
    let line = RudeLine::to(&server);
    let site = site_in(Place::Sqlite(temp_dir()), line.settings("papers")).await;
    let id = accepted(&site, PROCEDURE).await;
    let client = site.sign_in("receptionist").await;
    let account = client_account(&site).await;
    let file = pdf(10_000);
    let partial = Partial {
        owner: account.clone(),
        name: "Bản đồ.pdf".to_owned(),
        bytes: file.len() as u64,
    };
    let upload = site.town.files().begin_partial(&partial).expect("begun");
    site.town
        .files()
        .continue_partial(&upload, &account, 0, &file)
        .expect("all of it");

    line.behave(Manners::Busy, None);
    let fields = [("uploads", upload.as_str()), ("note", "Bản chính đã đối chiếu")];
    let reply = send(&client, id, &fields, &[("a.pdf", &pdf(0))])
        .await
        .expect(503);
    reply.must_say("Kho lưu giấy tờ không trả lời");
    reply.must_say("không cần chọn lại");
    assert_eq!(reply.value("note").as_deref(), Some("Bản chính đã đối chiếu"));
    assert_eq!(reply.hidden("uploads").as_deref(), Some(upload.as_str()));
    assert!(papers_of(&site, id).await.is_empty());

    // The store is back: the same form goes through, and the large file was not sent twice.
    line.behave(Manners::Fine, None);
    send(&client, id, &fields, &[]).await.expect(303);
    let paper = papers_of(&site, id).await.remove(0);
    assert_eq!(paper.name, "Bản đồ.pdf");

    // A paper whose store is away is not a damaged paper.
    let page = format!("/papers/{}", paper.id);
    line.behave(Manners::Busy, None);
    let shown = client.get(&page).await.expect(200);
    shown.must_say("hiện không trả lời");
    shown.must_not_say("bị hỏng");
    let refused = client.get(&format!("{page}/file")).await.expect(503);
    refused.must_say("Kho giấy tờ không trả lời");
    line.behave(Manners::Fine, None);

    // Other objects than were kept, or none: damaged, and never shown.
    server.put(&key(&paper.sha256), b"%PDF-1.4 changed");
    client.get(&page).await.expect(200).must_say("bị hỏng");
    server.delete(&key(&paper.sha256));
    client
        .get(&format!("{page}/file"))
        .await
        .expect(422)
        .must_say("bị hỏng");
    server.put(&key(&paper.sha256), &file);
    client.get(&format!("{page}/file")).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_does_not_take_us_is_for_the_administrator() {
    let Some(server) = BucketServer::start(CHECKSUMS) else {
        return;
    };
    let line = RudeLine::to(&server);
    let site = site_in(Place::Sqlite(temp_dir()), line.settings("papers")).await;
    let id = accepted(&site, PROCEDURE).await;
    let client = site.sign_in("receptionist").await;
    let body = "<Error><Code>AccessDenied</Code></Error>";
    let length = body.len();
    let answer =
        format!("HTTP/1.1 403 Forbidden\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
    line.behave(Manners::Say(answer.into_bytes()), None);
    let reply = send(&client, id, &[], &[("a.pdf", &pdf(0))]).await.expect(503);
    reply.must_say("không chấp nhận hệ thống này");
    assert_eq!(line.requests(), 1, "asking again would not help");
    assert!(papers_of(&site, id).await.is_empty());
    line.behave(Manners::Fine, None);
}

async fn client_account(site: &Site) -> String {
    let actor = site.actor("receptionist").await;
    actor.account().expect("an account").to_string()
}

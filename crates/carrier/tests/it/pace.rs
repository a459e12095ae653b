//! Not too fast, not twice, not after a person said stop.

use townhall_app::dossier::Verdict;
use townhall_app::message::SEND_MESSAGE;
use townhall_app::outside::{Outlet, Outside};
use townhall_domain::message::MessageState;
use townhall_store::messages;
use townhall_testkit::Site;

use crate::office::{Kept, all_messages, by_email, connect, later, outlet, received, run, run_as, standing};

#[tokio::test]
async fn no_more_go_in_a_minute_than_the_way_allows_and_waiting_is_no_try() {
    for site in Site::on_each().await {
        let kept = Kept::default();
        connect(
            &site,
            Outside {
                email: Some(Outlet {
                    carrier: std::sync::Arc::new(kept.clone()),
                    per_minute: 2,
                }),
                ..Outside::default()
            },
        );
        for _ in 0..5 {
            received(&site, by_email(), Verdict::Register).await;
        }
        run(&site, &SEND_MESSAGE, 1).await;
        assert_eq!(kept.letters().len(), 2, "{}", site.name());
        let waiting: Vec<i64> = all_messages(&site)
            .await
            .iter()
            .filter(|row| row.message.state == MessageState::Waiting)
            .map(|row| row.tries.tries)
            .collect();
        assert_eq!(waiting, [0, 0, 0]);
        run(&site, &SEND_MESSAGE, 62).await;
        assert_eq!(kept.letters().len(), 4);
        run(&site, &SEND_MESSAGE, 123).await;
        assert_eq!(kept.letters().len(), 5);
    }
}

#[tokio::test]
async fn two_processes_send_each_message_once() {
    for site in Site::on_each().await {
        let kept = Kept::default();
        connect(
            &site,
            Outside {
                email: outlet(kept.clone()),
                ..Outside::default()
            },
        );
        for _ in 0..8 {
            received(&site, by_email(), Verdict::Register).await;
        }
        tokio::join!(
            run_as(&site, &SEND_MESSAGE, "one", 1),
            run_as(&site, &SEND_MESSAGE, "other", 1)
        );
        let mut ids: Vec<String> = kept
            .letters()
            .iter()
            .map(|letter| letter.id.to_string())
            .collect();
        ids.sort();
        ids.dedup();
        assert_eq!((ids.len(), kept.letters().len()), (8, 8), "{}", site.name());
    }
}

/// What a process leaves that is killed between handing a message over and writing that down.
async fn killed_in_the_middle(site: &Site) {
    let id = all_messages(site).await[0].message.id;
    site.write(move |tx, _| Ok(messages::begin_try(tx, id, later(0))?))
        .await
        .expect("written");
}

#[tokio::test]
async fn after_a_kill_in_the_middle_of_sending_it_is_sent_once_more_and_never_a_third_time() {
    for site in Site::on_each().await {
        let kept = Kept::default();
        connect(
            &site,
            Outside {
                email: outlet(kept.clone()),
                ..Outside::default()
            },
        );
        received(&site, by_email(), Verdict::Register).await;
        killed_in_the_middle(&site).await;
        run(&site, &SEND_MESSAGE, 1).await;
        assert_eq!(kept.letters().len(), 1, "{}: once more", site.name());
        assert_eq!(standing(&site).await, [(MessageState::Sent, None)]);

        let site = Site::start().await;
        let kept = Kept::default();
        connect(
            &site,
            Outside {
                email: outlet(kept.clone()),
                ..Outside::default()
            },
        );
        received(&site, by_email(), Verdict::Register).await;
        killed_in_the_middle(&site).await;
        killed_in_the_middle(&site).await;
        run(&site, &SEND_MESSAGE, 1).await;
        assert!(kept.letters().is_empty());
        let found = standing(&site).await;
        assert_eq!(found[0].0, MessageState::Failed);
        assert!(
            found[0]
                .1
                .as_deref()
                .is_some_and(|why| why.contains("may have been sent")),
            "{found:?}"
        );
    }
}

#[tokio::test]
async fn a_stopped_message_is_not_sent_and_the_trail_says_so() {
    for site in Site::on_each().await {
        let kept = Kept::default();
        connect(
            &site,
            Outside {
                email: outlet(kept.clone()),
                ..Outside::default()
            },
        );
        let id = received(&site, by_email(), Verdict::Register).await;
        let message = all_messages(&site).await[0].message.id;
        let director = site.sign_in("director").await;
        director
            .post(&format!("/messages/{message}/stop"), &[])
            .await
            .expect(303);
        run(&site, &SEND_MESSAGE, 1).await;
        assert!(kept.letters().is_empty());
        director
            .get("/messages?state=stopped&kind=registered&way=email")
            .await
            .expect(200)
            .must_say("Đã dừng");
        director
            .get(&format!("/dossiers/{id}"))
            .await
            .expect(200)
            .must_say("Dừng gửi thông báo cho người dân");
    }
}

#[tokio::test]
async fn a_way_that_is_switched_off_is_said_kindly_and_takes_nothing() {
    let site = Site::start().await;
    received(&site, by_email(), Verdict::Accept).await;
    assert!(all_messages(&site).await.is_empty());
    let page = site.sign_in("director").await.get("/messages").await.expect(200);
    page.must_say("chưa được cấu hình");
    page.must_say("Chưa có tin nhắn nào");
}

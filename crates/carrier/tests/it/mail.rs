//! Messages by e-mail, through a mail server that others wrote.

use townhall_app::dossier::Verdict;
use townhall_app::message::SEND_MESSAGE;
use townhall_app::outside::{Carrier, Outside};
use townhall_carrier::{Authorities, Security};
use townhall_domain::dossier::{ApplicantInput, State};
use townhall_domain::message::{MessageKind, MessageState};
use townhall_testkit::certificate::Certificate;
use townhall_testkit::mail::{MailOptions, MailServer};
use townhall_testkit::site::dossiers::{self, APPLICANT};
use townhall_testkit::{Site, temp_dir};

use crate::office::{all_messages, by_email, connect, outlet, received, run, smtp, standing};

#[tokio::test]
async fn a_citizen_who_agreed_is_told_of_each_step_without_names_and_with_the_way_to_the_status_page() {
    let Some(server) = MailServer::start(&MailOptions::default()) else {
        return;
    };
    for site in Site::on_each().await {
        let before = server.received().len();
        connect(
            &site,
            Outside {
                email: outlet(smtp(server.port(), |_| {})),
                ..Outside::default()
            },
        );
        let id = received(&site, by_email(), Verdict::Accept).await;
        assert_eq!(run(&site, &SEND_MESSAGE, 0).await, 1, "{}", site.name());
        dossiers::bring_to(&site, id, |state| state == State::Resolved, "Nội dung").await;
        run(&site, &SEND_MESSAGE, 0).await;

        let mail = server.received().split_off(before);
        let dossier = dossiers::dossier(&site, id).await;
        assert_eq!(mail.len(), 2, "accepted and ready, nothing of the steps inside");
        assert_eq!(mail[0]["to"][0], "huong@example.vn");
        assert_eq!(mail[0]["from"], "mot-cua@thuanan.example.vn");
        let subjects = [
            format!("Hồ sơ {} đã được tiếp nhận", dossier.code),
            format!("Hồ sơ {} đã có kết quả", dossier.code),
        ];
        for (mail, subject) in mail.iter().zip(subjects) {
            assert_eq!(mail["headers"]["Subject"], subject);
            assert_eq!(mail["headers"]["Auto-Submitted"], "auto-generated");
            let text = mail["text"].as_str().expect("a text");
            assert!(
                text.contains(&format!("http://town.example/h/{}", dossier.receipt_secret)),
                "{text}"
            );
            for personal in [APPLICANT, "068190009001", "0900000001"] {
                assert!(!text.contains(personal), "{text}");
            }
        }

        // The office sees it, on the list and on the dossier; the address is masked.
        let director = site.sign_in("director").await;
        let page = director.get("/messages?state=sent").await.expect(200);
        page.must_say("h•••@example.vn");
        page.must_not_say("huong@example.vn");
        page.must_say(&dossier.code);
        let page = director.get(&format!("/dossiers/{id}")).await.expect(200);
        page.must_say("Đã gửi thông báo cho người dân");
        page.must_say("Thông báo cho người dân");
    }
}

#[tokio::test]
async fn the_language_is_the_readers() {
    let Some(server) = MailServer::start(&MailOptions::default()) else {
        return;
    };
    let site = Site::start().await;
    connect(
        &site,
        Outside {
            email: outlet(smtp(server.port(), |_| {})),
            ..Outside::default()
        },
    );
    let applicant = ApplicantInput {
        messages: "en".to_owned(),
        ..by_email()
    };
    received(&site, applicant, Verdict::Accept).await;
    run(&site, &SEND_MESSAGE, 0).await;
    let mail = server.received();
    let text = mail[0]["text"].as_str().expect("a text");
    assert!(text.starts_with("Dear Sir or Madam"), "{text}");
    assert!(text.contains("is promised for"), "{text}");
}

#[tokio::test]
async fn whoever_did_not_agree_or_left_no_address_is_not_written_to() {
    for site in Site::on_each().await {
        connect(
            &site,
            Outside {
                email: outlet(crate::office::Kept::default()),
                ..Outside::default()
            },
        );
        let silent = ApplicantInput {
            messages: String::new(),
            ..by_email()
        };
        received(&site, silent, Verdict::Accept).await;
        let no_address = ApplicantInput {
            email: String::new(),
            ..by_email()
        };
        received(&site, no_address, Verdict::Accept).await;
        assert!(all_messages(&site).await.is_empty(), "{}", site.name());
    }
}

#[tokio::test]
async fn every_boundary_step_has_its_message() {
    let site = Site::start().await;
    connect(
        &site,
        Outside {
            email: outlet(crate::office::Kept::default()),
            ..Outside::default()
        },
    );
    received(
        &site,
        by_email(),
        Verdict::Supplement {
            items: vec!["Bản sao giấy chứng tử".to_owned()],
            reason: "Thiếu giấy tờ".to_owned(),
        },
    )
    .await;
    received(
        &site,
        by_email(),
        Verdict::Refuse {
            reason: "Không thuộc thẩm quyền".to_owned(),
            instead: None,
        },
    )
    .await;
    received(&site, by_email(), Verdict::Register).await;
    let mut told: Vec<MessageKind> = all_messages(&site)
        .await
        .iter()
        .map(|row| row.message.kind)
        .collect();
    told.sort();
    assert_eq!(
        told,
        [
            MessageKind::Registered,
            MessageKind::SupplementAsked,
            MessageKind::Refused
        ]
    );
}

#[tokio::test]
async fn a_server_that_is_busy_silent_or_away_is_tried_again_and_the_reason_is_seen() {
    let Some(mut server) = MailServer::start(&MailOptions::default()) else {
        return;
    };
    for (place, site) in Site::on_each().await.into_iter().enumerate() {
        connect(
            &site,
            Outside {
                email: outlet(smtp(server.port(), |_| {})),
                ..Outside::default()
            },
        );
        let before = server.received().len();
        received(&site, by_email(), Verdict::Accept).await;
        let why = async |expected: &str| {
            let found = standing(&site).await;
            assert_eq!(
                found,
                [(MessageState::Waiting, Some(expected.to_owned()))],
                "{}",
                site.name()
            );
        };
        server.behave("451 busy now, huong@example.vn");
        run(&site, &SEND_MESSAGE, 0).await;
        why("the mail server answered 451").await;
        let director = site.sign_in("director").await;
        director
            .get("/messages?state=waiting")
            .await
            .expect(200)
            .must_say("the mail server answered 451");
        director.get("/jobs").await.expect(200).must_say("451");

        assert_eq!(run(&site, &SEND_MESSAGE, 1).await, 0, "the pause is kept");
        server.behave("silent");
        run(&site, &SEND_MESSAGE, 15).await;
        why("the mail server did not answer in time").await;

        server.behave("fine");
        run(&site, &SEND_MESSAGE, 120).await;
        assert_eq!(standing(&site).await, [(MessageState::Sent, None)]);
        assert_eq!(server.received().len(), before + 1);

        if place == 1 || std::env::var_os("TOWNHALL_REQUIRE_TOOLS").is_none() {
            server.stop();
            received(&site, by_email(), Verdict::Accept).await;
            run(&site, &SEND_MESSAGE, 121).await;
            let found = standing(&site).await;
            assert!(
                found.contains(&(
                    MessageState::Waiting,
                    Some("no connection to the mail server".to_owned())
                )),
                "{found:?}"
            );
            return;
        }
    }
}

#[tokio::test]
async fn an_address_that_the_server_refuses_fails_at_once_and_is_sent_again_by_a_person() {
    let Some(server) = MailServer::start(&MailOptions::default()) else {
        return;
    };
    for site in Site::on_each().await {
        connect(
            &site,
            Outside {
                email: outlet(smtp(server.port(), |_| {})),
                ..Outside::default()
            },
        );
        let before = server.received().len();
        server.behave("550 no such user");
        let id = received(&site, by_email(), Verdict::Accept).await;
        run(&site, &SEND_MESSAGE, 0).await;
        assert_eq!(
            standing(&site).await,
            [(
                MessageState::Failed,
                Some("the mail server answered 550".to_owned())
            )]
        );
        assert_eq!(run(&site, &SEND_MESSAGE, 90_000).await, 0, "not by itself");
        let message = all_messages(&site).await[0].message.id;

        let stranger = site.sign_in("cujut.receptionist").await;
        let reply = stranger.post(&format!("/messages/{message}/retry"), &[]).await;
        assert!(matches!(reply.status.as_u16(), 403 | 404), "{}", reply.status);

        server.behave("fine");
        let director = site.sign_in("director").await;
        director
            .post(&format!("/messages/{message}/retry"), &[])
            .await
            .expect(303);
        run(&site, &SEND_MESSAGE, 1).await;
        assert_eq!(standing(&site).await, [(MessageState::Sent, None)]);
        assert_eq!(server.received().len(), before + 1);
        let page = director.get(&format!("/dossiers/{id}")).await.expect(200);
        page.must_say("Không gửi được thông báo cho người dân");
        page.must_say("Gửi lại thông báo cho người dân");
        // What is sent is sent.
        let reply = director.post(&format!("/messages/{message}/stop"), &[]).await;
        assert_eq!(reply.status, 422, "{}", reply.text());
    }
}

#[tokio::test]
async fn mail_goes_over_tls_with_a_password_and_never_to_a_server_that_cannot_prove_its_name() {
    let dir = temp_dir();
    let Some(Certificate { certificate, key }) = Certificate::make("STARTTLS", dir.path(), "IP:127.0.0.1")
    else {
        return;
    };
    let Some(server) = MailServer::start(&MailOptions {
        tls: Some((&certificate, &key)),
        login: Some(("mot-cua", "bí mật")),
    }) else {
        return;
    };
    let pem = std::fs::read_to_string(&certificate).expect("a certificate");
    let port = server.port();
    let mail = |password: &str, pem: Option<&str>| {
        smtp(port, |settings| {
            settings.security = Security::StartTls;
            settings.login = Some(("mot-cua".to_owned(), password.to_owned()));
            if let Some(pem) = pem {
                settings.authorities = Authorities::from_pem(pem).expect("a certificate");
            }
        })
    };
    let site = Site::start().await;
    let right = mail("bí mật", Some(&pem));
    let (unknown, wrong) = (mail("bí mật", None), mail("sai", Some(&pem)));
    connect(
        &site,
        Outside {
            email: outlet(right),
            ..Outside::default()
        },
    );
    received(&site, by_email(), Verdict::Accept).await;
    run(&site, &SEND_MESSAGE, 0).await;
    let mail = server.received();
    assert_eq!(
        (&mail[0]["tls"], &mail[0]["user"]),
        (&true.into(), &"mot-cua".into())
    );
    let looked = tokio::task::spawn_blocking(move || (unknown.look(), wrong.look()));
    let (unknown, wrong) = looked.await.expect("no panic");
    assert!(
        unknown
            .expect_err("its certificate is nobody's")
            .contains("certificate")
    );
    assert_eq!(wrong, Err("the mail server answered 535".to_owned()));
}

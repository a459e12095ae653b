//! What the holder of a receipt can do himself: hand in, withdraw, rate, prove.

use axum::body::Body;
use axum::http::Request;
use townhall_domain::dossier::State;
use townhall_domain::ids::DossierId;
use townhall_store::{dossiers, papers};
use townhall_testkit::Site;
use townhall_testkit::site::dossiers::{accepted, bring_to, dossier};

use super::{PNG, by_secret, filed, upload};

#[tokio::test]
async fn a_wrong_secret_is_a_page_that_is_not_there() {
    let site = Site::start().await;
    let citizen = site.visitor();
    let secret = filed(&site, &citizen).await;
    let mut wrong = secret.clone();
    let last = if wrong.pop() == Some('0') { '1' } else { '0' };
    wrong.push(last);
    let unknown = citizen.get(&format!("/h/{wrong}")).await.expect(404).text();
    for odd in ["x", "%00", "%F0%9F%91%A9", &"a".repeat(4000)] {
        citizen.get(&format!("/h/{odd}")).await.expect(404);
    }
    assert_eq!(
        unknown.replace(&wrong, ""),
        citizen.get("/h/nothing").await.text().replace("nothing", "")
    );
    for place in [
        "sent",
        "supplement",
        "withdraw",
        "rate",
        "proof/1",
        "proof/1/fact",
        "slips/x.pdf",
    ] {
        citizen.get(&format!("/h/{wrong}/{place}")).await.expect(404);
    }
    for place in ["withdraw", "rate", "supplement/done"] {
        citizen
            .post_bare(&format!("/h/{wrong}/{place}"), &[("reason", "không cần nữa")])
            .await
            .expect(404);
    }
    // A slip of another dossier under one's own secret.
    let other = accepted(&site, "2.000635").await;
    let slip = site
        .read(move |tx, _| Ok(dossiers::slips(tx, other)?.remove(0).id))
        .await;
    citizen
        .get(&format!("/h/{secret}/slips/{slip}.pdf"))
        .await
        .expect(404);
}

/// Asks the citizen of a filed dossier for something.
async fn ask_supplement(site: &Site, id: DossierId) {
    let actor = site.actor("receptionist").await;
    let version = dossier(site, id).await.version;
    site.town
        .write("ask", &actor, move |tx, cx| {
            townhall_app::dossier::request_supplement(
                tx,
                cx,
                &townhall_app::dossier::RequestSupplement {
                    dossier: id,
                    version,
                    items: vec!["Giấy xác nhận cư trú".to_owned()],
                    reason: "Chưa tra được".to_owned(),
                },
            )
        })
        .await
        .expect("asked");
}

#[tokio::test]
async fn what_was_asked_for_is_handed_in_online_and_the_work_goes_on() {
    for site in Site::on_each().await {
        let citizen = site.visitor();
        let secret = filed(&site, &citizen).await;
        let id = by_secret(&site, &secret).await.id;
        // Nothing is asked for yet.
        citizen.get(&format!("/h/{secret}/supplement")).await.expect(422);
        ask_supplement(&site, id).await;
        citizen
            .get(&format!("/h/{secret}"))
            .await
            .expect(200)
            .must_say("Hồ sơ chờ ông/bà bổ sung");
        // Items, reason and day as on Form 02, to whoever holds the secret; the code alone tells nothing of it.
        let told = citizen.get(&format!("/h/{secret}")).await.expect(200);
        for words in ["Giấy xác nhận cư trú", "Chưa tra được", "Không ấn định ngày cuối"]
        {
            told.must_say(words);
        }
        let code = dossier(&site, id).await.code;
        let by_code = citizen.post_bare("/lookup", &[("code", &code)]).await.expect(200);
        for words in ["Giấy xác nhận cư trú", "Chưa tra được", "bổ sung"] {
            by_code.must_not_say(words);
        }
        let place = format!("/h/{secret}/supplement");
        let page = citizen.get(&place).await.expect(200);
        page.must_say("Giấy xác nhận cư trú");
        page.must_say("Chưa tra được");
        page.must_say("Chọn tệp giấy tờ bổ sung");
        let version = page.hidden("version").expect("a version");
        // Neither paper nor answer: nothing is sent.
        citizen
            .post_bare(&format!("{place}/done"), &[("version", &version), ("answer", "")])
            .await
            .expect(422)
            .must_say("Chưa có giấy tờ nào được gửi.");
        upload(&citizen, &place, "", "Cư trú.png", PNG).await.expect(303);
        citizen.get(&place).await.expect(200).must_say("Cư trú.pdf");
        citizen
            .post_bare(
                &format!("{place}/done"),
                &[("version", "99"), ("answer", "Đã gửi")],
            )
            .await
            .expect(409);
        citizen
            .post_bare(
                &format!("{place}/done"),
                &[("version", &version), ("answer", "Đã gửi giấy cư trú")],
            )
            .await
            .expect(303);
        let after = dossier(&site, id).await;
        assert_eq!(after.state, State::Registered, "{}", site.name());
        let handed = site
            .read(move |tx, _| Ok(papers::of_subject(tx, "dossier", &id.to_string())?))
            .await;
        assert_eq!(handed.len(), 1);
        assert_eq!(handed[0].added_by, None);
        let officer = site.sign_in("receptionist").await;
        let page = officer.get(&format!("/dossiers/{id}")).await.expect(200);
        page.must_say("Đã gửi giấy cư trú");
        page.must_say("người dân");
        // Once is enough.
        citizen
            .post_bare(
                &format!("{place}/done"),
                &[("version", &version), ("answer", "Lần nữa")],
            )
            .await
            .expect(422);
        upload(&citizen, &place, "", "b.png", PNG).await.expect(422);
    }
}

#[tokio::test]
async fn a_dossier_is_withdrawn_only_while_nothing_was_decided() {
    for site in Site::on_each().await {
        let citizen = site.visitor();
        let secret = filed(&site, &citizen).await;
        let place = format!("/h/{secret}/withdraw");
        let page = citizen.get(&place).await.expect(200);
        page.must_say("Rút hồ sơ");
        let version = page.hidden("version").expect("a version");
        citizen
            .post_bare(&place, &[("version", &version), ("reason", "")])
            .await
            .expect(422);
        citizen
            .post_bare(&place, &[("version", &version), ("reason", "Không cần nữa")])
            .await
            .expect(303);
        let found = by_secret(&site, &secret).await;
        assert_eq!(found.state, State::Withdrawn, "{}", site.name());
        let page = citizen.get(&format!("/h/{secret}")).await.expect(200);
        page.must_say("Hồ sơ đã được rút");
        page.must_say("Thông báo dừng giải quyết");
        citizen.get(&place).await.expect(422);
        citizen
            .post_bare(&place, &[("version", "2"), ("reason", "Lần nữa")])
            .await
            .expect(409);
        // With a result there is nothing left to withdraw.
        let id = accepted(&site, "1.004873").await;
        bring_to(&site, id, |state| state == State::Resolved, "Nội dung").await;
        let secret = dossier(&site, id).await.receipt_secret;
        citizen.get(&format!("/h/{secret}/withdraw")).await.expect(422);
    }
}

#[tokio::test]
async fn the_service_is_rated_once_when_the_matter_has_ended_and_the_unit_sees_how() {
    for site in Site::on_each().await {
        let citizen = site.visitor();
        let id = accepted(&site, "1.004873").await;
        let secret = dossier(&site, id).await.receipt_secret;
        let place = format!("/h/{secret}/rate");
        citizen.get(&place).await.expect(422);
        citizen
            .post_bare(&place, &[("grade", "satisfied")])
            .await
            .expect(422);
        bring_to(&site, id, |state| state == State::Resolved, "Nội dung").await;
        citizen
            .get(&place)
            .await
            .expect(200)
            .must_say("Rất không hài lòng");
        for wrong in [[("grade", ""), ("remark", "")], [("grade", "5"), ("remark", "")]] {
            citizen
                .post_bare(&place, &wrong)
                .await
                .expect(422)
                .must_say("Chọn một mức.");
        }
        let unhappy = [("grade", "dissatisfied"), ("remark", "")];
        citizen
            .post_bare(&place, &unhappy)
            .await
            .expect(422)
            .must_say("vì sao");
        let nul = [("grade", "dissatisfied"), ("remark", "a\0b")];
        citizen.post_bare(&place, &nul).await.expect(422);
        let said = [("grade", "dissatisfied"), ("remark", "Phải đến hai lần 👩")];
        citizen.post_bare(&place, &said).await.expect(303);
        let second = [("grade", "very_satisfied"), ("remark", "")];
        citizen
            .post_bare(&place, &second)
            .await
            .expect(422)
            .must_say("Mỗi hồ sơ đánh giá một lần.");
        let officer = site.sign_in("receptionist").await;
        officer
            .get(&format!("/dossiers/{id}"))
            .await
            .expect(200)
            .must_say("Không hài lòng. Phải đến hai lần 👩");
        let unit = site.unit("24682");
        let counted = site
            .read(move |tx, _| {
                let (from, until) = (jiff::Timestamp::UNIX_EPOCH, jiff::Timestamp::MAX);
                Ok(townhall_store::ratings::count(
                    tx,
                    std::slice::from_ref(&unit),
                    townhall_domain::space::Space::State,
                    from,
                    until,
                )?)
            })
            .await;
        let counted: Vec<_> = counted.into_iter().collect();
        assert_eq!(
            counted,
            [(townhall_domain::rating::Grade::Dissatisfied, 1)],
            "{}",
            site.name()
        );
    }
}

#[tokio::test]
async fn the_proof_of_a_receipt_is_two_files_that_anybody_can_check() {
    for site in Site::on_each().await {
        let citizen = site.visitor();
        let secret = filed(&site, &citizen).await;
        let waiting = citizen.get(&format!("/h/{secret}/proof/1")).await.expect(200);
        waiting.must_say("đang chờ");
        citizen
            .get(&format!("/h/{secret}/proof/1/proof"))
            .await
            .expect(404);
        site.sequence().await;
        let page = citizen.get(&format!("/h/{secret}/proof/1")).await.expect(200);
        page.must_say("Nộp hồ sơ");
        let proof = citizen
            .get(&format!("/h/{secret}/proof/1/proof"))
            .await
            .expect(200);
        assert!(
            proof
                .header("content-disposition")
                .is_some_and(|name| name.ends_with(".tlog-proof\""))
        );
        let fact = citizen
            .get(&format!("/h/{secret}/proof/1/fact"))
            .await
            .expect(200);
        let opened = fact.json();
        assert_eq!(opened["fact"]["kind"], "dossier_registered");
        assert!(opened["salt"].as_str().is_some_and(|salt| salt.len() == 64));
        assert!(
            !fact.text().contains("Phan Thị Mẫu"),
            "a proof holds no personal data"
        );
        for (proof, fact, words) in [
            (proof.text(), fact.text(), "Đúng."),
            // Pasted from a window that ends lines in its own way.
            (proof.text().replace('\n', "\r\n"), fact.text(), "Đúng."),
            (
                proof.text(),
                fact.text().replace("dossier_registered", "dossier_accepted"),
                "Không đúng.",
            ),
            ("x".to_owned(), fact.text(), "Không đọc được tệp."),
            (String::new(), String::new(), "Chọn tệp bằng chứng."),
        ] {
            let part = |name: &str, text: &str| {
                format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
            };
            let empty = "--b\r\ncontent-disposition: form-data; name=\"proof\"; filename=\"\"\r\n\r\n\r\n";
            let body = format!(
                "{}{}{empty}--b--\r\n",
                part("proof_text", &proof),
                part("fact_text", &fact)
            );
            let request =
                Request::post("/log/verify").header("content-type", "multipart/form-data; boundary=b");
            let reply = citizen
                .send(request.body(Body::from(body)).expect("a request"))
                .await;
            reply.must_say(words);
        }
        citizen.get(&format!("/h/{secret}/proof/99")).await.expect(404);
        citizen.get(&format!("/h/{secret}/proof/x")).await.expect(404);
        citizen.get("/log/verify").await.expect(200);
    }
}

#[tokio::test]
async fn a_name_that_would_fill_a_telephone_is_said_short_on_the_citizens_pages() {
    let site = Site::start().await;
    let id = accepted(&site, "2.000815").await;
    let secret = dossier(&site, id).await.receipt_secret;
    let page = site.visitor().get(&format!("/h/{secret}")).await.expect(200);
    page.must_say("Chứng thực bản sao từ bản chính · Phan Thị Mẫu");
    page.must_not_say("cơ quan, tổ chức có thẩm quyền của nước ngoài");
    // A name of ordinary length stays the official one.
    let id = accepted(&site, "1.004873").await;
    let secret = dossier(&site, id).await.receipt_secret;
    let page = site.visitor().get(&format!("/h/{secret}")).await.expect(200);
    page.must_say("Cấp Giấy xác nhận tình trạng hôn nhân");
}

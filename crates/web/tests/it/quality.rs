//! What citizens said, and the service quality index: pages, files, API; every figure opens its rows.

use serde_json::Value;
use townhall_domain::dossier::State;
use townhall_domain::ids::DossierId;
use townhall_testkit::Site;
use townhall_testkit::site::dossiers::{accepted, bring_to, dossier};

use crate::api::Program;

/// A resolved dossier that its citizen has rated.
async fn rated(site: &Site, grade: &str, remark: &str) -> DossierId {
    let id = accepted(site, "2.000884").await;
    bring_to(site, id, |state| state == State::Resolved, "").await;
    let secret = dossier(site, id).await.receipt_secret;
    site.visitor()
        .post_bare(
            &format!("/h/{secret}/rate"),
            &[("grade", grade), ("remark", remark)],
        )
        .await
        .expect(303);
    id
}

#[tokio::test]
async fn ratings_have_a_mean_a_distribution_and_open_their_rows() {
    for site in Site::on_each().await {
        rated(&site, "very_satisfied", "").await;
        let bad = rated(&site, "dissatisfied", "Chờ lâu").await;
        let chair = site.sign_in("chair").await;
        let page = chair.get("/dashboard").await.expect(200);
        page.must_say("Đánh giá của người dân");
        page.must_say("3,5 / 5");
        let rows = chair.get("/ratings?grade=dissatisfied").await.expect(200);
        rows.must_say("Chờ lâu");
        assert!(
            rows.text().contains(&format!("/dossiers/{bad}")),
            "{}",
            site.name()
        );
        let file = chair.get("/ratings.csv").await.expect(200).text();
        assert!(file.contains("Chờ lâu") && file.lines().count() == 3, "{file}");

        let day = townhall_domain::time::local_date(site.clock().now());
        let path = format!("/api/v1/units/24682/ratings?from={day}&to={day}");
        let seen = Program::of(&site, "chair")
            .await
            .get(&path)
            .await
            .expect(200)
            .json();
        assert_eq!(seen["mean_tenths"], 35);
        assert_eq!(seen["items"].as_array().map(Vec::len), Some(2));
        let one = Program::of(&site, "chair")
            .await
            .get(&format!("{path}&limit=1"))
            .await
            .expect(200)
            .json();
        let next = one["next"].as_str().expect("a next page").to_owned();
        let rest = Program::of(&site, "chair")
            .await
            .get(&format!("{path}&limit=1&after={next}"))
            .await
            .expect(200)
            .json();
        assert_eq!(rest["items"].as_array().map(Vec::len), Some(1));
        assert_ne!(rest["items"][0]["dossier"], one["items"][0]["dossier"]);
        let told = Program::of(&site, "chair")
            .await
            .get(&format!("/api/v1/dossiers/{bad}"))
            .await
            .expect(200)
            .json();
        assert_eq!(told["rating"]["comment"], "Chờ lâu");
    }
}

#[tokio::test]
async fn a_comment_is_read_only_by_who_may_read_the_dossier() {
    let site = Site::start().await;
    rated(&site, "dissatisfied", "Chờ lâu").await;
    let other = site.sign_in("cujut.receptionist").await;
    other.get("/ratings?unit=24682").await.expect(404);
    other.get("/ratings").await.expect(200).must_not_say("Chờ lâu");
    site.visitor().get("/ratings").await.expect(303);
}

#[tokio::test]
async fn every_part_of_the_index_has_its_formula_and_is_computed_or_says_why_not() {
    for site in Site::on_each().await {
        rated(&site, "satisfied", "").await;
        accepted(&site, "1.004873").await;
        let chair = site.sign_in("chair").await;
        let page = chair.get("/dashboard/quality").await.expect(200);
        page.must_say("Công khai, minh bạch");
        page.must_say("Phản ánh, kiến nghị chưa được ghi ở hệ thống này.");
        let day = townhall_domain::time::local_date(site.clock().now());
        let path = format!("/api/v1/units/24682/quality?from={day}&to={day}");
        let program = Program::of(&site, "chair").await;
        let seen = program.get(&path).await.expect(200).json();
        let parts = seen["parts"].as_array().expect("parts");
        let most: i64 = parts.iter().filter_map(|part| part["most_tenths"].as_i64()).sum();
        assert_eq!(most, 1000, "the index has a hundred points");
        let of = |word: &str| -> Value {
            let found = parts.iter().find(|part| part["part"] == word);
            found.expect("the part").clone()
        };
        assert_eq!(of("progress")["tenths"], 200);
        assert_eq!(of("reception")["tenths"], 60);
        assert_eq!(of("online_dossiers")["tenths"], 0);
        for word in [
            "e_results",
            "citizen_store",
            "petitions_on_time",
            "published_on_time",
        ] {
            assert_eq!(of(word)["state"], "no_data");
            assert!(of(word)["why"].is_string() && of(word)["tenths"].is_null());
        }
        // What was counted opens exactly its rows.
        let counted = [
            ("reused", "reused"),
            ("progress", "received_in_time"),
            ("paid_online", "paid_by_transfer"),
        ];
        for (word, measure) in counted {
            let rows = program
                .get(&format!("/api/v1/dossiers?measure={measure}&from={day}&to={day}"))
                .await
                .expect(200)
                .json();
            let rows = rows["items"].as_array().expect("rows").len();
            if let Some(numerator) = of(word)["numerator"].as_i64() {
                assert_eq!(i64::try_from(rows).expect("few"), numerator, "{word}");
            }
        }
        let file = chair.get("/dashboard/quality.csv").await.expect(200).text();
        assert_eq!(file.lines().count(), parts.len() + 1);
    }
}

//! What a citizen ticks when filing is stored, shown to the officer at acceptance and used for the fee.

use townhall_domain::dossier::State;
use townhall_testkit::Site;

use super::{begin, by_secret, fill};

#[tokio::test]
async fn what_a_citizen_ticks_is_shown_at_acceptance_and_used_for_the_fee() {
    for site in Site::on_each().await {
        let citizen = site.visitor();
        let address = begin(&citizen, "1.001193").await;
        fill(&site, &citizen, &address, "1.001193").await;
        let case = [
            ("circumstance", "by-authorised"),
            ("exemption", "poor"),
            ("exemption_reason", "Giấy chứng nhận hộ nghèo số 12"),
            ("delivery", "counter"),
        ];
        citizen
            .post_bare(&format!("{address}/case"), &case)
            .await
            .expect(303);
        let review = citizen.get(&format!("{address}/review")).await.expect(200);
        review.must_say("Người được ủy quyền nộp");
        let sent = citizen
            .post_bare(&format!("{address}/review"), &[("pledge", "1")])
            .await
            .expect(303);
        let to = sent.location().expect("an address");
        let secret = to
            .strip_prefix("/h/")
            .and_then(|rest| rest.strip_suffix("/sent"))
            .expect("the new dossier");
        let filed = by_secret(&site, secret).await;
        assert_eq!(filed.claims.circumstances, ["by-authorised"], "{}", site.name());
        assert_eq!(filed.claims.exemption.as_deref(), Some("poor"));

        let officer = site.sign_in("receptionist").await;
        let page = officer.get(&format!("/dossiers/{}", filed.id)).await.expect(200);
        page.must_say("Người dân khai khi nộp");
        page.must_say("Giấy chứng nhận hộ nghèo số 12");
        let accept = officer
            .get(&format!("/dossiers/{}/accept", filed.id))
            .await
            .expect(200);
        accept.must_say("Người được ủy quyền nộp");
        assert_eq!(
            accept.value("exemption_reason").as_deref(),
            Some("Giấy chứng nhận hộ nghèo số 12"),
            "what he said stands in the form"
        );
        // The authorisation is needed because he said so: without it nothing is accepted.
        let version = filed.version.to_string();
        let without = [
            ("version", version.as_str()),
            ("circumstance", "by-authorised"),
            ("present", "declaration"),
            ("present", "birth-notice"),
            ("present", "identity"),
            ("present", "marriage"),
            ("present", "residence"),
        ];
        officer
            .post(&format!("/dossiers/{}/accept", filed.id), &without)
            .await
            .expect(422);
        let mut with = without.to_vec();
        with.push(("present", "authorisation"));
        officer
            .post(&format!("/dossiers/{}/accept", filed.id), &with)
            .await
            .expect(303);
        let accepted = by_secret(&site, secret).await;
        assert_eq!(accepted.state, State::Accepted);
        // The officer did not grant the exemption; what was asked for stays readable in the record.
        assert_eq!(accepted.claims.exemption, None);
        let id = accepted.id;
        let kept = site
            .read(move |tx, _| Ok(townhall_store::dossiers::records(tx, id)?))
            .await;
        assert!(
            kept.iter()
                .any(|record| record.body["field"] == "claims" && record.body["old"]["exemption"] == "poor")
        );
    }
}

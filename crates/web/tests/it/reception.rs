//! What reception promises beside the plain way: a form finished after a supplement, a fee that is counted and
//! exempted, a form begun anew and taken back.

use serde_json::json;
use townhall_app::dossier::Verdict;
use townhall_domain::dossier::{PaymentState, State};
use townhall_domain::fee::ChargeState;
use townhall_domain::ids::DossierId;
use townhall_domain::money::Dong;
use townhall_store::{dossiers, fees};
use townhall_testkit::site::dossiers::{dossier, received};
use townhall_testkit::{Client, Site};

use crate::counter::{filled, send, set};

/// A dossier asked for a supplement with an unfinished form, whose missing paper has come.
async fn supplemented(site: &Site, client: &Client) -> DossierId {
    let form = site.town.packs().form("forms/1.004873.json").expect("the form");
    let mut unfinished = form.examples[1].clone();
    unfinished.remove("purpose");
    unfinished.remove("subject_ethnicity");
    let verdict = Verdict::Supplement {
        items: vec!["Tờ khai điền đủ".to_owned()],
        reason: "Tờ khai còn thiếu".to_owned(),
    };
    let id = received(site, "1.004873", site.unit("24682"), unfinished, verdict).await;
    let version = dossier(site, id).await.version.to_string();
    client
        .post(
            &format!("/dossiers/{id}/complete_supplement"),
            &[("version", &version)],
        )
        .await
        .expect(303);
    id
}

#[tokio::test]
async fn after_a_supplement_an_unfinished_form_is_finished_before_the_clock_starts() {
    for site in Site::on_each().await {
        let client = site.sign_in("receptionist").await;
        let id = supplemented(&site, &client).await;
        let path = format!("/dossiers/{id}/accept");
        let page = client.get(&path).await.expect(200);
        page.must_say("Tờ khai còn 2 ô phải điền");
        let now = dossier(&site, id).await;
        assert_eq!(now.state, State::Registered, "{}", site.name());
        let version = now.version.to_string();
        let mut fields: Vec<(String, String)> = vec![("version".to_owned(), version)];
        for component in ["declaration", "identity", "residence"] {
            fields.push(("present".to_owned(), component.to_owned()));
        }
        // The command itself refuses, whoever sends it and whatever the page showed.
        let refused = post(&client, &path, &fields).await.expect(422);
        refused.must_say("Chưa trả lời ô này.");
        assert!(dossier(&site, id).await.accepted_at.is_none(), "{}", site.name());
        let stored = now.form.as_object().expect("a form").clone();
        for (name, value) in &stored {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            fields.push((format!("form_{name}"), text));
        }
        set(&mut fields, "form_purpose", "property");
        set(&mut fields, "form_subject_ethnicity", "Ê Đê");
        set(&mut fields, "form_requester_phone", "0900000077");
        post(&client, &path, &fields).await.expect(303);
        let after = dossier(&site, id).await;
        assert_eq!(after.state, State::Accepted, "{}", site.name());
        assert_eq!(after.form["purpose"], json!("property"));
        let records = site.read(move |tx, _| Ok(dossiers::records(tx, id)?)).await;
        let changed: Vec<_> = records
            .iter()
            .filter(|record| record.kind == "correction")
            .collect();
        assert_eq!(
            changed.len(),
            1,
            "what was answered before and is another now stays readable"
        );
        assert_eq!(changed[0].body["field"], "form.requester_phone");
        assert_eq!(changed[0].body["old"], "0900000001");
        // Where the papers came from was known before, and stays.
        let components = site.read(move |tx, _| Ok(dossiers::components(tx, id)?)).await;
        let residence = components.iter().find(|entry| entry.component == "residence");
        assert_eq!(
            residence.and_then(|entry| entry.source),
            Some(townhall_domain::dossier::ComponentSource::Database)
        );
    }
}

async fn post(client: &Client, path: &str, fields: &[(String, String)]) -> townhall_testkit::Reply {
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    client.post(path, &fields).await
}

#[tokio::test]
async fn the_counter_states_counts_and_an_exemption_with_its_proof_and_sees_the_sum_at_once() {
    for site in Site::on_each().await {
        let client = site.sign_in("receptionist").await;
        let mut fields = filled(&site, &client).await;
        set(&mut fields, "fee_cases", "3");
        set(&mut fields, "do", "draw");
        set(&mut fields, "part", "promise");
        send(&client, &fields).await.expect(200).must_say("30.000 đ");
        set(&mut fields, "fee_cases", "ba");
        send(&client, &fields)
            .await
            .expect(200)
            .must_say("Xem lại số đã nhập");
        set(&mut fields, "do", "accept");
        send(&client, &fields)
            .await
            .expect(422)
            .must_say("Xem lại số đã nhập");
        set(&mut fields, "fee_cases", "3");
        set(&mut fields, "exemption", "poor");
        send(&client, &fields)
            .await
            .expect(422)
            .must_say("Giấy tờ hoặc cơ sở dữ liệu chứng minh");
        set(&mut fields, "exemption", "nobody");
        set(&mut fields, "exemption_reason", "Sổ hộ nghèo 12/2025");
        send(&client, &fields).await.expect(422);
        set(&mut fields, "exemption", "poor");
        send(&client, &fields).await.expect(303);
        let chosen = fields.iter().find(|(name, _)| name == "dossier");
        let id: DossierId = chosen.expect("a field").1.parse().expect("an identity");
        let charges = site.read(move |tx, _| Ok(fees::charges(tx, id)?)).await;
        assert_eq!(charges.len(), 1, "{}", site.name());
        let charge = &charges[0];
        assert_eq!(
            (charge.full, charge.due, charge.state),
            (Dong(30_000), Dong(0), ChargeState::Exempt),
            "{}",
            site.name()
        );
        assert_eq!(charge.exemption_reason.as_deref(), Some("Sổ hộ nghèo 12/2025"));
        assert_eq!(dossier(&site, id).await.payment, PaymentState::Exempt);
    }
}

#[tokio::test]
async fn a_form_that_is_begun_anew_can_be_taken_back_and_a_reload_forgets_nothing() {
    for site in Site::on_each().await {
        let client = site.sign_in("receptionist").await;
        client
            .post_bare("/counter/anew", &[("applicant_name", "Y Thử Êban")])
            .await
            .expect(403);
        let typed = [
            ("dossier", "01890000-0000-7000-8000-00000000abcd"),
            ("applicant_name", "Y Thử Êban"),
            ("procedure", "1.004873"),
            ("form_purpose", "property"),
        ];
        client.post("/drafts/counter", &typed).await.expect(204);
        // A link or a reload changes nothing.
        client.get("/counter?fresh=1").await.expect(200);
        let page = client.get("/counter?anew=1").await.expect(200);
        assert_eq!(page.value("applicant_name").as_deref(), Some("Y Thử Êban"));
        let reply = client.post("/counter/anew", &typed).await.expect(303);
        let page = client.follow(reply).await.expect(200);
        assert_eq!(
            page.value("applicant_name").as_deref(),
            Some(""),
            "{}",
            site.name()
        );
        page.must_say("Lấy lại biểu mẫu cất lúc");
        // A second press on the empty form keeps what is set aside.
        client.post("/counter/anew", &[]).await.expect(303);
        let now = [("applicant_name", "H'Mẫu Ksor")];
        let reply = client.post("/counter/undo", &now).await.expect(303);
        let page = client.follow(reply).await.expect(200);
        assert_eq!(page.value("applicant_name").as_deref(), Some("Y Thử Êban"));
        assert_eq!(page.hidden("procedure").as_deref(), Some("1.004873"));
        // They change places, so that nothing typed is lost.
        let reply = client.post("/counter/undo", &typed).await.expect(303);
        let page = client.follow(reply).await.expect(200);
        assert_eq!(page.value("applicant_name").as_deref(), Some("H'Mẫu Ksor"));
        let other = site.sign_in("receptionist.2").await;
        other
            .get("/counter")
            .await
            .expect(200)
            .must_not_say("Lấy lại biểu mẫu");
        other.post("/counter/undo", &[]).await.expect(422);
    }
}

//! A procedure that somebody adds as a pack is worked like those that we ship: no code knows of it.

use std::path::Path;

use townhall_app::packs::Packs;
use townhall_domain::dossier::State;
use townhall_domain::ids::DossierId;
use townhall_domain::money::Dong;
use townhall_store::fees;
use townhall_testkit::Site;
use townhall_testkit::site::dossiers::{bring_to, dossier};

/// What CONTRIBUTING tells to copy.
const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/examples/packs");

#[tokio::test]
async fn a_procedure_added_as_a_pack_goes_from_its_form_to_the_citizens_hand() {
    let packs = Packs::check(Some(Path::new(EXAMPLE))).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let site = Site::start_under(packs).await;
    site.visitor()
        .get("/procedures/9.000001")
        .await
        .expect(200)
        .must_say("Xác nhận cư trú cho người cao tuổi");

    let desk = site.sign_in("receptionist").await;
    let id = desk
        .get("/counter")
        .await
        .expect(200)
        .hidden("dossier")
        .expect("a dossier");
    let mut fields = vec![
        ("do", "accept"),
        ("dossier", id.as_str()),
        ("procedure", "9.000001"),
        ("applicant_id_number", "068190009001"),
        ("applicant_name", "Phan Thị Mẫu"),
        ("applicant_born_on", "6/5/1996"),
        ("applicant_phone", "0900000001"),
        ("applicant_address", "Thôn 5, xã Thuận An, tỉnh Lâm Đồng"),
        ("capacity", "self"),
        ("delivery", "counter"),
        ("form_name", "Phan Thị Mẫu"),
        ("form_whom", "other"),
        ("component_request", "present"),
    ];
    // The answer shows a field that must then be filled, and makes a paper necessary.
    let refused = desk.post("/counter", &fields).await.expect(422);
    refused.must_say("Quan hệ");
    refused.must_say("Văn bản ủy quyền");
    fields.extend([("form_relation", "Con"), ("component_authorisation", "present")]);
    desk.post("/counter", &fields).await.expect(303);

    let id: DossierId = id.parse().expect("an identity");
    let now = dossier(&site, id).await;
    assert_eq!(now.state, State::Accepted);
    let due = now.deadline.expect("a deadline").due;
    assert_eq!(
        townhall_domain::time::rfc3339(due),
        "2025-08-06T17:00:00+07:00",
        "two working days"
    );
    let charges = site.read(move |tx, _| Ok(fees::charges(tx, id)?)).await;
    assert_eq!(
        charges.iter().map(|charge| charge.due).collect::<Vec<_>>(),
        [Dong(5_000)]
    );

    bring_to(&site, id, |state| state == State::Resolved, "Đúng như khai").await;
    let path = format!("/dossiers/{id}");
    let pay = format!("{path}/fee");
    let due = desk.get(&pay).await.expect(200).hidden("due").expect("a sum");
    let money = [("what", "cash"), ("due", due.as_str())];
    desk.post(&pay, &money).await.expect(303);
    let version = dossier(&site, id).await.version.to_string();
    let pdf = desk.get(&format!("{path}/result.pdf")).await.expect(200);
    assert!(pdf.body.starts_with(b"%PDF-"));
    desk.post(
        &format!("{path}/return"),
        &[
            ("version", version.as_str()),
            ("collector_name", "Phan Thị Mẫu"),
            ("capacity", "self"),
        ],
    )
    .await
    .expect(303);
    assert_eq!(dossier(&site, id).await.state, State::Returned);
}

//! Filing online: from the first page to the receptionist, with all that can go wrong.

mod claims;
mod receipt;

use axum::body::Body;
use axum::http::Request;
use townhall_domain::dossier::{Channel, ComponentStatus, State};
use townhall_store::dossiers;
use townhall_testkit::site::dossiers::{accepted, dossier};
use townhall_testkit::{Client, Reply, Site};

/// A picture of one white pixel.
pub(crate) const PNG: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 1, 0, 0,
    0, 1, 8, 2, 0, 0, 0, 0x90, 0x77, 0x53, 0xde, 0, 0, 0, 0x0c, 0x49, 0x44, 0x41, 0x54, 8, 0xd7, 0x63, 0xf8,
    0xff, 0xff, 0x3f, 0, 5, 0xfe, 2, 0xfe, 0xdc, 0xcc, 0x59, 0xe7, 0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae,
    0x42, 0x60, 0x82,
];

/// Who files; synthetic.
const WHO: [(&str, &str); 8] = [
    ("capacity", "self"),
    ("applicant_name", "Phan Thị Mẫu"),
    ("applicant_id_number", "068190009001"),
    ("applicant_born_on-day", "6"),
    ("applicant_born_on-month", "5"),
    ("applicant_born_on-year", "1996"),
    ("applicant_phone", "0900000001"),
    ("applicant_address", "Thôn 5, xã Thuận An"),
];

/// Begins a form; its address.
async fn begin(client: &Client, procedure: &str) -> String {
    let reply = client
        .post_bare(&format!("/submit/{procedure}"), &[("unit", "24682")])
        .await
        .expect(303);
    let address = reply.location().expect("an address");
    address.strip_suffix("/who").expect("the first page").to_owned()
}

/// The fields of one section of the form, from the example of the packs.
fn section(site: &Site, procedure: &str, at: usize) -> Vec<(String, String)> {
    let form = site
        .town
        .packs()
        .form(&format!("forms/{procedure}.json"))
        .expect("a form");
    let example = &form.examples[0];
    let fields = form.fields_of(&form.sections[at].id);
    fields
        .filter_map(|field| {
            let value = match example.get(&field.name)? {
                serde_json::Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            Some((format!("form_{}", field.name), value))
        })
        .collect()
}

async fn post(client: &Client, path: &str, fields: &[(String, String)]) -> Reply {
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    client.post_bare(path, &fields).await
}

/// Fills in every page up to the papers.
async fn fill(site: &Site, client: &Client, address: &str, procedure: &str) {
    client
        .post_bare(&format!("{address}/who"), &WHO)
        .await
        .expect(303);
    let sections = site
        .town
        .packs()
        .form(&format!("forms/{procedure}.json"))
        .expect("a form")
        .sections
        .len();
    for at in 0..sections {
        let sent = section(site, procedure, at);
        post(client, &format!("{address}/q{}", at + 1), &sent)
            .await
            .expect(303);
    }
    client
        .post_bare(&format!("{address}/case"), &[("delivery", "counter")])
        .await
        .expect(303);
}

/// Sends one file of a form.
async fn upload(client: &Client, path: &str, component: &str, name: &str, bytes: &[u8]) -> Reply {
    let mut body = format!(
        "--b\r\ncontent-disposition: form-data; name=\"component\"\r\n\r\n{component}\r\n\
         --b\r\ncontent-disposition: form-data; name=\"files\"; filename=\"{name}\"\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(bytes);
    body.extend_from_slice(b"\r\n--b--\r\n");
    let request = Request::post(path).header("content-type", "multipart/form-data; boundary=b");
    client
        .send(request.body(Body::from(body)).expect("a request"))
        .await
}

/// Files a whole dossier; its secret.
async fn filed(site: &Site, client: &Client) -> String {
    let address = begin(client, "1.004873").await;
    fill(site, client, &address, "1.004873").await;
    let reply = client
        .post_bare(&format!("{address}/review"), &[("pledge", "1")])
        .await
        .expect(303);
    let to = reply.location().expect("an address");
    to.strip_prefix("/h/")
        .and_then(|rest| rest.strip_suffix("/sent"))
        .expect("the page of the new dossier")
        .to_owned()
}

async fn by_secret(site: &Site, secret: &str) -> townhall_domain::dossier::Dossier {
    let secret = secret.to_owned();
    site.read(move |tx, _| Ok(dossiers::by_secret(tx, &secret)?.expect("a dossier")))
        .await
}

#[tokio::test]
#[expect(
    clippy::too_many_lines,
    reason = "one day's story, told from filing to the receipt"
)]
async fn a_citizen_files_online_the_receptionist_accepts_and_the_citizen_sees_it() {
    for site in Site::on_each().await {
        let citizen = site.visitor();
        citizen
            .get("/submit/1.004873")
            .await
            .expect(200)
            .must_say("nơi nộp trực tuyến duy nhất là Cổng Dịch vụ công quốc gia");
        let address = begin(&citizen, "1.004873").await;
        fill(&site, &citizen, &address, "1.004873").await;
        upload(
            &citizen,
            &format!("{address}/papers"),
            "",
            "../../Giấy tờ 👩.png",
            PNG,
        )
        .await
        .expect(303);
        let review = citizen.get(&format!("{address}/review")).await.expect(200);
        review.must_say("Phan Thị Mẫu");
        review.must_say("6/5/1996");
        review.must_say("Giấy tờ 👩.pdf");
        review.must_say("3 ngày làm việc");
        let sent = citizen
            .post_bare(&format!("{address}/review"), &[("pledge", "1")])
            .await
            .expect(303);
        let sent = citizen.follow(sent).await.expect(200);
        sent.must_say("Đã gửi hồ sơ");
        sent.must_say("Đây chưa phải giấy tiếp nhận và hẹn trả kết quả.");
        assert!(sent.text().contains("<svg xmlns"), "a QR code");
        let secret = sent
            .text()
            .split("http://town.example/h/")
            .nth(1)
            .expect("a link")[..32]
            .to_owned();
        let found = by_secret(&site, &secret).await;
        assert_eq!(
            (found.state, found.channel, found.unit.code()),
            (State::Registered, Channel::Online, "24682"),
            "{}",
            site.name()
        );
        assert!(sent.text().contains(&found.code));
        assert_eq!(found.applicant.party, None, "nobody has identified himself yet");

        // The receptionist finds it, opens it, accepts it.
        let officer = site.sign_in("receptionist").await;
        officer
            .get("/dossiers?channel=online")
            .await
            .expect(200)
            .must_say(&found.code);
        officer.get("/work").await.expect(200).must_say(&found.code);
        let page = officer.get(&format!("/dossiers/{}", found.id)).await.expect(200);
        page.must_say("Trực tuyến tại trang này");
        page.must_say("Giấy tờ 👩.pdf");
        let ask = officer
            .get(&format!("/dossiers/{}/accept", found.id))
            .await
            .expect(200);
        let version = ask.hidden("version").expect("a version");
        let components = {
            let id = found.id;
            site.read(move |tx, _| Ok(dossiers::components(tx, id)?)).await
        };
        let declared = components
            .iter()
            .find(|entry| entry.component == "declaration")
            .expect("the declaration");
        assert_eq!(
            declared.status,
            ComponentStatus::Present,
            "the form is the declaration"
        );
        let mut form: Vec<(&str, &str)> = vec![("version", &version)];
        form.extend(
            components
                .iter()
                .filter(|entry| entry.status != ComponentStatus::NotApplicable)
                .map(|entry| ("present", entry.component.as_str())),
        );
        officer
            .post(&format!("/dossiers/{}/accept", found.id), &form)
            .await
            .expect(303);
        let after = dossier(&site, found.id).await;
        assert_eq!(after.state, State::Accepted);
        assert!(after.applicant.party.is_some(), "now the unit knows the person");

        // The citizen sees it, with the appointment and the receipt as PDF.
        site.sequence().await;
        let status = citizen.get(&format!("/h/{secret}")).await.expect(200);
        status.must_say("Hồ sơ đã được tiếp nhận");
        status.must_say("Thứ Năm 07/8");
        status.must_say("Biên nhận này là thật.");
        let pdf = status
            .text()
            .split('"')
            .find(|part| part.starts_with(&format!("/h/{secret}/slips/")))
            .expect("the receipt")
            .to_owned();
        let pdf = citizen.get(&pdf).await.expect(200);
        assert_eq!(pdf.header("content-type"), Some("application/pdf"));
        assert!(pdf.body.starts_with(b"%PDF"));
    }
}

#[tokio::test]
async fn what_was_typed_survives_a_mistake_a_break_and_another_device() {
    let site = Site::start().await;
    let citizen = site.visitor();
    let address = begin(&citizen, "1.004873").await;
    let mut who = WHO.to_vec();
    who[4] = ("applicant_born_on-month", "2");
    who[3] = ("applicant_born_on-day", "31");
    who[6] = ("applicant_phone", "12");
    let reply = citizen
        .post_bare(&format!("{address}/who"), &who)
        .await
        .expect(422);
    reply.must_say("Có 2 chỗ cần sửa");
    assert_eq!(reply.value("applicant_name").as_deref(), Some("Phan Thị Mẫu"));
    assert_eq!(reply.value("applicant_born_on-day").as_deref(), Some("31"));
    // Another device, with nothing but the address.
    let other = site.visitor();
    let page = other.get(&format!("{address}/who")).await.expect(200);
    assert_eq!(page.value("applicant_phone").as_deref(), Some("12"));
    // The way back leads to the page with the mistake.
    let reply = other.get(&address).await.expect(303);
    assert!(reply.location().expect("a page").ends_with("/who"));
    other.post_bare(&format!("{address}/who"), &WHO).await.expect(303);
    // The first section is filled from who asks.
    let page = other.get(&format!("{address}/q1")).await.expect(200);
    assert_eq!(page.value("form_requester_name").as_deref(), Some("Phan Thị Mẫu"));
    // Nothing is sent with mistakes, and the review says where they are.
    let reply = other
        .post_bare(&format!("{address}/review"), &[("pledge", "1")])
        .await
        .expect(422);
    reply.must_say("Chưa trả lời ô này.");
}

#[tokio::test]
async fn a_form_sent_twice_is_one_dossier() {
    for site in Site::on_each().await {
        let citizen = site.visitor();
        let address = begin(&citizen, "1.004873").await;
        fill(&site, &citizen, &address, "1.004873").await;
        let review = format!("{address}/review");
        citizen
            .post_bare(&review, &[])
            .await
            .expect(422)
            .must_say("Đánh dấu cam đoan trước khi gửi.");
        let pledge = [("pledge", "1")];
        let (one, two) = tokio::join!(
            citizen.post_bare(&review, &pledge),
            citizen.post_bare(&review, &pledge)
        );
        let three = citizen.post_bare(&review, &pledge).await;
        let (one, two) = (one.expect(303), two.expect(303));
        assert_eq!(one.location(), two.location(), "{}", site.name());
        assert_eq!(one.location(), three.expect(303).location());
        let count = site
            .read(|tx, _| {
                let row = tx.one("SELECT COUNT(*) AS found FROM dossiers", &[])?;
                Ok(row.expect("a count").get::<i64>("found")?)
            })
            .await;
        assert_eq!(count, 1);
        // What was typed is gone from the form; it stands in the dossier.
        let kept = site
            .read(|tx, _| {
                let row = tx.one("SELECT body FROM online_drafts", &[])?;
                Ok(row.expect("a form").get::<String>("body")?)
            })
            .await;
        assert_eq!(kept, "[]");
        assert!(
            citizen
                .get(&format!("{address}/who"))
                .await
                .expect(303)
                .location()
                .is_some_and(|to| to.starts_with("/h/"))
        );
    }
}

#[tokio::test]
async fn somebody_elses_number_changes_nothing_that_the_unit_knows() {
    let site = Site::start().await;
    accepted(&site, "1.004873").await;
    let citizen = site.visitor();
    let address = begin(&citizen, "1.004873").await;
    let mut who = WHO.to_vec();
    who[1] = ("applicant_name", "Kẻ Mạo Danh");
    who[6] = ("applicant_phone", "0999999999");
    fill(&site, &citizen, &address, "1.004873").await;
    citizen
        .post_bare(&format!("{address}/who"), &who)
        .await
        .expect(303);
    citizen
        .post_bare(&format!("{address}/review"), &[("pledge", "1")])
        .await
        .expect(303);
    let unit = site.unit("24682");
    let known = site
        .read(move |tx, _| {
            Ok(townhall_store::parties::by_number(tx, &unit, "068190009001")?.expect("the person"))
        })
        .await;
    assert_eq!(known.name, "Phan Thị Mẫu");
    assert_eq!(known.phone.as_deref(), Some("0900000001"));
}

#[tokio::test]
async fn bad_input_is_told_kindly_and_kept_out() {
    let site = Site::start().await;
    let citizen = site.visitor();
    let address = begin(&citizen, "1.004873").await;
    let who = format!("{address}/who");
    let with = |field: usize, value: &'static str| {
        let mut fields = WHO.to_vec();
        fields[field].1 = value;
        fields
    };
    for (fields, words) in [
        (with(1, "a\0b"), "ký tự"),
        (with(1, ""), "tên"),
        (with(1, "👩👩"), "tên"),
        (with(5, "1899"), "1900"),
        (with(5, "2030"), "Ngày này chưa tới."),
        (with(2, "12"), "số"),
    ] {
        citizen.post_bare(&who, &fields).await.expect(422).must_say(words);
    }
    // One text typed two ways is one text.
    let nfd = "Phan Thi\u{323} Mẫu";
    citizen.post_bare(&who, &with(1, nfd)).await.expect(303);
    // Ten megabytes: the body is refused before it is read; a long one is refused with words.
    let long = "ệ".repeat(4_000_000);
    let mut fields = WHO.to_vec();
    fields[1].1 = &long;
    let reply = citizen.post_bare(&who, &fields).await;
    assert!(matches!(reply.status.as_u16(), 400 | 413), "{}", reply.status);
    let long = "ệ".repeat(100_000);
    fields[1].1 = &long;
    citizen.post_bare(&who, &fields).await.expect(422);
    // What does not belong to a page is not kept there.
    let mut fields = WHO.to_vec();
    fields.push(("form_purpose", "x"));
    fields.push(("dossier", "x"));
    citizen.post_bare(&who, &fields).await.expect(303);
    let page = citizen.get(&format!("{address}/q4")).await.expect(200);
    assert_ne!(page.value("form_purpose").as_deref(), Some("x"));
    // Procedures, units and forms that are none.
    citizen.get("/submit/9.999999").await.expect(404);
    citizen
        .post_bare("/submit/9.999999", &[("unit", "24682")])
        .await
        .expect(404);
    citizen
        .post_bare("/submit/1.004873", &[("unit", "00004")])
        .await
        .expect(404);
    citizen.get("/submit/1.001022").await.expect(404);
    for token in ["0".repeat(32), "x".to_owned(), "%00".to_owned()] {
        citizen
            .get(&format!("/submit/form/{token}/who"))
            .await
            .expect(404);
        citizen
            .post_bare(&format!("/submit/form/{token}/review"), &[("pledge", "1")])
            .await
            .expect(404);
    }
    citizen.get(&format!("{address}/q99")).await.expect(404);
}

#[tokio::test]
async fn a_file_that_cannot_be_kept_is_named_with_the_reason() {
    let site = Site::start().await;
    let citizen = site.visitor();
    let address = begin(&citizen, "1.004873").await;
    let papers = format!("{address}/papers");
    for (name, bytes, words) in [
        ("trống.pdf", b"".as_slice(), "trống"),
        ("a.exe", b"MZ\x90\0".as_slice(), "PDF"),
        ("a.pdf", PNG, "a"),
        ("hỏng.pdf", b"%PDF-1.7\nnothing".as_slice(), "hỏng"),
    ] {
        let reply = upload(&citizen, &papers, "", name, bytes).await.expect(422);
        reply.must_say(words);
    }
    upload(&citizen, &papers, "identity", "a.png", PNG)
        .await
        .expect(422);
    upload(&citizen, &papers, "nothing", "a.png", PNG)
        .await
        .expect(422);
    upload(&citizen, &papers, "", "một.png", PNG).await.expect(303);
    // The same file again is the same.
    upload(&citizen, &papers, "", "hai.png", PNG).await.expect(303);
    let page = citizen.get(&papers).await.expect(200);
    page.must_say("một.pdf");
    page.must_not_say("hai.pdf");
    let remove = page
        .text()
        .split('"')
        .find(|part| part.ends_with("/remove"))
        .expect("a button")
        .to_owned();
    site.visitor()
        .post_bare(&remove.replace(&address[13..], &"0".repeat(32)), &[])
        .await
        .expect(404);
    citizen.post_bare(&remove, &[]).await.expect(303);
    citizen.get(&papers).await.expect(200).must_not_say("một.pdf");
}

#[tokio::test]
async fn an_address_that_begins_forms_without_end_waits() {
    let site = Site::start().await;
    let citizen = site.visitor();
    let mut waits = false;
    for _ in 0..45 {
        let reply = citizen.post_bare("/submit/1.004873", &[("unit", "24682")]).await;
        if reply.status == 429 {
            waits = true;
            break;
        }
    }
    assert!(waits);
}

#[tokio::test]
async fn a_form_left_alone_is_forgotten() {
    let site = Site::start().await;
    let citizen = site.visitor();
    let address = begin(&citizen, "1.004873").await;
    citizen
        .post_bare(&format!("{address}/who"), &WHO)
        .await
        .expect(303);
    upload(&citizen, &format!("{address}/papers"), "", "a.png", PNG)
        .await
        .expect(303);
    let forgotten = site
        .write(|tx, cx| Ok(townhall_store::online::sweep(tx, cx.now())?))
        .await
        .expect("swept");
    assert_eq!(forgotten, 0, "not before its time");
    site.at(jiff::civil::date(2025, 8, 19).at(9, 0, 0, 0));
    site.write(|tx, cx| Ok(townhall_store::online::sweep(tx, cx.now())?))
        .await
        .expect("swept");
    citizen.get(&format!("{address}/who")).await.expect(404);
}

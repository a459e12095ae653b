//! The counter: what a receptionist can rely on.

use jiff::civil::date;
use serde_json::Value;
use townhall_testkit::{Client, Reply, Site};

const MARITAL: &str = "1.004873";
const CARD: &str = "068098009003|245000123|Y Thử Êban|10091998|Nam|Thôn 5, Thuận An, Lâm Đồng|01072021";

/// Everything that the counter sends for a complete confirmation of marital status of Y Thử Êban.
pub async fn filled(site: &Site, client: &Client) -> Vec<(String, String)> {
    let page = client.get("/counter").await.expect(200);
    let dossier = page
        .hidden("dossier")
        .expect("a dossier chosen when the form is drawn");
    let mut fields: Vec<(String, String)> = [
        ("do", "accept"),
        ("dossier", dossier.as_str()),
        ("procedure", MARITAL),
        ("applicant_id_number", "068 098 009 003"),
        ("applicant_name", "Y Thử Êban"),
        ("applicant_born_on", "10/9/1998"),
        ("applicant_phone", "0900000003"),
        ("applicant_address", "Xã Thuận An, tỉnh Lâm Đồng"),
        ("capacity", "self"),
        ("delivery", "counter"),
        ("component_declaration", "present"),
        ("component_identity", "present"),
        ("component_residence", "present"),
        ("source_residence", "database"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec();
    let form = site.town.packs().form("forms/1.004873.json").expect("the form");
    for (name, value) in &form.examples[1] {
        let text = match value {
            Value::String(text) if name == "subject_birth_date" => {
                assert_eq!(text, "1998-09-10", "the example of the pack");
                "10/9/1998".to_owned()
            }
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        fields.push((format!("form_{name}"), text));
    }
    fields
}

pub fn set(fields: &mut Vec<(String, String)>, name: &str, value: &str) {
    fields.retain(|(known, _)| known != name);
    if !value.is_empty() {
        fields.push((name.to_owned(), value.to_owned()));
    }
}

pub async fn send(client: &Client, fields: &[(String, String)]) -> Reply {
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    client.post("/counter", &fields).await
}

async fn dossiers(site: &Site) -> i64 {
    let found = site
        .read(|tx, _| {
            Ok(tx.first("SELECT COUNT(*) AS found FROM dossiers", &[], |row| {
                row.get("found")
            })?)
        })
        .await;
    found.expect("a count")
}

#[tokio::test]
async fn an_accepted_dossier_shows_its_code_its_date_and_an_empty_form_for_the_next() {
    for site in Site::on_each().await {
        let client = site.sign_in("receptionist").await;
        let fields = filled(&site, &client).await;
        let reply = send(&client, &fields).await.expect(303);
        let page = client.follow(reply).await.expect(200);
        page.must_say("Đã tiếp nhận.");
        page.must_say("H36.82-250804-0001");
        page.must_say("hẹn trả thứ Năm 07/8, 17:00");
        assert!(
            page.text().contains("/slips/"),
            "{}: a link to print",
            site.name()
        );
        assert_eq!(
            page.value("applicant_name").as_deref(),
            Some(""),
            "{}",
            site.name()
        );
        assert_ne!(page.hidden("dossier").as_deref(), Some(fields[1].1.as_str()));
        assert!(
            page.text().contains("th-draft-done"),
            "the browser forgets its copy"
        );
        client.get("/work").await.expect(200).must_say("Y Thử Êban");
    }
}

#[tokio::test]
async fn the_same_form_sent_twice_makes_one_dossier_and_another_person_under_its_identity_is_refused() {
    for site in Site::on_each().await {
        let client = site.sign_in("receptionist").await;
        let mut fields = filled(&site, &client).await;
        let (one, two) = tokio::join!(send(&client, &fields), send(&client, &fields));
        assert_eq!(
            one.expect(303).location(),
            two.expect(303).location(),
            "{}",
            site.name()
        );
        assert_eq!(dossiers(&site).await, 1);
        set(&mut fields, "applicant_name", "H'Mẫu Ksor");
        send(&client, &fields)
            .await
            .expect(422)
            .must_say("Hãy mở một biểu mẫu mới");
        assert_eq!(dossiers(&site).await, 1);
    }
}

#[tokio::test]
async fn a_scanned_card_fills_the_form_and_a_number_finds_who_was_here_before() {
    let site = Site::start().await;
    let client = site.sign_in("receptionist").await;
    let page = client
        .post("/counter", &[("card", CARD), ("procedure", MARITAL)])
        .await
        .expect(200);
    for (field, value) in [
        ("applicant_id_number", "068098009003"),
        ("applicant_name", "Y Thử Êban"),
        ("applicant_born_on", "10/09/1998"),
        ("applicant_address", "Thôn 5, Thuận An, Lâm Đồng"),
        ("form_requester_name", "Y Thử Êban"),
        ("form_subject_birth_date", "10/09/1998"),
        ("form_subject_sex", "male"),
        ("card", ""),
    ] {
        assert_eq!(page.value(field).as_deref(), Some(value), "{field}");
    }
    page.must_say("Đã đọc từ thẻ căn cước");
    client
        .post("/counter", &[("card", "https://vi.du/x")])
        .await
        .expect(422)
        .must_say("Không đọc được thẻ này");

    let fields = filled(&site, &client).await;
    send(&client, &fields).await.expect(303);
    let page = client
        .post("/counter", &[("card", "068098009003"), ("part", "person")])
        .await
        .expect(200);
    page.must_say("Khớp dữ liệu đã có");
    assert_eq!(page.value("applicant_name").as_deref(), Some("Y Thử Êban"));
    assert_eq!(page.value("applicant_phone").as_deref(), Some("0900000003"));
    let other = [
        ("applicant_id_number", "068098009003"),
        ("applicant_name", "Y Thử Êban"),
        ("applicant_address", "Thôn 1"),
    ];
    client
        .post("/counter", &other)
        .await
        .expect(200)
        .must_say("Lần trước ghi: Địa chỉ: Xã Thuận An, tỉnh Lâm Đồng");
    let page = client
        .post("/counter", &[&other[..], &[("do", "known")]].concat())
        .await
        .expect(200);
    assert_eq!(
        page.value("applicant_address").as_deref(),
        Some("Xã Thuận An, tỉnh Lâm Đồng")
    );
    let noted = site
        .read(|tx, _| {
            Ok(tx.each(
                "SELECT action FROM access_log WHERE action = 'search_by_identity_number'",
                &[],
                |row| row.get::<String>("action"),
            )?)
        })
        .await;
    assert_eq!(noted.len(), 1, "looking somebody up is noted");
    // Another unit's people are not told about.
    let neighbour = site.sign_in("cujut.receptionist").await;
    neighbour
        .post("/counter", &[("card", "068098009003")])
        .await
        .expect(200)
        .must_not_say("Y Thử Êban");
}

#[tokio::test]
async fn a_procedure_is_found_by_name_without_marks_by_code_and_by_first_letters() {
    let site = Site::start().await;
    let client = site.sign_in("receptionist").await;
    for typed in [
        "tinh%20trang%20hon%20nhan",
        "1.004873",
        "xnhn",
        "X%C3%A1c%20nh%E1%BA%ADn%20t%C3%ACnh",
    ] {
        let part = client
            .part(&format!("/counter/procedures?procedure_search={typed}"))
            .await
            .expect(200);
        part.must_say("Xác nhận tình trạng hôn nhân 1.004873 · Hộ tịch · 3 ngày làm việc");
    }
    let none = client
        .part("/counter/procedures?procedure_search=zzzz")
        .await
        .expect(200);
    none.must_say("Không thấy thủ tục nào");
    // Without a script the same field and a button give the same list.
    client
        .post("/counter", &[("procedure_search", "xnhn")])
        .await
        .expect(200)
        .must_say("1.004873 · Hộ tịch");
}

#[tokio::test]
async fn the_chosen_procedure_shows_papers_form_date_with_its_reason_and_fee() {
    let site = Site::start().await;
    let client = site.sign_in("receptionist").await;
    let page = client
        .post("/counter", &[("choose", MARITAL), ("part", "case")])
        .await
        .expect(200);
    page.must_say("Thứ Năm 07/8 trước 17:00");
    page.must_say("Xác minh ở xã khác: thêm 3 ngày làm việc.");
    page.must_say("Căn cước hoặc giấy tờ tùy thân có ảnh");
    page.must_say("không yêu cầu công dân nộp");
    page.must_say("1 trên 3 đủ");
    page.must_not_say("Bản án, quyết định ly hôn đã có hiệu lực");
    assert_eq!(page.value("component_residence").as_deref(), Some("present"));
    assert_eq!(page.value("source_residence").as_deref(), Some("database"));
    // An answer of the form asks for another paper.
    let divorced = [
        ("procedure", MARITAL),
        ("form_marital_history", "divorced"),
        ("part", "promise"),
    ];
    client
        .post("/counter", &divorced)
        .await
        .expect(200)
        .must_say("Bản án, quyết định ly hôn đã có hiệu lực");
    // As htmx asks, only the part comes.
    let request = axum_request(&client, &divorced);
    let part = client.send(request).await.expect(200);
    assert!(!part.text().contains("<html"), "a part is no page");
    assert!(part.text().contains("id=\"promise\"") && part.text().contains("id=\"components\""));
    // Another commune is competent: its deadline, and the dossier goes there.
    site.at(date(2025, 8, 4).at(16, 0, 0, 0));
    client
        .post("/counter", &[("procedure", "1.001193")])
        .await
        .expect(200)
        .must_say("05/8");
}

fn axum_request(client: &Client, fields: &[(&str, &str)]) -> axum::http::Request<axum::body::Body> {
    let csrf = client.csrf();
    let body = fields
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .chain([format!("csrf={csrf}")]);
    axum::http::Request::post("/counter")
        .header("hx-request", "true")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(axum::body::Body::from(body.collect::<Vec<_>>().join("&")))
        .expect("a request")
}

#[tokio::test]
async fn each_mistake_is_told_at_its_field_and_everything_typed_stays() {
    let site = Site::start().await;
    let client = site.sign_in("receptionist").await;
    let right = filled(&site, &client).await;
    let huge = "a".repeat(1_500_000);
    let cases: &[(&str, &str, &str)] = &[
        ("procedure", "9.999999", "Không có thủ tục mã 9.999999"),
        ("procedure", "", "Chưa chọn thủ tục"),
        ("unit", "99999", "Không có đơn vị mã 99999"),
        ("unit", "00004", "thuộc tỉnh khác"),
        ("applicant_name", "", "Hãy nhập họ, chữ đệm và tên"),
        ("applicant_name", &huge, "Tên dài hơn 200 chữ"),
        ("applicant_name", "A\0B", "applicant_name"),
        ("applicant_name", "😀😀", "Tên phải có chữ cái"),
        ("applicant_id_number", "12345", "Số định danh có 12 chữ số"),
        ("applicant_born_on", "31/6/1990", "applicant_born_on"),
        ("applicant_born_on", "1/1/1899", "applicant_born_on"),
        ("applicant_born_on", "5/8/2025", "applicant_born_on"),
        (
            "applicant_phone",
            "abc",
            "Số điện thoại trong nước có 10 hoặc 11 chữ số",
        ),
        ("applicant_email", "nobody", "Địa chỉ thư điện tử chưa đúng"),
        ("form_subject_birth_date", "30/2/1998", "form_subject_birth_date"),
        ("form_subject_name", "", "form_subject_name"),
        ("form_purpose", "robbery", "form_purpose"),
        ("form_copies", "many", "form_copies"),
        (
            "form_subject_ethnicity",
            &"x".repeat(51),
            "form_subject_ethnicity",
        ),
        ("component_declaration", "", "Giấy tờ bắt buộc này còn thiếu"),
        ("source_residence", "paper", "hãy ghi rõ lý do"),
        // A mistake beside the form is named, too.
        (
            "exemption",
            "merit",
            "Giấy tờ hoặc cơ sở dữ liệu chứng minh: Hãy ghi rõ",
        ),
    ];
    for (field, value, said) in cases {
        let mut fields = right.clone();
        set(&mut fields, field, value);
        if *value == huge {
            // Too long for a form at all is refused before it is read; a long name of a form's size is told.
            set(&mut fields, field, &"a".repeat(300));
        }
        let page = send(&client, &fields).await.expect(422);
        let is_field = said.contains('_');
        if is_field {
            let id = said.replace('_', "-");
            assert!(
                page.text().contains(&format!("href=\"#f-{id}\"")),
                "{field} = {value:.20}: {}",
                page.status_and_words()
            );
            assert!(
                page.text().contains(&format!("id=\"f-{id}-error\"")),
                "{field} = {value:.20}"
            );
        } else {
            page.must_say(said);
        }
        assert!(page.text().contains("<title>Lỗi:"), "{field}: the title says so");
        if *field != "procedure" {
            for (name, kept) in &fields {
                // An answer that no radio button has cannot stand in one.
                if name.starts_with("form_") && kept.len() < 60 && kept != "robbery" {
                    assert_eq!(
                        page.value(name).as_deref(),
                        Some(kept.as_str()),
                        "{field}: {name} stays"
                    );
                }
            }
            assert_eq!(page.hidden("dossier").as_deref(), Some(right[1].1.as_str()));
            assert_eq!(
                page.value("applicant_address").as_deref(),
                Some("Xã Thuận An, tỉnh Lâm Đồng"),
                "{field}"
            );
        }
    }
    assert_eq!(dossiers(&site).await, 0);
    let too_much = client
        .post("/counter", &[("applicant_name", &"a".repeat(3_000_000))])
        .await;
    assert!(
        too_much.status.is_client_error(),
        "a form of megabytes is not read"
    );
    // A name typed in parts is the same name, and an emoji beside letters is no mistake.
    let mut fields = right;
    set(&mut fields, "applicant_name", "Tra\u{302}\u{300}n Thử 😀");
    let reply = send(&client, &fields).await.expect(303);
    client.follow(reply).await.must_say("Trần Thử 😀");
}

#[tokio::test]
async fn a_second_dossier_of_the_same_person_and_procedure_today_is_warned_of_and_possible() {
    for site in Site::on_each().await {
        let client = site.sign_in("receptionist").await;
        let first = filled(&site, &client).await;
        send(&client, &first).await.expect(303);
        let mut second = filled(&site, &client).await;
        let page = send(&client, &second).await.expect(422);
        page.must_say("Hôm nay người này đã nộp hồ sơ");
        page.must_say("Hôm nay người này đã nộp một hồ sơ cùng thủ tục:");
        let twin = page.hidden("twin").expect("the other dossier");
        assert!(page.text().contains(&format!("/dossiers/{twin}")));
        set(&mut second, "twin", &twin);
        send(&client, &second).await.expect(303);
        assert_eq!(dossiers(&site).await, 2, "{}", site.name());
        // The next day nobody is warned.
        site.at(date(2025, 8, 5).at(8, 0, 0, 0));
        let third = filled(&site, &client).await;
        send(&client, &third).await.expect(303);
    }
}

#[tokio::test]
async fn a_supplement_and_a_refusal_ask_for_their_reason_on_a_page_of_their_own() {
    for site in Site::on_each().await {
        let client = site.sign_in("receptionist").await;
        let mut fields = filled(&site, &client).await;
        set(&mut fields, "component_declaration", "");
        set(&mut fields, "form_subject_name", "");
        set(&mut fields, "do", "supplement");
        let page = send(&client, &fields).await.expect(200);
        page.must_say("Yêu cầu bổ sung hồ sơ của Y Thử Êban");
        let items = page.value("items").expect("what is missing is written already");
        assert!(items.contains("Tờ khai"), "{items}");
        assert_eq!(page.hidden("applicant_name").as_deref(), Some("Y Thử Êban"));
        set(&mut fields, "do", "send_supplement");
        set(&mut fields, "items", &items);
        send(&client, &fields)
            .await
            .expect(422)
            .must_say("Yêu cầu bổ sung hồ sơ của");
        set(&mut fields, "reason", "Thiếu tờ khai theo mẫu.");
        let reply = send(&client, &fields).await.expect(303);
        let page = client.follow(reply).await;
        page.must_say("Đã lập phiếu yêu cầu bổ sung.");
        page.must_say("In phiếu bổ sung");

        let mut fields = filled(&site, &client).await;
        set(&mut fields, "applicant_name", "H'Mẫu Ksor");
        set(&mut fields, "applicant_id_number", "068098009004");
        set(&mut fields, "do", "refuse");
        send(&client, &fields)
            .await
            .expect(200)
            .must_say("Từ chối tiếp nhận hồ sơ của H'Mẫu Ksor?");
        set(&mut fields, "do", "send_refusal");
        send(&client, &fields).await.expect(422);
        set(&mut fields, "reason", "Không thuộc thẩm quyền.");
        let reply = send(&client, &fields).await.expect(303);
        client.follow(reply).await.must_say("Đã từ chối tiếp nhận.");
    }
}

#[tokio::test]
async fn what_was_typed_comes_back_after_the_session_was_lost_and_is_gone_when_it_is_finished() {
    let site = Site::start().await;
    let client = site.sign_in("receptionist").await;
    let fields = filled(&site, &client).await;
    let kept: Vec<(&str, &str)> = fields[1..]
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    client.post("/drafts/counter", &kept).await.expect(204);
    client.forget();
    let reply = client.get("/counter").await.expect(303);
    assert_eq!(reply.location().as_deref(), Some("/sign-in?next=%2Fcounter"));
    // Another session, after a restart of the program.
    let again = site.sign_in("receptionist").await;
    let page = again.get("/counter").await.expect(200);
    page.must_say("Đã tự lưu lúc 09:40");
    for (name, value) in &fields[1..] {
        assert_eq!(page.value(name).as_deref(), Some(value.as_str()), "{name}");
    }
    let colleague = site.sign_in("receptionist.2").await;
    colleague
        .get("/counter")
        .await
        .expect(200)
        .must_not_say("Y Thử Êban");
    send(&again, &fields).await.expect(303);
    let page = again.get("/counter").await.expect(200);
    assert_eq!(page.value("applicant_name").as_deref(), Some(""));
    // A copy of the old form that arrives late does not come back.
    again.post("/drafts/counter", &kept).await.expect(204);
    assert_eq!(
        again.get("/counter").await.value("applicant_name").as_deref(),
        Some("")
    );
}

#[tokio::test]
async fn a_dossier_is_received_for_another_commune_of_the_province_only_where_the_procedure_allows() {
    let site = Site::start().await;
    let client = site.sign_in("receptionist").await;
    let mut fields = filled(&site, &client).await;
    set(&mut fields, "unit", "24640");
    let reply = send(&client, &fields).await.expect(303);
    client.follow(reply).await.must_say("Đã tiếp nhận.");
    let (unit, receiving_unit): (String, String) = site
        .read(|tx, _| {
            Ok(tx.first("SELECT unit, receiving_unit FROM dossiers", &[], |row| {
                Ok((row.get("unit")?, row.get("receiving_unit")?))
            })?)
        })
        .await
        .expect("a dossier");
    assert!(unit.starts_with("24640") && receiving_unit.starts_with("24682"));
}

#[tokio::test]
async fn who_does_not_receive_dossiers_does_not_know_of_the_counter() {
    let site = Site::start().await;
    for user in ["office.handler", "chair", "clerk", "party.leader", "admin"] {
        let client = site.sign_in(user).await;
        client.get("/counter").await.expect(404);
        client.post("/counter", &[("do", "accept")]).await.expect(404);
        client
            .part("/counter/procedures?procedure_search=x")
            .await
            .expect(404);
    }
    let reply = site.visitor().get("/counter").await.expect(303);
    assert_eq!(reply.location().as_deref(), Some("/sign-in?next=%2Fcounter"));
    let client = site.sign_in("receptionist").await;
    let neighbour = site.sign_in("cujut.receptionist").await;
    let fields = filled(&site, &client).await;
    let done = send(&client, &fields)
        .await
        .expect(303)
        .location()
        .expect("where to");
    neighbour.get(&done).await.expect(404);
    client
        .post_bare("/counter", &[("do", "accept")])
        .await
        .expect(403);
}

#[tokio::test]
async fn an_empty_form_says_what_is_missing_and_saves_nothing() {
    let site = Site::start().await;
    let client = site.sign_in("receptionist").await;
    let page = client.get("/counter").await.expect(200);
    for words in [
        "Tiếp nhận hồ sơ",
        "Quét căn cước",
        "Chọn thủ tục để biết ngày hẹn",
        "Tiếp nhận, in biên nhận",
    ] {
        page.must_say(words);
    }
    client
        .post("/counter", &[("do", "accept")])
        .await
        .expect(422)
        .must_say("Chưa chọn thủ tục");
    client.post("/counter", &[]).await.expect(200);
    assert_eq!(dossiers(&site).await, 0);
}

//! What strangers may read: the first page, the catalogue, one page a procedure, look-up by bare code.

use std::time::Instant;

use townhall_domain::dossier::State;
use townhall_testkit::Site;
use townhall_testkit::site::dossiers::{APPLICANT, accepted, bring_to, dossier};

#[tokio::test]
async fn the_first_page_tells_a_citizen_where_to_go_and_an_officer_goes_to_work() {
    for site in Site::on_each().await {
        let page = site.visitor().get("/").await.expect(200);
        for words in [
            "Ông/bà cần làm gì?",
            "Tìm thủ tục",
            "Hồ sơ của tôi đến đâu?",
            "Cổng Dịch vụ công quốc gia",
            "Thứ Hai – thứ Sáu: 07:30–11:30, 13:30–17:00",
            "Lúc này đang mở cửa, đến 11:30.",
            "0261 000 0000",
            "địa chỉ minh họa",
            "Kiểm tra biên nhận",
            "Dành cho cán bộ",
        ] {
            page.must_say(words);
        }
        let officer = site.sign_in("receptionist").await;
        let reply = officer.get("/").await.expect(303);
        assert_eq!(reply.location().as_deref(), Some("/work"), "{}", site.name());
        // A stranger's page stays readable for who is signed in.
        officer.get("/procedures").await.expect(200);
    }
}

#[tokio::test]
async fn the_first_page_says_when_the_centre_opens_again() {
    let site = Site::start().await;
    site.at(jiff::civil::date(2025, 8, 1).at(18, 0, 0, 0));
    site.visitor()
        .get("/")
        .await
        .expect(200)
        .must_say("Mở lại thứ Hai 04/8, 07:30.");
    site.at(jiff::civil::date(2025, 8, 4).at(12, 0, 0, 0));
    site.visitor()
        .get("/")
        .await
        .expect(200)
        .must_say("Hôm nay mở cửa lúc 13:30.");
}

#[tokio::test]
async fn a_commune_served_here_is_found_by_name_without_accents_and_no_other() {
    let site = Site::start().await;
    let visitor = site.visitor();
    let page = visitor.get("/communes?name=cu+jut").await.expect(200);
    page.must_say("Xã Cư Jút, Tỉnh Lâm Đồng");
    assert!(page.text().contains("/c/24640"));
    visitor
        .get("/communes?name=ba+dinh")
        .await
        .expect(200)
        .must_say("Không thấy xã, phường nào có tên này.");
    let other = visitor.get("/c/24640").await.expect(200);
    other.must_say("Xã Cư Jút");
    assert!(other.text().contains("?unit=24640"), "the links keep the commune");
    visitor.get("/c/00004").await.expect(404);
    visitor.get("/c/nothing").await.expect(404);
}

#[tokio::test]
async fn the_catalogue_is_searched_without_accents_and_narrowed_to_a_field() {
    let site = Site::start().await;
    let visitor = site.visitor();
    let page = visitor.get("/procedures?q=khai+sinh").await.expect(200);
    page.must_say("Đăng ký khai sinh");
    page.must_not_say("Chứng thực bản sao");
    let page = visitor.get("/procedures?field=certification").await.expect(200);
    page.must_say("2.000815");
    page.must_not_say("1.001193");
    // What is not served says so.
    visitor
        .get("/procedures?q=1.001022")
        .await
        .expect(200)
        .must_say("chưa phục vụ tại đây");
    visitor
        .get("/procedures?q=zzzz")
        .await
        .expect(200)
        .must_say("Không thấy thủ tục nào.");
    for odd in ["%00", "%F0%9F%91%A9", "%E1%BA", "%25", "a".repeat(5000).as_str()] {
        let reply = visitor.get(&format!("/procedures?q={odd}")).await;
        assert!(reply.status.as_u16() < 500, "{odd:.20}: {}", reply.status);
    }
}

#[tokio::test]
async fn a_procedure_says_what_to_bring_what_it_costs_how_long_and_how_sure_that_is() {
    let site = Site::start().await;
    let visitor = site.visitor();
    let page = visitor.get("/procedures/1.004873").await.expect(200);
    for words in [
        "Cần mang gì?",
        "Tờ khai cấp Giấy xác nhận tình trạng hôn nhân",
        "Tốn bao nhiêu?",
        "Mất bao lâu?",
        "3 ngày làm việc",
        "hẹn trả thứ Năm 07/8, 17:00",
        "Luật Hộ tịch 60/2014/QH13",
        "đã đối chiếu văn bản",
        "theo một nguồn, chưa đối chiếu văn bản",
        "Cổng là nơi nộp trực tuyến duy nhất",
        "Ký duyệt",
    ] {
        page.must_say(words);
    }
    // Under the version of 2026 a data base stands for the identity card.
    site.at(jiff::civil::date(2026, 3, 2).at(9, 0, 0, 0));
    let page = visitor.get("/procedures/1.004873").await.expect(200);
    page.must_say("Không cần mang");
    page.must_say("tra trong");
    visitor
        .get("/procedures/1.001022")
        .await
        .expect(200)
        .must_say("Trung tâm chưa làm thủ tục này trên hệ thống.");
    visitor.get("/procedures/9.999999").await.expect(404);
    visitor.get("/procedures/%00").await.expect(404);
}

#[tokio::test]
async fn programs_read_the_catalogue_without_a_token() {
    let site = Site::start().await;
    let visitor = site.visitor();
    let list = visitor
        .get("/procedures.json?q=khai+sinh")
        .await
        .expect(200)
        .json();
    assert!(
        list["items"]
            .as_array()
            .expect("a list")
            .iter()
            .any(|item| item["code"] == "1.001193" && item["served"] == true)
    );
    let one = visitor.get("/procedures/1.004873.json").await.expect(200).json();
    assert_eq!(one["limits"][0]["time"], "3wd");
    assert_eq!(one["limits"][0]["verified"], "H");
    assert_eq!(one["online"], true);
    assert!(one["steps"].as_array().is_some_and(|steps| steps.len() == 8));
    assert!(one["form_schema"].is_object());
    let entry = visitor.get("/procedures/1.001022.json").await.expect(200).json();
    assert_eq!(
        (&entry["served"], &entry["online"]),
        (&false.into(), &false.into())
    );
    visitor.get("/procedures/9.999999.json").await.expect(404);
}

#[tokio::test]
async fn the_bare_code_tells_how_far_a_dossier_is_and_nothing_else() {
    for site in Site::on_each().await {
        let id = accepted(&site, "1.004873").await;
        bring_to(&site, id, |state| matches!(state, State::InProgress(_)), "").await;
        let found = dossier(&site, id).await;
        let visitor = site.visitor();
        let page = visitor
            .post_bare("/lookup", &[("code", &found.code)])
            .await
            .expect(200);
        page.must_say(&format!("Đã hoàn thành {} %", found.state.completion_percent()));
        let text = page.text();
        for secret in [
            APPLICANT,
            "hôn nhân",
            "1.004873",
            "Đang xử lý",
            "0900000001",
            "07/8",
            &found.receipt_secret,
            &id.to_string(),
        ] {
            assert!(!text.contains(secret), "{}: {secret} leaks", site.name());
        }
        // Lower case and spaces around it are the same code.
        let typed = format!(" {} ", found.code.to_lowercase());
        let again = visitor
            .post_bare("/lookup", &[("code", &typed)])
            .await
            .expect(200);
        again.must_say("Đã hoàn thành");
    }
}

#[tokio::test]
async fn an_unknown_code_and_one_that_was_not_accepted_get_one_answer_after_one_time() {
    let site = Site::start().await;
    let unit = site.unit("24682");
    let registered = townhall_testkit::site::dossiers::received(
        &site,
        "1.004873",
        unit,
        site.town
            .packs()
            .form("forms/1.004873.json")
            .expect("a form")
            .examples[0]
            .clone(),
        townhall_app::dossier::Verdict::Register,
    )
    .await;
    let code = dossier(&site, registered).await.code;
    let visitor = site.visitor();
    let mut answers = Vec::new();
    for asked in [
        code.as_str(),
        "H36.24682-250804-9999",
        "x",
        "",
        "👩",
        "a\0b",
        "' OR 1=1 --",
    ] {
        let start = Instant::now();
        let page = visitor.post_bare("/lookup", &[("code", asked)]).await.expect(200);
        let took = start.elapsed().as_millis();
        assert!((250..2000).contains(&took), "{asked:?}: {took} ms");
        page.must_say("Chưa có hồ sơ nào được tiếp nhận với mã này.");
        // What was typed stands in its field; the rest is the same to the byte.
        let field = regex_free(&page.text());
        answers.push(field);
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "all answers are the same");
    // Without the field, with another, or with a body that is none.
    visitor.post_bare("/lookup", &[]).await.expect(200);
    visitor.post_bare("/lookup", &[("x", "y")]).await.expect(200);
    let long = "a".repeat(10_000_000);
    let reply = visitor.post_bare("/lookup", &[("code", &long)]).await;
    assert!(matches!(reply.status.as_u16(), 400 | 413), "{}", reply.status);
    let json = axum::http::Request::post("/lookup")
        .header("accept", "application/json")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(axum::body::Body::from(format!("code={code}")))
        .expect("a request");
    let told = visitor.send(json).await.expect(200).json();
    assert!(told["completion_percent"].is_null(), "{told}");
}

/// The page without the value of the field for the code.
fn regex_free(page: &str) -> String {
    let Some(at) = page.find("name=\"code\"") else {
        return page.to_owned();
    };
    let (before, rest) = page.split_at(at);
    let end = rest.find('>').unwrap_or(0);
    format!("{before}{}", &rest[end..])
}

#[tokio::test]
async fn who_asks_for_too_many_codes_waits_whatever_he_was_told() {
    let site = Site::start().await;
    let id = accepted(&site, "1.004873").await;
    let code = dossier(&site, id).await.code;
    let visitor = site.visitor();
    let mut told = Vec::new();
    let asks = (0..24).map(|at| {
        let code = if at % 2 == 0 {
            code.clone()
        } else {
            format!("H36-{at}")
        };
        let visitor = &visitor;
        async move { visitor.post_bare("/lookup", &[("code", &code)]).await }
    });
    for reply in asks {
        let reply = reply.await;
        told.push(reply.status.as_u16());
        if reply.status == 429 {
            assert!(reply.header("retry-after").is_some());
            break;
        }
    }
    assert!(told.contains(&429), "{told:?}");
    assert!(told.len() > 15, "a family asks freely: {told:?}");
}

//! Promises of the API that need a whole dossier, figures or the book of operations.

use super::*;

#[tokio::test]
async fn a_code_of_the_portal_is_taken_in_once() {
    let site = Site::start().await;
    let counter = Program::of(&site, "receptionist").await;
    let mut body = copy_of(&site);
    body["portal_code"] = json!("H36.99-250804-0001");
    counter.post("/api/v1/dossiers", &body).await.expect(201);
    let refused = problem(&counter.post("/api/v1/dossiers", &body).await, 422);
    assert_eq!(refused["errors"][0]["code"], "dossier-code-taken");
}

#[tokio::test]
async fn a_list_pages_by_key_and_every_figure_opens_its_rows() {
    let site = Site::start().await;
    for _ in 0..5 {
        accepted(&site, "2.000815").await;
    }
    let done = accepted(&site, "2.000815").await;
    bring_to(
        &site,
        done,
        townhall_domain::dossier::State::has_ended,
        "Đã chứng thực.",
    )
    .await;
    let director = Program::of(&site, "director").await;
    let (mut seen, mut path) = (Vec::new(), "/api/v1/dossiers?limit=4&sort=due".to_owned());
    for _ in 0..5 {
        let reply = director.get(&path).await.expect(200);
        let page = reply.json();
        seen.extend(
            page["items"]
                .as_array()
                .expect("rows")
                .iter()
                .map(|row| row["id"].to_string()),
        );
        let Some(link) = reply.header("link") else {
            assert_eq!(page["next"], Value::Null);
            break;
        };
        let next = link
            .strip_prefix('<')
            .and_then(|rest| rest.split_once('>'))
            .expect("a link");
        assert_eq!(next.1, "; rel=\"next\"");
        path = next.0.to_owned();
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 6);

    let period = "from=2025-08-01&to=2025-08-04";
    let figures = director
        .get(&format!("/api/v1/units/24682/statistics?{period}"))
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&figures["received"], &figures["resolved"], &figures["pending"]),
        (&json!(6), &json!(1), &json!(5))
    );
    assert_eq!(figures["by_procedure"]["2.000815"]["received"], 6);
    assert_eq!(figures["by_field"]["certification"]["received"], 6);
    assert_eq!(figures["by_channel"]["counter"]["pending"], 5);
    for measure in ["received", "resolved", "on_time", "pending", "overdue"] {
        let rows = director
            .get(&format!("/api/v1/dossiers?unit=24682&measure={measure}&{period}"))
            .await
            .expect(200);
        let rows = rows.json()["items"].as_array().map(Vec::len);
        assert_eq!(
            rows,
            figures[measure].as_u64().and_then(|n| usize::try_from(n).ok()),
            "{measure}"
        );
    }
    let province = Program::of(&site, "province.leader").await;
    let sum = province
        .get(&format!("/api/v1/units/68/statistics?{period}"))
        .await
        .expect(200)
        .json();
    assert_eq!(sum["received"], 6);
    assert!(sum["by_unit"]["24682-20250701"]["received"] == 6, "{sum}");
    problem(
        &director
            .get(&format!("/api/v1/units/24640/statistics?{period}"))
            .await,
        404,
    );
    problem(
        &director
            .get("/api/v1/units/24682/statistics?from=2025-08-04&to=2025-08-01")
            .await,
        422,
    );
    problem(
        &director
            .get("/api/v1/units/24682/statistics?from=2025-08-04")
            .await,
        422,
    );
}

#[tokio::test]
async fn law_and_units_can_be_asked_for() {
    let site = Site::start().await;
    let program = Program::of(&site, "receptionist").await;
    let me = program.get("/api/v1/me").await.expect(200).json();
    assert_eq!(me["unit"]["code"], "24682");
    let listed = program
        .get("/api/v1/procedures?show=served")
        .await
        .expect(200)
        .json();
    assert!(
        listed["items"].as_array().is_some_and(|items| items.len() >= 12),
        "{listed}"
    );
    let procedure = program
        .get("/api/v1/procedures/1.001193")
        .await
        .expect(200)
        .json();
    assert_eq!(procedure["form_schema"]["type"], "object");
    problem(&program.get("/api/v1/procedures/9.999999").await, 404);
    let owed = program
        .get("/api/v1/procedures/2.000815/fees?pages=3&copies=2")
        .await
        .expect(200)
        .json();
    // Two pages at 2,000 and one at 1,000, twice (Circular 226/2016/TT-BTC).
    assert_eq!(owed["total"], 10_000);
    let wrong = [
        "/api/v1/procedures/2.000815/fees?pages=0",
        "/api/v1/procedures/2.000815/fees?pages=100001",
        "/api/v1/procedures/2.000815/fees?circumstances=overdu",
        "/api/v1/express/fee?copies=501",
    ];
    for path in wrong {
        problem(&program.get(path).await, 422);
    }
    let due = program
        .get("/api/v1/deadline?from=2026-02-12T10:00&limit=3wd&unit=24682")
        .await
        .expect(200)
        .json();
    assert_eq!(due["due"], "2026-02-24T17:00:00+07:00");
    problem(
        &program.get("/api/v1/deadline?from=2026-02-12&limit=3x").await,
        422,
    );
    let communes = program.get("/api/v1/units?parent=68").await.expect(200).json();
    assert_eq!(communes["items"].as_array().map(Vec::len), Some(124));
    let staff = program.get("/api/v1/units/24682/staff").await.expect(200).json();
    assert!(staff["posts"].as_array().is_some_and(|posts| posts.len() > 10));
    problem(&program.get("/api/v1/units/24640/staff").await, 404);
}

#[tokio::test]
async fn a_task_with_the_six_goes_from_issue_to_acceptance() {
    for site in Site::on_each().await {
        let chair = Program::of(&site, "chair").await;
        let lead = site.employed("office.handler").post.to_string();
        let order = json!({
            "lead": lead, "work": "Rà soát hồ sơ quá hạn", "due_on": "2025-08-08", "responsibility": "Chịu trách nhiệm toàn bộ",
            "product": "Báo cáo rà soát", "authority": "Được yêu cầu các phòng cung cấp số liệu"
        });
        let mut without = order.clone();
        without["product"] = json!("");
        let refused = problem(&chair.post("/api/v1/tasks", &without).await, 422);
        assert_eq!(refused["errors"][0]["field"], "product", "{refused}");
        let task = chair.post("/api/v1/tasks", &order).await.expect(201).json();
        let href = task["href"].as_str().expect("an address").to_owned();
        let handler = Program::of(&site, "office.handler").await;
        assert_eq!(
            handler.get("/api/v1/work/tasks").await.expect(200).json()["items"][0]["task"]["id"],
            task["id"]
        );
        let mut version = 1;
        for (program, action, body) in [
            (&handler, "receive", json!({})),
            (
                &handler,
                "report",
                json!({ "note": "Đã rà soát một nửa", "percent": 50 }),
            ),
            (
                &handler,
                "hand_in",
                json!({ "summary": "Đã xong", "document": "15/BC-VP" }),
            ),
            (&chair, "accept", json!({})),
        ] {
            let tag = format!("\"{version}\"");
            let reply = program
                .post_with(&format!("{href}/actions/{action}"), &[("if-match", &tag)], &body)
                .await;
            version = reply.expect(200).json()["version"].as_i64().expect("a version");
        }
        let done = chair.get(&href).await.expect(200).json();
        assert_eq!(
            (&done["state"], &done["class"]),
            (&json!("accepted"), &json!("done_on_time")),
            "{}",
            site.name()
        );
        assert_eq!(done["products"][0]["document"], "15/BC-VP");
        let rows = chair
            .get("/api/v1/tasks?class=done_on_time")
            .await
            .expect(200)
            .json();
        assert_eq!(rows["items"].as_array().map(Vec::len), Some(1));
    }
}

#[tokio::test]
async fn the_description_names_every_route_of_the_api_and_no_other() {
    let site = Site::start().await;
    let reply = site.visitor().get("/openapi.json").await.expect(200);
    let described = reply.json();
    assert_eq!(described["openapi"], "3.1.0");
    let mut told: Vec<String> = Vec::new();
    for (path, item) in described["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("methods") {
            told.push(format!("{} {path}", method.to_uppercase()));
            let summary = operation["summary"].as_str().unwrap_or_default();
            assert!(!summary.is_empty() && !summary.contains('⟦'), "{path}: {summary}");
            assert!(
                operation["responses"]
                    .as_object()
                    .is_some_and(|answers| answers.len() > 6),
                "{path}"
            );
        }
    }
    let table = townhall_web::routes(&site.app).table().to_vec();
    let mut there: Vec<String> = table
        .iter()
        .filter(|entry| entry.is_api())
        .map(|entry| format!("{} {}", entry.method, entry.path))
        .collect();
    told.sort();
    there.sort();
    assert_eq!(told, there);
    // Every schema that is referred to is there.
    let text = described.to_string();
    for reference in text.split("#/components/schemas/").skip(1) {
        let name = reference.split('"').next().expect("a name");
        assert!(described["components"]["schemas"].get(name).is_some(), "{name}");
    }
    for language in ["vi", "en"] {
        let request = Request::get("/api")
            .header(ACCEPT_LANGUAGE, language)
            .body(Body::empty())
            .expect("a request");
        let page = site.visitor().send(request).await.expect(200);
        assert!(
            !page.text().contains('⟦') && !page.text().contains("style="),
            "{language}"
        );
        page.must_say("/api/v1/dossiers");
    }
    assert!(
        reply
            .header(CONTENT_TYPE.as_str())
            .is_some_and(|kind| kind.starts_with("application/json"))
    );
}

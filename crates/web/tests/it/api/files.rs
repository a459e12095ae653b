//! Files, printed papers, the look-up at the counter, bells and figures: what the pages have, a program has.

use jiff::civil::date;
use serde_json::json;
use townhall_domain::permission::Right;
use townhall_testkit::Site;
use townhall_testkit::site::dossiers::{accepted, dossier};

use super::{Program, problem};

/// How many files were taken out of a site, by the access log.
async fn exports(site: &Site) -> usize {
    site.read(|tx, _| {
        Ok(tx
            .rows("SELECT id FROM access_log WHERE action = 'export'", &[])?
            .len())
    })
    .await
}

#[tokio::test]
async fn a_program_takes_out_the_same_files_as_the_pages_and_leaves_the_same_trace() {
    for site in Site::on_each().await {
        accepted(&site, "1.004873").await;
        accepted(&site, "2.000815").await;
        let chair = site.sign_in("chair").await;
        let program = Program::of(&site, "chair").await;
        let pairs = [
            (
                "/dossiers/export.csv?procedure=1.004873",
                "/api/v1/dossiers/export.csv?procedure=1.004873",
            ),
            ("/tasks/export.csv?view=all", "/api/v1/tasks/export.csv"),
            (
                "/ratings.csv?from=2025-07-01&to=2025-08-31",
                "/api/v1/units/24682/ratings.csv?from=2025-07-01&to=2025-08-31",
            ),
            (
                "/units/24640/villages.csv?q=thon",
                "/api/v1/units/24640/villages.csv?q=thon",
            ),
        ];
        for (page, api) in pairs {
            let before = exports(&site).await;
            let on_page = chair.get(page).await.expect(200).text();
            let noted = exports(&site).await - before;
            let through_api = program.get(api).await.expect(200);
            assert_eq!(
                through_api.header("content-type"),
                Some("text/csv; charset=utf-8")
            );
            let through_api = through_api.text();
            // The words are of another language; the rows, told by their first cell, are the same.
            let rows = |text: &str| {
                let cells = text
                    .lines()
                    .skip(1)
                    .map(|line| line.split(',').next().map(str::to_owned));
                cells.collect::<Vec<_>>()
            };
            assert_eq!(rows(&through_api), rows(&on_page), "{}: {api}", site.name());
            assert_eq!(exports(&site).await - before, 2 * noted, "{}: {api}", site.name());
        }
        let listed = program
            .get("/api/v1/dossiers/export.csv?procedure=1.004873")
            .await
            .expect(200)
            .text();
        assert_eq!(listed.lines().count(), 2, "{}: {listed}", site.name());
        for figures in [
            "/api/v1/units/24682/dashboard.csv?from=2025-07-01&to=2025-08-31",
            "/api/v1/units/24682/quality.csv?from=2025-07-01&to=2025-08-31",
        ] {
            assert!(
                program.get(figures).await.expect(200).text().lines().count() > 1,
                "{figures}"
            );
        }
        // A file has no pages, and who may not export is told so.
        let paged = program.get("/api/v1/dossiers/export.csv?limit=5").await;
        assert_eq!(problem(&paged, 422)["errors"][0]["field"], "limit");
        let narrow = Program::with(&site, "chair", Some(&[Right::ReadDossier])).await;
        problem(&narrow.get("/api/v1/dossiers/export.csv").await, 403);
    }
}

#[tokio::test]
async fn a_program_takes_out_and_prints_the_book_of_certified_copies() {
    for site in Site::on_each().await {
        let officer = Program::of(&site, "receptionist").await;
        officer
            .post("/api/v1/express", &super::registers::request())
            .await
            .expect(201);
        let chair = Program::of(&site, "chair").await;
        let file = chair
            .get("/api/v1/registers/certified-copy/export.csv?year=2025&month=8")
            .await
            .expect(200)
            .text();
        assert_eq!(
            file.lines().count(),
            3,
            "{}: two papers, two entries: {file}",
            site.name()
        );
        let empty = chair
            .get("/api/v1/registers/certified-copy/export.csv?year=2025&month=7")
            .await;
        assert_eq!(empty.expect(200).text().lines().count(), 1, "{}", site.name());
        let book = officer
            .get("/api/v1/registers/certified-copy/file?year=2025")
            .await
            .expect(200);
        assert_eq!(book.header("content-type"), Some("application/pdf"));
        let entries = officer
            .get("/api/v1/registers/certified-copy/entries")
            .await
            .expect(200)
            .json();
        let entry = entries["items"][0]["id"].as_str().expect("an entry").to_owned();
        for what in ["text", "stamps"] {
            let paper = officer
                .get(&format!("/api/v1/register-entries/{entry}/{what}/file"))
                .await;
            assert_eq!(
                paper.expect(200).header("content-type"),
                Some("application/pdf"),
                "{what}"
            );
        }
        // The registers of civil status are their keeper's alone.
        problem(&officer.get("/api/v1/civil-status/birth/export.csv").await, 403);
        let keeper = Program::of(&site, "justice").await;
        keeper
            .get("/api/v1/civil-status/birth/export.csv")
            .await
            .expect(200);
        problem(&keeper.get("/api/v1/civil-status/nothing/export.csv").await, 404);
    }
}

#[tokio::test]
async fn who_comes_to_the_counter_is_looked_up_by_card_and_number_noted_and_only_so_often() {
    for site in Site::on_each().await {
        let id = accepted(&site, "1.004873").await;
        let person = dossier(&site, id).await.applicant;
        let number = person.id_number.clone().expect("a number");
        let program = Program::of(&site, "receptionist").await;
        let look = "/api/v1/counter/look-up";
        let known = program
            .post(look, &json!({ "number": number, "procedure": "1.004873" }))
            .await
            .expect(200)
            .json();
        assert_eq!(known["known"]["name"], person.name.as_str(), "{}", site.name());
        assert_eq!(known["twin"]["dossier"], id.to_string());
        let card = format!("{number}||NGUYỄN VĂN KHÁC|06051996|Nam|Xã Thuận An|01012022");
        let other = program
            .post(look, &json!({ "card": card }))
            .await
            .expect(200)
            .json();
        assert_eq!(other["is_other_name"], true, "{other}");
        let noted = site
            .read(|tx, _| {
                let sql = "SELECT id FROM access_log WHERE action = 'search_by_identity_number'";
                Ok(tx.rows(sql, &[])?.len())
            })
            .await;
        assert_eq!(noted, 1, "{}: within the hour it is one look", site.name());
        let stranger = program.post(look, &json!({ "number": "001190000001" })).await;
        assert_eq!(stranger.expect(200).json()["known"], json!(null));
        // Another unit's people are nobody here.
        let neighbour = Program::of(&site, "cujut.receptionist").await;
        let told = neighbour
            .post(look, &json!({ "number": number }))
            .await
            .expect(200)
            .json();
        assert_eq!(told["known"], json!(null), "{}", site.name());
        for (body, field) in [
            (json!({}), "number"),
            (json!({ "number": "12" }), "number"),
            (json!({ "card": "nothing" }), "card"),
            (json!({ "card": card, "number": number }), "card"),
        ] {
            let refused = problem(&program.post(look, &body).await, 422);
            assert_eq!(refused["errors"][0]["field"], field, "{body}");
        }
        // Who walks through numbers waits soon.
        let mut last = 200;
        for place in 0..80 {
            let body = json!({ "number": format!("0011900{place:05}") });
            last = program.post(look, &body).await.status.as_u16();
            if last == 429 {
                break;
            }
        }
        assert_eq!(last, 429, "{}", site.name());
    }
}

#[tokio::test]
async fn tasks_are_found_by_their_bells_and_their_deadline_and_counted() {
    for site in Site::on_each().await {
        let lead = site.employed("office.head").post.to_string();
        let chair = Program::of(&site, "chair").await;
        let issue = json!({
            "lead": lead, "work": "Rà soát biên chế các phòng", "due_on": "2025-08-08",
            "responsibility": "Chịu trách nhiệm trước Chủ tịch", "product": "Báo cáo rà soát",
            "authority": "Được yêu cầu các phòng cung cấp số liệu"
        });
        chair.post("/api/v1/tasks", &issue).await.expect(201);
        let count = |due: &'static str| {
            let chair = &chair;
            async move {
                let found = chair
                    .get(&format!("/api/v1/tasks?due={due}"))
                    .await
                    .expect(200)
                    .json();
                found["items"].as_array().map_or(0, Vec::len)
            }
        };
        for due in ["over", "today", "warned", "one_day"] {
            assert_eq!(count(due).await, 0, "{}: {due}", site.name());
        }
        crate::warnings::ring_at(&site, date(2025, 8, 7).at(16, 59, 0, 0)).await;
        assert_eq!(
            (count("warned").await, count("one_day").await),
            (1, 1),
            "{}",
            site.name()
        );
        let head = Program::of(&site, "office.head").await;
        let bells = head.get("/api/v1/work/bells").await.expect(200).json();
        assert_eq!(bells["own"][0]["kind"], "task", "{bells}");
        assert_eq!(bells["own"][0]["what"], "Rà soát biên chế các phòng");
        let page = site
            .sign_in("office.head")
            .await
            .get("/tasks?due=warned")
            .await
            .expect(200);
        page.must_say("Rà soát biên chế các phòng");
        page.must_say("Còn 1 ngày làm việc");
        site.at(date(2025, 8, 8).at(9, 0, 0, 0));
        assert_eq!(
            (count("today").await, count("over").await),
            (1, 0),
            "{}",
            site.name()
        );
        site.at(date(2025, 8, 11).at(9, 0, 0, 0));
        assert_eq!(
            (count("today").await, count("over").await),
            (0, 1),
            "{}",
            site.name()
        );
        site.sign_in("chair")
            .await
            .get("/tasks?due=over")
            .await
            .expect(200)
            .must_say("Rà soát biên chế các phòng");
        let report = chair.get("/api/v1/tasks/report").await.expect(200).json();
        assert_eq!(report["total"]["open_overdue"], 1, "{report}");
        assert_eq!(report["lines"][0]["post"], lead);
    }
}

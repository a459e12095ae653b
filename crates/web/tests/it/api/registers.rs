//! Promises of the API for the express lane and the register books.

use super::*;

pub(super) fn request() -> Value {
    json!({
        "applicant": { "name": "Phan Thị Mẫu", "id_number": "068190009001" },
        "documents": [
            { "title": "Bảng điểm đại học", "pages": 6, "copies": 3 },
            { "title": "Giấy khai sinh", "pages": 1, "copies": 1 }
        ],
        "compared": true
    })
}

#[tokio::test]
async fn a_program_certifies_copies_once_and_finds_strikes_and_corrects_the_entries() {
    for site in Site::on_each().await {
        let lane = Program::of(&site, "receptionist").await;
        let fee = lane
            .get("/api/v1/express/fee?pages=6&copies=3")
            .await
            .expect(200)
            .json();
        assert_eq!(fee["total"], 24_000, "{}", site.name());
        let body = request();
        let key = [("idempotency-key", "lane-1")];
        let made = lane.post_with("/api/v1/express", &key, &body).await.expect(201);
        let again = lane.post_with("/api/v1/express", &key, &body).await.expect(201);
        assert_eq!(made.json(), again.json());
        let made = made.json();
        assert_eq!((&made["state"], &made["paid"]), (&json!(10), &json!(26_000)));
        assert_eq!(made["entries"][1]["symbol"], "2/2025-SCT/BS");
        let mut other = request();
        other["documents"][0]["copies"] = json!(4);
        let refused = problem(&lane.post_with("/api/v1/express", &key, &other).await, 422);
        assert!(
            refused["code"].as_str().is_some_and(|code| code.contains("key")),
            "{refused}"
        );
        // The same identity without a key is booked once, too.
        let mut named = request();
        named["id"] = made["id"].clone();
        lane.post("/api/v1/express", &named).await.expect(201);
        let shelf = lane.get("/api/v1/registers").await.expect(200).json();
        assert_eq!(shelf["items"][0]["last"], 2, "{shelf}");
        let page = lane
            .get("/api/v1/registers/certified-copy/entries?q=bang+diem&sort=asc")
            .await
            .expect(200)
            .json();
        assert_eq!(page["items"].as_array().map(Vec::len), Some(1));
        let one = page["items"][0]["href"].as_str().expect("an address").to_owned();
        let corrected = lane
            .post(
                &format!("{one}/correct"),
                &json!({ "title": "Bảng điểm cao học", "reason": "Gõ nhầm" }),
            )
            .await
            .expect(200)
            .json();
        assert_eq!(corrected["title"], "Bảng điểm cao học");
        lane.post(&format!("{one}/strike"), &json!({ "reason": "Nhầm người" }))
            .await
            .expect(200);
        let entry = lane.get(&one).await.expect(200).json();
        assert_eq!(entry["corrections"][0]["old"], "Bảng điểm đại học");
        assert_eq!(
            (&entry["struck_why"], &entry["may_change"]),
            (&json!("Nhầm người"), &json!(false))
        );
        problem(
            &lane
                .post(&format!("{one}/strike"), &json!({ "reason": "Nhầm người" }))
                .await,
            422,
        );
    }
}

#[tokio::test]
async fn a_program_is_told_what_is_wrong_and_strangers_that_there_is_nothing() {
    let site = Site::start().await;
    let lane = Program::of(&site, "receptionist").await;
    let made = lane.post("/api/v1/express", &request()).await.expect(201).json();
    let one = made["entries"][0]["href"]
        .as_str()
        .expect("an address")
        .to_owned();
    for (field, value) in [
        ("documents", json!([])),
        ("documents", json!([{ "title": "", "pages": 0, "copies": 1 }])),
        ("compared", json!(false)),
        ("method", json!("gold")),
        ("exemption", json!("poor")),
        ("applicant", json!({ "name": "" })),
    ] {
        let mut body = request();
        body[field] = value;
        problem(&lane.post("/api/v1/express", &body).await, 422);
    }
    let stranger = Program::of(&site, "cujut.receptionist").await;
    problem(&stranger.get(&one).await, 404);
    problem(
        &stranger
            .post(
                &format!("{one}/strike"),
                &json!({ "reason": "Không phải của tôi" }),
            )
            .await,
        404,
    );
    problem(&lane.get("/api/v1/registers/no-such-book/entries").await, 404);
    problem(
        &lane.get("/api/v1/registers/certified-copy/entries?year=12").await,
        422,
    );
    let reader = Program::with(&site, "receptionist", Some(&[Right::ReadDossier])).await;
    reader.get(&one).await.expect(200);
    problem(&reader.post("/api/v1/express", &request()).await, 403);
}

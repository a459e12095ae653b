//! What a program sends, where one reader could understand it differently from another.

use super::*;

#[tokio::test]
async fn a_field_that_stands_twice_or_that_a_verdict_does_not_have_is_refused() {
    let site = Site::start().await;
    let counter = Program::of(&site, "receptionist").await;
    let path = "/api/v1/dossiers";
    let twice = copy_of(&site).to_string().replacen(
        r#""channel":"counter""#,
        r#""channel":"counter","channel":"post""#,
        1,
    );
    let json_type = [("content-type", "application/json")];
    let refused = counter
        .send(Method::POST, path, &json_type, Body::from(twice))
        .await;
    let refused = problem(&refused, 422);
    assert_eq!(refused["errors"][0]["field"], "channel", "{refused}");
    assert_eq!(refused["errors"][0]["code"], "api-given-twice", "{refused}");

    let mut body = copy_of(&site);
    body["verdict"] = json!({ "kind": "accept", "reason": "x" });
    let refused = problem(&counter.post(path, &body).await, 422);
    assert_eq!(refused["errors"][0]["code"], "api-field-unknown", "{refused}");
    let none = counter.get(path).await.expect(200).json();
    assert_eq!(none["items"], json!([]), "nothing was made");
}

#[tokio::test]
async fn an_identity_of_ones_own_is_taken_at_the_counter_and_in_the_express_lane_alike() {
    let site = Site::start().await;
    let counter = Program::of(&site, "receptionist").await;
    let mut whole = copy_of(&site);
    let mut express = json!({
        "applicant": { "name": "Trần Thị Mẫu" }, "compared": true,
        "documents": [{ "title": "Bằng tốt nghiệp", "pages": 1, "copies": 1 }],
    });
    // Random ones as most programs make them, and ones made of the time.
    for (one, other) in [
        (
            "c9a7f643-fc20-4852-9422-7ff291ccbcd3",
            "7601147e-55b4-4b26-94e6-daad43266ffc",
        ),
        (
            "019877b1-3dd9-744c-9d13-9c4e20a12377",
            "019877b8-19f9-789e-be86-79fefb04edc2",
        ),
    ] {
        for (path, body, id) in [
            ("/api/v1/dossiers", &mut whole, one),
            ("/api/v1/express", &mut express, other),
        ] {
            body["id"] = json!(id);
            for _ in 0..2 {
                assert_eq!(
                    counter.post(path, body).await.expect(201).json()["id"],
                    id,
                    "{path}"
                );
            }
        }
    }
    for odd in [
        "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
    ] {
        for (path, body) in [
            ("/api/v1/dossiers", &mut whole),
            ("/api/v1/express", &mut express),
        ] {
            body["id"] = json!(odd);
            let refused = problem(&counter.post(path, body).await, 422);
            assert_eq!(refused["errors"][0]["field"], "id", "{refused}");
            assert_eq!(refused["errors"][0]["code"], "api-id-not-chosen", "{refused}");
        }
    }
}

#[tokio::test]
async fn a_token_does_not_come_to_life_again_with_its_account() {
    let site = Site::start().await;
    let (counter, admin) = (
        Program::of(&site, "receptionist").await,
        Program::of(&site, "admin").await,
    );
    counter.get("/api/v1/me").await.expect(200);
    let account = format!("/api/v1/accounts/{}", site.employed("receptionist").account);
    for action in ["close", "reopen"] {
        let version = admin.get(&account).await.expect(200).json()["version"].to_string();
        let path = format!("{account}/actions/{action}");
        admin
            .post_with(&path, &[("if-match", &format!("\"{version}\""))], &json!({}))
            .await
            .expect(200);
        problem(&counter.get("/api/v1/me").await, 401);
    }
}

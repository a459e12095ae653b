//! Promises of the API about links with an identity provider.

use super::*;

const ISSUER: &str = "https://sso.example.vn/realms/tinh";

#[tokio::test]
async fn an_administrator_links_and_unlinks_and_a_program_may_close_its_own_door() {
    for site in Site::on_each().await {
        let (admin, clerk) = (
            Program::of(&site, "admin").await,
            Program::of(&site, "clerk").await,
        );
        let account = format!("/api/v1/accounts/{}", site.employed("clerk").account);
        let version = async || admin.get(&account).await.expect(200).json()["version"].clone();
        let link = async |subject: &str| {
            let body = json!({ "version": version().await, "issuer": ISSUER, "subject": subject });
            admin
                .post(&format!("{account}/actions/link-provider"), &body)
                .await
        };
        link("f3a-1").await.expect(200);
        link("f3a-2").await.expect(200);
        let links = admin
            .get(&format!("{account}/provider-links"))
            .await
            .expect(200)
            .json();
        let links = links["items"].as_array().expect("links");
        assert_eq!(links.len(), 1, "the second gave the first its place");
        assert_eq!(
            (&links[0]["issuer"], &links[0]["subject"]),
            (&json!(ISSUER), &json!("f3a-2"))
        );

        let own = clerk.get("/api/v1/me/provider-links").await.expect(200).json();
        assert_eq!(own["items"][0]["id"], links[0]["id"]);
        let remove = format!(
            "/api/v1/me/provider-links/{}/actions/remove",
            own["items"][0]["id"].as_str().expect("an id")
        );
        // Only who it belongs to.
        problem(&admin.post(&remove, &json!({})).await, 404);
        let left = clerk.post(&remove, &json!({})).await.expect(200).json();
        assert_eq!(left["items"], json!([]));
        problem(&clerk.post(&remove, &json!({})).await, 404);

        link("f3a-1").await.expect(200);
        let links = admin.get(&format!("{account}/provider-links")).await.json();
        let body = json!({ "version": version().await, "link": links["items"][0]["id"] });
        admin
            .post(&format!("{account}/actions/remove-link"), &body)
            .await
            .expect(200);
        let body = json!({ "version": version().await, "link": links["items"][0]["id"] });
        problem(
            &admin.post(&format!("{account}/actions/remove-link"), &body).await,
            404,
        );
    }
}

#[tokio::test]
async fn a_link_that_cannot_be_is_refused_with_its_field() {
    let site = Site::start().await;
    let admin = Program::of(&site, "admin").await;
    let of = |user: &str| format!("/api/v1/accounts/{}", site.employed(user).account);
    let act = async |user: &str, issuer: &str, subject: &str| {
        // An account of a sister commune is not to be known of, so its version is a guess.
        let found = admin.get(&of(user)).await.json();
        let version = found["version"].as_i64().unwrap_or(1);
        let body = json!({ "version": version, "issuer": issuer, "subject": subject });
        admin
            .post(&format!("{}/actions/link-provider", of(user)), &body)
            .await
    };
    act("clerk", ISSUER, "f3a-1").await.expect(200);
    for (user, issuer, subject, code) in [
        ("chair", ISSUER, "f3a-1", "provider-subject-taken"),
        ("chair", ISSUER, "  ", "provider-subject-wrong"),
        ("chair", "sso.example.vn", "f3a-9", "provider-issuer-wrong"),
    ] {
        let refused = problem(&act(user, issuer, subject).await, 422);
        assert_eq!(refused["errors"][0]["code"], code);
    }
    let own = problem(&act("admin", ISSUER, "f3a-7").await, 422);
    assert!(
        own["detail"]
            .as_str()
            .is_some_and(|said| said.contains("his own account")),
        "{own}"
    );
    problem(&act("cujut.clerk", ISSUER, "f3a-8").await, 404);
    let stranger = Program::of(&site, "clerk").await;
    problem(
        &stranger.get(&format!("{}/provider-links", of("clerk"))).await,
        403,
    );
}

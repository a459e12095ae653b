//! What is derived is computed again by `verify`: who changes a counter, an open receipt or the search is found out.

use townhall_testkit::Site;
use townhall_testkit::site::dossiers::accepted;

#[tokio::test]
async fn verify_finds_a_changed_counter_a_receipt_that_was_hidden_and_a_dossier_taken_out_of_the_search() {
    const COUNTER: &[&str] = &["UPDATE counters SET last = last + 1 WHERE name = 'dossier:2025-08-04'"];
    const NO_COUNTER: &[&str] = &["DELETE FROM counters WHERE name = 'slip:receipt:2025'"];
    const HIDDEN: &[&str] = &["DELETE FROM fee_open"];
    const UNFOUND: &[&str] = &["DELETE FROM dossier_words"];
    const NAMELESS: &[&str] = &["DELETE FROM dossier_words WHERE word = 'phan'"];
    const STRAY: &[&str] = &["UPDATE dossier_words SET unit = '24640-20250701'"];
    for site in Site::on_each().await {
        let id = accepted(&site, "2.000635").await;
        let receptionist = site.sign_in("receptionist").await;
        let path = format!("/dossiers/{id}/fee");
        let page = receptionist.get(&path).await.expect(200);
        let due = page.hidden("due").expect("something is due");
        receptionist
            .post(&path, &[("what", "cash"), ("due", &due)])
            .await
            .expect(303);
        assert!(
            site.verify_after(&["UPDATE counters SET last = last"])
                .await
                .is_clean()
        );
        for (changes, told) in [
            (COUNTER, "counter dossier:2025-08-04"),
            (NO_COUNTER, "numbers of slip:receipt:2025"),
            (HIDDEN, "waits for a closing"),
            (UNFOUND, "cannot be found by what it says"),
            (NAMELESS, "cannot be found by what it says"),
            (STRAY, "which they do not belong to"),
        ] {
            let report = site.verify_after(changes).await.to_string();
            assert!(report.contains(told), "{}: {report}", site.name());
        }
    }
}

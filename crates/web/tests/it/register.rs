//! Register books over HTTP: entered with the result, found, printed, corrected and struck out, never lost.

use jiff::civil::date;
use townhall_domain::dossier::State;
use townhall_domain::ids::DossierId;
use townhall_store::params;
use townhall_store::registers::{self, Entry};
use townhall_testkit::Site;
use townhall_testkit::site::dossiers::{accepted, bring_to};

use crate::printed::says;

/// A certified copy that went the ordinary way to its number.
async fn numbered(site: &Site, procedure: &'static str) -> DossierId {
    let id = accepted(site, procedure).await;
    bring_to(site, id, |state| state == State::Resolved, "").await;
    id
}

async fn entry_of(site: &Site, dossier: DossierId) -> Entry {
    site.read(move |tx, _| Ok(registers::of_dossier(tx, dossier)?))
        .await
        .pop()
        .expect("an entry")
}

#[tokio::test]
async fn a_numbered_result_stands_in_its_book_and_the_book_begins_at_1_each_year() {
    for site in Site::on_each().await {
        let (one, two) = (
            numbered(&site, "2.000815").await,
            numbered(&site, "2.000815").await,
        );
        assert_eq!(entry_of(&site, one).await.symbol, "1/2025-SCT/BS");
        assert_eq!(entry_of(&site, two).await.number, 2, "{}", site.name());
        let other = numbered(&site, "2.000884").await;
        assert_eq!(entry_of(&site, other).await.number, 1, "another book");
        let justice = site.sign_in("justice").await;
        let shelf = justice.get("/registers").await.expect(200);
        shelf.must_say("Sổ chứng thực bản sao từ bản chính");
        shelf.must_say("Sổ đăng ký khai sinh");
        let book = justice.get("/registers/certified-copy/2025").await.expect(200);
        book.must_say("Phan Thị Mẫu");
        book.must_say("12.000 đ");
        justice
            .get("/registers/certified-copy/2025?q=phan+thi+mau")
            .await
            .expect(200)
            .must_say("Phan Thị Mẫu");
        justice
            .get("/registers/certified-copy/2025?q=khong+co+ai")
            .await
            .expect(200)
            .must_say("Không có số nào khớp");
        justice
            .get("/registers/certified-copy/2025/print?month=8")
            .await
            .expect(200)
            .must_say("Phan Thị Mẫu");
        let pdf = justice
            .get("/registers/certified-copy/2025/book.pdf?month=8")
            .await
            .expect(200);
        says(&pdf.body, &["SCT/BS", "Phan Thị Mẫu"]);
        site.at(date(2026, 1, 5).at(8, 0, 0, 0));
        let next = numbered(&site, "2.000815").await;
        let next = entry_of(&site, next).await;
        assert_eq!((next.number, next.book.year), (1, 2026), "{}", site.name());
    }
}

#[tokio::test]
async fn a_book_leaves_as_a_file_only_with_the_right_and_the_taking_is_recorded() {
    let site = Site::start().await;
    numbered(&site, "2.000815").await;
    let chair = site.sign_in("chair").await;
    let file = chair
        .get("/registers/certified-copy/2025/export.csv")
        .await
        .expect(200);
    assert!(file.text().contains("\"1/2025-SCT/BS\""), "{}", file.text());
    let noted = site
        .read(|tx, _| {
            Ok(tx
                .rows(
                    "SELECT id FROM access_log WHERE action = $1 AND subject_kind = $2",
                    &params!["export", "register"],
                )?
                .len())
        })
        .await;
    assert_eq!(noted, 1);
    let receptionist = site.sign_in("receptionist").await;
    receptionist
        .get("/registers/certified-copy/2025/export.csv")
        .await
        .expect(404);
}

#[tokio::test]
async fn an_entry_is_struck_out_with_a_reason_and_its_number_stays() {
    for site in Site::on_each().await {
        let id = numbered(&site, "2.000815").await;
        let entry = entry_of(&site, id).await;
        let path = format!("/registers/entries/{}", entry.id);
        let receptionist = site.sign_in("receptionist").await;
        receptionist.get(&format!("{path}/strike")).await.expect(200);
        receptionist
            .post(&format!("{path}/strike"), &[("reason", " ")])
            .await
            .expect(422);
        receptionist
            .post(&format!("{path}/strike"), &[("reason", "Nhầm giấy tờ")])
            .await
            .expect(303);
        let page = receptionist.get(&path).await.expect(200);
        page.must_say("Nhầm giấy tờ");
        page.must_say("1/2025-SCT/BS");
        // Twice is once.
        receptionist
            .post(&format!("{path}/strike"), &[("reason", "Nhầm giấy tờ")])
            .await
            .expect(422);
        let next = numbered(&site, "2.000815").await;
        assert_eq!(
            entry_of(&site, next).await.number,
            2,
            "the struck number is not used again"
        );
    }
}

#[tokio::test]
async fn a_correction_keeps_what_stood_there_and_a_later_day_needs_the_keeper() {
    for site in Site::on_each().await {
        let id = numbered(&site, "2.000815").await;
        let entry = entry_of(&site, id).await;
        let path = format!("/registers/entries/{}", entry.id);
        let receptionist = site.sign_in("receptionist").await;
        let change = [
            ("name", "Phan Thị Mậu"),
            ("title", entry.title.as_str()),
            ("reason", "Gõ sai dấu"),
        ];
        receptionist
            .post(&format!("{path}/correct"), &change)
            .await
            .expect(303);
        let page = receptionist.get(&path).await.expect(200);
        page.must_say("Phan Thị Mẫu → Phan Thị Mậu");
        page.must_say("Gõ sai dấu");
        // What is typed stays when the reason is missing.
        let reply = receptionist
            .post(
                &format!("{path}/correct"),
                &[("name", "Phan Văn Ba"), ("title", "Bằng"), ("reason", "")],
            )
            .await
            .expect(422);
        assert_eq!(reply.value("name").as_deref(), Some("Phan Văn Ba"));
        site.at(date(2025, 8, 6).at(9, 0, 0, 0));
        let late = [("name", "Phan Văn Ba"), ("title", "Bằng"), ("reason", "Gõ sai")];
        receptionist
            .post(&format!("{path}/correct"), &late)
            .await
            .expect(422);
        let justice = site.sign_in("justice").await;
        justice.post(&format!("{path}/correct"), &late).await.expect(303);
        let found = justice
            .get("/registers/certified-copy/2025?q=van+ba")
            .await
            .expect(200);
        found.must_say("Phan Văn Ba");
    }
}

#[tokio::test]
async fn who_may_not_know_of_a_book_is_told_that_it_does_not_exist() {
    let site = Site::start().await;
    let id = numbered(&site, "2.000815").await;
    let entry = entry_of(&site, id).await;
    let stranger = site.sign_in("cujut.receptionist").await;
    for path in [
        format!("/registers/entries/{}", entry.id),
        format!("/registers/entries/{}/strike", entry.id),
        "/registers/certified-copy/2025?unit=24682".to_owned(),
        "/registers?unit=24682".to_owned(),
        "/registers/no-such-book/2025".to_owned(),
        "/registers/certified-copy/soon".to_owned(),
        "/registers/entries/none".to_owned(),
    ] {
        stranger.get(&path).await.expect(404);
    }
    stranger
        .get("/registers/certified-copy/2025")
        .await
        .expect(200)
        .must_not_say("Phan Thị Mẫu");
}

/// What somebody with the database in hand would try with a book.
#[tokio::test]
async fn verify_finds_a_removed_tail_swapped_numbers_and_a_changed_entry() {
    const CUT: &[&str] = &["DELETE FROM register_entries WHERE number = 3"];
    const CUT_WITH_COUNTER: &[&str] = &[
        "DELETE FROM register_entries WHERE number = 3",
        "UPDATE counters SET last = 2 WHERE name = 'book:certified-copy:2025'",
    ];
    const SWAPPED: &[&str] = &[
        "UPDATE register_entries SET number = 99 WHERE number = 1",
        "UPDATE register_entries SET number = 1 WHERE number = 2",
        "UPDATE register_entries SET number = 2 WHERE number = 99",
    ];
    const CHANGED: &[&str] = &["UPDATE register_entries SET name = 'Ai Khác' WHERE number = 2"];
    for mut site in Site::on_each().await {
        for _ in 0..3 {
            numbered(&site, "2.000815").await;
        }
        site.leave_unverified();
        let attempts: [(&[&str], &str); 4] = [
            (
                CUT,
                "book certified-copy 2025 of 24682-20250701: the counter stands at 3, the last entry is number 2",
            ),
            (
                CUT_WITH_COUNTER,
                "has number 3 of book certified-copy, in which it does not stand",
            ),
            (SWAPPED, "the evidence of dossier"),
            (CHANGED, "the evidence of dossier"),
        ];
        for (changes, told) in attempts {
            let report = site.verify_after(changes).await;
            assert!(
                report
                    .findings
                    .iter()
                    .any(|finding| finding.to_string().contains(told)),
                "{}: {changes:?}: {report}",
                site.name()
            );
        }
    }
}

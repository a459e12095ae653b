//! Fees over HTTP: owed at acceptance, taken with gapless receipts, exempted, voided, refunded, closed.

use townhall_app::fees::{TakeFee, take_fee};
use townhall_domain::dossier::{PaymentState, State};
use townhall_domain::fee::PayMethod;
use townhall_domain::ids::DossierId;
use townhall_domain::money::Dong;
use townhall_store::fees::{self, Payment};
use townhall_testkit::{Client, Site};

use crate::api::Program;
use crate::printed::says;
use townhall_testkit::site::dossiers::{accepted, bring_to, dossier};

async fn payments(site: &Site, id: DossierId) -> Vec<Payment> {
    site.read(move |tx, _| Ok(fees::payments(tx, id)?)).await
}

/// Takes what is due in cash and gives the receipt.
async fn take(site: &Site, client: &Client, id: DossierId) -> Payment {
    let path = format!("/dossiers/{id}/fee");
    let due = client
        .get(&path)
        .await
        .expect(200)
        .hidden("due")
        .expect("something is due");
    client
        .post(&path, &[("what", "cash"), ("due", &due)])
        .await
        .expect(303);
    payments(site, id).await.pop().expect("a receipt")
}

#[tokio::test]
async fn a_result_is_handed_over_only_when_its_fee_is_taken() {
    for site in Site::on_each().await {
        // Two pages at 2,000 đ, three copies.
        let id = accepted(&site, "2.000815").await;
        let receptionist = site.sign_in("receptionist").await;
        let page = receptionist.get(&format!("/dossiers/{id}")).await.expect(200);
        page.must_say("12.000 đ");
        page.must_say("Chưa thu");
        bring_to(&site, id, |state| state == State::Resolved, "").await;
        let back = [
            ("version", &*dossier(&site, id).await.version.to_string()),
            ("collector_name", "Phan Thị Mẫu"),
            ("capacity", "self"),
        ]
        .map(|(name, value)| (name, value.to_owned()));
        let back: Vec<(&str, &str)> = back.iter().map(|(name, value)| (*name, value.as_str())).collect();
        receptionist
            .post(&format!("/dossiers/{id}/return"), &back)
            .await
            .expect(422);
        let receipt = take(&site, &receptionist, id).await;
        assert_eq!(
            (receipt.number, receipt.amount),
            (1, Dong(12_000)),
            "{}",
            site.name()
        );
        let now = dossier(&site, id).await;
        assert_eq!(now.payment, PaymentState::Paid);
        let version = now.version.to_string();
        // Who was authorised is somebody else than the applicant, whose name stands there when the page opens.
        let same = [
            ("version", version.as_str()),
            ("collector_name", "Phan Thị Mẫu"),
            ("capacity", "authorised"),
            ("authorisation", "Giấy ủy quyền số 12 ngày 04/8/2025"),
        ];
        receptionist
            .post(&format!("/dossiers/{id}/return"), &same)
            .await
            .expect(422)
            .must_say("tên của chính người nộp");
        let back = [
            ("version", version.as_str()),
            ("collector_name", "Phan Thị Mẫu"),
            ("capacity", "self"),
        ];
        receptionist
            .post(&format!("/dossiers/{id}/return"), &back)
            .await
            .expect(303);
        // What is printed is what was taken.
        let paper = receptionist
            .get(&format!("/receipts/{}.pdf", receipt.id))
            .await
            .expect(200);
        says(&paper.body, &["0000001", "12.000", "Tiền mặt", "Phan Thị Mẫu"]);
    }
}

#[tokio::test]
async fn two_who_take_the_same_fee_at_once_write_one_receipt_and_numbers_have_no_gap() {
    for site in Site::on_each().await {
        let (one, two) = (
            site.actor("receptionist").await,
            site.actor("receptionist.2").await,
        );
        let mut tasks = tokio::task::JoinSet::new();
        for procedure in ["2.000815", "2.000884", "2.000635", "2.001035"] {
            let id = accepted(&site, procedure).await;
            let due = site
                .read(move |tx, _| Ok(townhall_app::fees::due_of(&fees::charges(tx, id)?)))
                .await;
            assert!(due.0 > 0, "{procedure}");
            for actor in [&one, &two] {
                let (town, actor) = (site.town.clone(), actor.clone());
                let command = TakeFee {
                    dossier: id,
                    due,
                    method: PayMethod::Cash,
                    payer: None,
                    reference: None,
                };
                tasks.spawn(async move {
                    town.write("take_fee", &actor, move |tx, cx| take_fee(tx, cx, &command))
                        .await
                        .is_ok()
                });
            }
        }
        let taken = tasks.join_all().await.into_iter().filter(|taken| *taken).count();
        assert_eq!(taken, 4, "{}", site.name());
        let numbers: Vec<i64> = site
            .read(|tx, _| {
                Ok(
                    tx.each("SELECT number FROM payments ORDER BY number", &[], |row| {
                        row.get("number")
                    })?,
                )
            })
            .await;
        assert_eq!(numbers, [1, 2, 3, 4]);
    }
}

#[tokio::test]
async fn an_exemption_needs_a_proof_and_frees_only_fees_that_know_it() {
    for site in Site::on_each().await {
        let receptionist = site.sign_in("receptionist").await;
        let knows = accepted(&site, "2.000635").await;
        let path = format!("/dossiers/{knows}/fee");
        let bare = [("what", "exempt"), ("exemption", "poor"), ("reason", "")];
        receptionist.post(&path, &bare).await.expect(422);
        let proven = [
            ("what", "exempt"),
            ("exemption", "poor"),
            ("reason", "Giấy chứng nhận hộ nghèo 12/2025"),
        ];
        receptionist.post(&path, &proven).await.expect(303);
        assert_eq!(dossier(&site, knows).await.payment, PaymentState::Exempt);
        let page = receptionist.get(&path).await.expect(200);
        page.must_say("Giấy chứng nhận hộ nghèo 12/2025");
        assert!(page.hidden("due").is_none(), "nothing is left to take");
        let other = accepted(&site, "2.000815").await;
        let reply = receptionist
            .post(&format!("/dossiers/{other}/fee"), &proven)
            .await
            .expect(422);
        reply.must_say("không áp dụng");
        assert_eq!(dossier(&site, other).await.payment, PaymentState::Unpaid);
    }
}

#[tokio::test]
async fn an_amount_that_the_province_sets_is_asked_for_and_never_guessed() {
    for site in Site::on_each().await {
        let id = accepted(&site, "1.013978").await;
        assert_eq!(dossier(&site, id).await.payment, PaymentState::None);
        let receptionist = site.sign_in("receptionist").await;
        let path = format!("/dossiers/{id}/fee");
        let page = receptionist.get(&path).await.expect(200);
        page.must_say("chưa được nhập");
        let charge = page.hidden("charge").expect("a form for it");
        for (amount, source) in [("", "NQ 5/2025"), ("-5", "NQ 5/2025"), ("25.000", "")] {
            let typed = [
                ("what", "state"),
                ("charge", charge.as_str()),
                ("amount", amount),
                ("source", source),
            ];
            receptionist.post(&path, &typed).await.expect(422);
        }
        let typed = [
            ("what", "state"),
            ("charge", charge.as_str()),
            ("amount", "25.000 đ"),
            ("source", "NQ 5/2025/NQ-HĐND"),
        ];
        receptionist.post(&path, &typed).await.expect(303);
        assert_eq!(dossier(&site, id).await.payment, PaymentState::Unpaid);
        receptionist.get(&path).await.expect(200).must_say("25.000 đ");
    }
}

#[tokio::test]
async fn a_receipt_is_voided_before_its_day_is_closed_and_refunded_afterwards() {
    for site in Site::on_each().await {
        let (receptionist, cashier) = (site.sign_in("receptionist").await, site.sign_in("cashier").await);
        let id = accepted(&site, "2.000884").await;
        let wrong = take(&site, &receptionist, id).await;
        let void = format!("/receipts/{}/void", wrong.id);
        receptionist.get(&void).await.expect(404);
        cashier.get(&void).await.expect(200).must_say("0000001");
        cashier.post(&void, &[("reason", "")]).await.expect(422);
        cashier
            .post(&void, &[("reason", "Ghi nhầm người nộp")])
            .await
            .expect(303);
        assert_eq!(dossier(&site, id).await.payment, PaymentState::Unpaid);
        cashier
            .post(&void, &[("reason", "Ghi nhầm người nộp")])
            .await
            .expect(422);
        let paper = cashier
            .get(&format!("/receipts/{}.pdf", wrong.id))
            .await
            .expect(200);
        says(&paper.body, &["Lý do hủy: Ghi nhầm người nộp"]);
        let right = take(&site, &cashier, id).await;
        assert_eq!(
            right.number, 2,
            "the number of a voided receipt is not used again"
        );

        receptionist.post("/fees/close", &[]).await.expect(404);
        cashier
            .post("/fees/close", &[("counted", "9.000")])
            .await
            .expect(422)
            .must_say("chênh lệch");
        cashier
            .post("/fees/close", &[("counted", "10.000")])
            .await
            .expect(303);
        cashier.post("/fees/close", &[]).await.expect(422);
        let void = format!("/receipts/{}/void", right.id);
        cashier
            .post(&void, &[("reason", "Ghi nhầm")])
            .await
            .expect(422)
            .must_say("không hủy được");
        let refund = format!("/receipts/{}/refund", right.id);
        cashier
            .post(&refund, &[("reason", "Người dân rút yêu cầu")])
            .await
            .expect(303);
        assert_eq!(dossier(&site, id).await.payment, PaymentState::Refunded);
        let paper = cashier
            .get(&format!("/receipts/{}.pdf", right.id))
            .await
            .expect(200);
        says(&paper.body, &["đã hoàn ngày 04/8/2025: Người dân rút yêu cầu"]);
        cashier.post("/fees/close", &[]).await.expect(303);

        let closings = site
            .read(|tx, cx| {
                let unit = cx.packs().units().by_code("24682", cx.today()).expect("a unit");
                Ok(fees::closings(tx, &unit.id.clone(), 10)?)
            })
            .await;
        let sums: Vec<(i64, i64)> = closings
            .iter()
            .map(|closing| (closing.number, closing.cash.0))
            .collect();
        assert_eq!(sums, [(2, -10_000), (1, 10_000)]);
        for (closing, words) in closings.iter().zip(["Đã hoàn", "Đã hủy"]) {
            let paper = cashier
                .get(&format!("/fees/closings/{}.pdf", closing.id))
                .await
                .expect(200);
            says(&paper.body, &[words, "0000002"]);
            receptionist
                .get(&format!("/fees/closings/{}.pdf", closing.id))
                .await
                .expect(200);
            site.sign_in("cujut.receptionist")
                .await
                .get(&format!("/fees/closings/{}.pdf", closing.id))
                .await
                .expect(404);
        }
        cashier.get("/fees").await.expect(200).must_say("Đã hoàn");
    }
}

#[tokio::test]
async fn what_is_still_due_is_said_in_the_language_of_the_page() {
    let site = Site::start().await;
    accepted(&site, "2.000884").await;
    let cashier = site.sign_in("cashier").await;
    cashier
        .get("/fees")
        .await
        .expect(200)
        .must_say("Chứng thực chữ ký: ");
    cashier.get("/settings?lang=en").await.expect(303);
    let page = cashier.get("/fees").await.expect(200);
    page.must_not_say("Chứng thực chữ ký");
    page.must_say("Phan Thị Mẫu");
}

#[tokio::test]
async fn what_should_not_have_been_asked_for_is_voided_with_a_reason() {
    for site in Site::on_each().await {
        let id = accepted(&site, "2.000815").await;
        let cashier = site.sign_in("cashier").await;
        let void = format!("/dossiers/{id}/fee/void");
        cashier.post(&void, &[("reason", "x")]).await.expect(422);
        cashier
            .post(&void, &[("reason", "Tính nhầm số bản")])
            .await
            .expect(303);
        assert_eq!(dossier(&site, id).await.payment, PaymentState::None);
        let typed = [("what", "cash"), ("due", "12000")];
        cashier
            .post(&format!("/dossiers/{id}/fee"), &typed)
            .await
            .expect(422);
    }
}

#[tokio::test]
async fn the_page_offers_a_transfer_code_and_refuses_an_amount_that_changed() {
    for site in Site::on_each().await {
        let id = accepted(&site, "2.000815").await;
        let receptionist = site.sign_in("receptionist").await;
        let path = format!("/dossiers/{id}/fee");
        let page = receptionist.get(&path).await.expect(200);
        assert!(page.text().contains("<svg xmlns"), "a QR code");
        page.must_say("0000000024682");
        let seen = [("what", "cash"), ("due", "11000")];
        receptionist
            .post(&path, &seen)
            .await
            .expect(422)
            .must_say("vừa thay đổi");
        let typed = [
            ("what", "transfer"),
            ("due", "12000"),
            ("reference", "FT25216001"),
            ("payer", "Y Thử Niê"),
        ];
        receptionist.post(&path, &typed).await.expect(303);
        let receipt = payments(&site, id).await.pop().expect("a receipt");
        assert_eq!(
            (
                receipt.method,
                receipt.reference.as_deref(),
                receipt.payer.as_str()
            ),
            (PayMethod::Transfer, Some("FT25216001"), "Y Thử Niê")
        );
        // A stranger to the unit does not know of it.
        let other = site.sign_in("cujut.receptionist").await;
        other.get(&path).await.expect(404);
        other.post(&path, &typed).await.expect(404);
        other
            .get(&format!("/receipts/{}.pdf", receipt.id))
            .await
            .expect(404);
    }
}

#[tokio::test]
async fn the_day_and_each_closing_are_files_for_who_takes_fees_and_for_programs_and_are_noted() {
    for site in Site::on_each().await {
        let cashier = site.sign_in("cashier").await;
        let id = accepted(&site, "2.000884").await;
        let wrong = take(&site, &cashier, id).await;
        let why = [("reason", "Ghi nhầm người nộp")];
        cashier
            .post(&format!("/receipts/{}/void", wrong.id), &why)
            .await
            .expect(303);
        let right = take(&site, &cashier, id).await;
        cashier.post("/fees/close", &[]).await.expect(303);
        cashier
            .post(&format!("/receipts/{}/refund", right.id), &why)
            .await
            .expect(303);
        cashier.post("/fees/close", &[]).await.expect(303);
        let closings = site
            .read(|tx, cx| {
                let unit = cx.packs().units().by_code("24682", cx.today()).expect("a unit");
                Ok(fees::closings(tx, &unit.id.clone(), 10)?)
            })
            .await;

        let day = cashier.get("/fees/export.csv?day=4/8/2025").await.expect(200);
        assert_eq!(day.header("content-type"), Some("text/csv; charset=utf-8"));
        let day = day.text();
        assert_eq!(day.lines().count(), 3, "{}: {day}", site.name());
        for part in ["\"0000001\"", "\"0000002\"", "Đã hủy", "Đã hoàn", "\"10000\""] {
            assert!(day.contains(part), "{}: {part} in {day}", site.name());
        }
        let lines = cashier
            .get(&format!("/fees/closings/{}/export.csv", closings[0].id))
            .await
            .expect(200)
            .text();
        assert!(lines.contains("\"Hoàn\",\"'-10000\""), "{}: {lines}", site.name());
        let stranger = site.sign_in("cujut.receptionist").await;
        let closing = format!("/fees/closings/{}/export.csv", closings[1].id);
        stranger.get(&closing).await.expect(404);
        assert_eq!(
            stranger
                .get("/fees/export.csv?day=4/8/2025")
                .await
                .expect(200)
                .text()
                .lines()
                .count(),
            1,
            "{}: one's own unit alone",
            site.name()
        );
        let program = Program::of(&site, "cashier").await;
        for (path, rows) in [
            ("/api/v1/fees/day.csv?day=2025-08-04".to_owned(), 3),
            (format!("/api/v1/fees/closings/{}/export.csv", closings[1].id), 3),
        ] {
            let file = program.get(&path).await.expect(200).text();
            assert_eq!(file.lines().count(), rows, "{}: {path}: {file}", site.name());
        }
        let noted = site
            .read(|tx, _| {
                Ok(tx
                    .rows("SELECT id FROM access_log WHERE action = 'export'", &[])?
                    .len())
            })
            .await;
        assert_eq!(noted, 5, "{}: who took a file out is noted", site.name());
    }
}

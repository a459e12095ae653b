//! The express lane over HTTP: booked once, gapless, in state 10, nothing typed is lost.

use jiff::civil::date;
use townhall_app::express::{CertifyCopies, certify_copies};
use townhall_domain::dossier::{ApplicantInput, PaymentState, State};
use townhall_domain::express::{BOOK, DocumentInput};
use townhall_domain::ids::DossierId;
use townhall_domain::money::Dong;
use townhall_domain::register::Book;
use townhall_store::registers::{self, Entry, Filter};
use townhall_store::{dossiers, fees};
use townhall_testkit::site::dossiers::{bring_to, dossier};
use townhall_testkit::{Client, Site};

use crate::printed::says;

/// A form filled for one requester with one paper.
fn filled<'a>(id: &'a str, name: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("dossier", id),
        ("applicant_name", name),
        ("title_0", "Bảng điểm đại học"),
        ("pages_0", "6"),
        ("copies_0", "3"),
        ("compared", "1"),
        ("method", "cash"),
        ("do", "book"),
    ]
}

/// The identity that a fresh form carries.
async fn identity(client: &Client) -> String {
    let page = client.get("/express?fresh=1").await.expect(200);
    page.hidden("dossier").expect("an identity")
}

async fn booked(client: &Client, name: &str) -> DossierId {
    let id = identity(client).await;
    client.post("/express", &filled(&id, name)).await.expect(303);
    id.parse().expect("an identity")
}

async fn entries(site: &Site) -> Vec<Entry> {
    let unit = site.unit("24682");
    site.read(move |tx, cx| {
        let book = Book {
            unit: unit.clone(),
            book: BOOK.to_owned(),
            year: cx.today().year(),
        };
        let filter = Filter {
            ascending: true,
            ..Filter::new(book, townhall_domain::space::Space::State)
        };
        Ok(registers::list(tx, &filter, 1_000)?)
    })
    .await
}

#[tokio::test]
async fn a_booking_is_a_dossier_in_state_10_with_number_receipt_and_text() {
    for site in Site::on_each().await {
        let client = site.sign_in("receptionist").await;
        let id = booked(&client, "Nguyễn Hữu Thắng").await;
        let now = dossier(&site, id).await;
        assert_eq!(
            (now.state, now.payment),
            (State::Returned, PaymentState::Paid),
            "{}",
            site.name()
        );
        assert!(now.ended_at.is_some() && now.returned_at.is_some() && now.accepted_at.is_some());
        let page = client.get(&format!("/express?done={id}")).await.expect(200);
        // 2 × 2.000 + 4 × 1.000 = 8.000 a copy, three copies: the pack's rule.
        page.must_say("24.000 đ");
        page.must_say("1/2025-SCT/BS");
        page.must_say("Nguyễn Hữu Thắng");
        client
            .get(&format!("/dossiers/{id}"))
            .await
            .expect(200)
            .must_say("1/2025-SCT/BS");
        let entry = entries(&site).await.pop().expect("an entry");
        let stamps = client
            .get(&format!("/registers/entries/{}/stamps.pdf", entry.id))
            .await
            .expect(200);
        says(&stamps.body, &["01/2025"]);
        let text = client
            .get(&format!("/registers/entries/{}/text.pdf", entry.id))
            .await
            .expect(200);
        says(&text.body, &["Bảng điểm đại học", "Nguyễn Hữu Thắng"]);
        let payment = site
            .read(move |tx, _| Ok(fees::payments(tx, id)?))
            .await
            .pop()
            .expect("a receipt");
        assert_eq!((payment.number, payment.amount), (1, Dong(24_000)));
        let receipt = client
            .get(&format!("/receipts/{}.pdf", payment.id))
            .await
            .expect(200);
        says(&receipt.body, &["24.000", "Nguyễn Hữu Thắng"]);
        // Figures and the closing of the day count it like any other.
        client.get("/fees").await.expect(200).must_say("24.000 đ");
        client
            .get("/dossiers?state=10")
            .await
            .expect(200)
            .must_say("Nguyễn Hữu Thắng");
    }
}

#[tokio::test]
async fn several_papers_take_a_number_each_and_one_receipt() {
    for site in Site::on_each().await {
        let client = site.sign_in("receptionist").await;
        let id = identity(&client).await;
        let mut form = filled(&id, "Phan Thị Mẫu");
        form.extend([("title_1", "Giấy khai sinh"), ("pages_1", "1"), ("copies_1", "4")]);
        // A line that nobody touched is none.
        form.extend([("title_2", ""), ("pages_2", "1"), ("copies_2", "1")]);
        client.post("/express", &form).await.expect(303);
        let numbers: Vec<(i64, Option<i64>)> = entries(&site)
            .await
            .iter()
            .map(|entry| (entry.number, entry.body["fee"].as_i64()))
            .collect();
        assert_eq!(numbers, [(1, Some(24_000)), (2, Some(8_000))], "{}", site.name());
        let id: DossierId = id.parse().expect("an identity");
        let payments = site.read(move |tx, _| Ok(fees::payments(tx, id)?)).await;
        assert_eq!(payments.len(), 1);
        assert_eq!(payments[0].amount, Dong(32_000));
    }
}

#[tokio::test]
async fn the_same_form_twice_is_booked_once() {
    for site in Site::on_each().await {
        let client = site.sign_in("receptionist").await;
        let id = identity(&client).await;
        let form = filled(&id, "Nguyễn Hữu Thắng");
        let (one, two) = tokio::join!(client.post("/express", &form), client.post("/express", &form));
        let (one, two) = (one.expect(303), two.expect(303));
        assert_eq!(one.location(), two.location());
        client.post("/express", &form).await.expect(303);
        assert_eq!(entries(&site).await.len(), 1, "{}", site.name());
        // Another person under the same identity is another matter.
        client.post("/express", &filled(&id, "Ai Khác")).await.expect(422);
        assert_eq!(entries(&site).await.len(), 1);
    }
}

#[tokio::test]
async fn a_missing_field_keeps_what_was_typed() {
    let site = Site::start().await;
    let client = site.sign_in("receptionist").await;
    let id = identity(&client).await;
    let mut form = filled(&id, "");
    form.extend([
        ("title_1", "Học bạ THPT"),
        ("pages_1", "không"),
        ("copies_1", "2"),
    ]);
    let reply = client.post("/express", &form).await.expect(422);
    reply.must_say("Số trang là số từ 1 đến 5.000.");
    assert_eq!(reply.value("title_0").as_deref(), Some("Bảng điểm đại học"));
    assert_eq!(reply.value("pages_1").as_deref(), Some("không"));
    assert_eq!(reply.value("title_1").as_deref(), Some("Học bạ THPT"));
    assert_eq!(reply.hidden("dossier"), Some(id.clone()));
    assert!(entries(&site).await.is_empty());
    // Unticked, unknown, too many: each is told, and nothing is booked.
    for (name, value, told) in [
        ("copies_0", "0", "Số bản là số từ 1 đến 500."),
        ("issuer", "foreign", "hợp pháp hóa lãnh sự"),
        ("signer", "0197c2a0-0000-7000-8000-000000000000", "Chọn người ký"),
        ("method", "gold", "tiền mặt hoặc chuyển khoản"),
        ("title_0", "a\u{0}b", "ký tự"),
    ] {
        let mut form = filled(&id, "Nguyễn Hữu Thắng");
        form.retain(|(known, _)| *known != name);
        form.push((name, value));
        client.post("/express", &form).await.expect(422).must_say(told);
    }
    let unticked: Vec<(&str, &str)> = filled(&id, "Nguyễn Hữu Thắng")
        .into_iter()
        .filter(|(name, _)| *name != "compared")
        .collect();
    client
        .post("/express", &unticked)
        .await
        .expect(422)
        .must_say("Phải đối chiếu bản chính");
    assert!(entries(&site).await.is_empty());
}

#[tokio::test]
async fn a_card_fills_the_form_and_a_known_number_names_the_person() {
    const CARD: &str =
        "067199000421|245000123|Điểu Krang|12031999|Nam|Thôn Thuận Sơn, Thuận An, Lâm Đồng|01072021";
    let site = Site::start().await;
    let client = site.sign_in("receptionist").await;
    let id = identity(&client).await;
    let reply = client
        .post(
            "/express",
            &[
                ("dossier", &*id),
                ("card", CARD),
                ("title_0", "Giấy khai sinh"),
                ("do", "fill"),
            ],
        )
        .await
        .expect(200);
    assert_eq!(reply.value("applicant_name").as_deref(), Some("Điểu Krang"));
    assert_eq!(
        reply.hidden("applicant_id_number").as_deref(),
        Some("067199000421")
    );
    assert_eq!(
        reply.value("title_0").as_deref(),
        Some("Giấy khai sinh"),
        "what was typed stays"
    );
    // Without a script the fee stands in what comes back.
    reply.must_say("2.000 đ");
    let mut form = filled(&id, "Điểu Krang");
    form.push(("card", CARD));
    client.post("/express", &form).await.expect(303);
    let id = identity(&client).await;
    let reply = client
        .post(
            "/express",
            &[("dossier", &*id), ("card", "067199000421"), ("do", "fill")],
        )
        .await
        .expect(200);
    assert_eq!(reply.value("applicant_name").as_deref(), Some("Điểu Krang"));
    let reply = client
        .post(
            "/express",
            &[("dossier", &*id), ("card", "https://example.vn"), ("do", "fill")],
        )
        .await
        .expect(422);
    assert_eq!(reply.value("card").as_deref(), Some("https://example.vn"));
}

#[tokio::test]
async fn what_is_promised_for_later_goes_the_ordinary_way_and_is_due_the_next_working_day_after_15_00() {
    for site in Site::on_each().await {
        // Friday, past three: due Monday.
        site.at(date(2025, 8, 8).at(15, 0, 1, 0));
        let client = site.sign_in("receptionist").await;
        client
            .get("/express")
            .await
            .expect(200)
            .must_say("Nhận sau 15:00");
        let id = identity(&client).await;
        let mut form = filled(&id, "Nguyễn Hữu Thắng");
        form.retain(|(name, _)| !matches!(*name, "do" | "compared"));
        form.push(("do", "later"));
        client.post("/express", &form).await.expect(303);
        let id: DossierId = id.parse().expect("an identity");
        let now = dossier(&site, id).await;
        assert_eq!(now.state.code(), 4, "{}", site.name());
        assert_eq!(now.payment, PaymentState::Paid);
        let due = now.deadline.expect("a deadline").due;
        assert_eq!(townhall_domain::time::local_date(due), date(2025, 8, 11));
        assert!(
            entries(&site).await.is_empty(),
            "a number is taken when it is signed"
        );
        client
            .get(&format!("/express?done={id}"))
            .await
            .expect(200)
            .must_say("hẹn trả sau");
        bring_to(&site, id, |state| state == State::Resolved, "").await;
        assert_eq!(entries(&site).await.len(), 1);
    }
}

#[tokio::test]
async fn several_papers_for_later_are_one_dossier_and_each_takes_its_number_when_it_is_signed() {
    for site in Site::on_each().await {
        let client = site.sign_in("receptionist").await;
        let id = identity(&client).await;
        let mut form = filled(&id, "Nguyễn Hữu Thắng");
        form.retain(|(name, _)| !matches!(*name, "do" | "compared"));
        form.extend([
            ("title_1", "Giấy khai sinh"),
            ("pages_1", "1"),
            ("copies_1", "2"),
            ("do", "later"),
        ]);
        client.post("/express", &form).await.expect(303);
        let id: DossierId = id.parse().expect("an identity");
        let all = site
            .read(|tx, _| Ok(tx.rows("SELECT id FROM dossiers", &[])?.len()))
            .await;
        assert_eq!(
            all,
            1,
            "{}: one request, one receipt, one appointment",
            site.name()
        );
        let page = client.get(&format!("/dossiers/{id}")).await.expect(200);
        page.must_say("Các bản chính cần chứng thực");
        page.must_say("Giấy khai sinh");
        bring_to(&site, id, |state| state == State::Resolved, "").await;
        let entries = entries(&site).await;
        let numbers: Vec<i64> = entries.iter().map(|entry| entry.number).collect();
        assert_eq!(numbers, [1, 2]);
        assert_eq!(entries[1].title, "Giấy khai sinh");
        assert!(entries.iter().all(|entry| entry.dossier == id));
    }
}

#[tokio::test]
async fn who_may_not_certify_or_know_is_told_that_there_is_nothing() {
    let site = Site::start().await;
    let client = site.sign_in("receptionist").await;
    let id = booked(&client, "Nguyễn Hữu Thắng").await;
    let entry = entries(&site).await.pop().expect("an entry");
    let stranger = site.sign_in("cujut.receptionist").await;
    stranger.get(&format!("/express?done={id}")).await.expect(404);
    stranger
        .get(&format!("/registers/entries/{}/stamps.pdf", entry.id))
        .await
        .expect(404);
    stranger
        .get(&format!("/registers/entries/{}/text.pdf", entry.id))
        .await
        .expect(404);
    // The same identity from next door tells nothing of what was booked here.
    let mut form = filled("", "Nguyễn Hữu Thắng");
    let own = id.to_string();
    form[0] = ("dossier", &own);
    stranger.post("/express", &form).await.expect(422);
    for user in ["economy.handler", "clerk", "chair", "party.leader"] {
        site.sign_in(user).await.get("/express").await.expect(404);
    }
    assert_eq!(entries(&site).await.len(), 1);
}

#[tokio::test]
async fn numbers_have_no_gap_and_no_double_with_many_at_once_and_some_refused() {
    for site in Site::on_each().await {
        let actors = [
            site.actor("receptionist").await,
            site.actor("receptionist.2").await,
            site.actor("director").await,
            site.actor("justice").await,
        ];
        let mut tasks = tokio::task::JoinSet::new();
        for turn in 0..32_usize {
            let (town, actor) = (site.town.clone(), actors[turn % actors.len()].clone());
            // Every fourth one is refused late: nobody signs with this post.
            let signer = (turn % 4 == 3).then(|| actor.post()).flatten();
            let line = DocumentInput {
                title: "Căn cước công dân".to_owned(),
                pages: "2".to_owned(),
                copies: "1".to_owned(),
            };
            let command = CertifyCopies {
                applicant: ApplicantInput {
                    name: format!("Người Thứ {}", ["Một", "Hai", "Ba"][turn % 3]),
                    ..ApplicantInput::default()
                },
                documents: vec![line.clone(), line],
                compared: true,
                signer,
                ..CertifyCopies::default()
            };
            tasks.spawn(async move {
                town.write("certify_copies", &actor, move |tx, cx| {
                    certify_copies(tx, cx, &command)
                })
                .await
                .is_ok()
            });
        }
        let outcomes = tasks.join_all().await;
        assert_eq!(
            outcomes.iter().filter(|is_ok| **is_ok).count(),
            24,
            "{}",
            site.name()
        );
        let numbers: Vec<i64> = entries(&site).await.iter().map(|entry| entry.number).collect();
        assert_eq!(numbers, (1..=48).collect::<Vec<i64>>(), "{}", site.name());
    }
}

#[tokio::test]
async fn what_was_typed_survives_until_it_is_booked() {
    let site = Site::start().await;
    let client = site.sign_in("receptionist").await;
    let id = identity(&client).await;
    client
        .post(
            "/drafts/express",
            &[
                ("dossier", &*id),
                ("applicant_name", "Nguyễn Hữu Thắng"),
                ("title_0", "Học bạ"),
            ],
        )
        .await
        .expect(204);
    let page = client.get("/express").await.expect(200);
    assert_eq!(page.value("applicant_name").as_deref(), Some("Nguyễn Hữu Thắng"));
    assert_eq!(page.value("title_0").as_deref(), Some("Học bạ"));
    client
        .post("/express", &filled(&id, "Nguyễn Hữu Thắng"))
        .await
        .expect(303);
    let page = client.get("/express").await.expect(200);
    assert_eq!(page.value("applicant_name").unwrap_or_default(), "");
    assert_ne!(page.hidden("dossier"), Some(id));
}

#[tokio::test]
async fn a_transfer_shows_its_code_and_keeps_its_reference() {
    let site = Site::start().await;
    let client = site.sign_in("receptionist").await;
    let id = identity(&client).await;
    let mut form = filled(&id, "Nguyễn Hữu Thắng");
    form.retain(|(name, _)| !matches!(*name, "method" | "do"));
    form.push(("method", "transfer"));
    let mut drawn = form.clone();
    drawn.push(("do", "draw"));
    let page = client.post("/express", &drawn).await.expect(200);
    assert!(
        page.text().contains("Mã VietQR để chuyển 24.000"),
        "{}",
        page.words()
    );
    page.must_say("Nội dung: CTBS");
    form.push(("do", "book"));
    client.post("/express", &form).await.expect(303);
    let id: DossierId = id.parse().expect("an identity");
    let payment = site
        .read(move |tx, _| Ok(fees::payments(tx, id)?))
        .await
        .pop()
        .expect("a receipt");
    let reference = payment.reference.expect("a reference");
    assert!(reference.starts_with("CTBS "), "{reference}");
    page.must_say(&reference);
    let steps = site.read(move |tx, _| Ok(dossiers::steps(tx, id)?)).await;
    assert!(
        steps.iter().all(|step| step.ended_at.is_some()),
        "nothing is left open"
    );
}

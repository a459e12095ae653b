//! Forms and results as PDF: they say what was recorded, then and now, to those who may read the dossier.

use std::process::{Command, Stdio};

use townhall_app::dossier as commands;
use townhall_domain::dossier::State;
use townhall_domain::ids::DossierId;
use townhall_store::dossiers;
use townhall_testkit::Site;
use townhall_testkit::site::dossiers::{APPLICANT, accepted, bring_to, dossier, received};
use townhall_testkit::tools::{find_program, skip};

/// The text of a PDF with all white space made one blank; nothing where poppler is not installed.
fn text_of(pdf: &[u8]) -> Option<String> {
    let Some(tool) = find_program("pdftotext") else {
        skip("the text of papers", "pdftotext is not installed");
        return None;
    };
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("paper.pdf");
    std::fs::write(&file, pdf).expect("written");
    let output = Command::new(tool)
        .args(["-enc", "UTF-8"])
        .arg(&file)
        .arg("-")
        .stderr(Stdio::null())
        .output()
        .expect("pdftotext runs");
    assert!(output.status.success(), "pdftotext refuses the file");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[track_caller]
pub fn says(pdf: &[u8], phrases: &[&str]) {
    let Some(text) = text_of(pdf) else { return };
    for phrase in phrases {
        assert!(text.contains(phrase), "“{phrase}” is not in: {text}");
    }
}

async fn slip_path(site: &Site, id: DossierId, form: &'static str) -> String {
    let slips = site.read(move |tx, _| Ok(dossiers::slips(tx, id)?)).await;
    let slip = slips
        .iter()
        .rev()
        .find(|slip| slip.form == form)
        .expect("the form");
    format!("/slips/{}.pdf", slip.id)
}

#[tokio::test]
async fn the_receipt_says_who_what_when_due_and_which_papers() {
    for site in Site::on_each().await {
        let id = accepted(&site, "1.004873").await;
        let dossier = dossier(&site, id).await;
        let receptionist = site.sign_in("receptionist").await;
        let path = slip_path(&site, id, "receipt").await;
        let reply = receptionist.get(&path).await.expect(200);
        assert_eq!(reply.headers["content-type"], "application/pdf");
        assert_eq!(reply.headers["x-content-type-options"], "nosniff");
        let disposition = reply.headers["content-disposition"].to_str().expect("plain");
        assert!(disposition.starts_with("inline; filename=\"") && disposition.contains("receipt-0001.pdf"));
        says(
            &reply.body,
            &[
                "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ",
                APPLICANT,
                &dossier.code,
                "TT 01/2018/TT-VPCP",
                "17 giờ 00 phút, ngày 07 tháng 8 năm 2025",
                "10.000 đồng",
                "3 ngày làm việc",
                "Lê Thị Mỹ Hạnh",
                "DỮ LIỆU MINH HỌA",
            ],
        );
        // The same paper, byte for byte, from the shelf and printed anew.
        let again = receptionist.get(&path).await.expect(200);
        assert_eq!(reply.body, again.body);
        let control = receptionist
            .get(&format!("/dossiers/{id}/control.pdf"))
            .await
            .expect(200);
        says(&control.body, &["PHIẾU KIỂM SOÁT", &dossier.code, APPLICANT]);
        let noted = site
            .read(move |tx, _| {
                Ok(tx.each(
                    "SELECT subject_id FROM access_log WHERE action = 'read_dossier' AND subject_id = $1",
                    &townhall_store::params![id],
                    |row| row.get::<String>("subject_id"),
                )?)
            })
            .await;
        assert_eq!(noted.len(), 1, "{}", site.name());
    }
}

#[tokio::test]
async fn a_receipt_of_the_past_prints_as_it_was_after_a_correction() {
    let site = Site::start().await;
    let id = accepted(&site, "1.004873").await;
    let version = dossier(&site, id).await.version;
    let actor = site.actor("receptionist").await;
    site.town
        .write("correct", &actor, move |tx, cx| {
            let cmd = commands::CorrectEntry {
                dossier: id,
                version,
                field: "applicant.name".to_owned(),
                value: "Phan Thị Mẫn".to_owned(),
                reason: "Ghi sai tên".to_owned(),
            };
            commands::correct_entry(tx, cx, &cmd)
        })
        .await
        .expect("corrected");
    let receptionist = site.sign_in("receptionist").await;
    let receipt = receptionist
        .get(&slip_path(&site, id, "receipt").await)
        .await
        .expect(200);
    says(&receipt.body, &[APPLICANT]);
    let control = receptionist
        .get(&format!("/dossiers/{id}/control.pdf"))
        .await
        .expect(200);
    says(&control.body, &["Phan Thị Mẫn"]);
}

#[tokio::test]
async fn supplement_refusal_apology_and_stop_are_printed_with_their_reasons() {
    let site = Site::start().await;
    let receptionist = site.sign_in("receptionist").await;
    let unit = site.unit("24682");
    let example = |procedure: &str| {
        let form = site.town.packs().form(&format!("forms/{procedure}.json"));
        form.expect("a form").examples[0].clone()
    };
    let verdict = commands::Verdict::Supplement {
        items: vec!["Trích lục bản án ly hôn".to_owned()],
        reason: "Chưa có giấy tờ chứng minh".to_owned(),
    };
    let id = received(&site, "1.004873", unit.clone(), example("1.004873"), verdict).await;
    let pdf = receptionist
        .get(&slip_path(&site, id, "supplement").await)
        .await
        .expect(200)
        .body;
    says(
        &pdf,
        &["Trích lục bản án ly hôn", "Chưa có giấy tờ chứng minh", APPLICANT],
    );

    let verdict = commands::Verdict::Refuse {
        reason: "Không thuộc thẩm quyền".to_owned(),
        instead: Some("Xã Cư Jút".to_owned()),
    };
    let id = received(&site, "1.004873", unit, example("1.004873"), verdict).await;
    let pdf = receptionist
        .get(&slip_path(&site, id, "refusal").await)
        .await
        .expect(200)
        .body;
    says(&pdf, &["Không thuộc thẩm quyền", "Xã Cư Jút"]);

    let id = accepted(&site, "1.013978").await;
    let (before, version) = {
        let dossier = dossier(&site, id).await;
        (dossier.deadline.expect("a deadline").due, dossier.version)
    };
    let chair = site.actor("chair").await;
    site.town
        .write("extend", &chair, move |tx, cx| {
            let to = townhall_domain::time::local_date(before).saturating_add(jiff::Span::new().days(7));
            let reason = "Phải xác minh lại ranh giới".to_owned();
            commands::extend_dossier(
                tx,
                cx,
                &commands::ExtendDossier {
                    dossier: id,
                    version,
                    to,
                    reason,
                },
            )
        })
        .await
        .expect("extended");
    let pdf = receptionist
        .get(&slip_path(&site, id, "apology").await)
        .await
        .expect(200)
        .body;
    says(&pdf, &["Phải xác minh lại ranh giới", APPLICANT, "xin lỗi"]);

    let version = dossier(&site, id).await.version;
    let actor = site.actor("receptionist").await;
    site.town
        .write("withdraw", &actor, move |tx, cx| {
            let reason = "Đổi ý, không làm nữa".to_owned();
            commands::withdraw_dossier(
                tx,
                cx,
                &commands::WithdrawDossier {
                    dossier: id,
                    version,
                    reason,
                },
            )
        })
        .await
        .expect("withdrawn");
    let pdf = receptionist
        .get(&slip_path(&site, id, "stop").await)
        .await
        .expect(200)
        .body;
    says(&pdf, &["THÔNG BÁO DỪNG GIẢI QUYẾT HỒ SƠ", "Đổi ý, không làm nữa"]);
}

#[tokio::test]
async fn every_deep_procedure_prints_its_draft_and_its_result() {
    let site = Site::start().await;
    let chair = site.sign_in("chair").await;
    let expected: [(&str, &[&str]); 12] = [
        ("1.001193", &["GIẤY KHAI SINH", "LÊ MẪU AN", "LÊ VĂN THỬ"]),
        ("1.000656", &["TRÍCH LỤC KHAI TỬ", "PHAN VĂN CŨ", "5 giờ 10 phút"]),
        ("1.000894", &["GIẤY CHỨNG NHẬN KẾT HÔN", "Y THỬ ÊBAN"]),
        (
            "1.004873",
            &["XÁC NHẬN TÌNH TRẠNG HÔN NHÂN", "Đã ly hôn theo 15/2023/QĐST-HNGĐ"],
        ),
        ("2.000635", &["TRÍCH LỤC KHAI SINH", "44, quyển 01/1996"]),
        ("2.000884", &["CHỨNG THỰC CHỮ KÝ", "Giấy ủy quyền nhận lương hưu"]),
        ("2.000815", &["CHỨNG THỰC BẢN SAO ĐÚNG VỚI BẢN CHÍNH"]),
        ("2.001035", &["LỜI CHỨNG", "tờ bản đồ 12"]),
        ("1.004859", &["TRÍCH LỤC", "12/8/1990"]),
        ("1.001612", &["GIẤY CHỨNG NHẬN", "Hộ kinh doanh Tạp hóa Mẫu"]),
        ("1.011607", &["QUYẾT ĐỊNH", "Chồng mất, mất lao động chính"]),
        ("1.013978", &["GIẤY CHỨNG NHẬN", "Đất trồng cây lâu năm"]),
    ];
    for (procedure, phrases) in expected {
        let id = accepted(&site, procedure).await;
        let path = format!("/dossiers/{id}/result.pdf");
        chair.get(&path).await.expect(404);
        if dossier(&site, id).await.state == State::Accepted {
            bring_to(
                &site,
                id,
                |state| matches!(state, State::InProgress(townhall_domain::dossier::Stage::Sign)),
                "",
            )
            .await;
        }
        // The words across a draft are turned, so their letters do not come in order; the empty number does.
        says(&chair.get(&path).await.expect(200).body, &["……"]);
        bring_to(&site, id, |state| state == State::Resolved, "").await;
        let pdf = chair.get(&path).await.expect(200).body;
        says(&pdf, phrases);
        let text = text_of(&pdf).unwrap_or_default();
        assert!(!text.contains("……"), "{procedure} is issued: {text}");
        assert!(
            !text.contains('⟦') && !text.contains("{$"),
            "{procedure} lacks words: {text}"
        );
    }
}

#[tokio::test]
async fn a_paper_is_not_found_by_those_who_may_not_know_of_its_dossier() {
    let site = Site::start().await;
    let id = accepted(&site, "1.004873").await;
    let slip = slip_path(&site, id, "receipt").await;
    for user in ["cujut.receptionist", "cujut.chair", "party.leader", "admin"] {
        let client = site.sign_in(user).await;
        for path in [
            slip.clone(),
            format!("/dossiers/{id}/control.pdf"),
            format!("/dossiers/{id}/result.pdf"),
        ] {
            client.get(&path).await.expect(404);
        }
    }
    let receptionist = site.sign_in("receptionist").await;
    receptionist.get(slip.trim_end_matches(".pdf")).await.expect(404);
    receptionist.get("/slips/nothing.pdf").await.expect(404);
    site.visitor().get(&slip).await.expect(303);
}

//! A dossier's own page: others are asked for their word and answer, entries are corrected, and the trail says so.

use townhall_domain::dossier::{Stage, State};
use townhall_domain::ids::DossierId;
use townhall_testkit::Site;
use townhall_testkit::site::dossiers::{accepted, bring_to, dossier};

const PROCEDURE: &str = "1.004873";

async fn in_appraisal(site: &Site) -> DossierId {
    let id = accepted(site, PROCEDURE).await;
    bring_to(site, id, |state| state == State::InProgress(Stage::Appraise), "").await;
    id
}

#[tokio::test]
async fn who_is_asked_for_his_word_stands_on_the_page_until_the_answer_is_written_down() {
    for site in Site::on_each().await {
        let id = in_appraisal(&site).await;
        let (path, justice) = (format!("/dossiers/{id}"), site.sign_in("justice").await);
        let version = dossier(&site, id).await.version.to_string();
        let asked = [
            ("version", version.as_str()),
            ("whom", "Công an xã"),
            ("question", "Người yêu cầu cư trú ở đâu?"),
            ("answer_by", "31/12/2025"),
        ];
        justice.post(&format!("{path}/consult"), &asked).await.expect(303);
        let page = justice.get(&path).await.expect(200).text();
        assert!(page.contains("chờ đến"), "{}: it waits", site.name());
        let (_, rest) = page.split_once("consult?consultation=").expect("a way to answer");
        let consultation = rest.split('"').next().expect("an identity").to_owned();

        let address = format!("{path}/consult?consultation={consultation}");
        let form = justice.get(&address).await.expect(200).text();
        assert!(form.contains("Người yêu cầu cư trú ở đâu?") && form.contains("name=\"answer\""));
        assert!(!form.contains("name=\"whom\""), "only the answer is asked for");
        let version = dossier(&site, id).await.version.to_string();
        let answer = |words: &'static str| {
            [
                ("version", version.clone()),
                ("consultation", consultation.clone()),
                ("answer", words.to_owned()),
            ]
        };
        let empty = answer("");
        let empty: Vec<(&str, &str)> = empty
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let refused = justice
            .post(&format!("{path}/consult"), &empty)
            .await
            .expect(422)
            .text();
        assert!(
            refused.contains("Nội dung trả lời"),
            "the list of mistakes names the field"
        );
        let told = answer("Cư trú tại thôn 7 từ 2010");
        let told: Vec<(&str, &str)> = told.iter().map(|(name, value)| (*name, value.as_str())).collect();
        justice.post(&format!("{path}/consult"), &told).await.expect(303);
        let page = justice.get(&path).await.expect(200).text();
        assert!(
            page.contains("Công an xã: Cư trú tại thôn 7 từ 2010"),
            "{}: in the trail",
            site.name()
        );
        assert!(!page.contains("consult?consultation="), "it is answered once");
    }
}

#[tokio::test]
async fn a_correction_begins_with_what_stands_there_and_the_trail_keeps_both_values() {
    for site in Site::on_each().await {
        let id = in_appraisal(&site).await;
        let (path, justice) = (format!("/dossiers/{id}/correct"), site.sign_in("justice").await);
        let entries = justice.get(&path).await.expect(200).text();
        let number = dossier(&site, id).await.applicant.id_number.expect("a number");
        assert!(!entries.contains(&format!("{number}</td>")), "masked in the list");
        for entry in [
            "applicant.phone",
            "delivery",
            "form.subject_name",
            "form.marital_history",
        ] {
            assert!(entries.contains(&format!("correct?field={entry}\"")), "{entry}");
        }
        // A choice of the form is corrected with the choices that the form has.
        let form = justice
            .get(&format!("{path}?field=form.marital_history"))
            .await
            .expect(200)
            .text();
        assert!(form.contains("name=\"form_marital_history\""), "{form}");
        let form = justice
            .get(&format!("{path}?field=form.subject_name"))
            .await
            .expect(200)
            .text();
        let old = dossier(&site, id).await.form["subject_name"]
            .as_str()
            .expect("a name")
            .to_owned();
        assert!(
            form.contains(&format!("value=\"{old}\"")),
            "what stands there is there to be changed"
        );

        let version = dossier(&site, id).await.version.to_string();
        let with = |name: &'static str| {
            vec![
                ("version", version.as_str()),
                ("field", "form.subject_name"),
                ("form_subject_name", name),
                ("reason", "ghi nhầm dấu"),
            ]
        };
        let refused = justice.post(&path, &with("")).await.expect(422).text();
        assert!(refused.contains("ghi nhầm dấu"), "what was typed stays");
        justice.post(&path, &with("Phan Thị Mẩu")).await.expect(303);
        assert_eq!(
            dossier(&site, id).await.form["subject_name"],
            "Phan Thị Mẩu",
            "{}",
            site.name()
        );
        let page = justice.get(&format!("/dossiers/{id}")).await.expect(200).text();
        assert!(
            page.contains(&format!("{old} → Phan Thị Mẩu · ghi nhầm dấu")),
            "{}: {page}",
            site.name()
        );
        justice
            .get(&format!("{path}?field=form.nothing"))
            .await
            .expect(200);
    }
}

#[tokio::test]
async fn an_extension_tells_its_day_and_reason_and_is_offered_once() {
    for site in Site::on_each().await {
        let id = accepted(&site, "1.013978").await;
        bring_to(&site, id, |state| state == State::InProgress(Stage::Sign), "x").await;
        let (path, chair) = (format!("/dossiers/{id}"), site.sign_in("chair").await);
        let before = chair.get(&path).await.expect(200).text();
        assert!(
            before.contains(&format!("{path}/extend\"")),
            "{}: offered",
            site.name()
        );
        let version = dossier(&site, id).await.version.to_string();
        let to = |day: &'static str| {
            [
                ("version", version.as_str()),
                ("to", day),
                ("reason", "Chờ kết quả đo đạc"),
            ]
        };
        // A day off is told at its field, and what was typed stays.
        let refused = chair
            .post(&format!("{path}/extend"), &to("20/12/2025"))
            .await
            .expect(422)
            .text();
        assert!(
            refused.contains("href=\"#f-to\"") && refused.contains("Chờ kết quả đo đạc"),
            "{refused}"
        );
        chair
            .post(&format!("{path}/extend"), &to("19/12/2025"))
            .await
            .expect(303);
        let after = chair.get(&path).await.expect(200).text();
        assert!(
            after.contains("19/12") && after.contains("Chờ kết quả đo đạc"),
            "{}: in the trail",
            site.name()
        );
        assert!(
            !after.contains(&format!("{path}/extend\"")),
            "{}: once",
            site.name()
        );
    }
}

#[tokio::test]
async fn the_record_of_a_correction_holds_what_is_kept_and_not_what_was_typed() {
    for site in Site::on_each().await {
        let id = in_appraisal(&site).await;
        let (path, justice) = (format!("/dossiers/{id}/correct"), site.sign_in("justice").await);
        for (field, control, typed, kept) in [
            ("applicant.phone", "value", " 0900.000.078 ", "0900000078"),
            ("applicant.born_on", "value", "6/5/1996", "1996-05-06"),
            ("applicant.name", "value", "  Phan   Thị Mẫu ", "Phan Thị Mẫu"),
            (
                "form.subject_name",
                "form_subject_name",
                "  Phan  Thị   Mẩu ",
                "Phan Thị Mẩu",
            ),
        ] {
            let version = dossier(&site, id).await.version.to_string();
            let fields = [
                ("version", version.as_str()),
                ("field", field),
                (control, typed),
                ("reason", "ghi nhầm"),
            ];
            justice.post(&path, &fields).await.expect(303);
            let records = site
                .read(move |tx, _| Ok(townhall_store::dossiers::records(tx, id)?))
                .await;
            let last = records
                .iter()
                .rev()
                .find(|record| record.body["field"] == field)
                .expect("a record");
            assert_eq!(last.body["new"], kept, "{}: {field}", site.name());
        }
    }
}

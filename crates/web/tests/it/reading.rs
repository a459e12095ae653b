//! Reading counts: who opened a dossier is written down before anything is shown.

use townhall_domain::ids::{DossierId, PartyId};
use townhall_store::params;
use townhall_testkit::Site;
use townhall_testkit::site::dossiers::{accepted, dossier};

/// The looks at a dossier: by which post, whether it was the reader's own work, about whom.
async fn looks(site: &Site, id: DossierId) -> Vec<(String, bool, Option<PartyId>)> {
    site.read(move |tx, _| {
            Ok(tx.each(
                "SELECT post, own_work, about FROM access_log
                  WHERE subject_kind = 'dossier' AND subject_id = $1 AND action = 'read_dossier' ORDER BY at, post",
                &params![id],
                |row| Ok((row.get("post")?, row.get("own_work")?, row.get("about")?)),
            )?)
        })
        .await
}

#[tokio::test]
async fn opening_a_dossiers_page_is_noted_once_an_hour_for_each_reader() {
    for site in Site::on_each().await {
        let id = accepted(&site, "1.004873").await;
        let path = format!("/dossiers/{id}");
        let (receptionist, chair) = (site.sign_in("receptionist").await, site.sign_in("chair").await);
        for _ in 0..3 {
            receptionist.get(&path).await.expect(200);
        }
        receptionist.get(&format!("{path}/transfer")).await.expect(200);
        let about = dossier(&site, id).await.applicant.party;
        assert!(about.is_some(), "the citizen can be told");
        let noted = looks(&site, id).await;
        assert_eq!(noted.len(), 1, "{}: {noted:?}", site.name());
        assert_eq!((noted[0].1, noted[0].2), (true, about), "{}", site.name());
        chair.get(&path).await.expect(200);
        let noted = looks(&site, id).await;
        assert_eq!(noted.len(), 2, "{}", site.name());
        assert!(
            noted.iter().any(|look| !look.1),
            "{}: the chair does not hold it",
            site.name()
        );
    }
}

#[tokio::test]
async fn the_next_hour_is_another_look_and_who_is_refused_leaves_none() {
    let site = Site::start().await;
    let id = accepted(&site, "1.004873").await;
    let receptionist = site.sign_in("receptionist").await;
    let path = format!("/dossiers/{id}");
    receptionist.get(&path).await.expect(200);
    let now = townhall_domain::time::local(site.clock().now());
    site.at(now.checked_add(jiff::Span::new().minutes(59)).expect("a time"));
    receptionist.get(&path).await.expect(200);
    assert_eq!(looks(&site, id).await.len(), 1);
    site.at(now.checked_add(jiff::Span::new().minutes(61)).expect("a time"));
    receptionist.get(&path).await.expect(200);
    assert_eq!(looks(&site, id).await.len(), 2);
    site.sign_in("cujut.receptionist")
        .await
        .get(&path)
        .await
        .expect(404);
    assert_eq!(looks(&site, id).await.len(), 2);
}

#[tokio::test]
async fn a_list_that_leaves_as_a_file_is_whole_and_who_took_it_is_written_down() {
    for site in Site::on_each().await {
        let codes = [
            dossier(&site, accepted(&site, "1.004873").await).await.code,
            dossier(&site, accepted(&site, "1.004873").await).await.code,
        ];
        let chair = site.sign_in("chair").await;
        // A key far behind all rows, as the address of a later page has: the file is the list all the same.
        let path = "/dossiers/export.csv?after=1.019872f3-0000-7000-8000-000000000000";
        let file = chair.get(path).await.expect(200).text();
        for code in &codes {
            assert!(file.contains(code.as_str()), "{}: {file}", site.name());
        }
        let noted = site
            .read(|tx, _| {
                Ok(tx.each(
                    "SELECT post FROM access_log WHERE action = 'export'",
                    &[],
                    |row| row.get::<String>("post"),
                )?)
            })
            .await;
        assert_eq!(noted.len(), 1, "{}", site.name());
    }
}

//! Erasure by decision: what it destroys, what it leaves, and that everything else still holds.

use jiff::civil::date;
use townhall_app::erase::{EraseDossier, Erased, erase_dossier, remove_files};
use townhall_app::error::AppError;
use townhall_app::paper::Taken;
use townhall_app::statistics::{Figures, statistics};
use townhall_domain::dossier::ComponentSource;
use townhall_domain::erasure::{Decision, Reason};
use townhall_domain::ids::DossierId;
use townhall_store::evidence::evidence;
use townhall_store::{DbConfig, ValueRef, dossiers, erasure};
use townhall_testkit::Site;
use townhall_testkit::site::dossiers::{APPLICANT, accepted, dossier};

fn decision(code: &str) -> EraseDossier {
    let decision = Decision::read(
        "12/QĐ-UBND",
        date(2025, 8, 1),
        "UBND xã Thuận An",
        Reason::TermEnded,
        date(2025, 8, 5),
    );
    EraseDossier {
        code: code.to_owned(),
        decision: decision.expect("a decision"),
    }
}

/// Ends a dossier at the citizen's wish.
async fn withdraw(site: &Site, id: DossierId) {
    let actor = site.actor("receptionist").await;
    let version = dossier(site, id).await.version;
    site.town
        .write("withdraw", &actor, move |tx, cx| {
            let reason = format!("{APPLICANT} không làm nữa");
            let dossier = id;
            townhall_app::dossier::withdraw_dossier(
                tx,
                cx,
                &townhall_app::dossier::WithdrawDossier {
                    dossier,
                    version,
                    reason,
                },
            )
        })
        .await
        .expect("withdrawn");
}

async fn erase(site: &Site, id: DossierId) -> Result<Erased, AppError> {
    let cmd = decision(&dossier(site, id).await.code);
    site.write(move |tx, cx| erase_dossier(tx, cx, &cmd)).await
}

/// Adds a paper with this content, as the counter does after the file was looked at.
async fn paper(site: &Site, id: DossierId, content: &[u8]) -> String {
    let stored = site.town.files().put(content).expect("stored");
    let hash = stored.sha256.clone();
    let actor = site.actor("receptionist").await;
    site.town
        .write("add_papers", &actor, move |tx, cx| {
            let cmd = townhall_app::dossier::AddPapers {
                dossier: id,
                component: None,
                source: ComponentSource::Paper,
                note: None,
                papers: vec![Taken {
                    name: format!("{APPLICANT}.pdf"),
                    media_type: "application/pdf".to_owned(),
                    bytes: i64::try_from(stored.bytes).expect("small"),
                    pages: 1,
                    sha256: stored.sha256.clone(),
                    original_sha256: None,
                }],
            };
            townhall_app::dossier::add_papers(tx, cx, &cmd)
        })
        .await
        .expect("added");
    hash
}

/// Tables in which a text stands.
async fn tables_with(site: &Site, text: &'static str) -> Vec<String> {
    site.read(move |tx, _| {
        let mut found = Vec::new();
        for table in evidence().tables().keys() {
            let rows = tx.rows(&format!("SELECT * FROM {table}"), &[])?;
            let says = |value: ValueRef<'_>| matches!(value, ValueRef::Text(known) if known.contains(text));
            if rows.iter().any(|row| row.columns().any(|(_, value)| says(value))) {
                found.push(table.clone());
            }
        }
        Ok(found)
    })
    .await
}

/// The figures of the month.
async fn figures(site: &Site) -> Figures {
    let unit = site.unit("24682");
    site.read(move |tx, cx| Ok(statistics(tx, cx, &unit, date(2025, 8, 1), date(2025, 8, 31))?.total))
        .await
}

/// Made old enough to be removed at once: nothing that came in within the hour is.
fn age(site: &Site, hash: &str) {
    let path = site.town.files().path(hash).expect("a path");
    let file = std::fs::File::options().write(true).open(path).expect("there");
    file.set_modified(std::time::SystemTime::UNIX_EPOCH)
        .expect("older");
}

#[tokio::test]
async fn nothing_of_the_person_is_left_and_everything_else_still_holds() {
    for site in Site::on_each().await {
        let kept = accepted(&site, "2.000635").await;
        let gone = accepted(&site, "2.000635").await;
        let shared = paper(&site, kept, b"%PDF shared").await;
        paper(&site, gone, b"%PDF shared").await;
        let own = paper(&site, gone, b"%PDF its own").await;
        withdraw(&site, gone).await;
        site.sequence().await;
        let before = dossier(&site, gone).await;
        let counted = figures(&site).await;

        let erased = erase(&site, gone).await.expect("erased");
        assert!(erased.facts >= 3, "{}: {erased:?}", site.name());
        assert!(!erased.person, "the other dossier still names the person");
        site.sequence().await;

        // The page says why nothing is there; the code still leads to it, the name and the receipt do not.
        let clerk = site.sign_in("receptionist").await;
        let page = clerk.get(&format!("/dossiers/{gone}")).await.expect(200).text();
        assert!(page.contains("hủy theo quyết định"), "{page}");
        assert!(
            !page.contains(APPLICANT) && !page.contains("068190009001"),
            "{page}"
        );
        let list = clerk.get("/dossiers?q=phan+thi+mau").await.expect(200).text();
        assert!(list.contains(&dossier(&site, kept).await.code));
        assert!(!list.contains(&before.code));
        let status = site.visitor().get(&format!("/h/{}", before.receipt_secret)).await;
        status.expect(404);
        let slip = site
            .read(move |tx, _| Ok(dossiers::slips(tx, gone)?.remove(0).id))
            .await;
        let printed = clerk.get(&format!("/slips/{slip}.pdf")).await;
        assert_eq!(printed.status.as_u16(), 422, "{}", printed.status_and_words());
        assert_eq!(figures(&site).await, counted, "figures stay");

        // Files: what another dossier refers to stays, what was its own goes.
        age(&site, &shared);
        age(&site, &own);
        let (db, files) = (site.town.db().clone(), site.town.files().clone());
        let hashes = erased.files.clone();
        let removed = tokio::task::spawn_blocking(move || {
            remove_files(&db, &files, &hashes, "test", townhall_app::clock::real_now())
        });
        let removed = removed.await.expect("no panic").expect("removed");
        assert_eq!((removed.removed, removed.shared, removed.later), (1, 1, 0));
        assert!(site.town.files().read(&shared).is_ok() && site.town.files().read(&own).is_err());

        // The last dossier that names the person takes the unit's record of the person with it.
        withdraw(&site, kept).await;
        let last = erase(&site, kept).await.expect("erased");
        assert!(last.person, "{}", site.name());
        let tables = tables_with(&site, APPLICANT).await;
        assert!(
            tables.iter().all(|table| table == "register_entries"),
            "{}: only books that the law keeps for ever name the person: {tables:?}",
            site.name()
        );
        // When the site goes, all facts, leaves, digests, numbers and files are verified.
    }
}

#[tokio::test]
async fn only_the_node_itself_erases_only_what_has_ended_and_only_once() {
    for site in Site::on_each().await {
        let id = accepted(&site, "2.000635").await;
        let refused = erase(&site, id).await.expect_err("still open");
        assert!(
            matches!(
                refused,
                AppError::Refused {
                    key: "erase-refused-not-ended",
                    ..
                }
            ),
            "{refused:?}"
        );
        withdraw(&site, id).await;
        let cmd = decision(&dossier(&site, id).await.code);
        for user in ["receptionist", "chair", "admin"] {
            let (actor, cmd) = (site.actor(user).await, cmd.clone());
            let outcome = site
                .town
                .write("erase", &actor, move |tx, cx| erase_dossier(tx, cx, &cmd))
                .await;
            assert!(matches!(outcome, Err(AppError::NotFound(_))), "{user}");
        }
        erase(&site, id).await.expect("erased");
        let again = erase(&site, id).await.expect_err("once");
        assert!(
            matches!(
                again,
                AppError::Refused {
                    key: "dossier-refused-erased",
                    ..
                }
            ),
            "{again:?}"
        );
        // What would put words back is refused, too.
        let clerk = site.sign_in("justice").await;
        let version = dossier(&site, id).await.version.to_string();
        let reply = clerk
            .post(
                &format!("/dossiers/{id}/correct"),
                &[
                    ("version", &version),
                    ("field", "applicant.phone"),
                    ("value", "0911111111"),
                    ("reason", "x"),
                ],
            )
            .await;
        assert_ne!(reply.status.as_u16(), 303, "{}", reply.status_and_words());
        assert_eq!(dossier(&site, id).await.applicant.phone, None);
    }
}

/// On a file of our own the bytes themselves go: no free page and no write-ahead log holds the name any more.
#[tokio::test]
async fn no_byte_of_the_database_file_holds_what_was_erased() {
    let site = Site::start().await;
    let DbConfig::Sqlite { file } = site.town.db().config().clone() else {
        panic!("a site starts on SQLite");
    };
    let id = accepted(&site, "1.001193").await;
    withdraw(&site, id).await;
    let bytes = |file: &std::path::Path| {
        let mut all = Vec::new();
        for end in ["", "-wal"] {
            let mut name = file.as_os_str().to_owned();
            name.push(end);
            all.extend(std::fs::read(name).unwrap_or_default());
        }
        all.windows(APPLICANT.len())
            .any(|window| window == APPLICANT.as_bytes())
    };
    assert!(bytes(&file), "it stood there");
    erase(&site, id).await.expect("erased");
    let written = file.clone();
    tokio::task::spawn_blocking(move || erasure::compact_sqlite(&written))
        .await
        .expect("no panic")
        .expect("written anew");
    assert!(!bytes(&file), "the bytes are gone");
}

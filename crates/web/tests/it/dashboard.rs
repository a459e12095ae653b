//! The dashboard over HTTP: every number opens exactly its rows, and nobody sees a unit that is not his.

use jiff::civil::date;
use townhall_domain::dossier::State;
use townhall_testkit::site::dossiers::{accepted, bring_to};
use townhall_testkit::{Client, Reply, Site};

/// Some dossiers of July and August: resolved, late, open, overdue.
async fn filled() -> Site {
    let site = Site::start().await;
    for (day, hour) in [(1, 9), (2, 9), (8, 14)] {
        site.at(date(2025, 7, day).at(hour, 0, 0, 0));
        let id = accepted(&site, "2.000815").await;
        // Certified copies are due the same day.
        site.at(date(2025, 7, day).at(16, 0, 0, 0));
        bring_to(&site, id, |state| state == State::Resolved, "").await;
    }
    site.at(date(2025, 7, 10).at(9, 0, 0, 0));
    let late = accepted(&site, "2.000884").await;
    site.at(date(2025, 7, 21).at(9, 0, 0, 0));
    bring_to(&site, late, |state| state == State::Resolved, "").await;
    accepted(&site, "1.004873").await;
    site.at(date(2025, 8, 4).at(9, 0, 0, 0));
    accepted(&site, "1.001612").await;
    site.at(date(2025, 8, 4).at(9, 40, 0, 0));
    site
}

/// The links of a page into the list of dossiers, each with the number that stands on it.
fn numbers(page: &Reply) -> Vec<(String, i64)> {
    let text = page.text();
    let mut found = Vec::new();
    for piece in text.split("<a ").skip(1) {
        let Some((tag, rest)) = piece.split_once('>') else {
            continue;
        };
        let Some(href) = tag
            .split("href=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next())
        else {
            continue;
        };
        if !href.starts_with("/dossiers?") || !href.contains("measure=") && !tag.contains("data-count") {
            continue;
        }
        let counted = tag
            .split("data-count=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next());
        let inside = rest.split("</a>").next().unwrap_or_default();
        let shown = inside
            .split("<b>")
            .nth(1)
            .map_or(inside, |bold| bold.split("</b>").next().unwrap_or_default());
        // The share that is on time is a percentage; its count stands in the table of channels.
        if let Ok(number) = counted.unwrap_or(shown).trim().parse() {
            found.push((href.replace("&amp;", "&"), number));
        }
    }
    found
}

async fn opens_its_rows(client: &Client, page: &Reply) -> usize {
    let links = numbers(page);
    for (href, number) in &links {
        let list = client.get(href).await.expect(200);
        let rows = list
            .text()
            .matches("<td class=\"text-nowrap\"><a href=\"/dossiers/")
            .count();
        assert_eq!(i64::try_from(rows).expect("few"), *number, "{href}");
    }
    links.len()
}

#[tokio::test]
async fn every_number_opens_exactly_its_rows() {
    let site = filled().await;
    let chair = site.sign_in("chair").await;
    for query in [
        "",
        "?period=week",
        "?period=month",
        "?period=year",
        "?period=range&from=01/07/2025&to=15/07/2025",
    ] {
        let page = chair.get(&format!("/dashboard{query}")).await.expect(200);
        let opened = opens_its_rows(&chair, &page).await;
        assert!(opened > 15, "{query}: {opened} numbers open their rows");
    }
    let page = chair.get("/dashboard?period=quarter").await.expect(200);
    let total: Vec<(String, i64)> = numbers(&page);
    assert_eq!(total[0].1, 6, "received since 1 July: {total:?}");
    assert_eq!(total[1].1, 4, "resolved: {total:?}");
}

#[tokio::test]
async fn a_province_counts_its_communes_and_leads_into_each() {
    let site = filled().await;
    let leader = site.sign_in("province.leader").await;
    let page = leader.get("/dashboard?sort=-received").await.expect(200);
    page.must_say("124 xã, phường, đặc khu");
    assert!(opens_its_rows(&leader, &page).await > 15);
    let first = page
        .text()
        .find("/dashboard?unit=24682")
        .expect("a way into Thuận An");
    let second = page
        .text()
        .find("/dashboard?unit=24640")
        .expect("a way into Cư Jút");
    assert!(first < second, "most received first");
    let commune = leader.get("/dashboard?unit=24682").await.expect(200);
    commune.must_say("Bảng điều hành xã Thuận An");
    assert!(opens_its_rows(&leader, &commune).await > 15);
}

#[tokio::test]
async fn nobody_sees_a_unit_that_is_not_his() {
    let site = filled().await;
    let chair = site.sign_in("chair").await;
    for foreign in ["24640", "68", "00001", "zzz"] {
        chair.get(&format!("/dashboard?unit={foreign}")).await.expect(404);
        chair
            .get(&format!("/dashboard.csv?unit={foreign}"))
            .await
            .expect(404);
    }
    site.sign_in("clerk").await.get("/dashboard").await.expect(404);
    site.visitor().get("/dashboard").await.expect(303);
    // The other space has figures of its own: none of the state's dossiers, and no link to them.
    let secretary = site.sign_in("party.leader").await;
    let page = secretary.get("/dashboard").await.expect(200);
    assert!(
        !page.text().contains("href=\"/dossiers?"),
        "no way to rows that are not hers"
    );
    page.must_say("Kỳ này chưa có hồ sơ");
}

#[tokio::test]
async fn the_period_before_stands_beside_each_number_and_a_wrong_period_is_told() {
    let site = filled().await;
    let chair = site.sign_in("chair").await;
    let page = chair
        .get("/dashboard?period=range&from=08/07/2025&to=14/07/2025")
        .await
        .expect(200);
    // Two from 8 to 14 July, two in the week before.
    page.must_say("kỳ trước 2 (±0)");
    for wrong in [
        "from=&to=",
        "from=31/02/2025&to=01/08/2025",
        "from=05/08/2025&to=01/08/2025",
        "from=01/01/1800&to=01/08/2025",
    ] {
        let page = chair.get(&format!("/dashboard?period=range&{wrong}")).await;
        assert_eq!(page.status.as_u16(), 422, "{wrong}");
        assert!(page.text().contains("th-summary"), "{wrong}");
    }
}

#[tokio::test]
async fn the_file_holds_the_same_numbers_and_the_print_view_opens_its_tables() {
    let site = filled().await;
    let chair = site.sign_in("chair").await;
    let file = chair.get("/dashboard.csv").await.expect(200);
    assert!(
        file.text()
            .contains("\"Tất cả\",\"24682\",\"Xã Thuận An\",\"6\",\"4\",\"3\",\"2\",\"2\""),
        "{}",
        file.text()
    );
    let print = chair.get("/dashboard?print=1").await.expect(200);
    assert!(
        print.text().contains("<details open>"),
        "tables stand open on paper"
    );
    assert!(print.text().contains("th-print"));
}

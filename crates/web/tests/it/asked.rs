//! What the reports asked: nothing is linked that the reader could not open, and what is linked is the place meant.

use townhall_testkit::Site;

/// Addresses behind the links of the answers.
fn answers(page: &str) -> Vec<String> {
    let main = page.split("<main").nth(1).unwrap_or_default();
    main.split("<td class=\"text-nowrap\"><a href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .map(|href| href.replace("&amp;", "&"))
        .collect()
}

#[tokio::test]
async fn every_answer_opens_for_who_sees_it_and_shows_the_unit_that_was_meant() {
    let site = Site::start().await;
    let chair = site.sign_in("cujut.chair").await;
    let lead = site.employed("cujut.head").post.to_string();
    let form = chair.get("/tasks/new").await.expect(200);
    let id = form.hidden("id").expect("an identity");
    let six = [
        ("id", id.as_str()),
        ("lead", lead.as_str()),
        ("work", "Ngăn chặn chảy máu chất xám"),
        ("due_on", "8/8/2025"),
        ("responsibility", "Chịu trách nhiệm trước Chủ tịch về tiến độ"),
        ("product", "Báo cáo"),
        ("authority", "Được yêu cầu các phòng cung cấp số liệu"),
        ("source", "meeting"),
        ("reference", "Kết luận buổi làm việc"),
        ("paragraph", "CJ-R1"),
        ("priority", "normal"),
    ];
    chair.post("/tasks/new", &six).await.expect(303);
    for (user, tasks, elsewhere) in [
        ("chair", 0, true),
        ("cujut.chair", 1, true),
        ("province.leader", 1, false),
    ] {
        let reader = site.sign_in(user).await;
        let page = reader.get("/asked").await.expect(200);
        let links = answers(&page.text());
        assert!(links.len() >= 3, "{user}: {links:?}");
        assert_eq!(
            links.iter().filter(|href| href.starts_with("/tasks/")).count(),
            tasks,
            "{user}: {links:?}"
        );
        for href in &links {
            reader.get(href).await.expect(200);
        }
        if elsewhere {
            page.must_say("Ở đơn vị khác");
        } else {
            page.must_not_say("Ở đơn vị khác");
        }
    }
    let chair = site.sign_in("chair").await;
    let page = chair.get("/asked").await.expect(200);
    for href in answers(&page.text())
        .iter()
        .filter(|href| href.starts_with("/staff"))
    {
        chair.get(href).await.expect(200).must_say("Thuận An");
    }
}

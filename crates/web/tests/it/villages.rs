//! The villages of a unit: the sum of the report, found without tone marks, as a file, at the counter.

use townhall_testkit::Site;

#[tokio::test]
async fn the_fifty_villages_of_cu_jut_add_up_to_the_reports_48880_people() {
    let site = Site::start().await;
    let client = site.sign_in("cujut.receptionist").await;
    let page = client.get("/units/24640/villages").await.expect(200);
    page.must_say("50 nơi");
    page.must_say("48.880 người");
    page.must_say("số liệu giả định");
    let one = client.get("/units/24640/villages?q=buon%20thu").await.expect(200);
    one.must_say("Buôn Thử Nghiệm");
    one.must_not_say("Tổ dân phố 7");
    client
        .get("/units/24682/villages")
        .await
        .expect(200)
        .must_say("chưa được nhập");
    client.get("/units/99999/villages").await.expect(404);
}

#[tokio::test]
async fn the_list_leaves_as_a_file_that_is_noted_and_the_counter_offers_its_addresses() {
    for site in Site::on_each().await {
        let head = site.sign_in("office.head").await;
        let file = head.get("/units/24640/villages.csv").await.expect(200);
        assert_eq!(file.text().lines().count(), 51, "{}", site.name());
        let noted = site
            .read(|tx, _| {
                Ok(tx.each(
                    "SELECT id FROM access_log WHERE action = 'export' AND subject_id = 'villages'",
                    &[],
                    |row| row.get::<String>("id"),
                )?)
            })
            .await;
        assert_eq!(noted.len(), 1, "{}", site.name());
        let counter = site.sign_in("cujut.receptionist").await;
        let page = counter.get("/counter").await.expect(200);
        assert!(
            page.text().contains("Bon Mẫu Hai, Xã Cư Jút, Tỉnh Lâm Đồng"),
            "{}: an address to choose",
            site.name()
        );
    }
}

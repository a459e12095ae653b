//! Tasks over HTTP: issued with the six, worked on, judged, counted; and what a page never loses.

use jiff::civil::date;
use townhall_testkit::{Client, Reply, Site};

/// Post of a user as the form sends it.
fn post_of(site: &Site, user: &str) -> String {
    site.employed(user).post.to_string()
}

/// The six, to a post, due on Friday 29 August 2025.
fn six(lead: &str) -> Vec<(&'static str, String)> {
    [
        ("lead", lead),
        ("work", "Rà soát biên chế các phòng"),
        ("due_on", "29/8/2025"),
        ("responsibility", "Chịu trách nhiệm trước Chủ tịch về tiến độ"),
        ("product", "Báo cáo rà soát"),
        ("authority", "Được yêu cầu các phòng cung cấp số liệu"),
        ("source", "document"),
        ("reference", "12-TB/TU ngày 01/8/2025"),
        ("paragraph", "II.3"),
        ("priority", "high"),
    ]
    .map(|(name, value)| (name, value.to_owned()))
    .to_vec()
}

async fn send(client: &Client, path: &str, fields: &[(&'static str, String)]) -> Reply {
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    client.post(path, &fields).await
}

/// Fills the form as a person does: opens it, takes its hidden identity along, sends it.
async fn issue(client: &Client, fields: Vec<(&'static str, String)>) -> Reply {
    let form = client.get("/tasks/new").await.expect(200);
    let mut fields = fields;
    fields.push(("id", form.hidden("id").expect("an identity")));
    send(client, "/tasks/new", &fields).await
}

/// Issues a task and gives its path.
async fn issued(client: &Client, fields: Vec<(&'static str, String)>) -> String {
    let reply = issue(client, fields).await.expect(303);
    let location = reply.location().expect("the task");
    location.split('?').next().expect("a path").to_owned()
}

/// Opens the page of an action and sends its form with these fields.
async fn act(client: &Client, task: &str, action: &str, fields: &[(&'static str, &str)]) -> Reply {
    let path = format!("{task}/{action}");
    let form = client.get(&path).await.expect(200);
    let version = form.hidden("version").expect("a version");
    let mut fields = fields.to_vec();
    fields.push(("version", &version));
    client.post(&path, &fields).await
}

#[tokio::test]
async fn the_form_names_each_of_the_six_and_an_error_keeps_what_was_typed() {
    for site in Site::on_each().await {
        let chair = site.sign_in("chair").await;
        let form = chair.get("/tasks/new").await.expect(200);
        for name in [
            "Rõ người",
            "Rõ việc",
            "Rõ thời gian",
            "Rõ trách nhiệm",
            "Rõ sản phẩm",
            "Rõ thẩm quyền",
        ] {
            form.must_say(name);
        }
        form.must_say("Trưởng phòng Kinh tế – Nguyễn Văn Thử");
        form.must_not_say("Bí thư Đảng ủy");
        let typed = vec![
            ("work", "Rà soát <b>biên chế</b>".to_owned()),
            ("product", "Báo cáo".to_owned()),
            ("due_on", "31/9/2025".to_owned()),
        ];
        let reply = issue(&chair, typed).await.expect(422);
        assert!(reply.text().contains("<title>Lỗi:"), "{}", site.name());
        for sentence in [
            "Chưa rõ người: hãy chọn một chức danh chủ trì.",
            "Ngày này không có trong lịch.",
            "Chưa rõ trách nhiệm",
            "Chưa rõ thẩm quyền",
        ] {
            reply.must_say(sentence);
        }
        assert_eq!(reply.value("work").as_deref(), Some("Rà soát <b>biên chế</b>"));
        assert_eq!(reply.value("due_on").as_deref(), Some("31/9/2025"));
        chair
            .get("/tasks?view=all")
            .await
            .expect(200)
            .must_say("Chưa có nhiệm vụ nào");
    }
}

#[tokio::test]
async fn a_task_is_issued_worked_on_sent_back_and_accepted_on_pages() {
    for site in Site::on_each().await {
        let (chair, lead) = (site.sign_in("chair").await, site.sign_in("economy.handler").await);
        let mut fields = six(&post_of(&site, "economy.handler"));
        fields.push(("joining", post_of(&site, "society.handler")));
        let task = issued(&chair, fields).await;
        let page = lead.get(&task).await.expect(200);
        for words in [
            "NV-24682-2025-0001",
            "Chuyên viên Phòng Kinh tế – Nguyễn Thị Mẫu",
            "Được yêu cầu các phòng cung cấp số liệu",
            "12-TB/TU ngày 01/8/2025",
            "Vì sao hạn là",
            "Giao nhiệm vụ",
        ] {
            page.must_say(words);
        }
        // Nothing jumps: before it is begun the product cannot be handed in, and the page says why.
        page.must_say("Nộp sản phẩm: chủ trì chưa tiếp nhận.");
        lead.get(&format!("{task}/hand_in"))
            .await
            .expect(409)
            .must_say("chủ trì chưa tiếp nhận");
        act(&lead, &task, "receive", &[]).await.expect(303);
        act(
            &lead,
            &task,
            "report",
            &[("note", "Xong hai phòng"), ("percent", "40")],
        )
        .await
        .expect(303);
        let joining = site.sign_in("society.handler").await;
        act(&joining, &task, "contribute", &[("note", "Đã gửi số liệu")])
            .await
            .expect(303);
        let empty = act(&lead, &task, "hand_in", &[("summary", "Đã rà soát xong")])
            .await
            .expect(422);
        empty.must_say("Xong việc phải có sản phẩm");
        assert_eq!(empty.value("summary").as_deref(), Some("Đã rà soát xong"));
        let product = [("summary", "Đã rà soát xong"), ("document", "12/BC-KT")];
        let reply = act(&lead, &task, "hand_in", &product).await.expect(303);
        lead.follow(reply)
            .await
            .expect(200)
            .must_say("Đã nộp sản phẩm, chờ người giao duyệt.");
        chair
            .get("/work")
            .await
            .expect(200)
            .must_say("Duyệt sản phẩm: Rà soát biên chế các phòng");
        let question = chair.get(&format!("{task}/send_back")).await.expect(200);
        question.must_say("Trả lại sản phẩm của NV-24682-2025-0001?");
        question.must_say("12/BC-KT");
        act(&chair, &task, "send_back", &[("reason", "Thiếu phụ lục")])
            .await
            .expect(303);
        lead.get(&task).await.expect(200).must_say("Thiếu phụ lục");
        act(&lead, &task, "hand_in", &product).await.expect(303);
        act(&chair, &task, "accept", &[]).await.expect(303);
        let done = lead.get(&task).await.expect(200);
        for words in [
            "Hoàn thành đúng hạn",
            "Lần 2 Được duyệt",
            "Vũ Văn Mẫu, Chủ tịch UBND",
        ] {
            done.must_say(words);
        }
        done.must_say("Lúc này không cần làm gì với nhiệm vụ này.");
    }
}

#[tokio::test]
async fn more_time_is_asked_for_and_granted_while_the_first_deadline_stays() {
    for site in Site::on_each().await {
        let (chair, lead) = (site.sign_in("chair").await, site.sign_in("economy.handler").await);
        let task = issued(&chair, six(&post_of(&site, "economy.handler"))).await;
        act(&lead, &task, "receive", &[]).await.expect(303);
        let early = [("to", "20/8/2025"), ("reason", "Chờ số liệu")];
        let refused = act(&lead, &task, "request_extension", &early).await.expect(422);
        refused.must_say("Ngày này không muộn hơn hạn đang có.");
        let ask = [("to", "12/9/2025"), ("reason", "Chờ số liệu của ba phòng")];
        act(&lead, &task, "request_extension", &ask).await.expect(303);
        chair
            .get("/work")
            .await
            .expect(200)
            .must_say("Quyết định lùi hạn: Rà soát biên chế các phòng");
        let form = chair.get(&format!("{task}/decide_extension")).await.expect(200);
        form.must_say("Chờ số liệu của ba phòng");
        form.must_say("12/9");
        let silent = act(&chair, &task, "decide_extension", &[("granted", "no")])
            .await
            .expect(422);
        silent.must_say("Hãy ghi rõ, ít nhất vài chữ");
        act(&chair, &task, "decide_extension", &[("granted", "yes")])
            .await
            .expect(303);
        let page = lead.get(&task).await.expect(200);
        page.must_say("Đồng ý đến thứ Sáu 12/9, 17:00");
        page.must_say("Hạn ban đầu: thứ Sáu 29/8, 17:00");
        page.must_say("người giao việc lùi hạn");
    }
}

#[tokio::test]
async fn the_four_classes_stand_above_the_list_and_each_opens_its_rows() {
    for site in Site::on_each().await {
        let chair = site.sign_in("chair").await;
        let lead = post_of(&site, "economy.handler");
        issued(&chair, six(&lead)).await;
        let mut late = six(&lead);
        late[1].1 = "Khắc phục đường thôn 3".to_owned();
        late[2].1 = "05/8/2025".to_owned();
        issued(&chair, late).await;
        site.at(date(2025, 8, 7).at(9, 0, 0, 0));
        let list = chair.get("/tasks").await.expect(200);
        list.must_say("Đang làm, quá hạn 1");
        list.must_say("Đang làm, trong hạn 1");
        list.must_say("0 % việc đã xong hoặc đã đến hạn");
        assert!(
            list.text().contains("href=\"/tasks?class=open_overdue\""),
            "{}",
            site.name()
        );
        let rows = chair.get("/tasks?class=open_overdue").await.expect(200);
        rows.must_say("Khắc phục đường thôn 3");
        rows.must_not_say("Rà soát biên chế các phòng");
        // The view of the list does not change its figures: only what narrows it does.
        for view in ["lead", "ended", "all"] {
            let list = chair.get(&format!("/tasks?view={view}")).await.expect(200);
            list.must_say("Đang làm, quá hạn 1");
        }
        let report = chair.get("/tasks/report").await.expect(200);
        report.must_say("Nguyễn Thị Mẫu Chuyên viên Phòng Kinh tế 0 0 1 1 2 0 %");
        assert!(
            report
                .text()
                .contains(&format!("/tasks?lead={lead}&amp;class=open_overdue")),
            "{}: every number opens its rows",
            site.name()
        );
        chair
            .get("/tasks?q=duong+thon")
            .await
            .expect(200)
            .must_say("Khắc phục đường thôn 3");
        let none = chair.get("/tasks?q=khong+co").await.expect(200);
        none.must_say("Không tìm thấy nhiệm vụ nào");
    }
}

#[tokio::test]
async fn my_work_shows_dossiers_and_tasks_together_by_what_is_due() {
    for site in Site::on_each().await {
        townhall_testkit::site::dossiers::accepted(&site, "2.000815").await;
        let chair = site.sign_in("chair").await;
        issued(&chair, six(&post_of(&site, "receptionist"))).await;
        let receptionist = site.sign_in("receptionist").await;
        let both = receptionist.get("/work").await.expect(200);
        let words = both.words();
        let (dossier, task) = (
            words.find("Phan Thị Mẫu"),
            words.find("Tiếp nhận nhiệm vụ: Rà soát biên chế"),
        );
        assert!(
            dossier.is_some() && task.is_some() && dossier < task,
            "{}: {words}",
            site.name()
        );
        // The navigation counts the two: its number is the same on every page.
        let dossiers = receptionist.get("/dossiers").await.expect(200).text();
        assert!(
            dossiers.contains("<span class=\"th-count\">2<"),
            "{}",
            site.name()
        );
        let tasks = receptionist.get("/work?kind=task").await.expect(200);
        tasks.must_say("Rà soát biên chế");
        tasks.must_not_say("Phan Thị Mẫu");
        receptionist
            .get("/work?kind=dossier")
            .await
            .expect(200)
            .must_not_say("Rà soát biên chế");
    }
}

#[tokio::test]
async fn who_may_not_know_of_a_task_gets_not_found_under_every_address() {
    for site in Site::on_each().await {
        let chair = site.sign_in("chair").await;
        let task = issued(&chair, six(&post_of(&site, "economy.handler"))).await;
        for user in [
            "society.handler",
            "party.leader",
            "cujut.chair",
            "cujut.head",
            "admin",
            "clerk",
        ] {
            let stranger = site.sign_in(user).await;
            stranger.get(&task).await.expect(404);
            stranger.get(&format!("{task}/receive")).await.expect(404);
            stranger
                .post(&format!("{task}/receive"), &[("version", "1")])
                .await
                .expect(404);
            stranger
                .get("/tasks?view=all")
                .await
                .expect(200)
                .must_not_say("Rà soát biên chế");
            stranger
                .get("/tasks/report")
                .await
                .expect(200)
                .must_not_say("Nguyễn Thị Mẫu Chuyên viên");
        }
        // Who knows of it but neither leads nor issued it, finds no such action.
        let head = site.sign_in("society.head").await;
        head.get(&task).await.expect(200);
        head.get(&format!("{task}/withdraw")).await.expect(404);
        head.post(
            &format!("{task}/withdraw"),
            &[("version", "1"), ("reason", "Không cần nữa")],
        )
        .await
        .expect(422)
        .must_say("Chỉ người giao việc");
        site.sign_in("economy.handler")
            .await
            .get("/tasks/new")
            .await
            .expect(404);
        chair.get("/tasks/not-an-id").await.expect(404);
        chair.get(&format!("{task}/explode")).await.expect(404);
    }
}

#[tokio::test]
async fn the_same_form_sent_twice_makes_one_task() {
    for site in Site::on_each().await {
        let chair = site.sign_in("chair").await;
        let form = chair.get("/tasks/new").await.expect(200);
        let mut fields = six(&post_of(&site, "economy.handler"));
        fields.push(("id", form.hidden("id").expect("an identity")));
        let first = send(&chair, "/tasks/new", &fields).await.expect(303).location();
        let second = send(&chair, "/tasks/new", &fields).await.expect(303).location();
        assert_eq!(first, second, "{}", site.name());
        chair
            .get("/tasks?view=all")
            .await
            .expect(200)
            .must_say("Đang xem 1 nhiệm vụ");
    }
}

#[tokio::test]
async fn somebody_who_was_faster_is_told_kindly() {
    for site in Site::on_each().await {
        let (chair, lead) = (site.sign_in("chair").await, site.sign_in("economy.handler").await);
        let task = issued(&chair, six(&post_of(&site, "economy.handler"))).await;
        let form = chair.get(&format!("{task}/pause")).await.expect(200);
        let version = form.hidden("version").expect("a version");
        act(&lead, &task, "receive", &[]).await.expect(303);
        let fields = [("version", version.as_str()), ("reason", "Chờ hướng dẫn")];
        chair.post(&format!("{task}/pause"), &fields).await.expect(409);
        lead.get(&task).await.expect(200).must_say("Đã tiếp nhận");
    }
}

#[tokio::test]
async fn a_half_filled_task_comes_back_and_is_forgotten_once_it_is_issued() {
    for site in Site::on_each().await {
        let chair = site.sign_in("chair").await;
        let lead = post_of(&site, "economy.handler");
        send(&chair, "/drafts/task-new", &six(&lead)).await.expect(204);
        let form = chair.get("/tasks/new").await.expect(200);
        assert_eq!(
            form.value("work").as_deref(),
            Some("Rà soát biên chế các phòng"),
            "{}",
            site.name()
        );
        assert_eq!(form.value("lead").as_deref(), Some(lead.as_str()));
        assert_eq!(form.value("source").as_deref(), Some("document"));
        form.must_say("Đã tự lưu");
        let reply = issue(&chair, six(&lead)).await.expect(303);
        let page = chair.follow(reply).await.expect(200);
        assert!(
            page.text()
                .contains("name=\"th-draft-done\" content=\"task-new\""),
            "the browser forgets it, too"
        );
        let again = chair.get("/tasks/new").await.expect(200);
        assert_eq!(again.value("work").as_deref(), Some(""), "{}", site.name());
    }
}

#[tokio::test]
async fn the_province_issues_to_a_commune_and_both_see_it() {
    for site in Site::on_each().await {
        let province = site.sign_in("province.leader").await;
        let form = province.get("/tasks/new?unit=24682").await.expect(200);
        form.must_say("Chủ tịch UBND – Vũ Văn Mẫu");
        let task = issued(&province, six(&post_of(&site, "chair"))).await;
        let page = province.get(&task).await.expect(200);
        page.must_say("NV-68-2025-0001");
        site.sign_in("chair")
            .await
            .get("/work")
            .await
            .expect(200)
            .must_say("Tiếp nhận nhiệm vụ");
        // A commune does not issue upwards or to its neighbour: its own posts are offered, whatever is asked for.
        let chair = site.sign_in("chair").await;
        let own = chair.get("/tasks/new?unit=24640").await.expect(200);
        own.must_not_say("Lương Văn Thử");
    }
}

#[tokio::test]
async fn a_list_leaves_the_program_as_a_file_and_that_is_recorded() {
    for site in Site::on_each().await {
        let chair = site.sign_in("chair").await;
        let mut fields = six(&post_of(&site, "economy.handler"));
        fields[1].1 = "=HYPERLINK(\"http://x\") tổng hợp".to_owned();
        issued(&chair, fields).await;
        let file = chair.get("/tasks/export.csv?view=all").await.expect(200);
        assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8"));
        assert!(
            file.text().contains("\"'=HYPERLINK(\"\"http://x\"\") tổng hợp\""),
            "{}",
            file.text()
        );
        assert!(file.text().contains("NV-24682-2025-0001"), "{}", site.name());
        let noted = site
            .read(|tx, _| {
                Ok(tx
                    .rows("SELECT action FROM access_log WHERE action = 'export'", &[])?
                    .len())
            })
            .await;
        assert_eq!(noted, 1, "{}", site.name());
        site.sign_in("economy.handler")
            .await
            .get("/tasks/export.csv")
            .await
            .expect(404);
    }
}

#[tokio::test]
async fn search_over_everything_finds_a_task_by_its_words_and_by_its_code() {
    for site in Site::on_each().await {
        let chair = site.sign_in("chair").await;
        let task = issued(&chair, six(&post_of(&site, "economy.handler"))).await;
        let mut other = six(&post_of(&site, "society.handler"));
        other[1].1 = "Rà soát hộ nghèo".to_owned();
        issued(&chair, other).await;
        let to = |reply: Reply| reply.expect(303).location().expect("a place");
        assert_eq!(to(chair.get("/search?q=bien+che").await), task, "{}", site.name());
        assert_eq!(to(chair.get("/search?q=nv-24682-2025-0001").await), task);
        assert_eq!(
            to(chair.get("/search?q=ra+soat").await),
            "/tasks?view=all&q=ra%20soat"
        );
        // Who may not know of it finds the empty list that everybody finds.
        let clerk = site.sign_in("clerk").await;
        assert_eq!(
            to(clerk.get("/search?q=bien+che").await),
            "/dossiers?q=bien%20che"
        );
        let secretary = site.sign_in("party.leader").await;
        assert_eq!(
            to(secretary.get("/search?q=bien+che").await),
            "/tasks?view=all&q=bien%20che"
        );
    }
}

#[tokio::test]
async fn every_page_of_tasks_speaks_both_languages() {
    let site = Site::start().await;
    let (chair, lead) = (site.sign_in("chair").await, site.sign_in("economy.handler").await);
    let task = issued(&chair, six(&post_of(&site, "economy.handler"))).await;
    act(&lead, &task, "receive", &[]).await.expect(303);
    act(&lead, &task, "report", &[("note", "Xong hai phòng")])
        .await
        .expect(303);
    let ask = [("to", "12/9/2025"), ("reason", "Chờ số liệu")];
    act(&lead, &task, "request_extension", &ask).await.expect(303);
    let mut paths: Vec<String> = ["/tasks", "/tasks?view=lead", "/tasks/report", "/work"]
        .map(str::to_owned)
        .to_vec();
    paths.push(task.clone());
    for user in ["chair", "economy.handler"] {
        for lang in ["vi", "en"] {
            let reader = site.sign_in(user).await;
            let reply = reader.get(&format!("/tasks?lang={lang}")).await;
            reader.follow(reply).await.expect(200);
            let actions: &[&str] = if user == "chair" {
                &["decide_extension", "pause", "withdraw"]
            } else {
                &["report", "hand_in"]
            };
            let forms = actions.iter().map(|action| format!("{task}/{action}"));
            let new = (user == "chair").then(|| "/tasks/new".to_owned());
            for path in paths.iter().cloned().chain(forms).chain(new) {
                let page = reader.get(&path).await.expect(200);
                // A key without words, or a value that was not given, would be seen.
                let text = page.text();
                assert!(
                    !text.contains('⟦') && !text.contains("{$") && !text.contains("{ $"),
                    "{lang} {path}: {text}"
                );
            }
        }
    }
}

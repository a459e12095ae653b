//! The queue over HTTP: numbers taken, called by several windows at once, served, told on display and phone.

use jiff::civil::date;
use townhall_app::queue::{CallNext, Called, OpenWindowAt, TakeTicket, call_next, open_window, take_ticket};
use townhall_domain::queue::Ticket;
use townhall_store::queue as store;
use townhall_testkit::{Client, Site};

use crate::printed::says;

/// Takes a number at the machine and gives the secret of its page.
async fn take(site: &Site, service: &str, priority: &str) -> String {
    let reply = site
        .visitor()
        .post("/q/24682", &[("service", service), ("priority", priority)])
        .await
        .expect(303);
    let to = reply.location().expect("a page of the number");
    to.strip_prefix("/t/").expect("its page").to_owned()
}

async fn ticket(site: &Site, secret: &str) -> Ticket {
    let secret = secret.to_owned();
    site.read(move |tx, _| Ok(store::by_secret(tx, &secret)?.expect("a ticket")))
        .await
}

async fn sit(client: &Client, window: &str) {
    client
        .post("/queue/window", &[("window", window)])
        .await
        .expect(303);
}

/// Calls whoever is next, as the button on the page does.
async fn next(client: &Client) {
    let page = client.get("/queue").await.expect(200);
    let shown = page.hidden("in_hand").expect("a button");
    client
        .post("/queue/next", &[("in_hand", &shown)])
        .await
        .expect(303);
}

#[tokio::test]
async fn a_number_is_taken_called_with_f2_begun_at_the_counter_and_served() {
    for site in Site::on_each().await {
        let (first, second) = (
            take(&site, "civil-status", "").await,
            take(&site, "civil-status", "").await,
        );
        let receptionist = site.sign_in("receptionist").await;
        let page = receptionist.get("/queue").await.expect(200);
        page.must_say("B001");
        page.must_say("Đồng chí chưa ngồi quầy nào");
        sit(&receptionist, "2").await;
        next(&receptionist).await;
        let page = receptionist.get("/queue").await.expect(200);
        assert!(
            page.text().contains("data-key=\"counter-next\""),
            "F2 calls the next one"
        );
        // The strip of the counter tells the same and calls the next one from there.
        let strip = receptionist.part("/queue/strip?back=/counter").await.expect(200);
        strip.must_say("Đang phục vụ B001");
        strip.must_say("1 đang chờ");
        let called = ticket(&site, &first).await;
        let begun = receptionist
            .post(&format!("/queue/tickets/{}", called.id), &[("what", "begin")])
            .await
            .expect(303);
        assert_eq!(begun.location().as_deref(), Some("/counter"));
        site.at(date(2025, 8, 4).at(9, 52, 0, 0));
        let shown = called.id.to_string();
        let reply = receptionist
            .post("/queue/next", &[("in_hand", &shown), ("back", "/counter")])
            .await
            .expect(303);
        assert_eq!(reply.location().as_deref(), Some("/counter"));
        assert_eq!(
            ticket(&site, &first).await.state.as_str(),
            "served",
            "{}",
            site.name()
        );
        assert_eq!(ticket(&site, &second).await.state.as_str(), "called");
        let unit = site.unit("24682");
        let days = site
            .read(move |tx, cx| Ok(store::days(tx, &unit, cx.today(), cx.today())?))
            .await;
        assert_eq!((days[0].taken, days[0].called, days[0].served), (2, 2, 1));
        assert_eq!(
            days[0].served_ms,
            12 * 60_000,
            "from nine forty to nine fifty-two"
        );
        assert_eq!(days[0].longest_wait_ms, 12 * 60_000, "the second waited as long");
    }
}

#[tokio::test]
async fn two_windows_that_call_at_one_moment_never_get_one_number() {
    for site in Site::on_each().await {
        let unit = site.unit("24682");
        let mut callers = Vec::new();
        for (user, window) in [("receptionist", 1), ("receptionist.2", 2)] {
            let actor = site.actor(user).await;
            let town = site.town.clone();
            town.write("sit", &actor, move |tx, cx| {
                open_window(tx, cx, &OpenWindowAt { number: window })
            })
            .await
            .expect("a window");
            callers.push(actor);
        }
        let taken = unit.clone();
        site.write(move |tx, cx| {
            for _ in 0..40 {
                let command = TakeTicket {
                    unit: taken.clone(),
                    service: "certification".to_owned(),
                    priority: None,
                };
                take_ticket(tx, cx, &command)?;
            }
            Ok(())
        })
        .await
        .expect("forty people");
        let mut tasks = tokio::task::JoinSet::new();
        for actor in callers {
            let town = site.town.clone();
            tasks.spawn(async move {
                let (mut own, mut in_hand) = (Vec::new(), None);
                for _ in 0..20 {
                    let command = CallNext { in_hand };
                    let called = town
                        .write("call_next", &actor, move |tx, cx| call_next(tx, cx, &command))
                        .await
                        .expect("called");
                    let Called::Ticket(ticket) = called else {
                        panic!("somebody waits: {called:?}")
                    };
                    in_hand = Some(ticket.id);
                    own.push(ticket.number);
                }
                own
            });
        }
        let mut called: Vec<i64> = tasks.join_all().await.into_iter().flatten().collect();
        called.sort_unstable();
        assert_eq!(
            called,
            (1..=40).collect::<Vec<_>>(),
            "{}: each once, none left out",
            site.name()
        );
    }
}

#[tokio::test]
async fn the_same_button_pressed_twice_calls_one_number() {
    for site in Site::on_each().await {
        for _ in 0..3 {
            take(&site, "land", "").await;
        }
        let receptionist = site.sign_in("receptionist").await;
        sit(&receptionist, "3").await;
        let shown = receptionist
            .get("/queue")
            .await
            .hidden("in_hand")
            .expect("a button");
        receptionist
            .post("/queue/next", &[("in_hand", &shown)])
            .await
            .expect(303);
        let again = receptionist
            .post("/queue/next", &[("in_hand", &shown)])
            .await
            .expect(303);
        assert_eq!(again.location().as_deref(), Some("/queue?said=already"));
        let unit = site.unit("24682");
        let waiting = site
            .read(move |tx, cx| Ok(store::waiting(tx, &unit, cx.today())?))
            .await;
        assert_eq!(waiting.len(), 2, "{}", site.name());
    }
}

#[tokio::test]
async fn who_is_not_there_is_put_back_or_sent_on_and_a_stranger_to_the_window_changes_nothing() {
    for site in Site::on_each().await {
        let (one, two) = (
            site.sign_in("receptionist").await,
            site.sign_in("receptionist.2").await,
        );
        let secret = take(&site, "land", "").await;
        sit(&one, "3").await;
        sit(&two, "2").await;
        // Two at one window: the second is told why not.
        next(&one).await;
        two.post("/queue/window", &[("window", "3")])
            .await
            .expect(422)
            .must_say("C001");
        let id = ticket(&site, &secret).await.id;
        let path = format!("/queue/tickets/{id}");
        two.post(&path, &[("what", "miss")])
            .await
            .expect(422)
            .must_say("quầy khác");
        one.post(&path, &[("what", "call_again")]).await.expect(303);
        one.post(&path, &[("what", "miss")]).await.expect(303);
        site.visitor()
            .get(&format!("/t/{secret}"))
            .await
            .expect(200)
            .must_say("chưa thấy ông/bà");
        one.post(&path, &[("what", "put_back")]).await.expect(303);
        next(&one).await;
        one.post(&path, &[("what", "send_to"), ("window", "2")])
            .await
            .expect(303);
        one.post(&path, &[("what", "send_to"), ("window", "77")])
            .await
            .expect(422);
        // Only window 2 calls it now, though land is no line of its own.
        let shown = one.get("/queue").await.hidden("in_hand").expect("a button");
        let nobody = one.post("/queue/next", &[("in_hand", &shown)]).await.expect(303);
        assert_eq!(nobody.location().as_deref(), Some("/queue?said=nobody"));
        next(&two).await;
        site.visitor()
            .get(&format!("/t/{secret}"))
            .await
            .expect(200)
            .must_say("Mời ông/bà đến quầy 2");
        let unit = site.unit("24682");
        let day = site
            .read(move |tx, cx| Ok(store::days(tx, &unit, cx.today(), cx.today())?.remove(0)))
            .await;
        assert_eq!(
            (day.called, day.missed),
            (1, 0),
            "who came back is not counted as missing"
        );
    }
}

#[tokio::test]
async fn the_page_of_a_number_tells_how_many_are_before_and_lets_it_go() {
    for site in Site::on_each().await {
        let mut secrets = Vec::new();
        for priority in ["", "", "", "elderly"] {
            secrets.push(take(&site, "land", priority).await);
        }
        let phone = site.visitor();
        phone
            .get(&format!("/t/{}", secrets[2]))
            .await
            .expect(200)
            .must_say("Còn 3 người trước");
        phone
            .get(&format!("/t/{}", secrets[3]))
            .await
            .expect(200)
            .must_say("người tiếp theo");
        phone
            .post(&format!("/t/{}/leave", secrets[0]), &[])
            .await
            .expect(303);
        phone
            .get(&format!("/t/{}", secrets[2]))
            .await
            .expect(200)
            .must_say("Còn 2 người trước");
        phone
            .get(&format!("/t/{}", secrets[0]))
            .await
            .expect(200)
            .must_say("đã bỏ số này");
        let paper = phone
            .get(&format!("/t/{}/ticket.pdf", secrets[3]))
            .await
            .expect(200);
        says(&paper.body, &["C004", "Đất đai, xây dựng", "người cao tuổi"]);
        phone.get(&format!("/t/{}", "0".repeat(32))).await.expect(404);
        site.at(date(2025, 8, 5).at(8, 0, 0, 0));
        phone
            .get(&format!("/t/{}", secrets[2]))
            .await
            .expect(200)
            .must_say("của ngày trước");
    }
}

#[tokio::test]
async fn the_display_shows_numbers_and_windows_and_only_what_changed_when_asked_for_it() {
    let site = Site::start().await;
    take(&site, "land", "").await;
    take(&site, "land", "").await;
    let receptionist = site.sign_in("receptionist").await;
    sit(&receptionist, "3").await;
    next(&receptionist).await;
    let wall = site.visitor().get("/q/24682/display").await.expect(200);
    wall.must_say("C001");
    wall.must_say("Quầy 3");
    wall.must_say("Đang chờ: 1");
    wall.must_not_say("C002");
    assert!(
        wall.text().contains("<noscript><meta http-equiv=\"refresh\""),
        "without a script it asks again"
    );
    assert!(wall.text().contains("aria-pressed=\"false\""), "sound is off");
    let part = site.visitor().part("/q/24682/display").await.expect(200);
    assert!(
        part.text().starts_with("<div class=\"th-wall-cols\""),
        "{}",
        part.text()
    );
    site.visitor().get("/q/99999/display").await.expect(404);
}

#[tokio::test]
async fn a_change_is_told_to_whoever_listens_within_moments() {
    use axum::http::header::CONTENT_TYPE;
    let site = Site::start().await;
    take(&site, "land", "").await;
    let mut answer = site.visitor().stream("/q/24682/events?since=1").await;
    assert_eq!(answer.headers()[CONTENT_TYPE], "text/event-stream");
    take(&site, "land", "").await;
    let told = tokio::time::timeout(std::time::Duration::from_secs(10), answer.next_text())
        .await
        .expect("told in time");
    assert!(told.contains("id: 2") && told.contains("data: changed"), "{told}");
    // Whoever comes later is told at once that he has missed something.
    let mut late = site.visitor().stream("/q/24682/events?since=0").await;
    let told = tokio::time::timeout(std::time::Duration::from_secs(10), late.next_text())
        .await
        .expect("told in time");
    assert!(told.contains("id: 2"), "{told}");
}

#[tokio::test]
async fn the_machine_is_closed_at_night_and_an_officer_still_hands_out_numbers() {
    for site in Site::on_each().await {
        site.at(date(2025, 8, 4).at(20, 0, 0, 0));
        let closed = site.visitor().get("/q/24682").await.expect(200);
        closed.must_say("Bây giờ chưa phát số");
        assert!(
            !closed.text().contains("name=\"service\""),
            "no button that would refuse"
        );
        site.visitor()
            .post("/q/24682", &[("service", "land")])
            .await
            .expect(422);
        let receptionist = site.sign_in("receptionist").await;
        let taken = receptionist
            .post("/queue/tickets", &[("service", "land"), ("priority", "pregnant")])
            .await
            .expect(303);
        let page = receptionist
            .get(&taken.location().expect("the queue"))
            .await
            .expect(200);
        page.must_say("Đã lấy số C001");
        page.must_say("Phụ nữ mang thai");
        for (service, priority) in [("", ""), ("flying", ""), ("land", "rich")] {
            let wrong = [("service", service), ("priority", priority)];
            receptionist.post("/queue/tickets", &wrong).await.expect(422);
        }
    }
}

#[tokio::test]
async fn only_who_calls_numbers_sees_the_queue_and_each_centre_has_its_own() {
    let site = Site::start().await;
    let secret = take(&site, "land", "").await;
    let id = ticket(&site, &secret).await.id;
    site.sign_in("clerk").await.get("/queue").await.expect(404);
    let neighbour = site.sign_in("cujut.receptionist").await;
    let page = neighbour.get("/queue").await.expect(200);
    page.must_say("Không còn ai chờ");
    sit(&neighbour, "3").await;
    let foreign = format!("/queue/tickets/{id}");
    neighbour.post(&foreign, &[("what", "call")]).await.expect(404);
    site.visitor().get("/queue").await.expect(303);
}

#[tokio::test]
async fn a_dossier_received_with_a_number_in_hand_is_remembered_with_it() {
    for site in Site::on_each().await {
        let secret = take(&site, "certification", "").await;
        let receptionist = site.sign_in("receptionist").await;
        sit(&receptionist, "1").await;
        next(&receptionist).await;
        let actor = site.actor("receptionist").await;
        let id = townhall_testkit::site::dossiers::accepted(&site, "2.000815").await;
        site.town
            .write("remember", &actor, move |tx, cx| {
                townhall_app::queue::remember_dossier(tx, cx, id)
            })
            .await
            .expect("remembered");
        let kept = ticket(&site, &secret).await;
        assert_eq!(
            (kept.dossier, kept.state.as_str()),
            (Some(id), "serving"),
            "{}",
            site.name()
        );
    }
}

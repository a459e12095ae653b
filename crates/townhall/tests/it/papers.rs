//! Files from outside, from the form to the file store: looked at by the real binary as a child process.

use std::io::Write as _;
use std::process::{Command, Stdio};

use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::Value;
use townhall_app::dossier::{AddPapers, add_papers};
use townhall_app::error::AppError;
use townhall_domain::dossier::{ComponentSource, ComponentStatus};
use townhall_domain::ids::DossierId;
use townhall_store::dossiers;
use townhall_testkit::site::dossiers::accepted;
use townhall_testkit::{Client, Site};

use crate::support::{BOUNDARY, PROCEDURE, form, papers_of, pdf, post, send};

/// A grey picture of one point.
fn png() -> Vec<u8> {
    hex(
        "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c636800000082008177cd72b60000000049454e44ae426082",
    )
}

fn hex(text: &str) -> Vec<u8> {
    let digits: String = text.chars().filter(char::is_ascii_hexdigit).collect();
    (0..digits.len() / 2)
        .map(|place| u8::from_str_radix(&digits[2 * place..2 * place + 2], 16).expect("hexadecimal"))
        .collect()
}

/// What lies in the file store: kept files, and files that are still coming in.
fn files_of(site: &Site) -> (usize, usize) {
    let files = site.town.files();
    let kept = files.list().expect("a list");
    let root = files.path(&"0".repeat(64)).expect("a path");
    let incoming = root.ancestors().nth(2).expect("the root").join("incoming");
    (kept.len(), std::fs::read_dir(incoming).expect("a folder").count())
}

#[tokio::test]
async fn several_files_at_once_are_kept_and_images_become_pdf() {
    for site in Site::on_each().await {
        let id = accepted(&site, PROCEDURE).await;
        let client = site.sign_in("receptionist").await;
        client
            .get(&format!("/dossiers/{id}/add_paper"))
            .await
            .expect(200)
            .must_say("50 MB");
        let files: [(&str, &[u8]); 2] = [("C:\\quét\\Bản án.pdf", &pdf(0)), ("../../ảnh.png", &png())];
        let reply = send(&client, id, &[("source", "upload")], &files).await;
        assert_eq!(reply.status, 303, "{}: {}", site.name(), reply.text());
        let papers = papers_of(&site, id).await;
        let mut names: Vec<&str> = papers.iter().map(|paper| paper.name.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, ["Bản án.pdf", "ảnh.pdf"], "{}", site.name());
        let image = papers
            .iter()
            .find(|paper| paper.name == "ảnh.pdf")
            .expect("the image");
        assert!(image.original_sha256.is_some() && image.pages == Some(1));
        assert!(papers.iter().all(|paper| paper.source == ComponentSource::Upload));
        assert_eq!(
            files_of(&site),
            (3, 0),
            "two papers and the image itself, nothing on its way"
        );
        // The same again makes nothing new.
        send(&client, id, &[("source", "upload")], &files)
            .await
            .expect(303);
        assert_eq!(papers_of(&site, id).await.len(), 2, "{}", site.name());
        client
            .get(&format!("/dossiers/{id}"))
            .await
            .expect(200)
            .must_say("Bản án.pdf");
    }
}

#[tokio::test]
async fn each_bad_file_is_refused_with_its_reason_and_leaves_nothing() {
    let site = Site::start().await;
    let id = accepted(&site, PROCEDURE).await;
    let client = site.sign_in("receptionist").await;
    let mut encrypted = pdf(0);
    let place = encrypted
        .windows(6)
        .rposition(|bytes| bytes == b"/Root ")
        .expect("a trailer");
    encrypted.splice(place..place, *b"/Encrypt << /Filter /Standard /V 1 /R 2 >> ");
    let half = &pdf(0)[..90];
    let cases: [(&str, &[u8], &str); 7] = [
        ("rỗng.pdf", b"", "rỗng, không có nội dung"),
        (
            "trang.pdf",
            b"<html>%PDF-1.4</html>",
            "không phải PDF, JPEG hay PNG",
        ),
        ("ảnh.pdf", &png(), "đuôi tên không đúng"),
        ("khóa.pdf", &encrypted, "khóa bằng mật khẩu"),
        ("nửa.pdf", half, "bị hỏng"),
        ("nửa.png", &png()[..40], "bị hỏng"),
        ("lớn.pdf", &pdf(50 * 1024 * 1024), "lớn quá 50 MB"),
    ];
    for (name, bytes, reason) in cases {
        let reply = send(&client, id, &[], &[(name, bytes)]).await.expect(422);
        reply.must_say(reason);
        assert_eq!(files_of(&site), (0, 0), "{name} leaves nothing");
    }
    send(&client, id, &[], &[])
        .await
        .expect(422)
        .must_say("Chọn ít nhất một tệp");
    send(&client, id, &[("source", "database")], &[("a.pdf", &pdf(0))])
        .await
        .expect(422);
    // One bad file does not take the good one with it.
    let reply = send(&client, id, &[], &[("tốt.pdf", &pdf(0)), ("xấu.gif", b"GIF89a")])
        .await
        .expect(422);
    reply.must_say("1 tệp còn lại đã vào hồ sơ");
    assert_eq!(papers_of(&site, id).await.len(), 1);
}

#[tokio::test]
async fn a_line_that_breaks_in_the_middle_leaves_nothing() {
    use tokio::io::AsyncWriteExt as _;
    let site = Site::start().await;
    let id = accepted(&site, PROCEDURE).await;
    let client = site.sign_in("receptionist").await;
    let csrf = client.csrf();
    let whole = form(
        &[("csrf", &csrf), ("source", "paper")],
        &[("a.pdf", &pdf(300_000))],
    );
    let path = format!("/dossiers/{id}/add_paper");
    // What ends before its end is told.
    let reply = post(&client, &path, whole[..whole.len() / 2].to_vec()).await;
    assert_eq!(reply.status, 422, "{}", reply.text());
    assert_eq!(files_of(&site), (0, 0));

    // A connection that is gone: over a real one, since only that can be lost.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let address = listener.local_addr().expect("an address");
    let router = townhall_web::router(site.app.clone());
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let mut line = tokio::net::TcpStream::connect(address).await.expect("connected");
    let cookies = client.cookie_headers();
    let cookie = cookies["cookie"].to_str().expect("plain");
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\ncookie: {cookie}\r\ncontent-length: {}\r\n\
         content-type: multipart/form-data; boundary={BOUNDARY}\r\n\r\n",
        whole.len()
    );
    line.write_all(head.as_bytes()).await.expect("sent");
    line.write_all(&whole[..whole.len() / 2]).await.expect("sent");
    wait_until(|| files_of(&site) == (0, 1), "the file is coming in").await;
    drop(line);
    wait_until(|| files_of(&site) == (0, 0), "nothing of it stays").await;
    server.abort();
    assert!(papers_of(&site, id).await.is_empty());
}

async fn wait_until(mut holds: impl FnMut() -> bool, what: &str) {
    for _ in 0..500 {
        if holds() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("it never came true: {what}");
}

#[tokio::test]
async fn a_large_file_comes_in_pieces_and_goes_on_where_it_broke_off() {
    let site = Site::start().await;
    let id = accepted(&site, PROCEDURE).await;
    let (client, other) = (
        site.sign_in("receptionist").await,
        site.sign_in("receptionist.2").await,
    );
    let file = pdf(3_000_000);
    let ask = async |client: &Client, method: Method, path: &str, headers: &[(&str, &str)], body: Vec<u8>| {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        client
            .send(request.body(Body::from(body)).expect("a request"))
            .await
    };
    let csrf = client.csrf();
    let begin = format!("{{\"name\":\"Bản đồ.pdf\",\"bytes\":{}}}", file.len()).into_bytes();
    let json = ("content-type", "application/json");
    ask(&client, Method::POST, "/uploads", &[json], begin.clone())
        .await
        .expect(403);
    let begun = ask(
        &client,
        Method::POST,
        "/uploads",
        &[json, ("x-csrf", &csrf)],
        begin,
    )
    .await
    .expect(201);
    let upload = begun.json()["id"].as_str().expect("a name").to_owned();
    let path = format!("/uploads/{upload}");
    let piece = |offset: usize| file[offset..file.len().min(offset + 1_048_576)].to_vec();
    let put = async |client: &Client, offset: usize| {
        let (csrf, offset_text) = (client.csrf(), offset.to_string());
        let headers = [("x-csrf", csrf.as_str()), ("upload-offset", &offset_text)];
        ask(client, Method::PATCH, &path, &headers, piece(offset)).await
    };
    put(&client, 0).await.expect(200);
    // The answer was lost; the sender asks where to go on.
    put(&client, 0).await.expect(409);
    other.get(&path).await.expect(404);
    put(&other, 0).await.expect(404);
    // Named before it is whole: told, and it can go on.
    send(&client, id, &[("uploads", &upload)], &[])
        .await
        .expect(422)
        .must_say("Đường truyền bị ngắt");
    loop {
        let here = client.get(&path).await.expect(200).json()["offset"].clone();
        let here = usize::try_from(here.as_u64().expect("a number")).expect("small");
        if here == file.len() {
            break;
        }
        put(&client, here).await.expect(200);
    }
    send(&other, id, &[("uploads", &upload)], &[]).await.expect(422);
    send(&client, id, &[("uploads", &upload)], &[]).await.expect(303);
    assert_eq!(papers_of(&site, id).await[0].name, "Bản đồ.pdf");
    assert_eq!(files_of(&site), (1, 0));
    let too_large = br#"{"name":"a.pdf","bytes":60000000}"#.to_vec();
    let csrf = client.csrf();
    let reply = ask(
        &client,
        Method::POST,
        "/uploads",
        &[json, ("x-csrf", &csrf)],
        too_large,
    )
    .await
    .expect(422);
    assert!(
        reply.json()["sentence"]
            .as_str()
            .is_some_and(|words| words.contains("50 MB"))
    );
}

#[tokio::test]
async fn a_paper_is_read_by_who_may_and_every_reading_is_noted() {
    for site in Site::on_each().await {
        let id = accepted(&site, PROCEDURE).await;
        let client = site.sign_in("receptionist").await;
        send(&client, id, &[], &[("Bản án.pdf", &pdf(0))])
            .await
            .expect(303);
        let paper = papers_of(&site, id).await.remove(0);
        let page = format!("/papers/{}", paper.id);
        let shown = client.get(&page).await.expect(200);
        assert!(shown.text().contains(&format!("<iframe src=\"{page}/file\"")));
        let file = client.get(&format!("{page}/file")).await.expect(200);
        assert_eq!(file.body, pdf(0));
        assert_eq!(file.headers["content-type"], "application/pdf");
        assert_eq!(file.headers["x-content-type-options"], "nosniff");
        let policy = file.headers["content-security-policy"].to_str().expect("plain");
        assert!(policy.contains("frame-ancestors 'self'") && policy.contains("default-src 'none'"));
        let download = client.get(&format!("{page}/file?download=1")).await.expect(200);
        assert!(
            download.headers["content-disposition"]
                .to_str()
                .expect("plain")
                .starts_with("attachment")
        );
        client.get(&format!("{page}/original")).await.expect(404);
        for user in ["cujut.receptionist", "cujut.chair", "party.leader", "admin"] {
            let stranger = site.sign_in(user).await;
            stranger.get(&page).await.expect(404);
            stranger.get(&format!("{page}/file")).await.expect(404);
            stranger
                .post(&format!("{page}/remove"), &[("reason", "Không có quyền")])
                .await
                .expect(404);
        }
        site.visitor().get(&page).await.expect(303);
        let paper_id = paper.id;
        let lines = site
            .read(move |tx, _| {
                Ok(tx.each(
                    "SELECT id FROM access_log WHERE action = 'read_paper' AND subject_id = $1",
                    &townhall_store::params![paper_id],
                    |row| row.get::<String>("id"),
                )?)
            })
            .await;
        assert_eq!(
            lines.len(),
            1,
            "{}: looking again within minutes is one reading",
            site.name()
        );

        client
            .post(&format!("{page}/remove"), &[("reason", "")])
            .await
            .expect(422);
        client
            .post(&format!("{page}/remove"), &[("reason", "Quét nhầm")])
            .await
            .expect(303);
        client.get(&page).await.expect(404);
        assert!(papers_of(&site, id).await.is_empty(), "{}", site.name());
    }
}

#[tokio::test]
async fn a_damaged_file_is_told_and_not_shown() {
    let mut site = Site::start().await;
    site.leave_unverified();
    let id = accepted(&site, PROCEDURE).await;
    let client = site.sign_in("receptionist").await;
    send(&client, id, &[], &[("a.pdf", &pdf(0))]).await.expect(303);
    let paper = papers_of(&site, id).await.remove(0);
    let path = site.town.files().path(&paper.sha256).expect("a path");
    std::fs::write(&path, b"%PDF-1.4 changed").expect("damaged");
    let page = format!("/papers/{}", paper.id);
    let reply = client.get(&page).await.expect(200);
    reply.must_say("bị hỏng hoặc bị mất");
    assert!(!reply.text().contains("<iframe"));
    client
        .get(&format!("{page}/file"))
        .await
        .expect(422)
        .must_say("bị hỏng hoặc bị mất");
    std::fs::remove_file(&path).expect("gone");
    client
        .get(&page)
        .await
        .expect(200)
        .must_say("bị hỏng hoặc bị mất");
}

#[tokio::test]
async fn a_component_is_there_with_its_paper_and_missing_again_without() {
    let site = Site::start().await;
    let id = accepted(&site, PROCEDURE).await;
    let client = site.sign_in("receptionist").await;
    let component = async |id: DossierId, name: String| {
        let entries = site.read(move |tx, _| Ok(dossiers::components(tx, id)?)).await;
        entries
            .into_iter()
            .find(|entry| entry.component == name)
            .expect("the component")
    };
    let packs = site.town.packs();
    let spec = packs
        .procedures()
        .as_of(PROCEDURE, jiff::civil::date(2025, 8, 4))
        .expect("a procedure");
    let optional = site
        .read(move |tx, _| Ok(dossiers::components(tx, id)?))
        .await
        .into_iter()
        .find(|entry| {
            let spec = spec.component(&entry.component).expect("of the pack");
            entry.status != ComponentStatus::Present
                && spec.nature != townhall_domain::procedure::Nature::Shown
                && spec.replaced_on(jiff::civil::date(2025, 8, 4)).is_none()
        })
        .expect("a component that is not there")
        .component;
    let name = optional.as_str();
    send(
        &client,
        id,
        &[("component", name), ("source", "upload")],
        &[("a.pdf", &pdf(0))],
    )
    .await
    .expect(303);
    let entry = component(id, optional.clone()).await;
    assert_eq!(
        (entry.status, entry.source),
        (ComponentStatus::Present, Some(ComponentSource::Upload))
    );
    let paper = papers_of(&site, id).await.remove(0);
    client
        .post(
            &format!("/papers/{}/remove", paper.id),
            &[("reason", "Nhầm hồ sơ")],
        )
        .await
        .expect(303);
    assert_eq!(component(id, optional).await.status, ComponentStatus::Missing);

    let shown = spec
        .components
        .iter()
        .find(|spec| spec.nature == townhall_domain::procedure::Nature::Shown)
        .expect("a paper that is only shown");
    send(&client, id, &[("component", &shown.id)], &[("a.pdf", &pdf(0))])
        .await
        .expect(422)
        .must_say("không được quét lưu");
    send(&client, id, &[("component", "nothing")], &[("a.pdf", &pdf(0))])
        .await
        .expect(422);
}

#[tokio::test]
async fn a_form_of_another_site_writes_nothing() {
    let site = Site::start().await;
    let id = accepted(&site, PROCEDURE).await;
    let client = site.sign_in("receptionist").await;
    let path = format!("/dossiers/{id}/add_paper");
    let wrong = form(&[("csrf", "wrong"), ("source", "paper")], &[("a.pdf", &pdf(0))]);
    post(&client, &path, wrong).await.expect(403);
    post(&client, &path, form(&[], &[("a.pdf", &pdf(0))]))
        .await
        .expect(403);
    client.post(&path, &[("source", "paper")]).await.expect(400);
    assert_eq!(files_of(&site), (0, 0));
    let sister = site.sign_in("cujut.receptionist").await;
    send(&sister, id, &[], &[("a.pdf", &pdf(0))]).await.expect(404);
    assert_eq!(
        files_of(&site),
        (0, 0),
        "who may not know of the dossier leaves no file"
    );
}

#[tokio::test]
async fn a_returned_dossier_takes_no_more_papers() {
    let site = Site::start().await;
    let id = accepted(&site, PROCEDURE).await;
    let actor = site.actor("receptionist").await;
    let version = townhall_testkit::site::dossiers::dossier(&site, id).await.version;
    site.town
        .write("withdraw", &actor, move |tx, cx| {
            let reason = "Không làm nữa".to_owned();
            townhall_app::dossier::withdraw_dossier(
                tx,
                cx,
                &townhall_app::dossier::WithdrawDossier {
                    dossier: id,
                    version,
                    reason,
                },
            )
        })
        .await
        .expect("withdrawn");
    let client = site.sign_in("receptionist").await;
    send(&client, id, &[], &[("a.pdf", &pdf(0))]).await.expect(409);
    let refused = site
        .town
        .write("add", &actor, move |tx, cx| {
            let cmd = AddPapers {
                dossier: id,
                component: None,
                source: ComponentSource::Paper,
                note: None,
                papers: Vec::new(),
            };
            add_papers(tx, cx, &cmd)
        })
        .await;
    assert!(matches!(refused, Err(AppError::NotAllowed(_))), "{refused:?}");
}

#[test]
fn the_child_has_little_memory_and_time_and_says_one_line() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_townhall"))
        .args(["inspect-file", "--name=a.pdf", "--at=2025-08-05T07:30:00+07:00"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("started");
    let limits = format!("/proc/{}/limits", child.id());
    // It takes its limits first and then waits for the file.
    let mut seen = String::new();
    for _ in 0..200 {
        seen = std::fs::read_to_string(&limits).expect("limits");
        if seen
            .lines()
            .any(|line| line.starts_with("Max cpu time") && line.contains(" 20 "))
        {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let limit = |name: &str| {
        let line = seen.lines().find(|line| line.starts_with(name)).expect("a limit");
        line[name.len()..]
            .split_whitespace()
            .next()
            .expect("a value")
            .to_owned()
    };
    assert_eq!(limit("Max cpu time"), "20");
    assert_eq!(limit("Max address space"), (1536_u64 * 1024 * 1024).to_string());
    assert_eq!(limit("Max core file size"), "0");
    assert_eq!(limit("Max file size"), "0");
    child
        .stdin
        .take()
        .expect("a pipe")
        .write_all(&pdf(0))
        .expect("sent");
    let output = child.wait_with_output().expect("ended");
    assert!(output.status.success());
    let said: Value = serde_json::from_slice(&output.stdout).expect("one line of JSON");
    assert_eq!(said["kept"]["pages"], 1);
}

#[tokio::test]
async fn when_the_place_of_papers_is_gone_the_form_says_so_and_keeps_what_was_typed() {
    for site in Site::on_each().await {
        let id = accepted(&site, PROCEDURE).await;
        let client = site.sign_in("receptionist").await;
        send(&client, id, &[], &[("a.pdf", &pdf(0))]).await.expect(303);
        let place = std::path::PathBuf::from(site.town.files().place());
        let aside = place.with_extension("aside");
        std::fs::rename(&place, &aside).expect("moved away");
        let fields = [("note", "Bản chính đã đối chiếu")];
        let reply = send(&client, id, &fields, &[("b.pdf", &pdf(200))])
            .await
            .expect(503);
        reply.must_say("không lưu và không mở được giấy tờ");
        reply.must_say("Báo quản trị mã");
        assert_eq!(
            reply.value("note").as_deref(),
            Some("Bản chính đã đối chiếu"),
            "{}",
            site.name()
        );
        let papers = papers_of(&site, id).await;
        assert_eq!(papers.len(), 1, "{}: nothing is recorded", site.name());
        // What is kept is not called damaged because nobody can look.
        let page = client.get(&format!("/papers/{}", papers[0].id)).await.expect(200);
        page.must_not_say("bị hỏng");
        std::fs::rename(&aside, &place).expect("back");
        send(&client, id, &fields, &[("b.pdf", &pdf(200))])
            .await
            .expect(303);
        assert_eq!(papers_of(&site, id).await.len(), 2, "{}", site.name());
    }
}

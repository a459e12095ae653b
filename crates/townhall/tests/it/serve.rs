use std::process::Command;
use std::time::Duration;

use townhall_testkit::certificate::Certificate;
use townhall_testkit::process::Server;
use townhall_testkit::{http, temp_dir, tools};

use crate::office::{Browser, Office};
use crate::support::{serve, townhall};

fn stop(mut server: Server) -> String {
    let status = server.stop(Duration::from_secs(40)).expect("it stops when asked");
    assert!(status.success(), "{}", server.said());
    server.said()
}

#[test]
fn a_node_says_when_it_is_ready_is_healthy_and_stops_in_order() {
    let dir = temp_dir();
    let server = serve(dir.path()).start();
    let alive = http::get(server.url(), "/healthz").expect("an answer");
    assert_eq!((alive.status, alive.text().as_str()), (200, "ok\n"));
    let ready = http::get(server.url(), "/readyz").expect("an answer");
    assert_eq!(ready.status, 200, "{}", ready.text());
    assert_eq!(ready.json()["database_writes"], "ok");
    assert_eq!(ready.json()["papers"], "ok");
    // A directory that is there and takes nothing is told; the rest of the work goes on.
    let (spool, aside) = (dir.path().join("files/incoming"), dir.path().join("files/aside"));
    std::fs::rename(&spool, &aside).expect("moved away");
    std::thread::sleep(Duration::from_millis(1100));
    let ready = http::get(server.url(), "/readyz").expect("an answer");
    assert_eq!(
        (ready.status, ready.json()["papers"].as_str()),
        (200, Some("failed"))
    );
    std::fs::rename(&aside, &spool).expect("back");
    stop(server);
    assert!(dir.path().join("townhall.db").is_file());
    assert!(
        !dir.path().join("townhall.db-wal").exists(),
        "the write-ahead log is folded in"
    );
}

#[test]
fn data_and_keys_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let dir = temp_dir();
    let data = dir.path().join("data");
    stop(serve(&data).start());
    let mode = |path: &std::path::Path| std::fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    assert_eq!(mode(&data.join("keys")), 0o700);
    let keys: Vec<_> = std::fs::read_dir(data.join("keys"))
        .expect("listed")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "key"))
        .collect();
    assert_eq!(keys.len(), 1);
    assert_eq!(mode(&keys[0]), 0o600);
}

#[test]
fn a_request_has_an_id_a_line_in_the_log_and_nothing_personal_in_it() {
    let dir = temp_dir();
    let server = serve(dir.path()).start();
    let reply = http::get(server.url(), "/dossiers?q=Nguyen+Van+A&identity=079123456789").expect("an answer");
    let id = reply.header("x-request-id").expect("an id").to_owned();
    let said = stop(server);
    let line = said
        .lines()
        .find(|line| line.contains(&id))
        .expect("a line with the id");
    let line: serde_json::Value = serde_json::from_str(line).expect("one JSON object a line");
    assert_eq!(line["span"]["http.route"], "/dossiers");
    assert_eq!(line["span"]["http.method"], "GET");
    assert_eq!(line["http.status"], u64::from(reply.status));
    assert!(line["duration_ms"].is_number(), "{line}");
    assert!(
        !said.contains("Nguyen") && !said.contains("079123456789"),
        "{said}"
    );
}

#[test]
fn figures_tell_routes_and_queues_and_are_not_for_everybody() {
    let dir = temp_dir();
    let server = serve(dir.path()).start();
    http::get(server.url(), "/dossiers?secret=1").expect("an answer");
    http::get(server.url(), "/no/such/page").expect("an answer");
    let figures = http::get(server.url(), "/metrics").expect("an answer").text();
    for wanted in [
        "townhall_http_requests_total{method=\"GET\",route=\"/dossiers\",status=\"303\"} 1",
        "townhall_http_requests_total{method=\"GET\",route=\"-\",status=\"404\"} 1",
        "townhall_http_request_seconds_count{route=\"/dossiers\"} 1",
        "townhall_db_waiting{kind=\"write\"} ",
        "townhall_log_waiting_facts 0",
        "townhall_log_lag_seconds 0",
    ] {
        assert!(figures.contains(wanted), "{wanted} is not in\n{figures}");
    }
    assert!(!figures.contains("secret"));
    let forwarded = http::request(
        server.url(),
        "GET",
        "/metrics",
        &[("x-forwarded-for", "203.0.113.7")],
        b"",
    );
    assert_eq!(
        forwarded.expect("an answer").status,
        404,
        "a proxy that nobody named must not open the figures"
    );
}

#[test]
fn a_wrong_configuration_is_told_with_file_line_and_reason() {
    let dir = temp_dir();
    let file = dir.path().join("townhall.toml");
    std::fs::write(
        &file,
        "listen = \"127.0.0.1:0\"\nlisten_on = \"x\"\nrequest_seconds = \"soon\"\n",
    )
    .expect("written");
    let (status, _, errors) = townhall(["config", "check", &file.display().to_string()]).run();
    assert!(!status.success());
    assert!(
        errors.contains("townhall.toml:2: there is no key `listen_on`; is it `listen`?"),
        "{errors}"
    );
    assert!(errors.contains("townhall.toml:3: `request_seconds`"), "{errors}");
    std::fs::write(&file, "listen = \"127.0.0.1:0\"\n").expect("written");
    let (status, said, _) = townhall(["config", "check", &file.display().to_string()]).run();
    assert!(status.success() && said.contains("is right"), "{said}");
    // A unit that no pack knows would leave the first page without an office.
    std::fs::write(&file, "listen = \"127.0.0.1:0\"\nunit = \"99999\"\n").expect("written");
    let (status, _, errors) = townhall(["config", "check", &file.display().to_string()]).run();
    assert!(!status.success() && errors.contains("99999"), "{errors}");
}

#[test]
fn a_node_serves_tls_with_its_own_certificate() {
    let Some(curl) = tools::find_program("curl") else {
        return tools::skip("TLS", "curl is not installed");
    };
    let dir = temp_dir();
    let Some(Certificate { certificate, key }) = Certificate::make("TLS", dir.path(), "IP:127.0.0.1") else {
        return;
    };
    let server = serve(&dir.path().join("data"))
        .env("TOWNHALL_TLS_CERTIFICATE_FILE", certificate.display().to_string())
        .env("TOWNHALL_TLS_KEY_FILE", key.display().to_string())
        .start();
    assert!(server.url().starts_with("https://"), "{}", server.url());
    let got = Command::new(curl)
        .args([
            "--silent",
            "--show-error",
            "--include",
            "--noproxy",
            "*",
            "--cacert",
        ])
        .arg(&certificate)
        .arg(format!("{}/no/such/page", server.url()))
        .output()
        .expect("curl runs");
    let got = String::from_utf8_lossy(&got.stdout).to_ascii_lowercase();
    assert!(got.starts_with("http/1.1 404"), "{got}");
    assert!(got.contains("strict-transport-security: max-age"), "{got}");
}

#[test]
fn who_comes_to_public_pages_too_often_is_told_to_wait() {
    let dir = temp_dir();
    let server = serve(dir.path())
        .env("TOWNHALL_PUBLIC_PER_SECOND", "1")
        .env("TOWNHALL_PUBLIC_BURST", "2")
        .start();
    let replies: Vec<_> = (0..4)
        .map(|_| http::get(server.url(), "/transparency").expect("an answer"))
        .collect();
    assert_eq!(replies[0].status, 200, "{}", replies[0].text());
    assert_eq!(replies[3].status, 429);
    assert!(replies[3].header("retry-after").is_some());
    assert!(replies[3].header("content-security-policy").is_some());
    assert_eq!(
        http::get(server.url(), "/healthz").expect("an answer").status,
        200
    );
}

#[test]
fn a_body_that_is_too_large_is_refused() {
    let dir = temp_dir();
    let server = serve(dir.path()).env("TOWNHALL_LARGEST_BODY_MB", "1").start();
    let body = vec![b'a'; 1024 * 1024 + 1];
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let reply = http::request(server.url(), "POST", "/sign-in", &headers, &body).expect("an answer");
    assert_eq!(reply.status, 413);
}

/// A client that writes everything before it reads must find an answer and not a broken line.
#[test]
fn who_sends_a_name_of_ten_megabytes_reads_why_it_is_refused() {
    use std::io::{Read, Write};
    let dir = temp_dir();
    let server = serve(dir.path()).start();
    let host = server.url().trim_start_matches("http://").to_owned();
    let body = format!("user_name={}", "a".repeat(10 * 1024 * 1024));
    let mut stream = std::net::TcpStream::connect(&host).expect("connected");
    write!(
        stream,
        "POST /sign-in HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/x-www-form-urlencoded\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    )
    .expect("sent");
    stream
        .write_all(body.as_bytes())
        .expect("the line holds until all is sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
}

#[test]
fn a_request_under_way_ends_before_the_node_stops() {
    use std::io::{Read, Write};
    let dir = temp_dir();
    let mut server = serve(dir.path()).start();
    let host = server.url().trim_start_matches("http://").to_owned();
    // The head has come, the body has not: the request is under way when the signal comes.
    let mut stream = std::net::TcpStream::connect(&host).expect("connected");
    write!(
        stream,
        "POST /sign-in HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/x-www-form-urlencoded\r\nconnection: close\r\ncontent-length: 3\r\n\r\n"
    )
    .expect("sent");
    std::thread::sleep(Duration::from_millis(300));
    let ending = std::thread::spawn(move || {
        let status = server.stop(Duration::from_secs(20));
        (status.is_some_and(|status| status.success()), server.said())
    });
    std::thread::sleep(Duration::from_millis(300));
    stream.write_all(b"a=b").expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 "), "{answer}");
    let (stopped, said) = ending.join().expect("no panic");
    assert!(stopped, "{said}");
}

#[test]
fn an_empty_node_says_how_it_begins_and_leads_its_first_administrator_on() {
    let dir = temp_dir();
    let server = serve(dir.path()).start();
    let sign_in = http::get(server.url(), "/sign-in").expect("an answer").text();
    assert!(sign_in.contains("townhall admin create"), "{sign_in}");
    // Without a unit the page is still somebody's.
    assert!(sign_in.contains("<b>Townhall</b>"), "{sign_in}");
    stop(server);

    let office = Office::found(dir.path(), None);
    let server = office.launch().start();
    let sign_in = http::get(server.url(), "/sign-in").expect("an answer").text();
    assert!(!sign_in.contains("townhall admin create"), "{sign_in}");
    let browser = office.sign_in(server.url());
    let work = browser.get("/work").expect("a page").text();
    assert!(work.contains("href=\"/admin\">"), "the way on: {work}");
    let begin = |browser: &Browser| browser.get("/admin").expect("a page").text();
    let page = begin(&browser);
    assert!(page.contains("Chuẩn bị để tiếp nhận hồ sơ"), "{page}");
    let next = "<a class=\"btn btn-primary btn-sm\" href=\"/staff/divisions/new?unit=24682\">";
    assert!(page.contains(next), "the first step stands out: {page}");
    assert!(!page.contains(">Xong<"), "{page}");
    assert!(browser.add("Y Thử Một").0);
    assert!(begin(&browser).contains(">Xong<"), "one step is done");
    stop(server);
}

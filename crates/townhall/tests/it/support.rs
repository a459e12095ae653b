//! What these tests share.

use std::io::Write as _;
use std::path::Path;

use axum::body::Body;
use axum::http::Request;
use townhall_app::actor::Actor;
use townhall_app::clock::Clock;
use townhall_app::cx::IdSource;
use townhall_app::organisation::{AddPerson, add_person};
use townhall_app::packs::Packs;
use townhall_app::town::Town;
use townhall_domain::ids::DossierId;
use townhall_store::files::Files;
use townhall_store::{Db, DbConfig, papers};
use townhall_testkit::process::Launch;
use townhall_testkit::{Client, Reply, Site};

/// The binary with these arguments, in an environment of its own.
pub fn townhall<S: Into<String>>(args: impl IntoIterator<Item = S>) -> Launch {
    Launch::new(env!("CARGO_BIN_EXE_townhall")).args(args)
}

/// A server on a free port with its data in this directory.
pub fn serve(data: &Path) -> Launch {
    townhall(["serve", "--listen", "127.0.0.1:0", "--data"]).args([data.display().to_string()])
}

/// Records one more fact, as a second process beside a node that may be serving.
pub fn record_something(data: &Path) {
    let file = data.join("townhall.db");
    let db = Db::open(&DbConfig::Sqlite { file }).expect("the database opens");
    let packs = Packs::load(None).expect("the packs are sound");
    let files = Files::open(&data.join("files")).expect("files");
    let town = Town::new(db, packs, Clock::real(), files, IdSource::System, false);
    let unit = town
        .packs()
        .units()
        .by_code("24682", jiff::civil::date(2025, 8, 5))
        .expect("a unit")
        .id
        .clone();
    let command = AddPerson {
        unit,
        name: "Y Thử Êban".to_owned(),
        email: None,
        phone: None,
    };
    town.write_blocking("add_person", &Actor::System { job: "test" }, move |tx, cx| {
        add_person(tx, cx, &command)
    })
    .expect("recorded");
}

/// A procedure that takes papers.
pub const PROCEDURE: &str = "1.004873";
/// Between the parts of a form.
pub const BOUNDARY: &str = "th-boundary-7f3a";

/// A PDF of one empty page, with so many bytes of nothing behind its end.
pub fn pdf(padding: usize) -> Vec<u8> {
    let mut file = b"%PDF-1.4\n".to_vec();
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
    ];
    let mut places = Vec::new();
    for (number, object) in objects.iter().enumerate() {
        places.push(file.len());
        file.extend_from_slice(format!("{} 0 obj\n{object}\nendobj\n", number + 1).as_bytes());
        if number == 0 && padding > 0 {
            file.push(b'%');
            file.extend(std::iter::repeat_n(b'x', padding));
            file.push(b'\n');
        }
    }
    let table = file.len();
    file.extend_from_slice(b"xref\n0 4\n0000000000 65535 f \n");
    for place in places {
        file.extend_from_slice(format!("{place:010} 00000 n \n").as_bytes());
    }
    file.extend_from_slice(
        format!("trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n").as_bytes(),
    );
    file
}

/// The body of a form with files, as a browser sends it.
pub fn form(fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        write!(
            body,
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        )
        .expect("written");
    }
    for (name, bytes) in files {
        write!(body, "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream\r\n\r\n").expect("written");
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    write!(body, "--{BOUNDARY}--\r\n").expect("written");
    body
}

/// Sends a form with files.
pub async fn post(client: &Client, path: &str, body: impl Into<Body>) -> Reply {
    let request = Request::post(path)
        .header(
            "content-type",
            format!("multipart/form-data; boundary={BOUNDARY}"),
        )
        .body(body.into());
    client.send(request.expect("a request")).await
}

/// Adds papers to a dossier by its form.
pub async fn send(client: &Client, id: DossierId, fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Reply {
    let csrf = client.csrf();
    let mut all = vec![("csrf", csrf.as_str())];
    all.extend_from_slice(fields);
    if !fields.iter().any(|(name, _)| *name == "source") {
        all.push(("source", "paper"));
    }
    post(client, &format!("/dossiers/{id}/add_paper"), form(&all, files)).await
}

/// The papers of a dossier.
pub async fn papers_of(site: &Site, id: DossierId) -> Vec<papers::Paper> {
    site.read(move |tx, _| Ok(papers::of_subject(tx, "dossier", &id.to_string())?))
        .await
}

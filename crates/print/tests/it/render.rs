//! Every template prints its sample as PDF/A, with the words and values that belong on it.
//!
//! `samples/<id>.json` is the data, `samples/<id>.txt` the phrases that must be found in the text, one a line.
//! With `TOWNHALL_PRINT_OUT=DIR` the papers are left in DIR to be looked at.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use serde_json::{Value, json};
use townhall_domain::time::Timestamp;
use townhall_print::{PrintError, Template, images_to_pdf, render};

fn sample_text(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn sample(id: &str) -> Value {
    serde_json::from_str(&sample_text(&format!("{id}.json")))
        .unwrap_or_else(|error| panic!("{id}.json: {error}"))
}

fn template(id: &str) -> Template {
    Template::by_id(id).expect("a listed template")
}

fn at() -> Timestamp {
    "2025-08-05T00:30:00Z".parse().expect("a timestamp")
}

/// Leaves the paper in `TOWNHALL_PRINT_OUT`, if that is set.
fn keep(name: &str, pdf: &[u8]) {
    if let Some(dir) = std::env::var_os("TOWNHALL_PRINT_OUT") {
        std::fs::write(PathBuf::from(dir).join(format!("{name}.pdf")), pdf).expect("written");
    }
}

/// The output of `tool options FILE last`, or `None` where poppler is not installed and need not be.
fn poppler(tool: &str, options: &[&str], last: Option<&str>, pdf: &[u8]) -> Option<String> {
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("paper.pdf");
    std::fs::write(&file, pdf).expect("written");
    match Command::new(tool)
        .args(options)
        .args(["-enc", "UTF-8"])
        .arg(&file)
        .args(last)
        .stderr(Stdio::null())
        .output()
    {
        Ok(output) => {
            assert!(output.status.success(), "{tool} refuses the file");
            Some(String::from_utf8(output.stdout).expect("UTF-8"))
        }
        Err(error) if std::env::var_os("TOWNHALL_REQUIRE_TOOLS").is_some() => panic!("{tool}: {error}"),
        Err(_) => {
            eprintln!("{tool} is not installed: the text of the papers is not checked");
            None
        }
    }
}

/// The text of a PDF with all white space made one blank.
fn text_of(pdf: &[u8]) -> Option<String> {
    let text = poppler("pdftotext", &[], Some("-"), pdf)?;
    Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn pages_of(pdf: &[u8]) -> Option<usize> {
    let info = poppler("pdfinfo", &[], None, pdf)?;
    let line = info.lines().find_map(|line| line.strip_prefix("Pages:"))?;
    line.trim().parse().ok()
}

/// The templates that a caller fills.
fn papers() -> impl Iterator<Item = Template> {
    Template::all().filter(|template| template.form() != "images")
}

#[test]
fn every_template_prints_its_sample() {
    let mut missing = Vec::new();
    for template in papers() {
        let id = template.id();
        let mut data = sample(id);
        // The demo mark lies across the page, its letters would stand between the words that are looked for.
        data["demo"] = json!(false);
        let start = Instant::now();
        let pdf = render(template, &data, at()).unwrap_or_else(|error| panic!("{error}"));
        println!(
            "{id:28} {:4} ms {:4} KB",
            start.elapsed().as_millis(),
            pdf.len() / 1024
        );
        keep(id, &pdf);
        assert!(pdf.starts_with(b"%PDF-1.7"), "{id}");
        let metadata = String::from_utf8_lossy(&pdf);
        assert!(
            metadata.contains("<pdfaid:part>2</pdfaid:part>"),
            "{id} says that it is PDF/A-2"
        );
        assert!(
            metadata.contains("<pdfaid:conformance>A</pdfaid:conformance>"),
            "{id} is tagged"
        );
        let phrases = sample_text(&format!("{id}.txt"));
        if let Some(text) = text_of(&pdf) {
            assert!(!text.contains("MINH HỌA –"), "{id}: a demo mark on real data");
            let lost = phrases
                .lines()
                .filter(|phrase| !phrase.is_empty() && !text.contains(*phrase));
            missing.extend(lost.map(|phrase| format!("{id}: not found: {phrase}\n    in: {text}")));
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

/// The names that a template's comment marks with `*`, inner fields included.
fn needed(id: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("templates")
        .join(format!("{id}.typ"));
    let text = std::fs::read_to_string(&path).expect("a template file");
    if text.contains("Data: as form-01@2018.") {
        return needed("form-01@2018");
    }
    let comment = text
        .lines()
        .take_while(|line| line.starts_with("//"))
        .flat_map(|line| line.split('*'));
    let name = |part: &str| {
        part.rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .next()
            .map(str::to_owned)
    };
    comment.filter_map(name).filter(|name| !name.is_empty()).collect()
}

#[test]
fn every_template_prints_with_the_needed_fields_alone() {
    for template in papers() {
        let needed = needed(template.id());
        let mut data = sample(template.id());
        data.as_object_mut()
            .expect("an object")
            .retain(|key, _| needed.contains(key));
        render(template, &data, at()).unwrap_or_else(|error| panic!("{error}"));
    }
}

/// Prints a sample with some fields changed and returns its text.
fn variant(id: &str, name: &str, changes: &Value) -> Option<String> {
    let mut data = sample(id);
    data["demo"] = json!(false);
    let changes = changes.as_object().expect("an object").clone();
    data.as_object_mut().expect("an object").extend(changes);
    let pdf = render(template(id), &data, at()).unwrap_or_else(|error| panic!("{error}"));
    keep(name, &pdf);
    text_of(&pdf)
}

#[test]
fn a_letter_has_its_subject_under_the_number_and_no_type() {
    let body = ["Nội dung thứ nhất.", "Nội dung thứ hai./."];
    let letter = json!({
        "type": null, "authority": null, "bases": [], "annexes": [], "number": "215/UBND-VHXH",
        "abstract": "trả lời kiến nghị của công dân về thời gian cấp giấy xác nhận", "body": body,
        "to": ["Bà Nguyễn Thị Minh Họa", "Phòng Văn hóa - Xã hội"], "urgency": "KHẨN",
        "contact": "Thôn Thuận Bắc, xã Thuận An, tỉnh Lâm Đồng; điện thoại 0263 000 0000",
    });
    if let Some(text) = variant("official@2020", "letter", &letter) {
        assert!(text.contains("V/v trả lời kiến nghị"), "{text}");
        assert!(
            text.contains("KHẨN") && text.contains("Kính gửi: - Bà Nguyễn Thị Minh Họa"),
            "{text}"
        );
        assert!(!text.contains("QUYẾT ĐỊNH"), "{text}");
        assert!(text.contains("điện thoại 0263 000 0000"), "{text}");
    }
}

#[test]
fn a_draft_has_no_day_and_says_what_it_is() {
    let draft = json!({ "draft": true, "date": null, "number": "     /QĐ-UBND", "annexes": [] });
    if let Some(text) = variant("official@2020", "draft", &draft) {
        assert!(
            text.contains("Thuận An, ngày") && text.contains("tháng năm QUYẾT ĐỊNH"),
            "{text}"
        );
    }
}

#[test]
fn stamps_for_ten_copies_come_on_sheets_of_eight() {
    if let Some(text) = variant("certified-copy@2015", "labels", &json!({ "labels": 10 })) {
        assert_eq!(text.matches("CHỨNG THỰC BẢN SAO ĐÚNG VỚI BẢN CHÍNH").count(), 10);
    }
}

#[test]
fn extracts_are_copied_for_every_kind_of_entry() {
    let copy = |kind: &str, changes: Value| {
        let mut all = changes;
        all["kind"] = json!(kind);
        variant("extract-copy@2020", &format!("extract-{kind}"), &all)
    };
    let death = sample("death-extract@2020");
    if let Some(text) = copy(
        "death",
        json!({ "died_at": death["died_at"], "last_residence": death["last_residence"] }),
    ) {
        assert!(
            text.contains("TRÍCH LỤC KHAI TỬ (BẢN SAO)") && text.contains("Đã chết vào lúc"),
            "{text}"
        );
    }
    let marriage = sample("marriage-certificate@2020");
    if let Some(text) = copy(
        "marriage",
        json!({ "wife": marriage["wife"], "husband": marriage["husband"] }),
    ) {
        assert!(
            text.contains("TRÍCH LỤC KẾT HÔN (BẢN SAO)") && text.contains("TRẦN VĂN GIẢ THIẾT"),
            "{text}"
        );
    }
    let fields = json!([{ "label": "Nội dung thay đổi", "value": "Họ, chữ đệm, tên" }]);
    if let Some(text) = copy(
        "other",
        json!({ "title": "Trích lục thay đổi hộ tịch", "fields": fields }),
    ) {
        assert!(
            text.contains("TRÍCH LỤC THAY ĐỔI HỘ TỊCH")
                && text.contains("Nội dung thay đổi: Họ, chữ đệm, tên"),
            "{text}"
        );
    }
}

#[test]
fn a_voided_receipt_says_so_across_the_page() {
    if let Some(text) = variant(
        "fee-receipt@1",
        "voided",
        &json!({ "voided": true, "void_reason": "ghi sai người nộp" }),
    ) {
        assert!(text.contains("Lý do hủy: ghi sai người nộp"), "{text}");
    }
}

/// Six times as long; dates, instants, marks and codes stay, for they have a shape.
fn long(value: &Value) -> Value {
    match value {
        Value::String(text) if text.contains(' ') && !text.starts_with(|c: char| c.is_ascii_digit()) => {
            json!([text.as_str(); 6].join(" "))
        }
        Value::Array(items) => items.iter().map(long).collect(),
        Value::Object(map) => Value::Object(
            map.iter()
                .map(|(key, value)| (key.clone(), long(value)))
                .collect(),
        ),
        other => other.clone(),
    }
}

#[test]
fn names_six_times_as_long_stay_on_the_paper_and_every_page_has_the_demo_mark() {
    for template in papers() {
        let id = template.id();
        let data = long(&sample(id));
        assert!(
            data["demo"] == json!(true),
            "a sample is made-up data and says so: {id}"
        );
        let pdf = render(template, &data, at()).unwrap_or_else(|error| panic!("{error}"));
        keep(&format!("long-{id}"), &pdf);
        let Some(boxes) = poppler("pdftotext", &["-bbox"], Some("-"), &pdf) else {
            return;
        };
        let number = |line: &str, name: &str| -> Option<f64> {
            line.split_once(&format!("{name}=\""))?
                .1
                .split_once('"')?
                .0
                .parse()
                .ok()
        };
        let (mut width, mut height) = (0.0, 0.0);
        let pages = boxes.matches("<page ").count();
        assert!(
            boxes.matches(">LIỆU</word>").count() >= pages,
            "{id}: a page without the demo mark"
        );
        for line in boxes.lines() {
            if line.contains("<page ") {
                width = number(line, "width").expect("a width");
                height = number(line, "height").expect("a height");
            } else if line.contains("<word ") {
                let inside = number(line, "xMin") >= Some(5.0)
                    && number(line, "xMax") <= Some(width - 5.0)
                    && number(line, "yMax") <= Some(height - 5.0);
                assert!(inside, "{id}: runs off the page of {width} × {height}: {line}");
            }
        }
    }
}

#[test]
fn the_same_data_and_instant_give_the_same_bytes() {
    let once = render(template("form-01@2018"), &sample("form-01@2018"), at()).expect("printed");
    let again = render(template("form-01@2018"), &sample("form-01@2018"), at()).expect("printed");
    assert!(once == again);
}

#[test]
fn a_missing_field_is_named_without_telling_the_others() {
    let mut data = sample("form-01@2018");
    data.as_object_mut().expect("an object").remove("procedure");
    let error = render(template("form-01@2018"), &data, at()).expect_err("it is needed");
    assert!(matches!(error, PrintError::Data { .. }));
    assert!(error.to_string().contains("procedure"), "{error}");
    assert!(!error.to_string().contains("Minh Họa"), "{error}");
}

#[test]
fn a_receipt_with_many_papers_and_long_names_stays_two_copies_on_one_sheet() {
    let mut data = sample("form-01@2025");
    let name = "Văn bản thỏa thuận về việc cấp chung một Giấy chứng nhận quyền sử dụng đất, quyền sở hữu tài sản gắn liền với đất";
    data["papers"] = (1..=30)
        .map(|n| json!({ "name": format!("{name} số {n}"), "quantity": 1 }))
        .collect();
    data["applicant"] = json!("Công Tằng Tôn Nữ Thị Minh Họa Trường Danh ".repeat(4));
    data["address"] = json!("x".repeat(300));
    let pdf = render(template("form-01@2025"), &data, at()).expect("printed");
    keep("form-01-long", &pdf);
    let (Some(text), Some(pages)) = (text_of(&pdf), pages_of(&pdf)) else {
        return;
    };
    assert_eq!(text.matches("NGƯỜI TIẾP NHẬN HỒ SƠ").count(), 2);
    assert!(text.contains("giấy tờ khác, ghi tại Danh mục kèm theo."));
    assert!(
        text.contains("gắn liền với đất số 30"),
        "the annex lists every paper"
    );
    assert!(
        (2..=4).contains(&pages),
        "one sheet and its annex, not {pages} pages"
    );
}

#[test]
fn emoji_decomposed_letters_and_mark_up_print_as_plain_text() {
    let mut data = sample("form-01@2018");
    data["applicant"] = json!("Lê Thi\u{323} 🌸 #panic() *đậm* $x$ [a]");
    let pdf = render(template("form-01@2018"), &data, at()).expect("printed");
    if let Some(text) = text_of(&pdf) {
        assert!(text.contains("Lê Thị □ #panic() *đậm* $x$ [a]"), "{text}");
    }
}

/// A PNG of one colour, written by hand: signature, header, stored (uncompressed) data, end.
fn png(width: u32, height: u32) -> Vec<u8> {
    fn chunk(out: &mut Vec<u8>, kind: [u8; 4], body: &[u8]) {
        let mut crc = 0xffff_ffff_u32;
        for byte in kind.iter().chain(body) {
            crc ^= u32::from(*byte);
            for _ in 0..8 {
                crc = if crc & 1 == 1 {
                    crc >> 1 ^ 0xedb8_8320
                } else {
                    crc >> 1
                };
            }
        }
        out.extend(u32::try_from(body.len()).expect("small").to_be_bytes());
        out.extend(kind);
        out.extend(body);
        out.extend((!crc).to_be_bytes());
    }
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    let header: Vec<u8> = [width.to_be_bytes(), height.to_be_bytes()]
        .concat()
        .into_iter()
        .chain([8, 0, 0, 0, 0])
        .collect();
    chunk(&mut out, *b"IHDR", &header);
    let row = 1 + width as usize;
    let mut raw = vec![200_u8; row * height as usize];
    raw.iter_mut().step_by(row).for_each(|filter| *filter = 0);
    let length = u16::try_from(raw.len()).expect("one stored block");
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in &raw {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    let mut data = vec![0x78, 0x01, 1];
    data.extend(length.to_le_bytes());
    data.extend((!length).to_le_bytes());
    data.extend(raw);
    data.extend((b << 16 | a).to_be_bytes());
    chunk(&mut out, *b"IDAT", &data);
    chunk(&mut out, *b"IEND", &[]);
    out
}

#[test]
fn images_become_pages_in_order_and_wide_ones_turn() {
    let pdf = images_to_pdf("Giấy chứng sinh", &[png(20, 30), png(30, 20)], at()).expect("printed");
    keep("images", &pdf);
    if let Some(pages) = pages_of(&pdf) {
        assert_eq!(pages, 2);
    }
}

#[test]
fn a_page_that_is_no_image_is_named() {
    let refused = |image: Vec<u8>| images_to_pdf("x", &[png(2, 2), image], at()).expect_err("no image");
    assert!(matches!(
        refused(b"%PDF-1.4".to_vec()),
        PrintError::Image { page: 2, .. }
    ));
    assert!(matches!(
        refused(png(2, 2)[..30].to_vec()),
        PrintError::Image { page: 2, .. }
    ));
    let cmyk = [0xff, 0xd8, 0xff, 0xc0, 0, 20, 8, 0, 5, 0, 7, 4];
    assert!(refused(cmyk.to_vec()).to_string().contains("CMYK"));
    let mut bomb = png(2, 2);
    bomb[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
    bomb[20..24].copy_from_slice(&60_000_u32.to_be_bytes());
    assert!(refused(bomb).to_string().contains("too many"));
    assert!(images_to_pdf("x", &[], at()).is_err());
}

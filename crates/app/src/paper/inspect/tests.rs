//! Each kind of file that comes in, good and bad; the limits of the process itself are tested with the binary.

use std::io::Write as _;

use lopdf::{Dictionary, Document, Object, Stream, dictionary};

use super::*;

fn args(name: &str) -> InspectArgs {
    InspectArgs {
        name: name.to_owned(),
        at: "2025-08-05T00:30:00Z".parse().expect("an instant"),
    }
}

/// A PDF of so many empty pages, and a stream beside them.
fn pdf(pages: usize, extra: Option<Stream>) -> Vec<u8> {
    let mut document = Document::with_version("1.5");
    let tree = document.new_object_id();
    let kids: Vec<Object> = (0..pages)
        .map(|_| {
            let page = dictionary! { "Type" => "Page", "Parent" => tree, "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()] };
            document.add_object(page).into()
        })
        .collect();
    let count = i64::try_from(pages).expect("few pages");
    document.objects.insert(
        tree,
        Object::Dictionary(dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count }),
    );
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => tree });
    document.trailer.set("Root", catalog);
    if let Some(extra) = extra {
        document.add_object(extra);
    }
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).expect("saved");
    bytes
}

fn packed(bytes: usize) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    let zeros = vec![0_u8; 1 << 20];
    for _ in 0..bytes >> 20 {
        encoder.write_all(&zeros).expect("packed");
    }
    encoder.finish().expect("packed")
}

fn problem(file: &[u8], name: &str) -> FileProblem {
    inspect(file, &args(name))
        .map(|(kept, _)| kept)
        .expect_err("refused")
}

/// A PNG of one grey pixel.
const PNG: &[u8] = b"\x89\x50\x4e\x47\x0d\x0a\x1a\x0a\x00\x00\x00\x0d\x49\x48\x44\x52\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00\x3a\x7e\x9b\x55\x00\x00\x00\x0a\x49\x44\x41\x54\x78\x9c\x63\x68\x00\x00\x00\x82\x00\x81\x77\xcd\x72\xb6\x00\x00\x00\x00\x49\x45\x4e\x44\xae\x42\x60\x82";

#[test]
fn a_pdf_is_kept_with_the_number_of_its_pages() {
    let (kept, converted) = inspect(&pdf(3, None), &args("a.pdf")).expect("kept");
    assert_eq!((kept.pages, kept.converted), (3, false));
    assert!(converted.is_none());
}

#[test]
fn an_image_becomes_a_pdf_of_one_page() {
    let (kept, converted) = inspect(PNG, &args("ảnh.png")).expect("kept");
    assert_eq!((kept.media_type.as_str(), kept.pages), ("image/png", 1));
    let converted = converted.expect("a PDF");
    assert_eq!(pdf_pages(&converted, UNPACKED).expect("a sound PDF"), 1);
}

#[test]
fn what_is_empty_foreign_or_not_what_it_says_is_refused() {
    assert_eq!(problem(b"", "a.pdf"), FileProblem::Empty);
    assert_eq!(problem(b"<html>%PDF-1.4</html>", "a.pdf"), FileProblem::Type);
    assert_eq!(problem(b"MZ\x90 %PDF-1.4", "a.pdf"), FileProblem::Type);
    assert_eq!(problem(b"GIF89a", "a.gif"), FileProblem::Type);
    assert_eq!(problem(PNG, "a.pdf"), FileProblem::NotWhatItSays);
    assert_eq!(problem(&pdf(1, None), "a.jpg"), FileProblem::NotWhatItSays);
    assert_eq!(
        problem(&vec![0; 50 * 1024 * 1024 + 1], "a.pdf"),
        FileProblem::TooLarge
    );
}

#[test]
fn what_is_damaged_or_has_no_page_is_refused() {
    let whole = pdf(1, None);
    assert_eq!(problem(b"%PDF-1.7\nnothing", "a.pdf"), FileProblem::Damaged);
    assert!(inspect(&whole[..whole.len() / 4], &args("a.pdf")).is_err());
    // Wherever it was cut off: what can still be mended would be a paper with blank pages.
    let end = whole
        .windows(9)
        .rposition(|window| window == b"startxref")
        .expect("its end");
    for cut in (1..8).map(|eighth| end * eighth / 8).chain([end - 1]) {
        assert_eq!(
            problem(&whole[..cut], "a.pdf"),
            FileProblem::Damaged,
            "{cut} of {}",
            whole.len()
        );
    }
    let first = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page";
    assert_eq!(problem(first, "a.pdf"), FileProblem::Damaged);
    assert_eq!(problem(&pdf(0, None), "a.pdf"), FileProblem::NoPages);
    assert_eq!(problem(&PNG[..40], "a.png"), FileProblem::Damaged);
    assert_eq!(
        problem(&[0xff, 0xd8, 0xff, 0xe0, 0, 4], "a.jpg"),
        FileProblem::Damaged
    );
}

#[test]
fn an_encrypted_pdf_is_refused_also_when_its_password_is_empty() {
    let mut document = Document::load_mem(&pdf(1, None)).expect("a PDF");
    let id = Object::string_literal("0123456789abcdef");
    document.trailer.set("ID", vec![id.clone(), id]);
    let version = lopdf::EncryptionVersion::V2 {
        document: &document,
        owner_password: "owner",
        user_password: "",
        key_length: 128,
        permissions: lopdf::Permissions::all(),
    };
    let state = lopdf::EncryptionState::try_from(version).expect("a state");
    document.encrypt(&state).expect("encrypted");
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).expect("saved");
    assert_eq!(problem(&bytes, "a.pdf"), FileProblem::Encrypted);
}

#[test]
fn a_bomb_inside_a_pdf_is_refused() {
    // The limits of the program are larger; unpacking them takes a build for tests half a minute.
    let most = Unpacked {
        stream: 3 << 20,
        all: 5 << 20,
    };
    let bomb = |megabytes: usize| {
        let mut packed_once = Dictionary::new();
        packed_once.set("Filter", "FlateDecode");
        Stream::new(packed_once, packed(megabytes << 20)).with_compression(false)
    };
    let file = pdf(1, Some(bomb(4)));
    assert!(file.len() < 20_000, "it is small before it is unpacked");
    assert_eq!(pdf_pages(&file, most), Err(FileProblem::Bomb));
    assert_eq!(pdf_pages(&pdf(1, Some(bomb(2))), most), Ok(1));
    let mut many = Document::load_mem(&pdf(1, None)).expect("a PDF");
    for _ in 0..3 {
        many.add_object(bomb(2));
    }
    let mut bytes = Vec::new();
    many.save_to(&mut bytes).expect("saved");
    assert_eq!(pdf_pages(&bytes, most), Err(FileProblem::Bomb));
}

#[test]
fn an_image_of_too_many_pixels_is_refused_by_its_header() {
    let mut wide = PNG.to_vec();
    wide[16..24].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
    assert_eq!(problem(&wide, "a.png"), FileProblem::TooManyPixels);
    let cmyk = [0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 0, 5, 0, 7, 4, 0, 0];
    assert_eq!(problem(&cmyk, "a.jpg"), FileProblem::Cmyk);
}

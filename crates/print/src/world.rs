//! The sandbox in which Typst works: the templates and fonts of this crate, one document's data, and nothing else.
//! There is no file system, no network and no package; a path that is not listed here does not exist.

use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock};

use serde_json::Value;
use townhall_domain::time;
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

use crate::fonts::{BOOK, FONTS};
use crate::templates::{ENTRIES, SHARED};
use crate::{PrintError, data, qr};

/// The keys of the data whose text is drawn as a QR code, as `/qr/<key>.svg`.
const QR_KEYS: [&str; 3] = ["qr", "code", "qr_payment"];

static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| LazyHash::new(Library::default()));

/// A template file, parsed when it is first used.
struct File {
    text: &'static str,
    source: OnceLock<Source>,
}

static FILES: LazyLock<HashMap<FileId, File>> = LazyLock::new(|| {
    let templates = ENTRIES.iter().map(|entry| (main_path(entry.id), entry.text));
    let shared = SHARED
        .iter()
        .map(|(name, text)| (format!("/shared/{name}"), *text));
    templates
        .chain(shared)
        .map(|(path, text)| {
            (
                file_id(&path),
                File {
                    text,
                    source: OnceLock::new(),
                },
            )
        })
        .collect()
});

/// The virtual path of a template's main file.
pub(crate) fn main_path(id: &str) -> String {
    format!("/{id}.typ")
}

/// The id of a virtual path. Typst keeps each path for ever in 16 bits, so paths are few and reused by every document.
pub(crate) fn file_id(path: &str) -> FileId {
    let path = VirtualPath::new(path).expect("the paths of this crate are well formed");
    FileId::new(RootedPath::new(VirtualRoot::Project, path))
}

/// What one document sees.
pub(crate) struct Desk {
    main: FileId,
    today: Option<Datetime>,
    files: HashMap<FileId, Bytes>,
    /// A main file that is not a template: only tests of the shared files use it.
    draft: Option<Source>,
}

impl Desk {
    /// Lays out `data` for the template at `main`; `at` is what the template takes for now.
    pub(crate) fn new(main: &str, data: &Value, at: time::Timestamp) -> Result<Self, PrintError> {
        let mut files = HashMap::new();
        for key in QR_KEYS {
            if let Some(text) = data.get(key).and_then(Value::as_str) {
                // Drawn from what was given, before it is made printable: a code holds exact bytes.
                files.insert(
                    file_id(&format!("/qr/{key}.svg")),
                    Bytes::from_string(qr::qr_svg(text)?),
                );
            }
        }
        let json = data::printable(data).to_string();
        files.insert(file_id("/data.json"), Bytes::from_string(json));
        let day = time::local_date(at);
        let today = Datetime::from_ymd(
            day.year().into(),
            day.month().unsigned_abs(),
            day.day().unsigned_abs(),
        );
        Ok(Self {
            main: file_id(main),
            today,
            files,
            draft: None,
        })
    }

    /// Adds a file that the template reads by its path.
    pub(crate) fn with_file(mut self, path: &str, bytes: Vec<u8>) -> Self {
        self.files.insert(file_id(path), Bytes::new(bytes));
        self
    }

    #[cfg(test)]
    pub(crate) fn draft(text: &str) -> Self {
        let main = file_id("/draft.typ");
        Self {
            main,
            today: None,
            files: HashMap::new(),
            draft: Some(Source::new(main, text.to_owned())),
        }
    }
}

impl World for Desk {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &BOOK
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if let Some(draft) = self.draft.as_ref().filter(|_| id == self.main) {
            return Ok(draft.clone());
        }
        let file = FILES.get(&id).ok_or_else(|| missing(id))?;
        Ok(file
            .source
            .get_or_init(|| Source::new(id, file.text.to_owned()))
            .clone())
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        self.files.get(&id).cloned().ok_or_else(|| missing(id))
    }

    fn font(&self, index: usize) -> Option<Font> {
        FONTS.get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        self.today
    }
}

fn missing(id: FileId) -> FileError {
    FileError::NotFound(id.vpath().get_without_slash().into())
}

#[cfg(test)]
mod tests {
    use typst_layout::PagedDocument;

    use super::*;

    /// Runs Typst code; its own `assert.eq` speak.
    fn holds(text: &str) {
        let text = format!("#import \"/shared/words.typ\": *\n#{{\n{text}\n}}");
        if let Err(errors) = typst::compile::<PagedDocument>(&Desk::draft(&text)).output {
            panic!("{}", crate::told(&errors));
        }
    }

    #[test]
    fn numbers_are_read_as_in_vietnamese() {
        holds(
            r#"
            assert.eq(in-words(0), "không")
            assert.eq(in-words(5), "năm")
            assert.eq(in-words(10), "mười")
            assert.eq(in-words(15), "mười lăm")
            assert.eq(in-words(21), "hai mươi mốt")
            assert.eq(in-words(55), "năm mươi lăm")
            assert.eq(in-words(105), "một trăm linh năm")
            assert.eq(in-words(110), "một trăm mười")
            assert.eq(in-words(1000), "một nghìn")
            assert.eq(in-words(2025), "hai nghìn không trăm hai mươi lăm")
            assert.eq(in-words(48880), "bốn mươi tám nghìn tám trăm tám mươi")
            assert.eq(in-words(1000001), "một triệu không trăm linh một")
            assert.eq(in-words(2150000000), "hai tỷ một trăm năm mươi triệu")
            assert.eq(dong-in-words(8000), "Tám nghìn đồng")
            assert.eq(dong(1250000), "1.250.000 đồng")
            assert.eq(grouped(-1000), "-1.000")
            "#,
        );
    }

    #[test]
    fn dates_are_written_as_decree_30_asks() {
        holds(
            r#"
            assert.eq(long-date("2025-02-05"), "ngày 05 tháng 02 năm 2025")
            assert.eq(long-date("2025-08-15"), "ngày 15 tháng 8 năm 2025")
            assert.eq(long-moment("2025-08-05T09:05:00+07:00"), "09 giờ 05 phút, ngày 05 tháng 8 năm 2025")
            assert.eq(short-date("2025-08-05"), "05/08/2025")
            assert.eq(date-in-words("2025-03-21"), "Ngày hai mươi mốt, tháng ba, năm hai nghìn không trăm hai mươi lăm")
            "#,
        );
    }

    #[test]
    fn nothing_outside_the_desk_can_be_read() {
        for path in [
            "/etc/hostname",
            "../../Cargo.toml",
            "/images/7",
            "@preview/tablex:0.0.8",
        ] {
            let draft = Desk::draft(&format!("#read(\"{path}\")"));
            assert!(typst::compile::<PagedDocument>(&draft).output.is_err(), "{path}");
            let draft = Desk::draft(&format!("#import \"{path}\": *"));
            assert!(typst::compile::<PagedDocument>(&draft).output.is_err(), "{path}");
        }
    }
}

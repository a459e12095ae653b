//! `docs/templates.md` is made of the comments at the top of the templates, so it cannot say something else than they do.
//! `UPDATE=1 cargo test -p townhall-print` writes it again.

use std::fmt::Write as _;
use std::path::Path;

use townhall_print::{Paper, Template};

const INTRODUCTION: &str = "\
# Templates: the papers and their data

This page is made from the comments at the top of `crates/print/templates/*.typ`; after changing one, run `UPDATE=1 cargo test -p townhall-print`.

```rust
let template = Template::in_force(\"form-01\", day)?;   // or Template::by_id(\"form-01@2025\")?, as recorded with a paper
let pdf = render(template, &data, at)?;               // PDF/A-2a; same data and instant, same bytes
```

- Data is JSON. Field names are English; values are the words that shall be printed. A field marked `*` is needed, any other may be missing, null or empty, and then its line is left out.
- A date is `\"2025-08-05\"`, an instant `\"2025-08-05T07:30:00+07:00\"` (Vietnamese time, as `time::rfc3339` writes it), money a whole number of đồng. Templates write dates, amounts and numbers in words themselves.
- `demo: true` marks every page as made-up data; `draft: true` writes DỰ THẢO across it, `voided: true` ĐÃ HỦY.
- `qr`, `code` and `qr_payment` are drawn as QR codes where the template has a place for them. `qr` of a receipt is the link with the secret and stands on the customer's copy only.
- Texts are made printable first: NFC, control characters out, one □ for an emoji or a word in a script that is not embedded, places to break in endless words.
- A template version that was used is not edited in what it says; a new rule is a new file with a new version. How far the layout is certain: forms 01 to 06 of 2018 follow the circular; of Circular 03/2025/TT-VPCP the fields are known and the exact layout was not at hand; certificates follow the fields of Circular 04/2020/TT-BTP without its printed blanks.

A new template is one file in `templates/`, one line in `src/templates.rs`, a sample and its phrases in `samples/`.
";

fn paper(paper: Paper) -> &'static str {
    match paper {
        Paper::A4 => "A4",
        Paper::A4Landscape => "A4 landscape",
        Paper::A5 => "A5",
        Paper::A5Landscape => "A5 landscape",
        Paper::Roll80 => "roll of 80 mm",
    }
}

#[test]
fn the_manual_of_the_templates_is_what_their_comments_say() {
    let crate_dir = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut manual = String::from(INTRODUCTION);
    manual.push_str("\n| template | used from | paper |\n|---|---|---|\n");
    for template in Template::all() {
        writeln!(
            manual,
            "| [`{}`](#{}) | {} | {} |",
            template.id(),
            template.id().replace('@', ""),
            template.since(),
            paper(template.paper())
        )
        .expect("a string takes it");
    }
    for template in Template::all() {
        let file = crate_dir.join("templates").join(format!("{}.typ", template.id()));
        let text = std::fs::read_to_string(&file).expect("a template file");
        let comment: Vec<&str> = text.lines().map_while(|line| line.strip_prefix("//")).collect();
        let first = comment.first().expect("a comment at the top").trim();
        let said = first
            .strip_prefix(&format!("{}: ", template.id()))
            .unwrap_or_else(|| panic!("{}: {first}", template.id()));
        write!(manual, "\n## {}\n{said}\n", template.id()).expect("a string takes it");
        let mut fields = false;
        for line in &comment[1..] {
            if line.trim().is_empty() {
                continue;
            }
            if line.trim_start().starts_with("Data") && !fields {
                fields = true;
                if line.trim() == "Data (* needed):" {
                    manual.push_str("```text\n");
                    continue;
                }
                write!(manual, "```text\n{}\n", line.trim()).expect("a string takes it");
            } else {
                writeln!(
                    manual,
                    "{}",
                    line.strip_prefix(if fields { "   " } else { " " })
                        .unwrap_or(line.trim_start())
                )
                .expect("a string takes it");
            }
        }
        assert!(fields, "{} does not say what data it needs", template.id());
        manual.push_str("```\n");
    }
    let path = crate_dir.join("../../docs/templates.md");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &manual).expect("written");
    }
    let stored = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        stored == manual,
        "docs/templates.md is old: run UPDATE=1 cargo test -p townhall-print"
    );
}

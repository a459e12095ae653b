//! What holds for every component: nothing inline, labels for every field, one id once, words in both languages.

use std::collections::BTreeSet;
use std::path::PathBuf;

use townhall_domain::deadline::{Amount, Basis, Deadline, DeadlineStep, StandingKind, StepKind};
use townhall_domain::limit::Limit;
use townhall_text::{Dir, Lang};

use super::gallery::{gallery, sample};
use super::*;

fn pages() -> Vec<(String, String)> {
    let mut pages = Vec::new();
    for lang in Lang::ALL {
        for theme in [Theme::Light, Theme::Dark] {
            let mut ui = sample(lang);
            ui.theme = theme;
            pages.push((
                format!("gallery-{}-{}", lang.code(), theme.code()),
                gallery(&ui).0,
            ));
        }
    }
    let mut ui = sample(Lang::Vi);
    ui.dir = Dir::Rtl;
    pages.push(("gallery-rtl".to_owned(), gallery(&ui).0));
    let mut ui = sample(Lang::Vi);
    ui.path = "/keys".to_owned();
    pages.push((
        "keys".to_owned(),
        page(&ui, &Page::new(&ui.t("ui-keys")), &keys_page(&ui)).0,
    ));
    pages.extend(samples::pages());
    pages.extend(form_schema::tests::sample_pages());
    pages
}

#[test]
fn no_page_has_inline_script_or_style() {
    for (name, page) in pages() {
        assert!(
            !page.contains(" style=") && !page.contains("<style"),
            "{name}: style"
        );
        assert!(
            !page.contains(" onclick") && !page.contains("javascript:"),
            "{name}: handler"
        );
        for script in page.split("<script").skip(1) {
            assert!(script.starts_with(" src=\"/assets/"), "{name}: inline script");
        }
    }
}

#[test]
fn no_element_gives_an_attribute_twice() {
    for (name, page) in pages() {
        for tag in page.split('<').skip(1).filter_map(|rest| rest.split('>').next()) {
            assert!(tag.matches(" class=\"").count() < 2, "{name}: {tag}");
        }
    }
}

#[test]
fn no_page_shows_a_missing_word_or_an_unfilled_placeable() {
    for (name, page) in pages() {
        assert!(!page.contains('⟦') && !page.contains("{$"), "{name}");
    }
}

#[test]
fn every_id_is_used_once_and_every_label_and_description_finds_its_element() {
    for (name, page) in pages() {
        let ids = values(&page, "id");
        let unique: BTreeSet<&str> = ids.iter().copied().collect();
        let twice: Vec<_> = ids
            .iter()
            .filter(|id| ids.iter().filter(|other| other == id).count() > 1)
            .collect();
        assert!(twice.is_empty(), "{name}: {twice:?}");
        for attribute in ["for", "aria-labelledby", "aria-describedby"] {
            for id in values(&page, attribute).iter().flat_map(|list| list.split(' ')) {
                assert!(unique.contains(id), "{name}: {attribute} names no element: {id}");
            }
        }
    }
}

#[test]
fn every_page_has_one_first_heading_and_names_its_language() {
    for (name, page) in pages() {
        assert_eq!(page.matches("<h1").count(), 1, "{name}");
        assert!(page.starts_with("<!DOCTYPE html><html lang=\""), "{name}");
        assert!(page.contains("<a class=\"th-skip\" href=\"#main\""), "{name}");
    }
}

#[test]
fn what_people_type_is_escaped() {
    let ui = sample(Lang::Vi);
    let field = Field::new("a", "b").value("<script>alert(1)</script>\"'");
    for markup in [text(&ui, &field), textarea(&ui, &field, 2)] {
        assert!(
            !markup.0.contains("<script") && markup.0.contains("&lt;script"),
            "{}",
            markup.0
        );
    }
}

#[test]
fn a_form_carries_the_token_and_a_search_does_not() {
    let ui = sample(Lang::Vi);
    let post = form(&ui, &Form::post("/x"), &nothing()).0;
    assert!(
        post.contains(r#"<input type="hidden" name="csrf" value="sample">"#),
        "{post}"
    );
    assert!(!form(&ui, &Form::get("/x"), &nothing()).0.contains("csrf"));
}

#[test]
fn a_mistake_stands_in_the_summary_and_at_its_field() {
    let ui = sample(Lang::En);
    let errors = Errors::new([("born".to_owned(), "June has only 30 days.".to_owned())]);
    let summary = error_summary(&ui, &errors).0;
    assert!(
        summary.contains(r##"<a href="#f-born">June has only 30 days.</a>"##),
        "{summary}"
    );
    assert!(summary.contains("1 thing to correct"), "{summary}");
    let field = date_parts(
        &ui,
        &Field::new("born", "Born").errors(&errors),
        ["31", "6", "2025"],
    )
    .0;
    assert!(
        field.contains("June has only 30 days.") && field.contains(r#"value="31""#),
        "{field}"
    );
    assert_eq!(error_summary(&ui, &Errors::default()).0, "");
}

#[test]
fn urgency_is_told_in_words_and_the_chip_leads_to_its_reason() {
    let ui = sample(Lang::Vi);
    let late = gallery::standing(StandingKind::Over, Amount::WorkingDays(2), 1, 17);
    let chip = due_chip(&ui, &DueChip::of(&ui, &late).linked("#why")).0;
    assert!(
        chip.starts_with(r##"<a class="th-due th-due-over" href="#why">"##),
        "{chip}"
    );
    assert!(
        chip.contains("Quá hạn 2 ngày làm việc") && chip.contains("hạn thứ Sáu 01/8, 17:00"),
        "{chip}"
    );
}

#[test]
fn a_deadline_tells_its_days_and_the_rule_behind_each() {
    let at = |day, hour| time::instant(jiff::civil::date(2025, 8, day).at(hour, 0, 0, 0));
    let step = |from: i8, to: i8, kind, source: &str| DeadlineStep {
        from: jiff::civil::date(2025, 8, from),
        to: jiff::civil::date(2025, 8, to),
        kind,
        source: source.to_owned(),
    };
    let deadline = Deadline {
        basis: Basis::Limit(Limit::WorkingDays(2)),
        received_at: at(1, 9),
        original_due: at(5, 17),
        due: at(5, 17),
        counting_from: at(1, 9),
        paused: None,
        calendar_version: "1".to_owned(),
        steps: vec![
            step(1, 1, StepKind::NotCounted, "blds-147-2"),
            step(2, 3, StepKind::Weekend, "qd-188-1999"),
            step(4, 5, StepKind::WorkingDays { first: 1, last: 2 }, "blds-148"),
            step(5, 5, StepKind::Due { at: at(5, 17) }, "blds-148"),
        ],
        events: vec![],
    };
    let ui = sample(Lang::Vi);
    let shown = deadline_reason(&ui, "why", &deadline).0;
    assert!(
        shown.contains("Vì sao hạn là 17:00 hôm nay?") && shown.contains("Quyết định 188/1999/QĐ-TTg"),
        "{shown}"
    );
    assert!(shown.contains("th-off") && shown.contains("th-end-of"), "{shown}");
    assert!(
        deadline_why_for_citizens(&ui, &deadline)
            .0
            .contains("2 ngày làm việc")
    );
}

#[test]
fn a_page_shows_only_the_places_that_the_person_may_go_to() {
    let mut ui = sample(Lang::Vi);
    ui.nav.retain(|entry| entry.place == Place::Work);
    let page = page(&ui, &Page::new("x").at(Place::Work), &nothing()).0;
    assert!(page.contains(r#"href="/work" aria-current="page""#), "{page}");
    assert!(!page.contains(r#"href="/counter""#) && !page.contains(r#"href="/admin""#));
}

/// `TOWNHALL_GALLERY` names a folder in which the pages stay, to be looked at in a browser.
#[test]
fn the_gallery_as_static_pages_finds_every_asset_that_it_asks_for() {
    let gone = tempfile::tempdir().expect("a folder");
    let kept = std::env::var_os("TOWNHALL_GALLERY").map(PathBuf::from);
    let folder = kept.as_deref().unwrap_or(gone.path());
    std::fs::create_dir_all(folder).expect("a folder");
    for (name, bytes) in crate::assets::all() {
        let file = folder.join(crate::assets::url(name).trim_start_matches('/'));
        std::fs::create_dir_all(file.parent().expect("a parent")).expect("a folder");
        std::fs::write(file, bytes).expect("an asset");
    }
    for (name, page) in pages() {
        for asked in ["href", "src"].map(|attribute| values(&page, attribute)).concat() {
            if let Some(asset) = asked.strip_prefix('/').filter(|path| path.starts_with("assets/")) {
                let (file, part) = asset.split_once('#').unwrap_or((asset, ""));
                let bytes = std::fs::read(folder.join(file));
                let bytes = bytes.unwrap_or_else(|error| panic!("{name}: {asked}: {error}"));
                // An icon is a part of one file.
                let is_there = String::from_utf8_lossy(&bytes).contains(&format!("id=\"{part}\""));
                assert!(part.is_empty() || is_there, "{name}: {asked}");
            }
        }
        std::fs::write(folder.join(format!("{name}.html")), page).expect("a page");
    }
}

fn values<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
    page.split(&format!(" {attribute}=\""))
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect()
}

mod samples;

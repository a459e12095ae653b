//! Every form of the packs draws in both languages, keeps what was typed, and follows its conditions.

use std::path::Path;

use townhall_domain::pack::PackFile;

use super::*;
use crate::ui::gallery::sample;

/// Two filled forms as pages, for the checks that hold for every page: an officer's and a citizen's.
pub(in crate::ui) fn sample_pages() -> Vec<(String, String)> {
    let mut pages = Vec::new();
    for schema in forms() {
        let example = schema.examples.first().cloned().unwrap_or_default();
        let mut ui = sample(Lang::Vi);
        let name = schema.path.rsplit('/').next().unwrap_or_default().to_owned();
        let title = schema.title.get("vi").to_owned();
        let main = |ui: &Ui, fields: &str| {
            html! {
                h1 { (title) }
                (crate::ui::form(ui, &crate::ui::Form::post("/x"), &maud::PreEscaped(fields.to_owned())))
            }
        };
        let fields = drawn(&ui, &schema, &example, &Errors::default(), false);
        pages.push((
            format!("form-{name}"),
            crate::ui::page(&ui, &crate::ui::Page::new(&title), &main(&ui, &fields)).0,
        ));
        ui.who = None;
        let fields = drawn(&ui, &schema, &Map::new(), &Errors::default(), true);
        let citizen = crate::ui::public_page(&ui, &crate::ui::Page::new(&title), &main(&ui, &fields)).0;
        pages.push((format!("citizen-{name}"), citizen));
    }
    pages
}

/// Every form that the packs bring.
fn forms() -> Vec<Schema> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs/forms");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the forms")
        .map(|entry| entry.expect("a file").path())
        .collect();
    files.sort();
    files
        .iter()
        .filter(|path| path.extension().is_some_and(|kind| kind == "json"))
        .map(|path| {
            let text = std::fs::read_to_string(path).expect("a form");
            let file = PackFile {
                path: &path.to_string_lossy(),
                text: &text,
            };
            Schema::parse(file).expect("a good form")
        })
        .collect()
}

fn drawn(ui: &Ui, schema: &Schema, values: &Map<String, Value>, errors: &Errors, citizen: bool) -> String {
    let units = [("24682".to_owned(), "Xã Thuận An".to_owned())];
    schema_form(
        ui,
        &SchemaForm {
            schema,
            values,
            errors,
            prefix: "form-",
            citizen,
            units: &units,
        },
    )
    .0
}

#[test]
fn every_form_draws_every_field_in_both_languages() {
    let forms = forms();
    assert!(forms.len() >= 12);
    for schema in &forms {
        for lang in Lang::ALL {
            for citizen in [false, true] {
                let page = drawn(&sample(lang), schema, &Map::new(), &Errors::default(), citizen);
                assert!(!page.contains('⟦') && !page.contains("{$"), "{}", schema.path);
                for asked in &schema.fields {
                    assert!(
                        page.contains(&format!("name=\"form-{}", asked.name)),
                        "{} {}",
                        schema.path,
                        asked.name
                    );
                    let label = html! { (asked.label.get(lang.code())) }.0;
                    assert!(page.contains(&label), "{} {label}", schema.path);
                }
            }
        }
    }
}

#[test]
fn what_was_typed_comes_back_also_when_it_is_wrong() {
    for schema in &forms() {
        let typed: Map<String, Value> = schema
            .fields
            .iter()
            .filter(|asked| {
                matches!(
                    asked.widget,
                    Widget::Text | Widget::Textarea | Widget::Date | Widget::Number
                )
            })
            .map(|asked| {
                (
                    asked.name.clone(),
                    Value::from(format!("<{}> 31/6/2025", asked.name)),
                )
            })
            .collect();
        let page = drawn(&sample(Lang::Vi), schema, &typed, &Errors::default(), false);
        for name in typed.keys() {
            assert!(
                page.contains(&format!("&lt;{name}&gt; 31/6/2025")),
                "{} {name}",
                schema.path
            );
        }
    }
}

#[test]
fn examples_of_the_packs_draw_check_and_read_back() {
    let ui = sample(Lang::En);
    for schema in &forms() {
        for example in &schema.examples {
            let clean = schema.check(example, ui.today()).expect("a good example");
            let page = drawn(&ui, schema, clean.values(), &Errors::default(), true);
            let sent = sent_by(&page);
            let typed = typed_values(
                schema,
                "form-",
                sent.iter().map(|(name, value)| (name.as_str(), value.as_str())),
            );
            assert_eq!(
                schema.check(&typed, ui.today()).as_ref(),
                Ok(&clean),
                "{}",
                schema.path
            );
            assert!(!schema_values(&ui, schema, clean.values(), &|_| None).0.is_empty());
        }
    }
}

#[test]
fn a_conditional_field_names_the_answer_on_which_it_depends() {
    let ui = sample(Lang::Vi);
    let mut seen = 0;
    for schema in &forms() {
        let page = drawn(&ui, schema, &Map::new(), &Errors::default(), false);
        for asked in schema.fields.iter().filter(|asked| asked.when.is_some()) {
            let when = asked.when.as_ref().expect("a condition");
            assert!(
                page.contains(&format!("data-when=\"form-{}\"", when.field)),
                "{} {}",
                schema.path,
                asked.name
            );
            seen += 1;
        }
        assert_eq!(
            page.matches("data-when-hint").count(),
            page.matches("data-values=").count(),
            "{}",
            schema.path
        );
    }
    assert!(seen > 10);
}

#[test]
fn mistakes_are_told_at_the_field_in_words() {
    let ui = sample(Lang::Vi);
    let schema = forms().into_iter().next().expect("a form");
    let found = schema
        .check(&Map::new(), ui.today())
        .expect_err("nothing was typed");
    let errors = schema_errors(&ui, "form-", &found);
    let page = drawn(&ui, &schema, &Map::new(), &errors, true);
    assert_eq!(errors.len(), found.len());
    for (_, message) in errors.iter() {
        assert!(!message.contains('⟦') && page.contains(message), "{message}");
    }
}

#[test]
fn a_date_in_three_parts_is_one_text_and_a_wrong_one_is_kept_as_typed() {
    let schema = forms()
        .into_iter()
        .find(|schema| schema.fields.iter().any(|asked| asked.widget == Widget::Date))
        .expect("a form with a date");
    let asked = schema
        .fields
        .iter()
        .find(|asked| asked.widget == Widget::Date)
        .expect("a date");
    let names = ["day", "month", "year"].map(|part| format!("form-{}-{part}", asked.name));
    let sent = names
        .iter()
        .zip(["31", "6", "2025"])
        .map(|(name, value)| (name.as_str(), value));
    let typed = typed_values(&schema, "form-", sent);
    assert_eq!(typed.get(&asked.name), Some(&Value::from("31/6/2025")));
    assert_eq!(
        read::date_in_parts("31/6/2025"),
        ["31", "6", "2025"].map(str::to_owned)
    );
    assert_eq!(
        read::date_in_parts("2025-03-07"),
        ["7", "3", "2025"].map(str::to_owned)
    );
    assert_eq!(read::date_on_one_line("2025-03-07"), "7/3/2025");
    assert!(typed_values(&schema, "form-", names.iter().map(|name| (name.as_str(), ""))).is_empty());
}

/// What a browser would send for a drawn form: names and values of fields, boxes only when ticked.
fn sent_by(page: &str) -> Vec<(String, String)> {
    let attribute = |tag: &str, name: &str| {
        tag.split(&format!(" {name}=\""))
            .nth(1)
            .and_then(|rest| rest.split('"').next())
            .map(unescaped)
    };
    let mut sent = Vec::new();
    let mut select = String::new();
    for piece in page.split('<').skip(1) {
        let (tag, after) = piece.split_once('>').unwrap_or((piece, ""));
        let name = attribute(tag, "name").unwrap_or_default();
        let value = attribute(tag, "value").unwrap_or_default();
        let ticked = tag.ends_with(" checked") || tag.contains(" checked ");
        match tag.split(' ').next() {
            Some("input")
                if (tag.contains("type=\"radio\"") || tag.contains("type=\"checkbox\"")) && !ticked => {}
            Some("input") => sent.push((name, value)),
            Some("textarea") => sent.push((name, unescaped(after.trim_start_matches('\n')))),
            Some("select") => select = name,
            Some("option") if tag.ends_with(" selected") => sent.push((select.clone(), value)),
            _ => {}
        }
    }
    sent
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}

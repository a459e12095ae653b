//! Bad input, each with its own test, and the mistakes of a form's author.

use jiff::civil::{Date, date};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use crate::pack::PackFile;

const TODAY: Date = date(2025, 8, 5);

fn schema() -> Value {
    let w = |text: &str| json!({ "vi": text, "en": text });
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "x-title": w("Đăng ký khai sinh"),
        "x-sections": [{ "id": "child", "x-label": w("Trẻ") }],
        "type": "object",
        "additionalProperties": false,
        "required": ["name", "born"],
        "properties": {
            "name": { "type": "string", "x-kind": "name", "maxLength": 20, "x-label": w("Tên"), "x-section": "child", "x-person": "child.full_name" },
            "born": { "type": "string", "format": "date", "x-past": true, "x-label": w("Sinh"), "x-section": "child" },
            "sex": { "type": "string", "oneOf": [{ "const": "male", "x-label": w("Nam") }, { "const": "female", "x-label": w("Nữ") }], "x-label": w("Giới"), "x-section": "child" },
            "has_notice": { "type": "boolean", "x-label": w("Có giấy chứng sinh"), "x-section": "child" },
            "pledge": { "type": "string", "maxLength": 200, "x-widget": "textarea", "x-when": { "field": "has_notice", "is": [false] }, "x-label": w("Cam đoan"), "x-section": "child" },
            "copies": { "type": "integer", "minimum": 1, "maximum": 10, "x-label": w("Số bản"), "x-section": "child" },
            "mother_year": { "type": "integer", "x-kind": "year", "x-label": w("Năm sinh mẹ"), "x-section": "child" },
            "mother_id": { "type": "string", "x-kind": "identity", "x-label": w("Số định danh"), "x-section": "child" },
            "phone": { "type": "string", "x-kind": "phone", "x-label": w("Điện thoại"), "x-section": "child", "x-prefill": "applicant.phone" },
            "email": { "type": "string", "x-kind": "email", "format": "email", "x-label": w("Thư điện tử"), "x-section": "child" },
            "place": { "type": "string", "x-kind": "unit", "x-label": w("Nơi"), "x-section": "child" }
        },
        "allOf": [{ "if": { "properties": { "has_notice": { "enum": [false] } }, "required": ["has_notice"] }, "then": { "required": ["pledge"] } }]
    })
}

fn form() -> Form {
    parse(&schema()).expect("the form is well formed")
}

fn parse(schema: &Value) -> Result<Form, String> {
    let text = serde_json::to_string_pretty(schema).expect("json");
    Form::parse(PackFile {
        path: "forms/x.json",
        text: &text,
    })
    .map_err(|problems| {
        problems
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("\n")
    })
}

/// A good form with one answer changed; what the check says about it.
fn with(field: &str, value: Value) -> Result<CleanForm, Vec<FieldError>> {
    let mut typed = Map::from_iter([
        ("name".to_owned(), json!("Nguyễn Thị An")),
        ("born".to_owned(), json!("2025-07-20")),
    ]);
    typed.insert(field.to_owned(), value);
    form().check(&typed, TODAY)
}

fn mistake(field: &str, value: Value) -> String {
    let errors = with(field, value).expect_err("refused");
    assert_eq!(errors.len(), 1, "{errors:?}");
    let args = errors[0]
        .args
        .iter()
        .map(|(name, value)| format!(" {name}={value}"));
    let args: Vec<String> = args.collect();
    format!("{}: {}{}", errors[0].field, errors[0].key, args.concat())
}

fn clean(field: &str, value: Value) -> Value {
    with(field, value).expect("accepted").into_values()[field].clone()
}

#[test]
fn decomposed_text_becomes_nfc_and_is_trimmed() {
    assert_eq!(clean("name", json!("  Trần Thị Ước ")), json!("Trần Thị Ước"));
    assert_eq!(
        clean("name", json!("Tra\u{0302}\u{0300}n Thi\u{0323} Hoa")),
        json!("Trần Thị Hoa")
    );
}

#[test]
fn a_missing_or_empty_required_field_is_told() {
    assert_eq!(mistake("name", json!(" ")), "name: form-required");
    assert_eq!(mistake("born", Value::Null), "born: form-required");
}

#[test]
fn nul_control_and_direction_characters_are_refused() {
    assert_eq!(mistake("name", json!("An\u{0}")), "name: form-nul");
    assert_eq!(mistake("name", json!("An\u{7}")), "name: form-control-character");
    assert_eq!(
        mistake("name", json!("An\u{202e}nA")),
        "name: form-control-character"
    );
    assert_eq!(mistake("name", json!("An\nBình")), "name: form-control-character");
    assert_eq!(
        mistake("name", json!("An\u{200e}")),
        "name: form-control-character"
    );
    assert_eq!(
        clean("name", json!("Trần\u{200b} Thị Ướ\u{ad}c")),
        json!("Trần Thị Ước")
    );
}

#[test]
fn a_name_of_ten_megabytes_is_refused_quickly_and_length_counts_letters_after_nfc() {
    assert_eq!(
        mistake("name", json!("ế".repeat(5_000_000))),
        "name: form-too-long max=20"
    );
    assert_eq!(
        mistake("name", json!("ế".repeat(21))),
        "name: form-too-long max=20"
    );
    assert_eq!(
        clean("name", json!("e\u{0302}\u{0301}".repeat(20))),
        json!("ế".repeat(20))
    );
}

#[test]
fn emoji_and_digits_are_no_name_but_names_of_all_peoples_are() {
    assert_eq!(mistake("name", json!("An 😀")), "name: form-not-a-name");
    assert_eq!(mistake("name", json!("An 2")), "name: form-not-a-name");
    assert_eq!(mistake("name", json!("-")), "name: form-not-a-name");
    for name in ["H'Nguyệt Êban", "K’Brêu", "Jean-Luc", "Y Blêm", "Điểu K'Ré"] {
        assert_eq!(clean("name", json!(name)), json!(name));
    }
}

#[test]
fn a_value_of_a_wrong_type_is_refused() {
    for value in [json!(3), json!(true), json!([]), json!({})] {
        assert_eq!(mistake("name", value), "name: form-wrong-type");
    }
    assert_eq!(mistake("has_notice", json!(1)), "has_notice: form-wrong-type");
    assert_eq!(
        mistake("has_notice", json!("maybe")),
        "has_notice: form-not-a-choice"
    );
}

#[test]
fn an_unknown_field_is_refused_by_its_shortened_name() {
    assert_eq!(mistake("admin", json!("x")), "admin: form-unknown-field");
    let errors = with(&"x".repeat(9000), json!("x")).expect_err("refused");
    assert_eq!(errors[0].field.len(), 60);
}

#[test]
fn dates_that_do_not_exist_too_early_or_in_the_future_are_refused_each_in_its_words() {
    assert_eq!(
        mistake("born", json!("31/6/2025")),
        "born: form-no-such-day month=6 days=30"
    );
    assert_eq!(
        mistake("born", json!("2025-02-29")),
        "born: form-no-such-day month=2 days=28"
    );
    assert_eq!(
        mistake("born", json!("31/12/1899")),
        "born: form-date-before-1900"
    );
    assert_eq!(mistake("born", json!("2025-08-06")), "born: form-date-in-future");
    for text in [
        "2025",
        "1/13/2025",
        "yesterday",
        "1/1/25",
        "1/1/20255",
        "-1/1/2025",
        "１/1/2025",
        "1/1/2025 08:00",
    ] {
        assert_eq!(mistake("born", json!(text)), "born: form-bad-date", "{text}");
    }
    for text in [
        "2025-07-20",
        "20/7/2025",
        "20-07-2025",
        " 20 / 7 / 2025 ",
        "20.7.2025",
    ] {
        assert_eq!(clean("born", json!(text)), json!("2025-07-20"), "{text}");
    }
    assert_eq!(clean("born", json!("2025-08-05")), json!("2025-08-05"));
}

#[test]
fn numbers_are_whole_and_within_bounds() {
    assert_eq!(mistake("copies", json!(0)), "copies: form-too-small min=1");
    assert_eq!(mistake("copies", json!("11")), "copies: form-too-large max=10");
    assert_eq!(mistake("copies", json!(1.5)), "copies: form-not-a-number");
    assert_eq!(
        mistake("copies", json!("99999999999999999999")),
        "copies: form-not-a-number"
    );
    assert_eq!(clean("copies", json!(" 3 ")), json!(3));
    assert_eq!(
        mistake("mother_year", json!(2026)),
        "mother_year: form-too-large max=2025"
    );
    assert_eq!(clean("mother_year", json!("1990")), json!(1990));
}

#[test]
fn identity_phone_email_and_unit_are_read_as_people_write_them() {
    assert_eq!(
        clean("mother_id", json!("068 190 001 234")),
        json!("068190001234")
    );
    assert_eq!(clean("mother_id", json!("250123456")), json!("250123456"));
    for wrong in [
        "06819000123",
        "0681900012345",
        "068l90001234",
        "000190001234",
        "097190001234",
    ] {
        assert_eq!(
            mistake("mother_id", json!(wrong)),
            "mother_id: form-bad-identity",
            "{wrong}"
        );
    }
    assert_eq!(clean("phone", json!("+84 912 345 678")), json!("0912345678"));
    assert_eq!(clean("phone", json!("0261.3.123.456")), json!("02613123456"));
    assert_eq!(mistake("phone", json!("12345")), "phone: form-bad-phone");
    assert_eq!(clean("email", json!("an@example.org")), json!("an@example.org"));
    for wrong in ["an@", "an", "a n@example.org", "an@example", "an@.org"] {
        assert_eq!(mistake("email", json!(wrong)), "email: form-bad-email", "{wrong}");
    }
    assert_eq!(clean("place", json!("24682")), json!("24682"));
    assert_eq!(mistake("place", json!("2468")), "place: form-bad-unit");
}

#[test]
fn a_hidden_field_is_dropped_and_a_shown_one_is_required() {
    let mut typed = Map::from_iter([
        ("name".to_owned(), json!("An")),
        ("born".to_owned(), json!("2025-07-20")),
    ]);
    typed.insert("pledge".to_owned(), json!("Tôi cam đoan"));
    typed.insert("has_notice".to_owned(), json!("yes"));
    let kept = form().check(&typed, TODAY).expect("accepted");
    assert!(kept.text("pledge").is_none());
    typed.insert("has_notice".to_owned(), json!("no"));
    assert_eq!(
        form().check(&typed, TODAY).expect("accepted").text("pledge"),
        Some("Tôi cam đoan")
    );
    typed.insert("pledge".to_owned(), json!(""));
    assert_eq!(
        form().check(&typed, TODAY).expect_err("refused")[0].key,
        "form-required"
    );
}

#[test]
fn all_mistakes_are_told_at_once_in_the_order_of_the_form() {
    let typed = Map::from_iter([
        ("zzz".to_owned(), json!(1)),
        ("sex".to_owned(), json!("other")),
        ("born".to_owned(), json!("x")),
    ]);
    let errors = form().check(&typed, TODAY).expect_err("refused");
    let told: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
    assert_eq!(told, ["name", "born", "sex", "zzz"]);
}

#[test]
fn the_renderer_finds_sections_labels_and_persons() {
    let form = form();
    let name = form.field("name").expect("name");
    assert_eq!(
        (name.label.get("vi"), name.required, name.widget),
        ("Tên", true, Widget::Text)
    );
    assert_eq!(
        name.person,
        Some(PersonPart {
            person: "child".to_owned(),
            part: "full_name".to_owned()
        })
    );
    assert_eq!(form.fields_of("child").count(), 11);
    assert_eq!(
        form.field("phone").and_then(|field| field.prefill.clone()),
        Some(Prefill::Applicant(ApplicantPart::Phone))
    );
    assert!(
        form.field("pledge")
            .is_some_and(|field| field.required && field.widget == Widget::Textarea)
    );
}

#[test]
fn an_author_is_told_what_the_renderer_cannot_draw() {
    let mut wrong = schema();
    wrong["properties"]["name"]["maxLength"] = json!(99999);
    wrong["properties"]["born"]["x-label"] = json!({ "vi": "Sinh" });
    wrong["properties"]["sex"]["x-section"] = json!("nowhere");
    wrong["properties"]["copies"]["multipleOf"] = json!(2);
    wrong["properties"]["pledge"]["x-when"] = json!({ "field": "later", "is": [true] });
    wrong["properties"]["place"] =
        json!({ "type": "array", "x-label": { "vi": "a", "en": "a" }, "x-section": "child" });
    wrong["properties"]["phone"]["x-prefill"] = json!("applicant.telephone");
    wrong["properties"]["mother_id"]["x-person"] = json!("mother");
    wrong["required"] = json!(["name", "nothing"]);
    insta::assert_snapshot!(parse(&wrong).expect_err("wrong"), @r#"
    forms/x.json:23: field 'name': a text needs maxLength from 1 to 5000
    forms/x.json:34: 'born' has no words in vi and en
    forms/x.json:43: field 'sex': x-section 'nowhere' does not stand in x-sections
    forms/x.json:75: field 'pledge': x-when asks 'later', which does not stand before it
    forms/x.json:91: field 'copies': 'multipleOf' is not drawn or checked here
    forms/x.json:111: field 'mother_id': x-person "mother" is not written like mother.full_name
    forms/x.json:121: field 'phone': nothing fills x-prefill "applicant.telephone"; write value:… or one of applicant.full_name, applicant.identity_number, applicant.birth_date, applicant.sex, applicant.address, applicant.phone, applicant.email
    forms/x.json:141: field 'place': this mix of type, format and x-kind is not drawn here
    forms/x.json:18: required names 'nothing', which is no field
    forms/x.json:75: field 'pledge': its x-when and the rule that requires it differ
    "#);
    assert!(
        Form::parse(PackFile {
            path: "forms/x.json",
            text: "{\n\"a\": }"
        })
        .expect_err("no json")[0]
            .line
            == 2
    );
}

proptest! {
    #[test]
    fn nothing_typed_makes_the_check_panic_and_what_is_clean_stays_clean(text in ".{0,60}", field in 0..11usize) {
        let form = form();
        let name = form.fields[field].name.clone();
        if let Ok(kept) = with(&name, Value::String(text)) {
            let again = form.check(kept.values(), TODAY);
            prop_assert_eq!(again, Ok(kept));
        }
    }
}

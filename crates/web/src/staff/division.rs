//! Adding and changing divisions.

use axum::extract::{Path, State};
use axum::response::Response;
use maud::{Markup, html};
use townhall_app::error::AppError;
use townhall_app::organisation::{AddDivision, EditDivision, add_division, division_of, edit_division};
use townhall_domain::space::Space;

use super::act::{self, After, Sheet};
use super::{AskedUnit, typed_day};
use crate::session::{FormOf, Signed};
use crate::state::App;
use crate::typed::{Answers, Reading};
use crate::ui::{self, Errors, Field, Ui, href};

pub async fn ask(State(app): State<App>, signed: Signed, unit: AskedUnit) -> Response {
    let today = signed.ui(&app).today();
    let space = signed.actor.space().unwrap_or(Space::State);
    let answers = Answers::new([
        ("from", typed_day(today)),
        ("position", "0".to_owned()),
        ("space", space.as_str().to_owned()),
    ]);
    add_page(&app, &signed, &unit, &answers, &Errors::default())
}

pub async fn add(
    State(app): State<App>,
    signed: Signed,
    unit: AskedUnit,
    FormOf(answers): FormOf<Answers>,
) -> Response {
    let done = match read_new(&unit, &answers) {
        Ok(command) => {
            app.town
                .write("add_division", &signed.actor, move |tx, cx| {
                    add_division(tx, cx, &command)
                })
                .await
        }
        Err(error) => Err(error),
    };
    match act::after(&app, &signed, done, |()| {
        href("/staff", &[("unit", unit.0.code())])
    }) {
        After::Answer(answer) => answer,
        After::Again(errors) => add_page(&app, &signed, &unit, &answers, &errors),
    }
}

fn read_new(unit: &AskedUnit, answers: &Answers) -> Result<AddDivision, AppError> {
    let mut reading = Reading::default();
    let from = reading.day("from", answers.text("from"));
    let space = reading.parse("space", answers.text("space"), "staff-day-wrong", Space::parse);
    let position = position(&mut reading, answers);
    let read = from
        .zip(space)
        .zip(position)
        .map(|((from, space), position)| AddDivision {
            unit: unit.0.clone(),
            kind: given(answers.text("kind"), || id_of(answers)),
            id: id_of(answers),
            space,
            name_vi: answers.text("name_vi").to_owned(),
            name_en: english(answers, "name_en", "name_vi"),
            position,
            from,
        });
    reading.finish(read)
}

/// What was typed, or what stands for nothing typed.
fn given(typed: &str, otherwise: impl FnOnce() -> String) -> String {
    let typed = typed.trim();
    if typed.is_empty() {
        otherwise()
    } else {
        typed.to_owned()
    }
}

/// The code of a new division: as typed, or its Vietnamese name without marks, since nobody at an office knows codes.
fn id_of(answers: &Answers) -> String {
    given(answers.text("id"), || {
        let plain = townhall_text::fold(answers.text("name_vi"));
        let words = plain
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty());
        let mut id = String::new();
        for word in words {
            let with = if id.is_empty() {
                word.to_owned()
            } else {
                format!("{id}-{word}")
            };
            if with.len() > 40 {
                break;
            }
            id = with;
        }
        id
    })
}

/// An English name, or the Vietnamese one: whoever has no English name for it need not invent one.
pub fn english(answers: &Answers, name: &str, vietnamese: &str) -> String {
    given(answers.text(name), || answers.text(vietnamese).to_owned())
}

/// The place in a list, 0 to 999.
pub fn position(reading: &mut Reading, answers: &Answers) -> Option<u16> {
    let read = |text: &str| text.parse::<u16>().ok().filter(|number| *number < 1_000);
    reading.parse("position", answers.text("position"), "staff-number-wrong", read)
}

fn add_page(app: &App, signed: &Signed, unit: &AskedUnit, answers: &Answers, errors: &Errors) -> Response {
    let ui = signed.ui(app);
    let field = |name: &'static str, key: &str| field(&ui, answers, errors, name, key);
    let fields = html! {
        (names(&ui, answers, errors))
        (ui::hidden("space", answers.text("space")))
        (ui::number_field(&ui, &field("position", "staff-position").max_chars(3).columns(6)))
        (ui::date(&ui, &field("from", "staff-from").max_chars(10).columns(6)))
        (ui::text(&ui, &field("id", "staff-division-id").hint(ui.t("staff-division-id-hint")).optional().max_chars(40).columns(6)))
        (ui::text(&ui, &field("kind", "staff-division-kind").hint(ui.t("staff-division-kind-hint")).optional().max_chars(40).columns(6)))
    };
    let query = [("unit", unit.0.code())];
    let sheet = Sheet {
        title: &ui.t("staff-division-add"),
        context: &unit.name(app, &ui),
        action: &href("/staff/divisions/new", &query),
        verb: &ui.t("staff-division-add"),
        danger: false,
        back: &href("/staff", &query),
    };
    act::sheet(app, signed, &sheet, errors, &fields)
}

/// A field that shows again what was typed.
pub fn field<'a>(ui: &Ui, answers: &Answers, errors: &Errors, name: &'static str, key: &str) -> Field<'a> {
    Field::new(name, ui.t(key))
        .value(answers.text(name).to_owned())
        .autocomplete("off")
        .errors(errors)
}

fn names(ui: &Ui, answers: &Answers, errors: &Errors) -> Markup {
    html! {
        (ui::text(ui, &field(ui, answers, errors, "name_vi", "staff-name-vi").max_chars(200)))
        (ui::text(ui, &field(ui, answers, errors, "name_en", "staff-name-en").hint(ui.t("staff-name-en-hint")).optional().max_chars(200)))
    }
}

pub async fn ask_change(
    State(app): State<App>,
    signed: Signed,
    unit: AskedUnit,
    Path(division): Path<String>,
) -> Response {
    let (id, word) = (unit.0.clone(), division);
    let found = app
        .town
        .read("division_of", &signed.actor, move |tx, cx| {
            division_of(tx, cx, &id, &word)
        })
        .await;
    match found {
        Ok(found) => {
            let division = &found.item;
            let answers = Answers::new([
                ("name_vi", division.name_vi.clone()),
                ("name_en", division.name_en.clone()),
                ("position", division.position.to_string()),
                ("until", division.valid.until().map(typed_day).unwrap_or_default()),
                ("version", found.version.to_string()),
            ]);
            change_page(&app, &signed, &unit, &division.id, &answers, &Errors::default())
        }
        Err(error) => signed.refuse(&app, &error),
    }
}

pub async fn change(
    State(app): State<App>,
    signed: Signed,
    unit: AskedUnit,
    Path(division): Path<String>,
    FormOf(answers): FormOf<Answers>,
) -> Response {
    let mut reading = Reading::default();
    let until = reading.optional_day("until", answers.text("until"));
    let read = position(&mut reading, &answers).map(|position| EditDivision {
        unit: unit.0.clone(),
        id: division.clone(),
        version: answers.version(),
        name_vi: answers.text("name_vi").to_owned(),
        name_en: english(&answers, "name_en", "name_vi"),
        position,
        until,
    });
    let done = match reading.finish(read) {
        Ok(command) => {
            app.town
                .write("edit_division", &signed.actor, move |tx, cx| {
                    edit_division(tx, cx, &command)
                })
                .await
        }
        Err(error) => Err(error),
    };
    match act::after(&app, &signed, done, |()| {
        href("/staff", &[("unit", unit.0.code())])
    }) {
        After::Answer(answer) => answer,
        After::Again(errors) => change_page(&app, &signed, &unit, &division, &answers, &errors),
    }
}

fn change_page(
    app: &App,
    signed: &Signed,
    unit: &AskedUnit,
    division: &str,
    answers: &Answers,
    errors: &Errors,
) -> Response {
    let ui = signed.ui(app);
    let field = |name: &'static str, key: &str| field(&ui, answers, errors, name, key);
    let fields = html! {
        (ui::hidden("version", answers.text("version")))
        (names(&ui, answers, errors))
        (ui::number_field(&ui, &field("position", "staff-position").max_chars(3).columns(6)))
        (ui::date(&ui, &field("until", "staff-until").hint(ui.t("staff-until-hint")).max_chars(10).columns(6).optional()))
    };
    let query = [("unit", unit.0.code())];
    let sheet = Sheet {
        title: &ui.t("staff-division-edit"),
        context: &unit.name(app, &ui),
        action: &href(&format!("/staff/divisions/{division}"), &query),
        verb: &ui.t("common-save"),
        danger: false,
        back: &href("/staff", &query),
    };
    act::sheet(app, signed, &sheet, errors, &fields)
}

//! The papers of the form: a line each, `title_0`, `pages_0`, `copies_0`, then 1, 2, …

use townhall_domain::express::{DocumentInput, MOST_DOCUMENTS};

use crate::counter::typed::Typed;

/// How many lines the form has; at least one.
pub fn count(typed: &Typed) -> usize {
    (0..MOST_DOCUMENTS)
        .take_while(|place| typed.has(&format!("title_{place}")))
        .count()
        .max(1)
}

/// What was typed of each paper.
pub fn typed(typed: &Typed) -> Vec<DocumentInput> {
    (0..count(typed)).map(|place| line(typed, place)).collect()
}

/// What was typed of one paper; pages and copies are proposed as one.
pub fn line(typed: &Typed, place: usize) -> DocumentInput {
    let value = |part: &str| typed.get(&format!("{part}_{place}")).to_owned();
    let or_one = |part: &str| {
        let name = format!("{part}_{place}");
        if typed.has(&name) {
            value(part)
        } else {
            "1".to_owned()
        }
    };
    DocumentInput {
        title: value("title"),
        pages: or_one("pages"),
        copies: or_one("copies"),
    }
}

/// Adds a line, takes one away, or forgets the requester, as the button says; gives the field that comes next.
pub fn change(typed: &mut Typed, wanted: &str) -> Option<String> {
    if wanted == "add" {
        let place = count(typed);
        if place < MOST_DOCUMENTS {
            for (part, value) in [("title", ""), ("pages", "1"), ("copies", "1")] {
                typed.set(&format!("{part}_{place}"), value);
            }
        }
        return Some(format!("title_{}", count(typed) - 1));
    }
    if wanted == "forget" {
        typed.drop_all("applicant_");
        typed.drop("card_read");
        return Some("card".to_owned());
    }
    let gone: usize = wanted.strip_prefix("remove_")?.parse().ok()?;
    let many = count(typed);
    if gone >= many || many == 1 {
        return None;
    }
    for place in gone + 1..many {
        for part in ["title", "pages", "copies"] {
            let value = typed.get(&format!("{part}_{place}")).to_owned();
            typed.set(&format!("{part}_{}", place - 1), value);
        }
    }
    for part in ["title", "pages", "copies"] {
        typed.drop(&format!("{part}_{}", many - 1));
    }
    Some(format!("title_{}", gone.min(many - 2)))
}

/// Where the work goes on after a card or a number was read: with the paper, or with the name when nobody is known.
pub fn after_card(typed: &Typed, has_read: bool) -> Option<String> {
    let next = if typed.get("applicant_name").is_empty() {
        "applicant_name"
    } else {
        "title_0"
    };
    has_read.then(|| next.to_owned())
}

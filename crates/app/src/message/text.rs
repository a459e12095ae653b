//! What a message says: from the locales, in the reader's language, with the code and the way to the status page.

use townhall_domain::dossier::Dossier;
use townhall_domain::message::{Tongue, Way};
use townhall_domain::time;
use townhall_store::messages::Message;
use townhall_text::{Arg, Lang, t_args};
use unicode_normalization::UnicodeNormalization;

use crate::packs::Packs;

/// Subject and text of a message. Neither says what the matter is about nor whose it is: whoever has the link sees it.
pub fn words(packs: &Packs, base: &str, message: &Message, dossier: &Dossier) -> (String, String) {
    let lang = match message.lang {
        Tongue::Vi => Lang::Vi,
        Tongue::En => Lang::En,
    };
    let day = time::local_date(message.queued_at);
    let unit = packs.units().by_id(&message.unit).map_or_else(
        || message.unit.code().to_owned(),
        |unit| unit.full_name(day).to_owned(),
    );
    let due = message
        .due_at
        .map(|due| townhall_text::date_time(lang, due, day))
        .unwrap_or_default();
    let link = format!("{base}/h/{}", dossier.receipt_secret);
    let args = [
        ("code", Arg::from(message.code.as_str())),
        ("unit", Arg::from(unit.as_str())),
        ("due", Arg::from(due.as_str())),
        ("link", Arg::from(link.as_str())),
    ];
    let kind = message.kind.as_str();
    match message.way {
        Way::Email => {
            let subject = t_args(lang, &format!("message-subject-{kind}"), &args);
            let text = [
                t_args(lang, "message-greeting", &args),
                t_args(lang, &format!("message-text-{kind}"), &args),
                t_args(lang, "message-link", &args),
                t_args(lang, "message-closing", &args),
            ];
            (subject, text.join("\n\n"))
        }
        Way::Sms => {
            let text = t_args(lang, &format!("message-sms-{kind}"), &args);
            (String::new(), plain(&text))
        }
    }
}

/// Letters without marks: a text message with Vietnamese marks holds 70 characters instead of 160 and costs double.
pub fn plain(text: &str) -> String {
    text.nfd()
        .filter(|c| !unicode_normalization::char::is_combining_mark(*c))
        .map(|c| match c {
            'đ' => 'd',
            'Đ' => 'D',
            '–' | '—' => '-',
            '“' | '”' => '"',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use townhall_domain::message::MessageKind;

    #[test]
    fn a_text_message_uses_letters_that_every_telephone_counts_as_one() {
        assert_eq!(
            plain("Hồ sơ đã được tiếp nhận – Đắk Lắk"),
            "Ho so da duoc tiep nhan - Dak Lak"
        );
    }

    #[test]
    fn every_message_has_its_words_in_both_languages_and_none_names_a_person_or_a_matter() {
        for lang in [Lang::Vi, Lang::En] {
            for kind in MessageKind::ALL {
                for part in ["subject", "text", "sms"] {
                    let key = format!("message-{part}-{}", kind.as_str());
                    assert!(townhall_text::has(lang, &key), "{key}");
                }
            }
        }
    }
}

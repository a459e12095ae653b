//! The keyboard map. `assets/keys.json` is the one table: buttons show it and the script obeys it.

use std::sync::LazyLock;

use maud::{Markup, html};
use serde::Deserialize;

use super::Ui;

const TABLE: &str = include_str!("../../assets/keys.json");

#[derive(Debug, Deserialize)]
struct Key {
    id: String,
    /// Pressed one after the other ("G V") or together with Ctrl or Shift ("Ctrl Enter").
    keys: String,
    #[serde(rename = "where")]
    place: String,
}

// The table is compiled in and a test reads it, so it cannot be broken at run time; an empty map only hides hints.
static KEYS: LazyLock<Vec<Key>> = LazyLock::new(|| serde_json::from_str(TABLE).unwrap_or_default());

/// The key of an action, as a hint on its button. An unknown id shows nothing.
pub fn key_hint(_ui: &Ui, id: &str) -> Markup {
    html! { @if let Some(key) = KEYS.iter().find(|key| key.id == id) { " " kbd aria-hidden="true" { (key.keys) } } }
}

/// The page of all keys, also shown by `?`.
pub fn keys_page(ui: &Ui) -> Markup {
    const PLACES: [&str; 5] = ["everywhere", "list", "dossier", "counter", "express"];
    html! {
        div id="keys" {
            h1 { (ui.t("ui-keys")) }
            p.text-secondary { (ui.t("ui-keys-where")) }
            div.th-cols.th-cols-2 {
                @for place in PLACES {
                    section.card aria-labelledby=(format!("keys-{place}")) {
                        div.card-header {
                            h2.card-title id=(format!("keys-{place}")) { (ui.t(&format!("ui-keys-{place}"))) }
                        }
                        dl.card-body.th-kv.mb-0 {
                            @for key in KEYS.iter().filter(|key| key.place == place) {
                                dt { @for part in key.keys.split(' ') { kbd { (part) } " " } }
                                dd { (ui.t(&format!("ui-key-{}", key.id))) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The words that the script says, as JSON in a `meta` element; `{time}` in them is filled in by the script.
pub(super) fn script_words(ui: &Ui) -> String {
    let words = [
        ("saved", "ui-draft-saved"),
        ("kept", "ui-draft-kept"),
        ("restored", "ui-draft-restored"),
        ("signedOut", "ui-draft-signed-out"),
        ("failed", "ui-send-failed"),
        ("close", "ui-close"),
    ];
    let map: serde_json::Map<String, serde_json::Value> = words
        .into_iter()
        .map(|(name, key)| {
            (
                name.to_owned(),
                ui.t_args(key, &[("time", "{time}".into())]).into(),
            )
        })
        .collect();
    serde_json::Value::Object(map).to_string()
}

#[cfg(test)]
mod tests {
    use townhall_text::{Lang, has};

    use super::*;

    #[test]
    fn every_key_has_words_and_no_place_gives_one_key_to_two_actions() {
        assert!(!KEYS.is_empty());
        for key in KEYS.iter() {
            assert!(
                Lang::ALL
                    .into_iter()
                    .all(|lang| has(lang, &format!("ui-key-{}", key.id))),
                "{}",
                key.id
            );
            let same = |other: &&Key| {
                other.keys == key.keys && (other.place == key.place || other.place == "everywhere")
            };
            assert_eq!(KEYS.iter().filter(same).count(), 1, "{}", key.id);
        }
    }
}

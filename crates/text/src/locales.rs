//! Fluent bundles, compiled in and built once.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use fluent_bundle::FluentArgs;
use fluent_bundle::FluentResource;
/// A value for a placeable: text, or a number (which also chooses plurals). `"x".into()`, `3.into()`.
pub use fluent_bundle::FluentValue as Arg;
use fluent_bundle::concurrent::FluentBundle;
use include_dir::{Dir, include_dir};
use unic_langid::{LanguageIdentifier, langid};

use crate::{Lang, number};

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/locales");

type Bundle = FluentBundle<FluentResource>;

static VI: LazyLock<Bundle> = LazyLock::new(|| bundle(Lang::Vi));
static EN: LazyLock<Bundle> = LazyLock::new(|| bundle(Lang::En));

/// The words of `key` in `lang`. `key.attribute` asks for an attribute.
pub fn t(lang: Lang, key: &str) -> String {
    t_args(lang, key, &[])
}

/// The words of `key` with values for its placeables: `t_args(lang, "inbox-count", &[("count", 3.into())])`.
///
/// Numbers come out with the separators of the language; years and codes are given as text. A value that the
/// message needs and does not get shows as `{$name}`.
pub fn t_args(lang: Lang, key: &str, args: &[(&str, Arg<'_>)]) -> String {
    write(lang, key, args)
        .or_else(|| (lang != Lang::Vi).then(|| write(Lang::Vi, key, args)).flatten())
        .unwrap_or_else(|| format!("⟦{key}⟧"))
}

/// Whether `lang` itself has words for `key`.
pub fn has(lang: Lang, key: &str) -> bool {
    let (id, attribute) = split(key);
    words_of(lang)
        .get_message(id)
        .is_some_and(|message| match attribute {
            None => message.value().is_some(),
            Some(name) => message.get_attribute(name).is_some(),
        })
}

/// Every key of `lang`, in order; tools compare them with the keys that the code asks for.
pub fn keys(lang: Lang) -> BTreeSet<String> {
    files(lang)
        .flat_map(|(_, text)| message_blocks(text).map(|(key, _)| key.to_owned()))
        .collect()
}

fn write(lang: Lang, key: &str, args: &[(&str, Arg<'_>)]) -> Option<String> {
    let bundle = words_of(lang);
    let (id, attribute) = split(key);
    let message = bundle.get_message(id)?;
    let pattern = match attribute {
        None => message.value()?,
        Some(name) => message.get_attribute(name)?.value(),
    };
    let args: FluentArgs<'_> = args.iter().map(|(name, value)| (*name, value.clone())).collect();
    // A placeable without a value is written as {$name}: seen on the page, and found by the tests of the caller.
    let mut faults = Vec::new();
    Some(
        bundle
            .format_pattern(pattern, Some(&args), &mut faults)
            .into_owned(),
    )
}

fn split(key: &str) -> (&str, Option<&str>) {
    key.split_once('.')
        .map_or((key, None), |(id, attribute)| (id, Some(attribute)))
}

fn words_of(lang: Lang) -> &'static Bundle {
    match lang {
        Lang::Vi => &VI,
        Lang::En => &EN,
    }
}

fn bundle(lang: Lang) -> Bundle {
    let id: LanguageIdentifier = match lang {
        Lang::Vi => langid!("vi"),
        Lang::En => langid!("en"),
    };
    let mut bundle = FluentBundle::new_concurrent(vec![id]);
    // No isolation marks: words go into HTML (which has <bdi>), PDF and SMS, where the marks would be seen or counted.
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(match lang {
        Lang::Vi => |value: &Arg<'_>, _: &_| grouped(Lang::Vi, value),
        Lang::En => |value: &Arg<'_>, _: &_| grouped(Lang::En, value),
    }));
    for (_, text) in files(lang) {
        // What can be read is used even if a message is broken; the tests below refuse a broken or doubled one.
        let resource = match FluentResource::try_new(text.to_owned()) {
            Ok(resource) | Err((resource, _)) => resource,
        };
        drop(bundle.add_resource(resource));
    }
    bundle
}

/// A whole number with the separators of the language; anything else as Fluent writes it.
fn grouped(lang: Lang, value: &Arg<'_>) -> Option<String> {
    let Arg::Number(given) = value else { return None };
    if given.value.fract() != 0.0 || given.value.abs() > 9e15 {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a whole number within 2^53, checked above"
    )]
    let whole = given.value as i64;
    Some(number(lang, whole))
}

fn files(lang: Lang) -> impl Iterator<Item = (&'static str, &'static str)> {
    FILES
        .get_dir(lang.code())
        .into_iter()
        .flat_map(Dir::files)
        .filter_map(|file| {
            let (name, kind) = (file.path().file_name()?.to_str()?, file.path().extension()?);
            (kind == "ftl")
                .then(|| Some((name, file.contents_utf8()?)))
                .flatten()
        })
}

/// The messages of a file: key and source text, terms and comments left out.
fn message_blocks(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let starts: Vec<(usize, &str)> = text
        .split_inclusive('\n')
        .scan(0, |at, line| {
            let start = *at;
            *at += line.len();
            Some((start, line))
        })
        .filter(|(_, line)| line.starts_with(|first: char| !first.is_whitespace() && first != '}'))
        .collect();
    let ends: Vec<usize> = starts
        .iter()
        .skip(1)
        .map(|(at, _)| *at)
        .chain([text.len()])
        .collect();
    starts.into_iter().zip(ends).filter_map(|((start, line), end)| {
        let key = line.split_once('=')?.0.trim_end();
        let plain = key.starts_with(|first: char| first.is_ascii_alphabetic())
            && key
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        plain.then(|| (key, &text[start..end]))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// The placeables of a message and of its attributes: `$name`.
    fn variables(source: &str) -> BTreeSet<String> {
        source
            .split('$')
            .skip(1)
            .map(|rest| {
                rest.chars()
                    .take_while(|c| c.is_ascii_alphanumeric() || *c == '-' || *c == '_')
                    .collect()
            })
            .collect()
    }

    fn messages(lang: Lang) -> BTreeMap<String, (String, BTreeSet<String>)> {
        files(lang)
            .flat_map(|(file, text)| {
                message_blocks(text)
                    .map(move |(key, source)| (key.to_owned(), (file.to_owned(), variables(source))))
            })
            .collect()
    }

    #[test]
    fn every_file_of_words_can_be_read_and_no_key_is_given_twice() {
        for lang in Lang::ALL {
            let mut bundle: Bundle = FluentBundle::new_concurrent(vec![langid!("vi")]);
            for (name, text) in files(lang) {
                let file = format!("{}/{name}", lang.code());
                let resource = FluentResource::try_new(text.to_owned())
                    .unwrap_or_else(|(_, faults)| panic!("{file}: {faults:?}"));
                bundle
                    .add_resource(resource)
                    .unwrap_or_else(|faults| panic!("{file}: {faults:?}"));
            }
        }
    }

    #[test]
    fn both_languages_have_the_same_keys_in_the_same_files_with_the_same_placeables() {
        let vi = messages(Lang::Vi);
        let en = messages(Lang::En);
        let mut faults = Vec::new();
        for key in vi.keys().chain(en.keys()).collect::<BTreeSet<_>>() {
            match (vi.get(key), en.get(key)) {
                (Some(in_vi), Some(in_en)) if in_vi == in_en => {}
                (in_vi, in_en) => faults.push(format!("{key}: vi {in_vi:?}, en {in_en:?}")),
            }
        }
        assert!(
            faults.is_empty(),
            "{} keys differ:\n{}",
            faults.len(),
            faults.join("\n")
        );
        assert!(!vi.is_empty());
    }

    #[test]
    fn every_message_can_be_written_when_its_placeables_are_given() {
        for lang in Lang::ALL {
            for (key, (_, names)) in messages(lang) {
                let values: Vec<(&str, Arg<'_>)> =
                    names.iter().map(|name| (name.as_str(), 3.into())).collect();
                let words = t_args(lang, &key, &values);
                assert!(
                    !words.contains("{$") && !words.contains('⟦'),
                    "{} {key}: {words}",
                    lang.code()
                );
            }
        }
    }

    #[test]
    fn an_unknown_key_shows_itself_and_does_not_fail() {
        assert_eq!(t(Lang::En, "no-such-key"), "⟦no-such-key⟧");
        assert_eq!(t(Lang::Vi, "no-such-key.attribute"), "⟦no-such-key.attribute⟧");
        assert!(!has(Lang::Vi, "no-such-key"));
    }

    #[test]
    fn numbers_in_sentences_carry_the_separators_of_the_language() {
        assert_eq!(
            t_args(Lang::Vi, "common-results", &[("count", 48_880.into())]),
            "48.880 kết quả"
        );
        assert_eq!(
            t_args(Lang::En, "common-results", &[("count", 48_880.into())]),
            "48,880 results"
        );
        assert_eq!(
            t_args(Lang::En, "common-results", &[("count", 1.into())]),
            "1 result"
        );
    }

    #[test]
    fn words_carry_no_isolation_marks() {
        let words = t_args(Lang::Vi, "common-results", &[("count", 2.into())]);
        assert!(
            words.chars().all(|c| !('\u{2066}'..='\u{2069}').contains(&c)),
            "{words:?}"
        );
    }

    #[test]
    fn message_blocks_see_keys_and_not_comments_or_terms() {
        let text = "# c = d\n-term = x\nfirst = a { $x }\n    b\n    .title = { $y }\n\nsecond =\n    { $n ->\n        [one] e\n       *[other] f\n    }\n";
        let found: Vec<_> = message_blocks(text)
            .map(|(key, source)| (key, variables(source)))
            .collect();
        assert_eq!(found.len(), 2);
        assert_eq!(found[0], ("first", ["x", "y"].map(str::to_owned).into()));
        assert_eq!(found[1], ("second", ["n"].map(str::to_owned).into()));
    }
}

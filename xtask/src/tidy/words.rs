//! The words people read: the same keys and placeables in every language, and the ones that the code asks for.

use std::collections::{BTreeMap, BTreeSet};

use super::rust::{Kind, Token, tokens_without_tests};
use super::{Finding, Tree};

const DIR: &str = "crates/text/locales/";
/// The source language; the others are compared with it.
const SOURCE: &str = "vi";
/// Functions that take a key: `t(lang, "key")`, `t_args(lang, "key", &[("name", value)])`.
const ASK: &[&str] = &["t", "t_args"];

/// A message or an attribute of one (`key.attribute`), where it stands and the placeables it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Message {
    file: String,
    line: usize,
    needs: BTreeSet<String>,
}

type Messages = BTreeMap<String, Message>;

pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut languages: BTreeMap<&str, Messages> = BTreeMap::new();
    for (file, text) in tree.texts_in(DIR, ".ftl") {
        let language = file[DIR.len()..].split('/').next().unwrap_or_default();
        let known = languages.entry(language).or_default();
        for (key, message) in messages(file, text) {
            if let Some(first) = known.get(&key) {
                let at = format!("{}:{}", first.file, first.line);
                findings.push(Finding::new(
                    file,
                    message.line,
                    format!("`{key}` is already at {at}"),
                ));
            } else {
                known.insert(key, message);
            }
        }
    }
    let Some(source) = languages.remove(SOURCE) else {
        return findings;
    };
    for (language, other) in &languages {
        findings.extend(differences(&source, language, other));
    }
    let mut used = String::new();
    for (file, text) in tree
        .texts_in("crates/", ".rs")
        .filter(|(file, _)| file.contains("/src/"))
    {
        let code = tokens_without_tests(text);
        findings.extend(wrong_asks(file, &code, &source));
        for token in code.iter().filter(|token| token.kind == Kind::Text) {
            used.extend([token.text.as_str(), "\n"]);
        }
    }
    for ending in [".toml", ".json", ".typ"] {
        for (_, text) in tree
            .texts_in("", ending)
            .filter(|(file, _)| file.starts_with("packs/") || file.starts_with("crates/print/"))
        {
            used.extend(text.split('"').flat_map(|part| [part, "\n"]));
        }
    }
    findings.extend(unused(&source, &used));
    findings
}

/// Keys with their placeables. Terms (`-name`), comments and groups are not asked for, so they are left out.
fn messages(file: &str, text: &str) -> Vec<(String, Message)> {
    let mut found: Vec<(String, Message)> = Vec::new();
    let mut key = String::new();
    for (at, line) in text.lines().enumerate() {
        let new = |key: &str, rest: &str| {
            (
                key.to_owned(),
                Message {
                    file: file.to_owned(),
                    line: at + 1,
                    needs: placeables(rest),
                },
            )
        };
        if line.starts_with([' ', '\t', '}']) {
            if let Some((attribute, rest)) = line.trim_start().strip_prefix('.').and_then(assignment) {
                found.push(new(&format!("{key}.{attribute}"), rest));
            } else if let Some((_, last)) = found.last_mut().filter(|_| !key.is_empty()) {
                last.needs.extend(placeables(line));
            }
        } else if let Some((id, rest)) = assignment(line) {
            found.push(new(&id, rest));
            key = id;
        } else if !line.is_empty() {
            // A comment or a term: what is indented below belongs to neither message.
            key.clear();
        }
    }
    found
}

/// `id = rest`, when the id is one.
fn assignment(text: &str) -> Option<(String, &str)> {
    let (id, rest) = text.split_once('=')?;
    let id = id.trim_end();
    let plain = id.starts_with(|c: char| c.is_ascii_alphabetic())
        && id
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    plain.then(|| (id.to_owned(), rest))
}

fn placeables(text: &str) -> BTreeSet<String> {
    let name = |rest: &str| {
        rest.chars()
            .take_while(|c| c.is_ascii_alphanumeric() || *c == '-' || *c == '_')
            .collect()
    };
    text.split('$').skip(1).map(name).collect()
}

fn differences(source: &Messages, language: &str, other: &Messages) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (key, message) in source {
        match other.get(key) {
            None => {
                let message_text = format!("`{key}` has no words in {language}");
                findings.push(Finding::new(&message.file, message.line, message_text));
            }
            Some(there) if there.needs != message.needs => {
                let text = format!("`{key}` needs {:?}, in {SOURCE} {:?}", there.needs, message.needs);
                findings.push(Finding::new(&there.file, there.line, text));
            }
            Some(_) => {}
        }
    }
    for (key, there) in other.iter().filter(|(key, _)| !source.contains_key(*key)) {
        findings.push(Finding::new(
            &there.file,
            there.line,
            format!("`{key}` has no words in {SOURCE}"),
        ));
    }
    findings
}

/// Calls that ask for a key which is not there, or give other placeables than it needs.
fn wrong_asks(file: &str, code: &[Token], source: &Messages) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, token) in code.iter().enumerate() {
        let asks = token.kind == Kind::Word && ASK.contains(&token.text.as_str());
        let defined = at > 0 && code[at - 1].is("fn");
        if !asks || defined || !code.get(at + 1).is_some_and(|token| token.is("(")) {
            continue;
        }
        let call = arguments(&code[at + 2..]);
        let Some((key, given)) = asked(call) else { continue };
        match source.get(key) {
            None => findings.push(Finding::new(
                file,
                token.line,
                format!("`{key}` is in no locale file"),
            )),
            Some(message) => {
                if let Some(given) = given.filter(|given| *given != message.needs) {
                    let text = format!("`{key}` needs {:?} and is given {given:?}", message.needs);
                    findings.push(Finding::new(file, token.line, text));
                }
            }
        }
    }
    findings
}

/// The tokens up to the parenthesis that closes the call.
fn arguments(code: &[Token]) -> &[Token] {
    let mut depth = 1;
    for (at, token) in code
        .iter()
        .enumerate()
        .filter(|(_, token)| token.kind == Kind::Sign)
    {
        match token.text.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &code[..at];
        }
    }
    code
}

/// The key of a call when it is written out, and the names of its values when they are written out too.
fn asked(call: &[Token]) -> Option<(&str, Option<BTreeSet<String>>)> {
    let mut depth = 0;
    let mut key: Option<&str> = None;
    let mut given = BTreeSet::new();
    let mut rest_is_written_out = true;
    for (at, token) in call.iter().enumerate() {
        match (token.kind, token.text.as_str()) {
            (Kind::Sign, "(" | "[" | "{") => {
                depth += 1;
                // `&[("name", value), …]`: a name is the first thing in its parentheses.
                if key.is_some() && depth == 2 && token.is("(") {
                    match call.get(at + 1).filter(|next| next.kind == Kind::Text) {
                        Some(name) => _ = given.insert(name.text.clone()),
                        None => rest_is_written_out = false,
                    }
                }
            }
            (Kind::Sign, ")" | "]" | "}") => depth -= 1,
            (Kind::Text, text) if depth == 0 && key.is_none() => key = Some(text),
            // A third argument that is a variable: its names are not to be seen here.
            (Kind::Word, _) if depth == 0 && key.is_some() => rest_is_written_out = false,
            _ => {}
        }
    }
    Some((key?, rest_is_written_out.then_some(given)))
}

/// Words that nothing asks for. A key may be put together, `format!("dossier-state-{code}")`, so a text that
/// ends or breaks off at `-` stands for every key that begins with it.
fn unused(source: &Messages, used: &str) -> Vec<Finding> {
    let texts: BTreeSet<&str> = used.lines().collect();
    let starts: Vec<&str> = texts
        .iter()
        .filter_map(|text| text.split('{').next())
        .filter(|start| start.ends_with('-') && start.len() > 2)
        .collect();
    source
        .iter()
        .filter(|(key, _)| {
            let id = key.split('.').next().unwrap_or_default();
            !texts.contains(key.as_str())
                && !texts.contains(id)
                && !starts.iter().any(|start| id.starts_with(start))
        })
        .map(|(key, message)| Finding::new(&message.file, message.line, format!("nothing asks for `{key}`")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::rust::tokens;
    use super::*;

    fn book(text: &str) -> Messages {
        messages("vi/a.ftl", text).into_iter().collect()
    }

    fn texts(findings: &[Finding]) -> Vec<&str> {
        findings.iter().map(|finding| finding.message.as_str()).collect()
    }

    #[test]
    fn keys_attributes_and_placeables_are_read() {
        let book = book(
            "# note = x\n-term = y\na = one { $x }\n    two { $y }\n    .title = { $z }\nb =\n    { $n ->\n        [one] 1\n       *[other] { $n }\n    }\n",
        );
        let read: Vec<_> = book
            .iter()
            .map(|(key, message)| (key.as_str(), message.needs.len()))
            .collect();
        assert_eq!(read, [("a", 2), ("a.title", 1), ("b", 1)]);
    }

    #[test]
    fn a_key_without_words_in_a_language_is_found() {
        let found = differences(&book("a = x\nb = y { $n }\n"), "en", &book("b = y\nc = z\n"));
        assert_eq!(
            texts(&found),
            [
                "`a` has no words in en",
                "`b` needs {}, in vi {\"n\"}",
                "`c` has no words in vi"
            ]
        );
    }

    #[test]
    fn a_call_that_asks_for_what_is_not_there_is_found() {
        let code =
            tokens("t(lang, \"a\"); t(lang, \"missing\"); t(lang, &key); fn t(lang: Lang, key: \"x\") {}");
        assert_eq!(
            texts(&wrong_asks("f.rs", &code, &book("a = x\n"))),
            ["`missing` is in no locale file"]
        );
    }

    #[test]
    fn a_call_that_gives_other_values_is_found() {
        let words = book("a = { $n } of { $all }\n");
        let ask = |call: &str| wrong_asks("f.rs", &tokens(call), &words).len();
        assert_eq!(
            ask("t_args(lang, \"a\", &[(\"n\", 1.into()), (\"all\", x.len().into())])"),
            0
        );
        assert_eq!(ask("t_args(lang, \"a\", &[(\"n\", 1.into())])"), 1);
        assert_eq!(ask("t(lang, \"a\")"), 1);
        assert_eq!(ask("t_args(lang, \"a\", &values)"), 0);
    }

    #[test]
    fn words_that_nothing_asks_for_are_found() {
        let words = book("state-open = x\nold = y\ntitle = z\n");
        assert_eq!(
            texts(&unused(&words, "state-{}\ntitle\n")),
            ["nothing asks for `old`"]
        );
    }
}

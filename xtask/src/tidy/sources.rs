//! Source files: their size, what they may not say, and where async and SQL may stand.

use super::rust::{Kind, Token, tokens, tokens_without_tests};
use super::{Finding, Tree};

/// A file tells one story; past this it tells two.
const MAX_LINES: usize = 600;

/// Endings of files that people write and read.
const WRITTEN: &[&str] = &[".rs", ".mjs", ".sql", ".ftl", ".typ"];

/// Macros that leave something for later or for the eyes of one day.
const UNFINISHED: &[(&str, &str)] = &[
    ("todo", "finish it, or leave it out and say so in the issue"),
    (
        "unimplemented",
        "finish it, or leave it out and say so in the issue",
    ),
    ("dbg", "use tracing"),
];

/// Where async may stand: the edges, and the two doors through which they reach the synchronous core.
const ASYNC: &[&str] = &[
    "crates/web/",
    "crates/townhall/",
    "crates/testkit/",
    "crates/store/src/db.rs",
    "crates/store/src/db/",
    "crates/app/src/town.rs",
    "crates/app/src/town/",
];

/// How an SQL statement begins.
const SQL: &[&str] = &[
    "SELECT ",
    "INSERT INTO ",
    "UPDATE ",
    "DELETE FROM ",
    "WITH RECURSIVE ",
];

pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, text) in tree.texts() {
        if WRITTEN.iter().any(|ending| file.ends_with(ending)) && !is_vendored(file) {
            findings.extend(too_long(file, text));
        }
    }
    for (file, text) in tree.texts_in("", ".rs") {
        findings.extend(unfinished(file, &tokens(text)));
        if file.starts_with("crates/") && file.contains("/src/") && !file.ends_with("/tests.rs") {
            let code = tokens_without_tests(text);
            findings.extend(misplaced_async(file, &code));
            findings.extend(misplaced_sql(file, &code));
        }
        if file.starts_with("crates/web/src/") {
            findings.extend(inline_code(file, &tokens_without_tests(text)));
        }
    }
    findings
}

/// Files that came from elsewhere and stay as they came.
pub fn is_vendored(file: &str) -> bool {
    file.contains("/vendor/") || file.contains(".min.")
}

fn too_long(file: &str, text: &str) -> Option<Finding> {
    let lines = text.lines().count();
    (lines > MAX_LINES).then(|| {
        Finding::new(
            file,
            0,
            format!("{lines} lines; split it by subject at {MAX_LINES} or before"),
        )
    })
}

fn unfinished(file: &str, tokens: &[Token]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let next = |ahead: usize, text: &str| tokens.get(at + ahead).is_some_and(|token| token.is(text));
        if token.kind == Kind::Word && next(1, "!") {
            for (name, instead) in UNFINISHED {
                if token.text == *name {
                    findings.push(Finding::new(
                        file,
                        token.line,
                        format!("{name}! is not kept: {instead}"),
                    ));
                }
            }
        }
        if token.is("#") && next(1, "[") && next(2, "ignore") {
            let message =
                "an ignored test promises nothing: assert what is true today and say why in a comment";
            findings.push(Finding::new(file, token.line, message));
        }
    }
    findings
}

fn misplaced_async(file: &str, code: &[Token]) -> Vec<Finding> {
    if ASYNC.iter().any(|allowed| file.starts_with(allowed)) {
        return Vec::new();
    }
    let message = "async stands only at the edges (web, townhall); below them are plain functions";
    code.iter()
        .filter(|token| token.is("async") || token.is("await"))
        .map(|token| Finding::new(file, token.line, message))
        .collect()
}

fn misplaced_sql(file: &str, code: &[Token]) -> Vec<Finding> {
    if file.starts_with("crates/store/") || file.starts_with("crates/testkit/") {
        return Vec::new();
    }
    code.iter()
        .filter(|token| token.kind == Kind::Text)
        .filter(|token| {
            SQL.iter().any(|start| {
                token
                    .text
                    .trim_start()
                    .trim_start_matches('\\')
                    .trim_start()
                    .starts_with(start)
            })
        })
        .map(|token| Finding::new(file, token.line, "SQL stands only in crates/store"))
        .collect()
}

/// The pages' content security policy forbids inline script and style, so markup must not hold any.
fn inline_code(file: &str, code: &[Token]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for window in code.windows(3) {
        let [name, equals, value] = window else { continue };
        let attribute = name.kind == Kind::Word
            && equals.is("=")
            && (value.kind == Kind::Text || value.is("(") || value.is("{"));
        // `let style = "…"` is no attribute, but nobody needs that name where markup is written.
        if attribute && name.text == "style" {
            let message = "style=… is blocked by the content security policy: use a class of townhall.css";
            findings.push(Finding::new(file, name.line, message));
        }
        if attribute && is_handler(&name.text) {
            let message = format!(
                "{}=… is blocked by the content security policy: use an htmx attribute",
                name.text
            );
            findings.push(Finding::new(file, name.line, message));
        }
        if (name.is("script") || name.is("style")) && equals.is("{") {
            let message = format!(
                "an inline {} is blocked by the content security policy",
                name.text
            );
            findings.push(Finding::new(file, name.line, message));
        }
    }
    findings
}

fn is_handler(name: &str) -> bool {
    const EVENTS: &[&str] = &[
        "click",
        "change",
        "submit",
        "load",
        "error",
        "input",
        "focus",
        "blur",
        "keydown",
        "keyup",
        "mouseover",
        "toggle",
        "drop",
        "paste",
    ];
    name.strip_prefix("on")
        .is_some_and(|event| EVENTS.contains(&event))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(findings: &[Finding]) -> Vec<usize> {
        findings.iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn a_file_that_tells_two_stories_is_found() {
        assert!(too_long("a.rs", &"x\n".repeat(601)).is_some());
        assert!(too_long("a.rs", &"x\n".repeat(600)).is_none());
    }

    #[test]
    fn what_is_left_for_later_is_found_but_not_in_comments_and_strings() {
        let source = "fn a() { todo!(); }\n// todo!()\nlet b = \"dbg!(x)\";\n#[ignore]\nfn c() { dbg!(1); }";
        assert_eq!(lines(&unfinished("a.rs", &tokens(source))), [1, 4, 5]);
    }

    #[test]
    fn async_below_the_edges_is_found() {
        let code = tokens("async fn a() {\n b().await }");
        assert_eq!(
            lines(&misplaced_async("crates/app/src/dossier.rs", &code)),
            [1, 2]
        );
        assert!(misplaced_async("crates/web/src/dossier.rs", &code).is_empty());
    }

    #[test]
    fn sql_outside_the_store_is_found() {
        let code = tokens("tx.rows(\"SELECT a FROM b\", &[]);\nlabel(\"SELECTED\")");
        assert_eq!(lines(&misplaced_sql("crates/app/src/dossier.rs", &code)), [1]);
        assert!(misplaced_sql("crates/store/src/dossiers.rs", &code).is_empty());
    }

    #[test]
    fn inline_style_and_script_are_found() {
        let code = tokens(
            "html! {\n p style=\"color: red\" {}\n a onclick=(x) {}\n script { \"x\" }\n p class=\"style\" {} script src=\"a\" {} }",
        );
        assert_eq!(lines(&inline_code("crates/web/src/a.rs", &code)), [2, 3, 4]);
    }
}

//! Documents: links that lead somewhere, a map with every crate, nothing that only one machine has.

use super::{Finding, Tree};

pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, text) in tree.texts_in("", ".md") {
        for (line, target) in links(text) {
            findings.extend(broken(tree, file, text, line, target));
        }
    }
    findings.extend(crates_off_the_map(tree));
    findings.extend(hosts_in_locks(tree));
    findings.extend(machine_paths(tree));
    findings
}

/// Targets of `[text](target)` with their lines; code blocks and code spans are left out.
fn links(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut fenced = false;
    for (at, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        for (index, part) in line.split('`').enumerate() {
            // Odd parts stand between backticks.
            if index % 2 == 1 {
                continue;
            }
            for rest in part.split("](").skip(1) {
                if let Some((target, _)) = rest.split_once(')') {
                    found.push((at + 1, target.split(' ').next().unwrap_or_default()));
                }
            }
        }
        // `[`code`](target)`: the text is a code span, so its link begins right after the closing backtick.
        for rest in line.split("`](").skip(1) {
            if let Some((target, _)) = rest.split_once(')') {
                found.push((at + 1, target));
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn broken(tree: &Tree, file: &str, text: &str, line: usize, target: &str) -> Option<Finding> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (path, anchor) = target
        .split_once('#')
        .map_or((target, None), |(path, anchor)| (path, Some(anchor)));
    let full = if path.is_empty() {
        file.to_owned()
    } else {
        resolve(file, path)
    };
    if !path.is_empty() && !tree.has(&full) {
        return Some(Finding::new(
            file,
            line,
            format!("the link {target} leads to no file of the tree"),
        ));
    }
    let there = if path.is_empty() {
        Some(text)
    } else {
        tree.text(&full)
    };
    // Line anchors of source files (#L10) are not headings.
    let known = |anchor| there.is_none_or(|text| headings(text).any(|heading| heading == anchor));
    match anchor {
        Some(anchor) if is_markdown(&full) && !known(anchor) => Some(Finding::new(
            file,
            line,
            format!("the link {target} leads to no heading of {full}"),
        )),
        _ => None,
    }
}

fn is_markdown(file: &str) -> bool {
    std::path::Path::new(file)
        .extension()
        .is_some_and(|ending| ending == "md")
}

/// The path of a link seen from the file that holds it.
fn resolve(file: &str, path: &str) -> String {
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "." | "" => {}
            ".." => _ = parts.pop(),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Headings as links name them: lower case, words joined by hyphens, punctuation dropped.
fn headings(text: &str) -> impl Iterator<Item = String> {
    text.lines().filter(|line| line.starts_with('#')).map(|line| {
        line.trim_start_matches('#')
            .trim()
            .to_lowercase()
            .chars()
            .filter(|c| c.is_alphanumeric() || *c == ' ' || *c == '-' || *c == '_')
            .map(|c| if c == ' ' { '-' } else { c })
            .collect()
    })
}

fn crates_off_the_map(tree: &Tree) -> Vec<Finding> {
    const MAP: &str = "docs/ARCHITECTURE.md";
    let Some(map) = tree.text(MAP) else {
        return vec![Finding::new(MAP, 0, "the map of the crates is missing")];
    };
    tree.texts_in("crates/", "/Cargo.toml")
        .filter_map(|(file, _)| file.strip_prefix("crates/")?.strip_suffix("/Cargo.toml"))
        .filter(|name| !map.contains(&format!("`{name}`")) && !map.contains(&format!("{name}/")))
        .map(|name| Finding::new(MAP, 0, format!("crates/{name} is not on the map")))
        .collect()
}

/// A lock file that names the host it was filled from works only where that host does.
fn hosts_in_locks(tree: &Tree) -> Vec<Finding> {
    tree.texts_in("", "package-lock.json")
        .flat_map(|(file, text)| {
            text.lines()
                .enumerate()
                .map(move |(at, line)| (file, at + 1, line))
        })
        .filter(|(_, _, line)| line.trim_start().starts_with("\"resolved\""))
        .map(|(file, line, _)| {
            Finding::new(
                file,
                line,
                "no download host in a lock file: npm install --omit-lockfile-registry-resolved",
            )
        })
        .collect()
}

/// Paths of the machine that runs this: whoever clones the tree has others.
fn machine_paths(tree: &Tree) -> Vec<Finding> {
    let home = std::env::var("HOME").unwrap_or_default();
    let own: Vec<String> = [tree.root.display().to_string(), format!("{home}/.")]
        .into_iter()
        // A home of `/` or a tree at the root would match everything.
        .filter(|path| path.len() > 4)
        .collect();
    tree.texts()
        .flat_map(|(file, text)| {
            text.lines()
                .enumerate()
                .map(move |(at, line)| (file, at + 1, line))
        })
        .filter(|(_, _, line)| own.iter().any(|path| line.contains(path.as_str())))
        .map(|(file, line, _)| Finding::new(file, line, "a path that only this machine has"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_read_outside_code() {
        let text = "[a](b.md) and [c](d.md#e \"title\")\n`[no](x)` [`code`](f.rs)\n```\n[no](y)\n```\n";
        assert_eq!(links(text), [(1, "b.md"), (1, "d.md#e"), (2, "f.rs")]);
    }

    #[test]
    fn a_link_is_seen_from_its_file() {
        assert_eq!(resolve("docs/adr/0001-a.md", "../../README.md"), "README.md");
        assert_eq!(resolve("docs/A.md", "./adr/"), "docs/adr");
    }

    #[test]
    fn headings_are_named_as_links_name_them() {
        let found: Vec<_> = headings("# Two commands!\ntext\n## What `it` is, and why\n").collect();
        assert_eq!(found, ["two-commands", "what-it-is-and-why"]);
    }
}

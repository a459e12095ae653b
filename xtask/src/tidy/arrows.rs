//! Which crate may know which: arrows point inward, and some outside crates belong to one layer only.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::Finding;

/// Our crates and what of ours each may use. A crate that is not here is a finding: draw it first.
const ARROWS: &[(&str, &[&str])] = &[
    ("townhall-domain", &[]),
    ("townhall-journal", &["townhall-domain"]),
    ("townhall-text", &["townhall-domain"]),
    (
        "townhall-store",
        &["townhall-domain", "townhall-journal", "townhall-text"],
    ),
    ("townhall-print", &["townhall-domain", "townhall-text"]),
    (
        "townhall-app",
        &[
            "townhall-domain",
            "townhall-journal",
            "townhall-store",
            "townhall-text",
            "townhall-print",
        ],
    ),
    (
        "townhall-web",
        &[
            "townhall-domain",
            "townhall-journal",
            "townhall-store",
            "townhall-app",
            "townhall-text",
        ],
    ),
    ("townhall-carrier", &["townhall-domain", "townhall-app"]),
    (
        "townhall",
        &[
            "townhall-carrier",
            "townhall-domain",
            "townhall-journal",
            "townhall-store",
            "townhall-app",
            "townhall-print",
            "townhall-text",
            "townhall-web",
        ],
    ),
    (
        "townhall-testkit",
        &[
            "townhall-domain",
            "townhall-journal",
            "townhall-store",
            "townhall-app",
            "townhall-text",
            "townhall-web",
        ],
    ),
    (
        "townhall-bench",
        &[
            "townhall-domain",
            "townhall-store",
            "townhall-app",
            "townhall-testkit",
        ],
    ),
    ("xtask", &[]),
];

/// Outside crates that only some of ours may use, and why. A name ending in `*` means all that begin so.
const KEPT: &[(&str, &[&str], &str)] = &[
    (
        "rusqlite",
        &["townhall-store", "townhall-testkit", "townhall-bench"],
        "SQL lives in the store; the bench runs the store's own text without it",
    ),
    (
        "postgres",
        &["townhall-store", "townhall-testkit", "townhall-bench"],
        "SQL lives in the store; the bench runs the store's own text without it",
    ),
    ("refinery", &["townhall-store"], "migrations live in the store"),
    (
        "typst*",
        &["townhall-print"],
        "typst takes longest to build; one crate waits for it",
    ),
    (
        "axum*",
        &["townhall-web", "townhall", "townhall-testkit"],
        "HTTP lives at the edge",
    ),
    ("maud", &["townhall-web"], "HTML lives at the edge"),
    (
        "tower*",
        &["townhall-web", "townhall", "townhall-testkit"],
        "HTTP lives at the edge",
    ),
    (
        "hyper*",
        &["townhall-web", "townhall", "townhall-testkit"],
        "HTTP lives at the edge",
    ),
    (
        "utoipa*",
        &["townhall-web"],
        "the API's description lives at the edge",
    ),
    (
        "lettre",
        &["townhall-carrier"],
        "what goes outside goes through one crate",
    ),
    (
        "ureq",
        &["townhall-carrier", "townhall-store"],
        "what goes outside goes through one crate; `store` asks nothing but its own bucket of papers",
    ),
    (
        "rusty-s3",
        &["townhall-store"],
        "where papers are kept is known to `store::files` alone",
    ),
    (
        "clap",
        &["townhall", "townhall-bench"],
        "only what is started has a command line",
    ),
    (
        "fluent*",
        &["townhall-text", "xtask"],
        "words are asked for through `text`",
    ),
    (
        "anyhow",
        &["townhall", "townhall-testkit", "townhall-bench", "xtask"],
        "errors have types below the binary",
    ),
];

/// What a crate of pure rules must not see.
const IMPURE: &[&str] = &[
    "tokio",
    "futures",
    "async-trait",
    "tracing",
    "getrandom",
    "rand",
    "tempfile",
    "lettre",
    "include_dir",
    "ureq",
];

/// The crates whose plain functions may not even depend on a runtime.
const SYNCHRONOUS: &[&str] = &[
    "townhall-domain",
    "townhall-journal",
    "townhall-text",
    "townhall-print",
    "townhall-app",
    "townhall-carrier",
];

/// # Errors
/// When cargo cannot tell what the workspace holds.
pub fn check(root: &Path) -> Result<Vec<Finding>> {
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(root)
        .output()
        .context("running cargo metadata")?;
    if !output.status.success() {
        bail!(
            "cargo metadata: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    let metadata: Value = serde_json::from_slice(&output.stdout).context("reading cargo metadata")?;
    Ok(check_metadata(&metadata, root))
}

fn check_metadata(metadata: &Value, root: &Path) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let name = package["name"].as_str().unwrap_or_default();
        let manifest = Path::new(package["manifest_path"].as_str().unwrap_or_default());
        let file = manifest
            .strip_prefix(root)
            .unwrap_or(manifest)
            .display()
            .to_string();
        let Some((_, allowed)) = ARROWS.iter().find(|(ours, _)| *ours == name) else {
            let message =
                format!("{name} has no place in xtask/src/tidy/arrows.rs and docs/ARCHITECTURE.md yet");
            findings.push(Finding::new(file, 0, message));
            continue;
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            // What tests use may point outward: it is not there when the program runs.
            if !dependency["kind"].is_null() {
                continue;
            }
            let used = dependency["name"].as_str().unwrap_or_default();
            if let Some(message) = objection(name, used, allowed) {
                findings.push(Finding::new(file.clone(), 0, message));
            }
        }
    }
    findings
}

fn objection(name: &str, used: &str, allowed: &[&str]) -> Option<String> {
    if used.starts_with("townhall") {
        return (!allowed.contains(&used))
            .then(|| format!("{name} may not use {used}: arrows point inward (docs/ARCHITECTURE.md)"));
    }
    if name == "townhall-domain" && IMPURE.contains(&used) {
        return Some(format!(
            "{name} may not use {used}: rules know no IO, no clock and no chance"
        ));
    }
    if SYNCHRONOUS.contains(&name) && (used == "tokio" || used.starts_with("futures")) {
        return Some(format!("{name} may not use {used}: async lives at the edges"));
    }
    let same = |pattern: &str| {
        pattern
            .strip_suffix('*')
            .map_or(used == pattern, |start| used.starts_with(start))
    };
    let (_, holders, why) = KEPT.iter().find(|(pattern, ..)| same(pattern))?;
    (!holders.contains(&name)).then(|| format!("{name} may not use {used}: {why} ({})", holders.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn findings(name: &str, dependencies: &Value) -> Vec<String> {
        let metadata = json!({ "packages": [{
            "name": name, "manifest_path": "/r/crates/x/Cargo.toml", "dependencies": dependencies,
        }]});
        check_metadata(&metadata, Path::new("/r"))
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn an_arrow_that_points_outward_is_found() {
        let found = findings(
            "townhall-domain",
            &json!([{ "name": "townhall-store", "kind": null }]),
        );
        assert_eq!(
            found,
            [
                "crates/x/Cargo.toml: townhall-domain may not use townhall-store: arrows point inward (docs/ARCHITECTURE.md)"
            ]
        );
    }

    #[test]
    fn an_arrow_of_tests_may_point_anywhere() {
        assert!(
            findings(
                "townhall-domain",
                &json!([{ "name": "townhall-testkit", "kind": "dev" }])
            )
            .is_empty()
        );
    }

    #[test]
    fn a_crate_of_another_layer_is_found() {
        assert_eq!(
            findings("townhall-web", &json!([{ "name": "rusqlite", "kind": null }])).len(),
            1
        );
        assert_eq!(
            findings("townhall-app", &json!([{ "name": "typst-pdf", "kind": null }])).len(),
            1
        );
        assert_eq!(
            findings("townhall-domain", &json!([{ "name": "tokio", "kind": null }])).len(),
            1
        );
        assert_eq!(
            findings("townhall-app", &json!([{ "name": "tokio", "kind": null }])).len(),
            1
        );
        assert!(findings("townhall-store", &json!([{ "name": "rusqlite", "kind": null }])).is_empty());
    }

    #[test]
    fn a_crate_without_a_place_is_found() {
        assert!(findings("townhall-sign", &json!([]))[0].contains("no place"));
    }
}

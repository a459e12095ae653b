//! Files that came from elsewhere are the ones that were released, byte for byte.

use anyhow::Result;

use super::{Finding, Tree};
use crate::assets::{Manifest, sha256};

/// # Errors
/// When the manifest cannot be read.
pub fn check(tree: &Tree) -> Result<Vec<Finding>> {
    let Some(manifest) = Manifest::read(&tree.root)? else {
        return Ok(Vec::new());
    };
    let mut findings = Vec::new();
    for asset in manifest.files() {
        let file = asset.path.display().to_string();
        match std::fs::read(tree.root.join(&asset.path)) {
            Err(_) => findings.push(Finding::new(file, 0, "is in vendor.json and not in the tree")),
            Ok(bytes) if sha256(&bytes) != asset.sha256 => {
                let message = "is not the released file (hash differs from vendor.json): cargo xtask assets";
                findings.push(Finding::new(file, 0, message));
            }
            Ok(_) => {}
        }
    }
    Ok(findings)
}

//! The files that pages use and that others made: what they are, and how they are fetched again.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::run;

/// Where the vendored files and their list are.
const DIR: &str = "crates/web/assets";

/// `vendor.json`: packages, versions, licences, files with their hashes.
#[derive(Debug, Deserialize)]
pub struct Manifest {
    packages: Vec<Package>,
}

#[derive(Debug, Deserialize)]
struct Package {
    name: String,
    version: String,
    files: Vec<Copied>,
    sprite: Option<Sprite>,
}

/// A file taken as it is in the package.
#[derive(Debug, Deserialize)]
struct Copied {
    from: String,
    to: String,
    sha256: String,
}

/// Outlines joined into one file of symbols.
#[derive(Debug, Deserialize)]
struct Sprite {
    /// Path in the package, with `{icon}` for the name.
    from: String,
    to: String,
    icons: Vec<String>,
    sha256: String,
}

/// A file of the tree and the hash it must have.
pub struct Asset<'a> {
    pub path: PathBuf,
    pub sha256: &'a str,
}

impl Manifest {
    /// The list of the tree at `root`, if it has one.
    ///
    /// # Errors
    /// When the list cannot be understood.
    pub fn read(root: &Path) -> Result<Option<Self>> {
        let file = root.join(DIR).join("vendor.json");
        if !file.exists() {
            return Ok(None);
        }
        let text = std::fs::read_to_string(&file).context("reading vendor.json")?;
        serde_json::from_str(&text).context("vendor.json").map(Some)
    }

    pub fn files(&self) -> impl Iterator<Item = Asset<'_>> {
        let asset = |to: &str, sha256| Asset {
            path: Path::new(DIR).join(to),
            sha256,
        };
        self.packages.iter().flat_map(move |package| {
            let copied = package
                .files
                .iter()
                .map(move |file| asset(&file.to, file.sha256.as_str()));
            let sprite = package
                .sprite
                .iter()
                .map(move |sprite| asset(&sprite.to, sprite.sha256.as_str()));
            copied.chain(sprite)
        })
    }
}

pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Fetches every package of the list again and writes its files; refuses a file whose hash is another.
///
/// A sprite whose list of icons was changed gets its new hash in `vendor.json`.
///
/// # Errors
/// When npm is missing or refuses, or when a released file is not the one that was released before.
pub fn refresh(root: &Path) -> Result<()> {
    let Some(manifest) = Manifest::read(root)? else {
        bail!("{DIR}/vendor.json is not there")
    };
    for package in &manifest.packages {
        let fetched = fetch(root, package)?;
        for file in &package.files {
            let bytes = std::fs::read(fetched.join(&file.from))
                .with_context(|| format!("{} {} has no {}", package.name, package.version, file.from))?;
            let found = sha256(&bytes);
            if found != file.sha256 {
                bail!(
                    "{} {}: {} has hash {found}, vendor.json says {}.\nIf the version was changed on purpose, look \
                     at the file and write the new hash; a released file never changes otherwise.",
                    package.name,
                    package.version,
                    file.from,
                    file.sha256
                );
            }
            std::fs::write(root.join(DIR).join(&file.to), bytes)?;
        }
        if let Some(sprite) = &package.sprite {
            write_sprite(root, &fetched, sprite)?;
        }
        println!(
            "{} {}: {} files",
            package.name,
            package.version,
            package.files.len()
        );
    }
    Ok(())
}

/// Unpacks a package below the build directory and returns its folder.
fn fetch(root: &Path, package: &Package) -> Result<PathBuf> {
    let place = run::target_dir(root)?
        .join("tools/npm")
        .join(package.name.replace('/', "-"));
    let _ = std::fs::remove_dir_all(&place);
    std::fs::create_dir_all(&place)?;
    let spec = format!("{}@{}", package.name, package.version);
    let packed = run::output(
        Command::new("npm")
            .args(["pack", "--silent", &spec])
            .current_dir(&place),
    )?;
    let archive = packed
        .lines()
        .last()
        .context("npm pack names the file that it wrote")?
        .trim()
        .to_owned();
    run::output(Command::new("tar").args(["-xzf", &archive]).current_dir(&place))?;
    Ok(place.join("package"))
}

fn write_sprite(root: &Path, fetched: &Path, sprite: &Sprite) -> Result<()> {
    let mut symbols = String::from("<svg xmlns=\"http://www.w3.org/2000/svg\">\n");
    for icon in &sprite.icons {
        let file = fetched.join(sprite.from.replace("{icon}", icon));
        let svg = std::fs::read_to_string(&file).with_context(|| format!("there is no icon {icon}"))?;
        symbols += &symbol(icon, &svg);
    }
    symbols += "</svg>\n";
    let found = sha256(symbols.as_bytes());
    if found != sprite.sha256 {
        let list = root.join(DIR).join("vendor.json");
        let text = std::fs::read_to_string(&list)?.replace(&sprite.sha256, &found);
        std::fs::write(list, text)?;
        println!("{} changed; vendor.json has its new hash", sprite.to);
    }
    std::fs::write(root.join(DIR).join(&sprite.to), symbols)?;
    Ok(())
}

/// The shapes of an outline as one symbol on one line, without the invisible square that holds its place.
fn symbol(icon: &str, svg: &str) -> String {
    let inside = svg
        .split_once('>')
        .map_or("", |(_, rest)| rest)
        .trim_end()
        .trim_end_matches("</svg>");
    let shapes: String = inside
        .lines()
        .map(str::trim)
        .filter(|line| !line.contains("stroke=\"none\""))
        .map(|line| line.replace(" />", "/>"))
        .collect();
    format!("<symbol id=\"{icon}\" viewBox=\"0 0 24 24\">{shapes}</symbol>\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outline_becomes_one_line() {
        let svg = "<svg\n  width=\"24\"\n>\n  <path stroke=\"none\" d=\"M0 0h24v24H0z\" fill=\"none\" />\n  <path d=\"M5 12l14 0\" />\n  <path d=\"M5 12l6 6\" />\n</svg>\n";
        assert_eq!(
            symbol("arrow", svg),
            "<symbol id=\"arrow\" viewBox=\"0 0 24 24\"><path d=\"M5 12l14 0\"/><path d=\"M5 12l6 6\"/></symbol>\n"
        );
    }

    #[test]
    fn a_hash_is_the_one_that_everybody_computes() {
        assert_eq!(
            sha256(b""),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }
}

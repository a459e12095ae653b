//! What the checks need on a machine that has Rust and nothing else.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::run;

/// Building a tool from source takes this long at most, also on a slow machine.
const LIMIT: Duration = Duration::from_mins(20);

/// A tool that some step needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tool {
    Postgres,
    Poppler,
    Strace,
    Go,
    Chromium,
    Node,
    Python,
    Mail,
    Nextest,
    Deny,
    BrowserModules,
    Schemathesis,
    Moto,
    Wrk,
}

/// Where tools that are not the system's are installed, and where the noise of installing goes.
pub struct Places<'a> {
    pub root: &'a Path,
    pub target: &'a Path,
    pub log: &'a Path,
}

impl Places<'_> {
    fn venv(&self) -> PathBuf {
        self.target.join("tools/venv")
    }

    /// The Python that has moto; `testkit` looks for it here too when nothing names it.
    pub fn moto_python(&self) -> PathBuf {
        self.target.join("tools/s3/bin/python")
    }

    /// A program of the Python environment.
    pub fn python_program(&self, name: &str) -> PathBuf {
        self.venv().join("bin").join(name)
    }
}

/// Installs what is missing and says what it installed, in words for one line.
///
/// # Errors
/// When something is missing that it may not or cannot install; the message says what to type.
pub fn install(wanted: &BTreeSet<Tool>, places: &Places<'_>) -> Result<String> {
    let mut done = Vec::new();
    let packages: BTreeSet<&str> = wanted
        .iter()
        .filter(|tool| !is_there(**tool))
        .flat_map(|tool| debian_packages(*tool))
        .copied()
        .collect();
    if !packages.is_empty() {
        let list = packages.into_iter().collect::<Vec<_>>();
        install_debian(&list, places)?;
        done.push(format!("with apt-get {}", list.join(" ")));
    }
    for (tool, name, extra) in [
        (Tool::Nextest, "cargo-nextest", [].as_slice()),
        (Tool::Deny, "cargo-deny", &["--no-default-features"]),
    ] {
        if wanted.contains(&tool)
            && !run::works(run::cargo(places.root).args([&name["cargo-".len()..], "--version"]))
        {
            install_cargo(name, extra, places)?;
            done.push(format!("with cargo {name}"));
        }
    }
    if wanted.contains(&Tool::BrowserModules) && install_node_modules(places)? {
        done.push("with npm the modules of tests/browser".into());
    }
    for (tool, venv, dir) in [
        (Tool::Schemathesis, places.venv(), "tests/api"),
        (Tool::Moto, places.target.join("tools/s3"), "tests/foreign"),
    ] {
        if wanted.contains(&tool) && install_python(places, &venv, dir)? {
            done.push(format!("with pip the packages of {dir}"));
        }
    }
    Ok(if done.is_empty() {
        "all there".into()
    } else {
        format!("installed {}", done.join("; "))
    })
}

fn debian_packages(tool: Tool) -> &'static [&'static str] {
    match tool {
        Tool::Postgres => &["postgresql"],
        Tool::Poppler => &["poppler-utils"],
        Tool::Strace => &["strace"],
        Tool::Go => &["golang-go", "golang-golang-x-mod-dev"],
        // Without a font with Vietnamese and the other scripts, pages cannot be looked at.
        Tool::Chromium => &["chromium", "fonts-noto-core"],
        Tool::Node => &["nodejs", "npm"],
        Tool::Python => &["python3", "python3-venv"],
        Tool::Wrk => &["wrk", "curl"],
        Tool::Mail => &["python3-aiosmtpd"],
        Tool::Nextest | Tool::Deny | Tool::BrowserModules | Tool::Schemathesis | Tool::Moto => &[],
    }
}

fn is_there(tool: Tool) -> bool {
    match tool {
        Tool::Postgres => {
            let debian = std::fs::read_dir("/usr/lib/postgresql")
                .into_iter()
                .flatten()
                .flatten();
            in_path("initdb")
                || debian
                    .into_iter()
                    .any(|version| version.path().join("bin/initdb").exists())
        }
        Tool::Poppler => in_path("pdftotext") && in_path("pdffonts"),
        Tool::Strace => in_path("strace"),
        Tool::Go => in_path("go") && Path::new("/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog").exists(),
        Tool::Chromium => chromium().is_some(),
        Tool::Node => in_path("node") && in_path("npm"),
        Tool::Python => run::works(Command::new("python3").args(["-c", "import venv, ensurepip"])),
        Tool::Wrk => in_path("wrk") && in_path("curl"),
        // Debian's own Python: another one may come first in the path, and does not see Debian's packages.
        Tool::Mail => run::works(Command::new("/usr/bin/python3").args(["-c", "import aiosmtpd"])),
        Tool::Nextest | Tool::Deny | Tool::BrowserModules | Tool::Schemathesis | Tool::Moto => true,
    }
}

/// The browser that tests drive: `CHROMIUM`, or the system's.
pub fn chromium() -> Option<PathBuf> {
    let named = std::env::var_os("CHROMIUM")
        .map(PathBuf::from)
        .filter(|file| file.exists());
    named.or_else(|| {
        ["chromium", "chromium-browser", "google-chrome"]
            .iter()
            .find_map(|name| find(name))
    })
}

fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|dir| dir.join(name))
        .find(|file| file.is_file())
}

fn in_path(name: &str) -> bool {
    find(name).is_some()
}

fn install_debian(packages: &[&str], places: &Places<'_>) -> Result<()> {
    let by_hand = format!("apt-get install {}", packages.join(" "));
    if !in_path("apt-get") {
        bail!(
            "these are needed, and without apt-get they cannot be installed here: {}",
            packages.join(", ")
        );
    }
    if run::output(Command::new("id").arg("-u"))?.trim() != "0" {
        bail!("these may only be installed as root; type: sudo {by_hand}");
    }
    announce(&format!("installing with apt-get: {}", packages.join(" ")));
    let apt = |args: &[&str]| {
        let mut command = Command::new("apt-get");
        command.args(args).env("DEBIAN_FRONTEND", "noninteractive");
        run::logged(&mut command, places.log, LIMIT)
    };
    apt(&["update"]).context("the list of packages could not be fetched")?;
    let mut args = vec!["install", "--yes", "--no-install-recommends"];
    args.extend(packages);
    apt(&args).with_context(|| format!("could not be installed; type: {by_hand}"))
}

fn install_cargo(name: &str, extra: &[&str], places: &Places<'_>) -> Result<()> {
    announce(&format!(
        "installing with cargo: {name} (built from source, some minutes)"
    ));
    let mut command = run::cargo(places.root);
    // Not optimised: it runs for seconds, and optimising takes ten times longer than that saves.
    command.args(["install", "--locked", "--debug", name]).args(extra);
    // Its own build directory is removed by cargo; ours has other settings and would be kept for nothing.
    command.env_remove("CARGO_TARGET_DIR");
    run::logged(&mut command, places.log, LIMIT)
        .with_context(|| format!("type: cargo install --locked {name}"))
}

/// `npm ci`, when the modules are not those of the lock file.
fn install_node_modules(places: &Places<'_>) -> Result<bool> {
    let dir = places.root.join("tests/browser");
    let lock = std::fs::read_to_string(dir.join("package-lock.json"))?;
    let mark = dir.join("node_modules/.installed-from");
    if std::fs::read_to_string(&mark).is_ok_and(|installed| installed == lock) {
        return Ok(false);
    }
    announce("installing with npm: the modules of tests/browser");
    let mut npm = Command::new("npm");
    npm.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"])
        .current_dir(&dir);
    run::logged(&mut npm, places.log, LIMIT).context("npm ci in tests/browser")?;
    std::fs::write(mark, lock)?;
    Ok(true)
}

/// A Python environment of our own with the pinned packages of a directory, when it is not that already.
fn install_python(places: &Places<'_>, venv: &Path, dir: &str) -> Result<bool> {
    let list = places.root.join(dir).join("requirements.txt");
    let wanted = std::fs::read_to_string(&list)?;
    let mark = venv.join("installed-from");
    if std::fs::read_to_string(&mark).is_ok_and(|installed| installed == wanted) {
        return Ok(false);
    }
    announce(&format!("installing with pip: the packages of {dir}"));
    let _ = std::fs::remove_dir_all(venv);
    run::logged(
        Command::new("python3").args(["-m", "venv"]).arg(venv),
        places.log,
        LIMIT,
    )
    .context("making a Python environment")?;
    let mut pip = Command::new(venv.join("bin/pip"));
    pip.args([
        "install",
        "--disable-pip-version-check",
        "--no-deps",
        "--requirement",
    ])
    .arg(&list);
    run::logged(&mut pip, places.log, LIMIT)
        .with_context(|| format!("pip install of {dir}/requirements.txt"))?;
    std::fs::write(mark, wanted)?;
    Ok(true)
}

/// Said before it is done, because it changes the machine and takes a while.
fn announce(what: &str) {
    println!("         {what}");
}

//! A verifier that we did not write accepts our log, and refuses what was changed.

mod served;

use std::fs;

use served::{ORIGIN, Served, write};
use townhall_journal::{Checkpoint, Hash, LogKey};
use townhall_testkit::foreign::VerifyLog;

#[test]
fn the_go_reference_accepts_log_consistency_and_proofs() {
    let Some(go) = VerifyLog::build() else { return };
    // More than one full tile, a tree of exactly one tile, one entry, none.
    for sizes in [vec![3, 256, 300, 1000], vec![256], vec![1], vec![0], vec![0, 7]] {
        let mut log = Served::at_sizes(&sizes);
        let dir = log.dir.path().display().to_string();
        let vkey = log.key.vkey();
        let olds: Vec<String> = sizes
            .iter()
            .map(|size| format!("-old={}", log.old(*size).display()))
            .collect();
        let count = log.facts.len();
        let proofs: Vec<String> = [0, 1, 255, 256, 999]
            .into_iter()
            .filter(|index| *index < count)
            .map(|index| format!("-proof={}", log.proof(index)))
            .collect();
        let mut args = vec!["-log", &dir, "-vkey", &vkey];
        args.extend(olds.iter().chain(&proofs).map(String::as_str));
        let told = go.accepts(&args);
        assert!(told.contains(&format!("{ORIGIN}, {count} entries")), "{told}");
    }
}

#[test]
fn the_go_reference_refuses_what_was_changed() {
    let Some(go) = VerifyLog::build() else { return };
    let mut log = Served::at_sizes(&[300, 600]);
    let (dir, vkey) = (log.dir.path().display().to_string(), log.key.vkey());
    let whole = ["-log", &dir, "-vkey", &vkey];
    go.accepts(&whole);

    for (file, because) in [
        ("tile/entries/001", "the entries give the root"),
        ("tile/0/000", "differs from what the entries give"),
        ("tile/1/000.p/2", "differs from what the entries give"),
    ] {
        let path = log.dir.path().join(file);
        let good = fs::read(&path).expect("there");
        let mut changed = good.clone();
        changed[40] ^= 1;
        fs::write(&path, changed).expect("written");
        go.refuses(&whole, because);
        fs::write(&path, &good[..good.len() - 1]).expect("written");
        go.refuses(&whole, "");
        fs::write(&path, good).expect("written");
    }

    let stranger = LogKey::generate(ORIGIN).expect("a key").vkey();
    go.refuses(&["-log", &dir, "-vkey", &stranger], "opening a checkpoint");

    // A log that once told another story: signed by the same key, but not what today's log extends.
    let forked = Checkpoint {
        origin: ORIGIN.into(),
        size: 300,
        root: Hash([7; 32]),
        extension: vec![],
    };
    let fork = log.dir.path().join("fork");
    write(&fork, forked.sign(&log.key).expect("signed").as_bytes());
    let old = format!("-old={}", fork.display());
    go.refuses(&["-log", &dir, "-vkey", &vkey, &old], "consistency");

    let pair = log.proof(5);
    let (proof, fact) = pair.split_once(',').expect("two files");
    let arg = format!("-proof={pair}");
    go.accepts(&["-vkey", &vkey, &arg]);
    let text = fs::read_to_string(fact).expect("there");
    fs::write(fact, text.replace("\"n\": 5", "\"n\": 6")).expect("written");
    go.refuses(&["-vkey", &vkey, &arg], "invalid transparency proof");
    fs::write(fact, &text).expect("written");
    let moved = fs::read_to_string(proof)
        .expect("there")
        .replace("index 5", "index 4");
    fs::write(proof, moved).expect("written");
    go.refuses(&["-vkey", &vkey, &arg], "invalid transparency proof");
}

//! Under which words a dossier is found.

use townhall_domain::dossier::Dossier;
use townhall_domain::procedure::Procedure;

/// Folded words under which a dossier is found: its code, whose it is, what it is.
pub(super) fn search_words(dossier: &Dossier, procedure: &Procedure) -> Vec<String> {
    let mut text = format!(
        "{} {} {}",
        dossier.code, dossier.applicant.name, procedure.name.vi
    );
    if let Some(phone) = &dossier.applicant.phone {
        text.push(' ');
        text.push_str(phone);
    }
    let mut words: Vec<String> = townhall_text::fold(&text)
        .split_whitespace()
        .map(|word| word.chars().take(40).collect())
        .collect();
    words.push(procedure.code.clone());
    words.sort();
    words.dedup();
    words
}

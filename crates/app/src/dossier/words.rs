//! Under which words a dossier is found.

use townhall_domain::dossier::Dossier;
use townhall_domain::procedure::Procedure;

/// Folded words under which a dossier is found: its code, whose it is, what it is.
pub(super) fn search_words(dossier: &Dossier, procedure: &Procedure) -> Vec<String> {
    let mut words = own_words(dossier);
    words.extend(folded(&procedure.name.vi));
    words.sort();
    words.dedup();
    words
}

/// Those of them that the dossier's own row says, without any pack: what `verify` computes again.
pub(crate) fn own_words(dossier: &Dossier) -> Vec<String> {
    let phone = dossier.applicant.phone.as_deref().unwrap_or_default();
    let mut words = folded(&format!("{} {} {phone}", dossier.code, dossier.applicant.name));
    words.push(dossier.procedure.code.clone());
    words.sort();
    words.dedup();
    words
}

fn folded(text: &str) -> Vec<String> {
    townhall_text::fold(text)
        .split_whitespace()
        .map(|word| word.chars().take(40).collect())
        .collect()
}

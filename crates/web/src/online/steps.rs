//! The pages of a form, in order: who asks, each section of the procedure's form, the case, the papers, the review.

use townhall_domain::form::Form as Schema;

use crate::counter::typed::{FORM, PERSON};

/// One page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Who asks, for whom, and how to reach him.
    Who,
    /// A section of the procedure's form, by its place.
    Section(usize),
    /// What only people know of the case, and how the result is wanted.
    Case,
    /// Papers.
    Papers,
    /// Everything once more, and the button that sends.
    Review,
}

impl Step {
    /// Its part of the address.
    pub(super) fn slug(&self) -> String {
        match self {
            Self::Who => "who".to_owned(),
            Self::Section(at) => format!("q{}", at + 1),
            Self::Case => "case".to_owned(),
            Self::Papers => "papers".to_owned(),
            Self::Review => "review".to_owned(),
        }
    }

    /// Whether a field of the form belongs to this page; what a page does not own it cannot change.
    pub(super) fn owns(self, schema: Option<&Schema>, name: &str) -> bool {
        match self {
            Self::Who => {
                name == "capacity"
                    || ["applicant_", "submitter_"].into_iter().any(|who| {
                        name.strip_prefix(who)
                            .is_some_and(|part| PERSON.contains(&part) || part.starts_with("born_on-"))
                    })
            }
            Self::Section(at) => {
                let section = schema.and_then(|schema| schema.sections.get(at));
                let (Some(schema), Some(section), Some(name)) = (schema, section, name.strip_prefix(FORM))
                else {
                    return false;
                };
                let is_field = |name: &str| {
                    schema
                        .field(name)
                        .is_some_and(|field| field.section == section.id)
                };
                is_field(name)
                    || name.rsplit_once('-').is_some_and(|(field, part)| {
                        matches!(part, "day" | "month" | "year") && is_field(field)
                    })
            }
            Self::Case => matches!(
                name,
                "circumstance" | "delivery" | "exemption" | "exemption_reason"
            ),
            Self::Papers | Self::Review => false,
        }
    }
}

/// The pages of a procedure with this form.
pub(super) fn of(schema: Option<&Schema>) -> Vec<Step> {
    let sections = schema.map_or(0, |schema| schema.sections.len());
    let mut steps = vec![Step::Who];
    steps.extend((0..sections).map(Step::Section));
    steps.extend([Step::Case, Step::Papers, Step::Review]);
    steps
}

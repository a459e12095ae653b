use super::*;

#[test]
fn every_right_is_given_to_somebody_and_every_role_has_a_line() {
    for right in Right::ALL {
        assert!(
            TABLE.iter().any(|line| line.rights.contains(right)),
            "nobody has {right}"
        );
    }
    for role in Role::ALL {
        assert!(!Rights::of(&[*role]).any().is_empty(), "{role} has nothing");
    }
}

#[test]
fn words_are_read_back_and_are_unique() {
    for right in Right::ALL {
        assert_eq!(Right::parse(right.as_str()), Some(*right));
    }
    for role in Role::ALL {
        assert_eq!(Role::parse(role.as_str()), Some(*role));
    }
    assert_eq!(Right::parse("everything"), None);
    assert_eq!(RightSet::parse(&RightSet::FULL.to_words()), Some(RightSet::FULL));
    assert_eq!(RightSet::parse("read_dossier fly"), None);
    assert_eq!(RightSet::FULL.iter().count(), Right::ALL.len());
}

#[test]
fn a_wider_scope_includes_the_narrower_ones() {
    for role in Role::ALL {
        let rights = Rights::of(&[*role]);
        assert!(
            rights
                .within(Scope::UnitAndBelow)
                .is_subset_of(rights.within(Scope::OwnUnit)),
            "{role}"
        );
        assert!(
            rights
                .within(Scope::OwnUnit)
                .is_subset_of(rights.within(Scope::OwnPost)),
            "{role}"
        );
    }
}

#[test]
fn who_runs_the_node_reads_no_dossier() {
    let administrator = Rights::of(&[Role::Administrator]).any();
    for right in [
        Right::ReadDossier,
        Right::ReadPapers,
        Right::SearchByIdentityNumber,
        Right::Export,
    ] {
        assert!(!administrator.has(right), "{right}");
    }
}

#[test]
fn who_appraises_does_not_approve_and_who_approves_does_not_number() {
    for role in Role::ALL {
        let rights = Rights::of(&[*role]).any();
        assert!(
            !(rights.has(Right::AppraiseDossier) && rights.has(Right::ApproveResult)),
            "{role}"
        );
        assert!(
            !(rights.has(Right::ApproveResult) && rights.has(Right::NumberAndIssue)),
            "{role}"
        );
    }
}

#[test]
fn a_handler_appraises_only_what_is_his() {
    let handler = Rights::of(&[Role::Handler]);
    assert!(handler.within(Scope::OwnPost).has(Right::AppraiseDossier));
    assert!(!handler.within(Scope::OwnUnit).has(Right::AppraiseDossier));
}

#[test]
fn a_post_without_a_role_has_no_right() {
    assert!(Rights::of(&[]).any().is_empty());
}

#[test]
fn a_party_role_has_no_right_on_dossiers() {
    for role in [Role::PartyLeader, Role::PartyOfficer] {
        assert!(!Rights::of(&[role]).any().has(Right::ReadDossier), "{role}");
    }
}

#[test]
fn roles_of_one_post_add_up() {
    let both = Rights::of(&[Role::Clerk, Role::Cashier]).any();
    assert!(both.has(Right::NumberAndIssue) && both.has(Right::CloseDay));
}

#[test]
fn a_limit_never_adds() {
    let rights = Rights::of(&[Role::Clerk]).limited_to(
        [Right::NumberAndIssue, Right::ApproveResult]
            .into_iter()
            .collect(),
    );
    assert_eq!(rights.any(), [Right::NumberAndIssue].into_iter().collect());
    assert_eq!(rights.within(Scope::OwnUnit), rights.any());
    assert!(rights.within(Scope::UnitAndBelow).is_empty());
}

//! The one table: which role has which right, how far it reaches.

use super::{Right, Role};

/// How far a right reaches from the post that holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// What this very post is responsible for.
    OwnPost,
    /// Everything of the post's unit.
    OwnUnit,
    /// Everything of the post's unit and of the units below it.
    UnitAndBelow,
}

/// A line of [`TABLE`].
#[derive(Debug, Clone, Copy)]
pub struct Grant {
    /// The role that gets the rights; `None` is every role.
    pub role: Option<Role>,
    /// How far they reach.
    pub scope: Scope,
    /// The rights.
    pub rights: &'static [Right],
}

const fn all(scope: Scope, rights: &'static [Right]) -> Grant {
    Grant {
        role: None,
        scope,
        rights,
    }
}
const fn grant(role: Role, scope: Scope, rights: &'static [Right]) -> Grant {
    Grant {
        role: Some(role),
        scope,
        rights,
    }
}

/// The table: which role has which right, how far.
///
/// The space is no column: every post belongs to one space, and no right reaches into the other.
#[rustfmt::skip]
#[cfg_attr(not(test), expect(clippy::enum_glob_use, reason = "a table of bare words is what makes it readable"))]
pub const TABLE: &[Grant] = {
    use Right::*;
    use Role::*;
    use Scope::*;
    &[
        all(OwnPost, &[WorkTask, RecordAbsence]),
        all(OwnUnit, &[ReadStaff, ReadPacks]),

        grant(Receptionist, OwnUnit, &[
            ReceiveDossier, AcceptDossier, RequestSupplement, RefuseDossier, AddPapers, TransferDossier, ReturnResult,
            StopDossier, CertifyCopies, CallQueue, TakeFee, ReadDossier, ReadPapers, SearchByIdentityNumber,
            RecordFinancialObligation, CorrectEntry,
        ]),
        grant(Receptionist, OwnPost, &[RecallStep]),

        grant(CentreDirector, OwnUnit, &[
            ReceiveDossier, AcceptDossier, RequestSupplement, RefuseDossier, AddPapers, TransferDossier, ReturnResult,
            StopDossier, CertifyCopies, CallQueue, TakeFee, VoidFee, CloseDay, ReadDossier, ReadPapers,
            SearchByIdentityNumber, AssignDossier, Consult, RecordFinancialObligation, ApologiseAndExtend, CorrectEntry,
            RecallStep, ReadStatistics, Export, IssueTask, AcceptTask, SyncPortal, ReadJobs, RetryJob, ManageCalendar,
            RecordAbsence,
        ]),
        grant(CentreDirector, OwnPost, &[DelegateRights]),

        grant(DivisionHead, OwnUnit, &[
            AssignDossier, Consult, RequestSupplement, RefuseDossier, ApologiseAndExtend, RecordFinancialObligation,
            CorrectEntry, RecallStep, AddPapers, ReadDossier, ReadPapers, SearchByIdentityNumber, ReadStatistics, Export,
            IssueTask, AcceptTask, RecordAbsence,
        ]),
        grant(DivisionHead, OwnPost, &[
            AppraiseDossier, DraftResult, SubmitForSigning, TransferDossier, DelegateRights,
        ]),

        grant(Handler, OwnPost, &[
            AppraiseDossier, Consult, RequestSupplement, RefuseDossier, DraftResult, SubmitForSigning, TransferDossier,
            RecordFinancialObligation, CorrectEntry, RecallStep, AddPapers,
        ]),
        grant(Handler, OwnUnit, &[ReadDossier, ReadPapers, SearchByIdentityNumber]),

        grant(JusticeOfficer, OwnPost, &[
            AppraiseDossier, Consult, RequestSupplement, RefuseDossier, DraftResult, SubmitForSigning, TransferDossier,
            RecordFinancialObligation, CorrectEntry, RecallStep, AddPapers,
        ]),
        grant(JusticeOfficer, OwnUnit, &[
            KeepRegister, CertifyCopies, TakeFee, ReadDossier, ReadPapers, SearchByIdentityNumber,
        ]),

        grant(Chair, OwnUnit, &[
            AssignDossier, ApproveResult, RefuseDossier, ApologiseAndExtend, ReadDossier, ReadPapers,
            SearchByIdentityNumber, ReadStatistics, Export, IssueTask, AcceptTask, ManageCalendar, RecordAbsence,
        ]),
        grant(Chair, OwnPost, &[DelegateRights]),

        grant(ViceChair, OwnUnit, &[
            AssignDossier, ApproveResult, RefuseDossier, ApologiseAndExtend, ReadDossier, ReadPapers,
            SearchByIdentityNumber, ReadStatistics, Export, IssueTask, AcceptTask, RecordAbsence,
        ]),
        grant(ViceChair, OwnPost, &[DelegateRights]),

        grant(Clerk, OwnUnit, &[NumberAndIssue, AddPapers, ReadDossier, ReadPapers]),

        grant(Cashier, OwnUnit, &[TakeFee, VoidFee, CloseDay, ReadDossier]),

        grant(OrganisationOfficer, UnitAndBelow, &[ReadStaff, ManageStaff, RecordAbsence]),

        grant(Inspector, UnitAndBelow, &[
            ReadDossier, ReadPapers, SearchByIdentityNumber, ReadStatistics, ReadStaff, ReadAccessLog, Export,
        ]),

        // Runs the node, and sees neither dossiers nor papers.
        grant(Administrator, UnitAndBelow, &[
            ManageAccounts, ManageStaff, ReadStaff, ManageCalendar, ReadPacks, ReadJobs, RetryJob, SyncPortal,
        ]),

        grant(ProvincialLeader, UnitAndBelow, &[
            ReadStatistics, ReadStaff, ReadDossier, Export, IssueTask, AcceptTask,
        ]),
        grant(ProvincialLeader, OwnUnit, &[
            AssignDossier, ApproveResult, ReadPapers, ManageCalendar, RecordAbsence,
        ]),
        grant(ProvincialLeader, OwnPost, &[DelegateRights]),

        grant(ProvincialAnalyst, UnitAndBelow, &[ReadStatistics, ReadStaff, ReadDossier, Export]),

        grant(PartyLeader, OwnUnit, &[ReadStatistics, IssueTask, AcceptTask, Export, RecordAbsence]),
        grant(PartyLeader, OwnPost, &[DelegateRights]),

        grant(PartyOfficer, OwnUnit, &[IssueTask]),
    ]
};

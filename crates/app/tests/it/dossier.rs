//! The dossier's promises: one way from the counter to the result, nobody overtaken, nothing lost.

use jiff::civil::date;
use serde_json::{Map, json};
use townhall_app::actor::Actor;
use townhall_app::dossier::{self, ComponentInput, ReceiveDossier, Received, Verdict};
use townhall_app::error::AppError;
use townhall_domain::dossier::{
    Action, ApplicantInput, Channel, ComponentSource, ComponentStatus, Delivery, Dossier, Stage, State,
};
use townhall_domain::ids::{DossierId, UnitId};
use townhall_domain::permission::Role;
use townhall_domain::time;
use townhall_store::{Db, dossiers};
use townhall_testkit::databases;

use crate::commune::{acting, cx_on, employ_in, evidence_holds, run, run_on};
use crate::people::{DAY, PACKS, thuan_an, unit};

/// Confirmation of marital status: three working days, assigned, reviewed, signed, numbered.
const MARITAL: &str = "1.004873";

struct Office {
    receptionist: Actor,
    head: Actor,
    handler: Actor,
    chair: Actor,
    clerk: Actor,
}

fn office(db: &Db, of: &UnitId, prefix: &'static str) -> Office {
    let seat = |division, role, name: &'static str| {
        employ_in(db, of.clone(), division, role, name);
        acting(db, name)
    };
    match prefix {
        "a" => Office {
            receptionist: seat("office", Role::Receptionist, "a.receptionist"),
            head: seat("office", Role::DivisionHead, "a.head"),
            handler: seat("office", Role::JusticeOfficer, "a.handler"),
            chair: seat("office", Role::Chair, "a.chair"),
            clerk: seat("office", Role::Clerk, "a.clerk"),
        },
        _ => Office {
            receptionist: seat("office", Role::Receptionist, "b.receptionist"),
            head: seat("office", Role::DivisionHead, "b.head"),
            handler: seat("office", Role::JusticeOfficer, "b.handler"),
            chair: seat("office", Role::Chair, "b.chair"),
            clerk: seat("office", Role::Clerk, "b.clerk"),
        },
    }
}

fn receive(id: DossierId, of: &UnitId, number: u64) -> ReceiveDossier {
    let procedure = PACKS.procedures().as_of(MARITAL, DAY).expect("the procedure");
    let form = PACKS
        .form(procedure.form.as_deref().expect("a form"))
        .expect("the form");
    let filled = form
        .examples
        .iter()
        .find(|example| form.check(example, DAY).is_ok())
        .cloned()
        .unwrap_or_else(Map::new);
    let circumstances = procedure.circumstances(&filled, &[], DAY);
    let components = procedure
        .needed(&circumstances)
        .map(|component| ComponentInput {
            component: component.id.clone(),
            status: ComponentStatus::Present,
            source: Some(if component.replaced_on(DAY).is_some() {
                ComponentSource::Database
            } else {
                ComponentSource::Paper
            }),
            copies: 1,
            note: None,
        })
        .collect();
    ReceiveDossier {
        id,
        receiving_unit: of.clone(),
        unit: of.clone(),
        procedure: MARITAL.to_owned(),
        channel: Channel::Counter,
        portal_code: None,
        support_place: None,
        assisted: false,
        applicant: ApplicantInput {
            name: "Điểu Thị Minh Họa".to_owned(),
            id_number: format!("068190{number:06}"),
            born_on: "12/3/1990".to_owned(),
            ..ApplicantInput::default()
        },
        submitter: None,
        form: filled,
        circumstances: Vec::new(),
        components,
        delivery: Delivery::Counter,
        verdict: Verdict::Accept,
        fee: townhall_app::fees::StatedFee::default(),
    }
}

fn accepted(db: &Db, office: &Office, of: &UnitId, number: u64) -> Received {
    let of = of.clone();
    run(db, &office.receptionist, move |tx, cx| {
        dossier::receive_dossier(tx, cx, &receive(cx.new_id(), &of, number))
    })
    .expect("accepted")
}

fn load(db: &Db, id: DossierId) -> Dossier {
    db.read_blocking("load", move |tx| dossiers::load(tx, id))
        .expect("read")
        .expect("there")
}

/// Does one action with the least that it needs, on the stored version.
fn act(db: &Db, actor: &Actor, id: DossierId, action: Action) -> Result<(), AppError> {
    let dossier = load(db, id);
    act_on(db, actor, &dossier, action)
}

#[expect(clippy::too_many_lines, reason = "one table: an arm for each action")]
fn act_on(db: &Db, actor: &Actor, shown: &Dossier, action: Action) -> Result<(), AppError> {
    let (id, version, of) = (shown.id, shown.version, shown.unit.clone());
    run(db, actor, move |tx, cx| match action {
        Action::Transfer => dossier::transfer_dossier(
            tx,
            cx,
            &dossier::TransferDossier {
                dossier: id,
                version,
                note: None,
            },
        ),
        Action::Assign => {
            let procedure = cx
                .packs()
                .procedures()
                .as_of(MARITAL, DAY)
                .expect("the procedure");
            let townhall_domain::dossier::Holder::Post(post) =
                dossier::holder_for(tx, cx, &of, procedure, Stage::Appraise)?
            else {
                panic!("nobody to assign to")
            };
            dossier::assign_dossier(
                tx,
                cx,
                &dossier::AssignDossier {
                    dossier: id,
                    version,
                    post,
                    joining: Vec::new(),
                    note: None,
                },
            )
        }
        Action::Appraise => {
            let finding = "Khớp sổ gốc".to_owned();
            dossier::appraise_dossier(
                tx,
                cx,
                &dossier::AppraiseDossier {
                    dossier: id,
                    version,
                    verified_at: None,
                    place: None,
                    participants: None,
                    finding,
                    eligible: true,
                },
            )
        }
        Action::Draft => {
            let draft = dossier::DraftResult {
                dossier: id,
                version,
                outcome: "granted".to_owned(),
                body: json!({ "content": "" }),
            };
            dossier::draft_result(tx, cx, &draft)
        }
        Action::Submit => dossier::submit_result(
            tx,
            cx,
            &dossier::SubmitResult {
                dossier: id,
                version,
                leader: None,
                note: None,
            },
        ),
        Action::Endorse => dossier::endorse_result(
            tx,
            cx,
            &dossier::EndorseResult {
                dossier: id,
                version,
                leader: None,
                note: None,
            },
        ),
        Action::Approve => dossier::approve_result(tx, cx, &dossier::ApproveResult { dossier: id, version }),
        Action::Issue => dossier::issue_result(tx, cx, &dossier::IssueResult { dossier: id, version }),
        Action::RequestSupplement => dossier::request_supplement(
            tx,
            cx,
            &dossier::RequestSupplement {
                dossier: id,
                version,
                items: vec!["Bản án ly hôn".to_owned()],
                reason: "Còn thiếu".to_owned(),
            },
        ),
        Action::Recall => dossier::recall_step(
            tx,
            cx,
            &dossier::RecallStep {
                dossier: id,
                version,
                reason: "Chuyển nhầm".to_owned(),
            },
        ),
        Action::Withdraw => dossier::withdraw_dossier(
            tx,
            cx,
            &dossier::WithdrawDossier {
                dossier: id,
                version,
                reason: "Không còn nhu cầu".to_owned(),
            },
        ),
        other => panic!("not needed here: {other:?}"),
    })
}

#[test]
fn a_dossier_goes_from_the_counter_to_a_numbered_result_and_its_trail_holds() {
    for (name, db) in databases() {
        let office = office(&db, &thuan_an(), "a");
        let received = accepted(&db, &office, &thuan_an(), 1);
        let id = received.id;
        assert_eq!(load(&db, id).state, State::Accepted, "{name}");
        let due = load(&db, id).deadline.expect("a deadline").due;
        assert!(due > time::instant(DAY.at(9, 0, 0, 0)), "{name}");
        for (actor, action) in [
            (&office.receptionist, Action::Transfer),
            (&office.head, Action::Assign),
            (&office.handler, Action::Appraise),
            (&office.handler, Action::Draft),
            (&office.handler, Action::Submit),
            (&office.head, Action::Endorse),
            (&office.chair, Action::Approve),
            (&office.clerk, Action::Issue),
        ] {
            let now = load(&db, id);
            let flow = dossier::flow_of(PACKS.procedures().as_of(MARITAL, DAY).expect("the procedure"));
            if now.state.after(action, flow).is_err() {
                continue;
            }
            act(&db, actor, id, action)
                .unwrap_or_else(|error| panic!("{name}: {action:?} in {:?}: {error:?}", now.state));
        }
        let done = load(&db, id);
        assert_eq!(done.state, State::Resolved, "{name}");
        assert!(
            done.ended_at.is_some() && done.is_open() != done.state.has_ended(),
            "{name}"
        );
        let result = db
            .read_blocking("result", move |tx| dossiers::result(tx, id))
            .expect("read")
            .expect("a result");
        assert_eq!((result.number, result.year), (Some(1), Some(2025)), "{name}");
        evidence_holds(&db);
    }
}

#[test]
fn an_older_version_is_refused_and_changes_nothing() {
    for (name, db) in databases() {
        let office = office(&db, &thuan_an(), "a");
        let id = accepted(&db, &office, &thuan_an(), 1).id;
        let shown = load(&db, id);
        act_on(&db, &office.receptionist, &shown, Action::Transfer).expect("the first");
        let before = load(&db, id);
        let second = act_on(&db, &office.receptionist, &shown, Action::Withdraw);
        assert!(
            matches!(second, Err(AppError::Conflict { .. })),
            "{name}: {second:?}"
        );
        assert_eq!(load(&db, id), before, "{name}");
        evidence_holds(&db);
    }
}

#[test]
fn the_same_form_sent_twice_makes_one_dossier() {
    for (name, db) in databases() {
        let office = office(&db, &thuan_an(), "a");
        let id: DossierId = cx_on(&office.receptionist, DAY).new_id();
        let send = || {
            run(&db, &office.receptionist, move |tx, cx| {
                dossier::receive_dossier(tx, cx, &receive(id, &thuan_an(), 1))
            })
        };
        assert_eq!(send().expect("first"), send().expect("second"), "{name}");
        let count: i64 = db
            .read_blocking("count", |tx| {
                tx.one("SELECT COUNT(*) AS n FROM dossiers", &[])?
                    .map_or(Ok(0), |row| row.get("n"))
            })
            .expect("count");
        assert_eq!(count, 1, "{name}");
    }
}

#[test]
fn who_may_not_know_of_a_dossier_finds_nothing() {
    for (name, db) in databases() {
        let office = office(&db, &thuan_an(), "a");
        let id = accepted(&db, &office, &thuan_an(), 1).id;
        let sister = self::office(&db, &unit("24640"), "b");
        employ_in(&db, thuan_an(), "party-office", Role::PartyOfficer, "a.party");
        let party = acting(&db, "a.party");
        for stranger in [&sister.receptionist, &sister.chair, &party] {
            let seen = run(&db, stranger, move |tx, cx| {
                dossier::dossier_view(tx, cx, id).map(|_| ())
            });
            assert!(matches!(seen, Err(AppError::NotFound(_))), "{name}: {seen:?}");
            let acted = act(&db, stranger, id, Action::Withdraw);
            assert!(matches!(acted, Err(AppError::NotFound(_))), "{name}: {acted:?}");
        }
        // Knows of it, but it is not his to sign.
        let signed = act(&db, &office.handler, id, Action::Approve);
        assert!(
            matches!(
                signed,
                Err(AppError::Denied(_) | AppError::NotAllowed(_) | AppError::NotFound(_))
            ),
            "{name}: {signed:?}"
        );
    }
}

#[test]
fn a_supplement_is_asked_for_once_and_the_step_that_was_touched_is_not_recalled() {
    for (name, db) in databases() {
        let office = office(&db, &thuan_an(), "a");
        let id = accepted(&db, &office, &thuan_an(), 1).id;
        act(&db, &office.receptionist, id, Action::Transfer).expect("transferred");
        // Nobody has begun: the one who handed it over may take it back.
        act(&db, &office.receptionist, id, Action::Recall).expect("recalled");
        assert_eq!(load(&db, id).state, State::Accepted, "{name}");
        act(&db, &office.receptionist, id, Action::Transfer).expect("transferred again");
        if load(&db, id).state == State::InProgress(Stage::Assign) {
            act(&db, &office.head, id, Action::Assign).expect("assigned");
        }
        act(&db, &office.handler, id, Action::RequestSupplement).expect("asked");
        let waiting = load(&db, id);
        assert!(
            waiting.state.is_waiting() && waiting.deadline.expect("a deadline").paused.is_some(),
            "{name}"
        );
        let version = load(&db, id).version;
        run_on(&db, date(2025, 8, 6), &office.receptionist, move |tx, cx| {
            dossier::complete_supplement(
                tx,
                cx,
                &dossier::CompleteSupplement {
                    dossier: id,
                    version,
                    components: Vec::new(),
                },
            )
        })
        .expect("completed");
        let resumed = load(&db, id);
        assert!(
            resumed.waited_ms > 0 && resumed.deadline.expect("a deadline").paused.is_none(),
            "{name}"
        );
        let again = act(&db, &office.handler, id, Action::RequestSupplement);
        assert!(
            matches!(
                again,
                Err(AppError::Refused {
                    key: "supplement-refused-second",
                    ..
                })
            ),
            "{name}: {again:?}"
        );
        evidence_holds(&db);
    }
}

#[test]
fn two_processes_and_sixty_four_callers_accept_without_a_loss_a_gap_or_a_double() {
    for place in townhall_testkit::places() {
        let db = townhall_testkit::databases::open(&place);
        let office = office(&db, &thuan_an(), "a");
        // A second process has its own handle; SQLite has one process by design.
        let second = if db.is_postgres() {
            townhall_testkit::databases::open(&place)
        } else {
            db.clone()
        };
        let accepted: Vec<Received> = std::thread::scope(|scope| {
            let callers: Vec<_> = (0..64_u64)
                .map(|caller| {
                    let (db, actor) = (
                        if caller % 2 == 0 { &db } else { &second },
                        office.receptionist.clone(),
                    );
                    scope.spawn(move || {
                        (0..2)
                            .map(|round| {
                                run(db, &actor, move |tx, cx| {
                                    dossier::receive_dossier(
                                        tx,
                                        cx,
                                        &receive(cx.new_id(), &thuan_an(), caller * 10 + round),
                                    )
                                })
                                .expect("accepted")
                            })
                            .collect::<Vec<_>>()
                    })
                })
                .collect();
            callers
                .into_iter()
                .flat_map(|caller| caller.join().expect("a caller"))
                .collect()
        });
        let mut serials: Vec<i64> = accepted
            .iter()
            .map(|received| {
                received
                    .code
                    .rsplit('-')
                    .next()
                    .and_then(|serial| serial.parse().ok())
                    .expect("a serial")
            })
            .collect();
        serials.sort_unstable();
        assert_eq!(serials, (1..=128).collect::<Vec<i64>>(), "{}", place.name());
        let slips: Vec<i64> = db
            .read_blocking("slips", |tx| {
                tx.rows(
                    "SELECT number FROM dossier_slips WHERE form = 'receipt' ORDER BY number",
                    &[],
                )?
                .iter()
                .map(|row| row.get("number"))
                .collect::<Result<_, townhall_store::StoreError>>()
            })
            .expect("slips");
        assert_eq!(slips, (1..=128).collect::<Vec<i64>>(), "{}", place.name());
        evidence_holds(&db);
    }
}

//! A commune made by commands, so that its evidence and its facts agree.

use jiff::civil::{Date, date};
use townhall_app::accounts::{AddAccount, add_account};
use townhall_app::actor::Actor;
use townhall_app::cx::{Cx, IdSource};
use townhall_app::error::AppError;
use townhall_app::organisation::{
    AddDivision, AddPerson, AddPost, GiveMandate, add_division, add_person, add_post, give_mandate,
};
use townhall_domain::ids::{AccountId, PersonId, PostId, UnitId};
use townhall_domain::organisation::{Basis, MandateKind};
use townhall_domain::permission::Role;
use townhall_domain::space::Space;
use townhall_domain::time;
use townhall_journal::state_salt;
use townhall_store::evidence::evidence;
use townhall_store::{Db, StoreError, Tx, journal, organisation};

use crate::people::{DAY, PACKS, PASSWORD, PASSWORDS, at_on, thuan_an};
use townhall_app::sign_in::password::Password;

pub const FIRST: Date = date(2025, 7, 1);

pub fn system() -> Actor {
    Actor::System { job: "test" }
}

pub fn cx_on(actor: &Actor, day: Date) -> Cx {
    Cx::new(
        actor.clone(),
        time::instant(day.at(9, 0, 0, 0)),
        PACKS.clone(),
        IdSource::System,
    )
}

/// Runs a command as an actor on the business day of these tests.
pub fn run<T: Send + 'static>(
    db: &Db,
    actor: &Actor,
    command: impl FnMut(&mut Tx<'_>, &Cx) -> Result<T, AppError> + Send + 'static,
) -> Result<T, AppError> {
    run_on(db, DAY, actor, command)
}

pub fn run_on<T: Send + 'static>(
    db: &Db,
    day: Date,
    actor: &Actor,
    mut command: impl FnMut(&mut Tx<'_>, &Cx) -> Result<T, AppError> + Send + 'static,
) -> Result<T, AppError> {
    let cx = cx_on(actor, day);
    db.write_blocking("test", move |tx| command(tx, &cx))
}

/// Somebody in a post with an account.
#[derive(Debug, Clone, Copy)]
pub struct Employed {
    pub post: PostId,
    pub person: PersonId,
    pub account: AccountId,
}

/// A division for each space, so that posts can be added.
pub fn divide(tx: &mut Tx<'_>, cx: &Cx, unit: &UnitId) -> Result<(), AppError> {
    for (id, space) in [("office", Space::State), ("party-office", Space::Party)] {
        if organisation::division(tx, unit, id)?.is_some() {
            continue;
        }
        let command = AddDivision {
            unit: unit.clone(),
            id: id.to_owned(),
            kind: id.to_owned(),
            space,
            name_vi: "Văn phòng".to_owned(),
            name_en: "Office".to_owned(),
            position: 0,
            from: FIRST,
        };
        add_division(tx, cx, &command)?;
    }
    Ok(())
}

pub fn seat(unit: &UnitId, division: &str, role: Role) -> AddPost {
    AddPost {
        unit: unit.clone(),
        division: division.to_owned(),
        roles: vec![role],
        title_vi: format!("Chức danh {role}"),
        title_en: format!("Post {role}"),
        position: 0,
        quota_decision: Some("12/QĐ-UBND, 01/7/2025".to_owned()),
        from: FIRST,
        until: None,
    }
}

pub fn mandate(post: PostId, version: i64, person: PersonId, kind: MandateKind) -> GiveMandate {
    GiveMandate {
        post,
        version,
        person,
        kind,
        from: FIRST,
        until: None,
        decision: None,
    }
}

/// Adds a post, a person in it and an account `name`.
pub fn employ_in(db: &Db, unit: UnitId, division: &'static str, role: Role, name: &'static str) -> Employed {
    run(db, &system(), move |tx, cx| {
        divide(tx, cx, &unit)?;
        let post = add_post(tx, cx, &seat(&unit, division, role))?;
        let person = AddPerson {
            unit: unit.clone(),
            name: format!("Điểu {name}"),
            email: None,
            phone: None,
        };
        let person = add_person(tx, cx, &person)?;
        give_mandate(tx, cx, &mandate(post, 1, person, MandateKind::Full))?;
        let password = PASSWORDS.hash(&Password::typed(PASSWORD)).expect("a hash");
        let account = AddAccount {
            person,
            user_name: name.to_owned(),
            password,
            change_password: false,
        };
        let account = add_account(tx, cx, &account)?;
        Ok(Employed {
            post,
            person,
            account,
        })
    })
    .expect("an employee")
}

/// [`employ_in`] in the state's office of Thuận An.
pub fn employ(db: &Db, role: Role, name: &'static str) -> Employed {
    employ_in(db, thuan_an(), "office", role, name)
}

/// The actor of an account with one post, as a sign-in makes it.
pub fn acting(db: &Db, name: &str) -> Actor {
    let handed = crate::people::sign_in(db, at_on(0, DAY), name, PASSWORD).expect("signed in");
    crate::people::who(db, at_on(0, DAY), &handed.token)
        .expect("a session")
        .actor
        .expect("an actor")
}

pub fn version_of(db: &Db, post: PostId) -> i64 {
    crate::people::read(db, move |tx| organisation::post(tx, post))
        .expect("the post")
        .version
}

/// What verify asks of every subject: its last fact tells of its rows as they stand, and nothing is without one.
pub fn evidence_holds(db: &Db) {
    let without: Vec<String> = crate::people::read(db, |tx| {
        let mut wrong = Vec::new();
        let rows = tx.rows("SELECT DISTINCT subject_kind, subject_id FROM facts", &[])?;
        for row in rows {
            let (kind, id): (String, String) = (row.get("subject_kind")?, row.get("subject_id")?);
            let facts = journal::facts_of(tx, &kind, &id)?;
            let last = facts.last().expect("a fact");
            let salt = state_salt(&last.salt.expect("nothing was erased"));
            if evidence().digest(tx, &kind, &id, &salt)? != last.state_digest {
                wrong.push(format!("{kind} {id} is not as its last fact {} says", last.kind));
            }
        }
        for (kind, table) in [
            ("division", "divisions"),
            ("post", "posts"),
            ("person", "persons"),
            ("account", "accounts"),
        ] {
            let sql = format!(
                "SELECT t.id FROM {table} t WHERE NOT EXISTS
                   (SELECT f.id FROM facts f WHERE f.subject_kind = '{kind}' AND f.subject_id = t.id)"
            );
            for row in tx.rows(&sql, &[])? {
                wrong.push(format!("{kind} {} has no fact", row.get::<String>("id")?));
            }
        }
        Ok::<_, StoreError>(wrong)
    });
    assert!(without.is_empty(), "{without:?}");
}

/// For assertions on refusals.
pub fn key_of(error: AppError) -> String {
    match error {
        AppError::NotFound(what) => format!("not found: {what}"),
        AppError::Denied(denied) => format!("denied: {}", denied.right),
        AppError::Conflict { .. } => "conflict".to_owned(),
        AppError::NotAllowed(why) => why.reason_key().to_owned(),
        AppError::TaskNotAllowed(why) => why.reason_key().to_owned(),
        AppError::Refused { key, .. } => key.to_owned(),
        AppError::Invalid(fields) => fields
            .iter()
            .map(|field| field.key.clone())
            .collect::<Vec<_>>()
            .join(" "),
        AppError::Store(error) => panic!("an unexpected error: {error:?}"),
    }
}

pub fn refused<T: std::fmt::Debug>(outcome: Result<T, AppError>) -> String {
    key_of(outcome.expect_err("a refusal"))
}

/// The actor of an account that chooses a seat by what it rests on.
pub fn acting_by(db: &Db, name: &str, basis: Basis) -> Actor {
    let waiting = crate::people::sign_in(db, at_on(0, DAY), name, PASSWORD).expect("known");
    let chosen = crate::people::choose(db, at_on(0, DAY), &waiting.token, basis).expect("chosen");
    crate::people::who(db, at_on(0, DAY), &chosen.token)
        .expect("a session")
        .actor
        .expect("an actor")
}
